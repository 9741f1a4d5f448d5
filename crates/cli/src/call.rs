//! `call`: one operation, its result on stdout; or a whole listing, a resource on each line. A person at a terminal sees tables.

use super::progress::{Progress, counted};
use super::{ConnectionArgument, Global, complete, items, listing, logging, output, read_input, terminal};
use clap::Args;
use clap_complete::engine::ArgValueCandidates;
use scim_connector_host::client::{CallContext, Client, Outcome, Text};
use scim_connector_host::connector::Connector;
use scim_connector_host::error::{Error, Result};
use scim_connector_host::redact::Redactor;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;
use tokio::time::Instant;

/// How long a call may take before its progress is shown, and how often it is renewed.
const LONG: Duration = Duration::from_secs(1);

/// Arguments of `call`.
#[derive(Args)]
#[command(
    after_help = "An item is NAME=TEXT, NAME:=JSON, NAME=@FILE (text) or NAME:=@FILE (JSON). A name goes into the payload, unless the input \
    has it: userName=ada id=4711. Brackets go further: name[givenName]=Ada emails[0][value]=ada@example.com emails[][value]=a@example.com. \
    A \\ takes the meaning from = : [ ] and \\ in a name, and from a digit: [\\1]. Items lie over --input."
)]
pub struct Arguments {
    /// The operation, for example createUser; `scim-connector describe` lists them
    #[arg(add = ArgValueCandidates::new(complete::operations))]
    operation: String,
    /// The input in items, such as userName=ada active:=true
    #[arg(value_name = "ITEM")]
    items: Vec<String>,
    #[command(flatten)]
    connection: ConnectionArgument,
    /// The input: JSON, @FILE, or - for stdin; `scim-connector describe OPERATION` shows what it may contain
    #[arg(long, short, value_name = "JSON", default_value = "{}")]
    input: String,
    /// List all pages: a resource on each line of stdout, a summary on stderr; exits 1 where the provider ends early
    #[arg(long)]
    all: bool,
    /// Show progress on stderr even where that is no terminal (not with --error-format json)
    #[arg(long)]
    progress: bool,
    /// Print JSON on a terminal too; elsewhere it is JSON anyway
    #[arg(long)]
    json: bool,
    /// Print the result as JSON on one line
    #[arg(long)]
    compact: bool,
}

impl Arguments {
    /// Whether the result is for a person.
    fn for_a_person(&self) -> bool {
        !self.json && !self.compact && terminal::is_read_by_a_person()
    }

    /// The items over what is given as a whole.
    async fn laid_out(&self, connector: &Connector) -> Result<String> {
        let input = read_input(&self.input)?;
        // Only the operation's schema tells a member of the input from one of the payload.
        let catalog = connector.catalog().await?;
        let shape = items::Shape::of(&catalog.operation(&self.operation)?.input);
        items::lay_over(&input, &self.items, &shape).map_err(|wrong| Error::Usage(wrong.to_string()))
    }
}

/// Runs `call`.
pub async fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    let operation = arguments.operation.as_str();
    // What is wrong with it is said first.
    let given = arguments.items.is_empty().then(|| read_input(&arguments.input)).transpose()?;
    let (config, _, source) = global.connection(&arguments.connection)?;
    let connector = global.connector(Some(&config))?;
    let input = match given {
        Some(input) => input,
        None => arguments.laid_out(&connector).await?,
    };
    let client = connector.client(source).await?;
    logging::redact_for(&client);
    let progress = global.progress(arguments.progress);
    if arguments.all {
        let input = serde_json::from_str(&input).unwrap_or_default();
        return listing::run(global, &client, operation, &input, progress, arguments.for_a_person()).await;
    }
    let outcome = match watched(&client, operation, &input, progress).await {
        Err(error) => {
            // Most calls name an operation that is there, so the catalog is asked only when one fails.
            connector.catalog().await?.operation(operation)?;
            return Err(error);
        }
        Ok(outcome) => outcome,
    };
    for warning in &outcome.warnings {
        output::note(&format!("warning: {}", client.redactor().text(warning)));
    }
    // What the input says is secret may come back in other members.
    let asked = Redactor::for_answer(input.as_bytes());
    let clean = |text: &str| {
        let known = client.redactor().result_without(text);
        asked.record_without(known.as_deref().unwrap_or(text)).or(known)
    };
    let shown = output::document(&outcome.output, arguments.compact, &clean);
    let shown = clean(&shown).unwrap_or(shown);
    match arguments.for_a_person() {
        true => output::result_for_a_person(&shown)?,
        false => output::result(&shown)?,
    }
    Ok(of_many(&outcome.output))
}

/// Success, unless the result is that of many operations of which some failed.
fn of_many(output: &RawValue) -> ExitCode {
    // Resources in it are left unread.
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(output.get()).unwrap_or_default();
    let results = members.get("results").and_then(|it| serde_json::from_str::<Vec<&RawValue>>(it.get()).ok());
    let failed = members.get("failed").and_then(|it| serde_json::from_str(it.get()).ok());
    if let (Some(results), Some(failed @ 1_u64..)) = (results, failed) {
        output::note(&format!("{failed} of {} operations failed; each result says why", results.len()));
        return ExitCode::FAILURE;
    }
    let guarded = members.get("guarded").and_then(|it| serde_json::from_str::<String>(it.get()).ok());
    let changes =
        members.get("changes").and_then(|it| serde_json::from_str::<Vec<BTreeMap<String, &RawValue>>>(it.get()).ok());
    let is_failed =
        |change: &&BTreeMap<String, &RawValue>| change.get("outcome").is_some_and(|it| it.get() == "\"failed\"");
    let failed = changes.iter().flatten().filter(is_failed).count();
    match guarded {
        Some(reason) => output::note(&reason),
        None if failed > 0 => output::note(&format!("{failed} changes failed; each says why")),
        None => return ExitCode::SUCCESS,
    }
    ExitCode::FAILURE
}

/// Calls the operation until Ctrl-C, and shows that it goes on where it takes long.
async fn watched(
    client: &Client,
    operation: &str,
    input: &str,
    mut progress: Progress,
) -> Result<Outcome<Box<RawValue>>> {
    let context = CallContext::default();
    // Pinned here, because `select!` drops what it owns before a branch runs, and with it the count of open writes.
    let input = Text(input);
    let mut call = pin!(client.invoke_as(operation, &input, &context));
    let mut interrupt = pin!(tokio::signal::ctrl_c());
    let started = Instant::now();
    let mut tick = tokio::time::interval_at(started + LONG, LONG);
    loop {
        tokio::select! {
            outcome = &mut call => return outcome,
            interrupted = &mut interrupt => return Err(match interrupted {
                Ok(()) => Error::Interrupted { maybe_applied: client.write_in_flight() },
                Err(error) => Error::Load(format!("signals cannot be watched: {error}")),
            }),
            _ = tick.tick() => progress.show(|| {
                let requests = counted(client.requests_made(), "request");
                format!("{operation}: {requests}, {} s", started.elapsed().as_secs())
            }),
        }
    }
}
