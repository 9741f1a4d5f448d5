//! Conversations about what a provider says of itself, and what follows from it, with a scripted provider.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "script/mod.rs"]
mod script;

use scim_connector::catalog::invoke::invoke;
use scim_connector::catalog::{choices, forms};
use scim_connector::connection::Connection;
use scim_connector::failure::Kind;
use scim_connector::http::platform::Platform;
use script::{Outcome, Script, answer, bearer};
use serde_json::{Value, json};

const DEVICE: &str = "urn:ietf:params:scim:schemas:core:2.0:Device";
const BADGE: &str = "urn:x:Badge";

fn types() -> Outcome {
    answer(
        200,
        json!({"totalResults": 2, "Resources": [
            {"id": "User", "name": "User", "endpoint": "https://inner.example/app/People", "schema": "urn:ietf:params:scim:schemas:core:2.0:User", "schemaExtensions": []},
            {"name": "Badge", "endpoint": "v2/Badges", "schema": BADGE, "description": "A badge"},
        ]})
        .to_string(),
    )
}

fn badge() -> Value {
    json!({"id": BADGE, "name": "Badge", "attributes": [
        {"name": "number", "type": "integer", "required": true, "description": "Its number. Printed on it."},
        {"name": "colour", "canonicalValues": ["red", "blue"]},
        {"name": "owner", "type": "complex", "subAttributes": [{"name": "value"}, {"name": "since", "mutability": "readOnly"}]},
        {"name": "issued", "type": "dateTime", "mutability": "readOnly"},
    ]})
}

fn schemas() -> Outcome {
    answer(200, json!([badge()]).to_string())
}

fn body(script: &Script) -> Value {
    serde_json::from_slice(script.sent.borrow().last().unwrap().body.as_ref().unwrap()).unwrap()
}

#[test]
fn lists_come_in_many_envelopes_and_pages() {
    let one = json!({"id": "urn:a"});
    let two = json!({"id": "urn:b"});
    let rows: Vec<(Vec<Outcome>, usize)> = vec![
        (vec![answer(200, json!([one, two]).to_string())], 2),
        (vec![answer(200, json!({"resources": [one, two]}).to_string())], 2),
        (vec![answer(200, one.to_string())], 1),
        (
            vec![
                answer(200, json!({"totalResults": 2, "Resources": [one]}).to_string()),
                answer(200, json!({"totalResults": 2, "Resources": [two]}).to_string()),
            ],
            2,
        ),
        // Paging ignored, and a total that is not so.
        (
            vec![
                answer(200, json!({"totalResults": 9, "Resources": [one, two]}).to_string()),
                answer(200, json!({"totalResults": 9, "Resources": [one, two]}).to_string()),
            ],
            2,
        ),
    ];
    for (answers, count) in rows {
        let script = Script::new(answers);
        let answer = script.call(&bearer(), "listSchemas", &json!({})).unwrap();
        assert_eq!(answer.output.to_json().as_array().unwrap().len(), count, "{:?}", script.lines());
        assert_eq!(script.lines()[0], "GET https://scim.example/v2/Schemas");
    }
    let failure = Script::new([answer(404, "")]).call(&bearer(), "listResourceTypes", &json!({})).unwrap_err();
    assert_eq!(
        (failure.kind, failure.detail.as_str()),
        (Kind::NotFound, "the provider has no /ResourceTypes (RFC 7644 section 4)")
    );
}

#[test]
fn one_document_is_found_in_whatever_is_answered() {
    let id = json!({"id": BADGE});
    let list = || answer(200, json!({"Resources": [{"id": "urn:a"}, badge()]}).to_string());
    let rows: Vec<Vec<Outcome>> = vec![
        vec![answer(200, badge().to_string())],
        vec![list()],
        vec![answer(200, r#"{"id":"urn:other"}"#), list()],
        vec![answer(404, ""), list()],
        vec![answer(400, ""), list()],
    ];
    for answers in rows {
        let script = Script::new(answers);
        let found = script.call(&bearer(), "getSchema", &id).unwrap().output.to_json();
        assert_eq!((&found["id"], &found["attributes"][1]["type"]), (&json!(BADGE), &json!("string")));
        assert_eq!(script.lines()[0], "GET https://scim.example/v2/Schemas/urn:x:Badge");
    }
    let script = Script::new([answer(404, ""), list()]);
    let failure = script.call(&bearer(), "getSchema", &json!({"id": "urn:x/Bodge"})).unwrap_err();
    assert_eq!(script.lines()[0], "GET https://scim.example/v2/Schemas/urn:x%2FBodge");
    assert_eq!(
        (failure.kind, failure.detail.as_str()),
        (
            Kind::NotFound,
            "the provider has no schema \"urn:x/Bodge\"; did you mean \"urn:x:Badge\"?; it has: urn:a, urn:x:Badge"
        )
    );
    let script = Script::new([answer(501, ""), types()]);
    let found = script.call(&bearer(), "getResourceType", &json!({"id": "badge"})).unwrap().output.to_json();
    assert_eq!(found["endpoint"], "v2/Badges");
    let failure = Script::new([answer(403, "")]).call(&bearer(), "getSchema", &id).unwrap_err();
    assert_eq!(failure.kind, Kind::Permission, "who may not read is told so");
}

#[test]
fn a_resource_type_leads_to_its_endpoint_and_is_kept() {
    let script = Script::new([
        types(),
        answer(201, r#"{"id":"1"}"#),
        answer(201, r#"{"id":"2"}"#),
        answer(200, r#"{"totalResults":0}"#),
    ]);
    let connection = bearer().to_string();
    let call =
        |operation: &str, input: Value| invoke(&script, &connection, operation, input.to_string(), None).unwrap();
    call("createResource", json!({"resourceType": "badge", "payload": {"number": 1}}));
    assert_eq!(body(&script)["schemas"], json!([BADGE]));
    // The endpoint's schema is looked up among the types that are kept.
    call("createResource", json!({"endpoint": "/Badges", "payload": {"number": 2}}));
    assert_eq!(body(&script)["schemas"], json!([BADGE]));
    call("listResources", json!({"resourceType": "User"}));
    assert_eq!(
        script.lines(),
        [
            "GET https://scim.example/v2/ResourceTypes",
            "POST https://scim.example/v2/Badges",
            "POST https://scim.example/v2/Badges",
            "GET https://scim.example/v2/People",
        ]
    );
    let failure =
        invoke(&script, &connection, "getResource", r#"{"resourceType":"Bagde","id":"1"}"#, None).unwrap_err();
    assert_eq!(
        (failure.kind, failure.pointer.as_deref(), failure.detail.as_str()),
        (
            Kind::NotFound,
            Some("/resourceType"),
            "the provider has no resource type \"Bagde\"; did you mean \"Badge\"?; it has: User, Badge"
        )
    );
    // Another user may see other types; an explicit question is always asked; what is old is asked for again.
    let script = Script::new([types(), answer(404, ""), types(), answer(404, ""), types(), types(), answer(404, "")]);
    let get = |connection: &Value| {
        invoke(&script, &connection.to_string(), "getResource", r#"{"resourceType":"Badge","id":"1"}"#, None)
            .unwrap_err()
    };
    get(&bearer());
    let mut other = bearer();
    other["auth"]["token"] = json!("another-users-token");
    get(&other);
    invoke(&script, &bearer().to_string(), "listResourceTypes", "{}", None).unwrap();
    script.sleep(300_001);
    get(&bearer());
    assert!(script.answers.borrow().is_empty());
    // Switched off, nothing is kept; and what failed never is.
    let mut fresh = bearer();
    fresh["overrides"] = json!({"discoveryLifetimeMs": 0});
    let script = Script::new([types(), answer(404, ""), types(), answer(404, "")]);
    for _ in 0..2 {
        invoke(&script, &fresh.to_string(), "getResource", r#"{"resourceType":"Badge","id":"1"}"#, None).unwrap_err();
    }
    assert!(script.answers.borrow().is_empty());
    let mut once = bearer();
    once["retry"] = json!({"maxAttempts": 1});
    let script = Script::new([answer(503, ""), types(), answer(404, "")]);
    for kind in [Kind::Unavailable, Kind::NotFound] {
        let outcome = invoke(&script, &once.to_string(), "getResource", r#"{"resourceType":"Badge","id":"1"}"#, None);
        assert_eq!(outcome.unwrap_err().kind, kind);
    }
}

#[test]
fn the_standards_types_stand_in_where_the_provider_lists_none() {
    let read_only = "urn:ietf:params:scim:schemas:extension:endpointAppsExt:2.0:Device";
    let script = Script::new([answer(404, ""), answer(201, r#"{"id":"1"}"#)]);
    let payload = json!({"active": true, "groups": [], read_only: {"applications": [{"value": "1"}], "deviceControlEnterpriseEndpoint": "https://x"}});
    script.call(&bearer(), "createResource", &json!({"resourceType": "Device", "payload": payload})).unwrap();
    assert_eq!(script.lines()[1], "POST https://scim.example/v2/Devices");
    assert_eq!(
        body(&script),
        json!({"schemas": [DEVICE, read_only], "active": true, read_only: {"applications": [{"value": "1"}]}})
    );
    for (name, path) in [("EndpointApp", "EndpointApps"), ("User", "Users"), ("Group", "Groups")] {
        let script = Script::new([answer(404, ""), answer(200, "{}")]);
        script.call(&bearer(), "getResource", &json!({"resourceType": name, "id": "1"})).unwrap();
        assert_eq!(script.lines()[1], format!("GET https://scim.example/v2/{path}/1"));
    }
    let failure = Script::new([answer(200, "<html>")])
        .call(&bearer(), "getResource", &json!({"resourceType": "Thing", "id": "1"}))
        .unwrap_err();
    assert_eq!(failure.detail, "the provider has no resource type \"Thing\"; it has: User, Group, Device, EndpointApp");
}

#[test]
fn validate_tells_all_problems_before_anything_is_sent() {
    let input = json!({"resourceType": "Badge", "validate": true, "payload": {"colour": "green", "ownr": {}, "issued": "x", "urn:x:More": {}}});
    let script = Script::new([types(), schemas()]);
    let failure = script.call(&bearer(), "createResource", &input).unwrap_err();
    let problems: Vec<&str> = failure.problems.iter().map(|problem| problem.pointer.as_str()).collect();
    assert_eq!(
        problems,
        ["/payload/colour", "/payload/issued", "/payload/ownr", "/payload/number", "/payload/urn:x:More"]
    );
    assert_eq!((failure.kind, failure.transient), (Kind::InvalidInput, false));

    let good = json!({"resourceType": "Badge", "validate": true, "payload": {"number": 1, "colour": "RED"}});
    let script = Script::new([types(), schemas(), answer(201, r#"{"id":"1"}"#)]);
    let answer = script.call(&bearer(), "createResource", &good).unwrap();
    assert_eq!(answer.warnings, Vec::<String>::new());

    let change = json!({"resourceType": "Badge", "id": "1", "validate": true, "operations": [{"op": "replace", "path": "owner.since", "value": "x"}, {"op": "replace", "path": "number", "value": "1"}]});
    let script = Script::new([types(), schemas()]);
    let failure = script.call(&bearer(), "patchResource", &change).unwrap_err();
    let problems: Vec<&str> = failure.problems.iter().map(|problem| problem.pointer.as_str()).collect();
    assert_eq!(problems, ["/operations/0/path", "/operations/1/value"]);
}

#[test]
fn without_the_providers_schemas_the_standards_are_checked_against() {
    let user = json!({"validate": true, "payload": {"userName": "ada", "emails": [{"valu": "x"}], "active": true}});
    let script = Script::new([answer(404, ""), answer(404, "")]);
    let failure = script.call(&bearer(), "createUser", &user).unwrap_err();
    assert_eq!(failure.pointer.as_deref(), Some("/payload/emails/0/valu"));
    let device = json!({"endpoint": "/Devices", "validate": true, "payload": {"active": true}});
    let script = Script::new([answer(404, ""), answer(404, ""), answer(201, r#"{"id":"1"}"#)]);
    let answer = script.call(&bearer(), "createResource", &device).unwrap();
    assert_eq!(answer.warnings.len(), 1, "{:?}", answer.warnings);
    let unknown = json!({"endpoint": "/Things", "validate": true, "payload": {"schemas": ["urn:x"]}});
    let script = Script::new([self::answer(404, ""), self::answer(404, "")]);
    let failure = script.call(&bearer(), "createResource", &unknown).unwrap_err();
    assert_eq!((failure.kind, failure.pointer.as_deref()), (Kind::Unsupported, Some("/validate")));
}

fn connection() -> Connection {
    Connection::from_json(&bearer()).unwrap()
}

/// A source of choices, the answers to what is asked, what is found.
type Asked = (&'static str, Vec<Outcome>, Vec<(&'static str, &'static str)>);

/// Choices that depend on a resource type.
fn of_types() -> Vec<Asked> {
    let user = json!({"id": "urn:ietf:params:scim:schemas:core:2.0:User", "attributes": [
        {"name": "userName", "required": true}, {"name": "employeeId", "mutability": "readOnly"}, {"name": "pin"},
        {"name": "name", "type": "complex", "subAttributes": [{"name": "givenName"}]},
        {"name": "emails", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value"}, {"name": "type"}]},
        {"name": "shifts", "type": "complex", "multiValued": true, "subAttributes": [
            {"name": "value"}, {"name": "type", "canonicalValues": ["late \"2\""]}]},
    ]});
    let described = || vec![types(), answer(200, json!([user, badge()]).to_string())];
    let page =
        answer(200, json!({"totalResults": 1, "Resources": [{"id": "b1", "displayName": "Badge 1"}]}).to_string());
    vec![
        ("resources:Badge", vec![types(), page], vec![("b1", "Badge 1")]),
        (
            "paths:Badge",
            described(),
            vec![("number", "Its number"), ("colour", "colour"), ("owner", "owner"), ("owner.value", "value")],
        ),
        ("keys:Badge", described(), vec![("number", "Its number"), ("colour", "colour")]),
        (
            "paths:User",
            described(),
            vec![
                ("userName", "User name"),
                ("pin", "pin"),
                ("name", "Name"),
                ("name.givenName", "Given name"),
                ("emails", "E-mail addresses"),
                ("emails[type eq \"work\"].value", "E-mail address (work)"),
                ("emails[type eq \"home\"].value", "E-mail address (home)"),
                ("emails[type eq \"other\"].value", "E-mail address (other)"),
                ("shifts", "shifts"),
                ("shifts[type eq \"late \\\"2\\\"\"].value", "Value (late \"2\")"),
            ],
        ),
        // What is asked for without a type is of users; neither a secret finds somebody, nor what no payload has.
        (
            "keys",
            described(),
            vec![("userName", "User name"), ("emails.value", "E-mail address"), ("shifts.value", "Value")],
        ),
    ]
}

#[test]
fn choices_come_from_the_provider() {
    let page = |resources: Value| answer(200, json!({"totalResults": 2, "Resources": resources}).to_string());
    let rows = vec![
        ("resourceTypes", vec![types()], vec![("User", "User"), ("Badge", "Badge: A badge")]),
        ("resourceTypes", vec![answer(404, "")], vec![("User", "User"), ("Group", "Group")]),
        ("schemas", vec![schemas()], vec![(BADGE, "Badge")]),
        (
            "users",
            vec![page(json!([{"id": "1", "displayName": "Ada"}, {"id": "2", "userName": "kim"}]))],
            vec![("1", "Ada"), ("2", "kim")],
        ),
        (
            "groups",
            vec![page(json!([{"id": "1", "displayName": "Staff"}, {"displayName": "no id"}]))],
            vec![("1", "Staff")],
        ),
        (
            "attributes:Badge",
            vec![types(), schemas()],
            vec![
                ("number", "Its number"),
                ("colour", "colour"),
                ("owner", "owner"),
                ("owner.value", "value"),
                ("owner.since", "since"),
                ("issued", "issued"),
            ],
        ),
    ];
    for (source, answers, expected) in rows.into_iter().chain(of_types()) {
        let script = Script::new(answers);
        let found = choices::choices(&script, &connection(), source).unwrap();
        let found: Vec<(&str, &str)> = found.iter().map(|(value, label)| (value.as_str(), label.as_str())).collect();
        assert_eq!(found, expected, "{source}");
        assert!(script.answers.borrow().is_empty(), "{source}");
    }
    let failure = choices::choices(&Script::new([]), &connection(), "user").unwrap_err();
    assert_eq!(
        failure.detail,
        "source: \"user\" is not one of resourceTypes, schemas, users, groups, resources, attributes, paths, keys, operations, timezones, locales; did you mean \"users\"?"
    );
}

#[test]
fn forms_have_the_providers_attributes() {
    let script = Script::new([types(), schemas()]);
    let schema = forms::schema(&script, &connection(), "createResource").unwrap();
    assert_eq!(schema["properties"]["resourceType"]["x-choices"], "resourceTypes");
    let case = schema["allOf"]
        .as_array()
        .unwrap()
        .iter()
        .find(|case| case["if"]["properties"]["resourceType"]["const"] == "Badge")
        .unwrap();
    let payload = &case["then"]["properties"]["payload"];
    assert_eq!(payload["required"], json!(["number"]));
    assert_eq!(
        payload["properties"]["number"],
        json!({"type": "integer", "title": "Its number", "description": "Its number. Printed on it.", "examples": [1], "x-group": "primary", "x-order": 1})
    );
    assert_eq!(payload["properties"]["colour"]["examples"], json!(["red", "blue"]));
    assert!(payload["properties"].get("issued").is_none(), "only the provider sets it");
    assert!(payload["properties"]["owner"]["properties"].get("since").is_none());

    let script = Script::new([answer(404, ""), answer(404, "")]);
    let schema = forms::schema(&script, &connection(), "createUser").unwrap();
    let payload = &schema["properties"]["payload"];
    assert_eq!(
        (&payload["required"], &payload["properties"]["password"]["writeOnly"]),
        (&json!(["userName"]), &json!(true))
    );
    assert_eq!(payload["properties"]["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]["type"], "object");
    let schema = forms::schema(&Script::new([]), &connection(), "getUser").unwrap();
    assert_eq!(schema["properties"]["id"]["x-choices"], "users");
}
