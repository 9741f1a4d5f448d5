//! What a page means for its listing, as far as the token of the page before remembers.

use super::Page;
use super::token::{Position, TAIL, Token};
use crate::gather::Gather as _;

/// Fewest resources that a server's own bound leaves on a page.
pub const SMALLEST_CUT: u64 = 10;

/// Pages without a resource that are followed, beyond three for each that has some.
const EMPTY_PAGES: u64 = 50;

/// What a page means for the listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Where to go on; none where the listing ends.
    pub next: Option<Token>,
    /// Whether it ended as announced: as many different resources came as there are.
    pub complete: bool,
    /// Whether this page was there before as a whole.
    pub repeated: bool,
    /// For each resource whether the caller is to be given it: those that are known to have come before are not.
    pub fresh: Vec<bool>,
}

impl Verdict {
    /// The step at a provider without paging, which gives all it gives at once.
    pub fn unpaged(self) -> Verdict {
        match &self.next {
            Some(Token { position: Position::Index(_), total, before, .. }) => {
                let complete = total.is_none() || total == before;
                Verdict { complete, next: None, ..self }
            }
            _ => self,
        }
    }
}

/// Judges a page asked for at `asked`, after the token `from` if there was one. `identities` are those of its resources, and `count` is
/// what was asked for, if anything; `bounds` are the lengths that the provider itself names for its pages.
pub fn judge(
    page: &Page,
    identities: &[String],
    asked: &Position,
    from: Option<&Token>,
    count: Option<u32>,
    bounds: &[u64],
) -> Verdict {
    let received = page.resources.len() as u64;
    let before = match (from, asked) {
        (Some(token), _) => token.before,
        (None, Position::Index(index)) => Some(index.saturating_sub(1)),
        (None, Position::Cursor(cursor)) => cursor.is_empty().then_some(0),
    };
    let (mut pages, mut cursors) = from.map(|token| (token.pages.clone(), token.cursors.clone())).unwrap_or_default();
    let prints: Vec<u64> = identities.iter().map(|identity| hash(identity)).collect();
    // The resources of a page in any order.
    let print = prints.iter().fold(received, |sum, print| sum.wrapping_add(*print));
    let repeated = received > 0 && pages.has(print);
    if received > 0 {
        pages.push(print);
    }
    if let Position::Cursor(this) = asked {
        cursors.push(hash(this));
    }
    let mut tail = from.map(|token| token.tail.clone()).unwrap_or_default();
    let mut known: std::collections::BTreeSet<u64> = tail.iter().copied().gather();
    let fresh: Vec<bool> = prints.iter().map(|print| known.insert(*print) && !repeated).collect();
    let came = fresh.iter().filter(|fresh| **fresh).count() as u64;
    tail.extend(&prints);
    tail.drain(..tail.len().saturating_sub(TAIL));

    let seen = before.map(|before| before.saturating_add(came));
    // A page that may have been cut where it ends, and is said to be all there is: some announce the number on the page.
    let of_page = from.is_none() && may_be_cut(received, count, bounds);
    let total = page.total_results.or(from.and_then(|token| token.total));
    let exact = total.zip(seen).map(|(total, seen)| total == seen);
    let end = |complete: bool| Verdict { next: None, complete, repeated, fresh: fresh.clone() };
    let onward = |position: Position| {
        let (pages, cursors, tail) = (pages.clone(), cursors.clone(), tail.clone());
        let next = Token { position, before: seen, total, count, pages, cursors, tail };
        Verdict { next: Some(next), complete: false, repeated, fresh: fresh.clone() }
    };
    match (&page.next_cursor, asked) {
        // Only the total was wanted.
        _ if count == Some(0) => end(page.total_results == Some(0)),
        // Whether a server that sends the same again has sent everything only a total tells.
        _ if repeated => end(exact.unwrap_or(false)),
        (Some(cursor), _) if cursors.has(hash(cursor)) => end(exact.unwrap_or(false)),
        (Some(_), _) if received == 0 && cursors.steps > pages.steps.saturating_mul(4).saturating_add(EMPTY_PAGES) => {
            end(exact.unwrap_or(false))
        }
        (Some(cursor), _) => onward(Position::Cursor(cursor.clone())),
        // A cursor listing ends where no further cursor comes (RFC 9865 section 2); totals are optional there.
        (None, Position::Cursor(_)) => end(exact.unwrap_or(true)),
        // Behind the end there is nothing, whatever was before it.
        (None, Position::Index(index)) if received == 0 => {
            end(exact.unwrap_or(true) && (from.is_some() || *index == 1))
        }
        (None, Position::Index(_)) if exact == Some(true) && !of_page => end(true),
        (None, Position::Index(index)) => {
            let behind = index.saturating_add(received);
            match (total, seen) {
                // Beyond what is announced there is nothing to be asked for; what is missing is nearer.
                (Some(total), Some(seen)) if seen < total && behind > total && came == 0 => end(false),
                (Some(total), Some(seen)) if seen < total && behind > total => onward(Position::Index(seen + 1)),
                _ => onward(Position::Index(behind)),
            }
        }
    }
}

/// Whether a page of so many may have been cut there: it is as long as was asked for, as the provider's own bounds, or as those of
/// servers usually are.
fn may_be_cut(received: u64, count: Option<u32>, bounds: &[u64]) -> bool {
    let usual = received >= SMALLEST_CUT && (received.is_multiple_of(10) || received.is_multiple_of(25));
    count.map(u64::from) == Some(received) || bounds.contains(&received) && received > 0 || usual
}

/// FNV-1a, its bits then spread: sums of it are kept.
fn hash(text: &str) -> u64 {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let spread = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    spread ^ (spread >> 32)
}
