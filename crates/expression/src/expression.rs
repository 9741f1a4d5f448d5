//! An expression that has been compiled: its text, what it names, and how it is known to the sandbox.

use crate::path::Path;
use std::sync::Arc;

/// An expression that can be evaluated by the engine that compiled it. Cheap to clone.
#[derive(Clone)]
pub struct Expression(pub(crate) Arc<Compiled>);

pub(crate) struct Compiled {
    /// By which instances know it. No two expressions of a process have the same.
    pub(crate) id: u64,
    /// jq, without `${ }` and single quotes.
    pub(crate) code: String,
    /// The variables it names, in the order in which the sandbox takes them.
    pub(crate) variables: Vec<String>,
    pub(crate) literals: Vec<Literal>,
    /// The whole expression, if it is no more than a path.
    pub(crate) path: Option<Path>,
}

/// A text that stands in an expression as it is, such as `"x"` in `{password: "x"}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    /// The member or variable that it is the value of; empty where the whole expression is this text.
    pub name: String,
    /// Where its quote opens in the text that was given, in characters from 0.
    pub offset: usize,
}

impl Expression {
    /// The variables it names, each with its `$`.
    #[must_use]
    pub fn variables(&self) -> &[String] {
        &self.0.variables
    }

    /// Whether it is no more than a path, and needs no sandbox.
    #[must_use]
    pub fn is_path(&self) -> bool {
        self.0.path.is_some()
    }

    /// The texts that stand in it as they are.
    #[must_use]
    pub fn literals(&self) -> &[Literal] {
        &self.0.literals
    }
}

/// Without its text, which may hold what somebody should not have written there.
impl std::fmt::Debug for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Expression").field("variables", &self.0.variables).finish_non_exhaustive()
    }
}
