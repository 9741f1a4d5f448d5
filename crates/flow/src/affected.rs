//! To whom a call did what, read from its input and what came of it: what the log of a run tells a person.

use super::event::{Affected, Change};
use super::fault::Fault;
use scim_connector_host::catalog::Operation;
use serde_json::Value;

/// Members that name a person or a group, the best first.
pub(super) const NAMES: [&str; 3] = ["userName", "displayName", "externalId"];

/// Members that tell one from another where no name is known.
const KEYS: [&str; 4] = ["id", "value", "bulkId", "path"];

/// Who is meant in a dry run by an id that nobody has yet.
const NOT_THERE_YET: &str = "(who is not there yet)";

/// Who would be affected by a call that is not made, and how: the change that was not made, in the words of [`Change`].
pub fn planned(operation: &Operation, input: &Value, known: &dyn Fn(&str) -> Option<String>) -> Vec<Affected> {
    let name = operation.name.as_str();
    if operation.effect == "read" {
        return Vec::new();
    }
    let change = |effect: &str| match effect {
        "create" | "post" => "created",
        "delete" => "deleted",
        _ if name.starts_with("deactivate") => "deactivated",
        _ if name.starts_with("activate") => "activated",
        _ if name.ends_with("Members") => "membersChanged",
        _ => "updated",
    };
    let of = |who, effect: &str| Affected { who, change: Change::Planned, reason: Some(change(effect).to_owned()) };
    if let Some(operations) = input.get("operations").and_then(Value::as_array).filter(|_| name == "bulk") {
        let each = operations.iter().map(|one| {
            let method = one.get("method").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
            of(name_in(&[one.get("data"), Some(one)], known), &method)
        });
        return each.collect();
    }
    // What a step before would have made has no id.
    let new = input.get("id").is_some_and(Value::is_null);
    let who = if new { NOT_THERE_YET.to_owned() } else { name_in(&[input.get("payload"), Some(input)], known) };
    vec![of(who, &operation.effect)]
}

/// Who is affected by a call, and how; nobody by one that only reads. `known` gives the name of an identifier.
pub fn affected(
    operation: &Operation,
    input: &Value,
    output: Result<&Value, &Fault>,
    known: &dyn Fn(&str) -> Option<String>,
) -> Vec<Affected> {
    if operation.effect == "read" {
        return Vec::new();
    }
    match output {
        Ok(output) => {
            if let Some(results) = output.get("results").and_then(Value::as_array) {
                let operations = input.get("operations");
                return results.iter().map(|result| one_of_many(result, operations, known)).collect();
            }
            if let Some(changes) =
                output.get("changes").and_then(Value::as_array).filter(|_| operation.name == "reconcile")
            {
                return changes.iter().filter_map(|change| reconciled(change, known)).collect();
            }
            let change = match operation.name.as_str() {
                "activateUser" => Change::Activated,
                "deactivateUser" => Change::Deactivated,
                name if name.ends_with("Members") => match (count(output, "added"), count(output, "removed")) {
                    (0, 0) => Change::Unchanged,
                    _ => Change::MembersChanged,
                },
                _ => match (output.get("outcome").and_then(Value::as_str), operation.effect.as_str()) {
                    (Some("unchanged"), _) => Change::Unchanged,
                    (Some("updated"), _) => Change::Updated,
                    (Some("created"), _) | (None, "create") => Change::Created,
                    (_, "delete") => Change::Deleted,
                    _ => Change::Updated,
                },
            };
            let parts = [output.get("user"), output.get("group"), Some(output), input.get("payload"), Some(input)];
            let who = name_in(&parts, known);
            // A dry run that would change nothing tells the truth already.
            match output.get("dryRun") {
                Some(Value::Bool(true)) if change != Change::Unchanged => {
                    let reason = output.get("outcome").and_then(Value::as_str).unwrap_or("updated").to_owned();
                    vec![Affected { who, change: Change::Planned, reason: Some(reason) }]
                }
                _ => vec![Affected { who, change, reason: None }],
            }
        }
        Err(fault) => {
            let change = if fault.maybe_applied { Change::Unknown } else { Change::Failed };
            let reason = fault.scim_type.clone().or_else(|| fault.kind.clone());
            vec![Affected { who: name_in(&[input.get("payload"), Some(input)], known), change, reason }]
        }
    }
}

/// A result of `bulk`, beside the operations it was given.
fn one_of_many(result: &Value, operations: Option<&Value>, known: &dyn Fn(&str) -> Option<String>) -> Affected {
    let failure = result.get("failure").filter(|failure| !failure.is_null());
    let open = failure.is_some_and(|failure| failure.get("maybeApplied") == Some(&Value::Bool(true)));
    let method = result.get("method").and_then(Value::as_str).map(str::to_ascii_lowercase);
    let change = match (failure.is_some(), method.as_deref()) {
        (true, _) if open => Change::Unknown,
        (true, _) => Change::Failed,
        (false, Some("post")) => Change::Created,
        (false, Some("delete")) => Change::Deleted,
        _ => Change::Updated,
    };
    let reason = ["scimType", "kind"].iter().find_map(|name| failure?.get(name)?.as_str()).map(str::to_owned);
    let index = result.get("index").and_then(Value::as_u64).and_then(|index| usize::try_from(index).ok());
    let operation = index.and_then(|index| operations?.get(index));
    let parts =
        [result.get("response"), operation.and_then(|operation| operation.get("data")), Some(result), operation];
    Affected { who: name_in(&parts, known), change, reason }
}

/// One of the changes of a reconciliation; none for whom nothing was to be done.
fn reconciled(told: &Value, known: &dyn Fn(&str) -> Option<String>) -> Option<Affected> {
    let text = |name: &str| told.get(name).and_then(Value::as_str).unwrap_or_default();
    let change = match text("action") {
        "create" => Change::Created,
        "delete" => Change::Deleted,
        "deactivate" => Change::Deactivated,
        "reactivate" => Change::Activated,
        "unchanged" | "leave" => return None,
        _ => Change::Updated,
    };
    let who = known(text("id")).unwrap_or_else(|| text("key").to_owned());
    let failure = told.get("failure");
    let maybe = failure.and_then(|it| it.get("maybeApplied")) == Some(&Value::Bool(true));
    let kind = || failure?.get("kind")?.as_str().map(str::to_owned);
    let (change, reason) = match (text("action"), text("outcome")) {
        ("conflict", _) => (Change::Failed, Some("conflict".to_owned())),
        (_, "done") => (change, None),
        (_, "failed") => (if maybe { Change::Unknown } else { Change::Failed }, kind()),
        (action, _) => (Change::Planned, Some(action.to_owned())),
    };
    Some(Affected { who, change, reason })
}

fn count(output: &Value, name: &str) -> u64 {
    output.get(name).and_then(Value::as_u64).unwrap_or_default()
}

fn name_in(parts: &[Option<&Value>], known: &dyn Fn(&str) -> Option<String>) -> String {
    let first = |members: &[&str]| {
        parts.iter().flatten().find_map(|part| members.iter().find_map(|name| part.get(name)?.as_str()))
    };
    let key = || first(&KEYS).map(|key| known(key).unwrap_or_else(|| key.to_owned()));
    first(&NAMES).map(str::to_owned).or_else(key).unwrap_or_else(|| "somebody".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_reconciliation_tells_of_each_who_was_changed() {
        let told = |action: &str, outcome: &str, failure: Value| {
            let change = json!({"key": "e1", "id": "1", "action": action, "outcome": outcome, "failure": failure});
            reconciled(&change, &|id| (id == "1").then(|| "ada".to_owned())).map(|it| (it.who, it.change, it.reason))
        };
        let ada = |change, reason: Option<&str>| Some(("ada".to_owned(), change, reason.map(str::to_owned)));
        assert_eq!(told("unchanged", "done", Value::Null), None);
        assert_eq!(told("create", "done", Value::Null), ada(Change::Created, None));
        assert_eq!(told("deactivate", "done", Value::Null), ada(Change::Deactivated, None));
        assert_eq!(told("delete", "notCarriedOut", Value::Null), ada(Change::Planned, Some("delete")));
        assert_eq!(told("conflict", "notCarriedOut", Value::Null), ada(Change::Failed, Some("conflict")));
        let lost = json!({"kind": "timeout", "maybeApplied": true});
        assert_eq!(told("update", "failed", lost), ada(Change::Unknown, Some("timeout")));
        let refused = json!({"kind": "conflict", "maybeApplied": false});
        assert_eq!(told("link", "failed", refused), ada(Change::Failed, Some("conflict")));
    }
}
