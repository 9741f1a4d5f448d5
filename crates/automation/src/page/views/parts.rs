//! Pieces of views: times, outcomes, counts, tables, buttons, values. Each says its state in words; colour only repeats it.

use super::super::words::{absolute, count, relative};
use super::{App, link};
use crate::history::{Counts, RunId, RunSummary, Status, Stored};
use crate::report::{CHANGES, grouped};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use scim_connector_flow::event::Change;
use scim_connector_flow::fault::Fault;
use serde_json::Value;

/// A state as a small sign.
pub(super) fn badge(class: &str, sign: &str, word: &str) -> Markup {
    html! { span.badge.(class) { span aria-hidden="true" { (sign) } " " (word) } }
}

pub(super) fn status(status: Status) -> Markup {
    let (class, sign) = match status {
        Status::Running => ("running", "▶"),
        Status::Completed => ("good", "✓"),
        Status::Failed => ("bad", "✕"),
        Status::Handled => ("dim", "↷"),
        Status::Interrupted => ("warn", "■"),
    };
    badge(class, sign, status.word())
}

/// What a person should know of a run besides its outcome: that it changed nothing, and that there are warnings.
pub(super) fn marks(run: &RunSummary) -> Markup {
    html! {
        @if run.dry_run { " " (badge("dim", "○", "dry run")) }
        @if run.warnings > 0 { " " (badge("warn", "!", &count(run.warnings, "warning"))) }
    }
}

/// A time from now, with date and time of day under it.
pub(super) fn moment(at: Timestamp, now: Timestamp, zone: &TimeZone) -> Markup {
    html! { time datetime=(at) { (relative(at, now)) (date(at, zone)) } }
}

/// Date and time of day, in the zone and in UTC; they break between the two only.
pub(super) fn date(at: Timestamp, zone: &TimeZone) -> Markup {
    let (there, utc) = absolute(at, zone);
    html! { span.sub { span.whole { (there) } @if let Some(utc) = utc { " " span.whole { "(" (utc) ")" } } } }
}

/// How good or bad a change is.
pub(super) fn tone(change: Change) -> &'static str {
    match change {
        Change::Failed => "bad",
        Change::Unknown => "warn",
        Change::Unchanged | Change::Handled | Change::Planned => "dim",
        _ => "good",
    }
}

/// To how many what happened, on a line.
pub(super) fn counts(counts: &Counts) -> Markup {
    let some = CHANGES.iter().filter(|(change, _)| counts.of(*change) > 0);
    html! {
        @if counts.total() == 0 { span.dim { "nobody" } }
        @else {
            ul.counts { @for (change, word) in some {
                li.(tone(*change)) { (grouped(counts.of(*change))) " " (word) }
            } }
        }
    }
}

/// A table; a narrow window shows each row as a list of its columns. The first column is the row's head. The roles are what
/// browsers forget when a table is shown as something else.
pub(super) fn table(class: &str, caption: &str, columns: &[&str], rows: &[Vec<Markup>]) -> Markup {
    html! {
        table.(class) role="table" {
            caption { (caption) }
            thead role="rowgroup" { tr role="row" { @for column in columns {
                th scope="col" role="columnheader" { (column) }
            } } }
            tbody role="rowgroup" { @for row in rows {
                tr role="row" { @for (position, (cell, column)) in row.iter().zip(columns).enumerate() {
                    @if position == 0 { th scope="row" role="rowheader" { (cell) } }
                    @else { td role="cell" data-label=(column) { (cell) } }
                } }
            } }
        }
    }
}

/// A button that does something with an automation. Each is a form, so that it needs no script.
pub(super) fn button(app: &App, name: &str, action: &str, label: &str, class: &str, from_list: bool) -> Markup {
    html! {
        form method="post" action=(super::link(&["automations", name, action])) {
            (form_word(app))
            @if from_list { input type="hidden" name="from" value="list"; }
            button.(class) type="submit" aria-label={ (label) " " (name) } { (label) }
        }
    }
}

/// What says that a form is the page's own.
pub(super) fn form_word(app: &App) -> Markup {
    html! { input type="hidden" name="form" value=(app.guard.form()); }
}

/// JSON as it was stored, to be opened.
pub(super) fn stored(label: &str, value: Option<&Stored>) -> Markup {
    html! {
        @if let Some(value) = value {
            details.value {
                summary { (label) }
                pre { (pretty(value)) }
                @if value.cut { p.dim { "It was long; only its beginning is kept." } }
            }
        }
    }
}

fn pretty(value: &Stored) -> String {
    let parsed = serde_json::from_str::<Value>(&value.text).ok().filter(|_| !value.cut);
    parsed.and_then(|parsed| serde_json::to_string_pretty(&parsed).ok()).unwrap_or_else(|| value.text.clone())
}

/// Why something failed, whole.
pub(super) fn fault(fault: &Fault) -> Markup {
    let facts = [
        ("Type", Some(fault.type_.clone()).filter(|type_| !type_.is_empty())),
        ("Status", fault.status.map(|status| status.to_string())),
        ("Step", fault.instance.clone()),
        ("The provider asked to wait", fault.retry_after_ms.map(|ms| format!("{} s", ms.div_ceil(1000)))),
        ("Request", fault.request_id.clone()),
        ("Try again", fault.transient.then(|| "it is safe, and may succeed".to_owned())),
    ];
    html! {
        div.fault {
            p { strong { (sentence(fault)) } }
            @if let (Some(detail), Some(_)) = (&fault.detail, &fault.title) { p { (detail) } }
            @if fault.maybe_applied { p { strong { "It may have been applied: " } "the request was sent, and no answer came." } }
            dl.inline { @for (name, value) in facts { @if let Some(value) = value {
                div { dt { (name) } dd { code { (value) } } }
            } } }
        }
    }
}

/// Why something failed, in a few words.
pub(super) fn sentence(fault: &Fault) -> &str {
    fault.title.as_deref().or(fault.detail.as_deref()).unwrap_or(&fault.type_)
}

/// A way to what comes next in a long list, and back to its begin.
pub(super) fn pages(what: &str, first: Option<&str>, next: Option<&str>) -> Markup {
    html! {
        @if first.is_some() || next.is_some() {
            nav.pages aria-label={ "Pages of " (what) } {
                @if let Some(place) = first { a.button href=(place) { "First" } }
                @if let Some(place) = next { a.button href=(place) rel="next" { "Next" } }
            }
        }
    }
}

/// The address of a run with these members of its query.
pub(super) fn run_link(id: &RunId, members: &[(&str, &str)], anchor: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(members).finish();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}{mark}{query}#{anchor}", link(&["runs", id.as_str()]))
}
