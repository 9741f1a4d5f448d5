//! The JSON Schema (2020-12) of connections, for canvases to draw a form from. What a connection may have is
//! `connection`'s to say; that `texts/connection.json` says the same, ends of numbers included, is for tests to see to.

use super::template::{document, read};
use super::texts::{Detail, Texts, choices, in_words};
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

/// What a connection has, without a word about it.
fn structure() -> Value {
    let mut schema = read(include_str!("texts/connection.json"));
    let profiles: Vec<&str> = PROFILES.iter().map(|profile| profile.0).collect();
    let names = [("/properties/provider", providers()), ("/properties/profile", profiles)];
    for (place, names) in names {
        if let Some(Value::Object(field)) = schema.pointer_mut(place) {
            let titles = names.iter().map(|name| ((*name).to_owned(), profile::title(name)));
            field.insert("x-choices".into(), choices(titles));
            field.insert("enum".into(), json!(names));
        }
    }
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("allOf".into(), Value::Array(rules()));
    }
    if let Some(Value::Object(properties)) = schema.pointer_mut("/properties") {
        properties.insert("overrides".into(), overrides());
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
