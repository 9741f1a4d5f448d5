use super::*;

fn failure(kind: FailureKind, maybe_applied: bool) -> Box<Failure> {
    Box::new(Failure {
        kind,
        status: None,
        scim_type: None,
        detail: "why".into(),
        pointer: None,
        problems: None,
        oauth_error: None,
        retry_after_ms: None,
        maybe_applied,
        request_id: None,
        excerpt: None,
    })
}

#[test]
fn the_table_of_errors() {
    let after = Duration::from_secs(1);
    let rows = [
        (Error::Failure { transient: false, failure: failure(FailureKind::NotFound, false) }, false, "notFound", 1),
        (
            Error::Failure { transient: false, failure: failure(FailureKind::Unavailable, true) },
            false,
            "unavailable",
            1,
        ),
        (
            Error::Failure { transient: false, failure: failure(FailureKind::Configuration, false) },
            false,
            "configuration",
            78,
        ),
        (Error::Failure { transient: true, failure: failure(FailureKind::Throttled, false) }, true, "throttled", 75),
        (
            Error::Failure { transient: false, failure: failure(FailureKind::Other("odd".into()), false) },
            false,
            "odd",
            1,
        ),
        (Error::Trap { detail: "x".into(), maybe_applied: true }, false, "internal", 1),
        (Error::OutOfMemory { limit: 1, maybe_applied: true }, false, "tooLarge", 1),
        (Error::Deadline { after, maybe_applied: true }, false, "timeout", 1),
        (Error::Deadline { after, maybe_applied: false }, true, "timeout", 75),
        (Error::Config { path: "p".into(), detail: "d".into() }, false, "configuration", 78),
        (Error::Load("x".into()), false, "configuration", 78),
        (Error::Usage("x".into()), false, "invalidInput", 64),
        (Error::Io("x".into()), false, "io", 74),
        (Error::Busy("x".into()), true, "busy", 75),
        (Error::unwritten("x", &std::io::ErrorKind::StorageFull.into()), false, "io", 74),
        (Error::unwritten("x", &std::io::ErrorKind::NotFound.into()), false, "invalidInput", 64),
        (Error::Incomplete { listed: 1, total: Some(2) }, false, "incomplete", 1),
        (Error::Interrupted { maybe_applied: true }, false, "interrupted", 130),
    ];
    for (error, transient, kind, exit_code) in rows {
        let class = error.class();
        assert_eq!((class.transient, class.kind.as_str(), class.exit_code), (transient, kind, exit_code), "{error:?}");
        let json = error.to_json();
        assert_eq!(json["error"], permanence(transient));
        assert_eq!(json["kind"], kind);
        assert_eq!(json["maybeApplied"], class.maybe_applied);
    }
}

#[test]
fn every_kind_of_failure_has_its_name_and_its_exit_code() {
    let rows = [
        (FailureKind::InvalidInput, "invalidInput", 1),
        (FailureKind::Configuration, "configuration", 78),
        (FailureKind::Authentication, "authentication", 1),
        (FailureKind::Permission, "permission", 1),
        (FailureKind::NotFound, "notFound", 1),
        (FailureKind::Conflict, "conflict", 1),
        (FailureKind::Ambiguous, "ambiguous", 1),
        (FailureKind::Precondition, "precondition", 1),
        (FailureKind::NotModified, "notModified", 1),
        (FailureKind::Throttled, "throttled", 1),
        (FailureKind::Unavailable, "unavailable", 1),
        (FailureKind::Timeout, "timeout", 1),
        (FailureKind::Unsupported, "unsupported", 1),
        (FailureKind::Protocol, "protocol", 1),
        (FailureKind::TooLarge, "tooLarge", 1),
        (FailureKind::Internal, "internal", 1),
        (FailureKind::Other("later".into()), "later", 1),
    ];
    for (kind, name, exit_code) in rows {
        for (transient, maybe_applied) in [(false, false), (false, true), (true, false), (true, true)] {
            let class = Error::Failure { transient, failure: failure(kind.clone(), maybe_applied) }.class();
            let exit_code = if transient { 75 } else { exit_code };
            assert_eq!(class, Class { transient, kind: name.into(), exit_code, maybe_applied });
        }
    }
}

#[test]
fn a_failure_keeps_everything_in_json_and_leaves_out_what_is_absent() {
    let mut full = failure(FailureKind::Conflict, false);
    full.status = Some(409);
    full.scim_type = Some(ScimType::Uniqueness);
    full.problems = Some(vec![Problem { pointer: "/payload".into(), detail: "x".into() }]);
    full.oauth_error = Some("invalid_client".into());
    full.retry_after_ms = Some(1000);
    assert_eq!(
        failure_json(&full, false),
        json!({"error": "permanent", "kind": "conflict", "status": 409, "scimType": "uniqueness", "detail": "why",
            "problems": [{"pointer": "/payload", "detail": "x"}], "oauthError": "invalid_client", "retryAfterMs": 1000,
            "maybeApplied": false})
    );
    assert_eq!(
        Error::Config { path: "connections.prod".into(), detail: "is wrong".into() }.to_json(),
        json!({"error": "permanent", "kind": "configuration", "detail": "is wrong", "at": "connections.prod", "maybeApplied": false})
    );
}

/// The table of answers is the component's, too (`tests/answers.rs`): here each of its failures is what a caller gets, with the
/// exit code.
#[test]
fn every_answer_of_the_table_has_its_exit_code() {
    let rows: Vec<Value> = serde_json::from_str(include_str!("../../../tests/answers.json")).unwrap();
    assert!(rows.len() >= 60, "{} rows are left", rows.len());
    let kinds = [
        FailureKind::InvalidInput,
        FailureKind::Authentication,
        FailureKind::Permission,
        FailureKind::NotFound,
        FailureKind::Conflict,
        FailureKind::Precondition,
        FailureKind::NotModified,
        FailureKind::Throttled,
        FailureKind::Unavailable,
        FailureKind::Timeout,
        FailureKind::Unsupported,
        FailureKind::Protocol,
        FailureKind::TooLarge,
    ];
    for row in rows {
        let (name, expected) = (&row["name"], &row["failure"]);
        let text = |member: &str| expected.get(member).and_then(Value::as_str).map(str::to_owned);
        let kind = kinds.iter().find(|kind| expected["kind"] == kind_name(kind));
        let failure = Failure {
            kind: kind.cloned().unwrap_or_else(|| panic!("{name}: which kind?")),
            status: expected.get("status").and_then(Value::as_u64).map(|status| u16::try_from(status).unwrap()),
            // Known codes are printed as the RFCs spell them, so that this one says the same.
            scim_type: text("scimType").map(ScimType::Other),
            detail: text("detail").unwrap(),
            pointer: text("pointer"),
            problems: None,
            oauth_error: text("oauthError"),
            retry_after_ms: expected.get("retryAfterMs").and_then(Value::as_u64),
            maybe_applied: expected["maybeApplied"] == true,
            request_id: text("requestId"),
            excerpt: text("excerpt"),
        };
        let error = Error::Failure { transient: expected["error"] == "transient", failure: Box::new(failure) };
        assert_eq!(&error.to_json(), expected, "{name}");
        assert_eq!(json!(error.exit_code()), row["exitCode"], "{name}");
    }
}
