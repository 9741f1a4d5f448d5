//! What became of an operation whose answer was lost. A creation is looked for, as `ensureUser` and `ensureGroup` do; what may be
//! repeated is sent again when a run goes on; of the rest the caller is told. Nothing is ever repeated blindly.

use super::portion::Pending;
use crate::client::handle::Client;
use crate::error::{Error, FailureKind, Result};
use crate::instance::Instance;
use serde_json::{Map, Value, json};

/// How a reference begins.
const REFERENCE: &str = "bulkId:";

/// What is to be done.
pub(super) enum Fate {
    /// It is settled.
    Settled(Map<String, Value>),
    /// It was surely not carried out, or may be carried out twice.
    Send,
    /// It cannot be told yet.
    Open,
}

/// Finds out what became of an operation. `later` says that its request is surely over by now, so that what is not there will not come.
pub(super) async fn fate(client: &Client, pending: &Pending, later: bool) -> Result<Fate> {
    let operation: Value = serde_json::from_str(&pending.text).unwrap_or_default();
    let text = |name: &str| operation.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut result = Map::new();
    result.insert("index".into(), pending.index.into());
    result.insert("method".into(), text("method").to_ascii_uppercase().into());
    if let Some(name) = operation.get("bulkId") {
        result.insert("bulkId".into(), name.clone());
    }
    if !text("method").eq_ignore_ascii_case("POST") {
        if !later {
            return Ok(Fate::Open);
        }
        return Ok(match is_repeatable(client, &pending.text).await? {
            true => Fate::Send,
            false => Fate::Settled(failed(
                result,
                "internal",
                "its answer was lost; carrying it out twice may not be the same as once: read the resource",
            )),
        });
    }
    let path = text("path").trim_matches('/').to_ascii_lowercase();
    let (ensure, noun) = match path.as_str() {
        "users" => ("ensureUser", "user"),
        "groups" => ("ensureGroup", "group"),
        _ => {
            let detail = "its answer was lost, and resources of this type are not looked up: look for it before it is sent again";
            return Ok(Fate::Settled(failed(result, "internal", detail)));
        }
    };
    let input = json!({"payload": identifying(operation.get("data")), "dryRun": true});
    let found = match client.invoke(ensure, &input).await {
        Ok(outcome) => outcome.output,
        Err(error) => return unfound(error, result, later),
    };
    match found.get("outcome").and_then(Value::as_str) {
        Some("created") if later => return Ok(Fate::Send),
        Some("created") => return Ok(Fate::Open),
        _ => {}
    }
    let resource = found.get(noun).cloned().unwrap_or_default();
    if let Some(id) = resource.get("id") {
        result.insert("id".into(), id.clone());
    }
    if let Some(location) = resource.pointer("/meta/location") {
        result.insert("location".into(), location.clone());
    }
    if found.get("outcome") == Some(&json!("unchanged")) {
        result.insert("found".into(), true.into());
        return Ok(Fate::Settled(result));
    }
    let detail = "its answer was lost; there is one of this name with other attributes, and whether this operation made it is unknown: \
                  compare the two";
    Ok(Fate::Settled(failed(result, "conflict", detail)))
}

/// What is made of a search that failed.
fn unfound(error: Error, result: Map<String, Value>, later: bool) -> Result<Fate> {
    let several = error
        .failure()
        .is_some_and(|failure| matches!(failure.kind, FailureKind::Ambiguous | FailureKind::InvalidInput));
    if several {
        let detail = format!("its answer was lost, and it cannot be looked up: {error}");
        return Ok(Fate::Settled(failed(result, "ambiguous", &detail)));
    }
    // On the way the run goes on with others; whoever comes back to it must know.
    if later { Err(error) } else { Ok(Fate::Open) }
}

fn failed(mut result: Map<String, Value>, kind: &str, detail: &str) -> Map<String, Value> {
    let failure = json!({"error": "permanent", "kind": kind, "detail": detail, "maybeApplied": true});
    result.insert("failure".into(), failure);
    result
}

/// Whether an operation may be carried out twice, as the component has it.
async fn is_repeatable(client: &Client, operation: &str) -> Result<bool> {
    let operations = format!("[{operation}]");
    let checked = client
        .version()
        .connector
        .locally(async |Instance { store, exports, .. }| {
            exports.scim_connector_runtime().call_check_bulk(store, &operations).await
        })
        .await??;
    Ok(checked.first().is_some_and(|checked| checked.repeatable))
}

/// The resource without what cannot be compared: references that became identifiers, a password that is never shown.
fn identifying(data: Option<&Value>) -> Value {
    let mut data = data.cloned().unwrap_or_default();
    if let Some(object) = data.as_object_mut() {
        object.retain(|name, value| !name.eq_ignore_ascii_case("password") && !value.to_string().contains(REFERENCE));
    }
    data
}
