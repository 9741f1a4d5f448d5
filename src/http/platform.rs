//! The seam to the outside: one trait, implemented over WASI in the component and by a script in native tests.

use super::{Request, Response};
use std::fmt;

/// In which environment variable a host says how many bytes of memory an instance may have.
pub const MEMORY_LIMIT: &str = "SCIM_CONNECTOR_MEMORY_BYTES";

/// Limits of one exchange. Times are milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Until a connection stands.
    pub connect: u64,
    /// Until the first byte of the answer.
    pub first_byte: u64,
    /// Between two pieces of the answer.
    pub between_bytes: u64,
    /// For the exchange as a whole.
    pub total: u64,
    /// Largest body, bytes.
    pub response_bytes: u64,
}

/// Why an exchange brought no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The name does not resolve.
    Dns,
    /// Nobody listens, or no route leads there.
    Refused,
    /// No secure channel: certificate or handshake.
    Tls,
    /// The host does not let the request out.
    Denied,
    /// It took too long.
    Timeout,
    /// The connection broke, or the answer broke off.
    Closed,
    /// The answer is larger than the bounds allow, and nothing is known of it.
    TooLarge,
    /// The answer, of this status, is larger than the bounds allow.
    Oversized(u16),
    /// The answer, of this status, does not fit into the memory there is.
    Unholdable(u16),
    /// The request is larger than it can be sent; nothing was.
    Unsendable,
    /// What came back is not HTTP.
    Malformed,
    /// The request could not be expressed, or something inside broke.
    Internal,
}

/// An exchange that brought no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransportError {
    /// Why.
    pub reason: Reason,
    /// Whether the provider may have got the request.
    pub maybe_sent: bool,
    /// In words, for a person.
    pub detail: String,
    /// Headers of an answer whose body is too large.
    pub headers: Vec<(String, String)>,
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

/// The outside.
pub trait Platform {
    /// Sends a request, follows no redirect, and reads the whole answer within the bounds.
    fn send(&self, request: &Request, bounds: &Bounds) -> Result<Response, TransportError>;
    /// Milliseconds since the Unix epoch.
    fn now(&self) -> u64;
    /// Milliseconds of a clock that never goes back.
    fn elapsed(&self) -> u64;
    /// Waits.
    fn sleep(&self, milliseconds: u64);
    /// Random bits, unguessable.
    fn random(&self) -> u64;
    /// An environment variable.
    fn environment(&self, name: &str) -> Option<String>;
    /// Whether so many bytes of memory can be had at once. Who is refused memory in the middle of something is stopped there, so what
    /// can be known ahead is asked.
    fn has_memory(&self, _bytes: usize) -> bool {
        true
    }
}
