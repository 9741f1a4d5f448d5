//! Lists of resources (RFC 7644 section 3.4.2) and the position in a listing (section 3.4.2.4, RFC 9865).
//!
//! Servers cap pages, ignore paging, repeat pages and lie about totals. A listing therefore advances by what it received,
//! stops at a page it has seen, and says whether it is complete.

use super::resource::{self, Resource};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;

/// One page as the provider sent it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The resources; what is no object is left out.
    pub resources: Vec<Resource>,
    /// Results in all.
    pub total_results: Option<u64>,
    /// Index of the first.
    pub start_index: Option<u64>,
    /// Number on this page.
    pub items_per_page: Option<u64>,
    /// Cursor of the next page (RFC 9865 section 2).
    pub next_cursor: Option<String>,
}

/// Reads a ListResponse, in any case, with or without its envelope's other members; none where it is no list at all.
pub fn parse(object: &Resource) -> Option<Page> {
    let total_results = resource::number(object, "totalResults");
    let resources = match resource::get(object, "Resources") {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_object).cloned().collect(),
        // No result at all may come without the member (RFC 7644 section 3.4.2).
        Some(Value::Null) | None if total_results.is_some() => Vec::new(),
        _ => return None,
    };
    Some(Page {
        resources,
        total_results,
        start_index: resource::number(object, "startIndex"),
        items_per_page: resource::number(object, "itemsPerPage"),
        next_cursor: resource::text(object, "nextCursor").filter(|cursor| !cursor.is_empty()),
    })
}

/// Where a listing stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    /// Before this index, from 1.
    Index(u64),
    /// At this cursor.
    Cursor(String),
}

/// A position, what went before it, and how to recognise the page before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where to go on.
    pub position: Position,
    /// Resources that stand before this position.
    pub before: u64,
    /// Fingerprint of the page before.
    pub last: u64,
}

impl Token {
    /// As text that says nothing to anybody else.
    pub fn encode(&self) -> String {
        let (kind, at) = match &self.position {
            Position::Index(index) => ('i', index.to_string()),
            Position::Cursor(cursor) => ('c', cursor.clone()),
        };
        BASE64_URL_SAFE_NO_PAD.encode(format!("1{kind} {} {:x} {at}", self.before, self.last))
    }

    /// Reads what [`Token::encode`] wrote; none for anything else.
    pub fn decode(text: &str) -> Option<Token> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let plain = String::from_utf8(bytes).ok()?;
        let mut parts = plain.splitn(4, ' ');
        let kind = parts.next()?;
        let before = parts.next()?.parse().ok()?;
        let last = u64::from_str_radix(parts.next()?, 16).ok()?;
        let at = parts.next()?;
        let position = match kind {
            "1i" => Position::Index(at.parse().ok().filter(|index| *index > 0)?),
            "1c" => Position::Cursor(at.to_owned()),
            _ => return None,
        };
        Some(Token { position, before, last })
    }
}

/// What a page means for the listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where to go on; none where the listing ends.
    pub next: Option<Token>,
    /// Whether it ended as announced.
    pub complete: bool,
    /// Whether this is the page before once more, which the caller must not be given again.
    pub repeated: bool,
}

/// Judges a page asked for at `asked`, after the token `from` if there was one; `count` is what was asked for, if anything.
pub fn step(page: &Page, asked: &Position, from: Option<&Token>, count: Option<u32>) -> Step {
    let received = page.resources.len() as u64;
    let before = match (from, asked) {
        (Some(token), _) => token.before,
        (None, Position::Index(index)) => index.saturating_sub(1),
        (None, Position::Cursor(_)) => 0,
    };
    let last = fingerprint(&page.resources);
    let repeated = received > 0 && from.is_some_and(|token| token.last == last);
    let seen = if repeated { before } else { before.saturating_add(received) };
    let announced = page.total_results.map(|total| seen >= total);
    let end = |complete: bool| Step { next: None, complete, repeated };
    let onward =
        |position: Position| Step { next: Some(Token { position, before: seen, last }), complete: false, repeated };
    match (&page.next_cursor, asked) {
        // Only the total was wanted.
        _ if count == Some(0) => end(page.total_results == Some(0)),
        // A server that does not page sends the same everything each time: nothing is missing unless the total says so.
        _ if repeated => end(announced.unwrap_or(true)),
        (Some(cursor), Position::Cursor(this)) if cursor == this => end(announced.unwrap_or(false)),
        (Some(cursor), _) => onward(Position::Cursor(cursor.clone())),
        // A cursor listing ends where no further cursor comes (RFC 9865 section 2); totals are optional there.
        (None, Position::Cursor(_)) => end(announced.unwrap_or(true)),
        (None, Position::Index(_)) if received == 0 => end(announced.unwrap_or(true)),
        (None, Position::Index(_)) if announced == Some(true) => end(true),
        (None, Position::Index(index)) => onward(Position::Index(index.saturating_add(received))),
    }
}

/// FNV-1a over the identifiers, or where there are none over the resources themselves.
fn fingerprint(resources: &[Resource]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for resource in resources {
        let text = resource::text(resource, "id").unwrap_or_else(|| Value::Object(resource.clone()).to_string());
        for byte in text.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn page(value: Value) -> Page {
        parse(value.as_object().unwrap()).unwrap()
    }

    fn ids(range: std::ops::Range<u64>) -> Value {
        range.map(|id| json!({"id": id.to_string()})).collect()
    }

    #[test]
    fn lists_of_many_shapes() {
        assert_eq!(page(json!({"totalResults": 0})).resources.len(), 0);
        assert_eq!(page(json!({"resources": [{"id": "1"}], "TOTALRESULTS": "1"})).total_results, Some(1));
        assert_eq!(page(json!({"Resources": null, "totalResults": 3})).resources.len(), 0);
        assert_eq!(page(json!({"Resources": [{"id": "1"}, "odd"]})).resources.len(), 1);
        assert_eq!(parse(json!({"id": "1"}).as_object().unwrap()), None);
        assert_eq!(parse(json!({"Resources": {"id": "1"}}).as_object().unwrap()), None);
    }

    #[test]
    fn tokens_survive_the_round_trip_and_nothing_else_does() {
        for position in [Position::Index(101), Position::Cursor(String::new()), Position::Cursor("a b/ü".into())] {
            let token = Token { position, before: 100, last: u64::MAX };
            assert_eq!(Token::decode(&token.encode()), Some(token));
        }
        for text in ["", "x", "MWk", "101"] {
            assert_eq!(Token::decode(text), None, "{text}");
        }
    }

    #[test]
    fn listings_advance_by_what_came_and_end_truthfully() {
        // (what the server does, its pages, resources the caller gets, complete)
        let rows = [
            (
                "as announced",
                vec![
                    json!({"totalResults": 5, "Resources": ids(0..2)}),
                    json!({"totalResults": 5, "Resources": ids(2..4)}),
                    json!({"totalResults": 5, "Resources": ids(4..5)}),
                ],
                5,
                true,
            ),
            ("ignores paging", vec![json!({"totalResults": 3, "Resources": ids(0..3)})], 3, true),
            (
                "ignores paging, no total",
                vec![json!({"Resources": ids(0..3)}), json!({"Resources": ids(0..3)})],
                3,
                true,
            ),
            (
                "repeats a page, total says there is more",
                vec![
                    json!({"totalResults": 9, "Resources": ids(0..3)}),
                    json!({"totalResults": 9, "Resources": ids(0..3)}),
                ],
                3,
                false,
            ),
            (
                "stops short",
                vec![json!({"totalResults": 9, "Resources": ids(0..3)}), json!({"totalResults": 9})],
                3,
                false,
            ),
            (
                "total shrinks",
                vec![json!({"totalResults": 4, "Resources": ids(0..3)}), json!({"totalResults": 3, "Resources": []})],
                3,
                true,
            ),
            ("no total, ends empty", vec![json!({"Resources": ids(0..3)}), json!({"Resources": []})], 3, true),
            (
                "cursor",
                vec![json!({"Resources": ids(0..3), "nextCursor": "x"}), json!({"Resources": ids(3..5)})],
                5,
                true,
            ),
            (
                "cursor that stands still",
                vec![
                    json!({"Resources": ids(0..3), "nextCursor": "x"}),
                    json!({"Resources": ids(3..5), "nextCursor": "x"}),
                ],
                5,
                false,
            ),
            ("nothing there", vec![json!({"totalResults": 0})], 0, true),
        ];
        for (name, pages, expected, complete) in rows {
            let (mut asked, mut from, mut got, mut last) = (Position::Index(1), None::<Token>, 0, None);
            let used = pages.len();
            for (index, value) in pages.into_iter().enumerate() {
                let page = page(value);
                let step = step(&page, &asked, from.as_ref(), None);
                got += if step.repeated { 0 } else { page.resources.len() };
                assert_eq!(step.next.is_none(), index + 1 == used, "{name}, page {index}");
                if let Some(token) = &step.next {
                    asked = Token::decode(&token.encode()).unwrap().position;
                }
                from.clone_from(&step.next);
                last = Some(step.complete);
            }
            assert_eq!((got, last), (expected, Some(complete)), "{name}");
        }
    }
}
