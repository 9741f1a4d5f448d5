//! Runs a flow: opens the connections it names and carries out its tasks. What happens is told to a [`Watcher`], without
//! secrets.
//!
//! A list that is run is a frame: which list, in which scope, below which step, with which variables. Everything that runs a
//! list goes through [`Frame::run`].

mod attempt;
mod call;
mod clients;
mod dry;
mod frame;
mod http;
mod loops;
mod names;
mod openapi;
mod redaction;
mod shell;
mod step;
mod values;

use super::Flow;
use super::event::{Event, RunOutcome, Watcher};
use super::fault::Fault;
use super::files::FileAccess;
use super::given::Given;
use super::rows;
use super::scope::Scope;
use super::secrets::Secrets;
use clients::Clients;
use frame::Frame;
use jiff::Timestamp;
use names::Names;
use parking_lot::Mutex;
use scim_connector_host::catalog::Catalog;
use scim_connector_host::egress::HttpClient;
use scim_connector_host::redact::Redactor;
use scim_connector_host::{Client, Config, Connector, Error, Result};
use serde_json::Value;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

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
    clients: Arc<Clients>,
    /// Flows that `run: workflow` may name.
    library: Vec<Arc<Flow>>,
    /// What flows may read.
    files: FileAccess,
    /// Learns of every connection that is opened.
    opened: Arc<dyn Fn(&Client) + Send + Sync>,
    /// Reads go out, changes do not.
    dry_run: bool,
    /// The client of `call: http`.
    http: OnceLock<HttpClient>,
}

/// Stops a run: what has begun is finished, nothing else begins.
#[derive(Clone, Default)]
pub struct Stop {
    scope: Arc<Scope>,
    at_once: Arc<Scope>,
}

impl Stop {
    /// Nothing is stopped yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops it.
    pub fn request(&self) {
        self.scope.stop();
    }

    /// Stops it in the middle of what it does. The run ends when each call that is cut off has said whether it may have been
    /// applied.
    pub fn at_once(&self) {
        self.request();
        self.at_once.stop();
    }

    /// Whether it was asked to stop in the middle.
    #[must_use]
    pub fn is_at_once(&self) -> bool {
        self.at_once.is_stopped()
    }

    /// Whether it was asked to stop.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        self.scope.is_stopped()
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
    /// A runner for the connections of a configuration; `library` are the flows that `run: workflow` may name. Flows read the
    /// files that the configuration lets them.
    ///
    /// # Errors
    /// [`Error::Load`] for a component without a catalog, [`Error::Config`] for a wrong table `[flows]`.
    pub async fn new(connector: Connector, config: Config, library: Vec<Arc<Flow>>) -> Result<Self> {
        let catalog = connector.catalog().await?;
        let secrets = Secrets::of(&config);
        let files = FileAccess::of(&config)?;
        let opened = Arc::new(|_: &Client| ());
        let inner = Inner {
            connector,
            config,
            catalog,
            secrets,
            clients: Arc::default(),
            library,
            files,
            opened,
            dry_run: false,
            http: OnceLock::new(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The same connections with other flows to run from flows.
    #[must_use]
    pub fn with_library(&self, library: Vec<Arc<Flow>>) -> Self {
        self.changed(|inner| inner.library = library)
    }

    /// The same, and flows read these files and no others.
    #[must_use]
    pub fn reading(&self, files: FileAccess) -> Self {
        self.changed(|inner| inner.files = files)
    }

    /// The same, and `opened` learns of every connection when it is opened: a log keeps its secrets out.
    #[must_use]
    pub fn watched_by(&self, opened: impl Fn(&Client) + Send + Sync + 'static) -> Self {
        self.changed(|inner| inner.opened = Arc::new(opened))
    }

    /// The same, and its runs change nothing: reads go out, changes do not, and the run tells what they would be.
    #[must_use]
    pub fn dry(&self) -> Self {
        self.changed(|inner| inner.dry_run = true)
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
            files: of.files.clone(),
            opened: of.opened.clone(),
            dry_run: of.dry_run,
            http: OnceLock::new(),
        };
        change(&mut inner);
        Self { inner: Arc::new(inner) }
    }

    /// What can be called.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.inner.catalog
    }

    /// What takes the secrets of the configuration out of text, and what its runs are given as secrets for as long as they go on.
    #[must_use]
    pub fn redactor(&self) -> Arc<Redactor> {
        self.inner.secrets.shared_redactor()
    }

    /// Runs a flow to its end, or until `stop` is requested. Dropping the future ends it in the middle of a call.
    pub async fn run(&self, flow: &Arc<Flow>, input: Value, watcher: Arc<dyn Watcher>, stop: &Stop) -> Ended {
        let started = Instant::now();
        let run = Arc::new(Run {
            runner: self.inner.clone(),
            id: format!("{:08x}", rand::random::<u32>()),
            tells_values: watcher.reads_values(),
            watcher,
            steps: AtomicU64::new(0),
            rows: rows::Mark::new(),
            names: Names::default(),
            given: Given::default(),
        });
        let (shown, refused) = match run.given.learn(flow, &input, run.runner.secrets.redactor()) {
            Ok(shown) => (shown, None),
            Err(fault) => (Value::Null, Some(fault)),
        };
        let scope = stop.scope.within();
        let (name, version) = (flow.name().to_owned(), flow.version().to_owned());
        run.tell(&Event::RunStarted { flow: name, version, input: run.shown(&shown, None) });
        if run.runner.dry_run {
            run.tell(&Event::DryRun);
        }
        let frame = Frame {
            run: run.clone(),
            flow: flow.clone(),
            list: flow.program.tasks.clone(),
            scope: scope.clone(),
            flow_run: Arc::default(),
            parent: None,
            item: None,
            variables: Vec::new(),
            context: Arc::default(),
            failures: None,
            handled: None,
            depth: 0,
        };
        // A task of its own: what panics in the engine ends this run and nothing else.
        let mut running = JoinSet::new();
        match refused {
            None => running.spawn(frame.run_flow(Arc::new(input))),
            Some(fault) => running.spawn(std::future::ready(Err(fault))),
        };
        let result = tokio::select! {
            biased;
            result = running.join_next() => Some(match result {
                Some(Ok(result)) => result,
                Some(Err(error)) => Err(Fault::of_engine_stop(&error.to_string())),
                None => Ok(Arc::default()),
            }),
            // What goes on is finished first.
            () = stop.scope.ended() => None,
            () = stop.at_once.ended() => None,
        };
        // Steps that are cut off say so before the run does.
        scope.stop();
        running.shutdown().await;
        scope.idle().await;
        let ended = match result {
            Some(Ok(output)) => Ended { outcome: RunOutcome::Completed, output: run.redacted(&output), fault: None },
            Some(Err(fault)) => {
                Ended { outcome: RunOutcome::Failed, output: Value::Null, fault: Some(run.clean(fault)) }
            }
            None => {
                let fault = scope.take_open().then(|| Fault::of_call(&Error::Interrupted { maybe_applied: true }));
                Ended { outcome: RunOutcome::Interrupted, output: Value::Null, fault }
            }
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
    async fn client(&self, name: Option<&str>) -> Result<Client> {
        let opened = |client: &Client| {
            // What the flow's secrets get into is shown by the connection: URLs, bodies, failures.
            client.redactor().stand_beside(&self.secrets.shared_redactor());
            (self.opened)(client);
        };
        self.clients.client(&self.connector, &self.config, name, &opened).await
    }

    /// The longest that a connection lets anybody wait for its provider, where it says so.
    fn longest_pause(&self, connection: Option<&str>) -> Option<Duration> {
        self.config.connection(connection).ok()?.1.longest_pause()
    }
}

/// One run of a flow.
struct Run {
    runner: Arc<Inner>,
    id: String,
    watcher: Arc<dyn Watcher>,
    /// Whether anybody reads what steps are given and give.
    tells_values: bool,
    steps: AtomicU64,
    /// What descriptions of rows begin with in this run.
    rows: rows::Mark,
    /// Who the identifiers stand for.
    names: Names,
    /// What it was given as a secret.
    given: Given,
}

/// One flow of a run: the run's own, or one that `run: workflow` names.
#[derive(Default)]
struct FlowRun {
    scope: Arc<Scope>,
    /// What it was given.
    input: Arc<Value>,
    /// When it began.
    started: Timestamp,
    /// What a `then: end` in a list below ended it with, and `$context` there.
    ended: Mutex<Option<(Arc<Value>, Arc<Value>)>>,
    /// `$workflow`, made when an expression names it.
    workflow: OnceLock<Value>,
}

impl FlowRun {
    /// Ends it; what is under way is finished first.
    fn end(&self, output: Arc<Value>, context: Arc<Value>) {
        *self.ended.lock() = Some((output, context));
        self.scope.stop();
    }

    fn ended(&self) -> Option<(Arc<Value>, Arc<Value>)> {
        self.ended.lock().clone()
    }
}

impl Run {
    fn tell(&self, event: &Event) {
        self.watcher.on(Timestamp::now(), event);
    }

    fn next(&self) -> u64 {
        self.steps.fetch_add(1, Ordering::Relaxed) + 1
    }
}

fn micros(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX)
}
