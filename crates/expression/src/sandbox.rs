//! One instance of the guest, and how it is called: a request goes in, a response comes out, or the instance is lost. Knows the
//! guest's border (`guest/src/abi.rs`) and nothing of who shares instances.

use crate::error::EvaluationError;
use crate::limits::Limits;
use crate::ticker::TICK;
use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};
use wasmtime::{Engine, InstancePre, Linker, Memory, Module, ResourceLimiter, Store, Trap, TypedFunc, UpdateDeadline};

/// Expressions that one instance may hold; with more it is not used again, so that what nobody uses any more goes.
const MOST_EXPRESSIONS: usize = 2000;

/// Memory that an instance may take to its next evaluation.
const WARM_MEMORY: usize = 16 << 20;

/// An instance of the guest, with what has been compiled in it.
pub struct Instance {
    store: Store<Bounds>,
    memory: Memory,
    take: TypedFunc<u32, u32>,
    compile: TypedFunc<(), u64>,
    evaluate: TypedFunc<(u32, u32), u64>,
    /// The guest's handle of each expression, by its id.
    handles: HashMap<u64, u32>,
}

/// What an instance may use, and which limit it hit.
pub struct Bounds {
    memory: usize,
    out_of_memory: bool,
    /// Ticks that the call under way may still last.
    ticks: u128,
    out_of_time: bool,
}

impl ResourceLimiter for Bounds {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.out_of_memory |= desired > self.memory;
        Ok(desired <= self.memory)
    }

    fn table_growing(&mut self, current: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        // The guest's table of functions is made once.
        Ok(current == 0)
    }
}

/// What instances are made of.
///
/// # Errors
///
/// The guest is not what this file expects.
pub fn prepare(engine: &Engine, module: &Module) -> wasmtime::Result<InstancePre<Bounds>> {
    let mut linker = Linker::new(engine);
    linker.func_wrap("host", "now", || {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
    })?;
    linker.instantiate_pre(module)
}

impl Instance {
    /// A new instance.
    ///
    /// # Errors
    ///
    /// There is no memory for it, or the guest is not what this file expects.
    pub fn new(prepared: &InstancePre<Bounds>, limits: &Limits) -> wasmtime::Result<Self> {
        let bounds = Bounds { memory: limits.memory, out_of_memory: false, ticks: 0, out_of_time: false };
        let mut store = Store::new(prepared.module().engine(), bounds);
        store.limiter(|bounds| bounds);
        store.epoch_deadline_callback(|mut context| {
            let bounds = context.data_mut();
            match bounds.ticks.checked_sub(1) {
                Some(ticks) => {
                    bounds.ticks = ticks;
                    Ok(UpdateDeadline::Yield(1))
                }
                None => {
                    bounds.out_of_time = true;
                    Ok(UpdateDeadline::Interrupt)
                }
            }
        });
        let instance = prepared.instantiate(&mut store)?;
        let memory = instance
            .get_memory(&mut store, "memory")
            .ok_or_else(|| wasmtime::Error::msg("the guest exports no memory"))?;
        Ok(Self {
            memory,
            take: instance.get_typed_func(&mut store, "take")?,
            compile: instance.get_typed_func(&mut store, "compile")?,
            evaluate: instance.get_typed_func(&mut store, "evaluate")?,
            handles: HashMap::new(),
            store,
        })
    }

    /// Whether it is fit for another evaluation.
    pub fn is_reusable(&self) -> bool {
        self.handles.len() < MOST_EXPRESSIONS && self.memory.data_size(&self.store) <= WARM_MEMORY
    }

    /// The guest's handle of an expression, if it has been compiled here.
    pub fn handle(&self, id: u64) -> Option<u32> {
        self.handles.get(&id).copied()
    }

    /// Keeps the handle of an expression.
    pub fn keep(&mut self, id: u64, handle: u32) {
        self.handles.insert(id, handle);
    }

    /// Compiles; the response is the guest's.
    pub async fn compile(mut self, request: &[u8], limits: &Limits) -> Result<(Self, Vec<u8>), EvaluationError> {
        self.begin(limits);
        let compiled = async {
            self.request(request).await?;
            self.compile.call_async(&mut self.store, ()).await
        };
        match compiled.await {
            Ok(response) => {
                let response = self.response(response).unwrap_or_default().to_vec();
                Ok((self, response))
            }
            Err(error) => Err(self.hit(&error, limits)),
        }
    }

    /// Evaluates, and has `read` read the response. The instance is taken, and comes back only from an evaluation that ended by
    /// itself: one that is dropped or hits a limit loses it.
    pub async fn evaluate<T>(
        mut self,
        handle: u32,
        request: &[u8],
        limits: &Limits,
        read: impl FnOnce(&[u8]) -> T,
    ) -> Result<(Self, T), EvaluationError> {
        self.begin(limits);
        let depth = u32::try_from(limits.result_depth).unwrap_or(u32::MAX);
        let evaluated = async {
            self.request(request).await?;
            self.evaluate.call_async(&mut self.store, (handle, depth)).await
        };
        match evaluated.await {
            Ok(response) => {
                let read = read(self.response(response).unwrap_or_default());
                Ok((self, read))
            }
            Err(error) => Err(self.hit(&error, limits)),
        }
    }

    fn begin(&mut self, limits: &Limits) {
        // The first tick may come at once.
        self.store.data_mut().ticks = limits.time.as_micros().div_ceil(TICK.as_micros()) + 1;
        self.store.set_epoch_deadline(1);
    }

    async fn request(&mut self, request: &[u8]) -> wasmtime::Result<()> {
        let length = u32::try_from(request.len()).unwrap_or(u32::MAX);
        let address = self.take.call_async(&mut self.store, length).await?;
        let start = usize::try_from(address)?;
        let room =
            self.memory.data_mut(&mut self.store).get_mut(start..).and_then(|rest| rest.get_mut(..request.len()));
        room.ok_or_else(|| wasmtime::Error::msg("the guest has no room for a request"))?.copy_from_slice(request);
        Ok(())
    }

    fn response(&self, place: u64) -> Option<&[u8]> {
        let (start, length) = (usize::try_from(place >> 32).ok()?, usize::try_from(place & u64::from(u32::MAX)).ok()?);
        self.memory.data(&self.store).get(start..)?.get(..length)
    }

    /// Which limit a call hit.
    fn hit(&self, error: &wasmtime::Error, limits: &Limits) -> EvaluationError {
        let bounds = self.store.data();
        if bounds.out_of_memory {
            return EvaluationError::OutOfMemory { limit: limits.memory };
        }
        if bounds.out_of_time {
            return EvaluationError::OutOfTime { limit: limits.time };
        }
        match error.downcast_ref::<Trap>() {
            // The guest's own stack ends where its memory begins.
            Some(Trap::StackOverflow | Trap::MemoryOutOfBounds) => EvaluationError::TooDeep,
            _ => EvaluationError::Failed("jq cannot evaluate the expression: it failed inside".into()),
        }
    }
}
