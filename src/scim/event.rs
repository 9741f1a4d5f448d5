//! Security events that tell the result of an asynchronous request (RFC 9967 section 2.5.1.3, RFC 8417), as far as a client
//! that fetches them over its own connection needs them: signatures are not verified.

use super::resource::{Data, Node, Resource};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

const COMPLETION: &str = "urn:ietf:params:scim:event:misc:asyncresp";

/// The claims of a compact JWS (RFC 7515 section 7.1), where a body is one.
pub fn claims(body: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(body).ok()?.trim().trim_matches('"');
    let mut parts = text.split('.');
    let (header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    // A header is a JSON object, and so begins with `{"`.
    if parts.next().is_some() || !header.starts_with("ey") {
        return None;
    }
    BASE64_URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()
}

/// Whether an object is an event, or a collection of events (RFC 8936 section 2.3).
pub fn is_event(object: &Resource) -> bool {
    ["events", "sets"].iter().any(|name| object.get(name).is_some_and(|it| it.is_object() || it.is_list()))
}

/// The events in an answer: one, or those in `sets`, as claims or as tokens.
pub fn all(value: &Data) -> Vec<Resource> {
    let Some(object) = value.as_object() else { return Vec::new() };
    let items: Vec<&Data> = match object.get("sets").map(Data::node) {
        Some(Node::List(items)) => items.iter().collect(),
        Some(Node::Object(items)) => items.values().collect(),
        _ => vec![value],
    };
    let read = |item: &Data| match item.node() {
        Node::Object(claims) => Some(claims.clone()),
        Node::Text(token) => {
            let claims = claims(token.as_bytes())?;
            Data::parse(&claims).ok()?.into_object().ok()
        }
        _ => None,
    };
    items.into_iter().filter_map(read).collect()
}

/// The results that the events of a transaction tell, in the order of the request, with the index of each where it has one.
pub fn payloads(value: &Data, transaction: Option<&str>) -> Vec<(Option<u64>, Resource)> {
    let mut found: Vec<(Option<u64>, Resource)> =
        all(value).into_iter().filter_map(|claims| payload(&claims, transaction)).collect();
    found.sort_by_key(|one| one.0);
    // An event may be delivered more than once.
    found.dedup_by_key(|one| one.0);
    found
}

fn payload(claims: &Resource, transaction: Option<&str>) -> Option<(Option<u64>, Resource)> {
    let own = claims.text("txn").unwrap_or_default();
    let index = match transaction {
        None => None,
        Some(transaction) => match own.strip_prefix(transaction)? {
            "" => None,
            rest => Some(rest.strip_prefix(':')?.parse().ok()?),
        },
    };
    let events = claims.get("events")?.as_object()?;
    let mut payload = events.get(COMPLETION)?.as_object()?.clone();
    if payload.get("location").is_none() {
        let subject = claims.get("sub_id").and_then(Data::as_object);
        let uri = subject.and_then(|subject| subject.text("uri"));
        payload.extend(uri.map(|uri| ("location".to_owned(), Data::from(uri))));
    }
    Some((index, payload))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::resource::json;

    fn event(txn: &str, status: &str) -> Data {
        json!({"jti": status, "txn": txn, "sub_id": {"format": "scim", "uri": "/Users/1"}, "events": {COMPLETION.to_uppercase(): {"method": "PUT", "status": status}}})
    }

    fn token(claims: &Data) -> String {
        format!(
            "{}.{}.",
            BASE64_URL_SAFE_NO_PAD.encode("{\"alg\":\"none\"}"),
            BASE64_URL_SAFE_NO_PAD.encode(claims.to_string())
        )
    }

    #[test]
    fn a_token_is_told_from_other_bodies() {
        let claims_of = event("t", "200");
        assert_eq!(claims(token(&claims_of).as_bytes()).unwrap(), claims_of.to_string().into_bytes());
        for body in ["{}", "a.b.c", "ey.b", "ey.!.c", "ey.b.c.d", ""] {
            assert_eq!(claims(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn events_of_a_transaction_are_found_in_order() {
        let indices = |value: Data| -> Vec<(Option<u64>, String)> {
            let found = payloads(&value, Some("t"));
            found.iter().map(|(index, item)| (*index, item.text("status").unwrap())).collect()
        };
        assert_eq!(indices(event("t", "200")), [(None, "200".to_owned())]);
        assert_eq!(indices(event("other", "200")), []);
        assert_eq!(indices(event("tt", "200")), []);
        let sets = json!({"sets": {"a": token(&event("t:1", "404")), "b": token(&event("t:0", "201")), "c": token(&event("t:1", "404")), "d": 7, "e": "x.y"}});
        assert_eq!(indices(sets), [(Some(0), "201".to_owned()), (Some(1), "404".to_owned())]);
        let found = payloads(&json!({"sets": [event("t", "200")]}), Some("t"));
        assert_eq!(found[0].1.text("location").unwrap(), "/Users/1");
    }
}
