//! `call`: one operation, its result on stdout.

use super::{ConnectionArgument, Global, output, read_input};
use crate::client::{CallContext, Client, Outcome};
use crate::error::{Error, Result};
use clap::Args;
use std::process::ExitCode;

/// Arguments of `call`.
#[derive(Args)]
pub struct Arguments {
    /// The operation, for example createUser; `scim-connector describe` lists them
    operation: String,
    #[command(flatten)]
    connection: ConnectionArgument,
    /// The input: JSON, @FILE, or - for stdin; `scim-connector describe OPERATION` shows what it may contain
    #[arg(long, short, value_name = "JSON", default_value = "{}")]
    input: String,
    /// Print the result on one line
    #[arg(long)]
    compact: bool,
}

/// Runs `call`.
pub async fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    let input = read_input(&arguments.input)?;
    let (config, _, source) = global.connection(&arguments.connection)?;
    let connector = global.connector(Some(&config))?;
    let client = connector.client(source).await?;
    let outcome = match interruptible(&client, &arguments.operation, &input).await {
        Err(error) => {
            // Most calls name an operation that is there, so the catalog is asked only when one fails.
            connector.catalog().await?.operation(&arguments.operation)?;
            return Err(error);
        }
        Ok(outcome) => outcome,
    };
    for warning in &outcome.warnings {
        output::note(&format!("warning: {}", client.redactor().text(warning)));
    }
    output::out(&client.redactor().result(&output::json(&outcome.output, arguments.compact)))?;
    Ok(ExitCode::SUCCESS)
}

/// Calls the operation until Ctrl-C.
async fn interruptible(client: &Client, operation: &str, input: &str) -> Result<Outcome> {
    let context = CallContext::default();
    // Pinned here, because `select!` drops what it owns before a branch runs, and with it the count of open writes.
    let mut call = std::pin::pin!(client.invoke_with(operation, input, &context));
    tokio::select! {
        outcome = &mut call => outcome,
        interrupt = tokio::signal::ctrl_c() => match interrupt {
            Ok(()) => Err(Error::Interrupted { maybe_applied: client.write_in_flight() }),
            Err(error) => Err(Error::Load(format!("signals cannot be watched: {error}"))),
        },
    }
}
