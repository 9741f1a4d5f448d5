//! `run`: one flow, now; its steps on stderr as they go, its output on stdout.

use super::allow::{Permission, allow};
use super::progress::{Progress, counted};
use super::signals::Signals;
use super::{Global, complete, logging, output, read_input};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use jiff::Timestamp;
use parking_lot::Mutex;
use scim_connector_automation::history::{Begin, History, HistorySettings, Trigger};
use scim_connector_automation::report::{change_word, person_line};
use scim_connector_flow::event::{Affected, Change, RunOutcome, StepKind, StepOutcome, Watcher};
use scim_connector_flow::{Ended, Event, Fault, Runner, Stop, load};
use scim_connector_host::error::{Error, Result};
use scim_connector_host::visible;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// Arguments of `run`.
#[derive(Args)]
pub struct Arguments {
    /// The flow: a file in the Serverless Workflow DSL, YAML or JSON
    #[arg(add = ArgValueCompleter::new(complete::flow_files()))]
    flow: PathBuf,
    /// What the flow is given: JSON, @FILE, or - for stdin
    #[arg(long, short, value_name = "JSON", default_value = "{}")]
    input: String,
    /// Let the flow do what is refused otherwise: `run: shell`, `call: http`, to read files elsewhere
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    allow: Vec<Permission>,
    /// Where the run is kept [default: [history] file of the configuration, else history.sqlite in this user's state folder]
    #[arg(long, value_name = "FILE", conflicts_with = "no_history")]
    history: Option<PathBuf>,
    /// Send reads only: changes are not made, and the run says what they would be
    #[arg(long)]
    dry_run: bool,
    /// Keep nothing of the run
    #[arg(long)]
    no_history: bool,
    /// Show progress of long loops even where stderr is no terminal (not with --error-format json)
    #[arg(long)]
    progress: bool,
    /// Print the output on one line
    #[arg(long)]
    compact: bool,
}

/// Runs `run`.
pub async fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    let input: Value = serde_json::from_str(&read_input(&arguments.input)?).unwrap_or_default();
    let config = global.configuration()?;
    let connector = global.connector(Some(&config))?;
    let allow = allow(&arguments.allow, &config, arguments.history.as_deref())?;
    let files = allow.files.clone();
    let catalog = connector.catalog().await?;
    let loaded = match load::file(&arguments.flow, &catalog, &config, allow)? {
        Ok(loaded) => loaded,
        Err(wrong) => {
            output::notes(wrong.shown(!global.is_text()).trim_end());
            return Ok(ExitCode::from(78));
        }
    };
    let runner =
        Runner::new(connector, config.clone(), loaded.library).await?.reading(files).watched_by(logging::redact_for);
    logging::redact_with(runner.redactor());
    let runner = if arguments.dry_run { runner.dry() } else { runner };
    let flow = loaded.flow;
    let recorder = if arguments.no_history {
        None
    } else {
        let (path, keep) = HistorySettings::of(&config)?.place(arguments.history.as_deref())?;
        let history = History::open(&path, keep)?;
        let (file, text) = (arguments.flow.as_path(), flow.document.text.as_str());
        let (trigger, scheduled_for) = (Trigger::Manual, None);
        let recorder =
            history.begin(&Begin { flow: flow.name(), version: flow.version(), file, text, trigger, scheduled_for })?;
        Some((history, Arc::new(recorder)))
    };
    let screen = Arc::new(Screen::new(global.is_text(), global.progress(arguments.progress)));
    let mut watchers: Vec<Arc<dyn Watcher>> = vec![screen.clone()];
    if let Some((_, recorder)) = &recorder {
        watchers.push(recorder.clone());
    }
    let stop = Stop::new();
    let ended = until_interrupted(&runner, &flow, input, Arc::new(watchers), &stop, global.is_text()).await?;
    screen.summary(&ended, recorder.as_ref().map(|(_, recorder)| recorder.run_id().as_str()));
    if let Some((history, recorder)) = recorder {
        recorder.flush();
        let pruned = history.prune().err().map(|error| error.to_string());
        let warnings = recorder.warnings().into_iter().chain(pruned);
        // What became of the run counts, and it is over.
        warnings.for_each(|warning| {
            output::note(&match global.is_text() {
                true => format!("warning: {warning}"),
                false => json!({"warning": warning}).to_string(),
            });
        });
    }
    if !ended.output.is_null() {
        output::result(&output::json(&ended.output, arguments.compact))?;
    }
    finish(global, ended)
}

/// Runs to the end. Ctrl-C (or SIGTERM) lets what has begun come to its end, a second one cuts it off, and a third does not wait for what
/// it was to say.
async fn until_interrupted(
    runner: &Runner,
    flow: &Arc<scim_connector_flow::Flow>,
    input: Value,
    watcher: Arc<dyn Watcher>,
    stop: &Stop,
    text: bool,
) -> Result<Ended> {
    let mut signals = Signals::new()?;
    let mut run = pin!(runner.run(flow, input, watcher, stop));
    loop {
        tokio::select! {
            ended = &mut run => return Ok(ended),
            () = signals.next() => match (stop.is_requested(), stop.is_at_once()) {
                (false, _) => {
                    if text {
                        output::note("interrupted: finishing what has begun; Ctrl-C again ends at once");
                    }
                    stop.request();
                }
                (true, false) => stop.at_once(),
                (true, true) => {
                    return Ok(Ended { outcome: RunOutcome::Interrupted, output: Value::Null, fault: None });
                }
            },
        }
    }
}

/// The exit code, and in JSON the error.
fn finish(global: &Global, ended: Ended) -> Result<ExitCode> {
    match (ended.outcome, ended.fault) {
        (RunOutcome::Completed, _) => Ok(ExitCode::SUCCESS),
        (RunOutcome::Interrupted, fault) => {
            let error = Error::Interrupted { maybe_applied: fault.is_some_and(|fault| fault.maybe_applied) };
            if !global.is_text() {
                output::note_json(&error.to_json());
            }
            Ok(ExitCode::from(error.exit_code()))
        }
        (RunOutcome::Failed, fault) => {
            let fault = fault.unwrap_or_default();
            if !global.is_text() {
                output::note_json(&serde_json::to_value(&fault).map_err(|error| Error::Load(error.to_string()))?);
            }
            Ok(ExitCode::from(match fault.kind.as_deref() {
                _ if fault.transient => 75,
                Some("configuration") => 78,
                _ => 1,
            }))
        }
    }
}

/// What a person sees of a run.
struct Screen {
    text: bool,
    shown: Mutex<ScreenState>,
}

struct ScreenState {
    progress: Progress,
    /// The steps that go on, by number: how deep they stand, what they are called.
    open: BTreeMap<u64, OpenStep>,
    counts: BTreeMap<&'static str, u64>,
    /// What was warned of until now; each text is shown once.
    warned: BTreeSet<String>,
    dry_run: bool,
}

struct OpenStep {
    depth: usize,
    /// Whether it belongs to an item of a loop.
    repeated: bool,
    name: String,
    kind: StepKind,
    what: String,
    parent: Option<u64>,
    /// Of a `try`: lines of steps that failed in it, and why. Whether that is handled is known at its end.
    failed: Vec<(String, String)>,
}

impl Screen {
    fn new(text: bool, progress: Progress) -> Self {
        Self { text, shown: Mutex::new(ScreenState::new(progress)) }
    }

    fn summary(&self, ended: &Ended, run: Option<&str>) {
        if !self.text {
            return;
        }
        let shown = self.shown.lock();
        let counts: Vec<String> = shown.counts.iter().map(|(word, number)| format!("{number} {word}")).collect();
        let counts = if counts.is_empty() { String::new() } else { format!(": {}", counts.join(", ")) };
        let word = match ended.outcome {
            RunOutcome::Completed => "completed",
            RunOutcome::Failed => "failed",
            RunOutcome::Interrupted => "interrupted",
        };
        let counts = match shown.warned.len() as u64 {
            0 => counts,
            number => format!("{counts}{} {}", if counts.is_empty() { ":" } else { "," }, counted(number, "warning")),
        };
        let dry = if shown.dry_run { " (dry run: nothing was changed)" } else { "" };
        output::remark(&format!("{word}{dry}{counts}{}", run.map_or_else(String::new, |run| format!(" (run {run})"))));
        if let Some(fault) = &ended.fault {
            output::notes(&fault_text(fault));
        }
    }
}

/// A fault for a person.
fn fault_text(fault: &Fault) -> String {
    let mut text =
        format!("error: {}: {}", fault.type_, fault.detail.as_deref().or(fault.title.as_deref()).unwrap_or_default());
    text = visible::line(&text).into_owned();
    if let Some(status) = fault.status {
        text.push_str(&format!("\n  status: {status}"));
    }
    if let Some(instance) = &fault.instance {
        text.push_str(&format!("\n  at: {}", visible::line(instance)));
    }
    if let Some(pause) = fault.retry_after_ms {
        text.push_str(&format!("\n  retry after: {pause} ms"));
    }
    if fault.maybe_applied {
        text.push_str("\n  the change was sent and may have been applied; look before you repeat it");
    } else if fault.transient {
        text.push_str("\n  this may pass; the flow may be run again");
    }
    text
}

impl Watcher for Screen {
    fn reads_values(&self) -> bool {
        false
    }

    fn on(&self, _: Timestamp, event: &Event) {
        let mut shown = self.shown.lock();
        if let Event::Warned { step, text } = event {
            return shown.warn(*step, text, self.text);
        }
        if !self.text {
            return;
        }
        let ScreenState { progress, open, counts, dry_run, .. } = &mut *shown;
        // What would be done is what a dry run is for.
        let say: fn(&str) = if *dry_run { output::note } else { output::remark };
        match event {
            Event::DryRun => {
                *dry_run = true;
                output::note("dry run: what follows would be done");
            }
            Event::RunStarted { flow, version, .. } => say(&format!("{flow} {version}")),
            Event::StepStarted { step, parent, name, kind, function, connection, item, .. } => {
                let around = parent.and_then(|parent| open.get(&parent));
                let depth = around.map_or(1, |around| around.depth + 1);
                let repeated =
                    around.is_some_and(|around| around.repeated || around.kind == StepKind::For && item.is_some());
                let what = match (function, connection) {
                    (Some(function), Some(connection)) => format!("{function} on {connection}"),
                    (Some(function), None) => function.to_string(),
                    (None, _) => String::new(),
                };
                let new = OpenStep {
                    depth,
                    repeated,
                    name: name.to_string(),
                    kind: *kind,
                    what,
                    parent: *parent,
                    failed: Vec::new(),
                };
                if !repeated
                    && matches!(kind, StepKind::For | StepKind::Fork | StepKind::Wait | StepKind::Try | StepKind::Do)
                {
                    progress.clear();
                    say(&new.line("..."));
                }
                open.insert(*step, new);
            }
            Event::StepRetried { step, attempt, error, wait_ms } => {
                if let Some(of) = open.get(step) {
                    progress.clear();
                    let why = error.title.as_deref().unwrap_or(&error.type_);
                    output::note(
                        &of.line(&format!("failed ({why}); repetition {attempt} in {}", seconds(*wait_ms * 1000))),
                    );
                }
            }
            Event::Looped { step, done, total } => {
                let name = open.get(step).map(|of| of.name.clone()).unwrap_or_default();
                progress.show(|| match total {
                    Some(total) => format!("{name}: {done} of {total}"),
                    None => format!("{name}: {}", counted(*done, "item")),
                });
            }
            Event::StepEnded { step, outcome, duration_us, affected, error, .. } => {
                let Some(mut of) = open.remove(step) else { return };
                affected.iter().for_each(|one| *counts.entry(change_label(one.change)).or_default() += 1);
                let failed = *outcome != StepOutcome::Completed;
                let inside = std::mem::take(&mut of.failed);
                match enclosing_try(open, of.parent).filter(|_| failed) {
                    Some(around) => around.failed.extend(inside),
                    None => {
                        let word = if failed { "failed" } else { "handled" };
                        progress.clear();
                        inside.iter().for_each(|(line, why)| output::note(&format!("{line}: {word}: {why}")));
                    }
                }
                if of.repeated && affected.is_empty() && !failed {
                    return;
                }
                if matches!(of.kind, StepKind::For | StepKind::Fork | StepKind::Try | StepKind::Do | StepKind::Run)
                    && (of.repeated || failed)
                    && affected.is_empty()
                {
                    // The step inside has said it.
                    return;
                }
                progress.clear();
                match affected.as_slice() {
                    [] => {
                        let end = match (failed, error) {
                            (true, Some(error)) => {
                                let why = error.title.as_deref().unwrap_or(&error.type_);
                                if let Some(around) = enclosing_try(open, of.parent) {
                                    around.failed.push((of.head(), why.to_owned()));
                                    return;
                                }
                                format!("failed: {why}")
                            }
                            (true, None) => "interrupted".into(),
                            (false, _) => format!("done in {}", seconds(*duration_us)),
                        };
                        say(&of.line(&end));
                    }
                    [one] => say(&of.line(&format!("{} ({})", sentence(one), seconds(*duration_us)))),
                    many => {
                        say(&of.line(&format!(
                            "{} in {}",
                            counted(many.len() as u64, "result"),
                            seconds(*duration_us)
                        )));
                        many.iter().for_each(|one| say(&format!("{}{}", "  ".repeat(of.depth + 1), sentence(one))));
                    }
                }
            }
            // Said where the `try` ends.
            Event::Handled { .. } | Event::Warned { .. } => {}
            Event::RunEnded { .. } => progress.clear(),
        }
    }
}

impl OpenStep {
    fn head(&self) -> String {
        let what = if self.what.is_empty() { String::new() } else { format!(" ({})", self.what) };
        format!("{}{}{what}", "  ".repeat(self.depth), self.name)
    }

    fn line(&self, end: &str) -> String {
        format!("{}: {end}", self.head())
    }
}

/// The innermost `try` around a step.
fn enclosing_try(open: &mut BTreeMap<u64, OpenStep>, mut parent: Option<u64>) -> Option<&mut OpenStep> {
    loop {
        let number = parent?;
        let step = open.get(&number)?;
        if step.kind == StepKind::Try {
            return open.get_mut(&number);
        }
        parent = step.parent;
    }
}

impl ScreenState {
    fn new(progress: Progress) -> Self {
        Self { progress, open: BTreeMap::new(), counts: BTreeMap::new(), warned: BTreeSet::new(), dry_run: false }
    }

    /// Says what a call warned of, once.
    fn warn(&mut self, step: u64, warning: &str, text: bool) {
        if !self.warned.insert(warning.to_owned()) {
            return;
        }
        self.progress.clear();
        match self.open.get(&step) {
            Some(of) if text => output::note(&of.line(&format!("warning: {warning}"))),
            _ if text => output::note(&format!("warning: {warning}")),
            _ => output::note_json(&json!({"warning": warning})),
        }
    }
}

/// `eve: failed, uniqueness`.
fn sentence(affected: &Affected) -> String {
    if affected.change == Change::Planned {
        return person_line(&affected.who, affected.change, affected.reason.as_deref());
    }
    let reason = affected.reason.as_ref().map_or_else(String::new, |reason| format!(", {reason}"));
    format!("{}: {}{reason}", affected.who, change_label(affected.change))
}

fn change_label(change: Change) -> &'static str {
    match change {
        Change::Unknown => "may have been applied",
        other => change_word(other),
    }
}

fn seconds(micros: u64) -> String {
    let time = Duration::from_micros(micros);
    if time < Duration::from_secs(1) {
        format!("{} ms", time.as_millis())
    } else {
        format!("{:.1} s", time.as_secs_f64())
    }
}
