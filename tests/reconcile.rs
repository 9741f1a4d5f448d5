//! `reconcile` against a provider in memory: who is recognised, what is sent and in which order, what holds it back, what the report says
//! of it, and what the next call makes of the report.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests"
)]

use scim_connector::catalog::invoke::invoke;
use scim_connector::failure::Kind;
use serde_json::{Value, json};

#[path = "support/counted.rs"]
mod counted;
#[path = "reconcile/provider.rs"]
mod provider;

use provider::Provider;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

fn there(number: usize) -> Value {
    json!({"schemas": [USER], "id": format!("id-{number}"), "externalId": number.to_string(), "userName": format!("person{number}@example.com"), "title": "Engineer", "active": true})
}

fn wanted(number: usize) -> Value {
    let mut user = there(number);
    user.as_object_mut().unwrap().remove("id");
    user
}

fn wanted_all(numbers: std::ops::Range<usize>) -> Vec<Value> {
    numbers.map(wanted).collect()
}

fn actions(report: &Value) -> Vec<String> {
    let told = |it: &Value| {
        format!(
            "{} {} {}",
            it["key"].as_str().unwrap(),
            it["action"].as_str().unwrap(),
            it["outcome"].as_str().unwrap()
        )
    };
    report["changes"].as_array().unwrap().iter().map(told).collect()
}

fn owned(numbers: std::ops::Range<usize>, ownership: &str) -> Vec<Value> {
    numbers
        .map(|number| json!({"id": format!("id-{number}"), "key": number.to_string(), "ownership": ownership}))
        .collect()
}

fn edited(mut value: Value, name: &str, to: Value) -> Value {
    value[name] = to;
    value
}

#[test]
fn an_unchanged_set_costs_only_the_listing() {
    let resources: Vec<Value> = (0..250).map(there).collect();
    let provider = Provider::of(&resources);
    let report = provider.call(&json!({"desired": wanted_all(0..250), "owned": owned(0..250, "created")})).unwrap();
    assert_eq!((&report["counts"]["unchanged"], &report["complete"]), (&json!(250), &json!(true)));
    assert_eq!(provider.sent(), ["GET /Users"; 3]);
    assert_eq!(report["owned"][7], json!({"id": "id-7", "key": "7", "ownership": "created"}));
}

#[test]
fn what_differs_is_carried_out_and_leavers_come_last() {
    for bulk in [false, true] {
        let resources: Vec<Value> = (0..60).map(there).collect();
        let provider = Provider { bulk, ..Provider::of(&resources) };
        let mut desired = wanted_all(2..60);
        desired[0]["title"] = json!("Head");
        desired[1]["active"] = json!(false);
        desired.push(edited(wanted(100), "password", json!("a long passphrase")));
        desired.push(wanted(101));
        let mut known = owned(0..59, "created");
        known[0]["ownership"] = json!("linked");
        let input = json!({"desired": desired, "owned": known, "policy": {"leavers": "deactivate"}});
        let report = provider.call(&input).unwrap();
        assert_eq!(report.get("guarded"), None, "{report}");
        assert_eq!(
            report["counts"],
            json!({"create": 2, "update": 1, "link": 1, "unchanged": 55, "deactivate": 2, "reactivate": 0, "delete": 0, "leave": 1, "conflict": 0})
        );
        let told = actions(&report);
        assert_eq!((told[0].as_str(), told[1].as_str()), ("2 update done", "3 deactivate done"));
        assert_eq!(
            told[57..],
            ["59 link done", "100 create done", "101 create done", "0 leave done", "1 deactivate done"]
                .map(str::to_owned)[..]
        );
        let sent = provider.steps();
        match bulk {
            false => assert_eq!(
                sent,
                [
                    "GET /Users",
                    "PATCH /Users/id-2",
                    "POST /Users",
                    "POST /Users",
                    "PATCH /Users/id-3",
                    "PATCH /Users/id-1"
                ]
            ),
            true => assert_eq!(
                sent[..2],
                ["GET /Users", "PATCH /Users/id-2"],
                "so few are not worth a bulk request: {sent:?}"
            ),
        }
        assert_eq!(
            (&provider.find("id-1")["active"], &provider.find("id-3")["active"]),
            (&json!(false), &json!(false))
        );
        assert_eq!((&provider.find("id-0")["active"], &provider.find("id-2")["title"]), (&json!(true), &json!("Head")));
        let ownership =
            |id: &str| report["owned"].as_array().unwrap().iter().find(|it| it["id"] == id).cloned().unwrap();
        assert_eq!(ownership("new-1"), json!({"id": "new-1", "key": "100", "ownership": "created"}));
        let left = json!({"id": "id-1", "key": "1", "ownership": "created", "deactivated": true, "goneSince": 1_800_000_000_000_u64});
        assert_eq!(ownership("id-1"), left);
        assert_eq!(ownership("id-0")["ownership"], "linked");
        assert_eq!(ownership("id-59")["ownership"], "linked");
        // The next call finds nothing to do.
        let again = provider
            .call(&json!({"desired": desired, "owned": report["owned"], "policy": {"leavers": "deactivate"}}))
            .unwrap();
        assert_eq!((&again["counts"]["unchanged"], &again["counts"]["leave"]), (&json!(60), &json!(2)), "{again}");
        assert_eq!((provider.steps(), &again["owned"]), (vec!["GET /Users".to_owned()], &report["owned"]));
        // Who comes back is active again; who stays away is deleted when the time is over.
        provider.clock.set(10_000);
        let mut back = desired.clone();
        back.push(wanted(1));
        let policy = json!({"leavers": "deactivate", "deleteAfterMs": 10_000});
        let later = provider.call(&json!({"desired": desired, "owned": report["owned"], "policy": policy})).unwrap();
        assert_eq!(actions(&later).last().unwrap(), "1 delete done");
        assert_eq!((provider.find("id-1"), later["owned"].as_array().unwrap().len()), (Value::Null, 61));
        provider.resources.borrow_mut().push(edited(there(1), "active", json!(false)));
        let returned = provider.call(&json!({"desired": back, "owned": report["owned"], "policy": policy})).unwrap();
        assert_eq!(returned["counts"]["reactivate"], 1);
        assert_eq!(provider.find("id-1")["active"], true);
    }
}

#[test]
fn many_go_in_bulk() {
    let resources: Vec<Value> = (0..40).map(there).collect();
    let provider = Provider { bulk: true, ..Provider::of(&resources) }
        .faulty("POST /Users {\"active\":true,\"externalId\":\"205\"", 400);
    let mut desired: Vec<Value> = (0..40).map(|number| edited(wanted(number), "title", json!("Head"))).collect();
    desired.extend(wanted_all(200..330));
    let report = provider.call(&json!({"desired": desired})).unwrap();
    assert_eq!((&report["counts"]["link"], &report["counts"]["create"]), (&json!(40), &json!(130)));
    assert_eq!(provider.steps(), ["GET /Users", "POST /Bulk", "POST /Bulk"]);
    let failed: Vec<&Value> =
        report["changes"].as_array().unwrap().iter().filter(|it| it["outcome"] != "done").collect();
    assert_eq!(
        (failed.len(), &failed[0]["key"], &failed[0]["failure"]["status"]),
        (1, &json!("205"), &json!(400)),
        "{failed:?}"
    );
    assert_eq!(provider.resources.borrow().len(), 40 + 129);
    assert_eq!(report["owned"].as_array().unwrap().len(), 40 + 129);
}

#[test]
fn nothing_is_changed_where_a_guard_holds_back() {
    let resources: Vec<Value> = (0..100).map(there).collect();
    let known = || owned(0..100, "created");
    let leave = || json!({"leavers": "delete"});
    let confirmed = |accept: usize| json!({"accept": accept});
    let rows: [(usize, Value, usize, Option<&str>); 8] = [
        (5, json!({}), 0, None),
        (6, json!({}), 0, Some("guards.leavers allows 5 %")),
        (6, json!({"leavers": "10%"}), 0, None),
        (6, json!({"leavers": "10%", "atMost": 5}), 0, Some("guards.atMost allows 5")),
        (42, confirmed(42), 0, None),
        (43, confirmed(42), 0, Some("guards.accept: 43")),
        (100, json!({"leavers": 1, "atMost": 1000}), 0, Some("no resources are described")),
        (1, json!({}), 3, Some("the listing did not come to its end")),
    ];
    for (going, guards, hidden, guarded) in rows {
        let provider = Provider { hidden, ..Provider::of(&resources) };
        let desired: Vec<Value> = wanted_all(going..100);
        let input = json!({"desired": desired, "owned": known(), "policy": leave(), "guards": guards});
        let report = provider.call(&input).unwrap();
        let told = report.get("guarded").and_then(Value::as_str);
        assert_eq!(told.is_some(), guarded.is_some(), "{going} {guards}: {told:?}");
        assert!(told.unwrap_or_default().contains(guarded.unwrap_or_default()), "{told:?}");
        assert_eq!(report["complete"], hidden == 0);
        let left = if guarded.is_some() { 100 } else { 100 - going };
        assert_eq!(provider.resources.borrow().len(), left, "{going} {guards}");
        assert_eq!(report["counts"]["delete"], going);
        assert_eq!(report["owned"].as_array().unwrap().len(), left);
        let writes = provider.sent().iter().filter(|line| !line.starts_with("GET")).count();
        assert_eq!(writes, 100 - left);
        if guarded.is_some() {
            assert!(actions(&report).contains(&"0 delete notCarriedOut".to_owned()));
            assert_eq!(report["owned"], json!(known()));
        }
    }
    let provider = Provider::of(&resources);
    let input = json!({"desired": wanted_all(1..101), "owned": known(), "policy": leave(), "dryRun": true});
    let report = provider.call(&input).unwrap();
    assert_eq!(
        (&report["dryRun"], &report["counts"]["delete"], &report["counts"]["create"]),
        (&json!(true), &json!(1), &json!(1))
    );
    assert_eq!((provider.steps().len(), &report["owned"]), (1, &json!(known())));
}

#[test]
fn strangers_are_reported_and_left_alone() {
    let provider = Provider::of(&[there(0), there(1), there(2)]);
    let input = json!({"desired": wanted_all(0..1), "policy": {"leavers": "delete", "existing": "leave"}, "guards": {"leavers": 1}});
    let report = provider.call(&input).unwrap();
    assert_eq!(actions(&report), ["0 leave done", "1 leave done", "2 leave done"]);
    assert!(report["changes"][1]["reason"].as_str().unwrap().contains("none of this job's"));
    assert_eq!((provider.sent().len(), &report["owned"]), (1, &json!([])));
}

#[test]
fn who_is_meant_is_told_or_it_is_a_conflict() {
    let user = |id: &str, external: Value, name: &str| {
        let mut user = json!({"schemas": [USER], "id": id, "userName": name, "active": true});
        if !external.is_null() {
            user["externalId"] = external;
        }
        user
    };
    let plain = |external: Value, name: &str| {
        let mut user = user("", external, name);
        user.as_object_mut().unwrap().remove("id");
        user
    };
    let known = |id: &str, key: &str| json!([{"id": id, "key": key, "ownership": "created"}]);
    // (there, desired, owned, action, part of the reason)
    type Row = (Vec<Value>, Value, Value, &'static str, &'static str);
    let rows: Vec<Row> = vec![
        (vec![user("1", json!("e1"), "ada")], plain(json!("e1"), "ada"), json!([]), "link", "linked"),
        // An identifier is told apart by case, a name is not.
        (vec![user("1", json!("E1"), "x")], plain(json!("e1"), "ada"), json!([]), "create", "no user matches"),
        (vec![user("1", Value::Null, "ADA")], plain(json!("e1"), "ada"), json!([]), "link", "externalId differs"),
        (
            vec![user("1", json!("e1"), "new")],
            plain(json!("e1"), "ada"),
            known("1", "e1"),
            "update",
            "userName differs",
        ),
        // One by each rule.
        (
            vec![user("1", json!("e1"), "x"), user("2", Value::Null, "ada")],
            plain(json!("e1"), "ada"),
            json!([]),
            "conflict",
            "2 users match",
        ),
        (
            vec![user("1", json!("e1"), "x"), user("2", json!("e1"), "y")],
            plain(json!("e1"), "ada"),
            json!([]),
            "conflict",
            "2 users match",
        ),
        // The name is somebody else's.
        (vec![user("1", json!("e2"), "ada")], plain(json!("e1"), "ada"), json!([]), "conflict", "another externalId"),
        (
            vec![user("1", json!("e2"), "ada")],
            plain(json!("e1"), "ada"),
            known("1", "ada"),
            "update",
            "externalId differs",
        ),
        // Whom the job knows, wherever its attributes have gone.
        (
            vec![user("1", json!("odd"), "odd")],
            plain(json!("e1"), "ada"),
            known("1", "e1"),
            "update",
            "externalId, userName differ",
        ),
        (
            vec![user("1", json!("odd"), "odd"), user("2", json!("e1"), "ada")],
            plain(json!("e1"), "ada"),
            known("1", "e1"),
            "conflict",
            "2 users match",
        ),
        // Removed at the provider, and there again as somebody's.
        (vec![], plain(json!("e1"), "ada"), known("1", "e1"), "create", "was removed at the provider"),
        (vec![user("2", json!("e1"), "ada")], plain(json!("e1"), "ada"), known("1", "e1"), "link", "linked"),
        // A creation whose answer was lost.
        (
            vec![user("2", json!("e1"), "ada")],
            plain(json!("e1"), "ada"),
            json!([{"key": "e1", "ownership": "created"}]),
            "unchanged",
            "nothing",
        ),
    ];
    for (there, desired, owned, action, reason) in rows {
        let provider = Provider::of(&there);
        let input = json!({"desired": [desired], "owned": owned, "policy": {"leavers": "delete"}, "guards": {"leavers": 1}, "dryRun": true});
        let report = provider.call(&input).unwrap();
        let first = &report["changes"][0];
        assert_eq!(first["action"], action, "{there:?} {desired} {owned}: {first}");
        assert!(first["reason"].as_str().unwrap().contains(reason), "{there:?} {desired}: {first}");
        assert_eq!(report["counts"]["delete"], 0, "{there:?} {desired}: {report}");
    }
}

#[test]
fn desired_ones_that_cannot_be_told_apart_change_nothing() {
    let provider = Provider::of(&[there(0), there(1)]);
    let mut twin = wanted(0);
    twin["userName"] = json!("PERSON1@example.com");
    twin["externalId"] = json!("9");
    let nameless = json!({"displayName": "Nobody"});
    let input = json!({"desired": [wanted(0), wanted(1), twin, nameless], "owned": owned(0..2, "created"), "policy": {"leavers": "delete"}});
    let report = provider.call(&input).unwrap();
    assert_eq!(
        actions(&report),
        [
            "0 unchanged done",
            "1 conflict notCarriedOut",
            "9 conflict notCarriedOut",
            "desired.3 conflict notCarriedOut"
        ]
    );
    // Somebody may be missing only because there is nothing to recognise them by.
    let report = provider.call(&json!({"desired": [wanted(0), nameless], "owned": owned(0..2, "created"), "policy": {"leavers": "delete"}, "guards": {"leavers": 1}})).unwrap();
    assert!(report["guarded"].as_str().unwrap().contains("no value to recognise them by"), "{report}");
    let failure = provider.call(&json!({"desired": [nameless]})).unwrap_err();
    assert_eq!((failure.kind, failure.pointer.as_deref()), (Kind::InvalidInput, Some("/matchOn")));
    assert!(provider.sent().iter().all(|line| line == "GET /Users"));
}

#[test]
fn one_failure_does_not_stop_the_others_and_one_of_all_does() {
    let desired: Vec<Value> = (0..6).map(|number| edited(wanted(number), "title", json!("Head"))).collect();
    let resources: Vec<Value> = (0..6).map(there).collect();
    let known = owned(0..6, "created");
    let run = |provider: &Provider| provider.call(&json!({"desired": desired, "owned": known})).unwrap();
    let outcomes = |report: &Value| -> Vec<String> {
        report["changes"].as_array().unwrap().iter().map(|it| it["outcome"].as_str().unwrap().to_owned()).collect()
    };
    let provider = Provider::of(&resources).faulty("PATCH /Users/id-2", 403);
    let report = run(&provider);
    assert_eq!(outcomes(&report), ["done", "done", "failed", "done", "done", "done"]);
    assert_eq!(report["changes"][2]["failure"]["kind"], "permission");
    assert_eq!(report["owned"], json!(known));
    let provider = Provider::of(&resources).faulty("PATCH /Users/id-2", 401);
    assert_eq!(
        outcomes(&run(&provider)),
        ["done", "done", "failed", "notCarriedOut", "notCarriedOut", "notCarriedOut"]
    );
    // Time that runs out leaves a report.
    let provider = Provider { slow: 14_000, ..Provider::of(&resources) };
    let report = run(&provider);
    assert_eq!(outcomes(&report), ["done", "done", "notCarriedOut", "notCarriedOut", "notCarriedOut", "notCarriedOut"]);
    // Nothing was changed where nothing could be listed.
    let failure = Provider::of(&resources).faulty("GET /Users", 503).call(&json!({"desired": desired})).unwrap_err();
    assert!(failure.transient && failure.detail.ends_with("nothing was changed"), "{failure:?}");
}

#[test]
fn a_creation_whose_answer_is_lost_is_looked_for() {
    for bulk in [false, true] {
        let provider =
            Provider { bulk, ..Provider::of(&[]) }.faulty(if bulk { "POST /Bulk" } else { "POST /Users" }, 0);
        let desired = wanted_all(0..if bulk { 6 } else { 1 });
        let report = provider.call(&json!({"desired": desired})).unwrap();
        assert_eq!(report["changes"][0]["outcome"], "done", "{report}");
        assert_eq!(
            (&report["changes"][0]["id"], &report["owned"][0]["ownership"]),
            (&json!("new-1"), &json!("created"))
        );
        assert_eq!(provider.resources.borrow().len(), desired.len());
    }
}

#[test]
fn a_filter_says_who_is_compared() {
    let provider = Provider::of(&[there(0), edited(there(1), "userType", json!("Contractor")), there(2)]);
    let input = json!({"desired": wanted_all(0..1), "owned": owned(0..3, "created"), "scope": "userType eq \"Contractor\"", "policy": {"leavers": "delete"}, "dryRun": true, "guards": {"leavers": 1}});
    let report = provider.call(&input).unwrap();
    let told = actions(&report);
    assert_eq!(told[1..], ["1 delete notCarriedOut".to_owned()], "{told:?}");
}

#[test]
fn groups_change_in_place_with_their_members() {
    let group = |id: &str, name: &str, members: &[&str]| {
        let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
        json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "id": id, "displayName": name, "members": members})
    };
    let wanted = |name: &str, members: &[&str]| {
        let mut group = group("", name, members);
        group.as_object_mut().unwrap().remove("id");
        group
    };
    let provider =
        Provider::of(&[group("g1", "Eng", &["a", "b"]), group("g2", "Ops", &["a"]), group("g3", "Old", &[])]);
    let owned =
        json!([{"id": "g1", "key": "Eng", "ownership": "created"}, {"id": "g3", "key": "Old", "ownership": "created"}]);
    let input = json!({"resourceType": "Group", "desired": [wanted("eng", &["b", "c"]), wanted("Ops", &["a"]), wanted("New", &["a"])],
        "owned": owned, "policy": {"leavers": "delete"}, "guards": {"leavers": "50%"}});
    let report = provider.call(&input).unwrap();
    assert_eq!(
        actions(&report),
        ["eng update done", "Ops link done", "New create done", "Old delete done"],
        "{report}"
    );
    let members: Vec<String> = provider.find("g1")["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["value"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!((members, provider.find("g3")), (vec!["b".to_owned(), "c".to_owned()], Value::Null));
    let sent = provider.sent();
    assert!(sent.iter().position(|line| line.starts_with("DELETE")) == Some(sent.len() - 1), "{sent:?}");
}

#[test]
fn twenty_thousand_users_fit_an_instance() {
    const MANY: usize = 20_000;
    let person = |number: usize| {
        let name = format!("person{number}@example.com");
        json!({
            "schemas": [USER], "userName": name, "externalId": number.to_string(),
            "displayName": format!("Person {number}"), "name": {"givenName": "Person", "familyName": number.to_string()}, "active": true,
            "emails": [{"value": name, "type": "work", "primary": true}, {"value": format!("home-{name}"), "type": "home"}],
            "phoneNumbers": [{"value": "+1 555 0100", "type": "work"}], "title": "Engineer", "preferredLanguage": "en-GB",
        })
    };
    let there: Vec<Value> = (0..MANY / 2).map(|number| {
        let mut user = edited(person(number), "id", json!(format!("id-{number}")));
        user["meta"] = json!({"resourceType": "User", "created": "2026-01-01T00:00:00Z", "lastModified": "2026-01-01T00:00:00Z"});
        if number % 10 == 0 {
            user["title"] = json!("Manager");
        }
        user
    }).collect();
    let provider = Provider { bulk: true, ..Provider::of(&there) };
    drop(there);
    let desired: Vec<Value> = (0..MANY).map(person).collect();
    let input = json!({"desired": desired, "resourceType": "User"}).to_string();
    drop(desired);
    let connection = json!({"serviceUrl": "https://scim.example/v2", "auth": {"type": "bearer", "token": "the-bearer-token"},
        "overrides": {"bulk": {"supported": true, "maxOperations": 1000, "maxPayloadSize": 1_048_576}, "defaultCount": 500}}).to_string();
    let read = input.len();
    let before = counted::live() - read;
    counted::start();
    let answer = invoke(&provider, &connection, "reconcile", input, Some(3_600_000)).unwrap();
    let text = answer.output.data.into_json_text();
    // What the provider holds by now is not the connector's.
    let peak = counted::peak() - before;
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&report["counts"]["create"], &report["counts"]["link"]), (&json!(MANY / 2), &json!(MANY / 2)));
    let done = report["changes"].as_array().unwrap().iter().filter(|it| it["outcome"] == "done").count();
    assert_eq!((done, provider.resources.borrow().len()), (MANY, MANY));
    println!(
        "{MANY} users: {read} bytes in, {} out, {peak} at most, the provider's {MANY} records included, {} requests",
        text.len(),
        answer.requests
    );
    assert!(peak < 256 << 20, "{peak} bytes");
}
