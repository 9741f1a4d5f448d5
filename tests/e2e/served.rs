//! `serve`: the operations over HTTP, and for agents.

use crate::harness::{Workplace, sandbox};
use scim_connector_sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::Duration;

const TOKEN: &str = "a-token-of-the-tests-0001";
const OTHER: &str = "a-token-of-the-tests-0002";

/// A door of the command; it ends when this is dropped.
struct Door {
    child: Child,
    authority: String,
    place: Workplace,
    _sandbox: Sandbox,
}

impl Drop for Door {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

struct Answer {
    status: u16,
    head: String,
    body: Value,
}

impl Door {
    fn open(arguments: &[&str]) -> Self {
        let (sandbox, connection) = sandbox(Options::default());
        let place = Workplace::new(&[("sandbox", connection)]);
        let all = [&["serve", "--listen", "127.0.0.1:0", "--caller", "hr=env:T1", "--caller", "it=env:T2"], arguments]
            .concat();
        let mut command = place.command(&all);
        let mut child = command.env("T1", TOKEN).env("T2", OTHER).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stderr.take().expect("stderr is piped")).lines();
        let line =
            lines.by_ref().map_while(Result::ok).find(|line| line.contains(" is served at ")).expect("it says where");
        std::thread::spawn(move || lines.for_each(drop));
        let authority = line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).expect("a URL").to_owned();
        Self { child, authority, place, _sandbox: sandbox }
    }

    /// Sends a request as it stands, but for its length.
    fn send(&self, line: &str, headers: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.authority).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let host = if headers.contains("Host: ") { String::new() } else { format!("Host: {}\r\n", self.authority) };
        let length = body.len();
        let request =
            format!("{line} HTTP/1.1\r\n{host}{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}");
        // A body that is refused for its length is not read.
        stream.write_all(request.as_bytes()).ok();
        let mut text = Vec::new();
        stream.read_to_end(&mut text).ok();
        let text = String::from_utf8_lossy(&text).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Answer { status, head: head.to_lowercase(), body: serde_json::from_str(body).unwrap_or_default() }
    }

    fn call(&self, token: &str, operation: &str, input: &Value) -> Answer {
        let headers = format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
        self.send(&format!("POST /v1/{operation}"), &headers, &input.to_string())
    }

    /// A message of the Model Context Protocol, and what answers it.
    fn message(&self, method: &str, parameters: &Value) -> Value {
        let headers = format!(
            "Authorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n\
             MCP-Protocol-Version: 2025-06-18\r\n"
        );
        let message = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": parameters});
        let answer = self.send("POST /mcp", &headers, &message.to_string());
        assert_eq!((answer.status, &answer.body["id"]), (200, &json!(7)), "{} {}", answer.head, answer.body);
        answer.body
    }

    fn tool(&self, name: &str, arguments: &Value) -> Value {
        self.message("tools/call", &json!({"name": name, "arguments": arguments}))["result"].clone()
    }
}

#[test]
fn callers_are_let_in_by_their_token_and_nobody_else_is() {
    let door = Door::open(&[]);
    let listed = door.call(TOKEN, "listUsers", &json!({"count": 1}));
    assert_eq!((listed.status, &listed.body["output"]["totalResults"]), (200, &json!(0)), "{}", listed.body);
    assert!(listed.head.contains("cache-control: no-store"), "{}", listed.head);
    let json = "Content-Type: application/json\r\n";
    let token = format!("Authorization: Bearer {TOKEN}\r\n");
    let rows = [
        (json.to_owned(), 401, "authentication"),
        (format!("{json}Authorization: Bearer {}x\r\n", &TOKEN[1..]), 401, "authentication"),
        (format!("{json}{token}{token}"), 401, "authentication"),
        (format!("{json}{token}Host: example.com\r\n"), 421, "invalidInput"),
        (format!("{json}{token}Origin: http://{}\r\n", door.authority), 403, "permission"),
        (format!("{token}Content-Type: text/plain\r\n"), 415, "invalidInput"),
    ];
    for (headers, status, kind) in rows {
        let refused = door.send("POST /v1/listUsers", &headers, "{}");
        assert_eq!((refused.status, &refused.body["kind"]), (status, &json!(kind)), "{headers}: {}", refused.body);
        assert!(!refused.body.to_string().contains("token-of-the-tests"), "{}", refused.body);
    }
    let denied = door.call(TOKEN, "createUser", &json!({"payload": {"userName": "ada"}}));
    assert!(
        denied.status == 403 && denied.body["detail"].as_str().unwrap().starts_with("nothing was changed: "),
        "{}",
        denied.body
    );
    assert_eq!(door.call(TOKEN, "listUsers", &json!({"count": 1})).body["output"]["totalResults"], 0);
    assert_eq!(door.call(TOKEN, "listUser", &json!({})).status, 404);
    let asked = door.send("POST /v1/listUsers?count=1", &format!("{json}{token}"), "{}");
    assert_eq!((asked.status, &asked.body["kind"]), (400, &json!("invalidInput")), "what is not read is refused");
    assert_eq!(door.send("GET /health", "", "").body, json!({"ok": true}));
    assert_eq!(door.send("GET /manifest.json", "", "").status, 401);
}

#[test]
fn changes_are_written_down_without_people() {
    let door = Door::open(&["--changes", "--audit", "audit.ndjson", "--body-limit", "10000"]);
    let input = json!({"payload": {"userName": "audit-ada", "emails": [{"value": "ada@example.com"}]}});
    let made = door.call(TOKEN, "createUser", &input);
    assert_eq!((made.status, &made.body["output"]["userName"]), (200, &json!("audit-ada")), "{}", made.body);
    let again = door.call(OTHER, "createUser", &input);
    assert_eq!(
        (again.status, &again.body["kind"], &again.body["maybeApplied"]),
        (409, &json!("conflict"), &json!(false))
    );
    assert_eq!(door.call(TOKEN, "getUser", &json!({"id": "nobody"})).status, 404);
    let large = door.call(TOKEN, "createUser", &json!({"payload": {"userName": "x".repeat(20_000)}}));
    assert_eq!((large.status, &large.body["kind"]), (413, &json!("tooLarge")));
    let audit = std::fs::read_to_string(door.place.path().join("audit.ndjson")).unwrap();
    let lines: Vec<Value> = audit.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<(&str, &str)> =
        lines.iter().map(|line| (line["caller"].as_str().unwrap(), line["outcome"].as_str().unwrap())).collect();
    assert_eq!(told, [("hr", "asked"), ("hr", "done"), ("it", "asked"), ("it", "failed")]);
    assert_eq!((&lines[1]["id"], &lines[3]["kind"]), (&made.body["output"]["id"], &json!("conflict")));
    assert!(!audit.contains("audit-ada") && !audit.contains("example.com"), "{audit}");
    // As a rotation of logs does.
    let (file, moved) = (door.place.path().join("audit.ndjson"), door.place.path().join("audit.ndjson.1"));
    std::fs::rename(&file, &moved).unwrap();
    assert_eq!(door.call(TOKEN, "createUser", &input).status, 409);
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 2);
    assert_eq!(std::fs::read_to_string(&moved).unwrap(), audit);
}

#[test]
fn each_caller_has_a_rate() {
    let door = Door::open(&["--rate", "1"]);
    assert_eq!(door.call(TOKEN, "listUsers", &json!({"count": 1})).status, 200);
    let refused = door.call(TOKEN, "listUsers", &json!({"count": 1}));
    assert_eq!((refused.status, &refused.body["kind"]), (429, &json!("throttled")), "{}", refused.body);
    assert!(refused.head.contains("retry-after: 1"), "{}", refused.head);
    assert_eq!(door.call(OTHER, "listUsers", &json!({"count": 1})).status, 200);
}

#[test]
fn the_door_describes_itself() {
    let door = Door::open(&["--changes"]);
    let document = door.send("GET /openapi.json", "", "").body;
    assert_eq!(document["openapi"], "3.1.0");
    let manifest = door.place.run(&["describe", "--json"]).json();
    for operation in manifest["operations"].as_array().unwrap() {
        let described = &document["paths"][format!("/v1/{}", operation["name"].as_str().unwrap())]["post"];
        assert_eq!(described.is_object(), operation["available"] == true, "{}", operation["name"]);
        if described.is_object() {
            let schema = &described["requestBody"]["content"]["application/json"]["schema"];
            assert_eq!(schema["properties"], operation["input"]["properties"], "{}", operation["name"]);
            assert_eq!(described["x-read-only"], operation["effect"] == "read");
        }
    }
    let reads = Door::open(&[]).send("GET /openapi.json", "", "").body;
    assert!(reads["paths"]["/v1/listUsers"].is_object() && reads["paths"]["/v1/createUser"].is_null());
}

#[test]
fn agents_read_and_confirm_what_is_destructive() {
    let door = Door::open(&["--changes"]);
    let begun = door.message(
        "initialize",
        &json!({"protocolVersion": "2025-06-18", "capabilities": {},
        "clientInfo": {"name": "tests", "version": "1"}}),
    );
    assert!(begun["result"]["capabilities"]["tools"].is_object(), "{begun}");
    let tools = door.message("tools/list", &json!({}))["result"]["tools"].clone();
    let tool =
        |name: &str| tools.as_array().unwrap().iter().find(|tool| tool["name"] == name).cloned().unwrap_or_default();
    assert_eq!(tool("listUsers")["annotations"]["readOnlyHint"], true);
    assert_eq!(tool("deleteUser")["annotations"]["destructiveHint"], true);
    assert!(tool("deleteUser")["inputSchema"]["properties"]["confirm"].is_object() && tool("createUser").is_object());
    assert!(!tools.to_string().contains("clientSecret"), "no secret is asked for");

    let made = door.tool("createUser", &json!({"payload": {"userName": "mcp-ada"}}));
    let id = made["structuredContent"]["output"]["id"].clone();
    assert_eq!((&made["isError"], id.is_string()), (&json!(false), true), "{made}");
    let shown = door.tool("deleteUser", &json!({"id": id}))["structuredContent"].clone();
    assert_eq!((&shown["dryRun"], &shown["about"]["userName"]), (&json!(true), &json!("mcp-ada")), "{shown}");
    let word = &shown["confirm"];
    let other = door.tool("deleteUser", &json!({"id": id, "confirm": "0123456789abcdef0123456789abcdef"}));
    assert_eq!(
        (&other["isError"], &other["structuredContent"]["kind"]),
        (&json!(true), &json!("invalidInput")),
        "{other}"
    );
    // What was shown is not what is there any more.
    door.call(
        TOKEN,
        "patchUser",
        &json!({"id": id, "operations": [{"op": "replace", "path": "active", "value": false}]}),
    );
    assert_eq!(door.tool("deleteUser", &json!({"id": id, "confirm": word}))["isError"], true);
    let bulk =
        json!({"operations": [{"method": "DELETE", "path": format!("/Users/{}", id.as_str().unwrap_or_default())}]});
    let shown = &door.tool("bulk", &bulk)["structuredContent"];
    assert_eq!(
        shown["about"]["requests"],
        json!([format!("DELETE /Users/{}", id.as_str().unwrap_or_default())]),
        "{shown}"
    );
    assert_eq!(door.call(TOKEN, "getUser", &json!({"id": id})).status, 200, "nothing was changed");
    let word = door.tool("deleteUser", &json!({"id": id}))["structuredContent"]["confirm"].clone();
    let deleted = door.tool("deleteUser", &json!({"id": id, "confirm": word}));
    assert_eq!(deleted["isError"], false, "{deleted}");
    assert_eq!(door.call(TOKEN, "getUser", &json!({"id": id})).status, 404);
}

#[test]
fn an_agent_is_served_over_stdio_and_reads_only() {
    let (_sandbox, connection) = sandbox(Options::default());
    let place = Workplace::new(&[("sandbox", connection)]);
    let mut child = place.command(&["serve", "--mcp"]).stderr(Stdio::null()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut say = |message: Value| writeln!(stdin, "{message}").unwrap();
    say(
        json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-06-18", "capabilities": {},
        "clientInfo": {"name": "tests", "version": "1"}}}),
    );
    let mut next = || -> Value { serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap() };
    assert_eq!(next()["result"]["serverInfo"]["name"], "scim-connector");
    say(json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
    say(json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}));
    let tools = next()["result"]["tools"].clone();
    let tools = tools.as_array().unwrap();
    assert!(tools.iter().all(|tool| tool["annotations"]["readOnlyHint"] == true) && tools.len() > 5, "{tools:?}");
    say(
        json!({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "listUsers", "arguments": {"count": 1}}}),
    );
    assert_eq!(next()["result"]["structuredContent"]["output"]["totalResults"], 0);
    say(
        json!({"jsonrpc": "2.0", "id": 4, "method": "tools/call", "params": {"name": "createUser", "arguments": {"payload": {"userName": "x"}}}}),
    );
    assert_eq!(next()["result"]["structuredContent"]["kind"], "permission");
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn what_would_be_open_to_others_is_refused() {
    let (_sandbox, connection) = sandbox(Options::default());
    let place = Workplace::new(&[("sandbox", connection)]);
    let rows: [(&[&str], &str); 4] = [
        (&["--listen", "0.0.0.0:0"], "is reached from other machines"),
        (&["--caller", "hr=hunter2"], "--caller: write NAME=env:VARIABLE"),
        (&["--caller", "hr=env:SCIM_NOT_SET"], "\"SCIM_NOT_SET\" is not set"),
        (&["--caller", "hr=env:SHORT"], "fewer than 20 characters"),
    ];
    for (arguments, error) in rows {
        let refused = place.run_with(&[&["serve"], arguments].concat(), &[("SHORT", "hunter2")], "");
        assert!(
            refused.code == 64 && refused.stderr.contains(error) && !refused.stderr.contains("hunter2"),
            "{refused:?}"
        );
    }
}
