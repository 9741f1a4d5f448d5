//! The JSON form of what lists of an input hold: PATCH operations, bulk operations, members; and of tickets. A PATCH has the same
//! form within a bulk operation.

use super::Ticket;
use crate::failure::{Failure, Kind, Result};
use crate::reader::{self, Reader};
use crate::scim::bulk::{self, METHODS};
use crate::scim::patch::{self, OPS};
use crate::scim::resource::{Data, Resource};
use serde_json::Value;

/// A PATCH operation, which stands at `pointer`.
pub fn patch_operation(mut item: Value, pointer: &str) -> Result<patch::Operation> {
    let reader = Reader::new(&item, pointer, Kind::InvalidInput)?;
    reader.only(&["op", "path", "value"])?;
    let name = reader.required("op")?;
    // Microsoft's documentation writes "Add"; the wire form is lower case (RFC 7644 section 3.5.2).
    let op = OPS
        .iter()
        .find(|row| row.0.eq_ignore_ascii_case(&name))
        .map(|row| row.1)
        .ok_or_else(|| reader.error("op", format!("{name:?} is not one of add, remove, replace")))?;
    let path = reader.string("path")?;
    // A null value says something (it clears an attribute), a value left out does not.
    let value = item.as_object_mut().and_then(|object| object.remove("value")).map(Data::from);
    Ok(patch::Operation { op, path, value })
}

/// A bulk operation, which stands at `pointer`.
pub fn bulk_operation(mut item: Value, pointer: &str) -> Result<bulk::Operation> {
    let reader = Reader::new(&item, pointer, Kind::InvalidInput)?;
    reader.only(&["method", "path", "bulkId", "version", "data"])?;
    let method = method(&reader)?;
    let path = reader.required("path")?;
    let (bulk_id, version) = (reader.string("bulkId")?, reader.string("version")?);
    let data = item.as_object_mut().and_then(|object| object.remove("data"));
    Ok(bulk::Operation { method, path, bulk_id, version, data: data.filter(|it| !it.is_null()).map(Data::from) })
}

/// A list of bulk operations as text; `at` says where each stands. All that cannot be read are told.
pub fn bulk_operations(text: &str, at: &dyn Fn(usize) -> String) -> Result<Vec<bulk::Operation>> {
    let Value::Array(items) = reader::parse(text, "operations", Kind::InvalidInput)? else {
        return Err(Failure::input("/operations", "operations: expected a list of operations"));
    };
    let mut problems = Vec::new();
    let mut operations = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        match bulk_operation(item, &at(index)) {
            Ok(operation) => operations.push(operation),
            Err(failure) => problems.extend(bulk::check::problems_of(*failure)),
        }
    }
    Failure::of_problems(problems).map(|()| operations)
}

fn method(reader: &Reader<'_>) -> Result<bulk::Method> {
    let name = reader.required("method")?;
    let method = METHODS.iter().find(|row| row.0.eq_ignore_ascii_case(&name)).map(|row| row.1);
    method.ok_or_else(|| reader.error("method", format!("{name:?} is not one of POST, PUT, PATCH, DELETE")))
}

/// A member: an object with `value`, or just the identifier.
pub fn member(item: Value, pointer: &str) -> Result<Resource> {
    match item {
        Value::String(id) => Ok(Resource::from_iter([("value", id)])),
        // Some providers have numbers for identifiers.
        Value::Number(id) => Ok(Resource::from_iter([("value", id.to_string())])),
        Value::Object(object) => Ok(object.into()),
        other => Err(Failure::input(
            pointer,
            format!("{}: expected a member or its id, found {}", reader::place(pointer), reader::type_name(&other)),
        )),
    }
}

/// A ticket.
pub fn ticket(ticket: &Reader<'_>) -> Result<Ticket> {
    ticket.only(&["method", "path", "operations", "transaction", "location"])?;
    Ok(Ticket {
        method: method(ticket)?,
        path: ticket.required("path")?,
        operations: ticket.small("operations")?.unwrap_or(1),
        transaction: ticket.string("transaction")?,
        location: ticket.string("location")?,
    })
}
