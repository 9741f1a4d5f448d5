//! What evaluates expressions: one compiled guest, the instances that wait for the next evaluation, and the limits they have.

use crate::error::{EngineError, EvaluationError, ExpressionError};
use crate::expression::{Compiled, Expression, Literal};
use crate::limits::Limits;
use crate::path::Path;
use crate::sandbox::{self, Bounds, Instance};
use crate::source;
use crate::ticker::Ticker;
use parking_lot::Mutex;
use serde_json::Value;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use wasmtime::{Config, InstancePre, Module};

/// The guest, as `build.rs` compiled it.
const GUEST: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/guest.wasm"));

/// The longest expression, in bytes.
const LONGEST: usize = 64 << 10;

/// Instances that wait for an evaluation. More may be at work.
const WARM: usize = 16;

/// What the host's own functions may use of a stack.
const HOST_STACK: usize = 512 << 10;

/// How the guest becomes code that runs: [`Module::new`], or a cache before it.
pub type LoadCode = Arc<dyn Fn(&wasmtime::Engine, &[u8]) -> wasmtime::Result<Module> + Send + Sync>;

/// How an engine is set up.
#[derive(Clone)]
pub struct Options {
    /// What each evaluation may use.
    pub limits: Limits,
    /// How the guest is compiled. Compiling takes about a second; a cache of compiled code saves it.
    pub load_code: LoadCode,
}

impl Default for Options {
    fn default() -> Self {
        Self { limits: Limits::default(), load_code: Arc::new(|engine, guest| Module::new(engine, guest)) }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// Compiles and evaluates expressions. Cheap to clone; its clones share everything.
#[derive(Clone)]
pub struct Engine(Arc<Shared>);

struct Shared {
    prepared: InstancePre<Bounds>,
    limits: Limits,
    warm: Mutex<Vec<Instance>>,
    ticker: Ticker,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("limits", &self.0.limits).finish_non_exhaustive()
    }
}

impl Engine {
    /// Compiles the guest, or loads it from where it was compiled before.
    ///
    /// # Errors
    ///
    /// The limits are not possible, or the system gives no memory or thread.
    pub fn new(options: Options) -> Result<Self, EngineError> {
        let Options { mut limits, load_code } = options;
        limits.result_depth = limits.result_depth.min(120);
        let mut config = Config::new();
        config.epoch_interruption(true).max_wasm_stack(limits.stack).async_stack_size(limits.stack + HOST_STACK);
        let engine = wasmtime::Engine::new(&config).map_err(EngineError)?;
        let module = load_code(&engine, GUEST).map_err(EngineError)?;
        let prepared = sandbox::prepare(&engine, &module).map_err(EngineError)?;
        let ticker = Ticker::start(engine).map_err(|error| EngineError(error.into()))?;
        Ok(Self(Arc::new(Shared { prepared, limits, warm: Mutex::default(), ticker })))
    }

    /// Compiles `${ ... }` or a bare expression, which may name `variables`, each with its `$`.
    ///
    /// # Errors
    ///
    /// What is no jq, names a variable or function that is not there, or does what a flow must not do.
    pub fn compile(&self, text: &str, variables: &[String]) -> Result<Expression, ExpressionError> {
        static IDS: AtomicU64 = AtomicU64::new(0);
        let source = source::read(text)?;
        let error =
            |offset: usize, message: &str| ExpressionError { offset: source.offset + offset, message: message.into() };
        if source.code.is_empty() {
            return Err(error(0, "the expression is empty"));
        }
        if source.code.len() > LONGEST {
            return Err(error(0, "the expression is longer than 64 KiB; make several steps of it"));
        }
        let (mut instance, response) = block_on(self.0.compile(&source.code, variables)).map_err(|hit| match hit {
            EvaluationError::Failed(message) => error(0, &message),
            _ => error(0, "the expression is too long or nested too deep; make several steps of it"),
        })?;
        let expression = match response {
            CompileResponse::Error(offset, message) => Err(error(offset, &message)),
            CompileResponse::Compiled { handle, variables, literals } => {
                let id = IDS.fetch_add(1, Ordering::Relaxed);
                instance.keep(id, handle);
                let literal = |(name, offset)| Literal { name, offset: source.offset + offset };
                let literals = literals.into_iter().map(literal).collect();
                let path = Path::read(&source.code, &variables);
                Ok(Expression(Arc::new(Compiled { id, code: source.code, variables, literals, path })))
            }
        };
        self.0.put_back(instance);
        expression
    }

    /// Evaluates an expression of this engine on `input`. Variables of which `value_of` knows nothing are null. Dropping the
    /// future ends the evaluation.
    ///
    /// The members of an object keep the order in which they came, and `keys`, `to_entries` and the like are as jq has them; how
    /// the result orders them is serde_json's affair.
    ///
    /// # Errors
    ///
    /// What jq or the expression itself says, no result or several, and each limit.
    pub fn evaluate<'v, F>(
        &self,
        expression: &Expression,
        input: &'v Value,
        value_of: F,
    ) -> impl Future<Output = Result<Value, EvaluationError>> + Send + use<'v, F>
    where
        F: Fn(&str) -> Option<&'v Value>,
    {
        let found = match &expression.0.path {
            Some(path) => Err(path.evaluate(input, value_of)),
            None => Ok(request(&expression.0.variables, input, value_of)),
        };
        let (shared, compiled) = (self.0.clone(), expression.0.clone());
        async move {
            match found {
                Ok(request) => shared.evaluate(&compiled, &request).await,
                Err(found) => found,
            }
        }
    }
}

/// `[input, variable, ...]` as JSON.
fn request<'v>(variables: &[String], input: &'v Value, value_of: impl Fn(&str) -> Option<&'v Value>) -> Vec<u8> {
    let mut request = Vec::with_capacity(256);
    let values = std::iter::once(input).chain(variables.iter().map(|name| value_of(name).unwrap_or(&Value::Null)));
    for (at, value) in values.enumerate() {
        request.push(if at == 0 { b'[' } else { b',' });
        // Writing a value into memory cannot fail.
        let _ = serde_json::to_writer(&mut request, value);
    }
    request.push(b']');
    request
}

/// What the guest says of an expression.
enum CompileResponse {
    Compiled { handle: u32, variables: Vec<String>, literals: Vec<(String, usize)> },
    Error(usize, String),
}

impl CompileResponse {
    fn read(response: &[u8]) -> Option<Self> {
        let response: Vec<Value> = serde_json::from_slice(response).ok()?;
        match &response[..] {
            [handle, Value::Array(variables), Value::Array(literals)] => Some(Self::Compiled {
                handle: handle.as_u64()?.try_into().ok()?,
                variables: variables.iter().map(|name| name.as_str().map(str::to_owned)).collect::<Option<_>>()?,
                literals: literals
                    .iter()
                    .map(|literal| serde_json::from_value(literal.clone()).ok())
                    .collect::<Option<_>>()?,
            }),
            [offset, Value::String(message)] => Some(Self::Error(offset.as_u64()?.try_into().ok()?, message.clone())),
            _ => None,
        }
    }
}

fn failed_inside() -> EvaluationError {
    EvaluationError::Failed("jq cannot evaluate the expression: it failed inside".into())
}

impl Shared {
    /// An instance that waited, or a new one.
    fn instance(&self) -> Result<Instance, EvaluationError> {
        if let Some(instance) = self.warm.lock().pop() {
            return Ok(instance);
        }
        Instance::new(&self.prepared, &self.limits)
            .map_err(|_| EvaluationError::Failed("there is no memory for another sandbox".into()))
    }

    fn put_back(&self, instance: Instance) {
        let mut warm = self.warm.lock();
        if warm.len() < WARM && instance.is_reusable() {
            warm.push(instance);
        }
    }

    async fn compile(&self, code: &str, variables: &[String]) -> Result<(Instance, CompileResponse), EvaluationError> {
        self.compile_in(self.instance()?, code, variables).await
    }

    async fn compile_in(
        &self,
        instance: Instance,
        code: &str,
        variables: &[String],
    ) -> Result<(Instance, CompileResponse), EvaluationError> {
        let _active = self.ticker.active();
        let request = serde_json::to_vec(&(code, variables)).map_err(|_| failed_inside())?;
        let (instance, response) = instance.compile(&request, &self.limits).await?;
        Ok((instance, CompileResponse::read(&response).ok_or_else(failed_inside)?))
    }

    async fn evaluate(&self, expression: &Compiled, request: &[u8]) -> Result<Value, EvaluationError> {
        let mut instance = self.instance()?;
        let handle = match instance.handle(expression.id) {
            Some(handle) => handle,
            None => {
                let (compiled, response) = self.compile_in(instance, &expression.code, &expression.variables).await?;
                instance = compiled;
                let CompileResponse::Compiled { handle, .. } = response else { return Err(failed_inside()) };
                instance.keep(expression.id, handle);
                handle
            }
        };
        let _active = self.ticker.active();
        let limits = &self.limits;
        let (instance, result) = instance.evaluate(handle, request, limits, |response| read(response, limits)).await?;
        self.put_back(instance);
        result
    }
}

/// What the guest says of an evaluation.
fn read(response: &[u8], limits: &Limits) -> Result<Value, EvaluationError> {
    match response.split_first() {
        Some((b'v', json)) if json.len() > limits.result => Err(EvaluationError::TooLarge { limit: limits.result }),
        Some((b'v', json)) => serde_json::from_slice(json).map_err(|_| failed_inside()),
        Some((b'e', words)) => Err(EvaluationError::Failed(String::from_utf8_lossy(words).into_owned())),
        Some((b'n', _)) => Err(EvaluationError::Nothing),
        Some((b's', _)) => Err(EvaluationError::Several),
        Some((b'd', _)) => Err(EvaluationError::ResultTooDeep { limit: limits.result_depth }),
        _ => Err(failed_inside()),
    }
}

/// Runs a future that never waits for anything but its turn.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_ticker_sleeps_when_nothing_is_evaluated() {
        let engine = Engine::new(Options::default()).unwrap();
        let expression = engine.compile("1 + 1", &[]).unwrap();
        assert_eq!(block_on(engine.evaluate(&expression, &Value::Null, |_| None)), Ok(2.into()));
        let began = std::time::Instant::now();
        while !engine.0.ticker.is_asleep() {
            assert!(began.elapsed() < Duration::from_secs(10), "it never sleeps");
            std::thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(block_on(engine.evaluate(&expression, &Value::Null, |_| None)), Ok(2.into()));
    }
}
