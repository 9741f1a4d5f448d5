//! Flows that are wrong, each with the exact words and place.

mod good;
mod schema;
mod secrets;

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
        operation("getResource", false, json!({"resourceType": {"type": "string"}, "endpoint": {"type": "string"}, "id": {"type": "string"}}), json!(["id"])),
        operation("listUsers", true, json!({"filter": {"type": "string"}, "count": {"type": "integer", "minimum": 0}}), json!([])),
    ]});
    let mut manifest: Value = manifest;
    manifest["operations"][4]["input"]["oneOf"] = json!([{"required": ["resourceType"]}, {"required": ["endpoint"]}]);
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
        ("", &["1:1: the flow lacks `do`"]),
        ("do: 3", &["2:5: `do` must be a list, not the number 3"]),
        ("do: []\ndoo: []", &["3:1: `doo` is no member of the flow; did you mean `do`?"]),
        (
            "do:\n- a: {set: {x: 1}}\n- a: {set: {x: 1}}",
            &["4:3: `a` stands in this list already, in line 3; names are unique in a list"],
        ),
        (
            "do:\n- a: {set: {x: 1}}\n  b: {set: {x: 1}}",
            &["3:3: an entry of `do` is a map of one name: it has 2 names; is the indentation right?"],
        ),
        ("do:\n- {}", &["3:3: an entry of `do` is a map of one name: it has no name"]),
        ("do:\n- a:", &["3:3: `a` must be a map, not nothing"]),
        (
            "do:\n- a: {}",
            &["3:3: `a` does nothing: it lacks one of for, call, do, fork, raise, run, set, switch, try, wait, emit"],
        ),
        ("do:\n- a: {cal: createUser}", &["3:7: `cal` is no kind of task; did you mean `call`?"]),
        ("do:\n- a: {set: {x: 1}, wait: {seconds: 1}}", &["3:3: `a` is set and wait at once; a task is one of them"]),
        ("do:\n- a: {set: {x: 1}, thn: end}", &["3:20: `thn` is no member of `a`; did you mean `then`?"]),
        ("do:\n- a: {set: 3}", &["3:12: `set` must be a map, or an expression, not the number 3"]),
        ("do:\n- a: {set: {x: 1}, then: b}", &["3:26: there is no task `b` in this list; did you mean `a`?"]),
        (
            "do:\n- a: {do: [{b: {set: {x: 1}, then: c}}]}\n- c: {set: {x: 1}}",
            &["3:36: there is no task `c` in this list; did you mean `b`?"],
        ),
        ("do:\n- exit: {set: {x: 1}}", &["3:3: `exit` cannot be a name: it has a meaning of its own"]),
        (
            "do:\n- a: {fork: {branches: [{b: {set: {x: 1}, then: c}}, {c: {set: {x: 1}}}]}}",
            &["3:49: there is no task `c` in this list; known are continue, exit, end"],
        ),
        ("do:\n- a: {for: {each: x}, do: []}", &["3:7: `for` lacks `in`"]),
        ("do:\n- a: {for: {in: .x}}", &["3:3: `a` lacks `do`"]),
        (
            "do:\n- a: {for: {in: .x, each: 'a b'}, do: []}",
            &["3:27: `each` must be the name of a variable: letters, digits and _; it is `a b`"],
        ),
        (
            "do:\n- a: {for: {in: .x}, do: [], metadata: {concurrency: 65}}",
            &["3:54: `concurrency` must be a whole number from 1 to 64, not the number 65"],
        ),
        (
            "do:\n- a: {for: {in: .x}, while: .y, do: [], metadata: {concurrency: 2}}",
            &["3:52: `while` looks at each item before the next, so the items cannot run beside each other"],
        ),
        ("do:\n- a: {set: {x: 1}, metadata: {concurrency: 2}}", &["3:31: `concurrency` is for `for` and `fork` only"]),
        ("do:\n- a: {switch: []}", &["3:15: a switch has at least one case"]),
        ("do:\n- a: {switch: [{b: {when: .x}}]}", &["3:17: `b` lacks `then`"]),
        (
            "do:\n- a: {switch: [{b: {when: .x, then: nowhere}}]}",
            &["3:37: there is no task `nowhere` in this list; known are a, continue, exit, end"],
        ),
        ("do:\n- a: {try: []}", &["3:3: `a` lacks `catch`"]),
        (
            "do:\n- a: {try: [], catch: {errors: {with: {status: 4090}}}}",
            &["3:48: `status` must be a whole number from 100 to 599, not the number 4090"],
        ),
        ("do:\n- a: {try: [], catch: {retry: none}}", &["3:31: there is no `none` in `use.retries`"]),
        (
            "do:\n- a: {try: [], catch: {retry: {backoff: {}}}}",
            &["3:32: `backoff` has exactly one of constant, exponential, linear"],
        ),
        ("do:\n- a: {raise: {error: {type: x}}}", &["3:15: `error` lacks `status`"]),
        (
            "use: {errors: {gone: {type: x, status: 404}}}\ndo:\n- a: {raise: {error: gon}}",
            &["4:22: there is no `gon` in `use.errors`; did you mean `gone`?"],
        ),
        ("do:\n- a: {wait: {second: 1}}", &["3:13: `second: 1` is no part of a duration; write such as {seconds: 30}"]),
        ("do:\n- a: {wait: soon}", &["3:13: `soon` is no ISO 8601 duration such as PT30S or P1D"]),
        ("do:\n- a: {wait: {}}", &["3:13: a duration has at least one of days, hours, minutes, seconds, milliseconds"]),
        (
            "timeout: {after: PT1M}\ndo:\n- a: {set: {x: 1}, timeout: long}",
            &["4:29: there is no `long` in `use.timeouts`"],
        ),
    ]);
}

#[test]
fn the_head() {
    let catalog = catalog();
    let found = problems(
        "document: {dsl: 2.0.0, namespace: -x, name: a b, version: 1.0, metadata: {mine: 1}}\ndo: []",
        &around(&catalog),
    );
    assert_eq!(
        found,
        [
            "1:17: `dsl` must be 1.0.0 or a later 1.0.x; it is `2.0.0`",
            "1:35: `namespace` must be letters, digits and hyphens, 63 at most, such as seed-users; it is `-x`",
            "1:45: `name` must be letters, digits and hyphens, 63 at most, such as seed-users; it is `a b`",
            "1:59: `version` must be text, not the number 1.0: put it in quotes"
        ]
    );
    assert_rows(&[
        ("schedule: {}\ndo: []", &["2:1: `schedule` has exactly one of every, cron, after"]),
        ("do:\n- a: {wait: P367D}", &["3:13: `P367D` is too long: at most 366 days"]),
        (
            "do:\n- a: {try: [{b: {set: {x: 1}}}], catch: {retry: {delay: P2D, jitter: {from: PT0S, to: {hours: 25}}}}}",
            &["3:57: `P2D` is too long: at most 1 day", "3:87: `{\"hours\":25}` is too long: at most 1 day"],
        ),
        (
            "schedule: {every: PT1M, cron: '0 6 * * *'}\ndo: []",
            &["2:1: `schedule` has exactly one of every, cron, after"],
        ),
        (
            "schedule: {cron: '0 6 * *'}\ndo: []",
            &[
                "2:18: \"0 6 * *\" has 4 fields, but five are needed: minute, hour, day of the month, month, day of the week; the time zone stands in document.metadata.automation.timezone",
            ],
        ),
        (
            "schedule: {cron: '0 26 * * *'}\ndo: []",
            &["2:18: \"0 26 * * *\": in the hour: value must be in range 0..=23; found 26"],
        ),
        (
            "schedule: {on: {one: {with: {type: x}}}}\ndo: []",
            &[
                "2:12: `on` is not supported: this program gets and sends no events; start the flow by a schedule, `run` or `trigger`",
            ],
        ),
        (
            "use: {secrets: [intial], catalogs: {}, functons: {}}\ndo: []",
            &[
                "2:17: the configuration has no `intial` in its [secrets], such as intial = { env = \"NAME\" }; did you mean `initial`?",
                "2:26: `catalogs` is not supported: functions are the connector's operations and those of use.functions",
                "2:40: `functons` is no member of `use`; did you mean `functions`?",
            ],
        ),
        (
            "input: {schema: {format: avro, document: {}}}\ndo: []",
            &["2:26: `format` must be json, or json and a version such as json:2020-12; it is `avro`"],
        ),
        (
            "input: {schema: {resource: {endpoint: 'http://x'}}}\ndo: []",
            &[
                "2:9: `schema` lacks `document`",
                "2:18: `resource` is not supported: a flow loads nothing from elsewhere; write the schema into `document`",
            ],
        ),
        (
            "input: {schema: {document: {type: sting}}}\ndo: []",
            &["2:35: this is no JSON Schema: fits none of the forms it can have"],
        ),
        (
            "input: {schema: {document: {$ref: 'http://x/y'}}}\ndo: []",
            &["2:35: a schema refers to itself only, with `#/...`; nothing is loaded from elsewhere"],
        ),
    ]);
    let automation = |text: &str| {
        let text = format!(
            "document:\n  dsl: 1.0.0\n  namespace: demo\n  name: seed\n  version: 1.0.0\n  metadata:\n    automation: {text}\ninput: {{schema: {{document: {{type: object, required: [file]}}}}}}\ndo: []"
        );
        problems(&text, &around(&catalog))
    };
    assert_eq!(
        automation("{timezone: Europe/Berln}"),
        ["7:28: there is no time zone `Europe/Berln`; write one as in Europe/Berlin or UTC"]
    );
    assert!(automation("{input: {file: x, deep: [{password: geheim}]}}")[0].contains("a secret is written out here"));
    assert_eq!(
        automation("{missed: never, overlap: 1, jitter: 3, enable: true}"),
        [
            "7:26: `missed` is one of skip, once, all, not `never`",
            "7:42: `overlap` must be true or false, not the number 1",
            "7:53: 3 is no duration; write {seconds: 30} or PT30S",
            "7:56: `enable` is no member of `automation`; did you mean `enabled`?"
        ]
    );
    assert_eq!(
        automation("{input: {}}"),
        ["7:18: the flow's `input.schema` does not take this: the input lacks `file`"]
    );
}

#[test]
fn what_is_not_run_here() {
    assert_rows(&[
        ("do:\n- a: {emit: {event: {}}}", &["3:14: `event` lacks `with`"]),
        (
            "do:\n- a: {listen: {to: {}}}",
            &[
                "3:7: `listen` is not supported: this program gets and sends no events; start the flow by a schedule, `run` or `trigger`",
            ],
        ),
        (
            "do:\n- a: {run: {container: {image: x}}}",
            &[
                "3:13: `container` is not supported: this program runs neither containers nor scripts; use expressions, or `run: shell` with --allow shell",
            ],
        ),
        (
            "do:\n- a: {run: {script: {language: js, code: x}}}",
            &[
                "3:13: `script` is not supported: this program runs neither containers nor scripts; use expressions, or `run: shell` with --allow shell",
            ],
        ),
        (
            "do:\n- a: {run: {shell: {command: ls}}}",
            &["3:13: `run: shell` runs commands on this machine; allow it with --allow shell if you trust this flow"],
        ),
        ("do:\n- a: {run: {}}", &["3:7: `run` has exactly one of workflow, shell"]),
        (
            "do:\n- a: {run: {workflow: {namespace: demo, name: othr, version: 1.0.0}}}",
            &["3:47: there is no flow `demo/othr` in this folder; did you mean `other`?"],
        ),
        (
            "do:\n- a: {run: {workflow: {namespace: demo, name: other, version: 2.0.0}}}",
            &["3:63: `demo/other` has no version `2.0.0`; there is 1.0.0"],
        ),
        (
            "do:\n- a: {call: openapi, with: {}}",
            &[
                "3:13: `call: openapi` reaches beyond the connections; allow it with --allow http if you trust this flow",
                "3:22: `with` lacks `document`",
                "3:22: `with` lacks `operationId`",
            ],
        ),
        (
            "do:\n- a: {call: http, with: {method: get, endpoint: 'http://x'}}",
            &["3:13: `call: http` reaches beyond the connections; allow it with --allow http if you trust this flow"],
        ),
        (
            "use: {extensions: [], authentications: {}}\ndo: []",
            &[
                "2:7: `extensions` is not supported: this program runs no extensions; write the tasks where they are to run",
                "2:23: `authentications` is not supported: credentials stand in the connections of the configuration, never in a flow",
            ],
        ),
    ]);
    let catalog = catalog();
    let around = Surroundings { allow: Allow { shell: true, http: true, ..Allow::default() }, ..around(&catalog) };
    let text = format!(
        "{HEAD}do:\n- a: {{call: http, with: {{method: get, endpoint: 'http://x/${{ .id }}/${{ $idd }}'}}}}\n- b: {{run: {{shell: {{command: ls, arguments: ['-l']}}}}}}"
    );
    assert_eq!(
        problems(&text, &around),
        [
            "3:71: there is no variable `$idd` here; there are $context, $input, $output, $task, $workflow, $runtime, $secret"
        ]
    );
}

#[test]
fn calls() {
    assert_rows(&[
        (
            "do:\n- a:\n    call: createUsr\n",
            &["4:11: `createUsr` is no operation of the connector; did you mean `createUser`?"],
        ),
        ("do:\n- a: {call: createUser}", &["3:3: the input lacks `payload`"]),
        ("do:\n- a: {call: getResource, with: {id: x}}", &["3:3: the input has exactly one of resourceType, endpoint"]),
        (
            "do:\n- a: {call: getResource, with: {id: '${ .x }', resourceType: Device, endpoint: '${ .y }'}}",
            &["3:3: the input has exactly one of resourceType, endpoint"],
        ),
        (
            "use: {functions: {read: {call: getResource, with: {id: x}}}}\ndo:\n- a: {call: read, with: {resourceType: Device}}\n- b: {call: read}",
            &["5:3: the input has exactly one of resourceType, endpoint"],
        ),
        (
            "do:\n- a: {call: createUser, with: {connection: prd, payload: {}}}",
            &["3:44: there is no connection `prd` in the configuration; did you mean `prod`?"],
        ),
        (
            "do:\n- a: {call: createUser, with: {payload: {userName: 3}}}",
            &["3:52: `userName` must be text, not the number 3"],
        ),
        (
            "do:\n- a: {call: createUser, with: {paylod: {}}}",
            &["3:3: the input lacks `payload`", "3:32: `paylod` is no member of the input; did you mean `payload`?"],
        ),
        (
            "do:\n- a: {call: createUser, with: {payload: {active: '${ .x }', userName: '${ .y }'}, all: true}}",
            &["3:83: `all` is for operations that list; createUser gives no pages"],
        ),
        ("do:\n- a: {call: createUser, with: '${ .x }'}\n- b: {call: createUser, with: {payload: '${ .x }'}}", &[]),
        (
            "do:\n- a: {call: listUsers, with: {all: yes, count: -1}}",
            &["3:36: `all` must be true or false, not text", "3:48: `count` must be at least 0"],
        ),
        ("do:\n- a: {call: listUsers, with: {all: true, connection: '${ .c }'}}", &[]),
        ("do:\n- a: {call: getUser, with: {id: ''}}", &["3:33: `id` must have at least 1 characters"]),
        (
            "do:\n- a: {call: patchUser, with: {id: x, operations: [{op: change}]}}",
            &["3:56: `op` must be one of add, remove, replace"],
        ),
        (
            "do:\n- a: {call: patchUser, with: {id: x, operations: [{op: replace, path: password, value: geheim}]}}",
            &[
                "3:88: a secret is written out here; name one in `use.secrets` and in the configuration's [secrets], and write ${ $secret.NAME } as `password`",
            ],
        ),
        (
            "do:\n- a: {call: createUser, with: {payload: {password: geheim}}}",
            &[
                "3:52: a secret is written out here; name one in `use.secrets` and in the configuration's [secrets], and write ${ $secret.NAME } as `password`",
            ],
        ),
        (
            "do:\n- a: {call: createUser, with: {payload: {}, headers: {X: Bearer abcdefgh}}}",
            &[
                "3:58: a secret is written out here; name one in `use.secrets` and in the configuration's [secrets], and write ${ $secret.NAME } as `X`",
            ],
        ),
        (
            "do:\n- a: {call: createUser, with: {payload: {password: '${ \"geheim\" }'}}}",
            &[
                "3:52: a secret is written out here; name one in `use.secrets` and in the configuration's [secrets], and write ${ $secret.NAME } as `password`",
            ],
        ),
        (
            "do:\n- a: {call: createUser, with: {payload: '${ {userName: .n, password: \"geheim\"} }'}}",
            &[
                "3:41: a secret is written out here; name one in `use.secrets` and in the configuration's [secrets], and write ${ $secret.NAME } as `password`",
            ],
        ),
        (
            "do:\n- a: {set: {api_key_pwd: geheim}}",
            &[
                "3:26: a secret is written out here; name one in `use.secrets` and in the configuration's [secrets], and write ${ $secret.NAME } as `api_key_pwd`",
            ],
        ),
        (
            "do:\n- a: {set: {key: \"-----BEGIN PRIVATE KEY-----\\nMIIE\"}}",
            &[
                "3:18: a secret is written out here; name one in `use.secrets` and in the configuration's [secrets], and write ${ $secret.NAME } as `key`",
            ],
        ),
        (
            "do:\n- a: {set: {place: 'https://u:geheim@host/x'}}",
            &[
                "3:20: a secret is written out here; name one in `use.secrets` and in the configuration's [secrets], and write ${ $secret.NAME } as `place`",
            ],
        ),
        (
            "input: {schema: {document: {properties: {password: {type: string, default: geheim}}}}}\ndo: []",
            &[
                "2:76: a secret is written out here; name one in `use.secrets` and in the configuration's [secrets], and write ${ $secret.NAME } as `password`",
            ],
        ),
        (
            "do:\n- a: {call: createUser, with: {payload: {password: '${ $secret.initial }'}}}",
            &["3:56: the secret `initial` is not listed in `use.secrets`; add it there"],
        ),
        (
            "use: {secrets: [initial]}\ndo:\n- a: {call: createUser, with: {payload: {password: '${ $secret.initial }'}}}",
            &[],
        ),
        (
            "do:\n- a: {call: readCsv, with: {file: no/such.csv}}",
            &[
                "3:35: `no/such.csv` cannot be read: No such file or directory (os error 2); files stand relative to the flow's folder",
            ],
        ),
        (
            "do:\n- a: {call: readCsv, with: {file: ../x.csv}}\n- b: {call: readLdif, with: {references: /photos, file: /etc/hosts}}",
            &[
                "3:35: `../x.csv` is outside the flow's folder and is not read; name the folder it is in in `files` of the configuration's [flows], or allow it with --allow read",
                "4:42: `/photos` is outside the flow's folder and is not read; name the folder it is in in `files` of the configuration's [flows], or allow it with --allow read",
                "4:57: `/etc/hosts` is outside the flow's folder and is not read; name the folder it is in in `files` of the configuration's [flows], or allow it with --allow read",
            ],
        ),
        (
            "do:\n- a: {call: readCsv, with: {fil: x.csv}}",
            &["3:3: readCsv lacks `file` in its `with`", "3:29: readCsv takes no `fil`; did you mean `file`?"],
        ),
        (
            "use: {functions: {make: {call: createUser, with: {connection: test}}}}\ndo:\n- a: {call: make, with: {payload: {}}}\n- b: {call: make}\n- c: {call: mak}",
            &["5:3: the input lacks `payload`", "6:13: `mak` is no operation of the connector; did you mean `make`?"],
        ),
        (
            "use: {functions: {make: {call: createUser, with: {connection: tst, payload: {active: 3}}}}}\ndo:\n- a: {call: make}",
            &[
                "2:63: there is no connection `tst` in the configuration; did you mean `test`?",
                "2:86: `active` must be true or false, not the number 3",
            ],
        ),
        (
            "use: {functions: {a: {call: b}, b: {do: [{c: {call: a}}]}}}\ndo: []",
            &[
                "2:19: the function `a` calls itself and would never end",
                "2:33: the function `b` calls itself and would never end",
            ],
        ),
    ]);
    let catalog = catalog();
    let two = Surroundings { default_connection: None, ..around(&catalog) };
    assert_eq!(
        problems(&format!("{HEAD}do:\n- a: {{call: listUsers}}"), &two),
        ["3:3: the call names no `connection`, and the configuration has prod, test and no default"]
    );
    let none = Surroundings { default_connection: None, connections: Vec::new(), ..around(&catalog) };
    assert_eq!(
        problems(
            &format!("{HEAD}do:\n- a: {{call: listUsers, with: {{connection: x}}}}\n- b: {{call: listUsers}}"),
            &none
        ),
        [
            "3:43: there is no connection `x` in the configuration; it has none",
            "4:3: the call names no `connection`, and there is none in the configuration"
        ]
    );
}

#[test]
fn expressions() {
    assert_rows(&[
        ("do:\n- a: {if: .x ==, set: {x: 1}}", &["3:16: a value is missing: the expression ends"]),
        (
            "do:\n- a: {set: {x: '${ $itm }'}}",
            &[
                "3:20: there is no variable `$itm` here; there are $context, $input, $output, $task, $workflow, $runtime, $secret",
            ],
        ),
        (
            "do:\n- a: {set: {x: '${ $item }'}}",
            &[
                "3:20: there is no variable `$item` here; there are $context, $input, $output, $task, $workflow, $runtime, $secret",
            ],
        ),
        (
            "do:\n- a: {for: {in: '$item'}, while: '$item', do: [{b: {set: {x: '${ $item.name + $index }'}}}]}",
            &[
                "3:18: there is no variable `$item` here; there are $context, $input, $output, $task, $workflow, $runtime, $secret",
            ],
        ),
        (
            "do:\n- a: {for: {in: .x, each: user, at: nr}, do: [{b: {set: {x: '${ $user + $nr }', y: '${ $item }'}}}]}",
            &[
                "3:88: there is no variable `$item` here; there are $context, $input, $output, $task, $workflow, $runtime, $secret, $user, $nr",
            ],
        ),
        (
            "do:\n- a: {try: [{b: {set: {x: '${ $error }'}}}], catch: {when: $error.status == 409, do: [{c: {set: {x: '${ $error.title }'}}}]}}",
            &[
                "3:31: there is no variable `$error` here; there are $context, $input, $output, $task, $workflow, $runtime, $secret",
            ],
        ),
        (
            "do:\n- a: {try: [], catch: {as: e, do: [{c: {set: {x: '${ $e.title }', y: '${ $error }'}}}]}}",
            &[
                "3:74: there is no variable `$error` here; there are $context, $input, $output, $task, $workflow, $runtime, $secret, $e",
            ],
        ),
        (
            "do:\n- a:\n    set:\n      x: >-\n        ${ .a\n           | uper }\n",
            &["7:14: jq has no function `uper`; text stands in quotes"],
        ),
        (
            "do:\n- a: {set: {x: 'Dear ${ .name }'}}",
            &[
                "3:22: `${` inside of text is not replaced: an expression is the whole value, such as ${ .a + \"@example.com\" }",
            ],
        ),
        (
            "do:\n- a:\n    set:\n      x: |\n        ${ .a }\n",
            &["6:9: blanks or line breaks around `${ }` would make this plain text; in a block write `|-` or `>-`"],
        ),
        ("output: {as: '{x: .y'}\ndo: []", &["2:15: the brace `{` is never closed"]),
        (
            "do:\n- a: {set: {x: '${ $secret.other }'}}",
            &["3:20: the secret `other` is not listed in `use.secrets`; add it there"],
        ),
        ("do:\n- a: {switch: [{b: {when: .x = , then: exit}}]}", &["3:32: a value is missing: the expression ends"]),
    ]);
}
