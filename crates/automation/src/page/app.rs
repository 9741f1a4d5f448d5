//! What the page shows and what every request sees.

use super::guard::Guard;
use crate::history::History;
use scim_connector_flow::Flow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Finds the flow of a name (`document.name`) as it would run now; `None` where there is none without problems.
pub type Flows = Arc<dyn Fn(&str) -> Option<Arc<Flow>> + Send + Sync>;

/// What the page shows.
pub struct Page {
    /// Where runs and automations are read, and where triggers and pauses are left.
    pub history: History,
    /// The folder whose automations are shown, as the history has it in their files.
    pub folder: PathBuf,
    /// The flows of the folder.
    pub flows: Flows,
}

/// What every request sees.
pub(super) struct App {
    pub(super) page: Page,
    pub(super) guard: Guard,
}

impl App {
    /// Whether an automation of the history is one of this folder.
    pub(super) fn shows(&self, name: &str, file: &Path) -> bool {
        file.starts_with(&self.page.folder) || (self.page.flows)(name).is_some()
    }
}
