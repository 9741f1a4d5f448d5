//! What a walk over the pages of a listing keeps: sixteen bytes of each resource, and what the component said of the last page.
//! Which resources are new and whether everything came, the component decides.

use super::version::Version;
use crate::bindings::exports::scim::connector::runtime::{WalkState, WalkVerdict, WalkedPage};
use crate::bindings::scim::connector::types as wit;
use crate::error::{Error, Result};
use crate::instance::Instance;
use std::collections::HashSet;

/// What is kept of a resource.
type Key = [u8; 16];

/// A walk under way.
#[derive(Default)]
pub(super) struct Walk {
    progress: String,
    kept: Kept,
}

impl Walk {
    /// What a page means. The walk goes on from it only where this succeeds.
    pub async fn judge(&mut self, version: &Version, page: WalkedPage) -> Result<WalkVerdict> {
        let ids: Vec<String> = page.ids.iter().chain(&page.left_out).cloned().collect();
        let mut judged = None;
        if let Some((mut instance, _running)) = version.take_locally()
            && let Ok(verdict) = self.ask(&mut instance, &ids, &page).await
        {
            version.keep(instance);
            judged = Some(verdict);
        }
        let verdict = match judged {
            Some(verdict) => verdict,
            // A new instance has all its memory left, and tells what is wrong where something is.
            None => version.connector.locally(async |instance| self.ask(instance, &ids, &page).await).await?,
        }?;
        let (added, rest) = verdict.added.as_chunks();
        if !rest.is_empty() {
            return Err(Error::Trap { detail: "a page's keys are cut off".into(), maybe_applied: false });
        }
        added.iter().for_each(|key| self.kept.add(*key));
        self.progress.clone_from(&verdict.progress);
        Ok(verdict)
    }

    /// Has the component judge a page by what is kept of those before it.
    async fn ask(
        &self,
        instance: &mut Instance,
        ids: &Vec<String>,
        page: &WalkedPage,
    ) -> wasmtime::Result<Result<WalkVerdict, wit::Error>> {
        let runtime = instance.exports.scim_connector_runtime();
        let keys = match runtime.call_page_keys(&mut instance.store, ids).await? {
            Ok(keys) => keys,
            Err(error) => return Ok(Err(error)),
        };
        // Those of this page alone: a walk may be long.
        let (keys, _) = keys.as_chunks();
        let seen = keys.iter().filter(|key| self.kept.has(key)).flatten().copied().collect();
        let state = WalkState { progress: self.progress.clone(), seen };
        runtime.call_page_verdict(&mut instance.store, &state, page).await
    }
}

/// Keys in little more than their own space: most in order, the last ones in a set until there are enough to be put among them.
#[derive(Default)]
struct Kept {
    ordered: Vec<Key>,
    last: HashSet<Key>,
}

/// Keys that are put in order at least.
const LEAST: usize = 1024;

impl Kept {
    fn has(&self, key: &Key) -> bool {
        self.last.contains(key) || self.ordered.binary_search(key).is_ok()
    }

    fn add(&mut self, key: Key) {
        self.last.insert(key);
        if self.last.len() >= LEAST.max(self.ordered.len() / 8) {
            self.ordered.reserve_exact(self.last.len());
            self.ordered.extend(self.last.drain());
            self.ordered.sort_unstable();
            self.last.shrink_to(LEAST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_there_in_its_own_space() {
        let key = |number: u64| {
            let spread = u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
            spread.to_be_bytes()
        };
        let mut kept = Kept::default();
        for number in 0..50_000 {
            assert!(!kept.has(&key(number)), "{number}");
            kept.add(key(number));
            assert!(kept.has(&key(number)) && kept.has(&key(number / 2)), "{number}");
        }
        let space = kept.ordered.capacity() * size_of::<Key>() + kept.last.capacity() * 2 * size_of::<Key>();
        assert!(space < 50_000 * size_of::<Key>() * 3 / 2, "{space} bytes");
    }
}
