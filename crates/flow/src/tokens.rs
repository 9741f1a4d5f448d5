//! What the tokens of an expression say: which functions it names, and which texts stand where a secret belongs.

use jaq_core::load::Lexer;
use jaq_core::load::lex::{StrPart, Tok, Token};

/// Where a token names a function.
pub fn called<'a>(Token(text, kind): &Token<&'a str>, name: &str) -> Option<&'a str> {
    match kind {
        Tok::Word if *text == name => Some(text),
        _ => parts(kind).flatten().find_map(|token| called(token, name)),
    }
}

/// The tokens inside of a token.
pub fn parts<'t, 'a>(kind: &'t Tok<&'a str>) -> impl Iterator<Item = &'t [Token<&'a str>]> {
    let (block, texts) = match kind {
        Tok::Block(tokens) => (tokens.as_slice(), &[][..]),
        Tok::Str(parts) => (&[][..], parts.as_slice()),
        _ => (&[][..], &[][..]),
    };
    let terms = texts.iter().filter_map(|part| match part {
        StrPart::Term(token) => Some(std::slice::from_ref(token)),
        _ => None,
    });
    std::iter::once(block).chain(terms)
}

/// Texts that stand as they are where a secret belongs: `{password: "..."}`, `.password = "..."`; the name, and where the text
/// begins. `named` is what the whole expression is the value of.
pub fn written_out<'c>(code: &'c str, named: &str, is_secret: &dyn Fn(&str) -> bool) -> Vec<(String, &'c str)> {
    let Ok(tokens) = Lexer::new(code).lex() else { return Vec::new() };
    let mut found = Vec::new();
    pairs(&tokens, is_secret, &mut found);
    let constant = tokens.iter().all(|Token(text, kind)| match kind {
        Tok::Str(_) => is_text(kind),
        kind => matches!(kind, Tok::Sym) && *text == "+",
    });
    if let (true, true, Some(Token(text, _))) = (is_secret(named), constant, tokens.first()) {
        found.push((named.to_owned(), *text));
    }
    found
}

fn pairs<'a>(tokens: &[Token<&'a str>], is_secret: &dyn Fn(&str) -> bool, found: &mut Vec<(String, &'a str)>) {
    for window in tokens.windows(3) {
        if let [Token(name, _), Token(":" | "=" | "|=" | "//=", Tok::Sym), Token(text, kind)] = window {
            let name = name.trim_matches(['.', '"', '$']);
            if is_secret(name) && is_text(kind) {
                found.push((name.to_owned(), *text));
            }
        }
    }
    for Token(_, kind) in tokens {
        parts(kind).for_each(|inner| pairs(inner, is_secret, found));
    }
}

/// Whether a token is a text that says something, with nothing in it to be replaced.
fn is_text(kind: &Tok<&str>) -> bool {
    matches!(kind, Tok::Str(parts) if !parts.is_empty()
        && parts.iter().all(|part| !matches!(part, StrPart::Term(_))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_where_a_secret_belongs_is_found() {
        let found = |code: &'static str, named: &str| {
            let all = written_out(code, named, &|name| name == "password");
            all.into_iter().map(|(_, text)| text).collect::<Vec<_>>()
        };
        assert_eq!(found("{userName: .a, password: \"x1\"}", "payload"), ["\"x1\""]);
        assert_eq!(found("{\"password\": \"x2\"}", ""), ["\"x2\""]);
        assert_eq!(found(". + {a: [.b | .password = \"x3\"]}", ""), ["\"x3\""]);
        assert_eq!(found("\"x4\" + \"x5\"", "password"), ["\"x4\""]);
        for good in
            ["{password: .p}", "{password: $secret.p}", "{password: \"\"}", "{password: \"\\(.p)\"}", "{title: \"x\"}"]
        {
            assert_eq!(found(good, "password"), [""; 0], "{good}");
        }
        assert_eq!(found(".p + \"x\"", "password"), [""; 0]);
        assert_eq!(found("\"x\"", "title"), [""; 0]);
    }
}
