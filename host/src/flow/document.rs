//! The text of a flow: YAML or JSON into a value, and where each part of it stands. It knows nothing of the DSL.

use serde_json::Value;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// A line and a column, from 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// Something wrong with a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where in the text.
    pub place: Place,
    /// Where in the document: a JSON pointer.
    pub pointer: String,
    /// What is wrong, and what to do.
    pub message: String,
}

/// A text and what stands in it.
#[derive(Debug, Clone)]
pub struct Document {
    /// The file, for messages.
    pub path: PathBuf,
    /// The text as it is.
    pub text: String,
    /// What it says.
    pub value: Value,
    /// Where each value begins, and where the key before it does, by JSON pointer.
    places: HashMap<String, Place>,
}

impl Document {
    /// Reads YAML 1.2 or JSON.
    ///
    /// # Errors
    ///
    /// What is not YAML, with its place; a key that stands twice; more than one document.
    pub fn parse(text: &str, path: &Path) -> Result<Self, Problem> {
        let _ = (text, path);
        todo!("the helper `check` writes this")
    }

    /// Where the part that a JSON pointer names stands; of what is not there, the nearest part around it.
    #[must_use]
    pub fn place(&self, pointer: &str) -> Place {
        let mut pointer = pointer;
        loop {
            if let Some(place) = self.places.get(pointer) {
                return *place;
            }
            match pointer.rfind('/') {
                Some(end) => pointer = pointer.get(..end).unwrap_or_default(),
                None => return Place { line: 1, column: 1 },
            }
        }
    }

    /// A problem at a JSON pointer.
    #[must_use]
    pub fn problem(&self, pointer: &str, message: impl Into<String>) -> Problem {
        Problem { place: self.place(pointer), pointer: pointer.to_owned(), message: message.into() }
    }
}
