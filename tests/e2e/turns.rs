//! Equal ensures at the same time, in one process: a provider that allows equal names gets one resource.

use crate::fake::{Fake, json as scim};
use crate::harness::{block_on, client, invoke, sandbox};
use scim_connector_host::types::{EnsureOptions, Group, User};
use scim_connector_host::{CallContext, Client, Error};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;

#[test]
fn eight_equal_ensures_make_one_group() {
    let (_sandbox, connection) = sandbox(scim_connector_sandbox::Options::default());
    // Two clients of one service, by name and typed, and the name in another case.
    let clients = [Arc::new(client(&connection)), Arc::new(client(&connection))];
    let outcomes = block_on(async {
        let mut calls = JoinSet::new();
        for number in 0..8 {
            let client = clients[number % 2].clone();
            calls.spawn(async move {
                let name = if number < 6 { "Eng" } else { "ENG" };
                if number % 4 < 2 {
                    let input = json!({"payload": {"displayName": name}});
                    client.invoke("ensureGroup", &input).await.unwrap().output["outcome"] == "created"
                } else {
                    let group = Group { display_name: Some(name.into()), ..Group::default() };
                    let ensured = client.ensure_group(&group, None, None).await.unwrap();
                    format!("{:?}", ensured.outcome).contains("Created")
                }
            });
        }
        calls.join_all().await
    });
    assert_eq!(outcomes.iter().filter(|created| **created).count(), 1, "{outcomes:?}");
    let groups = invoke(&clients[0], "listGroups", json!({})).unwrap().output;
    // Whichever came last wrote the name.
    let is_eng = |name: &str| name.eq_ignore_ascii_case("Eng");
    let named =
        groups["Resources"].as_array().unwrap().iter().filter(|it| it["displayName"].as_str().is_some_and(is_eng));
    assert_eq!(named.count(), 1, "{groups}");
}

/// A provider that takes half a second for each request, and has ada from the first creation on.
fn slow() -> Fake {
    let there = AtomicBool::new(false);
    Fake::start(move |_, received| {
        std::thread::sleep(Duration::from_millis(500));
        let ada = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "1", "userName": "ada"});
        match received.line().starts_with("POST ") {
            true => {
                there.store(true, Ordering::SeqCst);
                scim(201, ada)
            }
            false if there.load(Ordering::SeqCst) => scim(200, json!({"totalResults": 1, "Resources": [ada]})),
            false => scim(200, json!({"totalResults": 0, "Resources": []})),
        }
    })
}

fn slow_client(fake: &Fake) -> Client {
    client(&json!({"serviceUrl": format!("{}/scim", fake.origin()), "auth": {"type": "none"},
        "timeouts": {"totalMs": 2000}, "retry": {"maxAttempts": 1}}))
}

#[test]
fn waiting_for_a_turn_is_no_time_of_the_call() {
    let fake = slow();
    let client = slow_client(&fake);
    let outcomes = block_on(async {
        let mut calls = JoinSet::new();
        for number in 0..8 {
            let client = client.clone();
            calls.spawn(async move {
                if number % 2 == 0 {
                    return client.invoke("ensureUser", &json!({"payload": {"userName": "ada"}})).await.map(drop);
                }
                let ada = User { user_name: Some("ada".into()), ..User::default() };
                client.ensure_user(&ada, None, None).await.map(drop)
            });
        }
        calls.join_all().await
    });
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let created = fake.requests().iter().filter(|received| received.line().starts_with("POST ")).count();
    assert_eq!(created, 1);
}

#[test]
fn nobody_waits_for_a_turn_for_longer_than_the_caller_says() {
    let fake = slow();
    let client = slow_client(&fake);
    let payload: Value = json!({"payload": {"userName": "ada"}});
    let outcomes = block_on(async {
        let mut calls = JoinSet::new();
        for _ in 0..6 {
            let (client, input) = (client.clone(), payload.to_string());
            calls.spawn(async move {
                let context = CallContext { deadline: Some(Duration::from_millis(1800)), ..CallContext::default() };
                client.invoke_with("ensureUser", &input, &context).await.map(drop)
            });
        }
        calls.join_all().await
    });
    let late: Vec<&Error> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).collect();
    assert!(!late.is_empty() && late.len() < 6, "{outcomes:?}");
    for error in late {
        let class = error.class();
        assert_eq!((class.kind.as_str(), class.transient, class.maybe_applied), ("timeout", true, false), "{error:?}");
    }
}

#[test]
fn a_typed_ensure_tells_a_dry_run() {
    let (_sandbox, connection) = sandbox(scim_connector_sandbox::Options::default());
    let client = client(&connection);
    let user = User { user_name: Some("ada".into()), ..User::default() };
    let group = Group { display_name: Some("Eng".into()), ..Group::default() };
    let options = |dry_run| EnsureOptions { dry_run: Some(dry_run), match_on: None };
    for dry_run in [true, false] {
        let options = options(dry_run);
        assert_eq!(block_on(client.ensure_user(&user, Some(&options), None)).unwrap().dry_run, dry_run);
        assert_eq!(block_on(client.ensure_group(&group, Some(&options), None)).unwrap().dry_run, dry_run);
    }
    assert!(block_on(client.ensure_user(&user, None, None)).unwrap().changes.is_empty(), "only then it was made");
}
