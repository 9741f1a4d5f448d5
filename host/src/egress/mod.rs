//! The one way out. Every request of the component, and every one of an [`HttpClient`], passes the same stages, each an
//! [`Interceptor`] that continues or completes it, in this order:
//!
//! 1. [`Interceptors::first`]: the embedding program's, before the host has added anything
//! 2. `credentials`: adds the host's, or fetches a token by the stages below; repeats once after a 401
//! 3. `record`: span, metrics, observer; why the exchange failed
//! 4. `decode`: asks for codings and decodes; limits of size and time of the answer's body
//! 5. `check`: the allow-list of origins and methods, and addresses in URLs
//! 6. `gate`: the connection's rate, the provider's Retry-After; tells the breaker how it went
//! 7. [`Interceptors::last`]: the embedding program's, followed by `check` once more
//! 8. `transport`: name lookup, the filter of private addresses, proxy, connecting, TLS, sending
//!
//! A stage knows its neighbours by [`Next`] alone. `chain` puts them in order, `door` is where wasi:http comes in, `outbound` where the core's own import does. What the
//! protocol above HTTP means (which POST changes nothing, for example) is the caller's to say: `service::Protocol`.

pub(crate) mod activity;
mod alarm;
mod assertion;
mod bounded;
pub(crate) mod chain;
mod check;
pub(crate) mod credentials;
mod decode;
pub(crate) mod door;
pub(crate) mod fault;
mod gate;
pub(crate) mod http_client;
pub(crate) mod interceptor;
pub(crate) mod message;
pub(crate) mod outbound;
pub mod policy;
mod record;
pub mod resolve;
mod route;
pub(crate) mod service;
mod source_chain;
#[cfg(test)]
mod tests;
mod tls;
pub(crate) mod token;
mod translate;
pub(crate) mod transport;

pub use crate::address;
pub use crate::telemetry::observe;
pub use fault::{Fault, SendError};
/// Methods, URLs, header fields and statuses are those of the crate `http`.
pub use http;
pub use http_client::{HttpClient, HttpError, HttpOptions, HttpResponse};
pub use interceptor::{Intercepted, Interceptor, Interceptors, Next};
pub use message::{Body, Request, Response, Timeouts};
pub use policy::{Origin, Policy};
