//! What one evaluation may use.

use std::time::Duration;

/// What one evaluation may use. Compiling an expression has the same limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Memory of the sandbox in bytes: the program (about 2 MiB), the input, and what is made of it.
    pub memory: usize,
    /// Time that it runs, not that it waits for others.
    pub time: Duration,
    /// Stack in bytes, which bounds how deep calls and values are nested.
    pub stack: usize,
    /// The result's JSON, in bytes.
    pub result: usize,
    /// How deep the result may be nested; at most 120, since what reads JSON has a bound of its own.
    pub result_depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory: 256 << 20, time: Duration::from_secs(5), stack: 1 << 20, result: 64 << 20, result_depth: 100 }
    }
}
