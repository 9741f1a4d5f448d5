//! No secret gets out of a run: a flow that tries hard, and a provider that repeats whatever it is told. Two tables: [`Output`],
//! everything that a run, a daemon, its page and its reports write; and [`FORMS`], all that a secret can look like there. Every
//! output is searched for every form of every secret.

use crate::automations::Started;
use crate::fake::{Act, Fake, answer};
use crate::harness::Workplace;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use scim_connector_automation::history::{History, Retention};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// A secret of the configuration, with all that has to be escaped somewhere.
const KEY: &str = r#"Zeder-K4mpf/7"q<3>'&ü-Wimpel"#;
/// One that is too short for its parts to be looked for.
const SHORT: &str = "Kiwi7x";
/// One of several lines.
const PEM: &str = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\nq4JgXhYv0Nn2aLrQ5T1eZtUwPs9bKdGmHcFxOyVi\n-----END PRIVATE KEY-----\n";
/// A connection's.
const TOKEN: &str = "b3arer-T0ken.abc~def/ghi+jkl==";
/// What a run is given as a secret: by `writeOnly`, by `format: password`, by its name.
const WORD: &str = "Gr4ugans&Teich<9>";
const OTHER: &str = r#"Moor"frosch/12"#;
const API_TOKEN: &str = "Schilf+Rohr=77%";

/// All forms of one kind that a text may take.
type MakeForms = fn(&str) -> Vec<String>;

/// What each can look like.
const FORMS: [(&str, MakeForms); 11] = [
    ("as it is", |secret| vec![secret.to_owned()]),
    ("base64 and base64url, wherever it begins", |secret| inside_base64(secret)),
    ("base64 in capital letters", |secret| inside_base64(&secret.to_ascii_uppercase())),
    ("base64 in small letters", |secret| inside_base64(&secret.to_ascii_lowercase())),
    ("percent-encoded", |secret| vec![utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string()]),
    ("a form", |secret| vec![url::form_urlencoded::byte_serialize(secret.as_bytes()).collect()]),
    ("JSON", |secret| vec![json_text(secret), json_text(secret).replace('/', "\\/"), json_text(&json_text(secret))]),
    ("JSON in ASCII", |secret| vec![in_ascii(&json_text(secret))]),
    ("HTML", |secret| {
        let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        vec![html.replace('\'', "&#39;"), html]
    }),
    ("a word of a shell", |secret| vec![secret.replace('\'', r"'\''")]),
    ("a cell of CSV", |secret| vec![secret.replace('"', "\"\"")]),
];

/// Something that was written, and where.
struct Output(String, Vec<u8>);

/// The secrets. Lines of a key are secrets of their own.
fn secrets() -> Vec<&'static str> {
    let lines = PEM.lines().filter(|line| !line.starts_with("-----"));
    [KEY, SHORT, TOKEN, WORD, OTHER, API_TOKEN].into_iter().chain(lines).collect()
}

fn json_text(text: &str) -> String {
    let quoted = json!(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn in_ascii(text: &str) -> String {
    let escaped = |c: char| if c.is_ascii() { c.to_string() } else { format!("\\u{:04x}", c as u32) };
    text.chars().map(escaped).collect()
}

fn inside_base64(text: &str) -> Vec<String> {
    let of = |offset: usize| {
        [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD].map(|engine| {
            let encoded = engine.encode([&vec![0; offset], text.as_bytes()].concat());
            encoded[(offset * 8).div_ceil(6)..(offset + text.len()) * 8 / 6].to_owned()
        })
    };
    (0..3).flat_map(of).collect()
}

/// What is looked for of a secret: any eight characters in a row; of a short one, the whole.
fn parts(secret: &str) -> Vec<String> {
    let characters: Vec<char> = secret.chars().collect();
    if characters.len() < 8 {
        return vec![secret.to_owned()];
    }
    characters.windows(8).map(|eight| eight.iter().collect()).collect()
}

/// Every form of every part of a secret that is in these outputs, in small or capital letters.
fn leaks(outputs: &[Output]) -> Vec<String> {
    static NEEDLES: LazyLock<Vec<(&str, &str, Vec<u8>)>> = LazyLock::new(needles);
    let mut found = Vec::new();
    for Output(place, bytes) in outputs {
        let text = bytes.to_ascii_lowercase();
        // Most are known to be nowhere by their first bytes.
        let firsts: HashSet<&[u8]> = text.windows(6).collect();
        for (secret, name, needle) in NEEDLES.iter().filter(|(.., needle)| firsts.contains(&needle[..6])) {
            if let Some(at) = text.windows(needle.len()).position(|window| window == needle) {
                let around = &bytes[at.saturating_sub(60)..(at + 40).min(bytes.len())];
                found.push(format!("{place}: {secret} as {name}: {:?}", String::from_utf8_lossy(around)));
            }
        }
    }
    found
}

/// Every form of every part of every secret.
fn needles() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    secrets()
        .into_iter()
        .flat_map(|secret| FORMS.map(|(name, form)| (secret, name, form)))
        .flat_map(|(secret, name, form)| {
            let forms = parts(secret).into_iter().flat_map(move |part| form(&part));
            forms.map(move |form| (secret, name, form.to_ascii_lowercase().into_bytes()))
        })
        .collect()
}

/// What expressions make of secrets, and all the places where a step may show them.
const FLOW: &str = r##"
document: {dsl: '1.0.3', namespace: people, name: NAME, version: '1.0.0'}
use: {secrets: [key, short, pem]}
input:
  schema:
    document:
      type: object
      properties:
        word: {type: string, writeOnly: true, minLength: 5}
        other: {type: string, format: password}
        apiToken: {type: string}
        pin: {type: integer}
do:
  - derived:
      set:
        given: '${ $input }'
        whole: '${ [$secret.key, $secret.short, $secret.pem, .word, .other, .apiToken] }'
        capital: '${ [$secret.key, $secret.short, .word, .other] | map(ascii_upcase) }'
        small: '${ [$secret.key, $secret.short, .word, .other] | map(ascii_downcase) }'
        part: '${ [$secret.key[3:14], $secret.pem[40:60], .word[2:11], .apiToken[4:12]] }'
        base64: '${ [$secret.key, $secret.short, .word] | map(@base64) }'
        base64url: '${ [$secret.key, .word] | map(@base64 | gsub("\\+"; "-") | gsub("/"; "_")) }'
        shifted: '${ [("a:" + $secret.key), ("ab:" + $secret.key), ("abc:" + .word)] | map(@base64) }'
        partly: '${ [$secret.key[2:13], $secret.key[3:13], $secret.key[4:14], .word[1:10]] | map(@base64) }'
        shouted: '${ [$secret.key, .word] | map(ascii_upcase | @base64) }'
        uri: '${ [$secret.key, .word, .apiToken] | map(@uri) }'
        text: '${ [$secret.key, .other] | map(tojson) }'
        twice: '${ [$secret.key] | tojson | tojson }'
        html: '${ [$secret.key, .word] | map(@html) }'
        shell: '${ [$secret.key] | @sh }'
        csv: '${ [$secret.key, .other] | @csv }'
        lines: '${ $secret.pem | split("\n") }'
        json: '${ {a: $secret.pem, b: $secret.key} | tojson }'
        named: '${ {($secret.key): 1, (.word): {(.other): 2}} }'
      export: {as: '${ $input }'}
  - titled:
      try:
        - create:
            call: createUser
            with:
              connection: provider
              payload:
                userName: '${ $secret.key + "@acme.example" }'
                title: '${ $context.word }'
                password: '${ $context.other }'
                urn:example:acme:2.0:User: {apiToken: '${ $context.apiToken }', secretAnswer: '${ $secret.short }', pin: '${ $context.pin }'}
      catch: {as: problem, do: [{told: {set: {problem: '${ $problem }'}}}]}
  - good:
      call: createUser
      with: {connection: provider, payload: {userName: '${ "good-" + $secret.key }', displayName: '${ $context.other }', password: '${ $context.other }'}}
  - filtered:
      call: listUsers
      with: {connection: provider, filter: '${ "title eq \"" + ($secret.key | gsub("\""; "")) + $secret.short + "\"" }'}
  - patched:
      try:
        - patch:
            call: patchUser
            with:
              connection: provider
              id: '1'
              operations:
                - {op: replace, path: password, value: '${ $context.word }'}
                - {op: replace, path: 'urn:example:acme:2.0:User:apiToken', value: '${ $context.apiToken }'}
                - {op: replace, path: title, value: '${ $secret.key }'}
      catch: {as: problem, do: [{told: {set: {problem: '${ $problem }'}}}]}
  - many:
      try:
        - bulk:
            call: bulk
            with:
              connection: provider
              operations:
                - {method: POST, path: /Users, bulkId: a, data: {userName: '${ $secret.key }', password: '${ $context.word }'}}
                - {method: PATCH, path: /Users/1, data: [{op: replace, path: password, value: '${ $context.word }'}]}
      catch: {as: problem, do: [{told: {set: {problem: '${ $problem }'}}}]}
  - file:
      try:
        - read: {call: readCsv, with: {file: '${ $secret.short + ($secret.key | @base64) + ".csv" }'}}
      catch: {as: problem, do: [{told: {set: {problem: '${ $problem }'}}}]}
  - refused:
      try:
        - list: {call: listGroups, with: {connection: provider}}
      catch: {as: problem, do: [{told: {set: {problem: '${ $problem }'}}}]}
  - wrong:
      try:
        - expression: {set: {x: '${ error($secret.key) }'}}
      catch: {as: problem, do: [{told: {set: {problem: '${ $problem }'}}}]}
  - loop:
      for: {each: one, in: '${ [$secret.key, $context.word] }'}
      do:
        - emitted: {emit: {event: {with: {source: 'https://example.com', type: '${ "a." + $one }', data: '${ {said: $one} }'}}}}
  - fail:
      if: $context.fail == true
      raise:
        error: {type: '${ "https://example.com/" + ($secret.key | @uri) }', status: 400, title: '${ $context.word }', detail: '${ "it was " + $secret.key + " of " + $secret.short + " and " + $context.apiToken }'}
  - result: {set: {all: '${ [$secret.key, $secret.short, $secret.pem, $context.word] }', upper: '${ $secret.key | ascii_upcase }', input: '${ $context }'}}
"##;

/// A provider that repeats whatever it is told.
fn provider() -> Fake {
    Fake::start(|_, request| {
        let said =
            format!("{} {} {}", request.line(), request.header("authorization").unwrap_or_default(), request.body);
        let decoded = percent_decode_str(&said.replace('+', " ")).decode_utf8_lossy().into_owned();
        if request.line().contains("ServiceProviderConfig") {
            let all = json!({"patch": {"supported": true}, "filter": {"supported": true, "maxResults": 100}, "bulk": {"supported": true, "maxOperations": 10, "maxPayloadSize": 100_000}});
            return answer(200, &[("Content-Type", "application/json")], all.to_string());
        }
        let echo: &[(&str, &str)] = &[
            ("Content-Type", "application/json"),
            ("X-Request-Id", request.header("authorization").unwrap_or_default()),
        ];
        match request.line() {
            line if line.starts_with("GET /Groups") => page(401, &said),
            line if line.starts_with("GET /Users") => {
                let user = json!({"id": "1", "userName": "ada", "displayName": decoded, "nickName": said});
                let list = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 1, "Resources": [user]});
                answer(200, echo, list.to_string())
            }
            line if line.starts_with("POST /Users") && request.body.contains("good-") => {
                let mut user: Value = serde_json::from_str(&request.body).unwrap();
                (user["id"], user["nickName"]) = (json!("1"), json!(said));
                answer(201, echo, user.to_string())
            }
            line if line.starts_with("PATCH") => page(500, &decoded),
            _ => {
                let error = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "400", "detail": format!("{said} {decoded}"), "scimType": said});
                answer(400, echo, error.to_string())
            }
        }
    })
}

fn page(status: u16, said: &str) -> Vec<Act> {
    answer(status, &[("Content-Type", "text/html")], format!("<html><p>you said {said}</p></html>"))
}

fn given(fail: bool) -> Value {
    json!({"word": WORD, "other": OTHER, "apiToken": API_TOKEN, "pin": 471_199, "fail": fail})
}

fn place(provider: &Fake) -> Workplace {
    let connection = json!({"serviceUrl": provider.origin(), "auth": {"type": "bearer", "token": TOKEN}, "retry": {"maxAttempts": 1}});
    let text = format!(
        "[connections]\nprovider = {}\n[secrets]\nkey = {}\nshort = {}\npem = {}\n",
        crate::harness::toml(&connection),
        json!(KEY),
        json!(SHORT),
        json!(PEM)
    );
    let place = Workplace::with_config(&text);
    std::fs::create_dir(place.path().join("flows")).unwrap();
    std::fs::write(place.path().join("flows/leaky.yaml"), FLOW.replace("NAME", "leaky")).unwrap();
    place
}

/// The files of the history, as they are.
fn files(place: &Path) -> Vec<Output> {
    let names = ["history.sqlite", "history.sqlite-wal", "history.sqlite-shm"];
    let file = |name: &str| Some(Output(name.to_owned(), std::fs::read(place.join(name)).ok()?));
    names.iter().filter_map(|name| file(name)).collect()
}

fn shown(fail: bool) -> Vec<&'static str> {
    // Words that show that the flow did what it should.
    if fail { vec!["createUser", "failed"] } else { vec!["createUser", "completed"] }
}

#[test]
fn the_search_finds_what_is_planted() {
    for secret in secrets() {
        for (name, form) in FORMS {
            for form in parts(secret).into_iter().flat_map(|part| form(&part)) {
                let planted = Output("here".into(), format!("before {} after", form.to_ascii_uppercase()).into_bytes());
                assert!(!leaks(&[planted]).is_empty(), "{secret} as {name}: {form}");
            }
        }
    }
    assert_eq!(leaks(&[Output("here".into(), b"nothing to see: [redacted]".to_vec())]), Vec::<String>::new());
}

#[test]
fn a_run_shows_and_keeps_no_secret() {
    let provider = provider();
    let place = place(&provider);
    let mut outputs = Vec::new();
    let at = ["--history", "history.sqlite"];
    for (number, fail) in [false, true, false].into_iter().enumerate() {
        let format = ["text", "json"][number % 2];
        let input = given(fail).to_string();
        let mut arguments = vec!["--verbose", "--log", "trace", "--log-format", format, "--metrics", "metrics.txt"];
        arguments.extend(["run", "flows/leaky.yaml", "--input", "-", "--error-format", format]);
        if number == 2 {
            arguments.push("--dry-run");
        }
        let done = place.run_with(&[&arguments[..], &at].concat(), &[], &input);
        assert_eq!(done.code, i32::from(fail), "{done:?}");
        for word in shown(fail).iter().filter(|_| format == "text") {
            assert!(done.stderr.contains(word), "{done:?}");
        }
        assert!(done.stderr.contains("> POST") || number == 2, "the exchanges are shown: {done:?}");
        assert!(done.stdout.contains("[redacted]") != fail, "{done:?}");
        outputs.push(Output(format!("run {number}: stdout"), done.stdout.into()));
        outputs.push(Output(format!("run {number}: stderr, -v, --log {format}"), done.stderr.into()));
        outputs
            .push(Output(format!("run {number}: metrics"), std::fs::read(place.path().join("metrics.txt")).unwrap()));
    }
    for arguments in
        [&["runs"][..], &["runs", "--json"], &["runs", "show", "last"], &["runs", "show", "last", "--json"]]
    {
        let done = place.run(&[arguments, &at].concat());
        assert_eq!(done.code, 0, "{done:?}");
        outputs.push(Output(format!("{arguments:?}"), (done.stdout + &done.stderr).into()));
    }
    let runs = place.run(&[&["runs", "--json"][..], &at].concat()).stdout;
    let ids: Vec<String> = runs
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 3);
    for id in &ids {
        for format in ["text", "json", "junit", "html"] {
            let done = place.run(&[&["report", id, "--format", format][..], &at].concat());
            assert_eq!(done.code, 0, "{done:?}");
            outputs.push(Output(format!("report of {id}, {format}"), (done.stdout + &done.stderr).into()));
        }
    }
    outputs.extend(files(place.path()));
    assert!(outputs.iter().any(|Output(name, _)| name == "history.sqlite"));
    let leaks = leaks(&outputs);
    assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));
}

#[test]
fn calls_show_no_secret() {
    let provider = provider();
    let place = place(&provider);
    let user = |name: &str| json!({"payload": {"userName": name, "displayName": WORD, "password": WORD, "urn:example:acme:2.0:User": {"apiToken": API_TOKEN, "secretAnswer": OTHER}}});
    let patch = json!({"id": "1", "operations": [{"op": "add", "path": "urn:example:acme:2.0:User:apiToken", "value": API_TOKEN}, {"op": "replace", "path": "password", "value": WORD}]});
    let many = json!({"operations": [{"method": "POST", "path": "/Users", "data": user("x")["payload"]}, {"method": "PATCH", "path": "/Users/1", "data": patch["operations"]}]});
    let filter = json!({"filter": format!("apiToken eq {} and pin eq {}", json!(API_TOKEN), json!(WORD))});
    let calls = [
        ("createUser", user("good-one")),
        ("createUser", user("bad")),
        ("ensureUser", user("bad")),
        ("updateUser", json!({"id": "1", "payload": user("bad")["payload"]})),
        ("patchUser", patch),
        ("bulk", many),
        ("listUsers", filter),
        ("listGroups", json!({})),
    ];
    let mut outputs = Vec::new();
    for (operation, input) in calls {
        for format in ["text", "json"] {
            let log =
                ["--verbose", "--log", "trace", "--log-format", format, "--metrics", "-", "--error-format", format];
            let call = ["call", operation, "--connection", "provider", "--input", "-"];
            let done = place.run_with(&[&log[..], &call].concat(), &[], &input.to_string());
            assert!(done.stderr.contains("> "), "{done:?}");
            outputs.push(Output(format!("{operation} {format}"), (done.stdout + &done.stderr).into()));
        }
    }
    let leaks = leaks(&outputs);
    assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));
}

/// What the page answers; `form` is sent where there is one.
fn asked(address: &str, token: &str, target: &str, form: Option<&str>) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let (method, form) = (if form.is_some() { "POST" } else { "GET" }, form.unwrap_or_default());
    let head = format!(
        "{method} {target} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n"
    );
    let kind = "Content-Type: application/x-www-form-urlencoded";
    write!(stream, "{head}{kind}\r\nContent-Length: {}\r\n\r\n{form}", form.len()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8(answer).unwrap()
}

#[test]
fn a_daemon_and_its_page_show_and_keep_no_secret() {
    let provider = provider();
    let place = place(&provider);
    let at = ["--history", "history.sqlite"];
    let all = ["--ui", "127.0.0.1:0", "--verbose", "--log", "trace"];
    let mut daemon = Started::new(&place, &[&all[..], &at].concat());
    daemon.until("page: http://");
    let url = daemon.said.split("page: http://").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let (address, token) = url.split_once("/?token=").unwrap();

    let mut outputs = Vec::new();
    let form: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("asked", "yes"), ("input.word", WORD), ("input.other", OTHER), ("input.apiToken", API_TOKEN)])
        .append_pair("input.pin", "x471199")
        .finish();
    let wrong = asked(address, token, "/automations/leaky/trigger", Some(&form));
    assert!(wrong.starts_with("HTTP/1.1 422"), "{wrong}");
    outputs.push(Output("page: a form that is wrong".into(), wrong.into()));
    let good = asked(address, token, "/automations/leaky/trigger", Some(&form.replace("x471199", "471199")));
    assert!(good.starts_with("HTTP/1.1 303"), "{good}");
    outputs.push(Output("page: a form that is good".into(), good.into()));
    daemon.until("leaky: run ");
    daemon.until(" completed after ");
    let triggered = place.run_with(
        &[&["trigger", "leaky", "--wait", "--input", "-"][..], &at].concat(),
        &[],
        &given(true).to_string(),
    );
    assert_eq!(triggered.code, 1, "{triggered:?}");
    daemon.until(" failed after ");
    outputs.push(Output("trigger --wait".into(), (triggered.stdout + &triggered.stderr).into()));

    let runs = place.run(&[&["runs", "--json"][..], &at].concat()).stdout;
    let pages = runs
        .lines()
        .map(|line| format!("/runs/{}", serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap()));
    let pages = pages.chain(["/", "/runs", "/automations/leaky", "/automations/leaky?asked=1"].map(str::to_owned));
    for target in pages {
        let answer = asked(address, token, &target, None);
        assert!(answer.starts_with("HTTP/1.1 200"), "{target}: {answer}");
        outputs.push(Output(format!("page: {target}"), answer.into()));
    }
    let status = place.run(&[&["status", "--json"][..], &at].concat());
    outputs.push(Output("status".into(), (status.stdout + &status.stderr).into()));

    // The requests have gone with their runs, and what they gave with the first tick after it was taken.
    let history = History::open(&place.path().join("history.sqlite"), Retention::default()).unwrap();
    let first = history.request(1).unwrap().unwrap();
    assert!(first.run.is_some() && first.input.is_none(), "{first:?}");
    assert_eq!(history.take_requests(&place.path().join("flows").canonicalize().unwrap(), &["leaky"]).unwrap(), []);
    drop(history);
    let began = Instant::now();
    while !leaks(&files(place.path())).is_empty() && began.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(200));
    }
    outputs.extend(files(place.path()));
    outputs.push(Output("start: stderr, -v, --log".into(), daemon.said.clone().into()));
    let leaks = leaks(&outputs);
    assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));
}
