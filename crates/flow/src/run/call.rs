//! Calls of the connector's operations.

use super::frame::Frame;
use super::step::OpenStep;
use crate::affected::affected;
use crate::event::StepKind;
use crate::fault::Fault;
use crate::program::Task;
use crate::rows::{self, Rows};
use scim_connector_host::{CallContext, Result};
use serde_json::{Map, Value};
use std::sync::PoisonError;

impl Frame {
    /// Calls an operation, or describes the rows of a source.
    pub(super) async fn call(&self, task: &Task, function: &str, with: &Value) -> Result<Value, Fault> {
        let with = with.as_object().cloned().unwrap_or_default();
        let running = self.scope.begin().await;
        let connection = with.get("connection").and_then(Value::as_str);
        let listing = with.get("all").and_then(Value::as_bool).unwrap_or_default();
        if listing || rows::source(function).is_some() {
            let number = self.begin(task, StepKind::Call, Some(function), connection.map(str::to_owned));
            let mut open = OpenStep::new(self, number);
            // What cannot be opened is told here, where it stands in the flow.
            let openable =
                rows::source(function).map_or(Ok(()), |source| Rows::openable(source, &with, self.flow.folder()));
            let result = openable.map(|()| self.run.rows.described(function, &with));
            let result = result.map_err(|fault| Fault { instance: Some(task.pointer.clone()), ..fault });
            let output = result.as_ref().map_or(Value::Null, |output| self.run.redacted(output.clone()));
            open.end(Vec::new(), Value::Null, output, result.as_ref().err());
            return result;
        }
        let input = input_of(&with);
        let (named, longest_pause) = match self.run.runner.config.connection(connection) {
            Ok((name, source)) => (Some(name), source.longest_pause()),
            Err(_) => (connection.map(str::to_owned), None),
        };
        let number = self.begin(task, StepKind::Call, Some(function), named);
        let mut open = OpenStep::new(self, number);
        let operation = self.run.runner.catalog.operation(function).map_err(|error| Fault::of_call(&error))?;
        open.operation = Some((operation, input.clone()));
        let result = self.invoke(connection, function, &input, &open).await;
        let instance = || Some(task.pointer.clone());
        let result = result.map_err(|error| Fault { instance: instance(), longest_pause, ..Fault::of_call(&error) });
        result.iter().for_each(|output| self.run.names.learn(output));
        let mut shown = if input.get("dryRun") == Some(&Value::Bool(true)) {
            Vec::new()
        } else {
            affected(operation, &input, result.as_ref(), &|id| self.run.names.of(id))
        };
        match (&result, &self.failures, &self.handled) {
            (Err(_), Some(failures), _) => {
                open.handed_on = shown.len();
                failures.lock().unwrap_or_else(PoisonError::into_inner).append(&mut shown);
            }
            (Ok(_), _, Some(handled)) => handled
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .retain(|failed| shown.iter().all(|one| one.who != failed.who)),
            _ => {}
        }
        let output = result.as_ref().map_or(Value::Null, |output| self.run.redacted(output.clone()));
        open.end(shown, self.run.redacted(input), output, result.as_ref().err());
        drop(running);
        result
    }

    async fn invoke(
        &self,
        connection: Option<&str>,
        function: &str,
        input: &Value,
        open: &OpenStep<'_>,
    ) -> Result<Value> {
        let (_, client) = self.run.runner.client(connection).await?;
        let context = CallContext {
            run_id: Some(self.run.id.clone()),
            given_up: Some(open.given_up.clone()),
            ..CallContext::default()
        };
        Ok(client.invoke_with(function, &input.to_string(), &context).await?.output)
    }
}

/// What an operation takes of `with`.
pub(super) fn input_of(with: &Map<String, Value>) -> Value {
    let members = with.iter().filter(|(name, _)| !matches!(name.as_str(), "connection" | "all"));
    Value::Object(members.map(|(name, value)| (name.clone(), value.clone())).collect())
}
