//! Tables of what is refused, applied, found different and repeated; `properties` holds what must be so of anything.

mod properties;

use super::*;
use crate::scim::resource::{Data, Resource, json};

pub(super) const ENTERPRISE: &str = urn::ENTERPRISE_USER;

pub(super) fn object(value: Data) -> Resource {
    value.as_object().unwrap().clone()
}

/// Operations from their JSON.
pub(super) fn operations(value: Data) -> Vec<Operation> {
    let items = value.as_list().unwrap().iter();
    items
        .map(|item| Operation {
            op: OPS.iter().find(|row| Some(row.0) == item["op"].as_str()).unwrap().1,
            path: item["path"].as_str().map(str::to_owned),
            value: item.as_object().unwrap().get("value").cloned(),
        })
        .collect()
}

fn json_of(operations: &[Operation]) -> Data {
    operations.iter().map(Operation::to_json).collect()
}

#[test]
fn problems_are_named_all_at_once_by_their_pointers() {
    let wrong = operations(json!([
        {"op": "replace", "path": "active", "value": "False"},
        {"op": "remove"},
        {"op": "add", "path": "title"},
        {"op": "add", "value": [1]},
        {"op": "replace", "path": "", "value": 1},
        {"op": "replace", "path": "id", "value": "x"},
        {"op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:User:groups", "value": []},
        {"op": "replace", "path": "usrName", "value": "x"},
        {"op": "replace", "path": "name.familyname2", "value": "x"},
        {"op": "replace", "path": "name[givenName eq \"a\"].familyName", "value": "x"},
        {"op": "replace", "path": "userName.value", "value": "x"},
        {"op": "add", "path": "emails", "value": {"value": "a"}},
        {"op": "replace", "path": "emails[typ eq \"work\"].value", "value": "a"},
        {"op": "replace", "path": "emails[type eq \"work\"].primary", "value": 1},
        {"op": "replace", "path": format!("{ENTERPRISE}:manager.displayName"), "value": "x"},
        {"op": "replace", "value": {ENTERPRISE: {"departmnt": "x"}, "active": 1, "id": "let pass"}},
        {"op": "replace", "path": "emails", "value": [{"value": "a", "primary": true}, {"value": "b", "primary": true}]},
        {"op": "remove", "path": "schemas"},
        {"op": "remove", "path": "emails[type eq"},
        {"op": "replace", "value": {urn::USER: {"title": "x"}}},
    ]));
    let failure = body(&wrong, &AttributeTable::USER, "/operations").unwrap_err();
    let expected = [
        ("/0/value", "the boolean false, without quotation marks, found a string"),
        ("/1/path", "is required to remove"),
        ("/2/value", "is required to add"),
        ("/3/value", "must be an object"),
        ("/4/path", "must not be empty"),
        ("/5/path", "set by the provider alone"),
        ("/6/path", "change the group's members"),
        ("/7/path", "did you mean \"userName\""),
        ("/8/path", "did you mean \"familyName\""),
        ("/9/path", "has one value"),
        ("/10/path", "has no sub-attributes"),
        ("/11/value", "a list of objects"),
        ("/12/path", "did you mean \"type\""),
        ("/13/value", "a boolean, found a number"),
        ("/14/path", "\"manager.displayName\" is set by the provider alone"),
        ("/15/value/active", "a boolean, found a number"),
        (
            "/15/value/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/departmnt",
            "did you mean \"department\"",
        ),
        ("/16/value", "more than one value is primary"),
        ("/17/path", "\"schemas\" cannot be removed"),
        ("/18/path", ""),
        ("/19/value/urn:ietf:params:scim:schemas:core:2.0:User", "the schema of the resource itself"),
    ];
    let found: Vec<&str> = failure.problems.iter().map(|problem| problem.pointer.as_str()).collect();
    assert_eq!(found, expected.map(|row| format!("/operations{}", row.0)));
    for (problem, (pointer, words)) in failure.problems.iter().zip(expected) {
        assert!(problem.detail.contains(words), "{pointer}: {}", problem.detail);
    }
    assert!(
        failure.detail.starts_with("operations.0.value: ") && failure.detail.ends_with(" (and 20 more)"),
        "{failure}"
    );
    assert_eq!(body(&[], &AttributeTable::USER, "/operations").unwrap_err().pointer.as_deref(), Some("/operations"));
}

#[test]
fn what_is_right_or_unknown_passes_and_is_written_as_the_standard_has_it() {
    let right = json!([
        {"op": "replace", "path": "active", "value": false},
        {"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:name.givenName", "value": "x"},
        {"op": "replace", "path": "title", "value": null},
        {"op": "add", "path": "emails[type eq \"work\" and primary eq true].x-verified", "value": true},
        {"op": "add", "path": format!("{ENTERPRISE}:manager"), "value": {"value": "x"}},
        {"op": "add", "path": ENTERPRISE, "value": {"department": "x"}},
        {"op": "remove", "path": "urn:example:2.0:Badge:colour"},
        {"op": "add", "path": "favouriteNumbers", "value": [1]},
        {"op": "remove", "path": "members", "value": [{"value": "x"}]},
        {"op": "replace", "value": {"id": "1", "meta": {}, "name.familyName": "x", format!("{ENTERPRISE}:department"): "y", "odd name": 1}},
        {"op": "add", "path": "schemas", "value": [ENTERPRISE]},
    ]);
    let written = body(&operations(right.clone()), &AttributeTable::USER, "/operations").unwrap();
    assert_eq!(Data::from(written), json!({"schemas": [urn::PATCH_OP], "Operations": right}));
    assert_eq!(AttributeTable::of(&urn::GROUP.to_uppercase()).core, Some(urn::GROUP));
    assert_eq!(AttributeTable::of("urn:x").core, None);
}

#[test]
fn operations_are_built() {
    let filter = Filter::eq("value", "a\" or value pr or \"").unwrap();
    let attribute = crate::scim::path::AttributePath { schema: None, name: "members".into(), sub: None };
    let path = crate::scim::path::Path { attribute, filter: Some(filter), sub: None };
    let built: Vec<Operation> = Patch::new()
        .replace("active", false)
        .and_then(|patch| patch.add("emails", json!([{"value": "a"}])))
        .and_then(|patch| patch.remove(path))
        .map(|patch| patch.replace_all(object(json!({"title": "x"}))))
        .unwrap()
        .into();
    let expected = json!([
        {"op": "replace", "path": "active", "value": false},
        {"op": "add", "path": "emails", "value": [{"value": "a"}]},
        {"op": "remove", "path": "members[value eq \"a\\\" or value pr or \\\"\"]"},
        {"op": "replace", "value": {"title": "x"}},
    ]);
    assert_eq!(json_of(&built), expected);
    let failure = Patch::new().replace("active", 1).and_then(|patch| patch.remove("emails[")).unwrap_err();
    assert_eq!(failure.pointer.as_deref(), Some("/operations/1/path"));
}

fn ada() -> Resource {
    object(json!({
        "schemas": [urn::USER, ENTERPRISE], "id": "1", "userName": "ada", "active": true, "title": "Countess",
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"value": "a@work", "type": "work", "primary": true}, {"value": "a@home", "type": "home"}],
        "tags": ["x", "y"],
        ENTERPRISE: {"department": "Mathematics", "manager": {"value": "7", "displayName": "Charles"}},
    }))
}

#[test]
fn operations_are_applied() {
    // An operation, and what ada's attributes are afterwards; null where they are gone.
    let rows = [
        (json!({"op": "add", "path": "nickName", "value": "A"}), json!({"nickName": "A"})),
        (json!({"op": "add", "path": "USERNAME", "value": "b"}), json!({"userName": "b"})),
        (json!({"op": "add", "path": "tags", "value": ["y", "z"]}), json!({"tags": ["x", "y", "z"]})),
        (
            json!({"op": "add", "path": "name", "value": {"familyName": "King", "formatted": null}}),
            json!({"name": {"givenName": "Ada", "familyName": "King"}}),
        ),
        (
            json!({"op": "replace", "path": "name", "value": {"FamilyName": "King"}}),
            json!({"name": {"givenName": "Ada", "familyName": "King"}}),
        ),
        (json!({"op": "replace", "path": "title", "value": null}), json!({"title": null})),
        (json!({"op": "replace", "path": "emails", "value": []}), json!({"emails": null})),
        (json!({"op": "replace", "path": "tags", "value": ["z"]}), json!({"tags": ["z"]})),
        (json!({"op": "remove", "path": "title"}), json!({"title": null})),
        (json!({"op": "remove", "path": "nickName"}), json!({})),
        (json!({"op": "remove", "path": "emails[type eq \"other\"]"}), json!({})),
        (json!({"op": "add", "path": "emails", "value": [{"value": "a@work"}]}), json!({})),
        (
            json!({"op": "add", "path": "emails", "value": [{"value": "n", "primary": true}]}),
            json!({"emails": [{"value": "a@work", "type": "work", "primary": false}, {"value": "a@home", "type": "home"}, {"value": "n", "primary": true}]}),
        ),
        (
            json!({"op": "replace", "path": "emails[type eq \"HOME\"].primary", "value": true}),
            json!({"emails": [{"value": "a@work", "type": "work", "primary": false}, {"value": "a@home", "type": "home", "primary": true}]}),
        ),
        (
            json!({"op": "replace", "path": "emails[type eq \"work\"]", "value": {"value": "n"}}),
            json!({"emails": [{"value": "n"}, {"value": "a@home", "type": "home"}]}),
        ),
        (
            json!({"op": "add", "path": "emails[type eq \"home\"]", "value": {"display": "At home"}}),
            json!({"emails": [{"value": "a@work", "type": "work", "primary": true}, {"value": "a@home", "type": "home", "display": "At home"}]}),
        ),
        (json!({"op": "remove", "path": "emails[value sw \"a\"]"}), json!({"emails": null})),
        (
            json!({"op": "remove", "path": "emails[type eq \"work\"].primary"}),
            json!({"emails": [{"value": "a@work", "type": "work"}, {"value": "a@home", "type": "home"}]}),
        ),
        (
            json!({"op": "remove", "path": "emails", "value": [{"value": "a@work"}]}),
            json!({"emails": [{"value": "a@home", "type": "home"}]}),
        ),
        (json!({"op": "add", "path": "phoneNumbers.value", "value": "1"}), json!({"phoneNumbers": [{"value": "1"}]})),
        (json!({"op": "remove", "path": "phoneNumbers.value"}), json!({})),
        (
            json!({"op": "replace", "path": format!("{ENTERPRISE}:manager.value"), "value": "8"}),
            json!({ENTERPRISE: {"department": "Mathematics", "manager": {"value": "8", "displayName": "Charles"}}}),
        ),
        (json!({"op": "remove", "path": ENTERPRISE}), json!({ENTERPRISE: null, "schemas": [urn::USER]})),
        (
            json!({"op": "add", "path": "urn:x:Y:z", "value": 1}),
            json!({"urn:x:Y": {"z": 1}, "schemas": [urn::USER, ENTERPRISE, "urn:x:Y"]}),
        ),
        (
            json!({"op": "replace", "value": {"id": "2", "name.familyName": "King", "urn:x:Y": {"z": [1], "none": null}, format!("{ENTERPRISE}:department"): "M"}}),
            json!({
                "name": {"givenName": "Ada", "familyName": "King"}, "urn:x:Y": {"z": [1]}, "schemas": [urn::USER, ENTERPRISE, "urn:x:Y"],
                ENTERPRISE: {"department": "M", "manager": {"value": "7", "displayName": "Charles"}},
            }),
        ),
    ];
    for (operation, changes) in rows {
        let mut expected = ada();
        expected.extend(object(changes.clone()));
        expected.retain(|_, value| !value.is_null());
        let mut found = ada();
        let changed = apply(&mut found, &operations(json!([operation])), &AttributeTable::USER, "/operations").unwrap();
        assert_eq!(Data::from(found), Data::from(expected), "{operation}");
        assert_eq!(changed, changes != json!({}), "{operation}");
    }
    // The last attribute of an extension takes it along, known to the tables or not.
    let mut last = object(json!({"schemas": [urn::USER, "urn:x:Y"], "urn:x:Y": {"z": 1}}));
    apply(&mut last, &operations(json!([{"op": "remove", "path": "urn:x:Y:z"}])), &AttributeTable::USER, "").unwrap();
    assert_eq!(Data::from(last.clone()), json!({"schemas": [urn::USER]}));
    let mut whole = object(json!({"urn:x:Y": {"z": 1}}));
    apply(&mut whole, &operations(json!([{"op": "remove", "path": "urn:x:Y"}])), &AttributeTable::USER, "").unwrap();
    assert_eq!(Data::from(whole), json!({}));
}

#[test]
fn an_operation_that_fails_leaves_everything_as_it_was() {
    let rows = [
        (
            json!({"op": "replace", "path": "emails[type eq \"other\"].value", "value": "x"}),
            "/operations/1/path",
            Some("noTarget"),
        ),
        (
            json!({"op": "add", "path": "phoneNumbers[type eq \"work\"].value", "value": "x"}),
            "/operations/1/path",
            Some("noTarget"),
        ),
        (
            json!({"op": "replace", "value": {"emails[value eq \"b\"].type": "x"}}),
            "/operations/1/value/emails[value eq \"b\"].type",
            Some("noTarget"),
        ),
        (
            json!({"op": "replace", "path": "emails[value pr].primary", "value": true}),
            "/operations/1/path",
            Some("invalidValue"),
        ),
        (json!({"op": "replace", "path": "active", "value": "true"}), "/operations/1/value", None),
    ];
    for (operation, pointer, scim_type) in rows {
        let mut resource = ada();
        let both = operations(json!([{"op": "remove", "path": "title"}, operation]));
        let failure = apply(&mut resource, &both, &AttributeTable::USER, "/operations").unwrap_err();
        assert_eq!((failure.pointer.as_deref(), failure.scim_type.as_deref()), (Some(pointer), scim_type), "{failure}");
        assert_eq!(resource, ada(), "{operation}");
    }
}

#[test]
fn differences_are_found_and_nothing_else() {
    // What is wanted of ada, and the operations that make it so.
    let rows = [
        (json!({}), json!([])),
        (
            json!({"schemas": ["urn:z"], "id": "9", "meta": {"version": "9"}, "groups": [{"value": "g"}], "password": "p", "members": []}),
            json!([]),
        ),
        (
            json!({"USERNAME": "ADA", "active": "TRUE", "title": "Countess", "nickName": null, "roles": [], "name": {}}),
            json!([]),
        ),
        (json!({"name": {"givenName": "Ada", "middleName": null}, "tags": ["y", "x"]}), json!([])),
        (json!({"emails": [{"value": "A@HOME", "type": "Home", "primary": false}, {"value": "a@work"}]}), json!([])),
        (json!({ENTERPRISE: {"manager": {"value": "7", "$ref": "../Users/7", "displayName": "C."}}}), json!([])),
        (
            json!({"title": "countess", "active": "false"}),
            json!([{"op": "replace", "path": "active", "value": false}, {"op": "replace", "path": "title", "value": "countess"}]),
        ),
        (
            json!({"title": null, "emails": []}),
            json!([{"op": "remove", "path": "emails"}, {"op": "remove", "path": "title"}]),
        ),
        (
            json!({"name": {"familyName": "King", "givenName": null, "formatted": "A"}, "nickname": "A"}),
            json!([
                {"op": "remove", "path": "name.givenName"}, {"op": "replace", "path": "name.familyName", "value": "King"},
                {"op": "add", "path": "name.formatted", "value": "A"}, {"op": "add", "path": "nickName", "value": "A"},
            ]),
        ),
        (
            json!({"emails": [{"value": "b@work", "type": "work"}, {"value": "a@home"}]}),
            json!([{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "b@work"}]),
        ),
        (
            json!({"emails": [{"value": "a@work", "type": "other"}, {"value": "a@home"}]}),
            json!([{"op": "replace", "path": "emails[value eq \"a@work\"].type", "value": "other"}]),
        ),
        (json!({"emails": [{"value": "a@work"}]}), json!([{"op": "remove", "path": "emails[value eq \"a@home\"]"}])),
        (
            json!({"emails": [{"value": "a@work"}, {"value": "a@home"}, {"value": "n", "display": null}]}),
            json!([{"op": "add", "path": "emails", "value": [{"value": "n"}]}]),
        ),
        (
            json!({"emails": [{"value": "x"}, {"value": "y"}]}),
            json!([{"op": "replace", "path": "emails", "value": [{"value": "x"}, {"value": "y"}]}]),
        ),
        (
            json!({ENTERPRISE: {"department": "M", "costCenter": 7, "manager": {"value": "8"}}}),
            json!([
                {"op": "add", "path": format!("{ENTERPRISE}:costCenter"), "value": "7"},
                {"op": "replace", "path": format!("{ENTERPRISE}:department"), "value": "M"},
                {"op": "replace", "path": format!("{ENTERPRISE}:manager"), "value": {"value": "8"}},
            ]),
        ),
        (
            json!({ENTERPRISE: null, "urn:x:Y": {"z": 1}}),
            json!([
                {"op": "remove", "path": format!("{ENTERPRISE}:department")}, {"op": "remove", "path": format!("{ENTERPRISE}:manager")},
                {"op": "add", "path": "urn:x:Y:z", "value": 1},
            ]),
        ),
        (json!({"odd name": 1}), json!([{"op": "add", "value": {"odd name": 1}}])),
    ];
    for (desired, expected) in rows {
        let found = diff(&ada(), &object(desired.clone()), &AttributeTable::USER, &Options::default());
        assert_eq!(json_of(&found), expected, "{desired}");
    }
}

#[test]
fn a_style_decides_how_differences_are_written() {
    let desired = object(json!({
        "title": "T", "nickName": null, "name": {"familyName": "King"}, ENTERPRISE: {"department": "M"},
        "emails": [{"value": "b@work", "type": "work"}, {"value": "a@home"}], "password": "p",
    }));
    let whole = json!([{"value": "b@work", "type": "work", "primary": true}, {"value": "a@home", "type": "home"}]);
    let rows = [
        (
            Style { value_paths: false, ..Style::default() },
            json!([
                {"op": "replace", "path": "emails", "value": whole}, {"op": "replace", "path": "name.familyName", "value": "King"},
                {"op": "replace", "path": "password", "value": "p"}, {"op": "replace", "path": "title", "value": "T"},
                {"op": "replace", "path": format!("{ENTERPRISE}:department"), "value": "M"},
            ]),
        ),
        (
            Style { value_paths: false, pathless: true, ..Style::default() },
            json!([
                {"op": "replace", "value": {"emails": whole}},
                {"op": "replace", "value": {"name": {"givenName": "Ada", "familyName": "King"}}},
                {"op": "replace", "value": {"password": "p"}}, {"op": "replace", "value": {"title": "T"}},
                {"op": "replace", "value": {ENTERPRISE: {"department": "M"}}},
            ]),
        ),
    ];
    for (style, expected) in rows {
        let options = Options { style, password: true, members: false };
        assert_eq!(json_of(&diff(&ada(), &desired, &AttributeTable::USER, &options)), expected, "{style:?}");
    }
    let group = object(json!({"displayName": "G", "members": [{"value": "1", "$ref": "https://x/1"}]}));
    let wanted = object(json!({"members": [{"value": "2"}, {"value": "1"}]}));
    let options = Options { members: true, ..Options::default() };
    let found = diff(&group, &wanted, &AttributeTable::GROUP, &options);
    assert_eq!(json_of(&found), json!([{"op": "add", "path": "members", "value": [{"value": "2"}]}]));
}

#[test]
fn a_resource_for_put_is_whole_and_without_what_the_provider_sets() {
    let mut current = ada();
    current.extend(object(
        json!({"meta": {"version": "1"}, "groups": [{"value": "g"}], "custom": {"a": [1]}, "active": "True"}),
    ));
    let desired = object(json!({"title": null, "name": {"familyName": "King"}, "urn:x:Y": {"z": 1}}));
    let expected = json!({
        "schemas": [urn::USER, ENTERPRISE, "urn:x:Y"], "userName": "ada", "active": true, "custom": {"a": [1]}, "tags": ["x", "y"],
        "name": {"givenName": "Ada", "familyName": "King"}, "emails": ada()["emails"],
        ENTERPRISE: {"department": "Mathematics", "manager": {"value": "7"}}, "urn:x:Y": {"z": 1},
    });
    assert_eq!(
        Data::from(for_put(&current, &desired, &AttributeTable::USER, Style::default().text).unwrap()),
        expected
    );
    let steps = operations(json!([
        {"op": "remove", "path": "title"}, {"op": "replace", "path": "name.familyName", "value": "King"}, {"op": "add", "path": "urn:x:Y:z", "value": 1},
    ]));
    assert_eq!(Data::from(to_put(&current, &steps, &AttributeTable::USER, "/operations").unwrap()), expected);
}

#[test]
fn only_what_is_surely_repeatable_is_repeated() {
    let rows = [
        (json!({"op": "replace", "path": "active", "value": false}), true),
        (json!({"op": "replace", "path": "members", "value": [{"value": "1"}]}), true),
        (json!({"op": "replace", "path": "name.familyName", "value": "x"}), true),
        (json!({"op": "replace", "value": {"active": false, "name": {"familyName": "x"}}}), true),
        (json!({"op": "replace", "value": {"members": [{"value": "1"}]}}), false),
        (json!({"op": "replace", "value": {"urn:x:Y": {"z": [1]}}}), false),
        (json!({"op": "replace", "path": "emails[type eq \"work\"].value", "value": "x"}), true),
        (json!({"op": "replace", "path": "emails[not (type eq \"work\" or VALUE pr)].value", "value": "x"}), false),
        (json!({"op": "replace", "path": "emails[type eq \"work\"]", "value": {"value": "x", "type": "work"}}), true),
        (json!({"op": "replace", "path": "emails[type eq \"work\"]", "value": {"value": "x"}}), false),
        (json!({"op": "remove", "path": "title"}), true),
        (json!({"op": "remove", "path": "members", "value": [{"value": "1"}]}), false),
        (json!({"op": "remove", "path": "members[value eq \"1\"]"}), false),
        (json!({"op": "add", "path": "title", "value": "x"}), true),
        (json!({"op": "add", "path": format!("{ENTERPRISE}:manager"), "value": {"value": "1"}}), true),
        (json!({"op": "add", "path": "custom", "value": "x"}), false),
        (json!({"op": "add", "path": "emails", "value": [{"value": "x"}]}), false),
        (json!({"op": "add", "path": "emails[type eq \"work\"].value", "value": "x"}), false),
        (json!({"op": "add", "value": {"title": "x"}}), true),
        (json!({"op": "add", "value": {"title": "x", "custom": "x"}}), false),
        (json!({"op": "replace", "path": "usrName", "value": "x"}), false),
    ];
    for (operation, expected) in rows {
        let found = operations(json!([operation])).iter().all(|it| it.is_idempotent(&AttributeTable::USER));
        assert_eq!(found, expected, "{operation}");
    }
}

#[test]
fn long_lists_take_no_time_that_grows_with_the_square() {
    let members = |ids: &mut dyn Iterator<Item = u32>| {
        object(json!({"members": ids.map(|id| json!({"value": id.to_string()})).collect::<Vec<_>>()}))
    };
    let options = Options { members: true, ..Options::default() };
    let mut group = members(&mut (0..5_000));
    for wanted in [members(&mut (10..5_010).rev()), members(&mut (1_000..6_000))] {
        let operations = diff(&group, &wanted, &AttributeTable::GROUP, &options);
        apply(&mut group, &operations, &AttributeTable::GROUP, "").unwrap();
        assert_eq!(diff(&group, &wanted, &AttributeTable::GROUP, &options), []);
        assert_eq!(group["members"].as_list().map(<[Data]>::len), Some(5_000));
    }
}
