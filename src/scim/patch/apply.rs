//! Carries operations out on a resource, as a provider does that keeps to RFC 7644 section 3.5.2.
//!
//! Each edit turns the old value of one attribute into the new one; what is left without a value is taken out.
//! Beyond the standard, since providers do the same: null and `[]` as a new value clear; `remove` with a list of values removes
//! only those; removing what is not there is no error.

use super::super::resource::{Data, Node, Resource};
use super::super::schema::Shape;
use super::super::text::TextRules;
use super::attribute_table::AttributeTable;
use super::check::{Edit, parse};
use super::compare::{among, distinct, element, element_says, identity, is_primary, is_unassigned, items, places};
use super::{Op, Operation, selects};
use crate::failure::{Failure, Result};

/// Carries operations out and says whether the resource has changed. They are checked like [`super::body`] does, `pointer` being
/// where they stand in the input. On an error the resource is as it was; `noTarget` and `invalidValue` stand in its `scim_type`
/// (section 3.12).
pub fn apply(resource: &mut Resource, operations: &[Operation], known: &AttributeTable, pointer: &str) -> Result<bool> {
    let edits = parse(operations, known, pointer)?;
    let mut result = resource.clone();
    edits.iter().try_for_each(|edit| carry_out(&mut result, edit))?;
    let changed = result != *resource;
    *resource = result;
    Ok(changed)
}

fn carry_out(resource: &mut Resource, edit: &Edit<'_>) -> Result<()> {
    let (Some(schema), name) = (&edit.schema, &edit.name) else { return attribute(resource, edit) };
    // A path to a whole extension that no table knows reads like one to an attribute of a shorter URN.
    let whole = match name {
        None => Some(schema.clone()),
        Some(name) => Some(format!("{schema}:{name}")).filter(|urn| resource.get(urn).is_some()),
    };
    let urn = whole.as_ref().unwrap_or(schema);
    if whole.is_some() {
        member(resource, urn, edit.op, edit.value);
    } else {
        let key = key(resource, urn);
        let mut extension = resource.remove(&key).and_then(|value| value.into_object().ok()).unwrap_or_default();
        attribute(&mut extension, edit)?;
        if !extension.is_empty() {
            resource.insert(key, Data::from(extension));
        }
    }
    name_schema(resource, urn);
    Ok(())
}

/// Lists an extension in `schemas` while it is there (RFC 7643 section 3).
fn name_schema(resource: &mut Resource, urn: &str) {
    let present = resource.get(urn).is_some();
    let key = key(resource, "schemas");
    let Some(schemas) = resource.get_mut(&key).and_then(Data::as_list_mut) else { return };
    let is = |schema: &Data| schema.as_str().is_some_and(|schema| schema.eq_ignore_ascii_case(urn));
    match (present, schemas.iter().any(is)) {
        (true, false) => schemas.push(Data::from(urn)),
        (false, true) => schemas.retain(|schema| !is(schema)),
        _ => {}
    }
}

/// Changes one attribute of a resource or an extension.
fn attribute(container: &mut Resource, edit: &Edit<'_>) -> Result<()> {
    let Some(name) = &edit.name else { return Ok(()) };
    let multiple = edit.attribute.is_some_and(|attribute| matches!(attribute.shape, Shape::Multiple(_)));
    if edit.filter.is_none() && edit.sub.is_none() && !multiple && !edit.value.is_some_and(Data::is_list) {
        member(container, name, edit.op, edit.value);
        return Ok(());
    }
    let key = key(container, name);
    let old = container.remove(&key);
    let unassigned = is_unassigned(old.as_ref());
    let new = match (&edit.filter, &edit.sub, old.as_ref().map(Data::node)) {
        (None, None, _) => settle(whole_list(old.as_ref(), edit), edit)?,
        (None, Some(sub), None | Some(Node::Object(_) | Node::Null)) if !multiple => {
            let mut object = old.as_ref().and_then(Data::as_object).cloned().unwrap_or_default();
            member(&mut object, sub, edit.op, edit.value);
            Some(Data::from(object))
        }
        // The first value of an attribute may be begun by one of its parts.
        (None, Some(sub), _) if unassigned => {
            let mut object = Resource::new();
            member(&mut object, sub, edit.op, edit.value);
            (!object.is_empty()).then(|| Data::from(vec![object]))
        }
        _ => settle(selected(old.as_ref(), edit)?, edit)?,
    };
    match new.filter(|value| !is_unassigned(Some(value))).or(old.filter(|_| unassigned)) {
        Some(value) => container.insert(key, value),
        None => None,
    };
    Ok(())
}

/// Values, and which of them an edit has touched.
type Touched = Vec<(bool, Data)>;

/// The values after a whole multi-valued attribute was added to, replaced or removed (sections 3.5.2.1 to 3.5.2.3).
fn whole_list(old: Option<&Data>, edit: &Edit<'_>) -> Touched {
    let attribute = edit.name.as_deref().unwrap_or_default();
    // A value is there already if one is that says as much; without a `value` it has no identity, and only its equal counts.
    let there = |found: &Data, item: &Data| match item.as_object() {
        Some(object) if identity(item).is_some() => {
            element_says(&element(found), object, attribute, TextRules::default())
        }
        _ => found == item,
    };
    let old = items(old);
    let given = || items(edit.value).iter().filter(|item| !is_unassigned(Some(item)));
    let kept = |item: &Data| (false, item.clone());
    match edit.op {
        Op::Replace => given().map(|item| (true, item.clone())).collect(),
        Op::Add => {
            let places = places(old.iter());
            let is_new = |item: &&Data| !among(&places, item).any(|found| there(found, item));
            let new = distinct(given().filter(is_new).cloned());
            old.iter().map(kept).chain(items(Some(&new)).iter().map(|item| (true, item.clone()))).collect()
        }
        Op::Remove if given().next().is_some() => {
            let places = places(given());
            let stays = |found: &&Data| !among(&places, found).any(|item| there(found, item));
            old.iter().filter(stays).map(kept).collect()
        }
        Op::Remove => Vec::new(),
    }
}

/// The values after those that a filter selects, or all of them, were changed.
fn selected(old: Option<&Data>, edit: &Edit<'_>) -> Result<Touched> {
    let attribute = edit.name.as_deref().unwrap_or_default();
    let mut list = Vec::new();
    let mut found = false;
    for item in items(old) {
        if edit.filter.as_ref().is_some_and(|filter| !selects(filter, item, attribute)) {
            list.push((false, item.clone()));
            continue;
        }
        found = true;
        list.extend(one(item, edit).map(|item| (true, item)));
    }
    if !found && edit.op != Op::Remove {
        let mut failure = Failure::input(
            edit.pointer.clone(),
            format!(
                "{}: no value of {attribute:?} matches, so there is nothing to {}",
                crate::naming::place(&edit.pointer),
                edit.op.name()
            ),
        );
        failure.scim_type = Some("noTarget".to_owned());
        return Err(failure);
    }
    Ok(list)
}

/// One selected value after the edit; none where it is gone.
fn one(item: &Data, edit: &Edit<'_>) -> Option<Data> {
    let new = match (&edit.sub, edit.op, edit.value) {
        (None, Op::Remove, _) | (None, Op::Replace, None) => return None,
        // Matching values are replaced as a whole, not merged into (section 3.5.2.3).
        (None, Op::Replace, Some(value)) => value.clone(),
        (None, Op::Add, value) => change(Some(item.clone()), Op::Add, value)?,
        (Some(sub), op, value) => {
            let mut object = element(item).into_owned();
            member(&mut object, sub, op, value);
            Data::from(object)
        }
    };
    (!is_unassigned(Some(&new))).then_some(new)
}

/// The list that values make: one that an edit made primary takes it from all others (section 3.5.2).
fn settle(mut list: Touched, edit: &Edit<'_>) -> Result<Option<Data>> {
    let fresh = list.iter().filter(|(touched, item)| *touched && is_primary(item)).count();
    if fresh > 1 {
        let mut failure = Failure::input(
            edit.pointer.clone(),
            format!("{}: more than one value would be primary", crate::naming::place(&edit.pointer)),
        );
        failure.scim_type = Some("invalidValue".to_owned());
        return Err(failure);
    }
    if fresh == 1 {
        for (_, item) in list.iter_mut().filter(|(touched, item)| !touched && is_primary(item)) {
            if let Some(object) = item.as_object_mut() {
                member(object, "primary", Op::Replace, Some(&Data::from(false)));
            }
        }
    }
    Ok((!list.is_empty()).then(|| list.into_iter().map(|(_, item)| item).collect()))
}

/// Changes one member of an object, and takes it out where it is left without a value.
fn member(object: &mut Resource, name: &str, op: Op, value: Option<&Data>) {
    let key = key(object, name);
    let old = object.remove(&key);
    let kept = old.as_ref().filter(|old| is_unassigned(Some(old))).cloned();
    if let Some(new) = change(old, op, value).filter(|new| !is_unassigned(Some(new))).or(kept) {
        object.insert(key, new);
    }
}

/// A value after the edit: lists are added to, objects take in the members of another, anything else gives way.
fn change(old: Option<Data>, op: Op, value: Option<&Data>) -> Option<Data> {
    match (op, old, value) {
        (Op::Remove, ..) => None,
        (Op::Add, old, value) if is_unassigned(value) => old,
        (Op::Add, Some(mut old), value) if old.is_list() => {
            if let Some(list) = old.as_list_mut() {
                let new: Vec<Data> = items(value).iter().filter(|item| !list.contains(item)).cloned().collect();
                list.extend(new);
            }
            Some(old)
        }
        (_, old, Some(value)) if let Some(members) = value.as_object() => {
            let mut object = old.and_then(|old| old.into_object().ok()).unwrap_or_default();
            members.iter().for_each(|(name, value)| member(&mut object, name, op, Some(value)));
            Some(Data::from(object))
        }
        (_, _, value) => value.cloned(),
    }
}

/// The name a member has in an object; the given one where it is not there.
fn key(object: &Resource, name: &str) -> String {
    object.key(name).unwrap_or(name).to_owned()
}
