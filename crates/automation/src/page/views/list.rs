//! All automations of the folder: how each stands, when it runs next, how it ended.

use super::automation::AutomationDetails;
use super::parts::{button, counts, marks, moment, status};
use super::{App, PageContent, link};
use crate::page::exchange::{Answer, Fields};
use jiff::Timestamp;
use maud::{Markup, html};
use scim_connector_host::error::Result;

/// The view.
pub(in crate::page) fn show(app: &App, query: &Fields) -> Result<Answer> {
    let now = Timestamp::now();
    let mut known = Vec::new();
    for row in app.page.history.automations_of(&app.page.folder)? {
        known.push(AutomationDetails::of_row(app, row)?);
    }
    let paused = known.iter().filter(|known| known.is_paused()).count();
    let notes = known.iter().filter(|known| known.note().is_some()).count();
    let body = html! {
        h1 { "Automations" }
        div id="asked" data-part { (super::automation::trigger_result(app, query)?) }
        div id="automations" data-part {
            p.lead {
                (known.len()) " in this folder"
                @if paused > 0 { ", " (paused) " paused" }
                @if notes > 0 { ", " strong { (notes) " with a problem" } }
                "."
            }
            @if known.is_empty() {
                p { "A flow with a " code { "schedule" } " in this folder appears here by itself." }
            }
            ul.cards { @for known in &known { li { (card(app, known, now)) } } }
        }
    };
    Ok(PageContent { title: "Automations", part: "/", live: Some(5), reload: Some(30), body }.page(app))
}

fn card(app: &App, known: &AutomationDetails, now: Timestamp) -> Markup {
    let zone = known.zone();
    html! {
        article.card {
            div.who {
                h2 { a href=(link(&["automations", &known.name])) { bdi { (known.name) } } }
                (known.badge())
                p.dim { (known.schedule()) }
                @if let Some(note) = known.note() { p.note { strong { "Problem: " } (note) } }
            }
            dl.facts {
                div { dt { "Next run" } dd { (known.next(now)) } }
                div { dt { "Last run" } dd {
                    @match &known.last {
                        None => span.dim { "none yet" },
                        Some(run) => {
                            a href=(link(&["runs", run.id.as_str()])) aria-label={ "Last run of " (known.name) ", " (run.status.word()) } { (status(run.status)) }
                            (marks(run))
                            (moment(run.started, now, &zone))
                            (counts(&run.counts))
                        }
                    }
                } }
            }
            div.actions {
                @if known.input_schema().is_some() {
                    a.button.main href=(known.trigger_place()) aria-label={ "Trigger " (known.name) } { "Trigger…" }
                } @else {
                    (button(app, &known.name, "trigger", "Trigger", "main", true))
                }
                (known.pause_button(app, true))
            }
        }
    }
}
