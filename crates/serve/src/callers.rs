//! Who asks: each caller has a token of its own, of which only the digest is kept, and a rate of its own.

use parking_lot::Mutex;
use scim_connector_host::error::{Error, Result};
use sha2::{Digest as _, Sha256};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq as _;

/// A shorter token can be guessed.
const SHORTEST: usize = 20;

/// Whom a request is from, once it was let in.
#[derive(Clone)]
pub(crate) struct From(pub String);

/// Somebody who may ask.
pub struct Caller {
    name: String,
    digest: [u8; 32],
    bucket: Mutex<Bucket>,
}

/// What is left of a caller's rate.
struct Bucket {
    tokens: f64,
    filled: Instant,
}

/// All who may ask.
pub struct Callers {
    callers: Vec<Caller>,
    /// Requests a second, each; as many may come at once.
    rate: f64,
}

/// Why somebody may not ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// There is no such token.
    Unknown,
    /// It is too much; again after so long.
    TooOften(Duration),
}

impl Callers {
    /// Those with these names and tokens, and how many requests a second each may make.
    ///
    /// # Errors
    /// [`Error::Usage`] where a token is short, or two are the same: whose call it was could not be said.
    pub fn new<'a>(tokens: impl IntoIterator<Item = (&'a str, &'a str)>, rate: f64) -> Result<Self> {
        let now = Instant::now();
        let mut callers: Vec<Caller> = Vec::new();
        for (name, token) in tokens {
            if token.len() < SHORTEST {
                let detail =
                    format!("the token of caller {name} has fewer than {SHORTEST} characters and could be guessed");
                return Err(Error::Usage(detail));
            }
            let digest = Sha256::digest(token).into();
            if let Some(same) = callers.iter().find(|one| one.digest == digest || one.name == name) {
                return Err(Error::Usage(format!("callers {} and {name} have the same name or token", same.name)));
            }
            callers.push(Caller {
                name: name.to_owned(),
                digest,
                bucket: Mutex::new(Bucket { tokens: rate.max(1.0), filled: now }),
            });
        }
        Ok(Self { callers, rate })
    }

    /// Who has this token, and that they may ask now.
    ///
    /// # Errors
    /// Why not.
    pub fn admit(&self, token: &str, now: Instant) -> Result<&str, Refused> {
        let digest: [u8; 32] = Sha256::digest(token).into();
        // All are looked at, and each takes as long as the others.
        let mut found = None;
        for caller in &self.callers {
            if bool::from(caller.digest.ct_eq(&digest)) {
                found = Some(caller);
            }
        }
        let caller = found.ok_or(Refused::Unknown)?;
        caller.bucket.lock().take(self.rate, now).map_err(Refused::TooOften)?;
        Ok(&caller.name)
    }
}

impl Bucket {
    fn take(&mut self, rate: f64, now: Instant) -> Result<(), Duration> {
        let passed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.filled = now;
        self.tokens = (self.tokens + passed * rate).min(rate.max(1.0));
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64(((1.0 - self.tokens) / rate).clamp(0.001, 3600.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "token-of-the-first-caller";
    const B: &str = "token-of-the-other-caller";

    #[test]
    fn a_caller_is_known_by_the_token_alone() {
        let callers = Callers::new([("a", A), ("b", B)], 100.0).unwrap();
        let now = Instant::now();
        assert_eq!(callers.admit(A, now), Ok("a"));
        assert_eq!(callers.admit(B, now), Ok("b"));
        for wrong in ["", "a", &A[1..], &format!("{A} ")] {
            assert_eq!(callers.admit(wrong, now), Err(Refused::Unknown));
        }
        assert!(Callers::new([("a", "short")], 1.0).err().unwrap().to_string().contains("caller a"));
        assert!(Callers::new([("a", A), ("b", A)], 1.0).is_err());
    }

    #[test]
    fn each_has_a_rate_of_its_own() {
        let callers = Callers::new([("a", A), ("b", B)], 2.0).unwrap();
        let now = Instant::now();
        assert!(callers.admit(A, now).is_ok() && callers.admit(A, now).is_ok());
        assert!(matches!(callers.admit(A, now), Err(Refused::TooOften(wait)) if wait <= Duration::from_millis(500)));
        assert!(callers.admit(B, now).is_ok(), "the other's rate is the other's");
        assert!(callers.admit(A, now + Duration::from_millis(600)).is_ok());
    }
}
