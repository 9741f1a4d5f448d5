//! `cargo xtask measure`: the numbers a reader of the README asks for, from one command.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::{component, listing, sandbox::Sandbox, shell, suite};

/// `cargo xtask measure`.
pub fn command(release: bool, runs: u16, users: u64) -> Result<()> {
    let reports = component::build()?;
    suite::build_host(release)?;
    let sandbox = Sandbox::start(release, None)?;
    let config = shell::target().join("measure").join("Config.toml");
    write_config(&config, &sandbox)?;

    let cold = create_user(release, &config, "cold", &["--no-cache"])?;
    // Fills the cache, where it is not filled yet.
    create_user(release, &config, "warm-0", &[])?;
    let mut warm = Vec::new();
    for run in 1..=runs {
        warm.push(create_user(release, &config, &format!("warm-{run}"), &[])?);
    }
    warm.sort();

    reports.iter().for_each(component::Report::print);
    let profile = if release { "release" } else { "debug" };
    println!("start to first created user, {profile} build, sandbox on loopback, token request included:");
    println!("no cache   {} (the component is compiled)", milliseconds(cold));
    if let (Some(min), Some(median), Some(max)) = (warm.first(), warm.get(warm.len() / 2), warm.last()) {
        let [min, median, max] = [min, median, max].map(|time| milliseconds(*time));
        println!("warm       min {min}, median {median}, max {max} over {runs} processes");
    }
    listing::run(release, 50_000, users)
}

/// The configuration of one connection, to the sandbox.
fn write_config(path: &Path, sandbox: &Sandbox) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // A JSON string is a TOML string.
    let [service, token, client, secret] = ["serviceUrl", "tokenUrl", "clientId", "clientSecret"]
        .map(|fact| sandbox.fact(fact).map(|text| Value::from(text).to_string()));
    let text = format!(
        "[connections.sandbox]\nserviceUrl = {}\n\n[connections.sandbox.auth]\ntype = \"clientCredentials\"\n\
         tokenUrl = {}\nclientId = {}\nclientSecret = {}\n",
        service?, token?, client?, secret?,
    );
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Creates a user by a process of its own, and says how long that took from start to end.
fn create_user(release: bool, config: &Path, name: &str, further: &[&str]) -> Result<Duration> {
    let input = json!({ "payload": { "userName": name } }).to_string();
    let mut command = shell::command(shell::connector(release));
    command
        .args(["call", "createUser", "--connection", "sandbox", "--input", &input, "--config"])
        .arg(config)
        .args(further);
    let start = Instant::now();
    let output = command.stdin(Stdio::null()).output().context("cannot start scim-connector")?;
    let took = start.elapsed();
    let created: Option<Value> = serde_json::from_slice(&output.stdout).ok();
    let user_name = created.as_ref().and_then(|user| user.get("userName")).and_then(Value::as_str);
    if !output.status.success() || user_name != Some(name) {
        bail!("creating the user `{name}` failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(took)
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}
