//! The JSON Schema of flows, for editors: the tables that flows are checked by, written in other words. It is looser than the check: an
//! expression may stand in many places, and what it gives is not known before the flow runs.

use super::table::{CASE, CATCH, COMMON, FLOW, HTTP, KINDS, Member, OPENAPI, RUN, Takes};
use crate::rows::{self, Kind};
use scim_connector_host::catalog::{Catalog, Operation};
use serde_json::{Map, Value, json};

/// The schema of flows whose functions are those of a catalog.
#[must_use]
pub fn schema(catalog: &Catalog) -> Value {
    let mut definitions = Map::new();
    for (kind, members) in KINDS {
        definitions.insert(format!("task-{kind}"), object(COMMON.iter().chain(*members)));
    }
    let mut calls = vec![with("http", object(HTTP)), with("openapi", object(OPENAPI))];
    calls.extend(rows::SOURCES.iter().map(|source| with(source.name, arguments(source))));
    for operation in catalog.operations.iter().filter(|operation| operation.available) {
        calls.push(with(&operation.name, of_operation(operation, &mut definitions)));
    }
    if let Some(Value::Object(call)) = definitions.get_mut("task-call") {
        call.insert("allOf".into(), Value::Array(calls));
        let operations = catalog.operations.iter().filter(|operation| operation.available).map(|it| &it.name);
        let sources = rows::SOURCES.iter().map(|source| source.name);
        let names: Vec<&str> = operations.map(String::as_str).chain(sources).chain(["http"]).collect();
        // A function of the flow's own is called by its name, too.
        let called = json!({"anyOf": [{"enum": names}, {"type": "string"}], "description": "An operation of the connector, a reader of files, or a function of `use.functions`."});
        if let Some(properties) = call.get_mut("properties") {
            put(properties, "call", called);
        }
    }
    definitions.insert("task".into(), task());
    let tasks = json!({"type": "object", "additionalProperties": {"$ref": "#/$defs/task"}, "minProperties": 1, "maxProperties": 1});
    definitions.insert("tasks".into(), json!({"type": "array", "items": tasks}));
    definitions.insert("catch".into(), object(CATCH));
    definitions.insert("duration".into(), duration());
    let mut whole = object(FLOW);
    if let Some(whole) = whole.as_object_mut() {
        whole.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
        whole.insert("title".into(), json!("Flow of the SCIM connector"));
        let about = "The Serverless Workflow DSL 1.0, as far as the connector runs it.";
        whole.insert("description".into(), json!(about));
        whole.insert("$defs".into(), Value::Object(definitions));
        // Others may have metadata of their own.
        if let Some(metadata) =
            whole.get_mut("properties").and_then(|it| it.pointer_mut("/document/properties/metadata"))
        {
            put(metadata, "additionalProperties", json!(true));
        }
    }
    whole
}

/// An object of these members.
fn object<'m>(members: impl IntoIterator<Item = &'m Member, IntoIter: Clone>) -> Value {
    let members = members.into_iter();
    let required: Vec<&str> = members.clone().filter(|member| member.required).map(|member| member.name).collect();
    let properties: Map<String, Value> = members.map(|member| (member.name.to_owned(), of(&member.takes))).collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

/// Puts a member into an object.
fn put(object: &mut Value, name: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}

/// What stands at a place.
fn of(takes: &Takes) -> Value {
    match takes {
        Takes::Any | Takes::Plain | Takes::Value | Takes::Template | Takes::Own => json!({}),
        Takes::Text | Takes::Expression | Takes::Then | Takes::TimeZone => json!({"type": "string"}),
        Takes::Bool => json!({"type": "boolean"}),
        Takes::Whole(from, to) => json!({"type": "integer", "minimum": from, "maximum": to}),
        Takes::Word(words) => json!({"type": "string", "enum": words}),
        Takes::Form(_, example) => json!({"type": "string", "description": format!("{example}.")}),
        Takes::Object(members) => object(*members),
        Takes::OneOf(members) => {
            let mut schema = object(*members);
            put(&mut schema, "minProperties", json!(1));
            put(&mut schema, "maxProperties", json!(1));
            schema
        }
        Takes::Map(takes) => json!({"type": "object", "additionalProperties": of(takes)}),
        Takes::List(takes) => json!({"type": "array", "items": of(takes)}),
        Takes::Named(member, takes) => {
            json!({"anyOf": [{"type": "string", "description": format!("A name in `use.{member}`.")}, of(takes)]})
        }
        Takes::Data => json!({"type": ["object", "string"]}),
        Takes::Number => json!({"anyOf": [{"type": "integer", "minimum": 100, "maximum": 599}, expression()]}),
        Takes::Duration(_) => json!({"$ref": "#/$defs/duration"}),
        Takes::Pause => json!({"anyOf": [{"$ref": "#/$defs/duration"}, expression()]}),
        Takes::Schema => json!({"type": ["object", "boolean"], "description": "A JSON Schema, whole in the flow."}),
        Takes::Tasks | Takes::Branches => json!({"$ref": "#/$defs/tasks"}),
        Takes::Cases => {
            let case =
                json!({"type": "object", "additionalProperties": object(CASE), "minProperties": 1, "maxProperties": 1});
            json!({"type": "array", "items": case, "minItems": 1})
        }
        Takes::Catch => json!({"$ref": "#/$defs/catch"}),
        Takes::Run => object(RUN),
        Takes::Function => json!({"$ref": "#/$defs/task"}),
        Takes::Refused(why) => json!({"not": {}, "description": format!("Not supported: {why}.")}),
    }
}

/// Text with an expression in it.
fn expression() -> Value {
    json!({"type": "string", "pattern": "\\$\\{"})
}

/// A duration: ISO 8601, or its parts.
fn duration() -> Value {
    let parts: Map<String, Value> = ["days", "hours", "minutes", "seconds", "milliseconds"]
        .into_iter()
        .map(|part| (part.to_owned(), json!({"type": "integer", "minimum": 0})))
        .collect();
    json!({"anyOf": [
        {"type": "string", "pattern": "^P", "description": "Such as PT1M30S."},
        {"type": "object", "properties": parts, "additionalProperties": false, "minProperties": 1},
    ]})
}

/// A task: of the kind whose member it has.
fn task() -> Value {
    let mut rules = Vec::new();
    for (kind, _) in KINDS {
        let mut has = json!({"required": [kind]});
        // Of these `do` is a member.
        if *kind == "do" {
            put(&mut has, "not", json!({"required": ["for"]}));
        }
        rules.push(json!({"if": has, "then": {"$ref": format!("#/$defs/task-{kind}")}}));
    }
    let kinds: Vec<Value> = KINDS.iter().map(|(kind, _)| json!({"required": [kind]})).collect();
    json!({"type": "object", "allOf": rules, "anyOf": kinds})
}

/// What a call of this name takes. An expression may stand for all of it, and a function's calls may give the rest.
fn with(name: &str, with: Value) -> Value {
    let mut with = with;
    if let Some(with) = with.as_object_mut() {
        with.remove("required");
        with.remove("type");
    }
    json!({"if": {"properties": {"call": {"const": name}}, "required": ["call"]}, "then": {"properties": {"with": with}}})
}

/// What a reader of files takes.
fn arguments(source: &rows::Source) -> Value {
    let kind = |kind: Kind| match kind {
        Kind::Flag => json!({"anyOf": [{"type": "boolean"}, expression()]}),
        _ => json!({}),
    };
    let properties: Map<String, Value> = source.takes.iter().map(|it| (it.name.to_owned(), kind(it.kind))).collect();
    json!({"properties": properties, "additionalProperties": false, "description": source.about})
}

/// What an operation takes, and what every call of one does.
fn of_operation(operation: &Operation, definitions: &mut Map<String, Value>) -> Value {
    let mut with = open(&operation.input, definitions);
    let connection = json!({"type": "string", "title": "Connection", "description": "The connection of the configuration; its default without one."});
    if let Some(properties) = with.get_mut("properties") {
        put(properties, "connection", connection);
        if operation.paginated {
            let all = json!({"title": "All pages", "description": "Whether all pages are read, one after the other."});
            put(properties, "all", all);
        }
    }
    put(&mut with, "description", json!(operation.summary));
    with
}

/// A form's schema without what an expression could stand for: names and words are left. What several operations have in common stands once.
fn open(schema: &Value, definitions: &mut Map<String, Value>) -> Value {
    let mut open_one = Map::new();
    for word in ["title", "description", "additionalProperties"] {
        open_one.extend(schema.get(word).filter(|it| !it.is_object()).map(|it| (word.to_owned(), it.clone())));
    }
    if let Some(words) = schema.get("enum") {
        open_one.insert("anyOf".into(), json!([{"enum": words}, expression()]));
    }
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        let members = properties.iter().map(|(name, it)| (name.clone(), open(it, definitions)));
        let members: Map<String, Value> = members.collect();
        open_one.insert("properties".into(), Value::Object(members));
    }
    let items = schema.get("items").map(|items| match items.get("anyOf").and_then(Value::as_array) {
        Some(cases) => json!({"anyOf": cases.iter().map(|it| open(it, definitions)).collect::<Vec<_>>()}),
        None => open(items, definitions),
    });
    open_one.extend(items.map(|items| ("items".to_owned(), items)));
    match schema.get("x-type").and_then(Value::as_str) {
        Some(name) if name.ends_with("Input") => {
            definitions.entry(name).or_insert(Value::Object(open_one));
            json!({"$ref": format!("#/$defs/{name}")})
        }
        _ => Value::Object(open_one),
    }
}
