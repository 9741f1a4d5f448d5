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
    idle_instances: Mutex<IdleInstances>,
}

/// Instances without a call, by owner and by age. They are numbered as they come, so that the lowest number is the least recently used.
#[derive(Default)]
struct IdleInstances {
    last: u64,
    instances: BTreeMap<(Owner, u64), Box<Instance>>,
    order: BTreeMap<u64, (Owner, Instant)>,
    evicted: u64,
}

impl IdleInstances {
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
        Self { most, idle, idle_instances: Mutex::default() }
    }

    fn idle_instances(&self) -> MutexGuard<'_, IdleInstances> {
        self.idle_instances.lock()
    }

    /// The owner's most recently used instance.
    pub fn take(&self, owner: Owner) -> Option<Box<Instance>> {
        self.idle_instances().take(owner..=owner)
    }

    /// Keeps an instance. Whatever has to go for it is gone when this returns.
    pub fn put(&self, owner: Owner, instance: Box<Instance>) {
        if self.most == 0 {
            return;
        }
        let mut idle_instances = self.idle_instances();
        idle_instances.last += 1;
        let number = idle_instances.last;
        idle_instances.instances.insert((owner, number), instance);
        idle_instances.order.insert(number, (owner, Instant::now()));
        let surplus = if idle_instances.order.len() > self.most { idle_instances.evict(|_| true) } else { None };
        drop(idle_instances);
        // An instance is freed without the lock, since that takes a while.
        drop(surplus);
    }

    /// Drops what has been idle for too long, and says when to look again.
    pub fn expire(&self) -> Option<Instant> {
        let now = Instant::now();
        // One at a time, so that no more than one is neither kept nor freed.
        while let Some(instance) =
            { self.idle_instances().evict(|since| now.saturating_duration_since(since) >= self.idle) }
        {
            drop(instance);
        }
        self.idle_instances().order.first_key_value().and_then(|(_, (_, since))| since.checked_add(self.idle))
    }

    /// Drops the instances of these owners.
    pub fn forget(&self, owners: RangeInclusive<Owner>) {
        while let Some(instance) = { self.idle_instances().take(owners.clone()) } {
            drop(instance);
        }
    }

    /// Instances kept for these owners.
    pub fn count(&self, owners: RangeInclusive<Owner>) -> usize {
        self.idle_instances().of(owners).count()
    }

    /// Instances dropped so far to make room, or because they were idle for too long.
    pub fn evicted(&self) -> u64 {
        self.idle_instances().evicted
    }
}
