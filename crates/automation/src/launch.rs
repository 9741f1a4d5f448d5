//! Where automations meet the engine that runs flows: the daemon knows it by this trait only.

use async_trait::async_trait;
use scim_connector_flow::{Ended, Flow, Runner, Stop, Watcher};
use serde_json::Value;
use std::sync::Arc;

/// Runs flows.
#[async_trait]
pub trait Engine: Send + Sync {
    /// Runs a flow to its end, or until `stop` is requested, and tells `watcher` all of it. `library` are the flows that it
    /// may run.
    async fn run(
        &self,
        flow: &Arc<Flow>,
        library: Vec<Arc<Flow>>,
        input: Value,
        watcher: Arc<dyn Watcher>,
        stop: &Stop,
    ) -> Ended;
}

#[async_trait]
impl Engine for Runner {
    async fn run(
        &self,
        flow: &Arc<Flow>,
        library: Vec<Arc<Flow>>,
        input: Value,
        watcher: Arc<dyn Watcher>,
        stop: &Stop,
    ) -> Ended {
        // The name is the runner's own function, which comes first.
        Self::run(&self.with_library(library), flow, input, watcher, stop).await
    }
}
