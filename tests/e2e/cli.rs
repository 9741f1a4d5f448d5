//! The command against real servers: what it prints where, and how it exits.

use crate::harness::{Server, Workplace, closed_port, sandbox};
use scim_connector_sandbox::Options;
use serde_json::{Value, json};

/// Members a failure may have as JSON.
const MEMBERS: [&str; 12] = [
    "error",
    "kind",
    "status",
    "scimType",
    "detail",
    "pointer",
    "problems",
    "oauthError",
    "retryAfterMs",
    "maybeApplied",
    "requestId",
    "excerpt",
];

fn guarded(auth: Value) -> Workplace {
    Workplace::new(&[("guard", Server::shared_guard().connection(auth))])
}

#[test]
fn a_bulk_request_of_which_something_failed_exits_with_1() {
    let (_sandbox, connection) = sandbox(Options::default());
    let place = Workplace::new(&[("sandbox", connection)]);
    let user = json!({"method": "POST", "path": "/Users", "data": {"userName": "cli-bulk"}});
    let once = place.run(&["call", "bulk", "--input", &json!({"operations": [user]}).to_string()]);
    assert_eq!((once.code, once.stderr.as_str(), &once.json()["succeeded"]), (0, "", &json!(1)), "{once:?}");
    let other = json!({"method": "POST", "path": "/Users", "data": {"userName": "cli-bulk-2"}});
    let again = place.run(&["call", "bulk", "--input", &json!({"operations": [user, other]}).to_string()]);
    assert_eq!((again.code, &again.json()["failed"]), (1, &json!(1)), "{again:?}");
    assert!(again.stderr.contains("1 of 2 operations failed"), "{}", again.stderr);
}

#[test]
fn a_user_is_created_once_at_a_server_of_others() {
    let place = guarded(json!({}));
    let call = ["call", "createUser", "--input", r#"{"payload":{"userName":"cli-ada","name":{"givenName":"Ada"}}}"#];
    let first = place.run(&call);
    assert_eq!((first.code, first.stderr.as_str()), (0, ""), "{first:?}");
    let user = first.json();
    assert_eq!((&user["userName"], &user["name"]["givenName"]), (&json!("cli-ada"), &json!("Ada")));
    assert!(user["id"].is_string(), "{user}");

    let second = place.run(&call);
    assert_eq!((second.code, second.stdout.as_str()), (1, ""), "{second:?}");
    assert!(second.stderr.starts_with("error: conflict: "), "{}", second.stderr);
    assert!(second.stderr.contains("\n  status: 409 Conflict\n  scimType: uniqueness"), "{}", second.stderr);

    let third = place.run(&[&call[..], &["--error-format", "json"]].concat());
    let failure: Value = serde_json::from_str(&third.stderr).expect("one JSON object");
    assert_eq!((third.code, third.stdout.as_str()), (1, ""));
    let facts =
        [&failure["error"], &failure["kind"], &failure["status"], &failure["scimType"], &failure["maybeApplied"]];
    assert_eq!(facts, [&json!("permanent"), &json!("conflict"), &json!(409), &json!("uniqueness"), &json!(false)]);
    let unknown: Vec<&String> =
        failure.as_object().expect("an object").keys().filter(|name| !MEMBERS.contains(&name.as_str())).collect();
    assert_eq!(unknown, Vec::<&String>::new());
}

#[test]
fn a_wrong_secret_exits_1_and_names_invalid_client() {
    let wrong = guarded(json!({"clientSecret": "not-the-secret"})).run(&["call", "listUsers"]);
    assert_eq!((wrong.code, wrong.stdout.as_str()), (1, ""), "{wrong:?}");
    assert!(wrong.stderr.contains("\n  OAuth error: invalid_client"), "{}", wrong.stderr);
    assert!(!wrong.stderr.contains("not-the-secret"), "{}", wrong.stderr);
}

#[test]
fn an_unreachable_server_exits_75() {
    let url = format!("http://127.0.0.1:{}/scim/v2", closed_port());
    let place = Workplace::new(&[("nobody", json!({"serviceUrl": url, "auth": {"type": "none"}}))]);
    let failed =
        place.run(&["call", "createUser", "--input", r#"{"payload":{"userName":"ada"}}"#, "--error-format", "json"]);
    assert_eq!((failed.code, failed.stdout.as_str()), (75, ""), "{failed:?}");
    let failure: Value = serde_json::from_str(&failed.stderr).expect("one JSON object");
    let facts = [&failure["error"], &failure["kind"], &failure["maybeApplied"]];
    assert_eq!(facts, [&json!("transient"), &json!("unavailable"), &json!(false)], "{failure}");
    assert_eq!(place.run(&["test"]).code, 75);
}

#[test]
fn the_input_comes_from_a_file_or_from_stdin() {
    let place = guarded(json!({}));
    let input = |name: &str| json!({"payload": {"userName": name}}).to_string();
    std::fs::write(place.path().join("input.json"), input("from-file")).expect("the file can be written");
    let file = place.run(&["call", "createUser", "--input", "@input.json", "--compact"]);
    assert_eq!((file.code, &file.json()["userName"]), (0, &json!("from-file")), "{file:?}");
    assert_eq!(file.stdout.trim_end().lines().count(), 1, "compact is one line");
    let stdin = place.run_with(&["call", "createUser", "--input", "-"], &[], &input("from-stdin"));
    assert_eq!((stdin.code, &stdin.json()["userName"]), (0, &json!("from-stdin")), "{stdin:?}");
    let id = file.json()["id"].as_str().expect("an id").to_owned();
    let deleted = place.run(&["call", "deleteUser", "--input", &json!({"id": id}).to_string()]);
    assert_eq!((deleted.code, deleted.json()), (0, Value::Null), "{deleted:?}");
}

#[test]
fn the_connection_test_shows_each_step() {
    let place = guarded(json!({}));
    let text = place.run(&["test"]);
    assert_eq!((text.code, text.stderr.as_str()), (0, ""), "{text:?}");
    let lines: Vec<&str> = text.stdout.lines().collect();
    assert_eq!(lines[0], "connection guard");
    for (line, step) in lines[1..].iter().zip(["reachable", "authenticated", "capabilities", "users"]) {
        assert!(line.starts_with(&format!("  ok   {step}")), "{line}");
    }
    assert_eq!(lines.len(), 5, "{}", text.stdout);

    let report = place.run(&["test", "--json"]).json();
    assert_eq!((&report["ok"], report["steps"].as_array().map(Vec::len)), (&json!(true), Some(4)), "{report}");

    let refused = guarded(json!({"clientSecret": "not-the-secret"})).run(&["test"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    let marks: Vec<&str> = refused.stdout.lines().skip(1).map(|line| line[2..6].trim()).collect();
    assert_eq!(marks, ["ok", "FAIL", "skip", "skip"], "{}", refused.stdout);
    assert!(refused.stderr.contains("invalid_client"), "{}", refused.stderr);
}

#[test]
fn the_catalog_is_described() {
    let place = Workplace::with_config("");
    let all = place.run(&["describe"]);
    assert_eq!((all.code, all.stderr.as_str()), (0, ""), "{all:?}");
    let manifest = place.run(&["describe", "--json"]).json();
    let operations = manifest["operations"].as_array().expect("operations");
    assert!(operations.len() >= 43, "{}", operations.len());
    for operation in operations {
        let name = operation["name"].as_str().expect("a name");
        let line = all.stdout.lines().find(|line| line.trim_start().starts_with(&format!("{name} ")));
        let line = line.unwrap_or_else(|| panic!("{name} is missing in\n{}", all.stdout));
        assert_eq!(line.contains("(not in this version)"), operation["available"] == json!(false), "{line}");
    }

    let one = place.run(&["describe", "createUser"]);
    assert!(one.stdout.starts_with("createUser: ") && one.stdout.contains("scim-connector call createUser"), "{one:?}");
    let entry = place.run(&["describe", "createUser", "--json"]).json();
    assert_eq!((&entry["name"], &entry["effect"]), (&json!("createUser"), &json!("create")));
    assert!(entry["input"]["properties"]["payload"].is_object() && entry["output"].is_object(), "{entry}");
    assert!(entry["example"]["payload"]["userName"].is_string(), "{entry}");
}

#[test]
fn what_a_connections_provider_takes_is_described() {
    let (_sandbox, connection) = sandbox(Options::default());
    let place = Workplace::new(&[("sandbox", connection)]);
    let all = place.run(&["describe", "--connection", "sandbox"]);
    assert_eq!((all.code, all.stderr.as_str()), (0, ""), "{all:?}");
    for part in [
        "\nUser\n  userName (required)",
        "\nGroup\n  displayName (required)",
        "\n  emails.value ",
        "\n    department  ",
    ] {
        assert!(all.stdout.contains(part), "{part}: {}", all.stdout);
    }
    let types = place.run(&["describe", "--connection", "sandbox", "--json"]).json();
    assert_eq!((&types["connection"], &types["resourceTypes"][0]["resourceType"]), (&json!("sandbox"), &json!("User")));
    let one = place.run(&["describe", "createUser", "--connection", "sandbox", "--json"]).json();
    let offline = place.run(&["describe", "createUser", "--json"]).json();
    assert_eq!((&one["name"], &one["errors"]), (&offline["name"], &offline["errors"]));
    // The sandbox says of itself which attributes are unique; what it does not have is not in its forms.
    assert_ne!(one["input"], offline["input"]);
    assert!(one["input"]["properties"]["payload"]["properties"]["userName"]["x-order"].is_u64(), "{one}");
    let unknown = place.run(&["describe", "--connection", "other"]);
    assert_eq!(unknown.code, 78, "{unknown:?}");
}

#[test]
fn profiles_are_described_with_what_a_connection_overrides() {
    // The secret is not there, and not needed to look at a profile.
    let connection = json!({"serviceUrl": "https://example.com/scim", "profile": "asgardeo",
        "auth": {"type": "bearer", "token": {"env": "SCIM_TEST_NOT_SET"}},
        "overrides": {"memberStyle": "list", "patch": {"supported": false}}});
    let place = Workplace::new(&[("prod", connection)]);
    let manifest = place.run(&["describe", "--json"]).json();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let (profiles, knobs) = (list(&manifest["profiles"]), list(&manifest["knobs"]));
    assert!(profiles.len() >= 2 && knobs.len() >= 10, "{manifest}");
    let properties = &manifest["connection"]["properties"]["overrides"]["properties"];
    let all = place.run(&["describe", "--profile"]);
    for profile in &profiles {
        let name = profile["name"].as_str().expect("a name");
        assert!(all.stdout.contains(&format!("  {name} ")), "{name}: {all:?}");
        let one = place.run(&["describe", "--profile", name]);
        assert!(one.code == 0 && one.stdout.starts_with(&format!("{name}: ")), "{one:?}");
        for knob in &knobs {
            let knob = knob["name"].as_str().expect("a name");
            assert!(one.stdout.contains(&format!("\n  {knob} ")), "{name}: {knob}: {}", one.stdout);
            assert!(properties[knob]["title"].is_string(), "{knob} is not in the schema of overrides");
        }
    }

    let shown = place.run(&["describe", "--profile", "--connection", "prod"]);
    assert!(shown.stdout.contains("\n  memberStyle * "), "{shown:?}");
    assert!(shown.stdout.contains("(the profile: \"pathless\")"), "{shown:?}");
    let view = place.run(&["describe", "--profile", "--connection", "prod", "--json"]).json();
    let setting = |part: &str, name: &str| {
        list(&view[part])
            .into_iter()
            .find(|setting| setting["name"] == name)
            .unwrap_or_else(|| panic!("{name}: {view}"))
    };
    let style = setting("knobs", "memberStyle");
    let facts = [&style["value"], &style["profileValue"], &style["overridden"]];
    assert_eq!(facts, [&json!("list"), &json!("pathless"), &json!(true)], "{style}");
    assert_eq!(setting("knobs", "put")["overridden"], json!(false));
    assert_eq!(setting("capabilities", "patch")["value"], json!({"supported": false}));
    assert_eq!((&view["name"], &view["connection"]), (&json!("asgardeo"), &json!("prod")));

    let rows = [
        (vec!["--profile", "asgardio"], "error: there is no profile \"asgardio\"; did you mean \"asgardeo\"?\n"),
        (
            vec!["--profile", "generic", "--connection", "prod"],
            "error: --profile generic: connection prod has the profile asgardeo\n",
        ),
    ];
    for (arguments, error) in rows {
        let refused = place.run(&[&["describe"], &arguments[..]].concat());
        assert_eq!((refused.code, refused.stderr.as_str()), (64, error), "{arguments:?}");
    }
}

#[test]
fn an_operations_example_is_good_input() {
    let (_sandbox, connection) = sandbox(Options::default());
    let place = Workplace::new(&[("sandbox", connection)]);
    let example = place.run(&["describe", "createUser", "--json"]).json()["example"].to_string();
    let created = place.run(&["call", "createUser", "--input", &example]);
    assert_eq!(created.code, 0, "{created:?}");
}

#[test]
fn completions_are_printed() {
    for shell in ["bash", "zsh", "fish"] {
        let script = Workplace::with_config("").run(&["completions", shell]);
        assert_eq!((script.code, script.stderr.as_str()), (0, ""), "{script:?}");
        // It asks the program what may follow; what that answers is a test of `first_hour`.
        assert!(script.stdout.contains("SCIM_CONNECTOR_COMPLETE"), "{shell}: {}", script.stdout);
    }
}

#[test]
fn verbose_shows_each_exchange_on_stderr_without_secrets() {
    let guard = Server::shared_guard();
    let place = guarded(json!({}));
    let shown = place.run(&["--verbose", "call", "listUsers", "--input", r#"{"count":1}"#]);
    assert_eq!(shown.code, 0, "{shown:?}");
    assert!(shown.json()["Resources"].is_array());
    let sent: Vec<&str> =
        shown.stderr.lines().filter(|line| line.starts_with("> ") && !line.starts_with(">  ")).collect();
    let token = format!("> POST {}", guard.ready["tokenUrl"].as_str().expect("a token URL"));
    assert_eq!(sent, [token, format!("> GET {}/Users?count=1", guard.service_url())], "{}", shown.stderr);
    assert!(shown.stderr.contains("authorization: Basic [redacted]"), "{}", shown.stderr);
    assert!(shown.stderr.contains("authorization: Bearer [redacted]"), "{}", shown.stderr);
    assert!(shown.stderr.contains(r#""access_token":"[redacted]""#), "{}", shown.stderr);
    let secret = guard.ready["clientSecret"].as_str().expect("a secret");
    assert!(!shown.stderr.contains(secret), "{}", shown.stderr);
}

#[test]
fn the_configuration_is_found_by_flag_by_variable_and_by_name() {
    let (_sandbox, connection) = sandbox(Options::default());
    let place = Workplace::new(&[("one", connection.clone()), ("two", connection)]);
    let config = place.path().join("Config.toml");
    let elsewhere = Workplace::with_config("[connections]\n");
    let list = ["call", "listUsers", "--connection", "two"];
    let by_flag = elsewhere.run(&[&list[..], &["--config", config.to_str().expect("UTF-8")]].concat());
    assert_eq!(by_flag.code, 0, "{by_flag:?}");
    let by_variable = elsewhere.run_with(&list, &[("SCIM_CONNECTOR_CONFIG", config.to_str().expect("UTF-8"))], "");
    assert_eq!(by_variable.code, 0, "{by_variable:?}");
    assert_eq!(place.run(&list).code, 0);
    assert_eq!(elsewhere.run(&list).code, 78);
}

#[test]
fn the_demo_is_as_expected() {
    let demo = Workplace::with_config("").run(&["demo"]);
    assert_eq!(demo.code, 0, "{demo:?}");
    assert!(demo.stdout.lines().last().is_some_and(|line| line.starts_with("All as expected, in ")), "{}", demo.stdout);
}
