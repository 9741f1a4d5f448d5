//! `try`: a list, its repetitions, and the list that handles what went wrong.

use super::frame::{Frame, Passed};
use super::values::Values;
use crate::event::{Affected, Change, Event};
use crate::expression::Expression;
use crate::fault::Fault;
use crate::program::{Task, Try};
use crate::retry::Asked;
use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What failed inside of a `try`, until it is known whether that is handled.
#[derive(Default)]
pub(super) struct Failed {
    /// Whom the calls of the last attempt failed for.
    pub(super) people: Vec<Affected>,
    /// The steps that failed in any attempt.
    pub(super) steps: Vec<u64>,
}

/// That, as everything inside of the `try` sees it.
pub(super) type Failures = Arc<Mutex<Failed>>;

impl Frame {
    /// `try`: what failed in it counts as handled where it ends well. Otherwise it is for the `try` around it to say.
    pub(super) async fn attempt(
        &self,
        task: (&Task, &Try),
        began: Timestamp,
        number: u64,
        input: &Arc<Value>,
        context: &Arc<Value>,
        failures: &Failures,
    ) -> Result<Passed, Fault> {
        let result = self.attempts(task, began, number, input, context, failures).await;
        let mut failed = std::mem::take(&mut *failures.lock());
        match (&result, &self.failures) {
            (Ok(_), _) => {
                if !failed.steps.is_empty() {
                    self.run.tell(&Event::Handled { steps: std::mem::take(&mut failed.steps) });
                }
                for person in failed.people.iter_mut().filter(|person| person.change == Change::Failed) {
                    person.change = Change::Handled;
                }
            }
            (Err(_), Some(around)) => {
                let mut around = around.lock();
                around.people.append(&mut failed.people);
                around.steps.append(&mut failed.steps);
            }
            (Err(_), None) => {}
        }
        // The step tells of whom is left.
        *failures.lock() = failed;
        result
    }

    /// The attempts, and what handles the failure of the last.
    async fn attempts(
        &self,
        (task, it): (&Task, &Try),
        began: Timestamp,
        number: u64,
        input: &Arc<Value>,
        context: &Arc<Value>,
        failures: &Failures,
    ) -> Result<Passed, Fault> {
        let started = Instant::now();
        let mut attempt = 0;
        let fault = loop {
            let fault = match self.once(it, number, input, context, failures).await {
                Ok(passed) => return Ok(passed),
                Err(fault) => fault,
            };
            let error = fault.to_condition();
            let values = Values::of_flow(self, input, context).in_task(task, began).with(&it.variable, &error);
            let holds = async |expression: &Option<Expression>, otherwise| match expression {
                Some(expression) => values.holds(expression, &error).await,
                None => Ok(otherwise),
            };
            let taken = fault.is_taken_by(it.asks_for_answers) && fault.matches(&it.filter);
            if !taken || !holds(&it.when, true).await? || holds(&it.except_when, false).await? {
                return Err(fault);
            }
            let Some(policy) = &it.retry else { break fault };
            // A write that may have been applied is not sent again unless the flow says so.
            let safe = fault.transient || !fault.maybe_applied || policy.when.is_some();
            if !safe || !holds(&policy.when, true).await? || holds(&policy.except_when, false).await? {
                break fault;
            }
            attempt += 1;
            let asked = Asked {
                pause: fault.retry_after_ms.map(Duration::from_millis).unwrap_or_default(),
                longest: fault.longest_pause,
            };
            let Some(wait) = policy.wait(attempt, started.elapsed(), asked, rand::random()) else { break fault };
            let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            failures.lock().people.clear();
            self.run.tell(&Event::StepRetried { step: number, attempt, error: self.run.clean(fault), wait_ms });
            tokio::time::sleep(wait).await;
        };
        match &it.handler {
            Some(handler) => {
                let mut frame = self.below(handler, number, context);
                frame.handled = Some(failures.clone());
                frame.variables.push((it.variable.clone(), Arc::new(fault.to_value())));
                frame.run(input.clone()).await
            }
            None if it.retry.is_some() => Err(fault),
            None => Ok(Passed { output: input.clone(), context: context.clone() }),
        }
    }

    /// One try, in the time that it may take.
    async fn once(
        &self,
        it: &Try,
        number: u64,
        input: &Arc<Value>,
        context: &Arc<Value>,
        failures: &Failures,
    ) -> Result<Passed, Fault> {
        let mut body = self.below(&it.body, number, context);
        body.failures = Some(failures.clone());
        let limit = it.retry.as_ref().and_then(|policy| policy.attempt_limit);
        if limit.is_some() {
            body.scope = self.scope.within();
        }
        body.within(limit, &it.body.pointer, body.run(input.clone())).await
    }
}
