//! JSON as resources hold it, against `serde_json`: the same texts are read, the same values, also once they were changed and written.
//! The first line of an input says what is changed: the name of a member and a value for it.

use scim_connector::scim::resource::{Cursor, Data, Node};
use serde_json::Value;

/// A value as `serde_json` has it. Not by its text: what is written is copied from what was read.
fn value(data: &Data) -> Value {
    data.into()
}

/// Reads `text` both ways; nothing where it is no JSON.
fn both(text: &str) -> Option<(Data, Value)> {
    let (ours, theirs) = (Data::parse(text.as_bytes()), serde_json::from_str::<Value>(text));
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => Some((ours, theirs)),
        // serde_json takes an object for a number that has this name.
        _ if text.contains("$serde_json") => None,
        (ours, theirs) => {
            assert_eq!(ours.is_ok(), theirs.is_ok(), "only one of them reads it");
            None
        }
    }
}

/// Whether whoever only looks sees what whoever takes the values out sees.
fn seen(cursor: Cursor<'_>, data: &Data) {
    assert_eq!(cursor.seen().type_name(), data.type_name());
    let mut parts = Vec::new();
    match data.node() {
        Node::List(items) => parts.extend(items.iter().map(|item| (None, item))),
        Node::Object(object) => parts.extend(object.iter().map(|(name, item)| (Some(name), item))),
        _ => {}
    }
    let mut parts = parts.into_iter();
    cursor.every(&mut |name, cursor| {
        let (expected, data) = parts.next().expect("as many parts");
        assert_eq!(name, expected);
        seen(cursor, data);
        true
    });
    assert!(parts.next().is_none());
}

/// What must hold of any JSON.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        assert!(Data::parse(data).is_err(), "no text is read");
        return;
    };
    let (change, text) = crate::line(text);
    let Some((mut ours, mut theirs)) = both(text) else { return };
    assert_eq!(value(&ours), theirs, "what was read");
    let written = ours.to_string();
    assert_eq!(serde_json::from_str::<Value>(&written).expect("JSON"), theirs, "what was written");
    let untouched = ours.clone();
    seen(Cursor::from(&untouched), &ours);
    let canonical = ours.canonical();
    let again = Data::parse(canonical.as_bytes()).expect("JSON");
    assert_eq!(again, ours, "equal to its canonical form");
    assert_eq!(again.canonical(), canonical, "one canonical form");
    let (name, new) = change.split_once('=').unwrap_or((change, "null"));
    let Some((new, their_new)) = both(new) else { return };
    match (ours.as_object_mut(), theirs.as_object_mut()) {
        (Some(ours), Some(theirs)) => {
            for key in theirs.keys() {
                assert_eq!(ours.key(key), Some(key.as_str()), "the exact name wins");
            }
            let any_case = theirs.keys().any(|key| key.eq_ignore_ascii_case(name));
            assert_eq!((ours.get(name).is_some(), ours.len()), (any_case, theirs.len()));
            assert_eq!(ours.insert(name, new).map(|old| value(&old)), theirs.insert(name.to_owned(), their_new));
            let first = theirs.keys().next().cloned().unwrap_or_default();
            assert_eq!(ours.remove(&first).map(|old| value(&old)), theirs.remove(&first));
        }
        _ => {
            if let (Some(ours), Some(theirs)) = (ours.as_list_mut(), theirs.as_array_mut()) {
                ours.insert(0, new);
                theirs.insert(0, their_new);
            }
        }
    }
    assert_eq!(value(&ours), theirs, "what was changed");
    assert_eq!(serde_json::from_str::<Value>(&ours.to_string()).expect("JSON"), theirs, "what was changed and written");
}
