//! What schemas say is secret: `writeOnly` and `format: password` of JSON Schema, `mutability: writeOnly` and `returned: never`
//! of SCIM's own (RFC 7643 section 7).

use crate::names::REDACTED;
use crate::names::is_secret_name;
use serde_json::Value;
use std::collections::BTreeSet;

/// How deep references of a schema are followed.
const DEEPEST: usize = 32;

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
    Walk { root: schema, places: &mut places }.look(schema, value, "", 0);
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

struct Walk<'a> {
    root: &'a Value,
    places: &'a mut BTreeSet<String>,
}

impl Walk<'_> {
    fn look(&mut self, schema: &Value, value: &Value, place: &str, depth: usize) {
        if depth > DEEPEST || value.is_null() || value.is_boolean() {
            return;
        }
        if is_marked(schema) {
            self.places.insert(place.to_owned());
            return;
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix('#')) {
            let root = self.root;
            root.pointer(reference).into_iter().for_each(|schema| self.look(schema, value, place, depth + 1));
        }
        for word in ["allOf", "anyOf", "oneOf"] {
            let schemas = schema.get(word).and_then(Value::as_array);
            schemas.into_iter().flatten().for_each(|schema| self.look(schema, value, place, depth + 1));
        }
        for word in ["if", "then", "else"] {
            schema.get(word).into_iter().for_each(|schema| self.look(schema, value, place, depth + 1));
        }
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    let place = format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
                    if is_secret_name(name) && !value.is_null() && !value.is_boolean() {
                        self.places.insert(place);
                        continue;
                    }
                    let named = schema.get("properties").and_then(|properties| properties.get(name));
                    let described = named.or_else(|| schema.get("additionalProperties"));
                    // What is not described may have secret names all the same.
                    self.look(described.unwrap_or(&Value::Null), value, &place, depth + 1);
                    // Which names a pattern takes is not looked into: one that marks counts for all.
                    let patterns = schema.get("patternProperties").and_then(Value::as_object);
                    patterns.into_iter().flat_map(|all| all.values()).for_each(|schema| {
                        self.look(schema, value, &place, depth + 1);
                    });
                }
            }
            Value::Array(items) => {
                let first = schema.get("prefixItems").and_then(Value::as_array);
                for (index, value) in items.iter().enumerate() {
                    let described = first.and_then(|first| first.get(index)).or_else(|| schema.get("items"));
                    self.look(described.unwrap_or(&Value::Null), value, &format!("{place}/{index}"), depth + 1);
                }
            }
            _ => {}
        }
    }
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
    fn what_scims_schemas_mark_is_told() {
        let answer = json!({"Resources": [{"id": "urn:example:a", "attributes": [
            {"name": "vault", "type": "complex", "mutability": "readWrite", "subAttributes": [{"name": "Seed", "returned": "never"}]},
            {"name": "word", "mutability": "WriteOnly"}, {"name": "plain", "returned": "default"}]}]});
        let mut told = Vec::new();
        attributes_marked(&answer, &mut |name| told.push(name));
        assert_eq!(told, ["seed", "word"]);
    }
}
