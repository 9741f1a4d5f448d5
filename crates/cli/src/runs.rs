//! `runs`: the runs of flows, a line each; `runs show`: one of them with its steps.

use super::history::HistoryArgument;
use super::{Global, complete, output, report};
use clap::{Args, Subcommand, ValueEnum};
use clap_complete::engine::ArgValueCandidates;
use scim_connector_automation::history::{Filter, RunSummary, Status, real_folder};
use scim_connector_automation::report::{Format, Options, counts_line, duration_words, summary_json, when};
use scim_connector_host::error::Result;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `runs`.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<RunsCommand>,
    /// Only runs of this flow
    #[arg(long, value_name = "NAME", add = ArgValueCandidates::new(complete::flows))]
    flow: Option<String>,
    /// Only runs of flows in this folder
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Only runs that ended so, or that still run
    #[arg(long, value_name = "OUTCOME")]
    outcome: Option<Outcome>,
    /// How many, latest first
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Print each run as JSON on a line of its own
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    history: HistoryArgument,
}

#[derive(Subcommand)]
enum RunsCommand {
    /// Show a run: what happened to whom, its steps, repetitions and slow calls
    Show {
        /// The run: its name, the beginning of it, or `last`
        #[arg(add = ArgValueCandidates::new(complete::runs))]
        run: String,
        /// List everybody and every step, not only what failed and the first 20 others
        #[arg(long)]
        all: bool,
        /// Print everything as one JSON document, the same as `report --format json`
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        history: HistoryArgument,
    },
}

/// How a run may stand.
#[derive(Clone, Copy, ValueEnum)]
enum Outcome {
    Running,
    Completed,
    Failed,
    Interrupted,
}

/// Runs `runs`.
pub fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    if let Some(RunsCommand::Show { run, all, json, history }) = &arguments.command {
        let history = history.open(global)?;
        let format = if *json { Format::Json } else { Format::Text };
        return report::print(&history, &history.find(run)?, Options { format, all: *all, steps: true });
    }
    let history = arguments.history.open(global)?;
    let status = arguments.outcome.map(|outcome| match outcome {
        Outcome::Running => Status::Running,
        Outcome::Completed => Status::Completed,
        Outcome::Failed => Status::Failed,
        Outcome::Interrupted => Status::Interrupted,
    });
    let folder = arguments.folder.as_deref().map(real_folder);
    let filter = Filter { flow: arguments.flow.clone(), folder, status, limit: arguments.limit, before: None };
    let runs = history.runs(&filter)?;
    if let (Some(flow), None) = (&arguments.flow, &arguments.folder)
        && let folders = history.folders(flow)?
        && folders.len() > 1
        && global.is_text()
    {
        let folders: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
        output::note(&format!(
            "flows of {} folders are called {flow}: {}; --folder shows those of one",
            folders.len(),
            folders.join(", ")
        ));
    }
    if arguments.json {
        let lines: String = runs.iter().map(|run| output::json(&summary_json(run), true)).collect();
        output::out(&lines)?;
    } else if runs.is_empty() {
        output::note("no such run");
    } else {
        output::out(&table(&runs))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// How a run stands, and what else is to be known: that it changed nothing, that there are warnings.
fn status(run: &RunSummary) -> String {
    let dry = if run.dry_run { ", dry run" } else { "" };
    let warnings = match run.warnings {
        0 => String::new(),
        1 => ", 1 warning".to_owned(),
        number => format!(", {number} warnings"),
    };
    format!("{}{dry}{warnings}", run.status.word())
}

/// The runs, a line each, below a head; with their folders where there are several.
fn table(runs: &[RunSummary]) -> String {
    let folder =
        |run: &RunSummary| run.folder.as_ref().map_or_else(|| "?".to_owned(), |folder| folder.display().to_string());
    let row = |run: &RunSummary| {
        let took = run.duration.map(duration_words).unwrap_or_default();
        let (id, flow) = (run.id.to_string(), run.flow.clone());
        [id, flow, when(run.started), took, status(run), counts_line(&run.counts), folder(run)]
    };
    let folders: BTreeSet<_> = runs.iter().map(|run| &run.folder).collect();
    if folders.len() > 1 {
        let head = ["RUN", "FLOW", "BEGAN", "TOOK", "STATUS", "PEOPLE AND GROUPS", "FOLDER"];
        return output::table(head, runs.iter().map(row));
    }
    let row = |run: &RunSummary| {
        let [id, flow, began, took, status, counts, _] = row(run);
        [id, flow, began, took, status, counts]
    };
    output::table(["RUN", "FLOW", "BEGAN", "TOOK", "STATUS", "PEOPLE AND GROUPS"], runs.iter().map(row))
}
