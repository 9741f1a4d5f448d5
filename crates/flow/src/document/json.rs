//! JSON (RFC 8259): serde_json reads it, and a walk over the text finds where things stand and which keys stand twice.

use super::limits::DEEPEST;
use super::problem::{Position, Problem, join, problem};
use super::spot::{Spot, Style};
use serde_json::Value;
use std::collections::HashMap;

/// Reads a document.
pub(super) fn read(text: &str) -> Result<(Value, HashMap<String, Spot>), Problem> {
    let value = serde_json::from_str(text).map_err(|error| {
        let (line, reason) = (error.line().max(1), error.to_string());
        let before = text.split('\n').nth(line - 1).and_then(|line| line.get(..error.column().saturating_sub(1)));
        let column = before.map_or(error.column().max(1), |before| before.chars().count() + 1);
        let reason = reason.split(" at line ").next().unwrap_or_default();
        problem(Position { line, column }, "", format!("not JSON: {reason}"))
    })?;
    let mut walk = Walk { rest: text, at: Position { line: 1, column: 1 }, spots: HashMap::new() };
    walk.value("", None, 0)?;
    Ok((value, walk.spots))
}

/// Goes over text that is known to be JSON.
struct Walk<'a> {
    rest: &'a str,
    at: Position,
    spots: HashMap<String, Spot>,
}

impl<'a> Walk<'a> {
    fn value(&mut self, pointer: &str, key: Option<Position>, depth: usize) -> Result<(), Problem> {
        self.blanks();
        if depth > DEEPEST {
            return Err(problem(
                self.at,
                pointer,
                format!("lists and maps stand more than {DEEPEST} deep in each other"),
            ));
        }
        let first = self.rest.chars().next();
        let style = if first == Some('"') { Style::Double } else { Style::Plain };
        self.spots.insert(pointer.to_owned(), Spot { key, value: self.at, style });
        match first {
            Some('{') => self.all('}', |walk, _| {
                let at = walk.at;
                // The text is JSON: a key is there, and is text.
                let name: String = serde_json::from_str(walk.token()).unwrap_or_default();
                let inner = join(pointer, &name);
                if let Some(Spot { key: Some(Position { line, column }), .. }) = walk.spots.get(&inner) {
                    let message = format!("`{name}` stands twice; it stands in line {line}, column {column} already");
                    return Err(problem(at, &inner, message));
                }
                walk.blanks();
                walk.skip(1);
                walk.value(&inner, Some(at), depth + 1)
            }),
            Some('[') => self.all(']', |walk, index| walk.value(&join(pointer, index), None, depth + 1)),
            _ => {
                self.token();
                Ok(())
            }
        }
    }

    /// What stands between brackets.
    fn all(&mut self, end: char, mut one: impl FnMut(&mut Self, usize) -> Result<(), Problem>) -> Result<(), Problem> {
        self.skip(1);
        for index in 0.. {
            self.blanks();
            if self.rest.is_empty() || self.rest.starts_with(end) {
                break;
            }
            one(self, index)?;
            self.blanks();
            if self.rest.starts_with(',') {
                self.skip(1);
            }
        }
        self.skip(1);
        Ok(())
    }

    /// Text, a number or a word.
    fn token(&mut self) -> &'a str {
        let rest = self.rest;
        let mut escaped = false;
        let text = rest.strip_prefix('"').and_then(|text| {
            text.find(|c| {
                let end = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                end
            })
        });
        let other = || rest.find(|c: char| c.is_ascii_whitespace() || ",]}:".contains(c)).unwrap_or(rest.len());
        let length = text.map_or_else(other, |end| end + 2);
        self.skip(length);
        rest.get(..length).unwrap_or_default()
    }

    fn blanks(&mut self) {
        self.skip(self.rest.len() - self.rest.trim_start().len());
    }

    fn skip(&mut self, bytes: usize) {
        let Some((over, rest)) = self.rest.split_at_checked(bytes) else { return };
        for c in over.chars() {
            self.at = match c {
                '\n' => Position { line: self.at.line + 1, column: 1 },
                _ => Position { line: self.at.line, column: self.at.column + 1 },
            };
        }
        self.rest = rest;
    }
}
