//! The threads that flows run on. They are their own, so that an expression that never ends holds up no signal, no page and no
//! schedule; and their stacks are deep, since jq's evaluator recurses.

use scim_connector_host::error::{Error, Result};
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Handle, Runtime};

/// Threads at a time, of which expressions may keep some. On two processors two are no faster (measured).
const THREADS: usize = 8;

/// Address space, of which only what is used takes memory.
const STACK: usize = 64 << 20;

/// How often new threads take the place of some that are kept. Each time it takes an expression that never ends.
const MOST: usize = 16;

/// The threads, until the last runner is gone.
pub(super) struct Threads {
    /// The last are the ones that runs begin on. On earlier ones the connections of calls still live.
    all: Mutex<Vec<Runtime>>,
}

impl Threads {
    pub(super) fn start() -> Result<Self> {
        let runtime =
            runtime().map_err(|error| Error::Load(format!("the threads for flows cannot be started: {error}")))?;
        Ok(Self { all: Mutex::new(vec![runtime]) })
    }

    /// Those that runs begin on.
    pub(super) fn handle(&self) -> Handle {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.last().map_or_else(Handle::current, |runtime| runtime.handle().clone())
    }

    /// Lets runs begin on new ones, since some of these are kept.
    pub(super) fn renew(&self) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() < MOST {
            all.extend(runtime());
        }
    }
}

fn runtime() -> std::io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(THREADS)
        .thread_stack_size(STACK)
        .thread_name("flows")
        .enable_all()
        .build()
}

impl Drop for Threads {
    /// Does not wait: one of them may never end.
    fn drop(&mut self) {
        let all = self.all.get_mut().unwrap_or_else(PoisonError::into_inner);
        all.drain(..).for_each(Runtime::shutdown_background);
    }
}

/// Knows since when each part of a run has kept its thread.
#[derive(Default)]
pub(super) struct Watch {
    next: AtomicU64,
    busy: Mutex<HashMap<u64, Instant>>,
}

impl Watch {
    /// Returns once some part of the run has kept its thread for so long.
    pub(super) async fn stuck(&self, longest: Duration) {
        loop {
            let since = self.busy.lock().unwrap_or_else(PoisonError::into_inner).values().min().copied();
            if since.is_some_and(|since| since.elapsed() >= longest) {
                return;
            }
            tokio::time::sleep(longest / 10).await;
        }
    }

    /// The future, watched.
    pub(super) fn over<T>(self: &Arc<Self>, part: impl Future<Output = T> + Send + 'static) -> Watched<T> {
        Watched { part: Box::pin(part), watch: self.clone() }
    }
}

/// A part of a run that has a task of its own.
pub(super) struct Watched<T> {
    part: Pin<Box<dyn Future<Output = T> + Send>>,
    watch: Arc<Watch>,
}

impl<T> Future for Watched<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let _busy = Busy::new(self.watch.clone());
        self.part.as_mut().poll(context)
    }
}

/// Until it is dropped, by a panic too.
struct Busy(Arc<Watch>, u64);

impl Busy {
    fn new(watch: Arc<Watch>) -> Self {
        let number = watch.next.fetch_add(1, Ordering::Relaxed);
        watch.busy.lock().unwrap_or_else(PoisonError::into_inner).insert(number, Instant::now());
        Self(watch, number)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}
