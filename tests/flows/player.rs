//! Plays a flow and keeps what happened. It knows nothing of what is tested.

use crate::harness::{block_on, connector};
use jiff::Timestamp;
use scim_connector_flow::event::{Affected, Change, Event, Watcher};
use scim_connector_flow::{Document, Ended, Flow, Runner, Stop};
use scim_connector_host::Config;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Keeps every event.
#[derive(Default)]
pub struct EventLog(pub Mutex<Vec<Event>>);

impl Watcher for EventLog {
    fn on(&self, _: Timestamp, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

/// What a run was.
pub struct Played {
    pub ended: Ended,
    pub events: Vec<Event>,
}

impl Played {
    /// The names of the steps, in the order they began.
    pub fn began(&self) -> Vec<String> {
        let names = self.events.iter().filter_map(|event| match event {
            Event::StepStarted { name, .. } => Some(name.to_string()),
            _ => None,
        });
        names.collect()
    }

    /// What happened to whom.
    pub fn affected(&self) -> Vec<(String, Change)> {
        let all = self.events.iter().filter_map(|event| match event {
            Event::StepEnded { affected, .. } => Some(affected),
            _ => None,
        });
        all.flatten().map(|Affected { who, change, .. }| (who.clone(), *change)).collect()
    }

    /// The output of a run that completed.
    pub fn output(&self) -> &Value {
        assert_eq!(self.ended.fault, None);
        &self.ended.output
    }

    /// The fault of a run that failed.
    pub fn fault(&self) -> Value {
        serde_json::to_value(self.ended.fault.as_ref().expect("it fails")).unwrap()
    }
}

/// A configuration with these connections.
pub fn config(connections: &[(&str, Value)]) -> Config {
    config_with(connections, "")
}

/// A configuration with these connections, and more text.
pub fn config_with(connections: &[(&str, Value)], more: &str) -> Config {
    let lines = connections.iter().map(|(name, value)| format!("{name} = {}\n", crate::harness::toml(value)));
    let text = format!("[connections]\n{}{more}", lines.collect::<String>());
    Config::parse(&text, Path::new("Config.toml")).expect("the configuration is good")
}

/// A flow from its text, as a file in a folder would be.
pub fn flow(text: &str, folder: &Path) -> Arc<Flow> {
    let document = Document::parse(text, &folder.join("flow.yaml")).unwrap_or_else(|problem| panic!("{problem:?}"));
    Arc::new(Flow::compile(document).unwrap_or_else(|problem| panic!("{problem:?}")))
}

/// A flow's text with this list of tasks.
pub fn text(tasks: &str) -> String {
    format!("document: {{dsl: '1.0.3', namespace: test, name: test, version: '1.0.0'}}\ndo:\n{tasks}\n")
}

/// A runner for a configuration.
pub fn runner(config: Config) -> Runner {
    block_on(Runner::new(connector().clone(), config, Vec::new())).expect("a runner")
}

/// Runs a flow to its end.
pub fn play(runner: &Runner, flow: &Arc<Flow>, input: Value) -> Played {
    play_until(runner, flow, input, &Stop::new())
}

/// Runs a flow to its end, or until it is stopped.
pub fn play_until(runner: &Runner, flow: &Arc<Flow>, input: Value, stop: &Stop) -> Played {
    let kept = Arc::new(EventLog::default());
    let ended = block_on(runner.run(flow, input, kept.clone(), stop));
    let events = std::mem::take(&mut *kept.0.lock().unwrap());
    Played { ended, events }
}

/// Runs these tasks without a connection.
pub fn tasks(list: &str, input: Value) -> Played {
    let connection = json!({"serviceUrl": "http://127.0.0.1:9/scim", "auth": {"type": "none"}});
    play(&runner(config(&[("none", connection)])), &flow(&text(list), Path::new(".")), input)
}
