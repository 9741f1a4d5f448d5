//! A request's recording: timed once, for its span, the metrics and an observer. It is reported when the last clone of
//! its [`Recording`] goes, so however it ends, it is reported.

use super::kept::Kept;
use super::labels::{ActiveLabels, OTHER, RequestLabels};
use super::meter::Meter;
use super::observe::{Detail, Head, Observer};
use crate::redact::Redactor;
use bytes::Bytes;
use http::uri::Scheme;
use http::{HeaderMap, Method, StatusCode, Uri, Version};
use parking_lot::Mutex;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::Span;
use tracing::field::Empty;

/// Less than this is no waiting.
const A_WAIT: Duration = Duration::from_millis(1);

/// The requests of one connection.
pub struct Requests {
    meter: Arc<Meter>,
    observer: Option<Arc<dyn Observer>>,
    redactor: Arc<Redactor>,
    servers: Kept<Arc<Server>, 4>,
}

/// A server, and where requests to it are counted.
struct Server {
    /// As URLs have it.
    host: Box<str>,
    port: u16,
    /// As it may be shown.
    shown: Arc<str>,
    meter: Arc<Meter>,
    active: Kept<(&'static str, Gauge), 4>,
    /// Those that were answered and did not fail, by method, status and version.
    answered: Kept<(Answered, Histogram), 8>,
}

/// A method, a status, a version.
type Answered = (&'static str, u16, Option<&'static str>);

impl Requests {
    /// Counted by this meter, shown to the observer without what the redactor knows.
    pub fn new(meter: Arc<Meter>, observer: Option<Arc<dyn Observer>>, redactor: Arc<Redactor>) -> Self {
        Self { meter, observer, redactor, servers: Kept::default() }
    }

    /// Begins with a request, as a part of the call that `parent` is the span of.
    pub fn begin(&self, request: &Head<'_>, parent: &Span) -> Recording {
        let uri = request.url;
        let (host, default) =
            (uri.host().unwrap_or_default(), if uri.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 });
        let port = uri.port_u16().unwrap_or(default);
        let new = || Arc::new(Server::new(host, port, &self.redactor, self.meter.clone()));
        let server = self.servers.with(|server| server.port == port && &*server.host == host, new, Arc::clone);
        let method = method(request.method);
        let span = tracing::debug_span!(
            parent: parent,
            "http.request",
            otel.name = method,
            otel.kind = "client",
            http.request.method = method,
            url.full = self.redactor.text(&without_query(uri)),
            server.address = &*server.shown,
            server.port = port,
            http.response.status_code = Empty,
            network.protocol.version = Empty,
            error.type = Empty,
            duration_ms = Empty,
        );
        let detail = |observer: &Arc<_>| Mutex::new(Detail::new(request, Arc::clone(observer), self.redactor.clone()));
        let detail = self.observer.as_ref().map(detail);
        Recording(Arc::new(Shared { span, server, method, started: Instant::now(), state: Mutex::default(), detail }))
    }
}

impl Server {
    fn new(host: &str, port: u16, redactor: &Redactor, meter: Arc<Meter>) -> Self {
        let (active, answered) = (Kept::default(), Kept::default());
        Self { host: host.into(), port, shown: redactor.text(host).into(), meter, active, answered }
    }

    fn labels(&self, method: &'static str) -> ActiveLabels {
        ActiveLabels {
            connection: self.meter.label.clone(),
            http_request_method: method,
            server_address: self.shown.clone(),
            server_port: self.port,
        }
    }

    /// Counts the requests that are under way.
    fn active(&self, method: &'static str, change: impl FnOnce(&Gauge)) {
        let new = || (method, self.meter.families.active.get_or_create_owned(&self.labels(method)));
        self.active.with(|(kept, _)| *kept == method, new, |(_, active)| change(active));
    }

    /// Counts a request that is over.
    fn over(&self, method: &'static str, state: State, took: Duration) {
        let State { status, version, error_type, .. } = state;
        let answered = status.filter(|_| error_type.is_none()).map(|status| (method, status, version));
        let family = &self.meter.families.requests;
        let labels = || RequestLabels {
            request: self.labels(method),
            http_response_status_code: status,
            network_protocol_version: version,
            error_type,
        };
        match answered {
            None => family.get_or_create(&labels()).observe(took.as_secs_f64()),
            Some(answered) => self.answered.with(
                |(kept, _)| *kept == answered,
                || (answered, family.get_or_create_owned(&labels())),
                |(_, requests)| requests.observe(took.as_secs_f64()),
            ),
        }
    }
}

/// An exchange being recorded.
#[derive(Clone)]
pub struct Recording(Arc<Shared>);

struct Shared {
    /// The request's span.
    span: Span,
    server: Arc<Server>,
    method: &'static str,
    started: Instant,
    state: Mutex<State>,
    /// What an observer wants to know, where there is one.
    detail: Option<Mutex<Detail>>,
}

#[derive(Default)]
struct State {
    /// Since when it is on its way.
    left: Option<Instant>,
    unsent: Option<&'static str>,
    status: Option<u16>,
    version: Option<&'static str>,
    error_type: Option<Cow<'static, str>>,
}

impl Recording {
    /// The request's span.
    pub fn span(&self) -> &Span {
        &self.0.span
    }

    /// Whether what bodies hold is of interest.
    pub fn takes_bodies(&self) -> bool {
        self.0.detail.is_some()
    }

    /// The request is let out; what has passed until now was waiting for it.
    pub fn leaves(&self, headers: &HeaderMap, fetches_token: bool) {
        self.0.detail(|detail| detail.leaves(headers));
        let Shared { server, method, started, .. } = &*self.0;
        let now = Instant::now();
        let waited = now.saturating_duration_since(*started);
        if waited >= A_WAIT {
            server.meter.waited(waited);
        }
        if fetches_token {
            server.meter.token_request();
        }
        server.active(method, |active| _ = active.inc());
        self.0.state.lock().left = Some(now);
    }

    /// The request is not let out, for this reason.
    pub fn unsent(&self, reason: &'static str) {
        self.0.state.lock().unsent = Some(reason);
    }

    /// Notes a piece of the request's body.
    pub fn request_data(&self, data: &Bytes) {
        self.0.detail(|detail| detail.request_data(data));
    }

    /// Notes the response's head.
    pub fn head(&self, status: StatusCode, version: Version, headers: &HeaderMap) {
        let mut state = self.0.state.lock();
        state.status = Some(status.as_u16());
        state.version = version_label(version);
        drop(state);
        self.0.detail(|detail| detail.head(status, headers));
    }

    /// Notes a piece of the response's body.
    pub fn response_data(&self, data: &Bytes) {
        self.0.detail(|detail| detail.response_data(data));
    }

    /// Notes why the exchange failed, by its code's name and in words; the first reason counts.
    pub fn failed(&self, error_type: &'static str, words: &str) {
        self.0.state.lock().error_type.get_or_insert(Cow::Borrowed(error_type));
        self.0.detail(|detail| detail.failed(words));
    }
}

impl Shared {
    fn detail(&self, change: impl FnOnce(&mut Detail)) {
        if let Some(detail) = &self.detail {
            change(&mut detail.lock());
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let mut state = std::mem::take(self.state.get_mut());
        let took = state.left.unwrap_or(self.started).elapsed();
        if state.status.is_none() {
            state.error_type.get_or_insert(Cow::Borrowed("cancelled"));
        } else if let Some(status @ 400..) = state.status {
            // As OpenTelemetry has it: the status is the error's type where it is one.
            state.error_type.get_or_insert_with(|| status.to_string().into());
        }
        if !self.span.is_disabled() {
            self.span.record("http.response.status_code", state.status);
            self.span.record("network.protocol.version", state.version);
            self.span.record("error.type", state.error_type.as_deref());
            self.span.record("duration_ms", took.as_secs_f64() * 1000.0);
        }
        if state.left.is_some() {
            self.server.active(self.method, |active| _ = active.dec());
            self.server.over(self.method, state, took);
        } else {
            self.server.meter.unsent(state.unsent.unwrap_or("cancelled"));
        }
        if let Some(detail) = self.detail.take() {
            detail.into_inner().tell(took);
        }
    }
}

/// A method as a label: the contract's own (RFC 7644 section 3.2).
fn method(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or(OTHER)
}

fn version_label(version: Version) -> Option<&'static str> {
    match version {
        Version::HTTP_10 => Some("1.0"),
        Version::HTTP_11 => Some("1.1"),
        Version::HTTP_2 => Some("2"),
        _ => None,
    }
}

/// The URL without its query, where filters name people.
fn without_query(url: &Uri) -> String {
    url.to_string().split('?').next().unwrap_or_default().to_owned()
}
