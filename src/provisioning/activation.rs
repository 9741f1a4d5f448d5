//! Activating and deactivating users (RFC 7643 section 4.1.1): one PATCH, which may be repeated, and no read before it; PUT where
//! the profile says so.

use super::safe_to_repeat;
use crate::failure::Result;
use crate::input::{Activate, Activation, Deactivate, View};
use crate::operations::modify::{self, Modification};
use crate::operations::{Context, Execute};
use crate::profile::UpdateWith;
use crate::scim::patch::{Op, Operation};
use crate::scim::resource::{Data, Resource};

/// None where the provider answers without a body and `readBack` is not asked for.
impl Execute for Activate {
    type Output = Option<Resource>;

    fn execute(self, context: &Context<'_>) -> Result<Option<Resource>> {
        set(context, &self.0, true)
    }
}

/// None where the provider answers without a body and `readBack` is not asked for.
impl Execute for Deactivate {
    type Output = Option<Resource>;

    fn execute(self, context: &Context<'_>) -> Result<Option<Resource>> {
        set(context, &self.0, false)
    }
}

/// Sets `active`.
fn set(context: &Context<'_>, Activation { id, change }: &Activation, active: bool) -> Result<Option<Resource>> {
    let (client, endpoint, view) = (context.client, &context.endpoint()?, &View::default());
    let operations = [Operation { op: Op::Replace, path: Some("active".to_owned()), value: Some(Data::from(active)) }];
    let knobs = &client.connection().profile.knobs;
    // Where PATCH is said to change some attributes, and this is one, it does.
    let by_patch = knobs.patch_attributes.is_some() && modify::beyond(client, endpoint, &operations).is_none();
    let modification = Modification { client, what: context.what(), endpoint, id: Some(id), view, change };
    let changed = if knobs.update_with == UpdateWith::Put && knobs.put && !by_patch {
        modification.put(&operations)
    } else {
        modification.patch(&operations)
    };
    match changed {
        Ok(found) => Ok(found.map(|found| found.resource)),
        // With a version of the caller's, a repetition would be refused.
        Err(failure) if change.if_match.is_some() => Err(failure),
        Err(failure) => Err(safe_to_repeat(failure, false)),
    }
}
