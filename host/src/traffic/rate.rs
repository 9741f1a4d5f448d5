//! How fast requests may leave: a token bucket that can also be held shut for a while. Knows neither calls nor HTTP.
//!
//! The bucket is kept as the time at which it would be full again (the generic cell rate algorithm), so that a request's
//! place in time follows from one number and nothing has to be refilled.

use parking_lot::{Mutex, MutexGuard};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A time that nobody lives to see, where the one that is asked for cannot be told.
const FOREVER: Duration = Duration::from_secs(100 * 365 * 86_400);

/// The bucket of one connection.
pub struct Bucket {
    /// Time per request; none without a limit.
    interval: Duration,
    /// How far ahead of the long run a burst may be.
    ahead: Duration,
    /// Whether it may be held shut; spares the lock while it is not.
    shut: AtomicBool,
    state: Mutex<State>,
}

struct State {
    full_at: Instant,
    shut_until: Instant,
    /// Until when whoever has it shut has asked for, which may be longer.
    asked_until: Instant,
}

/// When a request may leave. Dropped, it is free for another.
#[derive(Debug)]
pub struct Departure<'a> {
    bucket: &'a Bucket,
    /// None where it may leave at once.
    at: Option<Instant>,
    taken: bool,
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bucket(..)")
    }
}

impl Bucket {
    /// A bucket that lets out `per_second` requests in the long run and `burst` at once after a pause.
    pub fn new(per_second: Option<f64>, burst: Option<u32>) -> Self {
        let interval =
            per_second.and_then(|rate| Duration::try_from_secs_f64(rate.recip()).ok()).unwrap_or(Duration::ZERO);
        let burst = burst.unwrap_or(per_second.map_or(1, |rate| rate as u32)).max(1);
        let now = Instant::now();
        Self {
            interval,
            ahead: interval.saturating_mul(burst - 1),
            shut: AtomicBool::new(false),
            state: Mutex::new(State { full_at: now, shut_until: now, asked_until: now }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// The next free place.
    pub fn departure(&self) -> Departure<'_> {
        if self.interval.is_zero() && !self.shut.load(Ordering::Acquire) {
            return Departure { bucket: self, at: None, taken: false };
        }
        let now = Instant::now();
        let mut state = self.state();
        let from = state.shut_until.max(now);
        let full_at = state.full_at.max(from);
        state.full_at = full_at + self.interval;
        let at = full_at.checked_sub(self.ahead).unwrap_or(from).max(from);
        Departure { bucket: self, at: Some(at), taken: false }
    }

    /// A place of now, where there is one.
    pub fn departure_now(&self) -> Option<Departure<'_>> {
        Some(self.departure()).filter(|departure| departure.wait().is_zero())
    }

    /// Gives back a place that was taken and not used.
    pub fn give_back(&self) {
        if !self.interval.is_zero() {
            let mut state = self.state();
            state.full_at = state.full_at.checked_sub(self.interval).unwrap_or(state.full_at);
        }
    }

    /// Lets nothing out for so long; `asked` is how long was asked for.
    pub fn shut(&self, pause: Duration, asked: Duration) {
        let now = Instant::now();
        let mut state = self.state();
        state.shut_until = state.shut_until.max(now + pause);
        state.asked_until = state.asked_until.max(now.checked_add(asked).unwrap_or(now + FOREVER));
        self.shut.store(true, Ordering::Release);
    }

    /// How long it is until the time that was asked for.
    pub fn asked_for(&self) -> Duration {
        self.state().asked_until.saturating_duration_since(Instant::now())
    }

    /// How long the bucket is still held shut.
    pub fn shut_for(&self) -> Duration {
        if !self.shut.load(Ordering::Acquire) {
            return Duration::ZERO;
        }
        let state = self.state();
        let left = state.shut_until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            self.shut.store(false, Ordering::Release);
        }
        left
    }
}

impl Departure<'_> {
    /// Time until the request may leave.
    pub fn wait(&self) -> Duration {
        let own = self.at.map_or(Duration::ZERO, |at| at.saturating_duration_since(Instant::now()));
        own.max(self.bucket.shut_for())
    }

    /// The request leaves.
    pub fn take(mut self) {
        self.taken = true;
    }
}

impl Drop for Departure<'_> {
    fn drop(&mut self) {
        if !self.taken {
            self.bucket.give_back();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_leaves_at_once_and_the_rest_at_the_rate() {
        let bucket = Bucket::new(Some(2.0), Some(3));
        let waits: Vec<u128> = (0..6)
            .map(|_| {
                let departure = bucket.departure();
                let wait = departure.wait().as_millis();
                departure.take();
                // Rounded to the half seconds they are about.
                (wait + 250) / 500
            })
            .collect();
        assert_eq!(waits, [0, 0, 0, 1, 2, 3]);
    }

    #[test]
    fn a_place_that_is_not_used_is_free_again() {
        let bucket = Bucket::new(Some(0.001), None);
        drop(bucket.departure());
        let first = bucket.departure_now().unwrap();
        assert!(bucket.departure_now().is_none());
        drop(first);
        bucket.departure_now().unwrap().take();
        assert!(bucket.departure_now().is_none());
        bucket.give_back();
        assert!(bucket.departure_now().is_some());
    }

    #[test]
    fn shut_holds_back_whatever_the_rate() {
        for bucket in [Bucket::new(None, None), Bucket::new(Some(1000.0), None)] {
            let early = bucket.departure();
            bucket.shut(Duration::from_secs(30), Duration::from_secs(900));
            bucket.shut(Duration::from_secs(1), Duration::from_secs(1));
            assert!(bucket.asked_for() > Duration::from_secs(890), "{:?}", bucket.asked_for());
            assert!(early.wait() > Duration::from_secs(20), "a place given before holds too");
            assert!(bucket.departure().wait() > Duration::from_secs(20));
            assert!(bucket.departure_now().is_none());
        }
        let bucket = Bucket::new(None, None);
        bucket.shut(Duration::from_millis(1), Duration::from_secs(1));
        assert!(bucket.departure_now().is_none());
        std::thread::sleep(Duration::from_millis(2));
        assert!(bucket.departure_now().is_some() && bucket.shut_for().is_zero());
        bucket.shut(Duration::from_secs(1), Duration::from_secs(1));
        assert!(bucket.departure_now().is_none(), "once more");
    }

    #[test]
    fn a_time_that_cannot_be_told_is_far_away() {
        let bucket = Bucket::new(None, None);
        bucket.shut(Duration::from_secs(1), Duration::from_millis(u64::MAX));
        bucket.shut(Duration::from_secs(1), Duration::MAX);
        assert!(bucket.asked_for() > Duration::from_secs(1 << 30) && bucket.shut_for() <= Duration::from_secs(1));
    }

    #[test]
    fn without_a_limit_nothing_waits() {
        let bucket = Bucket::new(None, None);
        assert!((0..10_000).all(|_| {
            let departure = bucket.departure_now();
            departure.map(Departure::take).is_some()
        }));
    }
}
