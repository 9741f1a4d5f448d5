//! What ran: runs, their steps, and what happened to whom, in SQLite. It stores what [`scim_connector_flow::event`] tells and knows
//! nothing of how flows run.
//!
//! [`History`] is a file. [`History::begin`] starts a [`Recorder`], which a run tells its events; [`read`] finds them again;
//! [`automations`] is where the daemon and the commands leave notes for each other; `keep` lets old runs go and finds those
//! whose process is gone. A file may be used by many processes at a time.

mod automations;
mod found;
mod identity;
mod keep;
mod queue;
mod read;
mod record;
mod reserve;
mod row;
mod schema;
mod settings;
#[cfg(test)]
pub(crate) mod tests;
mod writer;

pub use automations::{Automation, Daemon, Request, Scheduled};
pub use found::{Calls, Filter, Page, Person, Retry, Run, RunSummary, Step, StepsFilter, Warning, Which};
pub use identity::{FlowId, Life, Process, RunId, real_folder};
pub use record::Recorder;
pub use settings::HistorySettings;

use jiff::Timestamp;
use rusqlite::Connection;
use scim_connector_flow::event::{Change, RunOutcome, StepOutcome};
use scim_connector_host::error::{Error, Result};
use scim_connector_host::folders;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// How long runs are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Days since a run ended.
    pub days: u32,
    /// Runs of each flow, the latest.
    pub runs: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { days: 90, runs: 1000 }
    }
}

/// The file with everything that ran. Clones are the same open file.
#[derive(Clone)]
pub struct History(Arc<Inner>);

struct Inner {
    path: PathBuf,
    keep: Retention,
    connection: Mutex<Connection>,
}

/// Why a run began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Trigger {
    /// Somebody ran it.
    Manual,
    /// It was due.
    Schedule,
    /// It had been due while nothing ran.
    Missed,
    /// Somebody asked the daemon for it.
    Request,
}

/// What is known of a run before it begins.
#[derive(Debug, Clone, Copy)]
pub struct Begin<'a> {
    /// The flow's `document.name`.
    pub flow: &'a str,
    /// The flow's `document.version`.
    pub version: &'a str,
    /// The flow's file.
    pub file: &'a Path,
    /// What stands in the file.
    pub text: &'a str,
    /// Why it runs.
    pub trigger: Trigger,
    /// When it was due.
    pub scheduled_for: Option<Timestamp>,
}

/// Where a run or a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the words say it")]
pub enum Status {
    Running,
    Completed,
    Failed,
    /// Of a step: it failed, and the flow's `catch` or a repetition took care of that.
    Handled,
    Interrupted,
}

impl From<RunOutcome> for Status {
    fn from(outcome: RunOutcome) -> Self {
        match outcome {
            RunOutcome::Completed => Self::Completed,
            RunOutcome::Failed => Self::Failed,
            RunOutcome::Interrupted => Self::Interrupted,
        }
    }
}

impl From<StepOutcome> for Status {
    fn from(outcome: StepOutcome) -> Self {
        match outcome {
            StepOutcome::Completed => Self::Completed,
            StepOutcome::Failed => Self::Failed,
            StepOutcome::Interrupted => Self::Interrupted,
        }
    }
}

impl Status {
    /// The word for it, as in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Handled => "handled",
            Self::Interrupted => "interrupted",
        }
    }
}

/// To how many people and groups what happened; those that nothing counts are not in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts(pub Vec<(Change, u64)>);

impl Counts {
    /// How many had this change.
    #[must_use]
    pub fn of(&self, change: Change) -> u64 {
        self.0.iter().find(|(counted, _)| *counted == change).map_or(0, |(_, number)| *number)
    }

    /// How many there were in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().map(|(_, number)| number).sum()
    }

    fn add(&mut self, change: Change) {
        match self.0.iter_mut().find(|(counted, _)| *counted == change) {
            Some((_, number)) => *number += 1,
            None => self.0.push((change, 1)),
        }
    }
}

/// JSON as it was stored: redacted, and cut where it was long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The text; JSON unless it is cut.
    pub text: String,
    /// Something is missing at its end.
    pub cut: bool,
}

impl History {
    /// Where the history is when no place is named: `history.sqlite` in this program's state folder
    /// (`$XDG_STATE_HOME/scim-connector`, by default below `~/.local/state`; what corresponds on macOS and Windows).
    ///
    /// # Errors
    /// [`Error::Usage`] where the environment names no home.
    pub fn default_path() -> Result<PathBuf> {
        let folder = folders::folder(&folders::STATE).ok_or_else(|| {
            Error::Usage("there is no home folder to keep the history in; name a file with --history".into())
        })?;
        Ok(folder.join("history.sqlite"))
    }

    /// Opens the file, or makes a new one with its folder, for this user alone.
    ///
    /// # Errors
    /// [`Error::Config`] with the file where it is no history, a newer one, not for this user alone, or not to be written;
    /// [`Error::Io`] where it is damaged or the disk is full, [`Error::Busy`] where another process holds it.
    pub fn open(path: &Path, keep: Retention) -> Result<Self> {
        let connection = schema::open(path)?;
        Ok(Self(Arc::new(Inner { path: path.to_path_buf(), keep, connection: Mutex::new(connection) })))
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Works with the open file; one at a time.
    fn with<T>(&self, work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> Result<T> {
        let mut connection = self.0.connection.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut connection).map_err(|error| schema::problem(&self.0.path, &error))
    }
}
