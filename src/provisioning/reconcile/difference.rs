//! How a resource that shall be differs from one that is: what is sent to create it, and what to change it, as the provider takes it.
//! What is compared, and how, is `scim::patch`'s to say. Pure.

use super::rules::Rules;
use crate::failure::{Failure, Result};
use crate::input::reconcile::CreateOnly;
use crate::naming;
use crate::operations::lint;
use crate::operations::modify::known;
use crate::operations::resource::{checked, checked_types, prepared};
use crate::profile::MemberStyle;
use crate::provisioning::members::{self, Plan};
use crate::scim::patch::{self, Operation};
use crate::scim::resource::{Data, Node, Resource, leave_out_unassigned};
use crate::scim::{spelling, urn};
use std::collections::BTreeSet;

/// A value, or what is wrong with a payload, in words.
type OrWrong<T> = std::result::Result<T, String>;

/// A resource as it shall be, checked and in the standard's spelling.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// All of it; a group's members apart.
    pub compared: Resource,
    /// The members it shall have, where that is said of a group.
    pub members: Option<Vec<Resource>>,
}

/// What makes a resource as it shall be.
pub struct Changes {
    /// The operations.
    pub operations: Vec<Operation>,
    /// Attributes that differ and that the provider cannot change.
    pub beyond: Vec<String>,
    /// Whether members were wanted that the provider does not show.
    pub members_hidden: bool,
}

impl Wanted {
    /// Reads a payload; or says what is wrong with it.
    pub fn new(rules: &Rules<'_>, desired: Resource) -> OrWrong<Wanted> {
        Wanted::read(rules, desired).map_err(|failure| said(&failure))
    }

    fn read(rules: &Rules<'_>, mut desired: Resource) -> Result<Wanted> {
        if let Some(known) = rules.endpoint.known {
            spelling::write_texts(&mut desired, known.attributes);
        }
        lint::values(rules.knobs, rules.endpoint, &desired)?;
        checked_types(rules.endpoint, &desired)?;
        let mut compared = prepared(rules.endpoint, desired);
        let mut members = None;
        if rules.are_groups() {
            members = match compared.get("members").map(Data::node) {
                None => None,
                Some(Node::List(items)) => {
                    let items: Vec<Resource> = items.iter().filter_map(Data::as_object).cloned().collect();
                    Some(members::distinct(&items, "/payload/members")?)
                }
                Some(_) => Some(Vec::new()),
            };
            compared.retain(|name, _| !name.eq_ignore_ascii_case("members"));
        }
        Ok(Wanted { compared, members })
    }

    /// What is sent to create it.
    pub fn into_new(self, rules: &Rules<'_>) -> OrWrong<Resource> {
        let Wanted { compared: mut resource, members } = self;
        checked(rules.endpoint, &resource, true).map_err(|failure| said(&failure))?;
        leave_out_unassigned(&mut resource, rules.endpoint.schema.as_deref());
        if let Some(members) = members.filter(|members| !members.is_empty()) {
            resource.insert("members", members);
        }
        Ok(resource)
    }

    /// Takes out what is not compared.
    pub fn leave_out(&mut self, attributes: &[CreateOnly]) {
        for CreateOnly { text, path } in attributes {
            let (name, sub) = (path.name.as_str(), path.sub.as_deref());
            match path.schema.as_deref().filter(|schema| !urn::is_core(schema)) {
                // The whole of an extension.
                _ if self.compared.key(text).is_some() => without_part(&mut self.compared, text),
                Some(schema) => {
                    if let Some(extension) = part(&mut self.compared, schema).and_then(Data::as_object_mut) {
                        without(extension, name, sub);
                    }
                }
                None if name.eq_ignore_ascii_case("members") => self.members = None,
                None => without(&mut self.compared, name, sub),
            }
        }
    }

    /// What makes `current` so.
    pub fn changes(&self, rules: &Rules<'_>, current: &Resource) -> Changes {
        let options = patch::Options { style: rules.style, ..patch::Options::default() };
        let mut operations = patch::diff(current, &self.compared, known(rules.endpoint), &options);
        let mut members_hidden = false;
        if let Some(wanted) = &self.members {
            match members::shown_in(current) {
                None if !rules.knobs.members_returned => members_hidden = true,
                shown => operations.extend(in_style(rules, Plan::between(&shown.unwrap_or_default(), wanted))),
            }
        }
        let mut beyond = Vec::new();
        operations.retain(|operation| {
            let can = rules.can_send(operation);
            if !can {
                beyond.extend(names(std::slice::from_ref(operation)));
            }
            can
        });
        Changes { operations, beyond, members_hidden }
    }
}

/// The operations of a change of members. `nested` is no form of the standard, and is left to the operations for members.
fn in_style(rules: &Rules<'_>, plan: Plan) -> Vec<Operation> {
    match rules.knobs.member_style {
        MemberStyle::Nested => plan.operations(),
        style => plan.operations_in(style),
    }
}

/// What is wrong with a payload, in words: the names of attributes and never their values.
fn said(failure: &Failure) -> String {
    let detail = &failure.detail;
    let place = failure.pointer.as_deref().map(naming::place).filter(|place| detail.starts_with(place.as_str()));
    match place.and_then(|place| Some((place.strip_prefix("payload")?.to_owned(), detail.get(place.len()..)?))) {
        Some((place, rest)) => format!("desired{place}{rest}"),
        None => detail.clone(),
    }
}

/// A member to be changed, the case of its name not mattering.
fn part<'a>(object: &'a mut Resource, name: &str) -> Option<&'a mut Data> {
    let key = object.key(name)?.to_owned();
    object.get_mut(&key)
}

/// Takes out a member, the case of its name not mattering.
pub fn without_part(object: &mut Resource, name: &str) {
    object.retain(|other, _| !other.eq_ignore_ascii_case(name));
}

/// Takes out an attribute, or a part of it.
fn without(object: &mut Resource, name: &str, sub: Option<&str>) {
    let Some(sub) = sub else { return without_part(object, name) };
    let Some(value) = part(object, name) else { return };
    if let Some(part) = value.as_object_mut() {
        without_part(part, sub);
    } else if let Some(items) = value.as_list_mut() {
        items.iter_mut().filter_map(Data::as_object_mut).for_each(|item| without_part(item, sub));
    }
}

/// The attributes that operations change, each once.
fn names(operations: &[Operation]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    names.extend(operations.iter().flat_map(patch::places).map(|place| place.name));
    names
}

/// Whether an operation is about a group's members.
pub fn is_about_members(operation: &Operation) -> bool {
    patch::places(operation).iter().any(|place| place.name.eq_ignore_ascii_case("members"))
}

/// Which attributes differ, in words.
pub fn differs(operations: &[Operation]) -> String {
    let names: Vec<String> = names(operations).into_iter().collect();
    let verb = if names.len() == 1 { "differs" } else { "differ" };
    format!("{} {verb}", names.join(", "))
}
