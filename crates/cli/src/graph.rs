//! `graph`: a flow as a picture.

use super::{Global, output};
use clap::{Args, ValueEnum};
use scim_connector_flow::{Document, graph, load};
use scim_connector_host::error::{Error, Result};
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `graph`.
#[derive(Args)]
pub struct Arguments {
    /// The flow: a file in the Serverless Workflow DSL, YAML or JSON
    flow: PathBuf,
    /// As what
    #[arg(long, value_name = "FORMAT", default_value = "mermaid")]
    format: Format,
    /// Where to write it [default: stdout]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// A Mermaid flowchart, as text
    Mermaid,
    /// An SVG that needs nothing else
    Svg,
}

/// Runs `graph`. The flow must be readable; whether it is right is what `check` says.
pub fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    let text = load::read(&arguments.flow)?;
    let document = match Document::parse(&text, &arguments.flow) {
        Ok(document) => document,
        Err(problem) => {
            let path = &arguments.flow;
            match global.is_text() {
                true => output::notes(&problem.show(path, &text)),
                false => output::note_json(&problem.to_json(path)),
            }
            return Ok(ExitCode::from(78));
        }
    };
    let picture = match arguments.format {
        Format::Mermaid => graph::mermaid(&document),
        Format::Svg => graph::svg(&document),
    };
    match &arguments.output {
        None => output::out(&picture)?,
        Some(file) => std::fs::write(file, picture)
            .map_err(|error| Error::unwritten(&format!("--output: {}", file.display()), &error))?,
    }
    Ok(ExitCode::SUCCESS)
}
