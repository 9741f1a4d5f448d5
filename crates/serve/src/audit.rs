//! What is written down of changes: a line of JSON each, who asked for which operation, on what, and what came of it. No input and no
//! result is in it: they tell of people.

use parking_lot::Mutex;
use scim_connector_host::error::{Error, Result};
use serde_json::{Value, json};
use std::io::Write;

/// Where lines go.
pub struct Audit(Mutex<Box<dyn Write + Send>>);

/// One change.
pub(crate) struct Change<'a> {
    pub caller: &'a str,
    pub operation: &'a str,
    /// The identifier in the input, if it has one.
    pub id: Option<&'a str>,
}

impl Audit {
    /// To a file, or stderr.
    pub fn new(to: impl Write + Send + 'static) -> Self {
        Self(Mutex::new(Box::new(to)))
    }

    /// Writes that a change is about to be asked for. Where that cannot be written it must not be.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(crate) fn begins(&self, change: &Change<'_>) -> Result<()> {
        self.line(change, "asked", &Value::Null).map_err(|error| {
            Error::Io(format!(
                "nothing was changed: the audit line cannot be written: {error}; free the disk, or name another --audit"
            ))
        })
    }

    /// Writes what came of it. Where that fails somebody else is told.
    pub(crate) fn ended(&self, change: &Change<'_>, outcome: std::result::Result<Option<&str>, &Error>) {
        let written = match outcome {
            Ok(id) => self.line(&Change { id: change.id.or(id), ..*change }, "done", &Value::Null),
            Err(error) => {
                let class = error.class();
                self.line(change, "failed", &json!({"kind": class.kind, "maybeApplied": class.maybe_applied}))
            }
        };
        if let Err(error) = written {
            tracing::error!(%error, operation = change.operation, "the audit line of a change cannot be written");
        }
    }

    fn line(&self, change: &Change<'_>, outcome: &str, more: &Value) -> std::io::Result<()> {
        let at = jiff::Timestamp::now().to_string();
        let mut line = json!({"at": at, "caller": change.caller, "operation": change.operation, "outcome": outcome});
        if let Some(line) = line.as_object_mut() {
            line.extend(change.id.map(|id| ("id".to_owned(), id.into())));
            line.extend(more.as_object().cloned().into_iter().flatten());
        }
        let mut to = self.0.lock();
        to.write_all(format!("{line}\n").as_bytes()).and_then(|()| to.flush())
    }
}
