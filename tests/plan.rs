//! `plan` as it is called: by name, and without a request. How it decides, its module's own tests say.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, reason = "a test")]

use scim_connector::catalog::invoke::invoke;
use scim_connector::failure::Kind;
use serde_json::{Value, json};
use std::time::Instant;

#[path = "support/counted.rs"]
mod counted;
#[path = "script/mod.rs"]
mod script;

use script::Script;

fn connection(overrides: &Value) -> Value {
    json!({"serviceUrl": "https://scim.example/v2", "auth": {"type": "bearer", "token": "the-bearer-token"}, "overrides": overrides})
}

fn plan(overrides: &Value, input: &Value) -> Value {
    let script = Script::new([]);
    let answer = invoke(&script, &connection(overrides).to_string(), "plan", input.to_string(), None).unwrap();
    assert_eq!((answer.requests, script.sent.borrow().len()), (0, 0));
    serde_json::from_str(&answer.output.data.into_json_text()).unwrap()
}

#[test]
fn pairs_are_decided_in_their_order_and_counted() {
    let ada = json!({"id": "1", "userName": "ada@example.com", "active": true});
    let input = json!({
        "resourceType": "User",
        "policy": {"existing": "adopt", "leavers": "deactivate", "deleteAfterMs": 1000, "createOnly": ["title"]},
        "pairs": [
            {"key": "new", "desired": {"userName": "bob@example.com", "title": "Dr.", "nickName": null, "password": "a long one"}, "existing": []},
            {"key": "there", "desired": {"userName": "ada@example.com", "title": "Dr.", "displayName": "Ada"}, "existing": [ada]},
            {"key": 7, "existing": [{"id": 3, "userName": "cy@example.com", "active": "True"}], "ownership": "created"},
            {"key": "late", "existing": [{"id": "4", "active": false}], "ownership": "adopted", "goneMs": 1000, "deactivated": true},
            {"key": "odd", "desired": {"userName": 7, "emails": "x"}},
        ],
    });
    let report = plan(&json!({}), &input);
    let decisions = report["decisions"].as_array().unwrap();
    let keys: Vec<&str> = decisions.iter().map(|it| it["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["new", "there", "7", "late", "odd"]);
    assert_eq!(
        decisions[0],
        json!({"key": "new", "action": "create", "reason": "no user matches", "ownership": "created", "resource": {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "bob@example.com", "title": "Dr.", "password": "a long one"}})
    );
    assert_eq!(
        decisions[1],
        json!({"key": "there", "action": "link", "reason": "the user was there already and is adopted; displayName differs", "id": "1",
            "ownership": "adopted", "operations": [{"op": "add", "path": "displayName", "value": "Ada"}]})
    );
    assert_eq!((&decisions[2]["action"], &decisions[2]["id"]), (&json!("deactivate"), &json!("3")));
    assert_eq!((&decisions[3]["action"], decisions[3].get("ownership")), (&json!("delete"), None));
    assert_eq!(decisions[4]["action"], "conflict");
    assert!(
        decisions[4]["reason"].as_str().unwrap().starts_with("desired.emails: expected a list"),
        "{}",
        decisions[4]
    );
    assert_eq!(
        report["counts"],
        json!({"create": 1, "update": 0, "link": 1, "unchanged": 0, "deactivate": 1, "reactivate": 0, "delete": 1, "leave": 0, "conflict": 1})
    );
    assert_eq!(plan(&json!({}), &json!({"endpoint": "/Users", "pairs": []}))["decisions"], json!([]));
}

/// A type that is not the standard's is not asked for.
#[test]
fn nothing_is_discovered() {
    for target in [json!({"resourceType": "Badge"}), json!({"endpoint": "/Badges"}), json!({"resourceType": "Device"})]
    {
        let mut input = json!({"pairs": [{"key": "a", "desired": {"number": 7}, "existing": [{"id": "1", "number": 6}], "ownership": "linked"}]});
        input.as_object_mut().unwrap().extend(target.as_object().unwrap().clone());
        let report = plan(&json!({}), &input);
        assert_eq!(
            report["decisions"][0]["operations"],
            json!([{"op": "replace", "path": "number", "value": 7}]),
            "{target}"
        );
    }
    let failure = Script::new([]).call(&connection(&json!({})), "plan", &json!({"pairs": []})).unwrap_err();
    assert_eq!((failure.kind, failure.pointer.as_deref()), (Kind::InvalidInput, Some("/resourceType")));
}

#[test]
fn twenty_thousand_pairs_fit_an_instance() {
    const MANY: usize = 20_000;
    let user = |number: usize| {
        let name = format!("person{number}@example.com");
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name, "externalId": number.to_string(),
            "displayName": format!("Person {number}"), "name": {"givenName": "Person", "familyName": number.to_string()}, "active": true,
            "emails": [{"value": name, "type": "work", "primary": true}, {"value": format!("home-{name}"), "type": "home"}],
            "phoneNumbers": [{"value": "+1 555 0100", "type": "work"}], "title": "Engineer", "preferredLanguage": "en-GB",
        })
    };
    let pair = |number: usize| {
        let (desired, mut existing) = (user(number), user(number));
        existing["id"] = json!(format!("id-{number}"));
        existing["meta"] = json!({"resourceType": "User", "created": "2026-01-01T00:00:00Z", "version": "W/\"1\""});
        match number % 10 {
            0 => json!({"key": number.to_string(), "desired": desired, "existing": []}),
            1 => {
                existing["title"] = json!("Manager");
                json!({"key": number.to_string(), "desired": desired, "existing": [existing], "ownership": "created"})
            }
            _ => json!({"key": number.to_string(), "desired": desired, "existing": [existing], "ownership": "created"}),
        }
    };
    let pairs: Vec<Value> = (0..MANY).map(pair).collect();
    let input = json!({"resourceType": "User", "pairs": pairs}).to_string();
    drop(pairs);
    let (read, connection, script) = (input.len(), connection(&json!({})).to_string(), Script::new([]));
    let before = counted::live() - read;
    counted::start();
    let began = Instant::now();
    let answer = invoke(&script, &connection, "plan", input, None).unwrap();
    let text = answer.output.data.into_json_text();
    let took = began.elapsed();
    let peak = counted::peak() - before;
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["counts"]["create"], MANY / 10);
    assert_eq!(
        (&report["counts"]["update"], &report["counts"]["unchanged"]),
        (&json!(MANY / 10), &json!(MANY / 10 * 8))
    );
    println!("{MANY} pairs: {read} bytes in, {} out, {peak} at most, {:?} a pair", text.len(), took / MANY as u32);
    assert!(peak < 200 << 20, "{peak} bytes for {read} of input");
}
