//! `bulk`: any number of operations from a file, a line each; their results as NDJSON, in a file from which the run can go on.

use super::journal::Journal;
use super::progress::{Progress, counted};
use super::signals::Signals;
use super::{ConnectionArgument, Global, logging, output, read_input};
use clap::Args;
use scim_connector_host::bulk::{BulkEntry, BulkOptions, BulkRun, NdjsonFile};
use scim_connector_host::client::Client;
use scim_connector_host::error::{Error, Result};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::ExitCode;
use std::time::Instant;

/// Most warnings that are shown.
const WARNINGS: usize = 20;

/// Arguments of `bulk`.
#[derive(Args)]
#[command(
    after_help = "An operation is {\"method\", \"path\", \"bulkId\", \"version\", \"data\"}, as those of `call bulk` are. All are checked before \
    one is sent. A result has the operation's index, counted from 0. Exits 1 where an operation failed or was not carried out."
)]
pub struct Arguments {
    /// The operations: a file with one as JSON on each line, or - for stdin
    operations: PathBuf,
    #[command(flatten)]
    connection: ConnectionArgument,
    /// Where the results go, and what is in flight; with it a run that was broken off can go on [default: stdout, results only]
    #[arg(long, value_name = "FILE")]
    results: Option<PathBuf>,
    /// Go on where the run that wrote the results was broken off; what became of lost answers is looked up first
    #[arg(long, requires = "results")]
    resume: bool,
    /// Stop after so many errors, those before --resume included
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    fail_on_errors: Option<u32>,
    /// What `call bulk` takes besides the operations: {"known", "headers", "failOnErrors"} as JSON, @FILE, or - for stdin
    #[arg(long, short, value_name = "JSON", default_value = "{}")]
    input: String,
    /// Show progress on stderr even where that is no terminal (not with --error-format json)
    #[arg(long)]
    progress: bool,
}

/// Runs `bulk`.
pub async fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    let options = options(arguments)?;
    let (config, _, source) = global.connection(&arguments.connection)?;
    // Before what may take minutes.
    let journal = match (&arguments.results, arguments.resume) {
        (Some(path), true) => Some(Journal::reopen(path)?),
        (Some(path), false) => {
            Journal::refuse_existing(path)?;
            None
        }
        (None, _) => None,
    };
    let operations = NdjsonFile::new(open(&arguments.operations, arguments.results.as_deref())?);
    let connector = global.connector(Some(&config))?;
    let client = connector.client(source).await?;
    logging::redact_for(&client);
    let mut signals = Signals::new()?;
    let mut progress = global.progress(arguments.progress);
    progress.show(|| "bulk: the operations are checked".to_owned());
    let mut run = tokio::select! {
        run = client.bulk_run(operations, options) => run?,
        () = signals.next() => return Err(Error::Interrupted { maybe_applied: false }),
    };
    let sink = match (journal, &arguments.results) {
        (Some(mut journal), _) => {
            journal.read(&mut |entry| run.resume(entry))?;
            Some(journal)
        }
        (None, Some(path)) => Some(Journal::create(path)?),
        (None, None) => None,
    };
    progress.clear();
    let mut bulk = Bulk {
        client: &client,
        run,
        sink,
        started: Instant::now(),
        before: 0,
        warned: BTreeSet::new(),
        as_json: global.is_json(),
    };
    bulk.before = bulk.run.progress().done;
    let ended = bulk.carry_out(&mut signals, &mut progress).await;
    progress.clear();
    bulk.sum_up(global, ended.is_ok());
    // Failures stay failures; an answer that was lost is not waited for in vain.
    let failed = bulk.run.progress().failed > 0;
    match ended {
        Err(Error::Failure { transient: true, failure }) if failed && failure.maybe_applied => {
            Err(Error::Failure { transient: false, failure })
        }
        ended => ended.map(|()| bulk.exit_code()),
    }
}

/// What holds for all operations.
fn options(arguments: &Arguments) -> Result<BulkOptions> {
    if arguments.input == "-" && arguments.operations.as_os_str() == "-" {
        return Err(Error::Usage("stdin can be the operations or --input, not both".into()));
    }
    let input: Value = serde_json::from_str(&read_input(&arguments.input)?).unwrap_or_default();
    let wrong = |name: &str, expected: &str| Error::Usage(format!("--input: {name}: expected {expected}"));
    let Value::Object(input) = input else { return Err(wrong("the whole", "an object")) };
    let mut options = BulkOptions { fail_on_errors: arguments.fail_on_errors, ..BulkOptions::default() };
    for (name, value) in input {
        match (name.as_str(), value) {
            (_, Value::Null) => {}
            ("failOnErrors", value) => {
                let most = value.as_u64().and_then(|most| u32::try_from(most).ok()).filter(|most| *most > 0);
                let most = most.ok_or_else(|| wrong("failOnErrors", "a whole number above 0"))?;
                options.fail_on_errors.get_or_insert(most);
            }
            ("known", Value::Object(known)) => {
                options.known = pairs(known).ok_or_else(|| wrong("known", "ids by their names"))?
            }
            ("headers", Value::Object(headers)) => options.headers = headers,
            ("known" | "headers", _) => return Err(wrong(&name, "an object")),
            _ => return Err(Error::Usage(format!("--input: {name:?} is none of known, headers, failOnErrors"))),
        }
    }
    Ok(options)
}

fn pairs(known: Map<String, Value>) -> Option<Vec<(String, String)>> {
    known.into_iter().map(|(name, id)| Some((name, id.as_str()?.to_owned()))).collect()
}

/// Opens the operations. What cannot be read twice is copied to a file without a name first, beside the results.
fn open(path: &Path, results: Option<&Path>) -> Result<File> {
    let unreadable = |error: io::Error| Error::Usage(format!("{} cannot be read: {error}", path.display()));
    if path.as_os_str() == "-" {
        return spooled(&mut io::stdin().lock(), results).map_err(unreadable);
    }
    let mut file = File::open(path).map_err(unreadable)?;
    let kind = file.metadata().map_err(unreadable)?;
    if kind.is_dir() {
        return Err(unreadable(io::ErrorKind::IsADirectory.into()));
    }
    if kind.is_file() { Ok(file) } else { spooled(&mut file, results).map_err(unreadable) }
}

fn spooled(from: &mut impl io::Read, results: Option<&Path>) -> io::Result<File> {
    let beside = results.and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
    let folder =
        beside.map_or_else(|| if results.is_some() { ".".into() } else { std::env::temp_dir() }, Path::to_owned);
    let name = folder.join(format!(".scim-connector-bulk-{:016x}", rand::random::<u64>()));
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&name)?;
    // Where an open file keeps its name, the next clean-up of the folder takes it.
    std::fs::remove_file(&name).ok();
    io::copy(from, &mut file)?;
    Ok(file)
}

/// A run, for whoever reads about it.
struct Bulk<'a> {
    client: &'a Client,
    run: BulkRun,
    /// None is stdout.
    sink: Option<Journal>,
    started: Instant,
    /// Operations that earlier runs had done.
    before: u32,
    warned: BTreeSet<String>,
    as_json: bool,
}

impl Bulk<'_> {
    /// Runs to the end. Ctrl-C (or SIGTERM) lets the portion under way come to its end, a second one does not.
    async fn carry_out(&mut self, signals: &mut Signals, progress: &mut Progress) -> Result<()> {
        let mut stopping = false;
        loop {
            let entries = {
                let mut next = pin!(self.run.next());
                loop {
                    tokio::select! {
                        biased;
                        () = signals.next() => {
                            if stopping {
                                return Err(Error::Interrupted { maybe_applied: true });
                            }
                            stopping = true;
                            if !self.as_json {
                                progress.clear();
                                output::note("interrupted: finishing the operations that were sent; Ctrl-C again ends at once");
                            }
                        }
                        entries = &mut next => break entries?,
                    }
                }
            };
            let Some(entries) = entries else { return Ok(()) };
            self.keep(&entries)?;
            self.warn(progress);
            if stopping {
                let withdrawn = self.run.withdraw();
                self.keep(&withdrawn)?;
                return Err(Error::Interrupted { maybe_applied: self.run.progress().open > 0 });
            }
            progress.show(|| self.text());
        }
    }

    fn keep(&mut self, entries: &[BulkEntry]) -> Result<()> {
        let redactor = self.client.redactor();
        if let Some(journal) = &mut self.sink {
            return journal.append(entries, &|line| redactor.result(line));
        }
        let results = entries.iter().filter(|entry| matches!(entry, BulkEntry::Result(_)));
        let lines: String = results.map(|entry| output::json(&entry.to_json(), true)).collect();
        // Changes whose results nobody reads are not made; those of these lines were.
        if output::lines(&redactor.result(&lines))? { Ok(()) } else { Err(Error::Interrupted { maybe_applied: true }) }
    }

    fn warn(&mut self, progress: &mut Progress) {
        for warning in self.run.warnings() {
            let warning = self.client.redactor().text(&warning);
            if self.warned.len() < WARNINGS && self.warned.insert(warning.clone()) && !self.as_json {
                progress.clear();
                output::note(&format!("warning: {warning}"));
            }
        }
    }

    fn text(&self) -> String {
        let now = self.run.progress();
        let rate = f64::from(now.done - self.before) / self.started.elapsed().as_secs_f64().max(0.001);
        format!("bulk: {} of {} operations, {} failed, {rate:.0} a second", now.done, now.operations, now.failed)
    }

    /// Says on stderr how far it came, and how it can go on.
    fn sum_up(&self, global: &Global, ended: bool) {
        let now = self.run.progress();
        let left = now.operations - now.done;
        if self.as_json {
            let milliseconds = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
            let summary = json!({"operations": now.operations, "done": now.done, "failed": now.failed, "open": now.open, "stopped": now.stopped,
                "warnings": self.warned, "milliseconds": milliseconds, "requestsMade": self.client.requests_made(),
                "componentMemory": self.client.peak_memory()});
            return output::note(&summary.to_string());
        }
        let mut text = self.text();
        if now.open > 0 {
            text += &format!(
                "; of {} the answer was lost, and what became of them is open",
                counted(now.open.into(), "operation")
            );
        }
        if now.stopped {
            text += &format!("; stopped by failOnErrors, {left} not carried out");
        } else if left > now.open {
            text += &format!("; {} not carried out", left - now.open);
        }
        if global.verbose {
            let requests = counted(self.client.requests_made(), "request");
            text += &format!("; {requests}, at most {} bytes of memory in the component", self.client.peak_memory());
        }
        match now.failed > 0 || left > 0 {
            true => output::note(&text),
            false => output::remark(&text),
        }
        if left > 0 && !(ended && now.stopped) {
            output::note(match &self.sink {
                Some(_) => "to go on: the same command with --resume",
                None => "results on stdout cannot be gone on from; with --results FILE they can, by --resume",
            });
        }
    }

    fn exit_code(&self) -> ExitCode {
        let now = self.run.progress();
        if now.failed == 0 && now.done == now.operations { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
