//! What jq 1.8 has and jaq has not, or has otherwise: native filters here, definitions in `jq18.jq`. It knows how filters are
//! registered, and nothing of the sandbox.

mod data;
mod encoding;
mod native;
mod regex;
mod text;
mod time;

pub use native::Data;

use crate::value::Value;
use jaq_core::box_iter::box_once;
use jaq_core::load::parse::Def;
use jaq_core::native::{Fun, bome, run, v};
use jaq_core::{Error, ValR, load};
use native::{Native, nullary};

/// jaq's filters that our definitions build on under another name, since a definition cannot name what it replaces.
const RENAMED: [(&str, &str); 2] = [("limit", "limit_"), ("skip", "skip_")];

/// jaq's filters that are not there: they reach for a system that the sandbox does not have.
const ABSENT: [&str; 10] = [
    "env",
    "halt",
    "halt_error",
    "input",
    "inputs",
    "debug",
    "debug_empty",
    "stderr",
    "stderr_empty",
    "input_line_number",
];

/// Every native filter.
pub fn natives() -> Vec<Fun<Data>> {
    let ours: Vec<Native> =
        [kinds(), data::filters(), encoding::filters(), regex::filters(), text::filters(), time::filters()]
            .into_iter()
            .flatten()
            .collect();
    let is_ours = |name: &str| ours.iter().any(|(ours, ..)| *ours == name);
    let jaq =
        jaq_core::funs::<Data>().chain(jaq_std::funs()).filter(|(name, ..)| !is_ours(name) && !ABSENT.contains(name));
    let jaq: Vec<_> = jaq.collect();
    // jaq's own definitions name them as they are.
    let renamed = jaq_core::funs::<Data>().filter_map(|(name, arguments, filter)| {
        let (_, renamed) = RENAMED.iter().find(|(old, _)| *old == name)?;
        Some((*renamed, arguments, filter))
    });
    jaq.into_iter().chain(renamed).chain(ours.into_iter().map(run::<Data>)).collect()
}

/// Every definition. Of two with the same name, what follows sees the later one.
pub fn definitions() -> Vec<Def<&'static str>> {
    let native: Vec<_> = natives().into_iter().map(|(name, arguments, _)| (name, arguments.len())).collect();
    let ours = load::parse(include_str!("jq18.jq"), |parser| parser.defs()).unwrap_or_default();
    let replaced = |definition: &Def<&str>| {
        native.contains(&(definition.name, definition.args.len())) || ABSENT.contains(&definition.name)
    };
    let jaq: Vec<_> = jaq_core::defs().chain(jaq_std::defs()).filter(|definition| !replaced(definition)).collect();
    jaq.into_iter().chain(ours).collect()
}

/// Kinds of values, and the constants. jaq compares with one value of each kind, which takes longer.
fn kinds() -> Vec<Native> {
    fn is(f: fn(&Value) -> bool) -> impl Fn(&Value) -> ValR<Value> {
        move |value| Ok(Value::Bool(f(value)))
    }
    fn float(value: &Value) -> Result<f64, Error<Value>> {
        value.as_number().map(crate::number::Number::float)
    }
    vec![
        ("null", v(0), |_| box_once(Ok(Value::Null))),
        ("true", v(0), |_| box_once(Ok(Value::Bool(true)))),
        ("false", v(0), |_| box_once(Ok(Value::Bool(false)))),
        ("nan", v(0), |_| box_once(Ok(Value::from(f64::NAN)))),
        ("infinite", v(0), |_| box_once(Ok(Value::from(f64::INFINITY)))),
        nullary!("type", |value: &Value| Ok(Value::text(value.kind()))),
        nullary!("isboolean", is(|value| matches!(value, Value::Bool(_)))),
        nullary!("isnumber", is(|value| matches!(value, Value::Number(_)))),
        nullary!("isstring", is(|value| matches!(value, Value::String(_)))),
        nullary!("isarray", is(|value| matches!(value, Value::Array(_)))),
        nullary!("isobject", is(|value| matches!(value, Value::Object(_)))),
        nullary!("isnan", |value: &Value| Ok(Value::Bool(float(value)?.is_nan()))),
        nullary!("isinfinite", |value: &Value| Ok(Value::Bool(float(value)?.is_infinite()))),
        nullary!("isnormal", |value: &Value| Ok(Value::Bool(float(value)?.is_normal()))),
        nullary!("abs", |value: &Value| Ok(match value {
            Value::Number(number) => Value::Number(number.abs()),
            other => other.clone(),
        })),
        nullary!("now", |_: &Value| Ok(Value::from(crate::now()))),
        ("not", v(0), |cv| bome(Ok(Value::Bool(!jaq_core::ValT::as_bool(&cv.1))))),
    ]
}
