//! Rows to loop over: a list that is there, a file that is read row by row, a listing that is read page by page. A flow holds
//! a description of where rows come from, and a loop opens it: nothing is read before, and never more than a few rows are
//! held.

mod csv;
mod json;
mod ldif;
mod ndjson;

use super::fault::Fault;
use scim_connector_host::client::Pages;
use scim_connector_host::suggest;
use serde_json::{Map, Value, json};
use std::cell::Cell;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read, Seek as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// No row is longer, in bytes.
const LONGEST: usize = 16 << 20;

/// How many rows are read ahead.
const AHEAD: usize = 64;

/// Reads a file to its end, or until nobody wants more; an error is told with its line.
type Reader = fn(From, &Map<String, Value>, &mut Sender) -> Result<(), String>;

/// A function that gives rows of a file.
pub struct Source {
    /// Its name in a flow.
    pub name: &'static str,
    /// The members of `with`.
    pub takes: &'static [&'static str],
    /// What it reads.
    pub about: &'static str,
    read: Reader,
}

/// The functions that give rows of files.
pub const SOURCES: [Source; 4] = [
    Source {
        name: "readCsv",
        takes: &["file", "delimiter"],
        about: "a CSV file with a header (RFC 4180): an object for each line, cells that are empty left out",
        read: csv::read,
    },
    Source {
        name: "readJson",
        takes: &["file"],
        about: "a JSON file with a list, or with `Resources` as a ListResponse has them: each element",
        read: json::read,
    },
    Source { name: "readNdjson", takes: &["file"], about: "a file with one JSON value a line", read: ndjson::read },
    Source {
        name: "readLdif",
        takes: &["file"],
        about: "an LDIF file of entries (RFC 2849): `dn`, and a list of values for each attribute",
        read: ldif::read,
    },
];

/// A source by its name.
#[must_use]
pub fn source(name: &str) -> Option<&'static Source> {
    SOURCES.iter().find(|source| source.name == name)
}

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
        rows: mpsc::Receiver<Result<Value, String>>,
        /// Its name.
        file: PathBuf,
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
    },
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
    pub fn openable(source: &'static Source, with: &Map<String, Value>, folder: &Path) -> Result<(), Fault> {
        Self::opened(source, with, folder).map(drop)
    }

    /// Opens a file; `folder` is where relative names begin.
    ///
    /// # Errors
    /// A file that cannot be read, an argument that is not known.
    pub fn open(source: &'static Source, with: &Map<String, Value>, folder: &Path) -> Result<Self, Fault> {
        let (file, opened) = Self::opened(source, with, folder)?;
        let (sender, rows) = mpsc::channel(AHEAD);
        let with = with.clone();
        let reader = tokio::task::spawn_blocking(move || {
            let left = Rc::new(Cell::new(LONGEST));
            let from = BufReader::new(Bounded { from: opened, left: left.clone() });
            let mut sender = Sender { rows: sender, given_up: false, left };
            if let Err(error) = (source.read)(from, &with, &mut sender) {
                sender.rows.blocking_send(Err(error)).ok();
            }
        });
        Ok(Self::File { rows, file, reader: Some(reader) })
    }

    fn opened(source: &Source, with: &Map<String, Value>, folder: &Path) -> Result<(PathBuf, File), Fault> {
        if let Some(unknown) = with.keys().find(|name| !source.takes.contains(&name.as_str())) {
            let hint = suggest::hint(unknown, source.takes.iter().copied());
            return Err(Fault::of_input(format!("{} takes no `{unknown}`{hint}", source.name)));
        }
        let Some(name) = with.get("file").and_then(Value::as_str) else {
            return Err(Fault::of_input(format!("{} needs `file`, the name of a file", source.name)));
        };
        let file = folder.join(name);
        let unreadable = |error: std::io::Error| Fault::of_input(format!("{} cannot be read: {error}", file.display()));
        // Asked first: to open a pipe waits for somebody who writes, and a device may have no end.
        if !std::fs::metadata(&file).map_err(unreadable)?.is_file() {
            return Err(Fault::of_input(format!("{} is no file", file.display())));
        }
        let mut opened = File::open(&file).map_err(unreadable)?;
        skip_mark(&mut opened).map_err(unreadable)?;
        Ok((file, opened))
    }

    /// A listing, from its beginning.
    #[must_use]
    pub fn listing(pages: Pages) -> Self {
        Self::Listing { pages: Box::new(pages), page: VecDeque::new(), total: None, complete: false }
    }

    /// The next row; none at the end.
    ///
    /// # Errors
    /// A file that is wrong, with the line; a listing that fails or ends early.
    pub async fn next(&mut self) -> Result<Option<Value>, Fault> {
        match self {
            Self::List(list, _) => Ok(list.pop_front()),
            Self::File { rows, file, reader } => match rows.recv().await {
                Some(Ok(row)) => Ok(Some(row)),
                Some(Err(error)) => Err(Fault::of_input(format!("{}: {error}", file.display()))),
                None => match reader.take() {
                    Some(reader) => match reader.await {
                        Ok(()) => Ok(None),
                        Err(error) => Err(Fault::of_engine_stop(&error.to_string())),
                    },
                    None => Ok(None),
                },
            },
            Self::Listing { pages, page, total, complete } => loop {
                if let Some(row) = page.pop_front() {
                    return Ok(Some(row));
                }
                match pages.next().await.map_err(|error| Fault::of_call(&error))? {
                    Some(next) => {
                        *total = next.total.or(*total);
                        *complete = next.complete;
                        *page = next.resources.into();
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
}

/// Where a reader puts its rows.
pub struct Sender {
    rows: mpsc::Sender<Result<Value, String>>,
    given_up: bool,
    /// How much of the file may be read until the next row.
    left: Rc<Cell<usize>>,
}

impl Sender {
    /// False once nobody wants more.
    fn give(&mut self, row: Value) -> bool {
        self.given_up |= self.rows.blocking_send(Ok(row)).is_err();
        self.left.set(LONGEST);
        !self.given_up
    }

    /// The next part is passed over, and may be as long as it likes; until [`Sender::bound`].
    fn unbound(&self) {
        self.left.set(usize::MAX);
    }

    fn bound(&self) {
        self.left.set(LONGEST);
    }
}

/// A file of which a row must end before more than [`LONGEST`] bytes have been read: nobody holds a file whose quote is
/// never closed.
struct Bounded {
    from: File,
    left: Rc<Cell<usize>>,
}

impl Read for Bounded {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        if self.left.get() == 0 {
            return Err(std::io::Error::other(format!("a row is longer than {LONGEST} bytes")));
        }
        let length = self.from.read(to)?;
        self.left.set(self.left.get().saturating_sub(length));
        Ok(length)
    }
}

/// Where a source reads.
type From = BufReader<Bounded>;

/// Goes past a byte order mark.
fn skip_mark(file: &mut File) -> std::io::Result<()> {
    let mut mark = [0; 3];
    let length = file.by_ref().take(3).read(&mut mark)?;
    if mark.get(..length) != Some(b"\xEF\xBB\xBF".as_slice()) {
        file.rewind()?;
    }
    Ok(())
}

/// The lines of a file, counted.
struct Lines {
    from: From,
    number: usize,
}

impl Lines {
    fn new(from: From) -> Self {
        Self { from, number: 0 }
    }

    /// The next line without its end; none at the end.
    fn next(&mut self) -> Result<Option<String>, String> {
        let mut bytes = Vec::new();
        self.number += 1;
        let number = self.number;
        let length = self.from.read_until(b'\n', &mut bytes);
        if length.map_err(|error| format!("line {number}: {error}"))? == 0 {
            return Ok(None);
        }
        let mut line = String::from_utf8(bytes).map_err(|_| format!("line {number}: it is not UTF-8"))?;
        line.truncate(line.trim_end_matches(['\n', '\r']).len());
        Ok(Some(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn all(name: &str, text: &[u8], with: Value) -> Result<Vec<Value>, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("rows"), text).unwrap();
        let mut with = with.as_object().cloned().unwrap();
        with.insert("file".into(), "rows".into());
        let mut rows =
            Rows::open(source(name).unwrap(), &with, folder.path()).map_err(|fault| fault.detail.unwrap())?;
        let mut list = Vec::new();
        loop {
            match rows.next().await {
                Ok(Some(row)) => list.push(row),
                Ok(None) => return Ok(list),
                Err(fault) => {
                    let text = fault.detail.unwrap();
                    return Err(text.split("rows: ").last().unwrap().to_owned());
                }
            }
        }
    }

    #[tokio::test]
    async fn files_are_read_row_by_row() {
        let read = |name, text: &'static str| async move { all(name, text.as_bytes(), json!({})).await.unwrap() };
        assert_eq!(
            read("readCsv", "\u{feff}mail,name\nada@example.com,\"Ada, Countess\"\nbob@example.com,\n").await,
            [json!({"mail": "ada@example.com", "name": "Ada, Countess"}), json!({"mail": "bob@example.com"})]
        );
        assert_eq!(
            all("readCsv", b"mail;name\na;b\n", json!({"delimiter": ";"})).await.unwrap(),
            [json!({"mail": "a", "name": "b"})]
        );
        assert_eq!(read("readJson", " [1, {\"a\": [2]}] ").await, [json!(1), json!({"a": [2]})]);
        assert_eq!(read("readJson", "{\"totalResults\": 2, \"Resources\": [1, 2], \"x\": {}}").await, [1, 2]);
        assert_eq!(read("readNdjson", "{\"a\": 1}\r\n\n2").await, [json!({"a": 1}), json!(2)]);
        let ldif = "version: 1\n# people\n of long comments\ndn: cn=Ada,dc=example\n ,dc=com\nmail: ada@example.com\nmail: a@b\ncn:: w4Ru\n\n\n\
                    dn: cn=Bob\nchangetype: add\ncn: Bob";
        assert_eq!(
            read("readLdif", ldif).await,
            [
                json!({"dn": "cn=Ada,dc=example,dc=com", "mail": ["ada@example.com", "a@b"], "cn": ["Än"]}),
                json!({"dn": "cn=Bob", "cn": ["Bob"]})
            ]
        );
        for (name, text) in [("readCsv", ""), ("readNdjson", ""), ("readLdif", ""), ("readJson", "[]")] {
            assert_eq!(read(name, text).await, Vec::<Value>::new(), "{name}");
        }
    }

    #[tokio::test]
    async fn a_row_ends_before_it_is_too_long_and_only_files_are_opened() {
        let long = "x".repeat(LONGEST + (1 << 17));
        for (name, text) in [
            ("readCsv", format!("a\n\"{long}\n")),
            ("readJson", format!("[\"{long}")),
            ("readNdjson", format!("\"{long}")),
            ("readLdif", format!("dn: a\ncn: {}", "b\n ".repeat(LONGEST / 3 + (1 << 17)))),
        ] {
            let error = all(name, text.as_bytes(), json!({})).await.unwrap_err();
            assert!(error.contains("a row is longer than 16777216 bytes"), "{name}: {error}");
        }
        // What is passed over is no row.
        let text = format!("{{\"other\": \"{long}\", \"Resources\": [1]}}");
        assert_eq!(all("readJson", text.as_bytes(), json!({})).await.unwrap(), [1]);
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("folder")).unwrap();
        for name in ["folder", "/dev/zero"] {
            let with = json!({"file": name});
            let opened = Rows::open(source("readCsv").unwrap(), with.as_object().unwrap(), folder.path());
            let Err(fault) = opened else { panic!("{name} is opened") };
            let text = fault.detail.unwrap();
            assert!(text.ends_with("is no file") || cfg!(windows), "{text}");
        }
    }

    #[tokio::test]
    async fn what_is_wrong_with_a_file_is_said_with_its_line() {
        let rows: [(&str, &[u8], Value, &str); 14] = [
            ("readCsv", b"a,b\n1,2\n3\n", json!({}), "line 3: it has 1 cells, and the header has 2"),
            ("readCsv", b"a,a\n", json!({}), "line 1: two columns are called \"a\""),
            ("readCsv", b"a,\n", json!({}), "line 1: column 2 has no name"),
            ("readCsv", b"a\n\xff\n", json!({}), "line 2: it is not UTF-8"),
            (
                "readCsv",
                b"a\n",
                json!({"delimiter": "::"}),
                "`delimiter` must be one character such as \";\" or \"tab\", not \"::\"",
            ),
            ("readCsv", b"a\n", json!({"delimeter": ";"}), "readCsv takes no `delimeter`; did you mean \"delimiter\"?"),
            ("readJson", b"[1, }", json!({}), "line 1, column 5: expected value"),
            ("readJson", b"{\"a\": 1}", json!({}), "line 1, column 8: the object has no list `Resources`"),
            (
                "readJson",
                b"7",
                json!({}),
                "line 1, column 1: invalid type: integer `7`, expected a list, or an object with the list `Resources`",
            ),
            ("readNdjson", b"1\n{\n", json!({}), "line 2, column 1: it is not JSON"),
            ("readNdjson", b"\xff\n", json!({}), "line 1: it is not UTF-8"),
            ("readLdif", b"cn: Ada\n", json!({}), "line 1: an entry begins with dn, not with cn"),
            (
                "readLdif",
                b"dn: a\nchangetype: delete\n",
                json!({}),
                "line 2: changetype: delete is a change, and only entries are read",
            ),
            (
                "readLdif",
                b"dn: a\njpegPhoto:< file:///etc/passwd\n",
                json!({}),
                "line 2: the value of jpegPhoto is a reference, which is not followed",
            ),
        ];
        for (name, text, with, expected) in rows {
            assert_eq!(all(name, text, with).await.unwrap_err(), expected, "{name}");
        }
    }
}
