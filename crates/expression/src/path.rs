//! Expressions that are no more than a path (`.`, `.a."b"`, `$x.y`), which need no sandbox: nothing in them can grow or go on.
//! They give what the sandbox gives, which a test compares.

use crate::error::EvaluationError;
use serde_json::Value;

/// Where a value is found.
#[derive(Debug, PartialEq, Eq)]
pub struct Path {
    /// The variable it begins at, with its `$`; otherwise at the input.
    variable: Option<String>,
    members: Vec<String>,
}

impl Path {
    /// The path that `code`, which is valid jq, is as a whole.
    pub fn read(code: &str, variables: &[String]) -> Option<Self> {
        let (variable, mut rest) = match code.strip_prefix('$') {
            Some(_) => {
                let end = code.find('.').unwrap_or(code.len());
                let (name, rest) = code.split_at_checked(end)?;
                (Some(variables.iter().find(|variable| *variable == name)?.clone()), rest)
            }
            None => (None, code),
        };
        let mut members = Vec::new();
        if rest == "." && variable.is_none() {
            return Some(Self { variable, members });
        }
        while !rest.is_empty() {
            rest = rest.strip_prefix('.')?;
            let (name, after) = match rest.strip_prefix('"') {
                Some(quoted) => {
                    let (name, after) = quoted.split_once('"')?;
                    (Some(name).filter(|name| !name.contains('\\'))?, after)
                }
                None => {
                    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
                    let (name, after) = rest.split_at_checked(end)?;
                    (Some(name).filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))?, after)
                }
            };
            members.push(name.to_owned());
            rest = after;
        }
        (variable.is_some() || !members.is_empty()).then_some(Self { variable, members })
    }

    /// What is there: null where a member or what it would be in is absent.
    ///
    /// # Errors
    ///
    /// A member of what has no members.
    pub fn evaluate<'v>(
        &self,
        input: &'v Value,
        value_of: impl Fn(&str) -> Option<&'v Value>,
    ) -> Result<Value, EvaluationError> {
        let start = match &self.variable {
            Some(name) => value_of(name).unwrap_or(&Value::Null),
            None => input,
        };
        let found = self.members.iter().try_fold(start, |value, name| match value {
            Value::Object(members) => Ok(members.get(name).unwrap_or(&Value::Null)),
            Value::Null => Ok(&Value::Null),
            other => Err(EvaluationError::Failed(format!("cannot index {} with a text", kind(other)))),
        });
        found.cloned()
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_are_paths() {
        let variables = ["$x".to_owned()];
        for path in [".", ".a", ".a.b_c", ".a.\"urn:x y\".b", ".\"a b\"", "$x", "$x.y", "$x.\"y\""] {
            assert!(Path::read(path, &variables).is_some(), "{path}");
        }
        for other in
            ["..", ".a[]", ".a?", ".a | .b", "$y", "$x.", "$x[0]", ".\"\\(.a)\"", ".\"a\\\"b\"", "1", ".a.1", ""]
        {
            assert_eq!(Path::read(other, &variables), None, "{other}");
        }
    }
}
