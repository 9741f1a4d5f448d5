//! The JSON form of a connection, as canvases and configuration files write it.

use super::{Auth, ClientCredentials, Connection, Draft, Limits, Method, Retry, Secret, Timeouts, http_url};
use crate::failure::{Kind, Result};
use crate::gather::Gather as _;
use crate::naming::suggestion;
use crate::profile::{self, ORGANIZATION, Provider};
use crate::reader::Reader;
use crate::scim::resource::{Data, Node};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

const METHODS: [(&str, Method); 3] =
    [("basic", Method::Basic), ("post", Method::Post), ("privateKeyJwt", Method::PrivateKeyJwt)];

/// What is percent-encoded in a path segment: everything but RFC 3986's unreserved characters (section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Connection {
    /// Reads the JSON form.
    pub fn from_json(value: &Value) -> Result<Self> {
        Self::from_data(&value.into())
    }

    /// Reads the JSON form, as it was parsed.
    pub(super) fn from_data(value: &Data) -> Result<Self> {
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
        let name = reader.string("provider")?;
        let provider = match &name {
            None => None,
            Some(name) => Some(profile::provider(name)?.ok_or_else(|| {
                let names = profile::providers();
                let hint = suggestion(name, &names);
                reader.error(
                    "provider",
                    format!(
                        "{name:?} is not a known provider ({}), so that serviceUrl is required{hint}",
                        names.join(", ")
                    ),
                )
            })?),
        };
        let organization = reader.string("organization")?;
        let filled = |template: &str| -> Result<String> {
            if !template.contains(ORGANIZATION) {
                return Ok(template.to_owned());
            }
            let name = reader.required("organization")?;
            Ok(template.replace(ORGANIZATION, &utf8_percent_encode(&name, RESERVED).to_string()))
        };
        if organization.is_some() && provider.is_none() {
            return Err(reader.error("organization", "stands with provider, which is missing"));
        }
        let service_url = match (reader.string("serviceUrl")?, &provider) {
            (Some(url), _) => url,
            (None, Some(provider)) => filled(&provider.service_url)?,
            (None, None) => reader.required("serviceUrl")?,
        };
        let auth = match reader.child("auth")? {
            Some(auth) => auth_from_json(auth, provider.as_ref(), &filled)?,
            None => {
                return Err(reader
                    .error("auth", "is required; {\"type\": \"none\"} for a provider that asks for no credentials"));
            }
        };
        let draft = Draft {
            service_url,
            auth,
            profile: reader.string("profile")?.or(name),
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
        let headers: Map<String, Value> = headers.iter().map(|(name, value)| (name.clone(), json!(value))).gather();
        let mut json = json!({
            "serviceUrl": self.service_url.as_str().trim_end_matches('/'),
            "auth": auth_to_json(auth),
            "profile": self.profile.name,
            "headers": headers,
            "timeouts": {"connectMs": timeouts.connect, "firstByteMs": timeouts.first_byte, "betweenBytesMs": timeouts.between_bytes, "totalMs": timeouts.total},
            "retry": {"maxAttempts": retry.max_attempts, "baseDelayMs": retry.base_delay},
            "limits": {"responseBytes": limits.response_bytes, "jsonDepth": limits.json_depth, "redirects": limits.redirects},
            "allowInsecureHttp": allow_insecure_http,
            "overrides": Value::from(overrides),
        });
        // What it is without this depends on what the provider asks for.
        if let (Some(delay), Some(retry)) = (retry.max_delay, json.get_mut("retry").and_then(Value::as_object_mut)) {
            retry.insert("maxDelayMs".to_owned(), json!(delay));
        }
        json
    }
}

impl Secret {
    fn to_json(&self) -> Value {
        match self {
            Secret::Literal(value) => json!(value),
            Secret::Env(name) => json!({"env": name}),
        }
    }
}

fn secret(reader: &Reader<'_>, name: &'static str) -> Result<Option<Secret>> {
    let wrong = || Err(reader.error(name, "expected a string or {\"env\": \"NAME\"}"));
    match reader.value(name).map(Data::node) {
        None => Ok(None),
        Some(Node::Text("")) => Err(reader.error(name, "must not be empty")),
        Some(Node::Text(text)) => Ok(Some(Secret::Literal(text.to_owned()))),
        Some(Node::Object(object)) => match object.iter().next().map(|(name, value)| (name, value.as_str())) {
            Some(("env", Some(variable))) if object.len() == 1 && !variable.is_empty() => {
                Ok(Some(Secret::Env(variable.to_owned())))
            }
            _ => wrong(),
        },
        Some(_) => wrong(),
    }
}

fn required_secret(reader: &Reader<'_>, name: &'static str) -> Result<Secret> {
    secret(reader, name)?.ok_or_else(|| reader.error(name, "is required: a string or {\"env\": \"NAME\"}"))
}

fn auth_from_json(
    reader: Reader<'_>,
    provider: Option<&Provider>,
    filled: &dyn Fn(&str) -> Result<String>,
) -> Result<Auth> {
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
        Type::Bearer => &["type", "token", "scheme"],
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
        Type::Bearer => match reader.string("scheme")? {
            None => Auth::Bearer(required_secret(&reader, "token")?),
            Some(scheme) => Auth::Scheme(scheme, required_secret(&reader, "token")?),
        },
        Type::Basic => Auth::Basic(reader.required("username")?, required_secret(&reader, "password")?),
        Type::Header => Auth::Header(reader.required("name")?, required_secret(&reader, "value")?),
        Type::ClientCredentials => {
            let url = match (reader.string("tokenUrl")?, provider.and_then(|provider| provider.token_url.as_ref())) {
                (Some(url), _) => url,
                (None, Some(template)) => filled(template)?,
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
                    .or_else(|| provider.map(|provider| provider.scopes.clone()))
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

fn auth_to_json(auth: &Auth) -> Value {
    match auth {
        Auth::None => json!({"type": "none"}),
        Auth::Host => json!({"type": "host"}),
        Auth::Bearer(token) => json!({"type": "bearer", "token": token.to_json()}),
        Auth::Scheme(scheme, token) => json!({"type": "bearer", "scheme": scheme, "token": token.to_json()}),
        Auth::Basic(username, password) => {
            json!({"type": "basic", "username": username, "password": password.to_json()})
        }
        Auth::Header(name, value) => json!({"type": "header", "name": name, "value": value.to_json()}),
        Auth::ClientCredentials(it) => {
            let mut object = Map::new();
            let parameters: Map<String, Value> =
                it.parameters.iter().map(|(name, value)| (name.clone(), json!(value))).gather();
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
            max_delay: reader.small("maxDelayMs")?,
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
