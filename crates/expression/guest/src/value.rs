//! The values of jq, and how they compare. Knows neither text nor filters.
//!
//! What a value displays is its kind, not its content: jaq puts values into its errors, and content may be anybody's.

use crate::number::Number;
use indexmap::IndexMap;
use jaq_core::{Error, val};
use std::cmp::Ordering;
use std::fmt;
use std::rc::Rc;

/// The members of an object, in the order in which they came.
pub type Members = IndexMap<Rc<str>, Value, foldhash::fast::FixedState>;

/// A JSON value. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    String(Rc<str>),
    /// A list.
    Array(Rc<Vec<Self>>),
    /// An object.
    Object(Rc<Members>),
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<Rc<str>>) -> Self {
        Self::String(text.into())
    }

    /// An object of these members.
    pub fn object(members: Members) -> Self {
        Self::Object(members.into())
    }

    /// The kind as jq's `type` names it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }

    /// The text, or an error.
    pub fn as_text(&self) -> std::result::Result<&str, Error<Self>> {
        match self {
            Self::String(text) => Ok(text),
            _ => Err(Error::typ(self.clone(), "string")),
        }
    }

    /// The number as a float, or an error.
    pub fn as_number(&self) -> std::result::Result<&Number, Error<Self>> {
        match self {
            Self::Number(number) => Ok(number),
            _ => Err(Error::typ(self.clone(), "number")),
        }
    }

    /// The elements, or an error.
    pub fn as_list(&self) -> std::result::Result<&[Self], Error<Self>> {
        match self {
            Self::Array(list) => Ok(list),
            _ => Err(Error::typ(self.clone(), "array")),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(false) => 1,
            Self::Bool(true) => 2,
            Self::Number(_) => 3,
            Self::String(_) => 4,
            Self::Array(_) => 5,
            Self::Object(_) => 6,
        }
    }

    fn order(&self, other: &Self, numbers: fn(&Number, &Number) -> Ordering) -> Ordering {
        match (self, other) {
            (Self::Number(left), Self::Number(right)) => numbers(left, right),
            (Self::String(left), Self::String(right)) => left.cmp(right),
            (Self::Array(left), Self::Array(right)) => {
                let unequal = left.iter().zip(right.iter()).map(|(left, right)| left.order(right, numbers));
                unequal.into_iter().find(|order| order.is_ne()).unwrap_or(left.len().cmp(&right.len()))
            }
            (Self::Object(left), Self::Object(right)) => {
                let (left, right) = (sorted(left), sorted(right));
                let names = left.iter().map(|(name, _)| name).cmp(right.iter().map(|(name, _)| name));
                let values = left.iter().zip(&right).map(|((_, left), (_, right))| left.order(right, numbers));
                names.then_with(|| values.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal))
            }
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

/// The members in the order of their names.
pub fn sorted(members: &Members) -> Vec<(&Rc<str>, &Value)> {
    let mut sorted: Vec<_> = members.iter().collect();
    sorted.sort_unstable_by_key(|(name, _)| *name);
    sorted
}

/// Where the elements of `part` stand in `list` one after the other; null where there are none, as in jq.
pub fn indices_of_part(list: &[Value], part: &[Value]) -> Value {
    if part.is_empty() {
        return Value::Null;
    }
    list.windows(part.len()).enumerate().filter(|(_, window)| *window == part).map(|(at, _)| Value::from(at)).collect()
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a text",
            Self::Array(_) => "a list",
            Self::Object(_) => "an object",
        })
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(left), Self::Number(right)) => left == right,
            (Self::Array(left), Self::Array(right)) => left == right,
            (Self::Object(left), Self::Object(right)) => left == right,
            (Self::String(left), Self::String(right)) => left == right,
            _ => self.rank() == other.rank(),
        }
    }
}

impl Eq for Value {}

/// How jq's operators compare.
#[allow(clippy::non_canonical_partial_ord_impl, reason = "NaN is less than itself here, and cannot be in an order")]
impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.order(other, Number::compare))
    }
}

/// How values sort. It differs from the operators in NaN alone.
impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order(other, Number::order)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<isize> for Value {
    fn from(integer: isize) -> Self {
        #[allow(clippy::cast_possible_wrap, reason = "isize has at most 64 bits")]
        Self::Number(Number::Int(integer as i64))
    }
}

impl From<usize> for Value {
    fn from(integer: usize) -> Self {
        #[allow(clippy::cast_possible_wrap, reason = "lengths of what is in memory")]
        Self::Number(Number::Int(integer as i64))
    }
}

impl From<i64> for Value {
    fn from(integer: i64) -> Self {
        Self::Number(Number::Int(integer))
    }
}

impl From<f64> for Value {
    fn from(float: f64) -> Self {
        Self::Number(Number::Float(float))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl From<val::Range<Self>> for Value {
    fn from(range: val::Range<Self>) -> Self {
        let member = |name: &str, value: Option<Self>| (name.into(), value.unwrap_or_default());
        Self::object(Members::from_iter([member("start", range.start), member("end", range.end)]))
    }
}

impl FromIterator<Self> for Value {
    fn from_iter<I: IntoIterator<Item = Self>>(values: I) -> Self {
        Self::Array(values.into_iter().collect::<Vec<_>>().into())
    }
}
