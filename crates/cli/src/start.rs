//! `start`: runs the flows of a folder when they are due, until it is told to stop.

use super::allow::{Permission, allow};
use super::signals::Signals;
use super::{Global, logging, output};
use clap::Args;
use jiff::Timestamp;
use scim_connector_automation::history::{History, HistorySettings};
use scim_connector_automation::page::{self, Page, Served};
use scim_connector_automation::{Automation, Daemon, Folder, Notice};
use scim_connector_flow::{Document, Runner, check, load};
use scim_connector_host::error::{Error, Result};
use scim_connector_host::visible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// Arguments of `start`.
#[derive(Args)]
#[command(after_help = "Ctrl-C (or SIGTERM) lets what runs finish its step, and ends; a second one ends at once.")]
pub struct Arguments {
    /// The folder with the flows; those without a schedule run when they are triggered, or by other flows
    folder: PathBuf,
    /// Let the flows do what is refused otherwise: `run: shell`, `call: http`, to read files elsewhere
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    allow: Vec<Permission>,
    /// Where runs are kept [default: `file` of the configuration's [history], else history.sqlite in this user's state folder]
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    /// How long runs may take to finish their step when it ends
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    grace: u64,
    /// Serve a page that shows automations and runs, to this machine only; its address, with a token, is printed
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "127.0.0.1:0", conflicts_with = "once")]
    ui: Option<SocketAddr>,
    /// Run what is due now, and end; for other schedulers
    #[arg(long)]
    once: bool,
}

/// Runs `start`.
pub async fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    let config = global.configuration()?;
    let path = arguments.folder.canonicalize().ok().filter(|path| path.is_dir()).ok_or_else(|| {
        Error::Usage(format!("{} is no folder; name the folder with the flows", arguments.folder.display()))
    })?;
    let (file, keep) = HistorySettings::of(&config)?.place(arguments.history.as_deref())?;
    let history = History::open(&file, keep)?;
    let connector = global.connector(Some(&config))?;
    let catalog = connector.catalog().await?;
    let allow = allow(&arguments.allow, &config, arguments.history.as_deref())?;
    let runner = Runner::new(connector, config.clone(), Vec::new()).await?;
    let runner = runner.reading(allow.files.clone()).watched_by(logging::redact_for);
    logging::redact_with(runner.redactor());
    let verdict = move |document: &Document, all: &[Arc<Document>]| {
        let others = all.iter().map(|other| &**other).filter(|other| other.path != document.path);
        check::check(document, &load::surroundings(&catalog, &config, allow.clone(), others))
    };
    let text = global.is_text();
    let tell = Arc::new(move |notice: &Notice| output::note(&line(notice, text)));
    let (first, second) = signals(text)?;
    let folder = Folder::new(&path, Arc::new(verdict));
    let page = match arguments.ui {
        Some(address) => {
            let current = folder.current();
            let flows = Arc::new(move |name: &str| current.flow(name));
            let (history, folder) = (history.clone(), path.clone());
            Some(page::serve(Page { history, folder, flows }, address).await?)
        }
        None => None,
    };
    let ui = page.as_ref().map(Served::address);
    let mut daemon = Daemon::new(history, folder, Arc::new(runner), ui.as_deref(), tell)?;
    daemon.load(Timestamp::now());
    if text {
        output::notes(&table(&daemon, &path.display().to_string()));
    }
    if let Some(page) = &page {
        // The one place where the token is told.
        match text {
            true => output::note(&format!("page: {}", page.url())),
            false => output::note_json(&serde_json::json!({"page": page.url()})),
        }
    }
    let summary = daemon.run(arguments.once, first, Duration::from_secs(arguments.grace), second).await;
    if let Some(page) = page {
        page.stop().await;
    }
    Ok(match (summary.interrupted, summary.failed) {
        (1.., _) => ExitCode::from(130),
        (0, 1..) if arguments.once => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    })
}

fn line(notice: &Notice, text: bool) -> String {
    if text {
        let now = Timestamp::now().to_zoned(jiff::tz::TimeZone::system());
        format!("{} {notice}", now.strftime("%H:%M:%S"))
    } else {
        visible::json(&serde_json::to_string(notice).unwrap_or_default()).into_owned()
    }
}

/// What is there, and when it runs next.
fn table(daemon: &Daemon, folder: &str) -> String {
    let rows: Vec<[String; 3]> = daemon
        .automations()
        .map(|(automation, next)| [automation.name.clone(), words(automation), when(automation, next)])
        .collect();
    if rows.is_empty() {
        return format!("there is no flow in {} yet; it is looked at every second", visible::line(folder));
    }
    output::table(["AUTOMATION", "RUNS", "NEXT"], rows).trim_end().to_owned()
}

/// When an automation runs, in words.
fn words(automation: &Automation) -> String {
    super::automation::words(&automation.plan)
}

/// A due time in the automation's own time zone.
fn when(automation: &Automation, due: Option<Timestamp>) -> String {
    super::automation::when(&automation.plan, due)
}

/// Two signals to end, one after the other.
fn signals(text: bool) -> Result<(impl Future<Output = ()>, impl Future<Output = ()>)> {
    let (first, is_first) = oneshot::channel();
    let (second, is_second) = oneshot::channel();
    let mut signals = Signals::new()?;
    tokio::spawn(async move {
        signals.next().await;
        if text {
            output::note("ending: what runs finishes its step; again to end at once");
        }
        first.send(()).ok();
        signals.next().await;
        second.send(()).ok();
    });
    let wait = |signal: oneshot::Receiver<()>| async move {
        if signal.await.is_err() {
            std::future::pending().await
        }
    };
    Ok((wait(is_first), wait(is_second)))
}
