//! The manifest: everything a canvas or a command line draws, as one JSON document. docs/manifest.schema.json says what stands in it.

use super::choices::SOURCES;
use super::connection;
use super::schemas::{self, Schemas};
use super::template::document;
use super::texts::{self, choices};
use crate::contract::Operation;
use crate::failure::{Kind, Transience};
use crate::naming::deeper;
use crate::profile::{self, KNOBS, PROFILES};
use serde_json::{Map, Value, json};

/// Grows when a member that was there means something else, or is not there any more; further members do not count.
const VERSION: u32 = 1;

/// A plain outline of a person with an arrow, for the palette.
const ICON: &str = r#"<circle cx="9" cy="8" r="4"/><path d="M2 21a7 7 0 0 1 14 0"/><path d="M17 8h5m-2-2 2 2-2 2"/>"#;

/// The resources that operations are about, by the interface these stand in: what one of them is called, what they are, and an outline.
const RESOURCES: [(&str, &str, &str, &str); 6] = [
    (
        "users",
        "User",
        "The accounts of people at the provider.",
        r#"<circle cx="12" cy="8" r="4"/><path d="M4 21a8 8 0 0 1 16 0"/>"#,
    ),
    (
        "groups",
        "Group",
        "The groups that people belong to, and through which they get rights.",
        r#"<circle cx="9" cy="8" r="4"/><path d="M2 21a7 7 0 0 1 14 0"/><path d="M16 4a4 4 0 0 1 0 8m2 2a7 7 0 0 1 4 7"/>"#,
    ),
    (
        "me",
        "Own user",
        "The account that belongs to the credentials themselves.",
        r#"<rect x="3" y="4" width="18" height="16" rx="2"/><circle cx="9" cy="11" r="2"/><path d="M6 16a3 3 0 0 1 6 0m3-6h3m-3 4h3"/>"#,
    ),
    (
        "resources",
        "Resource",
        "Resources of any type the provider has, such as devices, and requests that take their time.",
        r#"<path d="M12 3l8 4.5v9L12 21l-8-4.5v-9z"/><path d="M4 7.5l8 4.5 8-4.5M12 12v9"/>"#,
    ),
    (
        "bulk",
        "Bulk",
        "Many changes in few requests.",
        r#"<path d="M12 3l9 5-9 5-9-5z"/><path d="M3 12l9 5 9-5"/><path d="M3 16l9 5 9-5"/>"#,
    ),
    (
        "discovery",
        "Description of the provider",
        "What the provider says of itself: what it can do, which resources and attributes it has.",
        r#"<circle cx="12" cy="12" r="9"/><path d="M15.5 8.5l-2 5-5 2 2-5z"/>"#,
    ),
];

/// An outline as a picture.
fn icon(outline: &str) -> String {
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{outline}</svg>"#
    )
}

/// The manifest.
pub fn manifest() -> Value {
    let schemas = Schemas::make();
    let operations: Vec<Value> = Operation::ALL.iter().map(|operation| describe(*operation, &schemas)).collect();
    let resources: Vec<Value> = RESOURCES
        .iter()
        .map(|(name, singular, description, outline)| {
            let title = Operation::ALL.iter().find(|it| it.declaration().interface == *name).map(|it| it.group());
            document!({"name": name, "title": title, "singular": singular, "description": description, "icon": icon(outline)})
        })
        .collect();
    let errors: Vec<Value> = Kind::ALL
        .iter()
        .map(|(_, name, transience, summary)| {
            let transient = match transience {
                Transience::Always => json!(true),
                Transience::Never => json!(false),
                Transience::Depends => json!("either"),
            };
            document!({"kind": name, "transient": transient, "summary": summary})
        })
        .collect();
    let profiles: Vec<Value> = PROFILES
        .iter()
        .filter_map(|(name, _)| {
            // A test reads every file, so none is left out here.
            let mut document = profile::document(name).ok()?;
            let mut entry = Map::new();
            entry.insert("name".to_owned(), json!(name));
            // What is said about the provider; the rest is what counts for it.
            entry.extend(["title", "notes", "provider"].iter().filter_map(|about| document.remove_entry(*about)));
            entry.insert("document".into(), Value::Object(document));
            Some(Value::Object(entry))
        })
        .collect();
    let knobs: Vec<Value> = KNOBS
        .iter()
        .map(|knob| document!({"name": knob.name, "takes": connection::takes(knob.takes), "about": knob.about}))
        .collect();
    document!({
        "manifestVersion": VERSION,
        "name": "scim-connector",
        "version": env!("CARGO_PKG_VERSION"),
        "title": "SCIM 2.0",
        "description": "Creates, changes and removes users and groups in any SCIM 2.0 provider (RFC 7643, RFC 7644).",
        "icon": icon(ICON),
        "keywords": ["scim", "identity", "provisioning", "users", "groups", "directory"],
        "connection": connection::connection(),
        "secrets": connection::SECRETS,
        "redact": scim_connector_redaction::rules(),
        "resources": resources,
        "operations": operations,
        "sources": sources(),
        "profiles": profiles,
        "knobs": knobs,
        "errors": errors,
    })
}

/// Where choices come from that are not written out.
fn sources() -> Value {
    let mut sources = Map::new();
    for source in SOURCES {
        let known = texts::values(source.name);
        let mut entry = document!({"title": source.title, "network": known.is_none() && source.name != "operations"});
        if let Some(entry) = entry.as_object_mut() {
            entry.extend(source.of_type.then(|| ("of".to_owned(), json!("resourceType"))));
            entry.extend(known.map(|values| ("values".to_owned(), choices(values))));
        }
        sources.insert(source.name.to_owned(), entry);
    }
    Value::Object(sources)
}

fn describe(operation: Operation, schemas: &Schemas) -> Value {
    let declaration = operation.declaration();
    let errors: Vec<&str> = operation.errors().map(Kind::name).collect();
    let (input, output) = (schemas.input(operation), schemas.output(operation));
    let secrets = document!({"input": secrets(&input), "output": secrets(&output)});
    let mut entry = document!({
        "name": declaration.name,
        "interface": declaration.interface,
        "function": declaration.function,
        "title": operation.title(),
        "summary": declaration.summary,
        "group": operation.group(),
        "effect": operation.effect(),
        "destructive": operation.destructive(),
        "idempotent": operation.idempotent(),
        "paginated": operation.paginated(),
        // A version may declare what it does not carry out; this one carries out all.
        "available": true,
        "rfc": operation.rfc(),
        "errors": errors,
        "secrets": secrets,
        "input": input,
        "output": output,
        "example": schemas::example(operation),
    });
    if let Some(entry) = entry.as_object_mut().filter(|_| operation.paginated()) {
        entry.insert("paging".into(), paging());
    }
    entry
}

/// How a listing is followed page by page: pointers into its output and its input.
fn paging() -> Value {
    document!({
        "items": "/Resources", "next": "/next", "complete": "/complete", "total": "/totalResults", "leftOut": "/leftOut",
        "token": "/page", "size": "/count", "start": "/startIndex", "cursor": "/cursor",
        "about": "Put next of a page in page of the next call, until there is none. Only if complete is true then, all that the provider announced have come: what is missing from a listing that ended otherwise is not to be taken for deleted.",
    })
}

/// Where a schema marks secrets: JSON pointers, `*` for every item or name.
fn secrets(schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    marked(schema, "", &mut found);
    found
}

fn marked(schema: &Value, at: &str, found: &mut Vec<String>) {
    if schema.get("writeOnly") == Some(&Value::Bool(true)) && found.last().is_none_or(|last| last != at) {
        found.push(at.to_owned());
    }
    for (name, member) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        marked(member, &deeper(at, name), found);
    }
    for every in ["items", "additionalProperties"] {
        schema.get(every).into_iter().for_each(|schema| marked(schema, &deeper(at, "*"), found));
    }
    for word in ["oneOf", "anyOf"] {
        let cases = schema.get(word).and_then(Value::as_array);
        cases.into_iter().flatten().for_each(|schema| marked(schema, at, found));
    }
}
