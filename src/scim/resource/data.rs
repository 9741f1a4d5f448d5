//! Any JSON value of a resource, opaque: it is read through [`Node`]s and changed by methods, so that what stands behind it may
//! change. Knows no attribute.

use super::Resource;
use super::overlay::{Part, Parts, Source, Text};
use super::tape::Kind;
use std::fmt;

/// A value. Absent is no value at all; null and the empty list are two different ones.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Data(pub(super) Held);

#[derive(Clone, Default)]
pub(super) enum Held {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    Text(Text),
    List(Parts<Data>),
    Object(Resource),
}

impl PartialEq for Held {
    fn eq(&self, other: &Held) -> bool {
        match (self, other) {
            (Held::Null, Held::Null) => true,
            (Held::Bool(one), Held::Bool(other)) => one == other,
            (Held::Number(one), Held::Number(other)) => one == other,
            (Held::Text(one), Held::Text(other)) => one == other,
            (Held::List(one), Held::List(other)) => one.is(other) || one.get() == other.get(),
            (Held::Object(one), Held::Object(other)) => one == other,
            _ => false,
        }
    }
}

impl Eq for Held {}

impl Part for Data {
    fn all(source: &Source) -> Vec<Data> {
        let items = || source.document().items(source.place());
        let mut all = Vec::with_capacity(items().count());
        all.extend(items().map(|item| Data::of(source.at(item))));
        all
    }
}

/// A value, being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Node<'a> {
    /// null.
    Null,
    /// true or false.
    Bool(bool),
    /// A number.
    Number(&'a Number),
    /// A string.
    Text(&'a str),
    /// An array.
    List(&'a [Data]),
    /// An object.
    Object(&'a Resource),
}

/// A number as it is written, so that none loses digits. Two are equal when they are written alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(pub(super) Text);

impl Number {
    /// The number as it is written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// A whole number that is not negative.
    pub fn as_u64(&self) -> Option<u64> {
        self.0.as_str().parse().ok()
    }

    /// A whole number.
    pub fn as_i64(&self) -> Option<i64> {
        self.0.as_str().parse().ok()
    }

    /// The nearest double; none beyond the largest.
    pub fn as_f64(&self) -> Option<f64> {
        self.0.as_str().parse().ok().filter(|number: &f64| number.is_finite())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl Data {
    /// null.
    pub const NULL: Data = Data(Held::Null);

    /// A value in a document.
    pub(super) fn of(source: Source) -> Data {
        Data(match source.document().kind(source.place()) {
            Kind::Null => Held::Null,
            Kind::Bool(flag) => Held::Bool(flag),
            Kind::Number => Held::Number(Number(Text::number(source))),
            Kind::Text => Held::Text(Text::quoted(source)),
            Kind::List => Held::List(Parts::of(source)),
            Kind::Object => Held::Object(Resource(Parts::of(source))),
        })
    }

    /// The value, to be told apart by its type.
    pub fn node(&self) -> Node<'_> {
        match &self.0 {
            Held::Null => Node::Null,
            Held::Bool(flag) => Node::Bool(*flag),
            Held::Number(number) => Node::Number(number),
            Held::Text(text) => Node::Text(text.as_str()),
            Held::List(items) => Node::List(items.get()),
            Held::Object(object) => Node::Object(object),
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self.0, Held::Null)
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        matches!(self.0, Held::Object(_))
    }

    /// Whether it is a list.
    pub fn is_list(&self) -> bool {
        matches!(self.0, Held::List(_))
    }

    /// A text.
    pub fn as_str(&self) -> Option<&str> {
        match &self.0 {
            Held::Text(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// A whole number that is not negative.
    pub fn as_u64(&self) -> Option<u64> {
        match &self.0 {
            Held::Number(number) => number.as_u64(),
            _ => None,
        }
    }

    /// A boolean, also as text in any case, which some servers send.
    pub fn as_boolean(&self) -> Option<bool> {
        match &self.0 {
            Held::Bool(flag) => Some(*flag),
            Held::Text(text) => boolean(text.as_str()),
            _ => None,
        }
    }

    /// A text; numbers and booleans, which some servers send for text, as they are written.
    pub fn to_text(&self) -> Option<String> {
        match &self.0 {
            Held::Text(text) => Some(text.as_str().to_owned()),
            Held::Number(number) => Some(number.to_string()),
            Held::Bool(flag) => Some(flag.to_string()),
            _ => None,
        }
    }

    /// A list.
    pub fn as_list(&self) -> Option<&[Data]> {
        match &self.0 {
            Held::List(items) => Some(items.get()),
            _ => None,
        }
    }

    /// An object.
    pub fn as_object(&self) -> Option<&Resource> {
        match &self.0 {
            Held::Object(object) => Some(object),
            _ => None,
        }
    }

    /// An object, to be changed.
    pub fn as_object_mut(&mut self) -> Option<&mut Resource> {
        match &mut self.0 {
            Held::Object(object) => Some(object),
            _ => None,
        }
    }

    /// A list, to be changed.
    pub fn as_list_mut(&mut self) -> Option<&mut Vec<Data>> {
        match &mut self.0 {
            Held::List(items) => items.edit(),
            _ => None,
        }
    }

    /// The text; the value itself where it is none.
    pub fn into_text(self) -> Result<String, Data> {
        match self.0 {
            Held::Text(text) => Ok(text.into_string()),
            other => Err(Data(other)),
        }
    }

    /// The items of a list, without copying them; the value itself where it is none.
    pub fn into_list(self) -> Result<Vec<Data>, Data> {
        match self.0 {
            Held::List(items) => Ok(items.into_vec()),
            other => Err(Data(other)),
        }
    }

    /// The object, without copying it; the value itself where it is none.
    pub fn into_object(self) -> Result<Resource, Data> {
        match self.0 {
            Held::Object(object) => Ok(object),
            other => Err(Data(other)),
        }
    }

    /// The value, with null left in its place.
    pub fn take(&mut self) -> Data {
        std::mem::take(self)
    }

    /// Replaces every text in the value, however deep, for which there is another.
    pub fn replace_texts(&mut self, other: &dyn Fn(&str) -> Option<String>) {
        if let Some(replaced) = self.replaced(other) {
            *self = replaced;
        }
    }

    /// The value with its texts replaced; none where none is, so that what has none stays as it was read.
    fn replaced(&self, other: &dyn Fn(&str) -> Option<String>) -> Option<Data> {
        match self.node() {
            Node::Text(text) => other(text).map(Data::from),
            Node::List(items) => {
                let mut replaced = items.iter().map(|item| item.replaced(other)).collect::<Vec<_>>();
                replaced.iter().any(Option::is_some).then(|| {
                    let whole = replaced.iter_mut().zip(items);
                    whole.map(|(replaced, item)| replaced.take().unwrap_or_else(|| item.clone())).collect()
                })
            }
            Node::Object(object) => {
                let replaced = object.iter().filter_map(|(name, item)| Some((name, item.replaced(other)?)));
                let replaced: Vec<_> = replaced.map(|(name, item)| (name.to_owned(), item)).collect();
                (!replaced.is_empty()).then(|| {
                    let mut object = object.clone();
                    object.extend(replaced);
                    object.into()
                })
            }
            Node::Null | Node::Bool(_) | Node::Number(_) => None,
        }
    }

    /// The JSON name of the value's type, with its article.
    pub fn type_name(&self) -> &'static str {
        self.node().type_name()
    }
}

/// A boolean as text in any case, which some servers send.
pub fn boolean(text: &str) -> Option<bool> {
    [("true", true), ("false", false)].iter().find(|row| row.0.eq_ignore_ascii_case(text)).map(|row| row.1)
}

impl Node<'_> {
    /// The JSON name of the value's type, with its article.
    pub fn type_name(self) -> &'static str {
        match self {
            Node::Null => "null",
            Node::Bool(_) => "a boolean",
            Node::Number(_) => "a number",
            Node::Text(_) => "a string",
            Node::List(_) => "an array",
            Node::Object(_) => "an object",
        }
    }
}

/// A copy of what is being read.
impl From<Node<'_>> for Data {
    fn from(node: Node<'_>) -> Self {
        match node {
            Node::Null => Data::NULL,
            Node::Bool(flag) => flag.into(),
            Node::Number(number) => number.into(),
            Node::Text(text) => text.into(),
            Node::List(items) => items.into(),
            Node::Object(object) => object.clone().into(),
        }
    }
}

impl From<&Data> for Data {
    fn from(data: &Data) -> Self {
        data.clone()
    }
}

impl From<&str> for Data {
    fn from(text: &str) -> Self {
        Data(Held::Text(Text::Own(text.to_owned())))
    }
}

impl From<&String> for Data {
    fn from(text: &String) -> Self {
        Data(Held::Text(Text::Own(text.clone())))
    }
}

impl From<String> for Data {
    fn from(text: String) -> Self {
        Data(Held::Text(Text::Own(text)))
    }
}

impl From<bool> for Data {
    fn from(flag: bool) -> Self {
        Data(Held::Bool(flag))
    }
}

impl From<Resource> for Data {
    fn from(object: Resource) -> Self {
        Data(Held::Object(object))
    }
}

impl From<Number> for Data {
    fn from(number: Number) -> Self {
        Data(Held::Number(number))
    }
}

impl<T: Into<Data>> From<Vec<T>> for Data {
    fn from(items: Vec<T>) -> Self {
        items.into_iter().collect()
    }
}

impl From<&Number> for Data {
    fn from(number: &Number) -> Self {
        number.clone().into()
    }
}

impl<T: Clone + Into<Data>> From<&[T]> for Data {
    fn from(items: &[T]) -> Self {
        items.iter().cloned().collect()
    }
}

impl<T: Into<Data>> FromIterator<T> for Data {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Data(Held::List(Parts::Own(items.into_iter().map(Into::into).collect())))
    }
}

macro_rules! whole_numbers {
    ($($kind:ty)*) => {$(
        impl From<$kind> for Data {
            fn from(number: $kind) -> Self {
                Data(Held::Number(Number(Text::Own(number.to_string()))))
            }
        }
    )*};
}

whole_numbers!(i32 i64 u16 u32 u64 usize);
