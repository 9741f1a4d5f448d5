//! Forms that depend on the provider: dynamic choices, and input schemas with the provider's own attributes.

use crate::call::unavailable;
use crate::connection::Connection;
use crate::failure::Result;
use crate::http::platform::Platform;
use serde_json::Value;

/// The choices of a dynamic list: value and label.
pub fn choices(_: &dyn Platform, _: &Connection, _: &str) -> Result<Vec<(String, String)>> {
    Err(unavailable("choices"))
}

/// An operation's input schema with the provider's own attributes (RFC 7643 section 7).
pub fn schema(_: &dyn Platform, _: &Connection, _: &str) -> Result<Value> {
    Err(unavailable("resolveSchema"))
}
