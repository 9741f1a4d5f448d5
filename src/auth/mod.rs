//! Credentials: which header a request carries.
//!
//! Secrets are revealed here, just before use, and handed to the client's guard so that no failure can quote them.

pub mod jwt;
pub mod tokens;

use crate::connection::{Auth, Secret};
use crate::failure::Result;
use crate::http::client::Client;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// The header that authenticates a request to the service; none where nothing, or the host, does.
///
/// `renew` drops a cached token first.
pub fn header(client: &Client<'_>, renew: bool) -> Result<Option<(String, String)>> {
    let authorization = |value: String| Some(("Authorization".to_owned(), value));
    Ok(match &client.connection().parts.auth {
        Auth::None | Auth::Host => None,
        Auth::Bearer(token) => authorization(format!("Bearer {}", credential(client, token, "/auth/token")?)),
        Auth::Basic(username, password) => {
            authorization(basic(client, username, &reveal(client, password, "/auth/password")?))
        }
        Auth::Header(name, value) => Some((name.clone(), credential(client, value, "/auth/value")?)),
        Auth::ClientCredentials(credentials) => {
            authorization(format!("Bearer {}", tokens::token(client, credentials, renew)?))
        }
    })
}

/// Reveals a secret and guards it.
fn reveal(client: &Client<'_>, secret: &Secret, pointer: &str) -> Result<String> {
    let value = secret.reveal(pointer, |name| client.platform().environment(name))?;
    client.guard(&value);
    Ok(value)
}

/// Reveals a secret that goes into a header as it is; white space around it is a copying mistake, control characters are not
/// sendable.
fn credential(client: &Client<'_>, secret: &Secret, pointer: &str) -> Result<String> {
    let value = reveal(client, secret, pointer)?.trim().to_owned();
    // A server quotes what it was sent.
    client.guard(&value);
    let sendable = value.bytes().all(|byte| (b' '..0x7f).contains(&byte));
    if value.is_empty() || !sendable {
        return Err(crate::failure::Failure::new(
            crate::failure::Kind::Configuration,
            format!("{}: the secret must be visible ASCII characters", crate::reader::place(pointer)),
        )
        .at(pointer));
    }
    Ok(value)
}

/// The value of a Basic `Authorization` header (RFC 7617 section 2).
fn basic(client: &Client<'_>, username: &str, password: &str) -> String {
    let encoded = BASE64_STANDARD.encode(format!("{username}:{password}"));
    client.guard(&encoded);
    format!("Basic {encoded}")
}
