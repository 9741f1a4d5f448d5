//! The text of a flow: YAML or JSON into a value, and where each part of it stands. It knows nothing of the DSL.

mod json;
mod yaml;

use serde_json::Value;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The longest text, in bytes.
const LONGEST: usize = 4 << 20;
/// How deep lists and maps may stand in each other.
const DEEPEST: usize = 100;
/// How much of a long line is shown with a problem, in characters.
const SHOWN: usize = 120;

/// A line and a column, from 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// Something wrong with a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where in the text.
    pub place: Position,
    /// Where in the document: a JSON pointer.
    pub pointer: String,
    /// What is wrong, and what to do.
    pub message: String,
    /// Whether a secret is written out there: the rest of the line is not shown then.
    pub secret: bool,
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
    /// Where things stand, by JSON pointer.
    spots: HashMap<String, Spot>,
}

/// Where a value stands, and how it is written.
#[derive(Debug, Clone, Copy, Default)]
struct Spot {
    /// Where the key before it begins.
    key: Option<Position>,
    /// Where it begins.
    value: Position,
    style: Style,
}

/// How a value is written, which says how its text lies in the file's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Style {
    /// A list, a map, or text without quotes (of a block, whose mark is another line, the place is the text's).
    #[default]
    Plain,
    Single,
    Double,
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

impl Problem {
    /// For a person: file, line and column, what is wrong, and the line with a mark under the place.
    #[must_use]
    pub fn show(&self, path: &Path, text: &str) -> String {
        let Position { line, column } = self.place;
        let mut shown = format!("{}:{line}:{column}: {}", path.display(), self.message);
        if let Some(source) = text.lines().nth(line.saturating_sub(1)) {
            // Of a long line, the part around the place.
            let long = source.chars().count() > SHOWN;
            let first = if long { column.saturating_sub(1).saturating_sub(SHOWN * 2 / 3) } else { 0 };
            let part: String = source.trim_end().chars().skip(first).take(SHOWN).collect();
            let part: String = part.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            let margin = " ".repeat(line.to_string().len());
            let before = " ".repeat((column.saturating_sub(1)).saturating_sub(first));
            write!(shown, "\n{margin} |\n{line} | {part}\n{margin} | {before}^").ok();
        }
        shown
    }

    /// All of them for a person, a line break after each; lines end where one of them says that a secret stands.
    #[must_use]
    pub fn show_all(problems: &[Self], path: &Path, text: &str) -> String {
        let open = |(index, line): (usize, &str)| {
            let secrets = problems.iter().filter(|problem| problem.secret && problem.place.line == index + 1);
            match secrets.map(|problem| problem.place.column.saturating_sub(1)).min() {
                Some(column) => line.chars().take(column).chain(['…', '\n']).collect(),
                None => format!("{line}\n"),
            }
        };
        let text: String = text.lines().enumerate().map(open).collect();
        problems.iter().map(|problem| problem.show(path, &text) + "\n").collect()
    }

    /// For a program.
    #[must_use]
    pub fn to_json(&self, path: &Path) -> Value {
        serde_json::json!({
            "file": path.display().to_string(),
            "line": self.place.line,
            "column": self.place.column,
            "pointer": self.pointer,
            "message": self.message,
        })
    }
}

fn problem(place: Position, pointer: &str, message: impl Into<String>) -> Problem {
    Problem { place, pointer: pointer.to_owned(), message: message.into(), secret: false }
}

/// A JSON pointer to a member or an element.
#[must_use]
pub fn join(pointer: &str, name: impl std::fmt::Display) -> String {
    format!("{pointer}/{}", name.to_string().replace('~', "~0").replace('/', "~1"))
}

/// Finds the place of the character `offset` of `value`, as it is written from `spot` on. Blanks are folded and escapes
/// shorten the text, so that what counts is the characters that are no blanks.
fn align(text: &str, spot: Spot, value: &str, offset: usize) -> Option<Position> {
    let ahead = value.chars().take(offset).filter(|c| !c.is_whitespace()).count();
    let mut place = spot.value;
    let line = text.split('\n').take(place.line.checked_sub(1)?).map(|line| line.len() + 1).sum::<usize>();
    let rest = text.get(line..)?;
    let mut source = rest.chars().skip(place.column.checked_sub(1)?).peekable();
    let step = |source: &mut std::iter::Peekable<std::iter::Skip<std::str::Chars<'_>>>, place: &mut Position| {
        let c = source.next()?;
        *place = match c {
            '\n' => Position { line: place.line + 1, column: 1 },
            _ => Position { line: place.line, column: place.column + 1 },
        };
        Some(c)
    };
    match spot.style {
        Style::Plain => {}
        Style::Single | Style::Double => {
            step(&mut source, &mut place)?;
        }
    }
    let mut seen = 0;
    loop {
        while source.peek()?.is_whitespace() {
            step(&mut source, &mut place)?;
        }
        if seen == ahead {
            return Some(place);
        }
        let c = step(&mut source, &mut place)?;
        if spot.style == Style::Single && c == '\'' {
            step(&mut source, &mut place)?;
        }
        if spot.style == Style::Double && c == '\\' {
            let digits = match step(&mut source, &mut place)? {
                'x' => 2,
                'u' => 4,
                'U' => 8,
                'n' | 't' | 'r' | ' ' | '\n' => {
                    // A blank, which is not counted.
                    continue;
                }
                _ => 0,
            };
            for _ in 0..digits {
                step(&mut source, &mut place)?;
            }
        }
        seen += 1;
    }
}

#[cfg(test)]
mod tests;
