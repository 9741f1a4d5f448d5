//! A run as one page that needs nothing else: no scripts, no pictures, readable on a phone, in the dark, and by a screen
//! reader. Everything that comes from elsewhere is escaped by maud.

use super::source::{ReportError, Source, each, label};
use super::words::{self, CHANGES, change_line, duration, grouped, when};
use crate::history::{Person, Status, Step, StepsFilter, Which};
use jiff::Timestamp;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use scim_connector_flow::event::Change;
use std::io::Write;

/// How many steps and repetitions are listed.
const LISTED: usize = 200;
const SLOWEST: usize = 10;

const STYLE: &str = "
:root{color-scheme:light dark;--line:#8885;--bad:#b3261e;--good:#1a7f37;--quiet:#666}
@media(prefers-color-scheme:dark){:root{--bad:#ff8a80;--good:#6fdd8b;--quiet:#aaa}}
body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere}
td:last-child{overflow-wrap:break-word}td>span.good,td>span.bad{white-space:nowrap}table:not(.short) th:first-child{width:45%}
h1{font-size:1.4rem;margin:.5rem 0}h2{font-size:1.1rem;margin:1.5rem 0 .5rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:0}dt{color:var(--quiet)}dd{margin:0}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line)}
th{color:var(--quiet);font-weight:normal}.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
table.short{width:auto}.bad{color:var(--bad)}.good{color:var(--good)}summary{cursor:pointer;padding:.3rem 0}
code{font-size:.9em}.quiet{color:var(--quiet)}
";

pub(super) fn write(source: &Source<'_>, out: &mut impl Write) -> Result<(), ReportError> {
    let (history, run, summary) = (source.history, &source.run, &source.run.summary);
    let id = &summary.id;
    let failed = summary.counts.of(Change::Failed) + summary.counts.of(Change::Unknown);
    let handled = summary.counts.of(Change::Handled);
    let others = summary.counts.total() - failed - handled;
    let people = |which| each(move |page| history.people(id, which, page), |person| person.seq);
    put(
        out,
        &html! {
            (DOCTYPE)
            (PreEscaped("<html lang=\"en\">"))
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { (summary.flow) ": " (summary.status.word()) " (run " (id) ")" }
                style { (PreEscaped(STYLE)) }
            }
            (PreEscaped("<body><main>"))
            h1 { bdi { (words::clean(&summary.flow)) } ": " span class=(class(summary.status)) { (summary.status.word()) } }
            @if summary.dry_run { p { strong { "Dry run: nothing was changed." } } }
            (facts(source))
        },
    )?;
    if summary.counts.total() > 0 {
        put(out, &html! { h2 { "What happened" } (counts(source)) })?;
    }
    if failed > 0 {
        put(out, &html! { h2 { "Failed" } (PreEscaped("<table><thead><tr><th>Who<th>What<th>Step</thead><tbody>")) })?;
        people(Which::Failed).try_for_each(|person| put(out, &person_row(&person?)))?;
        put(out, &PreEscaped("</tbody></table>".to_owned()))?;
    }
    if handled > 0 {
        put(out, &html! { h2 { "Handled" } (PreEscaped("<table><thead><tr><th>Who<th>What<th>Step</thead><tbody>")) })?;
        people(Which::Only(Change::Handled)).try_for_each(|person| put(out, &person_row(&person?)))?;
        put(out, &PreEscaped("</tbody></table>".to_owned()))?;
    }
    if others > 0 {
        let head = html! {
            h2 { (if failed + handled > 0 { "The others" } else { "Who" }) }
            (PreEscaped("<details><summary>")) (grouped(others)) " people and groups" (PreEscaped("</summary>"))
            (PreEscaped("<table><thead><tr><th>Who<th>What<th>Step</thead><tbody>"))
        };
        put(out, &head)?;
        people(Which::Others).try_for_each(|person| put(out, &person_row(&person?)))?;
        put(out, &PreEscaped("</tbody></table></details>".to_owned()))?;
    }
    put(out, &warnings(source)?)?;
    put(out, &steps(source)?)?;
    put(out, &repetitions(source)?)?;
    let slowest = history.slowest(id, SLOWEST)?;
    put(
        out,
        &html! {
            @if slowest.len() > 1 {
                h2 { "Slowest calls" }
                table.short { tbody { @for step in &slowest {
                    tr { td.number { (step.duration.map(duration).unwrap_or_default()) } td { bdi { (words::clean(&label(step))) } } }
                } } }
            }
            p.quiet { "Run " code { (id) } " of " (run.file.display()) }
            (PreEscaped("</main></body></html>\n"))
        },
    )
}

fn put(out: &mut impl Write, markup: &Markup) -> Result<(), ReportError> {
    Ok(out.write_all(markup.0.as_bytes())?)
}

fn class(status: Status) -> &'static str {
    match status {
        Status::Completed => "good",
        Status::Failed | Status::Interrupted => "bad",
        Status::Running | Status::Handled => "quiet",
    }
}

fn time(at: Timestamp) -> Markup {
    html! { time datetime=(at) { (when(at)) } }
}

fn facts(source: &Source<'_>) -> Markup {
    let (run, summary) = (&source.run, &source.run.summary);
    html! {
        dl {
            dt { "Version" } dd { (summary.version) }
            dt { "Began" } dd { (time(summary.started)) ", " (words::trigger(summary.trigger)) }
            @if let Some(due) = summary.scheduled_for { dt { "Due" } dd { (time(due)) } }
            @if let Some(ended) = summary.ended { dt { "Ended" } dd { (time(ended)) } }
            @if let Some(took) = summary.duration { dt { "Took" } dd { (duration(took)) } }
            @if let Some(error) = &summary.error { dt { "Why" } dd.bad { (words::fault(error)) } }
            @if run.lost > 0 { dt { "Note" } dd { (grouped(run.lost)) " events could not be written to the history" } }
        }
    }
}

fn counts(source: &Source<'_>) -> Markup {
    html! {
        table.short { tbody {
            @for (change, word) in CHANGES {
                @let number = source.run.summary.counts.of(change);
                @if number > 0 { tr { td.number { (grouped(number)) } td { (word) } } }
            }
        } }
    }
}

fn person_row(person: &Person) -> Markup {
    let bad = matches!(person.change, Change::Failed | Change::Unknown);
    let line = change_line(person.change, person.reason.as_deref());
    html! { tr { td { bdi { (words::clean(&person.who)) } } td class=[bad.then_some("bad")] { (line) } td { bdi { (words::clean(&person.name)) } } } }
}

/// What calls and files warned of.
fn warnings(source: &Source<'_>) -> Result<Markup, ReportError> {
    let (history, summary) = (source.history, &source.run.summary);
    let warnings = each(|page| history.warnings(&summary.id, page), |warning| warning.seq).take(LISTED);
    let warnings = warnings.collect::<Result<Vec<_>, _>>()?;
    Ok(html! {
        @if !warnings.is_empty() {
            h2 { "Warnings" }
            table {
                thead { tr { th { "What" } th { "Step" } } }
                tbody { @for warning in &warnings {
                    tr { td { (words::warning(warning)) } td { bdi { (words::clean(&warning.name)) } } }
                } }
            }
            @if summary.warnings > warnings.len() as u64 { p.quiet { "Only the first " (LISTED) " are listed here." } }
        }
    })
}

/// The steps that belong to no item, and those that failed.
fn steps(source: &Source<'_>) -> Result<Markup, ReportError> {
    let (history, id) = (source.history, &source.run.summary.id);
    let shown = |step: &Step| step.item.is_none() || step.status != Status::Completed;
    let all = each(|page| history.steps(id, StepsFilter::All, page), |step| step.step);
    let steps: Vec<Step> =
        all.filter(|step| step.as_ref().map_or(true, shown)).take(LISTED).collect::<Result<_, _>>()?;
    Ok(html! {
        @if !steps.is_empty() {
            h2 { "Steps" }
            table {
                thead { tr { th { "Step" } th { "Result" } th.number { "Took" } } }
                tbody { @for step in &steps {
                    tr {
                        td {
                            bdi { (words::clean(&label(step))) }
                            @if let Some(function) = &step.function { " " code { (function) } }
                            @if let Some(connection) = &step.connection { span.quiet { " on " (connection) } }
                            @if let Some(done) = step.done { span.quiet { ", " (grouped(done)) " items" } }
                        }
                        td {
                            span class=(class(step.status)) { (step.status.word()) }
                            @if let Some(error) = &step.error { ": " (words::fault(error)) }
                        }
                        td.number { (step.duration.map(duration).unwrap_or_default()) }
                    }
                } }
            }
            @if steps.len() == LISTED { p.quiet { "Only the first " (LISTED) " are listed here." } }
        }
    })
}

fn repetitions(source: &Source<'_>) -> Result<Markup, ReportError> {
    let (history, id) = (source.history, &source.run.summary.id);
    let retries = each(|page| history.retries(id, page), |retry| retry.seq).take(LISTED);
    let rows = retries.map(|retry| {
        let retry = retry?;
        let name = history.step(id, retry.step)?.map_or_else(|| format!("step {}", retry.step), |step| label(&step));
        Ok(html! { tr {
            td { (time(retry.at)) } td { bdi { (words::clean(&name)) } } td { (words::fault(&retry.error)) }
            td.number { (duration(retry.wait)) }
        } })
    });
    let rows = rows.collect::<Result<Vec<Markup>, ReportError>>()?;
    Ok(html! {
        @if !rows.is_empty() {
            h2 { "Tried again" }
            table {
                thead { tr { th { "When" } th { "Step" } th { "Why" } th.number { "Pause" } } }
                tbody { @for row in &rows { (row) } }
            }
        }
    })
}
