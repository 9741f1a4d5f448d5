//! What an answer means: status, headers and body to kind, text, and everything else a failure has. The table is `answers.json`; the
//! host's test reads the same one and adds the exit code.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "script/mod.rs"]
mod script;

use scim_connector::catalog::invoke::invoke;
use scim_connector::failure::Kind;
use script::{Script, answer, bearer, outcome};
use serde_json::{Value, json};

/// 6 November 1994, 08:49:30 GMT: seven seconds before the date of RFC 9110's example.
const NOW: u64 = 784_111_770_000;

#[test]
fn every_answer_means_what_the_table_says() {
    let rows: Vec<Value> = serde_json::from_str(include_str!("answers.json")).unwrap();
    let mut wrong = Vec::new();
    for row in &rows {
        let (operation, input) = match row["operation"].as_str().unwrap() {
            "getUser" => ("getUser", json!({"id": "1"})),
            "createUser" => {
                ("createUser", json!({"payload": {"userName": "ada", "password": "correct horse battery"}}))
            }
            "deleteUser" => ("deleteUser", json!({"id": "1"})),
            "updateUser" => ("updateUser", json!({"id": "1", "payload": {"userName": "ada"}, "ifMatch": "\"1\""})),
            "listUsers" => ("listUsers", json!({"count": 1000})),
            other => panic!("{other}?"),
        };
        let mut connection = bearer();
        connection["retry"] = json!({"maxAttempts": 1});
        let script = Script::new([outcome(&json!({"response": row["response"]}))]);
        script.clock.set(NOW);
        let result = invoke(&script, &connection.to_string(), operation, input.to_string(), None);
        let found = result.map_or_else(|failure| failure.to_json(), |answer| json!({"ok": answer.output.to_json()}));
        if found != row["failure"] {
            wrong.push(format!("{}: {found}", row["name"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
    assert!(rows.len() >= 60, "{} rows are left", rows.len());
}

/// A 101 that nobody asked for is no answer. This host's transport makes an error of it; others may pass it on.
#[test]
fn a_write_that_gets_an_interim_answer_may_have_been_applied() {
    for (operation, input, maybe) in [
        ("createUser", json!({"payload": {"userName": "ada"}}), true),
        ("deleteUser", json!({"id": "1"}), true),
        ("getUser", json!({"id": "1"}), false),
    ] {
        let script = Script::new([answer(101, "")]);
        let failure = script.call(&bearer(), operation, &input).unwrap_err();
        let found = (failure.kind, failure.transient, failure.maybe_applied, script.sent.borrow().len());
        assert_eq!(found, (Kind::Protocol, false, maybe, 1), "{operation}");
    }
}
