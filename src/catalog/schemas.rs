//! JSON Schemas (2020-12) of connections, inputs and outputs, for canvases to draw forms from.

use super::template::document;
use crate::connection::{ATTEMPTS_MAX, JSON_DEPTH_MAX, LONGEST_MS, REDIRECTS_MAX};
use crate::contract::{Operation, Subject, Verb};
use crate::gather::Gather as _;
use crate::input::form::fields;
use crate::operations::standard_type;
use crate::profile::{KNOBS, PROFILES, SECTIONS, Takes, providers};
use crate::scim::schema::{self, Attribute, Shape};
use crate::scim::service_provider::FEATURES;
use crate::scim::urn;
use scim_connector_redaction::is_secret_name;
use serde_json::{Map, Value, json};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// JSON pointers, into a connection, of what is secret.
pub const SECRETS: [&str; 5] =
    ["/auth/token", "/auth/password", "/auth/value", "/auth/clientSecret", "/auth/privateKey"];

/// The schema of a connection.
pub fn connection() -> Value {
    let secret = |title: &str| {
        document!({"title": title, "writeOnly": true, "format": "password", "oneOf": [
            {"type": "string", "minLength": 1, "writeOnly": true, "format": "password"},
            {"type": "object", "properties": {"env": {"type": "string", "title": "Environment variable", "minLength": 1}}, "required": ["env"], "additionalProperties": false},
        ]})
    };
    let text = |title: &str| document!({"type": "string", "title": title});
    let pairs = |title: &str| document!({"type": "object", "title": title, "additionalProperties": {"type": "string"}});
    let variant = |name: &str, title: &str, required: &[&str], properties: Value| {
        let mut properties = properties.as_object().cloned().unwrap_or_default();
        properties.insert("type".into(), document!({"const": name}));
        let required: Vec<&str> = std::iter::once("type").chain(required.iter().copied()).collect();
        document!({"type": "object", "title": title, "properties": properties, "required": required, "additionalProperties": false})
    };
    let number = |title: &str, default: u32, minimum: u32, maximum: u32| document!({"type": "integer", "title": title, "default": default, "minimum": minimum, "maximum": maximum});
    let group = |title: &str, properties: Value| document!({"type": "object", "title": title, "properties": properties, "additionalProperties": false});
    let profiles: Vec<&str> = PROFILES.iter().map(|profile| profile.0).collect();
    let providers = providers();
    document!({
        "$schema": DIALECT,
        "title": "SCIM connection",
        "type": "object",
        "properties": {
            "serviceUrl": {"type": "string", "title": "Service URL", "description": "Base URL of the SCIM service, for example https://example.com/scim/v2", "format": "uri"},
            "provider": {"enum": providers, "title": "Provider", "description": "Fills in the URLs of a known provider, most of them with organization"},
            "organization": text("Organisation at the provider"),
            "auth": {"title": "Credentials", "oneOf": [
                variant("clientCredentials", "OAuth 2.0 client credentials", &["clientId"], document!({
                    "tokenUrl": {"type": "string", "title": "Token URL", "format": "uri"},
                    "clientId": text("Client ID"),
                    "clientSecret": secret("Client secret"),
                    "privateKey": secret("Private key, PKCS#8 PEM"),
                    "keyId": text("Key ID"),
                    "method": {"enum": ["basic", "post", "privateKeyJwt"], "title": "Client authentication", "default": "basic"},
                    "scopes": {"type": "array", "items": {"type": "string"}, "title": "Scopes"},
                    "audience": text("Audience"),
                    "parameters": pairs("Further parameters"),
                })),
                variant("bearer", "Bearer token", &["token"], document!({
                    "token": secret("Token"),
                    "scheme": {"type": "string", "title": "Scheme, where it is not Bearer", "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", "examples": ["SSWS", "Token", "ApiKey"]},
                })),
                variant("basic", "User name and password", &["username", "password"], document!({"username": text("User name"), "password": secret("Password")})),
                variant("header", "API key in a header", &["name", "value"], document!({"name": text("Header"), "value": secret("Value")})),
                variant("host", "Added by the host", &[], document!({})),
                variant("none", "None", &[], document!({})),
            ]},
            "profile": {"enum": profiles, "title": "Profile", "default": "generic"},
            "headers": pairs("Headers of every request"),
            "timeouts": group("Timeouts, milliseconds", document!({
                "connectMs": number("To connect", 10_000, 1, LONGEST_MS), "firstByteMs": number("To the first byte", 30_000, 1, LONGEST_MS),
                "betweenBytesMs": number("Between bytes", 30_000, 1, LONGEST_MS), "totalMs": number("For the whole call", 120_000, 1, LONGEST_MS),
            })),
            "retry": group("Retries", document!({
                "maxAttempts": number("Attempts; 1 switches retries off", 3, 1, ATTEMPTS_MAX), "baseDelayMs": number("First pause, milliseconds", 250, 0, LONGEST_MS),
                "maxDelayMs": {"type": "integer", "title": "Longest pause, milliseconds, whatever the provider asks for", "minimum": 0, "maximum": LONGEST_MS},
            })),
            "limits": group("Limits", document!({
                "responseBytes": {"type": "integer", "title": "Largest answer, bytes", "default": 8388608, "minimum": 0},
                "jsonDepth": number("Deepest JSON", 64, 0, JSON_DEPTH_MAX), "redirects": number("Most redirects", 5, 0, REDIRECTS_MAX),
            })),
            "allowInsecureHttp": {"type": "boolean", "title": "Allow http beyond loopback", "default": false},
            "overrides": overrides(),
        },
        "required": ["auth"],
        "anyOf": [{"required": ["serviceUrl"]}, {"required": ["provider"]}],
        "additionalProperties": false,
    })
}

/// The schema of a connection's `overrides`: sections of a ServiceProviderConfig (RFC 7643 section 5), and knobs.
fn overrides() -> Value {
    let section = |name: &&str| {
        let supported = document!({"supported": {"type": "boolean"}});
        let properties = if FEATURES.contains(name) { supported } else { document!({}) };
        ((*name).to_owned(), document!({"type": "object", "title": name, "properties": properties}))
    };
    let mut properties: Map<String, Value> = FEATURES.iter().chain(&SECTIONS).map(section).gather();
    properties.extend(KNOBS.iter().map(|knob| {
        let mut schema = takes(knob.takes);
        schema.insert("title".into(), json!(knob.about));
        (knob.name.to_owned(), Value::Object(schema))
    }));
    document!({
        "type": "object",
        "title": "Overrides of the profile and of what the provider says of itself",
        "properties": properties,
        "additionalProperties": false,
        "examples": [{"patch": {"supported": true}}],
    })
}

/// The schema of what a knob takes.
pub fn takes(takes: Takes) -> Map<String, Value> {
    let (name, value) = match takes {
        Takes::Flag => ("type", json!("boolean")),
        Takes::Count => ("type", document!(["integer", "null"])),
        Takes::Names => ("type", document!(["array", "null"])),
        Takes::Choice(choices) => ("enum", json!(choices)),
    };
    let detail = match takes {
        Takes::Count => Some(("minimum", json!(0))),
        Takes::Names => Some(("items", document!({"type": "string"}))),
        _ => None,
    };
    std::iter::once((name, value)).chain(detail).map(|(name, value)| (name.to_owned(), value)).gather()
}

/// The schema of an operation's input.
pub fn input(operation: Operation) -> Value {
    let property = |name: &'static str| {
        let mut schema = field(operation, name);
        if let (Some(source), Some(schema)) = (choices(operation, name), schema.as_object_mut()) {
            schema.insert("x-choices".into(), json!(source));
        }
        (name.to_owned(), schema)
    };
    let fields = fields(operation);
    let properties: Map<String, Value> = fields.iter().map(|field| property(field.name)).gather();
    let required: Vec<&str> = fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    document!({"$schema": DIALECT, "type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

/// The source of a field's choices, for `runtime.choices`; those of a list are of its items.
fn choices(operation: Operation, name: &str) -> Option<&'static str> {
    match (name, operation.subject()) {
        ("resourceType", _) => Some("resourceTypes"),
        ("id", Subject::User) => Some("users"),
        ("id", Subject::Group) => Some("groups"),
        ("id", _) if operation.verb() == Verb::GetResourceType => Some("resourceTypes"),
        ("id", _) if operation.verb() == Verb::GetSchema => Some("schemas"),
        ("members", Subject::Group) => Some("users"),
        ("attributes" | "excludedAttributes" | "sortBy", Subject::User | Subject::Me) => Some("attributes:User"),
        ("attributes" | "excludedAttributes" | "sortBy", Subject::Group) => Some("attributes:Group"),
        _ => None,
    }
}

/// The schema of an operation's output.
pub fn output(operation: Operation) -> Value {
    let resource = resource(operation.subject(), false);
    let or_nothing = |schema: Value| document!({"oneOf": [schema, {"type": "null", "title": "The provider answered without a body"}]});
    match operation.verb() {
        Verb::Create | Verb::Get => resource,
        Verb::Update | Verb::Patch | Verb::Activate | Verb::Deactivate => or_nothing(resource),
        Verb::Delete => document!({"type": "null"}),
        Verb::List | Verb::Search => document!({
            "type": "object",
            "properties": {
                "Resources": {"type": "array", "items": resource},
                "totalResults": {"type": "integer"}, "startIndex": {"type": "integer"}, "itemsPerPage": {"type": "integer"},
                "next": {"type": "string", "title": "Token of the next page: page of the next call"},
                "leftOut": {"type": "array", "items": {"type": "string"}, "title": "Identifiers of those that came and do not match the filter"},
                "complete": {"type": "boolean", "title": "Whether the listing ended as the provider announced"},
            },
            "required": ["Resources", "complete"],
        }),
        Verb::Ensure => {
            let noun = standard_type(operation.subject())
                .map_or_else(|| "resource".to_owned(), |known| known.name.to_lowercase());
            let change = document!({"type": "object", "properties": {"op": {"enum": ["add", "remove", "replace"]}, "path": {"type": "string"}, "value": {}}, "required": ["op"]});
            document!({
                "type": "object",
                "properties": {
                    "outcome": {"enum": ["created", "updated", "unchanged"], "title": "What was done"},
                    noun.as_str(): resource,
                    "changes": {"type": "array", "items": change, "title": "The changes that were sent"},
                    "dryRun": {"const": true, "title": "There if it was a dry run: nothing was changed"},
                },
                "required": ["outcome", noun, "changes"],
            })
        }
        Verb::AddMembers | Verb::RemoveMembers | Verb::SetMembers => document!({
            "type": "object",
            "properties": {
                "added": {"type": "integer", "minimum": 0, "title": "Members added"},
                "removed": {"type": "integer", "minimum": 0, "title": "Members removed"},
                "unchanged": {"type": ["integer", "null"], "minimum": 0, "title": "Members that were right already, where that is known"},
                "verified": {"type": "boolean", "title": "Whether the provider showed the members after the change"},
            },
            "required": ["added", "removed", "verified"],
        }),
        Verb::ListResourceTypes => document!({"type": "array", "items": resource_type()}),
        Verb::GetResourceType => resource_type(),
        Verb::ListSchemas => document!({"type": "array", "items": definition()}),
        Verb::GetSchema => definition(),
        Verb::GetServiceProviderConfig => {
            let capability = document!({"type": "object", "properties": {"supported": {"type": "boolean"}, "source": {"enum": ["discovered", "overridden", "assumed"]}}, "required": ["supported", "source"]});
            let properties: Map<String, Value> =
                FEATURES.iter().map(|name| ((*name).to_owned(), capability.clone())).gather();
            document!({"type": "object", "properties": properties, "required": FEATURES})
        }
        Verb::Bulk => document!({
            "type": "object",
            "properties": {
                "results": {"type": "array", "title": "One result for each operation, in their order", "items": bulk_result()},
                "succeeded": {"type": "integer"}, "failed": {"type": "integer", "title": "How many failed or were not carried out"},
            },
            "required": ["results", "succeeded", "failed"],
        }),
        Verb::Submit => document!({"oneOf": [
            {"type": "object", "title": "Accepted", "properties": {"done": {"const": false}, "ticket": ticket()}, "required": ["done", "ticket"]},
            done(),
        ]}),
        Verb::Collect => document!({"oneOf": [
            {"type": "object", "title": "Not done", "properties": {"done": {"const": false}, "retryAfterMs": {"type": "integer", "title": "Ask again after so many milliseconds"}}, "required": ["done", "retryAfterMs"]},
            done(),
        ]}),
        Verb::Reconcile => json!(true),
    }
}

/// The schema of a bulk operation.
fn bulk_operation() -> Value {
    document!({
        "type": "object",
        "properties": {
            "method": {"enum": ["POST", "PUT", "PATCH", "DELETE"]},
            "path": {"type": "string", "title": "Path below the service URL", "examples": ["/Users", "/Users/2819c223", "/Users/bulkId:ada"]},
            "bulkId": {"type": "string", "title": "Name of what is created, to refer to it as bulkId:NAME"},
            "version": {"type": "string", "title": "Only in this version"},
            "data": {"title": "The resource, or the PATCH operations", "type": ["object", "array"]},
        },
        "required": ["method", "path"],
        "additionalProperties": false,
    })
}

/// The schema of a bulk operation's result.
fn bulk_result() -> Value {
    document!({
        "type": "object",
        "properties": {
            "index": {"type": "integer", "title": "Index of the operation, from 0"},
            "method": {"enum": ["POST", "PUT", "PATCH", "DELETE"]},
            "bulkId": {"type": "string"}, "location": {"type": "string"}, "id": {"type": "string"}, "version": {"type": "string"},
            "status": {"type": "integer"}, "response": {"title": "Body of the answer"},
            "failure": {"type": "object", "title": "Why it failed, or that it was not carried out"},
        },
        "required": ["index", "method"],
    })
}

/// The schema of a ticket.
fn ticket() -> Value {
    document!({
        "type": "object",
        "properties": {
            "method": {"enum": ["POST", "PUT", "PATCH", "DELETE"]}, "path": {"type": "string"},
            "operations": {"type": "integer", "minimum": 1}, "transaction": {"type": "string"}, "location": {"type": "string"},
        },
        "required": ["method", "path"],
        "additionalProperties": false,
    })
}

fn done() -> Value {
    document!({"type": "object", "title": "Done", "properties": {"done": {"const": true}, "result": bulk_result()}, "required": ["done", "result"]})
}

/// A resource type (RFC 7643 section 6).
fn resource_type() -> Value {
    document!({"type": "object", "title": "Resource type", "properties": {
        "id": {"type": "string"}, "name": {"type": "string"}, "description": {"type": "string"}, "endpoint": {"type": "string"}, "schema": {"type": "string"},
        "schemaExtensions": {"type": "array", "items": {"type": "object", "properties": {"schema": {"type": "string"}, "required": {"type": "boolean"}}}},
    }, "required": ["name", "endpoint", "schema"]})
}

/// A schema (RFC 7643 section 7), the defaults of its attributes filled in.
fn definition() -> Value {
    let flag = document!({"type": "boolean"});
    let text = document!({"type": "string"});
    let texts = document!({"type": "array", "items": text});
    let attribute = document!({"type": "object", "properties": {
        "name": text, "type": text, "multiValued": flag, "description": text, "required": flag, "canonicalValues": texts, "caseExact": flag,
        "mutability": text, "returned": text, "uniqueness": text, "referenceTypes": texts, "subAttributes": {"type": "array", "items": {"type": "object"}},
    }, "required": ["name", "type"]});
    document!({"type": "object", "title": "Schema", "properties": {
        "id": text, "name": text, "description": text, "attributes": {"type": "array", "items": attribute},
    }, "required": ["id", "attributes"]})
}

/// An example of an operation's input.
pub fn example(operation: Operation) -> Value {
    let payload = match operation.subject() {
        Subject::Group => document!({"displayName": "Engineering"}),
        Subject::Resource => {
            document!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Device"], "displayName": "Thermostat", "active": true})
        }
        _ => {
            document!({"userName": "ada@example.com", "name": {"givenName": "Ada", "familyName": "Lovelace"}, "emails": [{"value": "ada@example.com", "type": "work", "primary": true}], "active": true})
        }
    };
    let id = json!("2819c223-7f76-453a-919d-413861904646");
    let mut example = Map::new();
    for name in fields(operation).into_iter().map(|field| field.name) {
        let value = match (name, operation.verb()) {
            ("id", _) => Some(match operation.verb() {
                Verb::GetResourceType => json!("User"),
                Verb::GetSchema => json!(urn::USER),
                _ => id.clone(),
            }),
            ("payload", _) => Some(payload.clone()),
            ("operations", Verb::Patch) => Some(document!([{"op": "replace", "path": "active", "value": false}])),
            ("operations", _) => Some(document!([
                {"method": "POST", "path": "/Users", "bulkId": "ada", "data": {"userName": "ada@example.com"}},
                {"method": "POST", "path": "/Groups", "data": {"displayName": "Engineering", "members": [{"value": "bulkId:ada"}]}},
            ])),
            ("request", _) => {
                Some(document!({"method": "POST", "path": "/Users", "data": {"userName": "ada@example.com"}}))
            }
            ("ticket", _) => Some(
                document!({"method": "POST", "path": "/Users", "operations": 1, "transaction": "5c7be1d0", "location": "/Async/5c7be1d0"}),
            ),
            ("filter", _) => Some(json!(if operation.subject() == Subject::Group {
                "displayName eq \"Engineering\""
            } else {
                "userName eq \"ada@example.com\""
            })),
            ("members", _) => Some(document!([{"value": id}])),
            ("resourceType", _) => Some(json!("Device")),
            _ => None,
        };
        example.extend(value.map(|value| (name.to_owned(), value)));
    }
    Value::Object(example)
}

fn field(operation: Operation, name: &str) -> Value {
    let titled = |kind: &str, title: &str| document!({"type": kind, "title": title});
    let strings = |title: &str| document!({"type": "array", "items": {"type": "string"}, "title": title});
    match name {
        "id" => {
            document!({"type": "string", "title": "id", "description": "The provider's identifier of the resource", "minLength": 1})
        }
        "payload" => resource(operation.subject(), true),
        "resourceType" => titled("string", "Name of the resource type"),
        "endpoint" => titled("string", "Path below the service URL"),
        "filter" => {
            document!({"type": "string", "title": "Filter", "description": "RFC 7644 section 3.4.2.2", "examples": ["userName sw \"a\" and active eq true"]})
        }
        "attributes" => strings("Only these attributes"),
        "excludedAttributes" => strings("Not these attributes"),
        "sortBy" => titled("string", "Attribute to sort by"),
        "sortOrder" => document!({"enum": ["ascending", "descending"], "title": "Order", "default": "ascending"}),
        "startIndex" => document!({"type": "integer", "title": "Index of the first result", "minimum": 1}),
        "count" => document!({"type": "integer", "title": "Most results on a page", "minimum": 0}),
        "cursor" => titled("string", "Cursor (RFC 9865); empty for the first page"),
        "page" => titled("string", "next of the page before"),
        "operations" if operation.verb() == Verb::Patch => {
            document!({"type": "array", "title": "Operations", "minItems": 1, "items": {
                "type": "object",
                "properties": {"op": {"enum": ["add", "remove", "replace"]}, "path": titled("string", "Attribute path"), "value": {"title": "Value"}},
                "required": ["op"], "additionalProperties": false,
            }})
        }
        "ifMatch" => titled("string", "Only in this version"),
        "ifNoneMatch" => titled("string", "Only if another version"),
        "headers" => {
            document!({"type": "object", "title": "Headers of this request", "additionalProperties": {"type": "string"}})
        }
        "readBack" => titled("boolean", "Read once more where the provider answers without a body"),
        "readModifyWrite" => titled("boolean", "Read first, change that version only, again where it has changed"),
        "goneIsDone" => titled("boolean", "Not being there is a success"),
        "validate" => titled("boolean", "Check against the provider's schemas first"),
        "operations" => document!({"type": "array", "title": "Operations", "minItems": 1, "items": bulk_operation()}),
        "request" => bulk_operation(),
        "ticket" => ticket(),
        "failOnErrors" => document!({"type": "integer", "title": "Stop after so many errors", "minimum": 1}),
        "known" => {
            document!({"type": "object", "title": "Names and ids of resources created by earlier calls", "additionalProperties": {"type": "string"}})
        }
        "members" => document!({"type": "array", "title": "Members", "items": {"anyOf": [
            {"type": "string", "title": "id of the member", "minLength": 1},
            {"type": "object", "properties": {"value": titled("string", "id of the member"), "type": titled("string", "User or Group"), "display": titled("string", "Its name, for a provider that wants it")}, "required": ["value"]},
        ]}}),
        "desired" => document!({"type": "array", "items": {"type": "object"}}),
        "matchOn" => strings("Attributes to find it by"),
        "dryRun" => titled("boolean", "Say what would be done, and do nothing"),
        _ => document!({"title": name}),
    }
}

fn resource(subject: Subject, writing: bool) -> Value {
    let Some(known) = standard_type(subject) else {
        return document!({"type": "object", "title": "Resource"});
    };
    let mut properties = attributes(known.attributes, writing);
    if known.schema == urn::USER {
        let enterprise = attributes(schema::ENTERPRISE_USER, writing);
        properties.insert(
            urn::ENTERPRISE_USER.into(),
            document!({"type": "object", "title": "Enterprise attributes", "properties": enterprise}),
        );
    }
    let title = known.name;
    if writing {
        document!({"type": "object", "title": title, "properties": properties, "required": [known.required]})
    } else {
        document!({"type": "object", "title": title, "properties": properties})
    }
}

fn attributes(attributes: &[Attribute], writing: bool) -> Map<String, Value> {
    attributes
        .iter()
        .filter(|attribute| !(writing && attribute.read_only))
        .map(|it| (it.name.to_owned(), attribute(it, writing)))
        .gather()
}

fn attribute(attribute: &Attribute, writing: bool) -> Value {
    let title = attribute.about;
    match attribute.shape {
        Shape::Text if is_secret_name(attribute.name) => {
            document!({"type": "string", "title": title, "writeOnly": true, "format": "password"})
        }
        Shape::Text => document!({"type": "string", "title": title}),
        Shape::Boolean => document!({"type": "boolean", "title": title}),
        Shape::Complex(parts) => {
            document!({"type": "object", "title": title, "properties": attributes(parts, writing)})
        }
        Shape::Multiple(parts) => {
            document!({"type": "array", "title": title, "items": {"type": "object", "properties": attributes(parts, writing)}})
        }
    }
}
