//! YAML 1.2 with its core schema, as far as JSON can say it. The parser gives events; this builds the value of them.

use super::limits::{DEEPEST, LONGEST};
use super::problem::{Position, Problem, join, problem};
use super::spot::{Spot, Style};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, StrInput, Tag};
use serde_json::{Map, Number, Value};
use std::borrow::Cow;
use std::collections::HashMap;

/// How many values a document may have once its aliases are followed.
const MOST: usize = 100_000;

/// Reads a document.
pub(super) fn read(text: &str) -> Result<(Value, HashMap<String, Spot>), Problem> {
    // The byte order mark is no part of the text, and the parser does not skip it.
    let parser = Parser::new_from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    let mut reader = Reader { parser, text, spots: HashMap::new(), anchors: HashMap::new(), size: Size::default() };
    let mut found = None;
    loop {
        let (event, span) = reader.next("")?;
        match event {
            Event::DocumentStart(_) if found.is_some() => {
                return Err(problem(place(span.start), "", "a second document begins here; a flow is one document"));
            }
            Event::DocumentStart(_) | Event::StreamStart | Event::DocumentEnd | Event::Nothing => {}
            Event::StreamEnd => break,
            event => found = Some(reader.node(event, span, None, "", 0)?),
        }
    }
    match found {
        Some(value) => Ok((value, reader.spots)),
        None => Err(problem(
            Position { line: 1, column: 1 },
            "",
            "the file is empty; a flow has the members document and do",
        )),
    }
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    text: &'a str,
    spots: HashMap<String, Spot>,
    /// What the anchors that have ended stand for.
    anchors: HashMap<usize, (Value, Size)>,
    size: Size,
}

/// How big a document is with its aliases followed.
#[derive(Clone, Copy, Default)]
struct Size {
    values: usize,
    bytes: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self, pointer: &str) -> Result<(Event<'a>, Span), Problem> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => {
                let place = place(*error.marker());
                Err(problem(place, pointer, self.explain(place, error.info())))
            }
            None => Err(problem(Position { line: 1, column: 1 }, pointer, "not YAML: the text ends too early")),
        }
    }

    fn explain(&self, place: Position, info: &str) -> String {
        let line = self.text.lines().nth(place.line.saturating_sub(1)).unwrap_or_default();
        let indent = line.get(..line.len() - line.trim_start().len()).unwrap_or_default();
        if indent.contains('\t') {
            return "a tab in the indentation; YAML is indented with blanks".into();
        }
        format!("not YAML: {info}")
    }

    fn grow(&mut self, by: Size, at: Position, pointer: &str) -> Result<(), Problem> {
        self.size = Size { values: self.size.values + by.values, bytes: self.size.bytes + by.bytes };
        if self.size.values > MOST || self.size.bytes > 2 * LONGEST {
            let message = format!(
                "the flow is too big here: more than {MOST} values, or {} bytes, with its aliases",
                2 * LONGEST
            );
            return Err(problem(at, pointer, message));
        }
        Ok(())
    }

    /// The value that begins with an event.
    fn node(
        &mut self,
        event: Event<'a>,
        span: Span,
        key: Option<Position>,
        pointer: &str,
        depth: usize,
    ) -> Result<Value, Problem> {
        let at = place(span.start);
        if depth > DEEPEST {
            return Err(problem(at, pointer, format!("lists and maps stand more than {DEEPEST} deep in each other")));
        }
        let style = match &event {
            Event::Scalar(_, ScalarStyle::SingleQuoted, ..) => Style::Single,
            Event::Scalar(_, ScalarStyle::DoubleQuoted, ..) => Style::Double,
            _ => Style::Plain,
        };
        // What is left out stands nowhere: its key does.
        let empty = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, ..) if text.is_empty());
        let value = if empty { key.unwrap_or(at) } else { at };
        self.spots.insert(pointer.to_owned(), Spot { key, value, style });
        let before = self.size;
        self.grow(Size { values: 1, bytes: 0 }, at, pointer)?;
        let (value, anchor) = match event {
            Event::Alias(id) => {
                let Some((value, size)) = self.anchors.get(&id) else {
                    return Err(problem(at, pointer, "the alias stands inside of what it names"));
                };
                let (size, value) = (*size, value.clone());
                self.grow(size, at, pointer)?;
                return Ok(value);
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.grow(Size { values: 0, bytes: text.len() }, at, pointer)?;
                let value = scalar(text, style, tag.as_deref()).map_err(|message| problem(at, pointer, message))?;
                (value, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                require_core_schema(tag.as_deref(), "seq").map_err(|message| problem(at, pointer, message))?;
                (self.list(pointer, depth)?, anchor)
            }
            Event::MappingStart(anchor, tag) => {
                require_core_schema(tag.as_deref(), "map").map_err(|message| problem(at, pointer, message))?;
                (self.map(pointer, depth)?, anchor)
            }
            _ => return Err(problem(at, pointer, "not YAML: a value is missing")),
        };
        if anchor > 0 {
            let size = Size { values: self.size.values - before.values, bytes: self.size.bytes - before.bytes };
            self.grow(size, at, pointer)?;
            self.anchors.insert(anchor, (value.clone(), size));
        }
        Ok(value)
    }

    fn list(&mut self, pointer: &str, depth: usize) -> Result<Value, Problem> {
        let mut list = Vec::new();
        loop {
            let at = join(pointer, list.len());
            match self.next(&at)? {
                (Event::SequenceEnd, _) => return Ok(Value::Array(list)),
                (event, span) => list.push(self.node(event, span, None, &at, depth + 1)?),
            }
        }
    }

    fn map(&mut self, pointer: &str, depth: usize) -> Result<Value, Problem> {
        let mut map = Map::new();
        loop {
            let (event, span) = self.next(pointer)?;
            let at = place(span.start);
            let name = match event {
                Event::MappingEnd => return Ok(Value::Object(map)),
                Event::Scalar(text, style, anchor, tag) => key(text, style, anchor, tag.as_deref()),
                _ => Err("a key must be text".into()),
            };
            let name = name.map_err(|message| problem(at, pointer, message))?;
            self.grow(Size { values: 0, bytes: name.len() }, at, pointer)?;
            let inner = join(pointer, &name);
            if let Some(Spot { key: Some(first), .. }) = self.spots.get(&inner) {
                let message =
                    format!("`{name}` stands twice; it stands in line {}, column {} already", first.line, first.column);
                return Err(problem(at, &inner, message));
            }
            let (event, span) = self.next(&inner)?;
            let value = self.node(event, span, Some(at), &inner, depth + 1)?;
            map.insert(name, value);
        }
    }
}

fn place(mark: Marker) -> Position {
    Position { line: mark.line().max(1), column: mark.col() + 1 }
}

fn key(text: Cow<'_, str>, style: ScalarStyle, anchor: usize, tag: Option<&Tag>) -> Result<String, String> {
    if style == ScalarStyle::Plain && tag.is_none() {
        if text == "<<" {
            return Err("merge keys (`<<`) are no part of YAML 1.2; write the members out".into());
        }
        if !matches!(scalar(Cow::Borrowed(&text), style, None), Ok(Value::String(_))) {
            return Err(format!("a key must be text: write \"{text}\""));
        }
    }
    if anchor > 0 {
        return Err("a key cannot have an anchor".into());
    }
    Ok(text.into_owned())
}

/// Refuses tags that are not of the core schema.
fn require_core_schema(tag: Option<&Tag>, name: &str) -> Result<(), String> {
    match tag {
        None => Ok(()),
        Some(tag) if tag.is_yaml_core_schema() && tag.suffix == name => Ok(()),
        Some(tag) => Err(format!("the tag {} has no meaning here; leave it out", tag_name(tag))),
    }
}

fn tag_name(tag: &Tag) -> String {
    if tag.is_yaml_core_schema() { format!("!!{}", tag.suffix) } else { tag.to_string() }
}

fn scalar(text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    let Some(tag) = tag else {
        return if style == ScalarStyle::Plain { plain_scalar(text) } else { Ok(Value::String(text.into_owned())) };
    };
    let fits = |value: &Value| match tag.suffix.as_str() {
        "null" => value.is_null(),
        "bool" => value.is_boolean(),
        "int" => matches!(value, Value::Number(number) if !number.to_string().contains(['.', 'e', 'E'])),
        "float" => value.is_number(),
        _ => false,
    };
    match tag.suffix.as_str() {
        "str" if tag.is_yaml_core_schema() => Ok(Value::String(text.into_owned())),
        "null" | "bool" | "int" | "float" if tag.is_yaml_core_schema() => {
            let shown = text.to_string();
            let value = plain_scalar(text)?;
            if fits(&value) { Ok(value) } else { Err(format!("`{shown}` is no {}, as its tag says", tag_name(tag))) }
        }
        _ => Err(format!("the tag {} has no meaning here; leave it out", tag_name(tag))),
    }
}

/// Text without quotes, by the core schema (YAML 1.2.2 section 10.3.2).
fn plain_scalar(text: Cow<'_, str>) -> Result<Value, String> {
    match text.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::Null),
        "true" | "True" | "TRUE" => return Ok(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(Value::Bool(false)),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "-.inf" | ".nan" | ".NaN" | ".NAN" => {
            return Err(format!("`{text}` is no number that JSON has; put it in quotes if it is text"));
        }
        _ => {}
    }
    number(&text).unwrap_or_else(|| Ok(Value::String(text.into_owned())))
}

/// A number with all its digits, or `None` where the text is none.
fn number(text: &str) -> Option<Result<Value, String>> {
    let based = [("0x", 16), ("0o", 8)].into_iter().find_map(|(prefix, base)| Some((text.strip_prefix(prefix)?, base)));
    if let Some((digits, base)) = based {
        if digits.is_empty() || !digits.chars().all(|c| c.is_digit(base)) {
            return None;
        }
        let number = u64::from_str_radix(digits, base).map(Value::from);
        return Some(number.map_err(|_| format!("`{text}` is too large; put it in quotes if it is text")));
    }
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (rest.get(..at)?, Some(rest.get(at + 1..)?)),
        None => (rest, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let power = exponent.map(|text| text.strip_prefix(['+', '-']).unwrap_or(text));
    if !digits(whole) || !digits(fraction) || whole.len() + fraction.len() == 0 {
        return None;
    }
    if power.is_some_and(|power| power.is_empty() || !digits(power)) {
        return None;
    }
    if whole.len() > 1 && whole.starts_with('0') {
        return Some(Err(format!("`{text}` would lose its zeros as a number; put it in quotes")));
    }
    let mut exact = format!("{sign}{}", if whole.is_empty() { "0" } else { whole });
    if !fraction.is_empty() {
        exact.extend([".", fraction]);
    }
    exact.extend(exponent.into_iter().flat_map(|exponent| ["e", exponent]));
    if exact.parse::<f64>().is_ok_and(f64::is_infinite) && exponent.is_some() {
        return Some(Err(format!("`{text}` is too large; put it in quotes if it is text")));
    }
    exact.parse::<Number>().ok().map(|number| Ok(Value::Number(number)))
}
