//! Against another implementation: every character, and texts of those that are hard.

use super::*;
use proptest::prelude::*;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization as _;

fn check(text: &str) {
    assert_eq!(composed(text), text.nfc().collect::<String>(), "{text:?} composed");
    assert_eq!(decomposed(text), text.nfd().collect::<String>(), "{text:?} decomposed");
    assert_eq!(compatible(text), text.nfkd().collect::<String>(), "{text:?} compatible");
}

#[test]
fn every_character_has_the_forms_it_should_have() {
    for char in '\0'..=char::MAX {
        check(char.encode_utf8(&mut [0; 4]));
    }
}

#[test]
fn every_decomposition_comes_together_again_with_marks_around() {
    for char in '\u{80}'..'\u{30000}' {
        let apart: String = char.nfd().collect();
        if apart.chars().count() > 1 {
            check(&apart);
            check(&format!("{apart}\u{323}\u{301}"));
            check(&apart.replacen(char::is_alphabetic, "a\u{325}", 1));
        }
    }
}

#[test]
fn very_many_marks_take_no_time_to_speak_of() {
    let marks: String = "\u{301}\u{323}\u{327}".chars().cycle().take(200_000).collect();
    check(&format!("a{marks}"));
}

proptest! {
    #[test]
    fn texts_have_the_forms_they_should_have(text in prop::collection::vec(prop_oneof![
        prop::char::ranges(Cow::Borrowed(&['a'..='o', '\u{c0}'..='\u{250}', '\u{300}'..='\u{370}', '\u{5b0}'..='\u{5d0}'])),
        prop::char::ranges(Cow::Borrowed(&['\u{900}'..='\u{e50}', '\u{1100}'..='\u{1200}', '\u{ac00}'..='\u{ae00}'])),
        prop::char::ranges(Cow::Borrowed(&['\u{1e00}'..='\u{2000}', '\u{3040}'..='\u{30ff}', '\u{fb1d}'..='\u{fb50}'])),
        any::<char>(),
    ], 0..12)) {
        check(&text.into_iter().collect::<String>());
    }
}
