//! The daemon and its folder with real files and a real history; only time and the engine are the tests' own.

mod daemon;
mod folder;
mod job;

use super::folder::{Automation, Folder};
use jiff::Timestamp;
use scim_connector_flow::schedule::Plan;
use scim_connector_flow::{Document, Flow, Problem};
use std::path::Path;
use std::sync::Arc;

/// What steers a terminal, turns the direction of writing or hides.
pub(crate) const STEERING: [&str; 10] =
    ["\u{0}", "\u{1b}]0;x\u{7}", "\r", "\u{7f}", "\u{9b}", "\u{202e}", "\u{2066}", "\u{200b}", "\u{2028}", "\u{feff}"];

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A flow, with lines for `document.metadata.automation` and for the schedule.
fn flow(name: &str, settings: &str, schedule: &str) -> String {
    let settings =
        if settings.is_empty() { String::new() } else { format!("  metadata: {{automation: {{{settings}}}}}\n") };
    let schedule = if schedule.is_empty() { String::new() } else { format!("schedule: {{{schedule}}}\n") };
    format!(
        "document:\n  dsl: 1.0.0\n  namespace: test\n  name: {name}\n  version: 1.0.0\n{settings}{schedule}do:\n  - hello:\n      set: {{a: 1}}\n"
    )
}

fn automation(settings: &str, schedule: &str) -> Arc<Automation> {
    let document = Document::parse(&flow("nightly", settings, schedule), Path::new("nightly.yaml")).unwrap();
    let plan = Plan::read(&document.value).unwrap();
    Arc::new(Automation { name: "nightly".into(), flow: Arc::new(Flow::compile(document).unwrap()), plan })
}

/// A folder whose flows have no problem, except where a text says `wrong`.
fn folder(path: &Path) -> Folder {
    let check = |document: &Document, _: &[Arc<Document>]| -> Vec<Problem> {
        document.text.contains("wrong").then(|| document.problem("/do", "is wrong")).into_iter().collect()
    };
    Folder::new(path, Arc::new(check))
}
