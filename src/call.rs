//! The one way into the operations, for the typed functions and for `invoke`: checks what all of them have in common, has each
//! carried out, and sees to it that no secret leaves in a failure, and names in the standard's spelling.

use crate::connection::Connection;
use crate::contract::Operation;
use crate::failure::{Failure, Result};
use crate::http::client::Client;
use crate::http::platform::Platform;
use crate::input::Target;
use crate::operations::output::{Answer, Output as _};
use crate::operations::{Context, Execute, scopes, standard_type};
use crate::scim::spelling;

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
    let scoped = |failure| scopes::named(failure, &connection.profile, operation.declaration().name);
    let told = |failure| warned(scoped(failure), &client.warnings());
    let clean = |failure: Box<Failure>| client.clean(told(failure));
    // A server may quote passwords in what it refuses.
    input.passwords(&mut |password| client.guard(password));
    input.check().map_err(clean)?;
    let mut output = input.execute(&Context { client, operation, target }).map_err(clean)?;
    let attributes = standard_type(operation.subject()).map(|known| known.attributes);
    output.resources(&mut |resource| spelling::correct(resource, attributes));
    Ok(Answer { output, requests: client.requests(), warnings: client.warnings() })
}

/// A failure with what the call warned of before it. The contract's failure has no place of its own for that, and it may be why.
fn warned(mut failure: Box<Failure>, warnings: &[String]) -> Box<Failure> {
    let new: Vec<&str> = warnings.iter().map(String::as_str).filter(|it| !failure.detail.contains(it)).collect();
    if !new.is_empty() {
        failure.detail = format!("{}; warned before: {}", failure.detail, new.join("; "));
    }
    failure
}
