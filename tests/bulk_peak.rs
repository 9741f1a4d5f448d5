//! How much memory a large bulk takes, by an allocator that counts: what was read, sent and answered is let go of as soon as it is used.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use scim_connector::catalog::invoke::invoke;
use scim_connector::http::platform::{Bounds, Platform, TransportError};
use scim_connector::http::{Request, Response};
use serde_json::{Value, json};

#[path = "support/counted.rs"]
mod counted;

/// Creates everything it is asked to.
struct Provider;

impl Platform for Provider {
    fn send(&self, request: &Request, _: &Bounds) -> Result<Response, TransportError> {
        counted::pause(true);
        let asked: Value = serde_json::from_slice(request.body.as_deref().unwrap()).unwrap();
        let results: Vec<Value> = asked["Operations"].as_array().unwrap().iter().map(created).collect();
        let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"], "Operations": results});
        let response = Response { status: 200, headers: Vec::new(), body: body.to_string().into_bytes() };
        drop((asked, results, body));
        counted::pause(false);
        Ok(response)
    }

    fn now(&self) -> u64 {
        1_800_000_000_000
    }

    fn elapsed(&self) -> u64 {
        0
    }

    fn sleep(&self, _: u64) {}

    fn random(&self) -> u64 {
        4
    }

    fn environment(&self, _: &str) -> Option<String> {
        None
    }
}

/// The result of one operation.
fn created(operation: &Value) -> Value {
    let id = format!("id-{}", operation["bulkId"].as_str().unwrap());
    let location = format!("https://scim.example/v2/Users/{id}");
    let mut body = operation["data"].clone();
    body["id"] = json!(id);
    body["meta"] = json!({"resourceType": "User", "location": location, "version": "W/\"1\"", "created": "2026-01-01T00:00:00Z", "lastModified": "2026-01-01T00:00:00Z"});
    json!({"method": "POST", "bulkId": operation["bulkId"], "status": "201", "location": location, "response": body})
}

fn user(number: usize) -> Value {
    let name = format!("person{number}@example.com");
    json!({"method": "POST", "path": "/Users", "bulkId": number.to_string(), "data": {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name, "externalId": number.to_string(),
        "displayName": format!("Person {number}"), "name": {"givenName": "Person", "familyName": number.to_string()}, "active": true,
        "emails": [{"value": name, "type": "work", "primary": true}, {"value": format!("home-{name}"), "type": "home"}],
        "phoneNumbers": [{"value": "+1 555 0100", "type": "work"}], "title": "Engineer", "preferredLanguage": "en-GB", "timezone": "Europe/Zurich",
    }})
}

#[test]
fn a_large_bulk_takes_little_more_than_its_input_and_its_result() {
    let connection = json!({
        "serviceUrl": "https://scim.example/v2",
        "auth": {"type": "bearer", "token": "the-bearer-token"},
        "overrides": {"bulk": {"supported": true, "maxOperations": 1000, "maxPayloadSize": 1_048_576}},
    })
    .to_string();
    let operations: Vec<Value> = (0..10_000).map(user).collect();
    let input = json!({ "operations": operations }).to_string();
    drop(operations);
    let read = input.len();
    let before = counted::live() - read;
    counted::start();
    let answer = invoke(&Provider, &connection, "bulk", input, None).unwrap();
    let given = answer.output.data.into_json_text();
    let peak = counted::peak() - before;
    let result: Value = serde_json::from_str(&given).unwrap();
    assert_eq!((&result["succeeded"], &result["results"][9999]["status"]), (&json!(10_000), &json!(201)));
    assert_eq!(result["results"][7]["response"]["emails"][1]["value"], json!("home-person7@example.com"));
    println!("{read} bytes in, {} out, {peak} at most", given.len());
    assert!(peak < 3 * given.len(), "{peak} bytes for {read} of input and {} of result", given.len());
}
