//! How an expression stands in a document: as `${ ... }`, the whole of a text, or bare; with jq's texts in double quotes, or in
//! single ones as the Serverless Workflow DSL has them. It finds where jq begins and ends, and knows no more of it.

use crate::error::ExpressionError;

/// Whether a text is an expression as a whole: `${ ... }`.
#[must_use]
pub fn is_expression(text: &str) -> bool {
    text.starts_with("${") && text.ends_with('}')
}

/// jq, taken out of what is around it.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// jq itself.
    pub code: String,
    /// Where in the text it begins, in characters.
    pub offset: usize,
}

/// Reads `${ ... }` or a bare expression.
///
/// # Errors
///
/// Something follows after the closing brace.
pub fn read(text: &str) -> Result<Source, ExpressionError> {
    let (opened, inner) = match text.strip_prefix("${") {
        Some(inner) if is_expression(text) => (2, inner.strip_suffix('}').unwrap_or(inner)),
        _ => (0, text),
    };
    let offset = opened + inner.chars().count() - inner.trim_start().chars().count();
    let inner = inner.trim();
    if opened > 0
        && let Some(end) = closing_brace(inner)
    {
        let code = inner.get(..end).unwrap_or_default().trim_end();
        let message = "an expression is the whole value, and something stands after its closing brace; write one expression: \
                       ${ .a + \"text\" }";
        return Err(ExpressionError { offset: offset + code.chars().count(), message: message.into() });
    }
    Ok(Source { code: with_double_quotes(inner), offset })
}

/// Where a brace closes that was not opened, texts and what is interpolated in them aside.
fn closing_brace(code: &str) -> Option<usize> {
    let mut open = Vec::new();
    let mut bytes = code.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match (open.last(), byte) {
            (Some(quote @ (b'"' | b'\'')), _) => match byte {
                b'\\' => {
                    if let Some((_, b'(')) = bytes.next() {
                        open.push(b'(');
                    }
                }
                _ if byte == *quote => drop(open.pop()),
                _ => {}
            },
            (_, b'"' | b'\'' | b'(' | b'{') => open.push(byte),
            (Some(b'('), b')') | (Some(b'{'), b'}') => drop(open.pop()),
            // A bracket that is never closed is jq's to report.
            (_, b'}') if !open.contains(&b'{') => return Some(at),
            _ => {}
        }
    }
    None
}

/// Texts in single quotes become such in double quotes; what is in double quotes stays as it is.
fn with_double_quotes(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut quote = None;
    let mut characters = code.chars();
    while let Some(c) = characters.next() {
        match (quote, c) {
            (Some(_), '\\') => {
                // jq has no escape for a single quote, and needs none.
                match characters.next() {
                    Some('\'') => out.push('\''),
                    escaped => out.extend(['\\'].into_iter().chain(escaped)),
                }
            }
            (None, '"' | '\'') => {
                quote = Some(c);
                out.push('"');
            }
            (Some(open), _) if open == c => {
                quote = None;
                out.push('"');
            }
            (Some('\''), '"') => out.push_str("\\\""),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_taken_out_of_its_braces() {
        let rows = [
            ("${ .a }", ".a", 3),
            ("${.a}", ".a", 2),
            ("  .a ", ".a", 2),
            ("${ {a: {b: 1}} }", "{a: {b: 1}}", 3),
            ("${ \"}\" + \"{\" }", "\"}\" + \"{\"", 3),
            ("${ \"\\({a: \"}\"}) {\" }", "\"\\({a: \"}\"}) {\"", 3),
            ("${ 'it' + .a['b'] }", "\"it\" + .a[\"b\"]", 3),
            ("\"it's\" + 'so \"much\"'", "\"it's\" + \"so \\\"much\\\"\"", 0),
            ("'it\\'s'", "\"it's\"", 0),
            ("${ (.a }", "(.a", 3),
            ("${ \"x }", "\"x", 3),
        ];
        for (text, code, offset) in rows {
            assert_eq!(read(text), Ok(Source { code: code.into(), offset }), "{text}");
        }
        assert_eq!(read("${ .a } and ${ .b }").map_err(|error| error.offset), Err(5));
        assert!(is_expression("${ . }") && !is_expression("${ . } ") && !is_expression("."));
    }
}
