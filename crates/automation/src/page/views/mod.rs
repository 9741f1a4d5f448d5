//! HTML: what all views share. The head and the frame, tables that a narrow window shows as lists, times, outcomes, pages of
//! problems. Everything shown is escaped by maud; no view writes style or script into the page.

pub(super) mod automation;
pub(super) mod list;
mod parts;
pub(super) mod run;
pub(super) mod runs;
mod steps;

use super::app::App;
use super::exchange::Answer;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use maud::{DOCTYPE, Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use scim_connector_host::error::Result;
use std::sync::Arc;

/// A tick in a box, so that the page's tab is found.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' \
    height='16' rx='4' fill='%230b57c2'/%3E%3Cpath d='M4 8.5l3 3 5-6' fill='none' stroke='white' stroke-width='2'/%3E%3C/svg%3E";

/// A page, before it has its frame.
struct PageContent<'a> {
    title: &'a str,
    /// The part of the site it belongs to: the address of one of [`PARTS`].
    part: &'a str,
    /// After so many seconds something may have changed.
    live: Option<u32>,
    /// After so many seconds a browser without scripts asks for all of it again, which takes what was typed.
    reload: Option<u32>,
    body: Markup,
}

/// The site's parts.
const PARTS: [(&str, &str); 2] = [("/", "Automations"), ("/runs", "Runs")];

/// Reads and writes a view where it holds nobody up.
pub(super) async fn answer(app: Arc<App>, view: impl FnOnce(&App) -> Result<Answer> + Send + 'static) -> Response {
    let work = move || view(&app).unwrap_or_else(|error| failed(&app, &error.to_string()));
    match tokio::task::spawn_blocking(work).await {
        Ok(answer) => answer.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

impl PageContent<'_> {
    fn page(self, app: &App) -> Answer {
        self.with_status(app, StatusCode::OK)
    }

    fn with_status(self, app: &App, status: StatusCode) -> Answer {
        let Self { title, part, live, reload, body } = self;
        let header = html! {
            header.site {
                a.brand href="/" { "SCIM connector" }
                nav aria-label="Main" {
                    @for (place, name) in PARTS {
                        a href=(place) aria-current=[(place == part).then_some("page")] { (name) }
                    }
                }
            }
        };
        let footer = html! {
            footer.site {
                p { "Flows of " code { (app.page.folder.display()) } }
                p id="live" role="status" {}
            }
        };
        Answer::Page(
            status,
            document(title, live, reload, &html! { (header) main id="content" tabindex="-1" { (body) } (footer) }),
        )
    }
}

fn document(title: &str, live: Option<u32>, reload: Option<u32>, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · SCIM connector" }
                link rel="icon" href=(ICON);
                link rel="stylesheet" href="/style.css";
                @if live.is_some() { script src="/live.js" defer {} }
                @if let Some(seconds) = reload { noscript { meta http-equiv="refresh" content=(seconds); } }
            }
            body data-live=[live] {
                a.skip href="#content" { "Skip to the content" }
                (body)
            }
        }
    }
}

/// A page for those who are not let in: it shows nothing and leads nowhere.
fn closed(title: &str, body: &Markup) -> Markup {
    document(title, None, None, &html! { main.closed id="content" tabindex="-1" { h1 { (title) } (body) } })
}

/// Nobody we know.
pub(super) fn locked(wrong: bool) -> Markup {
    closed(
        "Please open the address with the token",
        &html! {
            @if wrong {
                p { "The token in this address is not the one of this start. Each start has its own." }
            }
            p { "This page shows what happened to whom, so it opens only with the address that "
                code { "scim-connector start --ui" } " printed in the terminal. It looks like this:" }
            p { code { "http://127.0.0.1:PORT/?token=…" } }
            p { "Programs send the token as " code { "Authorization: Bearer …" } "." }
        },
    )
}

/// A form that is not ours.
pub(super) fn foreign() -> Markup {
    closed(
        "This was not asked for on this page",
        &html! {
            p { "The request came from another site, or the form is of an earlier start. Nothing was done." }
            p { a href="/" { "Go to the automations" } " and press the button again." }
        },
    )
}

/// There is no such thing.
pub(super) fn missing(app: &App, what: &str) -> Answer {
    problem(
        app,
        StatusCode::NOT_FOUND,
        &format!("There is no such {what}"),
        "It may have been renamed or removed, or its run was let go with time.",
    )
}

pub(super) fn wrong_method(app: &App) -> Answer {
    problem(
        app,
        StatusCode::METHOD_NOT_ALLOWED,
        "This cannot be done here",
        "The address is right, what was to be done with it is not.",
    )
}

fn failed(app: &App, detail: &str) -> Answer {
    tracing::warn!(detail, "page: a view failed");
    problem(app, StatusCode::INTERNAL_SERVER_ERROR, "The page cannot be shown", detail)
}

fn problem(app: &App, status: StatusCode, title: &str, detail: &str) -> Answer {
    let body = html! {
        h1 { (title) }
        p { (detail) }
        p { a href="/" { "Go to the automations" } }
    };
    PageContent { title, part: "", live: None, reload: None, body }.with_status(app, status)
}

/// The address of something of the page.
pub(super) fn link(segments: &[&str]) -> String {
    segments.iter().map(|segment| format!("/{}", utf8_percent_encode(segment, NON_ALPHANUMERIC))).collect()
}
