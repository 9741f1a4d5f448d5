//! Where things are in a run: the programs, the provider, the folder; and how the children are started. Knows no figures.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::contenders::{Host, connection};
use crate::tasks::Task;

/// Everything a run needs to know of its surroundings.
pub struct Environment {
    /// The component's core and the code cache.
    pub host: Host,
    /// The component with its way out over wasi:http.
    pub whole: Host,
    /// The `scim-connector` program.
    pub program: PathBuf,
    /// A Python that has scim2-client; none leaves its column empty.
    pub python: Option<PathBuf>,
    /// `contender.py`.
    pub script: PathBuf,
    /// Whatever is written goes here.
    pub folder: PathBuf,
    /// The certificate that the provider shows.
    pub certificate: PathBuf,
    /// Fewer rounds and users.
    pub quick: bool,
    provider: Provider,
}

/// The provider's process; it ends with this.
struct Provider {
    child: Child,
    plain: String,
    secure: String,
}

impl Drop for Provider {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Who a child is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The host library.
    Ours,
    /// Raw reqwest.
    Native,
    /// scim2-client.
    Python,
}

impl Environment {
    /// Starts the provider; `certificate` and `key` exist.
    pub fn new(
        (host, whole): (Host, Host),
        program: PathBuf,
        python: Option<(PathBuf, PathBuf)>,
        folder: PathBuf,
        (certificate, key): (PathBuf, PathBuf),
        quick: bool,
    ) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("serve")
            .args([&certificate, &key])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the provider cannot be started")?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no stdout")?).read_line(&mut line)?;
        let said: Value = serde_json::from_str(&line).context("the provider did not say where it is")?;
        let url = |name: &str| {
            said.get(name).and_then(Value::as_str).map(str::to_owned).with_context(|| format!("no {name} in {said}"))
        };
        let provider = Provider { plain: url("plain")?, secure: url("secure")?, child };
        let (python, script) = python.map_or((None, PathBuf::new()), |(python, script)| (Some(python), script));
        let place = Self { host, whole, program, python, script, folder, certificate, quick, provider };
        place.write_config()?;
        Ok(place)
    }

    /// Where the provider is.
    pub fn url(&self, secure: bool) -> &str {
        if secure { &self.provider.secure } else { &self.provider.plain }
    }

    /// One of two numbers: that of a full run, or that of a quick one.
    pub fn size<T>(&self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }

    /// Has a child carry out a task and gives what it printed.
    pub fn child(&self, who: Who, task: Task, count: u64) -> Result<Value> {
        let name = clap::ValueEnum::to_possible_value(&task).map(|value| value.get_name().to_owned());
        let name = name.unwrap_or_default();
        if who == Who::Python {
            return self.python(&name, false, &["--count", &count.to_string()]);
        }
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["task", &name, "--url", self.url(false), "--count", &count.to_string()]);
        if who == Who::Ours {
            command.arg("--component").arg(&self.host.component).arg("--cache").arg(&self.host.cache);
        }
        answered(&mut command)
    }

    /// Has scim2-client carry out a task and gives what it printed.
    pub fn python(&self, task: &str, secure: bool, arguments: &[&str]) -> Result<Value> {
        let python = self.python.as_ref().context("there is no Python")?;
        let mut command = Command::new(python);
        command.arg(&self.script).args([task, self.url(secure)]).arg("--certificate").arg(&self.certificate);
        answered(command.args(arguments))
    }

    /// Milliseconds from the start of a process until it has created a user and ended. `cached` is only for the host.
    pub fn start(&self, who: Who, cached: bool) -> Result<f64> {
        let start = Instant::now();
        match who {
            Who::Ours => {
                let mut command = Command::new(&self.program);
                command.args(["call", "createUser", "--connection", "bench", "--input"]);
                command.arg(serde_json::json!({"payload": crate::users::user(1)}).to_string());
                command.arg("--config").arg(self.config()).arg("--component").arg(&self.host.component);
                command.env("XDG_CACHE_HOME", &self.host.cache);
                if !cached {
                    command.arg("--no-cache");
                }
                let user = answered(&mut command)?;
                ensure!(user.get("id").is_some(), "{user} is no user");
            }
            Who::Native | Who::Python => {
                self.child(who, Task::Create, 1)?;
            }
        }
        Ok(start.elapsed().as_secs_f64() * 1000.0)
    }

    fn config(&self) -> PathBuf {
        self.folder.join("Config.toml")
    }

    fn write_config(&self) -> Result<()> {
        let connection = connection(self.url(false));
        let text = |pointer: &str| connection.pointer(pointer).map(Value::to_string).context("no such member");
        // A JSON string is a TOML string.
        let config = format!(
            "[connections.bench]\nserviceUrl = {}\nauth = {{ type = \"bearer\", token = {} }}\n",
            text("/serviceUrl")?,
            text("/auth/token")?
        );
        std::fs::write(self.config(), config).context("the configuration cannot be written")
    }
}

/// Runs a child to its end; it prints JSON.
fn answered(command: &mut Command) -> Result<Value> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("{command:?} cannot be started"))?;
    ensure!(
        output.status.success(),
        "{} failed ({}): {}",
        Path::new(command.get_program()).display(),
        output.status,
        String::from_utf8_lossy(&output.stderr).trim_end()
    );
    serde_json::from_slice(&output.stdout)
        .with_context(|| format!("{command:?} printed no JSON: {}", String::from_utf8_lossy(&output.stdout).trim_end()))
}

/// A number in what a child printed.
pub fn number(value: &Value, name: &str) -> Result<f64> {
    value.get(name).and_then(Value::as_f64).with_context(|| format!("there is no {name} in {value}"))
}
