//! The one error type of the component: what went wrong, in terms a caller can act on.
//!
//! Every layer below returns it; `convert` turns it into the contract's `error`. It knows no WIT and no HTTP, and it never
//! holds a secret: texts that quote a server pass through [`Failure::scrub`] on the way out.

use crate::naming::place;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use std::fmt;
use url::form_urlencoded;

/// What every fallible function here returns.
pub type Result<T> = std::result::Result<T, Box<Failure>>;

/// What went wrong; the contract's `failure-kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The call's own input is wrong.
    InvalidInput,
    /// The connection is wrong.
    Configuration,
    /// No valid credentials.
    Authentication,
    /// The credentials do not permit it.
    Permission,
    /// No such resource or endpoint.
    NotFound,
    /// It clashes with what is there.
    Conflict,
    /// Several resources match where one was meant.
    Ambiguous,
    /// The resource has another version.
    Precondition,
    /// The resource has the version the caller has.
    NotModified,
    /// Too many requests.
    Throttled,
    /// The provider cannot be reached or cannot answer.
    Unavailable,
    /// The provider did not answer in time.
    Timeout,
    /// The provider, or this version, cannot do it.
    Unsupported,
    /// The answer is no SCIM.
    Protocol,
    /// A limit in size was hit.
    TooLarge,
    /// A fault in the connector or its host.
    Internal,
}

impl Kind {
    /// Every kind, with its JSON name, whether a failure of this kind is worth another attempt, and what it means.
    pub const ALL: [(Kind, &'static str, Transience, &'static str); 16] = [
        (Kind::InvalidInput, "invalidInput", Transience::Never, "The input is wrong: correct what `pointer` names."),
        (
            Kind::Configuration,
            "configuration",
            Transience::Never,
            "The connection is wrong: correct what `pointer` names.",
        ),
        (
            Kind::Authentication,
            "authentication",
            Transience::Never,
            "The provider or its token endpoint refused the credentials.",
        ),
        (Kind::Permission, "permission", Transience::Never, "The credentials are good but do not permit this."),
        (Kind::NotFound, "notFound", Transience::Never, "There is no such resource or endpoint."),
        (
            Kind::Conflict,
            "conflict",
            Transience::Never,
            "It clashes with a resource that is there, usually a value that must be unique.",
        ),
        (
            Kind::Ambiguous,
            "ambiguous",
            Transience::Never,
            "Several resources match where one was meant: name another attribute to find it by.",
        ),
        (Kind::Precondition, "precondition", Transience::Never, "The resource has changed since it was read."),
        (Kind::NotModified, "notModified", Transience::Never, "The resource has not changed since it was read."),
        (Kind::Throttled, "throttled", Transience::Always, "Too many requests: wait for `retryAfterMs`."),
        (Kind::Unavailable, "unavailable", Transience::Depends, "The provider cannot be reached or cannot answer now."),
        (Kind::Timeout, "timeout", Transience::Depends, "The provider did not answer in time."),
        (
            Kind::Unsupported,
            "unsupported",
            Transience::Never,
            "The provider, or this version of the connector, cannot do it.",
        ),
        (Kind::Protocol, "protocol", Transience::Never, "The answer is not SCIM; `excerpt` shows its beginning."),
        (Kind::TooLarge, "tooLarge", Transience::Never, "A limit in size was hit, the provider's or the connection's."),
        (Kind::Internal, "internal", Transience::Never, "A fault in the connector or its host: please report it."),
    ];

    /// The JSON name, camelCase of the contract's.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|row| row.0 == self).map_or("internal", |row| row.1)
    }
}

/// Whether failures of a kind may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transience {
    /// Always worth another attempt.
    Always,
    /// Never.
    Never,
    /// Unless a write may have been applied.
    Depends,
}

/// One problem among several; the contract's `problem`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// JSON pointer (RFC 6901) into the input.
    pub pointer: String,
    /// What is wrong and what to do.
    pub detail: String,
}

/// Why a call failed; the contract's `failure`, and whether it is transient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What went wrong.
    pub kind: Kind,
    /// Whether the call may be repeated as it is.
    pub transient: bool,
    /// HTTP status of the answer.
    pub status: Option<u16>,
    /// Detail error code (RFC 7644 section 3.12), verbatim.
    pub scim_type: Option<String>,
    /// For a person: what went wrong and what to do.
    pub detail: String,
    /// JSON pointer (RFC 6901) into the input.
    pub pointer: Option<String>,
    /// All problems, where the input was checked as a whole.
    pub problems: Vec<Problem>,
    /// The token endpoint's error code (RFC 6749 section 5.2).
    pub oauth_error: Option<String>,
    /// Milliseconds to wait before another attempt.
    pub retry_after_ms: Option<u64>,
    /// Whether the provider may have carried out the request.
    pub maybe_applied: bool,
    /// The provider's identifier for the request.
    pub request_id: Option<String>,
    /// The beginning of an unexpected answer.
    pub excerpt: Option<String>,
}

impl Failure {
    /// A permanent failure of a kind.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Box<Self> {
        Box::new(Failure {
            kind,
            transient: false,
            status: None,
            scim_type: None,
            detail: detail.into(),
            pointer: None,
            problems: Vec::new(),
            oauth_error: None,
            retry_after_ms: None,
            maybe_applied: false,
            request_id: None,
            excerpt: None,
        })
    }

    /// A failure of kind `invalid-input` at a place in the input.
    pub fn input(pointer: impl Into<String>, detail: impl Into<String>) -> Box<Self> {
        Self::new(Kind::InvalidInput, detail).at(pointer)
    }

    /// A failure of kind `invalid-input` with problems of the input: the first in words, all of them in `problems`.
    pub fn problems(problems: Vec<Problem>) -> Box<Self> {
        let (pointer, first) = problems
            .first()
            .map(|first| (first.pointer.clone(), format!("{}: {}", place(&first.pointer), first.detail)))
            .unwrap_or_default();
        let more = if problems.len() > 1 { format!(" (and {} more)", problems.len() - 1) } else { String::new() };
        let mut failure = Self::input(pointer, first + &more);
        failure.problems = problems;
        failure
    }

    /// Fails with problems, if there are any.
    pub fn of_problems(problems: Vec<Problem>) -> Result<()> {
        if problems.is_empty() { Ok(()) } else { Err(Self::problems(problems)) }
    }

    /// The same failure, at a place in the input.
    pub fn at(mut self: Box<Self>, pointer: impl Into<String>) -> Box<Self> {
        self.pointer = Some(pointer.into());
        self
    }

    /// The same failure, worth another attempt.
    pub fn transient(mut self: Box<Self>) -> Box<Self> {
        self.transient = true;
        self
    }

    /// The same failure of a request that may have been carried out: a write is then permanent (it must not be repeated
    /// blindly), a read stays as it is.
    pub fn maybe_applied(mut self: Box<Self>) -> Box<Self> {
        self.maybe_applied = true;
        self.transient = false;
        self
    }

    /// Replaces each secret by `[redacted]` in every text that may quote a server.
    pub fn scrub(&mut self, secrets: &[String]) {
        let texts = [
            Some(&mut self.detail),
            self.excerpt.as_mut(),
            self.request_id.as_mut(),
            self.scim_type.as_mut(),
            self.oauth_error.as_mut(),
        ];
        let problems = self.problems.iter_mut().map(|problem| &mut problem.detail);
        for text in texts.into_iter().flatten().chain(problems) {
            *text = scrub(text, secrets);
        }
    }

    /// The failure as JSON, with the names the command line and the documentation use; absent members are left out.
    pub fn to_json(&self) -> Value {
        let mut object = Map::new();
        object.insert("error".into(), json!(if self.transient { "transient" } else { "permanent" }));
        object.insert("kind".into(), json!(self.kind.name()));
        object.insert("detail".into(), json!(self.detail));
        object.insert("maybeApplied".into(), json!(self.maybe_applied));
        let optional = [
            ("status", self.status.map(|v| json!(v))),
            ("scimType", self.scim_type.as_ref().map(|v| json!(v))),
            ("pointer", self.pointer.as_ref().map(|v| json!(v))),
            ("oauthError", self.oauth_error.as_ref().map(|v| json!(v))),
            ("retryAfterMs", self.retry_after_ms.map(|v| json!(v))),
            ("requestId", self.request_id.as_ref().map(|v| json!(v))),
            ("excerpt", self.excerpt.as_ref().map(|v| json!(v))),
        ];
        object.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        if !self.problems.is_empty() {
            let problems =
                self.problems.iter().map(|problem| json!({"pointer": problem.pointer, "detail": problem.detail}));
            object.insert("problems".into(), problems.collect());
        }
        Value::Object(object)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.name(), self.detail)
    }
}

impl std::error::Error for Failure {}

/// Replaces each secret of three characters or more by `[redacted]`; a shorter one would shred the text and is of no use
/// to anybody.
pub fn scrub(text: &str, secrets: &[String]) -> String {
    let worth = || secrets.iter().filter(|secret| secret.len() >= 3);
    let whole = worth().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "[redacted]"));
    let mut pieces: Vec<&str> = whole.split('…').collect();
    let Some(last) = pieces.pop() else { return whole };
    // A text that was cut short, as the ellipsis says, may end within a secret.
    let mut text = String::new();
    for piece in pieces {
        let ends = |secret: &String| {
            let starts = secret.char_indices().map(|(end, _)| end).chain([secret.len()]).rev();
            let mut starts = starts.take_while(|end| *end >= 3);
            starts.find(|end| secret.get(..*end).is_some_and(|start| piece.ends_with(start)))
        };
        match worth().filter_map(ends).max() {
            Some(end) => {
                text.push_str(piece.get(..piece.len() - end).unwrap_or_default());
                text.push_str("[redacted]");
            }
            None => text.push_str(piece),
        }
        text.push('…');
    }
    text + last
}

/// The forms in which a server may quote a secret: as it is, JSON-escaped, form-encoded, percent-encoded, in base64. The
/// longest come first, so that none leaves the rest of another behind.
pub fn forms(secret: &str) -> Vec<String> {
    let escaped = Value::from(secret).to_string();
    let mut forms = vec![
        secret.to_owned(),
        // As a text on one line has it.
        secret.split_whitespace().collect::<Vec<_>>().join(" "),
        escaped.trim_matches('"').to_owned(),
        form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        BASE64_STANDARD.encode(secret),
        // A text is quoted on one line.
        secret.split_whitespace().collect::<Vec<_>>().join(" "),
    ];
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.dedup();
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_every_form() {
        let secrets = forms("p\"ä /s");
        let quoted = [r#"p"ä /s"#, r#"p\"ä /s"#, "p%22%C3%A4+%2Fs", "p%22%C3%A4%20%2Fs", "cCLDpCAvcw=="];
        for text in quoted {
            assert_eq!(scrub(&format!("<{text}>"), &secrets), "<[redacted]>", "{text}");
        }
        assert_eq!(scrub("ab", &forms("ab")), "ab", "too short to be told from words");
        let phrase = forms("pass  phrase of ada");
        assert_eq!(scrub("it was pass phrase of ada", &phrase), "it was [redacted]");
        assert_eq!(scrub("it was pass phrase… (and 1 more)", &phrase), "it was [redacted]… (and 1 more)");
        assert_eq!(scrub("pa… and …", &phrase), "pa… and …");
        assert_eq!(scrub("<two words>", &forms("two \n words")), "<[redacted]>");
        for cut in ["<p\"ä /…>", "<p\"ä…>", "<p%22%C3…>", "<cCLD…>"] {
            assert_eq!(scrub(cut, &secrets), "<[redacted]…>", "{cut}");
        }
        assert_eq!(scrub("so p… and …", &secrets), "so p… and …");
    }
}
