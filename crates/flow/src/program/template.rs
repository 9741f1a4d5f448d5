//! A value with expressions in it, compiled once.

use super::text::bare;
use crate::expression::{Expression, is_expression};
use serde_json::{Map, Value};

/// The variable that holds what the flow exported.
const CONTEXT: &str = "$context";

/// A value with expressions in it. Those that are only a name are not left to jq: a row passes through as it is.
#[derive(Debug)]
pub enum Template {
    /// Without an expression.
    Constant(Value),
    /// `${ . }`.
    Input,
    /// `${ $name }`.
    Variable(String),
    /// Any other expression.
    Expression(Expression),
    /// Elements.
    List(Vec<Template>),
    /// Members.
    Object(Vec<(String, Template)>),
}

impl Template {
    /// Compiles the expressions of a value, which may name `variables` and `$context`. None where they name any other: only
    /// swf-runtime knows those.
    pub(super) fn compile(value: &Value, variables: &[String]) -> Option<Self> {
        Some(match value {
            Value::String(text) if is_expression(text) => match bare(text).trim() {
                "." => Self::Input,
                name if name == CONTEXT || variables.iter().any(|variable| variable == name) => {
                    Self::Variable(name.to_owned())
                }
                _ => {
                    let names: Vec<String> = variables.iter().cloned().chain([CONTEXT.to_owned()]).collect();
                    Self::Expression(Expression::compile(text, &names).ok()?)
                }
            },
            Value::Array(items) => {
                Self::List(items.iter().map(|item| Self::compile(item, variables)).collect::<Option<_>>()?)
            }
            Value::Object(members) => {
                let member = |(name, value): (&String, &Value)| Some((name.clone(), Self::compile(value, variables)?));
                Self::Object(members.iter().map(member).collect::<Option<_>>()?)
            }
            other => Self::Constant(other.clone()),
        })
    }

    /// The value, with `input` as `.`; a variable that is not there is null.
    ///
    /// # Errors
    ///
    /// What jq says.
    pub fn evaluate(&self, input: &Value, variables: &Map<String, Value>, context: &Value) -> Result<Value, String> {
        let variable = |name: &str| if name == CONTEXT { Some(context) } else { variables.get(name) };
        Ok(match self {
            Self::Constant(value) => value.clone(),
            Self::Input => input.clone(),
            Self::Variable(name) => variable(name).cloned().unwrap_or_default(),
            Self::Expression(expression) => expression.evaluate(input, variable)?,
            Self::List(items) => {
                items.iter().map(|item| item.evaluate(input, variables, context)).collect::<Result<_, _>>()?
            }
            Self::Object(members) => {
                let member = |(name, value): &(String, Template)| {
                    Ok::<_, String>((name.clone(), value.evaluate(input, variables, context)?))
                };
                Value::Object(members.iter().map(member).collect::<Result<_, _>>()?)
            }
        })
    }
}
