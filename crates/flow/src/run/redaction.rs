//! What a run tells is without secrets: those of the configuration, those of the connections that are open, what it was given
//! as a secret, and members that are named like one.

use super::Run;
use crate::Flow;
use crate::event::Affected;
use crate::fault::Fault;
use crate::secrets::texts;
use scim_connector_host::Client;
use scim_connector_host::redact::Redactor;
use scim_connector_redaction::{ListedNames, copy, each_secret, marked_places, without_marked};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a run was given as a secret; forgotten when the run is over.
#[derive(Default)]
pub(super) struct Given(Arc<Redactor>);

impl Given {
    /// Learns what the schema of a flow's input marks as secret, and what is named like one. Gives the input as it may be shown,
    /// but for secrets that stand in other texts.
    pub(super) fn learn(&self, flow: &Flow, input: &Value, beside: &Redactor) -> Value {
        let schema = flow.document.value.pointer("/input/schema/document").unwrap_or(&Value::Null);
        let places = marked_places(schema, input);
        let mut secrets = Vec::new();
        for value in places.iter().filter_map(|place| input.pointer(place)) {
            texts(value, &mut secrets);
        }
        each_secret(input, &ListedNames, &mut |secret| secrets.push(secret.to_owned()));
        if !secrets.is_empty() {
            let first = self.0.is_empty();
            self.0.learn_all(secrets.iter().map(String::as_str));
            if first {
                beside.stand_beside(&self.0);
            }
        }
        without_marked(input, &places)
    }
}

impl Run {
    /// As [`Run::redacted`], for an event: null where nobody reads such values. `asked` knows the secrets of one call.
    pub(super) fn shown(&self, value: &Value, asked: &Redactor) -> Value {
        if self.tells_values { self.copied(value, Some(asked)) } else { Value::Null }
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
