//! The body of a bulk operation, from what the caller gives to what is sent. Pure.

use super::target::{self, Endpoint};
use super::{resource, standard_type};
use crate::contract::Subject;
use crate::failure::{Failure, Problem, Result};
use crate::input::json::patch_operation;
use crate::naming::{self, deeper};
use crate::scim::bulk::Method;
use crate::scim::bulk::check::problems_of;
use crate::scim::patch;
use crate::scim::resource::{Data, Node, leave_out_unassigned};

/// Where the resource of an operation is.
pub fn endpoint(method: Method, segments: &[String]) -> Result<Endpoint> {
    let collection = match segments {
        [collection @ .., _] if method != Method::Post && !collection.is_empty() => collection,
        all => all,
    };
    match collection {
        [one] if one.eq_ignore_ascii_case("me") => {
            let known = standard_type(Subject::Me);
            Ok(Endpoint { path: vec![one.clone()], known, schema: known.map(|it| it.schema.into()), single: true })
        }
        path => target::at(&path.join("/")),
    }
}

/// The body of an operation as it is sent, and whether the operation is idempotent.
pub fn complete(method: Method, segments: &[String], data: Data, pointer: &str) -> Result<(Data, bool)> {
    let endpoint = endpoint(method, segments)?;
    if method == Method::Patch {
        return changes(data, &endpoint, pointer);
    }
    let payload = data.into_object().map_err(|data| {
        let detail = format!("expected an object, the resource, found {}", data.type_name());
        Failure::input(pointer, format!("{}: {detail}", naming::place(pointer)))
    })?;
    let mut payload =
        resource::payload(&endpoint, payload, method == Method::Post).map_err(|failure| moved(*failure, pointer))?;
    leave_out_unassigned(&mut payload, endpoint.schema.as_deref());
    Ok((Data::from(payload), method == Method::Put))
}

/// The body of a PATCH: a whole request (RFC 7644 erratum 5050), or its operations only.
fn changes(data: Data, endpoint: &Endpoint, pointer: &str) -> Result<(Data, bool)> {
    let known = target::known(endpoint);
    let (items, pointer) = match data.node() {
        Node::List(items) => (Some(items), pointer.to_owned()),
        Node::Object(object) => {
            // The name as the caller wrote it, so that a pointer leads there.
            let member = object.iter().find(|(name, _)| name.eq_ignore_ascii_case("Operations"));
            let name = member.map_or("Operations", |(name, _)| name);
            (member.and_then(|(_, items)| items.as_list()), deeper(pointer, name))
        }
        _ => (None, pointer.to_owned()),
    };
    let Some(items) = items else {
        return Err(Failure::input(
            &pointer,
            format!("{}: is required: the list of PATCH operations", naming::place(&pointer)),
        ));
    };
    let mut operations: Vec<patch::Operation> = items
        .iter()
        .enumerate()
        .map(|(index, item)| patch_operation(item.into(), &format!("{pointer}/{index}")))
        .collect::<Result<_>>()?;
    operations.iter_mut().for_each(|operation| patch::write_texts(operation, known));
    let body = patch::body(&operations, known, &pointer)?;
    Ok((Data::from(body), operations.iter().all(|it| it.is_idempotent(known))))
}

/// A failure about `/payload`, told of where the payload stands here.
fn moved(failure: Failure, pointer: &str) -> Box<Failure> {
    let problems = problems_of(failure).into_iter().map(|problem| match problem.pointer.strip_prefix("/payload") {
        Some(rest) => Problem { pointer: format!("{pointer}{rest}"), ..problem },
        None => problem,
    });
    Failure::problems(problems.collect())
}
