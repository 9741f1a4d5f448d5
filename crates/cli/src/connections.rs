//! `connections`: the connections of the configuration, a line each, without secrets.

use super::{Global, output, terminal};
use clap::Args;
use scim_connector_host::error::Result;
use scim_connector_host::overview::Overview;
use serde_json::json;
use std::process::ExitCode;

/// Arguments of `connections`.
#[derive(Args)]
pub struct Arguments {
    /// Print a list as JSON
    #[arg(long)]
    json: bool,
}

/// Runs `connections`.
pub fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    let found = global.configuration()?.overview();
    if arguments.json || !(terminal::is_read_by_a_person() || global.is_text()) {
        output::out(&output::json(&json!(found), false))?;
    } else if found.is_empty() {
        output::remark("there is no connection yet; `scim-connector init` writes one");
    } else {
        let (head, rows) = table(&found);
        output::head_and_rows(&head, &rows)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn table(connections: &[Overview]) -> (String, String) {
    let row = |one: &Overview| {
        let mark = if one.default { " *" } else { "" };
        let profile = one.profile.clone().unwrap_or_else(|| "generic".into());
        let secrets: Vec<String> = one.secrets.iter().map(|kept| format!("{}: {}", kept.key, kept.place)).collect();
        [format!("{}{mark}", one.name), one.service.clone(), profile, one.auth.clone(), secrets.join(", ")]
    };
    let text = output::table(["CONNECTION", "SERVICE", "PROFILE", "AUTH", "SECRETS"], connections.iter().map(row));
    let (head, rows) = text.split_once('\n').unwrap_or((&text, ""));
    let remark = "* is the one that is meant where --connection names none\n";
    (head.to_owned(), format!("{rows}{}", if connections.len() > 1 { remark } else { "" }))
}
