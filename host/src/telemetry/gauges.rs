//! What is looked up when metrics are asked for: what clients and runtimes are doing at that moment, and their counters.

use super::labels::ConnectionLabels;
use super::meter::{Meter, RuntimeGauges};
use crate::usage::{BreakerState, ClientUsage, RuntimeUsage, Totals};
use parking_lot::Mutex;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use std::fmt;
use std::sync::{Arc, Weak};

/// What is asked.
#[derive(Default)]
pub struct Live {
    meters: Mutex<Vec<Arc<Meter>>>,
    runtimes: Mutex<Vec<Weak<dyn RuntimeGauges>>>,
}

impl Live {
    /// Asks the clients of this meter.
    pub fn add_meter(&self, meter: Arc<Meter>) {
        self.meters.lock().push(meter);
    }

    /// Asks this runtime.
    pub fn add_runtime(&self, runtime: Weak<dyn RuntimeGauges>) {
        let mut runtimes = self.runtimes.lock();
        runtimes.retain(|other| other.strong_count() > 0 && !other.ptr_eq(&runtime));
        runtimes.push(runtime);
    }
}

/// Asks when metrics are asked for.
pub struct Gauges(pub Arc<Live>);

impl fmt::Debug for Gauges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gauges")
    }
}

/// What the clients of one name are doing together.
struct Sum {
    labels: ConnectionLabels,
    totals: Totals,
    clients: Vec<ClientUsage>,
}

impl Sum {
    fn of(&self, what: impl Fn(&ClientUsage) -> u64) -> u64 {
        self.clients.iter().map(what).sum()
    }

    fn most(&self, what: impl Fn(&ClientUsage) -> f64) -> f64 {
        self.clients.iter().map(what).fold(0.0, f64::max)
    }
}

type Row<T, V> = (&'static str, &'static str, fn(&T) -> V);

/// Gauges of a connection.
const GAUGES: [Row<Sum, f64>; 5] = [
    ("calls_running", "Calls under way, which is also the instances in use", |sum| {
        sum.of(|usage| usage.running as u64) as f64
    }),
    ("calls_waiting", "Calls that wait to be let in", |sum| sum.of(|usage| usage.waiting as u64) as f64),
    ("instances_warm", "Instances kept for the next call", |sum| sum.of(|usage| usage.warm as u64) as f64),
    ("breaker_state", "Whether the provider is asked: 0 closed, 1 one call tries, 2 open", |sum| {
        sum.most(|usage| match usage.breaker {
            BreakerState::Closed => 0.0,
            BreakerState::HalfOpen => 1.0,
            BreakerState::Open => 2.0,
        })
    }),
    ("held_seconds", "How long the provider still wants no requests (Retry-After)", |sum| {
        sum.most(|usage| usage.held_ms as f64 / 1000.0)
    }),
];

/// Counters of a connection.
const COUNTERS: [Row<Totals, u64>; 5] = [
    ("calls", "Calls that asked to be let in", |totals| totals.calls),
    ("calls_refused", "Calls that were not let in", |totals| totals.refused),
    ("instances_created", "Instances made", |totals| totals.instances),
    ("traps", "Calls that ended in a trap", |totals| totals.traps),
    ("deadlines", "Calls that were ended at their deadline", |totals| totals.deadlines),
];

/// Gauges of all connections.
const SHARED: [Row<RuntimeUsage, f64>; 2] = [
    ("slots_used", "Calls under way, of all connections", |runtime| runtime.running as f64),
    ("slots", "Calls that may be under way at a time, of all connections", |runtime| runtime.max_running as f64),
];

impl Collector for Gauges {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let meters = self.0.meters.lock().clone();
        let sums: Vec<Sum> = meters
            .iter()
            .map(|meter| Sum {
                labels: ConnectionLabels { connection: meter.label.clone() },
                totals: meter.counters.totals(),
                clients: meter.clients().iter().map(|client| client.usage()).collect(),
            })
            .collect();
        for (name, about, value) in GAUGES {
            let labelled = sums.iter().map(|sum| (&sum.labels, ConstGauge::new(value(sum))));
            family(&mut encoder, name, about, labelled)?;
        }
        for (name, about, value) in COUNTERS {
            let labelled = sums.iter().map(|sum| (&sum.labels, ConstCounter::new(value(&sum.totals))));
            family(&mut encoder, name, about, labelled)?;
        }
        let runtimes = self.0.runtimes.lock().clone();
        let runtimes: Vec<RuntimeUsage> =
            runtimes.iter().filter_map(Weak::upgrade).map(|runtime| runtime.usage()).collect();
        for (name, about, value) in SHARED {
            let sum = runtimes.iter().fold(0.0, |sum, runtime| sum + value(runtime));
            alone(&mut encoder, name, about, &ConstGauge::new(sum))?;
        }
        let evicted = runtimes.iter().map(|runtime| runtime.evicted).sum::<u64>();
        let about = "Warm instances dropped to make room, or because they were idle";
        alone(&mut encoder, "instances_evicted", about, &ConstCounter::new(evicted))
    }
}

fn full(name: &str) -> String {
    format!("scim_connector_{name}")
}

/// One metric of many connections.
fn family<'a, M: EncodeMetric>(
    encoder: &mut DescriptorEncoder,
    name: &str,
    about: &str,
    labelled: impl Iterator<Item = (&'a ConnectionLabels, M)>,
) -> fmt::Result {
    let (name, mut labelled) = (full(name), labelled.peekable());
    let Some((_, first)) = labelled.peek() else { return Ok(()) };
    let mut metrics = encoder.encode_descriptor(&name, about, None, first.metric_type())?;
    labelled.try_for_each(|(labels, metric)| metric.encode(metrics.encode_family(labels)?))
}

/// One metric without labels.
fn alone(encoder: &mut DescriptorEncoder, name: &str, about: &str, metric: &impl EncodeMetric) -> fmt::Result {
    let name = full(name);
    metric.encode(encoder.encode_descriptor(&name, about, None, metric.metric_type())?)
}
