//! The word by which something destructive is confirmed: it fits one caller, one operation, one input, and what was shown of it, for a few
//! minutes. Nothing is kept of it: it is made again and compared.

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq as _;

/// A word is good for as long, and at most twice that.
const GOOD: Duration = Duration::from_secs(300);

/// Makes words, and knows them again.
pub(crate) struct Confirmations {
    key: [u8; 32],
    started: Instant,
}

/// What is to be confirmed.
pub(crate) struct Subject<'a> {
    pub caller: &'a str,
    pub operation: &'a str,
    pub input: &'a Value,
    /// What it is about, as it was shown.
    pub shown: &'a Value,
}

impl Confirmations {
    pub fn new() -> Self {
        Self { key: rand::random(), started: Instant::now() }
    }

    /// The word for a subject.
    pub fn word(&self, subject: &Subject<'_>, now: Instant) -> String {
        self.of(subject, self.period(now))
    }

    /// Whether it is the word, of now or of a moment ago.
    pub fn is_good(&self, subject: &Subject<'_>, word: &str, now: Instant) -> bool {
        let period = self.period(now);
        [Some(period), period.checked_sub(1)]
            .into_iter()
            .flatten()
            .any(|period| bool::from(self.of(subject, period).as_bytes().ct_eq(word.as_bytes())))
    }

    fn period(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.started).as_secs() / GOOD.as_secs()
    }

    fn of(&self, subject: &Subject<'_>, period: u64) -> String {
        let parts = [subject.caller, subject.operation, &subject.input.to_string(), &subject.shown.to_string()];
        let mut digest = Sha256::new_with_prefix(self.key);
        digest.update(period.to_be_bytes());
        for part in parts {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        // The key comes first and the digest is cut, so that nobody adds to it.
        digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_word_fits_what_was_shown_and_nothing_else() {
        let confirmations = Confirmations::new();
        let now = Instant::now();
        let (input, shown) = (json!({"id": "1"}), json!({"userName": "ada"}));
        let subject = Subject { caller: "a", operation: "deleteUser", input: &input, shown: &shown };
        let word = confirmations.word(&subject, now);
        assert!(confirmations.is_good(&subject, &word, now + Duration::from_secs(200)));
        assert!(!confirmations.is_good(&subject, &word, now + Duration::from_secs(1000)));
        assert!(!confirmations.is_good(&subject, "", now));
        let other = json!({"id": "2"});
        for subject in [
            Subject { caller: "b", ..subject },
            Subject { operation: "deleteGroup", ..subject },
            Subject { input: &other, ..subject },
            Subject { shown: &other, ..subject },
        ] {
            assert!(!confirmations.is_good(&subject, &word, now));
        }
        assert!(!Confirmations::new().is_good(&subject, &word, now), "the words of another process");
    }
}
