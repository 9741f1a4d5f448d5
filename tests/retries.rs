//! A provider that counts: for every operation that writes and every way in which a write can go wrong, how many times the provider
//! gets it. No write is sent again when it may have been carried out, unless carrying it out twice is the same as once or a look in
//! between has shown that it was not. The table goes to stdout.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "script/mod.rs"]
mod script;

use scim_connector::catalog::invoke::invoke;
use scim_connector::contract::Operation;
use scim_connector::http::platform::{Bounds, Platform, Reason};
use scim_connector::http::{Method, Request};
use script::{Outcome, answer, bearer, lost, with_header};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::io::Write as _;

/// What happens to a write.
type Fault = (&'static str, Meaning, fn() -> Outcome);

/// Whether it may have been carried out.
#[derive(Clone, Copy, PartialEq)]
enum Meaning {
    /// It was turned away.
    No,
    /// Perhaps.
    Perhaps,
    /// Perhaps, and perhaps later: the provider may still be at it.
    Pending,
}

const FAULTS: [Fault; 8] = [
    ("refused", Meaning::No, || lost(Reason::Refused, false)),
    ("429", Meaning::No, || answer(429, "")),
    ("503 later", Meaning::No, || with_header(answer(503, ""), "Retry-After", "1")),
    ("reset", Meaning::Perhaps, || lost(Reason::Closed, true)),
    ("500", Meaning::Perhaps, || answer(500, "")),
    ("503", Meaning::Perhaps, || answer(503, "")),
    ("504", Meaning::Pending, || answer(504, "")),
    ("timeout", Meaning::Pending, || lost(Reason::Timeout, true)),
];

/// How an operation may be repeated.
#[derive(Clone, Copy, PartialEq)]
enum Class {
    /// Never, once it may have been carried out.
    Once,
    /// At any time.
    Idempotent,
    /// After a look has shown that it was not carried out.
    Looks,
}

/// How many times the provider gets a write that always goes wrong, with three attempts.
fn expected(class: Class, meaning: Meaning) -> usize {
    match (class, meaning) {
        (_, Meaning::No) => 3,
        (Class::Idempotent, _) | (Class::Looks, Meaning::Perhaps) => 3,
        (Class::Once, _) | (Class::Looks, Meaning::Pending) => 1,
    }
}

/// Name, operation, input, what is there, class.
type Row = (&'static str, &'static str, Value, bool, Class);

fn rows() -> Vec<Row> {
    use Class::*;
    let user = || json!({"userName": "ada", "title": "new"});
    let group = || json!({"displayName": "eng"});
    let device = json!({"schemas": ["urn:x:Device"], "displayName": "d"});
    let change = |op: &str, path: &str| json!([{"op": op, "path": path, "value": "x"}]);
    let add = || json!([{"op": "add", "path": "emails", "value": [{"value": "x"}]}]);
    let id = || json!({"id": "1"});
    let members = || json!({"id": "1", "members": ["a", "b"]});
    let bulk = |method: &str, path: &str, data: Value| json!({"operations": [{"method": method, "path": path, "bulkId": "x", "data": data}]});
    let later =
        |method: &str, path: &str, data: Value| json!({"request": {"method": method, "path": path, "data": data}});
    let gone = |leavers: &str| {
        let owned = json!([{"id": "1", "ownership": "created"}]);
        json!({"resourceType": "User", "desired": [], "owned": owned, "policy": {"leavers": leavers}, "guards": {"accept": 1}})
    };
    vec![
        ("createUser", "createUser", json!({"payload": user()}), false, Once),
        ("createGroup", "createGroup", json!({"payload": group()}), false, Once),
        ("createMe", "createMe", json!({"payload": user()}), false, Once),
        ("createResource", "createResource", json!({"endpoint": "/Things", "payload": device}), false, Once),
        ("updateUser", "updateUser", json!({"id": "1", "payload": user()}), true, Idempotent),
        (
            "updateUser, read before",
            "updateUser",
            json!({"id": "1", "payload": user(), "readModifyWrite": true}),
            true,
            Idempotent,
        ),
        ("updateGroup", "updateGroup", json!({"id": "1", "payload": group()}), true, Idempotent),
        ("updateMe", "updateMe", json!({"payload": user()}), true, Idempotent),
        (
            "updateResource",
            "updateResource",
            json!({"endpoint": "/Things", "id": "1", "payload": device}),
            true,
            Idempotent,
        ),
        (
            "patchUser, replace",
            "patchUser",
            json!({"id": "1", "operations": change("replace", "title")}),
            true,
            Idempotent,
        ),
        (
            "patchUser, remove",
            "patchUser",
            json!({"id": "1", "operations": [{"op": "remove", "path": "title"}]}),
            true,
            Idempotent,
        ),
        ("patchUser, add", "patchUser", json!({"id": "1", "operations": add()}), true, Once),
        (
            "patchUser, add, ifMatch",
            "patchUser",
            json!({"id": "1", "operations": add(), "ifMatch": "\"1\""}),
            true,
            Once,
        ),
        (
            "patchGroup",
            "patchGroup",
            json!({"id": "1", "operations": change("replace", "displayName")}),
            true,
            Idempotent,
        ),
        ("patchMe", "patchMe", json!({"operations": change("replace", "title")}), true, Idempotent),
        ("patchMe, add", "patchMe", json!({"operations": add()}), true, Once),
        (
            "patchResource",
            "patchResource",
            json!({"endpoint": "/Things", "id": "1", "operations": change("replace", "displayName")}),
            true,
            Idempotent,
        ),
        (
            "patchResource, add",
            "patchResource",
            json!({"endpoint": "/Things", "id": "1", "operations": change("add", "tags")}),
            true,
            Once,
        ),
        ("deleteUser", "deleteUser", id(), true, Idempotent),
        ("deleteGroup", "deleteGroup", id(), true, Idempotent),
        ("deleteMe", "deleteMe", json!({}), true, Idempotent),
        ("deleteResource", "deleteResource", json!({"endpoint": "/Things", "id": "1"}), true, Idempotent),
        ("activateUser", "activateUser", id(), true, Idempotent),
        ("deactivateUser", "deactivateUser", id(), true, Idempotent),
        ("addGroupMembers", "addGroupMembers", members(), true, Idempotent),
        ("removeGroupMembers", "removeGroupMembers", members(), true, Idempotent),
        ("setGroupMembers", "setGroupMembers", members(), true, Idempotent),
        ("bulk, POST", "bulk", bulk("POST", "/Users", user()), false, Once),
        ("bulk, PATCH add", "bulk", bulk("PATCH", "/Users/1", add()), true, Once),
        ("bulk, PUT", "bulk", bulk("PUT", "/Users/1", user()), true, Idempotent),
        ("bulk, DELETE", "bulk", bulk("DELETE", "/Users/1", Value::Null), true, Idempotent),
        ("submitRequest, POST", "submitRequest", later("POST", "/Users", user()), false, Once),
        ("submitRequest, PATCH add", "submitRequest", later("PATCH", "/Users/1", add()), true, Once),
        ("submitRequest, DELETE", "submitRequest", later("DELETE", "/Users/1", Value::Null), true, Idempotent),
        ("ensureUser, not there", "ensureUser", json!({"payload": user()}), false, Looks),
        ("ensureGroup, not there", "ensureGroup", json!({"payload": group()}), false, Looks),
        ("ensureUser, there", "ensureUser", json!({"payload": user()}), true, Idempotent),
        (
            "ensureGroup, there",
            "ensureGroup",
            json!({"payload": {"displayName": "ENG", "externalId": "g"}}),
            true,
            Idempotent,
        ),
        ("reconcile, not there", "reconcile", json!({"resourceType": "User", "desired": [user()]}), false, Once),
        ("reconcile, there", "reconcile", json!({"resourceType": "User", "desired": [user()]}), true, Idempotent),
        ("reconcile, deactivated", "reconcile", gone("deactivate"), true, Idempotent),
        ("reconcile, deleted", "reconcile", gone("delete"), true, Idempotent),
    ]
}

/// A provider that answers what is read, and does to the first `faults` writes what the fault says.
struct Counting {
    fault: fn() -> Outcome,
    faults: usize,
    there: bool,
    log: RefCell<Vec<String>>,
    clock: Cell<u64>,
}

impl Counting {
    fn is_write(line: &str) -> bool {
        !line.starts_with("GET")
    }

    fn writes(&self) -> usize {
        self.log.borrow().iter().filter(|line| Self::is_write(line)).count()
    }

    /// Whether something was read between every two writes.
    fn reads_between_writes(&self) -> bool {
        !self.log.borrow().windows(2).any(|two| two.iter().all(|line| Self::is_write(line)))
    }
}

fn listed(resources: &[Value]) -> Outcome {
    answer(200, json!({"totalResults": resources.len(), "Resources": resources}).to_string())
}

impl Platform for Counting {
    fn send(&self, request: &Request, _: &Bounds) -> Outcome {
        self.clock.set(self.clock.get() + 10);
        let path = request.url.path().to_owned();
        let user = || json!({"id": "1", "userName": "ada", "title": "old", "meta": {"version": "W/\"1\""}});
        let group = || json!({"id": "1", "displayName": "ENG", "members": [{"value": "b"}]});
        let users = path.contains("/Users");
        let listing = path.ends_with("/Users") || path.ends_with("/Groups");
        self.log.borrow_mut().push(format!("{} {path}", request.method.as_str()));
        let body = || -> Value { serde_json::from_slice(request.body.as_deref().unwrap_or(b"null")).unwrap() };
        match request.method {
            Method::Get if listing && !self.there => listed(&[]),
            Method::Get if listing && users => listed(&[user()]),
            Method::Get if listing => listed(&[group()]),
            Method::Get if path.contains("/Groups") => answer(200, group().to_string()),
            Method::Get => answer(200, user().to_string()),
            _ if self.writes() <= self.faults => (self.fault)(),
            Method::Post if path.ends_with("/Bulk") => {
                let results: Vec<Value> = body()["Operations"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|it| json!({"method": it["method"], "bulkId": it["bulkId"], "location": "/v2/Users/1", "status": "200"}))
                    .collect();
                answer(200, json!({"Operations": results}).to_string())
            }
            Method::Post => {
                let mut resource = body();
                resource["id"] = json!("1");
                answer(201, resource.to_string())
            }
            _ => answer(204, ""),
        }
    }

    script::calm!();
}

/// How a call went.
struct Outlook {
    writes: usize,
    looked: bool,
    succeeded: bool,
    /// Whether the caller is told that it may have been carried out.
    maybe_applied: bool,
    shown: String,
}

fn play(row: &Row, fault: &Fault, attempts: u32, faults: usize, bulk: bool) -> Outlook {
    let (_, operation, input, there, _) = row;
    let mut connection = bearer();
    connection["retry"] = json!({"maxAttempts": attempts});
    connection["overrides"] = json!({
        "bulk": {"supported": bulk, "maxOperations": 10, "maxPayloadSize": 100_000},
        "securityEvents": {"asyncRequest": "request"},
    });
    let clock = Cell::new(1_700_000_000_000);
    let provider = Counting { fault: fault.2, faults, there: *there, log: RefCell::default(), clock };
    let result = invoke(&provider, &connection.to_string(), operation, input.to_string(), None);
    // A bulk call and a reconciliation report each failure.
    let failure = match &result {
        Err(failure) => failure.to_json(),
        Ok(answer) => {
            let report = answer.output.to_json();
            [&report["results"][0]["failure"], &report["changes"][0]["failure"]]
                .into_iter()
                .find(|it| !it.is_null())
                .cloned()
                .unwrap_or_default()
        }
    };
    Outlook {
        writes: provider.writes(),
        looked: provider.reads_between_writes(),
        succeeded: failure.is_null(),
        maybe_applied: failure["maybeApplied"] == true,
        shown: format!("{failure} after {:?}", provider.log.borrow()),
    }
}

#[test]
fn the_provider_gets_a_write_as_often_as_it_is_safe() {
    let rows = rows();
    let mut table = format!("{:26}", "three attempts");
    FAULTS.iter().for_each(|fault| table.push_str(&format!("{:>10}", fault.0)));
    let mut wrong = Vec::new();
    for row in &rows {
        let (name, operation, _, _, class) = row;
        table.push_str(&format!("\n{name:26}"));
        for fault in &FAULTS {
            let (what, meaning, _) = fault;
            let places: &[bool] = if *operation == "bulk" { &[true, false] } else { &[true] };
            for bulk in places {
                let how = if *bulk { "" } else { ", one by one" };
                let mut check = |right: bool, rule: &str, found: &Outlook| {
                    if !right {
                        wrong
                            .push(format!("{name}{how}, {what}: {rule}, but {} writes: {}", found.writes, found.shown));
                    }
                };
                let found = play(row, fault, 3, usize::MAX, *bulk);
                let times = expected(*class, *meaning);
                check(found.writes == times, &format!("{times} writes"), &found);
                check(!found.succeeded, "it fails", &found);
                check(found.maybe_applied == (*meaning != Meaning::No), "maybeApplied says what is so", &found);
                if *class == Class::Looks && *meaning != Meaning::No {
                    check(found.looked, "it looks in between", &found);
                }
                if *bulk {
                    table.push_str(&format!("{:>10}", found.writes));
                }

                // The caller can switch it off.
                let once = play(row, fault, 1, usize::MAX, *bulk);
                check(once.writes == 1 && !once.succeeded, "with one attempt, one write", &once);

                // It goes wrong once.
                let mended = play(row, fault, 3, 1, *bulk);
                let again = usize::from(times > 1);
                check(mended.writes == 1 + again, &format!("{} writes when it goes wrong once", 1 + again), &mended);
                check(mended.succeeded == (again == 1), "it succeeds when it may be repeated", &mended);
            }
        }
    }
    writeln!(std::io::stdout(), "\n{table}\n").unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // No operation that writes is left out.
    let writing = Operation::ALL.iter().filter(|it| it.effect() != "read");
    let left: Vec<&str> = writing.map(|it| it.name()).filter(|name| !rows.iter().any(|row| row.1 == *name)).collect();
    assert!(left.is_empty(), "no row for {left:?}");
}
