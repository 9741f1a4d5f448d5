//! Automations: flows that run by themselves. When a flow runs next, folders that are watched, pauses and triggers. It knows
//! nothing of what a flow does.
//!
//! [`crate::flow::schedule`] says when; [`folder`] reads the flows and keeps up with their files; [`job`] decides what begins;
//! [`daemon`] does it, writes down what it must not forget, and tells [`notice`]s; [`launch`] is where the engine is plugged
//! in. Commands reach the daemon through the history only.

pub mod daemon;
pub mod folder;
pub mod job;
pub mod launch;
pub mod notice;
mod rows;

pub use crate::flow::schedule::{Plan, Schedule, Settings};
pub use daemon::{Daemon, Summary};
pub use folder::{Automation, Folder};
pub use launch::Engine;
pub use notice::Notice;

#[cfg(test)]
mod tests;
