//! What the component imports and exports, as the section that its file needs. Of the functions that are generated with it none is used.
#![allow(missing_docs, unsafe_code, clippy::all, clippy::pedantic, clippy::restriction, dead_code, reason = "generated")]

wit_bindgen::generate!({
    path: ["../../wit", "wit"],
    world: "scim:connector-typed/typed",
    generate_all,
});
