//! Values of a flow as swf-runtime takes them: which members are expressions, and how an expression is written.

use crate::lenient::lenient;
use serde_json::{Map, Value};

/// What `$input` is in most expressions of a task: what they are given.
pub(super) const INPUT: Option<&str> = Some(".");

/// Whether a text mentions a variable.
pub(super) fn mentions(text: &str, variable: &str) -> bool {
    text.match_indices(variable).any(|(at, found)| {
        let next = text.get(at + found.len()..).and_then(|rest| rest.chars().next());
        !next.is_some_and(|next| next.is_alphanumeric() || next == '_')
    })
}

pub(super) fn dollar(name: &str) -> String {
    format!("${}", name.trim_start_matches('$'))
}

/// What stands between `${` and `}`, or the whole text.
pub fn bare(text: &str) -> &str {
    let inner = text.trim().strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    inner.unwrap_or(text)
}

/// A bare expression in `${ }`.
pub(super) fn strict(value: &Value) -> Value {
    match value {
        Value::String(text) => format!("${{ {} }}", bare(text).trim()).into(),
        other => other.clone(),
    }
}

/// The value with its expressions as swf-runtime needs them: it takes every `'` of an expression for `"`. In jq a string
/// stands in `"` only, so that an apostrophe in one is written as an escape.
///
/// `input` is what `$input` stands for there, where swf-runtime has the flow's input for the task's.
pub(super) fn quoted(value: Value, input: Option<&str>) -> Value {
    match value {
        Value::String(text) if text.starts_with("${") && text.ends_with('}') => {
            let code = lenient(bare(&text));
            let code = match input {
                Some(input) if mentions(&code, "$input") => format!("{input} as $input | {code}"),
                _ => code,
            };
            escape_apostrophes(&format!("${{ {code} }}")).into()
        }
        Value::Array(items) => items.into_iter().map(|item| quoted(item, input)).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, quoted(value, input))).collect(),
        other => other,
    }
}

/// A task's member, of which some are expressions although no `${ }` says so.
pub(super) fn member(name: &str, mut value: Value, input: Option<&str>) -> Value {
    let bare = match name {
        "if" | "when" => Some(&mut value),
        "input" => value.get_mut("from"),
        "output" | "export" => value.get_mut("as"),
        "switch" => {
            let cases = value.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut);
            for when in cases.flat_map(|case| case.values_mut()).filter_map(|case| case.get_mut("when")) {
                *when = strict(when);
            }
            None
        }
        _ => None,
    };
    if let Some(bare) = bare {
        *bare = strict(bare);
    }
    quoted(value, input)
}

/// The members of a task as swf-runtime needs them.
pub(super) fn members(task: &Value) -> Map<String, Value> {
    let members = task.as_object().into_iter().flatten();
    let lowered = members.map(|(name, value)| {
        let input = match name.as_str() {
            "output" | "export" => Some("$task.input"),
            "input" => None,
            _ => INPUT,
        };
        (name.clone(), member(name, value.clone(), input))
    });
    lowered.collect()
}

fn escape_apostrophes(text: &str) -> String {
    let mut inside = false;
    let mut escaped = false;
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '\'' && inside {
            out.push_str("\\u0027");
        } else {
            out.push(character);
        }
        inside ^= character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
    }
    out
}

/// A member's name in a JSON pointer (RFC 6901).
pub fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
