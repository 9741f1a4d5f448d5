//! Dry runs: reads go out, changes do not. A change that can say what it would do is asked for that; for any other stands what
//! is known of its result, and a step that needs more of it ends the run.

use crate::fault::Fault;
use scim_connector_host::catalog::Operation;
use serde_json::{Map, Value};

/// What an operation takes that can say what it would do, and what its result says then.
const DRY_RUN: &str = "dryRun";

/// What comes instead of a call; none where it is made, with what makes it harmless added to its input.
pub(super) fn instead(operation: &Operation, with: &mut Map<String, Value>) -> Option<Result<Value, Fault>> {
    if operation.effect == "read" {
        let lacks = with.get("id").is_some_and(Value::is_null);
        return lacks.then(|| {
            Err(Fault::of_input(format!(
                "the dry run ends here: {} needs the `id` of what a step before would have made",
                operation.name
            )))
        });
    }
    if operation.input.pointer("/properties/dryRun").is_some() {
        with.insert(DRY_RUN.into(), true.into());
        return None;
    }
    Some(Ok(stand_in(operation, with)))
}

/// What is known of the result of a change that is not made: what was to be sent, and the `id` where it was named.
fn stand_in(operation: &Operation, with: &Map<String, Value>) -> Value {
    let mut result = match with.get("payload") {
        Some(Value::Object(payload)) => payload.clone(),
        _ => Map::new(),
    };
    result.remove("password");
    if let Some(id) = with.get("id") {
        result.insert("id".into(), id.clone());
    }
    if operation.name == "bulk" {
        result.insert("results".into(), Value::Array(Vec::new()));
    }
    result.insert(DRY_RUN.into(), true.into());
    Value::Object(result)
}

/// What stands for the result of anything else that is not done.
pub(super) fn not_done() -> Value {
    Value::Object(Map::from_iter([(DRY_RUN.to_owned(), Value::Bool(true))]))
}
