//! Rows to loop over: a list that is there, a file that is read row by row, a listing that is read page by page. A flow holds
//! a description of where rows come from, and a loop opens it: nothing is read before, and never more than a few rows are
//! held.

mod copy;
mod csv;
mod header;
mod json;
mod ldif;
mod ndjson;
mod source;
#[cfg(test)]
mod tests;
mod text;

use super::fault::Fault;
use super::files::FlowFiles;
use scim_connector_host::client::Pages;
use serde_json::{Map, Value, json};
use std::cell::Cell;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;
use text::Text;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

pub use source::{Argument, Kind, SOURCES, Source, source};
use source::{Arguments, Read};

/// No row is longer, in bytes.
const LONGEST: usize = 16 << 20;

/// How many rows are read ahead.
const AHEAD: usize = 64;

/// What the descriptions of one run begin with. A provider that does not know it cannot have a loop open a file.
pub struct Mark(String);

impl Mark {
    /// One that nobody can guess.
    #[must_use]
    pub fn new() -> Self {
        Self(format!("rows, for a loop alone ({:032x}): ", rand::random::<u128>()))
    }

    /// A description of rows: what a source, or a listing with `all: true`, gives to a flow. It is a text, so that to look into
    /// it is an error.
    pub fn described(&self, function: &str, with: &Map<String, Value>) -> Value {
        format!("{}{}", self.0, json!({"function": function, "with": with})).into()
    }

    /// The function and arguments that a description names, where the value is one.
    pub fn description(&self, value: &Value) -> Option<(String, Map<String, Value>)> {
        let mut of: Map<String, Value> = serde_json::from_str(value.as_str()?.strip_prefix(&self.0)?).ok()?;
        let Value::Object(with) = of.remove("with")? else { return None };
        Some((of.get("function")?.as_str()?.to_owned(), with))
    }

    /// How a description is shown to people.
    pub fn shown(&self, text: &str) -> Option<String> {
        let of: Value = serde_json::from_str(text.strip_prefix(&self.0)?).ok()?;
        Some(format!("(rows of {})", of.get("function")?.as_str()?))
    }
}

impl Default for Mark {
    fn default() -> Self {
        Self::new()
    }
}

/// Rows, one after another.
pub enum Rows {
    /// A list, or a single value.
    List(VecDeque<Value>, u64),
    /// A file that a thread reads.
    File {
        /// What was read; the end of the file where it is closed.
        rows: mpsc::Receiver<Told>,
        /// Its name.
        file: PathBuf,
        /// Where the last row began.
        place: Option<Place>,
        /// What is to be known about the file besides.
        warnings: Vec<String>,
        /// Who reads; none once it has ended.
        reader: Option<JoinHandle<()>>,
    },
    /// A listing.
    Listing {
        /// The pages to come.
        pages: Box<Pages>,
        /// What is left of the last page.
        page: VecDeque<Value>,
        /// How many there are, as the provider says.
        total: Option<u64>,
        /// Whether the provider ended as it announced.
        complete: bool,
        /// What calls warned of.
        warnings: Vec<String>,
        /// The longest that the connection lets anybody wait for its provider, where it says so.
        longest_pause: Option<Duration>,
    },
}

/// What a reader tells of a file.
pub enum Told {
    /// A row.
    Row(Value, Place),
    /// Something that whoever runs the flow should know.
    Warning(String),
    /// The file is wrong, and nothing more comes.
    Wrong(String),
}

/// Where a row begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In this line.
    Line(u64),
    /// It is this element of a list, from 1.
    Row(u64),
}

impl Rows {
    /// The value itself: each of a list, nothing of null, or the one thing that it is.
    #[must_use]
    pub fn of(value: Value) -> Self {
        let list: VecDeque<Value> = match value {
            Value::Array(items) => items.into(),
            Value::Null => VecDeque::new(),
            other => VecDeque::from([other]),
        };
        let total = list.len() as u64;
        Self::List(list, total)
    }

    /// Whether a file can be opened: somebody else may go over it later.
    ///
    /// # Errors
    /// A file that cannot be read, an argument that is not known.
    pub fn openable(source: &'static Source, with: &Map<String, Value>, files: &FlowFiles) -> Result<(), Fault> {
        source.open(with, files).map(drop).map_err(Fault::of_input)
    }

    /// Opens a file, where it is one that the flow may read.
    ///
    /// # Errors
    /// A file that cannot or may not be read, an argument that is not known.
    pub fn open(source: &'static Source, with: &Map<String, Value>, files: &FlowFiles) -> Result<Self, Fault> {
        let source::Opened { name, file, encoding, read } = source.open(with, files).map_err(Fault::of_input)?;
        let (sender, rows) = mpsc::channel(AHEAD);
        let reader = tokio::task::spawn_blocking(move || {
            let left = Rc::new(Cell::new(LONGEST));
            let text = Text::new(file, encoding, left.clone());
            let mut sender = Sender { rows: sender, given_up: false, left };
            if let Err(error) = read(text, &mut sender) {
                sender.rows.blocking_send(Told::Wrong(error)).ok();
            }
        });
        Ok(Self::File { rows, file: name, place: None, warnings: Vec::new(), reader: Some(reader) })
    }

    /// A listing, from its beginning.
    #[must_use]
    pub fn listing(pages: Pages, longest_pause: Option<Duration>) -> Self {
        Self::Listing {
            pages: Box::new(pages),
            page: VecDeque::new(),
            total: None,
            complete: false,
            warnings: Vec::new(),
            longest_pause,
        }
    }

    /// The next row; none at the end.
    ///
    /// # Errors
    /// A file that is wrong, with the line; a listing that fails or ends early.
    pub async fn next(&mut self) -> Result<Option<Value>, Fault> {
        match self {
            Self::List(list, _) => Ok(list.pop_front()),
            Self::File { rows, file, place, warnings, reader } => loop {
                match rows.recv().await {
                    Some(Told::Row(row, at)) => {
                        *place = Some(at);
                        return Ok(Some(row));
                    }
                    Some(Told::Warning(text)) => warnings.push(format!("{}: {text}", file.display())),
                    Some(Told::Wrong(error)) => {
                        return Err(Fault::of_input(format!("{}: {error}", file.display())));
                    }
                    None => {
                        return match reader.take() {
                            Some(reader) => match reader.await {
                                Ok(()) => Ok(None),
                                Err(error) => Err(Fault::of_engine_stop(&error.to_string())),
                            },
                            None => Ok(None),
                        };
                    }
                }
            },
            Self::Listing { pages, page, total, complete, warnings, longest_pause } => loop {
                if let Some(row) = page.pop_front() {
                    return Ok(Some(row));
                }
                let fault = |error| Fault { longest_pause: *longest_pause, ..Fault::of_call(&error) };
                match pages.next().await.map_err(fault)? {
                    Some(next) => {
                        *total = next.total.or(*total);
                        *complete = next.complete;
                        *page = next.resources.into();
                        // Of every page the same is said.
                        let new = next.warnings.into_iter().filter(|text| !warnings.contains(text)).collect::<Vec<_>>();
                        warnings.extend(new);
                    }
                    None if *complete => return Ok(None),
                    None => {
                        let listed = pages.listed() + pages.left_out();
                        let error = scim_connector_host::Error::Incomplete { listed, total: *total };
                        return Err(Fault::of_call(&error));
                    }
                }
            },
        }
    }

    /// How many rows there are, where that is known.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        match self {
            Self::List(_, total) => Some(*total),
            Self::Listing { total, .. } => *total,
            Self::File { .. } => None,
        }
    }

    /// Where in its file the last row begins: `people.csv, line 7`.
    #[must_use]
    pub fn place(&self) -> Option<String> {
        let Self::File { file, place: Some(place), .. } = self else { return None };
        let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
        Some(match place {
            Place::Line(line) => format!("{name}, line {line}"),
            Place::Row(row) => format!("{name}, row {row}"),
        })
    }

    /// What whoever runs the flow should know, although nothing failed.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        match self {
            Self::List(..) => &[],
            Self::File { warnings, .. } | Self::Listing { warnings, .. } => warnings,
        }
    }
}

/// Where a reader puts its rows.
pub struct Sender {
    rows: mpsc::Sender<Told>,
    given_up: bool,
    /// How much of the file may be read until the next row.
    left: Rc<Cell<usize>>,
}

impl Sender {
    /// False once nobody wants more.
    fn give(&mut self, row: Value, place: Place) -> bool {
        self.given_up |= self.rows.blocking_send(Told::Row(row, place)).is_err();
        self.left.set(LONGEST);
        !self.given_up
    }

    /// Says something that is no error.
    fn warn(&mut self, text: String) {
        self.given_up |= self.rows.blocking_send(Told::Warning(text)).is_err();
    }

    /// The next part is passed over, and may be as long as it likes; until [`Sender::bound`].
    fn unbound(&self) {
        self.left.set(usize::MAX);
    }

    fn bound(&self) {
        self.left.set(LONGEST);
    }
}
