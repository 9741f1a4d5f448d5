//! The one way to an operation, for HTTP and for agents: which operations there are for callers, what a change needs before it is sent, and
//! how a result leaves.

use crate::audit::{Audit, Change};
use crate::confirmation::{Confirmations, Subject};
use scim_connector_host::catalog::{Catalog, Operation};
use scim_connector_host::client::{CallContext, Client, Outcome, Text};
use scim_connector_host::error::{Error, Result};
use scim_connector_host::redact::Redactor;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Instant;

/// One connection's operations.
pub struct Door {
    client: Client,
    catalog: Arc<Catalog>,
    changes: bool,
    audit: Audit,
    confirmations: Confirmations,
}

/// Why there is no result.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// There is no such operation.
    Unknown(Error),
    /// It changes something, and changes are not served.
    ReadOnly,
    /// It was tried.
    Failed(Error),
}

impl Refusal {
    /// As one JSON object, like every error of the connector.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Unknown(error) | Self::Failed(error) => error.to_json(),
            Self::ReadOnly => {
                let detail =
                    "nothing was changed: this server serves reads only; whoever runs it allows changes with --changes";
                json!({"error": "permanent", "kind": "permission", "detail": detail, "maybeApplied": false})
            }
        }
    }
}

impl Door {
    /// The operations of a client; those that change something only where `changes` says so.
    #[must_use]
    pub fn new(client: Client, catalog: Arc<Catalog>, changes: bool, audit: Audit) -> Self {
        Self { client, catalog, changes, audit, confirmations: Confirmations::new() }
    }

    pub(crate) fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The operations that are served.
    pub(crate) fn served(&self) -> impl Iterator<Item = &Operation> {
        self.catalog.operations.iter().filter(|one| one.available && (self.changes || is_read(one)))
    }

    /// An operation that is served.
    pub(crate) fn find(&self, name: &str) -> Result<&Operation, Refusal> {
        let operation = self.catalog.operation(name).map_err(Refusal::Unknown)?;
        if self.changes || is_read(operation) { Ok(operation) } else { Err(Refusal::ReadOnly) }
    }

    /// Calls an operation. A change goes on to its end, whoever waits for it.
    pub(crate) async fn call(self: &Arc<Self>, caller: &str, name: &str, input: String) -> Result<Value, Refusal> {
        let operation = self.find(name)?;
        if is_read(operation) {
            return self.invoke(name, &input).await.map_err(Refusal::Failed);
        }
        let (door, caller, name) = (self.clone(), caller.to_owned(), name.to_owned());
        let change = tokio::spawn(async move { door.change(&caller, &name, &input).await });
        match change.await {
            Ok(result) => result.map_err(Refusal::Failed),
            Err(_) => {
                Err(Refusal::Failed(Error::Trap { detail: "the call ended in the middle".into(), maybe_applied: true }))
            }
        }
    }

    async fn change(&self, caller: &str, operation: &str, input: &str) -> Result<Value> {
        let given: Value = serde_json::from_str(input).unwrap_or_default();
        let change = Change { caller, operation, id: given.get("id").and_then(Value::as_str) };
        self.audit.begins(&change)?;
        let result = self.invoke(operation, input).await;
        let made = |result: &Value| {
            let output = result.get("output")?;
            let nested = ["user", "group"].iter().find_map(|noun| output.get(*noun)?.get("id"));
            output.get("id").or(nested).and_then(Value::as_str).map(str::to_owned)
        };
        let id = result.as_ref().ok().and_then(made);
        self.audit.ended(&change, result.as_ref().map(|_| id.as_deref()));
        result
    }

    async fn invoke(&self, operation: &str, input: &str) -> Result<Value> {
        let outcome: Outcome<Box<RawValue>> =
            self.client.invoke_as(operation, &Text(input), &CallContext::default()).await?;
        // What the input says is secret may come back in other members. Without escapes every secret is seen as it is.
        let asked = Redactor::for_answer(input.as_bytes());
        let plain = serde_json::from_str::<Value>(outcome.output.get()).unwrap_or_default().to_string();
        let known = self.client.redactor().result(&plain);
        let shown = asked.record_without(&known).unwrap_or(known);
        let output = serde_json::from_str::<Value>(&shown).unwrap_or_default();
        let mut result = json!({"output": output, "requestsMade": outcome.requests_made, "warnings": outcome.warnings});
        if let (Some(next), Some(result)) = (outcome.next, result.as_object_mut()) {
            result.insert("next".into(), next.into());
        }
        Ok(result)
    }

    /// What a destructive operation is about, and the word that confirms it. Sends a read, and no change.
    pub(crate) async fn preview(
        &self,
        caller: &str,
        operation: &Operation,
        input: &Map<String, Value>,
    ) -> Result<Value> {
        let shown = self.subject(operation, input).await?;
        let input = Value::Object(input.clone());
        let subject = Subject { caller, operation: &operation.name, input: &input, shown: &shown };
        let word = self.confirmations.word(&subject, Instant::now());
        Ok(json!({"dryRun": true, "operation": operation.name, "about": shown, "confirm": word,
            "note": "nothing was changed; call it once more with the same input and confirm to carry it out, within five minutes"}))
    }

    /// Whether a destructive operation is confirmed: by the word for it, and what it is about is still what was shown.
    pub(crate) async fn is_confirmed(
        &self,
        caller: &str,
        operation: &Operation,
        input: &Map<String, Value>,
        word: &str,
    ) -> Result<bool> {
        let shown = self.subject(operation, input).await?;
        let input = Value::Object(input.clone());
        let subject = Subject { caller, operation: &operation.name, input: &input, shown: &shown };
        Ok(self.confirmations.is_good(&subject, word, Instant::now()))
    }

    /// The resource that an operation is about, as it is now; of requests that the input spells out, what they are.
    async fn subject(&self, operation: &Operation, input: &Map<String, Value>) -> Result<Value> {
        if operation.name == "reconcile" {
            return self.planned(operation, input).await;
        }
        let Some(read) = reading(&operation.name) else {
            // Of each request its method and path: what is sent stands in the input, and the word is for this input alone.
            let bulk = input.get("operations").and_then(Value::as_array).into_iter().flatten();
            let requests = bulk.chain(input.get("request")).map(|one| {
                let part = |name| one.get(name).and_then(Value::as_str).unwrap_or("?");
                format!("{} {}", part("method"), part("path"))
            });
            return Ok(json!({"requests": requests.collect::<Vec<_>>()}));
        };
        let members = ["id", "resourceType", "endpoint"].iter();
        let named: Map<String, Value> =
            members.filter_map(|name| Some(((*name).to_owned(), input.get(*name)?.clone()))).collect();
        let result = self.invoke(read, &Value::Object(named).to_string()).await?;
        Ok(result.get("output").cloned().unwrap_or_default())
    }

    /// What a reconciliation would do, as a dry run says.
    async fn planned(&self, operation: &Operation, input: &Map<String, Value>) -> Result<Value> {
        let mut input = input.clone();
        input.insert("dryRun".to_owned(), true.into());
        let result = self.invoke(&operation.name, &Value::Object(input).to_string()).await?;
        let report = result.get("output");
        let part = |name: &&str| Some(((*name).to_owned(), report?.get(*name)?.clone()));
        Ok(Value::Object(OF_A_PLAN.iter().filter_map(part).collect()))
    }
}

/// What is told of a reconciliation before it is carried out.
const OF_A_PLAN: [&str; 3] = ["counts", "complete", "guarded"];

/// Whether an operation changes nothing.
pub(crate) fn is_read(operation: &Operation) -> bool {
    operation.effect == "read"
}

/// The operation that reads what another one is about.
fn reading(operation: &str) -> Option<&'static str> {
    let subjects = [("Group", "getGroup"), ("User", "getUser"), ("Me", "getMe"), ("Resource", "getResource")];
    subjects.iter().find(|(subject, _)| operation.contains(subject)).map(|(_, read)| *read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_operation_is_about() {
        for (operation, read) in [
            ("deleteUser", Some("getUser")),
            ("setGroupMembers", Some("getGroup")),
            ("deleteMe", Some("getMe")),
            ("deleteResource", Some("getResource")),
            ("bulk", None),
        ] {
            assert_eq!(reading(operation), read, "{operation}");
        }
    }
}
