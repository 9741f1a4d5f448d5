//! Whether a resource matches a filter (RFC 7644 section 3.4.2.2, table 3).
//!
//! Judges answers of real servers, so that values are read as tolerantly as elsewhere: booleans and numbers also as text,
//! names in any case, plain values where objects with a `value` belong. What has no value is null: it is `eq null`, differs
//! from everything else, and matches no other comparison.

use super::{Filter, Operator};
use crate::scim::path::AttributePath;
use crate::scim::resource::{Data, Node, Number, Resource};
use crate::scim::text::{canonical, folded};
use crate::scim::urn;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::ops::RangeInclusive;

/// Deepest tree judged; the parser's limit on nesting allows fewer levels than this.
const DEEPEST: usize = 128;

/// What a judgement needs besides the filter.
#[derive(Clone, Copy)]
struct Judge<'a> {
    /// The object in which names are looked up: the resource, or one value of a multi-valued attribute.
    object: &'a Resource,
    /// The attribute whose value that is.
    parent: Option<&'a AttributePath>,
    case_exact: &'a dyn Fn(&AttributePath) -> bool,
    depth: usize,
}

impl Filter {
    /// Whether the resource matches; `case_exact` says of an attribute, its sub-attribute named also where the filter has it
    /// in brackets, whether upper and lower case differ. A tree too deep to be judged matches nothing.
    pub fn matches(&self, resource: &Resource, case_exact: &dyn Fn(&AttributePath) -> bool) -> bool {
        Judge { object: resource, parent: None, case_exact, depth: 0 }.judge(self).unwrap_or(false)
    }
}

impl<'a> Judge<'a> {
    /// None where the tree is too deep.
    fn judge(self, filter: &Filter) -> Option<bool> {
        let below = Judge { depth: self.depth + 1, ..self };
        if below.depth > DEEPEST {
            return None;
        }
        match filter {
            Filter::And(parts) => below.first(parts, false).map(|found| !found),
            Filter::Or(parts) => below.first(parts, true),
            Filter::Not(inner) => below.judge(inner).map(|matches| !matches),
            Filter::Present(attribute) => Some(self.values(attribute).into_iter().any(is_present)),
            Filter::Compare { attribute, operator, value } => {
                let exact = (self.case_exact)(&attribute.within(self.parent));
                let values = self.values(attribute).into_iter().filter_map(plain);
                let mut results = values.map(|found| compare(found, *operator, value, exact)).peekable();
                match results.peek() {
                    None => Some(compare(&Data::NULL, *operator, value, exact)),
                    Some(_) => Some(results.any(|matches| matches)),
                }
            }
            Filter::ValuePath { attribute, filter } => {
                let parent = attribute.within(self.parent);
                for value in self.values(attribute) {
                    let object = &*as_object(value);
                    if (Judge { object, parent: Some(&parent), ..below }).judge(filter)? {
                        return Some(true);
                    }
                }
                Some(false)
            }
        }
    }

    /// Whether some part comes out as `wanted`.
    fn first(self, parts: &[Filter], wanted: bool) -> Option<bool> {
        for part in parts {
            if self.judge(part)? == wanted {
                return Some(true);
            }
        }
        Some(false)
    }

    /// The attribute's values, those of a multi-valued one singly, null left out.
    fn values(&self, attribute: &AttributePath) -> Vec<&'a Data> {
        let values = locate(self.object, attribute).map(singly).unwrap_or_default();
        let Some(sub) = &attribute.sub else { return values };
        let part = |value: &'a Data| match value.node() {
            Node::Object(object) => object.get(sub).map(singly).unwrap_or_default(),
            // `emails` of plain strings.
            _ if sub.eq_ignore_ascii_case("value") => vec![value],
            _ => Vec::new(),
        };
        values.into_iter().flat_map(part).collect()
    }
}

/// One value of an attribute as an object: a plain one is the `value` of its object (RFC 7643 section 2.4).
pub(super) fn as_object(value: &Data) -> Cow<'_, Resource> {
    match value.node() {
        Node::Object(object) => Cow::Borrowed(object),
        _ => Cow::Owned(Resource::from_iter([("value", value.clone())])),
    }
}

pub(super) fn singly(value: &Data) -> Vec<&Data> {
    match value.node() {
        Node::List(items) => items.iter().filter(|item| !item.is_null()).collect(),
        Node::Null => Vec::new(),
        _ => vec![value],
    }
}

/// The attribute's value. One with a schema stands in that extension's object, or is a core attribute; or it is the
/// extension itself, whose URN reads as an attribute.
pub(super) fn locate<'a>(object: &'a Resource, attribute: &AttributePath) -> Option<&'a Data> {
    let Some(schema) = &attribute.schema else { return object.get(&attribute.name) };
    if let Some(extension) = object.get(schema) {
        return extension.as_object()?.get(&attribute.name);
    }
    let named = || match object.get("schemas").map(Data::node) {
        Some(Node::List(names)) => names.iter().filter_map(Data::as_str).any(|name| name.eq_ignore_ascii_case(schema)),
        _ => false,
    };
    object
        .get(&format!("{schema}:{}", attribute.name))
        .or_else(|| object.get(&attribute.name).filter(|_| urn::is_core(schema) || named()))
}

/// What is compared: of an object its `value`.
pub(super) fn plain(value: &Data) -> Option<&Data> {
    match value.node() {
        Node::Object(object) => object.get("value").filter(|value| !value.is_null()),
        _ => Some(value),
    }
}

/// Whether there is something (RFC 7644 table 3, `pr`).
pub(super) fn is_present(value: &Data) -> bool {
    match value.node() {
        Node::Null => false,
        Node::Text(text) => !text.is_empty(),
        Node::List(items) => items.iter().any(|item| !item.is_null()),
        Node::Object(object) => object.values().any(|value| !value.is_null()),
        Node::Bool(_) | Node::Number(_) => true,
    }
}

fn compare(found: &Data, operator: Operator, wanted: &Data, exact: bool) -> bool {
    let order = order(found, wanted, exact);
    let ordered =
        |test: fn(Ordering) -> bool| !matches!(wanted.node(), Node::Bool(_) | Node::Null) && order.is_some_and(test);
    let text = |test: fn(&str, &str) -> bool| match (found.node(), wanted.node()) {
        (Node::Text(found), Node::Text(wanted)) => test(&fold(found, exact), &fold(wanted, exact)),
        _ => false,
    };
    match operator {
        Operator::Equal => order == Some(Ordering::Equal),
        Operator::NotEqual => order != Some(Ordering::Equal),
        Operator::Contains => text(|found, wanted| found.contains(wanted)),
        Operator::StartsWith => text(|found, wanted| found.starts_with(wanted)),
        Operator::EndsWith => text(|found, wanted| found.ends_with(wanted)),
        Operator::Greater => ordered(Ordering::is_gt),
        Operator::GreaterOrEqual => ordered(Ordering::is_ge),
        Operator::Less => ordered(Ordering::is_lt),
        Operator::LessOrEqual => ordered(Ordering::is_le),
    }
}

/// The order of a value and the filter's; none where they cannot be compared.
fn order(found: &Data, wanted: &Data, exact: bool) -> Option<Ordering> {
    match (found.node(), wanted.node()) {
        (Node::Null, Node::Null) => Some(Ordering::Equal),
        (Node::Bool(_), _) | (_, Node::Bool(_)) => Some(found.as_boolean()?.cmp(&wanted.as_boolean()?)),
        (Node::Number(found), Node::Number(wanted)) => numbers(found, wanted),
        (Node::Text(found), Node::Number(wanted)) => numbers(&Number::parse(found.trim())?, wanted),
        (Node::Number(found), Node::Text(wanted)) => Some(found.to_string().as_str().cmp(wanted)),
        (Node::Text(found), Node::Text(wanted)) => Some(match (instant(found), instant(wanted)) {
            (Some(found), Some(wanted)) => found.cmp(&wanted),
            _ => fold(found, exact).cmp(&fold(wanted, exact)),
        }),
        _ => None,
    }
}

pub(super) fn numbers(left: &Number, right: &Number) -> Option<Ordering> {
    match (left.as_i64(), right.as_i64()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ if left == right => Some(Ordering::Equal),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

/// The form in which texts are compared (RFC 7644 section 3.13).
fn fold(text: &str, exact: bool) -> String {
    if exact { canonical(text).into_owned() } else { folded(text) }
}

/// A date and time with its offset (RFC 3339) as seconds and the digits of their fraction, which are in order as text.
pub(super) fn instant(text: &str) -> Option<(i64, &str)> {
    let marks = [(4, "-"), (7, "-"), (10, "Tt "), (13, ":"), (16, ":")];
    marks.iter().all(|(at, marks)| text.get(*at..at + 1).is_some_and(|mark| marks.contains(mark))).then_some(())?;
    let part = |from: usize, to: usize, range: RangeInclusive<i64>| digits(text.get(from..to)?, range);
    let (year, month, day) = (part(0, 4, 0..=9999)?, part(5, 7, 1..=12)?, part(8, 10, 1..=31)?);
    // A leap second is read as the second after it.
    let (hour, minute, second) = (part(11, 13, 0..=23)?, part(14, 16, 0..=59)?, part(17, 19, 0..=60)?);
    let rest = text.get(19..)?;
    let (fraction, zone) = match rest.strip_prefix('.') {
        None => ("", rest),
        Some(rest) => {
            let end = rest.find(|char: char| !char.is_ascii_digit()).filter(|end| *end > 0)?;
            rest.split_at_checked(end)?
        }
    };
    let offset = match zone {
        "Z" | "z" => 0,
        _ => {
            let sign = if zone.starts_with('+') { 1 } else { -1 };
            let (hours, minutes) = zone.strip_prefix(['+', '-'])?.split_once(':')?;
            sign * (digits(hours, 0..=23)? * 60 + digits(minutes, 0..=59)?)
        }
    };
    // Days since 1 March of the year 0: each year's leap day then comes last in it.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let days = year * 365 + leap_days + (month * 153 + 2) / 5 + day;
    Some((((days * 24 + hour) * 60 + minute - offset) * 60 + second, fraction.trim_end_matches('0')))
}

/// A number of two digits, or four, within a range.
fn digits(text: &str, range: RangeInclusive<i64>) -> Option<i64> {
    let all = matches!(text.len(), 2 | 4) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| all && range.contains(number))
}
