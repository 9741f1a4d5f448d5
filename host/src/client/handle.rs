//! The client itself: one connection and its way out.

use super::credentials;
use super::failure::{correct, explain, scrub, scrubbed};
use super::outcome::CallContext;
use super::scim::Scim;
use super::version::{Expanded, Version};
use crate::bindings::exports::scim::connector::runtime::{ConnectionReport, StepStatus};
use crate::connector::Connector;
use crate::egress::chain::{Egress, Parts};
use crate::egress::service::Service;
use crate::egress::transport::Transport;
use crate::error::{Error, Result};
use crate::instance::Instance;
use crate::redact::Redactor;
use crate::references::{self, Lookup};
use crate::settings::ConnectionSettings;
use crate::source::ConnectionSource;
use crate::telemetry::{ClientGauges, Meter};
use crate::traffic::Traffic;
use crate::usage::{ClientUsage, Counters};
use crate::wipe_on_drop::WipeOnDrop;
use parking_lot::RwLock;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// One connection. Cheap to clone; clones share instances and the pool of network connections.
#[derive(Clone)]
pub struct Client {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    /// Stands before key paths in errors.
    pub(super) path: String,
    /// The connection as the component takes it, with its secrets.
    pub(super) connection: WipeOnDrop<String>,
    pub(super) settings: ConnectionSettings,
    pub(super) redactor: Arc<Redactor>,
    pub(super) traffic: Arc<Traffic>,
    pub(super) version: RwLock<Arc<Version>>,
    pub(super) open_writes: Arc<AtomicUsize>,
    pub(super) peak_memory: AtomicUsize,
    pub(super) counters: Counters,
    pub(super) meter: Arc<Meter>,
}

impl ClientGauges for Inner {
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
    pub(super) fn version(&self) -> Arc<Version> {
        self.version.read().clone()
    }
}

impl Connector {
    /// Makes a client for one connection: resolves its references, has the component check and expand it, and opens the
    /// way to the origins it names, and no others. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Error::Config`] where the connection is wrong, with the key's path.
    pub async fn client(&self, source: impl Into<ConnectionSource>) -> Result<Client> {
        Client::new(self.clone(), source.into()).await
    }
}

impl Client {
    async fn new(connector: Connector, source: ConnectionSource) -> Result<Self> {
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
        let credentials = settings.get("credentials").cloned().map(WipeOnDrop::new);
        let mut settings = ConnectionSettings::from_json(settings.open(), &settings_path)?;
        // From here on `credentials` has them.
        settings.credentials = None;
        let connection = WipeOnDrop::new(value.to_string());
        let expanded = Expanded::by(&connector, &connection, &path, &redactor).await?;
        let traffic = Arc::new(Traffic::new(&settings.limits).with_longest_pause(expanded.longest_pause()));
        let hosted = credentials::of(&connector, &value, credentials, &expanded, &path).await;
        let hosted = hosted.map_err(|error| scrubbed(error, &redactor))?;
        let options = &connector.inner.options;
        let meter = options.metrics.meter(&name);
        let policy = expanded.policy(&settings, &settings_path)?;
        let transport = Transport::new(&settings, &options.allow_addresses, options.dns.clone(), &redactor)
            .map_err(|(key, detail)| Error::Config { path: references::join(&settings_path, key), detail })?;
        let egress = Arc::new(Egress::new(Parts {
            policy,
            transport: Arc::new(transport),
            traffic: traffic.clone(),
            service: Service { token_url: expanded.token_url.clone(), protocol: Arc::new(Scim) },
            credentials: hosted.map(Arc::new),
            redactor: redactor.clone(),
            observer: options.observer.clone(),
            meter: meter.clone(),
            response_limit: settings.limits.response_bytes.unwrap_or(u64::MAX),
            interceptors: options.interceptors.clone(),
        }));
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
        let used: Arc<dyn ClientGauges> = inner.clone();
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
        let old = std::mem::replace(&mut *inner.version.write(), Arc::new(new));
        old.retire();
        Ok(())
    }

    /// What the client is doing, in numbers.
    #[must_use]
    pub fn usage(&self) -> ClientUsage {
        self.inner.usage()
    }

    /// The version that new calls run on.
    pub(super) fn version(&self) -> Arc<Version> {
        self.inner.version()
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
        let (explanation, refusal) = (call.explanation(), call.token_refusal());
        let mut report = call.finish(end)?;
        if let (Some(refusal), Some(failure)) = (refusal, &mut report.failure) {
            report.retryable = correct(&refusal, report.retryable, failure);
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
