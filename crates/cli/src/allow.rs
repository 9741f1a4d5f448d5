//! `--allow`: what a flow may do only where somebody says so, and which files it never reads.

use clap::ValueEnum;
use scim_connector_automation::history::HistorySettings;
use scim_connector_flow::FileAccess;
use scim_connector_flow::check::Allow;
use scim_connector_host::config::Config;
use scim_connector_host::error::Result;
use std::path::Path;

/// What may be allowed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Permission {
    /// `run: shell`
    Shell,
    /// `call: http`
    Http,
    /// Files outside the flow's folder and the folders of `[flows] files`
    Read,
}

/// What these permissions let a flow do; `history` is the file that `--history` names.
///
/// # Errors
/// [`Error::Config`](scim_connector_host::Error::Config) for a wrong table `[flows]` or `[history]`.
pub fn allow(permissions: &[Permission], config: &Config, history: Option<&Path>) -> Result<Allow> {
    let files = FileAccess::of(config)?.without("the history", HistorySettings::of(config)?.files(history));
    let may = |permission| permissions.contains(&permission);
    let files = if may(Permission::Read) { files.anywhere() } else { files };
    Ok(Allow { shell: may(Permission::Shell), http: may(Permission::Http), files })
}
