//! Where automations meet the engine that runs flows: the daemon knows it by this trait only.

use scim_connector_flow::{Ended, Flow, Runner, Stop, Watcher};
use serde_json::Value;
use std::pin::Pin;
use std::sync::Arc;

/// What [`Engine::run`] gives.
pub type Running<'a> = Pin<Box<dyn Future<Output = Ended> + Send + 'a>>;

/// Runs flows.
pub trait Engine: Send + Sync {
    /// Runs a flow to its end, or until `stop` is requested, and tells `watcher` all of it. `library` are the flows that it
    /// may run.
    fn run<'a>(
        &'a self,
        flow: &'a Arc<Flow>,
        library: Vec<Arc<Flow>>,
        input: Value,
        watcher: Arc<dyn Watcher>,
        stop: &'a Stop,
    ) -> Running<'a>;
}

impl Engine for Runner {
    fn run<'a>(
        &'a self,
        flow: &'a Arc<Flow>,
        library: Vec<Arc<Flow>>,
        input: Value,
        watcher: Arc<dyn Watcher>,
        stop: &'a Stop,
    ) -> Running<'a> {
        // The name is the runner's own function, which comes first.
        Box::pin(async move { Self::run(&self.with_library(library), flow, input, watcher, stop).await })
    }
}
