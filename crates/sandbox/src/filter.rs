//! The grammar of filters and PATCH paths (RFC 7644, figures 1 and 7) as a syntax tree.
//!
//! Knows no schema: names stay text, and whether they mean anything is decided in `matching` and `patch`.
//! More generous than the figures in three points that clients need: `$` in names (`members.$ref`), any white space
//! where they have one space, and none where a parenthesis separates words.

use serde_json::Value;
use winnow::ascii::{Caseless, multispace0, multispace1};
use winnow::combinator::{alt, cut_err, delimited, eof, fail, opt, peek, preceded, repeat, separated, terminated};
use winnow::error::{ContextError, ErrMode};
use winnow::prelude::*;
use winnow::token::{any, one_of, take_while};

/// Nesting beyond this is refused, so that recursion stays shallow.
const MAX_DEPTH: usize = 40;

/// A comparison operator (RFC 7644, table 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Eq,
    Ne,
    Co,
    Sw,
    Ew,
    Gt,
    Ge,
    Lt,
    Le,
}

/// The operators by name; names are case-insensitive.
const OPERATORS: [(&str, Op); 9] = [
    ("eq", Op::Eq),
    ("ne", Op::Ne),
    ("co", Op::Co),
    ("sw", Op::Sw),
    ("ew", Op::Ew),
    ("gt", Op::Gt),
    ("ge", Op::Ge),
    ("lt", Op::Lt),
    ("le", Op::Le),
];

/// A filter as written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    All(Vec<Expr>),
    Any(Vec<Expr>),
    Not(Box<Expr>),
    /// `title pr`
    Present(String),
    /// `userName eq "bjensen"`; the value is a JSON scalar.
    Compare(String, Op, Value),
    /// `emails[type eq "work"]`
    Values(String, Box<Expr>),
}

/// A PATCH path as written: `attribute`, `attribute[filter]` or `attribute[filter].sub`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PatchPath {
    /// `[URN:]name[.sub]`
    pub(super) attribute: String,
    pub(super) filter: Option<Expr>,
    /// The name after the closing bracket.
    pub(super) sub: Option<String>,
}

/// Reads a filter. The error says where reading stopped.
pub(super) fn parse_filter(text: &str) -> Result<Expr, String> {
    run(terminated(any_of, (multispace0, eof)), text)
}

/// Reads a PATCH path. The error says where reading stopped.
pub(super) fn parse_path(text: &str) -> Result<PatchPath, String> {
    let sub = opt(preceded('.', take_while(1.., is_name_char)));
    let path = (preceded(multispace0, name), opt((brackets, sub)));
    let path = path.map(|(attribute, rest)| match rest {
        None => PatchPath { attribute, filter: None, sub: None },
        Some((filter, sub)) => PatchPath { attribute, filter: Some(filter), sub: sub.map(str::to_owned) },
    });
    run(terminated(path, (multispace0, eof)), text)
}

fn run<'t, T>(mut parser: impl Parser<&'t str, T, ErrMode<ContextError>>, text: &'t str) -> Result<T, String> {
    if deepest(text) > MAX_DEPTH {
        return Err(format!("nested deeper than {MAX_DEPTH} levels"));
    }
    parser.by_ref().parse(text).map_err(|error| {
        let rest: String = text.get(error.offset()..).unwrap_or_default().chars().take(20).collect();
        let place = if rest.is_empty() { "at its end".to_owned() } else { format!("near \"{rest}\"") };
        format!("cannot be read {place} (byte {} of {})", error.offset(), text.len())
    })
}

/// The deepest nesting of parentheses and brackets outside of strings.
fn deepest(text: &str) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' | '[' if !quoted => depth += 1,
            ')' | ']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// `a or b or c`; binds weakest (RFC 7644 section 3.4.2.2).
fn any_of(input: &mut &str) -> ModalResult<Expr> {
    chain("or", all_of, Expr::Any).parse_next(input)
}

fn all_of(input: &mut &str) -> ModalResult<Expr> {
    chain("and", term, Expr::All).parse_next(input)
}

/// One or more operands with a word between them.
fn chain<'t>(
    word: &'static str,
    operand: impl Parser<&'t str, Expr, ErrMode<ContextError>>,
    combine: fn(Vec<Expr>) -> Expr,
) -> impl Parser<&'t str, Expr, ErrMode<ContextError>> {
    let separator = (multispace0, Caseless(word), peek(alt((multispace1, "("))));
    separated(1.., operand, separator).map(move |mut operands: Vec<Expr>| match (operands.pop(), operands.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            operands.extend(last);
            combine(operands)
        }
    })
}

fn term(input: &mut &str) -> ModalResult<Expr> {
    let group = || delimited('(', cut_err(any_of), cut_err((multispace0, ')')));
    let not = preceded((Caseless("not"), multispace0), group()).map(|inner| Expr::Not(Box::new(inner)));
    preceded(multispace0, alt((not, group(), about_attribute))).parse_next(input)
}

fn about_attribute(input: &mut &str) -> ModalResult<Expr> {
    let attribute = name.parse_next(input)?;
    if let Some(inner) = opt(brackets).parse_next(input)? {
        return Ok(Expr::Values(attribute, Box::new(inner)));
    }
    let word = cut_err(preceded(multispace1, take_while(2, |c: char| c.is_ascii_alphabetic()))).parse_next(input)?;
    if word.eq_ignore_ascii_case("pr") {
        return Ok(Expr::Present(attribute));
    }
    let Some((_, op)) = OPERATORS.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(word)) else {
        return cut_err(fail).parse_next(input);
    };
    let value = cut_err(preceded(multispace1, literal)).parse_next(input)?;
    Ok(Expr::Compare(attribute, op, value))
}

fn brackets(input: &mut &str) -> ModalResult<Expr> {
    delimited('[', cut_err(any_of), cut_err((multispace0, ']'))).parse_next(input)
}

/// `[URN:]name[.sub]`
fn name(input: &mut &str) -> ModalResult<String> {
    (
        one_of(|c: char| c.is_ascii_alphabetic() || c == '$'),
        take_while(0.., |c: char| is_name_char(c) || ":.".contains(c)),
    )
        .take()
        .map(str::to_owned)
        .parse_next(input)
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_$".contains(c)
}

/// A JSON string, number, boolean or null (RFC 7644, figure 1, compValue).
fn literal(input: &mut &str) -> ModalResult<Value> {
    let escaped = ('\\', any).void();
    let plain = take_while(1.., |c: char| c != '"' && c != '\\').void();
    let string = ('"', repeat::<_, _, (), _, _>(0.., alt((plain, escaped))), '"').take();
    let word = take_while(1.., |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c));
    alt((string, word)).try_map(serde_json::from_str::<Value>).parse_next(input)
}
