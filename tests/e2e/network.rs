//! What the host does on the network, as the caller of an operation sees it: refusals say why and what to do about it,
//! coded answers are read, bombs end.

use crate::fake::{Fake, answer, json as scim};
use crate::harness::{Workplace, block_on, client, connector, invoke, observed};
use flate2::write::GzEncoder;
use scim_connector_host::{ConnectionSettings, ConnectionSource, Error};
use serde_json::{Value, json};
use std::io::Write as _;

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(plain).expect("memory");
    encoder.finish().expect("memory")
}

fn connection(origin: &str) -> Value {
    json!({"serviceUrl": origin, "auth": {"type": "bearer", "token": "a-bearer-token"}})
}

/// The connection with these settings of the host.
fn with(connection: &Value, settings: Value) -> ConnectionSource {
    let settings = ConnectionSettings::from_json(settings, "host").expect("good settings");
    ConnectionSource::from(connection.clone()).with_settings(&settings)
}

/// What `operation` fails with on a connection with these settings of the host.
fn failure(connection: &Value, settings: Value, operation: &str, input: Value) -> Error {
    let client = block_on(connector().client(with(connection, settings))).expect("the connection is good");
    invoke(&client, operation, input).expect_err("it fails")
}

#[test]
fn an_address_that_is_not_allowed_is_named_with_the_setting() {
    let fake = Fake::start(|_, _| scim(200, json!({"id": "1"})));
    let closed = Workplace::with_config(&format!(
        "[host]\nallowAddresses = []\n[connections.it]\nserviceUrl = \"{}\"\nauth = {{ type = \"none\" }}\n",
        fake.origin()
    ));
    let done =
        closed.run(&["--error-format", "json", "call", "createUser", "--input", r#"{"payload":{"userName":"ada"}}"#]);
    let error: Value = serde_json::from_str(&done.stderr).unwrap_or_else(|_| panic!("{done:?}"));
    assert_eq!((done.code, &error["kind"], &error["maybeApplied"]), (78, &json!("configuration"), &json!(false)));
    let detail = error["detail"].as_str().expect("a detail");
    assert!(
        detail.ends_with(
            "(it leads to 127.0.0.1, a loopback address; if that is intended, add \"loopback\" to host.allow.addresses of the connection)"
        ),
        "{detail}"
    );
    assert_eq!(fake.requests().len(), 0);
    // And with the setting it names.
    let open = Workplace::with_config(&format!(
        "[host]\nallowAddresses = []\n[connections.it]\nserviceUrl = \"{}\"\nauth = {{ type = \"none\" }}\n[connections.it.host.allow]\naddresses = [\"loopback\"]\n",
        fake.origin()
    ));
    assert_eq!(open.run(&["call", "getUser", "--input", r#"{"id":"1"}"#]).code, 0);
}

#[test]
fn a_method_that_is_not_allowed_is_refused_and_a_redirect_passes_the_same_door() {
    let fake = Fake::start(|_, request| match request.line() {
        "GET /Users/1" => answer(307, &[("Location", "/moved/1")], ""),
        _ => scim(200, json!({"id": "1", "userName": "ada"})),
    });
    let only_get = json!({"allow": {"methods": ["GET"]}, "proxy": "none"});
    let connection = connection(&fake.origin());
    let error = failure(&connection, only_get, "createUser", json!({"payload": {"userName": "ada"}}));
    assert!(
        error.to_string().ends_with("(POST is not among the methods in host.allow.methods of the connection)"),
        "{error}"
    );
    assert_eq!((error.exit_code(), error.class().maybe_applied), (78, false));
    assert_eq!(fake.requests().len(), 0);
    // A redirect is a request of its own, and passes the same door.
    let (connector, seen) = observed();
    let client =
        block_on(connector.client(with(&connection, json!({"proxy": "none"})))).expect("the connection is good");
    assert_eq!(invoke(&client, "getUser", json!({"id": "1"})).expect("a user").output["userName"], "ada");
    assert_eq!((seen.lock().expect("no panic").len(), client.requests_made()), (2, 2));
}

#[test]
fn coded_answers_are_read_and_bombs_end() {
    let fake = Fake::start(|_, request| {
        let coded = [("Content-Type", "application/scim+json"), ("Content-Encoding", "gzip")];
        match request.line() {
            "GET /Users/1" => answer(200, &coded, gzip(br#"{"id": "1", "userName": "ada"}"#)),
            "GET /Users/broken" => answer(200, &coded, b"no gzip at all"),
            // 20 MB out of 90 kB.
            _ => answer(200, &coded, gzip(&vec![b' '; 20 << 20])),
        }
    });
    let connection = connection(&fake.origin());
    let user = invoke(&client(&connection), "getUser", json!({"id": "1"})).expect("a user");
    assert_eq!(user.output["userName"], "ada");
    assert_eq!(fake.requests()[0].header("accept-encoding"), Some("gzip, br, zstd"));
    let error =
        invoke(&client(&connection), "getUser", json!({"id": "bomb"})).expect_err("too large for the component");
    assert_eq!(error.class().kind, "tooLarge", "{error}");
    let settings = json!({"limits": {"responseBytes": 1_000_000}, "proxy": "none"});
    let before = fake.requests().len();
    let error = failure(&connection, settings.clone(), "getUser", json!({"id": "bomb"}));
    assert_eq!(error.class().kind, "tooLarge", "{error}");
    assert!(
        error.to_string().ends_with("(host.limits.responseBytes of the connection allows 1000000 bytes)"),
        "{error}"
    );
    assert_eq!(fake.requests().len(), before + 1, "asked for once");
    let error = failure(&connection, settings, "getUser", json!({"id": "broken"}));
    assert!(error.to_string().ends_with("(the Content-Encoding gzip cannot be decoded)"), "{error}");
}
