//! jq expressions, evaluated in a WebAssembly sandbox: each evaluation has a limit of memory, time and depth, and can be ended
//! by dropping its future. It knows nothing of flows, tasks and secrets.
//!
//! The sandbox (`guest/`) is jaq with the filters and rules of jq 1.8 that jaq has not. The host passes it text and values as
//! JSON, keeps warm instances with the expressions compiled in them, and throws away each instance that hit a limit. What is no
//! more than a path (`.a.b`, `$x.y`) is evaluated here, without the sandbox.

mod engine;
mod error;
mod expression;
mod limits;
mod path;
mod sandbox;
mod source;
mod ticker;

pub use engine::{Engine, LoadCode, Options};
pub use error::{EngineError, EvaluationError, ExpressionError};
pub use expression::{Expression, Literal};
pub use limits::Limits;
pub use source::is_expression;
