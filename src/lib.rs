//! The SCIM connector: a SCIM 2.0 client as one WebAssembly component.
//!
//! `exports` answers the contract's functions with a few lines each; `convert` maps the contract's types to the domain's;
//! `catalog` is what a canvas reads; `operations` build on `scim` (the protocol, no I/O) and `http`. Everything but the
//! WASI adapter runs natively, so its tests need no WebAssembly.

// Documents are read by a macro a token at a time.
#![recursion_limit = "1024"]

pub mod call;
pub mod catalog;
pub mod connection;
pub mod contract;
#[cfg(not(fuzzing))]
pub mod convert;
#[cfg(target_family = "wasm")]
mod exports;
pub mod failure;
pub mod gather;
pub mod http;
pub mod input;
pub mod naming;
pub mod operations;
pub mod profile;
pub mod provisioning;
pub mod reader;
pub mod scim;
#[cfg(all(target_family = "wasm", feature = "lean"))]
mod stubs;

/// What wit-bindgen makes of `wit/`. Fuzz targets begin behind it, and are built in half the time without it.
#[cfg(not(fuzzing))]
#[allow(missing_docs, unsafe_code, clippy::all, clippy::pedantic, clippy::restriction, reason = "generated")]
pub mod bindings {
    wit_bindgen::generate!({
        path: ["wit", "adapters/wit"],
        world: "scim:connector-parts/core",
        // A request is handed out where it lies.
        ownership: Borrowing { duplicate_if_necessary: true },
        generate_all,
        pub_export_macro: true,
        additional_derives: [PartialEq],
    });
}
