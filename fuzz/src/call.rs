//! Whole calls against a provider that answers anything: every call ends, and no failure tells the token.

use crate::line;
use scim_connector::catalog::invoke::invoke;
use scim_connector::http::platform::{Bounds, Platform, Reason, TransportError};
use scim_connector::http::{Request, Response};
use scim_connector::scim::resource;
use serde_json::{Map, Value, json};
use std::cell::Cell;

const TOKEN: &str = "Zx-token-of-the-fuzzer-Zx";
/// Most requests one call may take. A bulk request may be cut in half until each operation goes alone, each tried thrice, and an
/// `ensure` looks around before it writes.
const MOST: usize = 400;

/// The provider: answers one after the other, then the last one again and again.
struct Script<'a> {
    answers: Vec<&'a str>,
    sent: Cell<usize>,
    clock: Cell<u64>,
}

/// The connection's members besides URL and credentials, the operation, its input: a line each. Then the answers, a line each:
/// `{"status", "headers", "body"}`, or anything else for an exchange that breaks off.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if text.contains(TOKEN) {
        return;
    }
    let (members, rest) = line(text);
    let (operation, rest) = line(rest);
    let (input, answers) = line(rest);
    let Ok(Value::Object(mut connection)) = serde_json::from_str(members) else { return };
    connection.insert("serviceUrl".into(), json!("https://scim.example/v2"));
    connection.insert("auth".into(), json!({"type": "bearer", "token": TOKEN}));
    // What is kept of a provider is forgotten in a year.
    thread_local!(static START: Cell<u64> = const { Cell::new(1_700_000_000_000) });
    START.set(START.get() + 31_536_000_000);
    let script =
        Script { answers: answers.lines().take(32).collect(), sent: Cell::new(0), clock: Cell::new(START.get()) };
    match invoke(&script, &Value::Object(connection).to_string(), operation, input, None) {
        Ok(answer) => {
            assert_eq!(answer.requests as usize, script.sent.get());
            answer.output.to_json();
            assert!(!answer.warnings.iter().any(|warning| warning.contains(TOKEN)));
        }
        Err(failure) => {
            let told = failure.to_json().to_string();
            assert!(!told.contains(TOKEN), "{told}");
        }
    }
}

impl Platform for Script<'_> {
    fn send(&self, _: &Request, bounds: &Bounds) -> Result<Response, TransportError> {
        let index = self.sent.replace(self.sent.get() + 1);
        assert!(index < MOST, "the call does not end");
        self.clock.set(self.clock.get() + 10);
        let line = self.answers.get(index).or(self.answers.last()).copied().unwrap_or_default();
        let broken = |maybe_sent| TransportError {
            reason: Reason::Closed,
            maybe_sent,
            detail: "scripted".into(),
            headers: Vec::new(),
        };
        let answer: Map<String, Value> = serde_json::from_str(line).map_err(|_| broken(index % 2 == 0))?;
        let Some(status) =
            resource::Resource::from(&answer).number("status").and_then(|status| u16::try_from(status).ok())
        else {
            return Err(broken(true));
        };
        let headers = match answer.get("headers") {
            Some(Value::Object(headers)) => {
                headers.iter().filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
            }
            _ => Vec::new(),
        };
        let body = match answer.get("body") {
            None => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(body) => body.to_string(),
        };
        if body.len() as u64 > bounds.response_bytes {
            return Err(TransportError { reason: Reason::TooLarge, ..broken(true) });
        }
        Ok(Response { status, headers, body: body.into_bytes() })
    }

    fn now(&self) -> u64 {
        self.clock.get()
    }

    fn elapsed(&self) -> u64 {
        self.clock.get()
    }

    fn sleep(&self, milliseconds: u64) {
        self.clock.set(self.clock.get() + milliseconds);
    }

    fn random(&self) -> u64 {
        4
    }

    fn environment(&self, _: &str) -> Option<String> {
        None
    }
}
