//! What a canvas reads, and the door it calls through: the manifest with its JSON Schemas, forms that depend on the provider, and
//! dynamic invocation. Which operations there are is `contract`'s to say.

pub mod choices;
pub mod connection;
pub mod forms;
pub mod invoke;
pub mod manifest;
pub mod schemas;
mod template;
mod texts;
