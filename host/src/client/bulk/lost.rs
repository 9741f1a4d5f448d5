//! What became of an operation whose answer was lost. A creation is looked for, as `ensureUser` and `ensureGroup` do; what may be
//! repeated is sent again when a run goes on; of the rest the caller is told. Nothing is ever repeated blindly.

use super::again::{Again, Names};
use super::portion::Pending;
use crate::client::handle::Client;
use crate::error::{Error, FailureKind, Result};
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

/// Finds out what became of an operation. `names` are those that it refers to and whose ids are known. `later` says that its request is
/// surely over by now, so that what is not there will not come; `again`, whether a change of what exists is sent again.
///
/// # Errors
/// Where it cannot be looked up for now.
pub(super) async fn fate(
    client: &Client,
    pending: &Pending,
    names: &Names,
    later: bool,
    again: Option<Again>,
) -> Result<Fate> {
    let operation: Value = serde_json::from_str(&pending.text).unwrap_or_default();
    let text = |name: &str| operation.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut result = Map::new();
    result.insert("index".into(), pending.index.into());
    result.insert("method".into(), text("method").to_ascii_uppercase().into());
    if let Some(name) = operation.get("bulkId") {
        result.insert("bulkId".into(), name.clone());
    }
    if !text("method").eq_ignore_ascii_case("POST") {
        let detail = match again.filter(|_| later) {
            None => return Ok(Fate::Open),
            Some(Again::Send) => return Ok(Fate::Send),
            Some(Again::NotRepeatable) => {
                "its answer was lost; carrying it out twice may not be the same as once: read the resource"
            }
            Some(Again::Overtaken) => {
                "its answer was lost, and a later operation on the same resource may have been carried out since: it is not sent \
                 again; read the resource"
            }
        };
        return Ok(Fate::Settled(failed(result, "internal", detail)));
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
    let (payload, whole) = identifying(operation.get("data"), names);
    let input = json!({"payload": payload, "dryRun": true});
    let found = match client.invoke(ensure, &input).await {
        Ok(outcome) => outcome.output,
        Err(error) => return unfound(error, result),
    };
    match found.get("outcome").and_then(Value::as_str) {
        Some("created") if later => return Ok(Fate::Send),
        Some("created") => return Ok(Fate::Open),
        _ => {}
    }
    let same = found.get("outcome") == Some(&json!("unchanged"));
    // Whoever it refers to may turn out to be there.
    if same && !whole && !later {
        return Ok(Fate::Open);
    }
    let resource = found.get(noun).cloned().unwrap_or_default();
    if let Some(id) = resource.get("id") {
        result.insert("id".into(), id.clone());
    }
    if let Some(location) = resource.pointer("/meta/location") {
        result.insert("location".into(), location.clone());
    }
    if same && whole {
        result.insert("found".into(), true.into());
        return Ok(Fate::Settled(result));
    }
    let detail = if same {
        "its answer was lost; there is one of this name, but what the operation refers to was not found, so that whether it made this \
         one is unknown: compare the two"
    } else {
        "its answer was lost; there is one of this name with other attributes, and whether this operation made it is unknown: \
         compare the two"
    };
    Ok(Fate::Settled(failed(result, "conflict", detail)))
}

/// What is made of a search that failed.
fn unfound(error: Error, result: Map<String, Value>) -> Result<Fate> {
    let several = error
        .failure()
        .is_some_and(|failure| matches!(failure.kind, FailureKind::Ambiguous | FailureKind::InvalidInput));
    if several {
        let detail = format!("its answer was lost, and it cannot be looked up: {error}");
        return Ok(Fate::Settled(failed(result, "ambiguous", &detail)));
    }
    Err(error)
}

fn failed(mut result: Map<String, Value>, kind: &str, detail: &str) -> Map<String, Value> {
    let failure = json!({"error": "permanent", "kind": kind, "detail": detail, "maybeApplied": true});
    result.insert("failure".into(), failure);
    result
}

/// The resource with the identifiers of what it refers to, and without what cannot be compared: a password, which is never shown, and
/// references to what is not known to be there; also, whether there are none of these.
fn identifying(data: Option<&Value>, names: &Names) -> (Value, bool) {
    let mut data = data.cloned().unwrap_or_default();
    let mut whole = true;
    if let Some(object) = data.as_object_mut() {
        object.retain(|name, _| !name.eq_ignore_ascii_case("password"));
        object.values_mut().for_each(|value| resolve(value, names));
        object.retain(|_, value| {
            let known = !refers(value);
            whole &= known;
            known
        });
    }
    (data, whole)
}

/// Puts identifiers in place of the references whose names are known.
fn resolve(value: &mut Value, names: &Names) {
    match value {
        Value::String(text) => {
            if let Some(id) = text.strip_prefix(REFERENCE).and_then(|name| names.get(name)) {
                text.clone_from(id);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| resolve(item, names)),
        Value::Object(object) => object.values_mut().for_each(|item| resolve(item, names)),
        _ => {}
    }
}

/// Whether a reference may be in a value.
fn refers(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(REFERENCE),
        Value::Array(items) => items.iter().any(refers),
        Value::Object(object) => object.values().any(refers),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_compared_by_the_ids_that_are_known() {
        let group =
            json!({"displayName": "Eng", "password": "secret", "members": [{"value": "bulkId:ada"}, {"value": "9"}]});
        let names = Names::from([("ada".to_owned(), "7".to_owned())]);
        let compared = json!({"displayName": "Eng", "members": [{"value": "7"}, {"value": "9"}]});
        assert_eq!(identifying(Some(&group), &names), (compared, true));
        assert_eq!(identifying(Some(&group), &Names::new()), (json!({"displayName": "Eng"}), false));
    }
}
