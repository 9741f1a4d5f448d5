//! What a page means for a walk over all pages of a listing, whose caller remembers every resource there was.
//!
//! A call knows of the pages before it what a token carries. Whoever walks over many keeps sixteen bytes of each resource, and learns
//! here which are new and whether everything has come. Pure, so that every caller in every language gets the same answer.

use super::token::{Position, Token};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;

/// What is kept of a resource: the beginning of a hash of its identity.
pub type Key = [u8; 16];

/// The key of an identity.
pub fn key(identity: &str) -> Key {
    let mut key = Key::default();
    key.iter_mut().zip(Sha256::digest(identity)).for_each(|(to, byte)| *to = byte);
    key
}

/// The keys of identities.
pub fn keys(identities: &[String]) -> Vec<Key> {
    identities.iter().map(|identity| key(identity)).collect()
}

/// A page as a call gave it, and how it was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WalkedPage {
    /// Identities of its resources.
    pub identities: Vec<String>,
    /// Identities of those that were left out because they do not match the filter.
    pub left_out: Vec<String>,
    /// Resources in all, as the provider says.
    pub total: Option<u64>,
    /// The next page's token.
    pub next: Option<String>,
    /// Whether the call says that the listing is complete.
    pub complete: bool,
    /// The token that the page was asked for with.
    pub page: Option<String>,
    /// The index that it was asked for at.
    pub start_index: Option<u64>,
    /// The cursor that it was asked for at.
    pub cursor: Option<String>,
}

impl WalkedPage {
    /// The keys of all its identities.
    pub fn keys(&self) -> Vec<Key> {
        self.identities.iter().chain(&self.left_out).map(|identity| key(identity)).collect()
    }
}

/// How far a walk has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Resources before the walk's beginning, where that is known.
    before: Option<u64>,
    /// Different resources that came.
    came: u64,
    /// Resources in all, as last announced.
    total: Option<u64>,
    /// Whether more came than were announced.
    exceeded: bool,
}

impl Progress {
    /// As text that says nothing to anybody else.
    pub fn encode(&self) -> String {
        let number = |number: Option<u64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
        format!("1 {} {} {} {}", number(self.before), self.came, number(self.total), u8::from(self.exceeded))
    }

    /// Reads what [`Progress::encode`] wrote; none for anything else.
    pub fn decode(text: &str) -> Option<Progress> {
        let mut parts = text.split(' ');
        let number = |text: &str| if text == "-" { Some(None) } else { text.parse().ok().map(Some) };
        parts.next().filter(|version| *version == "1")?;
        let before = number(parts.next()?)?;
        let came = parts.next()?.parse().ok()?;
        let total = number(parts.next()?)?;
        let exceeded = parts.next()? == "1";
        parts.next().is_none().then_some(Progress { before, came, total, exceeded })
    }
}

/// What a page means for the walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalkVerdict {
    /// Which of the page's resources are new, by their places in it.
    pub fresh: Vec<u32>,
    /// The keys to be kept of this page.
    pub added: Vec<Key>,
    /// Where to go on; none where the walk ends.
    pub next: Option<String>,
    /// Whether it ended with everything there is.
    pub complete: bool,
    /// How far the walk has come.
    pub progress: Progress,
}

/// Judges a page of a walk: its first where there is no `progress`. `keys` are those of the page, and `kept` says whether a resource with
/// that key came on a page before.
pub fn judge(progress: Option<Progress>, keys: &[Key], kept: &dyn Fn(&Key) -> bool, page: &WalkedPage) -> WalkVerdict {
    let asked = page.page.as_deref().and_then(Token::decode);
    let mut progress = progress.unwrap_or_else(|| {
        let before = match (&asked, &page.cursor) {
            (Some(token), _) => token.before,
            (None, Some(cursor)) if !cursor.is_empty() => None,
            (None, _) => Some(page.start_index.unwrap_or(1).saturating_sub(1)),
        };
        Progress { before, ..Progress::default() }
    });
    let (mut fresh, mut added, mut here) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (index, key) in keys.iter().enumerate() {
        if !kept(key) && here.insert(*key) {
            added.push(*key);
            fresh.extend(u32::try_from(index).ok().filter(|_| index < page.identities.len()));
        }
    }
    progress.came = progress.came.saturating_add(added.len() as u64);
    progress.total = page.total.or(progress.total);
    let seen = progress.before.map(|before| before.saturating_add(progress.came));
    progress.exceeded |= progress.total.is_some_and(|total| seen.unwrap_or(progress.came) > total);
    let short = progress.total.zip(seen).filter(|(total, seen)| seen < total);

    let behind = |next: &str| match Token::decode(next)?.position {
        Position::Index(index) => Some(index),
        Position::Cursor(_) => None,
    };
    // Where pages overlapped, the call takes for listed what is missing: it is asked for where it must stand, while that brings
    // something.
    let missing = |(total, seen): (u64, u64)| {
        let asked = asked.filter(|asked| matches!(asked.position, Position::Index(_)) && !added.is_empty())?;
        let beyond = match &page.next {
            Some(next) => behind(next)? > total,
            None => true,
        };
        let position = Position::Index(seen.saturating_add(1));
        beyond.then(|| Token { position, before: Some(seen), total: Some(total), ..asked }.encode())
    };
    let next = short.and_then(missing).or_else(|| page.next.clone()).filter(|next| Some(next) != page.page.as_ref());
    let ended = match progress.total.zip(seen) {
        Some((total, seen)) => total == seen && (progress.came > 0 || total == 0),
        None => page.complete,
    };
    let complete = next.is_none() && ended && !progress.exceeded;
    WalkVerdict { fresh, added, next, complete, progress }
}
