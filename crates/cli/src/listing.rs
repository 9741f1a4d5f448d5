//! `call … --all`: a whole listing as NDJSON on stdout, page by page, and on stderr how far it came. For a person it is a table.

use super::people::Table;
use super::progress::{Progress, counted};
use super::{Global, output};
use scim_connector_host::client::{Client, Pages};
use scim_connector_host::error::{Error, Result};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::pin::pin;
use std::process::ExitCode;
use std::time::Instant;

/// A listing under way, for whoever reads about it.
struct Listing<'a> {
    client: &'a Client,
    operation: &'a str,
    input: &'a Value,
    pages: Pages,
    started: Instant,
    total: Option<u64>,
    /// The largest number announced: some end with one of 0.
    announced: Option<u64>,
    complete: bool,
    warned: BTreeSet<String>,
    as_json: bool,
    /// For a person; the columns, once something came.
    table: Option<Option<Table>>,
}

/// Most warnings that are shown: a listing may have many pages, each with its own number of something.
const WARNINGS: usize = 20;

/// Why a listing ended without an error.
enum End {
    /// There is no further page.
    NoMore,
    /// Nobody reads stdout any more.
    Unread,
}

/// Lists everything. Lines that were printed stay, whatever happens later.
pub async fn run(
    global: &Global,
    client: &Client,
    operation: &str,
    input: &Value,
    mut progress: Progress,
    for_a_person: bool,
) -> Result<ExitCode> {
    if input.get("count").and_then(Value::as_u64) == Some(0) {
        return Err(Error::Usage("--all with \"count\": 0 would list nothing; leave one of them out".into()));
    }
    let pages = client.pages(operation, input);
    let mut listing = Listing {
        client,
        operation,
        input,
        pages,
        started: Instant::now(),
        total: None,
        announced: None,
        complete: false,
        warned: BTreeSet::new(),
        as_json: global.error_format == super::ErrorFormat::Json,
        table: for_a_person.then_some(None),
    };
    let end = listing.print(&mut progress).await;
    progress.clear();
    match end {
        // Like `head`, it has all it wanted.
        Ok(End::Unread) => Ok(ExitCode::SUCCESS),
        Ok(End::NoMore) => {
            listing.sum_up(global);
            if listing.complete {
                return Ok(ExitCode::SUCCESS);
            }
            let came = listing.pages.listed() + listing.pages.left_out();
            Err(Error::Incomplete { listed: came, total: listing.announced })
        }
        Err(error) => {
            // Where nothing came, the error says it all.
            if listing.pages.pages() > 0 || matches!(error, Error::Interrupted { .. }) {
                listing.sum_up(global);
            }
            Err(error)
        }
    }
}

impl Listing<'_> {
    async fn print(&mut self, progress: &mut Progress) -> Result<End> {
        let mut interrupt = pin!(tokio::signal::ctrl_c());
        loop {
            let page = tokio::select! {
                // First, so that a listing whose pages are always ready can be interrupted too.
                biased;
                interrupted = &mut interrupt => {
                    interrupted.map_err(|error| Error::Load(format!("signals cannot be watched: {error}")))?;
                    return Err(Error::Interrupted { maybe_applied: false });
                }
                page = self.pages.next_as::<Box<RawValue>>() => page?,
            };
            let Some(page) = page else { return Ok(End::NoMore) };
            self.total = page.total.or(self.total);
            self.announced = self.announced.max(page.total);
            self.complete = page.complete;
            let redactor = self.client.redactor();
            let clean = |text: &str| redactor.result_without(text);
            let lines: String =
                page.resources.iter().map(|resource| output::document(resource, true, &clean)).collect();
            for warning in page.warnings {
                // Most are said again of each page.
                let warning = redactor.text(&warning);
                if !self.warned.contains(&warning) && self.warned.len() < WARNINGS {
                    // As JSON they stand in the summary.
                    if !self.as_json {
                        progress.clear();
                        output::note(&format!("warning: {warning}"));
                    }
                    self.warned.insert(warning);
                }
            }
            let lines = redactor.result(&lines);
            let read = match &mut self.table {
                None => output::lines(&lines)?,
                Some(table) => {
                    progress.clear();
                    rows(table, &lines)?
                }
            };
            if !read {
                return Ok(End::Unread);
            }
            progress.show(|| self.text());
        }
    }

    /// Resources a second.
    fn rate(&self) -> f64 {
        self.pages.listed() as f64 / self.started.elapsed().as_secs_f64().max(0.001)
    }

    fn text(&self) -> String {
        let of = self.total.map_or(String::new(), |total| format!(" of {total}"));
        let (listed, pages) = (self.pages.listed(), counted(self.pages.pages(), "page"));
        let noun = if listed == 1 && of.is_empty() { "resource" } else { "resources" };
        format!("{}: {listed}{of} {noun} on {pages}, {:.0} a second", self.operation, self.rate())
    }

    /// Says on stderr how far the listing came, and where it can go on.
    fn sum_up(&self, global: &Global) {
        let position = self.pages.position().filter(|_| !self.pages.has_ended());
        if self.as_json {
            let milliseconds = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
            let summary = json!({"operation": self.operation, "listed": self.pages.listed(), "pages": self.pages.pages(),
                "total": self.total, "leftOut": self.pages.left_out(), "warnings": self.warned, "complete": self.complete, "page": position, "milliseconds": milliseconds,
                "requestsMade": self.client.requests_made(), "componentMemory": self.client.peak_memory()});
            return output::note_json(&summary);
        }
        let verdict = if self.complete { ", complete" } else { ", not complete" };
        let mut text = self.text() + verdict;
        if self.pages.left_out() > 0 {
            text += &format!("; {} more came that do not match the filter", self.pages.left_out());
        }
        if global.verbose {
            let requests = counted(self.client.requests_made(), "request");
            text += &format!("; {requests}, at most {} bytes of memory in the component", self.client.peak_memory());
        }
        output::remark(&text);
        if let Some(position) = position {
            output::note(&self.resumption(position));
        }
    }

    fn resumption(&self, position: &str) -> String {
        let names: Vec<&str> =
            self.input.as_object().into_iter().flat_map(|input| input.keys().map(String::as_str)).collect();
        if names.iter().all(|name| POSITIONS.contains(name)) {
            return format!("to go on: --all --input '{}'", json!({ "page": position }));
        }
        // The input itself is not shown again: its headers may be secret.
        let instead = if names.iter().any(|name| *name != "page" && POSITIONS.contains(name)) {
            " instead of startIndex or cursor"
        } else {
            ""
        };
        format!("to go on: --all with the same input and \"page\": \"{position}\"{instead}")
    }
}

/// Writes resources, JSON on a line each, as rows. The first that come choose the columns.
fn rows(table: &mut Option<Table>, lines: &str) -> Result<bool> {
    let resources: Vec<Value> = lines.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    if resources.is_empty() {
        return Ok(true);
    }
    if let Some(table) = table {
        return output::lines(&table.rows(&resources));
    }
    let new = table.insert(Table::of(&resources));
    output::head_and_rows(&new.head(), &new.rows(&resources))
}

/// Members of an input that say where a listing starts; the last stands for the others.
const POSITIONS: [&str; 3] = ["startIndex", "cursor", "page"];
