//! The operations: each builds requests, reads answers, and runs the two over the client.
//!
//! An operation is a [`Verb`] on a [`Subject`]; which pairs exist, and under which names, is `catalog::table`'s. `build` and
//! `parse` functions are pure, only `run` touches the client. Typed calls and `invoke` both come through `call`.

pub mod bulk;
pub mod connection_test;
pub mod discovery;
pub mod kept;
pub mod later;
pub mod lint;
pub mod modify;
pub mod query;
pub mod resource;
pub mod target;
pub mod validate;
pub mod wire;

use crate::failure::{Failure, Result};
use crate::scim::path::AttributePath;
use crate::scim::resource::Resource;
use crate::scim::schema::{self, Attribute};
use crate::scim::{bulk as scim_bulk, definition, patch, urn};
use serde_json::{Value, json};

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// POST a resource.
    Create,
    /// GET a resource.
    Get,
    /// GET a list.
    List,
    /// POST to `.search`.
    Search,
    /// PUT a resource.
    Update,
    /// PATCH a resource.
    Patch,
    /// DELETE a resource.
    Delete,
    /// Find, create or change.
    Ensure,
    /// Set `active`.
    Activate,
    /// Unset `active`.
    Deactivate,
    /// Add members.
    AddMembers,
    /// Remove members.
    RemoveMembers,
    /// Make these the members.
    SetMembers,
    /// POST to `/Bulk`.
    Bulk,
    /// Compare and change a whole set.
    Reconcile,
    /// Hand in a request for later.
    Submit,
    /// Collect its result.
    Collect,
    /// GET a document of discovery.
    Discover,
}

/// What it does it to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Users.
    User,
    /// Groups.
    Group,
    /// The authenticated subject.
    Me,
    /// Resources of a type the input names.
    Resource,
    /// All types at once.
    Everything,
    /// ServiceProviderConfig.
    ServiceProvider,
    /// Resource types, or schemas.
    Definition,
}

impl Subject {
    /// What is known of it without asking the provider.
    pub fn known(self) -> Option<&'static Known> {
        match self {
            Subject::User | Subject::Me => Some(&USER),
            Subject::Group => Some(&GROUP),
            _ => None,
        }
    }
}

/// A resource type the connector knows (RFC 7644 section 3.2).
#[derive(Debug)]
pub struct Known {
    /// Its name.
    pub name: &'static str,
    /// Path below the service URL.
    pub path: &'static str,
    /// URN of its schema.
    pub schema: &'static str,
    /// Its attributes.
    pub attributes: &'static [Attribute],
    /// The attribute a new resource must have.
    pub required: &'static str,
}

static USER: Known =
    Known { name: "User", path: "Users", schema: urn::USER, attributes: schema::USER, required: "userName" };
static GROUP: Known =
    Known { name: "Group", path: "Groups", schema: urn::GROUP, attributes: schema::GROUP, required: "displayName" };

/// The resource types the connector knows.
pub static KNOWN: [&Known; 2] = [&USER, &GROUP];

/// Which resources a generic operation means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Those of a resource type, by its name.
    ResourceType(String),
    /// Those at a path below the service URL.
    Endpoint(String),
}

/// Which attributes an answer carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Only these.
    pub attributes: Vec<String>,
    /// Not these.
    pub excluded: Vec<String>,
}

impl View {
    /// The parameters that say so (RFC 7644 section 3.9), checked: one or none.
    pub fn members(&self) -> Result<impl Iterator<Item = (&'static str, &Vec<String>)>> {
        if !self.attributes.is_empty() && !self.excluded.is_empty() {
            return Err(Failure::input(
                "/excludedAttributes",
                "excludedAttributes: give either attributes or excludedAttributes, not both (RFC 7644 section 3.9)",
            ));
        }
        let members = [("attributes", &self.attributes), ("excludedAttributes", &self.excluded)];
        for (member, names) in members {
            for (index, name) in names.iter().enumerate() {
                AttributePath::parse(name).map_err(|error| error.at(&format!("/{member}/{index}")))?;
            }
        }
        Ok(members.into_iter().filter(|(_, names)| !names.is_empty()))
    }
}

/// What may be said about a request besides its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `If-Match`.
    pub if_match: Option<String>,
    /// `If-None-Match`.
    pub if_none_match: Option<String>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// Read once more where a change is answered without a body.
    pub read_back: bool,
    /// Deleting what is not there is a success.
    pub gone_is_done: bool,
    /// Check the payload against the provider's schemas.
    pub validate: bool,
    /// Read first, change that version only, and do so again where it has changed in between.
    pub read_modify_write: bool,
}

/// A query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Filter expression.
    pub filter: Option<String>,
    /// Attribute to sort by.
    pub sort_by: Option<String>,
    /// Whether largest come first, where that is said.
    pub descending: Option<bool>,
    /// Index of the first result.
    pub start_index: Option<u64>,
    /// Most results on a page.
    pub count: Option<u32>,
    /// Cursor.
    pub cursor: Option<String>,
    /// `next` of the page before.
    pub page: Option<String>,
}

/// How an `ensure` operation finds and changes a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ensure {
    /// Attributes to find it by, in order; none for the usual ones.
    pub match_on: Vec<String>,
    /// Say what would be done, and do nothing.
    pub dry_run: bool,
}

/// An operation's input; each operation reads the members it has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Input {
    /// Which resources are meant, where the operation's name does not say.
    pub target: Option<Target>,
    /// `id` of the resource.
    pub id: String,
    /// The resource.
    pub payload: Resource,
    /// PATCH operations.
    pub operations: Vec<patch::Operation>,
    /// The query.
    pub query: Query,
    /// Which attributes to answer with.
    pub view: View,
    /// Options.
    pub options: Options,
    /// How to find and change.
    pub ensure: Ensure,
    /// Members of a group.
    pub members: Vec<Resource>,
    /// Bulk operations; one for a request that is handed in.
    pub bulk: Vec<scim_bulk::Operation>,
    /// Stop after so many errors.
    pub fail_on_errors: Option<u32>,
    /// Names and identifiers of resources that earlier bulk operations created.
    pub known: Vec<(String, String)>,
    /// A request handed in earlier.
    pub ticket: Option<later::Ticket>,
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
}

impl EnsuredResource {
    fn to_json(&self) -> Value {
        let changes: Vec<_> = self.changes.iter().map(patch::Operation::to_json).collect();
        json!({"outcome": self.outcome.name(), self.noun.as_str(): self.resource, "changes": changes})
    }
}

/// Result of a change of members.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Membership {
    /// Members added.
    pub added: u32,
    /// Members removed.
    pub removed: u32,
    /// Members that were already right, where that is known.
    pub unchanged: Option<u32>,
}

/// An operation's result.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Nothing to say.
    None,
    /// A resource.
    Resource(Resource),
    /// A page.
    Page(query::Listed),
    /// What the provider can do.
    ServiceProvider(Box<crate::scim::service_provider::ServiceProvider>),
    /// Resource types.
    ResourceTypes(Vec<definition::ResourceType>),
    /// A resource type.
    ResourceType(definition::ResourceType),
    /// Schemas.
    Schemas(Vec<definition::Schema>),
    /// A schema.
    Schema(definition::Schema),
    /// What an `ensure` operation found and did.
    Ensured(EnsuredResource),
    /// What a change of members did.
    Membership(Membership),
    /// What a bulk request gave.
    Bulk(scim_bulk::Report),
    /// A request handed in.
    Submission(later::Submission),
    /// How far it has come.
    Progress(later::Progress),
}

impl Output {
    /// The JSON form.
    pub fn to_json(&self) -> Value {
        match self {
            Output::None => Value::Null,
            Output::Resource(resource) => resource.into(),
            Output::Page(page) => page.to_json().into(),
            Output::ServiceProvider(provider) => provider.to_json().into(),
            Output::ResourceTypes(types) => {
                types.iter().map(definition::ResourceType::to_json).map(Value::from).collect()
            }
            Output::ResourceType(it) => it.to_json().into(),
            Output::Schemas(schemas) => schemas.iter().map(definition::Schema::to_json).map(Value::from).collect(),
            Output::Schema(it) => it.to_json().into(),
            Output::Ensured(ensured) => ensured.to_json(),
            Output::Membership(it) => json!({"added": it.added, "removed": it.removed, "unchanged": it.unchanged}),
            Output::Bulk(report) => report.to_json().into(),
            Output::Submission(submission) => submission.to_json().into(),
            Output::Progress(progress) => progress.to_json().into(),
        }
    }

    /// Token of the next page.
    pub fn next(&self) -> Option<&str> {
        match self {
            Output::Page(page) => page.next.as_deref(),
            _ => None,
        }
    }
}

/// What a call gave, and at which cost.
#[derive(Debug)]
pub struct Answer {
    /// The result.
    pub output: Output,
    /// HTTP requests made.
    pub requests: u32,
    /// What the caller should know besides.
    pub warnings: Vec<String>,
}
