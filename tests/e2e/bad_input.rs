//! Bad input, bad connections, bad credentials: each with the exact text on stderr and the exit code. Who changes a text
//! changes it here too, on purpose.

use crate::fake::{Fake, answer, json as scim};
use crate::harness::{Server, Workplace, block_on, client, closed_port, connector, invoke};
use scim_connector_host::egress::policy::{Origin, Policy};
use serde_json::{Value, json};

/// A call that must fail before anything is sent: nobody listens at its service URL, which would be exit code 75.
fn refused(operation: &str, input: &str) -> (i32, String) {
    let url = format!("http://127.0.0.1:{}/scim", closed_port());
    let place = Workplace::new(&[("local", json!({"serviceUrl": url, "auth": {"type": "none"}}))]);
    let done = place.run(&["call", operation, "--input", input]);
    assert_eq!(done.stdout, "");
    (done.code, done.stderr)
}

/// Compares a whole table, so that all differences are seen at once.
fn same(found: Vec<(String, (i32, String))>, expected: &[(&str, i32, &str)]) {
    assert_eq!(found.len(), expected.len());
    let mut wrong = String::new();
    for ((name, (code, text)), (_, expected_code, expected_text)) in found.iter().zip(expected) {
        if code != expected_code || text.trim_end_matches('\n') != *expected_text {
            wrong.push_str(&format!(
                "{name}\n  expected {expected_code} {expected_text:?}\n  found    {code} {text:?}\n"
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn bad_input_is_named_exactly() {
    let rows: [(&str, &str, i32, &str); 28] = [
        (
            "createUser",
            "{\"payload\":\n {\"userName\" \"x\"}}",
            64,
            "error: --input is not JSON: line 2, column 14: expected `:`",
        ),
        ("createUser", "", 64, "error: --input is not JSON: line 1, column 0: EOF while parsing a value"),
        (
            "createUser",
            "@no/such.json",
            64,
            "error: --input: no/such.json cannot be read: No such file or directory (os error 2)",
        ),
        ("creatUser", "{}", 64, "error: there is no operation \"creatUser\"; did you mean \"createUser\"?"),
        ("frobnicate", "{}", 64, "error: there is no operation \"frobnicate\""),
        ("reconcile", "{}", 1, "error: invalid input: desired: is required: a list of resources\n  at: /desired"),
        (
            "createGroup",
            "{}",
            1,
            "error: invalid input: payload: is required: the resource as a JSON object\n  at: /payload",
        ),
        ("createUser", "[]", 1, "error: invalid input: the value: expected an object, found an array"),
        (
            "createUser",
            "{}",
            1,
            "error: invalid input: payload: is required: the resource as a JSON object\n  at: /payload",
        ),
        (
            "createUser",
            r#"{"payload":{"userName":"x"},"paylod":{}}"#,
            1,
            "error: invalid input: paylod: unknown field; did you mean \"payload\"?\n  at: /paylod",
        ),
        (
            "createUser",
            r#"{"payload":{"displayName":"x"}}"#,
            1,
            "error: invalid input: payload.userName: is required to create a user\n  at: /payload/userName",
        ),
        (
            "createUser",
            r#"{"payload":{"userName":"x","active":"yes"}}"#,
            1,
            "error: invalid input: payload.active: expected a boolean, found a string\n  at: /payload/active",
        ),
        (
            "createUser",
            r#"{"payload":{"userName":"x","emails":"x"}}"#,
            1,
            "error: invalid input: payload.emails: expected a list of objects, found a string\n  at: /payload/emails",
        ),
        (
            "createUser",
            r#"{"payload":{"userName":7,"emails":[{"value":true}]}}"#,
            1,
            "error: invalid input: payload.userName: expected a string, found a number (and 1 more)\n  \
             at: /payload/userName\n  problem: /payload/userName: expected a string, found a number\n  \
             problem: /payload/emails/0/value: expected a string, found a boolean",
        ),
        (
            "createUser",
            r#"{"payload":{"usrName":"x"}}"#,
            1,
            "error: invalid input: payload.usrName: unknown attribute \"usrName\"; did you mean \"userName\"?\n  \
             at: /payload/usrName",
        ),
        (
            "createUser",
            r#"{"payload":[]}"#,
            1,
            "error: invalid input: payload: expected an object, found an array\n  at: /payload",
        ),
        ("getUser", "{}", 1, "error: invalid input: id: is required\n  at: /id"),
        ("getUser", r#"{"id":""}"#, 1, "error: invalid input: id: must not be empty\n  at: /id"),
        ("getUser", r#"{"id":".."}"#, 1, "error: invalid input: id: \"..\" is no identifier\n  at: /id"),
        ("deleteUser", r#"{"id":""}"#, 1, "error: invalid input: id: must not be empty\n  at: /id"),
        ("getUser", r#"{"id":[7]}"#, 1, "error: invalid input: id: expected a string, found an array\n  at: /id"),
        (
            "listUsers",
            r#"{"count":"ten"}"#,
            1,
            "error: invalid input: count: expected a whole number from 0 to 4294967295, found a string\n  at: /count",
        ),
        (
            "listUsers",
            r#"{"attributes":["userName"],"excludedAttributes":["emails"]}"#,
            1,
            "error: invalid input: excludedAttributes: give either attributes or excludedAttributes, not both \
             (RFC 7644 section 3.9)\n  at: /excludedAttributes",
        ),
        (
            "listUsers",
            r#"{"filter":"userName == \"ada\""}"#,
            1,
            "error: invalid input: filter: at character 10: expected eq, ne, co, sw, ew, gt, ge, lt, le or pr behind \
             userName; write eq instead of ==\n  at: /filter",
        ),
        (
            "listUsers",
            r#"{"page":"2"}"#,
            1,
            "error: invalid input: page: is not the next of an earlier page\n  at: /page",
        ),
        (
            "patchUser",
            r#"{"id":"1"}"#,
            1,
            "error: invalid input: operations: is required: a list of {\"op\", \"path\", \"value\"}\n  at: /operations",
        ),
        (
            "patchUser",
            r#"{"id":"1","operations":[{"op":"set","path":"active","value":true}]}"#,
            1,
            "error: invalid input: operations.0.op: \"set\" is not one of add, remove, replace\n  at: /operations/0/op",
        ),
        (
            "patchUser",
            r#"{"id":"1","operations":[{"op":"remove"}]}"#,
            1,
            "error: invalid input: operations.0.path: is required to remove (RFC 7644 section 3.5.2.2)\n  \
             at: /operations/0/path",
        ),
    ];
    let found = rows.iter().map(|row| (format!("{} {}", row.0, row.1), refused(row.0, row.1))).collect();
    same(found, &rows.map(|row| (row.0, row.2, row.3)));
}

#[test]
fn bad_connections_are_named_exactly() {
    const GOOD: &str = "serviceUrl = \"https://example.com/scim\"\nauth.type = \"none\"\n";
    let service = |url: &str| format!("serviceUrl = \"{url}\"\nauth.type = \"none\"\n");
    let auth = |auth: &str| format!("serviceUrl = \"https://example.com/scim\"\nauth = {{ {auth} }}\n");
    let rows: Vec<(String, &str)> = vec![
        (
            service("https://ada:swordfish@example.com/scim"),
            "error: connections.prod.serviceUrl: the URL must not contain credentials; put them under auth",
        ),
        (
            service("example.com/scim"),
            "error: connections.prod.serviceUrl: the URL has no scheme; write https://… in front",
        ),
        (
            service("localhost:8080/scim"),
            "error: connections.prod.serviceUrl: the URL must begin with https:// or http://, not localhost:",
        ),
        (
            service("https://example.com/scim?x=1"),
            "error: connections.prod.serviceUrl: the URL must not have a query (?…)",
        ),
        (
            service("https://example.com/scim#x"),
            "error: connections.prod.serviceUrl: the URL must not have a fragment (#…)",
        ),
        (
            service("http://example.com/scim"),
            "error: connections.prod.serviceUrl: http is not encrypted; use https, or set allowInsecureHttp to true",
        ),
        (service("https://"), "error: connections.prod.serviceUrl: not a URL: empty host"),
        ("auth.type = \"none\"\n".into(), "error: connections.prod.serviceUrl: is required"),
        (
            "serviceUrl = \"https://example.com/scim\"\n".into(),
            "error: connections.prod.auth: is required; {\"type\": \"none\"} for a provider that asks for no credentials",
        ),
        (
            format!("{GOOD}servceUrl = \"x\"\n"),
            "error: connections.prod.servceUrl: unknown field; did you mean \"serviceUrl\"?",
        ),
        (
            format!("{GOOD}timeouts.totlMs = 1\n"),
            "error: connections.prod.timeouts.totlMs: unknown field; did you mean \"totalMs\"?",
        ),
        (
            format!("{GOOD}timeouts.totalMs = \"1s\"\n"),
            "error: connections.prod.timeouts.totalMs: expected a whole number from 0 to 4294967295, found a string",
        ),
        (
            format!("{GOOD}headers.Host = \"x\"\n"),
            "error: connections.prod.headers.Host: this header is set by the connector",
        ),
        (
            auth("type = \"bearr\", token = \"x\""),
            "error: connections.prod.auth.type: \"bearr\" is not one of none, host, bearer, basic, header, \
             clientCredentials; did you mean \"bearer\"?",
        ),
        (
            auth("type = \"host\""),
            "error: connections.prod.auth.type: \"host\" leaves the credentials to the host, which has none for this \
             connection; write them to connections.prod.host.credentials, or choose another type",
        ),
        (auth("type = \"bearer\""), "error: connections.prod.auth.token: is required: a string or {\"env\": \"NAME\"}"),
        (
            auth("type = \"bearer\", token = { env = \"SCIM_E2E_NOT_SET\" }"),
            "error: connections.prod.auth.token: environment variable \"SCIM_E2E_NOT_SET\" is not set",
        ),
        (
            auth("type = \"bearer\", token = { file = \"no-such-file\" }"),
            "error: connections.prod.auth.token: file \"no-such-file\" cannot be read: \
             No such file or directory (os error 2)",
        ),
        (
            auth("type = \"clientCredentials\", tokenUrl = \"https://example.com/token\", clientId = \"c\""),
            "error: connections.prod.auth.clientSecret: is required: a string or {\"env\": \"NAME\"}",
        ),
        (
            auth("type = \"clientCredentials\", tokenUrl = \"/token\", clientId = \"c\", clientSecret = \"s\""),
            "error: connections.prod.auth.tokenUrl: the URL has no scheme; write https://… in front",
        ),
        (
            "provider = \"asgardo\"\norganization = \"o\"\nauth.type = \"none\"\n".into(),
            "error: connections.prod.provider: \"asgardo\" is not a known provider (asgardeo, databricks, entra, github, gitlab, google, salesforce, slack), so that serviceUrl is required; did you mean \"asgardeo\"?",
        ),
    ];
    let found = rows.iter().map(|(text, _)| {
        let done = Workplace::with_config(&format!("[connections.prod]\n{text}")).run(&["call", "listUsers"]);
        assert_eq!(done.stdout, "");
        (text.clone(), (done.code, done.stderr))
    });
    let expected: Vec<(&str, i32, &str)> = rows.iter().map(|(text, message)| (text.as_str(), 78, *message)).collect();
    same(found.collect(), &expected);
}

#[test]
fn a_connection_that_is_not_there_is_named_exactly() {
    const TWO: &str = "[connections.prod]\n[connections.test]\n";
    let rows: [(&str, &[&str], i32, &str); 5] = [
        (
            TWO,
            &["--connection", "prd"],
            78,
            "error: Config.toml: there is no connection \"prd\"; did you mean \"prod\"; there is: prod, test",
        ),
        (
            TWO,
            &[],
            78,
            "error: Config.toml: several connections are there: prod, test; choose one with --connection or a default",
        ),
        ("", &[], 78, "error: Config.toml: there is no connection in it; add a table [connections.NAME]"),
        ("[conections.prod]", &[], 78, "error: conections: unknown key; did you mean \"connections\"?"),
        (
            TWO,
            &["--config", "no/such.toml"],
            78,
            "error: no/such.toml: cannot be read: No such file or directory (os error 2)",
        ),
    ];
    let run = |(text, arguments, ..): &(&str, &[&str], i32, &str)| {
        let done = Workplace::with_config(text).run(&[&["call", "listUsers"], *arguments].concat());
        (format!("{text} {arguments:?}"), (done.code, done.stderr))
    };
    same(rows.iter().map(run).collect(), &rows.map(|row| (row.0, row.2, row.3)));
}

#[test]
fn wrong_use_of_the_command_exits_64() {
    let place = Workplace::with_config("");
    for arguments in
        [&["cal"][..], &["call"], &["call", "getUser", "--no-such-flag"], &["--error-format", "xml", "test"], &[]]
    {
        let done = place.run(arguments);
        assert_eq!((done.code, done.stdout.as_str()), (64, ""), "{arguments:?}: {done:?}");
        assert!(done.stderr.contains("Usage: ") || done.stderr.contains("possible values: "), "{}", done.stderr);
    }
}

#[test]
fn wrong_credentials_and_wrong_addresses_are_named_exactly() {
    let guard = Server::shared_guard();
    let token_url = guard.ready["tokenUrl"].as_str().expect("a token URL");
    let token_origin = token_url.strip_suffix("/token").expect("a path");
    let service_origin = guard.service_url().strip_suffix("/v2").expect("a path");
    let closed = format!("http://127.0.0.1:{}", closed_port());
    let html = Fake::start(|_, _| answer(200, &[("Content-Type", "text/html")], "<!DOCTYPE html><p>Sign in</p>"));
    let missing = Fake::start(|_, _| answer(404, &[], "nothing here"));
    let service = |url: String| {
        let mut connection = guard.connection(json!({}));
        connection["serviceUrl"] = json!(url);
        connection
    };
    let fast = |mut connection: Value| {
        connection["retry"] = json!({"baseDelayMs": 1});
        connection
    };
    let rows: Vec<(&str, Value, i32, String)> = vec![
        (
            "wrong secret",
            guard.connection(json!({"clientSecret": "wrong"})),
            1,
            format!(
                "error: authentication: the token endpoint at {token_origin} refused the client: invalid_client \
                 (client authentication failed); check auth.clientId and the secret\n  status: 401 Unauthorized\n  \
                 OAuth error: invalid_client"
            ),
        ),
        (
            "wrong token",
            json!({"serviceUrl": guard.service_url(), "auth": {"type": "bearer", "token": "wrong"}}),
            1,
            "error: authentication: the provider answered listUsers with 401 Unauthorized: the access token is invalid \
             or has expired; check auth\n  status: 401 Unauthorized"
                .into(),
        ),
        (
            "wrong port",
            fast(service(format!("{closed}/v2"))),
            75,
            format!(
                "error: unavailable: {closed} cannot be reached: connection refused\n  \
                 this may pass; the call may be repeated"
            ),
        ),
        (
            "wrong port of the token endpoint",
            fast(guard.connection(json!({"tokenUrl": format!("{closed}/token")}))),
            75,
            format!(
                "error: unavailable: token endpoint: {closed} cannot be reached: connection refused\n  \
                 this may pass; the call may be repeated"
            ),
        ),
        (
            "a path that is no SCIM service",
            service(format!("{service_origin}/v3")),
            1,
            "error: not found: the provider answered listUsers with 404 Not Found: No resource type found at 'v3'\n  \
             status: 404 Not Found"
                .into(),
        ),
        (
            "a tokenUrl that shows a page",
            guard.connection(json!({"tokenUrl": format!("{}/login", html.origin())})),
            1,
            format!(
                "error: protocol: the token endpoint at {} answered 200 without an access token (RFC 6749 \
                 section 5.1)\n  status: 200 OK",
                html.origin()
            ),
        ),
        (
            "a tokenUrl that is not there",
            guard.connection(json!({"tokenUrl": format!("{}/token", missing.origin())})),
            78,
            format!(
                "error: configuration: auth.tokenUrl: the server at {} answered 404; this is no token endpoint\n  \
                 status: 404 Not Found\n  at: /auth/tokenUrl",
                missing.origin()
            ),
        ),
        (
            "a serviceUrl that shows a page",
            json!({"serviceUrl": html.origin(), "auth": {"type": "none"}}),
            1,
            "error: protocol: the provider answered listUsers with 200, but the body is HTML, not SCIM; \
             check serviceUrl\n  status: 200 OK\n  answer: <!DOCTYPE html><p>Sign in</p>"
                .into(),
        ),
    ];
    let found = rows.iter().map(|(name, connection, ..)| {
        let done = Workplace::new(&[("it", connection.clone())]).run(&["call", "listUsers"]);
        assert_eq!(done.stdout, "");
        ((*name).to_owned(), (done.code, done.stderr))
    });
    let expected: Vec<(&str, i32, &str)> = rows.iter().map(|row| (row.0, row.2, row.3.as_str())).collect();
    same(found.collect(), &expected);
}

#[test]
fn a_host_outside_the_allow_list_is_not_reached() {
    // The policy alone: only what the connection names, whatever else resolves.
    let origin = |url: &str| Origin::of(&url.parse().expect("a URL")).expect("an origin");
    let policy = Policy::new(vec![origin("https://example.com/scim")], false);
    assert_eq!(
        policy.check(&http::Method::GET, &"https://example.com/scim/Users".parse().expect("a URL"), false),
        Ok(())
    );
    let refusal = |url: &str| {
        policy.check(&http::Method::GET, &url.parse().expect("a URL"), false).expect_err("not listed").to_string()
    };
    for (url, origin) in
        [("https://evil.test/", "https://evil.test:443"), ("https://example.com:8443/", "https://example.com:8443")]
    {
        let said = refusal(url);
        assert!(said.starts_with(&format!("{origin} is not an origin of this connection; ")), "{said}");
    }

    // Through the component: a server that sends it elsewhere.
    let other = Fake::start(|_, _| scim(200, "{}"));
    let elsewhere = other.origin();
    let fake = Fake::start(move |_, _| answer(307, &[("Location", &elsewhere)], ""));
    let connection = json!({"serviceUrl": fake.origin(), "auth": {"type": "bearer", "token": "a-bearer-token"}});
    let error = invoke(&client(&connection), "listUsers", json!({})).expect_err("not followed");
    assert_eq!(
        error.to_string(),
        format!("the provider redirects GET to {}, which is not followed; correct serviceUrl", other.origin())
    );
    assert_eq!(other.requests().len(), 0);

    // A connection without encryption does not even make a client.
    let plain = json!({"serviceUrl": "http://10.0.0.1/scim", "auth": {"type": "none"}});
    let error = block_on(connector().client(plain)).err().expect("refused");
    assert_eq!(error.exit_code(), 78);
}
