//! What the provider is taken to support ahead of talking to it.

use crate::http::client::Client;
use crate::scim::service_provider::{ServiceProvider, Source};

/// Whether the provider is taken to support a feature, and how that is known.
pub fn supports(client: &Client<'_>, feature: &str) -> (bool, Source) {
    let connection = client.connection();
    let provider = ServiceProvider::new(None, &connection.parts.overrides, &connection.profile.document);
    provider.feature(feature).map_or((true, Source::Assumed), |it| (it.supported, it.source))
}
