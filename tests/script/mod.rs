//! A scripted provider and the connections to talk to it with, for the tests of whole conversations.
#![allow(
    dead_code,
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests; not every one uses all"
)]

use scim_connector::catalog::invoke::invoke;
use scim_connector::contract::Operation;
use scim_connector::failure::Failure;
use scim_connector::http::platform::{Bounds, Platform, Reason, TransportError};
use scim_connector::http::{Request, Response};
use scim_connector::operations::output::{Answer, Json};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

pub type Outcome = Result<Response, TransportError>;

/// What the tests' providers have besides answers: a clock that goes on when they are waited for, and no surprises.
#[allow(unused_macros, reason = "not every test has a provider of its own")]
macro_rules! calm {
    () => {
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
    };
}
#[allow(unused_imports, reason = "not every test has a provider of its own")]
pub(crate) use calm;

/// A provider that answers by script and remembers what it was sent.
#[derive(Default)]
pub struct Script {
    pub answers: RefCell<VecDeque<Outcome>>,
    pub sent: RefCell<Vec<Request>>,
    pub clock: Cell<u64>,
    pub slept: Cell<u64>,
    /// What is said to those who ask for memory, one after the other; later ones get it.
    pub memory: RefCell<VecDeque<bool>>,
}

impl Script {
    pub fn new(answers: impl IntoIterator<Item = Outcome>) -> Self {
        // Tokens are cached per thread of the test program; each script starts a year after the last.
        thread_local!(static START: Cell<u64> = const { Cell::new(1_700_000_000_000) });
        START.set(START.get() + 31_536_000_000);
        Script {
            answers: RefCell::new(answers.into_iter().collect()),
            clock: Cell::new(START.get()),
            ..Script::default()
        }
    }

    pub fn lines(&self) -> Vec<String> {
        self.sent.borrow().iter().map(|request| format!("{} {}", request.method.as_str(), request.url)).collect()
    }

    pub fn header(&self, index: usize, name: &str) -> Option<String> {
        self.sent.borrow()[index]
            .headers
            .iter()
            .find(|header| header.0.eq_ignore_ascii_case(name))
            .map(|header| header.1.clone())
    }

    pub fn call(&self, connection: &Value, operation: &str, input: &Value) -> Result<Answer<Json>, Box<Failure>> {
        let answer = invoke(self, &connection.to_string(), operation, input.to_string(), None);
        assert!(self.answers.borrow().is_empty(), "{operation}: the script was not used up");
        if let (Err(failure), Ok(known)) = (&answer, Operation::named(operation)) {
            assert!(
                known.errors().any(|kind| kind == failure.kind),
                "{operation} does not say that it gives {failure:?}"
            );
        }
        answer
    }
}

impl Platform for Script {
    fn send(&self, request: &Request, _: &Bounds) -> Outcome {
        self.sent.borrow_mut().push(request.clone());
        self.clock.set(self.clock.get() + 10);
        self.answers
            .borrow_mut()
            .pop_front()
            .unwrap_or_else(|| panic!("one request too many: {} {}", request.method.as_str(), request.url))
    }

    fn now(&self) -> u64 {
        self.clock.get()
    }

    fn elapsed(&self) -> u64 {
        self.clock.get()
    }

    fn sleep(&self, milliseconds: u64) {
        self.slept.set(self.slept.get() + milliseconds);
        self.clock.set(self.clock.get() + milliseconds);
    }

    fn random(&self) -> u64 {
        4
    }

    fn environment(&self, name: &str) -> Option<String> {
        (name == "SCIM_TOKEN").then(|| "token-from-the-environment".to_owned())
    }

    fn has_memory(&self, _: usize) -> bool {
        self.memory.borrow_mut().pop_front().unwrap_or(true)
    }
}

pub fn answer(status: u16, body: impl Into<Vec<u8>>) -> Outcome {
    Ok(Response { status, headers: Vec::new(), body: body.into() })
}

pub fn with_header(outcome: Outcome, name: &str, value: &str) -> Outcome {
    outcome.map(|mut response| {
        response.headers.push((name.to_owned(), value.to_owned()));
        response
    })
}

pub fn lost(reason: Reason, maybe_sent: bool) -> Outcome {
    Err(TransportError { reason, maybe_sent, detail: "scripted".into(), headers: Vec::new() })
}

pub fn bearer() -> Value {
    json!({"serviceUrl": "https://scim.example/v2/", "auth": {"type": "bearer", "token": "the-bearer-token"}})
}

pub fn client_credentials() -> Value {
    json!({"serviceUrl": "https://scim.example/v2", "auth": {"type": "clientCredentials", "tokenUrl": "https://id.example/token", "clientId": "it's me", "clientSecret": "s%cret:ü"}})
}

pub fn token(value: &str, life: u64) -> Outcome {
    answer(200, json!({"access_token": value, "token_type": "bearer", "expires_in": life}).to_string())
}

/// The outcome that an exchange written as data stands for: `{"response": {"status", "headers", "body"}}`, where a body is text, or
/// JSON, or `{"bytes": [..]}`, or `{"text", "times"}`; or `{"lost": "refused", "maybeSent": false}`, or
/// `{"lost": "tooLarge", "status": 200, "headers": {}}` for an answer that is larger than the limit.
pub fn outcome(exchange: &Value) -> Outcome {
    if let Some(reason) = exchange["lost"].as_str() {
        let reasons = [
            ("dns", Reason::Dns),
            ("refused", Reason::Refused),
            ("tls", Reason::Tls),
            ("timeout", Reason::Timeout),
            ("reset", Reason::Closed),
            ("tooLarge", Reason::TooLarge),
            ("malformed", Reason::Malformed),
        ];
        if let ("tooLarge", Some(status)) = (reason, exchange["status"].as_u64()) {
            let headers = exchange["headers"].as_object().into_iter().flatten();
            let headers = headers.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
            let reason = Reason::Oversized(status as u16);
            return Err(TransportError { reason, maybe_sent: true, detail: "scripted".into(), headers });
        }
        let found = reasons.iter().find(|row| row.0 == reason).unwrap_or_else(|| panic!("{reason}?"));
        return lost(found.1, exchange["maybeSent"].as_bool().unwrap());
    }
    let response = &exchange["response"];
    let status = response["status"].as_u64().unwrap_or_else(|| panic!("no status: {exchange}")) as u16;
    let body = match response.get("body") {
        None => Vec::new(),
        Some(Value::String(text)) => text.clone().into_bytes(),
        Some(Value::Object(object)) if object.contains_key("bytes") => {
            object["bytes"].as_array().unwrap().iter().map(|byte| byte.as_u64().unwrap() as u8).collect()
        }
        Some(Value::Object(object)) if object.contains_key("times") => {
            object["text"].as_str().unwrap().repeat(object["times"].as_u64().unwrap() as usize).into_bytes()
        }
        Some(other) => other.to_string().into_bytes(),
    };
    let headers = response["headers"].as_object().into_iter().flatten();
    headers.fold(answer(status, body), |outcome, (name, value)| with_header(outcome, name, value.as_str().unwrap()))
}

/// A list of resources.
pub fn list(resources: &[Value]) -> Outcome {
    answer(200, json!({"totalResults": resources.len(), "Resources": resources}).to_string())
}

/// The connection under overrides.
pub fn with(overrides: Value) -> Value {
    let mut connection = bearer();
    connection["overrides"] = overrides;
    connection
}

/// The body of a request that was sent.
pub fn sent(script: &Script, index: usize) -> Value {
    script.sent.borrow()[index].body.as_deref().map_or(Value::Null, |body| serde_json::from_slice(body).unwrap())
}

/// The methods of what was sent.
pub fn methods(script: &Script) -> Vec<&'static str> {
    script.sent.borrow().iter().map(|request| request.method.as_str()).collect()
}
