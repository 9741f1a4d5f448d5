//! What a creation gave: the resource, its identifier, and whether it is the one that was sent.
//!
//! The identifier is the answer's; else that of `Location` or `meta.location` (RFC 7644 sections 3.1 and 3.3), wherever these say
//! that the provider is: nothing is sent there. At last the resource is looked up by the attribute it must have.

use super::capability::style;
use super::message::Message;
use super::query::{self, QueryMethod};
use super::sending::{self, read_back};
use super::target::{Endpoint, known};
use super::versioned::Versioned;
use crate::failure::{Failure, Kind, Result};
use crate::http::client::{Client, Exchange, same_origin};
use crate::http::{Request, Response};
use crate::input::{Listing, Query, View};
use crate::scim::error;
use crate::scim::filter::Filter;
use crate::scim::patch;
use crate::scim::resource::{Data, Resource};
use crate::scim::text::loosest;
use percent_encoding::percent_decode_str;
use url::Url;

/// What some servers write where there is no identifier.
const NO_IDS: [&str; 6] = ["undefined", "null", "none", "nil", "nan", "[object object]"];

/// The identifier at the end of a location. One on another origin counts only if it is below the endpoint's path, for any page may
/// stand there.
fn id_in(location: &str, endpoint: &Endpoint, posted_to: &Url) -> Option<String> {
    let url = posted_to.join(location).ok()?;
    let mut segments = url.path_segments()?.rev().filter(|segment| !segment.is_empty());
    let last = segments.next()?;
    let below =
        endpoint.path.last().is_some_and(|name| segments.next().is_some_and(|it| it.eq_ignore_ascii_case(name)));
    if !below && !same_origin(&url, posted_to) {
        return None;
    }
    let id = percent_decode_str(last).decode_utf8().ok()?.into_owned();
    let is_end = endpoint.path.last().is_some_and(|name| name.eq_ignore_ascii_case(&id));
    let is_none = NO_IDS.iter().any(|none| id.eq_ignore_ascii_case(none));
    (!id.trim().is_empty() && !is_end && !is_none).then_some(id)
}

/// The identifier that an answer names outside of the resource.
fn located(endpoint: &Endpoint, posted_to: &Url, response: &Response, resource: Option<&Resource>) -> Option<String> {
    let meta = resource.and_then(|resource| resource.get("meta")?.as_object()?.text("location"));
    let header = response.header("location").map(str::to_owned);
    [header, meta].into_iter().flatten().find_map(|location| id_in(&location, endpoint, posted_to))
}

/// Sends a message that creates a resource; what it gave. `what` names the operation in failures.
pub fn create(client: &Client<'_>, what: &str, endpoint: &Endpoint, message: &Message<'_>) -> Result<Versioned> {
    let (request, exchange) = sending::answer(client, what, endpoint, message)?;
    let found = sending::resource(client, what, endpoint, message, &request, &exchange);
    match found.map_err(error::of_creation)? {
        Some(mut created) => {
            identify(client, what, endpoint, &request.url, &exchange.response, &mut created);
            Ok(created)
        }
        None => Ok(without_body(client, what, endpoint, message, &request, &exchange)),
    }
}

/// Gives a resource that was answered without its identifier the one that its location names.
fn identify(
    client: &Client<'_>,
    what: &str,
    endpoint: &Endpoint,
    posted_to: &Url,
    response: &Response,
    created: &mut Versioned,
) {
    if created.id().is_some() {
        return;
    }
    if let Some(id) = located(endpoint, posted_to, response, Some(&created.resource)) {
        client.warn(format!(
            "the provider answered {what} with a resource without an id; it was taken from its location"
        ));
        created.resource.retain(|name, _| !name.eq_ignore_ascii_case("id"));
        created.resource.insert("id", id);
    }
}

/// What a creation without a body gave: the resource as it can be read, or at the least as it was sent.
fn without_body(
    client: &Client<'_>,
    what: &str,
    endpoint: &Endpoint,
    message: &Message<'_>,
    request: &Request,
    exchange: &Exchange,
) -> Versioned {
    if exchange.response.status == 202 {
        client.warn(format!(
            "the provider answered {what} with 202: the resource may come into being later; the result is what was sent, without an id"
        ));
        return Versioned { deferred: true, ..as_sent(message) };
    }
    let Some(id) = located(endpoint, &request.url, &exchange.response, None) else { return as_sent(message) };
    let read = read_back(client, what, endpoint, Some(&id), message);
    if let Ok(found) = &read
        && message.body.as_deref().is_some_and(|sent| is_same(client, endpoint, sent, &found.resource) == Some(false))
    {
        client.warn(format!("the location in the answer to {what} leads to another resource; it was not used"));
        return as_sent(message);
    }
    read.unwrap_or_else(|failure| {
        client.warn(format!("{}; the result is what was sent, with the id", failure.detail));
        let mut sent = as_sent(message);
        sent.resource.insert("id", id);
        sent
    })
}

/// The created resource with its identifier: where no answer named one, as a search by the attribute that it must have finds it.
/// `sent` is what was sent.
pub fn with_id(
    client: &Client<'_>,
    what: &str,
    endpoint: &Endpoint,
    sent: &Resource,
    mut created: Versioned,
) -> Versioned {
    if created.id().is_some() || created.deferred {
        return created;
    }
    match look_up(client, endpoint, sent) {
        Some(id) => {
            client.warn(format!(
                "the provider answered {what} with neither an id nor a location that has one; the id is that of a search for what was sent"
            ));
            created.resource.insert("id", id);
        }
        None => {
            let search = if endpoint.known.is_some() { ", and a search does not find the resource" } else { "" };
            client.warn(format!(
                "the provider answered {what} with neither an id nor a location that has one{search}; the result has no id"
            ));
        }
    }
    created
}

/// Whether a resource is the one that was sent, by the name that it must have, as far as it shows that.
pub fn is_same(client: &Client<'_>, endpoint: &Endpoint, sent: &Resource, found: &Resource) -> Option<bool> {
    let name = endpoint.known?.required;
    let (sent, found) = (sent.text(name)?, found.text(name)?);
    let alone = |text: &str| Resource::from_iter([(name, text)]);
    let rules = style(client).text;
    let differs = || !patch::differing(&alone(&found), &alone(&sent), known(endpoint), rules).is_empty();
    Some(loosest(&sent) == loosest(&found) || !differs())
}

/// The failure of a creation that was answered with another resource: nobody is to go on with that one.
pub fn another(what: &str) -> Box<Failure> {
    let detail = format!(
        "the provider answered {what} with another resource than the one that was sent; its id was left out; look for the one that was meant before you repeat the operation"
    );
    Failure::new(Kind::Protocol, detail).maybe_applied()
}

/// The identifier of the one resource that has the name which was sent.
fn look_up(client: &Client<'_>, endpoint: &Endpoint, sent: &Resource) -> Option<String> {
    let name = endpoint.known?.required;
    let value = sent.get(name).and_then(Data::as_str)?;
    let filter = Filter::eq(name, value).ok()?;
    let query = Query { filter: Some(filter.to_string()), ..Query::default() };
    let view = View { attributes: vec!["id".to_owned(), name.to_owned()], excluded: Vec::new() };
    let listing = Listing { query, view, headers: Vec::new() };
    let listed = query::run(client, "the search for what was created", endpoint, QueryMethod::Get, &listing).ok()?;
    // A provider that ignores the filter answers with others.
    let is_it = |found: &&Resource| found.text(name).is_some_and(|it| it.to_lowercase() == value.to_lowercase());
    let mut found = listed.page.resources.iter().filter(is_it);
    let one = found.next()?;
    if found.next().is_some() {
        return None;
    }
    one.text("id").filter(|id| !id.trim().is_empty())
}

/// The resource as it was sent, for want of another.
fn as_sent(message: &Message<'_>) -> Versioned {
    let mut resource = message.body.as_deref().cloned().unwrap_or_default();
    resource.retain(|name, _| !name.eq_ignore_ascii_case("password"));
    Versioned { resource, version: None, partial: false, deferred: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::STANDARD_TYPES;

    #[test]
    fn an_id_is_found_at_the_end_of_a_location() {
        let endpoint = Endpoint::of(STANDARD_TYPES[0]);
        let posted_to = Url::parse("https://scim.example/v2/Users").unwrap();
        let rows = [
            ("https://scim.example/v2/Users/1", Some("1")),
            ("https://inner.example:8443/scim/users/1/", Some("1")),
            ("/v2/Users/a%20b", Some("a b")),
            ("Users/7", Some("7")),
            ("https://scim.example/v1/people/7", Some("7")),
            ("https://other.example/login", None),
            ("https://scim.example/v2/Users", None),
            ("/v2/Users/undefined", None),
            ("https://scim.example/", None),
            ("http://[", None),
        ];
        for (location, expected) in rows {
            assert_eq!(id_in(location, &endpoint, &posted_to).as_deref(), expected, "{location}");
        }
    }
}
