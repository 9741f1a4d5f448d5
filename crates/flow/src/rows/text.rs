//! The text of a file: decoded, without NUL, and never more of it than one row may have. It counts the lines, so that whoever
//! reads can name them.

use super::LONGEST;
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};
use memchr::{memchr, memchr2, memchr2_iter};
use serde_json::Value;
use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

/// How many bytes are taken from the file at a time.
const PORTION: usize = 32 << 10;

/// The encoding that a flow names, as browsers name them (WHATWG Encoding Standard).
///
/// # Errors
/// A name that is none.
pub fn encoding(name: Option<&str>) -> Result<&'static Encoding, String> {
    let Some(name) = name else { return Ok(UTF_8) };
    let found = Encoding::for_label_no_replacement(name.as_bytes());
    found.ok_or_else(|| format!("`encoding` must be one such as \"utf-16le\" or \"windows-1252\", not \"{name}\""))
}

/// Whether a text in a value, or a member's name, has a NUL character, which JSON can write as an escape.
pub fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        _ => false,
    }
}

/// What is said of such a value.
pub const NUL: &str = "it holds a NUL character (\\u0000)";

/// The text of a file. A byte-order mark decides its encoding, whatever was said. Errors name the line.
pub struct Text {
    from: File,
    raw: Vec<u8>,
    /// Which part of `raw` is still to be decoded.
    rest: std::ops::Range<usize>,
    decoder: Decoder,
    ended: bool,
    decoded: Vec<u8>,
    at: usize,
    /// What comes after `decoded`.
    broken: Option<String>,
    /// The line that the end of `decoded` is in.
    line: u64,
    /// How much may be read until the next row.
    left: Rc<Cell<usize>>,
    /// The lines that [`Text::line`] has given.
    given: u64,
    /// The line that a row began in, where whoever reads has said so.
    begun: Option<u64>,
}

impl Text {
    pub fn new(from: File, encoding: &'static Encoding, left: Rc<Cell<usize>>) -> Self {
        Self {
            from,
            raw: vec![0; PORTION],
            rest: 0..0,
            decoder: encoding.new_decoder(),
            ended: false,
            decoded: Vec::new(),
            at: 0,
            broken: None,
            line: 1,
            left,
            given: 0,
            begun: None,
        }
    }

    /// The number of the line that was given last.
    pub fn number(&self) -> u64 {
        self.given
    }

    /// A row begins in the line that comes next.
    pub fn begin_row(&mut self) {
        self.begun = Some(self.given + 1);
    }

    /// Adds the next line to what is there, with its end: LF, CR LF or CR. False at the end of the file.
    pub fn line(&mut self, to: &mut String) -> Result<bool, String> {
        let mut bytes = Vec::new();
        let mut ended = false;
        loop {
            let available = self.fill_buf().map_err(|error| error.to_string())?;
            match available {
                [] => break,
                [b'\n', ..] if bytes.ends_with(b"\r") => {
                    bytes.push(b'\n');
                    self.consume(1);
                    break;
                }
                _ if ended => break,
                _ => {}
            }
            let end = memchr2(b'\n', b'\r', available);
            let taken = end.map_or(available.len(), |end| end + 1);
            bytes.extend_from_slice(available.get(..taken).unwrap_or_default());
            self.consume(taken);
            if bytes.ends_with(b"\n") {
                break;
            }
            ended = end.is_some();
        }
        if bytes.is_empty() {
            return Ok(false);
        }
        self.given += 1;
        // What was decoded is UTF-8, and a line ends between characters.
        to.push_str(&String::from_utf8(bytes).map_err(|_| format!("line {}: it is not UTF-8", self.given))?);
        Ok(true)
    }

    /// Decodes more. Leaves `decoded` empty at the end of the file alone.
    fn decode(&mut self) -> io::Result<()> {
        while self.decoded.is_empty() && !self.ended {
            if self.rest.is_empty() {
                let length = self.from.read(&mut self.raw).map_err(|error| self.wrong(&error.to_string()))?;
                self.rest = 0..length;
            }
            let last = self.rest.is_empty();
            let source = self.raw.get(self.rest.clone()).unwrap_or_default();
            let room = self.decoder.max_utf8_buffer_length_without_replacement(source.len());
            self.decoded.resize(room.unwrap_or(4 * PORTION), 0);
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(source, &mut self.decoded, last);
            self.decoded.truncate(written);
            self.rest.start += read;
            self.ended = last && result != DecoderResult::OutputFull;
            if let Some(nul) = memchr(0, &self.decoded) {
                self.decoded.truncate(nul);
                let plain = self.decoder.encoding() == UTF_8;
                let hint = if plain { "; for a file in UTF-16 write `encoding: utf-16le`" } else { "" };
                self.broken = Some(format!("it holds a NUL character{hint}"));
            } else if let DecoderResult::Malformed(..) = result {
                let name = self.decoder.encoding().name();
                let hint = if name == UTF_8.name() { "; name another `encoding`, such as windows-1252" } else { "" };
                self.broken = Some(format!("it is not {name}{hint}"));
            }
            self.line += lines(&self.decoded);
            if self.broken.is_some() {
                break;
            }
        }
        Ok(())
    }

    fn wrong(&self, what: &str) -> io::Error {
        io::Error::other(format!("line {}: {what}", self.line))
    }
}

/// How many lines end in a text; a CR alone ends one, too.
fn lines(text: &[u8]) -> u64 {
    let ends = memchr2_iter(b'\n', b'\r', text);
    ends.filter(|at| !(text.get(*at) == Some(&b'\r') && text.get(at + 1) == Some(&b'\n'))).count() as u64
}

impl BufRead for Text {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at >= self.decoded.len() && !(self.ended && self.broken.is_none()) {
            if self.left.get() == 0 {
                let line = self.begun.unwrap_or(self.line);
                return Err(io::Error::other(format!("line {line}: a row is longer than {LONGEST} bytes")));
            }
            if let Some(broken) = &self.broken {
                return Err(self.wrong(broken));
            }
            self.decoded.clear();
            self.at = 0;
            self.decode()?;
            self.left.set(self.left.get().saturating_sub(self.decoded.len()));
            if let (true, Some(broken)) = (self.decoded.is_empty(), &self.broken) {
                return Err(self.wrong(broken));
            }
        }
        Ok(self.decoded.get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount;
    }
}

impl Read for Text {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let length = available.read(to)?;
        self.consume(length);
        Ok(length)
    }
}
