//! The circuit breaker: leaves a provider alone for a while that does not answer. Knows neither calls nor HTTP.

use crate::error::{Error, Result};
use crate::settings;
use crate::usage::BreakerState;
use parking_lot::{Mutex, MutexGuard};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The breaker of one connection.
pub struct Breaker {
    failures: u32,
    pause: Duration,
    /// Whether `state` is anything but fresh; spares the lock while all is well.
    troubled: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    failures: u32,
    last: String,
    until: Option<Instant>,
    trying: bool,
}

/// The one call that tries whether the provider is there again. If it ends without an outcome, the next one tries.
pub struct Trial<'a>(&'a Breaker);

impl Drop for Trial<'_> {
    fn drop(&mut self) {
        self.0.state().trying = false;
    }
}

impl Breaker {
    /// A closed breaker.
    pub fn new(settings: settings::Breaker) -> Self {
        Self {
            failures: settings.failures,
            pause: Duration::from_millis(settings.pause_ms.into()),
            troubled: AtomicBool::new(false),
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// Lets a call in, as the one that tries where the breaker was open.
    ///
    /// # Errors
    /// [`Error::CircuitOpen`].
    pub fn admit(&self) -> Result<Option<Trial<'_>>> {
        if !self.troubled.load(Ordering::Acquire) {
            return Ok(None);
        }
        let mut state = self.state();
        let Some(until) = state.until else { return Ok(None) };
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() && !state.trying {
            state.trying = true;
            return Ok(Some(Trial(self)));
        }
        // While one tries, nobody knows how long; the pause is a fair guess.
        let retry_after = if left.is_zero() { self.pause } else { left };
        Err(Error::CircuitOpen { failures: state.failures, last: state.last.clone(), retry_after })
    }

    /// Whether calls are refused at the moment.
    ///
    /// # Errors
    /// [`Error::CircuitOpen`].
    pub fn check(&self) -> Result<()> {
        self.admit().map(drop)
    }

    /// The provider answered.
    pub fn succeeded(&self) {
        if self.troubled.load(Ordering::Acquire) {
            let mut state = self.state();
            if state.until.is_some() {
                tracing::info!("the provider answers again");
            }
            // Whoever tries still holds its trial, which its end resets.
            *state = State { trying: state.trying, ..State::default() };
            self.troubled.store(false, Ordering::Release);
        }
    }

    /// The provider did not answer, or was not reached, for this reason.
    pub fn failed(&self, reason: impl FnOnce() -> String) {
        if self.failures == 0 {
            return;
        }
        let mut state = self.state();
        self.troubled.store(true, Ordering::Release);
        state.failures = state.failures.saturating_add(1);
        state.last = reason();
        if state.failures >= self.failures {
            if state.until.is_none() {
                let (failures, last) = (state.failures, state.last.as_str());
                tracing::warn!(failures, last, pause = ?self.pause, "the provider is left alone for a while");
            }
            state.until = Some(Instant::now() + self.pause);
        }
    }

    /// What it does at the moment.
    pub fn now(&self) -> BreakerState {
        match self.state().until {
            None => BreakerState::Closed,
            Some(until) if until > Instant::now() => BreakerState::Open,
            Some(_) => BreakerState::HalfOpen,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker(failures: u32, pause_ms: u32) -> Breaker {
        Breaker::new(settings::Breaker { failures, pause_ms })
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_says_why() {
        let breaker = breaker(3, 60_000);
        for _ in 0..2 {
            breaker.failed(|| "refused".into());
        }
        breaker.succeeded();
        for _ in 0..2 {
            breaker.failed(|| "refused".into());
            assert!(breaker.admit().is_ok());
        }
        assert_eq!(breaker.now(), BreakerState::Closed);
        breaker.failed(|| "status 503".into());
        assert_eq!(breaker.now(), BreakerState::Open);
        let Err(Error::CircuitOpen { failures: 3, last, retry_after }) = breaker.admit() else {
            panic!("not open");
        };
        assert_eq!(last, "status 503");
        assert!(retry_after > Duration::from_secs(50), "{retry_after:?}");
        // An answer to a request that was under way.
        breaker.succeeded();
        assert!(breaker.admit().unwrap().is_none());
    }

    #[test]
    fn one_call_tries_and_its_outcome_decides() {
        let breaker = breaker(1, 0);
        breaker.failed(|| "refused".into());
        assert_eq!(breaker.now(), BreakerState::HalfOpen);
        let trial = breaker.admit().unwrap();
        assert!(trial.is_some());
        assert!(breaker.admit().is_err());
        // It ends without having sent anything.
        drop(trial);
        let trial = breaker.admit().unwrap().unwrap();
        breaker.failed(|| "refused".into());
        drop(trial);
        let trial = breaker.admit().unwrap().unwrap();
        breaker.succeeded();
        assert!(breaker.admit().unwrap().is_none());
        drop(trial);
        assert_eq!(breaker.now(), BreakerState::Closed);
    }

    #[test]
    fn it_can_be_switched_off() {
        let breaker = breaker(0, 60_000);
        for _ in 0..100 {
            breaker.failed(|| "refused".into());
        }
        assert!(breaker.admit().unwrap().is_none());
    }
}
