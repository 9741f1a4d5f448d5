//! Which profile a connection has, found out without its secrets.

use crate::client::at;
use crate::connector::Connector;
use crate::error::{Error, Result};
use crate::references::{self, Lookup};
use crate::source::ConnectionSource;
use serde_json::{Map, Value, json};

/// Members of a connection that decide its profile; the others, secrets among them, are not looked at.
const DECISIVE: [&str; 5] = ["serviceUrl", "provider", "organization", "profile", "overrides"];

impl Connector {
    /// The profile of a connection and its own `overrides` of it, as the component reads them. Sends nothing.
    ///
    /// # Errors
    /// [`Error::Config`] where the connection is wrong.
    pub async fn profile_of(&self, source: ConnectionSource) -> Result<(String, Map<String, Value>)> {
        let ConnectionSource { mut value, path, folder, references: allowed, .. } = source;
        if let Some(members) = value.as_object_mut() {
            members.retain(|name, _| DECISIVE.contains(&name.as_str()));
        }
        references::resolve(&mut value, &path, &Lookup { allowed, ..Lookup::here(&folder) })?;
        if let Some(members) = value.as_object_mut() {
            members.insert("auth".into(), json!({"type": "none"}));
        }
        let text = self.resolve_connection(&value.to_string()).await.map_err(|error| at(&path, error))?;
        let unreadable = || Error::Load("the component's expanded connection cannot be read".into());
        let expanded: Value = serde_json::from_str(&text).map_err(|_| unreadable())?;
        let profile = expanded.get("profile").and_then(Value::as_str).ok_or_else(unreadable)?;
        let overrides = expanded.get("overrides").and_then(Value::as_object).cloned().unwrap_or_default();
        Ok((profile.to_owned(), overrides))
    }
}
