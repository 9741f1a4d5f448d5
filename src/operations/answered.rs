//! What an answer says besides its body: whether it is about the resource that was asked for, whether anybody listened to the
//! method at all, and that a change was made although its answer is too large to be read.

use super::message::Message;
use super::seen::{self, Fact};
use super::target::Endpoint;
use super::versioned::Versioned;
use crate::failure::{Failure, Kind, Result};
use crate::http::client::{Client, Exchange};
use crate::http::{Effect, Method, Response};
use crate::scim::resource::Data;
use crate::scim::{error, urn};

/// A header of our own for an answer that was too large to be read.
const OVERSIZED: &str = "x-connector-oversized";

/// Whether an answer stands for one that was too large to be read.
pub fn is_oversized(response: &Response) -> bool {
    response.header(OVERSIZED).is_some()
}

/// A change whose answer is larger than the limit, behind the status of a success, was made all the same.
pub fn oversized(client: &Client<'_>, what: &str, message: &Message<'_>, failure: Box<Failure>) -> Result<Exchange> {
    match failure.status {
        Some(status)
            if failure.kind == Kind::TooLarge && (200..300).contains(&status) && message.method != Method::Get =>
        {
            client.warn(format!(
                "the provider carried out {what} ({status}), but its answer is larger than limits.responseBytes and was not read"
            ));
            let headers = vec![(OVERSIZED.to_owned(), String::new())];
            Ok(Exchange { response: Response { status, headers, body: Vec::new() }, repeated: false })
        }
        _ => Err(failure),
    }
}

/// The failure that a page of status 404 stands for where the resource is there all the same: nobody listens to the method at this
/// URL. It must not be read as "there is no such resource".
pub fn unrouted(
    client: &Client<'_>,
    what: &str,
    endpoint: &Endpoint,
    message: &Message<'_>,
    exchange: &Exchange,
) -> Option<Box<Failure>> {
    let response = &exchange.response;
    let changes = matches!(message.method, Method::Put | Method::Patch | Method::Delete);
    let page = !response.body.trim_ascii().is_empty() && Data::parse(&response.body).is_err();
    if response.status != 404 || !changes || !page {
        return None;
    }
    let reading = Message::new(Method::Get, message.id, message.headers).request(client, endpoint).ok()?;
    let there = client.send(&reading).ok()?.response;
    if !there.is_success() || Data::parse(&there.body).is_err() {
        return None;
    }
    let method = message.method.as_str();
    let detail = format!(
        "{what}: the provider answered {method} with 404 and a page that is no SCIM, although the resource is there: it has no {method}; nothing was changed"
    );
    let mut failure = Failure::new(Kind::Unsupported, detail);
    failure.status = Some(404);
    failure.request_id = response.request_id();
    failure.excerpt = error::excerpt(&response.body);
    Some(if exchange.repeated { failure.maybe_applied() } else { failure })
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

/// Remembers that the provider shows the members of a group that is read.
pub fn note_members(client: &Client<'_>, endpoint: &Endpoint, message: &Message<'_>, found: &Versioned) {
    let members = found.resource.get("members").and_then(Data::as_list);
    let group = endpoint.schema.as_deref() == Some(urn::GROUP) && message.method == Method::Get;
    if group && !found.partial && members.is_some_and(|members| !members.is_empty()) {
        seen::note(client, Fact::Members);
    }
}
