//! The operations: each builds requests, reads answers, and runs the two over the client.
//!
//! An operation is a [`Verb`] on a [`Subject`]; which pairs exist, and under which names, is `catalog::table`'s. `request` and
//! `parse` functions are pure, only `run` touches the client. Typed calls and `invoke` both come through [`call`].

pub mod connection_test;
pub mod discovery;
pub mod query;
pub mod resource;

use crate::catalog::table::Operation;
use crate::connection::{Connection, is_header_value};
use crate::failure::{Failure, Kind, Result};
use crate::http::client::{Client, Exchange};
use crate::http::platform::Platform;
use crate::http::{Effect, Method, Request, Response, retry};
use crate::scim::patch;
use crate::scim::resource::Resource;
use crate::scim::schema::{self, Attribute};
use crate::scim::{error, urn};
use serde_json::Value;
use url::Url;

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// POST a resource.
    Create,
    /// GET a resource.
    Get,
    /// GET a list.
    List,
    /// POST to `.search`.
    Search,
    /// PUT a resource.
    Update,
    /// PATCH a resource.
    Patch,
    /// DELETE a resource.
    Delete,
    /// Find, create or change.
    Ensure,
    /// Set `active`.
    Activate,
    /// Unset `active`.
    Deactivate,
    /// Add members.
    AddMembers,
    /// Remove members.
    RemoveMembers,
    /// Make these the members.
    SetMembers,
    /// POST to `/Bulk`.
    Bulk,
    /// Compare and change a whole set.
    Reconcile,
    /// Hand in a request for later.
    Submit,
    /// Collect its result.
    Collect,
    /// GET a document of discovery.
    Discover,
}

/// What it does it to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Users.
    User,
    /// Groups.
    Group,
    /// The authenticated subject.
    Me,
    /// Resources of a type the input names.
    Resource,
    /// All types at once.
    Everything,
    /// ServiceProviderConfig.
    ServiceProvider,
    /// Resource types, or schemas.
    Definition,
}

impl Subject {
    /// Where it lives below the service URL; none where the input says so.
    pub fn endpoint(self) -> Option<Endpoint> {
        match self {
            Subject::User => {
                Some(Endpoint { path: "Users", schema: urn::USER, attributes: schema::USER, required: "userName" })
            }
            Subject::Group => Some(Endpoint {
                path: "Groups",
                schema: urn::GROUP,
                attributes: schema::GROUP,
                required: "displayName",
            }),
            _ => None,
        }
    }
}

/// A resource type the connector knows (RFC 7644 section 3.2).
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    /// Path below the service URL.
    pub path: &'static str,
    /// URN of its schema.
    pub schema: &'static str,
    /// Its attributes.
    pub attributes: &'static [Attribute],
    /// The attribute a new resource must have.
    pub required: &'static str,
}

/// Which attributes an answer carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Only these.
    pub attributes: Vec<String>,
    /// Not these.
    pub excluded: Vec<String>,
}

impl View {
    /// The parameters that say so (RFC 7644 section 3.9): one or none.
    pub fn members(&self) -> Result<impl Iterator<Item = (&'static str, &Vec<String>)>> {
        if !self.attributes.is_empty() && !self.excluded.is_empty() {
            return Err(Failure::input(
                "/excludedAttributes",
                "excludedAttributes: give either attributes or excludedAttributes, not both (RFC 7644 section 3.9)",
            ));
        }
        Ok([("attributes", &self.attributes), ("excludedAttributes", &self.excluded)]
            .into_iter()
            .filter(|(_, names)| !names.is_empty()))
    }
}

/// What may be said about a request besides its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `If-Match`.
    pub if_match: Option<String>,
    /// `If-None-Match`.
    pub if_none_match: Option<String>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// Read once more where a change is answered without a body.
    pub read_back: bool,
    /// Deleting what is not there is a success.
    pub gone_is_done: bool,
    /// Check the payload against the provider's schemas.
    pub validate: bool,
}

/// A query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Filter expression.
    pub filter: Option<String>,
    /// Attribute to sort by.
    pub sort_by: Option<String>,
    /// Whether largest come first, where that is said.
    pub descending: Option<bool>,
    /// Index of the first result.
    pub start_index: Option<u64>,
    /// Most results on a page.
    pub count: Option<u32>,
    /// Cursor.
    pub cursor: Option<String>,
    /// `next` of the page before.
    pub page: Option<String>,
}

/// An operation's input; each operation reads the members it has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Input {
    /// `id` of the resource.
    pub id: String,
    /// The resource.
    pub payload: Resource,
    /// PATCH operations.
    pub operations: Vec<patch::Operation>,
    /// The query.
    pub query: Query,
    /// Which attributes to answer with.
    pub view: View,
    /// Options.
    pub options: Options,
}

/// An operation's result.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Nothing to say.
    None,
    /// A resource.
    Resource(Resource),
    /// A page.
    Page(query::Listed),
    /// What the provider can do.
    ServiceProvider(Box<crate::scim::service_provider::ServiceProvider>),
}

impl Output {
    /// The JSON form.
    pub fn to_json(&self) -> Value {
        match self {
            Output::None => Value::Null,
            Output::Resource(resource) => Value::Object(resource.clone()),
            Output::Page(page) => page.to_json(),
            Output::ServiceProvider(provider) => provider.to_json(),
        }
    }

    /// Token of the next page.
    pub fn next(&self) -> Option<&str> {
        match self {
            Output::Page(page) => page.next.as_deref(),
            _ => None,
        }
    }
}

/// What a call gave, and at which cost.
#[derive(Debug)]
pub struct Answer {
    /// The result.
    pub output: Output,
    /// HTTP requests made.
    pub requests: u32,
    /// What the caller should know besides.
    pub warnings: Vec<String>,
}

/// Calls an operation: the one way in. `deadline` is milliseconds for the whole call.
pub fn call(
    platform: &dyn Platform,
    connection: &Connection,
    operation: Operation,
    input: &Input,
    deadline: Option<u32>,
) -> Result<Answer> {
    let client = Client::new(platform, connection, deadline);
    input.payload.iter().for_each(|(name, value)| guard(&client, value, is_password(name)));
    for patch::Operation { path, value, .. } in &input.operations {
        value.iter().for_each(|value| guard(&client, value, path.as_deref().is_some_and(is_password)));
    }
    let output = run(&client, operation, input).map_err(|failure| client.clean(failure))?;
    Ok(Answer { output, requests: client.requests(), warnings: client.warnings() })
}

/// Remembers the passwords in a value that is sent: a server may quote them in what it refuses.
fn guard(client: &Client<'_>, value: &Value, secret: bool) {
    match value {
        Value::String(text) if secret => client.guard(text),
        Value::Array(items) => items.iter().for_each(|item| guard(client, item, secret)),
        Value::Object(object) => {
            object.iter().for_each(|(name, item)| guard(client, item, secret || is_password(name)))
        }
        _ => {}
    }
}

/// Whether an attribute's name or path, with or without its schema's URN, means the password.
fn is_password(path: &str) -> bool {
    path.rsplit([':', '.']).next().is_some_and(|name| name.trim().eq_ignore_ascii_case("password"))
}

fn run(client: &Client<'_>, operation: Operation, input: &Input) -> Result<Output> {
    let row = operation.row();
    let unsupported = || {
        Failure::new(
            Kind::Unsupported,
            format!("{} is not in version {} of the connector", row.name, env!("CARGO_PKG_VERSION")),
        )
    };
    if !row.available() {
        return Err(unsupported());
    }
    if input.options.validate {
        return Err(Failure::new(
            Kind::Unsupported,
            format!("validate is not in version {} of the connector; leave it out", env!("CARGO_PKG_VERSION")),
        )
        .at("/validate"));
    }
    for (field, tag) in [("ifMatch", &input.options.if_match), ("ifNoneMatch", &input.options.if_none_match)] {
        if tag.as_deref().is_some_and(|tag| tag.is_empty() || !is_header_value(tag)) {
            return Err(Failure::input(
                format!("/{field}"),
                format!("{field}: must be an entity tag, visible ASCII characters"),
            ));
        }
    }
    for (name, value) in &input.options.headers {
        crate::connection::header(name, value, "/headers").map_err(|mut failure| {
            failure.kind = Kind::InvalidInput;
            failure
        })?;
    }
    match (row.verb, row.subject, row.subject.endpoint()) {
        (Verb::Discover, Subject::ServiceProvider, _) => {
            discovery::service_provider(client).map(|provider| Output::ServiceProvider(Box::new(provider)))
        }
        (Verb::List | Verb::Search, _, Some(endpoint)) => query::run(client, row, &endpoint, input),
        (Verb::Create | Verb::Get | Verb::Update | Verb::Patch | Verb::Delete, _, Some(endpoint)) => {
            resource::run(client, row, &endpoint, input)
        }
        _ => Err(unsupported()),
    }
}

/// A URL below the service URL. Each segment is encoded as one segment; what could climb out of it is refused.
pub fn url(connection: &Connection, segments: &[&str]) -> Result<Url> {
    let mut url = connection.service_url.clone();
    let unusable = || Failure::new(Kind::Configuration, "serviceUrl: the URL cannot carry a path").at("/serviceUrl");
    let mut path = url.path_segments_mut().map_err(|()| unusable())?;
    path.pop_if_empty().extend(segments);
    drop(path);
    Ok(url)
}

/// An `id` as it may stand in a path: `.` and `..` would be resolved away, and the empty one would name the whole endpoint.
pub fn checked_id(id: &str) -> Result<&str> {
    match id {
        "" => Err(Failure::input("/id", "id: must not be empty")),
        "." | ".." => Err(Failure::input("/id", format!("id: {id:?} is no identifier"))),
        id => Ok(id),
    }
}

/// A request with the headers its options ask for, and a JSON body where there is one.
pub fn request(
    method: Method,
    url: Url,
    body: Option<&Resource>,
    effect: Effect,
    options: &Options,
) -> Result<Request> {
    let mut headers = options.headers.clone();
    headers.extend(options.if_match.iter().map(|tag| ("If-Match".to_owned(), tag.clone())));
    headers.extend(options.if_none_match.iter().map(|tag| ("If-None-Match".to_owned(), tag.clone())));
    let body = match body {
        None => None,
        Some(body) => {
            headers.push(("Content-Type".into(), "application/scim+json".into()));
            Some(serde_json::to_vec(body).map_err(|error| {
                Failure::new(Kind::Internal, format!("the request's body cannot be written: {error}"))
            })?)
        }
    };
    Ok(Request { method, url, headers, body, effect })
}

/// The failure that an answer without success stands for, with all that the answer says about it.
pub fn refused(client: &Client<'_>, response: &Response, effect: Effect, what: &str) -> Box<Failure> {
    let mut failure = error::failure(response.status, &response.body, what);
    failure.retry_after_ms = retry::retry_after(response, client.platform().now());
    failure.request_id = response.request_id();
    match failure.kind {
        Kind::Authentication => failure.detail.push_str("; check auth"),
        // A gateway may give up on a write that the provider behind it carries out.
        Kind::Unavailable if retry::refused_unprocessed(response) && response.status != 503 => {
            failure.kind = Kind::Throttled
        }
        Kind::Unavailable | Kind::Timeout if effect != Effect::Read && !retry::refused_unprocessed(response) => {
            failure = failure.maybe_applied()
        }
        _ => {}
    }
    failure
}

/// Reads a success's body; none where there is none.
pub fn body(client: &Client<'_>, exchange: &Exchange, effect: Effect, what: &str) -> Result<Option<Resource>> {
    let response = &exchange.response;
    if !response.is_success() {
        return Err(refused(client, response, effect, what));
    }
    if response.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let depth = client.connection().parts.limits.json_depth;
    error::object(response.status, &response.body, depth, what).map(Some).map_err(|mut failure| {
        failure.request_id = response.request_id();
        if effect == Effect::Read { failure } else { failure.maybe_applied() }
    })
}
