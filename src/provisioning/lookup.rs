//! Finding the one resource that is meant, by attributes whose values are wanted of it.
//!
//! What a provider answers is checked against what was asked: some ignore filters, some tell case apart where the standard does not.
//! A resource that does not match is never taken for one that does, and where the search cannot be finished nothing is created.

use super::{plural, without_members};
use crate::contract::Subject;
use crate::failure::{Failure, Kind, Result};
use crate::http::client::Client;
use crate::input::{self, Headers, Query};
use crate::operations::modify::supports;
use crate::operations::resource::Versioned;
use crate::operations::target::Endpoint;
use crate::operations::{Context, query};
use crate::scim::filter::Filter;
use crate::scim::path::AttributePath;
use crate::scim::resource::{Data, Node, Resource};
use std::collections::BTreeMap;

/// Resources on a page of a search that should find one.
const FEW: u32 = 10;
/// Resources on a page where everything must be read.
const MANY: u32 = 100;
/// Most pages read for one attribute.
const PAGES: usize = 200;
/// Most pages read for a resource that the provider says is there and does not find: whatever is taken may be another attribute.
const PAGES_AFTER_REFUSAL: usize = 10;

/// An attribute to find a resource by.
struct Key {
    attribute: AttributePath,
    value: Data,
    filter: Filter,
    /// Whether the provider sees to it that no two resources have the same value.
    unique: bool,
}

impl Key {
    fn new(subject: Subject, name: &str, payload: &Resource) -> Result<Option<Key>> {
        let attribute = AttributePath::parse(name).map_err(|error| error.at("/matchOn"))?;
        let Some(value) = value(payload, &attribute) else { return Ok(None) };
        let filter = Filter::eq(name, value.clone()).map_err(|error| error.at("/matchOn"))?;
        let unique = subject == Subject::User && attribute.name.eq_ignore_ascii_case("userName");
        Ok(Some(Key { attribute, value, filter, unique }))
    }

    /// Identifiers are told apart by case, names and addresses are not (RFC 7643 sections 3.1, 4.1.1 and 7).
    fn matches(&self, resource: &Resource) -> bool {
        self.filter.matches(resource, &|path| {
            let name = path.sub.as_deref().unwrap_or(&path.name);
            ["id", "externalId", "$ref"].iter().any(|exact| name.eq_ignore_ascii_case(exact))
        })
    }
}

/// The simple value of an attribute; none where it has none.
fn value(payload: &Resource, attribute: &AttributePath) -> Option<Data> {
    let container = match &attribute.schema {
        Some(schema) => payload.get(schema).and_then(Data::as_object).unwrap_or(payload),
        None => payload,
    };
    let found = container.get(&attribute.name)?;
    let simple = |value: &Data| match value.node() {
        Node::Text(text) => !text.trim().is_empty(),
        Node::Number(_) | Node::Bool(_) => true,
        _ => false,
    };
    let part = |item: &Data| match (&attribute.sub, item.node()) {
        (Some(sub), Node::Object(object)) => object.get(sub).cloned(),
        (None, Node::Object(object)) => object.get("value").cloned(),
        _ => Some(item.clone()),
    };
    let primary = |item: &&Data| {
        item.as_object().and_then(|object| object.get("primary")).and_then(Data::as_boolean) == Some(true)
    };
    // Of several values the preferred one stands for all.
    let one = match found.node() {
        Node::List(items) => items.iter().find(primary).or_else(|| items.first()).and_then(part),
        Node::Object(_) if attribute.sub.is_some() => part(found),
        _ if attribute.sub.is_none() => Some(found.clone()),
        _ => None,
    };
    one.filter(simple)
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
        let (client, subject) = (context.client, context.operation.subject());
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
        // What must be read as a whole to be searched is not, where another attribute will do.
        if chosen.is_empty() && keys.iter().any(|key| can_filter(client, endpoint, key)) {
            keys.retain(|key| {
                let can = can_filter(client, endpoint, key);
                if !can {
                    client.warn(format!(
                        "the provider does not filter by {}, so that nothing was looked for by it; matchOn can name it",
                        key.attribute
                    ));
                }
                can
            });
        }
        if keys.is_empty() {
            return Err(Failure::input("/matchOn", "matchOn: is required here: an attribute to find the resource by"));
        }
        let external = payload.text("externalId").filter(|id| !id.is_empty() && chosen.is_empty());
        Ok(Search { client, what: context.what(), subject, endpoint, headers, keys, external })
    }

    /// The attributes it goes by, for a message.
    pub fn names(&self) -> String {
        let names: Vec<String> = self.keys.iter().map(|key| key.attribute.to_string()).collect();
        names.join(" and ")
    }

    /// Finds the resource. `thorough` is for one that the provider says is there: other spellings are tried, and then everything is
    /// read as far as that goes.
    pub fn find(&self, thorough: bool) -> Result<Option<Versioned>> {
        let mut found: Option<(Versioned, &Key)> = None;
        for key in &self.keys {
            // Where the first attribute finds one that has the others' values too, they need no search.
            if found.as_ref().is_some_and(|(one, _)| key.matches(&one.resource)) {
                continue;
            }
            let mut ids: Vec<String> = found.iter().filter_map(|(one, _)| one.id()).collect();
            for (id, resource) in self.by(key, thorough && found.is_none())? {
                if !ids.contains(&id) {
                    ids.push(id);
                    found.get_or_insert_with(|| (Versioned::new(self.client, resource, None), key));
                }
            }
            if ids.len() > 1 {
                return Err(Failure::new(
                    Kind::Ambiguous,
                    format!(
                        "{}: several {} match by {}: {}; which one is meant must be settled at the provider, or by matchOn",
                        self.what,
                        plural(self.subject),
                        self.names(),
                        ids.join(", ")
                    ),
                ));
            }
        }
        let Some((found, key)) = found else { return Ok(None) };
        self.guard(&found, key)?;
        Ok(Some(found))
    }

    /// Whoever bears another `externalId` belongs to another record of the caller's or of somebody else's (RFC 7643 section 3.1): it is
    /// taken over only if the caller says so.
    fn guard(&self, found: &Versioned, key: &Key) -> Result<()> {
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

    fn by(&self, key: &Key, thorough: bool) -> Result<BTreeMap<String, Resource>> {
        if can_filter(self.client, self.endpoint, key) {
            let asked = self.list(key, Some(&key.filter.to_string()), PAGES);
            match asked {
                Ok(Listing { hits, conclusive: true }) if !hits.is_empty() || !thorough => return Ok(hits),
                Ok(Listing { conclusive: true, .. }) => {
                    // Some tell case apart in a filter and not where values must be unique.
                    if let Some(lower) = key.value.as_str().map(str::to_lowercase) {
                        let filter =
                            Filter::eq(&key.attribute.to_string(), lower).map_err(|error| error.at("/matchOn"))?;
                        let Listing { hits, .. } = self.list(key, Some(&filter.to_string()), PAGES_AFTER_REFUSAL)?;
                        if !hits.is_empty() {
                            return Ok(hits);
                        }
                    }
                }
                Ok(_) => self.client.warn(format!(
                    "the provider ignores the filter by {}; all {} are read instead",
                    key.attribute,
                    plural(self.subject)
                )),
                Err(failure)
                    if failure.kind == Kind::Unsupported || failure.scim_type.as_deref() == Some("invalidFilter") =>
                {
                    self.client.warn(format!(
                        "the provider does not filter by {}; all {} are read instead",
                        key.attribute,
                        plural(self.subject)
                    ));
                }
                Err(failure) => return Err(failure),
            }
        }
        let pages = if thorough { PAGES_AFTER_REFUSAL } else { PAGES };
        let Listing { hits, conclusive } = self.list(key, None, pages)?;
        // Of those not read, others may match as well; what only one can have is found once it is.
        if conclusive || (key.unique && !hits.is_empty()) {
            return Ok(hits);
        }
        if thorough {
            return Ok(BTreeMap::new());
        }
        Err(Failure::new(
            Kind::Unsupported,
            format!(
                "{}: whether the {} exists cannot be told: the provider does not filter by {} and does not list all {}; nothing was changed",
                self.what,
                self.endpoint.noun(),
                key.attribute,
                plural(self.subject)
            ),
        ))
    }

    /// The resources that match among those the provider lists, by identifier.
    fn list(&self, key: &Key, filter: Option<&str>, pages: usize) -> Result<Listing> {
        let count = Some(if filter.is_some() { FEW } else { MANY });
        let mut input = input::Listing {
            query: Query { filter: filter.map(str::to_owned), count, ..Query::default() },
            view: without_members(self.endpoint),
            headers: self.headers.clone(),
        };
        let mut hits = BTreeMap::new();
        for _ in 0..pages {
            let listed = match query::run(self.client, self.what, self.endpoint, query::QueryMethod::Get, &input) {
                Ok(listed) => listed,
                // Nothing found, in some providers' words.
                Err(failure) if failure.kind == Kind::NotFound => return Ok(Listing { hits, conclusive: true }),
                Err(failure) => return Err(failure),
            };
            let mut strangers = false;
            for resource in listed.page.resources {
                if !key.matches(&resource) {
                    strangers = true;
                    continue;
                }
                let Some(id) = resource.text("id").filter(|id| !id.is_empty()) else {
                    let detail = format!("{}: the provider lists a {} without an id", self.what, self.endpoint.noun());
                    return Err(Failure::new(Kind::Protocol, detail));
                };
                hits.insert(id, resource);
            }
            let settled = hits.len() > 1 || (key.unique && hits.len() == 1);
            match listed.next {
                _ if settled => return Ok(Listing { hits, conclusive: true }),
                // A page of others is no answer to the filter; what follows is read in larger pages.
                Some(_) if strangers && filter.is_some() => return Ok(Listing { hits, conclusive: false }),
                Some(next) => input.query.page = Some(next),
                None => {
                    let conclusive = listed.complete || (filter.is_some() && !strangers);
                    return Ok(Listing { hits, conclusive });
                }
            }
        }
        Ok(Listing { hits, conclusive: false })
    }
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
}

/// What a list gave.
struct Listing {
    hits: BTreeMap<String, Resource>,
    /// Whether there is nothing else to find.
    conclusive: bool,
}
