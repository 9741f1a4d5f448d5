//! Calls of the connector's operations, and what is told of a step that was begun.

use super::frame::{Frame, Given, Held};
use super::micros;
use crate::affected::affected;
use crate::event::{Affected, Event, StepKind, StepOutcome};
use crate::fault::Fault;
use crate::program::Step;
use crate::rows::{self, Rows};
use scim_connector_host::catalog::Operation;
use scim_connector_host::{CallContext, Error, Result};
use serde_json::{Map, Value};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Instant;

impl Frame {
    /// Calls an operation, or describes the rows of a source.
    pub(super) async fn call(&self, step: &Step, function: &str, given: &Given) -> Result<Value, Fault> {
        let with = given.value.as_object().cloned().unwrap_or_default();
        let going = self.scope.begin().await;
        let connection = with.get("connection").and_then(Value::as_str);
        let listing = with.get("all").and_then(Value::as_bool).unwrap_or_default();
        if listing || rows::source(function).is_some() {
            let number = self.begin(step, StepKind::Call, Some(function), connection.map(str::to_owned));
            let mut open = OpenStep::new(self, number);
            // What cannot be opened is told here, where it stands in the flow.
            let openable =
                rows::source(function).map_or(Ok(()), |source| Rows::openable(source, &with, self.flow.folder()));
            let result = openable.map(|()| self.run.rows.described(function, &with));
            let result = result.map_err(|fault| Fault { instance: Some(step.pointer.clone()), ..fault });
            let output = result.as_ref().map_or(Value::Null, |output| self.run.redacted(output.clone()));
            open.end(Vec::new(), Value::Null, output, result.as_ref().err());
            return result;
        }
        let input = input_of(&with);
        let named = match &self.run.runner.config.connection(connection) {
            Ok((name, _)) => Some(name.clone()),
            Err(_) => connection.map(str::to_owned),
        };
        let number = self.begin(step, StepKind::Call, Some(function), named);
        let mut open = OpenStep::new(self, number);
        let operation = self.run.runner.catalog.operation(function).map_err(|error| Fault::of_call(&error))?;
        open.operation = Some((operation, input.clone()));
        let result = self.invoke(connection, function, &input, &open).await;
        let result = result.map_err(|error| Fault { instance: Some(step.pointer.clone()), ..Fault::of_call(&error) });
        result.iter().for_each(|output| self.run.names.learn(output));
        let mut shown = if input.get("dryRun") == Some(&Value::Bool(true)) {
            Vec::new()
        } else {
            affected(operation, &input, result.as_ref(), &|id| self.run.names.of(id))
        };
        match (&result, &self.held, &self.mended) {
            (Err(_), Some(held), _) => {
                open.handed_on = shown.len();
                held.lock().unwrap_or_else(PoisonError::into_inner).append(&mut shown);
            }
            (Ok(_), _, Some(mended)) => mended
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .retain(|failed| shown.iter().all(|one| one.who != failed.who)),
            _ => {}
        }
        let output = result.as_ref().map_or(Value::Null, |output| self.run.redacted(output.clone()));
        open.end(shown, self.run.redacted(input), output, result.as_ref().err());
        drop(going);
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

/// A step that was begun. Where it is dropped before its end, a timeout or an interruption cut it off, and it says so.
pub(super) struct OpenStep<'a> {
    frame: &'a Frame,
    number: u64,
    started: Instant,
    /// Set where the call is cut off after it has sent a change.
    given_up: Arc<AtomicBool>,
    operation: Option<(&'a Operation, Value)>,
    /// Whom a `try` failed for until now.
    held: Held,
    /// Of how many the `try` around it tells.
    handed_on: usize,
    ended: bool,
}

impl<'a> OpenStep<'a> {
    pub(super) fn new(frame: &'a Frame, number: u64) -> Self {
        Self {
            frame,
            number,
            started: Instant::now(),
            given_up: Arc::default(),
            operation: None,
            held: Held::default(),
            handed_on: 0,
            ended: false,
        }
    }

    /// Where whom it failed for is kept.
    pub(super) fn held(&self) -> Held {
        self.held.clone()
    }

    /// Tells its end; `affected` beside whom it failed for.
    pub(super) fn end(&mut self, mut affected: Vec<Affected>, input: Value, output: Value, fault: Option<&Fault>) {
        self.ended = true;
        affected.append(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner));
        let outcome = if fault.is_some() { StepOutcome::Failed } else { StepOutcome::Completed };
        let fault = fault.map(|fault| self.frame.run.clean(fault.clone()));
        self.frame.run.tell(&Event::StepEnded {
            step: self.number,
            outcome,
            duration_us: micros(self.started),
            affected,
            handed_on: self.handed_on,
            input,
            output,
            error: fault,
        });
    }
}

impl Drop for OpenStep<'_> {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let nothing = Value::Null;
        let held = std::mem::take(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner));
        if self.operation.is_none() && self.frame.whole.ended().is_some() {
            // A `then: end` inside of it.
            let outcome = StepOutcome::Completed;
            return self.frame.end(self.number, self.started, outcome, held, nothing.clone(), nothing, None);
        }
        // Its call was dropped before it.
        let maybe_applied = self.given_up.load(Ordering::Acquire);
        if maybe_applied {
            self.frame.scope.leave_open();
        }
        let error = Error::Interrupted { maybe_applied };
        let fault = Fault::of_call(&error);
        let (affected, input) = match &self.operation {
            Some((operation, input)) => {
                let names = &self.frame.run.names;
                (affected(operation, input, Err(&fault), &|id| names.of(id)), self.frame.run.redacted(input.clone()))
            }
            None => (held, Value::Null),
        };
        let outcome = StepOutcome::Interrupted;
        self.frame.end(self.number, self.started, outcome, affected, input, Value::Null, Some(fault));
    }
}
