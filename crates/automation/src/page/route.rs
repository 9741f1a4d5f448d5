//! Requests: who may, which view answers, and what a form asks for. It writes no HTML.

use super::app::App;
use super::exchange::{Answer, Fields, fields, query_fields};
use super::guard::{HEADERS, Visitor};
use super::{input, views};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, RawQuery, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, SET_COOKIE};
use http::{Method, StatusCode};
use scim_connector_host::error::Result;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// Largest body of a form, in bytes, and how long it may take to arrive.
const LARGEST: usize = 64 * 1024;
const BODY: Duration = Duration::from_secs(10);

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("live.js");

/// The whole page.
pub(super) fn router(app: Arc<App>) -> Router {
    let missing = |State(app): State<Arc<App>>| views::answer(app, |app| Ok(views::missing(app, "page")));
    let wrong_method = |State(app): State<Arc<App>>| views::answer(app, |app| Ok(views::wrong_method(app)));
    Router::new()
        .route("/", get(list))
        .route("/automations/{name}", get(automation))
        .route("/automations/{name}/graph.svg", get(graph))
        .route("/automations/{name}/{action}", post(act))
        .route("/runs", get(runs))
        .route("/runs/{id}", get(run))
        .route("/style.css", get(async || text("text/css; charset=utf-8", STYLE)))
        .route("/live.js", get(async || text("text/javascript; charset=utf-8", SCRIPT)))
        .fallback(missing)
        .method_not_allowed_fallback(wrong_method)
        .with_state(app.clone())
        .layer(from_fn_with_state(app, guard))
}

/// Lets in who may come in, and dresses every answer.
async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let mut response = admit(&app, request, next).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    // Not the query: there may be a token in it.
    tracing::debug!(%method, path, status = response.status().as_u16(), "page");
    response
}

async fn admit(app: &App, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    if !app.guard.is_meant(headers) {
        let detail = "this server answers to its own address only, as `start --ui` printed it\n";
        return (StatusCode::MISDIRECTED_REQUEST, detail).into_response();
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads && app.guard.is_foreign(headers) {
        return Answer::Page(StatusCode::FORBIDDEN, views::foreign()).into_response();
    }
    // The style of the page that says that the token is missing.
    let open = reads && request.uri().path() == "/style.css";
    let visitor = app.guard.visitor(headers);
    let token = fields(request.uri().query().unwrap_or_default().as_bytes()).remove("token");
    if reads
        && request.uri().path() == "/"
        && let Some(token) = token
    {
        return match app.guard.admit(&token) {
            Some(cookie) => {
                let mut response = Answer::See("/".into()).into_response();
                if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                    response.headers_mut().insert(SET_COOKIE, cookie);
                }
                response
            }
            None => Answer::Page(StatusCode::UNAUTHORIZED, views::locked(true)).into_response(),
        };
    }
    match visitor {
        Some(visitor) => {
            request.extensions_mut().insert(visitor);
            next.run(request).await
        }
        None if open => next.run(request).await,
        None => Answer::Page(StatusCode::UNAUTHORIZED, views::locked(false)).into_response(),
    }
}

async fn list(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response {
    let query = query_fields(query);
    views::answer(app, move |app| views::list::show(app, &query)).await
}

async fn automation(State(app): State<Arc<App>>, Path(name): Path<String>, RawQuery(query): RawQuery) -> Response {
    let query = query_fields(query);
    views::answer(app, move |app| views::automation::show(app, &name, &query, None)).await
}

async fn graph(State(app): State<Arc<App>>, Path(name): Path<String>) -> Response {
    views::answer(app, move |app| views::automation::graph(app, &name)).await
}

async fn runs(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response {
    let query = query_fields(query);
    views::answer(app, move |app| views::runs::show(app, &query)).await
}

async fn run(State(app): State<Arc<App>>, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    let query = query_fields(query);
    views::answer(app, move |app| views::run::show(app, &id, &query)).await
}

/// A form was sent: trigger, pause, resume.
async fn act(State(app): State<Arc<App>>, Path((name, action)): Path<(String, String)>, request: Request) -> Response {
    let visitor = request.extensions().get::<Visitor>().copied();
    let body = match timeout(BODY, to_bytes(request.into_body(), LARGEST)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return (StatusCode::PAYLOAD_TOO_LARGE, "a form has 64 KiB at most\n").into_response(),
        Err(_) => return (StatusCode::REQUEST_TIMEOUT, "the form did not arrive in time\n").into_response(),
    };
    let form = fields(&body);
    let own = visitor == Some(Visitor::Program) || app.guard.is_own_form(form.get("form").map(String::as_str));
    views::answer(app, move |app| {
        if own {
            carry_out(app, &name, &action, &form)
        } else {
            Ok(Answer::Page(StatusCode::FORBIDDEN, views::foreign()))
        }
    })
    .await
}

fn carry_out(app: &App, name: &str, action: &str, form: &Fields) -> Result<Answer> {
    let history = &app.page.history;
    let Some(known) = views::automation::AutomationDetails::find(app, name)? else {
        return Ok(views::missing(app, "automation"));
    };
    let asked = match action {
        "pause" | "resume" => {
            history.set_paused(&app.flow(name), action == "pause")?;
            None
        }
        "trigger" => {
            let input = match known.input_schema() {
                None => None,
                // A plain button of a flow that wants an input: it is asked for first.
                Some(_) if !form.contains_key(input::ASKED) => return Ok(Answer::See(known.trigger_place())),
                Some(schema) => match input::read(schema, &known.usual_input(), form) {
                    Ok(input) => Some(input),
                    Err(problems) => return views::automation::show(app, name, form, Some(&problems)),
                },
            };
            Some(history.request_trigger(&app.flow(name), input.as_ref())?)
        }
        _ => return Ok(views::missing(app, "action")),
    };
    let back = if form.get("from").is_some_and(|from| from == "list") {
        "/".into()
    } else {
        views::link(&["automations", name])
    };
    Ok(Answer::See(match asked {
        Some(number) => format!("{back}?asked={number}"),
        None => back,
    }))
}

fn text(kind: &'static str, text: impl Into<Body>) -> Response {
    ([(CONTENT_TYPE, kind)], text.into()).into_response()
}
