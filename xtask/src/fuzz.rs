//! `cargo xtask fuzz`: builds the fuzz targets of fuzz/ with coverage counters and runs them on the kept corpus and on what they
//! make of it. Which targets there are, the folders in fuzz/corpus say; what they assert, fuzz/src.
//!
//! libFuzzer is compiled from the crate libfuzzer-sys by the C++ compiler, so that neither cargo-fuzz nor a nightly Rust is
//! needed. There is no address sanitizer: the component has no unsafe code of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::shell;

/// What puts libFuzzer's counters into the code; cargo-fuzz does the same.
const RUSTFLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
     -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Limits of one input: memory in MB, time in seconds, length in bytes.
const LIMITS: [&str; 3] = ["-rss_limit_mb=512", "-timeout=5", "-max_len=8192"];

/// How long each target runs in the step of `cargo xtask test`.
const SECONDS: u32 = 2;

/// The step of `cargo xtask test`: every target, with the same random numbers each time.
pub fn check() -> Result<()> {
    run(None, SECONDS, &["-seed=1"])
}

/// `cargo xtask fuzz`: one target, or each in turn.
pub fn command(target: Option<&str>, seconds: u32) -> Result<()> {
    run(target, seconds, &[])
}

/// `cargo xtask fuzz TARGET --input FILE`: one input, once.
pub fn replay(target: &str, input: &Path) -> Result<()> {
    let program = build()?;
    let input = input.canonicalize().with_context(|| format!("{} cannot be read", input.display()))?;
    let status = shell::command(&program)
        .env("SCIM_FUZZ_TARGET", chosen(Some(target))?.concat())
        .args(LIMITS)
        .arg(&input)
        .status()?;
    if !status.success() {
        bail!("{target} fails on {}", input.display());
    }
    Ok(())
}

fn run(target: Option<&str>, seconds: u32, options: &[&str]) -> Result<()> {
    let targets = chosen(target)?;
    let program = build()?;
    let mut failed = Vec::new();
    for name in &targets {
        println!("{name}: {seconds} s");
        if let Err(error) = one(&program, name, seconds, options) {
            println!("{error:#}");
            failed.push(error.to_string());
        }
    }
    if !failed.is_empty() {
        bail!("{}", failed.join("\n"));
    }
    Ok(())
}

/// Runs a target. New inputs that reach more go to target/fuzz/found and are the start of a later run there.
fn one(program: &Path, name: &str, seconds: u32, options: &[&str]) -> Result<()> {
    let folder = shell::target().join("fuzz");
    let (found, artifacts) = (folder.join("found").join(name), folder.join("artifacts").join(name));
    for folder in [&found, &artifacts] {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    let before = files(&artifacts)?;
    let output = shell::command(program)
        .env("SCIM_FUZZ_TARGET", name)
        .args(LIMITS)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .args(["-dict=fuzz/scim.dict", "-print_final_stats=1", "-verbosity=1"])
        .args(options)
        .arg(&found)
        .arg(Path::new("fuzz/corpus").join(name))
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} cannot be started", program.display()))?;
    let log = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        // The last line of the log with counters, and what libFuzzer counted.
        let last = log.lines().rfind(|line| line.contains(" cov: "));
        let counted = log.lines().filter(|line| line.starts_with("stat::number") || line.starts_with("stat::peak"));
        for line in last.into_iter().chain(counted) {
            println!("    {}", line.trim());
        }
        return Ok(());
    }
    let tail: Vec<&str> = log.lines().filter(|line| !line.starts_with('#')).collect();
    println!("{}", tail.get(tail.len().saturating_sub(40)..).unwrap_or_default().join("\n"));
    match files(&artifacts)?.into_iter().find(|file| !before.contains(file)) {
        Some(input) => bail!(
            "the target {name} fails on {0}; again: cargo xtask fuzz {name} --input {0}",
            input.strip_prefix(shell::root()).unwrap_or(&input).display()
        ),
        None => bail!("the target {name} ended with {}, without an input of its own", output.status),
    }
}

/// The targets to run: the one that is named, or all.
fn chosen(target: Option<&str>) -> Result<Vec<String>> {
    let corpus = shell::root().join("fuzz/corpus");
    let folders = files(&corpus)?;
    let mut all: Vec<String> =
        folders.iter().filter_map(|folder| Some(folder.file_name()?.to_str()?.to_owned())).collect();
    all.sort();
    match target {
        None => Ok(all),
        Some(name) if all.iter().any(|known| known == name) => Ok(vec![name.to_owned()]),
        Some(name) => bail!("there is no target `{name}`; there are {}", all.join(", ")),
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    entries.map(|entry| Ok(entry?.path())).collect()
}

/// Builds the targets, into a folder of their own: nothing else is compiled with counters.
fn build() -> Result<PathBuf> {
    let version = shell::output("rustc", &["-vV"])?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    let folder = shell::target().join("fuzz");
    // A target that is named keeps the counters out of build scripts and procedural macros.
    let status = shell::command("cargo")
        .env("CARGO_TARGET_DIR", &folder)
        .env("RUSTFLAGS", RUSTFLAGS)
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .args(["build", "--locked", "--manifest-path", "fuzz/Cargo.toml", "--target", host])
        .status()
        .context("cargo cannot be started")?;
    if !status.success() {
        bail!("the fuzz targets cannot be built; libFuzzer needs a C++ compiler (g++ or clang++)");
    }
    Ok(folder.join(host).join("debug").join("scim-connector-fuzz"))
}
