//! `cargo xtask test` and `cargo xtask demo`: which steps there are and in which order. What a step does is another
//! module's or another program's business.

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::{component, figures, fuzz, generate, licences, listing, packages, sandbox::Sandbox, shell};

/// One thing that must pass.
struct Step {
    /// What it is called on the command line and in the table.
    name: &'static str,
    /// What it does, in a few words.
    what: &'static str,
    /// Programs it needs and does not install.
    needs: &'static [&'static str],
    run: fn() -> Result<()>,
}

/// All steps in the order they run. The cheap ones come first; `component`, `host` and `servers` make what later steps
/// use. Every cargo command covers the whole workspace, so that all of them agree on features and wasmtime is built once.
const STEPS: &[Step] = &[
    Step {
        name: "format",
        what: "cargo fmt",
        needs: &["cargo"],
        run: || {
            cargo("fmt --all --check")?;
            cargo(&format!("fmt --manifest-path {} --check", shell::GUEST))?;
            cargo("fmt --manifest-path fuzz/Cargo.toml --check")
        },
    },
    Step {
        name: "packages",
        what: "how many packages the host crate brings",
        needs: &["cargo"],
        run: packages::command,
    },
    Step {
        name: "component",
        what: "builds the component; its imports and size",
        needs: &["rustup"],
        run: || component::command(false),
    },
    Step {
        name: "generated",
        what: "the files generated from wit/ are what it says",
        needs: &["cargo"],
        run: generate::check,
    },
    Step {
        name: "lint-wasm",
        what: "clippy, for the component",
        needs: &["cargo"],
        run: || {
            cargo(
                "clippy --package scim-connector --package scim-connector-over-wasi-http --package scim-connector-typed --lib --target wasm32-wasip2 --profile component -- --deny warnings",
            )
        },
    },
    Step {
        name: "lint-guest",
        what: "clippy, for the guest that evaluates expressions",
        needs: &["cargo"],
        // For this machine: the benchmark is checked too, and nothing in it is for WebAssembly alone but its border.
        run: || {
            cargo(&format!(
                "clippy --manifest-path {} --target-dir target/guest --all-targets --locked -- --deny warnings",
                shell::GUEST
            ))
        },
    },
    Step {
        name: "servers",
        what: "installs third-party servers, pinned",
        needs: &["python3", "node", "npm"],
        run: || shell::run("python3", &["tests/servers/install.py", "target/servers"]),
    },
    Step {
        name: "host",
        what: "builds the program and the tests; clippy, for this machine",
        needs: &["cargo"],
        run: || {
            linted("build --workspace --bin scim-connector")?;
            linted("test --workspace --no-run")?;
            // `cargo test` leaves out what it does not run.
            linted("build --workspace --test soak")
        },
    },
    Step {
        name: "tests",
        what: "all Rust tests, end to end too",
        needs: &["node", "python3"],
        run: || tested("test --workspace --no-fail-fast", &[]),
    },
    Step {
        name: "whole",
        what: "the same with the component that others load: the fault table, and all operations on all servers",
        needs: &["node", "python3"],
        run: || {
            let whole = [("TEST_COMPONENT", "scim-connector.wasm")];
            tested("test --workspace --test faults", &whole)?;
            tested("test --workspace --test e2e -- servers::", &whole)
        },
    },
    Step {
        name: "bindings",
        what: "the component called from Node and Python",
        needs: &["python3", "node"],
        run: || shell::run("python3", &["tests/bindings/run.py", "target/scim-connector.wasm", "target/servers"]),
    },
    Step {
        name: "python",
        what: "the package for Python, installed into an empty environment",
        needs: &["python3", "node"],
        run: || shell::run("python3", &["integrations/python/check.py"]),
    },
    Step {
        name: "javascript",
        what: "the package for JavaScript, on two versions of Node",
        needs: &["python3", "node", "npm", "openssl"],
        run: check_javascript,
    },
    Step { name: "sandbox", what: "scim2-tester against the sandbox", needs: &["python3"], run: check_sandbox },
    Step {
        name: "page",
        what: "the page of start --ui in a browser",
        needs: &["python3", "node", "npm"],
        run: check_page,
    },
    Step {
        name: "node-red",
        what: "the nodes for Node-RED in its editor, in a browser",
        needs: &["python3", "node", "npm"],
        run: check_node_red,
    },
    Step {
        name: "listing",
        what: "many users listed in flat memory",
        needs: &["cargo"],
        run: || listing::run(false, LISTED.0, LISTED.1),
    },
    Step { name: "fuzz", what: "made-up input, for a few seconds each", needs: &["cargo"], run: fuzz::check },
    Step { name: "features", what: "every choice of features compiles", needs: &["cargo"], run: check_features },
    Step {
        name: "licences",
        what: "licences and sources of the dependencies",
        needs: &["cargo"],
        run: licences::check,
    },
];

/// Users of the two listings that the step `listing` compares; `cargo xtask measure` lists a million.
const LISTED: (u64, u64) = (10_000, 100_000);

/// A token for the public checker, which knows no token endpoints.
const SANDBOX_TOKEN: &str = "token-of-the-sandbox-check";

/// `cargo xtask demo`.
pub fn demo(arguments: &[String]) -> Result<()> {
    component::build()?;
    build_host(false)?;
    // A part of the build: this fills the cache of compiled code, which takes seconds once.
    println!("compiling the component for this machine");
    shell::command(shell::connector(false)).arg("describe").stdout(Stdio::null()).status()?;
    let arguments: Vec<&str> = std::iter::once("demo").chain(arguments.iter().map(String::as_str)).collect();
    shell::run(shell::connector(false), &arguments)
}

/// `cargo xtask faults`: the test of that name alone.
pub fn faults(word: Option<&str>) -> Result<()> {
    component::build()?;
    let arguments = ["test", "--workspace", "--test", "faults", "--"];
    shell::run("cargo", &arguments.into_iter().chain(word).collect::<Vec<_>>())?;
    if word.is_some() {
        return Ok(());
    }
    figures::write("faults.md", "cargo xtask faults", &std::fs::read_to_string(shell::target().join("faults.md"))?)
}

/// `cargo xtask soak`: the test of that name, which runs at no other time.
pub fn soak(minutes: f64, release: bool) -> Result<()> {
    component::build()?;
    let minutes = minutes.to_string();
    let arguments = ["test", "--workspace", "--test", "soak"].into_iter().chain(release.then_some("--release"));
    shell::run("cargo", &arguments.chain(["--", &minutes]).collect::<Vec<_>>())
}

/// `cargo xtask import`: the test of that name, with as many people.
pub fn import(people: u32, release: bool) -> Result<()> {
    component::build()?;
    let people = people.to_string();
    let arguments = ["test", "--workspace", "--test", "import"].into_iter().chain(release.then_some("--release"));
    let printed = shell::shown_output("cargo", &arguments.chain(["--", &people]).collect::<Vec<_>>())?;
    if !release {
        return Ok(());
    }
    figures::write("benchmarks.md", "cargo xtask import", &format!("```text\n{}\n```", printed.trim()))
}

/// `cargo xtask test --list`.
pub fn list() -> Result<()> {
    for step in STEPS {
        println!("{:<10} {}", step.name, step.what);
    }
    Ok(())
}

/// `cargo xtask test [STEP...]`. A step that fails does not keep the others from running.
pub fn test(names: &[String]) -> Result<()> {
    if let Some(unknown) = names.iter().find(|name| STEPS.iter().all(|step| step.name != name.as_str())) {
        bail!("there is no step `{unknown}`; `cargo xtask test --list` names them");
    }
    let chosen: Vec<&Step> =
        STEPS.iter().filter(|step| names.is_empty() || names.iter().any(|name| name == step.name)).collect();
    let mut results = Vec::new();
    for (index, step) in chosen.iter().enumerate() {
        println!("\n== {}/{} {}: {}", index + 1, chosen.len(), step.name, step.what);
        let start = Instant::now();
        let result = shell::require(step.needs).and_then(|()| (step.run)());
        let took = start.elapsed();
        match &result {
            Ok(()) => println!("== {} passed in {}", step.name, seconds(took)),
            Err(error) => println!("== {} FAILED in {}: {error:#}", step.name, seconds(took)),
        }
        results.push((*step, took, result));
    }

    let failed = results.iter().filter(|(_, _, result)| result.is_err()).count();
    println!();
    for (step, took, result) in &results {
        let verdict = if result.is_ok() { "passed" } else { "FAILED" };
        println!("{verdict}  {:<10} {:>8}  {}", step.name, seconds(*took), step.what);
        if let Err(error) = result {
            println!("        {}", format!("{error:#}").replace('\n', "\n        "));
        }
    }
    println!("{} passed, {failed} failed", results.len() - failed);
    if failed > 0 {
        bail!("not everything passed");
    }
    Ok(())
}

/// Builds the `scim-connector` program, with the features of the whole workspace.
pub fn build_host(release: bool) -> Result<()> {
    cargo(if release {
        "build --workspace --bin scim-connector --release"
    } else {
        "build --workspace --bin scim-connector"
    })
}

/// As `cargo clippy` hands its arguments over: clippy as the compiler, and warnings as errors. What is linted is what is
/// tested, and dependencies are compiled once; `cargo clippy` would check each of them beside compiling it, which takes as
/// long again.
const LINTED: [(&str, &str); 2] =
    [("RUSTC_WORKSPACE_WRAPPER", "clippy-driver"), ("CLIPPY_ARGS", "--deny__CLIPPY_HACKERY__warnings")];

/// Builds as [`LINTED`] says.
fn linted(arguments: &str) -> Result<()> {
    shell::run_with("cargo", &arguments.split(' ').collect::<Vec<_>>(), &LINTED)
}

/// Runs tests of what [`linted`] builds; the error says which of them failed.
fn tested(arguments: &str, environment: &[(&str, &str)]) -> Result<()> {
    shell::run_tests("cargo", &arguments.split(' ').collect::<Vec<_>>(), &[&LINTED, environment].concat())
}

fn check_sandbox() -> Result<()> {
    let sandbox = Sandbox::start(false, Some(SANDBOX_TOKEN))?;
    let url = sandbox.fact("serviceUrl")?;
    let arguments = ["tests/sandbox-check/run.py", "--url", url, "--token", SANDBOX_TOKEN];
    shell::run("python3", &arguments)
}

/// Every choice of features that a user has. `cargo check` makes no code, so that wasmtime is not built again.
fn check_features() -> Result<()> {
    for chosen in ["", "sandbox", "flows", "keyring", "serve", "sandbox,keyring", "flows,keyring", "sandbox,flows"] {
        println!("scim-connector-cli --features \"{chosen}\"");
        let arguments = ["check", "--quiet", "--package", "scim-connector-cli", "--no-default-features", "--features"];
        shell::run("cargo", &arguments.into_iter().chain([chosen]).collect::<Vec<_>>())?;
    }
    cargo("check --quiet --package scim-connector-host --no-default-features")
}

/// The browser comes from npm, pinned; a made-up history stands in for a daemon.
fn check_page() -> Result<()> {
    shell::run("python3", &["tests/servers/install.py", "--node", "target/browser", "tests/page"])?;
    linted("build --workspace --example page_demo")?;
    let demo = shell::target().join("debug/examples/page_demo").with_extension(std::env::consts::EXE_EXTENSION);
    shell::run("node", &["tests/page/browser.mjs".as_ref(), "target/browser".as_ref(), demo.as_os_str()])
}

fn check_javascript() -> Result<()> {
    shell::run("python3", &["tests/servers/install.py", "--node", "target/js", "integrations/js"])?;
    shell::run("node", &["integrations/js/test.mjs", "--node", "24"])
}

fn check_node_red() -> Result<()> {
    shell::run("python3", &["tests/servers/install.py", "--node", "target/js", "integrations/js"])?;
    shell::run("node", &["integrations/js/build.mjs", "--modules", "target/js"])?;
    let modules = "target/node-red/modules";
    shell::run("python3", &["tests/servers/install.py", "--node", modules, "integrations/node-red/test"])?;
    shell::run("node", &["integrations/node-red/test.mjs"])
}

/// `cargo xtask docs`: the API's documentation, without a warning. No step: it would check every dependency once more. The
/// examples in it are tests, and run with the others.
pub fn document() -> Result<()> {
    shell::run_with("cargo", &["doc", "--workspace", "--lib", "--no-deps"], &[("RUSTDOCFLAGS", "--deny warnings")])
}

/// Runs cargo with arguments none of which contains a space.
pub fn cargo(arguments: &str) -> Result<()> {
    shell::run("cargo", &arguments.split(' ').collect::<Vec<_>>())
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
