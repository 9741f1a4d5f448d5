//! A client: one connection, its warm instances, its way out. An instance serves one connection for its whole life and is
//! dropped after a trap, a deadline or a call that was given up. The typed functions stand in `typed`, whole listings in
//! [`pages`].

mod credentials;
pub mod pages;
mod typed;

use crate::bindings::exports::scim::connector::runtime;
use crate::bindings::scim::connector::types as wit;
use crate::connection::Connection;
use crate::connector::Connector;
use crate::egress::credentials::Credentials;
use crate::egress::policy::{Origin, Policy};
use crate::egress::{Activity, Egress, Hooks};
use crate::error::{Error, FailureKind, Result};
use crate::instance::{DeadlinePassed, Instance, Running};
use crate::redact::Redactor;
use crate::references::{self, Lookup};
use crate::sealed::Sealed;
use crate::settings::ConnectionSettings;
use crate::source::ConnectionSource;
use serde_json::Value;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::error::Elapsed;

pub use pages::{Page, Pages};
pub use runtime::{ConnectionReport, StepStatus, TestStep};

/// Instances kept for the next call.
const KEPT_INSTANCES: usize = 8;

/// An instance whose memory has grown beyond this is not kept: memory of WebAssembly never shrinks.
const KEPT_MEMORY: usize = 32 << 20;

/// What the host waits beyond the connection's own limit, which the component keeps by itself.
const GRACE: Duration = Duration::from_secs(1);

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
}

/// One connection. Cheap to clone; clones share instances and the pool of network connections.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    connector: Connector,
    /// The connection as the component takes it, with its secrets.
    connection: Sealed<String>,
    record: Sealed<wit::Connection>,
    egress: Arc<Egress>,
    redactor: Arc<Redactor>,
    settings: ConnectionSettings,
    limit: Duration,
    idle: Mutex<Vec<Instance>>,
    permits: Arc<Semaphore>,
    open_writes: Arc<AtomicUsize>,
    peak_memory: AtomicUsize,
}

impl Client {
    pub(crate) async fn new(connector: Connector, source: ConnectionSource) -> Result<Self> {
        let ConnectionSource { mut value, path, folder, settings, references: allowed } = source;
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { &folder };
        let lookup = Lookup { allowed, ..Lookup::here(folder) };
        let mut referenced = references::resolve(&mut value, &path, &lookup)?;
        let settings_path = references::join(&path, "host");
        let mut settings = match settings {
            Some(settings) => settings,
            None => credentials::shared(&connector.inner.options.settings, &settings_path)?,
        };
        let lookup = Lookup { allowed: true, ..lookup };
        referenced.extend(references::resolve(&mut settings, &settings_path, &lookup)?);
        let redactor = Arc::new(Redactor::for_connection(&value, &settings, &referenced));
        let given = Sealed::new(settings.get("credentials").cloned().unwrap_or_default());
        let mut settings = ConnectionSettings::from_json(settings.open(), &settings_path)?;
        let connection = Sealed::new(value.to_string());
        let expanded =
            connector.resolve_connection(&connection).await.map_err(|error| at(&path, scrubbed(error, &redactor)))?;
        let expanded = Sealed::new(expanded);
        let expanded: Connection = serde_json::from_str(&expanded)
            .map_err(|error| Error::Load(format!("the component's expanded connection cannot be read: {error}")))?;

        let record = Sealed::new(wit::Connection::from(expanded));
        let auth = match (&record.auth, settings.credentials.take()) {
            (wit::Auth::Host, Some(_)) => {
                let filled = credentials::fill_in(&connector, &value, &given, &path).await;
                Some(filled.map_err(|error| scrubbed(error, &redactor))?)
            }
            (_, credentials) => credentials::consistent(&record.auth, credentials.is_some(), &path).map(|()| None)?,
        };
        let token_url = match &record.auth {
            wit::Auth::ClientCredentials(client) => Some(client.token_url.as_str()),
            _ => None,
        };
        let origin = |url: &str, key: &str| {
            let uri = url.parse::<http::Uri>().ok();
            uri.as_ref().and_then(Origin::of).map(|origin| (origin, uri)).ok_or_else(|| Error::Config {
                path: references::join(&path, key),
                detail: "no http or https URL of a host".into(),
            })
        };
        let (service, _) = origin(&record.service_url, "serviceUrl")?;
        let allow_insecure_http = record.allow_insecure_http.unwrap_or(false);
        let host_credentials = auth
            .map(|auth| Credentials::new(auth, service.clone(), allow_insecure_http))
            .transpose()
            .map_err(|(key, detail)| credentials::wrong(&path, key, detail))?;
        let (mut origins, mut token_uri) = (vec![service], None);
        if let Some(url) = token_url {
            let (token, uri) = origin(url, "auth.tokenUrl")?;
            origins.push(token);
            token_uri = uri;
        }
        let policy = Policy::new(origins, allow_insecure_http);
        let options = &connector.inner.options;
        let egress = Egress::new(policy, token_uri, redactor.clone(), options.observer.clone());
        let egress = Arc::new(egress.with_credentials(host_credentials));
        let total = record.timeouts.as_ref().and_then(|timeouts| timeouts.total_ms).unwrap_or(120_000);
        let inner = Inner {
            permits: Arc::new(Semaphore::new(settings.limits.concurrency)),
            settings,
            connector,
            connection,
            record,
            egress,
            redactor,
            limit: Duration::from_millis(total.into()) + GRACE,
            idle: Mutex::default(),
            open_writes: Arc::default(),
            peak_memory: AtomicUsize::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
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
        let mut call = self.begin(context.deadline).await?;
        let (deadline, input) = (call.deadline.into(), input.to_owned());
        let context = runtime::CallContext {
            run_id: context.run_id.clone(),
            attempt: context.attempt,
            deadline_ms: context.deadline.map(|limit| u32::try_from(limit.as_millis()).unwrap_or(u32::MAX)),
        };
        let Instance { store, exports, .. } = call.instance()?;
        let connection = &self.inner.connection;
        let answer = exports.scim_connector_runtime().call_invoke(store, connection, operation, &input, Some(&context));
        let answer = tokio::time::timeout_at(deadline, answer).await;
        let token_requests = call.instance()?.activity.token_requests();
        let outcome = call.finish(answer)?;
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
        self.inner.egress.requests_made()
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

    /// Takes an instance for one call, a warm one where there is one.
    async fn begin(&self, limit: Option<Duration>) -> Result<Call<'_>> {
        let inner = &*self.inner;
        let limit = limit.map_or(inner.limit, |limit| (limit + GRACE).min(inner.limit));
        let deadline = Instant::now() + limit;
        let late = |_: Elapsed| Error::Deadline { after: limit, maybe_applied: false };
        let permit =
            tokio::time::timeout_at(deadline.into(), inner.permits.clone().acquire_owned()).await.map_err(late)?;
        let running = inner.connector.inner.ticker.run();
        let warm = inner.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut instance = match warm {
            Some(instance) => instance,
            None => {
                let activity = Arc::new(Activity::new(inner.open_writes.clone()));
                inner.connector.instance(Hooks { egress: Some(inner.egress.clone()), activity }).await?
            }
        };
        instance.begin(deadline);
        Ok(Call { client: inner, instance: Some(instance), deadline, limit, _permit: permit.ok(), _running: running })
    }
}

/// A call under way. Dropped before it is finished, it takes its instance with it.
struct Call<'a> {
    client: &'a Inner,
    instance: Option<Instance>,
    deadline: Instant,
    limit: Duration,
    _permit: Option<OwnedSemaphorePermit>,
    _running: Running,
}

impl Call<'_> {
    fn instance(&mut self) -> Result<&mut Instance> {
        self.instance
            .as_mut()
            .ok_or_else(|| Error::Trap { detail: "its instance is gone".into(), maybe_applied: false })
    }

    /// Ends the call: a healthy instance goes back, any other is dropped.
    fn finish<T>(mut self, answer: Result<wasmtime::Result<Result<T, wit::Error>>, Elapsed>) -> Result<T> {
        let maybe_applied = self.instance.as_ref().is_some_and(|instance| instance.activity.has_written());
        let refused = self.instance.as_ref().and_then(|instance| instance.activity.refused());
        let memory = self.instance.as_ref().map_or(0, Instance::memory_used);
        self.client.peak_memory.fetch_max(memory, Ordering::Relaxed);
        let deadline = Error::Deadline { after: self.limit, maybe_applied };
        match answer {
            Ok(Ok(result)) => {
                if let Some(instance) = self.instance.take() {
                    instance.activity.reset();
                    let mut idle = self.client.idle.lock().unwrap_or_else(PoisonError::into_inner);
                    if idle.len() < KEPT_INSTANCES && instance.memory_used() <= KEPT_MEMORY {
                        idle.push(instance);
                    }
                }
                let explained = |error: Error| refused.iter().fold(error, |error, refused| refused.explain(error));
                result.map_err(|error| scrubbed(explained(error.into()), &self.client.redactor))
            }
            Ok(Err(trap)) if trap.is::<DeadlinePassed>() => Err(deadline),
            Ok(Err(trap)) => {
                let starved = self.instance.as_ref().is_some_and(Instance::was_refused_memory);
                let detail = if starved {
                    format!(
                        "it needed more than its {} bytes of memory",
                        self.client.connector.inner.options.memory_limit
                    )
                } else {
                    self.client.redactor.text(&trap.root_cause().to_string())
                };
                Err(Error::Trap { detail, maybe_applied })
            }
            Err(_) => Err(deadline),
        }
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        if let Some(instance) = &self.instance {
            instance.activity.reset();
        }
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

impl Client {
    /// Tries the connection step by step: reachable, authenticated, capabilities, one user listed. A step that is no good
    /// is a report with `ok: false`.
    ///
    /// # Errors
    /// Where the test could not start.
    pub async fn test(&self) -> Result<ConnectionReport> {
        let mut call = self.begin(None).await?;
        let deadline = call.deadline.into();
        call.instance()?.activity.begin_test();
        let Instance { store, exports, .. } = call.instance()?;
        let answer = exports.scim_connector_runtime().call_test_connection(store, &self.inner.connection);
        let answer = tokio::time::timeout_at(deadline, answer).await;
        let refused = call.instance()?.activity.refused();
        let mut report = call.finish(answer)?;
        if let (Some(refused), Some(failure)) = (refused, &mut report.failure) {
            report.retryable = refused.correct(report.retryable, failure);
            let failed = report.steps.iter_mut().filter(|step| step.status == StepStatus::Failed);
            failed.for_each(|step| step.detail.clone_from(&failure.detail));
        }
        let redactor = &self.inner.redactor;
        report.steps.iter_mut().for_each(|step| step.detail = redactor.text(&step.detail));
        report.failure.iter_mut().for_each(|failure| scrub(failure, redactor));
        Ok(report)
    }
}
