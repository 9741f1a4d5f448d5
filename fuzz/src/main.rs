//! Fuzz targets: one program for all of them, so that it is linked once; `SCIM_FUZZ_TARGET` names the one that runs.
//!
//! Every input is text that a person can read and write, split into lines where it has several parts. A target asserts what must
//! hold of whatever was read, not only that nothing panics. It knows the connector's public functions and no provider.
#![no_main]

mod answers;
mod call;
mod documents;
mod patch;
mod resources;
mod syntax;

use scim_connector::scim::resource::Data;
use std::sync::OnceLock;

/// The targets by name; each has a folder of this name in `corpus/`.
const TARGETS: [(&str, fn(&[u8])); 10] = [
    ("filter", syntax::filter),
    ("path", syntax::path),
    ("patch", patch::run),
    ("error_body", answers::error_body),
    ("list", answers::list),
    ("bulk_response", answers::bulk_response),
    ("definition", documents::definition),
    ("connection", documents::connection),
    ("call", call::run),
    ("resources", resources::run),
];

static TARGET: OnceLock<fn(&[u8])> = OnceLock::new();

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let run = TARGET.get_or_init(|| {
        let name = std::env::var("SCIM_FUZZ_TARGET").unwrap_or_default();
        let target = TARGETS.iter().find(|target| target.0 == name);
        target.unwrap_or_else(|| panic!("SCIM_FUZZ_TARGET names no target: {name:?}")).1
    });
    run(data);
});

/// The first line of a text, and the rest.
fn line(text: &str) -> (&str, &str) {
    text.split_once('\n').unwrap_or((text, ""))
}

/// JSON text that nests as deep as a connection allows by default, as answers are read.
fn json(text: &str) -> Option<Data> {
    scim_connector::scim::error::json(200, text.as_bytes(), 64, "fuzz").ok()
}
