//! A sandbox of the host's program, running for as long as a step needs it. Knows only what the program prints.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::shell;

/// How long a sandbox may take to say where it listens.
const START: Duration = Duration::from_secs(20);

/// A running `scim-connector sandbox`, ended when dropped.
pub struct Sandbox {
    child: Child,
    /// What it said when it was ready: `serviceUrl`, `tokenUrl`, `clientId`, `clientSecret`.
    facts: Value,
}

impl Sandbox {
    /// Starts one on a free port, in memory; `bearer` is a token it accepts beside those it gives out.
    pub fn start(release: bool, bearer: Option<&str>) -> Result<Self> {
        let program = shell::connector(release);
        let mut command = shell::command(&program);
        command.args(["sandbox", "--port", "0", "--json"]).stdin(Stdio::null()).stdout(Stdio::piped());
        if let Some(token) = bearer {
            command.env("SCIM_SANDBOX_BEARER_TOKEN", token);
        }
        let child = command.spawn().with_context(|| format!("cannot start {}", program.display()))?;
        let mut sandbox = Self { child, facts: Value::Null };
        let (sender, receiver) = mpsc::channel();
        if let Some(stdout) = sandbox.child.stdout.take() {
            thread::spawn(move || {
                let mut line = String::new();
                // The receiver may have given up waiting.
                drop(sender.send(BufReader::new(stdout).read_line(&mut line).map(|_| line)));
            });
        }
        let line = receiver.recv_timeout(START).context("`scim-connector sandbox` did not say where it listens")??;
        sandbox.facts = serde_json::from_str(&line)
            .with_context(|| format!("`scim-connector sandbox --json` said `{}`, which is not JSON", line.trim()))?;
        Ok(sandbox)
    }

    /// One of the facts it stated.
    pub fn fact(&self, name: &str) -> Result<&str> {
        match self.facts.get(name).and_then(Value::as_str) {
            Some(fact) => Ok(fact),
            None => bail!("`scim-connector sandbox --json` named no {name}"),
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
