//! What an answer shows of a change: which of its operations did something, and which attributes stay as they were. Pure.

use crate::scim::patch::{Operation, places};
use crate::scim::path::AttributePath;
use crate::scim::resource::{Data, Node, Resource};

/// What an answer shows of a change.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Proof {
    /// The operations that were carried out, or of which nothing else is known.
    pub made: Vec<Operation>,
    /// Attributes that are not as wanted and have not changed at all.
    pub unkept: Vec<String>,
    /// Attributes that are not as wanted and have changed, or may have.
    pub different: Vec<String>,
}

/// Judges a change from the resource before it, the one that was answered, and whether that may be all of it, what was sent, and what
/// is left to do after it.
pub(super) fn judge(
    before: &Resource,
    (whole, now): (bool, &Resource),
    sent: &[Operation],
    left: &[Operation],
) -> Proof {
    let is_whole = whole && is_whole(before, now, sent);
    let mut proof = Proof::default();
    let open: Vec<AttributePath> = left.iter().flat_map(places).collect();
    for operation in sent {
        let places = places(operation);
        let stays = |place: &AttributePath| open.contains(place) && found(before, place) == found(now, place);
        if is_whole && !places.is_empty() && places.iter().all(stays) {
            proof.unkept.extend(places.iter().map(AttributePath::to_string));
        } else {
            proof.made.push(operation.clone());
        }
    }
    let names = open.iter().map(AttributePath::to_string);
    proof.different.extend(names.filter(|name| !proof.unkept.contains(name)));
    for list in [&mut proof.unkept, &mut proof.different] {
        list.sort();
        list.dedup();
    }
    proof
}

/// Whether an answer is the whole resource as far as can be told: what was there before, and was not to change, is there still.
fn is_whole(before: &Resource, now: &Resource, sent: &[Operation]) -> bool {
    let changed: Vec<AttributePath> = sent.iter().flat_map(places).collect();
    let own = ["id", "meta", "schemas", "groups", "members", "password"];
    before.iter().all(|(name, value)| {
        let is = |other: &str| other.eq_ignore_ascii_case(name);
        value.is_null()
            || now.get(name).is_some()
            || own.iter().any(|own| is(own))
            || changed.iter().any(|place| is(place.schema.as_deref().unwrap_or(&place.name)))
    })
}

/// What stands at a place; nothing where it has no value.
fn found<'a>(resource: &'a Resource, place: &AttributePath) -> Option<&'a Data> {
    let holder = match &place.schema {
        Some(schema) => resource.get(schema)?.as_object()?,
        None => resource,
    };
    let value = holder.get(&place.name)?;
    let value = match (&place.sub, value.as_object()) {
        (Some(sub), Some(object)) => object.get(sub)?,
        _ => value,
    };
    let unassigned = match value.node() {
        Node::Null => true,
        Node::List(items) => items.is_empty(),
        Node::Object(object) => object.is_empty(),
        _ => false,
    };
    (!unassigned).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::patch::{AttributeTable, Options, diff};
    use crate::scim::resource::json;

    #[test]
    fn only_what_the_answer_shows_was_done() {
        // before, wanted, answered: what was made, what is not kept, what is different
        let rows = [
            (json!({}), json!({"title": "a"}), json!({"title": "a"}), vec!["title"], vec![], vec![]),
            (json!({}), json!({"title": "a"}), json!({}), vec![], vec!["title"], vec![]),
            (
                json!({"active": true}),
                json!({"active": false, "title": "a"}),
                json!({"active": false}),
                vec!["active"],
                vec!["title"],
                vec![],
            ),
            (json!({"title": "b"}), json!({"title": "a"}), json!({"title": "c"}), vec!["title"], vec![], vec!["title"]),
            // Not the whole resource: nothing can be told.
            (json!({"nickName": "n"}), json!({"title": "a"}), json!({}), vec!["title"], vec![], vec!["title"]),
            (
                json!({"name": {"givenName": "a"}}),
                json!({"name": {"givenName": "b", "middleName": "m"}}),
                json!({"name": {"givenName": "b"}}),
                vec!["name.givenName"],
                vec!["name.middleName"],
                vec![],
            ),
            (
                json!({}),
                json!({"urn:x:y": {"a": 1, "b": 2}}),
                json!({"urn:x:y": {"a": 1}}),
                vec!["urn:x:y:a"],
                vec!["urn:x:y:b"],
                vec![],
            ),
        ];
        for (before, wanted, now, made, unkept, different) in rows {
            let object = |value: &Data| value.as_object().unwrap().clone();
            let (before, wanted, now) = (object(&before), object(&wanted), object(&now));
            let differences = |from: &Resource| diff(from, &wanted, &AttributeTable::USER, &Options::default());
            let proof = judge(&before, (true, &now), &differences(&before), &differences(&now));
            let paths: Vec<&str> = proof.made.iter().filter_map(|it| it.path.as_deref()).collect();
            assert_eq!(paths, made, "{wanted:?}");
            assert_eq!((proof.unkept, proof.different), (names(&unkept), names(&different)), "{wanted:?}");
        }
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }
}
