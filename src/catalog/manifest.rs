//! The manifest: everything a canvas or a command line draws, as one JSON document.

use super::schemas;
use super::template::document;
use crate::contract::Operation;
use crate::failure::{Kind, Transience};
use crate::profile::{self, KNOBS, PROFILES};
use serde_json::{Map, Value, json};

/// A plain outline of a person with an arrow, for the palette.
const ICON: &str = concat!(
    r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">"#,
    r#"<circle cx="9" cy="8" r="4"/><path d="M2 21a7 7 0 0 1 14 0"/><path d="M17 8h5m-2-2 2 2-2 2"/></svg>"#
);

/// The manifest.
pub fn manifest() -> Value {
    let operations: Vec<Value> = Operation::ALL.iter().map(|operation| describe(*operation)).collect();
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
        .map(|knob| document!({"name": knob.name, "takes": schemas::takes(knob.takes), "about": knob.about}))
        .collect();
    document!({
        "name": "scim-connector",
        "version": env!("CARGO_PKG_VERSION"),
        "title": "SCIM 2.0",
        "description": "Creates, changes and removes users and groups in any SCIM 2.0 provider (RFC 7643, RFC 7644).",
        "icon": ICON,
        "keywords": ["scim", "identity", "provisioning", "users", "groups", "directory"],
        "connection": schemas::connection(),
        "secrets": schemas::SECRETS,
        "redact": scim_connector_redaction::rules(),
        "operations": operations,
        "profiles": profiles,
        "knobs": knobs,
        "errors": errors,
    })
}

fn describe(operation: Operation) -> Value {
    let declaration = operation.declaration();
    document!({
        "name": declaration.name,
        "interface": declaration.interface,
        "function": declaration.function,
        "title": operation.title(),
        "summary": declaration.summary,
        "group": operation.group(),
        "effect": operation.effect(),
        "idempotent": operation.idempotent(),
        "paginated": operation.paginated(),
        "available": operation.available(),
        "rfc": operation.rfc(),
        "input": schemas::input(operation),
        "output": schemas::output(operation),
        "example": schemas::example(operation),
    })
}
