//! OAuth 2.0 client credentials (RFC 6749 section 4.4) as pure messages, for the component and for the host.
//!
//! `request` writes the token request, `assertion` the signed proof of `private_key_jwt` (RFC 7523), `response` reads what
//! the token endpoint answers, `error` says what an answer without a token means, `pause` when any server says to come again. Time, randomness and the signing key are
//! passed in. Nothing here sends, waits or caches, and nothing knows SCIM, WIT or WASI.

mod assertion;
mod error;
mod pause;
mod request;
mod response;
mod secret;

pub use assertion::{Algorithm, Claims, Sign, assertion};
pub use error::{Error, ErrorKind, ParseError, ResponseError};
pub use pause::{limit_is_used_up, retry_after};
pub use request::{Message, Proof, TokenRequest};
pub use response::{Token, parse};
pub use secret::Secret;
