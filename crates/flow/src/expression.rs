//! Runtime expressions: jq, as swf-runtime has it (the same libraries, and its reading of `${ ... }` and of single quotes),
//! compiled once, with errors in plain words. It knows nothing of tasks.

use super::jaq;
use super::tokens::{called, parts};
use jaq_core::load::{self, lex, parse};
use jaq_core::{Compiler, Ctx, Filter, Native, RcIter, compile};
use jaq_json::Val;
use scim_connector_host::suggest;
use serde_json::{Map, Number, Value};
use std::sync::Arc;
use swf_core::models::expression::{normalize_expr, sanitize_expr};

/// The longest expression, in bytes.
const LONGEST: usize = 8 << 10;
/// How deep the parts of an expression may stand in each other. jq's compiler and evaluator recurse at each bracket,
/// operator and keyword and have no bound: about 150 keywords end a thread of 2 MiB (measured, without optimisation).
const DEEPEST: usize = 100;
/// How many parts may stand side by side: about 330 with commas between them end such a thread.
const MOST_BESIDE: usize = 500;
/// The keywords at which the compiler recurses.
const KEYWORDS: [&str; 10] = ["if", "try", "reduce", "foreach", "def", "label", "as", "and", "or", "not"];

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

/// An expression that can be evaluated. Cheap to clone.
#[derive(Clone)]
pub struct Expression {
    filter: Arc<Filter<Native<Val>>>,
    /// The variables it names, in the order in which the filter takes them.
    variables: Arc<[String]>,
}

/// Why an expression cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionError {
    /// Where in the text that was given, in characters from 0.
    pub offset: usize,
    /// What is wrong, and what to do.
    pub message: String,
}

/// Whether a text is an expression as a whole: `${ ... }`.
#[must_use]
pub fn is_expression(text: &str) -> bool {
    swf_core::models::expression::is_strict_expr(text)
}

impl Expression {
    /// Compiles `${ ... }` or a bare expression, which may name `variables` (each with its `$`).
    ///
    /// # Errors
    ///
    /// What is no jq, names a variable or function that is not there, or does what a flow must not do.
    pub fn compile(text: &str, variables: &[String]) -> Result<Self, ExpressionError> {
        let code = sanitize_expr(&normalize_expr(text));
        let before = if is_expression(text) { 2 } else { 0 };
        let inner = text.get(before..).unwrap_or_default();
        let before = before + inner.chars().count() - inner.trim_start().chars().count();
        let whole = inner.strip_suffix('}').unwrap_or(inner).trim();
        if is_expression(text) && code.chars().count() < whole.chars().count() {
            let message = "an expression is the whole value, and something stands after its closing brace; write one expression: \
                           ${ .a + \"text\" } (and a lone brace in a text as \\u007b or \\u007d)";
            return Err(ExpressionError { offset: before + code.chars().count(), message: message.into() });
        }
        compile(&code, variables).map_err(|error| ExpressionError { offset: before + error.offset, ..error })
    }

    /// Evaluates it on `input`. Of several results it makes a list; variables of which `value_of` knows nothing are null.
    ///
    /// # Errors
    ///
    /// What jq says; no result at all.
    pub fn evaluate<'a>(&self, input: &Value, value_of: impl Fn(&str) -> Option<&'a Value>) -> Result<Value, String> {
        let variable = |name: &String| value_of(name).cloned().map_or(Val::Null, Val::from);
        let variables: Vec<Val> = self.variables.iter().map(variable).collect();
        let inputs = RcIter::new(std::iter::empty());
        let results = self.filter.run((Ctx::new(variables, &inputs), Val::from(input.clone())));
        let results: Result<Vec<Value>, _> = results.map(|result| result.map(value)).collect();
        let mut results = results.map_err(|error| jaq::words(&error))?;
        match results.len() {
            0 => Err("the expression gives nothing".into()),
            1 => Ok(results.swap_remove(0)),
            _ => Ok(Value::Array(results)),
        }
    }
}

impl std::fmt::Debug for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Expression").field("variables", &self.variables).finish_non_exhaustive()
    }
}

/// As jaq's own conversion, which panics at numbers that jq writes and JSON does not.
fn value(value: Val) -> Value {
    match value {
        Val::Num(text) => {
            let exact = text.parse::<Number>().ok();
            exact.or_else(|| Number::from_f64(text.parse().ok()?)).map_or(Value::Null, Value::Number)
        }
        Val::Arr(list) => list.iter().map(|element| self::value(element.clone())).collect(),
        Val::Obj(map) => {
            let member =
                |(name, element): (&std::rc::Rc<String>, &Val)| ((**name).clone(), self::value(element.clone()));
            Value::Object(map.iter().map(member).collect::<Map<_, _>>())
        }
        other => other.into(),
    }
}

/// An error at `part` of `whole`; at its end, if it is no part of it.
fn wrong(whole: &str, part: &str, message: impl Into<String>) -> ExpressionError {
    let start = (part.as_ptr() as usize).wrapping_sub(whole.as_ptr() as usize);
    ExpressionError { offset: whole.get(..start).unwrap_or(whole).chars().count(), message: message.into() }
}

fn compile(code: &str, variables: &[String]) -> Result<Expression, ExpressionError> {
    if code.is_empty() {
        return Err(wrong(code, code, "the expression is empty"));
    }
    if code.len() > LONGEST || deepest(code) > DEEPEST {
        return Err(wrong(code, code, "the expression is too long or too deep; make several steps of it"));
    }
    let tokens = load::Lexer::new(code).lex().map_err(|errors| lexing(code, &errors))?;
    allowed(code, &tokens, 0)?;
    not_recursive(code, &tokens)?;
    let used: Vec<String> = variables.iter().filter(|name| code.contains(name.as_str())).cloned().collect();
    let names: Vec<&str> = used.iter().map(String::as_str).collect();
    let loader = load::Loader::new(jaq_std::defs().chain(jaq_json::defs()));
    let arena = load::Arena::default();
    let modules = loader.load(&arena, load::File { code, path: () }).map_err(|errors| {
        // The first error is the one that matters; the rest tends to follow from it.
        match errors.into_iter().next().map(|(_, error)| error) {
            Some(load::Error::Lex(errors)) => lexing(code, &errors),
            Some(load::Error::Parse(errors)) => parsing(code, &errors),
            _ => wrong(code, code, "a flow cannot import other files"),
        }
    })?;
    let filter = Compiler::default()
        .with_funs(jaq_std::funs().chain(jaq_json::funs()))
        .with_global_vars(names)
        .compile(modules)
        .map_err(|errors| {
            // The first is enough: an expression is short.
            let first = errors.into_iter().find_map(|(_, errors)| errors.into_iter().next());
            let (at, undefined) = first.unwrap_or((code, compile::Undefined::Mod));
            wrong(code, at, naming(at, &undefined, variables))
        })?;
    Ok(Expression { filter: Arc::new(filter), variables: used.clone().into() })
}

/// How deep brackets stand in each other; those in texts count as well, which harms nobody.
fn deepest(code: &str) -> usize {
    let depths = code.bytes().scan(0_usize, |depth, byte| {
        match byte {
            b'(' | b'[' | b'{' => *depth += 1,
            b')' | b']' | b'}' => *depth = depth.saturating_sub(1),
            _ => {}
        }
        Some(*depth)
    });
    depths.max().unwrap_or_default()
}

/// Refuses what a flow must not use, and what would make the compiler recurse too deep.
fn allowed(code: &str, tokens: &[lex::Token<&str>], depth: usize) -> Result<(), ExpressionError> {
    let (mut inner, mut beside) = (depth, 0);
    for lex::Token(text, kind) in tokens {
        beside += 1;
        if inner > DEEPEST || beside > MOST_BESIDE {
            let message = "the expression is too deep or has too many parts; make several steps of it";
            return Err(wrong(code, text, message));
        }
        match kind {
            lex::Tok::Block(tokens) => allowed(code, tokens, inner + 1)?,
            lex::Tok::Str(parts) => {
                for part in parts {
                    if let lex::StrPart::Term(token) = part {
                        allowed(code, std::slice::from_ref(token), inner + 1)?;
                    }
                }
            }
            // The members of an object and the arguments of a function stand beside each other.
            lex::Tok::Sym if matches!(*text, "," | ";") => inner = depth + 1,
            lex::Tok::Sym if !matches!(*text, "." | ":" | "?" | "..") => inner += 1,
            lex::Tok::Num if text.parse::<Number>().is_err() => {
                return Err(wrong(code, text, format!("`{text}` is no number of JSON")));
            }
            lex::Tok::Word | lex::Tok::Var => {
                if let Some((name, why)) = REFUSED.iter().find(|(name, _)| name == text) {
                    return Err(wrong(code, text, format!("`{name}` is not allowed: {why}")));
                }
                inner += usize::from(KEYWORDS.contains(text));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Refuses functions that call themselves: they end the whole program where they go too deep.
fn not_recursive(code: &str, tokens: &[lex::Token<&str>]) -> Result<(), ExpressionError> {
    for (at, lex::Token(text, kind)) in tokens.iter().enumerate() {
        if let (lex::Tok::Word, "def", Some(lex::Token(name, _))) = (kind, *text, tokens.get(at + 1)) {
            let mut open = 1_usize;
            let body = tokens.iter().skip(at + 2).take_while(|lex::Token(text, kind)| {
                match (kind, *text) {
                    (lex::Tok::Word, "def") => open += 1,
                    (lex::Tok::Sym, ";") => open -= 1,
                    _ => {}
                }
                open > 0
            });
            if let Some(call) = body.into_iter().find_map(|token| called(token, name)) {
                let message =
                    format!("`{name}` calls itself, which may never end; use recurse, until, reduce, foreach or limit");
                return Err(wrong(code, call, message));
            }
        }
        for inner in parts(kind) {
            not_recursive(code, inner)?;
        }
    }
    Ok(())
}

fn lexing(code: &str, errors: &[lex::Error<&str>]) -> ExpressionError {
    let Some((expected, at)) = errors.first() else { return wrong(code, code, "it is no jq") };
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
    wrong(code, at, message)
}

fn parsing(code: &str, errors: &[parse::Error<&str>]) -> ExpressionError {
    let Some((expected, found)) = errors.first() else { return wrong(code, code, "it is no jq") };
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
    wrong(code, found_at, message)
}

fn naming(name: &str, undefined: &compile::Undefined, variables: &[String]) -> String {
    let functions = || {
        let defined = jaq_std::defs().chain(jaq_json::defs()).map(|definition| definition.name.to_owned());
        let native = jaq_std::funs::<Val>().chain(jaq_json::funs()).map(|function| function.0.to_owned());
        defined.chain(native).filter(|name| !REFUSED.iter().any(|(refused, _)| refused == name)).collect::<Vec<_>>()
    };
    match undefined {
        compile::Undefined::Var => {
            let known = || variables.iter().map(String::as_str);
            let hint = suggest::hint(name, known());
            let hint = hint.replace('"', "`");
            let there =
                if hint.is_empty() { format!("; there are {}", known().collect::<Vec<_>>().join(", ")) } else { hint };
            format!("there is no variable `{name}` here{there}")
        }
        compile::Undefined::Filter(arity) => {
            let known = functions();
            if known.iter().any(|known| known == name) {
                return format!("`{name}` does not take {arity} arguments");
            }
            let hint = suggest::hint(name, known.iter().map(String::as_str)).replace('"', "`");
            // A word alone may be meant as text.
            let text = match (*arity, hint.is_empty()) {
                (0, true) => "; text stands in quotes",
                (0, false) => " Text stands in quotes",
                _ => "",
            };
            format!("jq has no function `{name}`{hint}{text}")
        }
        other => format!("there is no {} `{name}`", other.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::HashMap;

    fn names() -> Vec<String> {
        ["$context", "$input", "$secret", "$item"].map(str::to_owned).to_vec()
    }

    #[test]
    fn it_gives_what_swf_runtime_gives() {
        let values = HashMap::from([("$item".to_owned(), json!({"name": "ada"}))]);
        let rows = [
            ("${ .a + 1 }", json!({"a": 1}), json!(2)),
            (".a[]", json!({"a": [1, 2]}), json!([1, 2])),
            ("${ $item.name + '@x' }", json!(null), json!("ada@x")),
            ("${ {a: {b: .}} }", json!(1), json!({"a": {"b": 1}})),
            ("$context", json!(1), json!(null)),
            ("${ . }", json!([1.10, 12]), json!([1.10, 12])),
            ("12345678901234567890123", json!(null), serde_json::from_str("12345678901234567890123").unwrap()),
        ];
        for (text, input, output) in rows {
            let expression = Expression::compile(text, &names()).unwrap();
            assert_eq!(expression.evaluate(&input, |name| values.get(name)), Ok(output), "{text}");
        }
        let error = |text: &str| {
            Expression::compile(text, &names()).unwrap().evaluate(&json!({}), |name| values.get(name)).unwrap_err()
        };
        assert_eq!(error("empty"), "the expression gives nothing");
        assert_eq!(error("${ error(\"no\") }"), "no");
    }

    #[test]
    fn what_cannot_be_compiled_is_named_with_its_offset() {
        let secret = "a flow does not read the environment; name a secret in use.secrets and write $secret.NAME";
        let rows = [
            ("${ $contxt.a }", "3: there is no variable `$contxt` here; did you mean `$context`?"),
            ("${ \"\\($foo)\" }", "6: there is no variable `$foo` here; there are $context, $input, $secret, $item"),
            ("${ .a | uper }", "8: jq has no function `uper`; text stands in quotes"),
            ("ada", "0: jq has no function `ada`; did you mean `add`? Text stands in quotes"),
            ("map(1;2)", "0: `map` does not take 2 arguments"),
            ("${ (.a }", "3: the bracket `(` is never closed"),
            (".[", "1: the bracket `[` is never closed"),
            ("${ \"x }", "3: the text is never closed: a quote is missing"),
            ("${ .a + }", "7: a value is missing: the expression ends"),
            ("map()", "4: a value is missing: there is `)`"),
            ("${ {a: } }", "7: a value is missing: there is `}`"),
            ("${ .a b }", "6: here the expression should end, but there is `b`"),
            ("reduce .a", "9: `as` is missing: the expression ends"),
            ("if .a then 1 else 2", "19: `end` is missing: the expression ends"),
            ("", "0: the expression is empty"),
            ("${ }", "3: the expression is empty"),
            (".a &", "3: jq has no `&` here"),
            ("\"\\q\"", "2: after `\\` in a text comes one of \" \\ / b f n r t u ("),
            ("${ 007 }", "3: `007` is no number of JSON"),
            (
                "${ def f($n): if $n == 0 then 0 else [1 + f($n - 1)] end; f(3) }",
                "42: `f` calls itself, which may never end; use recurse, until, reduce, foreach or limit",
            ),
            (
                "def f: def g: \"\\(f)\"; g; f",
                "17: `f` calls itself, which may never end; use recurse, until, reduce, foreach or limit",
            ),
            ("halt", "0: `halt` is not allowed: a flow ends by `then: end` or `raise`"),
            (".a | env.X", &format!("5: `env` is not allowed: {secret}")),
            ("${ $ENV.X }", &format!("3: `$ENV` is not allowed: {secret}")),
            ("import \"x\" as y; .", "0: a flow cannot import other files"),
            (
                "${ .a } and ${ .b }",
                "5: an expression is the whole value, and something stands after its closing brace; write one expression: \
                 ${ .a + \"text\" } (and a lone brace in a text as \\u007b or \\u007d)",
            ),
        ];
        for (text, message) in rows {
            let error = Expression::compile(text, &names()).expect_err(text);
            assert_eq!(format!("{}: {}", error.offset, error.message), message, "{text}");
        }
    }

    #[test]
    fn functions_that_call_others_are_fine() {
        let text = "def f: 1; def g: f + .f; def h(f): f; g + h(f) + (def k: f; k)";
        let expression = Expression::compile(text, &[]).unwrap();
        assert_eq!(expression.evaluate(&json!({"f": 2}), |_| None), Ok(json!(5)));
    }

    #[test]
    fn nothing_makes_the_compiler_recurse_without_bound() {
        for part in [
            "(",
            "[",
            "-",
            "1|",
            "1,",
            "if ",
            "try ",
            "1 as $x|",
            "not|",
            "..",
            ".a",
            ".[0]",
            "\"\\(",
            "1+",
            "def f:",
            "reduce ",
            "{a:",
            "label $x|",
            "?//",
            ". as [$a] ?// ",
            "1//",
            ". as {a: $b} | ",
            "1; ",
            "def f: 1; ",
        ] {
            let text = part.repeat(LONGEST / part.len());
            for text in
                [text, part.repeat(DEEPEST - 2), part.repeat(MOST_BESIDE - 10), part.repeat(MOST_BESIDE / 2 - 5)]
            {
                Expression::compile(&text, &[]).err();
                Expression::compile(&format!("{text}1"), &[])
                    .map(|expression| expression.evaluate(&json!({}), |_| None).err())
                    .ok();
            }
        }
    }
}
