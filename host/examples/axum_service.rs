//! An axum service that embeds the host: it creates users at the provider of a connection of `Config.toml`.
//!
//! ```sh
//! cargo run --example axum_service -- scim-connector.wasm Config.toml 127.0.0.1:8080
//! curl -d '{"userName": "ada"}' http://127.0.0.1:8080/provision     # 201 and the user, or a failure as JSON
//! curl http://127.0.0.1:8080/metrics                                # for Prometheus
//! ```
//!
//! On SIGTERM or Ctrl-C it takes no new requests, lets calls under way finish for ten seconds, and ends the rest: their callers
//! hear whether the provider may have made the change.
#![allow(clippy::print_stdout, reason = "a program of its own")]

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use scim_connector_host::{CallContext, Client, Config, Connector, Error, Metrics, Options};
use serde::Serialize;
use serde_json::value::RawValue;
use std::path::Path;
use std::time::Duration;
use tokio::net::TcpListener;

/// How long calls under way may take after the service was told to stop.
const GRACE: Duration = Duration::from_secs(10);

#[derive(Clone)]
struct Service {
    connector: Connector,
    client: Client,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [component, config, address] = arguments.as_slice() else {
        return Err("usage: axum_service COMPONENT CONFIG ADDRESS".into());
    };

    // One connector for the process, one client for each connection; both are cheap to clone.
    let config = Config::load(Path::new(config))?;
    let mut options = Options::default();
    config.apply(&mut options);
    let connector = Connector::load(component, options)?;
    let (_, connection) = config.connection(None)?;
    let client = connector.client(connection).await?;

    let service = Service { connector: connector.clone(), client };
    let router = Router::new().route("/provision", post(provision)).route("/metrics", get(metrics)).with_state(service);
    let listener = TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);

    // Both hear the signal: the server takes no new requests and waits for those it has, whose calls the connector ends.
    let serve = axum::serve(listener, router).with_graceful_shutdown(stopped());
    let (served, report) = tokio::join!(async { serve.await }, async {
        stopped().await;
        connector.shutdown(GRACE).await
    });
    println!("{report:?}");
    Ok(served?)
}

/// What `createUser` takes.
#[derive(Serialize)]
struct Input<'a> {
    payload: &'a RawValue,
}

/// Creates a user, and answers as SCIM would: 201 with the user, or why there is none.
async fn provision(State(service): State<Service>, headers: HeaderMap, user: Bytes) -> Response {
    // Neither the user nor the answer is read here: both go through as text.
    let Ok(payload) = serde_json::from_slice::<&RawValue>(&user) else {
        return (StatusCode::BAD_REQUEST, "the body must be a user in JSON\n").into_response();
    };
    let run_id = headers.get("x-request-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let context = CallContext { run_id, ..CallContext::default() };
    match service.client.invoke_as::<Box<RawValue>>("createUser", &Input { payload }, &context).await {
        Ok(outcome) => (StatusCode::CREATED, outcome.output.get().to_owned()).into_response(),
        Err(error) => refusal(&error),
    }
}

/// What the caller of this service is told of a call that failed: the whole failure as JSON, which holds no secret, under the
/// status that says what to do.
fn refusal(error: &Error) -> Response {
    let class = error.class();
    let status = match class.kind.as_str() {
        // Somebody has to look what became of the change: neither a repetition nor an "it failed" would be right.
        _ if class.maybe_applied => StatusCode::INTERNAL_SERVER_ERROR,
        "invalidInput" | "tooLarge" => StatusCode::BAD_REQUEST,
        "conflict" | "ambiguous" => StatusCode::CONFLICT,
        "notFound" => StatusCode::NOT_FOUND,
        "throttled" => StatusCode::TOO_MANY_REQUESTS,
        "timeout" => StatusCode::GATEWAY_TIMEOUT,
        _ if class.transient => StatusCode::SERVICE_UNAVAILABLE,
        // The provider refused this service's credentials, or answered nonsense: nothing its caller could do.
        _ => StatusCode::BAD_GATEWAY,
    };
    let body = error.to_json();
    let mut response = (status, body.to_string()).into_response();
    let pause = body.get("retryAfterMs").and_then(serde_json::Value::as_u64);
    if let Some(pause) = pause.filter(|_| class.transient) {
        response.headers_mut().insert(header::RETRY_AFTER, pause.div_ceil(1000).into());
    }
    response
}

async fn metrics(State(service): State<Service>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, Metrics::CONTENT_TYPE)], service.connector.metrics().prometheus())
}

/// Returns when the process is told to stop.
async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    tokio::signal::ctrl_c().await.ok();
}
