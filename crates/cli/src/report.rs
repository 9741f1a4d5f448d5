//! `report RUN`: a run of a flow as text, JSON, JUnit or HTML, on stdout or in a file.

use super::history::HistoryArgument;
use super::{Global, complete, output};
use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCandidates;
use scim_connector_automation::history::{History, RunId};
use scim_connector_automation::report::{self, Format, Options, ReportError};
use scim_connector_host::error::{Error, Result};
use scim_connector_host::private::{self, Written};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `report`.
#[derive(Args)]
pub struct Arguments {
    /// The run: its name, the beginning of it, or `last`; `scim-connector runs` lists them
    #[arg(add = ArgValueCandidates::new(complete::runs))]
    run: String,
    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,
    /// Where to, a file for this user alone [default: stdout]
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
    // It tells of people.
    let written = private::write(path, |mut file| report::render(&history, &id, options, &mut file));
    let written = written.map_err(|error| match error {
        ReportError::History(error) => error,
        ReportError::Write(error) => Error::unwritten(&path.display().to_string(), &error),
    })?;
    let shown = path.display();
    match written {
        Written::Private | Written::Through => {}
        Written::Tightened => output::note(&format!("{shown}: others could read it before; it is for you alone now")),
        Written::InsteadOfLink => {
            output::note(&format!(
                "{shown}: it was a link, and is a file for you alone now; where the link led is as it was"
            ));
        }
    }
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
        Err(ReportError::Write(error)) => Err(Error::Io(format!("the report cannot be written to stdout: {error}"))),
    }
}
