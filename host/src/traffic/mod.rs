//! How much of one connection may happen at a time: calls let in one after another, requests at the rate that is set or
//! that the provider asks for, none while it is down. Shared by all instances and versions of a client. Knows neither the
//! component nor HTTP.

pub mod breaker;
pub mod rate;

use crate::error::{Error, Failure, FailureKind, Result};
use crate::settings::Limits;
use breaker::{Breaker, Trial};
use rate::{Bucket, Departure};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

/// The longest that a provider's `Retry-After` holds back a connection. Some name a date far away, and nobody could tell
/// such a connection from a broken one; after this time one request asks again.
const LONGEST_HOLD: Duration = Duration::from_secs(300);

/// The gate of one connection.
pub struct Traffic {
    calls: Semaphore,
    concurrency: usize,
    /// Held by the one call of this connection that waits for a slot of all connections, or for its request's place in
    /// time. So each connection has one call in the line for slots, and those with many calls take turns with the rest.
    turn: Semaphore,
    waiting: AtomicUsize,
    queue: usize,
    bucket: Bucket,
    /// The longest that anybody waits because the provider asks for it, where the connection says so (`retry.maxDelayMs`).
    longest_pause: Option<Duration>,
    /// When to stop asking.
    pub breaker: Breaker,
}

/// A call that was let in. Its parts are given back when it is dropped.
pub struct Admitted<'a> {
    _call: SemaphorePermit<'a>,
    _slot: OwnedSemaphorePermit,
    _trial: Option<Trial<'a>>,
}

/// Requests are held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttled {
    /// Until then another attempt is of no use: until their turn comes, or to the time that the provider has named, however far away.
    pub pause: Duration,
    /// Whether the provider asked for it; the connection's own limit does otherwise.
    pub by_provider: bool,
}

impl Throttled {
    /// How long to wait, in whole seconds, and not too short.
    pub fn seconds(&self) -> u64 {
        u64::try_from(self.pause.as_millis().div_ceil(1000)).unwrap_or(u64::MAX)
    }

    /// Why, in words.
    pub fn reason(&self) -> String {
        let milliseconds = self.pause.as_millis();
        if self.by_provider {
            format!("not sent: the provider has asked for a pause (Retry-After), of which {milliseconds} ms are left")
        } else {
            format!(
                "not sent: requests of this connection are limited (host.limits.requestsPerSecond), and its turn comes in {milliseconds} ms"
            )
        }
    }
}

impl From<Throttled> for Error {
    fn from(throttled: Throttled) -> Self {
        let failure = Failure {
            kind: FailureKind::Throttled,
            status: None,
            scim_type: None,
            detail: throttled.reason(),
            pointer: None,
            problems: None,
            oauth_error: None,
            retry_after_ms: Some(throttled.seconds().saturating_mul(1000)),
            maybe_applied: false,
            request_id: None,
            excerpt: None,
        };
        Self::Failure { transient: true, failure: Box::new(failure) }
    }
}

/// A call in the queue.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Traffic {
    /// An open gate with these limits.
    pub fn new(limits: &Limits) -> Self {
        let concurrency = limits.concurrency.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            calls: Semaphore::new(concurrency),
            concurrency,
            turn: Semaphore::new(1),
            waiting: AtomicUsize::new(0),
            queue: limits.queue,
            bucket: Bucket::new(limits.requests_per_second, limits.burst),
            longest_pause: None,
            breaker: Breaker::new(limits.breaker),
        }
    }

    /// The same, where nobody waits for longer than this because the provider asks for it.
    pub fn with_longest_pause(self, longest_pause: Option<Duration>) -> Self {
        Self { longest_pause, ..self }
    }

    /// Calls that have been let in and are not over.
    pub fn running(&self) -> usize {
        self.concurrency.saturating_sub(self.calls.available_permits())
    }

    /// Calls that wait to be let in.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// How long the provider wants no requests.
    pub fn held_for(&self) -> Duration {
        self.bucket.shut_for()
    }

    /// Lets a call in if it need not wait; `prepaid` is set, as with [`Traffic::admit`].
    ///
    /// # Errors
    /// [`Error::CircuitOpen`].
    pub fn try_admit(&self, slots: &Arc<Semaphore>) -> Result<Option<Admitted<'_>>> {
        // The trial of a breaker comes last, since only one call at a time may have it.
        let Ok(call) = self.calls.try_acquire() else { return Ok(None) };
        let Some(departure) = self.bucket.departure_now() else { return Ok(None) };
        let Ok(slot) = slots.clone().try_acquire_owned() else { return Ok(None) };
        let trial = self.breaker.admit()?;
        departure.take();
        Ok(Some(Admitted { _call: call, _slot: slot, _trial: trial }))
    }

    /// Lets a call in when its turn has come: the connection's `concurrency`, then the place in time of its first request,
    /// then one of `slots`, for which connections take turns. The first request's place is taken with it, so the call is
    /// `prepaid`: see [`Traffic::before_request`] and [`Traffic::after_call`].
    ///
    /// # Errors
    /// [`Error::Overloaded`] where too many wait already; [`Error::CircuitOpen`]; a transient failure where the first
    /// request could not leave before `deadline`.
    pub async fn admit(&self, slots: &Arc<Semaphore>, deadline: Instant) -> Result<Admitted<'_>> {
        self.breaker.check()?;
        let waiting = Waiting(&self.waiting);
        let before = self.waiting.fetch_add(1, Ordering::AcqRel);
        if before >= self.queue {
            return Err(Error::Overloaded { waiting: before });
        }
        // The semaphores are never closed.
        let closed = |_| Error::ShuttingDown { maybe_applied: false };
        let call = self.calls.acquire().await.map_err(closed)?;
        let turn = self.turn.acquire().await.map_err(closed)?;
        let departure =
            self.in_time(self.bucket.departure(), deadline.saturating_duration_since(Instant::now())).await?;
        let slot = slots.clone().acquire_owned().await.map_err(closed)?;
        drop((turn, waiting));
        let trial = self.breaker.admit()?;
        departure.take();
        Ok(Admitted { _call: call, _slot: slot, _trial: trial })
    }

    /// Waits for a place, at most so long.
    async fn in_time<'a>(&'a self, departure: Departure<'a>, patience: Duration) -> Result<Departure<'a>, Throttled> {
        let end = Instant::now() + patience;
        loop {
            // The provider may ask for a pause while this waits.
            let pause = departure.wait();
            if pause.is_zero() {
                return Ok(departure);
            }
            let shut_for = self.bucket.shut_for();
            let beyond = self.longest_pause.is_some_and(|longest| shut_for > longest);
            if beyond || pause > end.saturating_duration_since(Instant::now()) {
                let by_provider = !shut_for.is_zero();
                let pause = if by_provider { pause.max(self.bucket.asked_for()) } else { pause };
                return Err(Throttled { pause, by_provider });
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// Lets a request out, after `patience` at most. `prepaid` says that its place was taken when its call was let in.
    ///
    /// # Errors
    /// It would have to wait for longer.
    pub async fn before_request(&self, prepaid: &AtomicBool, patience: Duration) -> Result<(), Throttled> {
        if prepaid.load(Ordering::Relaxed) && prepaid.swap(false, Ordering::Relaxed) {
            let pause = self.bucket.shut_for();
            if pause.is_zero() {
                return Ok(());
            }
            self.bucket.give_back();
        }
        self.in_time(self.bucket.departure(), patience).await?.take();
        Ok(())
    }

    /// A request that is counted and never held back.
    pub fn count_request(&self) {
        self.bucket.departure().take();
    }

    /// The call is over; the place that it did not use is free again.
    pub fn after_call(&self, prepaid: &AtomicBool) {
        if prepaid.swap(false, Ordering::Relaxed) {
            self.bucket.give_back();
        }
    }

    /// The provider wants no requests for so long.
    pub fn hold(&self, pause: Duration) {
        self.bucket.shut(pause.min(LONGEST_HOLD), pause);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traffic(change: impl FnOnce(&mut Limits)) -> Traffic {
        let mut limits = Limits::default();
        change(&mut limits);
        Traffic::new(&limits)
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    #[tokio::test]
    async fn what_does_not_fit_waits_and_what_does_not_fit_the_queue_is_refused() {
        let slots = Arc::new(Semaphore::new(9));
        let traffic = Arc::new(traffic(|limits| (limits.concurrency, limits.queue) = (1, 2)));
        let first = traffic.try_admit(&slots).unwrap().unwrap();
        assert!(traffic.try_admit(&slots).unwrap().is_none());
        let wait =
            |traffic: Arc<Traffic>, slots: Arc<Semaphore>| async move { traffic.admit(&slots, soon()).await.map(drop) };
        let waiting: Vec<_> = (0..2).map(|_| tokio::spawn(wait(traffic.clone(), slots.clone()))).collect();
        while traffic.waiting() < 2 {
            tokio::task::yield_now().await;
        }
        let error = traffic.admit(&slots, soon()).await.err().unwrap();
        assert!(matches!(error, Error::Overloaded { waiting: 2 }), "{error}");
        assert_eq!((traffic.running(), traffic.waiting()), (1, 2));
        drop(first);
        for task in waiting {
            task.await.unwrap().unwrap();
        }
        assert_eq!((traffic.running(), traffic.waiting(), slots.available_permits()), (0, 0, 9));
    }

    #[tokio::test]
    async fn a_connection_with_a_thousand_waiting_calls_has_one_in_the_line_for_slots() {
        let slots = Arc::new(Semaphore::new(1));
        let (busy, quiet) = (Arc::new(traffic(|_| ())), traffic(|_| ()));
        let order = Arc::new(AtomicUsize::new(0));
        let throttled = slots.clone().acquire_owned().await.unwrap();
        let calls: Vec<_> = (0..1000)
            .map(|_| {
                let (busy, slots, order) = (busy.clone(), slots.clone(), order.clone());
                tokio::spawn(async move {
                    let _admitted = busy.admit(&slots, soon()).await.unwrap();
                    order.fetch_add(1, Ordering::SeqCst);
                    tokio::task::yield_now().await;
                })
            })
            .collect();
        while busy.waiting() < 1000 {
            tokio::task::yield_now().await;
        }
        drop(throttled);
        let admitted = quiet.admit(&slots, soon()).await.unwrap();
        // One stood in the line already, and one may have begun.
        assert!(order.load(Ordering::SeqCst) <= 2, "{order:?} were let in before");
        drop(admitted);
        for call in calls {
            call.await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_call_has_its_first_request_paid() {
        let slots = Arc::new(Semaphore::new(9));
        let traffic = traffic(|limits| limits.requests_per_second = Some(0.001));
        let admitted = traffic.try_admit(&slots).unwrap().unwrap();
        let prepaid = AtomicBool::new(true);
        assert!(traffic.try_admit(&slots).unwrap().is_none());
        traffic.before_request(&prepaid, Duration::ZERO).await.unwrap();
        let throttled = traffic.before_request(&prepaid, Duration::from_secs(1)).await.unwrap_err();
        assert!(!throttled.by_provider && throttled.pause > Duration::from_secs(900), "{throttled:?}");
        traffic.after_call(&prepaid);
        drop(admitted);
        let error = traffic.admit(&slots, soon()).await.err().unwrap();
        assert_eq!((error.class().kind.as_str(), error.class().transient), ("throttled", true));
        // A call that sends nothing gives its place back.
        traffic.bucket.give_back();
        for _ in 0..3 {
            let admitted = traffic.try_admit(&slots).unwrap().unwrap();
            traffic.after_call(&AtomicBool::new(true));
            drop(admitted);
        }
    }

    #[tokio::test]
    async fn a_pause_that_the_provider_asks_for_holds_back_all() {
        let slots = Arc::new(Semaphore::new(9));
        let traffic = traffic(|_| ());
        let admitted = traffic.try_admit(&slots).unwrap().unwrap();
        traffic.hold(Duration::from_secs(3600));
        let prepaid = AtomicBool::new(true);
        let throttled = traffic.before_request(&prepaid, Duration::from_secs(1)).await.unwrap_err();
        // What the provider asked for, though after a while one request asks again.
        assert!(throttled.by_provider && throttled.seconds() == 3600, "{throttled:?}");
        assert!(traffic.held_for() <= LONGEST_HOLD);
        assert!(traffic.try_admit(&slots).unwrap().is_none());
        assert!(traffic.admit(&slots, soon()).await.is_err());
        drop(admitted);
        assert_eq!((traffic.running(), traffic.waiting()), (0, 0));
    }

    #[tokio::test]
    async fn nobody_waits_for_longer_than_the_connection_lets_them() {
        let slots = Arc::new(Semaphore::new(9));
        let bounded = || traffic(|_| ()).with_longest_pause(Some(Duration::from_millis(200)));
        let [short, long] = [bounded(), bounded()];
        short.hold(Duration::from_millis(150));
        short.admit(&slots, soon()).await.map(drop).unwrap();
        long.hold(Duration::from_secs(5));
        let began = Instant::now();
        let error = long.admit(&slots, soon()).await.err().unwrap();
        assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
        let failure = error.failure().unwrap();
        assert_eq!((failure.retry_after_ms, error.class().transient), (Some(5000), true));
        let throttled = long.before_request(&AtomicBool::new(false), Duration::from_secs(60)).await.unwrap_err();
        assert_eq!((throttled.by_provider, throttled.seconds()), (true, 5));
        // The connection's own rate is none of the provider's pauses.
        let slow = traffic(|limits| limits.requests_per_second = Some(2.0)).with_longest_pause(Some(Duration::ZERO));
        for _ in 0..2 {
            slow.before_request(&AtomicBool::new(false), Duration::from_secs(60)).await.unwrap();
        }
    }
}
