//! `describe`: the catalog for a person, or as JSON.

use super::items::{self, Shape};
use super::{ConnectionArgument, Global, attributes, complete, output, profile, provider, published, terminal};
use clap::Args;
use clap_complete::engine::ArgValueCandidates;
use scim_connector_host::catalog::{Catalog, Operation, Profile};
use scim_connector_host::config::Config;
use scim_connector_host::error::{Error, Result};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::process::ExitCode;

/// Arguments of `describe`.
#[derive(Args)]
pub struct Arguments {
    /// An operation; all are listed without one
    #[arg(add = ArgValueCandidates::new(complete::operations))]
    operation: Option<String>,
    /// List the profiles of providers, or show one: how requests are made for it
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = "", conflicts_with = "operation")]
    profile: Option<String>,
    /// List the providers, or say what one is and how it is connected to; with an operation, the scopes that it needs there
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = "", conflicts_with = "profile")]
    provider: Option<String>,
    /// Print a JSON Schema, for editors to complete and check files by
    #[arg(long, value_name = "FILE", conflicts_with_all = ["operation", "profile", "provider"])]
    schema: Option<published::Published>,
    /// Ask this connection's provider for attributes of its own, or show its profile
    #[arg(long, value_name = "NAME", conflicts_with = "provider", add = ArgValueCandidates::new(complete::connections))]
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
    let width = terminal::width();
    if let Some(schema) = arguments.schema {
        output::out(&output::json(&schema.of(&catalog), false))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut operation = arguments.operation.as_deref().map(|name| catalog.operation(name)).transpose()?.cloned();
    if let (Some(connection), Some(operation)) = (&arguments.connection, &mut operation) {
        operation.input = attributes::form(&attributes::client(global, connection).await?, &operation.name).await?;
    }
    let text = match (&operation, arguments.provider.as_deref()) {
        (None, Some(name)) => provider::describe(&catalog, name, arguments.json, width)?,
        (Some(_), Some("")) => return Err(Error::Usage("--provider: with an operation it needs a name".into())),
        (None, None) if arguments.json => output::json(&catalog.manifest, false),
        (None, None) => table(&catalog, width),
        (Some(operation), name) => {
            let profile = name.map(|name| catalog.profile(name)).transpose()?;
            match arguments.json {
                true => output::json(&entry(&catalog, operation, profile), false),
                false => one(operation, profile, width),
            }
        }
    };
    output::out(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn entry(catalog: &Catalog, operation: &Operation, profile: Option<&Profile>) -> Value {
    let operations = catalog.manifest.get("operations").and_then(Value::as_array);
    let mut entries = operations.into_iter().flatten();
    let named = |entry: &&Value| entry.get("name").and_then(Value::as_str) == Some(&operation.name);
    let mut entry = entries.find(named).cloned().unwrap_or_default();
    if let Some(entry) = entry.as_object_mut() {
        // That of a connection, where one was asked for.
        entry.insert("input".into(), operation.input.clone());
        entry.extend(profile.map(|profile| ("scopes".to_owned(), json!(profile.scopes(&operation.name)))));
    }
    entry
}

fn table(catalog: &Catalog, width: Option<usize>) -> String {
    let title = if catalog.title.is_empty() { &catalog.name } else { &catalog.title };
    let mut text = format!("{title} {}\n", catalog.version);
    let names = catalog.operations.iter().map(|operation| operation.name.len()).max().unwrap_or_default();
    let mut group = None;
    for operation in &catalog.operations {
        if group != Some(&operation.group) {
            write!(text, "\n{}\n", operation.group).ok();
            group = Some(&operation.group);
        }
        let later = if operation.available { "" } else { " (not in this version)" };
        text += &output::wrapped(
            &format!("  {:names$}  ", operation.name),
            &format!("{}{later}", operation.summary),
            width,
        );
    }
    text.push('\n');
    text += &output::wrapped(
        "",
        "`scim-connector describe OPERATION` shows an operation's input and an example, `describe --provider` the providers.",
        width,
    );
    text
}

fn one(operation: &Operation, profile: Option<&Profile>, width: Option<usize>) -> String {
    let mut text = output::wrapped("", &format!("{}: {}", operation.name, operation.summary), width);
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
    text += &output::wrapped("", &facts.join(", "), width);
    if let Some(profile) = profile {
        text += &output::wrapped("", &provider::scopes_of(profile, &operation.name), width);
    }
    section(&mut text, "Input", &operation.input, width);
    section(&mut text, "Output", &operation.output, width);
    if !operation.example.is_null() {
        let items = items::written(&operation.example, &Shape::of(&operation.input));
        let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
        writeln!(text, "\nExample").ok();
        text += &output::wrapped(&format!("  scim-connector call {} ", operation.name), &items.join(" "), None);
        writeln!(text, "  or --input {}", quoted(&operation.example.to_string())).ok();
    }
    text
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_=:@.,/+".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// The members of an object schema, a line each; those of the payload below it.
fn section(text: &mut String, title: &str, schema: &Value, width: Option<usize>) {
    if schema.is_null() {
        return;
    }
    writeln!(text, "\n{title}").ok();
    let mut rows = Vec::new();
    rows_of(schema, 0, &mut rows);
    if rows.is_empty() {
        writeln!(text, "  {}", output::kind(schema)).ok();
        return;
    }
    let widest =
        |column: fn(&[String; 3]) -> &String| rows.iter().map(|row| column(row).len()).max().unwrap_or_default();
    // One long name or list of choices must not push everything else away.
    let (names, kinds) = (widest(|row| &row[0]).min(28), widest(|row| &row[1]).min(24));
    for [name, kind, about] in &rows {
        *text += &output::wrapped(&format!("  {name:names$}  {kind:kinds$}  "), about, width);
    }
}

/// How deep members are shown below those of the whole: a payload's, and theirs.
const SHOWN: usize = 2;

/// Name, type and description of members.
fn rows_of(schema: &Value, depth: usize, rows: &mut Vec<[String; 3]>) {
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let mut members: Vec<(&String, &Value)> =
        schema.get("properties").and_then(Value::as_object).into_iter().flatten().collect();
    // As forms have them, where the catalog says how; what is needed comes first anyway.
    members.sort_by_key(|(name, member)| {
        let order = member.get("x-order").and_then(Value::as_u64).unwrap_or(u64::MAX);
        (order, !required.contains(&name.as_str()))
    });
    for (name, member) in members {
        let mark = if required.contains(&name.as_str()) { " (required)" } else { "" };
        let about = ["description", "title"].iter().find_map(|key| member.get(*key)?.as_str()).unwrap_or_default();
        rows.push([format!("{}{name}{mark}", "  ".repeat(depth)), output::kind(member), about.to_owned()]);
        if depth < SHOWN && (name == "payload" || depth > 0) {
            rows_of(member.get("items").unwrap_or(member), depth + 1, rows);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation() -> Operation {
        let schema = json!({"type": "object", "required": ["payload"], "properties": {
            "payload": {"type": "object", "title": "User", "required": ["userName"], "properties": {
                "userName": {"type": "string", "description": "A unique identifier for the user, with which the user signs in most of the time"},
                "emails": {"type": "array", "items": {"type": "object", "properties": {"value": {"type": "string"}}}},
            }},
            "headers": {"type": "object", "properties": {"not": {"type": "string"}}},
        }});
        serde_json::from_value(json!({"name": "createUser", "summary": "Creates a user.", "input": schema,
            "example": {"payload": {"userName": "ada", "emails": [{"value": "ada@example.com"}], "active": true}}}))
        .unwrap()
    }

    #[test]
    fn the_payloads_members_are_shown() {
        let text = one(&operation(), None, None);
        for line in ["\n  payload (required) ", "\n    userName (required) ", "\n    emails ", "\n      value "] {
            assert!(text.contains(line), "{line}: {text}");
        }
        assert!(!text.contains("\n    not"), "{text}");
        assert!(
            text.contains("call createUser active:=true 'emails[0][value]=ada@example.com' userName=ada\n"),
            "{text}"
        );
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let text = one(&operation(), None, Some(60));
        let described: Vec<&str> = text.split("\nExample").next().unwrap().lines().collect();
        assert!(described.iter().all(|line| line.len() <= 60), "{described:#?}");
        assert!(text.contains("\n      signs in most"), "{text}");
    }

    #[test]
    fn the_scopes_of_a_provider_are_named() {
        let profile: Profile = serde_json::from_value(json!({"name": "p", "document": {},
            "provider": {"operationScopes": {"createUser": ["a", "b"]}}}))
        .unwrap();
        assert!(one(&operation(), Some(&profile), None).contains("at p it needs the scopes a b\n"));
    }
}
