//! Credentials: which header a request carries. It uses the exchanges below the client and does not know the exchanges.
//!
//! Secrets are revealed here, just before use, and handed to the guard so that no failure can quote them.

mod key;
mod pkcs8;
mod rsa;
mod tokens;

use crate::connection::{Auth, Secret, configuration, is_authorization, scheme};
use crate::failure::Result;
use crate::http::exchange::Exchanges;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// The header that authenticates a request to the service; none where nothing, or the host, does.
///
/// `renew` drops a cached token first.
pub fn header(exchanges: &Exchanges<'_>, renew: bool) -> Result<Option<(String, String)>> {
    let authorization = |value: String| Some(("Authorization".to_owned(), value));
    Ok(match &exchanges.connection().parts.auth {
        Auth::None | Auth::Host => None,
        Auth::Bearer(token) => authorization(format!("Bearer {}", credential(exchanges, token, "/auth/token")?)),
        Auth::Scheme(scheme, token) => {
            let token = credential(exchanges, token, "/auth/token")?;
            scheme::parameters(&token).for_each(|value| exchanges.guard(value));
            scheme::check_credentials(&token).map_err(|why| configuration("/auth/token", why))?;
            authorization(format!("{scheme} {token}"))
        }
        Auth::Basic(username, password) => {
            authorization(basic(exchanges, username, &reveal(exchanges, password, "/auth/password")?))
        }
        Auth::Header(name, value) => {
            let value = credential(exchanges, value, "/auth/value")?;
            if is_authorization(name) {
                let secret = scheme::secret_part(&value);
                std::iter::once(secret).chain(scheme::parameters(secret)).for_each(|secret| exchanges.guard(secret));
                scheme::check_value(&value).map_err(|why| configuration("/auth/value", why))?;
            }
            Some((name.clone(), value))
        }
        Auth::ClientCredentials(credentials) => {
            authorization(format!("Bearer {}", tokens::token(exchanges, credentials, renew)?.expose()))
        }
    })
}

/// Reveals a secret and guards it.
fn reveal(exchanges: &Exchanges<'_>, secret: &Secret, pointer: &str) -> Result<String> {
    let value = secret.reveal(pointer, |name| exchanges.platform().environment(name))?;
    exchanges.guard(&value);
    Ok(value)
}

/// Reveals a secret that goes into a header as it is; white space around it is a copying mistake, control characters are not
/// sendable.
fn credential(exchanges: &Exchanges<'_>, secret: &Secret, pointer: &str) -> Result<String> {
    let value = reveal(exchanges, secret, pointer)?.trim().to_owned();
    // A server quotes what it was sent.
    exchanges.guard(&value);
    let sendable = value.bytes().all(|byte| (b' '..0x7f).contains(&byte));
    if value.is_empty() || !sendable {
        return Err(configuration(pointer, "the secret must be visible ASCII characters"));
    }
    Ok(value)
}

/// The value of a Basic `Authorization` header (RFC 7617 section 2).
fn basic(exchanges: &Exchanges<'_>, username: &str, password: &str) -> String {
    let encoded = BASE64_STANDARD.encode(format!("{username}:{password}"));
    exchanges.guard(&encoded);
    format!("Basic {encoded}")
}
