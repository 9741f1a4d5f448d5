//! A portion of a run: the operations of one call, and what the results of that call mean for the run. Pure.

use super::entry::{Ranges, index_of, ranges};
use crate::error::{Error, Failure, FailureKind, Result};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// An operation on its way.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    /// Its index in the run.
    pub index: u32,
    /// Its JSON.
    pub text: String,
    /// Whether it was sent before and got no answer.
    pub open: bool,
}

/// What a result of a call means for the run.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It is settled.
    Done(Map<String, Value>),
    /// It may have been carried out; its answer was lost.
    Lost(Lost),
    /// It was not carried out, and may be sent again.
    Left(Error),
    /// It was not carried out, since `failOnErrors` stopped the call.
    Stopped,
}

/// What is told of an answer that was lost.
#[derive(Debug)]
pub(super) struct Lost {
    /// Why it was.
    pub error: Error,
    /// The result of an operation that was sent again in vain, since the provider answers but does not tell what becomes of it.
    pub untold: Option<Map<String, Value>>,
}

/// The indexes of those that were surely never sent.
pub(super) fn never_sent(portion: &[Pending]) -> Ranges {
    ranges(portion.iter().filter(|pending| !pending.open).map(|pending| pending.index))
}

/// The indexes of some operations.
pub(super) fn indexes(portion: &[Pending]) -> Ranges {
    ranges(portion.iter().map(|pending| pending.index))
}

/// The results of a call, one for each operation of the portion.
pub(super) fn verdicts(portion: &[Pending], mut output: Value) -> Result<Vec<Verdict>> {
    let results = output.get_mut("results").map(Value::take);
    let Some(Value::Array(results)) = results.filter(|it| it.as_array().is_some_and(|it| it.len() == portion.len()))
    else {
        let detail = "a bulk call has not as many results as operations".to_owned();
        return Err(Error::Trap { detail, maybe_applied: true });
    };
    let verdict = |(pending, result)| match result {
        Value::Object(result) => verdict(pending, result, portion),
        _ => Verdict::Lost(Lost { error: error(&Map::new(), true), untold: None }),
    };
    let mut verdicts: Vec<Verdict> = portion.iter().zip(results).map(verdict).collect();
    hold_back(portion, &mut verdicts);
    Ok(verdicts)
}

/// What was not carried out since it refers to one that is open, or not carried out itself, waits for it.
fn hold_back(portion: &[Pending], verdicts: &mut [Verdict]) {
    let places: HashMap<u32, usize> = portion.iter().enumerate().map(|(place, it)| (it.index, place)).collect();
    let target = |verdict: &Verdict| {
        let Verdict::Done(result) = verdict else { return None };
        let failure = result.get("failure").filter(|_| !result.contains_key("status"))?;
        let unsent = failure.get("maybeApplied") == Some(&Value::Bool(false));
        let pointer = failure.get("pointer").filter(|_| unsent)?.as_str()?;
        places.get(&pointer.strip_prefix("/operations/")?.parse().ok()?).copied()
    };
    let waits: Vec<(usize, usize)> =
        verdicts.iter().enumerate().filter_map(|(place, verdict)| Some((place, target(verdict)?))).collect();
    let mut moved = true;
    while std::mem::take(&mut moved) {
        for (place, target) in &waits {
            let open = matches!(verdicts.get(*target), Some(Verdict::Lost(_) | Verdict::Left(_)));
            if let Some(verdict) = verdicts.get_mut(*place).filter(|_| open)
                && let Verdict::Done(result) = verdict
            {
                let failure = result.get("failure").and_then(Value::as_object).cloned().unwrap_or_default();
                *verdict = Verdict::Left(error(&failure, false));
                moved = true;
            }
        }
    }
}

fn verdict(pending: &Pending, mut result: Map<String, Value>, portion: &[Pending]) -> Verdict {
    result.insert("index".into(), pending.index.into());
    // The line would be as long as the resource.
    result.remove("response");
    let answered = result.contains_key("status");
    let Some(failure) = result.get_mut("failure").and_then(Value::as_object_mut) else { return Verdict::Done(result) };
    let says = |name: &str, value: &str| failure.get(name).and_then(Value::as_str) == Some(value);
    let maybe_applied = failure.get("maybeApplied") == Some(&Value::Bool(true));
    match (answered, maybe_applied) {
        // The request as a whole was lost, or answered by whoever stands before the provider.
        (false, true) => {
            let (error, untold) = (error(failure, true), pending.open && says("kind", "protocol"));
            return Verdict::Lost(Lost { error, untold: untold.then_some(result) });
        }
        (false, false) if says("kind", "conflict") && failure.get("pointer").is_none() => return Verdict::Stopped,
        // The call ended before it.
        (false, false) if !says("kind", "conflict") && (says("error", "transient") || is_left_out(failure)) => {
            return Verdict::Left(error(failure, false));
        }
        _ => {}
    }
    if pending.open {
        // It was sent before, and that may have done it.
        failure.insert("maybeApplied".into(), true.into());
        let gone = matches!(result.get("status").and_then(Value::as_u64), Some(404 | 410));
        if gone && result.get("method").and_then(Value::as_str) == Some("DELETE") {
            result.remove("failure");
            return Verdict::Done(result);
        }
    }
    let Some(failure) = result.get_mut("failure").and_then(Value::as_object_mut) else { return Verdict::Done(result) };
    // It names an operation of its own call.
    let own = |pointer: &str| {
        let place: usize = pointer.strip_prefix("/operations/")?.parse().ok()?;
        Some((place, portion.get(place)?.index))
    };
    if let Some((place, other)) = failure.get("pointer").and_then(Value::as_str).and_then(own) {
        failure.insert("pointer".into(), format!("/operations/{other}").into());
        if let Some(Value::String(detail)) = failure.get_mut("detail") {
            *detail = detail.replace(&format!("operation {place},"), &format!("operation {other},"));
        }
    }
    Verdict::Done(result)
}

/// Whether a failure says that its operation was not carried out for want of those before it.
fn is_left_out(failure: &Map<String, Value>) -> bool {
    failure.get("detail").and_then(Value::as_str).is_some_and(|detail| detail.starts_with("not carried out"))
}

/// The failure of an operation as that of a call. What was lost may be gone on from.
fn error(failure: &Map<String, Value>, lost: bool) -> Error {
    let transient = lost || failure.get("error").and_then(Value::as_str) == Some("transient");
    let text = |name: &str| failure.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let failure = Failure {
        kind: FailureKind::Other(text("kind")),
        status: failure.get("status").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok()),
        scim_type: None,
        detail: text("detail"),
        pointer: None,
        problems: None,
        oauth_error: None,
        retry_after_ms: failure.get("retryAfterMs").and_then(Value::as_u64),
        maybe_applied: lost,
        request_id: None,
        excerpt: None,
    };
    Error::Failure { transient, failure: Box::new(failure) }
}

/// What is kept of a result for those who refer to it.
pub(super) fn identity(result: &Map<String, Value>) -> Option<(u32, String, String)> {
    let text = |name: &str| Some(result.get(name)?.as_str()?.to_owned());
    let succeeded = !result.contains_key("failure");
    succeeded.then(|| Some((index_of(result)?, text("bulkId")?, text("id")?))).flatten()
}

/// The beginning of a result.
pub(super) fn own(pending: &Pending) -> Map<String, Value> {
    let operation: Value = serde_json::from_str(&pending.text).unwrap_or_default();
    let mut result = Map::new();
    result.insert("index".into(), pending.index.into());
    for name in ["method", "bulkId"] {
        operation.get(name).into_iter().for_each(|value| drop(result.insert(name.into(), value.clone())));
    }
    result
}

/// That an operation is not carried out, since another one failed.
pub(super) fn blocked(pending: &Pending, target: u32) -> Map<String, Value> {
    let mut result = own(pending);
    let detail =
        format!("not carried out: it refers to operation {target}, which failed or of which the provider tells no id");
    let failure = json!({"error": "permanent", "kind": "conflict", "detail": detail, "pointer": format!("/operations/{target}"), "maybeApplied": false});
    result.insert("failure".into(), failure);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn portion() -> Vec<Pending> {
        [70, 71].map(|index| Pending { index, text: String::new(), open: false }).into()
    }

    fn one(result: Value) -> String {
        let report = json!({"results": [result, {"index": 1, "method": "DELETE", "status": 204}]});
        match verdicts(&portion(), report).unwrap().swap_remove(0) {
            Verdict::Done(result) => Value::Object(result).to_string(),
            Verdict::Lost(lost) => format!("lost{}", if lost.untold.is_some() { ", untold" } else { "" }),
            Verdict::Left(error) => format!("left: {} {}", error.class().kind, error.class().transient),
            Verdict::Stopped => "stopped".into(),
        }
    }

    #[test]
    fn what_results_mean() {
        let failure = |status: Option<u16>, kind: &str, transient: bool, maybe_applied: bool| {
            let error = if transient { "transient" } else { "permanent" };
            let mut result = json!({"index": 0, "failure": {"kind": kind, "error": error, "detail": "d", "maybeApplied": maybe_applied}});
            status.into_iter().for_each(|status| result["status"] = status.into());
            one(result)
        };
        assert_eq!(
            one(json!({"index": 0, "id": "x", "status": 201, "response": {"id": "x"}})),
            r#"{"id":"x","index":70,"status":201}"#
        );
        assert_eq!(failure(None, "unavailable", false, true), "lost");
        let gateway = json!({"index": 0, "failure": {"kind": "unavailable", "status": 503, "error": "permanent", "maybeApplied": true}});
        assert_eq!(one(gateway), "lost");
        for (kind, detail) in
            [("unavailable", "not carried out: the connection broke off"), ("tooLarge", "not carried out: memory")]
        {
            let left = json!({"index": 0, "failure": {"kind": kind, "error": "permanent", "detail": detail, "maybeApplied": false}});
            assert_eq!(one(left), format!("left: {kind} false"));
        }
        let refused = json!({"index": 0, "failure": {"kind": "invalidInput", "error": "permanent", "detail": "d", "status": 400, "maybeApplied": false}});
        assert!(one(refused).contains("\"status\":400"));
        assert_eq!(failure(None, "timeout", true, false), "left: timeout true");
        assert_eq!(failure(None, "conflict", false, false), "stopped");
        assert!(failure(Some(500), "unavailable", false, true).contains("\"status\":500"));
        assert!(failure(Some(409), "conflict", false, false).contains("\"status\":409"));
        let refers = json!({"index": 0, "failure": {"kind": "conflict", "error": "permanent", "maybeApplied": false, "pointer": "/operations/1",
            "detail": "not carried out: it refers to operation 1, which failed"}});
        let told = one(refers);
        assert!(told.contains("operation 71, which") && told.contains("/operations/71"), "{told}");
    }

    #[test]
    fn what_refers_to_one_that_is_open_waits_with_it() {
        let portion = [70, 71, 72].map(|index| Pending { index, text: String::new(), open: false });
        let blocked = |on: u32| {
            json!({"failure": {"kind": "conflict", "error": "permanent", "detail": "not carried out: it refers",
            "pointer": format!("/operations/{on}"), "maybeApplied": false}})
        };
        let left_out =
            json!({"failure": {"kind": "protocol", "error": "permanent", "detail": "left out", "maybeApplied": true}});
        let found = |results: Value| verdicts(&portion, json!({ "results": results })).unwrap();
        let open = found(json!([blocked(1), blocked(2), left_out]));
        assert!(
            matches!(open.as_slice(), [Verdict::Left(_), Verdict::Left(_), Verdict::Lost(Lost { untold: None, .. })]),
            "{open:?}"
        );
        let failed = found(json!([blocked(1), blocked(2), {"status": 400, "failure": {"kind": "invalidInput"}}]));
        assert!(failed.iter().all(|verdict| matches!(verdict, Verdict::Done(_))), "{failed:?}");
    }

    #[test]
    fn what_is_left_out_again_is_told() {
        let portion = [Pending { index: 7, text: String::new(), open: true }];
        let left_out = json!([{"failure": {"kind": "protocol", "error": "permanent", "detail": "left out", "maybeApplied": true}}]);
        let found = verdicts(&portion, json!({ "results": left_out })).unwrap();
        assert!(matches!(found.as_slice(), [Verdict::Lost(Lost { untold: Some(_), .. })]), "{found:?}");
    }

    #[test]
    fn a_result_for_each_operation_or_none_is_believed() {
        assert!(verdicts(&portion(), json!({"results": [{}]})).is_err());
        assert!(verdicts(&portion(), json!(null)).is_err());
    }
}
