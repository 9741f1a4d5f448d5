//! The resources and the rules that bind them to each other: identity, uniqueness, group membership, metadata.
//!
//! Resources live in memory, in the order of their creation, behind one lock; every write checks and applies its
//! change under that lock, so two clients cannot both get the same userName. With a file each change is written to
//! it, in one transaction, before it becomes visible. Knows no HTTP.
//!
//! What follows from other resources is not stored but added on the way out ([`State::view`]): `meta.location`,
//! `members.$ref` and a user's `groups`.

use super::bulk;
use super::error::{Result, ScimError};
use super::exchange::Conditions;
use super::filter::parse_filter;
use super::matching::Filter;
use super::paging::{Page, Paging, Start};
use super::patch;
use super::query::{Query, compare_keys, sort_key};
use super::record::{Change, Record};
use super::schema::{Attribute, Kind, Object, Registry, ResourceType, Returned};
use super::sqlite::File;
use super::state::{MEMBERS, State, keys, member_id};
use parking_lot::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::time::Duration;

const LIST_URN: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// The attribute that shows a member its groups.
const GROUPS: &str = "groups";

/// The type of the client's own resource.
const ME: &str = "User";

/// A resource as an answer shows it.
pub(super) struct Rendered {
    /// Its URL.
    pub(super) location: String,
    /// Its version, an entity tag; the resource may come without it when the client did not ask for `meta`.
    pub(super) version: String,
    pub(super) resource: Object,
}

/// What the server offers, and how much of it.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) paging: Paging,
    pub(super) bulk: bulk::Limits,
    /// How long a request is put off that may be answered later (RFC 9967).
    pub(super) asynchronous: Option<Duration>,
}

/// All resources of the server.
pub(super) struct Directory {
    pub(super) registry: Registry,
    /// The service URL, without a slash at its end.
    pub(super) base: String,
    pub(super) settings: Settings,
    state: RwLock<State>,
}

impl Directory {
    /// A directory with what the file holds, or an empty one.
    pub(super) fn open(
        registry: Registry,
        base: String,
        settings: Settings,
        mut file: Option<File>,
        seeds: u64,
    ) -> std::io::Result<Self> {
        let mut state = State::seeded(seeds);
        if let Some(file) = &mut file {
            state.me = file.me()?;
            for mut record in file.load()? {
                // Files of older sandboxes have no versions.
                if version(&record.resource).is_empty() {
                    touch(&mut record.resource);
                }
                let kind = registry.types.iter().find(|kind| kind.name == record.kind).ok_or_else(|| {
                    std::io::Error::other(format!("the file has a resource of unknown type {}", record.kind))
                })?;
                state.insert(kind, record);
            }
        }
        state.file = file;
        Ok(Self { registry, base, settings, state: RwLock::new(state) })
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read()
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write()
    }

    /// The URL of a resource.
    fn location(&self, kind: &ResourceType, id: &str) -> String {
        format!("{}/{}/{id}", self.base, kind.endpoint)
    }

    fn kind_named(&self, name: &str) -> Option<&ResourceType> {
        self.registry.types.iter().find(|kind| kind.name == name)
    }

    /// Creates a resource (RFC 7644 section 3.3).
    pub(super) fn create(&self, kind: &ResourceType, body: &Value, query: &Query) -> Result<Rendered> {
        self.create_as(kind, body, query, false)
    }

    /// Creates the user that the client itself is (RFC 7644 section 3.11).
    pub(super) fn create_me(&self, body: &Value, query: &Query) -> Result<Rendered> {
        self.create_as(self.me_type()?, body, query, true)
    }

    /// The user that the client is, of which there is at most one.
    pub(super) fn me(&self) -> Result<(&ResourceType, String)> {
        let kind = self.me_type()?;
        let state = self.read();
        let me = state.me.as_deref().filter(|id| state.find(kind, id).is_ok());
        let me = me.ok_or_else(|| ScimError::status(404, "the client has no user yet, create it at /Me"))?;
        Ok((kind, me.to_owned()))
    }

    fn me_type(&self) -> Result<&ResourceType> {
        self.kind_named(ME).ok_or_else(|| ScimError::status(501, "/Me is not supported"))
    }

    fn create_as(&self, kind: &ResourceType, body: &Value, query: &Query, me: bool) -> Result<Rendered> {
        let mut resource = kind.check(body)?;
        let (id, now) = (new_id(), now());
        resource.insert("id".into(), id.clone().into());
        let meta = json!({"resourceType": kind.name, "created": now, "lastModified": now, "version": version_text(1)});
        resource.insert("meta".into(), meta);
        let mut state = self.write();
        if me && state.me.as_deref().is_some_and(|id| state.find(kind, id).is_ok()) {
            return Err(ScimError::uniqueness("the client's user"));
        }
        let record = Record { seq: state.next, kind: kind.name.clone(), id, resource };
        let seq = record.seq;
        let also = me.then(|| Change::Me(record.id.clone()));
        self.put(&mut state, kind, record, also)?;
        let record = state.get(seq).ok_or_else(|| ScimError::status(500, "the new resource is gone"))?;
        Ok(self.show(&state, kind, &record, query))
    }

    /// Reads one resource (RFC 7644 section 3.4.1).
    pub(super) fn get(&self, kind: &ResourceType, id: &str, query: &Query) -> Result<Rendered> {
        let state = self.read();
        let record = state.find(kind, id)?;
        Ok(self.show(&state, kind, &record, query))
    }

    /// Replaces a resource (RFC 7644 section 3.5.1).
    pub(super) fn replace(
        &self,
        kind: &ResourceType,
        id: &str,
        body: &Value,
        query: &Query,
        conditions: &Conditions,
    ) -> Result<Rendered> {
        let new = kind.check(body)?;
        self.modify(kind, id, query, conditions, |_| Ok(new))
    }

    /// Applies a PATCH request (RFC 7644 section 3.5.2).
    pub(super) fn patch(
        &self,
        kind: &ResourceType,
        id: &str,
        body: &Value,
        query: &Query,
        conditions: &Conditions,
    ) -> Result<Rendered> {
        self.modify(kind, id, query, conditions, |old| patch::apply(kind, old, body))
    }

    fn modify(
        &self,
        kind: &ResourceType,
        id: &str,
        query: &Query,
        conditions: &Conditions,
        change: impl FnOnce(&Object) -> Result<Object>,
    ) -> Result<Rendered> {
        let mut state = self.write();
        let old = state.find(kind, id)?.into_owned();
        conditions.allow_write(version(&old.resource))?;
        let seq = old.seq;
        let mut resource = change(&old.resource)?;
        for name in ["id", "meta"] {
            if let Some(value) = old.resource.get(name) {
                resource.insert(name.into(), value.clone());
            }
        }
        let record = Record { resource, ..old };
        self.put(&mut state, kind, record, None)?;
        let record = state.get(seq).ok_or_else(|| ScimError::not_found(&kind.name, id))?;
        Ok(self.show(&state, kind, &record, query))
    }

    /// Deletes a resource and its memberships (RFC 7644 section 3.6).
    pub(super) fn delete(&self, kind: &ResourceType, id: &str, conditions: &Conditions) -> Result<()> {
        let mut state = self.write();
        let old = state.find(kind, id)?.into_owned();
        conditions.allow_write(version(&old.resource))?;
        let mut changes = vec![Change::Delete(old)];
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

    /// Lists resources of one or more types (RFC 7644 sections 3.4.2 and 3.4.3, RFC 9865).
    pub(super) fn list(&self, types: &[&ResourceType], query: &Query) -> Result<Value> {
        let names: Vec<&str> = types.iter().map(|kind| kind.name.as_str()).collect();
        let endpoint = names.join(" ");
        let page = self.settings.paging.page(query, &endpoint)?;
        let state = self.read();
        let (total, found) = match types {
            // A page of all there is costs no more than the page.
            [kind] if query.filter.is_none() && query.sort_by.is_none() => (
                state.count(kind),
                match page.start {
                    Start::Skip(skip) => state.from(kind, 0, skip).take(page.count + 1).collect(),
                    Start::Cursor(first) => state.from(kind, first, 0).take(page.count + 1).collect(),
                },
            ),
            _ => self.search(&state, types, query, page)?,
        };
        let projections: Vec<_> = types.iter().map(|kind| (*kind, query.projection(kind))).collect();
        let records = found.iter().take(page.count).filter_map(|seq| {
            let record = state.get(*seq)?;
            let (kind, projection) = projections.iter().find(|(kind, _)| kind.name == record.kind)?;
            Some(projection.apply(self.view(&state, kind, &record)))
        });
        let resources: Vec<Value> = records.map(Value::Object).collect();
        let mut answer = json!({
            "schemas": [LIST_URN],
            "totalResults": total,
            "itemsPerPage": resources.len(),
            "Resources": resources,
        });
        let next = found.get(page.count).filter(|_| page.count > 0);
        let (name, value) = match (page.start, next) {
            (Start::Skip(_), _) => ("startIndex", query.start_index.into()),
            (Start::Cursor(_), None) => return Ok(answer),
            (Start::Cursor(skipped), Some(next)) => {
                let place = if query.sort_by.is_some() { skipped + page.count as u64 } else { *next };
                ("nextCursor", self.settings.paging.cursor(place, query, &endpoint).into())
            }
        };
        if let Some(answer) = answer.as_object_mut() {
            answer.insert(name.into(), value);
        }
        Ok(answer)
    }

    /// The number of matches, and the sequence numbers of those on the page and of one more if there is one.
    fn search(&self, state: &State, types: &[&ResourceType], query: &Query, page: Page) -> Result<(usize, Vec<u64>)> {
        let filters = match &query.filter {
            None => None,
            Some(text) => {
                let expr = parse_filter(text).map_err(|why| ScimError::invalid_filter(format!("filter: {why}")))?;
                Some(Filter::bind_all(&expr, types)?)
            }
        };
        let sort_paths = query.sort_paths(types)?;
        let mut found = Vec::new();
        for (index, (&kind, sort_path)) in types.iter().zip(&sort_paths).enumerate() {
            let filter = filters.as_ref().and_then(|filters| filters.get(index));
            let derived = |path: &[&Attribute]| is_derived(path);
            let needs_view =
                filter.is_some_and(|filter| filter.mentions(&derived)) || sort_path.as_deref().is_some_and(is_derived);
            for record in state.candidates(kind, filter) {
                let resource = match needs_view {
                    true => Cow::Owned(self.view(state, kind, &record)),
                    false => Cow::Borrowed(&record.resource),
                };
                if filter.is_none_or(|filter| filter.matches(&resource)) {
                    let key = sort_path.as_deref().and_then(|path| sort_key(&resource, path));
                    found.push((key, record.seq));
                }
            }
        }
        if query.sort_by.is_some() {
            found.sort_by(|(left, _), (right, _)| compare_keys(left.as_ref(), right.as_ref(), query.descending));
        } else {
            found.sort_by_key(|(_, seq)| *seq);
        }
        let skip = match page.start {
            Start::Skip(skip) => skip,
            Start::Cursor(skip) if query.sort_by.is_some() => usize::try_from(skip).unwrap_or(usize::MAX),
            Start::Cursor(first) => found.partition_point(|(_, seq)| *seq < first),
        };
        Ok((found.len(), found.iter().skip(skip).take(page.count + 1).map(|(_, seq)| *seq).collect()))
    }

    /// Checks a new state against the other resources and stores it, unless nothing changed.
    fn put(&self, state: &mut State, kind: &ResourceType, mut record: Record, also: Option<Change>) -> Result<()> {
        forget_secrets(&kind.root, &mut record.resource);
        state.check_members(&mut record)?;
        for (attribute, key) in keys(kind, &record.resource).filter(|(attribute, _)| attribute.is_unique()) {
            if state.with_key(kind, attribute, &key).iter().any(|seq| *seq != record.seq) {
                return Err(ScimError::uniqueness(&attribute.name));
            }
        }
        match state.get(record.seq) {
            // RFC 7644 section 3.5.2.1: without a change lastModified stays.
            Some(old) if old.resource == record.resource => return Ok(()),
            Some(_) => touch(&mut record.resource),
            None => {}
        }
        self.commit(state, std::iter::once(Change::Put(record)).chain(also).collect())
    }

    fn commit(&self, state: &mut State, changes: Vec<Change>) -> Result<()> {
        if let Some(file) = &mut state.file {
            file.save(&changes).map_err(|error| {
                tracing::error!(%error, "the sandbox could not write its file");
                ScimError::status(500, "the sandbox could not write its file")
            })?;
        }
        for change in changes {
            match change {
                Change::Put(record) => match self.kind_named(&record.kind) {
                    Some(kind) => state.insert(kind, record),
                    None => continue,
                },
                Change::Delete(record) => match self.kind_named(&record.kind) {
                    Some(kind) => state.remove(kind, record.seq),
                    None => continue,
                },
                Change::Me(id) => state.me = Some(id),
            }
        }
        Ok(())
    }

    /// The resource as an answer shows it.
    fn show(&self, state: &State, kind: &ResourceType, record: &Record, query: &Query) -> Rendered {
        Rendered {
            location: self.location(kind, &record.id),
            version: version(&record.resource).to_owned(),
            resource: query.projection(kind).apply(self.view(state, kind, record)),
        }
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
        Some((&kind.name, self.location(kind, id)))
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

/// The version of a stored resource (RFC 7643 section 3.1), a weak entity tag that counts its changes.
fn version(resource: &Object) -> &str {
    resource.get("meta").and_then(|meta| meta.get("version")).and_then(Value::as_str).unwrap_or_default()
}

fn version_text(number: u64) -> String {
    format!("W/\"{number}\"")
}

/// Notes that a stored resource has changed.
fn touch(resource: &mut Object) {
    let digits = version(resource).trim_start_matches("W/").trim_matches('"');
    let next = digits.parse::<u64>().unwrap_or(0) + 1;
    if let Some(Value::Object(meta)) = resource.get_mut("meta") {
        meta.insert("lastModified".into(), now().into());
        meta.insert("version".into(), version_text(next).into());
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
