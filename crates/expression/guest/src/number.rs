//! Numbers as jq 1.8 has them, except that integers stay exact as far as 64 bits go. Knows their text in JSON; knows no value.

use std::cmp::Ordering;
use std::ops::{Add, Mul, Neg, Sub};
use std::rc::Rc;

/// A number.
#[derive(Clone, Debug)]
pub enum Number {
    /// An integer; sums, differences and products stay exact while they fit.
    Int(i64),
    /// What was computed otherwise.
    Float(f64),
    /// A literal that neither of them can hold. It is printed as it was read until something is computed from it.
    Literal(Rc<str>, f64),
}

impl Number {
    /// Reads a number of JSON or jq; what is none reads as NaN, and never comes here.
    pub fn read(text: &str) -> Self {
        if let Ok(integer) = text.parse() {
            // `-0` is a float, as in jq.
            if integer != 0 || !text.starts_with('-') {
                return Self::Int(integer);
            }
        }
        let float = text.parse().unwrap_or(f64::NAN);
        if text.starts_with(['.', '+']) || text.ends_with('.') || written(float) == text {
            Self::Float(float)
        } else {
            Self::Literal(text.into(), float)
        }
    }

    /// The number as jq computes with it.
    pub fn float(&self) -> f64 {
        match self {
            #[allow(clippy::cast_precision_loss, reason = "jq computes with doubles")]
            Self::Int(integer) => *integer as f64,
            Self::Float(float) | Self::Literal(_, float) => *float,
        }
    }

    /// An integer where the number is one.
    pub fn integer(&self) -> Option<i64> {
        match self {
            Self::Int(integer) => Some(*integer),
            Self::Float(float) | Self::Literal(_, float) =>
            {
                #[allow(clippy::cast_possible_truncation, reason = "checked to be within 2^53")]
                (float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_992.0).then_some(*float as i64)
            }
        }
    }

    /// The number in JSON: NaN as null, the infinities as the greatest numbers, as jq writes them.
    pub fn write(&self, out: &mut String) {
        use std::fmt::Write;
        match self {
            Self::Int(integer) => {
                // Writing into a text cannot fail.
                let _ = write!(out, "{integer}");
            }
            Self::Float(float) => out.push_str(&written(*float)),
            Self::Literal(text, _) => out.push_str(text),
        }
    }

    /// The number without its sign.
    pub fn abs(&self) -> Self {
        match self {
            Self::Int(integer) => integer.checked_abs().map_or(Self::Float(self.float().abs()), Self::Int),
            _ if self.float() < 0.0 => Self::Float(-self.float()),
            other => other.clone(),
        }
    }

    /// How jq's operators compare: NaN is less than every number, itself included.
    pub fn compare(&self, other: &Self) -> Ordering {
        if self.float().is_nan() { Ordering::Less } else { self.order(other) }
    }

    /// How numbers sort: as [`Self::compare`], but as an order.
    pub fn order(&self, other: &Self) -> Ordering {
        if let (Self::Int(left), Self::Int(right)) = (self, other) {
            return left.cmp(right);
        }
        if let (Self::Literal(left, _), Self::Literal(right, _)) = (self, other)
            && left == right
        {
            return Ordering::Equal;
        }
        let (left, right) = (self.float(), other.float());
        left.partial_cmp(&right).unwrap_or_else(|| right.is_nan().cmp(&left.is_nan()))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        !self.float().is_nan() && self.order(other) == Ordering::Equal
    }
}

macro_rules! exact_or_float {
    ($operator:ident, $method:ident, $checked:ident) => {
        impl $operator for Number {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                match (&self, &other) {
                    (Self::Int(left), Self::Int(right)) => left.$checked(*right).map(Self::Int),
                    _ => None,
                }
                .unwrap_or_else(|| Self::Float(self.float().$method(other.float())))
            }
        }
    };
}

exact_or_float!(Add, add, checked_add);
exact_or_float!(Sub, sub, checked_sub);
exact_or_float!(Mul, mul, checked_mul);

impl Neg for Number {
    type Output = Self;
    fn neg(self) -> Self {
        match &self {
            Self::Int(integer) => integer.checked_neg().map_or(Self::Float(-self.float()), Self::Int),
            Self::Literal(text, float) => {
                let negated = text.strip_prefix('-').map_or_else(|| format!("-{text}"), str::to_owned);
                Self::Literal(negated.into(), -float)
            }
            Self::Float(float) => Self::Float(-float),
        }
    }
}

/// A float as jq writes it: the shortest digits that give it back, with an exponent below 1e-5 and where more than 15 zeros
/// would follow the digits.
fn written(float: f64) -> String {
    if float.is_nan() {
        return "null".into();
    }
    let float = float.clamp(f64::MIN, f64::MAX);
    let short = format!("{float:e}");
    let (digits, exponent) = short.split_once('e').unwrap_or((&short, "0"));
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let digits = digits.replace('.', "");
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let point = exponent + 1;
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    if digits == "0" {
        format!("{sign}0")
    } else if point <= -5 || point > count + 15 {
        let (first, rest) = digits.split_at_checked(1).unwrap_or((&digits, ""));
        let dot = if rest.is_empty() { "" } else { "." };
        let direction = if exponent < 0 { '-' } else { '+' };
        format!("{sign}{first}{dot}{rest}e{direction}{:02}", exponent.abs())
    } else if point <= 0 {
        format!("{sign}0.{}{digits}", zeros(-point))
    } else if point >= count {
        format!("{sign}{digits}{}", zeros(point - count))
    } else {
        let (whole, fraction) = digits.split_at_checked(usize::try_from(point).unwrap_or_default()).unwrap_or_default();
        format!("{sign}{whole}.{fraction}")
    }
}
