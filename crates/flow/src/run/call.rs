//! Calls of the connector's operations.

use super::dry;
use super::frame::Frame;
use super::redaction::asked;
use super::step::OpenStep;
use crate::affected::{affected, planned};
use crate::event::{Affected, Change, Event};
use crate::fault::Fault;
use crate::program::Task;
use crate::rows::{self, Rows};
use scim_connector_host::{CallContext, Result};
use serde_json::{Map, Value};
use std::sync::Arc;

impl Frame {
    /// Calls an operation, or describes the rows of a source.
    pub(super) async fn call(&self, task: &Task, function: &Arc<str>, with: Value) -> Result<Value, Fault> {
        let Value::Object(mut with) = with else {
            return Err(Fault::of_input(format!("`with` of {function} is no map")));
        };
        let running = self.scope.begin().await;
        let runner = &self.run.runner;
        let named = |with: &Map<String, Value>| {
            runner.clients.name(&runner.config, with.get("connection").and_then(Value::as_str))
        };
        let listing = with.get("all").and_then(Value::as_bool).unwrap_or_default();
        if listing || rows::source(function).is_some() {
            let connection = with.get("connection").and_then(Value::as_str).map(Arc::from);
            let mut open = OpenStep::begin(self, task, Some((function, connection)));
            // What cannot be opened is told here, where it stands in the flow.
            let openable = rows::source(function).map_or(Ok(()), |source| Rows::openable(source, &with, &self.files()));
            let result = openable.map(|()| self.run.rows.described(function, &with));
            let output = result.as_ref().map_or(Value::Null, |output| open.shown(output));
            open.end(Vec::new(), Value::Null, output, result.as_ref().err());
            return result;
        }
        let mut open = OpenStep::begin(self, task, Some((function, named(&with))));
        let connection = with.remove("connection");
        with.remove("all");
        let operation = runner.catalog.operation(function).map_err(|error| Fault::of_call(&error))?;
        let instead = if runner.dry_run { dry::instead(operation, &mut with) } else { None };
        let input = Arc::new(Value::Object(with));
        open.operation = Some((operation, input.clone()));
        open.asked = asked(&input);
        let known = |id: &str| self.run.names.of(id);
        let (result, mut shown) = match instead {
            Some(stand_in) => (stand_in, planned(operation, &input, &known)),
            None => {
                let name = connection.as_ref().and_then(Value::as_str);
                let result = self.invoke(name, function, &input, &open).await;
                let fault = |error| Fault { longest_pause: runner.longest_pause(name), ..Fault::of_call(&error) };
                let result = result.map_err(|error| open.clean(fault(error)));
                let shown = affected(operation, &input, result.as_ref(), &known);
                (result, shown)
            }
        };
        open.clean_people(&mut shown);
        result.iter().for_each(|output| self.run.names.learn(output));
        let output = result.as_ref().map_or(Value::Null, |output| open.shown(output));
        // Of many operations each has its result; the call has succeeded where all have.
        let result =
            result.and_then(|output| Fault::of_many(&output).map_or(Ok(output), |fault| Err(open.clean(fault))));
        match (&result, &self.failures, &self.handled) {
            (Err(_), Some(failures), _) => {
                let is_open = |one: &Affected| matches!(one.change, Change::Failed | Change::Unknown);
                let (mut failed, others) = shown.into_iter().partition(is_open);
                shown = others;
                open.handed_on = failed.len();
                failures.lock().people.append(&mut failed);
            }
            (Ok(_), _, Some(handled)) => {
                handled.lock().people.retain(|failed| shown.iter().all(|one| one.who != failed.who));
            }
            _ => {}
        }
        open.end(shown, open.shown(&input), output, result.as_ref().err());
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
        let client = self.run.runner.client(connection).await?;
        let context = CallContext {
            run_id: Some(self.run.id.clone()),
            given_up: Some(open.given_up.clone()),
            ..CallContext::default()
        };
        let outcome = client.invoke_with(function, &input.to_string(), &context).await?;
        self.warn(open.number, &outcome.warnings);
        Ok(outcome.output)
    }

    /// Tells what whoever runs the flow should know although nothing failed.
    pub(super) fn warn(&self, step: u64, warnings: &[String]) {
        for warning in warnings {
            self.run.tell(&Event::Warned { step, text: self.run.text(warning) });
        }
    }
}
