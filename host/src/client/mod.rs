//! A client: one connection and its way out. The life of a call stands in `call`, what depends on the component's version
//! in `version`, the typed functions in `typed`, whole listings in [`pages`].

mod call;
mod credentials;
pub mod pages;
mod typed;
mod version;

use crate::bindings::exports::scim::connector::runtime;
use crate::bindings::scim::connector::types as wit;
use crate::connector::Connector;
use crate::egress::Egress;
use crate::egress::transport::Transport;
use crate::error::{Error, FailureKind, Result};
use crate::instance::Instance;
use crate::redact::Redactor;
use crate::references::{self, Lookup};
use crate::sealed::Sealed;
use crate::settings::ConnectionSettings;
use crate::source::ConnectionSource;
use crate::telemetry::{Meter, Used};
use crate::traffic::Traffic;
use crate::usage::{ClientUsage, Counters};
use serde_json::Value;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use version::{Expanded, Version};

pub(crate) use typed::OPERATIONS;

pub use pages::{Page, Pages};
pub use runtime::{ConnectionReport, StepStatus, TestStep};

/// What an operation gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The result; null where there is none, as after a delete.
    pub output: Value,
    /// The next page's token, where there is one: `page` of the next call's input.
    pub next: Option<String>,
    /// HTTP requests made, token requests and retries included.
    pub requests_made: u32,
    /// What the caller should know although the call succeeded.
    pub warnings: Vec<String>,
}

/// What the caller knows about a call.
#[derive(Debug, Clone, Default)]
pub struct CallContext {
    /// The run this call belongs to, for logs.
    pub run_id: Option<String>,
    /// Which attempt this is, from 1.
    pub attempt: Option<u32>,
    /// Time for this call, where it is less than the connection's `timeouts.totalMs`.
    pub deadline: Option<Duration>,
    /// Becomes true where the call is given up after it has sent a change, which may have been applied.
    pub given_up: Option<Arc<AtomicBool>>,
}

/// One connection. Cheap to clone; clones share instances and the pool of network connections.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    /// Stands before key paths in errors.
    path: String,
    /// The connection as the component takes it, with its secrets.
    connection: Sealed<String>,
    settings: ConnectionSettings,
    redactor: Arc<Redactor>,
    traffic: Arc<Traffic>,
    version: RwLock<Arc<Version>>,
    open_writes: Arc<AtomicUsize>,
    peak_memory: AtomicUsize,
    counters: Counters,
    meter: Arc<Meter>,
}

impl Used for Inner {
    fn usage(&self) -> ClientUsage {
        let Self { traffic, counters, .. } = self;
        let version = self.version();
        ClientUsage {
            running: traffic.running(),
            waiting: traffic.waiting(),
            warm: version.warm(),
            totals: counters.totals(),
            requests: version.egress.requests_made(),
            breaker: traffic.breaker.now(),
            held_ms: u64::try_from(traffic.held_for().as_millis()).unwrap_or(u64::MAX),
        }
    }
}

impl Inner {
    /// The version that new calls run on.
    fn version(&self) -> Arc<Version> {
        self.version.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Client {
    pub(crate) async fn new(connector: Connector, source: ConnectionSource) -> Result<Self> {
        let ConnectionSource { mut value, path, name, folder, settings, references: allowed } = source;
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { &folder };
        let lookup = Lookup { allowed, ..Lookup::here(folder) };
        let mut referenced = references::resolve(&mut value, &path, &lookup)?;
        let settings_path = references::join(&path, "host");
        let mut settings = match settings {
            Some(settings) => settings,
            None => credentials::shared(&connector.inner.options.settings, &settings_path)?,
        };
        referenced.extend(references::resolve(&mut settings, &settings_path, &Lookup::here(folder))?);
        let redactor = Arc::new(Redactor::for_connection(&value, &settings, &referenced));
        let given = settings.get("credentials").cloned().map(Sealed::new);
        let mut settings = ConnectionSettings::from_json(settings.open(), &settings_path)?;
        // From here on `given` has them.
        settings.credentials = None;
        let traffic = Arc::new(Traffic::new(&settings.limits));
        let connection = Sealed::new(value.to_string());
        let expanded = Expanded::by(&connector, &connection, &path, &redactor).await?;
        let hosted = credentials::of(&connector, &value, given, &expanded, &path).await;
        let hosted = hosted.map_err(|error| scrubbed(error, &redactor))?;
        let options = &connector.inner.options;
        let meter = options.metrics.meter(&name);
        let policy = expanded.policy(&settings, &settings_path)?;
        let transport = Transport::new(&settings, &options.allow_addresses, options.dns.clone(), &redactor)
            .map_err(|(key, detail)| Error::Config { path: references::join(&settings_path, key), detail })?;
        let token_url = expanded.token_url.clone();
        let egress =
            Egress::new(policy, transport, traffic.clone(), token_url, redactor.clone(), options.observer.clone());
        let egress = egress.with_credentials(hosted).with_response_limit(settings.limits.response_bytes);
        let egress = egress.with_meter(meter.clone());
        let egress = Arc::new(egress);
        let version = Version::new(connector, expanded, egress, &settings, &settings_path)?;
        let inner = Inner {
            path,
            connection,
            settings,
            redactor,
            traffic,
            version: RwLock::new(Arc::new(version)),
            open_writes: Arc::default(),
            peak_memory: AtomicUsize::default(),
            counters: Counters::default(),
            meter,
        };
        let inner = Arc::new(inner);
        let used: Arc<dyn Used> = inner.clone();
        inner.meter.watch(Arc::downgrade(&used));
        Ok(Self { inner })
    }

    /// Goes over to another connector, usually a newer version of the component, without dropping a call: new calls run
    /// there, those under way finish where they began. The connection is expanded by the new component first. Limits, the
    /// breaker's state and network connections stay.
    ///
    /// ```no_run
    /// # async fn example(client: scim_connector_host::Client) -> Result<(), scim_connector_host::Error> {
    /// use scim_connector_host::{Connector, Options};
    ///
    /// let newer = Connector::load("scim-connector-2.wasm", Options::default())?;
    /// client.replace(&newer).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Connector::client`], in words of the new component; the client is then as it was.
    pub async fn replace(&self, connector: &Connector) -> Result<()> {
        let inner = &*self.inner;
        let expanded = Expanded::by(connector, &inner.connection, &inner.path, &inner.redactor).await?;
        let settings_path = references::join(&inner.path, "host");
        let policy = expanded.policy(&inner.settings, &settings_path)?;
        let egress = self.version().egress.with(policy, expanded.token_url.clone());
        let new = Version::new(connector.clone(), expanded, Arc::new(egress), &inner.settings, &settings_path)?;
        let old = std::mem::replace(&mut *inner.version.write().unwrap_or_else(PoisonError::into_inner), Arc::new(new));
        old.retire();
        Ok(())
    }

    /// What the client is doing, in numbers.
    #[must_use]
    pub fn usage(&self) -> ClientUsage {
        self.inner.usage()
    }

    /// The version that new calls run on.
    fn version(&self) -> Arc<Version> {
        self.inner.version()
    }

    /// Calls an operation by its name, JSON in and out. Names, inputs and outputs stand in the [catalog].
    ///
    /// # Errors
    /// [`Error::Failure`] from the component; [`Error::Deadline`] and [`Error::Trap`] from the host.
    ///
    /// [catalog]: Connector::catalog
    pub async fn invoke(&self, operation: &str, input: &Value) -> Result<Outcome> {
        self.invoke_with(operation, &input.to_string(), &CallContext::default()).await
    }

    /// As [`Client::invoke`], with the input as JSON text and what the caller knows about the call.
    ///
    /// # Errors
    /// As [`Client::invoke`].
    pub async fn invoke_with(&self, operation: &str, input: &str, context: &CallContext) -> Result<Outcome> {
        let mut call = self.begin(operation, context).await?;
        let input = input.to_owned();
        let context = runtime::CallContext {
            run_id: context.run_id.clone(),
            attempt: context.attempt,
            deadline_ms: context.deadline.map(|limit| u32::try_from(limit.as_millis()).unwrap_or(u32::MAX)),
        };
        let (limit, Instance { store, exports, .. }) = call.parts()?;
        let connection = &self.inner.connection;
        let answer = exports.scim_connector_runtime().call_invoke(store, connection, operation, &input, Some(&context));
        let end = limit.over(answer).await;
        let token_requests = call.token_requests();
        let outcome = call.finish(end)?;
        let output = serde_json::from_str(&outcome.output)
            .map_err(|error| Error::Trap { detail: format!("its result is no JSON: {error}"), maybe_applied: true })?;
        let warnings = outcome.warnings.iter().map(|warning| self.inner.redactor.text(warning)).collect();
        let requests_made = outcome.requests_made.saturating_add(token_requests);
        Ok(Outcome { output, next: outcome.next, requests_made, warnings })
    }

    /// Whether a call that is running has sent a change to the provider, so that giving it up leaves the outcome open.
    #[must_use]
    pub fn write_in_flight(&self) -> bool {
        self.inner.open_writes.load(Ordering::Acquire) > 0
    }

    /// HTTP requests made so far by all calls of this client, token requests and retries included. It grows while a call
    /// runs, so a long call can be watched.
    #[must_use]
    pub fn requests_made(&self) -> u64 {
        self.version().egress.requests_made()
    }

    /// The largest memory that an instance of the component has had in a finished call of this client, in bytes.
    #[must_use]
    pub fn peak_memory(&self) -> usize {
        self.inner.peak_memory.load(Ordering::Relaxed)
    }

    /// What takes this connection's secrets out of text.
    #[must_use]
    pub fn redactor(&self) -> &Redactor {
        &self.inner.redactor
    }
}

/// The second fence: the component keeps secrets out of its failures, and the host makes sure.
fn scrubbed(error: Error, redactor: &Redactor) -> Error {
    match error {
        Error::Failure { transient, mut failure } => {
            scrub(&mut failure, redactor);
            Error::Failure { transient, failure }
        }
        other => other,
    }
}

fn scrub(failure: &mut wit::Failure, redactor: &Redactor) {
    let code = match &mut failure.scim_type {
        Some(wit::ScimType::Other(code)) => Some(code),
        _ => None,
    };
    let quoted = [&mut failure.excerpt, &mut failure.request_id, &mut failure.oauth_error];
    let texts = quoted.into_iter().flatten().chain(code).chain([&mut failure.detail]);
    let problems = failure.problems.iter_mut().flatten().map(|problem| &mut problem.detail);
    texts.chain(problems).for_each(|text| *text = redactor.text(text));
}

/// Says where in the configuration a connection is wrong.
pub(crate) fn at(path: &str, error: Error) -> Error {
    let Error::Failure { failure, .. } = &error else { return error };
    if !matches!(failure.kind, FailureKind::Configuration | FailureKind::InvalidInput) {
        return error;
    }
    let place = |pointer: &str| references::join(path, &references::key_path(pointer));
    // The component names the key in its text too; the path says it already.
    let text = |pointer: &str, detail: &str| {
        let named = format!("{}: ", references::key_path(pointer));
        detail.strip_prefix(named.as_str()).unwrap_or(detail).to_owned()
    };
    match failure.problems.as_deref() {
        Some([first, rest @ ..]) => Error::Config {
            path: place(&first.pointer),
            detail: rest.iter().fold(text(&first.pointer, &first.detail), |all, problem| {
                format!("{all}; {}: {}", place(&problem.pointer), text(&problem.pointer, &problem.detail))
            }),
        },
        _ => {
            let pointer = failure.pointer.as_deref().unwrap_or_default();
            Error::Config { path: place(pointer), detail: text(pointer, &failure.detail) }
        }
    }
}

/// A failure with what the host knows about its reason.
fn explained(mut error: Error, explanation: Option<&str>) -> Error {
    if let (Error::Failure { failure, .. }, Some(words)) = (&mut error, explanation) {
        explain(failure, words);
    }
    error
}

/// Only a failure without an answer is explained by the last request's.
fn explain(failure: &mut wit::Failure, words: &str) {
    if failure.status.is_none() && !matches!(failure.kind, FailureKind::InvalidInput) {
        failure.detail = format!("{} ({words})", failure.detail);
    }
}

impl Client {
    /// Tries the connection step by step: reachable, authenticated, capabilities, one user listed. A step that is no good
    /// is a report with `ok: false`.
    ///
    /// # Errors
    /// Where the test could not start.
    pub async fn test(&self) -> Result<ConnectionReport> {
        let mut call = self.begin("testConnection", &CallContext::default()).await?;
        let (limit, Instance { store, exports, activity, .. }) = call.parts()?;
        activity.begin_test();
        let answer = exports.scim_connector_runtime().call_test_connection(store, &self.inner.connection);
        let end = limit.over(answer).await;
        let (explanation, refused) = (call.explanation(), call.refused());
        let mut report = call.finish(end)?;
        if let (Some(refused), Some(failure)) = (refused, &mut report.failure) {
            report.retryable = refused.correct(report.retryable, failure);
            let failed = report.steps.iter_mut().filter(|step| step.status == StepStatus::Failed);
            failed.for_each(|step| step.detail.clone_from(&failure.detail));
        }
        if let (Some(failure), Some(words)) = (&mut report.failure, &explanation) {
            explain(failure, words);
        }
        let redactor = &self.inner.redactor;
        report.steps.iter_mut().for_each(|step| step.detail = redactor.text(&step.detail));
        report.failure.iter_mut().for_each(|failure| scrub(failure, redactor));
        Ok(report)
    }
}
