//! Values that are only looked at: in a document nothing is taken out of the text for it.

use super::Resource;
use super::data::{Data, Held};
use super::overlay::Source;
use super::tape::{Document, Kind, Place};
use std::borrow::Cow;

/// A value that is looked at where it stands.
#[derive(Clone, Copy)]
pub struct Cursor<'a>(At<'a>);

#[derive(Clone, Copy)]
enum At<'a> {
    Read(&'a Document, Place),
    Scalar(&'a Data),
    List(&'a [Data]),
    Object(&'a Resource),
}

/// What is seen of a value; of numbers, lists and objects no more than that they are such.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen<'a> {
    /// null.
    Null,
    /// true or false.
    Bool(bool),
    /// A number.
    Number,
    /// A string.
    Text(Cow<'a, str>),
    /// An array.
    List,
    /// An object.
    Object,
}

impl<'a> Cursor<'a> {
    fn at(source: &'a Source) -> Cursor<'a> {
        Cursor(At::Read(source.document(), source.place()))
    }

    /// What is seen of the value.
    pub fn seen(self) -> Seen<'a> {
        match self.0 {
            At::List(_) => Seen::List,
            At::Object(_) => Seen::Object,
            At::Scalar(data) => match &data.0 {
                Held::Null => Seen::Null,
                Held::Bool(flag) => Seen::Bool(*flag),
                Held::Number(_) => Seen::Number,
                Held::Text(text) => Seen::Text(Cow::Borrowed(text.as_str())),
                Held::List(_) => Seen::List,
                Held::Object(_) => Seen::Object,
            },
            At::Read(document, place) => match document.kind(place) {
                Kind::Null => Seen::Null,
                Kind::Bool(flag) => Seen::Bool(flag),
                Kind::Number => Seen::Number,
                Kind::Text => Seen::Text(document.decoded(place)),
                Kind::List => Seen::List,
                Kind::Object => Seen::Object,
            },
        }
    }

    /// Whether it is an object.
    pub fn is_object(self) -> bool {
        match self.0 {
            At::Read(document, place) => document.kind(place) == Kind::Object,
            other => matches!(other, At::Object(_)),
        }
    }

    /// Whether it is null, or a list or an object that holds nothing (RFC 7643 section 2.5).
    pub fn is_unassigned(self) -> bool {
        match self.0 {
            At::Read(document, place) => match document.kind(place) {
                Kind::Null => true,
                Kind::List => document.items(place).next().is_none(),
                Kind::Object => document.members(place).next().is_none(),
                _ => false,
            },
            At::Scalar(data) => data.is_null(),
            At::List(items) => items.is_empty(),
            At::Object(object) => object.is_empty(),
        }
    }

    /// Whether all that the value holds is as `is` says: an object's members with their names, a list's items without. Looks no
    /// further than it must.
    pub fn every(self, is: &mut dyn FnMut(Option<&str>, Cursor<'a>) -> bool) -> bool {
        match self.0 {
            At::Scalar(_) => true,
            At::List(items) => items.iter().all(|item| is(None, item.into())),
            At::Object(object) => object.iter().all(|(name, value)| is(Some(name), value.into())),
            At::Read(document, place) => match document.kind(place) {
                Kind::Object => document
                    .members(place)
                    .all(|(name, value)| is(Some(&document.decoded(name)), Cursor(At::Read(document, value)))),
                Kind::List => document.items(place).all(|item| is(None, Cursor(At::Read(document, item)))),
                _ => true,
            },
        }
    }

    /// Whether the name of a member in the value, however deep, is as `is` says. It may be asked about names that do not count, since
    /// another one like them follows.
    pub fn any_name(self, is: &mut dyn FnMut(&str) -> bool) -> bool {
        match self.0 {
            At::Read(document, place) => document.any_name(place, is),
            _ => self.any(&mut |name, part| name.is_some_and(&mut *is) || part.any_name(is)),
        }
    }

    /// Whether a part of the value, however deep, may be null or hold nothing: false is sure.
    pub(super) fn may_have_unassigned(self) -> bool {
        match self.0 {
            At::Read(document, place) => document.may_have_unassigned(place),
            _ => true,
        }
    }

    /// Whether anything that the value holds is as `is` says.
    pub fn any(self, is: &mut dyn FnMut(Option<&str>, Cursor<'a>) -> bool) -> bool {
        !self.every(&mut |name, value| !is(name, value))
    }
}

impl Seen<'_> {
    /// The JSON name of the value's type, with its article.
    pub fn type_name(&self) -> &'static str {
        match self {
            Seen::Null => "null",
            Seen::Bool(_) => "a boolean",
            Seen::Number => "a number",
            Seen::Text(_) => "a string",
            Seen::List => "an array",
            Seen::Object => "an object",
        }
    }
}

impl<'a> From<&'a Data> for Cursor<'a> {
    fn from(data: &'a Data) -> Self {
        match &data.0 {
            Held::Object(object) => object.into(),
            Held::List(items) => items.source().map_or_else(|| Cursor(At::List(items.get())), Cursor::at),
            _ => Cursor(At::Scalar(data)),
        }
    }
}

impl<'a> From<&'a Resource> for Cursor<'a> {
    fn from(object: &'a Resource) -> Self {
        object.0.source().map_or(Cursor(At::Object(object)), Cursor::at)
    }
}
