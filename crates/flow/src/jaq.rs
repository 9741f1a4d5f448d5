//! jaq's errors in words. swf-runtime gives them as Rust prints them for programmers, values and all; what people get names no
//! value, which may be anybody's.

use jaq_core::Error;
use jaq_json::Val;

/// Stands in swf-runtime's text before jaq's error.
const FAILED: &str = "jq evaluation error: Error(";

/// How swf-runtime says that there was no result.
const NOTHING: &str = "no result from jq evaluation";

/// An error in words.
pub fn words(error: &Error<Val>) -> String {
    words_of(&format!("jq evaluation error: {error:?}"))
}

/// The words alone of what swf-runtime says of an expression that fails, and of each value in them what it is; any other text
/// as it is.
pub fn words_of(text: &str) -> String {
    if text.ends_with(NOTHING) {
        return "the expression gives nothing".into();
    }
    let Some((_, error)) = text.split_once(FAILED) else { return text.to_owned() };
    let mut rest = error.strip_prefix("Str([").or_else(|| error.strip_prefix("Val(")).unwrap_or(error);
    let mut words = String::new();
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphabetic()) {
        let part = rest.get(start..).unwrap_or_default();
        let (name, inner) = part.split_once('(').unwrap_or((part.trim_end_matches([')', ']']), ""));
        let (said, length) = match (name, inner.strip_prefix('"')) {
            ("Str", Some(quoted)) => {
                let end = quoted.char_indices().scan(false, |escaped, (at, c)| {
                    let ends = c == '"' && !*escaped;
                    *escaped = c == '\\' && !*escaped;
                    Some((at, ends))
                });
                let end = end.filter(|(_, ends)| *ends).map(|(at, _)| at).next().unwrap_or(quoted.len());
                let raw = quoted.get(..end).unwrap_or_default();
                let said = serde_json::from_str(&format!("\"{raw}\"")).unwrap_or_else(|_| raw.to_owned());
                (said, name.len() + 2 + end + 1)
            }
            ("Val", _) => {
                let kind = inner.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
                let said = match kind {
                    "Null" => "null",
                    "Bool" => "a boolean",
                    "Int" | "Float" | "Num" => "a number",
                    "Str" => "a text",
                    "Arr" => "a list",
                    _ => "an object",
                };
                (said.to_owned(), name.len() + 1 + closing(inner))
            }
            _ => break,
        };
        words.push_str(&said);
        rest = part.get(length..).unwrap_or_default();
    }
    if words.is_empty() { "the expression raised an error that is no text".into() } else { words }
}

/// Where the bracket is closed that was open before the text; texts in it are passed over.
fn closing(text: &str) -> usize {
    let (mut depth, mut quoted, mut escaped) = (1_usize, false, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' if !escaped => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        if depth == 0 {
            return at + 1;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_fails_in_words() {
        let rows = [
            (
                r#"jq evaluation error: Error(Str([Str("cannot use "), Val(Null), Str(" as string")]))"#,
                "cannot use null as string",
            ),
            (
                r#"a: jq evaluation error: Error(Str([Str("cannot index "), Val(Obj({"a\"(": Num("1")})), Str(" with "), Val(Str("x"))]))"#,
                "cannot index an object with a text",
            ),
            (r#"jq evaluation error: Error(Val(Str("no \"way\"")))"#, "no \"way\""),
            ("anything else", "anything else"),
            ("jq evaluation error: Error(Val(Obj({})))", "the expression raised an error that is no text"),
            ("expression error in task 'a': no result from jq evaluation", "the expression gives nothing"),
            (r#"jq evaluation error: Error(Str([Str("never closed"#, "never closed"),
        ];
        for (told, words) in rows {
            assert_eq!(words_of(told), words);
        }
    }
}
