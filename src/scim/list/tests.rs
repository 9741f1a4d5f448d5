//! Listings by pages of every kind, honest and not.

use super::token::RECENT;
use super::*;
use crate::scim::resource::json;
use proptest::collection::vec;
use proptest::{option, prelude::*};
use std::collections::BTreeSet;

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
                tail: (0..print.min(16)).map(|tail| u64::MAX - tail).collect(),
            };
            assert!(token.encode().len() < 800);
            assert_eq!(Token::decode(&token.encode()), Some(token));
        }
    }
    for text in ["", "x", "MWk", "101", "MmkgLSAtIC0gMCwwIDAsMCAw"] {
        assert_eq!(Token::decode(text), None, "{text}");
    }
}

/// The step that a page means.
fn step(page: &Page, asked: &Position, from: Option<&Token>, count: Option<u32>) -> Verdict {
    judge(page, &page.identities(false), asked, from, count, &[])
}

#[test]
fn listings_advance_by_what_came_and_end_truthfully() {
    let some = |numbers: &[u64], total: u64| -> Data {
        let resources: Data = numbers.iter().map(|id| json!({"id": id.to_string()})).collect();
        json!({"totalResults": total, "Resources": resources})
    };
    // What the server does, the page size asked for, its pages, resources the caller gets, complete.
    type Row = (&'static str, Option<u32>, Vec<Data>, usize, bool);
    let rows: Vec<Row> = vec![
        ("as announced", None, vec![some(&[0, 1], 5), some(&[2, 3], 5), some(&[4], 5)], 5, true),
        ("ignores paging", None, vec![some(&[0, 1, 2], 3)], 3, true),
        (
            "ignores paging, no total",
            None,
            vec![json!({"Resources": ids(0..3)}), json!({"Resources": ids(0..3)})],
            3,
            false,
        ),
        ("repeats a page, total says there is more", None, vec![some(&[0, 1, 2], 9), some(&[0, 1, 2], 9)], 3, false),
        ("stops short", None, vec![some(&[0, 1, 2], 9), json!({"totalResults": 9})], 3, false),
        ("total shrinks to what came", None, vec![some(&[0, 1, 2], 4), some(&[], 3)], 3, true),
        ("total shrinks below what came", None, vec![some(&[0, 1, 2], 9), some(&[3, 4, 5], 4), some(&[], 4)], 6, false),
        ("no total, ends empty", None, vec![json!({"Resources": ids(0..3)}), json!({"Resources": []})], 3, true),
        (
            "cursor",
            None,
            vec![json!({"Resources": ids(0..3), "nextCursor": "x"}), json!({"Resources": ids(3..5)})],
            5,
            true,
        ),
        (
            "cursor that stands still",
            None,
            vec![
                json!({"Resources": ids(0..3), "nextCursor": "x"}),
                json!({"Resources": ids(3..5), "nextCursor": "x"}),
            ],
            5,
            false,
        ),
        (
            "cursors in a circle",
            None,
            vec![
                json!({"Resources": ids(0..3), "nextCursor": "x"}),
                json!({"Resources": [], "nextCursor": "y"}),
                json!({"Resources": ids(3..5), "nextCursor": "x"}),
            ],
            5,
            false,
        ),
        ("the total is said once", None, vec![some(&[0, 1, 2], 9), json!({"Resources": []})], 3, false),
        (
            "the same page in another order",
            None,
            vec![json!({"Resources": [{"id": "1"}, {"id": "2"}]}), json!({"Resources": [{"id": "2"}, {"id": "1"}]})],
            2,
            false,
        ),
        ("nothing there", None, vec![json!({"totalResults": 0})], 0, true),
        (
            "pages overlap",
            None,
            vec![some(&[1, 2, 3], 8), some(&[2, 3, 4], 8), some(&[5, 6, 7], 8), some(&[8], 8)],
            8,
            true,
        ),
        (
            "pages overlap, and no more",
            None,
            vec![some(&[1, 2, 3], 8), some(&[2, 3, 4], 8), some(&[5, 6, 7], 8), some(&[7], 8)],
            7,
            false,
        ),
        ("somebody twice", None, vec![some(&[1, 2, 2], 3), some(&[2], 3)], 2, false),
        ("somebody twice, and nothing is missing", None, vec![some(&[1, 2, 2], 2)], 2, true),
        ("a total of nobody", None, vec![some(&[1, 2], 0), some(&[], 0)], 2, false),
        (
            "the page's number for a total",
            Some(2),
            vec![some(&[1, 2], 2), some(&[3, 4], 2), some(&[5], 1), some(&[], 0)],
            5,
            false,
        ),
        ("a full page that is all", Some(2), vec![some(&[1, 2], 2), some(&[], 2)], 2, true),
        ("a full page that is not all", Some(2), vec![some(&[1, 2], 3), some(&[3], 3)], 3, true),
        ("a total capped", None, vec![some(&[1, 2], 3), some(&[3, 4], 3), some(&[5], 3), some(&[], 3)], 5, false),
    ];
    for (name, count, pages, expected, complete) in rows {
        let (mut asked, mut from, mut got, mut last) = (Position::Index(1), None::<Token>, 0, None);
        let used = pages.len();
        for (index, value) in pages.into_iter().enumerate() {
            let page = page(value);
            let step = step(&page, &asked, from.as_ref(), count);
            got += step.fresh.iter().filter(|fresh| **fresh).count();
            assert_eq!(step.next.is_none(), index + 1 == used, "{name}, page {index}: {step:?}");
            if let Some(token) = &step.next {
                asked = Token::decode(&token.encode()).unwrap().position;
            }
            from.clone_from(&step.next);
            last = Some(step.complete);
        }
        assert_eq!((got, last), (expected, Some(complete)), "{name}");
    }
}

#[test]
fn a_listing_begins_where_it_is_asked_to() {
    // Index asked for, what comes, complete.
    let rows = [
        (51, json!({"totalResults": 52, "Resources": ids(50..52)}), true),
        (51, json!({"totalResults": 53, "Resources": ids(50..52)}), false),
        (60, json!({"totalResults": 52, "Resources": []}), false),
        (53, json!({"totalResults": 52, "Resources": []}), false),
        (53, json!({"Resources": []}), false),
        (1, json!({"Resources": []}), true),
        (1, json!({"totalResults": 3, "Resources": []}), false),
    ];
    for (index, value, complete) in rows {
        let step = step(&page(value.clone()), &Position::Index(index), None, None);
        assert_eq!(step.complete, complete, "{index} {value}");
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
        let step = step(&page, &asked, from.as_ref(), Some(5));
        walk.total = page.total_results.or(walk.total);
        walk.pending = page.next_cursor.is_some();
        let ids: Vec<String> = page.resources.iter().filter_map(|it| it.text("id")).collect();
        let given = |id: &String| walk.pages.iter().flatten().any(|given| given == id);
        let mut page = Vec::<String>::new();
        for (id, fresh) in ids.into_iter().zip(&step.fresh) {
            assert!(*fresh || given(&id) || page.contains(&id), "{id} is withheld and was never given");
            page.extend(fresh.then_some(id));
        }
        walk.pages.push(page);
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

/// Follows a listing to its end, as a host does that keeps what came.
fn walk_whole(by_cursor: bool, most: usize, mut serve: impl FnMut(usize, &Position) -> Page) -> Walk {
    let start = if by_cursor { Position::Cursor(String::new()) } else { Position::Index(1) };
    let mut walk = Walk { pages: Vec::new(), complete: false, total: None, pending: false, requests: 0 };
    let (mut kept, mut progress, mut next) = (BTreeSet::new(), None, None::<String>);
    loop {
        let from = next.as_deref().map(|token| Token::decode(token).unwrap());
        let asked = from.as_ref().map_or(start.clone(), |token| token.position.clone());
        let page = serve(walk.requests, &asked);
        walk.requests += 1;
        assert!(walk.requests <= most, "no end after {most} pages");
        let call = step(&page, &asked, from.as_ref(), Some(5));
        walk.total = page.total_results.or(walk.total);
        let identities = page.identities(false).into_iter().zip(&call.fresh).filter(|(_, fresh)| **fresh);
        let given = walk::WalkedPage {
            identities: identities.map(|(identity, _)| identity).collect(),
            total: page.total_results,
            next: call.next.map(|token| token.encode()),
            complete: call.complete,
            page: next.clone(),
            cursor: (by_cursor && next.is_none()).then(String::new),
            ..walk::WalkedPage::default()
        };
        let verdict = walk::judge(progress, &given.keys(), &|key| kept.contains(key), &given);
        walk.pages.push(verdict.fresh.iter().map(|index| given.identities[*index as usize].clone()).collect());
        kept.extend(verdict.added);
        progress = Some(verdict.progress);
        assert_eq!(walk::Progress::decode(&verdict.progress.encode()), progress);
        walk.complete = verdict.complete;
        match verdict.next {
            Some(token) => next = Some(token),
            None => return walk,
        }
    }
}

#[test]
fn a_walk_finds_what_far_pages_had_before_and_asks_for_what_is_missing() {
    let users = |numbers: &[u8], total: u64| with(numbers, Some(total), None);
    let far: Vec<u8> = (1..=20).collect();
    // Somebody of the first page comes again on the third, far from where pages meet.
    let pages = [
        users(&far[..10], 31),
        users(&far[10..], 31),
        users(&[1, 21, 22, 23, 24, 25, 26, 27, 28, 29], 31),
        users(&[30, 31], 31),
    ];
    let mut asked = Vec::new();
    let walk = walk_whole(false, 9, |request, position| {
        asked.push(position.clone());
        pages.get(request).cloned().unwrap_or_default()
    });
    assert_eq!((walk.pages.concat().len(), walk.complete), (31, true));
    // One question more than an honest provider is asked.
    assert_eq!(asked, [1, 11, 21, 31, 33].map(Position::Index));

    // A user who is counted and never shown: one more question, then the truth.
    let users: Vec<u8> = (1..=24).filter(|id| *id != 15).collect();
    let mut requests = 0;
    let walk = walk_whole(false, 9, |_, position| {
        requests += 1;
        let Position::Index(index) = position else { panic!("{position:?}") };
        let range = |id: &&u8| (*index..*index + 10).contains(&u64::from(**id));
        with(&users.iter().filter(range).copied().collect::<Vec<_>>(), Some(24), None)
    });
    assert_eq!((walk.pages.concat().len(), walk.complete, requests), (23, false, 4));

    // What was left out was listed all the same.
    let given = walk::WalkedPage {
        identities: vec!["1".into()],
        left_out: vec!["2".into(), "3".into()],
        total: Some(3),
        complete: true,
        ..walk::WalkedPage::default()
    };
    let step = walk::judge(None, &given.keys(), &|_| false, &given);
    assert_eq!((step.fresh.as_slice(), step.added.len(), step.complete), (&[0][..], 3, true));
    for text in ["", "1", "2 0 0 - 0", "1 0 0 - 0 0", "1 x 0 - 0"] {
        assert_eq!(walk::Progress::decode(text), None, "{text}");
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
        if walk.complete {
            prop_assert!(walk.total.is_none_or(|total| given as u64 == total), "another number was announced");
            prop_assert!(!walk.pending || walk.total.is_some(), "a cursor was left");
        }
    }

    /// Whoever walks over all pages and keeps what came gets each resource once, comes to an end, and knows whether that is all.
    #[test]
    fn no_behaviour_makes_a_walk_give_twice_or_lie(
        pages in vec((vec(0u8..12, 0..4), option::of(0u64..20), option::of(0u8..12)), 1..=RECENT),
        by_cursor: bool,
    ) {
        let serve = |request: usize, _: &Position| {
            let (ids, total, cursor) = &pages[request % pages.len()];
            with(ids, *total, cursor.filter(|_| by_cursor))
        };
        let walk = walk_whole(by_cursor, 3 * RECENT + 2, serve);
        let mut given: Vec<String> = walk.pages.concat();
        let all = given.len();
        given.sort();
        given.dedup();
        prop_assert_eq!(given.len(), all, "somebody was given twice");
        let mut there: Vec<u8> = (0..walk.requests).flat_map(|request| pages[request % pages.len()].0.clone()).collect();
        there.sort_unstable();
        there.dedup();
        prop_assert_eq!(there.len(), all, "somebody was withheld");
        if walk.complete {
            prop_assert!(walk.total.is_none_or(|total| all as u64 == total), "another number was announced");
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
        let serve = |request: usize, asked: &Position| {
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
        };
        let everybody: Vec<String> = (0..all).map(|id| id.to_string()).collect();
        let (plain, whole) = (walk(start, 300, serve), walk_whole(by_cursor, 300, serve));
        for walk in [&plain, &whole] {
            prop_assert!(walk.complete);
            prop_assert_eq!(&walk.pages.concat(), &everybody);
        }
        prop_assert_eq!(plain.requests, whole.requests);
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
