//! Records to JSON and back: nothing is lost, what is sloppy is read for what it means, and what is wrong is told with its place.

use super::*;
use crate::types::{
    BulkOperation, BulkReport, EnsureOptions, EnsuredGroup, EnsuredUser, Extension, Failure, FailureKind, Group,
    GroupPage, Member, MembershipChange, MultiValued, Name, Options, PatchOp, PatchOperation, PlanPair, PlanReport,
    Policy, Progress, Query, ReconcileOptions, ReconcileReport, ResourcePage, ResourceType, Schema, ScimType,
    ServiceProviderConfig, Submission, Target, Ticket, User, UserPage, View,
};
use scim_connector_records::Target as _;
use scim_connector_records::contract::{self, functions};
use scim_connector_records::shape::{Type, Way};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Numbers by chance, the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len())]
    }
}

/// Fills a value by chance, as far as its JSON can say what the record says.
fn fill(ty: &'static Type, value: &mut Into<'_>, chance: &mut Chance) {
    match ty {
        Type::Flag => value.set_flag(chance.below(2) == 1),
        Type::Number16 | Type::Number32 | Type::Number64 | Type::Limit => {
            value.set_number(ty, [1, 200, 65_535][chance.below(3)]);
        }
        Type::Text => value.set_text(chance.one(&["ada", "", "é \"\\\u{1}\n🦀", "12", "null"])),
        Type::Json => value.set_text(chance.one(&["null", "1.50", "\"x\"", "[1,{\"a\":{}}]", "{\"b\":\"\\u00e9\"}"])),
        Type::Object => value.set_text(chance.one(&["{\"zz\":1}", "{\"zz\":[ ],\"Zy\":{\"a\":null}}"])),
        Type::Option(inner) => {
            if chance.below(2) == 1 {
                fill(inner, &mut value.set_some(inner), chance);
            }
        }
        Type::List(inner) => {
            let len = chance.below(4);
            value.set_len(inner, len);
            (0..len).for_each(|index| fill(inner, &mut value.item_mut(inner, index), chance));
        }
        Type::Record(record) => {
            for (index, field) in record.fields.iter().enumerate() {
                match (&field.way, field.ty) {
                    (Way::Extensions, Type::Option(list @ Type::List(item))) => {
                        let mut field = value.field_mut(field, index);
                        let mut list = field.set_some(list);
                        list.set_len(item, 1);
                        fill(item, &mut list.item_mut(item, 0), chance);
                        let Type::Record(extension) = item else { panic!() };
                        let mut extended = list.item_mut(item, 0);
                        extended.field_mut(&extension.fields[0], 0).set_text(chance.one(&["urn:x:y", "URN:\""]));
                    }
                    _ => fill(field.ty, &mut value.field_mut(field, index), chance),
                }
            }
        }
        Type::Enum(names) => value.set_case(chance.below(names.len())),
        Type::Open(names) => {
            let case = chance.below(names.len() + 1);
            value.set_case(case);
            if case == names.len() {
                value.payload_mut(4).set_text("else");
            }
        }
        Type::Variant(variant) => {
            let case = chance.below(variant.cases.len());
            value.set_case(case);
            if let Some(ty) = variant.cases[case].ty {
                fill(ty, &mut value.payload_mut(variant.payload), chance);
            }
        }
        Type::Pairs | Type::Attributes(_) => panic!("it goes one way only"),
    }
}

/// Reads a record.
fn record<T: Made>(ty: &Type, text: &str) -> T {
    let mut value = T::blank();
    read::read(ty, text, &mut Into(Some(&mut value))).unwrap_or_else(|_| panic!("{text}"));
    value
}

fn round_trips<T: Made + Given + PartialEq + std::fmt::Debug>(ty: &'static Type) {
    let mut chance = Chance(1);
    for _ in 0..400 {
        let mut value = T::blank();
        fill(ty, &mut Into(Some(&mut value)), &mut chance);
        let text = write::value(ty, From(&value)).unwrap();
        serde_json::from_str::<Value>(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(record::<T>(ty, &text), value, "{text}");
    }
}

#[test]
fn what_is_written_is_read_again() {
    macro_rules! all {
        ($($ty:ident $shape:ident)*) => { $(round_trips::<$ty>(const { &Type::Record(&contract::$shape) });)* };
    }
    all! {
        User USER
        Group GROUP
        Member MEMBER
        UserPage USER_PAGE
        GroupPage GROUP_PAGE
        ResourcePage RESOURCE_PAGE
        EnsuredUser ENSURED_USER
        EnsuredGroup ENSURED_GROUP
        MembershipChange MEMBERSHIP_CHANGE
        BulkReport BULK_REPORT
        BulkOperation BULK_OPERATION
        PatchOperation PATCH_OPERATION
        Failure FAILURE
        PlanReport PLAN_REPORT
        PlanPair PLAN_PAIR
        Policy POLICY
        ReconcileOptions RECONCILE_OPTIONS
        ReconcileReport RECONCILE_REPORT
        ResourceType RESOURCE_TYPE
        ServiceProviderConfig SERVICE_PROVIDER_CONFIG
        Ticket TICKET
    }
    round_trips::<Submission>(const { &Type::Variant(&contract::SUBMISSION) });
    round_trips::<Progress>(const { &Type::Variant(&contract::PROGRESS) });
}

fn user(value: &Value) -> User {
    record(&Type::Record(&contract::USER), &value.to_string())
}

fn group(value: &Value) -> Group {
    record(&Type::Record(&contract::GROUP), &value.to_string())
}

/// The input of a function, read.
fn given(function: &'static Function, parameters: &[&dyn Given]) -> Value {
    serde_json::from_str(&input(function, parameters).unwrap()).unwrap()
}

const NO_VIEW: Option<&View> = None;
const NO_OPTIONS: Option<&Options> = None;

fn round_trip(value: &Value) -> Value {
    let user = given(&functions::CREATE_USER, &[&user(value), &NO_VIEW, &NO_OPTIONS]);
    let group = given(&functions::CREATE_GROUP, &[&group(value), &NO_VIEW, &NO_OPTIONS]);
    assert_eq!(user, group);
    user["payload"].clone()
}

#[test]
fn absent_null_and_empty_stay_different_and_nothing_is_lost() {
    let odd = json!({
        "schemas": ["urn:u"], "userName": "ada", "title": null, "emails": [], "roles": null, "name": {"givenName": "Ada", "x": {"y": [1]}},
        "phoneNumbers": [{"value": "1", "verified": true}], "ims": "not a list", "addresses": [7], "custom": {"deep": [null]},
        ENTERPRISE: {"department": "d", "manager": {"value": "m", "odd": 1}}, "urn:x:y": {"a": 12_345_678_901_234_567_890_u64},
        "nickName": true, "groups": [["a"]], "urn:x:z": 1, "members": [{"value": "1", "x": 2}],
    });
    assert_eq!(round_trip(&odd), odd);
    let typed = user(&odd);
    assert_eq!((typed.emails, typed.roles, typed.groups), (Some(vec![]), None, None));
    assert_eq!(typed.extensions.unwrap()[0].schema, "urn:x:y");
    let rest: Value = serde_json::from_str(&typed.additional.unwrap()).unwrap();
    for name in ["schemas", "title", "roles", "ims", "addresses", "custom", "nickName", "groups", "urn:x:z", "members"]
    {
        assert_eq!(rest[name], odd[name], "{name}");
    }
}

#[test]
fn sloppy_values_are_read_for_what_they_mean() {
    let typed = user(&json!({
        "USERNAME": "ada", "active": "False", "id": 7, "emails": ["a@example.com", {"value": "c@example.com", "PRIMARY": "TRUE"}],
        "addresses": ["Main Street"], "Title": "kept", "title": "taken",
    }));
    let emails = typed.emails.unwrap();
    let values: Vec<_> = emails.iter().map(|email| (email.value.as_deref(), email.primary)).collect();
    assert_eq!(
        (typed.user_name.as_deref(), typed.active, typed.id.as_deref(), values),
        (Some("ada"), Some(false), Some("7"), vec![(Some("a@example.com"), None), (Some("c@example.com"), Some(true))])
    );
    // An address has no value of its own.
    assert_eq!(typed.addresses.unwrap()[0].additional.as_deref(), Some("{\"value\":\"Main Street\"}"));
    assert_eq!((typed.title.as_deref(), typed.additional.as_deref()), (Some("taken"), Some("{\"Title\":\"kept\"}")));
}

#[test]
fn numbers_and_texts_are_handed_on_as_they_came() {
    let text = r#"{ "custom" : [1.0e+5, -0], "x": "\u00e9\/", "urn:a:b": { "y" : 1E400 } }"#;
    let typed: User = record(&Type::Record(&contract::USER), text);
    assert_eq!(typed.additional.as_deref(), Some(r#"{"custom":[1.0e+5, -0],"x":"\u00e9\/"}"#));
    assert_eq!(typed.extensions.as_ref().unwrap()[0].attributes, r#"{ "y" : 1E400 }"#);
    let input = input(&functions::CREATE_USER, &[&typed, &NO_VIEW, &NO_OPTIONS]).unwrap();
    assert_eq!(input, r#"{"payload":{"urn:a:b":{ "y" : 1E400 },"custom":[1.0e+5, -0],"x":"\u00e9\/"}}"#);
}

/// The examples of the standards.
#[test]
fn users_and_groups_of_the_standards_are_lossless() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
    let mut seen = 0;
    for file in fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if name.contains("user") || name.contains("group") {
            let value: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
            if value.is_object() {
                assert_eq!(round_trip(&value), value, "{name}");
                seen += 1;
            }
        }
    }
    assert!(seen > 15, "{seen}");
}

#[test]
fn parameters_are_the_members_of_the_named_input() {
    let headers = Some(vec![("X-A".to_owned(), "1".to_owned()), ("X-B".to_owned(), "\"".to_owned())]);
    let options = Options { headers, read_back: Some(true), gone_is_done: Some(true), ..Options::default() };
    let view = View { attributes: Some(vec!["userName".into(), "emails".into()]), excluded_attributes: None };
    let operations = [
        PatchOperation { op: PatchOp::Add, path: Some("title".into()), value: Some(" \"x\" ".into()) },
        PatchOperation { op: PatchOp::Remove, path: Some("title".into()), value: None },
    ];
    assert_eq!(
        given(&functions::PATCH_USER, &[&"1", &&operations[..], &Some(&view), &Some(&options)]),
        json!({
            "id": "1", "attributes": ["userName", "emails"], "headers": {"X-A": "1", "X-B": "\""}, "readBack": true,
            "operations": [{"op": "add", "path": "title", "value": "x"}, {"op": "remove", "path": "title"}],
        })
    );
    let query = Query {
        sort_order: Some(crate::types::SortOrder::Descending),
        count: Some(0),
        start_index: Some(u64::MAX),
        ..Query::default()
    };
    let target = Target::Endpoint("/Devices".into());
    assert_eq!(
        given(&functions::LIST_RESOURCES, &[&&target, &Some(&query), &NO_OPTIONS]),
        json!({"endpoint": "/Devices", "sortOrder": "descending", "count": 0, "startIndex": u64::MAX})
    );
    let ensure = EnsureOptions { match_on: Some(vec!["userName".into()]), dry_run: Some(true) };
    assert_eq!(
        given(&functions::ENSURE_USER, &[&user(&json!({"userName": "ada"})), &Some(&ensure), &NO_OPTIONS]),
        json!({"payload": {"userName": "ada"}, "matchOn": ["userName"], "dryRun": true})
    );
    let operation = BulkOperation {
        method: crate::types::BulkMethod::Post,
        path: "/Users".into(),
        bulk_id: None,
        version: None,
        data: Some("{}".into()),
    };
    assert_eq!(
        given(&functions::SUBMIT_REQUEST, &[&operation, &NO_OPTIONS]),
        json!({"request": {"method": "POST", "path": "/Users", "data": {}}})
    );
    assert_eq!(given(&functions::LIST_SCHEMAS, &[]), json!({}));
}

/// What an object of names cannot say.
#[test]
fn a_header_that_is_given_twice_is_given_twice() {
    let headers = Some(vec![("X-A".to_owned(), "1".to_owned()), ("X-A".to_owned(), "2".to_owned())]);
    let options = Options { headers, ..Options::default() };
    let input = given(&functions::DELETE_USER, &[&"1", &Some(&options)]);
    assert_eq!(input, json!({"id": "1", "headers": [["X-A", "1"], ["X-A", "2"]]}));
}

/// The function, what it is called with, and the refusal's pointer and text.
fn refusal(function: &'static Function, parameters: &[&dyn Given]) -> (String, String) {
    let failure = failure(&input(function, parameters).unwrap_err());
    assert_eq!((failure.kind, failure.maybe_applied), (FailureKind::InvalidInput, false));
    (failure.pointer.unwrap(), failure.detail)
}

/// Typed callers have one record of options for all operations; what would change the outcome is not passed over.
#[test]
fn options_that_an_operation_does_not_take_are_refused() {
    let version = || Some("W/\"1\"".to_owned());
    let validate = Options { validate: Some(true), ..Options::default() };
    let if_match = Options { if_match: version(), ..Options::default() };
    let if_none_match = Options { if_none_match: version(), ..Options::default() };
    let read_modify_write = Options { read_modify_write: Some(true), ..Options::default() };
    let (ada, no_query, nothing) = (user(&json!({})), None::<&Query>, [] as [BulkOperation; 0]);
    let (no_ensure, no_bulk) = (None::<&EnsureOptions>, None::<&crate::types::BulkOptions>);
    let rows = [
        (refusal(&functions::DELETE_USER, &[&"1", &Some(&validate)]), "deleteUser", "/validate"),
        (refusal(&functions::LIST_USERS, &[&no_query, &Some(&if_match)]), "listUsers", "/ifMatch"),
        (refusal(&functions::BULK, &[&&nothing[..], &no_bulk, &Some(&if_match)]), "bulk", "/ifMatch"),
        (refusal(&functions::CREATE_USER, &[&ada, &NO_VIEW, &Some(&if_none_match)]), "createUser", "/ifNoneMatch"),
        (
            refusal(&functions::ENSURE_USER, &[&ada, &no_ensure, &Some(&read_modify_write)]),
            "ensureUser",
            "/readModifyWrite",
        ),
    ];
    for ((at, detail), name, pointer) in rows {
        assert_eq!(at, pointer);
        assert_eq!(detail, format!("{}: {name} does not take it; leave it out", &pointer[1..]));
    }
    // What is taken is not refused, and neither is a wish or an option that is switched off.
    let all = Options { validate: Some(false), read_back: Some(true), gone_is_done: Some(true), ..if_match.clone() };
    assert_eq!(
        given(&functions::DELETE_USER, &[&"1", &Some(&all)]),
        json!({"id": "1", "goneIsDone": true, "ifMatch": "W/\"1\""})
    );
}

#[test]
fn what_is_no_json_is_told_with_its_place() {
    let create = |user: &User| refusal(&functions::CREATE_USER, &[user, &NO_VIEW, &NO_OPTIONS]);
    let broken = |text: &str| User { additional: Some(text.into()), ..User::default() };
    for (text, detail) in [
        ("[1]", "payload.additional: expected a JSON object, found an array"),
        ("null", "payload.additional: expected a JSON object, found null"),
        ("", "payload.additional: is not valid JSON: EOF while parsing a value at line 1 column 0"),
        ("{\"a\":1} x", "payload.additional: is not valid JSON: trailing characters at line 1 column 9"),
        // No more than one object can be meant by it.
        ("{\"a\":1},\"password\":{}", "payload.additional: is not valid JSON: trailing characters at line 1 column 8"),
        ("{\"a\":1}}", "payload.additional: is not valid JSON: trailing characters at line 1 column 8"),
    ] {
        assert_eq!(create(&broken(text)), ("/payload/additional".to_owned(), detail.to_owned()));
    }
    let named = User { name: Some(Name { additional: Some("{".into()), ..Name::default() }), ..User::default() };
    assert_eq!(create(&named).0, "/payload/name/additional");
    let second = MultiValued { additional: Some("1".into()), ..MultiValued::default() };
    let emails = User { emails: Some(vec![MultiValued::default(), second]), ..User::default() };
    assert_eq!(create(&emails).0, "/payload/emails/1/additional");
    let extension = Extension { schema: "urn:a~b/c".into(), attributes: "x".into() };
    let extended = User { extensions: Some(vec![extension]), ..User::default() };
    assert_eq!(create(&extended).0, "/payload/urn:a~0b~1c");
    let operations = [PatchOperation { op: PatchOp::Add, path: None, value: Some("ada".into()) }];
    assert_eq!(
        refusal(&functions::PATCH_ME, &[&&operations[..], &NO_VIEW, &NO_OPTIONS]),
        (
            "/operations/0/value".to_owned(),
            "operations.0.value: is not valid JSON (text needs its quotation marks): expected value at line 1 column 1"
                .to_owned()
        )
    );
}

#[test]
fn what_is_secret_stands_in_no_refusal() {
    let user = User {
        password: Some("hunter2-hunter2".into()),
        additional: Some("{\"password\":\"hunter2-hunter2\"".into()),
        ..User::default()
    };
    let refused = input(&functions::CREATE_USER, &[&user, &NO_VIEW, &NO_OPTIONS]).unwrap_err();
    assert!(!format!("{:?}", failure(&refused)).contains("hunter2"));
    assert!(!format!("{refused:?}").contains("hunter2"));
}

#[test]
fn schemas_have_their_attributes_one_after_another() {
    let document = json!({
        "id": "urn:x", "parent": "none", "meta": {"resourceType": "Schema", "x": 1},
        "attributes": [
            {"name": "a", "type": "complex", "mutability": "readWrite", "returned": "default", "uniqueness": "none", "parent": "odd", "subAttributes": [
                {"name": "b", "type": "complex", "mutability": "readOnly", "returned": "always", "uniqueness": "server", "subAttributes": [
                    {"name": "c", "type": "dateTime", "mutability": "writeOnly", "returned": "never", "uniqueness": "global", "canonicalValues": ["x", 1, "y"]},
                ]},
            ]},
            {"name": "d", "type": "string", "mutability": "immutable", "returned": "request", "uniqueness": "none", "multiValued": true},
        ],
    });
    let schema: Schema = record(&Type::Record(&contract::SCHEMA), &document.to_string());
    let rows: Vec<_> = schema.attributes.iter().map(|it| (it.parent.as_deref(), it.name.as_str())).collect();
    assert_eq!(rows, [(None, "a"), (Some("a"), "b"), (Some("a"), "c"), (None, "d")]);
    let last = &schema.attributes[2];
    assert_eq!(last.canonical_values, Some(vec!["x".to_owned(), "y".to_owned()]));
    assert_eq!(schema.meta.unwrap().additional.as_deref(), Some("{\"x\":1}"));
}

#[test]
fn a_result_of_another_kind_is_no_record() {
    for text in ["", "[]", "1", "{", "{\"Resources\":[}", "nonsense"] {
        assert!(output::<UserPage>(&functions::LIST_USERS, text).is_err(), "{text}");
    }
    assert_eq!(output::<Option<User>>(&functions::UPDATE_USER, "null").unwrap(), None);
    output::<()>(&functions::DELETE_USER, "null").unwrap();
    assert_eq!(output::<String>(&functions::GET_RESOURCE, "{ \"a\": 1}").unwrap(), "{ \"a\": 1}");
    let other: Failure = record(
        &Type::Record(&contract::FAILURE),
        "{\"kind\":\"somethingNew\",\"scimType\":\"uniqueness\",\"detail\":\"d\",\"maybeApplied\":true,\"status\":409}",
    );
    assert_eq!((other.kind, other.scim_type), (FailureKind::Other("somethingNew".into()), Some(ScimType::Uniqueness)));
}
