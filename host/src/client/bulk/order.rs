//! In which order operations go that refer to each other: each after what it refers to. The order is the caller's, except that an
//! operation that refers to a later one waits for it; those that refer to each other in a circle go together. Pure.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, VecDeque};

/// That an operation, by its index, refers to another.
pub(super) type Edge = (u32, u32);

/// An operation whose turn is not where it stands, or that others waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Turn {
    /// Its index.
    pub index: u32,
    /// Whether it goes together with the one before.
    pub joined: bool,
}

/// What goes when an operation's place is reached; for all others, only itself.
pub(super) type Turns = HashMap<u32, Vec<Turn>>;

/// The turns, or a circle of more than `most` operations, which cannot go together. Only operations in `edges` are looked at.
pub(super) fn turns(edges: &[Edge], most: usize) -> Result<Turns, Vec<u32>> {
    if edges.iter().all(|(from, to)| to <= from) {
        return Ok(Turns::new());
    }
    let mut groups: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let places = places(edges);
    for (index, place) in &places {
        groups.entry(*place).or_default().push(*index);
    }
    let mut targets: HashMap<u32, Vec<u32>> = HashMap::new();
    for (from, to) in edges {
        if places.get(from) == places.get(to) {
            targets.entry(*from).or_default().push(*to);
        }
    }
    let mut turns = Turns::new();
    for (place, members) in groups.into_iter().filter(|(_, members)| members.len() > 1) {
        turns.insert(place, ordered(&members, &targets, most)?);
    }
    Ok(turns)
}

/// Until which place each operation must wait: that of the last one it leads to, or its own.
fn places(edges: &[Edge]) -> HashMap<u32, u32> {
    let mut referrers: HashMap<u32, Vec<u32>> = HashMap::new();
    let mut all = BTreeSet::new();
    for (from, to) in edges {
        referrers.entry(*to).or_default().push(*from);
        all.extend([*from, *to]);
    }
    let mut places = HashMap::new();
    for last in all.into_iter().rev() {
        let mut open = vec![last];
        while let Some(index) = open.pop() {
            if let std::collections::hash_map::Entry::Vacant(place) = places.entry(index) {
                place.insert(last);
                open.extend(referrers.get(&index).into_iter().flatten());
            }
        }
    }
    places
}

/// Operations of one place, what is referred to first, in the caller's order otherwise. What is left when nothing is free on either
/// side is circles and what stands between them.
fn ordered(members: &[u32], targets: &HashMap<u32, Vec<u32>>, most: usize) -> Result<Vec<Turn>, Vec<u32>> {
    let of = |index: &u32| targets.get(index).into_iter().flatten().copied();
    let mut referrers: HashMap<u32, Vec<u32>> = HashMap::new();
    let (mut waits, mut wanted): (HashMap<u32, usize>, HashMap<u32, usize>) = Default::default();
    for index in members {
        for target in of(index) {
            referrers.entry(target).or_default().push(*index);
            *waits.entry(*index).or_default() += 1;
            *wanted.entry(target).or_default() += 1;
        }
    }
    let alone = |index| Turn { index, joined: false };
    let mut left: BTreeSet<u32> = members.iter().copied().collect();
    let mut turns = Vec::with_capacity(members.len());
    let mut free: BinaryHeap<Reverse<u32>> =
        members.iter().filter(|index| !waits.contains_key(index)).copied().map(Reverse).collect();
    while let Some(Reverse(index)) = free.pop() {
        left.remove(&index);
        turns.push(alone(index));
        for other in referrers.get(&index).into_iter().flatten() {
            if let Some(count) = waits.get_mut(other) {
                *count -= 1;
                if *count == 0 {
                    free.push(Reverse(*other));
                }
            }
        }
    }
    // From the other end: what nobody left refers to.
    let mut last = VecDeque::new();
    let mut free: BinaryHeap<u32> = left.iter().filter(|index| !wanted.contains_key(index)).copied().collect();
    while let Some(index) = free.pop() {
        left.remove(&index);
        last.push_front(alone(index));
        for target in of(&index).filter(|target| left.contains(target)) {
            if let Some(count) = wanted.get_mut(&target) {
                *count -= 1;
                if *count == 0 {
                    free.push(target);
                }
            }
        }
    }
    if left.len() > most {
        return Err(left.into_iter().collect());
    }
    turns.extend(left.into_iter().enumerate().map(|(place, index)| Turn { index, joined: place > 0 }));
    turns.extend(last);
    Ok(turns)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole order of so many operations; those that go together in brackets.
    fn order(count: u32, edges: &[Edge]) -> String {
        let turns = turns(edges, 3).unwrap();
        let moved: BTreeSet<u32> = turns.values().flatten().map(|turn| turn.index).collect();
        let mut text = String::new();
        for index in 0..count {
            match turns.get(&index) {
                Some(group) => group.iter().for_each(|turn| {
                    text += if turn.joined { "+" } else { " " };
                    text += &turn.index.to_string();
                }),
                None if moved.contains(&index) => {}
                None => text += &format!(" {index}"),
            }
        }
        text.trim().to_owned()
    }

    #[test]
    fn what_refers_to_something_later_waits_for_it() {
        let rows: [(&[Edge], &str); 8] = [
            (&[], "0 1 2 3 4 5"),
            (&[(1, 0), (5, 2), (5, 1)], "0 1 2 3 4 5"),
            (&[(0, 3)], "1 2 3 0 4 5"),
            (&[(0, 1), (1, 2), (2, 4)], "3 4 2 1 0 5"),
            // Who refers to one that waits, waits too.
            (&[(0, 4), (2, 0)], "1 3 4 0 2 5"),
            (&[(0, 4), (5, 0)], "1 2 3 4 0 5"),
            // A circle goes together, when all of it is there; so does one of itself.
            (&[(0, 3), (3, 0), (2, 2)], "1 2 0+3 4 5"),
            (&[(0, 3), (3, 0), (1, 0), (3, 4), (2, 5)], "4 0+3 1 5 2"),
        ];
        for (edges, expected) in rows {
            assert_eq!(order(6, edges), expected, "{edges:?}");
        }
    }

    #[test]
    fn a_circle_that_is_too_large_is_told() {
        let edges: Vec<Edge> = (0..4).map(|index| (index, (index + 1) % 4)).collect();
        assert_eq!(turns(&edges, 3).unwrap_err(), [0, 1, 2, 3]);
        assert!(turns(&edges, 4).is_ok());
    }

    #[test]
    fn many_that_wait_for_the_last_one_are_ordered_quickly() {
        const MANY: u32 = 200_000;
        let edges: Vec<Edge> = (0..MANY).map(|index| (index, index + 1)).collect();
        let turns = turns(&edges, 1).unwrap();
        let order: Vec<u32> = turns[&MANY].iter().map(|turn| turn.index).collect();
        assert!(order.iter().rev().copied().eq(0..=MANY));
    }
}
