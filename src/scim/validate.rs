//! Checks what is about to be sent against the schemas of its resource type (RFC 7643 sections 2 and 7), all problems at once.
//!
//! Values are never quoted: they may be secret. It knows nothing of where the schemas came from.
//!
//! What is no problem, although a schema may be read that way: an attribute only the provider sets in a replacement, which is
//! how a resource that was read comes back (RFC 7644 section 3.5.1: the provider ignores it), and an immutable attribute in a
//! replacement, which is right as long as it is the same.

use super::definition::{Attribute, Mutability, ResourceType, Schema, Type};
use super::filter::Filter;
use super::patch::{Op, Operation};
use super::path::Path;
use super::resource::{Data, Node, Resource, is_urn};
use crate::failure::Problem;
use crate::naming::{deeper, suggestion};

/// Attributes of every resource, whatever its schemas say (RFC 7643 section 3.1).
const COMMON: [&str; 4] = ["schemas", "id", "externalId", "meta"];

/// Problems of a resource that is created (`new`) or replaces another; `pointer` is where it stands in the input.
pub fn check(resource: &Resource, it: &ResourceType, schemas: &[Schema], new: bool, pointer: &str) -> Vec<Problem> {
    let mut check = Check { it, schemas, new, whole: true, problems: Vec::new() };
    check.resource(resource, pointer);
    check.problems
}

/// Problems of PATCH operations; `pointer` is where their list stands in the input.
pub fn operations(operations: &[Operation], it: &ResourceType, schemas: &[Schema], pointer: &str) -> Vec<Problem> {
    let mut check = Check { it, schemas, new: true, whole: false, problems: Vec::new() };
    for (index, operation) in operations.iter().enumerate() {
        check.operation(operation, &format!("{pointer}/{index}"));
    }
    check.problems
}

struct Check<'a> {
    it: &'a ResourceType,
    schemas: &'a [Schema],
    /// Whether what only the provider sets is a problem.
    new: bool,
    /// Whether what is required must be there.
    whole: bool,
    problems: Vec<Problem>,
}

impl<'a> Check<'a> {
    fn problem(&mut self, pointer: impl Into<String>, detail: impl Into<String>) {
        self.problems.push(Problem { pointer: pointer.into(), detail: detail.into() });
    }

    fn schema(&self, urn: &str) -> Option<&'a Schema> {
        self.schemas.iter().find(|schema| schema.id.eq_ignore_ascii_case(urn))
    }

    /// The attributes of the core schema; none where the schema is not known, or says nothing.
    fn core(&self) -> Option<&'a [Attribute]> {
        self.schema(&self.it.schema).map(|schema| schema.attributes.as_slice()).filter(|it| !it.is_empty())
    }

    fn extends(&self, urn: &str) -> bool {
        self.it.extensions.iter().any(|(schema, _)| schema.eq_ignore_ascii_case(urn))
    }

    fn resource(&mut self, resource: &Resource, pointer: &str) {
        if let Some(Node::List(named)) = resource.get("schemas").map(Data::node) {
            for (index, urn) in named.iter().enumerate() {
                let known =
                    urn.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(&self.it.schema) || self.extends(urn));
                if !known {
                    self.problem(format!("{pointer}/schemas/{index}"), self.no_extension());
                }
            }
        }
        if let Some(value) = resource.get("externalId").filter(|value| value.as_str().is_none() && !value.is_null()) {
            self.problem(deeper(pointer, "externalId"), format!("expected a string, found {}", value.type_name()));
        }
        if let Some(core) = self.core() {
            let own = |name: &str| !COMMON.iter().any(|common| common.eq_ignore_ascii_case(name)) && !is_urn(name);
            self.members(resource, core, pointer, &own);
        }
        for (urn, value) in resource.iter().filter(|(name, _)| is_urn(name)) {
            self.extension(urn, value, &deeper(pointer, urn));
        }
        for (urn, required) in &self.it.extensions {
            if *required && self.whole && resource.get(urn).is_none_or(unassigned) {
                self.problem(deeper(pointer, urn), format!("is required of a {}", self.it.name));
            }
        }
    }

    fn no_extension(&self) -> String {
        let names: Vec<&str> = self.it.extensions.iter().map(|extension| extension.0.as_str()).collect();
        let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        format!("is no schema of {}; its extensions: {known}", self.it.name)
    }

    fn extension(&mut self, urn: &str, value: &Data, pointer: &str) {
        if !self.extends(urn) {
            return self.problem(pointer, self.no_extension());
        }
        match value.node() {
            Node::Null => {}
            Node::Object(object) => {
                if let Some(schema) = self.schema(urn).filter(|schema| !schema.attributes.is_empty()) {
                    self.members(object, &schema.attributes, pointer, &|name| !is_urn(name));
                }
                // RFC 9944 section 7.1 has schemas within an extension.
                for (inner, value) in object.iter().filter(|(name, _)| is_urn(name)) {
                    if let (Some(schema), Node::Object(object)) = (self.schema(inner), value.node()) {
                        self.members(object, &schema.attributes, &deeper(pointer, inner), &|name| !is_urn(name));
                    }
                }
            }
            other => self.problem(pointer, format!("expected an object, found {}", other.type_name())),
        }
    }

    /// Checks the members of an object that are its schema's `own` against the attributes it may have.
    fn members(&mut self, object: &Resource, attributes: &[Attribute], pointer: &str, own: &dyn Fn(&str) -> bool) {
        for (name, value) in object.iter().filter(|(name, _)| own(name)) {
            let at = deeper(pointer, name);
            match attributes.iter().find(|attribute| attribute.is(name)) {
                Some(attribute) => self.attribute(value, attribute, &at),
                None => self.unknown(name, attributes, &at),
            }
        }
        let required =
            attributes.iter().filter(|it| it.required && it.mutability != Mutability::ReadOnly && own(&it.name));
        for attribute in required.filter(|_| self.whole) {
            if object.get(&attribute.name).is_none_or(unassigned) {
                self.problems.push(Problem { pointer: deeper(pointer, &attribute.name), detail: "is required".into() });
            }
        }
    }

    fn unknown(&mut self, name: &str, attributes: &[Attribute], pointer: &str) {
        let names: Vec<&str> = attributes.iter().map(|attribute| attribute.name.as_str()).collect();
        self.problem(pointer, format!("unknown attribute {name:?}{}", suggestion(name, &names)));
    }

    fn attribute(&mut self, value: &Data, attribute: &Attribute, pointer: &str) {
        if unassigned(value) {
            return;
        }
        if attribute.mutability == Mutability::ReadOnly {
            if self.new {
                self.problem(pointer, "is read-only: the provider sets it; leave it out");
            }
            return;
        }
        match (attribute.multi_valued, value.node()) {
            (true, Node::List(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(item, attribute, &format!("{pointer}/{index}"));
                }
                let primary = |item: &&Data| {
                    item.as_object().and_then(|item| item.get("primary")).and_then(Data::as_boolean) == Some(true)
                };
                if items.iter().filter(primary).count() > 1 {
                    self.problem(pointer, "more than one value is primary (RFC 7643 section 2.4)");
                }
            }
            (true, other) => {
                self.problem(pointer, format!("has several values: expected a list, found {}", other.type_name()))
            }
            (false, Node::List(_)) => self.problem(pointer, "has one value: expected no list"),
            (false, _) => self.value(value, attribute, pointer),
        }
    }

    /// Checks one value (RFC 7643 section 2.3).
    fn value(&mut self, value: &Data, attribute: &Attribute, pointer: &str) {
        let text = value.as_str();
        let (expected, holds) = match attribute.kind {
            Type::Complex => match value.node() {
                Node::Object(_) if attribute.parts.is_empty() => return,
                Node::Object(object) => return self.members(object, &attribute.parts, pointer, &|name| !is_urn(name)),
                _ => ("an object", false),
            },
            Type::String => ("a string", text.is_some()),
            Type::Boolean => ("a boolean", matches!(value.node(), Node::Bool(_))),
            Type::Decimal => ("a number", matches!(value.node(), Node::Number(_))),
            Type::Integer => {
                ("a whole number", matches!(value.node(), Node::Number(number) if is_integer(&number.to_string())))
            }
            Type::DateTime => {
                ("a date and time, for example 2026-05-01T12:00:00Z (RFC 3339)", text.is_some_and(is_date_time))
            }
            Type::Binary => ("bytes in base64 (RFC 4648 section 4)", text.is_some_and(is_base64)),
            Type::Reference => ("a URI", text.is_some_and(is_reference)),
        };
        if !holds {
            // A value of the right JSON type is not quoted, so its type says nothing.
            let found = if text.is_some() && expected != "a boolean" {
                String::new()
            } else {
                format!(", found {}", value.type_name())
            };
            return self.problem(pointer, format!("expected {expected}{found}"));
        }
        let canonical = |text: &str| {
            attribute
                .canonical_values
                .iter()
                .any(|it| it == text || (!attribute.case_exact && it.eq_ignore_ascii_case(text)))
        };
        if !attribute.canonical_values.is_empty() && text.is_some_and(|text| !canonical(text)) {
            self.problem(pointer, format!("is not one of {}", attribute.canonical_values.join(", ")));
        }
    }

    fn operation(&mut self, operation: &Operation, pointer: &str) {
        let at_value = deeper(pointer, "value");
        let Some(path) = operation.path.as_deref().map(str::trim) else {
            if let Some(Node::Object(resource)) = operation.value.as_ref().map(Data::node) {
                self.resource(resource, &at_value);
            }
            return;
        };
        let at_path = deeper(pointer, "path");
        // The path may be that of a whole extension.
        if self.extends(path) {
            if let Some(value) = &operation.value {
                self.extension(path, value, &at_value);
            }
            return;
        }
        // What is no path is told by whoever writes the request.
        let Ok(path) = path.parse::<Path>() else { return };
        let urn = path.attribute.schema.as_deref().unwrap_or(&self.it.schema);
        if !urn.eq_ignore_ascii_case(&self.it.schema) && !self.extends(urn) {
            return self.problem(at_path, self.no_extension());
        }
        let Some(schema) = self.schema(urn).filter(|schema| !schema.attributes.is_empty()) else { return };
        if path.attribute.schema.is_none() && COMMON.iter().any(|name| name.eq_ignore_ascii_case(&path.attribute.name))
        {
            return;
        }
        let Some(attribute) = schema.attributes.iter().find(|it| it.is(&path.attribute.name)) else {
            return self.unknown(&path.attribute.name, &schema.attributes, &at_path);
        };
        let sub = path.sub.as_deref().or(path.attribute.sub.as_deref());
        let part = match sub {
            Some(name) if !attribute.parts.is_empty() => match attribute.parts.iter().find(|it| it.is(name)) {
                None => return self.unknown(name, &attribute.parts, &at_path),
                part => part,
            },
            _ => None,
        };
        if let Some(filter) = &path.filter {
            self.filtered(filter, attribute, &at_path);
        }
        if attribute.mutability == Mutability::ReadOnly
            || part.is_some_and(|part| part.mutability == Mutability::ReadOnly)
        {
            return self.problem(at_path, "is read-only: the provider sets it");
        }
        match (operation.op, &operation.value) {
            (Op::Remove, _) if attribute.required && path.filter.is_none() && sub.is_none() => {
                self.problem(at_path, "is required: it cannot be removed")
            }
            (Op::Remove, _) | (_, None) => {}
            (_, Some(value)) if unassigned(value) => {}
            (_, Some(value)) => match part {
                Some(part) if !part.multi_valued => self.value(value, part, &at_value),
                Some(part) => self.attribute(value, part, &at_value),
                None if sub.is_some() => {}
                // One of several values may stand by itself (RFC 7644 section 3.5.2.1).
                None if path.filter.is_some() || !value.is_list() => self.value(value, attribute, &at_value),
                None => self.attribute(value, attribute, &at_value),
            },
        }
    }

    /// Checks that a value path's filter names sub-attributes that are there.
    fn filtered(&mut self, filter: &Filter, attribute: &Attribute, pointer: &str) {
        let names = match filter {
            Filter::Compare { attribute, .. } | Filter::Present(attribute) => attribute,
            Filter::And(inner) | Filter::Or(inner) => {
                return inner.iter().for_each(|filter| self.filtered(filter, attribute, pointer));
            }
            Filter::Not(inner) => return self.filtered(inner, attribute, pointer),
            Filter::ValuePath { .. } => return,
        };
        if !attribute.parts.is_empty() && !attribute.parts.iter().any(|part| part.is(&names.name)) {
            self.unknown(&names.name, &attribute.parts, pointer);
        }
    }
}

/// What has no value: null, an empty list, empty text (RFC 7643 section 2.5).
fn unassigned(value: &Data) -> bool {
    match value.node() {
        Node::Null => true,
        Node::List(items) => items.is_empty(),
        Node::Text(text) => text.trim().is_empty(),
        _ => false,
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Base64 of the standard alphabet, with or without padding.
fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let padding = text.len() - body.len();
    let alphabet = body.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    alphabet && body.len() % 4 != 1 && padding <= 2 && (padding == 0 || text.len().is_multiple_of(4))
}

/// A URI or a relative reference (RFC 7643 section 2.3.7), as far as its characters tell.
fn is_reference(text: &str) -> bool {
    !text.chars().any(|char| char.is_whitespace() || char.is_control() || matches!(char, '<' | '>' | '"'))
}

/// A date and time (RFC 7643 section 2.3.5; RFC 3339 section 5.6), the zone included.
fn is_date_time(text: &str) -> bool {
    let number = |range: std::ops::Range<usize>, least: u32, most: u32| {
        let digits = text.get(range).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        digits.and_then(|digits| digits.parse().ok()).is_some_and(|number: u32| (least..=most).contains(&number))
    };
    let at = |index: usize, signs: &[u8]| text.as_bytes().get(index).is_some_and(|byte| signs.contains(byte));
    let clock = at(4, b"-") && at(7, b"-") && at(10, b"Tt") && at(13, b":") && at(16, b":");
    let numbers = [(0..4, 0, 9999), (5..7, 1, 12), (8..10, 1, 31), (11..13, 0, 24), (14..16, 0, 59), (17..19, 0, 60)];
    if !clock || !numbers.into_iter().all(|(range, least, most)| number(range, least, most)) {
        return false;
    }
    let rest = text.get(19..).unwrap_or_default();
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|char: char| char.is_ascii_digit()),
        None => rest,
    };
    if rest.starts_with('.') && zone.len() + 1 == rest.len() {
        return false;
    }
    let start = text.len() - zone.len();
    match zone.len() {
        1 => at(start, b"Zz"),
        6 => {
            at(start, b"+-")
                && at(start + 3, b":")
                && number(start + 1..start + 3, 0, 23)
                && number(start + 4..start + 6, 0, 59)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::patch::OPS;
    use crate::scim::resource::json;
    use crate::scim::urn;

    fn kind() -> ResourceType {
        let document = json!({"name": "Thing", "endpoint": "/Things", "schema": "urn:core", "schemaExtensions": [{"schema": "urn:more", "required": true}, "urn:open"]});
        ResourceType::read(document.as_object().unwrap()).unwrap()
    }

    fn schemas() -> Vec<Schema> {
        let core = json!({"id": "urn:core", "attributes": [
            {"name": "title", "required": true},
            {"name": "count", "type": "integer"}, {"name": "share", "type": "decimal"}, {"name": "on", "type": "boolean"},
            {"name": "at", "type": "dateTime"}, {"name": "bytes", "type": "binary"}, {"name": "link", "type": "reference"},
            {"name": "made", "mutability": "readOnly", "required": true}, {"name": "serial", "mutability": "immutable"},
            {"name": "size", "canonicalValues": ["small", "large"]}, {"name": "code", "caseExact": true, "canonicalValues": ["A"]},
            {"name": "tags", "multiValued": true},
            {"name": "parts", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value", "required": true}, {"name": "primary", "type": "boolean"}, {"name": "seen", "mutability": "readOnly"}]},
            {"name": "box", "type": "complex", "subAttributes": [{"name": "width", "type": "integer"}]},
        ]});
        let more = json!({"id": "urn:more", "attributes": [{"name": "flag", "type": "boolean", "required": true}]});
        [core, more].iter().map(|it| Schema::read(it.as_object().unwrap()).unwrap()).collect()
    }

    fn shown(problems: Vec<Problem>) -> Vec<String> {
        problems.into_iter().map(|it| format!("{} {}", it.pointer, it.detail)).collect()
    }

    #[test]
    fn each_rule_of_a_schema() {
        let good = json!({"title": "t", "urn:more": {"flag": true}});
        let rows: Vec<(Data, &[&str])> = vec![
            (json!({}), &[]),
            (json!({"ID": "x", "meta": 3, "externalId": "e", "schemas": ["urn:CORE", "urn:more"]}), &[]),
            (json!({"externalId": 7}), &["/p/externalId expected a string, found a number"]),
            (json!({"title": null}), &["/p/title is required"]),
            (json!({"title": " "}), &["/p/title is required"]),
            (json!({"title": 1}), &["/p/title expected a string, found a number"]),
            (json!({"titel": "x"}), &["/p/titel unknown attribute \"titel\"; did you mean \"title\"?"]),
            (json!({"COUNT": 3, "share": 0.5, "on": false}), &[]),
            (json!({"count": 3.5}), &["/p/count expected a whole number, found a number"]),
            (json!({"count": "3"}), &["/p/count expected a whole number"]),
            (json!({"share": true}), &["/p/share expected a number, found a boolean"]),
            (json!({"on": "true"}), &["/p/on expected a boolean, found a string"]),
            (json!({"at": "2026-05-01T12:00:00.5+02:00", "bytes": "TWE=", "link": "../x"}), &[]),
            (
                json!({"at": "2026-05-01"}),
                &["/p/at expected a date and time, for example 2026-05-01T12:00:00Z (RFC 3339)"],
            ),
            (json!({"bytes": "T*"}), &["/p/bytes expected bytes in base64 (RFC 4648 section 4)"]),
            (json!({"link": "a b"}), &["/p/link expected a URI"]),
            (json!({"made": "x"}), &["/p/made is read-only: the provider sets it; leave it out"]),
            (json!({"serial": "x"}), &[]),
            (json!({"size": "LARGE", "code": "A"}), &[]),
            (json!({"size": "huge", "code": "a"}), &["/p/code is not one of A", "/p/size is not one of small, large"]),
            (json!({"tags": []}), &[]),
            (json!({"tags": "x"}), &["/p/tags has several values: expected a list, found a string"]),
            (json!({"tags": ["x", 1]}), &["/p/tags/1 expected a string, found a number"]),
            (json!({"count": [1]}), &["/p/count has one value: expected no list"]),
            (
                json!({"box": {"width": "1", "widht": 1}}),
                &[
                    "/p/box/widht unknown attribute \"widht\"; did you mean \"width\"?",
                    "/p/box/width expected a whole number",
                ],
            ),
            (json!({"box": 1}), &["/p/box expected an object, found a number"]),
            (
                json!({"parts": [{"primary": true, "value": "x"}, {"primary": true}]}),
                &["/p/parts/1/value is required", "/p/parts more than one value is primary (RFC 7643 section 2.4)"],
            ),
            (json!({"urn:more": {}}), &["/p/urn:more/flag is required"]),
            (json!({"urn:more": null}), &["/p/urn:more is required of a Thing"]),
            (json!({"urn:open": {"anything": 1}}), &[]),
            (json!({"urn:other": {}}), &["/p/urn:other is no schema of Thing; its extensions: urn:more, urn:open"]),
            (
                json!({"schemas": ["urn:core", "urn:x"]}),
                &["/p/schemas/1 is no schema of Thing; its extensions: urn:more, urn:open"],
            ),
        ];
        for (change, expected) in rows {
            let mut resource = good.as_object().unwrap().clone();
            resource.extend(change.as_object().unwrap().clone());
            assert_eq!(shown(check(&resource, &kind(), &schemas(), true, "/p")), expected, "{change}");
        }
        let read =
            json!({"title": "t", "made": "x", "parts": [{"value": "v", "seen": "y"}], "urn:more": {"flag": true}});
        let read = read.as_object().unwrap();
        assert_eq!(check(read, &kind(), &schemas(), false, "/p"), [], "what was read may be sent back");
        assert_eq!(check(read, &kind(), &schemas(), true, "/p").len(), 2);
        assert_eq!(
            check(&Resource::new(), &kind(), &[], true, "").len(),
            1,
            "nothing is made up where no schema is known"
        );
    }

    #[test]
    fn each_rule_of_a_change() {
        let rows: Vec<(&str, Option<&str>, Data, &[&str])> = vec![
            ("replace", Some("title"), json!("x"), &[]),
            ("replace", Some("titel"), json!("x"), &["/o/0/path unknown attribute \"titel\"; did you mean \"title\"?"]),
            ("replace", Some("count"), json!("x"), &["/o/0/value expected a whole number"]),
            ("replace", Some("urn:more:flag"), json!(1), &["/o/0/value expected a boolean, found a number"]),
            (
                "replace",
                Some("urn:other:flag"),
                json!(1),
                &["/o/0/path is no schema of Thing; its extensions: urn:more, urn:open"],
            ),
            ("replace", Some("urn:more"), json!({"flag": 1}), &["/o/0/value/flag expected a boolean, found a number"]),
            ("replace", Some("made"), json!("x"), &["/o/0/path is read-only: the provider sets it"]),
            ("remove", Some("title"), Data::NULL, &["/o/0/path is required: it cannot be removed"]),
            ("remove", Some("parts[value eq \"x\"]"), Data::NULL, &[]),
            (
                "remove",
                Some("parts[vlue eq \"x\"]"),
                Data::NULL,
                &["/o/0/path unknown attribute \"vlue\"; did you mean \"value\"?"],
            ),
            (
                "replace",
                Some("parts[value eq \"x\"].primary"),
                json!("yes"),
                &["/o/0/value expected a boolean, found a string"],
            ),
            ("replace", Some("box.width"), json!(1.5), &["/o/0/value expected a whole number, found a number"]),
            (
                "replace",
                Some("box.widht"),
                json!(1),
                &["/o/0/path unknown attribute \"widht\"; did you mean \"width\"?"],
            ),
            ("add", Some("tags"), json!("one"), &[]),
            ("add", Some("tags"), json!(["one", 2]), &["/o/0/value/1 expected a string, found a number"]),
            ("add", None, json!({"count": true}), &["/o/0/value/count expected a whole number, found a boolean"]),
            ("replace", Some("externalId"), json!("x"), &[]),
        ];
        for (op, path, value, expected) in rows {
            let op = OPS.iter().find(|row| row.0 == op).unwrap().1;
            let operation = Operation { op, path: path.map(str::to_owned), value: Some(value) };
            assert_eq!(shown(operations(&[operation], &kind(), &schemas(), "/o")), expected, "{path:?}");
        }
    }

    #[test]
    fn formats() {
        for text in ["2026-05-01T12:00:00Z", "2026-05-01t12:00:00.123-00:30", "2011-08-01T18:29:49.793Z"] {
            assert!(is_date_time(text), "{text}");
        }
        for text in [
            "",
            "2026-13-01T12:00:00Z",
            "2026-05-01T12:00:00",
            "2026-05-01T12:00:00.Z",
            "2026-05-01T12:00Z",
            "2026-05-01T12:00:00+2",
            "ü026-05-01T12:00:00Z",
            "2026-05-01T12:00:00+02:0ü",
        ] {
            assert!(!is_date_time(text), "{text}");
        }
        assert!(is_base64("") && is_base64("TWFu") && is_base64("TWE") && is_base64("TQ=="));
        assert!(!is_base64("T") && !is_base64("TQ=") && !is_base64("T===") && !is_base64("TQ-_"));
    }

    #[test]
    fn the_standards_own_schemas_accept_a_user_and_a_device() {
        let (types, schemas) = (crate::scim::builtin::resource_types(), crate::scim::builtin::schemas());
        let find = |name: &str| types.iter().find(|it| it.is(name)).unwrap();
        let user = json!({"userName": "ada", "emails": [{"value": "a@b", "primary": true}], urn::ENTERPRISE_USER: {"department": "d"}});
        assert_eq!(check(user.as_object().unwrap(), find("User"), &schemas, true, ""), []);
        let ble = "urn:ietf:params:scim:schemas:extension:ble:2.0:Device";
        let key = "urn:ietf:params:scim:schemas:extension:pairingPassKey:2.0:Device";
        let mut device = json!({"active": true, ble: {"deviceMacAddress": "00:11:22:33:44:55", "versionSupport": ["5.3"], "pairingMethods": [key], key: {"key": 123_456}}});
        assert_eq!(check(device.as_object().unwrap(), find("Device"), &schemas, true, ""), []);
        let extension = device.as_object_mut().unwrap().get_mut(ble).unwrap();
        extension.as_object_mut().unwrap().insert(key, json!({"key": "123456"}));
        let problems = check(device.as_object().unwrap(), find("Device"), &schemas, true, "");
        assert_eq!(shown(problems), [format!("/{ble}/{key}/key expected a whole number")]);
    }
}
