//! CSV (RFC 4180) with a header, as spreadsheets and PostgreSQL write it. Read here rather than by a crate, since none tells a
//! cell that is empty from one that is quoted and empty: the one is NULL to PostgreSQL, the other a text.

use super::header::{check, wrong_names};
use super::text::Text;
use super::{Arguments, Place, Read, Sender, copy};
use serde_json::{Map, Value};

/// Which cells lose the blanks around their text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trim {
    Never,
    Unquoted,
    Always,
}

/// What a cell without text, or a text that stands for nothing, is.
enum Empty {
    /// It is left out; what is quoted and empty, too, where the header is quoted throughout: whoever quotes everything says
    /// nothing by it.
    LeftOut,
    /// This text is null where it is not quoted; anything else is a text, also the empty one.
    NullIs(String),
}

struct Options {
    delimiter: Option<char>,
    trim: Trim,
    empty: Empty,
    columns: Option<Vec<String>>,
}

/// Gives an object for each line, with the header's names.
///
/// # Errors
/// An argument that is none.
pub fn prepare(with: &Arguments<'_>) -> Result<Read, String> {
    let delimiter = match with.text("delimiter")? {
        None => None,
        Some("tab") => Some('\t'),
        Some(text) => {
            let mut characters = text.chars();
            match (characters.next(), characters.next()) {
                (Some(one), None) if !matches!(one, '"' | '\n' | '\r') => Some(one),
                _ => {
                    return Err(format!("`delimiter` must be one character such as \";\" or \"tab\", not \"{text}\""));
                }
            }
        }
    };
    let options = Options {
        delimiter,
        trim: match with.flag("trim")? {
            None => Trim::Unquoted,
            Some(true) => Trim::Always,
            Some(false) => Trim::Never,
        },
        empty: with.text("null")?.map_or(Empty::LeftOut, |text| Empty::NullIs(text.to_owned())),
        columns: with.texts("columns")?,
    };
    if let Some(wrong) = options.columns.as_ref().and_then(|columns| wrong_names(columns)) {
        return Err(format!("`columns`: {wrong}"));
    }
    match with.text("format")? {
        None | Some("csv") => Ok(Box::new(move |from, to| read(from, &options, to))),
        Some("copy") => {
            let null = match options.empty {
                Empty::LeftOut => "\\N".to_owned(),
                Empty::NullIs(text) => text,
            };
            Ok(Box::new(move |from, to| copy::read(from, (delimiter.unwrap_or('\t'), &null), options.columns, to)))
        }
        Some(other) => Err(format!(
            "`format` must be \"csv\", or \"copy\" for the text form of PostgreSQL's COPY, not \"{other}\""
        )),
    }
}

fn read(from: Text, options: &Options, to: &mut Sender) -> Result<(), String> {
    let mut cells = Cells {
        from,
        said: options.delimiter,
        delimiter: options.delimiter.unwrap_or(','),
        trim: options.trim,
        begun: 0,
    };
    let mut quoted = false;
    let header = match &options.columns {
        Some(columns) => columns.clone(),
        None => {
            let Some(first) = cells.next()? else { return Ok(()) };
            quoted = first.iter().all(|cell| cell.quoted);
            let names: Vec<String> = first.into_iter().map(|cell| cell.text.trim().to_owned()).collect();
            check(&names, options.delimiter, cells.begun)?;
            names
        }
    };
    while let Some(record) = cells.next()? {
        let line = cells.begun;
        if record.len() != header.len() {
            return Err(format!("line {line}: it has {} cells, and the header has {}", record.len(), header.len()));
        }
        let members = header.iter().zip(record).filter_map(|(name, cell)| {
            let value = match &options.empty {
                Empty::LeftOut if cell.text.is_empty() && (quoted || !cell.quoted) => return None,
                Empty::NullIs(null) if !cell.quoted && cell.text == *null => Value::Null,
                _ => cell.text.into(),
            };
            Some((name.clone(), value))
        });
        let row: Map<String, Value> = members.collect();
        if !to.give(Value::Object(row), Place::Line(line)) {
            break;
        }
    }
    Ok(())
}

/// The delimiter of a first line `sep=;`, by which Excel is told.
fn separator(line: &str) -> Option<char> {
    let line = line.trim_end_matches(['\n', '\r']);
    let line = line.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(line);
    let said = line.get(..4).filter(|start| start.eq_ignore_ascii_case("sep=")).and(line.get(4..))?;
    let mut characters = said.chars();
    characters.next().filter(|_| characters.next().is_none())
}

struct Cell {
    text: String,
    quoted: bool,
}

/// Where in a cell a reader is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Begin,
    Plain,
    Quotes,
    /// Behind the closing quote.
    Closed,
}

/// The records of a file.
struct Cells {
    from: Text,
    /// The delimiter that the flow names.
    said: Option<char>,
    delimiter: char,
    trim: Trim,
    /// The line that the last record began in.
    begun: u64,
}

impl Cells {
    /// The next record that is no blank line; none at the end.
    fn next(&mut self) -> Result<Option<Vec<Cell>>, String> {
        loop {
            self.from.begin_row();
            let mut line = String::new();
            if !self.from.line(&mut line)? {
                return Ok(None);
            }
            self.begun = self.from.number();
            if self.begun == 1
                && let Some(delimiter) = separator(&line)
            {
                self.delimiter = self.said.unwrap_or(delimiter);
                continue;
            }
            let record = self.record(line)?;
            // Delimiters alone are a blank line, too: spreadsheets write them for rows that were emptied.
            if record.iter().any(|cell| cell.quoted || !cell.text.is_empty()) {
                return Ok(Some(record));
            }
        }
    }

    /// The record that begins with this line, and goes on where a quote is open at its end.
    fn record(&mut self, mut line: String) -> Result<Vec<Cell>, String> {
        let mut record = Vec::new();
        let mut text = String::new();
        let mut within = Within::Begin;
        let mut quoted = false;
        loop {
            let body = line.trim_end_matches(['\n', '\r']).len();
            let mut at = 0;
            loop {
                let rest = line.get(at..body).unwrap_or_default();
                match within {
                    Within::Begin => {
                        let inner = if self.trim == Trim::Never { rest } else { self.without_blanks(rest) };
                        quoted = inner.starts_with('"');
                        within = if quoted { Within::Quotes } else { Within::Plain };
                        at += if quoted { rest.len() - inner.len() + 1 } else { 0 };
                    }
                    Within::Quotes => match rest.find('"') {
                        Some(end) => {
                            text.push_str(rest.get(..end).unwrap_or_default());
                            let doubled = rest.get(end + 1..).is_some_and(|after| after.starts_with('"'));
                            if doubled {
                                text.push('"');
                            } else {
                                within = Within::Closed;
                            }
                            at += end + if doubled { 2 } else { 1 };
                        }
                        None => {
                            text.push_str(line.get(at..).unwrap_or_default());
                            break;
                        }
                    },
                    Within::Plain | Within::Closed => {
                        let end = rest.find(self.delimiter);
                        let cell = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
                        match within {
                            Within::Closed
                                if cell.trim().is_empty() && (cell.is_empty() || self.trim != Trim::Never) => {}
                            Within::Closed => {
                                return Err(format!(
                                    "line {}: there is text behind a closing quote",
                                    self.from.number()
                                ));
                            }
                            _ => text.push_str(cell),
                        }
                        record.push(self.cell(std::mem::take(&mut text), quoted));
                        within = Within::Begin;
                        match end {
                            Some(end) => at += end + self.delimiter.len_utf8(),
                            None => return Ok(record),
                        }
                    }
                }
            }
            line.clear();
            if !self.from.line(&mut line)? {
                return Err(format!("line {}: a quote is opened and never closed", self.begun));
            }
        }
    }

    /// What begins with the first character that is no blank; the delimiter is none.
    fn without_blanks<'a>(&self, text: &'a str) -> &'a str {
        text.trim_start_matches(|c: char| c.is_whitespace() && c != self.delimiter)
    }

    fn cell(&self, text: String, quoted: bool) -> Cell {
        let trimmed = match self.trim {
            Trim::Never => false,
            Trim::Unquoted => !quoted,
            Trim::Always => true,
        };
        let inner = if trimmed { text.trim() } else { text.as_str() };
        let text = if inner.len() == text.len() { text } else { inner.to_owned() };
        Cell { text, quoted }
    }
}
