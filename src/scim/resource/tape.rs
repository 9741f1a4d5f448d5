//! A JSON text with the index of what stands where in it, made in one pass that checks grammar (RFC 8259), depth and the surrogates
//! of escapes, and decides names that stand twice in an object: the last one counts. Knows nothing of changes.
//!
//! The index is a tape: an entry of eight bytes for every value and every name, in the order of the text. An object or a list says
//! how many entries stand in it, and is closed by one entry more, so that it can be stepped over.

mod entry;
mod reading;

use entry::{CONTAINER, Entry, MARKED, NAME, SIZE, SUPERSEDED, after, children, span, unescaped};
pub(super) use entry::{Fault, Place, sort};
use reading::index;
use std::borrow::Cow;
use std::cell::OnceCell;

/// A text, and the index of it: of one that was written here only when somebody looks into it.
pub(super) struct Document {
    text: Box<str>,
    entries: OnceCell<Vec<Entry>>,
}

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

    #[inline(always)]
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

    #[inline(always)]
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

    /// The entries of what stands in a value, however deep, and not of the value.
    fn within(&self, value: Place) -> &[Entry] {
        let end = after(value, self.entry(value)) as usize;
        self.entries().get(value as usize + 1..end).unwrap_or_default()
    }

    /// Whether a name in the value, however deep, is as `is` says. A look at the tape, without a walk through the value; names
    /// that another one like them follows are looked at, too.
    pub(super) fn any_name(&self, value: Place, is: &mut dyn FnMut(&str) -> bool) -> bool {
        self.within(value).iter().filter(|entry| entry.size & NAME != 0).any(|entry| match entry.size & MARKED {
            0 => {
                let start = entry.start + 1;
                is(self.slice(Span { start, end: (entry.start + (entry.size & SIZE)).saturating_sub(1) }))
            }
            _ => is(&unescaped(self.text.get(span(*entry)).unwrap_or_default())),
        })
    }

    /// Whether something in the value, however deep, may be null or hold nothing, likewise.
    pub(super) fn may_have_unassigned(&self, value: Place) -> bool {
        self.within(value).iter().any(|entry| match entry.size & CONTAINER {
            // What ends an object or list has no size.
            0 => entry.size != 0 && self.text.as_bytes().get(entry.start as usize) == Some(&b'n'),
            _ => entry.size & SIZE == 0 || entry.size & MARKED != 0,
        })
    }
}

#[cfg(test)]
mod tests;
