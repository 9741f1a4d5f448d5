//! One bulk operation by itself: as a request of its own, what the answer to that says, and what any answer shows of whom it is about.

use super::bulk_body::{complete, endpoint};
use super::message::Message;
use super::versioned::Versioned;
use super::wire::{RequestOptions, body, request, url};
use super::{answered, conditions, creation, proof};
use crate::failure::{Failure, Kind, Result};
use crate::http::client::{Client, Exchange};
use crate::http::{self, Effect, Request};
use crate::input::Headers;
use crate::input::json::patch_operation;
use crate::naming;
use crate::scim::bulk::check::{Prepared, Scope, prepare};
use crate::scim::bulk::{Answer, Method, Operation, Outcome, references};
use crate::scim::error;
use crate::scim::resource::{Data, Node, Resource};
use percent_encoding::percent_decode_str;
use std::collections::BTreeSet;

/// Looks at what the answer to an operation shows of who it is about: a name that was not sent is told, and somebody who stays
/// active and was not to is a failure. Other attributes are not compared, since references may have become identifiers.
pub fn proved(client: &Client<'_>, mut found: Answer, operation: &Operation, data: Option<&Data>) -> Answer {
    if operation.method == Method::Post
        && found.failure.is_none()
        && found.status != Some(202)
        && found.id(operation).is_none()
    {
        client.warn(format!(
            "the provider answered {} with neither an id nor a location that has one; the result has no id, and what refers to it is not carried out",
            operation.what()
        ));
    }
    let shown = found.response.as_ref().and_then(Data::as_object).filter(|_| found.failure.is_none());
    let (Some(shown), Some(data)) = (shown, data) else { return found };
    let Ok(endpoint) = endpoint(operation.method, &segments(operation)) else { return found };
    let answer = Versioned { resource: shown.clone(), version: None, partial: false, deferred: false };
    let what = operation.what();
    let named = |sent: &Resource| {
        let mut sent = sent.clone();
        sent.retain(|name, _| ["userName", "displayName", "active"].iter().any(|it| it.eq_ignore_ascii_case(name)));
        sent
    };
    let judged = match (operation.method, data.node()) {
        (Method::Post, Node::Object(sent)) => match creation::is_same(client, &endpoint, sent, shown) {
            Some(false) => Err(creation::another(&what)),
            _ => {
                proof::created(client, &what, &endpoint, &named(sent), &answer);
                Ok(())
            }
        },
        (Method::Put, Node::Object(sent)) => proof::replaced(client, &what, &endpoint, &named(sent), &answer, false),
        (Method::Patch, Node::Object(body)) => {
            let items = body.get("Operations").and_then(Data::as_list).unwrap_or_default();
            let operations = items.iter().filter_map(|item| patch_operation(item.into(), "").ok());
            let operations: Vec<_> = operations.filter(proof::is_about_active).collect();
            proof::patched(client, &what, &endpoint, &operations, &answer)
        }
        _ => Ok(()),
    };
    if let Err(failure) = judged {
        // Whoever was answered about is not to be gone on with.
        found = Answer { status: found.status, ..Answer::failed(failure) };
    }
    found
}

/// The answer to an operation, a failure where it was carried out although one that it refers to, in the same request, was not: a
/// group has a member less then, or a member that is nobody.
pub fn whole(mut found: Answer, operation: &Operation, data: Option<&Data>, missing: &BTreeSet<String>) -> Answer {
    let Some(data) = data.filter(|_| found.failure.is_none() && !missing.is_empty()) else { return found };
    let mut without = None;
    references::each(data, &mut |name, _| {
        if missing.contains(name) {
            without.get_or_insert(name);
        }
    });
    if let Some(name) = without {
        let detail = format!(
            "{} was carried out, but bulkId:{name}, to which it refers, was not or is unknown; read the resource, and put in what is missing",
            operation.what()
        );
        found.failure = Some(Failure::new(Kind::Conflict, detail).maybe_applied());
    }
    found
}

/// Gives the body of a PUT the id of its resource, as [`Message`] does, where that is known.
pub fn with_id(client: &Client<'_>, operation: &mut Operation) {
    let id = segments(operation).pop().filter(|id| references::whole(id).is_none());
    let (Method::Put, Some(id), true) = (operation.method, id, client.connection().profile.knobs.put_id) else {
        return;
    };
    let single = endpoint(operation.method, &segments(operation)).is_ok_and(|endpoint| endpoint.single);
    if let Some(body) = operation.data.as_mut().and_then(Data::as_object_mut)
        && !single
        && body.get("id").is_none()
    {
        body.insert("id", id);
    }
}

/// An operation as a request of its own.
pub fn single(client: &Client<'_>, operation: &Operation, effect: Effect, headers: &Headers) -> Result<Request> {
    let asked = RequestOptions { if_match: operation.version.as_deref(), ..RequestOptions::headers(headers) };
    let mut operation = operation.clone();
    with_id(client, &mut operation);
    let body = operation.data.as_ref().and_then(Data::as_object);
    Ok(request(http_method(operation.method), url(client.connection(), segments(&operation))?, body, effect, asked))
}

/// The failure of an operation to which nobody listens, although its resource is there.
fn unrouted(
    client: &Client<'_>,
    operation: &Operation,
    exchange: &Exchange,
    headers: &Headers,
) -> Option<Box<Failure>> {
    let (method, segments) = (http_method(operation.method), segments(operation));
    let endpoint = endpoint(operation.method, &segments).ok()?;
    let id = segments.last().filter(|_| !endpoint.single);
    let message = Message::new(method, id.map(String::as_str), headers);
    answered::unrouted(client, &operation.what(), &endpoint, &message, exchange)
}

/// The segments of an operation's path, decoded.
fn segments(operation: &Operation) -> Vec<String> {
    let segments = operation.path.trim_matches('/').split('/');
    segments.map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned()).collect()
}

fn http_method(method: Method) -> http::Method {
    match method {
        Method::Post => http::Method::Post,
        Method::Put => http::Method::Put,
        Method::Patch => http::Method::Patch,
        Method::Delete => http::Method::Delete,
    }
}

/// What the answer to an operation's own request says, in the form of a bulk result.
pub fn result(
    client: &Client<'_>,
    operation: &Operation,
    exchange: &Exchange,
    effect: Effect,
    headers: &Headers,
) -> Answer {
    let response = &exchange.response;
    let what = operation.what();
    let mut found = Answer { status: Some(response.status), ..Answer::default() };
    answered::tell_unread(client, &what, response);
    if let Some(failure) = unrouted(client, operation, exchange, headers) {
        found.failure = Some(failure);
        return found;
    }
    match body(client, exchange, effect, &what) {
        Err(failure) if operation.method == Method::Post => found.failure = Some(error::of_creation(failure)),
        Err(failure) => found.failure = Some(failure),
        Ok(resource) => {
            let meta = resource.as_ref().and_then(|body| body.get("meta")).and_then(Data::as_object);
            let told = |header: &str, name: &str| {
                response.header(header).map(str::to_owned).or_else(|| meta?.text(name)).filter(|text| !text.is_empty())
            };
            found.location = told("location", "location");
            found.version = told("etag", "version");
            found.response = resource.map(Data::from);
            return found.about(operation);
        }
    }
    found
}

/// Whether an operation may be sent again when its answer was lost.
pub fn is_repeatable(client: &Client<'_>, operation: &Prepared) -> bool {
    operation.idempotent || operation.conditional && conditions::kept(client)
}

/// The one operation of a request that is handed in, checked; `pointer` is where it stands.
pub fn checked(operation: &Operation, pointer: &str) -> Result<Prepared> {
    let at = |_: usize| pointer.to_owned();
    let mut prepared = prepare(&mut [operation.clone()], &[], Scope::Here, &at, &complete)?;
    match prepared.pop() {
        Some(one) if one.targets.is_empty() => Ok(one),
        _ => Err(Failure::input(
            pointer,
            format!("{}: refers to what it creates itself; a bulk request can", naming::place(pointer)),
        )),
    }
}

/// The outcome of one operation.
pub fn outcome(found: Answer, operation: &Operation) -> Box<Outcome> {
    Box::new(found.outcome(0, operation))
}
