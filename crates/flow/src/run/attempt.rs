//! `try`: a list, its repetitions, and the list that handles what went wrong.

use super::frame::{Frame, Given, Held, result_of};
use crate::event::Event;
use crate::expression::Expression;
use crate::fault::Fault;
use crate::program::Try;
use serde_json::{Map, Value};
use std::sync::PoisonError;
use std::time::{Duration, Instant};

impl Frame {
    /// `try`, with its repetitions.
    pub(super) async fn attempt(&self, it: &Try, number: u64, given: Given, held: &Held) -> Result<Value, Fault> {
        let exports = it.body.exports || it.handler.as_ref().is_some_and(|block| block.exports);
        let started = Instant::now();
        let mut attempt = 0;
        let fault = loop {
            let fault = match self.once(it, number, &given, held).await {
                Ok((output, context)) => return Ok(result_of(exports, output, context)),
                Err(fault) => fault,
            };
            let mut values = given.variables.clone();
            values.insert("$context".into(), given.context.clone());
            values.insert("$input".into(), given.input.clone());
            values.insert(it.variable.clone(), fault.to_value());
            let holds = |expression: &Option<Expression>, otherwise| match expression {
                Some(expression) => truth(expression, &fault.to_value(), &values),
                None => Ok(otherwise),
            };
            if !fault.matches(&it.filter) || !holds(&it.when, true)? || holds(&it.except_when, false)? {
                return Err(fault);
            }
            let Some(policy) = &it.retry else { break fault };
            // A write that may have been applied is not sent again unless the flow says so.
            let safe = fault.transient || !fault.maybe_applied || policy.when.is_some();
            if !safe || !holds(&policy.when, true)? || holds(&policy.except_when, false)? {
                break fault;
            }
            attempt += 1;
            let asked = fault.retry_after_ms.map(Duration::from_millis);
            let Some(wait) = policy.wait(attempt, started.elapsed(), asked, rand::random()) else { break fault };
            let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            held.lock().unwrap_or_else(PoisonError::into_inner).clear();
            self.run.tell(&Event::StepRetried { step: number, attempt, error: self.run.clean(fault), wait_ms });
            tokio::time::sleep(wait).await;
        };
        match &it.handler {
            Some(handler) => {
                let mut frame = self.below(handler, number, &given);
                frame.mended = Some(held.clone());
                frame.variables.insert(it.variable.clone(), fault.to_value());
                frame.run(given.input).await.map(|(output, context)| result_of(exports, output, context))
            }
            None if it.retry.is_some() => Err(fault),
            None => Ok(result_of(exports, given.input, given.context)),
        }
    }

    /// One try, in the time that it may take.
    async fn once(&self, it: &Try, number: u64, given: &Given, held: &Held) -> Result<(Value, Value), Fault> {
        let mut body = self.below(&it.body, number, given);
        body.held = (it.retry.is_some() || it.handler.is_some()).then(|| held.clone());
        let Some(limit) = it.retry.as_ref().and_then(|policy| policy.attempt_limit) else {
            return body.run(given.input.clone()).await;
        };
        body.scope = self.scope.within();
        match tokio::time::timeout(limit, body.run(given.input.clone())).await {
            Ok(result) => result,
            Err(_) => {
                // What was cut off says so first.
                body.scope.idle().await;
                let maybe_applied = body.scope.take_open();
                Err(Fault { maybe_applied, ..Fault::of_timeout(limit, it.body.pointer.clone()) })
            }
        }
    }
}

pub(super) fn truth(expression: &Expression, input: &Value, values: &Map<String, Value>) -> Result<bool, Fault> {
    let value = expression.evaluate(input, |name| values.get(name)).map_err(Fault::of_input)?;
    Ok(value == Value::Bool(true))
}
