//! A run for programs; the shape is told in the module above.

use super::source::{ReportError, Source, each};
use crate::history::{Person, Retry, RunSummary, Status, Step, StepsFilter, Stored, Warning, Which};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::io::Write;
use std::time::Duration;

pub(super) fn write(source: &Source<'_>, out: &mut impl Write) -> Result<(), ReportError> {
    let (history, id) = (source.history, &source.run.summary.id);
    write!(out, "{{\"report\": 1,\n\"run\": {}", run(source))?;
    list(out, "people", each(|page| history.people(id, Which::All, page), |person| person.seq), person)?;
    list(out, "steps", each(|page| history.steps(id, StepsFilter::All, page), |step| step.step), step)?;
    list(out, "warnings", each(|page| history.warnings(id, page), |warning| warning.seq), warning)?;
    list(out, "retries", each(|page| history.retries(id, page), |retry| retry.seq), retry)?;
    writeln!(out, "}}")?;
    Ok(())
}

/// A member with a list, an element on each line.
fn list<T>(
    out: &mut impl Write,
    name: &str,
    rows: impl Iterator<Item = scim_connector_host::Result<T>>,
    write: impl Fn(T) -> Value,
) -> Result<(), ReportError> {
    write!(out, ",\n\"{name}\": [")?;
    for (position, row) in rows.enumerate() {
        let comma = if position > 0 { "," } else { "" };
        write!(out, "{comma}\n{}", write(row?))?;
    }
    write!(out, "]")?;
    Ok(())
}

/// An object without what is not known.
struct Object(Map<String, Value>);

impl Object {
    fn put(&mut self, name: &str, value: impl Serialize) {
        // What is put here always has a JSON form.
        match serde_json::to_value(value) {
            Ok(Value::Null) | Err(_) => {}
            Ok(value) => _ = self.0.insert(name.to_owned(), value),
        }
    }

    fn put_stored(&mut self, name: &str, stored: Option<&Stored>) {
        let Some(stored) = stored else { return };
        let whole = if stored.cut { None } else { serde_json::from_str::<Value>(&stored.text).ok() };
        if whole.is_none() {
            self.put(&format!("{name}Cut"), true);
        }
        self.put(name, whole.unwrap_or_else(|| stored.text.clone().into()));
    }

    fn put_duration(&mut self, duration: Option<Duration>) {
        self.put("durationMs", duration.map(|duration| duration.as_micros() as f64 / 1000.0));
    }
}

fn text(at: Timestamp) -> String {
    at.to_string()
}

fn object(value: Value) -> Object {
    let Value::Object(members) = value else { return Object(Map::new()) };
    Object(members.into_iter().filter(|(_, value)| !value.is_null()).collect())
}

/// What a list of runs tells of each.
pub fn summary(summary: &RunSummary) -> Value {
    let mut object =
        object(json!({"id": summary.id, "flow": summary.flow, "folder": summary.folder, "version": summary.version,
        "trigger": summary.trigger, "scheduledFor": summary.scheduled_for.map(text), "startedAt": text(summary.started),
        "endedAt": summary.ended.map(text), "status": summary.status, "error": summary.error}));
    object.put_duration(summary.duration);
    if summary.dry_run {
        object.put("dryRun", true);
    }
    object.put("warnings", summary.warnings);
    let counts = summary.counts.0.iter().filter_map(|(change, number)| match serde_json::to_value(change) {
        Ok(Value::String(word)) => Some((word, Value::from(*number))),
        _ => None,
    });
    object.put("counts", counts.collect::<Map<_, _>>());
    Value::Object(object.0)
}

fn run(source: &Source<'_>) -> Value {
    let run = &source.run;
    let mut object = object(summary(&run.summary));
    object.put("file", run.file.display().to_string());
    object.put_stored("input", run.input.as_ref());
    object.put_stored("output", run.output.as_ref());
    let numbers =
        [("steps", run.steps), ("failedSteps", run.failed_steps), ("retries", run.retries), ("lostEvents", run.lost)];
    numbers.iter().for_each(|(name, number)| object.put(name, number));
    Value::Object(object.0)
}

fn person(person: Person) -> Value {
    let object =
        object(json!({"who": person.who, "change": person.change, "reason": person.reason, "step": person.step,
        "name": person.name, "at": text(person.at)}));
    Value::Object(object.0)
}

fn warning(warning: Warning) -> Value {
    let object =
        object(json!({"text": warning.text, "times": warning.times, "step": warning.step, "name": warning.name,
        "at": text(warning.at)}));
    Value::Object(object.0)
}

fn step(step: Step) -> Value {
    let mut object = object(
        json!({"step": step.step, "parent": step.parent, "pointer": step.pointer, "name": step.name,
        "kind": step.kind, "function": step.function, "connection": step.connection, "item": step.item,
        "startedAt": text(step.started), "status": step.status, "done": step.done, "total": step.total, "error": step.error}),
    );
    object.put_duration(step.duration);
    if step.retries > 0 || step.status != Status::Completed {
        object.put("retries", step.retries);
    }
    object.put_stored("input", step.input.as_ref());
    object.put_stored("output", step.output.as_ref());
    Value::Object(object.0)
}

fn retry(retry: Retry) -> Value {
    let wait = u64::try_from(retry.wait.as_millis()).unwrap_or(u64::MAX);
    json!({"step": retry.step, "attempt": retry.attempt, "at": text(retry.at), "waitMs": wait, "error": retry.error})
}
