//! Finding the one resource that is meant, by attributes whose values are wanted of it.
//!
//! What a provider answers is checked against what was asked: some ignore filters, some tell case apart where the standard does not.
//! A resource that does not match is never taken for one that does, and where the search is left open nothing is created or changed.
//! An attribute that a filter cannot name does not end the search: the next one is asked for, and only where none works is the list
//! read, within `lookupPages`.

pub(in crate::provisioning) mod key;
mod listed;
mod refused;

use super::plural;
use crate::contract::Subject;
use crate::failure::{Failure, Kind, Result};
use crate::gather::Gather as _;
use crate::http::client::Client;
use crate::input::Headers;
use crate::operations::modify::supports;
use crate::operations::resource::Versioned;
use crate::operations::seen::{self, Fact};
use crate::operations::target::Endpoint;
use crate::operations::{Context, standard_type};
use crate::scim::resource::Resource;
use key::{Asked, Key, Likeness};
use listed::{Hit, Hits, Lister, Listing};
use std::collections::BTreeSet;

/// Most pages read where the profile does not say.
const PAGES: u32 = 200;
/// Most pages read for a resource that the provider says is there and does not find: whatever is taken may be another attribute.
const PAGES_AFTER_REFUSAL: u32 = 10;

/// Why a filter does not find anything.
enum Refusal {
    /// The provider does not take it: by what is known of it, or by what it answered.
    NotTaken(Option<Box<Failure>>),
    /// It failed over it. Whether there is something to find is open, and reading everything would make it worse.
    Broken(Box<Failure>),
    /// It took it for none: others came, and more could.
    Ignored,
}

/// What asking by a filter came to.
enum Answered {
    /// These match, and no others. `ignored` says that others came all the same.
    All { hits: Hits, ignored: bool },
    /// Nobody is known to match, and nobody not to: those that came do not show the attribute.
    Hidden(u64),
    /// The filter did not help.
    Nothing(Refusal),
}

/// What searches for resources that may be the same one have in common: digests of the values that are wanted, by the attributes
/// chosen and by the usual ones.
pub fn digests(subject: Subject, payload: &Resource, chosen: &[String]) -> Result<Vec<String>> {
    let required = standard_type(subject).map(|known| known.required);
    let names = chosen.iter().map(String::as_str).chain(["externalId"]).chain(required);
    let keys: Vec<Option<Key>> = names.map(|name| Key::new(subject, name, payload)).collect::<Result<_>>()?;
    let digests: BTreeSet<String> = keys.iter().flatten().map(Key::digest).gather();
    Ok(digests.into_iter().collect())
}

/// A search for one resource.
pub struct Search<'a> {
    client: &'a Client<'a>,
    what: &'static str,
    subject: Subject,
    endpoint: &'a Endpoint,
    headers: &'a Headers,
    keys: Vec<Key>,
    /// The wanted `externalId`, where it guards what is found by another attribute.
    external: Option<String>,
}

impl<'a> Search<'a> {
    /// A search for the resource that a payload describes: by the attributes chosen, or else by `externalId`, where the payload has
    /// it, and by the attribute that a new resource must have.
    pub fn new(
        context: &Context<'a>,
        endpoint: &'a Endpoint,
        payload: &Resource,
        chosen: &[String],
        headers: &'a Headers,
    ) -> Result<Search<'a>> {
        let meant = (context.client, context.what(), context.operation.subject());
        Search::of(meant, endpoint, payload, chosen, headers)
    }

    /// The same, of a subject that no operation names. `what` is what the operation is called in failures.
    pub fn of(
        (client, what, subject): (&'a Client<'a>, &'static str, Subject),
        endpoint: &'a Endpoint,
        payload: &Resource,
        chosen: &[String],
        headers: &'a Headers,
    ) -> Result<Search<'a>> {
        let mut keys = Vec::new();
        for (index, name) in chosen.iter().enumerate() {
            let at = format!("/matchOn/{index}");
            match Key::new(subject, name, payload) {
                Ok(Some(key)) => keys.push(key),
                Ok(None) => {
                    let detail = format!("matchOn.{index}: the payload has no simple value of {name:?} to find it by");
                    return Err(Failure::input(at, detail));
                }
                Err(failure) => return Err(failure.at(at)),
            }
        }
        if chosen.is_empty() {
            let required = endpoint.known.map(|known| known.required);
            for name in ["externalId"].into_iter().chain(required) {
                keys.extend(Key::new(subject, name, payload)?);
            }
        }
        if keys.is_empty() {
            return Err(Failure::input("/matchOn", "matchOn: is required here: an attribute to find the resource by"));
        }
        let external = payload.text("externalId").filter(|id| !id.is_empty() && chosen.is_empty());
        Ok(Search { client, what, subject, endpoint, headers, keys, external })
    }

    /// The attributes it goes by, for a message.
    pub fn names(&self) -> String {
        let names: Vec<String> = self.keys.iter().map(|key| key.attribute.to_string()).collect();
        names.join(" and ")
    }

    /// Finds the resource. `thorough` is for one that the provider says is there: other spellings are tried, and then everything is
    /// read as far as that goes.
    pub fn find(&self, thorough: bool) -> Result<Option<Versioned>> {
        let mut found = Hits::new();
        let mut without: Vec<(usize, Refusal)> = Vec::new();
        let (mut hidden, mut ignored) = (Vec::new(), false);
        for (index, key) in self.keys.iter().enumerate() {
            // Where an earlier attribute finds one that has the others' values too, they need no search.
            if !found.is_empty() && found.values().all(|hit| self.likeness(key, &hit.resource).is_some()) {
                continue;
            }
            match self.ask(index, key, thorough && found.is_empty())? {
                Answered::All { hits, ignored: others } => {
                    ignored |= others;
                    hits.into_iter().for_each(|(id, hit)| {
                        found.entry(id).or_insert(hit);
                    });
                }
                Answered::Hidden(entries) => hidden.push((key, entries)),
                Answered::Nothing(refusal) => without.push((index, refusal)),
            }
            self.one_of(&found)?;
        }
        // Where filters are ignored, those that do not show the attribute are others. Otherwise each may be the one.
        ignored |= without.iter().any(|(_, refusal)| matches!(refusal, Refusal::Ignored));
        if let Some((key, entries)) = hidden.first().filter(|_| found.is_empty() && !ignored) {
            return Err(self.unreadable(key, *entries));
        }
        if found.is_empty() {
            found = self.read_all(without, thorough)?;
            self.one_of(&found)?;
        } else {
            without.iter().for_each(|(index, refusal)| self.passed_over(*index, refusal));
        }
        let Some(Hit { resource, key, .. }) = found.into_values().next() else { return Ok(None) };
        let found = Versioned::new(self.client, resource, None);
        self.guard(&found, key)?;
        Ok(Some(found))
    }

    /// Says that nothing was looked for by an attribute.
    fn passed_over(&self, index: usize, refusal: &Refusal) {
        let Some(Key { attribute, .. }) = self.keys.get(index) else { return };
        let did = match refusal {
            Refusal::NotTaken(_) => "does not filter",
            Refusal::Broken(_) => "fails to filter",
            Refusal::Ignored => "ignores the filter",
        };
        self.client.warn(format!(
            "the provider {did} by {attribute}, so that nothing was looked for by it; matchOn can name the attributes to go by"
        ));
    }

    /// Fails where several were found.
    fn one_of(&self, found: &Hits) -> Result<()> {
        if found.len() < 2 {
            return Ok(());
        }
        let ids: Vec<&str> = found.keys().map(String::as_str).collect();
        Err(Failure::new(
            Kind::Ambiguous,
            format!(
                "{}: several {} match by {}: {}; nothing was changed. Which one is meant must be settled at the provider, by deleting or renaming the others, or by matchOn",
                self.what,
                plural(self.subject),
                self.names(),
                ids.join(", ")
            ),
        ))
    }

    /// Whoever bears another `externalId` belongs to another record of the caller's or of somebody else's (RFC 7643 section 3.1): it is
    /// taken over only if the caller says so.
    fn guard(&self, found: &Versioned, key: usize) -> Result<()> {
        let Some(key) = self.keys.get(key) else { return Ok(()) };
        let other = found.resource.text("externalId").filter(|id| !id.is_empty());
        match (&self.external, other) {
            (Some(own), Some(other)) if *own != other => Err(Failure::new(
                Kind::Conflict,
                format!(
                    "{}: {} {} has the wanted {}, but another externalId; to take it over, give matchOn: [\"{}\"]",
                    self.what,
                    self.endpoint.noun(),
                    found.id().unwrap_or_default(),
                    key.attribute,
                    key.attribute
                ),
            )),
            _ => Ok(()),
        }
    }

    /// Asks for one by a filter.
    fn ask(&self, index: usize, key: &Key, thorough: bool) -> Result<Answered> {
        if !can_filter(self.client, self.endpoint, key) {
            return Ok(Answered::Nothing(Refusal::NotTaken(None)));
        }
        let keywords = self.client.connection().profile.knobs.filter_keywords;
        let Some(first) = key.filter(keywords) else { return Ok(Answered::Nothing(Refusal::NotTaken(None))) };
        let mut ignored = false;
        for asked in [first].into_iter().chain(key.other_spellings(thorough, keywords)) {
            let Listing { mut hits, conclusive, strangers, hidden, unreadable, unshown } =
                match self.list(&[(index, key)], Some(&asked), self.most_pages()) {
                    Ok(listing) => listing,
                    Err(failure) => {
                        return refusal(failure).map(|refusal| {
                            if key.is_plain() && matches!(&refusal, Refusal::NotTaken(Some(it)) if is_lasting(it)) {
                                refused::remember(self.client, self.endpoint, &key.attribute);
                            }
                            Answered::Nothing(refusal)
                        });
                    }
                };
            if hidden > 0 && (asked.brings_others || !(strangers || unshown > 0)) {
                return Err(self.left_open(key, &hits, hidden));
            }
            let settled = key.unique && !hits.is_empty();
            // What every resource must have is not shown by mistake of the question.
            let open = unreadable + if key.name && !strangers { unshown } else { 0 };
            if open > 0 && !settled {
                return Err(self.unreadable(key, open));
            }
            if !conclusive {
                return Ok(Answered::Nothing(Refusal::Ignored));
            }
            // The name as it is wanted comes before the one that a user store stands before.
            if hits.values().any(|hit| hit.likeness == Likeness::Same) {
                hits.retain(|_, hit| hit.likeness == Likeness::Same);
            }
            if !hits.is_empty() {
                return Ok(Answered::All { hits, ignored: strangers });
            }
            if unshown > 0 && !strangers {
                return Ok(Answered::Hidden(unshown));
            }
            ignored |= strangers && !asked.brings_others;
        }
        Ok(Answered::All { hits: Hits::new(), ignored })
    }

    /// The failure of a search whose answer announces more than it shows: who is not shown may be the one that is meant.
    fn left_open(&self, key: &Key, hits: &Hits, hidden: u64) -> Box<Failure> {
        let (kind, shown) = match hits.len() {
            0 => (Kind::Unsupported, "none of them".to_owned()),
            many => (Kind::Ambiguous, format!("only {many}")),
        };
        Failure::new(
            kind,
            format!(
                "{}: which {} is meant cannot be told: the provider announces {} by {} and shows {shown}; nothing was changed. The credentials may lack a permission, or matchOn can name another attribute",
                self.what,
                self.endpoint.noun(),
                hidden.saturating_add(hits.len() as u64),
                key.attribute
            ),
        )
    }

    /// The failure of a search whose answer has entries that may be the one that is meant.
    fn unreadable(&self, key: &Key, entries: u64) -> Box<Failure> {
        Failure::new(
            Kind::Unsupported,
            format!(
                "{}: which {} is meant cannot be told: the provider answers the search by {} with {entries} entries that do not show it; nothing was changed. The credentials may lack a permission, or matchOn can name another attribute",
                self.what,
                self.endpoint.noun(),
                key.attribute
            ),
        )
    }

    /// Looks through the list for those attributes by which nothing could be asked for, where that must be.
    fn read_all(&self, without: Vec<(usize, Refusal)>, thorough: bool) -> Result<Hits> {
        let works = without.len() < self.keys.len();
        let mut open = Vec::new();
        for (index, refusal) in without {
            let Some(key) = self.keys.get(index) else { continue };
            match refusal {
                // There may be one that it fails to find: nobody is there twice for that.
                Refusal::Broken(mut failure) => {
                    failure.detail.push_str(&format!(
                        "; nothing was changed. Where it always fails over a filter by {}, matchOn can name another attribute; where it fails over a page size, set overrides.sendCount to false",
                        key.attribute
                    ));
                    return Err(failure);
                }
                Refusal::NotTaken(_) | Refusal::Ignored if !works => {
                    let did =
                        if matches!(refusal, Refusal::Ignored) { "ignores the filter" } else { "does not filter" };
                    self.client.warn(format!(
                        "the provider {did} by {}; all {} are read instead",
                        key.attribute,
                        plural(self.subject)
                    ));
                    open.push((index, key));
                }
                Refusal::NotTaken(_) | Refusal::Ignored => self.passed_over(index, &refusal),
            }
        }
        let pages = if thorough { self.most_pages().min(PAGES_AFTER_REFUSAL) } else { self.most_pages() };
        // Filters that have been found to be right are believed: a list for each of many refusals would be too much.
        let in_vain = Fact::ListedInVain(self.subject);
        if thorough && !(works && seen::knows(self.client, in_vain)) {
            open = self.keys.iter().enumerate().collect();
        }
        if open.is_empty() {
            return Ok(Hits::new());
        }
        let Listing { mut hits, conclusive, strangers, unreadable, unshown, .. } = self.list(&open, None, pages)?;
        let same = |hit: &Hit| hit.likeness == Likeness::Same;
        let unique = |hit: &Hit| same(hit) && self.keys.get(hit.key).is_some_and(|key| key.unique);
        // Of those not read, others may match as well; what only one can have is found once it is.
        if !conclusive && !hits.values().any(unique) {
            if thorough {
                if works && hits.is_empty() {
                    seen::note(self.client, in_vain);
                }
                return Ok(Hits::new());
            }
            if let Some((_, key)) = open.first().filter(|_| unreadable > 0) {
                return Err(self.unreadable(key, unreadable));
            }
            let names: Vec<String> = open.iter().map(|(_, key)| key.attribute.to_string()).collect();
            return Err(Failure::new(
                Kind::Unsupported,
                format!(
                    "{}: whether the {} exists cannot be told: the provider does not filter by {}, and a list of all {} does not come to its end within {pages} pages; nothing was changed. matchOn can name another attribute, overrides.lookupPages allow more pages",
                    self.what,
                    self.endpoint.noun(),
                    names.join(" and "),
                    plural(self.subject)
                ),
            ));
        }
        if let Some((_, key)) = open.iter().find(|(_, key)| key.name && unshown > 0 && !strangers && hits.is_empty()) {
            return Err(self.unreadable(key, unshown));
        }
        if hits.values().any(same) {
            hits.retain(|_, hit| same(hit));
        }
        if thorough && works && hits.is_empty() {
            seen::note(self.client, in_vain);
        }
        Ok(hits)
    }

    /// The resources that match one of the keys among those that the provider lists.
    fn list(&self, keys: &[(usize, &Key)], asked: Option<&Asked>, pages: u32) -> Result<Listing> {
        let Search { client, what, endpoint, headers, .. } = *self;
        Lister { client, what, endpoint, headers, all: &self.keys }.list(keys, asked, pages)
    }

    fn most_pages(&self) -> u32 {
        self.client.connection().profile.knobs.lookup_pages.unwrap_or(PAGES).max(1)
    }

    fn likeness(&self, key: &Key, resource: &Resource) -> Option<Likeness> {
        key.likeness(resource, self.client.connection().profile.knobs.text_rules())
    }
}

/// What a failed search by a filter says of the filter; the failure itself where it says nothing of it.
fn refusal(failure: Box<Failure>) -> Result<Refusal> {
    let scim_type = failure.scim_type.as_deref().unwrap_or_default();
    match failure.status {
        // Too many results are none of the filter's fault.
        Some(400) if scim_type.eq_ignore_ascii_case("tooMany") => Err(failure),
        Some(400 | 422 | 501) => Ok(Refusal::NotTaken(Some(failure))),
        Some(500) if failure.kind == Kind::Unavailable => Ok(Refusal::Broken(failure)),
        _ if failure.kind == Kind::Unsupported || scim_type.eq_ignore_ascii_case("invalidFilter") => {
            Ok(Refusal::NotTaken(Some(failure)))
        }
        _ => Err(failure),
    }
}

/// Whether a refusal will be one the next time: a fault of the provider's may be mended, and what is sensitive is the value.
fn is_lasting(failure: &Failure) -> bool {
    let sensitive = failure.scim_type.as_deref().is_some_and(|it| it.eq_ignore_ascii_case("sensitive"));
    matches!(failure.status, Some(400..=499)) && !sensitive
}

/// Whether the provider is taken to find resources by an attribute.
fn can_filter(client: &Client<'_>, endpoint: &Endpoint, key: &Key) -> bool {
    let knobs = &client.connection().profile.knobs;
    let attributes = endpoint.known.and_then(|known| knobs.filterable(known.name));
    let names = [key.attribute.to_string(), key.attribute.name.clone()];
    let named = |known: &str| names.iter().any(|name| name.eq_ignore_ascii_case(known));
    supports(client, "filter").0
        && knobs.filter_operators.as_ref().is_none_or(|words| words.iter().any(|word| word.eq_ignore_ascii_case("eq")))
        && attributes.is_none_or(|known| known.iter().any(|known| named(known)))
        && !refused::is_refused(client, endpoint, &key.attribute)
}
