//! What a flow does beyond its connections, where that is allowed: `call: http`, `call: openapi`, `run: shell`.

use crate::harness::{block_on, connector_with};
use crate::player::{Played, config, flow, play, runner, tasks, text};
use crate::support::fake::{Act, Fake, Received, answer, json as json_answer};
use scim_connector_flow::check::{Allow, check};
use scim_connector_flow::event::{Event, StepOutcome};
use scim_connector_flow::{Document, Runner, load};
use scim_connector_host::egress::{Intercepted, Interceptor, Interceptors, Next, Request};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const HTTP_SECRET: &str = "a-token-of-its-own";

/// Runs a list with `.at` for the origin of a server that answers by this script.
fn at_a_server(
    list: &str,
    input: Value,
    script: impl Fn(usize, &Received) -> Vec<Act> + Send + Sync + 'static,
) -> (Played, Fake) {
    let fake = Fake::start(script);
    let mut input = input;
    input["at"] = fake.origin().into();
    (tasks(list, input), fake)
}

fn step_error(played: &Played) -> Value {
    let end = played.events.iter().find_map(|event| match event {
        Event::StepEnded { error: Some(error), .. } => Some(error),
        _ => None,
    });
    serde_json::to_value(end.expect("a step that failed")).unwrap()
}

/// `transient`, `maybeApplied` and `retryAfterMs` of what a request of this method failed with.
fn failure(method: &str, script: impl Fn(usize, &Received) -> Vec<Act> + Send + Sync + 'static) -> (Value, Fake) {
    let list = format!("  - ask: {{call: http, with: {{method: {method}, endpoint: '${{ .at }}/x'}}}}");
    let (played, fake) = at_a_server(&list, json!({}), script);
    let fault = played.fault();
    assert_eq!(fault["instance"], "/do/0/ask");
    assert_eq!(step_error(&played), fault);
    (json!([fault["status"], fault["transient"], fault["maybeApplied"], fault["retryAfterMs"]]), fake)
}

#[test]
fn an_http_failure_says_what_became_of_the_request() {
    let later = &[("Retry-After", "7")][..];
    let rows = [
        ("GET", 429, later, json!([429, true, false, 7000])),
        ("POST", 429, later, json!([429, true, false, 7000])),
        ("POST", 503, later, json!([503, true, false, 7000])),
        ("POST", 503, &[], json!([503, false, true, null])),
        ("GET", 503, &[], json!([503, true, false, null])),
        ("DELETE", 500, &[], json!([500, false, true, null])),
        ("POST", 501, &[], json!([501, false, false, null])),
        ("POST", 400, &[], json!([400, false, false, null])),
        ("GET", 404, &[], json!([404, false, false, null])),
    ];
    for (method, status, headers, expected) in rows {
        let (found, _) = failure(method, move |_, _| answer(status, headers, "{}"));
        assert_eq!(found, expected, "{method} {status}");
    }
}

#[test]
fn a_redirect_is_an_answer_and_never_followed() {
    let found = &[("Location", "/elsewhere")][..];
    let (error, fake) = failure("GET", move |_, _| answer(302, found, ""));
    assert_eq!((error, fake.received()), (json!([302, false, false, null]), 1));
    // Many a server answers a form that it has taken like this.
    let (error, fake) = failure("POST", move |_, _| answer(303, found, ""));
    assert_eq!((error, fake.received()), (json!([303, false, true, null]), 1));
    let list = "  - ask: {call: http, with: {method: GET, endpoint: '${ .at }/x', redirect: true, output: response}, output: {as: '${ {code: .statusCode, to: .headers.location} }'}}";
    let (played, fake) = at_a_server(list, json!({}), move |_, _| answer(302, found, ""));
    assert_eq!((played.output(), fake.received()), (&json!({"code": 302, "to": "/elsewhere"}), 1));
}

#[test]
fn a_repetition_waits_as_long_as_the_server_asks() {
    let list = "  - attempt:\n      try: [{ask: {call: http, with: {method: GET, endpoint: '${ .at }/x'}}}]\n      catch: {when: $error.transient, retry: {delay: {milliseconds: 1}}}\n";
    let (played, fake) = at_a_server(list, json!({}), |number, _| match number {
        0 => answer(429, &[("Retry-After", "1")], ""),
        _ => json_answer(200, json!({"n": 1})),
    });
    assert_eq!((played.output(), fake.received()), (&json!({"n": 1}), 2));
    let waited = played.events.iter().find_map(|event| match event {
        Event::StepRetried { wait_ms, .. } => Some(*wait_ms),
        _ => None,
    });
    assert_eq!(waited, Some(1000));
}

#[test]
fn a_request_that_is_cut_off_may_have_been_carried_out_where_it_changes_something() {
    for (method, maybe) in [("POST", true), ("GET", false)] {
        let list = format!(
            "  - ask: {{timeout: {{after: {{milliseconds: 300}}}}, call: http, with: {{method: {method}, endpoint: '${{ .at }}/x'}}}}"
        );
        let (played, fake) = at_a_server(&list, json!({}), |_, _| vec![Act::Silence]);
        let fault = played.fault();
        assert_eq!((&fault["status"], &fault["maybeApplied"]), (&json!(408), &json!(maybe)), "{method}");
        assert_eq!(fake.received(), 1);
        let outcomes: Vec<_> = played
            .events
            .iter()
            .filter_map(|event| match event {
                Event::StepEnded { outcome, error, .. } => Some((*outcome, error.as_ref()?.maybe_applied)),
                _ => None,
            })
            .collect();
        assert_eq!(outcomes, [(StepOutcome::Interrupted, maybe)], "{method}");
    }
}

#[test]
fn an_origin_that_is_not_allowed_is_not_reached() {
    let list = |url: &str| format!("  - ask: {{call: http, with: {{method: POST, endpoint: '{url}'}}}}");
    // In the clear, to another machine; and no host at all.
    for url in ["http://example.com/x", "ftp://example.com/x"] {
        let fault = tasks(&list(url), json!({})).fault();
        assert_eq!((&fault["transient"], &fault["maybeApplied"]), (&json!(false), &json!(false)), "{fault}");
    }
    // Nobody listens there, so that nothing was sent.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let fault = tasks(&list(&format!("http://{free}/x")), json!({})).fault();
    assert_eq!((&fault["transient"], &fault["maybeApplied"]), (&json!(true), &json!(false)), "{fault}");
}

#[test]
fn credentials_of_a_request_are_told_to_nobody() {
    let rows = [
        "endpoint: {uri: '${ .at }/x', authentication: {bearer: {token: '${ .given }'}}}",
        "endpoint: {uri: '${ .at }/x', authentication: {basic: {username: ada, password: '${ .given }'}}}",
        "endpoint: '${ .at }/x', headers: {Authorization: 'Bearer ${ .given }'}",
        "endpoint: '${ .at }/x', headers: {X-Api-Key: '${ .given }'}",
    ];
    for row in rows {
        // What a server repeats of them is one of them, too.
        let list = format!(
            "  - ask: {{call: http, with: {{method: GET, {row}, output: response}}, output: {{as: '${{ {{code: .statusCode, said: .content}} }}'}}}}"
        );
        let (played, fake) = at_a_server(&list, json!({"given": HTTP_SECRET}), |_, _| {
            answer(200, &[("Set-Cookie", "sid=a-session-of-its-own")], "{\"welcome\": true}")
        });
        assert_eq!(played.output(), &json!({"code": 200, "said": {"welcome": true}}), "{row}");
        assert_eq!(fake.received(), 1);
        let ended = played.events.iter().find(|event| matches!(event, Event::StepEnded { .. })).unwrap();
        let told = format!("{ended:?}");
        for secret in [HTTP_SECRET, "a-session-of-its-own", "YWRhOmEtdG9rZW4tb2YtaXRzLW93bg=="] {
            assert!(!told.contains(secret), "{row}: {told}");
        }
        assert!(told.contains("[redacted]"), "{row}: {told}");
    }
}

#[test]
fn a_body_has_expressions_among_its_text_as_headers_have() {
    let body = "{call: http, with: {method: POST, endpoint: '${ .at }/x', headers: {X-To: 'to ${ .name }'}, body: {greeting: 'Hello ${ .name }!', all: '${ . | keys }'}}}";
    let (played, fake) = at_a_server(&format!("  - ask: {body}"), json!({"name": "Ada"}), |_, _| answer(204, &[], ""));
    assert_eq!(played.output(), &Value::Null);
    let sent = &fake.requests()[0];
    assert_eq!(sent.header("x-to"), Some("to Ada"));
    assert_eq!(
        serde_json::from_str::<Value>(&sent.body).unwrap(),
        json!({"greeting": "Hello Ada!", "all": ["at", "name"]})
    );
    let settings = config(&[("none", json!({"serviceUrl": "http://127.0.0.1:9/scim", "auth": {"type": "none"}}))]);
    let runner = runner(settings.clone());
    let allow = Allow { http: true, shell: true, ..Allow::default() };
    let around = load::surroundings(runner.catalog(), &settings, allow, []);
    let problems = |task: &str| {
        let document = Document::parse(&text(&format!("  - ask: {task}")), Path::new("flow.yaml")).unwrap();
        check(&document, &around).into_iter().map(|problem| problem.message).collect::<Vec<_>>()
    };
    assert_eq!(problems(body), Vec::<String>::new());
    assert_eq!(
        problems("{call: http, with: {method: POST, endpoint: https://example.com, body: 'a ${ .b | nothing }'}}")
            .len(),
        1
    );
}

/// Sends requests for other hosts to a server, with the host they were for in front of the path.
struct Redirected(String);

impl Interceptor for Redirected {
    fn intercept<'a>(&'a self, mut request: Request, next: Next<'a>) -> Intercepted<'a> {
        let host = request.url.host().unwrap().to_owned();
        request.url = format!("{}/{host}{}", self.0, request.url.path()).parse().unwrap();
        next.run(request)
    }
}

#[test]
fn a_document_does_not_say_where_secrets_go() {
    let fake = Fake::start(|_, received| {
        let document = |server: &str| {
            json!({"openapi": "3.1.0", "servers": [{"url": server}], "paths": {
                "/people": {"get": {"operationId": "people", "parameters": [{"name": "key", "in": "header"}]}}}})
        };
        match received.line() {
            "GET /api.example.com/own.json" => json_answer(200, document("/v1")),
            "GET /api.example.com/other.json" => json_answer(200, document("https://other.example.com/v1")),
            _ => json_answer(200, json!({"sent": received.header("authorization").is_some()})),
        }
    });
    let interceptors = Interceptors { first: vec![Arc::new(Redirected(fake.origin()))], ..Interceptors::default() };
    let connector = connector_with(|options| options.interceptors = interceptors);
    let settings = crate::player::config_with(
        &[("none", json!({"serviceUrl": "http://127.0.0.1:9/scim", "auth": {"type": "none"}}))],
        "[secrets]\nkey = \"831264\"\n",
    );
    let runner = block_on(Runner::new(connector, settings, Vec::new())).unwrap();
    let ask = |document: &str, more: &str| {
        let list = format!(
            "use: {{secrets: [key]}}\ndo:\n  - ask: {{call: openapi, with: {{document: {{endpoint: 'https://api.example.com/{document}.json'}}, operationId: people, {more}}}}}"
        );
        let text = format!("document: {{dsl: '1.0.3', namespace: test, name: test, version: '1.0.0'}}\n{list}\n");
        play(&runner, &flow(&text, Path::new(".")), json!({}))
    };
    let bearer = "authentication: {bearer: {token: one-of-them}}";
    let secret = "parameters: {key: '${ $secret.key }'}";
    assert_eq!(ask("own", bearer).output(), &json!({"sent": true}));
    assert_eq!(ask("own", secret).output(), &json!({"sent": false}));
    assert_eq!(ask("other", "parameters: {key: public}").output(), &json!({"sent": false}));
    fake.forget();
    for more in [bearer, secret] {
        let fault = ask("other", more).fault();
        let detail = fault["detail"].as_str().unwrap();
        assert!(detail.contains("https://other.example.com") && detail.contains("nothing was sent"), "{detail}");
        assert_eq!((&fault["kind"], &fault["maybeApplied"]), (&json!("invalidInput"), &json!(false)));
    }
    let lines: Vec<String> = fake.requests().iter().map(|request| request.line().to_owned()).collect();
    assert_eq!(lines, ["GET /api.example.com/other.json", "GET /api.example.com/other.json"]);
}

#[cfg(unix)]
mod shell {
    use super::*;

    fn shell(members: &str) -> Played {
        tasks(&format!("  - do: {{run: {{{members}}}}}"), json!({"name": "Ada Lovelace; exit 9", "lines": "b\na\n"}))
    }

    #[test]
    fn a_command_gets_its_arguments_and_gives_what_it_is_asked_for() {
        // An argument is never read by the shell.
        let echo = "shell: {command: 'printf %s', arguments: ['${ .name }']}";
        assert_eq!(shell(echo).output(), "Ada Lovelace; exit 9");
        let with_all = "shell: {command: 'sort; echo \"$WHO\" >&2; exit 3', stdin: '${ .lines }', environment: {WHO: 'me, ${ .name }'}}, return: all";
        let all = json!({"stdout": "a\nb\n", "stderr": "me, Ada Lovelace; exit 9\n", "code": 3});
        assert_eq!(shell(with_all).output(), &all);
        assert_eq!(shell("shell: {command: exit 4}, return: code").output(), 4);
        assert_eq!(shell("shell: {command: 'echo x >&2'}, return: stderr").output(), "x\n");
        assert_eq!(shell("shell: {command: 'echo x'}, return: none").output()["lines"], "b\na\n");
    }

    #[test]
    fn a_command_has_no_more_of_the_environment_than_it_is_given() {
        // Cargo sets variables of its own for this process, which stand for credentials here.
        assert!(std::env::vars().any(|(name, _)| name.starts_with("CARGO")));
        let seen = shell("shell: {command: env, environment: {WHO: '${ .name }', N: 1}}").output().clone();
        let mut names: Vec<&str> =
            seen.as_str().unwrap().lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
        // Shells set these themselves.
        names.retain(|name| !["PWD", "OLDPWD", "SHLVL", "_"].contains(name));
        names.sort_unstable();
        let mut expected = vec!["N", "WHO"];
        expected.extend(["HOME", "LANG", "PATH"].iter().filter(|name| std::env::var_os(name).is_some()));
        expected.sort_unstable();
        assert_eq!(names, expected);
    }

    #[test]
    fn a_command_that_writes_without_end_is_ended_with_all_it_began() {
        for (redirect, name) in [("", "stdout"), (">&2", "stderr")] {
            let folder = crate::support::place::private_folder();
            let mark = folder.path().join("mark");
            let list = format!(
                "  - do: {{run: {{shell: {{command: '(sleep 2; touch \"$MARK\") & yes {redirect}', environment: {{MARK: '${{ .mark }}'}}}}}}}}"
            );
            let fault = tasks(&list, json!({"mark": mark})).fault();
            let detail = format!(
                "the command was ended: it writes more than 10 MiB to {name}, the most that is read; have it write to a file"
            );
            assert_eq!((&fault["detail"], &fault["maybeApplied"]), (&json!(detail), &json!(true)));
            std::thread::sleep(Duration::from_millis(2500));
            assert!(!mark.exists(), "a process was left behind");
        }
    }

    #[test]
    fn a_command_that_fails_fails_its_step() {
        let played = shell("shell: {command: 'echo first >&2; echo second >&2; exit 5'}");
        let fault = played.fault();
        assert_eq!(fault["type"], "https://serverlessworkflow.io/spec/1.0.0/errors/runtime");
        assert_eq!(
            (&fault["detail"], &fault["instance"]),
            (&json!("the command ended with exit code 5: second"), &json!("/do/0/do"))
        );
        assert_eq!(step_error(&played), fault);
    }

    #[test]
    fn a_command_ends_with_its_step_and_what_it_began_ends_too() {
        let folder = crate::support::place::private_folder();
        let mark = folder.path().join("mark");
        let list = "  - do: {timeout: {after: {milliseconds: 300}}, run: {shell: {command: '(sleep 2; touch \"$MARK\") & wait', environment: {MARK: '${ .mark }'}}}}";
        let began = Instant::now();
        let fault = tasks(list, json!({"mark": mark})).fault();
        assert!(began.elapsed() < Duration::from_secs(2), "it was waited for");
        assert_eq!((&fault["status"], &fault["maybeApplied"]), (&json!(408), &json!(true)));
        std::thread::sleep(Duration::from_millis(2500));
        assert!(!mark.exists(), "a process was left behind");
    }

    #[test]
    fn nobody_waits_for_a_command_that_is_not_awaited() {
        let folder = crate::support::place::private_folder();
        let mark = folder.path().join("mark");
        let list = "  - do: {run: {shell: {command: 'cat > \"$MARK\"', stdin: done, environment: {MARK: '${ .mark }'}}, await: false}}";
        let played = tasks(list, json!({"mark": mark}));
        assert_eq!(played.output()["mark"], mark.to_str().unwrap());
        let began = Instant::now();
        while std::fs::read_to_string(&mark).unwrap_or_default() != "done" {
            assert!(began.elapsed() < Duration::from_secs(20), "it does not run");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
