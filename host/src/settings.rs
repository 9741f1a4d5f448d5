//! What the host itself keeps to for one connection: credentials it adds, TLS, proxy, what may leave, limits. It belongs to
//! whoever runs the host: the component never sees it, and a connection's own JSON cannot set it. This module holds the
//! types, their JSON form and their defaults; what they do is done where they are used.

use crate::address::AddressRule;
use crate::connection::{Auth, Secret};
use crate::error::{Error, Result};
use crate::references::join;
use crate::suggest;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// The host's settings for one connection: `[connections.NAME.host]` of the configuration file.
///
/// ```
/// use scim_connector_host::settings::{ConnectionSettings, Limits};
/// let settings = ConnectionSettings {
///     limits: Limits { requests_per_second: Some(10.0), ..Limits::default() },
///     ..ConnectionSettings::default()
/// };
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ConnectionSettings {
    /// Credentials the host adds on the way out, for a connection whose `auth` is `host`: the component never sees them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<Auth>,
    /// Whom TLS trusts and what it shows.
    pub tls: Tls,
    /// The way to the provider.
    pub proxy: Proxy,
    /// What may leave beyond or short of what the connection itself names.
    pub allow: Allow,
    /// How much.
    pub limits: Limits,
}

/// TLS of one connection. Certificates and keys are PEM texts, in files usually: `{file = "ca.pem"}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Tls {
    /// Certificates of authorities that are trusted besides the system's.
    pub ca: Vec<String>,
    /// Whether the system's authorities are trusted; without them only `ca` is.
    pub system_roots: bool,
    /// The client's certificate chain, for providers that ask for one (mTLS, RFC 8705).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_certificate: Option<String>,
    /// The private key of the client's certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_key: Option<Secret>,
}

impl Default for Tls {
    fn default() -> Self {
        Self { ca: Vec::new(), system_roots: true, client_certificate: None, client_key: None }
    }
}

/// The way to the provider: `"environment"`, `"none"`, or a proxy's URL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Proxy {
    /// As `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say.
    #[default]
    Environment,
    /// Directly.
    None,
    /// Over this HTTP proxy; the URL may hold a user name and a password.
    Url(Secret),
}

impl Serialize for Proxy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Environment => serializer.serialize_str("environment"),
            Self::None => serializer.serialize_str("none"),
            Self::Url(url) => url.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Proxy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Secret::deserialize(deserializer) {
            Ok(url) => match url.literal() {
                Some("environment") => Ok(Self::Environment),
                Some("none") => Ok(Self::None),
                Some(text) if !text.starts_with("http://") && !text.starts_with("https://") => {
                    Err(D::Error::custom("invalid value: text, expected \"environment\", \"none\" or an http URL"))
                }
                _ => Ok(Self::Url(url)),
            },
            Err(_) => {
                Err(D::Error::custom("invalid type: something else, expected \"environment\", \"none\" or a URL"))
            }
        }
    }
}

/// What may leave.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Allow {
    /// The only methods that may leave; all where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub methods: Option<Vec<String>>,
    /// Origins (`https://host:port`) besides those that the connection names.
    pub origins: Vec<String>,
    /// Addresses that may be reached besides public ones and those all connections may reach (`Options::allow_addresses`).
    pub addresses: Vec<AddressRule>,
}

/// How much one connection may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Limits {
    /// Calls at a time; further ones wait.
    pub concurrency: usize,
    /// Calls that may wait; further ones are refused at once.
    pub queue: usize,
    /// HTTP requests a second, in the long run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_second: Option<f64>,
    /// HTTP requests that may leave at once after a pause; the larger of 1 and `requests_per_second` where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub burst: Option<u32>,
    /// Most memory of one instance, in bytes; that of all connections where it is absent, which it cannot exceed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<usize>,
    /// Largest response body let in, in bytes as they come over the wire and as they are after decompression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_bytes: Option<u64>,
    /// When to stop asking a provider that is down.
    pub breaker: Breaker,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            concurrency: 64,
            queue: 1000,
            requests_per_second: None,
            burst: None,
            memory_bytes: None,
            response_bytes: None,
            breaker: Breaker::default(),
        }
    }
}

/// The circuit breaker: after so many failed requests in a row, calls are refused until the pause is over; then one call
/// tries, and its outcome decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Breaker {
    /// Requests in a row that could not be sent, were not answered, or were answered 500, 502, 503 or 504; 0 switches the
    /// breaker off.
    pub failures: u32,
    /// How long calls are refused, in milliseconds.
    pub pause_ms: u32,
}

impl Default for Breaker {
    fn default() -> Self {
        Self { failures: 20, pause_ms: 10_000 }
    }
}

/// Requests a second, at the least and at the most.
const SLOWEST: f64 = 0.001;
const FASTEST: f64 = 1_000_000.0;

/// The longest that calls are refused, in milliseconds: a day.
const LONGEST_BREAK: u32 = 24 * 60 * 60 * 1000;

impl ConnectionSettings {
    /// Reads the JSON form, in which references have been resolved; `path` stands before the key paths of errors.
    ///
    /// # Errors
    /// [`Error::Config`] with the key's path. It quotes no value, since values may be secrets.
    pub fn from_json(value: Value, path: &str) -> Result<Self> {
        let settings: Self = serde_path_to_error::deserialize(value).map_err(|error| {
            let at = match error.path().to_string() {
                all if all == "." => String::new(),
                all => all,
            };
            Error::Config { path: join(path, &at), detail: unquoted(&error.into_inner().to_string()) }
        })?;
        settings.check().map_err(|(at, detail)| Error::Config { path: join(path, at), detail: detail.to_owned() })?;
        Ok(settings)
    }

    fn check(&self) -> Result<(), (&'static str, &'static str)> {
        let limits = &self.limits;
        if limits.concurrency == 0 {
            return Err(("limits.concurrency", "must be a whole number above 0"));
        }
        if limits.requests_per_second.is_some_and(|rate| !rate.is_finite() || rate <= 0.0) {
            return Err(("limits.requestsPerSecond", "must be a number above 0"));
        }
        if limits.burst == Some(0) {
            return Err(("limits.burst", "must be a whole number above 0"));
        }
        // Rates below make pauses of days between two requests, which no call has time for.
        if limits.requests_per_second.is_some_and(|rate| !(SLOWEST..=FASTEST).contains(&rate)) {
            return Err(("limits.requestsPerSecond", "must be from 0.001 to 1000000"));
        }
        if limits.breaker.pause_ms > LONGEST_BREAK {
            return Err(("limits.breaker.pauseMs", "must be at most 86400000, a day"));
        }
        if self.tls.client_certificate.is_some() != self.tls.client_key.is_some() {
            return Err(("tls", "clientCertificate and clientKey go together; give both or none"));
        }
        if matches!(self.credentials, Some(Auth::Host | Auth::None)) {
            return Err(("credentials.type", "must be bearer, basic, header or clientCredentials"));
        }
        Ok(())
    }
}

/// serde's message in our words, and without the value it quotes.
fn unquoted(message: &str) -> String {
    if let Some(rest) = message.strip_prefix("unknown field `")
        && let Some((name, known)) = rest.split_once('`')
    {
        let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
        return match suggest::closest(name, known.iter().copied()) {
            Some(close) => format!("unknown key; did you mean \"{close}\"?"),
            None => format!("unknown key; known are {}", known.join(", ")),
        };
    }
    if message.starts_with("invalid")
        && let Some((_, expected)) = message.rsplit_once(", expected ")
    {
        return format!("must be {expected}");
    }
    message.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn error(value: Value) -> String {
        ConnectionSettings::from_json(value, "connections.a.host").unwrap_err().to_string()
    }

    #[test]
    fn json_and_types_say_the_same() {
        let all = json!({
            "credentials": {"type": "bearer", "token": "t"},
            "tls": {"ca": ["PEM"], "systemRoots": false, "clientCertificate": "PEM", "clientKey": "PEM"},
            "proxy": "http://proxy:3128",
            "allow": {"methods": ["GET"], "origins": ["https://a.test"], "addresses": ["loopback", "10.0.0.0/8"]},
            "limits": {"concurrency": 2, "queue": 3, "requestsPerSecond": 1.5, "burst": 4, "memoryBytes": 5,
                "responseBytes": 6, "breaker": {"failures": 7, "pauseMs": 8}},
        });
        let settings = ConnectionSettings::from_json(all.clone(), "").unwrap();
        assert_eq!(serde_json::to_value(&settings).unwrap(), all);
        let none = ConnectionSettings::from_json(json!({}), "").unwrap();
        assert_eq!(none, ConnectionSettings::default());
        assert_eq!(ConnectionSettings::from_json(serde_json::to_value(&none).unwrap(), "").unwrap(), none);
    }

    #[test]
    fn every_mistake_is_named_and_no_value_quoted() {
        let rows = [
            (json!({"limit": {}}), "connections.a.host.limit: unknown key; did you mean \"limits\"?"),
            (
                json!({"limits": {"x": 1}}),
                "connections.a.host.limits.x: unknown key; known are concurrency, queue, requestsPerSecond, burst, memoryBytes, responseBytes, breaker",
            ),
            (
                json!({"limits": {"concurrency": 0}}),
                "connections.a.host.limits.concurrency: must be a whole number above 0",
            ),
            (json!({"limits": {"concurrency": "secret"}}), "connections.a.host.limits.concurrency: must be usize"),
            (
                json!({"limits": {"requestsPerSecond": 0}}),
                "connections.a.host.limits.requestsPerSecond: must be a number above 0",
            ),
            (
                json!({"limits": {"requestsPerSecond": 1e-300}}),
                "connections.a.host.limits.requestsPerSecond: must be from 0.001 to 1000000",
            ),
            (
                json!({"limits": {"breaker": {"pauseMs": 86_400_001}}}),
                "connections.a.host.limits.breaker.pauseMs: must be at most 86400000, a day",
            ),
            (
                json!({"tls": {"clientKey": "k"}}),
                "connections.a.host.tls: clientCertificate and clientKey go together; give both or none",
            ),
            (
                json!({"proxy": "proxy:3128"}),
                "connections.a.host.proxy: must be \"environment\", \"none\" or an http URL",
            ),
            (
                json!({"credentials": {"type": "host"}}),
                "connections.a.host.credentials.type: must be bearer, basic, header or clientCredentials",
            ),
            (
                json!({"allow": {"addresses": ["secret"]}}),
                "connections.a.host.allow.addresses[0]: must be loopback, private, linkLocal or a range such as 10.0.0.0/8",
            ),
        ];
        for (value, text) in rows {
            assert_eq!(error(value), text);
        }
    }
}
