//! `status`, `trigger`, `pause`, `resume`: talk to the process that `start` began, through the history and nothing else.

use super::history::HistoryArgument;
use super::{Global, complete, output, read_input};
use clap::Args;
use clap_complete::engine::ArgValueCandidates;
use jiff::Timestamp;
use scim_connector_automation::Plan;
use scim_connector_automation::history::{Automation, Daemon, History, RunId, RunSummary, Status, real_folder};
use scim_connector_flow::document::folder_of;
use scim_connector_flow::{Document, load};
use scim_connector_host::error::{Error, Result};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// How often `trigger --wait` looks.
const LOOK: Duration = Duration::from_millis(250);

/// Arguments of `status`.
#[derive(Args)]
pub struct StatusArguments {
    /// Only those of this folder
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    history: HistoryArgument,
}

/// Which automation is meant.
#[derive(Args)]
pub struct FlowArgument {
    /// The automation: the flow's document.name, or its file
    #[arg(add = ArgValueCandidates::new(complete::flows))]
    name: String,
    /// The folder it is in, where flows of several folders have the name
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

/// Arguments of `pause` and `resume`.
#[derive(Args)]
pub struct PauseArguments {
    #[command(flatten)]
    flow: FlowArgument,
    #[command(flatten)]
    history: HistoryArgument,
}

/// Arguments of `trigger`.
#[derive(Args)]
pub struct TriggerArguments {
    #[command(flatten)]
    flow: FlowArgument,
    /// What the run is given, instead of what its file says: JSON, @FILE, or - for stdin
    #[arg(long, short, value_name = "JSON")]
    input: Option<String>,
    /// Wait until the run has ended, and exit as it did
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    history: HistoryArgument,
}

/// The automation that is meant. Where several are, none is chosen.
fn find(history: &History, wanted: &FlowArgument) -> Result<Automation> {
    let FlowArgument { name, folder } = wanted;
    let folder = folder.as_deref().map(real_folder);
    let automations = history.automations()?;
    let there = || automations.iter().filter(|one| folder.as_ref().is_none_or(|folder| *folder == one.flow.folder));
    let mut found: Vec<&Automation> = there().filter(|one| one.flow.name == *name).collect();
    if let (true, Some(file)) = (found.is_empty(), Path::new(name).file_name()) {
        let file = real_folder(folder_of(Path::new(name))).join(file);
        found = there().filter(|one| one.file == file).collect();
    }
    match found.as_slice() {
        [only] => Ok((*only).clone()),
        [] => {
            let names: BTreeSet<&str> = there().map(|one| one.flow.name.as_str()).collect();
            let hint = scim_connector_host::suggest::hint(name, names.iter().copied());
            let place = folder.map_or_else(String::new, |folder| format!(" in {}", folder.display()));
            let names: Vec<&str> = names.into_iter().collect();
            let there =
                if names.is_empty() { "there is none".to_owned() } else { format!("there are {}", names.join(", ")) };
            Err(Error::Usage(format!("there is no automation {name}{place}{hint}; {there}")))
        }
        several => {
            let folders: Vec<String> = several.iter().map(|one| one.flow.folder.display().to_string()).collect();
            Err(Error::Usage(format!(
                "{} folders have an automation {name}: {}; nothing was done; say which with --folder, or name its file",
                several.len(),
                folders.join(", ")
            )))
        }
    }
}

/// The process that runs an automation.
fn daemon(history: &History, automation: &Automation) -> Result<Option<Daemon>> {
    let serves = |daemon: &Daemon| daemon.folder == automation.flow.folder;
    Ok(history.daemons()?.into_iter().find(|daemon| serves(daemon) && daemon.alive()))
}

/// Runs `pause` and `resume`.
pub fn pause(global: &Global, arguments: &PauseArguments, paused: bool) -> Result<ExitCode> {
    let history = arguments.history.open(global)?;
    let flow = find(&history, &arguments.flow)?.flow;
    history.set_paused(&flow, paused)?;
    let name = &flow.name;
    let what = if paused { "paused; what is due meanwhile does not run" } else { "runs again when it is due" };
    output::result(&format!("{name}: {what}\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// Runs `trigger`.
pub async fn trigger(global: &Global, arguments: &TriggerArguments) -> Result<ExitCode> {
    let input = arguments.input.as_deref().map(read_input).transpose()?;
    let input: Option<Value> = input.map(|text| serde_json::from_str(&text).unwrap_or_default());
    let history = arguments.history.open(global)?;
    let automation = find(&history, &arguments.flow)?;
    let name = &automation.flow.name;
    if daemon(&history, &automation)?.is_none() {
        let file = automation.file.display();
        return Err(Error::Usage(format!(
            "no process runs {name}: begin one with `start FOLDER`, or run the flow here with `run {file}`"
        )));
    }
    let request = history.request_trigger(&automation.flow, input.as_ref())?;
    if !arguments.wait {
        output::result(&format!("{name}: asked for; `status` and `runs --flow {name}` show what comes of it\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let run = begun(&history, &automation, request).await?;
    output::remark(&format!("{name}: run {run} begins"));
    let ended = ended(&history, &automation, &run).await?;
    let word = ended.status.word();
    output::result(&format!("{name}: run {run} {word}; `runs show {run}` says what happened to whom\n"))?;
    Ok(match ended.status {
        Status::Completed => ExitCode::SUCCESS,
        Status::Interrupted => ExitCode::from(130),
        Status::Failed | Status::Handled | Status::Running => {
            let transient = ended.error.is_some_and(|fault| fault.transient);
            ExitCode::from(if transient { 75 } else { 1 })
        }
    })
}

/// Waits for the run that comes of a request.
async fn begun(history: &History, automation: &Automation, request: i64) -> Result<RunId> {
    loop {
        let answer = history.request(request)?;
        match answer.map(|answer| (answer.run, answer.note)) {
            Some((Some(run), _)) => return Ok(run),
            Some((None, Some(note))) => return Err(Error::Usage(format!("{}: not run: {note}", automation.flow.name))),
            _ if daemon(history, automation)?.is_none() => return Err(Error::ShuttingDown { maybe_applied: false }),
            _ => tokio::time::sleep(LOOK).await,
        }
    }
}

async fn ended(history: &History, automation: &Automation, run: &RunId) -> Result<RunSummary> {
    loop {
        match history.run(run)?.map(|run| run.summary) {
            Some(summary) if summary.status != Status::Running => return Ok(summary),
            _ if daemon(history, automation)?.is_none() => {
                history.reap()?;
                return Err(Error::ShuttingDown { maybe_applied: true });
            }
            _ => tokio::time::sleep(LOOK).await,
        }
    }
}

/// Runs `status`.
pub fn status(global: &Global, arguments: &StatusArguments) -> Result<ExitCode> {
    let history = arguments.history.open(global)?;
    let folder = arguments.folder.as_deref().map(real_folder);
    let wanted = |of: &Path| folder.as_deref().is_none_or(|folder| folder == of);
    let daemons = history.daemons()?.into_iter().filter(|daemon| wanted(&daemon.folder) && daemon.alive());
    let daemons: Vec<Daemon> = daemons.collect();
    let mut rows = Vec::new();
    for automation in history.automations()?.into_iter().filter(|automation| wanted(&automation.flow.folder)) {
        let last = automation.last_run.as_ref().map(|run| history.run(run)).transpose()?.flatten();
        rows.push((plan(&automation), last.map(|run| run.summary), automation));
    }
    if arguments.json {
        let automations: Vec<Value> =
            rows.iter().map(|(plan, last, row)| to_json(plan.as_ref(), last.as_ref(), row)).collect();
        let daemons: Vec<Value> = daemons
            .iter()
            .map(|daemon| {
                json!({"folder": daemon.folder, "pid": daemon.process.pid, "startedAt": daemon.started_at.to_string(), "ui": daemon.ui})
            })
            .collect();
        output::out(&output::json(&json!({"daemons": daemons, "automations": automations}), false))?;
        return Ok(ExitCode::SUCCESS);
    }
    for daemon in &daemons {
        let ui = daemon.ui.as_ref().map_or_else(String::new, |ui| format!(", page at {ui}"));
        let (folder, pid, since) = (daemon.folder.display(), daemon.process.pid, daemon.started_at);
        output::note(&format!("{folder} is run by process {pid} since {since:.0}{ui}"));
    }
    if daemons.is_empty() {
        output::note("no process runs automations: nothing runs until `start FOLDER`");
    }
    let lines = rows.iter().map(|(plan, last, row)| {
        let last = last.as_ref().map_or_else(String::new, |last| format!("{} {}", last.id, last.status.word()));
        let (words, next) = match plan {
            Some(_) if row.paused => (plan.as_ref().map(words).unwrap_or_default(), "paused".to_owned()),
            Some(plan) => (words(plan), when(plan, row.next_due)),
            None => ("?".to_owned(), String::new()),
        };
        let (folder, note) = (row.flow.folder.display().to_string(), row.note.clone().unwrap_or_default());
        [row.flow.name.clone(), words, next, last, note, folder]
    });
    let folders: BTreeSet<&Path> = rows.iter().map(|(_, _, row)| row.flow.folder.as_path()).collect();
    output::out(&if folders.len() > 1 {
        output::table(["AUTOMATION", "RUNS", "NEXT", "LAST RUN", "NOTE", "FOLDER"], lines)
    } else {
        let lines = lines.map(|[name, words, next, last, note, _]| [name, words, next, last, note]);
        output::table(["AUTOMATION", "RUNS", "NEXT", "LAST RUN", "NOTE"], lines)
    })?;
    Ok(ExitCode::SUCCESS)
}

fn to_json(plan: Option<&Plan>, last: Option<&RunSummary>, row: &Automation) -> Value {
    let last = last.map(|last| {
        json!({"run": last.id.to_string(), "outcome": last.status.word(), "started": last.started.to_string(),
            "ended": last.ended.map(|ended| ended.to_string())})
    });
    json!({"name": row.flow.name, "folder": row.flow.folder, "file": row.file, "schedule": plan.map(words), "paused": row.paused,
        "nextDue": row.next_due.map(|due| due.to_string()), "lastRun": last, "note": row.note})
}

/// What the file of an automation says now.
fn plan(automation: &Automation) -> Option<Plan> {
    let text = load::read(&automation.file).ok()?;
    let document = Document::parse(&text, &automation.file).ok()?;
    Plan::read(&document.value).ok()
}

/// When an automation runs, in words.
pub fn words(plan: &Plan) -> String {
    match &plan.schedule {
        Some(schedule) if plan.settings.enabled => schedule.describe(),
        Some(schedule) => format!("{} (disabled)", schedule.describe()),
        None => "when asked for".to_owned(),
    }
}

/// A due time in the automation's own time zone.
pub fn when(plan: &Plan, due: Option<Timestamp>) -> String {
    let zoned = due.map(|due| due.to_zoned(plan.settings.timezone.clone()));
    zoned.map_or_else(String::new, |due| due.strftime("%a %Y-%m-%d %H:%M:%S %Z").to_string())
}
