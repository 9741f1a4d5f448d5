//! The reader and the writer of text, against `serde_json`.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use scim_connector_records::json::{Cursor, Kind, check, quote, unquoted};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

const TEXTS: &[&str] = &[
    "",
    " ",
    "null",
    " true ",
    "false",
    "tru",
    "nul",
    "True",
    "-",
    "0",
    "-0",
    "01",
    "1.",
    ".1",
    "1.50",
    "1e",
    "1e5",
    "1E+5",
    "-1.0e-1",
    "+1",
    "12345678901234567890123",
    "\"\"",
    "\"",
    "\"\\",
    "\"\\x\"",
    "\"\\u00g0\"",
    "\"\\ud800\"",
    "\"\\ud800\\u0041\"",
    "\"\\udc00\"",
    "\"\n\"",
    "\"\u{7f}\"",
    "\"\\ud83e\\udd80 \\/ \\u0000 \\b\\f\\n\\r\\t\\\" é🦀\"",
    "[]",
    "[ ]",
    "[",
    "[1",
    "[1,",
    "[1,]",
    "[,]",
    "[1 2]",
    "[1 , 2 ]",
    "[[],{}]",
    "{}",
    "{ }",
    "{",
    "{\"a\"",
    "{\"a\":",
    "{\"a\":1",
    "{\"a\":1,",
    "{\"a\":1,}",
    "{a:1}",
    "{1:1}",
    "{\"a\" 1}",
    "{]",
    "[}",
    "1 2",
    "]",
    "}",
    "'a'",
    "\u{feff}1",
    "\u{a0}1",
    "nan",
    "{ \"a\" : [ 1 , {\"b\":\"]}\\\"\"} ] , \"c\":null}",
    "{\"\\u0061\":{\"x\":[[]]},\"b\":-1}",
];

#[test]
fn what_is_json_is_told_from_what_is_not() {
    for text in TEXTS {
        let reference = serde_json::from_str::<Value>(text).ok();
        let kind = reference.map(|value| match value {
            Value::Null => Kind::Null,
            Value::Bool(_) => Kind::Flag,
            Value::Number(_) => Kind::Number,
            Value::String(_) => Kind::Text,
            Value::Array(_) => Kind::List,
            Value::Object(_) => Kind::Object,
        });
        assert_eq!(check(text), kind, "{text}");
    }
    // As deep as the component reads, and no deeper.
    for (depth, right) in [(127, true), (128, false), (200_000, false)] {
        assert_eq!(check(&("[".repeat(depth) + &"]".repeat(depth))).is_some(), right, "{depth}");
    }
}

/// Values of a text, however deep: each is stepped over as `serde_json` does.
fn compare(text: &str) {
    let mut cursor = Cursor::new(text);
    match cursor.kind().unwrap() {
        Kind::Text => {
            let reference: String = serde_json::from_str(text).unwrap();
            assert_eq!((&*cursor.string().unwrap(), &*unquoted(text.trim())), (&*reference, &*reference));
        }
        Kind::List => {
            let reference: Vec<&RawValue> = serde_json::from_str(text).unwrap();
            cursor.list().unwrap();
            let mut items = Vec::new();
            while cursor.item(items.is_empty()).unwrap() {
                items.push(cursor.skip().unwrap());
            }
            assert_eq!(items, reference.iter().map(|raw| raw.get()).collect::<Vec<_>>());
            items.into_iter().for_each(compare);
        }
        Kind::Object => {
            let reference: BTreeMap<String, &RawValue> = serde_json::from_str(text).unwrap();
            cursor.object().unwrap();
            let mut members = Vec::new();
            while let Some(name) = cursor.member(members.is_empty()).unwrap() {
                members.push((unquoted(name).into_owned(), cursor.skip().unwrap()));
            }
            let names: Vec<_> = members.iter().map(|(name, raw)| (name.clone(), *raw)).collect();
            assert_eq!(
                BTreeMap::from_iter(names),
                reference.iter().map(|(name, raw)| (name.clone(), raw.get())).collect()
            );
            members.into_iter().for_each(|(_, raw)| compare(raw));
        }
        Kind::Null | Kind::Flag | Kind::Number => assert_eq!(cursor.skip().unwrap(), text.trim()),
    }
}

#[test]
fn every_value_is_found() {
    for text in TEXTS.iter().filter(|text| check(text).is_some()) {
        compare(text);
    }
}

#[test]
fn what_is_broken_off_is_no_value_and_no_panic() {
    let whole = "{\"a\":[1,{\"b\":\"x\\u00e9é\\\\\"}],\"c\":null}";
    for end in whole.char_indices().map(|(at, _)| at) {
        let text = &whole[..end];
        let mut cursor = Cursor::new(text);
        assert_eq!((check(text), cursor.skip()), (None, None), "{text}");
    }
    for text in ["}", "]", ",", ":", "\"\\é\"", "\\", "é"] {
        let mut cursor = Cursor::new(text);
        let _ = (cursor.skip(), cursor.skip(), cursor.string(), unquoted(text), check(text));
    }
}

#[test]
fn texts_are_quoted_so_that_they_are_read_as_they_were() {
    let all: String = (0..0x120).filter_map(char::from_u32).chain(['\u{2028}', '🦀', '"']).collect();
    for text in ["", "a", "\"", "\\", &all, "\n\r\t\u{8}\u{c}\u{1f}"] {
        let mut quoted = String::new();
        quote(&mut quoted, text);
        assert_eq!(serde_json::from_str::<String>(&quoted).unwrap(), text);
        assert_eq!(unquoted(&quoted), text);
    }
}
