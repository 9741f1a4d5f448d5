//! What is refused before anything is sent: names that would reach another resource, a payload that the provider's schemas do not
//! allow.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "script/mod.rs"]
mod script;

use scim_connector::failure::Kind;
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

#[test]
fn ensure_validates_where_asked() {
    let input = json!({"payload": {"userName": "ada", "active": "perhaps"}, "validate": true});
    // Neither resource types nor schemas: the standard's stand in.
    let script = Script::new([answer(404, ""), answer(404, "")]);
    let failure = script.call(&bearer(), "ensureUser", &input).unwrap_err();
    assert_eq!((failure.kind, failure.pointer.as_deref()), (Kind::InvalidInput, Some("/payload/active")));
}
