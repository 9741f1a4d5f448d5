//! The metrics of connectors as a page that Prometheus scrapes. Knows neither calls nor HTTP.

use super::gauges::{Gauges, Live};
use super::labels::{Families, OTHER};
use super::meter::{Meter, RuntimeGauges};
use parking_lot::Mutex;
use prometheus_client::encoding::text;
use prometheus_client::registry::Registry;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Weak};

/// Most connections that are told apart.
const MOST_CONNECTIONS: usize = 1000;

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
        let mut named = self.0.named.lock();
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
    pub(crate) fn add_runtime(&self, runtime: Weak<dyn RuntimeGauges>) {
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
        use crate::redact::Redactor;
        use crate::telemetry::{CallIdentity, CallRecording, Head, Requests};
        let (metrics, redactor) = (Metrics::default(), Arc::new(Redactor::default()));
        let (url, headers) = (http::Uri::from_static("http://127.0.0.1:8080/scim/v2/Users"), http::HeaderMap::new());
        let meter = metrics.meter("prod");
        let requests = Requests::new(meter.clone(), None, redactor.clone());
        let started = std::time::Instant::now();
        const ROUNDS: u32 = 100_000;
        for _ in 0..ROUNDS {
            let identity =
                CallIdentity { operation: "createUser", run_id: None, attempt: None, component: "0123456789ab" };
            let mut call = CallRecording::begin(&meter, identity, &redactor);
            let head = Head { method: &http::Method::GET, url: &url, headers: &headers };
            let recording = requests.begin(&head, &call.span);
            recording.leaves(&headers, false);
            recording.head(http::StatusCode::OK, http::Version::HTTP_11, &headers);
            drop(recording);
            call.end(None, 1);
        }
        let each = started.elapsed() / ROUNDS;
        println!("{each:?} for each call with one request");
        // Not optimised, on a machine that may be busy: only a blunder takes so long.
        assert!(each < std::time::Duration::from_millis(1), "{each:?}");
    }
}
