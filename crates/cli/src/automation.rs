//! `status`, `trigger`, `pause`, `resume`: talk to the process that `start` began, through the history and nothing else.

use super::history::HistoryArgument;
use super::{Global, output, read_input};
use clap::Args;
use jiff::Timestamp;
use scim_connector_automation::Plan;
use scim_connector_automation::history::{Automation, Daemon, History, RunId, RunSummary, Status};
use scim_connector_flow::{Document, load};
use scim_connector_host::error::{Error, Result};
use serde_json::{Value, json};
use std::process::ExitCode;
use std::time::Duration;

/// How often `trigger --wait` looks.
const LOOK: Duration = Duration::from_millis(250);

/// Arguments of `status`.
#[derive(Args)]
pub struct StatusArguments {
    /// Print one JSON document
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    history: HistoryArgument,
}

/// Arguments of `pause` and `resume`.
#[derive(Args)]
pub struct PauseArguments {
    /// The automation: the flow's document.name
    name: String,
    #[command(flatten)]
    history: HistoryArgument,
}

/// Arguments of `trigger`.
#[derive(Args)]
pub struct TriggerArguments {
    /// The automation: the flow's document.name
    name: String,
    /// What the run is given, instead of what its file says: JSON, @FILE, or - for stdin
    #[arg(long, short, value_name = "JSON")]
    input: Option<String>,
    /// Wait until the run has ended, and exit as it did
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    history: HistoryArgument,
}

/// The automation of a name.
fn find(history: &History, name: &str) -> Result<Automation> {
    let automations = history.automations()?;
    let names: Vec<&str> = automations.iter().map(|automation| automation.name.as_str()).collect();
    let Some(found) = automations.iter().find(|automation| automation.name == name) else {
        let hint = scim_connector_host::suggest::hint(name, names.iter().copied());
        let there =
            if names.is_empty() { "there is none".to_owned() } else { format!("there are {}", names.join(", ")) };
        return Err(Error::Usage(format!("there is no automation {name}{hint}; {there}")));
    };
    Ok(found.clone())
}

/// The process that runs an automation.
fn daemon(history: &History, automation: &Automation) -> Result<Option<Daemon>> {
    let serves = |daemon: &Daemon| Some(daemon.folder.as_path()) == automation.file.parent();
    Ok(history.daemons()?.into_iter().find(|daemon| serves(daemon) && daemon.alive()))
}

/// Runs `pause` and `resume`.
pub fn pause(global: &Global, arguments: &PauseArguments, paused: bool) -> Result<ExitCode> {
    let history = arguments.history.open(global)?;
    let name = find(&history, &arguments.name)?.name;
    history.set_paused(&name, paused)?;
    let what = if paused { "paused; what is due meanwhile does not run" } else { "runs again when it is due" };
    output::out(&format!("{name}: {what}\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// Runs `trigger`.
pub async fn trigger(global: &Global, arguments: &TriggerArguments) -> Result<ExitCode> {
    let input = arguments.input.as_deref().map(read_input).transpose()?;
    let input: Option<Value> = input.map(|text| serde_json::from_str(&text).unwrap_or_default());
    let history = arguments.history.open(global)?;
    let automation = find(&history, &arguments.name)?;
    let name = &automation.name;
    if daemon(&history, &automation)?.is_none() {
        let file = automation.file.display();
        return Err(Error::Usage(format!(
            "no process runs {name}: begin one with `start FOLDER`, or run the flow here with `run {file}`"
        )));
    }
    let request = history.request_trigger(name, input.as_ref())?;
    if !arguments.wait {
        output::out(&format!("{name}: asked for; `status` and `runs --flow {name}` show what comes of it\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let run = begun(&history, &automation, request).await?;
    output::note(&format!("{name}: run {run} begins"));
    let ended = ended(&history, &automation, &run).await?;
    let word = ended.status.word();
    output::out(&format!("{name}: run {run} {word}; `runs show {run}` says what happened to whom\n"))?;
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
            Some((None, Some(note))) => return Err(Error::Usage(format!("{}: not run: {note}", automation.name))),
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
    let daemons: Vec<Daemon> = history.daemons()?.into_iter().filter(Daemon::alive).collect();
    let mut rows = Vec::new();
    for automation in history.automations()? {
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
        [row.name.clone(), words, next, last, row.note.clone().unwrap_or_default()]
    });
    output::out(&output::table(["AUTOMATION", "RUNS", "NEXT", "LAST RUN", "NOTE"], lines))?;
    Ok(ExitCode::SUCCESS)
}

fn to_json(plan: Option<&Plan>, last: Option<&RunSummary>, row: &Automation) -> Value {
    let last = last.map(|last| {
        json!({"run": last.id.to_string(), "outcome": last.status.word(), "started": last.started.to_string(),
            "ended": last.ended.map(|ended| ended.to_string())})
    });
    json!({"name": row.name, "file": row.file, "schedule": plan.map(words), "paused": row.paused,
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
