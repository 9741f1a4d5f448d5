//! The resources and the rules that bind them to each other: identity, uniqueness, group membership, metadata.
//!
//! Resources live in memory, in the order of their creation, behind one lock; every write checks and applies its
//! change under that lock, so two clients cannot both get the same userName. With a file each change is written to
//! it, in one transaction, before it becomes visible. Knows no HTTP.
//!
//! What follows from other resources is not stored but added on the way out ([`State::view`]): `meta.location`,
//! `members.$ref` and a user's `groups`.

use super::error::{Result, ScimError};
use super::filter::parse_filter;
use super::matching::Filter;
use super::patch;
use super::query::{Query, compare_keys, sort_key};
use super::schema::{Attribute, Kind, Object, Registry, ResourceType, Returned};
use super::sqlite::File;
use super::state::{Change, MEMBERS, Record, State, member_id, unique_keys};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

const LIST_URN: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// The attribute that shows a member its groups.
const GROUPS: &str = "groups";

/// How many resources an answer lists.
#[derive(Debug, Clone, Copy)]
pub(super) struct PageSizes {
    /// Without `count`.
    pub(super) default: usize,
    /// With any `count`.
    pub(super) most: usize,
}

/// All resources of the server.
pub(super) struct Directory {
    pub(super) registry: Registry,
    /// The service URL, without a slash at its end.
    pub(super) base: String,
    pub(super) pages: PageSizes,
    state: RwLock<State>,
}

impl Directory {
    /// A directory with what the file holds, or an empty one.
    pub(super) fn open(
        registry: Registry,
        base: String,
        pages: PageSizes,
        mut file: Option<File>,
    ) -> std::io::Result<Self> {
        let mut state = State::default();
        if let Some(file) = &mut file {
            for record in file.load()? {
                let kind = registry.types.iter().find(|kind| kind.name == record.kind).ok_or_else(|| {
                    std::io::Error::other(format!("the file has a resource of unknown type {}", record.kind))
                })?;
                state.insert(kind, record);
            }
        }
        state.file = file;
        Ok(Self { registry, base, pages, state: RwLock::new(state) })
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The URL of a resource.
    fn location(&self, kind: &ResourceType, id: &str) -> String {
        format!("{}/{}/{id}", self.base, kind.endpoint)
    }

    fn kind_named(&self, name: &str) -> Option<&ResourceType> {
        self.registry.types.iter().find(|kind| kind.name == name)
    }

    /// Creates a resource (RFC 7644 section 3.3); the answer is its URL and its state.
    pub(super) fn create(&self, kind: &ResourceType, body: &Value, query: &Query) -> Result<(String, Object)> {
        let mut resource = kind.check(body)?;
        let (id, now) = (new_id(), now());
        resource.insert("id".into(), id.clone().into());
        resource.insert("meta".into(), json!({"resourceType": kind.name, "created": now, "lastModified": now}));
        let location = self.location(kind, &id);
        let mut state = self.write();
        let record = Record { seq: state.next, kind: kind.name.to_owned(), id, resource };
        let seq = record.seq;
        self.put(&mut state, kind, record)?;
        let record = state.records.get(&seq).ok_or_else(|| ScimError::status(500, "the new resource is gone"))?;
        Ok((location, query.projection(kind).apply(self.view(&state, kind, record))))
    }

    /// Reads one resource (RFC 7644 section 3.4.1).
    pub(super) fn get(&self, kind: &ResourceType, id: &str, query: &Query) -> Result<Object> {
        let state = self.read();
        let record = state.find(kind, id)?;
        Ok(query.projection(kind).apply(self.view(&state, kind, record)))
    }

    /// Replaces a resource (RFC 7644 section 3.5.1).
    pub(super) fn replace(&self, kind: &ResourceType, id: &str, body: &Value, query: &Query) -> Result<Object> {
        let new = kind.check(body)?;
        self.modify(kind, id, query, |_| Ok(new))
    }

    /// Applies a PATCH request (RFC 7644 section 3.5.2).
    pub(super) fn patch(&self, kind: &ResourceType, id: &str, body: &Value, query: &Query) -> Result<Object> {
        self.modify(kind, id, query, |old| patch::apply(kind, old, body))
    }

    fn modify(
        &self,
        kind: &ResourceType,
        id: &str,
        query: &Query,
        change: impl FnOnce(&Object) -> Result<Object>,
    ) -> Result<Object> {
        let mut state = self.write();
        let old = state.find(kind, id)?;
        let seq = old.seq;
        let mut resource = change(&old.resource)?;
        for name in ["id", "meta"] {
            if let Some(value) = old.resource.get(name) {
                resource.insert(name.into(), value.clone());
            }
        }
        let record = Record { resource, ..old.clone() };
        self.put(&mut state, kind, record)?;
        let record = state.records.get(&seq).ok_or_else(|| ScimError::not_found(kind.name, id))?;
        Ok(query.projection(kind).apply(self.view(&state, kind, record)))
    }

    /// Deletes a resource and its memberships (RFC 7644 section 3.6).
    pub(super) fn delete(&self, kind: &ResourceType, id: &str) -> Result<()> {
        let mut state = self.write();
        let mut changes = vec![Change::Delete(state.find(kind, id)?.clone())];
        for group in state.groups_of(id).filter(|group| group.id != id) {
            let mut group = group.clone();
            if let Some(Value::Array(members)) = group.resource.get_mut(MEMBERS) {
                members.retain(|member| member_id(member) != Some(id));
                if members.is_empty() {
                    group.resource.remove(MEMBERS);
                }
            }
            touch(&mut group.resource);
            changes.push(Change::Put(group));
        }
        self.commit(&mut state, changes)
    }

    /// Lists resources of one or more types (RFC 7644 sections 3.4.2 and 3.4.3).
    pub(super) fn list(&self, types: &[&ResourceType], query: &Query) -> Result<Value> {
        let filters = match &query.filter {
            None => None,
            Some(text) => {
                let expr = parse_filter(text).map_err(|why| ScimError::invalid_filter(format!("filter: {why}")))?;
                Some(Filter::bind_all(&expr, types)?)
            }
        };
        let sort_paths = query.sort_paths(types)?;
        let state = self.read();
        let mut found = Vec::new();
        for (index, (&kind, sort_path)) in types.iter().zip(&sort_paths).enumerate() {
            let filter = filters.as_ref().and_then(|filters| filters.get(index));
            let derived = |path: &[&Attribute]| is_derived(path);
            let needs_view =
                filter.is_some_and(|filter| filter.mentions(&derived)) || sort_path.as_deref().is_some_and(is_derived);
            for record in state.candidates(kind, filter) {
                let resource = match needs_view {
                    true => Cow::Owned(self.view(&state, kind, record)),
                    false => Cow::Borrowed(&record.resource),
                };
                if filter.is_none_or(|filter| filter.matches(&resource)) {
                    let key = sort_path.as_deref().and_then(|path| sort_key(&resource, path));
                    found.push((key, kind, record));
                }
            }
        }
        if query.sort_by.is_some() {
            found.sort_by(|(left, ..), (right, ..)| compare_keys(left.as_ref(), right.as_ref(), query.descending));
        } else {
            found.sort_by_key(|(_, _, record)| record.seq);
        }
        let count = query.count.unwrap_or(self.pages.default).min(self.pages.most);
        let page: Vec<Value> = found
            .iter()
            .skip(query.start_index.saturating_sub(1))
            .take(count)
            .map(|(_, kind, record)| query.projection(kind).apply(self.view(&state, kind, record)).into())
            .collect();
        Ok(json!({
            "schemas": [LIST_URN],
            "totalResults": found.len(),
            "startIndex": query.start_index,
            "itemsPerPage": page.len(),
            "Resources": page,
        }))
    }

    /// Checks a new state against the other resources and stores it, unless nothing changed.
    fn put(&self, state: &mut State, kind: &ResourceType, mut record: Record) -> Result<()> {
        forget_secrets(&kind.root, &mut record.resource);
        state.check_members(&mut record)?;
        for (name, key) in unique_keys(kind, &record.resource) {
            let owner = state.unique.get(&(kind.name.to_owned(), name.to_owned(), key));
            if owner.is_some_and(|seq| *seq != record.seq) {
                return Err(ScimError::uniqueness(name));
            }
        }
        match state.records.get(&record.seq) {
            // RFC 7644 section 3.5.2.1: without a change lastModified stays.
            Some(old) if old.resource == record.resource => return Ok(()),
            Some(_) => touch(&mut record.resource),
            None => {}
        }
        self.commit(state, vec![Change::Put(record)])
    }

    fn commit(&self, state: &mut State, changes: Vec<Change>) -> Result<()> {
        if let Some(file) = &mut state.file {
            file.save(&changes).map_err(|error| {
                tracing::error!(%error, "the sandbox could not write its file");
                ScimError::status(500, "the sandbox could not write its file")
            })?;
        }
        for change in changes {
            let (Change::Put(record) | Change::Delete(record)) = &change;
            let Some(kind) = self.kind_named(&record.kind) else {
                continue;
            };
            match change {
                Change::Put(record) => state.insert(kind, record),
                Change::Delete(record) => state.remove(kind, record.seq),
            }
        }
        Ok(())
    }

    /// The resource as a client sees it, before projection.
    fn view(&self, state: &State, kind: &ResourceType, record: &Record) -> Object {
        let mut resource = record.resource.clone();
        if let Some(Value::Object(meta)) = resource.get_mut("meta") {
            meta.insert("location".into(), self.location(kind, &record.id).into());
        }
        if let Some(Value::Array(members)) = resource.get_mut(MEMBERS) {
            for member in members {
                let target = member_id(member).and_then(|id| self.reference(state, id));
                if let (Some((_, url)), Value::Object(member)) = (target, member) {
                    member.insert("$ref".into(), url.into());
                }
            }
        }
        if kind.root.sub(GROUPS).is_some() {
            let groups = self.groups(state, &record.id);
            if !groups.is_empty() {
                resource.insert(GROUPS.into(), groups.into());
            }
        }
        resource
    }

    /// The type and URL of the resource with this id.
    fn reference(&self, state: &State, id: &str) -> Option<(&str, String)> {
        let kind = self.kind_named(&state.by_id(id)?.kind)?;
        Some((kind.name, self.location(kind, id)))
    }

    /// The `groups` of a user: those it is a member of, and those that contain them (RFC 7643 section 4.1.2).
    fn groups(&self, state: &State, id: &str) -> Vec<Value> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        let mut level: Vec<&str> = vec![id];
        let mut label = "direct";
        while !level.is_empty() {
            let mut next = Vec::new();
            for group in level.iter().flat_map(|id| state.groups_of(id)) {
                if seen.insert(group.seq) {
                    let url = self.reference(state, &group.id).map(|(_, url)| url);
                    let display = group.resource.get("displayName");
                    found.push(json!({"value": group.id, "$ref": url, "display": display, "type": label}));
                    next.push(group.id.as_str());
                }
            }
            (level, label) = (next, "indirect");
        }
        found
    }
}

/// Whether a path leads to something that only [`Directory::view`] adds.
fn is_derived(path: &[&Attribute]) -> bool {
    let names: Vec<&str> = path.iter().map(|attribute| attribute.name.as_str()).collect();
    matches!(names.as_slice(), [GROUPS, ..] | ["meta", "location"] | [MEMBERS] | [MEMBERS, "$ref"])
}

/// What is never returned is not kept either: passwords, of which the sandbox has no use.
fn forget_secrets(attribute: &Attribute, object: &mut Object) {
    object.retain(|name, _| attribute.sub(name).is_none_or(|sub| sub.returned != Returned::Never));
    for sub in attribute.sub_attributes.iter().filter(|sub| sub.kind == Kind::Complex) {
        match object.get_mut(&sub.name) {
            Some(Value::Object(inner)) => forget_secrets(sub, inner),
            Some(Value::Array(items)) => {
                items.iter_mut().filter_map(Value::as_object_mut).for_each(|inner| forget_secrets(sub, inner));
            }
            _ => {}
        }
    }
}

fn touch(resource: &mut Object) {
    if let Some(Value::Object(meta)) = resource.get_mut("meta") {
        meta.insert("lastModified".into(), now().into());
    }
}

/// The time now as xsd:dateTime with milliseconds.
fn now() -> String {
    format!("{:.3}", jiff::Timestamp::now())
}

/// A random identifier in the form of a version 4 UUID.
fn new_id() -> String {
    let bits: u128 = rand::random();
    let bits = (bits & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let hex = format!("{bits:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}
