//! `+ - * / %` and the sign, as jq 1.8 has them. Knows values and numbers only.

use crate::number::Number;
use crate::value::{Members, Value};
use jaq_core::ops::Math;
use jaq_core::{Error, ValR as Result};
use std::ops::{Add, Div, Mul, Neg, Rem, Sub};
use std::rc::Rc;

impl Add for Value {
    type Output = Result<Self>;
    fn add(self, other: Self) -> Self::Output {
        match (self, other) {
            (Self::Null, value) | (value, Self::Null) => Ok(value),
            (Self::Number(left), Self::Number(right)) => Ok(Self::Number(left + right)),
            (Self::String(left), Self::String(right)) => {
                let mut text = String::with_capacity(left.len() + right.len());
                text.push_str(&left);
                text.push_str(&right);
                Ok(Self::from(text))
            }
            (Self::Array(mut left), Self::Array(right)) => {
                Rc::make_mut(&mut left).extend(right.iter().cloned());
                Ok(Self::Array(left))
            }
            (Self::Object(mut left), Self::Object(right)) => {
                let members = right.iter().map(|(name, value)| (name.clone(), value.clone()));
                Rc::make_mut(&mut left).extend(members);
                Ok(Self::Object(left))
            }
            (left, right) => Err(Error::math(left, Math::Add, right)),
        }
    }
}

impl Sub for Value {
    type Output = Result<Self>;
    fn sub(self, other: Self) -> Self::Output {
        match (self, other) {
            (Self::Number(left), Self::Number(right)) => Ok(Self::Number(left - right)),
            (Self::Array(mut left), Self::Array(right)) => {
                Rc::make_mut(&mut left).retain(|element| !right.contains(element));
                Ok(Self::Array(left))
            }
            (left, right) => Err(Error::math(left, Math::Sub, right)),
        }
    }
}

impl Mul for Value {
    type Output = Result<Self>;
    fn mul(self, other: Self) -> Self::Output {
        match (self, other) {
            (Self::Number(left), Self::Number(right)) => Ok(Self::Number(left * right)),
            (Self::String(text), Self::Number(times)) | (Self::Number(times), Self::String(text)) => {
                repeated(&text, times.float())
            }
            (Self::Object(left), Self::Object(right)) => Ok(Self::Object(merged(left, &right))),
            (left, right) => Err(Error::math(left, Math::Mul, right)),
        }
    }
}

/// `"ab" * 2`: null for a negative number; a part of a turn does not count.
fn repeated(text: &str, times: f64) -> Result<Value> {
    if times < 0.0 || times.is_nan() {
        return Ok(Value::Null);
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative; saturates")]
    let times = times as usize;
    let fits = text.len().checked_mul(times).is_some_and(|length| isize::try_from(length).is_ok());
    if fits { Ok(Value::from(text.repeat(times))) } else { Err(Error::str("the repeated text would be too long")) }
}

fn merged(mut left: Rc<Members>, right: &Members) -> Rc<Members> {
    let members = Rc::make_mut(&mut left);
    for (name, value) in right {
        let merged = match (members.get_mut(name).map(std::mem::take), value) {
            (Some(Value::Object(left)), Value::Object(right)) => Value::Object(merged(left, right)),
            _ => value.clone(),
        };
        members.insert(name.clone(), merged);
    }
    left
}

impl Div for Value {
    type Output = Result<Self>;
    fn div(self, other: Self) -> Self::Output {
        match (self, other) {
            (Self::Number(left), Self::Number(right)) => {
                if right.float() == 0.0 {
                    return Err(Error::str("cannot divide by zero"));
                }
                if let (Number::Int(left), Number::Int(right)) = (&left, &right)
                    && let (Some(0), Some(quotient)) = (left.checked_rem(*right), left.checked_div(*right))
                {
                    return Ok(Self::from(quotient));
                }
                Ok(Self::from(left.float() / right.float()))
            }
            (Self::String(text), Self::String(separator)) => Ok(split(&text, &separator)),
            (left, right) => Err(Error::math(left, Math::Div, right)),
        }
    }
}

fn split(text: &str, separator: &str) -> Value {
    if text.is_empty() {
        Value::Array(Rc::default())
    } else if separator.is_empty() {
        text.chars().map(|c| Value::from(c.to_string())).collect()
    } else {
        text.split(separator).map(Value::text).collect()
    }
}

impl Rem for Value {
    type Output = Result<Self>;
    fn rem(self, other: Self) -> Self::Output {
        let (Self::Number(left), Self::Number(right)) = (&self, &other) else {
            return Err(Error::math(self, Math::Rem, other));
        };
        if left.float().is_nan() || right.float().is_nan() {
            return Ok(Self::from(f64::NAN));
        }
        #[allow(clippy::cast_possible_truncation, reason = "jq cuts off what is behind the point")]
        let whole = |number: &Number| if let Number::Int(integer) = number { *integer } else { number.float() as i64 };
        let (left, right) = (whole(left), whole(right));
        if right == 0 {
            return Err(Error::str("cannot divide by zero"));
        }
        let remainder = left.unsigned_abs() % right.unsigned_abs();
        #[allow(clippy::cast_possible_wrap, reason = "less than 2^63, being less than the divisor")]
        let remainder = remainder as i64;
        Ok(Self::from(if left < 0 { -remainder } else { remainder }))
    }
}

impl Neg for Value {
    type Output = Result<Self>;
    fn neg(self) -> Self::Output {
        match self {
            Self::Number(number) => Ok(Self::Number(-number)),
            other => Err(Error::str(format_args!("{other} cannot be negated"))),
        }
    }
}
