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

/// Attributes that the provider drops, and attributes that PATCH refuses.
#[test]
fn what_is_not_kept_is_told_and_does_not_lose_the_rest() {
    let leaver = |active: bool| json!({"id": "1", "userName": "ada", "active": active});
    let input = json!({"payload": {"userName": "ada", "active": false, "title": "x"}});
    let outcome = |script: &Script| {
        let answer = script.call(&bearer(), "ensureUser", &input).unwrap();
        let output = answer.output.to_json();
        (output["outcome"].as_str().unwrap().to_owned(), output["changes"].clone(), answer.warnings.join("\n"))
    };

    // Dropped: changed the first time, unchanged from then on.
    let script = Script::new([list(&[leaver(true)]), answer(200, leaver(false).to_string())]);
    let (first, changes, warnings) = outcome(&script);
    assert_eq!((first.as_str(), changes.as_array().map(Vec::len)), ("updated", Some(1)), "{changes}");
    assert!(warnings.contains("does not keep title"), "{warnings}");
    let script = Script::new([list(&[leaver(false)]), answer(200, leaver(false).to_string())]);
    let (second, _, warnings) = outcome(&script);
    assert_eq!(second, "unchanged");
    assert!(warnings.contains("does not keep title"), "{warnings}");

    // Refused: the rest is changed, the state of the account first.
    for scim_type in ["invalidPath", "noTarget", "invalidValue"] {
        let refused = || answer(400, json!({"scimType": scim_type, "detail": "no x here"}).to_string());
        let script = Script::new([
            list(&[leaver(true)]),
            refused(),
            answer(200, leaver(true).to_string()),
            answer(200, leaver(false).to_string()),
            refused(),
        ]);
        let (first, _, warnings) = outcome(&script);
        assert_eq!(first, "updated", "{scim_type}");
        assert_eq!(methods(&script), ["GET", "PATCH", "GET", "PATCH", "PATCH"]);
        assert_eq!(sent(&script, 3)["Operations"][0]["path"], "active");
        assert!(warnings.contains(&format!("refuses to change title (400 {scim_type})")), "{warnings}");
        assert!(!warnings.contains("no x here"), "{warnings}");
    }
    let script = Script::new([list(&[leaver(false)]), answer(400, r#"{"scimType":"invalidPath"}"#)]);
    assert_eq!(outcome(&script).0, "unchanged", "and again");
    let script = Script::new([list(&[leaver(false)]), answer(400, r#"{"scimType":"invalidValue"}"#)]);
    assert_eq!(script.call(&bearer(), "ensureUser", &input).unwrap_err().kind, Kind::InvalidInput);

    // The account is not closed: by PUT where that works, and otherwise a failure.
    let open = || answer(200, leaver(true).to_string());
    let script = Script::new([list(&[leaver(true)]), open(), open(), answer(200, leaver(false).to_string())]);
    assert_eq!(outcome(&script).0, "updated");
    assert_eq!(methods(&script), ["GET", "PATCH", "GET", "PUT"]);
    let script = Script::new([list(&[leaver(true)]), open(), open(), open()]);
    assert!(script.call(&bearer(), "ensureUser", &input).unwrap_err().detail.contains("still active"));
    // What this provider is known not to change is left, and the account is closed all the same.
    let gitlab = with(json!({"put": false, "patchAttributes": ["active"]}));
    let script = Script::new([list(&[leaver(true)]), answer(200, leaver(false).to_string())]);
    let answer = script.call(&gitlab, "ensureUser", &input).unwrap();
    assert_eq!((answer.output.to_json()["outcome"].as_str(), answer.warnings.len()), (Some("updated"), 1));
}

#[test]
fn a_refused_path_to_a_value_is_followed_by_the_whole_attribute() {
    let user = |emails: Value| json!({"id": "1", "userName": "ada", "emails": emails});
    let before = user(json!([{"type": "work", "value": "a@example.com"}, {"type": "home", "value": "h@example.com"}]));
    let wanted = json!([{"type": "work", "value": "b@example.com"}, {"type": "home", "value": "h@example.com"}]);
    let script = Script::new([
        list(from_ref(&before)),
        answer(400, r#"{"scimType":"noTarget"}"#),
        answer(200, before.to_string()),
        answer(200, user(wanted.clone()).to_string()),
    ]);
    let input = json!({"payload": {"userName": "ada", "emails": wanted}});
    let answer = script.call(&bearer(), "ensureUser", &input).unwrap();
    assert_eq!(answer.output.to_json()["outcome"], "updated");
    assert!(sent(&script, 1)["Operations"][0]["path"].as_str().unwrap().contains('['));
    assert_eq!(sent(&script, 3)["Operations"][0]["path"], "emails");
    assert_eq!(answer.warnings.len(), 1, "{:?}", answer.warnings);
}

/// RFC 7643 section 2.5: no value is the same as no attribute.
#[test]
fn what_has_no_value_is_not_sent() {
    let payload =
        || json!({"userName": "ada", "photos": [], "emails": null, "name": {"givenName": null}, "title": "x"});
    let user = r#"{"id":"1","userName":"ada","title":"x"}"#;
    let lean = |body: &Value| {
        for name in ["photos", "emails", "name"] {
            assert_eq!(body.get(name), None, "{body}");
        }
        assert_eq!(body["title"], "x", "{body}");
    };
    let script = Script::new([answer(201, user)]);
    script.call(&bearer(), "createUser", &json!({"payload": payload()})).unwrap();
    lean(&sent(&script, 0));
    let script = Script::new([list(&[]), answer(201, user)]);
    script.call(&bearer(), "ensureUser", &json!({"payload": payload()})).unwrap();
    lean(&sent(&script, 1));
    let script = Script::new([answer(200, user)]);
    script.call(&bearer(), "updateUser", &json!({"id": "1", "payload": payload()})).unwrap();
    lean(&sent(&script, 0));
    let bulk = json!({"operations": [{"method": "POST", "path": "/Users", "bulkId": "a", "data": payload()}]});
    let report = answer(
        200,
        r#"{"Operations":[{"method":"POST","bulkId":"a","status":"201","location":"https://scim.example/v2/Users/1"}]}"#,
    );
    let script = Script::new([report]);
    script.call(&with(json!({"bulk": {"supported": true}})), "bulk", &bulk).unwrap();
    lean(&sent(&script, 0)["Operations"][0]["data"]);

    // A full name that was read and does not fit any more is left to the provider.
    let read = json!({"id": "1", "userName": "ada", "name": {"formatted": "Ada Byron", "givenName": "Ada", "familyName": "Byron"}});
    for (name, formatted) in [
        (json!({"familyName": "Lovelace"}), None),
        (json!({"familyName": "Lovelace", "formatted": "Ada L."}), Some("Ada L.")),
        (json!({"givenName": "ada"}), Some("Ada Byron")),
    ] {
        let script = Script::new([answer(200, read.to_string()), answer(204, "")]);
        let input = json!({"id": "1", "payload": {"userName": "ada", "name": name}, "readModifyWrite": true});
        script.call(&bearer(), "updateUser", &input).unwrap();
        assert_eq!(sent(&script, 1)["name"]["formatted"].as_str(), formatted, "{name}");
    }
}
