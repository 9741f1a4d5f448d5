//! The attributes of User and Group (RFC 7643 sections 4.1 to 4.3), as far as a client must know them: one table for checking
//! input, for the catalog's JSON Schemas, and for what is sensitive. What a person is told of them is the catalog's.

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

/// Looks attributes up by the names of an object's members, one after the other: most providers write them nearly in the standard's
/// order, so that the next one is mostly near the last.
pub(super) struct Search<'a> {
    attributes: &'a [Attribute],
    from: usize,
}

impl<'a> Search<'a> {
    pub(super) fn of(attributes: &'a [Attribute]) -> Self {
        Self { attributes, from: 0 }
    }

    /// The attribute of this name, whatever its case.
    pub(super) fn named(&mut self, name: &str) -> Option<&'a Attribute> {
        let is =
            |attribute: &&Attribute| attribute.name.len() == name.len() && attribute.name.eq_ignore_ascii_case(name);
        let at = |(at, attribute): (usize, &'a Attribute)| Some((at, attribute)).filter(|(_, it)| is(it));
        let all = || self.attributes.iter().enumerate();
        let found = all().skip(self.from).find_map(at).or_else(|| all().take(self.from).find_map(at));
        let (at, attribute) = found?;
        self.from = at + 1;
        Some(attribute)
    }
}

const fn text(name: &'static str) -> Attribute {
    Attribute { name, shape: Shape::Text, read_only: false }
}
const fn flag(name: &'static str) -> Attribute {
    Attribute { name, shape: Shape::Boolean, read_only: false }
}
const fn complex(name: &'static str, parts: &'static [Attribute]) -> Attribute {
    Attribute { name, shape: Shape::Complex(parts), read_only: false }
}
const fn multiple(name: &'static str, parts: &'static [Attribute]) -> Attribute {
    Attribute { name, shape: Shape::Multiple(parts), read_only: false }
}
const fn read_only(attribute: Attribute) -> Attribute {
    Attribute { read_only: true, ..attribute }
}

const DEFAULT_PARTS: &[Attribute] = &[text("value"), text("display"), text("type"), flag("primary"), text("$ref")];

const NAME: &[Attribute] = &[
    text("formatted"),
    text("familyName"),
    text("givenName"),
    text("middleName"),
    text("honorificPrefix"),
    text("honorificSuffix"),
];

const ADDRESS: &[Attribute] = &[
    text("formatted"),
    text("streetAddress"),
    text("locality"),
    text("region"),
    text("postalCode"),
    text("country"),
    text("type"),
    flag("primary"),
];

const META: &[Attribute] =
    &[text("resourceType"), text("created"), text("lastModified"), text("location"), text("version")];

const ID: Attribute = read_only(text("id"));
const EXTERNAL_ID: Attribute = text("externalId");
const META_ATTRIBUTE: Attribute = read_only(complex("meta", META));

/// What every resource may have (RFC 7643 section 3.1).
pub const COMMON: &[Attribute] = &[ID, EXTERNAL_ID, META_ATTRIBUTE];

/// User (RFC 7643 section 4.1).
pub const USER: &[Attribute] = &[
    ID,
    EXTERNAL_ID,
    META_ATTRIBUTE,
    text("userName"),
    complex("name", NAME),
    text("displayName"),
    text("nickName"),
    text("profileUrl"),
    text("title"),
    text("userType"),
    text("preferredLanguage"),
    text("locale"),
    text("timezone"),
    flag("active"),
    text("password"),
    multiple("emails", DEFAULT_PARTS),
    multiple("phoneNumbers", DEFAULT_PARTS),
    multiple("ims", DEFAULT_PARTS),
    multiple("photos", DEFAULT_PARTS),
    multiple("addresses", ADDRESS),
    read_only(multiple("groups", DEFAULT_PARTS)),
    multiple("entitlements", DEFAULT_PARTS),
    multiple("roles", DEFAULT_PARTS),
    multiple("x509Certificates", DEFAULT_PARTS),
];

/// Group (RFC 7643 section 4.2).
pub const GROUP: &[Attribute] =
    &[ID, EXTERNAL_ID, META_ATTRIBUTE, text("displayName"), multiple("members", DEFAULT_PARTS)];

const MANAGER: &[Attribute] = &[text("value"), text("$ref"), read_only(text("displayName"))];

/// EnterpriseUser (RFC 7643 section 4.3).
pub const ENTERPRISE_USER: &[Attribute] = &[
    text("employeeNumber"),
    text("costCenter"),
    text("organization"),
    text("division"),
    text("department"),
    complex("manager", MANAGER),
];

/// Checks a payload's known attributes for their JSON types, so that a mistake is named here and not guessed at from a
/// provider's answer. Unknown attributes pass, unless they look like a known one misspelt.
pub fn check(resource: &Resource, attributes: &[Attribute], pointer: &str, problems: &mut Vec<Problem>) {
    let (here, mut search) = (Place::At(pointer), Search::of(attributes));
    each(resource.into(), &mut |name, value| {
        let at = Place::Member(&here, name);
        match search.named(name) {
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
    let mut search = Search::of(parts);
    each(object, &mut |name, value| {
        if let Some(part) = search.named(name) {
            check_value(value, part.shape, Place::Member(&place, name), problems);
        }
    });
}
