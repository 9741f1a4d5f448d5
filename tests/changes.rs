//! Changes, and what the connector knows from one call to the next: that a provider shows members, that it gives versions.
//! What one answer proves is in `tests/exchanges/changes.json` and `members.json`.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "script/mod.rs"]
mod script;

use scim_connector::catalog::invoke::invoke;
use scim_connector::failure::{Failure, Kind};
use scim_connector::http::platform::Reason;
use scim_connector::operations::output::{Answer, Json};
use script::{Outcome, Script, answer, bearer, lost, with_header};
use serde_json::{Value, json};

/// One of several calls of a script.
fn call(script: &Script, overrides: &Value, operation: &str, input: &Value) -> Result<Answer<Json>, Box<Failure>> {
    let mut connection = bearer();
    connection["overrides"] = overrides.clone();
    invoke(script, &connection.to_string(), operation, input.to_string(), None)
}

fn methods(script: &Script) -> Vec<String> {
    script.sent.borrow().iter().map(|request| request.method.as_str().to_owned()).collect()
}

fn group(id: &str, members: Option<Value>) -> Outcome {
    let mut group = json!({"id": id, "displayName": "g"});
    group.as_object_mut().unwrap().extend(members.map(|members| ("members".to_owned(), members)));
    answer(200, group.to_string())
}

/// Without PATCH, a group that shows no members is only replaced where another group of the connection has shown some.
#[test]
fn an_empty_group_is_known_by_one_that_is_not() {
    let no_patch = json!({"patch": {"supported": false}});
    let add = |id: &str| json!({"id": id, "members": ["a"]});
    let script = Script::new([
        group("1", None),
        group("1", None),
        group("2", Some(json!([{"value": "b"}]))),
        group("2", Some(json!([{"value": "b"}, {"value": "a"}]))),
        group("1", None),
        group("1", Some(json!([{"value": "a"}]))),
    ]);
    let failure = call(&script, &no_patch, "addGroupMembers", &add("1")).unwrap_err();
    assert_eq!((failure.kind, failure.maybe_applied), (Kind::Unsupported, false));
    call(&script, &no_patch, "addGroupMembers", &add("2")).unwrap();
    call(&script, &no_patch, "addGroupMembers", &add("1")).unwrap();
    assert_eq!(methods(&script), ["GET", "GET", "GET", "PUT", "GET", "PUT"]);

    // What only shows when it is asked for by name is asked for by name each time.
    let script = Script::new([
        group("2", None),
        group("2", Some(json!([{"value": "b"}]))),
        group("2", None),
        group("1", None),
        group("1", None),
        group("1", None),
    ]);
    call(&script, &no_patch, "addGroupMembers", &add("2")).unwrap();
    call(&script, &no_patch, "addGroupMembers", &add("1")).unwrap();
    assert_eq!(methods(&script), ["GET", "GET", "PUT", "GET", "GET", "PUT"]);
}

/// A change with a condition is sent again only to a provider that is known to keep to conditions.
#[test]
fn a_condition_is_a_reason_to_repeat_where_the_provider_is_known_to_keep_to_it() {
    let add = json!({"id": "1", "ifMatch": "\"1\"", "operations": [{"op": "add", "path": "emails", "value": [{"value": "a@example.com"}]}]});
    let none = json!({});
    let script = Script::new([lost(Reason::Closed, true)]);
    let failure = call(&script, &none, "patchUser", &add).unwrap_err();
    assert!(failure.maybe_applied && !failure.transient, "{failure}");

    let versioned = || with_header(answer(200, r#"{"id":"1","userName":"ada"}"#), "ETag", "\"1\"");
    // One that gives versions may ignore them all the same.
    let script = Script::new([versioned(), lost(Reason::Closed, true)]);
    call(&script, &none, "getUser", &json!({"id": "1"})).unwrap();
    assert!(call(&script, &none, "patchUser", &add).unwrap_err().maybe_applied);

    // Whoever has refused one does not, and whoever says so.
    let script = Script::new([versioned(), answer(412, ""), lost(Reason::Closed, true), answer(204, "")]);
    call(&script, &none, "getUser", &json!({"id": "1"})).unwrap();
    assert_eq!(call(&script, &none, "patchUser", &add).unwrap_err().kind, Kind::Precondition);
    let changed = call(&script, &none, "patchUser", &add).unwrap();
    assert_eq!((methods(&script).len(), changed.warnings.len()), (4, 0));
    let script = Script::new([
        answer(200, json!({"etag": {"supported": true}}).to_string()),
        lost(Reason::Closed, true),
        answer(204, ""),
    ]);
    call(&script, &none, "getServiceProviderConfig", &none).unwrap();
    assert!(call(&script, &none, "patchUser", &add).unwrap().warnings.is_empty());

    // The provider's own word against it counts more.
    let script = Script::new([
        answer(200, json!({"etag": {"supported": false}}).to_string()),
        versioned(),
        lost(Reason::Closed, true),
        answer(204, ""),
    ]);
    call(&script, &none, "getServiceProviderConfig", &none).unwrap();
    call(&script, &none, "getUser", &json!({"id": "1"})).unwrap();
    assert!(call(&script, &none, "patchUser", &add).unwrap_err().maybe_applied);
    let told = call(&script, &none, "patchUser", &add).unwrap();
    assert!(told.warnings[0].contains("not known to honour"), "{:?}", told.warnings);
}

/// Additions below a value path that is not there yet.
#[test]
fn a_value_that_cannot_be_begun_by_a_path_is_sent_with_its_attribute() {
    let add = json!({"id": "1", "operations": [
        {"op": "replace", "path": "active", "value": false},
        {"op": "add", "path": "emails[type eq \"work\"].value", "value": "w@example.com"},
    ]});
    let refused = || answer(400, r#"{"scimType":"noTarget"}"#);
    let user = || answer(200, r#"{"id":"1","userName":"ada","emails":[{"value":"h@example.com","type":"home"}]}"#);
    let script = Script::new([refused(), user(), answer(204, "")]);
    let changed = call(&script, &json!({}), "patchUser", &add).unwrap();
    let body: Value = serde_json::from_slice(script.sent.borrow()[2].body.as_deref().unwrap()).unwrap();
    assert_eq!(
        body["Operations"],
        json!([
            {"op": "replace", "path": "active", "value": false},
            {"op": "replace", "path": "emails", "value": [{"value": "h@example.com", "type": "home"}, {"type": "work", "value": "w@example.com"}]},
        ])
    );
    assert!(changed.warnings[0].contains("overrides.patchValuePaths"), "{:?}", changed.warnings);
    // What is to be replaced and is not there is a mistake of the caller's.
    let replace = json!({"id": "1", "operations": [{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "w@example.com"}]});
    let script = Script::new([refused(), user()]);
    assert_eq!(call(&script, &json!({}), "patchUser", &replace).unwrap_err().scim_type.as_deref(), Some("noTarget"));
}
