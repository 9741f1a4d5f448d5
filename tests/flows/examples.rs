//! The flows of this folder, which README.md and docs/ show, on real providers: the sandbox, scim2-server behind a token endpoint,
//! and scimmy. Each is checked first, as the command does.

use crate::harness::{Server, block_on, connector, invoke, sandbox};
use crate::player::{Played, config, play, runner};
use crate::support::fake::{Fake, json as answer};
use crate::support::root;
use scim_connector_flow::event::{Change, Event, RunOutcome};
use scim_connector_flow::{FileAccess, Runner, load};
use scim_connector_host::{Client, Config};
use scim_connector_sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// A provider and a connection to it.
struct Provider {
    name: &'static str,
    connection: Value,
    /// Keeps it running.
    _keep_alive: KeepAlive,
}

#[allow(dead_code, reason = "held until the end")]
enum KeepAlive {
    Sandbox(Sandbox),
    Server(Server),
    Shared,
}

fn providers() -> Vec<Provider> {
    let (running, connection) = sandbox(Options::default());
    let scimmy = Server::scimmy();
    let bearer =
        json!({"serviceUrl": scimmy.service_url(), "auth": {"type": "bearer", "token": scimmy.ready["bearer"]}});
    let guard = Server::shared_guard().connection(json!({}));
    vec![
        Provider { name: "sandbox", connection, _keep_alive: KeepAlive::Sandbox(running) },
        Provider { name: "scimmy", connection: bearer, _keep_alive: KeepAlive::Server(scimmy) },
        Provider { name: "scim2-server", connection: guard, _keep_alive: KeepAlive::Shared },
    ]
}

/// A flow of this folder, checked.
fn example(name: &str, config: &Config) -> load::Loaded {
    let path = root().join("tests/flows").join(format!("{name}.yaml"));
    let catalog = block_on(connector().catalog()).unwrap();
    match load::file(&path, &catalog, config, Default::default()).unwrap() {
        Ok(loaded) => loaded,
        Err(wrong) => panic!("{}", wrong.shown(false)),
    }
}

fn played(runner: &Runner, config: &Config, name: &str, input: Value) -> Played {
    let loaded = example(name, config);
    play(&runner.with_library(loaded.library), &loaded.flow, input)
}

fn client(connection: &Value) -> Client {
    crate::harness::client(connection)
}

/// The users whose userName begins so.
fn users(client: &Client, start: &str) -> Vec<Value> {
    let found = invoke(client, "listUsers", json!({"filter": format!("userName sw {}", json!(start))})).unwrap();
    found.output["Resources"].as_array().unwrap().clone()
}

fn changes(played: &Played) -> Vec<(String, Change)> {
    played.affected()
}

#[test]
fn the_flows_of_the_readme_do_what_they_say_on_every_provider() {
    for Provider { name, connection, .. } in providers() {
        let config = config(&[("scimClient", connection.clone())]);
        let (runner, client) = (runner(config.clone()).reading(anywhere()), client(&connection));

        // Seed: created, then there already.
        let first = played(&runner, &config, "seed", json!({}));
        assert_eq!(first.output()["result"], "created", "{name}");
        assert_eq!(changes(&first), [("ada@example.com".to_owned(), Change::Created)], "{name}");
        let second = played(&runner, &config, "seed", json!({}));
        assert_eq!(second.output()["result"], "already there", "{name}");
        // Handled is not failed: the run is green every morning.
        assert_eq!(changes(&second), [("ada@example.com".to_owned(), Change::Handled)], "{name}");
        assert_eq!(second.ended.outcome, RunOutcome::Completed, "{name}");
        assert_eq!(users(&client, "ada@").len(), 1, "{name}");

        // Onboarding: people, groups, members; again, and nothing changes.
        let folder = crate::support::place::private_folder();
        let file = folder.path().join("people.csv");
        std::fs::write(
            &file,
            "userName,givenName,familyName,department,employeeNumber\ngrace@example.com,Grace,Hopper,Engineering,7\nalan@example.com,Alan,O'Turing,Engineering,8\nmary@example.com,Mary,Shelley,,9\n",
        )
        .unwrap();
        let input = json!({"file": file});
        let first = played(&runner, &config, "onboarding", input.clone());
        assert_eq!(first.ended.fault, None, "{name}");
        let created = changes(&first).into_iter().filter(|(_, change)| *change == Change::Created).map(|(who, _)| who);
        assert_eq!(
            created.collect::<Vec<_>>(),
            ["grace@example.com", "Engineering", "alan@example.com", "mary@example.com"],
            "{name}"
        );
        let again = played(&runner, &config, "onboarding", input);
        assert_eq!(again.ended.fault, None, "{name}");
        assert!(!changes(&again).is_empty(), "{name}");
        for (who, change) in changes(&again) {
            assert_eq!(change, Change::Unchanged, "{name}: {who}");
        }
        let members = |client: &Client| {
            let filter = json!({"filter": "displayName eq \"Engineering\""});
            let groups = invoke(client, "listGroups", filter).unwrap().output["Resources"].as_array().unwrap().clone();
            assert_eq!(groups.len(), 1, "{name}");
            let group = invoke(client, "getGroup", json!({"id": groups[0]["id"]})).unwrap().output;
            // scimmy keeps a member twice that is added twice.
            let ids = group["members"].as_array().into_iter().flatten().map(|member| member["value"].to_string());
            ids.collect::<BTreeSet<_>>().len()
        };
        assert_eq!(members(&client), 2, "{name}");

        // Off-boarding: deactivated, out of the group; unknown people are passed over.
        let leavers = json!({"leavers": ["grace@example.com", "nobody@example.com"]});
        let left = played(&runner, &config, "offboarding", leavers.clone());
        assert_eq!(left.output(), &json!({"notThere": ["nobody@example.com"], "notDone": []}), "{name}");
        assert_eq!(users(&client, "grace@")[0]["active"], false, "{name}");
        assert_eq!(members(&client), 1, "{name}");
        assert_eq!(played(&runner, &config, "offboarding", leavers).ended.fault, None, "{name}");

        // A name that is taken gets a number.
        for expected in ["kim@example.com", "kim2@example.com", "kim3@example.com"] {
            let run = played(&runner, &config, "conflict", json!({"name": "kim", "domain": "example.com"}));
            assert_eq!(run.output(), &json!({"created": expected}), "{name}");
        }
        println!("{name}: seed, onboarding, offboarding, conflict");
    }
}

#[test]
fn one_providers_people_are_copied_to_another() {
    let (source, from) = sandbox(Options { seed_users: 60, page_size: 25, ..Options::default() });
    for Provider { name, connection, .. } in providers() {
        let config = config(&[("source", from.clone()), ("target", connection.clone())]);
        let runner = runner(config.clone());
        let first = played(&runner, &config, "nightly-copy", json!({}));
        assert_eq!(first.ended.fault, None, "{name}");
        let created = |played: &Played| changes(played).iter().filter(|(_, change)| *change == Change::Created).count();
        assert_eq!(created(&first), 60, "{name}");
        let again = played(&runner, &config, "nightly-copy", json!({}));
        assert_eq!((created(&again), again.ended.outcome), (0, RunOutcome::Completed), "{name}");
        assert!(
            changes(&again).iter().all(|(_, change)| *change == Change::Unchanged),
            "{name}: {:?}",
            changes(&again)
        );
        let mut loops = first.events.iter().filter_map(|event| match event {
            Event::Looped { done, total, .. } => Some((*done, *total)),
            _ => None,
        });
        assert_eq!(loops.next_back(), Some((60, Some(60))), "{name}");
    }
    drop(source);
}

/// The files stand beside no example.
fn anywhere() -> FileAccess {
    FileAccess::default().anywhere()
}

#[test]
fn many_people_are_imported_beside_each_other() {
    const PEOPLE: usize = 80;
    let folder = crate::support::place::private_folder();
    let file = folder.path().join("people.ndjson");
    let line = |number| format!("{}\n", json!({"userName": format!("p{number}@example.com"), "active": true}));
    std::fs::write(&file, (0..PEOPLE).map(line).collect::<String>()).unwrap();
    for Provider { name, connection, .. } in providers() {
        let config = config(&[("scimClient", connection.clone())]);
        let runner = runner(config.clone()).reading(anywhere());
        let run = played(&runner, &config, "bulk-import", json!({"file": file}));
        assert_eq!(run.ended.fault, None, "{name}");
        assert_eq!(changes(&run).iter().filter(|(_, change)| *change == Change::Created).count(), PEOPLE, "{name}");
        let again = played(&runner, &config, "bulk-import", json!({"file": file}));
        assert!(changes(&again).iter().all(|(_, change)| *change == Change::Unchanged), "{name}");
    }
}

#[test]
fn secrets_are_referred_to_and_told_to_nobody() {
    const SECRET: &str = "correct-horse-battery-staple";
    let (_running, connection) = sandbox(Options::default());
    let config = crate::player::config_with(
        &[("scimClient", connection)],
        &format!("[secrets]\ninitialPassword = \"{SECRET}\"\nother = \"not-for-this-flow\"\n"),
    );
    let text = r#"
document: {dsl: '1.0.3', namespace: test, name: test, version: '1.0.0'}
use: {secrets: [initialPassword]}
do:
  - create:
      call: createUser
      with:
        payload: {userName: eve@example.com, title: '${ "her password is \($secret.initialPassword)" }', password: '${ $secret.initialPassword }'}
      output: {as: '${ {title: .title, others: ($secret | keys), leaked: $secret.initialPassword} }'}
"#;
    let run = play(&runner(config), &crate::player::flow(text, Path::new(".")), json!({}));
    assert_eq!(run.output()["others"], json!(["initialPassword"]));
    assert_eq!(changes(&run), [("eve@example.com".to_owned(), Change::Created)]);
    let told = serde_json::to_string(&run.events).unwrap() + &serde_json::to_string(&run.ended.output).unwrap();
    assert!(!told.contains(SECRET), "{told}");
    assert!(!told.contains("sandbox-secret"), "{told}");
}

/// A provider that ignores every filter, and refuses to change or create who is named so.
fn careless(people: &'static [&'static str], refused: &'static str) -> Fake {
    let user = |number: usize, name: &str| json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": number.to_string(), "userName": name, "active": true});
    Fake::start(move |_, received| {
        let line = received.line();
        let all: Vec<Value> = people.iter().enumerate().map(|(number, name)| user(number, name)).collect();
        let found = |start: &str| {
            let rest = line.strip_prefix(start)?;
            people
                .iter()
                .enumerate()
                .find(|(number, _)| rest == number.to_string())
                .map(|(number, name)| user(number, name))
        };
        if line.starts_with("GET /scim/Users") && !line.starts_with("GET /scim/Users/") {
            return answer(200, json!({"totalResults": all.len(), "Resources": all}));
        }
        if line.starts_with("GET /scim/Groups") {
            return answer(200, json!({"totalResults": 0, "Resources": []}));
        }
        match found("PATCH /scim/Users/") {
            Some(user) if user["userName"] == refused => answer(409, json!({"status": "409"})),
            Some(mut user) => {
                user["active"] = json!(false);
                answer(200, user)
            }
            None if line.starts_with("POST /scim/Users") => answer(409, json!({"status": "409", "detail": "taken"})),
            None => answer(404, json!({"status": "404"})),
        }
    })
}

#[test]
fn off_boarding_compares_names_itself_goes_on_and_names_who_is_left() {
    let provider = careless(&["ada@example.com", "bob@example.com", "Kim@example.com"], "bob@example.com");
    let connection = json!({"serviceUrl": format!("{}/scim", provider.origin()), "auth": {"type": "none"},
        "retry": {"maxAttempts": 1}});
    let config = config(&[("scimClient", connection)]);
    let runner = runner(config.clone());
    let leavers = json!({"leavers": ["zoe@example.com", "bob@example.com", "kim@example.com"]});
    let left = played(&runner, &config, "offboarding", leavers);
    let fault = left.fault();
    assert_eq!(
        (&fault["status"], &fault["detail"]),
        (&json!(500), &json!("not off-boarded: bob@example.com; run it again; not there: zoe@example.com"))
    );
    let changed: Vec<String> = provider
        .requests()
        .iter()
        .filter_map(|received| received.line().strip_prefix("PATCH ").map(str::to_owned))
        .collect();
    // Not ada, whom the provider gave for zoe.
    assert!(changed.iter().all(|path| path.ends_with("/1") || path.ends_with("/2")), "{changed:?}");
    let kim = ("Kim@example.com".to_owned(), Change::Deactivated);
    assert_eq!(changes(&left), [("bob@example.com".to_owned(), Change::Handled), kim]);
}

/// Off-boards one person at a provider that gives this for its list of users: what the run failed with, and whether anybody was
/// deactivated.
fn off_boarded(leaver: &str, profile: &str, users: Value) -> (Value, bool) {
    let provider = Fake::start(move |_, received| match received.line() {
        // Whoever takes totals for pages asks whether more follow.
        line if line.contains("startIndex=2") => answer(200, json!({"totalResults": 0, "Resources": []})),
        line if line.starts_with("GET /scim/Users") => answer(200, users.clone()),
        line if line.starts_with("PATCH ") => answer(200, json!({"id": "7", "userName": "x", "active": false})),
        _ => answer(200, json!({"totalResults": 0, "Resources": []})),
    });
    let connection = json!({"serviceUrl": format!("{}/scim", provider.origin()), "auth": {"type": "none"},
        "profile": profile, "retry": {"maxAttempts": 1}});
    let config = config(&[("scimClient", connection)]);
    let ended = played(&runner(config.clone()), &config, "offboarding", json!({"leavers": [leaver]}));
    let fault = ended.ended.fault.as_ref().map_or(Value::Null, |_| ended.fault()["detail"].clone());
    (fault, provider.requests().iter().any(|received| received.line().starts_with("PATCH ")))
}

#[test]
fn off_boarding_takes_nobody_for_gone_who_was_not_shown() {
    let list = |users: Value| json!({"totalResults": users.as_array().unwrap().len(), "Resources": users});
    let not_done = json!("not off-boarded: zo\u{e9}; run it again");
    for (name, users) in [
        ("a search left open", json!({"totalResults": 1, "Resources": []})),
        ("a name that is not shown", list(json!([{"id": "7"}]))),
        ("another Unicode form", list(json!([{"id": "7", "userName": "zoe\u{301}"}]))),
        ("two of that name", list(json!([{"id": "7", "userName": "ZO\u{e9}"}, {"id": "8", "userName": "Zo\u{e9}"}]))),
    ] {
        let (fault, deactivated) = off_boarded("zo\u{e9}", "generic", users);
        assert_eq!((fault, deactivated), (not_done.clone(), false), "{name}");
    }
    let (fault, deactivated) = off_boarded("zoe", "generic", list(json!([])));
    assert_eq!((fault, deactivated), (Value::Null, false));
    let stored = list(json!([{"id": "7", "userName": "DEFAULT/zoe", "active": true}]));
    let (fault, deactivated) = off_boarded("zoe", "asgardeo", stored);
    assert_eq!((fault, deactivated), (Value::Null, true));
}

/// A provider that ignores every filter and gives two users a page; it has six, and announces so many.
fn ignores_filters_and_pages(announced: usize) -> Fake {
    let user = |number: usize, active: bool| {
        let name = ["ada", "bob", "eve", "kim", "DEFAULT/leo", "Zoe"].get(number - 1).copied().unwrap_or("nobody");
        json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": number.to_string(), "userName": name, "active": active})
    };
    Fake::start(move |_, received| {
        let line = received.line();
        if let Some(id) = line.strip_prefix("PATCH /scim/Users/").and_then(|id| id.parse().ok()) {
            return answer(200, user(id, false));
        }
        if line.starts_with("GET /scim/Groups") {
            return answer(200, json!({"totalResults": 0, "Resources": []}));
        }
        let from = line.split("startIndex=").nth(1).and_then(|rest| rest.split('&').next()?.parse().ok()).unwrap_or(1);
        let page: Vec<Value> = (from..7).take(2).map(|number| user(number, true)).collect();
        answer(
            200,
            json!({"totalResults": announced, "startIndex": from, "itemsPerPage": page.len(), "Resources": page}),
        )
    })
}

#[test]
fn off_boarding_finds_a_leaver_on_any_page_and_names_whom_it_does_not_find() {
    let off_boarded = |announced: usize, profile: &str, leavers: &[&str]| {
        let provider = ignores_filters_and_pages(announced);
        let connection = json!({"serviceUrl": format!("{}/scim", provider.origin()), "auth": {"type": "none"},
            "profile": profile, "retry": {"maxAttempts": 1}});
        let config = config(&[("scimClient", connection)]);
        let played = played(&runner(config.clone()), &config, "offboarding", json!({"leavers": leavers}));
        let changed = provider.requests().iter().filter(|one| one.line().starts_with("PATCH ")).count();
        (played, changed)
    };
    let (found, changed) = off_boarded(6, "generic", &["zoe", "nobody", "zoe"]);
    assert_eq!((found.output(), changed), (&json!({"notThere": ["nobody"], "notDone": []}), 1));
    assert_eq!(changes(&found), [("Zoe".to_owned(), Change::Deactivated)]);
    let (stored, changed) = off_boarded(6, "asgardeo", &["leo"]);
    assert_eq!((stored.ended.fault, changed), (None, 1));
    // More were announced than came, so that nobody can be said not to be there.
    let (open, changed) = off_boarded(9, "generic", &["nobody"]);
    assert_eq!((open.fault()["detail"].as_str(), changed), (Some("not off-boarded: nobody; run it again"), 0));
}

#[test]
fn a_name_that_is_taken_is_known_by_its_code_whatever_the_status() {
    let taken = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "400",
        "scimType": "uniqueness", "detail": "userName is taken"});
    let user =
        json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "1", "userName": "kim2@example.com"});
    for (status, body) in [(400, taken.clone()), (409, taken), (409, json!({}))] {
        let told = user.clone();
        let provider = Fake::start(move |_, received| match received.body.contains("kim2@") {
            true => answer(201, told.clone()),
            false => answer(status, body.clone()),
        });
        let connection = json!({"serviceUrl": format!("{}/scim", provider.origin()), "auth": {"type": "none"},
            "retry": {"maxAttempts": 1}});
        let config = config(&[("scimClient", connection)]);
        let runner = runner(config.clone());
        assert_eq!(played(&runner, &config, "seed", json!({})).output()["result"], "already there", "{status}");
        let conflict = played(&runner, &config, "conflict", json!({"name": "kim", "domain": "example.com"}));
        assert_eq!(conflict.output(), &json!({"created": "kim2@example.com"}), "{status}");
    }
}

#[test]
fn a_dry_run_of_onboarding_goes_to_its_end() {
    let (_running, connection) = sandbox(Options::default());
    let config = config(&[("scimClient", connection.clone())]);
    let folder = crate::support::place::private_folder();
    let file = folder.path().join("people.csv");
    let people = "userName,givenName,familyName,department\ngrace@example.com,Grace,Hopper,Engineering\nmary@example.com,Mary,Shelley,Letters\n";
    std::fs::write(&file, people).unwrap();
    let dry = played(&runner(config.clone()).reading(anywhere()).dry(), &config, "onboarding", json!({"file": file}));
    assert_eq!(dry.ended.fault, None);
    let told = changes(&dry);
    assert_eq!(told.len(), 6, "{told:?}");
    assert!(told.iter().all(|(_, change)| *change == Change::Planned), "{told:?}");
    assert!(users(&client(&connection), "").is_empty());
}

#[test]
fn a_copy_names_whom_the_target_refuses_and_goes_on() {
    let (_source, from) = sandbox(Options { seed_users: 3, ..Options::default() });
    let target = careless(&[], "");
    let connection = json!({"serviceUrl": format!("{}/scim", target.origin()), "auth": {"type": "none"},
        "retry": {"maxAttempts": 1}});
    let config = config(&[("source", from), ("target", connection)]);
    let copied = played(&runner(config.clone()), &config, "nightly-copy", json!({}));
    assert_eq!(copied.ended.fault, None);
    let told = changes(&copied);
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told.iter().all(|(who, change)| *change == Change::Handled && who.starts_with("seed-")), "{told:?}");
}
