//! Filters (RFC 7644 section 3.4.2.2): the syntax tree, and how a program builds one.
//!
//! `parse` reads text, `print` writes it, `matches` judges a resource, `proof` an answer that need not show everything, `lint` says
//! what a provider will not understand. Nothing here knows an operation or a provider by name.

pub mod lint;
mod matches;
pub(super) mod parse;
mod print;
mod proof;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

pub use parse::SyntaxError;
pub use print::with_lower_case_words;
pub use proof::Shown;

use super::path::AttributePath;
use super::resource::Data;

/// A comparison (RFC 7644 table 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `eq`: equal.
    Equal,
    /// `ne`: not equal.
    NotEqual,
    /// `co`: contains.
    Contains,
    /// `sw`: starts with.
    StartsWith,
    /// `ew`: ends with.
    EndsWith,
    /// `gt`: greater than.
    Greater,
    /// `ge`: greater than or equal to.
    GreaterOrEqual,
    /// `lt`: less than.
    Less,
    /// `le`: less than or equal to.
    LessOrEqual,
}

/// The comparisons, by name.
pub const OPERATORS: [(&str, Operator); 9] = [
    ("eq", Operator::Equal),
    ("ne", Operator::NotEqual),
    ("co", Operator::Contains),
    ("sw", Operator::StartsWith),
    ("ew", Operator::EndsWith),
    ("gt", Operator::Greater),
    ("ge", Operator::GreaterOrEqual),
    ("lt", Operator::Less),
    ("le", Operator::LessOrEqual),
];

impl Operator {
    /// The name on the wire: lower case, as the standard's examples have it.
    pub fn name(self) -> &'static str {
        OPERATORS.iter().find(|row| row.1 == self).map_or("eq", |row| row.0)
    }
}

/// A filter.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// `attribute operator value`; the value is null, a boolean, a number or text.
    Compare {
        /// What is compared.
        attribute: AttributePath,
        /// How.
        operator: Operator,
        /// With what.
        value: Data,
    },
    /// `attribute pr`.
    Present(AttributePath),
    /// All of these, two or more, none of them an `And`.
    And(Vec<Filter>),
    /// Any of these, two or more, none of them an `Or`.
    Or(Vec<Filter>),
    /// `not (…)`.
    Not(Box<Filter>),
    /// `attribute[…]`: some value of the attribute matches.
    ValuePath {
        /// The multi-valued attribute.
        attribute: AttributePath,
        /// What one of its values must match; its attributes are sub-attributes, and it has no value path in it.
        filter: Box<Filter>,
    },
}

impl Filter {
    /// Reads a filter.
    pub fn parse(text: &str) -> Result<Filter, SyntaxError> {
        parse::filter(text)
    }

    /// `attribute operator value`. The attribute's name is checked; the value is data, whatever it contains: null, a boolean,
    /// a number or text.
    pub fn compare(attribute: &str, operator: Operator, value: impl Into<Data>) -> Result<Filter, SyntaxError> {
        let value: Data = value.into();
        if value.is_list() || value.is_object() {
            return Err(SyntaxError::new("a filter compares with text, a number, true, false or null, nothing else"));
        }
        Ok(Filter::Compare { attribute: AttributePath::parse(attribute)?, operator, value })
    }

    /// `attribute eq value`.
    pub fn eq(attribute: &str, value: impl Into<Data>) -> Result<Filter, SyntaxError> {
        Filter::compare(attribute, Operator::Equal, value)
    }

    /// `attribute pr`.
    pub fn present(attribute: &str) -> Result<Filter, SyntaxError> {
        AttributePath::parse(attribute).map(Filter::Present)
    }

    /// `attribute[inner]`; the inner filter is about sub-attributes.
    pub fn value_path(attribute: &str, inner: Filter) -> Result<Filter, SyntaxError> {
        if inner.has_value_path() {
            return Err(SyntaxError::new(parse::NESTED));
        }
        Ok(Filter::ValuePath { attribute: AttributePath::parse(attribute)?, filter: Box::new(inner) })
    }

    /// Both.
    pub fn and(self, other: Filter) -> Filter {
        Filter::all(vec![self, other])
    }

    /// Either.
    pub fn or(self, other: Filter) -> Filter {
        Filter::any(vec![self, other])
    }

    /// Not this.
    #[expect(clippy::should_implement_trait, reason = "named as the grammar names it, beside `and` and `or`")]
    pub fn not(self) -> Filter {
        Filter::Not(Box::new(self))
    }

    /// One filter as it is, several joined by `and`.
    fn all(filters: Vec<Filter>) -> Filter {
        join(filters, Filter::And, |filter| match filter {
            Filter::And(parts) => Ok(parts),
            other => Err(other),
        })
    }

    /// One filter as it is, several joined by `or`.
    fn any(filters: Vec<Filter>) -> Filter {
        join(filters, Filter::Or, |filter| match filter {
            Filter::Or(parts) => Ok(parts),
            other => Err(other),
        })
    }

    fn has_value_path(&self) -> bool {
        match self {
            Filter::Compare { .. } | Filter::Present(_) => false,
            Filter::And(parts) | Filter::Or(parts) => parts.iter().any(Filter::has_value_path),
            Filter::Not(inner) => inner.has_value_path(),
            Filter::ValuePath { .. } => true,
        }
    }
}

/// Joins filters; what is such a join already is taken apart, so that each meaning has one tree.
fn join(
    mut filters: Vec<Filter>,
    wrap: fn(Vec<Filter>) -> Filter,
    parts: fn(Filter) -> Result<Vec<Filter>, Filter>,
) -> Filter {
    match filters.pop() {
        Some(only) if filters.is_empty() => only,
        last => {
            let mut flat = Vec::new();
            for filter in filters.into_iter().chain(last) {
                match parts(filter) {
                    Ok(parts) => flat.extend(parts),
                    Err(other) => flat.push(other),
                }
            }
            wrap(flat)
        }
    }
}
