//! The sandbox: a SCIM 2.0 provider with an OAuth 2.0 token endpoint, for trying a client without any account.
//!
//! It owns the server side of RFC 7643 and RFC 7644 and shares no protocol code with the component, so that the two
//! check each other. It listens on 127.0.0.1 only and is no product: one client, no user ever logs in.
//!
//! Reading order: this file, `server` (HTTP), `route` (what a URL does), `directory` (the resources and their rules), `schema` (the attribute
//! table that drives checking, returning, matching and changing), then `filter`, `matching`, `patch`, `query`, `paging`, `bulk`,
//! `asynchronous`; last `behaviour`, `description`, `facts` and `dialect`, which make the sandbox act like a certain provider.
//!
//! What it decides where the RFCs leave room:
//! - passwords are checked and forgotten: what is never returned is not stored;
//! - the member of a group must exist and cannot be the group itself; otherwise 400 `invalidValue`;
//! - unknown attributes in a body are ignored, in a filter, `sortBy` or PATCH path they are an error;
//! - a value path that selects nothing is 400 `noTarget`, whatever the operation;
//! - PUT and PATCH answer 200 with the resource;
//! - every token stands for the same client, whose own user (`/Me`) is the one it created there.
//!
//! Requests are served on the runtime's threads without handing work to others: a call takes microseconds, a filter
//! over many thousands of resources milliseconds.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use scim_connector_sandbox::{Options, Sandbox};
//! let sandbox = Sandbox::start(Options::default()).await?;
//! println!("{} {}", sandbox.service_url(), sandbox.token_url());
//! sandbox.stop().await;
//! # Ok(())
//! # }
//! ```

mod asynchronous;
mod behaviour;
mod bulk;
mod description;
mod dialect;
mod directory;
mod discovery;
mod error;
mod exchange;
mod facts;
mod filter;
mod matching;
mod oauth;
mod paging;
mod patch;
mod query;
mod record;
mod route;
mod schema;
mod seed;
mod server;
mod sqlite;
mod state;
#[cfg(test)]
mod tests;

use axum::serve::ListenerExt as _;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How long [`Sandbox::stop`] waits for requests in flight.
const GRACE: Duration = Duration::from_secs(5);

/// Where resources are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Storage {
    /// In memory; gone when the sandbox stops.
    Memory,
    /// In this SQLite file, made when it does not exist. One process at a time.
    Sqlite(PathBuf),
}

/// How to run a sandbox.
#[derive(Clone)]
pub struct Options {
    /// Port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// Where resources are kept.
    pub storage: Storage,
    /// Id of the one OAuth client.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// How long a token is valid. The `expires_in` a client is told is this in whole seconds.
    pub token_lifetime: Duration,
    /// A fixed bearer token that is accepted as well and never expires.
    pub bearer_token: Option<String>,
    /// How many resources a listing returns when the client does not say.
    pub page_size: usize,
    /// How many it returns at most; published as `filter.maxResults`.
    pub max_page_size: usize,
    /// How many operations a bulk request may have.
    pub max_bulk_operations: usize,
    /// How many bytes a bulk request may have; no request may have more than a MiB.
    pub max_bulk_payload: usize,
    /// Whether listings are paged by cursor only (RFC 9865); else by index, and by cursor where the client asks.
    pub cursor_only: bool,
    /// How long a cursor is valid; published in whole seconds.
    pub cursor_lifetime: Duration,
    /// How long a request is put off that the client prefers answered asynchronously (RFC 9967); without, every
    /// request is answered at once.
    pub asynchronous: Option<Duration>,
    /// How many made-up users there are at the start, `seed-0` and so on. They take no memory until they are changed,
    /// and go with [`Storage::Memory`] only.
    pub seed_users: u64,
    /// The provider to impersonate, one of [`behaviours`]; none for a provider that does all the RFCs say.
    pub behaviour: Option<String>,
}

/// The providers a sandbox can impersonate.
pub fn behaviours() -> impl Iterator<Item = &'static str> {
    behaviour::names()
}

impl Default for Options {
    /// Any free port, in memory, client `sandbox` with secret `sandbox-secret`, tokens of 300 seconds, pages of 100
    /// and at most 1,000 resources by index or cursor, bulk requests of at most 1,000 operations and 1 MiB.
    fn default() -> Self {
        Self {
            port: 0,
            storage: Storage::Memory,
            client_id: "sandbox".into(),
            client_secret: "sandbox-secret".into(),
            token_lifetime: Duration::from_secs(300),
            bearer_token: None,
            page_size: 100,
            max_page_size: 1000,
            max_bulk_operations: 1000,
            max_bulk_payload: server::BODY_LIMIT,
            cursor_only: false,
            cursor_lifetime: Duration::from_secs(3600),
            asynchronous: None,
            seed_users: 0,
            behaviour: None,
        }
    }
}

/// A running sandbox. Dropping it lets requests in flight finish and closes the port; [`Sandbox::stop`] also waits.
pub struct Sandbox {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<io::Result<()>>,
}

impl Sandbox {
    /// Opens the storage and the port and serves in the background, on the current tokio runtime.
    ///
    /// # Errors
    /// When the behaviour is unknown, the port is taken, or the file cannot be opened, is in use or is not one of the sandbox's.
    pub async fn start(options: Options) -> io::Result<Self> {
        let behaviour = options.behaviour.as_deref().map(behaviour::Behaviour::named).transpose()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let address = listener.local_addr()?;
        let file = match &options.storage {
            Storage::Memory => None,
            Storage::Sqlite(_) if options.seed_users > 0 => {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "made-up users cannot be kept in a file"));
            }
            Storage::Sqlite(path) => Some(sqlite::File::open(path)?),
        };
        let mut settings = directory::Settings {
            paging: paging::Paging {
                index: !options.cursor_only,
                cursor: true,
                default: options.page_size,
                most: options.max_page_size,
                lifetime: options.cursor_lifetime,
                secret: rand::random(),
            },
            bulk: bulk::Limits {
                operations: options.max_bulk_operations,
                payload: options.max_bulk_payload.min(server::BODY_LIMIT),
            },
            asynchronous: options.asynchronous,
        };
        let base = format!("http://{address}{}", server::SCIM_PATH);
        let mut registry = schema::Registry::load()?;
        if let Some(behaviour) = &behaviour {
            behaviour.shape(&mut settings);
            registry.keep(behaviour.types());
        }
        let requests = settings.asynchronous.map(|delay| asynchronous::Requests::new(base.clone(), delay));
        let app = server::App {
            behaviour,
            requests,
            directory: directory::Directory::open(registry, base, settings, file, options.seed_users)?,
            tokens: oauth::Tokens {
                client_id: options.client_id,
                client_secret: options.client_secret,
                lifetime: options.token_lifetime,
                fixed: options.bearer_token,
                issued: Default::default(),
            },
        };
        let (stop, stopped) = oneshot::channel::<()>();
        // Without TCP_NODELAY an answer in two segments waits for the client's delayed acknowledgement.
        let listener = listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "sandbox: TCP_NODELAY");
            }
        });
        let serve = axum::serve(listener, server::router(Arc::new(app))).with_graceful_shutdown(async {
            // An error means that the Sandbox was dropped, which stops it as well.
            let _ = stopped.await;
        });
        let task = tokio::spawn(serve.into_future());
        Ok(Self { address, stop, task })
    }

    /// The SCIM base URL, `http://127.0.0.1:PORT/scim/v2`.
    pub fn service_url(&self) -> String {
        format!("http://{}{}", self.address, server::SCIM_PATH)
    }

    /// The OAuth 2.0 token endpoint, `http://127.0.0.1:PORT/oauth2/token`.
    pub fn token_url(&self) -> String {
        format!("http://{}{}", self.address, server::TOKEN_PATH)
    }

    /// Stops: no new connections, requests in flight get five seconds, the file is closed.
    pub async fn stop(self) {
        let Self { stop, mut task, .. } = self;
        // The server may be gone already; then there is nothing to tell it.
        let _ = stop.send(());
        if tokio::time::timeout(GRACE, &mut task).await.is_err() {
            task.abort();
            let _ = task.await;
        }
    }
}
