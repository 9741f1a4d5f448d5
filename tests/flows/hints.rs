//! What whoever runs a flow is told besides its outcome: warnings, and how long a provider asks to wait.

use crate::harness::Workplace;
use crate::outcomes::{on, recording};
use crate::player::text;
use crate::support::fake::{Fake, answer, json as body};
use scim_connector_flow::event::Event;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

#[test]
fn what_was_warned_of_before_a_failure_is_told() {
    let provider = Fake::start(|_, received| match received.line() {
        line if line.starts_with("GET ") && line.contains("externalId") => {
            body(400, json!({"status": "400", "scimType": "invalidFilter"}))
        }
        line if line.starts_with("GET /scim/Users") => body(200, json!({"totalResults": 0, "Resources": []})),
        line if line.starts_with("GET /scim/Groups") => body(200, json!({"totalResults": 5, "Resources": [null]})),
        _ => body(403, json!({"status": "403", "detail": "not for you"})),
    });
    let connection = json!({"serviceUrl": format!("{}/scim", provider.origin()), "auth": {"type": "none"},
        "retry": {"maxAttempts": 1}});
    let call =
        on(&connection, "  - ada: {call: ensureUser, with: {payload: {userName: ada, externalId: e1}}}\n").fault();
    let detail = call["detail"].as_str().unwrap();
    assert!(detail.contains("not for you; warned before: ") && detail.contains("externalId"), "{detail}");
    for concurrency in ["", "metadata: {concurrency: 2}, "] {
        let listing = format!(
            "  - all: {{call: listGroups, with: {{all: true}}}}\n  - each: {{for: {{in: .}}, {concurrency}do: [{{a: {{set: {{n: 1}}}}}}]}}\n"
        );
        let played = on(&connection, &listing);
        assert_eq!(played.fault()["kind"], "incomplete");
        let is_told = |event: &Event| matches!(event, Event::Warned { text, .. } if text.contains("no resource"));
        assert!(played.events.iter().any(is_told), "{concurrency}{:?}", played.events);
    }
}

#[test]
fn a_wait_beyond_its_bound_is_not_begun_and_shows_the_hint() {
    let provider = Fake::start(|_, _| answer(429, &[("Retry-After", "30")], ""));
    let connection = |retry: Value| json!({"serviceUrl": format!("{}/scim", provider.origin()), "auth": {"type": "none"}, "retry": retry});
    let get = "{get: {call: getUser, with: {id: '1'}}}";
    let walk = "{all: {call: listUsers, with: {all: true}}}, {each: {for: {in: .}, do: [{a: {set: {n: 1}}}]}}";
    let flow_of = |tasks: &str, limit: &str| {
        text(&format!(
            "  - attempt: {{try: [{tasks}], catch: {{retry: {{delay: {{milliseconds: 10}}, limit: {{{limit}}}}}}}}}\n"
        ))
    };
    let began = Instant::now();
    for tasks in [get, walk] {
        // The bound of the connection, and that of the flow.
        for (retry, limit) in [
            (json!({"maxAttempts": 3, "maxDelayMs": 1000}), "attempt: {count: 3}"),
            (json!({"maxAttempts": 1}), "duration: {seconds: 5}"),
        ] {
            let place = Workplace::new(&[("scim", connection(retry))]);
            let file = place.path().join("flow.yaml");
            std::fs::write(&file, flow_of(tasks, limit)).unwrap();
            let before = provider.requests().len();
            let ran = place.run(&["run", file.to_str().unwrap(), "--history", "history.sqlite"]);
            assert_eq!((ran.code, provider.requests().len() - before), (75, 1), "{tasks} {limit}: {}", ran.stderr);
            assert!(ran.stderr.contains("\n  retry after: 30000 ms"), "{}", ran.stderr);
            let report = place.run(&["report", "last", "--history", "history.sqlite"]).stdout;
            assert!(report.contains("the provider asks to wait for 30.0 s"), "{report}");
        }
    }
    assert!(began.elapsed() < Duration::from_secs(28), "{:?}", began.elapsed());
}

#[test]
fn warnings_of_calls_are_told_with_their_step() {
    let provider = recording();
    let connection = json!({"serviceUrl": format!("{}/scim", provider.origin()), "auth": {"type": "none"},
        "overrides": {"bulk": {"supported": false}}});
    let played = on(&connection, "  - many: {call: bulk, with: {operations: [{method: delete, path: /Users/2}]}}\n");
    let warned: Vec<&Event> = played.events.iter().filter(|event| matches!(event, Event::Warned { .. })).collect();
    assert!(
        matches!(warned.as_slice(), [Event::Warned { step: 1, text }] if text.contains("one by one")),
        "{warned:?}"
    );
}
