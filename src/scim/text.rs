//! When two texts are one: Unicode forms, the case of letters, and the name of a user store before a name.
//!
//! The standard has texts compared as prepared (RFC 7644 section 3.13), so that `é` is one whether it came as one character or as two
//! (canonical equivalence). What is sent is never rewritten here.

use super::unicode;
use std::borrow::Cow;

/// The text in Unicode's composed form (NFC), in which canonically equivalent texts are the same.
pub fn canonical(text: &str) -> Cow<'_, str> {
    in_form(text, unicode::composed)
}

/// The text in Unicode's decomposed form (NFD), in which some systems keep names.
pub fn decomposed(text: &str) -> Cow<'_, str> {
    in_form(text, unicode::decomposed)
}

fn in_form(text: &str, form: impl Fn(&str) -> String) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let formed = form(text);
    if formed == text { Cow::Borrowed(text) } else { Cow::Owned(formed) }
}

/// Whether two texts are one, whatever their Unicode form; where they are not `exact`, whatever the case of their letters as well.
pub fn same_text(left: &str, right: &str, exact: bool) -> bool {
    left == right || (if exact { canonical(left) == canonical(right) } else { folded(left) == folded(right) })
}

/// What texts that differ in Unicode form and case only have in common.
pub fn folded(text: &str) -> String {
    let lower = canonical(text).to_lowercase();
    match canonical(&lower) {
        Cow::Owned(composed) => composed,
        Cow::Borrowed(_) => lower,
    }
}

/// What a provider makes of texts, so that it is no difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextRules {
    /// Names may come back with the name of a user store before them.
    pub store_prefix: bool,
    /// Blanks at the ends are taken away.
    pub trims: bool,
}

impl TextRules {
    /// The text as the provider keeps it.
    pub fn as_stored(self, text: &str) -> &str {
        if self.trims { text.trim() } else { text }
    }
}

/// What is left of a text when all is left out that any rule of comparing leaves out: the case of letters in any language, Unicode's
/// compatibility forms, characters that are not seen (RFC 3454 appendix B.1), blanks but for one between words. Texts that differ in it are
/// different texts to everybody.
pub fn loosest(text: &str) -> String {
    let trimmed = text.trim();
    if trimmed.is_ascii() {
        return single_blanks(trimmed.to_ascii_lowercase());
    }
    let unseen = |char: &char| matches!(char, '\u{ad}' | '\u{34f}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}');
    let apart = unicode::compatible(trimmed);
    let cased = apart.chars().filter(|char| !unseen(char)).flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    let mut loose = String::with_capacity(trimmed.len());
    for char in unicode::compatible(&cased.collect::<String>()).chars() {
        match char {
            // The Turkish letters: I is the capital of ı, and i that of İ.
            'ı' => loose.push('i'),
            '\u{307}' if loose.ends_with('i') => {}
            other => loose.push(other),
        }
    }
    single_blanks(loose)
}

/// A text with one blank where there are several (RFC 4518 section 2.6.1), and none at its ends.
fn single_blanks(text: String) -> String {
    let mut words = text.split_whitespace();
    let single = text.bytes().all(|byte| !byte.is_ascii_whitespace() || byte == b' ')
        && text.is_ascii()
        && !text.contains("  ")
        && text.trim().len() == text.len();
    if single {
        return text;
    }
    let mut joined = String::with_capacity(text.len());
    joined.extend(words.next());
    words.for_each(|word| joined.extend([" ", word]));
    joined
}

/// Names before a slash that say what kind of role it is and not in which user store the name stands.
const ROLE_KINDS: [&str; 3] = ["Internal", "Application", "Workflow"];

/// A name without the user store before it: `kim` of `DEFAULT/kim`. None where there is none.
pub fn without_store(name: &str) -> Option<&str> {
    let (store, rest) = name.split_once('/')?;
    let plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.');
    let is_store = !store.is_empty() && store.chars().all(plain) && !ROLE_KINDS.iter().any(|kind| kind == &store);
    (is_store && !rest.is_empty()).then_some(rest)
}

/// Whether one of two names is the other with a user store before it: `DEFAULT/kim` is `kim`, and not `OTHER/kim`.
pub fn same_but_for_store(left: &str, right: &str, exact: bool) -> bool {
    let is = |long: &str, short: &str| without_store(long).is_some_and(|rest| same_text(rest, short, exact));
    is(left, right) || is(right, left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_one_whatever_their_unicode_form() {
        let rows = [
            ("René", "Rene\u{301}", true, true),
            ("RENÉ", "rene\u{301}", true, false),
            ("RENÉ", "rene\u{301}", false, true),
            ("\u{212b}", "\u{e5}", false, true),
            ("한", "\u{1112}\u{1161}\u{11ab}", true, true),
            // Order of marks of different classes means nothing (Unicode section 3.11).
            ("q\u{307}\u{323}", "q\u{323}\u{307}", true, true),
            // Compatibility is no equivalence.
            ("ﬁ", "fi", false, false),
            ("rene", "rené", false, false),
        ];
        for (left, right, exact, same) in rows {
            assert_eq!(same_text(left, right, exact), same, "{left} {right} {exact}");
            assert_eq!(same_text(right, left, exact), same, "{right} {left} {exact}");
        }
        assert_eq!(folded("RENE\u{301}"), "ren\u{e9}");
    }

    #[test]
    fn the_loosest_form_is_one_for_what_any_rule_takes_for_one() {
        let rows = [
            ("Zoë ", "ZOE\u{308}", true),
            ("Straße", "STRASSE", true),
            ("ΣΊΣΥΦΟΣ", "σίσυφος", true),
            ("ﬁ\u{ad}n", "fin", true),
            ("IĞDIR", "iğdır", true),
            ("İzmir", "izmir", true),
            ("\u{212b}", "å", true),
            (" R  and\tD", "r and d", true),
            ("Ren\u{e9}  B", "rene\u{301} b", true),
            ("R and D", "RandD", false),
            ("zoe", "zoë", false),
            ("zoe", "zo", false),
            ("ż", "z", false),
        ];
        for (left, right, same) in rows {
            assert_eq!(loosest(left) == loosest(right), same, "{left} {right}");
        }
    }

    #[test]
    fn a_user_store_before_a_name_is_no_part_of_it() {
        let rows = [
            ("DEFAULT/kim", "kim", true),
            ("kim", "DEFAULT/KIM", true),
            ("DEFAULT/kim", "OTHER/kim", false),
            ("DEFAULT/kim", "kimo", false),
            ("Internal/admin", "admin", false),
            ("a b/kim", "kim", false),
            ("/kim", "kim", false),
            ("kim/", "", false),
        ];
        for (left, right, same) in rows {
            assert_eq!(same_but_for_store(left, right, false), same, "{left} {right}");
        }
        assert!(!same_but_for_store("DEFAULT/Kim", "kim", true));
    }
}
