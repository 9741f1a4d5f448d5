//! Attributes by which a provider has refused to filter, remembered as long as its documents of discovery are. Never required: an
//! instance may live for one call or for thousands.

use crate::http::client::Client;
use crate::operations::document_cache::Owner;
use crate::operations::target::Endpoint;
use crate::scim::path::AttributePath;
use std::cell::RefCell;

/// What was refused to whom.
struct Entry {
    owner: Owner,
    path: Vec<String>,
    attribute: String,
    /// Unix milliseconds.
    until: u64,
}

thread_local! {
    static REFUSED: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
}

/// Entries kept.
const ENTRIES: usize = 32;

/// Whether the provider is known to refuse filters by an attribute of resources at an endpoint.
pub(super) fn is_refused(client: &Client<'_>, endpoint: &Endpoint, attribute: &AttributePath) -> bool {
    let now = client.platform().now();
    REFUSED.with_borrow_mut(|refused| {
        refused.retain(|entry| entry.until > now);
        if refused.is_empty() {
            return false;
        }
        let (owner, name) = (Owner::of(client), attribute.to_string().to_lowercase());
        refused.iter().any(|entry| entry.attribute == name && entry.path == endpoint.path && entry.owner == owner)
    })
}

/// Remembers that it does, in place of the oldest where there is no room.
pub(super) fn remember(client: &Client<'_>, endpoint: &Endpoint, attribute: &AttributePath) {
    let lifetime = u64::from(client.connection().profile.knobs.discovery_lifetime.unwrap_or_default());
    let until = client.platform().now().saturating_add(lifetime);
    if lifetime == 0 || is_refused(client, endpoint, attribute) {
        return;
    }
    let attribute = attribute.to_string().to_lowercase();
    let entry = Entry { owner: Owner::of(client), path: endpoint.path.clone(), attribute, until };
    REFUSED.with_borrow_mut(|refused| {
        refused.insert(0, entry);
        refused.truncate(ENTRIES);
    });
}
