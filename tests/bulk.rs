//! Bulk and asynchronous requests with a scripted provider: what is sent, in which requests, and what each operation is told.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "script/mod.rs"]
mod script;

use scim_connector::catalog::invoke::invoke;
use scim_connector::failure::Kind;
use scim_connector::http::platform::Reason;
use script::{Outcome, Script, answer, lost, with_header};
use serde_json::{Value, json};

/// A connection that knows the provider's limits, so that no document is read.
fn connection(bulk: Value) -> Value {
    json!({
        "serviceUrl": "https://scim.example/v2",
        "auth": {"type": "bearer", "token": "the-bearer-token"},
        "overrides": {"bulk": bulk, "securityEvents": {"asyncRequest": "request"}},
    })
}

fn many(operations: u64) -> Value {
    connection(json!({"supported": true, "maxOperations": operations, "maxPayloadSize": 100_000}))
}

fn none() -> Value {
    connection(json!({"supported": false}))
}

fn user(name: &str) -> Value {
    json!({"method": "POST", "path": "/Users", "bulkId": name, "data": {"userName": name}})
}

fn group(name: &str, member: &str) -> Value {
    json!({"method": "POST", "path": "Groups", "bulkId": name, "data": {"displayName": name, "members": [{"value": format!("bulkId:{member}")}]}})
}

/// Groups are those called `g…` and `outer`.
fn created(name: &str, id: &str) -> Value {
    let endpoint = if name.starts_with('g') || name == "outer" { "Groups" } else { "Users" };
    json!({"method": "POST", "bulkId": name, "status": {"code": "201"}, "location": format!("https://scim.example/v2/{endpoint}/{id}")})
}

fn results(items: Value) -> Outcome {
    answer(
        200,
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"], "Operations": items}).to_string(),
    )
}

fn sent(script: &Script, index: usize) -> Value {
    serde_json::from_slice(script.sent.borrow()[index].body.as_ref().unwrap()).unwrap()
}

fn kinds(output: &Value) -> Vec<&str> {
    let results = output["results"].as_array().unwrap();
    results.iter().map(|it| it["failure"]["kind"].as_str().unwrap_or("ok")).collect()
}

#[test]
fn requests_are_split_and_references_become_ids() {
    let script = Script::new([results(json!([created("ada", "a/1")])), results(json!([created("g", "7")]))]);
    let input = json!({"operations": [group("g", "ada"), user("ada")], "failOnErrors": 5, "headers": {"X-Trace": "t"}});
    let output = script.call(&many(1), "bulk", &input).unwrap().output.to_json();
    assert_eq!(script.lines(), ["POST https://scim.example/v2/Bulk"; 2]);
    assert_eq!(
        sent(&script, 0),
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "failOnErrors": 5, "Operations": [
            {"method": "POST", "path": "/Users", "bulkId": "ada", "data": {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada"}},
        ]})
    );
    assert_eq!(sent(&script, 1)["Operations"][0]["data"]["members"], json!([{"value": "1"}]));
    assert_eq!(script.header(1, "x-trace").unwrap(), "t");
    assert_eq!(kinds(&output), ["ok", "ok"]);
    assert_eq!((&output["results"][0]["bulkId"], &output["results"][0]["id"]), (&json!("g"), &json!("7")));
}

#[test]
fn references_within_a_request_stay() {
    let script = Script::new([results(json!([created("ada", "1"), created("g", "2")]))]);
    let patch = json!({"method": "PATCH", "path": "/Users/bulkId:ada", "data": [{"op": "Replace", "path": "active", "value": true}]});
    let input = json!({"operations": [group("g", "ada"), user("ada"), patch]});
    let output = script.call(&many(10), "bulk", &input).unwrap();
    let operations = &sent(&script, 0)["Operations"];
    assert_eq!(operations[1]["data"]["members"][0]["value"], "bulkId:ada");
    assert_eq!(operations[2]["path"], "/Users/bulkId:ada");
    assert_eq!(
        operations[2]["data"],
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{"op": "replace", "path": "active", "value": true}]})
    );
    // The answer is shorter than the request.
    let report = output.output.to_json();
    assert_eq!(kinds(&report), ["ok", "ok", "protocol"]);
    assert_eq!(report["results"][2]["failure"]["maybeApplied"], true);
    assert_eq!(output.warnings, ["the provider's answer leaves out 1 of 3 operations"]);
}

#[test]
fn what_refers_otherwise_than_as_a_member_waits_where_only_members_are_resolved() {
    const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let managed = |name: &str, manager: &str| {
        let mut operation = user(name);
        operation["data"][ENTERPRISE] = json!({"manager": {"value": format!("bulkId:{manager}")}});
        operation
    };
    let within = |script: &Script| -> Vec<Value> {
        (0..script.sent.borrow().len())
            .map(|index| {
                let body = sent(script, index);
                body["Operations"].as_array().unwrap().iter().map(|it| it["bulkId"].clone()).collect()
            })
            .collect()
    };
    let mut limited = many(10);
    limited["overrides"]["bulkReferences"] = json!("members");
    let operations = json!([group("g", "ada"), user("ada"), managed("bob", "ada"), group("outer", "g")]);

    let script = Script::new([
        results(json!([created("ada", "1"), created("g", "2")])),
        results(json!([created("bob", "3"), created("outer", "4")])),
    ]);
    let output = script.call(&limited, "bulk", &json!({"operations": operations})).unwrap().output.to_json();
    assert_eq!(kinds(&output), ["ok"; 4], "{output}");
    assert_eq!(within(&script), [json!(["ada", "g"]), json!(["bob", "outer"])]);
    assert_eq!(sent(&script, 0)["Operations"][1]["data"]["members"][0]["value"], "bulkId:ada");
    let second = &sent(&script, 1)["Operations"];
    assert_eq!(second[0]["data"][ENTERPRISE]["manager"]["value"], "1");
    assert_eq!(second[1]["data"]["members"][0]["value"], "2", "a group in a group is no user");

    // Elsewhere all goes at once.
    let script = Script::new([results(json!([
        created("ada", "1"),
        created("g", "2"),
        created("bob", "3"),
        created("outer", "4")
    ]))]);
    script.call(&many(10), "bulk", &json!({"operations": operations})).unwrap();
    assert_eq!(within(&script), [json!(["ada", "g", "bob", "outer"])]);

    // Two who manage each other are created, then told of each other.
    let circle = json!([managed("ada", "bob"), managed("bob", "ada")]);
    let script = Script::new([
        results(json!([created("ada", "1")])),
        results(json!([created("bob", "2"), {"method": "PATCH", "location": "/Users/1", "status": "200"}])),
        results(json!([{"method": "PATCH", "location": "/Users/1", "status": "200"}])),
    ]);
    let output = script.call(&limited, "bulk", &json!({"operations": circle})).unwrap().output.to_json();
    assert_eq!(kinds(&output), ["ok"; 2], "{output}");
    let lines: Vec<Value> = (0..script.sent.borrow().len())
        .flat_map(|index| sent(&script, index)["Operations"].as_array().unwrap().clone())
        .map(|it| json!([it["method"], it["path"]]))
        .collect();
    assert_eq!(lines, [json!(["POST", "/Users"]), json!(["POST", "/Users"]), json!(["PATCH", "/Users/1"])]);
    let last = script.sent.borrow().len() - 1;
    let completed = &sent(&script, last)["Operations"];
    let value = &completed[completed.as_array().unwrap().len() - 1]["data"]["Operations"][0];
    assert_eq!((&value["path"], &value["value"]["value"]), (&json!(format!("{ENTERPRISE}:manager")), &json!("2")));
}

#[test]
fn deletions_are_told_apart_where_results_come_in_another_order() {
    let mut limited = many(10);
    limited["overrides"]["bulkReferences"] = json!("members");
    let delete = |path: &str| json!({"method": "DELETE", "path": path});
    // Users come before groups, none of them with a location.
    let script = Script::new([results(json!([
        {"method": "DELETE", "bulkId": "operation-1", "status": {"code": 404}},
        {"method": "DELETE", "bulkId": "operation-0", "status": {"code": 204}},
    ]))]);
    let operations = json!([delete("/Groups/1"), delete("/Users/2")]);
    let output = script.call(&limited, "bulk", &json!({"operations": operations})).unwrap().output.to_json();
    assert_eq!(kinds(&output), ["ok", "notFound"], "{output}");
    assert_eq!(
        sent(&script, 0)["Operations"][1],
        json!({"method": "DELETE", "path": "/Users/2", "bulkId": "operation-1"})
    );
    assert_eq!(output["results"][1].get("bulkId"), None, "the name is ours");
}

#[test]
fn without_an_endpoint_one_by_one_and_circles_are_broken() {
    for (connection, first) in [(none(), None), (many(10), Some(answer(404, "")))] {
        let refusals = usize::from(first.is_some());
        let script = Script::new(first.into_iter().chain([
            answer(201, r#"{"id":"1","meta":{"location":"https://scim.example/v2/Groups/1"}}"#),
            with_header(answer(201, ""), "Location", "https://scim.example/v2/Groups/2"),
            answer(204, ""),
        ]));
        let input = json!({"operations": [group("one", "two"), group("two", "one")]});
        let answer = script.call(&connection, "bulk", &input).unwrap();
        let expected = [
            "POST https://scim.example/v2/Groups",
            "POST https://scim.example/v2/Groups",
            "PATCH https://scim.example/v2/Groups/1",
        ];
        assert_eq!(script.lines()[refusals..], expected);
        assert_eq!(sent(&script, refusals).get("members"), None);
        assert_eq!(sent(&script, refusals + 1)["members"], json!([{"value": "1"}]));
        assert_eq!(
            sent(&script, refusals + 2)["Operations"],
            json!([{"op": "add", "path": "members", "value": [{"value": "2"}]}])
        );
        let output = answer.output.to_json();
        assert_eq!((kinds(&output), &output["results"][1]["id"]), (vec!["ok", "ok"], &json!("2")));
        assert_eq!(answer.warnings.len(), 1, "{:?}", answer.warnings);
    }
}

#[test]
fn a_request_that_is_too_large_is_halved() {
    let script =
        Script::new([answer(413, ""), results(json!([created("a", "1")])), results(json!([created("b", "2")]))]);
    let input = json!({"operations": [user("a"), user("b")]});
    assert_eq!(kinds(&script.call(&many(10), "bulk", &input).unwrap().output.to_json()), ["ok", "ok"]);
}

#[test]
fn what_depends_on_a_failure_is_not_sent_and_says_so() {
    let taken = json!({"method": "POST", "bulkId": "ada", "status": "409", "response": {"status": "409", "scimType": "uniqueness", "detail": "s3cret-word taken"}});
    let script = Script::new([results(json!([taken])), results(json!([created("bob", "2")]))]);
    let mut ada = user("ada");
    ada["data"]["password"] = json!("s3cret-word");
    let input = json!({"operations": [group("g", "ada"), ada, user("bob")]});
    let output = script.call(&many(1), "bulk", &input).unwrap().output.to_json();
    assert_eq!(kinds(&output), ["conflict", "conflict", "ok"]);
    let details: Vec<&str> = (0..2).map(|it| output["results"][it]["failure"]["detail"].as_str().unwrap()).collect();
    assert_eq!(details[0], "not carried out: it refers to operation 1, which failed or was not carried out");
    assert_eq!(details[1], "the provider answered POST /Users with 409 Conflict: [redacted] taken");
    assert_eq!((&output["succeeded"], &output["failed"]), (&json!(1), &json!(2)));
}

#[test]
fn errors_are_counted_over_all_requests() {
    let failed = |name: &str| json!({"method": "POST", "bulkId": name, "status": 400});
    let input = json!({"operations": [user("a"), user("b"), user("c"), user("d")], "failOnErrors": 2});
    let script = Script::new([results(json!([failed("a"), created("b", "2")])), results(json!([failed("c")]))]);
    let output = script.call(&many(2), "bulk", &input).unwrap().output.to_json();
    assert_eq!(sent(&script, 1)["failOnErrors"], 1);
    assert_eq!(kinds(&output), ["invalidInput", "ok", "invalidInput", "conflict"]);
    let script = Script::new([answer(400, ""), answer(400, "")]);
    let output = script.call(&none(), "bulk", &input).unwrap().output.to_json();
    assert_eq!(kinds(&output), ["invalidInput", "invalidInput", "conflict", "conflict"]);
    assert!(output["results"][3]["failure"]["detail"].as_str().unwrap().starts_with("not carried out: failOnErrors"));
}

#[test]
fn a_lost_answer_leaves_a_report() {
    let input = json!({"operations": [user("a"), user("b"), user("c")]});
    let script = Script::new([results(json!([created("a", "1")])), lost(Reason::Closed, true)]);
    let output = script.call(&many(1), "bulk", &input).unwrap().output.to_json();
    let told: Vec<(bool, bool)> = output["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["failure"].is_object(), it["failure"]["maybeApplied"] == true))
        .collect();
    assert_eq!(told, [(false, false), (true, true), (true, false)]);
    // Nothing applied: the call fails as a whole.
    let script = Script::new([answer(403, "")]);
    assert_eq!(script.call(&many(1), "bulk", &input).unwrap_err().kind, Kind::Permission);
    // Deletions may be sent again, and what the first attempt deleted is no failure.
    let script = Script::new([
        lost(Reason::Closed, true),
        results(json!([{"method": "DELETE", "location": "/Users/1", "status": 404}])),
    ]);
    let input = json!({"operations": [{"method": "DELETE", "path": "/Users/1"}]});
    assert_eq!(kinds(&script.call(&many(1), "bulk", &input).unwrap().output.to_json()), ["ok"]);
}

#[test]
fn when_time_runs_out_the_rest_is_not_carried_out() {
    let script = Script::new([results(json!([created("a", "1")])), results(json!([created("b", "2")]))]);
    let input = json!({"operations": [user("a"), user("b"), user("c")]});
    let answer = invoke(&script, &many(1).to_string(), "bulk", input.to_string(), Some(30)).unwrap().output.to_json();
    assert_eq!(kinds(&answer), ["ok", "ok", "timeout"]);
    assert_eq!(answer["results"][2]["failure"]["error"], "transient");
}

#[test]
fn all_mistakes_are_told_at_once() {
    let script = Script::new([]);
    let operations = json!([
        {"method": "POST", "path": "/Users", "bulkId": "a", "data": {"name": "x"}},
        {"method": "POST", "path": "/Users", "bulkId": "a"},
        {"method": "DELETE", "path": "/Users", "data": {}},
        {"method": "PATCH", "path": "/Users/bulkId:nobody", "data": {"operations": [{"op": "remove"}]}},
        {"method": "PUT", "path": "/../Users/1", "data": {"userName": "a"}},
        {"method": "POST", "path": "/Groups", "data": {"displayName": "g", "members": [{"value": "bulkId:b"}]}},
    ]);
    let failure = script.call(&many(1), "bulk", &json!({"operations": operations})).unwrap_err();
    let mut pointers: Vec<&str> = failure.problems.iter().map(|problem| problem.pointer.as_str()).collect();
    pointers.sort_unstable();
    assert_eq!(
        pointers,
        [
            "/operations/0/data/name",
            "/operations/1/bulkId",
            "/operations/1/data",
            "/operations/2/data",
            "/operations/2/path",
            "/operations/3/data/operations/0/path",
            "/operations/3/path",
            "/operations/4/path",
            "/operations/5/data",
        ]
    );
}

#[test]
fn earlier_creations_are_known() {
    let script = Script::new([results(json!([created("g", "2")]))]);
    let input = json!({"operations": [group("g", "ada")], "known": {"ada": "1"}});
    script.call(&many(1), "bulk", &input).unwrap();
    assert_eq!(sent(&script, 0)["Operations"][0]["data"]["members"], json!([{"value": "1"}]));
}

fn submission() -> Value {
    json!({"request": {"method": "POST", "path": "/Users", "data": {"userName": "ada"}}})
}

#[test]
fn a_request_is_handed_in_and_collected() {
    let accepted = with_header(with_header(answer(202, ""), "Set-Txn", "t1"), "Location", "\"/Async/t1\"");
    let script = Script::new([accepted]);
    let output = script.call(&many(1), "submitRequest", &submission()).unwrap().output.to_json();
    assert_eq!(script.header(0, "prefer").unwrap(), "respond-async");
    let ticket = json!({"method": "POST", "path": "/Users", "operations": 1, "transaction": "t1", "location": "https://scim.example/v2/Async/t1"});
    assert_eq!(output, json!({"done": false, "ticket": ticket}));
    let event = |txn: &str, status: &str| {
        json!({"txn": txn, "sub_id": {"format": "scim", "uri": "/Users/5"}, "events": {"urn:ietf:params:scim:event:misc:asyncresp": {"method": "POST", "status": status}}}).to_string()
    };
    let rows: [(Outcome, Value); 6] = [
        (with_header(answer(202, ""), "Retry-After", "3"), json!({"done": false, "retryAfterMs": 3000})),
        (answer(404, ""), json!({"done": false, "retryAfterMs": 1000})),
        (
            answer(200, event("t1", "201")),
            json!({"done": true, "result": {"index": 0, "method": "POST", "location": "/Users/5", "id": "5", "status": 201}}),
        ),
        (
            answer(200, r#"{"method":"POST","status":"201","location":"https://scim.example/v2/Users/5"}"#),
            json!({"done": true, "result": {"index": 0, "method": "POST", "location": "https://scim.example/v2/Users/5", "id": "5", "status": 201}}),
        ),
        (
            answer(200, format!("[{}]", event("t1", "201"))),
            json!({"done": true, "result": {"index": 0, "method": "POST", "location": "/Users/5", "id": "5", "status": 201}}),
        ),
        (
            answer(200, r#"{"id":"5"}"#),
            json!({"done": true, "result": {"index": 0, "method": "POST", "location": "https://scim.example/v2/Async/t1", "id": "5", "response": {"id": "5"}}}),
        ),
    ];
    for (answer, expected) in rows {
        let script = Script::new([answer]);
        let output = script.call(&many(1), "collectRequest", &json!({"ticket": ticket})).unwrap().output.to_json();
        assert_eq!(output, expected);
        assert_eq!(script.lines(), ["GET https://scim.example/v2/Async/t1"]);
    }
    let script = Script::new([answer(200, event("other", "201"))]);
    let failure = script.call(&many(1), "collectRequest", &json!({"ticket": ticket})).unwrap_err();
    assert_eq!(failure.kind, Kind::Protocol);
}

#[test]
fn asynchronous_requests_that_cannot_be() {
    let script = Script::new([answer(201, r#"{"id":"5"}"#)]);
    let output = script.call(&many(1), "submitRequest", &submission()).unwrap().output.to_json();
    assert_eq!((&output["done"], &output["result"]["id"]), (&json!(true), &json!("5")), "carried out at once");
    let mut without = many(1);
    without["overrides"]["securityEvents"] = json!({"asyncRequest": "none"});
    let script = Script::new([]);
    assert_eq!(script.call(&without, "submitRequest", &submission()).unwrap_err().kind, Kind::Unsupported);
    let rows = [(json!("https://evil.example/v2/Async/1"), Kind::InvalidInput), (Value::Null, Kind::Unsupported)];
    for (location, kind) in rows {
        let ticket = json!({"method": "POST", "path": "/Users", "location": location});
        assert_eq!(script.call(&many(1), "collectRequest", &json!({"ticket": ticket})).unwrap_err().kind, kind);
    }
    assert!(script.lines().is_empty(), "no credentials leave");
}
