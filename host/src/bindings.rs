//! The typed bindings of the contract in `wit/`, and of the core's import in `adapters/wit/`, generated at compile time. Nothing else may stand here.
#![allow(missing_docs, clippy::all, reason = "generated; the contract's own documentation is in wit/")]

wasmtime::component::bindgen!({
    path: ["../wit", "../adapters/wit"],
    world: "scim:connector-parts/core",
    imports: { default: async },
    exports: { default: async },
    additional_derives: [PartialEq],
});

/// The records of the typed functions that stand beside these.
pub mod records {
    wasmtime::component::bindgen!({
        path: ["../wit", "../adapters/typed/wit"],
        world: "scim:connector-typed/records",
        with: { "scim:connector/types@0.2.0": super::scim::connector::types },
        additional_derives: [PartialEq],
    });
}
