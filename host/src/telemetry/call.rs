//! A call under watch: its span, and how long it took by how it ended.

use super::meter::Meter;
use super::metrics::{CallLabels, OTHER};
use crate::client::CallContext;
use crate::error::{Error, FailureKind};
use crate::redact::Redactor;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use std::time::Instant;
use tracing::Span;
use tracing::field::Empty;

/// Whoever is watched ends the watch, or has given up the call.
pub struct Watch {
    /// The call's span.
    pub span: Span,
    meter: Arc<Meter>,
    operation: Arc<str>,
    started: Instant,
    ended: bool,
}

/// The operations' names as labels, by their names in JSON and in Rust.
static OPERATIONS: LazyLock<HashMap<String, Arc<str>>> = LazyLock::new(|| {
    let rust = crate::client::OPERATIONS.iter().copied();
    rust.flat_map(|rust| {
        let name = camel(rust);
        let label: Arc<str> = name.as_str().into();
        [(name, label.clone()), (rust.to_owned(), label)]
    })
    .collect()
});

static UNKNOWN: LazyLock<Arc<str>> = LazyLock::new(|| OTHER.into());

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (head, tail) = word.split_at(word.len().min(1));
        name + &head.to_ascii_uppercase() + tail
    })
}

/// A failure's kind as a label: those a component has made up are one.
fn kind(error: &Error) -> Cow<'static, str> {
    match error {
        Error::Failure { failure, .. } if matches!(failure.kind, FailureKind::Other(_)) => OTHER.into(),
        other => other.class().kind.into(),
    }
}

impl Watch {
    /// A call begins. `operation` is its name in JSON or in Rust, `component` says which component runs it.
    pub fn begin(
        meter: &Arc<Meter>,
        operation: &str,
        context: &CallContext,
        component: &str,
        redactor: &Redactor,
    ) -> Self {
        let operation = OPERATIONS.get(operation).unwrap_or(&UNKNOWN).clone();
        let span = tracing::info_span!(
            "scim.call",
            otel.name = &*operation,
            scim.operation = &*operation,
            scim.connection = &*meter.name,
            scim.run_id = context.run_id.as_deref().map(|id| redactor.text(id)),
            scim.attempt = context.attempt,
            scim.component = component,
            scim.outcome = Empty,
            error.type = Empty,
            scim.maybe_applied = Empty,
            scim.requests = Empty,
            duration_ms = Empty,
        );
        Self { span, meter: meter.clone(), operation, started: Instant::now(), ended: false }
    }

    /// The call has ended after so many requests, with an error or without.
    pub fn end(&mut self, error: Option<&Error>, requests: u32) {
        let outcome = match error {
            None => ("success", None, false),
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
        let (connection, operation) = (self.meter.label.clone(), self.operation.clone());
        let labels = CallLabels { connection, operation, outcome, error_type };
        self.meter.families.calls.get_or_create(&labels).observe(took.as_secs_f64());
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.abandon(false, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_have_the_names_of_the_catalog() {
        for (given, label) in
            [("createUser", "createUser"), ("create_user", "createUser"), ("bulk", "bulk"), ("drop table", "_OTHER")]
        {
            assert_eq!(&**OPERATIONS.get(given).unwrap_or(&UNKNOWN), label);
        }
    }
}
