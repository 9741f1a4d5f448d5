//! Tokens of OAuth 2.0 client credentials: fetched over the exchanges below the client, and cached. The messages are
//! `scim-connector-oauth`'s.
//!
//! The cache lives as long as the instance and is never required: an instance may live for one call or for thousands.

use super::key::Key;
use super::reveal;
use crate::connection::{ClientCredentials, Method};
use crate::failure::{Failure, Kind, Result};
use crate::http::exchange::{Exchanges, shown};
use crate::http::{self, Effect, Request, Response, retry};
use scim_connector_oauth::{Claims, Error, ErrorKind, Message, Proof, Secret, TokenRequest, assertion, parse};
use std::cell::RefCell;

/// A token and the time, in Unix milliseconds, until which it is used.
#[derive(Clone, PartialEq, Eq)]
struct Token {
    value: Secret,
    good_until: u64,
}

thread_local! {
    static CACHE: RefCell<Vec<(ClientCredentials, Token)>> = const { RefCell::new(Vec::new()) };
}

/// Size of the cache: an instance serves one connection, so more than a few tokens are never of use.
const CACHED: usize = 4;

/// A token for these credentials: from the cache, or fetched. `renew` fetches in any case.
pub fn token(exchanges: &Exchanges<'_>, credentials: &ClientCredentials, renew: bool) -> Result<Secret> {
    let now = exchanges.platform().now();
    let cached = CACHE.with_borrow_mut(|cache| {
        cache.retain(|(key, token)| token.good_until > now && !(renew && key == credentials));
        cache.iter().find(|(key, _)| key == credentials).map(|(_, token)| token.value.clone())
    });
    if let Some(token) = cached {
        exchanges.guard(token.expose());
        return Ok(token);
    }
    let request = request(exchanges, credentials)?;
    let exchange = exchanges.attempts(&request, false).map_err(of_token_endpoint)?;
    let now = exchanges.platform().now();
    let token = parse(exchange.response.status, &exchange.response.body)
        .map_err(|error| failure(credentials, &error, &exchange.response, now))?;
    exchanges.guard(token.value.expose());
    let usable_for = u64::try_from(token.usable_for.as_millis()).unwrap_or(u64::MAX);
    let cached = Token { value: token.value.clone(), good_until: now.saturating_add(usable_for) };
    CACHE.with_borrow_mut(|cache| {
        cache.truncate(CACHED - 1);
        cache.insert(0, (credentials.clone(), cached));
    });
    Ok(token.value)
}

fn of_token_endpoint(mut failure: Box<Failure>) -> Box<Failure> {
    failure.detail = format!("token endpoint: {}", failure.detail);
    if failure.kind == Kind::TooLarge {
        // The status is none of the change's, which was not sent.
        failure.status = None;
    }
    if failure.kind == Kind::Configuration {
        failure.pointer = Some("/auth/tokenUrl".into());
    }
    failure
}

fn request(exchanges: &Exchanges<'_>, credentials: &ClientCredentials) -> Result<Request> {
    let token_request = TokenRequest {
        client_id: &credentials.client_id,
        scopes: &credentials.scopes,
        audience: credentials.audience.as_deref(),
    };
    let parameters = credentials.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let message = match (credentials.method, &credentials.client_secret, &credentials.private_key) {
        (Method::PrivateKeyJwt, _, Some(key)) => {
            let pem = reveal(exchanges, key, "/auth/privateKey")?;
            let assertion = signed(exchanges, credentials, &pem)?;
            token_request.message(parameters, Proof::Assertion(&assertion))
        }
        (method, Some(secret), _) => {
            let secret = Secret::new(reveal(exchanges, secret, "/auth/clientSecret")?);
            let proof = if method == Method::Post { Proof::Post(&secret) } else { Proof::Basic(&secret) };
            token_request.message(parameters, proof)
        }
        // `ClientCredentials::with_method` lets nothing else through.
        _ => {
            return Err(
                Failure::new(Kind::Configuration, "auth: neither clientSecret nor privateKey is given").at("/auth")
            );
        }
    };
    let mut headers = vec![
        ("Content-Type".to_owned(), Message::CONTENT_TYPE.to_owned()),
        ("Accept".to_owned(), Message::ACCEPT.to_owned()),
    ];
    if let Some(authorization) = message.authorization {
        exchanges.guard(authorization.expose().trim_start_matches("Basic "));
        headers.push(("Authorization".to_owned(), authorization.into_exposed()));
    }
    Ok(Request {
        method: http::Method::Post,
        url: credentials.token_url.clone(),
        headers,
        body: Some(message.body.into_exposed().into_bytes()),
        effect: Effect::Read,
    })
}

/// A fresh assertion.
fn signed(exchanges: &Exchanges<'_>, credentials: &ClientCredentials, pem: &str) -> Result<Secret> {
    let unusable =
        |detail: &str| Failure::new(Kind::Configuration, format!("auth.privateKey: {detail}")).at("/auth/privateKey");
    let key = Key::from_pem(pem)
        .ok_or_else(|| unusable("is not a P-256 or RSA key in PKCS#8 PEM (-----BEGIN PRIVATE KEY-----)"))?;
    let platform = exchanges.platform();
    let claims = Claims {
        client_id: &credentials.client_id,
        audience: credentials.audience.as_deref().unwrap_or(credentials.token_url.as_str()),
        key_id: credentials.key_id.as_deref(),
        id: u128::from(platform.random()) << 64 | u128::from(platform.random()),
        now: platform.now() / 1000,
    };
    let assertion = assertion(&claims, &key).ok_or_else(|| unusable("cannot sign; it may be too short for RS256"))?;
    exchanges.guard(assertion.expose());
    Ok(assertion)
}

/// The failure that an answer without a token leads to; `now` is the Unix time in milliseconds.
fn failure(credentials: &ClientCredentials, error: &Error, response: &Response, now: u64) -> Box<Failure> {
    let detail = error.message(&shown(&credentials.token_url), "auth");
    let mut failure = match error.kind() {
        ErrorKind::Throttled => Failure::new(Kind::Throttled, detail).transient(),
        ErrorKind::Unavailable => Failure::new(Kind::Unavailable, detail).transient(),
        ErrorKind::Authentication => Failure::new(Kind::Authentication, detail),
        ErrorKind::TokenUrl => Failure::new(Kind::Configuration, detail).at("/auth/tokenUrl"),
        ErrorKind::Protocol => Failure::new(Kind::Protocol, detail),
        ErrorKind::Unsupported => Failure::new(Kind::Unsupported, detail),
    };
    if let Some(status) = error.status() {
        failure.status = Some(status);
        failure.oauth_error = error.code().map(str::to_owned);
        failure.retry_after_ms = retry::retry_after(response, now);
        failure.request_id = response.request_id();
    }
    failure
}
