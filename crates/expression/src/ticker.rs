//! Moves wasmtime's epoch on while something is evaluated, so that evaluations yield to the executor and can be ended. When
//! nothing is evaluated its thread sleeps. Knows nothing of expressions.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, Thread};
use std::time::Duration;
use wasmtime::Engine;

/// How often an evaluation that goes on yields.
pub const TICK: Duration = Duration::from_millis(2);

/// Ticks without work after which the thread sleeps. Waking it costs more than a small evaluation.
const IDLE: u32 = 50;

/// The thread that ticks. It ends with this value.
pub struct Ticker {
    shared: Arc<Shared>,
    thread: Thread,
}

#[derive(Default)]
struct Shared {
    /// Evaluations under way.
    active: AtomicUsize,
    /// Whether the thread sleeps, or is about to.
    asleep: AtomicBool,
    ended: AtomicBool,
}

/// Held while something is evaluated.
pub struct Active(Arc<Shared>);

impl Ticker {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// The system gives no thread.
    pub fn start(engine: Engine) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let run = {
            let shared = shared.clone();
            move || shared.run(&engine)
        };
        let thread = thread::Builder::new().name("expression-ticker".into()).spawn(run)?.thread().clone();
        Ok(Self { shared, thread })
    }

    /// Has the epoch move on until the result is dropped.
    pub fn active(&self) -> Active {
        // Sequentially consistent on both sides: either this sees that the thread sleeps, or the thread sees the work.
        self.shared.active.fetch_add(1, Ordering::SeqCst);
        if self.shared.asleep.load(Ordering::SeqCst) {
            self.thread.unpark();
        }
        Active(self.shared.clone())
    }

    /// Whether the thread sleeps.
    #[cfg(test)]
    pub fn is_asleep(&self) -> bool {
        self.shared.asleep.load(Ordering::SeqCst)
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        self.thread.unpark();
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        self.0.active.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Shared {
    fn run(&self, engine: &Engine) {
        let mut idle = 0;
        while !self.ended.load(Ordering::SeqCst) {
            if self.active.load(Ordering::SeqCst) > 0 {
                idle = 0;
            } else {
                idle += 1;
            }
            if idle < IDLE {
                thread::sleep(TICK);
                engine.increment_epoch();
                continue;
            }
            self.asleep.store(true, Ordering::SeqCst);
            if self.active.load(Ordering::SeqCst) == 0 && !self.ended.load(Ordering::SeqCst) {
                thread::park();
            }
            self.asleep.store(false, Ordering::SeqCst);
            idle = 0;
        }
    }
}
