//! The provider: users, a ledger of what was carried out, and faults by a fixed seed. It refuses nothing twice, so that what
//! is sent twice is seen.

use crate::support::fake::{Act, Received, answer, json as scim};
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::time::Duration;

/// Each user's name, which is its `id` too, begins like this.
pub const PREFIX: &str = "soak";

/// What was done to one user.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// How often it was created.
    pub created: u32,
    /// How often it was deleted while it was there.
    pub deleted: u32,
    /// What its `displayName` is.
    pub display: Option<String>,
}

/// The provider.
pub struct Provider {
    seed: u64,
    ledger: Mutex<HashMap<String, Entry>>,
    faults: Mutex<BTreeMap<&'static str, u64>>,
}

/// What goes wrong with a request.
struct Fault {
    name: &'static str,
    /// Of 1,000 requests.
    weight: u32,
    /// From the answer that the provider gives when it carries the request out, or from nothing where it does not.
    make: Make,
}

enum Make {
    /// Not carried out.
    Instead(fn() -> Vec<Act>),
    /// Carried out; the good answer is given like this.
    Done(fn(Vec<Act>) -> Vec<Act>),
}
use Make::{Done, Instead};

const FAULTS: [Fault; 19] = [
    Fault { name: "reset, not carried out", weight: 8, make: Instead(|| vec![Act::Reset]) },
    Fault { name: "reset, carried out", weight: 8, make: Done(|_| vec![Act::Reset]) },
    Fault { name: "closed, not carried out", weight: 6, make: Instead(|| vec![Act::Close]) },
    Fault { name: "closed, carried out", weight: 6, make: Done(|_| vec![Act::Close]) },
    Fault { name: "reset within the answer", weight: 8, make: Done(|good| [cut(good), vec![Act::Reset]].concat()) },
    Fault { name: "answer cut short", weight: 6, make: Done(|good| [cut(good), vec![Act::Close]].concat()) },
    Fault { name: "answer that stops", weight: 3, make: Done(|good| [cut(good), vec![Act::Silence]].concat()) },
    Fault { name: "no answer", weight: 3, make: Done(|_| vec![Act::Silence]) },
    Fault {
        name: "slow",
        weight: 15,
        make: Done(|good| [vec![Act::Pause(Duration::from_millis(200))], good].concat()),
    },
    Fault { name: "closed after the answer", weight: 10, make: Done(|good| [good, vec![Act::Close]].concat()) },
    Fault { name: "half closed after the answer", weight: 5, make: Done(|good| [good, vec![Act::HalfClose]].concat()) },
    Fault { name: "429, at once again", weight: 15, make: Instead(|| answer(429, &[("Retry-After", "0")], "")) },
    Fault { name: "429, in a second", weight: 1, make: Instead(|| answer(429, &[("Retry-After", "1")], "")) },
    Fault { name: "500, carried out", weight: 5, make: Done(|_| scim(500, "{}")) },
    Fault { name: "502, not carried out", weight: 5, make: Instead(|| answer(502, &[], "<html>bad gateway</html>")) },
    Fault { name: "503, not carried out", weight: 5, make: Instead(|| answer(503, &[], "")) },
    Fault { name: "401", weight: 2, make: Instead(|| answer(401, &[], "")) },
    Fault {
        name: "no HTTP",
        weight: 4,
        make: Done(|_| vec![Act::Send(b"SSH-2.0-OpenSSH_9.6\r\n\r\n".into()), Act::Close]),
    },
    Fault {
        name: "HTML",
        weight: 4,
        make: Done(|_| answer(200, &[("Content-Type", "text/html")], "<html>Sign in</html>")),
    },
];

/// The first half of an answer.
fn cut(good: Vec<Act>) -> Vec<Act> {
    let half = |act| match act {
        Act::Send(bytes) => Act::Send(bytes[..bytes.len() / 2].to_vec()),
        other => other,
    };
    good.into_iter().map(half).collect()
}

impl Provider {
    /// A provider without users.
    pub fn new(seed: u64) -> Self {
        Self { seed, ledger: Mutex::default(), faults: Mutex::default() }
    }

    /// Takes a user and what was done to it out of the ledger.
    pub fn take(&self, name: &str) -> Entry {
        self.ledger.lock().unwrap().remove(name).unwrap_or_default()
    }

    /// What was done to a user so far.
    pub fn look(&self, name: &str) -> Entry {
        self.ledger.lock().unwrap().get(name).cloned().unwrap_or_default()
    }

    /// The users that nobody has taken out.
    pub fn remaining_users(&self) -> Vec<String> {
        self.ledger.lock().unwrap().iter().map(|(name, entry)| format!("{name} {entry:?}")).collect()
    }

    /// How often each fault was made.
    pub fn faults(&self) -> Vec<(&'static str, u64)> {
        self.faults.lock().unwrap().iter().map(|(name, times)| (*name, *times)).collect()
    }

    /// What happens on a new connection.
    pub fn greet(&self, number: usize) -> Vec<Act> {
        let fault = match self.die(number, 1) {
            0..10 => ("reset when connected", vec![Act::Reset]),
            10..20 => ("reset within the request", vec![Act::Take(100), Act::Reset]),
            _ => return Vec::new(),
        };
        self.count(fault.0);
        fault.1
    }

    /// What happens to a request.
    pub fn answer(&self, number: usize, request: &Received) -> Vec<Act> {
        let mut die = self.die(number, 2);
        for fault in &FAULTS {
            match die.checked_sub(fault.weight) {
                Some(rest) => die = rest,
                None => {
                    self.count(fault.name);
                    return match fault.make {
                        Instead(acts) => acts(),
                        Done(acts) => acts(self.carry_out(request)),
                    };
                }
            }
        }
        self.carry_out(request)
    }

    /// A number below 1,000 that follows from the seed.
    fn die(&self, number: usize, which: u64) -> u32 {
        SmallRng::seed_from_u64(self.seed ^ (number as u64) << 2 ^ which).random_range(0..1000)
    }

    fn count(&self, name: &'static str) {
        *self.faults.lock().unwrap().entry(name).or_default() += 1;
    }

    /// As a good provider does.
    fn carry_out(&self, request: &Received) -> Vec<Act> {
        let (method, path) = request.line().split_once(' ').expect("a method and a path");
        let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
        if path == "/token" {
            return scim(200, json!({"access_token": "t0ken-of-the-soak", "token_type": "Bearer", "expires_in": 30}));
        }
        let named = path.find(PREFIX).map(|at| path[at..].split(|it: char| !it.is_alphanumeric()).next().unwrap());
        let name = body["userName"].as_str().or(named).expect("a user's name");
        let mut ledger = self.ledger.lock().unwrap();
        let there = ledger.get(name).is_some_and(|entry| entry.created > entry.deleted);
        match method {
            "POST" => {
                let entry = ledger.entry(name.to_owned()).or_default();
                entry.created += 1;
                entry.display = body["displayName"].as_str().map(str::to_owned);
                scim(201, user(name, entry))
            }
            "GET" if path.contains('?') => {
                let found: Vec<Value> =
                    ledger.get(name).filter(|_| there).map(|entry| user(name, entry)).into_iter().collect();
                let schemas = ["urn:ietf:params:scim:api:messages:2.0:ListResponse"];
                scim(200, json!({"schemas": schemas, "totalResults": found.len(), "startIndex": 1, "Resources": found}))
            }
            _ if !there => scim(404, json!({"status": "404", "detail": "there is no such user"})),
            "DELETE" => {
                ledger.get_mut(name).expect("a user").deleted += 1;
                answer(204, &[], "")
            }
            "PATCH" => {
                let entry = ledger.get_mut(name).expect("a user");
                let operation = &body["Operations"][0];
                let value = operation["value"].as_str().or(operation["value"]["displayName"].as_str());
                entry.display = Some(value.expect("a displayName").to_owned());
                scim(200, user(name, entry))
            }
            _ => scim(200, user(name, &ledger[name])),
        }
    }
}

fn user(name: &str, entry: &Entry) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": name, "userName": name,
        "displayName": entry.display})
}
