//! A run for what shows test results: a suite for the flow, a case for each person and for each call that happened to nobody
//! in particular, and one for the run itself where it did not end well.

use super::words::{self, change_line};
use super::{ReportError, Source, each, label};
use crate::history::{Status, StepsFilter, Which};
use scim_connector_flow::event::Change;
use std::io::Write;
use std::time::Duration;

pub(super) fn write(source: &Source<'_>, out: &mut impl Write) -> Result<(), ReportError> {
    let (history, run, summary) = (source.history, &source.run, &source.run.summary);
    let id = &summary.id;
    let whole = u64::from(summary.status != Status::Completed);
    let running = u64::from(summary.status == Status::Running);
    let alone = run.calls_without_people;
    let tests = summary.counts.total() + alone.total + whole;
    let failures = summary.counts.of(Change::Failed) + alone.failed;
    let errors = summary.counts.of(Change::Unknown) + whole - running;
    let skipped = alone.running + running;
    let numbers = format!(
        "tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"{}\"",
        seconds(summary.duration)
    );
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"scim-connector\" {numbers}>")?;
    let (flow, began) = (escaped(&summary.flow), summary.started.strftime("%Y-%m-%dT%H:%M:%S"));
    writeln!(out, "  <testsuite name=\"{flow}\" {numbers} timestamp=\"{began}\">")?;
    writeln!(out, "    <properties>")?;
    let file = run.file.display().to_string();
    for (name, value) in [("run", id.as_str()), ("version", &summary.version), ("file", &file)] {
        writeln!(out, "      <property name=\"{name}\" value=\"{}\"/>", escaped(value))?;
    }
    writeln!(out, "    </properties>")?;
    for person in each(|page| history.people(id, Which::All, page), |person| person.seq) {
        let person = person?;
        let line = change_line(person.change, person.reason.as_deref());
        let result = match person.change {
            Change::Failed => Some(("failure", person.reason.as_deref().unwrap_or("failed"), line)),
            Change::Unknown => Some(("error", "unknown", line)),
            _ => None,
        };
        case(out, &format!("{}.{}", summary.flow, person.name), &person.who, person.duration, result)?;
    }
    for step in each(|page| history.steps(id, StepsFilter::CallsWithoutPeople, page), |step| step.step) {
        let step = step?;
        let why = step.error.as_ref().map_or_else(|| step.status.word().to_owned(), words::fault);
        let result = match step.status {
            Status::Completed => None,
            Status::Running => Some(("skipped", "", "it still runs".to_owned())),
            Status::Failed | Status::Interrupted => {
                let type_ = step.error.as_ref().map_or(step.status.word(), |error| error.type_.as_str());
                Some(("failure", type_, why))
            }
        };
        case(out, &summary.flow, &label(&step), step.duration, result)?;
    }
    if whole > 0 {
        let why = summary.error.as_ref().map_or_else(|| summary.status.word().to_owned(), words::fault);
        let result = match summary.status {
            Status::Running => ("skipped", "", "it still runs".to_owned()),
            status => ("error", summary.error.as_ref().map_or(status.word(), |error| error.type_.as_str()), why),
        };
        case(out, &summary.flow, &format!("run {id}"), summary.duration, Some(result))?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")?;
    Ok(())
}

/// One case; what is wrong with it is told as an element, a type and a sentence.
fn case(
    out: &mut impl Write,
    class: &str,
    name: &str,
    duration: Option<Duration>,
    result: Option<(&str, &str, String)>,
) -> Result<(), ReportError> {
    let (class, name, time) = (escaped(class), escaped(name), seconds(duration));
    let head = format!("    <testcase classname=\"{class}\" name=\"{name}\" time=\"{time}\"");
    match result {
        None => writeln!(out, "{head}/>")?,
        Some((element, type_, message)) => {
            let type_ = if type_.is_empty() { String::new() } else { format!(" type=\"{}\"", escaped(type_)) };
            writeln!(out, "{head}>\n      <{element}{type_} message=\"{}\"/>\n    </testcase>", escaped(&message))?;
        }
    }
    Ok(())
}

fn seconds(duration: Option<Duration>) -> String {
    format!("{:.3}", duration.unwrap_or_default().as_secs_f64())
}

/// Text as it may stand in an attribute; characters that XML 1.0 does not have (section 2.2) are replaced.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
