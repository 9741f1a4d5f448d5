//! HTTP: from a request to a call on the directory and back to an answer (RFC 7644 section 3).
//!
//! Routes are data ([`Route`]) and answers are made by a plain function, so everything but reading the body is
//! synchronous. Knows no attribute and no filter.

use super::directory::Directory;
use super::discovery;
use super::error::{Result, ScimError};
use super::oauth::Tokens;
use super::query::Query;
use super::schema::{Object, ResourceType};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::any;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use std::sync::Arc;

/// Largest request body, in bytes.
const BODY_LIMIT: usize = 1024 * 1024;
/// How much of a body that is too large is read, so that its sender sees the answer and not a broken connection.
const DRAIN_LIMIT: usize = 16 * BODY_LIMIT;

pub(super) const SCIM_PATH: &str = "/scim/v2";
pub(super) const TOKEN_PATH: &str = "/oauth2/token";

const LIST_URN: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// What the handlers share.
pub(super) struct App {
    pub(super) directory: Directory,
    pub(super) tokens: Tokens,
}

/// The whole server.
pub(super) fn router(app: Arc<App>) -> Router {
    let scim = any(scim);
    Router::new()
        .route(TOKEN_PATH, any(token))
        .route(SCIM_PATH, scim.clone())
        .route(&format!("{SCIM_PATH}/"), scim.clone())
        .route(&format!("{SCIM_PATH}/{{*path}}"), scim)
        .fallback(async || problem(&ScimError::status(404, format!("nothing here, the service is at {SCIM_PATH}"))))
        .with_state(app)
}

async fn token(State(app): State<Arc<App>>, request: Request) -> Response {
    if request.method() != Method::POST {
        let mut response =
            answer(StatusCode::METHOD_NOT_ALLOWED, "application/json", &json!({"error": "invalid_request"}));
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        return response;
    }
    let (parts, body) = request.into_parts();
    let body = match read(body).await {
        Ok(body) => body,
        Err(error) => return problem(&error),
    };
    let reply = app.tokens.answer(&parts.headers, &body);
    tracing::debug!(status = reply.status.as_u16(), "sandbox: POST {TOKEN_PATH}");
    let mut response = answer(reply.status, "application/json", &reply.body);
    let headers = response.headers_mut();
    // RFC 6749 section 5.1
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    if reply.challenge {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(r#"Basic realm="sandbox""#));
    }
    response
}

async fn scim(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    // The body is read in any case: a client that is still sending would not see an early answer.
    let body = read(body).await;
    let path = parts.uri.path();
    let response = match app.tokens.check(&parts.headers) {
        Err(challenge) => {
            let mut response = problem(&ScimError::status(401, "a valid bearer token is required"));
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
            response
        }
        Ok(()) => {
            let call = |body: Vec<u8>| {
                let route = Route::find(&app.directory, path.strip_prefix(SCIM_PATH).unwrap_or_default())?;
                let query = parts.uri.query().unwrap_or_default();
                route.call(&app.directory, &parts.method, query, &Payload { headers: &parts.headers, bytes: &body })
            };
            body.and_then(call).unwrap_or_else(|error| problem(&error))
        }
    };
    tracing::debug!(method = %parts.method, path, status = response.status().as_u16(), "sandbox");
    response
}

/// Reads a request body of limited size.
async fn read(mut body: Body) -> Result<Vec<u8>> {
    let (mut bytes, mut total) = (Vec::new(), 0_usize);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ScimError::status(400, "the body ended too early"))?;
        let Some(data) = frame.data_ref() else { continue };
        total += data.len();
        if total <= BODY_LIMIT {
            bytes.extend_from_slice(data);
        } else if total > DRAIN_LIMIT {
            break;
        }
    }
    if total > BODY_LIMIT {
        return Err(ScimError::status(413, format!("the body is larger than {BODY_LIMIT} bytes")));
    }
    Ok(bytes)
}

/// The body of a request before it is known whether it matters.
struct Payload<'a> {
    headers: &'a HeaderMap,
    bytes: &'a [u8],
}

impl Payload<'_> {
    fn json(&self) -> Result<Value> {
        let content_type =
            self.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        // RFC 7644 section 3.1
        if !["application/scim+json", "application/json"].contains(&media_type.as_str()) {
            return Err(ScimError::status(415, "Content-Type: must be application/scim+json"));
        }
        serde_json::from_slice(self.bytes)
            .map_err(|error| ScimError::invalid_syntax(format!("the body is not JSON: {error}")))
    }
}

/// What a URL names.
enum Route<'a> {
    Config,
    ResourceTypes(Option<String>),
    Schemas(Option<String>),
    /// Resources of these types.
    Listing(Vec<&'a ResourceType>),
    Search(Vec<&'a ResourceType>),
    Collection(&'a ResourceType),
    Resource(&'a ResourceType, String),
}

impl<'a> Route<'a> {
    /// Reads the path below the service URL.
    fn find(directory: &'a Directory, path: &str) -> Result<Self> {
        let decode = |segment: &str| percent_encoding::percent_decode_str(segment).decode_utf8_lossy().into_owned();
        let segments: Vec<String> = path.split('/').filter(|segment| !segment.is_empty()).map(decode).collect();
        let all = || directory.registry.types.iter().collect();
        let kind = |endpoint: &str| {
            let found = directory.registry.types.iter().find(|kind| kind.endpoint == endpoint);
            found.ok_or_else(|| ScimError::status(404, format!("no endpoint {path}")))
        };
        let names: Vec<&str> = segments.iter().map(String::as_str).collect();
        Ok(match names.as_slice() {
            ["ServiceProviderConfig"] => Self::Config,
            ["ResourceTypes"] => Self::ResourceTypes(None),
            ["ResourceTypes", id] => Self::ResourceTypes(Some((*id).to_owned())),
            ["Schemas"] => Self::Schemas(None),
            ["Schemas", id] => Self::Schemas(Some((*id).to_owned())),
            // RFC 7644 sections 3.7 and 3.11: not supported is 501.
            ["Me", ..] | ["Bulk"] => return Err(ScimError::status(501, format!("{path} is not supported"))),
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
            Self::Search(_) => "POST",
            Self::Collection(_) => "GET, HEAD, POST",
            Self::Resource(..) => "GET, HEAD, PUT, PATCH, DELETE",
        }
    }

    fn call(&self, directory: &Directory, method: &Method, query: &str, payload: &Payload<'_>) -> Result<Response> {
        let listing = |types: &[&ResourceType], query| Ok(ok(&directory.list(types, &query)?));
        let object = |object: Object| ok(&Value::Object(object));
        let parameters = || Query::from_url(query);
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        match (self, method) {
            (Self::Config, &Method::GET) => {
                refuse_filter(query)?;
                Ok(ok(&discovery::config(directory)))
            }
            (Self::ResourceTypes(id), &Method::GET) => {
                published(query, id.as_deref(), discovery::resource_types(directory))
            }
            (Self::Schemas(id), &Method::GET) => published(query, id.as_deref(), discovery::schemas(directory)),
            (Self::Listing(types), &Method::GET) => listing(types, parameters()?),
            (Self::Search(types), &Method::POST) => listing(types, Query::from_body(&payload.json()?)?),
            (Self::Collection(kind), &Method::GET) => listing(&[*kind], parameters()?),
            (Self::Collection(kind), &Method::POST) => {
                let (location, created) = directory.create(kind, &payload.json()?, &parameters()?)?;
                let mut response = scim_json(StatusCode::CREATED, &Value::Object(created));
                if let Ok(location) = HeaderValue::from_str(&location) {
                    response.headers_mut().insert(header::LOCATION, location);
                }
                Ok(response)
            }
            (Self::Resource(kind, id), &Method::GET) => Ok(object(directory.get(kind, id, &parameters()?)?)),
            (Self::Resource(kind, id), &Method::PUT) => {
                Ok(object(directory.replace(kind, id, &payload.json()?, &parameters()?)?))
            }
            (Self::Resource(kind, id), &Method::PATCH) => {
                Ok(object(directory.patch(kind, id, &payload.json()?, &parameters()?)?))
            }
            (Self::Resource(kind, id), &Method::DELETE) => {
                directory.delete(kind, id)?;
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::NO_CONTENT;
                Ok(response)
            }
            _ => {
                let mut response = problem(&ScimError::status(405, format!("method {method} is not supported here")));
                response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(self.methods()));
                Ok(response)
            }
        }
    }
}

/// RFC 7644 section 4: "If a "filter" is provided, the service provider SHOULD respond with HTTP status code 403".
fn refuse_filter(query: &str) -> Result<()> {
    match Query::from_url(query)?.filter {
        Some(_) => Err(ScimError::status(403, "filter: not possible on discovery endpoints")),
        None => Ok(()),
    }
}

/// One published entry, or all of them as a list without paging (RFC 7644 section 4).
fn published(query: &str, id: Option<&str>, entries: Vec<Value>) -> Result<Response> {
    refuse_filter(query)?;
    match id {
        Some(id) => {
            let found = discovery::find(entries, id);
            Ok(ok(&found.ok_or_else(|| ScimError::status(404, format!("{id} does not exist")))?))
        }
        None => Ok(ok(&json!({
            "schemas": [LIST_URN],
            "totalResults": entries.len(),
            "startIndex": 1,
            "itemsPerPage": entries.len(),
            "Resources": entries,
        }))),
    }
}

fn ok(body: &Value) -> Response {
    scim_json(StatusCode::OK, body)
}

fn problem(error: &ScimError) -> Response {
    scim_json(StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), &error.body())
}

fn scim_json(status: StatusCode, body: &Value) -> Response {
    answer(status, "application/scim+json", body)
}

fn answer(status: StatusCode, content_type: &'static str, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
