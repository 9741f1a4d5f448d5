//! Asynchronous requests (RFC 9967): handed in now, collected later.

use super::{Input, Output};
use crate::catalog::table::Row;
use crate::failure::Result;
use crate::http::client::Client;
use crate::scim::bulk;
use serde_json::{Map, Value, json};

/// A request the provider carries out later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The transaction identifier, `Set-Txn`.
    pub transaction: String,
    /// Where to look for the result.
    pub location: Option<String>,
}

impl Ticket {
    /// The JSON form.
    pub fn to_json(&self) -> Value {
        let mut object = Map::new();
        object.insert("transaction".into(), json!(self.transaction));
        object.extend(self.location.iter().map(|location| ("location".to_owned(), json!(location))));
        Value::Object(object)
    }
}

/// How far it has come.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// Not done; ask again after so many milliseconds.
    Pending(u64),
    /// Done.
    Done(Box<bulk::Outcome>),
}

impl Progress {
    /// The JSON form.
    pub fn to_json(&self) -> Value {
        match self {
            Progress::Pending(pause) => json!({"done": false, "retryAfterMs": pause}),
            Progress::Done(outcome) => json!({"done": true, "result": outcome.to_json()}),
        }
    }
}

/// Hands a request in, or collects its result.
pub fn run(_: &Client<'_>, row: &Row, _: &Input) -> Result<Output> {
    Err(crate::call::unavailable(row.name))
}
