//! Automations: `start` as a process of its own, and the commands that talk to it; also when it is killed.

use crate::harness::{Workplace, sandbox};
use scim_connector_sandbox::Options;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

/// Makes sure of Ada, then waits as long as it is told.
const FLOW: &str = r#"
document:
  dsl: '1.0.0'
  namespace: people
  name: nightly
  version: '1.0.0'
  metadata: {automation: {timezone: Europe/Berlin, input: {seconds: 0}}}
schedule: {cron: '30 2 1 1 *'}
do:
  - ada:
      call: ensureUser
      with: {connection: sandbox, payload: {userName: ada@example.com}}
      output: {as: "${ $input }"}
  - pause:
      if: .seconds > 0
      wait: {seconds: 600}
"#;

const OFTEN: &str = r"
document: {dsl: '1.0.0', namespace: people, name: often, version: '1.0.0'}
schedule: {every: {seconds: 1}}
do:
  - nothing: {set: {done: true}}
";

/// A process that `start` began, and what it says.
pub struct Started {
    process: Child,
    lines: Receiver<String>,
    pub said: String,
}

impl Started {
    pub fn new(place: &Workplace, arguments: &[&str]) -> Self {
        let mut process = place.command(&[&["start", "flows"], arguments].concat()).spawn().unwrap();
        let errors = BufReader::new(process.stderr.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || errors.lines().map_while(Result::ok).all(|line| sender.send(line).is_ok()));
        Self { process, lines, said: String::new() }
    }

    /// Waits until it has said something.
    pub fn until(&mut self, text: &str) {
        let started = Instant::now();
        while !self.said.contains(text) {
            let left = PATIENCE.saturating_sub(started.elapsed());
            let line = self.lines.recv_timeout(left);
            let line = line.unwrap_or_else(|error| panic!("{text:?} was not said ({error}) but {}", self.said));
            self.said += &format!("{line}\n");
        }
    }

    #[cfg(unix)]
    fn terminate(&self) {
        let status = Command::new("kill").arg(self.process.id().to_string()).status().unwrap();
        assert!(status.success());
    }

    fn code(&mut self) -> Option<i32> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it does not end; it said {}", self.said);
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

#[cfg(unix)]
#[test]
fn a_daemon_runs_flows_listens_to_commands_and_survives_a_kill() {
    let (_sandbox, connection) = sandbox(Options::default());
    let place = Workplace::new(&[("sandbox", connection)]);
    std::fs::create_dir(place.path().join("flows")).unwrap();
    std::fs::write(place.path().join("flows/nightly.yaml"), FLOW).unwrap();
    std::fs::write(place.path().join("flows/often.yaml"), OFTEN).unwrap();
    let at = ["--history", "history.sqlite"];
    let run = |arguments: &[&str]| place.run(&[arguments, &at].concat());

    let mut daemon = Started::new(&place, &at);
    daemon.until("cron 30 2 1 1 * Europe/Berlin");
    daemon.until("often: run ");
    daemon.until(" completed after ");

    let second = run(&["start", "flows"]);
    assert_eq!(second.code, 64, "{second:?}");
    let pid = daemon.process.id();
    assert!(second.stderr.contains(&format!("are run already, by process {pid} since ")), "{second:?}");

    assert_eq!(run(&["trigger", "nightly"]).code, 0);
    daemon.until("nightly: run ");
    daemon.until(": 1 created");
    let triggered = run(&["trigger", "nightly", "--wait"]);
    assert_eq!(triggered.code, 0, "{triggered:?}");
    assert!(triggered.stdout.contains(" completed; "), "{triggered:?}");
    daemon.until(": 1 created");
    let wrong = run(&["trigger", "nightyl"]);
    assert_eq!(wrong.code, 64);
    assert!(wrong.stderr.contains("there is no automation nightyl; did you mean \"nightly\"?"), "{wrong:?}");

    let paused = run(&["pause", "often"]);
    assert_eq!((paused.code, paused.stdout.as_str()), (0, "often: paused; what is due meanwhile does not run\n"));
    daemon.until("often: paused");
    let status = run(&["status", "--json"]).json();
    assert_eq!(status["daemons"][0]["pid"], pid, "{status}");
    let [nightly, often] = status["automations"].as_array().unwrap().as_slice() else { panic!("{status}") };
    assert_eq!((&nightly["lastRun"]["outcome"], &often["paused"]), (&"completed".into(), &true.into()), "{status}");
    assert!(nightly["nextDue"].as_str().unwrap().ends_with("-01-01T01:30:00Z"), "{status}");
    let text = run(&["status"]);
    assert!(text.stdout.contains("every second") && text.stdout.contains("paused"), "{text:?}");

    // Killed in the middle of a run.
    let input = r#"{"seconds": 600}"#;
    assert_eq!(run(&["trigger", "nightly", "--input", input]).code, 0);
    let began = Instant::now();
    let running = || run(&["runs", "--json", "--outcome", "running"]).stdout;
    while !running().contains("unchanged") {
        assert!(began.elapsed() < PATIENCE, "{}", running());
        std::thread::sleep(Duration::from_millis(100));
    }
    daemon.process.kill().unwrap();
    daemon.process.wait().unwrap();
    let nobody = run(&["trigger", "nightly"]);
    assert_eq!(nobody.code, 64);
    assert!(nobody.stderr.contains("no process runs nightly"), "{nobody:?}");
    assert!(run(&["status"]).stderr.contains("no process runs automations"));

    let mut daemon = Started::new(&place, &at);
    daemon.until("of nightly was interrupted after 1 person; run it again with `trigger nightly`");
    let runs = run(&["runs", "--json", "--flow", "nightly", "--limit", "1"]);
    let last: Value = serde_json::from_str(&runs.stdout).unwrap();
    assert_eq!(last["status"], "interrupted", "{last}");
    daemon.until("often ");
    assert_eq!(run(&["resume", "often"]).code, 0);
    daemon.until("often: goes on");
    daemon.until(" completed after ");

    // Told to end in the middle of a run: it ends, and the run is interrupted.
    assert_eq!(run(&["trigger", "nightly", "--input", input]).code, 0);
    daemon.until("nightly: run ");
    daemon.terminate();
    daemon.until("ending: what runs finishes its step");
    daemon.until(" was interrupted after ");
    assert_eq!(daemon.code(), Some(130), "{}", daemon.said);
}
