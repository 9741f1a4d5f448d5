//! The verdict on a page of a walk: what comes in, and what goes out.

use crate::bindings::exports::scim::connector::runtime as wit;
use crate::failure::{Failure, Result};
use crate::scim::list::walk::{self, Given, Key, Progress};
use std::collections::BTreeSet;

/// Judges a page of a walk.
pub fn verdict(state: wit::WalkState, page: wit::WalkedPage) -> Result<wit::WalkVerdict> {
    let progress = match state.progress.as_str() {
        "" => None,
        text => Some(Progress::decode(text).ok_or_else(|| {
            Failure::input("/state/progress", "state.progress: is not the progress of an earlier verdict")
        })?),
    };
    let (seen, rest) = state.seen.as_chunks::<{ size_of::<Key>() }>();
    if !rest.is_empty() {
        return Err(Failure::input("/state/seen", "state.seen: must be sixteen bytes for each resource"));
    }
    let wit::WalkedPage { ids, left_out, total_results, next, complete, page, start_index, cursor } = page;
    let given = Given { identities: ids, left_out, total: total_results, next, complete, page, start_index, cursor };
    // Few keys of the page are looked for in many that were seen.
    let here: BTreeSet<Key> = given.identities.iter().chain(&given.left_out).map(|id| walk::key(id)).collect();
    let known: BTreeSet<&Key> = seen.iter().filter(|key| here.contains(*key)).collect();
    let step = walk::judge(progress, &|key| known.contains(key), &given);
    Ok(wit::WalkVerdict {
        fresh: step.fresh,
        added: step.added.concat(),
        progress: step.progress.encode(),
        next: step.next,
        complete: step.complete,
    })
}
