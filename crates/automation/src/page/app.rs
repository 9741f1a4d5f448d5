//! What the page shows and what every request sees.

use super::guard::Guard;
use crate::history::{FlowId, History, RunSummary};
use scim_connector_flow::Flow;
use std::path::PathBuf;
use std::sync::Arc;

/// Finds the flow of a name (`document.name`) as it would run now; `None` where there is none without problems.
pub type Flows = Arc<dyn Fn(&str) -> Option<Arc<Flow>> + Send + Sync>;

/// What the page shows.
pub struct Page {
    /// Where runs and automations are read, and where triggers and pauses are left.
    pub history: History,
    /// The folder whose automations are shown, links resolved.
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
    /// The flow of a name, here.
    pub(super) fn flow(&self, name: &str) -> FlowId {
        FlowId { folder: self.page.folder.clone(), name: name.to_owned() }
    }

    /// Whether a run is of a flow of this folder.
    pub(super) fn is_of_here(&self, run: &RunSummary) -> bool {
        run.folder.as_ref() == Some(&self.page.folder)
    }
}
