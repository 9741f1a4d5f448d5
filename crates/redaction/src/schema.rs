//! What schemas say is secret: `writeOnly` and `format: password` of JSON Schema, `mutability: writeOnly` and `returned: never`
//! of SCIM's own (RFC 7643 section 7).

use crate::names::REDACTED;
use crate::names::is_secret_name;
use serde_json::Value;
use std::collections::{BTreeSet, HashSet};

/// Words of JSON Schema that lead elsewhere.
const REFERENCES: [&str; 3] = ["$ref", "$dynamicRef", "$recursiveRef"];

/// Whether a member of a JSON Schema of this name leads elsewhere.
#[must_use]
pub fn is_reference(word: &str) -> bool {
    REFERENCES.contains(&word)
}

/// Whether a JSON Schema says that what it describes is secret.
#[must_use]
pub fn is_marked(schema: &Value) -> bool {
    schema.get("writeOnly") == Some(&Value::Bool(true))
        || schema.get("format").is_some_and(|format| format == "password")
}

/// Where in a value stands what its JSON Schema marks, or what is named like a secret: JSON pointers.
#[must_use]
pub fn marked_places(schema: &Value, value: &Value) -> BTreeSet<String> {
    let mut places = BTreeSet::new();
    Book::of(schema).look(vec![schema], value, "", &mut places);
    places
}

/// The value without what stands at these places.
#[must_use]
pub fn without_marked(value: &Value, places: &BTreeSet<String>) -> Value {
    let mut value = value.clone();
    for place in places {
        if let Some(secret) = value.pointer_mut(place) {
            *secret = REDACTED.into();
        }
    }
    value
}

/// Tells the names, in lower case, of the attributes that SCIM schemas in a value mark: a schema, a list of them, an answer.
pub fn attributes_marked(value: &Value, tell: &mut dyn FnMut(String)) {
    match value {
        Value::Array(list) => list.iter().for_each(|value| attributes_marked(value, tell)),
        Value::Object(object) => {
            let says = |name: &str, words: &str| {
                object.get(name).and_then(Value::as_str).is_some_and(|text| text.eq_ignore_ascii_case(words))
            };
            if let Some(name) = object.get("name").and_then(Value::as_str)
                && (says("mutability", "writeOnly") || says("returned", "never"))
            {
                tell(name.to_ascii_lowercase());
            }
            for inner in ["Resources", "attributes", "subAttributes"] {
                object.get(inner).into_iter().for_each(|value| attributes_marked(value, tell));
            }
        }
        _ => {}
    }
}

/// The references of a schema that cannot be followed, each as it is written, where the schema marks anything at all: what they
/// lead to may be secret.
#[must_use]
pub fn lost_references(schema: &Value) -> Vec<String> {
    let book = Book::of(schema);
    let mut lost = Vec::new();
    if book.marks {
        references(schema, &mut |reference| {
            if book.led_to(reference).is_empty() {
                lost.push(reference.to_owned());
            }
        });
    }
    lost
}

/// What is looked up in a whole schema.
struct Book<'a> {
    root: &'a Value,
    /// Schemas with an identifier of their own: pointers may start there.
    resources: Vec<&'a Value>,
    anchors: Vec<(&'a str, &'a Value)>,
    /// Something is marked in it.
    marks: bool,
}

impl<'a> Book<'a> {
    fn of(root: &'a Value) -> Self {
        let mut book = Self { root, resources: Vec::new(), anchors: Vec::new(), marks: false };
        book.read(root);
        book
    }

    fn read(&mut self, schema: &'a Value) {
        match schema {
            Value::Array(list) => list.iter().for_each(|schema| self.read(schema)),
            Value::Object(members) => {
                self.marks |= is_marked(schema);
                for (word, value) in members {
                    match (word.as_str(), value.as_str()) {
                        ("$anchor" | "$dynamicAnchor", Some(name)) => self.anchors.push((name, schema)),
                        ("$id" | "id", Some(id)) => {
                            self.resources.push(schema);
                            // As drafts before 2019-09 name what stands in a schema.
                            self.anchors.extend(id.split_once('#').map(|(_, name)| (name, schema)));
                        }
                        _ => self.read(value),
                    }
                }
            }
            _ => {}
        }
    }

    /// Where a reference may lead. More than one place where its base is not certain.
    fn led_to(&self, reference: &str) -> Vec<&'a Value> {
        let Some((before, fragment)) = reference.split_once('#') else { return self.named(reference) };
        let starts = if before.is_empty() {
            std::iter::once(self.root).chain(self.resources.iter().copied()).collect()
        } else {
            self.named(before)
        };
        let fragment = decoded(fragment);
        if fragment.is_empty() || fragment.starts_with('/') {
            return starts.into_iter().filter_map(|start| start.pointer(&fragment)).collect();
        }
        self.anchors.iter().filter(|(name, _)| *name == fragment).map(|(_, schema)| *schema).collect()
    }

    /// Schemas whose identifier is this, or ends with it.
    fn named(&self, id: &str) -> Vec<&'a Value> {
        let is = |schema: &&&Value| {
            let own = schema.get("$id").or_else(|| schema.get("id")).and_then(Value::as_str).unwrap_or_default();
            let own = own.trim_end_matches('#');
            own == id || own.rsplit('/').next() == Some(id)
        };
        self.resources.iter().filter(is).copied().collect()
    }

    /// A schema and all that it applies to the same value, whether the value meets its conditions or not.
    fn closure(&self, schemas: Vec<&'a Value>) -> Closure<'a> {
        let (mut seen, mut all, mut left) = (HashSet::new(), Closure { schemas: Vec::new(), marked: false }, schemas);
        while let Some(schema) = left.pop() {
            if !schema.is_object() || !seen.insert(std::ptr::from_ref(schema)) {
                continue;
            }
            all.schemas.push(schema);
            all.marked |= is_marked(schema);
            for word in REFERENCES {
                if let Some(reference) = schema.get(word).and_then(Value::as_str) {
                    let places = self.led_to(reference);
                    // When in doubt it is secret.
                    all.marked |= places.is_empty() && self.marks;
                    left.extend(places);
                }
            }
            for word in ["allOf", "anyOf", "oneOf"] {
                left.extend(schema.get(word).and_then(Value::as_array).into_iter().flatten());
            }
            left.extend(["if", "then", "else", "not"].iter().filter_map(|word| schema.get(word)));
            for word in ["dependentSchemas", "dependencies"] {
                left.extend(schema.get(word).and_then(Value::as_object).into_iter().flat_map(|all| all.values()));
            }
        }
        all
    }

    /// What a schema says of a member of an object.
    fn of_member(&self, schema: &'a Value, name: &str, into: &mut Vec<&'a Value>) {
        let named = |schema: &'a Value| schema.get("properties").and_then(|properties| properties.get(name));
        into.extend(named(schema).or_else(|| schema.get("additionalProperties")));
        // Which names a pattern takes is not looked into: one that marks counts for all.
        into.extend(
            schema.get("patternProperties").and_then(Value::as_object).into_iter().flat_map(|all| all.values()),
        );
        if let Some(rest) = schema.get("unevaluatedProperties")
            && !self.closure(vec![schema]).schemas.into_iter().any(|schema| named(schema).is_some())
        {
            into.push(rest);
        }
    }

    /// What a schema says of an item of a list.
    fn of_item(schema: &'a Value, index: usize, into: &mut Vec<&'a Value>) {
        // Drafts before 2020-12 have the first items under `items`, and the others under `additionalItems`.
        let first = ["prefixItems", "items"].map(|word| schema.get(word).and_then(Value::as_array));
        match first.into_iter().flatten().find_map(|first| first.get(index)) {
            Some(item) => into.push(item),
            None => {
                into.extend(
                    ["items", "additionalItems", "unevaluatedItems"].iter().filter_map(|word| schema.get(word)),
                );
            }
        }
        into.extend(schema.get("contains"));
    }

    fn look(&self, schemas: Vec<&'a Value>, value: &Value, place: &str, places: &mut BTreeSet<String>) {
        if value.is_null() || value.is_boolean() {
            return;
        }
        let Closure { schemas, marked } = self.closure(schemas);
        // A text in which something is marked is not taken apart.
        let within = || {
            value.is_string()
                && schemas.iter().filter_map(|schema| schema.get("contentSchema")).any(|it| Book::of(it).marks)
        };
        if marked || within() {
            places.insert(place.to_owned());
            return;
        }
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    let place = format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
                    if is_secret_name(name) && !value.is_null() && !value.is_boolean() {
                        places.insert(place);
                        continue;
                    }
                    let mut described = Vec::new();
                    schemas.iter().for_each(|schema| self.of_member(schema, name, &mut described));
                    // What is not described may have secret names all the same.
                    self.look(described, value, &place, places);
                }
            }
            Value::Array(items) => {
                for (index, value) in items.iter().enumerate() {
                    let mut described = Vec::new();
                    schemas.iter().for_each(|schema| Self::of_item(schema, index, &mut described));
                    self.look(described, value, &format!("{place}/{index}"), places);
                }
            }
            _ => {}
        }
    }
}

struct Closure<'a> {
    schemas: Vec<&'a Value>,
    marked: bool,
}

/// Tells each reference in a schema.
fn references(schema: &Value, tell: &mut dyn FnMut(&str)) {
    match schema {
        Value::Array(list) => list.iter().for_each(|schema| references(schema, tell)),
        Value::Object(members) => {
            for (word, value) in members {
                match value {
                    Value::String(reference) if is_reference(word) => tell(reference),
                    value => references(value, tell),
                }
            }
        }
        _ => {}
    }
}

/// The fragment of a reference without its percent-encoding.
fn decoded(fragment: &str) -> String {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment;
    while let Some(first) = rest.bytes().next() {
        let encoded = rest.strip_prefix('%').and_then(|rest| u8::from_str_radix(rest.get(..2)?, 16).ok());
        bytes.push(encoded.unwrap_or(first));
        rest = match encoded {
            Some(_) => rest.get(3..).unwrap_or_default(),
            None if first.is_ascii() => rest.get(1..).unwrap_or_default(),
            None => {
                let length = rest.chars().next().map_or(1, char::len_utf8);
                bytes.extend(rest.bytes().take(length).skip(1));
                rest.get(length..).unwrap_or_default()
            }
        };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| fragment.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_schema_marks_is_found() {
        let schema = json!({
            "$defs": {"key": {"type": "string", "writeOnly": true}},
            "properties": {
                "who": {"type": "string"},
                "word": {"type": "string", "format": "password"},
                "keys": {"type": "array", "items": {"$ref": "#/$defs/key"}},
                "a/b": {"allOf": [{"properties": {"deep": {"writeOnly": true}}}]},
                "round": {"$ref": "#/properties/round"},
            },
            "additionalProperties": {"oneOf": [{"writeOnly": true}, {"type": "null"}]},
        });
        let value = json!({"who": "ada", "word": 4711, "keys": ["k1", "k2"], "a/b": {"deep": {"x": 1}, "apiToken": "t"}, "round": {"pin": "1"}, "more": "m", "nothing": null});
        let places = marked_places(&schema, &value);
        let expected = ["/a~1b/apiToken", "/a~1b/deep", "/keys/0", "/keys/1", "/more", "/round/pin", "/word"];
        assert_eq!(places.iter().map(String::as_str).collect::<Vec<_>>(), expected);
        let shown = without_marked(&value, &places);
        let expected = json!({"who": "ada", "word": REDACTED, "keys": [REDACTED, REDACTED], "a/b": {"deep": REDACTED, "apiToken": REDACTED}, "round": {"pin": REDACTED}, "more": REDACTED, "nothing": null});
        assert_eq!(shown, expected);
        assert_eq!(
            without_marked(&json!("x"), &marked_places(&json!({"writeOnly": true}), &json!("x"))),
            json!(REDACTED)
        );
        assert!(marked_places(&Value::Null, &json!({"who": "ada"})).is_empty());
    }

    #[test]
    fn what_is_marked_is_found_behind_every_word_that_leads_to_it() {
        let key = json!({"$anchor": "key", "type": "string", "writeOnly": true});
        let (secret, one, both) = (json!({"writeOnly": true}), json!({"a": "x"}), json!(["x", "y"]));
        let rows = [
            (json!({"properties": {"a": {"$ref": "#key"}}, "$defs": {"k": key}}), &one, vec!["/a"]),
            (
                json!({"properties": {"a": {"$dynamicRef": "#key"}}, "$defs": {"k": {"$dynamicAnchor": "key", "format": "password"}}}),
                &one,
                vec!["/a"],
            ),
            (
                json!({"properties": {"a": {"$ref": "#key"}}, "definitions": {"k": {"$id": "#key", "writeOnly": true}}}),
                &one,
                vec!["/a"],
            ),
            (
                json!({"properties": {"a": {"$ref": "key"}}, "$defs": {"k": {"$id": "https://example.com/key", "writeOnly": true}}}),
                &one,
                vec!["/a"],
            ),
            (
                json!({"properties": {"a": {"$ref": "#/definitions/a%20b"}}, "definitions": {"a b": secret}}),
                &one,
                vec!["/a"],
            ),
            (
                json!({"properties": {"a": {"$ref": "#/$defs/%C3%A4~1"}}, "$defs": {"\u{e4}/": secret}}),
                &one,
                vec!["/a"],
            ),
            (json!({"properties": {"a": {"$ref": "#/$defs/none"}}, "$defs": {"k": key}}), &one, vec!["/a"]),
            (json!({"properties": {"a": {"$ref": "https://example.com/b.json"}, "b": secret}}), &one, vec!["/a"]),
            (json!({"properties": {"a": {"$ref": "#/$defs/none"}}}), &one, vec![]),
            (json!({"dependentSchemas": {"a": {"properties": {"a": secret}}}}), &one, vec!["/a"]),
            (json!({"dependencies": {"a": {"properties": {"a": secret}}, "b": ["a"]}}), &one, vec!["/a"]),
            (json!({"if": {"required": ["a"]}, "then": {"properties": {"a": secret}}}), &one, vec!["/a"]),
            (json!({"else": {"patternProperties": {"^a": secret}}}), &one, vec!["/a"]),
            (json!({"not": {"properties": {"a": secret}}}), &one, vec!["/a"]),
            (json!({"unevaluatedProperties": secret}), &one, vec!["/a"]),
            (json!({"allOf": [{"properties": {"a": true}}], "unevaluatedProperties": secret}), &one, vec![]),
            (json!({"allOf": [{"unevaluatedProperties": secret}, {"properties": {"a": true}}]}), &one, vec!["/a"]),
            (json!({"contains": secret}), &both, vec!["/0", "/1"]),
            (json!({"unevaluatedItems": secret}), &both, vec!["/0", "/1"]),
            (json!({"prefixItems": [true], "items": secret}), &both, vec!["/1"]),
            (json!({"prefixItems": [secret], "items": true}), &both, vec!["/0"]),
            (json!({"items": [secret, true], "additionalItems": secret}), &both, vec!["/0"]),
            (json!({"items": [true], "additionalItems": secret}), &both, vec!["/1"]),
            (json!({"properties": {"a": {"contentSchema": {"properties": {"b": secret}}}}}), &one, vec!["/a"]),
        ];
        for (schema, value, expected) in rows {
            let places = marked_places(&schema, value);
            assert_eq!(places.iter().map(String::as_str).collect::<Vec<_>>(), expected, "{schema}");
        }
        // As deep as the value is, and no longer than it takes.
        let round = json!({"properties": {"next": {"$ref": "#"}, "word": secret}});
        let deep = (0..60).fold(json!({"word": "x"}), |inner, _| json!({"next": inner}));
        assert_eq!(marked_places(&round, &deep).len(), 1);
        let level = |n: usize| {
            (
                format!("d{n}"),
                json!({"allOf": [{"$ref": format!("#/$defs/d{}", n + 1)}, {"$ref": format!("#/$defs/d{}", n + 1)}]}),
            )
        };
        let diamond = json!({"$ref": "#/$defs/d0", "$defs": (0..200).map(level).chain([("d200".to_owned(), secret.clone())]).collect::<serde_json::Map<_, _>>()});
        assert_eq!(marked_places(&diamond, &one), BTreeSet::from([String::new()]));
    }

    #[test]
    fn references_that_cannot_be_followed_are_told_where_something_is_marked() {
        let with = |reference: &str, marked: bool| json!({"properties": {"a": {"$ref": reference}, "b": {"writeOnly": marked}}, "$defs": {"c d": {"$anchor": "e"}}});
        for reference in ["#", "#/$defs/c%20d", "#e", "#/properties/b"] {
            assert_eq!(lost_references(&with(reference, true)), Vec::<String>::new(), "{reference}");
        }
        for reference in ["#f", "#/$defs/g", "https://example.com/h.json"] {
            assert_eq!(lost_references(&with(reference, true)), [reference]);
            assert_eq!(lost_references(&with(reference, false)), Vec::<String>::new(), "{reference}");
        }
    }

    #[test]
    fn what_scims_schemas_mark_is_told() {
        let answer = json!({"Resources": [{"id": "urn:example:a", "attributes": [
            {"name": "vault", "type": "complex", "mutability": "readWrite", "subAttributes": [{"name": "Seed", "returned": "never"}]},
            {"name": "word", "mutability": "WriteOnly"}, {"name": "plain", "returned": "default"}]}]});
        let mut told = Vec::new();
        attributes_marked(&answer, &mut |name| told.push(name));
        assert_eq!(told, ["seed", "word"]);
    }
}
