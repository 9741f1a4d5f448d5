//! Connections: the credentials that providers with a scheme of their own ask for, bounds, and the connection test where the URL is
//! wrong or a provider lists only by a filter.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "script/mod.rs"]
mod script;

use scim_connector::connection::Connection;
use scim_connector::failure::Kind;
use scim_connector::operations::connection_test::{self, StepStatus, TestReport};
use script::{Outcome, Script, answer, bearer, list, with_header};
use serde_json::{Value, json};

fn with_auth(auth: Value) -> Value {
    json!({"serviceUrl": "https://scim.example/v2", "auth": auth})
}

fn refusal(connection: &Value) -> String {
    let failure = Connection::from_json(connection).unwrap_err();
    assert_eq!(failure.kind, Kind::Configuration);
    failure.detail
}

#[test]
fn a_scheme_of_the_providers_own_stands_before_the_token() {
    let token = |scheme: &str| json!({"type": "bearer", "scheme": scheme, "token": " 00aBc-tok3n "});
    let rows = [
        (token("SSWS"), "SSWS 00aBc-tok3n"),
        (token("Token"), "Token 00aBc-tok3n"),
        (token("ApiKey"), "ApiKey 00aBc-tok3n"),
        (token("GenericKey"), "GenericKey 00aBc-tok3n"),
        (json!({"type": "bearer", "scheme": "Token", "token": "token=\"00aBc-tok3n\""}), "Token token=\"00aBc-tok3n\""),
        (json!({"type": "header", "name": "Authorization", "value": "SSWS 00aBc-tok3n"}), "SSWS 00aBc-tok3n"),
        (json!({"type": "header", "name": "authorization", "value": "00aBc-tok3n"}), "00aBc-tok3n"),
        (
            json!({"type": "bearer", "scheme": "SSWS", "token": {"env": "SCIM_TOKEN"}}),
            "SSWS token-from-the-environment",
        ),
    ];
    for (auth, header) in rows {
        let connection = with_auth(auth.clone());
        let script = Script::new([list(&[])]);
        script.call(&connection, "listUsers", &json!({})).unwrap();
        assert_eq!(script.header(0, "authorization").unwrap(), header, "{auth}");
        let expanded = Connection::from_json(&connection).unwrap().to_json();
        assert_eq!(expanded["auth"], auth, "what comes out goes in again");
        // What the provider quotes of it is shown nowhere, with the scheme or without.
        let secret = header.rsplit([' ', '"']).find(|part| !part.is_empty()).unwrap();
        let body = json!({"detail": format!("bad {header}, {secret}"), "status": "400"}).to_string();
        let failure = Script::new([answer(400, body)]).call(&connection, "getUser", &json!({"id": "1"})).unwrap_err();
        assert!(!failure.to_json().to_string().contains(secret), "{failure:?}");
    }
}

#[test]
fn a_credential_leaves_its_origin_with_no_scheme() {
    for auth in [
        json!({"type": "bearer", "scheme": "SSWS", "token": "00aBc-tok3n"}),
        json!({"type": "header", "name": "Authorization", "value": "SSWS 00aBc-tok3n"}),
    ] {
        let away = with_header(answer(302, ""), "Location", "https://elsewhere.example/v2/Users");
        let script = Script::new([away]);
        let failure = script.call(&with_auth(auth), "listUsers", &json!({})).unwrap_err();
        assert_eq!(script.lines().len(), 1, "nothing goes to another origin");
        assert!(failure.detail.contains("which is not followed"), "{failure}");
    }
}

#[test]
fn credentials_that_cannot_be_right_are_refused_with_the_right_type() {
    let rows = [
        (
            json!({"type": "bearer", "scheme": "Bearer", "token": "t"}),
            "auth.scheme: Bearer is what type \"bearer\" sends",
        ),
        (json!({"type": "bearer", "scheme": "basic", "token": "t"}), "auth.scheme: for Basic use type \"basic\""),
        (json!({"type": "bearer", "scheme": "SSWS ", "token": "t"}), "auth.scheme: must be the name of"),
        (json!({"type": "bearer", "scheme": "SSWS", "token": "SSWS t0ken"}), "auth.token: must be one word"),
        (json!({"type": "bearer", "scheme": 7, "token": "t"}), "auth.scheme: "),
        (json!({"type": "basic", "scheme": "SSWS", "username": "u", "password": "p"}), "auth.scheme: unknown field"),
        (
            json!({"type": "header", "name": "Authorization", "value": "Bearer t0ken"}),
            "auth.value: for this scheme use type \"bearer\"",
        ),
        (
            json!({"type": "header", "name": "Authorization", "value": "Basic t0ken"}),
            "auth.value: for this scheme use type \"basic\"",
        ),
        (json!({"type": "header", "name": "Content-Type", "value": "t0ken"}), "auth.name"),
    ];
    for (auth, expected) in rows {
        let detail = refusal(&with_auth(auth.clone()));
        assert!(detail.starts_with(expected) && !detail.contains("t0ken"), "{auth}: {detail}");
    }
    let mut named = bearer();
    named["headers"] = json!({"Authorization": "SSWS x"});
    assert!(refusal(&named).contains("credentials belong to auth"));
    // What an environment variable holds is seen when it is used.
    let late = with_auth(json!({"type": "header", "name": "Authorization", "value": {"env": "SCIM_TOKEN"}}));
    Script::new([list(&[])]).call(&late, "listUsers", &json!({})).unwrap();
}

#[test]
fn nothing_may_take_longer_than_a_day() {
    let rows = [
        ("timeouts", "connectMs", 86_400_001_u64),
        ("timeouts", "totalMs", 4_294_967_295),
        ("timeouts", "totalMs", 18_446_744_073_709_551_615),
        ("timeouts", "betweenBytesMs", 86_400_001),
        ("retry", "baseDelayMs", 86_400_001),
        ("retry", "maxDelayMs", 86_400_001),
        ("retry", "maxAttempts", 101),
        ("limits", "redirects", 21),
        ("limits", "jsonDepth", 121),
    ];
    for (group, name, value) in rows {
        let mut connection = bearer();
        connection[group] = json!({ name: value });
        let detail = refusal(&connection);
        assert!(detail.starts_with(&format!("{group}.{name}: ")), "{detail}");
    }
    let mut connection = bearer();
    connection["timeouts"] = json!({"totalMs": 86_400_000});
    Connection::from_json(&connection).unwrap();
}

fn test(connection: &Value, answers: impl IntoIterator<Item = Outcome>) -> (TestReport, Vec<String>) {
    let script = Script::new(answers);
    let report = connection_test::run(&script, &Connection::from_json(connection).unwrap());
    assert!(script.answers.borrow().is_empty(), "the script was not used up: {report:?}");
    let lines = script.lines();
    (report, lines.iter().map(|line| line.replace("https://scim.example", "")).collect())
}

fn service_provider() -> Outcome {
    let schema = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
    answer(200, json!({"schemas": [schema], "patch": {"supported": true}}).to_string())
}

fn statuses(report: &TestReport) -> Vec<StepStatus> {
    report.steps.iter().map(|step| step.status).collect()
}

const FIRST_FAILED: [StepStatus; 4] =
    [StepStatus::Failed, StepStatus::Skipped, StepStatus::Skipped, StepStatus::Skipped];

#[test]
fn a_wrong_path_fails_the_first_step_and_the_service_is_looked_for() {
    let at = |path: &str| {
        let mut connection = bearer();
        connection["serviceUrl"] = json!(format!("https://scim.example{path}"));
        connection
    };
    let (report, lines) = test(&at("/scim"), [answer(404, ""), answer(404, "not here"), service_provider()]);
    assert_eq!(
        lines,
        ["GET /scim/ServiceProviderConfig", "GET /scim/Users?count=1", "GET /scim/v2/ServiceProviderConfig"]
    );
    assert_eq!(statuses(&report), FIRST_FAILED);
    let failure = report.failure.unwrap();
    assert_eq!(
        (failure.kind, failure.status, failure.pointer.as_deref()),
        (Kind::Configuration, Some(404), Some("/serviceUrl"))
    );
    let expected = "there is no SCIM service at https://scim.example/scim: 404 for /ServiceProviderConfig, 404 for /Users; \
                    the service is at https://scim.example/scim/v2: set serviceUrl to that";
    assert_eq!((failure.detail.as_str(), report.steps[0].detail.as_str()), (expected, expected));

    // The page of something else, and a service that is nowhere: three places are looked at, and none is claimed.
    let page = || answer(200, "<html>Welcome</html>");
    let (report, lines) = test(&at("/wiki"), [page(), page(), page(), page(), answer(404, "")]);
    assert_eq!(lines.len(), 5, "{lines:?}");
    assert_eq!(statuses(&report), FIRST_FAILED);
    let detail = report.failure.unwrap().detail;
    assert!(detail.contains("HTTP 200 without SCIM's JSON for /Users; correct serviceUrl: it ends where"), "{detail}");

    // An endpoint that was copied with the URL.
    let (report, _) = test(&at("/scim/v2/Users"), [answer(404, ""), answer(405, ""), service_provider()]);
    assert!(report.failure.unwrap().detail.contains("the service is at https://scim.example/scim/v2: "));

    // Where credentials are asked for there may be a service; a document that comes says more.
    let (report, _) =
        test(&at("/scim/wrong"), [answer(404, ""), answer(404, ""), answer(404, ""), answer(404, ""), answer(401, "")]);
    let detail = report.failure.unwrap().detail;
    let expected =
        "the service may be at https://scim.example/scim/v2, where credentials are asked for: try serviceUrl with that";
    assert!(detail.ends_with(expected), "{detail}");
    let (report, _) = test(&at("/scim/v1"), [answer(404, ""), answer(404, ""), answer(401, ""), service_provider()]);
    assert!(
        report.failure.unwrap().detail.ends_with("the service is at https://scim.example/scim: set serviceUrl to that")
    );

    // What a profile knows is said where nothing was found.
    let mut known = at("/v1");
    known["profile"] = json!("google");
    let (report, _) = test(&known, std::iter::repeat_with(|| answer(404, "")).take(5));
    let detail = report.failure.unwrap().detail;
    assert!(
        detail.contains("profile google knows the service at https://cloudidentityscim.googleapis.com/v1/customers/{organization}/v2"),
        "{detail}"
    );
}

#[test]
fn a_provider_without_the_document_is_reachable_and_costs_no_request_more() {
    let user = || list(&[json!({"id": "1", "userName": "ada"})]);
    let (report, lines) = test(&bearer(), [answer(404, ""), user(), answer(404, ""), answer(404, ""), user()]);
    assert_eq!(report.failure, None, "{report:?}");
    assert_eq!(lines.iter().filter(|line| line.contains("/Users")).count(), 2, "{lines:?}");
    // Credentials that are refused are refused credentials, not a wrong place.
    let (report, lines) = test(&bearer(), [answer(404, ""), answer(401, "")]);
    assert_eq!(report.failure.as_ref().unwrap().kind, Kind::Authentication);
    assert_eq!((statuses(&report)[0], statuses(&report)[1]), (StepStatus::Passed, StepStatus::Failed));
    assert_eq!(lines.len(), 2);
}

#[test]
fn a_provider_that_lists_only_by_a_filter_passes() {
    let mut connection = bearer();
    connection["profile"] = json!("google");
    let none = || list(&[]);
    let (report, lines) = test(&connection, [service_provider(), none(), service_provider(), none()]);
    assert_eq!(report.failure, None, "{report:?}");
    assert!(report.steps.iter().all(|step| step.status == StepStatus::Passed));
    let users: Vec<&String> = lines.iter().filter(|line| line.contains("/Users")).collect();
    assert_eq!(users.len(), 2);
    assert!(users.iter().all(|line| line.contains("filter=userName%20eq%20%22connection-test%40")), "{users:?}");
    assert!(
        report.steps[3].detail.starts_with("listed by a filter, since this provider gives no other list: userName eq")
    );
}
