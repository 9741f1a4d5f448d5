//! PATCH requests (RFC 7644 section 3.5.2).

use super::urn;
use crate::failure::{Failure, Result};
use serde_json::{Map, Value, json};

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Add a value.
    Add,
    /// Remove a value.
    Remove,
    /// Replace a value.
    Replace,
}

/// The operations, by name.
pub const OPS: [(&str, Op); 3] = [("add", Op::Add), ("remove", Op::Remove), ("replace", Op::Replace)];

impl Op {
    /// The name on the wire: lower case, as the standard has it.
    pub fn name(self) -> &'static str {
        OPS.iter().find(|row| row.1 == self).map_or("replace", |row| row.0)
    }
}

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// What to do.
    pub op: Op,
    /// Where.
    pub path: Option<String>,
    /// The value.
    pub value: Option<Value>,
}

impl Operation {
    /// The JSON form.
    pub fn to_json(&self) -> Value {
        let mut object = Map::new();
        object.insert("op".into(), json!(self.op.name()));
        object.extend(self.path.iter().map(|path| ("path".to_owned(), json!(path))));
        object.extend(self.value.iter().map(|value| ("value".to_owned(), value.clone())));
        Value::Object(object)
    }

    /// Whether the operation has the same effect however often it is carried out. Adding is only where the provider leaves
    /// out what is already there, which not all do.
    pub fn is_idempotent(&self) -> bool {
        self.op == Op::Replace && self.path.as_ref().is_some_and(|path| !path.contains('['))
    }
}

/// Checks operations and writes the body of the request; `pointer` is where they stand in the input.
pub fn body(operations: &[Operation], pointer: &str) -> Result<Map<String, Value>> {
    if operations.is_empty() {
        return Err(Failure::input(pointer, "operations: at least one operation is required"));
    }
    let written =
        operations.iter().enumerate().map(|(index, operation)| write(operation, &format!("{pointer}/{index}")));
    let mut body = Map::new();
    body.insert("schemas".into(), json!([urn::PATCH_OP]));
    body.insert("Operations".into(), Value::Array(written.collect::<Result<_>>()?));
    Ok(body)
}

fn write(operation: &Operation, pointer: &str) -> Result<Value> {
    let place = crate::reader::place(pointer);
    let path = operation.path.as_deref().map(str::trim);
    match (operation.op, path, &operation.value) {
        (_, Some(""), _) => {
            return Err(Failure::input(
                format!("{pointer}/path"),
                format!("{place}.path: must not be empty; leave it out to mean the whole resource"),
            ));
        }
        (Op::Remove, None, _) => {
            return Err(Failure::input(
                format!("{pointer}/path"),
                format!("{place}.path: is required to remove (RFC 7644 section 3.5.2.2)"),
            ));
        }
        (Op::Add | Op::Replace, _, None) => {
            return Err(Failure::input(
                format!("{pointer}/value"),
                format!("{place}.value: is required to {}", operation.op.name()),
            ));
        }
        (Op::Add | Op::Replace, None, Some(value)) if !value.is_object() => {
            return Err(Failure::input(
                format!("{pointer}/value"),
                format!("{place}.value: must be an object of attributes when there is no path"),
            ));
        }
        _ => {}
    }
    let trimmed = Operation { path: path.map(str::to_owned), ..operation.clone() };
    Ok(trimmed.to_json())
}
