//! From the settings' credentials to those the host adds: whether the connection asks for them, and what they mean. The
//! component checks them and fills in what a provider implies, its token endpoint for example; it sees everything but the
//! secrets.

use super::failure::at;
use super::version::Expanded;
use crate::connection::Auth;
use crate::connector::Connector;
use crate::egress::credentials::Credentials;
use crate::error::{Error, Result};
use crate::redact;
use crate::references::join;
use crate::settings::ConnectionSettings;
use crate::wipe_on_drop::WipeOnDrop;
use serde_json::{Map, Value};

/// What stands in a secret's place while the component looks at credentials.
const MASK: &str = "masked";

/// The settings of a connection that has none of its own, in their JSON form.
pub(super) fn shared(settings: &ConnectionSettings, path: &str) -> Result<WipeOnDrop<Value>> {
    if settings.credentials.is_some() {
        // They would go wherever any connection says its service is.
        return Err(Error::Config {
            path: join(path, "credentials"),
            detail: "credentials belong to one connection and cannot stand in Options::settings; give them by \
                     ConnectionSource::with_settings"
                .into(),
        });
    }
    Ok(WipeOnDrop::new(serde_json::to_value(settings).unwrap_or_default()))
}

/// The credentials the host adds for a connection: those of the settings, where the connection leaves them to the host. One
/// without the other is a mistake: requests would go out with other credentials than somebody meant, or with none.
pub(super) async fn of(
    connector: &Connector,
    connection: &Value,
    credentials: Option<WipeOnDrop<Value>>,
    expanded: &Expanded,
    path: &str,
) -> Result<Option<Credentials>> {
    let auth_type = join(path, "auth.type");
    let credentials = match (expanded.wants_credentials(), credentials.filter(|credentials| !credentials.is_null())) {
        (false, None) => return Ok(None),
        (true, Some(credentials)) => credentials,
        (true, None) => {
            let detail = format!(
                "\"host\" leaves the credentials to the host, which has none for this connection; write them to {}, or \
                 choose another type",
                join(path, "host.credentials")
            );
            return Err(Error::Config { path: auth_type, detail });
        }
        (false, Some(_)) => {
            let detail = format!("are added only where {auth_type} is \"host\"; set it to that, or take them out");
            return Err(invalid(path, "", detail));
        }
    };
    let auth = fill_in(connector, connection, &credentials, path).await?;
    let (Some(service), allow_insecure_http) = expanded.service() else { return Ok(None) };
    let credentials = Credentials::new(auth, service.clone(), allow_insecure_http);
    credentials.map(Some).map_err(|(key, detail)| invalid(path, key, detail))
}

/// An error in the host's credentials for the connection at `path`.
fn invalid(path: &str, key: &str, detail: String) -> Error {
    Error::Config { path: join(&join(path, "host.credentials"), key), detail }
}

/// The credentials as the component understands them, for this connection, with their secrets.
async fn fill_in(connector: &Connector, connection: &Value, credentials: &Value, path: &str) -> Result<Auth> {
    let unreadable = || invalid(path, "", "must be a table with a type".into());
    let credentials = credentials.as_object().ok_or_else(unreadable)?;
    let secrets: Vec<(&String, &Value)> =
        credentials.iter().filter(|(name, _)| redact::is_secret_in_auth(name)).collect();
    let mask = |(name, value): &(&String, &Value)| ((*name).clone(), masked(value));
    let mut shown = credentials.clone();
    shown.extend(secrets.iter().map(mask));
    let mut masked = WipeOnDrop::new(connection.clone());
    if let Some(masked) = masked.as_object_mut() {
        masked.insert("auth".into(), Value::Object(shown));
    }
    let masked = WipeOnDrop::new(masked.to_string());
    let expanded = connector.resolve_connection(&masked).await.map_err(|error| moved(at(path, error), path))?;
    let mut expanded: Map<String, Value> = serde_json::from_str(&expanded).map_err(|_| unreadable())?;
    let mut auth = WipeOnDrop::new(expanded.remove("auth").unwrap_or_default());
    if let Some(auth) = auth.as_object_mut() {
        auth.extend(secrets.into_iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    serde_json::from_value(auth.open()).map_err(|_| unreadable())
}

/// The same shape without its words.
fn masked(value: &Value) -> Value {
    match value {
        Value::String(text) if text.is_empty() => value.clone(),
        Value::String(_) => MASK.into(),
        Value::Object(object) => object.iter().map(|(name, value)| (name.clone(), masked(value))).collect(),
        other => other.clone(),
    }
}

/// An error in `auth`, which the component took the credentials for, as one in the credentials.
fn moved(error: Error, path: &str) -> Error {
    let Error::Config { path: place, detail } = &error else { return error };
    match place.strip_prefix(&join(path, "auth")) {
        Some(key) => Error::Config { path: format!("{}{key}", join(path, "host.credentials")), detail: detail.clone() },
        None => error,
    }
}
