//! A list being run: its tasks from top to bottom, each with its condition, input, output, export, time limit and `then`.
//! What a kind of task does stands beside this file.

use super::attempt::Failures;
use super::step::OpenStep;
use super::values::{Values, expression_fault};
use super::{FlowRun, Run};
use crate::Flow;
use crate::fault::Fault;
use crate::files::FlowFiles;
use crate::program::{self, Action, Pause, Task, TaskList, Then, Transform};
use crate::retry::duration;
use crate::scope::Scope;
use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::{Map, Value};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::task::JoinSet;

/// How many lists may run inside each other, those of the flows that flows run among them.
const DEEPEST: usize = 100;

/// Every so many lists in each other one runs in a task of its own, which begins on an empty stack: without optimisation some
/// twenty fill the stack of a thread.
const APART: usize = 4;

/// How often `then` may go back in one run of a list. One that waits for something pauses in between: at ten seconds each these
/// last for a day.
const MOST_TURNS: usize = 10_000;

/// What a list gave, and `$context` as it is then.
pub(super) struct Passed {
    pub(super) output: Arc<Value>,
    pub(super) context: Arc<Value>,
}

/// What a task gave before its `output` and `export` were seen to.
pub(super) struct Done {
    pub(super) output: Arc<Value>,
    /// `$context`, where lists inside of it have changed it.
    pub(super) context: Arc<Value>,
    /// Where a switch goes on.
    then: Option<Then>,
}

impl From<Passed> for Done {
    fn from(Passed { output, context }: Passed) -> Self {
        Self { output, context, then: None }
    }
}

/// A list being run.
#[derive(Clone)]
pub(super) struct Frame {
    pub(super) run: Arc<Run>,
    pub(super) flow: Arc<Flow>,
    pub(super) list: Arc<TaskList>,
    pub(super) scope: Arc<Scope>,
    /// The flow that the list is of, as it is run here.
    pub(super) flow_run: Arc<FlowRun>,
    pub(super) parent: Option<u64>,
    pub(super) item: Option<u64>,
    /// Those of loops and of handlers, each with its `$`; the last of a name counts.
    pub(super) variables: Vec<(Arc<str>, Arc<Value>)>,
    pub(super) context: Arc<Value>,
    /// Where calls leave whom they failed for, inside of a `try` that may repeat or handle them.
    pub(super) failures: Option<Failures>,
    /// Inside of what handles a failure, whom it was for: a call that succeeds for them makes it good.
    pub(super) handled: Option<Failures>,
    pub(super) depth: usize,
}

impl Frame {
    /// What the flow may read.
    pub(super) fn files(&self) -> FlowFiles {
        self.run.runner.files.of_flow(self.flow.folder())
    }

    /// Runs a flow's own list, to its end or to a `then: end` in a list below it. Gives the flow's output.
    pub(super) async fn run_flow(mut self, input: Arc<Value>) -> Result<Arc<Value>, Fault> {
        if let Some(error) = self.run.runner.secrets.problem(self.flow.secrets()) {
            return Err(Fault::of_call(&error));
        }
        let scope = self.scope.within();
        let flow_run = Arc::new(FlowRun {
            scope: scope.clone(),
            input: input.clone(),
            started: Timestamp::now(),
            ended: Mutex::default(),
            workflow: OnceLock::new(),
        });
        (self.scope, self.flow_run) = (scope, flow_run);
        let program = self.flow.clone();
        let program = &program.program;
        let limit = match &program.timeout {
            Some(pause) => Some(self.time(pause, &input, &Values::of_flow(&self, &input, &self.context), "").await?),
            None => None,
        };
        let values = Values::of_flow(&self, &input, &self.context);
        let input = transformed(&program.input, input.clone(), &values, "/input", Order::SchemaFirst).await?;
        let Passed { output, context } = self.within(limit, "", self.to_the_end(input.clone())).await?;
        let values = Values::of_flow(&self, &input, &context).after(&output, &output, &context);
        transformed(&program.output, output.clone(), &values, "/output", Order::TemplateFirst).await
    }

    /// Runs the flow's list until it is over or something below it ends the flow.
    async fn to_the_end(&self, input: Arc<Value>) -> Result<Passed, Fault> {
        tokio::select! {
            biased;
            result = self.run(input) => return result,
            () = self.flow_run.scope.ended() => {}
        }
        // Ended from below; where somebody else stopped it, nothing comes of it any more.
        match self.flow_run.ended() {
            Some((output, context)) => Ok(Passed { output, context }),
            None => std::future::pending().await,
        }
    }

    /// Runs the list. Gives what it gave, and `$context` as it is then.
    pub(super) fn run(&self, input: Arc<Value>) -> Pin<Box<dyn Future<Output = Result<Passed, Fault>> + Send + '_>> {
        if !self.depth.is_multiple_of(APART) {
            return Box::pin(self.run_now(input));
        }
        let (frame, task) = (self.clone(), self.scope.task());
        Box::pin(async move {
            let mut apart = JoinSet::new();
            apart.spawn(async move {
                let _task = task;
                frame.run_now(input).await
            });
            match apart.join_next().await {
                Some(Ok(result)) => result,
                Some(Err(error)) => Err(Fault::of_engine_stop(&error.to_string())),
                None => std::future::pending().await,
            }
        })
    }

    async fn run_now(&self, input: Arc<Value>) -> Result<Passed, Fault> {
        if self.depth > DEEPEST {
            return Err(Fault::of_input(format!("more than {DEEPEST} lists run inside each other")));
        }
        let (mut output, mut context) = (input, self.context.clone());
        let (mut next, mut turns) = (0, 0);
        while let Some(task) = self.list.tasks.get(next) {
            // A list that goes round in a circle lets others have their turn, and can be stopped.
            tokio::task::consume_budget().await;
            let ran = self.task(task, output.clone(), context.clone()).await;
            let Some(done) = ran.map_err(|fault| fault.at(&task.pointer))? else {
                next += 1;
                continue;
            };
            (output, context) = (done.output, done.context);
            match done.then.unwrap_or(task.then) {
                Then::Continue => next += 1,
                Then::Exit => break,
                Then::End => {
                    self.flow_run.end(output, context);
                    return std::future::pending().await;
                }
                Then::Task(index) => {
                    turns += usize::from(index <= next);
                    if turns > MOST_TURNS {
                        return Err(endless(task));
                    }
                    next = index;
                }
            }
        }
        Ok(Passed { output, context })
    }

    /// Runs a task; none where its `if` is not true.
    async fn task(&self, task: &Task, raw: Arc<Value>, context: Arc<Value>) -> Result<Option<Done>, Fault> {
        let values = Values::of_task(self, task, &raw, &context);
        if let Some(condition) = &task.condition
            && !values.holds(condition, &raw).await?
        {
            return Ok(None);
        }
        let input = transformed(&task.input, raw.clone(), &values, &task.pointer, Order::SchemaFirst).await?;
        let values = values.with_input(&input);
        let limit = match &task.timeout {
            Some(pause) => Some(self.time(pause, &input, &values, &task.pointer).await?),
            None => None,
        };
        // Tasks without lists and calls are told with what `output` makes of them.
        let plain = matches!(
            task.action,
            Action::Set(_) | Action::Switch(_) | Action::Raise(_) | Action::Wait(_) | Action::Shell { .. }
        );
        let mut open = plain.then(|| OpenStep::plain(self, task));
        // Calls of a task with a time limit are in a scope of their own, so that they can be waited for.
        let scoped = limit.map(|_| Self { scope: self.scope.within(), ..self.clone() });
        let frame = scoped.as_ref().unwrap_or(self);
        let body = async {
            let done = frame.act(task, &input, &context, &values).await?;
            let raw = done.output.clone();
            let after = values.after(&raw, &raw, &context);
            let output = transformed(&task.output, raw.clone(), &after, &task.pointer, Order::TemplateFirst).await?;
            Ok::<_, Fault>((raw.clone(), Done { output, ..done }))
        };
        let result = frame.within(limit, &task.pointer, body).await;
        if let Some(open) = &mut open {
            let output = result.as_ref().map_or(Value::Null, |(_, done)| open.shown(&done.output));
            open.end(Vec::new(), Value::Null, output, result.as_ref().err());
        }
        let (raw, done) = result?;
        if task.export.is_nothing() {
            return Ok(Some(done));
        }
        // `$output` is what `output` made, `$task.output` what it was made of (DSL, Runtime expression arguments).
        let values = values.after(&raw, &done.output, &done.context);
        let context =
            transformed(&task.export, done.output.clone(), &values, &task.pointer, Order::TemplateFirst).await?;
        Ok(Some(Done { context, ..done }))
    }

    /// What a task of its kind does. The kinds are on the heap: a list's own future is as large as the largest kind otherwise, and without
    /// optimisation its stack several times that.
    async fn act(
        &self,
        task: &Task,
        input: &Arc<Value>,
        context: &Arc<Value>,
        values: &Values<'_>,
    ) -> Result<Done, Fault> {
        let done = |output: Value| Done { output: Arc::new(output), context: context.clone(), then: None };
        match &task.action {
            Action::Set(template) => values.evaluate(template, input).await.map(done),
            Action::Switch(cases) => {
                let mut then = None;
                for (when, target) in cases {
                    let holds = match when {
                        Some(when) => values.holds(when, input).await?,
                        None => true,
                    };
                    if holds {
                        then = Some(*target);
                        break;
                    }
                }
                Ok(Done { output: input.clone(), context: context.clone(), then })
            }
            Action::Raise(error) => Err(Fault::raised(&values.evaluate(error, input).await?)),
            Action::Wait(pause) => {
                tokio::time::sleep(self.time(pause, input, values, &task.pointer).await?).await;
                Ok(Done { output: input.clone(), context: context.clone(), then: None })
            }
            Action::Shell { shell, returns, awaits } => {
                let shell = values.evaluate(shell, input).await?;
                if self.run.runner.dry_run {
                    return Ok(done(super::dry::not_done()));
                }
                // What was begun is finished, or may have been carried out.
                let _running = self.scope.begin().await;
                let cut_off = CutOff(self.scope.clone(), true);
                let output = Box::pin(super::shell::run(&shell, returns, *awaits, self.flow.folder())).await;
                cut_off.over();
                output.map(|output| match output {
                    Some(output) => done(output),
                    None => Done { output: input.clone(), context: context.clone(), then: None },
                })
            }
            Action::Call { function, with } => {
                let with = values.evaluate(with, input).await?;
                Box::pin(self.call(task, function, with)).await.map(done)
            }
            Action::Http(with) | Action::OpenApi(with) => {
                let with = values.evaluate(with, input).await?;
                Box::pin(self.http(task, &with, input)).await.map(done)
            }
            _ => Box::pin(self.compose(task, input, context, values)).await,
        }
    }

    /// A step that runs lists, or gives an event.
    async fn compose(
        &self,
        task: &Task,
        input: &Arc<Value>,
        context: &Arc<Value>,
        values: &Values<'_>,
    ) -> Result<Done, Fault> {
        // What it needs beside its input is known before the step begins.
        let given = match &task.action {
            Action::Emit(template) | Action::Run { input: Some(template), .. } => {
                values.evaluate(template, input).await?
            }
            Action::For(it) => values.expression(&it.items, input).await?,
            _ => Value::Null,
        };
        let mut open = OpenStep::begin(self, task, None);
        let number = open.number;
        let failures = open.failures();
        let mut told = Value::Null;
        let result = match &task.action {
            Action::Do(list) => self.below(list, number, context).run(input.clone()).await,
            Action::For(it) => self.each((task, it), values.started(), number, given, input, context).await,
            Action::Fork { .. } => self.branches(task, number, input, context).await,
            Action::Try(it) => self.attempt((task, it), values.started(), number, input, context, &failures).await,
            Action::Run { flow, input: computed } => {
                let given = if computed.is_some() { Arc::new(given) } else { input.clone() };
                let other = self.other(flow, number, given).await;
                other.map(|output| Passed { output, context: context.clone() })
            }
            _ => {
                let event = event(given);
                told = open.shown(&event);
                Ok(Passed { output: Arc::new(event), context: context.clone() })
            }
        };
        open.end(Vec::new(), Value::Null, told, result.as_ref().err());
        result.map(Done::from)
    }

    /// Runs another flow.
    async fn other(
        &self,
        name: &(String, String, String),
        number: u64,
        input: Arc<Value>,
    ) -> Result<Arc<Value>, Fault> {
        let Some(flow) = Flow::sought(&self.run.runner.library, &name.0, &name.1, &name.2) else {
            return Err(Fault::of_input(format!("there is no flow {}/{} version {}", name.0, name.1, name.2)));
        };
        self.run.given.learn(flow, &input, self.run.runner.secrets.redactor())?;
        let mut frame = self.below(&flow.program.tasks, number, &Arc::default());
        frame.flow = flow.clone();
        frame.variables = Vec::new();
        // On a stack of its own.
        frame.depth = (self.depth + 1).next_multiple_of(APART);
        Box::pin(frame.run_flow(input)).await
    }

    /// A list inside a step of this one.
    pub(super) fn below(&self, list: &Arc<TaskList>, step: u64, context: &Arc<Value>) -> Self {
        Self {
            list: list.clone(),
            parent: Some(step),
            item: None,
            context: context.clone(),
            depth: self.depth + 1,
            ..self.clone()
        }
    }

    /// Ends what takes longer than it may. What was cut off says so first, and whether it may have been applied.
    pub(super) async fn within<T>(
        &self,
        limit: Option<Duration>,
        pointer: &str,
        body: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        let Some(limit) = limit else { return body.await };
        match tokio::time::timeout(limit, body).await {
            Ok(result) => result,
            Err(_) => {
                self.scope.idle().await;
                let maybe_applied = self.scope.take_open();
                Err(Fault { maybe_applied, ..Fault::of_timeout(limit, pointer.to_owned()) })
            }
        }
    }

    async fn time(&self, pause: &Pause, input: &Value, values: &Values<'_>, pointer: &str) -> Result<Duration, Fault> {
        match pause {
            Pause::Fixed(time) => Ok(*time),
            Pause::Computed(template) => {
                let value = values.evaluate(template, input).await?;
                duration(&value).map_err(|text| Fault::of_input(text).at(pointer))
            }
        }
    }
}

/// The error of a list that `then` keeps in a circle.
fn endless(task: &Task) -> Fault {
    Fault::of_runtime(format!(
        "`then` of the step `{}` (line {}) has gone back {MOST_TURNS} times; a list that waits for something pauses with `wait`, and gives up in the end",
        task.name, task.line
    ))
    .at(&task.pointer)
}

/// Says that something was cut off that may have been carried out, unless it was over before.
struct CutOff(Arc<Scope>, bool);

impl CutOff {
    fn over(mut self) {
        self.1 = false;
    }
}

impl Drop for CutOff {
    fn drop(&mut self) {
        if self.1 {
            self.0.leave_open();
        }
    }
}

/// Whether a value is checked before it is transformed, as an input is, or after, as an output is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    SchemaFirst,
    TemplateFirst,
}

async fn transformed(
    by: &Transform,
    value: Arc<Value>,
    values: &Values<'_>,
    pointer: &str,
    order: Order,
) -> Result<Arc<Value>, Fault> {
    if order == Order::SchemaFirst {
        valid(by, &value, pointer)?;
    }
    let value = match &by.template {
        Some(template) => {
            let made = program::Template::evaluate(template, &value, values).await;
            Arc::new(made.map_err(|error| expression_fault(&error, values.task()))?)
        }
        None => value,
    };
    if order == Order::TemplateFirst {
        valid(by, &value, pointer)?;
    }
    Ok(value)
}

fn valid(by: &Transform, value: &Value, pointer: &str) -> Result<(), Fault> {
    let Some(schema) = &by.schema else { return Ok(()) };
    if schema.is_valid(value) {
        return Ok(());
    }
    // Where, not what: a value may be anybody's.
    let mut places: Vec<String> =
        schema.iter_errors(value).map(|error| error.instance_path().as_str().to_owned()).take(5).collect();
    places.dedup();
    let places: Vec<&str> = places.iter().map(|place| if place.is_empty() { "/" } else { place }).collect();
    Err(Fault::of_validation(&format!("the schema does not take what stands at {}", places.join(", ")), pointer))
}

/// A CloudEvent with the members that each must have (CloudEvents 1.0), where the flow leaves them out.
fn event(with: Value) -> Value {
    let mut event = Map::from_iter([
        ("id".to_owned(), Value::from(format!("{:032x}", rand::random::<u128>()))),
        ("specversion".to_owned(), "1.0".into()),
        ("time".to_owned(), Timestamp::now().to_string().into()),
    ]);
    event.extend(with.as_object().cloned().unwrap_or_default());
    Value::Object(event)
}
