//! A JSON text with the index of what stands where in it, made in one pass that checks grammar (RFC 8259), depth and the surrogates
//! of escapes, and decides names that stand twice in an object: the last one counts. Knows nothing of changes.
//!
//! The index is a tape: an entry of eight bytes for every value and every name, in the order of the text. An object or a list says
//! how many entries stand in it, and is closed by one entry more, so that it can be stepped over.

use std::borrow::Cow;
use std::cell::OnceCell;

/// A text, and the index of it: of one that was written here only when somebody looks into it.
pub(super) struct Document {
    text: Box<str>,
    entries: OnceCell<Vec<Entry>>,
}

/// Of a scalar or a name: where it begins and how long it is. Of an object or list: where it begins and how many entries it holds;
/// the entry behind these says where it ends. The upper bits of the size are marks.
#[derive(Clone, Copy)]
struct Entry {
    start: u32,
    size: u32,
}

/// An object or a list.
const CONTAINER: u32 = 1 << 31;
/// Of a string: it has escapes. Of an object or list: a name stands twice in it, however deep, so that its text says too much.
const MARKED: u32 = 1 << 30;
/// Of a name: another one like it follows, and counts.
const SUPERSEDED: u32 = 1 << 29;
/// What is left for the size, and so the longest text.
const SIZE: u32 = SUPERSEDED - 1;

/// From how many members on names that may stand twice are looked for at the end of the object, by sorting them.
const MANY: u32 = 64;

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Number,
    Text,
    List,
    Object,
}

/// Why a text could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is no JSON from this byte on.
    Syntax(usize),
    /// It nests deeper than is allowed.
    Depth(usize),
    /// It is longer than can be indexed.
    Length,
}

/// Where an entry stands on the tape.
pub(super) type Place = u32;

/// A stretch of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    pub(super) fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// With the character before and the one behind it.
    pub(super) fn wider(self) -> Span {
        Span { start: self.start.saturating_sub(1), end: self.end + 1 }
    }
}

impl Document {
    /// A text without blanks around its value and without names that stand twice.
    pub(super) fn written(text: Box<str>) -> Document {
        Document { text, entries: OnceCell::new() }
    }

    /// The text of one that was written here and not looked into.
    pub(super) fn into_written(self) -> Option<Box<str>> {
        self.entries.get().is_none().then_some(self.text)
    }

    /// Reads a text, whose value, at place 0, nests at most so deep; a text that cannot be read is given back.
    pub(super) fn read(text: Box<str>, depth: u32) -> Result<Document, (Fault, Box<str>)> {
        if text.len() > SIZE as usize {
            return Err((Fault::Length, text));
        }
        match index(&text, depth) {
            Ok(entries) => Ok(Document { text, entries: OnceCell::from(entries) }),
            Err(fault) => Err((fault, text)),
        }
    }

    fn entries(&self) -> &[Entry] {
        match self.entries.get() {
            Some(entries) => entries,
            None => self.indexed(),
        }
    }

    /// What was written here cannot but be read.
    #[cold]
    fn indexed(&self) -> &[Entry] {
        self.entries.get_or_init(|| index(&self.text, u32::MAX).unwrap_or_default())
    }

    fn entry(&self, place: Place) -> Entry {
        self.entries().get(place as usize).copied().unwrap_or(Entry { start: 0, size: 0 })
    }

    /// The type of the value at a place, which its first character tells.
    pub(super) fn kind(&self, place: Place) -> Kind {
        match self.text.as_bytes().get(self.entry(place).start as usize) {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::List,
            Some(b'"') => Kind::Text,
            Some(b't') => Kind::Bool(true),
            Some(b'f') => Kind::Bool(false),
            Some(b'n') | None => Kind::Null,
            Some(_) => Kind::Number,
        }
    }

    /// Whether it was written here and nobody looked into it: then only the whole of it, at place 0, is known to anybody.
    pub(super) fn is_untouched(&self) -> bool {
        self.entries.get().is_none()
    }

    /// The stretch of a value or name.
    pub(super) fn span(&self, place: Place) -> Span {
        if self.is_untouched() {
            return Span { start: 0, end: u32::try_from(self.text.len()).unwrap_or_default() };
        }
        let entry = self.entry(place);
        let end = match entry.size & CONTAINER {
            0 => entry.start + (entry.size & SIZE),
            _ => self.entry(after(place, entry) - 1).start,
        };
        Span { start: entry.start, end }
    }

    /// The text of a stretch.
    pub(super) fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// The bytes of a stretch.
    pub(super) fn bytes(&self, span: Span) -> &[u8] {
        self.text.as_bytes().get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// The text of a value or name, as it stands there.
    pub(super) fn raw(&self, place: Place) -> &str {
        self.slice(self.span(place))
    }

    /// Whether the text of a value says what counts of it and nothing else.
    pub(super) fn is_exact(&self, place: Place) -> bool {
        if self.is_untouched() {
            return true;
        }
        let entry = self.entry(place);
        entry.size & CONTAINER == 0 || entry.size & MARKED == 0
    }

    /// The stretch between the quotation marks of a string or name; what it says where it has escapes.
    pub(super) fn plain(&self, place: Place) -> Result<Span, String> {
        let entry = self.entry(place);
        match entry.size & MARKED {
            0 => Ok(Span { start: entry.start + 1, end: (entry.start + (entry.size & SIZE)).saturating_sub(1) }),
            _ => Err(unescaped(self.raw(place))),
        }
    }

    /// A string or name without its escapes.
    pub(super) fn decoded(&self, place: Place) -> Cow<'_, str> {
        self.plain(place).map_or_else(Cow::Owned, |span| Cow::Borrowed(self.slice(span)))
    }

    /// The places of a list's items.
    pub(super) fn items(&self, list: Place) -> impl Iterator<Item = Place> + '_ {
        children(self.entries(), list)
    }

    /// The places of an object's names and their values, without the names that another one like them follows.
    pub(super) fn members(&self, object: Place) -> impl Iterator<Item = (Place, Place)> + '_ {
        let mut places = children(self.entries(), object);
        let all = std::iter::from_fn(move || Some((places.next()?, places.next()?)));
        all.filter(|(name, _)| self.entry(*name).size & SUPERSEDED == 0)
    }
}

/// The index of a text.
fn index(text: &str, depth: u32) -> Result<Vec<Entry>, Fault> {
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

/// The place behind a value or name and all that stands in it.
fn after(place: Place, entry: Entry) -> Place {
    match entry.size & CONTAINER {
        0 => place + 1,
        _ => place + 2 + (entry.size & SIZE),
    }
}

/// The places of what stands in an object or list: in an object, names and values in turn.
fn children(entries: &[Entry], container: Place) -> impl Iterator<Item = Place> + '_ {
    let mut next = container + 1;
    let end = entries.get(container as usize).map_or(0, |entry| after(container, *entry) - 1);
    std::iter::from_fn(move || {
        let place = Some(next).filter(|place| *place < end)?;
        next = after(place, *entries.get(place as usize)?);
        Some(place)
    })
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
        let name = *self.entries.get(place)?;
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

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, digit| Some(number * 16 + char::from(*digit).to_digit(16)?))
}

fn span(entry: Entry) -> std::ops::Range<usize> {
    let start = entry.start as usize;
    start..start + (entry.size & SIZE) as usize
}

fn slice(bytes: &[u8], entry: Entry) -> Option<&[u8]> {
    bytes.get(span(entry))
}

/// Sorts names, and those that are alike by where they stand. Everything that sorts names comes here, for a sort is much code.
pub(super) fn sort(names: &mut [(Cow<'_, str>, u32)]) {
    names.sort_unstable();
}

/// A few of a name's bytes as a number, in which names of one object seldom meet.
fn hash(name: &[u8]) -> usize {
    let byte = |at: usize| usize::from(name.get(at).copied().unwrap_or_default());
    let len = name.len();
    // The quotation marks are part of it.
    len * 7 + byte(1) * 5 + byte(len / 2) * 3 + byte(len.saturating_sub(2)) * 11
}

/// Where the next quotation mark, backslash or control character stands; the end of the text where none does.
fn plain_end(bytes: &[u8], mut at: usize) -> usize {
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

/// What stands between the quotation marks of a string.
fn between(raw: &str) -> &str {
    raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default()
}

/// A string of the text without its escapes, which are known to be right.
fn unescaped(raw: &str) -> String {
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

#[cfg(test)]
mod tests;
