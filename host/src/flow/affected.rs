//! To whom a call did what, read from its input and what came of it: what the log of a run tells a person.

use super::event::{Affected, Change};
use super::fault::Fault;
use crate::catalog::Operation;
use serde_json::Value;

/// Members that name a person or a group, the best first.
const NAMES: [&str; 3] = ["userName", "displayName", "externalId"];

/// Members that tell one from another where no name is known.
const KEYS: [&str; 3] = ["id", "value", "bulkId"];

/// Who is affected by a call, and how; nobody by one that only reads.
pub fn affected(operation: &Operation, input: &Value, output: Result<&Value, &Fault>) -> Vec<Affected> {
    if operation.effect == "read" {
        return Vec::new();
    }
    match output {
        Ok(output) => {
            if let Some(results) = output.get("results").and_then(Value::as_array) {
                return results.iter().map(one_of_many).collect();
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
            vec![Affected { who: name(&parts), change, reason: None }]
        }
        Err(fault) => {
            let change = if fault.maybe_applied { Change::Unknown } else { Change::Failed };
            let reason = fault.scim_type.clone().or_else(|| fault.kind.clone());
            vec![Affected { who: name(&[input.get("payload"), Some(input)]), change, reason }]
        }
    }
}

/// A result of `bulk` or a change of `reconcile`.
fn one_of_many(result: &Value) -> Affected {
    let status = result.get("status").and_then(|status| status.as_u64().or_else(|| status.as_str()?.parse().ok()));
    let failed =
        status.is_some_and(|status| status >= 400) || result.get("error").is_some_and(|error| !error.is_null());
    let change = match (failed, result.get("method").and_then(Value::as_str)) {
        (true, _) => Change::Failed,
        (false, Some("POST" | "post" | "create")) => Change::Created,
        (false, Some("DELETE" | "delete")) => Change::Deleted,
        _ => Change::Updated,
    };
    let reason = result.pointer("/error/scimType").or_else(|| result.get("scimType")).and_then(Value::as_str);
    Affected { who: name(&[result.get("resource"), Some(result)]), change, reason: reason.map(str::to_owned) }
}

fn count(output: &Value, name: &str) -> u64 {
    output.get(name).and_then(Value::as_u64).unwrap_or_default()
}

fn name(parts: &[Option<&Value>]) -> String {
    let first = |members: &[&str]| {
        parts.iter().flatten().find_map(|part| members.iter().find_map(|name| part.get(name)?.as_str()))
    };
    first(&NAMES).or_else(|| first(&KEYS)).unwrap_or("somebody").to_owned()
}
