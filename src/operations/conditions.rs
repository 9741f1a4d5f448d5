//! `If-Match` (RFC 7644 section 3.14): whether the provider is known to keep to it, and what the caller is told where it is not.

use super::query;
use super::seen::{self, Fact};
use super::versioned::Versioned;
use crate::http::Response;
use crate::http::client::Client;
use crate::scim::service_provider::Source;

/// Whether the provider can be expected to honour a condition: it says that it has ETags, or does not say that it has none and has
/// given a version on this connection.
pub fn honoured(client: &Client<'_>) -> bool {
    said(client).unwrap_or_else(|| seen::knows(client, Fact::Versions) || seen::knows(client, Fact::Conditions))
}

/// Whether the provider is known to honour a condition, so that a request may be repeated on its strength: it says that it has ETags,
/// or has refused a version on this connection. Some give versions and ignore `If-Match`.
pub fn kept(client: &Client<'_>) -> bool {
    said(client).unwrap_or_else(|| seen::knows(client, Fact::Conditions))
}

/// What the provider, its profile or the caller says of ETags; none where nobody does.
fn said(client: &Client<'_>) -> Option<bool> {
    let provider = query::capabilities(client);
    let etag = provider.feature("etag")?;
    (etag.supported || etag.source != Source::Assumed).then_some(etag.supported)
}

/// Remembers that the provider has refused a request for its version.
pub fn note(client: &Client<'_>, conditional: bool, response: &Response) {
    if conditional && response.status == 412 {
        seen::note(client, Fact::Conditions);
    }
}

/// Tells the caller of a change that was sent with a condition which the provider may have ignored.
pub fn tell(client: &Client<'_>, if_match: Option<&str>) {
    if if_match.is_some() && !honoured(client) {
        client.warn(
            "ifMatch was sent, although the provider is not known to honour it; the change may have been made to another version (overrides.etag says otherwise if it does)",
        );
    }
}

/// Takes the version away from a resource that was read again and still has the one that the provider has just refused: its ETags
/// do not hold what they promise, and no condition on them can be met.
pub fn drop_refused(client: &Client<'_>, current: &mut Versioned, refused: Option<&str>) {
    if refused.is_some() && current.version.as_deref() == refused {
        client.warn(
            "the provider refuses the version that it has just given, so that the change was sent without a condition; set overrides.etag to {\"supported\": false}",
        );
        current.version = None;
    }
}
