//! What an evaluation costs: in the sandbox, without it where the expression is a path, and by the same code in the process.
//! `cargo bench -p scim-connector-expression`

use scim_connector_expression::{Engine, Options};
use scim_connector_expression_guest::{json, program, value};
use serde_json::{Value, json};
use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

const TURNS: u32 = 20_000;

const EXPRESSIONS: [&str; 6] = [
    ".name.givenName",
    ".name.givenName + \" \" + .name.familyName",
    "{userName, name, active: true}",
    "[.emails[] | select(.primary).value] | first",
    ".userName | test(\"@example\\\\.com$\")",
    "[.groups[] | {(.value): .display}] | add | to_entries | map(.key) | join(\",\")",
];

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}

fn each(mut turn: impl FnMut()) -> Duration {
    for _ in 0..TURNS / 10 {
        turn();
    }
    let began = Instant::now();
    for _ in 0..TURNS {
        turn();
    }
    began.elapsed() / TURNS
}

#[allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, reason = "a benchmark, for whoever runs it")]
fn main() {
    let person: Value = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "2819c223-7f76-453a-919d-413861904646",
        "userName": "ada@example.com", "active": true, "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"value": "ada@example.com", "type": "work", "primary": true}, {"value": "ada@home.example", "type": "home"}],
        "groups": [{"value": "g1", "display": "Staff"}, {"value": "g2", "display": "Engineering"}],
        "meta": {"resourceType": "User", "created": "2010-01-23T04:56:22Z", "lastModified": "2011-05-13T04:42:34Z",
            "version": "W/\"a330bc54f0671c9\"", "location": "https://example.com/v2/Users/2819c223-7f76-453a-919d-413861904646"}
    });
    let began = Instant::now();
    let engine = Engine::new(Options::default()).unwrap();
    println!("the guest compiled in {:?}", began.elapsed());
    println!("{} bytes of a person; per evaluation:", person.to_string().len());
    println!("{:>12} {:>12} {:>12}", "engine", "in process", "compile");
    for text in EXPRESSIONS {
        let began = Instant::now();
        let expression = engine.compile(text, &[]).unwrap();
        let compiled = began.elapsed();
        let sandboxed = each(|| drop(black_box(block_on(engine.evaluate(&expression, &person, |_| None)))));
        let native = program::compile(text, &[]).map_err(|error| error.message).unwrap();
        let in_process = each(|| {
            // As an engine in the process would: its own values in and out.
            let input = json::read(&person.to_string()).unwrap();
            if let program::Outcome::Value(value) = native.evaluate(input, Vec::<value::Value>::new()) {
                black_box(serde_json::from_str::<Value>(&json::to_text(&value)).unwrap());
            }
        });
        println!("{sandboxed:>12?} {in_process:>12?} {compiled:>12?}  {text}");
    }
}
