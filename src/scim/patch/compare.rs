//! When a value already is as another says.
//!
//! Not equality: what is wanted says only what it says, and what a provider adds or writes differently is no difference. Absent,
//! null, `[]` and `{}` are all unassigned (RFC 7643 section 2.5); lists are sets; `"true"` is true and `"1"` is 1 where servers
//! are sloppy; one value is a list of one. Texts are compared as they are, but for `userName`, the `value` of `emails` and any
//! `type`, in which providers change the case and do not tell it apart. A wanted `$ref` beside a `value` says nothing of its own,
//! since each provider writes URIs its own way.

use super::super::resource::{self, Resource, as_boolean};
use serde_json::{Number, Value};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Whether an attribute has no value (RFC 7643 section 2.5).
pub(super) fn is_unassigned(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::Array(items)) => items.is_empty(),
        Some(Value::Object(object)) => object.is_empty(),
        Some(_) => false,
    }
}

/// Whether one of several values is the preferred one.
pub(super) fn is_primary(item: &Value) -> bool {
    item.as_object().and_then(|object| resource::get(object, "primary")).and_then(as_boolean) == Some(true)
}

/// One of several values as an object: some servers send a plain text for its `value`.
pub(super) fn element(item: &Value) -> Cow<'_, Resource> {
    match item {
        Value::Object(object) => Cow::Borrowed(object),
        other => Cow::Owned(Resource::from_iter([("value".to_owned(), other.clone())])),
    }
}

/// The values of an attribute, whether it came as a list or alone.
pub(super) fn items(value: Option<&Value>) -> &[Value] {
    match value {
        None | Some(Value::Null) => &[],
        Some(Value::Array(items)) => items,
        Some(single) => std::slice::from_ref(single),
    }
}

/// Whether the value of an attribute is as `wanted` says.
pub(super) fn says(current: Option<&Value>, wanted: &Value, attribute: &str) -> bool {
    let folded = attribute.eq_ignore_ascii_case("userName");
    compare(current, wanted, attribute, folded)
}

/// Whether the sub-attribute of a value is as `wanted` says.
pub(super) fn part_says(current: &Resource, sub: &str, wanted: &Value, attribute: &str) -> bool {
    let found = resource::get(current, sub);
    let is = |name: &str| sub.eq_ignore_ascii_case(name);
    let folded = is("type") || (is("value") && attribute.eq_ignore_ascii_case("emails"));
    // Not primary is what a value is that does not say (RFC 7643 section 2.4).
    (is("primary") && as_boolean(wanted) == Some(false) && is_unassigned(found))
        || compare(found, wanted, attribute, folded)
}

/// Whether a value is as the wanted one says in each of its sub-attributes.
pub(super) fn element_says(current: &Resource, wanted: &Resource, attribute: &str) -> bool {
    wanted.iter().all(|(sub, value)| is_derived(wanted, sub) || part_says(current, sub, value, attribute))
}

/// Whether a sub-attribute follows from another one: a `$ref` from its `value`.
pub(super) fn is_derived(wanted: &Resource, sub: &str) -> bool {
    sub.eq_ignore_ascii_case("$ref") && !is_unassigned(resource::get(wanted, "value"))
}

fn compare(current: Option<&Value>, wanted: &Value, attribute: &str, folded: bool) -> bool {
    if is_unassigned(Some(wanted)) {
        // An object without members says nothing.
        return wanted.is_object() || is_unassigned(current);
    }
    match (items(current), wanted) {
        (found, Value::Array(wanted)) => {
            let left = pair(found, wanted, attribute);
            left.wanted.is_empty() && left.current.is_empty()
        }
        ([], Value::Object(wanted)) => element_says(&Resource::new(), wanted, attribute),
        ([found], Value::Object(wanted)) => element_says(&element(found), wanted, attribute),
        ([found], wanted) => same(found, wanted, folded),
        _ => false,
    }
}

/// A list in which nothing stands twice.
pub(super) fn distinct(items: impl Iterator<Item = Value>) -> Value {
    let mut seen = BTreeSet::new();
    items.filter(|item| seen.insert(item.to_string())).collect()
}

/// Which items stand in a list before.
fn repeats(items: &[Value]) -> Vec<bool> {
    let mut seen = BTreeSet::new();
    items.iter().map(|item| !seen.insert(item.to_string())).collect()
}

/// What tells a value from others: its `value`, without regard to its case.
pub(super) fn identity(item: &Value) -> Option<String> {
    resource::text(&element(item), "value").map(|text| text.to_lowercase())
}

/// Where values stand, by what tells them from others, so that work on long lists does not grow with the square.
pub(super) type Places<'a> = BTreeMap<String, Vec<(usize, &'a Value)>>;

/// Where values stand; one without an identity by what it is.
pub(super) fn places<'a>(items: impl Iterator<Item = &'a Value>) -> Places<'a> {
    let mut places = Places::new();
    for (index, item) in items.enumerate() {
        places.entry(identity(item).unwrap_or_else(|| item.to_string())).or_default().push((index, item));
    }
    places
}

/// The values that can be the same as this one.
pub(super) fn among<'p, 'a>(places: &'p Places<'a>, item: &Value) -> impl Iterator<Item = &'a Value> + use<'p, 'a> {
    let found = places.get(&identity(item).unwrap_or_else(|| item.to_string()));
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
pub(super) fn pair(current: &[Value], wanted: &[Value], attribute: &str) -> Pairing {
    let places = places(current.iter());
    let all: Vec<(usize, &Value)> = current.iter().enumerate().collect();
    let mut taken = repeats(current);
    let mut pairing = Pairing { pairs: Vec::new(), wanted: Vec::new(), current: Vec::new() };
    // Those that say most choose first: those that say less are content with more.
    let fresh = wanted.iter().enumerate().zip(repeats(wanted)).filter(|(_, repeats)| !repeats);
    let mut order: Vec<(usize, &Value)> = fresh.map(|(item, _)| item).collect();
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
        let fits = |place: &&usize| current.get(**place).is_some_and(|found| item_says(found, item, attribute));
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

fn item_says(found: &Value, wanted: &Value, attribute: &str) -> bool {
    match (found, wanted) {
        (_, Value::Array(_)) => compare(Some(found), wanted, attribute, false),
        (Value::Object(_), _) | (_, Value::Object(_)) => element_says(&element(found), &element(wanted), attribute),
        _ => same(found, wanted, false),
    }
}

/// Whether two simple values mean the same.
fn same(left: &Value, right: &Value, folded: bool) -> bool {
    match (left, right) {
        (Value::String(left), Value::String(right)) => {
            left == right || (folded && left.to_lowercase() == right.to_lowercase())
        }
        (Value::Bool(flag), other) | (other, Value::Bool(flag)) => as_boolean(other) == Some(*flag),
        (Value::Number(left), Value::Number(right)) => left == right || equal(left, right),
        (Value::Number(number), Value::String(text)) | (Value::String(text), Value::Number(number)) => {
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
pub(super) fn differing<'a>(found: &Resource, wanted: &'a Resource, attribute: &str) -> Vec<(&'a String, &'a Value)> {
    let differs = |sub: &str, value: &Value| !part_says(found, sub, value, attribute);
    let points_elsewhere = resource::get(wanted, "value").is_some_and(|value| differs("value", value));
    wanted.iter().filter(|(sub, value)| differs(sub, value) && (points_elsewhere || !is_derived(wanted, sub))).collect()
}

/// A value as it is, with what is wanted laid over it. Where it gets another `value`, what follows from the old one goes.
pub(super) fn overlay(found: &Resource, wanted: &Resource) -> Resource {
    let mut result = found.clone();
    let same_value =
        resource::get(wanted, "value").is_none_or(|value| resource::text(found, "value").as_deref() == value.as_str());
    result.retain(|name, _| {
        let follows = ["display", "displayName", "$ref"].iter().any(|it| it.eq_ignore_ascii_case(name));
        resource::get(wanted, name).is_none() && (same_value || !follows)
    });
    result.extend(wanted.iter().map(|(name, value)| (name.clone(), assigned(value))));
    result.retain(|_, value| !is_unassigned(Some(value)));
    result
}

/// A value without the members that have none, as it is sent where nothing was.
pub(super) fn assigned(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let members = object.iter().map(|(name, value)| (name.clone(), assigned(value)));
            Value::Object(members.filter(|(_, value)| !is_unassigned(Some(value))).collect())
        }
        Value::Array(items) => distinct(items.iter().map(assigned)),
        other => other.clone(),
    }
}
