//! The one way into the operations, for the typed functions and for `invoke`: checks what all of them have in common, sends each
//! to its module, and sees to it that no secret leaves in a failure.

use crate::catalog::table::{Operation, Row};
use crate::connection::{self, Connection, is_header_value};
use crate::failure::{Failure, Kind, Result};
use crate::http::client::Client;
use crate::http::platform::Platform;
use crate::operations::target::endpoint;
use crate::operations::{Answer, Input, Options, Output, Verb, bulk, discovery, later, query, resource};
use crate::provisioning::{activation, ensure, membership};
use crate::scim::patch;
use crate::scim::resource::{Data, is_password, passwords};

/// Calls an operation. `deadline` is milliseconds for the whole call.
pub fn call(
    platform: &dyn Platform,
    connection: &Connection,
    operation: Operation,
    input: &Input,
    deadline: Option<u32>,
) -> Result<Answer> {
    let client = Client::new(platform, connection, deadline);
    for (name, value) in input.payload.iter() {
        guard(&client, value, is_password(name));
    }
    for patch::Operation { path, value, .. } in &input.operations {
        value.iter().for_each(|value| guard(&client, value, path.as_deref().is_some_and(is_password)));
    }
    let output = run(&client, operation, input).map_err(|failure| client.clean(failure))?;
    Ok(Answer { output, requests: client.requests(), warnings: client.warnings() })
}

/// Remembers the passwords in a value that is sent: a server may quote them in what it refuses.
fn guard(client: &Client<'_>, value: &Data, secret: bool) {
    passwords(value, secret, &mut |password| client.guard(password));
}

/// What this version of the connector does not do.
pub fn unavailable(what: &str) -> Box<Failure> {
    Failure::new(Kind::Unsupported, format!("{what} is not in version {} of the connector", env!("CARGO_PKG_VERSION")))
}

fn run(client: &Client<'_>, operation: Operation, input: &Input) -> Result<Output> {
    let row = operation.row();
    if !row.available() {
        return Err(unavailable(row.name));
    }
    check(row, &input.options)?;
    dispatch(client, operation, row, input)
}

/// What holds for the options of every operation.
fn check(row: &Row, options: &Options) -> Result<()> {
    let (fields, listing) = (row.fields(), row.paginated());
    let meant = [
        ("ifMatch", options.if_match.is_some()),
        ("ifNoneMatch", options.if_none_match.is_some()),
        ("validate", options.validate),
        ("readModifyWrite", options.read_modify_write),
    ];
    // What would change the outcome is not passed over in silence; the other options are preferences.
    if let Some((name, _)) = meant.iter().find(|(name, set)| *set && (listing || !fields.contains(name))) {
        return Err(Failure::input(format!("/{name}"), format!("{name}: {} does not take it; leave it out", row.name)));
    }
    for (field, tag) in [("ifMatch", &options.if_match), ("ifNoneMatch", &options.if_none_match)] {
        if tag.as_deref().is_some_and(|tag| tag.is_empty() || !is_header_value(tag)) {
            return Err(Failure::input(
                format!("/{field}"),
                format!("{field}: must be an entity tag, visible ASCII characters"),
            ));
        }
    }
    if options.read_modify_write && options.if_match.is_some() {
        return Err(Failure::input(
            "/readModifyWrite",
            "readModifyWrite: takes the version it reads; leave out ifMatch, or change that version only",
        ));
    }
    for (name, value) in &options.headers {
        connection::header(name, value, "/headers").map_err(|mut failure| {
            failure.kind = Kind::InvalidInput;
            failure
        })?;
    }
    Ok(())
}

fn dispatch(client: &Client<'_>, operation: Operation, row: &Row, input: &Input) -> Result<Output> {
    let endpoint = || endpoint(client, row.subject, input.target.as_ref());
    match row.verb {
        Verb::Discover => discovery::run(client, operation, input),
        Verb::List | Verb::Search => query::run(client, row, &endpoint()?, input),
        Verb::Create | Verb::Get | Verb::Update | Verb::Patch | Verb::Delete => {
            resource::run(client, row, &endpoint()?, input)
        }
        Verb::Ensure => ensure::run(client, row, &endpoint()?, input),
        Verb::Activate | Verb::Deactivate => activation::run(client, row, &endpoint()?, input),
        Verb::AddMembers | Verb::RemoveMembers | Verb::SetMembers => membership::run(client, row, &endpoint()?, input),
        Verb::Bulk => bulk::run(client, row, input),
        Verb::Submit | Verb::Collect => later::run(client, row, input),
        Verb::Reconcile => Err(unavailable(row.name)),
    }
}
