//! How JSON text is laid out for whoever reads it: its names, values and digits stay as they came, only the space between them
//! changes. Takes JSON for granted; text that is none comes out as some text.

use std::borrow::Cow;

/// The text on one line. A string of JSON has no line break (RFC 8259 section 7), so a break stands between values.
pub fn on_one_line(json: &str) -> Cow<'_, str> {
    if json.contains(['\n', '\r']) { Cow::Owned(Tokens(json).collect()) } else { Cow::Borrowed(json) }
}

/// The text without what `clean` takes out of a string or name, which it sees without escapes: `\u0061` is an `a` to whoever reads it.
/// Strings without escapes, and those in which it finds nothing, stay as they came.
pub fn cleaned<'a>(json: &'a str, clean: &dyn Fn(&str) -> Option<String>) -> Cow<'a, str> {
    let clean = |token: &str| {
        let text: String =
            serde_json::from_str(token).ok().filter(|_| token.starts_with('"') && token.contains('\\'))?;
        clean(&text).map(|text| serde_json::Value::from(text).to_string())
    };
    if !json.contains('\\') || Tokens(json).all(|token| clean(token).is_none()) {
        return Cow::Borrowed(json);
    }
    Cow::Owned(Tokens(json).map(|token| clean(token).map_or(Cow::Borrowed(token), Cow::Owned)).collect())
}

/// The text with a member or an element on each line.
pub fn indented(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + json.len() / 2);
    let (mut depth, mut tokens) = (0_usize, Tokens(json).peekable());
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        (0..depth).for_each(|_| out.push_str("  "));
    };
    while let Some(token) = tokens.next() {
        match token {
            "{" | "[" => {
                out.push_str(token);
                match tokens.next_if(|next| matches!(*next, "}" | "]")) {
                    Some(end) => out.push_str(end),
                    None => {
                        depth += 1;
                        line(&mut out, depth);
                    }
                }
            }
            "}" | "]" => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push_str(token);
            }
            "," => {
                out.push_str(token);
                line(&mut out, depth);
            }
            ":" => out.push_str(": "),
            _ => out.push_str(token),
        }
    }
    out
}

/// What is left of a JSON text, by its tokens (RFC 8259 section 2).
struct Tokens<'a>(&'a str);

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let text = self.0.trim_start_matches([' ', '\t', '\n', '\r']);
        let end = match text.bytes().next()? {
            b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
            b'"' => string(text),
            _ => text.find(['{', '}', '[', ']', ',', ':', '"', ' ', '\t', '\n', '\r']).unwrap_or(text.len()),
        };
        let (token, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        self.0 = rest;
        Some(token)
    }
}

/// How long the string is that the text begins with.
fn string(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const TEXTS: [&str; 9] = [
        r#"{"b":1E400,"a":{"x":[],"y":{},"z":[1,"two, {three}: \"[four]\\"]},"":null}"#,
        "[ ]",
        " {\n\t\"a\" : [ true ,\r\nfalse , -0.10e-5 ] , \"\u{e9}\u{1f600}\":\"\\u00e9 \\\\\" } ",
        "{ }",
        "null",
        "\"a  b\"",
        "12",
        "[[[]]]",
        "[{\"a\":\"\\\\\"},\"\\\"\"]",
    ];

    #[test]
    fn as_serde_json_lays_it_out() {
        for text in TEXTS {
            let value: Value = serde_json::from_str(text).unwrap();
            for laid_out in [indented(text), on_one_line(text).into_owned()] {
                assert_eq!(serde_json::from_str::<Value>(&laid_out).unwrap(), value, "{laid_out}");
            }
        }
        let value = json!({"a": [1, {"b": []}, "x: {y}"], "c": {}, "d": {"e": null}});
        assert_eq!(indented(&value.to_string()), serde_json::to_string_pretty(&value).unwrap());
        assert_eq!(
            indented(&serde_json::to_string_pretty(&value).unwrap()),
            serde_json::to_string_pretty(&value).unwrap()
        );
    }

    #[test]
    fn one_line_is_what_came_unless_that_has_several() {
        assert_eq!(on_one_line("{\"b\" : 1E400, \"a\":\"\\u00e9\"}"), "{\"b\" : 1E400, \"a\":\"\\u00e9\"}");
        assert_eq!(on_one_line("{\n  \"b\": \"x y\",\r\n  \"a\": [1, 2]\n}"), "{\"b\":\"x y\",\"a\":[1,2]}");
    }

    #[test]
    fn what_is_behind_escapes_is_seen_and_the_rest_stays() {
        let clean = |text: &str| text.contains("hidden").then(|| text.replace("hidden", "***"));
        let text = r#"{ "a" : "caf\u00e9", "b\/h\u0069dden": ["\u0068idd\u0065n \"x\"", 1] }"#;
        assert_eq!(cleaned(text, &clean), r#"{"a":"caf\u00e9","b/***":["*** \"x\"",1]}"#);
        for text in [r#"{ "a" : "caf\u00e9" }"#, r#"["hidden"]"#, "\"\\", "\\"] {
            assert_eq!(cleaned(text, &clean), text, "without escapes it is the whole text's affair");
        }
    }

    #[test]
    fn text_that_is_no_json_does_not_stop_it() {
        for text in ["", "}", "\"", "\"\\", "]]]", "{\"a", "\u{e9}", ":,"] {
            indented(text);
            on_one_line(&format!("{text}\n"));
        }
    }
}
