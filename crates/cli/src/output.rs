//! Writes results to stdout and everything else to stderr. Decides nothing. Whatever is written goes through
//! [`scim_connector_host::visible`]: names and answers are anybody's.

use super::terminal::{self, Stream};
use super::{layout, people};
use http::StatusCode;
use scim_connector_host::egress::observe::Exchange;
use scim_connector_host::error::{Error, Failure, Result, scim_type_name, words};
use scim_connector_host::visible;
use serde_json::Value;
use serde_json::value::RawValue;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether remarks are left out.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Longest body that is shown whole.
const SHOWN_BODY: usize = 4096;

/// Writes to stdout. A reader that has gone away is no error.
pub fn out(text: &str) -> Result<()> {
    lines(text).map(|_read| ())
}

/// Writes to stdout, and says whether there is still somebody who reads it.
pub fn lines(text: &str) -> Result<bool> {
    let text = visible::lines(text);
    written(&terminal::coloured(&text, Stream::Out))
}

/// Writes to stdout what nothing is to be marked in any more.
fn written(text: &str) -> Result<bool> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Error::Io(format!("the result cannot be written to stdout: {error}"))),
    }
}

/// Writes what came of something that may have changed something. Where that fails it is said that it was done all the same.
pub fn result(text: &str) -> Result<()> {
    out(text).map_err(done_all_the_same)
}

fn done_all_the_same(error: Error) -> Error {
    match error {
        Error::Io(text) => {
            Error::Io(format!("{text}; what was asked for was done, and is not to be repeated for that"))
        }
        other => other,
    }
}

/// Writes a table: its head, which stands out, and its rows.
pub fn head_and_rows(head: &str, rows: &str) -> Result<bool> {
    if head.is_empty() {
        return lines(rows);
    }
    let head = visible::line(head);
    Ok(written(&format!("{}\n", terminal::head(&head)))? && lines(rows)?)
}

/// Writes what came of something, as [`result`] does, for a person where JSON is not as good.
pub fn result_for_a_person(text: &str) -> Result<()> {
    let value: Option<Value> = serde_json::from_str(text).ok();
    let Some((head, rows)) = value.as_ref().and_then(people::result) else { return result(text) };
    head_and_rows(&head, &rows).map(drop).map_err(done_all_the_same)?;
    if let Some(ending) = value.as_ref().and_then(people::ending) {
        remark(&ending);
    }
    Ok(())
}

/// JSON for stdout: one document and a line break.
pub fn json(value: &Value, compact: bool) -> String {
    let text = if compact { serde_json::to_string(value) } else { serde_json::to_string_pretty(value) };
    // A JSON value always has a text.
    visible::json(&text.unwrap_or_default()).into_owned() + "\n"
}

/// As [`json`], of a document that goes on as it came, in all but the space between its values and what `clean` takes out of
/// strings with escapes. What is to be taken out of the others can be seen in the text.
pub fn document(text: &RawValue, compact: bool, clean: &dyn Fn(&str) -> Option<String>) -> String {
    let text = layout::cleaned(text.get(), clean);
    let text = if compact { layout::on_one_line(&text) } else { layout::indented(&text).into() };
    visible::json(&text).into_owned() + "\n"
}

/// A table for a terminal: a head, then a line for each row.
pub fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_content_arrangement(comfy_table::ContentArrangement::Disabled);
    table.set_header(head).add_rows(rows.into_iter().map(|row| row.map(|cell| visible::line(&cell).into_owned())));
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// Writes a line to stderr, whatever is in it; there is nobody to tell where that fails.
pub fn note(text: &str) {
    notes(&visible::line(text));
}

/// Leaves remarks out from now on; warnings and errors stay.
pub fn be_quiet() {
    QUIET.store(true, Ordering::Relaxed);
}

/// Whether remarks are left out.
pub fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// As [`note`], of what is good to know and no more.
pub fn remark(text: &str) {
    if !is_quiet() {
        note(text);
    }
}

/// Writes JSON to stderr, on a line.
pub fn note_json(value: &Value) {
    note(json(value, true).trim_end());
}

/// Writes lines to stderr. Each piece that is anybody's is one line already.
pub fn notes(text: &str) {
    let text = visible::lines(text);
    let text = terminal::coloured(&text, Stream::Err);
    let mut stderr = io::stderr().lock();
    stderr.write_all(text.as_bytes()).and_then(|()| stderr.write_all(b"\n")).ok();
}

/// A text behind what stands before it, broken at the width of a line, if that is known, and going on below itself.
pub fn wrapped(before: &str, text: &str, width: Option<usize>) -> String {
    /// Below that a text is better read on lines of its own.
    const NARROW: usize = 24;
    let indent = console::measure_text_width(before);
    let Some(width) = width else { return format!("{before}{text}").trim_end().to_owned() + "\n" };
    let (mut lines, indent) = match indent == 0 || width.saturating_sub(indent) >= NARROW {
        true => (vec![before.to_owned()], indent),
        false => (vec![before.trim_end().to_owned(), " ".repeat(6)], 6),
    };
    let mut is_empty = true;
    for word in text.split_whitespace() {
        let line = lines.last().map_or(0, |line| console::measure_text_width(line));
        if !is_empty && line + 1 + console::measure_text_width(word) > width {
            lines.push(" ".repeat(indent));
            is_empty = true;
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(if is_empty { "" } else { " " });
            line.push_str(word);
        }
        is_empty = false;
    }
    lines.iter().filter(|line| !line.trim().is_empty()).map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// Writes to stderr what an answer follows on the same line.
pub fn notes_without_end(text: &str) {
    let mut stderr = io::stderr().lock();
    stderr.write_all(visible::lines(text).as_bytes()).and_then(|()| stderr.flush()).ok();
}

/// How errors are written.
#[derive(Clone, Copy)]
pub struct Messages {
    /// As one JSON object, not as text.
    pub json: bool,
}

impl Messages {
    /// Writes an error to stderr.
    pub fn error(self, error: &Error) {
        match self.json {
            true => note_json(&error.to_json()),
            false => notes(&error_text(error)),
        }
    }
}

/// An error for a person: what it is, then what is known besides.
pub fn error_text(error: &Error) -> String {
    let class = error.class();
    let mut text = match error {
        Error::Failure { failure, .. } => {
            format!("error: {}: {}", words(&class.kind), visible::line(&failure.detail))
        }
        _ => format!("error: {}", visible::line(&error.to_string())),
    };
    if let Some(failure) = error.failure() {
        details(&mut text, failure);
    }
    if class.transient {
        text.push_str("\n  this may pass; the call may be repeated");
    }
    if class.maybe_applied {
        text.push_str("\n  the provider may have applied the change");
    }
    text
}

fn details(text: &mut String, failure: &Failure) {
    let mut line = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            // Writing to a String cannot fail.
            // An excerpt of an answer may have lines; none of them stands where one of ours does.
            write!(text, "\n  {name}: {}", visible::lines(value.trim()).replace('\n', "\n    ")).ok();
        }
    };
    let status = |code: u16| StatusCode::from_u16(code).map_or_else(|_| code.to_string(), |status| status.to_string());
    line("status", failure.status.map(status));
    line("scimType", failure.scim_type.as_ref().map(|code| scim_type_name(code).to_owned()));
    line("OAuth error", failure.oauth_error.clone());
    // The empty pointer is the whole input, which says nothing more.
    line("at", failure.pointer.clone().filter(|pointer| !pointer.is_empty()));
    match failure.problems.as_deref() {
        // Said already.
        Some([only]) if Some(&only.pointer) == failure.pointer.as_ref() => {}
        problems => {
            for problem in problems.into_iter().flatten() {
                line("problem", Some(format!("{}: {}", problem.pointer, problem.detail)));
            }
        }
    }
    line("retry after", failure.retry_after_ms.map(|wait| format!("{wait} ms")));
    line("request id", failure.request_id.clone());
    line("answer", failure.excerpt.clone());
}

/// Shows an exchange on stderr, `>` what went out and `<` what came in.
pub fn show_exchange(exchange: &Exchange) {
    let mut text = format!("> {} {}", exchange.method, visible::line(&exchange.url));
    let mut part = |mark: char, headers: &[(String, String)], body: &str| {
        for (name, value) in headers {
            write!(text, "\n{mark}   {}: {}", visible::line(name), visible::line(value)).ok();
        }
        if !body.is_empty() {
            write!(text, "\n{mark}   {}", shortened(body).replace('\n', &format!("\n{mark}   "))).ok();
        }
        text.push('\n');
    };
    part('>', &exchange.request_headers, &exchange.request_body);
    let time = exchange.duration.as_millis();
    let head = match exchange.status.map(StatusCode::from_u16) {
        Some(Ok(status)) => format!("< {status} ({time} ms)"),
        _ => format!("< no answer ({time} ms)"),
    };
    text.push_str(&head);
    let mut part = |headers: &[(String, String)], body: &str| {
        for (name, value) in headers {
            write!(text, "\n<   {}: {}", visible::line(name), visible::line(value)).ok();
        }
        if !body.is_empty() {
            write!(text, "\n<   {}", shortened(body).replace('\n', "\n<   ")).ok();
        }
    };
    part(&exchange.response_headers, &exchange.response_body);
    if let Some(error) = &exchange.error {
        write!(text, "\n<   {}", visible::line(error)).ok();
    }
    notes(&text);
}

fn shortened(body: &str) -> String {
    match body.char_indices().nth(SHOWN_BODY) {
        Some((end, _)) => format!("{}… ({} bytes)", body.get(..end).unwrap_or_default(), body.len()),
        None => body.to_owned(),
    }
}

/// A schema's type in a word or two.
pub fn kind(schema: &Value) -> String {
    let alternatives = ["oneOf", "anyOf"].iter().find_map(|key| schema.get(*key)?.as_array());
    if let Some(alternatives) = alternatives {
        return alternatives.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values
            .iter()
            .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            .collect::<Vec<_>>()
            .join("|");
    }
    match schema.get("type") {
        Some(Value::String(name)) if name == "array" => {
            format!("list of {}", schema.get("items").map_or("any".into(), kind))
        }
        Some(Value::String(name)) => name.clone(),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ => match schema.get("$ref").and_then(Value::as_str) {
            Some(reference) => reference.rsplit('/').next().unwrap_or_default().to_owned(),
            None => "any".into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scim_connector_host::error::{FailureKind, Problem, ScimType};

    #[test]
    fn an_error_says_everything_that_is_known() {
        let failure = Failure {
            kind: FailureKind::Conflict,
            status: Some(409),
            scim_type: Some(ScimType::Uniqueness),
            detail: "userName \"ada\" is taken".into(),
            pointer: Some("/payload/userName".into()),
            problems: Some(vec![Problem { pointer: "/payload/x".into(), detail: "odd".into() }]),
            oauth_error: None,
            retry_after_ms: Some(1500),
            maybe_applied: true,
            request_id: Some("r-1".into()),
            excerpt: Some("<html>\nno</html>".into()),
        };
        assert_eq!(
            error_text(&Error::Failure { transient: true, failure: Box::new(failure) }),
            "error: conflict: userName \"ada\" is taken\n  status: 409 Conflict\n  scimType: uniqueness\n  at: /payload/userName\n  \
             problem: /payload/x: odd\n  retry after: 1500 ms\n  request id: r-1\n  answer: <html>\n    no</html>\n  \
             this may pass; the call may be repeated\n  the provider may have applied the change"
        );
        assert_eq!(error_text(&Error::Usage("no such thing".into())), "error: no such thing");
        assert_eq!(
            error_text(&Error::Config { path: "connections.a.auth".into(), detail: "is missing".into() }),
            "error: connections.a.auth: is missing"
        );
    }

    #[test]
    fn texts_go_on_below_themselves() {
        let text = "one two three four five six seven";
        assert_eq!(wrapped("  a  ", text, None), format!("  a  {text}\n"));
        assert_eq!(wrapped("  a  ", text, Some(30)), "  a  one two three four five\n     six seven\n");
        assert_eq!(
            wrapped("  a long beginning  ", text, Some(30)),
            "  a long beginning\n      one two three four five\n      six seven\n"
        );
        assert_eq!(wrapped("  a  ", "", Some(30)), "  a\n");
        assert_eq!(wrapped("", "averyveryverylongword x", Some(8)), "averyveryverylongword\nx\n");
    }

    #[test]
    fn kinds_in_words() {
        assert_eq!(words("notFound"), "not found");
        assert_eq!(words("timeout"), "timeout");
    }
}
