//! The table of Unicode's normal forms; how it is packed stands where it is read, in `src/scim/unicode/table.rs`.

use std::iter::once;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::canonical_combining_class;

/// Where the table is, below the project's root.
pub const FILE: &str = "src/scim/unicode/table.bin";

/// Hangul syllables, which are computed.
const SYLLABLES: std::ops::Range<char> = '\u{ac00}'..'\u{d7a4}';

/// The table.
pub fn table() -> Vec<u8> {
    let (mut pairs, mut canonical, mut compatible) = (Vec::new(), Vec::new(), Vec::new());
    for char in ('\u{80}'..=char::MAX).filter(|char| !SYLLABLES.contains(char)) {
        let whole: Vec<char> = once(char).nfd().collect();
        let loose: Vec<char> = once(char).nfkd().collect();
        match whole.as_slice() {
            [start @ .., last] if !start.is_empty() && once(char).nfc().eq(once(char)) => {
                let start: Vec<char> = start.iter().copied().nfc().collect();
                pairs.push((char, start.first().copied().unwrap_or(char), *last));
            }
            [only] if *only == char => {
                if loose != whole {
                    compatible.push((char, loose));
                }
            }
            _ => canonical.push((char, whole)),
        }
    }
    let mut packed = Vec::new();
    let wholes: Vec<char> = pairs.iter().map(|pair| pair.0).collect();
    number(&mut packed, wholes.len());
    rising(&mut packed, &wholes);
    differences(&mut packed, pairs.iter().map(|pair| pair.1));
    differences(&mut packed, pairs.iter().map(|pair| pair.2));
    for sequences in [&canonical, &compatible] {
        let wholes: Vec<char> = sequences.iter().map(|entry| entry.0).collect();
        number(&mut packed, wholes.len());
        rising(&mut packed, &wholes);
        sequences.iter().for_each(|entry| number(&mut packed, entry.1.len()));
        differences(&mut packed, sequences.iter().flat_map(|entry| entry.1.iter().copied()));
    }
    classes(&mut packed);
    packed
}

/// The runs of characters of one combining class.
fn classes(packed: &mut Vec<u8>) {
    let mut runs: Vec<(u32, u32, u8)> = Vec::new();
    for char in '\0'..=char::MAX {
        let (place, class) = (u32::from(char), canonical_combining_class(char));
        match runs.last_mut() {
            _ if class == 0 => {}
            Some((_, end, same)) if *end == place && *same == class => *end += 1,
            _ => runs.push((place, place + 1, class)),
        }
    }
    number(packed, runs.len());
    let mut before = 0;
    for (start, end, class) in runs {
        [start - before, end - start, u32::from(class)].into_iter().for_each(|it| number(packed, it as usize));
        before = end;
    }
}

fn rising(packed: &mut Vec<u8>, characters: &[char]) {
    let mut last = 0;
    for char in characters.iter().map(|char| *char as usize) {
        number(packed, char - last);
        last = char;
    }
}

fn differences(packed: &mut Vec<u8>, characters: impl Iterator<Item = char>) {
    let mut last = 0;
    for char in characters.map(|char| char as i32) {
        let difference = char - last;
        number(packed, ((difference << 1) ^ (difference >> 31)) as u32 as usize);
        last = char;
    }
}

/// LEB128.
fn number(packed: &mut Vec<u8>, mut number: usize) {
    while number > 0x7f {
        packed.push(number as u8 & 0x7f | 0x80);
        number >>= 7;
    }
    packed.push(number as u8);
}
