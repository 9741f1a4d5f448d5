//! The OAuth 2.0 token endpoint (RFC 6749: client credentials grant, section 4.4) and the check of bearer tokens
//! (RFC 6750).
//!
//! Knows nothing of SCIM. Neither secrets nor tokens are ever logged or put into an answer's text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode, header};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The one client of the sandbox and the tokens it has.
pub(super) struct Tokens {
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) lifetime: Duration,
    /// A token that is accepted besides the issued ones.
    pub(super) fixed: Option<String>,
    /// Issued tokens and when each was issued.
    pub(super) issued: Mutex<HashMap<String, Instant>>,
}

/// Answer of the token endpoint.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    /// Whether to send `WWW-Authenticate`.
    pub(super) challenge: bool,
    pub(super) body: Value,
}

/// The parameters of a request; a second value of the same name is an error (RFC 6749 section 3.2).
type Form = HashMap<String, String>;

impl Tokens {
    /// Answers a request for a token.
    pub(super) fn answer(&self, headers: &HeaderMap, body: &[u8]) -> Reply {
        self.grant(headers, body).unwrap_or_else(|refusal| refusal)
    }

    fn grant(&self, headers: &HeaderMap, body: &[u8]) -> Result<Reply, Reply> {
        let form = read_form(headers, body)?;
        let (id, secret) = credentials(headers, &form)?;
        if id != self.client_id || secret != self.client_secret {
            return Err(refuse("invalid_client", "the client id or secret is wrong"));
        }
        match form.get("grant_type").map(String::as_str) {
            Some("client_credentials") => {}
            Some(_) => {
                return Err(refuse("unsupported_grant_type", "grant_type: must be client_credentials"));
            }
            None => return Err(refuse("invalid_request", "grant_type: missing")),
        }
        let mut body = json!({
            "access_token": self.issue(),
            "token_type": "Bearer",
            "expires_in": self.lifetime.as_secs(),
        });
        if let (Some(scope), Some(map)) = (form.get("scope"), body.as_object_mut()) {
            map.insert("scope".into(), scope.clone().into());
        }
        Ok(Reply { status: StatusCode::OK, challenge: false, body })
    }

    fn issue(&self) -> String {
        let token = format!("{:032x}{:032x}", rand::random::<u128>(), rand::random::<u128>());
        let mut issued = self.issued.lock();
        issued.retain(|_, since| self.is_valid(*since));
        issued.insert(token.clone(), Instant::now());
        token
    }

    fn is_valid(&self, since: Instant) -> bool {
        since.elapsed() < self.lifetime
    }

    /// Checks the `Authorization` header of a request; the error is the value for `WWW-Authenticate`.
    pub(super) fn check(&self, headers: &HeaderMap) -> Result<(), &'static str> {
        let Some(token) = scheme(headers, "bearer") else {
            // RFC 6750 section 3.1: no error code for a request without a token.
            return Err(r#"Bearer realm="sandbox""#);
        };
        let fixed = self.fixed.as_deref() == Some(token);
        let issued = || {
            let issued = self.issued.lock();
            issued.get(token).is_some_and(|since| self.is_valid(*since))
        };
        if fixed || issued() {
            Ok(())
        } else {
            Err(
                r#"Bearer realm="sandbox", error="invalid_token", error_description="the token is unknown or has expired""#,
            )
        }
    }
}

/// What follows the scheme in the `Authorization` header; schemes are case-insensitive.
fn scheme<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let (scheme, rest) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case(name).then_some(rest.trim())
}

fn read_form(headers: &HeaderMap, body: &[u8]) -> Result<Form, Reply> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !content_type.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        return Err(refuse("invalid_request", "the body must be application/x-www-form-urlencoded"));
    }
    let mut form = Form::new();
    for (name, value) in url::form_urlencoded::parse(body) {
        if form.insert(name.into_owned(), value.into_owned()).is_some() {
            return Err(refuse("invalid_request", "a parameter is given twice"));
        }
    }
    Ok(form)
}

/// The client's id and secret from the header or the body, not both (RFC 6749 section 2.3.1).
fn credentials(headers: &HeaderMap, form: &Form) -> Result<(String, String), Reply> {
    let in_body = form.get("client_secret");
    if !headers.contains_key(header::AUTHORIZATION) {
        return match (form.get("client_id"), in_body) {
            (Some(id), Some(secret)) => Ok((id.clone(), secret.clone())),
            _ => Err(refuse("invalid_client", "the request has no client id and secret")),
        };
    }
    if in_body.is_some() {
        return Err(refuse("invalid_request", "credentials belong either in the header or in the body"));
    }
    let decoded = scheme(headers, "basic").and_then(|text| STANDARD.decode(text).ok());
    let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    match decoded.as_deref().and_then(|text| text.split_once(':')) {
        Some((id, secret)) => Ok((form_decode(id), form_decode(secret))),
        None => Err(refuse("invalid_client", "the Authorization header is not valid HTTP Basic")),
    }
}

/// Both halves of the header are form-encoded before they are joined (RFC 6749 section 2.3.1 and appendix B).
fn form_decode(text: &str) -> String {
    let pair = format!("={}", text.replace('&', "%26"));
    url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// An error of RFC 6749 section 5.2.
fn refuse(error: &str, description: &str) -> Reply {
    let challenge = error == "invalid_client";
    Reply {
        status: if challenge { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST },
        challenge,
        body: json!({"error": error, "error_description": description}),
    }
}
