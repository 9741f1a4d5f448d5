//! What the engine promises beyond the conformance kit, without a provider.

use crate::player::tasks;
use scim_connector_flow::event::Event;
use serde_json::json;

#[test]
fn lists_set_variables_loops_and_context_work_together() {
    let played = tasks(
        r#"
  - start:
      set: {people: [ada, bob], seen: []}
      export: {as: '${ {total: (.people | length)} }'}
  - each:
      for: {each: person, in: .people, at: place}
      do:
        - note:
            set:
              people: ${ .people }
              seen: >-
                ${ .seen + ["\($place): \($person) of \($context.total), \(.people[0])'s"] }
            export: {as: '${ {total: $context.total, last: $person} }'}
  - end:
      set: {seen: '${ .seen }', last: '${ $context.last }'}
"#,
        json!({}),
    );
    assert_eq!(played.output(), &json!({"seen": ["0: ada of 2, ada's", "1: bob of 2, ada's"], "last": "bob"}));
}

#[test]
fn errors_are_caught_by_what_they_are_and_told_with_their_place() {
    let flow = |filter: &str| {
        format!(
            r#"
  - outer:
      do:
        - attempt:
            try:
              - inner:
                  for: {{each: n, in: '[1, 2]'}}
                  do:
                    - fail:
                        if: $n == 2
                        raise: {{error: {{type: https://example.com/errors/broken, status: 422, title: Broken, detail: '${{ "number \($n)" }}'}}}}
            catch:
              errors: {{with: {filter}}}
              as: problem
              do:
                - caught:
                    set: {{status: '${{ $problem.status }}', detail: '${{ $problem.detail }}', at: '${{ $problem.instance }}'}}
"#
        )
    };
    let place = "/do/0/outer/do/0/attempt/try/0/inner/do/0/fail";
    for filter in ["{status: 422}", "{type: broken}", "{type: https://example.com/errors/broken, status: 422}"] {
        let played = tasks(&flow(filter), json!({}));
        assert_eq!(played.output(), &json!({"status": 422, "detail": "number 2", "at": place}), "{filter}");
    }
    let fault = tasks(&flow("{status: 409}"), json!({})).fault();
    assert_eq!(fault["type"], "https://example.com/errors/broken");
    assert_eq!((&fault["status"], &fault["instance"]), (&json!(422), &json!(place)));
}

#[test]
fn a_nested_end_ends_the_flow_and_exit_the_list() {
    let list = |then: &str| {
        format!(
            "  - outer:\n      do:\n        - one: {{set: {{a: 1}}, then: {then}}}\n        - two: {{set: {{a: 2}}}}\n  - three: {{set: {{b: '${{ .a }}'}}}}\n"
        )
    };
    assert_eq!(tasks(&list("end"), json!({})).output(), &json!({"a": 1}));
    assert_eq!(tasks(&list("exit"), json!({})).output(), &json!({"b": 1}));
    assert_eq!(tasks(&list("continue"), json!({})).output(), &json!({"b": 2}));
}

#[test]
fn a_fork_gives_all_outputs_in_order_or_the_first() {
    let fork = |compete: bool| {
        format!(
            "  - both:\n      fork:\n        compete: {compete}\n        branches:\n          - slow: {{do: [{{wait: {{wait: {{milliseconds: 200}}}}}}, {{a: {{set: {{n: 1}}}}}}]}}\n          - quick: {{set: {{n: 2}}}}\n"
        )
    };
    assert_eq!(tasks(&fork(false), json!({})).output(), &json!([{"n": 1}, {"n": 2}]));
    assert_eq!(tasks(&fork(true), json!({})).output(), &json!({"n": 2}));
}

#[test]
fn a_try_is_repeated_after_a_pause_and_then_handled() {
    let played = tasks(
        r#"
  - attempt:
      try:
        - fail: {raise: {error: {type: x, status: 503}}}
      catch:
        retry: {delay: {milliseconds: 20}, backoff: {exponential: {}}, limit: {attempt: {count: 2}}}
        do:
          - handled: {set: {status: '${ $error.status }'}}
"#,
        json!({}),
    );
    assert_eq!(played.output(), &json!({"status": 503}));
    assert_eq!(played.began().iter().filter(|name| *name == "fail").count(), 3);
}

#[test]
fn a_timeout_ends_a_step_and_can_be_caught() {
    let played = tasks(
        r#"
  - attempt:
      try:
        - long: {timeout: {after: {milliseconds: 50}}, do: [{pause: {wait: {seconds: 30}}}]}
      catch:
        errors: {with: {type: https://serverlessworkflow.io/spec/1.0.0/errors/timeout}}
        do:
          - late: {set: {status: '${ $error.status }'}}
"#,
        json!({}),
    );
    assert_eq!(played.output(), &json!({"status": 408}));
}

#[test]
fn functions_switches_and_schemas_do_what_they_say() {
    let text = r#"
document: {dsl: '1.0.3', namespace: test, name: test, version: '1.0.0'}
input: {schema: {document: {type: object, required: [n]}}, from: '${ {n: .n} }'}
use:
  functions:
    greet: {set: {greeting: '${ "Hello \(.name)" }'}}
do:
  - choose:
      switch:
        - big: {when: .n > 10, then: large}
        - other: {then: small}
  - large: {set: {name: large}, then: greet}
  - small: {set: {name: small}}
  - greet: {call: greet, with: {name: '${ .name }'}}
output: {as: '${ .greeting }'}
"#;
    let play = |input| {
        let connection = json!({"serviceUrl": "http://127.0.0.1:9/scim", "auth": {"type": "none"}});
        let runner = crate::player::runner(crate::player::config(&[("none", connection)]));
        crate::player::play(&runner, &crate::player::flow(text, std::path::Path::new(".")), input)
    };
    assert_eq!(play(json!({"n": 11})).output(), "Hello large");
    assert_eq!(play(json!({"n": 1})).output(), "Hello small");
    assert_eq!(play(json!({})).fault()["type"], "https://serverlessworkflow.io/spec/1.0.0/errors/validation");
}

#[test]
fn input_is_the_tasks_own() {
    let played = tasks(
        r#"
  - one: {set: {n: 1}}
  - two: {set: {n: '${ $input.n + 1 }', before: '${ [$input] | .[0].n }'}, output: {as: '${ {n: .n, before: .before, got: $input.n} }'}}
  - three:
      input: {from: '${ {m: .n} }'}
      set: {m: '${ $input.m * 10 }'}
      output: {as: '${ {m: .m, got: $input.m} }'}
  - four:
      if: $input.m == 20
      for: {each: x, in: '[$input.m]'}
      do:
        - five: {set: {x: '${ $x }', m: '${ $input.m }'}}
      output: {as: '${ {x: .x, m: .m, got: $input.got} }'}
"#,
        json!({}),
    );
    assert_eq!(played.output(), &json!({"x": 20, "m": 20, "got": 2}));
}

/// A flow's text with these members beside `document`, and its list.
fn document(members: &str) -> String {
    format!("document: {{dsl: '1.0.3', namespace: test, name: test, version: '1.0.0'}}\n{members}\n")
}

fn played(text: &str, library: &[&str]) -> crate::player::Played {
    let connection = json!({"serviceUrl": "http://127.0.0.1:9/scim", "auth": {"type": "none"}});
    let folder = std::path::Path::new(".");
    let library = library.iter().map(|text| crate::player::flow(text, folder)).collect();
    let runner = crate::player::runner(crate::player::config(&[("none", connection)])).with_library(library);
    crate::player::play(&runner, &crate::player::flow(text, folder), json!({}))
}

#[test]
fn a_nested_end_gives_the_flows_output_wherever_it_stands() {
    let ends = [
        "{a: {do: [{b: {set: {n: 1}, export: {as: '${ {seen: .n} }'}}}, {c: {set: {n: '${ .n + 1 }'}, then: end}}]}}",
        "{a: {do: [{b: {set: {n: 2}, export: {as: '${ {seen: 1} }'}}}, {c: {switch: [{d: {when: '.n == 2', then: end}}, {e: {then: continue}}]}}, {f: {set: {n: 9}}}]}}",
        "{a: {for: {in: '[1, 2, 3]'}, do: [{b: {set: {n: '${ $item }'}, export: {as: '${ {seen: 1} }'}}}, {c: {if: $item == 2, set: {n: '${ .n }'}, then: end}}]}}",
        "{a: {do: [{b: {set: {n: 2}, export: {as: '${ {seen: 1} }'}}}, {c: {try: [{d: {raise: {error: {type: x, status: 400}}}}], catch: {do: [{e: {set: {n: 2}, then: end}}]}}}]}}",
        "{a: {do: [{b: {set: {n: 2}, export: {as: '${ {seen: 1} }'}}}, {c: {fork: {branches: [{d: {set: {n: 2}, then: end}}, {e: {wait: PT0.2S}}]}}}]}}",
    ];
    for end in ends {
        let text = document(&format!(
            "output: {{as: '${{ {{total: .n, seen: $context.seen}} }}'}}\ndo: [{end}, {{z: {{set: {{n: 100}}}}}}]"
        ));
        let played = played(&text, &[]);
        assert_eq!(played.output(), &json!({"total": 2, "seen": 1}), "{end}");
        assert!(!played.began().contains(&"z".to_owned()), "{end}");
    }
}

#[test]
fn a_flow_that_another_runs_ends_alone_and_has_a_context_of_its_own() {
    let other = "document: {dsl: '1.0.3', namespace: test, name: other, version: '1.0.0'}
output: {as: '${ {inner: .n} }'}
do:
  - one: {set: {n: 1}, export: {as: '${ {mine: .n} }'}}
  - two: {do: [{three: {set: {n: '${ $context.mine + 1 }'}, then: end}}]}
  - four: {set: {n: 9}}
";
    let text = document(
        "do:
  - before: {set: {x: 1}, export: {as: '${ {outer: 7} }'}}
  - run: {run: {workflow: {namespace: test, name: other, version: '1.0.0'}}}
  - after: {set: {got: '${ .inner }', context: '${ $context }'}}",
    );
    assert_eq!(played(&text, &[other]).output(), &json!({"got": 2, "context": {"outer": 7}}));
}

#[test]
fn the_latest_version_is_the_highest_and_not_the_first() {
    let other = |version: &str| {
        format!(
            "document: {{dsl: '1.0.3', namespace: test, name: other, version: '{version}'}}\ndo: [{{one: {{set: {{v: '{version}'}}}}}}]\n"
        )
    };
    let library = ["1.9.0", "1.10.0", "1.10.0-rc.1", "0.20.0"].map(other);
    let library = library.each_ref().map(String::as_str);
    let run = |version: &str| {
        let text = document(&format!(
            "do: [{{run: {{run: {{workflow: {{namespace: test, name: other, version: {version}}}}}}}}}]"
        ));
        played(&text, &library).output()["v"].clone()
    };
    assert_eq!(run("latest"), "1.10.0");
    assert_eq!(run("1.10.0-rc.1"), "1.10.0-rc.1");
}

#[test]
fn a_flow_that_runs_itself_ends_with_an_error() {
    let text = document("do: [{again: {run: {workflow: {namespace: test, name: test, version: '1.0.0'}}}}]");
    let fault = played(&text, &[&text]).fault();
    assert_eq!(fault["detail"], "more than 100 lists run inside each other");
}

#[test]
fn lists_stand_as_deep_in_lists_as_files_allow() {
    let deep =
        (0..30).fold("{last: {set: {n: 1}}}".to_owned(), |inner, level| format!("{{d{level}: {{do: [{inner}]}}}}"));
    assert_eq!(played(&document(&format!("do: [{deep}]")), &[]).output(), &json!({"n": 1}));
}

#[test]
fn functions_see_and_change_what_the_tasks_in_their_place_would() {
    let text = document(
        "use:
  functions:
    count: {set: {n: '${ $context.n + $item }'}, export: {as: '${ {n: .n} }'}}
    twice: {call: count, output: {as: '${ {twice: (.n * 2)} }'}}
    greet: {set: {text: '${ \"Hello \\(.name)\" }'}, output: {as: .text}}
do:
  - begin: {set: {}, export: {as: '${ {n: 1} }'}}
  - inner:
      do:
        - each: {for: {in: '[1, 2]'}, do: [{add: {call: count}}]}
        - last: {for: {in: '[3]'}, do: [{add: {call: twice, output: {as: '${ {result: .twice} }'}}}]}
  - greet:
      call: greet
      with: {name: '${ .result }'}
      input: {from: '${ {result: (.result + 1)} }'}
      output: {as: '${ {greeting: ., context: $context} }'}",
    );
    assert_eq!(played(&text, &[]).output(), &json!({"greeting": "Hello 15", "context": {"n": 7}}));
}

#[test]
fn errors_by_reference_have_expressions_of_the_task() {
    let text = document(
        "use:
  errors:
    gone: {type: 'https://example.com/gone', status: 410, title: \"${ \\\"it's \\\\($input.name)\\\" }\", detail: '${ .a.b.c // \"nothing\" }'}
do:
  - set: {set: {name: Ada}}
  - fail: {raise: {error: gone}}",
    );
    let fault = played(&text, &[]).fault();
    assert_eq!(
        (&fault["status"], &fault["title"], &fault["detail"]),
        (&json!(410), &json!("it's Ada"), &json!("nothing"))
    );
}

#[test]
fn expressions_know_the_task_the_flow_and_the_runtime() {
    let played = tasks(
        r#"
  - first: {set: {a: 1}, output: {as: '${ {name: $task.name, made: $output.a, given: $task.input} }'}}
  - second:
      for: {in: '[1, 2, 3]'}
      while: $context == null and $workflow.input.n == 7
      do:
        - inner: {set: {all: '${ [$task.reference, $workflow.definition.document.name, $runtime.name, $input.name] }'}}
"#,
        json!({"n": 7}),
    );
    let place = "/do/1/second/do/0/inner";
    assert_eq!(played.output(), &json!({"all": [place, "test", "scim-connector", null]}));
    let before = tasks("  - first: {set: {a: 1}, output: {as: '${ {name: $task.name, made: $output.a} }'}}", json!({}));
    assert_eq!(before.output(), &json!({"name": "first", "made": 1}));
}

#[test]
fn several_results_are_an_error_that_says_what_to_write() {
    for list in ["  - a: {set: {x: '${ 1, 2 }'}}", "  - a: {if: 'true, false', set: {x: 1}}"] {
        let fault = tasks(list, json!({})).fault();
        let detail = fault["detail"].as_str().unwrap();
        assert!(detail.contains("first(…)") && detail.contains("[…]"), "{detail}");
        assert_eq!((&fault["status"], &fault["instance"]), (&json!(400), &json!("/do/0/a")), "{list}");
    }
}

#[test]
fn a_loop_goes_over_nothing_one_thing_and_until_it_has_enough() {
    let sum = |list: &str, condition: &str| {
        let text = format!(
            "  - begin: {{set: {{sum: 0}}}}\n  - each: {{for: {{in: '{list}'}}, {condition} do: [{{add: {{set: {{sum: '${{ .sum + $item.n }}'}}}}}}]}}"
        );
        tasks(&text, json!({})).output()["sum"].clone()
    };
    assert_eq!(sum("null", ""), 0);
    assert_eq!(sum("[]", ""), 0);
    assert_eq!(sum("${ {n: 4} }", ""), 4);
    assert_eq!(sum("[{n: 1}, {n: 2}, {n: 4}]", "while: .sum < 3,"), 3);
    // The condition is seen before the turn (DSL reference, For).
    assert_eq!(sum("[{n: 1}, {n: 2}, {n: 4}]", "while: $item.n < 2,"), 1);
    assert_eq!(sum("[{n: 1}]", "while: 'false',"), 0);
    let wait = "  - each: {for: {in: '[1, 2]'}, metadata: {concurrency: 2}, timeout: {after: PT0.1S}, do: [{long: {wait: PT30S}}]}";
    let played = tasks(wait, json!({}));
    assert_eq!(played.fault()["status"], 408);
    // What was cut off has an end.
    let count = |wanted: fn(&Event) -> bool| played.events.iter().filter(|event| wanted(event)).count();
    let (begun, ended) = (
        count(|event| matches!(event, Event::StepStarted { .. })),
        count(|event| matches!(event, Event::StepEnded { .. })),
    );
    assert_eq!((begun, ended), (3, 3), "{:#?}", played.events);
}

#[test]
fn a_secret_is_told_to_nobody_however_short() {
    const PIN: &str = "831264";
    let connection = json!({"serviceUrl": "http://127.0.0.1:9/scim", "auth": {"type": "none"}});
    let secrets = format!("[secrets]\npin = \"{PIN}\"\n");
    let runner = crate::player::runner(crate::player::config_with(&[("none", connection)], &secrets));
    let text = document(
        "use: {secrets: [pin]}
do:
  - keep: {set: {all: '${ {($secret.pin): [$secret.pin]} }'}}
  - fail: {raise: {error: {type: x, status: 400, detail: '${ \"the PIN is \\($secret.pin)\" }'}}}",
    );
    let run = crate::player::play(&runner, &crate::player::flow(&text, std::path::Path::new(".")), json!({}));
    assert_eq!(run.fault()["detail"], "the PIN is [redacted]");
    let told = format!("{:?}", run.events);
    assert!(told.contains("[redacted]") && !told.contains(PIN), "{told}");
}

#[test]
fn what_is_exported_is_made_of_what_output_made_and_the_raw_output_is_there() {
    // DSL, Runtime expression arguments: `$task.output` is the raw output, `$output` and `.` the transformed one.
    let played = tasks(
        "  - one: {set: {a: 1}, output: {as: '${ {b: .a} }'}, export: {as: '${ {raw: $task.output, made: $output, here: .} }'}}
  - two: {set: {seen: '${ $context }'}}",
        json!({}),
    );
    assert_eq!(played.output(), &json!({"seen": {"raw": {"a": 1}, "made": {"b": 1}, "here": {"b": 1}}}));
}

#[test]
fn a_list_that_goes_in_a_circle_ends_with_an_error_that_names_the_step() {
    let began = std::time::Instant::now();
    let played = tasks("  - one: {set: {n: 1}}\n  - two: {set: {n: 2}, then: one}", json!({}));
    let fault = played.fault();
    let detail = "`then` of the step `two` (line 4) has gone back 10000 times; a list that waits for something pauses with `wait`, and gives up in the end";
    assert_eq!((&fault["detail"], &fault["instance"]), (&json!(detail), &json!("/do/1/two")));
    assert!(began.elapsed() < std::time::Duration::from_secs(60));
    // One that ends, ends.
    let count = "  - begin: {set: {n: 0}}\n  - more: {set: {n: '${ .n + 1 }'}}\n  - look: {switch: [{again: {when: .n < 100, then: more}}, {enough: {then: exit}}]}";
    assert_eq!(tasks(count, json!({})).output(), &json!({"n": 100}));
}

#[test]
fn an_expression_that_fails_names_its_step_and_line() {
    let rows = [
        "{set: {x: '${ .a.b }'}}",
        "{if: .a.b, set: {x: 1}}",
        "{input: {from: '${ {c: .a.b} }'}, set: {x: 1}}",
        "{set: {x: 1}, output: {as: '${ $input.a.b }'}}",
        "{set: {x: 1}, export: {as: '${ $input.a.b | .c }'}}",
        "{for: {in: .a.b}, do: [{x: {set: {x: 1}}}]}",
        "{wait: '${ .a.b }'}",
        "{switch: [{x: {when: .a.b, then: end}}]}",
        "{raise: {error: {type: x, status: 400, detail: '${ .a.b }'}}}",
        "{set: {x: '${ error(\"no\") }'}}",
        "{try: [{x: {set: {x: 1}}}], catch: {}, timeout: {after: '${ .a.b }'}}",
    ];
    for row in rows {
        let fault = tasks(&format!("  - first: {{set: {{a: text}}}}\n  - wrong: {row}"), json!({})).fault();
        let detail = fault["detail"].as_str().unwrap();
        assert!(detail.ends_with("(step `wrong`, line 4)"), "{row}: {detail}");
        assert_eq!(fault["instance"], "/do/1/wrong", "{row}");
    }
    let inside = "  - each: {for: {in: '[1]'}, while: .a.b, do: [{x: {set: {x: 1}}}]}";
    assert!(tasks(inside, json!({"a": 1})).fault()["detail"].as_str().unwrap().ends_with("(step `each`, line 3)"));
}

#[test]
fn where_nobody_reads_values_events_have_none() {
    struct Deaf(crate::player::EventLog);
    impl scim_connector_flow::Watcher for Deaf {
        fn on(&self, at: jiff::Timestamp, event: &Event) {
            self.0.on(at, event);
        }

        fn reads_values(&self) -> bool {
            false
        }
    }
    let connection = json!({"serviceUrl": "http://127.0.0.1:9/scim", "auth": {"type": "none"}});
    let runner = crate::player::runner(crate::player::config(&[("none", connection)]));
    let flow = crate::player::flow(&crate::player::text("  - one: {set: {a: 1}}"), std::path::Path::new("."));
    let deaf = std::sync::Arc::new(Deaf(crate::player::EventLog::default()));
    let ended = crate::harness::block_on(runner.run(&flow, json!({}), deaf.clone(), &scim_connector_flow::Stop::new()));
    assert_eq!(ended.output, json!({"a": 1}));
    let events = deaf.0.0.lock().unwrap();
    let outputs: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::StepEnded { output, .. } => Some(output.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(outputs, [json!(null)]);
}
