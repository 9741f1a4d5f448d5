//! A list being run: which list, in which scope, below which step, with which variables. Hands it to swf-runtime and
//! carries out the custom tasks that [`crate::program`] put into it.

use super::call::OpenStep;
use super::listen::Listener;
use super::{Run, Whole, micros};
use crate::Flow;
use crate::event::{Affected, Event, StepKind, StepOutcome};
use crate::fault::Fault;
use crate::program::{Action, Block, CARRIED_CONTEXT, Plain, STEP, Step};
use crate::scope::Scope;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Instant;
use swf_runtime::handler::HandlerContext;
use swf_runtime::{CustomTaskHandler, HandlerRegistry, SecretManager, WorkflowError, WorkflowResult, WorkflowRunner};
use tokio::task::JoinSet;

/// How many lists may run inside each other, those of the flows that flows run among them.
const DEEPEST: usize = 100;

/// What a list gave, and `$context` as it is then.
pub(super) type Gave = Result<(Value, Value), Fault>;

/// Every so many lists in each other one runs in a task of its own, which begins on an empty stack: without optimisation some
/// twenty fill the stack of a thread.
const APART: usize = 6;

/// A list being run.
#[derive(Clone)]
pub(super) struct Frame {
    pub(super) run: Arc<Run>,
    pub(super) flow: Arc<Flow>,
    pub(super) block: Arc<Block>,
    pub(super) scope: Arc<Scope>,
    /// The flow that the list is of, as it is run here.
    pub(super) whole: Arc<Whole>,
    pub(super) parent: Option<u64>,
    pub(super) item: Option<u64>,
    pub(super) variables: Map<String, Value>,
    pub(super) context: Value,
    /// Where calls leave whom they failed for, inside of a `try` that may repeat or handle them.
    pub(super) held: Option<Held>,
    /// Inside of what handles a failure, whom it was for: a call that succeeds for them makes it good.
    pub(super) mended: Option<Held>,
    pub(super) depth: usize,
}

/// Whom the calls of an attempt failed for: told only where it is not repeated and nothing makes it good.
pub(super) type Held = Arc<Mutex<Vec<Affected>>>;

impl Frame {
    /// Runs a flow's own list, to its end or to a `then: end` in a list below it. Gives the flow's output.
    pub(super) async fn run_whole(mut self, input: Value) -> Result<Value, Fault> {
        if let Some(error) = self.run.runner.secrets.problem(self.flow.secrets()) {
            return Err(Fault::of_call(&error));
        }
        let whole = Arc::new(Whole { scope: self.scope.within(), ended: Mutex::default() });
        (self.scope, self.whole) = (whole.scope.clone(), whole.clone());
        tokio::select! {
            biased;
            result = self.run(input) => return result.map(|(output, _)| output),
            () = whole.scope.ended() => {}
        }
        // Ended from below; where somebody else stopped it, nothing comes of it any more.
        let Some((output, context)) = whole.ended() else { return std::future::pending().await };
        match &self.flow.program.finish {
            Some(finish) => {
                (self.scope, self.block, self.context) = (Arc::default(), finish.clone(), context);
                self.run(output).await.map(|(output, _)| output)
            }
            None => Ok(output),
        }
    }

    /// Runs the list. Gives what it gave, and `$context` as it is then.
    pub(super) fn run(&self, input: Value) -> Pin<Box<dyn Future<Output = Gave> + Send + '_>> {
        if !self.depth.is_multiple_of(APART) {
            return Box::pin(self.run_now(input));
        }
        let (frame, task) = (self.clone(), self.scope.task());
        Box::pin(async move {
            let mut apart = JoinSet::new();
            apart.spawn(frame.run.watch.clone().over(async move {
                let _task = task;
                frame.run_now(input).await
            }));
            match apart.join_next().await {
                Some(Ok(result)) => result,
                Some(Err(error)) => Err(Fault::of_engine_stop(&error.to_string())),
                None => Ok(Default::default()),
            }
        })
    }

    async fn run_now(&self, input: Value) -> Gave {
        if self.depth > DEEPEST {
            return Err(Fault::of_input(format!("more than {DEEPEST} lists run inside each other")));
        }
        if let Some(steps) = &self.block.plain {
            return self.run_plain(steps, input).await;
        }
        let frame = Self { scope: self.scope.within(), ..self.clone() };
        let listener = Arc::new(Listener { frame: frame.clone(), open: Mutex::default() });
        let mut handlers = HandlerRegistry::new();
        handlers.register_custom_task_handler(Box::new(Handler(frame.clone())));
        let mut runner = WorkflowRunner::new(self.block.definition.clone())
            .map_err(|error| Fault::of_engine(&error, None))?
            .with_handler_registry(handlers)
            .with_secret_manager(self.flow_secrets())
            .with_listener(listener.clone());
        for (name, value) in &self.variables {
            runner = runner.with_variable(name, value.clone());
        }
        if self.block.exports {
            runner = runner.with_variable(CARRIED_CONTEXT, self.context.clone());
        } else if self.block.reads_context && !Arc::ptr_eq(&self.block, &self.flow.program.root) {
            runner = runner.with_variable("$context", self.context.clone());
        }
        match runner.run(input).await {
            Ok(mut output) if self.block.exports => {
                let mut part = |name: &str| output.get_mut(name).map(Value::take).unwrap_or_default();
                Ok((part("output"), part("context")))
            }
            Ok(output) => Ok((output, self.context.clone())),
            Err(error) => {
                let open = listener.open();
                let task = self.block.task(error.task()).or_else(|| self.block.task(&open.as_ref()?.name));
                let mut fault = Fault::of_engine(&error, task.map(|task| task.pointer.clone()));
                if fault.is_timeout() {
                    // What it cut off says so first, and may have been applied.
                    frame.scope.idle().await;
                    fault.maybe_applied |= frame.scope.take_open();
                }
                if let Some(open) = open {
                    let fault = self.run.clean(fault.clone());
                    self.end(
                        open.step,
                        open.started,
                        StepOutcome::Failed,
                        Vec::new(),
                        Value::Null,
                        Value::Null,
                        Some(fault),
                    );
                }
                Err(fault)
            }
        }
    }

    /// Runs a list that needs nothing of swf-runtime.
    async fn run_plain(&self, steps: &[Plain], input: Value) -> Gave {
        let mut value = input;
        for Plain { step, given, variables, reads_context } in steps {
            let evaluated = given.evaluate(&value, &self.variables, &self.context).map_err(|why| {
                Fault::of_engine(&WorkflowError::expression(why, &step.name), Some(step.pointer.clone()))
            })?;
            let variable = |name: &String| Some((name.clone(), self.variables.get(name)?.clone()));
            let given = Given {
                input: value,
                variables: variables.iter().filter_map(variable).collect(),
                context: if *reads_context { self.context.clone() } else { Value::Null },
                value: evaluated,
            };
            value = self.carry_out(step, given).await?;
        }
        Ok((value, self.context.clone()))
    }

    /// Carries out a step.
    async fn carry_out(&self, step: &Step, given: Given) -> Result<Value, Fault> {
        match &step.action {
            Action::Call { function } => self.call(step, function, &given).await,
            Action::End => {
                self.whole.end(given.input, given.context);
                std::future::pending().await
            }
            _ => self.compose(step, given).await,
        }
    }

    /// The secrets that the flow names in `use.secrets`.
    fn flow_secrets(&self) -> Arc<dyn SecretManager> {
        Arc::new(self.run.runner.secrets.only(self.flow.secrets()))
    }

    /// A list inside a step of this one.
    pub(super) fn below(&self, block: &Arc<Block>, step: u64, given: &Given) -> Self {
        Self {
            block: block.clone(),
            parent: Some(step),
            item: None,
            variables: given.variables.clone(),
            context: given.context.clone(),
            depth: self.depth + 1,
            ..self.clone()
        }
    }

    pub(super) fn begin(&self, step: &Step, kind: StepKind, function: Option<&str>, connection: Option<String>) -> u64 {
        self.begin_named(&step.name, &step.pointer, kind, function, connection)
    }

    pub(super) fn begin_named(
        &self,
        name: &str,
        pointer: &str,
        kind: StepKind,
        function: Option<&str>,
        connection: Option<String>,
    ) -> u64 {
        let step = self.run.next();
        self.run.tell(&Event::StepStarted {
            step,
            parent: self.parent,
            pointer: pointer.to_owned(),
            name: name.to_owned(),
            kind,
            function: function.map(str::to_owned),
            connection,
            item: self.item,
        });
        step
    }

    #[allow(clippy::too_many_arguments, reason = "the members of the event")]
    pub(super) fn end(
        &self,
        step: u64,
        started: Instant,
        outcome: StepOutcome,
        affected: Vec<Affected>,
        input: Value,
        output: Value,
        error: Option<Fault>,
    ) {
        let duration_us = micros(started);
        self.run.tell(&Event::StepEnded { step, outcome, duration_us, affected, handed_on: 0, input, output, error });
    }
}

/// What a step got: `input.from` of its custom task, evaluated.
pub(super) struct Given {
    pub(super) input: Value,
    pub(super) variables: Map<String, Value>,
    pub(super) context: Value,
    pub(super) value: Value,
}

impl Given {
    pub(super) fn of(input: &Value) -> Self {
        let part = |name: &str| input.get(name).cloned().unwrap_or_default();
        let variables = input.get("variables").and_then(Value::as_object).cloned().unwrap_or_default();
        Self { input: part("input"), variables, context: part("context"), value: part("given") }
    }
}

/// Carries out the steps of a list.
struct Handler(Frame);

#[async_trait::async_trait]
impl CustomTaskHandler for Handler {
    fn task_type(&self) -> &str {
        STEP
    }

    async fn handle(
        &self,
        task_name: &str,
        _: &str,
        config: &Value,
        input: &Value,
        _: &HandlerContext,
    ) -> WorkflowResult<Value> {
        let Some(step) = self.0.flow.program.step(config) else {
            return Err(Fault::of_input("a step that is not in the flow".into()).into_engine(task_name));
        };
        self.0.carry_out(&step, Given::of(input)).await.map_err(|fault| fault.into_engine(task_name))
    }
}

impl Frame {
    /// A step that runs lists.
    pub(super) async fn compose(&self, step: &Step, given: Given) -> Result<Value, Fault> {
        let kind = match &step.action {
            Action::For { .. } => StepKind::For,
            Action::Fork { .. } => StepKind::Fork,
            Action::Try(_) => StepKind::Try,
            Action::Run { .. } => StepKind::Run,
            Action::Emit => StepKind::Emit,
            _ => StepKind::Do,
        };
        let number = self.begin(step, kind, None, None);
        let mut open = OpenStep::new(self, number);
        let held = open.held();
        let result = match &step.action {
            Action::Do(block) => self
                .below(block, number, &given)
                .run(given.input)
                .await
                .map(|(output, context)| result_of(block.exports, output, context)),
            Action::For { body, .. } => self.each(step, number, body, given).await,
            Action::Fork { .. } => self.branches(step, number, given).await,
            Action::Try(it) => self.attempt(it, number, given, &held).await,
            Action::Run { flow } => self.other(flow, number, given).await,
            Action::Emit => Ok(event(given.value)),
            Action::Call { .. } | Action::End => Ok(Value::Null),
        };
        let result = result.map_err(|fault| Fault { instance: fault.instance.or(Some(step.pointer.clone())), ..fault });
        let output = match (&step.action, &result) {
            (Action::Emit, Ok(event)) => self.run.redacted(event.clone()),
            _ => Value::Null,
        };
        open.end(Vec::new(), Value::Null, output, result.as_ref().err());
        result
    }

    /// Runs another flow.
    async fn other(&self, name: &(String, String, String), number: u64, given: Given) -> Result<Value, Fault> {
        let Some(flow) = Flow::sought(&self.run.runner.library, &name.0, &name.1, &name.2) else {
            return Err(Fault::of_input(format!("there is no flow {}/{} version {}", name.0, name.1, name.2)));
        };
        let mut frame = self.below(&flow.program.root, number, &given);
        frame.flow = flow.clone();
        frame.variables = Map::new();
        frame.context = Value::Null;
        // On a stack of its own.
        frame.depth = (self.depth + 1).next_multiple_of(APART);
        frame.run_whole(given.value).await
    }
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

/// A step's result as its custom task gives it on.
pub(super) fn result_of(exports: bool, output: Value, context: Value) -> Value {
    if exports { json!({"output": output, "context": context}) } else { output }
}
