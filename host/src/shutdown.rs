//! The calls of one connector, counted, so that it can be shut down: no new ones, those under way finish or are ended.
//! Knows neither connections nor the component.

use crate::error::{Error, Result};
use crate::watch::Ending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

/// How long the host waits for calls that it has ended; their tasks may be slow to notice.
const AFTER_THE_END: Duration = Duration::from_secs(2);

/// What became of the calls that were under way when [`Connector::shutdown`](crate::Connector::shutdown) began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ShutdownReport {
    /// They ended by themselves, with a result or a failure.
    pub finished: u64,
    /// They were waiting for their turn and were not begun.
    pub refused: u64,
    /// They were ended before they had sent a change.
    pub ended: u64,
    /// They were ended after they had sent a change, which the provider may have carried out.
    pub maybe_applied: u64,
    /// Their callers gave them up, or did not ask for their result until the report was written.
    pub abandoned: u64,
}

/// The calls.
#[derive(Default)]
pub struct Calls {
    closing: AtomicBool,
    /// Those that run see it, woken by the clock.
    ending: AtomicBool,
    open: AtomicUsize,
    /// Wakes those that wait for their turn.
    close: Notify,
    /// Wakes who shuts down, when no call is left.
    empty: Notify,
    finished: AtomicU64,
    refused: AtomicU64,
    ended: AtomicU64,
    maybe_applied: AtomicU64,
}

/// A call, from its beginning to its end.
pub struct OpenCall(Arc<Calls>);

/// The longest that is waited for calls under way, whatever is asked for: longer than any call.
const LONGEST_GRACE: Duration = Duration::from_secs(7 * 24 * 3600);

impl Calls {
    /// Begins a call.
    ///
    /// # Errors
    /// [`Error::ShuttingDown`].
    pub fn open(self: &Arc<Self>) -> Result<OpenCall> {
        // First counted and then asked, so that a shutdown either is seen here or sees this call.
        self.open.fetch_add(1, Ordering::SeqCst);
        let open = OpenCall(self.clone());
        if self.closing.load(Ordering::SeqCst) {
            return Err(Error::ShuttingDown { maybe_applied: false });
        }
        Ok(open)
    }

    /// Calls that have begun and are not over.
    pub fn count(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Lets no new call begin, waits for those under way for `grace` at most and ends the rest.
    pub async fn shut_down(&self, grace: Duration) -> ShutdownReport {
        let deadline = Instant::now() + grace.min(LONGEST_GRACE);
        let before = self.counts();
        let under_way = self.open.load(Ordering::SeqCst) as u64;
        self.closing.store(true, Ordering::SeqCst);
        self.close.notify_waiters();
        if !self.is_empty_by(deadline).await {
            self.ending.store(true, Ordering::SeqCst);
            self.is_empty_by(Instant::now() + AFTER_THE_END).await;
        }
        let [finished, refused, ended, maybe_applied] = self.counts();
        let [finished, refused, ended, maybe_applied] =
            [finished - before[0], refused - before[1], ended - before[2], maybe_applied - before[3]];
        let abandoned = under_way.saturating_sub(finished + refused + ended + maybe_applied);
        ShutdownReport { finished, refused, ended, maybe_applied, abandoned }
    }

    fn counts(&self) -> [u64; 4] {
        [&self.finished, &self.refused, &self.ended, &self.maybe_applied].map(|count| count.load(Ordering::SeqCst))
    }

    async fn is_empty_by(&self, deadline: Instant) -> bool {
        loop {
            let empty = self.empty.notified();
            if self.open.load(Ordering::SeqCst) == 0 {
                return true;
            }
            if timeout_at(deadline, empty).await.is_err() {
                return false;
            }
        }
    }
}

impl Ending for Calls {
    fn is_ending(&self) -> bool {
        self.ending.load(Ordering::SeqCst)
    }
}

impl OpenCall {
    /// Returns when the connector closes, for calls that wait for their turn.
    pub async fn until_closed(&self) -> Error {
        let closed = self.0.close.notified();
        if !self.0.closing.load(Ordering::SeqCst) {
            closed.await;
        }
        self.0.refused.fetch_add(1, Ordering::SeqCst);
        Error::ShuttingDown { maybe_applied: false }
    }

    /// The call was ended by the shutdown.
    pub fn ended(&self, maybe_applied: bool) -> Error {
        let count = if maybe_applied { &self.0.maybe_applied } else { &self.0.ended };
        count.fetch_add(1, Ordering::SeqCst);
        Error::ShuttingDown { maybe_applied }
    }

    /// The call ended by itself.
    pub fn finished(&self) {
        self.0.finished.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for OpenCall {
    fn drop(&mut self) {
        if self.0.open.fetch_sub(1, Ordering::SeqCst) == 1 && self.0.closing.load(Ordering::SeqCst) {
            self.0.empty.notify_waiters();
        }
    }
}
