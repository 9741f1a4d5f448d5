//! A portion of a run: the operations of one call, and what the results of that call mean for the run. Pure.

use super::entry::{Ranges, index_of, ranges};
use crate::error::{Error, Failure, FailureKind, Result};
use serde_json::{Map, Value};

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
    Lost,
    /// It was not carried out, and may be sent again.
    Left(Error),
    /// It was not carried out, since `failOnErrors` stopped the call.
    Stopped,
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
        _ => Verdict::Lost,
    };
    Ok(portion.iter().zip(results).map(verdict).collect())
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
        (false, true) if failure.get("status").is_none() => return Verdict::Lost,
        (false, false) if says("error", "transient") => {
            return Verdict::Left(left(failure));
        }
        (false, false) if says("kind", "conflict") && failure.get("pointer").is_none() => return Verdict::Stopped,
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

/// Why an operation was not carried out, as the failure of a call.
fn left(failure: &Map<String, Value>) -> Error {
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
        maybe_applied: false,
        request_id: None,
        excerpt: None,
    };
    Error::Failure { transient: true, failure: Box::new(failure) }
}

/// What is kept of a result for those who refer to it.
pub(super) fn identity(result: &Map<String, Value>) -> Option<(u32, String, String)> {
    let text = |name: &str| Some(result.get(name)?.as_str()?.to_owned());
    let succeeded = !result.contains_key("failure");
    succeeded.then(|| Some((index_of(result)?, text("bulkId")?, text("id")?))).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn portion() -> Vec<Pending> {
        [70, 71].map(|index| Pending { index, text: String::new(), open: false }).into()
    }

    fn one(result: Value) -> String {
        let report = json!({"results": [result, {"index": 1, "method": "DELETE", "status": 204}]});
        match verdicts(&portion(), report).unwrap().swap_remove(0) {
            Verdict::Done(result) => Value::Object(result).to_string(),
            Verdict::Lost => "lost".into(),
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
    fn a_result_for_each_operation_or_none_is_believed() {
        assert!(verdicts(&portion(), json!({"results": [{}]})).is_err());
        assert!(verdicts(&portion(), json!(null)).is_err());
    }
}
