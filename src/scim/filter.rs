//! Filters (RFC 7644 section 3.4.2.2).

use super::path::AttributePath;
use serde_json::Value;

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
        value: Value,
    },
    /// `attribute pr`.
    Present(AttributePath),
    /// All of these, two or more.
    And(Vec<Filter>),
    /// Any of these, two or more.
    Or(Vec<Filter>),
    /// `not (…)`.
    Not(Box<Filter>),
    /// `attribute[…]`: some value of the attribute matches.
    ValuePath {
        /// The multi-valued attribute.
        attribute: AttributePath,
        /// What one of its values must match; its attributes are sub-attributes.
        filter: Box<Filter>,
    },
}
