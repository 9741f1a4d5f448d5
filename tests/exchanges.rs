//! Recorded exchanges, as data: what a sloppy, strict or failing provider answered, and what the connector makes of it. Each file of
//! `tests/exchanges` is one class of quirks; its README says which clause of the wire facts is where, and how a file is written.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "script/mod.rs"]
mod script;

use scim_connector::catalog::invoke::invoke;
use scim_connector::failure::Failure;
use scim_connector::http::Request;
use scim_connector::operations::output::{Answer, Json};
use script::{Outcome, Script, bearer, outcome};
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// Members of a case; a misspelt one would check nothing.
const MEMBERS: [&str; 11] = [
    "name",
    "connection",
    "operation",
    "input",
    "exchanges",
    "follow",
    "output",
    "failure",
    "warnings",
    "now",
    "sleptMs",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exchanges")
}

fn files() -> Vec<(String, Value)> {
    let mut files: Vec<(String, Value)> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "json"))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let file = serde_json::from_str(&std::fs::read_to_string(&path).unwrap());
            (name.clone(), file.unwrap_or_else(|error| panic!("{name}: {error}")))
        })
        .collect();
    files.sort_by(|one, other| one.0.cmp(&other.0));
    files
}

/// Whether what was expected is in what was found: members that are not named may be anything, lists are whole, and null is
/// whatever is absent.
fn includes(expected: &Value, found: Option<&Value>) -> bool {
    match (expected, found) {
        (Value::Null, found) => found.is_none_or(Value::is_null),
        (Value::Object(expected), Some(Value::Object(found))) => {
            expected.iter().all(|(name, value)| includes(value, found.get(name)))
        }
        (Value::Array(expected), Some(Value::Array(found))) => {
            expected.len() == found.len() && expected.iter().zip(found).all(|(one, other)| includes(one, Some(other)))
        }
        (expected, found) => Some(expected) == found,
    }
}

/// What is wrong with a request.
fn request(expected: &Value, found: &Request) -> Option<String> {
    let url = found.url.as_str();
    let place = url.strip_prefix("https://scim.example/v2").unwrap_or(url);
    let line = format!("{} {place}", found.method.as_str());
    let wanted = format!("{} {}", expected["method"].as_str().unwrap(), expected["path"].as_str().unwrap());
    if line != wanted {
        return Some(format!("{line} was sent, not {wanted}"));
    }
    for (name, value) in expected["headers"].as_object().into_iter().flatten() {
        let header = found.headers.iter().find(|header| header.0.eq_ignore_ascii_case(name)).map(|it| it.1.as_str());
        if header != value.as_str() {
            return Some(format!("{line} has the header {name}: {header:?}"));
        }
    }
    let text = String::from_utf8_lossy(found.body.as_deref().unwrap_or_default()).into_owned();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    // A body is compared as a whole: what is sent is strict.
    let same = expected.get("body").is_none_or(|expected| *expected == body);
    (!same).then(|| format!("{line} has the body {body}"))
}

/// Calls the operation; a listing is followed to its end where the case says so.
fn call(case: &Value, connection: &Value, script: &Script) -> Result<(Value, Answer<Json>), Box<Failure>> {
    let operation = case["operation"].as_str().unwrap();
    let mut input = case["input"].clone();
    let (mut resources, mut requests, mut warnings) = (Vec::new(), 0, Vec::new());
    loop {
        let mut answer = invoke(script, &connection.to_string(), operation, input.to_string(), None)?;
        requests += answer.requests;
        warnings.append(&mut answer.warnings);
        let mut output = answer.output.to_json();
        if case["follow"] == true {
            resources.extend(output["Resources"].as_array().cloned().unwrap());
            assert!(requests < 100, "the listing does not end");
            if let Some(next) = answer.output.next.clone() {
                input["page"] = json!(next);
                continue;
            }
            output["Resources"] = json!(resources);
        }
        return Ok((output, Answer { requests, warnings, ..answer }));
    }
}

/// Plays a case; says what is wrong.
fn play(case: &Value) -> Option<String> {
    if let Some(odd) = case.as_object().unwrap().keys().find(|key| !MEMBERS.contains(&key.as_str())) {
        return Some(format!("{odd} is no member of a case"));
    }
    let exchanges: Vec<&Value> = case["exchanges"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|it| std::iter::repeat_n(it, it["times"].as_u64().unwrap_or(1) as usize))
        .collect();
    let outcomes: Vec<Outcome> = exchanges.iter().map(|it| outcome(it)).collect();
    let script = Script::new(outcomes);
    if let Some(now) = case["now"].as_u64() {
        script.clock.set(now);
    }
    let mut connection = bearer();
    connection.as_object_mut().unwrap().extend(case["connection"].as_object().cloned().unwrap_or_default());
    let result = match catch_unwind(AssertUnwindSafe(|| call(case, &connection, &script))) {
        Ok(result) => result,
        Err(cause) => return Some(format!("it panicked: {:?}", cause.downcast_ref::<String>())),
    };
    let sent = script.sent.borrow();
    if let Some(wrong) = exchanges.iter().zip(sent.iter()).find_map(|(it, found)| request(&it["request"], found)) {
        return Some(wrong);
    }
    if sent.len() != exchanges.len() {
        return Some(format!("{} of {} requests were sent; {result:?}", sent.len(), exchanges.len()));
    }
    if let Some(pause) = case["sleptMs"].as_u64()
        && pause != script.slept.get()
    {
        return Some(format!("it slept for {} ms", script.slept.get()));
    }
    match (result, case.get("failure")) {
        (Ok((output, answer)), None) => {
            if !includes(&case["output"], Some(&output)) {
                return Some(format!("the output is {output}"));
            }
            if answer.requests as usize != sent.len() {
                return Some(format!("{} requests are counted", answer.requests));
            }
            let words: Vec<&str> =
                case["warnings"].as_array().into_iter().flatten().map(|it| it.as_str().unwrap()).collect();
            let said = answer.warnings.len() == words.len()
                && answer.warnings.iter().zip(&words).all(|(warning, words)| warning.contains(words));
            (!said).then(|| format!("the warnings are {:?}", answer.warnings))
        }
        (Err(failure), Some(expected)) => {
            let found = failure.to_json();
            let mut expected = expected.clone();
            let words = expected.as_object_mut().unwrap().remove("words");
            let said = words.is_none_or(|words| failure.detail.contains(words.as_str().unwrap()));
            (!said || !includes(&expected, Some(&found))).then(|| format!("the failure is {found}"))
        }
        (Ok((output, answer)), Some(_)) => Some(format!("it succeeded: {output} {:?}", answer.warnings)),
        (Err(failure), None) => Some(format!("it failed: {}", failure.to_json())),
    }
}

#[test]
fn every_recorded_exchange_comes_out_as_it_should() {
    let mut wrong = Vec::new();
    let mut number = 0;
    for (file, content) in files() {
        assert!(content["about"].as_str().is_some_and(|about| !about.is_empty()), "{file}: about is missing");
        let cases = content["cases"].as_array().unwrap();
        assert!(!cases.is_empty(), "{file}");
        for case in cases {
            number += 1;
            let name = case["name"].as_str().unwrap_or_else(|| panic!("{file}: a case without a name"));
            wrong.extend(play(case).map(|what| format!("{file}, {name}: {what}")));
        }
    }
    assert!(wrong.is_empty(), "{} of {number} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(number >= 100, "{number} cases are left");
}

/// The README's tables lead from each clause to a file, and each file is in them.
#[test]
fn every_clause_has_its_file() {
    let readme = std::fs::read_to_string(folder().join("README.md")).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut rows = 0;
    for row in readme
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| clause") && !line.starts_with("| ---"))
    {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let [clause, places] = cells[..] else { panic!("{row}: a row has two cells") };
        let places: Vec<&str> = places.split('`').skip(1).step_by(2).collect();
        assert!(!places.is_empty(), "{clause}: no file");
        for place in places {
            assert!(folder().join(place).is_file() || root.join(place).is_file(), "{clause}: there is no {place}");
        }
        rows += 1;
    }
    assert!(rows >= 40, "{rows} clauses are left");
    for (file, _) in files() {
        assert!(readme.contains(&format!("`{file}`")), "{file} is not in the README");
    }
}
