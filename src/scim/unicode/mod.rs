//! Unicode's normal forms (UAX 15), from a table that is small and compresses well: a tenth of what a table ready for looking up takes in
//! the component, which is unpacked when the first text asks for it that is not plain.

mod table;

use table::Table;

/// The first character that has a decomposition or a combining class and is not its own composed form whatever stands before it; what is
/// below is composed already.
const FIRST_COMBINING: char = '\u{300}';

/// Hangul syllables are computed (Unicode section 3.12): the first syllable, and the jamo of the three places.
mod hangul {
    pub const SYLLABLES: u32 = 0xac00;
    pub const LEADING: u32 = 0x1100;
    pub const VOWELS: u32 = 0x1161;
    /// The one before the first trailing consonant: none at all.
    pub const NO_TRAILING: u32 = 0x11a7;
    pub const LEADING_COUNT: u32 = 19;
    pub const VOWEL_COUNT: u32 = 21;
    pub const TRAILING_COUNT: u32 = 28;
}

/// The composed form (NFC).
pub fn composed(text: &str) -> String {
    if text.chars().all(|char| char < FIRST_COMBINING) {
        return text.to_owned();
    }
    compose(&decompose(text, false))
}

/// The decomposed form (NFD).
pub fn decomposed(text: &str) -> String {
    decompose(text, false).into_iter().map(|(_, char)| char).collect()
}

/// The decomposed compatibility form (NFKD).
pub fn compatible(text: &str) -> String {
    decompose(text, true).into_iter().map(|(_, char)| char).collect()
}

/// The characters of a decomposed form with their combining classes, in canonical order.
fn decompose(text: &str, compatibility: bool) -> Vec<(u8, char)> {
    let table = Table::get();
    let mut characters = Vec::with_capacity(text.len());
    for char in text.chars() {
        parts(table, char, compatibility, &mut characters);
    }
    for marks in characters.split_mut(|(class, _)| *class == 0) {
        if !marks.is_sorted_by_key(|(class, _)| *class) {
            marks.sort_by_key(|(class, _)| *class);
        }
    }
    characters
}

/// What a character is made of. The table's entries are made of characters before them, so that this comes to an end.
fn parts(table: &Table, char: char, compatibility: bool, into: &mut Vec<(u8, char)>) {
    if char.is_ascii() {
        into.push((0, char));
    } else if let Some(jamo) = jamo(char) {
        into.extend(jamo.into_iter().flatten().map(|jamo| (0, jamo)));
    } else if let Some([first, second]) = table.pair(char) {
        parts(table, first, compatibility, into);
        into.push((table.class(second), second));
    } else if let Some(sequence) = table.sequence(char, compatibility) {
        // Of a canonical sequence the parts may have a compatibility form.
        sequence.iter().for_each(|part| parts(table, *part, compatibility, into));
    } else {
        into.push((table.class(char), char));
    }
}

/// Puts together what can be, from characters in canonical order (UAX 15 section 1.3).
fn compose(characters: &[(u8, char)]) -> String {
    let table = Table::get();
    let mut composed: Vec<char> = Vec::with_capacity(characters.len());
    // Where the last starter is, and the class of what was kept last behind it.
    let (mut starter, mut before) = (None, 0);
    for &(class, char) in characters {
        let last = composed.len().checked_sub(1);
        let reachable = |starter: &usize| Some(*starter) == last || (before != 0 && before < class);
        let reached = starter.filter(reachable).and_then(|place: usize| composed.get_mut(place));
        if let Some((first, whole)) = reached.and_then(|first| pair(table, *first, char).map(|whole| (first, whole))) {
            *first = whole;
            continue;
        }
        if class == 0 {
            starter = Some(composed.len());
        }
        before = class;
        composed.push(char);
    }
    composed.into_iter().collect()
}

/// The character that is the same as two.
fn pair(table: &Table, first: char, second: char) -> Option<char> {
    let (one, other) = (u32::from(first), u32::from(second));
    let place = |char: u32, from: u32, count: u32| char.checked_sub(from).filter(|place| *place < count);
    let vowel = place(other, hangul::VOWELS, hangul::VOWEL_COUNT);
    if let (Some(leading), Some(vowel)) = (place(one, hangul::LEADING, hangul::LEADING_COUNT), vowel) {
        return char::from_u32(hangul::SYLLABLES + (leading * hangul::VOWEL_COUNT + vowel) * hangul::TRAILING_COUNT);
    }
    let trailing = place(other, hangul::NO_TRAILING, hangul::TRAILING_COUNT).filter(|place| *place > 0);
    if let (Some(syllable), Some(trailing)) = (syllable(first), trailing)
        && syllable % hangul::TRAILING_COUNT == 0
    {
        return char::from_u32(one + trailing);
    }
    table.composition(first, second)
}

/// Which Hangul syllable a character is.
fn syllable(char: char) -> Option<u32> {
    const COUNT: u32 = hangul::LEADING_COUNT * hangul::VOWEL_COUNT * hangul::TRAILING_COUNT;
    u32::from(char).checked_sub(hangul::SYLLABLES).filter(|place| *place < COUNT)
}

/// The jamo of a Hangul syllable.
fn jamo(char: char) -> Option<[Option<char>; 3]> {
    let syllable = syllable(char)?;
    let (vowels, trailing) = (syllable / hangul::TRAILING_COUNT, syllable % hangul::TRAILING_COUNT);
    Some([
        char::from_u32(hangul::LEADING + vowels / hangul::VOWEL_COUNT),
        char::from_u32(hangul::VOWELS + vowels % hangul::VOWEL_COUNT),
        char::from_u32(hangul::NO_TRAILING + trailing).filter(|_| trailing > 0),
    ])
}

#[cfg(test)]
mod tests;
