//! Sends requests over pooled connections, with the three timeouts of wasi:http. Knows neither the policy nor the
//! component. One transport belongs to one connection of the configuration and is never shared with another.

use super::fault::{self, LookupFailed};
use http::{Request, Response, Uri};
use hyper::body::Incoming;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use hyper_util::client::legacy::connect::{HttpConnector, capture_connection};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;
use tower_service::Service;
use wasmtime_wasi_http::{Error as Fault, RequestOptions, WasiBody};

/// How long an idle connection is kept. A server that closes an idle connection just as a request leaves makes that
/// request ambiguous; common servers close after 5 seconds (Node) or later, so connections are given up before that.
const KEEP_IDLE: Duration = Duration::from_secs(4);

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

type Plain = HttpConnector<Resolver>;

/// A pool of connections.
pub struct Transport {
    plain: Client<Plain, WasiBody>,
    secure: OnceLock<Client<HttpsConnector<Plain>, WasiBody>>,
}

impl Default for Transport {
    /// A transport without connections; certificates are read when the first `https:` request is made.
    fn default() -> Self {
        Self { plain: pooled(tcp()), secure: OnceLock::new() }
    }
}

impl Transport {
    /// Sends a request. `on_connected` is called when a connection stands, just before the request goes out.
    ///
    /// # Errors
    /// A code that says whether the request may have reached the provider, see [`fault`].
    pub async fn send(
        &self,
        mut request: Request<WasiBody>,
        timeouts: Timeouts,
        on_connected: impl FnOnce(),
    ) -> Result<Response<Incoming>, Fault> {
        let mut connection = capture_connection(&mut request);
        let mut answer = if request.uri().scheme() == Some(&http::uri::Scheme::HTTPS) {
            self.secure()?.request(request)
        } else {
            self.plain.request(request)
        };
        let translate = |error: hyper_util::client::legacy::Error| {
            tracing::debug!(?error, "request failed");
            if error.is_connect() { fault::before_sending(&error) } else { fault::after_sending(&error) }
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
        match tokio::time::timeout(timeouts.first_byte, answer).await {
            Ok(done) => done.map_err(translate),
            Err(_) => Err(Fault::HttpResponseTimeout),
        }
    }

    fn secure(&self) -> Result<&Client<HttpsConnector<Plain>, WasiBody>, Fault> {
        if let Some(client) = self.secure.get() {
            return Ok(client);
        }
        let mut config = tls_config().clone().map_err(|reason| Fault::InternalError(Some(reason)))?;
        // Sessions are resumed within one connection of the configuration, never across two.
        config.resumption = rustls::client::Resumption::in_memory_sessions(64);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(config)
            .https_or_http()
            .enable_http1()
            .enable_http2()
            .wrap_connector(tcp());
        Ok(self.secure.get_or_init(|| pooled(connector)))
    }
}

/// The TLS configuration with this machine's trusted certificates (and those `SSL_CERT_FILE` names), read once.
fn tls_config() -> &'static Result<rustls::ClientConfig, String> {
    static CONFIG: OnceLock<Result<rustls::ClientConfig, String>> = OnceLock::new();
    CONFIG.get_or_init(|| {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("TLS cannot be set up: {error}"))?
            .with_native_roots()
            .map_err(|error| format!("the trusted certificates cannot be read: {error}"))?;
        Ok(config.with_no_client_auth())
    })
}

fn tcp() -> Plain {
    let mut connector = HttpConnector::new_with_resolver(Resolver(GaiResolver::new()));
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector
}

fn pooled<C>(connector: C) -> Client<C, WasiBody>
where
    C: hyper_util::client::legacy::connect::Connect + Clone,
{
    // `retry_canceled_requests` stays on: hyper-util repeats only a request its connection hands back unstarted, which
    // hyper does for one still waiting in the connection's queue (`TrySendError::message`), so no write goes out twice.
    Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).pool_idle_timeout(KEEP_IDLE).build(connector)
}

/// The system's resolver, its errors marked as what they are.
#[derive(Clone)]
struct Resolver(GaiResolver);

impl Service<Name> for Resolver {
    type Response = <GaiResolver as Service<Name>>::Response;
    type Error = LookupFailed;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context).map_err(LookupFailed)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let lookup = self.0.call(name);
        Box::pin(async move { lookup.await.map_err(|error: io::Error| LookupFailed(error)) })
    }
}

/// The URI without its query, for messages.
pub fn without_query(uri: &Uri) -> String {
    uri.to_string().split('?').next().unwrap_or_default().to_owned()
}
