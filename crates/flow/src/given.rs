//! What a run is given that is secret: by its place in the schema of the flow's input, or by its name.

use crate::Flow;
use crate::fault::Fault;
use crate::secrets::texts;
use scim_connector_host::redact::{Redactor, too_much};
use scim_connector_redaction::{ListedNames, each_secret, marked_places, without_marked};
use serde_json::Value;
use std::sync::Arc;

/// What a run was given as a secret; forgotten when the run is over.
#[derive(Default)]
pub(crate) struct Given(Arc<Redactor>);

impl Given {
    /// Learns what the schema of a flow's input marks as secret, and what is named like one. Gives the input as it may be shown,
    /// but for secrets that stand in other texts.
    ///
    /// # Errors
    ///
    /// Of more secrets, or longer ones, than can be looked for.
    pub(crate) fn learn(&self, flow: &Flow, input: &Value, beside: &Redactor) -> Result<Value, Fault> {
        let schema = flow.document.value.pointer("/input/schema/document").unwrap_or(&Value::Null);
        let places = marked_places(schema, input);
        let mut secrets = Vec::new();
        for value in places.iter().filter_map(|place| input.pointer(place)) {
            texts(value, &mut secrets);
        }
        each_secret(input, &ListedNames, &mut |secret| secrets.push(secret.to_owned()));
        secrets.sort_unstable();
        secrets.dedup();
        if let Some(why) = too_much(secrets.iter().map(String::as_str)) {
            return Err(Fault::of_input(format!("the input of {} cannot be taken: {why}", flow.name())));
        }
        if !secrets.is_empty() {
            let first = self.0.is_empty();
            self.0.learn_all(secrets.iter().map(String::as_str));
            if first {
                beside.stand_beside(&self.0);
            }
        }
        Ok(without_marked(input, &places))
    }
}
