//! Forms that depend on the provider: dynamic choices, and input schemas with the provider's own attributes.
//!
//! Where the provider does not describe its resources, the standard's descriptions stand in: a form is better than none.

use super::schemas;
use super::template::document;
use crate::connection::Connection;
use crate::contract::{Operation, Subject};
use crate::failure::{Failure, Result};
use crate::gather::Gather as _;
use crate::http::client::Client;
use crate::http::platform::Platform;
use crate::input::form::fields;
use crate::input::{Listing, Query};
use crate::naming::suggestion;
use crate::operations::target::{Endpoint, endpoint};
use crate::operations::{discovery, query, validate};
use crate::scim::builtin;
use crate::scim::definition::{Attribute, Mutability, ResourceType, Returned, Schema, Type};
use crate::scim::error::short;
use crate::scim::resource::Resource;
use scim_connector_redaction::is_secret_name;
use serde_json::{Map, Value, json};

/// The sources of choices; `attributes` takes the name of a resource type: `attributes:User`.
const SOURCES: [&str; 6] = ["resourceTypes", "schemas", "users", "groups", "attributes", "operations"];

/// Resources listed as choices.
const LISTED: u32 = 100;
/// Resource types whose attributes a form has.
const TYPES: usize = 16;

type Choices = Vec<(String, String)>;

/// The choices of a dynamic list: value and label.
pub fn choices(platform: &dyn Platform, connection: &Connection, source: &str) -> Result<Choices> {
    let client = Client::new(platform, connection, None);
    listed(&client, source).map_err(|failure| client.clean(failure))
}

fn listed(client: &Client<'_>, source: &str) -> Result<Choices> {
    let (source, of) = source.split_once(':').map_or((source, None), |(source, of)| (source, Some(of)));
    match (source, of) {
        ("resourceTypes", None) => {
            let label = |it: ResourceType| {
                let label = it.description.filter(|text| *text != it.name).map(|text| format!("{}: {text}", it.name));
                (it.name.clone(), label.unwrap_or(it.name))
            };
            Ok(types(client)?.into_iter().map(label).collect())
        }
        ("schemas", None) => {
            let schemas = discovery::or_none(discovery::schemas(client))?;
            Ok(schemas.into_iter().map(|it| (it.id.clone(), it.name.unwrap_or(it.id))).collect())
        }
        ("users", None) => resources(client, Operation::ListUsers, &["displayName", "userName"]),
        ("groups", None) => resources(client, Operation::ListGroups, &["displayName"]),
        ("attributes", of) => attributes(client, of.unwrap_or("User")),
        ("operations", None) => Ok(Operation::ALL.iter().map(|it| (it.name().to_owned(), it.title())).collect()),
        _ => {
            let hint = suggestion(source, &SOURCES);
            Err(Failure::input("", format!("source: {source:?} is not one of {}{hint}", SOURCES.join(", "))))
        }
    }
}

/// The provider's resource types; User and Group where it lists none.
fn types(client: &Client<'_>) -> Result<Vec<ResourceType>> {
    let mut types = discovery::or_none(discovery::resource_types(client))?;
    if types.is_empty() {
        types = builtin::resource_types();
        types.retain(|it| it.is("User") || it.is("Group"));
    }
    Ok(types)
}

/// A page of resources by identifier, the first of these attributes as the label.
fn resources(client: &Client<'_>, operation: Operation, labels: &[&str]) -> Result<Choices> {
    let listing = Listing { query: Query { count: Some(LISTED), ..Query::default() }, ..Listing::default() };
    let endpoint = endpoint(client, operation.subject(), None)?;
    let listed = query::run(client, operation.name(), &endpoint, query::QueryMethod::Get, &listing)?;
    let choice = |resource: &Resource| {
        let id = resource.text("id")?;
        let said = |name: &&str| resource.text(name).filter(|label| !label.trim().is_empty());
        let label = labels.iter().find_map(said).or_else(|| resource.get("name")?.as_object()?.text("formatted"));
        Some((id.clone(), label.unwrap_or(id)))
    };
    Ok(listed.page.resources.iter().filter_map(choice).collect())
}

/// The paths of a resource type's attributes (RFC 7644 section 3.10).
fn attributes(client: &Client<'_>, name: &str) -> Result<Choices> {
    let found = validate::described(client, &discovery::endpoint(client, name)?)?;
    let Some((it, schemas)) = found else { return Ok(Vec::new()) };
    let mut choices = Choices::new();
    for schema in belonging(&it, &schemas) {
        let prefix = if schema.id.eq_ignore_ascii_case(&it.schema) { String::new() } else { format!("{}:", schema.id) };
        for attribute in &schema.attributes {
            let path = format!("{prefix}{}", attribute.name);
            choices.push((path.clone(), title(attribute)));
            let parts = attribute.parts.iter();
            choices.extend(parts.map(|part| (format!("{path}.{}", part.name), title(part))));
        }
    }
    Ok(choices)
}

/// The schemas of a resource type, the core one first.
fn belonging<'a>(it: &'a ResourceType, schemas: &'a [Schema]) -> impl Iterator<Item = &'a Schema> {
    let urns = std::iter::once(&it.schema).chain(it.extensions.iter().map(|extension| &extension.0));
    urns.filter_map(|urn| schemas.iter().find(|schema| schema.id.eq_ignore_ascii_case(urn)))
}

/// An operation's input schema with the provider's own attributes (RFC 7643 section 7).
pub fn schema(platform: &dyn Platform, connection: &Connection, operation: &str) -> Result<Value> {
    let client = Client::new(platform, connection, None);
    resolved(&client, Operation::named(operation)?).map_err(|failure| client.clean(failure))
}

fn resolved(client: &Client<'_>, operation: Operation) -> Result<Value> {
    let mut schema = schemas::input(operation);
    if !fields(operation).iter().any(|field| field.name == "payload") {
        return Ok(schema);
    }
    if operation.subject() != Subject::Resource {
        let found = validate::described(client, &endpoint(client, operation.subject(), None)?)?;
        if let (Some((it, schemas)), Some(payload)) = (found, schema.pointer_mut("/properties/payload")) {
            *payload = resource(&it, &schemas);
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
                "then": {"properties": {"payload": resource(&it, &schemas)}},
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
fn resource(it: &ResourceType, schemas: &[Schema]) -> Value {
    let mut whole = document!({"type": "object", "title": it.name});
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for schema in belonging(it, schemas) {
        let (members, needed) = members(&schema.attributes);
        if schema.id.eq_ignore_ascii_case(&it.schema) {
            properties.extend(members);
            required.extend(needed);
            continue;
        }
        let title = schema.name.as_ref().unwrap_or(&schema.id);
        properties.insert(
            schema.id.clone(),
            document!({"type": "object", "title": title, "properties": members, "required": needed}),
        );
        if it.extensions.iter().any(|(urn, required)| *required && urn.eq_ignore_ascii_case(&schema.id)) {
            required.push(schema.id.clone());
        }
    }
    // Every resource may have the caller's own identifier (RFC 7643 section 3.1).
    properties.entry("externalId").or_insert_with(|| document!({"type": "string", "title": "Your own identifier"}));
    if let Some(whole) = whole.as_object_mut() {
        whole.insert("properties".into(), Value::Object(properties));
        whole.insert("required".into(), json!(required));
    }
    whole
}

/// The properties of attributes that can be written, and which of them must be there.
fn members(attributes: &[Attribute]) -> (Map<String, Value>, Vec<String>) {
    let written = || attributes.iter().filter(|it| it.mutability != Mutability::ReadOnly);
    let required = written().filter(|it| it.required).map(|it| it.name.clone()).collect();
    (written().map(|it| (it.name.clone(), property(it))).gather(), required)
}

fn title(attribute: &Attribute) -> String {
    let sentence = |text: &String| short(text.split(". ").next().unwrap_or_default().trim_end_matches('.'), 80);
    attribute.description.as_ref().map(sentence).unwrap_or_else(|| attribute.name.clone())
}

fn property(attribute: &Attribute) -> Value {
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
            let (properties, required) = members(&attribute.parts);
            document!({"type": "object", "properties": properties, "required": required})
        }
    };
    let mut say = |name: &str, value: Value| one.as_object_mut().map(|object| object.insert(name.to_owned(), value));
    if !attribute.canonical_values.is_empty() {
        say("examples", json!(attribute.canonical_values));
    }
    if is_secret {
        // No more than the provider does a form show it again.
        say("writeOnly", json!(true));
    }
    if attribute.multi_valued {
        one = document!({"type": "array", "items": one});
    }
    if let Some(object) = one.as_object_mut() {
        object.insert("title".into(), json!(title(attribute)));
        object.extend(attribute.description.iter().map(|text| ("description".to_owned(), json!(text))));
    }
    one
}
