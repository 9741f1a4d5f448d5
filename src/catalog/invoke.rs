//! Dynamic invocation: an operation by name, its input and its result as JSON.

use crate::call::call;
use crate::connection::Connection;
use crate::contract::Operation;
use crate::failure::{Kind, Result};
use crate::http::platform::Platform;
use crate::input::{by_verb, form};
use crate::operations::output::{Answer, Json};
use crate::reader;

/// Calls an operation with JSON. `deadline` is milliseconds for the whole call.
pub fn invoke(
    platform: &dyn Platform,
    connection: &str,
    operation: &str,
    input: impl Into<String>,
    deadline: Option<u32>,
) -> Result<Answer<Json>> {
    let connection = Connection::from_text(connection)?;
    let operation = Operation::named(operation)?;
    let text = input.into().into_boxed_str();
    let text = if text.trim().is_empty() { "{}".into() } else { text };
    let input = reader::parse_text(text, "input", Kind::InvalidInput)?;
    by_verb!(operation.verb(), T => {
        let (target, input) = form::read::<T>(operation, input)?;
        call(platform, &connection, operation, target, input, deadline).map(Answer::into_json)
    })
}
