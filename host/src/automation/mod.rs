//! Automations: flows that run by themselves. When a flow runs next, folders that are watched, pauses and triggers. It knows
//! nothing of what a flow does.

pub mod cron;
pub mod schedule;

pub use schedule::{Plan, Schedule, Settings};
