//! The parts of an object or list: those of a document's text until one of them is changed, and from then on those that stand here.
//! What is not looked at is never taken out of the text.

use super::tape::{Document, Place, Span};
use std::cell::OnceCell;
use std::fmt;
use std::rc::Rc;

/// A value or name in a document's text.
#[derive(Clone)]
pub(super) struct Source {
    document: Rc<Document>,
    place: Place,
}

impl Source {
    /// The whole of a document.
    pub(super) fn whole(document: Document) -> Source {
        Source { document: Rc::new(document), place: 0 }
    }

    /// A text that is the whole of a value and was written here; it is not read before somebody looks into it.
    pub(super) fn written(text: String) -> Source {
        Source { document: Rc::new(Document::written(text.into_boxed_str())), place: 0 }
    }

    /// Whether it is such a text, nobody looked into it, and nobody else has it.
    pub(super) fn is_written(&self) -> bool {
        Rc::strong_count(&self.document) == 1 && self.document.is_untouched()
    }

    /// The text of such a value.
    pub(super) fn into_written(self) -> Option<String> {
        Rc::into_inner(self.document)?.into_written().map(String::from)
    }

    /// Another value or name in the same document.
    pub(super) fn at(&self, place: Place) -> Source {
        Source { document: Rc::clone(&self.document), place }
    }

    pub(super) fn document(&self) -> &Document {
        &self.document
    }

    pub(super) fn place(&self) -> Place {
        self.place
    }

    fn is(&self, other: &Source) -> bool {
        Rc::ptr_eq(&self.document, &other.document) && self.place == other.place
    }
}

/// A text: a string or name without its escapes, or a number.
#[derive(Clone)]
pub(super) enum Text {
    /// One of our own.
    Own(String),
    /// A stretch of a document: a string or name without escapes, or a number.
    Read(Rc<Document>, Span),
    /// A string or name of a document that has escapes, and what it says.
    Escaped(Box<(Source, String)>),
}

impl Text {
    /// A string or name in a document.
    pub(super) fn quoted(source: Source) -> Text {
        match source.document.plain(source.place) {
            Ok(span) => Text::Read(source.document, span),
            Err(text) => Text::Escaped(Box::new((source, text))),
        }
    }

    /// A number in a document.
    pub(super) fn number(source: Source) -> Text {
        let span = source.document.span(source.place);
        Text::Read(source.document, span)
    }

    #[inline(never)]
    pub(super) fn as_str(&self) -> &str {
        match self {
            Text::Own(text) => text,
            Text::Read(document, span) => document.slice(*span),
            Text::Escaped(both) => &both.1,
        }
    }

    /// Whether it is this text.
    pub(super) fn is(&self, other: &str) -> bool {
        match self {
            Text::Read(document, span) => span.len() == other.len() && document.bytes(*span) == other.as_bytes(),
            _ => self.as_str() == other,
        }
    }

    /// Whether it is this text but for the case of ASCII letters.
    pub(super) fn is_in_any_case(&self, other: &str) -> bool {
        match self {
            Text::Read(document, span) => {
                span.len() == other.len() && document.bytes(*span).eq_ignore_ascii_case(other.as_bytes())
            }
            _ => self.as_str().eq_ignore_ascii_case(other),
        }
    }

    /// The text of a string or name with its quotation marks, where it stands in a document.
    pub(super) fn written(&self) -> Option<&str> {
        match self {
            Text::Read(document, span) => Some(document.slice(span.wider())),
            Text::Escaped(both) => Some(both.0.document.raw(both.0.place)),
            Text::Own(_) => None,
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Text::Read(document, span) => document.bytes(*span),
            _ => self.as_str().as_bytes(),
        }
    }

    pub(super) fn into_string(self) -> String {
        match self {
            Text::Own(text) => text,
            Text::Escaped(both) => both.1,
            other => other.as_str().to_owned(),
        }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Text) -> bool {
        match other {
            Text::Read(document, span) => document.bytes(*span) == self.bytes(),
            _ => self.is(other.as_str()),
        }
    }
}

impl Eq for Text {}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

/// What an object or list has several of.
pub(super) trait Part: Clone {
    /// Those in an object or list of a document.
    fn all(source: &Source) -> Vec<Self>;
}

/// The parts of an object or list.
pub(super) enum Parts<T> {
    /// Those of a document, once they were looked at.
    Read(Source, OnceCell<Vec<T>>),
    /// Those that are not, or no longer, what a document says.
    Own(Vec<T>),
}

impl<T: Part> Parts<T> {
    /// Those of a document.
    pub(super) fn of(source: Source) -> Self {
        Parts::Read(source, OnceCell::new())
    }

    pub(super) fn get(&self) -> &Vec<T> {
        match self {
            Parts::Read(source, parts) => match parts.get() {
                Some(parts) => parts,
                None => taken(source, parts),
            },
            Parts::Own(parts) => parts,
        }
    }

    /// The parts, to be changed. There are some in any case, which no type can say.
    pub(super) fn edit(&mut self) -> Option<&mut Vec<T>> {
        if let Parts::Read(source, parts) = self {
            *self = Parts::Own(parts.take().unwrap_or_else(|| T::all(source)));
        }
        match self {
            Parts::Own(parts) => Some(parts),
            Parts::Read(_, parts) => parts.get_mut(),
        }
    }

    pub(super) fn into_vec(self) -> Vec<T> {
        match self {
            Parts::Read(source, parts) => parts.into_inner().unwrap_or_else(|| T::all(&source)),
            Parts::Own(parts) => parts,
        }
    }

    /// Where they stand, as long as none of them was changed.
    pub(super) fn source(&self) -> Option<&Source> {
        match self {
            Parts::Read(source, _) => Some(source),
            Parts::Own(_) => None,
        }
    }

    /// The same, as long as nobody took the parts out.
    pub(super) fn unread(&self) -> Option<&Source> {
        match self {
            Parts::Read(source, parts) if parts.get().is_none() => Some(source),
            _ => None,
        }
    }

    /// The text of the whole, as long as it says what the parts are.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Parts::Read(source, _) if source.document.is_exact(source.place) => Some(source.document.raw(source.place)),
            _ => None,
        }
    }

    /// Whether both are the same text: equal without a look at the parts.
    pub(super) fn is(&self, other: &Self) -> bool {
        matches!((self.source(), other.source()), (Some(one), Some(other)) if one.is(other))
            || matches!((self.text(), other.text()), (Some(one), Some(other)) if one == other)
    }
}

/// Takes the parts out of the text: a function of its own, so that it is there once and not wherever parts are looked at.
#[cold]
fn taken<'a, T: Part>(source: &Source, parts: &'a OnceCell<Vec<T>>) -> &'a Vec<T> {
    parts.get_or_init(|| T::all(source))
}

impl<T> From<Vec<T>> for Parts<T> {
    fn from(parts: Vec<T>) -> Self {
        Parts::Own(parts)
    }
}

impl<T> Default for Parts<T> {
    fn default() -> Self {
        Parts::Own(Vec::new())
    }
}

/// What stands in a document is not taken out of it again.
impl<T: Part> Clone for Parts<T> {
    fn clone(&self) -> Self {
        match self {
            Parts::Read(source, _) => Parts::of(source.clone()),
            Parts::Own(parts) => Parts::Own(parts.clone()),
        }
    }
}
