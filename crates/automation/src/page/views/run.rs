//! One run: how it stands or ended, what happened to whom, failures first, its steps and repetitions.

use super::automation::AutomationDetails;
use super::parts::{date, fault, marks, moment, pages, run_link, sentence, status, stored, table, tone};
use super::{App, PageContent, steps};
use crate::history::{Counts, Page, Person, Run, RunId, Status, Step, StepsFilter, Which};
use crate::page::exchange::{Answer, Fields};
use crate::page::words::{clock, count};
use crate::report::{CHANGES, change_line, change_word, duration_words, grouped, trigger_words};
use jiff::Timestamp;
use maud::{Markup, html};
use scim_connector_flow::event::Change;
use scim_connector_host::error::{Error, Result};
use serde_json::Value;

/// People on a page, and of the failed before the others.
const PEOPLE: usize = 25;

/// Repetitions that are shown.
const RETRIES: usize = 25;

/// Warnings that are shown.
const WARNINGS: usize = 25;

/// The view.
pub(in crate::page) fn show(app: &App, id: &str, query: &Fields) -> Result<Answer> {
    let history = &app.page.history;
    let found = match history.find(id) {
        Ok(found) => history.run(&found)?,
        Err(Error::Usage(_)) => None,
        Err(error) => return Err(error),
    };
    let Some(run) = found else { return Ok(super::missing(app, "run")) };
    let summary = &run.summary;
    let known = if app.is_of_here(summary) { AutomationDetails::find(app, &summary.flow)? } else { None };
    let zone = known.map_or(jiff::tz::TimeZone::UTC, |known| known.zone());
    let (now, running) = (Timestamp::now(), summary.status == Status::Running);
    let took = summary.duration.or_else(|| now.duration_since(summary.started).try_into().ok()).unwrap_or_default();
    let body = html! {
        p.crumb { a href="/runs" { "Runs" } " / " (super::runs::flow_of(app, summary)) }
        h1 { "Run " code { (summary.id) } }
        div id="state" data-part {
            p.outcome { span role="status" { (status(summary.status)) (marks(summary)) } " "
                @if running { "for " (duration_words(took)) } @else { "after " (duration_words(took)) }
            }
            @if let Some(error) = &summary.error { section aria-label="Why it did not end well" { (fault(error)) } }
            @if running { (progress(app, &summary.id)?) }
            dl.facts {
                div { dt { "Began" } dd { (moment(summary.started, now, &zone)) } }
                div { dt { "Why" } dd { (capital(trigger_words(summary.trigger)))
                    @if let Some(due) = summary.scheduled_for { ", due" (date(due, &zone)) }
                } }
                div { dt { "Version" } dd { (summary.version) } }
                div { dt { "Steps" } dd { (grouped(run.steps)) @if run.failed_steps > 0 { ", " (grouped(run.failed_steps)) " failed" } } }
                @if run.retries > 0 { div { dt { "Tried again" } dd { (count(run.retries, "time")) } } }
            }
            @if run.lost > 0 { p.note { (count(run.lost, "event")) " could not be written down; what is below is not all." } }
        }
        h2 id="people" { "What happened to whom" }
        div id="who" data-part { (people(app, &run, query)?) }
        @if summary.warnings > 0 {
            h2 id="warnings" { "Warnings" }
            div id="warned" data-part { (warnings(app, &run)?) }
        }
        h2 id="steps" { "Steps" }
        div id="how" data-part { (steps::show(app, &run, query, now)?) }
        @if run.retries > 0 {
            h2 { "Tried again" }
            div id="again" data-part { (retries(app, &run)?) }
        }
        @if run.input.is_some() || run.output.is_some() {
            h2 { "Input and output" }
            p.dim { "Secrets are blanked out before anything is kept." }
            div id="values" data-part { (stored("Input", run.input.as_ref())) (stored("Output", run.output.as_ref())) }
        }
        @if let Some(text) = history.flow_text(&summary.id)? {
            h2 { "Flow" }
            details { summary { "The flow's text when it ran" }
                pre.text tabindex="0" role="region" aria-label="The flow's text when it ran" { (text) }
            }
        }
    };
    let title = format!("Run {} of {}", summary.id, summary.flow);
    Ok(PageContent { title: &title, part: "/runs", live: running.then_some(2), reload: running.then_some(5), body }
        .page(app))
}

/// How far the loops under way are, and which calls are.
fn progress(app: &App, id: &RunId) -> Result<Markup> {
    let running = app.page.history.steps(id, StepsFilter::Running, Page { after: 0, limit: 20 })?;
    let far = |step: &Step| {
        html! {
            @match (step.done, step.total) {
                (Some(done), Some(total)) => {
                    progress value=(done) max=(total) aria-label={ "Progress of " (step.name) } {}
                    span { bdi { (step.name) } ": " (grouped(done)) " of " (grouped(total)) }
                }
                (Some(done), None) => span { bdi { (step.name) } ": " (grouped(done)) " so far" },
                _ => {},
            }
        }
    };
    Ok(html! {
        div.progress { @for step in running.iter().filter(|step| step.done.is_some()) { p { (far(step)) } } }
    })
}

fn people(app: &App, run: &Run, query: &Fields) -> Result<Markup> {
    let (history, id, counts) = (&app.page.history, &run.summary.id, &run.summary.counts);
    if counts.total() == 0 {
        return Ok(html! { p.dim { "Nobody" @if run.summary.status == Status::Running { " yet" } "." } });
    }
    let wanted = query.get("who").and_then(|word| change_of(word));
    let after = query.get("after").and_then(|after| after.parse().ok()).unwrap_or_default();
    let read = |which: Which, after: u64| -> Result<(Vec<Person>, bool)> {
        let mut found = history.people(id, which, Page { after, limit: PEOPLE + 1 })?;
        let more = found.len() > PEOPLE;
        found.truncate(PEOPLE);
        Ok((found, more))
    };
    let bad = counts.of(Change::Failed) + counts.of(Change::Unknown);
    // Failures stand first, on the first page.
    let first = wanted.is_none() && after == 0;
    let failed = if first && bad > 0 { Some(read(Which::Failed, 0)?) } else { None };
    let handled = counts.of(Change::Handled);
    let handled = if first && handled > 0 { Some(read(Which::Only(Change::Handled), 0)?) } else { None };
    let which = wanted.map_or(Which::Others, Which::Only);
    let (found, more) = read(which, after)?;
    let word = query.get("who").filter(|_| wanted.is_some()).map(String::as_str);
    let members = |after: &str| -> String {
        let pairs = [("who", word), ("after", Some(after).filter(|after| !after.is_empty()))];
        let pairs: Vec<_> = pairs.iter().filter_map(|(name, value)| Some((*name, (*value)?))).collect();
        run_link(id, &pairs, "people")
    };
    let next = found.last().filter(|_| more).map(|last| members(&last.seq.to_string()));
    Ok(html! {
        (tiles(id, counts, wanted))
        @if let Some((failed, more)) = failed {
            (listed("Those whose change failed, or may have", &failed))
            @if more { p { a href=(run_link(id, &[("who", "failed")], "people")) { "All that failed" } } }
        }
        @if let Some((handled, more)) = handled {
            (listed("Those whose failure the flow handled", &handled))
            @if more { p { a href=(run_link(id, &[("who", "handled")], "people")) { "All that were handled" } } }
        }
        @if !found.is_empty() {
            (listed(&wanted.map_or("In the order it happened".to_owned(), |change| format!("Only: {}", change_word(change))), &found))
        }
        (pages("people", (after > 0).then(|| members("")).as_deref(), next.as_deref()))
    })
}

/// To how many what happened; each chooses those people.
fn tiles(id: &RunId, counts: &Counts, wanted: Option<Change>) -> Markup {
    let some = CHANGES.iter().filter(|(change, _)| counts.of(*change) > 0);
    html! {
        nav.tiles aria-label="Choose by what happened" {
            a href=(run_link(id, &[], "people")) aria-current=[wanted.is_none().then_some("true")] {
                strong { (grouped(counts.total())) } " all"
            }
            @for (change, word) in some {
                a.(tone(*change)) href=(run_link(id, &[("who", &name_of(*change))], "people")) aria-current=[(wanted == Some(*change)).then_some("true")] {
                    strong { (grouped(counts.of(*change))) } " " (word)
                }
            }
        }
    }
}

fn listed(caption: &str, people: &[Person]) -> Markup {
    let row = |person: &Person| {
        let reason = match (&person.reason, person.change) {
            (_, Change::Planned) => None,
            (Some(reason), _) => Some(reason.as_str()),
            (None, Change::Unknown) => Some("no answer came: it may have happened"),
            _ => None,
        };
        vec![
            html! { bdi { (person.who) } },
            html! { span.(tone(person.change)) { (what(person)) } @if let Some(reason) = reason { span.sub { (reason) } } },
            html! { bdi { (person.name) } " " time.sub datetime=(person.at) { (clock(person.at)) } },
        ]
    };
    table("people", caption, &["Who", "What", "Step, at (UTC)"], &people.iter().map(row).collect::<Vec<_>>())
}

/// What happened to somebody, or in a dry run would have.
fn what(person: &Person) -> String {
    match person.change {
        Change::Planned => change_line(person.change, person.reason.as_deref()),
        other => change_word(other).to_owned(),
    }
}

fn warnings(app: &App, run: &Run) -> Result<Markup> {
    let found = app.page.history.warnings(&run.summary.id, Page { after: 0, limit: WARNINGS })?;
    let rows = found.iter().map(|warning| {
        vec![
            html! { (warning.text) },
            html! { bdi { (warning.name) } " " time.sub datetime=(warning.at) { (clock(warning.at)) } },
            html! { (grouped(warning.times)) },
        ]
    });
    let caption = match run.summary.warnings {
        all if all > found.len() as u64 => format!("The first {} of {} warnings", found.len(), grouped(all)),
        _ => "What the caller should know although calls succeeded".to_owned(),
    };
    Ok(table("warnings", &caption, &["What", "First in step, at (UTC)", "Times"], &rows.collect::<Vec<_>>()))
}

fn retries(app: &App, run: &Run) -> Result<Markup> {
    let history = &app.page.history;
    let mut rows = Vec::new();
    for retry in history.retries(&run.summary.id, Page { after: 0, limit: RETRIES })? {
        let step = history.step(&run.summary.id, retry.step)?;
        rows.push(vec![
            html! { bdi { (step.map_or_else(|| format!("step {}", retry.step), |step| step.name)) } },
            html! { (retry.attempt) },
            html! { (sentence(&retry.error)) @if let Some(detail) = &retry.error.detail { span.sub { (detail) } } },
            html! { (duration_words(retry.wait)) },
            html! { time datetime=(retry.at) { (clock(retry.at)) } },
        ]);
    }
    let caption = if run.retries > rows.len() as u64 {
        format!("The first {} of {} repetitions", rows.len(), grouped(run.retries))
    } else {
        "Repetitions, in the order they happened".to_owned()
    };
    Ok(table("retries", &caption, &["Step", "Attempt", "Because", "Waited", "At (UTC)"], &rows))
}

fn change_of(word: &str) -> Option<Change> {
    serde_json::from_value(Value::from(word)).ok()
}

fn name_of(change: Change) -> String {
    serde_json::to_value(change).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

fn capital(text: &str) -> String {
    super::automation::sentence(text)
}
