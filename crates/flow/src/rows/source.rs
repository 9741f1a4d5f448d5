//! The functions of a flow that give the rows of files, and what they are given.

use super::text::{Text, encoding};
use super::{Sender, csv, json, ldif, ndjson};
use crate::files::{FileAccess, FlowFiles};
use encoding_rs::Encoding;
use scim_connector_host::suggest;
use serde_json::{Map, Value};
use std::fs::File;
use std::path::{Path, PathBuf};

/// Reads a file to its end, or until nobody wants more; an error is told with its line.
pub type Read = Box<dyn FnOnce(Text, &mut Sender) -> Result<(), String> + Send>;

/// A function that gives rows of a file.
pub struct Source {
    /// Its name in a flow.
    pub name: &'static str,
    /// The members of `with`.
    pub takes: &'static [Argument],
    /// What it reads.
    pub about: &'static str,
    /// Reads its arguments, and says what is wrong with them.
    prepare: fn(&Arguments<'_>) -> Result<Read, String>,
}

/// A member of a source's `with`.
pub struct Argument {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
}

/// What an argument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// True or false.
    Flag,
    /// A list of texts.
    Texts,
}

impl Kind {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Flag => "true or false",
            Self::Texts => "a list of texts",
        }
    }

    /// Whether a value is one.
    #[must_use]
    pub fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Flag => value.is_boolean(),
            Self::Texts => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
        }
    }
}

const fn takes(name: &'static str, kind: Kind) -> Argument {
    Argument { name, kind }
}

const FILE: Argument = takes("file", Kind::Text);
const ENCODING: Argument = takes("encoding", Kind::Text);

/// The functions that give rows of files.
pub const SOURCES: [Source; 4] = [
    Source {
        name: "readCsv",
        takes: &[
            FILE,
            ENCODING,
            takes("delimiter", Kind::Text),
            takes("trim", Kind::Flag),
            takes("null", Kind::Text),
            takes("columns", Kind::Texts),
            takes("format", Kind::Text),
        ],
        about: "a CSV file with a header (RFC 4180): an object for each line, cells that are empty left out",
        prepare: csv::prepare,
    },
    Source {
        name: "readJson",
        takes: &[FILE, ENCODING],
        about: "a JSON file with a list, or with `Resources` as a ListResponse has them: each element",
        prepare: json::prepare,
    },
    Source {
        name: "readNdjson",
        takes: &[FILE, ENCODING],
        about: "a file with one JSON value a line",
        prepare: ndjson::prepare,
    },
    Source {
        name: "readLdif",
        takes: &[FILE, ENCODING, takes("references", Kind::Text)],
        about: "an LDIF file of entries (RFC 2849): `dn`, and a list of values for each attribute",
        prepare: ldif::prepare,
    },
];

/// A source by its name.
#[must_use]
pub fn source(name: &str) -> Option<&'static Source> {
    SOURCES.iter().find(|source| source.name == name)
}

/// A file that is open, and how it is read.
pub struct Opened {
    pub name: PathBuf,
    pub file: File,
    pub encoding: &'static Encoding,
    pub read: Read,
}

impl Source {
    /// Reads the arguments, all but the file itself.
    ///
    /// # Errors
    /// An argument that is not known or no such.
    pub fn check(&self, with: &Map<String, Value>) -> Result<(), String> {
        self.prepared(with, &FileAccess::default().of_flow(Path::new("."))).map(drop)
    }

    fn prepared(&self, with: &Map<String, Value>, files: &FlowFiles) -> Result<(&'static Encoding, Read), String> {
        let name = self.name;
        if let Some(unknown) = with.keys().find(|key| self.takes.iter().all(|known| known.name != key.as_str())) {
            let hint = suggest::hint(unknown, self.takes.iter().map(|known| known.name));
            return Err(format!("{name} takes no `{unknown}`{hint}"));
        }
        let arguments = Arguments { with, files };
        let encoding = encoding(arguments.text(ENCODING.name)?)?;
        Ok((encoding, (self.prepare)(&arguments)?))
    }

    /// Opens the file, where it is one that the flow may read.
    pub(super) fn open(&self, with: &Map<String, Value>, files: &FlowFiles) -> Result<Opened, String> {
        let (encoding, read) = self.prepared(with, files)?;
        let Some(name) = with.get(FILE.name).and_then(Value::as_str) else {
            return Err(format!("{} needs `file`, the name of a file", self.name));
        };
        let name = files.path(name);
        let (_, file) = files.open(&name).map_err(|denied| denied.about(&name.display().to_string()))?;
        Ok(Opened { name, file, encoding, read })
    }
}

/// What a source is given.
pub struct Arguments<'a> {
    with: &'a Map<String, Value>,
    /// What may be read.
    pub files: &'a FlowFiles,
}

impl<'a> Arguments<'a> {
    fn get<T>(&self, name: &str, kind: Kind, read: fn(&'a Value) -> Option<T>) -> Result<Option<T>, String> {
        match self.with.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                read(value).map(Some).ok_or_else(|| format!("`{name}` must be {}, not {value}", kind.words()))
            }
        }
    }

    pub fn text(&self, name: &str) -> Result<Option<&'a str>, String> {
        self.get(name, Kind::Text, Value::as_str)
    }

    pub fn flag(&self, name: &str) -> Result<Option<bool>, String> {
        self.get(name, Kind::Flag, Value::as_bool)
    }

    pub fn texts(&self, name: &str) -> Result<Option<Vec<String>>, String> {
        self.get(name, Kind::Texts, |value| {
            value.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
        })
    }
}
