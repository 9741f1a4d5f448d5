//! The one way into the operations, for the typed functions and for `invoke`: checks what all of them have in common, has each
//! carried out, and sees to it that no secret leaves in a failure.

use crate::connection::Connection;
use crate::contract::Operation;
use crate::failure::{Failure, Result};
use crate::http::client::Client;
use crate::http::platform::Platform;
use crate::input::Target;
use crate::operations::output::Answer;
use crate::operations::{Context, Execute};

/// Calls an operation, whose verb is that of the input. `deadline` is milliseconds for the whole call.
///
/// # Errors
/// What the operation says.
pub fn call<T: Execute>(
    platform: &dyn Platform,
    connection: &Connection,
    operation: Operation,
    target: Option<Target>,
    input: T,
    deadline: Option<u32>,
) -> Result<Answer<T::Output>> {
    let client = &Client::new(platform, connection, deadline);
    let clean = |failure: Box<Failure>| client.clean(failure);
    // A server may quote passwords in what it refuses.
    input.passwords(&mut |password| client.guard(password));
    input.check().map_err(clean)?;
    let output = input.execute(&Context { client, operation, target }).map_err(clean)?;
    Ok(Answer { output, requests: client.requests(), warnings: client.warnings() })
}
