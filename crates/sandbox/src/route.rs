//! What a URL names and what its methods do (RFC 7644 section 3): from a [`Call`] to the directory and back to a
//! [`Reply`]. Knows no attribute, no filter and no socket.

use super::bulk;
use super::directory::{Directory, Rendered};
use super::discovery;
use super::error::{Result, ScimError};
use super::exchange::{Call, Reply};
use super::query::Query;
use super::schema::ResourceType;
use http::{Method, header};
use serde_json::{Value, json};

const LIST_URN: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// What a URL names.
pub(super) enum Route<'a> {
    Config,
    ResourceTypes(Option<String>),
    Schemas(Option<String>),
    Bulk,
    /// Resources of these types.
    Listing(Vec<&'a ResourceType>),
    Search(Vec<&'a ResourceType>),
    Collection(&'a ResourceType),
    Resource(&'a ResourceType, String),
    /// The client's own user (RFC 7644 section 3.11).
    Me,
}

/// Carries out a request.
pub(super) fn serve(directory: &Directory, call: &Call) -> Reply {
    let reply = Route::find(directory, call).and_then(|route| route.call(directory, call));
    reply.unwrap_or_else(|error| Reply::from(&error))
}

impl<'a> Route<'a> {
    /// Reads the path below the service URL.
    fn find(directory: &'a Directory, call: &Call) -> Result<Self> {
        let path = &call.path;
        let all = || directory.registry.types.iter().collect();
        let kind = |endpoint: &str| {
            let found = directory.registry.types.iter().find(|kind| kind.endpoint == endpoint);
            found.ok_or_else(|| ScimError::status(404, format!("no endpoint {path}")))
        };
        let segments = call.segments();
        let names: Vec<&str> = segments.iter().map(String::as_str).collect();
        Ok(match names.as_slice() {
            ["ServiceProviderConfig"] => Self::Config,
            ["ResourceTypes"] => Self::ResourceTypes(None),
            ["ResourceTypes", id] => Self::ResourceTypes(Some((*id).to_owned())),
            ["Schemas"] => Self::Schemas(None),
            ["Schemas", id] => Self::Schemas(Some((*id).to_owned())),
            ["Bulk"] => Self::Bulk,
            ["Me"] => Self::Me,
            [] => Self::Listing(all()),
            [".search"] => Self::Search(all()),
            [endpoint, ".search"] => Self::Search(vec![kind(endpoint)?]),
            [endpoint] => Self::Collection(kind(endpoint)?),
            [endpoint, id] => Self::Resource(kind(endpoint)?, (*id).to_owned()),
            _ => return Err(ScimError::status(404, format!("no endpoint {path}"))),
        })
    }

    /// The methods it has, as the value of `Allow`.
    fn methods(&self) -> &'static str {
        match self {
            Self::Config | Self::ResourceTypes(_) | Self::Schemas(_) | Self::Listing(_) => "GET, HEAD",
            Self::Search(_) | Self::Bulk => "POST",
            Self::Collection(_) => "GET, HEAD, POST",
            Self::Resource(..) => "GET, HEAD, PUT, PATCH, DELETE",
            Self::Me => "GET, HEAD, POST, PUT, PATCH, DELETE",
        }
    }

    fn call(&self, directory: &Directory, call: &Call) -> Result<Reply> {
        let query = call.query.as_str();
        let parameters = || Query::from_url(query);
        let listing = |types: &[&ResourceType], query| Ok(Reply::ok(directory.list(types, &query)?));
        let conditions = call.conditions();
        let method = if call.method == Method::HEAD { &Method::GET } else { &call.method };
        match (self, method) {
            (Self::Config, &Method::GET) => {
                refuse_filter(query)?;
                Ok(Reply::ok(discovery::config(directory)))
            }
            (Self::ResourceTypes(id), &Method::GET) => {
                published(query, id.as_deref(), discovery::resource_types(directory))
            }
            (Self::Schemas(id), &Method::GET) => published(query, id.as_deref(), discovery::schemas(directory)),
            (Self::Bulk, &Method::POST) => {
                let style = bulk::Style::default();
                bulk::run(directory.settings.bulk, &directory.base, &|call| serve(directory, call), call, &style)
            }
            (Self::Listing(types), &Method::GET) => listing(types, parameters()?),
            (Self::Search(types), &Method::POST) => listing(types, Query::from_body(&call.json()?)?),
            (Self::Collection(kind), &Method::GET) => listing(&[*kind], parameters()?),
            (Self::Collection(kind), &Method::POST) => {
                Ok(resource(201, directory.create(kind, &call.json()?, &parameters()?)?))
            }
            (Self::Me, &Method::POST) => Ok(resource(201, directory.create_me(&call.json()?, &parameters()?)?)),
            (Self::Me, &Method::GET | &Method::PUT | &Method::PATCH | &Method::DELETE) => {
                let (kind, id) = directory.me()?;
                Route::Resource(kind, id).call(directory, call)
            }
            (Self::Resource(kind, id), &Method::GET) => {
                let shown = directory.get(kind, id, &parameters()?)?;
                conditions.allow_read(&shown.version)?;
                if conditions.is_known(&shown.version) {
                    return Ok(Reply::empty(304).with(header::ETAG, &shown.version));
                }
                Ok(resource(200, shown))
            }
            (Self::Resource(kind, id), &Method::PUT) => {
                Ok(resource(200, directory.replace(kind, id, &call.json()?, &parameters()?, &conditions)?))
            }
            (Self::Resource(kind, id), &Method::PATCH) => {
                Ok(resource(200, directory.patch(kind, id, &call.json()?, &parameters()?, &conditions)?))
            }
            (Self::Resource(kind, id), &Method::DELETE) => {
                directory.delete(kind, id, &conditions)?;
                Ok(Reply::empty(204))
            }
            _ => {
                let error = ScimError::status(405, format!("method {method} is not supported here"));
                Ok(Reply::from(&error).with(header::ALLOW, self.methods()))
            }
        }
    }
}

/// A resource with its URL and version, as in the examples of RFC 7644 sections 3.3 to 3.5.
fn resource(status: u16, shown: Rendered) -> Reply {
    Reply::json(status, Value::Object(shown.resource))
        .with(header::LOCATION, &shown.location)
        .with(header::ETAG, &shown.version)
}

/// RFC 7644 section 4: "If a "filter" is provided, the service provider SHOULD respond with HTTP status code 403".
fn refuse_filter(query: &str) -> Result<()> {
    match Query::from_url(query)?.filter {
        Some(_) => Err(ScimError::status(403, "filter: not possible on discovery endpoints")),
        None => Ok(()),
    }
}

/// One published entry, or all of them as a list without paging (RFC 7644 section 4).
fn published(query: &str, id: Option<&str>, entries: Vec<Value>) -> Result<Reply> {
    refuse_filter(query)?;
    match id {
        Some(id) => {
            let found = discovery::find(entries, id);
            Ok(Reply::ok(found.ok_or_else(|| ScimError::status(404, format!("{id} does not exist")))?))
        }
        None => Ok(Reply::ok(json!({
            "schemas": [LIST_URN],
            "totalResults": entries.len(),
            "startIndex": 1,
            "itemsPerPage": entries.len(),
            "Resources": entries,
        }))),
    }
}
