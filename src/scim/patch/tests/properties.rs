//! Random resources and operations. The oracle here is simpler than the code it judges and shares nothing with it.

use super::*;
use crate::scim::resource::{Data, Node, Resource, json, leave_out_unassigned};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

fn text() -> impl Strategy<Value = Data> {
    select(vec!["a", "b", "c", "d\"e", "f\\g"]).prop_map(Data::from)
}

/// An object of some of these members, null among their values where `null` says so.
fn members(parts: Vec<(&'static str, BoxedStrategy<Data>)>, null: bool) -> BoxedStrategy<Data> {
    let member = |(name, value): (&'static str, BoxedStrategy<Data>)| {
        let value = if null { prop_oneof![6 => value, 1 => Just(Data::NULL)].boxed() } else { value };
        option::of(value).prop_map(move |value| value.map(|value| (name.to_owned(), value))).boxed()
    };
    let members: Vec<_> = parts.into_iter().map(member).collect();
    members.prop_map(|members| Data::from(members.into_iter().flatten().collect::<Resource>())).boxed()
}

/// Values as emails are: with few words for many chances to clash, and one of them primary at the most.
fn values() -> BoxedStrategy<Data> {
    let kinds = select(vec!["work", "home", "other"]).prop_map(Data::from).boxed();
    let one = (text(), members(vec![("type", kinds), ("display", text().boxed())], false));
    let one = one.prop_map(|(value, mut rest)| {
        rest.as_object_mut().unwrap().insert("value", value);
        rest
    });
    (vec(one, 0..4), 0..8usize)
        .prop_map(|(mut items, primary)| {
            if let Some(item) = items.get_mut(primary) {
                item.as_object_mut().unwrap().insert("primary", true);
            }
            Data::from(items)
        })
        .boxed()
}

fn user(null: bool) -> impl Strategy<Value = Resource> {
    let texts = |names: &[&'static str]| names.iter().map(|name| (*name, text().boxed())).collect::<Vec<_>>();
    let flag = any::<bool>().prop_map(Data::from).boxed();
    let number = (0..3).prop_map(Data::from).boxed();
    let words = vec(text(), 0..4).prop_map(Data::from).boxed();
    let manager = members(texts(&["value"]), null);
    let mut enterprise = texts(&["department", "costCenter"]);
    enterprise.push(("manager", manager));
    let custom = members(vec![("one", text().boxed()), ("two", number.clone())], null);
    let badge = vec![("levelReached", number.clone()), ("badgeNames", words.clone()), ("badgeValues", values())];
    let mut all = texts(&["userName", "displayName", "title", "customText"]);
    all.extend([
        ("active", flag),
        ("customNumber", number),
        ("customWords", words),
        ("customObject", custom),
        ("name", members(texts(&["givenName", "familyName", "formatted"]), null)),
        ("emails", values()),
        ("addresses", values()),
        (ENTERPRISE, members(enterprise, null)),
        ("urn:example:2.0:Badge", members(badge, null)),
    ]);
    members(all, null).prop_map(object)
}

fn style() -> impl Strategy<Value = Style> {
    any::<(bool, bool)>().prop_map(|(value_paths, pathless)| Style { value_paths, pathless, ..Style::default() })
}

fn nothing(value: &Data) -> bool {
    value.is_null() || value == &json!([]) || value.as_object().is_some_and(|object| object.values().all(nothing))
}

/// Whether `after` is what `before` becomes when `desired` is laid over it.
fn laid_over(before: &Data, desired: &Data, after: &Data) -> bool {
    match desired.node() {
        Node::Object(desired) if !before.is_list() && !after.is_list() => {
            let mut names: Vec<&str> = desired.keys().collect();
            names.extend(before.as_object().into_iter().chain(after.as_object()).flat_map(Resource::keys));
            names.into_iter().all(|name| {
                let (before, after) = (&before[name], &after[name]);
                match desired.get(name) {
                    Some(desired) => laid_over(before, desired, after),
                    None => before == after || (nothing(before) && nothing(after)),
                }
            })
        }
        Node::List(wanted) => {
            let distinct = |items: &Data| {
                let mut items = items.as_list().map(<[Data]>::to_vec).unwrap_or_default();
                items.sort_by_key(Data::to_string);
                items.dedup();
                items
            };
            let (found, wanted) = (distinct(after), distinct(&json!(wanted)));
            found.len() == wanted.len() && assigns(&wanted, &found)
        }
        _ => desired == after || (nothing(desired) && nothing(after)),
    }
}

/// Whether each wanted value can be given a found one of its own that has all its members.
fn assigns(wanted: &[Data], found: &[Data]) -> bool {
    let Some((first, rest)) = wanted.split_first() else { return true };
    let has = |found: &Data| match first.node() {
        Node::Object(members) => members.iter().all(|(name, value)| &found[name] == value),
        _ => found == first,
    };
    (0..found.len()).filter(|index| has(&found[*index])).any(|index| {
        let mut others = found.to_vec();
        others.remove(index);
        assigns(rest, &others)
    })
}

fn any_json() -> impl Strategy<Value = Data> {
    let leaf = prop_oneof![
        Just(Data::NULL),
        any::<bool>().prop_map(Data::from),
        (0..9).prop_map(Data::from),
        text(),
        Just(json!("True"))
    ];
    let names = select(vec![
        "value",
        "type",
        "primary",
        "familyName",
        "emails",
        "name",
        "active",
        "id",
        "urn:x:Y",
        "emails[type pr].value",
    ]);
    leaf.prop_recursive(3, 12, 3, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Data::from),
            vec((names.clone(), inner), 0..3).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect::<Resource>()
                .into()),
        ]
    })
}

fn any_operation() -> impl Strategy<Value = Operation> {
    let paths = vec![
        "active",
        "title",
        "emails",
        "emails.value",
        "emails[type eq \"work\"]",
        "emails[type eq \"work\"].value",
        "emails[value eq \"a\"].type",
        "emails[primary eq true].primary",
        "emails[not (value pr)]",
        "name",
        "name.familyName",
        "customWords",
        "customObject.one",
        "customObject.new",
        "customWords[value eq \"a\"]",
        "customWords[value eq \"a\"].type",
        "customText[value eq \"a\"]",
        "customText.sub",
        "id",
        "schemas",
        "urn:example:2.0:Badge",
        "urn:example:2.0:Badge:badgeValues[type eq \"work\"].value",
        ENTERPRISE,
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
        "urn:x:Y:z",
        "",
        "emails[",
        "usrName",
    ];
    let path = prop_oneof![8 => select(paths).prop_map(str::to_owned), 1 => ".{0,12}"];
    let op = select(vec![Op::Add, Op::Remove, Op::Replace]);
    let value = prop_oneof![2 => any_json(), 1 => values(), 1 => text()];
    (op, option::weighted(0.9, path), option::weighted(0.8, value)).prop_map(|(op, path, value)| Operation {
        op,
        path,
        value,
    })
}

fn without_formatted(mut value: Data) -> Data {
    if let Some(object) = value.as_object_mut() {
        object.retain(|name, _| name != "formatted");
        object.iter_mut().for_each(|(_, value)| *value = without_formatted(value.take()));
    } else if let Some(items) = value.as_list_mut() {
        items.iter_mut().for_each(|item| *item = without_formatted(item.take()));
    }
    value
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_difference_leads_to_what_is_wanted(current in user(false), desired in user(true), style in style()) {
        let options = Options { style, ..Options::default() };
        let operations = diff(&current, &desired, &AttributeTable::USER, &options);
        if !operations.is_empty() {
            body(&operations, &AttributeTable::USER, "/operations").unwrap();
        }
        let mut after = current.clone();
        apply(&mut after, &operations, &AttributeTable::USER, "/operations").unwrap();
        let (before, desired_json, result) = (Data::from(current.clone()), Data::from(desired.clone()), Data::from(after.clone()));
        prop_assert!(laid_over(&before, &desired_json, &result), "{}\n{before}\n{desired_json}\n{result}", json_of(&operations));
        prop_assert_eq!(json_of(&diff(&after, &desired, &AttributeTable::USER, &options)), json!([]));
        prop_assert_eq!(json_of(&diff(&current, &current, &AttributeTable::USER, &options)), json!([]));

        let put = for_put(&current, &desired, &AttributeTable::USER, Style::default().text).unwrap();
        prop_assert_eq!(json_of(&diff(&put, &desired, &AttributeTable::USER, &options)), json!([]));
        let mut unnamed = put.clone();
        unnamed.remove("schemas");
        // What has no value is left out, and `formatted` where it was read and does not fit any more.
        let mut before = current.clone();
        leave_out_unassigned(&mut before, None);
        let before = Data::from(before);
        let [before, desired_json, unnamed] = [before, desired_json, Data::from(unnamed)].map(without_formatted);
        prop_assert!(laid_over(&before, &desired_json, &unnamed), "{put:?}");
    }

    #[test]
    fn any_operations_are_carried_out_whole_or_not_at_all(current in user(true), operations in vec(any_operation(), 0..4)) {
        let mut after = current.clone();
        match apply(&mut after, &operations, &AttributeTable::USER, "/operations") {
            Ok(changed) => prop_assert_eq!(changed, after != current),
            Err(failure) => {
                prop_assert!(failure.pointer.is_some_and(|pointer| pointer.starts_with("/operations/")));
                prop_assert_eq!(after, current);
            }
        }
    }

    #[test]
    fn what_may_be_repeated_changes_nothing_the_second_time(current in user(true), operation in any_operation()) {
        let operations = [operation];
        let mut once = current;
        if operations[0].is_idempotent(&AttributeTable::USER) && apply(&mut once, &operations, &AttributeTable::USER, "").is_ok() {
            let mut twice = once.clone();
            prop_assert!(!apply(&mut twice, &operations, &AttributeTable::USER, "").unwrap(), "{once:?}");
        }
    }
}
