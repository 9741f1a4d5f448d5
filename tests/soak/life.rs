//! What a caller does: it creates a user, finds it, changes it, deletes it, and notes what it was told. A while later the
//! provider's ledger must say the same. What was told "maybe applied", or not awaited, is the only slack.

use crate::fleet::Fleet;
use crate::provider::{PREFIX, Provider};
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long after its last call a user is compared with the ledger: what is still on its way has arrived by then.
const SETTLED: Duration = Duration::from_secs(5);

/// Of 1,000 calls, those that the caller does not wait for.
const IMPATIENT: u32 = 30;

/// What a caller was told of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reported {
    /// Done.
    Done,
    /// Not done.
    Not,
    /// Perhaps, or the caller did not wait.
    Maybe,
}

/// All calls by operation and by how they ended, and what does not add up.
#[derive(Default)]
pub struct Tally {
    started: AtomicU64,
    ended: Mutex<BTreeMap<(&'static str, String), u64>>,
    wrong: Mutex<Vec<String>>,
}

impl Tally {
    /// Calls that were begun.
    pub fn started(&self) -> u64 {
        self.started.load(Ordering::Relaxed)
    }

    /// Calls that ended, by operation and end.
    pub fn ended(&self) -> BTreeMap<(&'static str, String), u64> {
        self.ended.lock().unwrap().clone()
    }

    /// What does not add up.
    pub fn violations(&self) -> Vec<String> {
        let mut wrong = self.wrong.lock().unwrap().clone();
        let ended = self.ended();
        wrong.extend(ended.iter().filter(|it| it.0.1.starts_with("shuttingDown")).map(|((operation, how), times)| {
            format!("the replacement of a version cost {times} calls of {operation}: {how}")
        }));
        let ended: u64 = ended.values().sum();
        if ended != self.started() {
            wrong.push(format!("{} calls were started, {ended} ended", self.started()));
        }
        wrong
    }

    fn end(&self, operation: &'static str, how: String) {
        *self.ended.lock().unwrap().entry((operation, how)).or_default() += 1;
    }

    fn complain(&self, text: String) {
        self.wrong.lock().unwrap().push(text);
    }
}

/// A user whose caller is done with it.
struct Past {
    name: String,
    created: Reported,
    deleted: Option<Reported>,
    since: Instant,
}

/// One caller.
pub struct Caller {
    number: u64,
    lives: u64,
    random: SmallRng,
    fleet: Arc<Fleet>,
    provider: Arc<Provider>,
    tally: Arc<Tally>,
    past: VecDeque<Past>,
}

impl Caller {
    /// A caller with a seed of its own.
    pub fn new(seed: u64, fleet: Arc<Fleet>, provider: Arc<Provider>, tally: Arc<Tally>) -> Self {
        let random = SmallRng::seed_from_u64(seed);
        Self { number: seed, lives: 0, random, fleet, provider, tally, past: VecDeque::new() }
    }

    /// One user's life.
    pub async fn live(&mut self) {
        self.lives += 1;
        let name = format!("{PREFIX}{}x{}", self.number, self.lives);
        let create = if self.random.random_bool(0.5) { "createUser" } else { "ensureUser" };
        let payload = json!({"userName": name, "displayName": "first"});
        let (created, _) = self.call(create, json!({"payload": payload})).await;
        let mut deleted = None;
        if created == Reported::Done {
            self.read("getUser", json!({"id": name}), |user| user["userName"] == json!(name)).await;
            let filter = format!("userName eq \"{name}\"");
            self.read("listUsers", json!({"filter": filter}), |page| page.to_string().contains(&name)).await;
            self.patch(&name).await;
            deleted = Some(self.call("deleteUser", json!({"id": name})).await.0);
        }
        self.past.push_back(Past { name, created, deleted, since: Instant::now() });
        while self.past.front().is_some_and(|past| past.since.elapsed() > SETTLED) {
            self.settle();
        }
    }

    /// Compares what is left.
    pub async fn settle_all(&mut self) {
        tokio::time::sleep(SETTLED).await;
        while !self.past.is_empty() {
            self.settle();
        }
    }

    /// A read, whose answer must be about what was asked for.
    async fn read(&mut self, operation: &'static str, input: Value, right: impl Fn(&Value) -> bool) {
        if let (Reported::Done, Some(output)) = self.call(operation, input).await
            && !right(&output)
        {
            self.tally.complain(format!("{operation} answered something else: {output}"));
        }
    }

    async fn patch(&mut self, name: &str) {
        let operation = json!({"op": "replace", "path": "displayName", "value": "second"});
        let (told, _) = self.call("patchUser", json!({"id": name, "operations": [operation]})).await;
        let done = self.provider.look(name).display.as_deref() == Some("second");
        if told == Reported::Done && !done || told == Reported::Not && done {
            self.tally.complain(format!("patchUser {name}: told {told:?}, done: {done}"));
        }
    }

    /// Calls; now and then without waiting for the end.
    async fn call(&mut self, operation: &'static str, input: Value) -> (Reported, Option<Value>) {
        let client = self.fleet.client(self.random.random());
        self.tally.started.fetch_add(1, Ordering::Relaxed);
        let calling = client.invoke(operation, &input);
        let result = if self.random.random_range(0..1000) < IMPATIENT {
            let patience = Duration::from_micros(self.random.random_range(0..20_000));
            match tokio::time::timeout(patience, calling).await {
                Ok(result) => result,
                Err(_) => {
                    self.tally.end(operation, "given up".into());
                    return (Reported::Maybe, None);
                }
            }
        } else {
            calling.await
        };
        match result {
            Ok(outcome) => {
                self.tally.end(operation, "ok".into());
                (Reported::Done, Some(outcome.output))
            }
            Err(error) => {
                let class = error.class();
                let maybe = if class.maybe_applied { " maybeApplied" } else { "" };
                self.tally.end(operation, format!("{}{maybe}", class.kind));
                (if class.maybe_applied { Reported::Maybe } else { Reported::Not }, None)
            }
        }
    }

    /// Compares the oldest user with the ledger, and takes it out.
    fn settle(&mut self) {
        let Some(past) = self.past.pop_front() else { return };
        let entry = self.provider.take(&past.name);
        let right = |told: Reported, times: u32| match told {
            Reported::Done => times == 1,
            Reported::Not => times == 0,
            Reported::Maybe => times <= 1,
        };
        if !right(past.created, entry.created) {
            self.tally.complain(format!("{}: told {:?}, created {} times", past.name, past.created, entry.created));
        }
        if !right(past.deleted.unwrap_or(Reported::Not), entry.deleted) {
            self.tally.complain(format!("{}: told {:?}, deleted {} times", past.name, past.deleted, entry.deleted));
        }
    }
}
