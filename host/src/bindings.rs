//! The typed bindings of the contract in `wit/`, generated at compile time. Nothing else may stand here.
#![allow(missing_docs, clippy::all, reason = "generated; the contract's own documentation is in wit/")]

wasmtime::component::bindgen!({
    path: "../wit",
    world: "scim:connector/connector",
    exports: { default: async },
    additional_derives: [PartialEq],
});
