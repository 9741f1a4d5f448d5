//! What a run tells is without secrets: those of the configuration, those of the connections that are open, and members that are
//! named like one.

use super::Run;
use crate::fault::Fault;
use scim_connector_host::{Client, redact};
use serde_json::Value;

impl Run {
    /// As [`Run::redacted`], for an event: null where nobody reads such values.
    pub(super) fn shown(&self, value: &Value) -> Value {
        if self.tells_values { self.redacted(value) } else { Value::Null }
    }

    /// A copy without secrets.
    pub(super) fn redacted(&self, value: &Value) -> Value {
        let clients = self.runner.clients.opened();
        redact::copy(value, &|text| self.rows.shown(text).or_else(|| self.without_secrets(clients.values(), text)))
    }

    /// The text without secrets.
    pub(super) fn text(&self, text: &str) -> String {
        let clients = self.runner.clients.opened();
        self.without_secrets(clients.values(), text).unwrap_or_else(|| text.to_owned())
    }

    /// The fault with texts without secrets.
    pub(super) fn clean(&self, mut fault: Fault) -> Fault {
        let clients = self.runner.clients.opened();
        for part in [&mut fault.detail, &mut fault.title].into_iter().flatten() {
            if let Some(text) = self.without_secrets(clients.values(), part) {
                *part = text;
            }
        }
        fault
    }

    /// The text without secrets; none where it holds none.
    fn without_secrets<'a>(&self, clients: impl Iterator<Item = &'a Client>, text: &str) -> Option<String> {
        // What a flow names a secret is one, however short.
        let first = self.runner.secrets.redactor().text_without(text);
        clients.fold(first, |changed, client| {
            client.redactor().result_without(changed.as_deref().unwrap_or(text)).or(changed)
        })
    }
}
