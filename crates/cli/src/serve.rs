//! `serve`: a connection's operations for those who can only call HTTP, and for agents.

use super::rotated::Rotated;
use super::signals::Signals;
use super::{ConnectionArgument, Global, logging, output};
use clap::Args;
use scim_connector_host::error::{Error, Result};
use scim_connector_host::private::{self, Unfit};
use scim_connector_host::{bounded, keyring};
use scim_connector_serve::{Audit, Callers, Door, mcp, rest};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Arguments of `serve`.
#[derive(Args)]
#[command(
    after_help = "POST /v1/OPERATION with the input as JSON and Authorization: Bearer TOKEN; /openapi.json describes it, /mcp serves agents. \
    Reads only, unless --changes. Ctrl-C ends it."
)]
pub struct Arguments {
    #[command(flatten)]
    connection: ConnectionArgument,
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", conflicts_with = "mcp")]
    listen: SocketAddr,
    /// Serve an agent over stdin and stdout instead (Model Context Protocol)
    #[arg(long)]
    mcp: bool,
    /// Serve operations that change something too
    #[arg(long)]
    changes: bool,
    /// Somebody who may ask, and where the token is: NAME=env:VARIABLE, NAME=file:PATH or NAME=keyring:SERVICE/ACCOUNT [default: one
    /// caller with a token that is made and shown]
    #[arg(long, value_name = "NAME=PLACE", conflicts_with = "mcp")]
    caller: Vec<String>,
    /// Requests a second that each caller may make
    #[arg(long, value_name = "N", default_value_t = 20.0, value_parser = rate)]
    rate: f64,
    /// The largest input, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 1024 * 1024)]
    body_limit: usize,
    /// A name that Host may say besides the address
    #[arg(long, value_name = "NAME[:PORT]")]
    host: Vec<String>,
    /// Listen where other machines reach it; put something that speaks TLS before it
    #[arg(long)]
    remote: bool,
    /// Where the line of each change goes, a file for this user alone [default: stderr]
    #[arg(long, value_name = "FILE")]
    audit: Option<PathBuf>,
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse::<f64>().ok().filter(|rate| rate.is_finite() && *rate >= 0.01 && *rate <= 1_000_000.0);
    rate.ok_or_else(|| "a number of requests from 0.01 to 1000000".to_owned())
}

/// Runs `serve`.
pub async fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    let (config, name, source) = global.connection(&arguments.connection)?;
    let audit = audit(arguments.audit.as_deref())?;
    let (callers, made) = callers(&arguments.caller, arguments.rate)?;
    let connector = global.connector(Some(&config))?;
    let catalog = connector.catalog().await?;
    let client = connector.client(source).await?;
    logging::redact_for(&client);
    let door = Arc::new(Door::new(client, catalog, arguments.changes, audit));
    let mut signals = Signals::new()?;
    if arguments.mcp {
        tokio::select! {
            served = mcp::over_stdio(door) => served?,
            () = signals.next() => {}
        }
        return Ok(ExitCode::SUCCESS);
    }
    let settings = rest::Settings {
        address: arguments.listen,
        hosts: arguments.host.clone(),
        remote: arguments.remote,
        body_limit: arguments.body_limit,
    };
    let served = rest::serve(door, callers, settings).await?;
    let what = if arguments.changes { "reads and changes" } else { "reads" };
    output::note(&format!("connection {name} is served at {} ({what})", served.url()));
    if let Some(token) = made {
        // The one place where it is told.
        output::note(&format!("token: {}", token.as_str()));
    }
    signals.next().await;
    served.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// Those who may ask, and the token that was made where nobody is named.
fn callers(named: &[String], rate: f64) -> Result<(Callers, Option<Zeroizing<String>>)> {
    if named.is_empty() {
        let token =
            Zeroizing::new(rand::random::<[u8; 24]>().iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        return Ok((Callers::new([("caller", token.as_str())], rate)?, Some(token)));
    }
    let tokens = named.iter().map(|text| {
        // Not repeated: it may hold the token itself.
        let wrong =
            || Error::Usage("--caller: write NAME=env:VARIABLE, NAME=file:PATH or NAME=keyring:SERVICE/ACCOUNT".into());
        let (name, place) = text.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or_else(wrong)?;
        let unread = |problem: String| Error::Usage(format!("--caller {name}: {problem}"));
        let token = match place.split_once(':') {
            Some(("env", variable)) => std::env::var(variable)
                .map_err(|_| unread(format!("environment variable \"{variable}\" is not set")))?,
            Some(("file", path)) => bounded::text(Path::new(path), bounded::CONFIGURATION)
                .map_err(|error| unread(format!("{path}: {error}")))?,
            Some(("keyring", place)) => {
                let (service, account) = place.rsplit_once('/').ok_or_else(wrong)?;
                keyring::read(service, account).map_err(unread)?
            }
            _ => return Err(wrong()),
        };
        Ok((name, Zeroizing::new(token.trim_end_matches(['\r', '\n']).to_owned())))
    });
    let tokens: Vec<(&str, Zeroizing<String>)> = tokens.collect::<Result<_>>()?;
    Ok((Callers::new(tokens.iter().map(|(name, token)| (*name, token.as_str())), rate)?, None))
}

/// Where the lines of changes go.
fn audit(path: Option<&Path>) -> Result<Audit> {
    let Some(path) = path else { return Ok(Audit::new(std::io::stderr())) };
    let shown = path.display();
    let real = private::prepare(path, &[]).map_err(|unfit| match unfit {
        Unfit::Unwritable(error) => Error::unwritten(&format!("--audit: {shown}"), &error),
        Unfit::Open(file, problem) => Error::Usage(format!("--audit: {} is not opened: {problem}", file.display())),
    })?;
    let file = Rotated::open(real);
    Ok(Audit::new(file.map_err(|error| Error::unwritten(&format!("--audit: {shown}"), &error))?))
}
