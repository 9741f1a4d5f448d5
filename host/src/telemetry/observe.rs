//! Watches HTTP exchanges for `--verbose` and tests. What an observer sees is already redacted.

use crate::redact::Redactor;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri};
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// How much of a body is shown, in bytes.
const SHOWN_BYTES: usize = 64 * 1024;

/// One request and what came back, redacted.
#[derive(Debug, Clone, Default)]
pub struct Exchange {
    /// The method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// The request's headers.
    pub request_headers: Vec<(String, String)>,
    /// The request's body, or what can be said about it.
    pub request_body: String,
    /// The status of the answer, where one came.
    pub status: Option<u16>,
    /// The answer's headers.
    pub response_headers: Vec<(String, String)>,
    /// The answer's body, or what can be said about it.
    pub response_body: String,
    /// Why no answer, or no whole answer, came.
    pub error: Option<String>,
    /// From when the request left to the end of the answer.
    pub duration: Duration,
}

/// Is told of every exchange when it is over.
pub trait Observer: Send + Sync {
    /// Called once for every exchange, when its answer has been read, given up, or failed to come.
    fn exchange(&self, exchange: &Exchange);
}

impl<F: Fn(&Exchange) + Send + Sync> Observer for F {
    fn exchange(&self, exchange: &Exchange) {
        self(exchange);
    }
}

/// A body as it goes by.
#[derive(Default)]
struct Capture {
    bytes: Vec<u8>,
    total: usize,
}

impl Capture {
    fn push(&mut self, chunk: &Bytes) {
        self.total += chunk.len();
        let room = SHOWN_BYTES.saturating_sub(self.bytes.len()).min(chunk.len());
        self.bytes.extend_from_slice(chunk.get(..room).unwrap_or_default());
    }

    fn shown(&self, headers: &[(String, String)], redactor: &Redactor) -> String {
        if self.total > self.bytes.len() {
            // Half a document cannot be redacted reliably.
            return format!("({} bytes, too many to show)", self.total);
        }
        let kind = headers.iter().find(|(name, _)| name == "content-type").map_or("", |(_, value)| value);
        redactor.body(kind, &self.bytes)
    }
}

/// The head of a request.
pub(crate) struct Head<'a> {
    pub method: &'a Method,
    pub url: &'a Uri,
    pub headers: &'a HeaderMap,
}

/// What an observer is told of one exchange, gathered as it goes by.
pub(crate) struct Detail {
    exchange: Exchange,
    /// The URL as it is, whose secrets an answer may repeat.
    url: Zeroizing<String>,
    request: Capture,
    response: Capture,
    observer: Arc<dyn Observer>,
    redactor: Arc<Redactor>,
}

impl Detail {
    /// Begins with the request's head.
    pub fn new(request: &Head<'_>, observer: Arc<dyn Observer>, redactor: Arc<Redactor>) -> Self {
        let exchange = Exchange {
            method: request.method.to_string(),
            url: redactor.url(&request.url.to_string()),
            request_headers: headers(request.headers, &redactor),
            ..Exchange::default()
        };
        let url = Zeroizing::new(request.url.to_string());
        Self { exchange, url, request: Capture::default(), response: Capture::default(), observer, redactor }
    }

    /// Notes the request's header fields as they leave.
    pub fn leaves(&mut self, fields: &HeaderMap) {
        self.exchange.request_headers = headers(fields, &self.redactor);
    }

    /// Notes a piece of the request's body.
    pub fn request_data(&mut self, data: &Bytes) {
        self.request.push(data);
    }

    /// Notes the response's head.
    pub fn head(&mut self, status: StatusCode, fields: &HeaderMap) {
        self.exchange.status = Some(status.as_u16());
        self.exchange.response_headers = headers(fields, &self.redactor);
    }

    /// Notes a piece of the response's body.
    pub fn response_data(&mut self, data: &Bytes) {
        self.response.push(data);
    }

    /// Notes why the exchange failed; the first reason counts.
    pub fn failed(&mut self, reason: &str) {
        let redactor = &self.redactor;
        self.exchange.error.get_or_insert_with(|| redactor.text(reason));
    }

    /// Tells the observer, now that the exchange is over.
    pub fn tell(self, duration: Duration) {
        let Self { mut exchange, url, request, response, observer, redactor } = self;
        exchange.duration = duration;
        let said = Redactor::for_exchange(&url, &request.bytes);
        exchange.url = said.text(&exchange.url);
        exchange.request_body = said.text(&request.shown(&exchange.request_headers, &redactor));
        exchange.response_body = said.text(&response.shown(&exchange.response_headers, &redactor));
        exchange.response_headers.iter_mut().for_each(|(_, value)| *value = said.text(value));
        if exchange.status.is_none() && exchange.error.is_none() {
            exchange.error = Some("given up before an answer came".into());
        }
        observer.exchange(&exchange);
    }
}

fn headers(map: &HeaderMap, redactor: &Redactor) -> Vec<(String, String)> {
    map.iter()
        .map(|(name, value)| {
            (name.to_string(), redactor.header(name.as_str(), &String::from_utf8_lossy(value.as_bytes())))
        })
        .collect()
}
