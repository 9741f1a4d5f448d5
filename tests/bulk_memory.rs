//! Bulks that are too large for the memory there is, and those that go in parts: what is refused ahead, what is kept of a report, and what
//! is told of the parts.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "script/mod.rs"]
mod script;

use scim_connector::failure::Kind;
use scim_connector::operations::bulk_check::check;
use script::{Script, answer};
use serde_json::{Value, json};

fn connection(operations: u64) -> Value {
    json!({
        "serviceUrl": "https://scim.example/v2",
        "auth": {"type": "bearer", "token": "the-bearer-token"},
        "overrides": {"bulk": {"supported": true, "maxOperations": operations, "maxPayloadSize": 100_000}},
    })
}

fn user(name: &str) -> Value {
    json!({"method": "POST", "path": "/Users", "bulkId": name, "data": {"userName": name}})
}

fn created(name: &str) -> script::Outcome {
    let body = json!({"id": format!("id-{name}"), "userName": name, "title": "x"});
    let result = json!({"method": "POST", "bulkId": name, "status": "201", "location": format!("https://scim.example/v2/Users/id-{name}"), "response": body});
    answer(200, json!({"Operations": [result]}).to_string())
}

fn script(answers: impl IntoIterator<Item = script::Outcome>, memory: &[bool]) -> Script {
    let script = Script::new(answers);
    script.memory.borrow_mut().extend(memory);
    script
}

#[test]
fn what_does_not_fit_is_refused_before_anything_is_sent() {
    let script = script([], &[false; 2]);
    let operations: Vec<Value> = (0..80).map(|number| user(&format!("u{number}"))).collect();
    let failure = script.call(&connection(100), "bulk", &json!({ "operations": operations })).unwrap_err();
    assert_eq!((failure.kind, failure.maybe_applied, failure.transient), (Kind::TooLarge, false, false));
    assert_eq!(failure.pointer.as_deref(), Some("/operations"));
    assert!(
        failure.detail.starts_with("operations: nothing was sent: 80 operations and their results need"),
        "{}",
        failure.detail
    );
    assert!(script.lines().is_empty());
}

#[test]
fn requests_are_smaller_where_there_is_little_memory() {
    let names: Vec<String> = (0..80).map(|number| format!("u{number}")).collect();
    let answers = names.chunks(40).map(|names| {
        let results: Vec<Value> = names
            .iter()
            .map(
                |name| json!({"method": "POST", "bulkId": name, "status": "201", "location": format!("/Users/{name}")}),
            )
            .collect();
        answer(200, json!({ "Operations": results }).to_string())
    });
    let script = script(answers, &[false]);
    let operations: Vec<Value> = names.iter().map(|name| user(name)).collect();
    let report = script.call(&connection(100), "bulk", &json!({ "operations": operations })).unwrap().output.to_json();
    assert_eq!((&report["succeeded"], script.lines().len()), (&json!(80), 2));
}

#[test]
fn once_something_is_done_there_is_a_report_whatever_has_to_go() {
    // Asked for all, for the first request, for keeping its answer, for the second request.
    let script = script([created("ada")], &[true, true, false, false]);
    let input = json!({"operations": [user("ada"), user("bob")]});
    let given = script.call(&connection(1), "bulk", &input).unwrap();
    let report = given.output.to_json();
    assert_eq!(report["results"][0]["response"], json!({"id": "id-ada"}));
    assert_eq!((&report["results"][0]["id"], &report["succeeded"]), (&json!("id-ada"), &json!(1)));
    assert_eq!(given.warnings, ["for want of memory, 1 results have only the id of their response"]);
    let left = &report["results"][1]["failure"];
    assert_eq!((&left["kind"], &left["maybeApplied"]), (&json!("tooLarge"), &json!(false)), "{left}");
    assert!(left["detail"].as_str().unwrap().starts_with("not carried out: "), "{left}");
}

#[test]
fn parts_are_checked_and_tell_what_they_refer_to() {
    let operations = json!([
        {"method": "POST", "path": "/Groups", "bulkId": "g", "data": {"displayName": "g", "members": [{"value": "bulkId:ada"}, {"value": "bulkId:bob"}]}},
        {"method": "PATCH", "path": "/Users/bulkId:eve", "data": [{"op": "add", "path": "emails", "value": [{"value": "eve@example.com"}]}]},
        {"method": "PATCH", "path": "/Users/1", "data": [{"op": "replace", "path": "title", "value": "see /Users/bulkId:ada"}]},
        {"method": "DELETE", "path": "/Users/1"},
        user("ada"),
    ]);
    let checked = check(&operations.to_string()).unwrap();
    let references: Vec<Vec<(&str, bool)>> =
        checked.iter().map(|it| it.references.iter().map(|(name, whole)| (name.as_str(), *whole)).collect()).collect();
    assert_eq!(
        references,
        [vec![("ada", true), ("bob", true)], vec![("eve", true)], vec![("ada", false)], vec![], vec![]]
    );
    assert_eq!(checked.iter().map(|it| it.repeatable).collect::<Vec<_>>(), [false, false, true, true, false]);

    let wrong =
        json!([user("ada"), {"method": "PUT", "path": "/Users"}, {"method": "MOVE", "path": "/Users/1"}, user("ada")]);
    let failure = check(&wrong.to_string()).unwrap_err();
    assert_eq!(
        (failure.kind, failure.pointer.as_deref()),
        (Kind::InvalidInput, Some("/operations/2/method")),
        "{failure:?}"
    );
    let failure =
        check(&json!([user("ada"), {"method": "PUT", "path": "/Users"}, user("ada")]).to_string()).unwrap_err();
    let pointers: Vec<&str> = failure.problems.iter().map(|it| it.pointer.as_str()).collect();
    assert_eq!(pointers, ["/operations/2/bulkId", "/operations/1/path", "/operations/1/data"]);
    assert_eq!(check("{}").unwrap_err().kind, Kind::InvalidInput);
}
