//! Calls by name: text in, text out. What of a text is read, the caller's type says.

use super::failure::scrubbed;
use super::handle::Client;
use super::outcome::{CallContext, Outcome};
use crate::bindings::exports::scim::connector::runtime;
use crate::error::{Error, Result};
use crate::instance::Instance;
use crate::redact::Redactor;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::borrow::Cow;
use std::cell::LazyCell;

/// What a call takes as its input: whatever serializes, or [`Text`].
pub trait Input {
    /// The input as JSON text.
    ///
    /// # Errors
    /// [`Error::Usage`] where it cannot be written as JSON.
    fn json(&self) -> Result<Cow<'_, str>>;
}

impl<T: Serialize + ?Sized> Input for T {
    fn json(&self) -> Result<Cow<'_, str>> {
        let unwritable = |error| Error::Usage(format!("the input cannot be written as JSON: {error}"));
        serde_json::to_string(self).map(Cow::Owned).map_err(unwritable)
    }
}

/// JSON that is text already. It goes to the component as it is, which says what is wrong with it.
#[derive(Clone, Copy)]
pub struct Text<'a>(pub &'a str);

impl Input for Text<'_> {
    fn json(&self) -> Result<Cow<'_, str>> {
        Ok(Cow::Borrowed(self.0))
    }
}

impl Outcome<String> {
    /// The outcome with its result read.
    pub(crate) fn read<T: DeserializeOwned>(self) -> Result<Outcome<T>> {
        let Self { output, next, requests_made, warnings } = self;
        let output = serde_json::from_str(&output).map_err(|error| Error::Trap {
            detail: format!("its result cannot be read: {error}"),
            maybe_applied: true,
        })?;
        Ok(Outcome { output, next, requests_made, warnings })
    }
}

impl Client {
    /// Calls an operation by its name, JSON in and out. Names, inputs and outputs stand in the [catalog].
    ///
    /// # Errors
    /// [`Error::Failure`] from the component; [`Error::Deadline`] and [`Error::Trap`] from the host.
    ///
    /// [catalog]: crate::Connector::catalog
    pub async fn invoke(&self, operation: &str, input: &(impl Input + ?Sized)) -> Result<Outcome> {
        self.invoke_as(operation, input, &CallContext::default()).await
    }

    /// As [`Client::invoke`], with the input as JSON text and what the caller knows about the call.
    ///
    /// # Errors
    /// As [`Client::invoke`].
    pub async fn invoke_with(&self, operation: &str, input: &str, context: &CallContext) -> Result<Outcome> {
        self.invoke_as(operation, &Text(input), context).await
    }

    /// As [`Client::invoke`], with a result of the caller's type: a type of its own that reads some members, or
    /// `Box<serde_json::value::RawValue>`, which hands the text on as it came.
    ///
    /// ```no_run
    /// # async fn example(client: scim_connector_host::Client) -> Result<(), scim_connector_host::Error> {
    /// use scim_connector_host::{CallContext, Text};
    /// use serde_json::value::RawValue;
    ///
    /// let input = Text(r#"{"payload": {"userName": "ada"}}"#);
    /// let created = client.invoke_as::<Box<RawValue>>("createUser", &input, &CallContext::default()).await?;
    /// println!("{}", created.output);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::invoke`]. A result that is not of this type is an [`Error::Trap`] which says that the operation may have
    /// been carried out.
    pub async fn invoke_as<T: DeserializeOwned>(
        &self,
        operation: &str,
        input: &(impl Input + ?Sized),
        context: &CallContext,
    ) -> Result<Outcome<T>> {
        let input = input.json()?;
        self.invoke_text(operation, &input, context).await?.read()
    }

    /// A call as the component has it: the result is text, and nothing of it is read.
    pub(crate) async fn invoke_text(
        &self,
        operation: &str,
        input: &str,
        context: &CallContext,
    ) -> Result<Outcome<String>> {
        let mut call = self.begin(operation, context).await?;
        let input = input.to_owned();
        let _turn = call.turn(operation, &input).await?;
        let context = runtime::CallContext {
            run_id: context.run_id.clone(),
            attempt: context.attempt,
            deadline_ms: call.time_left().map(|left| u32::try_from(left.as_millis()).unwrap_or(u32::MAX)),
        };
        let (limit, Instance { store, exports, .. }) = call.parts()?;
        let connection = &self.inner.connection;
        let runtime = exports.scim_connector_runtime();
        let end = limit.over(runtime.call_invoke(store, connection, operation, &input, Some(&context))).await;
        let token_requests = call.token_requests();
        // What the input says is secret, and a provider may repeat.
        let asked = LazyCell::new(|| Redactor::for_answer(input.as_bytes()));
        let outcome = call.finish(end).map_err(|error| scrubbed(error, &asked))?;
        let redactor = &self.inner.redactor;
        if matches!(operation, "listSchemas" | "getSchema")
            && let Ok(schemas) = serde_json::from_str::<Value>(&outcome.output)
        {
            redactor.learn_schemas(&schemas);
        }
        let warnings = outcome.warnings.iter().map(|warning| asked.text(&redactor.text(warning))).collect();
        let requests_made = outcome.requests_made.saturating_add(token_requests);
        Ok(Outcome { output: outcome.output, next: outcome.next, requests_made, warnings })
    }
}
