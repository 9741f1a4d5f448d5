//! Filters as text, in one form only: lower-case words, single spaces, no parenthesis that is not needed, values as JSON.

use super::Filter;
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Filter::Compare { attribute, operator, value } => write!(f, "{attribute} {} {value}", operator.name()),
            Filter::Present(attribute) => write!(f, "{attribute} pr"),
            Filter::And(parts) => chain(f, parts, " and "),
            Filter::Or(parts) => chain(f, parts, " or "),
            Filter::Not(inner) => write!(f, "not ({inner})"),
            Filter::ValuePath { attribute, filter } => write!(f, "{attribute}[{filter}]"),
        }
    }
}

/// `and` binds closer than `or`, so that only an `or` within an `and` needs parentheses.
fn chain(f: &mut Formatter<'_>, parts: &[Filter], word: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        match part {
            Filter::Or(_) if word == " and " => write!(f, "({part})")?,
            part => write!(f, "{part}")?,
        }
    }
    Ok(())
}

impl FromStr for Filter {
    type Err = super::SyntaxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Filter::parse(text)
    }
}
