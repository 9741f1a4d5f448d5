//! What `plan` and `reconcile` are called with: resources as they shall be and as they are, what a job may do, and what it has to do
//! with them. Knows nothing of how it is decided.

use super::form::Form;
use super::verbs::{check_headers, passwords_of};
use super::{Headers, Input};
use crate::contract::Verb;
use crate::failure::{Failure, Kind, Result};
use crate::naming::deeper;
use crate::reader::Reader;
use crate::scim::path::AttributePath;
use crate::scim::resource::{Data, Node, Resource};

/// What becomes of a resource that matches and that the job does not know yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Existing {
    /// It is kept as described, and never deactivated or deleted.
    #[default]
    Link,
    /// It counts as if the job had created it.
    Adopt,
    /// It is left alone.
    Leave,
}

/// What becomes of a resource of the job's own that is not described any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leavers {
    /// It stays as it is.
    #[default]
    Keep,
    /// A user is set inactive.
    Deactivate,
    /// It is deleted.
    Delete,
}

/// What a job has to do with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// The job created it.
    Created,
    /// It was there, and the job took it over.
    Adopted,
    /// It was there, and the job only keeps it as described.
    Linked,
}

impl Ownership {
    const NAMES: [(&'static str, Ownership); 3] =
        [("created", Ownership::Created), ("adopted", Ownership::Adopted), ("linked", Ownership::Linked)];

    /// The JSON name.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|row| row.1 == self).map_or("linked", |row| row.0)
    }

    /// Whether the job may deactivate and delete it.
    pub fn is_own(self) -> bool {
        matches!(self, Ownership::Created | Ownership::Adopted)
    }
}

/// What a job may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// With what is there already.
    pub existing: Existing,
    /// With what is not described any more.
    pub leavers: Leavers,
    /// After how many milliseconds a leaver that the job deactivated is deleted.
    pub delete_after_ms: Option<u64>,
    /// Attributes that are sent with a creation and never compared.
    pub create_only: Vec<CreateOnly>,
}

/// An attribute that is sent with a creation and never compared: as it is written, which may be an extension's URN, and as a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateOnly {
    /// As it is written.
    pub text: String,
    /// As a path.
    pub path: AttributePath,
}

/// A resource as it shall be and as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pair {
    /// The caller's name for it.
    pub key: String,
    /// As it shall be; none for one that shall not be.
    pub desired: Option<Resource>,
    /// Those that match.
    pub existing: Vec<Resource>,
    /// What the job has to do with it.
    pub ownership: Option<Ownership>,
    /// For how many milliseconds it has not been described.
    pub gone_ms: Option<u64>,
    /// Whether the job deactivated it.
    pub deactivated: bool,
    /// What contradicts it.
    pub conflict: Option<String>,
}

/// Input of [`Verb::Plan`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// What is to be decided.
    pub pairs: Vec<Pair>,
    /// What may be done.
    pub policy: Policy,
}

/// What a job has to do with a resource, as an earlier report says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// The resource's identifier.
    pub id: Option<String>,
    /// The value it was recognised by.
    pub key: Option<String>,
    /// What the job has to do with it.
    pub ownership: Ownership,
    /// Whether the job deactivated it.
    pub deactivated: bool,
    /// Since when it has not been described, Unix milliseconds.
    pub gone_since: Option<u64>,
}

/// When nothing is changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Guards {
    /// The largest share of the job's own resources that may go, from 0 to 1.
    pub leavers: f64,
    /// The largest number of them.
    pub at_most: u32,
    /// The number of them that a person has confirmed.
    pub accept: Option<u32>,
}

impl Default for Guards {
    fn default() -> Self {
        Guards { leavers: 0.05, at_most: 100, accept: None }
    }
}

/// Input of [`Verb::Reconcile`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reconcile {
    /// The resources as they all shall be.
    pub desired: Vec<Resource>,
    /// Attributes to recognise them by, in order; none for the usual ones.
    pub match_on: Vec<String>,
    /// A filter for those that are compared.
    pub scope: Option<String>,
    /// What may be done.
    pub policy: Policy,
    /// What the job has to do with resources.
    pub owned: Vec<Owned>,
    /// When nothing is changed.
    pub guards: Guards,
    /// Say what would be done, and do nothing.
    pub dry_run: bool,
    /// Further headers.
    pub headers: Headers,
}

impl Input for Plan {
    const VERB: Verb = Verb::Plan;

    fn read(form: &mut Form) -> Result<Self> {
        let pairs = form.items("pairs", "{\"key\", \"desired\", \"existing\"}", pair)?;
        Ok(Plan { pairs, policy: form.object("policy", policy)? })
    }

    fn passwords(&self, tell: &mut dyn FnMut(&str)) {
        self.pairs.iter().filter_map(|pair| pair.desired.as_ref()).for_each(|it| passwords_of(it, tell));
    }
}

impl Input for Reconcile {
    const VERB: Verb = Verb::Reconcile;

    fn read(form: &mut Form) -> Result<Self> {
        Ok(Reconcile {
            desired: form.items("desired", "resources", resource)?,
            match_on: form.strings("matchOn")?,
            scope: form.string("scope")?,
            policy: form.object("policy", policy)?,
            owned: form.optional_items("owned", owned)?,
            guards: form.object("guards", guards)?,
            dry_run: form.flag("dryRun")?,
            headers: form.headers()?,
        })
    }

    fn check(&self) -> Result<()> {
        check_headers(&self.headers)
    }

    fn passwords(&self, tell: &mut dyn FnMut(&str)) {
        self.desired.iter().for_each(|it| passwords_of(it, tell));
    }
}

fn resource(item: Data, pointer: &str) -> Result<Resource> {
    item.into_object().map_err(|other| {
        let place = crate::naming::place(pointer);
        Failure::input(pointer, format!("{place}: expected an object, found {}", other.type_name()))
    })
}

fn pair(mut item: Data, pointer: &str) -> Result<Pair> {
    let reader = Reader::new(&item, pointer, Kind::InvalidInput)?;
    reader.only(&["key", "desired", "existing", "ownership", "goneMs", "deactivated", "conflict"])?;
    let (key, conflict) = (reader.identifier("key")?, reader.string("conflict")?);
    let ownership = reader.choice("ownership", &Ownership::NAMES)?;
    let (gone_ms, deactivated) = (reader.integer("goneMs")?, reader.boolean("deactivated")?.unwrap_or_default());
    reader.list("existing")?;
    let mut take = |name: &str| item.as_object_mut()?.remove(name).filter(|value| !value.is_null());
    let desired = take("desired").map(|desired| resource(desired, &deeper(pointer, "desired"))).transpose()?;
    let existing = take("existing").and_then(|list| list.into_list().ok()).unwrap_or_default();
    let at = |index: usize| format!("{pointer}/existing/{index}");
    let existing =
        existing.into_iter().enumerate().map(|(index, one)| resource(one, &at(index))).collect::<Result<_>>()?;
    Ok(Pair { key, desired, existing, ownership, gone_ms, deactivated, conflict })
}

fn policy(reader: &Reader<'_>) -> Result<Policy> {
    reader.only(&["existing", "leavers", "deleteAfterMs", "createOnly"])?;
    let existing = [("link", Existing::Link), ("adopt", Existing::Adopt), ("leave", Existing::Leave)];
    let existing = reader.choice("existing", &existing)?.unwrap_or_default();
    let leavers = [("keep", Leavers::Keep), ("deactivate", Leavers::Deactivate), ("delete", Leavers::Delete)];
    let leavers = reader.choice("leavers", &leavers)?.unwrap_or_default();
    let delete_after_ms = reader.integer("deleteAfterMs")?;
    if delete_after_ms.is_some() && leavers != Leavers::Deactivate {
        return Err(reader.error("deleteAfterMs", "goes with leavers: \"deactivate\" only"));
    }
    let names = reader.strings("createOnly")?.unwrap_or_default();
    let at = |index: usize| deeper(&deeper(reader.pointer(), "createOnly"), index.to_string());
    let create_only = names.into_iter().enumerate().map(|(index, text)| {
        let path = AttributePath::parse(&text).map_err(|error| error.at(&at(index)))?;
        Ok(CreateOnly { text, path })
    });
    Ok(Policy { existing, leavers, delete_after_ms, create_only: create_only.collect::<Result<_>>()? })
}

fn owned(item: Data, pointer: &str) -> Result<Owned> {
    let reader = Reader::new(&item, pointer, Kind::InvalidInput)?;
    reader.only(&["id", "key", "ownership", "deactivated", "goneSince"])?;
    let name = |name| reader.value(name).map(|_| reader.identifier(name)).transpose();
    let (id, key) = (name("id")?, name("key")?);
    if id.is_none() && key.is_none() {
        return Err(reader.error("id", "is required, or key: which resource is meant"));
    }
    let ownership = reader.choice("ownership", &Ownership::NAMES)?;
    let ownership = ownership.ok_or_else(|| reader.error("ownership", "is required: created, adopted or linked"))?;
    let deactivated = reader.boolean("deactivated")?.unwrap_or_default();
    Ok(Owned { id, key, ownership, deactivated, gone_since: reader.integer("goneSince")? })
}

fn guards(reader: &Reader<'_>) -> Result<Guards> {
    reader.only(&["leavers", "atMost", "accept"])?;
    let usual = Guards::default();
    let share = |value: &Data| match value.node() {
        Node::Number(number) => number.as_f64(),
        Node::Text(text) => match text.trim().strip_suffix('%') {
            Some(percent) => percent.trim().parse::<f64>().ok().map(|percent| percent / 100.0),
            None => text.trim().parse().ok(),
        },
        _ => None,
    };
    let leavers = match reader.value("leavers").map(share) {
        None => usual.leavers,
        Some(Some(share)) if (0.0..=1.0).contains(&share) => share,
        Some(_) => return Err(reader.error("leavers", "expected a share such as \"5%\", or a number from 0 to 1")),
    };
    let (at_most, accept) = (reader.small("atMost")?.unwrap_or(usual.at_most), reader.small("accept")?);
    Ok(Guards { leavers, at_most, accept })
}

#[cfg(test)]
mod tests {
    use super::super::form::read;
    use super::*;
    use crate::contract::Operation;
    use crate::scim::resource::json;

    #[test]
    fn what_is_wrong_is_named() {
        let pair = |pair: Data| (Operation::Plan, json!({"pairs": [{"key": "a"}, pair]}));
        let policy = |policy: Data| (Operation::Plan, json!({"pairs": [], "policy": policy}));
        let reconcile = |name: &str, value: Data| {
            let mut input = json!({"desired": []}).into_object().unwrap();
            input.insert(name, value);
            (Operation::Reconcile, Data::from(input))
        };
        let rows = [
            ((Operation::Plan, json!({})), "/pairs", "is required"),
            (pair(json!({})), "/pairs/1/key", "is required"),
            (pair(json!({"key": "b", "existing": [1]})), "/pairs/1/existing/0", "expected an object, found a number"),
            (pair(json!({"key": "b", "existing": {}})), "/pairs/1/existing", "expected a list"),
            (pair(json!({"key": "b", "desired": []})), "/pairs/1/desired", "expected an object"),
            (pair(json!({"key": "b", "ownership": "linkd"})), "/pairs/1/ownership", "did you mean \"linked\"?"),
            (pair(json!({"key": "b", "goneMs": -1})), "/pairs/1/goneMs", "a whole number"),
            (pair(json!({"key": "b", "gone": 1})), "/pairs/1/gone", "unknown field"),
            (policy(json!({"existing": "steal"})), "/policy/existing", "is not one of link, adopt, leave"),
            (policy(json!({"deleteAfterMs": 1})), "/policy/deleteAfterMs", "goes with leavers"),
            (policy(json!({"createOnly": ["title", "a b"]})), "/policy/createOnly/1", ""),
            (reconcile("owned", json!([{"ownership": "created"}])), "/owned/0/id", "is required, or key"),
            (reconcile("owned", json!([{"id": "1"}])), "/owned/0/ownership", "is required"),
            (reconcile("guards", json!({"leavers": "5 of 100"})), "/guards/leavers", "a share such as"),
            (reconcile("guards", json!({"leavers": 5})), "/guards/leavers", "a share such as"),
            (reconcile("guards", json!({"accept": 0.5})), "/guards/accept", "a whole number"),
        ];
        for ((operation, input), pointer, detail) in rows {
            let text = input.to_string();
            let failure = match operation {
                Operation::Plan => read::<Plan>(operation, input).unwrap_err(),
                _ => read::<Reconcile>(operation, input).unwrap_err(),
            };
            assert_eq!(failure.pointer.as_deref(), Some(pointer), "{text}");
            assert!(failure.detail.contains(detail), "{text}: {}", failure.detail);
        }
    }

    #[test]
    fn a_share_is_a_number_or_a_percentage() {
        for (given, expected) in
            [(json!("12.5 %"), 0.125), (json!("0.5"), 0.5), (json!(0), 0.0), (json!(1), 1.0), (Data::NULL, 0.05)]
        {
            let (_, input) =
                read::<Reconcile>(Operation::Reconcile, json!({"desired": [], "guards": {"leavers": given}})).unwrap();
            assert_eq!(input.guards.leavers, expected);
        }
    }
}
