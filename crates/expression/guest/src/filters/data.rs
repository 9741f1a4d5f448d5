//! Filters over lists and objects.

use super::native::{Native, nullary, unary};
use crate::number::Number;
use crate::value::{Value, sorted};
use jaq_core::path::Opt;
use jaq_core::{Error, Exn, ValR, ValT as _};
use std::cmp::Reverse;
use std::rc::Rc;

pub(super) fn filters() -> Vec<Native> {
    vec![
        nullary!("length", length),
        nullary!("keys", keys),
        nullary!("add", add),
        unary!("has", has),
        unary!("contains", |value: &Value, part: &Value| Ok(Value::Bool(contains(value, part)?))),
        unary!("bsearch", bsearch),
        unary!("flatten_", flatten),
        unary!("delpaths", delpaths),
    ]
}

fn length(value: &Value) -> ValR<Value> {
    Ok(match value {
        Value::Null => Value::from(0_usize),
        Value::Number(number) => Value::Number(number.abs()),
        Value::String(text) => Value::from(text.chars().count()),
        Value::Array(list) => Value::from(list.len()),
        Value::Object(members) => Value::from(members.len()),
        Value::Bool(_) => return Err(Error::str(format_args!("{value} has no length"))),
    })
}

fn keys(value: &Value) -> ValR<Value> {
    match value {
        Value::Array(list) => Ok((0..list.len()).map(Value::from).collect()),
        Value::Object(members) => {
            Ok(sorted(members).into_iter().map(|(name, _)| Value::String(name.clone())).collect())
        }
        _ => Err(Error::str(format_args!("{value} has no keys"))),
    }
}

/// The sum of what is in it. Texts are put together in one go; `reduce` would copy what is there at each.
fn add(value: &Value) -> ValR<Value> {
    if let Value::Array(list) = value
        && !list.is_empty()
        && let Some(texts) = list.iter().map(|element| element.as_text().ok()).collect::<Option<Vec<_>>>()
    {
        return Ok(Value::from(texts.concat()));
    }
    let mut sum = Value::Null;
    for element in value.clone().values() {
        sum = (sum + element?)?;
    }
    Ok(sum)
}

fn has(value: &Value, key: &Value) -> ValR<Value> {
    match (value, key) {
        (Value::Object(members), Value::String(name)) => Ok(Value::Bool(members.contains_key(name))),
        (Value::Array(list), Value::Number(number)) => {
            #[allow(clippy::cast_precision_loss, reason = "no list in memory is that long")]
            let there = number.float() >= 0.0 && number.float() < list.len() as f64;
            Ok(Value::Bool(there))
        }
        _ => Err(Error::str(format_args!("cannot check whether {value} has a key that is {key}"))),
    }
}

fn contains(value: &Value, part: &Value) -> Result<bool, Error<Value>> {
    match (value, part) {
        (Value::Object(members), Value::Object(parts)) => {
            for (name, part) in parts.iter() {
                let Some(value) = members.get(name) else { return Ok(false) };
                if !contains(value, part)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Value::Array(list), Value::Array(parts)) => {
            'parts: for part in parts.iter() {
                for value in list.iter() {
                    if value.kind() == part.kind() && contains(value, part)? {
                        continue 'parts;
                    }
                }
                return Ok(false);
            }
            Ok(true)
        }
        (Value::String(text), Value::String(part)) => Ok(text.contains(&**part)),
        _ if value.kind() == part.kind() => Ok(value == part),
        _ => Err(Error::str(format_args!("{value} and {part} cannot have their containment checked"))),
    }
}

/// Where a value stands in a sorted list; where it is not there, one less than the negated place where it belongs.
fn bsearch(value: &Value, target: &Value) -> ValR<Value> {
    let found = value.as_list()?.binary_search(target);
    Ok(found
        .map_or_else(|at| Value::Number(Number::Int(-1) - Number::Int(at.try_into().unwrap_or(i64::MAX))), Value::from))
}

fn flatten(value: &Value, depth: &Value) -> ValR<Value> {
    fn into(list: &[Value], depth: f64, out: &mut Vec<Value>) {
        for element in list {
            match element {
                Value::Array(inner) if depth >= 1.0 => into(inner, depth - 1.0, out),
                other => out.push(other.clone()),
            }
        }
    }
    let depth = depth.as_number()?.float();
    if depth < 0.0 {
        return Err(Error::str("flatten depth must not be negative"));
    }
    let elements: Vec<Value> = value.clone().values().collect::<Result<_, _>>()?;
    let mut out = Vec::new();
    into(&elements, depth, &mut out);
    Ok(out.into_iter().collect())
}

/// Deletes the last paths first, so that none moves what another means.
fn delpaths(value: &Value, paths: &Value) -> ValR<Value> {
    let mut paths = paths.as_list()?.to_vec();
    paths.sort_by_key(|path| Reverse(path.clone()));
    paths.iter().try_fold(value.clone(), |value, path| delete(value, path.as_list()?))
}

fn delete(value: Value, path: &[Value]) -> ValR<Value> {
    let Some((first, rest)) = path.split_first() else { return Ok(Value::Null) };
    // What is not there is deleted already.
    if matches!(value, Value::Null) || matches!(value.clone().index(first)?, Value::Null) && !rest.is_empty() {
        return Ok(value);
    }
    if let (Value::Array(list), Value::Number(number), []) = (&value, first, rest) {
        #[allow(clippy::cast_precision_loss, reason = "no list in memory is that long")]
        if number.float() + (list.len() as f64) < 0.0 {
            return Ok(value);
        }
    }
    if let (Value::Array(list), Value::Array(_)) = (&value, first) {
        let _: &Rc<Vec<Value>> = list;
        return Err(Error::str("cannot delete by a list"));
    }
    let deleted = value.map_index(first, Opt::Essential, |inner| {
        let inner = if rest.is_empty() { None } else { Some(delete(inner, rest).map_err(Exn::from)) };
        inner.into_iter()
    });
    deleted.map_err(|error| error.get_err().unwrap_or_else(|_| Error::str("this cannot be deleted")))
}
