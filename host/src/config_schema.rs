//! The JSON Schema of `Config.toml`, for editors: connections as the component's manifest has them, with references wherever there is text,
//! and what this host reads besides. Tests hold it to what `config` and `settings` read.

use crate::catalog::Catalog;
use serde_json::{Map, Value, json};

/// The schema. `tables` are those that crates built on this one read ([`Config::table`](crate::config::Config::table)), by name.
#[must_use]
pub fn schema(catalog: &Catalog, tables: &[(&str, Value)]) -> Value {
    let mut connection = catalog.manifest.get("connection").cloned().unwrap_or_default();
    let credentials =
        connection.pointer("/properties/auth/oneOf").and_then(Value::as_array).cloned().unwrap_or_default();
    with_references(&mut connection);
    if let Some(connection) = connection.as_object_mut() {
        connection.remove("$schema");
        if let Some(Value::Object(properties)) = connection.get_mut("properties") {
            properties.insert("host".into(), settings(credentials));
        }
    }
    let mut properties = Map::new();
    let mut put = |name: &str, value: Value| drop(properties.insert(name.to_owned(), value));
    put("default", json!({"type": "string", "description": "The connection that counts where none is named."}));
    let connections = "The connections, by names of your own.";
    put(
        "connections",
        json!({"type": "object", "description": connections, "additionalProperties": {"$ref": "#/$defs/connection"}}),
    );
    put(
        "secrets",
        json!({"type": "object", "description": "What flows use as $secret.NAME.", "additionalProperties": {"$ref": "#/$defs/text"}}),
    );
    put("host", host());
    tables.iter().for_each(|(name, table)| put(name, table.clone()));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of scim-connector",
        "description": "Config.toml: connections to providers, and what the host keeps to.",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "$defs": {"connection": connection, "reference": reference(), "text": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/reference"}]}},
    })
}

/// A place where a value is found that stands elsewhere.
fn reference() -> Value {
    let one = |name: &str, schema: Value| json!({"type": "object", "properties": {name: schema}, "required": [name], "additionalProperties": false});
    let text = |about: &str| json!({"type": "string", "minLength": 1, "description": about});
    let entry = json!({"type": "object", "properties": {"service": text("The service."), "account": text("The account with it.")}, "required": ["service", "account"], "additionalProperties": false});
    let keyring = json!({"anyOf": [text("SERVICE/ACCOUNT in the keyring of this user."), entry]});
    json!({"anyOf": [
        one("env", text("The environment variable that holds it.")),
        one("file", text("The file that holds it, from the folder of this one.")),
        one("keyring", keyring),
    ]})
}

/// Lets a reference stand for each text: what a schema says of texts is not said of references.
fn with_references(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    for word in ["properties", "items", "additionalProperties"] {
        match object.get_mut(word) {
            Some(Value::Object(members)) if word == "properties" => members.values_mut().for_each(with_references),
            Some(inner) => with_references(inner),
            None => {}
        }
    }
    // Credentials are told apart by their texts, and secrets have a reference among their forms already: the host has more of them.
    let is_secret = object.get("writeOnly") == Some(&Value::Bool(true));
    if is_secret && object.contains_key("oneOf") {
        object.remove("oneOf");
        object.insert("$ref".into(), json!("#/$defs/text"));
        return;
    }
    for case in object.get_mut("oneOf").and_then(Value::as_array_mut).into_iter().flatten() {
        with_references(case);
    }
    if object.get("type") == Some(&json!("string")) && !object.contains_key("const") {
        let told = ["title", "description", "examples", "x-order", "x-group", "x-choices"];
        let (about, text): (Map<_, _>, Map<_, _>) =
            std::mem::take(object).into_iter().partition(|(word, _)| told.contains(&word.as_str()));
        *object = about;
        object.insert("anyOf".into(), json!([text, {"$ref": "#/$defs/reference"}]));
    }
}

/// Addresses that may be reached.
fn addresses(about: &str) -> Value {
    let one = json!({"anyOf": [{"enum": ["loopback", "private", "linkLocal"]}, {"type": "string", "pattern": "[0-9a-fA-F:]"}]});
    json!({"type": "array", "items": one, "description": about})
}

fn whole(least: u64, about: &str) -> Value {
    json!({"type": "integer", "minimum": least, "description": about})
}

/// `[host]`.
fn host() -> Value {
    json!({
        "type": "object",
        "description": "What this host keeps to for all connections.",
        "properties": {
            "maxInstances": whole(1, "Calls of all connections at a time."),
            "warmInstances": whole(0, "Instances kept for the next call."),
            "idleMs": {"type": "integer", "minimum": 0, "maximum": 86_400_000, "description": "For how long they are kept, in milliseconds."},
            "memoryLimitBytes": whole(1, "Most memory of one instance."),
            "allowAddresses": addresses("Addresses that may be reached besides public ones; [\"loopback\"] without it."),
            "codeCache": {"type": ["boolean", "string"], "description": "Whether compiled code is kept in the user's cache, or in which folder."},
        },
        "additionalProperties": false,
    })
}

/// `[connections.NAME.host]`.
fn settings(credentials: Vec<Value>) -> Value {
    let own = |case: &Value| {
        let kind = case.pointer("/properties/type/const").and_then(Value::as_str);
        matches!(kind, Some("bearer" | "basic" | "header" | "clientCredentials"))
    };
    let mut credentials = json!({"description": "Credentials that the host adds, for auth = { type = \"host\" }.", "oneOf": credentials.into_iter().filter(own).collect::<Vec<_>>()});
    with_references(&mut credentials);
    let text = || json!({"$ref": "#/$defs/text"});
    let texts = |about: &str| json!({"type": "array", "items": text(), "description": about});
    let object = |about: &str, properties: Value| json!({"type": "object", "description": about, "properties": properties, "additionalProperties": false});
    object(
        "What the host keeps to for this connection; the component never sees it.",
        json!({
            "credentials": credentials,
            "tls": object("Whom TLS trusts and what it shows; PEM texts, in files usually.", json!({
                "ca": texts("Authorities that are trusted besides the system's."),
                "systemRoots": {"type": "boolean", "description": "Whether the system's authorities are trusted."},
                "clientCertificate": text(), "clientKey": text(),
            })),
            "proxy": {"anyOf": [{"enum": ["environment", "none"]}, {"type": "string", "pattern": "^https?://"}, {"$ref": "#/$defs/reference"}], "description": "The way to the provider."},
            "allow": object("What may leave.", json!({
                "methods": texts("The only methods that may leave."),
                "origins": texts("Origins besides those that the connection names."),
                "addresses": addresses("Addresses besides those of [host] allowAddresses."),
            })),
            "limits": object("How much.", json!({
                "concurrency": whole(1, "Calls at a time; further ones wait."),
                "queue": whole(0, "Calls that may wait; further ones are refused."),
                "requestsPerSecond": {"type": "number", "minimum": 0.001, "maximum": 1_000_000, "description": "Requests a second, in the long run."},
                "burst": whole(1, "Requests that may leave at once after a pause."),
                "memoryBytes": whole(0, "Most memory of one instance."),
                "responseBytes": whole(0, "Largest answer, on the wire and decoded."),
                "breaker": object("When calls are refused because the provider is down.", json!({
                    "failures": whole(0, "After so many failed requests in a row; 0 switches it off."),
                    "pauseMs": {"type": "integer", "minimum": 0, "maximum": 86_400_000, "description": "For how long, in milliseconds."},
                })),
            })),
        }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::settings::ConnectionSettings;
    use std::path::Path;

    /// What a schema's object may have, each with what is below it.
    fn names(schema: &Value) -> Vec<(String, Value)> {
        schema["properties"].as_object().unwrap().iter().map(|(name, it)| (name.clone(), it.clone())).collect()
    }

    /// What an object's keys are said to be by who refuses one that is none.
    fn known(message: &str) -> Vec<String> {
        let (_, known) = message.rsplit_once("known are ").unwrap_or_else(|| panic!("{message}"));
        let mut known: Vec<String> = known.split(", ").map(str::to_owned).collect();
        known.sort();
        known
    }

    #[test]
    fn the_schema_has_the_keys_that_are_read() {
        let names = |schema: &Value| -> Vec<String> { names(schema).into_iter().map(|it| it.0).collect() };
        let refused = |text: &str| known(&Config::parse(text, Path::new("Config.toml")).unwrap_err().to_string());
        let catalog =
            Catalog::parse(r#"{"name": "x", "version": "1", "operations": [], "connection": {"properties": {}}}"#);
        let schema = schema(&catalog.unwrap(), &[("flows", json!({})), ("history", json!({}))]);
        assert_eq!(names(&schema), refused("zzz = 1"));
        assert_eq!(names(&schema["properties"]["host"]), refused("[host]\nzzz = 1"));
        let settings = &schema["$defs"]["connection"]["properties"]["host"];
        for place in ["", "tls", "allow", "limits", "limits.breaker"] {
            let mut wrong = json!({"zzz": 1});
            let mut at = settings;
            for part in place.rsplit('.').filter(|part| !part.is_empty()) {
                wrong = json!({part: wrong});
            }
            for part in place.split('.').filter(|part| !part.is_empty()) {
                at = &at["properties"][part];
            }
            let message = ConnectionSettings::from_json(wrong, "").unwrap_err().to_string();
            assert_eq!(names(at), known(&message), "{place}");
        }
    }
}
