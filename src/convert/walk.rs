//! The verdict on a page of a walk: what comes in, and what goes out.

use crate::bindings::exports::scim::connector::runtime as wit;
use crate::failure::{Failure, Result};
use crate::gather::Gather as _;
use crate::scim::list::walk::{self, Key, Progress, WalkedPage};
use std::cell::RefCell;
use std::collections::BTreeSet;

thread_local! {
    /// The page whose keys were asked for last, with them: its verdict is asked for next, and a digest is not made twice.
    static LAST: RefCell<(Vec<String>, Vec<Key>)> = RefCell::default();
}

/// The keys of resources, one after another.
pub fn keys(identities: Vec<String>) -> Vec<u8> {
    let keys = walk::keys(&identities);
    let all = keys.concat();
    LAST.set((identities, keys));
    all
}

/// The keys of a page.
fn keys_of(page: &WalkedPage) -> Vec<Key> {
    let (identities, keys) = LAST.take();
    if page.identities.iter().chain(&page.left_out).eq(&identities) { keys } else { page.keys() }
}

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
    let given =
        WalkedPage { identities: ids, left_out, total: total_results, next, complete, page, start_index, cursor };
    // Few keys of the page are looked for in many that were seen.
    let keys = keys_of(&given);
    let here: BTreeSet<&Key> = if seen.is_empty() { BTreeSet::new() } else { keys.iter().gather() };
    let known: BTreeSet<&Key> = seen.iter().filter(|key| here.contains(*key)).gather();
    let step = walk::judge(progress, &keys, &|key| known.contains(key), &given);
    Ok(wit::WalkVerdict {
        fresh: step.fresh,
        added: step.added.concat(),
        progress: step.progress.encode(),
        next: step.next,
        complete: step.complete,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(ids: &[&str], total: u64) -> wit::WalkedPage {
        wit::WalkedPage {
            ids: ids.iter().map(|id| (*id).to_owned()).collect(),
            left_out: Vec::new(),
            total_results: Some(total),
            next: None,
            complete: true,
            page: None,
            start_index: None,
            cursor: None,
        }
    }

    #[test]
    fn a_walk_is_judged_by_what_is_handed_over() {
        let begin = || wit::WalkState { progress: String::new(), seen: Vec::new() };
        let first = verdict(begin(), wit::WalkedPage { next: Some("x".into()), ..page(&["1", "2", "1"], 3) }).unwrap();
        assert_eq!((first.fresh, first.added.len(), first.complete), (vec![0, 1], 32, false));
        assert_eq!(first.next.as_deref(), Some("x"));
        let state = || wit::WalkState { progress: first.progress.clone(), seen: first.added.clone() };
        let second = verdict(state(), page(&["2", "3"], 3)).unwrap();
        assert_eq!((second.fresh, second.next, second.complete), (vec![1], None, true));
        assert_eq!(second.added, walk::key("3"));
        // Keys that were asked for before make no difference, those of another page neither.
        for ids in [["2", "3"], ["3", "4"]] {
            keys(ids.map(str::to_owned).to_vec());
            assert_eq!(verdict(state(), page(&["2", "3"], 3)).unwrap().added, walk::key("3"));
        }
        let short = verdict(state(), page(&["2"], 3)).unwrap();
        assert_eq!((short.fresh, short.complete), (Vec::new(), false), "the call alone took it for complete");
        for (state, pointer) in [
            (wit::WalkState { progress: "x".into(), ..begin() }, "/state/progress"),
            (wit::WalkState { seen: vec![0; 17], ..begin() }, "/state/seen"),
        ] {
            assert_eq!(verdict(state, page(&[], 0)).unwrap_err().pointer.as_deref(), Some(pointer));
        }
    }
}
