//! JSON text of values. Both ways recurse, and the sandbox bounds the stack; results are bounded in depth here, since the host
//! reads them on a stack of its own.

use crate::number::Number;
use crate::value::{Members, Value};
use std::rc::Rc;

/// A value as JSON, as `tojson` and the text of a value have it.
pub fn to_text(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

/// Writes a value behind what is in `out`.
pub fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => number.write(out),
        Value::String(text) => write_text(text, out),
        Value::Array(list) => {
            out.push('[');
            for (at, element) in list.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(element, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (at, (name, value)) in members.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_text(name, out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
    }
}

fn write_text(text: &str, out: &mut String) {
    use std::fmt::Write;
    out.push('"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0c => "\\f",
            0..0x20 | 0x7f => "",
            _ => continue,
        };
        out.push_str(text.get(plain..at).unwrap_or_default());
        out.push_str(escape);
        if escape.is_empty() {
            // Writing into a text cannot fail.
            let _ = write!(out, "\\u{byte:04x}");
        }
        plain = at + 1;
    }
    out.push_str(text.get(plain..).unwrap_or_default());
    out.push('"');
}

/// How deep a value is nested, as far as `limit`.
pub fn is_deeper_than(value: &Value, limit: usize) -> bool {
    let Some(limit) = limit.checked_sub(1) else {
        return matches!(value, Value::Array(_) | Value::Object(_));
    };
    match value {
        Value::Array(list) => list.iter().any(|value| is_deeper_than(value, limit)),
        Value::Object(members) => members.values().any(|value| is_deeper_than(value, limit)),
        _ => false,
    }
}

/// Reads one JSON value.
///
/// # Errors
///
/// What is wrong, without what is there.
pub fn read(text: &str) -> Result<Value, &'static str> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value()?;
    reader.blank();
    if reader.at == text.len() { Ok(value) } else { Err("something follows the value") }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.text.get(self.at..).is_some_and(|rest| rest.starts_with(text));
        self.at += if found { text.len() } else { 0 };
        found
    }

    fn value(&mut self) -> Result<Value, &'static str> {
        self.blank();
        match self.peek() {
            Some(b'n') if self.eat("null") => Ok(Value::Null),
            Some(b'n') if self.eat("nan") => Ok(Value::Null),
            Some(b't') if self.eat("true") => Ok(Value::Bool(true)),
            Some(b'f') if self.eat("false") => Ok(Value::Bool(false)),
            Some(b'"') => Ok(Value::String(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'[') => {
                self.at += 1;
                let mut list = Vec::new();
                self.blank();
                if self.eat("]") {
                    return Ok(Value::Array(Rc::default()));
                }
                loop {
                    list.push(self.value()?);
                    self.blank();
                    if self.eat("]") {
                        return Ok(Value::Array(list.into()));
                    }
                    if !self.eat(",") {
                        return Err("a comma or bracket is missing");
                    }
                }
            }
            Some(b'{') => {
                self.at += 1;
                let mut members = Members::default();
                self.blank();
                if self.eat("}") {
                    return Ok(Value::object(members));
                }
                loop {
                    self.blank();
                    if self.peek() != Some(b'"') {
                        return Err("the name of a member is missing");
                    }
                    let name = self.string()?;
                    self.blank();
                    if !self.eat(":") {
                        return Err("a colon is missing");
                    }
                    members.insert(name, self.value()?);
                    self.blank();
                    if self.eat("}") {
                        return Ok(Value::object(members));
                    }
                    if !self.eat(",") {
                        return Err("a comma or brace is missing");
                    }
                }
            }
            _ => Err("a value is missing"),
        }
    }

    fn digits(&mut self) -> Result<(), &'static str> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err("a digit is missing") }
    }

    fn number(&mut self) -> Result<Value, &'static str> {
        let start = self.at;
        self.eat("-");
        // RFC 8259, section 6: no zero before other digits.
        if !self.eat("0") {
            self.digits()?;
        } else if matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err("a number begins with a zero too many");
        }
        if self.eat(".") {
            self.digits()?;
        }
        if self.eat("e") || self.eat("E") {
            let _ = self.eat("+") || self.eat("-");
            self.digits()?;
        }
        Ok(Value::Number(Number::read(self.text.get(start..self.at).unwrap_or_default())))
    }

    fn string(&mut self) -> Result<Rc<str>, &'static str> {
        self.at += 1;
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or_default();
        let end = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\')).ok_or("a text is never closed")?;
        self.at += end;
        // Most texts have nothing escaped.
        let plain = rest.get(..end).unwrap_or_default();
        if self.eat("\"") {
            return Ok(plain.into());
        }
        let mut out = plain.to_owned();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let end = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\')).ok_or("a text is never closed")?;
            out.push_str(rest.get(..end).unwrap_or_default());
            self.at += end;
            if self.eat("\"") {
                return Ok(out.into());
            }
            self.at += 1;
            let escape = self.peek().ok_or("a text is never closed")?;
            self.at += 1;
            out.push(match escape {
                b'"' | b'\\' | b'/' => char::from(escape),
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                b'u' => self.unit()?,
                _ => return Err("no such escape in a text"),
            });
        }
    }

    /// A character written in UTF-16; half a pair is the replacement character, as in jq.
    fn unit(&mut self) -> Result<char, &'static str> {
        let high = self.hex()?;
        if !(0xd800..0xdc00).contains(&high) {
            return Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let after = self.at;
        if self.eat("\\u") {
            let low = self.hex()?;
            if (0xdc00..0xe000).contains(&low) {
                let point = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = after;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn hex(&mut self) -> Result<u32, &'static str> {
        let digits = self.text.get(self.at..self.at + 4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        self.at += 4;
        digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).ok_or("four hexadecimal digits are missing")
    }
}
