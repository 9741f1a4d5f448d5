//! Runs, latest first.

use super::parts::{counts, marks, moment, pages, status};
use super::{App, PageContent, link};
use crate::history::{Filter, RunSummary, Status};
use crate::page::exchange::{Answer, Fields};
use crate::report::{duration_words, trigger_words};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use scim_connector_host::error::{Error, Result};

/// Runs on a page.
const RUNS: usize = 20;

/// What may be chosen.
const CHOICES: [Option<Status>; 5] =
    [None, Some(Status::Running), Some(Status::Completed), Some(Status::Failed), Some(Status::Interrupted)];

/// The view.
pub(in crate::page) fn show(app: &App, query: &Fields) -> Result<Answer> {
    let chosen =
        CHOICES.into_iter().flatten().find(|status| query.get("outcome").is_some_and(|word| word == status.word()));
    let place =
        |status: Option<Status>| status.map_or("/runs".into(), |status| format!("/runs?outcome={}", status.word()));
    let filter = Filter { status: chosen, ..Filter::default() };
    let body = html! {
        h1 { "Runs" }
        nav.filter aria-label="Outcome" { @for choice in CHOICES {
            a href=(place(choice)) aria-current=[(choice == chosen).then_some("true")] { (choice.map_or("all", Status::word)) }
        } }
        div id="runs" data-part { (listed(app, "All runs, latest first", filter, query, &place(chosen), true, &TimeZone::UTC)?) }
    };
    Ok(PageContent { title: "Runs", part: "/runs", live: Some(5), reload: Some(30), body }.page(app))
}

/// A page of runs as a table, with a way to the next. `place` is the address of the first page.
pub(super) fn listed(
    app: &App,
    caption: &str,
    filter: Filter,
    query: &Fields,
    place: &str,
    named: bool,
    zone: &TimeZone,
) -> Result<Markup> {
    let history = &app.page.history;
    let before = match query.get("before") {
        Some(id) => match history.find(id) {
            Ok(found) => Some(found),
            Err(Error::Usage(_)) => None,
            Err(error) => return Err(error),
        },
        None => None,
    };
    let later = before.is_some();
    let mut runs = history.runs(&Filter { limit: RUNS + 1, before, ..filter })?;
    let more = runs.len() > RUNS;
    runs.truncate(RUNS);
    let next = runs
        .last()
        .filter(|_| more)
        .map(|last| format!("{place}{}before={}", if place.contains('?') { '&' } else { '?' }, last.id));
    let now = Timestamp::now();
    let columns: &[&str] = if named {
        &["Run", "Automation", "Outcome", "Began", "Took", "What happened"]
    } else {
        &["Run", "Outcome", "Began", "Took", "What happened"]
    };
    let rows: Vec<Vec<Markup>> = runs.iter().map(|run| row(app, run, named, now, zone)).collect();
    Ok(html! {
        @if rows.is_empty() { p.dim { "No run." } } @else { (super::parts::table("runs", caption, columns, &rows)) }
        (pages("runs", later.then_some(place), next.as_deref()))
    })
}

/// The flow of a run: a link where it is one of this folder, else with the folder it is in.
pub(super) fn flow_of(app: &App, run: &RunSummary) -> Markup {
    html! {
        @if app.is_of_here(run) {
            a href=(link(&["automations", &run.flow])) { bdi { (run.flow) } }
        } @else {
            bdi { (run.flow) }
            @if let Some(folder) = &run.folder { span.sub { "in " (folder.display()) } }
        }
    }
}

fn row(app: &App, run: &RunSummary, named: bool, now: Timestamp, zone: &TimeZone) -> Vec<Markup> {
    let mut row = vec![html! { a href=(link(&["runs", run.id.as_str()])) { code.whole { (run.id) } } }];
    if named {
        row.push(flow_of(app, run));
    }
    row.push(html! {
        (status(run.status)) (marks(run))
        @if let Some(error) = &run.error { span.sub { (super::parts::sentence(error)) } }
    });
    row.push(html! { (moment(run.started, now, zone)) span.sub { (trigger_words(run.trigger)) } });
    row.push(
        html! { @match run.duration { Some(took) => span.whole { (duration_words(took)) }, None => span.dim { "—" } } },
    );
    row.push(counts(&run.counts));
    row
}
