//! What can go wrong, in words for the person who wrote the expression. No text here holds a value.

use std::time::Duration;

/// Why there is no engine.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox for expressions cannot be set up: {0:#}")]
pub struct EngineError(pub(crate) wasmtime::Error);

/// Why an expression cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExpressionError {
    /// Where in the text that was given, in characters from 0.
    pub offset: usize,
    /// What is wrong, and what to do.
    pub message: String,
}

/// Why an evaluation gave no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    /// What jq says, or what the expression raised by `error`.
    #[error("{0}")]
    Failed(String),
    /// There was no result.
    #[error("the expression gives nothing")]
    Nothing,
    /// There was more than one result.
    #[error("the expression gives several results; take one with first(…), or all as a list with […]")]
    Several,
    /// It needed more memory than it may have.
    #[error("the expression needs more than {} MiB of memory", .limit >> 20)]
    OutOfMemory {
        /// How much it may have, in bytes.
        limit: usize,
    },
    /// It took longer than it may.
    #[error("the expression takes longer than {limit:?}")]
    OutOfTime {
        /// How long it may take.
        limit: Duration,
    },
    /// Its calls, or the values it works on, are nested too deep.
    #[error("the expression goes too deep: it calls itself too often, or a value is nested too deep")]
    TooDeep,
    /// The result is nested too deep to be read.
    #[error("the result of the expression is nested deeper than {limit} levels")]
    ResultTooDeep {
        /// How deep it may be nested.
        limit: usize,
    },
    /// The result is too large.
    #[error("the result of the expression is larger than {} MiB", .limit >> 20)]
    TooLarge {
        /// How large it may be, in bytes of JSON.
        limit: usize,
    },
}
