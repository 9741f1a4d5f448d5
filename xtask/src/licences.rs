//! Holds the dependencies to deny.toml with cargo-deny, which it installs into target/tools where it is missing.

use std::env;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result};

use crate::shell;

/// The version that is installed where there is none.
const VERSION: &str = "0.20.2";

/// Checks licences, sources and bans. Advisories are not checked here: they change without any change of ours, and need
/// a database from outside the package registry; `cargo deny check advisories` does it.
pub fn check() -> Result<()> {
    shell::run(cargo_deny()?, &["--workspace", "--all-features", "check", "bans", "licenses", "sources"])
}

/// Where cargo-deny is: on the path, or in target/tools, or there once it is installed.
fn cargo_deny() -> Result<PathBuf> {
    let tools = shell::target().join("tools");
    let own = tools.join("bin").join("cargo-deny").with_extension(env::consts::EXE_EXTENSION);
    for program in [PathBuf::from("cargo-deny"), own.clone()] {
        let probe = shell::command(&program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if probe.is_ok_and(|status| status.success()) {
            return Ok(program);
        }
    }
    println!("cargo-deny is not installed; building version {VERSION} takes some minutes, once");
    let root = tools.display().to_string();
    // Unoptimised and without debug information, it is built in half the time and checks as fast. A target folder of its own: with the workspace's, each would rebuild what the other left.
    let target = tools.join("build").display().to_string();
    shell::run(
        "cargo",
        &[
            "install",
            "--debug",
            "--config",
            "profile.dev.debug=false",
            "--locked",
            "cargo-deny",
            "--version",
            VERSION,
            "--root",
            &root,
            "--target-dir",
            &target,
        ],
    )
    .with_context(|| format!("cargo-deny {VERSION} could not be installed; licences are not checked"))?;
    Ok(own)
}
