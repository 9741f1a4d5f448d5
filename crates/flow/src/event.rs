//! What a run tells while it goes. Everything in it is redacted already: whoever gets an event may show or store it.

use super::fault::Fault;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

/// Gets the events of one run, in order. It is called between steps and holds the run up while it works.
pub trait Watcher: Send + Sync {
    /// Something happened.
    fn on(&self, at: Timestamp, event: &Event);

    /// Whether it reads what runs and steps are given and give. Where nobody does, events have null in their place, which
    /// spares the run the copies.
    fn reads_values(&self) -> bool {
        true
    }
}

/// Several watchers as one; each gets every event, in their order.
impl Watcher for Vec<Arc<dyn Watcher>> {
    fn on(&self, at: Timestamp, event: &Event) {
        self.iter().for_each(|watcher| watcher.on(at, event));
    }

    fn reads_values(&self) -> bool {
        self.iter().any(|watcher| watcher.reads_values())
    }
}

/// One thing that happened in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
    /// The run begins.
    RunStarted {
        /// The flow's `document.name`.
        flow: String,
        /// The flow's `document.version`.
        version: String,
        /// What the run was given.
        input: Value,
    },
    /// The run changes nothing: of changes it tells what they would be.
    DryRun,
    /// A step begins.
    StepStarted {
        /// Counts the run's steps from 1: a step of a loop gets a number for each item.
        step: u64,
        /// The step it is a part of.
        parent: Option<u64>,
        /// Where it stands: a JSON pointer into the flow, such as `/do/0/createAda`.
        #[serde(with = "shared")]
        pointer: Arc<str>,
        /// Its name in the flow.
        #[serde(with = "shared")]
        name: Arc<str>,
        /// What kind of step it is.
        kind: StepKind,
        /// What it calls: an operation such as `createUser`, or a source such as `readCsv`.
        #[serde(with = "shared::option")]
        function: Option<Arc<str>>,
        /// The connection it uses.
        #[serde(with = "shared::option")]
        connection: Option<Arc<str>>,
        /// In a loop: which item, from 0.
        item: Option<u64>,
    },
    /// A step failed and is tried again.
    StepRetried {
        /// Which step.
        step: u64,
        /// Which repetition, from 1.
        attempt: u32,
        /// Why.
        error: Fault,
        /// How long until then, in milliseconds.
        wait_ms: u64,
    },
    /// How far a loop is; sent now and then.
    Looped {
        /// Which step.
        step: u64,
        /// Items that have ended.
        done: u64,
        /// How many there are, where that is known before the end.
        total: Option<u64>,
    },
    /// A step has ended.
    StepEnded {
        /// Which step.
        step: u64,
        /// How.
        outcome: StepOutcome,
        /// How long it took, in microseconds.
        duration_us: u64,
        /// To whom it did what.
        affected: Vec<Affected>,
        /// To how many it happened of whom the `try` around it tells.
        handed_on: usize,
        /// What it was given (null where it is nothing but what the step before gave).
        input: Value,
        /// What it gave.
        output: Value,
        /// Why it failed.
        error: Option<Fault>,
    },
    /// A call succeeded, or rows came, and there is something that whoever runs the flow should know.
    Warned {
        /// Which step.
        step: u64,
        /// What.
        text: String,
    },
    /// What failed in these steps was handled: a `catch` took it, or a repetition made it good.
    Handled {
        /// Which steps.
        steps: Vec<u64>,
    },
    /// The run has ended.
    RunEnded {
        /// How.
        outcome: RunOutcome,
        /// What it gave.
        output: Value,
        /// Why it failed.
        error: Option<Fault>,
        /// How long it took, in microseconds.
        duration_us: u64,
    },
}

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the DSL's names of its tasks")]
pub enum StepKind {
    Call,
    Do,
    Emit,
    For,
    Fork,
    Raise,
    Run,
    Set,
    Switch,
    Try,
    Wait,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StepOutcome {
    /// It did what it should.
    Completed,
    /// It failed; the error says why, and whether it may have been applied.
    Failed,
    /// The run was stopped while it went.
    Interrupted,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RunOutcome {
    /// All steps were done.
    Completed,
    /// An error that nothing caught.
    Failed,
    /// Somebody stopped it, or the process ended.
    Interrupted,
}

/// What happened to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Affected {
    /// A person or group: the userName or displayName, else the externalId or id.
    pub who: String,
    /// What happened.
    pub change: Change,
    /// Why, where it failed: `uniqueness`. What would have happened, where it was a dry run: `created`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What happened to a person or group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the words say it")]
pub enum Change {
    Created,
    Updated,
    Unchanged,
    Activated,
    Deactivated,
    Deleted,
    MembersChanged,
    Failed,
    /// It failed, and the flow's `catch` took that.
    Handled,
    /// A dry run: it would have been what the reason says.
    Planned,
    /// The request was sent, no answer came: it may have happened.
    Unknown,
}

/// Texts that the events of a step share with the flow, as serde has any other text.
mod shared {
    use serde::{Deserialize as _, Deserializer, Serializer};
    use std::sync::Arc;

    pub fn serialize<S: Serializer>(text: &str, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(text)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<str>, D::Error> {
        String::deserialize(from).map(Arc::from)
    }

    pub mod option {
        use super::{Arc, Deserializer, Serializer};
        use serde::{Deserialize as _, Serialize as _};

        pub fn serialize<S: Serializer>(text: &Option<Arc<str>>, to: S) -> Result<S::Ok, S::Error> {
            text.as_deref().serialize(to)
        }

        pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Arc<str>>, D::Error> {
            Ok(Option::<String>::deserialize(from)?.map(Arc::from))
        }
    }
}
