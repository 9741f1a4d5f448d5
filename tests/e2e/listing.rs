//! Whole listings: `call … --all` and `Client::pages`, against the sandbox and against servers that stop short.

use crate::fake::{Act, Fake, Received, json as scim};
use crate::harness::{Finished, Workplace, block_on, client, invoke, sandbox};
use scim_connector_sandbox::Options;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command};

const USERS: usize = 250;

/// A number in the query of a request.
fn number(request: &Received, name: &str) -> Option<u64> {
    let (_, query) = request.line().split_once('?')?;
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?.parse().ok()
}

/// The page of a directory that a request asks for, with at most 100 users.
fn page(request: &Received, total: u64) -> Value {
    let start = number(request, "startIndex").unwrap_or(1);
    let end = (start + number(request, "count").unwrap_or(100).min(100)).min(total + 1);
    let users: Vec<Value> =
        (start..end).map(|id| json!({"id": id.to_string(), "userName": format!("u{id}")})).collect();
    json!({"totalResults": total, "startIndex": start, "itemsPerPage": users.len(), "Resources": users})
}

/// A directory of 250 users; `fault` says what happens to a request instead.
fn directory(fault: impl Fn(usize, &Received) -> Option<Vec<Act>> + Send + Sync + 'static) -> (Fake, Workplace) {
    let fake = Fake::start(move |number, request| {
        fault(number, request).unwrap_or_else(|| scim(200, page(request, USERS as u64)))
    });
    let connection = json!({"serviceUrl": format!("{}/scim", fake.origin()), "auth": {"type": "none"},
        "retry": {"maxAttempts": 1}});
    let place = Workplace::new(&[("fake", connection)]);
    (fake, place)
}

/// The `userName`s on stdout, a resource on each line.
fn names(finished: &Finished) -> Vec<String> {
    let name = |line: &str| {
        let user: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        user["userName"].as_str().expect("a userName").to_owned()
    };
    finished.stdout.lines().map(name).collect()
}

/// `u{first}` to `u{last}`.
fn expected(first: usize, last: usize) -> Vec<String> {
    (first..=last).map(|id| format!("u{id}")).collect()
}

#[test]
fn everything_is_listed_page_by_page() {
    let (_sandbox, connection) = sandbox(Options::default());
    let one = client(&connection);
    for id in 1..=USERS {
        invoke(&one, "createUser", json!({"payload": {"userName": format!("u{id}")}})).expect("a user");
    }
    let place = Workplace::new(&[("sandbox", connection)]);
    for operation in ["listUsers", "searchUsers"] {
        let all = place.run(&["call", operation, "--all", "--input", r#"{"count":100}"#]);
        assert_eq!(all.code, 0, "{all:?}");
        let mut listed = names(&all);
        listed.sort();
        let mut everybody = expected(1, USERS);
        everybody.sort();
        assert_eq!(listed, everybody, "{operation}");
        let summary = format!("{operation}: 250 of 250 resources on 3 pages, ");
        assert!(all.stderr.starts_with(&summary) && all.stderr.ends_with(" a second, complete\n"), "{}", all.stderr);
    }

    let json = place.run(&["call", "listUsers", "--all", "--input", r#"{"count":100}"#, "--error-format", "json"]);
    let summary: Value = serde_json::from_str(&json.stderr).expect("one JSON object");
    let facts = [&summary["listed"], &summary["pages"], &summary["total"], &summary["complete"], &summary["page"]];
    assert_eq!(facts, [&json!(250), &json!(3), &json!(250), &json!(true), &Value::Null], "{summary}");
    assert!(summary["componentMemory"].as_u64().is_some_and(|bytes| bytes > 65_536), "{summary}");
    // A token and three pages.
    assert_eq!(summary["requestsMade"], json!(4), "{summary}");
}

#[test]
fn the_library_gives_the_same_pages() {
    let (fake, _) = directory(|_, _| None);
    let connection = json!({"serviceUrl": format!("{}/scim", fake.origin()), "auth": {"type": "none"}});
    let client = client(&connection);
    let mut pages = client.pages("listUsers", &json!({"startIndex": 51}));
    let mut seen = Vec::new();
    while let Some(page) = block_on(pages.next()).expect("a page") {
        assert_eq!((page.next.is_none(), page.total), (page.complete, Some(250)));
        seen.push(page.resources.len());
    }
    assert_eq!((seen, pages.listed(), pages.pages(), pages.has_ended()), (vec![100, 100], 200, 2, true));
    assert!(block_on(pages.next()).expect("nothing more").is_none());
    assert_eq!(client.requests_made(), 2);
    let error = block_on(client.pages("deleteUser", &json!({"id": "1"})).next()).unwrap_err();
    assert_eq!((error.exit_code(), client.requests_made()), (64, 2), "nothing is sent for {error}");
}

#[test]
fn a_provider_that_stops_short_is_an_error_and_what_came_stays() {
    // (what it does instead of the third page, JSON of the total)
    let stops = |request: &Received| json!({"totalResults": USERS, "startIndex": number(request, "startIndex"), "Resources": []});
    let repeats = |request: &Received| {
        let mut page = page(request, USERS as u64);
        page["Resources"] = (101..201).map(|id| json!({"id": id.to_string(), "userName": format!("u{id}")})).collect();
        page
    };
    for third in [stops as fn(&Received) -> Value, repeats] {
        let (_fake, place) = directory(move |number, request| (number % 3 == 2).then(|| scim(200, third(request))));
        let text = place.run(&["call", "listUsers", "--all"]);
        assert_eq!((text.code, names(&text)), (1, expected(1, 200)), "{text:?}");
        assert!(text.stderr.contains(", not complete\n"), "{}", text.stderr);
        let error = "error: the listing is not complete: 200 resources came, 250 are announced, then the provider stopped short";
        assert!(text.stderr.contains(error), "{}", text.stderr);

        let json = place.run(&["call", "listUsers", "--all", "--error-format", "json"]);
        let lines: Vec<Value> =
            json.stderr.lines().map(|line| serde_json::from_str(line).expect("JSON on each line")).collect();
        assert_eq!((json.code, lines.len()), (1, 2), "{json:?}");
        assert_eq!((&lines[0]["complete"], &lines[1]["kind"]), (&json!(false), &json!("incomplete")), "{lines:?}");
    }
}

/// Pages of these users, whatever is asked for, with a total each; empty after the last.
fn scripted(pages: &'static [(&'static [u64], u64)]) -> (Fake, Workplace) {
    let fake = Fake::start(move |number, _| {
        let (ids, total) = pages.get(number).copied().unwrap_or((&[], pages.last().map_or(0, |page| page.1)));
        let users: Vec<Value> =
            ids.iter().map(|id| json!({"id": id.to_string(), "userName": format!("u{id}"), "active": true})).collect();
        scim(200, json!({"totalResults": total, "Resources": users}))
    });
    let connection = json!({"serviceUrl": format!("{}/scim", fake.origin()), "auth": {"type": "none"}});
    let place = Workplace::new(&[("fake", connection)]);
    (fake, place)
}

#[test]
fn everything_came_only_where_as_many_different_resources_did_as_were_announced() {
    type Row = (&'static str, &'static [(&'static [u64], u64)], &'static [u64], u8);
    // What the provider does, its pages, who is listed, the exit code.
    let rows: [Row; 7] = [
        (
            "pages overlap",
            &[(&[1, 2, 3], 8), (&[2, 3, 4], 8), (&[5, 6, 7], 8), (&[8], 8)],
            &[1, 2, 3, 4, 5, 6, 7, 8],
            0,
        ),
        (
            "pages overlap, and somebody is on none",
            &[(&[1, 2, 3], 8), (&[2, 3, 4], 8), (&[5, 6, 7], 8)],
            &[1, 2, 3, 4, 5, 6, 7],
            1,
        ),
        ("somebody twice on a page", &[(&[1, 2, 2], 3)], &[1, 2], 1),
        ("a total that shrinks below what came", &[(&[1, 2, 3], 9), (&[4, 5, 6], 4)], &[1, 2, 3, 4, 5, 6], 1),
        ("a total of nobody", &[(&[1, 2], 0)], &[1, 2], 1),
        ("a total that is capped", &[(&[1, 2], 3), (&[3, 4], 3), (&[5], 3)], &[1, 2, 3, 4, 5], 1),
        ("all", &[(&[1, 2], 3), (&[3], 3)], &[1, 2, 3], 0),
    ];
    for (what, pages, listed, code) in rows {
        let (_fake, place) = scripted(pages);
        let all = place.run(&["call", "listUsers", "--all"]);
        let expected: Vec<String> = listed.iter().map(|id| format!("u{id}")).collect();
        assert_eq!((names(&all), all.code), (expected, i32::from(code)), "{what}: {all:?}");
        assert_eq!(all.stderr.contains(", complete\n"), code == 0, "{what}: {all:?}");
    }
}

#[test]
fn who_does_not_match_the_filter_is_left_out_and_counted() {
    let (_fake, place) = scripted(&[(&[1, 2], 3), (&[3], 3)]);
    let input = r#"{"filter":"userName eq \"u3\""}"#;
    let all = place.run(&["call", "listUsers", "--all", "--input", input]);
    assert_eq!((names(&all), all.code), (expected(3, 3), 0), "{all:?}");
    assert!(all.stderr.contains("warning: 2 of 2 resources that came do not match the filter"), "{all:?}");
    assert!(all.stderr.contains(", complete; 2 more came that do not match the filter\n"), "{all:?}");
    let (_fake, place) = scripted(&[(&[1], 1)]);
    let one = place.run(&["call", "listUsers", "--input", input]);
    assert_eq!(
        (one.code, one.json()["Resources"].clone(), one.json()["leftOut"].clone()),
        (0, json!([]), json!(["1"])),
        "{one:?}"
    );
}

/// The typed functions check their answers too.
#[test]
fn typed_pages_tell_who_is_left_out() {
    use scim_connector_host::types::Query;
    let (fake, _) = scripted(&[(&[1, 2], 2)]);
    let connection = json!({"serviceUrl": format!("{}/scim", fake.origin()), "auth": {"type": "none"}});
    let query = Query {
        filter: Some("userName eq \"u2\"".into()),
        sort_by: None,
        sort_order: None,
        start_index: None,
        count: None,
        cursor: None,
        page: None,
        attributes: None,
        excluded_attributes: None,
    };
    let page = block_on(client(&connection).list_users(Some(&query), None)).expect("a page");
    assert_eq!((page.resources.len(), page.left_out, page.complete), (1, vec!["1".to_owned()], true));
}

#[test]
fn a_listing_that_fails_midway_says_where_it_can_go_on() {
    let (_fake, place) = directory(|number, _| (number == 1).then(|| scim(400, json!({"detail": "not now"}))));
    let failed = place.run(&["call", "listUsers", "--all"]);
    assert_eq!((failed.code, names(&failed)), (1, expected(1, 100)), "{failed:?}");
    let lines: Vec<&str> = failed.stderr.lines().collect();
    assert!(lines[0].starts_with("listUsers: 100 of 250 resources on 1 page, "), "{failed:?}");
    let input = lines[1].strip_prefix("to go on: --all --input '").and_then(|rest| rest.strip_suffix('\''));
    let input = input.unwrap_or_else(|| panic!("{failed:?}"));
    assert!(lines[2].starts_with("error: "), "{failed:?}");

    let rest = place.run(&["call", "listUsers", "--all", "--input", input]);
    assert_eq!((rest.code, names(&rest)), (0, expected(101, 250)), "{rest:?}");
    assert!(rest.stderr.starts_with("listUsers: 150 of 250 resources on 2 pages, "), "{rest:?}");
}

#[test]
fn an_input_is_not_shown_again() {
    let (_fake, place) = directory(|number, _| (number == 1).then(|| scim(400, json!({"detail": "not now"}))));
    let input = r#"{"startIndex":101,"count":50,"headers":{"X-Key":"not-for-the-log"}}"#;
    let failed = place.run(&["call", "listUsers", "--all", "--input", input]);
    assert_eq!((failed.code, names(&failed)), (1, expected(101, 150)), "{failed:?}");
    assert!(failed.stderr.contains("to go on: --all with the same input and \"page\": \""), "{failed:?}");
    assert!(failed.stderr.contains("\" instead of startIndex or cursor\n"), "{failed:?}");
    assert!(!failed.stderr.contains("not-for-the-log"), "{failed:?}");
}

#[test]
fn an_error_before_the_first_page_is_an_error_like_any_other() {
    let (_fake, place) = directory(|_, _| Some(scim(403, json!({"detail": "no"}))));
    let failed = place.run(&["call", "listUsers", "--all", "--error-format", "json"]);
    let failure: Value = serde_json::from_str(&failed.stderr).expect("one JSON object");
    assert_eq!((failed.code, failed.stdout.as_str(), &failure["kind"]), (1, "", &json!("permission")), "{failed:?}");
}

/// Starts the command and reads `lines` lines of its stdout.
fn started(mut command: Command, lines: usize) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = command.spawn().expect("the command can be started");
    let mut stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
    let mut line = String::new();
    for _ in 0..lines {
        assert!(stdout.read_line(&mut line).expect("a line") > 0, "stdout ended: {line}");
    }
    (child, stdout)
}

fn stderr(child: &mut Child) -> String {
    let mut text = String::new();
    child.stderr.take().expect("stderr is piped").read_to_string(&mut text).expect("UTF-8");
    text
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    // Without end: only the broken pipe stops it.
    let (_fake, place) = directory(|_, request| Some(scim(200, page(request, u64::MAX / 2))));
    let (mut child, stdout) = started(place.command(&["call", "listUsers", "--all"]), 1);
    drop(stdout);
    let text = stderr(&mut child);
    assert_eq!((child.wait().expect("its end").code(), text.as_str()), (Some(0), ""));
}

#[cfg(unix)]
#[test]
fn an_interrupted_listing_says_where_it_can_go_on() {
    let (_fake, place) = directory(|number, _| (number == 1).then(|| vec![Act::Silence]));
    let (mut child, mut stdout) = started(place.command(&["call", "listUsers", "--all"]), 100);
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill can be started");
    assert!(kill.success());
    let text = stderr(&mut child);
    assert_eq!(child.wait().expect("its end").code(), Some(130), "{text}");
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).expect("UTF-8");
    assert_eq!(rest, "", "pages are printed whole");
    let input = text.lines().find_map(|line| line.strip_prefix("to go on: --all --input '")?.strip_suffix('\''));
    let rest = place.run(&["call", "listUsers", "--all", "--input", input.unwrap_or_else(|| panic!("{text}"))]);
    assert_eq!((rest.code, names(&rest)), (0, expected(101, 250)), "{rest:?}");
}

#[test]
fn what_cannot_be_listed_whole_is_refused() {
    let (fake, place) = directory(|_, _| None);
    let rows = [
        (vec!["call", "createUser", "--all"], "error: createUser has no pages; listUsers, searchUsers, "),
        (vec!["call", "listUser", "--all"], "error: there is no operation \"listUser\"; did you mean \"listUsers\"?"),
        (vec!["call", "listUsers", "--all", "--input", r#"{"count":0}"#], "error: --all with \"count\": 0 "),
    ];
    for (arguments, error) in rows {
        let refused = place.run(&arguments);
        assert_eq!((refused.code, refused.stdout.as_str()), (64, ""), "{refused:?}");
        assert!(refused.stderr.starts_with(error), "{refused:?}");
    }
    assert_eq!(fake.requests().len(), 0);
}

#[test]
fn progress_is_shown_where_it_is_asked_for() {
    let (_fake, place) = directory(|_, _| None);
    let shown = place.run(&["call", "listUsers", "--all", "--progress"]);
    let first = shown.stderr.lines().next().unwrap_or_default();
    assert!(
        first.starts_with("listUsers: 100 of 250 resources on 1 page, ") && first.ends_with(" a second"),
        "{shown:?}"
    );
    let quiet = place.run(&["call", "listUsers", "--all", "--progress", "--error-format", "json"]);
    assert_eq!(quiet.stderr.lines().count(), 1, "{quiet:?}");
}

#[test]
fn a_long_call_shows_how_many_requests_it_has_made() {
    let body = json!({"id": "1", "userName": "ada"}).to_string();
    let head = format!(
        "HTTP/1.1 201 Created\r\nContent-Type: application/scim+json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let slow = vec![Act::Send(head.into_bytes()), Act::Drip(body.into_bytes(), std::time::Duration::from_millis(50))];
    let (_fake, place) = directory(move |_, _| Some(slow.clone()));
    let create = ["call", "createUser", "--input", r#"{"payload":{"userName":"ada"}}"#];
    let shown = place.run(&[&create[..], &["--progress"]].concat());
    assert_eq!((shown.code, shown.stderr.as_str()), (0, "createUser: 1 request, 1 s\n"), "{shown:?}");
    assert_eq!(shown.json()["id"], json!("1"));
    assert_eq!(place.run(&create).stderr, "");
}
