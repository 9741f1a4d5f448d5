//! The shapes of native filters: how one is registered, by how many arguments it takes.

use crate::value::Value;
use jaq_core::RunPtr;
use jaq_core::data::JustLut;
use jaq_core::native::Filter;

/// What filters work on: values, and nothing besides the program.
pub type Data = JustLut<Value>;

/// A native filter.
pub(super) type Native = Filter<RunPtr<Data>>;

/// A filter without arguments.
macro_rules! nullary {
    ($name:literal, $f:expr) => {
        ($name, jaq_core::native::v(0), |cv| jaq_core::native::bome($f(&cv.1)))
    };
}
/// A filter with one argument that is a value.
macro_rules! unary {
    ($name:literal, $f:expr) => {
        ($name, jaq_core::native::v(1), |cv| jaq_core::native::unary(cv, |input, argument| $f(&input, &argument)))
    };
}
pub(super) use {nullary, unary};
