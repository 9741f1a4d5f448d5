//! The provider's documents of discovery, kept as long as the instance lives and the connection allows. Never required: an
//! instance may live for one call or for thousands.

use crate::connection::Auth;
use crate::http::client::Client;
use crate::scim::resource::Resource;
use std::cell::RefCell;
use url::Url;

/// What is kept of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    /// ServiceProviderConfig.
    ServiceProvider,
    /// The resource types.
    ResourceTypes,
    /// The schemas.
    Schemas,
}

impl Document {
    /// Paths it is found at, the standard's first.
    pub fn paths(self) -> &'static [&'static str] {
        match self {
            // Some providers have the plural.
            Document::ServiceProvider => &["ServiceProviderConfig", "ServiceProviderConfigs"],
            Document::ResourceTypes => &["ResourceTypes"],
            Document::Schemas => &["Schemas"],
        }
    }

    /// The standard's path.
    pub fn path(self) -> &'static str {
        self.paths().first().copied().unwrap_or_default()
    }

    /// The operation that reads all of it.
    pub fn list(self) -> &'static str {
        match self {
            Document::ServiceProvider => "getServiceProviderConfig",
            Document::ResourceTypes => "listResourceTypes",
            Document::Schemas => "listSchemas",
        }
    }

    /// The operation that reads one.
    pub fn get(self) -> &'static str {
        match self {
            Document::ServiceProvider => "getServiceProviderConfig",
            Document::ResourceTypes => "getResourceType",
            Document::Schemas => "getSchema",
        }
    }
}

/// Whose documents they are, or who learnt something of a provider: another user of the same one may see others.
#[derive(Clone, PartialEq, Eq)]
pub struct Owner {
    service_url: Url,
    auth: Auth,
    headers: Vec<(String, String)>,
}

impl Owner {
    /// The owner that a connection is.
    pub fn of(client: &Client<'_>) -> Owner {
        let connection = client.connection();
        Owner {
            service_url: connection.service_url.clone(),
            auth: connection.parts.auth.clone(),
            headers: connection.parts.headers.clone(),
        }
    }

    /// Whether it is this connection.
    pub fn is(&self, client: &Client<'_>) -> bool {
        let connection = client.connection();
        self.service_url == connection.service_url
            && self.auth == connection.parts.auth
            && self.headers == connection.parts.headers
    }
}

struct Entry {
    owner: Owner,
    what: Document,
    /// Unix milliseconds.
    until: u64,
    size: usize,
    documents: Option<Vec<Resource>>,
}

thread_local! {
    static KEPT: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
}

/// Entries kept: four connections.
const ENTRIES: usize = 12;
/// Bytes kept, as JSON text.
const BYTES: usize = 2 * 1024 * 1024;

/// The documents, as far as they are kept; the inner none says that the provider has none.
pub fn find(client: &Client<'_>, what: Document) -> Option<Option<Vec<Resource>>> {
    let now = client.platform().now();
    let lifetime = u64::from(client.connection().profile.knobs.discovery_lifetime.unwrap_or_default());
    KEPT.with_borrow_mut(|kept| {
        kept.retain(|entry| entry.until > now);
        // The connection that asks may want them fresher than the one that kept them.
        let fresh = |entry: &&Entry| {
            entry.what == what && entry.owner.is(client) && entry.until <= now.saturating_add(lifetime)
        };
        kept.iter().find(fresh).map(|entry| entry.documents.clone())
    })
}

/// Keeps documents, in place of those before and of the oldest where there is no room.
pub fn keep(client: &Client<'_>, what: Document, documents: &Option<Vec<Resource>>) {
    let lifetime = u64::from(client.connection().profile.knobs.discovery_lifetime.unwrap_or_default());
    let owner = Owner::of(client);
    let until = client.platform().now().saturating_add(lifetime);
    let text = |document: &Resource| document.to_string().len();
    let size = documents.iter().flatten().map(text).sum();
    KEPT.with_borrow_mut(|kept| {
        kept.retain(|entry| entry.what != what || entry.owner != owner);
        if lifetime == 0 || size > BYTES {
            return;
        }
        kept.insert(0, Entry { owner, what, until, size, documents: documents.clone() });
        let mut total = 0usize;
        kept.truncate(ENTRIES);
        kept.retain(|entry| {
            total = total.saturating_add(entry.size);
            total <= BYTES
        });
    });
}
