//! Runs other programs: in the project's root, with one target folder, and with errors that say what is missing and
//! where it comes from. Knows nothing of what the commands are for.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{BufRead as _, BufReader, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail};

/// Programs this project does not install, and where they come from.
const TOOLS: &[(&str, &str)] = &[
    ("cargo", "Rust with rustup: https://rustup.rs"),
    ("rustup", "rustup: https://rustup.rs"),
    ("python3", "Python 3.10 or newer with venv: https://www.python.org/downloads, or your system's package manager"),
    ("node", "Node.js 20 or newer: https://nodejs.org"),
    ("npm", "npm, which comes with Node.js: https://nodejs.org"),
];

/// The manifest of the guest that evaluates expressions, a workspace of its own.
pub const GUEST: &str = "crates/expression/guest/Cargo.toml";

/// Cargo sets these for the program it runs. Build scripts that watch them (ring's does) would see other values in a
/// nested cargo than in a cargo of your own, and rebuild each time.
const CARGO_LEFTOVERS: &[&str] = &["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];

/// The project's root folder.
pub fn root() -> PathBuf {
    let xtask =
        env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    xtask.parent().map(Path::to_path_buf).unwrap_or_default()
}

/// The one folder all builds go to, whatever `CARGO_TARGET_DIR` says.
pub fn target() -> PathBuf {
    root().join("target")
}

/// The `scim-connector` program of a profile.
pub fn connector(release: bool) -> PathBuf {
    let profile = if release { "release" } else { "debug" };
    target().join(profile).join("scim-connector").with_extension(env::consts::EXE_EXTENSION)
}

/// A program to be run in the project's root.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let program = program.as_ref();
    // The cargo that runs this command is the one to run below it.
    let cargo = env::var_os("CARGO").filter(|_| program == "cargo");
    let mut command = Command::new(cargo.as_deref().unwrap_or(program));
    command.current_dir(root()).env("CARGO_TARGET_DIR", target());
    for (name, _) in env::vars_os() {
        if CARGO_LEFTOVERS.iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a program to its end, its output shown as it comes.
pub fn run<A: AsRef<OsStr>>(program: impl AsRef<OsStr>, arguments: &[A]) -> Result<()> {
    run_with(program, arguments, &[])
}

/// [`run`], with environment variables.
pub fn run_with<A: AsRef<OsStr>>(
    program: impl AsRef<OsStr>,
    arguments: &[A],
    environment: &[(&str, &str)],
) -> Result<()> {
    let program = program.as_ref();
    let line = line(program, arguments);
    eprintln!("$ {line}");
    let mut command = command(program);
    command.args(arguments).envs(environment.iter().copied());
    let status = command.status().map_err(|error| cannot_start(program, &error))?;
    if !status.success() {
        bail!("`{line}` failed: {status}");
    }
    Ok(())
}

/// Runs tests to their end, their output shown as it comes; the error says which of them failed.
pub fn run_tests<A: AsRef<OsStr>>(
    program: impl AsRef<OsStr>,
    arguments: &[A],
    environment: &[(&str, &str)],
) -> Result<()> {
    let program = program.as_ref();
    let (status, printed) = show(program, arguments, environment)?;
    if !status.success() {
        let failed: Vec<&str> = printed.lines().filter(|line| tells_a_failure(line)).take(FAILURES).collect();
        bail!("`{}` failed: {status}\n{}", line(program, arguments), failed.join("\n"));
    }
    Ok(())
}

/// So many lines about tests that failed are told again at the end.
const FAILURES: usize = 20;

/// Whether a line that tests printed says what failed.
fn tells_a_failure(line: &str) -> bool {
    (line.starts_with("test ") && line.ends_with("FAILED"))
        || line.starts_with("DEVIATES: ")
        || (line.starts_with("thread '") && line.contains(" panicked at "))
}

/// Runs a program to its end and returns what it printed on stdout.
pub fn output<A: AsRef<OsStr>>(program: impl AsRef<OsStr>, arguments: &[A]) -> Result<String> {
    let program = program.as_ref();
    let output = command(program)
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| cannot_start(program, &error))?;
    if !output.status.success() {
        bail!("`{}` failed: {}", line(program, arguments), output.status);
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("what `{}` printed is not UTF-8", line(program, arguments)))
}

/// Runs a program to its end, its output shown as it comes, and returns what it printed on stdout.
pub fn shown_output<A: AsRef<OsStr>>(program: impl AsRef<OsStr>, arguments: &[A]) -> Result<String> {
    let program = program.as_ref();
    let (status, printed) = show(program, arguments, &[])?;
    if !status.success() {
        bail!("`{}` failed: {status}", line(program, arguments));
    }
    Ok(printed)
}

/// Runs a program to its end, its output shown as it comes; how it ended, and what it printed on stdout.
fn show<A: AsRef<OsStr>>(
    program: &OsStr,
    arguments: &[A],
    environment: &[(&str, &str)],
) -> Result<(ExitStatus, String)> {
    eprintln!("$ {}", line(program, arguments));
    let mut child = command(program)
        .args(arguments)
        .envs(environment.iter().copied())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| cannot_start(program, &error))?;
    let mut printed = String::new();
    for text in child.stdout.take().into_iter().flat_map(|stdout| BufReader::new(stdout).split(b'\n')) {
        let text = text?;
        let text = String::from_utf8_lossy(&text);
        println!("{text}");
        printed += &text;
        printed.push('\n');
    }
    Ok((child.wait()?, printed))
}

/// Fails, naming all of them, where programs are missing.
pub fn require(programs: &[&str]) -> Result<()> {
    let missing: Vec<String> = programs
        .iter()
        .filter_map(|program| {
            let probe = command(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
            probe.err().map(|error| cannot_start(OsStr::new(program), &error).to_string())
        })
        .collect();
    if !missing.is_empty() {
        bail!("{}", missing.join("; "));
    }
    Ok(())
}

/// Why a program did not start, with where to get it.
fn cannot_start(program: &OsStr, error: &std::io::Error) -> anyhow::Error {
    let name = program.to_string_lossy();
    match TOOLS.iter().find(|(tool, _)| *tool == name) {
        Some((_, source)) if error.kind() == ErrorKind::NotFound => {
            anyhow::anyhow!("`{name}` was not found; install {source}")
        }
        _ => anyhow::anyhow!("`{name}` cannot be started: {error}"),
    }
}

/// A command as a person would type it.
fn line<A: AsRef<OsStr>>(program: &OsStr, arguments: &[A]) -> String {
    let words: Vec<OsString> =
        std::iter::once(program.to_os_string()).chain(arguments.iter().map(|a| a.as_ref().to_os_string())).collect();
    words.join(OsStr::new(" ")).to_string_lossy().into_owned()
}
