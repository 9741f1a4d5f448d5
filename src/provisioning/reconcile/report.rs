//! What is to be done with resources, and what was done, as results.

use super::difference::Wanted;
use crate::failure::Failure;
use crate::gather::Gather as _;
use crate::input::reconcile::{Owned, Ownership};
use crate::operations::output::{Json, Output};
use crate::scim::patch::Operation;
use crate::scim::resource::{Data, Resource};
use std::borrow::Cow;
use std::fmt::Write as _;

/// What is to be done with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is created.
    Create,
    /// It is changed where it differs.
    Update,
    /// It is known from now on, and changed where it differs.
    Link,
    /// It is as it shall be.
    Unchanged,
    /// It is set inactive, and changed where it differs.
    Deactivate,
    /// It is set active again, and changed where it differs.
    Reactivate,
    /// It is deleted.
    Delete,
    /// It is left alone.
    Leave,
    /// What is meant cannot be told.
    Conflict,
}

impl Action {
    /// All of them, with their names in JSON.
    pub const ALL: [(Action, &'static str); 9] = [
        (Action::Create, "create"),
        (Action::Update, "update"),
        (Action::Link, "link"),
        (Action::Unchanged, "unchanged"),
        (Action::Deactivate, "deactivate"),
        (Action::Reactivate, "reactivate"),
        (Action::Delete, "delete"),
        (Action::Leave, "leave"),
        (Action::Conflict, "conflict"),
    ];

    /// The JSON name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|row| row.0 == self).map_or("conflict", |row| row.1)
    }

    /// Whether somebody loses access or data by it.
    pub fn takes_away(self) -> bool {
        matches!(self, Action::Deactivate | Action::Delete)
    }
}

/// What is to be done with one resource, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The caller's name for it.
    pub key: String,
    /// What is to be done.
    pub action: Action,
    /// Why, in one sentence without values of the resource.
    pub reason: Cow<'static, str>,
    /// Its identifier.
    pub id: Option<String>,
    /// What the job has to do with it afterwards.
    pub ownership: Option<Ownership>,
    /// What is sent to create it.
    pub resource: Option<Resource>,
    /// What is sent to change it.
    pub operations: Vec<Operation>,
    /// The resource as it is and as it shall be, where the two differ.
    pub change: Option<Box<(Resource, Wanted)>>,
}

impl Decision {
    /// One of which nothing is sent.
    pub fn new(
        key: String,
        action: Action,
        reason: impl Into<Cow<'static, str>>,
        ownership: Option<Ownership>,
    ) -> Decision {
        let (reason, resource) = (reason.into(), None);
        Decision { key, action, reason, id: None, ownership, resource, operations: Vec::new(), change: None }
    }

    fn into_json(self) -> Data {
        let mut object = told(self.key, self.action, self.reason, self.id, self.ownership);
        object.extend(self.resource.map(|resource| ("resource".to_owned(), Data::from(resource))));
        if !self.operations.is_empty() {
            object.insert("operations", self.operations.iter().map(Operation::to_json).collect::<Data>());
        }
        object.into()
    }
}

/// What a plan and a report tell of each resource alike.
fn told(
    key: String,
    action: Action,
    reason: Cow<'static, str>,
    id: Option<String>,
    ownership: Option<Ownership>,
) -> Resource {
    let mut object = Resource::from_iter([("key", key)]);
    object.insert("action", action.name());
    object.insert("reason", reason.into_owned());
    object.extend(id.map(|id| ("id".to_owned(), Data::from(id))));
    object.extend(ownership.map(|ownership| ("ownership".to_owned(), Data::from(ownership.name()))));
    object
}

/// How many decisions there are of each action.
pub fn counts(actions: impl Iterator<Item = Action>) -> Resource {
    let mut counts = [0u32; Action::ALL.len()];
    for action in actions {
        let place = Action::ALL.iter().position(|row| row.0 == action);
        if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
            *count += 1;
        }
    }
    Action::ALL.iter().zip(counts).map(|(row, count)| (row.1.to_owned(), Data::from(count))).gather()
}

/// Result of `plan`.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// One decision for each pair, in their order.
    pub decisions: Vec<Decision>,
}

impl Output for Planned {
    fn into_json(self) -> Json {
        let counts = counts(self.decisions.iter().map(|decision| decision.action));
        let decisions: Data = self.decisions.into_iter().map(Decision::into_json).collect();
        let mut object = Resource::from_iter([("decisions", decisions)]);
        object.insert("counts", counts);
        Json::of(object)
    }
}

/// What became of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeOutcome {
    /// It was carried out, or there was nothing to do.
    Done,
    /// It failed.
    Failed,
    /// It was not tried.
    NotCarriedOut,
}

impl ChangeOutcome {
    /// The JSON name.
    pub fn name(self) -> &'static str {
        match self {
            ChangeOutcome::Done => "done",
            ChangeOutcome::Failed => "failed",
            ChangeOutcome::NotCarriedOut => "notCarriedOut",
        }
    }
}

/// What was done with one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The value it was recognised by.
    pub key: String,
    /// What was to be done.
    pub action: Action,
    /// Why.
    pub reason: Cow<'static, str>,
    /// Its identifier.
    pub id: Option<String>,
    /// What the job has to do with it now.
    pub ownership: Option<Ownership>,
    /// What became of it.
    pub outcome: ChangeOutcome,
    /// Why it failed.
    pub failure: Option<Box<Failure>>,
}

impl Change {
    fn into_json(self) -> Data {
        let mut object = told(self.key, self.action, self.reason, self.id, self.ownership);
        object.insert("outcome", self.outcome.name());
        object.extend(self.failure.map(|failure| ("failure".to_owned(), Data::from(failure.to_json()))));
        object.into()
    }
}

/// What a job has to do with a resource, for the next call.
fn owned_json(owned: Owned) -> Data {
    let mut object = Resource::new();
    object.extend(owned.id.map(|id| ("id".to_owned(), Data::from(id))));
    object.extend(owned.key.map(|key| ("key".to_owned(), Data::from(key))));
    object.insert("ownership", owned.ownership.name());
    object.extend(owned.deactivated.then(|| ("deactivated".to_owned(), Data::from(true))));
    object.extend(owned.gone_since.map(|since| ("goneSince".to_owned(), Data::from(since))));
    object.into()
}

/// Result of `reconcile`.
#[derive(Clone, Debug, PartialEq)]
pub struct Reconciled {
    /// Resource by resource.
    pub changes: Vec<Change>,
    /// What the job has to do with resources now.
    pub owned: Vec<Owned>,
    /// Whether everything there is was compared.
    pub complete: bool,
    /// Why nothing was changed.
    pub guarded: Option<String>,
    /// Whether it was only asked what would be done.
    pub dry_run: bool,
}

impl Output for Reconciled {
    /// Written at once, and what is written is let go of, for it may be very much.
    fn into_json(self) -> Json {
        let counts = Data::from(counts(self.changes.iter().map(|change| change.action)));
        let mut text = String::with_capacity(self.changes.len() * 256 + 256);
        // Nothing fails that is written into a text.
        let _ = write!(text, "{{\"counts\":{counts},\"complete\":{}", self.complete);
        if let Some(reason) = self.guarded {
            let _ = write!(text, ",\"guarded\":{}", Data::from(reason));
        }
        if self.dry_run {
            text.push_str(",\"dryRun\":true");
        }
        list(&mut text, "changes", self.changes.into_iter().map(Change::into_json));
        list(&mut text, "owned", self.owned.into_iter().map(owned_json));
        text.push('}');
        Json::of(Data::written_object(text))
    }
}

/// A list as a member of an object that has others before it.
fn list(text: &mut String, name: &str, items: impl Iterator<Item = Data>) {
    let _ = write!(text, ",\"{name}\":[");
    for (place, item) in items.enumerate() {
        let comma = if place == 0 { "" } else { "," };
        let _ = write!(text, "{comma}{item}");
    }
    text.push(']');
}
