//! When a value already is as another says.
//!
//! Not equality: what is wanted says only what it says, and what a provider adds or writes differently is no difference. Absent,
//! null, `[]` and `{}` are all unassigned (RFC 7643 section 2.5); lists are sets; `"true"` is true and `"1"` is 1 where servers
//! are sloppy; one value is a list of one. Texts are compared in one Unicode form, with regard to case but for `userName`, the
//! `value` of `emails` and any `type`, in which providers change the case and do not tell it apart; what else a provider makes of
//! texts, [`TextRules`] say. A wanted `$ref` beside a `value` says nothing of its own,
//! since each provider writes URIs its own way.

use super::super::resource::{Data, Node, Number, Resource, has_unassigned};
use super::super::text::{self, TextRules, same_but_for_store, same_text};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Whether an attribute has no value (RFC 7643 section 2.5).
pub(super) fn is_unassigned(value: Option<&Data>) -> bool {
    match value.map(Data::node) {
        None | Some(Node::Null) => true,
        Some(Node::List(items)) => items.is_empty(),
        Some(Node::Object(object)) => object.is_empty(),
        Some(_) => false,
    }
}

/// Whether one of several values is the preferred one.
pub(super) fn is_primary(item: &Data) -> bool {
    item.as_object().and_then(|object| object.get("primary")).and_then(Data::as_boolean) == Some(true)
}

/// One of several values as an object: some servers send a plain text for its `value`.
pub(super) fn element(item: &Data) -> Cow<'_, Resource> {
    match item.node() {
        Node::Object(object) => Cow::Borrowed(object),
        other => Cow::Owned(Resource::from_iter([("value", other)])),
    }
}

/// The values of an attribute, whether it came as a list or alone.
pub(super) fn items(value: Option<&Data>) -> &[Data] {
    match value {
        None => &[],
        Some(value) if value.is_null() => &[],
        Some(value) if let Some(items) = value.as_list() => items,
        Some(single) => std::slice::from_ref(single),
    }
}

/// Whether the value of an attribute is as `wanted` says.
pub(super) fn says(current: Option<&Data>, wanted: &Data, attribute: &str, rules: TextRules) -> bool {
    let folded = attribute.eq_ignore_ascii_case("userName");
    compare(current, wanted, attribute, folded, rules)
}

/// Whether the sub-attribute of a value is as `wanted` says.
pub(super) fn part_says(current: &Resource, sub: &str, wanted: &Data, attribute: &str, rules: TextRules) -> bool {
    let found = current.get(sub);
    let is = |name: &str| sub.eq_ignore_ascii_case(name);
    let folded = is("type") || (is("value") && attribute.eq_ignore_ascii_case("emails"));
    // Not primary is what a value is that does not say (RFC 7643 section 2.4).
    (is("primary") && wanted.as_boolean() == Some(false) && is_unassigned(found))
        || compare(found, wanted, attribute, folded, rules)
}

/// Whether a value is as the wanted one says in each of its sub-attributes.
pub(super) fn element_says(current: &Resource, wanted: &Resource, attribute: &str, rules: TextRules) -> bool {
    wanted.iter().all(|(sub, value)| is_derived(wanted, sub) || part_says(current, sub, value, attribute, rules))
}

/// Whether a sub-attribute follows from another one: a `$ref` from its `value`.
pub(super) fn is_derived(wanted: &Resource, sub: &str) -> bool {
    sub.eq_ignore_ascii_case("$ref") && !is_unassigned(wanted.get("value"))
}

fn compare(current: Option<&Data>, wanted: &Data, attribute: &str, folded: bool, rules: TextRules) -> bool {
    // What is the same text needs no closer look.
    if current == Some(wanted) {
        return true;
    }
    if is_unassigned(Some(wanted)) {
        // An object without members says nothing.
        return wanted.is_object() || is_unassigned(current);
    }
    match (items(current), wanted.node()) {
        (found, Node::List(wanted)) => {
            let left = pair(found, wanted, attribute, rules);
            left.wanted.is_empty() && left.current.is_empty()
        }
        ([], Node::Object(wanted)) => element_says(&Resource::new(), wanted, attribute, rules),
        ([found], Node::Object(wanted)) => element_says(&element(found), wanted, attribute, rules),
        ([found], _) => same(found, wanted, folded, rules),
        _ => false,
    }
}

/// Whether a list may have items that say nothing, or has some that stand in it before.
pub(super) fn says_too_much(items: &[Data]) -> bool {
    items.iter().any(|item| is_unassigned(Some(item)) || has_unassigned(item)) || repeats(items).contains(&true)
}

/// A list in which nothing stands twice.
pub(super) fn distinct(items: impl Iterator<Item = Data>) -> Data {
    let items: Vec<Data> = items.collect();
    let repeats = repeats(&items);
    items.into_iter().zip(repeats).filter(|(_, repeats)| !repeats).map(|(item, _)| item).collect()
}

/// Which items stand in a list before.
fn repeats(items: &[Data]) -> Vec<bool> {
    const FEW: usize = 8;
    if items.len() <= FEW {
        let before = |index: usize| items.get(..index).unwrap_or_default();
        return items.iter().enumerate().map(|(index, item)| before(index).contains(item)).collect();
    }
    let mut seen = BTreeSet::new();
    items.iter().map(|item| !seen.insert(item.canonical())).collect()
}

/// What tells a value from others: its `value`, without regard to case, Unicode form and blanks at its ends.
pub(super) fn identity(item: &Data) -> Option<String> {
    element(item).text("value").map(|value| text::folded(value.trim()))
}

/// Where values stand, by what tells them from others, so that work on long lists does not grow with the square.
pub(super) type Places<'a> = BTreeMap<String, Vec<(usize, &'a Data)>>;

/// Where values stand; one without an identity by what it is.
pub(super) fn places<'a>(items: impl Iterator<Item = &'a Data>) -> Places<'a> {
    let mut places = Places::new();
    for (index, item) in items.enumerate() {
        places.entry(identity(item).unwrap_or_else(|| item.canonical())).or_default().push((index, item));
    }
    places
}

/// The values that can be the same as this one.
pub(super) fn among<'p, 'a>(places: &'p Places<'a>, item: &Data) -> impl Iterator<Item = &'a Data> + use<'p, 'a> {
    let found = places.get(&identity(item).unwrap_or_else(|| item.canonical()));
    found.into_iter().flatten().map(|(_, item)| *item)
}

/// What came of pairing wanted values with current ones: indices. What stands twice counts once.
pub(super) struct Pairing {
    /// (wanted, current), where the current one is as the wanted one says.
    pub pairs: Vec<(usize, usize)>,
    /// Wanted values that are left.
    pub wanted: Vec<usize>,
    /// Current values that are left.
    pub current: Vec<usize>,
}

/// Pairs each wanted value with a current one that already is as it says.
pub(super) fn pair(current: &[Data], wanted: &[Data], attribute: &str, rules: TextRules) -> Pairing {
    let places = places(current.iter());
    let all: Vec<(usize, &Data)> = current.iter().enumerate().collect();
    let mut taken = repeats(current);
    let mut pairing = Pairing { pairs: Vec::new(), wanted: Vec::new(), current: Vec::new() };
    // Those that say most choose first: those that say less are content with more.
    let fresh = wanted.iter().enumerate().zip(repeats(wanted)).filter(|(_, repeats)| !repeats);
    let mut order: Vec<(usize, &Data)> = fresh.map(|(item, _)| item).collect();
    order.sort_by_key(|(_, item)| std::cmp::Reverse(item.as_object().map_or(0, Resource::len)));
    for (index, item) in order {
        let among = match identity(item) {
            Some(value) => places.get(&value).map_or(&[][..], Vec::as_slice),
            None => &all,
        };
        let among = among.iter().map(|(place, _)| place);
        // What was written as a whole stands in the wanted order, so that its own place comes first.
        let among = std::iter::once(&index).chain(among);
        let free = |place: &&usize| taken.get(**place) == Some(&false);
        let fits = |place: &&usize| current.get(**place).is_some_and(|found| item_says(found, item, attribute, rules));
        match among.filter(free).find(fits).copied() {
            Some(place) => {
                taken.iter_mut().skip(place).take(1).for_each(|taken| *taken = true);
                pairing.pairs.push((index, place));
            }
            None => pairing.wanted.push(index),
        }
    }
    pairing.wanted.sort_unstable();
    pairing.current = (0..current.len()).filter(|place| taken.get(*place) == Some(&false)).collect();
    pairing
}

fn item_says(found: &Data, wanted: &Data, attribute: &str, rules: TextRules) -> bool {
    match (found.node(), wanted.node()) {
        (_, Node::List(_)) => compare(Some(found), wanted, attribute, false, rules),
        (Node::Object(_), _) | (_, Node::Object(_)) => {
            element_says(&element(found), &element(wanted), attribute, rules)
        }
        _ => same(found, wanted, false, rules),
    }
}

/// Whether two simple values mean the same.
fn same(left: &Data, right: &Data, folded: bool, rules: TextRules) -> bool {
    match (left.node(), right.node()) {
        (Node::Text(left), Node::Text(right)) => {
            let (left, right) = (rules.as_stored(left), rules.as_stored(right));
            same_text(left, right, !folded) || (rules.store_prefix && same_but_for_store(left, right, !folded))
        }
        (Node::Bool(flag), _) => right.as_boolean() == Some(flag),
        (_, Node::Bool(flag)) => left.as_boolean() == Some(flag),
        (Node::Number(left), Node::Number(right)) => left == right || equal(left, right),
        (Node::Number(number), Node::Text(text)) | (Node::Text(text), Node::Number(number)) => {
            text.trim() == number.to_string()
        }
        (left, right) => left == right,
    }
}

/// Whether two numbers written differently are one: 1 and 1.0. Beyond what a double holds they are compared as written.
fn equal(left: &Number, right: &Number) -> bool {
    let exact = |number: &Number| number.as_f64().filter(|it| it.abs() < 9_007_199_254_740_992.0);
    matches!((exact(left), exact(right)), (Some(left), Some(right)) if left == right)
}

/// The sub-attributes of a value that are not as wanted. A `$ref` differs only together with the `value` it follows from.
pub(super) fn differing<'a>(
    found: &Resource,
    wanted: &'a Resource,
    attribute: &str,
    rules: TextRules,
) -> Vec<(&'a str, &'a Data)> {
    let differs = |sub: &str, value: &Data| !part_says(found, sub, value, attribute, rules);
    let points_elsewhere = wanted.get("value").is_some_and(|value| differs("value", value));
    wanted.iter().filter(|(sub, value)| differs(sub, value) && (points_elsewhere || !is_derived(wanted, sub))).collect()
}

/// A value as it is, with what is wanted laid over it. Where it gets another `value`, what follows from the old one goes.
pub(super) fn overlay(found: &Resource, wanted: &Resource) -> Resource {
    let mut result = found.clone();
    let same_value = wanted.get("value").is_none_or(|value| found.text("value").as_deref() == value.as_str());
    result.retain(|name, _| {
        let follows = ["display", "displayName", "$ref"].iter().any(|it| it.eq_ignore_ascii_case(name));
        wanted.get(name).is_none() && (same_value || !follows)
    });
    result.extend(wanted.iter().map(|(name, value)| (name.to_owned(), assigned(value))));
    result.retain(|_, value| !is_unassigned(Some(value)));
    if wanted.get("formatted").is_none() {
        drop_stale_formatted(found, &mut result);
    }
    result
}

/// Takes out the `formatted` of a name or an address that was read, where it no longer fits the parts as they are now: a part that
/// changed does not stand in it, or what it was before still does. The provider then makes a new one.
pub(super) fn drop_stale_formatted(before: &Resource, now: &mut Resource) {
    let Some(formatted) = now.text("formatted").map(|text| text::folded(&text)) else { return };
    if before.text("formatted").map(|text| text::folded(&text)).as_ref() != Some(&formatted) {
        return;
    }
    let part =
        |object: &Resource, name: &str| object.text(name).map(|text| text::folded(text.trim())).unwrap_or_default();
    let says = |text: &str| !text.is_empty() && formatted.contains(text);
    let parts = ["formatted", "type", "primary", "value", "display", "$ref"];
    let names = before.keys().chain(now.keys()).filter(|name| !parts.iter().any(|own| own.eq_ignore_ascii_case(name)));
    let is_stale = names.into_iter().any(|name| {
        let (old, new) = (part(before, name), part(now, name));
        old != new && ((says(&old) && !new.contains(&old)) || (!new.is_empty() && !says(&new)))
    });
    if is_stale {
        now.retain(|name, _| !name.eq_ignore_ascii_case("formatted"));
    }
}

/// A value without the members that have none, as it is sent where nothing was.
pub(super) fn assigned(value: &Data) -> Data {
    match value.node() {
        Node::Object(object) => {
            let members = object.iter().map(|(name, value)| (name.to_owned(), assigned(value)));
            Data::from(members.filter(|(_, value)| !is_unassigned(Some(value))).collect::<Resource>())
        }
        Node::List(items) => distinct(items.iter().map(assigned)),
        _ => value.clone(),
    }
}
