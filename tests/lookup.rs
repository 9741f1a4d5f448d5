//! Which resource an ensure means, at providers whose filters are refused, failing or left open, and whose names are written otherwise.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "script/mod.rs"]
mod script;

use scim_connector::catalog::invoke::invoke;
use scim_connector::failure::Kind;
use script::{Outcome, Script, answer, bearer, list, methods, with};
use serde_json::{Value, json};

fn both() -> Value {
    json!({"payload": {"userName": "ada", "externalId": "e1"}})
}

/// The filters that were asked for.
fn filters(script: &Script) -> Vec<String> {
    let sent = script.sent.borrow();
    let filter = |url: &url::Url| url.query_pairs().find(|pair| pair.0 == "filter").map(|pair| pair.1.into_owned());
    sent.iter().map(|request| filter(&request.url).unwrap_or_default()).collect()
}

#[test]
fn an_attribute_that_a_filter_cannot_name_is_passed_over() {
    let ada = json!({"id": "1", "userName": "ada", "externalId": "e1"});
    let refusals = [
        (400, ""),
        (400, r#"{"scimType":"invalidPath"}"#),
        (400, r#"{"scimType":"InvalidFilter"}"#),
        (400, r#"{"scimType":"INVALIDFILTER"}"#),
        (422, ""),
        (501, ""),
    ];
    for (status, body) in refusals {
        let script = Script::new([answer(status, body), list(std::slice::from_ref(&ada))]);
        let found = script.call(&bearer(), "ensureUser", &both()).unwrap();
        assert_eq!(found.output.to_json()["outcome"], "unchanged", "{status} {body}");
        assert_eq!(filters(&script), [r#"externalId eq "e1""#, r#"userName eq "ada""#], "{status} {body}");
        assert!(found.warnings[0].contains("does not filter by externalId"), "{:?}", found.warnings);
        // Nobody by the other: created, and no list is read.
        let script = Script::new([answer(status, body), list(&[]), answer(201, ada.to_string())]);
        let created = script.call(&bearer(), "ensureUser", &both()).unwrap();
        assert_eq!((methods(&script), created.warnings.len()), (vec!["GET", "GET", "POST"], 1), "{status} {body}");
    }
}

#[test]
fn a_refusal_is_remembered_and_a_fault_is_not() {
    let ada = || list(&[json!({"id": "1", "userName": "ada", "externalId": "e1"})]);
    for (status, remembered) in [(400, true), (422, true), (501, false)] {
        let script = Script::new([answer(status, ""), ada(), ada()]);
        script.answers.borrow_mut().extend((!remembered).then(ada));
        let connection = json!({"serviceUrl": format!("https://scim.example/{status}"), "auth": {"type": "none"}});
        for _ in 0..2 {
            let answer = scim_connector::catalog::invoke::invoke(
                &script,
                &connection.to_string(),
                "ensureUser",
                both().to_string(),
                None,
            );
            assert_eq!(answer.unwrap().output.to_json()["outcome"], "unchanged", "{status}");
        }
        let asked = filters(&script).iter().filter(|filter| filter.starts_with("externalId")).count();
        assert_eq!(asked, if remembered { 1 } else { 2 }, "{status}");
    }
    // What is special in the value says nothing of the attribute.
    let script = Script::new([answer(400, ""), list(&[]), answer(201, r#"{"id":"2"}"#), ada()]);
    let connection = json!({"serviceUrl": "https://scim.example/quoted", "auth": {"type": "none"}});
    let call = |input: Value| {
        scim_connector::catalog::invoke::invoke(&script, &connection.to_string(), "ensureUser", input.to_string(), None)
            .unwrap()
    };
    call(json!({"payload": {"userName": "O\"Neil\\"}}));
    call(json!({"payload": {"userName": "ada"}}));
    assert_eq!(filters(&script)[3], r#"userName eq "ada""#);
}

#[test]
fn a_fault_neither_reads_the_list_nor_creates() {
    let ada = json!({"id": "1", "userName": "ada", "externalId": "e1"});
    let fault = || (0..3).map(|_| answer(500, ""));
    let script = Script::new(fault().chain([list(&[ada])]));
    let found = script.call(&bearer(), "ensureUser", &both()).unwrap();
    assert_eq!((found.output.to_json()["outcome"].as_str(), found.warnings.len()), (Some("unchanged"), 1));
    let script = Script::new(fault().chain([list(&[])]));
    let failure = script.call(&bearer(), "ensureUser", &both()).unwrap_err();
    assert_eq!((failure.kind, failure.transient), (Kind::Unavailable, true), "{failure}");
    assert!(failure.detail.contains("nothing was changed") && failure.detail.contains("matchOn"), "{failure}");
    let script = Script::new(fault());
    let failure = script.call(&bearer(), "ensureUser", &json!({"payload": {"userName": "ada"}})).unwrap_err();
    assert_eq!((failure.kind, methods(&script).len()), (Kind::Unavailable, 3));
}

#[test]
fn the_list_is_read_within_a_bound() {
    let page = |from: usize| {
        let users: Vec<Value> =
            (from..from + 100).map(|n| json!({"id": n.to_string(), "userName": format!("u{n}")})).collect();
        answer(200, json!({"totalResults": 25_000, "startIndex": from, "Resources": users}).to_string())
    };
    let refused = || answer(400, r#"{"scimType":"invalidFilter"}"#);
    let script = Script::new([refused(), refused(), page(1), page(101)]);
    let failure = script.call(&with(json!({"lookupPages": 2})), "ensureUser", &both()).unwrap_err();
    assert_eq!((failure.kind, methods(&script).len()), (Kind::Unsupported, 4), "{failure}");
    assert!(failure.detail.contains("overrides.lookupPages"), "{failure}");
}

#[test]
fn a_search_that_is_left_open_changes_nothing() {
    let eng = json!({"id": "1", "displayName": "Eng"});
    let group = json!({"payload": {"displayName": "Eng"}});
    let user = json!({"payload": {"userName": "ada"}});
    let renamed = json!({"payload": {"displayName": "New", "externalId": "g"}});
    let page =
        |total: u32, resources: Value| answer(200, json!({"totalResults": total, "Resources": resources}).to_string());
    let rows: Vec<(Vec<Outcome>, &str, &Value, Kind)> = vec![
        (vec![answer(200, r#"{"totalResults":1}"#)], "ensureGroup", &group, Kind::Unsupported),
        (vec![answer(200, r#"{"totalResults":1}"#)], "ensureUser", &user, Kind::Unsupported),
        (vec![page(2, json!([eng])), page(2, json!([]))], "ensureGroup", &group, Kind::Ambiguous),
        (
            vec![page(2, json!([{"id": "1", "displayName": "Eng", "externalId": "g"}])), page(2, json!([]))],
            "ensureGroup",
            &renamed,
            Kind::Ambiguous,
        ),
        // The same one twice is one.
        (vec![page(2, json!([eng, eng])), page(2, json!([]))], "ensureGroup", &group, Kind::Ambiguous),
    ];
    for (answers, operation, input, kind) in rows {
        let script = Script::new(answers);
        let failure = script.call(&bearer(), operation, input).unwrap_err();
        assert_eq!((failure.kind, failure.maybe_applied), (kind, false), "{failure}");
        assert!(failure.detail.contains("cannot be told"), "{failure}");
        assert!(methods(&script).iter().all(|method| *method == "GET"));
    }
}

#[test]
fn who_comes_and_does_not_show_the_name_may_be_the_one() {
    let page = |resources: Value| answer(200, json!({"Resources": resources}).to_string());
    let of =
        |total: u32, resources: Value| answer(200, json!({"totalResults": total, "Resources": resources}).to_string());
    let user = json!({"payload": {"userName": "kim"}});
    let group = json!({"payload": {"displayName": "Eng"}});
    let by_mail =
        json!({"payload": {"userName": "kim", "emails": [{"value": "kim@example.com"}]}, "matchOn": ["emails.value"]});
    let named = json!({"payload": {"userName": "kim", "externalId": "e1"}});
    let old = json!([{"id": "5", "userName": "kim.old"}]);
    let rows: Vec<(Vec<Outcome>, &str, &Value)> = vec![
        // Entries that are nobody.
        (vec![page(json!([null]))], "ensureUser", &user),
        (vec![page(json!([null, {"id": "3", "userName": "eve"}]))], "ensureUser", &user),
        (vec![page(json!([null]))], "ensureGroup", &group),
        // Somebody without the name.
        (vec![of(1, json!([{"id": "5"}]))], "ensureUser", &user),
        (vec![of(1, json!([{"id": "5", "displayName": null}]))], "ensureGroup", &group),
        // Somebody found by what is not shown, and nobody by the name.
        (vec![of(1, old.clone())], "ensureUser", &by_mail),
        (vec![of(1, old.clone()), of(0, json!([]))], "ensureUser", &named),
        // A list of nothing but identifiers.
        (vec![answer(400, ""), of(2, json!([{"id": "5"}, {"id": "6"}]))], "ensureUser", &user),
        (
            vec![answer(400, ""), of(2, json!([{"id": "5", "userName": "eve"}, null])), of(2, json!([]))],
            "ensureUser",
            &user,
        ),
    ];
    for (row, (answers, operation, input)) in rows.into_iter().enumerate() {
        let script = Script::new(answers);
        let connection = json!({"serviceUrl": format!("https://scim.example/{row}"), "auth": {"type": "none"}});
        let failure = script.call(&connection, operation, input).unwrap_err();
        assert_eq!((failure.kind, failure.maybe_applied), (Kind::Unsupported, false), "{row}: {failure}");
        assert!(failure.detail.contains("cannot be told"), "{row}: {failure}");
        assert!(methods(&script).iter().all(|method| *method == "GET"), "{row}");
    }
    // The same one by the name; a filter that is ignored brings others, of whom that says nothing.
    let kim = json!([{"id": "5", "userName": "kim"}]);
    let script =
        Script::new([of(1, kim.clone()), of(1, kim), answer(200, r#"{"id":"5","userName":"kim","externalId":"e1"}"#)]);
    assert_eq!(script.call(&bearer(), "ensureUser", &named).unwrap().output.to_json()["outcome"], "updated");
    let script =
        Script::new([of(1, old.clone()), of(1, old), answer(201, r#"{"id":"6","userName":"kim","externalId":"e1"}"#)]);
    assert_eq!(script.call(&bearer(), "ensureUser", &named).unwrap().output.to_json()["outcome"], "created");
}

#[test]
fn an_ignored_filter_is_no_reason_to_read_everybody_where_another_works() {
    let others: Vec<Value> = (0..10)
        .map(|n| json!({"id": n.to_string(), "userName": format!("u{n}"), "externalId": format!("x{n}")}))
        .collect();
    let page = answer(200, json!({"totalResults": 25_000, "Resources": others}).to_string());
    let script = Script::new([page, list(&[]), answer(201, r#"{"id":"7","userName":"ada","externalId":"e1"}"#)]);
    let created = script.call(&bearer(), "ensureUser", &both()).unwrap();
    assert_eq!((methods(&script), created.warnings.len()), (vec!["GET", "GET", "POST"], 1));
    assert!(created.warnings[0].contains("ignores the filter by externalId"), "{:?}", created.warnings);
    // An identifier that is a number is asked for as the text it is.
    let script = Script::new([list(&[json!({"id": "1", "userName": "ada", "externalId": 4711})])]);
    script.call(&bearer(), "ensureUser", &json!({"payload": {"userName": "ada", "externalId": 4711}})).unwrap();
    assert_eq!(filters(&script), [r#"externalId eq "4711""#]);
}

#[test]
fn a_name_that_is_written_otherwise_is_the_same() {
    let wso2 = || with(json!({"userStorePrefix": true, "trimsStrings": true}));
    let rows = [
        (
            "ensureUser",
            json!({"userName": "kim", "title": "x"}),
            json!({"userName": "DEFAULT/kim", "title": "x"}),
            wso2(),
        ),
        ("ensureUser", json!({"userName": "kim ", "title": " x"}), json!({"userName": "kim", "title": "x"}), wso2()),
        ("ensureGroup", json!({"displayName": "Eng"}), json!({"displayName": "DEFAULT/Eng"}), wso2()),
        ("ensureGroup", json!({"displayName": "René"}), json!({"displayName": "Rene\u{301}"}), bearer()),
        (
            "ensureUser",
            json!({"userName": "ada", "active": false}),
            json!({"userName": "ada", "active": "false"}),
            bearer(),
        ),
    ];
    for (operation, payload, found, connection) in rows {
        let mut found = found;
        found["id"] = json!("1");
        let script = Script::new([list(&[found])]);
        let answer = script.call(&connection, operation, &json!({"payload": payload})).unwrap();
        assert_eq!(answer.output.to_json()["outcome"], "unchanged", "{payload}");
    }
    // Both are there: the name as it is wanted. Two stores: which one cannot be told.
    let users = |names: &[&str]| {
        let user = |(id, name): (usize, &&str)| json!({"id": id.to_string(), "userName": name});
        list(&names.iter().enumerate().map(user).collect::<Vec<_>>())
    };
    let kim = json!({"payload": {"userName": "kim"}});
    let answer = Script::new([users(&["OTHER/kim", "kim"])]).call(&wso2(), "ensureUser", &kim).unwrap();
    assert_eq!(answer.output.to_json()["user"]["id"], "1");
    let failure = Script::new([users(&["A/kim", "B/kim"])]).call(&wso2(), "ensureUser", &kim).unwrap_err();
    assert_eq!(failure.kind, Kind::Ambiguous);
    // Without the setting it is another name.
    let script = Script::new([users(&["DEFAULT/kim"]), self::answer(201, r#"{"id":"2","userName":"kim"}"#)]);
    assert_eq!(script.call(&bearer(), "ensureUser", &kim).unwrap().output.to_json()["outcome"], "created");
    // A decomposed name is asked for in the composed form, too.
    let script = Script::new([list(&[]), list(&[json!({"id": "1", "displayName": "René"})])]);
    let answer = script.call(&bearer(), "ensureGroup", &json!({"payload": {"displayName": "Rene\u{301}"}})).unwrap();
    assert_eq!(answer.output.to_json()["outcome"], "unchanged");
    assert_eq!(filters(&script)[1], "displayName eq \"René\"");
}

#[test]
fn words_of_the_language_of_filters_in_a_name() {
    let groups: Vec<Value> =
        ["R and B", "R and D", "R"].iter().map(|name| json!({"id": name, "displayName": name})).collect();
    let script = Script::new([list(&groups)]);
    let connection = with(json!({"filterKeywordsInStrings": false}));
    let answer = script.call(&connection, "ensureGroup", &json!({"payload": {"displayName": "R and D"}})).unwrap();
    assert_eq!(answer.output.to_json()["group"]["id"], "R and D");
    assert_eq!(filters(&script), ["displayName sw \"R\""]);
}

/// A name that is taken, and that neither a filter nor a list finds: the next ones are not listed for.
#[test]
fn a_list_in_vain_is_not_read_for_each_refusal() {
    let nobody = || list(&[]);
    let taken = || answer(409, r#"{"scimType":"uniqueness"}"#);
    let others = || list(&[json!({"id": "9", "userName": "eve"})]);
    let script = Script::new([nobody(), taken(), nobody(), others(), list(&[]), nobody(), taken(), nobody()]);
    for name in ["kim", "ada"] {
        let input = json!({"payload": {"userName": name}});
        let failure = invoke(&script, &bearer().to_string(), "ensureUser", input.to_string(), None).unwrap_err();
        assert_eq!(failure.kind, Kind::Conflict, "{failure}");
    }
    let walked = script.lines().iter().filter(|line| !line.contains("filter=") && line.starts_with("GET")).count();
    assert_eq!((walked, script.answers.borrow().len()), (2, 0), "{:?}", script.lines());
}
