//! The stored resources of a directory and the indexes over them, all in memory.
//!
//! Knows the membership of groups and by which attributes resources are looked up, but no requests and no answers. `directory` holds
//! the lock and writes the file.

use super::error::{Result, ScimError};
use super::matching::Filter;
use super::record::Record;
use super::schema::{Attribute, Object, ResourceType};
use super::seed;
use super::sqlite::File;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The attribute that makes a resource a group.
pub(super) const MEMBERS: &str = "members";

/// The stored resources and their indexes.
#[derive(Default)]
pub(super) struct State {
    pub(super) records: BTreeMap<u64, Record>,
    pub(super) next: u64,
    ids: HashMap<String, u64>,
    /// For every type its resources.
    by_kind: HashMap<String, BTreeSet<u64>>,
    /// For every (type, attribute, folded value) of a key the resources that have it, oldest first.
    keys: HashMap<(String, String, String), BTreeSet<u64>>,
    /// For every member the groups it is in, oldest first.
    member_of: HashMap<String, BTreeSet<u64>>,
    /// How many made-up users there were at first; their sequence numbers come before all others.
    seeds: u64,
    /// Those of them that were deleted.
    gone: BTreeSet<u64>,
    /// The id of the client's own user, which may be gone.
    pub(super) me: Option<String>,
    pub(super) file: Option<File>,
}

impl State {
    /// No resources but so many made-up users.
    pub(super) fn seeded(count: u64) -> Self {
        Self { seeds: count, next: count, ..Self::default() }
    }

    pub(super) fn get(&self, seq: u64) -> Option<Cow<'_, Record>> {
        let made_up = || self.is_made_up(seq).then(|| Cow::Owned(seed::user(seq)));
        self.records.get(&seq).map(Cow::Borrowed).or_else(made_up)
    }

    /// Whether a made-up user is still as it was made.
    fn is_made_up(&self, seq: u64) -> bool {
        seq < self.seeds && !self.gone.contains(&seq) && !self.records.contains_key(&seq)
    }

    /// How many resources of the type there are.
    pub(super) fn count(&self, kind: &ResourceType) -> usize {
        let seeds = if kind.name == seed::KIND { self.seeds - self.gone.len() as u64 } else { 0 };
        self.by_kind.get(&kind.name).map_or(0, BTreeSet::len) + usize::try_from(seeds).unwrap_or(usize::MAX)
    }

    /// The resources of the type from a sequence number on, oldest first, without so many of them.
    pub(super) fn from(&self, kind: &ResourceType, first: u64, mut skip: usize) -> impl Iterator<Item = u64> {
        let mut seeds = if kind.name == seed::KIND { first.min(self.seeds)..self.seeds } else { 0..0 };
        if self.gone.is_empty() {
            // Skipped in one step, not one by one.
            let step = (seeds.end - seeds.start).min(skip as u64);
            seeds.start += step;
            skip -= usize::try_from(step).unwrap_or_default();
        }
        let stored = self.by_kind.get(&kind.name).into_iter().flat_map(move |all| all.range(first..).copied());
        seeds.filter(|seq| !self.gone.contains(seq)).chain(stored).skip(skip)
    }

    pub(super) fn by_id(&self, id: &str) -> Option<Cow<'_, Record>> {
        let made_up = || seed::by_id(id).filter(|seq| self.is_made_up(*seq));
        self.get(self.ids.get(id).copied().or_else(made_up)?)
    }

    pub(super) fn find(&self, kind: &ResourceType, id: &str) -> Result<Cow<'_, Record>> {
        let found = self.by_id(id).filter(|record| record.kind == kind.name);
        found.ok_or_else(|| ScimError::not_found(&kind.name, id))
    }

    /// The resources of the type with a value of a key.
    pub(super) fn with_key(&self, kind: &ResourceType, attribute: &Attribute, value: &str) -> BTreeSet<u64> {
        let key = (kind.name.clone(), attribute.name.clone(), value.to_owned());
        let mut found = self.keys.get(&key).cloned().unwrap_or_default();
        let made_up = seed::by_key(&attribute.name, value).filter(|_| kind.name == seed::KIND);
        found.extend(made_up.filter(|seq| self.is_made_up(*seq)));
        found
    }

    /// The records a filter can match: those the index names where the filter allows it, else all of the type.
    pub(super) fn candidates<'s>(
        &'s self,
        kind: &'s ResourceType,
        filter: Option<&Filter<'_>>,
    ) -> Box<dyn Iterator<Item = Cow<'s, Record>> + 's> {
        match filter.and_then(Filter::key) {
            Some((attribute, value)) => {
                Box::new(self.with_key(kind, attribute, value).into_iter().filter_map(|seq| self.get(seq)))
            }
            None => Box::new(self.from(kind, 0, 0).filter_map(|seq| self.get(seq))),
        }
    }

    pub(super) fn groups_of(&self, id: &str) -> impl Iterator<Item = &Record> {
        self.member_of.get(id).into_iter().flatten().filter_map(|seq| self.records.get(seq))
    }

    /// Members must exist, once each; the server knows their type better than the client.
    pub(super) fn check_members(&self, record: &mut Record) -> Result<()> {
        let Some(Value::Array(members)) = record.resource.get_mut(MEMBERS) else {
            return Ok(());
        };
        let mut seen = BTreeSet::new();
        let mut kept = Vec::with_capacity(members.len());
        for mut member in std::mem::take(members) {
            let id = member_id(&member).map(str::to_owned);
            let id =
                id.ok_or_else(|| ScimError::invalid_value("members.value: required, give the id of a resource"))?;
            let target = self.by_id(&id).filter(|target| target.id != record.id);
            let target =
                target.ok_or_else(|| ScimError::invalid_value(format!("members.value: no resource {id} to add")))?;
            if let Value::Object(member) = &mut member {
                member.remove("$ref");
                member.insert("type".into(), target.kind.clone().into());
            }
            if seen.insert(id) {
                kept.push(member);
            }
        }
        *members = kept;
        Ok(())
    }

    pub(super) fn insert(&mut self, kind: &ResourceType, record: Record) {
        self.forget(kind, record.seq);
        for (attribute, key) in keys(kind, &record.resource) {
            self.keys.entry((kind.name.clone(), attribute.name.clone(), key)).or_default().insert(record.seq);
        }
        for member in member_ids(&record) {
            self.member_of.entry(member.to_owned()).or_default().insert(record.seq);
        }
        self.ids.insert(record.id.clone(), record.seq);
        if record.seq >= self.seeds {
            self.by_kind.entry(record.kind.clone()).or_default().insert(record.seq);
        }
        self.next = self.next.max(record.seq + 1);
        self.records.insert(record.seq, record);
    }

    pub(super) fn remove(&mut self, kind: &ResourceType, seq: u64) {
        self.forget(kind, seq);
        if seq < self.seeds {
            self.gone.insert(seq);
        }
    }

    fn forget(&mut self, kind: &ResourceType, seq: u64) {
        let Some(record) = self.records.remove(&seq) else {
            return;
        };
        for (attribute, key) in keys(kind, &record.resource) {
            if let Entry::Occupied(mut entry) = self.keys.entry((kind.name.clone(), attribute.name.clone(), key)) {
                entry.get_mut().remove(&seq);
                if entry.get().is_empty() {
                    entry.remove();
                }
            }
        }
        for member in member_ids(&record) {
            if let Some(groups) = self.member_of.get_mut(member) {
                groups.remove(&seq);
                if groups.is_empty() {
                    self.member_of.remove(member);
                }
            }
        }
        if let Some(all) = self.by_kind.get_mut(&record.kind) {
            all.remove(&seq);
        }
        self.ids.remove(&record.id);
    }
}

/// The values by which a resource is looked up, folded.
pub(super) fn keys<'a>(kind: &'a ResourceType, resource: &Object) -> impl Iterator<Item = (&'a Attribute, String)> {
    let keys = kind.root.sub_attributes.iter().filter(|attribute| attribute.is_key());
    keys.filter_map(|attribute| Some((attribute, attribute.fold(resource.get(&attribute.name)?.as_str()?))))
}

pub(super) fn member_id(member: &Value) -> Option<&str> {
    member.get("value").and_then(Value::as_str)
}

fn member_ids(record: &Record) -> impl Iterator<Item = &str> {
    record.resource.get(MEMBERS).and_then(Value::as_array).into_iter().flatten().filter_map(member_id)
}
