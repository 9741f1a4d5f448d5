//! Create, get, update, patch and delete one resource (RFC 7644 sections 3.3, 3.4.1, 3.5.1, 3.5.2 and 3.6).

use super::target::Endpoint;
use super::wire::{body, checked_id, refused, request, url};
use super::{Input, Known, Output, Verb, View, discovery, validate};
use crate::catalog::table::Row;
use crate::connection::Connection;
use crate::failure::{Failure, Kind, Result};
use crate::http::client::{Client, Exchange, same_origin};
use crate::http::{Effect, Method, Request};
use crate::scim::resource::{self, Resource, name_schemas, strip_read_only};
use crate::scim::{builtin, patch, schema, urn};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::Url;

/// Runs one of them.
pub fn run(client: &Client<'_>, row: &Row, endpoint: &Endpoint, input: &Input) -> Result<Output> {
    let endpoint = &prepared(client, row.verb, endpoint, input)?;
    let request = build(client.connection(), row.verb, endpoint, input)?;
    let exchange = client.send(&request)?;
    match row.verb {
        Verb::Create => created(client, row, endpoint, input, &request, &exchange).map(Output::Resource),
        Verb::Delete => deleted(client, row, input, &request, &exchange).map(|()| Output::None),
        Verb::Get => match body(client, &exchange, request.effect, row.name)? {
            Some(resource) => Ok(Output::Resource(resource)),
            None => {
                let status = exchange.response.status;
                let detail = format!("the provider answered {} with {status} and no body", row.name);
                let mut failure = Failure::new(Kind::Protocol, detail);
                failure.status = Some(status);
                Err(failure)
            }
        },
        _ => match body(client, &exchange, request.effect, row.name)? {
            Some(resource) => Ok(Output::Resource(resource)),
            None if input.options.read_back => {
                read(client, row, endpoint, &input.id, &input.view).map(Output::Resource)
            }
            None => Ok(Output::None),
        },
    }
}

/// What the provider is asked before the request is written: the schema of its resources, and what that makes of the input.
fn prepared(client: &Client<'_>, verb: Verb, endpoint: &Endpoint, input: &Input) -> Result<Endpoint> {
    let endpoint = match verb {
        Verb::Create | Verb::Update => discovery::with_schema(client, endpoint, &input.payload),
        _ => endpoint.clone(),
    };
    if input.options.validate {
        validate::check(client, verb, &endpoint, input)?;
    }
    Ok(endpoint)
}

/// The request of a verb; pure.
fn build(connection: &Connection, verb: Verb, endpoint: &Endpoint, input: &Input) -> Result<Request> {
    let collection = || url(connection, &endpoint.path);
    let one = || {
        let id = if endpoint.single { None } else { Some(checked_id(&input.id)?) };
        url(connection, endpoint.path.iter().map(String::as_str).chain(id))
    };
    let options = &input.options;
    let viewed = |mut url: Url| -> Result<Url> {
        for (name, values) in input.view.members()? {
            url.query_pairs_mut().append_pair(name, &values.join(","));
        }
        Ok(url)
    };
    match verb {
        Verb::Create => request(
            Method::Post,
            viewed(collection()?)?,
            Some(&payload(endpoint, input, true)?),
            Effect::Write,
            options,
        ),
        Verb::Update => request(
            Method::Put,
            viewed(one()?)?,
            Some(&payload(endpoint, input, false)?),
            Effect::IdempotentWrite,
            options,
        ),
        Verb::Patch => {
            let known = patch::Known::of(endpoint.schema.as_deref().unwrap_or_default());
            let body = patch::body(&input.operations, known, "/operations")?;
            // With If-Match a repetition finds another version and does nothing (RFC 9110 section 13.1.1).
            let repeatable = options.if_match.is_some() || input.operations.iter().all(|it| it.is_idempotent(known));
            let effect = if repeatable { Effect::IdempotentWrite } else { Effect::Write };
            request(Method::Patch, viewed(one()?)?, Some(&body), effect, options)
        }
        Verb::Delete => request(Method::Delete, one()?, None, Effect::IdempotentWrite, options),
        _ => request(Method::Get, viewed(one()?)?, None, Effect::Read, options),
    }
}

/// The resource as it is sent: checked, without what only the provider sets, its schemas named.
pub fn payload(endpoint: &Endpoint, input: &Input, new: bool) -> Result<Resource> {
    let mut resource = input.payload.clone();
    if let Some(known) = endpoint.known {
        checked(known, &resource, new)?;
    }
    strip_read_only(&mut resource, endpoint.schema.as_deref());
    name_schemas(&mut resource, endpoint.schema.as_deref());
    if endpoint.known.is_none() {
        builtin::strip_device(&mut resource);
    }
    if !resource.contains_key("schemas") {
        return Err(Failure::input(
            "/payload/schemas",
            "payload.schemas: is required here: the URN of the resource's schema, since the provider's resource types do not name it",
        ));
    }
    Ok(resource)
}

/// Checks a payload against what is known of its type: JSON types, misspelt names, and what must be there.
fn checked(known: &Known, resource: &Resource, new: bool) -> Result<()> {
    let mut problems = Vec::new();
    schema::check(resource, known.attributes, "/payload", &mut problems);
    if let Some(Value::Object(extension)) = resource::get(resource, urn::ENTERPRISE_USER) {
        let pointer = crate::reader::deeper("/payload", urn::ENTERPRISE_USER);
        schema::check(extension, schema::ENTERPRISE_USER, &pointer, &mut problems);
    }
    Failure::of_problems(problems)?;
    let name = known.required;
    let missing = match resource::get(resource, name) {
        Some(Value::String(text)) => text.trim().is_empty(),
        _ => true,
    };
    // A PUT without it would be refused as well, and says so here rather than there (RFC 7644 section 3.5.1).
    if missing {
        let verb = if new { "to create" } else { "to replace" };
        return Err(Failure::input(
            format!("/payload/{name}"),
            format!("payload.{name}: is required {verb} a {}", known.name.to_lowercase()),
        ));
    }
    Ok(())
}

/// Reads a resource once more.
pub fn read(client: &Client<'_>, row: &Row, endpoint: &Endpoint, id: &str, view: &View) -> Result<Resource> {
    let input = Input { id: id.to_owned(), view: view.clone(), ..Input::default() };
    let request = build(client.connection(), Verb::Get, endpoint, &input)?;
    let read_back = |failure: Box<Failure>| {
        // The change itself went through; whoever repeats the call must know.
        let mut failure = failure.maybe_applied();
        failure.detail =
            format!("{} was carried out, but reading the result back failed: {}", row.name, failure.detail);
        failure
    };
    let exchange = client.send(&request).map_err(read_back)?;
    match body(client, &exchange, Effect::Read, row.name).map_err(read_back)? {
        Some(resource) => Ok(resource),
        None => Err(read_back(Failure::new(Kind::Protocol, "the answer has no body"))),
    }
}

/// What a creation gave: the resource as the provider answered it, as it can be read, or at the least as it was sent.
fn created(
    client: &Client<'_>,
    row: &Row,
    endpoint: &Endpoint,
    input: &Input,
    request: &Request,
    exchange: &Exchange,
) -> Result<Resource> {
    if let Some(resource) = body(client, exchange, request.effect, row.name)? {
        return Ok(resource);
    }
    let location = exchange.response.header("location").and_then(|location| request.url.join(location).ok());
    let id = location.filter(|url| same_origin(url, &request.url)).and_then(|url| {
        let last = url.path_segments()?.next_back()?;
        let decoded = percent_decode_str(last).decode_utf8().ok()?.into_owned();
        Some(decoded).filter(|id| !id.is_empty())
    });
    if let Some(id) = id {
        return read(client, row, endpoint, &id, &input.view);
    }
    client.warn(format!(
        "the provider answered {} with neither a body nor a Location; the result is what was sent, without an id",
        row.name
    ));
    let mut sent = payload(endpoint, input, true)?;
    sent.retain(|name, _| !name.eq_ignore_ascii_case("password"));
    Ok(sent)
}

/// Whether a deletion succeeded.
fn deleted(client: &Client<'_>, row: &Row, input: &Input, request: &Request, exchange: &Exchange) -> Result<()> {
    let gone = matches!(exchange.response.status, 404 | 410);
    if gone && exchange.repeated {
        client.warn("an earlier attempt, whose answer was lost, had deleted it");
        return Ok(());
    }
    if exchange.response.is_success() || (gone && input.options.gone_is_done) {
        return Ok(());
    }
    Err(refused(client, &exchange.response, request.effect, row.name))
}
