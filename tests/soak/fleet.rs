//! The clients: made and dropped while they are used, and taken from one version of the component to the next.

use crate::support::{code_cache, component};
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use scim_connector_host::egress::address::AddressRule;
use scim_connector_host::{
    Client, CodeCache, ConnectionSettings, ConnectionSource, Connector, Options, ShutdownReport,
};
use serde_json::json;
use std::sync::{Mutex, RwLock};
use std::time::{Duration, Instant};

/// Connections.
const CLIENTS: usize = 20;

/// Seconds between two versions.
const VERSION: u64 = 15;

/// What calls under way are given when their version is shut down.
const GRACE: Duration = Duration::from_secs(20);

/// The clients and the version they run on.
pub struct Fleet {
    origin: String,
    clients: RwLock<Vec<Client>>,
    state: Mutex<State>,
}

struct State {
    random: SmallRng,
    connector: Connector,
    /// Shut down.
    old: Vec<tokio::task::JoinHandle<(u64, Vec<String>)>>,
    made: u64,
}

/// A version: the same component, loaded once more.
fn load() -> Connector {
    let options = Options {
        code_cache: CodeCache::Folder(code_cache()),
        allow_addresses: vec![AddressRule::Loopback],
        // Shorter than the soak, so that instances are dropped for being idle as well.
        idle: Duration::from_secs(5),
        ..Options::default()
    };
    Connector::load(component(), options).expect("the component loads")
}

/// A client; every other one leaves its credentials to the host.
async fn client(connector: &Connector, origin: &str, number: usize) -> Client {
    let auth = json!({"type": "clientCredentials", "tokenUrl": format!("{origin}/token"), "clientId": "soak",
        "clientSecret": "s3cret-of-the-soak"});
    let mut connection = json!({
        "serviceUrl": format!("{origin}/scim"),
        "retry": {"baseDelayMs": 20},
        "timeouts": {"totalMs": 10_000, "firstByteMs": 1000, "betweenBytesMs": 1000},
    });
    let mut settings = json!({});
    if number.is_multiple_of(2) {
        connection["auth"] = auth;
    } else {
        connection["auth"] = json!({"type": "host"});
        settings["credentials"] = auth;
    }
    let settings = ConnectionSettings::from_json(settings, "host").expect("the settings are good");
    let source = ConnectionSource::from(connection).with_settings(&settings);
    connector.client(source).await.expect("the connection is good")
}

/// Shuts a version down that no client runs on any more, once its last call is over, so that none is refused; gives the calls it has had and what is wrong with it.
async fn retire(connector: Connector) -> (u64, Vec<String>) {
    let end = Instant::now() + GRACE;
    while connector.usage().open > 0 && Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let report = connector.shutdown(Duration::ZERO).await;
    let usage = connector.usage();
    let mut wrong = Vec::new();
    if usage.open + usage.warm > 0 {
        wrong.push(format!("a version that was shut down holds something: {usage:?}"));
    }
    if usage.totals.traps > 0 {
        wrong.push(format!("{} traps", usage.totals.traps));
    }
    if report != ShutdownReport::default() {
        wrong.push(format!("calls did not end by themselves in {GRACE:?}: {report:?}"));
    }
    (usage.totals.calls, wrong)
}

impl Fleet {
    /// All clients, on a first version.
    pub async fn launch(origin: &str, seed: u64) -> Self {
        let connector = load();
        let mut clients = Vec::new();
        for number in 0..CLIENTS {
            clients.push(client(&connector, origin, number).await);
        }
        let state = State { random: SmallRng::seed_from_u64(seed), connector, old: Vec::new(), made: CLIENTS as u64 };
        Self { origin: origin.to_owned(), clients: RwLock::new(clients), state: Mutex::new(state) }
    }

    /// One of the clients.
    pub fn client(&self, number: u64) -> Client {
        let clients = self.clients.read().unwrap();
        clients[number as usize % clients.len()].clone()
    }

    /// Versions and clients so far, for the report.
    pub fn totals(&self) -> (usize, u64) {
        let state = self.state.lock().unwrap();
        (state.old.len() + 1, state.made)
    }

    /// What happens in a second: a client is dropped and another one made; at times all go over to a new version.
    pub async fn change(&self, second: u64) {
        let (connector, number) = {
            let mut state = self.state.lock().unwrap();
            state.made += 1;
            (state.connector.clone(), state.random.random_range(0..CLIENTS))
        };
        let new = client(&connector, &self.origin, number).await;
        self.clients.write().unwrap()[number] = new;
        if second % VERSION != VERSION - 1 {
            return;
        }
        let newer = tokio::task::spawn_blocking(load).await.expect("a version");
        let clients = self.clients.read().unwrap().clone();
        for client in clients {
            client.replace(&newer).await.expect("the connection is as good as before");
        }
        let mut state = self.state.lock().unwrap();
        let old = std::mem::replace(&mut state.connector, newer);
        state.old.push(tokio::spawn(retire(old)));
    }

    /// Drops everything; gives the calls that all versions have counted, and says what is wrong.
    pub async fn end(&self, wrong: &mut Vec<String>) -> u64 {
        let clients = std::mem::take(&mut *self.clients.write().unwrap());
        for client in &clients {
            let usage = client.usage();
            if usage.running + usage.waiting > 0 || client.write_in_flight() {
                wrong.push(format!("a client without callers is busy: {usage:?}"));
            }
        }
        drop(clients);
        let (last, old) = {
            let mut state = self.state.lock().unwrap();
            (state.connector.clone(), std::mem::take(&mut state.old))
        };
        let running = last.clone();
        let mut calls = 0;
        for retired in old.into_iter().chain([tokio::spawn(retire(last))]) {
            let (counted, errors) = retired.await.expect("a version");
            calls += counted;
            wrong.extend(errors);
        }
        if running.usage().running > 0 {
            wrong.push(format!("calls are under way: {:?}", running.usage()));
        }
        calls
    }
}
