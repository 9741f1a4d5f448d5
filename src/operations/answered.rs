//! What an answer says besides its body: whether it is about the resource that was asked for, whether anybody listened to the
//! method at all, and that a change was made although its answer is too large to be read.

use super::discovery;
use super::message::Message;
use super::seen::{self, Fact};
use super::target::Endpoint;
use super::versioned::Versioned;
use super::{STANDARD_TYPES, StandardType};
use crate::failure::{Failure, Kind, Result};
use crate::http::client::{Client, Exchange};
use crate::http::{Effect, Method, Response};
use crate::scim::resource::{Data, Resource};
use crate::scim::{error, urn};

/// Tells of a change whose answer is larger than the limit: behind the status of a success it was made all the same.
pub fn tell_unread(client: &Client<'_>, what: &str, response: &Response) {
    if response.is_unread() {
        client.warn(format!(
            "the provider carried out {what} ({}), but its answer is larger than limits.responseBytes and was not read",
            response.status
        ));
    }
}

/// The failure that a 404 stands for where it is not known to speak of the resource: a SCIM error does, anything else, and nothing at
/// all, may be a router's that knows no such method. One read tells: where the resource is there all the same, nobody listens to the
/// method. Nor is anybody taken for deleted of whom the read does not say so.
pub fn unrouted(
    client: &Client<'_>,
    what: &str,
    endpoint: &Endpoint,
    message: &Message<'_>,
    exchange: &Exchange,
) -> Option<Box<Failure>> {
    let response = &exchange.response;
    let changes = matches!(message.method, Method::Put | Method::Patch | Method::Delete);
    let vague = message.empty_is_refusal && response.body.trim_ascii().is_empty();
    if response.status != 404 || !changes || vague || error::is_scim(&response.body) {
        return None;
    }
    let failure = |kind: Kind, words: String| {
        let mut failure = Failure::new(kind, format!("{what}: the provider answered {words}"));
        failure.status = Some(404);
        failure.request_id = response.request_id();
        failure.excerpt = error::excerpt(&response.body);
        Some(if exchange.repeated { failure.maybe_applied() } else { failure })
    };
    let method = message.method.as_str();
    let reading = Message::new(Method::Get, message.id, message.headers).request(client, endpoint).ok()?;
    // Whatever else was to be changed is not found, and that is a failure in any case.
    let is_done = message.method == Method::Delete && (message.gone_is_done || exchange.repeated);
    let unclear = match presence(&client.send(&reading)) {
        Presence::There => {
            let words = format!(
                "{method} with 404 and no SCIM error, although the resource is there: it has no {method}; nothing was changed"
            );
            return failure(Kind::Unsupported, words);
        }
        _ if !is_done => return None,
        Presence::Gone(page) if !(page && is_page(response)) || discovery::is_served(client) => return None,
        Presence::Gone(_) => "the answers are pages, as of another service; correct serviceUrl".to_owned(),
        Presence::Unclear(seen) => format!("a read does not say it ({seen})"),
    };
    let words = format!("{method} with 404 and no SCIM error; whether the resource is gone cannot be told: {unclear}");
    failure(Kind::Protocol, words)
}

/// What a read shows of whether a resource is there.
enum Presence {
    There,
    /// Not there; whether a page says so.
    Gone(bool),
    /// Neither can be told, and why.
    Unclear(String),
}

fn presence(read: &Result<Exchange>) -> Presence {
    let response = match read {
        Ok(exchange) => &exchange.response,
        Err(failure) if failure.kind == Kind::TooLarge && failure.status.is_some_and(|it| (200..300).contains(&it)) => {
            return Presence::There;
        }
        Err(failure) => return Presence::Unclear(failure.kind.name().to_owned()),
    };
    let body = Data::parse(&response.body).ok();
    let error = body.as_ref().and_then(Data::as_object).and_then(error::in_success);
    let status = error.filter(|_| response.is_success()).unwrap_or(response.status);
    match status {
        200..300 if body.is_some() => Presence::There,
        404 | 410 => Presence::Gone(is_page(response)),
        status => Presence::Unclear(format!("status {status}")),
    }
}

/// Whether a body is a page for people rather than data.
fn is_page(response: &Response) -> bool {
    response.body.trim_ascii_start().first() == Some(&b'<')
}

/// Whether an answer is about the resource that was asked for.
pub fn is_about(what: &str, message: &Message<'_>, found: &Versioned, effect: Effect) -> Result<()> {
    match (message.id, found.id()) {
        (Some(asked), Some(id)) if !asked.eq_ignore_ascii_case(&id) => {
            let detail =
                format!("the provider answered {what} with another resource: its id is not the one that was asked for");
            let failure = Failure::new(Kind::Protocol, detail);
            Err(if effect == Effect::Read { failure } else { failure.maybe_applied() })
        }
        _ => Ok(()),
    }
}

/// The resource in an answer's body: that of a list of one, where it is the one that was asked for. Fails where the body is a list of
/// others, or a resource of another type.
pub fn only(
    client: &Client<'_>,
    what: &str,
    endpoint: &Endpoint,
    message: &Message<'_>,
    body: Resource,
    effect: Effect,
) -> Result<Resource> {
    let no = |seen: &str| {
        let failure = Failure::new(Kind::Protocol, format!("the provider answered {what} with {seen}"));
        Err(if effect == Effect::Read { failure } else { failure.maybe_applied() })
    };
    if names(&body, urn::LIST_RESPONSE) {
        let listed = body.get("Resources").and_then(Data::as_list).unwrap_or_default();
        let is_asked = |found: &&Resource| {
            message.id.is_some_and(|asked| found.text("id").is_some_and(|id| id.eq_ignore_ascii_case(asked)))
        };
        let mut asked = listed.iter().filter_map(Data::as_object).filter(is_asked);
        let (Some(one), None) = (asked.next(), asked.next()) else {
            return no("a list instead of a resource");
        };
        client
            .warn(format!("the provider answered {what} with a list; the one of the id that was asked for was taken"));
        return Ok(one.clone());
    }
    // A sloppy schema is none where the resource has what its type must have.
    let other = |known: &StandardType| {
        let others = STANDARD_TYPES.iter().filter(|other| other.name != known.name);
        !names(&body, known.schema)
            && body.get(known.required).is_none()
            && others.into_iter().any(|other| names(&body, other.schema))
    };
    if endpoint.known.is_some_and(other) {
        return no("a resource of another type");
    }
    Ok(body)
}

/// Whether a body names a schema.
fn names(body: &Resource, schema: &str) -> bool {
    let schemas = body.get("schemas").and_then(Data::as_list).unwrap_or_default();
    schemas.iter().filter_map(Data::as_str).any(|name| name.eq_ignore_ascii_case(schema))
}

/// Tells that a resource was read which does not say who it is.
pub fn tell_nameless(client: &Client<'_>, what: &str, endpoint: &Endpoint, message: &Message<'_>, found: &Versioned) {
    let viewed = message.view.is_some_and(|view| !view.is_empty());
    if message.method == Method::Get
        && message.id.is_some()
        && endpoint.known.is_some()
        && !viewed
        && found.id().is_none()
    {
        client.warn(format!(
            "the provider answered {what} with a resource without an id; whether it is the one that was asked for cannot be told"
        ));
    }
}

/// Remembers that the provider shows the members of a group that is read.
pub fn note_members(client: &Client<'_>, endpoint: &Endpoint, message: &Message<'_>, found: &Versioned) {
    let members = found.resource.get("members").and_then(Data::as_list);
    let group = endpoint.schema.as_deref() == Some(urn::GROUP) && message.method == Method::Get;
    if group && !found.partial && members.is_some_and(|members| !members.is_empty()) {
        seen::note(client, Fact::Members);
    }
}
