//! Files: which of them a flow reads, who may read those that tell of people, and what is said where the disk is full.

use crate::harness::{Finished, Workplace, sandbox};
use scim_connector_sandbox::Options;
use serde_json::Value;
use std::path::Path;

/// A flow that gives the rows of a file, by a name that stands in it or that it is given.
fn flow(file: &str) -> String {
    format!(
        "document: {{dsl: '1.0.0', namespace: people, name: rows, version: '1.0.0'}}\ndo:\n- rows: {{call: readCsv, with: {{file: '{file}'}}}}\n- each:\n    for: {{each: row, in: .}}\n    do: [{{keep: {{set: {{row: '${{ $row }}'}}}}}}]\n"
    )
}

fn place() -> (impl Sized, Workplace) {
    let (sandbox, connection) = sandbox(Options::default());
    let place = Workplace::new(&[("sandbox", connection)]);
    for folder in ["flows/data", "more", "other"] {
        std::fs::create_dir_all(place.path().join(folder)).unwrap();
    }
    for file in ["flows/data/people.csv", "more/people.csv", "people.csv"] {
        std::fs::write(place.path().join(file), "mail\nada@example.com\n").unwrap();
    }
    std::fs::write(place.path().join("flows/given.yaml"), flow("${ .file }")).unwrap();
    (sandbox, place)
}

#[test]
fn a_flow_reads_what_it_may_and_never_what_is_ours() {
    let (_sandbox, place) = place();
    let at = ["--history", "history.sqlite"];
    let run = |arguments: &[&str]| place.run(&[arguments, &at].concat());
    let read = |file: &str, more: &[&str]| {
        let input = serde_json::json!({"file": file}).to_string();
        run(&[&["run", "flows/given.yaml", "--input", &input], more].concat())
    };
    let told = |ran: &Finished, words: &str| {
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.stderr.contains(words) && ran.stdout.is_empty(), "{ran:?}");
    };
    let inside = read("data/people.csv", &[]);
    assert_eq!((inside.code, &inside.json()["row"]["mail"]), (0, &"ada@example.com".into()), "{inside:?}");
    told(&read("../people.csv", &[]), "is outside the flow's folder and is not read");
    assert_eq!(read("../people.csv", &["--allow", "read"]).code, 0);
    for own in ["../Config.toml", "../history.sqlite", "../history.sqlite-reserve"] {
        told(&read(own, &["--allow", "read"]), "which no flow reads, whatever is allowed");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../Config.toml", place.path().join("flows/link")).unwrap();
        std::fs::hard_link(place.path().join("Config.toml"), place.path().join("flows/hard")).unwrap();
        told(&read("link", &[]), "is outside the flow's folder");
        for name in ["link", "hard"] {
            told(&read(name, &["--allow", "read"]), "is the configuration, which no flow reads");
        }
        told(&read("hard", &[]), "is the configuration, which no flow reads");
        let (flows, pipe) = (place.path().join("flows"), place.path().join("flows/pipe.yaml"));
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        // Nor does a pipe that is called like a flow hold anybody up.
        told(&read("pipe.yaml", &[]), "is no file");
        std::fs::remove_file(flows.join("pipe.yaml")).unwrap();
    }

    // The check says it with the place.
    std::fs::write(place.path().join("flows/written.yaml"), flow("../more/people.csv")).unwrap();
    let checked = place.run(&["check", "flows/written.yaml"]);
    assert_eq!(checked.code, 78, "{checked:?}");
    assert!(checked.stderr.contains("written.yaml:3:38"), "{checked:?}");
    assert!(checked.stderr.contains("`../more/people.csv` is outside the flow's folder"), "{checked:?}");
    assert_eq!(place.run(&["check", "flows/written.yaml", "--allow", "read"]).code, 0);
    // What the configuration names is read by all commands.
    let text = std::fs::read_to_string(place.path().join("Config.toml")).unwrap();
    std::fs::write(place.path().join("Config.toml"), format!("{text}\n[flows]\nfiles = [\"more\"]\n")).unwrap();
    assert_eq!(place.run(&["check", "flows/written.yaml"]).code, 0);
    assert_eq!(run(&["run", "flows/written.yaml"]).code, 0);
}

#[cfg(unix)]
#[test]
fn what_tells_of_people_is_for_this_user_alone() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
    let (_sandbox, place) = place();
    let at = |name: &str| place.path().join(name);
    let mode = |name: &str| std::fs::symlink_metadata(at(name)).unwrap().mode() & 0o777;
    let set =
        |name: &str, mode: u32| std::fs::set_permissions(at(name), std::fs::Permissions::from_mode(mode)).unwrap();
    let history = ["--history", "history.sqlite"];
    let run = |arguments: &[&str]| place.run(&[arguments, &history].concat());
    assert_eq!(run(&["run", "flows/given.yaml", "--input", r#"{"file": "data/people.csv"}"#]).code, 0);
    assert_eq!((mode("history.sqlite"), mode("history.sqlite-reserve")), (0o600, 0o600));

    // Reports: new, over one that others read, over a link.
    let report = |format: &str| run(&["report", "last", "--format", format, "--output", "report"]);
    for format in ["text", "json", "junit", "html"] {
        assert_eq!(report(format).code, 0);
        assert_eq!(mode("report"), 0o600, "{format}");
    }
    set("report", 0o644);
    let tightened = report("json");
    assert_eq!((tightened.code, mode("report")), (0, 0o600));
    assert!(tightened.stderr.contains("others could read it before"), "{tightened:?}");
    std::fs::write(at("victim"), "as it was").unwrap();
    std::fs::remove_file(at("report")).unwrap();
    symlink(at("victim"), at("report")).unwrap();
    let linked = report("html");
    assert_eq!((linked.code, std::fs::read(at("victim")).unwrap()), (0, b"as it was".to_vec()));
    assert!(
        linked.stderr.contains("it was a link") && at("report").symlink_metadata().unwrap().is_file(),
        "{linked:?}"
    );

    // The history: of others, a link.
    set("history.sqlite", 0o644);
    for command in [&["runs"][..], &["status"], &["report", "last"], &["run", "flows/given.yaml"]] {
        let refused = run(command);
        assert_eq!((refused.code, refused.stdout.as_str()), (78, ""), "{refused:?}");
        assert!(refused.stderr.contains("(mode 644): `chmod 600 "), "{refused:?}");
    }
    set("history.sqlite", 0o600);
    symlink("history.sqlite", at("linked.sqlite")).unwrap();
    let refused = place.run(&["runs", "--history", "linked.sqlite"]);
    assert_eq!(refused.code, 78);
    assert!(refused.stderr.contains("it is a link"), "{refused:?}");
    // One that cannot be looked for is not one that is not there.
    std::fs::write(at("text"), "").unwrap();
    let unreadable = place.run(&["runs", "--history", "text/history.sqlite"]);
    assert_eq!(unreadable.code, 74, "{unreadable:?}");
    assert!(unreadable.stderr.contains("the history cannot be read: Not a directory"), "{unreadable:?}");

    // The sandbox's database.
    std::fs::write(at("open.sqlite"), "").unwrap();
    set("open.sqlite", 0o644);
    let refused = place.run(&["sandbox", "--database", "open.sqlite"]);
    assert_eq!(refused.code, 64);
    assert!(refused.stderr.contains("`chmod 600 "), "{refused:?}");
    let mut served = place.command(&["sandbox", "--database", "new.sqlite", "--json"]).spawn().unwrap();
    let mut line = String::new();
    let stdout = served.stdout.take().unwrap();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line).unwrap();
    for file in ["new.sqlite", "new.sqlite-wal"] {
        assert_eq!(mode(file), 0o600, "{file}");
    }
    served.kill().unwrap();
    served.wait().unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_no_wrong_use() {
    let (_sandbox, place) = place();
    let full = |arguments: &[&str]| {
        let stdout = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = place.command(arguments).stdout(stdout).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let input = r#"{"payload": {"userName": "ada@example.com"}}"#;
    let (code, told) = full(&["call", "createUser", "--input", input]);
    assert_eq!(code, Some(74), "{told}");
    assert!(told.contains("the result cannot be written to stdout: No space left"), "{told}");
    assert!(told.contains("what was asked for was done, and is not to be repeated for that"), "{told}");
    let users = place.run(&["call", "listUsers"]).json();
    assert_eq!(users["totalResults"].as_u64().or(users["resources"].as_array().map(|all| all.len() as u64)), Some(1));
    let run = ["run", "flows/given.yaml", "--input", r#"{"file": "data/people.csv"}"#, "--history", "history.sqlite"];
    let (code, told) = full(&run);
    assert_eq!(code, Some(74), "{told}");
    assert!(told.contains("completed"), "{told}");
    for arguments in [
        &["runs", "--history", "history.sqlite"][..],
        &["report", "last", "--history", "history.sqlite"],
        &["describe"],
    ] {
        let (code, told) = full(arguments);
        assert_eq!(code, Some(74), "{arguments:?}: {told}");
    }
    let runs = place.run(&["runs", "--json", "--history", "history.sqlite"]);
    let run: Value = serde_json::from_str(&runs.stdout).unwrap();
    assert_eq!(run["status"], "completed");
    // As a program reads it.
    let (code, told) = full(&["--error-format", "json", "call", "listUsers"]);
    let told: Value = serde_json::from_str(told.trim()).unwrap();
    assert_eq!((code, &told["kind"], &told["error"]), (Some(74), &"io".into(), &"permanent".into()));
    let written = place.run(&["report", "last", "--history", "history.sqlite", "--output", "/dev/full"]);
    assert_eq!(written.code, 74, "{written:?}");
    assert_eq!(place.run(&["report", "last", "--history", "history.sqlite", "--output", "no/such/file"]).code, 64);
}

#[test]
fn of_two_folders_with_a_flow_of_one_name_none_is_chosen() {
    const FLOW: &str = "document: {dsl: '1.0.0', namespace: people, name: nightly, version: '1.0.0'}\nschedule: {cron: '30 2 1 1 *'}\ndo:\n- nothing: {set: {done: true}}\n";
    let (_sandbox, place) = place();
    for folder in ["flows", "other"] {
        std::fs::write(place.path().join(folder).join("nightly.yaml"), FLOW).unwrap();
    }
    std::fs::remove_file(place.path().join("flows/given.yaml")).unwrap();
    let at = ["--history", "history.sqlite"];
    let run = |arguments: &[&str]| place.run(&[arguments, &at].concat());
    for folder in ["flows", "other"] {
        assert_eq!(run(&["start", folder, "--once"]).code, 0);
        let flow = Path::new(folder).join("nightly.yaml");
        assert_eq!(run(&["run", flow.to_str().unwrap()]).code, 0);
    }
    let paused = || -> Vec<bool> {
        let status = run(&["status", "--json"]).json();
        let rows = status["automations"].as_array().unwrap().clone();
        assert!(rows[0]["folder"].as_str().unwrap().ends_with("flows"), "{status}");
        rows.iter().map(|row| row["paused"] == true).collect()
    };
    for command in ["pause", "resume", "trigger"] {
        let refused = run(&[command, "nightly"]);
        assert_eq!((refused.code, refused.stdout.as_str()), (64, ""), "{refused:?}");
        let told = "2 folders have an automation nightly: ";
        assert!(refused.stderr.contains(told) && refused.stderr.contains("say which with --folder"), "{refused:?}");
    }
    assert_eq!(paused(), [false, false]);
    assert_eq!(run(&["pause", "nightly", "--folder", "other"]).code, 0);
    assert_eq!(paused(), [false, true]);
    assert_eq!(run(&["pause", "flows/nightly.yaml"]).code, 0);
    assert_eq!(run(&["resume", "other/nightly.yaml"]).code, 0);
    assert_eq!(paused(), [true, false]);
    let none = run(&["trigger", "nightly", "--folder", "more"]);
    assert!(none.code == 64 && none.stderr.contains("there is no automation nightly in "), "{none:?}");
    let nobody = run(&["trigger", "nightly", "--folder", "other"]);
    assert!(nobody.code == 64 && nobody.stderr.contains("no process runs nightly"), "{nobody:?}");
    // Runs of both are shown, and which is which.
    let both = run(&["runs", "--flow", "nightly"]);
    assert!(
        both.stdout.contains("FOLDER") && both.stderr.contains("flows of 2 folders are called nightly"),
        "{both:?}"
    );
    let one = run(&["runs", "--flow", "nightly", "--folder", "other", "--json"]);
    let lines: Vec<Value> = one.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() == 1 && lines[0]["folder"].as_str().unwrap().ends_with("other"), "{lines:?}");
    assert!(run(&["status"]).stdout.contains("FOLDER"));
}
