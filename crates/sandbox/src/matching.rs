//! What a filter means: a syntax tree bound to the attributes of a resource type, and matching resources against it
//! (RFC 7644 section 3.4.2.2). Also the order of values, which sorting shares.
//!
//! Knows attributes only through the attribute table. `ne` follows the RFC's words, "not identical": an attribute
//! without a value differs from every value, and of a multi-valued attribute one differing value is enough.

use super::error::{Result, ScimError};
use super::filter::{Expr, Op};
use super::schema::{Attribute, Kind, Object, ResourceType, instant};
use serde_json::Value;
use std::cmp::Ordering;

/// The attributes from the outermost to the one meant.
pub(super) type Path<'a> = Vec<&'a Attribute>;

/// A filter that can be matched.
#[derive(Debug, PartialEq)]
pub(super) enum Filter<'a> {
    All(Vec<Filter<'a>>),
    Any(Vec<Filter<'a>>),
    Not(Box<Filter<'a>>),
    Present(Path<'a>),
    Compare(Path<'a>, Op, Scalar),
    Values(Path<'a>, Box<Filter<'a>>),
    /// On an attribute that this resource type does not have, but another of the same search has.
    Unknown,
}

/// A value in the form in which it is compared.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    Instant(jiff::Timestamp),
}

impl Scalar {
    /// The comparable form of a value of the attribute; nothing when it is of another type.
    pub(super) fn new(attribute: &Attribute, value: &Value) -> Option<Self> {
        match (attribute.kind, value) {
            (_, Value::Null) => Some(Self::Null),
            (Kind::Boolean, Value::Bool(flag)) => Some(Self::Bool(*flag)),
            (Kind::Integer | Kind::Decimal, Value::Number(number)) => number.as_f64().map(Self::Number),
            (Kind::DateTime, Value::String(text)) => instant(text).map(Self::Instant),
            (Kind::String | Kind::Reference | Kind::Binary, Value::String(text)) => {
                Some(Self::Text(attribute.fold(text)))
            }
            _ => None,
        }
    }

    /// The order of two values of one attribute; nothing comes after no other value.
    pub(super) fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Null, Self::Null) => Some(Ordering::Equal),
            (Self::Bool(left), Self::Bool(right)) => Some(left.cmp(right)),
            (Self::Number(left), Self::Number(right)) => left.partial_cmp(right),
            (Self::Text(left), Self::Text(right)) => Some(left.cmp(right)),
            (Self::Instant(left), Self::Instant(right)) => Some(left.cmp(right)),
            _ => None,
        }
    }

    fn is(&self, op: Op, wanted: &Self) -> bool {
        let text = |test: fn(&str, &str) -> bool| match (self, wanted) {
            (Self::Text(value), Self::Text(wanted)) => test(value, wanted),
            _ => false,
        };
        match op {
            Op::Eq => self == wanted,
            Op::Ne => self != wanted,
            Op::Co => text(|value, wanted| value.contains(wanted)),
            Op::Sw => text(|value, wanted| value.starts_with(wanted)),
            Op::Ew => text(|value, wanted| value.ends_with(wanted)),
            Op::Gt => self.order(wanted) == Some(Ordering::Greater),
            Op::Ge => self.order(wanted).is_some_and(Ordering::is_ge),
            Op::Lt => self.order(wanted) == Some(Ordering::Less),
            Op::Le => self.order(wanted).is_some_and(Ordering::is_le),
        }
    }
}

impl<'a> Filter<'a> {
    /// Binds a filter to several resource types at once (RFC 7644 section 3.4.2.1): a name must mean something in at
    /// least one of them; where it means nothing the attribute has no value.
    pub(super) fn bind_all(expr: &Expr, types: &[&'a ResourceType]) -> Result<Vec<Self>> {
        let known = |name: &str| types.iter().any(|kind| kind.resolve(name).is_some());
        types.iter().map(|kind| Self::bind(expr, &|name| kind.resolve(name), &known)).collect()
    }

    /// Binds the filter between the brackets of a value path: its names are sub-attributes.
    pub(super) fn bind_values(expr: &Expr, attribute: &'a Attribute) -> Result<Self> {
        Self::bind(expr, &|name| attribute.sub(name).map(|sub| vec![sub]), &|_| false)
    }

    fn bind(expr: &Expr, resolve: &dyn Fn(&str) -> Option<Path<'a>>, known: &dyn Fn(&str) -> bool) -> Result<Self> {
        let each =
            |operands: &[Expr]| operands.iter().map(|one| Self::bind(one, resolve, known)).collect::<Result<Vec<_>>>();
        let (name, unknown) = match expr {
            Expr::All(operands) => return Ok(Self::All(each(operands)?)),
            Expr::Any(operands) => return Ok(Self::Any(each(operands)?)),
            Expr::Not(inner) => return Ok(Self::Not(Box::new(Self::bind(inner, resolve, known)?))),
            Expr::Compare(name, Op::Ne, _) => (name, Self::Not(Box::new(Self::Unknown))),
            Expr::Compare(name, Op::Eq, Value::Null) => (name, Self::Not(Box::new(Self::Unknown))),
            Expr::Present(name) | Expr::Compare(name, ..) | Expr::Values(name, _) => (name, Self::Unknown),
        };
        let Some(path) = resolve(name) else {
            return if known(name) {
                Ok(unknown)
            } else {
                Err(ScimError::invalid_filter(format!("filter: no attribute {name}, check its spelling")))
            };
        };
        match expr {
            Expr::Compare(_, op, value) => compare(name, path, *op, value),
            Expr::Values(_, inner) => {
                let complex = path.last().copied().filter(|last| last.kind == Kind::Complex).ok_or_else(|| {
                    ScimError::invalid_filter(format!("filter: {name} has no sub-attributes to put in brackets"))
                })?;
                Ok(Self::Values(path, Box::new(Self::bind_values(inner, complex)?)))
            }
            _ => Ok(Self::Present(path)),
        }
    }

    /// Whether the resource, or the element of a multi-valued attribute, matches.
    pub(super) fn matches(&self, object: &Object) -> bool {
        match self {
            Self::All(operands) => operands.iter().all(|one| one.matches(object)),
            Self::Any(operands) => operands.iter().any(|one| one.matches(object)),
            Self::Not(inner) => !inner.matches(object),
            Self::Unknown => false,
            Self::Present(path) => any_value(object, path, &mut |_, value| !is_blank(value)),
            Self::Compare(path, op, wanted) => {
                let mut found = false;
                let matched = any_value(object, path, &mut |attribute, value| {
                    found = true;
                    Scalar::new(attribute, value).is_some_and(|value| value.is(*op, wanted))
                });
                matched || (!found && Scalar::Null.is(*op, wanted))
            }
            Self::Values(path, inner) => {
                any_value(object, path, &mut |_, value| value.as_object().is_some_and(|value| inner.matches(value)))
            }
        }
    }

    /// The key and its folded value that every match must have, if the filter says so: a resource is then found by the
    /// index instead of by looking at all.
    pub(super) fn key(&self) -> Option<(&'a Attribute, &str)> {
        match self {
            Self::Compare(path, Op::Eq, Scalar::Text(text)) => match path.as_slice() {
                [only] if only.is_key() => Some((only, text)),
                _ => None,
            },
            Self::All(operands) => operands.iter().find_map(Self::key),
            _ => None,
        }
    }

    /// Whether the filter looks at an attribute for which `test` holds.
    pub(super) fn mentions(&self, test: &dyn Fn(&[&Attribute]) -> bool) -> bool {
        match self {
            Self::All(operands) | Self::Any(operands) => operands.iter().any(|one| one.mentions(test)),
            Self::Not(inner) => inner.mentions(test),
            Self::Present(path) | Self::Compare(path, ..) | Self::Values(path, _) => test(path),
            Self::Unknown => false,
        }
    }
}

fn compare<'a>(name: &str, mut path: Path<'a>, op: Op, value: &Value) -> Result<Filter<'a>> {
    imply_value(&mut path);
    let refuse = |why: &str| Err(ScimError::invalid_filter(format!("filter: {name} {why}")));
    let Some(attribute) = path.last().copied().filter(|last| last.kind != Kind::Complex) else {
        return refuse("is complex, name a sub-attribute");
    };
    let Some(scalar) = Scalar::new(attribute, value) else {
        return refuse("cannot be compared with a value of this type");
    };
    let textual = matches!(attribute.kind, Kind::String | Kind::Reference);
    let ordered = !matches!(attribute.kind, Kind::Boolean | Kind::Binary) && scalar != Scalar::Null;
    match op {
        Op::Eq | Op::Ne => {}
        Op::Co | Op::Sw | Op::Ew if textual && ordered => {}
        Op::Co | Op::Sw | Op::Ew => return refuse("does not support co, sw and ew"),
        // RFC 7644, table 3: on Boolean and Binary attributes these fail with invalidFilter.
        Op::Gt | Op::Ge | Op::Lt | Op::Le if ordered => {}
        Op::Gt | Op::Ge | Op::Lt | Op::Le => return refuse("does not support gt, ge, lt and le"),
    }
    Ok(Filter::Compare(path, op, scalar))
}

/// Turns a complex attribute into its `value`, as in `emails co "example.com"` (RFC 7644, figure 2).
pub(super) fn imply_value(path: &mut Path<'_>) {
    if let Some(value) = path.last().and_then(|last| last.sub("value")) {
        path.push(value);
    }
}

/// Calls `test` with the values at the path, elements of arrays one by one, until one passes.
fn any_value(object: &Object, path: &[&Attribute], test: &mut dyn FnMut(&Attribute, &Value) -> bool) -> bool {
    let Some((first, rest)) = path.split_first() else {
        return false;
    };
    let Some(value) = object.get(&first.name) else {
        return false;
    };
    let mut visit = |value: &Value| match (rest, value) {
        ([], value) => test(first, value),
        (_, Value::Object(inner)) => any_value(inner, rest, test),
        _ => false,
    };
    match value {
        Value::Array(items) => items.iter().any(visit),
        single => visit(single),
    }
}

/// RFC 7644, table 3, `pr`: "has a non-empty or non-null value, or if it contains a non-empty node".
fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Object(inner) => inner.values().all(is_blank),
        _ => false,
    }
}
