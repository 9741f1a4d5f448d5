//! What the provider is taken to support ahead of talking to it, and how operations are written for it.

use crate::http::client::Client;
use crate::scim::patch;
use crate::scim::service_provider::{FEATURES, Source, capability};

/// Whether the provider is taken to support a feature, and how that is known.
pub fn supports(client: &Client<'_>, feature: &str) -> (bool, Source) {
    let connection = client.connection();
    if !FEATURES.contains(&feature) {
        return (true, Source::Assumed);
    }
    let found = capability(feature, None, &connection.parts.overrides, &connection.profile.document);
    (found.supported, found.source)
}

/// How operations are written for this provider.
pub fn style(client: &Client<'_>) -> patch::Style {
    let knobs = &client.connection().profile.knobs;
    patch::Style { value_paths: knobs.patch_value_paths, pathless: false, text: knobs.text_rules() }
}
