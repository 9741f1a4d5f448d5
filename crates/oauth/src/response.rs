//! The token endpoint's answer (RFC 6749 sections 5.1 and 5.2). Other statuses than the RFC's are read as well, since proxies
//! and wrong URLs answer too.

use crate::Secret;
use crate::error::{Error, ParseError, ResponseError, one_line};
use serde_json::Value;
use std::time::Duration;
use zeroize::Zeroize as _;

/// Lifetime assumed for a token whose answer names none.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(300);

/// Longest margin kept before a token expires.
const MARGIN: Duration = Duration::from_secs(30);

/// An access token (RFC 6750).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The token itself, in the characters that RFC 6750 section 2.1 allows in a header.
    pub value: Secret,
    /// How long it may be used. Its last tenth, at most half a minute, is left out: it must still be valid when it arrives.
    pub usable_for: Duration,
}

/// Reads an answer by its HTTP status and body.
pub fn parse(status: u16, body: &[u8]) -> Result<Token, Error> {
    let mut body: Value = serde_json::from_slice(body).unwrap_or_default();
    let outcome = read(status, &mut body);
    wipe(&mut body);
    outcome
}

fn read(status: u16, body: &mut Value) -> Result<Token, Error> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let code = text("error").map(|code| code.chars().filter(|char| !char.is_control()).take(64).collect());
    if !(200..300).contains(&status) {
        let description = text("error_description").map(|text| one_line(text, 300));
        return Err(Error::Response(ResponseError { status, code, description }));
    }
    let Some(value) = text("access_token") else {
        return Err(Error::Parse(ParseError::NoAccessToken { status, code }));
    };
    if value.is_empty() || !value.bytes().all(|byte| (b'!'..0x7f).contains(&byte)) {
        return Err(Error::Parse(ParseError::NotABearerToken));
    }
    if text("token_type").is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return Err(Error::Parse(ParseError::OtherTokenType));
    }
    let lifetime = body.get("expires_in").and_then(seconds).unwrap_or(DEFAULT_LIFETIME);
    Ok(Token { value: Secret::new(value), usable_for: lifetime - (lifetime / 10).min(MARGIN) })
}

/// A number of seconds, which some servers write as a string.
fn seconds(value: &Value) -> Option<Duration> {
    let seconds = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// Overwrites every text: beside the access token there may be others, such as a refresh token.
fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
