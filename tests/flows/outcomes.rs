//! What a run tells: what happened to whom, by name and once; and where something went wrong, in words and at its place.

use crate::harness::{Workplace, sandbox};
use crate::player::{Played, config, config_with, flow, play, runner, tasks, text};
use crate::support::fake::{Act, Fake, answer, json as body};
use scim_connector_flow::event::{Change, Event};
use scim_connector_sandbox::Options;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

pub fn on(connection: &Value, list: &str) -> Played {
    play(&runner(config(&[("scim", connection.clone())])), &flow(&text(list), Path::new(".")), json!({}))
}

fn affected(played: &Played) -> Vec<(String, Change)> {
    played.affected()
}

#[test]
fn of_a_repeated_call_the_last_outcome_counts() {
    let busy = |failures: usize| {
        let provider = Fake::start(move |number, _| {
            if number < failures {
                answer(429, &[], "")
            } else {
                let user =
                    json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "1", "userName": "ada"});
                body(201, user)
            }
        });
        let connection = json!({"serviceUrl": format!("{}/scim", provider.origin()), "auth": {"type": "none"},
            "retry": {"maxAttempts": 1}});
        let list = r#"
  - make:
      try: [{create: {call: createUser, with: {payload: {userName: ada}}}}]
      catch:
        retry: {delay: {milliseconds: 10}, limit: {attempt: {count: 2}}}
        do: [{note: {set: {status: '${ $error.status }'}}}]
"#;
        on(&connection, list)
    };
    assert_eq!(affected(&busy(0)), [("ada".to_owned(), Change::Created)]);
    assert_eq!(affected(&busy(2)), [("ada".to_owned(), Change::Created)]);
    let all = busy(9);
    assert_eq!((all.output(), affected(&all)), (&json!({"status": 429}), vec![("ada".to_owned(), Change::Handled)]));
}

#[test]
fn a_failure_that_its_handler_makes_good_is_none() {
    let (_running, connection) = sandbox(Options::default());
    let flow = |handler: &str| {
        format!(
            "  - before: {{call: createUser, with: {{payload: {{userName: ada}}}}}}\n  - make:\n      try: [{{create: {{call: createUser, with: {{payload: {{userName: ada}}}}}}}}]\n      catch: {{errors: {{with: {{status: 409}}}}, do: [{{then: {handler}}}]}}\n  - after: {{call: deleteUser, with: {{id: '${{ $context.id }}'}}}}\n"
        )
        .replace("userName: ada}}}\n", "userName: ada}}, export: {as: '${ {id: .id} }'}}\n")
    };
    let told = |handler: &str| {
        let all = affected(&on(&connection, &flow(handler)));
        all.into_iter().map(|(who, change)| format!("{who} {change:?}")).collect::<Vec<_>>()
    };
    let ensured = "{call: ensureUser, with: {payload: {userName: ada, title: Dr}}}";
    assert_eq!(told(ensured), ["ada Created", "ada Updated", "ada Deleted"]);
    assert_eq!(told("{set: {n: 1}}"), ["ada Created", "ada Handled", "ada Deleted"]);
}

#[test]
fn people_are_told_by_name_though_a_call_names_them_by_id() {
    let (_running, connection) = sandbox(Options::default());
    let played = on(
        &connection,
        r#"
  - ada: {call: ensureUser, with: {payload: {userName: ada}}, export: {as: '${ {user: .user.id} }'}}
  - staff: {call: ensureGroup, with: {payload: {displayName: staff}}, export: {as: '${ $context + {group: .group.id} }'}}
  - join: {call: addGroupMembers, with: {id: '${ $context.group }', members: [{value: '${ $context.user }'}]}}
  - off: {call: deactivateUser, with: {id: '${ $context.user }'}}
  - gone: {call: deleteUser, with: {id: '${ $context.user }'}}
"#,
    );
    let told: Vec<String> = affected(&played).into_iter().map(|(who, change)| format!("{who} {change:?}")).collect();
    assert_eq!(told, ["ada Created", "staff Created", "staff MembersChanged", "ada Deactivated", "ada Deleted"]);
}

#[test]
fn of_many_operations_each_has_its_own_outcome() {
    let (_running, connection) = sandbox(Options::default());
    let played = on(
        &connection,
        r#"
  - many:
      call: bulk
      with:
        operations:
          - {method: post, path: /Users, bulkId: a, data: {userName: ada}}
          - {method: post, path: /Users, bulkId: b, data: {userName: ADA}}
          - {method: delete, path: /Users/nobody}
"#,
    );
    let Some(Event::StepEnded { affected, .. }) =
        played.events.iter().find(|event| matches!(event, Event::StepEnded { .. }))
    else {
        panic!("{:#?}", played.events)
    };
    let told: Vec<_> = affected.iter().map(|one| (one.who.as_str(), one.change, one.reason.as_deref())).collect();
    let missing = ("nobody", Change::Failed, Some("notFound"));
    let found = [("ada", Change::Created, None), ("ADA", Change::Failed, Some("uniqueness")), told[2]];
    assert_eq!(told, found);
    assert!(told[2].0.contains(missing.0) && told[2].1 == missing.1 && told[2].2 == missing.2, "{told:?}");

    // The call has not succeeded, and what failed may be handled.
    let fault = played.fault();
    assert_eq!((&fault["type"], &fault["maybeApplied"]), (&json!("scim.someFailed"), &json!(true)), "{fault}");
    assert!(
        fault["detail"].as_str().unwrap().starts_with("2 of 3 operations failed; the first one, POST: "),
        "{fault}"
    );
    let caught = on(
        &connection,
        r#"
  - attempt:
      try:
        - many:
            call: bulk
            with:
              operations:
                - {method: post, path: /Users, bulkId: a, data: {userName: eve}}
                - {method: post, path: /Users, bulkId: b, data: {userName: EVE}}
      catch:
        errors: {with: {type: scim.someFailed}}
        do: [{look: {set: {open: '${ [$error.results[] | select(.failure != null) | .bulkId] }'}}}]
"#,
    );
    assert_eq!(caught.output(), &json!({"open": ["b"]}));
    let eve = |name: &str, change| (name.to_owned(), change);
    assert_eq!(caught.affected(), [eve("eve", Change::Created), eve("EVE", Change::Handled)]);
    let all_well = on(
        &connection,
        "  - one: {call: bulk, with: {operations: [{method: post, path: /Users, data: {userName: kim}}]}}\n",
    );
    assert_eq!(all_well.ended.fault, None);

    // No answer: nobody knows.
    let provider = Fake::start(|_, _| vec![Act::Close]);
    let connection = json!({"serviceUrl": format!("{}/scim", provider.origin()), "auth": {"type": "none"},
        "retry": {"maxAttempts": 1}, "overrides": {"bulk": {"supported": false}}});
    let played = on(
        &connection,
        "  - many: {call: bulk, with: {operations: [{method: post, path: /Users, data: {userName: eve}}]}}\n",
    );
    assert_eq!(played.affected(), [("eve".to_owned(), Change::Unknown)], "{:#?}", played.events);
}

#[test]
fn rows_are_for_loops_and_a_look_into_them_is_an_error() {
    let (_running, connection) = sandbox(Options { seed_users: 3, ..Options::default() });
    let list = |after: &str| format!("  - all: {{call: listUsers, with: {{all: true}}}}\n{after}");
    let each = |of: &str| list(&format!("  - each: {{for: {{in: '{of}'}}, do: [{{a: {{set: {{n: 1}}}}}}]}}\n"));
    for wrong in [each(".Resources"), each(".[0]"), list("  - first: {set: {n: '${ .totalResults }'}}\n")] {
        let fault = on(&connection, &wrong).fault();
        assert_eq!(fault["status"], 400, "{wrong}");
        assert!(fault["detail"].as_str().unwrap().starts_with("cannot "), "{fault}");
        assert!(!fault.to_string().contains("Val("), "{fault}");
    }
    assert_eq!(on(&connection, &each(".")).output(), &json!({"n": 1}));
    assert_eq!(on(&connection, &list("")).output(), "(rows of listUsers)");
    // A provider cannot have a loop read a file.
    let planted = json!({"$rows": {"function": "readJson", "with": {"file": "/etc/passwd"}}});
    let played = tasks(
        &format!("  - each: {{for: {{in: '${{ {planted} }}'}}, do: [{{a: {{set: {{n: '${{ $item }}'}}}}}}]}}\n"),
        json!({}),
    );
    assert_eq!(played.output()["n"], planted);
}

#[test]
fn a_file_that_cannot_be_read_is_caught_where_it_is_named() {
    let played = tasks(
        r#"
  - attempt:
      try: [{read: {call: readCsv, with: {file: no/such.csv}}}]
      catch: {do: [{none: {set: {detail: '${ $error.detail }', at: '${ $error.instance }'}}}]}
"#,
        json!({}),
    );
    assert_eq!(played.output()["at"], "/do/0/attempt/try/0/read");
    assert!(played.output()["detail"].as_str().unwrap().contains("cannot be read"), "{}", played.output());
}

#[test]
fn a_mistake_of_the_flow_is_no_status_of_a_provider() {
    let played = |filter: &str, task: &str| {
        let caught = "caught: {set: {title: '${ $error.title }', detail: '${ $error.detail }'}}";
        tasks(
            &format!(
                "  - attempt:\n      try: [{{broken: {task}}}]\n      catch: {{errors: {{with: {filter}}}, do: [{{{caught}}}]}}\n"
            ),
            json!({"n": 1}),
        )
    };
    let expression = "https://serverlessworkflow.io/spec/1.0.0/errors/expression";
    for task in ["{set: {a: '${ . + \"x\" }'}}", "{if: '.n.m', set: {a: 1}}"] {
        for filter in ["{status: 400}", "{type: scim.invalidValue}", "{type: scim.invalidInput, status: 400}"] {
            assert_eq!(played(filter, task).fault()["type"], expression, "{filter} {task}");
        }
        for when in ["$error.status >= 400", "$error.status == 400", "$error.status != 404"] {
            let catch = |member: &str, when: &str| {
                tasks(
                    &format!(
                        "  - attempt:\n      try: [{{broken: {task}}}]\n      catch: {{{member}: '{when}', do: [{{note: {{set: {{status: '${{ $error.status }}'}}}}}}]}}\n"
                    ),
                    json!({"n": 1}),
                )
            };
            assert_eq!(catch("when", when).fault()["type"], expression, "{when} {task}");
            assert_eq!(catch("exceptWhen", "$error.status == 404").fault()["type"], expression, "{task}");
            let by_type = format!("$error.type == \"{expression}\"");
            assert_eq!(catch("when", &by_type).output(), &json!({"status": 400}), "{task}");
            assert_eq!(catch("when", "$error.detail != null").output(), &json!({"status": 400}), "{task}");
        }
        for filter in [format!("{{type: {expression}}}"), format!("{{type: {expression}, status: 400}}"), "{}".into()] {
            let caught = played(&filter, task);
            assert_eq!(caught.output()["title"], "expression", "{filter} {task}");
            assert!(!caught.output()["detail"].as_str().unwrap().contains("Str("), "{}", caught.output());
        }
    }
}

#[test]
fn control_c_ends_a_run_in_the_middle_of_its_expressions() {
    for list in [
        "  - a: {for: {in: '[range(500)]'}, do: [{b: {set: {n: '${ last(range(300000)) }'}}}]}\n",
        "  - a: {for: {in: '[range(500)]'}, metadata: {concurrency: 2}, do: [{b: {set: {n: '${ last(range(300000)) }'}}}]}\n",
    ] {
        let place =
            Workplace::new(&[("none", json!({"serviceUrl": "http://127.0.0.1:9/scim", "auth": {"type": "none"}}))]);
        let file = place.path().join("flow.yaml");
        std::fs::write(&file, text(list)).unwrap();
        // Compiled code is there from now on.
        assert_eq!(place.run(&["check", file.to_str().unwrap()]).code, 0);
        let mut child = place.command(&["run", file.to_str().unwrap(), "--no-history"]).spawn().unwrap();
        std::thread::sleep(Duration::from_secs(1));
        assert!(child.try_wait().unwrap().is_none());
        let asked = Instant::now();
        assert!(
            std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success()
        );
        assert_eq!(child.wait().unwrap().code(), Some(130));
        assert!(asked.elapsed() < Duration::from_secs(20), "{:?}", asked.elapsed());
    }
}

#[test]
fn a_secret_that_cannot_be_had_is_an_error_of_the_flow_that_names_it() {
    let connection = json!({"serviceUrl": "http://127.0.0.1:9/scim", "auth": {"type": "none"}});
    let secrets = "[secrets]\ninitial = { env = \"SCIM_CONNECTOR_TEST_IS_NEVER_SET\" }\n";
    let runner = runner(config_with(&[("none", connection)], secrets));
    let run = |names: &str| {
        let flow_text = text("  - a: {set: {n: 1}}\n").replace("do:", &format!("use: {{secrets: [{names}]}}\ndo:"));
        play(&runner, &flow(&flow_text, Path::new(".")), json!({}))
    };
    assert_eq!(run("").output(), &json!({"n": 1}));
    let fault = run("initial").fault();
    let detail = fault["detail"].as_str().unwrap();
    assert!(detail.contains("secrets.initial") && detail.contains("SCIM_CONNECTOR_TEST_IS_NEVER_SET"), "{fault}");
    assert_eq!(fault["kind"], "configuration");
}

/// The steps whose failure was handled, by name.
fn handled(played: &Played) -> Vec<String> {
    let name_of = |wanted: &u64| {
        let name = played.events.iter().find_map(|event| match event {
            Event::StepStarted { step, name, .. } if step == wanted => Some(name.to_string()),
            _ => None,
        });
        name.unwrap()
    };
    let steps = played.events.iter().filter_map(|event| match event {
        Event::Handled { steps } => Some(steps),
        _ => None,
    });
    steps.flatten().map(name_of).collect()
}

#[test]
fn a_failure_is_handled_by_whichever_try_takes_it_and_by_none_where_it_goes_on() {
    let (_running, connection) = sandbox(Options::default());
    let list = |catch: &str, outer: &str| {
        format!(
            r#"
  - before: {{call: createUser, with: {{payload: {{userName: ada}}}}}}
  - outer:
      try:
        - inner:
            try:
              - look: {{try: [{{get: {{call: getUser, with: {{id: nobody}}}}}}], catch: {{errors: {{with: {{status: 404}}}}}}}}
              - make: {{call: createUser, with: {{payload: {{userName: ada}}}}}}
            catch: {catch}
      catch: {outer}
"#
        )
    };
    let taken = "{errors: {with: {status: 409}}}";
    let other = "{errors: {with: {status: 418}}}";
    let ada = |change| [("ada".to_owned(), Change::Created), ("ada".to_owned(), change)];
    let told = |played: &Played| affected(played).into_iter().filter(|(who, _)| who == "ada").collect::<Vec<_>>();
    // Nobody is told of whom there is no name; who was looked for and not found is handled, too.
    let inner = on(&connection, &list(taken, other));
    assert_eq!((told(&inner), handled(&inner)), (ada(Change::Handled).to_vec(), vec!["get".into(), "make".into()]));
    let gone = |connection: &Value| {
        on(
            connection,
            "  - find: {call: listUsers, output: {as: '.Resources[0]'}}\n  - gone: {call: deleteUser, with: {id: '${ .id }'}}\n",
        )
    };
    gone(&connection);
    let outer = on(&connection, &list(other, taken));
    let steps = vec!["get".to_owned(), "make".into(), "inner".into()];
    assert_eq!((told(&outer), handled(&outer)), (ada(Change::Handled).to_vec(), steps));
    gone(&connection);
    let none = on(&connection, &list(other, other));
    assert_eq!((told(&none), handled(&none)), (ada(Change::Failed).to_vec(), vec!["get".to_owned()]));
    assert_eq!(none.fault()["status"], 409);
}

/// A provider that has ada, and takes every request.
pub fn recording() -> Fake {
    Fake::start(|_, received| {
        let ada = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "1", "userName": "ada", "active": true});
        match received.line() {
            line if line.starts_with("GET /scim/Users?") => body(200, json!({"totalResults": 1, "Resources": [ada]})),
            line if line.starts_with("GET /scim/Users/1") => body(200, ada),
            _ => answer(404, &[], ""),
        }
    })
}

#[test]
fn a_dry_run_reads_and_changes_nothing() {
    let provider = recording();
    let connection = json!({"serviceUrl": format!("{}/scim", provider.origin()), "auth": {"type": "none"},
        "retry": {"maxAttempts": 1}, "overrides": {"filter": {"supported": true}, "patch": {"supported": true}}});
    let runner = runner(config(&[("scim", connection)])).dry();
    let played = |list: &str| play(&runner, &flow(&text(list), Path::new(".")), json!({}));
    let all = played(
        r#"
  - same: {call: ensureUser, with: {payload: {userName: ada}}}
  - other: {call: ensureUser, with: {payload: {userName: ada, title: Dr}}, output: {as: '${ {dry: .dryRun} }'}, export: {as: .}}
  - make: {call: createUser, with: {payload: {userName: bob, password: x}}, export: {as: '${ $context + {made: $output} }'}}
  - off: {call: deactivateUser, with: {id: '1'}}
  - gone: {call: deleteUser, with: {id: '1'}}
  - many: {call: bulk, with: {operations: [{method: post, path: /Users, data: {userName: eve}}]}}
  - out: {set: '${ $context }'}
"#,
    );
    assert_eq!(all.ended.fault, None);
    assert_eq!(all.output(), &json!({"dry": true, "made": {"userName": "bob", "dryRun": true}}));
    let who = |one: &(String, Change)| format!("{} {:?}", one.0, one.1);
    assert_eq!(
        affected(&all).iter().map(who).collect::<Vec<_>>(),
        ["ada Unchanged", "ada Planned", "bob Planned", "ada Planned", "ada Planned", "eve Planned"]
    );
    assert!(matches!(all.events[1], Event::DryRun), "{:?}", all.events[1]);
    assert!(provider.requests().iter().all(|received| received.line().starts_with("GET ")));
    // What a dry run cannot know ends it.
    let ends = played(
        "  - make: {call: createUser, with: {payload: {userName: bob}}}\n  - read: {call: getUser, with: {id: '${ .id }'}}\n",
    );
    assert_eq!(
        ends.fault()["detail"],
        "the dry run ends here: getUser needs the `id` of what a step before would have made"
    );
    // A read that was not sent is nobody's change.
    assert_eq!(affected(&ends), [("bob".to_owned(), Change::Planned)]);
}

#[test]
fn a_row_that_fails_is_told_by_its_line() {
    let folder = crate::support::place::private_folder();
    std::fs::write(folder.path().join("people.csv"), "name,n\n\na,1\n\nb,x\n").unwrap();
    for concurrency in ["", "metadata: {concurrency: 2}, "] {
        let list = format!(
            "  - people: {{call: readCsv, with: {{file: people.csv}}}}\n  - each: {{for: {{each: one, in: .}}, {concurrency}do: [{{a: {{set: {{n: '${{ $one.n | tonumber }}'}}}}}}]}}\n"
        );
        let connection = json!({"serviceUrl": "http://127.0.0.1:9/scim", "auth": {"type": "none"}});
        let runner = runner(config(&[("none", connection)]));
        let played = play(&runner, &flow(&text(&list), folder.path()), json!({}));
        assert!(played.fault()["detail"].as_str().unwrap().ends_with("(people.csv, line 5)"), "{}", played.fault());
    }
}

#[test]
fn the_command_fails_where_some_of_many_operations_failed_and_reports_say_so() {
    let (_running, connection) = sandbox(Options::default());
    let place = Workplace::new(&[("scimClient", connection)]);
    let list = r#"
  - many:
      call: bulk
      with:
        operations:
          - {method: POST, path: /Users, bulkId: a, data: {userName: ada}}
          - {method: POST, path: /Users, bulkId: b, data: {userName: ADA}}
"#;
    let file = place.path().join("many.yaml");
    std::fs::write(&file, text(list)).unwrap();
    let at = ["--history", "history.sqlite"];
    let ran = place.run(&[&["run", file.to_str().unwrap()], &at[..]].concat());
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("scim.someFailed: 1 of 2 operations failed"), "{}", ran.stderr);
    assert!(ran.stderr.contains("ADA: failed, uniqueness") && ran.stderr.contains("ada: created"), "{}", ran.stderr);
    let report = |format: &str| place.run(&[&["report", "last", "--format", format], &at[..]].concat()).stdout;
    assert!(report("junit").contains(r#"failures="1" errors="1""#), "{}", report("junit"));
    assert!(report("text").contains("1 of 2 operations failed"), "{}", report("text"));
}

#[test]
fn the_command_tells_handled_failures_warnings_and_dry_runs() {
    let (_running, connection) = sandbox(Options::default());
    let place = Workplace::new(&[("scimClient", connection.clone())]);
    let seed = crate::support::root().join("tests/flows/seed.yaml");
    let history = place.path().join("history.sqlite");
    let [seed, history] = [seed.to_str().unwrap(), history.to_str().unwrap()];
    let run = |more: &[&str]| place.run(&[&["run", seed, "--history", history], more].concat());
    let dry = run(&["--dry-run"]);
    assert_eq!(dry.code, 0, "{}", dry.stderr);
    assert!(dry.stderr.contains("ada@example.com: would be created"), "{}", dry.stderr);
    assert!(dry.stderr.contains("completed (dry run: nothing was changed): 1 would be changed"), "{}", dry.stderr);
    let report = |format: &str| place.run(&["report", "last", "--format", format, "--history", history]).stdout;
    assert!(report("text").contains("completed (dry run: nothing was changed)"), "{}", report("text"));
    assert_eq!(run(&[]).code, 0);
    let again = run(&[]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(again.stderr.contains("ada@example.com: handled, uniqueness"), "{}", again.stderr);
    assert!(again.stderr.contains("completed: 1 handled"), "{}", again.stderr);
    assert!(!again.stderr.contains("failed"), "{}", again.stderr);
    let junit = report("junit");
    assert!(junit.contains(r#"failures="0" errors="0""#) && !junit.contains("<failure"), "{junit}");
    let runs = place.run(&["runs", "--history", history]).stdout;
    assert!(runs.contains("completed, dry run"), "{runs}");
}
