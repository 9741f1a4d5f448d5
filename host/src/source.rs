//! Where a client's connection comes from: JSON, Rust types or a configuration file, with a name for error messages.

use crate::connection::Connection;
use crate::settings::ConnectionSettings;
use serde_json::Value;
use std::fmt;
use std::path::PathBuf;

/// A connection and where it stands.
#[derive(Clone)]
pub struct ConnectionSource {
    /// The connection as the contract describes it in JSON; references are not resolved yet.
    pub(crate) value: Value,
    /// Stands before key paths in errors, for example `connections.prod`.
    pub(crate) path: String,
    /// Where relative files of references are looked for.
    pub(crate) folder: PathBuf,
    /// The host's settings for it in their JSON form; those of `Options` where there are none.
    pub(crate) settings: Option<Value>,
}

impl ConnectionSource {
    /// A connection that stands at `path` of a configuration in `folder`.
    #[must_use]
    pub fn at(value: Value, path: impl Into<String>, folder: impl Into<PathBuf>) -> Self {
        Self { value, path: path.into(), folder: folder.into(), settings: None }
    }

    /// The same with the host's settings for it.
    #[must_use]
    pub fn with_settings(self, settings: &ConnectionSettings) -> Self {
        // Its members are text, numbers, lists and maps with text keys, which always have a JSON form.
        Self { settings: serde_json::to_value(settings).ok(), ..self }
    }
}

impl fmt::Debug for ConnectionSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConnectionSource({})", self.path)
    }
}

impl From<Value> for ConnectionSource {
    fn from(value: Value) -> Self {
        Self::at(value, "connection", "")
    }
}

impl From<Connection> for ConnectionSource {
    fn from(connection: Connection) -> Self {
        // Its members are text, numbers, lists and maps with text keys, which always have a JSON form.
        serde_json::to_value(connection).unwrap_or(Value::Null).into()
    }
}
