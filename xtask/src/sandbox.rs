//! A sandbox of the host's program, running for as long as a step needs it. Knows only what the program prints.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::shell;

/// How long a sandbox may take to say where it listens.
const START: Duration = Duration::from_secs(20);

/// A running `scim-connector sandbox`, ended when dropped.
pub struct Sandbox {
    child: Child,
    /// Where it serves SCIM, `http://127.0.0.1:PORT/scim/v2`.
    pub service_url: String,
}

impl Sandbox {
    /// Starts one on a free port, in memory, with further arguments.
    pub fn start(release: bool, arguments: &[&str]) -> Result<Self> {
        let program = shell::connector(release);
        let mut child = shell::command(&program)
            .args(["sandbox", "--port", "0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let (sender, lines) = mpsc::channel();
        let streams: [Option<Box<dyn Read + Send>>; 2] = [
            child.stdout.take().map(|s| Box::new(s) as _),
            child.stderr.take().map(|s| Box::new(s) as _),
        ];
        for stream in streams.into_iter().flatten() {
            let sender = sender.clone();
            // Reads to the end even when nobody listens any more: a full pipe would stop the sandbox.
            thread::spawn(move || {
                BufReader::new(stream)
                    .lines()
                    .map_while(Result::ok)
                    .for_each(|line| drop(sender.send(line)))
            });
        }
        drop(sender);
        let mut sandbox = Self {
            child,
            service_url: String::new(),
        };
        let mut said = Vec::new();
        while let Ok(line) = lines.recv_timeout(START) {
            if let Some(url) = service_url(&line) {
                sandbox.service_url = url.to_string();
                return Ok(sandbox);
            }
            said.push(line);
        }
        bail!(
            "`scim-connector sandbox` did not say where it listens; it said: {}",
            said.join("\n")
        );
    }

    /// Where its tokens come from.
    pub fn token_url(&self) -> String {
        format!("{}/oauth2/token", self.service_url.trim_end_matches("/scim/v2"))
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The service URL in a line meant for people or programs.
fn service_url(line: &str) -> Option<&str> {
    let line = line.get(line.find("http://127.0.0.1:")?..)?;
    let end = line.find("/scim/v2")? + "/scim/v2".len();
    line.get(..end).filter(|url| !url.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::service_url;

    #[test]
    fn the_service_url_is_found_in_any_line() {
        for line in [
            "  service http://127.0.0.1:80/scim/v2",
            r#"{"a":1,"serviceUrl":"http://127.0.0.1:80/scim/v2"}"#,
        ] {
            assert_eq!(service_url(line), Some("http://127.0.0.1:80/scim/v2"), "{line}");
        }
        for line in [
            "",
            "token http://127.0.0.1:80/oauth2/token",
            "http://127.0.0.1:80/oauth2/token and /scim/v2",
        ] {
            assert_eq!(service_url(line), None, "{line}");
        }
    }
}
