//! The platform in the component: requests go out by the import `outbound`, the rest is WASI 0.2, through waki's bindings.

use super::platform::{Bounds, MEMORY_LIMIT, Platform, Reason, TransportError};
use super::{Method, Request, Response};
use crate::bindings::scim::connector_parts::outbound;
use waki::bindings::wasi::clocks::{monotonic_clock, wall_clock};
use waki::bindings::wasi::random::random;

const NANOSECONDS: u64 = 1_000_000;

/// Most bytes of a request's headers: wasmtime stops a component that makes 128 KiB of them for `wasi:http` (48.0.8), and no server
/// takes so many.
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
pub struct Outside;

impl Platform for Outside {
    fn send(&self, request: &Request, bounds: &Bounds) -> Result<Response, TransportError> {
        let outbound::Response { status, headers, body, more } = exchange(request, bounds)?;
        let mut response = Response { status, headers, body };
        let announced = response.header("content-length").and_then(|length| length.trim().parse::<u64>().ok());
        let read = match announced {
            // Not to be read to its limit first.
            Some(length) if length > bounds.response_bytes => {
                Err(failed(Reason::TooLarge, true, "the answer is too large"))
            }
            _ if more => read_on(&mut response.body, bounds),
            _ => Ok(()),
        };
        match read.and_then(|()| self.holds(response.body.len())) {
            Ok(()) => Ok(response),
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

impl Outside {
    /// Whether a body can be read into a resource.
    fn holds(&self, bytes: usize) -> Result<(), TransportError> {
        let fits = bytes <= SMALL_ANSWER || self.has_memory(bytes.saturating_mul(READ_FACTOR));
        if fits { Ok(()) } else { Err(unholdable(bytes)) }
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

fn failed(reason: Reason, maybe_sent: bool, detail: impl Into<String>) -> TransportError {
    TransportError { reason, maybe_sent, detail: detail.into(), headers: Vec::new() }
}

/// An answer for which there is no memory; its status is not known here.
fn unholdable(bytes: usize) -> TransportError {
    failed(Reason::Unholdable(0), true, format!("{bytes} bytes came"))
}

/// Hands the request out, and waits for the head of its answer.
fn exchange(request: &Request, bounds: &Bounds) -> Result<outbound::Response, TransportError> {
    let head: usize = request.headers.iter().map(|(name, value)| name.len() + value.len() + OF_EACH_HEADER).sum();
    if head > LARGEST_HEAD {
        let detail = format!(
            "its headers are {head} bytes, more than the {LARGEST_HEAD} that can be sent; shorten the token, or the headers of the connection or the call"
        );
        return Err(failed(Reason::Unsendable, false, detail));
    }
    let method = match request.method {
        Method::Get => outbound::Method::Get,
        Method::Post => outbound::Method::Post,
        Method::Put => outbound::Method::Put,
        Method::Patch => outbound::Method::Patch,
        Method::Delete => outbound::Method::Delete,
    };
    let headers: Vec<_> = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let bounds = outbound::Bounds {
        connect_ms: bounds.connect,
        first_byte_ms: bounds.first_byte,
        between_bytes_ms: bounds.between_bytes,
        total_ms: bounds.total,
        response_bytes: bounds.response_bytes,
    };
    let (url, body) = (request.url.as_str(), request.body.as_deref());
    outbound::send(outbound::RequestParam { method, url, headers: &headers, body, bounds }).map_err(failure)
}

/// Reads what is left of a body.
fn read_on(body: &mut Vec<u8>, bounds: &Bounds) -> Result<(), TransportError> {
    loop {
        let piece = outbound::receive().map_err(failure)?;
        if piece.is_empty() {
            return Ok(());
        }
        body.try_reserve(piece.len()).map_err(|_| unholdable(body.len()))?;
        body.extend_from_slice(&piece);
        if body.len() as u64 > bounds.response_bytes {
            return Err(failed(Reason::TooLarge, true, "the answer is too large"));
        }
    }
}

fn failure(error: outbound::TransportError) -> TransportError {
    let outbound::TransportError { reason, maybe_sent, detail } = error;
    let reason = match reason {
        outbound::Reason::Dns => Reason::Dns,
        outbound::Reason::Refused => Reason::Refused,
        outbound::Reason::Tls => Reason::Tls,
        outbound::Reason::Denied => Reason::Denied,
        outbound::Reason::Timeout => Reason::Timeout,
        outbound::Reason::Closed => Reason::Closed,
        outbound::Reason::TooLarge => Reason::TooLarge,
        outbound::Reason::Malformed => Reason::Malformed,
        outbound::Reason::Internal => Reason::Internal,
    };
    failed(reason, maybe_sent, detail)
}
