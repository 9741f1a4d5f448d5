//! Flows from end to end: the conformance kit of the specification, what the engine promises beyond it, and the flows of
//! this folder against real servers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    reason = "tests"
)]

#[path = "../support/mod.rs"]
mod support;

#[path = "../e2e/harness.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod harness;

mod ctk;
mod cut;
mod engine;
mod examples;
mod hints;
mod outcomes;
mod outside;
mod player;
mod stand_in;
