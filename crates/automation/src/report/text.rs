//! A run for a person at a terminal.

use super::source::{Options, ReportError, Source, each, label};
use super::words::{self, CHANGES, clean, duration, grouped, person_line, when};
use crate::history::{Page, Status, StepsFilter, Which};
use scim_connector_flow::event::Change;
use std::io::Write;

/// How many are listed of what went well, of repetitions, of steps, unless all are asked for.
const SHORT: u64 = 20;
/// How many of the slowest calls are listed.
const SLOWEST: usize = 5;

pub(super) fn write(source: &Source<'_>, options: Options, out: &mut impl Write) -> Result<(), ReportError> {
    let Source { history, run } = source;
    let (summary, id) = (&run.summary, &run.summary.id);
    let limit = if options.all { u64::MAX } else { SHORT };
    let dry = if summary.dry_run { " (dry run: nothing was changed)" } else { "" };
    writeln!(out, "run {id}: {}{dry}", summary.status.word())?;
    let file = run.file.display().to_string();
    writeln!(out, "  flow   {} {} ({})", clean(&summary.flow), clean(&summary.version), clean(&file))?;
    let due = summary.scheduled_for.map(|due| format!(", due {}", when(due))).unwrap_or_default();
    writeln!(out, "  began  {}, {}{due}", when(summary.started), words::trigger(summary.trigger))?;
    if let Some(took) = summary.duration {
        writeln!(out, "  took   {}", duration(took))?;
    }
    if let Some(error) = &summary.error {
        writeln!(out, "  why    {}", words::fault(error))?;
        // Of an interrupted run the sentence says where.
        if let Some(place) = error.instance.as_ref().filter(|_| error.type_ != "interrupted") {
            writeln!(out, "  where  {}", clean(place))?;
        }
    }
    if run.lost > 0 {
        writeln!(out, "  note   {} events could not be written to the history", grouped(run.lost))?;
    }
    let told =
        CHANGES.iter().map(|(change, word)| (summary.counts.of(*change), word)).filter(|(number, _)| *number > 0);
    let told: Vec<(String, &&str)> = told.map(|(number, word)| (grouped(number), word)).collect();
    if !told.is_empty() {
        writeln!(out)?;
    }
    let width = told.iter().map(|(number, _)| number.len()).max().unwrap_or_default();
    for (number, word) in told {
        writeln!(out, "  {number:>width$}  {word}")?;
    }
    people(source, limit, out)?;
    warnings(source, limit, out)?;
    if options.steps {
        steps(source, limit, out)?;
    }
    if run.retries > 0 {
        let times = if run.retries == 1 { "once".to_owned() } else { format!("{} times", grouped(run.retries)) };
        writeln!(out, "\ntried again {times}")?;
        let retries = each(|page| history.retries(id, page), |retry| retry.seq);
        for retry in retries.take(usize::try_from(limit).unwrap_or(usize::MAX)) {
            let retry = retry?;
            let step =
                history.step(id, retry.step)?.map_or_else(|| format!("step {}", retry.step), |step| label(&step));
            writeln!(out, "  {}: {}, after {}", clean(&step), words::fault(&retry.error), duration(retry.wait))?;
        }
        rest(out, run.retries.saturating_sub(limit))?;
    }
    let slowest = history.slowest(id, SLOWEST)?;
    if slowest.len() > 1 {
        writeln!(out, "\nslowest calls")?;
    }
    for step in slowest.iter().filter(|_| slowest.len() > 1) {
        let took = step.duration.map(duration).unwrap_or_default();
        writeln!(out, "  {took:>9}  {}", clean(&label(step)))?;
    }
    Ok(())
}

/// What calls and files warned of.
fn warnings(source: &Source<'_>, limit: u64, out: &mut impl Write) -> Result<(), ReportError> {
    let (history, id, number) = (source.history, &source.run.summary.id, source.run.summary.warnings);
    if number > 0 {
        writeln!(out, "\nwarnings")?;
    }
    let warnings = each(|page| history.warnings(id, page), |warning| warning.seq);
    for warning in warnings.take(usize::try_from(limit).unwrap_or(usize::MAX)) {
        let warning = warning?;
        writeln!(out, "  {}: {}", clean(&warning.name), words::warning(&warning))?;
    }
    rest(out, number.saturating_sub(limit))
}

/// What happened to whom: failures, those that were handled, then others.
fn people(source: &Source<'_>, limit: u64, out: &mut impl Write) -> Result<(), ReportError> {
    let (history, id) = (source.history, &source.run.summary.id);
    let people = |which| each(move |page| history.people(id, which, page), |person| person.seq);
    if source.run.summary.counts.total() > 0 {
        writeln!(out)?;
    }
    for person in people(Which::Failed).chain(people(Which::Only(Change::Handled))) {
        let person = person?;
        writeln!(out, "{}", person_line(&person.who, person.change, person.reason.as_deref()))?;
    }
    for (shown, person) in (0..).zip(people(Which::Others)) {
        let person = person?;
        if shown == limit {
            let counts = &source.run.summary.counts;
            // Those that are told before.
            let failed = CHANGES.iter().take(3).map(|(change, _)| counts.of(*change)).sum::<u64>();
            return rest(out, counts.total().saturating_sub(failed + shown));
        }
        writeln!(out, "{}", person_line(&person.who, person.change, person.reason.as_deref()))?;
    }
    Ok(())
}

/// The steps that belong to no item, and those that did not go well.
fn steps(source: &Source<'_>, limit: u64, out: &mut impl Write) -> Result<(), ReportError> {
    let (history, id) = (source.history, &source.run.summary.id);
    writeln!(out, "\nsteps")?;
    let (mut shown, mut left) = (0, 0);
    for step in each(|page: Page| history.steps(id, StepsFilter::All, page), |step| step.step) {
        let step = step?;
        let smooth = step.status == Status::Completed && step.retries == 0;
        if shown == limit || (limit != u64::MAX && step.item.is_some() && smooth) {
            left += 1;
            continue;
        }
        shown += 1;
        let took = step.duration.map(duration).unwrap_or_default();
        let function = step.function.as_ref().map(|function| format!(" {function}")).unwrap_or_default();
        let connection = step.connection.as_ref().map(|name| format!(" on {name}")).unwrap_or_default();
        let items = step.done.map(|done| format!(", {} items", grouped(done))).unwrap_or_default();
        let error = step.error.as_ref().map(|error| format!(": {}", words::fault(error))).unwrap_or_default();
        let line = format!("{}{function}{connection}{items}{error}", label(&step));
        writeln!(out, "  {took:>9}  {:<11}  {}", step.status.word(), clean(&line))?;
    }
    rest(out, left)
}

/// Says how many are not shown.
fn rest(out: &mut impl Write, number: u64) -> Result<(), ReportError> {
    if number > 0 {
        writeln!(out, "... and {} more; --all shows them", grouped(number))?;
    }
    Ok(())
}
