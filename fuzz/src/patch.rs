//! PATCH: operations are carried out whole or not at all, and a difference leads to what is wanted.

use crate::{json, line};
use scim_connector::input::json::patch_operation;
use scim_connector::scim::patch::{self, AttributeTable, Operation, Options, Style};
use scim_connector::scim::path::AttributePath;
use scim_connector::scim::resource::{self, Data, Resource};
use scim_connector::scim::{schema, urn};

/// A resource, operations, and a wanted resource: a line each.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (resource, rest) = line(text);
    let (operations, desired) = line(rest);
    let Some(resource) = json(resource).and_then(|value| value.into_object().ok()) else { return };
    if let Some(items) = json(operations).and_then(|value| value.into_list().ok()) {
        let operations: Vec<Operation> =
            items.iter().filter_map(|item| patch_operation(item.into(), "/operations/0").ok()).collect();
        for known in [&AttributeTable::USER, &AttributeTable::GROUP, &AttributeTable::NOTHING] {
            carried_out(&resource, &operations, known);
        }
    }
    if let Some(desired) = json(desired).and_then(|value| value.into_object().ok()) {
        for style in [(true, false), (false, false), (true, true)] {
            let style = Style { value_paths: style.0, pathless: style.1, ..Style::default() };
            different(&resource, &desired, &Options { style, password: false, members: true });
        }
    }
}

fn carried_out(before: &Resource, operations: &[Operation], known: &AttributeTable) {
    let accepted = patch::body(operations, known, "/operations").is_ok();
    let mut after = before.clone();
    match patch::apply(&mut after, operations, known, "/operations") {
        Ok(changed) => {
            assert!(accepted || operations.is_empty());
            assert_eq!(changed, after != *before);
            for operation in operations.iter().filter(|operation| operation.is_idempotent(known)) {
                let one = std::slice::from_ref(operation);
                let mut once = before.clone();
                if patch::apply(&mut once, one, known, "").is_ok() {
                    let mut twice = once.clone();
                    assert_eq!(patch::apply(&mut twice, one, known, "").ok(), Some(false), "{operation:?}");
                }
            }
        }
        Err(failure) => {
            assert!(failure.pointer.is_some_and(|pointer| pointer.starts_with("/operations")));
            assert_eq!(after, *before);
        }
    }
    for operation in operations {
        let written = operation.to_json();
        let again = patch_operation((&written).into(), "/operations/0").expect("an operation is read again");
        assert_eq!(again.to_json(), written);
    }
}

fn different(current: &Resource, desired: &Resource, options: &Options) {
    let known = &AttributeTable::USER;
    let operations = patch::diff(current, desired, known, options);
    let mut after = current.clone();
    let carried_out = patch::apply(&mut after, &operations, known, "/operations");
    if !regular(current) || !regular(desired) {
        return;
    }
    match carried_out {
        Ok(_) => {}
        // A payload may have sub-attributes that look misspelt, a path may not.
        Err(failure) if failure.detail.contains("did you mean") => return,
        Err(failure) => panic!("a difference cannot be carried out: {failure:?}"),
    }
    let left = patch::diff(&after, desired, known, options);
    assert!(left.is_empty(), "{:?} leave {:?}", patch::written(&operations), patch::written(&left));
}

/// Whether a resource is one that could have been sent: checked, every name one that a path could have, and none twice.
fn regular(resource: &Resource) -> bool {
    let mut problems = Vec::new();
    schema::check(resource, schema::USER, "", &mut problems);
    if let Some(extension) = resource.get(urn::ENTERPRISE_USER).and_then(Data::as_object) {
        schema::check(extension, schema::ENTERPRISE_USER, "", &mut problems);
    }
    problems.is_empty() && resource.iter().all(|(_, value)| once(value)) && once_each(resource)
}

fn once(value: &Data) -> bool {
    match (value.as_object(), value.as_list()) {
        (Some(object), _) => once_each(object) && object.values().all(once),
        (_, Some(items)) => items.iter().all(once),
        _ => true,
    }
}

fn once_each(object: &Resource) -> bool {
    let mut names: Vec<String> = object.keys().map(|name| name.to_ascii_lowercase()).collect();
    names.sort_unstable();
    let plain =
        |name: &String| AttributePath::parse(name).is_ok_and(|path| path.schema.is_none() && path.sub.is_none());
    names.windows(2).all(|pair| pair[0] != pair[1]) && names.iter().all(|name| resource::is_urn(name) || plain(name))
}
