//! `private_key_jwt`: the signed assertion a client proves itself with (RFC 7523 section 3).
//!
//! The key is PKCS#8 PEM; its type decides the algorithm: P-256 signs ES256, RSA signs RS256 (RFC 7518 section 3.1).

use crate::connection::ClientCredentials;
use crate::failure::{Failure, Kind, Result};
use crate::http::platform::Platform;

/// A fresh assertion, good for five minutes.
pub fn assertion(_platform: &dyn Platform, _credentials: &ClientCredentials, _pem: &str) -> Result<String> {
    Err(Failure::new(Kind::Unsupported, "TODO"))
}
