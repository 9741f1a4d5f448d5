//! What is wrong with a flow as a whole, where no part is wrong by itself: its schedule, the input it runs with, its secrets.

use super::{Checker, call, known_hint, name};
use crate::schedule::Plan;
use scim_connector_redaction::{is_secret_name, marked_places};
use serde_json::Value;

impl Checker<'_> {
    /// What has to do with the flow as a whole.
    pub(super) fn flow_as_a_whole(&mut self) {
        // What the table lets pass and is no schedule all the same; what it has named already is not named again.
        for wrong in Plan::read(&self.document.value).err().into_iter().flatten() {
            if !self.problems.iter().any(|problem| problem.pointer.starts_with(&wrong.pointer)) {
                self.problem(&wrong.pointer, wrong.message);
            }
        }
        let automation = "/document/metadata/automation/input";
        let schema = self.document.value.pointer("/input/schema/document");
        if let Some((input, schema)) = self.document.value.pointer(automation).zip(schema) {
            // What is named like a secret is said where every value is looked at.
            let marked = marked_places(schema, input).into_iter().filter(|place| !is_secret_name(&name(place)));
            for place in marked {
                if input.pointer(&place).is_some_and(|value| !value.as_str().is_some_and(str::is_empty)) {
                    self.inline_secret(&format!("{automation}{place}"), &name(&place));
                }
            }
            let compiled = jsonschema::validator_for(schema).ok();
            for wrong in compiled.iter().flat_map(|compiled| call::mismatches(compiled, schema, input, &[])) {
                let message = format!("the flow's `input.schema` does not take this: {}", wrong.message);
                self.problem_at_key(&format!("{automation}{}", wrong.path), message);
            }
        }
        for (index, secret) in self.use_member("secrets").and_then(Value::as_array).into_iter().flatten().enumerate() {
            if let Some(secret) = secret.as_str()
                && !self.around.secrets.iter().any(|name| name == secret)
            {
                let hint = known_hint(secret, self.around.secrets.iter().map(String::as_str));
                let message = format!(
                    "the configuration has no `{secret}` in its [secrets], such as {secret} = {{ env = \"NAME\" }}{hint}"
                );
                self.problem(&format!("/use/secrets/{index}"), message);
            }
        }
        self.functions_do_not_call_themselves();
    }
}
