//! What is refused before anything is sent: names that would reach another resource, options that an operation does not take, a
//! payload that the provider's schemas do not allow.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "script/mod.rs"]
mod script;

use scim_connector::bindings::scim::connector::types::Options;
use scim_connector::contract::Operation;
use scim_connector::convert::request;
use scim_connector::failure::Kind;
use scim_connector::input::Selector;
use scim_connector::scim::resource::Resource;
use script::{Script, answer, bearer};
use serde_json::json;

/// The URL parser drops tabs and line breaks and resolves dots: the resource that was checked would not be the one that is reached.
#[test]
fn no_name_reaches_another_resource() {
    for id in ["", ".", "..", ".\t.", "\n", "12\n3", "1\r", "\u{0}"] {
        let script = Script::new([]);
        let failure = script.call(&bearer(), "deleteUser", &json!({"id": id})).unwrap_err();
        assert_eq!((failure.kind, failure.pointer.as_deref()), (Kind::InvalidInput, Some("/id")), "{id:?}");
    }
    for endpoint in ["/", "..", "/Users/../Groups", "/a\tb", "/a?b", "/a#b", "//"] {
        let script = Script::new([]);
        let failure = script.call(&bearer(), "listResources", &json!({"endpoint": endpoint})).unwrap_err();
        assert_eq!(failure.kind, Kind::InvalidInput, "{endpoint:?}");
    }
    let script = Script::new([answer(204, "")]);
    script.call(&bearer(), "deleteUser", &json!({"id": "a/b?c#d%2e é"})).unwrap();
    assert_eq!(script.lines(), ["DELETE https://scim.example/v2/Users/a%2Fb%3Fc%23d%252e%20%C3%A9"]);
}

/// Typed callers have one record of options for all operations; what would change the outcome is not passed over.
#[test]
fn options_that_an_operation_does_not_take_are_refused() {
    let none = Options {
        if_match: None,
        if_none_match: None,
        headers: None,
        read_back: None,
        gone_is_done: None,
        validate: None,
        read_modify_write: None,
    };
    let version = || Some("W/\"1\"".to_owned());
    let validate = || Some(Options { validate: Some(true), ..none.clone() });
    let if_match = || Some(Options { if_match: version(), ..none.clone() });
    let if_none_match = || Some(Options { if_none_match: version(), ..none.clone() });
    let read_modify_write = || Some(Options { read_modify_write: Some(true), ..none.clone() });
    let id = || Selector::Id("1".to_owned());
    let rows = [
        (request::delete(Operation::DeleteUser, id(), validate()).err(), "deleteUser", "/validate"),
        (request::listing(Operation::ListUsers, None, if_match()).err(), "listUsers", "/ifMatch"),
        (request::bulk(Operation::Bulk, Vec::new(), None, if_match()).err(), "bulk", "/ifMatch"),
        (
            request::create(Operation::CreateUser, Resource::new(), None, if_none_match()).err(),
            "createUser",
            "/ifNoneMatch",
        ),
        (
            request::ensure(Operation::EnsureUser, Resource::new(), None, read_modify_write()).err(),
            "ensureUser",
            "/readModifyWrite",
        ),
    ];
    for (failure, name, pointer) in rows {
        let failure = failure.unwrap();
        assert_eq!((failure.kind, failure.pointer.as_deref()), (Kind::InvalidInput, Some(pointer)), "{name}");
        assert!(failure.detail.contains(name), "{}", failure.detail);
    }
    // What is taken is not refused, and neither is a wish or an option that is switched off.
    let all = Options { validate: Some(false), read_back: Some(true), gone_is_done: Some(true), ..if_match().unwrap() };
    let delete = request::delete(Operation::DeleteUser, id(), Some(all)).unwrap();
    assert_eq!((delete.if_match, delete.gone_is_done), (version(), true));
}

#[test]
fn ensure_validates_where_asked() {
    let input = json!({"payload": {"userName": "ada", "active": "perhaps"}, "validate": true});
    // Neither resource types nor schemas: the standard's stand in.
    let script = Script::new([answer(404, ""), answer(404, "")]);
    let failure = script.call(&bearer(), "ensureUser", &input).unwrap_err();
    assert_eq!((failure.kind, failure.pointer.as_deref()), (Kind::InvalidInput, Some("/payload/active")));
}
