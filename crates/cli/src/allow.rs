//! `--allow`: what a flow may do only where somebody says so.

use clap::ValueEnum;
use scim_connector_flow::check::Allow;

/// What may be allowed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Permission {
    /// `run: shell`
    Shell,
    /// `call: http`
    Http,
}

/// What these permissions let a flow do.
pub fn allow(permissions: &[Permission]) -> Allow {
    Allow { shell: permissions.contains(&Permission::Shell), http: permissions.contains(&Permission::Http) }
}
