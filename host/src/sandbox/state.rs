//! The stored resources of a directory and the indexes over them, all in memory.
//!
//! Knows the membership of groups and which attributes are unique, but no requests and no answers. `directory` holds
//! the lock and writes the file.

use super::error::{Result, ScimError};
use super::matching::Filter;
use super::schema::{Object, ResourceType};
use super::sqlite::File;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The attribute that makes a resource a group.
pub(super) const MEMBERS: &str = "members";

/// A stored resource.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Record {
    /// Position in the order of creation.
    pub(super) seq: u64,
    /// Name of the resource type.
    pub(super) kind: String,
    pub(super) id: String,
    pub(super) resource: Object,
}

/// One step of a write.
pub(super) enum Change {
    Put(Record),
    Delete(Record),
    /// The client's own user is this one from now on.
    Me(String),
}

/// The stored resources and their indexes.
#[derive(Default)]
pub(super) struct State {
    pub(super) records: BTreeMap<u64, Record>,
    pub(super) next: u64,
    ids: HashMap<String, u64>,
    /// For every type its resources.
    by_kind: HashMap<String, BTreeSet<u64>>,
    /// (type, attribute, folded value) of every unique attribute.
    pub(super) unique: HashMap<(String, String, String), u64>,
    /// For every member the groups it is in, oldest first.
    member_of: HashMap<String, BTreeSet<u64>>,
    /// The id of the client's own user, which may be gone.
    pub(super) me: Option<String>,
    pub(super) file: Option<File>,
}

impl State {
    pub(super) fn get(&self, seq: u64) -> Option<&Record> {
        self.records.get(&seq)
    }

    /// How many resources of the type there are.
    pub(super) fn count(&self, kind: &ResourceType) -> usize {
        self.by_kind.get(&kind.name).map_or(0, BTreeSet::len)
    }

    /// The resources of the type from a sequence number on, oldest first.
    pub(super) fn from(&self, kind: &ResourceType, first: u64) -> impl Iterator<Item = u64> {
        self.by_kind.get(&kind.name).into_iter().flat_map(move |all| all.range(first..).copied())
    }

    pub(super) fn by_id(&self, id: &str) -> Option<&Record> {
        self.records.get(self.ids.get(id)?)
    }

    pub(super) fn find(&self, kind: &ResourceType, id: &str) -> Result<&Record> {
        let found = self.by_id(id).filter(|record| record.kind == kind.name);
        found.ok_or_else(|| ScimError::not_found(&kind.name, id))
    }

    /// The records a filter can match: one by the index where the filter allows it, else all of the type.
    pub(super) fn candidates<'s>(
        &'s self,
        kind: &'s ResourceType,
        filter: Option<&Filter<'_>>,
    ) -> Box<dyn Iterator<Item = &'s Record> + 's> {
        match filter.and_then(Filter::unique_value) {
            Some((attribute, value)) => {
                let key = (kind.name.clone(), attribute.name.clone(), value.to_owned());
                Box::new(self.unique.get(&key).and_then(|seq| self.records.get(seq)).into_iter())
            }
            None => Box::new(self.from(kind, 0).filter_map(|seq| self.get(seq))),
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
        self.remove(kind, record.seq);
        for (name, key) in unique_keys(kind, &record.resource) {
            self.unique.insert((kind.name.clone(), name.to_owned(), key), record.seq);
        }
        for member in member_ids(&record) {
            self.member_of.entry(member.to_owned()).or_default().insert(record.seq);
        }
        self.ids.insert(record.id.clone(), record.seq);
        self.by_kind.entry(record.kind.clone()).or_default().insert(record.seq);
        self.next = self.next.max(record.seq + 1);
        self.records.insert(record.seq, record);
    }

    pub(super) fn remove(&mut self, kind: &ResourceType, seq: u64) {
        let Some(record) = self.records.remove(&seq) else {
            return;
        };
        for (name, key) in unique_keys(kind, &record.resource) {
            self.unique.remove(&(kind.name.clone(), name.to_owned(), key));
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

/// The values of a resource that no other of its type may have.
pub(super) fn unique_keys<'a>(kind: &'a ResourceType, resource: &Object) -> Vec<(&'a str, String)> {
    let unique = kind.root.sub_attributes.iter().filter(|attribute| attribute.is_unique());
    unique
        .filter_map(|attribute| {
            Some((attribute.name.as_str(), attribute.fold(resource.get(&attribute.name)?.as_str()?)))
        })
        .collect()
}

pub(super) fn member_id(member: &Value) -> Option<&str> {
    member.get("value").and_then(Value::as_str)
}

fn member_ids(record: &Record) -> impl Iterator<Item = &str> {
    record.resource.get(MEMBERS).and_then(Value::as_array).into_iter().flatten().filter_map(member_id)
}
