//! A resource as it was read, with its version.

use super::capability;
use super::seen::{self, Fact};
use crate::connection::is_header_value;
use crate::http::client::Client;
use crate::scim::resource::{Data, Resource};
use crate::scim::service_provider::Source;

/// A resource, and its version as it may stand in `If-Match`: the ETag header's, or else that of its `meta` (RFC 7644 section 3.14).
#[derive(Clone, Debug, PartialEq)]
pub struct Versioned {
    /// The resource.
    pub resource: Resource,
    /// The version; none where the provider gives none, or is said to have none by an override of `etag`.
    pub version: Option<String>,
    /// Whether only some of its attributes were asked for.
    pub partial: bool,
    /// Whether it may come into being later only.
    pub deferred: bool,
}

impl Versioned {
    /// A resource without the answer it came in, such as one of a list.
    pub fn new(client: &Client<'_>, resource: Resource, header: Option<&str>) -> Versioned {
        let without = capability::supports(client, "etag") == (false, Source::Overridden);
        let meta = resource.get("meta").and_then(Data::as_object);
        let version = header.map(str::to_owned).or_else(|| meta?.text("version"));
        let version = version.filter(|tag| !without && !tag.trim().is_empty() && is_header_value(tag));
        if version.is_some() {
            seen::note(client, Fact::Versions);
        }
        Versioned { resource, version, partial: false, deferred: false }
    }

    /// Its identifier.
    pub fn id(&self) -> Option<String> {
        self.resource.text("id").filter(|id| !id.is_empty())
    }
}
