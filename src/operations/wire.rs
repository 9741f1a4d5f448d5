//! What every operation needs on the wire: URLs, requests, and the meaning of an answer's status and body.

use crate::connection::Connection;
use crate::failure::{Failure, Kind, Result};
use crate::http::client::{Client, Exchange};
use crate::http::{Effect, Method, Request, Response, retry};
use crate::scim::error;
use crate::scim::resource::{Data, Resource};
use url::Url;

/// A URL below the service URL. Each segment is encoded as one segment; what could climb out of it is refused.
pub fn url<S: AsRef<str>>(connection: &Connection, segments: impl IntoIterator<Item = S>) -> Result<Url> {
    let mut url = connection.service_url.clone();
    let unusable = || Failure::new(Kind::Configuration, "serviceUrl: the URL cannot carry a path").at("/serviceUrl");
    let mut path = url.path_segments_mut().map_err(|()| unusable())?;
    path.pop_if_empty();
    for segment in segments {
        path.push(segment_of_path(segment.as_ref())?);
    }
    drop(path);
    for parameter in connection.profile.knobs.parameters.iter().flatten() {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        url.query_pairs_mut().append_pair(name, value);
    }
    Ok(url)
}

/// A segment as it may stand in a path: the URL parser resolves `.` and `..` away and drops line breaks and tabs, after which
/// another resource would be named than the one that was checked.
fn segment_of_path(segment: &str) -> Result<&str> {
    match segment {
        "" | "." | ".." => Err(Failure::new(Kind::InvalidInput, format!("{segment:?} cannot stand in a path"))),
        text if text.chars().any(char::is_control) => {
            Err(Failure::new(Kind::InvalidInput, format!("{text:?} cannot stand in a path: it has control characters")))
        }
        text => Ok(text),
    }
}

/// An `id` as it may stand in a path; the empty one would name the whole endpoint.
pub fn checked_id(id: &str) -> Result<&str> {
    match id {
        "" => Err(Failure::input("/id", "id: must not be empty")),
        id if segment_of_path(id).is_err() => Err(Failure::input("/id", format!("id: {id:?} is no identifier"))),
        id => Ok(id),
    }
}

/// The headers of one request that its caller asks for.
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestOptions<'a> {
    /// Further headers.
    pub headers: &'a [(String, String)],
    /// `If-Match`.
    pub if_match: Option<&'a str>,
    /// `If-None-Match`.
    pub if_none_match: Option<&'a str>,
}

impl<'a> RequestOptions<'a> {
    /// Further headers alone.
    pub fn headers(headers: &'a [(String, String)]) -> Self {
        RequestOptions { headers, ..RequestOptions::default() }
    }
}

/// A request with the headers its caller asks for, and a JSON body where there is one.
pub fn request(
    method: Method,
    url: Url,
    body: Option<&Resource>,
    effect: Effect,
    asked: RequestOptions<'_>,
) -> Request {
    let mut headers = asked.headers.to_vec();
    headers.extend(asked.if_match.map(|tag| ("If-Match".to_owned(), tag.to_owned())));
    headers.extend(asked.if_none_match.map(|tag| ("If-None-Match".to_owned(), tag.to_owned())));
    let body = body.map(|body| {
        headers.push(("Content-Type".into(), "application/scim+json".into()));
        body.to_string().into_bytes()
    });
    Request { method, url, headers, body, effect }
}

/// The failure that an answer without success stands for, with all that the answer says about it.
pub fn refused(client: &Client<'_>, exchange: &Exchange, effect: Effect, what: &str) -> Box<Failure> {
    let response = &exchange.response;
    let failure = meaning(client, response, effect, what);
    // An earlier attempt may have made the change that this one was refused for.
    if exchange.repeated && effect != Effect::Read { failure.maybe_applied() } else { failure }
}

fn meaning(client: &Client<'_>, response: &Response, effect: Effect, what: &str) -> Box<Failure> {
    let mut failure = error::failure(response.status, &response.body, what);
    failure.retry_after_ms = retry::retry_after(response, client.platform().now());
    failure.request_id = response.request_id();
    match failure.kind {
        Kind::Authentication => failure.detail.push_str("; check auth"),
        // Some say "forbidden" of too many requests.
        Kind::Permission if retry::refused_unprocessed(response) => {
            failure.kind = Kind::Throttled;
            failure.transient = true;
        }
        // Without a condition none can have failed: one provider answers 412 to anything it does not like.
        Kind::Precondition if response.status == 412 && !client.was_conditional() => failure.kind = Kind::InvalidInput,
        // A gateway may give up on a write that the provider behind it carries out.
        Kind::Unavailable if retry::refused_unprocessed(response) && response.status != 503 => {
            failure.kind = Kind::Throttled
        }
        Kind::Unavailable | Kind::Timeout if effect != Effect::Read && !retry::refused_unprocessed(response) => {
            failure = failure.maybe_applied()
        }
        // Nobody asked for another protocol, so this is no answer to the request (RFC 9110 section 15.2.2), nor is any other
        // interim one that a host passes on.
        _ if effect != Effect::Read && response.status < 200 => failure = failure.maybe_applied(),
        _ => {}
    }
    failure
}

/// Reads a success's body; none where there is none.
pub fn body(client: &Client<'_>, exchange: &Exchange, effect: Effect, what: &str) -> Result<Option<Resource>> {
    let parse = if effect == Effect::Read { error::object } else { error::object_or_null };
    let found = read(client, exchange, effect, what, parse)?;
    if let Some(status) = found.as_ref().and_then(error::in_success) {
        let response = Response { status, ..exchange.response.clone() };
        let mut failure = refused(client, &Exchange { response, repeated: exchange.repeated }, effect, what);
        failure.detail.push_str(&format!(" (in an answer of status {})", exchange.response.status));
        return Err(failure);
    }
    // Some write nothing as an empty object.
    Ok(found.filter(|object| effect == Effect::Read || !object.is_empty()))
}

/// Reads the body of a document of discovery, which may be any JSON; none where there is none.
pub fn document(client: &Client<'_>, exchange: &Exchange, what: &str) -> Result<Option<Data>> {
    read(client, exchange, Effect::Read, what, error::json)
}

fn read<T>(
    client: &Client<'_>,
    exchange: &Exchange,
    effect: Effect,
    what: &str,
    parse: fn(u16, &[u8], u32, &str) -> Result<T>,
) -> Result<Option<T>> {
    let response = &exchange.response;
    if !response.is_success() {
        return Err(refused(client, exchange, effect, what));
    }
    if response.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let depth = client.connection().parts.limits.json_depth;
    parse(response.status, &response.body, depth, what).map(Some).map_err(|mut failure| {
        failure.request_id = response.request_id();
        if effect == Effect::Read { failure } else { failure.maybe_applied() }
    })
}
