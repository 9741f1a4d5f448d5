//! Lists: GET with a query (RFC 7644 section 3.4.2) and POST to `.search` (section 3.4.3), a page at a time.

use super::target::Endpoint;
use super::wire::{body, request, url};
use super::{Input, Output, Verb, View};
use crate::catalog::table::Row;
use crate::connection::Connection;
use crate::failure::{Failure, Kind, Result};
use crate::http::client::Client;
use crate::http::{Effect, Method, Request};
use crate::scim::filter::Filter;
use crate::scim::list::{self, Page, Position, Token};
use crate::scim::path::AttributePath;
use crate::scim::resource::Resource;
use crate::scim::{error, urn};
use serde_json::{Map, Value, json};

/// A page as the caller gets it.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The page.
    pub page: Page,
    /// Token of the next one.
    pub next: Option<String>,
    /// Whether the listing ended as announced.
    pub complete: bool,
}

impl Listed {
    /// The JSON form, with the names of a ListResponse (RFC 7644 section 3.4.2).
    pub fn to_json(&self) -> Value {
        let mut object = Map::new();
        object.insert("Resources".into(), self.page.resources.iter().cloned().map(Value::Object).collect());
        object.insert("complete".into(), json!(self.complete));
        let numbers = [
            ("totalResults", self.page.total_results),
            ("startIndex", self.page.start_index),
            ("itemsPerPage", self.page.items_per_page),
        ];
        object.extend(numbers.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value?)))));
        object.extend(self.next.iter().map(|next| ("next".to_owned(), json!(next))));
        Value::Object(object)
    }
}

/// Gets a page.
pub fn run(client: &Client<'_>, row: &Row, endpoint: &Endpoint, input: &Input) -> Result<Output> {
    let token = token(input)?;
    let position = position(input, token.as_ref());
    let request = build(client.connection(), row.verb, endpoint, input, &position)?;
    let exchange = client.send(&request)?;
    let object = body(client, &exchange, Effect::Read, row.name)?;
    parse(object, &exchange.response, row.name, &position, token.as_ref(), input.query.count).map(Output::Page)
}

fn token(input: &Input) -> Result<Option<Token>> {
    let query = &input.query;
    let Some(page) = &query.page else { return Ok(None) };
    if query.start_index.is_some() || query.cursor.is_some() {
        return Err(Failure::input("/page", "page: stands for the position; leave out startIndex and cursor"));
    }
    Token::decode(page).map(Some).ok_or_else(|| Failure::input("/page", "page: is not the next of an earlier page"))
}

fn position(input: &Input, token: Option<&Token>) -> Position {
    match (token, &input.query.cursor) {
        (Some(token), _) => token.position.clone(),
        (None, Some(cursor)) => Position::Cursor(cursor.clone()),
        (None, None) => Position::Index(input.query.start_index.unwrap_or(1)),
    }
}

/// The request; pure.
pub fn build(
    connection: &Connection,
    verb: Verb,
    endpoint: &Endpoint,
    input: &Input,
    position: &Position,
) -> Result<Request> {
    let query = &input.query;
    if query.start_index == Some(0) {
        return Err(Failure::input("/startIndex", "startIndex: counts from 1 (RFC 7644 section 3.4.2.4)"));
    }
    if query.filter.as_ref().is_some_and(|filter| filter.trim().is_empty()) {
        return Err(Failure::input("/filter", "filter: must not be empty; leave it out to list everything"));
    }
    // Checked and sent as it is: how it is written may matter to a provider.
    query.filter.as_deref().map(Filter::parse).transpose().map_err(|error| error.at("/filter"))?;
    query.sort_by.as_deref().map(AttributePath::parse).transpose().map_err(|error| error.at("/sortBy"))?;
    let order = query.descending.map(|descending| if descending { "descending" } else { "ascending" });
    let mut members: Vec<(&str, Value)> = Vec::new();
    members.extend(query.filter.as_ref().map(|filter| ("filter", json!(filter))));
    members.extend(query.sort_by.as_ref().map(|name| ("sortBy", json!(name))));
    members.extend(order.map(|order| ("sortOrder", json!(order))));
    match position {
        Position::Cursor(cursor) => members.push(("cursor", json!(cursor))),
        // The first page is asked for as plainly as can be: some servers refuse a startIndex they do not know.
        Position::Index(1) if query.start_index.is_none() => {}
        Position::Index(index) => members.push(("startIndex", json!(index))),
    }
    members.extend(query.count.map(|count| ("count", json!(count))));
    let view = &input.view;
    if verb == Verb::Search {
        let url = url(connection, endpoint.path.iter().map(String::as_str).chain([".search"]))?;
        return request(Method::Post, url, Some(&search_request(members, view)?), Effect::Read, &input.options);
    }
    let mut url = url(connection, &endpoint.path)?;
    for (name, value) in members {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        url.query_pairs_mut().append_pair(name, &text);
    }
    for (name, values) in view.members()? {
        url.query_pairs_mut().append_pair(name, &values.join(","));
    }
    request(Method::Get, url, None, Effect::Read, &input.options)
}

fn search_request(members: Vec<(&str, Value)>, view: &View) -> Result<Resource> {
    let mut body = Map::new();
    body.insert("schemas".into(), json!([urn::SEARCH_REQUEST]));
    body.extend(members.into_iter().map(|(name, value)| (name.to_owned(), value)));
    body.extend(view.members()?.map(|(name, values)| (name.to_owned(), json!(values))));
    Ok(body)
}

/// Reads the answer; pure.
fn parse(
    object: Option<Resource>,
    response: &crate::http::Response,
    what: &str,
    position: &Position,
    token: Option<&Token>,
    count: Option<u32>,
) -> Result<Listed> {
    let page = object.as_ref().and_then(list::parse).ok_or_else(|| {
        let mut failure = Failure::new(
            Kind::Protocol,
            format!(
                "the provider answered {what} with {}, but the body is no list (RFC 7644 section 3.4.2)",
                response.status
            ),
        );
        failure.status = Some(response.status);
        failure.excerpt = error::excerpt(&response.body);
        failure
    })?;
    let step = list::step(&page, position, token, count);
    let resources = if step.repeated { Vec::new() } else { page.resources };
    Ok(Listed {
        page: Page { resources, ..page },
        next: step.next.map(|token| token.encode()),
        complete: step.complete,
    })
}
