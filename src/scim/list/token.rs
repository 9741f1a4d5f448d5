//! Where a listing stands: its position, and what is remembered of the way there. Calls are stateless, so that a token carries it all.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// Where a listing stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    /// Before this index, from 1.
    Index(u64),
    /// At this cursor.
    Cursor(String),
}

/// What was seen on the way, within bounds: the last few fingerprints, and one that is renewed ever more rarely, so that a loop
/// longer than those few is noticed too, within three turns of it (Brent's cycle detection).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail {
    recent: Vec<u64>,
    mark: u64,
    pub(super) steps: u64,
}

/// Fingerprints a trail keeps.
pub(super) const RECENT: usize = 8;

impl Trail {
    pub(super) fn has(&self, print: u64) -> bool {
        self.recent.contains(&print) || self.mark == print
    }

    pub(super) fn push(&mut self, print: u64) {
        self.steps = self.steps.saturating_add(1);
        if self.steps.is_power_of_two() {
            self.mark = print;
        }
        if self.recent.len() >= RECENT {
            self.recent.remove(0);
        }
        self.recent.push(print);
    }

    fn encode(&self) -> String {
        hexadecimal(&[&[self.steps, self.mark], &self.recent[..]].concat())
    }

    fn decode(text: &str) -> Option<Trail> {
        let [steps, mark, recent @ ..] = &numbers(text)?[..] else { return None };
        (recent.len() <= RECENT).then(|| Trail { recent: recent.to_vec(), mark: *mark, steps: *steps })
    }
}

/// Resources of the last pages that a token remembers: pages that overlap do so where they meet.
pub(super) const TAIL: usize = 16;

/// A position, and what went before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where to go on.
    pub position: Position,
    /// Different resources that stand before this position, as far as they can be told apart from here; none where the listing began
    /// in the middle, at a cursor of the caller's.
    pub before: Option<u64>,
    /// Results in all, as last announced.
    pub total: Option<u64>,
    /// The page size that was asked for: with cursors it must stay the same (RFC 9865 section 2).
    pub count: Option<u32>,
    /// The pages there were.
    pub pages: Trail,
    /// The cursors there were.
    pub cursors: Trail,
    /// The last resources there were, a fingerprint each.
    pub tail: Vec<u64>,
}

impl Token {
    /// As text that says nothing to anybody else. Its length is bounded, but for the cursor.
    pub fn encode(&self) -> String {
        let (kind, at) = match &self.position {
            Position::Index(index) => ('i', index.to_string()),
            Position::Cursor(cursor) => ('c', cursor.clone()),
        };
        let number = |number: Option<u64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
        let (before, total, count) = (number(self.before), number(self.total), number(self.count.map(u64::from)));
        let (pages, cursors, tail) = (self.pages.encode(), self.cursors.encode(), hexadecimal(&self.tail));
        BASE64_URL_SAFE_NO_PAD.encode(format!("3{kind} {before} {total} {count} {pages} {cursors} {tail} {at}"))
    }

    /// Reads what [`Token::encode`] wrote; none for anything else.
    pub fn decode(text: &str) -> Option<Token> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let plain = String::from_utf8(bytes).ok()?;
        let mut parts = plain.splitn(8, ' ');
        let kind = parts.next()?;
        let mut number = || -> Option<Option<u64>> {
            match parts.next()? {
                "-" => Some(None),
                text => text.parse().ok().map(Some),
            }
        };
        let (before, total, count) = (number()?, number()?, number()?);
        let count = count.map(u32::try_from).transpose().ok()?;
        let (pages, cursors) = (Trail::decode(parts.next()?)?, Trail::decode(parts.next()?)?);
        let tail = numbers(parts.next()?).filter(|tail| tail.len() <= TAIL)?;
        let at = parts.next()?;
        let position = match kind {
            "3i" => Position::Index(at.parse().ok().filter(|index| *index > 0)?),
            "3c" => Position::Cursor(at.to_owned()),
            _ => return None,
        };
        Some(Token { position, before, total, count, pages, cursors, tail })
    }
}

/// Numbers as text; the empty list is the empty text.
fn hexadecimal(numbers: &[u64]) -> String {
    numbers.iter().map(|number| format!("{number:x}")).collect::<Vec<_>>().join(",")
}

fn numbers(text: &str) -> Option<Vec<u64>> {
    let parts = text.split(',').filter(|_| !text.is_empty());
    parts.map(|part| u64::from_str_radix(part, 16).ok()).collect()
}
