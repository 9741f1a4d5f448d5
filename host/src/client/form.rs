//! Forms that depend on the provider: what is asked for while somebody fills one in.

use super::handle::Client;
use super::outcome::CallContext;
use crate::error::{Error, Result};
use crate::instance::Instance;
use serde_json::Value;

pub use crate::bindings::exports::scim::connector::runtime::Choice;

impl Client {
    /// The choices of a dynamic list: `x-choices` of a field in the [catalog] names its source, `sources` of the manifest has them all.
    ///
    /// # Errors
    /// As [`Client::invoke`].
    ///
    /// [catalog]: crate::Connector::catalog
    pub async fn choices(&self, source: &str) -> Result<Vec<Choice>> {
        let mut call = self.begin("choices", &CallContext::default()).await?;
        let source = source.to_owned();
        let (limit, Instance { store, exports, .. }) = call.parts()?;
        let asked = exports.scim_connector_runtime().call_choices(store, &self.inner.connection, &source);
        let end = limit.over(asked).await;
        let mut choices = call.finish(end)?;
        choices.iter_mut().for_each(|choice| choice.label = self.inner.redactor.text(&choice.label));
        Ok(choices)
    }

    /// The input schema of an operation with the provider's own attributes, as its `/Schemas` describes them (RFC 7643 section 7).
    ///
    /// # Errors
    /// As [`Client::invoke`].
    pub async fn form(&self, operation: &str) -> Result<Value> {
        let mut call = self.begin("resolveSchema", &CallContext::default()).await?;
        let operation = operation.to_owned();
        let (limit, Instance { store, exports, .. }) = call.parts()?;
        let asked = exports.scim_connector_runtime().call_resolve_schema(store, &self.inner.connection, &operation);
        let end = limit.over(asked).await;
        let text = call.finish(end)?;
        serde_json::from_str(&text)
            .map_err(|error| Error::Trap { detail: format!("the form cannot be read: {error}"), maybe_applied: false })
    }
}
