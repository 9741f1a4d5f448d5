//! Sends the message of one resource and reads what it is answered with.

use super::StandardType;
use super::answered;
use super::conditions;
use super::message::Message;
use super::target::Endpoint;
use super::versioned::Versioned;
use super::wire::{body, refused};
use crate::failure::{Failure, Kind, Result};
use crate::http::client::{Client, Exchange};
use crate::http::{Effect, Method, Request};
use crate::scim::resource::Resource;
use crate::scim::{error, urn};

/// Sends a message that reads, changes or deletes a resource. `what` names the operation in failures. The resource as answered, none
/// where the answer has no body: then it is read once more where the options or a view ask for it.
pub fn send(client: &Client<'_>, what: &str, endpoint: &Endpoint, message: &Message<'_>) -> Result<Option<Versioned>> {
    let (request, exchange) = answer(client, what, endpoint, message)?;
    if message.method == Method::Delete {
        return deleted(client, what, endpoint, message, &exchange, request.effect).map(|()| None);
    }
    let found = resource(client, what, endpoint, message, &request, &exchange)?;
    // "Accepted" is not "done" (RFC 9110 section 15.3.3, RFC 9967).
    let deferred = exchange.response.status == 202;
    if deferred {
        client.warn(format!("the provider answered {what} with 202: the change may be made later"));
    }
    match found {
        Some(found) => Ok(Some(found)),
        None if deferred || exchange.response.is_unread() => Ok(None),
        None if message.read_back => read_back(client, what, endpoint, message.id, message).map(Some),
        None if message.method == Method::Get => {
            Err(error::not_scim(exchange.response.status, &exchange.response.body, what, "there is no body"))
        }
        None if message.view.is_some_and(|view| !view.is_empty()) => {
            let seen = read_back(client, what, endpoint, message.id, message);
            client.warn(match &seen {
                Ok(_) => format!("the provider answered {what} without the resource; it was read once more for the attributes that were asked for"),
                Err(failure) => failure.detail.clone(),
            });
            Ok(seen.ok())
        }
        None => Ok(None),
    }
}

/// Sends a message; what was sent and what was answered.
pub(super) fn answer(
    client: &Client<'_>,
    what: &str,
    endpoint: &Endpoint,
    message: &Message<'_>,
) -> Result<(Request, Exchange)> {
    let request = message.request(client, endpoint)?;
    let exchange = client.send(&request)?;
    answered::tell_unread(client, what, &exchange.response);
    conditions::note(client, message.if_match.is_some(), &exchange.response);
    match answered::unrouted(client, what, endpoint, message, &exchange) {
        Some(failure) => Err(failure),
        None => Ok((request, exchange)),
    }
}

/// The resource in the answer's body; none where there is none.
pub(super) fn resource(
    client: &Client<'_>,
    what: &str,
    endpoint: &Endpoint,
    message: &Message<'_>,
    request: &Request,
    exchange: &Exchange,
) -> Result<Option<Versioned>> {
    let Some(object) = body(client, exchange, request.effect, what)? else { return Ok(None) };
    if !is_resource(endpoint, message, &object) {
        no_resource(client, what, message.method, exchange, &object)?;
        return Ok(None);
    }
    let object = answered::only(client, what, endpoint, message, object, request.effect)?;
    let mut found = Versioned::new(client, object, exchange.response.header("etag"));
    found.partial = message.view_sent(client).is_some();
    answered::is_about(what, message, &found, request.effect)?;
    answered::tell_nameless(client, what, endpoint, message, &found);
    answered::note_members(client, endpoint, message, &found);
    Ok(Some(found))
}

/// Whether an answer's body is a resource, as far as can be told: some name next to nothing of it.
fn is_resource(endpoint: &Endpoint, message: &Message<'_>, object: &Resource) -> bool {
    let common = ["id", "schemas", "meta", "externalId"].iter().any(|name| object.get(name).is_some());
    let known = |known: &StandardType| known.attributes.iter().any(|it| object.get(it.name).is_some());
    let viewed = message.method == Method::Get && message.view.is_some_and(|view| !view.attributes.is_empty());
    // Of another type, what was sent tells.
    let sent = message.body.as_deref().filter(|_| endpoint.known.is_none() && message.method != Method::Patch);
    let as_sent = sent.is_some_and(|sent| sent.keys().any(|name| object.get(name).is_some()));
    common || viewed || as_sent || object.is_empty() || endpoint.known.is_some_and(known)
}

/// A body that is no resource: no answer to a read, an error after a change if it says so, and otherwise as good as none.
fn no_resource(client: &Client<'_>, what: &str, method: Method, exchange: &Exchange, body: &Resource) -> Result<()> {
    if method != Method::Get && !says_error(body) {
        client.warn(format!("the provider answered {what} with JSON that is no resource; it is left out"));
        return Ok(());
    }
    let response = &exchange.response;
    let mut failure = error::not_scim(response.status, &response.body, what, "the body is no resource");
    failure.request_id = response.request_id();
    Err(if method == Method::Get { failure } else { failure.maybe_applied() })
}

/// Whether a body that is no resource says that something went wrong.
fn says_error(body: &Resource) -> bool {
    ["error", "errors"].iter().any(|name| body.get(name).is_some_and(|it| !it.is_null()))
}

/// Reads a resource.
pub fn read(client: &Client<'_>, what: &str, endpoint: &Endpoint, message: &Message<'_>) -> Result<Versioned> {
    let nothing = || Failure::new(Kind::Internal, format!("{what}: a read gave nothing"));
    send(client, what, endpoint, message)?.ok_or_else(nothing)
}

/// Reads a resource once more after a change.
pub(super) fn read_back(
    client: &Client<'_>,
    what: &str,
    endpoint: &Endpoint,
    id: Option<&str>,
    change: &Message<'_>,
) -> Result<Versioned> {
    let message = Message { view: change.view, ..Message::new(Method::Get, id, change.headers) };
    read(client, what, endpoint, &message).map_err(|failure| {
        // The change itself went through; whoever repeats the call must know.
        let mut failure = failure.maybe_applied();
        failure.detail = format!("{what} was carried out, but reading the result back failed: {}", failure.detail);
        failure
    })
}

/// Whether a deletion succeeded.
fn deleted(
    client: &Client<'_>,
    what: &str,
    endpoint: &Endpoint,
    message: &Message<'_>,
    exchange: &Exchange,
    effect: Effect,
) -> Result<()> {
    let gone = matches!(exchange.response.status, 404 | 410);
    if gone && exchange.repeated {
        client.warn("an earlier attempt, whose answer was lost, had deleted it");
        return Ok(());
    }
    let start = exchange.response.body.trim_ascii_start().first();
    if exchange.response.is_success() && matches!(start, Some(b'<' | b'{')) {
        // A page, as of a gateway that asks to sign in, or an error: no success, whatever the status says.
        let answer = body(client, exchange, effect, what)?;
        if let Some(answer) = answer.filter(says_error) {
            no_resource(client, what, message.method, exchange, &answer)?;
        }
    }
    if exchange.response.status == 202 {
        client.warn(format!("the provider answered {what} with 202: the deletion may be made later"));
    }
    if exchange.response.is_success() || (gone && message.gone_is_done) {
        let user = endpoint.schema.as_deref() == Some(urn::USER);
        if user && !gone && client.connection().profile.knobs.delete_deactivates {
            client.warn(
                "this provider only deactivates a user that is deleted; userName and e-mail addresses may stay taken",
            );
        }
        return Ok(());
    }
    let failure = refused(client, exchange, effect, what);
    if message.gone_is_done { gone_after_all(client, what, endpoint, message, failure) } else { Err(failure) }
}

/// What a deletion that was refused comes to where what is gone is done: some answer 500 or 400 to the deletion of what is not there,
/// and a read tells.
fn gone_after_all(
    client: &Client<'_>,
    what: &str,
    endpoint: &Endpoint,
    deletion: &Message<'_>,
    mut failure: Box<Failure>,
) -> Result<()> {
    if !matches!(failure.kind, Kind::Unavailable | Kind::InvalidInput | Kind::Conflict) {
        return Err(failure);
    }
    match read(client, what, endpoint, &Message::new(Method::Get, deletion.id, deletion.headers)) {
        // A page is the answer of something else than the provider.
        Err(other)
            if other.kind == Kind::NotFound && !other.excerpt.as_ref().is_some_and(|text| text.starts_with('<')) =>
        {
            client.warn(format!("{}; it is not there", failure.detail));
            Ok(())
        }
        Ok(_) => {
            failure.detail.push_str("; it is still there");
            Err(failure)
        }
        Err(_) => Err(failure),
    }
}
