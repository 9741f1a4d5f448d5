//! Any JSON value of a resource, opaque: it is read through [`Node`]s and changed by methods, so that what stands behind it may
//! change. Knows no attribute.

use super::Resource;
use std::fmt;

/// A value. Absent is no value at all; null and the empty list are two different ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Data(pub(super) Tree);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Tree {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Data>),
    Object(Resource),
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
pub struct Number(pub(super) String);

impl Number {
    /// A whole number that is not negative.
    pub fn as_u64(&self) -> Option<u64> {
        self.0.parse().ok()
    }

    /// A whole number.
    pub fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    /// The nearest double; none beyond the largest.
    pub fn as_f64(&self) -> Option<f64> {
        self.0.parse().ok().filter(|number: &f64| number.is_finite())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Data {
    /// null.
    pub const NULL: Data = Data(Tree::Null);

    /// The value, to be told apart by its type.
    pub fn node(&self) -> Node<'_> {
        match &self.0 {
            Tree::Null => Node::Null,
            Tree::Bool(flag) => Node::Bool(*flag),
            Tree::Number(number) => Node::Number(number),
            Tree::Text(text) => Node::Text(text),
            Tree::List(items) => Node::List(items),
            Tree::Object(object) => Node::Object(object),
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self.0, Tree::Null)
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        matches!(self.0, Tree::Object(_))
    }

    /// Whether it is a list.
    pub fn is_list(&self) -> bool {
        matches!(self.0, Tree::List(_))
    }

    /// A text.
    pub fn as_str(&self) -> Option<&str> {
        match &self.0 {
            Tree::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number that is not negative.
    pub fn as_u64(&self) -> Option<u64> {
        match &self.0 {
            Tree::Number(number) => number.as_u64(),
            _ => None,
        }
    }

    /// A boolean, also as text in any case, which some servers send.
    pub fn as_boolean(&self) -> Option<bool> {
        match &self.0 {
            Tree::Bool(flag) => Some(*flag),
            Tree::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Tree::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// A text; numbers and booleans, which some servers send for text, as they are written.
    pub fn to_text(&self) -> Option<String> {
        match &self.0 {
            Tree::Text(text) => Some(text.clone()),
            Tree::Number(number) => Some(number.to_string()),
            Tree::Bool(flag) => Some(flag.to_string()),
            _ => None,
        }
    }

    /// A list.
    pub fn as_list(&self) -> Option<&[Data]> {
        match &self.0 {
            Tree::List(items) => Some(items),
            _ => None,
        }
    }

    /// An object.
    pub fn as_object(&self) -> Option<&Resource> {
        match &self.0 {
            Tree::Object(object) => Some(object),
            _ => None,
        }
    }

    /// An object, to be changed.
    pub fn as_object_mut(&mut self) -> Option<&mut Resource> {
        match &mut self.0 {
            Tree::Object(object) => Some(object),
            _ => None,
        }
    }

    /// A list, to be changed.
    pub fn as_list_mut(&mut self) -> Option<&mut Vec<Data>> {
        match &mut self.0 {
            Tree::List(items) => Some(items),
            _ => None,
        }
    }

    /// The text, without copying it; the value itself where it is none.
    pub fn into_text(self) -> Result<String, Data> {
        match self.0 {
            Tree::Text(text) => Ok(text),
            other => Err(Data(other)),
        }
    }

    /// The items of a list, without copying them; the value itself where it is none.
    pub fn into_list(self) -> Result<Vec<Data>, Data> {
        match self.0 {
            Tree::List(items) => Ok(items),
            other => Err(Data(other)),
        }
    }

    /// The object, without copying it; the value itself where it is none.
    pub fn into_object(self) -> Result<Resource, Data> {
        match self.0 {
            Tree::Object(object) => Ok(object),
            other => Err(Data(other)),
        }
    }

    /// The value, with null left in its place.
    pub fn take(&mut self) -> Data {
        std::mem::take(self)
    }

    /// Replaces every text in the value, however deep, for which there is another.
    pub fn replace_texts(&mut self, other: &dyn Fn(&str) -> Option<String>) {
        match &mut self.0 {
            Tree::Text(text) => {
                if let Some(other) = other(text) {
                    *text = other;
                }
            }
            Tree::List(items) => items.iter_mut().for_each(|item| item.replace_texts(other)),
            Tree::Object(object) => object.0.values_mut().for_each(|item| item.replace_texts(other)),
            Tree::Null | Tree::Bool(_) | Tree::Number(_) => {}
        }
    }

    /// The JSON name of the value's type, with its article.
    pub fn type_name(&self) -> &'static str {
        self.node().type_name()
    }
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

impl From<&str> for Data {
    fn from(text: &str) -> Self {
        Data(Tree::Text(text.to_owned()))
    }
}

impl From<&String> for Data {
    fn from(text: &String) -> Self {
        Data(Tree::Text(text.clone()))
    }
}

impl From<String> for Data {
    fn from(text: String) -> Self {
        Data(Tree::Text(text))
    }
}

impl From<bool> for Data {
    fn from(flag: bool) -> Self {
        Data(Tree::Bool(flag))
    }
}

impl From<Resource> for Data {
    fn from(object: Resource) -> Self {
        Data(Tree::Object(object))
    }
}

impl From<Number> for Data {
    fn from(number: Number) -> Self {
        Data(Tree::Number(number))
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
        Data(Tree::List(items.into_iter().map(Into::into).collect()))
    }
}

macro_rules! whole_numbers {
    ($($kind:ty)*) => {$(
        impl From<$kind> for Data {
            fn from(number: $kind) -> Self {
                Data(Tree::Number(Number(number.to_string())))
            }
        }
    )*};
}

whole_numbers!(i32 i64 u16 u32 u64 usize);
