//! OAuth 2.0 client credentials (RFC 6749 section 4.4): the token request, its answer, and the cache of tokens.
//!
//! `request` and `parse` are pure. The cache lives as long as the instance and is never required: an instance may live for
//! one call or for thousands.

use super::{basic, jwt, reveal};
use crate::connection::{ClientCredentials, Method};
use crate::failure::{Failure, Kind, Result};
use crate::http::client::{Client, shown};
use crate::http::{self, Effect, Request, Response, retry};
use crate::scim::error::short;
use serde_json::Value;
use std::cell::RefCell;
use url::form_urlencoded;

/// A token and the time, in Unix milliseconds, until which it is used.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    value: String,
    good_until: u64,
}

thread_local! {
    static CACHE: RefCell<Vec<(ClientCredentials, Token)>> = const { RefCell::new(Vec::new()) };
}

/// Tokens kept; an instance serves one connection, so more than a few are never of use.
const KEPT: usize = 4;

/// Longest life assumed for a token whose answer names none, milliseconds.
const UNNAMED_LIFE: u64 = 300_000;

/// A token for these credentials: from the cache, or fetched. `renew` fetches in any case.
pub fn token(client: &Client<'_>, credentials: &ClientCredentials, renew: bool) -> Result<String> {
    let now = client.platform().now();
    let cached = CACHE.with_borrow_mut(|cache| {
        cache.retain(|(key, token)| token.good_until > now && !(renew && key == credentials));
        cache.iter().find(|(key, _)| key == credentials).map(|(_, token)| token.value.clone())
    });
    if let Some(token) = cached {
        client.guard(&token);
        return Ok(token);
    }
    let request = request(client, credentials)?;
    let exchange = client.attempts(&request, false).map_err(named)?;
    let token = parse(credentials, &exchange.response, client.platform().now())?;
    client.guard(&token.value);
    CACHE.with_borrow_mut(|cache| {
        cache.truncate(KEPT - 1);
        cache.insert(0, (credentials.clone(), token.clone()));
    });
    Ok(token.value)
}

fn named(mut failure: Box<Failure>) -> Box<Failure> {
    failure.detail = format!("token endpoint: {}", failure.detail);
    if failure.kind == Kind::Configuration {
        failure.pointer = Some("/auth/tokenUrl".into());
    }
    failure
}

/// The token request (RFC 6749 section 4.4.2; RFC 7523 section 2.2).
fn request(client: &Client<'_>, credentials: &ClientCredentials) -> Result<Request> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials");
    if !credentials.scopes.is_empty() {
        form.append_pair("scope", &credentials.scopes.join(" "));
    }
    if let Some(audience) = &credentials.audience {
        form.append_pair("audience", audience);
    }
    for (name, value) in &credentials.parameters {
        form.append_pair(name, value);
    }
    let mut headers = vec![
        ("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
        ("Accept".to_owned(), "application/json".to_owned()),
    ];
    match (&credentials.method, &credentials.client_secret, &credentials.private_key) {
        (Method::PrivateKeyJwt, _, Some(key)) => {
            let pem = reveal(client, key, "/auth/privateKey")?;
            form.append_pair("client_id", &credentials.client_id);
            form.append_pair("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
            let assertion = jwt::assertion(client.platform(), credentials, &pem)?;
            client.guard(&assertion);
            form.append_pair("client_assertion", &assertion);
        }
        (Method::Post, Some(secret), _) => {
            form.append_pair("client_id", &credentials.client_id);
            form.append_pair("client_secret", &reveal(client, secret, "/auth/clientSecret")?);
        }
        (_, Some(secret), _) => {
            let secret = reveal(client, secret, "/auth/clientSecret")?;
            // Both halves are form-encoded before they are joined (RFC 6749 section 2.3.1).
            let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            headers.push(("Authorization".into(), basic(client, &encode(&credentials.client_id), &encode(&secret))));
        }
        // `ClientCredentials::with_method` lets nothing else through.
        _ => {
            return Err(
                Failure::new(Kind::Configuration, "auth: neither clientSecret nor privateKey is given").at("/auth")
            );
        }
    }
    let body = form.finish().into_bytes();
    Ok(Request {
        method: http::Method::Post,
        url: credentials.token_url.clone(),
        headers,
        body: Some(body),
        effect: Effect::Read,
    })
}

/// Reads the token endpoint's answer (RFC 6749 sections 5.1 and 5.2); `now` is the Unix time in milliseconds.
fn parse(credentials: &ClientCredentials, response: &Response, now: u64) -> Result<Token> {
    let body: Option<Value> = serde_json::from_slice(&response.body).ok();
    let text = |name: &str| body.as_ref().and_then(|body| body.get(name)).and_then(Value::as_str);
    if let (true, Some(value)) = (response.is_success(), text("access_token")) {
        let sendable = !value.is_empty() && value.bytes().all(|byte| (b'!'..0x7f).contains(&byte));
        let bearer = text("token_type").is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
        return match (sendable, bearer) {
            (true, true) => {
                let life = body
                    .as_ref()
                    .and_then(|body| body.get("expires_in"))
                    .and_then(seconds)
                    .map_or(UNNAMED_LIFE, |seconds| seconds.saturating_mul(1000));
                // Not used in its last tenth, or its last half minute: it must still be good when it arrives.
                Ok(Token { value: value.to_owned(), good_until: now.saturating_add(life - (life / 10).min(30_000)) })
            }
            (false, _) => Err(Failure::new(
                Kind::Protocol,
                "the token endpoint's access_token is not a bearer token (RFC 6750 section 2.1)",
            )),
            (true, false) => Err(Failure::new(Kind::Unsupported, "the token endpoint's token_type is not Bearer")),
        };
    }
    let endpoint = shown(&credentials.token_url);
    let mut failure = match (response.status, text("error")) {
        (429, _) => Failure::new(Kind::Throttled, format!("the token endpoint at {endpoint} asks to slow down (429)")).transient(),
        (500.., code) => Failure::new(Kind::Unavailable, format!("the token endpoint at {endpoint} answered {}{}", response.status, code.map(|code| format!(" {code}")).unwrap_or_default())).transient(),
        (_, Some(code)) if !response.is_success() => {
            let description = text("error_description").map(|text| format!(" ({})", short(text, 300))).unwrap_or_default();
            let code = &short(code, 64);
            Failure::new(Kind::Authentication, format!("the token endpoint at {endpoint} refused the client: {code}{description}; {}", advice(code)))
        }
        (404 | 405, _) => Failure::new(Kind::Configuration, format!("auth.tokenUrl: the server at {endpoint} answered {}; this is no token endpoint", response.status)).at("/auth/tokenUrl"),
        (300..=399, _) => Failure::new(Kind::Configuration, format!("auth.tokenUrl: the server at {endpoint} redirects elsewhere, which is not followed with credentials; give the final URL")).at("/auth/tokenUrl"),
        (401 | 403, _) => Failure::new(Kind::Authentication, format!("the token endpoint at {endpoint} refused the client with {} and no OAuth error code", response.status)),
        (status, _) => Failure::new(Kind::Protocol, format!("the token endpoint at {endpoint} answered {status} without an access token (RFC 6749 section 5.1)")),
    };
    failure.status = Some(response.status);
    failure.oauth_error = text("error").map(|code| code.chars().filter(|char| !char.is_control()).take(64).collect());
    failure.retry_after_ms = retry::retry_after(response, now);
    failure.request_id = response.request_id();
    Err(failure)
}

fn advice(code: &str) -> &'static str {
    match code {
        "invalid_client" => "check auth.clientId and the secret",
        "invalid_scope" => "check auth.scopes",
        "unauthorized_client" | "unsupported_grant_type" => "allow the client credentials grant for this client",
        _ => "check auth",
    }
}

/// A number of seconds, which some servers write as a string.
fn seconds(value: &Value) -> Option<u64> {
    value
        .as_u64()
        .or_else(|| value.as_f64().filter(|seconds| *seconds >= 0.0).map(|seconds| seconds as u64))
        .or_else(|| value.as_str()?.trim().parse().ok())
}
