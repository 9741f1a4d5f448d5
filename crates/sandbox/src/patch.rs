//! PATCH (RFC 7644 section 3.5.2): applies the operations of a request to a copy of a resource.
//!
//! Every operation becomes a walk along the attributes its path names, and ends in one of three edits: set a whole
//! attribute, merge into a complex value, or treat the elements a filter selects. An operation without path is one
//! such walk for every member of its value, whose names may be paths too. Knows no storage and no membership rules.
//!
//! Beyond the RFC, because clients do it: `remove` of a multi-valued attribute with a `value` removes only the values
//! listed, and a read-only attribute may be "set" to the value it has when there is no path.

use super::error::{Result, ScimError};
use super::filter::parse_path;
use super::matching::Filter;
use super::schema::{
    Attribute, Kind, Mutability, Object, ResourceType, check, check_one, is_primary, join, member, require_schema,
};
use serde_json::Value;
use std::collections::HashSet;

const PATCH_URN: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Add,
    Replace,
    Remove,
}

/// What is to be done at the end of a walk.
#[derive(Clone, Copy)]
struct Edit<'v> {
    verb: Verb,
    value: Option<&'v Value>,
}

/// One attribute on the way, and which of its values.
struct Step<'a> {
    attribute: &'a Attribute,
    filter: Option<Filter<'a>>,
}

/// Applies the request to the resource and returns the new state, or fails without any change.
pub(super) fn apply(kind: &ResourceType, resource: &Object, request: &Value) -> Result<Object> {
    require_schema(request, PATCH_URN)?;
    let operations = member(request, "Operations").and_then(Value::as_array).filter(|list| !list.is_empty());
    let operations = operations
        .ok_or_else(|| ScimError::invalid_syntax("Operations: must be an array of at least one operation"))?;
    let mut resource = resource.clone();
    for (index, operation) in operations.iter().enumerate() {
        apply_one(kind, &mut resource, operation).map_err(|mut error| {
            error.detail = format!("Operations[{index}]: {}", error.detail);
            error
        })?;
    }
    kind.finish(resource)
}

fn apply_one(kind: &ResourceType, resource: &mut Object, operation: &Value) -> Result<()> {
    let verb = match member(operation, "op").and_then(Value::as_str).map(str::to_ascii_lowercase).as_deref() {
        Some("add") => Verb::Add,
        Some("replace") => Verb::Replace,
        Some("remove") => Verb::Remove,
        _ => return Err(ScimError::invalid_syntax("op: must be add, replace or remove")),
    };
    let edit =
        Edit { verb, value: member(operation, "value").filter(|value| verb != Verb::Remove || !value.is_null()) };
    match (member(operation, "path").filter(|path| !path.is_null()), edit.value) {
        (Some(Value::String(path)), _) => walk(resource, &kind.root, &steps(kind, path)?, "", edit),
        (Some(_), _) => Err(ScimError::invalid_path("path: must be a string")),
        // RFC 7644 section 3.5.2.2: "If "path" is unspecified, the operation fails with [...] "noTarget"."
        (None, _) if verb == Verb::Remove => Err(ScimError::no_target("path: remove needs one")),
        (None, Some(Value::Object(values))) => values
            .iter()
            .try_for_each(|(name, value)| apply_named(kind, resource, name, Edit { verb, value: Some(value) })),
        (None, _) => Err(ScimError::invalid_value("value: without a path it must be an object")),
    }
}

/// One member of the value of an operation without path. Names that mean nothing are ignored, as in POST and PUT.
fn apply_named(kind: &ResourceType, resource: &mut Object, name: &str, edit: Edit<'_>) -> Result<()> {
    let Some(path) = kind.resolve(name) else { return Ok(()) };
    let unchanged = matches!(path.as_slice(), [only] if resource.get(&only.name) == edit.value);
    if unchanged && path.iter().any(|attribute| attribute.mutability == Mutability::ReadOnly) {
        return Ok(());
    }
    walk(resource, &kind.root, &steps(kind, name)?, "", edit)
}

/// Binds a path to the attribute table.
fn steps<'a>(kind: &'a ResourceType, path: &str) -> Result<Vec<Step<'a>>> {
    let parsed = parse_path(path).map_err(|why| ScimError::invalid_path(format!("path: {why}")))?;
    let unknown = |name: &str| ScimError::invalid_path(format!("path: no attribute {name}, check its spelling"));
    let found = kind.resolve(&parsed.attribute).ok_or_else(|| unknown(&parsed.attribute))?;
    let mut steps: Vec<Step<'a>> = found.into_iter().map(|attribute| Step { attribute, filter: None }).collect();
    if let (Some(expr), Some(last)) = (&parsed.filter, steps.last_mut()) {
        if last.attribute.kind != Kind::Complex || !last.attribute.multi_valued {
            return Err(ScimError::invalid_path(format!("path: {} cannot be filtered", parsed.attribute)));
        }
        last.filter = Some(Filter::bind_values(expr, last.attribute)?);
        if let Some(name) = &parsed.sub {
            let attribute = last.attribute.sub(name).ok_or_else(|| unknown(name))?;
            steps.push(Step { attribute, filter: None });
        }
    }
    match steps.iter().find(|step| step.attribute.mutability == Mutability::ReadOnly) {
        Some(step) => Err(ScimError::mutability(format!("{}: read-only", step.attribute.name))),
        None => Ok(steps),
    }
}

/// Follows the steps into the object, a value of `parent`, and makes the edit at their end. `path` is what the object
/// is called in messages.
fn walk(object: &mut Object, parent: &Attribute, steps: &[Step<'_>], path: &str, edit: Edit<'_>) -> Result<()> {
    let Some((Step { attribute, filter }, rest)) = steps.split_first() else {
        return Ok(());
    };
    let path = join(parent, path, attribute);
    if rest.is_empty() && filter.is_none() {
        return set(object, attribute, &path, edit);
    }
    if attribute.multi_valued {
        return walk_elements(object, attribute, filter.as_ref(), rest, &path, edit);
    }
    let mut inner = match object.remove(&attribute.name) {
        Some(Value::Object(inner)) => inner,
        _ => Object::new(),
    };
    walk(&mut inner, attribute, rest, &path, edit)?;
    keep(object, attribute, (!inner.is_empty()).then_some(Value::Object(inner)), &path)
}

/// Edits the elements of a multi-valued attribute that the filter selects, or all of them.
fn walk_elements(
    object: &mut Object,
    attribute: &Attribute,
    filter: Option<&Filter<'_>>,
    rest: &[Step<'_>],
    path: &str,
    edit: Edit<'_>,
) -> Result<()> {
    let selects = |item: &Value| match (item, filter) {
        (Value::Object(item), Some(filter)) => filter.matches(item),
        _ => true,
    };
    let items = match object.get(&attribute.name) {
        Some(Value::Array(items)) => items.as_slice(),
        _ => &[],
    };
    // RFC 7644, table 9, noTarget: "the "path" value contains a filter that yields no match."
    if !items.iter().any(selects) {
        return Err(ScimError::no_target(format!("path: no value of {path} matches")));
    }
    let mut edited = Vec::with_capacity(items.len());
    for item in items {
        let (touched, new) = match item {
            Value::Object(inner) if selects(item) => (true, edit_element(attribute, inner, rest, path, edit)?),
            other => (false, Some(other.clone())),
        };
        edited.extend(new.map(|new| (touched, new)));
    }
    keep(object, attribute, settle_primary(edited, path)?, path)
}

/// The new state of one selected element; nothing when it is removed or empty.
fn edit_element(
    attribute: &Attribute,
    element: &Object,
    rest: &[Step<'_>],
    path: &str,
    edit: Edit<'_>,
) -> Result<Option<Value>> {
    let mut new = element.clone();
    match (rest, edit.verb, edit.value) {
        ([_, ..], ..) => walk(&mut new, attribute, rest, path, edit)?,
        ([], Verb::Remove, _) => return Ok(None),
        ([], Verb::Add, Some(Value::Object(values))) => merge(&mut new, attribute, values, path, edit.verb)?,
        ([], Verb::Replace, Some(value)) => {
            let checked = check_one(attribute, value, path)?;
            for sub in attribute.sub_attributes.iter().filter(|sub| sub.mutability == Mutability::Immutable) {
                let given = checked.as_ref().and_then(|checked| checked.get(&sub.name));
                guard_immutable(sub, element.get(&sub.name), given, &join(attribute, path, sub))?;
            }
            return Ok(checked);
        }
        ([], ..) => return Err(ScimError::invalid_value(format!("{path}: value must be an object"))),
    }
    Ok((!new.is_empty()).then_some(Value::Object(new)))
}

/// Sets, extends or removes a whole attribute of the object.
fn set(object: &mut Object, attribute: &Attribute, path: &str, edit: Edit<'_>) -> Result<()> {
    let old = object.get(&attribute.name);
    match (edit.verb, edit.value) {
        (Verb::Remove, None) => keep(object, attribute, None, path),
        (Verb::Remove, Some(value)) if attribute.multi_valued => {
            let listed: HashSet<String> = as_array(value).iter().map(|one| attribute.identity(one)).collect();
            let gone = |item: &Value| listed.contains(&attribute.identity(item));
            let left: Vec<Value> =
                old.and_then(Value::as_array).into_iter().flatten().filter(|item| !gone(item)).cloned().collect();
            keep(object, attribute, (!left.is_empty()).then_some(Value::Array(left)), path)
        }
        (Verb::Remove, Some(_)) => keep(object, attribute, None, path),
        (_, None) => Err(ScimError::invalid_value(format!("{path}: value is missing"))),
        (verb, Some(value)) if attribute.multi_valued => {
            let given = check(attribute, &Value::Array(as_array(value)), path)?;
            if verb == Verb::Replace {
                return keep(object, attribute, given, path);
            }
            // RFC 7644 section 3.5.2.1: values that are there already are not added again.
            let mut items: Vec<(bool, Value)> =
                old.and_then(Value::as_array).into_iter().flatten().map(|item| (false, item.clone())).collect();
            let mut seen: HashSet<String> = items.iter().map(|(_, item)| attribute.identity(item)).collect();
            for new in given.as_ref().and_then(Value::as_array).into_iter().flatten() {
                if seen.insert(attribute.identity(new)) {
                    items.push((true, new.clone()));
                }
            }
            let settled = settle_primary(items, path)?;
            keep(object, attribute, settled, path)
        }
        // RFC 7644 sections 3.5.2.1 and 3.5.2.3: the sub-attributes given are set, the others stay.
        (verb, Some(Value::Object(values))) if attribute.kind == Kind::Complex => {
            let mut inner = old.and_then(Value::as_object).cloned().unwrap_or_default();
            merge(&mut inner, attribute, values, path, verb)?;
            keep(object, attribute, (!inner.is_empty()).then_some(Value::Object(inner)), path)
        }
        (_, Some(value)) => {
            let given = check(attribute, value, path)?;
            guard_immutable(attribute, old, given.as_ref(), path)?;
            keep(object, attribute, given, path)
        }
    }
}

/// Sets the sub-attributes of a complex value that the object names.
fn merge(target: &mut Object, attribute: &Attribute, values: &Object, path: &str, verb: Verb) -> Result<()> {
    for (name, value) in values {
        let Some(sub) = attribute.sub(name).filter(|sub| sub.mutability != Mutability::ReadOnly) else {
            continue;
        };
        set(target, sub, &join(attribute, path, sub), Edit { verb, value: Some(value) })?;
    }
    Ok(())
}

/// Puts the value in its place; without a value the attribute goes, unless it is required.
fn keep(object: &mut Object, attribute: &Attribute, value: Option<Value>, path: &str) -> Result<()> {
    match value {
        Some(value) => object.insert(attribute.name.clone(), value),
        // RFC 7644 section 3.5.2.2: removing a required attribute fails with "mutability".
        None if attribute.required => {
            return Err(ScimError::mutability(format!("{path}: required, it cannot be removed")));
        }
        None => object.remove(&attribute.name),
    };
    Ok(())
}

/// An immutable attribute keeps the value it has (RFC 7643 section 7).
fn guard_immutable(attribute: &Attribute, old: Option<&Value>, new: Option<&Value>, path: &str) -> Result<()> {
    if attribute.mutability == Mutability::Immutable && old.is_some() && old != new {
        return Err(ScimError::mutability(format!("{path}: immutable, remove the value and add a new one")));
    }
    Ok(())
}

/// RFC 7644 section 3.5.2: an edit that makes a value primary makes all others not primary.
fn settle_primary(items: Vec<(bool, Value)>, path: &str) -> Result<Option<Value>> {
    let fresh = items.iter().filter(|(touched, item)| *touched && is_primary(item)).count();
    if fresh > 1 {
        return Err(ScimError::invalid_value(format!("{path}: more than one value would be primary")));
    }
    let mut settled = Vec::with_capacity(items.len());
    for (touched, mut item) in items {
        let yields = fresh == 1 && !touched && is_primary(&item);
        if let (true, Value::Object(inner)) = (yields, &mut item) {
            inner.insert("primary".into(), false.into());
        }
        settled.push(item);
    }
    Ok((!settled.is_empty()).then_some(Value::Array(settled)))
}

fn as_array(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.clone(),
        Value::Null => Vec::new(),
        single => vec![single.clone()],
    }
}
