//! LDIF content records (RFC 2849).

use super::{From, Lines, Sender};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

/// Gives an object for each entry: `dn`, and for each attribute, with its options, a list of values.
pub fn read(from: From, _: &Map<String, Value>, to: &mut Sender) -> Result<(), String> {
    let mut lines = Lines::new(from);
    let mut entry = Map::new();
    let mut held: Option<(usize, String)> = None;
    let mut comment = false;
    loop {
        let line = lines.next()?;
        if let Some(rest) = line.as_deref().and_then(|line| line.strip_prefix(' ')) {
            // A long line goes on (RFC 2849 note 2).
            match (&mut held, comment) {
                (_, true) => {}
                (Some((_, text)), false) => text.push_str(rest),
                (None, false) => return Err(format!("line {}: it goes on from no line before it", lines.number)),
            }
            continue;
        }
        comment = line.as_deref().is_some_and(|line| line.starts_with('#'));
        if let Some((number, text)) = held.take() {
            member(&mut entry, &text).map_err(|error| format!("line {number}: {error}"))?;
        }
        match line {
            _ if comment => {}
            Some(line) if !line.is_empty() => held = Some((lines.number, line)),
            ended => {
                if !entry.is_empty() && !to.give(Value::Object(std::mem::take(&mut entry))) {
                    return Ok(());
                }
                if ended.is_none() {
                    return Ok(());
                }
            }
        }
    }
}

fn member(entry: &mut Map<String, Value>, text: &str) -> Result<(), String> {
    let (name, value) = text.split_once(':').ok_or("it has no `:`")?;
    let value = match value.as_bytes().first() {
        Some(b':') => {
            let encoded = value.get(1..).unwrap_or_default().trim();
            let bytes = STANDARD.decode(encoded).map_err(|_| format!("the value of {name} is not base64"))?;
            // What is no text, a photograph for example, stays as it came.
            String::from_utf8(bytes).unwrap_or_else(|_| encoded.to_owned())
        }
        Some(b'<') => return Err(format!("the value of {name} is a reference, which is not followed")),
        _ => value.trim_start_matches(' ').to_owned(),
    };
    match name.to_ascii_lowercase().as_str() {
        "version" if entry.is_empty() => {
            return if value == "1" { Ok(()) } else { Err(format!("version {value} of LDIF is not known")) };
        }
        "dn" if entry.is_empty() => {
            entry.insert("dn".into(), value.into());
        }
        _ if entry.is_empty() => return Err(format!("an entry begins with dn, not with {name}")),
        "dn" => return Err("a second dn; an empty line goes between entries".into()),
        "changetype" if value != "add" => {
            return Err(format!("changetype: {value} is a change, and only entries are read"));
        }
        "changetype" => {}
        _ => match entry.get_mut(name) {
            Some(Value::Array(values)) => values.push(value.into()),
            _ => {
                entry.insert(name.to_owned(), vec![Value::from(value)].into());
            }
        },
    }
    Ok(())
}
