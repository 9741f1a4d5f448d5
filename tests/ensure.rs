//! Ensure against scripts: which resource is meant, what is sent to make it as wanted, and what the caller is told.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "script/mod.rs"]
mod script;

use scim_connector::failure::Kind;
use scim_connector::http::platform::Reason;
use script::{Outcome, Script, answer, bearer, list, lost, methods, sent, with};
use serde_json::{Value, json};
use std::slice::from_ref;

fn ada() -> Value {
    json!({"payload": {"userName": "ada"}})
}

#[test]
fn ensure_finds_creates_changes_or_leaves_alone() {
    let found = json!({"id": "1", "userName": "ADA", "active": false});
    let active = json!({"id": "1", "userName": "ADA", "active": "True"});
    // (answers, input, methods sent, outcome)
    type Row = (Vec<Outcome>, Value, Vec<&'static str>, &'static str);
    let rows: Vec<Row> = vec![
        (vec![list(&[]), answer(201, r#"{"id":"1","userName":"ada"}"#)], ada(), vec!["GET", "POST"], "created"),
        (vec![answer(404, ""), answer(201, r#"{"id":"1"}"#)], ada(), vec!["GET", "POST"], "created"),
        (vec![list(from_ref(&found))], ada(), vec!["GET"], "unchanged"),
        (
            vec![list(from_ref(&found)), answer(200, active.to_string())],
            json!({"payload": {"userName": "ada", "active": true}}),
            vec!["GET", "PATCH"],
            "updated",
        ),
        // Accepted, and nothing is changed by it.
        (
            vec![list(from_ref(&found)), answer(200, found.to_string())],
            json!({"payload": {"userName": "ada", "active": true}}),
            vec!["GET", "PATCH"],
            "unchanged",
        ),
        // Answered without a body: read once.
        (
            vec![list(from_ref(&found)), answer(204, ""), answer(200, active.to_string())],
            json!({"payload": {"userName": "ada", "active": true}}),
            vec!["GET", "PATCH", "GET"],
            "updated",
        ),
        (
            vec![list(&[])],
            json!({"payload": {"userName": "ada", "password": "x"}, "dryRun": true}),
            vec!["GET"],
            "created",
        ),
        (
            vec![list(from_ref(&found))],
            json!({"payload": {"userName": "ada", "active": true}, "dryRun": true}),
            vec!["GET"],
            "updated",
        ),
        // A password is not a difference.
        (
            vec![list(from_ref(&found))],
            json!({"payload": {"userName": "ada", "password": "x"}}),
            vec!["GET"],
            "unchanged",
        ),
        // 409, and found by another spelling.
        (
            vec![list(&[]), answer(409, ""), list(&[]), list(from_ref(&found))],
            json!({"payload": {"userName": "Ada"}}),
            vec!["GET", "POST", "GET", "GET"],
            "unchanged",
        ),
        // A lost creation is looked for before it is repeated.
        (
            vec![list(&[]), lost(Reason::Closed, true), list(from_ref(&found))],
            ada(),
            vec!["GET", "POST", "GET"],
            "created",
        ),
        (
            vec![list(&[]), answer(500, ""), list(&[]), answer(201, r#"{"id":"1"}"#)],
            ada(),
            vec!["GET", "POST", "GET", "POST"],
            "created",
        ),
    ];
    for (answers, input, expected, outcome) in rows {
        let script = Script::new(answers);
        let answer =
            script.call(&bearer(), "ensureUser", &input).unwrap_or_else(|failure| panic!("{input}: {failure}"));
        assert_eq!(
            (methods(&script), answer.output.to_json()["outcome"].as_str().unwrap()),
            (expected, outcome),
            "{input}"
        );
        assert!(!answer.output.to_json().to_string().contains("password"), "{input}");
        // Who only asked is told so.
        assert_eq!(answer.output.to_json().get("dryRun"), input.get("dryRun"), "{input}");
    }
    let script = Script::new([list(&[]), answer(201, r#"{"id":"1"}"#)]);
    let quoted = json!({"payload": {"userName": "a\" or userName pr or \"\\"}});
    script.call(&bearer(), "ensureUser", &quoted).unwrap();
    let filter = script.sent.borrow()[0].url.query_pairs().next().unwrap().1.into_owned();
    assert_eq!(filter, r#"userName eq "a\" or userName pr or \"\\""#, "a value is data");
}

#[test]
fn ensure_refuses_what_it_cannot_be_sure_of() {
    let user = |id: &str, external: &str| json!({"id": id, "userName": "ada", "externalId": external});
    let input = json!({"payload": {"userName": "ada", "externalId": "e"}});
    let timeout = || lost(Reason::Timeout, true);
    type Row = (Vec<Outcome>, Kind, bool, bool, &'static str);
    let rows: Vec<Row> = vec![
        (vec![list(&[user("1", "e"), user("2", "e")])], Kind::Ambiguous, false, false, "1, 2"),
        (
            vec![list(&[json!({"id": "1", "userName": "eve", "externalId": "e"})]), list(&[user("2", "x")])],
            Kind::Ambiguous,
            false,
            false,
            "1, 2",
        ),
        (vec![list(&[]), list(&[user("2", "theirs")])], Kind::Conflict, false, false, "matchOn: [\"userName\"]"),
        // Found nowhere although it is said to be there.
        (
            vec![list(&[]), list(&[]), answer(409, ""), list(&[]), list(&[]), list(&[])],
            Kind::Conflict,
            false,
            false,
            "it cannot be found",
        ),
        // Still at it, perhaps: the next call may look again.
        (
            vec![list(&[]), list(&[]), timeout(), list(&[]), list(&[])],
            Kind::Timeout,
            true,
            true,
            "did not answer in time",
        ),
        // The filter is ignored, and the listing does not come to an end that can be trusted.
        (
            vec![answer(200, r#"{"totalResults":9,"Resources":[{"id":"7","userName":"eve"}]}"#); 1]
                .into_iter()
                .chain((0..3).map(|_| answer(200, r#"{"totalResults":9,"Resources":[{"id":"7","userName":"eve"}]}"#)))
                .collect(),
            Kind::Unsupported,
            false,
            false,
            "cannot be told",
        ),
    ];
    for (answers, kind, transient, maybe_applied, words) in rows {
        let failure = Script::new(answers).call(&bearer(), "ensureUser", &input).unwrap_err();
        assert_eq!(
            (failure.kind, failure.transient, failure.maybe_applied),
            (kind, transient, maybe_applied),
            "{failure}"
        );
        assert!(failure.detail.contains(words), "{failure}");
    }
    let taken = json!({"payload": {"userName": "ada", "externalId": "e"}, "matchOn": ["userName"]});
    let script = Script::new([list(&[user("2", "theirs")]), answer(200, user("2", "e").to_string())]);
    assert_eq!(script.call(&bearer(), "ensureUser", &taken).unwrap().output.to_json()["outcome"], "updated");
    for (input, pointer) in [
        (json!({"payload": {"userName": "ada"}, "matchOn": ["externalId"]}), "/matchOn/0"),
        (json!({"payload": {"userName": "ada"}, "matchOn": ["user name"]}), "/matchOn/0"),
        (json!({"payload": {"externalId": "e"}}), "/payload/userName"),
    ] {
        assert_eq!(
            Script::new([]).call(&bearer(), "ensureUser", &input).unwrap_err().pointer.as_deref(),
            Some(pointer)
        );
    }
}

#[test]
fn a_provider_that_cannot_filter_is_listed() {
    let users: Vec<Value> = (0..3).map(|n| json!({"id": n.to_string(), "userName": format!("u{n}")})).collect();
    let script = Script::new([list(&users)]);
    let connection = with(json!({"filter": {"supported": false}}));
    let answer = script.call(&connection, "ensureUser", &json!({"payload": {"userName": "U2"}})).unwrap();
    assert_eq!(answer.output.to_json()["user"]["id"], "2");
    assert!(!script.lines()[0].contains("filter="));
    // One match in a page of strangers is enough: userName is unique.
    let script = Script::new([list(&users)]);
    assert_eq!(
        script.call(&bearer(), "ensureUser", &json!({"payload": {"userName": "u1"}})).unwrap().output.to_json()["user"]
            ["id"],
        "1"
    );
    let script = Script::new([self::answer(400, r#"{"scimType":"invalidFilter"}"#), list(&users)]);
    let answer = script.call(&bearer(), "ensureUser", &json!({"payload": {"userName": "u1"}})).unwrap();
    assert_eq!((answer.output.to_json()["outcome"].as_str(), answer.warnings.len()), (Some("unchanged"), 1));
}

#[test]
fn profiles_decide_how_it_is_looked_for_and_changed() {
    let mut okta = bearer();
    okta["profile"] = json!("okta");
    let input = json!({"payload": {"userName": "ada", "externalId": "e", "title": "new"}});
    let user = json!({"id": "1", "userName": "ada", "externalId": "e"});
    let script = Script::new([list(from_ref(&user)), answer(200, user.to_string()), answer(200, user.to_string())]);
    let answered = script.call(&okta, "ensureUser", &input).unwrap();
    assert_eq!(methods(&script), ["GET", "GET", "PUT"], "PATCH cannot change a title there");
    assert!(script.lines()[0].contains("userName"), "externalId cannot be filtered by");
    assert!(answered.warnings.iter().any(|it| it.contains("externalId")), "{:?}", answered.warnings);
    let mut gitlab = bearer();
    gitlab["profile"] = json!("gitlab");
    let script = Script::new([list(&[user])]);
    let failure = script.call(&gitlab, "ensureUser", &input).unwrap_err();
    assert_eq!((failure.kind, failure.maybe_applied), (Kind::Unsupported, false));
    let mut entra = bearer();
    entra["profile"] = json!("entra");
    let script = Script::new((0..3).map(|_| answer(204, "")));
    script.call(&entra, "removeGroupMembers", &json!({"id": "1", "members": ["a", "b", "c"]})).unwrap();
    assert!((0..3).all(|index| sent(&script, index)["Operations"].as_array().unwrap().len() == 1), "one member each");
}
