//! What is wrong with a flow, where, and how that is shown.

use scim_connector_host::visible;
use serde_json::Value;
use std::fmt::Write as _;
use std::path::Path;

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

impl Problem {
    /// For a person: file, line and column, what is wrong, and the line with a mark under the place.
    #[must_use]
    pub fn show(&self, path: &Path, text: &str) -> String {
        let Position { line, column } = self.place;
        let head = format!("{}:{line}:{column}: {}", path.display(), self.message);
        let mut shown = visible::line(&head).into_owned();
        if let Some(source) = text.lines().nth(line.saturating_sub(1)) {
            let before = column.saturating_sub(1);
            // Of a long line, the part around the place.
            let long = source.chars().count() > SHOWN;
            let first = if long { before.saturating_sub(SHOWN * 2 / 3) } else { 0 };
            // A tab has one column, as in messages.
            let part: String = source.trim_end().replace('\t', " ").chars().skip(first).take(SHOWN).collect();
            let before = before.saturating_sub(first);
            // Marks are wider than what they stand for.
            let marked = visible::line(&part.chars().take(before).collect::<String>()).chars().count();
            let before = " ".repeat(marked.max(before));
            let margin = " ".repeat(line.to_string().len());
            write!(shown, "\n{margin} |\n{line} | {}\n{margin} | {before}^", visible::line(&part)).ok();
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

pub(super) fn problem(place: Position, pointer: &str, message: impl Into<String>) -> Problem {
    Problem { place, pointer: pointer.to_owned(), message: message.into(), secret: false }
}

/// A JSON pointer to a member or an element.
#[must_use]
pub fn join(pointer: &str, name: impl std::fmt::Display) -> String {
    format!("{pointer}/{}", name.to_string().replace('~', "~0").replace('/', "~1"))
}
