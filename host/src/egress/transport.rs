//! Sends requests over pooled connections, with the three timeouts of wasi:http. Knows neither the policy nor the
//! component. One transport belongs to one connection of the configuration and is never shared with another.

use super::address::{AddressRule, Guard, Prohibited};
use super::fault::{self, Failed};
use super::resolve::{Dns, Resolver};
use super::route::{Proxies, Route};
use super::tls;
use crate::redact::Redactor;
use crate::settings::{ConnectionSettings, Tls};
use http::{Request, Response, Uri};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::capture_connection;
use hyper_util::client::proxy::matcher::Intercept;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::Notify;
use wasmtime_wasi_http::{Error as Fault, RequestOptions, WasiBody};

/// How long an idle connection is kept. A server that closes an idle connection just as a request leaves makes that
/// request ambiguous; common servers close after 5 seconds (Node) or later, so connections are given up before that.
/// It holds for HTTP/2 as well, where it could be longer: hyper-util's pool has one for both.
const KEEP_IDLE: Duration = Duration::from_secs(4);

/// How often an HTTP/2 connection with open requests is asked whether it lives, and how long it may take to answer. Without
/// it, one that a firewall has forgotten would swallow request after request, since new ones go on the same connection.
const PING: Duration = Duration::from_secs(10);

/// Timeouts where the component sets none.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// Limits in time of one request.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// Until a connection stands: name lookup, TCP and TLS.
    pub connect: Duration,
    /// From then until the response's head.
    pub first_byte: Duration,
    /// Between two pieces of the response's body.
    pub between_bytes: Duration,
}

impl From<Option<RequestOptions>> for Timeouts {
    fn from(options: Option<RequestOptions>) -> Self {
        let options = options.unwrap_or_default();
        Self {
            connect: options.connect_timeout.unwrap_or(DEFAULT_TIMEOUT),
            first_byte: options.first_byte_timeout.unwrap_or(DEFAULT_TIMEOUT),
            between_bytes: options.between_bytes_timeout.unwrap_or(DEFAULT_TIMEOUT),
        }
    }
}

/// Interim answers (1xx, RFC 9110 section 15.2) that one request may get. Each is harmless, and hyper reads on as long as they
/// come, so that endless ones would keep a processor busy until the request's time is up.
const MOST_INTERIM: usize = 100;

/// Most bytes read from an HTTP/1 connection at a time, and so the longest head of an answer.
const READ_BUFFER: usize = 64 << 10;

type Requests<C> = Client<C, WasiBody>;

/// A pool of connections.
pub struct Transport {
    plain: Requests<Route>,
    secure: OnceLock<Requests<HttpsConnector<Route>>>,
    route: Route,
    proxies: Proxies,
    guard: Arc<Guard>,
    dns: Arc<Dns>,
    tls: Arc<Tls>,
}

impl Transport {
    /// A transport without connections. `allowed` are addresses that all connections may reach.
    ///
    /// # Errors
    /// Where the settings are wrong: the key below `host`, and what to do. Certificates the settings name are read here,
    /// the system's when the first `https:` request is made.
    pub fn new(
        settings: &ConnectionSettings,
        allowed: &[AddressRule],
        dns: Arc<Dns>,
        redactor: &Redactor,
    ) -> Result<Self, tls::Wrong> {
        let rules = [allowed, &settings.allow.addresses].concat();
        let guard = Arc::new(Guard::new(rules));
        let proxies = Proxies::new(&settings.proxy, redactor)?;
        let tls = Arc::new(settings.tls.clone());
        let resolver = Resolver { dns: dns.clone(), guard: Some(guard.clone()) };
        let route = Route::new(resolver, proxies.clone(), tls.clone());
        let transport = Self { plain: pooled(route.clone()), secure: OnceLock::new(), route, proxies, guard, dns, tls };
        if settings.tls != Tls::default() {
            transport.secure()?;
        }
        Ok(transport)
    }

    /// Decides on a URL that holds an address. Names are decided on when they have been resolved.
    ///
    /// # Errors
    /// Says which address is refused and what would allow it.
    pub fn check(&self, uri: &Uri) -> Result<(), Prohibited> {
        self.guard.check_url(uri.host().unwrap_or_default())
    }

    /// Sends a request. `on_connected` is called when a connection stands, just before the request goes out.
    ///
    /// # Errors
    /// A code that says whether the request may have reached the provider, see [`fault`].
    pub async fn send(
        &self,
        mut request: Request<WasiBody>,
        timeouts: Timeouts,
        on_connected: impl FnOnce(),
    ) -> Result<Response<Incoming>, Failed> {
        let uri = request.uri().clone();
        let secure = uri.scheme() == Some(&http::uri::Scheme::HTTPS);
        let proxy = self.proxies.of(&uri);
        if let Some(credentials) = proxy.as_ref().filter(|_| !secure).and_then(Intercept::basic_auth) {
            request.headers_mut().insert(http::header::PROXY_AUTHORIZATION, credentials.clone());
        }
        let flooded = count_interim(&mut request);
        let mut connection = capture_connection(&mut request);
        let mut answer = if secure {
            let client = self.secure().map_err(|(key, detail)| Failed {
                code: Fault::ConfigurationError,
                words: Some(format!("host.{key}: {detail}")),
            })?;
            client.request(request)
        } else {
            self.plain.request(request)
        };
        let translate = |error: hyper_util::client::legacy::Error| {
            tracing::debug!(?error, "request failed");
            if !error.is_connect() {
                return fault::after_sending(&error).into();
            }
            // The server may have moved.
            uri.host().into_iter().for_each(|host| self.dns.doubt(host));
            fault::before_sending(&error)
        };
        tokio::select! {
            // The answer first: where both are ready, the connection has done its part.
            biased;
            done = &mut answer => {
                if !matches!(&done, Err(error) if error.is_connect()) {
                    on_connected();
                }
                return done.map_err(translate);
            }
            connected = tokio::time::timeout(timeouts.connect, connection.wait_for_connection_metadata()) => {
                connected.map_err(|_| fault::TOO_SLOW_TO_CONNECT)?;
                on_connected();
            }
        }
        // Whichever ends it drops the request, on which hyper closes the connection.
        tokio::select! {
            biased;
            done = answer => done.map_err(translate),
            () = flooded.notified() => Err(Failed {
                code: Fault::HttpProtocolError,
                words: Some(format!("more than {MOST_INTERIM} interim answers (1xx) came instead of an answer")),
            }),
            () = tokio::time::sleep(timeouts.first_byte) => Err(Fault::HttpResponseTimeout.into()),
        }
    }

    fn secure(&self) -> Result<&Requests<HttpsConnector<Route>>, tls::Wrong> {
        if let Some(client) = self.secure.get() {
            return Ok(client);
        }
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls::config(&self.tls)?)
            .https_or_http()
            .enable_http1()
            .enable_http2()
            .wrap_connector(self.route.clone());
        Ok(self.secure.get_or_init(|| pooled(connector)))
    }
}

/// Counts the interim answers to a request; what is returned is notified when there are too many.
fn count_interim(request: &mut Request<WasiBody>) -> Arc<Notify> {
    let flooded = Arc::<Notify>::default();
    let (notify, count) = (flooded.clone(), AtomicUsize::new(0));
    hyper::ext::on_informational(request, move |_| {
        if count.fetch_add(1, Ordering::Relaxed) == MOST_INTERIM {
            notify.notify_one();
        }
    });
    flooded
}

fn pooled<C>(connector: C) -> Client<C, WasiBody>
where
    C: hyper_util::client::legacy::connect::Connect + Clone,
{
    // `retry_canceled_requests` stays on: hyper-util repeats only a request its connection hands back unstarted, which
    // hyper does for one still waiting in the connection's queue (`TrySendError::message`), so no write goes out twice.
    Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(KEEP_IDLE)
        .http1_max_buf_size(READ_BUFFER)
        .http2_keep_alive_interval(PING)
        .http2_keep_alive_timeout(PING)
        .build(connector)
}

/// The URI without its query, for messages.
pub fn without_query(uri: &Uri) -> String {
    uri.to_string().split('?').next().unwrap_or_default().to_owned()
}
