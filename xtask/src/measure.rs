//! `cargo xtask measure`: the numbers a reader of the README asks for, from one command.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::{component, sandbox::Sandbox, shell, suite};

/// The client the sandbox knows unless it is told otherwise.
const CLIENT: (&str, &str) = ("sandbox", "sandbox-secret");

/// `cargo xtask measure`.
pub fn command(release: bool, runs: u16) -> Result<()> {
    let report = component::build()?;
    suite::build_host(release)?;
    let sandbox = Sandbox::start(release, &[])?;
    let config = shell::target().join("measure").join("Config.toml");
    write_config(&config, &sandbox)?;

    // The first run compiles the component and fills the code cache; it is told apart.
    let cold = create_user(release, &config, "cold")?;
    let mut warm = Vec::new();
    for run in 1..=runs {
        warm.push(create_user(release, &config, &format!("warm-{run}"))?);
    }
    warm.sort();

    report.print();
    let profile = if release { "release" } else { "debug" };
    println!("start to first created user, {profile} build, sandbox on loopback, token request included:");
    println!("cold       {} (code cache as it was found)", milliseconds(cold));
    if let (Some(min), Some(median), Some(max)) = (warm.first(), warm.get(warm.len() / 2), warm.last()) {
        let [min, median, max] = [min, median, max].map(|time| milliseconds(*time));
        println!("warm       min {min}, median {median}, max {max} over {runs} processes");
    }
    Ok(())
}

/// The configuration of one connection, to the sandbox.
fn write_config(path: &Path, sandbox: &Sandbox) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let (client, secret) = CLIENT;
    let text = format!(
        "[connections.sandbox]\nserviceUrl = \"{}\"\n\n[connections.sandbox.auth]\ntype = \"clientCredentials\"\n\
         tokenUrl = \"{}\"\nclientId = \"{client}\"\nclientSecret = \"{secret}\"\n",
        sandbox.service_url,
        sandbox.token_url(),
    );
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Creates a user by a process of its own, and says how long that took from start to end.
fn create_user(release: bool, config: &Path, name: &str) -> Result<Duration> {
    let input = json!({ "payload": { "userName": name } }).to_string();
    let mut command = shell::command(shell::connector(release));
    command
        .args([
            "call",
            "createUser",
            "--connection",
            "sandbox",
            "--input",
            &input,
            "--config",
        ])
        .arg(config);
    let start = Instant::now();
    let output = command
        .stdin(Stdio::null())
        .output()
        .context("cannot start scim-connector")?;
    let took = start.elapsed();
    let created: Option<Value> = serde_json::from_slice(&output.stdout).ok();
    let user_name = created
        .as_ref()
        .and_then(|user| user.get("userName"))
        .and_then(Value::as_str);
    if !output.status.success() || user_name != Some(name) {
        bail!(
            "creating the user `{name}` failed ({}): {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(took)
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}
