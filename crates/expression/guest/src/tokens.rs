//! What the tokens of an expression say without being evaluated: which texts stand in it as they are, and of what they are the
//! value. Which of those belong to a secret is not known here.

use jaq_core::load::lex::{StrPart, Tok, Token};

/// A text that stands in the expression as it is.
pub struct Literal {
    /// The member or variable that it is the value of: `password` in `{password: "..."}` and `.password = "..."`. Empty where the
    /// whole expression is this text.
    pub name: String,
    /// Where its quote opens, in characters.
    pub offset: usize,
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

/// The texts that are the value of something.
pub fn literals(code: &str, tokens: &[Token<&str>]) -> Vec<Literal> {
    let mut found = Vec::new();
    pairs(tokens, &mut found);
    let constant = tokens.iter().all(|Token(text, kind)| match kind {
        Tok::Str(_) => is_text(kind),
        kind => matches!(kind, Tok::Sym) && *text == "+",
    });
    if let (true, Some(Token(text, _))) = (constant, tokens.first()) {
        found.push((String::new(), *text));
    }
    let literal = |(name, text): (String, &str)| {
        let start = (text.as_ptr() as usize).wrapping_sub(code.as_ptr() as usize);
        Literal { name, offset: code.get(..start).unwrap_or(code).chars().count() }
    };
    found.into_iter().map(literal).collect()
}

fn pairs<'a>(tokens: &[Token<&'a str>], found: &mut Vec<(String, &'a str)>) {
    for window in tokens.windows(3) {
        if let [Token(name, _), Token(":" | "=" | "|=" | "//=", Tok::Sym), Token(text, kind)] = window
            && is_text(kind)
        {
            found.push((name.trim_matches(['.', '"', '$']).to_owned(), *text));
        }
    }
    for Token(_, kind) in tokens {
        parts(kind).for_each(|inner| pairs(inner, found));
    }
}

/// Whether a token is a text that says something, with nothing in it to be replaced.
fn is_text(kind: &Tok<&str>) -> bool {
    matches!(kind, Tok::Str(parts) if !parts.is_empty()
        && parts.iter().all(|part| !matches!(part, StrPart::Term(_))))
}
