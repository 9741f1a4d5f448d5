//! What operators see: spans as log lines, metrics, and the service of the example, which is a process of its own.

use crate::fake::{Act, Fake, answer, json as scim};
use crate::harness::{Workplace, block_on, cache_home, closed_port, component, connector_with};
use crate::support::root;
use scim_connector_host::settings::{Breaker, ConnectionSettings, Limits};
use scim_connector_host::{ConnectionSource, Error};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const USER: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"1","userName":"ada"}"#;

fn connection(origin: &str) -> Value {
    json!({"serviceUrl": format!("{origin}/scim"), "auth": {"type": "bearer", "token": "t0ken-of-telemetry"}, "retry": {"maxAttempts": 1}})
}

/// The value of the one sample of this name with these labels, in any order.
fn sample(page: &str, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    let has = |line: &str| labels.iter().all(|(label, value)| line.contains(&format!("{label}=\"{value}\"")));
    let lines = page.lines().filter(|line| line.starts_with(&format!("{name}{{")) && has(line));
    let values: Vec<f64> = lines.map(|line| line.rsplit(' ').next().unwrap().parse().unwrap()).collect();
    assert!(values.len() <= 1, "{name} {labels:?} is several: {values:?}");
    values.first().copied()
}

#[test]
fn a_command_logs_its_call_and_requests_and_writes_metrics() {
    let none =
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 0, "Resources": []});
    let fake = Fake::start(move |_, _| scim(200, &none));
    let place = Workplace::new(&[("prod", connection(&fake.origin()))]);
    let input = json!({"filter": "userName eq \"ada.lovelace\""}).to_string();
    let log = ["--log", "debug", "--log-format", "json", "--metrics", "metrics.txt"];
    let done = place.run(&[&log[..], &["call", "listUsers", "--input", &input]].concat());
    assert_eq!(done.code, 0, "{done:?}");

    let lines: Vec<Value> = done.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let span = |name: &str| {
        let spans: Vec<&Value> = lines.iter().map(|line| &line["span"]).filter(|span| span["name"] == name).collect();
        assert_eq!(spans.len(), 1, "{name}: {lines:?}");
        spans[0]
    };
    let call = span("scim.call");
    let expected = [
        ("scim.operation", json!("listUsers")),
        ("scim.connection", json!("prod")),
        ("scim.outcome", json!("success")),
        ("scim.maybe_applied", json!(false)),
        ("scim.requests", json!(1)),
    ];
    for (field, value) in expected {
        assert_eq!(call[field], value, "{field} of {call}");
    }
    let request = span("http.request");
    let expected = [
        ("otel.name", json!("GET")),
        ("otel.kind", json!("client")),
        ("http.request.method", json!("GET")),
        // The filter is the query, and names a person.
        ("url.full", json!(format!("{}/scim/Users", fake.origin()))),
        ("server.address", json!("127.0.0.1")),
        ("server.port", json!(fake.address().port())),
        ("http.response.status_code", json!(200)),
        ("network.protocol.version", json!("1.1")),
    ];
    for (field, value) in expected {
        assert_eq!(request[field], value, "{field} of {request}");
    }
    assert!(fake.requests()[0].line().contains("lovelace"), "the filter was sent");
    assert!(!done.stderr.contains("lovelace"), "{}", done.stderr);

    let page = std::fs::read_to_string(place.path().join("metrics.txt")).unwrap();
    let labels = [("connection", "prod"), ("operation", "listUsers"), ("outcome", "success")];
    assert_eq!(sample(&page, "scim_connector_call_duration_seconds_count", &labels), Some(1.0), "{page}");
    let port = fake.address().port().to_string();
    let labels = [("http_request_method", "GET"), ("http_response_status_code", "200"), ("server_port", &port)];
    assert_eq!(sample(&page, "http_client_request_duration_seconds_count", &labels), Some(1.0), "{page}");
    assert!(page.ends_with("# EOF\n") && !page.contains("lovelace"), "{page}");
}

#[test]
fn nothing_is_logged_unless_asked_and_a_failed_command_writes_metrics_too() {
    let place = Workplace::new(&[("down", connection(&format!("http://127.0.0.1:{}", closed_port())))]);
    let call = ["call", "getUser", "--input", r#"{"id": "1"}"#, "--error-format", "json"];
    let done = place.run(&call);
    assert_eq!(done.stderr.lines().count(), 1, "{done:?}");
    let done = place.run(&[&call[..], &["--metrics", "-"]].concat());
    assert_eq!(done.code, 75, "{done:?}");
    let labels = [("outcome", "transient"), ("error_type", "unavailable")];
    assert_eq!(sample(&done.stderr, "scim_connector_call_duration_seconds_count", &labels), Some(1.0), "{done:?}");
    let labels = [("http_response_status_code", ""), ("error_type", "ConnectionRefused")];
    assert_eq!(sample(&done.stderr, "http_client_request_duration_seconds_count", &labels), Some(1.0), "{done:?}");
    let done = place.run(&[&call[..], &["--metrics", "no/such/folder"]].concat());
    assert_eq!(done.code, 75, "the call's own failure counts more: {done:?}");
}

#[test]
fn every_operation_of_the_catalog_is_a_label_and_what_is_made_up_is_none() {
    let fake = Fake::start(|_, _| answer(404, &[], ""));
    let connector = connector_with(|_| ());
    block_on(async {
        let client = connector.client(connection(&fake.origin())).await.unwrap();
        for operation in &connector.catalog().await.unwrap().operations {
            client.invoke(&operation.name, &json!({})).await.ok();
        }
        assert!(!connector.metrics().prometheus().contains("_OTHER"));
        for made_up in ["dropTable", "x", ""] {
            client.invoke(made_up, &json!({})).await.unwrap_err();
        }
        let page = connector.metrics().prometheus();
        let count = "scim_connector_call_duration_seconds_count";
        assert_eq!(sample(&page, count, &[("operation", "_OTHER")]), Some(3.0), "{page}");
    });
}

#[test]
fn metrics_show_what_waits_what_is_abandoned_and_what_the_breaker_does() {
    let fake = Fake::start(|_, received| match received.line() {
        line if line.ends_with("/slow") => vec![Act::Silence],
        _ => answer(503, &[], ""),
    });
    let connector = connector_with(|_| ());
    let limits = Limits { concurrency: 1, breaker: Breaker { failures: 1, pause_ms: 60_000 }, ..Limits::default() };
    let settings = ConnectionSettings { limits, ..ConnectionSettings::default() };
    let source = ConnectionSource::from(connection(&fake.origin())).with_settings(&settings).named("busy");
    let labels = [("connection", "busy")];
    let page = block_on(async {
        let client = connector.client(source).await.unwrap();
        let get = |id: &'static str| {
            let client = client.clone();
            tokio::spawn(async move { client.invoke("getUser", &json!({"id": id})).await })
        };
        let end = Instant::now() + Duration::from_secs(60);
        let until = async |waiting: f64, active: f64| loop {
            let page = connector.metrics().prometheus();
            let waits = sample(&page, "scim_connector_calls_waiting", &labels);
            if (waits, sample(&page, "http_client_active_requests", &labels)) == (Some(waiting), Some(active)) {
                break page;
            }
            assert!(Instant::now() < end, "{page}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        let running = get("slow");
        until(0.0, 1.0).await;
        let waiting = [get("slow"), get("slow")];
        let page = until(2.0, 1.0).await;
        assert_eq!(sample(&page, "scim_connector_calls_running", &labels), Some(1.0), "{page}");
        // Those that wait first, or the next of them would begin in between.
        for call in waiting.into_iter().chain([running]) {
            call.abort();
            call.await.unwrap_err();
        }
        let error = get("1").await.unwrap().unwrap_err();
        assert!(matches!(error, Error::Failure { .. }), "{error}");
        assert!(matches!(get("2").await.unwrap().unwrap_err(), Error::CircuitOpen { .. }));
        // Here, since gauges ask the clients that live.
        connector.metrics().prometheus()
    });
    let expected = [
        ("scim_connector_breaker_state", vec![], 2.0),
        ("scim_connector_calls_refused_total", vec![], 1.0),
        ("http_client_active_requests", vec![], 0.0),
        ("scim_connector_call_duration_seconds_count", vec![("outcome", "abandoned")], 3.0),
        ("scim_connector_call_duration_seconds_count", vec![("error_type", "circuitOpen")], 1.0),
        ("http_client_request_duration_seconds_count", vec![("error_type", "cancelled")], 1.0),
        ("http_client_request_duration_seconds_count", vec![("error_type", "503")], 1.0),
    ];
    for (name, mut more, value) in expected {
        more.extend(labels);
        assert_eq!(sample(&page, name, &more), Some(value), "{name} {more:?}: {page}");
    }
}

/// The example, as a process that ends with this.
struct Service {
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
    address: String,
}

impl Service {
    fn start(place: &Workplace) -> Self {
        let mut command = Command::new(example());
        command.arg(component()).args(["Config.toml", "127.0.0.1:0"]).current_dir(place.path());
        command.env("XDG_CACHE_HOME", cache_home()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the service can be started");
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("{line}")).to_owned();
        Self { child, stdout, address }
    }

    /// Sends a request; what comes back is read later.
    fn send(&self, method: &str, path: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        let head =
            format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        stream
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> String {
        answered(self.send(method, path, body))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn answered(mut stream: TcpStream) -> String {
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

/// The example's program, built if it is not: `cargo test --test e2e` builds no examples.
fn example() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_BIN_EXE_scim-connector")).parent().unwrap().join("examples");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--workspace", "--example", "axum_service"]).current_dir(root());
    assert!(cargo.status().expect("cargo can be started").success(), "the example builds");
    folder.join(format!("axum_service{}", std::env::consts::EXE_SUFFIX))
}

#[test]
#[cfg(unix)]
fn the_axum_service_serves_and_stops_without_losing_a_call() {
    let fake = Fake::start(|_, received| match received.body.as_str() {
        body if body.contains("taken") => scim(409, json!({"scimType": "uniqueness", "detail": "taken"})),
        body if body.contains("later") => answer(429, &[("Retry-After", "7")], ""),
        body if body.contains("slow") => [vec![Act::Pause(Duration::from_secs(2))], scim(201, USER)].concat(),
        _ => scim(201, USER),
    });
    let place = Workplace::new(&[("prod", connection(&fake.origin()))]);
    let mut service = Service::start(&place);
    let provision = |name: &str| service.ask("POST", "/provision", &json!({"userName": name}).to_string());
    let created = provision("ada");
    assert!(created.starts_with("HTTP/1.1 201") && created.contains("\"userName\":\"ada\""), "{created}");
    let taken = provision("taken");
    assert!(taken.starts_with("HTTP/1.1 409") && taken.contains("\"kind\":\"conflict\""), "{taken}");
    assert!(service.ask("POST", "/provision", "{").starts_with("HTTP/1.1 400"));
    let page = service.ask("GET", "/metrics", "");
    assert!(page.contains("application/openmetrics-text"), "{page}");
    let count = "scim_connector_call_duration_seconds_count";
    assert_eq!(sample(&page, count, &[("connection", "prod"), ("outcome", "success")]), Some(1.0), "{page}");
    assert_eq!(sample(&page, count, &[("connection", "prod"), ("error_type", "conflict")]), Some(1.0), "{page}");

    let slow = service.send("POST", "/provision", r#"{"userName": "slow"}"#);
    let end = Instant::now() + Duration::from_secs(60);
    while fake.requests().len() < 3 {
        assert!(Instant::now() < end, "the slow call does not begin");
        std::thread::sleep(Duration::from_millis(5));
    }
    let pid = service.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let slow = answered(slow);
    assert!(slow.starts_with("HTTP/1.1 201"), "{slow}");
    assert!(service.child.wait().unwrap().success());
    let mut said = String::new();
    service.stdout.read_to_string(&mut said).unwrap();
    assert!(said.contains("finished: 1") && said.contains("maybe_applied: 0"), "{said}");

    let service = Service::start(&place);
    let later = service.ask("POST", "/provision", r#"{"userName": "later"}"#);
    assert!(later.starts_with("HTTP/1.1 429") && later.to_lowercase().contains("retry-after: 7"), "{later}");
}
