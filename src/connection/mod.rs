//! A connection: one provider and how to reach it, checked and with every default filled in.
//!
//! `scheme` holds the rules for `Authorization` headers, `json` is its JSON form (the WIT form is `convert`'s), `reuse` the one of the last call, `wire` the rules for URLs and headers. It sends nothing and reads no secret: a
//! [`Secret`] is revealed by whoever puts it on the wire, just before.

mod json;
mod reuse;
pub mod scheme;
mod wire;

use crate::failure::{Failure, Kind, Result};
use crate::profile::Profile;
use crate::scim::resource::Resource;
use std::fmt;
use url::Url;
pub use wire::{header, http_url, is_header_value};

/// A secret, or the environment variable it stands in.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// The secret itself.
    Literal(String),
    /// The name of an environment variable.
    Env(String),
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Secret::Literal(_) => f.write_str("[redacted]"),
            Secret::Env(name) => write!(f, "env {name}"),
        }
    }
}

impl Secret {
    /// The secret itself; `pointer` says where the connection asks for it.
    pub fn reveal(&self, pointer: &str, environment: impl Fn(&str) -> Option<String>) -> Result<String> {
        let (value, what) = match self {
            Secret::Literal(value) => (Some(value.clone()), "the secret".to_owned()),
            Secret::Env(name) => (environment(name), format!("environment variable {name:?}")),
        };
        match value {
            Some(value) if !value.is_empty() => Ok(value),
            Some(_) => {
                Err(Failure::new(Kind::Configuration, format!("{}: {what} is empty", crate::naming::place(pointer)))
                    .at(pointer))
            }
            None => {
                Err(Failure::new(Kind::Configuration, format!("{}: {what} is not set", crate::naming::place(pointer)))
                    .at(pointer))
            }
        }
    }
}

/// How the client proves itself to the token endpoint (RFC 6749 section 2.3, RFC 7523 section 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `client_secret_basic`.
    Basic,
    /// `client_secret_post`.
    Post,
    /// `private_key_jwt`.
    PrivateKeyJwt,
}

/// OAuth 2.0 client credentials (RFC 6749 section 4.4). Equal credentials share a cached token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCredentials {
    /// The token endpoint.
    pub token_url: Url,
    /// The client identifier.
    pub client_id: String,
    /// The client secret; there for `Basic` and `Post`.
    pub client_secret: Option<Secret>,
    /// PKCS#8 PEM; there for `PrivateKeyJwt`.
    pub private_key: Option<Secret>,
    /// `kid` of the assertion.
    pub key_id: Option<String>,
    /// How the client proves itself.
    pub method: Method,
    /// Scopes to ask for.
    pub scopes: Vec<String>,
    /// The `audience` parameter.
    pub audience: Option<String>,
    /// Further parameters.
    pub parameters: Vec<(String, String)>,
}

/// How requests are authenticated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Auth {
    /// Not at all.
    None,
    /// By the host.
    Host,
    /// Bearer token.
    Bearer(Secret),
    /// As a bearer token, with another scheme: its name, token.
    Scheme(String, Secret),
    /// HTTP Basic: user name, password.
    Basic(String, Secret),
    /// A header: name, value.
    Header(String, Secret),
    /// OAuth 2.0 client credentials.
    ClientCredentials(Box<ClientCredentials>),
}

/// Limits in time, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Until a connection stands.
    pub connect: u32,
    /// Until the first byte of the answer.
    pub first_byte: u32,
    /// Between two pieces of the answer.
    pub between_bytes: u32,
    /// For the whole call.
    pub total: u32,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts { connect: 10_000, first_byte: 30_000, between_bytes: 30_000, total: 120_000 }
    }
}

/// Retries of what is safe to repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Attempts in all, 1 or more.
    pub max_attempts: u32,
    /// First pause, milliseconds.
    pub base_delay: u32,
    /// Longest pause, milliseconds, whatever the provider asks for. None: what it asks for is waited for while the call has time.
    pub max_delay: Option<u32>,
}

impl Default for Retry {
    fn default() -> Self {
        Retry { max_attempts: 3, base_delay: 250, max_delay: None }
    }
}

impl Retry {
    /// The longest pause where the provider asks for none and the connection sets none, milliseconds.
    pub const LONGEST_BACKOFF: u64 = 20_000;
}

/// Limits in size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest answer, bytes.
    pub response_bytes: u64,
    /// Deepest nesting of JSON.
    pub json_depth: u32,
    /// Most redirects.
    pub redirects: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { response_bytes: 8 * 1024 * 1024, json_depth: 64, redirects: 5 }
    }
}

/// Deepest nesting serde_json reads.
pub const JSON_DEPTH_MAX: u32 = 120;

/// A day, in milliseconds: nothing in a call takes longer or is waited for longer.
pub const LONGEST_MS: u32 = 24 * 60 * 60 * 1000;

/// Most attempts: whoever asks a provider more often for the same thing has another problem.
pub const ATTEMPTS_MAX: u32 = 100;

/// Most redirects of a request.
pub const REDIRECTS_MAX: u32 = 20;

/// What a connection is made from; either form of it fills this in.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Base URL of the service.
    pub service_url: String,
    /// Credentials.
    pub auth: Auth,
    /// Name of the profile.
    pub profile: Option<String>,
    /// Headers of every request.
    pub headers: Vec<(String, String)>,
    /// Limits in time.
    pub timeouts: Timeouts,
    /// Retries.
    pub retry: Retry,
    /// Limits in size.
    pub limits: Limits,
    /// Whether `http:` is allowed beyond loopback.
    pub allow_insecure_http: bool,
    /// Knobs that replace the profile's and the provider's.
    pub overrides: Resource,
}

/// A connection that holds together.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Base URL, without a slash at its end.
    pub service_url: Url,
    /// The other parts, checked.
    pub parts: Draft,
    /// The provider's profile, under the overrides.
    pub profile: Profile,
}

impl Draft {
    /// Checks the parts against each other.
    pub fn check(self) -> Result<Connection> {
        let service_url = wire::service_url(&self.service_url, "/serviceUrl", self.allow_insecure_http)?;
        if let Auth::ClientCredentials(credentials) = &self.auth {
            wire::insecure(&credentials.token_url, "/auth/tokenUrl", self.allow_insecure_http)?;
        }
        for (name, value) in &self.headers {
            header(name, value, "/headers")?;
        }
        match &self.auth {
            Auth::Header(name, value) => {
                wire::credential_header(name, "/auth/name")?;
                if let (true, Secret::Literal(value)) = (is_authorization(name), value) {
                    scheme::check_value(value.trim()).map_err(|why| configuration("/auth/value", why))?;
                }
            }
            Auth::Scheme(name, token) => {
                scheme::check_scheme(name).map_err(|why| configuration("/auth/scheme", why))?;
                if let Secret::Literal(token) = token {
                    scheme::check_credentials(token.trim()).map_err(|why| configuration("/auth/token", why))?;
                }
            }
            Auth::Basic(username, _) if username.contains(':') => {
                return Err(configuration("/auth/username", "must not contain a colon (RFC 7617 section 2)"));
            }
            _ => {}
        }
        let timeouts = [
            ("connectMs", self.timeouts.connect),
            ("firstByteMs", self.timeouts.first_byte),
            ("betweenBytesMs", self.timeouts.between_bytes),
            ("totalMs", self.timeouts.total),
        ];
        for (name, value) in timeouts {
            if value == 0 {
                return Err(configuration(&format!("/timeouts/{name}"), "must be 1 or more milliseconds"));
            }
            at_most(&format!("/timeouts/{name}"), value, LONGEST_MS)?;
        }
        if self.retry.max_attempts == 0 {
            return Err(configuration("/retry/maxAttempts", "must be 1 or more; 1 switches retries off"));
        }
        at_most("/retry/maxAttempts", self.retry.max_attempts, ATTEMPTS_MAX)?;
        at_most("/retry/baseDelayMs", self.retry.base_delay, LONGEST_MS)?;
        at_most("/retry/maxDelayMs", self.retry.max_delay.unwrap_or_default(), LONGEST_MS)?;
        at_most("/limits/redirects", self.limits.redirects, REDIRECTS_MAX)?;
        at_most("/limits/jsonDepth", self.limits.json_depth, JSON_DEPTH_MAX)?;
        let profile = Profile::named(self.profile.as_deref().unwrap_or("generic"), &self.overrides)?;
        Ok(Connection { service_url, parts: self, profile })
    }
}

/// Whether a header is the one for credentials (RFC 9110 section 11.6.2).
pub fn is_authorization(name: &str) -> bool {
    name.eq_ignore_ascii_case("authorization")
}

fn at_most(pointer: &str, value: u32, most: u32) -> Result<()> {
    if value > most { Err(configuration(pointer, format!("must be at most {most}"))) } else { Ok(()) }
}

/// The failure of a connection that is wrong at `pointer`.
pub fn configuration(pointer: &str, detail: impl fmt::Display) -> Box<Failure> {
    Failure::new(Kind::Configuration, format!("{}: {detail}", crate::naming::place(pointer))).at(pointer)
}

impl ClientCredentials {
    /// Settles the method and checks that what it needs is there.
    pub fn with_method(mut self, method: Option<Method>) -> Result<Self> {
        self.method = method.unwrap_or(if self.private_key.is_some() { Method::PrivateKeyJwt } else { Method::Basic });
        match self.method {
            Method::Basic | Method::Post if self.client_secret.is_none() => {
                Err(configuration("/auth/clientSecret", "is required: a string or {\"env\": \"NAME\"}"))
            }
            Method::PrivateKeyJwt if self.private_key.is_none() => Err(configuration(
                "/auth/privateKey",
                "is required for method \"privateKeyJwt\": PKCS#8 PEM, a string or {\"env\": \"NAME\"}",
            )),
            _ => Ok(self),
        }
    }
}
