//! A connection: one provider and how to reach it, checked and with every default filled in.
//!
//! It owns the JSON form (the WIT form is `convert`'s) and the rules for URLs. It sends nothing and reads no secret: a
//! [`Secret`] is revealed by whoever puts it on the wire, just before.

use crate::failure::{Failure, Kind, Result};
use crate::profile::{PROVIDERS, Profile};
use crate::reader::Reader;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use std::fmt;
use url::{Host, Url};

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
                Err(Failure::new(Kind::Configuration, format!("{}: {what} is empty", crate::reader::place(pointer)))
                    .at(pointer))
            }
            None => {
                Err(Failure::new(Kind::Configuration, format!("{}: {what} is not set", crate::reader::place(pointer)))
                    .at(pointer))
            }
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Secret::Literal(value) => json!(value),
            Secret::Env(name) => json!({"env": name}),
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

const METHODS: [(&str, Method); 3] =
    [("basic", Method::Basic), ("post", Method::Post), ("privateKeyJwt", Method::PrivateKeyJwt)];

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
    /// Longest pause, milliseconds.
    pub max_delay: u32,
}

impl Default for Retry {
    fn default() -> Self {
        Retry { max_attempts: 3, base_delay: 250, max_delay: 20_000 }
    }
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

/// What is percent-encoded in a path segment: everything but RFC 3986's unreserved characters (section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Deepest nesting serde_json reads.
const JSON_DEPTH_MAX: u32 = 120;

/// What a connection is made from; either form of it fills this in.
#[derive(Clone, Debug)]
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
    pub overrides: Map<String, Value>,
}

/// A connection that holds together.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Base URL, without a slash at its end.
    pub service_url: Url,
    /// The other parts, checked.
    pub parts: Draft,
    /// The provider's profile.
    pub profile: &'static Profile,
}

impl Draft {
    /// Checks the parts against each other.
    pub fn check(self) -> Result<Connection> {
        let service_url = service_url(&self.service_url, "/serviceUrl", self.allow_insecure_http)?;
        if let Auth::ClientCredentials(credentials) = &self.auth {
            insecure(&credentials.token_url, "/auth/tokenUrl", self.allow_insecure_http)?;
        }
        for (name, value) in &self.headers {
            header(name, value, "/headers")?;
        }
        match &self.auth {
            Auth::Header(name, _) => header(name, "", "/auth/name")?,
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
        }
        if self.retry.max_attempts == 0 {
            return Err(configuration("/retry/maxAttempts", "must be 1 or more; 1 switches retries off"));
        }
        if self.limits.json_depth > JSON_DEPTH_MAX {
            return Err(configuration("/limits/jsonDepth", format!("must be at most {JSON_DEPTH_MAX}")));
        }
        let profile = Profile::named(self.profile.as_deref().unwrap_or("generic"))?;
        Ok(Connection { service_url, parts: self, profile })
    }
}

impl Connection {
    /// Reads the JSON form.
    pub fn from_json(value: &Value) -> Result<Self> {
        let reader = Reader::new(value, "", Kind::Configuration)?;
        reader.only(&[
            "serviceUrl",
            "auth",
            "provider",
            "organization",
            "profile",
            "headers",
            "timeouts",
            "retry",
            "limits",
            "allowInsecureHttp",
            "overrides",
        ])?;
        let provider = match reader.string("provider")? {
            None => None,
            Some(name) => Some(PROVIDERS.iter().find(|provider| provider.name == name).ok_or_else(|| {
                let names: Vec<&str> = PROVIDERS.iter().map(|provider| provider.name).collect();
                reader.error(
                    "provider",
                    format!("{name:?} is not a known provider ({}); give serviceUrl instead", names.join(", ")),
                )
            })?),
        };
        let organization = match provider {
            Some(_) => Some(reader.required("organization")?),
            None => None,
        };
        let filled = |template: &str| {
            organization
                .as_ref()
                .map(|name| template.replace("{organization}", &utf8_percent_encode(name, RESERVED).to_string()))
        };
        let service_url =
            match (reader.string("serviceUrl")?, provider.and_then(|provider| filled(provider.service_url))) {
                (Some(url), _) => url,
                (None, Some(url)) => url,
                (None, None) => reader.required("serviceUrl")?,
            };
        let token_url = provider.and_then(|provider| filled(provider.token_url));
        let auth = match reader.child("auth")? {
            Some(auth) => auth_from_json(auth, token_url)?,
            None => {
                return Err(reader
                    .error("auth", "is required; {\"type\": \"none\"} for a provider that asks for no credentials"));
            }
        };
        let draft = Draft {
            service_url,
            auth,
            profile: reader.string("profile")?.or(provider.map(|provider| provider.name.to_owned())),
            headers: reader.pairs("headers")?.unwrap_or_default(),
            timeouts: timeouts_from_json(&reader)?,
            retry: retry_from_json(&reader)?,
            limits: limits_from_json(&reader)?,
            allow_insecure_http: reader.boolean("allowInsecureHttp")?.unwrap_or_default(),
            overrides: reader.object("overrides")?.cloned().unwrap_or_default(),
        };
        draft.check()
    }

    /// The JSON form with everything filled in; secrets as they were given.
    pub fn to_json(&self) -> Value {
        let Draft { auth, headers, timeouts, retry, limits, allow_insecure_http, overrides, .. } = &self.parts;
        let headers: Map<String, Value> = headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        json!({
            "serviceUrl": self.service_url.as_str().trim_end_matches('/'),
            "auth": auth_to_json(auth),
            "profile": self.profile.name,
            "headers": headers,
            "timeouts": {"connectMs": timeouts.connect, "firstByteMs": timeouts.first_byte, "betweenBytesMs": timeouts.between_bytes, "totalMs": timeouts.total},
            "retry": {"maxAttempts": retry.max_attempts, "baseDelayMs": retry.base_delay, "maxDelayMs": retry.max_delay},
            "limits": {"responseBytes": limits.response_bytes, "jsonDepth": limits.json_depth, "redirects": limits.redirects},
            "allowInsecureHttp": allow_insecure_http,
            "overrides": overrides,
        })
    }
}

fn configuration(pointer: &str, detail: impl fmt::Display) -> Box<Failure> {
    Failure::new(Kind::Configuration, format!("{}: {detail}", crate::reader::place(pointer))).at(pointer)
}

fn secret(reader: &Reader<'_>, name: &'static str) -> Result<Option<Secret>> {
    match reader.value(name) {
        None => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Err(reader.error(name, "must not be empty")),
        Some(Value::String(text)) => Ok(Some(Secret::Literal(text.clone()))),
        Some(Value::Object(object)) if object.len() == 1 => match object.get("env") {
            Some(Value::String(variable)) if !variable.is_empty() => Ok(Some(Secret::Env(variable.clone()))),
            _ => Err(reader.error(name, "expected a string or {\"env\": \"NAME\"}")),
        },
        Some(_) => Err(reader.error(name, "expected a string or {\"env\": \"NAME\"}")),
    }
}

fn required_secret(reader: &Reader<'_>, name: &'static str) -> Result<Secret> {
    secret(reader, name)?.ok_or_else(|| reader.error(name, "is required: a string or {\"env\": \"NAME\"}"))
}

fn auth_from_json(reader: Reader<'_>, token_url: Option<String>) -> Result<Auth> {
    #[derive(Clone, Copy)]
    enum Type {
        None,
        Host,
        Bearer,
        Basic,
        Header,
        ClientCredentials,
    }
    let types = [
        ("none", Type::None),
        ("host", Type::Host),
        ("bearer", Type::Bearer),
        ("basic", Type::Basic),
        ("header", Type::Header),
        ("clientCredentials", Type::ClientCredentials),
    ];
    reader.required("type")?;
    let auth_type = reader.choice("type", &types)?.unwrap_or(Type::None);
    reader.only(match auth_type {
        Type::None | Type::Host => &["type"],
        Type::Bearer => &["type", "token"],
        Type::Basic => &["type", "username", "password"],
        Type::Header => &["type", "name", "value"],
        Type::ClientCredentials => &[
            "type",
            "tokenUrl",
            "clientId",
            "clientSecret",
            "privateKey",
            "keyId",
            "method",
            "scopes",
            "audience",
            "parameters",
        ],
    })?;
    Ok(match auth_type {
        Type::None => Auth::None,
        Type::Host => Auth::Host,
        Type::Bearer => Auth::Bearer(required_secret(&reader, "token")?),
        Type::Basic => Auth::Basic(reader.required("username")?, required_secret(&reader, "password")?),
        Type::Header => Auth::Header(reader.required("name")?, required_secret(&reader, "value")?),
        Type::ClientCredentials => {
            let url = match (reader.string("tokenUrl")?, token_url) {
                (Some(url), _) | (None, Some(url)) => url,
                (None, None) => reader.required("tokenUrl")?,
            };
            let draft = ClientCredentials {
                token_url: http_url(&url, "/auth/tokenUrl")?,
                client_id: reader.required("clientId")?,
                client_secret: secret(&reader, "clientSecret")?,
                private_key: secret(&reader, "privateKey")?,
                key_id: reader.string("keyId")?,
                method: Method::Basic,
                scopes: reader
                    .strings("scopes")?
                    .unwrap_or_default()
                    .iter()
                    .flat_map(|scope| scope.split_whitespace())
                    .map(str::to_owned)
                    .collect(),
                audience: reader.string("audience")?,
                parameters: reader.pairs("parameters")?.unwrap_or_default(),
            };
            let method = reader.choice("method", &METHODS)?;
            Auth::ClientCredentials(Box::new(draft.with_method(method)?))
        }
    })
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

fn auth_to_json(auth: &Auth) -> Value {
    match auth {
        Auth::None => json!({"type": "none"}),
        Auth::Host => json!({"type": "host"}),
        Auth::Bearer(token) => json!({"type": "bearer", "token": token.to_json()}),
        Auth::Basic(username, password) => {
            json!({"type": "basic", "username": username, "password": password.to_json()})
        }
        Auth::Header(name, value) => json!({"type": "header", "name": name, "value": value.to_json()}),
        Auth::ClientCredentials(it) => {
            let mut object = Map::new();
            let parameters: Map<String, Value> =
                it.parameters.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            let method = METHODS.iter().find(|method| method.1 == it.method).map(|method| method.0);
            object.insert("type".into(), json!("clientCredentials"));
            object.insert("tokenUrl".into(), json!(it.token_url.as_str()));
            object.insert("clientId".into(), json!(it.client_id));
            object.insert("method".into(), json!(method));
            object.insert("scopes".into(), json!(it.scopes));
            object.insert("parameters".into(), Value::Object(parameters));
            let optional = [
                ("clientSecret", it.client_secret.as_ref().map(Secret::to_json)),
                ("privateKey", it.private_key.as_ref().map(Secret::to_json)),
                ("keyId", it.key_id.as_ref().map(|v| json!(v))),
                ("audience", it.audience.as_ref().map(|v| json!(v))),
            ];
            object.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
            Value::Object(object)
        }
    }
}

fn timeouts_from_json(reader: &Reader<'_>) -> Result<Timeouts> {
    let mut timeouts = Timeouts::default();
    if let Some(reader) = reader.child("timeouts")? {
        reader.only(&["connectMs", "firstByteMs", "betweenBytesMs", "totalMs"])?;
        timeouts = Timeouts {
            connect: reader.small("connectMs")?.unwrap_or(timeouts.connect),
            first_byte: reader.small("firstByteMs")?.unwrap_or(timeouts.first_byte),
            between_bytes: reader.small("betweenBytesMs")?.unwrap_or(timeouts.between_bytes),
            total: reader.small("totalMs")?.unwrap_or(timeouts.total),
        };
    }
    Ok(timeouts)
}

fn retry_from_json(reader: &Reader<'_>) -> Result<Retry> {
    let mut retry = Retry::default();
    if let Some(reader) = reader.child("retry")? {
        reader.only(&["maxAttempts", "baseDelayMs", "maxDelayMs"])?;
        retry = Retry {
            max_attempts: reader.small("maxAttempts")?.unwrap_or(retry.max_attempts),
            base_delay: reader.small("baseDelayMs")?.unwrap_or(retry.base_delay),
            max_delay: reader.small("maxDelayMs")?.unwrap_or(retry.max_delay),
        };
    }
    Ok(retry)
}

fn limits_from_json(reader: &Reader<'_>) -> Result<Limits> {
    let mut limits = Limits::default();
    if let Some(reader) = reader.child("limits")? {
        reader.only(&["responseBytes", "jsonDepth", "redirects"])?;
        limits = Limits {
            response_bytes: reader.integer("responseBytes")?.unwrap_or(limits.response_bytes),
            json_depth: reader.small("jsonDepth")?.unwrap_or(limits.json_depth),
            redirects: reader.small("redirects")?.unwrap_or(limits.redirects),
        };
    }
    Ok(limits)
}

/// Reads an absolute http or https URL without user information or fragment.
pub fn http_url(text: &str, pointer: &str) -> Result<Url> {
    let url = Url::parse(text.trim()).map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => {
            configuration(pointer, "the URL has no scheme; write https://… in front")
        }
        error => configuration(pointer, format!("not a URL: {error}")),
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        // "localhost:8080/scim" parses as a URL of scheme "localhost".
        return Err(configuration(
            pointer,
            format!("the URL must begin with https:// or http://, not {}:", url.scheme()),
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(configuration(pointer, "the URL must not contain credentials; put them under auth"));
    }
    if url.fragment().is_some() {
        return Err(configuration(pointer, "the URL must not have a fragment (#…)"));
    }
    Ok(url)
}

fn service_url(text: &str, pointer: &str, allow_insecure_http: bool) -> Result<Url> {
    let mut url = http_url(text, pointer)?;
    if url.query().is_some() {
        return Err(configuration(pointer, "the URL must not have a query (?…)"));
    }
    insecure(&url, pointer, allow_insecure_http)?;
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

/// Credentials and people's data stay off the open network unless the connection says otherwise.
fn insecure(url: &Url, pointer: &str, allowed: bool) -> Result<()> {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if url.scheme() == "https" || loopback || allowed {
        return Ok(());
    }
    Err(configuration(pointer, "http is not encrypted; use https, or set allowInsecureHttp to true"))
}

/// Header names are tokens, header values visible ASCII (RFC 9110 section 5), and some belong to the client alone.
pub fn header(name: &str, value: &str, pointer: &str) -> Result<()> {
    const OWN: [&str; 7] =
        ["host", "content-length", "content-type", "transfer-encoding", "connection", "accept", "accept-encoding"];
    let at = crate::reader::deeper(pointer, name);
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(token) {
        return Err(configuration(&at, format!("{name:?} is not a header name")));
    }
    if OWN.iter().any(|own| name.eq_ignore_ascii_case(own)) {
        return Err(configuration(&at, "this header is set by the connector"));
    }
    if !is_header_value(value) {
        return Err(configuration(&at, "a header value may contain visible ASCII characters only"));
    }
    Ok(())
}

/// Whether text may stand in a header as it is (RFC 9110 section 5.5, without its obsolete part).
pub fn is_header_value(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'\t' || (b' '..0x7f).contains(&byte))
}
