//! The steps of a run, each with a bar that shows when it went.

use super::App;
use super::parts::{fault, pages, run_link, sentence, status, stored, table};
use crate::history::{Page, Run, Step, StepsFilter};
use crate::page::exchange::Fields;
use crate::page::words::{clock, count};
use crate::report::{duration_words, grouped};
use jiff::Timestamp;
use maud::{Markup, html};
use scim_connector_flow::event::StepKind;
use scim_connector_host::error::Result;

/// Steps on a page.
const STEPS: usize = 25;

/// What may be chosen.
const CHOICES: [(&str, StepsFilter); 3] =
    [("all", StepsFilter::All), ("calls", StepsFilter::Calls), ("failed", StepsFilter::Failed)];

/// The narrowest bar that can be seen, in hundredths of the run.
const NARROWEST: f64 = 0.8;

/// The deepest a step is shown to lie in others.
const DEEPEST: usize = 4;

/// The view's part.
pub(super) fn show(app: &App, run: &Run, query: &Fields, now: Timestamp) -> Result<Markup> {
    let id = &run.summary.id;
    let (word, chosen) = query
        .get("steps")
        .and_then(|word| CHOICES.into_iter().find(|(choice, _)| choice == word))
        .unwrap_or(("all", StepsFilter::All));
    let after = query.get("step").and_then(|after| after.parse().ok()).unwrap_or_default();
    let mut found = app.page.history.steps(id, chosen, Page { after, limit: STEPS + 1 })?;
    let more = found.len() > STEPS;
    found.truncate(STEPS);
    let first = run_link(id, &[("steps", word)], "steps");
    let next = found
        .last()
        .filter(|_| more)
        .map(|last| run_link(id, &[("steps", word), ("step", &last.step.to_string())], "steps"));
    let span = Span::of(run, now);
    let rows: Vec<Vec<Markup>> = found.iter().map(|step| row(step, &span)).collect();
    Ok(html! {
        nav.filter aria-label="Choose steps" { @for (choice, _) in CHOICES {
            a href=(run_link(id, &[("steps", choice)], "steps")) aria-current=[(choice == word).then_some("true")] { (choice) }
        } }
        @if rows.is_empty() { p.dim { "No step." } }
        @else { (table("steps", "Steps in the order they began; of the items of a loop only calls and what went wrong", &["Step", "Does", "When", "Took", "Outcome"], &rows)) }
        (pages("steps", (after > 0).then_some(first.as_str()), next.as_deref()))
    })
}

/// From the begin of a run to its end.
struct Span {
    start: Timestamp,
    seconds: f64,
    now: Timestamp,
}

impl Span {
    fn of(run: &Run, now: Timestamp) -> Self {
        let start = run.summary.started;
        let until = run.summary.ended.unwrap_or(now);
        Self { start, seconds: until.duration_since(start).as_secs_f64().max(0.001), now }
    }

    /// Where a step lies, in hundredths: its begin and its length.
    fn bar(&self, step: &Step) -> (f64, f64) {
        let part = |seconds: f64| (seconds / self.seconds * 100.0).clamp(0.0, 100.0);
        let length = step
            .duration
            .map_or_else(|| self.now.duration_since(step.started).as_secs_f64(), |duration| duration.as_secs_f64());
        let start = part(step.started.duration_since(self.start).as_secs_f64()).min(100.0 - NARROWEST);
        (start, part(length).min(100.0 - start).max(NARROWEST))
    }
}

fn row(step: &Step, span: &Span) -> Vec<Markup> {
    let (start, length) = span.bar(step);
    let class = step.status.word();
    let inner = step.input.is_some() || step.output.is_some() || step.error.is_some();
    let name = html! {
        bdi { (step.name) }
        @if let Some(item) = step.item { span.dim { " item " (grouped(item + 1)) } }
    };
    vec![
        html! { div.{ "deep-" (depth(&step.pointer)) } {
            @if inner {
                details {
                    summary { (name) }
                    @if let Some(error) = &step.error { (fault(error)) }
                    (stored("Input", step.input.as_ref()))
                    (stored("Output", step.output.as_ref()))
                }
            } @else { (name) }
        } },
        html! {
            @match &step.function {
                Some(function) => { code { (function) } @if let Some(connection) = &step.connection { span.sub { "with " (connection) } } }
                None => (kind(step.kind)),
            }
            @if let Some(done) = step.done { span.sub { (count(done, "item")) } }
        },
        html! {
            svg.bar viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                rect.track width="100" height="4" {}
                rect.(class) x=(format!("{start:.2}")) width=(format!("{length:.2}")) height="4" {}
            }
            time.sub datetime=(step.started) { (clock(step.started)) }
        },
        html! {
            @match step.duration { Some(took) => span.whole { (duration_words(took)) }, None => span.dim { "—" } }
            @if step.retries > 0 { span.sub { "tried again " (count(u64::from(step.retries), "time")) } }
        },
        html! { (status(step.status)) @if let Some(error) = &step.error { span.sub { (sentence(error)) } } },
    ]
}

/// How deep a step lies in others: how many lists its pointer goes through.
fn depth(pointer: &str) -> usize {
    let segments: Vec<&str> = pointer.split('/').collect();
    // A list's index is followed by the step's name: `/do/0/each/do/1/create`.
    let lists = segments.windows(2).filter(|pair| matches!(pair, [list, index]
        if matches!(*list, "do" | "try" | "branches") && index.bytes().all(|byte| byte.is_ascii_digit()) && !index.is_empty()));
    lists.count().saturating_sub(1).min(DEEPEST)
}

fn kind(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Call => "call",
        StepKind::Do => "steps",
        StepKind::Emit => "emit",
        StepKind::For => "loop",
        StepKind::Fork => "in parallel",
        StepKind::Raise => "raise",
        StepKind::Run => "run",
        StepKind::Set => "set",
        StepKind::Switch => "switch",
        StepKind::Try => "try",
        StepKind::Wait => "wait",
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn steps_lie_as_deep_as_their_lists() {
        for (pointer, deep) in [
            ("", 0),
            ("/do/0/create", 0),
            ("/do/0/each/do/1/create", 1),
            ("/do/0/each/do/1/guard/try/0/create", 2),
            ("/do/0/each/do/1/guard/catch/do/0/note", 2),
            ("/do/0/do/do/0/do", 1),
        ] {
            assert_eq!(super::depth(pointer), deep, "{pointer}");
        }
    }
}
