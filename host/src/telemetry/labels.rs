//! What is counted, and by which labels: the families of metrics, by OpenTelemetry's names as Prometheus writes them. Knows
//! neither calls nor requests.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::borrow::Cow;
use std::sync::Arc;

/// Buckets of durations, in seconds, as OpenTelemetry recommends for `http.client.request.duration`.
const SECONDS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// Stands for whatever is not told apart, as in OpenTelemetry.
pub const OTHER: &str = "_OTHER";

/// How a call ended that gave a result.
pub(super) const SUCCESS: &str = "success";

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
    pub operation: &'static str,
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
    pub fn new() -> Self {
        Self {
            calls: Family::new_with_constructor(Seconds),
            requests: Family::new_with_constructor(Seconds),
            active: Family::default(),
            unsent: Family::default(),
            waits: Family::new_with_constructor(Seconds),
            tokens: Family::default(),
        }
    }

    pub fn registry(&self) -> Registry {
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
