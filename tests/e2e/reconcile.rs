//! `reconcile` and `plan` through host and command: from a file, typed, and what a guard holds back.

use crate::harness::{Workplace, block_on, client, sandbox};
use scim_connector_host::types::{ChangeOutcome, PlanAction, PlanPair, Policy, ReconcileOptions, Target};
use scim_connector_sandbox::Options;
use serde_json::{Value, json};

fn people(names: &[&str]) -> Vec<Value> {
    let person = |name: &&str| json!({"userName": format!("{name}@example.com"), "externalId": name, "active": true});
    names.iter().map(person).collect()
}

#[test]
fn a_set_is_reconciled_from_a_file() {
    let (_sandbox, connection) = sandbox(Options::default());
    let place = Workplace::new(&[("sandbox", connection)]);
    let reconcile = |input: Value, code: i32| {
        std::fs::write(place.path().join("desired.json"), input.to_string()).expect("a file");
        let finished = place.run(&["call", "reconcile", "--input", "@desired.json"]);
        assert_eq!(finished.code, code, "{finished:?}");
        (finished.json(), finished.stderr)
    };
    let first = json!({"resourceType": "User", "desired": people(&["ada", "bob", "cy"])});
    let (report, _) = reconcile(first.clone(), 0);
    assert_eq!((&report["counts"]["create"], &report["complete"]), (&json!(3), &json!(true)), "{report}");
    let owned = report["owned"].clone();
    let again = |desired: Value, guards: Value| json!({"resourceType": "User", "desired": desired, "owned": owned, "policy": {"leavers": "deactivate"}, "guards": guards});
    let (report, _) = reconcile(again(first["desired"].clone(), json!({})), 0);
    assert_eq!(report["counts"]["unchanged"], 3, "{report}");
    let (report, said) = reconcile(again(json!(people(&["ada", "bob"])), json!({})), 1);
    assert!(report["guarded"].as_str().is_some_and(|it| it.contains("1 of the job's own 3")), "{report}");
    assert!(said.contains("nothing was changed"), "{said}");
    let (report, _) = reconcile(again(json!(people(&["ada", "bob"])), json!({"accept": 1})), 0);
    assert_eq!((&report["counts"]["deactivate"], report.get("guarded")), (&json!(1), None), "{report}");
    let listed = place.run(&["call", "listUsers", "--input", r#"{"filter": "active eq false"}"#]).json();
    assert_eq!(listed["Resources"][0]["userName"], "cy@example.com", "{listed}");
}

#[test]
fn typed_calls_plan_and_reconcile() {
    let (_sandbox, connection) = sandbox(Options::default());
    let client = client(&connection);
    let users = Target::ResourceType("User".to_owned());
    let desired: Vec<String> = people(&["ada", "bob"]).iter().map(Value::to_string).collect();
    let options = ReconcileOptions { dry_run: Some(true), ..ReconcileOptions::default() };
    let planned = block_on(client.reconcile(&users, &desired, Some(&options), None)).expect("a plan");
    assert_eq!((planned.counts.create, planned.dry_run), (2, Some(true)));
    let report = block_on(client.reconcile(&users, &desired, None, None)).expect("a report");
    assert!(report.complete && report.changes.iter().all(|change| change.outcome == ChangeOutcome::Done), "{report:?}");
    assert_eq!((report.owned.len(), report.guarded), (2, None));
    let pair = PlanPair {
        key: "ada".to_owned(),
        desired: Some(desired[0].clone()),
        existing: vec![json!({"id": report.owned[0].id, "userName": "ada@example.com", "active": false}).to_string()],
        ownership: Some(report.owned[0].ownership),
        gone_ms: None,
        deactivated: None,
        conflict: None,
    };
    let report = block_on(client.plan(&users, &[pair], Some(&Policy::default()))).expect("a plan");
    let decision = &report.decisions[0];
    assert_eq!((decision.action, report.counts.reactivate), (PlanAction::Reactivate, 1));
    let paths: Vec<&str> = decision.operations.iter().filter_map(|it| it.path.as_deref()).collect();
    assert_eq!(paths, ["active", "externalId"], "{decision:?}");
}
