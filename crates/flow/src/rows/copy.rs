//! The text form of PostgreSQL's COPY: a row a line, escapes with a backslash, no quotes.

use super::header::check;
use super::text::Text;
use super::{Place, Sender};
use serde_json::{Map, Value};
use std::iter::Peekable;
use std::str::Bytes;

/// Gives an object for each line; `null` stands for what is null, and comes before escapes are read.
pub fn read(
    mut from: Text,
    (delimiter, null): (char, &str),
    columns: Option<Vec<String>>,
    to: &mut Sender,
) -> Result<(), String> {
    let mut header = columns;
    loop {
        from.begin_row();
        let mut line = String::new();
        if !from.line(&mut line)? {
            return Ok(());
        }
        let begun = from.number();
        let cut = line.trim_end_matches(['\n', '\r']);
        // The end of the data, where the file was cut out of a dump.
        if cut == "\\." {
            return Ok(());
        }
        let mut cells = Vec::new();
        let mut from_here = cut;
        loop {
            let end = end_of_cell(from_here, delimiter);
            let cell = from_here.get(..end).unwrap_or_default();
            cells.push(if cell == null {
                None
            } else {
                Some(unescaped(cell).map_err(|error| format!("line {begun}: {error}"))?)
            });
            match from_here.get(end + delimiter.len_utf8()..) {
                Some(rest) => from_here = rest,
                None => break,
            }
        }
        let Some(names) = &header else {
            let names: Vec<String> = cells.into_iter().map(Option::unwrap_or_default).collect();
            check(&names, Some(delimiter), begun)?;
            header = Some(names);
            continue;
        };
        if cells.len() != names.len() {
            return Err(format!("line {begun}: it has {} cells, and the header has {}", cells.len(), names.len()));
        }
        let row: Map<String, Value> =
            names.iter().zip(cells).map(|(name, cell)| (name.clone(), cell.map_or(Value::Null, Value::from))).collect();
        if !to.give(Value::Object(row), Place::Line(begun)) {
            return Ok(());
        }
    }
}

/// Where a cell ends: at a delimiter that no backslash stands before.
fn end_of_cell(text: &str, delimiter: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == delimiter => return at,
            _ => {}
        }
    }
    text.len()
}

/// The text that a cell stands for ("File Formats" of COPY in PostgreSQL's manual).
fn unescaped(cell: &str) -> Result<String, String> {
    if !cell.contains('\\') {
        return Ok(cell.to_owned());
    }
    let mut bytes = Vec::with_capacity(cell.len());
    let mut rest = cell.bytes().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match rest.next() {
            Some(b'b') => bytes.push(8),
            Some(b'f') => bytes.push(12),
            Some(b'n') => bytes.push(b'\n'),
            Some(b'r') => bytes.push(b'\r'),
            Some(b't') => bytes.push(b'\t'),
            Some(b'v') => bytes.push(11),
            Some(digit @ b'0'..=b'7') => bytes.push(number(&mut rest, 8, u32::from(digit - b'0'))),
            Some(b'x') if rest.peek().is_some_and(u8::is_ascii_hexdigit) => bytes.push(number(&mut rest, 16, 0)),
            Some(other) => bytes.push(other),
            None => return Err("a backslash stands at the end of a cell".into()),
        }
    }
    if bytes.contains(&0) {
        return Err("it holds a NUL character".into());
    }
    String::from_utf8(bytes).map_err(|_| "what its escapes stand for is not UTF-8".into())
}

/// A byte written in at most two digits more.
fn number(rest: &mut Peekable<Bytes<'_>>, radix: u32, first: u32) -> u8 {
    let mut number = first;
    for _ in 0..2 {
        let Some(digit) = rest.peek().and_then(|byte| char::from(*byte).to_digit(radix)) else { break };
        number = number * radix + digit;
        rest.next();
    }
    (number & 0xff) as u8
}
