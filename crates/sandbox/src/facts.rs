//! What a rule of a behaviour asks of a request: its headers, its filter, and how a PATCH request goes about members.
//!
//! Looks at requests only; what follows from an answer is `behaviour`'s.

use super::exchange::Call;
use super::filter::{Expr, parse_filter, parse_path};
use http::HeaderName;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;

const MEMBERS: &str = "members";

/// A condition; all of its members must hold, and with none it always does.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct When {
    header_missing: Option<String>,
    /// The header (first) does not contain the text (second).
    header_lacks: Option<(String, String)>,
    header_has: Option<(String, String)>,
    has_parameter: Option<String>,
    no_filter: Option<bool>,
    /// The filter has an operator other than these. `pr`, `and`, `or`, `not` and `[]` count as operators.
    operators_beyond: Option<Vec<String>>,
    /// The filter has one of these operators.
    operators_among: Option<Vec<String>>,
    /// A string of the filter has one of these words between others, in any case.
    words_in_strings: Option<Vec<String>>,
    /// The filter asks for another attribute than these.
    attributes_beyond: Option<Vec<String>>,
    /// The filter asks for this attribute and for another condition too.
    combines: Option<String>,
    /// The body lacks one of these members, written `member` or `member.sub`.
    body_lacks: Option<Vec<String>>,
    /// The body has one of these members, not empty.
    body_has: Option<Vec<String>>,
    /// This text member of the body has more characters than this.
    body_longer: Option<(String, usize)>,
    /// A multi-valued attribute other than `schemas` and `members` has more values than one.
    several_values: Option<bool>,
    /// The body's `Operations` are more than this, in PATCH and in bulk.
    operations_beyond: Option<usize>,
    member_additions_beyond: Option<usize>,
    member_removals_beyond: Option<usize>,
    member_changes_beyond: Option<usize>,
    /// All members are replaced or removed at once.
    all_members: Option<bool>,
    /// Members are added and removed, or other attributes change too.
    mixes_members: Option<bool>,
    /// Members are added without `display`, and no operation replaces or removes all of them.
    member_without_display: Option<bool>,
    /// Members are added with `path`.
    adds_members_by_path: Option<bool>,
    /// Members are given as they are, not as `{"members": […]}`.
    bare_members: Option<bool>,
    /// An operation without path changes more attributes than this.
    pathless_beyond: Option<usize>,
    /// A path has a filter, on another attribute than `members`.
    path_filter: Option<bool>,
    /// The filter of a path has an operator other than these.
    path_operators_beyond: Option<Vec<String>>,
    /// PATCH changes another attribute than these.
    patches_beyond: Option<Vec<String>>,
}

/// What a PATCH request does.
#[derive(Debug, Default)]
struct Changes {
    operations: usize,
    added: usize,
    removed: usize,
    all_members: bool,
    adds_by_path: bool,
    bare: bool,
    pathless: usize,
    path_filter: bool,
    path_operators: BTreeSet<String>,
    without_display: bool,
    /// The attributes it changes, in lower case.
    attributes: BTreeSet<String>,
}

/// Whether a request is on a path of this pattern.
pub(super) fn matches_path(pattern: &str, call: &Call) -> bool {
    let segments = call.segments();
    let mut rest = segments.iter();
    for part in pattern.split('/').filter(|part| !part.is_empty()) {
        match (part, rest.next()) {
            ("**", _) => return true,
            ("*", Some(segment)) if segment != ".search" => {}
            (part, Some(segment)) if part == segment => {}
            _ => return false,
        }
    }
    rest.next().is_none()
}

impl When {
    /// Whether the condition holds of a request.
    pub(super) fn holds(&self, call: &Call) -> bool {
        let header = |name: &str| HeaderName::from_bytes(name.as_bytes()).ok().and_then(|name| call.header(&name));
        let contains =
            |(name, text): &(String, String)| header(name).is_some_and(|value| value.contains(text.as_str()));
        let body: Value = serde_json::from_slice(&call.body).unwrap_or_default();
        let parameter = |name: &str| {
            let mut pairs = url::form_urlencoded::parse(call.query.as_bytes());
            let of_body = || body.get(name).and_then(Value::as_str).map(str::to_owned);
            pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).or_else(of_body)
        };
        let filter = parameter("filter");
        let (mut operators, mut attributes) = (BTreeSet::new(), BTreeSet::new());
        if let Some(Ok(expr)) = filter.as_deref().map(parse_filter) {
            survey(&expr, &mut operators, &mut attributes);
        }
        let find = |name: &str| match name.split_once('.').filter(|_| !name.starts_with("urn:")) {
            Some((member, sub)) => body.get(member)?.get(sub),
            None => body.get(name),
        };
        let filled = |name: &String| find(name).is_some_and(|value| !value.is_null() && *value != Value::Array(vec![]));
        let several = || {
            let mut members = body.as_object().into_iter().flatten();
            members.any(|(name, value)| {
                !["schemas", MEMBERS].contains(&name.as_str()) && value.as_array().is_some_and(|items| items.len() > 1)
            })
        };
        let changes = Changes::of(&body);
        let others = changes.attributes.iter().any(|name| name != MEMBERS);
        let mixes = changes.added + changes.removed > 0 && (others || (changes.added > 0 && changes.removed > 0));
        let is = |wanted: Option<bool>, found: bool| wanted.is_none_or(|wanted| wanted == found);
        let beyond = |most: Option<usize>, found: usize| most.is_none_or(|most| found > most);
        let outside = |allowed: &Option<Vec<String>>, found: &BTreeSet<String>| {
            let known = |name: &String, list: &[String]| list.iter().any(|one| one.eq_ignore_ascii_case(name));
            allowed.as_deref().is_none_or(|list| found.iter().any(|name| !known(name, list)))
        };
        self.header_missing.as_deref().is_none_or(|name| header(name).is_none_or(str::is_empty))
            && self.header_lacks.as_ref().is_none_or(|wanted| !contains(wanted))
            && self.header_has.as_ref().is_none_or(contains)
            && self.has_parameter.as_deref().is_none_or(|name| parameter(name).is_some())
            && is(self.no_filter, filter.is_none())
            && outside(&self.operators_beyond, &operators)
            && self.operators_among.as_ref().is_none_or(|names| names.iter().any(|name| operators.contains(name)))
            && self
                .words_in_strings
                .as_ref()
                .is_none_or(|words| filter.as_deref().is_some_and(|filter| has_word(filter, words)))
            && outside(&self.attributes_beyond, &attributes)
            && self.combines.as_ref().is_none_or(|name| {
                attributes.iter().any(|one| one.eq_ignore_ascii_case(name))
                    && ["and", "or", "not"].iter().any(|word| operators.contains(*word))
            })
            && self.body_lacks.as_ref().is_none_or(|names| names.iter().any(|name| !filled(name)))
            && self.body_has.as_ref().is_none_or(|names| names.iter().any(filled))
            && self.body_longer.as_ref().is_none_or(|(name, most)| {
                body.get(name).and_then(Value::as_str).is_some_and(|text| text.chars().count() > *most)
            })
            && self.several_values.is_none_or(|wanted| wanted == several())
            && beyond(self.operations_beyond, changes.operations)
            && beyond(self.member_additions_beyond, changes.added)
            && beyond(self.member_removals_beyond, changes.removed)
            && beyond(self.member_changes_beyond, changes.added + changes.removed)
            && is(self.all_members, changes.all_members)
            && is(self.mixes_members, mixes)
            && is(self.adds_members_by_path, changes.adds_by_path)
            && is(self.member_without_display, changes.without_display && !changes.all_members)
            && is(self.bare_members, changes.bare)
            && beyond(self.pathless_beyond, changes.pathless)
            && is(self.path_filter, changes.path_filter)
            && outside(&self.path_operators_beyond, &changes.path_operators)
            && outside(&self.patches_beyond, &changes.attributes)
    }
}

impl Changes {
    fn of(body: &Value) -> Self {
        let operations = body.get("Operations").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let mut changes = Self { operations: operations.len(), ..Self::default() };
        for operation in operations {
            let verb = operation.get("op").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
            let value = operation.get("value");
            match operation.get("path").and_then(Value::as_str) {
                Some(path) => changes.note(&verb, path, value),
                None => {
                    let values = value.and_then(Value::as_object);
                    changes.pathless = changes.pathless.max(values.map_or(0, |values| values.len()));
                    for (name, value) in values.into_iter().flatten() {
                        changes.attributes.insert(name.to_ascii_lowercase());
                        if name.eq_ignore_ascii_case(MEMBERS) {
                            changes.count(&verb, Some(value));
                        }
                    }
                }
            }
        }
        changes
    }

    /// An operation with a path.
    fn note(&mut self, verb: &str, path: &str, value: Option<&Value>) {
        let Ok(parsed) = parse_path(path) else { return };
        let name = parsed.attribute.split('.').next().unwrap_or_default().to_ascii_lowercase();
        let members = name == MEMBERS;
        self.attributes.insert(name);
        self.path_filter |= parsed.filter.is_some() && !members;
        if let Some(filter) = &parsed.filter {
            survey(filter, &mut self.path_operators, &mut BTreeSet::new());
        }
        if members && parsed.filter.is_some() {
            self.removed += usize::from(verb == "remove");
        } else if members {
            self.adds_by_path |= verb == "add";
            self.bare |= value.is_some_and(|value| value.get(MEMBERS).is_none());
            self.count(verb, value.map(|value| value.get(MEMBERS).unwrap_or(value)));
        }
    }

    /// Members as the value of an operation.
    fn count(&mut self, verb: &str, value: Option<&Value>) {
        let count = match value {
            Some(Value::Array(items)) => items.len(),
            Some(Value::Object(_)) => 1,
            _ => 0,
        };
        let named = |member: &Value| member.get("display").is_some_and(Value::is_string);
        self.without_display |=
            verb != "remove" && value.and_then(Value::as_array).is_some_and(|list| !list.iter().all(named));
        match verb {
            "add" => self.added += count,
            "remove" if count > 0 => self.removed += count,
            _ => {
                self.all_members = true;
                self.added += count;
            }
        }
    }
}

/// Whether a string of the filter has one of the words between others.
fn has_word(filter: &str, words: &[String]) -> bool {
    strings(filter).iter().any(|text| {
        let parts: Vec<&str> = text.split(' ').collect();
        let inner = parts.get(1..parts.len().saturating_sub(1)).unwrap_or_default();
        inner.iter().any(|part| words.iter().any(|word| word.eq_ignore_ascii_case(part)))
    })
}

/// What stands between quotation marks.
pub(super) fn strings(filter: &str) -> Vec<String> {
    let (mut found, mut open, mut escaped) = (Vec::new(), None::<String>, false);
    for character in filter.chars() {
        match (&mut open, character) {
            (Some(text), _) if escaped => {
                text.push(character);
                escaped = false;
            }
            (Some(_), '\\') => escaped = true,
            (Some(_), '"') => found.extend(open.take()),
            (Some(text), _) => text.push(character),
            (None, '"') => open = Some(String::new()),
            (None, _) => {}
        }
    }
    found
}

/// Collects the operators and attributes of a filter.
fn survey(expr: &Expr, operators: &mut BTreeSet<String>, attributes: &mut BTreeSet<String>) {
    let (operator, operands) = match expr {
        Expr::All(operands) => ("and".to_owned(), operands.as_slice()),
        Expr::Any(operands) => ("or".to_owned(), operands.as_slice()),
        Expr::Not(inner) => ("not".to_owned(), std::slice::from_ref(inner.as_ref())),
        Expr::Values(name, inner) => {
            attributes.insert(name.clone());
            // Names between brackets are sub-attributes.
            survey(inner, operators, &mut BTreeSet::new());
            ("[]".to_owned(), [].as_slice())
        }
        Expr::Present(name) => {
            attributes.insert(name.clone());
            ("pr".to_owned(), [].as_slice())
        }
        Expr::Compare(name, op, _) => {
            attributes.insert(name.clone());
            (format!("{op:?}").to_ascii_lowercase(), [].as_slice())
        }
    };
    operators.insert(operator);
    operands.iter().for_each(|operand| survey(operand, operators, attributes));
}
