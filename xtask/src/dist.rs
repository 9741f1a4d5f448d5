//! `cargo xtask dist`: what a person installs without a compiler. Builds; the packages themselves are made and tried by the two scripts
//! in `xtask/dist`, with what Python brings.

use std::path::Path;

use anyhow::Result;

use crate::{component, shell, suite};

/// Builds, packs and tries the packages, each in an empty environment.
pub fn command(release: bool, key: Option<&Path>, without: &[String]) -> Result<()> {
    shell::require(&["python3"])?;
    component::build()?;
    suite::build_host(release)?;
    let (program, out) = (shell::connector(release), shell::target().join("dist"));
    let program = program.to_string_lossy().into_owned();
    let out = out.to_string_lossy().into_owned();
    let key = key.map(|key| key.to_string_lossy().into_owned());
    let without: Vec<&str> = without.iter().flat_map(|name| ["--without", name]).collect();
    let mut pack = vec!["xtask/dist/pack.py", "--program", &program, "--out", &out];
    pack.extend(key.iter().flat_map(|key| ["--key", key.as_str()]));
    pack.extend(&without);
    shell::run("python3", &pack)?;
    let check: Vec<&str> = ["xtask/dist/check.py", &out].into_iter().chain(without).collect();
    shell::run("python3", &check)
}
