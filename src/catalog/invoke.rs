//! Dynamic invocation: an operation by name, its input read strictly from JSON.

use super::table::{Operation, Row};
use crate::call::call;
use crate::connection::Connection;
use crate::failure::{Failure, Kind, Result};
use crate::http::platform::Platform;
use crate::operations::later::Ticket;
use crate::operations::{Answer, Ensure, Input, Options, Query, Target, Verb, View};
use crate::reader::{self, Reader};
use crate::scim::bulk::{self, METHODS};
use crate::scim::patch::{self, OPS};
use crate::scim::resource::{Data, Resource};
use serde_json::Value;

/// Calls an operation with JSON. `deadline` is milliseconds for the whole call.
pub fn invoke(
    platform: &dyn Platform,
    connection: &str,
    operation: &str,
    input: &str,
    deadline: Option<u32>,
) -> Result<Answer> {
    let connection = Connection::from_text(connection)?;
    let operation = Operation::named(operation)?;
    let text = if input.trim().is_empty() { "{}" } else { input };
    let input = read(operation.row(), &reader::parse(text, "input", Kind::InvalidInput)?)?;
    call(platform, &connection, operation, &input, deadline)
}

/// Reads an operation's input.
fn read(row: &Row, input: &Value) -> Result<Input> {
    let reader = Reader::new(input, "", Kind::InvalidInput)?;
    let fields = row.fields();
    if !row.available() {
        // What it takes is not read yet; whether it is there at all is the operation's to say.
        return Ok(Input::default());
    }
    reader.only(&fields)?;
    let has = |name: &str| fields.contains(&name);
    // Only what an operation has is read, so that what it requires is what it has.
    macro_rules! field {
        ($read:ident $name:literal) => {
            if has($name) { reader.$read($name)? } else { None }
        };
    }
    let descending = if has("sortOrder") {
        reader.choice("sortOrder", &[("ascending", false), ("descending", true)])?
    } else {
        None
    };
    Ok(Input {
        id: if has("id") { reader.required("id")? } else { String::new() },
        payload: match (has("payload"), field!(object "payload")) {
            (true, None) => return Err(reader.error("payload", "is required: the resource as a JSON object")),
            (_, payload) => payload.map(Resource::from).unwrap_or_default(),
        },
        operations: if row.verb == Verb::Patch {
            items(&reader, "operations", "{\"op\", \"path\", \"value\"}", operation_from)?
        } else {
            Vec::new()
        },
        query: Query {
            filter: field!(string "filter"),
            sort_by: field!(string "sortBy"),
            descending,
            start_index: field!(integer "startIndex"),
            count: field!(small "count"),
            cursor: field!(string "cursor"),
            page: field!(string "page"),
        },
        view: View {
            attributes: field!(strings "attributes").unwrap_or_default(),
            excluded: field!(strings "excludedAttributes").unwrap_or_default(),
        },
        options: Options {
            if_match: field!(string "ifMatch"),
            if_none_match: field!(string "ifNoneMatch"),
            headers: field!(pairs "headers").unwrap_or_default(),
            read_back: field!(boolean "readBack").unwrap_or_default(),
            gone_is_done: field!(boolean "goneIsDone").unwrap_or_default(),
            validate: field!(boolean "validate").unwrap_or_default(),
            read_modify_write: field!(boolean "readModifyWrite").unwrap_or_default(),
        },
        target: target(field!(string "resourceType"), field!(string "endpoint"))?,
        ensure: Ensure {
            match_on: field!(strings "matchOn").unwrap_or_default(),
            dry_run: field!(boolean "dryRun").unwrap_or_default(),
        },
        members: if has("members") { members(&reader)? } else { Vec::new() },
        bulk: match (row.verb, has("request")) {
            (Verb::Bulk, _) => bulk_operations(&reader)?,
            (_, true) => vec![request(&reader)?],
            _ => Vec::new(),
        },
        fail_on_errors: field!(small "failOnErrors"),
        known: field!(pairs "known").unwrap_or_default(),
        ticket: if has("ticket") { Some(ticket(&reader)?) } else { None },
    })
}

/// The target of a generic operation: by type or by path.
fn target(name: Option<String>, path: Option<String>) -> Result<Option<Target>> {
    match (name, path) {
        (Some(_), Some(_)) => {
            Err(Failure::input("/endpoint", "endpoint: give either resourceType or endpoint, not both"))
        }
        (Some(name), None) => Ok(Some(Target::ResourceType(name))),
        (None, path) => Ok(path.map(Target::Endpoint)),
    }
}

/// A list that must be there, its items read one by one with their index.
fn items<T>(
    reader: &Reader<'_>,
    name: &'static str,
    shape: &str,
    read: impl Fn(&Value, &str) -> Result<T>,
) -> Result<Vec<T>> {
    let Some(items) = reader.list(name)? else {
        return Err(reader.error(name, format!("is required: a list of {shape}")));
    };
    items.iter().enumerate().map(|(index, item)| read(item, &format!("/{name}/{index}"))).collect()
}

/// Members: objects with `value`, or just the identifier.
fn members(reader: &Reader<'_>) -> Result<Vec<Resource>> {
    items(reader, "members", "{\"value\": id} or of ids", |item, pointer| match item {
        Value::String(id) => Ok(Resource::from_iter([("value", id)])),
        Value::Object(object) => Ok(object.into()),
        other => Err(Failure::input(
            pointer,
            format!("{}: expected a member or its id, found {}", reader::place(pointer), reader::type_name(other)),
        )),
    })
}

fn bulk_operations(reader: &Reader<'_>) -> Result<Vec<bulk::Operation>> {
    items(reader, "operations", "{\"method\", \"path\", \"bulkId\", \"data\"}", bulk_operation)
}

fn request(reader: &Reader<'_>) -> Result<bulk::Operation> {
    match reader.value("request") {
        Some(request) => bulk_operation(request, "/request"),
        None => Err(reader.error("request", "is required: {\"method\", \"path\", \"data\"}")),
    }
}

fn bulk_operation(item: &Value, pointer: &str) -> Result<bulk::Operation> {
    let reader = Reader::new(item, pointer, Kind::InvalidInput)?;
    reader.only(&["method", "path", "bulkId", "version", "data"])?;
    Ok(bulk::Operation {
        method: bulk_method(&reader)?,
        path: reader.required("path")?,
        bulk_id: reader.string("bulkId")?,
        version: reader.string("version")?,
        data: reader.value("data").map(Data::from),
    })
}

fn bulk_method(reader: &Reader<'_>) -> Result<bulk::Method> {
    let name = reader.required("method")?;
    let method = METHODS.iter().find(|row| row.0.eq_ignore_ascii_case(&name)).map(|row| row.1);
    method.ok_or_else(|| reader.error("method", format!("{name:?} is not one of POST, PUT, PATCH, DELETE")))
}

fn ticket(reader: &Reader<'_>) -> Result<Ticket> {
    let Some(ticket) = reader.child("ticket")? else {
        return Err(reader.error("ticket", "is required: what submitRequest answered"));
    };
    ticket.only(&["method", "path", "operations", "transaction", "location"])?;
    Ok(Ticket {
        method: bulk_method(&ticket)?,
        path: ticket.required("path")?,
        operations: ticket.small("operations")?.unwrap_or(1),
        transaction: ticket.string("transaction")?,
        location: ticket.string("location")?,
    })
}

/// A PATCH operation, which stands at `pointer`.
pub fn operation_from(item: &Value, pointer: &str) -> Result<patch::Operation> {
    let reader = Reader::new(item, pointer, Kind::InvalidInput)?;
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
    let value = item.get("value").map(Data::from);
    Ok(patch::Operation { op, path, value })
}
