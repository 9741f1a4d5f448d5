//! A disk that becomes full while a run goes on. A process of its own may make its files only so large, which is as if; that
//! limit is of the process, so the test starts itself again.

use super::*;
use crate::history::reserve;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Lets files become so much larger than the log of the history is now.
fn leave_room(history: &History, room: u64) {
    let log = scim_connector_host::private::beside(history.path(), "-wal");
    let size = std::fs::metadata(log).unwrap().len();
    let limit = Rlimit { current: Some(size + room), ..getrlimit(Resource::Fsize) };
    setrlimit(Resource::Fsize, limit).unwrap();
}

/// Runs to its end on a disk that is full, and tells what it was told.
#[test]
#[ignore = "the process that another test starts"]
fn child_on_a_full_disk() {
    let file = std::env::var_os("HISTORY_OF_THE_TEST").expect("it is started by another test");
    let room = std::env::var("ROOM_OF_THE_TEST").unwrap().parse().unwrap();
    let history = History::open(Path::new(&file), Retention::default()).unwrap();
    let recorder = begin(&history, "long");
    tell(&recorder, &[started(1, None, StepKind::Call, "createAda", None), ended(1, vec![], None)]);
    assert!(recorder.flush());
    leave_room(&history, room);
    // None of these finds room, whatever it is written with.
    let large = "x".repeat(200 << 10);
    for step in 2..20 {
        let affected = vec![affected(&large, Change::Created, None)];
        tell(&recorder, &[started(step, None, StepKind::Call, "create", None), ended(step, affected, None)]);
    }
    let began = Instant::now();
    tell(&recorder, &[run_ended(RunOutcome::Completed, None)]);
    let warnings = recorder.warnings().join("\n");
    drop(recorder);
    assert!(began.elapsed() < Duration::from_secs(10), "held up for {:?}", began.elapsed());
    println!("told: {}", warnings.replace('\n', " "));
}

/// What a run with so much room is told, and what the history says of it afterwards.
fn run_with(room: u64) -> (String, RunSummary, u64) {
    let (_folder, history) = history();
    // Whoever becomes too large gets an error instead of a signal.
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", "history::tests::full::child_on_a_full_disk"])
        .env("HISTORY_OF_THE_TEST", history.path())
        .env("ROOM_OF_THE_TEST", room.to_string())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let told = text.lines().find_map(|line| line.split_once("told: ")).expect("it tells").1.to_owned();
    history.reap().unwrap();
    let summary = history.runs(&Filter::default()).unwrap().remove(0);
    let lost = history.run(&summary.id).unwrap().unwrap().lost;
    (told, summary, lost)
}

#[test]
fn how_a_run_ended_is_written_where_the_rest_has_no_room() {
    let (told, run, lost) = run_with(100 << 10);
    assert_eq!((run.status, run.error), (Status::Completed, None), "{told}");
    assert!(lost > 0, "nothing is missing, although there was no room");
    assert!(told.contains("the history cannot be written, the run goes on: "), "{told}");
    assert!(!told.contains("its record could not be written"), "{told}");
}

#[test]
fn where_not_even_that_has_room_it_is_told() {
    let (told, run, _) = run_with(0);
    assert!(
        told.contains(&format!(
            "run {} completed; its record could not be written to the history, which may show it as interrupted: ",
            run.id
        )),
        "{told}"
    );
    assert_eq!(run.status, Status::Interrupted);
    let detail = run.error.unwrap().detail.unwrap();
    assert!(detail.contains("the process that ran it is gone; the last that it wrote down is "), "{detail}");
}

#[test]
fn room_is_kept_given_free_and_kept_again() {
    let (_folder, history) = history();
    let file = scim_connector_host::private::beside(history.path(), "-reserve");
    assert!(!file.exists() && !reserve::release(history.path()));
    begin(&history, "seed");
    assert_eq!(std::fs::metadata(&file).unwrap().len(), 256 << 10);
    assert_eq!(scim_connector_host::private::problem(&file), None);
    assert!(reserve::release(history.path()) && !file.exists());
    // One that was cut short is made anew.
    drop(scim_connector_host::private::create(&file).unwrap());
    reserve::keep(history.path()).unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().len(), 256 << 10);
}
