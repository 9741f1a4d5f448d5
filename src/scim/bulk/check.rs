//! Checks the caller's operations, all of them before anything is sent, and completes them: paths in one form, bodies as they go
//! out, names where there are none, references found.

use super::super::resource::Data;
use super::{Method, Operation, references};
use crate::failure::{Failure, Problem, Result};
use crate::gather::Gather as _;
use crate::naming::deeper;
use percent_encoding::percent_decode_str;
use std::collections::{BTreeMap, BTreeSet};

/// An operation as it can be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// The operation; its path begins with a slash, its body is complete, a creation has a name.
    pub operation: Operation,
    /// The operations it refers to, by index, once each.
    pub targets: Vec<usize>,
    /// Those of them that it refers to otherwise than as a user in the members of a group.
    pub besides_members: Vec<usize>,
    /// Whether carrying it out twice is the same as once.
    pub idempotent: bool,
    /// Whether it is where the provider keeps to the version that it names.
    pub conditional: bool,
}

/// Completes a body: given the method, the path's segments, the body and where it stands in the input, the body as it is sent
/// and whether the operation is idempotent.
pub type Completing<'a> = &'a dyn Fn(Method, &[String], Data, &str) -> Result<(Data, bool)>;

/// Which operations those at hand may refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Each other, and what is known.
    Here,
    /// Others besides, which are checked elsewhere.
    Beyond,
}

/// The operations as they can be sent, or all that is wrong with them; their bodies are taken. `known` are names and identifiers of
/// resources created earlier; `at` says where an operation stands in the input.
pub fn prepare(
    operations: &mut [Operation],
    known: &[(String, String)],
    scope: Scope,
    at: &dyn Fn(usize) -> String,
    complete: Completing<'_>,
) -> Result<Vec<Prepared>> {
    // There may be very many, so that none is there twice.
    let bodies: Vec<Option<Data>> = operations.iter_mut().map(|operation| operation.data.take()).collect();
    let operations = &*operations;
    let mut problems = Vec::new();
    let earlier: BTreeMap<&str, &str> = known.iter().map(|(name, id)| (name.as_str(), id.as_str())).gather();
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, operation) in operations.iter().enumerate() {
        let Some(name) = operation.bulk_id.as_deref() else { continue };
        let detail = if name.trim().is_empty() {
            "must not be empty".to_owned()
        } else if let Some(other) = names.get(name) {
            format!("{name:?} is the name of operation {other} as well; names are unique")
        } else if earlier.contains_key(name) {
            format!("{name:?} is the name of a resource in known as well; names are unique")
        } else {
            names.insert(name, index);
            continue;
        };
        problems.push(Problem { pointer: format!("{}/bulkId", at(index)), detail });
    }
    let names = Names { operations, scope, earlier, names };
    let mut prepared = Vec::with_capacity(operations.len());
    for (index, (operation, data)) in operations.iter().zip(bodies).enumerate() {
        match one((operation, data), index, &names, &at(index), complete) {
            Ok(operation) => prepared.push(operation),
            Err(found) => problems.extend(found),
        }
    }
    Failure::of_problems(problems).map(|()| prepared)
}

/// What names mean.
struct Names<'a> {
    operations: &'a [Operation],
    scope: Scope,
    earlier: BTreeMap<&'a str, &'a str>,
    names: BTreeMap<&'a str, usize>,
}

impl Names<'_> {
    /// The operation a name refers to, none where it is known already, or what is wrong with it.
    fn target(&self, name: &str) -> std::result::Result<Option<usize>, String> {
        if self.earlier.contains_key(name) {
            return Ok(None);
        }
        match self.names.get(name) {
            Some(index) if self.operations.get(*index).is_some_and(|it| it.method == Method::Post) => Ok(Some(*index)),
            Some(index) => Err(format!(
                "bulkId:{name} refers to operation {index}, which creates nothing; write the resource's id instead"
            )),
            None if self.scope == Scope::Beyond => Ok(None),
            None => Err(format!("bulkId:{name} refers to an operation that is not there; no bulkId is {name:?}")),
        }
    }

    /// Whether an operation is about users.
    fn is_user(&self, index: usize) -> bool {
        let path = self.operations.get(index).map_or("", |it| it.path.trim_start_matches('/'));
        path.split('/').next().is_some_and(|first| first.eq_ignore_ascii_case("Users"))
    }

    fn free(&self, index: usize) -> String {
        let mut name = format!("operation-{index}");
        while self.names.contains_key(name.as_str()) || self.earlier.contains_key(name.as_str()) {
            name.push('-');
        }
        name
    }
}

fn one(
    (operation, data): (&Operation, Option<Data>),
    index: usize,
    names: &Names<'_>,
    pointer: &str,
    complete: Completing<'_>,
) -> std::result::Result<Prepared, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut wrong = |member: &str, detail: String| {
        problems.push(Problem { pointer: deeper(pointer, member), detail });
    };
    let method = operation.method;
    let (mut targets, mut besides) = (BTreeSet::new(), BTreeSet::new());
    let segments = segments(operation).unwrap_or_else(|detail| {
        wrong("path", detail);
        Vec::new()
    });
    let mut path = String::new();
    for segment in &segments {
        let target = references::whole(segment).map(|name| (name, names.target(name)));
        path.push('/');
        match target {
            Some((name, Ok(None))) => {
                let id = names.earlier.get(name).map_or_else(|| segment.as_str(), |id| *id);
                path.push_str(&references::segment(id));
                continue;
            }
            Some((_, Ok(Some(target)))) => {
                targets.insert(target);
                besides.insert(target);
            }
            Some((_, Err(detail))) => wrong("path", detail),
            None => {}
        }
        path.push_str(&references::segment(segment));
    }
    if method == Method::Post && operation.version.is_some() {
        wrong("version", "is of a resource that is there; POST creates one".into());
    }
    let data = data.filter(|data| !data.is_null());
    let mut idempotent = method != Method::Post;
    let data = match (method, data) {
        (Method::Delete, None) => None,
        (Method::Delete, Some(_)) => {
            wrong("data", "DELETE takes no data".into());
            None
        }
        (_, None) => {
            wrong("data", format!("is required: the body of the {}", method.name()));
            None
        }
        (_, Some(_)) if segments.is_empty() => None,
        (_, Some(data)) => match complete(method, &segments, data, &deeper(pointer, "data")) {
            Ok((data, repeatable)) => {
                idempotent &= repeatable;
                Some(data)
            }
            Err(failure) => {
                problems.extend(problems_of(*failure));
                None
            }
        },
    };
    let mut data = data;
    if let Some(data) = &mut data {
        let pointer = deeper(pointer, "data");
        references::each(data, &mut |name, whole| match names.target(name) {
            Ok(target) => targets.extend(target),
            // Text that only looks like a reference is text.
            Err(detail) if whole => problems.push(Problem { pointer: pointer.clone(), detail }),
            Err(_) => {}
        });
        if segments.first().is_some_and(|first| first.eq_ignore_ascii_case("Groups")) {
            references::besides_members(data, &mut |name| besides.extend(names.target(name).ok().flatten()));
            besides.extend(targets.iter().copied().filter(|target| !names.is_user(*target)));
        } else {
            besides.clone_from(&targets);
        }
        if !names.earlier.is_empty() {
            references::resolve(data, &|name| names.earlier.get(name).map(|id| (*id).to_owned()));
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let bulk_id = match (&operation.bulk_id, method) {
        (None, Method::Post) => Some(names.free(index)),
        (bulk_id, _) => bulk_id.clone(),
    };
    // There may be very many, and what they were read from is large.
    let data = data.map(Data::packed);
    let operation = Operation { method, path, bulk_id, version: operation.version.clone(), data };
    let [targets, besides_members] = [targets, besides].map(|found| found.into_iter().collect());
    let conditional = operation.version.is_some();
    Ok(Prepared { operation, targets, besides_members, idempotent, conditional })
}

/// A failure's problems, each with its place.
pub fn problems_of(failure: Failure) -> Vec<Problem> {
    if failure.problems.is_empty() {
        let pointer = failure.pointer.unwrap_or_default();
        // The place stands before the text of a single problem, and is put there again where it is told.
        let place = format!("{}: ", crate::naming::place(&pointer));
        let detail = failure.detail.strip_prefix(&place).unwrap_or(&failure.detail).to_owned();
        return vec![Problem { pointer, detail }];
    }
    failure.problems
}

/// The segments of a path, decoded: `/Users` to create, else `/Users/ID`; also without the slash, and `/Me`.
fn segments(operation: &Operation) -> std::result::Result<Vec<String>, String> {
    let path = operation.path.trim().trim_matches('/');
    let shape = if operation.method == Method::Post { "/Users" } else { "/Users/ID" };
    if path.contains("//") || path.contains(['?', '#']) {
        return Err(format!("{:?} is not a path below the service URL, for example {shape:?}", operation.path));
    }
    let segments: Vec<String> =
        path.split('/').map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned()).collect();
    if segments.iter().any(|segment| matches!(segment.trim(), "" | "." | "..")) {
        return Err(format!("{:?} is not a path below the service URL, for example {shape:?}", operation.path));
    }
    let single = matches!(segments.as_slice(), [one] if !one.eq_ignore_ascii_case("me"));
    match operation.method {
        Method::Post if segments.iter().any(|segment| references::whole(segment).is_some()) => {
            Err(format!("POST creates at an endpoint, for example {shape:?}; bulkId names what it creates"))
        }
        Method::Post => Ok(segments),
        _ if single => Err(format!("{} names one resource, for example {shape:?}", operation.method.name())),
        _ => Ok(segments),
    }
}
