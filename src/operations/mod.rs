//! The operations: each builds requests, reads answers, and runs the two over the client.
//!
//! [`Execute`] is what every operation has: its input's type names the type of its result. `build` and `parse` functions are
//! pure. Which operations there are is `contract`'s to say, and what they are called with `input`'s; both know nothing of this.

pub mod answered;
pub mod asynchronous;
pub mod bulk;
pub mod bulk_body;
pub mod bulk_check;
mod bulk_memory;
pub mod bulk_one;
pub mod capability;
pub mod complete_read;
pub mod conditions;
pub mod connection_test;
pub mod creation;
pub mod discovery;
pub mod document_cache;
pub mod lint;
pub mod listing;
pub mod message;
pub mod modify;
pub mod output;
pub mod proof;
pub mod query;
pub mod resource;
pub mod scopes;
pub mod seen;
pub mod sending;
pub mod target;
pub mod validate;
pub mod versioned;
pub mod wire;

use crate::contract::{Operation, Subject};
use crate::failure::Result;
use crate::http::client::Client;
use crate::input::{Input, Target};
use crate::scim::schema::{self, Attribute};
use crate::scim::urn;
use output::Output;

/// What an operation is carried out with, besides its input.
pub struct Context<'a> {
    /// The way to the provider.
    pub client: &'a Client<'a>,
    /// Which operation it is.
    pub operation: Operation,
    /// Which resources are meant, where the operation does not say.
    pub target: Option<Target>,
}

impl Context<'_> {
    /// What the operation is called in failures.
    pub fn what(&self) -> &'static str {
        self.operation.name()
    }

    /// Where the operation's resources are.
    pub fn endpoint(&self) -> Result<target::Endpoint> {
        target::endpoint(self.client, self.operation.subject(), self.target.as_ref())
    }
}

/// How an operation is carried out: each verb's input says what it results in.
pub trait Execute: Input {
    /// The result.
    type Output: Output;

    /// Carries it out.
    ///
    /// # Errors
    /// What the provider refuses, what cannot reach it, and what cannot be meant.
    fn execute(self, context: &Context<'_>) -> Result<Self::Output>;
}

/// What is known of a subject without asking the provider.
pub fn standard_type(subject: Subject) -> Option<&'static StandardType> {
    match subject {
        Subject::User | Subject::Me => Some(&USER),
        Subject::Group => Some(&GROUP),
        Subject::Resource | Subject::Everything => None,
    }
}

/// A resource type the connector knows (RFC 7644 section 3.2).
#[derive(Debug)]
pub struct StandardType {
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

static USER: StandardType =
    StandardType { name: "User", path: "Users", schema: urn::USER, attributes: schema::USER, required: "userName" };
static GROUP: StandardType = StandardType {
    name: "Group",
    path: "Groups",
    schema: urn::GROUP,
    attributes: schema::GROUP,
    required: "displayName",
};

/// The resource types the connector knows.
pub static STANDARD_TYPES: [&StandardType; 2] = [&USER, &GROUP];
