//! Filters over texts, and texts as JSON and numbers.

use super::native::{Native, nullary, unary};
use crate::json;
use crate::number::Number;
use crate::value::{Value, indices_of_part};
use jaq_core::{Error, ValR, ValT as _};

pub(super) fn filters() -> Vec<Native> {
    vec![
        nullary!("tojson", |value: &Value| Ok(Value::from(json::to_text(value)))),
        nullary!("fromjson", fromjson),
        nullary!("tonumber", tonumber),
        nullary!("toboolean", toboolean),
        unary!("indices", indices),
        unary!("join", join),
        unary!("ltrimstr", |value: &Value, part: &Value| {
            let (text, part) = (value.as_text()?, part.as_text()?);
            Ok(text.strip_prefix(part).map_or_else(|| value.clone(), Value::text))
        }),
        unary!("rtrimstr", |value: &Value, part: &Value| {
            let (text, part) = (value.as_text()?, part.as_text()?);
            Ok(text.strip_suffix(part).map_or_else(|| value.clone(), Value::text))
        }),
    ]
}

fn fromjson(value: &Value) -> ValR<Value> {
    let text = value.as_text()?;
    json::read(text).map_err(|wrong| Error::str(format_args!("the text is no JSON: {wrong}")))
}

fn tonumber(value: &Value) -> ValR<Value> {
    let Value::String(text) = value else { return value.as_number().map(|_| value.clone()) };
    if &**text == "nan" {
        return Ok(Value::from(f64::NAN));
    }
    // What JSON and jq have in common: a point may stand at either end, and nothing around it.
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') && text.parse::<f64>().is_ok();
    if is_number { Ok(Value::Number(Number::read(text))) } else { Err(Error::str("the text is no number")) }
}

fn toboolean(value: &Value) -> ValR<Value> {
    match value {
        Value::Bool(_) => Ok(value.clone()),
        Value::String(text) if &**text == "true" => Ok(Value::Bool(true)),
        Value::String(text) if &**text == "false" => Ok(Value::Bool(false)),
        _ => Err(Error::str(format_args!("{value} cannot be read as a boolean"))),
    }
}

fn indices(value: &Value, part: &Value) -> ValR<Value> {
    match (value, part) {
        (Value::Null, _) => Ok(Value::Null),
        (Value::String(_), Value::String(part)) if part.is_empty() => Ok(Value::Null),
        (Value::String(text), Value::String(part)) => {
            let places = text.char_indices().enumerate();
            let starts = places.filter(|(_, (at, _))| text.get(*at..).is_some_and(|rest| rest.starts_with(&**part)));
            Ok(starts.map(|(place, _)| Value::from(place)).collect())
        }
        (Value::Array(list), Value::Array(part)) => Ok(indices_of_part(list, part)),
        (Value::Array(list), part) => {
            Ok(list.iter().enumerate().filter(|(_, element)| *element == part).map(|(at, _)| Value::from(at)).collect())
        }
        _ => value.clone().index(part),
    }
}

/// Null counts as an empty text; numbers and booleans as their JSON.
fn join(value: &Value, separator: &Value) -> ValR<Value> {
    let mut out: Option<String> = None;
    for element in value.clone().values() {
        let element = element?;
        let separator = separator.as_text()?;
        let out = match &mut out {
            Some(out) => {
                out.push_str(separator);
                out
            }
            None => out.insert(String::new()),
        };
        match &element {
            Value::Null => {}
            Value::String(text) => out.push_str(text),
            Value::Bool(_) | Value::Number(_) => json::write(&element, out),
            other => return Err(Error::str(format_args!("{other} cannot be joined to a text"))),
        }
    }
    Ok(Value::from(out.unwrap_or_default()))
}
