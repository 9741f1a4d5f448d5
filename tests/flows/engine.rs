//! What the engine promises beyond the conformance kit, without a provider.

use crate::player::tasks;
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
