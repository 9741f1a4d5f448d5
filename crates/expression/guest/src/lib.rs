//! jq in a sandbox: compiles and evaluates expressions on values that come and go as JSON text.
//!
//! The host calls `take` for room, writes a request into it, calls `compile` or `evaluate`, and reads the response at the place
//! that the result names: the address in its upper 32 bits, the length in the lower ones. Room of requests and responses
//! belongs to the guest and is used again at the next call. Everything that is not bounded here (memory, time, the stack) is
//! bounded by the host, which throws an instance away after a trap.

mod access;
pub mod filters;
pub mod json;
pub mod number;
pub mod operators;
pub mod program;
pub mod tokens;
pub mod value;
pub mod words;

#[cfg(target_family = "wasm")]
mod abi;

/// Seconds since 1970, as the host has them.
#[must_use]
pub fn now() -> f64 {
    #[cfg(target_family = "wasm")]
    return abi::now();
    #[cfg(not(target_family = "wasm"))]
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}
