//! A long sequence of evaluations keeps memory flat. Alone in its program, since it measures what the process holds.

#![allow(clippy::unwrap_used, reason = "a test, whose helpers fail it")]

use scim_connector_expression::{Engine, Limits, Options};
use serde_json::{Value, json};

/// What the process may grow by, in bytes: an instance holds up to 16 MiB, and the allocator some more.
const GROWTH: u64 = 32 << 20;

#[tokio::test]
async fn a_long_sequence_keeps_memory_flat() {
    one_sandbox().await;
    the_process().await;
}

/// One sandbox with little memory evaluates the same expressions again and again: what each leaves behind would add up to the
/// limit, and reaching it is an error.
async fn one_sandbox() {
    let limit = 4 << 20;
    let engine = Engine::new(Options { limits: Limits { memory: limit, ..Limits::default() }, ..Options::default() });
    let engine = engine.unwrap();
    let texts = [
        ".emails | map(.value) | join(\" \")",
        "{name: .userName, mail: (.emails[0].value | ascii_upcase)} | tojson",
        "[.emails[] | select(.type == \"work\") | .value | test(\"^[a-z]+@\")]",
        "try error(\"no\") catch .",
        "[range(200)] | map({key: tostring, value: .}) | from_entries | length",
    ];
    let expressions = texts.map(|text| engine.compile(text, &[]).unwrap());
    let person = person(0);
    for turn in 0..2_000 {
        for (text, expression) in texts.iter().zip(&expressions) {
            let result = engine.evaluate(expression, &person, |_| None).await;
            assert!(result.is_ok(), "turn {turn}, {text}: {result:?}");
        }
    }
    // What fails leaves nothing either.
    let failing = engine.compile("error(.userName * 100)", &[]).unwrap();
    for _ in 0..2_000 {
        assert!(matches!(
            engine.evaluate(&failing, &person, |_| None).await,
            Err(scim_connector_expression::EvaluationError::Failed(_))
        ));
    }
}

/// Expressions that are used once, on values that differ: what one instance has compiled is gone in the end.
async fn the_process() {
    let engine = Engine::new(Options::default()).unwrap();
    let use_once = async |numbers: std::ops::Range<u64>| {
        for number in numbers {
            let expression = engine.compile(&format!("{{number: {number}, mail: .emails[0].value}}"), &[]).unwrap();
            let person = person(number);
            let found = engine.evaluate(&expression, &person, |_| None).await.unwrap();
            assert_eq!(found, json!({"number": number, "mail": format!("person{number}@example.com")}));
        }
    };
    use_once(0..1_000).await;
    let early = resident();
    use_once(1_000..3_000).await;
    let late = resident();
    assert!(late <= early + GROWTH, "{early} bytes after 1,000 expressions, {late} after 3,000");
}

fn person(number: u64) -> Value {
    json!({"userName": format!("person{number}"), "emails": [{"type": "work", "value": format!("person{number}@example.com")}]})
}

/// The bytes that the process has in memory. Elsewhere than on Linux none, which leaves that part of the test to Linux.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or_default() * 1024
}
