//! What a text gives, and what is wrong with it, in its exact words.

use super::*;
use serde_json::json;

fn parse(text: &str) -> Result<Document, Problem> {
    Document::parse(text, Path::new("flow.yaml"))
}

fn error(text: &str, path: &str) -> String {
    let problem = Document::parse(text, Path::new(path)).expect_err(text);
    format!("{}:{}: {}", problem.place.line, problem.place.column, problem.message)
}

#[test]
fn yaml_is_read_by_the_core_schema_and_no_digit_is_lost() {
    let rows = [
        ("a: 1", json!({"a": 1})),
        ("a: -7\nb: +7\nc: 0x1F\nd: 0o17", json!({"a": -7, "b": 7, "c": 31, "d": 15})),
        ("[null, ~, Null, true, FALSE]", json!([null, null, null, true, false])),
        ("a:\nb: ''", json!({"a": null, "b": ""})),
        (
            "[yes, on, no, 1.0.0, 12:30, 2024-01-02, 1_000, .5x, e3, 0x]",
            json!(["yes", "on", "no", "1.0.0", "12:30", "2024-01-02", "1_000", ".5x", "e3", "0x"]),
        ),
        ("a: |\n  one\n  two\nb: >\n  one\n  two\n", json!({"a": "one\ntwo\n", "b": "one two\n"})),
        ("a: &x {b: [1]}\nc: *x", json!({"a": {"b": [1]}, "c": {"b": [1]}})),
        ("[!!str 1, !!int '2', !!map {}]", json!(["1", 2, {}])),
        ("{\"a\": [1, \"\\u00e9\"]}", json!({"a": [1, "é"]})),
        ("\u{feff}a: 1", json!({"a": 1})),
        ("---\na: 1\n...\n", json!({"a": 1})),
    ];
    for (text, value) in rows {
        assert_eq!(parse(text).unwrap().value, value, "{text}");
    }
    let long = parse("[123456789012345678901234567890, 1.10, .5, 2., 1e3]").unwrap().value;
    assert_eq!(long.to_string(), "[123456789012345678901234567890,1.10,0.5,2,1e+3]");
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let rows = [
        ("", "1:1: the file is empty; a flow has the members document and do"),
        ("a: 1\nb: 2\na: 3", "3:1: `a` stands twice; it stands in line 1, column 1 already"),
        ("a: 1\n---\nb: 1", "2:1: a second document begins here; a flow is one document"),
        ("a:\n  b: &x 1\n  <<: *x", "3:3: merge keys (`<<`) are no part of YAML 1.2; write the members out"),
        ("1: a", "1:1: a key must be text: write \"1\""),
        ("? [a]\n: b", "1:3: a key must be text"),
        ("a: 007", "1:4: `007` would lose its zeros as a number; put it in quotes"),
        ("a: .inf", "1:4: `.inf` is no number that JSON has; put it in quotes if it is text"),
        ("a: 1e999", "1:4: `1e999` is too large; put it in quotes if it is text"),
        ("a: !!int x", "1:4: `x` is no !!int, as its tag says"),
        ("a: !mine x", "1:4: the tag !mine has no meaning here; leave it out"),
        ("a: &x [*x]", "1:8: the alias stands inside of what it names"),
        ("a:\n\tb: 1", "2:2: a tab in the indentation; YAML is indented with blanks"),
        ("a: [1", "2:1: not YAML: while parsing a flow sequence, expected ',' or ']'"),
        ("a: *x", "1:4: not YAML: while parsing node, found unknown anchor"),
        ("a: b: c", "1:5: not YAML: mapping values are not allowed in this context"),
        ("a: 'b", "1:4: not YAML: while scanning a quoted scalar, found unexpected end of stream"),
    ];
    let wrong: Vec<_> = rows
        .iter()
        .filter(|(text, message)| error(text, "flow.yaml") != *message)
        .map(|(text, _)| error(text, "flow.yaml"))
        .collect();
    assert_eq!(wrong, [""; 0]);
    let rows = [
        ("{\"a\": 1,}", "1:9: not JSON: trailing comma"),
        ("{\"é\": x}", "1:7: not JSON: expected value"),
        ("{\"a\": 1,\n \"a\": 2}", "2:2: `a` stands twice; it stands in line 1, column 2 already"),
        ("", "1:1: not JSON: EOF while parsing a value"),
    ];
    for (text, message) in rows {
        assert_eq!(error(text, "flow.json"), message, "{text}");
    }
}

#[test]
fn nothing_grows_without_bound() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let inner = format!("*a{}, ", level - 1).repeat(10);
        bomb.push_str(&format!("a{level}: &a{level} [{inner}]\n"));
    }
    assert!(error(&bomb, "a.yaml").contains("more than 100000 values"), "{}", error(&bomb, "a.yaml"));
    let long = format!("a: &a {}\nb: [{}]", "x".repeat(1 << 20), "*a, ".repeat(100));
    assert!(error(&long, "a.yaml").contains("too big"));
    assert!(error(&"x".repeat(LONGEST + 1), "a.yaml").starts_with("1:1: the file has 4194305 bytes"));
    for name in ["a.yaml", "a.json"] {
        let deep = format!("{}{}", "[".repeat(102), "]".repeat(102));
        assert_eq!(error(&deep, name), "1:102: lists and maps stand more than 100 deep in each other");
        let far = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(!error(&far, name).is_empty());
    }
}

#[test]
fn every_value_and_key_has_its_place() {
    let yaml = "a:\n  b: [1, {c: x}]\nd:\n- \"e\"\n";
    let document = parse(yaml).unwrap();
    let at = |pointer: &str| (document.place(pointer).line, document.place(pointer).column);
    let rows = [
        ("/a/b", (2, 6)),
        ("/a/b/1", (2, 10)),
        ("/a/b/1/c", (2, 14)),
        ("/d/0", (4, 3)),
        ("/a/b/9/x", (2, 6)),
        ("/z", (1, 1)),
    ];
    for (pointer, place) in rows {
        assert_eq!(at(pointer), place, "{pointer}");
    }
    assert_eq!(document.key_place("/a/b"), Position { line: 2, column: 3 });
    let document = Document::parse("{\n \"a\": [1, {\"c\\\"\": \"x\"}]}", Path::new("x.json")).unwrap();
    assert_eq!(document.place("/a/1/c\""), Position { line: 2, column: 19 });
    assert_eq!(document.key_place("/a/1/c\""), Position { line: 2, column: 12 });
}

#[test]
fn a_character_of_a_text_has_its_place() {
    let rows = [
        ("a: one two", 4, (1, 8)),
        ("a: \"o\\\"e two\"", 4, (1, 10)),
        ("a: \"o\\u00e9e two\"", 4, (1, 14)),
        ("a: 'o''e two'", 4, (1, 10)),
        ("a: |\n  one\n  two", 5, (3, 4)),
        ("a: >-\n  one\n  two", 4, (3, 3)),
        ("a: one\n  two", 4, (2, 3)),
    ];
    for (text, offset, (line, column)) in rows {
        assert_eq!(parse(text).unwrap().place_in("/a", offset), Position { line, column }, "{text}");
    }
}

#[test]
fn a_problem_shows_the_line_it_is_in() {
    let text = "do:\n  - a:\n      call: createUsr\n";
    let problem = parse(text).unwrap().problem("/do/0/a/call", "no such operation");
    assert_eq!(
        problem.show(Path::new("flows/seed.yaml"), text),
        "flows/seed.yaml:3:13: no such operation\n  |\n3 |       call: createUsr\n  |             ^"
    );
    let long = format!("a: {} b", "x".repeat(1000));
    let shown = Problem { place: Position { line: 1, column: 1005 }, ..problem.clone() }.show(Path::new("f"), &long);
    assert!(shown.lines().all(|line| line.len() < 130), "{shown}");
    assert_eq!(
        problem.to_json(Path::new("f")),
        json!({"file": "f", "line": 3, "column": 13, "pointer": "/do/0/a/call", "message": "no such operation"})
    );
}

#[test]
fn a_problem_shows_what_steers_or_hides_and_still_points_at_its_place() {
    let text = "a: \u{202e}\u{1b}[2J x\n";
    let document = Document::parse("a: 1\n", Path::new("a.yaml")).unwrap();
    let mut problem = document.problem("/a", "no\nb.yaml:1:1: \u{9b}forged");
    problem.place.column = 10;
    assert_eq!(
        problem.show(Path::new("a.yaml"), text),
        "a.yaml:1:10: no\u{240a}b.yaml:1:1: [U+009B]forged\n  |\n1 | a: [U+202E]\u{241b}[2J x\n  |                 ^"
    );
}
