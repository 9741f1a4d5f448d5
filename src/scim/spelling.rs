//! Names of members in the standard's spelling, and values in the standard's JSON types.
//!
//! Names are read in any case (RFC 7643 section 2.1), and some providers write `UserName` or `Id`. Whoever reads a result by the names of
//! the standard must find them, so that results leave with these, and so does what is sent: some providers store `Active` beside
//! `active`. Names the standard does not have stay as they came. Flags that came as text leave as booleans, since whoever compares
//! `"false"` with false takes a leaver for active; and identifiers that a caller gives as numbers are sent as the texts that they are.

use super::resource::{Cursor, Data, Node, Resource, Seen, boolean};
use super::schema::{self, Attribute, Search, Shape};
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

/// Whether nothing in an object is to be corrected, so that it stays as it was read; `whole` where it is a resource.
fn is_right(object: Cursor<'_>, attributes: &[Attribute], whole: bool) -> bool {
    let mut search = Search::of(attributes);
    let mut is = |name: &str, value: Cursor<'_>| match search.named(name) {
        Some(attribute) => attribute.name == name && is_value_right(value, attribute.shape),
        None if whole && name.eq_ignore_ascii_case(urn::ENTERPRISE_USER) => {
            name == urn::ENTERPRISE_USER && is_value_right(value, Shape::Complex(schema::ENTERPRISE_USER))
        }
        None => !whole || !name.eq_ignore_ascii_case("schemas") || name == "schemas",
    };
    object.every(&mut |name, value| name.is_none_or(|name| is(name, value)))
}

fn is_value_right(value: Cursor<'_>, shape: Shape) -> bool {
    match shape {
        Shape::Text => true,
        Shape::Boolean => !matches!(value.seen(), Seen::Text(text) if boolean(&text).is_some()),
        Shape::Complex(parts) | Shape::Multiple(parts) if value.is_object() => is_right(value, parts, false),
        Shape::Complex(parts) | Shape::Multiple(parts) => {
            value.every(&mut |_, item| !item.is_object() || is_right(item, parts, false))
        }
    }
}

fn members(object: &mut Resource, attributes: &[Attribute]) {
    rename(object, |name| {
        let known = attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name));
        known.map(|attribute| attribute.name)
    });
    for attribute in attributes {
        let Some(found) = object.get_mut(attribute.name) else { continue };
        if let (Shape::Boolean, Some(_), Some(flag)) = (attribute.shape, found.as_str(), found.as_boolean()) {
            *found = Data::from(flag);
        }
        value(found, attribute);
    }
}

/// Makes texts of the numbers that stand where an attribute is text.
pub fn write_texts(object: &mut Resource, attributes: &[Attribute]) {
    if are_texts(Cursor::from(&*object), attributes) {
        return;
    }
    for attribute in attributes {
        let Some(value) = object.get_mut(attribute.name) else { continue };
        write_text(value, attribute.shape);
    }
    if let Some(extension) = object.get_mut(urn::ENTERPRISE_USER).and_then(Data::as_object_mut) {
        write_texts(extension, schema::ENTERPRISE_USER);
    }
}

/// Whether no number stands where an attribute is text.
fn are_texts(object: Cursor<'_>, attributes: &[Attribute]) -> bool {
    let mut search = Search::of(attributes);
    object.every(&mut |name, value| {
        let Some(name) = name else { return true };
        match search.named(name).filter(|attribute| attribute.name == name) {
            Some(attribute) => is_text(value, attribute.shape),
            None if name == urn::ENTERPRISE_USER => is_text(value, Shape::Complex(schema::ENTERPRISE_USER)),
            None => true,
        }
    })
}

fn is_text(value: Cursor<'_>, shape: Shape) -> bool {
    match shape {
        Shape::Text => value.seen() != Seen::Number,
        Shape::Boolean => true,
        Shape::Complex(parts) | Shape::Multiple(parts) if value.is_object() => are_texts(value, parts),
        Shape::Complex(parts) | Shape::Multiple(parts) => {
            value.every(&mut |_, item| !item.is_object() || are_texts(item, parts))
        }
    }
}

/// The same for the value of an attribute.
pub fn write_text(value: &mut Data, shape: Shape) {
    if is_text(Cursor::from(&*value), shape) {
        return;
    }
    match shape {
        Shape::Text => {
            if let (Node::Number(_), Some(text)) = (value.node(), value.to_text()) {
                *value = Data::from(text);
            }
        }
        Shape::Complex(parts) | Shape::Multiple(parts) => {
            if let Some(part) = value.as_object_mut() {
                write_texts(part, parts);
            } else if let Some(items) = value.as_list_mut() {
                items.iter_mut().filter_map(Data::as_object_mut).for_each(|item| write_texts(item, parts));
            }
        }
        Shape::Boolean => {}
    }
}

/// Corrects the names in the value of an attribute.
pub fn value(value: &mut Data, attribute: &Attribute) {
    let Some(parts) = attribute.parts() else { return };
    if is_value_right(Cursor::from(&*value), attribute.shape) {
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

    #[test]
    fn flags_leave_as_booleans_and_identifiers_are_sent_as_texts() {
        let rows = [
            (json!({"active": "False", "title": "true"}), json!({"active": false, "title": "true"})),
            (json!({"ACTIVE": "TRUE"}), json!({"active": true})),
            (json!({"active": "perhaps"}), json!({"active": "perhaps"})),
            (
                json!({"emails": [{"value": "x", "primary": "true"}]}),
                json!({"emails": [{"value": "x", "primary": true}]}),
            ),
            (json!({"active": null, "roles": "odd"}), json!({"active": null, "roles": "odd"})),
        ];
        for (from, expected) in rows {
            let mut resource = from.as_object().unwrap().clone();
            correct(&mut resource, Some(schema::USER));
            assert_eq!(Data::from(resource), expected, "{from}");
        }
        let enterprise = urn::ENTERPRISE_USER;
        let mut user = json!({"externalId": 4711, "active": 1, "roles": [{"value": 7}], "x": 1, enterprise: {"employeeNumber": 12345678901234567890u64}});
        write_texts(user.as_object_mut().unwrap(), schema::USER);
        let sent = json!({"externalId": "4711", "active": 1, "roles": [{"value": "7"}], "x": 1, enterprise: {"employeeNumber": "12345678901234567890"}});
        assert_eq!(user, sent);
    }
}
