//! Credentials the host adds (`auth` is `host`), references to the keyring, connections that may not refer to anything.

use crate::fake::{Act, Fake, answer, json};
use crate::harness::{Server, Workplace, block_on, closed_port, connector, invoke};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use scim_connector_host::client::StepStatus;
use scim_connector_host::{Client, ConnectionSettings, ConnectionSource, Error, Options};
use serde_json::{Value, json};
use std::time::Duration;

/// A connection whose credentials the host adds: what stands in `auth` goes to the host's settings.
fn hosted(mut connection: Value) -> ConnectionSource {
    let credentials = std::mem::replace(&mut connection["auth"], json!({"type": "host"}));
    let settings = ConnectionSettings::from_json(json!({"credentials": credentials}), "host").expect("settings");
    ConnectionSource::from(connection).with_settings(&settings)
}

fn client(source: impl Into<ConnectionSource>) -> Result<Client, Error> {
    block_on(connector().client(source))
}

fn refused(source: impl Into<ConnectionSource>) -> String {
    match client(source) {
        Ok(_) => panic!("the connection is good"),
        Err(error) => error.to_string(),
    }
}

fn create(name: &str) -> Value {
    json!({"payload": {"userName": name}})
}

fn token(value: &str) -> Vec<Act> {
    let body = json!({"access_token": value, "token_type": "Bearer", "expires_in": 300});
    answer(200, &[("Content-Type", "application/json")], body.to_string())
}

/// Client credentials whose token endpoint is the fake's `/token`.
fn by_token(origin: &str) -> Value {
    let auth = json!({"type": "clientCredentials", "tokenUrl": format!("{origin}/token"), "clientId": "c", "clientSecret": "s3cret"});
    json!({"serviceUrl": origin, "auth": auth, "retry": {"maxAttempts": 2, "baseDelayMs": 1, "maxDelayMs": 5}})
}

#[test]
fn every_kind_of_credentials_is_added_and_the_component_has_none_of_them() {
    let rows = [
        (json!({"type": "bearer", "token": " t0ken "}), "authorization", "Bearer t0ken".to_owned()),
        (
            json!({"type": "basic", "username": "ada", "password": "pässword"}),
            "authorization",
            format!("Basic {}", STANDARD.encode("ada:pässword")),
        ),
        (json!({"type": "header", "name": "X-Door", "value": "k3y"}), "x-door", "k3y".to_owned()),
    ];
    for (auth, name, value) in rows {
        let fake = Fake::start(|_, _| json(201, json!({"id": "1", "userName": "ada"})));
        let client = client(hosted(json!({"serviceUrl": fake.origin(), "auth": auth}))).expect("a client");
        invoke(&client, "createUser", create("ada")).expect("the user");
        let requests = fake.requests();
        assert_eq!((requests.len(), requests[0].header(name)), (1, Some(value.as_str())), "{auth}");
    }
}

#[test]
fn the_host_fetches_tokens_by_every_method_and_keeps_them() {
    let guard = Server::shared_guard();
    let clients = &guard.ready["clients"];
    let post = json!({"clientId": clients["post"]["clientId"], "clientSecret": clients["post"]["clientSecret"], "method": "post"});
    let rows = [
        guard.connection(json!({})),
        guard.connection(post),
        guard.connection_jwt("ES256"),
        guard.connection_jwt("RS256"),
    ];
    for connection in rows {
        let client = client(hosted(connection.clone())).expect("a client");
        let list = || invoke(&client, "listUsers", json!({"count": 1})).expect("a list").requests_made;
        assert_eq!(list(), 2, "the token and the list: {}", connection["auth"]["clientId"]);
        assert_eq!(list(), 1, "the token is kept");
    }
}

#[test]
fn a_token_refused_before_its_time_is_renewed_once_and_a_write_happens_once() {
    let guard = Server::guard(&["--accept-seconds", "4"]);
    let client = client(hosted(guard.connection(json!({})))).expect("a client");
    let list = || invoke(&client, "listUsers", json!({"filter": "userName eq \"once\""})).expect("a list");
    assert_eq!(list().requests_made, 2, "the token and the list");
    std::thread::sleep(Duration::from_millis(4200));
    invoke(&client, "createUser", create("once")).expect("the user");
    assert_eq!(list().output["totalResults"], json!(1));
    assert_eq!(client.requests_made(), 6, "token, list; refused, token, the user; list");
}

#[test]
fn a_refused_request_goes_again_as_it_was_unless_it_is_too_large_to_keep() {
    // The first token is good for reading only.
    let fake = Fake::start(|number, request| match request.line() {
        "POST /token" => token(&format!("t{number}")),
        "POST /Users" if request.header("authorization") == Some("Bearer t0") => json(401, json!({})),
        "POST /Users" => json(201, json!({"id": "1", "userName": "ada"})),
        _ => json(200, json!({"totalResults": 0, "Resources": []})),
    });
    let posts = || fake.requests().into_iter().filter(|request| request.line() == "POST /Users").collect::<Vec<_>>();
    let small = client(hosted(by_token(&fake.origin()))).expect("a client");
    invoke(&small, "listUsers", json!({})).expect("a list");
    invoke(&small, "createUser", create("ada")).expect("the user");
    let sent = posts();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].body, sent[1].body);
    assert!(sent[0].body.contains("ada") && sent[0].header("authorization") != sent[1].header("authorization"));

    let fake = Fake::start(|number, request| match request.line() {
        "POST /token" => token(&format!("t{number}")),
        "POST /Users" if request.header("authorization") == Some("Bearer t0") => json(401, json!({})),
        "POST /Users" => json(201, json!({"id": "1", "userName": "ada"})),
        _ => json(200, json!({"totalResults": 0, "Resources": []})),
    });
    let large = client(hosted(by_token(&fake.origin()))).expect("a client");
    invoke(&large, "listUsers", json!({})).expect("a list");
    let payload = json!({"payload": {"userName": "ada", "displayName": "x".repeat(1_100_000)}});
    let failure = invoke(&large, "createUser", payload.clone()).expect_err("not repeated").to_json();
    assert_eq!([&failure["kind"], &failure["maybeApplied"]], [&json!("authentication"), &json!(false)], "{failure}");
    invoke(&large, "createUser", payload).expect("with a new token");
    let lines: Vec<String> = fake.requests().iter().map(|request| request.line().to_owned()).collect();
    assert_eq!(lines, ["POST /token", "GET /Users", "POST /Users", "POST /token", "POST /Users"]);
}

#[test]
fn however_many_calls_wait_one_asks_for_the_token() {
    for good in [true, false] {
        let fake = Fake::start(move |_, request| {
            if request.line() != "POST /token" {
                return json(200, json!({"totalResults": 0, "Resources": []}));
            }
            // Other tests share the runtime, which has few threads.
            tokio::task::block_in_place(|| std::thread::sleep(Duration::from_secs(3)));
            if good { token("t") } else { json(400, json!({"error": "invalid_client"})) }
        });
        let client = client(hosted(by_token(&fake.origin()))).expect("a client");
        let results: Vec<bool> = block_on(async {
            let calls: Vec<_> = (0..20)
                .map(|_| {
                    let client = client.clone();
                    tokio::spawn(async move { client.invoke("listUsers", &json!({})).await })
                })
                .collect();
            let mut results = Vec::new();
            for call in calls {
                results.push(call.await.expect("no panic").is_ok());
            }
            results
        });
        assert_eq!(results, vec![good; 20]);
        let asked = fake.requests().iter().filter(|request| request.line() == "POST /token").count();
        // Who comes only after a failed fetch asks anew, as it should.
        assert!(asked == 1 || (!good && asked <= 5), "{asked} token requests");
    }
}

/// What a caller can act on.
fn facts(failure: &Value) -> Value {
    let names = ["error", "kind", "status", "oauthError", "retryAfterMs", "maybeApplied", "requestId"];
    names.iter().map(|name| failure[name].clone()).collect()
}

#[test]
fn a_token_that_cannot_be_had_is_told_as_if_the_component_had_asked() {
    let rows: Vec<(&str, Vec<Act>)> = vec![
        ("refused", json(401, json!({"error": "invalid_client", "error_description": "who\nare you?"}))),
        ("scope", json(400, json!({"error": "invalid_scope"}))),
        ("grant", json(400, json!({"error": "unauthorized_client"}))),
        ("without a code", json(401, json!({}))),
        ("forbidden", answer(403, &[("X-Request-Id", "r1")], "no")),
        ("nothing there", answer(404, &[], "")),
        ("elsewhere", answer(302, &[("Location", "https://example.com/")], "")),
        ("later", answer(429, &[("Retry-After", "77")], "")),
        ("down", answer(503, &[], "")),
        ("down with a code", json(500, json!({"error": "temporarily_unavailable"}))),
        ("no JSON", answer(200, &[], "<html>")),
        ("no token", json(200, json!({"error": "x"}))),
        ("another type", json(200, json!({"access_token": "t", "token_type": "mac"}))),
        ("no bearer token", json(200, json!({"access_token": "a b"}))),
        ("breaks off", vec![Act::Close]),
        ("silent", vec![Act::Silence]),
    ];
    for (name, acts) in rows {
        let told = [false, true].map(|by_host| {
            let acts = acts.clone();
            let fake = Fake::start(move |_, _| acts.clone());
            let mut connection = by_token(&fake.origin());
            connection["timeouts"] = json!({"connectMs": 1000, "firstByteMs": 1000});
            let source = if by_host { hosted(connection) } else { connection.into() };
            let failure = invoke(&client(source).expect("a client"), "createUser", create("ada"));
            let requests: Vec<String> = fake.requests().iter().map(|request| request.line().to_owned()).collect();
            let failure = failure.expect_err("no token").to_json();
            let detail = failure["detail"].as_str().unwrap_or_default().replace(&fake.origin(), "ORIGIN");
            (facts(&failure), requests, detail.replace("host.credentials", "auth"))
        });
        let [guest, host] = told;
        assert_eq!((&guest.0, &guest.1), (&host.0, &host.1), "{name}: {} / {}", guest.2, host.2);
        // Why an exchange broke off is told in each side's own words.
        if guest.2.starts_with("token endpoint: ") {
            assert!(host.2.starts_with("token endpoint: ORIGIN "), "{name}: {}", host.2);
        } else {
            assert_eq!(guest.2, host.2, "{name}");
        }
    }
    let nobody = format!("http://127.0.0.1:{}", closed_port());
    let client = client(hosted(by_token(&nobody))).expect("a client");
    let failure = invoke(&client, "createUser", create("ada")).expect_err("no token").to_json();
    let expected = json!(["transient", "unavailable", null, null, null, false, null]);
    assert_eq!(facts(&failure), expected, "{failure}");
}

#[test]
fn a_connection_test_tells_an_unreachable_service_from_a_refused_client() {
    let fake = Fake::start(|_, request| match request.line() {
        "POST /token" => json(401, json!({"error": "invalid_client"})),
        _ => json(401, json!({})),
    });
    let client = client(hosted(by_token(&fake.origin()))).expect("a client");
    let report = block_on(client.test()).expect("the test starts");
    assert_eq!(
        (report.steps[0].status, report.steps[1].status),
        (StepStatus::Passed, StepStatus::Failed),
        "{report:?}"
    );
    let failure = report.failure.expect("a failure");
    assert_eq!(failure.oauth_error.as_deref(), Some("invalid_client"));
    assert!(report.steps[1].detail.contains("refused the client: invalid_client; check host.credentials.clientId"));
    assert!(
        !fake
            .requests()
            .iter()
            .any(|request| request.line() != "POST /token" && request.header("authorization").is_some())
    );
}

#[test]
fn what_a_provider_implies_is_filled_in() {
    let auth = json!({"type": "clientCredentials", "clientId": "c", "clientSecret": "s"});
    client(hosted(json!({"provider": "asgardeo", "organization": "acme", "auth": auth})))
        .expect("it has a token endpoint");
    let text = refused(hosted(json!({"serviceUrl": "https://example.com", "auth": auth})));
    assert!(text.starts_with("connection.host.credentials.tokenUrl: is required"), "{text}");
}

#[test]
fn wrong_credentials_are_named_and_not_shown() {
    const SECRET: &str = "sw0rdfish";
    let grant = |more: Value| {
        let mut auth = json!({"type": "clientCredentials", "tokenUrl": "https://example.com/token", "clientId": "c"});
        auth.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        auth
    };
    let rows = [
        (json!({"type": "bearer", "token": format!("{SECRET}\n{SECRET}")}), "token: the secret must be visible ASCII"),
        (json!({"type": "header", "name": "Content-Length", "value": SECRET}), "name"),
        (grant(json!({"clientSecret": SECRET, "tokenUrl": "http://example.com/token"})), "tokenUrl: "),
        (grant(json!({"privateKey": SECRET, "method": "privateKeyJwt"})), "privateKey: is not a P-256 or RSA key"),
        (grant(json!({})), ""),
    ];
    for (auth, expected) in rows {
        let text = refused(hosted(json!({"serviceUrl": "https://example.com", "auth": auth})));
        assert!(
            text.starts_with(&format!("connection.host.credentials{}", if expected.is_empty() { "" } else { "." })),
            "{text}"
        );
        assert!(text.contains(expected) && !text.contains(SECRET), "{text}");
    }
    let bearer = json!({"type": "bearer", "token": SECRET});
    let settings = ConnectionSettings::from_json(json!({"credentials": bearer}), "host").expect("settings");
    let other = ConnectionSource::from(json!({"serviceUrl": "https://example.com", "auth": {"type": "none"}}));
    assert_eq!(
        refused(other.with_settings(&settings)),
        "connection.host.credentials: are added only where connection.auth.type is \"host\"; set it to that, or take them out"
    );
    // Whoever names a service would be sent them.
    let options = Options { settings, ..Options::default() };
    let shared =
        scim_connector_host::Connector::load(crate::harness::component(), options).expect("the component loads");
    let error = block_on(shared.client(json!({"serviceUrl": "https://example.com", "auth": {"type": "host"}})));
    let text = error.err().expect("an error").to_string();
    assert!(text.starts_with("connection.host.credentials: credentials belong to one connection"), "{text}");
}

#[test]
fn a_connection_sent_in_refers_to_nothing_but_the_hosts_settings_may() {
    let sent_in = json!({"serviceUrl": "https://example.com", "auth": {"type": "bearer", "token": {"env": "PATH"}}});
    client(sent_in.clone()).expect("the host's own may");
    let text = refused(ConnectionSource::without_references(sent_in));
    assert!(
        text.starts_with("connection.auth.token: this connection may not refer to the host's environment"),
        "{text}"
    );

    let settings = json!({"credentials": {"type": "bearer", "token": {"env": "PATH"}}});
    let settings: ConnectionSettings = serde_json::from_value(settings).expect("settings");
    let sent_in = json!({"serviceUrl": "https://example.com", "auth": {"type": "host"}});
    client(ConnectionSource::without_references(sent_in).with_settings(&settings)).expect("a client");
}

/// Joins a session keyring of its own, puts a secret there and becomes the command. Says `no keyring` where the kernel, or the
/// container, has none.
const IN_A_KEYRING: &str = r#"
import ctypes, os, platform, sys
add_key, keyctl = {"x86_64": (248, 250), "aarch64": (217, 219)}[platform.machine()]
libc = ctypes.CDLL(None, use_errno=True)
name, secret = b"keyring:prod@scim/test", b"k3yring-t0ken"
if libc.syscall(keyctl, 1, None) < 0 or libc.syscall(add_key, b"user", name, secret, len(secret), -3) < 0:
    print("no keyring", file=sys.stderr)
os.execv(sys.argv[1], sys.argv[1:])
"#;

#[test]
#[cfg(target_os = "linux")]
fn a_secret_comes_from_the_kernels_keyring() {
    let fake = Fake::start(|_, _| json(200, json!({"totalResults": 0, "Resources": []})));
    let token = json!({"keyring": "scim/test/prod"});
    let connection = json!({"serviceUrl": fake.origin(), "auth": {"type": "bearer", "token": token}});
    let missing =
        json!({"serviceUrl": fake.origin(), "auth": {"type": "bearer", "token": {"keyring": "scim/test/nobody"}}});
    let place = Workplace::new(&[("there", connection), ("missing", missing)]);
    let run = |name: &str| {
        let command = place.command(&["call", "listUsers", "--connection", name]);
        let mut python = std::process::Command::new("python3");
        python.args(["-c", IN_A_KEYRING]).arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => python.env(name, value),
                None => python.env_remove(name),
            };
        }
        let output = python.current_dir(place.path()).output().expect("python3 can be started");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, errors) = run("there");
    if errors.contains("no keyring") {
        assert!(code == Some(78) && errors.contains("connections.there.auth.token: "), "{errors}");
        assert!(errors.contains("keyring"), "{errors}");
    } else {
        assert_eq!(code, Some(0), "{errors}");
        assert_eq!(fake.requests()[0].header("authorization"), Some("Bearer k3yring-t0ken"));
    }
    let (code, errors) = run("missing");
    assert!(code == Some(78) && errors.contains("connections.missing.auth.token: "), "{errors}");
}
