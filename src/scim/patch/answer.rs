//! What the answer to a change shows of it: names of attributes, never values, for these are told to people.
//!
//! An answer that shows none of a resource's attributes proves nothing, and secrets are never shown.

use super::super::path::Path;
use super::super::resource::{Data, Node, Resource, is_never_shown, is_urn};
use super::super::text::TextRules;
use super::apply::apply;
use super::attribute_table::{self, AttributeTable};
use super::compare::{is_unassigned, says};
use super::diff::rules_of;
use super::{Operation, Options, Style, diff};
use crate::gather::Gather as _;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Attributes that providers fill in where the client leaves them out, or make up from others.
const FILLED_IN: [&str; 7] =
    ["active", "displayName", "locale", "preferredLanguage", "timezone", "userType", "profileUrl"];

/// Attributes of a resource that was sent whole and that the answer shows otherwise, or does not show.
pub fn differing(answer: &Resource, sent: &Resource, known: &AttributeTable, text: TextRules) -> Vec<String> {
    if shows_nothing(answer) {
        return Vec::new();
    }
    // What came back as it was sent, which is the most, needs no closer look.
    let mut sent = Cow::Borrowed(sent);
    if sent.iter().any(|(name, value)| answer.get(name) == Some(value)) {
        sent.to_mut().retain(|name, value| answer.get(name) != Some(value));
    }
    if sent.is_empty() {
        return Vec::new();
    }
    let options = Options { members: true, style: Style { text, ..Style::default() }, ..Options::default() };
    let names = diff(answer, &sent, known, &options).into_iter().flat_map(|operation| names(&operation));
    distinct(names.filter(|name| !is_never_shown(name)))
}

/// Attributes that the answer still shows, although the resource that replaces it leaves them out.
pub fn left_over(answer: &Resource, sent: &Resource, known: &AttributeTable) -> Vec<String> {
    let attributes = attribute_table::writable_names(known.attributes);
    let is_left = |name: &&str| {
        let filled_in = FILLED_IN.iter().any(|other| other.eq_ignore_ascii_case(name));
        !filled_in && sent.get(name).is_none() && !is_unassigned(answer.get(name)) && !is_never_shown(name)
    };
    attributes.filter(is_left).map(str::to_owned).collect()
}

/// Attributes that are not as these operations leave them: carried out once more on the answer, they would change it.
pub fn unmet(answer: &Resource, operations: &[Operation], known: &AttributeTable, text: TextRules) -> Vec<String> {
    if shows_nothing(answer) {
        return Vec::new();
    }
    let mut after = answer.clone();
    for operation in operations {
        // What cannot be carried out a second time says nothing about the first.
        let _ = apply(&mut after, std::slice::from_ref(operation), known, "");
    }
    let mut found = Vec::new();
    let is_as = |found: Option<&Data>, wanted: Option<&Data>, schema: Option<&str>, name: &str| {
        says(found, wanted.unwrap_or(&Data::NULL), name, rules_of(text, known, schema, name))
    };
    let ours = |name: &str| ["schemas", "id", "meta"].iter().any(|own| name.eq_ignore_ascii_case(own));
    let all = answer.keys().chain(after.keys().filter(|name| answer.get(name).is_none()));
    for name in all.filter(|name| !ours(name)) {
        match (answer.get(name).map(Data::node), after.get(name).map(Data::node)) {
            (before, Some(Node::Object(after))) if is_urn(name) => {
                let before = match before {
                    Some(Node::Object(before)) => before.clone(),
                    _ => Resource::new(),
                };
                let members = before.keys().chain(after.keys().filter(|member| before.get(member).is_none()));
                let differs = |member: &&str| !is_as(before.get(member), after.get(member), Some(name), member);
                found.extend(members.filter(differs).map(|member| format!("{name}:{member}")));
            }
            _ if is_as(answer.get(name), after.get(name), None, name) => {}
            _ => found.push(name.to_owned()),
        }
    }
    distinct(found.into_iter().filter(|name| !is_never_shown(name)))
}

/// Whether an answer has none of the attributes that a resource is about.
fn shows_nothing(answer: &Resource) -> bool {
    let common = |name: &str| ["id", "schemas", "meta", "externalId"].iter().any(|it| name.eq_ignore_ascii_case(it));
    answer.keys().all(common)
}

/// The attributes that an operation changes, without filters and sub-attributes.
fn names(operation: &Operation) -> Vec<String> {
    match (&operation.path, operation.value.as_ref().map(Data::node)) {
        (Some(path), _) => match path.parse::<Path>() {
            Ok(Path { attribute, .. }) => match attribute.schema {
                Some(schema) => vec![format!("{schema}:{}", attribute.name)],
                None => vec![attribute.name],
            },
            Err(_) => Vec::new(),
        },
        (None, Some(Node::Object(values))) => values.keys().map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn distinct(names: impl Iterator<Item = String>) -> Vec<String> {
    names.gather::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::resource::json;
    use super::super::Op;
    use super::*;

    fn object(value: Data) -> Resource {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn what_was_sent_is_looked_for_in_the_answer() {
        let sent = object(json!({
            "userName": "ada", "title": "x", "password": "p", "emails": [{"value": "A@example.com", "type": "work"}],
            "nickName": null, super::super::super::urn::ENTERPRISE_USER: {"department": "d"}
        }));
        let rows = [
            (json!({"id": "1"}), vec![]),
            (
                json!({"id": "1", "userName": "ADA", "title": "x", "emails": [{"value": "a@example.com", "type": "Work", "display": "a"}],
                super::super::super::urn::ENTERPRISE_USER: {"department": "d"}}),
                vec![],
            ),
            (
                json!({"id": "1", "userName": "bob", "nickName": "b"}),
                vec![
                    "emails",
                    "nickName",
                    "title",
                    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
                    "userName",
                ],
            ),
        ];
        for (answer, expected) in rows {
            assert_eq!(
                differing(&object(answer.clone()), &sent, &AttributeTable::USER, TextRules::default()),
                expected,
                "{answer:?}"
            );
        }
        let answer =
            object(json!({"id": "1", "userName": "ada", "active": true, "photos": [{"value": "u"}], "meta": {}}));
        assert_eq!(left_over(&answer, &sent, &AttributeTable::USER), ["photos"]);
    }

    #[test]
    fn operations_that_would_still_change_something_are_unmet() {
        let operation =
            |op, path: Option<&str>, value: Option<Data>| Operation { op, path: path.map(str::to_owned), value };
        let answer = object(json!({
            "id": "1", "userName": "ada", "active": "True", "title": "old", "emails": [{"value": "a@example.com", "type": "work"}],
            "members": [{"value": "1"}, {"value": "2"}]
        }));
        let rows = [
            (operation(Op::Replace, Some("active"), Some(json!(true))), vec![]),
            (operation(Op::Replace, Some("active"), Some(json!(false))), vec!["active"]),
            (operation(Op::Replace, None, Some(json!({"title": "new", "active": true}))), vec!["title"]),
            (operation(Op::Remove, Some("title"), None), vec!["title"]),
            (operation(Op::Remove, Some("nickName"), None), vec![]),
            (operation(Op::Remove, Some("emails[type eq \"work\"]"), None), vec!["emails"]),
            (operation(Op::Replace, Some("emails[type eq \"home\"].value"), Some(json!("b@example.com"))), vec![]),
            (operation(Op::Add, Some("emails"), Some(json!([{"value": "a@example.com"}]))), vec![]),
            (operation(Op::Replace, Some("password"), Some(json!("p"))), vec![]),
        ];
        for (operation, expected) in rows {
            assert_eq!(
                unmet(&answer, std::slice::from_ref(&operation), &AttributeTable::USER, TextRules::default()),
                expected,
                "{operation:?}"
            );
        }
    }
}
