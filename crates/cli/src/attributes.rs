//! `describe --connection`: what a connection's provider takes, as its own `/ResourceTypes` and `/Schemas` say.

use super::{ConnectionArgument, Global, logging, output};
use scim_connector_host::client::Client;
use scim_connector_host::error::{Error, Result};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// The connection's client.
pub async fn client(global: &Global, name: &str) -> Result<Client> {
    let (config, _, source) = global.connection(&ConnectionArgument { connection: Some(name.to_owned()) })?;
    let client = global.connector(Some(&config))?.client(source).await?;
    logging::redact_for(&client);
    Ok(client)
}

/// The form of an operation with the provider's attributes.
pub async fn form(client: &Client, operation: &str) -> Result<Value> {
    tokio::select! {
        form = client.form(operation) => form,
        _ = tokio::signal::ctrl_c() => Err(Error::Interrupted { maybe_applied: false }),
    }
}

/// The attributes of each resource type, for a person or as JSON.
pub async fn describe(global: &Global, name: &str, as_json: bool) -> Result<String> {
    let client = client(global, name).await?;
    let form = form(&client, "createResource").await?;
    let types = types(&form);
    if as_json {
        let types: Vec<Value> =
            types.iter().map(|(name, payload)| json!({"resourceType": name, "payload": payload})).collect();
        return Ok(output::json(&json!({"connection": name, "resourceTypes": types}), false));
    }
    let mut text = format!("What the provider of connection {name} takes\n");
    for (name, payload) in types {
        write!(text, "\n{name}\n{}", listed(payload)).ok();
    }
    text.push_str(&format!(
        "\n`scim-connector describe createUser --connection {name}` shows an operation's input with them, `--json` all of it.\n"
    ));
    Ok(text)
}

/// The resource types of a form that is of any, each with the schema of its resources.
fn types(form: &Value) -> Vec<(&str, &Value)> {
    let cases = form.get("allOf").and_then(Value::as_array);
    cases.into_iter().flatten().filter_map(type_of).collect()
}

fn type_of(case: &Value) -> Option<(&str, &Value)> {
    let name = case.pointer("/if/properties/resourceType/const")?.as_str()?;
    Some((name, case.pointer("/then/properties/payload")?))
}

/// The attributes of a resource, a line each, in the order of its form.
fn listed(payload: &Value) -> String {
    let mut rows = Vec::new();
    attributes(payload, "", &mut rows);
    let width = |column: fn(&[String; 3]) -> &String| {
        rows.iter().map(|row| column(row).chars().count()).max().unwrap_or_default().min(40)
    };
    let (names, kinds) = (width(|row| &row[0]), width(|row| &row[1]));
    let line = |[name, kind, about]: &[String; 3]| {
        format!("  {name:names$}  {kind:kinds$}  {about}").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

fn attributes(schema: &Value, before: &str, rows: &mut Vec<[String; 3]>) {
    let none = Map::new();
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|required| required.iter().any(|it| it == name));
    let mut fields: Vec<(&String, &Value)> =
        schema.get("properties").and_then(Value::as_object).unwrap_or(&none).iter().collect();
    fields.sort_by_key(|(_, field)| field.get("x-order").and_then(Value::as_u64));
    for (name, field) in fields {
        let mark = if is_required(name) { " (required)" } else { "" };
        let about = ["title", "description"].iter().find_map(|word| field.get(*word)?.as_str()).unwrap_or_default();
        let values = field.get("x-choices").and_then(Value::as_array).into_iter().flatten();
        let values: Vec<&str> = values.filter_map(|choice| choice.get("value")?.as_str()).collect();
        let values = if values.is_empty() { String::new() } else { format!(": {}", values.join(", ")) };
        rows.push([format!("{before}{name}{mark}"), output::kind(field), format!("{about}{values}")]);
        // The attributes of an extension stand below its URN, which would make every line too long.
        let before = if name.contains(':') { "  ".to_owned() } else { format!("{before}{name}.") };
        attributes(field.get("items").unwrap_or(field), &before, rows);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_listed_in_the_order_of_the_form() {
        let payload = json!({"required": ["b"], "properties": {
            "a": {"type": "array", "x-order": 2, "title": "A", "items": {"type": "object", "properties": {"x": {"type": "string", "title": "X"}}}},
            "b": {"type": "string", "x-order": 1, "title": "B", "description": "The b.", "x-choices": [{"value": "one"}, {"value": "two"}]},
            "urn:x:Y": {"type": "object", "x-order": 3, "properties": {"c": {"type": "integer"}}},
        }});
        let form = json!({"allOf": [{"if": {"properties": {"resourceType": {"const": "T"}}}, "then": {"properties": {"payload": payload}}}, {}]});
        let types = types(&form);
        assert_eq!((types.len(), types[0].0), (1, "T"));
        assert_eq!(
            listed(types[0].1),
            "  b (required)  string          B: one, two\n  a             list of object  A\n  a.x           string          X\n  urn:x:Y       object\n    c           integer\n"
        );
    }
}
