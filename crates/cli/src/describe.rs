//! `describe`: the catalog for a person, or as JSON.

use super::{ConnectionArgument, Global, attributes, output, profile, published};
use clap::Args;
use scim_connector_host::catalog::{Catalog, Operation};
use scim_connector_host::config::Config;
use scim_connector_host::error::Result;
use serde_json::Value;
use std::fmt::Write as _;
use std::process::ExitCode;

/// Arguments of `describe`.
#[derive(Args)]
pub struct Arguments {
    /// An operation; all are listed without one
    operation: Option<String>,
    /// List the profiles of providers, or show one
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = "", conflicts_with = "operation")]
    profile: Option<String>,
    /// Print a JSON Schema, for editors to complete and check files by
    #[arg(long, value_name = "FILE", conflicts_with_all = ["operation", "profile"])]
    schema: Option<published::Published>,
    /// Ask this connection's provider for attributes of its own, or show its profile
    #[arg(long, value_name = "NAME")]
    connection: Option<String>,
    /// Print the catalog, the operation's entry in it, or the profile as JSON
    #[arg(long)]
    json: bool,
}

/// Runs `describe`. A configuration is not needed, but its `[host]` settings count where there is one.
pub async fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    let config = Config::find(global.config.as_deref())?;
    if let Some(name) = &arguments.profile {
        let connection = ConnectionArgument { connection: arguments.connection.clone() };
        let text = profile::describe(global, config.as_ref(), name, &connection, arguments.json).await?;
        output::out(&text)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let (Some(connection), None) = (&arguments.connection, &arguments.operation) {
        output::out(&attributes::describe(global, connection, arguments.json).await?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let catalog = global.connector(config.as_ref())?.catalog().await?;
    if let Some(schema) = arguments.schema {
        output::out(&output::json(&schema.of(&catalog), false))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut operation = arguments.operation.as_deref().map(|name| catalog.operation(name)).transpose()?.cloned();
    let mut entry = operation.as_ref().map(|operation| entry(&catalog, &operation.name)).unwrap_or_default();
    if let (Some(connection), Some(operation)) = (&arguments.connection, &mut operation) {
        operation.input = attributes::form(&attributes::client(global, connection).await?, &operation.name).await?;
        if let Some(entry) = entry.as_object_mut() {
            entry.insert("input".into(), operation.input.clone());
        }
    }
    let text = match (&operation, arguments.json) {
        (None, true) => output::json(&catalog.manifest, false),
        (None, false) => table(&catalog),
        (Some(_), true) => output::json(&entry, false),
        (Some(operation), false) => one(operation),
    };
    output::out(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn entry(catalog: &Catalog, name: &str) -> Value {
    let operations = catalog.manifest.get("operations").and_then(Value::as_array);
    let mut entries = operations.into_iter().flatten();
    entries.find(|entry| entry.get("name").and_then(Value::as_str) == Some(name)).cloned().unwrap_or_default()
}

fn table(catalog: &Catalog) -> String {
    let title = if catalog.title.is_empty() { &catalog.name } else { &catalog.title };
    let mut text = format!("{title} {}\n", catalog.version);
    let width = catalog.operations.iter().map(|operation| operation.name.len()).max().unwrap_or_default();
    let mut group = None;
    for operation in &catalog.operations {
        if group != Some(&operation.group) {
            write!(text, "\n{}\n", operation.group).ok();
            group = Some(&operation.group);
        }
        let later = if operation.available { "" } else { " (not in this version)" };
        writeln!(text, "  {:width$}  {}{later}", operation.name, operation.summary).ok();
    }
    text.push_str(
        "\n`scim-connector describe OPERATION` shows an operation's input and an example, `describe --profile` what is known of providers.\n",
    );
    text
}

fn one(operation: &Operation) -> String {
    let mut text = format!("{}: {}\n", operation.name, operation.summary);
    let mut facts = vec![format!("effect: {}", operation.effect)];
    facts.push(if operation.idempotent { "may be repeated".into() } else { "not to be repeated blindly".into() });
    if operation.paginated {
        facts.push("answers a page at a time".into());
    }
    if !operation.rfc.is_empty() {
        facts.push(operation.rfc.clone());
    }
    if !operation.available {
        facts.push("not in this version".into());
    }
    writeln!(text, "{}", facts.join(", ")).ok();
    section(&mut text, "Input", &operation.input);
    section(&mut text, "Output", &operation.output);
    if !operation.example.is_null() {
        let example = operation.example.to_string().replace('\'', "'\\''");
        writeln!(text, "\nExample\n  scim-connector call {} --input '{example}'", operation.name).ok();
    }
    text
}

/// The members of an object schema, a line each.
fn section(text: &mut String, title: &str, schema: &Value) {
    if schema.is_null() {
        return;
    }
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    writeln!(text, "\n{title}").ok();
    let Some(members) = schema.get("properties").and_then(Value::as_object).filter(|members| !members.is_empty())
    else {
        writeln!(text, "  {}", output::kind(schema)).ok();
        return;
    };
    let rows: Vec<[String; 3]> = members
        .iter()
        .map(|(name, schema)| {
            let mark = if required.contains(&name.as_str()) { " (required)" } else { "" };
            let about = ["description", "title"].iter().find_map(|key| schema.get(*key)?.as_str()).unwrap_or_default();
            [format!("{name}{mark}"), output::kind(schema), about.to_owned()]
        })
        .collect();
    let width =
        |column: fn(&[String; 3]) -> &String| rows.iter().map(|row| column(row).len()).max().unwrap_or_default();
    let (names, kinds) = (width(|row| &row[0]), width(|row| &row[1]));
    for [name, kind, about] in &rows {
        writeln!(text, "{}", format!("  {name:names$}  {kind:kinds$}  {about}").trim_end()).ok();
    }
}
