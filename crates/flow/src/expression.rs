//! The one engine for jq expressions of this process ([`scim_connector_expression`]), and what a flow must not write into one.

use scim_connector_expression::{Engine, Options};
use scim_connector_host::cache;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use wasmtime::Module;

pub use scim_connector_expression::{EvaluationError, Expression, ExpressionError, is_expression};

/// The variables that every expression may name.
pub const VARIABLES: [&str; 7] = ["$context", "$input", "$output", "$task", "$workflow", "$runtime", "$secret"];

static ENGINE: OnceLock<Result<Engine, String>> = OnceLock::new();

/// Sets up the engine with a folder for its compiled code, or without one. Only the first call counts; without any, the
/// user's own cache is taken at the first expression.
pub fn set_up(code_cache: Option<PathBuf>) {
    ENGINE.get_or_init(|| start(code_cache));
}

fn start(code_cache: Option<PathBuf>) -> Result<Engine, String> {
    let load_code = Arc::new(move |engine: &_, guest: &[u8]| {
        let (module, _) = cache::load::<Module>(engine, guest, &cache::digest(guest), code_cache.as_deref(), None)?;
        Ok(module)
    });
    Engine::new(Options { load_code, ..Options::default() }).map_err(|error| error.to_string())
}

/// The engine.
///
/// # Errors
/// Why there is none.
pub fn engine() -> Result<&'static Engine, &'static str> {
    ENGINE.get_or_init(|| start(cache::default_folder())).as_ref().map_err(String::as_str)
}

/// Compiles `${ ... }` or a bare expression, which may name `variables`, each with its `$`.
///
/// # Errors
/// What is no jq, names what is not there, or does what a flow must not do.
pub fn compile(text: &str, variables: &[String]) -> Result<Expression, ExpressionError> {
    let engine = engine().map_err(|message| ExpressionError { offset: 0, message: message.to_owned() })?;
    engine.compile(text, variables)
}

/// Texts that stand as they are where a secret belongs: `{password: "..."}`, `.password = "..."`; the name, and where the
/// text begins, in characters. `named` is what the whole expression is the value of.
#[must_use]
pub fn written_out(expression: &Expression, named: &str, is_secret: &dyn Fn(&str) -> bool) -> Vec<(String, usize)> {
    let literals = expression.literals().iter();
    let found = literals.filter_map(|literal| {
        let name = if literal.name.is_empty() { named } else { &literal.name };
        is_secret(name).then(|| (name.to_owned(), literal.offset))
    });
    found.collect()
}

/// What stands between `${` and `}`, or the whole text.
#[must_use]
pub fn bare(text: &str) -> &str {
    let inner = text.trim().strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    inner.unwrap_or(text)
}

/// The expressions among text, each with `${ }` and its offset in bytes.
pub(crate) fn parts(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find("${")).map(|at| from + at) {
        let rest = text.get(start..).unwrap_or_default();
        let mut depth = 0_usize;
        let end = rest.char_indices().find(|(_, c)| {
            match c {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            *c == '}' && depth == 0
        });
        let end = end.map_or(rest.len(), |(at, c)| at + c.len_utf8());
        found.push((start, rest.get(..end).unwrap_or_default()));
        from = start + end;
    }
    found
}
