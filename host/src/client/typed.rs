//! The typed functions of the contract, on top of calls by name: records become the input of the named call, and what it gives becomes
//! records. This macro makes the functions of the rows in `operations`, which are generated from wit/ as those in `rows` are; the
//! examples beside them are written by hand.

mod operations;
mod rows;
#[cfg(test)]
mod tests;
mod values;

use super::call::End;
use super::handle::Client;
use super::outcome::CallContext;
use crate::bindings::scim::connector::types as wit;
use crate::error::{Error, Result};
use scim_connector_records::shape::Function;
use scim_connector_records::{Refusal, read, write};
use values::{From, Given, Into, Made, Parameters};

macro_rules! typed {
    ($(
        $(#[$about:meta])*
        {
            $($(#[$doc:meta])* $name:ident = $shape:ident($($arg:ident: $ty:ty),*) -> $out:ty;)*
        }
    )*) => {
        $(
            $(#[$about])*
            impl Client {
                $(
                    $(#[$doc])*
                    ///
                    /// # Errors
                    /// [`Error::Failure`](crate::Error::Failure) from the component; [`Error::Deadline`](crate::Error::Deadline)
                    /// and [`Error::Trap`](crate::Error::Trap) from the host.
                    pub async fn $name(&self, $($arg: $ty),*) -> Result<$out> {
                        let function = &functions::$shape;
                        let input = super::input(function, &[$(&$arg),*]);
                        self.typed(function, input).await
                    }
                )*
            }
        )*
    };
}
use typed;

/// The input of the named call.
fn input(function: &'static Function, parameters: &[&dyn Given]) -> Result<String, Refusal> {
    write::input(function, From(&Parameters(parameters)))
}

/// The record that is the result of the named call.
fn output<T: Made>(function: &Function, text: &str) -> Result<T> {
    let mut value = T::blank();
    let done = function.result.map_or(Ok(()), |ty| read::read(ty, text, &mut Into(Some(&mut value))));
    done.map(|()| value).map_err(|_| Error::Trap {
        detail: format!("the result of {} is not what the contract says", function.name),
        maybe_applied: true,
    })
}

impl Client {
    async fn typed<T: Made>(&self, function: &'static Function, input: Result<String, Refusal>) -> Result<T> {
        match input {
            Ok(input) => {
                let outcome = self.invoke_text(function.name, &input, &CallContext::default()).await?;
                output(function, &outcome.output)
            }
            Err(refusal) => Err(self.refused(function, &refusal).await?),
        }
    }

    /// A call whose parameters are refused: it counts as one, and nothing is sent.
    async fn refused(&self, function: &Function, refusal: &Refusal) -> Result<Error> {
        let call = self.begin(function.name, &CallContext::default()).await?;
        let error = wit::Error::PermanentFailure(failure(refusal));
        let ended: Result<()> = call.finish(End::Answer(Ok(Err(error))));
        ended.map(|()| Error::Trap { detail: "a call that was refused has no result".into(), maybe_applied: false })
    }
}

/// What is wrong with the parameters, in the words that the component has for named calls.
fn failure(refusal: &Refusal) -> wit::Failure {
    let found = refusal.not_read().and_then(|text| serde_json::from_str::<serde_json::Value>(text).err());
    let detail = refusal.detail(&found.map(|error| error.to_string()).unwrap_or_default());
    wit::Failure {
        kind: wit::FailureKind::InvalidInput,
        detail,
        pointer: Some(refusal.pointer.clone()),
        ..wit::Failure::blank()
    }
}
