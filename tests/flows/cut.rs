//! Calls that are cut off: by a timeout, a stop, Ctrl-C. Each is told, and a change that was sent is told to be one that may have
//! been applied; one that was not sent is not.

use crate::harness::{Workplace, block_on};
use crate::player::{EventLog, Played, config, flow, play, runner, text};
use scim_connector_flow::Stop;
use scim_connector_flow::event::{Change, Event, RunOutcome, StepOutcome};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A provider that takes a second for a change, and never answers for what is called `never`.
struct Slow {
    address: SocketAddr,
    of: Arc<State>,
}

#[derive(Default)]
struct State {
    over: AtomicBool,
    changes: AtomicUsize,
    reads: AtomicUsize,
    seen: Mutex<Vec<String>>,
}

impl Slow {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, of) = (listener.local_addr().unwrap(), Arc::new(State::default()));
        let state = of.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if state.over.load(Ordering::SeqCst) {
                    return;
                }
                let state = state.clone();
                std::thread::spawn(move || answer(stream.unwrap(), &state));
            }
        });
        Self { address, of }
    }

    fn connection(&self) -> Value {
        json!({"serviceUrl": format!("http://{}/scim", self.address), "auth": {"type": "none"}})
    }

    /// Changes that arrived.
    fn changes(&self) -> usize {
        self.of.changes.load(Ordering::SeqCst)
    }

    fn until_changes(&self, count: usize) {
        let began = Instant::now();
        while self.changes() < count {
            assert!(began.elapsed() < Duration::from_secs(60), "{:?}", self.of.seen.lock().unwrap());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        self.of.over.store(true, Ordering::SeqCst);
        TcpStream::connect(self.address).ok();
    }
}

/// Answers the requests of one connection.
fn answer(stream: TcpStream, state: &State) -> Option<()> {
    let mut from = BufReader::new(stream.try_clone().unwrap());
    loop {
        let mut line = String::new();
        from.read_line(&mut line).ok().filter(|length| *length > 0)?;
        let mut length = 0;
        loop {
            let mut header = String::new();
            from.read_line(&mut header).ok().filter(|length| *length > 0)?;
            if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if header.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        from.read_exact(&mut body).ok()?;
        let text = String::from_utf8(body).unwrap();
        state.seen.lock().unwrap().push(line.clone());
        let change = line.starts_with("POST");
        let never = text.contains("never") || line.contains("never");
        let counter = if change { &state.changes } else { &state.reads };
        if change || never {
            counter.fetch_add(1, Ordering::SeqCst);
        }
        let until = Instant::now() + Duration::from_secs(if change { 1 } else { 0 });
        while never || Instant::now() < until {
            if state.over.load(Ordering::SeqCst) {
                return None;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let (status, answer) = if change {
            let mut user: Value = serde_json::from_str(&text).unwrap();
            user["id"] = "1".into();
            ("201 Created", user.to_string())
        } else {
            (
                "404 Not Found",
                json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "404"}).to_string(),
            )
        };
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/scim+json\r\nContent-Length: {}\r\n\r\n",
            answer.len()
        );
        (&stream).write_all((head + &answer).as_bytes()).ok()?;
    }
}

fn tasks(provider: &Slow, list: &str) -> Played {
    let runner = runner(config(&[("slow", provider.connection())]));
    play(&runner, &flow(&text(list), Path::new(".")), json!({}))
}

/// How the steps of this name ended.
fn ends(events: &[Event], name: &str) -> Vec<(StepOutcome, Option<bool>)> {
    let numbers: Vec<u64> = events
        .iter()
        .filter_map(|event| match event {
            Event::StepStarted { step, name: other, .. } if **other == *name => Some(*step),
            _ => None,
        })
        .collect();
    let end = |event: &Event| match event {
        Event::StepEnded { step, outcome, error, .. } if numbers.contains(step) => {
            Some((*outcome, error.as_ref().map(|error| error.maybe_applied)))
        }
        _ => None,
    };
    events.iter().filter_map(end).collect()
}

#[test]
fn a_change_that_a_timeout_cuts_off_is_not_repeated_and_a_read_is() {
    let attempt = |timeout: &str, call: &str| {
        format!(
            "  - attempt:\n      try:\n        - step: {{{timeout} {call}}}\n      catch:\n        retry: {{delay: {{milliseconds: 10}}, limit: {{attempt: {{count: 2, duration: PT1M}}}}}}\n        do:\n          - told: {{set: {{status: '${{ $error.status }}', maybe: '${{ $error.maybeApplied }}'}}}}\n"
        )
    };
    let timeout = "timeout: {after: {milliseconds: 900}},";
    let create = "call: createUser, with: {payload: {userName: never}}";
    let provider = Slow::new();
    let run = tasks(&provider, &attempt(timeout, create));
    assert_eq!(run.output(), &json!({"status": 408, "maybe": true}));
    assert_eq!((provider.changes(), run.affected()), (1, vec![("never".to_owned(), Change::Unknown)]));
    assert_eq!(ends(&run.events, "step"), [(StepOutcome::Interrupted, Some(true))]);

    // Of many beside each other, every one.
    let many = "for: {in: '[1, 2, 3]'}, metadata: {concurrency: 3}, do: [{one: {call: createUser, with: {payload: {userName: never}}}}]";
    let provider = Slow::new();
    let run = tasks(&provider, &attempt("timeout: {after: {seconds: 3}},", many));
    assert_eq!(run.output(), &json!({"status": 408, "maybe": true}));
    assert_eq!((provider.changes(), ends(&run.events, "one")), (3, vec![(StepOutcome::Interrupted, Some(true)); 3]));

    // The time of one try.
    let provider = Slow::new();
    let text = attempt("", create).replace("PT1M", "PT1S");
    let run = tasks(&provider, &text);
    assert_eq!(run.output(), &json!({"status": 408, "maybe": true}));
    assert_eq!(provider.changes(), 1);

    // A read, while a change of the same connection is under way.
    let provider = Slow::new();
    let read = attempt("timeout: {after: {seconds: 1}},", "call: getUser, with: {id: never}");
    let read = read.replace("\n", "\n            ");
    let list = format!(
        "  - both:\n      fork:\n        branches:\n          - change: {{try: [{{write: {{timeout: {{after: {{seconds: 5}}}}, {create}}}}}], catch: {{}}}}\n          - reading:\n              do:\n            {read}\n"
    );
    let run = tasks(&provider, &list);
    assert_eq!(run.output()[1], json!({"status": 408, "maybe": false}));
    assert_eq!(ends(&run.events, "step"), vec![(StepOutcome::Interrupted, Some(false)); 3]);
    assert_eq!(ends(&run.events, "write"), [(StepOutcome::Interrupted, Some(true))]);
}

/// Plays a flow, and does something once the provider has seen a change.
fn stopped(provider: &Slow, list: &str, act: fn(&Stop)) -> Played {
    let runner = runner(config(&[("slow", provider.connection())]));
    let (flow, stop, kept) = (flow(&text(list), Path::new(".")), Stop::new(), Arc::new(EventLog::default()));
    let ended = std::thread::scope(|scope| {
        scope.spawn(|| {
            provider.until_changes(1);
            act(&stop);
        });
        block_on(runner.run(&flow, json!({}), kept.clone(), &stop))
    });
    let events = std::mem::take(&mut *kept.0.lock().unwrap());
    Played { ended, events }
}

#[test]
fn a_run_that_is_stopped_finishes_what_it_does_and_one_cut_off_says_what_is_open() {
    let list = |name: &str| {
        format!(
            "  - all: {{for: {{in: '[1, 2]'}}, do: [{{one: {{call: createUser, with: {{payload: {{userName: {name}}}}}}}}}, {{pause: {{wait: PT0.1S}}}}]}}\n"
        )
    };
    let provider = Slow::new();
    let run = stopped(&provider, &list("ada"), Stop::request);
    assert_eq!((run.ended.outcome, provider.changes()), (RunOutcome::Interrupted, 1));
    assert_eq!(run.affected(), [("ada".to_owned(), Change::Created)]);
    assert_eq!(run.ended.fault, None);

    let provider = Slow::new();
    let run = stopped(&provider, &list("never"), Stop::at_once);
    assert_eq!((run.ended.outcome, provider.changes()), (RunOutcome::Interrupted, 1));
    assert_eq!(run.affected(), [("never".to_owned(), Change::Unknown)]);
    assert!(run.ended.fault.as_ref().is_some_and(|fault| fault.maybe_applied), "{:?}", run.ended);
    assert!(matches!(run.events.last(), Some(Event::RunEnded { .. })));
    let count = |wanted: fn(&Event) -> bool| run.events.iter().filter(|event| wanted(event)).count();
    let begun = count(|event| matches!(event, Event::StepStarted { .. }));
    assert_eq!(begun, count(|event| matches!(event, Event::StepEnded { .. })), "{:#?}", run.events);
}

#[cfg(unix)]
#[test]
fn control_c_twice_ends_the_command_and_says_what_is_open() {
    for (format, expected) in [("text", "never: may have been applied"), ("json", "\"maybeApplied\":true")] {
        let provider = Slow::new();
        let place = Workplace::new(&[("slow", provider.connection())]);
        let file = place.path().join("flow.yaml");
        std::fs::write(&file, text("  - one: {call: createUser, with: {payload: {userName: never}}}\n")).unwrap();
        let arguments = ["--error-format", format, "run", file.to_str().unwrap(), "--no-history"];
        let mut child = place.command(&arguments).stderr(std::process::Stdio::piped()).spawn().unwrap();
        provider.until_changes(1);
        for _ in 0..2 {
            let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
            assert!(sent.success());
            std::thread::sleep(Duration::from_millis(500));
        }
        let code = child.wait().unwrap().code();
        let mut told = String::new();
        child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        assert_eq!(code, Some(130), "{told}");
        assert!(told.contains(expected), "{told}");
        if format == "json" {
            assert_eq!(told.lines().count(), 1, "{told}");
        }
    }
}
