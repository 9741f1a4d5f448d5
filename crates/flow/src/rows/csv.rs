//! CSV (RFC 4180) with a header.

use super::{From, Sender};
use serde_json::{Map, Value};

/// Gives an object for each line, with the header's names.
pub fn read(from: From, with: &Map<String, Value>, to: &mut Sender) -> Result<(), String> {
    let delimiter = match with.get("delimiter") {
        None => b',',
        Some(Value::String(text)) if text == "tab" => b'\t',
        Some(Value::String(text)) if text.len() == 1 => text.bytes().next().unwrap_or(b','),
        Some(other) => return Err(format!("`delimiter` must be one character such as \";\" or \"tab\", not {other}")),
    };
    let mut reader = ::csv::ReaderBuilder::new().delimiter(delimiter).from_reader(from);
    let header: Vec<String> = reader.headers().map_err(plain)?.iter().map(|name| name.trim().to_owned()).collect();
    if let ([only], None) = (&header[..], with.get("delimiter"))
        && let Some(other) = [';', '\t', '|'].into_iter().find(|other| only.contains(*other))
    {
        let other = if other == '\t' { "tab".to_owned() } else { other.to_string() };
        return Err(format!(
            "line 1: there is one column, \"{only}\"; write `delimiter: \"{other}\"` if that parts them"
        ));
    }
    for (index, name) in header.iter().enumerate() {
        if name.is_empty() {
            return Err(format!("line 1: column {} has no name", index + 1));
        }
        if header.iter().take(index).any(|other| other == name) {
            return Err(format!("line 1: two columns are called \"{name}\""));
        }
    }
    for record in reader.records() {
        let record = record.map_err(plain)?;
        let cells = header.iter().zip(&record).filter(|(_, cell)| !cell.is_empty());
        let row = cells.map(|(name, cell)| (name.clone(), cell.into())).collect();
        if !to.give(Value::Object(row)) {
            break;
        }
    }
    Ok(())
}

fn plain(error: ::csv::Error) -> String {
    let line = error.position().map_or_else(|| "line 1".to_owned(), |place| format!("line {}", place.line()));
    match error.kind() {
        ::csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{line}: it has {len} cells, and the header has {expected_len}")
        }
        ::csv::ErrorKind::Utf8 { .. } => format!("{line}: it is not UTF-8"),
        ::csv::ErrorKind::Io(error) => error.to_string(),
        _ => format!("{line}: {error}"),
    }
}
