//! Reports of real runs in a real file.

use super::*;
use crate::history::tests::{affected, begin, ended, fault, history, run_ended, started, tell};
use scim_connector_flow::event::{Change, Event, RunOutcome, StepKind};
use serde_json::{Value, json};
use std::io;

fn report(history: &History, id: &RunId, format: Format, all: bool) -> String {
    let mut out = Vec::new();
    render(history, id, Options { format, all, steps: false }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// A run with one of each.
fn seed(history: &History, who: &str) -> RunId {
    let recorder = begin(history, "seed");
    let events = [
        Event::RunStarted { flow: "seed".into(), version: "1.0.0".into(), input: json!({"n": 1}) },
        started(1, None, StepKind::Call, "createAda", None),
        Event::StepRetried { step: 1, attempt: 1, error: fault("scim.unavailable"), wait_ms: 1500 },
        ended(1, vec![affected(who, Change::Created, None)], None),
        started(2, None, StepKind::Call, "createBob", None),
        ended(2, vec![affected("bob", Change::Unchanged, None)], None),
        started(3, None, StepKind::Call, "list", None),
        ended(3, vec![], None),
        started(4, None, StepKind::Call, "createEve", None),
        ended(4, vec![affected("eve", Change::Failed, Some("uniqueness"))], Some(fault("scim.uniqueness"))),
        started(5, None, StepKind::Call, "createDan", None),
        ended(5, vec![affected("dan", Change::Unknown, None)], Some(fault("scim.timeout"))),
        run_ended(RunOutcome::Failed, Some(fault("scim.timeout"))),
    ];
    tell(&recorder, &events);
    recorder.run_id().clone()
}

#[test]
fn text_tells_what_happened_to_whom_failures_first() {
    let (_folder, history) = history();
    let id = seed(&history, "ada@example.com");
    let text = report(&history, &id, Format::Text, false);
    let (head, rest) = text.split_once("\n\n").unwrap();
    let began = when(history.run(&id).unwrap().unwrap().summary.started);
    assert_eq!(
        head,
        format!(
            "run {id}: failed\n  flow   seed 1.0.0 (flows/it.yaml)\n  began  {began}, by hand\n  took   5.0 s\n  \
             why    scim.timeout: userName is taken (409)"
        )
    );
    assert_eq!(
        rest,
        "  1  failed\n  1  unknown\n  1  created\n  1  unchanged\n\n\
         eve: failed, uniqueness\ndan: unknown, no answer came: it may have happened\nada@example.com: created\nbob: unchanged\n\n\
         tried again once\n  createAda: scim.unavailable: userName is taken (409), after 1.5 s\n\n\
         slowest calls\n     1.0 ms  createDan\n     1.0 ms  createEve\n     1.0 ms  list\n     1.0 ms  createBob\n     1.0 ms  createAda\n"
    );
}

#[test]
fn json_is_one_document_with_everything() {
    let (_folder, history) = history();
    let id = seed(&history, "ada@example.com");
    let json: Value = serde_json::from_str(&report(&history, &id, Format::Json, false)).unwrap();
    assert_eq!(json["report"], 1);
    assert_eq!(json["run"]["status"], "failed");
    assert_eq!(json["run"]["counts"], json!({"created": 1, "unchanged": 1, "failed": 1, "unknown": 1}));
    assert_eq!((&json["run"]["input"], &json["run"]["durationMs"]), (&json!({"n": 1}), &json!(5000.0)));
    assert_eq!(json["run"]["error"]["type"], "scim.timeout");
    let people: Vec<&Value> = json["people"].as_array().unwrap().iter().map(|person| &person["who"]).collect();
    assert_eq!(people, ["ada@example.com", "bob", "eve", "dan"]);
    assert_eq!(json["people"][2]["reason"], "uniqueness");
    assert_eq!(json["steps"].as_array().unwrap().len(), 5);
    assert_eq!((&json["steps"][0]["retries"], &json["steps"][0]["output"]), (&json!(1), &json!({"id": "1"})));
    assert_eq!(json["retries"][0]["waitMs"], 1500);
}

#[test]
fn junit_has_a_case_for_each_person_and_each_call_without_one() {
    let (_folder, history) = history();
    let id = seed(&history, "ada@example.com");
    let junit = report(&history, &id, Format::Junit, false);
    let suite = r#"<testsuite name="seed" tests="6" failures="1" errors="2" skipped="0" time="5.000" timestamp=""#;
    assert!(junit.contains(suite), "{junit}");
    assert_eq!(junit.matches("<testcase ").count(), 6);
    for expected in [
        r#"<testcase classname="seed.createAda" name="ada@example.com" time="0.001"/>"#,
        r#"<testcase classname="seed" name="list" time="0.001"/>"#,
        r#"<failure type="uniqueness" message="failed, uniqueness"/>"#,
        r#"<error type="unknown" message="unknown, no answer came: it may have happened"/>"#,
        r#"<error type="scim.timeout" message="scim.timeout: userName is taken (409)"/>"#,
    ] {
        assert!(junit.contains(expected), "{expected} is not in {junit}");
    }
}

/// A run in which a failure was handled, and calls warned.
fn handled(history: &History) -> RunId {
    let recorder = begin(history, "seed");
    let warned = |step, text: &str| Event::Warned { step, text: text.into() };
    tell(
        &recorder,
        &[
            started(1, None, StepKind::Try, "createAda", None),
            started(2, Some(1), StepKind::Call, "create", None),
            ended(2, vec![], Some(fault("scim.uniqueness"))),
            started(3, Some(1), StepKind::Call, "look", None),
            ended(3, vec![], Some(fault("scim.notFound"))),
            Event::Handled { steps: vec![2, 3] },
            ended(1, vec![affected("ada@example.com", Change::Handled, Some("uniqueness"))], None),
            started(4, None, StepKind::Call, "copy", None),
            warned(4, "the filter was not understood"),
            warned(4, "the filter was not understood"),
            warned(4, "title was dropped"),
            ended(4, vec![affected("bob", Change::Created, None)], None),
            run_ended(RunOutcome::Completed, None),
        ],
    );
    recorder.run_id().clone()
}

#[test]
fn what_was_handled_is_no_failure_and_what_was_warned_of_is_said() {
    let (_folder, history) = history();
    let id = handled(&history);
    let text = report(&history, &id, Format::Text, false);
    assert!(
        text.contains("  1  handled\n  1  created\n\nada@example.com: handled, uniqueness\nbob: created\n"),
        "{text}"
    );
    assert!(
        text.contains("\nwarnings\n  copy: the filter was not understood (2 times)\n  copy: title was dropped\n"),
        "{text}"
    );
    let json: Value = serde_json::from_str(&report(&history, &id, Format::Json, false)).unwrap();
    assert_eq!((&json["run"]["warnings"], &json["run"]["failedSteps"]), (&json!(2), &json!(0)));
    assert_eq!((&json["steps"][1]["status"], &json["steps"][2]["status"]), (&json!("handled"), &json!("handled")));
    assert_eq!((&json["warnings"][0]["times"], &json["warnings"][0]["name"]), (&json!(2), &json!("copy")));
    let junit = report(&history, &id, Format::Junit, false);
    assert!(junit.contains(r#"failures="0" errors="0" skipped="0""#) && !junit.contains("<failure"), "{junit}");
    assert!(junit.contains("ada@example.com: handled, uniqueness\n"), "{junit}");
    assert!(junit.contains("warning: copy: the filter was not understood (2 times)\n"), "{junit}");
    let html = report(&history, &id, Format::Html, false);
    for expected in ["<h2>Handled</h2>", "handled, uniqueness", "<h2>Warnings</h2>", "title was dropped"] {
        assert!(html.contains(expected), "{expected} is not in {html}");
    }
    assert!(!html.contains("<h2>Failed</h2>"), "{html}");
}

#[test]
fn a_dry_run_says_what_would_be() {
    let (_folder, history) = history();
    let recorder = begin(&history, "seed");
    tell(
        &recorder,
        &[
            Event::DryRun,
            started(1, None, StepKind::Call, "create", None),
            ended(1, vec![affected("ada", Change::Planned, Some("created"))], None),
            started(2, None, StepKind::Call, "join", None),
            ended(2, vec![affected("staff", Change::Planned, Some("membersChanged"))], None),
            run_ended(RunOutcome::Completed, None),
        ],
    );
    let id = recorder.run_id();
    let text = report(&history, id, Format::Text, false);
    assert!(text.starts_with(&format!("run {id}: completed (dry run: nothing was changed)\n")), "{text}");
    assert!(
        text.contains("  2  would be changed\n\nada: would be created\nstaff: would be given other members\n"),
        "{text}"
    );
    let json: Value = serde_json::from_str(&report(&history, id, Format::Json, false)).unwrap();
    assert_eq!((&json["run"]["dryRun"], &json["run"]["counts"]), (&json!(true), &json!({"planned": 2})));
    assert!(report(&history, id, Format::Junit, false).contains(r#"<property name="dryRun" value="true"/>"#));
    let html = report(&history, id, Format::Html, false);
    assert!(html.contains("Dry run: nothing was changed.") && html.contains("would be created"), "{html}");
}

#[test]
fn hostile_names_stay_text() {
    let (_folder, history) = history();
    let hostile = "<script>alert(1)</script>\"'&]]>\u{1b}[2J\u{0}\u{202e}\nbob: created";
    let id = seed(&history, hostile);
    let html = report(&history, &id, Format::Html, false);
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{html}");
    assert!(!html.contains("<script") && html.ends_with("</html>\n"));
    let junit = report(&history, &id, Format::Junit, false);
    assert!(
        junit.contains(
            "name=\"&lt;script&gt;alert(1)&lt;/script&gt;&quot;&apos;&amp;]]&gt;\u{241b}[2J\u{2400}[U+202E]\u{240a}bob: created\""
        ),
        "{junit}"
    );
    let text = report(&history, &id, Format::Text, true);
    assert!(
        text.contains("<script>alert(1)</script>\"'&]]>\u{241b}[2J\u{2400}[U+202E]\u{240a}bob: created: created\n"),
        "{text}"
    );
    let json: Value = serde_json::from_str(&report(&history, &id, Format::Json, false)).unwrap();
    assert_eq!(json["people"][0]["who"], hostile);
}

#[test]
fn no_format_lets_through_what_steers_or_hides() {
    for kind in crate::tests::STEERING {
        let (_folder, history) = history();
        let who = format!("ada{kind}@example.com");
        let id = seed(&history, &who);
        for format in [Format::Text, Format::Json, Format::Junit, Format::Html] {
            let report = report(&history, &id, format, true);
            let steers = |c: char| kind.contains(c) && c != ']' && !c.is_ascii_alphanumeric() && c != ';';
            assert!(!report.contains(steers), "{format:?} has {kind:?}");
            assert!(report.contains("@example.com"), "{format:?}");
        }
    }
}

/// Counts what is written and forgets it.
#[derive(Default)]
struct Counter {
    bytes: usize,
    lines: usize,
}

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes += bytes.len();
        self.lines += bytes.iter().filter(|byte| **byte == b'\n').count();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn long_runs_are_told_in_portions() {
    let (_folder, history) = history();
    let recorder = begin(&history, "import");
    tell(&recorder, &[started(1, None, StepKind::For, "all", None)]);
    for item in 0..2_000u64 {
        let who = format!("user{item}@example.com");
        let change = if item % 1000 == 7 { Change::Failed } else { Change::Created };
        tell(&recorder, &[started(item + 2, Some(1), StepKind::Call, "ensure", Some(item))]);
        tell(&recorder, &[ended(item + 2, vec![affected(&who, change, None)], None)]);
    }
    tell(&recorder, &[ended(1, vec![], None), run_ended(RunOutcome::Completed, None)]);
    let id = recorder.run_id();
    let text = report(&history, id, Format::Text, false);
    assert!(
        text.contains(
            "\n      2  failed\n  1,998  created\n\nuser7@example.com: failed\nuser1007@example.com: failed\n"
        ),
        "{text}"
    );
    assert!(text.contains("\nuser20@example.com: created\n... and 1,978 more; --all shows them\n"), "{text}");
    assert_eq!(text.matches("@example.com").count(), 22);
    for (format, lines) in [(Format::Text, 2_000), (Format::Json, 4_000), (Format::Junit, 2_000), (Format::Html, 0)] {
        let mut counter = Counter::default();
        render(&history, id, Options { format, all: true, steps: true }, &mut counter).unwrap();
        assert!(counter.lines >= lines && counter.bytes > 100_000, "{format:?}: {} lines", counter.lines);
    }
    let junit = report(&history, id, Format::Junit, true);
    assert!(junit.contains("tests=\"2000\" failures=\"2\" errors=\"0\""), "the run ended well");
    let error = render(
        &history,
        &RunId::missing(),
        Options { format: Format::Text, all: false, steps: false },
        &mut io::sink(),
    );
    assert!(error.unwrap_err().to_string().starts_with("there is no run \""));
}

#[test]
fn numbers_and_durations_in_words() {
    assert_eq!([0, 999, 1_000, 4_211, 1_234_567].map(grouped), ["0", "999", "1,000", "4,211", "1,234,567"]);
    let rows = [
        (380, "0.4 ms"),
        (12_000, "12 ms"),
        (1_240_000, "1.2 s"),
        (123_000_000, "2 min 3 s"),
        (3_900_000_000, "1 h 5 min"),
    ];
    for (microseconds, words) in rows {
        assert_eq!(duration_words(std::time::Duration::from_micros(microseconds)), words);
    }
}
