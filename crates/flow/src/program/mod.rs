//! A flow as it is run: its tasks as types, with their expressions compiled and the place of each. It expects a flow that
//! [`super::check`] has found good, and runs nothing.

mod functions;
mod read;
mod template;

use super::event::StepKind;
use super::expression::Expression;
use super::retry::Policy;
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;

pub use read::compile;
pub use template::{Template, Variables, evaluate};

/// A flow as it is run.
pub struct Program {
    /// The flow's own task list.
    pub tasks: Arc<TaskList>,
    /// Its input, and what it becomes.
    pub input: Transform,
    /// What its output becomes.
    pub output: Transform,
    /// How long it may take.
    pub timeout: Option<Pause>,
}

/// Tasks that run from top to bottom.
pub struct TaskList {
    /// Where the list stands: a JSON pointer such as `/do/2/try`.
    pub pointer: String,
    /// The tasks.
    pub tasks: Vec<Task>,
}

/// A task, with what every kind of task may have.
pub struct Task {
    /// Its name.
    pub name: Arc<str>,
    /// Where it stands: a JSON pointer.
    pub pointer: Arc<str>,
    /// Its line in the flow's file, from 1.
    pub line: usize,
    /// As it is written, for `$task.definition`.
    pub definition: Value,
    /// `if`: it is left out where this is not true.
    pub condition: Option<Expression>,
    /// `input`.
    pub input: Transform,
    /// `output`.
    pub output: Transform,
    /// `export`: what `$context` becomes.
    pub export: Transform,
    /// How long it may take.
    pub timeout: Option<Pause>,
    /// Where the flow goes on.
    pub then: Then,
    /// What it does.
    pub action: Action,
}

/// A schema, and what makes one value of another.
#[derive(Default)]
pub struct Transform {
    /// `schema.document`, compiled.
    pub schema: Option<jsonschema::Validator>,
    /// `from` or `as`.
    pub template: Option<Template>,
}

impl Transform {
    /// Whether it leaves everything as it is.
    pub(super) fn is_nothing(&self) -> bool {
        self.schema.is_none() && self.template.is_none()
    }
}

/// Where a flow goes on after a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// With the next task.
    Continue,
    /// After the list.
    Exit,
    /// Nowhere: the flow ends.
    End,
    /// With this task of the list, by its index.
    Task(usize),
}

/// A time to wait, or that something may take.
pub enum Pause {
    /// That is known.
    Fixed(Duration),
    /// That an expression gives.
    Computed(Template),
}

/// What a task does.
pub enum Action {
    /// Calls an operation of the connector, or a source of rows.
    Call {
        /// Its name.
        function: Arc<str>,
        /// What it is given.
        with: Template,
    },
    /// Sends an HTTP request, or calls an operation that an OpenAPI document describes.
    Http(Template),
    /// As [`Action::Http`], by an operation of an OpenAPI document.
    OpenApi(Template),
    /// Runs a list.
    Do(Arc<TaskList>),
    /// Gives a CloudEvent; nobody is there to get it but the history.
    Emit(Template),
    /// Runs a list for each item.
    For(For),
    /// Runs lists beside each other.
    Fork {
        /// The branches, a list of one task each.
        branches: Vec<Arc<TaskList>>,
        /// Whether the first to finish wins.
        compete: bool,
        /// How many at a time.
        concurrency: usize,
    },
    /// Fails with this error.
    Raise(Template),
    /// Runs another flow.
    Run {
        /// Its `document.namespace`, `document.name` and `document.version`.
        flow: (String, String, String),
        /// What it is given.
        input: Option<Template>,
    },
    /// Runs a command of the system's shell.
    Shell {
        /// `command`, `arguments`, `environment`, `stdin`.
        shell: Template,
        /// What the task gives: `stdout`, `stderr`, `code`, `all` or `none`.
        returns: String,
        /// Whether the flow waits for it.
        awaits: bool,
    },
    /// Gives a value.
    Set(Template),
    /// Goes on where the first case that is true says.
    Switch(Vec<(Option<Expression>, Then)>),
    /// Runs a list, and another where it fails.
    Try(Box<Try>),
    /// Waits.
    Wait(Pause),
}

/// `for`.
pub struct For {
    /// What is looped over.
    pub items: Expression,
    /// The list.
    pub body: Arc<TaskList>,
    /// The item's variable, with its `$`.
    pub each: Arc<str>,
    /// The index's variable, with its `$`.
    pub at: Arc<str>,
    /// Goes on while this is true, seen before each item.
    pub condition: Option<Expression>,
    /// How many items at a time.
    pub concurrency: usize,
}

/// `try` and `catch`.
pub struct Try {
    /// What is tried.
    pub body: Arc<TaskList>,
    /// `catch.errors.with`.
    pub filter: Map<String, Value>,
    /// The error's variable, with its `$`.
    pub variable: Arc<str>,
    /// `catch.when`.
    pub when: Option<Expression>,
    /// `catch.exceptWhen`.
    pub except_when: Option<Expression>,
    /// Whether these conditions ask for a provider's answer alone.
    pub asks_for_answers: bool,
    /// `catch.retry`.
    pub retry: Option<Policy>,
    /// `catch.do`.
    pub handler: Option<Arc<TaskList>>,
}

impl Action {
    /// What a step of it is called in events.
    #[must_use]
    pub fn kind(&self) -> StepKind {
        match self {
            Self::Call { .. } | Self::Http(_) | Self::OpenApi(_) => StepKind::Call,
            Self::Do(_) => StepKind::Do,
            Self::Emit(_) => StepKind::Emit,
            Self::For(_) => StepKind::For,
            Self::Fork { .. } => StepKind::Fork,
            Self::Raise(_) => StepKind::Raise,
            Self::Run { .. } | Self::Shell { .. } => StepKind::Run,
            Self::Set(_) => StepKind::Set,
            Self::Switch(_) => StepKind::Switch,
            Self::Try(_) => StepKind::Try,
            Self::Wait(_) => StepKind::Wait,
        }
    }
}
