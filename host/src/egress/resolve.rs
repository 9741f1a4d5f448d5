//! Names to addresses: asks once, keeps the answer for a short time, and gives out only addresses that the connection may
//! reach. What is checked here is what is connected to, so a name that changes its mind in between gains nothing.

use crate::address::{Guard, Prohibited};
use hyper_util::client::legacy::connect::dns::Name;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use std::{fmt, io, vec};
use tokio::sync::OnceCell;
use tower_service::Service;

/// How long an answer is kept. The system's resolver does not tell how long it is good for.
const ANSWER_LIFETIME: Duration = Duration::from_secs(30);

/// How long a failure is kept: enough to spare a resolver that is down, not so long that anybody waits for it.
const FAILURE_LIFETIME: Duration = Duration::from_secs(2);

/// Most names kept; there is no more than one or two for a connection.
const MOST_NAMES: usize = 10_000;

/// A failed name lookup.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{name} does not resolve: {reason}")]
pub struct LookupFailed {
    name: String,
    reason: Arc<str>,
}

type Lookup = dyn Fn(String) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> + Send + Sync;

/// Finds the addresses of names and keeps them for a short time; shared by all connections. The default asks the
/// operating system.
pub struct Dns {
    lookup: Box<Lookup>,
    answer_lifetime: Duration,
    failure_lifetime: Duration,
    slots: Mutex<HashMap<String, Arc<OnceCell<Answer>>>>,
}

struct Answer {
    addresses: Result<Arc<[IpAddr]>, Arc<str>>,
    since: Instant,
}

impl fmt::Debug for Dns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dns(..)")
    }
}

impl Default for Dns {
    fn default() -> Self {
        Self::new(|name| async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

impl Dns {
    /// Asks `lookup`, which gets a host name and gives its addresses in the order in which they are to be tried.
    pub fn new<F>(lookup: impl Fn(String) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = io::Result<Vec<IpAddr>>> + Send + 'static,
    {
        let lookup = Box::new(move |name| Box::pin(lookup(name)) as Pin<Box<dyn Future<Output = _> + Send>>);
        Self { lookup, answer_lifetime: ANSWER_LIFETIME, failure_lifetime: FAILURE_LIFETIME, slots: Mutex::default() }
    }

    /// The addresses of a name.
    ///
    /// # Errors
    /// Where it has none, or nobody can say.
    pub async fn addresses(self: &Arc<Self>, name: &str) -> Result<Arc<[IpAddr]>, LookupFailed> {
        let slot = self.slot(name);
        if !slot.initialized() {
            let (dns, slot, name) = (self.clone(), slot.clone(), name.to_owned());
            // In a task, so that a question is asked once however many wait for it, and goes on when they give up.
            let asking = tokio::spawn(async move { slot.get_or_init(|| dns.ask(name)).await.since });
            asking.await.ok();
        }
        match slot.get().map(|answer| answer.addresses.clone()) {
            Some(Ok(addresses)) => Ok(addresses),
            Some(Err(reason)) => Err(LookupFailed { name: name.to_owned(), reason }),
            None => Err(LookupFailed { name: name.to_owned(), reason: "the lookup was ended".into() }),
        }
    }

    /// No connection came about with these addresses: they are asked for anew, unless they are fresh.
    pub fn doubt(&self, name: &str) {
        let mut slots = self.slots.lock();
        let old = |slot: &Arc<OnceCell<Answer>>| slot.get().is_some_and(|a| a.since.elapsed() >= self.failure_lifetime);
        if slots.get(name).is_some_and(old) {
            slots.remove(name);
        }
    }

    async fn ask(&self, name: String) -> Answer {
        let addresses = match (self.lookup)(name).await {
            Ok(found) if found.is_empty() => Err("it has no address".into()),
            Ok(found) => Ok(found.into()),
            Err(error) => Err(error.to_string().into()),
        };
        Answer { addresses, since: Instant::now() }
    }

    /// The place for a name's answer; a new one where the answer is too old.
    fn slot(&self, name: &str) -> Arc<OnceCell<Answer>> {
        let fresh = |slot: &Arc<OnceCell<Answer>>| match slot.get() {
            Some(Answer { addresses: Ok(_), since }) => since.elapsed() < self.answer_lifetime,
            Some(Answer { addresses: Err(_), since }) => since.elapsed() < self.failure_lifetime,
            None => true,
        };
        let mut slots = self.slots.lock();
        if let Some(slot) = slots.get(name).filter(|slot| fresh(slot)) {
            return slot.clone();
        }
        if slots.len() >= MOST_NAMES {
            slots.retain(|_, slot| fresh(slot));
            if slots.len() >= MOST_NAMES {
                slots.clear();
            }
        }
        let slot = Arc::new(OnceCell::new());
        slots.insert(name.to_owned(), slot.clone());
        slot
    }
}

/// What hyper-util asks: the addresses of a name that this connection may reach.
#[derive(Clone)]
pub struct Resolver {
    /// Finds them.
    pub dns: Arc<Dns>,
    /// Chooses among them; `None` takes all.
    pub guard: Option<Arc<Guard>>,
}

/// Why there is no address to connect to.
#[derive(Debug, thiserror::Error)]
pub enum Unresolved {
    /// There is none.
    #[error(transparent)]
    Failed(#[from] LookupFailed),
    /// None may be reached.
    #[error(transparent)]
    Prohibited(#[from] Prohibited),
}

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = Unresolved;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Unresolved>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Unresolved>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let Self { dns, guard } = self.clone();
        Box::pin(async move {
            let found = dns.addresses(name.as_str()).await?;
            let good = match guard {
                Some(guard) => guard.allowed(name.as_str(), &found)?,
                None => found.to_vec(),
            };
            // hyper-util sets the port.
            Ok(good.into_iter().map(|address| SocketAddr::new(address, 0)).collect::<Vec<_>>().into_iter())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// A resolver that counts questions and answers with the count as the last octet; `none.test` has no address.
    fn counting() -> (Dns, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        let dns = Dns::new(move |name| {
            let count = count.clone();
            async move {
                let number = count.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(20)).await;
                if name == "none.test" {
                    return Err(io::Error::other("no such host"));
                }
                Ok(vec![IpAddr::from([8, 8, 8, u8::try_from(number).unwrap()])])
            }
        });
        (dns, asked)
    }

    #[tokio::test]
    async fn many_who_ask_at_once_ask_once_and_answers_are_kept() {
        let (dns, asked) = counting();
        let dns = Arc::new(dns);
        let all: Vec<_> = (0..50)
            .map(|_| {
                tokio::spawn({
                    let dns = dns.clone();
                    async move { dns.addresses("a.test").await }
                })
            })
            .collect();
        for one in all {
            assert_eq!(*one.await.unwrap().unwrap(), [IpAddr::from([8, 8, 8, 0])]);
        }
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        dns.addresses("b.test").await.unwrap();
        let error = dns.addresses("none.test").await.unwrap_err();
        assert_eq!(error.to_string(), "none.test does not resolve: no such host");
        dns.addresses("none.test").await.unwrap_err();
        assert_eq!(asked.load(Ordering::SeqCst), 3, "failures are kept too");
    }

    #[tokio::test]
    async fn answers_age_and_are_doubted() {
        let (mut dns, asked) = counting();
        (dns.answer_lifetime, dns.failure_lifetime) = (Duration::from_secs(3600), Duration::ZERO);
        let dns = Arc::new(dns);
        for _ in 0..2 {
            dns.addresses("a.test").await.unwrap();
            dns.addresses("none.test").await.unwrap_err();
        }
        assert_eq!(asked.load(Ordering::SeqCst), 3, "the failure was asked for twice");
        dns.doubt("a.test");
        assert_eq!(*dns.addresses("a.test").await.unwrap(), [IpAddr::from([8, 8, 8, 3])]);

        let (mut dns, asked) = counting();
        dns.answer_lifetime = Duration::ZERO;
        let dns = Arc::new(dns);
        for _ in 0..2 {
            dns.addresses("a.test").await.unwrap();
        }
        assert_eq!(asked.load(Ordering::SeqCst), 2);
        dns.doubt("a.test");
    }

    #[tokio::test]
    async fn a_question_goes_on_when_nobody_waits() {
        let (dns, asked) = counting();
        let dns = Arc::new(dns);
        let given_up = tokio::time::timeout(Duration::from_millis(1), dns.addresses("a.test")).await;
        assert!(given_up.is_err());
        assert_eq!(*dns.addresses("a.test").await.unwrap(), [IpAddr::from([8, 8, 8, 0])]);
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_resolver_gives_only_what_may_be_reached() {
        let dns = Arc::new(Dns::new(|_| async { Ok(vec![[10, 0, 0, 1].into(), [8, 8, 8, 8].into()]) }));
        let name: Name = "a.test".parse().unwrap();
        let mut guarded = Resolver { dns: dns.clone(), guard: Some(Arc::default()) };
        let found: Vec<_> = guarded.call(name.clone()).await.unwrap().collect();
        assert_eq!(found, [SocketAddr::from(([8, 8, 8, 8], 0))]);
        let mut open = Resolver { dns, guard: None };
        assert_eq!(open.call(name).await.unwrap().count(), 2);
    }
}
