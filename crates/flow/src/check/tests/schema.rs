//! The schema for editors takes what the check takes, and refuses what is misspelt.

use super::good::GOOD;
use super::*;

fn value(text: &str) -> Value {
    Document::parse(text, Path::new("flow.yaml")).unwrap().value
}

#[test]
fn a_good_flow_fits_the_schema() {
    let schema = jsonschema::validator_for(&schema(&catalog())).unwrap();
    let errors: Vec<String> =
        schema.iter_errors(&value(GOOD)).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn what_is_wrong_by_its_form_alone_does_not_fit() {
    let schema = jsonschema::validator_for(&schema(&catalog())).unwrap();
    let rows = [
        "",
        "ues: {}\ndo: []",
        "use: {functons: {}}\ndo: []",
        "do: {a: {set: {}}}",
        "do:\n- a: {}",
        "do:\n- a: {sett: {}}",
        "do:\n- a: {set: {}}\n  b: {set: {}}",
        "do:\n- a: {set: {}, wait: {seconds: 1}}",
        "do:\n- a: {set: {}, thne: end}",
        "do:\n- a: {for: {each: x}, do: []}",
        "do:\n- a: {for: {in: .x}}",
        "do:\n- a: {for: {in: .x, evry: y}, do: []}",
        "do:\n- a: {switch: []}",
        "do:\n- a: {switch: [{b: {when: .x}}]}",
        "do:\n- a: {try: []}",
        "do:\n- a: {try: [], catch: {retry: {dely: PT1S}}}",
        "do:\n- a: {wait: soon}",
        "do:\n- a: {wait: {second: 1}}",
        "do:\n- a: {call: createUser, with: {paylod: {}}}",
        "do:\n- a: {call: patchUser, with: {id: x, operations: [{op: replce}]}}",
        "do:\n- a: {call: createUser, with: {payload: {}, all: true}}",
        "do:\n- a: {call: readCsv, with: {fiel: a.csv}}",
        "do:\n- a: {call: http, with: {method: get, endpont: 'http://x'}}",
        "do:\n- a: {listen: {to: {}}}",
        "do:\n- a: {run: {script: {language: js, code: x}}}",
        "use: {extensions: []}\ndo: []",
        "schedule: {every: PT1M, cron: '* * * * *'}\ndo: []",
    ];
    for text in rows {
        let text = format!("{HEAD}{text}");
        assert!(!schema.is_valid(&value(&text)), "{text}");
        assert_ne!(problems(&text, &around(&catalog())), [""; 0], "{text}");
    }
    // A name, or the whole, may be an expression, and a call may be of the flow's own.
    for text in [
        "do:\n- a: {call: createUser, with: '${ .x }'}",
        "do:\n- a: {call: patchUser, with: {id: x, operations: [{op: '${ .op }', path: active}]}}",
        "do:\n- a: {wait: '${ .pause }'}",
        "use: {functions: {make: {call: createUser, with: {connection: test}}}}\ndo:\n- a: {call: make, with: {payload: {}}}",
    ] {
        let text = format!("{HEAD}{text}");
        assert!(schema.is_valid(&value(&text)), "{text}");
        assert_eq!(problems(&text, &around(&catalog())), [""; 0], "{text}");
    }
}
