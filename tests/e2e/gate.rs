//! How much happens at a time: rate, pauses the provider asks for, the breaker, turns between connections, warm instances;
//! and how a connector ends or is replaced while calls run.

use crate::fake::{Act, Fake, Received, answer, json as scim};
use crate::harness::{block_on, connector, connector_with};
use scim_connector_host::settings::{Breaker, ConnectionSettings, Limits};
use scim_connector_host::{BreakerState, Client, ConnectionSource, Connector, Error, ShutdownReport};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A client of a fake, with these limits; `settings` are members of the connection.
fn client(connector: &Connector, fake: &Fake, settings: Value, limits: Limits) -> Client {
    let mut connection = json!({"serviceUrl": format!("{}/scim", fake.origin()), "auth": {"type": "bearer", "token": "t0ken-of-the-gate"}});
    for (name, value) in settings.as_object().into_iter().flatten() {
        connection[name] = value.clone();
    }
    let settings = ConnectionSettings { limits, ..ConnectionSettings::default() };
    block_on(connector.client(ConnectionSource::from(connection).with_settings(&settings))).unwrap()
}

fn user() -> Vec<Act> {
    scim(201, json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "1", "userName": "ada"}))
}

/// Has no user until one is made.
fn lookup_or_user(received: &Received) -> Vec<Act> {
    if received.line().starts_with("GET") {
        let schemas = ["urn:ietf:params:scim:api:messages:2.0:ListResponse"];
        return scim(200, json!({"schemas": schemas, "totalResults": 0, "Resources": []}));
    }
    user()
}

/// A fake that also notes when it was asked.
fn timed(script: impl Fn(usize, &Received) -> Vec<Act> + Send + Sync + 'static) -> (Fake, Arc<Mutex<Vec<Instant>>>) {
    let times = Arc::new(Mutex::new(Vec::new()));
    let log = times.clone();
    let fake = Fake::start(move |number, received| {
        log.lock().unwrap().push(Instant::now());
        script(number, received)
    });
    (fake, times)
}

async fn create(client: Client, name: &str) -> Result<(), Error> {
    client.invoke("createUser", &json!({"payload": {"userName": name}})).await.map(drop)
}

async fn until(what: &str, condition: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !condition() {
        assert!(Instant::now() < end, "{what}: not within a minute");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[test]
fn a_pause_the_provider_asks_for_holds_back_all_calls() {
    let (fake, times) = timed(|number, _| if number == 0 { answer(429, &[("Retry-After", "2")], "") } else { user() });
    let client = client(connector(), &fake, json!({}), Limits::default());
    block_on(async {
        let first = tokio::spawn(create(client.clone(), "a"));
        until("the provider says 429", || client.usage().held_ms > 0).await;
        let others: Vec<_> = (0..3).map(|_| tokio::spawn(create(client.clone(), "b"))).collect();
        first.await.unwrap().unwrap();
        for other in others {
            other.await.unwrap().unwrap();
        }
    });
    let times = times.lock().unwrap();
    assert_eq!(times.len(), 5, "one refused, four carried out");
    for later in &times[1..] {
        let after = *later - times[0];
        assert!(after > Duration::from_millis(1900), "asked again after {after:?}");
    }
}

#[test]
fn a_pause_beyond_what_the_connection_allows_is_waited_for_by_nobody() {
    for (asked, hint) in [("5", 5_000), ("600", 600_000), ("1000000000000", 1_000_000_000_000_000_u64)] {
        let (fake, times) =
            timed(move |number, _| if number == 0 { answer(429, &[("Retry-After", asked)], "") } else { user() });
        let client = client(connector(), &fake, json!({"retry": {"maxDelayMs": 1000}}), Limits::default());
        for _ in 0..3 {
            let began = Instant::now();
            let error = block_on(create(client.clone(), "a")).unwrap_err();
            assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
            // Of calls that are held back, too: what the provider asked for.
            let told = error.to_json();
            let after = told["retryAfterMs"].as_u64().unwrap();
            assert_eq!((&told["kind"], &told["maybeApplied"]), (&json!("throttled"), &json!(false)), "{told}");
            assert!(after <= hint && after + 4_000 > hint, "{told}");
        }
        assert_eq!(times.lock().unwrap().len(), 1, "Retry-After: {asked}");
    }
}

#[test]
fn requests_leave_at_the_rate_over_all_instances() {
    let (fake, times) = timed(|_, received| lookup_or_user(received));
    let limits = Limits { requests_per_second: Some(8.0), burst: Some(1), ..Limits::default() };
    let client = client(connector(), &fake, json!({}), limits);
    block_on(async {
        let calls: Vec<_> = (0..6)
            .map(|number| {
                let client = client.clone();
                tokio::spawn(async move {
                    client.invoke("ensureUser", &json!({"payload": {"userName": format!("u{number}")}})).await
                })
            })
            .collect();
        for call in calls {
            call.await.unwrap().unwrap();
        }
    });
    let times = times.lock().unwrap();
    assert_eq!(times.len(), 12, "a lookup and a creation each");
    let took = *times.last().unwrap() - times[0];
    assert!(took > Duration::from_millis(11 * 125 - 100), "{took:?} for 12 requests at 8 a second");
}

#[test]
fn a_request_that_would_wait_for_long_is_answered_by_the_host() {
    let (fake, times) = timed(|_, received| lookup_or_user(received));
    let limits = Limits { requests_per_second: Some(0.5), ..Limits::default() };
    let ensure = |settings: Value| {
        let client = client(connector(), &fake, settings, limits.clone());
        block_on(client.invoke("ensureUser", &json!({"payload": {"userName": "ada"}})))
    };
    ensure(json!({"timeouts": {"connectMs": 500}})).unwrap();
    let times = times.lock().unwrap().clone();
    let took = times[1] - times[0];
    assert!(took > Duration::from_millis(1900), "{took:?}");
    // Without retries, the caller is told.
    let error = ensure(json!({"timeouts": {"connectMs": 500}, "retry": {"maxAttempts": 1}})).unwrap_err();
    let failure = error.to_json();
    assert_eq!(
        (failure["kind"].as_str(), failure["error"].as_str()),
        (Some("throttled"), Some("transient")),
        "{failure}"
    );
    assert!(failure["detail"].as_str().unwrap().contains("host.limits.requestsPerSecond"), "{failure}");
    assert_eq!(fake.requests().len(), 3);
}

#[test]
fn a_provider_that_is_down_is_left_alone_until_it_answers_again() {
    let well = Arc::new(AtomicBool::new(false));
    let state = well.clone();
    let fake = Fake::start(move |_, _| if state.load(Ordering::SeqCst) { user() } else { answer(503, &[], "") });
    let limits = Limits { breaker: Breaker { failures: 3, pause_ms: 1500 }, ..Limits::default() };
    let client = client(connector(), &fake, json!({"retry": {"maxAttempts": 1}}), limits);
    block_on(async {
        for _ in 0..3 {
            let error = create(client.clone(), "a").await.unwrap_err();
            assert_eq!(error.class().kind, "unavailable", "{error}");
        }
        let error = create(client.clone(), "a").await.unwrap_err();
        let Error::CircuitOpen { failures: 3, last, .. } = &error else { panic!("{error:?}") };
        assert_eq!(last, "status 503");
        assert_eq!((fake.requests().len(), client.usage().breaker), (3, BreakerState::Open));
        well.store(true, Ordering::SeqCst);
        until("the pause is over", || client.usage().breaker == BreakerState::HalfOpen).await;
        create(client.clone(), "a").await.unwrap();
        assert_eq!((fake.requests().len(), client.usage().breaker), (4, BreakerState::Closed));
    });
}

#[test]
fn connections_take_turns() {
    let fake = || {
        Fake::start(|_, _| {
            std::thread::sleep(Duration::from_millis(20));
            user()
        })
    };
    let connector = connector_with(|options| options.max_instances = 2);
    let (many, one) = (fake(), fake());
    let busy = client(&connector, &many, json!({}), Limits::default());
    let quiet = client(&connector, &one, json!({}), Limits::default());
    block_on(async {
        let calls: Vec<_> = (0..300).map(|_| tokio::spawn(create(busy.clone(), "a"))).collect();
        until("calls wait", || busy.usage().waiting > 250 && many.requests().len() > 2).await;
        for _ in 0..3 {
            let before = many.requests().len();
            create(quiet.clone(), "b").await.unwrap();
            let meanwhile = many.requests().len() - before;
            assert!(meanwhile <= 8, "{meanwhile} calls of the other connection came first");
        }
        assert!(connector.usage().running <= 2);
        assert!(!calls.iter().all(tokio::task::JoinHandle::is_finished), "nobody was waiting any more");
        for call in calls {
            call.await.unwrap().unwrap();
        }
    });
    assert_eq!((many.requests().len(), connector.usage().running, connector.usage().open), (300, 0, 0));
}

#[test]
fn warm_instances_are_bounded_over_all_connections_and_go_after_a_while() {
    let fake = Fake::start(|_, _| user());
    let connector = connector_with(|options| {
        options.warm_instances = 3;
        options.idle = Duration::from_secs(2);
    });
    let clients: Vec<Client> = (0..5).map(|_| client(&connector, &fake, json!({}), Limits::default())).collect();
    block_on(async {
        for client in &clients {
            create(client.clone(), "a").await.unwrap();
        }
        let warm: Vec<usize> = clients.iter().map(|client| client.usage().warm).collect();
        assert_eq!(warm, [0, 0, 1, 1, 1], "the least recently used went first");
        assert_eq!((connector.usage().warm, connector.usage().evicted), (3, 2));
        create(clients[4].clone(), "a").await.unwrap();
        assert_eq!(clients[4].usage().totals.instances, 1, "the warm one was taken");
        until("they go", || connector.usage().warm == 0).await;
        create(clients[4].clone(), "a").await.unwrap();
        assert_eq!(clients[4].usage().totals.instances, 2);
    });
    let fresh = connector_with(|options| options.warm_instances = 0);
    let client = client(&fresh, &fake, json!({}), Limits::default());
    for _ in 0..3 {
        block_on(create(client.clone(), "a")).unwrap();
    }
    assert_eq!((client.usage().warm, client.usage().totals.instances), (0, 3));
}

#[test]
fn shutting_down_ends_in_time_and_says_what_became_of_each_call() {
    let fake = Fake::start(|_, received| {
        if received.body.contains("hangs") {
            return vec![Act::Silence];
        }
        std::thread::sleep(Duration::from_millis(500));
        user()
    });
    let connector = connector_with(|_| ());
    let client = client(&connector, &fake, json!({}), Limits { concurrency: 2, ..Limits::default() });
    block_on(async {
        let finishes = tokio::spawn(create(client.clone(), "finishes"));
        let hangs = tokio::spawn(create(client.clone(), "hangs"));
        until("both are sent", || fake.requests().len() == 2).await;
        let waits = tokio::spawn(create(client.clone(), "waits"));
        until("the third waits", || client.usage().waiting == 1).await;
        let report = connector.shutdown(Duration::from_secs(3)).await;
        let expected = ShutdownReport { finished: 1, refused: 1, maybe_applied: 1, ..ShutdownReport::default() };
        assert_eq!(report, expected);
        finishes.await.unwrap().unwrap();
        let hung = hangs.await.unwrap().unwrap_err();
        assert!(matches!(hung, Error::ShuttingDown { maybe_applied: true }), "{hung:?}");
        let waited = waits.await.unwrap().unwrap_err();
        assert!(matches!(waited, Error::ShuttingDown { maybe_applied: false }), "{waited:?}");
        let late = create(client.clone(), "late").await.unwrap_err();
        assert!(matches!(late, Error::ShuttingDown { maybe_applied: false }), "{late:?}");
        assert_eq!((connector.usage().open, connector.usage().warm, fake.requests().len()), (0, 0, 2));
        assert_eq!(connector.shutdown(Duration::ZERO).await, ShutdownReport::default());
    });
}

#[test]
fn versions_are_swapped_under_load_without_losing_a_call() {
    let fake = Fake::start(|_, _| user());
    let versions = [connector_with(|_| ()), connector_with(|_| ())];
    let client = client(&versions[0], &fake, json!({}), Limits::default());
    block_on(async {
        let load: Vec<_> = (0..8)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move {
                    for _ in 0..25 {
                        create(client.clone(), "a").await.unwrap();
                    }
                })
            })
            .collect();
        let mut swaps = 0;
        while !load.iter().all(tokio::task::JoinHandle::is_finished) {
            swaps += 1;
            client.replace(&versions[swaps % 2]).await.unwrap();
        }
        for task in load {
            task.await.unwrap();
        }
        assert!(swaps > 3, "{swaps}");
    });
    assert_eq!(fake.requests().len(), 200);
    let calls = versions.each_ref().map(|version| version.usage().totals.calls);
    assert!(calls.iter().all(|calls| *calls > 0) && calls.iter().sum::<u64>() == 200, "{calls:?}");
    assert_eq!(client.usage().totals.calls, 200);
    drop(client);
    assert_eq!(versions.map(|version| version.usage().warm), [0, 0]);
}
