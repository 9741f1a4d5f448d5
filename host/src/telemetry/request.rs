//! A request's recording: timed once, for its span, the metrics and an observer. It is reported when the last clone of
//! its [`Recording`] goes, so however it ends, it is reported.

use super::labels::{ActiveLabels, OTHER, RequestLabels};
use super::meter::Meter;
use super::observe::{Detail, Head, Observer};
use crate::redact::Redactor;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri, Version};
use parking_lot::Mutex;
use prometheus_client::metrics::gauge::Gauge;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::Span;
use tracing::field::Empty;

/// Less than this is no waiting.
const A_WAIT: Duration = Duration::from_millis(1);

/// An exchange being recorded.
#[derive(Clone)]
pub struct Recording(Arc<Shared>);

struct Shared {
    /// The request's span.
    span: Span,
    meter: Arc<Meter>,
    labels: ActiveLabels,
    started: Instant,
    state: Mutex<State>,
    /// What an observer wants to know, where there is one.
    detail: Option<Mutex<Detail>>,
}

#[derive(Default)]
struct State {
    /// Since when it is on its way, and where it is counted while it is.
    left: Option<(Instant, Gauge)>,
    unsent: Option<&'static str>,
    status: Option<u16>,
    version: Option<&'static str>,
    error_type: Option<Cow<'static, str>>,
}

impl Recording {
    /// Begins with a request, as a part of the call that `parent` is the span of.
    pub fn new(
        request: Head<'_>,
        parent: &Span,
        meter: &Arc<Meter>,
        observer: Option<&Arc<dyn Observer>>,
        redactor: &Arc<Redactor>,
    ) -> Self {
        let uri = request.url;
        let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
        let labels = ActiveLabels {
            connection: meter.label.clone(),
            http_request_method: method(request.method),
            server_address: redactor.text(uri.host().unwrap_or_default()).into(),
            server_port: port,
        };
        let span = tracing::debug_span!(
            parent: parent,
            "http.request",
            otel.name = labels.http_request_method,
            otel.kind = "client",
            http.request.method = labels.http_request_method,
            url.full = redactor.text(&without_query(uri)),
            server.address = &*labels.server_address,
            server.port = port,
            http.response.status_code = Empty,
            network.protocol.version = Empty,
            error.type = Empty,
            duration_ms = Empty,
        );
        let detail = observer.map(|observer| Mutex::new(Detail::new(&request, observer.clone(), redactor.clone())));
        let (meter, started) = (meter.clone(), Instant::now());
        Self(Arc::new(Shared { span, meter, labels, started, state: Mutex::default(), detail }))
    }

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
        let Shared { meter, labels, started, .. } = &*self.0;
        let now = Instant::now();
        let waited = now.saturating_duration_since(*started);
        if waited >= A_WAIT {
            meter.waited(waited);
        }
        if fetches_token {
            meter.token_request();
        }
        let active = meter.families.active.get_or_create_owned(labels);
        active.inc();
        self.0.state.lock().left = Some((now, active));
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
        let state = std::mem::take(self.state.get_mut());
        let began = state.left.as_ref().map_or(self.started, |(left, _)| *left);
        let took = began.elapsed();
        let State { status, version, mut error_type, .. } = state;
        if status.is_none() {
            error_type.get_or_insert(Cow::Borrowed("cancelled"));
        } else if let Some(status @ 400..) = status {
            // As OpenTelemetry has it: the status is the error's type where it is one.
            error_type.get_or_insert_with(|| status.to_string().into());
        }
        if !self.span.is_disabled() {
            self.span.record("http.response.status_code", status);
            self.span.record("network.protocol.version", version);
            self.span.record("error.type", error_type.as_deref());
            self.span.record("duration_ms", took.as_secs_f64() * 1000.0);
        }
        if let Some((_, active)) = state.left {
            active.dec();
            let labels = RequestLabels {
                request: self.labels.clone(),
                http_response_status_code: status,
                network_protocol_version: version,
                error_type,
            };
            self.meter.families.requests.get_or_create(&labels).observe(took.as_secs_f64());
        } else {
            self.meter.unsent(state.unsent.unwrap_or("cancelled"));
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
