//! A client: one connection and its way out. [`Client`] stands in `handle`, the life of a call in `call`, calls by name in `invoke`, forms in `form`,
//! what depends on the component's version in `version`, the typed functions in `typed`, whole listings in [`pages`] and `walk`,
//! bulks of any size in [`bulk`], waiting for equal calls in `turn`.

pub mod bulk;
mod call;
mod credentials;
mod failure;
mod form;
mod handle;
mod invoke;
mod label;
mod outcome;
pub mod pages;
mod scim;
mod turn;
mod typed;
mod version;
mod walk;

pub use crate::bindings::exports::scim::connector::runtime::{ConnectionReport, StepStatus, TestStep};
pub(crate) use failure::at;
pub use form::Choice;
pub use handle::Client;
pub use invoke::{Input, Text};
pub use outcome::{CallContext, Outcome};
pub use pages::{Page, Pages};
