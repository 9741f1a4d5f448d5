//! What callers give with a call and get from it.

use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// What an operation gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome<T = Value> {
    /// The result; null where there is none, as after a delete.
    pub output: T,
    /// The next page's token, where there is one: `page` of the next call's input.
    pub next: Option<String>,
    /// HTTP requests made, token requests and retries included.
    pub requests_made: u32,
    /// What the caller should know although the call succeeded.
    pub warnings: Vec<String>,
}

/// What the caller knows about a call.
#[derive(Debug, Clone, Default)]
pub struct CallContext {
    /// The run this call belongs to, for logs.
    pub run_id: Option<String>,
    /// Which attempt this is, from 1.
    pub attempt: Option<u32>,
    /// Time for this call, where it is less than the connection's `timeouts.totalMs`.
    pub deadline: Option<Duration>,
    /// Becomes true where the call is given up after it has sent a change, which may have been applied.
    pub given_up: Option<Arc<AtomicBool>>,
}
