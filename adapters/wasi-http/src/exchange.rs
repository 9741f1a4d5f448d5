//! One exchange: the request is handed to the host, and the answer's body read piece by piece. Every wait is raced against a
//! clock, since hosts differ in which timeouts they honour.

use crate::bindings::exports::scim::connector_parts::outbound::{Bounds, Method, Reason, Request, TransportError};
use crate::fault::{failed, from_code, from_words};
use waki::bindings::wasi::clocks::monotonic_clock;
use waki::bindings::wasi::http::outgoing_handler;
use waki::bindings::wasi::http::types::{
    self, Fields, FutureIncomingResponse, IncomingBody, IncomingResponse, OutgoingBody, OutgoingRequest,
    RequestOptions, Scheme,
};
use waki::bindings::wasi::io::poll::{self, Pollable};
use waki::bindings::wasi::io::streams::{InputStream, StreamError};

/// Nanoseconds of a millisecond.
const NANOSECONDS: u64 = 1_000_000;
/// Most of a body that is handed on at once, in bytes.
const PIECE: usize = 256 * 1024;

/// An exchange whose answer has begun. Fields are dropped in the order in which the host's resources depend on each other.
pub struct Exchange {
    stream: Option<InputStream>,
    body: Option<IncomingBody>,
    response: IncomingResponse,
    received: u64,
    over: bool,
    bounds: Bounds,
    timer: Timer,
}

impl Exchange {
    /// Sends a request and waits for the head of its answer.
    pub fn begin(request: &Request) -> Result<Self, TransportError> {
        let bounds = request.bounds;
        let timer = Timer { end: monotonic_clock::now().saturating_add(bounds.total_ms.saturating_mul(NANOSECONDS)) };
        let future = start(request, &timer)?;
        let response = answer(&future, &bounds, &timer)?;
        Ok(Self { stream: None, body: None, response, received: 0, over: false, bounds, timer })
    }

    /// The answer's status and headers.
    pub fn head(&self) -> (u16, Vec<(String, String)>) {
        let entries = self.response.headers().entries();
        let text = |(name, value): (String, Vec<u8>)| (name, String::from_utf8_lossy(&value).into_owned());
        (self.response.status(), entries.into_iter().map(text).collect())
    }

    /// Whether the body has come to its end.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// The next piece of the body: what comes until it ends or the piece is full; an empty one is the end.
    pub fn piece(&mut self) -> Result<Vec<u8>, TransportError> {
        let mut piece = Vec::new();
        while !self.over && piece.len() < PIECE {
            let bytes = self.read(PIECE - piece.len())?;
            if piece.is_empty() {
                piece = bytes;
            } else {
                piece.extend_from_slice(&bytes);
            }
        }
        Ok(piece)
    }

    /// Bytes that are there, after a wait for some; none at the end.
    fn read(&mut self, most: usize) -> Result<Vec<u8>, TransportError> {
        let broken = |()| failed(Reason::Closed, true, "the body cannot be read");
        if self.stream.is_none() {
            let body = self.response.consume().map_err(broken)?;
            self.stream = Some(body.stream().map_err(broken)?);
            self.body = Some(body);
        }
        let Some(stream) = &self.stream else { return Ok(Vec::new()) };
        let late = |what: &str, received: u64| {
            failed(Reason::Timeout, true, format!("the answer {what} after {received} bytes"))
        };
        loop {
            // A read gives what is there without waiting; nothing means that more will come.
            match stream.read(most as u64) {
                Ok(bytes) if bytes.is_empty() => {
                    if !self.timer.wait(&stream.subscribe(), self.bounds.between_bytes_ms) || self.timer.is_over() {
                        return Err(late("stopped", self.received));
                    }
                }
                // An answer that never ends has always something to read.
                Ok(_) if self.timer.is_over() => return Err(late("went on", self.received)),
                Ok(bytes) => {
                    self.received = self.received.saturating_add(bytes.len() as u64);
                    if self.received > self.bounds.response_bytes {
                        return Err(failed(Reason::TooLarge, true, "the answer is too large"));
                    }
                    return Ok(bytes);
                }
                Err(StreamError::Closed) => {
                    self.over = true;
                    return Ok(Vec::new());
                }
                Err(StreamError::LastOperationFailed(error)) => {
                    return Err(match types::http_error_code(&error) {
                        Some(code) => from_code(&code, true),
                        None => from_words(&error.to_debug_string()),
                    });
                }
            }
        }
    }
}

/// The end of the exchange's time.
struct Timer {
    end: u64,
}

impl Timer {
    /// Waits until `pollable` is ready; false when `milliseconds`, or the exchange's time, ended first.
    fn wait(&self, pollable: &Pollable, milliseconds: u64) -> bool {
        let end = self.end.min(monotonic_clock::now().saturating_add(milliseconds.saturating_mul(NANOSECONDS)));
        let clock = monotonic_clock::subscribe_instant(end);
        poll::poll(&[pollable, &clock]).contains(&0)
    }

    fn is_over(&self) -> bool {
        monotonic_clock::now() >= self.end
    }
}

/// Hands the request to the host and writes its body.
fn start(request: &Request, timer: &Timer) -> Result<FutureIncomingResponse, TransportError> {
    let unsendable = |what: &str| failed(Reason::Internal, false, format!("the {what} cannot be sent"));
    let mut headers: Vec<(String, Vec<u8>)> =
        request.headers.iter().map(|(name, value)| (name.clone(), value.clone().into_bytes())).collect();
    if let Some(body) = &request.body {
        // Without it the body goes out chunked, which HTTP/1.0 servers take for an empty one.
        headers.push(("Content-Length".into(), body.len().to_string().into_bytes()));
    }
    let fields = Fields::from_list(&headers).map_err(|_| unsendable("headers"))?;
    let outgoing = OutgoingRequest::new(fields);
    let method = match request.method {
        Method::Get => types::Method::Get,
        Method::Post => types::Method::Post,
        Method::Put => types::Method::Put,
        Method::Patch => types::Method::Patch,
        Method::Delete => types::Method::Delete,
    };
    let bounds = &request.bounds;
    let (scheme, rest) = match request.url.split_once("://") {
        Some(("https", rest)) => (Scheme::Https, rest),
        Some(("http", rest)) => (Scheme::Http, rest),
        _ => return Err(unsendable("URL")),
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    outgoing.set_method(&method).map_err(|()| unsendable("method"))?;
    outgoing.set_scheme(Some(&scheme)).map_err(|()| unsendable("scheme"))?;
    outgoing.set_authority(Some(authority)).map_err(|()| unsendable("host"))?;
    outgoing.set_path_with_query(Some(&path)).map_err(|()| unsendable("path"))?;
    let body = match &request.body {
        Some(bytes) => Some((bytes, outgoing.body().map_err(|()| unsendable("body"))?)),
        None => None,
    };
    // A host that does not know an option refuses it; the clock here holds all the same.
    let options = RequestOptions::new();
    let _ = options.set_connect_timeout(Some(bounds.connect_ms.saturating_mul(NANOSECONDS)));
    let _ = options.set_first_byte_timeout(Some(bounds.first_byte_ms.saturating_mul(NANOSECONDS)));
    let _ = options.set_between_bytes_timeout(Some(bounds.between_bytes_ms.saturating_mul(NANOSECONDS)));
    let future = outgoing_handler::handle(outgoing, Some(options)).map_err(|code| from_code(&code, false))?;
    if let Some((bytes, body)) = body {
        // A body that cannot be written is not the error to report: the answer, or its absence, says more.
        if write(&body, bytes, bounds, timer).is_some() {
            let _ = OutgoingBody::finish(body, None);
        }
    }
    Ok(future)
}

/// Writes the body; none when the host stopped taking it.
fn write(body: &OutgoingBody, mut bytes: &[u8], bounds: &Bounds, timer: &Timer) -> Option<()> {
    let stream = body.write().ok()?;
    while !bytes.is_empty() {
        let room = match stream.check_write().ok()? {
            0 if timer.wait(&stream.subscribe(), bounds.first_byte_ms.saturating_add(bounds.connect_ms)) => continue,
            0 => return None,
            room => usize::try_from(room).unwrap_or(usize::MAX).min(bytes.len()),
        };
        let (now, later) = bytes.split_at_checked(room)?;
        stream.write(now).ok()?;
        bytes = later;
    }
    stream.flush().ok()?;
    Some(())
}

/// Waits for the head of the answer.
fn answer(future: &FutureIncomingResponse, bounds: &Bounds, timer: &Timer) -> Result<IncomingResponse, TransportError> {
    let patience = bounds.connect_ms.saturating_add(bounds.first_byte_ms);
    if !timer.wait(&future.subscribe(), patience) {
        return Err(failed(Reason::Timeout, true, "no answer within the timeout"));
    }
    match future.get() {
        Some(Ok(Ok(response))) => Ok(response),
        Some(Ok(Err(code))) => Err(from_code(&code, true)),
        _ => Err(failed(Reason::Internal, true, "the host gave neither an answer nor an error")),
    }
}
