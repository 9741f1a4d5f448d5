//! Everything printed, logged and returned is searched for the secrets used, in every form they travel in; against a
//! server that echoes whatever it is told, as some do. A planted secret shows that the search finds one.

use crate::fake::{Act, Fake, Received, answer};
use crate::harness::{Server, Workplace, block_on, client, invoke, observed};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use scim_connector_host::connection::Connection;
use scim_connector_host::{Config, ConnectionSettings, ConnectionSource};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

const CLIENT_SECRET: &str = r#"cl1ent/S3cret+%"x~y"#;
const ACCESS_TOKEN: &str = "acc3ss-T0ken.from~the+endpoint/0==";
const BEARER_TOKEN: &str = "b3arer-T0ken.abc~def/ghi+jkl==";
const BASIC_PASSWORD: &str = r#"b@s1c pass"word%&é"#;
const HEADER_VALUE: &str = r#"h3ader-value/+%"z"#;
const USER_PASSWORD: &str = r#"us3r-Passw0rd/+%"q"#;

/// All of them, and the lines of a private key.
fn secrets() -> Vec<String> {
    let fixed = [CLIENT_SECRET, ACCESS_TOKEN, BEARER_TOKEN, BASIC_PASSWORD, HEADER_VALUE, USER_PASSWORD];
    let key = private_key();
    let lines = key.lines().filter(|line| !line.starts_with("-----") && line.len() > 20);
    fixed.into_iter().chain(lines).map(str::to_owned).collect()
}

fn private_key() -> &'static str {
    let keys = &Server::shared_guard().ready["clients"]["privateKeyJwt"];
    keys["RS256"]["privateKey"].as_str().expect("a private key")
}

/// The forms a secret may be seen in.
fn forms(secret: &str) -> Vec<String> {
    /// What RFC 3986 section 2.3 leaves as it is.
    const URI: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    let uri = utf8_percent_encode(secret, URI).to_string();
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let json = json!(secret).to_string();
    let debug = format!("{secret:?}");
    let unquoted = |text: &str| text[1..text.len() - 1].to_owned();
    let mut forms = vec![secret.to_owned(), percent.to_lowercase(), uri.to_lowercase(), form.to_lowercase()];
    forms.extend([percent, uri, unquoted(&json), unquoted(&debug), unquoted(&json!(unquoted(&json)).to_string())]);
    for text in [secret, &form] {
        forms.extend((0..3).flat_map(|offset| {
            [STANDARD, URL_SAFE].map(|engine| {
                inside_base64(&engine.encode([&vec![0; offset], text.as_bytes()].concat()), offset, text.len())
            })
        }));
    }
    forms.push(form);
    forms
}

/// What `length` bytes look like in base64 after `offset` others, without the characters they share with their neighbours.
fn inside_base64(encoded: &str, offset: usize, length: usize) -> String {
    encoded[(offset * 8).div_ceil(6)..(offset + length) * 8 / 6].to_owned()
}

/// The secrets that are in a text, with the place.
fn leaks_in(label: &str, text: &str, secrets: &[String]) -> Vec<String> {
    let hit = |secret: &String| {
        let form = forms(secret).into_iter().find(|form| text.contains(form.as_str()))?;
        let at = text.find(&form)?;
        let from = text[..at].char_indices().rev().nth(80).map_or(0, |(index, _)| index);
        Some(format!("{label}: {secret} as {form} after {:?}", &text[from..at]))
    };
    secrets.iter().filter_map(hit).collect()
}

#[test]
fn the_search_finds_what_is_planted() {
    for secret in secrets() {
        let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let planted = [
            secret.clone(),
            json!({"detail": secret}).to_string(),
            json!({"detail": json!({"inner": secret}).to_string()}).to_string(),
            format!("{:?}", [&secret]),
            format!("client_secret={form}&x=y"),
            utf8_percent_encode(&secret, NON_ALPHANUMERIC).to_string(),
            utf8_percent_encode(&secret, NON_ALPHANUMERIC).to_string().to_lowercase(),
            STANDARD.encode(&secret),
            URL_SAFE.encode(format!("client:{secret}")),
            STANDARD.encode(format!("a:{secret}!")),
            STANDARD.encode(format!("ab:{form}!!")),
        ];
        for text in planted {
            let text = format!("before {text} after");
            assert_eq!(leaks_in("planted", &text, std::slice::from_ref(&secret)).len(), 1, "{secret} in {text}");
        }
        assert_eq!(leaks_in("nothing", "nothing to see: [redacted]", &[secret]), Vec::<String>::new());
    }
}

/// A server that gives a token to anyone and repeats in its errors all it was told.
fn echo() -> Fake {
    Fake::start(|_, request| {
        if request.line() == "POST /token" {
            let token = json!({"access_token": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 300});
            return answer(200, &[("Content-Type", "application/json")], token.to_string());
        }
        if request.line() == "POST /refused-token" {
            let error = json!({"error": "invalid_client", "error_description": echoed(request)});
            return answer(401, &[("Content-Type", "application/json")], error.to_string());
        }
        if request.line().ends_with("ServiceProviderConfig") {
            return answer(404, &[], "");
        }
        let good = json!({"id": "1", "userName": "good"});
        match request.body.as_str() {
            body if body.contains("\"good\"") => answer(201, &[], good.to_string()),
            body if body.contains("\"html\"") => answer(200, &[], format!("<html>{}</html>", echoed(request))),
            body if body.contains("\"json\"") => {
                let body: Value = serde_json::from_str(body).unwrap_or_default();
                answer(200, &[], json!([body, echoed(request)]).to_string())
            }
            _ => refused(request),
        }
    })
}

fn refused(request: &Received) -> Vec<Act> {
    let authorization = request.header("authorization").unwrap_or_default().to_owned();
    let headers =
        [("X-Request-Id", authorization.as_str()), ("Set-Cookie", &authorization), ("X-Echo", &authorization)];
    answer(400, &headers, json!({"detail": echoed(request), "scimType": authorization}).to_string())
}

/// What an echoing server says: the credentials, and the password as a rule of complexity would quote it.
fn echoed(request: &Received) -> String {
    let headers = ["authorization", "x-door"].map(|name| request.header(name).unwrap_or_default());
    let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
    let patched = [&body["Operations"][0]["value"], &body["Operations"][0]["value"]["password"]];
    let passwords = [&body["password"], patched[0], patched[1]].map(|value| value.as_str().unwrap_or_default());
    format!("{} password {} is too weak; form {}", headers.join(" "), passwords.concat(), form_of(request))
}

/// A form, as it came and decoded.
fn form_of(request: &Received) -> String {
    if request.header("content-type") != Some("application/x-www-form-urlencoded") {
        return String::new();
    }
    let decoded = url::form_urlencoded::parse(request.body.as_bytes()).map(|(_, value)| value.into_owned());
    format!("{} {}", request.body, decoded.collect::<Vec<_>>().join(" "))
}

/// Every way to sign in, with its secret in the configuration.
fn auths(origin: &str) -> Vec<(&'static str, Value)> {
    let credentials = |more: Value| {
        let mut auth =
            json!({"type": "clientCredentials", "tokenUrl": format!("{origin}/token"), "clientId": "a client"});
        for (name, value) in more.as_object().into_iter().flatten() {
            auth[name] = value.clone();
        }
        auth
    };
    vec![
        ("bearer", json!({"type": "bearer", "token": BEARER_TOKEN})),
        ("basic", json!({"type": "basic", "username": "ada", "password": BASIC_PASSWORD})),
        ("header", json!({"type": "header", "name": "X-Door", "value": HEADER_VALUE})),
        ("credentials", credentials(json!({"clientSecret": CLIENT_SECRET}))),
        ("post", credentials(json!({"clientSecret": CLIENT_SECRET, "method": "post"}))),
        ("refused", credentials(json!({"clientSecret": CLIENT_SECRET, "tokenUrl": format!("{origin}/refused-token")}))),
        (
            "refused-post",
            credentials(
                json!({"clientSecret": CLIENT_SECRET, "method": "post", "tokenUrl": format!("{origin}/refused-token")}),
            ),
        ),
        ("jwt", credentials(json!({"privateKey": private_key()}))),
        (
            "refused-jwt",
            credentials(json!({"privateKey": private_key(), "tokenUrl": format!("{origin}/refused-token")})),
        ),
    ]
}

fn connection(origin: &str, auth: Value) -> Value {
    json!({"serviceUrl": origin, "auth": auth, "retry": {"maxAttempts": 1}})
}

/// Each way to sign in twice: by the component, and by the host.
fn connections(origin: &str) -> Vec<(String, Value)> {
    let both = |(name, auth): (&str, Value)| {
        let mut hosted = connection(origin, json!({"type": "host"}));
        hosted["host"] = json!({"credentials": auth.clone(), "proxy": "none"});
        [(name.to_owned(), connection(origin, auth)), (format!("host-{name}"), hosted)]
    };
    auths(origin).into_iter().flat_map(both).collect()
}

/// A connection of the configuration's form for the library.
fn source(mut value: Value) -> (Connection, ConnectionSettings, ConnectionSource) {
    let settings = value.as_object_mut().and_then(|members| members.remove("host")).unwrap_or_else(|| json!({}));
    let settings = ConnectionSettings::from_json(settings, "host").expect("settings");
    let typed: Connection = serde_json::from_value(value).expect("a connection");
    let source = ConnectionSource::from(typed.clone()).with_settings(&settings);
    (typed, settings, source)
}

/// Calls that send a password, most of them refused with an echo.
fn calls() -> Vec<(&'static str, Value)> {
    let create = |name: &str| json!({"payload": {"userName": name, "password": USER_PASSWORD}});
    let patch = |operation: Value| json!({"id": "1", "operations": [operation]});
    vec![
        ("createUser", create("good")),
        ("createUser", create("html")),
        ("createUser", create("json")),
        ("createUser", create("refused")),
        ("updateUser", json!({"id": "1", "payload": {"userName": "refused", "password": USER_PASSWORD}})),
        ("patchUser", patch(json!({"op": "replace", "path": "password", "value": USER_PASSWORD}))),
        ("patchUser", patch(json!({"op": "replace", "value": {"password": USER_PASSWORD}}))),
        ("listUsers", json!({"filter": "userName eq \"refused\""})),
    ]
}

#[test]
fn the_command_prints_no_secret() {
    let fake = echo();
    let environment = ("environment", json!({"type": "bearer", "token": {"env": "SCIM_E2E_TOKEN"}}));
    let environment = (environment.0.to_owned(), connection(&fake.origin(), environment.1));
    let connections: Vec<(String, Value)> = connections(&fake.origin()).into_iter().chain([environment]).collect();
    let named: Vec<(&str, Value)> = connections.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let place = Workplace::new(&named);
    let secrets = secrets();
    let mut leaks = Vec::new();
    let mut search = |label: String, arguments: &[&str], stdin: &str| {
        let done = place.run_with(arguments, &[("SCIM_E2E_TOKEN", BEARER_TOKEN)], stdin);
        leaks.extend(leaks_in(&label, &format!("{}\n{}", done.stdout, done.stderr), &secrets));
        done
    };
    for (row, (name, _)) in connections.iter().enumerate() {
        for (number, (operation, input)) in calls().into_iter().enumerate() {
            // In turns, so that every call is seen in both formats.
            let format = ["text", "json"][(row + number) % 2];
            let log = ["--verbose", "--log", "trace", "--log-format", format, "--metrics", "-"];
            let call = ["call", operation, "--connection", name, "--error-format", format, "--input", "-"];
            let call = [&log[..], &call].concat();
            let done = search(format!("{name} {operation} {number} {format}"), &call, &input.to_string());
            assert!(done.code == 1 || number == 0, "{name} {operation}: {done:?}");
            assert!(done.stderr.contains("> "), "the exchanges are shown: {done:?}");
            assert!(done.stderr.contains("url.full"), "the requests are logged: {done:?}");
        }
        search(format!("{name} test"), &["--verbose", "test", "--connection", name], "");
        search(format!("{name} test --json"), &["test", "--json", "--connection", name], "");
    }
    assert!(!fake.requests().is_empty());
    for arguments in [
        &["describe", "--profile", "generic"][..],
        &["describe", "createUser"],
        &["describe", "--json"],
        &["completions", "bash"],
        &["--verbose", "demo"],
        &["call", "noSuch", "--connection", "bearer"],
        &["call", "listUsers", "--connection", "basic", "--all"],
        &["--component", "Config.toml", "call", "listUsers", "--connection", "basic"],
    ] {
        search(format!("{arguments:?}"), arguments, "");
    }
    for file in files(&crate::harness::cache_home()) {
        // Compiled code; a secret would stand there as it is.
        let bytes = std::fs::read(&file).expect("a file of the cache");
        let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
        leaks.extend(leaks_in(&file.display().to_string(), &text, &secrets));
    }
    assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));
}

/// The files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(folder).expect("the folder of the cache").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn the_sandbox_prints_no_token_that_it_is_given() {
    let place = Workplace::with_config("");
    let mut command = place.command(&["sandbox", "--json"]);
    command.env("SCIM_SANDBOX_BEARER_TOKEN", BEARER_TOKEN).env("SCIM_SANDBOX_CLIENT_SECRET", CLIENT_SECRET);
    let mut child = command.spawn().expect("the sandbox starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("stdout is piped")).read_line(&mut line).expect("its line of readiness");
    let ready: Value = serde_json::from_str(&line).expect("JSON");
    let auth = json!({"type": "bearer", "token": BEARER_TOKEN});
    let client = client(&json!({"serviceUrl": ready["serviceUrl"], "auth": auth}));
    for (operation, input) in calls() {
        invoke(&client, operation, input).ok();
    }
    child.kill().expect("it can be ended");
    let errors = std::io::read_to_string(child.stderr.take().expect("stderr is piped")).expect("text");
    child.wait().expect("it has ended");
    // The client's secret is what the line is for.
    assert_eq!(leaks_in("stdout", &line, &[BEARER_TOKEN.into(), USER_PASSWORD.into()]), Vec::<String>::new());
    assert_eq!(leaks_in("stderr", &errors, &secrets()), Vec::<String>::new());
}

#[test]
fn a_wrong_configuration_is_named_without_its_secrets() {
    const IN_A_URL: &str = "sw0rdfish-in-a-url";
    // Each is refused before anything is sent, by a message that is about a place near a secret.
    let secret = json!(CLIENT_SECRET);
    let credentials = "type = \"clientCredentials\", tokenUrl = \"https://x.test\", clientId = \"c\"";
    let auth = |auth: String| format!("serviceUrl = \"https://example.com\"\nauth = {auth}\n");
    let rows = [
        format!("serviceUrl = \"https://ada:{IN_A_URL}@example.com\"\nauth.type = \"none\"\n"),
        auth(format!("{{ type = \"bearer\", tokn = {secret} }}")),
        auth(secret.to_string()),
        auth(format!("{{ type = \"bearer\", token = [{secret}] }}")),
        auth(format!("{{ type = \"bearer\", token = {secret}")),
        auth(format!("{{ {credentials}, privateKey = {secret}, clientSecert = {secret} }}")),
        auth(format!("{{ type = \"host\" }}\nhost.credentials = {secret}")),
        auth(format!("{{ type = \"host\" }}\nhost.credentials = {{ type = \"bearer\", tokn = {secret} }}")),
        auth(format!("{{ type = \"host\" }}\nhost.credentials = {{ type = \"bearer\", token = [{secret}] }}")),
        auth(format!("{{ type = \"host\" }}\nhost.credentials = {{ {credentials}, privateKey = {secret} }}")),
        auth(format!(
            "{{ type = \"host\" }}\nhost.credentials = {{ {credentials}, clientSecret = {secret}, keyId = 3 }}"
        )),
        auth(format!("{{ type = \"none\" }}\nhost.credentials = {{ type = \"bearer\", token = {secret} }}")),
        auth(format!("{{ type = \"none\" }}\nhost.tls.clientKey = {secret}")),
        auth(format!("{{ type = \"none\" }}\nhost.tls = {{ clientKey = {secret}, clientCertificate = {secret} }}")),
        auth(format!("{{ type = \"none\" }}\nhost.proxy = \"ftp://ada:{IN_A_URL}@example.com\"")),
        auth(format!("{{ type = \"none\" }}\nhost.proxy = \"http://ada:{IN_A_URL}@\"")),
        auth(format!("{{ type = \"none\" }}\nheaders.X-Key = \"{BEARER_TOKEN}\\n\"")),
    ];
    for text in rows {
        for format in ["text", "json"] {
            let done = Workplace::with_config(&format!("[connections.a]\n{text}")).run(&[
                "call",
                "listUsers",
                "--error-format",
                format,
            ]);
            assert_eq!(done.code, 78, "{text}{done:?}");
            let used = [CLIENT_SECRET, IN_A_URL, BEARER_TOKEN].map(str::to_owned);
            assert_eq!(leaks_in(&text, &done.stderr, &used), Vec::<String>::new());
        }
    }
}

#[test]
fn the_library_returns_shows_and_logs_no_secret() {
    let logs = listen_to_logs();
    let fake = echo();
    let secrets = secrets();
    let mut leaks = Vec::new();
    for (name, value) in connections(&fake.origin()) {
        let (connector, seen) = observed();
        let (typed, settings, source) = source(value);
        leaks.extend(leaks_in(&format!("{name}: Debug"), &format!("{typed:?} {settings:?} {source:?}"), &secrets));
        let client = block_on(connector.client(source)).expect("a client");
        leaks.extend(leaks_in(
            &format!("{name}: Debug of the redactor"),
            &format!("{:?}", client.redactor()),
            &secrets,
        ));
        for (operation, input) in calls() {
            let returned = match invoke(&client, operation, input) {
                Ok(outcome) => format!("{outcome:?}"),
                Err(error) => format!("{error} {error:?} {}", error.to_json()),
            };
            leaks.extend(leaks_in(&format!("{name} {operation}: returned"), &returned, &secrets));
        }
        let report = block_on(client.test()).expect("the test starts");
        leaks.extend(leaks_in(&format!("{name}: report"), &format!("{report:?}"), &secrets));
        let exchanges = format!("{:?}", seen.lock().unwrap());
        assert!(exchanges.contains(&fake.origin()), "the observer saw something");
        leaks.extend(leaks_in(&format!("{name}: exchanges"), &exchanges, &secrets));
    }
    let all = json!({"credentials": {"type": "bearer", "token": BEARER_TOKEN}, "proxy": format!("http://ada:{HEADER_VALUE}@p.test"),
        "tls": {"clientKey": private_key(), "clientCertificate": "PEM"}});
    let all = ConnectionSettings::from_json(all, "host").expect("settings");
    leaks.extend(leaks_in("Debug of the settings", &format!("{all:?} {all:#?}"), &secrets));
    let config = format!("[connections.a]\nauth = {{ type = \"bearer\", token = {} }}", json!(BEARER_TOKEN));
    let config = Config::parse(&config, std::path::Path::new("Config.toml")).expect("a configuration");
    leaks.extend(leaks_in("Debug of the configuration", &format!("{config:?}"), &secrets));
    leaks.extend(leaks_in("log", &logs.lock().unwrap(), &secrets));
    assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));
}

// ------------------------------------------------------------------------------------------------------------ logs

/// Collects what this process logs from now on.
fn listen_to_logs() -> &'static Mutex<String> {
    static LOGS: OnceLock<Mutex<String>> = OnceLock::new();
    LOGS.get_or_init(|| {
        tracing::subscriber::set_global_default(Listener).expect("nobody else listens");
        Mutex::default()
    });
    struct Listener;

    struct Line<'a>(&'a mut String);

    impl tracing::field::Visit for Line<'_> {
        fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
            write!(self.0, " {field}={value:?}").expect("text can be written");
        }
    }

    impl Listener {
        fn log(&self, what: &str, record: impl FnOnce(&mut Line<'_>)) {
            let mut line = format!("\n{what}");
            record(&mut Line(&mut line));
            if let Some(logs) = LOGS.get() {
                logs.lock().unwrap().push_str(&line);
            }
        }
    }

    impl tracing::Subscriber for Listener {
        fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
            metadata.target().starts_with("scim_connector") || *metadata.level() <= tracing::Level::DEBUG
        }

        fn new_span(&self, attributes: &tracing::span::Attributes<'_>) -> tracing::span::Id {
            self.log("span", |line| attributes.record(line));
            tracing::span::Id::from_u64(1)
        }

        fn record(&self, _: &tracing::span::Id, values: &tracing::span::Record<'_>) {
            self.log("span", |line| values.record(line));
        }

        fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

        fn event(&self, event: &tracing::Event<'_>) {
            self.log(event.metadata().target(), |line| event.record(line));
        }

        fn enter(&self, _: &tracing::span::Id) {}

        fn exit(&self, _: &tracing::span::Id) {}
    }
    LOGS.get().expect("it was just made")
}
