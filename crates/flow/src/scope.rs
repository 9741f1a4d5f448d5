//! Who may begin a call: a run, and in it every list, is a scope that can be stopped. What has begun goes on to its end; what
//! has not waits for ever, and is dropped with the run once nothing is left that goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::sync::Notify;

/// A run, or a part of one that can be stopped by itself.
#[derive(Default)]
pub struct Scope {
    around: Option<Arc<Scope>>,
    stopped: AtomicBool,
    /// Calls that go on.
    going: AtomicUsize,
    /// Tasks of their own that go on, what they do aside.
    tasks: AtomicUsize,
    /// A change was sent whose answer nobody waits for.
    open_end: AtomicBool,
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
        let going = Going::new(self, |scope| &scope.going);
        // Counted first: who stops sees either the count or that this waits.
        if self.is_stopped() {
            drop(going);
            return std::future::pending().await;
        }
        going
    }

    /// Returns once the scope was stopped and nothing in it goes on. Where one around it is stopped, this may not notice.
    pub async fn ended(&self) {
        self.until(|| self.is_stopped() && none(&self.going)).await;
    }

    /// Returns once nothing in it goes on: what was cut off has said so.
    pub async fn idle(&self) {
        self.until(|| none(&self.going) && none(&self.tasks)).await;
    }

    async fn until(&self, done: impl Fn() -> bool) {
        loop {
            let changed = self.changed.notified();
            if done() {
                return;
            }
            changed.await;
        }
    }

    /// Counts a task that is spawned: it is over some time after it was cut off.
    pub fn task(self: &Arc<Self>) -> Going {
        Going::new(self, |scope| &scope.tasks)
    }

    /// A change was cut off that may have been applied.
    pub fn leave_open(&self) {
        self.open_end.store(true, Ordering::SeqCst);
        self.around.iter().for_each(|around| around.leave_open());
    }

    /// Whether a change was cut off in it since this was last asked.
    pub fn take_open(&self) -> bool {
        self.open_end.swap(false, Ordering::SeqCst)
    }

    fn more(&self, which: Counter) {
        which(self).fetch_add(1, Ordering::SeqCst);
        self.around.iter().for_each(|around| around.more(which));
    }

    fn fewer(&self, which: Counter) {
        // Who waits, waits for none; to be woken by each call and find that others go on would cost as much as the call.
        if which(self).fetch_sub(1, Ordering::SeqCst) == 1 {
            self.changed.notify_waiters();
        }
        self.around.iter().for_each(|around| around.fewer(which));
    }
}

type Counter = fn(&Scope) -> &AtomicUsize;

fn none(count: &AtomicUsize) -> bool {
    count.load(Ordering::SeqCst) == 0
}

/// Something that goes on, until it is dropped.
pub struct Going(Arc<Scope>, Counter);

impl Going {
    fn new(scope: &Arc<Scope>, which: Counter) -> Self {
        scope.more(which);
        Self(scope.clone(), which)
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        self.0.fewer(self.1);
    }
}
