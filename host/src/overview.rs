//! What a configuration's connections are, for whoever looks over them: where they lead, how they prove themselves, and where their
//! secrets are kept. Resolves no reference and holds no secret.

use crate::config::Config;
use crate::references::Reference;
use scim_connector_redaction::is_secret_name;
use serde::Serialize;
use serde_json::Value;

/// A connection, looked over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    /// Its name.
    pub name: String,
    /// Whether it is the one that is meant where none is named.
    pub default: bool,
    /// Where it leads: its service URL, or a provider and the organisation there.
    pub service: String,
    /// Its profile, where it names one or a provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The type of its `auth`.
    pub auth: String,
    /// Where its secrets are kept.
    pub secrets: Vec<Kept>,
}

/// A secret, and where it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Its key path in the connection.
    pub key: String,
    /// `in the file`, or what the reference names: `env NAME`, `file PATH`, `keyring SERVICE/ACCOUNT`.
    pub place: String,
}

impl Config {
    /// Its connections, looked over, by their names.
    #[must_use]
    pub fn overview(&self) -> Vec<Overview> {
        let default = self.connection(None).ok().map(|(name, _)| name);
        self.names().map(|name| self.look_over(name, default.as_deref())).collect()
    }

    fn look_over(&self, name: &str, default: Option<&str>) -> Overview {
        let value = self.value(name).unwrap_or(&Value::Null);
        let text = |pointer: &str| value.pointer(pointer).map(shown);
        let mut secrets = Vec::new();
        secrets_in(value, "", &mut secrets);
        if let Some(settings) = self.settings_of(name) {
            secrets_in(settings, "host", &mut secrets);
        }
        let service = text("/serviceUrl").map(|url| without_userinfo(&url)).or_else(|| {
            let organization =
                text("/organization").map_or_else(String::new, |organization| format!("/{organization}"));
            Some(format!("{}{organization}", text("/provider")?))
        });
        Overview {
            name: name.to_owned(),
            default: default == Some(name),
            service: service.unwrap_or_default(),
            profile: text("/profile").or_else(|| text("/provider")),
            auth: text("/auth/type").unwrap_or_default(),
            secrets,
        }
    }
}

/// A text, or where it comes from.
fn shown(value: &Value) -> String {
    let referred = value.as_object().and_then(Reference::of).map(place);
    referred.or_else(|| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn place(reference: Reference<'_>) -> String {
    match reference {
        Reference::Env(name) => format!("env {name}"),
        Reference::File(path) => format!("file {path}"),
        Reference::Keyring { service, account } => format!("keyring {service}/{account}"),
    }
}

/// A URL that may hold a password, without it.
fn without_userinfo(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    format!("{scheme}://{host}{path}")
}

/// The secrets below a value, by their names; `value` of an API key's header, and every reference.
fn secrets_in(value: &Value, path: &str, found: &mut Vec<Kept>) {
    let Value::Object(members) = value else { return };
    let is_header = members.get("type").and_then(Value::as_str) == Some("header");
    for (name, value) in members {
        let key = crate::references::join(path, &crate::references::key(name));
        let referred = value.as_object().and_then(Reference::of).map(place);
        let secret = is_secret_name(name) || is_header && name == "value" || path == "headers";
        match (referred, value) {
            (Some(place), _) if secret => found.push(Kept { key, place }),
            (Some(_), _) => {}
            (None, Value::String(_)) if secret => found.push(Kept { key, place: "in the file".into() }),
            _ => secrets_in(value, &key, found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn connections_are_looked_over_without_their_secrets() {
        let text = r#"
            default = "b"
            [connections.a]
            serviceUrl = "https://kim:hunter2@example.com/scim/v2?token=hunter2"
            auth = { type = "bearer", token = "hunter2" }
            headers = { "X-Api" = "hunter2" }
            [connections.b]
            provider = "asgardeo"
            organization = "myorg"
            auth = { type = "clientCredentials", clientId = "c", clientSecret = { env = "S" } }
            [connections.b.host]
            credentials = { type = "header", name = "X", value = { keyring = "s/a" } }
        "#;
        let found = Config::parse(text, Path::new("Config.toml")).unwrap().overview();
        let json = serde_json::to_value(&found).unwrap();
        assert!(!json.to_string().contains("hunter2"), "{json}");
        assert_eq!(
            json,
            serde_json::json!([
                {"name": "a", "default": false, "service": "https://example.com/scim/v2", "auth": "bearer",
                 "secrets": [{"key": "auth.token", "place": "in the file"}, {"key": "headers.X-Api", "place": "in the file"}]},
                {"name": "b", "default": true, "service": "asgardeo/myorg", "profile": "asgardeo", "auth": "clientCredentials",
                 "secrets": [{"key": "auth.clientSecret", "place": "env S"}, {"key": "host.credentials.value", "place": "keyring s/a"}]},
            ])
        );
    }
}
