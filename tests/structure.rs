//! The arrows between crates, and between the modules of each crate, point one way. Reads manifests and sources; knows no
//! rule of the product.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Which crates of ours each crate may use when it is built, tests aside. `scim-connector` is the component.
const ARROWS: [(&str, &[&str]); 9] = [
    ("Cargo.toml", &["scim-connector-oauth"]),
    ("host/Cargo.toml", &["scim-connector-oauth"]),
    ("crates/oauth/Cargo.toml", &[]),
    ("crates/expression/Cargo.toml", &[]),
    ("crates/sandbox/Cargo.toml", &[]),
    ("crates/flow/Cargo.toml", &["scim-connector-expression", "scim-connector-host"]),
    ("crates/automation/Cargo.toml", &["scim-connector-flow", "scim-connector-host"]),
    (
        "crates/cli/Cargo.toml",
        &["scim-connector-automation", "scim-connector-flow", "scim-connector-host", "scim-connector-sandbox"],
    ),
    ("benches/Cargo.toml", &["scim-connector-host"]),
];

/// What an embedder's crate must not bring.
const NOT_IN_THE_HOST: [&str; 8] =
    ["axum", "clap", "cronexpr", "jaq-core", "maud", "rusqlite", "scim-connector-sandbox", "winnow"];

/// Circles between modules that are known and not yet broken. One that is gone must leave the list.
const KNOWN_CIRCLES: [(&str, &str); 3] = [
    // The limits of bulk requests are settings of the directory, which they are published from.
    ("crates/sandbox/src", "bulk, directory"),
    // The file behind the memory, and the records that both know.
    ("crates/sandbox/src", "seed, sqlite, state"),
    ("src", "failure, reader"),
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
        assert!(!all.is_empty(), "{manifest} has no dependencies: is it read rightly?");
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

/// The top-level modules of a crate, each with the others that its files name.
fn modules(folder: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    collect(folder, None, &mut texts);
    let names: BTreeSet<String> = texts.keys().cloned().collect();
    let uses = |module: &str, text: &str| {
        let mut found = BTreeSet::new();
        for (at, _) in text.match_indices("crate::").chain(text.match_indices("super::")) {
            let rest = text.get(at + 7..).unwrap_or_default();
            // One module, or several in braces.
            let parts = match rest.strip_prefix('{') {
                Some(list) => list.split('}').next().unwrap_or_default(),
                None => rest,
            };
            let most = if rest.starts_with('{') { usize::MAX } else { 1 };
            for part in parts.split([',', '\n']).take(most) {
                let name: String = part.trim().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                // In a folder `super` is the folder's own module, of which the file is a part.
                let own_folder = text.get(at..).is_some_and(|rest| rest.starts_with("super")) && nested(folder, module);
                if names.contains(&name) && name != module && !own_folder {
                    found.insert(name);
                }
            }
        }
        found
    };
    texts.iter().map(|(module, text)| (module.clone(), uses(module, text))).collect()
}

fn nested(folder: &Path, module: &str) -> bool {
    folder.join(module).is_dir()
}

fn collect(folder: &Path, module: Option<&str>, texts: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "tests" {
                collect(&path, Some(module.unwrap_or(&name)), texts);
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let module = module.unwrap_or(&name);
            if ["lib", "main", "tests"].contains(&module) {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
            let code = code.collect::<Vec<_>>().join("\n");
            texts.entry(module.to_owned()).or_default().push_str(&code);
        }
    }
}

/// The sets of modules that reach each other.
fn circles(uses: &BTreeMap<String, BTreeSet<String>>) -> Vec<BTreeSet<String>> {
    let reached = |from: &str| {
        let mut reached = BTreeSet::new();
        let mut open = vec![from.to_owned()];
        while let Some(module) = open.pop() {
            for next in uses.get(&module).into_iter().flatten() {
                if reached.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        reached
    };
    let all: BTreeMap<&String, BTreeSet<String>> = uses.keys().map(|module| (module, reached(module))).collect();
    let circle = |module: &String| {
        let members = all[module].iter().filter(|other| all[*other].contains(module));
        members.cloned().collect::<BTreeSet<String>>()
    };
    let mut found: Vec<BTreeSet<String>> = uses.keys().map(circle).filter(|members| members.len() > 1).collect();
    found.sort();
    found.dedup();
    found
}

#[test]
fn modules_of_a_crate_form_no_circle() {
    let folders = ["src", "host/src", "crates/oauth/src", "crates/expression/src", "crates/sandbox/src"];
    let folders = folders.into_iter().chain(["crates/flow/src", "crates/automation/src", "crates/cli/src"]);
    let mut found = BTreeSet::new();
    for folder in folders {
        let uses = modules(&root().join(folder));
        assert!(uses.len() > 1, "{folder} has no modules: is it read rightly?");
        for circle in circles(&uses) {
            found.insert((folder.to_owned(), circle));
        }
    }
    let members = |text: &str| text.split(", ").map(str::to_owned).collect::<BTreeSet<_>>();
    let known: BTreeSet<(String, BTreeSet<String>)> =
        KNOWN_CIRCLES.iter().map(|(folder, text)| ((*folder).to_owned(), members(text))).collect();
    assert_eq!(found, known, "a circle of modules came or went");
}

#[test]
fn a_circle_is_found() {
    let uses = |pairs: &[(&str, &str)]| {
        let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (from, to) in pairs {
            uses.entry((*from).into()).or_default().insert((*to).into());
            uses.entry((*to).into()).or_default();
        }
        circles(&uses).len()
    };
    assert_eq!(uses(&[("a", "b"), ("b", "c"), ("a", "c")]), 0);
    assert_eq!(uses(&[("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")]), 1);
}
