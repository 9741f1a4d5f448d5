//! What several tests of the host crate need: the component's file and a server that does as it is told. It knows nothing
//! of what is tested.
#![allow(dead_code, reason = "each test uses a part")]

pub mod fake;
pub mod place;

use std::path::{Path, PathBuf};

/// The repository.
pub fn root() -> &'static Path {
    let of_crate = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    of_crate.filter(|folder| folder.join("wit").is_dir()).last().expect("the crate stands in the repository")
}

/// The file of the component: its core, as our host loads it, or the file that `TEST_COMPONENT` names in target/.
pub fn component() -> PathBuf {
    let name = std::env::var("TEST_COMPONENT").unwrap_or_else(|_| "scim-connector.core.wasm".into());
    let path = root().join("target").join(name);
    assert!(path.is_file(), "there is no {}: run cargo xtask component", path.display());
    path
}

/// The folder of compiled code, kept between runs.
pub fn code_cache() -> PathBuf {
    cache_home().join("scim-connector")
}

/// `XDG_CACHE_HOME` of the commands that tests start.
pub fn cache_home() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("e2e-cache")
}
