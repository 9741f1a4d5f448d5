//! Holds the dependencies to deny.toml with cargo-deny, which it installs into target/tools where it is missing.

use std::env;
use std::path::PathBuf;
use std::process::{Child, Stdio};

use anyhow::{Context, Result, ensure};

use crate::shell;

/// The version that is installed where there is none.
const VERSION: &str = "0.20.2";

/// Checks licences, sources and bans. Advisories are not checked here: they change without any change of ours, and need
/// a database from outside the package registry; `cargo deny check advisories` does it.
pub fn check(installation: Option<Installation>) -> Result<()> {
    let program = match installation.or_else(Installation::begin) {
        Some(installation) => installation.end()?,
        None => installed().context("cargo-deny is gone")?,
    };
    shell::run(program, &["--workspace", "--all-features", "check", "bans", "licenses", "sources"])
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

/// cargo-deny being built: some minutes, once. Other steps wait for servers now and then, so it is begun early and gets what
/// they leave of the processor.
pub struct Installation(Child);

impl Installation {
    /// Begins to build cargo-deny; none where it is there, or where it cannot be begun: then the check says why.
    pub fn begin() -> Option<Self> {
        if installed().is_some() {
            return None;
        }
        println!("cargo-deny is not installed; version {VERSION} is built in the background");
        let (root, target) = (tools().display().to_string(), tools().join("build").display().to_string());
        // Unoptimised and without debug information, it is built in half the time and checks as fast. A target folder of its
        // own: with the workspace's, each would rebuild what the other left.
        let words = ["cargo", "install", "--quiet", "--debug", "--config", "profile.dev.debug=false", "--locked"];
        let words =
            words.into_iter().chain(["cargo-deny", "--version", VERSION, "--root", &root, "--target-dir", &target]);
        let mut words: Vec<&str> = words.collect();
        let mut command = if cfg!(unix) {
            shell::command("nice")
        } else {
            words.remove(0);
            shell::command("cargo")
        };
        command.args(words).stdout(Stdio::null()).spawn().ok().map(Self)
    }

    fn end(mut self) -> Result<PathBuf> {
        let status = self.0.wait()?;
        ensure!(status.success(), "cargo-deny {VERSION} could not be installed; licences are not checked");
        Ok(own())
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
