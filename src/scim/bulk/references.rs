//! References between operations, `bulkId:NAME` (RFC 7644 section 3.7.2): where they stand, and what is put in their place.
//!
//! A text may be a reference as a whole (`"value": "bulkId:ada"`), or have some behind a slash or a quotation mark
//! (`/Users/bulkId:ada`, `members[value eq "bulkId:ada"]`). It knows no operations.

use crate::scim::resource::{Data, Node, Resource, is_urn};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const PREFIX: &str = "bulkId:";

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
