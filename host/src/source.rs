//! Where a client's connection comes from: JSON, Rust types or a configuration file, with a name for error messages.

use crate::connection::Connection;
use crate::settings::ConnectionSettings;
use crate::wipe_on_drop::WipeOnDrop;
use serde_json::Value;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// A connection and where it stands.
#[derive(Clone)]
pub struct ConnectionSource {
    /// The connection as the contract describes it in JSON; references are not resolved yet.
    pub(crate) value: WipeOnDrop<Value>,
    /// Stands before key paths in errors, for example `connections.prod`.
    pub(crate) path: String,
    /// What metrics and spans call it; empty where it has no name.
    pub(crate) name: String,
    /// Where relative files of references are looked for.
    pub(crate) folder: PathBuf,
    /// The host's settings for it in their JSON form; those of `Options` where there are none.
    pub(crate) settings: Option<WipeOnDrop<Value>>,
    /// Whether references in `value` are followed.
    pub(crate) references: bool,
}

impl ConnectionSource {
    /// A connection that stands at `path` of a configuration in `folder`.
    #[must_use]
    pub fn at(value: Value, path: impl Into<String>, folder: impl Into<PathBuf>) -> Self {
        let (value, path, folder) = (WipeOnDrop::new(value), path.into(), folder.into());
        Self { value, path, name: String::new(), folder, settings: None, references: true }
    }

    /// The same with a name for metrics and spans. It goes to whoever reads them, so it must not be personal; connections of
    /// the same name are counted together.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// A connection from somebody who may not read this machine's secrets, such as a tenant of a platform: a reference
    /// (`{"env": …}`, `{"file": …}`, `{"keyring": …}`) anywhere in it is an error when the client is made. Those in the host's
    /// settings are followed all the same.
    ///
    /// ```
    /// use scim_connector_host::ConnectionSource;
    /// use serde_json::json;
    /// let sent_in = json!({"serviceUrl": "https://example.com/scim/v2", "auth": {"type": "bearer", "token": "t0ken"}});
    /// let source = ConnectionSource::without_references(sent_in);
    /// ```
    #[must_use]
    pub fn without_references(connection: impl Into<Self>) -> Self {
        Self { references: false, ..connection.into() }
    }

    /// The longest that it lets anybody wait before another attempt, whatever the provider asks for: `retry.maxDelayMs`, where it is set.
    #[must_use]
    pub fn longest_pause(&self) -> Option<Duration> {
        self.value.pointer("/retry/maxDelayMs").and_then(Value::as_u64).map(Duration::from_millis)
    }

    /// The same with the host's settings for it. Credentials among them go to the connection's `serviceUrl`, whoever named it.
    #[must_use]
    pub fn with_settings(self, settings: &ConnectionSettings) -> Self {
        // Its members are text, numbers, lists and maps with text keys, which always have a JSON form.
        Self { settings: serde_json::to_value(settings).ok().map(WipeOnDrop::new), ..self }
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
