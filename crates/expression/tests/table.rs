//! The table of expressions over people's data: what jq 1.8 makes of each is what we make of it, or the reason is given.
//! `tests/jq/make.py` wrote jq's answers; `docs/expressions.md` has the differences.

#![allow(clippy::unwrap_used, reason = "a test, whose helpers fail it")]

mod page;

use scim_connector_expression::{Engine, EvaluationError, Options};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;

/// `{expression, input, variables?, result | error | count}`; a count is that of results, where it is not one.
const ANSWERS: &str = include_str!("jq/answers.json");

/// `{reason: {expression: what we make of it}}`
const DIFFERENCES: &str = include_str!("jq/differences.json");

/// What an expression gives, in words that can be compared.
#[derive(Debug, PartialEq)]
enum Outcome {
    Value(Value),
    Error,
    Nothing,
    Several,
}

/// Numbers by what they are, not by how they are written.
fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or(Value::Null, Value::from),
        Value::Array(list) => list.iter().map(plain).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), plain(value))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

fn jq(row: &Value) -> Outcome {
    match (&row["result"], &row["count"]) {
        _ if row["error"] == true => Outcome::Error,
        (_, count) if *count == 0 => Outcome::Nothing,
        (_, Value::Number(_)) => Outcome::Several,
        (result, _) => Outcome::Value(plain(result)),
    }
}

/// One for all tests: compiling the guest takes a second.
fn engine() -> Engine {
    static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new(Options::default()).unwrap());
    ENGINE.clone()
}

fn rows() -> Vec<Value> {
    serde_json::from_str(ANSWERS).unwrap()
}

async fn ours(engine: &Engine, row: &Value) -> (Outcome, String) {
    let names: Vec<String> = row["variables"].as_object().into_iter().flat_map(Map::keys).cloned().collect();
    let expression = match engine.compile(row["expression"].as_str().unwrap(), &names) {
        Ok(expression) => expression,
        Err(error) => return (Outcome::Error, error.message),
    };
    match engine.evaluate(&expression, &row["input"], |name| row["variables"].get(name)).await {
        Ok(value) => (Outcome::Value(plain(&value)), value.to_string()),
        Err(EvaluationError::Nothing) => (Outcome::Nothing, "no result".into()),
        Err(EvaluationError::Several) => (Outcome::Several, "several results".into()),
        Err(error) => (Outcome::Error, error.to_string()),
    }
}

#[tokio::test]
async fn every_row_is_as_in_jq_or_has_its_reason() {
    let engine = engine();
    let differences: BTreeMap<String, BTreeMap<String, Value>> = serde_json::from_str(DIFFERENCES).unwrap();
    let mut known: BTreeMap<&str, &Value> =
        differences.values().flatten().map(|(text, ours)| (text.as_str(), ours)).collect();
    let (rows, mut wrong) = (rows(), String::new());
    assert!(rows.len() >= 300, "{} rows", rows.len());
    for row in &rows {
        let text = row["expression"].as_str().unwrap();
        let (jq, (ours, words)) = (jq(row), ours(&engine, row).await);
        let told = match &ours {
            Outcome::Value(value) => value.clone(),
            _ => words.clone().into(),
        };
        match known.remove(text) {
            None if jq != ours => writeln!(wrong, "{text}\n  jq:   {jq:?}\n  ours: {ours:?} {words}").unwrap(),
            Some(_) if jq == ours => writeln!(wrong, "{text} does not differ any more").unwrap(),
            Some(listed) if plain(listed) != told => writeln!(wrong, "{text} now gives {told}").unwrap(),
            _ => {}
        }
        // No error names a value of the input.
        if ours == Outcome::Error {
            assert!(!words.contains("example.com") && !words.contains("Lovelace"), "{text}: {words}");
        }
    }
    for text in known.keys() {
        writeln!(wrong, "{text} is no row").unwrap();
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The table of differences in the documentation is this data.
#[test]
fn the_documentation_lists_the_differences() {
    let differences: BTreeMap<String, BTreeMap<String, Value>> = serde_json::from_str(DIFFERENCES).unwrap();
    let rows = rows();
    let jq_says = |text: &str| {
        let row = rows.iter().find(|row| row["expression"] == text).unwrap();
        match jq(row) {
            Outcome::Value(_) => row["result"].to_string(),
            Outcome::Error => "an error".into(),
            Outcome::Nothing => "no result".into(),
            Outcome::Several => "several results".into(),
        }
    };
    let code = |text: &str| format!("`{}`", text.replace('|', "\\|"));
    let mut table = String::from("| expression | jq 1.8 | here | why |\n|---|---|---|---|\n");
    for (reason, rows) in &differences {
        for (text, ours) in rows {
            let (jq, ours) = (jq_says(text), ours.to_string());
            writeln!(table, "| {} | {} | {} | {reason} |", code(text), code(&jq), code(&ours)).unwrap();
        }
    }
    page::holds("differences", &table);
}

/// What is evaluated without the sandbox is evaluated as in it.
#[tokio::test]
async fn a_path_gives_what_the_sandbox_gives() {
    let engine = engine();
    let mut compared = 0;
    for row in rows() {
        let text = row["expression"].as_str().unwrap();
        let names = vec!["$person".to_owned()];
        let sandboxed = engine.compile(&format!("{text} | ."), &names);
        let (Ok(expression), Ok(sandboxed)) = (engine.compile(text, &names), sandboxed) else { continue };
        if !expression.is_path() {
            continue;
        }
        assert!(!sandboxed.is_path(), "{text}");
        let value_of = |name: &str| row["variables"].get(name);
        let path = engine.evaluate(&expression, &row["input"], value_of).await;
        assert_eq!(path, engine.evaluate(&sandboxed, &row["input"], value_of).await, "{text}");
        compared += 1;
    }
    assert!(compared >= 15, "{compared} paths");
}
