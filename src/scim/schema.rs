//! The attributes of User and Group (RFC 7643 sections 4.1 to 4.3), as far as a client must know them: one table for checking
//! input, for the catalog's JSON Schemas, and for what is sensitive.

use super::resource::{Cursor, Resource, Seen, boolean};
use crate::failure::Problem;
use crate::naming::{deeper, suggestion};
use std::fmt;

/// The shape of an attribute.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Text.
    Text,
    /// True or false.
    Boolean,
    /// An object of these.
    Complex(&'static [Attribute]),
    /// A list of objects of these.
    Multiple(&'static [Attribute]),
}

/// An attribute.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    /// Its name.
    pub name: &'static str,
    /// Its shape.
    pub shape: Shape,
    /// What it is, for a person.
    pub about: &'static str,
    /// Whether only the provider sets it.
    pub read_only: bool,
}

impl Attribute {
    /// The sub-attributes; none where it has none.
    pub fn parts(&self) -> Option<&'static [Attribute]> {
        match self.shape {
            Shape::Complex(parts) | Shape::Multiple(parts) => Some(parts),
            Shape::Text | Shape::Boolean => None,
        }
    }
}

const fn text(name: &'static str, about: &'static str) -> Attribute {
    Attribute { name, shape: Shape::Text, about, read_only: false }
}
const fn flag(name: &'static str, about: &'static str) -> Attribute {
    Attribute { name, shape: Shape::Boolean, about, read_only: false }
}
const fn complex(name: &'static str, about: &'static str, parts: &'static [Attribute]) -> Attribute {
    Attribute { name, shape: Shape::Complex(parts), about, read_only: false }
}
const fn multiple(name: &'static str, about: &'static str, parts: &'static [Attribute]) -> Attribute {
    Attribute { name, shape: Shape::Multiple(parts), about, read_only: false }
}
const fn read_only(attribute: Attribute) -> Attribute {
    Attribute { read_only: true, ..attribute }
}

const DEFAULT_PARTS: &[Attribute] = &[
    text("value", "The value itself"),
    text("display", "A name to display"),
    text("type", "What it is for, for example work"),
    flag("primary", "Whether it is the preferred one"),
    text("$ref", "URI of the resource it points to"),
];

const NAME: &[Attribute] = &[
    text("formatted", "Full name, ready to display"),
    text("familyName", "Family name"),
    text("givenName", "Given name"),
    text("middleName", "Middle names"),
    text("honorificPrefix", "Prefixes, for example Ms."),
    text("honorificSuffix", "Suffixes, for example III"),
];

const ADDRESS: &[Attribute] = &[
    text("formatted", "Full address, ready for a label"),
    text("streetAddress", "Street and house number"),
    text("locality", "City"),
    text("region", "State or region"),
    text("postalCode", "Postal code"),
    text("country", "Country, ISO 3166-1 alpha-2"),
    text("type", "What it is for: work, home, other"),
    flag("primary", "Whether it is the preferred one"),
];

const META: &[Attribute] = &[
    text("resourceType", "Name of the resource type"),
    text("created", "When it was created"),
    text("lastModified", "When it was last changed"),
    text("location", "URI of the resource"),
    text("version", "Version, an entity tag"),
];

const ID: Attribute = read_only(text("id", "The provider's identifier"));
const EXTERNAL_ID: Attribute = text("externalId", "Your own identifier");
const META_ATTRIBUTE: Attribute = read_only(complex("meta", "Common attributes", META));

/// What every resource may have (RFC 7643 section 3.1).
pub const COMMON: &[Attribute] = &[ID, EXTERNAL_ID, META_ATTRIBUTE];

/// User (RFC 7643 section 4.1).
pub const USER: &[Attribute] = &[
    ID,
    EXTERNAL_ID,
    META_ATTRIBUTE,
    text("userName", "Name for signing in; unique"),
    complex("name", "The components of the name", NAME),
    text("displayName", "Name to display"),
    text("nickName", "Casual name"),
    text("profileUrl", "URI of a page about the user"),
    text("title", "Job title"),
    text("userType", "Relationship to the organisation"),
    text("preferredLanguage", "Preferred languages"),
    text("locale", "Locale, for example en-US"),
    text("timezone", "Time zone, IANA name"),
    flag("active", "Whether the account is active"),
    text("password", "Password; never returned"),
    multiple("emails", "E-mail addresses", DEFAULT_PARTS),
    multiple("phoneNumbers", "Telephone numbers", DEFAULT_PARTS),
    multiple("ims", "Instant-messaging addresses", DEFAULT_PARTS),
    multiple("photos", "URIs of photos", DEFAULT_PARTS),
    multiple("addresses", "Postal addresses", ADDRESS),
    read_only(multiple("groups", "Groups the user belongs to", DEFAULT_PARTS)),
    multiple("entitlements", "Entitlements", DEFAULT_PARTS),
    multiple("roles", "Roles", DEFAULT_PARTS),
    multiple("x509Certificates", "Certificates, base64 of DER", DEFAULT_PARTS),
];

/// Group (RFC 7643 section 4.2).
pub const GROUP: &[Attribute] = &[
    ID,
    EXTERNAL_ID,
    META_ATTRIBUTE,
    text("displayName", "Name to display"),
    multiple("members", "Members", DEFAULT_PARTS),
];

const MANAGER: &[Attribute] = &[
    text("value", "id of the manager"),
    text("$ref", "URI of the manager"),
    read_only(text("displayName", "Name of the manager")),
];

/// EnterpriseUser (RFC 7643 section 4.3).
pub const ENTERPRISE_USER: &[Attribute] = &[
    text("employeeNumber", "Identifier given by the organisation"),
    text("costCenter", "Cost centre"),
    text("organization", "Organisation"),
    text("division", "Division"),
    text("department", "Department"),
    complex("manager", "The manager", MANAGER),
];

/// Checks a payload's known attributes for their JSON types, so that a mistake is named here and not guessed at from a
/// provider's answer. Unknown attributes pass, unless they look like a known one misspelt.
pub fn check(resource: &Resource, attributes: &[Attribute], pointer: &str, problems: &mut Vec<Problem>) {
    let here = Place::At(pointer);
    each(resource.into(), &mut |name, value| {
        let at = Place::Member(&here, name);
        match attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name)) {
            Some(attribute) => check_value(value, attribute.shape, at, problems),
            None if super::resource::is_urn(name) || name.eq_ignore_ascii_case("schemas") => {}
            None => {
                let names: Vec<&str> = attributes.iter().map(|attribute| attribute.name).collect();
                let hint = suggestion(name, &names);
                if !hint.is_empty() {
                    let detail = format!("unknown attribute {name:?}{hint}");
                    problems.push(Problem { pointer: at.to_string(), detail });
                }
            }
        }
    });
}

/// Shows all members of an object.
fn each<'a>(object: Cursor<'a>, see: &mut dyn FnMut(&str, Cursor<'a>)) {
    object.every(&mut |name, value| {
        name.into_iter().for_each(|name| see(name, value));
        true
    });
}

/// Where a value stands. Written out as a pointer only for a problem: most resources have none.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    At(&'a str),
    /// At a pointer that does not say which attribute it is.
    Of(&'a str, &'a str),
    Member(&'a Place<'a>, &'a str),
    Item(&'a Place<'a>, usize),
}

impl Place<'_> {
    /// Whether an identifier stands here: `id`, `externalId`, or what a member points to.
    fn is_identifier(self) -> bool {
        let is = |name: &str, other: &str| name.eq_ignore_ascii_case(other);
        match self {
            Place::Member(Place::Item(Place::Member(_, list), _), name) => is(name, "value") && is(list, "members"),
            Place::Member(Place::Item(Place::Of(_, list), _), name) => is(name, "value") && is(list, "members"),
            Place::Member(_, name) | Place::Of(_, name) => is(name, "id") || is(name, "externalId"),
            Place::At(_) | Place::Item(..) => false,
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::At(pointer) | Place::Of(pointer, _) => f.write_str(pointer),
            Place::Member(place, name) => f.write_str(&deeper(&place.to_string(), name)),
            Place::Item(place, index) => write!(f, "{place}/{index}"),
        }
    }
}

/// Checks a value for the JSON type of a shape.
pub(super) fn check_value<'a>(
    value: impl Into<Cursor<'a>>,
    shape: Shape,
    place: Place<'_>,
    problems: &mut Vec<Problem>,
) {
    let value = value.into();
    let seen = value.seen();
    let mut wrong = |expected: &str| {
        problems.push(Problem {
            pointer: place.to_string(),
            detail: format!("expected {expected}, found {}", seen.type_name()),
        })
    };
    match (shape, &seen) {
        // What a provider gave as a number can be given back.
        (Shape::Text, Seen::Number) if place.is_identifier() => {}
        (_, Seen::Null) | (Shape::Text, Seen::Text(_)) | (Shape::Boolean, Seen::Bool(_)) => {}
        (Shape::Text, _) => wrong("a string"),
        (Shape::Boolean, Seen::Text(text)) if let Some(flag) = boolean(text) => {
            wrong(&format!("the boolean {flag}, without quotation marks"))
        }
        (Shape::Boolean, _) => wrong("a boolean"),
        (Shape::Complex(parts), Seen::Object) => check_parts(value, parts, place, problems),
        (Shape::Complex(_), _) => wrong("an object"),
        (Shape::Multiple(parts), Seen::List) => {
            let mut index = 0;
            value.every(&mut |_, item| {
                let at = Place::Item(&place, index);
                index += 1;
                if item.is_object() {
                    check_parts(item, parts, at, problems);
                } else {
                    let found = item.seen();
                    problems.push(Problem {
                        pointer: at.to_string(),
                        detail: format!("expected an object such as {{\"value\": …}}, found {}", found.type_name()),
                    });
                }
                true
            });
        }
        (Shape::Multiple(_), _) => wrong("a list of objects"),
    }
}

fn check_parts(object: Cursor<'_>, parts: &[Attribute], place: Place<'_>, problems: &mut Vec<Problem>) {
    each(object, &mut |name, value| {
        if let Some(part) = parts.iter().find(|part| part.name.eq_ignore_ascii_case(name)) {
            check_value(value, part.shape, Place::Member(&place, name), problems);
        }
    });
}
