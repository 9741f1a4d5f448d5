//! Lists: GET with a query (RFC 7644 section 3.4.2) and POST to `.search` (section 3.4.3), a page at a time, as the provider gives it.

use super::document_cache::{self, Document};
use super::lint;
use super::output::{Json, Output};
use super::target::Endpoint;
use super::wire::{RequestOptions, body, request, url};
use crate::connection::Connection;
use crate::failure::{Failure, Kind, Result};
use crate::http::client::Client;
use crate::http::{Effect, Method, Request, Response};
use crate::input::{Listing, Query};
use crate::scim::filter::with_lower_case_words;
use crate::scim::list::{self, Page, Position, Token};
use crate::scim::resource::{Data, Resource};
use crate::scim::service_provider::ServiceProvider;
use crate::scim::{error, urn};

/// A page as the caller gets it.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The page.
    pub page: Page,
    /// Identities of resources that came and are left out, since they do not match the filter.
    pub left_out: Vec<String>,
    /// Token of the next one.
    pub next: Option<String>,
    /// Whether the listing ended as announced.
    pub complete: bool,
}

/// With the names of a ListResponse (RFC 7644 section 3.4.2).
impl Output for Listed {
    fn into_json(self) -> Json {
        let mut object = Resource::new();
        object.insert("Resources", self.page.resources);
        object.insert("complete", self.complete);
        if !self.left_out.is_empty() {
            object.insert("leftOut", self.left_out);
        }
        let numbers = [
            ("totalResults", self.page.total_results),
            ("startIndex", self.page.start_index),
            ("itemsPerPage", self.page.items_per_page),
        ];
        object.extend(numbers.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Data::from(value?)))));
        object.extend(self.next.iter().map(|next| ("next".to_owned(), Data::from(next))));
        Json { data: object.into(), next: self.next }
    }

    fn resources(&mut self, visit: &mut dyn FnMut(&mut Resource)) {
        self.page.resources.iter_mut().for_each(visit);
    }
}

/// How a page is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryMethod {
    /// By GET, unless the query must not stand in a URL or does not fit into one.
    Get,
    /// By POST only. With the name of the operation that lists the same by GET, where there is one.
    Post(Option<&'static str>),
}

/// Gets a page as the provider gives it, each resource once. `what` names the operation in failures. Whether the page is an answer to
/// the filter is `listing`'s to see, or whoever looks for one resource.
pub fn run(client: &Client<'_>, what: &str, endpoint: &Endpoint, way: QueryMethod, input: &Listing) -> Result<Listed> {
    let connection = client.connection();
    let provider = capabilities(client);
    lint::query(client, &provider, endpoint, &input.query)?;
    let token = token(&input.query)?;
    let position = position(&provider, &input.query, token.as_ref())?;
    let kept = token.as_ref().filter(|token| matches!(token.position, Position::Cursor(_)));
    let input = match kept {
        // With cursors every page is asked for with the same count (RFC 9865 section 2).
        Some(token) if token.count != input.query.count => {
            let query = Query { count: token.count, ..input.query.clone() };
            &Listing { query, ..input.clone() }
        }
        _ => input,
    };
    let fetched = fetch(client, what, endpoint, way, input, &position);
    let (object, response) = fetched.map_err(|failure| again(failure, &input.query))?;
    let mut page = read(object, &response, what)?;
    let count = if input.query.count == Some(0) { Some(0) } else { count(connection, &input.query) };
    if connection.profile.knobs.page_totals && is_page_total(&page, token.is_some(), count) {
        page.total_results = None;
    }
    let identities = page.identities(is_mixed(endpoint));
    let mut step = list::judge(&page, &identities, &position, token.as_ref(), count, &provider.page_bounds());
    if provider.paging() == (false, false) {
        step = step.unpaged();
    }
    if step.repeated && matches!(position, Position::Index(_)) && !step.complete {
        client.warn(repeated(connection, way));
    }
    if stops_short(&page, token.as_ref(), &step) {
        client.warn(format!(
            "the provider announces {} resources and lists none behind the {} that came; {}overrides.pagination, explicitPaging and \
             defaultCount say how it pages",
            page.total_results.unwrap_or_default(),
            token.as_ref().and_then(|token| token.before).unwrap_or_default(),
            by_search(connection, way)
        ));
    }
    if page.unreadable > 0 {
        client.warn(format!(
            "{} entries of the list that came are no resources, and are left out; who they stand for cannot be told",
            page.unreadable
        ));
        if page.total_results.is_none() {
            // No number says that nobody is missing, here or at the listing's end.
            step.complete = false;
            step.next.iter_mut().for_each(|token| token.total = token.total.or(Some(u64::MAX)));
        }
    }
    // Of a provider that is not sent count: 0 the total alone is given all the same.
    let wanted = count != Some(0);
    let fresh = page.resources.into_iter().zip(&step.fresh).filter(|(_, fresh)| **fresh && wanted);
    let resources = fresh.map(|(resource, _)| resource).collect();
    let next = step.next.map(|token| token.encode());
    Ok(Listed { page: Page { resources, ..page }, left_out: Vec::new(), next, complete: step.complete })
}

/// Whether the total may be the number on this page only: it is that number, and the page is no short one that is all there is.
fn is_page_total(page: &Page, later: bool, count: Option<u32>) -> bool {
    let received = page.resources.len() as u64;
    let short = !later && count.is_some_and(|count| received < u64::from(count)) && received < list::SMALLEST_CUT;
    page.total_results == Some(received) && !short
}

/// Whether a listing ends with a page of nothing although more was announced, on that page too.
fn stops_short(page: &Page, from: Option<&Token>, step: &list::Verdict) -> bool {
    let before = from.filter(|from| matches!(from.position, Position::Index(_))).and_then(|from| from.before);
    let more = page.total_results.zip(before).is_some_and(|(total, before)| before < total);
    page.resources.is_empty() && page.unreadable == 0 && step.next.is_none() && !step.complete && more
}

/// What else there is where paging by GET ends too soon.
fn by_search(connection: &Connection, way: QueryMethod) -> &'static str {
    if way == QueryMethod::Get && connection.profile.knobs.search {
        "a search by POST to .search may go on where this stops; "
    } else {
        ""
    }
}

/// Whether resources of several types are listed.
pub fn is_mixed(endpoint: &Endpoint) -> bool {
    endpoint.path.is_empty()
}

/// What to say of a provider that gives a page a second time.
fn repeated(connection: &Connection, way: QueryMethod) -> String {
    let other = by_search(connection, way);
    format!(
        "the provider gave the same page again where the next one was asked for, so that the list may not be whole; {other}if it does \
         not page at all, set overrides.pagination to {{\"index\": false}}"
    )
}

/// What the provider can do, as far as that is known without asking.
pub fn capabilities(client: &Client<'_>) -> ServiceProvider {
    let connection = client.connection();
    let document =
        document_cache::find(client, Document::ServiceProvider).flatten().and_then(|them| them.into_iter().next());
    ServiceProvider::new(document, &connection.parts.overrides, &connection.profile.document)
}

/// Sends the query, by GET or by POST to `.search` (RFC 7644 section 3.4.3), and reads the answer's body.
fn fetch(
    client: &Client<'_>,
    what: &str,
    endpoint: &Endpoint,
    way: QueryMethod,
    input: &Listing,
    position: &Position,
) -> Result<(Option<Resource>, Response)> {
    let connection = client.connection();
    let knobs = &connection.profile.knobs;
    let send = |request: &Request| {
        let exchange = client.send(request)?;
        // Only the provider itself says so; a page, or nothing at all, may be a wrong URL's.
        let nobody = request.method == Method::Get && input.query.filter.is_some() && knobs.not_found_is_empty;
        if nobody && exchange.response.status == 404 && error::is_scim(&exchange.response.body) {
            return Ok((None, Response { status: 204, body: Vec::new(), ..exchange.response }));
        }
        Ok((body(client, &exchange, Effect::Read, what)?, exchange.response))
    };
    let post = || send(&build(connection, Method::Post, endpoint, input, position)?);
    let lacking = |failure: Box<Failure>| {
        if is_missing(&failure, &input.query) { no_search(what, way, Some(failure)) } else { failure }
    };
    if way != QueryMethod::Get {
        return if knobs.search { post().map_err(lacking) } else { Err(no_search(what, way, None)) };
    }
    let get = build(connection, Method::Get, endpoint, input, position)?;
    if knobs.private_queries && input.query.filter.is_some() {
        return if knobs.search { post().map_err(lacking) } else { Err(no_search(what, way, None)) };
    }
    let length = get.url.query().map_or(0, str::len);
    if knobs.search && knobs.query_length.is_some_and(|most| length > most as usize) {
        match post() {
            Err(failure) if is_missing(&failure, &input.query) => {}
            other => return other,
        }
    }
    match send(&get) {
        // The provider would rather not have it in a URL (RFC 7644 section 7.5.2), or not so long.
        Err(failure)
            if knobs.search
                && (failure.scim_type.as_deref() == Some("sensitive") || matches!(failure.status, Some(414 | 431))) =>
        {
            post().map_err(|other| if is_missing(&other, &input.query) { failure } else { other })
        }
        other => other,
    }
}

/// Whether a failure says that there is no such endpoint or method. A 501 to what is to be sorted may be about the order.
fn is_missing(failure: &Failure, query: &Query) -> bool {
    match failure.status {
        Some(501) => query.sort_by.is_none() && query.descending.is_none(),
        status => matches!(status, Some(404 | 405)),
    }
}

/// The failure of a query that must not stand in a URL, at a provider that has no other way.
fn no_search(what: &str, way: QueryMethod, answer: Option<Box<Failure>>) -> Box<Failure> {
    let advice = match way {
        QueryMethod::Post(None) => "list the resources of each type instead".to_owned(),
        QueryMethod::Post(Some(list)) => format!("call {list} instead, with the query in the URL"),
        QueryMethod::Get => "set overrides.privateQueries to false to have the query in the URL".to_owned(),
    };
    let how = if answer.is_some() { "" } else { " (overrides.search says otherwise if it has)" };
    let detail = format!("{what}: the provider has no .search for this{how}; {advice}");
    let mut failure = Failure::new(Kind::Unsupported, detail);
    if let Some(answer) = answer {
        failure.status = answer.status;
        failure.request_id = answer.request_id;
        failure.excerpt = answer.excerpt;
    }
    failure
}

/// A refused page (RFC 9865 section 2.1), with what to do about it.
fn again(mut failure: Box<Failure>, query: &Query) -> Box<Failure> {
    let (pointer, advice) = match failure.scim_type.as_deref() {
        Some("expiredCursor" | "invalidCursor") => {
            let pointer = if query.page.is_some() { "/page" } else { "/cursor" };
            (pointer, "; start the listing again from its first page")
        }
        Some("invalidCount") => ("/count", "; ask for fewer, or leave count out"),
        _ => return failure,
    };
    failure.detail.push_str(advice);
    failure.at(pointer)
}

pub(super) fn token(query: &Query) -> Result<Option<Token>> {
    let Some(page) = &query.page else { return Ok(None) };
    if query.start_index.is_some() || query.cursor.is_some() {
        return Err(Failure::input("/page", "page: stands for the position; leave out startIndex and cursor"));
    }
    Token::decode(page).map(Some).ok_or_else(|| Failure::input("/page", "page: is not the next of an earlier page"))
}

/// Where the page stands. A listing begins with an empty cursor where the provider has cursors and does not prefer indexes
/// (RFC 9865 section 2).
fn position(provider: &ServiceProvider, query: &Query, token: Option<&Token>) -> Result<Position> {
    let (cursor, index) = provider.paging();
    let preferred = provider.pagination.0.text("defaultPaginationMethod");
    let by_cursor = cursor && !(index && preferred.is_some_and(|method| method.eq_ignore_ascii_case("index")));
    match (token, &query.cursor, query.start_index) {
        (Some(token), _, _) => Ok(token.position.clone()),
        (None, Some(_), Some(_)) => {
            Err(Failure::input("/startIndex", "startIndex: give either startIndex or cursor, not both"))
        }
        (None, Some(cursor), None) => Ok(Position::Cursor(cursor.clone())),
        (None, None, Some(0)) => {
            Err(Failure::input("/startIndex", "startIndex: counts from 1 (RFC 7644 section 3.4.2.4)"))
        }
        (None, None, Some(at)) if at > 1 && !index => {
            let how = if cursor { "pages by cursor only" } else { "does not page" };
            let detail = format!(
                "startIndex: the provider {how}; leave startIndex out, and follow next as page (overrides.pagination says otherwise)"
            );
            Err(Failure::new(Kind::Unsupported, detail).at("/startIndex"))
        }
        (None, None, Some(at)) if index => Ok(Position::Index(at)),
        (None, None, _) if by_cursor => Ok(Position::Cursor(String::new())),
        _ => Ok(Position::Index(1)),
    }
}

/// The page size to ask for where one must be named and none is.
const EXPLICIT_COUNT: u32 = 100;

/// The page size to ask for.
fn count(connection: &Connection, query: &Query) -> Option<u32> {
    let knobs = &connection.profile.knobs;
    let wanted = query.count.or(knobs.default_count).or(knobs.explicit_paging.then_some(EXPLICIT_COUNT));
    let count = wanted.filter(|_| knobs.send_count)?;
    let known = [&connection.parts.overrides, &connection.profile.document];
    let section = known.iter().find_map(|document| document.get("pagination")?.as_object());
    let largest = section.and_then(|section| section.number("maxPageSize")).and_then(|most| u32::try_from(most).ok());
    Some([knobs.max_count, largest].into_iter().flatten().filter(|most| *most > 0).fold(count, u32::min))
}

/// The request, by POST to `.search` or by GET; pure.
pub fn build(
    connection: &Connection,
    method: Method,
    endpoint: &Endpoint,
    input: &Listing,
    position: &Position,
) -> Result<Request> {
    let query = &input.query;
    let order = query.descending.map(|descending| if descending { "descending" } else { "ascending" });
    let mut members: Vec<(&str, Data)> = Vec::new();
    // The filter is sent as it was given, its words aside: how it is written may matter to a provider.
    members.extend(query.filter.as_ref().map(|filter| ("filter", Data::from(with_lower_case_words(filter)))));
    members.extend(query.sort_by.as_ref().map(|name| ("sortBy", Data::from(name))));
    members.extend(order.map(|order| ("sortOrder", Data::from(order))));
    match position {
        Position::Cursor(cursor) => members.push(("cursor", Data::from(cursor))),
        // The first page is asked for as plainly as can be: some servers refuse a startIndex they do not know.
        Position::Index(1) if query.start_index.is_none() && !connection.profile.knobs.explicit_paging => {}
        Position::Index(index) => members.push(("startIndex", Data::from(*index))),
    }
    members.extend(count(connection, query).map(|count| ("count", Data::from(count))));
    let views = input.view.sent(&connection.profile.knobs)?;
    let asked = RequestOptions::headers(&input.headers);
    if method == Method::Post {
        let url = url(connection, endpoint.path.iter().map(String::as_str).chain([".search"]))?;
        members.extend(views.iter().map(|(name, values)| (*name, Data::from(values.as_slice()))));
        return Ok(request(Method::Post, url, Some(&search_request(members)), Effect::Read, asked));
    }
    let mut url = url(connection, &endpoint.path)?;
    for (name, value) in members {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        url.query_pairs_mut().append_pair(name, &text);
    }
    for (name, values) in views {
        url.query_pairs_mut().append_pair(name, &values.join(","));
    }
    // A plus sign is a space in forms only, and some providers do not read queries as forms; a real one is %2B here.
    let plain = url.query().map(|query| query.replace('+', "%20"));
    url.set_query(plain.as_deref());
    Ok(request(Method::Get, url, None, Effect::Read, asked))
}

fn search_request(members: Vec<(&str, Data)>) -> Resource {
    let mut body = Resource::new();
    body.insert("schemas", vec![urn::SEARCH_REQUEST]);
    body.extend(members);
    body
}

/// Reads the answer; pure.
fn read(object: Option<Resource>, response: &Response, what: &str) -> Result<Page> {
    // Some say of an empty list that it has no content.
    if object.is_none() && response.status == 204 {
        return Ok(Page::default());
    }
    object.as_ref().and_then(list::parse).ok_or_else(|| {
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
    })
}
