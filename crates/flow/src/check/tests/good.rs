//! Flows that are good, what is said of them, and texts at random.

use super::*;

pub(super) const GOOD: &str = r#"
document:
  dsl: 1.0.3
  namespace: demo
  name: onboard
  title: Onboarding
  version: 1.2.0
  tags: {team: hr}
  metadata:
    owner: hr
    automation: {timezone: Europe/Berlin, overlap: false, missed: once, jitter: {seconds: 30}, input: {limit: 3}, enabled: true}
input:
  schema: {format: json, document: {type: object, properties: {limit: {type: integer}}}}
  from: "${ {limit: .limit} }"
schedule: {cron: "0 6 * * MON-FRI"}
timeout: {after: {hours: 1}}
use:
  secrets: [initial]
  errors: {tooMany: {type: https://example.com/too-many, status: 500}}
  retries: {patient: {delay: PT2S, backoff: {exponential: {}}, limit: {attempt: {count: 5}}, jitter: {from: PT0S, to: PT1S}}}
  timeouts: {short: {after: {seconds: 10}}}
  functions:
    make: {call: ensureUser, with: {connection: test}}
    twice: {do: [{one: {set: {x: "${ .y }"}}}]}
do:
  - people: {call: listUsers, with: {connection: prod, filter: 'active eq true', all: true}, timeout: short, output: {as: .}}
  - each:
      for: {each: person, in: "${ . }", at: nr}
      while: $nr < 1000
      metadata: {concurrency: 1}
      do:
        - guarded:
            try:
              - ensure:
                  call: make
                  with: {payload: {userName: '${ $person.userName + "@x" }', password: "${ $secret.initial }", active: true}}
              - patch: {call: patchUser, with: {id: "${ .id }", operations: "${ $context.operations }"}}
            catch:
              errors: {with: {type: scim.uniqueness, status: 409}}
              as: problem
              when: $problem.status == 409
              retry: patient
              do:
                - note: {set: {failed: "${ $problem.title }", item: "${ $nr }"}, export: {as: '${ $context + {last: .failed} }'}}
  - decide:
      if: .failed != null
      switch:
        - many: {when: '.failed | length > 10', then: giveUp}
        - none: {then: all}
  - pause: {wait: {seconds: 1, milliseconds: 5}, then: people}
  - giveUp: {raise: {error: tooMany}}
  - failing: {raise: {error: {type: 'https://x', status: 404, detail: '${ "no " + .x }'}}}
  - all:
      fork:
        compete: true
        branches:
          - one: {run: {workflow: {namespace: demo, name: other, version: latest, input: {a: "${ .b }"}}}}
          - two: {call: twice, with: {y: 3}}
      then: end
"#;

#[test]
fn a_good_flow_has_no_problem() {
    let catalog = catalog();
    assert_eq!(problems(GOOD, &around(&catalog)), [""; 0]);
    let document = Document::parse(GOOD, Path::new("flow.yaml")).unwrap();
    assert_eq!(count(&document.value["do"]), 14);
    assert_eq!(crate::schedule::words(&document.value).unwrap(), "Monday to Friday at 06:00 Europe/Berlin");
    let json = document.value.to_string();
    let document = Document::parse(&json, Path::new("flow.json")).unwrap();
    assert_eq!(check(&document, &around(&catalog)), []);
}

#[test]
fn a_secret_is_not_shown() {
    let catalog = catalog();
    let text = format!(
        "{HEAD}do:\n- a: {{call: createUser, with: {{conection: x, payload: {{active: 3, password: swordfish}}}}}}\n"
    );
    let problems = check(&Document::parse(&text, Path::new("flow.yaml")).unwrap(), &around(&catalog));
    let shown = Problem::show_all(&problems, Path::new("flow.yaml"), &text);
    assert!(!shown.contains("swordfish"), "{shown}");
    assert_eq!(shown.matches("conection: x, payload: {active: 3, password: …").count(), 3, "{shown}");
    assert!(shown.contains("`conection` is no member of the input; did you mean `connection`?"), "{shown}");
}

#[test]
fn a_schedule_in_words() {
    let rows = [
        (json!({"cron": "30 6 * * *"}), "daily at 06:30 UTC"),
        (json!({"cron": "0 6 * * 0"}), "Sundays at 06:00 UTC"),
        (json!({"cron": "5 * * * *"}), "hourly at minute 5 UTC"),
        (json!({"cron": "*/5 1 * * *"}), "cron */5 1 * * * UTC"),
        (json!({"every": {"minutes": 90}}), "every 1 hour, 30 minutes"),
        (json!({"after": "PT1M"}), "1 minute after each run"),
    ];
    for (schedule, text) in rows {
        assert_eq!(crate::schedule::words(&json!({"schedule": schedule})).as_deref(), Some(text));
    }
    assert_eq!(crate::schedule::words(&json!({})), None);
}

#[test]
fn a_flow_as_deep_as_can_be_is_checked_and_drawn() {
    let catalog = catalog();
    let levels = 31;
    let mut text = format!("{HEAD}do: ");
    text.push_str(&"[{a: {do: ".repeat(levels));
    text.push_str("[{a: {set: {x: '${ .y }'}}}]");
    text.push_str(&"}}]".repeat(levels));
    let document = Document::parse(&text, Path::new("flow.yaml")).unwrap();
    assert_eq!(check(&document, &around(&catalog)), []);
    assert_eq!(count(&document.value["do"]), levels + 1);
    assert!(crate::graph::svg(&document).ends_with("</svg>\n"));
}

/// Nothing that somebody writes makes the check, or what draws flows, panic or overflow.
#[test]
fn texts_at_random_are_survived() {
    const PIECES: [&str; 24] = [
        "${",
        "}",
        "${ $secret.x }",
        "\"",
        "'",
        "\n",
        "  ",
        "- ",
        ": ",
        "{",
        "[",
        "]",
        "|",
        ">-\n",
        "&a ",
        "*a",
        "\t",
        "\u{feff}",
        "é😀",
        "null",
        "1e400",
        "%",
        "do",
        "\\u12",
    ];
    let catalog = catalog();
    let around = around(&catalog);
    // A fixed sequence (xorshift), so that a failure can be had again.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    let json = Document::parse(GOOD, Path::new("flow.yaml")).unwrap().value.to_string();
    let (mut parsed, mut refused) = (0, 0);
    // Some seconds without optimisation; 1500 rounds were tried.
    for round in 0..120 {
        let (base, name) = if round % 3 == 0 { (json.as_str(), "flow.json") } else { (GOOD, "flow.yaml") };
        let mut text: Vec<char> = base.chars().collect();
        for _ in 0..=next(3) {
            let (from, length) = (next(text.len()), next(12));
            let to = (from + length).min(text.len());
            match next(3) {
                0 => drop(text.drain(from..to)),
                1 => drop(text.splice(from..from, PIECES[next(PIECES.len())].chars())),
                _ => {
                    let moved: Vec<char> = text[from..to].to_vec();
                    let at = next(text.len());
                    text.splice(at..at, moved);
                }
            }
        }
        let text: String = text.into_iter().collect();
        match Document::parse(&text, Path::new(name)) {
            Err(problem) => {
                refused += 1;
                assert!(!problem.show(Path::new(name), &text).is_empty());
            }
            Ok(document) => {
                parsed += 1;
                for problem in check(&document, &around) {
                    assert!(problem.place.line >= 1 && problem.place.column >= 1);
                    assert!(!problem.show(Path::new(name), &text).is_empty());
                }
                assert!(crate::graph::svg(&document).ends_with("</svg>\n"));
                assert!(crate::graph::mermaid(&document).contains("flowchart"));
            }
        }
    }
    assert!(parsed > 20 && refused > 20, "{parsed} {refused}");
}
