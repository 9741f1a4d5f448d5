//! `init`: asks how a provider is reached, or takes it from flags, writes a connection into the configuration, and tests it. What is in
//! the file stays as it is, and no secret is written into it.

mod file;
mod wanted;

use super::{Global, output, test};
use clap::Args;
use console::Term;
use file::Target;
use scim_connector_host::config::{Config, FILE_NAME, VARIABLE};
use scim_connector_host::error::{Error, Result};
use scim_connector_host::source::ConnectionSource;
use scim_connector_host::{bounded, keyring, visible};
use serde_json::Value;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::process::ExitCode;
use wanted::{Question, Wanted};
use zeroize::Zeroizing;

/// Arguments of `init`.
#[derive(Args)]
#[command(
    after_help = "What is not given is asked for on a terminal; elsewhere it is an error that names the flags. The secret itself is \
    never an argument: --secret says where it is. With keyring it is asked for, or read from stdin, and put there."
)]
pub struct Arguments {
    /// What the connection is called; flows of the documentation use scimClient
    #[arg(default_value = "scimClient")]
    name: String,
    #[command(flatten)]
    wanted: Wanted,
    /// Replace a connection of this name; everything else in the file stays
    #[arg(long)]
    replace: bool,
    /// Do not test the connection
    #[arg(long)]
    no_test: bool,
}

/// Runs `init`.
pub async fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    let variable = std::env::var_os(VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from);
    let path = global.config.clone().or(variable).unwrap_or_else(|| FILE_NAME.into());
    let target = Target::open(&path)?;
    let name = &arguments.name;
    if name.trim().is_empty() {
        return Err(Error::Usage("the name of the connection is empty, and nothing was written".into()));
    }
    if target.has(name) && !arguments.replace {
        return Err(Error::Usage(format!(
            "{} has a connection {name} already, and nothing was written; name another one (`init NAME`), or give --replace",
            path.display()
        )));
    }
    // Of a file that is to be made, what holds for one without [host].
    let connector = global.connector(Some(target.config().unwrap_or(&Config::default())))?;
    let catalog = connector.catalog().await?;
    let mut wanted = arguments.wanted.clone();
    let asks = io::stdin().is_terminal() && io::stderr().is_terminal();
    while let Some(question) = wanted.next(name, &catalog)? {
        if !asks {
            return Err(Error::Usage(format!(
                "{} is missing, and stdin is no terminal to ask at: {}",
                question.flag, question.text
            )));
        }
        let answer = ask(&question)?;
        if let Err(wrong) = wanted.answer(&question, &answer) {
            // One slip is no reason to begin anew.
            output::notes(&format!("{wrong}\n"));
        }
    }
    let secret = wanted.secret(name);
    let connection = wanted.connection(name, &catalog);
    check(&connector, name, &connection).await?;
    let text = target.with(name, &connection)?;
    // First, so that the file never names a secret that could not be kept.
    if let Some((service, account)) = secret.as_ref().and_then(|place| place.keyring()) {
        let value = secret_value(asks).await?;
        keyring::store(service, account, &value)
            .map_err(|problem| Error::Usage(format!("{problem}; nothing was written")))?;
    }
    target.write(&text)?;
    output::remark(&format!("{}: connection {name} is written", visible::line(&path.display().to_string())));
    if let Some(hint) = secret.as_ref().and_then(|place| place.hint()) {
        output::remark(&hint);
    }
    if arguments.no_test {
        return Ok(ExitCode::SUCCESS);
    }
    let config = Config::load(&path)?;
    test::connection(&connector, &config, name, false)
        .await
        .inspect_err(|_| output::remark(&format!("once that is mended: scim-connector test --connection {name}")))
}

/// Has the component look at a connection as it will be, before anything is written. Its secret is not needed for that.
async fn check(connector: &scim_connector_host::Connector, name: &str, connection: &Value) -> Result<()> {
    let mut connection = connection.clone();
    for member in ["clientSecret", "token", "password", "value"] {
        if let Some(secret) = connection.pointer_mut(&format!("/auth/{member}")) {
            *secret = "checked-without".into();
        }
    }
    let path = scim_connector_host::references::join("connections", &scim_connector_host::references::key(name));
    connector.client(ConnectionSource::at(connection, path, "")).await.map(drop).map_err(|error| match error {
        Error::Config { path, detail } => Error::Config { path, detail: format!("{detail}; nothing was written") },
        other => other,
    })
}

fn ask(question: &Question) -> Result<String> {
    let default = question.default.as_ref().map_or_else(String::new, |default| format!(" [{default}]"));
    let unread = |error: io::Error| Error::Io(format!("the answer cannot be read: {error}"));
    output::notes_without_end(&format!("{}{default}: ", question.text));
    let mut answer = String::new();
    if io::stdin().read_line(&mut answer).map_err(unread)? == 0 {
        return Err(Error::Usage("the answers ended; nothing was written".into()));
    }
    let answer = answer.trim();
    Ok(if answer.is_empty() { question.default.clone().unwrap_or_default() } else { answer.to_owned() })
}

/// The secret that goes into the keyring: typed unseen, or the first line of stdin.
async fn secret_value(asks: bool) -> Result<Zeroizing<String>> {
    let unread = |error: io::Error| Error::Usage(format!("the secret cannot be read: {error}; nothing was written"));
    let text = if asks {
        output::notes_without_end("Secret (it is not shown): ");
        typed_unseen().await.map_err(unread)?
    } else {
        bounded::stdin(bounded::INPUT).map_err(unread)?
    };
    let text = Zeroizing::new(text);
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(Error::Usage(
            "the secret is empty; nothing was written; give it on stdin, or type it when asked".into(),
        ));
    }
    Ok(Zeroizing::new(line.to_owned()))
}

/// A line that the terminal does not show. Ctrl-C ends the program, with the terminal as it was.
async fn typed_unseen() -> io::Result<String> {
    #[cfg(unix)]
    let before = rustix::termios::tcgetattr(io::stderr()).ok();
    let line = tokio::task::spawn_blocking(|| Term::stderr().read_secure_line());
    tokio::select! {
        line = line => line.map_err(io::Error::other)?,
        _ = tokio::signal::ctrl_c() => {
            #[cfg(unix)]
            if let Some(before) = before {
                rustix::termios::tcsetattr(io::stderr(), rustix::termios::OptionalActions::Now, &before).ok();
            }
            output::notes("\nerror: interrupted; nothing was written\n");
            // Whoever reads the line cannot be told to stop.
            std::process::exit(130)
        }
    }
}
