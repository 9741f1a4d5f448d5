//! Flows that are wrong, each with the exact words and place; flows that are good; and texts at random.

use super::*;
use serde_json::json;
use std::path::Path;

fn catalog() -> Catalog {
    let user = json!({"type": "object", "properties": {
        "userName": {"type": "string"}, "active": {"type": "boolean"},
        "password": {"type": "string", "writeOnly": true},
        "emails": {"type": "array", "items": {"type": "object", "properties": {"value": {"type": "string"}}}},
    }});
    let operation = |name: &str, paginated: bool, properties: Value, required: Value| {
        json!({"name": name, "available": true, "paginated": paginated, "input": {
            "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false,
            "properties": properties, "required": required,
        }})
    };
    let headers = json!({"type": "object", "additionalProperties": {"type": "string"}});
    let manifest = json!({"name": "scim", "version": "1", "operations": [
        operation("createUser", false, json!({"payload": user, "headers": headers}), json!(["payload"])),
        operation("ensureUser", false, json!({"payload": user}), json!(["payload"])),
        operation("getUser", false, json!({"id": {"type": "string", "minLength": 1}}), json!(["id"])),
        operation("patchUser", false, json!({"id": {"type": "string"}, "operations": {"type": "array", "minItems": 1, "items": {
            "type": "object", "properties": {"op": {"enum": ["add", "remove", "replace"]}, "path": {"type": "string"}}, "required": ["op"],
        }}}), json!(["id", "operations"])),
        operation("listUsers", true, json!({"filter": {"type": "string"}, "count": {"type": "integer", "minimum": 0}}), json!([])),
    ]});
    Catalog::parse(&manifest.to_string()).unwrap()
}

fn around(catalog: &Catalog) -> Surroundings<'_> {
    Surroundings {
        catalog,
        connections: vec!["prod".into(), "test".into()],
        default_connection: Some("prod".into()),
        secrets: vec!["initial".into()],
        flows: vec![("demo".into(), "other".into(), "1.0.0".into())],
        allow: Allow::default(),
    }
}

const HEAD: &str = "document: {dsl: 1.0.0, namespace: demo, name: seed, version: 1.0.0}\n";

fn problems(text: &str, around: &Surroundings<'_>) -> Vec<String> {
    let document =
        Document::parse(text, Path::new("flow.yaml")).unwrap_or_else(|problem| panic!("{problem:?} in\n{text}"));
    let problems = check(&document, around);
    problems
        .iter()
        .map(|problem| format!("{}:{}: {}", problem.place.line, problem.place.column, problem.message))
        .collect()
}

/// Each row is what stands after `HEAD`, and the problems.
fn assert_rows(rows: &[(&str, &[&str])]) {
    let catalog = catalog();
    let around = around(&catalog);
    let mut wrong = String::new();
    for (text, expected) in rows {
        let found = problems(&format!("{HEAD}{text}"), &around);
        if found != *expected {
            wrong.push_str(&format!("--- {text}\n{found:#?}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_structure() {
    assert_rows(&[
        ("", &["?"]),
        ("do: 3", &["?"]),
        ("do: []\ndoo: []", &["?"]),
        ("do:\n- a: {set: {x: 1}}\n- a: {set: {x: 1}}", &["?"]),
        ("do:\n- a: {set: {x: 1}}\n  b: {set: {x: 1}}", &["?"]),
        ("do:\n- {}", &["?"]),
        ("do:\n- a:", &["?"]),
        ("do:\n- a: {}", &["?"]),
        ("do:\n- a: {cal: createUser}", &["?"]),
        ("do:\n- a: {set: {x: 1}, wait: {seconds: 1}}", &["?"]),
        ("do:\n- a: {set: {x: 1}, thn: end}", &["?"]),
        ("do:\n- a: {set: 3}", &["?"]),
        ("do:\n- a: {set: {x: 1}, then: b}", &["?"]),
        ("do:\n- a: {do: [{b: {set: {x: 1}, then: c}}]}\n- c: {set: {x: 1}}", &["?"]),
        ("do:\n- exit: {set: {x: 1}}", &["?"]),
        ("do:\n- a: {fork: {branches: [{b: {set: {x: 1}, then: c}}, {c: {set: {x: 1}}}]}}", &["?"]),
        ("do:\n- a: {for: {each: x}, do: []}", &["?"]),
        ("do:\n- a: {for: {in: .x}}", &["?"]),
        ("do:\n- a: {for: {in: .x, each: 'a b'}, do: []}", &["?"]),
        ("do:\n- a: {for: {in: .x}, do: [], metadata: {concurrency: 65}}", &["?"]),
        ("do:\n- a: {set: {x: 1}, metadata: {concurrency: 2}}", &["?"]),
        ("do:\n- a: {switch: []}", &["?"]),
        ("do:\n- a: {switch: [{b: {when: .x}}]}", &["?"]),
        ("do:\n- a: {switch: [{b: {when: .x, then: nowhere}}]}", &["?"]),
        ("do:\n- a: {try: []}", &["?"]),
        ("do:\n- a: {try: [], catch: {errors: {with: {status: 4090}}}}", &["?"]),
        ("do:\n- a: {try: [], catch: {retry: none}}", &["?"]),
        ("do:\n- a: {try: [], catch: {retry: {backoff: {}}}}", &["?"]),
        ("do:\n- a: {raise: {error: {type: x}}}", &["?"]),
        ("use: {errors: {gone: {type: x, status: 404}}}\ndo:\n- a: {raise: {error: gon}}", &["?"]),
        ("do:\n- a: {wait: {second: 1}}", &["?"]),
        ("do:\n- a: {wait: soon}", &["?"]),
        ("do:\n- a: {wait: {}}", &["?"]),
        ("timeout: {after: PT1M}\ndo:\n- a: {set: {x: 1}, timeout: long}", &["?"]),
    ]);
}

#[test]
fn the_head() {
    let catalog = catalog();
    let found = problems(
        "document: {dsl: 2.0.0, namespace: -x, name: a b, version: 1.0, metadata: {mine: 1}}\ndo: []",
        &around(&catalog),
    );
    assert_eq!(found, ["?"]);
    assert_rows(&[
        ("schedule: {}\ndo: []", &["?"]),
        ("schedule: {every: PT1M, cron: '0 6 * * *'}\ndo: []", &["?"]),
        ("schedule: {cron: '0 6 * *'}\ndo: []", &["?"]),
        ("schedule: {cron: '0 26 * * *'}\ndo: []", &["?"]),
        ("schedule: {on: {one: {with: {type: x}}}}\ndo: []", &["?"]),
        ("use: {secrets: [intial], catalogs: {}, functons: {}}\ndo: []", &["?"]),
        ("input: {schema: {format: avro, document: {}}}\ndo: []", &["?"]),
        ("input: {schema: {resource: {endpoint: 'http://x'}}}\ndo: []", &["?"]),
        ("input: {schema: {document: {type: sting}}}\ndo: []", &["?"]),
        ("input: {schema: {document: {$ref: 'http://x/y'}}}\ndo: []", &["?"]),
    ]);
    let automation = |text: &str| {
        let text = format!(
            "document:\n  dsl: 1.0.0\n  namespace: demo\n  name: seed\n  version: 1.0.0\n  metadata:\n    automation: {text}\ninput: {{schema: {{document: {{type: object, required: [file]}}}}}}\ndo: []"
        );
        problems(&text, &around(&catalog))
    };
    assert_eq!(automation("{timezone: Europe/Berln}"), ["?"]);
    assert_eq!(automation("{missed: never, overlap: 1, jitter: 3, enable: true}"), ["?"]);
    assert_eq!(automation("{input: {}}"), ["?"]);
}

#[test]
fn what_is_not_run_here() {
    assert_rows(&[
        ("do:\n- a: {emit: {event: {}}}", &["?"]),
        ("do:\n- a: {listen: {to: {}}}", &["?"]),
        ("do:\n- a: {run: {container: {image: x}}}", &["?"]),
        ("do:\n- a: {run: {script: {language: js, code: x}}}", &["?"]),
        ("do:\n- a: {run: {shell: {command: ls}}}", &["?"]),
        ("do:\n- a: {run: {}}", &["?"]),
        ("do:\n- a: {run: {workflow: {namespace: demo, name: othr, version: 1.0.0}}}", &["?"]),
        ("do:\n- a: {run: {workflow: {namespace: demo, name: other, version: 2.0.0}}}", &["?"]),
        ("do:\n- a: {call: openapi, with: {}}", &["?"]),
        ("do:\n- a: {call: http, with: {method: get, endpoint: 'http://x'}}", &["?"]),
        ("use: {extensions: [], authentications: {}}\ndo: []", &["?"]),
    ]);
    let catalog = catalog();
    let around = Surroundings { allow: Allow { shell: true, http: true }, ..around(&catalog) };
    let text = format!(
        "{HEAD}do:\n- a: {{call: http, with: {{method: get, endpoint: 'http://x/${{ .id }}/${{ $idd }}'}}}}\n- b: {{run: {{shell: {{command: ls, arguments: ['-l']}}}}}}"
    );
    assert_eq!(problems(&text, &around), ["?"]);
}

#[test]
fn calls() {
    assert_rows(&[
        ("do:\n- a:\n    call: createUsr\n", &["?"]),
        ("do:\n- a: {call: createUser}", &["?"]),
        ("do:\n- a: {call: createUser, with: {connection: prd, payload: {}}}", &["?"]),
        ("do:\n- a: {call: createUser, with: {payload: {userName: 3}}}", &["?"]),
        ("do:\n- a: {call: createUser, with: {paylod: {}}}", &["?"]),
        ("do:\n- a: {call: createUser, with: {payload: {active: '${ .x }', userName: '${ .y }'}, all: true}}", &["?"]),
        ("do:\n- a: {call: createUser, with: '${ .x }'}\n- b: {call: createUser, with: {payload: '${ .x }'}}", &[]),
        ("do:\n- a: {call: listUsers, with: {all: yes, count: -1}}", &["?"]),
        ("do:\n- a: {call: listUsers, with: {all: true, connection: '${ .c }'}}", &[]),
        ("do:\n- a: {call: getUser, with: {id: ''}}", &["?"]),
        ("do:\n- a: {call: patchUser, with: {id: x, operations: [{op: change}]}}", &["?"]),
        (
            "do:\n- a: {call: patchUser, with: {id: x, operations: [{op: replace, path: password, value: geheim}]}}",
            &["?"],
        ),
        ("do:\n- a: {call: createUser, with: {payload: {password: geheim}}}", &["?"]),
        ("do:\n- a: {call: createUser, with: {payload: {}, headers: {X: Bearer abcdefgh}}}", &["?"]),
        ("do:\n- a: {call: createUser, with: {payload: {password: '${ $secret.initial }'}}}", &["?"]),
        (
            "use: {secrets: [initial]}\ndo:\n- a: {call: createUser, with: {payload: {password: '${ $secret.initial }'}}}",
            &[],
        ),
        ("do:\n- a: {call: readCsv, with: {file: no/such.csv}}", &["?"]),
        ("do:\n- a: {call: readCsv, with: {fil: x.csv}}", &["?"]),
        (
            "use: {functions: {make: {call: createUser, with: {connection: test}}}}\ndo:\n- a: {call: make, with: {payload: {}}}\n- b: {call: make}\n- c: {call: mak}",
            &["?"],
        ),
        (
            "use: {functions: {make: {call: createUser, with: {connection: tst, payload: {active: 3}}}}}\ndo:\n- a: {call: make}",
            &["?"],
        ),
        ("use: {functions: {a: {call: b}, b: {do: [{c: {call: a}}]}}}\ndo: []", &["?"]),
    ]);
    let catalog = catalog();
    let two = Surroundings { default_connection: None, ..around(&catalog) };
    assert_eq!(problems(&format!("{HEAD}do:\n- a: {{call: listUsers}}"), &two), ["?"]);
    let none = Surroundings { default_connection: None, connections: Vec::new(), ..around(&catalog) };
    assert_eq!(
        problems(
            &format!("{HEAD}do:\n- a: {{call: listUsers, with: {{connection: x}}}}\n- b: {{call: listUsers}}"),
            &none
        ),
        ["?"]
    );
}

#[test]
fn expressions() {
    assert_rows(&[
        ("do:\n- a: {if: .x ==, set: {x: 1}}", &["?"]),
        ("do:\n- a: {set: {x: '${ $itm }'}}", &["?"]),
        ("do:\n- a: {set: {x: '${ $item }'}}", &["?"]),
        ("do:\n- a: {for: {in: '$item'}, while: '$item', do: [{b: {set: {x: '${ $item.name + $index }'}}}]}", &["?"]),
        (
            "do:\n- a: {for: {in: .x, each: user, at: nr}, do: [{b: {set: {x: '${ $user + $nr }', y: '${ $item }'}}}]}",
            &["?"],
        ),
        (
            "do:\n- a: {try: [{b: {set: {x: '${ $error }'}}}], catch: {when: $error.status == 409, do: [{c: {set: {x: '${ $error.title }'}}}]}}",
            &["?"],
        ),
        ("do:\n- a: {try: [], catch: {as: e, do: [{c: {set: {x: '${ $e.title }', y: '${ $error }'}}}]}}", &["?"]),
        ("do:\n- a:\n    set:\n      x: >-\n        ${ .a\n           | uper }\n", &["?"]),
        ("do:\n- a: {set: {x: 'Dear ${ .name }'}}", &["?"]),
        ("do:\n- a:\n    set:\n      x: |\n        ${ .a }\n", &["?"]),
        ("output: {as: '{x: .y'}\ndo: []", &["?"]),
        ("do:\n- a: {set: {x: '${ $secret.other }'}}", &["?"]),
        ("do:\n- a: {switch: [{b: {when: .x = , then: exit}}]}", &["?"]),
    ]);
}
