//! One list of a search, page by page: who of those that came matches, and whether there can be others.

use super::key::{Asked, Key, Likeness};
use crate::failure::{Failure, Kind, Result};
use crate::http::client::Client;
use crate::input::{self, Headers, Query};
use crate::operations::query;
use crate::operations::target::Endpoint;
use crate::provisioning::without_members;
use crate::scim::list::identity;
use crate::scim::resource::Resource;
use std::collections::{BTreeMap, BTreeSet};

/// Resources on a page of a search that should find one.
const FEW: u32 = 10;
/// Resources on a page where everything must be read.
const MANY: u32 = 100;
/// Resources that match, by identifier.
pub(super) type Hits = BTreeMap<String, Hit>;

/// A resource that matches.
pub(super) struct Hit {
    pub resource: Resource,
    pub likeness: Likeness,
    /// Which of the keys it matches by.
    pub key: usize,
}

/// What a list gave.
pub(super) struct Listing {
    pub hits: Hits,
    /// Whether there is nothing else to find.
    pub conclusive: bool,
    /// Whether others came than those that match.
    pub strangers: bool,
    /// Resources that were announced and not shown.
    pub hidden: u64,
    /// Entries that are no resources.
    pub unreadable: u64,
    /// Resources that do not show what is looked for.
    pub unshown: u64,
}

/// Where a search looks.
pub(super) struct Lister<'a> {
    /// The way to the provider.
    pub client: &'a Client<'a>,
    /// What the operation is called in failures.
    pub what: &'a str,
    /// Where the resources are.
    pub endpoint: &'a Endpoint,
    /// Further headers.
    pub headers: &'a Headers,
    /// All attributes of the search.
    pub all: &'a [Key],
}

impl Lister<'_> {
    /// The resources that match one of the keys among those that the provider lists.
    pub(super) fn list(&self, keys: &[(usize, &Key)], asked: Option<&Asked>, pages: u32) -> Result<Listing> {
        let narrow = asked.is_some_and(|asked| !asked.brings_others);
        let mut input = input::Listing {
            query: Query {
                filter: asked.map(|asked| asked.filter.clone()),
                count: Some(if narrow { FEW } else { MANY }),
                ..Query::default()
            },
            view: without_members(self.endpoint),
            headers: self.headers.clone(),
        };
        let mut listing =
            Listing { hits: Hits::new(), conclusive: false, strangers: false, hidden: 0, unreadable: 0, unshown: 0 };
        // Those that were shown, each once, and how many there are said to be; of a list of all, those on its first page.
        let (mut shown, mut announced) = (BTreeSet::new(), 0u64);
        let mut behind = false;
        for page in 0..pages {
            let listed = match query::run(self.client, self.what, self.endpoint, query::QueryMethod::Get, &input) {
                Ok(listed) => listed,
                // Nothing stands there.
                Err(failure)
                    if behind && matches!(failure.kind, Kind::NotFound | Kind::InvalidInput | Kind::Unsupported) =>
                {
                    return Ok(Listing { conclusive: true, ..listing });
                }
                // Nothing found, in some providers' words.
                Err(failure) if failure.kind == Kind::NotFound => return Ok(Listing { conclusive: true, ..listing }),
                Err(failure) => return Err(failure),
            };
            announced = listed.page.total_results.unwrap_or(announced);
            listing.unreadable = listing.unreadable.saturating_add(listed.page.unreadable);
            let before = shown.len() as u64;
            for resource in listed.page.resources {
                if asked.is_some() || page == 0 || behind {
                    shown.insert(identity(&resource, false));
                }
                let by = |(index, key): &(usize, &Key)| Some((*index, self.likeness(key, &resource)?));
                let Some((key, likeness)) = keys.iter().find_map(by) else {
                    // An identifier need not be there; in a list of all, that is no sign of anything.
                    if keys.iter().any(|(_, key)| (narrow || key.name) && key.is_hidden(&resource)) {
                        listing.unshown += 1;
                    } else {
                        listing.strangers = true;
                    }
                    continue;
                };
                let Some(id) = resource.text("id").filter(|id| !id.is_empty()) else {
                    let detail = format!("{}: the provider lists a {} without an id", self.what, self.endpoint.noun());
                    return Err(Failure::new(Kind::Protocol, detail));
                };
                listing.hits.insert(id, Hit { resource, likeness, key });
            }
            let same = listing.hits.values().filter(|hit| hit.likeness == Likeness::Same).count();
            let settled = same > 1 || listing.hits.values().any(|hit| self.is_the_one(hit, keys, narrow));
            match listed.next {
                _ if settled => return Ok(Listing { conclusive: true, ..listing }),
                // Behind the end there is nothing, or what has come before.
                _ if behind && shown.len() as u64 == before => return Ok(Listing { conclusive: true, ..listing }),
                _ if behind && narrow => return Ok(listing),
                // A page of others is no answer to the filter; what follows is read in larger pages.
                Some(_) if (listing.strangers || listing.unshown > 0) && narrow => return Ok(listing),
                Some(next) => (input.query.page, input.query.start_index) = (Some(next), None),
                // All that there is on one page, at a provider that gives others than those that were asked for: some announce the
                // number on the page, and cut it where they like.
                None if page == 0
                    && (asked.is_none() || narrow && listing.strangers && listing.hits.is_empty() && announced > 1)
                    && (listing.strangers || listing.unshown == 0)
                    && announced > 0
                    && announced == shown.len() as u64 =>
                {
                    behind = true;
                    input.query.start_index = Some(announced + 1);
                }
                // There was more behind it, at a provider whose totals say nothing.
                None if behind => {
                    (input.query.page, input.query.start_index) = (None, Some(shown.len() as u64 + 1));
                }
                None => {
                    listing.hidden = if asked.is_some() { announced.saturating_sub(shown.len() as u64) } else { 0 };
                    let strangers = listing.strangers || listing.unshown > 0;
                    listing.conclusive = listed.complete || (asked.is_some() && (!strangers || !narrow));
                    return Ok(listing);
                }
            }
        }
        Ok(listing)
    }

    fn likeness(&self, key: &Key, resource: &Resource) -> Option<Likeness> {
        key.likeness(resource, self.client.connection().profile.knobs.text_rules())
    }

    /// Whether there cannot be another one than this: it has the value that only one can have, and those that are wanted besides.
    fn is_the_one(&self, hit: &Hit, keys: &[(usize, &Key)], narrow: bool) -> bool {
        let unique = self.all.get(hit.key).is_some_and(|key| key.unique) || keys.iter().any(|(_, key)| key.unique);
        unique
            && (narrow || hit.likeness == Likeness::Same)
            && keys.iter().all(|(_, key)| self.likeness(key, &hit.resource).is_some())
    }
}
