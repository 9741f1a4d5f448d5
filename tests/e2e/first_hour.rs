//! The first hour: what a person types, sees at a terminal, and sets up.

use crate::harness::{Finished, Workplace, sandbox};
use scim_connector_sandbox::Options;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

/// Runs the command in a terminal of so many columns.
fn in_a_terminal(place: &Workplace, arguments: &[&str], environment: &[(&str, &str)], typed: &str) -> Finished {
    const TERMINAL: &str = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
    let command = place.command(arguments);
    let mut terminal = std::process::Command::new("python3");
    terminal.args(["-c", TERMINAL]).arg(command.get_program()).args(command.get_args()).current_dir(place.path());
    terminal.env("TERM", "xterm").env_remove("NO_COLOR");
    terminal.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    terminal.env_remove("SCIM_CONNECTOR_CONFIG").envs(environment.iter().copied());
    terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = terminal.spawn().expect("python3 can be started");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    std::io::Write::write_all(&mut stdin, typed.as_bytes()).expect("it can be typed");
    // Whoever sits there does not hang up.
    let output = child.wait_with_output().expect("it ends");
    drop(stdin);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8").replace("\r\n", "\n");
    Finished { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}

#[test]
fn an_input_is_typed_in_items() {
    let (_sandbox, connection) = sandbox(Options::default());
    let place = Workplace::new(&[("sandbox", connection)]);
    let created = place.run(&[
        "call",
        "createUser",
        "userName=items-ada",
        "emails[0][value]=ada@example.com",
        "emails[0][primary]:=true",
        "active:=true",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User[department]=R&D",
    ]);
    let user = created.json();
    assert_eq!(
        (created.code, &user["userName"], &user["active"]),
        (0, &json!("items-ada"), &json!(true)),
        "{created:?}"
    );
    assert_eq!(user["emails"][0]["value"], "ada@example.com");
    assert_eq!(user["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]["department"], "R&D");
    let id = user["id"].as_str().expect("an id");

    // Members of the input, and the payload beside them; items over a file.
    std::fs::write(place.path().join("ada.json"), json!({"payload": {"userName": "items-ada"}}).to_string()).unwrap();
    let named = format!("id={id}");
    let updated = place.run(&["call", "updateUser", &named, "displayName=Ada", "--input", "@ada.json"]);
    assert_eq!((updated.code, &updated.json()["displayName"]), (0, &json!("Ada")), "{updated:?}");
    let listed = place.run(&["call", "listUsers", "filter=userName eq \"items-ada\"", "count:=1"]);
    assert_eq!(listed.json()["Resources"][0]["id"], id, "{listed:?}");

    let rows = [
        (vec!["createUser", "userName"], "error: item 1, column 9: no = follows the name"),
        (vec!["createUser", "a=b", "emails[0=hunter2"], "error: item 2, column 9: a ] is missing"),
        (vec!["createUser", "a==b"], "error: item 1, column 3: == is no sign"),
        (vec!["createUsr", "userName=a"], "error: there is no operation \"createUsr\"; did you mean \"createUser\"?"),
    ];
    for (arguments, error) in rows {
        let refused = place.run(&[&["call"], &arguments[..]].concat());
        assert_eq!((refused.code, refused.stdout.as_str()), (64, ""), "{refused:?}");
        assert!(refused.stderr.starts_with(error) && !refused.stderr.contains("hunter2"), "{refused:?}");
    }
}

#[test]
fn a_person_sees_tables_and_a_program_json() {
    let (_sandbox, connection) = sandbox(Options { seed_users: 2, ..Options::default() });
    let place = Workplace::new(&[("sandbox", connection)]);
    let list = ["call", "listUsers", "count:=1"];
    let shown = in_a_terminal(&place, &list, &[], "");
    let plain = shown.stdout.replace("\u{1b}[1m", "").replace("\u{1b}[0m", "");
    assert!(shown.code == 0 && plain.starts_with("ID ") && plain.contains("USER NAME"), "{shown:?}");
    assert!(shown.stdout.contains("\u{1b}[1m") && plain.contains("1 of 2; --all lists them all"), "{shown:?}");
    assert!(plain.lines().all(|line| !line.contains('{')), "{plain}");
    for (name, value) in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let plain = in_a_terminal(&place, &list, &[(name, value)], "");
        assert!(!plain.stdout.contains('\u{1b}'), "{plain:?}");
    }
    let quiet = in_a_terminal(&place, &["call", "listUsers", "--all", "--quiet"], &[("NO_COLOR", "1")], "");
    assert_eq!(quiet.stdout.lines().count(), 3, "{quiet:?}");
    for arguments in [vec!["--json"], vec!["--compact"]] {
        let json = in_a_terminal(&place, &[&list, &arguments[..]].concat(), &[], "");
        assert!(serde_json::from_str::<Value>(json.stdout.split("\nwarning").next().unwrap()).is_ok(), "{json:?}");
    }
    assert!(place.run(&list).json()["Resources"].is_array());
    let failed = in_a_terminal(&place, &["call", "getUser", "id=nobody"], &[], "");
    assert!(failed.code == 1 && failed.stdout.contains("\u{1b}[1;31merror:\u{1b}[0m not found"), "{failed:?}");
}

#[test]
fn quiet_leaves_out_what_is_only_good_to_know() {
    let (_sandbox, connection) = sandbox(Options { seed_users: 2, ..Options::default() });
    let place = Workplace::new(&[("sandbox", connection)]);
    let all = place.run(&["call", "listUsers", "--all"]);
    assert!(all.code == 0 && all.stderr.contains("2 of 2 resources"), "{all:?}");
    let quiet = place.run(&["--quiet", "call", "listUsers", "--all"]);
    assert_eq!((quiet.code, quiet.stderr.as_str(), quiet.stdout), (0, "", all.stdout));
    let failed = place.run(&["--quiet", "call", "getUser", "id=nobody"]);
    assert!(failed.code == 1 && failed.stderr.starts_with("error: not found"), "{failed:?}");
    assert_eq!(place.run(&["--quiet", "--verbose", "describe"]).code, 64);
}

/// What a shell is offered behind these words.
fn offered(place: &Workplace, words: &[&str]) -> Vec<String> {
    let index = (words.len() - 1).to_string();
    let environment = [
        ("SCIM_CONNECTOR_COMPLETE", "bash"),
        ("_CLAP_IFS", "\n"),
        ("_CLAP_COMPLETE_INDEX", &*index),
        ("_CLAP_COMPLETE_COMP_TYPE", "9"),
    ];
    let finished = place.run_with(&[&["--"], words].concat(), &environment, "");
    assert_eq!((finished.code, finished.stderr.as_str()), (0, ""), "{finished:?}");
    finished.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn a_shell_is_offered_names() {
    let (_sandbox, connection) = sandbox(Options::default());
    let place = Workplace::new(&[("one", connection.clone()), ("other", connection)]);
    let manifest = place.run(&["describe", "--json"]).json();
    let operations = manifest["operations"].as_array().expect("operations");
    let mut names: Vec<&str> = operations.iter().filter_map(|operation| operation["name"].as_str()).collect();
    let mut found = offered(&place, &["scim-connector", "call", ""]);
    found.retain(|word| !word.starts_with('-'));
    found.sort();
    names.sort_unstable();
    assert_eq!(found, names);
    assert_eq!(offered(&place, &["scim-connector", "call", "listUsers", "--connection", "o"]), ["one", "other"]);
    assert_eq!(offered(&place, &["scim-connector", "call", "createU"]), ["createUser"]);
    std::fs::write(place.path().join("flow.yaml"), "").unwrap();
    assert_eq!(offered(&place, &["scim-connector", "run", "flo"]), ["flow.yaml"]);
    // What is wrong with the configuration is nothing to say here.
    std::fs::write(place.path().join("Config.toml"), "x = ").unwrap();
    assert_eq!(offered(&place, &["scim-connector", "test", "--connection", "o"]), [""; 0]);
}

/// A place without a configuration.
fn empty() -> Workplace {
    let place = Workplace::with_config("");
    std::fs::remove_file(place.path().join("Config.toml")).unwrap();
    place
}

#[test]
fn a_connection_is_written_and_tested() {
    let (_sandbox, connection) = sandbox(Options { client_secret: "s3cret-of-init".into(), ..Options::default() });
    let place = empty();
    let (service, token) =
        (connection["serviceUrl"].as_str().unwrap(), connection["auth"]["tokenUrl"].as_str().unwrap());
    let id = connection["auth"]["clientId"].as_str().unwrap();
    let init = [
        "init",
        "work",
        "--service-url",
        service,
        "--auth",
        "clientCredentials",
        "--token-url",
        token,
        "--client-id",
        id,
    ];
    let secret = [("SCIM_WORK_SECRET", "s3cret-of-init")];
    let missing = place.run(&init[..4]);
    assert!(missing.code == 64 && missing.stderr.contains("--auth is missing"), "{missing:?}");
    let wrong = place.run(&[&init[..2], &["--service-url", "nowhere"], &init[4..]].concat());
    assert!(wrong.code == 78 && wrong.stderr.contains("nothing was written"), "{wrong:?}");
    assert!(!place.path().join("Config.toml").exists());

    let written = place.run_with(&init, &secret, "");
    assert_eq!(written.code, 0, "{written:?}");
    assert!(written.stdout.starts_with("connection work\n  ok   reachable"), "{written:?}");
    let text = std::fs::read_to_string(place.path().join("Config.toml")).unwrap();
    assert!(text.contains("clientSecret = { env = \"SCIM_WORK_SECRET\" }") && !text.contains("s3cret"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(place.path().join("Config.toml").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    let again = place.run_with(&init, &secret, "");
    assert!(
        again.code == 64 && again.stderr.contains("has a connection work already, and nothing was written"),
        "{again:?}"
    );
    let untested = place.run(&[&init[..], &["--replace"]].concat());
    assert!(untested.code == 78 && untested.stderr.contains("\"SCIM_WORK_SECRET\" is not set"), "{untested:?}");
    assert_eq!(std::fs::read_to_string(place.path().join("Config.toml")).unwrap(), text, "the same again");

    // A second one beside it.
    let asgardeo =
        place.run(&["init", "--provider", "asgardeo", "--organization", "myorg", "--client-id", "c", "--no-test"]);
    assert_eq!(asgardeo.code, 0, "{asgardeo:?}");
    let both = std::fs::read_to_string(place.path().join("Config.toml")).unwrap();
    assert!(both.starts_with(&text), "{both}");
    assert!(both.contains(r#"scopes = ["internal_user_mgt_create", "internal_user_mgt_list"]"#), "{both}");
    let listed = place.run(&["connections"]);
    assert!(listed.stdout.starts_with("CONNECTION") && listed.stdout.contains("asgardeo/myorg"), "{listed:?}");
    assert!(listed.stdout.contains("auth.clientSecret: env SCIM_WORK_SECRET"), "{listed:?}");
    let list = place.run(&["connections", "--json"]).json();
    assert_eq!(
        (&list[0]["name"], &list[1]["name"], list.as_array().map(Vec::len)),
        (&json!("scimClient"), &json!("work"), Some(2))
    );
}

#[test]
fn what_is_not_said_is_asked_at_a_terminal() {
    let (_sandbox, connection) = sandbox(Options { client_secret: "s3cret-of-init".into(), ..Options::default() });
    let place = empty();
    let value = |pointer: &str| connection.pointer(pointer).and_then(Value::as_str).unwrap().to_owned();
    let typed = format!("\n{}\n\n{}\n{}\n", value("/serviceUrl"), value("/auth/tokenUrl"), value("/auth/clientId"));
    let asked = in_a_terminal(&place, &["init"], &[("SCIM_SCIMCLIENT_SECRET", "s3cret-of-init")], &typed);
    assert_eq!(asked.code, 0, "{asked:?}");
    assert!(
        asked.stdout.contains("Base URL of the SCIM service: ") && asked.stdout.contains("connection scimClient"),
        "{asked:?}"
    );
}

/// A sandbox of the command; it ends when this is dropped.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Starts one and gives what it prints on stdout until its connection is whole.
fn served(place: &Workplace, arguments: &[&str]) -> (Served, String) {
    let state = place.path().join("state");
    let mut command = place.command(&[&["sandbox"], arguments].concat());
    let mut child = command.env("XDG_STATE_HOME", state).stderr(Stdio::null()).spawn().expect("the sandbox starts");
    let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
    let text: Vec<String> = lines.by_ref().map_while(Result::ok).take(3).collect();
    std::thread::spawn(move || lines.for_each(drop));
    (Served(child), text.join("\n") + "\n")
}

#[test]
fn a_sandbox_writes_a_configuration_that_stays_good() {
    let place = empty();
    let (first, text) = served(&place, &["--toml"]);
    assert!(text.starts_with("[connections.scimClient]\nserviceUrl = ") && text.ends_with("}\n"), "{text}");
    std::fs::write(place.path().join("Config.toml"), &text).unwrap();
    let created = place.run(&["call", "createUser", "userName=ada"]);
    assert_eq!(created.code, 0, "{created:?}");
    let flow = crate::harness::root().join("tests/flows/bulk-import.yaml");
    std::fs::write(place.path().join("people.ndjson"), "{\"userName\":\"kim\",\"externalId\":\"1\"}\n").unwrap();
    std::fs::copy(flow, place.path().join("bulk-import.yaml")).unwrap();
    let ran = place.run(&["run", "bulk-import.yaml", "--input", r#"{"file":"people.ndjson"}"#, "--no-history"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let secret = |text: &str| text.split("clientSecret = ").nth(1).map(str::to_owned);
    drop(first);
    let (_second, again) = served(&place, &["--toml"]);
    assert_eq!(secret(&again), secret(&text), "{again}");
}

#[test]
fn a_sandbox_leaves_a_configuration_that_is_there() {
    let place = Workplace::with_config("# mine\n");
    let refused = place.run(&["sandbox", "--write"]);
    assert!(refused.code == 64 && refused.stderr.contains("was left as it is"), "{refused:?}");
    assert_eq!(std::fs::read_to_string(place.path().join("Config.toml")).unwrap(), "# mine\n");
}

#[test]
fn providers_and_payloads_are_described() {
    let place = empty();
    let create = place.run(&["describe", "createUser", "--provider", "asgardeo"]);
    assert!(create.stdout.contains("at asgardeo it needs the scopes internal_user_mgt_create"), "{create:?}");
    for member in ["userName", "emails", "givenName"] {
        assert!(create.stdout.lines().any(|line| line.trim_start().starts_with(member)), "{member}: {}", create.stdout);
    }
    let narrow = place.run_with(&["describe", "createUser"], &[("COLUMNS", "70")], "");
    let lines = narrow.stdout.split("\nExample").next().unwrap().lines();
    assert_eq!(lines.filter(|line| line.chars().count() > 70).collect::<Vec<_>>(), [""; 0]);
    let entra = place.run(&["describe", "--provider", "entra"]);
    for words in
        ["Entra as a server", "To be a target of Entra", "scim-connector init --provider entra --organization YOURS"]
    {
        assert!(entra.stdout.contains(words), "{words}: {}", entra.stdout);
    }
    assert_eq!(place.run(&["describe", "--provider", "entra", "--json"]).json()["name"], "entra");
    let all = place.run(&["describe", "--provider"]);
    assert!(all.stdout.contains("  asgardeo ") && all.stdout.contains("  entra "), "{all:?}");
    let wrong = place.run(&["describe", "--provider", "asgardio"]);
    assert_eq!(
        (wrong.code, wrong.stderr.as_str()),
        (64, "error: there is no profile \"asgardio\"; did you mean \"asgardeo\"?\n")
    );
}

#[test]
fn options_of_all_commands_are_in_one_help() {
    let place = empty();
    let whole = place.run(&["--help"]);
    assert_eq!(whole.stdout.matches("--log-format <").count(), 1, "{whole:?}");
    let call = place.run(&["call", "--help"]);
    assert!(!call.stdout.contains("--log-format") && call.stdout.contains("`scim-connector --help` has"), "{call:?}");
    assert_eq!(place.run(&["call", "--help", "--quiet"]).code, 0);
    // Before and behind the command they are the same.
    assert_eq!(place.run(&["connections", "--error-format", "json"]).code, 78);
}
