//! Which part of a listing an answer carries: by index (RFC 7644 section 3.4.2.4) or by cursor (RFC 9865).
//!
//! A cursor is a position, the time of its making and a seal over both and the request, so that a forged cursor, or
//! one of another listing, is recognised without keeping anything. Knows no resource.

use super::error::{Result, ScimError};
use super::query::Query;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How a server pages.
#[derive(Debug, Clone)]
pub(super) struct Paging {
    /// Whether `startIndex` works. Without it every listing is paged by cursor.
    pub(super) index: bool,
    /// Whether `cursor` works.
    pub(super) cursor: bool,
    /// How many resources an answer has without `count`.
    pub(super) default: usize,
    /// How many it has with any `count`.
    pub(super) most: usize,
    /// How long a cursor is valid.
    pub(super) lifetime: Duration,
    /// What makes a cursor of this server its own.
    pub(super) secret: u64,
}

/// Where a page starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// This many results are skipped.
    Skip(usize),
    /// At the place a cursor names: for a sorted listing the results to skip, else the first sequence number.
    Cursor(u64),
}

/// The page a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) start: Start,
    pub(super) count: usize,
}

impl Paging {
    /// The page a request asks for; `endpoint` tells listings of different resources apart.
    pub(super) fn page(&self, query: &Query, endpoint: &str) -> Result<Page> {
        let count = query.count.unwrap_or(self.default).min(self.most);
        let Some(cursor) = query.cursor.as_deref().filter(|_| self.cursor) else {
            return match (self.index, query.start_index) {
                (true, start) => Ok(Page { start: Start::Skip(start.saturating_sub(1)), count }),
                (false, 0 | 1) => Ok(Page { start: Start::Cursor(0), count }),
                (false, _) => Err(ScimError::invalid_value("startIndex: not supported, page with cursor")),
            };
        };
        if query.count.is_some_and(|count| count > self.most) {
            return Err(ScimError::invalid_count(format!("count: must be at most {}", self.most)));
        }
        let start = if cursor.is_empty() { 0 } else { self.open(cursor, query, endpoint)? };
        Ok(Page { start: Start::Cursor(start), count })
    }

    /// The cursor of the page that starts at a place.
    pub(super) fn cursor(&self, place: u64, query: &Query, endpoint: &str) -> String {
        let issued = since_epoch().as_millis();
        let seal = self.seal(place, issued, query, endpoint);
        let count = query.count.map_or_else(String::new, |count| count.to_string());
        URL_SAFE_NO_PAD.encode(format!("{place}.{issued}.{count}.{seal:x}"))
    }

    fn open(&self, cursor: &str, query: &Query, endpoint: &str) -> Result<u64> {
        let invalid = || ScimError::invalid_cursor("cursor: not one of this listing, start again without");
        let text = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let text = text.ok_or_else(invalid)?;
        let parts: Vec<&str> = text.split('.').collect();
        let [place, issued, count, seal] = parts.as_slice() else { return Err(invalid()) };
        let place: u64 = place.parse().map_err(|_| invalid())?;
        let issued: u128 = issued.parse().map_err(|_| invalid())?;
        if *seal != format!("{:x}", self.seal(place, issued, query, endpoint)) {
            return Err(invalid());
        }
        if since_epoch().as_millis().saturating_sub(issued) > self.lifetime.as_millis() {
            return Err(ScimError::expired_cursor("cursor: too old, start again without"));
        }
        // RFC 9865 section 2: all parameters but the cursor stay what they were.
        if count.parse().ok() != query.count {
            return Err(ScimError::invalid_count("count: must be the same for all pages"));
        }
        Ok(place)
    }

    fn seal(&self, place: u64, issued: u128, query: &Query, endpoint: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.secret, place, issued, endpoint).hash(&mut hasher);
        (&query.filter, &query.sort_by, query.descending).hash(&mut hasher);
        hasher.finish()
    }
}

fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
