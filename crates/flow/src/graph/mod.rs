//! Draws a flow: its steps as boxes, what stands in a step inside of it, and where it goes on. This reads a flow into a
//! [`Picture`], from which [`mermaid()`] and [`svg()`] are written. It expects nothing of the flow: what is no task is left out.

mod mermaid;
mod svg;

use super::document::{Document, join};
use super::schedule::words;
use serde_json::{Map, Value};

pub use mermaid::mermaid;
pub use svg::{describe, svg};

/// A flow as it is drawn.
struct Picture {
    /// `document.title`, else its name; and its version.
    title: String,
    /// How it starts.
    start: String,
    steps: Vec<DrawnStep>,
}

/// A task.
struct DrawnStep {
    /// A JSON pointer.
    pointer: String,
    name: String,
    kind: &'static str,
    /// What it does, a line each.
    lines: Vec<String>,
    /// Lists in it, each with what it is for.
    parts: Vec<(String, Vec<DrawnStep>)>,
    /// Of a switch: a condition, and where it leads.
    cases: Vec<(String, String)>,
    /// Where the flow goes on, if not with the next.
    then: Option<String>,
}

impl DrawnStep {
    /// Whether the next step of the list follows.
    fn goes_on(&self) -> bool {
        let leaves = |(when, then): &(String, String)| when == "otherwise" && then != "continue";
        self.then.is_none() && self.kind != "raise" && !self.cases.iter().any(leaves)
    }
}

/// The kinds of steps, each with how it reads.
const KINDS: [(&str, &str); 10] = [
    ("for", "loop"),
    ("call", "call"),
    ("do", "steps"),
    ("fork", "in parallel"),
    ("raise", "raise"),
    ("run", "run"),
    ("set", "set"),
    ("switch", "switch"),
    ("try", "try"),
    ("wait", "wait"),
];

fn picture(document: &Document) -> Picture {
    let flow = &document.value;
    let text = |pointer: &str| flow.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let name = if text("/document/title").is_empty() { text("/document/name") } else { text("/document/title") };
    Picture {
        title: format!("{name} {}", text("/document/version")).trim().to_owned(),
        start: words(flow).map_or_else(|| "Start".into(), |words| format!("Runs {words}")),
        steps: steps("/do", flow.get("do").unwrap_or(&Value::Null)),
    }
}

fn steps(pointer: &str, list: &Value) -> Vec<DrawnStep> {
    let items = list.as_array().into_iter().flatten().enumerate();
    let tasks = items.flat_map(|(index, item)| {
        let at = join(pointer, index);
        item.as_object().into_iter().flatten().map(move |(name, task)| (join(&at, name), name, task))
    });
    tasks.filter_map(|(pointer, name, task)| step(pointer, name, task.as_object()?)).collect()
}

fn step(pointer: String, name: &str, task: &Map<String, Value>) -> Option<DrawnStep> {
    let (kind, _) = KINDS.iter().find(|(kind, _)| task.contains_key(*kind))?;
    let inner = |path: &str| task.get(*kind).and_then(|of| of.pointer(path));
    let mut lines = Vec::new();
    let mut parts = Vec::new();
    let mut cases = Vec::new();
    if task.contains_key("if") {
        lines.push(format!("only if {}", text(task.get("if"))));
    }
    let concurrency = task.get("metadata").and_then(|metadata| metadata.get("concurrency")).and_then(Value::as_u64);
    let at_a_time = concurrency.map(|number| format!("; {number} at a time")).unwrap_or_default();
    let list = |member: &str| steps(&join(&pointer, member), task.get(member).unwrap_or(&Value::Null));
    match *kind {
        "call" => {
            let connection = task.get("with").and_then(|with| with.get("connection")).and_then(Value::as_str);
            let on = connection.map(|connection| format!(" on {}", bare(connection))).unwrap_or_default();
            lines.push(format!("{}{on}", text(task.get("call"))));
            lines.extend(
                task.get("with")
                    .and_then(|with| with.get("file"))
                    .and_then(Value::as_str)
                    .map(|file| bare(file).to_owned()),
            );
        }
        "for" => {
            let each = inner("/each").and_then(Value::as_str).unwrap_or("item");
            let of = Some(text(inner("/in"))).filter(|of| *of != ".").unwrap_or("the input");
            lines.push(format!("each {each} of {of}{at_a_time}"));
            if task.contains_key("while") {
                lines.push(format!("while {}", text(task.get("while"))));
            }
            parts.push((String::new(), list("do")));
        }
        "do" => parts.push((String::new(), list("do"))),
        "fork" => {
            let compete = inner("/compete").and_then(Value::as_bool).unwrap_or_default();
            lines.push(format!("{}{at_a_time}", if compete { "the first wins" } else { "all of them" }));
            let branches = inner("/branches").and_then(Value::as_array).into_iter().flatten().enumerate();
            for (index, branch) in branches {
                let at = format!("{pointer}/fork/branches/{index}");
                let tasks = branch.as_object().into_iter().flatten();
                let steps = tasks.filter_map(|(name, task)| step(join(&at, name), name, task.as_object()?)).collect();
                parts.push((format!("branch {}", index + 1), steps));
            }
        }
        "try" => {
            parts.push((String::new(), list("try")));
            let catch = task.get("catch");
            let with = catch.and_then(|catch| catch.pointer("/errors/with")).and_then(Value::as_object);
            let with = with.into_iter().flatten().map(|(name, value)| format!("{name} {}", shown(value)));
            let with: Vec<String> = with.collect();
            let mut label = if with.is_empty() { "catch".into() } else { format!("catch {}", with.join(", ")) };
            for (member, word) in [("when", " when"), ("exceptWhen", " except when")] {
                if let Some(condition) = catch.and_then(|catch| catch.get(member)).and_then(Value::as_str) {
                    label.push_str(&format!("{word} {}", bare(condition)));
                }
            }
            if catch.is_some_and(|catch| catch.get("retry").is_some()) {
                label.push_str(", retry");
            }
            let handler = catch.and_then(|catch| catch.get("do")).unwrap_or(&Value::Null);
            parts.push((label, steps(&format!("{pointer}/catch/do"), handler)));
        }
        "switch" => {
            let items = task.get("switch").and_then(Value::as_array).into_iter().flatten();
            for case in items.filter_map(Value::as_object).flatten().map(|(_, case)| case) {
                let when = case.get("when").and_then(Value::as_str).map_or("otherwise", bare);
                cases.push((when.to_owned(), text(case.get("then")).to_owned()));
            }
        }
        "set" => {
            let names = task.get("set").and_then(Value::as_object);
            lines.push(names.map_or_else(
                || text(task.get("set")).to_owned(),
                |names| names.keys().cloned().collect::<Vec<_>>().join(", "),
            ));
        }
        "wait" => lines.push(task.get("wait").map(pause).unwrap_or_default()),
        "raise" => {
            let error = inner("/error");
            lines.push(error.and_then(|error| error.get("type").or(Some(error))).map(shown).unwrap_or_default());
        }
        _ => {
            let workflow = inner("/workflow")
                .map(|flow| format!("flow {}/{}", text(flow.get("namespace")), text(flow.get("name"))));
            let shell = inner("/shell/command").map(|command| format!("shell: {}", shown(command)));
            lines.extend(workflow.or(shell));
        }
    }
    let then = task.get("then").and_then(Value::as_str).filter(|then| *then != "continue").map(str::to_owned);
    Some(DrawnStep { pointer, name: name.to_owned(), kind, lines, parts, cases, then })
}

/// A text without `${ }`, or nothing.
fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).map(bare).unwrap_or_default()
}

fn pause(value: &Value) -> String {
    let Some(parts) = value.as_object() else { return shown(value) };
    parts.iter().map(|(unit, number)| format!("{} {unit}", shown(number))).collect::<Vec<_>>().join(" ")
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), |text| bare(text).to_owned())
}

/// An expression without `${ }`.
fn bare(text: &str) -> &str {
    let inner = text.trim().strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    inner.unwrap_or(text).trim()
}

/// How a kind reads.
fn kind_label(kind: &str) -> &str {
    KINDS.iter().find(|(name, _)| *name == kind).map_or(kind, |(_, word)| word)
}

#[cfg(test)]
mod tests;
