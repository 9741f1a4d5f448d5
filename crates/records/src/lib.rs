//! The contract's records and their JSON form: a typed call as the named one, and its answer as a record again.
//!
//! What records look like is data (`shape`, and `contract`, which is generated from wit/). The rules of their JSON form are walked by
//! one writer ([`write`]) and one reader ([`read`]), for every function alike. Where a record is held is theirs to say who hold it:
//! as Rust's types in a host, as memory of the canonical ABI in the adapter ([`Source`], [`Target`]).
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod contract;
pub mod json;
pub mod read;
mod refusal;
pub mod shape;
pub mod write;

pub use read::{Target, Unreadable};
pub use refusal::{Hint, Refusal};
pub use write::Source;
