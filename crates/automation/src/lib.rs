//! Automations: flows that run by themselves, the history of what ran, its reports, and the page that shows it all. It knows
//! nothing of what a flow does.
//!
//! [`scim_connector_flow::schedule`] says when; [`folder`] reads the flows and keeps up with their files; [`job`] decides what
//! begins; [`daemon`] does it, writes down what it must not forget, and sends [`notice`]s; [`launch`] is where the engine is
//! plugged in. Everybody else reads the [`history`]: [`report`] writes it as text, JSON, JUnit and HTML, [`page`] serves it.
//! Commands reach the daemon through the history only.
#![allow(clippy::result_large_err, reason = "a fault ends a step: it is made seldom, and kept whole")]

pub mod daemon;
pub mod folder;
pub mod history;
pub mod job;
pub mod launch;
pub mod notice;
pub mod page;
pub mod report;
mod rows;

pub use daemon::{Daemon, Summary};
pub use folder::{Automation, Folder};
pub use launch::Engine;
pub use notice::Notice;
pub use scim_connector_flow::schedule::{Plan, Schedule, Settings};

#[cfg(test)]
#[path = "../../../tests/support/place.rs"]
mod place;
#[cfg(test)]
mod tests;
