//! Operations that add below a value path, for a provider that finds no target there (RFC 7644 section 3.5.2: `noTarget`): the
//! attribute as a whole instead, with the value begun or completed.

use super::super::filter::{Filter, Operator};
use super::super::path::Path;
use super::super::resource::{Data, Resource};
use super::apply::apply;
use super::attribute_table::AttributeTable;
use super::compare::items;
use super::{Op, Operation};

/// The same change with every addition below a value path written as a replacement of its attribute in `current`; none where there
/// is no such addition, or where a filter does not say what its value would be.
pub fn without_selection(
    current: &Resource,
    operations: &[Operation],
    known: &AttributeTable,
) -> Option<Vec<Operation>> {
    let mut now = current.clone();
    let mut written = Vec::new();
    let mut turned = false;
    for operation in operations {
        let path = operation.path.as_deref().and_then(|path| path.parse::<Path>().ok());
        let carried_out = apply(&mut now, std::slice::from_ref(operation), known, "").is_ok();
        match path {
            Some(Path { attribute, filter: Some(filter), sub }) if operation.op == Op::Add => {
                let holder = match &attribute.schema {
                    Some(schema) if !known.is_core(schema) => now.get(schema).and_then(Data::as_object),
                    _ => Some(&now),
                };
                let mut values = items(holder.and_then(|holder| holder.get(&attribute.name))).to_vec();
                if !carried_out {
                    let mut value = Resource::new();
                    begin(&filter, &mut value)?;
                    match (sub, operation.value.as_ref()?) {
                        (Some(sub), part) => drop(value.insert(sub, part.clone())),
                        (None, whole) => value.extend(whole.as_object()?.clone()),
                    }
                    values.push(value.into());
                }
                let whole =
                    Operation { op: Op::Replace, path: Some(attribute.to_string()), value: Some(Data::from(values)) };
                apply(&mut now, std::slice::from_ref(&whole), known, "").ok()?;
                written.push(whole);
                turned = true;
            }
            _ => written.push(operation.clone()),
        }
    }
    turned.then_some(written)
}

/// What a value must have for a filter to select it, where the filter says so.
fn begin(filter: &Filter, value: &mut Resource) -> Option<()> {
    match filter {
        Filter::Compare { attribute, operator: Operator::Equal, value: wanted } if attribute.sub.is_none() => {
            value.insert(attribute.name.clone(), wanted.clone());
            Some(())
        }
        Filter::And(filters) => filters.iter().try_for_each(|filter| begin(filter, value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::resource::json;
    use super::*;

    #[test]
    fn an_addition_below_a_value_path_becomes_the_whole_attribute() {
        let current = json!({"emails": [{"value": "h@example.com", "type": "home"}, {"type": "other"}]});
        let current = current.as_object().unwrap();
        let add =
            |path: &str| Operation { op: Op::Add, path: Some(path.to_owned()), value: Some(json!("x@example.com")) };
        let title = Operation { op: Op::Replace, path: Some("title".to_owned()), value: Some(json!("t")) };
        let written = |operations: &[Operation]| {
            let found = without_selection(current, operations, &AttributeTable::USER)?;
            Some(found.iter().map(Operation::to_json).collect::<Vec<_>>())
        };
        let begun = json!([{"value": "h@example.com", "type": "home"}, {"type": "other"}, {"type": "work", "value": "x@example.com"}]);
        let completed =
            json!([{"value": "h@example.com", "type": "home"}, {"type": "other", "value": "x@example.com"}]);
        let whole = |value: &Data| json!({"op": "replace", "path": "emails", "value": value.clone()});
        assert_eq!(
            written(&[title.clone(), add("emails[type eq \"work\"].value")]),
            Some(vec![title.to_json(), whole(&begun)])
        );
        assert_eq!(written(&[add("emails[type eq \"other\"].value")]), Some(vec![whole(&completed)]));
        assert_eq!(written(&[add("emails[type sw \"w\"].value")]), None);
        assert_eq!(written(&[title]), None);
    }
}
