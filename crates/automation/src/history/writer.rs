//! The thread that writes a run down: what waits, and how it comes into the file.

use super::queue::Receiver;
use super::row::{self, Json, Time, Word};
use super::{Counts, Status, Stored, keep, reserve, schema};
use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use scim_connector_flow::event::{Affected, StepKind, StepOutcome};
use scim_connector_flow::fault::Fault;
use serde_json::Value;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How many events are written at a time, and how long they wait at most.
pub(super) const PORTION: usize = 500;
const PAUSE: Duration = Duration::from_millis(250);

/// How often a run says that it lives.
const HEARTBEAT: Duration = Duration::from_secs(2);

/// What the writer and its run both see.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) lost: AtomicU64,
    pub(super) warnings: Mutex<Vec<String>>,
    /// How the run ended. It waits here, where there always is room.
    pub(super) end: Mutex<Option<(Timestamp, Box<End>)>>,
    /// The file says how the run ended.
    pub(super) end_is_written: AtomicBool,
    /// The disk was full the last time.
    pub(super) is_full: AtomicBool,
    /// Why nothing could be written the last time.
    trouble: Mutex<String>,
}

impl Shared {
    pub(super) fn warn(&self, text: String) {
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        if !warnings.contains(&text) {
            tracing::warn!("{text}");
            warnings.push(text);
        }
    }

    /// Why nothing could be written the last time.
    pub(super) fn trouble(&self) -> String {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if trouble.is_empty() { "it took too long".to_owned() } else { trouble.clone() }
    }
}

pub(super) enum Message {
    /// Something happened.
    Event(Timestamp, Note),
    /// Answer when everything before is written.
    Flush(SyncSender<()>),
}

/// An event with its values cut: what waits to be written is small.
pub(super) enum Note {
    Input(Option<Stored>),
    Started(Box<Row>),
    Retried { step: u64, attempt: u32, wait_ms: u64, error: Box<Fault> },
    Looped { step: u64, done: u64, total: Option<u64> },
    Ended { step: u64, end: Box<End>, affected: Vec<Affected>, handed_on: usize },
    DryRun,
    Warned { step: u64, text: String },
    Handled(Vec<u64>),
}

/// How a step or the run ended.
pub(super) struct End {
    status: Status,
    duration_us: u64,
    input: Option<Stored>,
    output: Option<Stored>,
    error: Option<Fault>,
}

/// A step that has begun.
pub(super) struct Row {
    pub(super) step: u64,
    pub(super) parent: Option<u64>,
    pub(super) pointer: Arc<str>,
    pub(super) name: Arc<str>,
    pub(super) kind: StepKind,
    pub(super) function: Option<Arc<str>>,
    pub(super) connection: Option<Arc<str>>,
    pub(super) item: Option<u64>,
    pub(super) started: Timestamp,
    /// It is part of an item of a loop.
    pub(super) in_loop: bool,
    pub(super) retries: u32,
    pub(super) done: Option<u64>,
    pub(super) total: Option<u64>,
    pub(super) people: usize,
    pub(super) end: Option<Box<End>>,
    /// It is not as it stands in the file.
    pub(super) changed: bool,
}

impl Row {
    /// Whether it is worth a row: of the items of a loop, plain steps only where something went wrong or somebody is told with
    /// them.
    fn counts(&self) -> bool {
        let plain = !matches!(self.kind, StepKind::Call | StepKind::Run | StepKind::For | StepKind::Fork);
        let smooth = self.end.as_ref().is_none_or(|end| end.status == Status::Completed);
        let smooth = smooth && self.retries == 0 && self.people == 0;
        !(self.in_loop && plain && smooth)
    }
}

impl End {
    pub(super) fn new(status: Status, duration_us: u64, input: &Value, output: &Value, error: Option<&Fault>) -> Self {
        Self { status, duration_us, input: row::stored(input), output: row::stored(output), error: error.cloned() }
    }
}

/// What the thread has.
pub(super) struct Writer {
    path: PathBuf,
    connection: Connection,
    run: i64,
    shared: Arc<Shared>,
    /// Steps that have begun and not ended.
    open: HashMap<u64, Row>,
    pending: Pending,
    counts: Counts,
    ended: bool,
    beat: Instant,
}

/// What is to be written next.
#[derive(Default)]
struct Pending {
    events: bool,
    steps: Vec<Row>,
    people: Vec<(Timestamp, u64, Affected)>,
    retries: Vec<(Timestamp, u64, u32, u64, Box<Fault>)>,
    warnings: Vec<(Timestamp, u64, String)>,
    /// Steps whose failure was handled.
    handled: Vec<u64>,
    dry_run: bool,
    input: Option<Stored>,
    end: Option<(Timestamp, Box<End>)>,
    answers: Vec<SyncSender<()>>,
}

impl Pending {
    /// How many events are among it.
    fn len(&self) -> usize {
        self.steps.len() + self.people.len() + self.retries.len() + self.warnings.len() + self.handled.len()
    }
}

impl Writer {
    pub(super) fn new(path: PathBuf, connection: Connection, run: i64, shared: Arc<Shared>) -> Self {
        Self {
            path,
            connection,
            run,
            shared,
            open: HashMap::new(),
            pending: Pending::default(),
            counts: Counts::default(),
            ended: false,
            beat: Instant::now(),
        }
    }

    /// Writes what comes until nobody is left to send.
    pub(super) fn run(&mut self, receiver: &Receiver<Message>) {
        let mut messages = Vec::new();
        loop {
            // Asked first: what happened before it waits already.
            let ended = self.shared.end.lock().unwrap_or_else(PoisonError::into_inner).is_some();
            let open = receiver.take(&mut messages, PAUSE);
            for message in messages.drain(..) {
                match message {
                    Message::Event(at, note) => self.take(at, note),
                    Message::Flush(answer) => self.pending.answers.push(answer),
                }
            }
            if !open || ended || !self.pending.answers.is_empty() {
                self.end_has_come();
                self.write_until_done(!open, receiver);
            } else if self.pending.events || self.beat.elapsed() >= HEARTBEAT {
                self.write_until_done(false, receiver);
            }
            if !open {
                return;
            }
        }
    }

    fn take(&mut self, at: Timestamp, note: Note) {
        self.pending.events = true;
        match note {
            Note::Input(input) => self.pending.input = input,
            Note::Started(mut row) => {
                // A step that is not written is no parent; its own is.
                let parent = row.parent.and_then(|parent| self.open.get(&parent));
                row.in_loop |= parent.is_some_and(|parent| parent.in_loop);
                row.item = row.item.or(parent.and_then(|parent| parent.item));
                if let Some(parent) = parent.filter(|parent| !parent.counts()) {
                    row.parent = parent.parent;
                }
                self.open.insert(row.step, *row);
            }
            Note::Retried { step, attempt, wait_ms, error } => {
                if let Some(row) = self.open.get_mut(&step) {
                    row.retries = row.retries.max(attempt);
                    row.changed = true;
                }
                self.pending.retries.push((at, step, attempt, wait_ms, error));
            }
            Note::DryRun => self.pending.dry_run = true,
            Note::Warned { step, text } => self.pending.warnings.push((at, step, text)),
            Note::Handled(steps) => self.pending.handled.extend(steps),
            Note::Looped { step, done, total } => {
                if let Some(row) = self.open.get_mut(&step) {
                    (row.done, row.total, row.changed) = (Some(done), total, true);
                }
            }
            Note::Ended { step, end, affected, handed_on } => {
                if let Some(mut row) = self.open.remove(&step) {
                    (row.end, row.people, row.changed) = (Some(end), affected.len() + handed_on, true);
                    self.pending.steps.push(row);
                }
                for affected in affected {
                    self.counts.add(affected.change);
                    self.pending.people.push((at, step, affected));
                }
            }
        }
    }

    /// Writes what is pending. Where that fails it is tried again, while what comes next waits; a run that cannot be begun
    /// where it fails sees to it that not many wait. Where the disk is full the end of a run does not wait for the rest.
    fn write_until_done(&mut self, closing: bool, receiver: &Receiver<Message>) {
        let mut pause = PAUSE;
        loop {
            let mut result = self.write(closing);
            let full = result.as_ref().is_err_and(schema::is_full);
            self.shared.is_full.store(full, Ordering::Release);
            if full && self.end_has_come() && !self.ended {
                result = self.write_end_alone(receiver.waiting());
                // What was kept for this.
                if result.is_err() && reserve::release(&self.path) {
                    result = self.write_end_alone(receiver.waiting());
                }
                result = result.and_then(|()| self.write(closing));
            }
            let Err(error) = result else {
                self.shared.is_full.store(false, Ordering::Release);
                return;
            };
            let error = schema::problem(&self.path, &error).to_string();
            *self.shared.trouble.lock().unwrap_or_else(PoisonError::into_inner) = error.clone();
            self.shared.warn(format!("the history cannot be written, the run goes on: {error}"));
            if full && self.ended && !receiver.is_open() {
                // The end says how much is missing.
                return;
            }
            thread::sleep(pause);
            pause = (pause * 2).min(HEARTBEAT);
        }
    }

    /// Takes over how the run ended, once it has.
    fn end_has_come(&mut self) -> bool {
        let end = self.shared.end.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.pending.end = end.or(self.pending.end.take());
        self.pending.end.is_some()
    }

    /// Writes how the run ended, and that what is pending, and `waiting` messages, are missing until they are written, too.
    fn write_end_alone(&mut self, waiting: usize) -> rusqlite::Result<()> {
        let Some((at, end)) = &self.pending.end else { return Ok(()) };
        let missing = self.shared.lost.load(Ordering::Relaxed) + (self.pending.len() + waiting) as u64;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        write_end(&transaction, self.run, *at, end, missing)?;
        transaction.commit()?;
        self.ended = true;
        self.shared.end_is_written.store(true, Ordering::Release);
        Ok(())
    }

    fn write(&mut self, closing: bool) -> rusqlite::Result<()> {
        let now = Timestamp::now();
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let run = self.run;
        for row in self.pending.steps.iter().chain(self.open.values()).filter(|row| row.changed && row.counts()) {
            write_step(&transaction, run, row)?;
        }
        for step in &self.pending.handled {
            transaction
                .prepare_cached(
                    "UPDATE steps SET outcome = ?3 WHERE run = ?1 AND step = ?2 AND outcome IN ('failed', 'interrupted')",
                )?
                .execute(params![run, step, Status::Handled.word()])?;
        }
        for (at, step, text) in &self.pending.warnings {
            transaction
                .prepare_cached(
                    "INSERT INTO warnings(run, step, at, text) VALUES(?1, ?2, ?3, ?4)
                     ON CONFLICT(run, text) DO UPDATE SET times = times + 1",
                )?
                .execute(params![run, step, Time(*at), text])?;
        }
        if self.pending.dry_run {
            transaction.execute("UPDATE runs SET dry_run = 1 WHERE seq = ?1", [run])?;
        }
        for (at, step, affected) in &self.pending.people {
            transaction
                .prepare_cached(
                    "INSERT INTO people(run, step, at, who, change, reason) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute(params![run, step, Time(*at), affected.who, Word(affected.change), affected.reason])?;
        }
        if !self.pending.people.is_empty() {
            for (change, number) in &self.counts.0 {
                transaction
                    .prepare_cached("INSERT OR REPLACE INTO counts(run, change, number) VALUES(?1, ?2, ?3)")?
                    .execute(params![run, Word(*change), number])?;
            }
        }
        for (at, step, attempt, wait_ms, error) in &self.pending.retries {
            transaction
                .prepare_cached(
                    "INSERT INTO retries(run, step, attempt, at, wait_ms, error) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute(params![run, step, attempt, Time(*at), wait_ms, Json(error)])?;
        }
        if let Some(input) = &self.pending.input {
            transaction.execute(
                "UPDATE runs SET input = ?2, input_cut = ?3 WHERE seq = ?1",
                params![run, input.text, input.cut],
            )?;
        }
        transaction
            .prepare_cached("UPDATE runs SET heartbeat = ?2, lost = ?3 WHERE seq = ?1 AND outcome IS NULL")?
            .execute(params![run, Time(now), self.shared.lost.load(Ordering::Relaxed)])?;
        let mut ended = self.ended;
        if let Some((at, end)) = &self.pending.end {
            write_end(&transaction, run, *at, end, self.shared.lost.load(Ordering::Relaxed))?;
            ended = true;
        } else if closing && !ended {
            // Whoever ran it gave up on it.
            keep::interrupt(&transaction, run, now, "the run was given up by its process; it ended")?;
            ended = true;
        }
        transaction.commit()?;
        self.ended = ended;
        self.shared.end_is_written.store(ended, Ordering::Release);
        self.beat = Instant::now();
        let pending = std::mem::take(&mut self.pending);
        for row in self.open.values_mut().filter(|row| row.changed && row.counts()) {
            row.changed = false;
        }
        pending.answers.iter().for_each(|answer| answer.send(()).unwrap_or_default());
        Ok(())
    }
}

/// The columns of a step that change while it goes are the ones that a second writing sets.
fn write_step(transaction: &Transaction<'_>, run: i64, row: &Row) -> rusqlite::Result<()> {
    let end = row.end.as_deref();
    let stored = |value: Option<&Stored>| (value.map(|value| value.text.clone()), value.is_some_and(|value| value.cut));
    let (input, input_cut) = stored(end.and_then(|end| end.input.as_ref()));
    let (output, output_cut) = stored(end.and_then(|end| end.output.as_ref()));
    let values = params![
        run,
        row.step,
        row.parent,
        row.pointer,
        row.name,
        Word(row.kind),
        row.function,
        row.connection,
        row.item,
        Time(row.started),
        end.map(|end| end.duration_us),
        end.map(|end| end.status.word()),
        row.retries,
        row.done,
        row.total,
        row.people,
        input,
        input_cut,
        output,
        output_cut,
        end.and_then(|end| end.error.as_ref()).map(Json),
    ];
    transaction
        .prepare_cached(
            "INSERT INTO steps(run, step, parent, pointer, name, kind, function, connection, item, started_at, duration_us,
                 outcome, retries, done, total, people, input, input_cut, output, output_cut, error)
             VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
             ON CONFLICT(run, step) DO UPDATE SET duration_us = ?11, outcome = ?12, retries = ?13, done = ?14, total = ?15,
                 people = ?16, input = ?17, input_cut = ?18, output = ?19, output_cut = ?20, error = ?21",
        )?
        .execute(values)
        .map(drop)
}

fn write_end(transaction: &Transaction<'_>, run: i64, at: Timestamp, end: &End, lost: u64) -> rusqlite::Result<()> {
    // Steps that told no end were left where they were.
    let left = Word(StepOutcome::Interrupted);
    transaction.execute("UPDATE steps SET outcome = ?2 WHERE run = ?1 AND outcome IS NULL", params![run, left])?;
    let (text, cut) = end.output.as_ref().map_or((None, false), |output| (Some(&output.text), output.cut));
    transaction
        .execute(
            "UPDATE runs SET ended_at = ?2, duration_us = ?3, outcome = ?4, output = ?5, output_cut = ?6, error = ?7, lost = ?8
             WHERE seq = ?1",
            params![run, Time(at), end.duration_us, end.status.word(), text, cut, end.error.as_ref().map(Json), lost],
        )
        .map(drop)
}
