//! The border to the connector's own documents, which are read and written as `serde_json::Value`: inputs and outputs of
//! `invoke`, forms, profiles, failures.

use super::Resource;
use super::data::{Data, Node, Number};
use super::overlay::Text;
use crate::gather::Gather as _;
use serde_json::{Map, Value};

impl From<&Value> for Data {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Data::NULL,
            Value::Bool(flag) => (*flag).into(),
            Value::Number(number) => Number(Text::Own(number.to_string())).into(),
            Value::String(text) => text.into(),
            Value::Array(items) => items.iter().collect(),
            Value::Object(object) => Resource::from(object).into(),
        }
    }
}

impl From<Value> for Data {
    fn from(value: Value) -> Self {
        (&value).into()
    }
}

impl From<&Map<String, Value>> for Resource {
    fn from(object: &Map<String, Value>) -> Self {
        object.iter().map(|(name, value)| (name.clone(), Data::from(value))).collect()
    }
}

impl From<Map<String, Value>> for Resource {
    fn from(object: Map<String, Value>) -> Self {
        (&object).into()
    }
}

impl From<&Data> for Value {
    fn from(data: &Data) -> Self {
        match data.node() {
            Node::Null => Value::Null,
            Node::Bool(flag) => flag.into(),
            Node::Number(number) => number.to_string().parse().map_or(Value::Null, Value::Number),
            Node::Text(text) => text.into(),
            Node::List(items) => items.iter().map(Value::from).collect(),
            Node::Object(object) => object.into(),
        }
    }
}

impl From<Data> for Value {
    fn from(data: Data) -> Self {
        (&data).into()
    }
}

impl From<&Resource> for Value {
    fn from(object: &Resource) -> Self {
        Value::Object(object.into())
    }
}

impl From<&Resource> for Map<String, Value> {
    fn from(object: &Resource) -> Self {
        object.iter().map(|(name, value)| (name.to_owned(), value.into())).gather()
    }
}

impl From<Resource> for Value {
    fn from(object: Resource) -> Self {
        (&object).into()
    }
}

impl From<f64> for Data {
    fn from(number: f64) -> Self {
        Value::from(number).into()
    }
}
