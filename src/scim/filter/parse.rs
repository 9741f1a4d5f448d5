//! Reads filters (RFC 7644 figure 1) and the parts that PATCH paths (figure 7) share with them.
//!
//! More generous than the figure: spaces may be several, and may stand inside parentheses and brackets and around the whole;
//! text needs none before it (section 3.5.2.2 has `value eq"2819c223…"`). `$` is allowed in names (RFC 7643 section 2.1, and `$ref`). An error says where it is, what was expected
//! there and, for the usual mistakes, what to write; it quotes words, never values, which may be anybody's data.

use super::super::resource::{Data, Node};
use super::{Filter, OPERATORS, Operator};
use crate::failure::Failure;
use crate::naming::place;
use crate::scim::path::AttributePath;
use std::fmt::{self, Display, Formatter};
use winnow::ascii::Caseless;
use winnow::combinator::opt;
use winnow::error::ParserError;
use winnow::prelude::*;
use winnow::token::take_while;

/// Longest text read, in bytes.
const LONGEST: usize = 64 * 1024;
/// Deepest nesting of parentheses and brackets.
const DEEPEST: usize = 32;

/// What a value path within a value path is told.
pub(super) const NESTED: &str = "a value path, name[…], cannot stand within another one";

/// What is wrong with the text of a filter or path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where, in characters, the first being 1; none where it is not about a place.
    pub column: Option<usize>,
    /// What is wrong there, and what to write.
    pub detail: String,
}

impl SyntaxError {
    /// An error of the whole.
    pub(super) fn new(detail: impl Into<String>) -> Self {
        SyntaxError { column: None, detail: detail.into() }
    }

    /// The failure of a caller's input with this text at `pointer`.
    pub fn at(self, pointer: &str) -> Box<Failure> {
        Failure::input(pointer, format!("{}: {self}", place(pointer)))
    }
}

impl Display for SyntaxError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.column {
            Some(column) => write!(f, "at character {column}: {}", self.detail),
            None => f.write_str(&self.detail),
        }
    }
}

impl std::error::Error for SyntaxError {}

/// An error while reading, `rest` bytes before the end.
#[derive(Debug)]
pub(in crate::scim) struct Fault {
    rest: usize,
    detail: String,
}

impl<'t> ParserError<&'t str> for Fault {
    type Inner = Self;

    fn from_input(input: &&'t str) -> Self {
        fault(input, "cannot be read")
    }

    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

/// What a reading function gives.
pub(in crate::scim) type Read<T> = Result<T, Fault>;

/// An error where `input` begins.
pub(in crate::scim) fn fault(input: &str, detail: impl Into<String>) -> Fault {
    Fault { rest: input.len(), detail: detail.into() }
}

/// Where a condition stands.
#[derive(Clone, Copy, Default)]
pub(in crate::scim) struct Place {
    depth: usize,
    in_value_path: bool,
}

/// What people write, and what a filter has for it.
const MISTAKES: [(&str, &str); 28] = [
    ("=", "eq"),
    ("==", "eq"),
    ("===", "eq"),
    ("is", "eq"),
    ("equal", "eq"),
    ("equals", "eq"),
    ("!=", "ne"),
    ("<>", "ne"),
    ("neq", "ne"),
    (">", "gt"),
    (">=", "ge"),
    ("gte", "ge"),
    ("<", "lt"),
    ("<=", "le"),
    ("lte", "le"),
    ("~", "co"),
    ("=~", "co"),
    ("like", "co"),
    ("contains", "co"),
    ("startsWith", "sw"),
    ("endsWith", "ew"),
    ("exists", "pr"),
    ("present", "pr"),
    ("&", "and"),
    ("&&", "and"),
    ("|", "or"),
    ("||", "or"),
    ("!", "not (…)"),
];

/// Reads a whole filter.
pub(super) fn filter(text: &str) -> Result<Filter, SyntaxError> {
    let read = |input: &mut &str| {
        spaces(input)?;
        let filter = any_of(input, Place::default())?;
        spaces(input)?;
        Ok(filter)
    };
    whole(text, "and, or or the end", &read)
}

/// Reads a whole text; `behind` is what may follow what was read.
pub(in crate::scim) fn whole<T>(
    text: &str,
    behind: &str,
    read: &dyn for<'t> Fn(&mut &'t str) -> Read<T>,
) -> Result<T, SyntaxError> {
    if text.len() > LONGEST {
        return Err(SyntaxError::new(format!("is longer than {LONGEST} bytes")));
    }
    let mut input = text;
    let result = match text.find(|char: char| char < ' ') {
        Some(index) => Err(fault(
            text.get(index..).unwrap_or_default(),
            r"has a control character; write a space, or within text an escape such as \n or \t",
        )),
        None => read(&mut input),
    };
    let fault = match result {
        Ok(read) if input.is_empty() => return Ok(read),
        Ok(_) if input.starts_with([')', ']']) => fault(input, "nothing was opened that this would close"),
        Ok(_) => unexpected(input, behind),
        Err(fault) => fault,
    };
    let offset = text.len().saturating_sub(fault.rest);
    let before = text.char_indices().take_while(|(index, _)| *index < offset).count();
    Err(SyntaxError { column: Some(before + 1), detail: fault.detail })
}

/// `a or b or c`.
fn any_of(input: &mut &str, place: Place) -> Read<Filter> {
    Ok(Filter::any(chain(input, place, "or", all_of)?))
}

/// `a and b and c`.
fn all_of(input: &mut &str, place: Place) -> Read<Filter> {
    Ok(Filter::all(chain(input, place, "and", condition)?))
}

fn chain(
    input: &mut &str,
    place: Place,
    word: &'static str,
    operand: fn(&mut &str, Place) -> Read<Filter>,
) -> Read<Vec<Filter>> {
    let mut operands = vec![operand(input, place)?];
    while connective(input, word)? {
        operands.push(operand(input, place)?);
    }
    Ok(operands)
}

/// ` and ` or ` or `, if it comes next.
fn connective(input: &mut &str, word: &'static str) -> Read<bool> {
    let start = *input;
    let apart = spaces(input)? > 0;
    if opt(Caseless(word)).parse_next(input)?.is_none() || input.starts_with(is_name_char) {
        *input = start;
        return Ok(false);
    }
    if !apart {
        return Err(fault(start, format!("write a space before {word}")));
    }
    space_behind(input, word)?;
    Ok(true)
}

/// A parenthesis, a negation, a value path or a comparison.
fn condition(input: &mut &str, place: Place) -> Read<Filter> {
    if input.starts_with('(') {
        return enclosed(input, place, ')');
    }
    let start = *input;
    // An attribute may be called `not`; a parenthesis behind it tells.
    if opt(Caseless("not")).parse_next(input)?.is_some() {
        spaces(input)?;
        if input.starts_with('(') {
            return enclosed(input, place, ')').map(Filter::not);
        }
        *input = start;
    }
    let attribute = attribute(input)?;
    if input.starts_with('[') {
        return value_path(input, place).map(|filter| Filter::ValuePath { attribute, filter: Box::new(filter) });
    }
    let apart = spaces(input)? > 0;
    if input.starts_with('[') {
        return Err(fault(input, "write the bracket right behind its attribute, without a space"));
    }
    let word = *input;
    let name = take_word(input)?;
    if apart && name.eq_ignore_ascii_case("pr") {
        return Ok(Filter::Present(attribute));
    }
    match OPERATORS.iter().find(|row| apart && row.0.eq_ignore_ascii_case(name)) {
        Some((name, operator)) => {
            if !input.starts_with('"') {
                space_behind(input, name)?;
            }
            let value = value(input, *operator)?;
            Ok(Filter::Compare { attribute, operator: *operator, value })
        }
        None if start.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("not ")) => {
            Err(fault(start, "what not applies to stands in parentheses: not (…)"))
        }
        None => {
            Err(unexpected(word, &format!("eq, ne, co, sw, ew, gt, ge, lt, le or pr behind {}", short(&attribute))))
        }
    }
}

/// The brackets of a value path.
pub(in crate::scim) fn value_path(input: &mut &str, place: Place) -> Read<Filter> {
    if place.in_value_path {
        return Err(fault(input, NESTED));
    }
    enclosed(input, Place { in_value_path: true, ..place }, ']')
}

/// What an opening character encloses, up to the closing one.
fn enclosed(input: &mut &str, place: Place, close: char) -> Read<Filter> {
    let start = *input;
    if place.depth == DEEPEST {
        return Err(fault(start, format!("nests deeper than {DEEPEST}")));
    }
    skip(input)?;
    spaces(input)?;
    let filter = any_of(input, Place { depth: place.depth + 1, ..place })?;
    spaces(input)?;
    if opt(close).parse_next(input)?.is_some() {
        return Ok(filter);
    }
    Err(match input.is_empty() {
        true => fault(start, format!("this is not closed; write {close} where it ends")),
        false => unexpected(input, &format!("and, or or {close}")),
    })
}

/// An attribute path.
pub(in crate::scim) fn attribute(input: &mut &str) -> Read<AttributePath> {
    let start = *input;
    let token: &str = take_while(0.., |char: char| !" ()[]\"'“”‘’=<>!&|~,;".contains(char)).parse_next(input)?;
    if token.is_empty() {
        return Err(match start.chars().next() {
            Some('"' | '\'' | '“' | '”' | '‘' | '’') => {
                fault(start, "expected an attribute's name, without quotation marks")
            }
            _ => unexpected(start, "an attribute such as userName"),
        });
    }
    AttributePath::from_token(token).map_err(|detail| fault(start, detail))
}

/// A comparison's value.
fn value(input: &mut &str, operator: Operator) -> Read<Data> {
    let start = *input;
    let value = match input.chars().next() {
        None => return Err(fault(start, format!("expected a value behind {}", operator.name()))),
        Some('"') => string(input)?,
        Some('\'' | '“' | '”' | '‘' | '’' | '`') => {
            return Err(fault(start, "text stands in plain double quotation marks: \"…\""));
        }
        Some(_) => {
            let token: &str = take_while(0.., |char: char| !" ()[]\"".contains(char)).parse_next(input)?;
            literal(token).map_err(|detail| fault(start, detail))?
        }
    };
    match input.chars().next() {
        None | Some(' ' | ')' | ']') => Ok(value),
        Some(_) if value.as_str().is_some() => {
            Err(fault(input, r#"expected a space behind the text; a quotation mark within text is written \""#))
        }
        Some(_) => Err(fault(input, "expected a space behind the value")),
    }
}

/// A number, or one of three words.
fn literal(token: &str) -> Result<Data, String> {
    const WORDS: [&str; 3] = ["true", "false", "null"];
    match Data::parse(token.as_bytes()) {
        Ok(value) if matches!(value.node(), Node::Null | Node::Bool(_) | Node::Number(_)) => Ok(value),
        _ => Err(match WORDS.iter().find(|word| word.eq_ignore_ascii_case(token)) {
            Some(word) => format!("write {word} in lower case, or in double quotation marks if text is meant"),
            None => {
                "expected a number, true, false, null, or text (dates too) in double quotation marks: \"…\"".to_owned()
            }
        }),
    }
}

/// A JSON string.
fn string(input: &mut &str) -> Read<Data> {
    let start = *input;
    let mut escaped = false;
    let end = start.char_indices().skip(1).find(|(_, char)| {
        let closes = *char == '"' && !escaped;
        escaped = *char == '\\' && !escaped;
        closes
    });
    let Some((token, rest)) = end.and_then(|(index, _)| start.split_at_checked(index + 1)) else {
        return Err(fault(start, "this text has no closing quotation mark"));
    };
    *input = rest;
    // Without its escapes: a filter has one form for each meaning.
    Data::parse(token.as_bytes()).map(|text| text.to_text().into_iter().collect::<String>().into()).map_err(|error| {
        Fault {
            rest: (start.len() + 1).saturating_sub(error.column()),
            detail:
                r#"is no escape of JSON, which knows \" \\ \/ \b \f \n \r \t and \uXXXX, a surrogate only in a pair"#
                    .to_owned(),
        }
    })
}

/// What stands where something else was expected.
fn unexpected(input: &str, expected: &str) -> Fault {
    let mut rest = input;
    let word = take_word(&mut rest).unwrap_or_default();
    let instead = MISTAKES.iter().find(|row| row.0.eq_ignore_ascii_case(word));
    let found = match (input.chars().next(), instead) {
        (None, _) => ", but it ends here".to_owned(),
        (_, Some((wrong, right))) => format!("; write {right} instead of {wrong}"),
        (Some('.'), _) => {
            "; in a filter the sub-attribute's comparison goes into the brackets: emails[type eq \"work\" and value pr]"
                .to_owned()
        }
        _ => String::new(),
    };
    fault(input, format!("expected {expected}{found}"))
}

/// A word, or several of the characters that other languages have for words.
fn take_word<'t>(input: &mut &'t str) -> Read<&'t str> {
    let kind: fn(char) -> bool =
        if input.starts_with(is_name_char) { is_name_char } else { |char| "=<>!&|~".contains(char) };
    take_while(0.., kind).parse_next(input)
}

/// A space, or the end, which whatever is read next reports.
fn space_behind(input: &mut &str, word: &str) -> Read<()> {
    if spaces(input)? == 0 && !input.is_empty() {
        return Err(fault(input, format!("write a space behind {word}")));
    }
    Ok(())
}

/// Spaces, and how many.
fn spaces(input: &mut &str) -> Read<usize> {
    take_while(0.., ' ').map(str::len).parse_next(input)
}

/// Any one character.
fn skip(input: &mut &str) -> Read<()> {
    winnow::token::any.void().parse_next(input)
}

/// An attribute for an error.
fn short(attribute: &AttributePath) -> String {
    crate::scim::error::short(&attribute.to_string(), 80)
}

/// What names consist of behind their first character (RFC 7643 section 2.1).
pub(in crate::scim) fn is_name_char(char: char) -> bool {
    char.is_ascii_alphanumeric() || "-_$".contains(char)
}
