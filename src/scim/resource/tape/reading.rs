//! The one pass over a text that makes its index.

use super::entry::{
    CONTAINER, Entry, Fault, MARKED, NAME, Place, SIZE, SUPERSEDED, after, between, children, hex, slice, sort, span,
    unescaped,
};
use std::borrow::Cow;

/// From how many members on names that may stand twice are looked for at the end of the object, by sorting them.
const MANY: u32 = 64;

/// The index of a text.
pub(super) fn index(text: &str, depth: u32) -> Result<Vec<Entry>, Fault> {
    let mut reading = Reading {
        bytes: text.as_bytes(),
        at: 0,
        // Names and values of people's data are so long on average.
        entries: Vec::with_capacity(text.len() / 10 + 2),
        open: Vec::with_capacity(8),
        depth: depth as usize,
    };
    match reading.document() {
        Some(()) => Ok(reading.entries),
        None if reading.open.len() > reading.depth => Err(Fault::Depth(reading.at)),
        None => Err(Fault::Syntax(reading.at)),
    }
}

/// An object or list whose end is not read yet.
struct Open {
    place: usize,
    object: bool,
    /// Whether a name stands twice in it.
    marked: bool,
    /// Whether names that stand twice are looked for at its end.
    deferred: bool,
    members: u32,
    /// A bit for the names so far: where it is not set there is none like it.
    names: u64,
}

struct Reading<'t> {
    bytes: &'t [u8],
    at: usize,
    entries: Vec<Entry>,
    open: Vec<Open>,
    depth: usize,
}

impl Reading<'_> {
    /// None where the text is no JSON, or too deep.
    fn document(&mut self) -> Option<()> {
        self.blanks();
        loop {
            let ended = match self.byte()? {
                b'{' => self.begin(true)?,
                b'[' => self.begin(false)?,
                b'"' => self.string()?,
                b't' => self.word(b"true")?,
                b'f' => self.word(b"false")?,
                b'n' => self.word(b"null")?,
                _ => self.number()?,
            };
            if ended && self.follow()? {
                return Some(());
            }
        }
    }

    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
    }

    fn push(&mut self, start: usize, marks: u32) -> Option<()> {
        let size = u32::try_from(self.at - start).ok()?;
        self.index(Entry { start: u32::try_from(start).ok()?, size: size | marks });
        Some(())
    }

    /// Puts an entry on the tape, which grows by less than it would by itself: of a large text it is large.
    fn index(&mut self, entry: Entry) {
        if self.entries.len() == self.entries.capacity() {
            self.entries.reserve_exact(self.entries.len() / 4 + 8);
        }
        self.entries.push(entry);
    }

    /// Reads the beginning of an object or list, and the name of its first member; whether it has ended.
    fn begin(&mut self, object: bool) -> Option<bool> {
        let place = self.entries.len();
        self.open.push(Open { place, object, marked: false, deferred: false, members: 0, names: 0 });
        if self.open.len() > self.depth {
            return None;
        }
        self.push(self.at, CONTAINER)?;
        self.at += 1;
        self.blanks();
        match (self.byte()?, object) {
            (b'}', true) | (b']', false) => self.end().map(|()| true),
            (_, true) => self.name().map(|()| false),
            (_, false) => Some(false),
        }
    }

    /// Reads what follows a value, up to the next one; whether it was the last.
    fn follow(&mut self) -> Option<bool> {
        loop {
            self.blanks();
            let Some(object) = self.open.last().map(|open| open.object) else {
                return (self.at == self.bytes.len()).then_some(true);
            };
            match (self.byte()?, object) {
                (b',', true) => {
                    self.at += 1;
                    self.blanks();
                    self.name()?;
                    return Some(false);
                }
                (b',', false) => {
                    self.at += 1;
                    self.blanks();
                    return Some(false);
                }
                (b'}', true) | (b']', false) => self.end()?,
                _ => return None,
            }
        }
    }

    /// Ends the innermost object or list.
    fn end(&mut self) -> Option<()> {
        let mut open = self.open.pop()?;
        self.at += 1;
        let size = u32::try_from(self.entries.len() - open.place - 1).ok()?;
        self.index(Entry { start: u32::try_from(self.at).ok()?, size: 0 });
        self.entries.get_mut(open.place)?.size = CONTAINER | size;
        if open.deferred {
            open.marked |= self.supersede_all(open.place);
        }
        if open.marked {
            self.entries.get_mut(open.place)?.size |= MARKED;
            self.open.iter_mut().for_each(|outer| outer.marked = true);
        }
        Some(())
    }

    /// Reads a member's name, and on to its value.
    fn name(&mut self) -> Option<()> {
        let place = self.entries.len();
        if self.byte()? != b'"' {
            return None;
        }
        self.string()?;
        self.once(place)?;
        self.blanks();
        if self.byte()? != b':' {
            return None;
        }
        self.at += 1;
        self.blanks();
        Some(())
    }

    /// Sees to it that of names which stand twice in an object the last one counts.
    fn once(&mut self, place: usize) -> Option<()> {
        let entry = self.entries.get_mut(place)?;
        entry.size |= NAME;
        let name = *entry;
        let open = self.open.last_mut()?;
        open.members += 1;
        // Two names may be alike and escaped in different ways.
        open.deferred |= name.size & MARKED != 0;
        if open.deferred {
            return Some(());
        }
        let text = slice(self.bytes, name)?;
        let bit = 1 << (hash(text) % 64);
        let seen = open.names & bit != 0;
        open.names |= bit;
        if seen && open.members > MANY {
            open.deferred = true;
        } else if seen {
            let mut at = open.place + 1;
            while at < place {
                let entry = self.entries.get_mut(at)?;
                if entry.size & SIZE == name.size & SIZE && slice(self.bytes, *entry) == Some(text) {
                    entry.size |= SUPERSEDED;
                    open.marked = true;
                }
                let value = *self.entries.get(at + 1)?;
                at = after(u32::try_from(at + 1).ok()?, value) as usize;
            }
        }
        Some(())
    }

    /// The same for all names of an object; whether there were any that stand twice.
    fn supersede_all(&mut self, object: usize) -> bool {
        let Ok(object) = u32::try_from(object) else { return false };
        let name = |place: Place| {
            let raw = self.entries.get(place as usize).and_then(|entry| Some((entry, self.bytes.get(span(*entry))?)));
            let (entry, raw) = raw.unwrap_or((&Entry { start: 0, size: 0 }, b""));
            let text = std::str::from_utf8(raw).unwrap_or_default();
            if entry.size & MARKED == 0 { Cow::Borrowed(between(text)) } else { Cow::Owned(unescaped(text)) }
        };
        let mut names: Vec<(Cow<'_, str>, Place)> =
            children(&self.entries, object).step_by(2).map(|place| (name(place), place)).collect();
        sort(&mut names);
        let superseded: Vec<Place> = names
            .iter()
            .zip(names.iter().skip(1))
            .filter(|(one, next)| one.0 == next.0)
            .map(|(one, _)| one.1)
            .collect();
        drop(names);
        for place in &superseded {
            if let Some(entry) = self.entries.get_mut(*place as usize) {
                entry.size |= SUPERSEDED;
            }
        }
        !superseded.is_empty()
    }

    fn word(&mut self, word: &[u8]) -> Option<bool> {
        let start = self.at;
        if !self.bytes.get(start..)?.starts_with(word) {
            return None;
        }
        self.at += word.len();
        self.push(start, 0)?;
        Some(true)
    }

    fn number(&mut self) -> Option<bool> {
        let start = self.at;
        self.at += usize::from(self.byte()? == b'-');
        match self.byte()? {
            b'0' => self.at += 1,
            _ => self.digits()?,
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            self.at += usize::from(matches!(self.byte()?, b'+' | b'-'));
            self.digits()?;
        }
        self.push(start, 0)?;
        Some(true)
    }

    /// Reads digits, one at the least.
    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    /// Reads a string or name.
    fn string(&mut self) -> Option<bool> {
        let (start, mut marks) = (self.at, 0);
        self.at += 1;
        loop {
            self.at = plain_end(self.bytes, self.at);
            match self.byte()? {
                b'"' => break,
                b'\\' => {
                    marks = MARKED;
                    self.escape()?;
                }
                // Control characters stand escaped.
                _ => return None,
            }
        }
        self.at += 1;
        self.push(start, marks)?;
        Some(true)
    }

    fn escape(&mut self) -> Option<()> {
        self.at += 1;
        let kind = self.byte()?;
        self.at += 1;
        match kind {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => match self.hex()? {
                // The halves of a pair stand together (RFC 8259 section 7).
                0xd800..0xdc00 => {
                    let second = self.bytes.get(self.at..self.at + 2)? == b"\\u";
                    self.at += 2;
                    (second && matches!(self.hex()?, 0xdc00..0xe000)).then_some(())
                }
                0xdc00..0xe000 => None,
                _ => Some(()),
            },
            _ => None,
        }
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.bytes.get(self.at..self.at + 4)?;
        self.at += 4;
        hex(digits)
    }
}

/// A few of a name's bytes as a number, in which names of one object seldom meet.
fn hash(name: &[u8]) -> usize {
    let byte = |at: usize| usize::from(name.get(at).copied().unwrap_or_default());
    let len = name.len();
    // The quotation marks are part of it.
    len * 7 + byte(1) * 5 + byte(len / 2) * 3 + byte(len.saturating_sub(2)) * 11
}

/// Where the next quotation mark, backslash or control character stands; the end of the text where none does.
pub(super) fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    // Eight bytes at a time: the lowest byte that is marked is right, whatever those above it are.
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let found = (control | zero(word ^ (ONES * 0x22)) | zero(word ^ (ONES * 0x5c))) & HIGH;
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| matches!(byte, 0..0x20 | b'"' | b'\\')).unwrap_or(rest.len())
}
