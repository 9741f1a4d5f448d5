//! Where what happens on the connections of one name is counted. Knows neither calls nor HTTP.

use super::kept::Kept;
use super::labels::{CallLabels, ConnectionLabels, Families, ReasonLabels, SUCCESS};
use crate::usage::{ClientUsage, Counters, RuntimeUsage};
use parking_lot::Mutex;
use prometheus_client::metrics::histogram::Histogram;
use std::sync::{Arc, Weak};
use std::time::Duration;

/// A client, as far as its gauges go.
pub trait ClientGauges: Send + Sync {
    /// What it is doing.
    fn usage(&self) -> ClientUsage;
}

/// What connectors share, as far as its gauges go.
pub trait RuntimeGauges: Send + Sync {
    /// What it is doing.
    fn usage(&self) -> RuntimeUsage;
}

/// The meter.
pub struct Meter {
    /// The connection's name; empty where it has none.
    pub name: Arc<str>,
    /// The name as it may stand between a label's quotes.
    pub(super) label: Arc<str>,
    pub(super) families: Families,
    /// What has happened so far.
    pub(crate) counters: Counters,
    /// Where calls that succeed are counted, by their operations.
    successes: Kept<(&'static str, Histogram), 16>,
    clients: Mutex<Vec<Weak<dyn ClientGauges>>>,
}

impl Meter {
    pub(super) fn new(name: Arc<str>, families: Families) -> Self {
        // The crate that writes the page leaves it to its callers. Other labels hold no such letters.
        let label = name.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").into();
        Self {
            name,
            label,
            families,
            counters: Counters::default(),
            successes: Kept::default(),
            clients: Mutex::default(),
        }
    }

    /// Has the gauges ask a client, as long as it lives.
    pub fn watch(&self, client: Weak<dyn ClientGauges>) {
        let mut clients = self.clients.lock();
        // Cleared out only when it would grow, so that many clients of one name are not walked through for each new one.
        if clients.len() == clients.capacity() {
            clients.retain(|client| client.strong_count() > 0);
        }
        clients.push(client);
    }

    /// The clients that live.
    pub(super) fn clients(&self) -> Vec<Arc<dyn ClientGauges>> {
        self.clients.lock().iter().filter_map(Weak::upgrade).collect()
    }

    /// A call that has ended.
    pub(super) fn call(&self, labels: CallLabels, took: Duration) {
        let seconds = took.as_secs_f64();
        if labels.outcome != SUCCESS {
            return self.families.calls.get_or_create(&labels).observe(seconds);
        }
        let (operation, of) = (labels.operation, |labels| self.families.calls.get_or_create_owned(labels));
        self.successes.with(
            |(kept, _)| *kept == operation,
            || (operation, of(&labels)),
            |(_, calls)| calls.observe(seconds),
        );
    }

    fn labels(&self) -> ConnectionLabels {
        ConnectionLabels { connection: self.label.clone() }
    }

    /// A request to a token endpoint.
    pub fn token_request(&self) {
        self.families.tokens.get_or_create(&self.labels()).inc();
    }

    /// A request that was held back for so long before it left.
    pub fn waited(&self, time: Duration) {
        self.families.waits.get_or_create(&self.labels()).observe(time.as_secs_f64());
    }

    /// A request that was not sent.
    pub fn unsent(&self, reason: &'static str) {
        self.families.unsent.get_or_create(&ReasonLabels { connection: self.label.clone(), reason }).inc();
    }
}
