//! The table of normal forms: how it is packed, and looking things up in it.
//!
//! `table.bin` is written by `cargo xtask generate` (`xtask/src/generate/unicode.rs`). It is a row of whole numbers in LEB128, in columns, of
//! which most are differences to the number before, signed ones in zigzag:
//!
//! - pairs, composed of two characters: how many; of each the character, the first and the second of the two;
//! - sequences that never come together again, and after them those of the compatibility forms: how many; of each the character, how many
//!   characters it stands for, and then all of these;
//! - combining classes: how many runs; of each the distance to the run before, its length, its class.

use std::sync::LazyLock;

static PACKED: &[u8] = include_bytes!("table.bin");

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::unpacked(PACKED));

/// The table, ready for looking up; lists are sorted by their first member.
pub struct Table {
    pairs: Vec<(char, [char; 2])>,
    compositions: Vec<([char; 2], char)>,
    canonical: Sequences,
    compatible: Sequences,
    classes: Vec<Run>,
}

/// Characters with what each stands for: up to where in the row of all.
#[derive(Default)]
struct Sequences {
    characters: Vec<(char, usize)>,
    row: Vec<char>,
}

/// Characters that follow each other and have the same combining class.
struct Run {
    first: u32,
    last: u32,
    class: u8,
}

impl Table {
    /// The one there is.
    pub fn get() -> &'static Self {
        &TABLE
    }

    /// The two characters that a character is composed of.
    pub fn pair(&self, char: char) -> Option<[char; 2]> {
        let place = self.pairs.binary_search_by_key(&char, |pair| pair.0).ok()?;
        self.pairs.get(place).map(|pair| pair.1)
    }

    /// The character that is composed of two.
    pub fn composition(&self, first: char, second: char) -> Option<char> {
        let place = self.compositions.binary_search_by_key(&[first, second], |pair| pair.0).ok()?;
        self.compositions.get(place).map(|pair| pair.1)
    }

    /// What a character stands for that is not composed.
    pub fn sequence(&self, char: char, compatibility: bool) -> Option<&[char]> {
        let compatible = || self.compatible.get(char).filter(|_| compatibility);
        self.canonical.get(char).or_else(compatible)
    }

    /// The combining class of a character.
    pub fn class(&self, char: char) -> u8 {
        let char = u32::from(char);
        let next = self.classes.partition_point(|run| run.first <= char);
        let run = next.checked_sub(1).and_then(|place| self.classes.get(place));
        run.filter(|run| char <= run.last).map_or(0, |run| run.class)
    }

    fn unpacked(packed: &[u8]) -> Self {
        let mut numbers = Numbers(packed);
        let pairs = numbers.pairs();
        let mut compositions: Vec<([char; 2], char)> = pairs.iter().map(|(whole, pair)| (*pair, *whole)).collect();
        compositions.sort_unstable_by_key(|pair| pair.0);
        let (canonical, compatible) = (numbers.sequences(), numbers.sequences());
        Self { pairs, compositions, canonical, compatible, classes: numbers.runs() }
    }
}

impl Sequences {
    fn get(&self, char: char) -> Option<&[char]> {
        let place = self.characters.binary_search_by_key(&char, |entry| entry.0).ok()?;
        let end = self.characters.get(place)?.1;
        let start = place.checked_sub(1).and_then(|before| self.characters.get(before)).map_or(0, |entry| entry.1);
        self.row.get(start..end)
    }
}

/// Numbers that are left to unpack; there are zeros behind the last.
struct Numbers<'a>(&'a [u8]);

impl Numbers<'_> {
    fn next(&mut self) -> u32 {
        let (mut number, mut shift) = (0, 0);
        while let Some((byte, rest)) = self.0.split_first() {
            self.0 = rest;
            number |= u32::from(byte & 0x7f) << shift;
            shift += 7;
            if *byte < 0x80 || shift > 28 {
                break;
            }
        }
        number
    }

    /// A column of differences, each of which is not negative.
    fn rising(&mut self, count: usize) -> Vec<char> {
        let mut last = 0;
        let next = |numbers: &mut Self| {
            last += numbers.next();
            character(last)
        };
        self.column(count, next)
    }

    /// A column of differences.
    fn differences(&mut self, count: usize) -> Vec<char> {
        let mut last = 0_u32;
        let next = |numbers: &mut Self| {
            let packed = numbers.next();
            last = last.wrapping_add((packed >> 1) ^ (packed & 1).wrapping_neg());
            character(last)
        };
        self.column(count, next)
    }

    fn column(&mut self, count: usize, mut next: impl FnMut(&mut Self) -> char) -> Vec<char> {
        let mut column = Vec::with_capacity(count);
        for _ in 0..count {
            column.push(next(self));
        }
        column
    }

    fn count(&mut self) -> usize {
        usize::try_from(self.next()).unwrap_or_default()
    }

    fn pairs(&mut self) -> Vec<(char, [char; 2])> {
        let count = self.count();
        let (wholes, firsts, seconds) = (self.rising(count), self.differences(count), self.differences(count));
        wholes.into_iter().zip(firsts.into_iter().zip(seconds).map(|(first, second)| [first, second])).collect()
    }

    fn sequences(&mut self) -> Sequences {
        let count = self.count();
        let mut sequences = Sequences::default();
        let mut end = 0;
        for char in self.rising(count) {
            sequences.characters.push((char, 0));
        }
        for entry in &mut sequences.characters {
            end += self.count();
            entry.1 = end;
        }
        sequences.row = self.differences(end);
        sequences
    }

    fn runs(&mut self) -> Vec<Run> {
        let mut next = 0;
        let mut runs = Vec::new();
        for _ in 0..self.count() {
            let first = next + self.next();
            next = first + self.next();
            runs.push(Run { first, last: next - 1, class: u8::try_from(self.next()).unwrap_or_default() });
        }
        runs
    }
}

fn character(number: u32) -> char {
    char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER)
}
