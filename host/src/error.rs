//! What can go wrong, and the one table that says what each case means: permanent or transient, its kind, its exit code.
//! Knows nothing of how errors are printed.

use crate::bindings::scim::connector::types as wit;
use serde_json::{Map, Value, json};
use std::time::Duration;

pub use wit::{Failure, FailureKind, Problem, ScimType};

/// Result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call gave no result. No variant contains a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The component said so: the provider refused, could not be reached, the input was wrong.
    #[error("{}", failure.detail)]
    Failure {
        /// Whether the call may be repeated unchanged.
        transient: bool,
        /// What went wrong.
        failure: Box<Failure>,
    },
    /// The component stopped in the middle of a call: a fault of the connector.
    #[error("the component stopped unexpectedly: {detail}")]
    Trap {
        /// What wasmtime says.
        detail: String,
        /// Whether a change had been sent.
        maybe_applied: bool,
    },
    /// The call needed more memory than an instance of the component may have, in the middle of its work.
    #[error("{}", outgrown(*limit, *maybe_applied))]
    OutOfMemory {
        /// The limit, in bytes.
        limit: usize,
        /// Whether a change had been sent.
        maybe_applied: bool,
    },
    /// The call took longer than the connection allows and was ended by the host.
    #[error("no result after {} ms; the call was ended (timeouts.totalMs of the connection)", after.as_millis())]
    Deadline {
        /// How long the call was given.
        after: Duration,
        /// Whether a change had been sent.
        maybe_applied: bool,
    },
    /// A configuration file, a connection or a reference in it is wrong.
    #[error("{path}: {detail}")]
    Config {
        /// Where: a key path such as `connections.prod.auth.token`, or a file.
        path: String,
        /// What is wrong and what to do.
        detail: String,
    },
    /// The component cannot be loaded.
    #[error("{0}")]
    Load(String),
    /// The caller asked for something there is not, or gave input that is no JSON.
    #[error("{0}")]
    Usage(String),
    /// This machine failed, whatever was asked for: a disk is full, an output cannot be written, a file of this program is
    /// damaged.
    #[error("{0}")]
    Io(String),
    /// A file is in use by another process for the moment.
    #[error("{0}")]
    Busy(String),
    /// A whole listing was asked for, and not as many different resources came as the provider announced: it stopped short,
    /// repeated itself, or gave more.
    #[error("the listing is not complete: {}; what is missing may still exist", ending(*listed, *total))]
    Incomplete {
        /// Resources that came.
        listed: u64,
        /// Resources the provider announced.
        total: Option<u64>,
    },
    /// The connection has as many calls waiting as it may have.
    #[error(
        "{waiting} calls of this connection are waiting already; repeat this one later, or raise host.limits.queue"
    )]
    Overloaded {
        /// Calls waiting.
        waiting: usize,
    },
    /// The provider has failed so often that it is left alone for a while; nothing was sent.
    #[error("not sent: the last {failures} requests to this provider failed, the last one so: {last}; it is tried again in {} ms", retry_after.as_millis())]
    CircuitOpen {
        /// Requests that failed in a row.
        failures: u32,
        /// What was wrong with the last one.
        last: String,
        /// Until the next try.
        retry_after: Duration,
    },
    /// The host is shutting down: the call was not begun, or was ended.
    #[error("the host is shutting down")]
    ShuttingDown {
        /// Whether a change had been sent.
        maybe_applied: bool,
    },
    /// The caller gave up.
    #[error("interrupted")]
    Interrupted {
        /// Whether a change had been sent.
        maybe_applied: bool,
    },
}

/// What an error means to whoever has to act on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// Whether the call may be repeated unchanged.
    pub transient: bool,
    /// The failure kind, camelCase as in JSON.
    pub kind: String,
    /// Exit code of the command line (sysexits): 1 permanent, 75 transient, 64 usage, 74 this machine, 78 configuration, 130
    /// interrupted.
    pub exit_code: u8,
    /// Whether the provider may have carried out the change.
    pub maybe_applied: bool,
}

/// A name in camelCase as a person writes it: `notFound` is "not found".
pub fn words(name: &str) -> String {
    name.chars().fold(String::new(), |mut words, c| {
        if c.is_uppercase() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
        words
    })
}

impl Error {
    /// The table of errors.
    #[must_use]
    pub fn class(&self) -> Class {
        let row = |transient, kind: &str, exit_code, maybe_applied| Class {
            transient,
            kind: kind.to_owned(),
            exit_code,
            maybe_applied,
        };
        match self {
            Self::Failure { transient: true, failure } => {
                row(true, kind_name(&failure.kind), 75, failure.maybe_applied)
            }
            Self::Failure { transient: false, failure } => {
                let exit_code = if matches!(failure.kind, FailureKind::Configuration) { 78 } else { 1 };
                row(false, kind_name(&failure.kind), exit_code, failure.maybe_applied)
            }
            Self::Trap { maybe_applied, .. } => row(false, "internal", 1, *maybe_applied),
            Self::OutOfMemory { maybe_applied, .. } => row(false, "tooLarge", 1, *maybe_applied),
            // A write without an answer must not be repeated blindly; anything else may.
            Self::Deadline { maybe_applied: true, .. } => row(false, "timeout", 1, true),
            Self::Deadline { maybe_applied: false, .. } => row(true, "timeout", 75, false),
            Self::Overloaded { .. } => row(true, "overloaded", 75, false),
            Self::CircuitOpen { .. } => row(true, "circuitOpen", 75, false),
            Self::ShuttingDown { maybe_applied } => {
                row(!maybe_applied, "shuttingDown", if *maybe_applied { 1 } else { 75 }, *maybe_applied)
            }
            Self::Config { .. } | Self::Load(_) => row(false, "configuration", 78, false),
            Self::Usage(_) => row(false, "invalidInput", 64, false),
            Self::Io(_) => row(false, "io", 74, false),
            Self::Busy(_) => row(true, "busy", 75, false),
            Self::Incomplete { .. } => row(false, "incomplete", 1, false),
            Self::Interrupted { maybe_applied } => row(false, "interrupted", 130, *maybe_applied),
        }
    }

    /// That `what` cannot be written: wrong use where somebody named a place that does not take it, else a fault of this machine.
    #[must_use]
    pub fn unwritten(what: &str, error: &std::io::Error) -> Self {
        use std::io::ErrorKind as Kind;
        let text = format!("{what} cannot be written: {error}");
        match error.kind() {
            Kind::NotFound
            | Kind::NotADirectory
            | Kind::IsADirectory
            | Kind::PermissionDenied
            | Kind::ReadOnlyFilesystem
            | Kind::InvalidFilename
            | Kind::InvalidInput => Self::Usage(text),
            _ => Self::Io(text),
        }
    }

    /// Exit code of the command line for this error.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        self.class().exit_code
    }

    /// The failure as one JSON object: `error`, `kind`, `detail`, `maybeApplied` always, the rest where it is known.
    #[must_use]
    pub fn to_json(&self) -> Value {
        if let Self::Failure { transient, failure } = self {
            return failure_json(failure, *transient);
        }
        let class = self.class();
        let mut object = Map::new();
        object.insert("error".into(), permanence(class.transient).into());
        object.insert("kind".into(), class.kind.into());
        if let Self::Config { path, detail } = self {
            object.insert("detail".into(), detail.clone().into());
            object.insert("at".into(), path.clone().into());
        } else {
            object.insert("detail".into(), self.to_string().into());
        }
        if let Self::CircuitOpen { retry_after, .. } = self {
            object.insert("retryAfterMs".into(), u64::try_from(retry_after.as_millis()).unwrap_or(u64::MAX).into());
        }
        object.insert("maybeApplied".into(), class.maybe_applied.into());
        Value::Object(object)
    }

    /// The component's failure, where there is one.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failure { failure, .. } => Some(failure),
            _ => None,
        }
    }
}

impl From<wit::Error> for Error {
    fn from(error: wit::Error) -> Self {
        match error {
            wit::Error::PermanentFailure(failure) => Self::Failure { transient: false, failure: Box::new(failure) },
            wit::Error::TransientFailure(failure) => Self::Failure { transient: true, failure: Box::new(failure) },
            wit::Error::ExecutionFailed => Self::Trap {
                detail: "it answered execution-failed, which is reserved for engines".into(),
                maybe_applied: true,
            },
        }
    }
}

fn permanence(transient: bool) -> &'static str {
    if transient { "transient" } else { "permanent" }
}

/// A failure of the component as JSON; absent members are left out, `maybeApplied` is always there.
#[must_use]
pub fn failure_json(failure: &Failure, transient: bool) -> Value {
    let mut object = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            object.insert(name.to_owned(), value);
        }
    };
    put("error", Some(permanence(transient).into()));
    put("kind", Some(kind_name(&failure.kind).into()));
    put("status", failure.status.map(Value::from));
    put("scimType", failure.scim_type.as_ref().map(|code| scim_type_name(code).into()));
    put("detail", Some(failure.detail.clone().into()));
    put("pointer", failure.pointer.clone().map(Value::from));
    put(
        "problems",
        failure.problems.as_ref().map(|problems| {
            problems.iter().map(|problem| json!({ "pointer": problem.pointer, "detail": problem.detail })).collect()
        }),
    );
    put("oauthError", failure.oauth_error.clone().map(Value::from));
    put("retryAfterMs", failure.retry_after_ms.map(Value::from));
    put("maybeApplied", Some(failure.maybe_applied.into()));
    put("requestId", failure.request_id.clone().map(Value::from));
    put("excerpt", failure.excerpt.clone().map(Value::from));
    Value::Object(object)
}

/// A failure kind's name in JSON.
#[must_use]
pub fn kind_name(kind: &FailureKind) -> &str {
    match kind {
        FailureKind::InvalidInput => "invalidInput",
        FailureKind::Configuration => "configuration",
        FailureKind::Authentication => "authentication",
        FailureKind::Permission => "permission",
        FailureKind::NotFound => "notFound",
        FailureKind::Conflict => "conflict",
        FailureKind::Ambiguous => "ambiguous",
        FailureKind::Precondition => "precondition",
        FailureKind::NotModified => "notModified",
        FailureKind::Throttled => "throttled",
        FailureKind::Unavailable => "unavailable",
        FailureKind::Timeout => "timeout",
        FailureKind::Unsupported => "unsupported",
        FailureKind::Protocol => "protocol",
        FailureKind::TooLarge => "tooLarge",
        FailureKind::Internal => "internal",
        FailureKind::Other(name) => name,
    }
}

/// A detail error code as the RFCs spell it (RFC 7644 section 3.12 table 9, RFC 9865 section 3).
#[must_use]
pub fn scim_type_name(code: &ScimType) -> &str {
    match code {
        ScimType::InvalidFilter => "invalidFilter",
        ScimType::TooMany => "tooMany",
        ScimType::Uniqueness => "uniqueness",
        ScimType::Mutability => "mutability",
        ScimType::InvalidSyntax => "invalidSyntax",
        ScimType::InvalidPath => "invalidPath",
        ScimType::NoTarget => "noTarget",
        ScimType::InvalidValue => "invalidValue",
        ScimType::InvalidVers => "invalidVers",
        ScimType::Sensitive => "sensitive",
        ScimType::InvalidCursor => "invalidCursor",
        ScimType::ExpiredCursor => "expiredCursor",
        ScimType::InvalidCount => "invalidCount",
        ScimType::Other(code) => code,
    }
}

/// What is said of a call that outgrew its memory.
fn outgrown(limit: usize, maybe_applied: bool) -> String {
    let done = if maybe_applied { "what it had sent may have been applied" } else { "it had sent no change" };
    format!(
        "the call needed more than the {limit} bytes of memory that an instance of the component may have; {done}; pass less, or ask for \
         less, at a time, or raise host.limits.memoryBytes of the connection (memoryLimitBytes of [host])"
    )
}

/// How a listing ended that is not complete.
fn ending(listed: u64, total: Option<u64>) -> String {
    match total {
        Some(total) if listed >= total => {
            format!(
                "{listed} resources came, although {total} are announced, so that neither number tells how many there are"
            )
        }
        Some(total) => {
            format!(
                "{listed} resources came, {total} are announced, then the provider stopped short or repeated itself"
            )
        }
        None => format!("{listed} resources came, then the provider stopped short or repeated itself"),
    }
}

#[cfg(test)]
mod tests;
