//! The door over HTTP: who gets in, paths, bodies, statuses. What an operation does is the [`Door`]'s.
//!
//! | against | what |
//! |---|---|
//! | strangers | a token of each caller; its digest is compared, in the same time whatever it is |
//! | too much | a rate for each caller, a limit of bodies, a limit of connections and of the time for a head |
//! | pages of a browser | `Host` is one of ours, no `Origin`, JSON only |

use crate::callers::{Callers, From, Refused};
use crate::door::{Door, Refusal};
use crate::{mcp, openapi};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HOST, ORIGIN, RETRY_AFTER, WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderName, StatusCode};
use scim_connector_host::error::{Error, Result};
use scim_connector_listener::Server;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

/// How long a body may take: as long as a head (`crates/listener`).
const BODY_TIME: Duration = Duration::from_secs(15);

/// How the door is served.
pub struct Settings {
    /// Where to listen; port 0 takes a free one.
    pub address: SocketAddr,
    /// What `Host` may say besides the address.
    pub hosts: Vec<String>,
    /// Whether the address may be one that others reach. Tokens pass in the clear, unless something before it speaks TLS.
    pub remote: bool,
    /// The largest body, in bytes.
    pub body_limit: usize,
}

/// A door that is served. It ends when this is dropped.
pub struct Served {
    address: SocketAddr,
    server: Server,
}

struct Rest {
    door: Arc<Door>,
    callers: Callers,
    hosts: Vec<String>,
    body_limit: usize,
    openapi: String,
}

/// Serves the door.
///
/// # Errors
/// [`Error::Usage`] where the address cannot be had, or others reach it and that was not said.
pub async fn serve(door: Arc<Door>, callers: Callers, settings: Settings) -> Result<Served> {
    let Settings { address, mut hosts, remote, body_limit } = settings;
    if !address.ip().is_loopback() && !remote {
        return Err(Error::Usage(format!(
            "{address} is reached from other machines, where tokens would pass in the clear; serve on 127.0.0.1 behind something that \
             speaks TLS, or give --remote"
        )));
    }
    let cannot = |error: std::io::Error| Error::Usage(format!("nothing can be served at {address}: {error}"));
    let listener = TcpListener::bind(address).await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    hosts.extend([address.to_string(), format!("localhost:{}", address.port())]);
    let openapi = openapi::document(&door).to_string();
    let agents = mcp::over_http(door.clone(), body_limit);
    let state = Arc::new(Rest { door, callers, hosts, body_limit, openapi });
    let router = Router::new()
        .route("/v1/{operation}", post(operation))
        .route("/manifest.json", get(manifest))
        .route_service("/mcp", agents)
        .route_layer(middleware::from_fn_with_state(state.clone(), admit))
        // What tools import and watch over: nothing of a tenant is in it.
        .route("/openapi.json", get(description))
        .route("/health", get(health))
        .fallback(nothing)
        .layer(middleware::from_fn_with_state(state.clone(), guard))
        .with_state(state);
    Ok(Served { address, server: Server::start(listener, router) })
}

impl Served {
    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Takes no new requests, and gives those under way a moment.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

/// Keeps out what a browser sends for somebody else, and what is too large.
async fn guard(State(rest): State<Arc<Rest>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if !only(headers, &HOST).is_some_and(|host| rest.hosts.iter().any(|own| own.eq_ignore_ascii_case(host))) {
        return problem(
            StatusCode::MISDIRECTED_REQUEST,
            "invalidInput",
            "Host is not a name of this server; --host adds one",
        );
    }
    if headers.contains_key(ORIGIN) {
        return problem(StatusCode::FORBIDDEN, "permission", "pages of browsers are not served");
    }
    let length = only(headers, &CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
    if length.is_some_and(|length| length > rest.body_limit) {
        return too_large(rest.body_limit);
    }
    next.run(request).await
}

/// Lets callers in, as often as they may ask.
async fn admit(State(rest): State<Arc<Rest>>, mut request: Request, next: Next) -> Response {
    let token = only(request.headers(), &AUTHORIZATION).and_then(|value| value.split_once(' '));
    let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map_or("", |(_, token)| token);
    match rest.callers.admit(token, Instant::now()) {
        Ok(caller) => {
            let caller = From(caller.to_owned());
            request.extensions_mut().insert(caller);
            // Nobody further in needs it.
            request.headers_mut().remove(AUTHORIZATION);
            next.run(request).await
        }
        Err(Refused::Unknown) => {
            let detail = "a token of this server is needed: Authorization: Bearer TOKEN";
            with(problem(StatusCode::UNAUTHORIZED, "authentication", detail), WWW_AUTHENTICATE, "Bearer")
        }
        Err(Refused::TooOften(wait)) => later(
            json!({"error": "transient", "kind": "throttled", "detail": "this caller asks more often than it may; nothing was sent",
                "retryAfterMs": milliseconds(wait), "maybeApplied": false}),
            StatusCode::TOO_MANY_REQUESTS,
            wait,
        ),
    }
}

async fn operation(State(rest): State<Arc<Rest>>, Path(name): Path<String>, request: Request) -> Response {
    let caller = request.extensions().get::<From>().cloned();
    let Some(From(caller)) = caller else {
        return problem(StatusCode::UNAUTHORIZED, "authentication", "a token of this server is needed");
    };
    let kind = only(request.headers(), &CONTENT_TYPE).map(|kind| kind.split(';').next().unwrap_or_default().trim());
    if !kind.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json")) {
        return problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalidInput", "the input is application/json");
    }
    if request.uri().query().is_some() {
        let detail = "the input is the body; what stands behind ? is not read, and nothing was sent";
        return problem(StatusCode::BAD_REQUEST, "invalidInput", detail);
    }
    let body = match tokio::time::timeout(BODY_TIME, to_bytes(request.into_body(), rest.body_limit)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return too_large(rest.body_limit),
        Err(_) => {
            return problem(StatusCode::REQUEST_TIMEOUT, "timeout", "the body did not come in time; nothing was sent");
        }
    };
    let text = if body.is_empty() { Ok("{}".to_owned()) } else { String::from_utf8(body.into()) };
    let Ok(input) = text else { return problem(StatusCode::BAD_REQUEST, "invalidInput", "the input is no UTF-8") };
    if let Err(error) = serde_json::from_str::<&serde_json::value::RawValue>(&input) {
        let detail = format!("the input is not JSON: line {}, column {}", error.line(), error.column());
        return problem(StatusCode::BAD_REQUEST, "invalidInput", &detail);
    }
    match rest.door.call(&caller, &name, input).await {
        Ok(result) => answer(StatusCode::OK, &result.to_string()),
        Err(refusal) => refused(&refusal),
    }
}

/// The answer to what had no result.
fn refused(refusal: &Refusal) -> Response {
    let body = refusal.to_json();
    let status = match refusal {
        Refusal::Unknown(_) => StatusCode::NOT_FOUND,
        Refusal::ReadOnly => StatusCode::FORBIDDEN,
        Refusal::Failed(error) => status(&error.class().kind),
    };
    let pause = body.get("retryAfterMs").and_then(Value::as_u64).map(Duration::from_millis);
    match pause {
        Some(pause) => later(body, status, pause),
        None => answer(status, &body.to_string()),
    }
}

/// What a kind of failure is over HTTP. The caller's own token is not meant by what the provider says of the connection's.
fn status(kind: &str) -> StatusCode {
    match kind {
        "invalidInput" => StatusCode::BAD_REQUEST,
        "permission" => StatusCode::FORBIDDEN,
        "notFound" => StatusCode::NOT_FOUND,
        "conflict" | "ambiguous" => StatusCode::CONFLICT,
        "precondition" | "notModified" => StatusCode::PRECONDITION_FAILED,
        "tooLarge" => StatusCode::PAYLOAD_TOO_LARGE,
        "throttled" => StatusCode::TOO_MANY_REQUESTS,
        "unsupported" => StatusCode::NOT_IMPLEMENTED,
        "authentication" | "protocol" => StatusCode::BAD_GATEWAY,
        "unavailable" | "overloaded" | "circuitOpen" | "shuttingDown" | "busy" => StatusCode::SERVICE_UNAVAILABLE,
        "timeout" => StatusCode::GATEWAY_TIMEOUT,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

async fn manifest(State(rest): State<Arc<Rest>>) -> Response {
    answer(StatusCode::OK, &rest.door.catalog().manifest.to_string())
}

async fn description(State(rest): State<Arc<Rest>>) -> Response {
    answer(StatusCode::OK, &rest.openapi)
}

async fn health() -> Response {
    answer(StatusCode::OK, r#"{"ok":true}"#)
}

async fn nothing() -> Response {
    problem(
        StatusCode::NOT_FOUND,
        "notFound",
        "there is /v1/OPERATION, /mcp, /openapi.json, /manifest.json and /health",
    )
}

/// A header's value, if it is there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    if values.next().is_some() { None } else { first.to_str().ok() }
}

fn too_large(limit: usize) -> Response {
    let detail =
        format!("the body has more than {limit} bytes, the limit of this server (--body-limit); nothing was sent");
    problem(StatusCode::PAYLOAD_TOO_LARGE, "tooLarge", &detail)
}

fn problem(status: StatusCode, kind: &str, detail: &str) -> Response {
    let body = json!({"error": "permanent", "kind": kind, "detail": detail, "maybeApplied": false});
    answer(status, &body.to_string())
}

fn later(body: Value, status: StatusCode, wait: Duration) -> Response {
    let seconds = wait.as_secs_f64().ceil().max(1.0);
    with(answer(status, &body.to_string()), RETRY_AFTER, &format!("{seconds:.0}"))
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1)
}

fn answer(status: StatusCode, body: &str) -> Response {
    let mut response = Response::new(Body::from(body.to_owned()));
    *response.status_mut() = status;
    with(with(response, CONTENT_TYPE, "application/json"), CACHE_CONTROL, "no-store")
}

fn with(mut response: Response, name: HeaderName, value: &str) -> Response {
    if let Ok(value) = value.parse() {
        response.headers_mut().insert(name, value);
    }
    response
}
