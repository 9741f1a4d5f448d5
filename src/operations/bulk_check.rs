//! Bulk operations that go in several calls: each call's share is checked as `bulk` checks its own, and what it refers to is told, so
//! that whoever sends them can say what must come first. It sends nothing and knows no connection.

use super::bulk_body::complete;
use crate::failure::Result;
use crate::input::json::bulk_operations;
use crate::scim::bulk::check::{Scope, prepare};
use crate::scim::bulk::{Operation, references};
use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;

/// What is to be known of an operation before it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Whether carrying it out twice is the same as once.
    pub repeatable: bool,
    /// The names it refers to; true for one that must be there, since it stands as a whole text.
    pub references: Vec<(String, bool)>,
}

/// Checks operations, a JSON list as that of `bulk`. Names that none of them has are taken for those of others.
pub fn check(operations: &str) -> Result<Vec<Checked>> {
    let at = |index: usize| format!("/operations/{index}");
    let mut operations = bulk_operations(operations, &at)?;
    let found: Vec<Vec<(String, bool)>> = operations.iter().map(references_of).collect();
    let prepared = prepare(&mut operations, &[], Scope::Beyond, &at, &complete)?;
    let checked = prepared.iter().zip(found);
    Ok(checked.map(|(it, references)| Checked { repeatable: it.idempotent, references }).collect())
}

/// The names an operation refers to, once each.
fn references_of(operation: &Operation) -> Vec<(String, bool)> {
    let mut found = BTreeMap::new();
    let mut tell = |name: &str, whole: bool| *found.entry(name.to_owned()).or_default() |= whole;
    for segment in operation.path.split('/') {
        let decoded = percent_decode_str(segment.trim()).decode_utf8_lossy();
        references::whole(&decoded).into_iter().for_each(|name| tell(name, true));
    }
    if let Some(data) = &operation.data {
        references::each(data, &mut |name, whole| tell(name, whole));
    }
    found.into_iter().collect()
}
