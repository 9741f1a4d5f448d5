//! Names of members in the standard's spelling.
//!
//! Names are read in any case (RFC 7643 section 2.1), and some providers write `UserName` or `Id`. Whoever reads a result by the names of
//! the standard must find them, so that results leave with these, and so does what is sent: some providers store `Active` beside
//! `active`. Names the standard does not have stay as they came.

use super::resource::{Cursor, Data, Node, Resource};
use super::schema::{self, Attribute};
use super::urn;

/// Corrects the names in a resource whose attributes are known, or follow from its schemas.
pub fn correct(resource: &mut Resource, known: Option<&[Attribute]>) {
    let attributes = known.unwrap_or_else(|| by_schemas(resource));
    if is_right(Cursor::from(&*resource), attributes, true) {
        return;
    }
    rename(resource, |name| name.eq_ignore_ascii_case("schemas").then_some("schemas"));
    members(resource, attributes);
    rename(resource, |name| name.eq_ignore_ascii_case(urn::ENTERPRISE_USER).then_some(urn::ENTERPRISE_USER));
    if let Some(extension) = resource.get_mut(urn::ENTERPRISE_USER).and_then(Data::as_object_mut) {
        members(extension, schema::ENTERPRISE_USER);
    }
}

/// The attributes of a resource of which nothing is known but what it says.
fn by_schemas(resource: &Resource) -> &'static [Attribute] {
    let names = match resource.get("schemas").map(Data::node) {
        Some(Node::List(names)) => names,
        _ => &[],
    };
    let is = |schema: &str| names.iter().filter_map(Data::as_str).any(|name| name.eq_ignore_ascii_case(schema));
    match () {
        () if is(urn::USER) => schema::USER,
        () if is(urn::GROUP) => schema::GROUP,
        // The names of other types are their own.
        () => schema::COMMON,
    }
}

/// Whether no name in an object is another than the standard's, so that it stays as it was read; `whole` where it is a resource.
fn is_right(object: Cursor<'_>, attributes: &[Attribute], whole: bool) -> bool {
    let right = |name: &str| match attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name)) {
        Some(attribute) => Some((attribute.name, attribute.parts())),
        None if whole && name.eq_ignore_ascii_case(urn::ENTERPRISE_USER) => {
            Some((urn::ENTERPRISE_USER, Some(schema::ENTERPRISE_USER)))
        }
        None if whole && name.eq_ignore_ascii_case("schemas") => Some(("schemas", None)),
        None => None,
    };
    object.every(&mut |name, value| match name.and_then(right) {
        Some((right, parts)) => Some(right) == name && parts.is_none_or(|parts| is_value_right(value, parts)),
        None => true,
    })
}

/// Whether no name in a value with these parts is another than the standard's.
fn is_value_right(value: Cursor<'_>, parts: &[Attribute]) -> bool {
    match value.is_object() {
        true => is_right(value, parts, false),
        false => value.every(&mut |_, item| !item.is_object() || is_right(item, parts, false)),
    }
}

fn members(object: &mut Resource, attributes: &[Attribute]) {
    rename(object, |name| {
        let known = attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name));
        known.map(|attribute| attribute.name)
    });
    for attribute in attributes.iter().filter(|attribute| attribute.parts().is_some()) {
        if let Some(found) = object.get_mut(attribute.name) {
            value(found, attribute);
        }
    }
}

/// Corrects the names in the value of an attribute.
pub fn value(value: &mut Data, attribute: &Attribute) {
    let Some(parts) = attribute.parts() else { return };
    if is_value_right(Cursor::from(&*value), parts) {
        return;
    }
    if let Some(part) = value.as_object_mut() {
        members(part, parts);
    } else if let Some(items) = value.as_list_mut() {
        items.iter_mut().filter_map(Data::as_object_mut).for_each(|item| members(item, parts));
    }
}

/// Gives members their right names; one whose right name another has keeps its own.
fn rename(object: &mut Resource, right: impl Fn(&str) -> Option<&'static str>) {
    let wrong = object.keys().filter_map(|name| Some((name, right(name)?)).filter(|(name, right)| name != right));
    let wrong: Vec<(String, &'static str)> =
        wrong.filter(|(_, right)| !object.contains(right)).map(|(name, right)| (name.to_owned(), right)).collect();
    for (name, right) in wrong {
        if !object.contains(right) {
            object.rename(&name, right);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::resource::json;

    #[test]
    fn names_of_the_standard_are_spelled_as_it_spells_them() {
        let enterprise = urn::ENTERPRISE_USER;
        let rows = [
            (
                json!({"Id": "1", "UserName": "ada", "NAME": {"GivenName": "Ada"}, "Emails": [{"Value": "a@example.com", "PRIMARY": true}, "odd"],
                    "Meta": {"ResourceType": "User"}, "X": {"Y": 1}}),
                Some(schema::USER),
                json!({"id": "1", "userName": "ada", "name": {"givenName": "Ada"}, "emails": [{"value": "a@example.com", "primary": true}, "odd"],
                    "meta": {"resourceType": "User"}, "X": {"Y": 1}}),
            ),
            (
                json!({"Schemas": [urn::GROUP], "DisplayName": "Eng", "Members": [{"$REF": "x"}]}),
                None,
                json!({"schemas": [urn::GROUP], "displayName": "Eng", "members": [{"$ref": "x"}]}),
            ),
            // Another type's names are its own.
            (
                json!({"schemas": ["urn:x:y"], "ID": "1", "Title": "t", "UserName": "ada"}),
                None,
                json!({"schemas": ["urn:x:y"], "id": "1", "Title": "t", "UserName": "ada"}),
            ),
            (
                json!({enterprise.to_lowercase(): {"Department": "d", "Manager": {"Value": "2"}}}),
                Some(schema::USER),
                json!({enterprise: {"department": "d", "manager": {"value": "2"}}}),
            ),
            // Two of a name stay two.
            (json!({"userName": "a", "UserName": "b"}), Some(schema::USER), json!({"userName": "a", "UserName": "b"})),
            (json!({"USERNAME": "a", "UserName": "b"}), Some(schema::USER), json!({"userName": "a", "UserName": "b"})),
        ];
        for (from, known, expected) in rows {
            let mut resource = from.as_object().unwrap().clone();
            correct(&mut resource, known);
            assert_eq!(Data::from(resource), expected, "{from}");
        }
    }
}
