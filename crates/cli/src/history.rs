//! `--history`: which file of runs a command reads.

use super::Global;
use clap::Args;
use scim_connector_automation::history::{History, HistorySettings};
use scim_connector_host::config::Config;
use scim_connector_host::error::{Error, Result};
use std::io::ErrorKind;
use std::path::PathBuf;

/// Which history is meant.
#[derive(Args)]
pub struct HistoryArgument {
    /// The history [default: `file` of the configuration's [history], else history.sqlite in the state folder]
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
}

impl HistoryArgument {
    /// Opens the history of which something is to be read.
    pub fn open(&self, global: &Global) -> Result<History> {
        let config = Config::find(global.config.as_deref())?.unwrap_or_default();
        let (path, keep) = HistorySettings::of(&config)?.place(self.history.as_deref())?;
        match std::fs::symlink_metadata(&path) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(Error::Usage(format!(
                    "there is no history at {}: no flow has run yet, or it is elsewhere; name it with --history",
                    path.display()
                )));
            }
            Err(error) => {
                return Err(Error::Io(format!("{}: the history cannot be read: {error}", path.display())));
            }
        }
        let history = History::open(&path, keep)?;
        // Nobody else may have noticed yet that a process is gone.
        history.reap()?;
        Ok(history)
    }
}
