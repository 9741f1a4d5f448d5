//! The typed functions of the contract as a component of their own: each call's records become the input of the named call, which goes
//! to the component that it is composed with, and what comes back becomes records.
//!
//! All functions have one signature in memory, the address of their parameters in and that of their result out, and are told apart by
//! their shape alone (`scim-connector-records`). So there is no code for any of them, but for a row in `exports`. A call's memory is
//! free again when its result was read (`region`). The crate is empty where it is not built for WebAssembly.
#![cfg_attr(target_family = "wasm", no_std)]

#[cfg(target_family = "wasm")]
extern crate alloc;

/// Exports a function for each row: `name = shape: export, what ends it`.
#[cfg(target_family = "wasm")]
macro_rules! functions {
    ($($name:ident = $shape:ident: $export:literal, $end:literal;)*) => {$(
        #[allow(unsafe_code, reason = "the name of an export is no name of Rust's")]
        const _: () = {
            #[unsafe(export_name = $export)]
            extern "C" fn call(parameters: usize) -> *mut u8 {
                $crate::call::call(&scim_connector_records::contract::functions::$shape, parameters)
            }

            #[unsafe(export_name = $end)]
            extern "C" fn end(_: usize) {
                $crate::call::end();
            }
        };
    )*};
}

#[cfg(target_family = "wasm")]
mod call;
#[cfg(target_family = "wasm")]
#[rustfmt::skip]
mod contract;
#[cfg(target_family = "wasm")]
mod exports;
#[cfg(target_family = "wasm")]
mod memory;
#[cfg(target_family = "wasm")]
mod region;
