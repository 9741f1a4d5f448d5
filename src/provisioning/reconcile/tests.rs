//! Decisions: a row for each rule, and what providers and types have of their own.

use super::plan;
use super::report::{Action, Decision};
use super::rules::Rules;
use crate::input::reconcile::{CreateOnly, Existing, Leavers, Ownership, Pair, Policy};
use crate::operations::target::{Endpoint, at};
use crate::profile::Profile;
use crate::scim::patch::Style;
use crate::scim::path::AttributePath;
use crate::scim::resource::{Data, Resource, json};
use crate::scim::urn;

pub(super) fn object(value: &Data) -> Resource {
    value.as_object().unwrap().clone()
}

fn overridden(overrides: &Data) -> Profile {
    Profile::named("generic", &object(overrides)).unwrap()
}

/// Decides at a provider that differs so.
fn at_provider(overrides: &Data, endpoint: &Endpoint, policy: &Policy, pairs: Vec<Pair>) -> Vec<Decision> {
    let profile = overridden(overrides);
    let style =
        Style { value_paths: profile.knobs.patch_value_paths, pathless: false, text: profile.knobs.text_rules() };
    plan(pairs, &Rules::of(&profile.knobs, style, true, endpoint, policy))
}

pub(super) fn users(policy: &Policy, pairs: Vec<Pair>) -> Vec<Decision> {
    at_provider(&json!({}), &at("/Users").unwrap(), policy, pairs)
}

pub(super) fn one(policy: &Policy, pair: Pair) -> Decision {
    users(policy, vec![pair]).pop().unwrap()
}

pub(super) fn pair(desired: Option<Data>, existing: &[Data]) -> Pair {
    let existing = existing.iter().map(object).collect();
    Pair { key: "k".into(), desired: desired.as_ref().map(object), existing, ..Pair::default() }
}

fn create_only(names: &[&str]) -> Vec<CreateOnly> {
    let one = |name: &&str| CreateOnly { text: (*name).into(), path: AttributePath::parse(name).unwrap() };
    names.iter().map(one).collect()
}

pub(super) fn operations(decision: &Decision) -> String {
    let all: Vec<String> = decision.operations.iter().map(|operation| operation.to_json().to_string()).collect();
    all.join(" ")
}

#[test]
fn each_rule_has_its_row() {
    use Action::*;
    let (created, adopted, linked) = (Some(Ownership::Created), Some(Ownership::Adopted), Some(Ownership::Linked));
    let ada = || json!({"id": "1", "userName": "ada@example.com", "title": "Dr.", "active": true});
    let closed = || json!({"id": "1", "userName": "ada@example.com", "title": "Dr.", "active": false});
    let wanted = |more: Data| {
        let mut user = json!({"userName": "ada@example.com", "title": "Dr."}).into_object().unwrap();
        user.extend(more.into_object().unwrap());
        Some(Data::from(user))
    };
    let policy = |existing, leavers| Policy { existing, leavers, ..Policy::default() };
    let link = || policy(Existing::Link, Leavers::Keep);
    let deactivate = || policy(Existing::Link, Leavers::Deactivate);
    let set = |value: bool| format!(r#"{{"op":"replace","path":"active","value":{value}}}"#);
    let title = r#"{"op":"replace","path":"title","value":"Prof."}"#.to_owned();
    let known = |pair: Pair, ownership| Pair { ownership, ..pair };
    let gone = |pair: Pair, gone_ms| Pair { gone_ms: Some(gone_ms), deactivated: true, ownership: created, ..pair };
    let after = || Policy { delete_after_ms: Some(10), ..deactivate() };
    // (policy, pair, action, part of the reason, ownership afterwards, operations)
    type Row = (Policy, Pair, Action, &'static str, Option<Ownership>, String);
    let rows: Vec<Row> = vec![
        (link(), pair(wanted(json!({})), &[]), Create, "no user matches", created, String::new()),
        (
            link(),
            known(pair(wanted(json!({})), &[]), linked),
            Create,
            "was removed at the provider",
            created,
            String::new(),
        ),
        (link(), pair(wanted(json!({})), &[ada()]), Link, "was there already and is linked", linked, String::new()),
        (
            policy(Existing::Adopt, Leavers::Keep),
            pair(wanted(json!({"title": "Prof."})), &[ada()]),
            Link,
            "is adopted; title differs",
            adopted,
            title.clone(),
        ),
        (
            policy(Existing::Leave, Leavers::Keep),
            pair(wanted(json!({})), &[ada()]),
            Leave,
            "policy.existing",
            None,
            String::new(),
        ),
        (link(), known(pair(wanted(json!({})), &[ada()]), linked), Unchanged, "nothing differs", linked, String::new()),
        (
            link(),
            known(pair(wanted(json!({"title": "Prof."})), &[ada()]), created),
            Update,
            "title differs",
            created,
            title.clone(),
        ),
        // What shall be inactive.
        (
            link(),
            known(pair(wanted(json!({"active": false})), &[ada()]), created),
            Deactivate,
            "is to be inactive",
            created,
            set(false),
        ),
        (
            link(),
            known(pair(wanted(json!({"active": false, "title": "Prof."})), &[ada()]), adopted),
            Deactivate,
            "inactive; title differs",
            adopted,
            format!("{title} {}", set(false)),
        ),
        (
            link(),
            known(pair(wanted(json!({"active": false})), &[ada()]), linked),
            Leave,
            "needs adopt",
            linked,
            String::new(),
        ),
        (
            link(),
            known(pair(wanted(json!({"active": false, "title": "Prof."})), &[ada()]), linked),
            Update,
            "title differs; it stays active, since deactivating a linked one needs adopt",
            linked,
            title.clone(),
        ),
        (link(), pair(wanted(json!({"active": false})), &[ada()]), Link, "needs adopt", linked, String::new()),
        (
            policy(Existing::Adopt, Leavers::Keep),
            pair(wanted(json!({"active": false})), &[ada()]),
            Deactivate,
            "inactive",
            adopted,
            set(false),
        ),
        (
            link(),
            known(pair(wanted(json!({"active": false})), &[closed()]), linked),
            Unchanged,
            "nothing differs",
            linked,
            String::new(),
        ),
        // What shall be active.
        (
            link(),
            known(pair(wanted(json!({"active": true})), &[closed()]), linked),
            Reactivate,
            "is wanted again",
            linked,
            set(true),
        ),
        (
            link(),
            known(pair(wanted(json!({"active": true, "title": "Prof."})), &[closed()]), created),
            Reactivate,
            "again; title differs",
            created,
            format!("{title} {}", set(true)),
        ),
        (link(), pair(wanted(json!({"active": true})), &[closed()]), Link, "is linked", linked, set(true)),
        (
            link(),
            Pair { deactivated: true, ..known(pair(wanted(json!({})), &[closed()]), created) },
            Reactivate,
            "wanted again",
            created,
            set(true),
        ),
        (
            link(),
            Pair { deactivated: true, ..known(pair(wanted(json!({"active": null})), &[closed()]), created) },
            Reactivate,
            "wanted again",
            created,
            set(true),
        ),
        (
            link(),
            known(pair(wanted(json!({})), &[closed()]), created),
            Unchanged,
            "nothing differs",
            created,
            String::new(),
        ),
        // Leavers.
        (deactivate(), pair(None, &[ada()]), Leave, "none of this job's", None, String::new()),
        (
            policy(Existing::Adopt, Leavers::Delete),
            pair(None, &[ada()]),
            Leave,
            "none of this job's",
            None,
            String::new(),
        ),
        (deactivate(), known(pair(None, &[ada()]), linked), Leave, "that needs adopt", linked, String::new()),
        (link(), known(pair(None, &[ada()]), created), Leave, "policy.leavers keeps", created, String::new()),
        (deactivate(), known(pair(None, &[ada()]), created), Deactivate, "not desired any more", created, set(false)),
        (deactivate(), known(pair(None, &[closed()]), created), Leave, "inactive already", created, String::new()),
        (
            policy(Existing::Link, Leavers::Delete),
            known(pair(None, &[ada()]), adopted),
            Delete,
            "not desired any more",
            None,
            String::new(),
        ),
        (after(), gone(pair(None, &[closed()]), 9), Leave, "inactive already", created, String::new()),
        (after(), gone(pair(None, &[closed()]), 10), Delete, "its time is over", None, String::new()),
        (
            after(),
            Pair { deactivated: false, ..gone(pair(None, &[closed()]), 10) },
            Leave,
            "inactive already",
            created,
            String::new(),
        ),
        (after(), gone(pair(None, &[ada()]), 10), Deactivate, "not desired any more", created, set(false)),
        (
            after(),
            Pair { ownership: linked, ..gone(pair(None, &[closed()]), 10) },
            Leave,
            "needs adopt",
            linked,
            String::new(),
        ),
        (deactivate(), known(pair(None, &[]), created), Leave, "is not there any more", None, String::new()),
        // What cannot be told.
        (link(), pair(wanted(json!({})), &[ada(), json!({"id": "2"})]), Conflict, "2 users match", None, String::new()),
        (link(), pair(wanted(json!({})), &[ada(), ada()]), Link, "linked", linked, String::new()),
        (
            deactivate(),
            known(pair(None, &[ada(), json!({"id": "2"})]), created),
            Conflict,
            "2 users match",
            created,
            String::new(),
        ),
        (
            link(),
            pair(wanted(json!({})), &[json!({"userName": "ada@example.com"})]),
            Conflict,
            "shows no id",
            None,
            String::new(),
        ),
        (
            link(),
            Pair { conflict: Some("two rows".into()), ..pair(wanted(json!({})), &[ada()]) },
            Conflict,
            "two rows",
            None,
            String::new(),
        ),
        (
            link(),
            pair(Some(json!({"title": "Dr."})), &[]),
            Conflict,
            "desired.userName: is required",
            None,
            String::new(),
        ),
        (
            link(),
            pair(wanted(json!({"active": "maybe"})), &[ada()]),
            Conflict,
            "desired.active: expected a boolean",
            None,
            String::new(),
        ),
        (link(), pair(wanted(json!({"tilte": "x"})), &[]), Conflict, "did you mean \"title\"?", None, String::new()),
    ];
    for (policy, pair, action, reason, ownership, expected) in rows {
        let told = format!("{policy:?} {pair:?}");
        let decision = one(&policy, pair);
        assert_eq!((decision.action, decision.ownership), (action, ownership), "{told}: {decision:?}");
        assert!(decision.reason.contains(reason), "{told}: {}", decision.reason);
        assert_eq!(operations(&decision), expected, "{told}");
    }
}

#[test]
fn what_stands_twice_is_meant_by_neither() {
    let ada = || json!({"id": "1", "userName": "ada@example.com"});
    let named = |key: &str, pair: Pair| Pair { key: key.into(), ..pair };
    let wanted = || Some(json!({"userName": "ada@example.com"}));
    let pairs = vec![
        named("a", pair(wanted(), &[ada()])),
        named("b", Pair { ownership: Some(Ownership::Created), ..pair(None, &[ada()]) }),
        named("c", pair(wanted(), &[])),
        named("c", pair(wanted(), &[])),
        named("d", pair(wanted(), &[])),
    ];
    let policy = Policy { leavers: Leavers::Delete, ..Policy::default() };
    let actions: Vec<Action> = users(&policy, pairs).iter().map(|it| it.action).collect();
    assert_eq!(actions, [Action::Conflict, Action::Conflict, Action::Conflict, Action::Conflict, Action::Create]);
}

#[test]
fn some_attributes_are_sent_with_a_creation_only() {
    let enterprise = urn::ENTERPRISE_USER;
    let desired = || {
        Some(
            json!({"userName": "ada@example.com", "title": "Dr.", "password": "a long one", "name": {"givenName": "Ada", "familyName": "L"},
            "emails": [{"value": "a@example.com", "type": "work", "display": "A"}], enterprise: {"department": "d", "costCenter": "c"}}),
        )
    };
    let names = ["TITLE", "name.givenName", "emails.display", &format!("{enterprise}:department")];
    let policy = Policy { create_only: create_only(&names), ..Policy::default() };
    let new = one(&policy, pair(desired(), &[])).resource.unwrap();
    for name in ["title", "password", "name", "emails", enterprise] {
        assert_eq!(new.get(name), desired().unwrap().as_object().unwrap().get(name), "{name}");
    }
    let there = json!({"id": "1", "userName": "ada@example.com", "title": "x", "name": {"givenName": "x", "familyName": "L"},
        "emails": [{"value": "a@example.com", "type": "work", "display": "x"}], enterprise: {"department": "x", "costCenter": "c"}});
    let known = |pair: Pair| Pair { ownership: Some(Ownership::Created), ..pair };
    let decision = one(&policy, known(pair(desired(), std::slice::from_ref(&there))));
    assert_eq!((decision.action, operations(&decision)), (Action::Unchanged, String::new()));
    let policy = Policy { create_only: create_only(&[enterprise, "emails", "name"]), ..Policy::default() };
    let decision = one(&policy, known(pair(desired(), &[there])));
    assert_eq!(operations(&decision), r#"{"op":"replace","path":"title","value":"Dr."}"#);
    // An extension's attribute is not the core's of the same name.
    let policy = Policy { create_only: create_only(&["urn:example:own:title"]), ..Policy::default() };
    let there = json!({"id": "1", "userName": "ada@example.com", "title": "x"});
    let wanted = Some(json!({"userName": "ada@example.com", "title": "y"}));
    assert_eq!(one(&policy, known(pair(wanted, &[there]))).action, Action::Update);
}

#[test]
fn members_change_one_by_one() {
    let groups = at("/Groups").unwrap();
    let group = |ids: &[&str]| {
        let members: Data = ids.iter().map(|id| Resource::from_iter([("value", *id)])).collect();
        json!({"id": "g", "displayName": "Eng", "members": members})
    };
    let created = Some(Ownership::Created);
    let decide = |overrides: &Data, leavers, wanted: Option<Data>, there: Data| {
        let policy = Policy { leavers, ..Policy::default() };
        let pair = Pair { ownership: created, ..pair(wanted, &[there]) };
        at_provider(overrides, &groups, &policy, vec![pair]).pop().unwrap()
    };
    let changed = decide(&json!({}), Leavers::Keep, Some(group(&["a", "c"])), group(&["a", "b"]));
    assert_eq!((changed.action, &*changed.reason), (Action::Update, "members differs"));
    assert_eq!(
        operations(&changed),
        r#"{"op":"add","path":"members","value":[{"value":"c"}]} {"op":"remove","path":"members[value eq \"b\"]"}"#
    );
    let list = decide(&json!({"memberStyle": "list"}), Leavers::Keep, Some(group(&[])), group(&["a", "b"]));
    assert_eq!(operations(&list), r#"{"op":"remove","path":"members","value":[{"value":"a"},{"value":"b"}]}"#);
    let silent = decide(&json!({}), Leavers::Keep, Some(json!({"displayName": "Eng"})), group(&["a"]));
    assert_eq!(silent.action, Action::Unchanged);
    let unshown = || json!({"id": "g", "displayName": "Eng"});
    let hidden = decide(&json!({"membersReturned": false}), Leavers::Keep, Some(group(&["a"])), unshown());
    assert_eq!(hidden.action, Action::Unchanged);
    assert!(hidden.reason.contains("members are not compared"), "{}", hidden.reason);
    let empty = decide(&json!({}), Leavers::Keep, Some(group(&["a"])), unshown());
    assert_eq!(operations(&empty), r#"{"op":"add","path":"members","value":[{"value":"a"}]}"#);
    let wrong = decide(
        &json!({}),
        Leavers::Keep,
        Some(json!({"displayName": "Eng", "members": [{"display": "A"}]})),
        unshown(),
    );
    assert_eq!(wrong.action, Action::Conflict);
    assert!(wrong.reason.starts_with("desired.members.0.value: is required"), "{}", wrong.reason);
    let kept = decide(&json!({}), Leavers::Deactivate, None, unshown());
    assert_eq!((kept.action, kept.reason.contains("groups cannot be deactivated")), (Action::Leave, true));
    assert_eq!(decide(&json!({}), Leavers::Delete, None, unshown()).action, Action::Delete);
}

#[test]
fn a_provider_is_asked_for_what_it_can_do() {
    let created = |pair: Pair| Pair { ownership: Some(Ownership::Created), ..pair };
    let user = |more: Data| {
        let mut user = json!({"id": "1", "userName": "ada@example.com", "active": true}).into_object().unwrap();
        user.extend(more.into_object().unwrap());
        Data::from(user)
    };
    let decide = |overrides: Data, leavers, wanted: Option<Data>, there: Data| {
        let policy = Policy { leavers, ..Policy::default() };
        let pair = created(pair(wanted, &[there]));
        at_provider(&overrides, &at("/Users").unwrap(), &policy, vec![pair]).pop().unwrap()
    };
    let few = || json!({"put": false, "patchAttributes": ["title"]});
    let differs = || Some(user(json!({"title": "a", "nickName": "b"})));
    let within = decide(few(), Leavers::Keep, differs(), user(json!({})));
    assert_eq!(operations(&within), r#"{"op":"add","path":"title","value":"a"}"#);
    assert_eq!(within.reason, "title differs; this provider cannot change nickName");
    let none = decide(few(), Leavers::Keep, differs(), user(json!({"title": "a"})));
    assert_eq!((none.action, none.operations.len()), (Action::Unchanged, 0));
    assert!(none.reason.contains("cannot change nickName"), "{}", none.reason);
    let open = decide(few(), Leavers::Deactivate, None, user(json!({})));
    assert_eq!((open.action, open.reason.contains("cannot deactivate")), (Action::Leave, true));
    // A replacement can change what PATCH cannot.
    let whole = decide(json!({"patchAttributes": ["title"]}), Leavers::Deactivate, None, user(json!({})));
    assert_eq!(whole.action, Action::Deactivate);
    let emails =
        |value: &str| json!({"emails": [{"value": value, "type": "work"}, {"value": "b@example.com", "type": "home"}]});
    let plain = decide(
        json!({"patchValuePaths": false}),
        Leavers::Keep,
        Some(user(emails("c@example.com"))),
        user(emails("a@example.com")),
    );
    assert!(operations(&plain).starts_with(r#"{"op":"replace","path":"emails","value":["#), "{}", operations(&plain));
    let deleted = decide(json!({"deleteDeactivates": true}), Leavers::Delete, None, user(json!({"active": false})));
    assert_eq!(deleted.action, Action::Leave);
    let twice =
        decide(json!({"singleValued": true}), Leavers::Keep, Some(user(emails("a@example.com"))), user(json!({})));
    assert_eq!((twice.action, twice.reason.contains("desired.emails.1")), (Action::Conflict, true), "{}", twice.reason);
}

#[test]
fn other_types_are_compared_without_a_schema() {
    let devices = at("/Things").unwrap();
    let policy = Policy { leavers: Leavers::Deactivate, ..Policy::default() };
    let created = |pair: Pair| Pair { ownership: Some(Ownership::Created), ..pair };
    let decide = |pair: Pair| at_provider(&json!({}), &devices, &policy, vec![pair]).pop().unwrap();
    let new = decide(pair(Some(json!({"name": "x", "id": "9", "meta": {}, "level": null})), &[]));
    assert_eq!((new.action, new.resource.map(Data::from)), (Action::Create, Some(json!({"name": "x"}))));
    let there = json!({"id": "1", "name": "x", "level": 2});
    let changed = decide(created(pair(Some(json!({"level": 3})), std::slice::from_ref(&there))));
    assert_eq!(operations(&changed), r#"{"op":"replace","path":"level","value":3}"#);
    assert_eq!(decide(created(pair(None, &[there]))).action, Action::Leave);
    assert_eq!(decide(created(pair(None, &[json!({"id": "1", "active": true})]))).action, Action::Deactivate);
}
