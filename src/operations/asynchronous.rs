//! Asynchronous requests (RFC 9967 section 2.5.1): handed in now, collected later.
//!
//! A provider may carry a request out at once although it was asked to defer it; and what it names as the place of the result
//! may be the completion event or the resource itself, which nothing but the answer tells.

use super::bulk::report;
use super::bulk_one::{checked, is_repeatable, outcome, proved, result, single};
use super::output::{Json, Output};
use super::wire::refused;
use super::{Context, Execute, discovery};
use crate::connection::Connection;
use crate::failure::{Failure, Kind, Result};
use crate::http::client::{Client, Exchange, same_origin, shown};
use crate::http::{self, Effect, Request, Response, retry};
use crate::input::{Collect, Headers, Submit, Ticket};
use crate::scim::bulk::{Answer, Method, Operation, Outcome, answer, tail};
use crate::scim::resource::{Data, Node, Resource, passwords};
use crate::scim::{error, event, urn};
use url::Url;

/// The JSON form of a ticket.
fn ticket_to_json(ticket: &Ticket) -> Data {
    let mut object = Resource::new();
    object.insert("method", ticket.method.name());
    object.insert("path", &ticket.path);
    object.insert("operations", ticket.operations);
    object.extend(ticket.transaction.iter().map(|text| ("transaction".to_owned(), Data::from(text))));
    object.extend(ticket.location.iter().map(|text| ("location".to_owned(), Data::from(text))));
    Data::from(object)
}

/// What became of a request handed in.
#[derive(Clone, Debug, PartialEq)]
pub enum Submission {
    /// It is carried out later.
    Accepted(Ticket),
    /// It was carried out at once.
    Done(Box<Outcome>),
}

impl Output for Submission {
    fn into_json(self) -> Json {
        match self {
            Submission::Accepted(ticket) => done(false, "ticket", ticket_to_json(&ticket)),
            Submission::Done(outcome) => done(true, "result", outcome.into_json()),
        }
    }

    fn resources(&mut self, visit: &mut dyn FnMut(&mut Resource)) {
        if let Submission::Done(outcome) = self
            && let Some(resource) = outcome.resource_mut()
        {
            visit(resource);
        }
    }
}

/// How far it has come.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// Not done; ask again after so many milliseconds.
    Pending(u64),
    /// Done.
    Done(Box<Outcome>),
}

impl Output for Progress {
    fn into_json(self) -> Json {
        match self {
            Progress::Pending(pause) => done(false, "retryAfterMs", pause.into()),
            Progress::Done(outcome) => done(true, "result", outcome.into_json()),
        }
    }

    fn resources(&mut self, visit: &mut dyn FnMut(&mut Resource)) {
        if let Progress::Done(outcome) = self
            && let Some(resource) = outcome.resource_mut()
        {
            visit(resource);
        }
    }
}

/// Whether a request is done, and what there is to say of it.
fn done(done: bool, name: &str, value: Data) -> Json {
    Json::of(Resource::from_iter([("done", Data::from(done)), (name, value)]))
}

/// When to ask again, where the provider does not say, milliseconds.
const PAUSE: u64 = 1000;

impl Execute for Submit {
    type Output = Submission;

    fn execute(self, context: &Context<'_>) -> Result<Submission> {
        submit(context.client, context.what(), &self.request, &self.headers)
    }
}

impl Execute for Collect {
    type Output = Progress;

    fn execute(self, context: &Context<'_>) -> Result<Progress> {
        collect(context.client, context.what(), &self.ticket)
    }
}

fn submit(client: &Client<'_>, what: &str, operation: &Operation, headers: &Headers) -> Result<Submission> {
    let (operation, idempotent, operations) = if operation.path.trim().trim_matches('/') == "Bulk" {
        let operation = whole_bulk(operation)?;
        let list = operation
            .data
            .as_ref()
            .and_then(|data| data.as_object()?.get("Operations")?.as_list())
            .map_or(0, <[Data]>::len);
        (operation, false, u32::try_from(list).unwrap_or(u32::MAX))
    } else {
        let prepared = checked(operation, "/request")?;
        let repeatable = is_repeatable(client, &prepared);
        (prepared.operation, repeatable, 1)
    };
    offered(client)?;
    operation.data.iter().for_each(|data| passwords(data, false, &mut |password| client.guard(password)));
    let effect = if idempotent { Effect::IdempotentWrite } else { Effect::Write };
    let mut request = single(client, &operation, effect, headers)?;
    request.headers.push(("Prefer".into(), "respond-async".into()));
    let exchange = client.send(&request)?;
    let response = &exchange.response;
    if !response.is_success() {
        return match report(client, &exchange).filter(|_| operation.path == "/Bulk") {
            Some(results) => Ok(Submission::Done(outcome(bulk(results.into()), &operation))),
            None => Err(refused(client, &exchange, effect, what)),
        };
    }
    let method = operation.method;
    if response.status != 202 {
        let found = result(client, &operation, &exchange, effect, headers);
        let single = operation.path != "/Bulk";
        let mut found = if single { proved(client, found, &operation, operation.data.as_ref()) } else { found };
        return match found.failure.take() {
            Some(failure) => Err(failure),
            None => Ok(Submission::Done(outcome(found, &operation))),
        };
    }
    let header = |name: &str| response.header(name).map(|text| unquoted(text).to_owned()).filter(|it| !it.is_empty());
    let location = header("location").and_then(|it| resolved(client.connection(), &it)).map(String::from);
    let transaction = header("set-txn");
    if transaction.is_none() && location.is_none() {
        client.warn("the provider accepted the request without saying how its result is found");
    }
    Ok(Submission::Accepted(Ticket { method, path: operation.path, operations, transaction, location }))
}

/// A bulk request as a whole, `POST /Bulk`: passed on as it is.
fn whole_bulk(operation: &Operation) -> Result<Operation> {
    let mut data = operation.data.as_ref().and_then(Data::as_object).cloned().unwrap_or_default();
    if operation.method != Method::Post || !data.get("Operations").is_some_and(Data::is_list) {
        return Err(Failure::input(
            "/request/data",
            "request.data: a request to /Bulk is a POST of {\"Operations\": [...]}",
        ));
    }
    data.insert("schemas", vec![urn::BULK_REQUEST]);
    Ok(Operation { path: "/Bulk".into(), data: Some(Data::from(data)), bulk_id: None, ..operation.clone() })
}

/// Refuses ahead what the provider does not offer (RFC 9967 section 4).
fn offered(client: &Client<'_>) -> Result<()> {
    let connection = client.connection();
    let mode = |object: &Resource| {
        let events = object.get("securityEvents")?.as_object()?;
        events.text("asyncRequest")
    };
    let mode = match mode(&connection.parts.overrides) {
        Some(mode) => Some(mode),
        None => {
            let document = discovery::service_provider_cached(client)?.document;
            document.as_ref().and_then(mode).or_else(|| mode(&connection.profile.document))
        }
    };
    match mode {
        Some(mode) if ["request", "long"].iter().any(|known| mode.trim().eq_ignore_ascii_case(known)) => Ok(()),
        mode => Err(Failure::new(
            Kind::Unsupported,
            format!(
                "the provider offers no asynchronous requests (securityEvents.asyncRequest is {}); call the operation itself, or \
                 set overrides.securityEvents.asyncRequest to \"request\" if it does",
                mode.as_deref().unwrap_or("absent")
            ),
        )),
    }
}

/// Text without the quotation marks that RFC 9967 prints around a location.
fn unquoted(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

/// A location against the service URL: a path that is not below it is relative to it, as in RFC 9967's example.
fn resolved(connection: &Connection, location: &str) -> Option<Url> {
    let base = &connection.service_url;
    if Url::parse(location).is_ok() || location.starts_with("//") {
        return base.join(location).ok();
    }
    let below = base.path().trim_end_matches('/');
    let (path, rest) = location.split_at(location.find(['?', '#']).unwrap_or(location.len()));
    let path = path.trim_start_matches('/');
    if !below.is_empty() && format!("/{path}").starts_with(&format!("{below}/")) {
        return base.join(&format!("/{path}{rest}")).ok();
    }
    base.join(&format!("{below}/{path}{rest}")).ok()
}

fn collect(client: &Client<'_>, what: &str, ticket: &Ticket) -> Result<Progress> {
    let Some(location) = &ticket.location else {
        return Err(Failure::new(
            Kind::Unsupported,
            format!(
                "the provider named no place for the result; it comes as an event (RFC 8935, RFC 8936) with txn {:?}: receive it \
                 there, or read the resource",
                ticket.transaction.as_deref().unwrap_or_default()
            ),
        ));
    };
    let connection = client.connection();
    let url = resolved(connection, location)
        .ok_or_else(|| Failure::input("/ticket/location", "ticket.location: is no URL"))?;
    if !same_origin(&url, &connection.service_url) {
        return Err(Failure::input(
            "/ticket/location",
            format!("ticket.location: is at {}, where the service's credentials are not sent", shown(&url)),
        ));
    }
    let itself = tail(url.path()) == tail(&ticket.path);
    let headers = vec![("Accept".to_owned(), "application/secevent+jwt".to_owned())];
    let request = Request { method: http::Method::Get, url, headers, body: None, effect: Effect::Read };
    let exchange = client.send(&request)?;
    let response = &exchange.response;
    let pause = retry::retry_after(response, client.platform().now()).unwrap_or(PAUSE);
    let operation =
        Operation { method: ticket.method, path: ticket.path.clone(), bulk_id: None, version: None, data: None };
    let done = |found: Answer| Ok(Progress::Done(outcome(found, &operation)));
    match response.status {
        404 | 410 if itself && ticket.method == Method::Delete => done(Answer::default()),
        // What is answered before the result is there is nowhere said.
        202 | 204 | 404 | 425 => Ok(Progress::Pending(pause)),
        503 if response.header("retry-after").is_some() => Ok(Progress::Pending(pause)),
        200 => match answered(client, what, ticket, &operation, &exchange)? {
            ResultBody::Nothing => Ok(Progress::Pending(pause)),
            ResultBody::Result(found) => done(*found),
            ResultBody::Resource(_) if ticket.method == Method::Delete => Ok(Progress::Pending(pause)),
            ResultBody::Resource(resource) => {
                if ticket.method != Method::Post {
                    client.warn(
                        "the provider tells no result, only the resource as it is; see in it whether the change is made",
                    );
                }
                let location = Some(String::from(request.url));
                done(Answer { location, response: Some(Data::from(resource)), ..Answer::default() })
            }
        },
        _ => Err(refused(client, &exchange, Effect::Read, what)),
    }
}

/// What stands at the place of a result.
enum ResultBody {
    /// Nothing yet.
    Nothing,
    /// The result.
    Result(Box<Answer>),
    /// The resource itself.
    Resource(Resource),
}

fn answered(
    client: &Client<'_>,
    what: &str,
    ticket: &Ticket,
    operation: &Operation,
    exchange: &Exchange,
) -> Result<ResultBody> {
    let response = &exchange.response;
    if response.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(ResultBody::Nothing);
    }
    let value = parsed(client, what, response)?;
    if let Node::Object(object) = value.node() {
        if object.get("Operations").is_some_and(Data::is_list) {
            return Ok(ResultBody::Result(Box::new(bulk(value))));
        }
        let result = object.get("method").is_some() && object.get("status").is_some();
        if result && object.get("events").is_none() {
            return Ok(ResultBody::Result(Box::new(answer::result(object, operation))));
        }
        if !event::is_event(object) {
            return Ok(ResultBody::Resource(object.clone()));
        }
    }
    let transaction = ticket.transaction.as_deref();
    let payloads = event::payloads(&value, transaction);
    let number = usize::try_from(ticket.operations).unwrap_or(usize::MAX);
    match payloads.as_slice() {
        [] if event::all(&value).is_empty() => Ok(ResultBody::Nothing),
        [] => Err(Failure::new(Kind::Protocol, "what stands at ticket.location is the event of another request")),
        [(_, payload)] if ticket.operations <= 1 => {
            Ok(ResultBody::Result(Box::new(answer::result(payload, operation))))
        }
        some if some.len() < number => Ok(ResultBody::Nothing),
        all => {
            let operations = all.iter().map(|(_, payload)| payload.clone());
            let mut answer = Resource::from_iter([("schemas", vec![urn::BULK_RESPONSE])]);
            answer.insert("Operations", operations.collect::<Data>());
            Ok(ResultBody::Result(Box::new(bulk(answer.into()))))
        }
    }
}

/// The result of a bulk request as a whole; how its operations fared stands in it.
fn bulk(answer: Data) -> Answer {
    Answer { status: Some(200), response: Some(answer), ..Answer::default() }
}

/// The body: JSON, or the claims of a security event token.
fn parsed(client: &Client<'_>, what: &str, response: &Response) -> Result<Data> {
    let depth = client.connection().parts.limits.json_depth;
    let body = match event::claims(&response.body) {
        Some(claims) => claims,
        None => response.body.clone(),
    };
    // A list is read as a member, so that it is held to the same limits as any other answer.
    let start = body.iter().find(|byte| !byte.is_ascii_whitespace());
    if start == Some(&b'[') {
        let wrapped = [b"{\"sets\":".as_slice(), &body, b"}"].concat();
        return error::object(response.status, &wrapped, depth, what).map(Data::from);
    }
    error::object(response.status, &body, depth, what).map(Data::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn locations_are_relative_to_the_service() {
        let connection =
            Connection::from_json(&json!({"serviceUrl": "https://scim.example/scim/v2", "auth": {"type": "none"}}))
                .unwrap();
        let rows = [
            ("\"/Users/1\"", "https://scim.example/scim/v2/Users/1"),
            ("/Async/7?x=/scim/v2/", "https://scim.example/scim/v2/Async/7?x=/scim/v2/"),
            ("Async/7", "https://scim.example/scim/v2/Async/7"),
            ("/scim/v2/Users/1", "https://scim.example/scim/v2/Users/1"),
            ("https://scim.example/jobs/1", "https://scim.example/jobs/1"),
            ("//other.example/1", "https://other.example/1"),
        ];
        for (location, expected) in rows {
            assert_eq!(resolved(&connection, unquoted(location)).unwrap().as_str(), expected, "{location}");
        }
    }
}
