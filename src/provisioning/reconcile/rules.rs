//! What all decisions of a call have in common: what the job may do, which resources these are, and how the provider differs.

use crate::http::client::Client;
use crate::input::reconcile::Policy;
use crate::operations::modify::{beyond_of, style, supports};
use crate::operations::target::Endpoint;
use crate::profile::Knobs;
use crate::scim::patch::{Operation, Style};
use crate::scim::urn;

/// What all decisions of a call have in common.
pub struct Rules<'a> {
    /// What the job may do.
    pub policy: &'a Policy,
    /// Which resources these are.
    pub endpoint: &'a Endpoint,
    /// How the provider differs.
    pub knobs: &'a Knobs,
    /// How operations are written for it.
    pub style: Style,
    /// Whether it has PATCH.
    pub patch: bool,
    /// What a resource is called.
    pub noun: String,
}

impl<'a> Rules<'a> {
    /// The rules of a connection.
    pub fn new(client: &'a Client<'_>, endpoint: &'a Endpoint, policy: &'a Policy) -> Rules<'a> {
        let knobs = &client.connection().profile.knobs;
        Rules::of(knobs, style(client), supports(client, "patch").0, endpoint, policy)
    }

    /// The rules of a provider that differs so.
    pub fn of(knobs: &'a Knobs, style: Style, patch: bool, endpoint: &'a Endpoint, policy: &'a Policy) -> Rules<'a> {
        Rules { policy, endpoint, knobs, style, patch, noun: endpoint.noun() }
    }

    /// Whether these are groups.
    pub fn are_groups(&self) -> bool {
        self.endpoint.schema.as_deref().is_some_and(|schema| schema.eq_ignore_ascii_case(urn::GROUP))
    }

    /// Whether the provider takes an operation, or the whole resource instead.
    pub fn can_send(&self, operation: &Operation) -> bool {
        let one = std::slice::from_ref(operation);
        self.knobs.put || self.patch && beyond_of(self.knobs, self.endpoint, one).is_none()
    }
}
