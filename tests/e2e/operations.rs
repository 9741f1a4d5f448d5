//! Every operation on every provider: it passes, or the provider cannot do it, and then the failure says so in the way expected.
//! The table goes to stdout; an operation of the catalog that has no row fails the test.

use crate::columns::{self, Column, Providers, Refusal};
use crate::harness::{self, block_on, connector, invoke};
use scim_connector_host::{Client, Error, Outcome};
use serde_json::{Value, json};
use std::cell::Cell;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const DEVICE: &str = "urn:ietf:params:scim:schemas:core:2.0:Device";

/// One provider while its rows run.
struct Stage {
    client: Client,
    tag: &'static str,
    devices: bool,
    says_empty: bool,
    /// Whether a call of the row warned.
    warned: Cell<bool>,
}

type Row = (&'static str, fn(&Stage) -> Result<(), Error>);

const ROWS: [Row; 44] = [
    ("createUser", |it| it.user("create-user").map(drop)),
    ("getUser", |it| it.read_back("getUser", &it.user("get-user")?, "userName")),
    ("listUsers", |it| it.paged("listUsers", "User")),
    ("searchUsers", |it| it.paged("searchUsers", "User")),
    ("updateUser", |it| {
        let user = it.user("update-user")?;
        let payload = with(&person(user["userName"].as_str().unwrap()), json!({"displayName": "Replaced"}));
        it.call("updateUser", json!({"id": user["id"], "payload": payload}))?;
        it.holds("getUser", &user, "displayName", json!("Replaced"))
    }),
    ("patchUser", |it| {
        let user = it.user("patch-user")?;
        let operations = json!([{"op": "replace", "path": "name.familyName", "value": "Patched"}]);
        it.call("patchUser", json!({"id": user["id"], "operations": operations}))?;
        let seen = it.call("getUser", json!({"id": user["id"]}))?;
        assert_eq!(seen["name"]["familyName"], "Patched", "{seen}");
        Ok(())
    }),
    ("deleteUser", |it| it.deleted("deleteUser", "getUser", &it.user("delete-user")?)),
    ("ensureUser", |it| it.ensured("ensureUser", "user", "nickName", |name| person(&name))),
    ("activateUser", |it| it.switched("activateUser", true)),
    ("deactivateUser", |it| it.switched("deactivateUser", false)),
    ("createGroup", |it| it.group("create-group", &[]).map(drop)),
    ("getGroup", |it| it.read_back("getGroup", &it.group("get-group", &[])?, "displayName")),
    ("listGroups", |it| it.paged("listGroups", "Group")),
    ("searchGroups", |it| it.paged("searchGroups", "Group")),
    ("updateGroup", |it| {
        let (group, user) = (it.group("update-group", &[])?, it.user("update-group")?);
        let payload = json!({"displayName": group["displayName"], "members": [{"value": user["id"]}]});
        it.call("updateGroup", json!({"id": group["id"], "payload": payload}))?;
        it.members_are(&group, &[&user])
    }),
    ("patchGroup", |it| {
        let group = it.group("patch-group", &[])?;
        let name = format!("{} patched", it.tag);
        let operations = json!([{"op": "replace", "path": "displayName", "value": name}]);
        it.call("patchGroup", json!({"id": group["id"], "operations": operations}))?;
        it.holds("getGroup", &group, "displayName", json!(name))
    }),
    ("deleteGroup", |it| it.deleted("deleteGroup", "getGroup", &it.group("delete-group", &[])?)),
    ("ensureGroup", |it| it.ensured("ensureGroup", "group", "externalId", |name| json!({"displayName": name}))),
    ("addGroupMembers", |it| {
        let (ada, bob) = (it.user("add-a")?, it.user("add-b")?);
        let group = it.group("add-members", &[&ada])?;
        it.call("addGroupMembers", json!({"id": group["id"], "members": [bob["id"]]}))?;
        // Safe to repeat.
        it.call("addGroupMembers", json!({"id": group["id"], "members": [bob["id"]]}))?;
        it.members_are(&group, &[&ada, &bob])
    }),
    ("removeGroupMembers", |it| {
        let (ada, bob) = (it.user("remove-a")?, it.user("remove-b")?);
        let group = it.group("remove-members", &[&ada, &bob])?;
        it.call("removeGroupMembers", json!({"id": group["id"], "members": [{"value": ada["id"]}]}))?;
        it.call("removeGroupMembers", json!({"id": group["id"], "members": [{"value": ada["id"]}]}))?;
        it.members_are(&group, &[&bob])
    }),
    ("setGroupMembers", |it| {
        let (ada, bob, eve) = (it.user("set-a")?, it.user("set-b")?, it.user("set-c")?);
        let group = it.group("set-members", &[&ada, &bob])?;
        it.call("setGroupMembers", json!({"id": group["id"], "members": [bob["id"], eve["id"]]}))?;
        it.members_are(&group, &[&bob, &eve])?;
        it.call("setGroupMembers", json!({"id": group["id"], "members": []}))?;
        it.members_are(&group, &[])
    }),
    ("createMe", |it| it.call("createMe", json!({"payload": {"userName": "me@example.com"}})).map(drop)),
    ("getMe", |it| it.me("getMe", json!({}))),
    ("updateMe", |it| it.me("updateMe", json!({"payload": {"userName": "me@example.com", "title": "Updated"}}))),
    ("patchMe", |it| {
        it.me(
            "patchMe",
            json!({"readBack": true, "operations": [{"op": "replace", "path": "title", "value": "Patched"}]}),
        )
    }),
    ("deleteMe", |it| {
        it.call("deleteMe", json!({}))?;
        assert_eq!(it.refused("getMe", json!({}))["kind"], "notFound");
        Ok(())
    }),
    ("createResource", |it| it.resource("create").map(drop)),
    ("getResource", |it| {
        let (made, target) = it.resource("get")?;
        assert_eq!(it.call("getResource", with(&target, json!({"id": made["id"]})))?["id"], made["id"]);
        Ok(())
    }),
    ("listResources", |it| {
        let (made, target) = it.resource("list")?;
        let listed = it.listed("listResources", &target)?;
        assert!(listed.contains(&made["id"]), "{made} is not among {listed:?}");
        Ok(())
    }),
    ("searchResources", |it| {
        let (made, target) = it.resource("search")?;
        let listed = it.listed("searchResources", &target)?;
        assert!(listed.contains(&made["id"]), "{made} is not among {listed:?}");
        Ok(())
    }),
    ("updateResource", |it| {
        let (mut made, target) = it.resource("update")?;
        made["displayName"] = json!("Replaced");
        it.call("updateResource", with(&target, json!({"id": made["id"], "payload": made})))?;
        let seen = it.call("getResource", with(&target, json!({"id": made["id"]})))?;
        assert_eq!(seen["displayName"], "Replaced", "{seen}");
        Ok(())
    }),
    ("patchResource", |it| {
        let (made, target) = it.resource("patch")?;
        let operations = json!([{"op": "replace", "path": "displayName", "value": "Patched"}]);
        it.call("patchResource", with(&target, json!({"id": made["id"], "operations": operations})))?;
        let seen = it.call("getResource", with(&target, json!({"id": made["id"]})))?;
        assert_eq!(seen["displayName"], "Patched", "{seen}");
        Ok(())
    }),
    ("deleteResource", |it| {
        let (made, target) = it.resource("delete")?;
        it.call("deleteResource", with(&target, json!({"id": made["id"]})))?;
        assert_eq!(it.refused("getResource", with(&target, json!({"id": made["id"]})))["kind"], "notFound");
        Ok(())
    }),
    ("search", |it| {
        let user = it.user("root-search")?;
        let filter = format!("userName eq \"{}\"", user["userName"].as_str().unwrap_or_default());
        let found = it.call("search", json!({"filter": filter}))?;
        let ids: Vec<&Value> = found["Resources"].as_array().unwrap().iter().map(|it| &it["id"]).collect();
        assert_eq!(ids, [&user["id"]], "{found}");
        Ok(())
    }),
    ("plan", |it| {
        let user = it.user("plan")?;
        let desired = with(&person(user["userName"].as_str().unwrap()), json!({"displayName": "Planned"}));
        let pairs = json!([{"key": "a", "desired": desired, "existing": [user], "ownership": "linked"}]);
        let report = it.call("plan", json!({"resourceType": "User", "pairs": pairs}))?;
        let decision = &report["decisions"][0];
        assert_eq!((&decision["action"], &decision["id"]), (&json!("update"), &user["id"]), "{report}");
        Ok(())
    }),
    ("reconcile", |it| {
        let desired = json!([person(&format!("{}-reconcile@example.com", it.tag))]);
        let input = json!({"resourceType": "User", "desired": desired, "matchOn": ["userName"]});
        let report = it.call("reconcile", input.clone())?;
        let change = &report["changes"][0];
        assert_eq!(
            (&change["action"], &change["outcome"]),
            (&json!("create"), &json!("done")),
            "{change} {}",
            report["guarded"]
        );
        let again = it.call("reconcile", with(&input, json!({"owned": report["owned"]})))?;
        assert_eq!(
            (&again["counts"]["create"], &again["counts"]["conflict"]),
            (&json!(0), &json!(0)),
            "{}",
            again["counts"]
        );
        Ok(())
    }),
    ("submitRequest", |it| {
        let ticket = it.submit("submitted")?;
        assert!(ticket["transaction"].is_string(), "{ticket}");
        Ok(())
    }),
    ("collectRequest", |it| {
        let ticket = it.submit("collected")?;
        let progress = (0..50)
            .map(|_| {
                std::thread::sleep(Duration::from_millis(50));
                it.call("collectRequest", json!({"ticket": ticket}))
            })
            .find(|progress| progress.as_ref().map_or(true, |progress| progress["done"] == true))
            .expect("it is done within 2.5 s")?;
        assert_eq!(progress["result"]["status"], 201, "{progress}");
        Ok(())
    }),
    ("bulk", |it| {
        let name = |what: &str| format!("{}-bulk-{what}@example.com", it.tag);
        let operations = json!([
            {"method": "POST", "path": "/Groups", "bulkId": "g", "data": {"displayName": format!("{} bulk", it.tag), "members": [{"value": "bulkId:u"}]}},
            {"method": "POST", "path": "/Users", "bulkId": "u", "data": person(&name("u"))},
            {"method": "POST", "path": "/Users", "bulkId": "twice", "data": person(&name("u"))},
        ]);
        let report = it.call("bulk", json!({"operations": operations}))?;
        let kinds: Vec<&str> = report["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["failure"]["kind"].as_str().unwrap_or("ok"))
            .collect();
        assert_eq!(kinds, ["ok", "ok", "conflict"], "{report}");
        let filter = format!("displayName eq \"{} bulk\"", it.tag);
        let groups = it.call("listGroups", json!({"filter": filter}))?;
        let members = &it.call("getGroup", json!({"id": groups["Resources"][0]["id"]}))?["members"];
        let filter = format!("userName eq \"{}\"", name("u"));
        let users = it.call("listUsers", json!({"filter": filter}))?;
        assert_eq!(members[0]["value"], users["Resources"][0]["id"], "{report}");
        Ok(())
    }),
    ("getServiceProviderConfig", |it| {
        let found = it.call("getServiceProviderConfig", json!({}))?;
        assert_eq!(found["patch"], json!({"supported": true, "source": "discovered"}), "{found}");
        Ok(())
    }),
    ("listResourceTypes", |it| it.lists("listResourceTypes", "name", "User")),
    ("getResourceType", |it| {
        let found = it.call("getResourceType", json!({"id": "User"}))?;
        assert_eq!(found["schema"], USER, "{found}");
        Ok(())
    }),
    ("listSchemas", |it| it.lists("listSchemas", "id", USER)),
    ("getSchema", |it| {
        let found = it.call("getSchema", json!({"id": USER}))?;
        assert_eq!(found["id"], USER, "{found}");
        Ok(())
    }),
];

#[test]
fn every_operation_on_every_server() {
    let Providers { columns, sandbox, servers } = columns::start();
    let results: Vec<Vec<Result<String, String>>> = std::thread::scope(|scope| {
        let columns: Vec<_> = columns.iter().map(|column| scope.spawn(move || run(column))).collect();
        columns.into_iter().map(|column| column.join().expect("every row is caught")).collect()
    });
    block_on(sandbox.stop());
    drop(servers);

    let failures = print(&columns, &results);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    let catalog = block_on(connector().catalog()).expect("the catalog is there");
    let rows: Vec<&str> = ROWS.iter().map(|row| row.0).collect();
    let missing: Vec<&str> = catalog
        .operations
        .iter()
        .filter(|it| it.available && !rows.contains(&it.name.as_str()))
        .map(|it| it.name.as_str())
        .collect();
    assert!(missing.is_empty(), "operations without a row: {missing:?}");
}

/// All rows of a column: `pass`, or the reason why the provider cannot.
fn run(column: &Column) -> Vec<Result<String, String>> {
    let stage = Stage {
        client: harness::client(&column.connection),
        tag: column.name.rsplit([' ']).next().unwrap_or_default(),
        devices: column.devices,
        says_empty: column.says_empty,
        warned: Cell::default(),
    };
    ROWS.iter().map(|row| cell(&stage, row, column.cannot)).collect()
}

fn cell(stage: &Stage, (name, row): &Row, cannot: &[Refusal]) -> Result<String, String> {
    // scimmy ends a connection some time after a 501; a read notices and is repeated, a creation must not be.
    stage.call("getServiceProviderConfig", json!({})).ok();
    stage.warned.set(false);
    let expected = cannot.iter().find(|it| it.0 == *name);
    let outcome = match catch_unwind(AssertUnwindSafe(|| row(stage))) {
        Ok(outcome) => outcome,
        Err(panic) => {
            let text = match panic.downcast::<String>() {
                Ok(text) => *text,
                Err(other) => other.downcast::<&str>().map_or_else(|_| "panicked".into(), |text| (*text).to_owned()),
            };
            return match expected {
                // What the provider did instead was told; or nobody can know it.
                Some((_, columns::TOLD, reason)) if stage.warned.get() => Ok((*reason).to_owned()),
                Some((_, columns::UNSEEN, reason)) => Ok((*reason).to_owned()),
                _ => Err(text),
            };
        }
    };
    match (outcome, expected) {
        (Ok(()), None) => Ok("pass".into()),
        (Ok(()), Some((_, _, reason))) => Err(format!("passed, although the table says: {reason}")),
        (Err(error), Some((_, kind, reason))) => match error.to_json() {
            failure if failure["kind"] == *kind || *kind == columns::TOLD => Ok((*reason).to_owned()),
            failure => Err(format!("cannot ({reason}), but the failure is not {kind}: {failure}")),
        },
        (Err(error), None) => Err(error.to_json().to_string()),
    }
}

/// Prints the table, past the capture of the test runner, and gives the failures.
fn print(columns: &[Column], results: &[Vec<Result<String, String>>]) -> Vec<String> {
    let (mut failures, mut reasons) = (Vec::new(), Vec::<&str>::new());
    let mut text = format!("\n{:26}", "operation");
    columns.iter().for_each(|column| text.push_str(&format!("{:15}", column.name)));
    for (index, (row, _)) in ROWS.iter().enumerate() {
        text.push_str(&format!("\n{row:26}"));
        for (column, cells) in columns.iter().zip(results) {
            let mark = match &cells[index] {
                Ok(passed) if passed == "pass" => passed.clone(),
                Ok(reason) => {
                    let number = reasons.iter().position(|known| known == reason).unwrap_or_else(|| {
                        reasons.push(reason);
                        reasons.len() - 1
                    });
                    format!("no ({})", number + 1)
                }
                Err(reason) => {
                    failures.push(format!("{row} on {}: {reason}", column.name));
                    "FAIL".into()
                }
            };
            text.push_str(&format!("{mark:15}"));
        }
    }
    text.push('\n');
    reasons.iter().enumerate().for_each(|(index, reason)| text.push_str(&format!("({}) {reason}\n", index + 1)));
    failures.iter().for_each(|failure| text.push_str(&format!("{failure}\n")));
    std::io::stdout().write_all(text.as_bytes()).expect("stdout takes the table");
    failures
}

/// A user with all that some providers demand.
fn person(name: &str) -> Value {
    json!({"userName": name, "active": true, "name": {"familyName": "First", "formatted": "The First"}})
}

/// An object over another.
fn with(base: &Value, more: Value) -> Value {
    let mut all = base.as_object().cloned().unwrap_or_default();
    all.extend(more.as_object().cloned().unwrap_or_default());
    Value::Object(all)
}

impl Stage {
    fn invoke(&self, operation: &str, input: Value) -> Result<Outcome, Error> {
        let outcome = invoke(&self.client, operation, input)?;
        self.warned.set(self.warned.get() || !outcome.warnings.is_empty());
        Ok(outcome)
    }

    fn call(&self, operation: &str, input: Value) -> Result<Value, Error> {
        self.invoke(operation, input).map(|outcome| outcome.output)
    }

    /// The failure of what must fail.
    fn refused(&self, operation: &str, input: Value) -> Value {
        match self.call(operation, input) {
            Ok(output) => panic!("{operation} gave {output}"),
            Err(error) => error.to_json(),
        }
    }

    fn user(&self, what: &str) -> Result<Value, Error> {
        let name = format!("{}-{what}@example.com", self.tag);
        self.call("createUser", json!({"payload": person(&name)}))
    }

    fn group(&self, what: &str, members: &[&Value]) -> Result<Value, Error> {
        let mut payload = json!({"displayName": format!("{} {what}", self.tag)});
        if !members.is_empty() || self.says_empty {
            payload["members"] = members.iter().map(|member| json!({"value": member["id"]})).collect();
        }
        self.call("createGroup", json!({"payload": payload}))
    }

    /// A resource of a type that has no typed operations, and how to name it.
    fn resource(&self, what: &str) -> Result<(Value, Value), Error> {
        let (target, payload) = if self.devices {
            (
                json!({"resourceType": "Device"}),
                json!({"displayName": format!("{} {what}", self.tag), "active": true, "mudUrl": "https://example.com/mud"}),
            )
        } else {
            let name = format!("{}-resource-{what}@example.com", self.tag);
            (json!({"endpoint": "/Users"}), with(&person(&name), json!({"schemas": [USER]})))
        };
        let made = self.call("createResource", with(&target, json!({"payload": payload})))?;
        assert_eq!(made["schemas"][0], if self.devices { DEVICE } else { USER }, "{made}");
        Ok((made, target))
    }

    fn read_back(&self, operation: &str, made: &Value, attribute: &str) -> Result<(), Error> {
        self.holds(operation, made, attribute, made[attribute].clone())
    }

    fn holds(&self, operation: &str, made: &Value, attribute: &str, expected: Value) -> Result<(), Error> {
        let seen = self.call(operation, json!({"id": made["id"]}))?;
        assert_eq!(seen[attribute], expected, "{seen}");
        Ok(())
    }

    fn deleted(&self, delete: &str, get: &str, made: &Value) -> Result<(), Error> {
        self.call(delete, json!({"id": made["id"]}))?;
        assert_eq!(self.refused(get, json!({"id": made["id"]}))["kind"], "notFound");
        assert_eq!(self.refused(delete, json!({"id": made["id"]}))["kind"], "notFound");
        self.call(delete, json!({"id": made["id"], "goneIsDone": true})).map(drop)
    }

    /// Five of a kind come on pages of two, each once.
    fn paged(&self, operation: &str, kind: &str) -> Result<(), Error> {
        let mut made = Vec::new();
        for index in 0..5 {
            let what = format!("{operation}-{index}");
            made.push(if kind == "User" { self.user(&what)? } else { self.group(&what, &[])? }["id"].clone());
        }
        let name = if kind == "User" { "userName" } else { "displayName" };
        let listed = self.listed(operation, &json!({"filter": format!("{name} co \"{operation}-\""), "count": 2}))?;
        let mine: Vec<&Value> = listed.iter().filter(|id| made.contains(id)).collect();
        assert_eq!(mine.len(), 5, "{listed:?}");
        Ok(())
    }

    /// The ids of a whole listing.
    fn listed(&self, operation: &str, query: &Value) -> Result<Vec<Value>, Error> {
        let mut ids = Vec::new();
        let mut page = json!({});
        for _ in 0..200 {
            let outcome = self.invoke(operation, with(query, page))?;
            ids.extend(outcome.output["Resources"].as_array().unwrap().iter().map(|it| it["id"].clone()));
            match outcome.next {
                Some(next) => page = json!({"page": next}),
                None => {
                    assert_eq!(outcome.output["complete"], true, "{operation} stopped short");
                    return Ok(ids);
                }
            }
        }
        panic!("{operation} does not end");
    }

    fn ensured(&self, operation: &str, noun: &str, change: &str, payload: fn(String) -> Value) -> Result<(), Error> {
        let mut payload = payload(format!("{}-{operation}@example.com", self.tag));
        let mut outcomes = Vec::new();
        let mut ids = Vec::new();
        for value in [None, None, Some("changed"), Some("changed")] {
            if let Some(value) = value {
                payload[change] = json!(value);
            }
            let output = self.call(operation, json!({"payload": payload}))?;
            outcomes.push(output["outcome"].clone());
            ids.push(output[noun]["id"].clone());
        }
        assert_eq!(outcomes, ["created", "unchanged", "updated", "unchanged"]);
        ids.dedup();
        assert_eq!(ids.len(), 1, "one resource all along");
        Ok(())
    }

    fn switched(&self, operation: &str, active: bool) -> Result<(), Error> {
        let user = self.user(operation)?;
        let operations = json!([{"op": "replace", "path": "active", "value": !active}]);
        self.call("patchUser", json!({"id": user["id"], "operations": operations}))?;
        self.call(operation, json!({"id": user["id"]}))?;
        self.holds("getUser", &user, "active", json!(active))
    }

    fn members_are(&self, group: &Value, expected: &[&Value]) -> Result<(), Error> {
        let seen = self.call("getGroup", json!({"id": group["id"]}))?;
        let mut seen: Vec<String> =
            seen["members"].as_array().into_iter().flatten().map(|it| it["value"].to_string()).collect();
        let mut expected: Vec<String> = expected.iter().map(|user| user["id"].to_string()).collect();
        seen.sort();
        expected.sort();
        // scimmy keeps a member that is added twice (tests/servers/README.md).
        seen.dedup();
        assert_eq!(seen, expected);
        Ok(())
    }

    fn me(&self, operation: &str, input: Value) -> Result<(), Error> {
        // Where /Me cannot create, an ordinary user of that name is the subject; elsewhere it exists, and this is refused.
        self.call("createUser", json!({"payload": {"userName": "me@example.com"}})).ok();
        let me = self.call(operation, input)?;
        assert_eq!(me["userName"], "me@example.com", "{me}");
        Ok(())
    }

    fn submit(&self, what: &str) -> Result<Value, Error> {
        let data = json!({"schemas": [USER], "userName": format!("{}-{what}@example.com", self.tag)});
        let request = json!({"method": "POST", "path": "/Users", "data": data});
        Ok(self.call("submitRequest", json!({"request": request}))?["ticket"].clone())
    }

    fn lists(&self, operation: &str, name: &str, expected: &str) -> Result<(), Error> {
        let all = self.call(operation, json!({}))?;
        assert!(all.as_array().unwrap().iter().any(|it| it[name] == expected), "{all}");
        Ok(())
    }
}
