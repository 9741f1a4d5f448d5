//! Operations for a provider that knows no paths: each names its attribute in its value (RFC 7644 section 3.5.2.1). What only a path
//! can say is refused.

use super::super::path::Path;
use super::super::resource::{Data, Resource};
use super::{Op, Operation};
use crate::failure::{Failure, Kind, Problem, Result};

/// The same operations without paths; taking an attribute away is setting it to null. `pointer` is where they stand in the input.
/// Fails where a value is selected by a filter.
pub fn without_paths(operations: &[Operation], pointer: &str) -> Result<Vec<Operation>> {
    let mut problems = Vec::new();
    let written = operations.iter().enumerate().filter_map(|(index, operation)| {
        let found = without_path(operation);
        if found.is_none() {
            let detail = "the provider's PATCH takes no path (overrides.pathlessPatch), so that no single value can be \
                          selected; replace the attribute as a whole";
            problems.push(Problem { pointer: format!("{pointer}/{index}/path"), detail: detail.to_owned() });
        }
        found
    });
    let written = written.collect();
    Failure::of_problems(problems).map_err(|mut failure| {
        failure.kind = Kind::Unsupported;
        failure
    })?;
    Ok(written)
}

fn without_path(operation: &Operation) -> Option<Operation> {
    let Some(path) = &operation.path else { return Some(operation.clone()) };
    let path = path.parse::<Path>().ok()?;
    let value = match (operation.op, &operation.value) {
        (Op::Remove, Some(_)) => return None,
        (Op::Remove, None) => Data::NULL,
        (_, value) => value.clone()?,
    };
    if path.filter.is_some() {
        return None;
    }
    let within = |name: String, value: Data| Data::from(Resource::from_iter([(name, value)]));
    let value = path.attribute.sub.into_iter().fold(value, |value, sub| within(sub, value));
    let value = within(path.attribute.name, value);
    let value = path.attribute.schema.into_iter().fold(value, |value, schema| within(schema, value));
    let op = if operation.op == Op::Remove { Op::Replace } else { operation.op };
    Some(Operation { op, path: None, value: Some(value) })
}

#[cfg(test)]
mod tests {
    use super::super::super::resource::json;
    use super::*;

    #[test]
    fn what_a_path_says_goes_into_the_value() {
        let operation = |op, path: &str, value: Option<Data>| Operation { op, path: Some(path.to_owned()), value };
        let rows = [
            (
                operation(Op::Replace, "active", Some(json!(false))),
                json!({"op": "replace", "value": {"active": false}}),
            ),
            (
                operation(Op::Add, "name.givenName", Some(json!("A"))),
                json!({"op": "add", "value": {"name": {"givenName": "A"}}}),
            ),
            (operation(Op::Remove, "title", None), json!({"op": "replace", "value": {"title": null}})),
            (
                operation(
                    Op::Replace,
                    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
                    Some(json!("d")),
                ),
                json!({"op": "replace", "value": {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "d"}}}),
            ),
        ];
        for (operation, expected) in rows {
            let found = without_paths(std::slice::from_ref(&operation), "/operations").unwrap();
            assert_eq!(found.iter().map(Operation::to_json).collect::<Vec<_>>(), [expected]);
        }
        let selected = operation(Op::Replace, "emails[type eq \"work\"].value", Some(json!("a@example.com")));
        let failure = without_paths(&[selected], "/operations").unwrap_err();
        assert_eq!((failure.kind, failure.pointer.as_deref()), (Kind::Unsupported, Some("/operations/0/path")));
    }
}
