//! What operations are called with: a type for each verb, with what that verb reads and nothing else. It also owns how they are
//! read from JSON (`form`, `json`) and what of them is checked before anything else (`verbs`). Knows nothing of how they are
//! carried out.

pub mod form;
pub mod json;
pub mod reconcile;
mod verbs;

use crate::contract::Verb;
use crate::failure::{Failure, Result};
use crate::gather::Gather as _;
use crate::profile::Knobs;
use crate::scim::path::AttributePath;
use crate::scim::resource::Resource;
use crate::scim::{bulk, patch, urn};
use form::Form;
pub use reconcile::{Plan, Reconcile};
use std::collections::BTreeSet;

/// Further headers of each request, name and value.
pub type Headers = Vec<(String, String)>;

/// An operation's input.
pub trait Input: Sized {
    /// What the operation does.
    const VERB: Verb;

    /// Reads it from JSON. What is asked of the form here is what the JSON may have, in the order of the documentation.
    ///
    /// # Errors
    /// A failure of kind `invalid-input` that names the member.
    fn read(form: &mut Form) -> Result<Self>;

    /// Checks what no type can say.
    ///
    /// # Errors
    /// A failure of kind `invalid-input` that names the member.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// Tells the passwords it holds.
    fn passwords(&self, _tell: &mut dyn FnMut(&str)) {}
}

/// Hands the type of a verb's input to an expression.
macro_rules! by_verb {
    ($value:expr, $input:ident => $body:expr) => {
        $crate::input::by_verb!($value, $input => $body; Create Get List Search Update Patch Delete Ensure Activate
            Deactivate AddMembers RemoveMembers SetMembers Bulk Plan Reconcile Submit Collect GetServiceProviderConfig
            ListResourceTypes GetResourceType ListSchemas GetSchema)
    };
    ($value:expr, $input:ident => $body:expr; $($verb:ident)*) => {
        match $value {
            $($crate::contract::Verb::$verb => {
                type $input = $crate::input::$verb;
                $body
            })*
        }
    };
}
pub(crate) use by_verb;

/// Which resources a generic operation means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Those of a resource type, by its name.
    ResourceType(String),
    /// Those at a path below the service URL.
    Endpoint(String),
}

/// Which resource of an endpoint is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// The one with this `id`.
    Id(String),
    /// The only one, as at `/Me` (RFC 7644 section 3.11).
    Only,
}

impl Selector {
    /// The `id`, as far as the path has one.
    pub fn id(&self) -> Option<&str> {
        match self {
            Selector::Id(id) => Some(id),
            Selector::Only => None,
        }
    }
}

/// Which attributes an answer carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Only these; empty for all.
    pub attributes: Vec<String>,
    /// All but these.
    pub excluded: Vec<String>,
}

impl View {
    /// Whether it asks for nothing in particular.
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty() && self.excluded.is_empty()
    }

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

    /// The parameters as a provider understands them: none where it knows no views; where it does not know single attributes of
    /// an extension, `attributes` names the extension beside them.
    pub fn sent(&self, knobs: &Knobs) -> Result<Vec<(&'static str, Vec<String>)>> {
        let mut sent = Vec::new();
        for (parameter, names) in self.members()?.filter(|_| knobs.views) {
            let mut names = names.clone();
            if parameter == "attributes" && !knobs.extension_views {
                let paths = names.iter().filter_map(|name| AttributePath::parse(name).ok());
                let wholes: BTreeSet<String> = paths
                    .filter_map(|path| {
                        let schema = path.schema?;
                        Some(if urn::is_core(&schema) { path.name } else { schema })
                    })
                    .gather();
                names.extend(wholes);
            }
            sent.push((parameter, names));
        }
        Ok(sent)
    }
}

/// A query (RFC 7644 section 3.4.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Filter expression.
    pub filter: Option<String>,
    /// Attribute to sort by.
    pub sort_by: Option<String>,
    /// Whether largest come first, where that is said.
    pub descending: Option<bool>,
    /// Index of the first result, from 1.
    pub start_index: Option<u64>,
    /// Most results on a page.
    pub count: Option<u32>,
    /// Cursor (RFC 9865).
    pub cursor: Option<String>,
    /// `next` of the page before.
    pub page: Option<String>,
}

/// A page to be listed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listing {
    /// Which resources.
    pub query: Query,
    /// Which of their attributes.
    pub view: View,
    /// Further headers.
    pub headers: Headers,
}

/// How a resource is changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Read the resource once more where it is answered without a body.
    pub read_back: bool,
    /// `If-Match`: change this version only.
    pub if_match: Option<String>,
    /// Read first, change that version only, and do so again where it has changed in between.
    pub read_modify_write: bool,
    /// Further headers.
    pub headers: Headers,
}

/// Input of [`Verb::Create`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Create {
    /// The resource.
    pub payload: Resource,
    /// Attributes of the answer.
    pub view: View,
    /// Check against the provider's schemas first.
    pub validate: bool,
    /// Further headers.
    pub headers: Headers,
}

/// Input of [`Verb::Get`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Get {
    /// Which resource.
    pub selector: Selector,
    /// Attributes of the answer.
    pub view: View,
    /// `If-None-Match`: only if the version is another.
    pub if_none_match: Option<String>,
    /// Further headers.
    pub headers: Headers,
}

/// Input of [`Verb::List`]: a page by GET.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct List(pub Listing);

/// Input of [`Verb::Search`]: a page by POST.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Search(pub Listing);

/// Input of [`Verb::Update`].
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// Which resource.
    pub selector: Selector,
    /// What it shall be.
    pub payload: Resource,
    /// Attributes of the answer.
    pub view: View,
    /// Check against the provider's schemas first.
    pub validate: bool,
    /// How.
    pub change: Change,
}

/// Input of [`Verb::Patch`].
#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    /// Which resource.
    pub selector: Selector,
    /// What changes, in order.
    pub operations: Vec<patch::Operation>,
    /// Attributes of the answer.
    pub view: View,
    /// Check against the provider's schemas first.
    pub validate: bool,
    /// How.
    pub change: Change,
}

/// Input of [`Verb::Delete`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delete {
    /// Which resource.
    pub selector: Selector,
    /// Not being there is a success.
    pub gone_is_done: bool,
    /// `If-Match`: delete this version only.
    pub if_match: Option<String>,
    /// Further headers.
    pub headers: Headers,
}

/// Input of [`Verb::Ensure`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ensure {
    /// What the resource shall be.
    pub payload: Resource,
    /// Attributes to find it by, in order; none for the usual ones.
    pub match_on: Vec<String>,
    /// Say what would be done, and do nothing.
    pub dry_run: bool,
    /// Check against the provider's schemas first.
    pub validate: bool,
    /// Further headers.
    pub headers: Headers,
}

/// Whose `active` is set, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activation {
    /// `id` of the user.
    pub id: String,
    /// How.
    pub change: Change,
}

/// Input of [`Verb::Activate`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activate(pub Activation);

/// Input of [`Verb::Deactivate`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deactivate(pub Activation);

/// Members of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Members {
    /// `id` of the group.
    pub id: String,
    /// The members, each with its `value`.
    pub members: Vec<Resource>,
    /// Read the members once more where the provider's answer does not show them.
    pub read_back: bool,
    /// Further headers.
    pub headers: Headers,
}

/// Input of [`Verb::AddMembers`].
#[derive(Clone, Debug, PartialEq)]
pub struct AddMembers(pub Members);

/// Input of [`Verb::RemoveMembers`].
#[derive(Clone, Debug, PartialEq)]
pub struct RemoveMembers(pub Members);

/// Input of [`Verb::SetMembers`].
#[derive(Clone, Debug, PartialEq)]
pub struct SetMembers(pub Members);

/// Input of [`Verb::Bulk`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bulk {
    /// What is to be done, in order.
    pub operations: Vec<bulk::Operation>,
    /// Stop after so many errors.
    pub fail_on_errors: Option<u32>,
    /// Names and identifiers of resources that earlier bulk operations created.
    pub known: Vec<(String, String)>,
    /// Further headers.
    pub headers: Headers,
}

/// Input of [`Verb::Submit`].
#[derive(Clone, Debug, PartialEq)]
pub struct Submit {
    /// What is to be done.
    pub request: bulk::Operation,
    /// Further headers.
    pub headers: Headers,
}

/// Input of [`Verb::Collect`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collect {
    /// What `submitRequest` answered.
    pub ticket: Ticket,
}

/// A request that the provider carries out asynchronously (RFC 9967).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Method of the request.
    pub method: bulk::Method,
    /// Its path below the service URL.
    pub path: String,
    /// How many operations it holds.
    pub operations: u32,
    /// The transaction identifier, `Set-Txn`.
    pub transaction: Option<String>,
    /// Where to look for the result, an absolute URL or a path of the service.
    pub location: Option<String>,
}

/// Input of [`Verb::GetServiceProviderConfig`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetServiceProviderConfig;

/// Input of [`Verb::ListResourceTypes`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListResourceTypes;

/// Input of [`Verb::GetResourceType`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetResourceType {
    /// Its identifier or name.
    pub id: String,
}

/// Input of [`Verb::ListSchemas`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListSchemas;

/// Input of [`Verb::GetSchema`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetSchema {
    /// Its URN or name.
    pub id: String,
}
