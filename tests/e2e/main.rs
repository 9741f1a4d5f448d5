//! End to end: the real component (`target/scim-connector.wasm`) in the real host, against real SCIM providers.
//!
//! Reading order: `harness` (how servers, the component and the command are started), `servers` (the life of a user on
//! every provider), `operations` (every operation on every provider) with its `columns`, `tokens`, `cli`, `listing`, `large_bulk` (bulks from a file), `bad_input`, `first_hour` (what a person types and sees before anything is set up), `files` (which files a flow reads, and who reads ours), `bounds` (nothing grows without bound, nothing steers a terminal), `gate` (how much at a time), `hostile` (a scripted server that misbehaves), `network` (what the host refuses and decodes), `interceptors` (stages that are not the host's), `retries`, `runs` (what the history tells), `schemas` (what editors check files by), `served` (over HTTP, and for agents), `telemetry`, `secrets` and `leaks` (no secret in anything that is shown or kept).
//!
//! Nothing here is skipped: where the component or the servers are missing, the tests fail and say which command brings
//! them. It knows only the public library and the command, never the component's source.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod automations;
mod bad_input;
mod bounds;
mod check;
mod cli;
mod columns;
mod credentials;
mod files;
mod first_hour;
mod gate;
mod harness;
mod hostile;
mod interceptors;
mod large_bulk;
mod leaks;
mod listing;
mod network;
mod operations;
mod profiles;
mod reconcile;
mod retries;
mod runs;
mod schemas;
mod secrets;
mod served;
mod servers;
#[path = "../support/mod.rs"]
mod support;
mod telemetry;
mod tokens;
mod turns;

use support::fake;
