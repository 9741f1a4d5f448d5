//! Whole conversations with a scripted provider: what is sent, how often, and what the caller is told. The script stands where
//! WASI stands in the component, so faults that a real server does not produce on demand can be had here.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "script/mod.rs"]
mod script;

use scim_connector::catalog::invoke::invoke;
use scim_connector::catalog::manifest::manifest;
use scim_connector::contract::Operation;
use scim_connector::failure::Kind;
use scim_connector::http::platform::{Platform, Reason};
use script::{Outcome, Script, answer, bearer, client_credentials, lost, token, with_header};
use serde_json::{Value, json};

fn ada() -> Value {
    json!({"payload": {"userName": "ada"}})
}

const CREATED: &str = r#"{"id":"1","userName":"ada"}"#;

#[test]
fn a_strict_request_is_written() {
    let script = Script::new([answer(201, CREATED)]);
    let input = json!({"payload": {"userName": "ada", "id": "x", "meta": {}, "groups": [], "urn:x:y": {"a": 1}}, "attributes": ["userName", "name.givenName"]});
    let answer = script.call(&bearer(), "createUser", &input).unwrap();
    assert_eq!(answer.output.to_json(), json!({"id": "1", "userName": "ada"}));
    assert_eq!(script.lines(), ["POST https://scim.example/v2/Users"], "a view is cut here");
    let body: Value = serde_json::from_slice(script.sent.borrow()[0].body.as_ref().unwrap()).unwrap();
    assert_eq!(
        body,
        json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:x:y"], "userName": "ada", "urn:x:y": {"a": 1}})
    );
    assert_eq!(script.header(0, "authorization").unwrap(), "Bearer the-bearer-token");
    assert_eq!(script.header(0, "content-type").unwrap(), "application/scim+json");
    assert!(script.header(0, "user-agent").unwrap().starts_with("scim-connector/"));
}

#[test]
fn identifiers_and_queries_are_encoded() {
    for (id, path) in [("a/b?c#d", "a%2Fb%3Fc%23d"), ("ü %2e", "%C3%BC%20%252e"), ("../x", "..%2Fx"), ("a.b", "a.b")] {
        let script = Script::new([answer(200, json!({"id": id, "userName": "ada"}).to_string())]);
        script.call(&bearer(), "getUser", &json!({"id": id})).unwrap();
        assert_eq!(script.lines(), [format!("GET https://scim.example/v2/Users/{path}")]);
    }
    let script = Script::new([answer(200, r#"{"totalResults":0}"#)]);
    script.call(&bearer(), "listUsers", &json!({"filter": "userName eq \"a&b=c+d\"", "count": 5, "startIndex": 3, "sortBy": "userName", "sortOrder": "descending"})).unwrap();
    assert_eq!(
        script.lines(),
        [
            "GET https://scim.example/v2/Users?filter=userName%20eq%20%22a%26b%3Dc%2Bd%22&sortBy=userName&sortOrder=descending&startIndex=3&count=5"
        ]
    );
}

#[test]
fn a_token_is_fetched_once_used_again_and_renewed_before_it_expires() {
    let script = Script::new([
        token("one", 100),
        answer(200, CREATED),
        answer(200, CREATED),
        token("two", 100),
        answer(200, CREATED),
    ]);
    let connection = client_credentials();
    let get =
        |script: &Script| invoke(script, &connection.to_string(), "getUser", r#"{"id":"1"}"#, None).unwrap().requests;
    assert_eq!(get(&script), 2);
    assert_eq!(get(&script), 1);
    script.sleep(91_000);
    assert_eq!(get(&script), 2, "in its last tenth a token is not used");
    assert_eq!(script.header(1, "authorization"), script.header(2, "authorization"));
    assert_eq!(script.header(4, "authorization").unwrap(), "Bearer two");
    // RFC 6749 section 2.3.1: both halves form-encoded, then base64 of "it%27s+me:s%25cret%3A%C3%BC".
    assert_eq!(script.header(0, "authorization").unwrap(), "Basic aXQlMjdzK21lOnMlMjVjcmV0JTNBJUMzJUJD");
    assert_eq!(script.sent.borrow()[0].body.as_deref().unwrap(), b"grant_type=client_credentials");
}

#[test]
fn a_401_fetches_one_new_token_and_then_gives_up() {
    let script = Script::new([token("stale", 100), answer(401, ""), token("fresh", 100), answer(201, CREATED)]);
    assert_eq!(script.call(&client_credentials(), "createUser", &ada()).unwrap().requests, 4);
    assert_eq!(script.header(3, "authorization").unwrap(), "Bearer fresh");

    let script = Script::new([
        token("stale", 100),
        answer(401, ""),
        token("fresh", 100),
        answer(401, r#"{"detail":"no fresh either"}"#),
    ]);
    let failure = script.call(&client_credentials(), "createUser", &ada()).unwrap_err();
    assert_eq!((failure.kind, failure.transient, failure.status), (Kind::Authentication, false, Some(401)));
    assert_eq!(
        failure.detail,
        "the provider answered createUser with 401 Unauthorized: no [redacted] either; check auth"
    );
}

#[test]
fn the_token_endpoint_says_what_is_wrong() {
    let rows: [(Outcome, Kind, bool, Option<&str>, &str); 9] = [
        (
            answer(401, r#"{"error":"invalid_client","error_description":"no such client"}"#),
            Kind::Authentication,
            false,
            Some("invalid_client"),
            "the token endpoint at https://id.example refused the client: invalid_client (no such client); check auth.clientId and the secret",
        ),
        (
            answer(400, r#"{"error":"invalid_scope"}"#),
            Kind::Authentication,
            false,
            Some("invalid_scope"),
            "the token endpoint at https://id.example refused the client: invalid_scope; check auth.scopes",
        ),
        (
            answer(401, ""),
            Kind::Authentication,
            false,
            None,
            "the token endpoint at https://id.example refused the client with 401 and no OAuth error code",
        ),
        (
            answer(404, "<html>"),
            Kind::Configuration,
            false,
            None,
            "auth.tokenUrl: the server at https://id.example answered 404; this is no token endpoint",
        ),
        (
            answer(302, ""),
            Kind::Configuration,
            false,
            None,
            "auth.tokenUrl: the server at https://id.example redirects elsewhere, which is not followed with credentials; give the final URL",
        ),
        (
            answer(200, "<html>"),
            Kind::Protocol,
            false,
            None,
            "the token endpoint at https://id.example answered 200 without an access token (RFC 6749 section 5.1)",
        ),
        (
            answer(200, r#"{"access_token":"a b"}"#),
            Kind::Protocol,
            false,
            None,
            "the token endpoint's access_token is not a bearer token (RFC 6750 section 2.1)",
        ),
        (
            answer(200, r#"{"access_token":"x","token_type":"mac"}"#),
            Kind::Unsupported,
            false,
            None,
            "the token endpoint's token_type is not Bearer",
        ),
        (
            lost(Reason::Tls, false),
            Kind::Configuration,
            false,
            None,
            "token endpoint: no secure connection to https://id.example: scripted",
        ),
    ];
    for (outcome, kind, transient, code, detail) in rows {
        let failure = Script::new([outcome]).call(&client_credentials(), "createUser", &ada()).unwrap_err();
        assert_eq!(
            (
                failure.kind,
                failure.transient,
                failure.oauth_error.as_deref(),
                failure.detail.as_str(),
                failure.maybe_applied
            ),
            (kind, transient, code, detail, false)
        );
    }
    let script = Script::new([answer(503, ""), answer(503, ""), answer(503, "")]);
    let failure = script.call(&client_credentials(), "createUser", &ada()).unwrap_err();
    assert_eq!(
        (failure.kind, failure.transient, failure.maybe_applied),
        (Kind::Unavailable, true, false),
        "no user can have been created"
    );
}

/// What is sent again, and what the caller is told when it does not help. `times` counts the requests.
#[test]
fn no_write_is_sent_twice_unless_it_is_safe() {
    let patch_add = json!({"id": "1", "operations": [{"op": "add", "path": "emails", "value": [{"value": "x"}]}]});
    let patch_replace = json!({"id": "1", "operations": [{"op": "Replace", "path": "active", "value": false}]});
    let (create, everybody) = (ada(), json!({}));
    let id = json!({"id": "1"});
    let update = json!({"id": "1", "payload": {"userName": "ada"}});
    let status = |status: u16| move || answer(status, "");
    type Make<'a> = Box<dyn Fn() -> Outcome + 'a>;
    let rows: Vec<(&str, &Value, Make<'_>, usize, Kind, bool, bool)> = vec![
        ("createUser", &create, Box::new(status(500)), 1, Kind::Unavailable, false, true),
        ("createUser", &create, Box::new(status(503)), 1, Kind::Unavailable, false, true),
        (
            "createUser",
            &create,
            Box::new(|| with_header(answer(503, ""), "Retry-After", "1")),
            3,
            Kind::Unavailable,
            true,
            false,
        ),
        ("createUser", &create, Box::new(status(429)), 3, Kind::Throttled, true, false),
        (
            "createUser",
            &create,
            Box::new(|| answer(500, r#"{"detail":"REQUEST_LIMIT_EXCEEDED"}"#)),
            3,
            Kind::Throttled,
            true,
            false,
        ),
        ("createUser", &create, Box::new(|| lost(Reason::Refused, false)), 3, Kind::Unavailable, true, false),
        ("createUser", &create, Box::new(|| lost(Reason::Closed, true)), 1, Kind::Unavailable, false, true),
        ("createUser", &create, Box::new(|| lost(Reason::Timeout, true)), 1, Kind::Timeout, false, true),
        ("createUser", &create, Box::new(|| lost(Reason::TooLarge, true)), 1, Kind::TooLarge, false, true),
        ("createUser", &create, Box::new(|| lost(Reason::Denied, false)), 1, Kind::Configuration, false, false),
        ("createUser", &create, Box::new(|| answer(200, "<html>login</html>")), 1, Kind::Protocol, false, true),
        ("createUser", &create, Box::new(status(409)), 1, Kind::Conflict, false, false),
        ("patchUser", &patch_add, Box::new(status(502)), 1, Kind::Unavailable, false, true),
        ("patchUser", &patch_replace, Box::new(status(502)), 3, Kind::Unavailable, false, true),
        ("updateUser", &update, Box::new(|| lost(Reason::Closed, true)), 3, Kind::Unavailable, false, true),
        ("deleteUser", &id, Box::new(status(504)), 3, Kind::Unavailable, false, true),
        ("getUser", &id, Box::new(status(500)), 3, Kind::Unavailable, true, false),
        ("getUser", &id, Box::new(|| lost(Reason::Timeout, true)), 3, Kind::Timeout, true, false),
        ("getUser", &id, Box::new(status(501)), 1, Kind::Unsupported, false, false),
        ("searchUsers", &everybody, Box::new(|| lost(Reason::Closed, true)), 3, Kind::Unavailable, true, false),
    ];
    for (operation, input, make, times, kind, transient, maybe_applied) in rows {
        let script = Script::new((0..times).map(|_| make()));
        let failure = script.call(&bearer(), operation, input).unwrap_err();
        let found = (script.sent.borrow().len(), failure.kind, failure.transient, failure.maybe_applied);
        assert_eq!(found, (times, kind, transient, maybe_applied), "{operation}: {failure}");

        // The caller can switch every retry off.
        let mut once = bearer();
        once["retry"] = json!({"maxAttempts": 1});
        Script::new([make()]).call(&once, operation, input).unwrap_err();
    }
}

#[test]
fn pauses_follow_retry_after_and_the_deadline() {
    let script = Script::new([with_header(answer(429, ""), "Retry-After", "3"), answer(201, CREATED)]);
    script.call(&bearer(), "createUser", &ada()).unwrap();
    assert_eq!(script.slept.get(), 3000);
    // As long as the call has time.
    let script = Script::new([with_header(answer(429, ""), "Retry-After", "60"), answer(201, CREATED)]);
    script.call(&bearer(), "createUser", &ada()).unwrap();
    assert_eq!(script.slept.get(), 60_000);
    // Longer than the connection or the call waits: the caller is told instead.
    for (bound, seconds) in [(json!(20_000), "60"), (Value::Null, "600"), (Value::Null, "1000000000000")] {
        let mut connection = bearer();
        if !bound.is_null() {
            connection["retry"] = json!({"maxDelayMs": bound});
        }
        let script = Script::new([with_header(answer(429, ""), "Retry-After", seconds)]);
        let failure = script.call(&connection, "createUser", &ada()).unwrap_err();
        let hint = seconds.parse::<u64>().unwrap() * 1000;
        assert_eq!(
            (failure.kind, failure.transient, failure.retry_after_ms, script.slept.get()),
            (Kind::Throttled, true, Some(hint), 0)
        );
    }
    // No pause that the call's time does not allow.
    let script = Script::new([with_header(answer(503, ""), "Retry-After", "2")]);
    let failure = invoke(&script, &bearer().to_string(), "getUser", r#"{"id":"1"}"#, Some(1500)).unwrap_err();
    assert_eq!((failure.kind, failure.retry_after_ms, script.slept.get()), (Kind::Unavailable, Some(2000), 0));
}

#[test]
fn redirects_stay_within_the_origin() {
    let to = |status: u16, target: &str| with_header(answer(status, ""), "Location", target);
    let script = Script::new([to(302, "/other/Users/1"), answer(200, CREATED)]);
    script.call(&bearer(), "getUser", &json!({"id": "1"})).unwrap();
    assert_eq!(script.lines()[1], "GET https://scim.example/other/Users/1");

    for target in [
        "https://evil.example/v2/Users/1",
        "http://scim.example/v2/Users/1",
        "https://scim.example:444/",
        "//evil.example/",
    ] {
        let script = Script::new([to(307, target)]);
        let failure = script.call(&bearer(), "getUser", &json!({"id": "1"})).unwrap_err();
        assert_eq!((failure.kind, script.sent.borrow().len()), (Kind::Protocol, 1), "{target}");
    }
    let script = Script::new([to(308, "/new/Users"), answer(201, CREATED)]);
    script.call(&bearer(), "createUser", &ada()).unwrap();
    assert_eq!(script.lines()[1], "POST https://scim.example/new/Users");
    // 302 would turn the POST into a GET, which creates nobody.
    let script = Script::new([to(302, "/new/Users")]);
    assert_eq!(script.call(&bearer(), "createUser", &ada()).unwrap_err().kind, Kind::Protocol);
    let script = Script::new((0..6).map(|_| to(302, "/v2/Users/1")));
    assert!(
        script.call(&bearer(), "getUser", &json!({"id": "1"})).unwrap_err().detail.contains("more than 5 redirects")
    );
}

#[test]
fn answers_without_a_body_still_give_a_result() {
    // 204 after a change: nothing, or one more read where that is asked for.
    let script = Script::new([answer(204, "")]);
    let patch = json!({"id": "1", "operations": [{"op": "replace", "path": "active", "value": false}]});
    assert_eq!(script.call(&bearer(), "patchUser", &patch).unwrap().output.to_json(), Value::Null);
    let mut read_back = patch.clone();
    read_back["readBack"] = json!(true);
    let script = Script::new([answer(204, ""), answer(200, CREATED)]);
    assert_eq!(script.call(&bearer(), "patchUser", &read_back).unwrap().output.to_json()["id"], "1");
    let script = Script::new([answer(204, ""), answer(403, "")]);
    let failure = script.call(&bearer(), "patchUser", &read_back).unwrap_err();
    assert_eq!((failure.kind, failure.maybe_applied), (Kind::Permission, true));
    assert!(failure.detail.starts_with("patchUser was carried out, but reading the result back failed"), "{failure}");

    // 201 without a body: by its Location, or as it was sent.
    let script = Script::new([
        with_header(answer(201, ""), "Location", "https://scim.example/v2/Users/a%20b"),
        answer(200, r#"{"id":"a b","userName":"ada"}"#),
    ]);
    script.call(&bearer(), "createUser", &ada()).unwrap();
    assert_eq!(script.lines()[1], "GET https://scim.example/v2/Users/a%20b");
    let script = Script::new([answer(201, "\r\n"), answer(200, r#"{"totalResults":0}"#)]);
    let answer = script
        .call(&bearer(), "createUser", &json!({"payload": {"userName": "ada", "password": "pass-word"}}))
        .unwrap();
    assert_eq!(
        answer.output.to_json(),
        json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada"})
    );
    assert_eq!(answer.warnings.len(), 1);
}

#[test]
fn a_deletion_whose_answer_was_lost_is_done_when_the_user_is_gone() {
    let script = Script::new([lost(Reason::Closed, true), answer(404, ""), answer(404, "")]);
    let answer = script.call(&bearer(), "deleteUser", &json!({"id": "1"})).unwrap();
    assert_eq!(answer.warnings, ["an earlier attempt, whose answer was lost, had deleted it"]);
    let script = Script::new([self::answer(404, ""), self::answer(404, "")]);
    assert_eq!(script.call(&bearer(), "deleteUser", &json!({"id": "1"})).unwrap_err().kind, Kind::NotFound);
    let script = Script::new([self::answer(404, ""), self::answer(404, "")]);
    script.call(&bearer(), "deleteUser", &json!({"id": "1", "goneIsDone": true})).unwrap();
    let script = Script::new([lost(Reason::Refused, false), self::answer(404, ""), self::answer(404, "")]);
    assert_eq!(
        script.call(&bearer(), "deleteUser", &json!({"id": "1"})).unwrap_err().kind,
        Kind::NotFound,
        "it was never sent before"
    );
}

#[test]
fn secrets_are_not_quoted_back() {
    let echo = |words: &str| answer(400, json!({"detail": words}).to_string());
    let mut connection = bearer();
    let failure =
        Script::new([echo("bad header Bearer the-bearer-token")]).call(&connection, "createUser", &ada()).unwrap_err();
    assert_eq!(failure.detail, "the provider answered createUser with 400 Bad Request: bad header Bearer [redacted]");
    let failure =
        Script::new([answer(500, "<pre>the-bearer-token")]).call(&connection, "createUser", &ada()).unwrap_err();
    assert_eq!(failure.excerpt.as_deref(), Some("<pre>[redacted]"));
    let failure = Script::new([echo("weak password: hunter22")])
        .call(&connection, "createUser", &json!({"payload": {"userName": "a", "password": "hunter22"}}))
        .unwrap_err();
    assert!(failure.detail.ends_with("weak password: [redacted]"), "{failure}");
    let patches = [
        json!({"op": "replace", "path": "password", "value": "hunter22"}),
        json!({"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:password", "value": "hunter22"}),
        json!({"op": "add", "value": {"Password": "hunter22"}}),
    ];
    for patch in patches {
        let input = json!({"id": "1", "operations": [patch]});
        let failure = Script::new([echo("weak: hunter22")]).call(&connection, "patchUser", &input).unwrap_err();
        assert!(failure.detail.ends_with("weak: [redacted]"), "{failure}");
    }
    connection["auth"] = json!({"type": "bearer", "token": {"env": "SCIM_TOKEN"}});
    let failure =
        Script::new([echo("token-from-the-environment")]).call(&connection, "createUser", &ada()).unwrap_err();
    assert!(failure.detail.ends_with(": [redacted]"), "{failure}");
    connection["auth"] = json!({"type": "bearer", "token": {"env": "UNSET"}});
    let failure = Script::new([]).call(&connection, "createUser", &ada()).unwrap_err();
    assert_eq!(
        (failure.kind, failure.detail.as_str()),
        (Kind::Configuration, "auth.token: environment variable \"UNSET\" is not set")
    );
}

#[test]
fn a_listing_is_followed_by_its_token() {
    let page = |ids: &[u64]| {
        answer(200, json!({"totalResults": 3, "Resources": ids.iter().map(|id| json!({"id": id.to_string()})).collect::<Vec<_>>()}).to_string())
    };
    let script = Script::new([page(&[1, 2]), page(&[3])]);
    let first = invoke(&script, &bearer().to_string(), "listUsers", r#"{"count":2}"#, None).unwrap();
    let next = first.output.next.clone().unwrap();
    assert_eq!(first.output.to_json()["complete"], false);
    let second = script.call(&bearer(), "listUsers", &json!({"count": 2, "page": next})).unwrap();
    assert_eq!((second.output.next.as_deref(), &second.output.to_json()["complete"]), (None, &json!(true)));
    assert_eq!(script.lines()[1], "GET https://scim.example/v2/Users?startIndex=3&count=2");
}

#[test]
fn the_service_provider_config_is_found_where_it_is() {
    let script = Script::new([answer(404, ""), answer(200, r#"{"patch":{"supported":false}}"#)]);
    let answer = script.call(&bearer(), "getServiceProviderConfig", &json!({})).unwrap();
    assert_eq!(script.lines()[1], "GET https://scim.example/v2/ServiceProviderConfigs");
    assert_eq!(answer.output.to_json()["patch"], json!({"supported": false, "source": "discovered"}));
    let script = Script::new([self::answer(404, ""), self::answer(404, "")]);
    let answer = script.call(&bearer(), "getServiceProviderConfig", &json!({})).unwrap();
    assert_eq!(answer.output.to_json()["patch"], json!({"supported": true, "source": "assumed"}));
    assert_eq!(answer.warnings.len(), 1);
}

#[test]
fn providers_fill_in_their_urls() {
    let connection = json!({"provider": "asgardeo", "organization": "my org-1", "auth": {"type": "clientCredentials", "clientId": "a", "clientSecret": "b"}});
    let expanded = scim_connector::connection::Connection::from_json(&connection).unwrap().to_json();
    assert_eq!(expanded["serviceUrl"], "https://api.asgardeo.io/t/my%20org-1/scim2");
    assert_eq!(expanded["auth"]["tokenUrl"], "https://api.asgardeo.io/t/my%20org-1/oauth2/token");
    assert_eq!(expanded["profile"], "asgardeo");
    let again = scim_connector::connection::Connection::from_json(&expanded).unwrap().to_json();
    assert_eq!(again, expanded, "the expanded form is a connection again");
}

#[test]
fn a_misspelt_name_is_reported_as_such() {
    let rows = [
        (
            json!({"servceUrl": "https://x", "auth": {"type": "none"}}),
            "servceUrl: unknown field; did you mean \"serviceUrl\"?",
        ),
        (
            json!({"serviceUrl": "https://x", "auth": {"type": "bearer", "tokn": "t"}}),
            "auth.tokn: unknown field; did you mean \"token\"?",
        ),
        (
            json!({"serviceUrl": "https://x", "auth": {"type": "none", "token": "t"}}),
            "auth.token: unknown field; known here: type",
        ),
        (
            json!({"serviceUrl": "https://x", "auth": {"type": "none"}, "retry": {"attempts": 1}}),
            "retry.attempts: unknown field; did you mean \"maxAttempts\"?",
        ),
    ];
    for (connection, detail) in rows {
        let failure = Script::new([]).call(&connection, "getUser", &json!({"id": "1"})).unwrap_err();
        assert_eq!((failure.kind, failure.detail.as_str()), (Kind::Configuration, detail));
    }
    let failure = Script::new([]).call(&bearer(), "getUser", &json!({"idd": "1"})).unwrap_err();
    assert_eq!(
        (failure.kind, failure.detail.as_str()),
        (Kind::InvalidInput, "idd: unknown field; did you mean \"id\"?")
    );
}

#[test]
fn what_a_provider_could_not_read_is_not_sent() {
    let rows = [
        ("listUsers", json!({"filter": " "}), "/filter", "filter: must not be empty"),
        ("listUsers", json!({"filter": "userName = \"a\""}), "/filter", "filter: at character 10: expected eq"),
        ("searchUsers", json!({"filter": "userName eq 'a'"}), "/filter", "filter: at character 13: text stands in"),
        (
            "listUsers",
            json!({"sortBy": "name.familyName desc"}),
            "/sortBy",
            "sortBy: at character 16: expected the end",
        ),
        ("listUsers", json!({"attributes": ["id", "a b"]}), "/attributes/1", "attributes.1: at character 2: expected"),
        (
            "getUser",
            json!({"id": "1", "excludedAttributes": [""]}),
            "/excludedAttributes/0",
            "excludedAttributes.0: at",
        ),
    ];
    for (operation, input, pointer, detail) in rows {
        let failure = Script::new([]).call(&bearer(), operation, &input).unwrap_err();
        assert_eq!((failure.kind, failure.pointer.as_deref()), (Kind::InvalidInput, Some(pointer)), "{input}");
        assert!(failure.detail.starts_with(detail), "{input}: {}", failure.detail);
    }
}

/// Every operation of the catalog is carried out, and accepts its own example.
#[test]
fn the_catalog_tells_the_truth() {
    let manifest = manifest();
    let operations = manifest["operations"].as_array().unwrap();
    assert_eq!(operations.len(), Operation::ALL.len());
    for operation in operations {
        let name = operation["name"].as_str().unwrap();
        let example = &operation["example"];
        let properties = operation["input"]["properties"].as_object().unwrap();
        assert!(
            example.as_object().unwrap().keys().all(|key| properties.contains_key(key)),
            "{name}: an example with unknown fields"
        );
        assert!(
            operation["input"]["required"]
                .as_array()
                .unwrap()
                .iter()
                .all(|key| properties.contains_key(key.as_str().unwrap())),
            "{name}"
        );
        assert_eq!(operation["available"], true, "{name}");
        let script = Script::new((0..8).map(|_| answer(404, "")));
        let outcome = invoke(&script, &bearer().to_string(), name, example.to_string(), None);
        // What is decided from the input alone sends nothing.
        let is_pure = name == "plan" && outcome.is_ok();
        assert!(is_pure || !script.sent.borrow().is_empty(), "{name}: its example is refused: {outcome:?}");
    }
}

/// The table and the contract name the same operations.
#[test]
fn the_table_is_the_contract() {
    let mut resolve = wit_parser::Resolve::default();
    let (package, _) = resolve.push_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/wit")).unwrap();
    let mut contract: Vec<String> = resolve.packages[package]
        .interfaces
        .iter()
        .filter(|(name, _)| !["types", "catalog", "runtime"].contains(&name.as_str()))
        .flat_map(|(name, id)| {
            resolve.interfaces[*id].functions.keys().map(move |function| format!("{name}/{function}"))
        })
        .collect();
    let mut table: Vec<String> = Operation::ALL
        .iter()
        .map(|operation| format!("{}/{}", operation.declaration().interface, operation.declaration().function))
        .collect();
    contract.sort();
    table.sort();
    assert_eq!(table, contract);
}
