//! Measures the host beside raw reqwest and scim2-client, all against one provider on loopback, in one run. `cargo xtask bench`
//! builds what it needs and starts it. This file is the command line.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line prints")]

mod contenders;
mod environment;
mod machine;
mod paired;
mod report;
mod rows;
mod server;
mod tasks;
mod users;
mod way_out;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};
use serde_json::json;

use contenders::Host;
use environment::Environment;
use rows::{Bench, ROWS};
use tasks::Task;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measures and prints the table.
    Run(Run),
    /// Serves the provider until standard input closes.
    #[command(hide = true)]
    Serve { certificate: PathBuf, key: PathBuf },
    /// Carries out a task: with the host where `--component` is given, else with raw reqwest.
    #[command(hide = true)]
    Task {
        task: Task,
        #[arg(long)]
        url: String,
        #[arg(long)]
        count: u64,
        #[arg(long, requires = "cache")]
        component: Option<PathBuf>,
        #[arg(long)]
        cache: Option<PathBuf>,
    },
}

#[derive(Args)]
struct Run {
    /// Only these rows (all when left out).
    rows: Vec<String>,
    /// The component's core.
    #[arg(long)]
    component: PathBuf,
    /// The component with its way out over wasi:http.
    #[arg(long)]
    whole: PathBuf,
    /// The `scim-connector` program.
    #[arg(long)]
    program: PathBuf,
    /// A folder to write to.
    #[arg(long)]
    folder: PathBuf,
    /// A Python that has scim2-client; without one, its column stays empty.
    #[arg(long, requires = "script")]
    python: Option<PathBuf>,
    /// benches/python/contender.py.
    #[arg(long)]
    script: Option<PathBuf>,
    /// Fewer rounds, fewer users: in two minutes, and rough.
    #[arg(long)]
    quick: bool,
    /// Writes everything that was measured, as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Writes the table as Markdown.
    #[arg(long)]
    markdown: Option<PathBuf>,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Run(arguments) => run(&arguments),
        Command::Serve { certificate, key } => serve(&certificate, &key),
        Command::Task { task, url, count, component, cache } => {
            let host = component.zip(cache).map(|(component, cache)| Host { component, cache });
            child(host.as_ref(), task, &url, count)
        }
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn serve(certificate: &Path, key: &Path) -> Result<ExitCode> {
    crypto();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(server::serve(certificate, key))?;
    Ok(ExitCode::SUCCESS)
}

fn child(host: Option<&Host>, task: Task, url: &str, count: u64) -> Result<ExitCode> {
    crypto();
    let mut runtime = match task {
        Task::LoadMany => tokio::runtime::Builder::new_multi_thread(),
        _ => tokio::runtime::Builder::new_current_thread(),
    };
    let runtime = runtime.enable_all().build()?;
    println!("{}", runtime.block_on(tasks::run(host, task, url, count))?);
    Ok(ExitCode::SUCCESS)
}

/// reqwest and the provider take the cryptography that the host takes.
fn crypto() {
    // An error means that one is installed already.
    drop(rustls::crypto::ring::default_provider().install_default());
}

fn run(arguments: &Run) -> Result<ExitCode> {
    if let Some(unknown) = arguments.rows.iter().find(|name| ROWS.iter().all(|row| row.name != **name)) {
        let names: Vec<&str> = ROWS.iter().map(|row| row.name).collect();
        bail!("there is no row {unknown}; there are {}", names.join(", "));
    }
    let folder = &arguments.folder;
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let folder = folder.canonicalize()?;
    let certificate = folder.join("certificate.pem");
    if std::env::var_os("SSL_CERT_FILE").is_none_or(|file| file != *certificate) {
        return again(&certificate, &folder.join("key.pem"));
    }
    crypto();
    let host = |component: &Path| {
        Ok::<_, anyhow::Error>(Host { component: component.canonicalize()?, cache: folder.join("cache") })
    };
    let place = Environment::new(
        (host(&arguments.component)?, host(&arguments.whole)?),
        arguments.program.clone(),
        arguments.python.clone().zip(arguments.script.clone()),
        folder.clone(),
        (certificate, folder.join("key.pem")),
        arguments.quick,
    )?;
    let mut bench = Bench::new(&place);
    let (mut figures, mut failed) = (Vec::new(), Vec::new());
    for row in ROWS.iter().filter(|row| arguments.rows.is_empty() || arguments.rows.iter().any(|name| name == row.name))
    {
        eprintln!("measuring {} ...", row.name);
        match bench.measure(row) {
            Ok(measured) => figures.extend(measured),
            Err(error) => failed.push(format!("{}: {error:#}", row.name)),
        }
    }
    let machine = machine::shape();
    let heading = format!("{}{}", machine.line(), if arguments.quick { "; a quick run, rough" } else { "" });
    println!("{heading}\n\n{}", report::table(&figures));
    for failure in &failed {
        println!("not measured: {failure}");
    }
    let write = |path: &Option<PathBuf>, text: String| match path {
        Some(path) => std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display())),
        None => Ok(()),
    };
    let rows: Vec<_> = figures.iter().map(report::Figure::json).collect();
    let all = json!({"machine": machine.json(), "quick": arguments.quick, "rows": rows, "notMeasured": failed});
    write(&arguments.json, format!("{all:#}\n"))?;
    write(&arguments.markdown, report::markdown(&figures, &heading))?;
    // An aim that is missed is a result; a row that could not be measured is an error.
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Makes a certificate and starts this program once more, so that whatever reads the trusted certificates finds it: both clients
/// take what `SSL_CERT_FILE` names.
fn again(certificate: &Path, key: &Path) -> Result<ExitCode> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    std::fs::write(certificate, made.cert.pem())?;
    std::fs::write(key, made.signing_key.serialize_pem())?;
    let status = std::process::Command::new(std::env::current_exe()?)
        .args(std::env::args_os().skip(1))
        .env("SSL_CERT_FILE", certificate)
        .status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
