//! The JSON Schema (2020-12) of connections, for canvases to draw a form from. What a connection may have is `connection`'s to say.

use super::template::{DIALECT, document};
use super::texts::{Detail, Texts, in_words};
use crate::connection::{ATTEMPTS_MAX, JSON_DEPTH_MAX, LONGEST_MS, REDIRECTS_MAX};
use crate::gather::Gather as _;
use crate::profile::{self, KNOBS, ORGANIZATION, PROFILES, SECTIONS, Takes, providers};
use crate::scim::service_provider::FEATURES;
use serde_json::{Map, Value, json};

/// JSON pointers, into a connection, of what is secret.
pub const SECRETS: [&str; 5] =
    ["/auth/token", "/auth/password", "/auth/value", "/auth/clientSecret", "/auth/privateKey"];

/// The schema of a connection.
pub fn connection() -> Value {
    let mut schema = structure();
    Texts::connection().dress(&mut schema, "", "", Detail::Form);
    schema
}

/// The kinds of credentials: name, what they must have, and the schemas of their members.
fn credentials() -> Value {
    let secret = document!({"writeOnly": true, "format": "password", "oneOf": [
        {"type": "string", "title": "Written out", "minLength": 1, "writeOnly": true, "format": "password"},
        {"type": "object", "title": "In the environment", "properties": {"env": {"type": "string", "minLength": 1}}, "required": ["env"], "additionalProperties": false},
    ]});
    let pairs = document!({"type": "object", "additionalProperties": {"type": "string"}});
    let text = document!({"type": "string"});
    let variant = |name: &str, required: &[&str], members: Value| {
        let mut properties = members.as_object().cloned().unwrap_or_default();
        properties.insert("type".into(), document!({"type": "string", "const": name, "x-order": 0}));
        let required: Vec<&str> = std::iter::once("type").chain(required.iter().copied()).collect();
        document!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
    };
    let mut client = variant(
        "clientCredentials",
        &["clientId"],
        document!({
            "tokenUrl": {"type": "string", "format": "uri"}, "clientId": text, "clientSecret": secret, "privateKey": secret, "keyId": text,
            "method": {"type": "string", "enum": ["basic", "post", "privateKeyJwt"], "default": "basic"},
            "scopes": {"type": "array", "items": text}, "audience": text, "parameters": pairs,
        }),
    );
    // With a key and without a method the key counts.
    let by = |methods: &[&str]| document!({"properties": {"method": {"enum": methods}}, "required": ["method"]});
    let rules = document!({
        "anyOf": [{"required": ["clientSecret"]}, {"required": ["privateKey"]}],
        "allOf": [
            {"if": by(&["basic", "post"]), "then": {"required": ["clientSecret"]}},
            {"if": by(&["privateKeyJwt"]), "then": {"required": ["privateKey"]}},
        ],
    });
    if let (Some(client), Value::Object(rules)) = (client.as_object_mut(), rules) {
        client.extend(rules);
    }
    let bearer = document!({"token": secret, "scheme": {"type": "string", "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}});
    document!([
        client,
        variant("bearer", &["token"], bearer),
        variant("basic", &["username", "password"], document!({"username": text, "password": secret})),
        variant("header", &["name", "value"], document!({"name": text, "value": secret})),
        variant("host", &[], document!({})),
        variant("none", &[], document!({})),
    ])
}

/// What a connection has, without a word about it.
fn structure() -> Value {
    let text = document!({"type": "string"});
    let pairs = document!({"type": "object", "additionalProperties": {"type": "string"}});
    let number = |default: u32, minimum: u32, maximum: u32| document!({"type": "integer", "default": default, "minimum": minimum, "maximum": maximum});
    let group =
        |properties: Value| document!({"type": "object", "properties": properties, "additionalProperties": false});
    let profiles: Vec<&str> = PROFILES.iter().map(|profile| profile.0).collect();
    let mut schema = document!({
        "$schema": DIALECT,
        "title": "SCIM connection",
        "type": "object",
        "properties": {
            "serviceUrl": {"type": "string", "format": "uri"},
            "provider": {"type": "string", "enum": providers()},
            "organization": text,
            "auth": {"type": "object", "oneOf": credentials()},
            "profile": {"type": "string", "enum": profiles, "default": "generic"},
            "headers": pairs,
            "timeouts": group(document!({
                "connectMs": number(10_000, 1, LONGEST_MS), "firstByteMs": number(30_000, 1, LONGEST_MS),
                "betweenBytesMs": number(30_000, 1, LONGEST_MS), "totalMs": number(120_000, 1, LONGEST_MS),
            })),
            "retry": group(document!({
                "maxAttempts": number(3, 1, ATTEMPTS_MAX), "baseDelayMs": number(250, 0, LONGEST_MS),
                "maxDelayMs": {"type": "integer", "minimum": 0, "maximum": LONGEST_MS},
            })),
            "limits": group(document!({
                "responseBytes": {"type": "integer", "default": 8388608, "minimum": 0},
                "jsonDepth": number(64, 0, JSON_DEPTH_MAX), "redirects": number(5, 0, REDIRECTS_MAX),
            })),
            "allowInsecureHttp": {"type": "boolean", "default": false},
            "overrides": overrides(),
        },
        "required": ["auth"],
        "anyOf": [{"required": ["serviceUrl"]}, {"required": ["provider"]}],
        "dependentRequired": {"organization": ["provider"]},
        "additionalProperties": false,
    });
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("allOf".into(), Value::Array(rules()));
    }
    schema
}

/// What a connection must have because of what else it has or lacks.
fn rules() -> Vec<Value> {
    let (mut by_name, mut by_token, mut with_token) = (Vec::new(), Vec::new(), Vec::new());
    for name in providers() {
        let Ok(Some(provider)) = profile::provider(name) else { continue };
        if provider.service_url.contains(ORGANIZATION) {
            by_name.push(name);
        }
        if let Some(url) = provider.token_url {
            with_token.push(name);
            if url.contains(ORGANIZATION) {
                by_token.push(name);
            }
        }
    }
    let provider = |names: &[&str]| document!({"properties": {"provider": {"enum": names}}, "required": ["provider"]});
    let without_url = document!({"properties": {"auth": {"properties": {"type": {"const": "clientCredentials"}}, "required": ["type"], "not": {"required": ["tokenUrl"]}}}, "required": ["auth"]});
    let organization = document!({"required": ["organization"]});
    vec![
        document!({"if": {"allOf": [provider(&by_name), {"not": {"required": ["serviceUrl"]}}]}, "then": organization}),
        document!({"if": {"allOf": [provider(&by_token), without_url]}, "then": organization}),
        document!({"if": without_url, "then": provider(&with_token)}),
    ]
}

/// The schema of a connection's `overrides`: sections of a ServiceProviderConfig (RFC 7643 section 5), and knobs.
fn overrides() -> Value {
    let about = |title: String, description: String, order: usize| document!({"title": title, "description": description, "x-order": order});
    let mut properties = Map::new();
    for (place, name) in FEATURES.iter().chain(&SECTIONS).enumerate() {
        let description = format!("What the provider's ServiceProviderConfig is taken to say of {name}.");
        let mut section = about(in_words(name), description, place);
        let supported = FEATURES.contains(name).then(|| document!({"supported": {"type": "boolean"}}));
        if let Some(section) = section.as_object_mut() {
            section.insert("type".into(), json!("object"));
            section.insert("properties".into(), supported.unwrap_or_else(|| json!({})));
        }
        properties.insert((*name).to_owned(), section);
    }
    for (place, knob) in KNOBS.iter().enumerate() {
        let mut setting = about(in_words(knob.name), format!("{}.", knob.about), properties.len() + place);
        if let Some(setting) = setting.as_object_mut() {
            setting.extend(takes(knob.takes));
        }
        properties.insert(knob.name.to_owned(), setting);
    }
    document!({"type": "object", "properties": properties, "additionalProperties": false})
}

/// The schema of what a knob takes.
pub fn takes(takes: Takes) -> Map<String, Value> {
    let kind = match takes {
        Takes::Flag => json!("boolean"),
        Takes::Count => document!(["integer", "null"]),
        Takes::Names => document!(["array", "null"]),
        Takes::Choice(_) => json!("string"),
    };
    let detail = match takes {
        Takes::Flag => None,
        Takes::Count => Some(("minimum", json!(0))),
        Takes::Names => Some(("items", document!({"type": "string"}))),
        Takes::Choice(choices) => Some(("enum", json!(choices))),
    };
    std::iter::once(("type", kind)).chain(detail).map(|(name, value)| (name.to_owned(), value)).gather()
}
