//! `report RUN`: a run of a flow as text, JSON, JUnit or HTML, on stdout or in a file.

use super::Global;
use super::history::HistoryArgument;
use clap::{Args, ValueEnum};
use scim_connector_automation::history::{History, RunId};
use scim_connector_automation::report::{self, Format, Options, ReportError};
use scim_connector_host::error::{Error, Result};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `report`.
#[derive(Args)]
pub struct Arguments {
    /// The run: its name, the beginning of it, or `last`; `scim-connector runs` lists them
    run: String,
    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,
    /// Where to [default: stdout]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// As text: list everybody, not only failures and the first 20 others
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    history: HistoryArgument,
}

/// The formats as arguments.
#[derive(Clone, Copy, ValueEnum)]
enum Form {
    /// For a person.
    Text,
    /// One document with everything.
    Json,
    /// For what shows test results.
    Junit,
    /// One page that needs nothing else.
    Html,
}

/// Runs `report`.
pub fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    let history = arguments.history.open(global)?;
    let id = history.find(&arguments.run)?;
    let format = match arguments.format {
        Form::Text => Format::Text,
        Form::Json => Format::Json,
        Form::Junit => Format::Junit,
        Form::Html => Format::Html,
    };
    let options = Options { format, all: arguments.all, steps: false };
    let Some(path) = &arguments.output else { return print(&history, &id, options) };
    let unwritten = |error: io::Error| Error::Usage(format!("{} cannot be written: {error}", path.display()));
    let mut file = BufWriter::new(File::create(path).map_err(unwritten)?);
    let written = report::render(&history, &id, options, &mut file);
    written.and_then(|()| Ok(file.flush()?)).map_err(|error| match error {
        ReportError::History(error) => error,
        ReportError::Write(error) => unwritten(error),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a report to stdout. A reader that has gone away is no error.
pub fn print(history: &History, id: &RunId, options: Options) -> Result<ExitCode> {
    let mut out = BufWriter::new(io::stdout().lock());
    let written = report::render(history, id, options, &mut out);
    match written.and_then(|()| Ok(out.flush()?)) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(ReportError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        Err(ReportError::History(error)) => Err(error),
        Err(error @ ReportError::Write(_)) => Err(Error::Usage(error.to_string())),
    }
}
