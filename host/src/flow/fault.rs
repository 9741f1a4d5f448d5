//! What goes wrong in a flow, as `catch` sees it: the DSL's error (type, status, title, detail, instance) with what the
//! connector knows beside it.

use serde::{Deserialize, Serialize};

/// An error of a flow. In expressions it is an object with these members; what is not known is left out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Fault {
    /// `scim.` and the SCIM error code where the provider gave one (`scim.uniqueness`), else the connector's kind of failure
    /// (`scim.unavailable`); for what the flow raises or the engine finds, the DSL's URI.
    #[serde(rename = "type")]
    pub type_: String,
    /// The HTTP status, where there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// A few words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What was wrong and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Which step: a JSON pointer into the flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The connector's kind of failure, such as `notFound` or `unavailable`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// SCIM's error code (RFC 7644 section 3.12).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scim_type: Option<String>,
    /// How long the provider asked to wait, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// The request was sent and may have been carried out.
    pub maybe_applied: bool,
    /// Doing the same again is safe and may succeed.
    pub transient: bool,
    /// The provider's name for the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}
