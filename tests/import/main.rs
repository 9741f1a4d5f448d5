//! An import of many people by a flow: how fast beside the same calls without the engine, in how much memory, and what
//! becomes of it when it is killed in the middle and run again. The one argument is how many people; `cargo test` takes a
//! few, `cargo xtask import` ten thousand.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test"
)]

#[path = "../e2e/harness.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod harness;
#[path = "../support/mod.rs"]
mod support;

use harness::{Workplace, block_on, client, connector, sandbox};
use scim_connector_automation::history::{Begin, History, Retention, Trigger};
use scim_connector_flow::event::{Change, Event, Watcher};
use scim_connector_flow::{FileAccess, Runner, Stop, load};
use scim_connector_host::{Client, Config};
use scim_connector_sandbox::Options;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// People where nobody says how many.
const FEW: usize = 1000;

/// Calls in flight, as `bulk-import.yaml` has them.
const CONCURRENCY: usize = 8;

/// How much more memory ten times as many people may take.
const GROWTH: f64 = 1.25;

fn main() {
    // `cargo test` may hand over a filter or a flag, which are not meant for this test.
    let people = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(FEW);
    let folder = support::place::private_folder();
    for (name, count) in [("few.ndjson", people / 10), ("people.ndjson", people)] {
        let lines: String = (0..count).map(|number| format!("{}\n", person(number))).collect();
        std::fs::write(folder.path().join(name), lines).unwrap();
    }
    speed(people, folder.path());
    memory(people, folder.path());
    killed(people, folder.path());
}

fn person(number: usize) -> Value {
    let name = format!("person{number}@example.com");
    json!({"userName": name, "externalId": number.to_string(), "displayName": format!("Person {number}"),
        "emails": [{"value": name, "type": "work", "primary": true}], "active": true})
}

fn flow_file() -> std::path::PathBuf {
    support::root().join("tests/flows/bulk-import.yaml")
}

/// Counts what happened to people.
#[derive(Default)]
struct Counted(AtomicUsize);

impl Watcher for Counted {
    fn on(&self, _: jiff::Timestamp, event: &Event) {
        if let Event::StepEnded { affected, .. } = event {
            self.0.fetch_add(affected.iter().filter(|one| one.change == Change::Created).count(), Ordering::Relaxed);
        }
    }
}

/// The same calls without the engine, then by the flow with its history kept.
fn speed(people: usize, folder: &Path) {
    let (_plain_sandbox, plain) = sandbox(Options::default());
    let client = client(&plain);
    let warm = block_on(client.invoke("ensureUser", &json!({"payload": person(0)}))).unwrap();
    assert_eq!(warm.output["outcome"], "created");
    let started = Instant::now();
    block_on(without_the_engine(&client, people));
    let plain_time = started.elapsed();

    let (_flow_sandbox, connection) = sandbox(Options::default());
    let text = format!("[connections]\nscimClient = {}\n", harness::toml(&connection));
    let config = Config::parse(&text, Path::new("Config.toml")).unwrap();
    let catalog = block_on(connector().catalog()).unwrap();
    let loaded = load::file(&flow_file(), &catalog, &config, Default::default()).unwrap();
    let Ok(loaded) = loaded else { panic!("the flow is wrong") };
    let runner = block_on(Runner::new(connector().clone(), config, loaded.library)).unwrap();
    let runner = runner.reading(FileAccess::default().anywhere());
    let history = History::open(&folder.join("history.sqlite"), Retention::default()).unwrap();
    let begin = Begin {
        flow: "bulk-import",
        version: "1.0.0",
        file: &flow_file(),
        text: "",
        trigger: Trigger::Manual,
        scheduled_for: None,
    };
    let counted = Arc::new(Counted::default());
    let watchers: Vec<Arc<dyn Watcher>> = vec![Arc::new(history.begin(&begin).unwrap()), counted.clone()];
    let started = Instant::now();
    let input = json!({"file": folder.join("people.ndjson")});
    let ended = block_on(runner.run(&loaded.flow, input, Arc::new(watchers), &Stop::new()));
    let flow_time = started.elapsed();
    assert_eq!((ended.fault, counted.0.load(Ordering::Relaxed)), (None, people));
    let each = |time: Duration| time.as_secs_f64() * 1e6 / people as f64;
    let (plain_each, flow_each) = (each(plain_time), each(flow_time));
    println!(
        "{people} ensureUser, {CONCURRENCY} at a time: {:.0}/s without the engine, {:.0}/s by a flow with its history: {:.2} of it; the engine adds {:.0} µs to the {plain_each:.0} µs for each person",
        1e6 / plain_each,
        1e6 / flow_each,
        plain_each / flow_each,
        flow_each - plain_each,
    );
}

async fn without_the_engine(client: &Client, people: usize) {
    let mut going = JoinSet::new();
    for number in 0..people {
        if going.len() >= CONCURRENCY {
            going.join_next().await.unwrap().unwrap();
        }
        let client = client.clone();
        going.spawn(async move {
            client.invoke("ensureUser", &json!({"payload": person(number)})).await.unwrap();
        });
    }
    while let Some(one) = going.join_next().await {
        one.unwrap();
    }
}

/// The peak memory of the command for a tenth of the people and for all of them.
fn memory(people: usize, folder: &Path) {
    let peak = |file: &str| {
        let (_running, connection) = sandbox(Options::default());
        let place = Workplace::new(&[("scimClient", connection)]);
        let input = json!({"file": folder.join(file)}).to_string();
        let history = place.path().join("history.sqlite");
        let flow = flow_file();
        let arguments = [
            "run",
            flow.to_str().unwrap(),
            "--allow",
            "read",
            "--input",
            &input,
            "--history",
            history.to_str().unwrap(),
        ];
        let mut child =
            place.command(&arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut peak = 0;
        while child.try_wait().unwrap().is_none() {
            peak = peak.max(peak_of(child.id()).unwrap_or(peak));
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(child.wait().unwrap().success());
        peak
    };
    if peak_of(std::process::id()).is_none() {
        println!("peak memory: this system does not tell");
        return;
    }
    let (few, many) = (peak("few.ndjson"), peak("people.ndjson"));
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    let ratio = mib(many) / mib(few);
    println!(
        "peak memory: {:.1} MiB for {} people, {:.1} MiB for {people}: {ratio:.2} times",
        mib(few),
        people / 10,
        mib(many)
    );
    assert!(ratio < GROWTH, "memory grows with the number of people");
}

/// The most memory a process has had, in bytes.
fn peak_of(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? * 1024)
}

/// Killed in the middle, and run again: everybody exists once, and the history says what was interrupted.
fn killed(people: usize, folder: &Path) {
    let (_running, connection) = sandbox(Options::default());
    let observer = client(&connection);
    let place = Workplace::new(&[("scimClient", connection)]);
    let input = json!({"file": folder.join("people.ndjson")}).to_string();
    let history = place.path().join("history.sqlite");
    let (flow, history) = (flow_file(), history.to_str().unwrap().to_owned());
    let arguments = ["run", flow.to_str().unwrap(), "--allow", "read", "--input", &input, "--history", &history];
    place.run_until(&arguments, || total(&observer) >= people / 3);
    let before = total(&observer);
    assert!(before < people, "it was over already");

    let again = place.run(&arguments);
    assert_eq!(again.code, 0, "{}", again.stderr);
    let names = names(&observer);
    let different: BTreeSet<&String> = names.iter().collect();
    assert_eq!((names.len(), different.len()), (people, people), "everybody exists, and once");
    let runs = place.run(&["runs", "--history", &history, "--json"]).stdout;
    let status = |line: &str| serde_json::from_str::<Value>(line).unwrap()["status"].as_str().unwrap().to_owned();
    assert_eq!(runs.lines().map(status).collect::<Vec<_>>(), ["completed", "interrupted"], "{runs}");
    println!("killed after {before} of {people} people and run again: {} people, none twice", different.len());
}

fn total(client: &Client) -> usize {
    let found = block_on(client.invoke("listUsers", &json!({"count": 1}))).unwrap();
    usize::try_from(found.output["totalResults"].as_u64().unwrap()).unwrap()
}

fn names(client: &Client) -> Vec<String> {
    let mut pages = client.pages("listUsers", &json!({"count": 1000}));
    let mut names = Vec::new();
    while let Some(page) = block_on(pages.next()).unwrap() {
        names.extend(page.resources.iter().map(|user| user["userName"].as_str().unwrap().to_owned()));
    }
    names
}
