//! What resources cost the component, without WebAssembly and the network: JSON read, looked at, written, beside `serde_json::Value`;
//! and whole calls by name with a provider that answers at once. `cargo bench -p scim-connector --bench resources`.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a benchmark prints what it measured")]

use scim_connector::catalog::invoke::invoke;
use scim_connector::http::platform::{Bounds, Platform, TransportError};
use scim_connector::http::{Request, Response};
use scim_connector::scim::resource::{Data, Node};
use serde_json::{Value, json};
use std::hint::black_box;
use std::time::Instant;

#[path = "../src/users.rs"]
mod users;

/// A user of 844 bytes, as a provider answers with it.
fn user(number: u64) -> Value {
    users::stored(users::user(number), number, "https://example.com/scim/v2")
}

/// Answers everything with one body.
struct Provider(u16, Vec<u8>);

impl Platform for Provider {
    fn send(&self, request: &Request, _: &Bounds) -> Result<Response, TransportError> {
        black_box(request);
        let headers = vec![("content-type".to_owned(), "application/scim+json".to_owned())];
        Ok(Response { status: self.0, headers, body: self.1.clone() })
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

/// The least time of one turn, in nanoseconds: of many short runs, for others may be at work on the machine.
fn measure<T>(name: &str, mut turn: impl FnMut() -> T) {
    // `cargo bench … -- createUser` measures that alone.
    if std::env::args().skip(1).any(|only| !only.starts_with('-') && !name.contains(&only)) {
        return;
    }
    let start = Instant::now();
    black_box(turn());
    black_box(turn());
    let turns = (200_000 / (start.elapsed().as_nanos() / 2).max(1)).clamp(1, 1_000) as u32;
    let run = |turn: &mut dyn FnMut() -> T| {
        let start = Instant::now();
        for _ in 0..turns {
            black_box(turn());
        }
        start.elapsed().as_nanos() as f64 / f64::from(turns)
    };
    let least = (0..500).map(|_| run(&mut turn)).fold(f64::INFINITY, f64::min);
    println!("{name:44} {least:12.0} ns");
}

fn call(name: &str, operation: &str, input: &Value, status: u16, answer: &Value) {
    let connection = r#"{"serviceUrl": "https://example.com/scim/v2", "auth": {"type": "bearer", "token": "t"}}"#;
    let (input, provider) = (input.to_string(), Provider(status, answer.to_string().into_bytes()));
    measure(name, || invoke(&provider, connection, operation, &input, None).unwrap().output.data.to_string());
}

fn walk(data: &Data) -> usize {
    match data.node() {
        Node::List(items) => items.iter().map(walk).sum(),
        Node::Object(object) => object.iter().map(|(_, value)| walk(value)).sum(),
        _ => 1,
    }
}

fn main() {
    let one = user(7);
    let users: Vec<Value> = (0..100).map(user).collect();
    let page = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": 100, "startIndex": 1, "itemsPerPage": 100, "Resources": users,
    });
    for (what, text) in [("user", one.to_string()), ("page of 100", page.to_string())] {
        println!("{what}: {} bytes", text.len());
        let bytes = text.as_bytes();
        measure("  serde_json::Value, read", || serde_json::from_slice::<Value>(bytes).unwrap());
        measure("  serde_json::Value, read and written", || {
            serde_json::from_slice::<Value>(bytes).unwrap().to_string()
        });
        measure("  read", || Data::parse(bytes).unwrap());
        measure("  read and written", || Data::parse(bytes).unwrap().to_string());
        measure("  read and walked through", || walk(&Data::parse(bytes).unwrap()));
        let data = Data::parse(bytes).unwrap();
        measure("  looked up: id, USERNAME, none", || {
            let object = data.as_object().unwrap();
            ["id", "USERNAME", "Resources", "none"].iter().filter(|name| object.get(name).is_some()).count()
        });
        measure("  read, a member changed, written", || {
            let mut object = Data::parse(bytes).unwrap().into_object().unwrap();
            object.insert("externalId", "other");
            object.to_string()
        });
        let other = Data::parse(bytes).unwrap();
        measure("  compared", || data == other);
    }
    println!("calls");
    let mut payload = one.clone();
    for provided in ["id", "meta"] {
        payload.as_object_mut().unwrap().remove(provided);
    }
    call("  createUser", "createUser", &json!({"payload": payload}), 201, &one);
    call("  getUser", "getUser", &json!({"id": format!("{:032x}", 7)}), 200, &one);
    call("  listUsers, 100", "listUsers", &json!({}), 200, &page);
    let change = json!([{"op": "replace", "path": "title", "value": "Engineer"}]);
    call("  patchUser", "patchUser", &json!({"id": format!("{:032x}", 7), "operations": change}), 200, &one);
}
