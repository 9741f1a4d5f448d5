//! When runs begin.

use super::{automation, time};
use crate::history::Trigger;
use crate::job::{Job, Order, Passed};
use jiff::{SignedDuration, Timestamp};

const DAILY: &str = "cron: '0 6 * * *'";

fn job(settings: &str, schedule: &str, now: &str) -> Job {
    Job::new(automation(settings, schedule), None, None, time(now))
}

/// A job of which the history says when it was due.
fn stored(settings: &str, schedule: &str, due: &str, now: &str) -> Job {
    Job::new(automation(settings, schedule), Some(time(due)), None, time(now))
}

/// What begins now, each run ending at once.
fn begin(job: &mut Job, now: &str) -> Vec<(Trigger, Option<String>)> {
    job.look(time(now));
    let mut began = Vec::new();
    while let Some(Order { trigger, scheduled_for, .. }) = job.take() {
        began.push((trigger, scheduled_for.map(|due| due.to_string())));
        job.ended(time(now));
    }
    began
}

fn at(trigger: Trigger, due: &str) -> (Trigger, Option<String>) {
    (trigger, Some(due.to_owned()))
}

#[test]
fn it_begins_when_it_is_due_and_once() {
    let mut job = job("", DAILY, "2026-01-01T05:00:00Z");
    assert_eq!(begin(&mut job, "2026-01-01T05:59:59.9Z"), []);
    assert_eq!(begin(&mut job, "2026-01-01T06:00:00.3Z"), [at(Trigger::Schedule, "2026-01-01T06:00:00Z")]);
    assert_eq!(begin(&mut job, "2026-01-01T06:00:00.8Z"), []);
    assert_eq!(begin(&mut job, "2026-01-02T06:00:59Z"), [at(Trigger::Schedule, "2026-01-02T06:00:00Z")]);
}

#[test]
fn what_was_missed_is_made_up_for_as_the_flow_says() {
    // Four days down; and at a moment when it is due as well.
    let late = "2026-01-04T12:00:00Z";
    let due = "2026-01-05T06:00:10Z";
    let first = "2026-01-01T06:00:00Z";
    let days = |from: u32, to: u32| (from..=to).map(|day| at(Trigger::Missed, &format!("2026-01-0{day}T06:00:00Z")));
    let now = at(Trigger::Schedule, "2026-01-05T06:00:00Z");
    let rows = [
        ("missed: skip", late, vec![]),
        ("missed: once", late, vec![at(Trigger::Missed, "2026-01-04T06:00:00Z")]),
        ("missed: all", late, days(1, 4).collect()),
        ("missed: skip", due, vec![now.clone()]),
        ("missed: once", due, vec![now.clone()]),
        ("missed: all", due, days(1, 4).chain([now]).collect()),
    ];
    for (settings, moment, expected) in rows {
        let mut job = stored(settings, DAILY, first, moment);
        assert_eq!(begin(&mut job, moment), expected, "{settings} {moment}");
        assert!(job.next.unwrap() > time(moment), "{settings}");
        assert!(job.note.is_some() || moment == due, "{settings}");
    }
    let mut job = stored("missed: all", "every: PT1M", "2025-01-01T00:00:00Z", "2026-01-01T00:30:30Z");
    assert_eq!(begin(&mut job, "2026-01-01T00:30:30Z").len(), 100, "not a year of minutes");
}

#[test]
fn a_machine_that_slept_missed_runs_as_one_that_was_off() {
    let mut job = job("missed: once", "every: PT10M", "2026-01-01T05:00:00Z");
    assert_eq!(begin(&mut job, "2026-01-01T05:10:00Z").len(), 1);
    assert_eq!(job.look(time("2026-01-01T08:25:00Z")), Some(Passed::Missed { missed: 19, runs: 1 }));
    assert_eq!(begin(&mut job, "2026-01-01T08:25:01Z"), [at(Trigger::Missed, "2026-01-01T08:20:00Z")]);
    assert_eq!(job.next, Some(time("2026-01-01T08:30:00Z")), "the grid stays");
}

#[test]
fn the_schedule_of_the_history_counts_only_where_it_still_is_the_schedule() {
    let mut job = stored("", "cron: '0 6 * * MON'", "2026-01-01T06:00:00Z", "2026-01-02T12:00:00Z");
    assert_eq!(begin(&mut job, "2026-01-02T12:00:00Z"), [], "Thursday was due by an older version only");
    assert_eq!(job.next, Some(time("2026-01-05T06:00:00Z")));
    let later = stored("", "cron: '0 6 * * *'", "2026-01-09T06:00:00Z", "2026-01-02T12:00:00Z");
    assert_eq!(later.next, Some(time("2026-01-03T06:00:00Z")));
    let every = stored("", "every: PT1H", "2026-01-02T12:20:00Z", "2026-01-02T12:00:00Z");
    assert_eq!(every.next, Some(time("2026-01-02T12:20:00Z")), "the grid goes on");
    let shorter = stored("", "every: PT1H", "2026-01-09T12:20:00Z", "2026-01-02T12:00:00Z");
    assert_eq!(shorter.next, Some(time("2026-01-02T13:00:00Z")));
}

#[test]
fn runs_overlap_only_where_they_may() {
    for (settings, runs) in [("", 1), ("overlap: true", 3)] {
        let mut job = job(settings, "every: PT1M", "2026-01-01T05:00:00Z");
        let mut began = 0;
        for minute in 1..=3 {
            let now = time(&format!("2026-01-01T05:0{minute}:00Z"));
            let passed = job.look(now).unwrap();
            began += usize::from(job.take().is_some());
            let skipped = minute > 1 && settings.is_empty();
            assert_eq!(passed, if skipped { Passed::Skipped(now) } else { Passed::Due });
        }
        assert_eq!(began, runs, "{settings}");
        if runs == 1 {
            assert_eq!(
                job.note.as_deref(),
                Some("2 due times were skipped, the last one at 2026-01-01T05:03:00Z: the run before had not ended")
            );
            job.ended(time("2026-01-01T05:03:30Z"));
            assert_eq!(begin(&mut job, "2026-01-01T05:04:00Z").len(), 1);
            assert_eq!(job.note, None, "it runs again");
        }
    }
}

#[test]
fn missed_runs_come_one_after_another_even_where_runs_may_overlap() {
    let mut job = stored("missed: all, overlap: true", DAILY, "2026-01-01T06:00:00Z", "2026-01-03T12:00:00Z");
    job.look(time("2026-01-03T12:00:00Z"));
    assert!(job.take().is_some());
    assert!(job.take().is_none(), "the first has not ended");
    job.ended(time("2026-01-03T12:01:00Z"));
    assert!(job.take().is_some());
}

#[test]
fn what_comes_due_while_missed_runs_are_made_up_for_joins_them() {
    let mut job = stored("missed: all", DAILY, "2026-01-01T06:00:00Z", "2026-01-03T05:59:00Z");
    job.look(time("2026-01-03T05:59:00Z"));
    assert!(job.take().is_some());
    assert_eq!(job.look(time("2026-01-03T06:00:00Z")), Some(Passed::Due));
    job.ended(time("2026-01-03T06:01:00Z"));
    let left: Vec<_> = begin(&mut job, "2026-01-03T06:01:00Z");
    assert_eq!(left, [at(Trigger::Missed, "2026-01-02T06:00:00Z"), at(Trigger::Schedule, "2026-01-03T06:00:00Z")]);
}

#[test]
fn after_waits_from_the_end_of_each_run() {
    let mut job = job("", "after: PT10M", "2026-01-01T05:00:00Z");
    assert_eq!(job.next, Some(time("2026-01-01T05:10:00Z")));
    job.look(time("2026-01-01T05:10:00Z"));
    assert!(job.take().is_some());
    assert_eq!((job.next, job.look(time("2026-01-01T07:00:00Z"))), (None, None), "not while it runs");
    job.ended(time("2026-01-01T07:00:00Z"));
    assert_eq!(job.next, Some(time("2026-01-01T07:10:00Z")));
    let mut skips = stored("missed: skip", "after: PT10M", "2026-01-01T05:00:00Z", "2026-01-02T00:00:00Z");
    assert_eq!(begin(&mut skips, "2026-01-02T00:00:00Z"), []);
    assert_eq!(skips.next, Some(time("2026-01-02T00:10:00Z")), "it does not stop for good");
}

#[test]
fn jitter_delays_a_run_and_nothing_else() {
    let mut job = job("jitter: PT30M", DAILY, "2026-01-01T05:00:00Z");
    let due = time("2026-01-01T06:00:00Z");
    let begins = job.begins(due);
    assert!(begins > due && begins < due + SignedDuration::from_mins(30), "{begins}");
    assert_eq!(job.look(begins - SignedDuration::from_millis(1)), None);
    assert_eq!(job.look(begins), Some(Passed::Due), "on time, though later than a minute");
    assert_eq!(job.take().unwrap().scheduled_for, Some(due));
    assert_eq!(job.next, Some(time("2026-01-02T06:00:00Z")));
}

#[test]
fn a_clock_that_goes_back_runs_nothing_twice() {
    let mut job = job("", "cron: '0 * * * *'", "2026-01-01T05:30:00Z");
    assert_eq!(begin(&mut job, "2026-01-01T06:00:00Z").len(), 1);
    // The clock goes back by two hours; so does a restart.
    job.plan(time("2026-01-01T04:10:00Z"));
    let restarted = Job::new(
        automation("", "cron: '0 * * * *'"),
        Some(time("2026-01-01T07:00:00Z")),
        Some(time("2026-01-01T06:00:00Z")),
        time("2026-01-01T04:10:00Z"),
    );
    for mut job in [job, restarted] {
        for minute in 0..110 {
            let now: Timestamp = time("2026-01-01T04:10:00Z") + SignedDuration::from_mins(minute);
            assert_eq!(job.look(now), None, "{now}");
        }
        assert_eq!(begin(&mut job, "2026-01-01T07:00:00Z").len(), 1);
    }
}

#[test]
fn a_clock_that_was_wrong_by_far_is_put_right() {
    let mut job = job("", DAILY, "2030-01-01T05:30:00Z");
    assert_eq!(begin(&mut job, "2030-01-01T06:00:00Z").len(), 1);
    job.plan(time("2026-01-01T05:00:00Z"));
    assert_eq!(job.next, Some(time("2026-01-01T06:00:00Z")));
    let mut every =
        super::super::job::Job::new(automation("", "every: PT5M"), None, None, time("2030-01-01T00:00:00Z"));
    every.look(time("2026-01-01T00:00:00Z"));
    assert_eq!(every.next, Some(time("2026-01-01T00:05:00Z")));
}

#[test]
fn a_pause_lets_due_times_pass_and_requests_run() {
    let mut job = stored("missed: all", DAILY, "2026-01-01T06:00:00Z", "2026-01-03T12:00:00Z");
    job.look(time("2026-01-03T12:00:00Z"));
    job.pause(true, time("2026-01-03T12:00:00Z"));
    assert_eq!((job.next, begin(&mut job, "2026-01-04T06:00:00Z")), (None, vec![]));
    assert!(job.ask(7, None));
    assert_eq!(begin(&mut job, "2026-01-04T06:10:00Z"), [(Trigger::Request, None)]);
    job.pause(false, time("2026-01-05T12:00:00Z"));
    assert_eq!(begin(&mut job, "2026-01-05T12:00:01Z"), [], "a pause is no reason to make up for anything");
    assert_eq!(job.next, Some(time("2026-01-06T06:00:00Z")));
}

#[test]
fn requests_wait_for_the_run_before_and_not_without_bound() {
    let mut job = job("", "", "2026-01-01T05:00:00Z");
    assert_eq!(job.next, None);
    assert!(job.ask(1, None) && job.ask(2, None));
    assert_eq!(job.take().unwrap().request, Some(1));
    assert!(job.take().is_none());
    job.ended(time("2026-01-01T05:00:10Z"));
    assert_eq!(job.take().unwrap().request, Some(2));
    assert_eq!((3..1000).filter(|request| job.ask(*request, None)).count(), 100);
}

#[test]
fn another_version_keeps_its_times_unless_they_changed() {
    let now = time("2026-01-01T05:07:00Z");
    let mut job = stored("", "every: PT1H", "2026-01-01T05:20:00Z", "2026-01-01T05:00:00Z");
    job.update(automation("overlap: true", "every: PT1H"), now);
    assert_eq!(job.next, Some(time("2026-01-01T05:20:00Z")));
    job.update(automation("", "every: PT5M"), now);
    assert_eq!(job.next, Some(time("2026-01-01T05:12:00Z")));
    job.update(automation("enabled: false", "every: PT5M"), now);
    assert_eq!(job.next, None);
    let mut job = super::super::job::Job::new(automation("timezone: Asia/Tokyo", DAILY), None, None, now);
    assert_eq!(job.next, Some(time("2026-01-01T21:00:00Z")));
    job.update(automation("timezone: Asia/Kolkata", DAILY), now);
    assert_eq!(job.next, Some(time("2026-01-02T00:30:00Z")));
}
