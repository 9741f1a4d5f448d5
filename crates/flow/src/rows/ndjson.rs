//! One JSON value a line.

use super::{From, Lines, Sender};
use serde_json::{Map, Value};

/// Gives the value of each line; empty lines are passed over.
pub fn read(from: From, _: &Map<String, Value>, to: &mut Sender) -> Result<(), String> {
    let mut lines = Lines::new(from);
    while let Some(line) = lines.next()? {
        if line.trim().is_empty() {
            continue;
        }
        let row = serde_json::from_str(&line)
            .map_err(|error| format!("line {}, column {}: it is not JSON", lines.number, error.column()))?;
        if !to.give(row) {
            break;
        }
    }
    Ok(())
}
