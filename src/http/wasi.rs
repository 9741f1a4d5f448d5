//! The platform over WASI 0.2, through waki's bindings.
//!
//! It sends by itself rather than through waki's client, because three things must be known that the client hides: whether
//! a request that got no answer can have reached the provider, that every wait ends (hosts differ in which timeouts they
//! honour, so each wait here is raced against a clock), and that an answer stops growing at its limit.

use super::platform::{Bounds, MEMORY_LIMIT, Platform, Reason, TransportError};
use super::{Method, Request, Response};
use waki::bindings::wasi::clocks::{monotonic_clock, wall_clock};
use waki::bindings::wasi::http::outgoing_handler;
use waki::bindings::wasi::http::types::{
    self, ErrorCode, Fields, FutureIncomingResponse, IncomingBody, IncomingResponse, OutgoingBody, OutgoingRequest,
    RequestOptions, Scheme,
};
use waki::bindings::wasi::io::poll::{self, Pollable};
use waki::bindings::wasi::io::streams::StreamError;
use waki::bindings::wasi::random::random;

const NANOSECONDS: u64 = 1_000_000;
/// Longest piece of a body read at once.
const PIECE: u64 = 64 * 1024;

/// Most bytes of a request's headers: wasmtime stops a component that makes 128 KiB of them (48.0.8), and no server takes so many.
const LARGEST_HEAD: usize = 64 * 1024;
/// What a header takes beside its name and value, as HTTP/2 counts (RFC 9113 section 6.5.2).
const OF_EACH_HEADER: usize = 32;
/// Memory that reading takes for each byte of an answer, copies included; seldom more.
const READ_FACTOR: usize = 12;
/// Bytes of an answer for which nobody asks whether there is memory.
const SMALL_ANSWER: usize = 256 * 1024;
/// A page of WebAssembly's memory.
const PAGE: usize = 64 * 1024;

/// The component's outside.
pub struct Wasi;

impl Platform for Wasi {
    fn send(&self, request: &Request, bounds: &Bounds) -> Result<Response, TransportError> {
        let timer = Timer { end: monotonic_clock::now().saturating_add(bounds.total.saturating_mul(NANOSECONDS)) };
        let future = start(request, bounds, &timer)?;
        let incoming = answer(&future, bounds, &timer)?;
        let status = incoming.status();
        let fields = incoming.headers();
        let headers = fields
            .entries()
            .into_iter()
            .map(|(name, value)| (name, String::from_utf8_lossy(&value).into_owned()))
            .collect();
        drop(fields);
        let mut response = Response { status, headers, body: Vec::new() };
        let announced = response.header("content-length").and_then(|length| length.trim().parse::<u64>().ok());
        let body = match announced {
            // Not to be read to its limit first.
            Some(length) if length > bounds.response_bytes => {
                Err(failed(Reason::TooLarge, true, "the answer is too large"))
            }
            _ => read(&incoming, bounds, &timer),
        };
        match body {
            Ok(body) => {
                response.body = body;
                Ok(response)
            }
            Err(error) => {
                let reason = match error.reason {
                    Reason::TooLarge => Reason::Oversized(status),
                    Reason::Unholdable(_) => Reason::Unholdable(status),
                    other => other,
                };
                Err(TransportError { reason, headers: response.headers, ..error })
            }
        }
    }

    fn now(&self) -> u64 {
        let now = wall_clock::now();
        now.seconds.saturating_mul(1000).saturating_add(u64::from(now.nanoseconds) / NANOSECONDS)
    }

    fn elapsed(&self) -> u64 {
        monotonic_clock::now() / NANOSECONDS
    }

    fn sleep(&self, milliseconds: u64) {
        monotonic_clock::subscribe_duration(milliseconds.saturating_mul(NANOSECONDS)).block();
    }

    fn random(&self) -> u64 {
        random::get_random_u64()
    }

    fn environment(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn has_memory(&self, bytes: usize) -> bool {
        let used = core::arch::wasm32::memory_size(0).saturating_mul(PAGE);
        let limit = std::env::var(MEMORY_LIMIT).ok().and_then(|limit| limit.parse::<usize>().ok());
        // What was freed counts as used here, so where this says no, the allocator has the last word. What it is asked for and does not
        // need stays the instance's, which is why it is not asked first.
        limit.is_some_and(|limit| used.saturating_add(bytes) <= limit) || can_be_had(bytes)
    }
}

/// Whether the allocator gives so many bytes in one piece, which it gets back at once.
fn can_be_had(bytes: usize) -> bool {
    let mut piece = Vec::<u8>::new();
    let given = piece.try_reserve_exact(bytes).is_ok();
    // An allocation that nobody looks at may be left out by the compiler.
    std::hint::black_box(&mut piece);
    given
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

fn failed(reason: Reason, maybe_sent: bool, detail: impl Into<String>) -> TransportError {
    TransportError { reason, maybe_sent, detail: detail.into(), headers: Vec::new() }
}

/// Hands the request to the host and writes its body.
fn start(request: &Request, bounds: &Bounds, timer: &Timer) -> Result<FutureIncomingResponse, TransportError> {
    let unsendable = |what: &str| failed(Reason::Internal, false, format!("the {what} cannot be sent"));
    let mut headers: Vec<(String, Vec<u8>)> =
        request.headers.iter().map(|(name, value)| (name.clone(), value.clone().into_bytes())).collect();
    if let Some(body) = &request.body {
        // Without it the body goes out chunked, which HTTP/1.0 servers take for an empty one.
        headers.push(("Content-Length".into(), body.len().to_string().into_bytes()));
    }
    let head: usize = headers.iter().map(|(name, value)| name.len() + value.len() + OF_EACH_HEADER).sum();
    if head > LARGEST_HEAD {
        let detail = format!(
            "its headers are {head} bytes, more than the {LARGEST_HEAD} that can be sent; shorten the token, or the headers of the connection or the call"
        );
        return Err(failed(Reason::Unsendable, false, detail));
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
    let url = &request.url;
    let scheme = if url.scheme() == "https" { Scheme::Https } else { Scheme::Http };
    let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    outgoing.set_method(&method).map_err(|()| unsendable("method"))?;
    outgoing.set_scheme(Some(&scheme)).map_err(|()| unsendable("scheme"))?;
    outgoing.set_authority(Some(url.authority())).map_err(|()| unsendable("host"))?;
    outgoing.set_path_with_query(Some(&path)).map_err(|()| unsendable("path"))?;
    let body = match &request.body {
        Some(bytes) => Some((bytes, outgoing.body().map_err(|()| unsendable("body"))?)),
        None => None,
    };
    // A host that does not know an option refuses it; the clock here holds all the same.
    let options = RequestOptions::new();
    let _ = options.set_connect_timeout(Some(bounds.connect.saturating_mul(NANOSECONDS)));
    let _ = options.set_first_byte_timeout(Some(bounds.first_byte.saturating_mul(NANOSECONDS)));
    let _ = options.set_between_bytes_timeout(Some(bounds.between_bytes.saturating_mul(NANOSECONDS)));
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
            0 if timer.wait(&stream.subscribe(), bounds.first_byte.saturating_add(bounds.connect)) => continue,
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
    let patience = bounds.connect.saturating_add(bounds.first_byte);
    if !timer.wait(&future.subscribe(), patience) {
        return Err(failed(Reason::Timeout, true, "no answer within the timeout"));
    }
    match future.get() {
        Some(Ok(Ok(response))) => Ok(response),
        Some(Ok(Err(code))) => Err(from_code(&code, true)),
        _ => Err(failed(Reason::Internal, true, "the host gave neither an answer nor an error")),
    }
}

/// Reads the body up to the limit.
fn read(response: &IncomingResponse, bounds: &Bounds, timer: &Timer) -> Result<Vec<u8>, TransportError> {
    let broken = |detail: &str| failed(Reason::Closed, true, detail);
    let incoming: IncomingBody = response.consume().map_err(|()| broken("the body cannot be read"))?;
    let stream = incoming.stream().map_err(|()| broken("the body cannot be read"))?;
    let mut body = Vec::new();
    loop {
        // A read gives what is there without waiting; nothing means that more will come.
        match stream.read(PIECE) {
            Ok(piece) if piece.is_empty() => {
                if !timer.wait(&stream.subscribe(), bounds.between_bytes) || timer.is_over() {
                    return Err(failed(
                        Reason::Timeout,
                        true,
                        format!("the answer stopped after {} bytes", body.len()),
                    ));
                }
            }
            // An answer that never ends has always something to read.
            Ok(_) if timer.is_over() => {
                return Err(failed(Reason::Timeout, true, format!("the answer went on after {} bytes", body.len())));
            }
            Ok(piece) if body.is_empty() => body = piece,
            Ok(piece) => {
                body.try_reserve(piece.len()).map_err(|_| unholdable(body.len()))?;
                body.extend_from_slice(&piece);
            }
            Err(StreamError::Closed) => {
                let fits = body.len() <= SMALL_ANSWER || Wasi.has_memory(body.len().saturating_mul(READ_FACTOR));
                return if fits { Ok(body) } else { Err(unholdable(body.len())) };
            }
            Err(StreamError::LastOperationFailed(error)) => {
                return Err(match types::http_error_code(&error) {
                    Some(code) => from_code(&code, true),
                    None => from_words(&error.to_debug_string()),
                });
            }
        }
        if body.len() as u64 > bounds.response_bytes {
            return Err(failed(Reason::TooLarge, true, "the answer is too large"));
        }
    }
}

/// An answer for which there is no memory; its status is not known here.
fn unholdable(bytes: usize) -> TransportError {
    failed(Reason::Unholdable(0), true, format!("{bytes} bytes came"))
}

/// What a host's error code means. `started` says whether the host had taken the request.
fn from_code(code: &ErrorCode, started: bool) -> TransportError {
    use ErrorCode as E;
    let (reason, unsent, detail): (Reason, bool, &str) = match code {
        E::DnsTimeout | E::DnsError(_) | E::DestinationNotFound => (Reason::Dns, true, "unknown host"),
        E::DestinationUnavailable | E::DestinationIpUnroutable => (Reason::Refused, true, "no route"),
        E::ConnectionRefused => (Reason::Refused, true, "connection refused"),
        E::ConnectionLimitReached => (Reason::Refused, true, "too many connections"),
        // Not every host means the connecting alone: some end a request by it that has been sent long before.
        E::ConnectionTimeout => (Reason::Timeout, false, "no connection within the timeout"),
        E::TlsProtocolError => (Reason::Tls, true, "the TLS handshake failed"),
        E::TlsCertificateError => (Reason::Tls, true, "the certificate is not trusted"),
        E::TlsAlertReceived(_) => (Reason::Tls, true, "the server refused the TLS handshake"),
        E::HttpRequestDenied => (Reason::Denied, true, "not on its allow-list"),
        E::DestinationIpProhibited => (Reason::Denied, true, "not to this address"),
        E::ConfigurationError => (Reason::Denied, true, "its configuration is wrong"),
        E::ConnectionReadTimeout | E::ConnectionWriteTimeout | E::HttpResponseTimeout => {
            (Reason::Timeout, false, "no answer within the timeout")
        }
        E::ConnectionTerminated => (Reason::Closed, false, "the connection was closed"),
        E::HttpResponseIncomplete => (Reason::Closed, false, "the answer is incomplete"),
        E::HttpResponseBodySize(_) => (Reason::TooLarge, false, "the answer is too large"),
        E::HttpProtocolError
        | E::HttpResponseHeaderSectionSize(_)
        | E::HttpResponseHeaderSize(_)
        | E::HttpResponseTrailerSectionSize(_)
        | E::HttpResponseTrailerSize(_)
        | E::HttpResponseTransferCoding(_)
        | E::HttpResponseContentCoding(_)
        | E::HttpUpgradeFailed => (Reason::Malformed, false, "malformed HTTP"),
        E::HttpRequestLengthRequired
        | E::HttpRequestBodySize(_)
        | E::HttpRequestMethodInvalid
        | E::HttpRequestUriInvalid
        | E::HttpRequestUriTooLong
        | E::HttpRequestHeaderSectionSize(_)
        | E::HttpRequestHeaderSize(_)
        | E::HttpRequestTrailerSectionSize(_)
        | E::HttpRequestTrailerSize(_)
        | E::LoopDetected => (Reason::Internal, true, "the host refuses the request"),
        E::InternalError(text) => return from_text(text.as_deref().unwrap_or("the host gives no reason"), started),
    };
    failed(reason, started && !unsent, detail)
}

/// wasmtime gives no code for an error in a body (`http-error-code` looks for another type than its bodies carry, seen in
/// 48.0.8), but names it in the error's words.
fn from_words(words: &str) -> TransportError {
    let words = words.to_lowercase();
    let told = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    if told(&["timeout", "timed out"]) {
        failed(Reason::Timeout, true, "the answer stopped for longer than the timeout")
    } else if told(&["body size", "bodysize"]) {
        failed(Reason::TooLarge, true, "the answer is too large")
    } else if told(&["protocol error", "protocolerror", "coding", "trailer"]) {
        failed(Reason::Malformed, true, "malformed HTTP")
    } else {
        failed(Reason::Closed, true, "the answer broke off")
    }
}

/// JavaScript hosts report system errors in words.
fn from_text(text: &str, started: bool) -> TransportError {
    let words: [(&[&str], Reason, bool); 4] = [
        (&["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH"], Reason::Refused, true),
        (&["ENOTFOUND", "EAI_AGAIN"], Reason::Dns, true),
        (&["CERT_", "SELF_SIGNED", "ERR_TLS"], Reason::Tls, true),
        (&["ECONNRESET", "EPIPE", "fetch failed", "socket hang up", "terminated"], Reason::Closed, false),
    ];
    let found = words.iter().find(|row| row.0.iter().any(|word| text.contains(word)));
    let short: String = text.chars().take(200).collect();
    match found {
        Some((_, reason, unsent)) => failed(*reason, started && !unsent, short),
        None => failed(Reason::Closed, started, short),
    }
}
