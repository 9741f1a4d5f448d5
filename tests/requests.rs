//! What every operation costs on a provider that behaves: which requests it makes, with the documents of discovery still to be read
//! (cold) and with all of them kept (warm). The table is `requests.json`; the provider is the sandbox, started anew for each row. A
//! row that gains a request says `because` of what.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use scim_connector::catalog::invoke::invoke;
use scim_connector::connection::Connection;
use scim_connector::contract::Operation;
use scim_connector::http::platform::{Bounds, Platform, Reason, TransportError};
use scim_connector::http::{Request, Response};
use scim_connector::operations::connection_test;
use scim_connector_sandbox::{Options, Sandbox};
use serde_json::{Map, Value, json};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// Requests over plain HTTP, as they are, and the lines of those made.
struct Wire {
    lines: RefCell<Vec<String>>,
    clock: Cell<u64>,
}

impl Platform for Wire {
    fn send(&self, request: &Request, _: &Bounds) -> Result<Response, TransportError> {
        self.clock.set(self.clock.get() + 10);
        let path = &request.url[url::Position::BeforePath..];
        self.lines.borrow_mut().push(format!("{} {path}", request.method.as_str()));
        let body = request.body.as_deref().unwrap_or_default();
        let mut head = format!("{} {path} HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n", request.method.as_str());
        head.extend(request.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")));
        head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
        exchange(&request.url, &[head.as_bytes(), body].concat()).map_err(|error| TransportError {
            reason: Reason::Internal,
            maybe_sent: true,
            detail: error.to_string(),
            headers: Vec::new(),
        })
    }

    fn now(&self) -> u64 {
        self.clock.get()
    }

    fn elapsed(&self) -> u64 {
        self.clock.get()
    }

    fn sleep(&self, milliseconds: u64) {
        panic!("a provider that behaves is not waited for, {milliseconds} ms");
    }

    fn random(&self) -> u64 {
        4
    }

    fn environment(&self, _: &str) -> Option<String> {
        None
    }
}

fn exchange(url: &url::Url, request: &[u8]) -> std::io::Result<Response> {
    let mut stream = TcpStream::connect((url.host_str().unwrap(), url.port().unwrap()))?;
    stream.write_all(request)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("an answer has a head");
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.into(), value.into()));
    Ok(Response { status, headers: headers.collect(), body: answer[end + 4..].to_vec() })
}

/// What there is before each row: the name it has in the table, and how it is made.
fn world() -> Vec<(&'static str, &'static str, Value)> {
    let user = |name: &str| json!({"payload": {"userName": format!("{name}@example.com"), "externalId": format!("e-{name}"), "active": name != "cy"}});
    vec![
        ("ada", "createUser", user("ada")),
        ("bob", "createUser", user("bob")),
        ("cy", "createUser", user("cy")),
        ("eng", "createGroup", json!({"payload": {"displayName": "Engineering", "members": [{"value": "{ada}"}]}})),
    ]
}

/// Puts identifiers for names, or names for identifiers.
fn replaced(text: &str, names: &BTreeMap<String, String>, back: bool) -> String {
    names.iter().fold(text.to_owned(), |text, (name, id)| {
        let name = format!("{{{name}}}");
        if back { text.replace(id.as_str(), &name) } else { text.replace(&name, id) }
    })
}

/// A provider with all there is in the world, and what is known by name.
struct Provider {
    wire: Wire,
    connection: String,
    names: BTreeMap<String, String>,
}

impl Provider {
    fn call(&self, operation: &str, input: &Value) -> Value {
        let input = replaced(&input.to_string(), &self.names, false);
        if operation == "test" {
            let connection = Connection::from_text(&self.connection).unwrap();
            let report = connection_test::run(&self.wire, &connection);
            assert_eq!(report.failure, None);
            return Value::Null;
        }
        let answer = invoke(&self.wire, &self.connection, operation, &input, None)
            .unwrap_or_else(|failure| panic!("{operation}: {}", failure.to_json()));
        serde_json::from_str(&answer.output.to_json().to_string()).unwrap()
    }

    fn name(&mut self, name: &str, output: &Value) {
        let id = output["id"].as_str().or_else(|| output["resource"]["id"].as_str());
        self.names.extend(id.map(|id| (name.to_owned(), id.to_owned())));
        // A ticket is passed on whole, and its place named after it.
        let location = output["ticket"]["location"].as_str().and_then(|it| it.rsplit('/').next());
        self.names.extend(location.map(|id| (name.to_owned(), id.to_owned())));
    }

    /// The requests since the last look.
    fn requests(&self) -> Vec<String> {
        let lines = self.wire.lines.take();
        lines.iter().map(|line| replaced(line, &self.names, true).replace("/scim/v2", "")).collect()
    }
}

/// The requests of a row's operation.
async fn requests(row: Value, warm: bool) -> Vec<String> {
    let sandbox = Sandbox::start(Options {
        bearer_token: Some("a-token".into()),
        asynchronous: Some(Duration::ZERO),
        max_page_size: 100,
        ..Options::default()
    });
    let sandbox = sandbox.await.unwrap();
    let service = sandbox.service_url();
    // What is kept is kept by the thread.
    let found =
        tokio::task::spawn_blocking(move || std::thread::spawn(move || carried_out(&service, &row, warm)).join());
    let found = found.await.unwrap();
    sandbox.stop().await;
    found.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn carried_out(service: &str, row: &Value, warm: bool) -> Vec<String> {
    let mut connection = json!({"serviceUrl": service, "auth": {"type": "bearer", "token": "a-token"}});
    connection.as_object_mut().unwrap().extend(row["connection"].as_object().cloned().into_iter().flatten());
    let wire = Wire { lines: RefCell::default(), clock: Cell::new(1_700_000_000_000) };
    let mut provider = Provider { wire, connection: connection.to_string(), names: BTreeMap::new() };
    for (name, operation, input) in world() {
        let output = provider.call(operation, &input);
        provider.name(name, &output);
    }
    let mut input = row["input"].clone();
    if let Some(before) = row.get("before") {
        let output = provider.call(before["operation"].as_str().unwrap(), &before["input"]);
        provider.name("before", &output);
        if output.get("ticket").is_some() {
            input = json!({"ticket": output["ticket"]});
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    // Past the life of what was kept on the way.
    provider.wire.clock.set(provider.wire.clock.get() + 86_400_000 * 30);
    if warm {
        for operation in ["getServiceProviderConfig", "listResourceTypes", "listSchemas"] {
            provider.call(operation, &json!({}));
        }
    }
    provider.wire.lines.take();
    let output = provider.call(row["operation"].as_str().unwrap(), &input);
    if !input.to_string().contains(output["id"].as_str().unwrap_or("nobody")) {
        provider.name("new", &output);
    }
    provider.requests()
}

#[test]
fn a_provider_that_behaves_gets_these_requests_and_no_more() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let rows: Vec<Map<String, Value>> = serde_json::from_str(include_str!("requests.json")).unwrap();
    let found: Vec<Value> = rows
        .iter()
        .cloned()
        .map(|mut row| {
            for (name, warm) in [("cold", false), ("warm", true)] {
                let lines = runtime.block_on(requests(Value::Object(row.clone()), warm));
                row.insert(name.into(), json!(lines));
            }
            Value::Object(row)
        })
        .collect();
    let seen = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("requests.json");
    std::fs::write(&seen, serde_json::to_string_pretty(&found).unwrap() + "\n").unwrap();
    let wrong: Vec<String> = rows
        .iter()
        .zip(&found)
        .filter(|(row, found)| Value::Object((*row).clone()) != **found)
        .map(|(row, found)| format!("{}\n  cold {}\n  warm {}", row["case"], found["cold"], found["warm"]))
        .collect();
    assert!(wrong.is_empty(), "{} rows differ (all as found: {}):\n{}", wrong.len(), seen.display(), wrong.join("\n"));
    let operations: BTreeSet<&str> = rows.iter().map(|row| row["operation"].as_str().unwrap()).collect();
    let missing: Vec<&str> = Operation::ALL.iter().map(|it| it.name()).filter(|it| !operations.contains(it)).collect();
    assert!(missing.is_empty(), "without a row: {missing:?}");
    let cases: BTreeSet<&str> = rows.iter().map(|row| row["case"].as_str().unwrap()).collect();
    assert_eq!(cases.len(), rows.len(), "two rows have the same name");
}
