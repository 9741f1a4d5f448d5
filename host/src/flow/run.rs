//! Runs a flow: opens the connections it names, hands each list to swf-runtime and carries out the steps that need more.
//! What happens is told to a [`Watcher`], without secrets.
//!
//! A list that is run is a frame: which list, in which scope, below which step, with which variables. Everything that runs a
//! list goes through [`Frame::run`].

use super::Flow;
use super::affected::affected;
use super::event::{Affected, Event, RunOutcome, StepKind, StepOutcome, Watcher};
use super::fault::Fault;
use super::program::{Action, Block, CARRIED_CONTEXT, STEP, Step};
use super::rows::{self, Rows};
use super::scope::Scope;
use super::secrets::Secrets;
use crate::catalog::{Catalog, Operation};
use crate::{CallContext, Client, Config, Connector, Error, Result};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use swf_runtime::handler::HandlerContext;
use swf_runtime::{
    CustomTaskHandler, HandlerRegistry, SecretManager, WorkflowEvent, WorkflowExecutionListener, WorkflowResult,
    WorkflowRunner,
};
use tokio::sync::OnceCell;
use tokio::task::JoinSet;

/// How often a loop says how far it is.
const PROGRESS: Duration = Duration::from_millis(200);

/// How deep flows may run flows, and lists stand in lists.
const DEEPEST: usize = 100;

/// Runs flows with the connections of a configuration. Cheap to clone; clones share the connections.
#[derive(Clone)]
pub struct Runner {
    inner: Arc<Inner>,
}

struct Inner {
    connector: Connector,
    config: Config,
    catalog: Arc<Catalog>,
    secrets: Secrets,
    clients: Arc<Mutex<HashMap<String, Arc<OnceCell<Client>>>>>,
    /// Flows that `run: workflow` may name.
    library: Vec<Arc<Flow>>,
    /// Learns of every connection that is opened.
    opened: Arc<dyn Fn(&Client) + Send + Sync>,
}

/// Stops a run: what has begun is finished, nothing else begins.
#[derive(Clone, Default)]
pub struct Stop(Arc<Scope>);

impl Stop {
    /// Nothing is stopped yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops it.
    pub fn request(&self) {
        self.0.stop();
    }

    /// Whether it was asked to stop.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        self.0.is_stopped()
    }
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// How.
    pub outcome: RunOutcome,
    /// What it gave; null where it gave nothing.
    pub output: Value,
    /// Why it failed.
    pub fault: Option<Fault>,
}

impl Runner {
    /// A runner for the connections of a configuration; `library` are the flows that `run: workflow` may name.
    ///
    /// # Errors
    /// [`Error::Config`] where a secret of the configuration cannot be had; [`Error::Load`] for a component without a catalog.
    pub async fn new(connector: Connector, config: Config, library: Vec<Arc<Flow>>) -> Result<Self> {
        let catalog = connector.catalog().await?;
        let secrets = config.secrets()?;
        let opened = Arc::new(|_: &Client| ());
        let inner = Inner { connector, config, catalog, secrets, clients: Arc::default(), library, opened };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The same connections with other flows to run from flows.
    #[must_use]
    pub fn with_library(&self, library: Vec<Arc<Flow>>) -> Self {
        self.changed(|inner| inner.library = library)
    }

    /// The same, and `opened` learns of every connection when it is opened: a log keeps its secrets out.
    #[must_use]
    pub fn watched_by(&self, opened: impl Fn(&Client) + Send + Sync + 'static) -> Self {
        self.changed(|inner| inner.opened = Arc::new(opened))
    }

    fn changed(&self, change: impl FnOnce(&mut Inner)) -> Self {
        let of = &*self.inner;
        let mut inner = Inner {
            connector: of.connector.clone(),
            config: of.config.clone(),
            catalog: of.catalog.clone(),
            secrets: of.secrets.clone(),
            clients: of.clients.clone(),
            library: of.library.clone(),
            opened: of.opened.clone(),
        };
        change(&mut inner);
        Self { inner: Arc::new(inner) }
    }

    /// What can be called.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.inner.catalog
    }

    /// Runs a flow to its end, or until `stop` is requested. Dropping the future ends it in the middle of a call.
    pub async fn run(&self, flow: &Arc<Flow>, input: Value, watcher: Arc<dyn Watcher>, stop: &Stop) -> Ended {
        let started = Instant::now();
        let run = Arc::new(Run {
            runner: self.inner.clone(),
            id: format!("{:08x}", rand::random::<u32>()),
            watcher,
            steps: AtomicU64::new(0),
            scope: stop.0.within(),
            ended: Mutex::default(),
        });
        let (name, version) = (flow.name().to_owned(), flow.version().to_owned());
        run.tell(&Event::RunStarted { flow: name, version, input: run.redacted(input.clone()) });
        let frame = Frame {
            run: run.clone(),
            flow: flow.clone(),
            block: flow.program.root.clone(),
            scope: run.scope.clone(),
            parent: None,
            item: None,
            variables: Map::new(),
            context: Value::Null,
            depth: 0,
        };
        // A task of its own: what panics in the engine ends this run and nothing else.
        let mut going = JoinSet::new();
        going.spawn(async move { frame.run(input).await });
        let result = tokio::select! {
            biased;
            result = going.join_next() => Some(match result {
                Some(Ok(result)) => result.map(|(output, _)| output),
                Some(Err(error)) => Err(Fault::of_engine_stop(&error.to_string())),
                None => Ok(Value::Null),
            }),
            // A step said `then: end` in a nested list, or somebody stops the run: what goes on is finished first.
            () = run.scope.ended() => run.ended.lock().unwrap_or_else(PoisonError::into_inner).take().map(Ok),
            () = stop.0.ended() => None,
        };
        // Steps that are cut off say so before the run does.
        going.shutdown().await;
        let ended = match result {
            Some(Ok(output)) => Ended { outcome: RunOutcome::Completed, output: run.redacted(output), fault: None },
            Some(Err(fault)) => {
                Ended { outcome: RunOutcome::Failed, output: Value::Null, fault: Some(run.clean(fault)) }
            }
            None => Ended { outcome: RunOutcome::Interrupted, output: Value::Null, fault: None },
        };
        run.tell(&Event::RunEnded {
            outcome: ended.outcome,
            output: ended.output.clone(),
            error: ended.fault.clone(),
            duration_us: micros(started),
        });
        ended
    }
}

impl Inner {
    /// The client of a connection, opened at its first use.
    async fn client(&self, name: Option<&str>) -> Result<(String, Client)> {
        let (name, source) = self.config.connection(name)?;
        let cell = self.clients.lock().unwrap_or_else(PoisonError::into_inner).entry(name.clone()).or_default().clone();
        let open = async {
            let client = self.connector.client(source).await?;
            (self.opened)(&client);
            Ok::<_, Error>(client)
        };
        let client = cell.get_or_try_init(|| open).await?;
        Ok((name, client.clone()))
    }
}

/// One run of a flow.
struct Run {
    runner: Arc<Inner>,
    id: String,
    watcher: Arc<dyn Watcher>,
    steps: AtomicU64,
    scope: Arc<Scope>,
    /// What a nested `then: end` ended the flow with.
    ended: Mutex<Option<Value>>,
}

impl Run {
    fn tell(&self, event: &Event) {
        self.watcher.on(Timestamp::now(), event);
    }

    fn next(&self) -> u64 {
        self.steps.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Without secrets: those of the configuration, of the connections, and members that are called like one.
    fn redacted(&self, mut value: Value) -> Value {
        crate::redact::members(&mut value);
        self.each_text(&mut value);
        value
    }

    fn each_text(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.each_text(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.each_text(member)),
            _ => {}
        }
    }

    fn text(&self, text: &str) -> String {
        let mut text = self.runner.secrets.redactor().result(text);
        for cell in self.runner.clients.lock().unwrap_or_else(PoisonError::into_inner).values() {
            if let Some(client) = cell.get() {
                text = client.redactor().result(&text);
            }
        }
        text
    }

    fn clean(&self, mut fault: Fault) -> Fault {
        for part in [&mut fault.detail, &mut fault.title].into_iter().flatten() {
            *part = self.text(part);
        }
        fault
    }
}

/// A list being run.
#[derive(Clone)]
struct Frame {
    run: Arc<Run>,
    flow: Arc<Flow>,
    block: Arc<Block>,
    scope: Arc<Scope>,
    parent: Option<u64>,
    item: Option<u64>,
    variables: Map<String, Value>,
    context: Value,
    depth: usize,
}

impl Frame {
    /// Runs the list. Gives what it gave, and `$context` as it is then.
    fn run(&self, input: Value) -> Pin<Box<dyn Future<Output = Result<(Value, Value), Fault>> + Send + '_>> {
        Box::pin(self.run_now(input))
    }

    async fn run_now(&self, input: Value) -> Result<(Value, Value), Fault> {
        if self.depth > DEEPEST {
            return Err(Fault::of_input(format!("flows run flows more than {DEEPEST} deep")));
        }
        let listener = Arc::new(Listener { frame: self.clone(), open: Mutex::default() });
        let mut handlers = HandlerRegistry::new();
        handlers.register_custom_task_handler(Box::new(Handler(self.clone())));
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
        } else if self.block.reads_context && self.parent.is_some() {
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
                let fault = Fault::of_engine(&error, task.map(|task| task.pointer.clone()));
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

    /// The secrets that the flow names in `use.secrets`.
    fn flow_secrets(&self) -> Arc<dyn SecretManager> {
        Arc::new(self.run.runner.secrets.only(self.flow.secrets()))
    }

    /// A list inside a step of this one.
    fn below(&self, block: &Arc<Block>, step: u64, given: &Given) -> Self {
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

    fn begin(&self, step: &Step, kind: StepKind, function: Option<&str>, connection: Option<String>) -> u64 {
        self.begin_named(&step.name, &step.pointer, kind, function, connection)
    }

    fn begin_named(
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
    fn end(
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
        self.run.tell(&Event::StepEnded { step, outcome, duration_us, affected, input, output, error });
    }
}

fn micros(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// Tells of the steps that swf-runtime carries out alone.
struct Listener {
    frame: Frame,
    open: Mutex<Option<Open>>,
}

struct Open {
    name: String,
    step: u64,
    started: Instant,
}

impl Listener {
    fn open(&self) -> Option<Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl WorkflowExecutionListener for Listener {
    fn on_event(&self, event: &WorkflowEvent) {
        match event {
            WorkflowEvent::TaskStarted { task_name, .. } => {
                let Some(task) = self.frame.block.task(task_name) else { return };
                let Some(kind) = task.native else { return };
                // A task may stand in a list of its own name.
                if self.open.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
                    return;
                }
                let step = self.frame.begin_named(&task.name, &task.pointer, kind, None, None);
                let open = Open { name: task.name.clone(), step, started: Instant::now() };
                *self.open.lock().unwrap_or_else(PoisonError::into_inner) = Some(open);
            }
            WorkflowEvent::TaskCompleted { task_name, output, .. } => {
                let task = self.frame.block.task(task_name).and_then(|task| Some((task, task.native?)));
                // Of a switch swf-runtime tells the end alone.
                let open = self.open().or_else(|| {
                    let (task, kind) = task.filter(|(_, kind)| *kind == StepKind::Switch)?;
                    let step = self.frame.begin_named(&task.name, &task.pointer, kind, None, None);
                    Some(Open { name: task.name.clone(), step, started: Instant::now() })
                });
                if task.is_some()
                    && let Some(open) = open
                {
                    let output = self.frame.run.redacted(output.clone());
                    self.frame.end(
                        open.step,
                        open.started,
                        StepOutcome::Completed,
                        Vec::new(),
                        Value::Null,
                        output,
                        None,
                    );
                }
            }
            _ => {}
        }
    }
}

/// What a step got: `input.from` of its custom task, evaluated.
struct Given {
    input: Value,
    variables: Map<String, Value>,
    context: Value,
    value: Value,
}

impl Given {
    fn of(input: &Value) -> Self {
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
        let given = Given::of(input);
        let result = match &step.action {
            Action::Call { function } => self.0.call(&step, function, &given).await,
            Action::End => {
                *self.0.run.ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(input.clone());
                self.0.run.scope.stop();
                std::future::pending().await
            }
            _ => self.0.compose(&step, given).await,
        };
        result.map_err(|fault| fault.into_engine(task_name))
    }
}

impl Frame {
    /// A step that runs lists.
    async fn compose(&self, step: &Step, given: Given) -> Result<Value, Fault> {
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
        let result = match &step.action {
            Action::Do(block) => self
                .below(block, number, &given)
                .run(given.input)
                .await
                .map(|(output, context)| result_of(block.exports, output, context)),
            Action::For { body, .. } => self.each(step, number, body, given).await,
            Action::Fork { .. } => self.branches(step, number, given).await,
            Action::Try(it) => self.attempt(it, number, given).await,
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
        let flow = self.run.runner.library.iter().find(|flow| flow.is(&name.0, &name.1, &name.2));
        let Some(flow) = flow else {
            return Err(Fault::of_input(format!("there is no flow {}/{} version {}", name.0, name.1, name.2)));
        };
        let mut frame = self.below(&flow.program.root, number, &given);
        frame.flow = flow.clone();
        frame.variables = Map::new();
        frame.context = Value::Null;
        frame.depth = self.depth + 10;
        frame.run(given.value).await.map(|(output, _)| output)
    }

    /// `for`.
    async fn each(&self, step: &Step, number: u64, body: &Arc<Block>, given: Given) -> Result<Value, Fault> {
        let Action::For { each, at, condition, concurrency, .. } = &step.action else { return Ok(Value::Null) };
        let mut rows = self.rows(given.value.clone()).await?;
        let mut ticker = Ticker::new(&self.run, number);
        let frame_of = |scope: &Arc<Scope>, index: u64, row: Value, context: &Value| {
            let mut frame = self.below(body, number, &given);
            frame.scope = scope.clone();
            frame.item = Some(index);
            frame.context = context.clone();
            frame.variables.insert(each.clone(), row);
            frame.variables.insert(at.clone(), index.into());
            frame
        };
        let mut index = 0;
        let mut context = given.context.clone();
        if *concurrency <= 1 {
            // Each item goes on with what the one before gave (DSL reference, For).
            let mut output = given.input.clone();
            while let Some(row) = rows.next().await? {
                let frame = frame_of(&self.scope, index, row, &context);
                (output, context) = frame.run(output).await?;
                index += 1;
                ticker.show(index, rows.total());
                if let Some(condition) = condition {
                    let mut values: HashMap<String, Value> = frame.variables.clone().into_iter().collect();
                    values.insert("$context".into(), context.clone());
                    values.insert("$input".into(), given.input.clone());
                    if !truth(condition, &output, values)? {
                        break;
                    }
                }
            }
            ticker.last(index, rows.total());
            return Ok(result_of(body.exports, output, context));
        }
        // Items beside each other: each begins with what the loop was given, and the loop gives that on.
        let scope = self.scope.within();
        let mut going = JoinSet::new();
        let mut failed = None;
        let mut done = 0;
        loop {
            while failed.is_none() && going.len() < *concurrency {
                match rows.next().await {
                    Ok(Some(row)) => {
                        let frame = frame_of(&scope, index, row, &context);
                        let input = given.input.clone();
                        going.spawn(async move { frame.run(input).await.map(drop) });
                        index += 1;
                    }
                    Ok(None) => break,
                    Err(fault) => failed = Some(fault),
                }
            }
            if failed.is_some() {
                self.settle(&scope, &mut going).await;
                break;
            }
            match going.join_next().await {
                None => break,
                Some(Ok(Ok(()))) => done += 1,
                Some(Ok(Err(fault))) => failed = Some(fault),
                Some(Err(error)) => failed = Some(Fault::of_input(format!("an item stopped: {error}"))),
            }
            ticker.show(done, rows.total());
        }
        ticker.last(done, rows.total());
        match failed {
            Some(fault) => Err(fault),
            None => Ok(result_of(body.exports, given.input, context)),
        }
    }

    /// `fork`.
    async fn branches(&self, step: &Step, number: u64, given: Given) -> Result<Value, Fault> {
        let Action::Fork { branches, compete, concurrency } = &step.action else { return Ok(Value::Null) };
        let scope = self.scope.within();
        let mut going = JoinSet::new();
        let mut waiting = branches.iter().enumerate();
        let mut outputs = vec![Value::Null; branches.len()];
        let mut failed = None;
        loop {
            while going.len() < *concurrency
                && let Some((index, (_, block))) = waiting.next()
            {
                let mut frame = self.below(block, number, &given);
                frame.scope = scope.clone();
                frame.item = Some(index as u64);
                let input = given.input.clone();
                going.spawn(async move { (index, frame.run(input).await) });
            }
            let fault = match going.join_next().await {
                None => break,
                Some(Ok((_, Ok((output, _))))) if *compete => {
                    self.settle(&scope, &mut going).await;
                    return Ok(output);
                }
                Some(Ok((index, Ok((output, _))))) => {
                    if let Some(place) = outputs.get_mut(index) {
                        *place = output;
                    }
                    continue;
                }
                Some(Ok((_, Err(fault)))) => fault,
                Some(Err(error)) => Fault::of_input(format!("a branch stopped: {error}")),
            };
            failed = Some(fault);
            if !compete {
                self.settle(&scope, &mut going).await;
                break;
            }
        }
        match failed {
            Some(fault) => Err(fault),
            None => Ok(outputs.into()),
        }
    }

    /// Lets what goes on in a scope come to its end, and nothing begin.
    async fn settle<T: 'static>(&self, scope: &Arc<Scope>, going: &mut JoinSet<T>) {
        scope.stop();
        let all = async { while going.join_next().await.is_some() {} };
        tokio::select! {
            () = all => {}
            () = scope.ended() => {}
        }
        going.abort_all();
    }

    /// `try`, with its repetitions.
    async fn attempt(&self, it: &super::program::Try, number: u64, given: Given) -> Result<Value, Fault> {
        let exports = it.body.exports || it.handler.as_ref().is_some_and(|block| block.exports);
        let started = Instant::now();
        let mut attempt = 0;
        let fault = loop {
            let fault = match self.below(&it.body, number, &given).run(given.input.clone()).await {
                Ok((output, context)) => return Ok(result_of(exports, output, context)),
                Err(fault) => fault,
            };
            let mut values: HashMap<String, Value> = given.variables.clone().into_iter().collect();
            values.insert("$context".into(), given.context.clone());
            values.insert("$input".into(), given.input.clone());
            values.insert(it.variable.clone(), fault.to_value());
            let holds = |expression: &Option<super::expression::Expression>, otherwise| match expression {
                Some(expression) => truth(expression, &fault.to_value(), values.clone()),
                None => Ok(otherwise),
            };
            if !fault.matches(&it.filter) || !holds(&it.when, true)? || holds(&it.except_when, false)? {
                return Err(fault);
            }
            let Some(policy) = &it.retry else { break fault };
            // A write that may have been applied is not sent again unless the flow says so.
            let safe = fault.transient || fault.kind.is_none() || policy.when.is_some();
            if !safe || !holds(&policy.when, true)? || holds(&policy.except_when, false)? {
                break fault;
            }
            attempt += 1;
            let asked = fault.retry_after_ms.map(Duration::from_millis);
            let Some(wait) = policy.wait(attempt, started.elapsed(), asked, rand::random()) else { break fault };
            let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            self.run.tell(&Event::StepRetried { step: number, attempt, error: self.run.clean(fault), wait_ms });
            tokio::time::sleep(wait).await;
        };
        match &it.handler {
            Some(handler) => {
                let mut frame = self.below(handler, number, &given);
                frame.variables.insert(it.variable.clone(), fault.to_value());
                frame.run(given.input).await.map(|(output, context)| result_of(exports, output, context))
            }
            None if it.retry.is_some() => Err(fault),
            None => Ok(result_of(exports, given.input, given.context)),
        }
    }

    /// What a loop goes over.
    async fn rows(&self, value: Value) -> Result<Rows, Fault> {
        let Some((function, with)) = rows::description(&value) else { return Ok(Rows::of(value)) };
        if let Some(source) = rows::source(function) {
            return Rows::open(source, with, self.flow.folder());
        }
        let name = with.get("connection").and_then(Value::as_str);
        let (_, client) = self.run.runner.client(name).await.map_err(|error| Fault::of_call(&error))?;
        Ok(Rows::listing(client.pages(function, &input_of(with))))
    }

    /// Calls an operation, or describes the rows of a source.
    async fn call(&self, step: &Step, function: &str, given: &Given) -> Result<Value, Fault> {
        let with = given.value.as_object().cloned().unwrap_or_default();
        let going = self.scope.begin().await;
        let connection = with.get("connection").and_then(Value::as_str);
        let listing = with.get("all").and_then(Value::as_bool).unwrap_or_default();
        if listing || rows::source(function).is_some() {
            let number = self.begin(step, StepKind::Call, Some(function), connection.map(str::to_owned));
            let mut open = OpenStep::new(self, number);
            let output = rows::described(function, &with);
            open.end(Vec::new(), Value::Null, self.run.redacted(output.clone()), None);
            return Ok(output);
        }
        let input = input_of(&with);
        let named = match &self.run.runner.config.connection(connection) {
            Ok((name, _)) => Some(name.clone()),
            Err(_) => connection.map(str::to_owned),
        };
        let number = self.begin(step, StepKind::Call, Some(function), named);
        let mut open = OpenStep::new(self, number);
        let operation = self.run.runner.catalog.operation(function).map_err(|error| Fault::of_call(&error))?;
        open.operation = Some((operation.clone(), input.clone()));
        let result = self.invoke(connection, function, &input, &mut open).await;
        let result = result.map_err(|error| Fault { instance: Some(step.pointer.clone()), ..Fault::of_call(&error) });
        let shown = if input.get("dryRun") == Some(&Value::Bool(true)) {
            Vec::new()
        } else {
            affected(operation, &input, result.as_ref())
        };
        let output = result.as_ref().map_or(Value::Null, |output| self.run.redacted(output.clone()));
        open.end(shown, self.run.redacted(input), output, result.as_ref().err());
        drop(going);
        result
    }

    async fn invoke(
        &self,
        connection: Option<&str>,
        function: &str,
        input: &Value,
        open: &mut OpenStep<'_>,
    ) -> Result<Value> {
        let (_, client) = self.run.runner.client(connection).await?;
        open.client = Some(client.clone());
        let context = CallContext { run_id: Some(self.run.id.clone()), ..CallContext::default() };
        Ok(client.invoke_with(function, &input.to_string(), &context).await?.output)
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

/// What an operation takes of `with`.
fn input_of(with: &Map<String, Value>) -> Value {
    let members = with.iter().filter(|(name, _)| !matches!(name.as_str(), "connection" | "all"));
    Value::Object(members.map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// A step's result as its custom task gives it on.
fn result_of(exports: bool, output: Value, context: Value) -> Value {
    if exports { json!({"output": output, "context": context}) } else { output }
}

fn truth(
    expression: &super::expression::Expression,
    input: &Value,
    values: HashMap<String, Value>,
) -> Result<bool, Fault> {
    let value = expression.evaluate(input, &values).map_err(Fault::of_input)?;
    Ok(value == Value::Bool(true))
}

/// A step that was begun. Where it is dropped before its end, a timeout or an interruption cut it off, and it says so.
struct OpenStep<'a> {
    frame: &'a Frame,
    number: u64,
    started: Instant,
    client: Option<Client>,
    operation: Option<(Operation, Value)>,
    ended: bool,
}

impl<'a> OpenStep<'a> {
    fn new(frame: &'a Frame, number: u64) -> Self {
        Self { frame, number, started: Instant::now(), client: None, operation: None, ended: false }
    }

    fn end(&mut self, affected: Vec<Affected>, input: Value, output: Value, fault: Option<&Fault>) {
        self.ended = true;
        let outcome = if fault.is_some() { StepOutcome::Failed } else { StepOutcome::Completed };
        let fault = fault.map(|fault| self.frame.run.clean(fault.clone()));
        self.frame.end(self.number, self.started, outcome, affected, input, output, fault);
    }
}

impl Drop for OpenStep<'_> {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let maybe_applied = self.client.as_ref().is_some_and(Client::write_in_flight);
        let error = Error::Interrupted { maybe_applied };
        let fault = Fault::of_call(&error);
        let (affected, input) = match &self.operation {
            Some((operation, input)) => {
                (affected(operation, input, Err(&fault)), self.frame.run.redacted(input.clone()))
            }
            None => (Vec::new(), Value::Null),
        };
        let outcome = StepOutcome::Interrupted;
        self.frame.end(self.number, self.started, outcome, affected, input, Value::Null, Some(fault));
    }
}

/// Says how far a loop is, now and then.
struct Ticker<'a> {
    run: &'a Run,
    step: u64,
    last: Instant,
}

impl<'a> Ticker<'a> {
    fn new(run: &'a Run, step: u64) -> Self {
        Self { run, step, last: Instant::now() }
    }

    fn show(&mut self, done: u64, total: Option<u64>) {
        if self.last.elapsed() >= PROGRESS {
            self.last(done, total);
        }
    }

    fn last(&mut self, done: u64, total: Option<u64>) {
        self.last = Instant::now();
        self.run.tell(&Event::Looped { step: self.step, done, total });
    }
}

/// The folder that a flow's files are named from.
#[must_use]
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
