//! Every profile against a sandbox that acts like its provider: each step passes, or is refused for the expected reason before any
//! write is sent. As a check on the check, the generic profile fails at some step there. The table goes to stdout.

use crate::harness::{self, block_on, invoke};
use scim_connector_host::{Client, Error};
use scim_connector_sandbox as sandbox;
use serde_json::{Value, json};
use std::io::Write as _;

const ENTRA_GROUP: &str = "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:Group";
const GOOGLE_GROUP: &str = "urn:ietf:params:scim:schemas:extension:google:2.0:CloudIdentityGroup";

/// A step that a profile refuses, and the kind of the failure.
type Refusal = (&'static str, &'static str);

/// A provider.
struct Provider {
    name: &'static str,
    /// Whether it has groups.
    groups: bool,
    refuses: &'static [Refusal],
}

const NO_SEARCH: Refusal = ("searchUsers", "unsupported");

const PROVIDERS: [Provider; 10] = [
    Provider { name: "asgardeo", groups: true, refuses: &[] },
    Provider { name: "aws", groups: true, refuses: &[NO_SEARCH] },
    Provider { name: "databricks", groups: true, refuses: &[NO_SEARCH] },
    Provider { name: "entra", groups: true, refuses: &[NO_SEARCH] },
    Provider { name: "github", groups: true, refuses: &[NO_SEARCH] },
    Provider {
        name: "gitlab",
        groups: false,
        refuses: &[
            NO_SEARCH,
            ("updateUser", "unsupported"),
            ("patchUser", "unsupported"),
            ("ensureUser", "unsupported"),
        ],
    },
    Provider {
        name: "google",
        groups: true,
        refuses: &[NO_SEARCH, ("listUsers", "unsupported"), ("setGroupMembers", "unsupported")],
    },
    Provider { name: "okta", groups: true, refuses: &[NO_SEARCH, ("patchUser", "unsupported")] },
    Provider { name: "salesforce", groups: true, refuses: &[NO_SEARCH] },
    Provider { name: "slack", groups: true, refuses: &[NO_SEARCH, ("find", "unsupported")] },
];

/// One provider while its steps run.
struct Stage<'a> {
    client: Client,
    provider: &'a Provider,
    profile: &'static str,
}

type Step = (&'static str, fn(&Stage<'_>) -> Result<(), Error>);

const STEPS: [Step; 12] = [
    ("getUser", |it| {
        let user = it.user("get")?;
        let seen = it.call("getUser", json!({"id": user["id"]}))?;
        assert_eq!(seen["id"], user["id"], "{seen}");
        Ok(())
    }),
    ("find", |it| {
        let user = it.user("find")?;
        let found = it.call("listUsers", json!({"filter": "userName eq \"find@x.example\""}))?;
        assert_eq!(found["Resources"][0]["id"], user["id"], "{found}");
        Ok(())
    }),
    ("listUsers", |it| {
        let (one, other) = (it.user("list-a")?, it.user("list-b")?);
        let (mut page, mut seen) = (Value::Null, Vec::new());
        for _ in 0..100 {
            let mut input = json!({"count": 2});
            if page.is_string() {
                input["page"] = page;
            }
            let listed = it.call("listUsers", input)?;
            seen.extend(listed["Resources"].as_array().unwrap().iter().map(|it| it["id"].clone()));
            page = listed["next"].clone();
            if page.is_null() {
                assert_eq!(listed["complete"], true, "{listed}");
                break;
            }
        }
        assert!(seen.contains(&one["id"]) && seen.contains(&other["id"]), "{seen:?}");
        Ok(())
    }),
    ("searchUsers", |it| it.call("searchUsers", json!({"filter": "userName eq \"nobody\""})).map(drop)),
    ("updateUser", |it| {
        let user = it.user("update")?;
        let mut payload = it.payload("update");
        payload["displayName"] = json!("Updated");
        it.call("updateUser", json!({"id": user["id"], "payload": payload}))?;
        it.shows(&user, "displayName", json!("Updated"))
    }),
    ("patchUser", |it| {
        let user = it.user("patch")?;
        let operations = json!([{"op": "replace", "path": "displayName", "value": "Patched"}]);
        it.call("patchUser", json!({"id": user["id"], "operations": operations}))?;
        it.shows(&user, "displayName", json!("Patched"))
    }),
    ("ensureUser", |it| {
        let user = it.user("ensure")?;
        let mut payload = it.payload("ensure");
        payload["displayName"] = json!("Ensured");
        let ensured = it.call("ensureUser", json!({"payload": payload}))?;
        assert_eq!(ensured["outcome"], "updated", "{ensured}");
        it.shows(&user, "displayName", json!("Ensured"))
    }),
    ("deactivateUser", |it| {
        let user = it.user("switch")?;
        it.call("deactivateUser", json!({"id": user["id"]}))?;
        it.shows(&user, "active", json!(false))?;
        it.call("activateUser", json!({"id": user["id"]}))?;
        it.shows(&user, "active", json!(true))
    }),
    ("deleteUser", |it| {
        let user = it.user("delete")?;
        it.call("deleteUser", json!({"id": user["id"]}))?;
        match it.call("getUser", json!({"id": user["id"]})) {
            Ok(kept) => assert_eq!(kept["active"], false, "{kept}"),
            Err(failure) => assert_eq!(failure.to_json()["kind"], "notFound", "{failure:?}"),
        }
        Ok(())
    }),
    ("addGroupMembers", |it| {
        let (one, other) = (it.user("add-a")?, it.user("add-b")?);
        let group = it.group("adding")?;
        it.call("addGroupMembers", json!({"id": group["id"], "members": [one["id"], other["id"]]}))?;
        it.members(&group, &[&one, &other])
    }),
    ("removeGroupMembers", |it| {
        let (one, other) = (it.user("cut-a")?, it.user("cut-b")?);
        let group = it.group("cutting")?;
        it.call("addGroupMembers", json!({"id": group["id"], "members": [one["id"], other["id"]]}))?;
        it.call("removeGroupMembers", json!({"id": group["id"], "members": [one["id"]]}))?;
        it.members(&group, &[&other])
    }),
    ("setGroupMembers", |it| {
        let (one, other) = (it.user("set-a")?, it.user("set-b")?);
        let group = it.group("setting")?;
        it.call("addGroupMembers", json!({"id": group["id"], "members": [one["id"]]}))?;
        // Right before what may be refused, so that the last exchange tells whether it was.
        it.call("getGroup", json!({"id": group["id"]}))?;
        it.call("setGroupMembers", json!({"id": group["id"], "members": [other["id"]]}))?;
        it.members(&group, &[&other])
    }),
];

impl Stage<'_> {
    fn call(&self, operation: &str, input: Value) -> Result<Value, Error> {
        invoke(&self.client, operation, input).map(|outcome| outcome.output)
    }

    /// A user that every provider takes.
    fn payload(&self, tag: &str) -> Value {
        let name = format!("{tag}@x.example");
        let mut payload = json!({
            "userName": name, "externalId": tag, "displayName": tag, "active": true,
            "name": {"givenName": "Ada", "familyName": "Lovelace"},
            "emails": [{"value": name, "type": "work", "primary": true}],
        });
        match self.provider.name {
            "entra" => payload["password"] = json!("Pa55-word!"),
            "salesforce" => payload["entitlements"] = json!([{"value": "00e0000000000000AA", "primary": true}]),
            _ => {}
        }
        payload
    }

    fn user(&self, tag: &str) -> Result<Value, Error> {
        self.call("createUser", json!({"payload": self.payload(tag)}))
    }

    fn group(&self, tag: &str) -> Result<Value, Error> {
        let mut payload = json!({"displayName": tag});
        match self.provider.name {
            "entra" => {
                payload[ENTRA_GROUP] = json!({"mailEnabled": false, "mailNickname": tag, "securityEnabled": true});
            }
            "google" => payload[GOOGLE_GROUP] = json!({"groupKey": tag}),
            _ => {}
        }
        self.call("createGroup", json!({"payload": payload}))
    }

    fn shows(&self, user: &Value, attribute: &str, value: Value) -> Result<(), Error> {
        let seen = self.call("getUser", json!({"id": user["id"]}))?;
        assert_eq!(seen[attribute], value, "{seen}");
        Ok(())
    }

    /// The members of a group, where it shows them or users can be found by their group.
    fn members(&self, group: &Value, users: &[&Value]) -> Result<(), Error> {
        let members = match self.provider.name {
            "google" => return Ok(()),
            "aws" | "entra" => {
                let filter = format!("groups.value eq \"{}\"", group["id"].as_str().unwrap_or_default());
                ids(&self.call("listUsers", json!({"filter": filter}))?["Resources"], "id")
            }
            _ => ids(&self.call("getGroup", json!({"id": group["id"]}))?["members"], "value"),
        };
        let expected: Vec<&str> = users.iter().filter_map(|user| user["id"].as_str()).collect();
        assert!(
            members.len() == expected.len() && expected.iter().all(|id| members.contains(&(*id).to_owned())),
            "{members:?} instead of {expected:?}"
        );
        Ok(())
    }
}

fn ids(list: &Value, name: &str) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|it| Some(it[name].as_str()?.to_owned())).collect()
}

/// A step's result for the table: `pass`, `refused`, or what went wrong.
fn run(stage: &Stage<'_>, seen: &harness::ExchangeLog, (name, step): &Step) -> String {
    if name.contains("Group") && !stage.provider.groups {
        return "-".into();
    }
    let expected = stage.provider.refuses.iter().find(|refusal| refusal.0 == *name && stage.profile != "generic");
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| step(stage)));
    // What the step itself wrote last; the users and groups it needs are made before.
    let last = seen.lock().unwrap().last().map(|exchange| (exchange.method.clone(), exchange.status));
    match (outcome, expected) {
        (Ok(Ok(())), None) => "pass".into(),
        (Ok(Ok(())), Some(_)) => "passed, although it is said to be refused".into(),
        (Ok(Err(failure)), Some((_, kind))) => match (failure.to_json(), last) {
            (json, Some((method, status))) if json["kind"] == *kind && json["status"].is_null() => {
                let made = method == "POST" && status == Some(201);
                if made || method == "GET" || *name == "searchUsers" {
                    "refused".into()
                } else {
                    format!("refused after {method}")
                }
            }
            (json, _) => json.to_string(),
        },
        (Ok(Err(failure)), None) => failure.to_json().to_string(),
        (Err(panic), _) => panic.downcast_ref::<String>().cloned().unwrap_or_else(|| "panicked".into()),
    }
}

/// A provider's two lines of the table, and what is wrong with them.
fn lines(provider: &Provider) -> (String, Vec<String>) {
    // A log of its own: other providers are played meanwhile.
    let (connector, seen) = harness::observed();
    let (mut text, mut failures) = (String::new(), Vec::new());
    for profile in [provider.name, "generic"] {
        let options = sandbox::Options { behaviour: Some(provider.name.into()), ..sandbox::Options::default() };
        let (sandbox, mut connection) = harness::sandbox(options);
        connection["profile"] = json!(profile);
        connection["retry"] = json!({"maxAttempts": 8});
        let client = block_on(connector.client(connection)).expect("the connection is good");
        let stage = Stage { client, provider, profile };
        let cells: Vec<String> = STEPS.iter().map(|step| run(&stage, &seen, step)).collect();
        block_on(sandbox.stop());
        let own = profile != "generic";
        text.push_str(&format!("\n{:20}", if own { profile.to_owned() } else { format!("  as {profile}") }));
        for (cell, step) in cells.iter().zip(&STEPS) {
            let good = matches!(cell.as_str(), "pass" | "refused" | "-");
            text.push_str(&format!("{:>19}", if good { cell } else { "fails" }));
            if own && !good {
                failures.push(format!("{} with its profile: {}: {cell}", provider.name, step.0));
            }
        }
        if !own && cells.iter().all(|cell| matches!(cell.as_str(), "pass" | "-")) {
            failures.push(format!("{}: the generic profile does as well", provider.name));
        }
    }
    (text, failures)
}

#[test]
fn profiles_suit_the_providers_they_are_named_for() {
    let mut text = format!("\n{:20}", "step");
    STEPS.iter().for_each(|step| text.push_str(&format!("{:>19}", step.0)));
    // Beside each other: most of the time is spent waiting for limits on the rate.
    let all: Vec<(String, Vec<String>)> = std::thread::scope(|scope| {
        let threads: Vec<_> = PROVIDERS.iter().map(|provider| scope.spawn(|| lines(provider))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a provider's lines")).collect()
    });
    let failures: Vec<&String> = all.iter().flat_map(|(_, failures)| failures).collect();
    all.iter().for_each(|(lines, _)| text.push_str(lines));
    text.push('\n');
    failures.iter().for_each(|failure| text.push_str(&format!("{failure}\n")));
    std::io::stdout().write_all(text.as_bytes()).expect("stdout takes the table");
    assert!(failures.is_empty(), "{text}");
}

/// What people do every day, on the engine of WSO2 Identity Server as the sandbox imitates it.
#[test]
fn a_day_at_asgardeo() {
    const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let options = sandbox::Options { behaviour: Some("asgardeo".into()), ..sandbox::Options::default() };
    let (sandbox, mut connection) = harness::sandbox(options);
    connection["profile"] = json!("asgardeo");
    let client = harness::client(&connection);
    let call = |operation: &str, input: Value| match invoke(&client, operation, input) {
        Ok(outcome) => outcome.output,
        Err(failure) => panic!("{operation}: {}", failure.to_json()),
    };
    let outcomes = |operation: &str, payloads: &[Value]| -> Vec<Value> {
        payloads.iter().map(|payload| call(operation, json!({"payload": payload}))["outcome"].clone()).collect()
    };

    // Names that its filters do not understand are found, in its own spelling, and nothing is renamed for ever.
    for name in ["Team", "R and D", "This or that", "Do not disturb", "Team (EU)"] {
        let payload = json!({"displayName": name});
        assert_eq!(outcomes("ensureGroup", &[payload.clone(), payload]), ["created", "unchanged"], "{name}");
    }
    let kim = json!({"userName": "kim", "title": " Head of it ", "active": true, "emails": [{"value": "kim@example.com", "type": "work"}]});
    let mut changed = kim.clone();
    changed["emails"][0]["display"] = json!("Kim");
    let all = [kim.clone(), kim, changed.clone(), changed.clone()];
    assert_eq!(outcomes("ensureUser", &all), ["created", "unchanged", "updated", "unchanged"]);

    // Members bear their names; who leaves is gone from the group and inactive.
    let team = call("ensureGroup", json!({"payload": {"displayName": "Team"}}))["group"]["id"].clone();
    let id = call("ensureUser", json!({"payload": changed}))["user"]["id"].clone();
    call("addGroupMembers", json!({"id": team, "members": [id]}));
    assert_eq!(call("getGroup", json!({"id": team}))["members"][0]["value"], id);
    call("removeGroupMembers", json!({"id": team, "members": [id]}));
    assert_eq!(call("getGroup", json!({"id": team})).get("members"), None);
    call("deactivateUser", json!({"id": id}));
    assert_eq!(call("getUser", json!({"id": id}))["active"], false);

    // A manager who is created by the same call is the manager afterwards, and results are told apart.
    let report =
        json!({"userName": "report", ENTERPRISE: {"manager": {"value": "bulkId:boss"}, "department": "Engines"}});
    let operations = json!([
        {"method": "POST", "path": "/Groups", "bulkId": "g", "data": {"displayName": "Both", "members": [{"value": "bulkId:boss"}]}},
        {"method": "POST", "path": "/Users", "bulkId": "report", "data": report},
        {"method": "POST", "path": "/Users", "bulkId": "boss", "data": {"userName": "boss"}},
        {"method": "DELETE", "path": format!("/Groups/{}", team.as_str().unwrap())},
        {"method": "DELETE", "path": "/Users/nobody"},
    ]);
    let results = call("bulk", json!({"operations": operations}))["results"].clone();
    let kinds: Vec<&str> =
        results.as_array().unwrap().iter().map(|it| it["failure"]["kind"].as_str().unwrap_or("ok")).collect();
    assert_eq!(kinds, ["ok", "ok", "ok", "ok", "notFound"], "{results}");
    let view = [format!("{ENTERPRISE}:manager")];
    let seen = call("getUser", json!({"id": results[1]["id"], "attributes": view}));
    assert_eq!(seen[ENTERPRISE]["manager"]["value"], results[2]["id"], "{seen}");
    assert_eq!(call("getGroup", json!({"id": results[0]["id"]}))["members"][0]["value"], results[2]["id"]);

    let failure = invoke(&client, "listUsers", json!({"sortBy": "userName"})).expect_err("it does not sort").to_json();
    assert_eq!((&failure["kind"], &failure["status"]), (&json!("unsupported"), &Value::Null), "{failure}");
    block_on(sandbox.stop());
}
