//! Resources from JSON text and back. Numbers keep their digits; of members with the same name the last counts.

use super::Resource;
use super::data::{Data, Number, Tree};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// The name under which serde_json hands over a number as it is written (its feature `arbitrary_precision`).
const NUMBER: &str = "$serde_json::private::Number";

/// Why a text is not JSON: what was expected, with line and column.
#[derive(Debug)]
pub struct SyntaxError(serde_json::Error);

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for SyntaxError {}

impl SyntaxError {
    /// The column, from 1, in bytes.
    pub fn column(&self) -> usize {
        self.0.column()
    }
}

impl Number {
    /// Reads a number; none where the text is anything else.
    pub fn parse(text: &str) -> Option<Number> {
        match Data::parse(text.as_bytes()).ok()?.0 {
            Tree::Number(number) => Some(number),
            _ => None,
        }
    }
}

impl Data {
    /// Reads JSON text.
    pub fn parse(text: &[u8]) -> Result<Data, SyntaxError> {
        serde_json::from_slice(text).map_err(SyntaxError)
    }
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reading)
    }
}

impl<'de> Deserialize<'de> for Resource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let data = Data::deserialize(deserializer)?;
        data.into_object()
            .map_err(|other| serde::de::Error::custom(format_args!("expected an object, found {}", other.type_name())))
    }
}

struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = Data;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any valid JSON value")
    }

    fn visit_unit<E>(self) -> Result<Data, E> {
        Ok(Data::NULL)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Data, E> {
        Ok(flag.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Data, E> {
        Ok(number.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Data, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Data, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Data, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Data, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Data(Tree::List(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Data, A::Error> {
        let mut object = BTreeMap::new();
        while let Some(name) = members.next_key::<String>()? {
            if name == NUMBER {
                return Ok(Number(members.next_value()?).into());
            }
            object.insert(name, members.next_value()?);
        }
        Ok(Resource(object).into())
    }
}

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Tree::Null => serializer.serialize_unit(),
            Tree::Bool(flag) => serializer.serialize_bool(*flag),
            Tree::Number(Number(text)) => {
                let number: serde_json::Number = text.parse().map_err(S::Error::custom)?;
                number.serialize(serializer)
            }
            Tree::Text(text) => serializer.serialize_str(text),
            Tree::List(items) => items.serialize(serializer),
            Tree::Object(object) => object.serialize(serializer),
        }
    }
}

impl Serialize for Resource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// As compact JSON text.
impl fmt::Display for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Tree::Null => f.write_str("null"),
            Tree::Bool(flag) => flag.fmt(f),
            Tree::Number(number) => number.fmt(f),
            Tree::Text(text) => write_text(f, text),
            Tree::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { "," })?;
                    item.fmt(f)?;
                }
                f.write_str("]")
            }
            Tree::Object(object) => object.fmt(f),
        }
    }
}

/// As compact JSON text.
impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (index, (name, value)) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { "," })?;
            write_text(f, name)?;
            f.write_str(":")?;
            value.fmt(f)?;
        }
        f.write_str("}")
    }
}

/// A JSON string (RFC 8259 section 7): stretches without anything to escape are written as a whole.
fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
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
            r#"{"a":[1,-0,1.50,1e400,123456789012345678901234567890],"b":{},"c":[],"d":null}"#,
            r#""quote \" slash \\ \b\f\n\r\t\u0000\u001f é 🦀 \u007f""#,
        ];
        for text in rows {
            let data = Data::parse(text.as_bytes()).unwrap();
            let reference: serde_json::Value = serde_json::from_str(text).unwrap();
            assert_eq!(data.to_string(), reference.to_string(), "{text}");
            assert_eq!(serde_json::to_string(&data).unwrap(), reference.to_string(), "{text}");
            assert_eq!(Data::parse(data.to_string().as_bytes()).unwrap(), data, "{text}");
        }
    }

    #[test]
    fn names_are_sorted_and_the_last_of_two_counts() {
        let data = Data::parse(br#"{"b":1,"a":2,"b":3}"#).unwrap();
        assert_eq!(data.to_string(), r#"{"a":2,"b":3}"#);
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
