//! A call's recording: its span, and how long it took by how it ended.

use super::labels::{CallLabels, OTHER, SUCCESS};
use super::meter::Meter;
use crate::error::{Error, FailureKind};
use crate::redact::Redactor;
use std::borrow::Cow;
use std::time::Instant;
use tracing::Span;
use tracing::field::Empty;

/// Which call it is.
pub struct CallIdentity<'a> {
    /// The operation's name as a label: one of a bounded number.
    pub operation: &'static str,
    /// The run it belongs to.
    pub run_id: Option<&'a str>,
    /// Which attempt it is, from 1.
    pub attempt: Option<u32>,
    /// Which component runs it.
    pub component: &'a str,
}

/// A call being recorded. Dropped before its end, it counts as given up.
pub struct CallRecording<'a> {
    /// The call's span.
    pub span: Span,
    meter: &'a Meter,
    operation: &'static str,
    started: Instant,
    ended: bool,
}

/// A failure's kind as a label: those a component has made up are one.
fn kind(error: &Error) -> Cow<'static, str> {
    match error {
        Error::Failure { failure, .. } if matches!(failure.kind, FailureKind::Other(_)) => OTHER.into(),
        other => other.class().kind.into(),
    }
}

impl<'a> CallRecording<'a> {
    /// A call begins.
    pub fn begin(meter: &'a Meter, identity: CallIdentity<'_>, redactor: &Redactor) -> Self {
        let CallIdentity { operation, run_id, attempt, component } = identity;
        let span = tracing::info_span!(
            "scim.call",
            otel.name = operation,
            scim.operation = operation,
            scim.connection = &*meter.name,
            scim.run_id = run_id.map(|id| redactor.text(id)),
            scim.attempt = attempt,
            scim.component = component,
            scim.outcome = Empty,
            error.type = Empty,
            scim.maybe_applied = Empty,
            scim.requests = Empty,
            duration_ms = Empty,
        );
        Self { span, meter, operation, started: Instant::now(), ended: false }
    }

    /// The call has ended after so many requests, with an error or without.
    pub fn end(&mut self, error: Option<&Error>, requests: u32) {
        let outcome = match error {
            None => (SUCCESS, None, false),
            Some(error) => {
                let class = error.class();
                (if class.transient { "transient" } else { "permanent" }, Some(kind(error)), class.maybe_applied)
            }
        };
        self.close(outcome, requests);
    }

    /// Who called has given up, perhaps after a change was sent.
    pub fn abandon(&mut self, maybe_applied: bool, requests: u32) {
        self.close(("abandoned", None, maybe_applied), requests);
    }

    fn close(&mut self, outcome: (&'static str, Option<Cow<'static, str>>, bool), requests: u32) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        let (outcome, error_type, maybe_applied) = outcome;
        let took = self.started.elapsed();
        if !self.span.is_disabled() {
            self.span.record("scim.outcome", outcome);
            self.span.record("error.type", error_type.as_deref());
            self.span.record("scim.maybe_applied", maybe_applied);
            self.span.record("scim.requests", requests);
            self.span.record("duration_ms", took.as_secs_f64() * 1000.0);
        }
        let (connection, operation) = (self.meter.label.clone(), self.operation);
        self.meter.call(CallLabels { connection, operation, outcome, error_type }, took);
    }
}

impl Drop for CallRecording<'_> {
    fn drop(&mut self) {
        self.abandon(false, 0);
    }
}
