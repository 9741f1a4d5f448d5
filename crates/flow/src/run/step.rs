//! A step that was begun, and what is told of its end.

use super::attempt::Failures;
use super::frame::Frame;
use super::micros;
use crate::affected::affected;
use crate::event::{Affected, Event, StepOutcome};
use crate::fault::Fault;
use crate::program::Task;
use scim_connector_host::Error;
use scim_connector_host::catalog::Operation;
use scim_connector_host::redact::Redactor;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// A step that was begun. Where it is dropped before its end, a timeout or an interruption cut it off, and it says so.
pub(super) struct OpenStep<'a> {
    frame: &'a Frame,
    task: &'a Task,
    pub(super) number: u64,
    started: Instant,
    /// Set where the call is cut off after it has sent a change.
    pub(super) given_up: Arc<AtomicBool>,
    pub(super) operation: Option<(&'a Operation, Arc<Value>)>,
    /// Knows the secrets in what it is called with.
    pub(super) asked: Option<Box<Redactor>>,
    /// Whom a `try` failed for until now.
    failures: Failures,
    /// Of how many the `try` around it tells.
    pub(super) handed_on: usize,
    /// It has no calls and lists inside, so that being cut off is no failure.
    plain: bool,
    ended: bool,
}

impl<'a> OpenStep<'a> {
    /// Tells that a step begins; `calls` is the function that it calls, and the connection that it uses.
    pub(super) fn begin(frame: &'a Frame, task: &'a Task, calls: Option<(&Arc<str>, Option<Arc<str>>)>) -> Self {
        let number = frame.run.next();
        let (function, connection) = calls.map_or((None, None), |(function, connection)| (Some(function), connection));
        let connection = connection.map(|name| frame.run.text_without(&name).map_or(name, Arc::from));
        frame.run.tell(&Event::StepStarted {
            step: number,
            parent: frame.parent,
            pointer: task.pointer.clone(),
            name: task.name.clone(),
            kind: task.action.kind(),
            function: function.cloned(),
            connection,
            item: frame.item,
        });
        Self {
            frame,
            task,
            number,
            started: Instant::now(),
            given_up: Arc::default(),
            operation: None,
            asked: None,
            failures: Failures::default(),
            plain: false,
            handed_on: 0,
            ended: false,
        }
    }

    /// As [`OpenStep::begin`], of one without calls and lists inside.
    pub(super) fn plain(frame: &'a Frame, task: &'a Task) -> Self {
        let mut step = Self::begin(frame, task, None);
        step.plain = true;
        step
    }

    /// What it was given or gave, as it may be told.
    pub(super) fn shown(&self, value: &Value) -> Value {
        self.frame.run.shown(value, self.asked.as_deref())
    }

    /// People and faults without the secrets of its call: they are handed on to steps that do not know them.
    pub(super) fn clean_people(&self, people: &mut [Affected]) {
        let Some(asked) = &self.asked else { return };
        for person in people {
            if let Some(without) = asked.record_without(&person.who) {
                person.who = without;
            }
        }
    }

    /// As [`OpenStep::clean_people`], of the fault.
    pub(super) fn clean(&self, mut fault: Fault) -> Fault {
        let Some(asked) = &self.asked else { return fault };
        fault.each_text(&mut |text| {
            if let Some(without) = asked.text_without(text) {
                *text = without;
            }
        });
        fault
    }

    /// Where whom it failed for is kept.
    pub(super) fn failures(&self) -> Failures {
        self.failures.clone()
    }

    /// Tells its end; `affected` beside whom it failed for.
    pub(super) fn end(&mut self, mut affected: Vec<Affected>, input: Value, output: Value, fault: Option<&Fault>) {
        self.ended = true;
        affected.append(&mut self.failures.lock().people);
        if fault.is_some() {
            self.hand_on(&mut Vec::new());
        }
        let outcome = if fault.is_some() { StepOutcome::Failed } else { StepOutcome::Completed };
        self.tell(outcome, affected, input, output, fault.cloned());
    }

    /// Leaves it to the `try` around it to say that it failed, and for whom; nobody is left where there is one.
    fn hand_on(&mut self, people: &mut Vec<Affected>) {
        if let Some(around) = &self.frame.failures {
            let mut around = around.lock();
            around.steps.push(self.number);
            self.handed_on += people.len();
            around.people.append(people);
        }
    }

    fn tell(
        &self,
        outcome: StepOutcome,
        mut affected: Vec<Affected>,
        input: Value,
        output: Value,
        fault: Option<Fault>,
    ) {
        self.frame.run.clean_people(&mut affected);
        self.frame.run.tell(&Event::StepEnded {
            step: self.number,
            outcome,
            duration_us: micros(self.started),
            affected,
            handed_on: self.handed_on,
            input,
            output,
            error: fault.map(|fault| self.frame.run.clean(fault.at(&self.task.pointer))),
        });
    }
}

impl Drop for OpenStep<'_> {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let failed = std::mem::take(&mut self.failures.lock().people);
        if self.plain {
            return self.tell(StepOutcome::Interrupted, failed, Value::Null, Value::Null, None);
        }
        if self.operation.is_none() && self.frame.flow_run.ended().is_some() {
            // A `then: end` inside of it.
            return self.tell(StepOutcome::Completed, failed, Value::Null, Value::Null, None);
        }
        // Its call was dropped before it.
        let maybe_applied = self.given_up.load(Ordering::Acquire);
        if maybe_applied {
            self.frame.scope.leave_open();
        }
        let error = Error::Interrupted { maybe_applied };
        let fault = Fault::of_call(&error);
        let (mut affected, input) = match &self.operation {
            Some((operation, input)) => {
                let names = &self.frame.run.names;
                (affected(operation, input, Err(&fault), &|id| names.of(id)), self.shown(input))
            }
            None => (failed, Value::Null),
        };
        self.clean_people(&mut affected);
        // A `try` may handle that it took too long; that it may have been applied, nothing handles.
        if !maybe_applied {
            self.hand_on(&mut affected);
        }
        self.tell(StepOutcome::Interrupted, affected, input, Value::Null, Some(fault));
    }
}
