//! Who may begin a call: a run, and in it every fork and parallel loop, is a scope that can be stopped. What has begun goes
//! on to its end; what has not waits for ever, and is dropped with the run once nothing is left that goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::sync::Notify;

/// A run, or a part of one that can be stopped by itself.
#[derive(Default)]
pub struct Scope {
    around: Option<Arc<Scope>>,
    stopped: AtomicBool,
    going: AtomicUsize,
    changed: Notify,
}

impl Scope {
    /// A part of this one.
    pub fn within(self: &Arc<Self>) -> Arc<Self> {
        Arc::new(Self { around: Some(self.clone()), ..Self::default() })
    }

    /// Lets nothing begin from now on.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.changed.notify_waiters();
    }

    /// Whether it, or one around it, was stopped.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst) || self.around.as_ref().is_some_and(|around| around.is_stopped())
    }

    /// Begins something that is to be finished. Does not return in a scope that was stopped.
    pub async fn begin(self: &Arc<Self>) -> Going {
        let going = Going::new(self.clone());
        // Counted first: who stops sees either the count or that this waits.
        if self.is_stopped() {
            drop(going);
            return std::future::pending().await;
        }
        going
    }

    /// Returns once the scope was stopped and nothing in it goes on.
    pub async fn ended(&self) {
        loop {
            let changed = self.changed.notified();
            if self.is_stopped() && self.going.load(Ordering::SeqCst) == 0 {
                return;
            }
            changed.await;
        }
    }

    fn count(&self, change: impl Fn(&AtomicUsize) -> usize) {
        change(&self.going);
        self.changed.notify_waiters();
        if let Some(around) = &self.around {
            around.count(change);
        }
    }
}

/// Something that goes on, until it is dropped.
pub struct Going(Arc<Scope>);

impl Going {
    fn new(scope: Arc<Scope>) -> Self {
        scope.count(|going| going.fetch_add(1, Ordering::SeqCst));
        Self(scope)
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        self.0.count(|going| going.fetch_sub(1, Ordering::SeqCst));
    }
}
