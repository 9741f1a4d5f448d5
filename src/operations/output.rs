//! What operations result in, and the JSON form of results. Results that one module alone makes stand there.

use crate::scim::bulk::Report;
use crate::scim::definition::{ResourceType, Schema};
use crate::scim::patch;
use crate::scim::resource::{Data, Resource};
use crate::scim::service_provider::ServiceProvider;
use serde_json::Value;

/// An operation's result.
pub trait Output {
    /// The JSON form.
    fn into_json(self) -> Json;

    /// Shows the resources in it, to be corrected.
    fn resources(&mut self, _: &mut dyn FnMut(&mut Resource)) {}
}

/// A result as JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Json {
    /// The result; null where there is none.
    pub data: Data,
    /// Token of the next page.
    pub next: Option<String>,
}

impl Json {
    /// A result that has no next page.
    pub fn of(data: impl Into<Data>) -> Json {
        Json { data: data.into(), next: None }
    }

    /// The result as a document.
    pub fn to_json(&self) -> Value {
        (&self.data).into()
    }
}

/// What a call resulted in, and at which cost.
#[derive(Debug)]
pub struct Answer<T> {
    /// The result.
    pub output: T,
    /// HTTP requests made.
    pub requests: u32,
    /// What the caller should know besides.
    pub warnings: Vec<String>,
}

impl<T: Output> Answer<T> {
    /// With the result as JSON.
    pub fn into_json(self) -> Answer<Json> {
        Answer { output: self.output.into_json(), requests: self.requests, warnings: self.warnings }
    }
}

/// What an `ensure` operation did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ensured {
    /// It was not there.
    Created,
    /// It was there and was changed.
    Updated,
    /// It was there as desired.
    Unchanged,
}

impl Ensured {
    /// The JSON name.
    pub fn name(self) -> &'static str {
        match self {
            Ensured::Created => "created",
            Ensured::Updated => "updated",
            Ensured::Unchanged => "unchanged",
        }
    }
}

/// Result of an `ensure` operation.
#[derive(Clone, Debug, PartialEq)]
pub struct EnsuredResource {
    /// What was done.
    pub outcome: Ensured,
    /// The resource as it is now.
    pub resource: Resource,
    /// The changes that were sent, where it was updated.
    pub changes: Vec<patch::Operation>,
    /// What the resource is called: `user` or `group`.
    pub noun: String,
    /// Whether it was only asked what would be done.
    pub dry_run: bool,
}

/// Result of a change of members.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Membership {
    /// Members added: where `verified`, as the provider shows; else as it accepted.
    pub added: u32,
    /// Members removed, counted likewise.
    pub removed: u32,
    /// Members that were already right, where that is known.
    pub unchanged: Option<u32>,
    /// Whether the provider showed the members afterwards.
    pub verified: bool,
}

impl Output for () {
    fn into_json(self) -> Json {
        Json::of(Data::NULL)
    }
}

impl Output for Resource {
    fn into_json(self) -> Json {
        Json::of(self)
    }

    fn resources(&mut self, visit: &mut dyn FnMut(&mut Resource)) {
        visit(self);
    }
}

/// None where the provider answered without a body.
impl Output for Option<Resource> {
    fn into_json(self) -> Json {
        Json::of(self.map_or(Data::NULL, Data::from))
    }

    fn resources(&mut self, visit: &mut dyn FnMut(&mut Resource)) {
        self.iter_mut().for_each(visit);
    }
}

impl Output for EnsuredResource {
    fn into_json(self) -> Json {
        let changes: Data = self.changes.iter().map(patch::Operation::to_json).collect();
        let mut object = Resource::from_iter([("outcome", self.outcome.name())]);
        object.insert(self.noun, self.resource);
        object.insert("changes", changes);
        if self.dry_run {
            object.insert("dryRun", true);
        }
        Json::of(object)
    }

    fn resources(&mut self, visit: &mut dyn FnMut(&mut Resource)) {
        visit(&mut self.resource);
    }
}

impl Output for Membership {
    fn into_json(self) -> Json {
        let mut object = Resource::from_iter([("added", self.added), ("removed", self.removed)]);
        object.insert("unchanged", self.unchanged.map_or(Data::NULL, Data::from));
        object.insert("verified", self.verified);
        Json::of(object)
    }
}

/// Results that write themselves.
macro_rules! documents {
    ($($type:ty)*) => {
        $(impl Output for $type {
            fn into_json(self) -> Json {
                Json::of(self.to_json())
            }
        })*
    };
}

documents! { ServiceProvider ResourceType Schema }

impl Output for Report {
    fn into_json(self) -> Json {
        Json::of(self.into_json())
    }

    fn resources(&mut self, visit: &mut dyn FnMut(&mut Resource)) {
        for outcome in &mut self.results {
            if let Some(resource) = outcome.resource_mut() {
                visit(resource);
                outcome.response = outcome.response.take().map(Data::packed);
            }
        }
    }
}

impl Output for Vec<ResourceType> {
    fn into_json(self) -> Json {
        Json::of(self.iter().map(ResourceType::to_json).collect::<Data>())
    }
}

impl Output for Vec<Schema> {
    fn into_json(self) -> Json {
        Json::of(self.iter().map(Schema::to_json).collect::<Data>())
    }
}
