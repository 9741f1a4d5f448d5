//! The operations that lead from a resource as it is to a resource as it is wanted, and whole resources for PUT.
//!
//! Wanted is only what is said: attributes and sub-attributes that `desired` leaves out stay as they are, null and `[]` take an
//! attribute away, and a list says all the values there shall be. What counts as a difference, `compare` says.

use super::super::path::{AttributePath, Path};
use super::super::resource::{Data, Node, Resource, is_urn, leave_out_unassigned, name_schemas};
use super::super::text::TextRules;
use super::super::urn;
use super::apply::apply;
use super::attribute_table::{self, AttributeTable};
use super::compare::{self, is_unassigned, items, says};
use super::{Op, Operation, list};
use crate::failure::Result;

/// How a provider wants operations written; the default is what the standard allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether paths may select values, `emails[type eq "work"].value`. Otherwise a multi-valued attribute goes as a whole.
    pub value_paths: bool,
    /// Whether add and replace are written without a path, one operation for each attribute, where no value is selected. A complex
    /// attribute then goes as a whole. Removing always takes a path.
    pub pathless: bool,
    /// What the provider makes of texts.
    pub text: TextRules,
}

impl Default for Style {
    fn default() -> Self {
        Style { value_paths: true, pathless: false, text: TextRules::default() }
    }
}

/// What to compare and how to write it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// How to write it.
    pub style: Style,
    /// Whether a `password` is sent: it cannot be compared, so that it then always is.
    pub password: bool,
    /// Whether `members` are compared, with all of them read before.
    pub members: bool,
}

/// The operations that make `current` what `desired` says; none where it is that already.
///
/// `desired` must have passed `schema::check`: a value of the wrong type is written as it is, and [`super::body`] refuses it. What
/// only the provider sets is left out of it, and so is `schemas`, which follows from the extensions.
pub fn diff(current: &Resource, desired: &Resource, known: &AttributeTable, options: &Options) -> Vec<Operation> {
    let ignored = [("schemas", false), ("password", options.password), ("members", options.members)];
    let is_ignored = |name: &str| ignored.iter().any(|row| !row.1 && row.0.eq_ignore_ascii_case(name));
    let mut diff = Diff { known, style: options.style, operations: Vec::new() };
    for (name, wanted) in known.writable(desired).iter() {
        let found = current.get(name);
        let extension = found.and_then(Data::as_object);
        let urn = known.extension(name).map_or(name, |row| row.0);
        match wanted.node() {
            _ if is_ignored(name) => {}
            Node::Object(wanted) if is_urn(name) => {
                for (name, wanted) in wanted.iter() {
                    let found = extension.and_then(|extension| extension.get(name));
                    diff.attribute(Some(urn), name, found, wanted);
                }
            }
            // A bare URN is no path (figure 7), so that an extension goes attribute by attribute.
            _ if is_urn(name) && is_unassigned(Some(wanted)) => {
                for (name, found) in extension.into_iter().flat_map(Resource::iter) {
                    diff.attribute(Some(urn), name, Some(found), &Data::NULL);
                }
            }
            _ => diff.attribute(None, name, found, wanted),
        }
    }
    diff.operations
}

/// The whole resource that a PUT sends (RFC 7644 section 3.5.1) to make `current` what `desired` says: what `desired` leaves out
/// stays, what only the provider sets is left out. Where a group's members were not read they must be before.
pub fn for_put(current: &Resource, desired: &Resource, known: &AttributeTable, text: TextRules) -> Result<Resource> {
    let style = Style { value_paths: false, text, ..Style::default() };
    let operations = diff(current, desired, known, &Options { style, password: true, members: true });
    let said = |name: &str| desired.get(name).is_some_and(says_formatted);
    whole(current, &operations, known, "", &said)
}

/// The whole resource that a PUT sends instead of operations; `pointer` is where they stand in the input. Fails like
/// [`super::apply()`].
pub fn to_put(current: &Resource, operations: &[Operation], known: &AttributeTable, pointer: &str) -> Result<Resource> {
    let said = |name: &str| {
        operations.iter().any(|operation| match (&operation.path, &operation.value) {
            (Some(path), value) => {
                let path = path.trim().to_ascii_lowercase();
                let inside = path.strip_prefix(&name.to_ascii_lowercase());
                inside.is_some_and(|rest| rest.ends_with("formatted") || value.as_ref().is_some_and(says_formatted))
            }
            (None, Some(value)) => value.as_object().and_then(|values| values.get(name)).is_some_and(says_formatted),
            (None, None) => false,
        })
    };
    whole(current, operations, known, pointer, &said)
}

/// Whether a value says how a name or an address is formatted.
fn says_formatted(value: &Data) -> bool {
    items(Some(value)).iter().filter_map(Data::as_object).any(|object| object.get("formatted").is_some())
}

/// The whole resource after operations, for a PUT. `said` tells whether the caller says how an attribute is formatted; one that was
/// read and does not fit any more is left out.
fn whole(
    current: &Resource,
    operations: &[Operation],
    known: &AttributeTable,
    pointer: &str,
    said: &dyn Fn(&str) -> bool,
) -> Result<Resource> {
    let mut resource = current.clone();
    apply(&mut resource, operations, known, pointer)?;
    for (name, now) in resource.iter_mut().filter(|(name, _)| !said(name)) {
        let before: Vec<&Resource> = items(current.get(name)).iter().filter_map(Data::as_object).collect();
        let now: Vec<&mut Resource> = match now.is_list() {
            true => now.as_list_mut().into_iter().flatten().filter_map(Data::as_object_mut).collect(),
            false => now.as_object_mut().into_iter().collect(),
        };
        for value in now {
            let formatted = value.text("formatted");
            let same = |old: &&&Resource| formatted.is_some() && old.text("formatted") == formatted;
            if let Some(old) = before.iter().find(same) {
                compare::drop_stale_formatted(old, value);
            }
        }
    }
    let mut resource = known.writable(&resource);
    leave_out_unassigned(&mut resource, known.core);
    name_schemas(&mut resource, known.core);
    Ok(resource)
}

/// What the provider makes of an attribute's texts: names alone have user stores before them.
pub(super) fn rules_of(rules: TextRules, known: &AttributeTable, schema: Option<&str>, name: &str) -> TextRules {
    let user_name = name.eq_ignore_ascii_case("userName");
    let group_name = known.core == Some(urn::GROUP) && name.eq_ignore_ascii_case("displayName");
    TextRules { store_prefix: rules.store_prefix && schema.is_none() && (user_name || group_name), ..rules }
}

struct Diff<'k> {
    known: &'k AttributeTable,
    style: Style,
    operations: Vec<Operation>,
}

impl Diff<'_> {
    fn attribute(&mut self, schema: Option<&str>, name: &str, found: Option<&Data>, wanted: &Data) {
        // Of a list counts what says something, once.
        let list = wanted.as_list().filter(|items| compare::says_too_much(items)).map(|items| {
            compare::distinct(items.iter().filter(|item| !is_unassigned(Some(&compare::assigned(item)))).cloned())
        });
        let wanted = list.as_ref().unwrap_or(wanted);
        // What is written only is never there to compare with.
        let secret = schema.is_none() && name.eq_ignore_ascii_case("password");
        let style = Style { text: rules_of(self.style.text, self.known, schema, name), ..self.style };
        if !secret && says(found, wanted, name, style.text) {
            return;
        }
        let attribute = attribute_table::find(self.known.table(schema), name);
        let place = Place { schema, name: attribute.map_or(name, |attribute| attribute.name), style };
        let op = if is_unassigned(found) && !secret { Op::Add } else { Op::Replace };
        match (found.map(Data::node), wanted.node()) {
            _ if is_unassigned(Some(wanted)) => self.operations.push(place.clear()),
            (Some(Node::Object(found)), Node::Object(wanted)) => {
                let parts = attribute.and_then(|it| it.parts()).unwrap_or_default();
                let writable = |sub: &str| attribute_table::find(parts, sub).is_none_or(|part| !part.read_only);
                self.operations.extend(complex(&place, found, wanted, &writable));
            }
            (Some(_), Node::List(wanted)) if op == Op::Replace => {
                self.operations.extend(list::changes(&place, items(found), wanted));
            }
            _ => self.operations.push(place.whole(op, compare::assigned(wanted))),
        }
    }
}

/// What makes a complex value what is wanted: an operation for each sub-attribute, or for them together.
fn complex(place: &Place<'_>, found: &Resource, wanted: &Resource, writable: &dyn Fn(&str) -> bool) -> Vec<Operation> {
    let differing = compare::differing(found, wanted, place.name, place.style.text);
    let (gone, set): (Vec<_>, Vec<_>) = differing.into_iter().partition(|(_, value)| is_unassigned(Some(value)));
    let together = || {
        let mut value: Resource =
            set.iter().map(|(sub, value)| ((*sub).to_owned(), compare::assigned(value))).collect();
        if place.style.pathless {
            // Some providers take what is there without a path for all there is.
            value = compare::overlay(found, wanted);
            value.retain(|sub, _| writable(sub));
        }
        place.whole(Op::Replace, Data::from(value))
    };
    // What a value points to changes as a whole: its other parts follow from it.
    let identity = set.iter().any(|(sub, _)| sub.eq_ignore_ascii_case("value"));
    let mut operations: Vec<Operation> = Vec::new();
    for (sub, _) in &gone {
        match place.path(None, Some(sub)) {
            Some(path) => operations.push(Operation { op: Op::Remove, path: Some(path), value: None }),
            None => operations.push(place.pathless(Resource::from_iter([(*sub, Data::NULL)]).into())),
        }
    }
    let single = |(sub, value): &(&str, &Data)| {
        let op = if is_unassigned(found.get(sub)) { Op::Add } else { Op::Replace };
        Some(Operation { op, path: Some(place.path(None, Some(sub))?), value: Some(compare::assigned(value)) })
    };
    match set.iter().map(single).collect::<Option<Vec<_>>>() {
        Some(singles) if !identity && !place.style.pathless => operations.extend(singles),
        _ if !set.is_empty() => operations.push(together()),
        _ => {}
    }
    operations
}

/// Where an attribute stands, and how its operations are written.
pub(super) struct Place<'a> {
    /// URN of the extension.
    pub schema: Option<&'a str>,
    /// Its name.
    pub name: &'a str,
    /// How to write.
    pub style: Style,
}

impl Place<'_> {
    /// The path to the attribute, to values of it, to a part of them; none where its name cannot stand in a path.
    pub fn path(&self, filter: Option<super::Filter>, sub: Option<&str>) -> Option<String> {
        let attribute = |sub: Option<&str>| AttributePath {
            schema: self.schema.map(str::to_owned),
            name: self.name.to_owned(),
            sub: sub.map(str::to_owned),
        };
        let plain = Path { attribute: attribute(sub), filter: None, sub: None };
        let text = plain.to_string();
        if text.parse::<Path>().ok()? != plain {
            return None;
        }
        Some(match filter {
            None => text,
            Some(filter) => {
                Path { attribute: attribute(None), filter: Some(filter), sub: sub.map(str::to_owned) }.to_string()
            }
        })
    }

    /// Sets or adds the attribute as a whole.
    pub fn whole(&self, op: Op, value: Data) -> Operation {
        match self.path(None, None) {
            Some(path) if !self.style.pathless => Operation { op, path: Some(path), value: Some(value) },
            _ => Operation { op, ..self.pathless(value) },
        }
    }

    fn clear(&self) -> Operation {
        match self.path(None, None) {
            Some(path) => Operation { op: Op::Remove, path: Some(path), value: None },
            None => self.pathless(Data::NULL),
        }
    }

    fn pathless(&self, value: Data) -> Operation {
        let attribute = Resource::from_iter([(self.name, value)]);
        let value = match self.schema {
            Some(schema) => Resource::from_iter([(schema, attribute)]),
            None => attribute,
        };
        Operation { op: Op::Replace, path: None, value: Some(value.into()) }
    }
}
