//! The core's door: the one import by which a request goes out and its answer comes in, and what its failures mean. One exchange at
//! a time; its body is handed in piece by piece, and read no faster than it is asked for.

use super::activity::Activity;
use super::chain::Egress;
use super::fault::Fault;
use super::message::{Body, Request, Timeouts};
use crate::bindings::scim::connector_parts::outbound::{self, Bounds, Method, Reason, TransportError};
use bytes::{Buf as _, Bytes};
use http::header::{self, CONTENT_LENGTH, HeaderName};
use http::{HeaderMap, HeaderValue, Uri};
use http_body_util::BodyExt as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Most of a body that crosses at once, in bytes; see `send` in the contract between the parts.
const PIECE: usize = 256 << 10;

/// Headers that are the connection's, not the request's (RFC 9110 section 7.6.1): whoever could set them could smuggle requests.
const OF_THE_CONNECTION: [HeaderName; 9] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    HeaderName::from_static("proxy-connection"),
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::HOST,
    HeaderName::from_static("http2-settings"),
];

/// The core's door; without a way out nothing passes.
pub struct Outbound {
    egress: Option<Arc<Egress>>,
    activity: Arc<Activity>,
    /// The exchange whose answer has not been read to its end.
    open: Option<Open>,
    /// What went wrong with it and has not been told.
    failure: Option<TransportError>,
}

/// An answer whose body has not been read to its end.
struct Open {
    body: Body,
    /// What came beyond the last piece.
    rest: Bytes,
    received: u64,
    limit: u64,
    /// When the exchange must be over.
    end: Instant,
}

impl Outbound {
    /// A door to a way out, for a call that has done this so far.
    pub fn new(egress: Option<Arc<Egress>>, activity: Arc<Activity>) -> Self {
        Self { egress, activity, open: None, failure: None }
    }

    /// Sends a request and waits for the head of its answer with the beginning of its body.
    pub async fn exchange(&mut self, request: outbound::Request) -> Result<outbound::Response, TransportError> {
        (self.open, self.failure) = (None, None);
        let bounds = request.bounds;
        let egress = self.egress.clone().ok_or_else(|| before(&Fault::HttpRequestDenied))?;
        let end = Instant::now() + milliseconds(bounds.total_ms);
        let request = self.outgoing(request)?;
        // Its one timer rings at the end, too.
        self.activity.must_end_by(end);
        let response = egress.send(request).await.map_err(|error| before(&error.fault))?;
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = response.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        let mut open = Open { body: response.body, rest: Bytes::new(), received: 0, limit: bounds.response_bytes, end };
        // What goes wrong from here on is told when the next piece is asked for: the head is the caller's.
        let (body, more) = match open.piece().await {
            Ok(piece) => piece,
            Err(failure) => {
                self.failure = Some(failure);
                (Vec::new(), true)
            }
        };
        self.open = more.then_some(open);
        Ok(outbound::Response { status: response.status.as_u16(), headers, body, more })
    }

    /// The next piece of the body.
    pub async fn next_piece(&mut self) -> Result<Vec<u8>, TransportError> {
        if let Some(failure) = self.failure.take() {
            self.open = None;
            return Err(failure);
        }
        let Some(open) = &mut self.open else { return Ok(Vec::new()) };
        let piece = open.piece().await;
        if !matches!(&piece, Ok((_, true))) {
            self.open = None;
        }
        piece.map(|(piece, _)| piece)
    }

    fn outgoing(&self, request: outbound::Request) -> Result<Request, TransportError> {
        let unsendable = |what: &str| failed(Reason::Internal, false, format!("the {what} cannot be sent"));
        let outbound::Request { method, url, headers, body, bounds } = request;
        let method = match method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
            Method::Patch => http::Method::PATCH,
            Method::Delete => http::Method::DELETE,
        };
        let url = url.parse::<Uri>().map_err(|_| unsendable("URL"))?;
        let mut fields = HeaderMap::with_capacity(headers.len() + 2);
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unsendable("headers"))?;
            let value = HeaderValue::from_maybe_shared(Bytes::from(value)).map_err(|_| unsendable("headers"))?;
            if OF_THE_CONNECTION.contains(&name) {
                return Err(unsendable("headers"));
            }
            fields.append(name, value);
        }
        let body = match body {
            Some(body) => {
                // Without it the body goes out chunked, which HTTP/1.0 servers take for an empty one.
                fields.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
                Body::from(body)
            }
            None => Body::empty(),
        };
        let mut request = Request::new(method, url, fields, body, self.activity.clone());
        request.timeouts = timeouts(&bounds);
        Ok(request)
    }
}

impl Open {
    /// What comes until the piece is full or the body ends, and whether there may be more.
    async fn piece(&mut self) -> Result<(Vec<u8>, bool), TransportError> {
        let expected = http_body::Body::size_hint(&self.body).exact().and_then(|size| usize::try_from(size).ok());
        let mut piece = Vec::with_capacity(expected.unwrap_or_default().saturating_add(self.rest.len()).min(PIECE));
        loop {
            let taken = self.rest.len().min(PIECE - piece.len());
            piece.extend_from_slice(&self.rest.split_to(taken));
            if piece.len() == PIECE {
                return Ok((piece, true));
            }
            let Some(frame) = self.body.frame().await else { return Ok((piece, false)) };
            let stopped = |fault| match fault {
                Fault::ConnectionReadTimeout if Instant::now() >= self.end => self.late(),
                fault => within(&fault),
            };
            let Ok(data) = frame.map_err(stopped)?.into_data() else { continue };
            self.received = self.received.saturating_add(data.remaining() as u64);
            if self.received > self.limit {
                return Err(failed(Reason::TooLarge, true, "the answer is too large"));
            }
            self.rest = data;
        }
    }

    fn late(&self) -> TransportError {
        failed(Reason::Timeout, true, format!("the answer went on after {} bytes", self.received))
    }
}

fn milliseconds(milliseconds: u64) -> Duration {
    // Longer than this no clock counts.
    Duration::from_millis(milliseconds.min(u64::from(u32::MAX)))
}

fn timeouts(bounds: &Bounds) -> Timeouts {
    Timeouts {
        connect: milliseconds(bounds.connect_ms),
        first_byte: milliseconds(bounds.first_byte_ms),
        between_bytes: milliseconds(bounds.between_bytes_ms),
    }
}

fn failed(reason: Reason, maybe_sent: bool, detail: impl Into<String>) -> TransportError {
    TransportError { reason, maybe_sent, detail: detail.into() }
}

/// What a fault before the head of the answer means. The adapter over wasi:http says the same of the codes that other hosts give.
fn before(fault: &Fault) -> TransportError {
    let (reason, maybe_sent, detail) = match fault {
        Fault::DnsError(_) => (Reason::Dns, false, "unknown host"),
        Fault::DestinationUnavailable | Fault::DestinationIpUnroutable => (Reason::Refused, false, "no route"),
        Fault::ConnectionRefused => (Reason::Refused, false, "connection refused"),
        Fault::ConnectionLimitReached => (Reason::Refused, false, "too many connections"),
        Fault::TlsProtocolError => (Reason::Tls, false, "the TLS handshake failed"),
        Fault::TlsCertificateError => (Reason::Tls, false, "the certificate is not trusted"),
        Fault::TlsAlertReceived { .. } => (Reason::Tls, false, "the server refused the TLS handshake"),
        Fault::HttpRequestDenied => (Reason::Denied, false, "not on its allow-list"),
        Fault::DestinationIpProhibited => (Reason::Denied, false, "not to this address"),
        Fault::ConfigurationError => (Reason::Denied, false, "its configuration is wrong"),
        Fault::ConnectionReadTimeout | Fault::HttpResponseTimeout => {
            (Reason::Timeout, true, "no answer within the timeout")
        }
        Fault::ConnectionTerminated => (Reason::Closed, true, "the connection was closed"),
        Fault::HttpResponseIncomplete => (Reason::Closed, true, "the answer is incomplete"),
        Fault::RequestBody => (Reason::Closed, true, "the request's body broke off"),
        Fault::HttpResponseBodySize(_) => (Reason::TooLarge, true, "the answer is too large"),
        Fault::HttpProtocolError
        | Fault::HttpUpgradeFailed
        | Fault::HttpResponseHeaderSectionSize
        | Fault::HttpResponseContentCoding(_) => (Reason::Malformed, true, "malformed HTTP"),
    };
    failed(reason, maybe_sent, detail)
}

/// The same in the body of an answer: whatever it is, the provider has had the request.
fn within(fault: &Fault) -> TransportError {
    let TransportError { reason, detail, .. } = before(fault);
    match reason {
        Reason::Timeout => failed(reason, true, "the answer stopped for longer than the timeout"),
        Reason::TooLarge | Reason::Malformed => failed(reason, true, detail),
        _ => failed(Reason::Closed, true, "the answer broke off"),
    }
}
