//! What the answers of a connection have shown of its provider, as long as the instance lives and its documents of discovery are
//! kept. Never required: without it the connector is more careful.

use super::document_cache::Owner;
use crate::contract::Subject;
use crate::http::client::Client;
use std::cell::RefCell;

/// Something that an answer has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A group that was read had its members.
    Members,
    /// A group whose members were asked for by name had them.
    MembersByName,
    /// A resource had a version.
    Versions,
    /// A request was refused for the version that it named.
    Conditions,
    /// A list of all did not have what a filter did not find.
    ListedInVain(Subject),
}

struct Seen {
    owner: Owner,
    fact: Fact,
    /// Unix milliseconds.
    until: u64,
}

thread_local! {
    static SEEN: RefCell<Vec<Seen>> = const { RefCell::new(Vec::new()) };
}

/// Facts kept: those of some connections.
const MOST: usize = 24;

/// Remembers a fact.
pub fn note(client: &Client<'_>, fact: Fact) {
    let lifetime = u64::from(client.connection().profile.knobs.discovery_lifetime.unwrap_or_default());
    let until = client.platform().now().saturating_add(lifetime);
    SEEN.with_borrow_mut(|seen| {
        match seen.iter_mut().find(|it| it.fact == fact && it.owner.is(client)) {
            Some(known) => known.until = until,
            None => seen.insert(0, Seen { owner: Owner::of(client), fact, until }),
        }
        seen.truncate(MOST);
    });
}

/// Whether a fact is known.
pub fn knows(client: &Client<'_>, fact: Fact) -> bool {
    let now = client.platform().now();
    let lifetime = u64::from(client.connection().profile.knobs.discovery_lifetime.unwrap_or_default());
    let fresh = |it: &Seen| it.until > now && it.until <= now.saturating_add(lifetime);
    SEEN.with_borrow(|seen| seen.iter().any(|it| it.fact == fact && fresh(it) && it.owner.is(client)))
}
