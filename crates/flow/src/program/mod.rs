//! Rewrites a flow for swf-runtime. A task list becomes a [`Block`], which one `WorkflowRunner` runs from top to bottom; in it
//! `set`, `switch`, `raise`, `wait` and what every task may have (`if`, `input`, `output`, `export`, `timeout`, `then`) stay as they
//! are. What has to know of connections, streams, parallelism or retries becomes a custom task that names a [`Step`], and
//! [`super::run`] carries it out. It expects a flow that [`super::check`] has found good, and runs nothing.

mod lowering;
mod template;
mod text;

use super::document::{Document, Problem};
use super::event::StepKind;
use super::expression::Expression;
use super::retry::Policy;
use lowering::{Lowering, NUMBER};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use swf_core::models::workflow::WorkflowDefinition;
use text::member;

pub use template::Template;
pub use text::{bare, escaped};

/// `type` of the custom tasks.
pub const STEP: &str = "step";

/// Where the list stands that gives the flow's output alone.
const FINISH: &str = "/output";

/// The variable that carries `$context` into a block that exports.
pub const CARRIED_CONTEXT: &str = "$carriedContext";

/// A flow as it is run.
pub struct Program {
    /// The flow's own task list, with its input, output and timeout.
    pub root: Arc<Block>,
    /// The flow's output alone, for a flow that is ended from within a nested list; none where it has none.
    pub finish: Option<Arc<Block>>,
    /// What the custom tasks stand for, by number.
    steps: Vec<Arc<Step>>,
}

impl Program {
    /// The step that a custom task names.
    pub fn step(&self, config: &Value) -> Option<Arc<Step>> {
        self.steps.get(config.get(NUMBER)?.as_str()?.parse::<usize>().ok()?).cloned()
    }
}

/// A task list.
pub struct Block {
    /// What swf-runtime runs.
    pub definition: WorkflowDefinition,
    /// Where the list stands: a JSON pointer such as `/do/2/try`.
    pub pointer: String,
    /// Its tasks.
    pub tasks: Vec<Task>,
    /// Whether it changes `$context`: its output is then an object of `output` and `context`.
    pub exports: bool,
    /// Whether it reads `$context`.
    pub reads_context: bool,
    /// Its steps, where they need nothing of swf-runtime.
    pub plain: Option<Vec<Plain>>,
}

/// A step that has no member for swf-runtime to see to and names none of its variables. A list of nothing else is carried out
/// without it: most of what a loop repeats is such a list, and a runner for each costs more than the call (ARCHITECTURE.md).
pub struct Plain {
    /// What it does.
    pub step: Arc<Step>,
    /// What it takes.
    pub given: Template,
    /// Variables that its own expressions and lists use.
    pub variables: Vec<String>,
    /// Whether they use `$context`.
    pub reads_context: bool,
}

impl Block {
    /// A task by its name.
    pub fn task(&self, name: &str) -> Option<&Task> {
        self.tasks.iter().find(|task| task.name == name)
    }
}

/// A task of a block.
pub struct Task {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub pointer: String,
    /// What it is, where swf-runtime runs it alone; none where a [`Step`] tells of itself.
    pub native: Option<StepKind>,
}

/// What a custom task stands for.
pub struct Step {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub pointer: String,
    /// What it does.
    pub action: Action,
}

/// What a custom task does.
pub enum Action {
    /// Calls an operation or a source.
    Call {
        /// Its name.
        function: String,
    },
    /// Runs a list.
    Do(Arc<Block>),
    /// Runs a list for each item.
    For {
        /// The list.
        body: Arc<Block>,
        /// The item's variable, with its `$`.
        each: String,
        /// The index's variable, with its `$`.
        at: String,
        /// Goes on while this is true, seen after each item.
        condition: Option<Expression>,
        /// How many items at a time.
        concurrency: usize,
    },
    /// Runs lists beside each other.
    Fork {
        /// The branches, each with its name.
        branches: Vec<(String, Arc<Block>)>,
        /// Whether the first to finish wins.
        compete: bool,
        /// How many at a time.
        concurrency: usize,
    },
    /// Runs a list and another where it fails.
    Try(Box<Try>),
    /// Runs another flow.
    Run {
        /// Its `document.namespace`, `document.name` and `document.version`.
        flow: (String, String, String),
    },
    /// Gives a CloudEvent; nobody is there to get it but the history.
    Emit,
    /// Ends the flow, from within a nested list.
    End,
}

/// `try` and `catch`.
pub struct Try {
    /// What is tried.
    pub body: Arc<Block>,
    /// `catch.errors.with`.
    pub filter: Map<String, Value>,
    /// The error's variable, with its `$`.
    pub variable: String,
    /// `catch.when`.
    pub when: Option<Expression>,
    /// `catch.exceptWhen`.
    pub except_when: Option<Expression>,
    /// `catch.retry`.
    pub retry: Option<Policy>,
    /// `catch.do`.
    pub handler: Option<Arc<Block>>,
}

/// Rewrites a flow.
///
/// # Errors
/// Where swf-core does not take what the check let pass.
pub fn compile(document: &Document) -> Result<Program, Problem> {
    let flow = document.value.as_object().cloned().unwrap_or_default();
    let mut lowering = Lowering { document, flow: &flow, steps: Vec::new() };
    let mut whole = Map::new();
    for name in ["input", "output", "timeout"] {
        if let Some(value) = flow.get(name) {
            whole.insert(name.into(), member(name, value.clone(), None));
        }
    }
    let tasks = lowering.expanded(flow.get("do").unwrap_or(&Value::Null), 0)?;
    let finish = match whole.get("output").cloned() {
        Some(output) => {
            let output = Map::from_iter([("output".to_owned(), output)]);
            Some(lowering.block(&json!([]), FINISH, &[], output)?)
        }
        None => None,
    };
    let root = lowering.block(&tasks, "/do", &[], whole)?;
    Ok(Program { root, finish, steps: lowering.steps })
}
