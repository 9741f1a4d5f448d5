//! Makes `.a.b` null where `.a` is null, as jq has it. jaq fails there, and in SCIM most attributes may be absent. The text
//! of an expression is rewritten before it is compiled: `.a.b` becomes `.a | if . == null then null else .b end`.

use jaq_core::load::lex::{Lexer, StrPart, Tok, Token};
use jaq_core::load::{Arena, File, Loader};

/// Words and symbols of expressions that mean the path and not the value; those stay as they are.
const PATHS: [&str; 17] = [
    "path",
    "paths",
    "pick",
    "del",
    "delpaths",
    "getpath",
    "setpath",
    "limit_path",
    "=",
    "|=",
    "+=",
    "-=",
    "*=",
    "/=",
    "%=",
    "//=",
    "def",
];

/// Words that begin or end a part, and are no value that something could be taken of.
const KEYWORDS: [&str; 20] = [
    "if", "then", "elif", "else", "end", "and", "or", "not", "as", "reduce", "foreach", "try", "catch", "label",
    "break", "import", "include", "def", "__loc__", "null",
];

/// The expression with null kept null; unchanged where it is about paths, or is no jq.
#[must_use]
pub fn lenient(code: &str) -> String {
    let lenient = match Lexer::new(code).lex() {
        Ok(tokens) if !tokens.iter().any(is_about_paths) => Some(text(&tokens)).filter(|code| is_jq(code)),
        _ => None,
    };
    lenient.unwrap_or_else(|| code.to_owned())
}

fn is_jq(code: &str) -> bool {
    let (loader, arena) = (Loader::new([]), Arena::default());
    loader.load(&arena, File { code, path: () }).is_ok()
}

fn is_about_paths(token: &Token<&str>) -> bool {
    let parts = |tokens: &[Token<&str>]| tokens.iter().any(is_about_paths);
    match &token.1 {
        Tok::Word | Tok::Sym => PATHS.contains(&token.0),
        Tok::Block(tokens) => parts(tokens),
        Tok::Str(of) => of.iter().any(|part| matches!(part, StrPart::Term(token) if is_about_paths(token))),
        _ => false,
    }
}

/// Tokens as text again.
fn text(tokens: &[Token<&str>]) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut rest = tokens.iter().peekable();
    while let Some(token) = rest.next() {
        let key = token.0.strip_prefix('.').filter(|key| !key.is_empty() && !key.starts_with('.'));
        let is_value = match &token.1 {
            Tok::Var | Tok::Num | Tok::Str(_) | Tok::Block(_) => true,
            Tok::Word => !KEYWORDS.contains(&token.0),
            Tok::Sym => key.is_some() || token.0 == ".",
            Tok::Fmt => false,
        };
        if !is_value {
            out.push(one(token));
            continue;
        }
        // Object keys such as `{name: 1}` are words, too, but nothing is taken of them.
        let mut value = match key {
            Some(key) if rest.peek().is_none_or(|next| next.0 != "?") => taken(".", &format!(".{key}")),
            _ => one(token),
        };
        if matches!(token.1, Tok::Word) && matches!(rest.peek(), Some(next) if next.0.starts_with('(')) {
            value.push_str(&rest.next().map(one).unwrap_or_default());
        }
        while let Some(next) = rest.peek() {
            let key = next.0.strip_prefix('.').filter(|key| !key.is_empty() && !key.starts_with('.'));
            let step = match (&next.1, key) {
                (Tok::Sym, Some(key)) => format!(".{key}"),
                (Tok::Sym, None) if next.0 == "?" => {
                    value.push('?');
                    rest.next();
                    continue;
                }
                (Tok::Block(inner), _) if next.0.starts_with('[') => match &inner[..] {
                    [only, _] if matches!(only.1, Tok::Num | Tok::Str(_)) => format!(".[{}]", one(only)),
                    // What is computed is computed of what the whole is given.
                    _ => {
                        value.push_str(&one(next));
                        rest.next();
                        continue;
                    }
                },
                _ => break,
            };
            rest.next();
            if rest.peek().is_some_and(|after| after.0 == "?") {
                value = format!("({value}|{step})");
            } else {
                value = taken(&value, &step);
            }
        }
        out.push(value);
    }
    out.join(" ")
}

fn taken(of: &str, step: &str) -> String {
    format!("({of}|if . == null then null else {step} end)")
}

fn one(token: &Token<&str>) -> String {
    match &token.1 {
        Tok::Block(tokens) => format!("{}{}", token.0.get(..1).unwrap_or_default(), text(tokens)),
        Tok::Str(parts) => {
            let part = |part: &StrPart<&str, Token<&str>>| match part {
                StrPart::Str(text) => (*text).to_owned(),
                StrPart::Term(token) => format!("\\{}", one(token)),
                StrPart::Char(character) => {
                    let mut units = [0; 2];
                    character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect()
                }
            };
            format!("\"{}\"", parts.iter().map(part).collect::<String>())
        }
        _ => token.0.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::Expression;
    use serde_json::{Value, json};

    fn of(code: &str, input: &Value) -> Result<Value, String> {
        let names = ["$x".to_owned()];
        let expression = Expression::compile(&lenient(code), &names).map_err(|error| format!("{code}: {error:?}"))?;
        let x = json!({"k": "b"});
        expression.evaluate(input, |name| (name == "$x").then_some(&x))
    }

    #[test]
    fn what_is_absent_is_null_however_deep() {
        let user = json!({"name": {"givenName": "Ada"}, "emails": [{"value": "a@b"}], "b": false, "n": 3, "k": "name", "i": 0});
        let rows = [
            (".manager.displayName", json!(null)),
            (".manager.name.first", json!(null)),
            (".name.givenName", json!("Ada")),
            (".emails[0].value", json!("a@b")),
            (".emails[7].value.x", json!(null)),
            (".phones[0].value", json!(null)),
            (".[\"manager\"].x", json!(null)),
            ("$x.k.z?", json!(null)),
            ("$x.none.more", json!(null)),
            (".b", json!(false)),
            (".[.k].givenName", json!("Ada")),
            (".emails[.i].value", json!("a@b")),
            ("[.emails[].value]", json!(["a@b"])),
            ("{n, \"a\": .manager.x, (.k): .name.givenName}", json!({"n": 3, "a": null, "name": "Ada"})),
            ("if .manager.active == null then \"none\" else .manager.active end", json!("none")),
            (".manager.list + [1]", json!([1])),
            ("\"Hello \\(.name.givenName) \\(.manager.x) \\u00e4\\n\"", json!("Hello Ada null ä\n")),
            ("[.emails[] | .value, .type.deep]", json!(["a@b", null])),
            (".emails | map(.type.x) | length", json!(1)),
            (".emails | first.value", json!("a@b")),
            ("(.name | .givenName) as $y | $y + \"!\"", json!("Ada!")),
            ("reduce .emails[] as $e (\"\"; . + $e.value)", json!("a@b")),
            (".name.givenName |= ascii_downcase | .name.givenName", json!("ada")),
            ("del(.name.givenName) | .name", json!({})),
            ("-.n + 1", json!(-2)),
            (".n - 1", json!(2)),
            (". // 1 | .n", json!(3)),
            ("try error(\"x\") catch .", json!("x")),
            ("if .b then 1 else .name end.givenName", json!("Ada")),
            (".\"name\".\"givenName\"", json!("Ada")),
            (".emails as [{value: $v}] | $v", json!("a@b")),
        ];
        for (code, expected) in rows {
            let found = of(code, &user);
            if code == "$x.k.z?" {
                assert!(found.is_err() || found == Ok(expected), "{code}: {found:?}");
                continue;
            }
            assert_eq!(found, Ok(expected), "{code} became {}", lenient(code));
        }
        // What is no object is an error all the same.
        assert!(of(".n.x", &user).is_err());
        assert_eq!(lenient("}{ broken"), "}{ broken");
    }
}
