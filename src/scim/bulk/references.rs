//! References between operations, `bulkId:NAME` (RFC 7644 section 3.7.2): where they stand, and what is put in their place.
//!
//! A text may be a reference as a whole (`"value": "bulkId:ada"`), or have some behind a slash or a quotation mark
//! (`/Users/bulkId:ada`, `members[value eq "bulkId:ada"]`). It knows no operations.

use crate::scim::resource::{Data, Node, Resource, is_urn};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const PREFIX: &str = "bulkId:";

const MEMBERS: &str = "members";

/// What an identifier may have in a path without being encoded (RFC 3986 section 3.3).
const SEGMENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@').remove(b':');

/// An identifier as a segment of a path.
pub fn segment(id: &str) -> String {
    utf8_percent_encode(id, SEGMENT).to_string()
}

/// A reference to a name.
pub fn to(name: &str) -> String {
    format!("{PREFIX}{name}")
}

/// The name that a text refers to as a whole.
pub fn whole(text: &str) -> Option<&str> {
    text.strip_prefix(PREFIX)
}

/// The references in a text, each with where it begins.
fn within(text: &str) -> Vec<(usize, &str)> {
    if let Some(name) = whole(text) {
        return vec![(0, name)];
    }
    text.match_indices(PREFIX)
        .filter(|(at, _)| text.get(..*at).is_some_and(|before| before.ends_with(['/', '"', '\''])))
        .filter_map(|(at, _)| {
            let rest = text.get(at + PREFIX.len()..)?;
            let end = rest.find(|char: char| char.is_whitespace() || "/\"'?#]".contains(char)).unwrap_or(rest.len());
            Some((at, rest.get(..end)?))
        })
        .collect()
}

/// Tells every reference in a value: the name, and whether the text is that reference as a whole.
pub fn each<'a>(value: &'a Data, tell: &mut dyn FnMut(&'a str, bool)) {
    match value.node() {
        Node::Text(text) => within(text).into_iter().for_each(|(at, name)| tell(name, at == 0)),
        Node::List(items) => items.iter().for_each(|item| each(item, tell)),
        Node::Object(object) => object.values().for_each(|item| each(item, tell)),
        _ => {}
    }
}

/// Tells the references of a group's body that do not stand for members: of a resource, outside `members`; of a PATCH, outside the
/// members that its first operation on them adds or sets.
pub fn besides_members<'a>(data: &'a Data, tell: &mut dyn FnMut(&'a str)) {
    let mut other = |value: &'a Data| each(value, &mut |name, _| tell(name));
    let Some(object) = data.as_object() else { return other(data) };
    let Some(operations) = object.get("Operations").and_then(Data::as_list) else {
        return object
            .iter()
            .filter(|(name, _)| !name.eq_ignore_ascii_case(MEMBERS))
            .for_each(|(_, value)| other(value));
    };
    let first = operations.iter().position(|operation| {
        let Some(operation) = operation.as_object() else { return false };
        let sets = operation.text("op").is_some_and(|op| !op.eq_ignore_ascii_case("remove"));
        sets && operation.text("path").is_none_or(|path| path.eq_ignore_ascii_case(MEMBERS))
    });
    for (index, operation) in operations.iter().enumerate() {
        let value = operation.as_object().and_then(|operation| operation.get("value"));
        match value.and_then(Data::as_object) {
            _ if Some(index) != first => other(operation),
            // Without a path: an object that has the members.
            Some(value) => {
                value
                    .iter()
                    .filter(|(name, _)| !name.eq_ignore_ascii_case(MEMBERS))
                    .for_each(|(_, value)| other(value));
            }
            None => {}
        }
    }
}

/// Puts identifiers in the place of those references that `id` knows.
pub fn resolve(value: &mut Data, id: &dyn Fn(&str) -> Option<String>) {
    value.replace_texts(&|text| text.contains(PREFIX).then(|| resolved(text, id)));
}

fn resolved(text: &str, id: &dyn Fn(&str) -> Option<String>) -> String {
    let mut written = String::new();
    let mut done = 0;
    for (at, name) in within(text) {
        if let Some(id) = id(name) {
            written.push_str(text.get(done..at).unwrap_or_default());
            written.push_str(&id);
            done = at + PREFIX.len() + name.len();
        }
    }
    written.push_str(text.get(done..).unwrap_or_default());
    written
}

/// Takes out of a resource what refers to names that are not there yet: paths and values, as PATCH adds them later. Of a list,
/// only the items that refer are taken; of an extension, only the attributes.
pub fn defer(resource: &mut Resource, later: &dyn Fn(&str) -> bool) -> Vec<(String, Data)> {
    let mut taken = Vec::new();
    take(resource, "", later, &mut taken);
    taken
}

fn take(object: &mut Resource, prefix: &str, later: &dyn Fn(&str) -> bool, taken: &mut Vec<(String, Data)>) {
    let refers = |value: &Data| {
        let mut found = false;
        each(value, &mut |name, _| found |= later(name));
        found
    };
    let names: Vec<String> =
        object.iter().filter(|(_, value)| refers(value)).map(|(name, _)| name.to_owned()).collect();
    for name in names {
        let path = format!("{prefix}{name}");
        let Some(value) = object.remove(&name) else { continue };
        let rest = match value.into_object() {
            Ok(mut extension) if prefix.is_empty() && is_urn(&name) => {
                take(&mut extension, &format!("{name}:"), later, taken);
                (!extension.is_empty()).then(|| Data::from(extension))
            }
            Ok(value) => {
                taken.push((path, value.into()));
                None
            }
            Err(value) => match value.into_list() {
                Ok(items) => {
                    let (go, stay) = items.into_iter().partition::<Vec<Data>, _>(refers);
                    taken.push((path, go.into()));
                    (!stay.is_empty()).then(|| Data::from(stay))
                }
                Err(value) => {
                    taken.push((path, value));
                    None
                }
            },
        };
        object.extend(rest.map(|rest| (name, rest)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::resource::json;

    #[test]
    fn references_are_found_where_they_stand_and_nowhere_else() {
        let rows: [(&str, &[(&str, bool)]); 8] = [
            ("bulkId:ada", &[("ada", true)]),
            ("bulkId:a b/c", &[("a b/c", true)]),
            ("/Users/bulkId:ada", &[("ada", false)]),
            ("../Users/bulkId:ada/x", &[("ada", false)]),
            ("members[value eq \"bulkId:ada\" or value eq \"bulkId:bob\"]", &[("ada", false), ("bob", false)]),
            ("the bulkId:ada of it", &[]),
            ("bulkid:ada", &[]),
            ("", &[]),
        ];
        for (text, expected) in rows {
            let mut found = Vec::new();
            let value = json!([{"x": text}]);
            each(&value, &mut |name, whole| found.push((name, whole)));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn members_are_told_from_what_else_refers() {
        let member = json!([{"value": "bulkId:m"}]);
        let rows = [
            (json!({"displayName": "bulkId:x", "members": member.clone()}), vec!["x"]),
            (json!({"urn:x:y": {"owner": {"value": "bulkId:o"}}, "Members": member.clone()}), vec!["o"]),
            (json!({"Operations": [{"op": "add", "path": "members", "value": member.clone()}]}), vec![]),
            (json!({"Operations": [{"op": "add", "value": {"members": member.clone(), "x": "bulkId:x"}}]}), vec!["x"]),
            (
                json!({"Operations": [
                    {"op": "remove", "path": "members[value eq \"bulkId:r\"]"},
                    {"op": "add", "path": "members", "value": member.clone()},
                    {"op": "replace", "path": "members", "value": member},
                ]}),
                vec!["r", "m"],
            ),
        ];
        for (data, expected) in rows {
            let mut found = Vec::new();
            besides_members(&data, &mut |name| found.push(name));
            assert_eq!(found, expected, "{data}");
        }
    }

    #[test]
    fn only_what_is_known_is_resolved() {
        let mut value = json!({"a": "bulkId:ada", "b": ["/Users/bulkId:ada", "bulkId:bob"], "c": "x[v eq \"bulkId:bob\" or v eq \"bulkId:ada\"]", "d": 1});
        resolve(&mut value, &|name| (name == "ada").then(|| "1".into()));
        assert_eq!(
            value,
            json!({"a": "1", "b": ["/Users/1", "bulkId:bob"], "c": "x[v eq \"bulkId:bob\" or v eq \"1\"]", "d": 1})
        );
    }

    #[test]
    fn what_refers_is_taken_out_and_the_rest_stays() {
        let mut resource = json!({
            "userName": "ada",
            "members": [{"value": "bulkId:a"}, {"value": "7"}],
            "others": [{"value": "bulkId:a"}],
            "owner": {"value": "bulkId:a"},
            "known": {"value": "bulkId:b"},
            "urn:x:y": {"manager": {"value": "bulkId:a"}, "costCenter": "1"},
        });
        let mut taken = defer(resource.as_object_mut().unwrap(), &|name| name == "a");
        taken.sort_by(|one, other| one.0.cmp(&other.0));
        let reference = json!({"value": "bulkId:a"});
        let expected = [
            ("members", json!([reference])),
            ("others", json!([reference])),
            ("owner", reference.clone()),
            ("urn:x:y:manager", reference.clone()),
        ];
        assert_eq!(taken, expected.map(|(path, value)| (path.to_owned(), value)));
        assert_eq!(
            resource,
            json!({"userName": "ada", "members": [{"value": "7"}], "known": {"value": "bulkId:b"}, "urn:x:y": {"costCenter": "1"}})
        );
    }
}
