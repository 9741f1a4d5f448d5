//! The only mapping between the contract's types and the domain's. Every match is exhaustive, so that a new case of the
//! contract does not compile until it has a meaning here.
//!
//! `answer` maps what goes out, `walk` the verdict on a page. Inputs and results of operations are JSON here; the records of typed
//! calls are made of it outside (`crates/records`).

pub mod answer;
pub mod walk;
