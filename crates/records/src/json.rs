//! JSON text: read from front to back without a tree, checked, quoted. Knows no records.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt::Write as _;

/// How deep JSON may nest that a caller gives, as in the component.
const DEPTH: u32 = 127;

/// A text being read.
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

/// The type of a value, as its first character tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// null.
    Null,
    /// true or false.
    Flag,
    /// A number.
    Number,
    /// A string.
    Text,
    /// An array.
    List,
    /// An object.
    Object,
}

impl Kind {
    /// The JSON name, with its article.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Flag => "a boolean",
            Kind::Number => "a number",
            Kind::Text => "a string",
            Kind::List => "an array",
            Kind::Object => "an object",
        }
    }
}

impl<'t> Cursor<'t> {
    /// Before the value of a text.
    pub fn new(text: &'t str) -> Self {
        Cursor { text, at: 0 }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
    }

    /// Steps over a byte, if it is this one.
    fn take(&mut self, byte: u8) -> bool {
        let there = self.byte() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn since(&self, start: usize) -> &'t str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// The type of the value that follows.
    pub fn kind(&mut self) -> Option<Kind> {
        self.blanks();
        Some(match self.byte()? {
            b'{' => Kind::Object,
            b'[' => Kind::List,
            b'"' => Kind::Text,
            b't' | b'f' => Kind::Flag,
            b'n' => Kind::Null,
            b'-' | b'0'..=b'9' => Kind::Number,
            _ => return None,
        })
    }

    /// Begins an object, whose members follow one by one.
    pub fn object(&mut self) -> Option<()> {
        self.blanks();
        self.take(b'{').then_some(())
    }

    /// Begins a list, whose items follow one by one.
    pub fn list(&mut self) -> Option<()> {
        self.blanks();
        self.take(b'[').then_some(())
    }

    /// Goes on to the next part; false at the end.
    fn next(&mut self, first: bool, end: u8) -> Option<bool> {
        self.blanks();
        if self.take(end) {
            return Some(false);
        }
        (first || self.take(b',')).then_some(true)
    }

    /// Goes on to the next item of a list; false at its end. `first` says whether it is the first one.
    pub fn item(&mut self, first: bool) -> Option<bool> {
        self.next(first, b']')
    }

    /// Goes on to the next member of an object, behind its name, which it gives as it is written; none at the end.
    pub fn member(&mut self, first: bool) -> Option<Option<&'t str>> {
        if !self.next(first, b'}')? {
            return Some(None);
        }
        self.blanks();
        let name = self.raw_string()?;
        self.blanks();
        self.take(b':').then_some(Some(name))
    }

    /// Steps over a string, which it gives as it is written.
    fn raw_string(&mut self) -> Option<&'t str> {
        let start = self.at;
        if !self.take(b'"') {
            return None;
        }
        loop {
            let rest = self.text.as_bytes().get(self.at..)?;
            self.at += rest.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
            if self.take(b'"') {
                return Some(self.since(start));
            }
            // The backslash, and what it escapes.
            self.at += 2;
        }
    }

    /// A string's text.
    pub fn string(&mut self) -> Option<Cow<'t, str>> {
        self.blanks();
        self.raw_string().map(unquoted)
    }

    /// Steps over the value that follows, and gives its text.
    pub fn skip(&mut self) -> Option<&'t str> {
        self.blanks();
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            match self.byte()? {
                b'"' => {
                    self.raw_string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                _ => {
                    // Numbers and words, and between values what separates them.
                    self.at += 1;
                    while !matches!(
                        self.byte(),
                        None | Some(b'"' | b'{' | b'[' | b'}' | b']' | b',' | b' ' | b'\n' | b'\r' | b'\t')
                    ) {
                        self.at += 1;
                    }
                }
            }
            if depth == 0 {
                return Some(self.since(start));
            }
        }
    }
}

/// A string's text, without quotation marks and escapes.
pub fn unquoted(raw: &str) -> Cow<'_, str> {
    let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((plain, escape)) = rest.split_once('\\') {
        text.push_str(plain);
        let (kind, after) = escape.split_at_checked(1).unwrap_or((escape, ""));
        rest = after;
        match kind {
            "b" => text.push('\u{8}'),
            "f" => text.push('\u{c}'),
            "n" => text.push('\n'),
            "r" => text.push('\r'),
            "t" => text.push('\t'),
            "u" => {
                let unit =
                    |from: usize| after.get(from..from + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
                let first = unit(0).unwrap_or_default();
                let pair = (0xd800..0xdc00).contains(&first);
                let second = unit(6).and_then(|second| second.checked_sub(0xdc00)).filter(|_| pair);
                let code = second.map_or(first, |second| 0x10000 + ((first - 0xd800) << 10) + second);
                text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                rest = after.get(if second.is_some() { 10 } else { 4 }..).unwrap_or_default();
            }
            other => text.push_str(other),
        }
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// Writes a string (RFC 8259 section 7).
pub fn quote(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        // What is escaped is one byte long.
        let (plain, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        let (escaped, after) = from.split_at_checked(1).unwrap_or((from, ""));
        out.push_str(plain);
        match escaped {
            "\"" => out.push_str("\\\""),
            "\\" => out.push_str("\\\\"),
            "\n" => out.push_str("\\n"),
            "\r" => out.push_str("\\r"),
            "\t" => out.push_str("\\t"),
            other => {
                let code = other.bytes().next().unwrap_or_default();
                out.push_str("\\u00");
                for digit in [code >> 4, code & 15] {
                    out.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
                }
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out.push('"');
}

/// Writes a whole number.
pub fn number(out: &mut String, number: u64) {
    // Nothing fails that is written into a text.
    let _ = write!(out, "{number}");
}

/// Whether a text is JSON (RFC 8259), and which type of value it is.
pub fn check(text: &str) -> Option<Kind> {
    let mut cursor = Cursor::new(text);
    let kind = cursor.kind()?;
    cursor.value(DEPTH)?;
    cursor.blanks();
    (cursor.at == text.len()).then_some(kind)
}

impl Cursor<'_> {
    /// Steps over a value, and looks at every character of it.
    fn value(&mut self, depth: u32) -> Option<()> {
        match self.kind()? {
            Kind::Null => self.word("null"),
            Kind::Flag => self.word("true").or_else(|| self.word("false")),
            Kind::Number => self.number(),
            Kind::Text => self.text(),
            Kind::List => self.parts(depth, b']', |cursor, depth| cursor.value(depth)),
            Kind::Object => self.parts(depth, b'}', |cursor, depth| {
                cursor.blanks();
                cursor.text()?;
                cursor.blanks();
                cursor.take(b':').then_some(())?;
                cursor.value(depth)
            }),
        }
    }

    fn parts(&mut self, depth: u32, end: u8, part: impl Fn(&mut Self, u32) -> Option<()>) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        self.at += 1;
        self.blanks();
        if self.take(end) {
            return Some(());
        }
        loop {
            part(self, depth)?;
            self.blanks();
            if self.take(end) {
                return Some(());
            }
            self.take(b',').then_some(())?;
        }
    }

    fn word(&mut self, word: &str) -> Option<()> {
        let there = self.text.get(self.at..)?.starts_with(word);
        self.at += if there { word.len() } else { 0 };
        there.then_some(())
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn number(&mut self) -> Option<()> {
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _sign = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Some(())
    }

    fn text(&mut self) -> Option<()> {
        let start = self.at;
        if !self.take(b'"') {
            return None;
        }
        loop {
            match self.byte()? {
                b'"' => {
                    self.at += 1;
                    debug_assert!(self.at > start);
                    return Some(());
                }
                b'\\' => {
                    self.at += 1;
                    self.escape()?;
                }
                0..0x20 => return None,
                _ => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Option<()> {
        let kind = self.byte()?;
        self.at += 1;
        match kind {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => match self.unit()? {
                // The halves of a pair stand together (RFC 8259 section 7).
                0xd800..0xdc00 => {
                    let second = self.take(b'\\') && self.take(b'u');
                    (second && matches!(self.unit()?, 0xdc00..0xe000)).then_some(())
                }
                0xdc00..0xe000 => None,
                _ => Some(()),
            },
            _ => None,
        }
    }

    fn unit(&mut self) -> Option<u32> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4)?;
        self.at += 4;
        digits.iter().try_fold(0, |number, digit| Some(number * 16 + char::from(*digit).to_digit(16)?))
    }
}
