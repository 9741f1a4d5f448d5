//! The daemon: its time and the engine are the test's, files and history are real.

use super::{flow, folder, time};
use crate::history::{Filter, FlowId, History, Retention, Status, Trigger};
use crate::launch::Running;
use crate::{Daemon, Engine, Notice};
use jiff::Timestamp;
use scim_connector_flow::event::RunOutcome;
use scim_connector_flow::{Ended, Event, Fault, Flow, Stop, Watcher};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Runs last until the test says so, or until they are stopped; an input `{"deaf": true}` does not hear that.
#[derive(Default)]
struct GatedRuns {
    began: Mutex<Vec<(String, Value)>>,
    go: Arc<Go>,
}

struct Go(Semaphore);

impl Default for Go {
    fn default() -> Self {
        Self(Semaphore::new(0))
    }
}

impl Engine for GatedRuns {
    fn run<'a>(
        &'a self,
        flow: &'a Arc<Flow>,
        _: Vec<Arc<Flow>>,
        input: Value,
        watcher: Arc<dyn Watcher>,
        stop: &'a Stop,
    ) -> Running<'a> {
        Box::pin(self.hold(flow, input, watcher, stop))
    }
}

impl GatedRuns {
    async fn hold(&self, flow: &Arc<Flow>, input: Value, watcher: Arc<dyn Watcher>, stop: &Stop) -> Ended {
        let now = Timestamp::now();
        let started =
            Event::RunStarted { flow: flow.name().into(), version: flow.version().into(), input: input.clone() };
        watcher.on(now, &started);
        self.began.lock().unwrap().push((flow.document.text.clone(), input.clone()));
        let deaf = input["deaf"] == true;
        let stopped = async {
            while deaf || !stop.is_requested() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let outcome = tokio::select! {
            permit = self.go.0.acquire() => {
                permit.unwrap().forget();
                if input["fail"] == true { RunOutcome::Failed } else { RunOutcome::Completed }
            }
            () = stopped => RunOutcome::Interrupted,
        };
        assert!(input["panic"] != true, "as the test wants it");
        let detail = Some("no\nway".into());
        let fault = (outcome == RunOutcome::Failed).then(|| Fault { detail, ..Fault::default() });
        watcher.on(now, &Event::RunEnded { outcome, output: Value::Null, error: fault.clone(), duration_us: 1 });
        Ended { outcome, output: Value::Null, fault }
    }
}

struct Test {
    place: tempfile::TempDir,
    history: History,
    engine: Arc<GatedRuns>,
    notices: Arc<Mutex<Vec<String>>>,
}

impl Test {
    fn new() -> Self {
        let place = crate::place::private_folder();
        fs::create_dir(place.path().join("flows")).unwrap();
        let history = History::open(&place.path().join("history.sqlite"), Retention::default()).unwrap();
        Self { place, history, engine: Arc::default(), notices: Arc::default() }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.place.path().join("flows").join(name)
    }

    fn flow(&self, name: &str) -> FlowId {
        FlowId::new(&self.place.path().join("flows"), name)
    }

    fn write(&self, name: &str, settings: &str, schedule: &str) {
        fs::write(self.file(&format!("{name}.yaml")), flow(name, settings, schedule)).unwrap();
    }

    fn daemon(&self) -> Daemon {
        let notices = self.notices.clone();
        let tell = Arc::new(move |notice: &Notice| notices.lock().unwrap().push(notice.to_string()));
        let folder = folder(&self.place.path().join("flows"));
        Daemon::new(self.history.clone(), folder, self.engine.clone(), None, tell).unwrap()
    }

    /// Lets the daemon look, and what it began begin.
    async fn tick(&self, daemon: &mut Daemon, now: &str) {
        daemon.tick(time(now));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    /// Lets a run end, and the daemon see it.
    async fn end_one(&self, daemon: &mut Daemon, now: &str) {
        self.engine.go.0.add_permits(1);
        let running = self.running();
        for _ in 0..1000 {
            tokio::time::sleep(Duration::from_millis(5)).await;
            if self.running() < running {
                break;
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        self.tick(daemon, now).await;
    }

    fn running(&self) -> usize {
        self.history.runs(&Filter { status: Some(Status::Running), ..Filter::default() }).unwrap().len()
    }

    fn began(&self) -> usize {
        self.engine.began.lock().unwrap().len()
    }

    fn note(&self, name: &str) -> Option<String> {
        self.history.automations().unwrap().into_iter().find(|row| row.flow.name == name).and_then(|row| row.note)
    }

    fn has_notice(&self, text: &str) -> bool {
        self.notices.lock().unwrap().iter().any(|notice| notice.contains(text))
    }
}

#[tokio::test]
async fn a_run_begins_when_it_is_due_and_stands_in_the_history() {
    let test = Test::new();
    test.write("nightly", "input: {a: 1}", "cron: '0 6 * * *'");
    test.write("other", "", "");
    let mut daemon = test.daemon();
    test.tick(&mut daemon, "2026-01-01T05:59:59Z").await;
    assert_eq!(test.began(), 0);
    let row = test.history.automations().unwrap().remove(0);
    assert_eq!((row.flow.name.as_str(), row.next_due), ("nightly", Some(time("2026-01-01T06:00:00Z"))));
    test.tick(&mut daemon, "2026-01-01T06:00:00Z").await;
    assert_eq!(test.engine.began.lock().unwrap()[0].1, json!({"a": 1}));
    assert_eq!(test.running(), 1);
    test.end_one(&mut daemon, "2026-01-01T06:00:30Z").await;
    let run = test.history.runs(&Filter::default()).unwrap().remove(0);
    assert_eq!((run.trigger, run.status), (Trigger::Schedule, Status::Completed));
    assert_eq!(run.scheduled_for, Some(time("2026-01-01T06:00:00Z")));
    let row = test.history.automations().unwrap().remove(0);
    assert_eq!((row.last_run, row.next_due), (Some(run.id.clone()), Some(time("2026-01-02T06:00:00Z"))));
    assert!(test.has_notice(&format!("nightly: run {} begins, due at 2026-01-01T06:00:00Z", run.id)));
    assert!(test.has_notice(&format!("nightly: run {} completed after ", run.id)));
}

#[tokio::test]
async fn no_overlap_by_default() {
    let test = Test::new();
    test.write("often", "", "cron: '* * * * *'");
    let mut daemon = test.daemon();
    for minute in 0..4 {
        test.tick(&mut daemon, &format!("2026-01-01T06:0{minute}:00Z")).await;
    }
    assert_eq!(test.began(), 1);
    assert!(test.note("often").unwrap().contains("2 due times were skipped"), "{:?}", test.note("often"));
    assert!(test.has_notice("often: not run at 2026-01-01T06:03:00Z, the run before has not ended"));
    test.end_one(&mut daemon, "2026-01-01T06:03:30Z").await;
    test.tick(&mut daemon, "2026-01-01T06:04:00Z").await;
    assert_eq!((test.began(), test.note("often")), (2, None));
}

#[tokio::test]
async fn what_was_due_while_no_daemon_ran_is_made_up_for() {
    for (missed, runs) in [("skip", 0), ("once", 1), ("all", 3)] {
        let test = Test::new();
        test.write("nightly", &format!("missed: {missed}"), "cron: '0 6 * * *'");
        test.tick(&mut test.daemon(), "2026-01-01T05:00:00Z").await;
        let mut daemon = test.daemon();
        test.tick(&mut daemon, "2026-01-03T12:00:00Z").await;
        for _ in 0..runs {
            assert_eq!(test.running(), 1, "{missed}: one after another");
            test.end_one(&mut daemon, "2026-01-03T12:00:01Z").await;
        }
        assert_eq!((test.began(), test.running()), (runs, 0), "{missed}");
        let listed = test.history.runs(&Filter::default()).unwrap();
        assert!(listed.iter().all(|run| run.trigger == Trigger::Missed), "{missed}");
        assert!(test.note("nightly").unwrap().starts_with("3 runs were missed"), "{:?}", test.note("nightly"));
    }
}

#[tokio::test]
async fn requests_run_with_their_input_also_while_paused() {
    let test = Test::new();
    test.write("nightly", "input: {a: 1}", "cron: '0 6 * * *'");
    let mut daemon = test.daemon();
    test.tick(&mut daemon, "2026-01-01T05:00:00Z").await;
    assert!(test.history.set_paused(&test.flow("nightly"), true).unwrap());
    test.tick(&mut daemon, "2026-01-01T06:00:00Z").await;
    test.tick(&mut daemon, "2026-01-02T06:00:00Z").await;
    assert_eq!(test.began(), 0);
    let one = test.history.request_trigger(&test.flow("nightly"), Some(&json!({"b": 2}))).unwrap();
    let two = test.history.request_trigger(&test.flow("nightly"), None).unwrap();
    test.tick(&mut daemon, "2026-01-02T07:00:00Z").await;
    assert_eq!(test.began(), 1, "the second waits");
    test.end_one(&mut daemon, "2026-01-02T07:00:10Z").await;
    let inputs: Vec<Value> = test.engine.began.lock().unwrap().iter().map(|(_, input)| input.clone()).collect();
    assert_eq!(inputs, [json!({"b": 2}), json!({"a": 1})]);
    let runs = [one, two].map(|request| test.history.request(request).unwrap().unwrap().run.unwrap());
    assert_ne!(runs[0], runs[1]);
    test.end_one(&mut daemon, "2026-01-02T07:00:20Z").await;
    test.history.set_paused(&test.flow("nightly"), false).unwrap();
    test.tick(&mut daemon, "2026-01-02T08:00:00Z").await;
    assert_eq!(test.began(), 2);
    test.tick(&mut daemon, "2026-01-03T06:00:00Z").await;
    assert_eq!(test.began(), 3);
    assert!(test.has_notice("nightly: paused") && test.has_notice("nightly: goes on"));
}

#[tokio::test]
async fn a_pause_outlives_the_daemon() {
    let test = Test::new();
    test.write("nightly", "", "cron: '0 6 * * *'");
    test.tick(&mut test.daemon(), "2026-01-01T05:00:00Z").await;
    test.history.set_paused(&test.flow("nightly"), true).unwrap();
    let mut daemon = test.daemon();
    test.tick(&mut daemon, "2026-01-02T06:00:00Z").await;
    assert_eq!(test.began(), 0);
}

#[tokio::test]
async fn a_run_goes_on_with_the_version_it_began_with() {
    let test = Test::new();
    test.write("often", "", "cron: '* * * * *'");
    let mut daemon = test.daemon();
    test.tick(&mut daemon, "2026-01-01T06:00:30Z").await;
    test.tick(&mut daemon, "2026-01-01T06:01:00Z").await;
    let old = flow("often", "", "cron: '* * * * *'");
    let new = format!("{old}# later\n");
    fs::write(test.file("often.yaml"), &new).unwrap();
    test.tick(&mut daemon, "2026-01-01T06:01:10Z").await;
    test.tick(&mut daemon, "2026-01-01T06:01:11Z").await;
    assert_eq!(test.running(), 1);
    // Then a version with a problem: the one before counts, and a person is told.
    fs::write(test.file("often.yaml"), format!("{new}# wrong\n")).unwrap();
    test.tick(&mut daemon, "2026-01-01T06:01:12Z").await;
    test.tick(&mut daemon, "2026-01-01T06:01:13Z").await;
    assert!(test.note("often").unwrap().starts_with("the version before still counts: "), "{:?}", test.note("often"));
    test.end_one(&mut daemon, "2026-01-01T06:01:50Z").await;
    test.tick(&mut daemon, "2026-01-01T06:02:00Z").await;
    let texts: Vec<String> = test.engine.began.lock().unwrap().iter().map(|(text, _)| text.clone()).collect();
    assert_eq!(texts, [old, new]);
}

#[tokio::test]
async fn a_flow_that_is_gone_ends_its_run_first() {
    let test = Test::new();
    test.write("often", "", "cron: '* * * * *'");
    let mut daemon = test.daemon();
    test.tick(&mut daemon, "2026-01-01T06:00:30Z").await;
    test.tick(&mut daemon, "2026-01-01T06:01:00Z").await;
    fs::remove_file(test.file("often.yaml")).unwrap();
    for second in 1..6 {
        test.tick(&mut daemon, &format!("2026-01-01T06:02:0{second}Z")).await;
    }
    assert_eq!((test.running(), test.began()), (1, 1));
    test.end_one(&mut daemon, "2026-01-01T06:03:00Z").await;
    assert_eq!(test.history.runs(&Filter::default()).unwrap()[0].status, Status::Completed);
    assert!(test.history.automations().unwrap().is_empty());
}

#[tokio::test]
async fn a_clock_that_goes_back_runs_nothing_twice() {
    let test = Test::new();
    test.write("hourly", "", "cron: '0 * * * *'");
    let mut daemon = test.daemon();
    test.tick(&mut daemon, "2026-01-01T05:30:00Z").await;
    test.tick(&mut daemon, "2026-01-01T06:00:00Z").await;
    test.end_one(&mut daemon, "2026-01-01T05:00:00Z").await;
    test.tick(&mut daemon, "2026-01-01T06:00:00Z").await;
    assert_eq!(test.began(), 1);
    // Nor when another daemon begins then.
    let mut daemon = test.daemon();
    test.tick(&mut daemon, "2026-01-01T05:30:00Z").await;
    test.tick(&mut daemon, "2026-01-01T06:00:00Z").await;
    assert_eq!(test.began(), 1, "{:?}", test.notices);
    test.tick(&mut daemon, "2026-01-01T07:00:00Z").await;
    assert_eq!(test.began(), 2);
}

#[tokio::test]
async fn files_with_problems_are_told_and_forgotten_when_they_are_mended() {
    let test = Test::new();
    fs::write(test.file("new.yaml"), format!("{}# wrong", flow("new", "", ""))).unwrap();
    let mut daemon = test.daemon();
    test.tick(&mut daemon, "2026-01-01T05:00:00Z").await;
    assert!(test.note("new.yaml").unwrap().contains("is wrong"));
    let request = test.history.request_trigger(&test.flow("new"), None).unwrap();
    test.tick(&mut daemon, "2026-01-01T05:00:01Z").await;
    assert_eq!(test.history.request(request).unwrap().unwrap().taken_at, None);
    test.write("new", "", "");
    test.tick(&mut daemon, "2026-01-01T05:00:02Z").await;
    test.tick(&mut daemon, "2026-01-01T05:00:03Z").await;
    let names: Vec<String> = test.history.automations().unwrap().into_iter().map(|row| row.flow.name).collect();
    assert_eq!((names, test.note("new")), (vec!["new".to_owned()], None));
}

#[tokio::test]
async fn what_fails_is_told_and_the_daemon_goes_on() {
    let test = Test::new();
    test.write("often", "", "");
    let mut daemon = test.daemon();
    test.tick(&mut daemon, "2026-01-01T05:00:00Z").await;
    for (second, input) in [(1, json!({"fail": true})), (3, json!({"panic": true})), (5, json!({}))] {
        test.history.request_trigger(&test.flow("often"), Some(&input)).unwrap();
        test.tick(&mut daemon, &format!("2026-01-01T05:00:0{second}Z")).await;
        test.end_one(&mut daemon, &format!("2026-01-01T05:00:0{}Z", second + 1)).await;
    }
    assert!(test.has_notice("; no way"), "the reason, on one line");
    assert!(test.has_notice("the engine stopped unexpectedly"));
    let runs = test.history.runs(&Filter::default()).unwrap();
    let statuses: Vec<Status> = runs.iter().map(|run| run.status).collect();
    assert_eq!(statuses, [Status::Completed, Status::Interrupted, Status::Failed]);
}

#[tokio::test]
async fn told_to_end_it_lets_runs_stop_and_refuses_what_waits() {
    let test = Test::new();
    test.write("often", "", "");
    let daemon = test.daemon();
    let one = test.history.request_trigger(&test.flow("often"), None).unwrap();
    let two = test.history.request_trigger(&test.flow("often"), None).unwrap();
    let began = async {
        while test.began() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let summary = daemon.run(false, began, Duration::from_secs(60), std::future::pending()).await;
    assert_eq!((summary.interrupted, summary.failed), (1, 0));
    let runs = test.history.runs(&Filter::default()).unwrap();
    assert_eq!(runs.iter().map(|run| run.status).collect::<Vec<_>>(), [Status::Interrupted]);
    assert_eq!(test.history.request(one).unwrap().unwrap().run, Some(runs[0].id.clone()));
    assert_eq!(test.history.request(two).unwrap().unwrap().note.as_deref(), Some("the daemon has ended"));
    assert!(test.history.daemons().unwrap().is_empty());
}

#[tokio::test]
async fn what_does_not_stop_in_time_is_ended() {
    for at_once in [false, true] {
        let test = Test::new();
        test.write("often", "input: {deaf: true}", "");
        let daemon = test.daemon();
        test.history.request_trigger(&test.flow("often"), None).unwrap();
        let began = async {
            while test.began() == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let grace = if at_once { Duration::from_secs(3600) } else { Duration::from_millis(50) };
        let second = async move {
            if !at_once {
                std::future::pending::<()>().await;
            }
        };
        let ending = daemon.run(false, began, grace, second);
        let summary = tokio::time::timeout(Duration::from_secs(60), ending).await.unwrap();
        assert_eq!(summary.interrupted, 1);
        assert_eq!(test.history.runs(&Filter::default()).unwrap()[0].status, Status::Interrupted);
    }
}

#[tokio::test]
async fn once_runs_what_is_due_and_ends() {
    let test = Test::new();
    test.write("every", "missed: all", "every: PT1S");
    let nothing =
        test.daemon().run(true, std::future::pending(), Duration::from_secs(60), std::future::pending()).await;
    assert_eq!((nothing.failed, test.began()), (0, 0), "seen for the first time, due a second later");
    let due = test.history.automations().unwrap()[0].next_due.unwrap();
    let late = due.duration_since(Timestamp::now());
    tokio::time::sleep(Duration::try_from(late).unwrap_or_default()).await;
    test.engine.go.0.add_permits(1000);
    test.daemon().run(true, std::future::pending(), Duration::from_secs(60), std::future::pending()).await;
    assert_eq!((test.began(), test.running()), (1, 0));
}

#[tokio::test]
async fn two_folders_with_a_flow_of_one_name_do_not_touch_each_other() {
    let one = Test::new();
    let mut two = Test::new();
    two.history = one.history.clone();
    for test in [&one, &two] {
        test.write("nightly", "", "cron: '0 6 * * *'");
    }
    let (mut first, mut second) = (one.daemon(), two.daemon());
    one.tick(&mut first, "2026-01-01T05:00:00Z").await;
    two.tick(&mut second, "2026-01-01T05:00:00Z").await;
    assert!(one.history.set_paused(&one.flow("nightly"), true).unwrap());
    let request = one.history.request_trigger(&two.flow("nightly"), None).unwrap();
    one.tick(&mut first, "2026-01-01T05:00:01Z").await;
    assert!(one.has_notice("nightly: paused") && !two.has_notice("paused"));
    assert_eq!((one.began(), one.history.request(request).unwrap().unwrap().taken_at), (0, None));
    two.tick(&mut second, "2026-01-01T05:00:01Z").await;
    assert!(!two.has_notice("paused") && two.history.request(request).unwrap().unwrap().taken_at.is_some());
    assert_eq!((one.began(), two.began()), (0, 1));
    two.end_one(&mut second, "2026-01-01T05:00:02Z").await;
    // Due: the one that is paused lets it pass by, the other one runs, and neither takes the other's run for its own.
    one.tick(&mut first, "2026-01-01T06:00:00Z").await;
    two.tick(&mut second, "2026-01-01T06:00:00Z").await;
    assert_eq!((one.began(), two.began()), (0, 2));
    let rows = one.history.automations().unwrap();
    assert_eq!(rows.iter().filter(|row| row.last_run.is_some()).count(), 1);
    two.end_one(&mut second, "2026-01-01T06:00:01Z").await;
    // Another daemon of the first folder knows nothing of what ran in the second.
    one.history.release_folder(&one.flow("").folder).unwrap();
    let mut third = one.daemon();
    third.load(time("2026-01-01T07:00:00Z"));
    let (automation, next) = third.automations().next().unwrap();
    assert_eq!((automation.name.as_str(), next), ("nightly", None));
}
