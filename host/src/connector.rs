//! The loaded component: engine, code cache, checks, and whatever needs no connection. Clients are made here.

use crate::address::AddressRule;
use crate::bindings;
use crate::bounded;
use crate::cache::{self, CacheStatus};
use crate::catalog::Catalog;
use crate::egress::activity::Activity;
use crate::egress::door::Hooks;
use crate::egress::resolve::Dns;
use crate::egress::{HttpOptions, Interceptors, Policy};
use crate::error::{Error, Result};
pub use crate::instance::WallClock;
use crate::instance::{self, ALLOWED_IMPORTS, Instance, State};
use crate::redact::Redactor;
use crate::runtime::{Runtime, Shape};
use crate::settings::ConnectionSettings;
use crate::shutdown::{Calls, ShutdownReport};
use crate::telemetry::{Metrics, Observer, RuntimeGauges};
use crate::usage::{ConnectorUsage, Counters};
use crate::warm::Owner;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::OnceCell;
use wasmtime::Engine;
use wasmtime::component::Component;

/// Time for calls that need no network, such as reading the catalog.
pub(crate) const LOCAL_CALL: Duration = Duration::from_secs(10);

/// How much of a component's digest tells versions apart for a person.
const SHOWN_DIGEST: usize = 12;

/// Most bytes of a component; ours has about 3 MB.
const LARGEST_COMPONENT: u64 = 256 << 20;

/// Where compiled code is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum CodeCache {
    /// In the user's cache folder, see [`cache::default_folder`].
    #[default]
    User,
    /// Nowhere: the component is compiled every time.
    Off,
    /// In this folder, which must be writable by this user alone.
    Folder(PathBuf),
}

impl CodeCache {
    /// The folder, where there is one.
    #[must_use]
    pub fn folder(&self) -> Option<PathBuf> {
        match self {
            Self::Off => None,
            Self::User => cache::default_folder(),
            Self::Folder(folder) => Some(folder.clone()),
        }
    }
}

/// How a component is run. Connectors of a process whose `memory_limit`, `max_instances`, `warm_instances` and `idle` are
/// the same share these limits, so that several versions of a component take no more together than one alone.
#[derive(Clone)]
pub struct Options {
    /// Where compiled code is kept.
    pub code_cache: CodeCache,
    /// Most memory of one instance, in bytes.
    pub memory_limit: usize,
    /// Most calls of all connections at a time; further ones wait, and the connections take turns.
    pub max_instances: usize,
    /// Instances without a call that are kept for the next one, of all connections together; 0 keeps none.
    pub warm_instances: usize,
    /// How long an instance without a call is kept.
    pub idle: Duration,
    /// Addresses that may be reached besides public ones, by every connection. Nothing but public ones by default: who
    /// names a provider may not be who runs the host.
    pub allow_addresses: Vec<AddressRule>,
    /// Finds the addresses of names, for all connections.
    pub dns: Arc<Dns>,
    /// Settings of connections that have none of their own.
    pub settings: ConnectionSettings,
    /// The time of day as the component has it: this machine's where it is absent. Tests turn it.
    pub wall_clock: Option<WallClock>,
    /// Is told of every HTTP exchange, redacted.
    pub observer: Option<Arc<dyn Observer>>,
    /// Stages of this program's on the way out, see [`egress`](crate::egress).
    pub interceptors: Interceptors,
    /// Where calls and requests are counted.
    pub metrics: Metrics,
    /// Is called when the component has to be compiled, which takes seconds.
    pub compiling: Option<fn()>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            code_cache: CodeCache::User,
            memory_limit: 256 << 20,
            max_instances: 256,
            warm_instances: 64,
            idle: Duration::from_secs(60),
            allow_addresses: Vec::new(),
            dns: Arc::default(),
            settings: ConnectionSettings::default(),
            wall_clock: None,
            observer: None,
            interceptors: Interceptors::default(),
            metrics: Metrics::default(),
            compiling: None,
        }
    }
}

impl Options {
    /// Options for plain HTTP requests by the same way out: addresses, names, TLS and proxy, observer, metrics and stages as
    /// for connections without settings of their own.
    #[must_use]
    pub fn http(&self, policy: Policy, redactor: Arc<Redactor>) -> HttpOptions {
        HttpOptions {
            policy,
            settings: self.settings.clone(),
            allow_addresses: self.allow_addresses.clone(),
            dns: self.dns.clone(),
            redactor,
            observer: self.observer.clone(),
            metrics: self.metrics.clone(),
            interceptors: self.interceptors.clone(),
            ..HttpOptions::default()
        }
    }
}

/// A loaded component. Cheap to clone; clones share code, engine and clock.
#[derive(Clone)]
pub struct Connector {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) pre: bindings::CorePre<State>,
    pub(crate) options: Options,
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) calls: Arc<Calls>,
    pub(crate) counters: Counters,
    number: u64,
    versions: AtomicU64,
    catalog: OnceCell<Arc<Catalog>>,
    component: String,
    cache: CacheStatus,
}

impl Connector {
    /// Loads a component from a file.
    ///
    /// # Errors
    /// [`Error::Load`] where the file cannot be read, is no such component, or imports what it may not have.
    pub fn load(path: impl AsRef<Path>, options: Options) -> Result<Self> {
        let path = path.as_ref();
        let bytes = bounded::bytes(path, LARGEST_COMPONENT)
            .map_err(|error| Error::Load(format!("the component {} cannot be read: {error}", path.display())))?;
        Self::from_bytes(&bytes, options).map_err(|error| match error {
            Error::Load(reason) => Error::Load(format!("{}: {reason}", path.display())),
            other => other,
        })
    }

    /// Loads a component from its bytes.
    ///
    /// # Errors
    /// As [`Connector::load`].
    pub fn from_bytes(bytes: &[u8], options: Options) -> Result<Self> {
        static CONNECTORS: AtomicU64 = AtomicU64::new(0);
        let shape = Shape {
            memory_limit: options.memory_limit,
            max_instances: options.max_instances,
            warm_instances: options.warm_instances,
            idle: options.idle,
        };
        let runtime =
            Runtime::shared(shape).map_err(|error| Error::Load(format!("wasmtime cannot be set up: {error:#}")))?;
        let engine = &runtime.engine;
        let folder = options.code_cache.folder();
        let digest = cache::digest(bytes);
        let (component, cache) = cache::load(engine, bytes, &digest, folder.as_deref(), options.compiling)
            .map_err(|error| Error::Load(format!("this is no WebAssembly component: {error:#}")))?;
        check_imports(engine, &component)?;
        let pre = instance::linker(engine)
            .and_then(|linker| linker.instantiate_pre(&component))
            .and_then(bindings::CorePre::new)
            .map_err(|error| Error::Load(format!("this component is no SCIM connector of this version: {error:#}")))?;
        let gauges: Arc<dyn RuntimeGauges> = runtime.clone();
        options.metrics.add_runtime(Arc::downgrade(&gauges));
        let inner = Inner {
            pre,
            options,
            runtime,
            calls: Arc::default(),
            counters: Counters::default(),
            number: CONNECTORS.fetch_add(1, Ordering::Relaxed),
            versions: AtomicU64::new(0),
            catalog: OnceCell::new(),
            component: digest.chars().take(SHOWN_DIGEST).collect(),
            cache,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// How the component is run.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.inner.options
    }

    /// What the cache of compiled code did.
    #[must_use]
    pub fn cache_status(&self) -> &CacheStatus {
        &self.inner.cache
    }

    /// What the component can do; read once and kept.
    ///
    /// # Errors
    /// [`Error::Trap`] or [`Error::Deadline`] where the component is faulty.
    pub async fn catalog(&self) -> Result<Arc<Catalog>> {
        let read = || async {
            let manifest = self
                .locally(async |Instance { store, exports, .. }| {
                    exports.scim_connector_catalog().call_manifest(store).await
                })
                .await?;
            Ok(Arc::new(Catalog::parse(&manifest?)?))
        };
        self.inner.catalog.get_or_try_init(read).await.cloned()
    }

    /// Lets no new call of this connector's clients begin, waits for those under way for `grace` at most, and ends the rest.
    /// Calls that wait for their turn are not begun any more. The report says what became of them; a call that had sent a
    /// change when it was ended may have been applied, and its error says so too.
    ///
    /// ```no_run
    /// # async fn example(connector: scim_connector_host::Connector) {
    /// let report = connector.shutdown(std::time::Duration::from_secs(20)).await;
    /// assert_eq!((report.maybe_applied, report.abandoned), (0, 0), "{report:?}");
    /// # }
    /// ```
    pub async fn shutdown(&self, grace: Duration) -> ShutdownReport {
        let report = self.inner.calls.shut_down(grace).await;
        self.inner.runtime.warm().forget(Owner::all_of(self.inner.number));
        report
    }

    /// The metrics of this connector and of those that share them, see [`Options::metrics`].
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.inner.options.metrics
    }

    /// The beginning of the component's SHA-256.
    #[must_use]
    pub fn component(&self) -> &str {
        &self.inner.component
    }

    /// What the connector is doing, in numbers.
    #[must_use]
    pub fn usage(&self) -> ConnectorUsage {
        let Inner { runtime, calls, counters, number, .. } = &*self.inner;
        ConnectorUsage {
            open: calls.count(),
            running: runtime.running(),
            max_running: runtime.max_running(),
            warm: runtime.warm().count(Owner::all_of(*number)),
            evicted: runtime.warm().evicted(),
            totals: counters.totals(),
        }
    }

    /// Has the component check and expand a connection, without network.
    pub(crate) async fn resolve_connection(&self, connection: &str) -> Result<String> {
        let connection = connection.to_owned();
        let resolved = self
            .locally(async |Instance { store, exports, .. }| {
                exports.scim_connector_runtime().call_resolve_connection(store, &connection).await
            })
            .await?;
        Ok(resolved?)
    }

    /// Calls an instance without any way out, made for this call.
    pub(crate) async fn locally<T>(&self, call: impl AsyncFnOnce(&mut Instance) -> wasmtime::Result<T>) -> Result<T> {
        let runtime = &self.inner.runtime;
        let late = || Error::Deadline { after: LOCAL_CALL, maybe_applied: false };
        let _local = runtime.local.acquire().await;
        let _running = runtime.run();
        let deadline = Instant::now() + LOCAL_CALL;
        let hooks = Hooks { egress: None, activity: Arc::new(Activity::new(Arc::default())) };
        let options = &self.inner.options;
        let called = async {
            let mut instance =
                Instance::new(&self.inner.pre, hooks, options.memory_limit, options.wall_clock.clone(), deadline)
                    .await?;
            instance.begin(deadline);
            let result = call(&mut instance).await;
            if result.is_err() && instance.was_refused_memory() {
                return Ok(Err(Error::OutOfMemory { limit: options.memory_limit, maybe_applied: false }));
            }
            result.map(Ok)
        };
        match tokio::time::timeout_at(deadline.into(), called).await {
            Ok(Ok(result)) => result,
            Ok(Err(error)) if error.is::<instance::DeadlinePassed>() => Err(late()),
            Ok(Err(error)) => Err(Error::Trap { detail: error.root_cause().to_string(), maybe_applied: false }),
            Err(_) => Err(late()),
        }
    }

    /// An owner of instances of this connector.
    pub(crate) fn new_owner(&self) -> Owner {
        Owner { connector: self.inner.number, version: self.inner.versions.fetch_add(1, Ordering::Relaxed) }
    }
}

fn check_imports(engine: &Engine, component: &Component) -> Result<()> {
    let ty = component.component_type();
    let offenders: Vec<&str> =
        ty.imports(engine).map(|(name, _)| name).filter(|name| !instance::is_allowed(name)).collect();
    if offenders.is_empty() {
        return Ok(());
    }
    Err(Error::Load(format!(
        "the component imports {}; a SCIM connector may import only {}",
        offenders.join(", "),
        ALLOWED_IMPORTS.map(|name| if name.ends_with('/') { format!("{name}*") } else { name.to_owned() }).join(", ")
    )))
}
