//! Rows about what the host itself keeps to for a connection: which addresses it reaches and over which proxy, whom its TLS
//! trusts and what it shows, how many calls wait, when it leaves a provider alone.

use crate::crowd::{call, counted};
use crate::fault::{Call, Create, Found};
use crate::play::{client, client_of, described, invoke, is_write, options};
use crate::provider::Users;
use crate::support::fake::{Act, Fake, Manners, Received, answer};
use crate::support::{code_cache, component};
use crate::tls::Authority;
use scim_connector_host::egress::resolve::Dns;
use scim_connector_host::{Client, Connector, Options};
use serde_json::{Value, json};
use std::net::{IpAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// A provider and what it has, with TLS or without.
fn provider(
    tls: Option<TlsAcceptor>,
    script: impl Fn(&Users, usize, &Received) -> Vec<Act> + Send + Sync + 'static,
) -> (Fake, Arc<Users>) {
    let users = Arc::<Users>::default();
    let all = users.clone();
    let script = Box::new(move |number, request: &Received| script(&all, number, request));
    (Fake::with(Manners { greeting: Box::new(|_| Vec::new()), tls, script }), users)
}

/// Calls, and counts what a provider got.
async fn counted_call(client: Client, what: Call, fake: &Fake, users: &Users) -> Found {
    let (result, took) = invoke(&client, what).await;
    let requests = fake.requests();
    Found {
        requests: requests.len(),
        writes: requests.iter().filter(|request| is_write(request)).count(),
        users: users.count(),
        connections: fake.connections(),
        took,
        ..described(&result)
    }
}

/// A connector that reaches public addresses only, and for which all names have the answers of `lookup`.
fn strict(lookup: impl Fn() -> IpAddr + Send + Sync + 'static) -> Connector {
    let dns = Dns::new(move |_| std::future::ready(Ok(vec![lookup()])));
    let options = Options { allow_addresses: Vec::new(), dns: Arc::new(dns), ..options(code_cache()) };
    Connector::load(component(), options).expect("the component loads")
}

/// A name or an address that leads to this machine or its network. A server listens on the port on this machine.
pub async fn forbidden(host: &str, address: [u8; 4]) -> Found {
    let (fake, users) = provider(None, |users, _, request| users.answer(request));
    let connector = strict(move || address.into());
    let origin = format!("http://{host}:{}", fake.address().port());
    let client = client_of(&connector, &origin, &json!({"allowInsecureHttp": true})).await;
    let mut found = counted_call(client, Create, &fake, &users).await;
    if found.connections > 0 {
        found.wrong.push(format!("{} connections were made", found.connections));
    }
    if !found.shown.contains("host.allow.addresses") {
        found.wrong.push("the failure does not say what would allow it".into());
    }
    found
}

/// The name leads to where it may at first; when that server is gone it is asked for again, and leads to where it must not.
pub async fn rebinding() -> Found {
    let (fake, users) = provider(None, |users, _, request| users.answer(request));
    let port = fake.address().port();
    // The victim: another address of this machine, the same port.
    let victim = TcpListener::bind(("127.0.0.2", port)).expect("a free port");
    victim.set_nonblocking(true).expect("a listener");
    let asked = Arc::<AtomicUsize>::default();
    let asking = asked.clone();
    let connector = strict(move || match asking.fetch_add(1, Ordering::SeqCst) {
        0 => [127, 0, 0, 1].into(),
        _ => [127, 0, 0, 2].into(),
    });
    let settings = json!({"allowInsecureHttp": true, "host": {"allow": {"addresses": ["127.0.0.1"]}}});
    let client = client_of(&connector, &format!("http://scim.test:{port}"), &settings).await;
    invoke(&client, Call::Get).await.0.expect("the first call is answered well");
    drop(fake);
    // An answer so old that it is doubted when no connection comes about.
    tokio::time::sleep(Duration::from_millis(2100)).await;
    let (result, took) = invoke(&client, Create).await;
    let mut wrong = Vec::new();
    if victim.accept().is_ok() {
        wrong.push("the forbidden address was connected to".to_owned());
    }
    if asked.load(Ordering::SeqCst) < 2 {
        wrong.push("the name was not asked for again".to_owned());
    }
    Found { took, users: users.count(), wrong, ..described(&result) }
}

/// A proxy that answers CONNECT with this status.
pub async fn proxy_says(status: u16) -> Found {
    let (proxy, users) = provider(None, move |_, _, _| answer(status, &[], ""));
    let settings = json!({"host": {"proxy": proxy.origin()}});
    let mut found = counted_call(client("https://scim.test", &settings).await, Create, &proxy, &users).await;
    // They are the proxy's, and nothing of the request is in them.
    if proxy.requests().iter().any(|request| request.line() != "CONNECT scim.test:443") {
        found.wrong.push("the proxy was sent something else than CONNECT".into());
    }
    (found.requests, found.writes) = (0, 0);
    found
}

/// What the TLS of a row is like.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// The connection names the authority itself.
    Own,
    /// It names another one.
    Other,
    /// The server asks for a client's certificate, and gets none.
    Unshown,
    /// It gets one.
    Shown,
}

/// A server of an authority that the system does not know.
pub async fn tls(trust: Trust) -> Found {
    let (authority, other) = (Authority::new(), Authority::new());
    let asks = matches!(trust, Trust::Shown | Trust::Unshown);
    let acceptor = authority.acceptor(asks.then_some(&authority));
    let (fake, users) = provider(Some(acceptor), |users, _, request| users.answer(request));
    let named = if trust == Trust::Other { &other } else { &authority };
    let mut settings = json!({"host": {"tls": {"ca": [named.pem()]}}});
    if trust == Trust::Shown {
        let (certificate, key) = authority.client();
        settings["host"]["tls"]["clientCertificate"] = certificate.into();
        settings["host"]["tls"]["clientKey"] = key.into();
    }
    let origin = format!("https://localhost:{}", fake.address().port());
    counted_call(client(&origin, &settings).await, Create, &fake, &users).await
}

/// So many calls of one connection at once; a panic of any is the row's.
async fn at_once(calls: usize, fake: Fake, users: &Users, settings: Value) -> Found {
    let client = client(&fake.origin(), &settings).await;
    let mut crowd = JoinSet::new();
    for _ in 0..calls {
        crowd.spawn(call(client.clone()));
    }
    drop(client);
    counted(crowd, &[fake], users).await
}

/// One call runs, five wait, and no more are taken.
pub async fn overflow() -> Found {
    let (fake, users) = provider(None, |users, _, request| {
        [vec![Act::Pause(Duration::from_millis(500))], users.answer(request)].concat()
    });
    at_once(20, fake, &users, json!({"host": {"limits": {"concurrency": 1, "queue": 5}}})).await
}

/// One call is told to come back in two seconds; the others, which come meanwhile, keep to it.
pub async fn gate() -> Found {
    let (first, early) = (Mutex::new(None::<Instant>), Arc::<AtomicUsize>::default());
    let counter = early.clone();
    let (fake, users) = provider(None, move |users, number, request| {
        let first = *first.lock().unwrap().get_or_insert_with(Instant::now);
        if number == 0 {
            return answer(429, &[("Retry-After", "2")], "");
        }
        // Its time is a clock's that two threads read.
        if first.elapsed() < Duration::from_millis(1950) {
            counter.fetch_add(1, Ordering::SeqCst);
        }
        users.answer(request)
    });
    let client = client(&fake.origin(), &json!({"timeouts": {"totalMs": 30_000}})).await;
    let mut crowd = JoinSet::new();
    crowd.spawn(call(client.clone()));
    let told = crate::play::until(Duration::from_secs(5), || client.usage().held_ms > 0).await;
    for _ in 1..20 {
        crowd.spawn(call(client.clone()));
    }
    drop(client);
    let mut found = counted(crowd, &[fake], &users).await;
    if !told {
        found.wrong.push("the connection was not held back".into());
    }
    if early.load(Ordering::SeqCst) > 0 {
        found.wrong.push(format!("{} requests came before their time", early.load(Ordering::SeqCst)));
    }
    found
}
