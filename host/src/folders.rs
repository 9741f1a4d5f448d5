//! Where the files of this user belong on this platform. Knows nothing of what is in them.

use std::path::PathBuf;

/// What a file is for: the XDG variable that places it, and where it belongs where that is not set, below the home folder.
pub struct Purpose {
    variable: &'static str,
    mac: &'static str,
    unix: &'static str,
}

/// What can be made again.
pub const CACHE: Purpose = Purpose { variable: "XDG_CACHE_HOME", mac: "Library/Caches", unix: ".cache" };

/// What should be kept from one run of the program to the next.
pub const STATE: Purpose =
    Purpose { variable: "XDG_STATE_HOME", mac: "Library/Application Support", unix: ".local/state" };

/// This program's folder; `None` where the environment names no home.
#[must_use]
pub fn folder(purpose: &Purpose) -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = variable(purpose.variable).filter(|path| path.is_absolute()).or_else(|| {
        if cfg!(windows) {
            variable("LOCALAPPDATA")
        } else {
            let below = if cfg!(target_os = "macos") { purpose.mac } else { purpose.unix };
            variable("HOME").map(|home| home.join(below))
        }
    })?;
    Some(base.join("scim-connector"))
}
