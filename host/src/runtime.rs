//! What the connectors of a process share where their options are equal: the engine with its slots, the clock, the limit on
//! calls at a time, the warm instances. So several versions of a component run side by side within one set of limits.

use crate::engine;
use crate::telemetry::RuntimeGauges;
use crate::usage::RuntimeUsage;
use crate::warm::Warm;
use crate::watch::Watches;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use wasmtime::{Engine, EngineWeak};

/// How often a running component is asked whether its time is up.
const TICK: Duration = Duration::from_millis(10);

/// Instances at a time that serve no connection: they read the catalog or expand a connection.
const LOCAL_INSTANCES: usize = 8;

/// Slots beyond those that are counted: instances on their way from one use to none.
const SPARE_SLOTS: usize = 8;

/// The options that make two runtimes different; what they mean stands at `Options`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Most memory of one instance, in bytes.
    pub memory_limit: usize,
    /// Most calls at a time.
    pub max_instances: usize,
    /// Most warm instances.
    pub warm_instances: usize,
    /// How long an instance without a call is kept.
    pub idle: Duration,
}

/// Engine, clock, slots and warm instances.
pub struct Runtime {
    shape: Shape,
    /// The engine.
    pub engine: Engine,
    /// A permit for each call that may run.
    pub slots: Arc<Semaphore>,
    /// A permit for each instance without a connection.
    pub local: Semaphore,
    clock: Arc<Clock>,
    thread: Thread,
}

/// What the clock's thread looks at.
struct Clock {
    running: AtomicUsize,
    stopped: AtomicBool,
    warm: Warm,
    watches: Watches,
}

impl Runtime {
    /// The runtime of this shape: the one there is, or a new one.
    pub fn shared(shape: Shape) -> wasmtime::Result<Arc<Self>> {
        static RUNTIMES: Mutex<Vec<Weak<Runtime>>> = Mutex::new(Vec::new());
        let shape = Shape { max_instances: shape.max_instances.clamp(1, Semaphore::MAX_PERMITS), ..shape };
        let mut runtimes = RUNTIMES.lock();
        runtimes.retain(|runtime| runtime.strong_count() > 0);
        if let Some(runtime) = runtimes.iter().filter_map(Weak::upgrade).find(|runtime| runtime.shape == shape) {
            return Ok(runtime);
        }
        let runtime = Arc::new(Self::new(shape)?);
        runtimes.push(Arc::downgrade(&runtime));
        Ok(runtime)
    }

    fn new(shape: Shape) -> wasmtime::Result<Self> {
        let slots = shape.max_instances.saturating_add(shape.warm_instances) + LOCAL_INSTANCES + SPARE_SLOTS;
        let engine = engine::new(slots, shape.memory_limit)?;
        let clock = Arc::new(Clock {
            running: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            warm: Warm::new(shape.warm_instances, shape.idle),
            watches: Watches::default(),
        });
        let (weak, ticking) = (engine.weak(), clock.clone());
        let handle = thread::Builder::new().name("scim-connector-clock".into()).spawn(move || tick(&weak, &ticking))?;
        Ok(Self {
            shape,
            engine,
            slots: Arc::new(Semaphore::new(shape.max_instances)),
            local: Semaphore::new(LOCAL_INSTANCES),
            clock,
            thread: handle.thread().clone(),
        })
    }

    /// Keeps the clock running while the guard lives.
    pub fn run(self: &Arc<Self>) -> Running {
        if self.clock.running.fetch_add(1, Ordering::AcqRel) == 0 {
            self.thread.unpark();
        }
        Running(self.clone())
    }

    /// Calls under way.
    pub fn running(&self) -> usize {
        self.max_running().saturating_sub(self.slots.available_permits())
    }

    /// Calls that may be under way at a time.
    pub fn max_running(&self) -> usize {
        self.shape.max_instances
    }

    /// Instances kept for the next call.
    pub fn warm(&self) -> &Warm {
        &self.clock.warm
    }

    /// What the clock watches.
    pub fn watches(&self) -> &Watches {
        &self.clock.watches
    }
}

impl RuntimeGauges for Runtime {
    fn usage(&self) -> RuntimeUsage {
        RuntimeUsage { running: self.running(), max_running: self.max_running(), evicted: self.warm().evicted() }
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.clock.stopped.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

/// A running call, for the clock.
pub struct Running(Arc<Runtime>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.clock.running.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The clock: a thread that advances the engine's epoch and ends calls in time while any run, lets warm instances go when their time has come,
/// and sleeps while there is neither.
fn tick(engine: &EngineWeak, clock: &Clock) {
    while !clock.stopped.load(Ordering::Acquire) {
        if clock.running.load(Ordering::Acquire) > 0 {
            thread::sleep(TICK);
            clock.watches.look();
            match engine.upgrade() {
                Some(engine) => engine.increment_epoch(),
                None => return,
            }
        }
        let next = clock.warm.expire();
        if clock.running.load(Ordering::Acquire) == 0 {
            match next {
                Some(next) => thread::park_timeout(next.saturating_duration_since(Instant::now())),
                None => thread::park(),
            }
        }
    }
}
