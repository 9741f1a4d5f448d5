//! Tells of the steps that swf-runtime carries out alone.

use super::frame::Frame;
use crate::event::{StepKind, StepOutcome};
use serde_json::Value;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;
use swf_runtime::{WorkflowEvent, WorkflowExecutionListener};

/// Tells of the steps that swf-runtime carries out alone.
pub(super) struct Listener {
    pub(super) frame: Frame,
    pub(super) open: Mutex<Option<Open>>,
}

pub(super) struct Open {
    pub(super) name: String,
    pub(super) step: u64,
    pub(super) started: Instant,
}

impl Listener {
    pub(super) fn open(&self) -> Option<Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Drop for Listener {
    /// A step that is still open was cut off.
    fn drop(&mut self) {
        if let Some(open) = self.open() {
            let (outcome, nothing) = (StepOutcome::Interrupted, Value::Null);
            self.frame.end(open.step, open.started, outcome, Vec::new(), nothing.clone(), nothing, None);
        }
    }
}

impl WorkflowExecutionListener for Listener {
    fn on_event(&self, event: &WorkflowEvent) {
        match event {
            WorkflowEvent::TaskStarted { task_name, .. } => {
                let Some(task) = self.frame.block.task(task_name) else { return };
                let Some(kind) = task.native else { return };
                // A task may stand in a list of its own name.
                if self.open.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
                    return;
                }
                let step = self.frame.begin_named(&task.name, &task.pointer, kind, None, None);
                let open = Open { name: task.name.clone(), step, started: Instant::now() };
                *self.open.lock().unwrap_or_else(PoisonError::into_inner) = Some(open);
            }
            WorkflowEvent::TaskCompleted { task_name, output, .. } => {
                let task = self.frame.block.task(task_name).and_then(|task| Some((task, task.native?)));
                // Of a switch swf-runtime tells the end alone.
                let open = self.open().or_else(|| {
                    let (task, kind) = task.filter(|(_, kind)| *kind == StepKind::Switch)?;
                    let step = self.frame.begin_named(&task.name, &task.pointer, kind, None, None);
                    Some(Open { name: task.name.clone(), step, started: Instant::now() })
                });
                if task.is_some()
                    && let Some(open) = open
                {
                    let output = self.frame.run.redacted(output.clone());
                    self.frame.end(
                        open.step,
                        open.started,
                        StepOutcome::Completed,
                        Vec::new(),
                        Value::Null,
                        output,
                        None,
                    );
                }
            }
            _ => {}
        }
    }
}
