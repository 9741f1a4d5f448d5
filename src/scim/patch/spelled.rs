//! Operations with the attributes that are known in the standard's spelling, and their identifiers as texts.
//!
//! Names have no case (RFC 7643 section 2.1), yet some providers store `Active` beside `active` and answer with success.

use super::super::filter::Filter;
use super::super::path::Path;
use super::super::resource::Data;
use super::super::schema::Attribute;
use super::super::spelling;
use super::Operation;
use super::attribute_table::{AttributeTable, find};

/// The same operation, names of known attributes as the standard spells them. What is spelled so already stays as it was written.
pub fn spelled(operation: &Operation, known: &AttributeTable) -> Operation {
    let mut operation = operation.clone();
    match operation.path.as_deref().map(|path| path.trim().parse::<Path>()) {
        Some(Ok(written)) => {
            let mut path = written.clone();
            let attribute = named(&mut path, known);
            if path != written {
                operation.path = Some(path.to_string());
            }
            if let (Some(attribute), Some(value), None, None) =
                (attribute, &mut operation.value, &path.attribute.sub, &path.sub)
            {
                spelling::value(value, attribute);
            }
        }
        Some(Err(_)) => {}
        None => {
            if let Some(values) = operation.value.as_mut().and_then(Data::as_object_mut) {
                spelling::correct(values, Some(known.attributes));
            }
        }
    }
    operation
}

/// Makes texts of the numbers in an operation's value that stand where an attribute is text.
pub fn write_texts(operation: &mut Operation, known: &AttributeTable) {
    let Some(value) = &mut operation.value else { return };
    let Some(path) = operation.path.as_deref() else {
        value.as_object_mut().into_iter().for_each(|object| spelling::write_texts(object, known.attributes));
        return;
    };
    let Ok(mut path) = path.trim().parse::<Path>() else { return };
    let Some(attribute) = named(&mut path, known) else { return };
    let shape = match path.sub.or(path.attribute.sub) {
        Some(sub) => attribute.parts().and_then(|parts| find(parts, &sub)).map(|part| part.shape),
        None => Some(attribute.shape),
    };
    shape.into_iter().for_each(|shape| spelling::write_text(value, shape));
}

/// Corrects the names in a path; the attribute, where it is known.
fn named(path: &mut Path, known: &AttributeTable) -> Option<&'static Attribute> {
    if let Some(schema) = &mut path.attribute.schema {
        let whole = format!("{schema}:{}", path.attribute.name);
        if known.extension(&whole).is_some() {
            return None;
        }
        if let Some(urn) = known
            .core
            .into_iter()
            .chain(known.extensions.iter().map(|row| row.0))
            .find(|urn| urn.eq_ignore_ascii_case(schema))
        {
            urn.clone_into(schema);
        }
    }
    let schema = path.attribute.schema.as_deref().filter(|schema| !known.is_core(schema));
    let attribute = find(known.table(schema), &path.attribute.name)?;
    attribute.name.clone_into(&mut path.attribute.name);
    let parts = attribute.parts().unwrap_or_default();
    for sub in [&mut path.attribute.sub, &mut path.sub].into_iter().flatten() {
        correct(sub, parts);
    }
    if let Some(filter) = &mut path.filter {
        within(filter, parts);
    }
    Some(attribute)
}

fn within(filter: &mut Filter, parts: &'static [Attribute]) {
    match filter {
        Filter::Compare { attribute, .. } | Filter::Present(attribute) => correct(&mut attribute.name, parts),
        Filter::And(filters) | Filter::Or(filters) => filters.iter_mut().for_each(|filter| within(filter, parts)),
        Filter::Not(filter) => within(filter, parts),
        Filter::ValuePath { .. } => {}
    }
}

fn correct(name: &mut String, attributes: &'static [Attribute]) {
    if let Some(attribute) = find(attributes, name) {
        attribute.name.clone_into(name);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::resource::json;
    use super::super::Op;
    use super::*;

    #[test]
    fn names_go_out_as_the_standard_spells_them() {
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        let at = |path: &str, value| Operation { op: Op::Replace, path: Some(path.to_owned()), value: Some(value) };
        let without = |value| Operation { op: Op::Add, path: None, value: Some(value) };
        let rows = [
            (at("Active", json!(false)), at("active", json!(false))),
            (at("NAME.GivenName", json!("A")), at("name.givenName", json!("A"))),
            (at("Name", json!({"GIVENNAME": "A"})), at("name", json!({"givenName": "A"}))),
            (
                at(r#"Emails[Type eq "Work" and Value co "@"].VALUE"#, json!("a@example.com")),
                at(r#"emails[type eq "Work" and value co "@"].value"#, json!("a@example.com")),
            ),
            (at("emails", json!([{"Value": "a"}, "odd"])), at("emails", json!([{"value": "a"}, "odd"]))),
            (
                at("URN:ietf:params:scim:schemas:core:2.0:user:Active", json!(false)),
                at("urn:ietf:params:scim:schemas:core:2.0:User:active", json!(false)),
            ),
            (
                at(&format!("{}:Department", enterprise.to_uppercase()), json!("d")),
                at(&format!("{enterprise}:department"), json!("d")),
            ),
            (
                without(json!({"Active": false, "NAME": {"FamilyName": "B"}, "Own": {"X": 1}})),
                without(json!({"active": false, "name": {"familyName": "B"}, "Own": {"X": 1}})),
            ),
            // What is spelled right, or not known, is as it was written.
            (
                at(r#" emails[type EQ "work"]"#, json!({"value": "a"})),
                at(r#" emails[type EQ "work"]"#, json!({"value": "a"})),
            ),
            (at("Own.Part", json!({"Value": 1})), at("Own.Part", json!({"Value": 1}))),
            (at("urn:x:y:Title", json!("t")), at("urn:x:y:Title", json!("t"))),
        ];
        for (written, expected) in rows {
            assert_eq!(spelled(&written, &AttributeTable::USER), expected, "{written:?}");
        }
    }
    #[test]
    fn identifiers_are_sent_as_texts() {
        let rows = [
            (Some("externalId"), json!(4711), json!("4711")),
            (Some("members"), json!([{"value": 42}]), json!([{"value": "42"}])),
            (Some("emails[type eq \"work\"].value"), json!(1), json!("1")),
            (Some("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value"), json!(26), json!("26")),
            (None, json!({"externalId": 1, "x": 1}), json!({"externalId": "1", "x": 1})),
            (Some("x"), json!(1), json!(1)),
        ];
        for (path, value, expected) in rows {
            let known = if path == Some("members") { AttributeTable::GROUP } else { AttributeTable::USER };
            let mut operation = Operation { op: Op::Add, path: path.map(str::to_owned), value: Some(value) };
            write_texts(&mut operation, &known);
            assert_eq!(operation.value, Some(expected), "{path:?}");
        }
    }
}
