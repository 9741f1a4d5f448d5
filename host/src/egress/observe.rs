//! Watches HTTP exchanges for `--verbose` and tests. What an observer sees is already redacted.

use crate::redact::Redactor;
use bytes::Bytes;
use http::HeaderMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How much of a body is kept.
const KEPT_BYTES: usize = 64 * 1024;

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
    /// From the request to the end of the answer.
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
        let room = KEPT_BYTES.saturating_sub(self.bytes.len()).min(chunk.len());
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

#[derive(Default)]
struct Draft {
    exchange: Exchange,
    request: Capture,
    response: Capture,
}

/// An exchange being recorded. It is reported when the last clone goes, so however the exchange ends, it is reported.
#[derive(Clone)]
pub struct Recording(Arc<Shared>);

struct Shared {
    draft: Mutex<Draft>,
    started: Instant,
    observer: Arc<dyn Observer>,
    redactor: Arc<Redactor>,
}

impl Recording {
    /// Begins to record a request.
    pub fn new<B>(request: &http::Request<B>, observer: Arc<dyn Observer>, redactor: Arc<Redactor>) -> Self {
        let exchange = Exchange {
            method: request.method().to_string(),
            url: redactor.text(&request.uri().to_string()),
            request_headers: headers(request.headers(), &redactor),
            ..Exchange::default()
        };
        let draft = Mutex::new(Draft { exchange, ..Draft::default() });
        Self(Arc::new(Shared { draft, started: Instant::now(), observer, redactor }))
    }

    /// Notes a piece of the request's body.
    pub fn request_data(&self, data: &Bytes) {
        self.draft(|draft| draft.request.push(data));
    }

    /// Notes the response's head.
    pub fn head<B>(&self, response: &http::Response<B>) {
        self.draft(|draft| {
            draft.exchange.status = Some(response.status().as_u16());
            draft.exchange.response_headers = headers(response.headers(), &self.0.redactor);
        });
    }

    /// Notes a piece of the response's body.
    pub fn response_data(&self, data: &Bytes) {
        self.draft(|draft| draft.response.push(data));
    }

    /// Notes why the exchange failed; the first reason counts.
    pub fn failed(&self, reason: &impl ToString) {
        let reason = self.0.redactor.text(&reason.to_string());
        self.draft(|draft| _ = draft.exchange.error.get_or_insert(reason));
    }

    fn draft(&self, change: impl FnOnce(&mut Draft)) {
        change(&mut self.0.draft.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let draft = self.draft.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut exchange = std::mem::take(&mut draft.exchange);
        exchange.duration = self.started.elapsed();
        exchange.request_body = draft.request.shown(&exchange.request_headers, &self.redactor);
        let said = Redactor::for_answer(&draft.request.bytes);
        exchange.response_body = said.text(&draft.response.shown(&exchange.response_headers, &self.redactor));
        exchange.response_headers.iter_mut().for_each(|(_, value)| *value = said.text(value));
        if exchange.status.is_none() && exchange.error.is_none() {
            exchange.error = Some("given up before an answer came".into());
        }
        self.observer.exchange(&exchange);
    }
}

fn headers(map: &HeaderMap, redactor: &Redactor) -> Vec<(String, String)> {
    map.iter()
        .map(|(name, value)| {
            (name.to_string(), redactor.header(name.as_str(), &String::from_utf8_lossy(value.as_bytes())))
        })
        .collect()
}
