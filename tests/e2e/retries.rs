//! A real server that counts what it receives: no write reaches it twice unless that is safe. `tests/retries.rs` in the component's
//! own tests has every operation; here the host's HTTP is in between, which must not repeat anything by itself. The table goes to
//! stdout.

use crate::fake::{Act, Fake, Received, answer, json as scim};
use crate::harness::{client, closed_port, invoke};
use scim_connector_host::{Error, Outcome};
use serde_json::{Value, json};
use std::io::Write as _;

/// How a write fares: its name, whether it may have been carried out, what the server does.
struct Fault {
    name: &'static str,
    ambiguous: bool,
    acts: fn() -> Vec<Act>,
}

/// The connection is refused, so that no server has a say.
const REFUSED: &str = "refused";

const FAULTS: [Fault; 7] = [
    Fault { name: REFUSED, ambiguous: false, acts: Vec::new },
    Fault { name: "429", ambiguous: false, acts: || answer(429, &[], "") },
    Fault { name: "503 later", ambiguous: false, acts: || answer(503, &[("Retry-After", "0")], "") },
    Fault { name: "503", ambiguous: true, acts: || answer(503, &[], "") },
    Fault { name: "500", ambiguous: true, acts: || scim(500, r#"{"detail":"oops"}"#) },
    Fault { name: "reset", ambiguous: true, acts: || vec![Act::Close] },
    Fault { name: "timeout", ambiguous: true, acts: || vec![Act::Silence] },
];

/// A call, and whether it may be repeated after an ambiguous answer.
struct Row {
    name: &'static str,
    operation: &'static str,
    input: Value,
    repeatable: bool,
}

fn rows() -> Vec<Row> {
    let row = |name, operation, input, repeatable| Row { name, operation, input, repeatable };
    let user = json!({"userName": "ada"});
    let replace = json!([{"op": "replace", "path": "title", "value": "x"}]);
    let add = json!([{"op": "add", "path": "emails", "value": [{"value": "x"}]}]);
    let bulk = |method: &str, path: &str, data: &Value| json!({"operations": [{"method": method, "path": path, "bulkId": "a", "data": data}]});
    let members = json!({"id": "1", "members": ["a"]});
    vec![
        row("createUser", "createUser", json!({"payload": user}), false),
        row("createGroup", "createGroup", json!({"payload": {"displayName": "eng"}}), false),
        row("updateUser", "updateUser", json!({"id": "1", "payload": user}), true),
        row("patchUser, replace", "patchUser", json!({"id": "1", "operations": replace}), true),
        row("patchUser, add", "patchUser", json!({"id": "1", "operations": add}), false),
        // Nothing says that this provider keeps to conditions.
        row("patchUser, add, ifMatch", "patchUser", json!({"id": "1", "operations": add, "ifMatch": "\"1\""}), false),
        row("deleteUser", "deleteUser", json!({"id": "1"}), true),
        row("deactivateUser", "deactivateUser", json!({"id": "1"}), true),
        row("addGroupMembers", "addGroupMembers", members.clone(), true),
        row("removeGroupMembers", "removeGroupMembers", members, true),
        row("bulk, POST", "bulk", bulk("POST", "/Users", &user), false),
        row("bulk, PUT", "bulk", bulk("PUT", "/Users/1", &user), true),
        row(
            "submitRequest, POST",
            "submitRequest",
            json!({"request": {"method": "POST", "path": "/Users", "data": user}}),
            false,
        ),
    ]
}

/// How often the server received the write, and whether the caller is told that it may have been carried out.
fn play(row: &Row, fault: &Fault, attempts: u32) -> (usize, Option<bool>, String) {
    let acts = fault.acts;
    let fake = Fake::start(move |_, received: &Received| {
        // Nothing here is read before it is written.
        if received.line().starts_with("GET ") { scim(404, "{}") } else { acts() }
    });
    let origin = if fault.name == REFUSED { nobody() } else { fake.origin() };
    let connection = json!({
        "serviceUrl": format!("{origin}/scim"),
        "auth": {"type": "bearer", "token": "t0ken-of-the-retries"},
        "retry": {"maxAttempts": attempts, "baseDelayMs": 10},
        "timeouts": {"firstByteMs": 300, "totalMs": 10_000},
        "overrides": {
            "bulk": {"supported": true, "maxOperations": 10, "maxPayloadSize": 100_000},
            "securityEvents": {"asyncRequest": "request"},
        },
    });
    let result = invoke(&client(&connection), row.operation, row.input.clone());
    let writes = fake.requests().iter().filter(|received| !received.line().starts_with("GET ")).count();
    (writes, reported_maybe_applied(&result), format!("{result:?}"))
}

/// Whether the caller is told that it may have been carried out; none where it succeeded.
fn reported_maybe_applied(result: &Result<Outcome, Error>) -> Option<bool> {
    let failure = match result {
        Err(error) => error.to_json(),
        // A bulk call reports each operation's failure.
        Ok(outcome) => outcome.output["results"][0].get("failure").cloned()?,
    };
    Some(failure["maybeApplied"] == json!(true))
}

/// An origin where nobody listens.
fn nobody() -> String {
    format!("http://127.0.0.1:{}", closed_port())
}

#[test]
fn a_server_receives_a_write_as_often_as_it_is_safe() {
    let rows = rows();
    let mut table = format!("{:26}", "three attempts");
    FAULTS.iter().for_each(|fault| table.push_str(&format!("{:>10}", fault.name)));
    let lines: Vec<(String, Vec<String>)> = std::thread::scope(|scope| {
        let running: Vec<_> = rows.iter().map(|row| scope.spawn(move || line(row))).collect();
        running.into_iter().map(|line| line.join().expect("a row that panicked")).collect()
    });
    let mut wrong = Vec::new();
    for (line, faults) in lines {
        table.push_str(&format!("\n{line}"));
        wrong.extend(faults);
    }
    writeln!(std::io::stdout(), "\n{table}\n").expect("stdout");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A line of the table, and what is wrong in it.
fn line(row: &Row) -> (String, Vec<String>) {
    let mut line = format!("{:26}", row.name);
    let mut wrong = Vec::new();
    for fault in &FAULTS {
        let expected = match fault {
            Fault { name: REFUSED, .. } => 0,
            Fault { ambiguous: true, .. } if !row.repeatable => 1,
            _ => 3,
        };
        let (writes, told, shown) = play(row, fault, 3);
        line.push_str(&format!("{writes:>10}"));
        if (writes, told) != (expected, Some(fault.ambiguous)) {
            wrong.push(format!("{}, {}: {expected} writes, but {writes}: {shown}", row.name, fault.name));
        }
        let (once, _, shown) = play(row, fault, 1);
        if once > 1 {
            wrong.push(format!("{}, {}: one attempt, but {once} writes: {shown}", row.name, fault.name));
        }
    }
    (line, wrong)
}
