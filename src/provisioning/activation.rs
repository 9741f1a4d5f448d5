//! Activating and deactivating users (RFC 7643 section 4.1.1): one PATCH, which may be repeated, and no read before it; PUT where
//! the profile says so.

use super::safe_to_repeat;
use crate::catalog::table::Row;
use crate::failure::Result;
use crate::http::client::Client;
use crate::operations::target::Endpoint;
use crate::operations::{Input, Output, Verb, modify};
use crate::profile::UpdateWith;
use crate::scim::patch::{Op, Operation};
use crate::scim::resource::Data;

/// Sets `active`. None where the provider answers without a body and `readBack` is not asked for.
pub fn run(client: &Client<'_>, row: &Row, endpoint: &Endpoint, input: &Input) -> Result<Output> {
    let active = row.verb == Verb::Activate;
    let operation = Operation { op: Op::Replace, path: Some("active".to_owned()), value: Some(Data::from(active)) };
    let input = Input { operations: vec![operation], ..input.clone() };
    let knobs = &client.connection().profile.knobs;
    // Where PATCH is said to change some attributes, and this is one, it does.
    let by_patch = knobs.patch_attributes.is_some() && modify::beyond(client, endpoint, &input.operations).is_none();
    let changed = if knobs.update_with == UpdateWith::Put && knobs.put && !by_patch {
        modify::put(client, row.name, endpoint, &input)
    } else {
        modify::patch(client, row.name, endpoint, &input)
    };
    match changed {
        Ok(found) => Ok(found.map_or(Output::None, |found| Output::Resource(found.resource))),
        // With a version of the caller's, a repetition would be refused.
        Err(failure) if input.options.if_match.is_some() => Err(failure),
        Err(failure) => Err(safe_to_repeat(failure, false)),
    }
}
