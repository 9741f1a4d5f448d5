//! JSON Schemas (2020-12) of inputs and outputs, for canvases to draw forms from. What their members are called is `texts`'s to say.

use super::template::{DIALECT, document, read};
use super::texts::{Detail, Texts};
use crate::contract::{Operation, Subject, Verb};
use crate::gather::Gather as _;
use crate::input::form::fields;
use crate::operations::standard_type;
use crate::provisioning::reconcile::report::Action;
use crate::scim::schema::{self, Attribute, Shape};
use crate::scim::service_provider::FEATURES;
use crate::scim::urn;
use scim_connector_redaction::is_secret_name;
use serde_json::{Map, Value, json};

/// The schemas, with what many operations have in common made once.
pub struct Schemas {
    inputs: Texts,
    /// Members of inputs, by name; those that are no text of any length.
    fields: Value,
    /// Resources of the standard's types as they are written, and as they are shown.
    user: [Value; 2],
    group: [Value; 2],
}

impl Schemas {
    /// Makes them.
    pub fn make() -> Self {
        let attributes = Texts::attributes();
        let both = |subject: Subject| [true, false].map(|writing| resource(subject, writing, &attributes));
        let fields = read(include_str!("texts/inputs.json"));
        Schemas { inputs: Texts::inputs(), fields, user: both(Subject::User), group: both(Subject::Group) }
    }

    fn resource(&self, subject: Subject, writing: bool) -> Value {
        let [written, shown] = match subject {
            Subject::User | Subject::Me => &self.user,
            Subject::Group => &self.group,
            Subject::Resource | Subject::Everything => return document!({"type": "object", "title": "Resource"}),
        };
        if writing { written.clone() } else { shown.clone() }
    }

    /// The schema of an operation's input.
    pub fn input(&self, operation: Operation) -> Value {
        let mut examples = example(operation);
        let mut properties = Map::new();
        let mut required = Vec::new();
        for (place, input) in fields(operation).into_iter().enumerate() {
            let mut schema = self.field(operation, input.name);
            if let Some(schema) = schema.as_object_mut() {
                schema.insert("x-order".into(), json!(place));
                schema.extend(choices(operation, input.name).map(|source| ("x-choices".to_owned(), json!(source))));
                let example = examples.get_mut(input.name).map(Value::take);
                schema.extend(example.map(|example| ("examples".to_owned(), document!([example]))));
            }
            properties.insert(input.name.to_owned(), schema);
            required.extend(input.required.then_some(input.name));
        }
        let mut form = document!({"$schema": DIALECT, "type": "object", "properties": properties, "required": required, "additionalProperties": false});
        let section = match operation.verb() {
            Verb::Patch => "patch",
            Verb::GetResourceType => "resourceType",
            Verb::GetSchema => "schema",
            _ => "",
        };
        self.inputs.dress(&mut form, section, noun(operation.subject()), Detail::Form);
        put_payload(&mut form, self.resource(operation.subject(), true));
        if let Some(form) = form.as_object_mut().filter(|_| operation.subject() == Subject::Resource) {
            form.insert("oneOf".into(), document!([{"required": ["resourceType"]}, {"required": ["endpoint"]}]));
        }
        form
    }

    /// The structure of a member of an input.
    fn field(&self, operation: Operation, name: &str) -> Value {
        let is_patch = name == "operations" && operation.verb() == Verb::Patch;
        let known = self.fields.get(if is_patch { "patch" } else { name }).cloned();
        let mut field = known.unwrap_or_else(|| document!({"type": "string"}));
        if let Some(Value::Object(path)) = field.pointer_mut("/items/properties/path").filter(|_| is_patch) {
            path.extend(choices(operation, "path").map(|source| ("x-choices".to_owned(), json!(source))));
        }
        field
    }

    /// The schema of an operation's output.
    pub fn output(&self, operation: Operation) -> Value {
        let resource = self.resource(operation.subject(), false);
        let or_nothing = |schema: Value| document!({"oneOf": [schema, {"type": "null", "title": "The provider answered without a body"}]});
        match operation.verb() {
            Verb::Create | Verb::Get => resource,
            Verb::Update | Verb::Patch | Verb::Activate | Verb::Deactivate => or_nothing(resource),
            Verb::Delete => document!({"type": "null"}),
            Verb::List | Verb::Search => document!({
                "type": "object", "x-type": format!("{}Page", title(&resource)),
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
                let (noun, title) = (noun(operation.subject()), title(&resource));
                document!({
                    "type": "object", "x-type": format!("Ensured{title}"),
                    "properties": {
                        "outcome": {"type": "string", "enum": ["created", "updated", "unchanged"], "title": "What was done"},
                        noun: resource,
                        "changes": {"type": "array", "items": patch_operation(), "title": "The changes that were sent"},
                        "dryRun": {"type": "boolean", "const": true, "title": "There if it was a dry run: nothing was changed"},
                    },
                    "required": ["outcome", noun, "changes"],
                })
            }
            Verb::AddMembers | Verb::RemoveMembers | Verb::SetMembers => document!({
                "type": "object", "x-type": "MembershipChange",
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
                let capability = document!({"type": "object", "x-type": "Capability", "properties": {"supported": {"type": "boolean"}, "source": {"type": "string", "enum": ["discovered", "overridden", "assumed"]}}, "required": ["supported", "source"]});
                let properties: Map<String, Value> =
                    FEATURES.iter().map(|name| ((*name).to_owned(), capability.clone())).gather();
                document!({"type": "object", "x-type": "ServiceProviderConfig", "properties": properties, "required": FEATURES})
            }
            Verb::Bulk => document!({
                "type": "object", "x-type": "BulkReport",
                "properties": {
                    "results": {"type": "array", "title": "One result for each operation, in their order", "items": bulk_result()},
                    "succeeded": {"type": "integer"}, "failed": {"type": "integer", "title": "How many failed or were not carried out"},
                },
                "required": ["results", "succeeded", "failed"],
            }),
            Verb::Submit => document!({"oneOf": [
                {"type": "object", "title": "Accepted", "properties": {"done": {"type": "boolean", "const": false}, "ticket": self.fields.get("ticket")}, "required": ["done", "ticket"]},
                done(),
            ]}),
            Verb::Collect => document!({"oneOf": [
                {"type": "object", "title": "Not done", "properties": {"done": {"type": "boolean", "const": false}, "retryAfterMs": {"type": "integer", "title": "Ask again after so many milliseconds"}}, "required": ["done", "retryAfterMs"]},
                done(),
            ]}),
            Verb::Plan => document!({
                "type": "object", "x-type": "PlanReport",
                "properties": {
                    "decisions": {"type": "array", "title": "One decision for each pair, in their order", "items": decision()},
                    "counts": counts(),
                },
                "required": ["decisions", "counts"],
            }),
            Verb::Reconcile => document!({
                "type": "object", "x-type": "ReconcileReport",
                "properties": {
                    "changes": {"type": "array", "title": "Resource by resource, what was done", "items": change()},
                    "owned": {"type": "array", "title": "What the job has to do with resources now: owned of the next call", "items": self.fields.pointer("/owned/items")},
                    "counts": counts(),
                    "complete": {"type": "boolean", "title": "Whether everything there is was compared"},
                    "guarded": {"type": "string", "title": "Why nothing was changed, where a guard saw to that"},
                    "dryRun": {"type": "boolean", "const": true, "title": "There if it was a dry run: nothing was changed"},
                },
                "required": ["changes", "owned", "counts", "complete"],
            }),
        }
    }
}

/// Makes a resource's schema that of a form's `payload`, where there is one; what is said of the payload stays.
pub fn put_payload(form: &mut Value, resource: Value) {
    if let (Some(Value::Object(payload)), Value::Object(resource)) = (form.pointer_mut("/properties/payload"), resource)
    {
        payload.extend(resource);
    }
}

/// What a resource's schema is called.
fn title(resource: &Value) -> &str {
    resource.get("title").and_then(Value::as_str).unwrap_or_default()
}

/// What resources of a subject are called.
pub fn noun(subject: Subject) -> &'static str {
    match subject {
        Subject::User | Subject::Me => "user",
        Subject::Group => "group",
        Subject::Resource | Subject::Everything => "resource",
    }
}

/// The source of a field's choices, for `runtime.choices`; those of a list are of its items.
fn choices(operation: Operation, name: &str) -> Option<String> {
    let of = match operation.subject() {
        Subject::User | Subject::Me => "User",
        Subject::Group => "Group",
        Subject::Resource => "{resourceType}",
        Subject::Everything => "",
    };
    let source = match (name, operation.subject(), operation.verb()) {
        ("id", _, Verb::GetResourceType) | ("resourceType", ..) => "resourceTypes",
        ("id", _, Verb::GetSchema) => "schemas",
        ("id", Subject::Group, _) => "groups",
        ("id", Subject::User, _) | ("members", ..) => "users",
        ("id", Subject::Resource, _) => return Some(format!("resources:{of}")),
        ("attributes" | "excludedAttributes" | "sortBy", ..) if !of.is_empty() => {
            return Some(format!("attributes:{of}"));
        }
        ("matchOn", ..) => return Some(format!("keys:{of}")),
        ("path", _, Verb::Patch) => return Some(format!("paths:{of}")),
        _ => return None,
    };
    Some(source.to_owned())
}

/// The schema of a bulk operation's result.
fn bulk_result() -> Value {
    document!({
        "type": "object", "x-type": "BulkResult",
        "properties": {
            "index": {"type": "integer", "title": "Index of the operation, from 0"},
            "method": {"type": "string", "enum": ["POST", "PUT", "PATCH", "DELETE"]},
            "bulkId": {"type": "string"}, "location": {"type": "string"}, "id": {"type": "string"}, "version": {"type": "string"},
            "status": {"type": "integer"}, "response": {"title": "Body of the answer"},
            "failure": {"type": "object", "title": "Why it failed, or that it was not carried out"},
        },
        "required": ["index", "method"],
    })
}

/// The members that decisions and what was done have in common.
fn decided() -> Map<String, Value> {
    let actions: Vec<&str> = Action::ALL.iter().map(|row| row.1).collect();
    let common = document!({
        "key": {"type": "string"}, "action": {"type": "string", "enum": actions, "title": "What is to be done"},
        "reason": {"type": "string", "title": "Why"}, "id": {"type": "string"},
        "ownership": {"type": "string", "enum": ["created", "adopted", "linked"], "title": "What the job has to do with it afterwards"},
    });
    match common {
        Value::Object(common) => common,
        _ => Map::new(),
    }
}

/// The schema of a decision.
fn decision() -> Value {
    let mut properties = decided();
    properties.insert("resource".into(), document!({"type": "object", "title": "What is sent to create it"}));
    let operations = document!({"type": "array", "items": patch_operation(), "title": "What is sent to change it"});
    properties.insert("operations".into(), operations);
    document!({"type": "object", "x-type": "Decision", "properties": properties, "required": ["key", "action", "reason"]})
}

/// The schema of what was done with one resource.
fn change() -> Value {
    let mut properties = decided();
    let outcome =
        document!({"type": "string", "enum": ["done", "failed", "notCarriedOut"], "title": "What became of it"});
    properties.insert("outcome".into(), outcome);
    properties
        .insert("failure".into(), document!({"type": "object", "title": "Why it failed, or was not carried out"}));
    document!({"type": "object", "x-type": "ReconcileChange", "properties": properties, "required": ["key", "action", "reason", "outcome"]})
}

/// The schema of how many decisions there are of each action.
fn counts() -> Value {
    let names: Vec<&str> = Action::ALL.iter().map(|row| row.1).collect();
    let properties: Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), document!({"type": "integer", "minimum": 0}))).gather();
    document!({"type": "object", "x-type": "PlanCounts", "properties": properties, "required": names, "title": "How many of each action"})
}

/// The schema of a PATCH operation in a result.
fn patch_operation() -> Value {
    document!({"type": "object", "x-type": "PatchOperation", "properties": {"op": {"type": "string", "enum": ["add", "remove", "replace"]}, "path": {"type": "string"}, "value": {}}, "required": ["op"]})
}

fn done() -> Value {
    document!({"type": "object", "title": "Done", "properties": {"done": {"type": "boolean", "const": true}, "result": bulk_result()}, "required": ["done", "result"]})
}

/// A resource type (RFC 7643 section 6).
fn resource_type() -> Value {
    document!({"type": "object", "title": "Resource type", "x-type": "ResourceType", "properties": {
        "id": {"type": "string"}, "name": {"type": "string"}, "description": {"type": "string"}, "endpoint": {"type": "string"}, "schema": {"type": "string"},
        "schemaExtensions": {"type": "array", "items": {"type": "object", "x-type": "SchemaExtension", "properties": {"schema": {"type": "string"}, "required": {"type": "boolean"}}}},
    }, "required": ["name", "endpoint", "schema"]})
}

/// A schema (RFC 7643 section 7), the defaults of its attributes filled in.
fn definition() -> Value {
    document!({"type": "object", "title": "Schema", "x-type": "Schema", "properties": {
        "id": {"type": "string"}, "name": {"type": "string"}, "description": {"type": "string"},
        "attributes": {"type": "array", "items": {"type": "object", "x-type": "Attribute", "properties": {
            "name": {"type": "string"}, "type": {"type": "string"}, "multiValued": {"type": "boolean"}, "description": {"type": "string"},
            "required": {"type": "boolean"}, "canonicalValues": {"type": "array", "items": {"type": "string"}}, "caseExact": {"type": "boolean"},
            "mutability": {"type": "string"}, "returned": {"type": "string"}, "uniqueness": {"type": "string"},
            "referenceTypes": {"type": "array", "items": {"type": "string"}}, "subAttributes": {"type": "array", "items": {"type": "object"}},
        }, "required": ["name", "type"]}},
    }, "required": ["id", "attributes"]})
}

/// An example of an operation's input.
pub fn example(operation: Operation) -> Map<String, Value> {
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
            ("operations", Verb::Patch) if operation.subject() == Subject::Group => {
                Some(document!([{"op": "replace", "path": "displayName", "value": "Research"}]))
            }
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
            ("filter", _) => Some(json!(match operation.subject() {
                Subject::Group => "displayName eq \"Engineering\"",
                Subject::Resource => "displayName eq \"Thermostat\"",
                _ => "userName eq \"ada@example.com\"",
            })),
            ("members", _) => Some(document!([{"value": id}])),
            ("resourceType", Verb::Plan | Verb::Reconcile) => Some(json!("User")),
            ("resourceType", _) => Some(json!("Device")),
            ("pairs", _) => Some(document!([
                {"key": "701984", "desired": {"userName": "ada@example.com", "title": "Engineer"}, "existing": [{"id": id, "userName": "ada@example.com"}], "ownership": "created"},
                {"key": "701985", "desired": {"userName": "bob@example.com"}},
            ])),
            ("desired", _) => Some(document!([{"externalId": "701984", "userName": "ada@example.com"}])),
            ("policy", _) => Some(document!({"leavers": "deactivate"})),
            _ => None,
        };
        example.extend(value.map(|value| (name.to_owned(), value)));
    }
    example
}

/// The schema of a resource of a standard type, as it is written or shown.
fn resource(subject: Subject, writing: bool, texts: &Texts) -> Value {
    let Some(known) = standard_type(subject) else { return Value::Null };
    let mut properties = attributes(known.attributes, writing);
    let named = |name: &str| if writing { format!("{name}Input") } else { name.to_owned() };
    if known.schema == urn::USER {
        let enterprise = attributes(schema::ENTERPRISE_USER, writing);
        let extension = document!({"type": "object", "x-type": named("EnterpriseUser"), "properties": enterprise});
        properties.insert(urn::ENTERPRISE_USER.into(), extension);
    }
    let name = known.name;
    let mut whole = document!({"type": "object", "title": name, "x-type": named(name), "properties": properties});
    if let Some(whole) = whole.as_object_mut().filter(|_| writing) {
        whole.insert("required".into(), json!([known.required]));
    }
    texts.dress(&mut whole, name, noun(subject), if writing { Detail::Form } else { Detail::Titles });
    whole
}

fn attributes(attributes: &[Attribute], writing: bool) -> Map<String, Value> {
    attributes
        .iter()
        .filter(|attribute| !(writing && attribute.read_only))
        .map(|it| (it.name.to_owned(), attribute(it, writing)))
        .gather()
}

fn attribute(attribute: &Attribute, writing: bool) -> Value {
    let object = |parts: &[Attribute]| {
        let kind = match attribute.name {
            "name" => "Name",
            "addresses" => "Address",
            "meta" => "Meta",
            "manager" if writing => "ManagerInput",
            "manager" => "Manager",
            _ => "MultiValued",
        };
        document!({"type": "object", "x-type": kind, "properties": attributes(parts, writing)})
    };
    match attribute.shape {
        Shape::Text if is_secret_name(attribute.name) => {
            document!({"type": "string", "writeOnly": true, "format": "password"})
        }
        Shape::Text => document!({"type": "string"}),
        Shape::Boolean => document!({"type": "boolean"}),
        Shape::Complex(parts) => object(parts),
        Shape::Multiple(parts) => document!({"type": "array", "items": object(parts)}),
    }
}
