//! Reads the answer to a bulk request: which result belongs to which operation, and what it says.

use super::{Answer, METHODS, Method, Operation, tail};
use crate::failure::Kind;
use crate::scim::error;
use crate::scim::resource::{Data, Node, Resource};
use std::collections::{BTreeMap, VecDeque};

/// What an answer says of each operation that was sent, in their order; none where it says nothing.
///
/// A result belongs to the operation of its `bulkId`, else of its method and location, else to the next of its method that is
/// left. Results that belong to none are left out.
pub fn read(answer: &Resource, sent: &[Operation]) -> Vec<Option<Answer>> {
    let items: Vec<&Resource> = match answer.get("Operations").map(Data::node) {
        Some(Node::List(items)) => items.iter().filter_map(Data::as_object).collect(),
        Some(Node::Object(item)) => vec![item],
        _ => Vec::new(),
    };
    let mut by_name: BTreeMap<&str, usize> = BTreeMap::new();
    let mut by_place: BTreeMap<(&str, [String; 2]), VecDeque<usize>> = BTreeMap::new();
    for (index, operation) in sent.iter().enumerate() {
        by_name.extend(operation.bulk_id.as_deref().map(|name| (name, index)));
        if operation.method != Method::Post
            && let Some(place) = tail(&operation.path)
        {
            by_place.entry((operation.method.name(), place)).or_default().push_back(index);
        }
    }
    let mut found: Vec<Option<&Resource>> = vec![None; sent.len()];
    let mut left = Vec::new();
    for item in items {
        let index = match (item.text("bulkId").filter(|name| !name.is_empty()), method(item)) {
            (Some(name), _) => match by_name.get(name.as_str()) {
                Some(index) => Some(*index),
                None => continue,
            },
            (None, Some(method)) => {
                let place = item.text("location").and_then(|location| tail(&location));
                place.and_then(|place| by_place.get_mut(&(method.name(), place))?.pop_front())
            }
            (None, None) => None,
        };
        match index.and_then(|index| found.get_mut(index)) {
            Some(place) => {
                place.get_or_insert(item);
            }
            None => left.push(item),
        }
    }
    // What no name and no place tells comes in the order it was sent.
    let free: Vec<(usize, Method)> = sent
        .iter()
        .enumerate()
        .filter(|(index, _)| found.get(*index).is_some_and(Option::is_none))
        .map(|(index, operation)| (index, operation.method))
        .collect();
    let mut queues: Vec<(Option<Method>, VecDeque<usize>)> = METHODS
        .iter()
        .map(|(_, method)| Some(*method))
        .chain([None])
        .map(|method| {
            let of_it = free.iter().filter(|(_, own)| method.is_none_or(|method| method == *own));
            (method, of_it.map(|(index, _)| *index).collect())
        })
        .collect();
    for item in left {
        let method = method(item);
        let Some((_, queue)) = queues.iter_mut().find(|queue| queue.0 == method) else { continue };
        while let Some(index) = queue.pop_front() {
            if let Some(place @ None) = found.get_mut(index) {
                *place = Some(item);
                break;
            }
        }
    }
    found.into_iter().zip(sent).map(|(item, operation)| item.map(|item| result(item, operation))).collect()
}

fn method(item: &Resource) -> Option<Method> {
    let name = item.text("method")?;
    METHODS.iter().find(|row| row.0.eq_ignore_ascii_case(name.trim())).map(|row| row.1)
}

/// A status in any of its forms: `"201"`, `201`, `{"code": "201"}`, `"201 Created"`.
fn status(value: &Data) -> Option<u16> {
    match value.node() {
        Node::Number(number) => number.as_u64().and_then(|number| number.try_into().ok()),
        Node::Text(text) => text.split_whitespace().next()?.parse().ok(),
        Node::Object(object) => status(object.get("code").filter(|code| !code.is_object())?),
        _ => None,
    }
    .filter(|status| (100..600).contains(status))
}

/// What one result says (RFC 7644 section 3.7.3); also the payload of an asynchronous result (RFC 9967 section 2.5.1.3).
pub fn result(item: &Resource, operation: &Operation) -> Answer {
    let text = |name: &str| item.text(name).filter(|text| !text.is_empty());
    let response = item.get("response").filter(|body| !body.is_null());
    let error = response.and_then(Data::as_object).filter(|body| is_error(body));
    let location = text("location");
    let status = item.get("status").and_then(status).or_else(|| error.and_then(|error| status(error.get("status")?)));
    let mut found = Answer { status, location, version: text("version"), ..Answer::default() };
    let succeeded = match status {
        Some(status) => (200..300).contains(&status),
        // Nothing said is no error: what was created or changed has a location or a body.
        None => error.is_none() && (found.location.is_some() || response.is_some()),
    };
    if succeeded {
        found.response = response.cloned();
        return found;
    }
    let what = format!("{} {}", operation.method.name(), operation.path);
    let body = response.map(Data::to_string).unwrap_or_default();
    let mut failure = match status {
        Some(status) => error::failure(status, body.as_bytes(), &what),
        None => {
            let words = match error::parse(body.as_bytes()).detail {
                Some(detail) => format!("the provider answered {what} without a status: {detail}"),
                None => format!("the provider answered {what} without a status; whether it was carried out is unknown"),
            };
            crate::failure::Failure::new(Kind::Protocol, words)
        }
    };
    if matches!(failure.kind, Kind::Unavailable | Kind::Timeout | Kind::Protocol) {
        failure = failure.maybe_applied();
    }
    found.failure = Some(failure);
    found
}

fn is_error(body: &Resource) -> bool {
    let named = match body.get("schemas").map(Data::node) {
        Some(Node::List(schemas)) => schemas.iter().filter_map(Data::as_str).any(|urn| urn.ends_with(":Error")),
        _ => false,
    };
    named || (body.get("detail").is_some() && body.get("id").is_none())
}
