//! Instances without a call, kept for the next one: bounded over all connections, the least recently used go first, and
//! all go after a while. Knows instances and whose they are, not what they do.

use crate::instance::Instance;
use parking_lot::{Mutex, MutexGuard};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

/// Whose instances: one version of one client, of one connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owner {
    /// The connector's number.
    pub connector: u64,
    /// The number of the client's version.
    pub version: u64,
}

impl Owner {
    /// All owners of a connector.
    pub fn all_of(connector: u64) -> RangeInclusive<Self> {
        Self { connector, version: 0 }..=Self { connector, version: u64::MAX }
    }
}

/// Instances without a call; see the module.
pub struct Warm {
    most: usize,
    idle: Duration,
    shelf: Mutex<Shelf>,
}

/// Instances without a call, by owner and by age. They are numbered as they come, so that the lowest number is the least recently used.
#[derive(Default)]
struct Shelf {
    last: u64,
    instances: BTreeMap<(Owner, u64), Box<Instance>>,
    order: BTreeMap<u64, (Owner, Instant)>,
    evicted: u64,
}

impl Shelf {
    fn of(&self, owners: RangeInclusive<Owner>) -> impl DoubleEndedIterator<Item = &(Owner, u64)> {
        let (first, last) = owners.into_inner();
        self.instances.range((first, 0)..=(last, u64::MAX)).map(|(key, _)| key)
    }

    /// Takes out the last instance of these owners.
    fn take(&mut self, owners: RangeInclusive<Owner>) -> Option<Box<Instance>> {
        let key = *self.of(owners).next_back()?;
        self.order.remove(&key.1);
        self.instances.remove(&key)
    }

    /// Takes out the least recently used, if `which` says so of the time since when it has been idle.
    fn evict(&mut self, which: impl FnOnce(Instant) -> bool) -> Option<Box<Instance>> {
        let (&number, &(owner, since)) = self.order.first_key_value()?;
        if !which(since) {
            return None;
        }
        self.order.remove(&number);
        self.evicted += 1;
        self.instances.remove(&(owner, number))
    }
}

impl Warm {
    /// Keeps at most `most`, each for `idle`.
    pub fn new(most: usize, idle: Duration) -> Self {
        Self { most, idle, shelf: Mutex::default() }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock()
    }

    /// The owner's most recently used instance.
    pub fn take(&self, owner: Owner) -> Option<Box<Instance>> {
        self.shelf().take(owner..=owner)
    }

    /// Keeps an instance. Whatever has to go for it is gone when this returns.
    pub fn put(&self, owner: Owner, instance: Box<Instance>) {
        if self.most == 0 {
            return;
        }
        let mut shelf = self.shelf();
        shelf.last += 1;
        let number = shelf.last;
        shelf.instances.insert((owner, number), instance);
        shelf.order.insert(number, (owner, Instant::now()));
        let surplus = if shelf.order.len() > self.most { shelf.evict(|_| true) } else { None };
        drop(shelf);
        // An instance is freed without the lock, since that takes a while.
        drop(surplus);
    }

    /// Drops what has been idle for too long, and says when to look again.
    pub fn expire(&self) -> Option<Instant> {
        let now = Instant::now();
        // One at a time, so that no more than one is neither kept nor freed.
        while let Some(instance) = { self.shelf().evict(|since| now.saturating_duration_since(since) >= self.idle) } {
            drop(instance);
        }
        self.shelf().order.first_key_value().map(|(_, (_, since))| *since + self.idle)
    }

    /// Drops the instances of these owners.
    pub fn forget(&self, owners: RangeInclusive<Owner>) {
        while let Some(instance) = { self.shelf().take(owners.clone()) } {
            drop(instance);
        }
    }

    /// Instances kept for these owners.
    pub fn count(&self, owners: RangeInclusive<Owner>) -> usize {
        self.shelf().of(owners).count()
    }

    /// Instances dropped so far to make room, or because they were idle for too long.
    pub fn evicted(&self) -> u64 {
        self.shelf().evicted
    }
}
