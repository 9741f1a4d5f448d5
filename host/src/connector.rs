//! The loaded component: engine, code cache, checks, and whatever needs no connection. Clients are made here.

use crate::bindings;
use crate::cache::{self, CacheStatus};
use crate::catalog::Catalog;
use crate::client::Client;
use crate::egress::{Activity, Hooks, address::AddressRule, observe::Observer};
use crate::error::{Error, Result};
use crate::instance::{self, ALLOWED_IMPORTS, Instance, State, Ticker};
use crate::settings::ConnectionSettings;
use crate::source::ConnectionSource;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::OnceCell;
use wasmtime::component::Component;
use wasmtime::{Config, Engine};

/// Time for calls that need no network, such as reading the catalog.
const LOCAL_CALL: Duration = Duration::from_secs(10);

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

/// How a component is run.
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
    /// Settings of connections that have none of their own.
    pub settings: ConnectionSettings,
    /// Is told of every HTTP exchange, redacted.
    pub observer: Option<Arc<dyn Observer>>,
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
            settings: ConnectionSettings::default(),
            observer: None,
        }
    }
}

/// A loaded component. Cheap to clone; clones share code, engine and clock.
#[derive(Clone)]
pub struct Connector {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) pre: bindings::ConnectorPre<State>,
    pub(crate) options: Options,
    pub(crate) ticker: Arc<Ticker>,
    catalog: OnceCell<Arc<Catalog>>,
    cache: CacheStatus,
}

impl Connector {
    /// Loads a component from a file.
    ///
    /// # Errors
    /// [`Error::Load`] where the file cannot be read, is no such component, or imports what it may not have.
    pub fn load(path: impl AsRef<Path>, options: Options) -> Result<Self> {
        let path = path.as_ref();
        let bytes = std::fs::read(path)
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
        let engine = engine().map_err(|error| Error::Load(format!("wasmtime cannot be set up: {error:#}")))?;
        let folder = match &options.code_cache {
            CodeCache::Off => None,
            CodeCache::User => cache::default_folder(),
            CodeCache::Folder(folder) => Some(folder.clone()),
        };
        let (component, cache) = cache::load(&engine, bytes, folder.as_deref())
            .map_err(|error| Error::Load(format!("this is no WebAssembly component: {error:#}")))?;
        check_imports(&engine, &component)?;
        let pre = instance::linker(&engine)
            .and_then(|linker| linker.instantiate_pre(&component))
            .and_then(bindings::ConnectorPre::new)
            .map_err(|error| Error::Load(format!("this component is no SCIM connector of this version: {error:#}")))?;
        let ticker =
            Ticker::start(&engine).map_err(|error| Error::Load(format!("no thread can be started: {error}")))?;
        let inner = Inner { pre, options, ticker: Arc::new(ticker), catalog: OnceCell::new(), cache };
        Ok(Self { inner: Arc::new(inner) })
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
            let mut instance = self.local_instance().await?;
            let _running = self.inner.ticker.run();
            instance.begin(Instant::now() + LOCAL_CALL);
            let Instance { store, exports, .. } = &mut instance;
            let manifest =
                exports.scim_connector_catalog().call_manifest(store).await.map_err(|error| stopped(&error))?;
            Ok(Arc::new(Catalog::parse(&manifest)?))
        };
        self.inner.catalog.get_or_try_init(read).await.cloned()
    }

    /// Makes a client for one connection: resolves its references, has the component check and expand it, and opens the
    /// way to the origins it names, and no others. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Error::Config`] where the connection is wrong, with the key's path.
    pub async fn client(&self, source: impl Into<ConnectionSource>) -> Result<Client> {
        Client::new(self.clone(), source.into()).await
    }

    /// Has the component check and expand a connection, without network.
    pub(crate) async fn resolve_connection(&self, connection: &str) -> Result<String> {
        let mut instance = self.local_instance().await?;
        let _running = self.inner.ticker.run();
        instance.begin(Instant::now() + LOCAL_CALL);
        let Instance { store, exports, .. } = &mut instance;
        let resolved = exports.scim_connector_runtime().call_resolve_connection(store, &connection.to_owned()).await;
        Ok(resolved.map_err(|error| stopped(&error))??)
    }

    /// An instance without any way out.
    async fn local_instance(&self) -> Result<Instance> {
        self.instance(Hooks { egress: None, activity: Arc::new(Activity::new(Arc::default())) }).await
    }

    pub(crate) async fn instance(&self, hooks: Hooks) -> Result<Instance> {
        Instance::new(&self.inner.pre, hooks, self.inner.options.memory_limit).await.map_err(|error| stopped(&error))
    }
}

/// A trap of a call that has sent nothing.
fn stopped(error: &wasmtime::Error) -> Error {
    if error.is::<instance::DeadlinePassed>() {
        return Error::Deadline { after: LOCAL_CALL, maybe_applied: false };
    }
    Error::Trap { detail: error.root_cause().to_string(), maybe_applied: false }
}

fn engine() -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config.epoch_interruption(true);
    // Memory is allocated as instances are made: they are few and live long (see `Client`), so wasmtime's pooling
    // allocator, which reserves its slots in advance, would gain nothing.
    Engine::new(&config)
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
