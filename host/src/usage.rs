//! What operators want to know of connectors and clients, as numbers at this moment. Decides nothing.

use std::sync::atomic::{AtomicU64, Ordering};

/// What the circuit breaker of a connection does at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// Calls pass.
    Closed,
    /// Calls are refused.
    Open,
    /// The pause is over: one call tries, or the next one will.
    HalfOpen,
}

/// A client at this moment; see [`Client::usage`](crate::Client::usage).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientUsage {
    /// Calls under way, which is also the instances in use.
    pub running: usize,
    /// Calls that wait to be let in.
    pub waiting: usize,
    /// Instances kept for the next call.
    pub warm: usize,
    /// What has happened so far.
    pub totals: Totals,
    /// HTTP requests let out so far.
    pub requests: u64,
    /// Whether the provider is asked at the moment.
    pub breaker: BreakerState,
    /// How long the provider wants no requests (`Retry-After`), in milliseconds; 0 where it said nothing.
    pub held_ms: u64,
}

/// A connector at this moment; see [`Connector::usage`](crate::Connector::usage).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectorUsage {
    /// Calls under way or waiting to be let in, of all clients of this connector.
    pub open: usize,
    /// Calls under way, of all connectors of this process with the same options.
    pub running: usize,
    /// Calls that may be under way at a time (`Options::max_instances`).
    pub max_running: usize,
    /// Instances of this connector kept for the next call.
    pub warm: usize,
    /// Warm instances dropped so far to make room, or because they were idle, of all connectors with the same options.
    pub evicted: u64,
    /// What has happened so far, in all clients.
    pub totals: Totals,
}

/// What connectors with the same options share, at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RuntimeUsage {
    /// Calls under way.
    pub running: usize,
    /// Calls that may be under way at a time.
    pub max_running: usize,
    /// Warm instances dropped so far.
    pub evicted: u64,
}

/// What has happened since a client or a connector was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Calls that asked to be let in.
    pub calls: u64,
    /// Calls that were not let in: overloaded, breaker open, throttled, shutting down, or out of time while they waited.
    pub refused: u64,
    /// Instances made.
    pub instances: u64,
    /// Calls that ended in a trap.
    pub traps: u64,
    /// Calls that ran and were ended at their deadline.
    pub deadlines: u64,
}

macro_rules! counters {
    ($($name:ident),*) => {
        /// The counters behind [`Totals`].
        #[derive(Default)]
        pub(crate) struct Counters {
            $(pub(crate) $name: AtomicU64,)*
        }

        impl Counters {
            pub(crate) fn totals(&self) -> Totals {
                Totals { $($name: self.$name.load(Ordering::Relaxed),)* }
            }
        }
    };
}

counters!(calls, refused, instances, traps, deadlines);

/// Counts one, for a client, its connector and its meter.
pub(crate) fn count(counters: [&Counters; 3], which: impl Fn(&Counters) -> &AtomicU64) {
    counters.iter().for_each(|counters| _ = which(counters).fetch_add(1, Ordering::Relaxed));
}
