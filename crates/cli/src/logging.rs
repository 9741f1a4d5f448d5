//! `--log` and `--log-format`: this program's spans and events on stderr, and `--metrics`. Only what the host itself says is
//! written, and each line goes through the redactors of the clients there are: what a library would log was not written for
//! other people's eyes.

use super::output;
use clap::{Args, ValueEnum};
use parking_lot::RwLock;
use scim_connector_host::client::Client;
use scim_connector_host::error::{Error, Result};
use scim_connector_host::redact::Redactor;
use scim_connector_host::telemetry::Metrics;
use scim_connector_host::visible;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{Layer as _, Registry, fmt};

/// The crates whose events are logged; those of other libraries are nobody's business here.
const OWN: [&str; 5] = [
    "scim_connector_automation",
    "scim_connector_cli",
    "scim_connector_flow",
    "scim_connector_host",
    "scim_connector_sandbox",
];

/// What is logged, and how.
#[derive(Args)]
pub struct Arguments {
    /// Log this and graver to stderr, without secrets: info has calls, debug their HTTP requests too
    #[arg(
        long,
        global = true,
        value_name = "LEVEL",
        default_value = "off",
        env = "SCIM_CONNECTOR_LOG",
        hide_env_values = true
    )]
    log: Level,
    /// How log lines are written
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    log_format: Format,
    /// Write metrics in Prometheus' text form at the end, to a file, or - for stderr
    #[arg(long, global = true, value_name = "FILE")]
    metrics: Option<PathBuf>,
    /// The metrics of this process.
    #[arg(skip)]
    pub recorded: Metrics,
}

/// What is logged.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Level {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl From<Level> for LevelFilter {
    fn from(level: Level) -> Self {
        match level {
            Level::Off => Self::OFF,
            Level::Error => Self::ERROR,
            Level::Warn => Self::WARN,
            Level::Info => Self::INFO,
            Level::Debug => Self::DEBUG,
            Level::Trace => Self::TRACE,
        }
    }
}

/// How log lines are written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a person.
    Text,
    /// One JSON object on each line.
    Json,
}

/// The clients whose secrets no line may hold.
static CLIENTS: RwLock<Vec<Client>> = RwLock::new(Vec::new());

/// What else knows secrets that no line may hold.
static REDACTORS: RwLock<Vec<Arc<Redactor>>> = RwLock::new(Vec::new());

/// Keeps what it knows out of the log.
#[cfg(feature = "flows")]
pub fn redact_with(redactor: Arc<Redactor>) {
    REDACTORS.write().push(redactor);
}

/// Keeps a client's secrets out of the log.
pub fn redact_for(client: &Client) {
    CLIENTS.write().push(client.clone());
}

/// A line on its way to stderr.
#[derive(Default)]
struct Line(Vec<u8>);

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let clients = CLIENTS.read();
        let text = String::from_utf8_lossy(&self.0).into_owned();
        let text = clients.iter().fold(text, |text, client| client.redactor().text(&text));
        let text = REDACTORS.read().iter().fold(text, |text, redactor| redactor.text(&text));
        // An event is a line, whatever its fields hold: JSON has escaped their line breaks already.
        let text = visible::line(text.trim_end_matches('\n')).into_owned() + "\n";
        // There is nowhere to say that stderr is gone.
        io::stderr().lock().write_all(text.as_bytes()).ok();
    }
}

impl Arguments {
    /// Logs from now on.
    pub fn start(&self) {
        let level = LevelFilter::from(self.log);
        if level == LevelFilter::OFF {
            return;
        }
        // A span is a line when it ends, since only then it says how.
        let layer = fmt::layer().with_writer(Line::default).with_span_events(FmtSpan::CLOSE).with_ansi(false);
        let layer = match self.log_format {
            Format::Text => layer.boxed(),
            Format::Json => layer.json().boxed(),
        };
        let own = Targets::new().with_targets(OWN.map(|name| (name, level)));
        tracing::subscriber::set_global_default(Registry::default().with(layer.with_filter(own))).ok();
    }

    /// Where the metrics shall go.
    pub fn file(&self) -> Option<PathBuf> {
        self.metrics.clone()
    }
}

/// Writes the metrics, if they are wanted.
///
/// # Errors
/// The file cannot be written.
pub fn write(metrics: &Metrics, file: Option<&Path>) -> Result<()> {
    let Some(file) = file else { return Ok(()) };
    let page = metrics.prometheus();
    if file == Path::new("-") {
        output::notes(page.trim_end());
        return Ok(());
    }
    std::fs::write(file, page).map_err(|error| Error::unwritten(&format!("--metrics: {}", file.display()), &error))
}
