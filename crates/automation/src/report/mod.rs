//! Reports of a run, written from the history while it is read: ten thousand people need no more memory than ten. They
//! decide nothing and know nothing of how flows run; what stands in the history is redacted already.
//!
//! | format | for | shape |
//! |---|---|---|
//! | text | a person at a terminal | what happened to how many, failures first, then whom else; repetitions, slow calls |
//! | json | programs | below |
//! | junit | what shows test results | a suite for the flow, a case for each person and each call that happened to nobody |
//! | html | a browser, a mail | one page that needs nothing else |
//!
//! The JSON is one object. Members are only ever added; what is not known is left out. Times are RFC 3339 in UTC.
//!
//! ```text
//! {
//!   "report": 1,                              version of this shape
//!   "run": {
//!     "id", "flow", "version", "file",        which run of what
//!     "trigger": "manual" | "schedule" | "missed" | "request", "scheduledFor",
//!     "startedAt", "endedAt", "durationMs",
//!     "status": "running" | "completed" | "failed" | "interrupted",
//!     "input", "output",                      JSON; where it was long, "inputCut"/"outputCut": true and its beginning as text
//!     "error": {"type", "status", "title", "detail", "instance", "maybeApplied", ...},
//!     "counts": {"created": 1, ...},          created updated unchanged activated deactivated deleted membersChanged failed handled
//!                                             planned unknown
//!     "dryRun": true,                         it changed nothing; "reason" of who was planned says what would have been
//!     "warnings",                             how many different ones
//!     "steps", "failedSteps", "retries", "lostEvents"                                                       numbers
//!   },
//!   "people": [{"who", "change", "reason", "step", "name", "at"}],                                          in order of time
//!   "steps": [{"step", "parent", "pointer", "name", "kind", "function", "connection", "item", "startedAt", "durationMs",
//!              "status", "retries", "done", "total", "input", "output", "error"}],                          in order of beginning
//!   "warnings": [{"text", "times", "step", "name", "at"}],                                                 in the order they came first
//!   "retries": [{"step", "attempt", "at", "waitMs", "error"}]
//! }
//! ```
//!
//! Of the items of a loop, plain steps (`set`, `switch`, `do` ...) are only there where they failed or were tried again.

mod html;
mod json;
mod junit;
mod source;
mod text;
mod words;

#[cfg(test)]
mod tests;

pub use json::summary as summary_json;
pub use source::{Format, Options, ReportError};
pub use words::{CHANGES, trigger as trigger_words};
pub use words::{change_line, change_word, counts_line, duration as duration_words, grouped, person_line, when};

use crate::history::{History, RunId};
use scim_connector_host::error::Error;
use scim_connector_host::visible::{Form, VisibleWriter};
use source::Source;
use std::io::Write;

/// Writes the report of a run.
///
/// # Errors
/// [`ReportError`]; what was written until then stays.
pub fn render(
    history: &History,
    id: &RunId,
    options: Options,
    out: &mut impl Write,
) -> std::result::Result<(), ReportError> {
    let run = history.run(id)?.ok_or_else(|| Error::Usage(format!("there is no run \"{id}\"")))?;
    let source = Source { history, run };
    let form = if options.format == Format::Json { Form::Json } else { Form::Lines };
    let out = &mut VisibleWriter::new(out, form);
    match options.format {
        Format::Text => text::write(&source, options, out),
        Format::Json => json::write(&source, out),
        Format::Junit => junit::write(&source, out),
        Format::Html => html::write(&source, out),
    }
}
