//! Every function of jq 1.8's manual is there, or is listed in `docs/expressions.md` with the reason why it is not.

#![allow(clippy::unwrap_used, reason = "a test, whose helpers fail it")]

mod page;

use scim_connector_expression::{Engine, Options};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The manual's functions, as `name` or `name/arity`, and jq's formats, in words set apart by white space.
const MANUAL: &str = include_str!("jq/functions.txt");

/// `{reason: [function]}`
const ABSENT: &str = include_str!("jq/absent.json");

/// A call of a function with as many arguments as it takes.
fn call(function: &str) -> String {
    match function.split_once('/') {
        None => function.to_owned(),
        Some((name, arity)) => format!("{name}({})", vec!["."; arity.parse().unwrap()].join("; ")),
    }
}

fn absent() -> BTreeMap<String, Vec<String>> {
    serde_json::from_str(ABSENT).unwrap()
}

#[test]
fn every_function_of_the_manual_is_there_or_has_its_reason() {
    let engine = Engine::new(Options::default()).unwrap();
    let is_there = |function: &str| engine.compile(&call(function), &[]).is_ok();
    let absent = absent();
    let listed: Vec<&str> = absent.values().flatten().map(String::as_str).collect();
    let manual: Vec<&str> = MANUAL.split_whitespace().collect();
    assert!(manual.len() >= 220, "{} functions", manual.len());
    let missing: Vec<&&str> =
        manual.iter().filter(|function| !is_there(function) && !listed.contains(*function)).collect();
    assert_eq!(missing, Vec::<&&str>::new(), "define them in jq18.jq, or give the reason in absent.json");
    let wrong: Vec<&&str> =
        listed.iter().filter(|function| is_there(function) || !manual.contains(*function)).collect();
    assert_eq!(wrong, Vec::<&&str>::new(), "they are there after all, or in no manual");
}

#[test]
fn the_documentation_lists_what_is_not_there() {
    let mut table = String::from("| function | why |\n|---|---|\n");
    for (reason, functions) in absent() {
        let names: Vec<String> = functions.iter().map(|function| format!("`{function}`")).collect();
        writeln!(table, "| {} | {reason} |", names.join(", ")).unwrap();
    }
    page::holds("functions", &table);
}
