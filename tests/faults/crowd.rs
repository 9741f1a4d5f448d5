//! Rows of many calls at the same time.

use crate::fault::{Found, in_words};
use crate::play::{client, client_of, is_write, options, until};
use crate::provider::Users;
use crate::support::fake::{Act, Fake, Manners, Received, answer, json as scim};
use crate::support::{code_cache, component};
use scim_connector_host::settings::ConnectionSettings;
use scim_connector_host::{Client, Connector, Options};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// A server and how many clients it gets.
struct ServerGroup {
    origin: String,
    clients: usize,
}

/// 500 good connections, and 500 to servers that are gone, break off, hang up or say nothing.
pub async fn thousand() -> Found {
    let users = Arc::<Users>::default();
    let good = provider(&users, |users, request| users.answer(request));
    let resets = Fake::with(Manners {
        greeting: Box::new(|_| vec![Act::Take(9), Act::Reset]),
        tls: None,
        script: Box::new(|_, _| Vec::new()),
    });
    let (closes, silent) = (Fake::start(|_, _| vec![Act::Close]), Fake::start(|_, _| vec![Act::Silence]));
    let gone = Fake::start(|_, _| Vec::new());
    let gone_origin = gone.origin();
    drop(gone);
    let mut crowd = JoinSet::new();
    let parts = [(&good, 500), (&resets, 125), (&closes, 125), (&silent, 125)]
        .map(|(fake, clients)| ServerGroup { origin: fake.origin(), clients });
    let settings = |part: &ServerGroup| {
        // Silence is waited for; a good provider on a busy machine takes its time too.
        let first_byte = if part.origin == silent.origin() { 2000 } else { 30_000 };
        json!({"timeouts": {"totalMs": 60_000, "firstByteMs": first_byte}})
    };
    for part in parts.into_iter().chain([ServerGroup { origin: gone_origin, clients: 125 }]) {
        for _ in 0..part.clients {
            let (origin, settings) = (part.origin.clone(), settings(&part));
            crowd.spawn(async move { call(client(&origin, &settings).await).await });
        }
    }
    counted(crowd, &[good, resets, closes, silent], &users).await
}

/// One connection, 100 calls, each throttled twice.
pub async fn storm() -> Found {
    let refused = Mutex::new(BTreeMap::<String, usize>::new());
    at_once(100, move |users, request| {
        let mut refused = refused.lock().unwrap();
        let times = refused.entry(request.body.clone()).or_default();
        *times += 1;
        if *times <= 2 { answer(429, &[("Retry-After", "0")], "") } else { users.answer(request) }
    })
    .await
}

/// One connection, 100 calls, each carried out and answered with an error.
pub async fn burst() -> Found {
    at_once(100, |users, request| {
        users.answer(request);
        scim(500, "{}")
    })
    .await
}

/// One connection, 100 calls one after the other to a provider that is down: after 20 the circuit breaker asks no more.
pub async fn down() -> Found {
    let users = Arc::<Users>::default();
    let fake = provider(&users, |_, _| answer(503, &[], ""));
    let options = Options { settings: ConnectionSettings::default(), ..options(code_cache()) };
    let connector = Connector::load(component(), options).expect("the component loads");
    let client = client_of(&connector, &fake.origin(), &json!({})).await;
    let mut calls = JoinSet::new();
    for _ in 0..100 {
        let seen = call(client.clone()).await;
        calls.spawn(std::future::ready(seen));
    }
    drop(client);
    counted(calls, &[fake], &users).await
}

async fn at_once(calls: usize, script: impl Fn(&Users, &Received) -> Vec<Act> + Send + Sync + 'static) -> Found {
    let users = Arc::<Users>::default();
    let fake = provider(&users, script);
    let client = client(&fake.origin(), &json!({"timeouts": {"totalMs": 30_000}})).await;
    let mut crowd = JoinSet::new();
    for _ in 0..calls {
        crowd.spawn(call(client.clone()));
    }
    drop(client);
    counted(crowd, &[fake], &users).await
}

fn provider(users: &Arc<Users>, script: impl Fn(&Users, &Received) -> Vec<Act> + Send + Sync + 'static) -> Fake {
    let users = users.clone();
    Fake::start(move |_, request| script(&users, request))
}

/// Creates a user of its own.
pub async fn call(client: Client) -> String {
    let unique: u64 = rand::random();
    let payload = json!({"userName": "ada", "externalId": unique.to_string()});
    in_words(&client.invoke("createUser", &json!({"payload": payload})).await)
}

/// Waits for all calls and counts what came of them.
pub async fn counted(mut crowd: JoinSet<String>, fakes: &[Fake], users: &Users) -> Found {
    let started = Instant::now();
    let mut tally = BTreeMap::<String, usize>::new();
    while let Some(seen) = crowd.join_next().await {
        *tally.entry(seen.expect("a call that panicked")).or_default() += 1;
    }
    let took = started.elapsed();
    let mut wrong = Vec::new();
    if !until(Duration::from_secs(5), || fakes.iter().all(|fake| fake.open() == 0)).await {
        let open: Vec<usize> = fakes.iter().map(Fake::open).collect();
        wrong.push(format!("connections stay open without a client: {open:?}"));
    }
    let requests: Vec<Received> = fakes.iter().flat_map(Fake::requests).collect();
    let distinct = users.distinct("externalId");
    if distinct != users.count() {
        wrong.push(format!("{} users of {} were created twice", users.count() - distinct, users.count()));
    }
    let seen: Vec<String> = tally.iter().map(|(seen, times)| format!("{times} {seen}")).collect();
    Found {
        seen: seen.join(", "),
        requests: requests.len(),
        writes: requests.iter().filter(|request| is_write(request)).count(),
        users: users.count(),
        connections: fakes.iter().map(Fake::connections).sum(),
        took,
        shown: String::new(),
        wrong,
    }
}
