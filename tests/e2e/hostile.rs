//! A server that answers oddly: what the caller sees, how often the server was asked, and that every call ends in time. What
//! breaks connections, HTTP and JSON stands in the fault matrix, `tests/faults`.

use crate::fake::{Act, Fake, Received, answer, json as scim};
use crate::harness::{Workplace, client, invoke};
use scim_connector_host::{Error, Outcome};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// What the fake asks for.
const TOKEN: &str = "t0ken-of-the-hostile-tests";

type Script = fn(usize, &Received) -> Vec<Act>;

/// One misbehaviour.
struct Row {
    name: &'static str,
    /// What is called: `create`, `get`, `update`, `patch`, `delete`.
    call: &'static str,
    script: Script,
    /// What the caller sees, see [`seen`].
    expected: &'static str,
    /// How many requests the server got.
    requests: usize,
}

fn row(name: &'static str, call: &'static str, script: Script, requests: usize, expected: &'static str) -> Row {
    Row { name, call, script, expected, requests }
}

fn input(call: &str) -> (&'static str, Value) {
    let payload = json!({"userName": "ada"});
    match call {
        "create" => ("createUser", json!({"payload": payload})),
        "get" => ("getUser", json!({"id": "1"})),
        "list" => ("listUsers", json!({})),
        "update" => ("updateUser", json!({"id": "1", "payload": payload})),
        "patch" => (
            "patchUser",
            json!({"id": "1", "operations": [{"op": "add", "path": "emails", "value": [{"value": "x"}]}]}),
        ),
        "delete" => ("deleteUser", json!({"id": "1"})),
        other => panic!("{other}?"),
    }
}

/// A result in a few words: `ok VALUE`, or kind, transience, `maybeApplied` and status of the failure.
fn in_words(result: &Result<Outcome, Error>) -> String {
    let error = match result {
        Ok(outcome) => return format!("ok {}", outcome.output),
        Err(error) => error.to_json(),
    };
    let word = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    let applied = if error["maybeApplied"] == json!(true) { " maybeApplied" } else { "" };
    let status = error.get("status").map(|status| format!(" {status}")).unwrap_or_default();
    format!("{} {}{applied}{status}", word("kind"), word("error"))
}

fn connection(fake: &Fake, settings: &Value) -> Value {
    let mut connection = json!({
        "serviceUrl": format!("{}/scim", fake.origin()),
        "auth": {"type": "bearer", "token": TOKEN},
        "retry": {"baseDelayMs": 20},
        "timeouts": {"totalMs": 10_000},
    });
    for (name, value) in settings.as_object().into_iter().flatten() {
        connection[name] = value.clone();
    }
    connection
}

const USER: &str = r#"{"id":"1","userName":"ada"}"#;
const OK: &str = r#"ok {"id":"1","userName":"ada"}"#;
const GONE: &str = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404"}"#;

fn user_answer() -> Vec<Act> {
    scim(200, USER)
}

fn rows() -> Vec<Row> {
    vec![
        row("HTML of a 404", "get", |_, _| answer(404, &[], "<html>no</html>"), 1, "notFound permanent 404"),
        row("a resource that is no list", "list", |_, _| user_answer(), 1, "protocol permanent 200"),
        row("nothing to an add", "patch", |_, _| vec![Act::Close], 1, "unavailable permanent maybeApplied"),
        row("10 MB", "get", |_, _| answer(200, &[], vec![b' '; 10 << 20]), 1, "tooLarge permanent 200"),
        row(
            "500 to a deletion, then 404",
            "delete",
            |n, _| if n == 0 { scim(500, "{}") } else { scim(404, GONE) },
            2,
            "ok null",
        ),
        // Such a 404 may be a router's, which knows no DELETE: one read tells.
        row(
            "500 to a deletion, then a 404 that is no SCIM error",
            "delete",
            |n, _| if n == 0 { scim(500, "{}") } else { scim(404, "{}") },
            3,
            "ok null",
        ),
        // No body where one could be.
        row("204 to PUT", "update", |_, _| answer(204, &[], ""), 1, "ok null"),
        row("204 to PATCH", "patch", |_, _| answer(204, &[], ""), 1, "ok null"),
        row("200 to DELETE, with a body", "delete", |_, _| answer(200, &[], "gone"), 1, "ok null"),
        row(
            "201 without a body, with a Location",
            "create",
            |n, _| if n == 0 { answer(201, &[("Location", "/scim/Users/1")], "") } else { user_answer() },
            2,
            OK,
        ),
        row(
            "201 with neither",
            "create",
            // The second request looks for who was created.
            |n, _| if n == 0 { answer(201, &[], "") } else { scim(200, r#"{"totalResults":0}"#) },
            2,
            r#"ok {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada"}"#,
        ),
        // No credentials.
        row("403", "create", |_, _| scim(403, "{}"), 1, "permission permanent 403"),
        row("412 without a condition", "update", |_, _| scim(412, "{}"), 1, "invalidInput permanent 412"),
        row("413", "create", |_, _| scim(413, "{}"), 1, "tooLarge permanent 413"),
        // PUT is tried instead, for which the resource is read.
        row("501", "patch", |_, _| scim(501, "{}"), 2, "unsupported permanent 501"),
        // Elsewhere.
        row(
            "307 within the origin",
            "create",
            |n, _| if n == 0 { answer(307, &[("Location", "/other/Users")], "") } else { scim(201, USER) },
            2,
            OK,
        ),
        row(
            "302 within the origin, to a read",
            "get",
            |n, _| if n == 0 { answer(302, &[("Location", "/other")], "") } else { user_answer() },
            2,
            OK,
        ),
    ]
}

#[test]
fn every_misbehaviour_is_borne() {
    let rows = rows();
    // Most of the time is waiting, so they wait together.
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let running: Vec<_> = rows
            .chunks(rows.len().div_ceil(4))
            .map(|rows| scope.spawn(move || rows.iter().filter_map(play).collect::<Vec<_>>()))
            .collect();
        running.into_iter().flat_map(|part| part.join().expect("a row that panicked")).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Plays a row; says what was wrong.
fn play(row: &Row) -> Option<String> {
    let fake = Fake::start(row.script);
    let client = client(&connection(&fake, &json!({})));
    let (operation, input) = input(row.call);
    let started = Instant::now();
    let result = invoke(&client, operation, input);
    let took = started.elapsed();
    let (found, requests) = (in_words(&result), fake.requests().len());
    let shown = result.as_ref().map_or_else(|error| error.to_json().to_string(), |outcome| format!("{outcome:?}"));
    if shown.contains(TOKEN) {
        return Some(format!("{}: the token is shown: {shown}", row.name));
    }
    if found != row.expected || requests != row.requests {
        return Some(format!(
            "{}: expected {:?} after {} requests, found {found:?} after {requests}: {shown}",
            row.name, row.expected, row.requests
        ));
    }
    // The connection allows ten seconds.
    (took > Duration::from_secs(12)).then(|| format!("{}: took {took:?}", row.name))
}

#[test]
fn a_server_that_does_not_answer_is_given_up_within_two_seconds() {
    let fake = Fake::start(|_, _| vec![Act::Silence]);
    let settings = json!({"timeouts": {"firstByteMs": 300}, "retry": {"maxAttempts": 1}});
    let client = client(&connection(&fake, &settings));
    let started = Instant::now();
    let result = invoke(&client, "getUser", json!({"id": "1"}));
    assert_eq!(in_words(&result), "timeout transient");
    let took = started.elapsed();
    assert!(took >= Duration::from_millis(300) && took < Duration::from_secs(2), "{took:?}");
}

#[test]
fn a_pause_the_server_asks_for_is_kept() {
    let fake = Fake::start(|n, _| if n == 0 { answer(429, &[("Retry-After", "1")], "") } else { scim(201, USER) });
    let client = client(&connection(&fake, &json!({})));
    let started = Instant::now();
    let outcome = invoke(&client, "createUser", json!({"payload": {"userName": "ada"}})).expect("the user");
    assert!(started.elapsed() >= Duration::from_secs(1), "{:?}", started.elapsed());
    assert_eq!(outcome.requests_made, 2);
    let late = Fake::start(|_, _| answer(429, &[("Retry-After", "3600")], ""));
    let failure = invoke(&self::client(&connection(&late, &json!({}))), "listUsers", json!({})).expect_err("throttled");
    assert_eq!(failure.to_json()["retryAfterMs"], json!(3_600_000));
}

#[test]
fn nothing_goes_to_another_origin() {
    let other = Fake::start(|_, _| user_answer());
    let elsewhere = format!("{}/scim/Users", other.origin());
    for (status, call) in [(301, "get"), (302, "get"), (307, "get"), (307, "create"), (308, "update"), (303, "create")]
    {
        let target = elsewhere.clone();
        let fake = Fake::start(move |_, _| answer(status, &[("Location", &target)], ""));
        let client = client(&connection(&fake, &json!({})));
        let (operation, input) = input(call);
        let result = invoke(&client, operation, input);
        // "See other" is also what a server says that has done it (RFC 9110 section 15.4.4).
        let done = if status == 303 { "maybeApplied " } else { "" };
        assert_eq!(in_words(&result), format!("protocol permanent {done}{status}"), "{status} to {call}");
        let detail = result.expect_err("not followed").to_json()["detail"].as_str().expect("a detail").to_owned();
        assert!(detail.contains(&other.origin()), "{detail}");
        assert_eq!(fake.requests().len(), 1);
    }
    // A Location of a new user elsewhere is not read either.
    let target = elsewhere.clone();
    let fake = Fake::start(move |_, _| answer(201, &[("Location", &target)], ""));
    let outcome =
        invoke(&client(&connection(&fake, &json!({}))), "createUser", json!({"payload": {"userName": "ada"}}));
    assert_eq!(outcome.expect("created").warnings.len(), 1);
    assert_eq!(other.requests().len(), 0, "{:?}", other.requests());
}

#[test]
fn a_token_endpoint_that_redirects_gets_no_second_secret() {
    let other = Fake::start(|_, _| scim(200, r#"{"access_token":"stolen","token_type":"Bearer"}"#));
    let target = format!("{}/token", other.origin());
    let fake = Fake::start(move |_, _| answer(307, &[("Location", &target)], ""));
    let token_url = format!("{}/token", fake.origin());
    let auth = json!({"type": "clientCredentials", "tokenUrl": token_url, "clientId": "c", "clientSecret": "c-secret"});
    let client = client(&json!({"serviceUrl": fake.origin(), "auth": auth}));
    assert_eq!(in_words(&invoke(&client, "listUsers", json!({}))), "configuration permanent 307");
    assert_eq!((fake.requests().len(), other.requests().len()), (1, 0));
}

#[test]
fn requests_are_as_the_standard_has_them() {
    let fake = Fake::start(|_, _| scim(201, USER));
    let settings = json!({"headers": {"X-Tenant": "blue"}});
    let client = client(&connection(&fake, &settings));
    let payload = json!({"userName": "ada", "id": "mine", "meta": {"version": "x"}, "groups": [{"value": "g"}]});
    invoke(&client, "createUser", json!({"payload": payload})).expect("the user");
    let filter = r#"userName eq "O'N\"eil & Söhne + 1""#;
    // The answer is no list, which is another test's matter.
    let _ = invoke(&client, "listUsers", json!({"filter": filter, "count": 10, "attributes": ["userName", "id"]}));
    let _ = invoke(&client, "getUser", json!({"id": "a/b?c#d e%"}));

    let requests = fake.requests();
    let (create, list, get) = (&requests[0], &requests[1], &requests[2]);
    assert_eq!(create.line(), "POST /scim/Users");
    let body: Value = serde_json::from_str(&create.body).expect("JSON");
    assert_eq!(body, json!({"userName": "ada", "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"]}));
    let (length, authorization) = (create.body.len().to_string(), format!("Bearer {TOKEN}"));
    let headers = [
        ("content-type", "application/scim+json"),
        ("content-length", length.as_str()),
        ("authorization", authorization.as_str()),
        ("x-tenant", "blue"),
        ("user-agent", "scim-connector/0.2.0"),
        ("accept", "application/scim+json, application/json;q=0.9"),
    ];
    for (name, value) in headers {
        assert_eq!(create.header(name), Some(value), "{name} of {}", create.head);
    }
    let host = fake.origin();
    assert_eq!(create.header("host"), host.strip_prefix("http://"));
    assert_eq!(
        list.line(),
        "GET /scim/Users?filter=userName%20eq%20%22O%27N%5C%22eil%20%26%20S%C3%B6hne%20%2B%201%22&count=10&attributes=userName%2Cid"
    );
    assert_eq!(get.line(), "GET /scim/Users/a%2Fb%3Fc%23d%20e%25");
    assert_eq!(get.header("content-type"), None);
}

#[test]
fn an_echoed_token_is_taken_out_of_the_failure() {
    let fake = Fake::start(|_, request| {
        let echo = request.header("authorization").unwrap_or_default();
        let headers = [("X-Request-Id", echo), ("Content-Type", "application/json")];
        answer(400, &headers, json!({"detail": format!("bad token: {echo}"), "scimType": TOKEN}).to_string())
    });
    let error = invoke(&client(&connection(&fake, &json!({}))), "listUsers", json!({})).expect_err("400");
    assert!(!format!("{error:?} {error} {}", error.to_json()).contains(TOKEN), "{error:?}");
    assert_eq!(
        error.to_json()["detail"],
        json!("the provider answered listUsers with 400 Bad Request: bad token: Bearer [redacted]")
    );
}

/// JSON text goes on as it came, and a server may write any character as an escape.
#[test]
fn what_a_server_hides_behind_escapes_is_taken_out_of_what_the_command_prints() {
    const PASSWORD: &str = "pa55word-of-zoe";
    fn escaped(text: &str) -> String {
        text.chars().map(|char| format!("\\u{:04X}", u32::from(char))).collect()
    }
    let fake = Fake::start(|_, request| {
        let title =
            format!("{} {}", escaped(TOKEN), if request.body.is_empty() { String::new() } else { escaped(PASSWORD) });
        let user = format!(r#"{{"id":"1","userName":"caf\u00e9","title":"{title}"}}"#);
        match request.line() {
            "POST /scim/Users" => answer(201, &[], user),
            _ => answer(200, &[], format!(r#"{{"totalResults":1,"Resources":[{user}]}}"#)),
        }
    });
    let place = Workplace::new(&[("odd", connection(&fake, &json!({})))]);
    let input = json!({"payload": {"userName": "café", "password": PASSWORD}}).to_string();
    for arguments in [
        ["call", "createUser", "--connection", "odd", "--input", &input].as_slice(),
        &["call", "createUser", "--connection", "odd", "--compact", "--input", &input],
        &["call", "listUsers", "--connection", "odd", "--all"],
    ] {
        let finished = place.run(arguments);
        assert_eq!(finished.code, 0, "{finished:?}");
        assert!(finished.stdout.contains(r"caf\u00e9"), "what is no secret stays as it came: {finished:?}");
        let read: Value = serde_json::from_str(&finished.stdout).expect("JSON");
        let read = read.to_string();
        assert!(read.contains("[redacted]") && !read.contains(TOKEN) && !read.contains(PASSWORD), "{finished:?}");
    }
}
