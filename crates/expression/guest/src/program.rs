//! Compiles expressions and evaluates them. Knows the filters there are; how memory, time and depth are bounded is the
//! host's affair.

use crate::filters::{self, Data};
use crate::tokens;
use crate::value::{Members, Value};
use crate::words::{self, CompileError};
use jaq_core::load::lex;
use jaq_core::load::parse::Def;
use jaq_core::{Compiler, Ctx, Filter, Vars, load};
use std::cell::OnceCell;

/// The variable that holds where in the text it stands.
const LOCATION: &str = "$__loc__";

/// What jq has and a flow must not use, and why.
const REFUSED: [(&str, &str); 9] = [
    ("env", "a flow does not read the environment; name a secret in use.secrets and write $secret.NAME"),
    ("$ENV", "a flow does not read the environment; name a secret in use.secrets and write $secret.NAME"),
    ("halt", "a flow ends by `then: end` or `raise`"),
    ("halt_error", "a flow ends by `then: end` or `raise`"),
    ("input", "there is no further input; the task's input is `.`"),
    ("inputs", "there is no further input; the task's input is `.`"),
    ("debug", "it would write to the terminal, past what keeps secrets out of it"),
    ("stderr", "it would write to the terminal, past what keeps secrets out of it"),
    ("input_line_number", "there is no further input; the task's input is `.`"),
];

/// How an evaluation ended.
pub enum Outcome {
    /// With one result.
    Value(Value),
    /// With an error, in words that name no value.
    Failed(String),
    /// Without a result.
    Nothing,
    /// With more than one.
    Several,
}

/// An expression that can be evaluated.
pub struct Program {
    filter: Filter<Data>,
    /// The variables it names, in the order in which it takes them.
    pub variables: Vec<String>,
    /// Texts that stand as they are: the name of what they are the value of, and where they begin.
    pub literals: Vec<tokens::Literal>,
    location: Option<Value>,
}

/// What every expression is compiled against; made once.
struct Library {
    definitions: Vec<Def<&'static str>>,
    native_names: Vec<&'static str>,
}

thread_local! {
    static LIBRARY: OnceCell<&'static Library> = const { OnceCell::new() };
}

fn library() -> &'static Library {
    let make = || {
        let native_names = filters::natives().into_iter().map(|(name, ..)| name).collect();
        &*Box::leak(Box::new(Library { definitions: filters::definitions(), native_names }))
    };
    LIBRARY.with(|library| *library.get_or_init(make))
}

/// The names of all filters that an expression may call.
fn filter_names() -> impl Iterator<Item = &'static str> {
    let library = library();
    let names =
        library.native_names.iter().copied().chain(library.definitions.iter().map(|definition| definition.name));
    let refused = |name: &str| REFUSED.iter().any(|(refused, _)| *refused == name);
    names.filter(move |name| !name.ends_with('_') && !name.starts_with('@') && !refused(name))
}

/// Compiles jq, which may name `variables`, each with its `$`.
///
/// # Errors
///
/// What is no jq, names a variable or function that is not there, or does what a flow must not do.
pub fn compile(code: &str, variables: &[String]) -> Result<Program, CompileError> {
    let tokens = load::Lexer::new(code).lex().map_err(|errors| words::lexing(code, &errors))?;
    let mut named = Vec::new();
    allowed(code, &tokens, &mut named)?;
    let is_used = |name: &&String| named.contains(&name.as_str());
    let used: Vec<String> = variables.iter().filter(is_used).cloned().collect();
    let names: Vec<&str> = used.iter().map(String::as_str).collect();
    let loader = load::Loader::new(library().definitions.iter().cloned());
    let arena = load::Arena::default();
    let modules = loader.load(&arena, load::File { code, path: () }).map_err(|errors| {
        // The first error is the one that matters; the rest tends to follow from it.
        match errors.into_iter().next().map(|(_, error)| error) {
            Some(load::Error::Lex(errors)) => words::lexing(code, &errors),
            Some(load::Error::Parse(errors)) => words::parsing(code, &errors),
            _ => CompileError::at(code, code, "a flow cannot import other files"),
        }
    })?;
    let filter = Compiler::default()
        .with_funs(filters::natives())
        .with_global_vars(names.iter().copied().chain([LOCATION]))
        .compile(modules)
        .map_err(|errors| {
            // The first is enough: an expression is short.
            let first = errors.into_iter().find_map(|(_, errors)| errors.into_iter().next());
            let Some((at, undefined)) = first else { return CompileError::at(code, code, "the text is no jq") };
            CompileError::at(code, at, words::naming(at, &undefined, variables, &filter_names().collect::<Vec<_>>()))
        })?;
    let location = named.iter().find(|name| **name == LOCATION).map(|at| location(code, at));
    Ok(Program { filter, variables: used, literals: tokens::literals(code, &tokens), location })
}

/// Where in the expression `$__loc__` stands. It is the same for all of its uses: that of the first.
fn location(code: &str, at: &str) -> Value {
    let offset = (at.as_ptr() as usize).wrapping_sub(code.as_ptr() as usize);
    let line = code.get(..offset).map_or(0, |before| before.matches('\n').count()) + 1;
    Value::object(Members::from_iter([("file".into(), Value::text("<top-level>")), ("line".into(), Value::from(line))]))
}

/// Refuses what a flow must not use, and collects the variables.
fn allowed<'a>(code: &'a str, tokens: &[lex::Token<&'a str>], named: &mut Vec<&'a str>) -> Result<(), CompileError> {
    for lex::Token(text, kind) in tokens {
        match kind {
            lex::Tok::Num if !is_json_number(text) => {
                return Err(CompileError::at(code, text, format!("`{text}` is no number of JSON")));
            }
            lex::Tok::Word | lex::Tok::Var => {
                if let Some((name, why)) = REFUSED.iter().find(|(name, _)| name == text) {
                    return Err(CompileError::at(code, text, format!("`{name}` is not allowed: {why}")));
                }
                named.push(text);
            }
            _ => {}
        }
        for inner in tokens::parts(kind) {
            allowed(code, inner, named)?;
        }
    }
    Ok(())
}

fn is_json_number(text: &str) -> bool {
    crate::json::read(text).is_ok()
}

impl Program {
    /// Evaluates it on `input`; `variables` are in the order of [`Self::variables`].
    pub fn evaluate(&self, input: Value, variables: impl IntoIterator<Item = Value>) -> Outcome {
        let location = self.location.clone().unwrap_or_default();
        let vars = Vars::new(variables.into_iter().chain([location]));
        let context = Ctx::<Data>::new(&self.filter.lut, vars);
        let mut results = self.filter.id.run((context, input));
        let failed = |exception: jaq_core::Exn<'_, Value>| {
            Outcome::Failed(
                exception.get_err().map_or_else(|_| "the expression cannot be ended here".into(), words::failing),
            )
        };
        match (results.next(), results.next()) {
            (None, _) => Outcome::Nothing,
            (Some(Err(exception)), _) | (_, Some(Err(exception))) => failed(exception),
            (Some(Ok(value)), None) => Outcome::Value(value),
            _ => Outcome::Several,
        }
    }
}
