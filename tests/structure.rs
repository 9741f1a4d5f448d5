//! The arrows between crates, between the modules of each crate, and between files, point one way. Reads manifests and sources; knows no
//! rule of the product.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[path = "structure/sources.rs"]
mod sources;

use sources::Uses;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Which crates of ours each crate may use when it is built, tests aside. `scim-connector` is the component.
const ARROWS: [(&str, &[&str]); 14] = [
    ("Cargo.toml", &["scim-connector-oauth", "scim-connector-redaction"]),
    ("host/Cargo.toml", &["scim-connector-oauth", "scim-connector-records", "scim-connector-redaction"]),
    ("adapters/typed/Cargo.toml", &["scim-connector-records"]),
    ("crates/records/Cargo.toml", &[]),
    ("crates/oauth/Cargo.toml", &[]),
    ("crates/redaction/Cargo.toml", &[]),
    ("crates/expression/Cargo.toml", &[]),
    ("crates/sandbox/Cargo.toml", &[]),
    ("crates/flow/Cargo.toml", &["scim-connector-expression", "scim-connector-host", "scim-connector-redaction"]),
    (
        "crates/automation/Cargo.toml",
        &["scim-connector-flow", "scim-connector-host", "scim-connector-listener", "scim-connector-redaction"],
    ),
    ("crates/listener/Cargo.toml", &[]),
    ("crates/serve/Cargo.toml", &["scim-connector-host", "scim-connector-listener"]),
    (
        "crates/cli/Cargo.toml",
        &[
            "scim-connector-automation",
            "scim-connector-flow",
            "scim-connector-host",
            "scim-connector-sandbox",
            "scim-connector-serve",
        ],
    ),
    ("benches/Cargo.toml", &["scim-connector-host"]),
];

/// The crate that rests on nothing.
const ALONE: &str = "crates/records/Cargo.toml";

/// What an embedder's crate must not bring.
const NOT_IN_THE_HOST: [&str; 8] =
    ["axum", "clap", "cronexpr", "jaq-core", "maud", "rusqlite", "scim-connector-sandbox", "winnow"];

/// Circles of top-level modules that are known and not yet broken. The list only shrinks: one that is gone must leave it.
const CIRCLES_OF_MODULES: [(&str, &str); 0] = [];

/// The same of files, wherever they are.
const CIRCLES_OF_FILES: [(&str, &str); 11] = [
    // What rows are, and the forms of files, each of which gives them.
    ("crates/flow/src", "rows, rows::copy, rows::csv, rows::json, rows::ldif, rows::ndjson, rows::source, rows::text"),
    // A list is run by its frame, a frame runs lists.
    ("crates/flow/src", "run, run::attempt, run::frame, run::step, run::values"),
    ("crates/flow/src", "run::http, run::openapi"),
    // The component.
    ("src", "connection, connection::wire"),
    ("src", "http::auth, http::auth::tokens"),
    ("src", "input, input::form, input::json"),
    ("src", "operations, operations::discovery, operations::lint, operations::query, operations::target"),
    ("src", "scim::error, scim::error_body"),
    ("src", "scim::filter, scim::filter::parse, scim::path"),
    ("src", "scim::patch, scim::patch::check"),
    ("src", "scim::patch::diff, scim::patch::list"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The names in a manifest's `[dependencies]` and those of its targets.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join(manifest)).unwrap();
    let mut names = BTreeSet::new();
    let mut counts = false;
    for line in text.lines() {
        if line.starts_with('[') {
            counts = line == "[dependencies]" || line.starts_with("[target.") && line.ends_with(".dependencies]");
        } else if counts && let Some((name, _)) = line.split_once('=') {
            names.insert(name.trim().to_owned());
        }
    }
    names
}

#[test]
fn crates_use_those_they_may_and_no_others() {
    for (manifest, may) in ARROWS {
        let all = dependencies(manifest);
        assert_eq!(all.is_empty(), manifest == ALONE, "{manifest} has no dependencies: is it read rightly?");
        let ours: Vec<&str> =
            all.iter().map(String::as_str).filter(|name| name.starts_with("scim-connector")).collect();
        assert_eq!(ours, may, "{manifest}: an arrow has turned, or ARROWS is no longer true");
    }
    let manifests = fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().file_name());
    for name in manifests {
        let manifest = format!("crates/{}/Cargo.toml", name.to_string_lossy());
        assert!(ARROWS.iter().any(|(known, _)| *known == manifest), "{manifest} is not in ARROWS");
    }
    let host = dependencies("host/Cargo.toml");
    assert_eq!(NOT_IN_THE_HOST.iter().filter(|name| host.contains(**name)).collect::<Vec<_>>(), Vec::<&&str>::new());
}

/// The crates whose files are looked at.
const CRATES: [&str; 15] = [
    "src",
    "host/src",
    "adapters/typed/src",
    "benches/src",
    "crates/oauth/src",
    "crates/records/src",
    "crates/redaction/src",
    "crates/expression/src",
    "crates/expression/guest/src",
    "crates/sandbox/src",
    "crates/flow/src",
    "crates/automation/src",
    "crates/serve/src",
    "crates/cli/src",
    "xtask/src",
];

/// The circles in all crates, by crate, among what `of` makes of its files.
fn circles_of(of: fn(Uses) -> Uses) -> BTreeSet<(&'static str, BTreeSet<String>)> {
    let mut found = BTreeSet::new();
    for folder in CRATES {
        let code = sources::code(&root().join(folder));
        assert!(code.len() > 1, "{folder} has no modules: is it read rightly?");
        // The crate's own file puts the modules together, and is part of no circle.
        let uses: Uses = sources::files(&code).into_iter().filter(|(module, _)| !module.is_empty()).collect();
        found.extend(sources::circles(&of(uses)).into_iter().map(|circle| (folder, circle)));
    }
    found
}

fn known(circles: &[(&'static str, &str)]) -> BTreeSet<(&'static str, BTreeSet<String>)> {
    circles.iter().map(|(folder, text)| (*folder, text.split(", ").map(str::to_owned).collect())).collect()
}

#[test]
fn modules_of_a_crate_form_no_circle() {
    let (found, known) = (circles_of(|files| sources::modules(&files)), known(&CIRCLES_OF_MODULES));
    assert_eq!(found, known, "a circle of modules came, or went and must leave the list");
}

#[test]
fn files_of_a_crate_form_no_circle() {
    let (found, known) = (circles_of(|files| files), known(&CIRCLES_OF_FILES));
    assert_eq!(found, known, "a circle of files came, or went and must leave the list");
}

#[test]
fn a_circle_is_found() {
    let uses = |files: &[(&str, &str)]| {
        let code = files.iter().map(|(module, text)| ((*module).to_owned(), (*text).to_owned())).collect();
        let circles = sources::circles(&sources::files(&code));
        circles.iter().map(|circle| circle.iter().cloned().collect::<Vec<_>>().join(", ")).collect::<Vec<_>>()
    };
    let none: [&str; 0] = [];
    assert_eq!(uses(&[("a", "use crate::{b, c as d};"), ("b", "crate::c::f();"), ("c", "use std::fmt;")]), none);
    assert_eq!(
        uses(&[("a", "use crate::b::X;"), ("b", "super::c::f()"), ("c", "use crate::{x, a::{Y, Z}};")]),
        ["a, b, c"]
    );
    // Among the files of a folder, and between one and the folder's own.
    assert_eq!(uses(&[("a", ""), ("a::x", "use super::y::Y;"), ("a::y", "use crate::a::x::X;")]), ["a::x, a::y"]);
    assert_eq!(uses(&[("a", "mod x;\nx::f();"), ("a::x", "use super::A;")]), ["a, a::x"]);
    assert_eq!(uses(&[("a", "mod x;\npub use x::X;"), ("a::x", "use super::A;")]), none);
}
