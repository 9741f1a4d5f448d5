//! The text of a flow: YAML or JSON into a value, and where each part of it stands. It knows nothing of the DSL.

mod json;
mod limits;
mod problem;
mod spot;
mod yaml;

pub use limits::LONGEST;
pub use problem::{Position, Problem, join};

use problem::problem;
use serde_json::Value;
use spot::{Spot, align};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// A text and what stands in it.
#[derive(Debug, Clone)]
pub struct Document {
    /// The file, for messages.
    pub path: PathBuf,
    /// The text as it is.
    pub text: String,
    /// What it says.
    pub value: Value,
    /// Where things stand, by JSON pointer.
    spots: HashMap<String, Spot>,
}

impl Document {
    /// Reads YAML 1.2, or JSON where the file's name ends in `.json`.
    ///
    /// # Errors
    ///
    /// What is not YAML (or JSON), with its place; a key that stands twice; more than one document; what is too long, too
    /// deep, or grows too big by its aliases.
    pub fn parse(text: &str, path: &Path) -> Result<Self, Problem> {
        if text.len() > LONGEST {
            let message = format!("the file has {} bytes; a flow has {LONGEST} at most", text.len());
            return Err(problem(Position { line: 1, column: 1 }, "", message));
        }
        let (value, spots) =
            if path.extension().is_some_and(|end| end == "json") { json::read(text)? } else { yaml::read(text)? };
        Ok(Self { path: path.to_path_buf(), text: text.to_owned(), value, spots })
    }

    /// The folder that its files are named from.
    #[must_use]
    pub fn folder(&self) -> &Path {
        folder_of(&self.path)
    }

    /// Where the part that a JSON pointer names stands; of what is not there, the nearest part around it.
    #[must_use]
    pub fn place(&self, pointer: &str) -> Position {
        self.spot(pointer).map_or(Position { line: 1, column: 1 }, |(_, spot)| spot.value)
    }

    /// Where the key of the part that a JSON pointer names stands; of what has no key, or is not there, as [`Self::place`].
    #[must_use]
    pub fn key_place(&self, pointer: &str) -> Position {
        match self.spot(pointer) {
            Some((found, Spot { key: Some(key), .. })) if found == pointer => key,
            _ => self.place(pointer),
        }
    }

    /// Where the character `offset` (from 0) of the text that a JSON pointer names stands.
    #[must_use]
    pub fn place_in(&self, pointer: &str, offset: usize) -> Position {
        let start = self.place(pointer);
        let Some((found, spot)) = self.spot(pointer) else { return start };
        let Some(text) = self.value.pointer(pointer).and_then(Value::as_str).filter(|_| found == pointer) else {
            return start;
        };
        align(&self.text, spot, text, offset).unwrap_or(start)
    }

    /// A problem at a JSON pointer.
    #[must_use]
    pub fn problem(&self, pointer: &str, message: impl Into<String>) -> Problem {
        problem(self.place(pointer), pointer, message)
    }

    fn spot<'a>(&self, pointer: &'a str) -> Option<(&'a str, Spot)> {
        let mut pointer = pointer;
        loop {
            if let Some(spot) = self.spots.get(pointer) {
                return Some((pointer, *spot));
            }
            pointer = pointer.get(..pointer.rfind('/')?)?;
        }
    }
}

/// The folder of a file.
#[must_use]
pub fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests;
