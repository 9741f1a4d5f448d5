//! Dynamic invocation: an operation by name, its input read strictly from JSON.

use super::table::{Operation, Row};
use crate::connection::Connection;
use crate::failure::{Failure, Kind, Result};
use crate::http::platform::Platform;
use crate::operations::{self, Answer, Input, Options, Query, View};
use crate::reader::{self, Reader};
use crate::scim::patch::{self, OPS};
use serde_json::Value;

/// Calls an operation with JSON. `deadline` is milliseconds for the whole call.
pub fn invoke(
    platform: &dyn Platform,
    connection: &str,
    operation: &str,
    input: &str,
    deadline: Option<u32>,
) -> Result<Answer> {
    let connection = Connection::from_json(&reader::parse(connection, "connection", Kind::Configuration)?)?;
    let operation = Operation::named(operation)?;
    let text = if input.trim().is_empty() { "{}" } else { input };
    let input = read(operation.row(), &reader::parse(text, "input", Kind::InvalidInput)?)?;
    operations::call(platform, &connection, operation, &input, deadline)
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
            (_, payload) => payload.cloned().unwrap_or_default(),
        },
        operations: if has("operations") { operations_from(&reader)? } else { Vec::new() },
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
        },
    })
}

fn operations_from(reader: &Reader<'_>) -> Result<Vec<patch::Operation>> {
    let Some(items) = reader.list("operations")? else {
        return Err(reader.error("operations", "is required: a list of {\"op\", \"path\", \"value\"}"));
    };
    items.iter().enumerate().map(|(index, item)| operation_from(item, index)).collect()
}

fn operation_from(item: &Value, index: usize) -> Result<patch::Operation> {
    let reader = Reader::new(item, &format!("/operations/{index}"), Kind::InvalidInput)?;
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
    let value = item.get("value").cloned();
    Ok(patch::Operation { op, path, value })
}

/// Tells an unavailable part of the runtime.
pub fn unavailable(what: &str) -> Box<Failure> {
    Failure::new(Kind::Unsupported, format!("{what} is not in version {} of the connector", env!("CARGO_PKG_VERSION")))
}
