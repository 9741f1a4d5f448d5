//! What is found in the history, and how it is asked for. Knows no database.

use super::identity::{FlowId, RunId};
use super::{Counts, Status, Stored, Trigger};
use jiff::Timestamp;
use scim_connector_flow::event::{Change, StepKind};
use scim_connector_flow::fault::Fault;
use std::path::PathBuf;
use std::time::Duration;

/// Which runs are wanted; the default is the latest 50.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Of flows with this name.
    pub flow: Option<String>,
    /// Of flows in this folder, links resolved.
    pub folder: Option<PathBuf>,
    /// That ended so, or still run.
    pub status: Option<Status>,
    /// How many at most.
    pub limit: usize,
    /// That began before this one: the last of the page before.
    pub before: Option<RunId>,
}

impl Filter {
    /// Runs of one flow.
    #[must_use]
    pub fn of(flow: &FlowId) -> Self {
        Self { flow: Some(flow.name.clone()), folder: Some(flow.folder.clone()), ..Self::default() }
    }
}

impl Default for Filter {
    fn default() -> Self {
        Self { flow: None, folder: None, status: None, limit: 50, before: None }
    }
}

/// A part of a long list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// After this one: the `seq` of the last of the page before, 0 for the first page.
    pub after: u64,
    /// How many at most.
    pub limit: usize,
}

impl Default for Page {
    fn default() -> Self {
        Self { after: 0, limit: 100 }
    }
}

/// Which people are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Which {
    /// All.
    #[default]
    All,
    /// Those whose change failed, or may have.
    Failed,
    /// The others, but those whose failure was handled.
    Others,
    /// Those with this change.
    Only(Change),
}

/// Which steps are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StepsFilter {
    /// All.
    #[default]
    All,
    /// Those that failed or were interrupted.
    Failed,
    /// Those that are under way.
    Running,
    /// Calls.
    Calls,
    /// Calls that happened to nobody in particular: no person is told with them.
    CallsWithoutPeople,
}

/// A run, as a list shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSummary {
    /// Its name.
    pub id: RunId,
    /// The flow's `document.name`.
    pub flow: String,
    /// The flow's folder, links resolved; none of runs of before it was written down.
    pub folder: Option<PathBuf>,
    /// The flow's `document.version`.
    pub version: String,
    /// Why it began.
    pub trigger: Trigger,
    /// When it was due.
    pub scheduled_for: Option<Timestamp>,
    /// When it began.
    pub started: Timestamp,
    /// When it ended; of one whose process went away, when it was last heard of.
    pub ended: Option<Timestamp>,
    /// How long it took.
    pub duration: Option<Duration>,
    /// Where it stands.
    pub status: Status,
    /// What happened to how many.
    pub counts: Counts,
    /// Why it failed or was interrupted.
    pub error: Option<Fault>,
    /// Whether it changed nothing, and told what it would have changed.
    pub dry_run: bool,
    /// How many different warnings there were.
    pub warnings: u64,
}

/// A run with all that is known of the whole of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// What a list shows.
    pub summary: RunSummary,
    /// The flow's file, as it was named.
    pub file: PathBuf,
    /// What it was given.
    pub input: Option<Stored>,
    /// What it gave.
    pub output: Option<Stored>,
    /// Steps that are kept; of the items of a loop plain ones are only kept where something went wrong.
    pub steps: u64,
    /// Steps that failed or were interrupted.
    pub failed_steps: u64,
    /// Calls that happened to nobody in particular.
    pub calls_without_people: Calls,
    /// How often a step was tried again.
    pub retries: u64,
    /// Events that could not be written.
    pub lost: u64,
}

/// How many calls there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Calls {
    /// In all.
    pub total: u64,
    /// That failed or were interrupted.
    pub failed: u64,
    /// That are under way.
    pub running: u64,
}

/// A step of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its number in the run; also its place in the list.
    pub step: u64,
    /// The step it is part of.
    pub parent: Option<u64>,
    /// Where it stands in the flow.
    pub pointer: String,
    /// Its name in the flow.
    pub name: String,
    /// What it is.
    pub kind: StepKind,
    /// What it calls.
    pub function: Option<String>,
    /// The connection it uses.
    pub connection: Option<String>,
    /// In a loop, at any depth: which item of the innermost one, from 0.
    pub item: Option<u64>,
    /// When it began.
    pub started: Timestamp,
    /// How long it took.
    pub duration: Option<Duration>,
    /// Where it stands.
    pub status: Status,
    /// How often it was tried again.
    pub retries: u32,
    /// Of a loop: how many items have ended.
    pub done: Option<u64>,
    /// Of a loop: how many there are.
    pub total: Option<u64>,
    /// What it was given.
    pub input: Option<Stored>,
    /// What it gave.
    pub output: Option<Stored>,
    /// Why it failed.
    pub error: Option<Fault>,
}

/// What happened to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The place in the list.
    pub seq: u64,
    /// A person or group.
    pub who: String,
    /// What happened.
    pub change: Change,
    /// Why, where it failed.
    pub reason: Option<String>,
    /// In which step.
    pub step: u64,
    /// The step's name.
    pub name: String,
    /// How long the step took.
    pub duration: Option<Duration>,
    /// When.
    pub at: Timestamp,
}

/// What whoever runs the flow should know although a call succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The place in the list.
    pub seq: u64,
    /// In which step it came first.
    pub step: u64,
    /// The step's name.
    pub name: String,
    /// When it came first.
    pub at: Timestamp,
    /// What.
    pub text: String,
    /// How often it came.
    pub times: u64,
}

/// A step that was tried again.
#[derive(Debug, Clone, PartialEq)]
pub struct Retry {
    /// The place in the list.
    pub seq: u64,
    /// Which step.
    pub step: u64,
    /// Which repetition, from 1.
    pub attempt: u32,
    /// When it had failed.
    pub at: Timestamp,
    /// How long until the repetition.
    pub wait: Duration,
    /// Why.
    pub error: Fault,
}
