//! What a walk over the pages of a listing keeps: sixteen bytes of each resource, and what the component said of the last page.
//! Which resources are new and whether everything came, the component decides.

use super::version::Version;
use crate::bindings::exports::scim::connector::runtime::{WalkState, WalkVerdict, WalkedPage};
use crate::bindings::scim::connector::types as wit;
use crate::error::{Error, Result};
use crate::instance::Instance;
use std::borrow::Cow;

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
        let ids = match page.left_out.as_slice() {
            [] => Cow::Borrowed(page.ids.as_slice()),
            left_out => Cow::Owned([page.ids.as_slice(), left_out].concat()),
        };
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
        ids: &[String],
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

/// Keys in little more than their own space: a table with some free places between its keys, which stand as nearly as they can where
/// their hashes say, in the order of these. In shards, so that it is a small part that grows at a time.
struct Kept {
    /// Nobody who chooses identities knows where their keys stand.
    secret: (u64, u64),
    shards: Vec<Shard>,
    /// Whether the key that looks like a free place is among them.
    zeros: bool,
}

/// A part of the table, by the first bits of the hashes.
#[derive(Default)]
struct Shard {
    places: Vec<Key>,
    keys: usize,
}

/// How many shards there are.
const SHARDS: usize = 1 << SHARD_BITS;
const SHARD_BITS: u32 = 6;

/// A free place.
const FREE: Key = [0; 16];

impl Default for Kept {
    fn default() -> Self {
        Self { secret: (rand::random(), rand::random()), shards: Vec::new(), zeros: false }
    }
}

impl Kept {
    fn has(&self, key: &Key) -> bool {
        if *key == FREE {
            return self.zeros;
        }
        let (shard, hash) = self.place(*key);
        self.shards.get(shard).is_some_and(|shard| shard.has(hash, *key))
    }

    fn add(&mut self, key: Key) {
        if key == FREE {
            self.zeros = true;
            return;
        }
        let (shard, hash) = self.place(key);
        self.shards.resize_with(SHARDS, Shard::default);
        let secret = self.secret;
        if let Some(shard) = self.shards.get_mut(shard) {
            shard.add(hash, key, |key| placed(key, secret).1);
        }
    }

    fn place(&self, key: Key) -> (usize, u64) {
        placed(key, self.secret)
    }
}

/// A key's shard, and the rest of its hash.
fn placed(key: Key, secret: (u64, u64)) -> (usize, u64) {
    let key = u128::from_ne_bytes(key);
    // The key is half a digest.
    let product = u128::from(key as u64 ^ secret.0) * u128::from((key >> 64) as u64 ^ secret.1);
    let hash = (product >> 64) as u64 ^ product as u64;
    ((hash >> (u64::BITS - SHARD_BITS)) as usize, hash << SHARD_BITS)
}

impl Shard {
    /// Where to begin to look.
    fn first(&self, hash: u64) -> usize {
        ((u128::from(hash) * self.places.len() as u128) >> 64) as usize
    }

    fn has(&self, hash: u64, key: Key) -> bool {
        let (before, behind) = self.places.split_at(self.first(hash));
        behind.iter().chain(before).take_while(|place| **place != FREE).any(|place| *place == key)
    }

    fn put(&mut self, hash: u64, key: Key) {
        let first = self.first(hash);
        let (before, behind) = self.places.split_at_mut(first);
        if let Some(place) = behind.iter_mut().chain(before).find(|place| **place == FREE) {
            *place = key;
        }
    }

    fn add(&mut self, hash: u64, key: Key, hash_of: impl Fn(Key) -> u64) {
        if (self.keys + 1) * 8 > self.places.len() * 7 {
            let grown = vec![FREE; self.places.len() + self.places.len() / 4 + 8];
            let keys = std::mem::replace(&mut self.places, grown);
            keys.into_iter().filter(|key| *key != FREE).for_each(|key| self.put(hash_of(key), key));
        }
        self.put(hash, key);
        self.keys += 1;
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
        let places: usize = kept.shards.iter().map(|shard| shard.places.capacity()).sum();
        assert!(places < 50_000 * 3 / 2, "{places}");
    }
}
