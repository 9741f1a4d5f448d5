//! Bulks of more operations than a call holds: in portions from a file, with results that a later run goes on from; and what one call
//! cannot hold.

use crate::fake::{Act, Fake, Received, json as scim};
use crate::harness::{Workplace, block_on, client, connector, invoke, sandbox};
use scim_connector_host::bulk::{BulkEntry, BulkOptions, Operations};
use scim_connector_host::settings::{ConnectionSettings, Limits};
use scim_connector_host::{Client, ConnectionSource};
use scim_connector_sandbox::Options;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn user(number: usize) -> Value {
    let name = format!("person{number}@example.com");
    json!({"method": "POST", "path": "/Users", "bulkId": format!("u{number}"), "data": {"userName": name, "externalId": number.to_string()}})
}

fn group(name: &str, members: impl Iterator<Item = usize>) -> Value {
    let members: Vec<Value> = members.map(|number| json!({"value": format!("bulkId:u{number}")})).collect();
    json!({"method": "POST", "path": "/Groups", "bulkId": name, "data": {"displayName": name, "members": members}})
}

/// A workplace with operations in `ops.ndjson`.
fn workplace(connection: Value, operations: &[Value]) -> Workplace {
    let place = Workplace::new(&[("s", connection)]);
    let lines: String = operations.iter().map(|operation| format!("{operation}\n")).collect();
    std::fs::write(place.path().join("ops.ndjson"), lines).unwrap();
    place
}

fn entries(path: &Path) -> Vec<Value> {
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The results by index; each operation has one.
fn results(path: &Path) -> BTreeMap<u64, Value> {
    let mut results = BTreeMap::new();
    for entry in entries(path).into_iter().filter(|entry| entry.get("index").is_some()) {
        assert!(results.insert(entry["index"].as_u64().unwrap(), entry).is_none(), "two results");
    }
    results
}

fn names(client: &Client) -> Vec<String> {
    let mut pages = client.pages("listUsers", &json!({"count": 1000}));
    let mut names = Vec::new();
    while let Some(page) = block_on(pages.next()).unwrap() {
        names.extend(page.resources.iter().map(|user| user["userName"].as_str().unwrap().to_owned()));
    }
    names
}

fn total(client: &Client) -> usize {
    let found = invoke(client, "listUsers", json!({"count": 1})).unwrap();
    usize::try_from(found.output["totalResults"].as_u64().unwrap()).unwrap()
}

const RUN: [&str; 4] = ["bulk", "ops.ndjson", "--results", "out.ndjson"];
const RESUME: [&str; 5] = ["bulk", "ops.ndjson", "--results", "out.ndjson", "--resume"];

#[test]
fn killed_in_the_middle_and_resumed_everybody_exists_once() {
    const PEOPLE: usize = 6000;
    let (_running, connection) = sandbox(Options::default());
    let observer = client(&connection);
    // A group of people of all portions, and one of nobody but the first.
    let mut operations: Vec<Value> = (0..PEOPLE).map(user).collect();
    operations.push(group("all", (0..PEOPLE).step_by(40)));
    operations.push(group("first", 0..1));
    let place = workplace(connection, &operations);
    let out = place.path().join("out.ndjson");
    place.run_until(&RUN, || total(&observer) >= PEOPLE / 3);
    let before = total(&observer);
    assert!(before < PEOPLE, "it was over already");

    let again = place.run(&RUN);
    assert_eq!(again.code, 64, "{}", again.stderr);
    assert!(again.stderr.contains("out.ndjson is there already; go on with --resume"), "{}", again.stderr);
    let resumed = place.run(&RESUME);
    assert_eq!(resumed.code, 0, "{}", resumed.stderr);
    assert!(resumed.stderr.contains("6002 of 6002 operations, 0 failed"), "{}", resumed.stderr);
    let there = names(&observer);
    assert_eq!((there.len(), there.iter().collect::<BTreeSet<_>>().len()), (PEOPLE, PEOPLE), "everybody, and once");
    let results = results(&out);
    assert_eq!(results.len(), operations.len());
    let members = invoke(&observer, "getGroup", json!({"id": results[&(PEOPLE as u64)]["id"]})).unwrap().output;
    assert_eq!(members["members"].as_array().unwrap().len(), PEOPLE / 40);
    // Once more there is nothing to do.
    let sent = entries(&out).len();
    assert_eq!(place.run(&RESUME).code, 0);
    assert_eq!(entries(&out).len(), sent);
}

#[cfg(unix)]
#[test]
fn interrupted_it_finishes_what_was_sent_and_goes_on_without_looking_anything_up() {
    const PEOPLE: usize = 6000;
    let (_running, connection) = sandbox(Options::default());
    let observer = client(&connection);
    let place = workplace(connection, &(0..PEOPLE).map(user).collect::<Vec<_>>());
    let mut child = place.command(&RUN).stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    while total(&observer) == 0 {
        assert!(child.try_wait().unwrap().is_none() && began.elapsed() < Duration::from_secs(60), "it ended by itself");
        std::thread::sleep(Duration::from_millis(20));
    }
    let process = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
    let mut said = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{said}");
    assert!(said.contains("to go on: the same command with --resume"), "{said}");
    let out = place.path().join("out.ndjson");
    let before = results(&out).len();
    assert_eq!((total(&observer), before % 1000), (before, 0), "{said}");
    assert!(before < PEOPLE);
    let resumed = place.run(&RESUME);
    assert_eq!((resumed.code, total(&observer)), (0, PEOPLE), "{}", resumed.stderr);
    assert!(results(&out).values().all(|result| result["status"] == 201));
}

#[test]
fn what_refers_to_later_lines_waits_and_circles_go_together() {
    const PEOPLE: usize = 1500;
    let (_running, connection) = sandbox(Options::default());
    let observer = client(&connection);
    // Everybody's manager is the next one; the last two manage each other. The group comes first of all.
    let mut operations = vec![group("all", (0..PEOPLE).step_by(300))];
    operations.extend((0..PEOPLE).map(|number| {
        let mut operation = user(number);
        let manager = if number + 1 < PEOPLE { number + 1 } else { number - 1 };
        operation["data"][ENTERPRISE] = json!({"manager": {"value": format!("bulkId:u{manager}")}});
        operation
    }));
    let place = workplace(connection, &operations);
    let done = place.run(&RUN);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let results = results(&place.path().join("out.ndjson"));
    let id = |index: u64| results[&index]["id"].clone();
    for number in [0, 700, PEOPLE as u64 - 1] {
        let found = invoke(&observer, "getUser", json!({"id": id(number + 1)})).unwrap().output;
        let manager = if number + 1 < PEOPLE as u64 { number + 2 } else { number };
        assert_eq!(found[ENTERPRISE]["manager"]["value"], id(manager), "{number}");
    }
    let members = invoke(&observer, "getGroup", json!({"id": id(0)})).unwrap().output;
    assert_eq!(members["members"].as_array().unwrap().len(), PEOPLE / 300);
}

#[test]
fn everything_is_checked_before_anything_is_sent() {
    let (_running, connection) = sandbox(Options::default());
    let observer = client(&connection);
    let twice = [user(1), user(2), user(1)];
    let nobody = [user(1), group("g", 7..8)];
    let no_creation = [json!({"method": "DELETE", "path": "/Users/9", "bulkId": "u9"}), group("g", 9..10)];
    let wrong_patch = [
        user(1),
        json!({"method": "PATCH", "path": "/Users/1", "data": [{"op": "ad", "path": "title", "value": "x"}]}),
    ];
    let rows: [(Vec<Value>, &str); 4] = [
        (twice.into(), "line 3: \"u1\" is the name of operation 0 as well"),
        (nobody.into(), "line 2: refers by bulkId to an operation that is not there"),
        (no_creation.into(), "line 2: bulkId:u9 refers to operation 0, which creates nothing"),
        (wrong_patch.into(), "line 2: "),
    ];
    for (operations, expected) in rows {
        let place = workplace(connection.clone(), &operations);
        let refused = place.run(&RUN);
        assert_eq!(refused.code, 1, "{}", refused.stderr);
        assert!(
            refused.stderr.contains("nothing was sent: ") && refused.stderr.contains(expected),
            "{expected}: {}",
            refused.stderr
        );
        assert!(!place.path().join("out.ndjson").exists());
    }
    // In another portion than what they are about.
    let far: Vec<Value> = (0..1500).map(user).collect();
    let nothing = json!({"method": "DELETE", "path": "/Users/1", "data": {}});
    let rows = [
        (
            vec![user(3), nothing],
            vec!["line 1501: its bulkId is that of operation 3 as well", "line 1502: DELETE takes no data"],
        ),
        (vec![group("g", 2000..2001)], vec!["line 1501: refers by bulkId to an operation that is not there"]),
        (vec![user(1600), user(1600)], vec!["line 1502: \"u1600\" is the name of operation 1500 as well"]),
    ];
    for (last, expected) in rows {
        let refused = workplace(connection.clone(), &[far.clone(), last].concat()).run(&RUN);
        for expected in expected {
            assert!(refused.stderr.contains(expected), "{expected}: {}", refused.stderr);
        }
    }
    let place = workplace(connection, &[user(1)]);
    std::fs::write(place.path().join("ops.ndjson"), format!("{}\n\n{{\"method\": \"POST\",\n", user(1))).unwrap();
    let refused = place.run(&RUN);
    assert!(refused.stderr.contains("line 3: column 18: it is no operation: "), "{}", refused.stderr);
    // What only the component finds has its line, too.
    for (line, expected) in [
        (r#"{"method": "DELETE", "path": "/Users/1", "bulkId": "d", "x": "\ud800"}"#, "line 2: it is no operation: "),
        ("[]", "line 2: it is no operation: expected an object"),
    ] {
        std::fs::write(place.path().join("ops.ndjson"), format!("{}\n{line}\n", user(1))).unwrap();
        let refused = place.run(&RUN);
        assert!(refused.stderr.contains(expected), "{}", refused.stderr);
    }
    assert_eq!(total(&observer), 0);
}

#[test]
fn failures_are_told_one_by_one_and_fail_on_errors_ends_the_run() {
    let (_running, connection) = sandbox(Options::default());
    let missing = |number: usize| json!({"method": "DELETE", "path": format!("/Users/{number}")});
    let taken =
        json!({"method": "POST", "path": "/Users", "bulkId": "again", "data": {"userName": "person1@example.com"}});
    let member = json!({"method": "POST", "path": "/Groups", "bulkId": "g", "data": {"displayName": "g", "members": [{"value": "bulkId:again"}]}});
    let mut operations = vec![user(1), missing(7), taken];
    operations.extend((2..1000).map(user));
    operations.push(member);
    let place = workplace(connection.clone(), &operations);
    let done = place.run(&RUN);
    assert_eq!(done.code, 1, "{}", done.stderr);
    let found = results(&place.path().join("out.ndjson"));
    let failed = found.iter().filter_map(|(index, result)| Some((*index, result.get("failure")?)));
    let failed: Vec<(u64, &str)> = failed.map(|(index, failure)| (index, failure["kind"].as_str().unwrap())).collect();
    assert_eq!((failed, found.len()), (vec![(1, "notFound"), (2, "conflict"), (1001, "conflict")], 1002));
    assert_eq!(
        (&found[&2]["failure"]["scimType"], &found[&1001]["failure"]["pointer"]),
        (&json!("uniqueness"), &json!("/operations/2"))
    );

    // Stdin, results on stdout, and the second error ends it.
    let lines: String = (0..30).map(|number| format!("{}\n", missing(number))).collect();
    let stopped = place.run_with(&["bulk", "-", "--fail-on-errors", "2"], &[], &lines);
    assert_eq!(stopped.code, 1, "{}", stopped.stderr);
    assert_eq!(stopped.stdout.lines().count(), 2, "{}", stopped.stdout);
    assert!(
        stopped.stderr.contains("2 of 30 operations, 2 failed") && stopped.stderr.contains("28 not carried out"),
        "{}",
        stopped.stderr
    );
    let as_json =
        place.run_with(&["bulk", "-", "--input", r#"{"failOnErrors": 3}"#, "--error-format", "json"], &[], &lines);
    let summary: Value = serde_json::from_str(&as_json.stderr).unwrap();
    assert_eq!((&summary["failed"], &summary["stopped"], as_json.code), (&json!(3), &json!(true), 1));
}

#[test]
fn what_became_of_lost_answers_is_looked_up_and_never_sent_twice_blindly() {
    // Creates at the first request and never answers it; says who is there afterwards.
    let fake = Fake::start(|_, request| match request.line().split(' ').next() {
        Some("POST") if request.line().contains("/Bulk") => vec![Act::Reset],
        Some("GET") if request.line().contains("ServiceProviderConfig") => scim(
            200,
            json!({"bulk": {"supported": true, "maxOperations": 10, "maxPayloadSize": 100_000}, "filter": {"supported": true}, "patch": {"supported": true}}),
        ),
        Some("GET") if request.line().contains("person1") => scim(
            200,
            json!({"totalResults": 1, "Resources": [{"id": "7", "userName": "person1@example.com", "externalId": "1"}]}),
        ),
        _ => scim(200, json!({"totalResults": 0, "Resources": []})),
    });
    let connection = json!({"serviceUrl": format!("{}/scim", fake.origin()), "auth": {"type": "bearer", "token": "t"}, "retry": {"maxAttempts": 1}});
    let patch = json!({"method": "PATCH", "path": "/Users/9", "data": [{"op": "add", "path": "emails", "value": [{"value": "nine@example.com"}]}]});
    let device = json!({"method": "POST", "path": "/Devices", "bulkId": "d", "data": {"displayName": "d"}});
    let place = workplace(connection, &[user(1), user(2), patch, device]);
    let out = place.path().join("out.ndjson");
    let cut = place.run(&RUN);
    assert_eq!(cut.code, 1, "{}", cut.stderr);
    let found = results(&out);
    assert_eq!((&found[&0]["id"], &found[&0]["found"]), (&json!("7"), &json!(true)));
    assert_eq!(found[&3]["failure"]["maybeApplied"], true, "nobody looks for devices");
    // The second may still come, and the change cannot be seen: both are open.
    assert_eq!(found.keys().collect::<Vec<_>>(), [&0, &3]);
    assert!(
        cut.stderr.contains("of 2 operations the answer was lost") && cut.stderr.contains("--resume"),
        "{}",
        cut.stderr
    );

    let resumed = place.run(&RESUME);
    assert_eq!(resumed.code, 1, "{}", resumed.stderr);
    let found = results(&out);
    assert_eq!(found[&2]["failure"]["maybeApplied"], true, "a second addition may be one too many: {}", found[&2]);
    let bulks: Vec<String> = fake
        .requests()
        .iter()
        .filter(|request| request.line().contains("/Bulk"))
        .map(|request| request.body.clone())
        .collect();
    assert_eq!(bulks.len(), 2, "{bulks:?}");
    assert!(
        bulks[1].contains("person2") && !bulks[1].contains("person1") && !bulks[1].contains("PATCH"),
        "{}",
        bulks[1]
    );

    // Results of other operations are not gone on from.
    std::fs::write(place.path().join("ops.ndjson"), user(5).to_string()).unwrap();
    let other = place.run(&RESUME);
    assert_eq!(other.code, 64);
    assert!(other.stderr.contains("these results are of other operations"), "{}", other.stderr);
}

/// What a provider without anybody answers, bulk of `operations` at most included.
fn nobody(request: &Received, operations: usize) -> Vec<Act> {
    if request.line().contains("ServiceProviderConfig") {
        let bulk = json!({"supported": operations > 0, "maxOperations": operations, "maxPayloadSize": 10_000_000});
        return scim(200, json!({"bulk": bulk, "filter": {"supported": true}, "patch": {"supported": true}}));
    }
    scim(200, json!({"totalResults": 0, "Resources": []}))
}

/// The answer to a bulk request whose operations all succeed; what is created has its bulkId as id.
fn carried_out(request: &Received) -> Vec<Act> {
    let asked: Value = serde_json::from_str(&request.body).unwrap();
    let results = asked["Operations"].as_array().unwrap().iter().map(|operation| {
        let (method, path) = (&operation["method"], operation["path"].as_str().unwrap());
        if method == "POST" {
            let location = format!("{path}/{}", operation["bulkId"].as_str().unwrap());
            return json!({"method": method, "bulkId": operation["bulkId"], "status": "201", "location": location});
        }
        json!({"method": method, "status": "200", "location": path})
    });
    scim(200, json!({"Operations": results.collect::<Vec<_>>()}))
}

fn connection(fake: &Fake) -> Value {
    json!({"serviceUrl": format!("{}/scim", fake.origin()), "auth": {"type": "bearer", "token": "t"}, "retry": {"maxAttempts": 1}})
}

/// The bodies of requests that change something.
fn changes(fake: &Fake) -> Vec<String> {
    let requests = fake.requests();
    let changes = requests.iter().filter(|request| !request.line().starts_with("GET"));
    changes.map(|request| request.body.clone()).collect()
}

fn set(id: &str, path: &str, value: impl Into<Value>) -> Value {
    json!({"method": "PATCH", "path": format!("/Users/{id}"), "data": [{"op": "replace", "path": path, "value": value.into()}]})
}

#[test]
fn an_older_change_never_follows_a_newer_one() {
    let fake = Fake::start(|_, request| match request.line().contains("/Bulk") {
        // Carried out, and never answered.
        true if request.body.contains("first") && request.header("X-Again").is_none() => vec![Act::Reset],
        true => carried_out(request),
        false => nobody(request, 100),
    });
    // Two portions: a leaver who had come back leaves for good in the second one.
    let first = set("i1", "active", true);
    let rest = (1 << 20) - first.to_string().len() - set("i2", "title", "first").to_string().len();
    let long = format!("first{}", "x".repeat(rest));
    let operations = [first, set("i2", "title", long), set("i1", "active", false)];
    let place = workplace(connection(&fake), &operations);
    let out = place.path().join("out.ndjson");
    let cut = place.run(&RUN);
    assert_eq!(cut.code, 75, "{}", cut.stderr);
    assert!(cut.stderr.contains("of 2 operations the answer was lost"), "{}", cut.stderr);
    assert!(cut.stderr.contains("to go on: the same command with --resume"), "{}", cut.stderr);
    assert_eq!((results(&out).len(), changes(&fake).len()), (0, 1), "nothing overtakes what is open");
    let begun = std::fs::read_to_string(&out).unwrap();

    let again = [&RESUME[..], &["--input", r#"{"headers": {"X-Again": "1"}}"#]].concat();
    let resumed = place.run(&again);
    assert_eq!(resumed.code, 0, "{}", resumed.stderr);
    let sent = changes(&fake);
    let actives: Vec<bool> = sent[1..].iter().map(|body| body.contains("true")).collect();
    assert_eq!(actives, [true, false], "in their order");

    // Results of a run that had gone on: what was overtaken is told, and not sent.
    std::fs::write(&out, begun + "{\"index\":2,\"method\":\"PATCH\",\"status\":200,\"id\":\"i1\"}\n").unwrap();
    let resumed = place.run(&again);
    assert_eq!(resumed.code, 1, "{}", resumed.stderr);
    let found = results(&out);
    assert_eq!((found.len(), &found[&0]["failure"]["maybeApplied"]), (3, &json!(true)), "{}", found[&0]);
    let sent = changes(&fake);
    assert!(sent.len() == 4 && !sent[3].contains("i1") && sent[3].contains("i2"), "{}", found[&0]);
}

#[test]
fn a_group_is_not_found_by_its_name_alone() {
    // The first bulk request comes to nothing; somebody else's group has the name.
    let fake = Fake::start(|_, request| match request.line() {
        line if line.contains("/Bulk") && request.header("X-Again").is_none() => vec![Act::Reset],
        line if line.contains("/Bulk") => carried_out(request),
        line if line.contains("/Groups") => {
            let group = json!({"id": "g9", "displayName": "Eng", "members": [{"value": "boss"}]});
            if line.contains("/Groups/") {
                return scim(200, group);
            }
            scim(200, json!({"totalResults": 1, "Resources": [group]}))
        }
        _ => nobody(request, 100),
    });
    let eng = json!({"method": "POST", "path": "/Groups", "bulkId": "g", "data": {"displayName": "Eng", "members": [{"value": "bulkId:u1"}]}});
    let place = workplace(connection(&fake), &[user(1), eng]);
    let out = place.path().join("out.ndjson");
    let cut = place.run(&RUN);
    assert_eq!((cut.code, results(&out).len()), (75, 0), "{}", cut.stderr);
    let resumed = place.run(&[&RESUME[..], &["--input", r#"{"headers": {"X-Again": "1"}}"#]].concat());
    assert_eq!(resumed.code, 1, "{}", resumed.stderr);
    let found = results(&out);
    assert_eq!((&found[&0]["id"], found[&1].get("found")), (&json!("u1"), None));
    assert_eq!(found[&1]["failure"]["maybeApplied"], true, "{}", found[&1]);
}

#[test]
fn what_came_after_a_lost_answer_is_carried_out_later() {
    // No bulk: one request each, of which the first is not answered.
    let fake = Fake::start(|_, request| match request.line().starts_with("PATCH") {
        true if request.header("X-Again").is_none() => vec![Act::Reset],
        true => scim(200, json!({"id": "i1", "userName": "leo", "active": request.body.contains("true")})),
        false => nobody(request, 0),
    });
    let place = workplace(connection(&fake), &[set("i1", "active", true), set("i1", "active", false)]);
    let cut = place.run(&RUN);
    assert_eq!((cut.code, changes(&fake).len()), (75, 1), "{}", cut.stderr);
    let resumed = place.run(&[&RESUME[..], &["--input", r#"{"headers": {"X-Again": "1"}}"#]].concat());
    assert_eq!(resumed.code, 0, "{}", resumed.stderr);
    let sent = changes(&fake);
    assert!(sent.len() == 3 && sent[1].contains("true") && sent[2].contains("false"), "{sent:?}");
}

#[test]
fn a_gateway_that_answers_for_the_provider_ends_the_run() {
    let fake = Fake::start(|_, request| match request.line().contains("/Bulk") {
        true if request.header("X-Again").is_none() => {
            scim(if request.header("X-Status").is_some() { 500 } else { 503 }, json!({"detail": "down"}))
        }
        true => carried_out(request),
        false => nobody(request, 100),
    });
    let mut large = user(1);
    large["data"]["title"] = "x".repeat(1_000_000).into();
    let place = workplace(connection(&fake), &[large, user(2), set("i9", "title", "y".repeat(100_000))]);
    let out = place.path().join("out.ndjson");
    let input = |headers: &str| {
        [&RESUME[..], &["--input", headers]].concat().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    for (run, status) in [(RUN.map(str::to_owned).to_vec(), "503"), (input(r#"{"headers": {"X-Status": "1"}}"#), "500")]
    {
        let before = changes(&fake).len();
        let cut = place.run(&run.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(cut.code, 75, "{}", cut.stderr);
        assert!(cut.stderr.contains(status) && cut.stderr.contains("--resume"), "{}", cut.stderr);
        assert_eq!((results(&out).len(), changes(&fake).len() - before), (0, 1));
    }
    let resumed = place.run(&input(r#"{"headers": {"X-Again": "1"}}"#).iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!((resumed.code, results(&out).len()), (0, 3), "{}", resumed.stderr);
}

#[test]
fn what_is_no_file_of_results_stays_as_it_is() {
    let (_running, connection) = sandbox(Options::default());
    let place = workplace(connection, &[user(1)]);
    let out = place.path().join("out.ndjson");
    assert_eq!(place.run(&RUN).code, 0);
    // As private as a file of results, and without an end of line.
    std::fs::write(&out, "{\"my\":\"precious notes\"}").unwrap();
    let refused = place.run(&RESUME);
    assert_eq!(refused.code, 64, "{}", refused.stderr);
    assert!(refused.stderr.contains("out.ndjson is no file of results"), "{}", refused.stderr);
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "{\"my\":\"precious notes\"}");
}

#[test]
fn a_program_runs_bulks_of_any_size_and_keeps_the_entries_itself() {
    const PEOPLE: usize = 2500;
    let (_running, connection) = sandbox(Options::default());
    let client = client(&connection);
    let operations: Vec<Value> = (0..PEOPLE).map(user).collect();
    let (mut kept, mut most) = (Vec::new(), 0);
    let mut run = block_on(client.bulk_run(Operations::from(operations.clone()), BulkOptions::default())).unwrap();
    while kept.len() < 1500 {
        let entries = block_on(run.next()).unwrap().unwrap();
        most = most.max(entries.len());
        kept.extend(entries);
    }
    kept.extend(run.withdraw());
    assert!(block_on(run.next()).unwrap().is_none(), "it is over");
    assert!(most <= 1001, "{most}");
    let before = total(&client);
    assert!(before < PEOPLE);
    let mut again = block_on(client.bulk_run(Operations::from(operations), BulkOptions::default())).unwrap();
    for entry in &kept {
        again.resume(BulkEntry::from_json(entry.to_json()).unwrap()).unwrap();
    }
    while block_on(again.next()).unwrap().is_some() {}
    let progress = again.progress();
    assert_eq!((progress.done, progress.failed, progress.open), (2500, 0, 0));
    assert_eq!(total(&client), PEOPLE);
}

#[test]
fn a_call_that_does_not_fit_sends_nothing_and_portions_become_smaller() {
    let (_running, connection) = sandbox(Options::default());
    let observer = client(&connection);
    let limits = Limits { memory_bytes: Some(20 << 20), ..Limits::default() };
    let settings = ConnectionSettings { limits, ..ConnectionSettings::default() };
    let source = ConnectionSource::from(connection).with_settings(&settings);
    let small = block_on(connector().client(source)).unwrap();
    // The first is refused ahead, the second before it is read whole.
    for people in [40_000, 100_000] {
        let operations: Vec<Value> = (0..people).map(user).collect();
        let error = invoke(&small, "bulk", json!({"operations": operations})).map(drop).unwrap_err();
        assert_eq!((error.class().kind.as_str(), error.class().maybe_applied), ("tooLarge", false), "{error}");
        assert!(
            error.to_string().contains("20971520 bytes") && error.to_string().contains("limits.memoryBytes"),
            "{error}"
        );
    }
    assert_eq!(total(&observer), 0);
    let operations: Vec<Value> = (0..3000).map(user).collect();
    let mut run = block_on(small.bulk_run(Operations::from(operations), BulkOptions::default())).unwrap();
    while block_on(run.next()).unwrap().is_some() {}
    assert_eq!((run.progress().done, run.progress().failed, total(&observer)), (3000, 0, 3000));
}
