//! What operators see of calls and requests: `tracing` spans and metrics, redacted. Watches and decides nothing; a subscriber,
//! an exporter or a page with the metrics is the embedding program's.
//!
//! Spans, with the field names of OpenTelemetry's semantic conventions where it has any:
//!
//! - `scim.call` (info), one for each call: `scim.operation`, `scim.connection`, `scim.run_id`, `scim.attempt`,
//!   `scim.component` (the beginning of its SHA-256); at its end `scim.outcome`, `error.type` (the failure's kind),
//!   `scim.maybe_applied`, `scim.requests`, `duration_ms`.
//! - `http.request` (debug), one for each HTTP request, its child: `http.request.method`, `url.full` (without the query, where
//!   filters name people), `server.address`, `server.port`; at its end `http.response.status_code`,
//!   `network.protocol.version`, `error.type`, `duration_ms`.

mod call;
mod gauges;
mod kept;
mod labels;
mod meter;
mod metrics;
pub mod observe;
mod request;

pub(crate) use call::{CallIdentity, CallRecording};
pub(crate) use labels::OTHER;
pub(crate) use meter::{ClientGauges, Meter, RuntimeGauges};
pub use metrics::Metrics;
pub(crate) use observe::Head;
pub use observe::{Exchange, Observer};
pub(crate) use request::{Recording, Requests};
