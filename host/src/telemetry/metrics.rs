//! The metrics of connectors, by OpenTelemetry's names as Prometheus writes them. Knows neither calls nor HTTP.

use super::gauges::{Gauges, Live};
use super::meter::Meter;
use crate::runtime::Runtime;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Buckets of durations, in seconds, as OpenTelemetry recommends for `http.client.request.duration`.
const SECONDS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// Most connections that are told apart.
const MOST_CONNECTIONS: usize = 1000;

/// Stands for whatever is not told apart, as in OpenTelemetry.
pub(super) const OTHER: &str = "_OTHER";

/// Metrics in Prometheus' text form. Cheap to clone; clones are the same metrics. Put one into the
/// [`Options`](crate::Options) of several connectors, such as versions of a component, to have them counted together.
///
/// Labels are bounded: connections by their names in the configuration (at most 1000, all others and those without a name
/// together), operations by the contract, servers by the connections' allow-lists. No resource, user or run is in any.
///
/// ```no_run
/// # async fn example() -> Result<(), scim_connector_host::Error> {
/// use scim_connector_host::{Connector, Options};
///
/// let connector = Connector::load("scim-connector.wasm", Options::default())?;
/// // … calls …
/// let page = connector.metrics().prometheus();
/// assert!(page.contains("http_client_request_duration_seconds"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    families: Families,
    meters: Arc<Live>,
    named: Mutex<BTreeMap<Arc<str>, Arc<Meter>>>,
}

/// Histograms of durations.
#[derive(Clone)]
pub(super) struct Seconds;

impl MetricConstructor<Histogram> for Seconds {
    fn new_metric(&self) -> Histogram {
        Histogram::new(SECONDS)
    }
}

pub(super) type Durations<Labels> = Family<Labels, Histogram, Seconds>;

/// Labels of a call.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct CallLabels {
    pub connection: Arc<str>,
    pub operation: Arc<str>,
    pub outcome: &'static str,
    pub error_type: Option<Cow<'static, str>>,
}

/// Labels of a request under way.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ActiveLabels {
    pub connection: Arc<str>,
    pub http_request_method: &'static str,
    pub server_address: Arc<str>,
    pub server_port: u16,
}

/// Labels of a request that is over.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct RequestLabels {
    #[prometheus(flatten)]
    pub request: ActiveLabels,
    pub http_response_status_code: Option<u16>,
    pub network_protocol_version: Option<&'static str>,
    pub error_type: Option<Cow<'static, str>>,
}

/// Labels of what did not happen.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ReasonLabels {
    pub connection: Arc<str>,
    pub reason: &'static str,
}

/// The label of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ConnectionLabels {
    pub connection: Arc<str>,
}

/// What is counted when it happens.
#[derive(Clone)]
pub(super) struct Families {
    pub calls: Durations<CallLabels>,
    pub requests: Durations<RequestLabels>,
    pub active: Family<ActiveLabels, Gauge>,
    pub unsent: Family<ReasonLabels, Counter>,
    pub waits: Durations<ConnectionLabels>,
    pub tokens: Family<ConnectionLabels, Counter>,
}

impl Families {
    fn new() -> Self {
        Self {
            calls: Family::new_with_constructor(Seconds),
            requests: Family::new_with_constructor(Seconds),
            active: Family::default(),
            unsent: Family::default(),
            waits: Family::new_with_constructor(Seconds),
            tokens: Family::default(),
        }
    }

    fn registry(&self) -> Registry {
        let mut all = Registry::default();
        let Self { calls, requests, active, unsent, waits, tokens } = self.clone();
        let about = "HTTP requests that left, from then to the end of the answer";
        all.register_with_unit("http_client_request_duration", about, Unit::Seconds, requests);
        all.register("http_client_active_requests", "HTTP requests under way", active);
        let about = "Calls of operations, waiting included, by how they ended";
        all.register_with_unit("scim_connector_call_duration", about, Unit::Seconds, calls);
        let about = "Time that HTTP requests were held back by the connection's rate or the provider's Retry-After";
        all.register_with_unit("scim_connector_request_wait", about, Unit::Seconds, waits);
        let about = "HTTP requests that were not sent: denied by the policy, or held back for too long";
        all.register("scim_connector_requests_unsent", about, unsent);
        all.register("scim_connector_token_requests", "Requests to token endpoints", tokens);
        all
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let (families, meters) = (Families::new(), Arc::<Live>::default());
        let mut registry = families.registry();
        registry.register_collector(Box::new(Gauges(meters.clone())));
        Self(Arc::new(Inner { registry, families, meters, named: Mutex::default() }))
    }
}

impl Metrics {
    /// The metrics as text: OpenMetrics 1.0 (`Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8`), which
    /// Prometheus scrapes and readers of its older form understand.
    #[must_use]
    pub fn prometheus(&self) -> String {
        let mut page = String::new();
        // Writing to a `String` does not fail.
        text::encode(&mut page, &self.0.registry).ok();
        page
    }

    /// The `Content-Type` of [`Metrics::prometheus`].
    pub const CONTENT_TYPE: &'static str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// The meter of the connection of this name.
    pub(crate) fn meter(&self, name: &str) -> Arc<Meter> {
        let mut named = self.0.named.lock().unwrap_or_else(PoisonError::into_inner);
        let name = if named.len() >= MOST_CONNECTIONS && !named.contains_key(name) { OTHER } else { name };
        if let Some(meter) = named.get(name) {
            return meter.clone();
        }
        let name: Arc<str> = name.into();
        let meter = Arc::new(Meter::new(name.clone(), self.0.families.clone()));
        self.0.meters.add_meter(meter.clone());
        named.insert(name, meter.clone());
        meter
    }

    /// Counts a runtime in, once.
    pub(crate) fn add_runtime(&self, runtime: &Arc<Runtime>) {
        self.0.meters.add_runtime(runtime);
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_beyond_the_thousandth_are_counted_together() {
        let metrics = Metrics::default();
        for number in 0..MOST_CONNECTIONS + 5 {
            metrics.meter(&format!("tenant-{number}")).token_request();
        }
        metrics.meter("tenant-0").token_request();
        let page = metrics.prometheus();
        let samples: Vec<&str> =
            page.lines().filter(|line| line.starts_with("scim_connector_token_requests_total{")).collect();
        assert_eq!(samples.len(), MOST_CONNECTIONS + 1);
        for sample in [r#"{connection="_OTHER"} 5"#, r#"{connection="tenant-0"} 2"#, r#"{connection="tenant-999"} 1"#] {
            assert!(samples.iter().any(|line| line.ends_with(sample)), "{sample}");
        }
    }

    #[test]
    fn text_of_others_cannot_break_out_of_a_label() {
        let metrics = Metrics::default();
        metrics.meter("a\\\"} 1\nforged").token_request();
        let page = metrics.prometheus();
        let sample = r#"scim_connector_token_requests_total{connection="a\\\"} 1\nforged"} 1"#;
        assert!(page.lines().any(|line| line == sample), "{page}");
        assert!(!page.lines().any(|line| line.starts_with("forged")), "{page}");
    }

    /// What a call costs beside its work; printed by `cargo test -- --nocapture`.
    #[test]
    fn a_watched_call_costs_little() {
        use crate::client::CallContext;
        use crate::egress::observe::Observer;
        use crate::redact::Redactor;
        use crate::telemetry::{Recording, Watch};
        let (metrics, redactor, context) = (Metrics::default(), Arc::new(Redactor::default()), CallContext::default());
        let meter = metrics.meter("prod");
        let request = http::Request::get("http://127.0.0.1:8080/scim/v2/Users").body(()).unwrap();
        let response = http::Response::new(());
        let started = std::time::Instant::now();
        const ROUNDS: u32 = 100_000;
        for _ in 0..ROUNDS {
            let mut watch = Watch::begin(&meter, "createUser", &context, "0123456789ab", &redactor);
            let recording = Recording::new(&request, &watch.span, &meter, None::<&Arc<dyn Observer>>, &redactor);
            recording.leaves(false);
            recording.head(&response);
            drop(recording);
            watch.end(None, 1);
        }
        let each = started.elapsed() / ROUNDS;
        println!("{each:?} for each call with one request");
        // Not optimised, on a machine that may be busy: only a blunder takes so long.
        assert!(each < std::time::Duration::from_millis(1), "{each:?}");
    }
}
