//! `run: shell`: a command of the system's shell, where it is allowed. It gets a bare environment, ends with its step, and what
//! it writes is bounded.

use crate::fault::Fault;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Stdio;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

/// Most that is read of each of its outputs, in bytes.
const LARGEST_OUTPUT: u64 = 10 << 20;

/// What a command has of this program's environment, in which credentials may stand: how to find programs, where its user is
/// at home, and in which language it writes.
const ENVIRONMENT: [&str; 3] = ["PATH", "HOME", "LANG"];

/// Runs a command; none where its output is not asked for. `shell` has `command`, `arguments`, `environment` and `stdin`.
/// The arguments follow the command as `"$@"` would, so that nothing in them is read by the shell.
pub(super) async fn run(shell: &Value, returns: &str, awaits: bool, folder: &Path) -> Result<Option<Value>, Fault> {
    let mut command = command(shell);
    command.current_dir(folder).kill_on_drop(awaits);
    let failed = |error: std::io::Error| Fault::of_runtime(format!("the shell cannot run the command: {error}"));
    let stdin = shell.get("stdin").filter(|value| !value.is_null()).map(text);
    command.stdin(if stdin.is_some() { Stdio::piped() } else { Stdio::null() });
    if !awaits {
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(failed)?;
        if let (Some(text), Some(mut input)) = (stdin, child.stdin.take()) {
            tokio::spawn(async move { input.write_all(text.as_bytes()).await });
        }
        return Ok(None);
    }
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(failed)?;
    let _group = Group(child.id());
    let (input, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let write = async {
        if let (Some(text), Some(mut input)) = (stdin, input) {
            // A command that does not read its input is no failure.
            input.write_all(text.as_bytes()).await.ok();
        }
        Ok::<_, Fault>(())
    };
    let ((), stdout, stderr) = tokio::try_join!(write, read("stdout", stdout), read("stderr", stderr))?;
    let status = child.wait().await.map_err(failed)?;
    let code = status.code();
    match returns {
        "code" => Ok(Some(json!(code))),
        "all" => Ok(Some(json!({"stdout": stdout, "stderr": stderr, "code": code}))),
        _ if !status.success() => {
            let code = code.map_or_else(|| "a signal".to_owned(), |code| format!("exit code {code}"));
            let said = stderr.lines().last().unwrap_or_default().trim();
            Err(Fault::of_runtime(format!("the command ended with {code}: {said}")))
        }
        "none" => Ok(None),
        "stderr" => Ok(Some(stderr.into())),
        _ => Ok(Some(stdout.into())),
    }
}

fn command(shell: &Value) -> Command {
    let line = shell.get("command").map(text).unwrap_or_default();
    let arguments: Vec<String> = match shell.get("arguments") {
        Some(Value::Array(items)) => items.iter().map(text).collect(),
        Some(Value::Object(members)) => members
            .iter()
            .flat_map(|(name, value)| [name.clone(), text(value)])
            .filter(|part| !part.is_empty())
            .collect(),
        _ => Vec::new(),
    };
    let mut command = Command::new("sh");
    command.arg("-c").arg(if arguments.is_empty() { line } else { format!("{line} \"$@\"") }).arg("sh").args(arguments);
    command.env_clear();
    command.envs(ENVIRONMENT.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    for (name, value) in shell.get("environment").and_then(Value::as_object).into_iter().flatten() {
        command.env(name, text(value));
    }
    // A group of its own, so that what the shell began ends with it.
    #[cfg(unix)]
    command.process_group(0);
    command
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The processes of a command; ended when this is dropped.
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(group) = self.0.and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw) {
            // Nothing is left of it where the command has ended.
            rustix::process::kill_process_group(group, rustix::process::Signal::KILL).ok();
        }
    }
}

/// All that the command writes to one of its outputs. One that writes more than is read is ended, with all it began: what it
/// has done until then stays done.
async fn read(name: &str, from: Option<impl AsyncRead + Unpin>) -> Result<String, Fault> {
    let Some(from) = from else { return Ok(String::new()) };
    let mut bytes = Vec::new();
    from.take(LARGEST_OUTPUT + 1)
        .read_to_end(&mut bytes)
        .await
        .map_err(|error| Fault::of_runtime(format!("the command's {name} cannot be read: {error}")))?;
    if bytes.len() as u64 > LARGEST_OUTPUT {
        let detail = format!(
            "the command was ended: it writes more than {} MiB to {name}, the most that is read; have it write to a file",
            LARGEST_OUTPUT >> 20
        );
        return Err(Fault { maybe_applied: true, ..Fault::of_runtime(detail) });
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
