//! The history as its users see it, with a real file.

mod automations;
mod file;
#[cfg(unix)]
mod full;
mod requests;

use super::*;
use scim_connector_flow::Fault;
use scim_connector_flow::event::{Affected, Event, StepKind, StepOutcome, Watcher as _};
use serde_json::{Value, json};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A history in a folder of its own.
pub(crate) fn history() -> (tempfile::TempDir, History) {
    let folder = crate::place::private_folder();
    let history = History::open(&folder.path().join("history.sqlite"), Retention::default()).unwrap();
    (folder, history)
}

pub(crate) fn begin(history: &History, flow: &str) -> Recorder {
    let text = format!("document: {{name: {flow}}}");
    let file = Path::new("flows/it.yaml");
    let begin = Begin { flow, version: "1.0.0", file, text: &text, trigger: Trigger::Manual, scheduled_for: None };
    history.begin(&begin).unwrap()
}

pub(crate) fn started(step: u64, parent: Option<u64>, kind: StepKind, name: &str, item: Option<u64>) -> Event {
    let function = (kind == StepKind::Call).then(|| "ensureUser".into());
    let connection = function.as_ref().map(|_: &Arc<str>| "scim".into());
    let pointer = format!("/do/0/{name}").into();
    Event::StepStarted { step, parent, pointer, name: name.into(), kind, function, connection, item }
}

pub(crate) fn ended(step: u64, affected: Vec<Affected>, error: Option<Fault>) -> Event {
    let outcome = if error.is_some() { StepOutcome::Failed } else { StepOutcome::Completed };
    let (input, output) = (json!({"step": step}), json!({"id": "1"}));
    Event::StepEnded { step, outcome, duration_us: 1000 + step, affected, handed_on: 0, input, output, error }
}

pub(crate) fn affected(who: &str, change: Change, reason: Option<&str>) -> Affected {
    Affected { who: who.into(), change, reason: reason.map(str::to_owned) }
}

pub(crate) fn fault(type_: &str) -> Fault {
    let (status, detail) = (Some(409), Some("userName is taken".to_owned()));
    Fault { type_: type_.into(), status, detail, ..Fault::default() }
}

pub(crate) fn run_ended(outcome: RunOutcome, error: Option<Fault>) -> Event {
    Event::RunEnded { outcome, output: json!({"done": true}), error, duration_us: 5_000_000 }
}

pub(crate) fn tell(recorder: &Recorder, events: &[Event]) {
    events.iter().for_each(|event| recorder.on(Timestamp::now(), event));
}

#[test]
fn a_run_is_found_again_as_it_was() {
    let (_folder, history) = history();
    let recorder = begin(&history, "seed");
    let id = recorder.run_id().clone();
    let input = json!({"department": "sales"});
    tell(
        &recorder,
        &[
            Event::RunStarted { flow: "seed".into(), version: "1.0.0".into(), input },
            started(1, None, StepKind::Call, "createAda", None),
        ],
    );
    assert!(recorder.flush());
    let running = history.run(&id).unwrap().unwrap();
    assert_eq!((running.summary.status, running.steps, running.summary.ended), (Status::Running, 1, None));
    let wait = Event::StepRetried { step: 1, attempt: 1, error: fault("scim.unavailable"), wait_ms: 1500 };
    tell(
        &recorder,
        &[
            wait,
            ended(1, vec![affected("ada", Change::Created, None)], None),
            started(2, None, StepKind::Set, "remember", None),
            ended(2, vec![], None),
            started(3, None, StepKind::Call, "createEve", None),
            ended(3, vec![affected("eve", Change::Failed, Some("uniqueness"))], Some(fault("scim.uniqueness"))),
            run_ended(RunOutcome::Failed, Some(fault("scim.uniqueness"))),
        ],
    );
    assert_eq!(recorder.warnings(), Vec::<String>::new());
    // The end is in the file before `on` returns, and for whoever else reads it.
    let other = History::open(history.path(), Retention::default()).unwrap();
    let run = other.run(&id).unwrap().unwrap();
    let summary = &run.summary;
    assert_eq!(summary.status, Status::Failed);
    assert_eq!(summary.duration, Some(Duration::from_secs(5)));
    assert_eq!(summary.error, Some(fault("scim.uniqueness")));
    assert_eq!(
        (summary.counts.of(Change::Created), summary.counts.of(Change::Failed), summary.counts.total()),
        (1, 1, 2)
    );
    assert_eq!(run.input, Some(Stored { text: "{\"department\":\"sales\"}".into(), cut: false }));
    assert_eq!((run.steps, run.failed_steps, run.retries, run.calls_without_people.total, run.lost), (3, 1, 1, 0, 0));
    let steps = history.steps(&id, StepsFilter::All, Page::default()).unwrap();
    assert_eq!(steps.iter().map(|step| step.name.as_str()).collect::<Vec<_>>(), ["createAda", "remember", "createEve"]);
    assert_eq!((steps[0].retries, steps[0].duration), (1, Some(Duration::from_micros(1001))));
    assert_eq!(steps[0].function.as_deref(), Some("ensureUser"));
    let failed = history.steps(&id, StepsFilter::Failed, Page::default()).unwrap();
    assert_eq!((failed.len(), failed[0].step, failed[0].status), (1, 3, Status::Failed));
    let people = history.people(&id, Which::Failed, Page::default()).unwrap();
    assert_eq!((people.len(), people[0].who.as_str(), people[0].reason.as_deref()), (1, "eve", Some("uniqueness")));
    assert_eq!(people[0].name, "createEve");
    let retries = history.retries(&id, Page::default()).unwrap();
    assert_eq!((retries[0].step, retries[0].wait), (1, Duration::from_millis(1500)));
    assert_eq!(history.flow_text(&id).unwrap().unwrap(), "document: {name: seed}");
}

#[test]
fn runs_are_listed_latest_first_and_found_by_the_beginning_of_their_name() {
    let (_folder, history) = history();
    assert_eq!(history.find("last").unwrap_err().to_string(), "there is no run in the history yet");
    let ids: Vec<RunId> = ["a", "b", "a", "b"]
        .iter()
        .map(|flow| {
            let recorder = begin(&history, flow);
            let outcome = if *flow == "a" { RunOutcome::Completed } else { RunOutcome::Failed };
            tell(&recorder, &[run_ended(outcome, None)]);
            std::thread::sleep(Duration::from_millis(2));
            recorder.run_id().clone()
        })
        .collect();
    let list =
        |filter: &Filter| -> Vec<RunId> { history.runs(filter).unwrap().into_iter().map(|run| run.id).collect() };
    assert!(ids.is_sorted());
    assert_eq!(list(&Filter::default()), ids.iter().rev().cloned().collect::<Vec<_>>());
    let of_a = Filter { flow: Some("a".into()), ..Filter::default() };
    assert_eq!(list(&of_a), [ids[2].clone(), ids[0].clone()]);
    let failed = Filter { status: Some(Status::Failed), limit: 1, ..Filter::default() };
    assert_eq!(list(&failed), [ids[3].clone()]);
    let before = Filter { before: Some(ids[2].clone()), ..Filter::default() };
    assert_eq!(list(&before), [ids[1].clone(), ids[0].clone()]);
    assert_eq!(list(&Filter { status: Some(Status::Running), ..Filter::default() }), []);
    assert_eq!(history.find("last").unwrap(), ids[3]);
    assert_eq!(history.find(&ids[1].as_str().to_uppercase()).unwrap(), ids[1]);
    let error = history.find(&ids[0].as_str()[..2]).unwrap_err().to_string();
    assert!(error.starts_with("several runs begin with \"") && error.contains(ids[0].as_str()), "{error}");
    assert!(history.find("zzz").unwrap_err().to_string().starts_with("there is no run \"zzz\""));
    assert!(history.find("' OR 1").is_err());
}

#[test]
fn of_the_items_of_a_loop_plain_steps_are_kept_only_where_something_went_wrong() {
    let (_folder, history) = history();
    let recorder = begin(&history, "loop");
    tell(&recorder, &[started(1, None, StepKind::For, "all", None)]);
    for item in 0..2u64 {
        let first = 2 + 3 * item;
        tell(
            &recorder,
            &[
                started(first, Some(1), StepKind::Try, "guarded", Some(item)),
                started(first + 1, Some(first), StepKind::Set, "name", None),
                ended(first + 1, vec![], None),
                started(first + 2, Some(first), StepKind::Call, "create", None),
                ended(first + 2, vec![affected("ada", Change::Created, None)], None),
                ended(first, vec![], (item == 1).then(|| fault("scim.conflict"))),
            ],
        );
    }
    tell(&recorder, &[Event::Looped { step: 1, done: 2, total: Some(2) }, ended(1, vec![], None)]);
    tell(&recorder, &[run_ended(RunOutcome::Completed, None)]);
    let steps = history.steps(recorder.run_id(), StepsFilter::All, Page::default()).unwrap();
    let kept: Vec<(u64, &str, Option<u64>)> =
        steps.iter().map(|step| (step.step, step.name.as_str(), step.parent)).collect();
    // A step that is not kept is nobody's parent.
    assert_eq!(kept, [(1, "all", None), (4, "create", Some(1)), (5, "guarded", Some(1)), (7, "create", Some(1))]);
    assert_eq!((steps[0].done, steps[0].total), (Some(2), Some(2)));
    assert_eq!(steps.iter().map(|step| step.item).collect::<Vec<_>>(), [None, Some(0), Some(1), Some(1)]);
}

#[test]
fn a_recorder_that_is_dropped_early_leaves_an_interrupted_run() {
    let (_folder, history) = history();
    let recorder = begin(&history, "seed");
    let id = recorder.run_id().clone();
    tell(&recorder, &[started(1, None, StepKind::Call, "createAda", None)]);
    drop(recorder);
    let run = history.run(&id).unwrap().unwrap();
    let error = run.summary.error.unwrap();
    assert_eq!((run.summary.status, error.maybe_applied), (Status::Interrupted, true));
    assert_eq!(
        error.detail.unwrap(),
        "the run was given up by its process; it ended in the step `createAda` (/do/0/createAda); its change may have been applied"
    );
    assert_eq!(history.steps(&id, StepsFilter::Failed, Page::default()).unwrap().len(), 1);
}

/// Tells whoever starts it that it records, and goes on until it is killed.
#[test]
#[ignore = "the process that another test kills"]
fn child_that_records() {
    let file = std::env::var_os("HISTORY_OF_THE_TEST").expect("it is started by another test");
    let history = History::open(Path::new(&file), Retention::default()).unwrap();
    let recorder = begin(&history, "long");
    tell(
        &recorder,
        &[
            started(1, None, StepKind::Call, "createAda", None),
            ended(1, vec![affected("ada", Change::Created, None)], None),
            started(2, None, StepKind::Call, "createBob", None),
        ],
    );
    assert!(recorder.flush());
    println!("recording {}", recorder.run_id());
    std::thread::sleep(Duration::from_secs(120));
}

fn child(file: &Path) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", "history::tests::child_that_records"])
        .env("HISTORY_OF_THE_TEST", file)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Which run the child records, once it does.
fn recording(child: &mut std::process::Child) -> RunId {
    use std::io::BufRead as _;
    let lines = std::io::BufReader::new(child.stdout.as_mut().unwrap()).lines().map(Result::unwrap);
    let id = lines.filter_map(|line| Some(line.split_once("recording ")?.1.to_owned())).next();
    RunId(id.expect("the child tells which run it records"))
}

#[test]
fn a_killed_process_leaves_a_run_that_is_found_and_told() {
    let (_folder, history) = history();
    let (mut first, mut second) = (child(history.path()), child(history.path()));
    let (killed, alive) = (recording(&mut first), recording(&mut second));
    assert_eq!(history.reap().unwrap(), [], "both run");
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(history.reap().unwrap(), std::slice::from_ref(&killed));
    assert_eq!(history.reap().unwrap(), [], "found once");
    let run = history.run(&killed).unwrap().unwrap();
    let error = run.summary.error.unwrap();
    assert_eq!((run.summary.status, error.maybe_applied), (Status::Interrupted, true));
    assert_eq!(
        error.detail.unwrap(),
        "the process that ran it is gone; the last that it wrote down is in the step `createBob` (/do/0/createBob); its change may have been applied"
    );
    assert_eq!(run.summary.counts.of(Change::Created), 1);
    assert_eq!(history.run(&alive).unwrap().unwrap().summary.status, Status::Running);
    // Two processes write at a time, and a third one, this.
    let recorder = begin(&history, "here");
    tell(&recorder, &[run_ended(RunOutcome::Completed, None)]);
    assert_eq!(history.runs(&Filter::default()).unwrap().len(), 3);
    second.kill().unwrap();
    second.wait().unwrap();
    assert_eq!(history.reap().unwrap(), [alive]);
}

#[test]
fn a_process_elsewhere_is_believed_gone_when_it_has_been_silent() {
    let (_folder, history) = history();
    let recorder = begin(&history, "elsewhere");
    tell(&recorder, &[started(1, None, StepKind::Set, "x", None)]);
    assert!(recorder.flush());
    let id = recorder.run_id().clone();
    // As if it ran on another machine; the recorder here stands still meanwhile, and is forgotten without its end.
    std::mem::forget(recorder);
    let put = |heartbeat: Timestamp| {
        history
            .with(|connection| {
                connection.execute("UPDATE runs SET place = 'elsewhere', heartbeat = ?1", [heartbeat.as_microsecond()])
            })
            .unwrap();
    };
    put(Timestamp::now());
    assert_eq!(history.reap().unwrap(), []);
    put(Timestamp::now() - jiff::SignedDuration::from_secs(31));
    assert_eq!(history.reap().unwrap(), std::slice::from_ref(&id));
    let error = history.run(&id).unwrap().unwrap().summary.error.unwrap();
    assert!(!error.maybe_applied && error.detail.unwrap().contains("on another machine"));
}

/// What the process holds, in bytes.
#[cfg(target_os = "linux")]
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[cfg(target_os = "linux")]
#[test]
fn a_long_loop_is_recorded_whole_in_bounded_memory() {
    let (_folder, history) = history();
    let recorder = begin(&history, "import");
    tell(&recorder, &[started(1, None, StepKind::For, "all", None)]);
    let large = Value::from(vec!["x".repeat(100); 1000]);
    let (begun, before, mut most) = (Instant::now(), memory(), 0);
    for item in 0..20_000u64 {
        let step = 2 + item;
        let (change, reason) =
            if item % 100 == 7 { (Change::Failed, Some("uniqueness")) } else { (Change::Created, None) };
        let who = format!("user{item}@example.com");
        recorder.on(Timestamp::now(), &started(step, Some(1), StepKind::Call, "ensure", Some(item)));
        let mut event = ended(step, vec![affected(&who, change, reason)], None);
        if let Event::StepEnded { output, .. } = &mut event
            && item % 4 == 0
        {
            *output = large.clone();
        }
        recorder.on(Timestamp::now(), &event);
        if item % 500 == 0 {
            most = most.max(memory());
        }
    }
    tell(&recorder, &[ended(1, vec![], None), run_ended(RunOutcome::Completed, None)]);
    println!("40,000 events in {:?}, {} MB more at most", begun.elapsed(), most.saturating_sub(before) >> 20);
    let run = history.run(recorder.run_id()).unwrap().unwrap();
    assert_eq!((run.steps, run.summary.counts.total(), run.summary.counts.of(Change::Failed)), (20_001, 20_000, 200));
    assert_eq!(recorder.warnings(), Vec::<String>::new());
    // 5,000 outputs of 100 kB are half a gigabyte; other tests of this process need some, too.
    assert!(most.saturating_sub(before) < 200 << 20, "{} MB more", most.saturating_sub(before) >> 20);
    let step = history.step(recorder.run_id(), 2).unwrap().unwrap();
    assert!(step.output.is_some_and(|output| output.cut && output.text.len() == 4096));
}

#[test]
fn a_locked_file_neither_stops_the_run_nor_loses_it() {
    let (_folder, history) = history();
    let recorder = begin(&history, "seed");
    let other = rusqlite::Connection::open(history.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let begun = Instant::now();
    for step in 1..=5_000u64 {
        tell(&recorder, &[started(step, None, StepKind::Call, "create", None), ended(step, vec![], None)]);
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "held up for {:?}", begun.elapsed());
    let told = |recorder: &Recorder| recorder.warnings().join("\n");
    assert!(told(&recorder).contains("are missing in the history"), "{}", told(&recorder));
    // After SQLite's own patience the reason is known.
    std::thread::sleep(Duration::from_secs(6));
    assert!(told(&recorder).contains("cannot be written, the run goes on: "), "{}", told(&recorder));
    other.execute_batch("ROLLBACK").unwrap();
    tell(&recorder, &[run_ended(RunOutcome::Completed, None)]);
    let id = recorder.run_id().clone();
    drop(recorder);
    let run = history.run(&id).unwrap().unwrap();
    assert_eq!(run.summary.status, Status::Completed);
    assert!(run.lost > 0 && run.steps >= 500, "{} lost, {} steps", run.lost, run.steps);
}

#[test]
fn old_runs_go_by_age_and_by_number_and_running_ones_stay() {
    let folder = crate::place::private_folder();
    let history = History::open(&folder.path().join("h.sqlite"), Retention { days: 30, runs: 3 }).unwrap();
    let run = |flow: &str, steps: u64| {
        let recorder = begin(&history, flow);
        for step in 1..=steps {
            tell(&recorder, &[started(step, None, StepKind::Call, "c", None)]);
            tell(&recorder, &[ended(step, vec![affected("ada", Change::Created, None)], None)]);
        }
        tell(&recorder, &[run_ended(RunOutcome::Completed, None)]);
        recorder.run_id().clone()
    };
    let old = run("rare", 4_500);
    let hours = jiff::SignedDuration::from_hours(31 * 24);
    let long_ago = (Timestamp::now() - hours).as_microsecond();
    let set = |column: &str, id: &RunId| {
        let query = format!("UPDATE runs SET {column} = ?1 WHERE id = ?2");
        history.with(|connection| connection.execute(&query, rusqlite::params![long_ago, id])).unwrap();
    };
    set("ended_at", &old);
    let running = begin(&history, "often");
    set("started_at", running.run_id());
    let often: Vec<RunId> = (0..5).map(|_| run("often", 1)).collect();
    assert_eq!(history.prune().unwrap(), 3, "one is too old, two are too many");
    assert_eq!(history.prune().unwrap(), 0);
    let left: Vec<RunId> = history.runs(&Filter::default()).unwrap().into_iter().map(|run| run.id).collect();
    assert_eq!(left, [&often[4], &often[3], &often[2], running.run_id()].map(Clone::clone));
    let rows = |query: &str| history.rows(query, &[], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(
        rows("SELECT count(*) FROM steps UNION ALL SELECT count(*) FROM people UNION ALL SELECT count(*) FROM counts"),
        [3, 3, 3]
    );
    assert_eq!(rows("SELECT count(*) FROM texts"), [1]);
    assert_eq!(rows("PRAGMA freelist_count"), [0], "the room is given back");
}
