//! What the history tells of flows that ran: `runs`, `runs show`, `report`.

use crate::harness::{Workplace, sandbox};
use scim_connector_sandbox::Options;
use serde_json::{Value, json};

/// Creates Ada, then tries to create her again and goes on.
const FLOW: &str = r#"
document: {dsl: '1.0.0', namespace: people, name: twice, version: '1.2.0'}
do:
  - create:
      call: createUser
      with: {connection: sandbox, payload: {userName: "ada<b>@example.com", password: "${ .secret }"}}
  - again:
      try:
        - createAgain:
            call: createUser
            with: {connection: sandbox, payload: {userName: "ada<b>@example.com"}}
      catch:
        errors: {with: {status: 409}}
        do:
          - note: {set: {taken: true}}
"#;

#[test]
fn a_run_can_be_read_afterwards_in_every_format() {
    let (_sandbox, connection) = sandbox(Options::default());
    let place = Workplace::new(&[("sandbox", connection)]);
    std::fs::write(place.path().join("twice.yaml"), FLOW).unwrap();
    let at = ["--history", "history.sqlite"];
    let run = |arguments: &[&str]| place.run(&[arguments, &at].concat());

    let none = run(&["runs"]);
    assert_eq!((none.code, none.stdout.as_str()), (64, ""), "{none:?}");
    assert!(none.stderr.contains("there is no history at history.sqlite"), "{}", none.stderr);

    let ran = run(&["run", "twice.yaml", "--input", r#"{"secret":"correct horse battery"}"#]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let listed = run(&["runs", "--json", "--flow", "twice", "--outcome", "completed"]);
    let listed: Value = serde_json::from_str(&listed.stdout).expect("one run on one line");
    assert_eq!(listed["counts"], json!({"created": 1, "handled": 1}));
    let id = listed["id"].as_str().unwrap();
    assert!(run(&["runs"]).stdout.contains(&format!("{id}  twice")));
    assert_eq!(run(&["runs", "--outcome", "failed"]).stderr, "no such run\n");

    let shown = run(&["runs", "show", id]);
    let people = "\nada<b>@example.com: handled, uniqueness\nada<b>@example.com: created\n";
    assert!(shown.stdout.contains(people) && shown.stdout.contains("\nsteps\n"), "{}", shown.stdout);
    let report = run(&["report", "last"]);
    assert!(report.stdout.contains(people) && !report.stdout.contains("\nsteps\n"), "{}", report.stdout);
    let report = run(&["report", &id[..8], "--format", "json"]).json();
    assert_eq!((&report["report"], &report["run"]["id"]), (&json!(1), &json!(id)));
    assert_eq!(report["steps"][0]["function"], "createUser");
    assert_eq!(report["steps"][0]["input"]["payload"]["password"], "[redacted]", "{report}");

    let written = run(&["report", id, "--format", "junit", "--output", "report.xml"]);
    assert_eq!((written.code, written.stdout.as_str()), (0, ""), "{written:?}");
    let junit = std::fs::read_to_string(place.path().join("report.xml")).unwrap();
    assert!(
        junit.contains("tests=\"2\" failures=\"0\"") && junit.contains("name=\"ada&lt;b&gt;@example.com\""),
        "{junit}"
    );
    let html = run(&["report", id, "--format", "html"]).stdout;
    assert!(html.starts_with("<!DOCTYPE html>") && html.contains("ada&lt;b&gt;@example.com"), "{html}");

    let wrong = run(&["report", "zz"]);
    assert_eq!((wrong.code, wrong.stdout.as_str()), (64, ""), "{wrong:?}");
    assert!(wrong.stderr.contains("there is no run \"zz\""), "{}", wrong.stderr);
    // The file tells of people, and of no password.
    for file in std::fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().path()) {
        if file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("history.sqlite")) {
            let bytes = std::fs::read(&file).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains("correct horse"), "{} holds the password", file.display());
        }
    }
}
