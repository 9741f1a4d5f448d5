//! What an index is made of, and how a text is read at the places that it names.

use std::borrow::Cow;

/// Of a scalar or a name: where it begins and how long it is. Of an object or list: where it begins and how many entries it holds;
/// the entry behind these says where it ends. The upper bits of the size are marks.
#[derive(Clone, Copy)]
pub struct Entry {
    pub start: u32,
    pub size: u32,
}

/// An object or a list.
pub const CONTAINER: u32 = 1 << 31;
/// Of a string: it has escapes. Of an object or list: a name stands twice in it, however deep, so that its text says too much.
pub const MARKED: u32 = 1 << 30;
/// Of a name: another one like it follows, and counts.
pub const SUPERSEDED: u32 = 1 << 29;
/// Of a string: it is the name of a member.
pub const NAME: u32 = 1 << 28;
/// What is left for the size, and so the longest text.
pub const SIZE: u32 = NAME - 1;

/// Why a text could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is no JSON from this byte on.
    Syntax(usize),
    /// It nests deeper than is allowed.
    Depth(usize),
    /// It is longer than can be indexed.
    Length,
}

/// Where an entry stands on the tape.
pub type Place = u32;

/// The place behind a value or name and all that stands in it.
pub fn after(place: Place, entry: Entry) -> Place {
    match entry.size & CONTAINER {
        0 => place + 1,
        _ => place + 2 + (entry.size & SIZE),
    }
}

/// The places of what stands in an object or list: in an object, names and values in turn.
pub fn children(entries: &[Entry], container: Place) -> impl Iterator<Item = Place> + '_ {
    let mut next = container + 1;
    let end = entries.get(container as usize).map_or(0, |entry| after(container, *entry) - 1);
    std::iter::from_fn(move || {
        let place = Some(next).filter(|place| *place < end)?;
        next = after(place, *entries.get(place as usize)?);
        Some(place)
    })
}

/// Four digits of an escape.
pub fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, digit| Some(number * 16 + char::from(*digit).to_digit(16)?))
}

/// Where a scalar or a name stands in the text.
pub fn span(entry: Entry) -> std::ops::Range<usize> {
    let start = entry.start as usize;
    start..start + (entry.size & SIZE) as usize
}

/// Its bytes.
pub fn slice(bytes: &[u8], entry: Entry) -> Option<&[u8]> {
    bytes.get(span(entry))
}

/// Sorts names, and those that are alike by where they stand. Everything that sorts names comes here, for a sort is much code.
pub fn sort(names: &mut [(Cow<'_, str>, u32)]) {
    names.sort_unstable();
}

/// What stands between the quotation marks of a string.
pub fn between(raw: &str) -> &str {
    raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default()
}

/// A string of the text without its escapes, which are known to be right.
pub fn unescaped(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = between(raw);
    while let Some((plain, escape)) = rest.split_once('\\') {
        text.push_str(plain);
        let (kind, after) = escape.split_at_checked(1).unwrap_or((escape, ""));
        rest = after;
        match kind {
            "b" => text.push('\u{8}'),
            "f" => text.push('\u{c}'),
            "n" => text.push('\n'),
            "r" => text.push('\r'),
            "t" => text.push('\t'),
            "u" => {
                let unit = |from: usize| after.as_bytes().get(from..from + 4).and_then(hex).unwrap_or_default();
                let first = unit(0);
                let (code, length) = match first {
                    0xd800..0xdc00 => (0x10000 + ((first - 0xd800) << 10) + unit(6).saturating_sub(0xdc00), 10),
                    _ => (first, 4),
                };
                text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                rest = after.get(length..).unwrap_or_default();
            }
            other => text.push_str(other),
        }
    }
    text.push_str(rest);
    text
}
