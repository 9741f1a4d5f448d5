//! Where the operations of a bulk run come from: they are gone through twice, and some are read once more.

use serde_json::Value;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::Path;

/// Longest line of a file.
const LONGEST_LINE: u64 = 16 << 20;

/// An operation as JSON text, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceOperation {
    /// Its JSON.
    pub text: String,
    /// Where it stands, for [`BulkSource::seek`].
    pub place: u64,
    /// Its line or number from 1, for messages.
    pub line: u64,
}

/// Operations in an order. They must be the same each time they are read.
pub trait BulkSource: Send {
    /// Goes to a place: 0, where the first one is, or that of one that was given.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn seek(&mut self, place: u64) -> io::Result<()>;

    /// Where the next one is looked for.
    fn place(&self) -> u64;

    /// The next operation; none at the end. After a [`BulkSource::seek`] to another place than 0, `line` need not be right.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn read(&mut self) -> io::Result<Option<SourceOperation>>;
}

/// A file with an operation on each line; empty lines are passed over.
pub struct NdjsonFile {
    file: BufReader<File>,
    place: u64,
    line: u64,
}

impl NdjsonFile {
    /// Opens a file.
    ///
    /// # Errors
    /// Where that fails.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        Ok(Self::new(File::open(path)?))
    }

    /// Reads a file that is open already, and can be read at any place.
    #[must_use]
    pub fn new(file: File) -> Self {
        Self { file: BufReader::new(file), place: 0, line: 0 }
    }
}

impl BulkSource for NdjsonFile {
    fn seek(&mut self, place: u64) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(place))?;
        (self.place, self.line) = (place, 0);
        Ok(())
    }

    fn place(&self) -> u64 {
        self.place
    }

    fn read(&mut self) -> io::Result<Option<SourceOperation>> {
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            let place = self.place;
            let length = (&mut self.file).take(LONGEST_LINE + 1).read_until(b'\n', &mut bytes)? as u64;
            if length == 0 {
                return Ok(None);
            }
            self.line += 1;
            self.place += length;
            let line = self.line;
            let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, format!("line {line}: {what}"));
            if length > LONGEST_LINE {
                return Err(wrong(&format!("is longer than {LONGEST_LINE} bytes")));
            }
            let text = std::str::from_utf8(&bytes).map_err(|_| wrong("is not UTF-8"))?;
            let text = text.trim_start_matches('\u{feff}').trim();
            if !text.is_empty() {
                return Ok(Some(SourceOperation { text: text.to_owned(), place, line }));
            }
        }
    }
}

/// Operations in memory.
pub struct Operations {
    all: Vec<Value>,
    next: usize,
}

impl From<Vec<Value>> for Operations {
    fn from(all: Vec<Value>) -> Self {
        Self { all, next: 0 }
    }
}

impl BulkSource for Operations {
    fn seek(&mut self, place: u64) -> io::Result<()> {
        self.next = usize::try_from(place).unwrap_or(usize::MAX);
        Ok(())
    }

    fn place(&self) -> u64 {
        self.next as u64
    }

    fn read(&mut self) -> io::Result<Option<SourceOperation>> {
        let Some(operation) = self.all.get(self.next) else { return Ok(None) };
        let place = self.next as u64;
        self.next += 1;
        Ok(Some(SourceOperation { text: operation.to_string(), place, line: place + 1 }))
    }
}
