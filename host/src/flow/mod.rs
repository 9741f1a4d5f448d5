//! Scripted flows: files in the CNCF Serverless Workflow DSL 1.0 (YAML or JSON, jq expressions) whose functions are the
//! connector's operations.
//!
//! The order things happen in: [`document`] reads the text and remembers where everything stands; [`check`] says what is
//! wrong with it; [`program`] rewrites it for swf-runtime, which runs plain steps, and for [`run`], which runs what must know
//! of connections, streams, parallelism and retries; [`event`] is what a run tells while it goes, to the terminal
//! ([`crate::cli`]), to the history ([`crate::history`]) and through it to reports and the page.

pub mod check;
pub mod document;
pub mod event;
pub mod expression;
pub mod fault;
pub mod graph;

pub use document::{Document, Place, Problem};
pub use event::{Event, Watcher};
pub use expression::Expression;
pub use fault::Fault;
