//! A flow as a Mermaid flowchart.

use super::{Document, DrawnStep, Picture, kind_label, picture};
use scim_connector_host::visible;
use std::collections::HashMap;
use std::fmt::Write as _;

/// A flow as the text of a Mermaid flowchart.
#[must_use]
pub fn mermaid(document: &Document) -> String {
    let Picture { title, start, steps } = picture(document);
    let mut chart = Chart { text: String::new(), edges: String::new(), count: 0 };
    writeln!(chart.text, "---\ntitle: {}\n---\nflowchart TD", quoted(&title)).ok();
    writeln!(chart.text, "  start([{}])", quoted(&start)).ok();
    writeln!(chart.text, "  finish([\"End\"])").ok();
    chart.list(&steps, 1, "start", "finish");
    chart.text + &chart.edges
}

struct Chart {
    text: String,
    edges: String,
    count: usize,
}

impl Chart {
    /// Draws a list: from where it is entered, and where the flow goes on after it.
    fn list(&mut self, steps: &[DrawnStep], depth: usize, from: &str, after: &str) {
        let first = self.count;
        // Every step's number is known before the first is drawn, since edges go forth and back.
        let mut numbers = Vec::new();
        let mut next = first;
        for step in steps {
            numbers.push(format!("s{next}"));
            next += size(step);
        }
        let names: HashMap<&str, &str> =
            steps.iter().map(|step| step.name.as_str()).zip(numbers.iter().map(String::as_str)).collect();
        let target = |then: &str, next: &str| match then {
            "continue" => next.to_owned(),
            "exit" => after.to_owned(),
            "end" => "finish".to_owned(),
            name => names.get(name).map_or_else(|| next.to_owned(), |id| (*id).to_owned()),
        };
        if let Some(id) = numbers.first() {
            self.edge(from, id, "");
        }
        for (index, step) in steps.iter().enumerate() {
            let id = numbers.get(index).cloned().unwrap_or_default();
            let next = numbers.get(index + 1).map_or(after, String::as_str);
            self.step(step, &id, depth);
            for (when, then) in &step.cases {
                self.edge(&id, &target(then, next), when);
            }
            if step.goes_on() || step.then.is_some() {
                let goes_on = target(step.then.as_deref().unwrap_or("continue"), next);
                // What ends a nested list is the step around it, which has an edge of its own.
                if goes_on != after || depth == 1 {
                    self.edge(&id, &goes_on, "");
                }
            }
        }
    }

    fn step(&mut self, step: &DrawnStep, id: &str, depth: usize) {
        self.count += 1;
        let indent = "  ".repeat(depth);
        let label = format!(
            "{}<br/>{}",
            escaped(&step.name),
            escaped(
                &std::iter::once(kind_label(step.kind).to_owned())
                    .chain(step.lines.iter().cloned())
                    .collect::<Vec<_>>()
                    .join(": ")
            )
        );
        if step.parts.is_empty() {
            let (open, close) = match step.kind {
                "switch" => ("{", "}"),
                "wait" => ("([", "])"),
                "raise" => (">", "]"),
                _ => ("[", "]"),
            };
            writeln!(self.text, "{indent}{id}{open}\"{label}\"{close}").ok();
            return;
        }
        writeln!(self.text, "{indent}subgraph {id}[\"{label}\"]\n{indent}  direction TB").ok();
        for (index, (name, steps)) in step.parts.iter().enumerate() {
            if name.is_empty() {
                self.inside(steps, depth + 1, id);
            } else {
                let part = format!("{id}p{index}");
                writeln!(self.text, "{indent}  subgraph {part}[{}]", quoted(name)).ok();
                self.inside(steps, depth + 2, &part);
                writeln!(self.text, "{indent}  end").ok();
            }
        }
        writeln!(self.text, "{indent}end").ok();
    }

    /// A list in a box, whose first step no edge needs to point at.
    fn inside(&mut self, steps: &[DrawnStep], depth: usize, around: &str) {
        let edges = std::mem::take(&mut self.edges);
        self.list(steps, depth, "", around);
        self.edges = edges + &self.edges;
    }

    fn edge(&mut self, from: &str, to: &str, label: &str) {
        if from.is_empty() {
            return;
        }
        let label = if label.is_empty() { String::new() } else { format!("|{}|", quoted(label)) };
        writeln!(self.edges, "  {from} -->{label} {to}").ok();
    }
}

/// How many steps there are in one, with itself.
fn size(step: &DrawnStep) -> usize {
    1 + step.parts.iter().flat_map(|(_, steps)| steps).map(size).sum::<usize>()
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// Mermaid takes entities with `#`, and a few signs of HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible::line(text).chars() {
        match c {
            '"' | '<' | '>' | '&' | '#' | '`' | '\\' | '{' | '}' | '|' | '[' | ']' | '(' | ')' => {
                write!(out, "#{};", u32::from(c)).ok();
            }
            c => out.push(c),
        }
    }
    out
}
