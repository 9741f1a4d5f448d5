//! What a run tells is without secrets: those of the configuration, those of the connections that are open, what it was given
//! as a secret, and members that are named like one.

use super::Run;
use crate::event::Affected;
use crate::fault::Fault;
use scim_connector_host::Client;
use scim_connector_host::redact::Redactor;
use scim_connector_redaction::copy;
use serde_json::Value;
use std::collections::BTreeSet;

/// What knows the secrets in the input of one call, where there are some. Apart from the call: it is large, and calls wait on the
/// stacks of others.
#[inline(never)]
pub(super) fn asked(input: &Value) -> Option<Box<Redactor>> {
    let asked = Redactor::for_call(input);
    (!asked.is_empty()).then(|| Box::new(asked))
}

impl Run {
    /// As [`Run::redacted`], for an event: null where nobody reads such values. `asked` knows the secrets of one call.
    pub(super) fn shown(&self, value: &Value, asked: Option<&Redactor>) -> Value {
        if self.tells_values { self.copied(value, asked) } else { Value::Null }
    }

    /// A copy without secrets.
    pub(super) fn redacted(&self, value: &Value) -> Value {
        self.copied(value, None)
    }

    fn copied(&self, value: &Value, asked: Option<&Redactor>) -> Value {
        let clients = self.runner.clients.opened();
        let mut marked = BTreeSet::new();
        clients.values().for_each(|client| marked.append(&mut client.redactor().marked()));
        copy(value, &marked, &|text| {
            self.rows.shown(text).or_else(|| {
                let without = self.without_secrets(clients.values(), text);
                let again = asked.and_then(|asked| asked.record_without(without.as_deref().unwrap_or(text)));
                again.or(without)
            })
        })
    }

    /// The text without secrets.
    pub(super) fn text(&self, text: &str) -> String {
        self.text_without(text).unwrap_or_else(|| text.to_owned())
    }

    /// The text without secrets; none where it holds none.
    pub(super) fn text_without(&self, text: &str) -> Option<String> {
        let clients = self.runner.clients.opened();
        self.without_secrets(clients.values(), text)
    }

    /// The fault with texts without secrets.
    pub(super) fn clean(&self, mut fault: Fault) -> Fault {
        fault.each_text(&mut |text| {
            if let Some(without) = self.text_without(text) {
                *text = without;
            }
        });
        fault
    }

    /// People, whose names may have been made of secrets.
    pub(super) fn clean_people(&self, people: &mut [Affected]) {
        for Affected { who, reason, .. } in people {
            for text in std::iter::once(who).chain(reason) {
                if let Some(without) = self.text_without(text) {
                    *text = without;
                }
            }
        }
    }

    fn without_secrets<'a>(&self, clients: impl Iterator<Item = &'a Client>, text: &str) -> Option<String> {
        // What a flow names a secret is one, however short, and so is what the run was given as one.
        let first = self.runner.secrets.redactor().text_without(text);
        clients.fold(first, |changed, client| {
            client.redactor().record_without(changed.as_deref().unwrap_or(text)).or(changed)
        })
    }
}
