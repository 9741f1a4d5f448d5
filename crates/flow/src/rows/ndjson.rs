//! One JSON value a line.

use super::text::{NUL, Text, holds_nul};
use super::{Arguments, Place, Read, Sender};
use serde_json::Value;

/// Gives the value of each line; empty lines are passed over.
pub fn prepare(_: &Arguments<'_>) -> Result<Read, String> {
    Ok(Box::new(read))
}

fn read(mut from: Text, to: &mut Sender) -> Result<(), String> {
    let mut line = String::new();
    loop {
        line.clear();
        from.begin_row();
        if !from.line(&mut line)? {
            return Ok(());
        }
        if line.trim().is_empty() {
            continue;
        }
        let number = from.number();
        let row: Value = serde_json::from_str(line.trim_end())
            .map_err(|error| format!("line {number}, column {}: it is not JSON", error.column()))?;
        if holds_nul(&row) {
            return Err(format!("line {number}: {NUL}"));
        }
        if !to.give(row, Place::Line(number)) {
            return Ok(());
        }
    }
}
