//! Writes a run down while it goes. The run hands its events over and goes on; a thread writes them in portions.
//!
//! Memory stays bounded: values are cut before they wait, and only so many events may wait. Where the file cannot be written
//! the run goes on, its events are lost and counted, and [`Recorder::warnings`] says so.

use super::identity::{FlowId, Process};
use super::queue::{Refused, Sender, queue};
use super::row::{self, Time, Word};
use super::writer::{End, Message, Note, PORTION, Row, Shared, Writer};
use super::{Begin, History, RunId, Status, reserve, schema};
use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior, params};
use scim_connector_flow::event::{Event, Watcher};
use scim_connector_host::error::{Error, Result};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Events that may wait to be written.
const WAITING: usize = 1024;

/// How long a run is held up where its events cannot be written, once, before it goes on without them.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long the end of a run waits to be written.
const AT_THE_END: Duration = Duration::from_secs(6);

/// How often it is looked meanwhile.
const LOOK: Duration = Duration::from_millis(20);

/// Attempts to find a name that no other run has.
const NAMES: usize = 20;

/// Writes one run down. When it is dropped before the run has ended, the run was interrupted.
pub struct Recorder {
    id: RunId,
    shared: Arc<Shared>,
    sender: Option<Sender<Message>>,
    writer: Option<JoinHandle<()>>,
    /// Nothing is waited for any more, until something can be written again.
    stalled: AtomicBool,
    /// The end of the run was waited for in vain.
    given_up: AtomicBool,
}

impl Recorder {
    /// Writes down that a run begins, and starts its writer.
    pub(super) fn begin(history: &History, begin: &Begin<'_>) -> Result<Self> {
        reserve::keep(history.path()).map_err(|error| schema::no_room(history.path(), &error))?;
        let now = Timestamp::now();
        let (run, id) = history.with(|connection| insert_run(connection, begin, now))?;
        let connection = schema::open(history.path())?;
        let shared = Arc::new(Shared::default());
        let (sender, receiver) = queue(WAITING, PORTION);
        let mut writer = Writer::new(history.path().to_path_buf(), connection, run, shared.clone());
        let writer = thread::Builder::new()
            .name("history".into())
            .spawn(move || writer.run(&receiver))
            .map_err(|error| Error::Load(format!("the history's thread cannot be started: {error}")))?;
        Ok(Self {
            id,
            shared,
            sender: Some(sender),
            writer: Some(writer),
            stalled: AtomicBool::new(false),
            given_up: AtomicBool::new(false),
        })
    }

    /// The run's name.
    #[must_use]
    pub fn run_id(&self) -> &RunId {
        &self.id
    }

    /// What could not be written, and why; empty where all is well.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = self.shared.warnings.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match self.shared.lost.load(Ordering::Relaxed) {
            0 => {}
            lost => warnings.push(format!("{lost} events of run {} are missing in the history", self.id)),
        }
        warnings
    }

    /// Waits until everything told so far is written, for a few seconds at most. Says whether it is.
    pub fn flush(&self) -> bool {
        let (answer, written) = sync_channel(1);
        if !self.send(Message::Flush(answer)) {
            return false;
        }
        let deadline = Instant::now() + AT_THE_END;
        loop {
            match written.recv_timeout(LOOK) {
                Ok(()) => return true,
                // Room on a disk is not made within seconds.
                Err(RecvTimeoutError::Timeout) if self.shared.is_full.load(Ordering::Acquire) => return false,
                Err(RecvTimeoutError::Timeout) if Instant::now() < deadline => {}
                Err(_) => return false,
            }
        }
    }

    /// Waits until the end of the run is written, whatever else is not, for a few seconds at most. Says whether it is.
    fn end_is_written(&self) -> bool {
        let deadline = Instant::now() + AT_THE_END;
        while !self.shared.end_is_written.load(Ordering::Acquire) && Instant::now() < deadline {
            thread::sleep(LOOK);
        }
        let written = self.shared.end_is_written.load(Ordering::Acquire);
        self.given_up.store(!written, Ordering::Relaxed);
        written
    }

    /// Hands something to the writer. Where there is no room the run is held up, and after a while goes on without.
    fn send(&self, message: Message) -> bool {
        let Some(sender) = &self.sender else { return false };
        let deadline = Instant::now() + PATIENCE;
        let mut message = message;
        loop {
            let urgent = matches!(message, Message::Flush(_));
            match sender.try_send(message, urgent) {
                Ok(()) => {
                    self.stalled.store(false, Ordering::Relaxed);
                    return true;
                }
                Err(Refused::Full(back)) if !self.stalled.load(Ordering::Relaxed) && Instant::now() < deadline => {
                    message = back;
                    thread::sleep(Duration::from_millis(1));
                }
                Err(_) => {
                    self.stalled.store(true, Ordering::Relaxed);
                    self.shared.lost.fetch_add(1, Ordering::Relaxed);
                    return false;
                }
            }
        }
    }
}

impl Watcher for Recorder {
    fn on(&self, at: Timestamp, event: &Event) {
        if let Some(note) = note(at, event) {
            self.send(Message::Event(at, note));
        }
        if let Event::RunEnded { outcome, output, error, duration_us } = event {
            let end = End::new((*outcome).into(), *duration_us, &Value::Null, output, error.as_ref());
            *self.shared.end.lock().unwrap_or_else(PoisonError::into_inner) = Some((at, Box::new(end)));
            // The process may end right after.
            if !self.flush() && !self.end_is_written() {
                let (word, why) = (Status::from(*outcome).word(), self.shared.trouble());
                self.shared.warn(format!(
                    "run {} {word}; its record could not be written to the history, which may show it as interrupted: {why}",
                    self.id
                ));
            }
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.sender = None;
        let patience = if self.given_up.load(Ordering::Relaxed) { Duration::ZERO } else { AT_THE_END };
        let deadline = Instant::now() + patience;
        if let Some(writer) = self.writer.take() {
            while !writer.is_finished() && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(1));
            }
        }
    }
}

/// What is to be written of an event.
fn note(at: Timestamp, event: &Event) -> Option<Note> {
    Some(match event {
        Event::RunStarted { input, .. } => Note::Input(row::stored(input)),
        Event::StepStarted { step, parent, pointer, name, kind, function, connection, item } => {
            Note::Started(Box::new(Row {
                step: *step,
                parent: *parent,
                pointer: pointer.clone(),
                name: name.clone(),
                kind: *kind,
                function: function.clone(),
                connection: connection.clone(),
                item: *item,
                started: at,
                in_loop: item.is_some(),
                retries: 0,
                done: None,
                total: None,
                people: 0,
                end: None,
                changed: true,
            }))
        }
        Event::StepRetried { step, attempt, error, wait_ms } => {
            Note::Retried { step: *step, attempt: *attempt, wait_ms: *wait_ms, error: Box::new(error.clone()) }
        }
        Event::Looped { step, done, total } => Note::Looped { step: *step, done: *done, total: *total },
        Event::StepEnded { step, outcome, duration_us, affected, handed_on, input, output, error } => Note::Ended {
            step: *step,
            handed_on: *handed_on,
            end: Box::new(End::new((*outcome).into(), *duration_us, input, output, error.as_ref())),
            affected: affected.clone(),
        },
        Event::DryRun => Note::DryRun,
        Event::Warned { step, text } => Note::Warned { step: *step, text: text.clone() },
        Event::Handled { steps } => Note::Handled(steps.clone()),
        Event::RunEnded { .. } => return None,
    })
}

fn insert_run(connection: &mut Connection, begin: &Begin<'_>, now: Timestamp) -> rusqlite::Result<(i64, RunId)> {
    let digest: String = Sha256::digest(begin.text).iter().map(|byte| format!("{byte:02x}")).collect();
    let process = Process::this();
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute("INSERT OR IGNORE INTO texts(digest, text) VALUES(?1, ?2)", params![digest, begin.text])?;
    let mut name = RunId::new(now);
    for _ in 0..NAMES {
        if transaction.query_row("SELECT count(*) FROM runs WHERE id = ?1", [&name], |row| row.get::<_, i64>(0))? == 0 {
            break;
        }
        name = RunId::new(now);
    }
    transaction.execute(
        "INSERT INTO runs(id, flow, version, file, text, trigger, scheduled_for, started_at, place, pid, token, heartbeat, folder)
         VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?8, ?12)",
        params![
            name,
            begin.flow,
            begin.version,
            begin.file.display().to_string(),
            digest,
            Word(begin.trigger),
            begin.scheduled_for.map(Time),
            Time(now),
            process.place,
            process.pid,
            process.token,
            FlowId::in_file(begin.file, begin.flow).folder.display().to_string(),
        ],
    )?;
    let run = transaction.last_insert_rowid();
    transaction.commit()?;
    Ok((run, name))
}
