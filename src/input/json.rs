//! The JSON form of what lists of an input hold: PATCH operations, bulk operations, members; and of tickets. A PATCH has the same
//! form within a bulk operation.

use super::Ticket;
use crate::failure::{Failure, Kind, Result};
use crate::naming;
use crate::reader::{self, Reader};
use crate::scim::bulk::{self, METHODS};
use crate::scim::patch::{self, OPS};
use crate::scim::resource::{Data, Node, Resource};

/// A PATCH operation, which stands at `pointer`.
pub fn patch_operation(mut item: Data, pointer: &str) -> Result<patch::Operation> {
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
    let value = item.as_object_mut().and_then(|object| object.remove("value"));
    Ok(patch::Operation { op, path, value })
}

/// A bulk operation, which stands at `pointer`.
pub fn bulk_operation(mut item: Data, pointer: &str) -> Result<bulk::Operation> {
    let reader = Reader::new(&item, pointer, Kind::InvalidInput)?;
    reader.only(&["method", "path", "bulkId", "version", "data"])?;
    let method = method(&reader)?;
    let path = reader.required("path")?;
    let (bulk_id, version) = (reader.string("bulkId")?, reader.string("version")?);
    let data = item.as_object_mut().and_then(|object| object.remove("data"));
    Ok(bulk::Operation { method, path, bulk_id, version, data: data.filter(|it| !it.is_null()) })
}

/// A list of bulk operations as text; `at` says where each stands. All that cannot be read are told.
pub fn bulk_operations(text: &str, at: &dyn Fn(usize) -> String) -> Result<Vec<bulk::Operation>> {
    let Ok(items) = reader::parse(text, "operations", Kind::InvalidInput)?.into_list() else {
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
pub fn member(item: Data, pointer: &str) -> Result<Resource> {
    let id = match item.node() {
        Node::Text(id) => id.to_owned(),
        // Some providers have numbers for identifiers.
        Node::Number(id) => id.to_string(),
        _ => {
            return item.into_object().map_err(|other| {
                let (place, found) = (naming::place(pointer), other.type_name());
                Failure::input(pointer, format!("{place}: expected a member or its id, found {found}"))
            });
        }
    };
    Ok(Resource::from_iter([("value", id)]))
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
