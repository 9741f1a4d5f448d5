//! `check` and `graph` with the component's own catalog: what they print where, and how they exit.

use crate::harness::{Workplace, connector};
use serde_json::{Value, json};

const CONFIG: &str =
    "[connections.prod]\nserviceUrl = \"http://localhost:1/scim/v2\"\n[secrets]\ninitial = { env = \"INITIAL\" }\n";

const GOOD: &str = "\
document: {dsl: 1.0.0, namespace: demo, name: seed, version: 1.0.0, metadata: {automation: {timezone: Europe/Berlin}}}
schedule: {cron: '0 6 * * *'}
use: {secrets: [initial]}
do:
- people: {call: readCsv, with: {file: people.csv}}
- each:
    for: {each: person, in: .}
    do:
    - make:
        call: ensureUser
        with: {connection: prod, payload: {userName: '${ $person.mail }', password: '${ $secret.initial }'}}
";

fn place(files: &[(&str, &str)]) -> Workplace {
    let place = Workplace::with_config(CONFIG);
    for (name, text) in files {
        std::fs::write(place.path().join(name), text).unwrap();
    }
    place
}

#[test]
fn a_good_flow_is_told_in_a_line() {
    let place = place(&[("seed.yaml", GOOD), ("people.csv", "mail\n")]);
    let done = place.run(&["check", "seed.yaml"]);
    assert_eq!(
        (done.code, done.stdout.as_str(), done.stderr.as_str()),
        (0, "seed.yaml: ok, 3 steps, runs daily at 06:00 Europe/Berlin\n", "")
    );
}

#[test]
fn the_example_of_every_operation_passes() {
    let catalog = crate::harness::block_on(connector().catalog()).unwrap();
    let calls: Vec<Value> = catalog
        .operations
        .iter()
        .filter(|operation| operation.available && operation.example.is_object())
        .map(|operation| json!({&operation.name: {"call": operation.name, "with": operation.example}}))
        .collect();
    assert!(calls.len() > 30, "{}", calls.len());
    let head = json!({"dsl": "1.0.0", "namespace": "demo", "name": "all", "version": "1.0.0"});
    let place = place(&[("all.json", &json!({"document": head, "do": calls}).to_string())]);
    let done = place.run(&["check", "all.json"]);
    assert_eq!((done.code, done.stderr.as_str()), (0, ""), "{done:?}");
}

#[test]
fn a_wrong_flow_is_told_with_its_places_and_without_its_secret() {
    let wrong = GOOD.replace("ensureUser", "ensureUsr").replace("'${ $secret.initial }'", "swordfish");
    let place = place(&[("seed.yaml", GOOD), ("wrong.yaml", &wrong), ("people.csv", "mail\n")]);
    let done = place.run(&["check", "seed.yaml", "wrong.yaml"]);
    assert_eq!((done.code, done.stdout.lines().count()), (78, 1), "{done:?}");
    let call = "wrong.yaml:10:15: `ensureUsr` is no operation of the connector; did you mean `ensureUser`?\n   |\n\
                10 |         call: ensureUsr\n   |               ^\n";
    assert!(done.stderr.starts_with(call), "{}", done.stderr);
    assert!(done.stderr.contains("wrong.yaml:11:83: a secret is written out here"), "{}", done.stderr);
    assert!(!done.stderr.contains("swordfish"), "{}", done.stderr);
    let done = place.run(&["--error-format", "json", "check", "wrong.yaml"]);
    let problems: Vec<Value> = done.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(done.code, 78);
    assert_eq!(
        problems[0],
        json!({
            "file": "wrong.yaml", "line": 10, "column": 15, "pointer": "/do/1/each/do/0/make/call",
            "message": "`ensureUsr` is no operation of the connector; did you mean `ensureUser`?",
        })
    );
}

#[test]
fn what_is_dangerous_is_allowed_by_name_only() {
    let flow =
        "document: {dsl: 1.0.0, namespace: demo, name: x, version: 1.0.0}\ndo:\n- a: {run: {shell: {command: ls}}}\n";
    let place = place(&[("x.yaml", flow)]);
    let refused = place.run(&["check", "x.yaml"]);
    assert_eq!(refused.code, 78);
    assert!(
        refused.stderr.starts_with("x.yaml:3:13: `run: shell` runs commands on this machine"),
        "{}",
        refused.stderr
    );
    assert_eq!(place.run(&["check", "x.yaml", "--allow", "shell,http"]).code, 0);
    assert_eq!(place.run(&["check", "nowhere.yaml"]).code, 64);
}

#[test]
fn a_flow_is_drawn_to_stdout_or_a_file() {
    let place = place(&[("seed.yaml", GOOD), ("broken.yaml", "a: [")]);
    let mermaid = place.run(&["graph", "seed.yaml"]);
    assert_eq!(mermaid.code, 0);
    assert!(mermaid.stdout.contains("make<br/>call: ensureUser on prod"), "{}", mermaid.stdout);
    let svg = place.run(&["graph", "seed.yaml", "--format", "svg", "--output", "seed.svg"]);
    assert_eq!((svg.code, svg.stdout.as_str(), svg.stderr.as_str()), (0, "", ""));
    assert!(std::fs::read_to_string(place.path().join("seed.svg")).unwrap().starts_with("<svg "));
    let broken = place.run(&["graph", "broken.yaml"]);
    assert_eq!((broken.code, broken.stdout.as_str()), (78, ""));
    assert!(broken.stderr.starts_with("broken.yaml:"), "{}", broken.stderr);
}
