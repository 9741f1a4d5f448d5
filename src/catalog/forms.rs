//! Forms that depend on the provider: input schemas with the provider's own attributes. Those of the standard are called and ordered as in
//! the catalog.

use super::choices::{Words, belonging, types};
use super::schemas::{Schemas, noun, put_payload};
use super::template::document;
use super::texts::{Detail, choices, example, in_words};
use crate::connection::Connection;
use crate::contract::{Operation, Subject};
use crate::failure::Result;
use crate::gather::Gather as _;
use crate::http::client::Client;
use crate::http::platform::Platform;
use crate::input::form::fields;
use crate::operations::target::{Endpoint, endpoint};
use crate::operations::{discovery, validate};
use crate::scim::definition::{Attribute, Mutability, ResourceType, Returned, Schema, Type};
use scim_connector_redaction::is_secret_name;
use serde_json::{Map, Value, json};

/// Resource types whose attributes a form has.
const TYPES: usize = 16;

/// The place in a form of the first attribute that is not the standard's.
const OWN: usize = 1000;

/// An operation's input schema with the provider's own attributes (RFC 7643 section 7).
pub fn schema(platform: &dyn Platform, connection: &Connection, operation: &str) -> Result<Value> {
    let client = Client::new(platform, connection, None);
    resolved(&client, Operation::named(operation)?).map_err(|failure| client.clean(failure))
}

fn resolved(client: &Client<'_>, operation: Operation) -> Result<Value> {
    let mut schema = Schemas::make().input(operation);
    if !fields(operation).iter().any(|field| field.name == "payload") {
        return Ok(schema);
    }
    let (words, noun) = (Words::load(), noun(operation.subject()));
    if operation.subject() != Subject::Resource {
        if let Some((it, schemas)) = validate::described(client, &endpoint(client, operation.subject(), None)?)? {
            put_payload(&mut schema, resource(&it, &schemas, &words, noun));
        }
        return Ok(schema);
    }
    // Which attributes there are depends on the type that is chosen.
    let types = types(client)?;
    let every = discovery::or_none(discovery::schemas(client))?;
    let mut cases = Vec::new();
    for it in types.iter().take(TYPES) {
        let Some(path) = discovery::segments(&it.endpoint, &client.connection().service_url) else { continue };
        let at = Endpoint { path, known: None, schema: Some(it.schema.clone()), single: false };
        if let Some((it, schemas)) = validate::describe(client, &at, types.clone(), every.clone()) {
            cases.push(document!({
                "if": {"properties": {"resourceType": {"const": it.name}}, "required": ["resourceType"]},
                "then": {"properties": {"payload": resource(&it, &schemas, &words, noun)}},
            }));
        }
    }
    if let Some(object) = schema.as_object_mut().filter(|_| !cases.is_empty()) {
        object.insert("allOf".into(), Value::Array(cases));
    }
    if let Some(Value::Object(field)) = schema.pointer_mut("/properties/resourceType") {
        field.insert("examples".into(), types.iter().map(|it| json!(it.name)).collect());
    }
    Ok(schema)
}

/// The schema of a resource that is written.
fn resource(it: &ResourceType, schemas: &[Schema], words: &Words, noun: &str) -> Value {
    let mut whole = document!({"type": "object", "title": it.name});
    let (mut properties, mut required) = (Map::new(), Vec::new());
    let section = Words::section(&it.schema);
    for schema in belonging(it, schemas) {
        let section = Words::section(&schema.id);
        let (members, needed) = members(&schema.attributes, section.as_deref(), "", words);
        if schema.id.eq_ignore_ascii_case(&it.schema) {
            properties.extend(members);
            required.extend(needed);
            continue;
        }
        let title = schema.name.as_ref().unwrap_or(&schema.id);
        let about = format!("The attributes of the schema {}.", schema.id);
        let about = schema.description.clone().filter(|text| !text.is_empty()).unwrap_or(about);
        let mut extension = document!({"type": "object", "title": title, "description": about, "x-order": OWN + properties.len(), "properties": members, "required": needed});
        if let Some(section) = &section {
            words.texts().dress(&mut extension, section, noun, Detail::Form);
        }
        properties.insert(schema.id.clone(), extension);
        if it.extensions.iter().any(|(urn, required)| *required && urn.eq_ignore_ascii_case(&schema.id)) {
            required.push(schema.id.clone());
        }
    }
    // Every resource may have the caller's own identifier (RFC 7643 section 3.1).
    let place = section.is_none().then_some(OWN + properties.len());
    properties.entry("externalId").or_insert_with(|| match place {
        Some(place) => document!({"type": "string", "x-order": place}),
        None => document!({"type": "string"}),
    });
    if let Some(whole) = whole.as_object_mut() {
        whole.insert("properties".into(), Value::Object(properties));
        whole.insert("required".into(), json!(required));
    }
    words.texts().dress(&mut whole, section.as_deref().unwrap_or_default(), noun, Detail::Form);
    if let Some(whole) = whole.as_object_mut() {
        let example = example(whole);
        whole.insert("examples".into(), Value::Array(vec![example]));
    }
    whole
}

/// The properties of attributes that can be written, which stand at `path` in a section of the texts, and which of them must be there.
fn members(
    attributes: &[Attribute],
    section: Option<&str>,
    path: &str,
    words: &Words,
) -> (Map<String, Value>, Vec<String>) {
    let written = || attributes.iter().filter(|it| it.mutability != Mutability::ReadOnly);
    let required = written().filter(|it| it.required).map(|it| it.name.clone()).collect();
    let member = |(place, it): (usize, &Attribute)| {
        let at = format!("{path}{}", it.name);
        let mut property = property(it, section, &at, words);
        let is_known = section.is_some_and(|section| words.texts().has(&format!("{section}.{at}")));
        if let Some(object) = property.as_object_mut() {
            object.insert("title".into(), json!(words.title(section, &at, it)));
            let about = it.description.clone().filter(|text| !text.trim().is_empty());
            let about = about.or_else(|| {
                (!is_known).then(|| format!("{}, an attribute of the provider's own.", in_words(&it.name)))
            });
            object.extend(about.map(|about| ("description".to_owned(), json!(about))));
            object.extend((!is_known).then(|| ("x-order".to_owned(), json!(OWN + place))));
        }
        (it.name.clone(), property)
    };
    (written().enumerate().map(member).gather(), required)
}

fn property(attribute: &Attribute, section: Option<&str>, path: &str, words: &Words) -> Value {
    let is_secret = attribute.mutability == Mutability::WriteOnly
        || attribute.returned == Returned::Never
        || is_secret_name(&attribute.name);
    let mut one = match attribute.kind {
        Type::String if is_secret => document!({"type": "string", "format": "password"}),
        Type::String => document!({"type": "string"}),
        Type::Boolean => document!({"type": "boolean"}),
        Type::Decimal => document!({"type": "number"}),
        Type::Integer => document!({"type": "integer"}),
        Type::DateTime => document!({"type": "string", "format": "date-time"}),
        Type::Binary => document!({"type": "string", "contentEncoding": "base64"}),
        Type::Reference => document!({"type": "string", "format": "uri-reference"}),
        Type::Complex => {
            let (properties, required) = members(&attribute.parts, section, &format!("{path}."), words);
            document!({"type": "object", "properties": properties, "required": required})
        }
    };
    if let Some(one) = one.as_object_mut() {
        if !attribute.canonical_values.is_empty() {
            let values = &attribute.canonical_values;
            one.insert("examples".into(), json!(values));
            one.insert("x-choices".into(), choices(values.iter().map(|value| (value.clone(), value.clone()))));
        }
        if is_secret {
            // No more than the provider does a form show it again.
            one.insert("writeOnly".into(), json!(true));
        }
    }
    if attribute.multi_valued {
        let choices = one.as_object_mut().and_then(|one| one.remove("x-choices"));
        one = document!({"type": "array", "items": one});
        if let (Some(list), Some(choices)) = (one.as_object_mut(), choices) {
            list.insert("x-choices".into(), choices);
        }
    }
    one
}
