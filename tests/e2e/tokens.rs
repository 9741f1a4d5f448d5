//! Tokens that expire, are refused early, or are never given: against oidc-provider and scim2-server.

use crate::harness::{ExchangeLog, Server, block_on, client, invoke, observed};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How often the token endpoint was asked.
fn token_requests(seen: &ExchangeLog, guard: &Server) -> usize {
    let token_url = guard.ready["tokenUrl"].as_str().expect("a token URL");
    seen.lock().unwrap().iter().filter(|exchange| exchange.url == token_url).count()
}

#[test]
fn a_run_longer_than_a_tokens_life_succeeds_and_tokens_are_reused() {
    let guard = Server::guard(&["--token-lifetime", "3"]);
    let (connector, seen) = observed();
    let client = block_on(connector.client(guard.connection(json!({})))).expect("a client");
    let started = Instant::now();
    let mut calls = 0;
    while started.elapsed() < Duration::from_secs(8) {
        let payload = json!({"userName": format!("user{calls}")});
        let created = invoke(&client, "createUser", json!({"payload": payload})).expect("a token that is good");
        assert_eq!(created.output["userName"], payload["userName"]);
        calls += 1;
        std::thread::sleep(Duration::from_millis(200));
    }
    let tokens = token_requests(&seen, &guard);
    let lives = started.elapsed().as_secs_f64() / 3.0;
    assert!(tokens >= 3, "{tokens} tokens in {lives:.1} lives of a token");
    assert!(tokens < calls, "{tokens} tokens for {calls} calls: none was reused");
}

#[test]
fn a_token_refused_before_its_time_is_renewed_once() {
    let guard = Server::guard(&["--accept-seconds", "4"]);
    let client = client(&guard.connection(json!({})));
    let list = || invoke(&client, "listUsers", json!({"count": 1})).expect("a list").requests_made;
    assert_eq!(list(), 2, "the token and the list");
    assert_eq!(list(), 1, "the token is kept");
    std::thread::sleep(Duration::from_millis(4200));
    assert_eq!(list(), 3, "refused, a new token, the list");
    assert_eq!(list(), 1, "the new token is kept");
}

#[test]
fn a_write_with_a_token_refused_before_its_time_happens_once() {
    let guard = Server::guard(&["--accept-seconds", "4"]);
    let client = client(&guard.connection(json!({})));
    invoke(&client, "listUsers", json!({})).expect("a list");
    std::thread::sleep(Duration::from_millis(4200));
    let created = invoke(&client, "createUser", json!({"payload": {"userName": "once"}})).expect("the user");
    assert_eq!(created.requests_made, 3);
    let list = invoke(&client, "listUsers", json!({"filter": "userName eq \"once\""})).expect("a list");
    assert_eq!(list.output["totalResults"], json!(1));
}

#[test]
fn whoever_the_token_endpoint_refuses_learns_why() {
    let guard = Server::shared_guard();
    let rows = [
        (json!({"clientSecret": "wrong-secret"}), "invalid_client"),
        (json!({"clientSecret": "wrong-secret", "method": "post"}), "invalid_client"),
        (json!({"clientId": "nobody"}), "invalid_client"),
        (json!({"parameters": {"resource": "https://elsewhere.example"}}), "invalid_target"),
    ];
    for (auth, code) in rows {
        let client = client(&guard.connection(auth.clone()));
        let failure = invoke(&client, "createUser", json!({"payload": {"userName": "x"}})).expect_err("no token");
        assert_eq!(failure.exit_code(), 1, "{auth}");
        let failure = failure.to_json();
        let facts = [&failure["error"], &failure["kind"], &failure["oauthError"], &failure["maybeApplied"]];
        assert_eq!(facts, [&json!("permanent"), &json!("authentication"), &json!(code), &json!(false)], "{failure}");
        assert!(failure["detail"].as_str().is_some_and(|detail| detail.contains(code)), "{failure}");
        assert!(!failure.to_string().contains("wrong-secret"), "{failure}");
    }
}

#[test]
fn a_token_without_the_scope_is_a_matter_of_permission() {
    let guard = Server::guard(&["--scope", "users:write"]);
    let without = client(&guard.connection(json!({})));
    let failure = invoke(&without, "listUsers", json!({})).expect_err("the scope is missing").to_json();
    let facts = [&failure["error"], &failure["kind"], &failure["status"]];
    assert_eq!(facts, [&json!("permanent"), &json!("permission"), &json!(403)], "{failure}");
    let report = block_on(without.test()).expect("the test starts");
    assert!(!report.ok, "{report:?}");

    let with = client(&guard.connection(json!({"scopes": ["users:write"]})));
    let outcome = invoke(&with, "listUsers", json!({})).expect("the scope is there");
    assert_eq!(outcome.output["Resources"], Value::Array(Vec::new()));
}
