//! A value with expressions in it, compiled once.

use crate::expression::{self, EvaluationError, Expression, ExpressionError, is_expression, parts};
use serde_json::Value;

/// A value with expressions in it.
#[derive(Debug)]
pub struct Template {
    shape: Shape,
    /// In the order in which they are evaluated.
    expressions: Vec<Expression>,
}

#[derive(Debug)]
enum Shape {
    /// Without an expression.
    Constant(Value),
    /// The result of the expression of this number.
    Result(usize),
    List(Vec<Shape>),
    Object(Vec<(String, Shape)>),
    /// Text with results in it.
    Text(Vec<Shape>),
}

/// What finds the value of a variable by its name, with its `$`.
pub trait Variables: Sync {
    /// The value; none is null.
    fn value(&self, name: &str) -> Option<&Value>;
}

/// How texts of a value are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Texts {
    /// `${ ... }` is an expression, any other text is itself.
    Whole,
    /// `${ ... }` may stand among other text.
    Mixed,
}

impl Template {
    /// A value in which each text of the form `${ ... }` is an expression.
    ///
    /// # Errors
    /// The first expression that is none.
    pub fn value(value: &Value, variables: &[String]) -> Result<Self, ExpressionError> {
        Self::read(value, variables, Texts::Whole)
    }

    /// As [`Template::value`], but a text alone is an expression also without `${ }`.
    ///
    /// # Errors
    /// The first expression that is none.
    pub fn data(value: &Value, variables: &[String]) -> Result<Self, ExpressionError> {
        match value {
            Value::String(text) => {
                Ok(Self { shape: Shape::Result(0), expressions: vec![expression::compile(text, variables)?] })
            }
            other => Self::value(other, variables),
        }
    }

    /// As [`Template::value`], and `${ ... }` may stand among other text.
    ///
    /// # Errors
    /// The first expression that is none.
    pub fn text(value: &Value, variables: &[String]) -> Result<Self, ExpressionError> {
        Self::read(value, variables, Texts::Mixed)
    }

    fn read(value: &Value, variables: &[String], texts: Texts) -> Result<Self, ExpressionError> {
        let mut expressions = Vec::new();
        let shape = shape(value, variables, texts, &mut expressions)?;
        Ok(Self { shape: if expressions.is_empty() { Shape::Constant(value.clone()) } else { shape }, expressions })
    }

    /// The value, with `input` as `.`.
    ///
    /// # Errors
    /// Those of the first expression that fails.
    pub async fn evaluate(&self, input: &Value, variables: &dyn Variables) -> Result<Value, EvaluationError> {
        if let Shape::Constant(value) = &self.shape {
            return Ok(value.clone());
        }
        let mut results = Vec::with_capacity(self.expressions.len());
        for expression in &self.expressions {
            results.push(evaluate(expression, input, variables).await?);
        }
        Ok(build(&self.shape, &mut results))
    }
}

/// Evaluates one expression, with `input` as `.`.
///
/// # Errors
/// What the expression raises, no result or several, and each limit.
pub async fn evaluate(
    expression: &Expression,
    input: &Value,
    variables: &dyn Variables,
) -> Result<Value, EvaluationError> {
    let engine = expression::engine().map_err(|message| EvaluationError::Failed(message.to_owned()))?;
    engine.evaluate(expression, input, |name| variables.value(name)).await
}

fn shape(
    value: &Value,
    variables: &[String],
    texts: Texts,
    expressions: &mut Vec<Expression>,
) -> Result<Shape, ExpressionError> {
    let mut result = |text: &str| {
        expressions.push(expression::compile(text, variables)?);
        Ok::<_, ExpressionError>(Shape::Result(expressions.len() - 1))
    };
    Ok(match value {
        Value::String(text) if is_expression(text) && (texts == Texts::Whole || parts(text).len() == 1) => {
            result(text)?
        }
        Value::String(text) if texts == Texts::Mixed && text.contains("${") => {
            let mut shapes = Vec::new();
            let mut from = 0;
            for (at, part) in parts(text) {
                shapes.push(Shape::Constant(text.get(from..at).unwrap_or_default().into()));
                shapes.push(result(part)?);
                from = at + part.len();
            }
            shapes.push(Shape::Constant(text.get(from..).unwrap_or_default().into()));
            Shape::Text(shapes)
        }
        Value::Array(items) => {
            let items = items.iter().map(|item| shape(item, variables, texts, expressions));
            Shape::List(items.collect::<Result<_, _>>()?)
        }
        Value::Object(members) => {
            let mut shapes = Vec::new();
            for (name, member) in members {
                shapes.push((name.clone(), shape(member, variables, texts, expressions)?));
            }
            Shape::Object(shapes)
        }
        other => Shape::Constant(other.clone()),
    })
}

fn build(shape: &Shape, results: &mut [Value]) -> Value {
    match shape {
        Shape::Constant(value) => value.clone(),
        Shape::Result(number) => results.get_mut(*number).map(Value::take).unwrap_or_default(),
        Shape::List(items) => items.iter().map(|item| build(item, results)).collect(),
        Shape::Object(members) => {
            Value::Object(members.iter().map(|(name, member)| (name.clone(), build(member, results))).collect())
        }
        Shape::Text(parts) => {
            let parts = parts.iter().map(|part| match build(part, results) {
                Value::String(text) => text,
                other => other.to_string(),
            });
            parts.collect::<String>().into()
        }
    }
}
