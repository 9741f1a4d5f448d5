//! Text that may be anybody's, made harmless for whoever looks at it: what would steer a terminal, turn the direction of
//! writing, hide, or break a line is shown as a mark. Every output for a person goes through here; what JSON says is not
//! changed, only how it is written.
//!
//! | | for a person | in JSON |
//! |---|---|---|
//! | C0 controls, DEL | their picture, such as `␛` | `\u001b` |
//! | C1 controls | `[U+009B]` | `\u009b` |
//! | marks, embeddings, overrides and isolates of direction | `[U+202E]` | `\u202e` |
//! | zero-width and other characters that are not seen | `[U+200B]` | `\u200b` |
//! | separators of lines and paragraphs | `[U+2028]` | `\u2028` |
//!
//! A joiner (U+200C, U+200D) stays after a letter or sign outside ASCII, where scripts and emoji need it. The brackets of a
//! mark mean nothing in HTML and XML, so that text may be marked before or after it is escaped.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One line: a line feed or a tab is marked as well.
    Line,
    /// Lines: line feeds and tabs stay.
    Lines,
    /// JSON: what is marked elsewhere is escaped, which changes no value.
    Json,
}

/// A name, a title, a message: one line, whatever is in it.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    shown(text, Form::Line)
}

/// Lines, of which each piece that is anybody's is a [`line`] already.
#[must_use]
pub fn lines(text: &str) -> Cow<'_, str> {
    shown(text, Form::Lines)
}

/// JSON, for a terminal too.
#[must_use]
pub fn json(text: &str) -> Cow<'_, str> {
    shown(text, Form::Json)
}

fn shown(text: &str, form: Form) -> Cow<'_, str> {
    let harmless = |byte: u8| matches!(byte, b' '..=b'~') || form != Form::Line && matches!(byte, b'\n' | b'\t');
    // Nearly all texts.
    if text.bytes().all(harmless) {
        return Cow::Borrowed(text);
    }
    let mut marked = String::with_capacity(text.len() + 16);
    Marker::new(form).add(text, &mut marked);
    Cow::Owned(marked)
}

/// Marks a text that comes in pieces.
struct Marker {
    form: Form,
    previous: char,
}

impl Marker {
    fn new(form: Form) -> Self {
        Self { form, previous: ' ' }
    }

    fn add(&mut self, text: &str, to: &mut String) {
        for c in text.chars() {
            if self.stays(c) {
                to.push(c);
            } else {
                self.mark(c, to);
            }
            self.previous = c;
        }
    }

    fn stays(&self, c: char) -> bool {
        match c {
            ' '..='~' => true,
            '\n' | '\t' => self.form != Form::Line,
            // Of JSON; within its texts it is escaped already.
            '\r' => self.form == Form::Json,
            '\u{200c}' | '\u{200d}' => self.previous >= '\u{a0}' && !is_unseen(self.previous),
            _ => !c.is_control() && !is_unseen(c),
        }
    }

    fn mark(&self, c: char, to: &mut String) {
        let code = u32::from(c);
        match (self.form, c) {
            (Form::Json, _) => {
                // As UTF-16 has it (RFC 8259 section 7). Writing to a String cannot fail.
                c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| write!(to, "\\u{unit:04x}").unwrap_or_default());
            }
            (_, '\0'..='\u{1f}') => to.extend(char::from_u32(0x2400 + code)),
            (_, '\u{7f}') => to.push('\u{2421}'),
            _ => write!(to, "[U+{code:04X}]").unwrap_or_default(),
        }
    }
}

/// What turns the direction of writing, ends a line, or is not seen at all.
fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{fffe}'..='\u{ffff}'
            // Tags, with which text can be written that nobody sees.
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// A writer of text that may be anybody's. What is no UTF-8 is replaced.
pub struct VisibleWriter<W> {
    to: W,
    marker: Marker,
    /// The beginning of a character whose end is still to come.
    cut: Vec<u8>,
}

impl<W: Write> VisibleWriter<W> {
    /// Writes to `to` what is of this form.
    pub fn new(to: W, form: Form) -> Self {
        Self { to, marker: Marker::new(form), cut: Vec::new() }
    }
}

impl<W: Write> Write for VisibleWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut all = std::mem::take(&mut self.cut);
        all.extend_from_slice(bytes);
        let mut marked = String::with_capacity(all.len());
        for chunk in all.utf8_chunks() {
            self.marker.add(chunk.valid(), &mut marked);
            let invalid = chunk.invalid();
            let ends = all.ends_with(invalid) && std::str::from_utf8(invalid).is_err_and(|e| e.error_len().is_none());
            if ends && !invalid.is_empty() {
                self.cut = invalid.to_vec();
            } else if !invalid.is_empty() {
                marked.push(char::REPLACEMENT_CHARACTER);
            }
        }
        self.to.write_all(marked.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a text may hold, how it looks on a line, and in JSON.
    const KINDS: [(&str, &str, &str); 27] = [
        ("\u{0}", "\u{2400}", "\\u0000"),
        ("\u{7}", "\u{2407}", "\\u0007"),
        ("\u{8}", "\u{2408}", "\\u0008"),
        ("\r", "\u{240d}", "\r"),
        ("\u{1b}[2J", "\u{241b}[2J", "\\u001b[2J"),
        ("\u{1b}]0;title\u{7}", "\u{241b}]0;title\u{2407}", "\\u001b]0;title\\u0007"),
        ("\u{7f}", "\u{2421}", "\\u007f"),
        ("\u{85}", "[U+0085]", "\\u0085"),
        ("\u{9b}31m", "[U+009B]31m", "\\u009b31m"),
        ("\u{9d}", "[U+009D]", "\\u009d"),
        ("\u{ad}", "[U+00AD]", "\\u00ad"),
        ("\u{61c}", "[U+061C]", "\\u061c"),
        ("\u{200b}", "[U+200B]", "\\u200b"),
        ("\u{200d}", "[U+200D]", "\\u200d"),
        ("\u{200e}", "[U+200E]", "\\u200e"),
        ("\u{200f}", "[U+200F]", "\\u200f"),
        ("\u{2028}", "[U+2028]", "\\u2028"),
        ("\u{2029}", "[U+2029]", "\\u2029"),
        ("\u{202a}", "[U+202A]", "\\u202a"),
        ("\u{202e}", "[U+202E]", "\\u202e"),
        ("\u{2060}", "[U+2060]", "\\u2060"),
        ("\u{2066}", "[U+2066]", "\\u2066"),
        ("\u{2069}", "[U+2069]", "\\u2069"),
        ("\u{feff}", "[U+FEFF]", "\\ufeff"),
        ("\u{ffff}", "[U+FFFF]", "\\uffff"),
        ("\u{fffb}", "[U+FFFB]", "\\ufffb"),
        ("\u{e0041}", "[U+E0041]", "\\udb40\\udc41"),
    ];

    #[test]
    fn what_steers_or_hides_is_marked() {
        for (text, person, program) in KINDS {
            assert_eq!(line(&format!("a{text}b")), format!("a{person}b"));
            assert_eq!(lines(&format!("a{text}b\n\tc")), format!("a{person}b\n\tc"));
            assert_eq!(json(&format!("a{text}b\n")), format!("a{program}b\n"));
        }
        assert_eq!(line("a\nb\tc\r\n"), "a\u{240a}b\u{2409}c\u{240d}\u{240a}");
        // Every character of Unicode is either as it was, or nothing of it is left.
        for c in '\0'..=char::MAX {
            let text = c.to_string();
            let marked = line(&text);
            assert!(marked == text || !marked.contains(c), "{c:?}");
            assert!(!c.is_control() || marked != text, "{c:?}");
        }
    }

    #[test]
    fn what_people_are_called_stays() {
        // The joiners of Persian and of an emoji, and what is merely not ASCII.
        for name in
            ["Zoë Müller-Ångström", "می\u{200c}خواهم", "👩\u{200d}💻", "東京 太郎", "O'Brien <o@example.com>", "é"]
        {
            for form in [Form::Line, Form::Lines, Form::Json] {
                assert_eq!(shown(name, form), name);
            }
        }
        assert_eq!(line("é\u{200d}\u{200d}"), "é\u{200d}[U+200D]", "one joiner, not a row of them");
    }

    #[test]
    fn json_says_what_it_said() {
        for (text, ..) in KINDS {
            let value = serde_json::json!({ text: [text] });
            let plain = value.to_string();
            let escaped = json(&plain);
            assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), value);
            assert_eq!(lines(&escaped), escaped, "nothing is left to mark");
        }
    }

    #[test]
    fn a_writer_marks_what_comes_in_pieces() {
        let text = "a\u{202e}b👩\u{200d}💻\u{9b}\n";
        for size in 1..=text.len() {
            let mut out = Vec::new();
            let mut writer = VisibleWriter::new(&mut out, Form::Lines);
            text.as_bytes().chunks(size).for_each(|piece| writer.write_all(piece).unwrap());
            assert_eq!(String::from_utf8(out).unwrap(), "a[U+202E]b👩\u{200d}💻[U+009B]\n", "{size}");
        }
        let mut out = Vec::new();
        VisibleWriter::new(&mut out, Form::Line).write_all(b"a\xffb").unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "a\u{fffd}b");
    }
}
