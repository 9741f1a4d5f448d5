//! A connection as Rust types: the JSON form of the contract, and the record the typed functions take. What is allowed in
//! it is the component's to say; this module only carries it.

use crate::bindings::scim::connector::types as wit;
use crate::references::Reference;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use zeroize::Zeroize as _;

/// One provider and how to reach it.
///
/// ```
/// use scim_connector_host::connection::{Auth, Connection, Secret};
/// let connection = Connection {
///     service_url: Some("https://example.com/scim/v2".into()),
///     auth: Auth::Bearer { token: Secret::Env("SCIM_TOKEN".into()) },
///     ..Connection::default()
/// };
/// ```
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Connection {
    /// The service's base URL (RFC 7644 section 1.3); may be left out where `provider` fills it in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_url: Option<String>,
    /// A provider by name, for example `asgardeo`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The organisation at that provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Credentials.
    pub auth: Auth,
    /// The provider's profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Headers sent with every request to the service.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Limits in time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeouts: Option<Timeouts>,
    /// Retries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// Limits in size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
    /// Allows `http:` to a host that is not this machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_insecure_http: Option<bool>,
    /// Knobs of the profile that are replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overrides: Option<Value>,
}

/// Without the values of headers, which may be keys, and without what has the provider's own names.
impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("service_url", &self.service_url)
            .field("provider", &self.provider)
            .field("organization", &self.organization)
            .field("auth", &self.auth)
            .field("profile", &self.profile)
            .field("headers", &self.headers.keys())
            .field("timeouts", &self.timeouts)
            .field("retry", &self.retry)
            .field("limits", &self.limits)
            .field("allow_insecure_http", &self.allow_insecure_http)
            .finish_non_exhaustive()
    }
}

/// A secret, or where to find it. Its debug form does not show it, and it is wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// The secret itself.
    Literal(String),
    /// The name of an environment variable, read when a client is made.
    Env(String),
    /// A file, read when a client is made.
    File(PathBuf),
    /// An entry of the operating system's keyring, read when a client is made.
    Keyring {
        /// The service.
        service: String,
        /// The account with it.
        account: String,
    },
}

impl Secret {
    /// The secret itself; none where it is a reference.
    #[must_use]
    pub fn literal(&self) -> Option<&str> {
        match self {
            Self::Literal(text) => Some(text),
            _ => None,
        }
    }

    /// The secret itself, taken out: whoever has it wipes it.
    fn take(mut self) -> Option<String> {
        match &mut self {
            Self::Literal(text) => Some(std::mem::take(text)),
            _ => None,
        }
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        if let Self::Literal(text) = self {
            text.zeroize();
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(_) => f.write_str("[redacted]"),
            Self::Env(name) => write!(f, "Env({name:?})"),
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::Keyring { service, account } => write!(f, "Keyring({service}/{account})"),
        }
    }
}

/// What a secret looks like in JSON.
const SECRET_FORMS: &str = "text, {\"env\": NAME}, {\"file\": PATH} or {\"keyring\": \"SERVICE/ACCOUNT\"}";

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Literal(text) => serializer.serialize_str(text),
            Self::Env(name) => serializer.collect_map([("env", name)]),
            Self::File(path) => serializer.collect_map([("file", path)]),
            Self::Keyring { service, account } => {
                serializer.collect_map([("keyring", BTreeMap::from([("service", service), ("account", account)]))])
            }
        }
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // serde's own message would quote the value.
        deserializer.deserialize_any(SecretVisitor).map_err(|_| D::Error::custom(format!("a secret is {SECRET_FORMS}")))
    }
}

/// Text is taken over, not copied, so that no copy stays behind unwiped.
struct SecretVisitor;

impl<'de> Visitor<'de> for SecretVisitor {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SECRET_FORMS)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Secret, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E: serde::de::Error>(self, text: String) -> Result<Secret, E> {
        Ok(Secret::Literal(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Secret, A::Error> {
        let mut object = Map::new();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            object.insert(name, value);
        }
        Ok(match Reference::of(&object) {
            Some(Reference::Env(name)) => Secret::Env(name.into()),
            Some(Reference::File(path)) => Secret::File(path.into()),
            Some(Reference::Keyring { service, account }) => {
                Secret::Keyring { service: service.into(), account: account.into() }
            }
            None => return Err(A::Error::custom("no reference")),
        })
    }
}

/// How requests to the service are authenticated (RFC 7644 section 2).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "AuthJson", into = "AuthJson")]
#[non_exhaustive]
pub enum Auth {
    /// Not at all.
    #[default]
    None,
    /// The host adds the credentials on the way out.
    Host,
    /// A bearer token (RFC 6750).
    Bearer {
        /// The token.
        token: Secret,
    },
    /// A token with another scheme than Bearer, as in `Authorization: SSWS 00aBc`; in JSON `bearer` with a `scheme`.
    Scheme {
        /// The scheme's name, for example `SSWS`, `Token` or `ApiKey`.
        scheme: String,
        /// The token, without the scheme.
        token: Secret,
    },
    /// HTTP Basic authentication (RFC 7617).
    Basic {
        /// The user name.
        username: String,
        /// The password.
        password: Secret,
    },
    /// A header with an API key.
    Header {
        /// The header's name.
        name: String,
        /// Its value.
        value: Secret,
    },
    /// OAuth 2.0 client credentials (RFC 6749 section 4.4).
    ClientCredentials(Box<ClientCredentials>),
}

/// [`Auth`] as JSON has it: a scheme stands with a bearer token.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum AuthJson {
    None,
    Host,
    Bearer {
        token: Secret,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scheme: Option<String>,
    },
    Basic {
        username: String,
        password: Secret,
    },
    Header {
        name: String,
        value: Secret,
    },
    ClientCredentials(Box<ClientCredentials>),
}

impl From<AuthJson> for Auth {
    fn from(json: AuthJson) -> Self {
        match json {
            AuthJson::None => Self::None,
            AuthJson::Host => Self::Host,
            AuthJson::Bearer { token, scheme: None } => Self::Bearer { token },
            AuthJson::Bearer { token, scheme: Some(scheme) } => Self::Scheme { scheme, token },
            AuthJson::Basic { username, password } => Self::Basic { username, password },
            AuthJson::Header { name, value } => Self::Header { name, value },
            AuthJson::ClientCredentials(client) => Self::ClientCredentials(client),
        }
    }
}

impl From<Auth> for AuthJson {
    fn from(auth: Auth) -> Self {
        match auth {
            Auth::None => Self::None,
            Auth::Host => Self::Host,
            Auth::Bearer { token } => Self::Bearer { token, scheme: None },
            Auth::Scheme { scheme, token } => Self::Bearer { token, scheme: Some(scheme) },
            Auth::Basic { username, password } => Self::Basic { username, password },
            Auth::Header { name, value } => Self::Header { name, value },
            Auth::ClientCredentials(client) => Self::ClientCredentials(client),
        }
    }
}

/// OAuth 2.0 client credentials (RFC 6749 section 4.4).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClientCredentials {
    /// The token endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_url: Option<String>,
    /// The client identifier.
    pub client_id: String,
    /// The client secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<Secret>,
    /// A private key in PKCS#8 PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_key: Option<Secret>,
    /// The key's identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// How the client proves itself to the token endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// Scopes to ask for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// The `audience` parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// Further parameters of the token request.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
}

/// How a client proves itself to the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Method {
    /// HTTP Basic authentication.
    Basic,
    /// In the request's body.
    Post,
    /// A signed assertion (RFC 7523).
    PrivateKeyJwt,
}

/// Limits in time, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Timeouts {
    /// Until a connection stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect_ms: Option<u32>,
    /// From the request to the answer's first byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_byte_ms: Option<u32>,
    /// Between two pieces of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub between_bytes_ms: Option<u32>,
    /// For the whole call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_ms: Option<u32>,
}

/// Retries of what is safe to repeat.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Retry {
    /// Attempts in all; 1 switches retries off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_attempts: Option<u32>,
    /// First pause, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_delay_ms: Option<u32>,
    /// Longest pause, in milliseconds, whatever the provider asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_delay_ms: Option<u32>,
}

/// Limits in size.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Limits {
    /// Largest answer read, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_bytes: Option<u64>,
    /// Deepest nesting of JSON read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub json_depth: Option<u32>,
    /// Most redirects followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirects: Option<u32>,
}

impl From<Secret> for wit::Secret {
    fn from(secret: Secret) -> Self {
        // Only a connection whose references were resolved becomes a record.
        match &secret {
            Secret::Env(name) => Self::Env(name.clone()),
            _ => Self::Literal(secret.take().unwrap_or_default()),
        }
    }
}

fn pairs(map: BTreeMap<String, String>) -> Option<Vec<(String, String)>> {
    (!map.is_empty()).then(|| map.into_iter().collect())
}

impl From<Auth> for wit::Auth {
    fn from(auth: Auth) -> Self {
        match auth {
            Auth::None => Self::None,
            Auth::Host => Self::Host,
            Auth::Bearer { token } => Self::Bearer(token.into()),
            Auth::Scheme { scheme, token } => Self::Scheme(wit::SchemeCredentials { scheme, token: token.into() }),
            Auth::Basic { username, password } => {
                Self::Basic(wit::BasicCredentials { username, password: password.into() })
            }
            Auth::Header { name, value } => Self::Header(wit::HeaderCredentials { name, value: value.into() }),
            Auth::ClientCredentials(client) => Self::ClientCredentials(wit::ClientCredentials {
                token_url: client.token_url.unwrap_or_default(),
                client_id: client.client_id,
                client_secret: client.client_secret.map(Into::into),
                private_key: client.private_key.map(Into::into),
                key_id: client.key_id,
                method: client.method.map(|method| match method {
                    Method::Basic => wit::ClientAuthentication::Basic,
                    Method::Post => wit::ClientAuthentication::Post,
                    Method::PrivateKeyJwt => wit::ClientAuthentication::PrivateKeyJwt,
                }),
                scopes: client.scopes,
                audience: client.audience,
                parameters: pairs(client.parameters),
            }),
        }
    }
}

impl From<Connection> for wit::Connection {
    fn from(connection: Connection) -> Self {
        Self {
            service_url: connection.service_url.unwrap_or_default(),
            auth: connection.auth.into(),
            profile: connection.profile,
            headers: pairs(connection.headers),
            timeouts: connection.timeouts.map(|timeouts| wit::Timeouts {
                connect_ms: timeouts.connect_ms,
                first_byte_ms: timeouts.first_byte_ms,
                between_bytes_ms: timeouts.between_bytes_ms,
                total_ms: timeouts.total_ms,
            }),
            retry: connection.retry.map(|retry| wit::Retry {
                max_attempts: retry.max_attempts,
                base_delay_ms: retry.base_delay_ms,
                max_delay_ms: retry.max_delay_ms,
            }),
            limits: connection.limits.map(|limits| wit::Limits {
                response_bytes: limits.response_bytes,
                json_depth: limits.json_depth,
                redirects: limits.redirects,
            }),
            allow_insecure_http: connection.allow_insecure_http,
            overrides: connection.overrides.map(|overrides| overrides.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_and_types_say_the_same() {
        let text = json!({
            "serviceUrl": "https://example.com/scim/v2",
            "auth": {"type": "clientCredentials", "tokenUrl": "https://example.com/token", "clientId": "c",
                "clientSecret": {"env": "S"}, "method": "privateKeyJwt", "scopes": ["a"], "parameters": {"resource": "r"}},
            "headers": {"User-Agent": "x"},
            "timeouts": {"totalMs": 5000},
            "limits": {"responseBytes": 10},
            "allowInsecureHttp": true,
        });
        let connection: Connection = serde_json::from_value(text.clone()).unwrap();
        assert_eq!(serde_json::to_value(&connection).unwrap(), text);
        for auth in [
            json!({"type": "none"}),
            json!({"type": "host"}),
            json!({"type": "bearer", "token": "t"}),
            json!({"type": "bearer", "token": "t", "scheme": "SSWS"}),
            json!({"type": "basic", "username": "u", "password": {"file": "p"}}),
            json!({"type": "header", "name": "X-Key", "value": "v"}),
            json!({"type": "bearer", "token": {"keyring": {"service": "scim", "account": "prod"}}}),
        ] {
            let parsed: Auth = serde_json::from_value(auth.clone()).unwrap();
            assert_eq!(serde_json::to_value(&parsed).unwrap(), auth);
        }
    }

    #[test]
    fn no_debug_form_and_no_error_shows_a_secret() {
        let connection =
            Connection { auth: Auth::Bearer { token: Secret::Literal("swordfish".into()) }, ..Connection::default() };
        let headers = [("X-Key".to_owned(), "swordfish".to_owned())].into();
        let connection = Connection { headers, ..connection };
        assert!(!format!("{connection:?}").contains("swordfish"));
        let error = serde_json::from_value::<Secret>(json!(["swordfish"])).unwrap_err().to_string();
        assert_eq!(error, "a secret is text, {\"env\": NAME}, {\"file\": PATH} or {\"keyring\": \"SERVICE/ACCOUNT\"}");
    }
}
