//! What becomes of a request, and of what it gives to its run: it may be secret.

use super::*;
use jiff::SignedDuration;

/// The flow that is asked for.
fn nightly() -> FlowId {
    FlowId::new(Path::new("flows"), "nightly")
}

fn take(history: &History) -> Vec<Request> {
    history.take_requests(&nightly().folder, &["nightly"]).unwrap()
}

const SECRET: &str = "Zeder-Kessel-4711";

/// Whether the secret is in one of the history's files, as they are now.
fn is_kept(history: &History) -> bool {
    let path = history.path().display().to_string();
    let files = ["", "-wal", "-shm"].map(|end| std::fs::read(format!("{path}{end}")).unwrap_or_default());
    files.iter().any(|file| file.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()))
}

#[test]
fn what_a_run_was_given_is_in_no_file_once_it_is_taken() {
    for long in [false, true] {
        let (_folder, history) = history();
        // A long one fills pages of its own.
        let more = "x".repeat(if long { 50_000 } else { 1 });
        let input = json!({"more": more, "password": SECRET});
        let request = history.request_trigger(&nightly(), Some(&input)).unwrap();
        // Once in the file itself, as if a while had passed.
        assert!(history.empty_log().unwrap() && is_kept(&history));
        history.request_trigger(&nightly(), Some(&input)).unwrap();

        let taken = take(&history);
        assert_eq!(
            taken.iter().map(|request| &request.input).collect::<Vec<_>>(),
            [&Some(input.clone()), &Some(input)]
        );
        assert_eq!(history.request(request).unwrap().unwrap().input, None);
        assert!(history.empty_log().unwrap());
        assert!(!is_kept(&history), "long: {long}");
    }
}

#[test]
fn a_log_that_somebody_reads_is_emptied_later() {
    let (_folder, history) = history();
    let other = History::open(history.path(), Retention::default()).unwrap();
    let began = std::time::Instant::now();
    other
        .with(|connection| {
            let reads = connection.transaction()?;
            reads.query_row("SELECT count(*) FROM requests", [], |row| row.get::<_, i64>(0))?;
            history.request_trigger(&nightly(), Some(&json!(SECRET))).unwrap();
            take(&history);
            assert!(!history.empty_log().unwrap());
            reads.commit()
        })
        .unwrap();
    assert!(began.elapsed() < std::time::Duration::from_secs(4), "nobody is waited for");
    assert!(history.empty_log().unwrap() && !is_kept(&history));
}

#[test]
fn a_request_goes_with_its_run_which_still_says_that_it_answered_it() {
    let (_folder, history) = history();
    let request = history.request_trigger(&nightly(), None).unwrap();
    take(&history);
    let run = begin(&history, "nightly");
    history.answer_request(request, Some(run.run_id()), None).unwrap();
    tell(&run, &[run_ended(RunOutcome::Completed, None)]);
    history.forget_request(request).unwrap();
    let rows = |history: &History| -> i64 {
        history.with(|connection| connection.query_row("SELECT count(*) FROM requests", [], |row| row.get(0))).unwrap()
    };
    assert_eq!(rows(&history), 0);
    let answered = history.request(request).unwrap().unwrap();
    assert_eq!(
        (answered.automation.name.as_str(), answered.run.as_ref(), answered.input),
        ("nightly", Some(run.run_id()), None)
    );
    assert_eq!(history.request(request + 1).unwrap(), None);

    // Of a run whose process is gone, whoever finds that.
    let request = history.request_trigger(&nightly(), None).unwrap();
    take(&history);
    let run = begin(&history, "nightly");
    history.answer_request(request, Some(run.run_id()), None).unwrap();
    history.reap().unwrap();
    assert_eq!(rows(&history), 1, "it runs");
    drop(run);
    history.reap().unwrap();
    assert_eq!(rows(&history), 0);
}

#[test]
fn what_nobody_takes_is_given_up_without_what_it_gives() {
    let (_folder, history) = history();
    let request = history.request_trigger(&nightly(), Some(&json!({"password": SECRET}))).unwrap();
    let earlier = row::Time(Timestamp::now() - SignedDuration::from_mins(61));
    history.with(|connection| connection.execute("UPDATE requests SET at = ?1", [earlier])).unwrap();
    history.prune().unwrap();
    assert!(!is_kept(&history));
    assert_eq!(take(&history), []);
    let given_up = history.request(request).unwrap().unwrap();
    assert_eq!((given_up.note.as_deref(), given_up.input), (Some("no process took it within an hour"), None));
}
