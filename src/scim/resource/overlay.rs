//! The parts of an object or list: those of a document's text until one of them is changed, and from then on those that stand here.
//! What is not looked at is never taken out of the text.

use super::tape::{Document, Place};
use std::borrow::Cow;
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
    /// A string or name of a document that has no escapes.
    Quoted(Source),
    /// One that has, and what it says.
    Escaped(Box<(Source, String)>),
    /// A number of a document.
    Bare(Source),
}

impl Text {
    /// A string or name in a document.
    pub(super) fn quoted(source: Source) -> Text {
        match source.document.decoded(source.place) {
            Cow::Owned(text) => Text::Escaped(Box::new((source.clone(), text))),
            Cow::Borrowed(_) => Text::Quoted(source),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            Text::Own(text) => text,
            Text::Quoted(source) => source.document.plain(source.place).unwrap_or_default(),
            Text::Escaped(both) => &both.1,
            Text::Bare(source) => source.document.raw(source.place),
        }
    }

    /// The text with its quotation marks, where it stands so in a document.
    pub(super) fn written(&self) -> Option<&str> {
        match self {
            Text::Quoted(source) => Some(source.document.raw(source.place)),
            Text::Escaped(both) => Some(both.0.document.raw(both.0.place)),
            Text::Own(_) | Text::Bare(_) => None,
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
        self.as_str() == other.as_str()
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
            Parts::Read(source, parts) => parts.get_or_init(|| T::all(source)),
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

    /// The text of the whole, as long as it says what the parts are.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Parts::Read(source, _) if source.document.is_exact(source.place) => Some(source.document.raw(source.place)),
            _ => None,
        }
    }

    /// Whether both are the same value of the same document.
    pub(super) fn is(&self, other: &Self) -> bool {
        matches!((self, other), (Parts::Read(one, _), Parts::Read(other, _)) if one.is(other))
    }
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
