//! Who is who: resources as they shall be and those that are there are brought together, by what the job knows of them and by
//! attributes in order. Pure.
//!
//! All rules are tried for each, and all that they find counts: several that match, or that contradict each other, are left for a person
//! to tell apart. Which values are the same, `lookup` says.

use crate::contract::Subject;
use crate::failure::{Failure, Result};
use crate::input::reconcile::{Owned, Pair};
use crate::operations::target::Endpoint;
use crate::provisioning::lookup::key::{Key, Likeness, loose, values};
use crate::scim::path::AttributePath;
use crate::scim::resource::{Data, Resource};
use crate::scim::text::{TextRules, loosest};
use std::collections::{BTreeMap, BTreeSet};

/// The rules to recognise resources by.
pub struct Rules {
    subject: Subject,
    names: Vec<(String, AttributePath)>,
    /// Whether the caller has named none.
    usual: bool,
    text: TextRules,
    noun: String,
}

/// A pair, and what the job knew of it.
pub struct Paired {
    /// The pair.
    pub pair: Pair,
    /// Whether the desired one has something to recognise it by.
    pub is_named: bool,
    /// What the job has to do with it, as it was given.
    pub known: Option<Owned>,
}

/// What a standard type's resources are called in operations.
pub fn subject(endpoint: &Endpoint) -> Subject {
    match endpoint.known.map(|known| known.name) {
        Some("User") => Subject::User,
        Some("Group") => Subject::Group,
        _ => Subject::Resource,
    }
}

impl Rules {
    /// The rules that are chosen, or else the usual ones: the caller's own identifier, then the name that a resource must have.
    pub fn new(endpoint: &Endpoint, chosen: &[String], text: TextRules) -> Result<Rules> {
        let required = endpoint.known.map(|known| known.required);
        let usual = chosen.is_empty();
        let names: Vec<String> = match usual {
            true => ["externalId"].into_iter().chain(required).map(str::to_owned).collect(),
            false => chosen.to_vec(),
        };
        let at = |index: usize| format!("/matchOn/{index}");
        let names = names.into_iter().enumerate().map(|(index, name)| {
            let path = AttributePath::parse(&name).map_err(|error| error.at(&at(index)))?;
            Ok((name, path))
        });
        let (subject, noun) = (subject(endpoint), endpoint.noun());
        Ok(Rules { subject, names: names.collect::<Result<_>>()?, usual, text, noun })
    }

    /// The attributes, for a message.
    fn told(&self) -> String {
        self.names.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" and ")
    }

    /// The values that a desired resource is recognised by, rule by rule.
    fn keys(&self, desired: &Resource) -> Result<Vec<Option<Key>>> {
        self.names.iter().map(|(name, _)| Key::new(self.subject, name, desired)).collect()
    }

    /// What a resource that nobody describes is called: what it would be recognised by.
    fn name_of(&self, resource: &Resource) -> Option<String> {
        let value = |(_, path): &(String, AttributePath)| values(resource, path).into_iter().find_map(Data::to_text);
        self.names.iter().find_map(value).filter(|text| !text.trim().is_empty())
    }

    /// Whether somebody else's record stands behind a resource that was found by another attribute than the caller's own identifier.
    fn is_anothers(&self, desired: &Resource, existing: &Resource) -> bool {
        let own = |resource: &Resource| resource.text("externalId").filter(|id| !id.is_empty());
        self.usual && own(desired).zip(own(existing)).is_some_and(|(wanted, found)| wanted != found)
    }
}

/// The desired resources, by what they are recognised by.
struct Desired<'a> {
    keys: &'a [Vec<Option<Key>>],
    places: Vec<BTreeMap<String, Vec<usize>>>,
}

impl<'a> Desired<'a> {
    fn new(keys: &'a [Vec<Option<Key>>], rules: usize) -> Desired<'a> {
        let mut places: Vec<BTreeMap<String, Vec<usize>>> = vec![BTreeMap::new(); rules];
        for (index, keys) in keys.iter().enumerate() {
            for (places, key) in places.iter_mut().zip(keys) {
                let Some(key) = key else { continue };
                places.entry(loose(&key.value)).or_default().push(index);
            }
        }
        Desired { keys, places }
    }

    /// Those that have a value of a resource, with how they have it.
    fn matching(
        &self,
        rule: usize,
        path: &AttributePath,
        resource: &Resource,
        text: TextRules,
    ) -> Vec<(usize, Likeness)> {
        let Some(places) = self.places.get(rule) else { return Vec::new() };
        let mut found: BTreeSet<usize> = BTreeSet::new();
        values(resource, path)
            .into_iter()
            .for_each(|value| found.extend(places.get(&loose(value)).into_iter().flatten()));
        let like = |index: usize| Some((index, self.keys.get(index)?.get(rule)?.as_ref()?.likeness(resource, text)?));
        found.into_iter().filter_map(like).collect()
    }
}

/// What the job knows, by identifier and by key.
struct Memory<'a> {
    owned: &'a [Owned],
    by_id: BTreeMap<&'a str, usize>,
    by_key: BTreeMap<String, usize>,
}

impl<'a> Memory<'a> {
    fn new(owned: &'a [Owned]) -> Memory<'a> {
        let (mut by_id, mut by_key) = (BTreeMap::new(), BTreeMap::new());
        // Of several, the first counts.
        for (index, it) in owned.iter().enumerate().rev() {
            by_id.extend(it.id.as_deref().map(|id| (id, index)));
            by_key.extend(it.key.as_deref().map(|key| (loosest(key), index)));
        }
        Memory { owned, by_id, by_key }
    }

    fn get(&self, index: Option<usize>) -> Option<&'a Owned> {
        self.owned.get(index?)
    }
}

/// Brings resources together: the desired ones in their order, then those that are there besides, and at last those that the job knows and
/// that are not there. `all` says whether all there is was listed; `now` is Unix milliseconds.
pub fn pairs(
    rules: &Rules,
    desired: Vec<Resource>,
    existing: &[Resource],
    owned: &[Owned],
    all: bool,
    now: u64,
) -> Result<Vec<Paired>> {
    let keys = desired.iter().map(|it| rules.keys(it)).collect::<Result<Vec<_>>>()?;
    if !keys.is_empty() && keys.iter().flatten().all(Option::is_none) {
        let detail =
            format!("matchOn: is required here: none of the desired resources has a simple value of {}", rules.told());
        return Err(Failure::input("/matchOn", detail));
    }
    let index = Desired::new(&keys, rules.names.len());
    let memory = Memory::new(owned);
    let ids: Vec<String> = existing.iter().map(|it| it.text("id").unwrap_or_default()).collect();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    places.extend(ids.iter().enumerate().map(|(place, id)| (id.as_str(), place)));

    // (existing, rule, how), for each desired one.
    let mut hits: Vec<Vec<(usize, usize, Likeness)>> = vec![Vec::new(); desired.len()];
    for (place, resource) in existing.iter().enumerate() {
        for (rule, (_, path)) in rules.names.iter().enumerate() {
            for (index, likeness) in index.matching(rule, path, resource, rules.text) {
                if let Some(hits) = hits.get_mut(index) {
                    hits.push((place, rule, likeness));
                }
            }
        }
    }
    let mut taken = vec![false; existing.len()];
    let mut used = vec![false; owned.len()];
    let mut paired = Vec::with_capacity(desired.len());
    for (number, (wanted, keys)) in desired.into_iter().zip(&keys).enumerate() {
        let key = keys.iter().flatten().next().and_then(|key| key.value.to_text());
        let hits = hits.get(number).map(Vec::as_slice).unwrap_or_default();
        // A name as it is wanted comes before the one that a user store stands before.
        let same = |rule: usize| hits.iter().any(|hit| hit.1 == rule && hit.2 == Likeness::Same);
        let mut found: BTreeSet<usize> = BTreeSet::new();
        found.extend(hits.iter().filter(|hit| hit.2 == Likeness::Same || !same(hit.1)).map(|hit| hit.0));
        let by_key = key.as_deref().and_then(|key| memory.by_key.get(&loosest(key)).copied());
        // Whom the job knows by this key, wherever its attributes have gone.
        found.extend(memory.get(by_key).and_then(|it| places.get(it.id.as_deref()?).copied()));
        let by_id = found.iter().find_map(|place| memory.by_id.get(ids.get(*place)?.as_str()).copied());
        let known = by_id.or(by_key.filter(|index| {
            // One of another identifier is not this one.
            memory.get(Some(*index)).is_some_and(|it| it.id.is_none() || found.is_empty())
        }));
        let twice = keys.iter().enumerate().any(|(rule, key)| {
            let alike = |key: &Key| index.places.get(rule)?.get(&loose(&key.value));
            let others = key.as_ref().and_then(alike).map(Vec::as_slice).unwrap_or_default();
            let is = |other: &usize| {
                let other = index.keys.get(*other).and_then(|keys| keys.get(rule)?.as_ref());
                other.zip(key.as_ref()).is_some_and(|(other, key)| same_value(other, key))
            };
            others.iter().filter(|other| **other != number).any(is)
        });
        let mut found_ones = found.iter().filter_map(|place| existing.get(*place));
        let conflict = if keys.iter().all(Option::is_none) {
            Some(format!("it has no simple value of {} to recognise it by", rules.told()))
        } else if twice {
            Some(format!("another desired {} is recognised by the same value", rules.noun))
        } else if by_id.is_none() && found_ones.any(|it| rules.is_anothers(&wanted, it)) {
            Some(format!(
                "the {} that has the wanted name has another externalId; matchOn can name the attribute to take it over by",
                rules.noun
            ))
        } else {
            None
        };
        mark(&mut used, known);
        mark(&mut taken, found.iter().copied());
        let known = memory.get(known);
        let pair = Pair {
            key: key.unwrap_or_else(|| format!("desired.{number}")),
            desired: Some(wanted),
            existing: found.iter().filter_map(|place| existing.get(*place).cloned()).collect(),
            ownership: known.map(|known| known.ownership),
            gone_ms: None,
            deactivated: known.is_some_and(|known| known.deactivated),
            conflict,
        };
        let is_named = keys.iter().any(Option::is_some);
        paired.push(Paired { pair, is_named, known: known.cloned() });
    }
    for ((resource, id), _) in existing.iter().zip(&ids).zip(&taken).filter(|(_, taken)| !**taken) {
        let name = rules.name_of(resource);
        let by_key = || {
            let index = memory.by_key.get(&loosest(name.as_deref()?)).copied()?;
            memory.get(Some(index)).filter(|it| it.id.is_none()).map(|_| index)
        };
        let index = memory.by_id.get(id.as_str()).copied().or_else(by_key);
        mark(&mut used, index);
        let known = memory.get(index);
        let key = known.and_then(|known| known.key.clone()).or(name).unwrap_or_else(|| id.clone());
        paired.push(gone(key, vec![resource.clone()], known, now));
    }
    for (known, _) in owned.iter().zip(&used).filter(|(_, used)| all && !**used) {
        let key = known.key.clone().or_else(|| known.id.clone()).unwrap_or_default();
        paired.push(gone(key, Vec::new(), Some(known), now));
    }
    Ok(paired)
}

/// Marks those at these places.
fn mark(marks: &mut [bool], places: impl IntoIterator<Item = usize>) {
    for place in places {
        if let Some(mark) = marks.get_mut(place) {
            *mark = true;
        }
    }
}

/// A pair of which nothing is desired.
fn gone(key: String, existing: Vec<Resource>, known: Option<&Owned>, now: u64) -> Paired {
    let gone_ms = known.map(|known| now.saturating_sub(known.gone_since.unwrap_or(now)));
    let (ownership, deactivated) = (known.map(|known| known.ownership), known.is_some_and(|known| known.deactivated));
    let pair = Pair { key, desired: None, existing, ownership, gone_ms, deactivated, conflict: None };
    Paired { pair, is_named: true, known: known.cloned() }
}

/// Whether two desired resources would be recognised by the same value.
fn same_value(one: &Key, other: &Key) -> bool {
    let alone = |key: &Key| {
        let mut part = key.value.clone();
        for name in [key.attribute.sub.as_deref(), Some(key.attribute.name.as_str()), key.attribute.schema.as_deref()] {
            part = match name {
                Some(name) => Resource::from_iter([(name, part)]).into(),
                None => part,
            };
        }
        part.into_object().unwrap_or_default()
    };
    one.likeness(&alone(other), TextRules::default()).is_some()
}
