//! HTTP: reads requests, checks their token and writes answers. What a request does is `route`'s.

use super::asynchronous;
use super::behaviour::Behaviour;
use super::directory::Directory;
use super::error::{Result, ScimError};
use super::exchange::{Call, Content, Reply};
use super::oauth::Tokens;
use super::route;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::any;
use http::{Method, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::json;
use std::sync::Arc;

/// Largest request body, in bytes.
pub(super) const BODY_LIMIT: usize = 1024 * 1024;
/// How much of a body that is too large is read, so that its sender sees the answer and not a broken connection.
const DRAIN_LIMIT: usize = 16 * BODY_LIMIT;

pub(super) const SCIM_PATH: &str = "/scim/v2";
pub(super) const TOKEN_PATH: &str = "/oauth2/token";

/// What the handlers share.
pub(super) struct App {
    pub(super) directory: Directory,
    pub(super) tokens: Tokens,
    /// The provider the sandbox acts like.
    pub(super) behaviour: Option<Behaviour>,
    /// None where every request is answered at once.
    pub(super) requests: Option<asynchronous::Requests>,
}

impl App {
    /// Carries out a request, now or later.
    fn answer(self: Arc<Self>, call: Call) -> Reply {
        if let Some(behaviour) = &self.behaviour {
            return behaviour.answer(&self.directory, call, &|call| route::serve(&self.directory, call));
        }
        let Some(requests) = &self.requests else { return route::serve(&self.directory, &call) };
        if let ([asynchronous::ENDPOINT, txn], &Method::GET) =
            (call.segments().iter().map(String::as_str).collect::<Vec<_>>().as_slice(), &call.method)
        {
            let unknown = || Reply::from(&ScimError::status(404, format!("no request {txn}")));
            return requests.result(txn).unwrap_or_else(unknown);
        }
        if !requests.wanted(&call) {
            return route::serve(&self.directory, &call);
        }
        let (txn, reply) = requests.accept();
        let (delay, app) = (requests.delay, self.clone());
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            let reply = route::serve(&app.directory, &call);
            if let Some(requests) = &app.requests {
                requests.finish(&txn, &call, &reply);
            }
        });
        reply
    }
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
        let reply = Reply::json(405, json!({"error": "invalid_request"})).with(header::ALLOW, "POST");
        return respond(reply.with(header::CONTENT_TYPE, "application/json"));
    }
    let (parts, body) = request.into_parts();
    let body = match read(body).await {
        Ok(body) => body,
        Err(error) => return problem(&error),
    };
    let answer = app.tokens.answer(&parts.headers, &body);
    tracing::debug!(status = answer.status.as_u16(), "sandbox: POST {TOKEN_PATH}");
    let mut reply = Reply::json(answer.status.as_u16(), answer.body)
        .with(header::CONTENT_TYPE, "application/json")
        // RFC 6749 section 5.1
        .with(header::CACHE_CONTROL, "no-store")
        .with(header::PRAGMA, "no-cache");
    if answer.challenge {
        reply = reply.with(header::WWW_AUTHENTICATE, r#"Basic realm="sandbox""#);
    }
    respond(reply)
}

async fn scim(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    // The body is read in any case: a client that is still sending would not see an early answer.
    let body = read(body).await;
    let path = parts.uri.path().strip_prefix(SCIM_PATH).unwrap_or_default().to_owned();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let reply = match (app.tokens.check(&parts.headers), body) {
        (Err(challenge), _) => Reply::from(&ScimError::status(401, "a valid bearer token is required"))
            .with(header::WWW_AUTHENTICATE, challenge),
        (Ok(()), Err(error)) => Reply::from(&error),
        (Ok(()), Ok(body)) => {
            let call = Call { method: parts.method.clone(), path, query, headers: parts.headers, body };
            app.answer(call)
        }
    };
    tracing::debug!(method = %parts.method, path = parts.uri.path(), status = reply.status, "sandbox");
    respond(reply)
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

fn problem(error: &ScimError) -> Response {
    respond(Reply::from(error))
}

fn respond(reply: Reply) -> Response {
    let body = match &reply.content {
        Content::Empty => Body::empty(),
        Content::Json(body) => Body::from(body.to_string()),
        Content::Text(text) => Body::from(text.clone()),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *response.headers_mut() = reply.headers;
    response
}
