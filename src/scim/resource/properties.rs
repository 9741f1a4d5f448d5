//! Texts of every shape, against `serde_json`: what is read, written, found, changed and compared is what that crate makes of it.

use super::{Cursor, Data, Node};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

fn blank() -> impl Strategy<Value = &'static str> {
    prop_oneof![6 => Just(""), 1 => Just(" "), 1 => Just("\n\t ")]
}

/// A string or name, with escapes that need not be.
fn string() -> BoxedStrategy<String> {
    let piece = prop_oneof![
        6 => "[a-cA-C]{0,3}".boxed(),
        1 => select(vec!["\\u0061", "\\u00e9", "é", "🦀", "\\ud83e\\udd80", "\\n", "\\/", "\\\"", "\\\\", "\\u0000", " "])
            .prop_map(str::to_owned)
            .boxed(),
    ];
    proptest::collection::vec(piece, 0..4).prop_map(|pieces| format!("\"{}\"", pieces.concat())).boxed()
}

/// JSON text.
fn text() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        3 => string(),
        1 => select(vec!["null", "true", "false"]).prop_map(str::to_owned),
        2 => r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,9})?([eE][+-]?[0-9]{1,3})?",
    ];
    let spaced = |(before, value, after): (&str, String, &str)| format!("{before}{value}{after}");
    let scalar = (blank(), scalar, blank()).prop_map(spaced);
    scalar.prop_recursive(5, 60, 8, move |inner| {
        let member = (blank(), string(), blank(), inner.clone())
            .prop_map(|(before, name, after, value)| format!("{before}{name}{after}:{value}"))
            .boxed();
        let list = proptest::collection::vec(inner, 0..8).prop_map(|items| format!("[{}]", items.join(",")));
        let few = proptest::collection::vec(member.clone(), 0..8);
        let many = proptest::collection::vec(member, 60..90);
        let object = prop_oneof![12 => few, 1 => many].prop_map(|members| format!("{{{}}}", members.join(",")));
        prop_oneof![1 => list, 2 => object]
    })
}

fn value(data: &Data) -> Value {
    data.into()
}

fn has_exponent(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.to_string().contains('e'),
        Value::Array(items) => items.iter().any(has_exponent),
        Value::Object(object) => object.values().any(has_exponent),
        _ => false,
    }
}

/// Whether whoever only looks sees what whoever takes the values out sees.
fn is_seen(cursor: Cursor<'_>, data: &Data) -> bool {
    let parts: Vec<(Option<&str>, &Data)> = match data.node() {
        Node::List(items) => items.iter().map(|item| (None, item)).collect(),
        Node::Object(object) => object.iter().map(|(name, item)| (Some(name), item)).collect(),
        _ => Vec::new(),
    };
    let mut rest = parts.iter();
    let mut same = |name: Option<&str>, cursor: Cursor<'_>| {
        rest.next().is_some_and(|(expected, data)| name == *expected && is_seen(cursor, data))
    };
    cursor.seen().type_name() == data.type_name() && cursor.every(&mut same) && rest.next().is_none()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn what_is_read_and_written_is_what_stands_there(text in text()) {
        let theirs: Value = serde_json::from_str(&text).unwrap();
        let ours = Data::parse(text.as_bytes()).unwrap();
        let written = ours.to_string();
        prop_assert_eq!(&serde_json::from_str::<Value>(&written).unwrap(), &theirs, "written");
        let fresh = ours.clone();
        prop_assert!(is_seen(Cursor::from(&fresh), &ours), "looked at");
        prop_assert_eq!(&value(&ours), &theirs, "read");
        prop_assert_eq!(&ours.to_string(), &written, "reading changes nothing");
        let own = Data::from(&theirs);
        let canonical = ours.canonical();
        let again = Data::parse(canonical.as_bytes()).unwrap();
        prop_assert_eq!(&again, &ours, "canonical");
        prop_assert_eq!(again.canonical(), canonical);
        // That crate writes exponents in its own way.
        if !has_exponent(&theirs) {
            prop_assert_eq!(&own, &ours);
            prop_assert_eq!(own.canonical(), ours.canonical());
        }
    }

    #[test]
    fn what_is_changed_lies_over_the_text(text in text(), name in string(), new in text(), names in proptest::collection::vec(string(), 0..4)) {
        let mut theirs: Value = serde_json::from_str(&text).unwrap();
        let mut ours = Data::parse(text.as_bytes()).unwrap();
        let name: String = serde_json::from_str(&name).unwrap();
        let (our_new, their_new) = (Data::parse(new.as_bytes()).unwrap(), serde_json::from_str::<Value>(&new).unwrap());
        match (ours.as_object_mut(), theirs.as_object_mut()) {
            (Some(ours), Some(theirs)) => {
                for name in names.iter().map(|name| serde_json::from_str::<String>(name).unwrap()) {
                    let unread = ours.clone();
                    prop_assert_eq!(unread.text(&name), ours.get(&name).and_then(Data::to_text));
                }
                for name in names.iter().map(|name| serde_json::from_str::<String>(name).unwrap()) {
                    let exact = theirs.get(&name);
                    let any_case = || theirs.iter().any(|(key, _)| key.eq_ignore_ascii_case(&name));
                    prop_assert_eq!(ours.contains(&name), exact.is_some());
                    prop_assert_eq!(ours.get(&name).is_some(), any_case());
                    if let Some(exact) = exact {
                        prop_assert_eq!(&ours.get(&name).map(value).unwrap(), exact);
                    }
                    prop_assert_eq!(ours.remove(&name).map(|old| value(&old)), theirs.remove(&name));
                }
                prop_assert_eq!(ours.insert(name.as_str(), our_new).map(|old| value(&old)), theirs.insert(name, their_new));
            }
            _ => if let (Some(ours), Some(theirs)) = (ours.as_list_mut(), theirs.as_array_mut()) {
                ours.push(our_new);
                theirs.push(their_new);
            },
        }
        prop_assert_eq!(&value(&ours), &theirs);
        prop_assert_eq!(&serde_json::from_str::<Value>(&ours.to_string()).unwrap(), &theirs);
        prop_assert_eq!(Data::parse(ours.to_string().as_bytes()).unwrap(), ours);
    }

    #[test]
    fn damaged_texts_are_refused_by_both_or_mean_the_same(text in text(), at in any::<prop::sample::Index>(), piece in r#"[\[\]{}",:\\u0-9eE. \n\x01tn-]{0,2}"#) {
        let mut text: Vec<char> = text.chars().collect();
        let at = at.index(text.len());
        text.splice(at..at + 1, piece.chars());
        let text: String = text.into_iter().collect();
        let (ours, theirs) = (Data::parse(text.as_bytes()), serde_json::from_str::<Value>(&text));
        prop_assert_eq!(ours.ok().map(|ours| value(&ours)), theirs.ok(), "{}", text);
    }
}
