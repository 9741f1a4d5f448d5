//! Holds the dependencies to deny.toml. [`check`], the step of the tests, looks at licences and sources alone, which takes a
//! second; [`deny`] installs cargo-deny into target/tools where it is missing, which takes minutes, and runs all it has.

use std::path::PathBuf;
use std::process::Stdio;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use spdx::{Expression, ParseMode};

use crate::shell;

/// The version that is installed where there is none.
const VERSION: &str = "0.20.2";

/// Where dependencies may come from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The workspaces that make what ships: the product's, and that of the guest which it includes.
const MANIFESTS: [&str; 2] = ["Cargo.toml", shell::GUEST];

/// Every dependency, on every system and with every feature, has a licence that deny.toml allows and is from crates.io.
pub fn check() -> Result<()> {
    let rules: toml::Table = fs::read_to_string(shell::root().join("deny.toml"))?.parse()?;
    let allowed = rules.get("licenses").and_then(|table| table.get("allow")).and_then(toml::Value::as_array);
    let allowed: Vec<&str> =
        allowed.context("deny.toml allows nothing")?.iter().filter_map(toml::Value::as_str).collect();
    let mut packages = Vec::new();
    for manifest in MANIFESTS {
        let options = ["metadata", "--format-version", "1", "--all-features", "--locked", "--manifest-path", manifest];
        let mut metadata: Value = serde_json::from_str(&shell::output("cargo", &options)?)?;
        let found = metadata.get_mut("packages").and_then(Value::as_array_mut);
        packages.append(found.with_context(|| format!("cargo metadata names no package of {manifest}"))?);
    }
    let text =
        |package: &Value, member: &str| package.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut wrong = Vec::new();
    for package in &packages {
        let (name, source, licence) = (text(package, "name"), text(package, "source"), text(package, "license"));
        if !source.is_empty() && source != REGISTRY {
            wrong.push(format!("{name} comes from {source}"));
        }
        let good = Expression::parse_mode(&licence, ParseMode::LAX)
            .is_ok_and(|expression| expression.evaluate(|one| allowed.contains(&one.to_string().as_str())));
        if !good {
            wrong.push(format!("{name} is licensed as \"{licence}\", which deny.toml does not allow"));
        }
    }
    println!("{} packages, {} licences allowed", packages.len(), allowed.len());
    if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("\n")) }
}

/// `cargo xtask deny`: bans, licences and sources by cargo-deny. Advisories are not checked here: they change without any
/// change of ours, and need a database from outside the package registry; `cargo deny check advisories` does it.
pub fn deny() -> Result<()> {
    let program = match installed() {
        Some(program) => program,
        None => install()?,
    };
    for manifest in MANIFESTS {
        let options = ["--manifest-path", manifest, "--workspace", "--all-features", "check", "--config", "deny.toml"];
        shell::run(&program, &options.into_iter().chain(["bans", "licenses", "sources"]).collect::<Vec<_>>())?;
    }
    Ok(())
}

/// Where cargo-deny is: on the path, or in target/tools.
fn installed() -> Option<PathBuf> {
    [PathBuf::from("cargo-deny"), own()].into_iter().find(|program| {
        let probe = shell::command(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        probe.is_ok_and(|status| status.success())
    })
}

fn own() -> PathBuf {
    tools().join("bin").join("cargo-deny").with_extension(env::consts::EXE_EXTENSION)
}

fn tools() -> PathBuf {
    shell::target().join("tools")
}

fn install() -> Result<PathBuf> {
    println!("cargo-deny is not installed; version {VERSION} is built");
    let (root, target) = (tools().display().to_string(), tools().join("build").display().to_string());
    // Unoptimised and without debug information, it is built in half the time and checks as fast. A target folder of its
    // own: with the workspace's, each would rebuild what the other left.
    let words = ["install", "--quiet", "--debug", "--config", "profile.dev.debug=false", "--locked"];
    let words = words.into_iter().chain(["cargo-deny", "--version", VERSION, "--root", &root, "--target-dir", &target]);
    let status = shell::command("cargo").args(words).status()?;
    ensure!(status.success(), "cargo-deny {VERSION} could not be installed");
    Ok(own())
}
