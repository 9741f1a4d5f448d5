//! PATCH (RFC 7644 section 3.5.2): operations -> what the resource looks like afterwards, or what is refused.

use super::*;

/// The user every row starts with.
fn start() -> Value {
    json!({
        "schemas": [USER, ENTERPRISE],
        "userName": "ada",
        "displayName": "Ada",
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [
            {"value": "ada@work.example", "type": "work", "primary": true},
            {"value": "ada@home.example", "type": "home"},
        ],
        "phoneNumbers": [{"value": "1", "type": "work"}],
        ENTERPRISE: {"department": "Engines", "manager": {"value": "babbage"}},
    })
}

fn op(op: &str, path: &str, value: Value) -> Value {
    match path {
        "" => json!([{"op": op, "value": value}]),
        path => json!([{"op": op, "path": path, "value": value}]),
    }
}

fn remove(path: &str) -> Value {
    json!([{"op": "remove", "path": path}])
}

#[tokio::test]
async fn a_patch_changes() {
    let work = || json!({"value": "ada@work.example", "type": "work", "primary": true});
    let home = || json!({"value": "ada@home.example", "type": "home"});
    let department = format!("{ENTERPRISE}:department");
    let table: Vec<(Value, &str, Value)> = vec![
        // single values
        (op("add", "nickName", json!("A")), "/nickName", json!("A")),
        (op("replace", "displayName", json!("B")), "/displayName", json!("B")),
        (op("Replace", "DISPLAYNAME", json!("B")), "/displayName", json!("B")),
        (op("ADD", &format!("{USER}:displayName"), json!("B")), "/displayName", json!("B")),
        (op("replace", "displayName", json!(null)), "/displayName", Value::Null),
        (remove("displayName"), "/displayName", Value::Null),
        (remove("nickName"), "/nickName", Value::Null),
        (op("replace", "active", json!(false)), "/active", json!(false)),
        // complex values: what is given is set, the rest stays
        (
            op("add", "name.middleName", json!("K")),
            "/name",
            json!({"givenName": "Ada", "familyName": "Lovelace", "middleName": "K"}),
        ),
        (
            op("replace", "name", json!({"GivenName": "Augusta"})),
            "/name",
            json!({"givenName": "Augusta", "familyName": "Lovelace"}),
        ),
        (op("replace", "name", json!({"givenName": null})), "/name", json!({"familyName": "Lovelace"})),
        (remove("name.givenName"), "/name", json!({"familyName": "Lovelace"})),
        (remove("name"), "/name", Value::Null),
        // multi-valued: add appends, once; replace replaces all
        (
            op("add", "emails", json!([{"value": "x", "type": "other"}])),
            "/emails",
            json!([work(), home(), {"value": "x", "type": "other"}]),
        ),
        (op("add", "emails", json!({"value": "x"})), "/emails", json!([work(), home(), {"value": "x"}])),
        (op("add", "emails", json!([home()])), "/emails", json!([work(), home()])),
        (op("replace", "emails", json!([{"value": "x"}])), "/emails", json!([{"value": "x"}])),
        (op("replace", "emails", json!([])), "/emails", Value::Null),
        (remove("emails"), "/emails", Value::Null),
        (op("remove", "emails", json!([home()])), "/emails", json!([work()])),
        (op("replace", "emails.type", json!("x")), "/emails/1/type", json!("x")),
        // a new primary value takes it from the old one
        (op("add", "emails", json!([{"value": "x", "primary": true}])), "/emails/0/primary", json!(false)),
        (op("replace", r#"emails[type eq "home"].primary"#, json!(true)), "/emails/0/primary", json!(false)),
        // value paths
        (
            op("replace", r#"emails[type eq "work"].value"#, json!("new")),
            "/emails",
            json!([{"value": "new", "type": "work", "primary": true}, home()]),
        ),
        (
            op("replace", r#"emails[type eq "home"]"#, json!({"value": "new"})),
            "/emails",
            json!([work(), {"value": "new"}]),
        ),
        (
            op("add", r#"emails[type eq "home"]"#, json!({"display": "Home"})),
            "/emails/1",
            json!({"value": "ada@home.example", "type": "home", "display": "Home"}),
        ),
        (op("add", r#"emails[type eq "home"].display"#, json!("Home")), "/emails/1/display", json!("Home")),
        (remove(r#"emails[type eq "work"]"#), "/emails", json!([home()])),
        (remove(r#"emails[value ew "example"]"#), "/emails", Value::Null),
        (
            remove(r#"emails[type eq "work"].primary"#),
            "/emails/0",
            json!({"value": "ada@work.example", "type": "work"}),
        ),
        (op("replace", r#"Emails[TYPE Eq "WORK" and value pr].display"#, json!("W")), "/emails/0/display", json!("W")),
        // extensions
        (
            op("replace", &department, json!("Sales")),
            "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/department",
            json!("Sales"),
        ),
        (
            op("add", ENTERPRISE, json!({"costCenter": "7"})),
            "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            json!({"department": "Engines", "manager": {"value": "babbage"}, "costCenter": "7"}),
        ),
        (
            op("replace", &format!("{ENTERPRISE}:manager.value"), json!("x")),
            "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/manager/value",
            json!("x"),
        ),
        (
            remove(&format!("{ENTERPRISE}:manager")),
            "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            json!({"department": "Engines"}),
        ),
        (remove(ENTERPRISE), "/schemas", json!([USER])),
        // without path: every member is one change, names may be paths, unknown ones are ignored
        (op("replace", "", json!({"displayName": "B", "shoeSize": 9})), "/displayName", json!("B")),
        (op("add", "", json!({"emails": [{"value": "x"}]})), "/emails", json!([work(), home(), {"value": "x"}])),
        (op("replace", "", json!({"emails": [{"value": "x"}]})), "/emails", json!([{"value": "x"}])),
        (op("replace", "", json!({"name.givenName": "B", &department: "Sales"})), "/name/givenName", json!("B")),
        (
            op("add", "", json!({ENTERPRISE: {"division": "D"}})),
            "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/division",
            json!("D"),
        ),
        (op("replace", "", json!({"schemas": [USER], "nickName": "N"})), "/schemas", json!([USER, ENTERPRISE])),
        // several operations, in order
        (
            json!([{"op": "remove", "path": "emails"}, {"op": "add", "path": "emails", "value": {"value": "y"}}]),
            "/emails",
            json!([{"value": "y"}]),
        ),
    ];
    let server = Server::new().await;
    for (index, (operations, pointer, expected)) in table.into_iter().enumerate() {
        let body = with(start(), json!({"userName": format!("ada{index}")}));
        let id = server.post("/Users", body).await.id();
        let answer = server.patch(&format!("/Users/{id}"), operations.clone()).await;
        assert_eq!(answer.status, 200, "{operations}: {answer:?}");
        assert_eq!(*answer.body.pointer(pointer).unwrap_or(&Value::Null), expected, "{operations}");
        let read = server.get(&format!("/Users/{id}")).await;
        assert_eq!(read.body, answer.body, "{operations}");
    }
    server.sandbox.stop().await;
}

#[tokio::test]
async fn a_wrong_patch_is_refused_and_changes_nothing() {
    let table: Vec<(Value, &str)> = vec![
        (json!([]), "400 invalidSyntax"),
        (json!({"op": "add"}), "400 invalidSyntax"),
        (json!(["x"]), "400 invalidSyntax"),
        (json!([{"path": "title", "value": "x"}]), "400 invalidSyntax"),
        (op("move", "title", json!("x")), "400 invalidSyntax"),
        (json!([{"op": "remove"}]), "400 noTarget"),
        (json!([{"op": "add", "path": "title"}]), "400 invalidValue"),
        (json!([{"op": "add"}]), "400 invalidValue"),
        (op("add", "", json!("x")), "400 invalidValue"),
        (json!([{"op": "add", "path": 5, "value": 1}]), "400 invalidPath"),
        (op("add", "shoeSize", json!(9)), "400 invalidPath"),
        (op("add", "name.shoeSize", json!(9)), "400 invalidPath"),
        (op("add", "urn:example:User:x", json!(9)), "400 invalidPath"),
        (op("add", "emails[type eq", json!("x")), "400 invalidPath"),
        (op("add", "emails[]", json!("x")), "400 invalidPath"),
        (op("add", "name[givenName pr]", json!({})), "400 invalidPath"),
        (op("add", "userName[value pr]", json!({})), "400 invalidPath"),
        (op("add", r#"emails[type eq "work"].shoe"#, json!("x")), "400 invalidPath"),
        (op("add", r#"emails[shoe eq "work"].value"#, json!("x")), "400 invalidFilter"),
        (op("add", r#"emails[type eq "none"].value"#, json!("x")), "400 noTarget"),
        (op("replace", r#"emails[type eq "none"]"#, json!({"value": "x"})), "400 noTarget"),
        (remove(r#"emails[type eq "none"]"#), "400 noTarget"),
        (op("replace", "ims.value", json!("x")), "400 noTarget"),
        (op("replace", "id", json!("x")), "400 mutability"),
        (op("replace", "meta.created", json!("2020-01-01T00:00:00Z")), "400 mutability"),
        (op("add", "groups", json!([{"value": "x"}])), "400 mutability"),
        (remove("groups"), "400 mutability"),
        (op("replace", &format!("{ENTERPRISE}:manager.displayName"), json!("x")), "400 mutability"),
        (op("replace", "", json!({"id": "x"})), "400 mutability"),
        (remove("userName"), "400 mutability"),
        (op("replace", "userName", json!(null)), "400 mutability"),
        (op("replace", "userName", json!(" ")), "400 invalidValue"),
        (op("replace", "userName", json!(5)), "400 invalidValue"),
        (op("replace", "active", json!("False")), "400 invalidValue"),
        (op("replace", "name", json!("Ada")), "400 invalidValue"),
        (op("replace", "emails", json!(["a@b"])), "400 invalidValue"),
        (op("replace", r#"emails[type eq "work"]"#, json!("x")), "400 invalidValue"),
        (op("replace", r#"emails[type eq "work"].primary"#, json!("x")), "400 invalidValue"),
        (op("replace", "emails.primary", json!(true)), "400 invalidValue"),
        (op("replace", "userName", json!("TAKEN")), "409 uniqueness"),
        // one bad operation undoes the good one before it
        (
            json!([{"op": "replace", "path": "displayName", "value": "B"}, {"op": "remove", "path": "userName"}]),
            "400 mutability",
        ),
    ];
    let server = Server::new().await;
    server.user("taken").await;
    let id = server.post("/Users", start()).await.id();
    let before = server.get(&format!("/Users/{id}")).await.body;
    for (operations, outcome) in table {
        let answer = server.patch(&format!("/Users/{id}"), operations.clone()).await;
        assert_eq!(answer.outcome(), outcome, "{operations}: {answer:?}");
        assert_eq!(server.get(&format!("/Users/{id}")).await.body, before, "{operations}");
    }
    let no_schemas = server.call("PATCH", &format!("/Users/{id}"), Some(json!({"Operations": remove("title")}))).await;
    assert_eq!(no_schemas.outcome(), "400 invalidSyntax");
    let unknown = server.patch("/Users/nobody", remove("title")).await;
    assert_eq!(unknown.outcome(), "404");
    server.sandbox.stop().await;
}

#[tokio::test]
async fn members_are_added_and_removed() {
    let server = Server::new().await;
    let (ada, bob, eve) = (server.user("ada").await, server.user("bob").await, server.user("eve").await);
    let one = |id: &str| json!([{"value": id}]);
    // Each row starts from a group of ada and bob.
    let table: Vec<(Value, &str, Vec<&str>)> = vec![
        (op("add", "members", one(&eve)), "200", vec![&ada, &bob, &eve]),
        (op("add", "members", one(&ada)), "200", vec![&ada, &bob]),
        (op("add", "", json!({"members": one(&eve)})), "200", vec![&ada, &bob, &eve]),
        (
            op("add", "", json!({"displayName": "g", "members": [{"value": ada, "display": "other"}]})),
            "200",
            vec![&ada, &bob],
        ),
        (op("replace", "members", one(&eve)), "200", vec![&eve]),
        (remove(&format!(r#"members[value eq "{ada}"]"#)), "200", vec![&bob]),
        (remove(&format!(r#"members[value eq "{ada}" or value eq "{bob}"]"#)), "200", vec![]),
        (op("remove", "members", one(&ada)), "200", vec![&bob]),
        (op("remove", "members", json!([])), "200", vec![&ada, &bob]),
        (op("remove", "members", json!(null)), "200", vec![]),
        (op("add", "members", json!([{"value": eve}, {"value": eve}])), "200", vec![&ada, &bob, &eve]),
        (remove("members"), "200", vec![]),
        (remove(r#"members[type eq "User"]"#), "200", vec![]),
        (remove(&format!(r#"members[value eq "{eve}"]"#)), "400 noTarget", vec![&ada, &bob]),
        (op("add", "members", one("nobody")), "400 invalidValue", vec![&ada, &bob]),
        (op("add", "members", json!([{"display": "x"}])), "400 invalidValue", vec![&ada, &bob]),
        (op("replace", &format!(r#"members[value eq "{ada}"].value"#), json!(eve)), "400 mutability", vec![&ada, &bob]),
        (
            op("replace", &format!(r#"members[value eq "{ada}"]"#), json!({"value": eve})),
            "400 mutability",
            vec![&ada, &bob],
        ),
    ];
    for (operations, outcome, expected) in table {
        let group = server.group("g", &[&ada, &bob]).await;
        let path = format!("/Groups/{group}");
        let answer = server.patch(&path, operations.clone()).await;
        assert_eq!(answer.outcome(), outcome, "{operations}: {answer:?}");
        let read = server.get(&path).await;
        let members = read.body["members"].as_array().cloned().unwrap_or_default();
        let ids: Vec<&str> = members.iter().map(|member| member["value"].as_str().unwrap()).collect();
        assert_eq!(ids, expected, "{operations}");
        assert_eq!(server.call("DELETE", &path, None).await.status, 204);
    }
    server.sandbox.stop().await;
}
