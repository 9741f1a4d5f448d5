//! Resources from JSON text and back. Numbers keep their digits; of members with the same name the last counts.

use super::Resource;
use super::data::{Data, Held, Number};
use super::overlay::{Parts, Source, Text};
use super::tape::{Document, Fault};
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;
use std::fmt::{self, Write as _};

/// How deep JSON may nest where nothing else is said: what is nested is walked through by functions that call themselves.
pub const DEPTH: u32 = 127;

/// Why a text is not JSON: what was expected, with line and column.
#[derive(Debug)]
pub struct SyntaxError {
    what: String,
    column: usize,
    /// Whether all that is wrong is that it nests deeper than was allowed.
    too_deep: bool,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for SyntaxError {}

impl SyntaxError {
    /// The column, from 1, in bytes.
    pub fn column(&self) -> usize {
        self.column
    }

    /// Whether the text nests deeper than was allowed, which may be all that is wrong with it.
    pub fn is_depth(&self) -> bool {
        self.too_deep
    }

    /// What is wrong with a text that could not be read, in the words of `serde_json`, which reads it once more for them.
    #[cold]
    fn new(text: &[u8], fault: Option<Fault>) -> SyntaxError {
        let too_deep = matches!(fault, Some(Fault::Depth(_)));
        match (serde_json::from_slice::<Value>(text), fault) {
            (Err(error), _) => SyntaxError { column: error.column(), what: error.to_string(), too_deep },
            (Ok(_), Some(Fault::Length)) => SyntaxError { column: 0, what: "it is too long".to_owned(), too_deep },
            (Ok(_), Some(Fault::Syntax(at) | Fault::Depth(at))) => {
                let before = text.get(..at).unwrap_or_default();
                let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
                let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
                let what = if too_deep { "it nests too deep" } else { "unexpected character" };
                SyntaxError { column, what: format!("{what} at line {line} column {column}"), too_deep }
            }
            (Ok(_), None) => SyntaxError { column: 0, what: "it is not UTF-8".to_owned(), too_deep },
        }
    }
}

impl Number {
    /// Reads a number; none where the text is anything else.
    pub fn parse(text: &str) -> Option<Number> {
        match Data::read(text.into(), 0).ok()?.0 {
            Held::Number(number) => Some(number),
            _ => None,
        }
    }
}

impl Data {
    /// Reads JSON text.
    pub fn parse(text: &[u8]) -> Result<Data, SyntaxError> {
        Data::parse_within(text, DEPTH)
    }

    /// Reads JSON text that nests at most so deep.
    pub fn parse_within(text: &[u8], depth: u32) -> Result<Data, SyntaxError> {
        let read = match std::str::from_utf8(text) {
            Ok(text) => Data::read(text.into(), depth.min(DEPTH)).map_err(|(fault, _)| Some(fault)),
            Err(_) => Err(None),
        };
        read.map_err(|fault| SyntaxError::new(text, fault))
    }

    /// Reads JSON text that nobody else needs any more.
    pub fn parse_text(text: Box<str>) -> Result<Data, SyntaxError> {
        Data::read(text, DEPTH).map_err(|(fault, text)| SyntaxError::new(text.as_bytes(), Some(fault)))
    }

    fn read(text: Box<str>, depth: u32) -> Result<Data, (Fault, Box<str>)> {
        Ok(Data::of(Source::whole(Document::read(text, depth)?)))
    }

    /// The same value, as its text alone where it is an object or list: it is read again by whoever looks into it. So it takes the least
    /// memory, and holds no document that it was a part of.
    pub fn packed(self) -> Data {
        match &self.0 {
            Held::List(_) => Data(Held::List(Parts::of(Source::written(self.to_string())))),
            Held::Object(_) => Data::written_object(self.to_string()),
            _ => self,
        }
    }

    /// An object as its text, which is right; nobody looks at it before somebody reads the object.
    pub fn written_object(text: String) -> Data {
        Resource(Parts::of(Source::written(text))).into()
    }

    /// The value as JSON text, without a copy of what is nothing else.
    pub fn into_json_text(self) -> String {
        let written = match &self.0 {
            Held::Object(object) => object.0.unread().is_some_and(Source::is_written),
            _ => false,
        };
        match self.0 {
            Held::Object(Resource(Parts::Read(source, _))) if written => source.into_written().unwrap_or_default(),
            other => Data(other).to_string(),
        }
    }
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Data::from)
    }
}

impl<'de> Deserialize<'de> for Resource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let data = Data::deserialize(deserializer)?;
        data.into_object()
            .map_err(|other| serde::de::Error::custom(format_args!("expected an object, found {}", other.type_name())))
    }
}

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Value::from(self).serialize(serializer)
    }
}

impl Serialize for Resource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Value::from(self).serialize(serializer)
    }
}

impl Data {
    /// The value as text that is the same for equal values: compact, members in the order of their names, only what must be is
    /// escaped.
    pub fn canonical(&self) -> String {
        let mut text = String::new();
        write_canonical(&mut text, self);
        text
    }
}

fn write_canonical(out: &mut String, data: &Data) {
    // Nothing fails that is written into a text.
    let _ = match &data.0 {
        Held::Text(text) => write_quoted(out, text.as_str()),
        Held::List(items) => {
            for (index, item) in items.get().iter().enumerate() {
                out.push(if index == 0 { '[' } else { ',' });
                write_canonical(out, item);
            }
            out.write_str(if items.get().is_empty() { "[]" } else { "]" })
        }
        Held::Object(object) => {
            for (index, member) in object.sorted().enumerate() {
                out.push(if index == 0 { '{' } else { ',' });
                let _ = write_quoted(out, member.name.as_str());
                out.push(':');
                write_canonical(out, &member.value);
            }
            out.write_str(if object.is_empty() { "{}" } else { "}" })
        }
        Held::Null | Held::Bool(_) | Held::Number(_) => write_data(out, data),
    };
}

impl Data {
    /// How long the value's JSON text is.
    pub fn length(&self) -> usize {
        let mut length = Length(0);
        // Counting cannot fail.
        let _ = write_data(&mut length, self);
        length.0
    }
}

struct Length(usize);

impl fmt::Write for Length {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.saturating_add(text.len());
        Ok(())
    }
}

/// As JSON text: what was read as it was read, else compact.
impl fmt::Display for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_data(f, self)
    }
}

/// As JSON text: what was read as it was read, else compact.
impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_object(f, self)
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_data(f, self)
    }
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_object(f, self)
    }
}

fn write_data(out: &mut dyn fmt::Write, data: &Data) -> fmt::Result {
    match &data.0 {
        Held::Null => out.write_str("null"),
        Held::Bool(flag) => out.write_str(if *flag { "true" } else { "false" }),
        Held::Number(number) => out.write_str(number.0.as_str()),
        Held::Text(text) => write_text(out, text),
        Held::List(items) => match items.text() {
            Some(text) => out.write_str(text),
            None => {
                for (index, item) in items.get().iter().enumerate() {
                    out.write_str(if index == 0 { "[" } else { "," })?;
                    write_data(out, item)?;
                }
                out.write_str(if items.get().is_empty() { "[]" } else { "]" })
            }
        },
        Held::Object(object) => write_object(out, object),
    }
}

fn write_object(out: &mut dyn fmt::Write, object: &Resource) -> fmt::Result {
    if let Some(text) = object.0.text() {
        return out.write_str(text);
    }
    let members = object.0.get();
    for (index, member) in members.iter().enumerate() {
        out.write_str(if index == 0 { "{" } else { "," })?;
        write_text(out, &member.name)?;
        out.write_str(":")?;
        write_data(out, &member.value)?;
    }
    out.write_str(if members.is_empty() { "{}" } else { "}" })
}

fn write_text(out: &mut dyn fmt::Write, text: &Text) -> fmt::Result {
    match text.written() {
        Some(written) => out.write_str(written),
        None => write_quoted(out, text.as_str()),
    }
}

/// A JSON string (RFC 8259 section 7): stretches without anything to escape are written as a whole.
fn write_quoted(f: &mut dyn fmt::Write, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        // What is escaped is one byte long.
        let (plain, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        let (escaped, after) = from.split_at_checked(1).unwrap_or((from, ""));
        f.write_str(plain)?;
        match escaped {
            "\"" => f.write_str("\\\""),
            "\\" => f.write_str("\\\\"),
            "\n" => f.write_str("\\n"),
            "\r" => f.write_str("\\r"),
            "\t" => f.write_str("\\t"),
            "\u{8}" => f.write_str("\\b"),
            "\u{c}" => f.write_str("\\f"),
            other => other.bytes().try_for_each(|byte| write!(f, "\\u{byte:04x}")),
        }?;
        rest = after;
    }
    f.write_str(rest)?;
    f.write_str("\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_was_read() {
        let rows = [
            "null",
            "true",
            r#"{"b":[1,-0,1.50,1E400,123456789012345678901234567890],"a":{},"c":[],"d":null}"#,
            r#""quote \" slash \\ \b\f\n\r\t\u0000\u001f \/ \u00e9 é 🦀 \ud83e\udd80 \u007f""#,
            "{ \"a\" : [ 1 ,\n2 ] }",
        ];
        for text in rows {
            let data = Data::parse(text.as_bytes()).unwrap();
            assert_eq!(data.to_string(), text);
            assert_eq!(data.clone().to_string(), text);
            let reference: serde_json::Value = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_value(&data).unwrap(), reference, "{text}");
            let own = Data::from(&reference);
            assert_eq!(Data::parse(data.canonical().as_bytes()).unwrap(), data);
            assert_eq!(own.to_string(), reference.to_string(), "{text}");
            // Numbers are equal that are written alike, which that crate changes.
            if !text.contains('E') {
                assert_eq!(own, data);
            }
        }
    }

    #[test]
    fn what_is_not_changed_is_written_as_it_was_read() {
        let text = r#"{ "b" : {"x": 1.0}, "a":[1, {"y":"\u00e9"}, 2], "c":"\/" }"#;
        let mut data = Data::parse(text.as_bytes()).unwrap();
        let object = data.as_object_mut().unwrap();
        object.insert("d", 1);
        assert_eq!(object.to_string(), r#"{"b":{"x": 1.0},"a":[1, {"y":"\u00e9"}, 2],"c":"\/","d":1}"#);
        object.get_mut("a").and_then(Data::as_list_mut).unwrap().push(Data::NULL);
        object.remove("b");
        assert_eq!(object.to_string(), r#"{"a":[1,{"y":"\u00e9"},2,null],"c":"\/","d":1}"#);
        // To look for what is not there changes nothing.
        let mut data = Data::parse(text.as_bytes()).unwrap();
        let object = data.as_object_mut().unwrap();
        assert!(object.remove("x").is_none() && object.get_mut("x").is_none());
        object.retain(|_, _| true);
        data.replace_texts(&|_| None);
        assert_eq!(data.to_string(), text);
    }

    #[test]
    fn equal_values_have_one_canonical_text() {
        let rows = [
            r#"{"b": [1, {"y": "\u00e9", "x": {}}], "a": "\/"}"#,
            r#"{"a":"/","b":[1,{"x":{},"y":"é"}]}"#,
            r#"{ "a" : "/", "\u0062" : [ 1 , { "x":{ }, "y":"é"}]}"#,
        ];
        for text in rows {
            let data = Data::parse(text.as_bytes()).unwrap();
            assert_eq!(data.canonical(), rows[1]);
            assert_eq!(data, Data::parse(rows[1].as_bytes()).unwrap());
        }
    }

    #[test]
    fn the_last_of_two_names_counts() {
        let data = Data::parse(br#"{"b": 1, "a":[ 2 ], "b":[ 3 ]}"#).unwrap();
        assert_eq!(data.to_string(), r#"{"a":[ 2 ],"b":[ 3 ]}"#);
        let many = |object: &mut Resource| {
            object.extend((0..200).map(|number| (format!("n{}", number % 150), number)));
            (object.len(), object.number("n3"), object.number("n60"), object.number("n149"))
        };
        assert_eq!(many(&mut Resource::new()), (150, Some(153), Some(60), Some(149)));
        assert_eq!(many(&mut Resource::from_iter([("n3", 0), ("a", 0)])), (151, Some(153), Some(60), Some(149)));
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        for (text, expected) in [
            ("{", "EOF while parsing an object at line 1 column 1"),
            ("[1,]", "trailing comma at line 1 column 4"),
            ("1 2", "trailing characters at line 1 column 3"),
        ] {
            assert_eq!(Data::parse(text.as_bytes()).unwrap_err().to_string(), expected);
        }
        let nested = "[".repeat(200);
        assert!(Data::parse(nested.as_bytes()).unwrap_err().to_string().starts_with("recursion limit exceeded"));
    }
}
