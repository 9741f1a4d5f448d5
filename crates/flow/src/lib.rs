//! Scripted flows: files in the CNCF Serverless Workflow DSL 1.0 (YAML or JSON, jq expressions) whose functions are the
//! connector's operations.
//!
//! The order things happen in: [`document`] reads the text and remembers where everything stands; [`check`] says what is
//! wrong with it; [`program`] makes typed tasks of it, with their expressions compiled; [`run`] carries them out; [`event`] is
//! what a run tells while it goes. It knows neither the terminal nor the history that listen.
#![allow(clippy::result_large_err, reason = "a fault ends a step: it is made seldom, and kept whole")]

mod affected;
pub mod check;
pub mod document;
pub mod event;
pub mod expression;
pub mod fault;
mod file;
pub mod files;
mod given;
pub mod graph;
pub mod load;
pub mod program;

pub mod retry;
pub mod rows;
pub mod run;
pub mod schedule;
mod scope;
pub mod secrets;

pub use document::{Document, Position, Problem};
pub use event::{Event, Watcher};
pub use expression::Expression;
pub use fault::Fault;
pub use file::Flow;
pub use files::FileAccess;
pub use run::{Ended, Runner, Stop};
