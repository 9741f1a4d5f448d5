//! Operations that lead to a state rather than send a request: ensure, activation, membership. Built on `operations`; they know no
//! HTTP.
//!
//! All of them are idempotent by design: what fails because a provider cannot be reached or cannot answer is transient even where
//! a change may have been made, so that an engine may repeat the call.

pub mod activation;
mod display;
pub mod ensure;
pub(crate) mod lookup;
mod members;
pub mod membership;
mod portions;
pub mod reconcile;

use crate::contract::Subject;
use crate::failure::{Failure, Kind};
use crate::http::Method;
use crate::input::View;
use crate::operations::resource::Message;
use crate::operations::target::Endpoint;
use crate::scim::urn;

/// A failure of an operation that may be repeated whatever it has done so far, of which `changed` says whether it was anything.
fn safe_to_repeat(mut failure: Box<Failure>, changed: bool) -> Box<Failure> {
    failure.maybe_applied |= changed;
    failure.transient |= matches!(failure.kind, Kind::Throttled | Kind::Unavailable | Kind::Timeout);
    failure
}

/// What to read of a resource where members are of no interest: a group may have very many.
fn without_members(endpoint: &Endpoint) -> View {
    let group = endpoint.schema.as_deref() == Some(urn::GROUP);
    View { excluded: if group { vec!["members".to_owned()] } else { Vec::new() }, ..View::default() }
}

/// The message that reads a resource.
fn reading<'a>(id: &'a str, view: &'a View, headers: &'a [(String, String)]) -> Message<'a> {
    Message::new(Method::Get, Some(id), headers).viewed(view)
}

/// What several resources of a kind are called.
fn plural(subject: Subject) -> &'static str {
    match subject {
        Subject::User => "users",
        Subject::Group => "groups",
        _ => "resources",
    }
}
