//! What holds of every decision: every combination of what it depends on, and resources of every shape. What is decided is carried out, and
//! nothing is left to do then.

use super::report::{Action, Decision};
use super::tests::{object, one, operations};
use crate::input::reconcile::{Existing, Leavers, Ownership, Pair, Policy};
use crate::operations::modify::known;
use crate::operations::target::at;
use crate::scim::patch;
use crate::scim::resource::{Data, Resource, json};
use crate::scim::urn;
use proptest::prelude::*;
use proptest::sample::select;

/// What holds of every decision.
fn is_sound(policy: &Policy, before: &Pair, decision: &Decision) {
    let told = || format!("{policy:?} {before:?} {decision:?}");
    let own = before.ownership.is_some_and(Ownership::is_own);
    let adopts = before.ownership.is_none() && policy.existing == Existing::Adopt && before.desired.is_some();
    match decision.action {
        Action::Delete => assert!(own && before.desired.is_none() && policy.leavers != Leavers::Keep, "{}", told()),
        Action::Deactivate => assert!(own || adopts, "{}", told()),
        _ => {}
    }
    let changes = matches!(decision.action, Action::Update | Action::Deactivate | Action::Reactivate);
    assert!(!changes || !decision.operations.is_empty(), "{}", told());
    assert!(changes || decision.action == Action::Link || decision.operations.is_empty(), "{}", told());
    assert_eq!(decision.resource.is_some(), decision.action == Action::Create, "{}", told());
    assert_eq!(decision.id.is_some(), before.existing.len() == 1, "{}", told());
    let closes = operations(decision).contains(r#""path":"active","value":false"#);
    assert_eq!(closes, decision.action == Action::Deactivate, "{}", told());
    for value in ["ada@", "Dr.", "secret"] {
        assert!(!decision.reason.contains(value), "{}", told());
    }
}

/// What is left to do once a decision was carried out: nothing.
fn is_settled(policy: &Policy, before: &Pair, decision: &Decision) {
    let endpoint = at("/Users").unwrap();
    let mut existing = before.existing.clone();
    match decision.action {
        Action::Create => {
            let mut new = decision.resource.clone().unwrap();
            new.insert("id", "new");
            new.retain(|name, _| name != "password");
            existing = vec![new];
        }
        Action::Delete => existing.clear(),
        Action::Conflict => return,
        _ if !decision.operations.is_empty() => {
            patch::apply(&mut existing[0], &decision.operations, known(&endpoint), "/operations").unwrap();
        }
        _ => {}
    }
    let deactivated = match decision.action {
        Action::Deactivate => true,
        Action::Create | Action::Link | Action::Reactivate => false,
        _ => before.deactivated,
    };
    let ownership = decision.ownership;
    let pair = Pair { existing, ownership, deactivated, gone_ms: Some(0), ..before.clone() };
    let again = one(policy, pair);
    let quiet = matches!(again.action, Action::Unchanged | Action::Leave);
    assert!(quiet && again.operations.is_empty(), "{policy:?} {before:?} {decision:?}\nand then {again:?}");
}

#[test]
fn every_combination_is_sound_and_settles() {
    let user = |active: Option<bool>| {
        let mut user = object(&json!({"id": "1", "userName": "ada@example.com", "title": "Dr."}));
        user.extend(active.map(|active| ("active".to_owned(), Data::from(active))));
        user
    };
    let wanted = |active: Option<bool>, title: &str| {
        let mut user = object(&json!({"userName": "ada@example.com", "title": title, "password": "secret"}));
        user.extend(active.map(|active| ("active".to_owned(), Data::from(active))));
        user
    };
    let states = [None, Some(true), Some(false)];
    let mut desired: Vec<Option<Resource>> = vec![None];
    let mut existing: Vec<Vec<Resource>> = vec![Vec::new()];
    for state in states {
        desired.extend([Some(wanted(state, "Dr.")), Some(wanted(state, "Prof."))]);
        existing.push(vec![user(state)]);
    }
    let owned = [None, Some(Ownership::Created), Some(Ownership::Adopted), Some(Ownership::Linked)];
    let mut seen = 0;
    for (desired, existing) in desired.iter().flat_map(|desired| existing.iter().map(move |it| (desired, it))) {
        for ownership in owned {
            for policy in [Existing::Link, Existing::Adopt, Existing::Leave] {
                for leavers in [Leavers::Keep, Leavers::Deactivate, Leavers::Delete] {
                    for (deactivated, gone) in [(false, 0), (true, 0), (true, 10), (false, 10)] {
                        let delete_after_ms = (leavers == Leavers::Deactivate).then_some(10);
                        let policy = Policy { existing: policy, leavers, delete_after_ms, create_only: Vec::new() };
                        let (desired, existing) = (desired.clone(), existing.clone());
                        let gone_ms = Some(gone);
                        let before = Pair {
                            key: "k".into(),
                            desired,
                            existing,
                            ownership,
                            gone_ms,
                            deactivated,
                            conflict: None,
                        };
                        let decision = one(&policy, before.clone());
                        is_sound(&policy, &before, &decision);
                        is_settled(&policy, &before, &decision);
                        seen += 1;
                    }
                }
            }
        }
    }
    assert_eq!(seen, 7 * 4 * 4 * 3 * 3 * 4);
}

/// A user with some attributes, as it shall be or as it is.
fn some_user() -> impl Strategy<Value = Resource> {
    let text = || select(vec!["a", "A", "b", "é", "e\u{301}", " a "]).prop_map(Data::from);
    let name = proptest::collection::btree_map(select(vec!["givenName", "familyName", "formatted"]), text(), 0..3);
    let email =
        (select(vec!["a@example.com", "A@example.com", "b@example.com"]), select(vec!["work", "home"]), any::<bool>());
    let emails = proptest::collection::vec(email, 0..3);
    let plain =
        proptest::collection::btree_map(select(vec!["title", "nickName", "displayName", "custom"]), text(), 0..4);
    let active = select(vec![json!(true), json!(false), json!("True"), Data::NULL]);
    let department = proptest::option::of(text());
    (plain, name, emails, proptest::option::of(active), department).prop_map(
        |(plain, name, emails, active, department)| {
            let mut user = Resource::from_iter([("userName", "ada@example.com")]);
            user.extend(plain.into_iter().map(|(name, value)| (name.to_owned(), value)));
            let name: Resource = name.into_iter().collect();
            user.insert("name", name);
            let mut main = false;
            let emails = emails.into_iter().map(|(value, kind, primary)| {
                let primary = primary && !main;
                main |= primary;
                json!({"value": value, "type": kind, "primary": primary})
            });
            let emails: Data = emails.collect();
            user.insert("emails", emails);
            user.extend(active.map(|active| ("active".to_owned(), active)));
            if let Some(department) = department {
                user.insert(urn::ENTERPRISE_USER, json!({"department": department}));
            }
            user
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_carried_out_leaves_nothing_to_do(
        desired in proptest::option::weighted(0.9, some_user()),
        existing in proptest::option::weighted(0.9, some_user()),
        ownership in select(vec![None, Some(Ownership::Created), Some(Ownership::Adopted), Some(Ownership::Linked)]),
        existing_policy in select(vec![Existing::Link, Existing::Adopt, Existing::Leave]),
        leavers in select(vec![Leavers::Keep, Leavers::Deactivate, Leavers::Delete]),
        deactivated in any::<bool>(),
    ) {
        // A flag as text is no payload, though a provider's answer.
        let desired = desired.map(|mut user| {
            user.retain(|name, value| name != "active" || value.as_str().is_none());
            user
        });
        let existing: Vec<Resource> = existing.into_iter().map(|mut user| {
            user.insert("id", "1");
            user.retain(|_, value| !value.is_null());
            user
        }).collect();
        let policy = Policy { existing: existing_policy, leavers, ..Policy::default() };
        let before = Pair { key: "k".into(), desired, existing, ownership, deactivated, ..Pair::default() };
        let decision = one(&policy, before.clone());
        is_sound(&policy, &before, &decision);
        is_settled(&policy, &before, &decision);
    }
}
