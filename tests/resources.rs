//! Resources are read and changed through one interface, `src/scim/resource`. No other code that handles them may know how
//! JSON is parsed and held.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// What may name `serde_json`, besides tests, and why.
const ALLOWED: [(&str, &str); 6] = [
    ("src/scim/resource/", "the interface itself"),
    ("src/catalog/", "manifest, forms and JSON Schemas are documents of our own"),
    ("src/connection/", "a connection's JSON form is a document of our own"),
    ("src/profile/", "so are the profiles' files"),
    ("src/failure.rs", "a failure's JSON form"),
    ("src/operations/output.rs", "a result as such a document"),
];

/// The sources below a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// A source without its comments and without the tests at its end.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn only_the_interface_knows_how_json_is_held() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    assert!(files.len() > 60, "sources are missing: {}", files.len());
    let is_test =
        |name: &str| name.ends_with("/tests.rs") || name.ends_with("/properties.rs") || name.contains("/tests/");
    let mut named = Vec::new();
    for path in files {
        let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        if !is_test(&name) && code(&fs::read_to_string(&path).unwrap()).contains("serde_json") {
            named.push(name);
        }
    }
    let allowed = |name: &&String| ALLOWED.iter().any(|(start, _)| name.starts_with(start));
    let others: Vec<_> = named.iter().filter(|name| !allowed(name)).collect();
    assert!(others.is_empty(), "these name serde_json; use scim::resource: {others:?}");
    for (start, why) in ALLOWED {
        assert!(named.iter().any(|name| name.starts_with(start)), "{start} no longer needs its exception ({why})");
    }
}
