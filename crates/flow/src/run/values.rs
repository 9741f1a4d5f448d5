//! The variables that an expression of a task may name: `$input`, `$output`, `$context`, `$task`, `$workflow`, `$runtime`,
//! `$secret`, and those of loops and handlers. What is costly to make is made when an expression names it.

use super::frame::Frame;
use crate::expression::{EvaluationError, Expression};
use crate::fault::Fault;
use crate::program::{self, Task, Template, Variables};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::OnceLock;

/// `$runtime`.
static RUNTIME: OnceLock<Value> = OnceLock::new();

/// The variables of one task, or of a flow as a whole.
pub(super) struct Values<'a> {
    frame: &'a Frame,
    task: Option<(&'a Task, Timestamp)>,
    /// What it was given before its `input`.
    raw: &'a Value,
    input: &'a Value,
    /// What it gave before its `output`, and after.
    output: Option<(&'a Value, &'a Value)>,
    context: &'a Value,
    /// One more, such as a handler's error.
    extra: Option<(&'a str, &'a Value)>,
    /// `$task` and `$secret`.
    made: [OnceLock<Value>; 2],
}

impl<'a> Values<'a> {
    pub(super) fn of_flow(frame: &'a Frame, input: &'a Value, context: &'a Value) -> Self {
        Self { frame, task: None, raw: input, input, output: None, context, extra: None, made: Default::default() }
    }

    pub(super) fn of_task(frame: &'a Frame, task: &'a Task, raw: &'a Value, context: &'a Value) -> Self {
        Self { task: Some((task, Timestamp::now())), ..Self::of_flow(frame, raw, context) }
    }

    /// With the task whose lists these are.
    pub(super) fn in_task(self, task: &'a Task, started: Timestamp) -> Self {
        Self { task: Some((task, started)), ..self }
    }

    pub(super) fn started(&self) -> Timestamp {
        self.task.map_or_else(Timestamp::now, |(_, started)| started)
    }

    pub(super) fn with_input(self, input: &'a Value) -> Self {
        Self { input, ..self }
    }

    /// What is known after the task: what it gave before its `output` and after, and `$context` as it is then.
    pub(super) fn after<'b>(&self, raw: &'b Value, output: &'b Value, context: &'b Value) -> Values<'b>
    where
        'a: 'b,
    {
        Values {
            frame: self.frame,
            task: self.task,
            raw: self.raw,
            input: self.input,
            output: Some((raw, output)),
            context,
            extra: self.extra,
            made: Default::default(),
        }
    }

    pub(super) fn with(self, name: &'a str, value: &'a Value) -> Self {
        Self { extra: Some((name, value)), ..self }
    }

    pub(super) fn task(&self) -> Option<&Task> {
        self.task.map(|(task, _)| task)
    }

    /// A value with expressions in it, with `input` as `.`.
    pub(super) async fn evaluate(&self, template: &Template, input: &Value) -> Result<Value, Fault> {
        template.evaluate(input, self).await.map_err(|error| expression_fault(&error, self.task()))
    }

    pub(super) async fn expression(&self, expression: &Expression, input: &Value) -> Result<Value, Fault> {
        program::evaluate(expression, input, self).await.map_err(|error| expression_fault(&error, self.task()))
    }

    /// Whether an expression gives true.
    pub(super) async fn holds(&self, expression: &Expression, input: &Value) -> Result<bool, Fault> {
        Ok(self.expression(expression, input).await? == Value::Bool(true))
    }

    fn task_value(&self) -> Value {
        let Some((task, started)) = self.task else { return Value::Null };
        json!({
            "name": &*task.name,
            "reference": &*task.pointer,
            "definition": task.definition,
            "input": self.raw,
            "output": self.output.map(|(raw, _)| raw),
            "startedAt": time(started),
        })
    }

    fn workflow_value(&self) -> Value {
        json!({
            "id": self.frame.run.id,
            "definition": self.frame.flow.document.value,
            "input": *self.frame.flow_run.input,
            "startedAt": time(self.frame.flow_run.started),
        })
    }
}

fn time(at: Timestamp) -> Value {
    json!({
        "iso8601": at.to_string(),
        "epoch": {"seconds": at.as_second(), "milliseconds": at.as_millisecond()},
    })
}

impl Variables for Values<'_> {
    fn value(&self, name: &str) -> Option<&Value> {
        if let Some((extra, value)) = self.extra
            && extra == name
        {
            return Some(value);
        }
        if let Some((_, value)) = self.frame.variables.iter().rev().find(|(known, _)| &**known == name) {
            return Some(value);
        }
        let [task, secret] = &self.made;
        match name {
            "$input" => Some(self.input),
            "$output" => self.output.map(|(_, output)| output),
            "$context" => Some(self.context),
            "$task" => Some(task.get_or_init(|| self.task_value())),
            "$workflow" => Some(self.frame.flow_run.workflow.get_or_init(|| self.workflow_value())),
            "$runtime" => Some(RUNTIME.get_or_init(
                || json!({"name": "scim-connector", "version": env!("CARGO_PKG_VERSION"), "metadata": {}}),
            )),
            "$secret" => {
                let secrets = &self.frame.run.runner.secrets;
                Some(secret.get_or_init(|| secrets.only(self.frame.flow.secrets()).all()))
            }
            _ => None,
        }
    }
}

/// An expression that fails says in which step and line.
pub(super) fn expression_fault(error: &EvaluationError, task: Option<&Task>) -> Fault {
    let Some(task) = task else { return Fault::of_expression(error.to_string(), None) };
    let detail = format!("{error} (step `{}`, line {})", task.name, task.line);
    Fault::of_expression(detail, Some((*task.pointer).to_owned()))
}
