//! Stages of an embedding program on the way out: a provider that is made up, and faults at the wire, as the caller of an
//! operation sees them.

use crate::fake::{Fake, json as scim};
use crate::harness::{block_on, connector_with, invoke};
use scim_connector_host::Client;
use scim_connector_host::egress::http::StatusCode;
use scim_connector_host::egress::{Fault, Intercepted, Interceptor, Interceptors, Next, Request, Response};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Answers every request with the user that was asked to be created.
struct MadeUp;

impl Interceptor for MadeUp {
    fn intercept<'a>(&'a self, mut request: Request, _: Next<'a>) -> Intercepted<'a> {
        Box::pin(async move {
            let sent = std::mem::replace(&mut request.body, "".into()).bytes().await?;
            let mut user: serde_json::Value = serde_json::from_slice(&sent).expect("a user");
            user["id"] = "7".into();
            let mut response = Response::new(StatusCode::CREATED, user.to_string());
            response.headers.insert("content-type", "application/scim+json".parse().expect("a value"));
            request.answer(response).await
        })
    }
}

/// Fails the first request and lets the others pass.
struct FirstFails {
    fault: Fault,
    requests: AtomicU32,
}

impl Interceptor for FirstFails {
    fn intercept<'a>(&'a self, request: Request, next: Next<'a>) -> Intercepted<'a> {
        match self.requests.fetch_add(1, Ordering::SeqCst) {
            0 => Box::pin(request.fail(self.fault.clone())),
            _ => next.run(request),
        }
    }
}

fn client(interceptors: Interceptors, origin: &str) -> Client {
    let connector = connector_with(|options| options.interceptors = interceptors);
    let connection = json!({"serviceUrl": origin, "auth": {"type": "bearer", "token": "a-bearer-token"}});
    block_on(connector.client(connection)).expect("the connection is good")
}

#[test]
fn a_provider_may_be_made_up() {
    let interceptors = Interceptors { first: vec![Arc::new(MadeUp)], ..Interceptors::default() };
    let client = client(interceptors, "https://scim.example.com/v2");
    let outcome = invoke(&client, "createUser", json!({"payload": {"userName": "ada"}})).expect("a user");
    assert_eq!((&outcome.output["id"], &outcome.output["userName"]), (&json!("7"), &json!("ada")));
    assert_eq!(client.requests_made(), 0, "nothing has left");
}

#[test]
fn a_fault_at_the_wire_is_treated_as_a_real_one() {
    let rows = [(Fault::ConnectionRefused, Some(2)), (Fault::ConnectionTerminated, None)];
    for (fault, requests_when_repeated) in rows {
        let fake = Fake::start(|_, _| scim(201, json!({"id": "1", "userName": "ada"})));
        let stage = FirstFails { fault: fault.clone(), requests: AtomicU32::new(0) };
        let client = client(Interceptors { last: vec![Arc::new(stage)], ..Interceptors::default() }, &fake.origin());
        let result = invoke(&client, "createUser", json!({"payload": {"userName": "ada"}}));
        match requests_when_repeated {
            // It was surely not sent.
            Some(requests) => assert_eq!(result.expect("a user").requests_made, requests, "{fault}"),
            // It may have been carried out, so that a POST is not repeated.
            None => assert!(result.expect_err("no answer").class().maybe_applied, "{fault}"),
        }
        assert_eq!(fake.requests().len(), usize::from(requests_when_repeated.is_some()), "{fault}");
    }
}
