//! Lists of resources (RFC 7644 section 3.4.2) and the position in a listing (section 3.4.2.4, RFC 9865).
//!
//! Servers cap pages, ignore paging, repeat pages and lie about totals. A listing therefore advances by what it received,
//! stops at a page or a cursor it has seen, and says whether it is complete.

use super::resource::{Data, Node, Resource};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

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
    let total_results = object.number("totalResults");
    let resources = match object.get("Resources").map(Data::node) {
        Some(Node::List(items)) => items.iter().filter_map(Data::as_object).cloned().collect(),
        // No result at all may come without the member (RFC 7644 section 3.4.2).
        Some(Node::Null) | None if total_results.is_some() => Vec::new(),
        _ => return None,
    };
    Some(Page {
        resources,
        total_results,
        start_index: object.number("startIndex"),
        items_per_page: object.number("itemsPerPage"),
        next_cursor: object.text("nextCursor").filter(|cursor| !cursor.is_empty()),
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

/// What was seen on the way, within bounds: the last few fingerprints, and one that is renewed ever more rarely, so that a loop
/// longer than those few is noticed too, within three turns of it (Brent's cycle detection).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail {
    recent: Vec<u64>,
    mark: u64,
    steps: u64,
}

/// Pages without a resource that are followed, beyond three for each that has some.
const EMPTY_PAGES: u64 = 50;

/// Fingerprints a trail keeps.
const RECENT: usize = 8;

impl Trail {
    fn has(&self, print: u64) -> bool {
        self.recent.contains(&print) || self.mark == print
    }

    fn push(&mut self, print: u64) {
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
        let numbers = [self.steps, self.mark].into_iter().chain(self.recent.iter().copied());
        numbers.map(|number| format!("{number:x}")).collect::<Vec<_>>().join(",")
    }

    fn decode(text: &str) -> Option<Trail> {
        let numbers: Option<Vec<u64>> = text.split(',').map(|part| u64::from_str_radix(part, 16).ok()).collect();
        let [steps, mark, recent @ ..] = &numbers?[..] else { return None };
        (recent.len() <= RECENT).then(|| Trail { recent: recent.to_vec(), mark: *mark, steps: *steps })
    }
}

/// A position, and what went before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where to go on.
    pub position: Position,
    /// Resources that stand before this position; none where the listing began in the middle, at a cursor of the caller's.
    pub before: Option<u64>,
    /// Results in all, as last announced.
    pub total: Option<u64>,
    /// The page size that was asked for: with cursors it must stay the same (RFC 9865 section 2).
    pub count: Option<u32>,
    /// The pages there were.
    pub pages: Trail,
    /// The cursors there were.
    pub cursors: Trail,
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
        let (pages, cursors) = (self.pages.encode(), self.cursors.encode());
        BASE64_URL_SAFE_NO_PAD.encode(format!("2{kind} {before} {total} {count} {pages} {cursors} {at}"))
    }

    /// Reads what [`Token::encode`] wrote; none for anything else.
    pub fn decode(text: &str) -> Option<Token> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let plain = String::from_utf8(bytes).ok()?;
        let mut parts = plain.splitn(7, ' ');
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
        let at = parts.next()?;
        let position = match kind {
            "2i" => Position::Index(at.parse().ok().filter(|index| *index > 0)?),
            "2c" => Position::Cursor(at.to_owned()),
            _ => return None,
        };
        Some(Token { position, before, total, count, pages, cursors })
    }
}

/// What a page means for the listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Where to go on; none where the listing ends.
    pub next: Option<Token>,
    /// Whether it ended as announced.
    pub complete: bool,
    /// Whether this page was there before, so that the caller must not be given it again.
    pub repeated: bool,
}

impl Verdict {
    /// The step at a provider without paging, which gives all it gives at once.
    pub fn unpaged(self) -> Verdict {
        match &self.next {
            Some(Token { position: Position::Index(_), total, .. }) => {
                Verdict { complete: total.is_none(), next: None, ..self }
            }
            _ => self,
        }
    }
}

/// Judges a page asked for at `asked`, after the token `from` if there was one; `count` is what was asked for, if anything.
pub fn judge(page: &Page, asked: &Position, from: Option<&Token>, count: Option<u32>) -> Verdict {
    let received = page.resources.len() as u64;
    let before = match (from, asked) {
        (Some(token), _) => token.before,
        (None, Position::Index(index)) => Some(index.saturating_sub(1)),
        (None, Position::Cursor(cursor)) => cursor.is_empty().then_some(0),
    };
    let (mut pages, mut cursors) = from.map(|token| (token.pages.clone(), token.cursors.clone())).unwrap_or_default();
    let print = fingerprint(&page.resources);
    let repeated = received > 0 && pages.has(print);
    if received > 0 {
        pages.push(print);
    }
    if let Position::Cursor(this) = asked {
        cursors.push(hash(this));
    }
    let seen = if repeated { before } else { before.map(|before| before.saturating_add(received)) };
    let total = page.total_results.or(from.and_then(|token| token.total));
    let announced = total.zip(seen).map(|(total, seen)| seen >= total);
    let end = |complete: bool| Verdict { next: None, complete, repeated };
    let onward = |position: Position| {
        let next = Token { position, before: seen, total, count, pages: pages.clone(), cursors: cursors.clone() };
        Verdict { next: Some(next), complete: false, repeated }
    };
    match (&page.next_cursor, asked) {
        // Only the total was wanted.
        _ if count == Some(0) => end(page.total_results == Some(0)),
        // A server that does not page sends the same everything each time: nothing is missing unless something else says so.
        (cursor, _) if repeated => end(announced.unwrap_or(cursor.is_none())),
        (Some(cursor), _) if cursors.has(hash(cursor)) => end(announced.unwrap_or(false)),
        (Some(_), _) if received == 0 && cursors.steps > pages.steps.saturating_mul(4).saturating_add(EMPTY_PAGES) => {
            end(announced.unwrap_or(false))
        }
        (Some(cursor), _) => onward(Position::Cursor(cursor.clone())),
        // A cursor listing ends where no further cursor comes (RFC 9865 section 2); totals are optional there.
        (None, Position::Cursor(_)) => end(announced.unwrap_or(true)),
        (None, Position::Index(_)) if received == 0 => end(announced.unwrap_or(true)),
        (None, Position::Index(_)) if announced == Some(true) => end(true),
        (None, Position::Index(index)) => onward(Position::Index(index.saturating_add(received))),
    }
}

/// A page's fingerprint: its resources' identifiers, or where there are none the resources, in any order.
fn fingerprint(resources: &[Resource]) -> u64 {
    let print =
        |resource: &Resource| hash(&resource.text("id").unwrap_or_else(|| Data::from(resource.clone()).to_string()));
    resources.iter().fold(resources.len() as u64, |sum, resource| sum.wrapping_add(print(resource)))
}

/// FNV-1a, its bits then spread: sums of it are kept.
fn hash(text: &str) -> u64 {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let spread = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    spread ^ (spread >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::resource::json;
    use proptest::collection::vec;
    use proptest::{option, prelude::*};

    fn page(value: Data) -> Page {
        parse(value.as_object().unwrap()).unwrap()
    }

    fn ids(range: std::ops::Range<u64>) -> Data {
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
            let mut trail = Trail::default();
            for print in 0..20 {
                trail.push(u64::MAX - print);
                let (pages, cursors) = (trail.clone(), Trail::default());
                let token = Token {
                    position: position.clone(),
                    before: Some(100),
                    total: None,
                    count: Some(5),
                    pages,
                    cursors,
                };
                assert!(token.encode().len() < 400);
                assert_eq!(Token::decode(&token.encode()), Some(token));
            }
        }
        for text in ["", "x", "MWk", "101", "MmkgLSAtIC0gMCwwIDAsMCAw"] {
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
            (
                "cursors in a circle",
                vec![
                    json!({"Resources": ids(0..3), "nextCursor": "x"}),
                    json!({"Resources": [], "nextCursor": "y"}),
                    json!({"Resources": ids(3..5), "nextCursor": "x"}),
                ],
                5,
                false,
            ),
            (
                "the total is said once",
                vec![json!({"totalResults": 9, "Resources": ids(0..3)}), json!({"Resources": []})],
                3,
                false,
            ),
            (
                "the same page in another order",
                vec![
                    json!({"Resources": [{"id": "1"}, {"id": "2"}]}),
                    json!({"Resources": [{"id": "2"}, {"id": "1"}]}),
                ],
                2,
                true,
            ),
            ("nothing there", vec![json!({"totalResults": 0})], 0, true),
        ];
        for (name, pages, expected, complete) in rows {
            let (mut asked, mut from, mut got, mut last) = (Position::Index(1), None::<Token>, 0, None);
            let used = pages.len();
            for (index, value) in pages.into_iter().enumerate() {
                let page = page(value);
                let step = judge(&page, &asked, from.as_ref(), None);
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

    /// What a listing gave: its pages, whether it said that it is complete, and the last total that was announced.
    struct Walk {
        pages: Vec<Vec<String>>,
        complete: bool,
        total: Option<u64>,
        pending: bool,
        requests: usize,
    }

    /// Follows a listing to its end, as `query` does; `serve` is the provider.
    fn walk(start: Position, most: usize, mut serve: impl FnMut(usize, &Position) -> Page) -> Walk {
        let (mut asked, mut from) = (start, None::<Token>);
        let mut walk = Walk { pages: Vec::new(), complete: false, total: None, pending: false, requests: 0 };
        loop {
            let page = serve(walk.requests, &asked);
            walk.requests += 1;
            assert!(walk.requests <= most, "no end after {most} pages");
            let step = judge(&page, &asked, from.as_ref(), Some(5));
            walk.total = page.total_results.or(walk.total);
            walk.pending = page.next_cursor.is_some();
            let ids: Vec<String> = page.resources.iter().filter_map(|it| it.text("id")).collect();
            if step.repeated {
                let known = |page: &Vec<String>| {
                    let mut sorted = [page.clone(), ids.clone()];
                    sorted.iter_mut().for_each(|page| page.sort());
                    sorted[0] == sorted[1]
                };
                assert!(walk.pages.iter().any(known), "withheld what was never given: {ids:?}");
            } else {
                walk.pages.push(ids);
            }
            walk.complete = step.complete;
            match step.next {
                None => return walk,
                Some(token) => {
                    assert_eq!(Token::decode(&token.encode()).as_ref(), Some(&token));
                    asked = token.position.clone();
                    from = Some(token);
                }
            }
        }
    }

    fn with(ids: &[u8], total: Option<u64>, cursor: Option<u8>) -> Page {
        let resources = ids.iter().map(|id| json!({"id": id.to_string()}).as_object().unwrap().clone()).collect();
        let next_cursor = cursor.map(|cursor| format!("c{cursor}"));
        Page { resources, total_results: total, next_cursor, ..Page::default() }
    }

    proptest! {
        /// A provider that serves any pages at all, over and over, with totals and cursors as they come.
        #[test]
        fn no_behaviour_makes_a_listing_loop_lose_or_lie(
            pages in vec((vec(0u8..12, 0..4), option::of(0u64..20), option::of(0u8..12)), 1..=RECENT),
            by_cursor: bool,
        ) {
            let start = if by_cursor { Position::Cursor(String::new()) } else { Position::Index(1) };
            let walk = walk(start, 3 * RECENT, |request, _| {
                let (ids, total, cursor) = &pages[request % pages.len()];
                with(ids, *total, *cursor)
            });
            let given: usize = walk.pages.iter().map(Vec::len).sum();
            let mut distinct: Vec<_> = walk.pages.iter().filter(|page| !page.is_empty()).cloned().collect();
            distinct.iter_mut().for_each(|page| page.sort());
            let all = distinct.len();
            distinct.sort();
            distinct.dedup();
            prop_assert_eq!(distinct.len(), all, "a page was given twice");
            if walk.complete {
                prop_assert!(walk.total.is_none_or(|total| given as u64 >= total), "more was announced");
                prop_assert!(!walk.pending || walk.total.is_some(), "a cursor was left");
            }
        }

        /// An honest provider of either kind, whatever its page sizes: everything comes, once, and the listing knows it.
        #[test]
        fn an_honest_listing_is_complete(
            all in 0usize..60,
            caps in vec(1usize..7, 1..6),
            gaps in vec(any::<bool>(), 1..6),
            by_cursor: bool,
            says_total: bool,
        ) {
            let start = if by_cursor { Position::Cursor(String::new()) } else { Position::Index(1) };
            let walk = walk(start, 300, |request, asked| {
                let at = match asked {
                    Position::Index(index) => *index as usize - 1,
                    // A cursor says where it stands and at which request, so that an empty page has another one.
                    Position::Cursor(cursor) => cursor.split('-').next().unwrap().parse().unwrap_or(0),
                };
                let cap = if by_cursor && gaps[request % gaps.len()] && request % 2 == 1 { 0 } else { caps[request % caps.len()] };
                let end = (at + cap).min(all);
                let ids: Vec<u8> = (at.min(end)..end).map(|id| id as u8).collect();
                let next_cursor = (by_cursor && end < all).then(|| format!("{end}-{request}"));
                Page { next_cursor, ..with(&ids, says_total.then_some(all as u64), None) }
            });
            prop_assert!(walk.complete);
            let given: Vec<String> = walk.pages.concat();
            prop_assert_eq!(given, (0..all).map(|id| id.to_string()).collect::<Vec<_>>());
        }

        /// A loop longer than what a token remembers ends as well.
        #[test]
        fn long_loops_end(length in RECENT + 1..80, tail in 0usize..30, by_cursor: bool) {
            let start = if by_cursor { Position::Cursor(String::new()) } else { Position::Index(1) };
            let walk = walk(start, 4 * (length + tail) + 8, |request, _| {
                let place = if request < tail { request } else { tail + (request - tail) % length };
                Page { next_cursor: by_cursor.then(|| format!("c{place}")), ..with(&[place as u8], None, None) }
            });
            prop_assert!(!by_cursor || !walk.complete);
        }
    }
}
