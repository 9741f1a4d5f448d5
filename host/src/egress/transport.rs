//! The last stage: sends requests over pooled connections, with three timeouts. Knows neither the policy nor the component.
//! One transport belongs to one connection of the configuration and is never shared with another.

use super::alarm::Alarm;
use super::fault::{Fault, SendError, TOO_SLOW_TO_CONNECT};
use super::interceptor::{Intercepted, Interceptor, Next};
use super::message::{Body, Request, Response};
use super::resolve::{Dns, Resolver};
use super::route::{Proxies, Route};
use super::service::Service;
use super::{tls, translate};
use crate::address::{AddressRule, Guard};
use crate::redact::Redactor;
use crate::settings::{ConnectionSettings, Tls};
use http_body_util::BodyExt as _;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::capture_connection;
use hyper_util::client::proxy::matcher::Intercept;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::Notify;

/// How long an idle connection is kept. A server that closes an idle connection just as a request leaves makes that
/// request ambiguous; common servers close after 5 seconds (Node) or later, so connections are given up before that.
/// It holds for HTTP/2 as well, where it could be longer: hyper-util's pool has one for both.
const KEEP_IDLE: Duration = Duration::from_secs(4);

/// How often an HTTP/2 connection with open requests is asked whether it lives, and how long it may take to answer. Without
/// it, one that a firewall has forgotten would swallow request after request, since new ones go on the same connection.
const PING: Duration = Duration::from_secs(10);

/// Interim answers (1xx, RFC 9110 section 15.2) that one request may get. Each is harmless, and hyper reads on as long as they
/// come, so that endless ones would keep a processor busy until the request's time is up.
const MOST_INTERIM: usize = 100;

/// Most bytes read from an HTTP/1 connection at a time, and so the longest head of an answer.
const READ_BUFFER: usize = 64 << 10;

type Requests<C> = Client<C, Body>;

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
    ) -> Result<Self, tls::BadSetting> {
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

    /// What decides on addresses.
    pub fn guard(&self) -> &Arc<Guard> {
        &self.guard
    }

    /// Sends a request. `on_connected` is called when a connection stands, just before the request goes out.
    async fn send(&self, request: Request, on_connected: impl FnOnce()) -> Result<Response, SendError> {
        let Request { method, url, headers, body, timeouts, activity, .. } = request;
        let mut request = http::Request::new(body);
        (*request.method_mut(), *request.uri_mut(), *request.headers_mut()) = (method, url.clone(), headers);
        let secure = url.scheme() == Some(&http::uri::Scheme::HTTPS);
        let proxy = self.proxies.of(&url);
        if let Some(credentials) = proxy.as_ref().filter(|_| !secure).and_then(Intercept::basic_auth) {
            request.headers_mut().insert(http::header::PROXY_AUTHORIZATION, credentials.clone());
        }
        let flooded = count_interim(&mut request);
        let mut connection = capture_connection(&mut request);
        let mut answer = if secure {
            let client = self
                .secure()
                .map_err(|(key, detail)| SendError::new(Fault::ConfigurationError, format!("host.{key}: {detail}")))?;
            client.request(request)
        } else {
            self.plain.request(request)
        };
        let translate = |error: hyper_util::client::legacy::Error| {
            tracing::debug!(?error, "request failed");
            if !error.is_connect() {
                return translate::after_sending(&error).into();
            }
            // The server may have moved.
            url.host().into_iter().for_each(|host| self.dns.doubt(host));
            translate::before_sending(&error)
        };
        let received = |response: http::Response<hyper::body::Incoming>, alarm| {
            let (head, body) = response.into_parts();
            let body = Body::stream(body.map_err(|error| translate::in_body(&error))).timed_by(alarm);
            Response { status: head.status, version: head.version, headers: head.headers, body }
        };
        let mut alarm = Alarm::by(activity.end());
        tokio::select! {
            // The answer first: where both are ready, the connection has done its part.
            biased;
            done = &mut answer => {
                if !matches!(&done, Err(error) if error.is_connect()) {
                    on_connected();
                }
                return done.map(|response| received(response, alarm)).map_err(translate);
            }
            _ = connection.wait_for_connection_metadata() => on_connected(),
            () = alarm.ring(timeouts.connect) => return Err(TOO_SLOW_TO_CONNECT.into()),
        }
        alarm.clear();
        // Whichever ends it drops the request, on which hyper closes the connection.
        tokio::select! {
            biased;
            done = answer => done.map(|response| received(response, alarm)).map_err(translate),
            () = flooded.notified() => Err(SendError::new(
                Fault::HttpProtocolError,
                format!("more than {MOST_INTERIM} interim answers (1xx) came instead of an answer"),
            )),
            () = alarm.ring(timeouts.first_byte) => Err(Fault::HttpResponseTimeout.into()),
        }
    }

    fn secure(&self) -> Result<&Requests<HttpsConnector<Route>>, tls::BadSetting> {
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

/// The stage.
pub struct Send {
    /// Sends.
    pub transport: Arc<Transport>,
    /// Whom requests go to.
    pub service: Service,
}

impl Interceptor for Send {
    fn intercept<'a>(&'a self, request: Request, _: Next<'a>) -> Intercepted<'a> {
        Box::pin(async move {
            let (write, activity) = (self.service.is_write(&request), request.activity.clone());
            let on_connected = || {
                if write {
                    activity.write_sent();
                }
            };
            self.transport.send(request, on_connected).await
        })
    }
}

/// Counts the interim answers to a request; what is returned is notified when there are too many.
fn count_interim(request: &mut http::Request<Body>) -> Arc<Notify> {
    let flooded = Arc::<Notify>::default();
    let (notify, count) = (flooded.clone(), AtomicUsize::new(0));
    hyper::ext::on_informational(request, move |_| {
        if count.fetch_add(1, Ordering::Relaxed) == MOST_INTERIM {
            notify.notify_one();
        }
    });
    flooded
}

fn pooled<C>(connector: C) -> Client<C, Body>
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
