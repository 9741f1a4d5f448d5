//! What is known ahead of a resource's attributes: the tables of `scim::schema` by schema, and how texts compare.

use super::super::resource::{Cursor, Data, Resource, Seen, boolean};
use super::super::schema::{self, Attribute, Shape};
use super::super::urn;
use super::compare::{element, items};

/// The attributes of one schema.
type Schema = (&'static str, &'static [Attribute]);

/// What is known of a kind of resource. Attributes and schemas beyond it are let pass.
#[derive(Clone, Copy, Debug)]
pub struct AttributeTable {
    /// URN of the core schema.
    pub core: Option<&'static str>,
    /// Its attributes.
    pub attributes: &'static [Attribute],
    /// The extensions.
    pub extensions: &'static [Schema],
}

impl AttributeTable {
    /// User with its enterprise extension (RFC 7643 sections 4.1 and 4.3).
    pub const USER: AttributeTable = AttributeTable {
        core: Some(urn::USER),
        attributes: schema::USER,
        extensions: &[(urn::ENTERPRISE_USER, schema::ENTERPRISE_USER)],
    };
    /// Group (RFC 7643 section 4.2).
    pub const GROUP: AttributeTable =
        AttributeTable { core: Some(urn::GROUP), attributes: schema::GROUP, extensions: &[] };
    /// Nothing at all.
    pub const NOTHING: AttributeTable = AttributeTable { core: None, attributes: &[], extensions: &[] };

    /// What is known of resources whose core schema has this URN.
    pub fn of(core: &str) -> &'static AttributeTable {
        const ALL: [AttributeTable; 2] = [AttributeTable::USER, AttributeTable::GROUP];
        let is = |known: &&AttributeTable| known.core.is_some_and(|urn| urn.eq_ignore_ascii_case(core));
        ALL.iter().find(is).unwrap_or(&AttributeTable::NOTHING)
    }

    /// Whether a URN is the core schema's.
    pub(super) fn is_core(&self, urn: &str) -> bool {
        self.core.is_some_and(|core| core.eq_ignore_ascii_case(urn))
    }

    /// The extension of a URN.
    pub(super) fn extension(&self, urn: &str) -> Option<&'static Schema> {
        self.extensions.iter().find(|row| row.0.eq_ignore_ascii_case(urn))
    }

    /// The attributes of an extension, or of the core schema; none where nothing is known of it.
    pub(super) fn table(&self, schema: Option<&str>) -> &'static [Attribute] {
        match schema {
            None => self.attributes,
            Some(urn) => self.extension(urn).map_or(&[], |row| row.1),
        }
    }

    /// What a client may write of a resource: without what only the provider sets, down to sub-attributes, and with the values of
    /// known attributes in the form the standard gives them: `"True"` as true, 7 as `"7"`, one value as a list of one.
    pub(super) fn writable(&self, resource: &Resource) -> Resource {
        let mut resource = resource.clone();
        tidy(&mut resource, self.attributes);
        for (urn, attributes) in self.extensions {
            let named = resource.iter().find(|(name, _)| name.eq_ignore_ascii_case(urn));
            let irregular = named.filter(|(_, value)| value.is_object() && !is_tidy((*value).into(), attributes));
            if let Some(name) = irregular.map(|(name, _)| name.to_owned())
                && let Some(extension) = resource.get_mut(&name).and_then(Data::as_object_mut)
            {
                tidy(extension, attributes);
            }
        }
        // Every resource has them, known or not (RFC 7643 section 3.1).
        resource.retain(|name, _| !["id", "meta"].iter().any(|own| name.eq_ignore_ascii_case(own)));
        resource
    }
}

fn tidy(object: &mut Resource, attributes: &'static [Attribute]) {
    if is_tidy(Cursor::from(&*object), attributes) {
        return;
    }
    object.retain(|name, _| find(attributes, name).is_none_or(|attribute| !attribute.read_only));
    for (name, value) in object.iter_mut() {
        let old = value.take();
        *value = regular(old, find(attributes, name).map(|attribute| attribute.shape));
    }
}

/// Whether an object has nothing that only the provider sets, and all its values have their regular form.
fn is_tidy(object: Cursor<'_>, attributes: &'static [Attribute]) -> bool {
    object.every(&mut |name, value| {
        let known = name.and_then(|name| find(attributes, name));
        known.is_none_or(|attribute| !attribute.read_only && is_regular(value, attribute.shape))
    })
}

fn is_regular(value: Cursor<'_>, shape: Shape) -> bool {
    match (shape, value.seen()) {
        (Shape::Boolean, Seen::Text(text)) => boolean(&text).is_none(),
        (Shape::Text, seen) => !matches!(seen, Seen::Bool(_) | Seen::Number),
        (Shape::Complex(parts), Seen::Object) => is_tidy(value, parts),
        (Shape::Multiple(parts), Seen::List) => value.every(&mut |_, item| item.is_object() && is_tidy(item, parts)),
        (Shape::Multiple(_), seen) => seen == Seen::Null,
        (Shape::Boolean | Shape::Complex(_), _) => true,
    }
}

/// A value in its regular form.
fn regular(value: Data, shape: Option<Shape>) -> Data {
    match (shape, value) {
        (Some(Shape::Boolean), value) => value.as_boolean().map_or(value, Data::from),
        (Some(Shape::Text), value) => value.to_text().map_or(value, Data::from),
        (Some(Shape::Complex(parts)), mut value) => {
            if let Some(object) = value.as_object_mut() {
                tidy(object, parts);
            }
            value
        }
        (Some(Shape::Multiple(parts)), value) if !value.is_null() => {
            let regular = |item: &Data| regular(Data::from(element(item).into_owned()), Some(Shape::Complex(parts)));
            items(Some(&value)).iter().map(regular).collect()
        }
        (_, value) => value,
    }
}

/// An attribute by name, its case not mattering.
pub(super) fn find(attributes: &'static [Attribute], name: &str) -> Option<&'static Attribute> {
    attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

/// The names of the attributes that a client may write.
pub(super) fn writable_names(attributes: &'static [Attribute]) -> impl Iterator<Item = &'static str> {
    attributes.iter().filter(|attribute| !attribute.read_only).map(|attribute| attribute.name)
}

/// Whether a filter compares a sub-attribute with regard to case: identifiers and references do (RFC 7643 sections 2.3.7 and 3.1),
/// what people read does not.
pub(super) fn is_case_exact(attribute: &str, sub: &str) -> bool {
    let identified = ["members", "groups", "manager", "x509Certificates"];
    sub.eq_ignore_ascii_case("$ref")
        || (sub.eq_ignore_ascii_case("value") && identified.iter().any(|name| name.eq_ignore_ascii_case(attribute)))
}
