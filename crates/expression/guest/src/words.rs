//! Errors in words: what jaq says of an expression, said to the person who wrote it. Knows no limits.

use crate::value::Value;
use jaq_core::Error;
use jaq_core::compile::Undefined;
use jaq_core::load::{lex, parse};

/// Why an expression cannot be compiled.
#[derive(Debug)]
pub struct CompileError {
    /// Where in the expression, in characters from 0.
    pub offset: usize,
    /// What is wrong, and what to do.
    pub message: String,
}

impl CompileError {
    /// An error at `part` of `code`; at its end, if it is no part of it.
    pub fn at(code: &str, part: &str, message: impl Into<String>) -> Self {
        let start = (part.as_ptr() as usize).wrapping_sub(code.as_ptr() as usize);
        Self { offset: code.get(..start).unwrap_or(code).chars().count(), message: message.into() }
    }
}

/// What made an evaluation fail. Values in jaq's own errors display their kind only.
pub fn failing(error: Error<Value>) -> String {
    match error.into_val() {
        Value::String(text) => text.to_string(),
        Value::Null => "the expression raised an error without a text".into(),
        other => format!("the expression raised an error that is {other}, not a text"),
    }
}

/// Of text that has no tokens.
pub fn lexing(code: &str, errors: &[lex::Error<&str>]) -> CompileError {
    let Some((expected, at)) = errors.first() else { return CompileError::at(code, code, "the text is no jq") };
    let next = at.chars().next();
    // Of what is never closed, the place where it opens.
    let at = if let lex::Expect::Delim(open) = expected { open } else { at };
    let message = match expected {
        lex::Expect::Delim("(") => "the bracket `(` is never closed".into(),
        lex::Expect::Delim("[") => "the bracket `[` is never closed".into(),
        lex::Expect::Delim("{") => "the brace `{` is never closed".into(),
        lex::Expect::Delim(_) => "the text is never closed: a quote is missing".into(),
        lex::Expect::Digit => "a digit is missing here".into(),
        lex::Expect::Ident => "a name is missing here".into(),
        lex::Expect::Escape => "after `\\` in a text comes one of \" \\ / b f n r t u (".into(),
        lex::Expect::Unicode => "`\\u` takes four hexadecimal digits of a character".into(),
        _ => match next {
            Some(c) => format!("jq has no `{c}` here"),
            None => "something is missing at the end".into(),
        },
    };
    CompileError::at(code, at, message)
}

/// Of tokens that make no expression.
pub fn parsing(code: &str, errors: &[parse::Error<&str>]) -> CompileError {
    let Some((expected, found)) = errors.first() else { return CompileError::at(code, code, "the text is no jq") };
    let found_at = if found.is_empty() { code.get(code.len()..).unwrap_or_default() } else { found };
    // Of a bracket, the token is all that is in it.
    let shown: String = found.chars().take(if found.starts_with(['(', '[', '{']) { 1 } else { 20 }).collect();
    let here = if found.is_empty() { "the expression ends".to_owned() } else { format!("there is `{shown}`") };
    let message = match expected {
        parse::Expect::Nothing => format!("here the expression should end, but {here}"),
        parse::Expect::Term => format!("a value is missing: {here}"),
        parse::Expect::Just(word) => format!("`{word}` is missing: {here}"),
        other => format!("{} is missing: {here}", other.as_str()),
    };
    CompileError::at(code, found_at, message)
}

/// Of a name that stands for none of the `variables` and `filters`.
pub fn naming(name: &str, undefined: &Undefined, variables: &[String], filters: &[&str]) -> String {
    match undefined {
        Undefined::Var => {
            let known = || variables.iter().map(String::as_str);
            let there = nearest(name, known()).map_or_else(
                || format!("; there are {}", known().collect::<Vec<_>>().join(", ")),
                |near| format!("; did you mean `{near}`?"),
            );
            format!("there is no variable `{name}` here{there}")
        }
        Undefined::Filter(arity) => {
            let known = || filters.iter().copied();
            if known().any(|known| known == name) {
                return format!("`{name}` does not take {arity} arguments");
            }
            // A word alone may be meant as text.
            match (nearest(name, known()), *arity) {
                (Some(near), 0) => format!("jq has no function `{name}`; did you mean `{near}`? Text stands in quotes"),
                (Some(near), _) => format!("jq has no function `{name}`; did you mean `{near}`?"),
                (None, 0) => format!("jq has no function `{name}`; text stands in quotes"),
                (None, _) => format!("jq has no function `{name}`"),
            }
        }
        other => format!("there is no {} `{name}`", other.as_str()),
    }
}

/// The known name that a person most likely meant, if one is close.
fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let wanted = name.to_lowercase();
    known
        .map(|known| (strsim::damerau_levenshtein(&wanted, &known.to_lowercase()), known))
        .filter(|(distance, known)| *distance <= known.len().max(name.len()).div_ceil(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}
