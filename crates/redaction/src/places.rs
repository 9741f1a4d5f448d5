//! Where in a value secrets stand, however deep: members under a secret name; the `value` of a PATCH operation whose `path` leads
//! to a secret attribute; header fields that carry credentials; what a filter compares with a secret attribute. One walk, so
//! that it is the same for resources, PATCH operations, bulk data, requests, inputs and outputs.

use crate::filter::{literals, without_literals};
use crate::names::REDACTED;
use crate::names::{any_attribute, is_secret_header, is_secret_name};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Which names of members are secret.
pub trait Names {
    /// Whether what stands under this name is.
    fn is_secret(&self, name: &str) -> bool;
}

/// The list of this crate alone.
pub struct ListedNames;

impl Names for ListedNames {
    fn is_secret(&self, name: &str) -> bool {
        is_secret_name(name)
    }
}

/// The list, and further names in lower case: those that a provider's schemas mark.
impl Names for BTreeSet<String> {
    fn is_secret(&self, name: &str) -> bool {
        is_secret_name(name) || !self.is_empty() && self.contains(&name.to_ascii_lowercase())
    }
}

/// What a member is.
enum Member {
    /// All of its value is secret.
    Secret,
    /// It holds header fields.
    Headers,
    /// Its text may be a filter.
    Filter,
    Plain,
}

/// What the objects of one kind say of their members.
struct Object<'a, N> {
    names: &'a N,
    /// Its `path` leads to a secret attribute.
    secret_path: bool,
    /// It is an object of header fields.
    headers: bool,
}

impl<'a, N: Names> Object<'a, N> {
    fn new(names: &'a N, object: &Map<String, Value>, headers: bool) -> Self {
        let path = object.iter().find(|(name, _)| name.eq_ignore_ascii_case("path"));
        let secret_path = path
            .and_then(|(_, path)| path.as_str())
            .is_some_and(|path| any_attribute(path, &|name| names.is_secret(name)));
        Self { names, secret_path, headers }
    }

    fn member(&self, name: &str, value: &Value) -> Member {
        let nothing = value.is_null() || value.is_boolean();
        let secret = !nothing
            && (self.names.is_secret(name)
                || self.secret_path && name.eq_ignore_ascii_case("value")
                || self.headers && is_secret_header(name));
        match value {
            _ if secret => Member::Secret,
            Value::Object(_) if name.eq_ignore_ascii_case("headers") => Member::Headers,
            Value::String(_) if name.eq_ignore_ascii_case("filter") || name.eq_ignore_ascii_case("path") => {
                Member::Filter
            }
            _ => Member::Plain,
        }
    }
}

/// A copy without secrets. `replaced` is asked for every other text, number and name of a member, and gives what stands in its
/// place.
pub fn copy(value: &Value, names: &impl Names, replaced: &impl Fn(&str) -> Option<String>) -> Value {
    copied(value, names, replaced, false)
}

fn copied(value: &Value, names: &impl Names, replaced: &impl Fn(&str) -> Option<String>, headers: bool) -> Value {
    let text = |text: &str| replaced(text).unwrap_or_else(|| text.to_owned());
    match value {
        Value::String(words) => text(words).into(),
        // A number is one as a whole only.
        Value::Number(number) => {
            let secret = |text: &str| replaced(text).filter(|shown| shown == REDACTED);
            let secret = secret(number.as_str()).or_else(|| secret(&crate::numbers::plain_number(number.as_str())?));
            secret.map_or_else(|| value.clone(), Value::from)
        }
        Value::Array(list) => list.iter().map(|value| copied(value, names, replaced, headers)).collect(),
        Value::Object(object) => {
            let this = Object::new(names, object, headers);
            let members = object.iter().map(|(name, value)| {
                let shown = match (this.member(name, value), value) {
                    (Member::Secret, _) => REDACTED.into(),
                    (Member::Filter, Value::String(filter)) => {
                        let without = without_literals(filter, &|name| names.is_secret(name));
                        text(without.as_deref().unwrap_or(filter)).into()
                    }
                    (Member::Headers, value) => copied(value, names, replaced, true),
                    (_, value) => copied(value, names, replaced, false),
                };
                (text(name), shown)
            });
            // Not `collect`, which sorts first: a sort is some kilobytes of the component.
            let mut object = serde_json::Map::new();
            object.extend(members);
            Value::Object(object)
        }
        other => other.clone(),
    }
}

/// Replaces the secrets in a value.
pub fn replace(value: &mut Value, names: &impl Names) {
    *value = copy(value, names, &|_| None);
}

/// Tells the secrets in a value: texts, and numbers as texts.
pub fn each_secret(value: &Value, names: &impl Names, tell: &mut dyn FnMut(&str)) {
    walk(value, names, false, false, tell);
}

fn walk(value: &Value, names: &impl Names, secret: bool, headers: bool, tell: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) if secret => tell(text),
        Value::Number(number) if secret => tell(number.as_str()),
        Value::Array(list) => list.iter().for_each(|value| walk(value, names, secret, headers, tell)),
        Value::Object(object) => {
            let this = Object::new(names, object, headers);
            for (name, value) in object {
                match this.member(name, value) {
                    Member::Secret => walk(value, names, true, false, tell),
                    Member::Headers => walk(value, names, secret, true, tell),
                    Member::Filter => {
                        let filter = value.as_str().unwrap_or_default();
                        literals(filter, &|name| names.is_secret(name), tell);
                        walk(value, names, secret, false, tell);
                    }
                    Member::Plain => walk(value, names, secret, false, tell),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_are_found_wherever_they_stand() {
        let value = json!({
            "payload": {"userName": "ada", "password": "s1", "urn:example:acme:2.0:User": {"apiToken": "s2", "pin": 4711, "shipping": "x"},
                "keys": [{"secretAnswer": {"value": "s3"}}], "active": true, "token": null},
            "operations": [
                {"op": "replace", "path": "urn:example:acme:2.0:User:apiToken", "value": "s4"},
                {"method": "PATCH", "path": "/Users/1", "data": [{"op": "add", "path": "password", "value": ["s5"]}, {"OP": "add", "PATH": "name.Password", "VALUE": "s6"}]},
                {"method": "POST", "path": "/Users", "data": {"passphrase": "s7"}},
            ],
            "headers": {"X-Auth-Token": "s8", "Cookie": "s9", "If-Match": "e"},
            "filter": "pin eq \"s10\" and userName eq \"ada\"",
        });
        let expected = json!({
            "payload": {"userName": "ada", "password": REDACTED, "urn:example:acme:2.0:User": {"apiToken": REDACTED, "pin": REDACTED, "shipping": "x"},
                "keys": [{"secretAnswer": REDACTED}], "active": true, "token": null},
            "operations": [
                {"op": "replace", "path": "urn:example:acme:2.0:User:apiToken", "value": REDACTED},
                {"method": "PATCH", "path": "/Users/1", "data": [{"op": "add", "path": "password", "value": REDACTED}, {"OP": "add", "PATH": "name.Password", "VALUE": REDACTED}]},
                {"method": "POST", "path": "/Users", "data": {"passphrase": REDACTED}},
            ],
            "headers": {"X-Auth-Token": REDACTED, "Cookie": REDACTED, "If-Match": "e"},
            "filter": "pin eq \"[redacted]\" and userName eq \"ada\"",
        });
        assert_eq!(copy(&value, &ListedNames, &|_| None), expected);
        let mut changed = value.clone();
        replace(&mut changed, &ListedNames);
        assert_eq!(changed, expected);
        let mut told = BTreeSet::new();
        each_secret(&value, &ListedNames, &mut |secret| {
            told.insert(secret.to_owned());
        });
        let expected = ["s1", "s2", "4711", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10"];
        assert_eq!(told, expected.map(str::to_owned).into());
    }

    #[test]
    fn further_names_are_secret_beside_the_list() {
        let names: BTreeSet<String> = ["vault".to_owned()].into();
        let value = json!({"Vault": "x", "path": "urn:example:a:User:vault", "value": "y", "other": "z"});
        let expected = json!({"Vault": REDACTED, "path": "urn:example:a:User:vault", "value": REDACTED, "other": "z"});
        assert_eq!(copy(&value, &names, &|_| None), expected);
        assert_eq!(copy(&value, &ListedNames, &|_| None), value);
    }

    #[test]
    fn other_texts_numbers_and_names_are_asked_for() {
        let replaced = |text: &str| (text.starts_with("known") || text == "4711").then(|| REDACTED.to_owned());
        let value =
            json!({"known-1": [{"deep": "known-2", "n": 4711, "m": 1.0}], "more": [-4711, 4711.0, -4.711e3, 47110]});
        assert_eq!(
            copy(&value, &ListedNames, &replaced),
            json!({REDACTED: [{"deep": REDACTED, "n": REDACTED, "m": 1.0}], "more": [REDACTED, REDACTED, REDACTED, 47110]})
        );
    }
}
