//! Whether a resource that came as an answer to a filter provably does not match it.
//!
//! `matches` says what a filter means by the standard; here it is the provider that has compared, by rules that are not all known: in
//! which attributes it tells case apart, in which form it keeps letters, what it does not show. A comparison therefore has the results
//! it can have, under any rule, and only what can in no way be true is said to differ.

use super::matches::{as_object, instant, is_present, locate, numbers, plain, singly};
use super::{Filter, Operator};
use crate::scim::path::AttributePath;
use crate::scim::resource::{Data, Node, Number, Resource};
use crate::scim::text::{loosest, same_but_for_store, without_store};
use std::cmp::Ordering;

/// Deepest tree judged; beyond it nothing is proved.
const DEEPEST: usize = 128;

/// What a resource shows about a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// It matches, as far as it shows.
    Matches,
    /// It cannot match: the values are there and differ.
    Differs,
    /// It may match by what it does not show, or shows in a form that cannot be compared.
    Unknown,
}

/// The results that a filter can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Possible {
    yes: bool,
    no: bool,
}

impl Possible {
    const YES: Possible = Possible { yes: true, no: false };
    const NO: Possible = Possible { yes: false, no: true };
    const BOTH: Possible = Possible { yes: true, no: true };

    fn certain(yes: bool) -> Possible {
        Possible { yes, no: !yes }
    }

    fn not(self) -> Possible {
        Possible { yes: self.no, no: self.yes }
    }

    fn or_else(self, other: Possible) -> Possible {
        Possible { yes: self.yes || other.yes, no: self.no || other.no }
    }

    fn all(parts: impl IntoIterator<Item = Possible>) -> Possible {
        let both = |all: Possible, part: Possible| Possible { yes: all.yes && part.yes, no: all.no || part.no };
        parts.into_iter().fold(Possible::YES, both)
    }

    fn any(parts: impl IntoIterator<Item = Possible>) -> Possible {
        let either = |any: Possible, part: Possible| Possible { yes: any.yes || part.yes, no: any.no && part.no };
        parts.into_iter().fold(Possible::NO, either)
    }
}

impl Filter {
    /// What a resource shows about the filter that it came as an answer to; `stores` says that names may have the name of a user store
    /// before them.
    pub fn shown(&self, resource: &Resource, stores: bool) -> Shown {
        let judge = Judge { object: resource, parent: None, open: true, stores, depth: 0 };
        match judge.judge(self) {
            Possible { yes: false, .. } => Shown::Differs,
            Possible { no: false, .. } => Shown::Matches,
            // Open, but true where what is not shown is not there either.
            _ if (Judge { open: false, ..judge }).judge(self).yes => Shown::Matches,
            _ => Shown::Unknown,
        }
    }
}

#[derive(Clone, Copy)]
struct Judge<'a> {
    /// The object in which names are looked up: the resource, or one value of a multi-valued attribute.
    object: &'a Resource,
    /// The attribute whose value that is.
    parent: Option<&'a AttributePath>,
    /// Whether what is not shown may be anything; otherwise it is not there.
    open: bool,
    stores: bool,
    depth: usize,
}

impl<'a> Judge<'a> {
    fn judge(self, filter: &Filter) -> Possible {
        let below = Judge { depth: self.depth + 1, ..self };
        if below.depth > DEEPEST {
            return Possible::BOTH;
        }
        match filter {
            Filter::And(parts) => Possible::all(parts.iter().map(|part| below.judge(part))),
            Filter::Or(parts) => Possible::any(parts.iter().map(|part| below.judge(part))),
            Filter::Not(inner) => below.judge(inner).not(),
            Filter::Present(attribute) => self.present(attribute),
            Filter::Compare { attribute, operator, value } => {
                let path = attribute.within(self.parent);
                let results = || {
                    let compared = |found: Option<&Data>| match found {
                        Some(found) => self.compare(found, *operator, value, &path),
                        None => self.hidden(*operator, value),
                    };
                    self.values(attribute).into_iter().map(compared)
                };
                let any = Possible::any(results());
                // Of several values some read "one differs", some "none is equal".
                let found = if *operator == Operator::NotEqual { any.or_else(Possible::all(results())) } else { any };
                self.trusted(&path, found)
            }
            Filter::ValuePath { attribute, filter } => {
                let parent = attribute.within(self.parent);
                let values = locate(self.object, attribute).map(singly).unwrap_or_default();
                if values.is_empty() {
                    return self.unseen();
                }
                let judged = values.into_iter().map(|value| {
                    let object = &*as_object(value);
                    (Judge { object, parent: Some(&parent), ..below }).judge(filter)
                });
                self.trusted(&parent, Possible::any(judged))
            }
        }
    }

    /// What there is no value of.
    fn unseen(self) -> Possible {
        if self.open { Possible::BOTH } else { Possible::NO }
    }

    /// A comparison with a value that is not shown.
    fn hidden(self, operator: Operator, wanted: &Data) -> Possible {
        match operator {
            _ if self.open => Possible::BOTH,
            Operator::Equal => Possible::certain(wanted.is_null()),
            Operator::NotEqual => Possible::certain(!wanted.is_null()),
            _ => Possible::NO,
        }
    }

    /// A result about values that a provider need not show all of, or writes in its own way.
    fn trusted(self, path: &AttributePath, found: Possible) -> Possible {
        let sub = path.sub.as_deref().unwrap_or_default();
        let whole = ["members", "groups", "schemas", "password"];
        let own_way = whole.iter().any(|name| path.name.eq_ignore_ascii_case(name))
            || sub.eq_ignore_ascii_case("$ref")
            || (path.name.eq_ignore_ascii_case("meta")
                && ["location", "version"].iter().any(|name| sub.eq_ignore_ascii_case(name)));
        if self.open && own_way { Possible::BOTH } else { found }
    }

    /// The attribute's values, those of a multi-valued one singly; none for each that is not shown.
    fn values(self, attribute: &AttributePath) -> Vec<Option<&'a Data>> {
        let found = locate(self.object, attribute).map(singly).unwrap_or_default();
        if found.is_empty() {
            return vec![None];
        }
        let value = |value: &'a Data| {
            let part = match (&attribute.sub, value.node()) {
                (None, _) => plain(value),
                (Some(sub), Node::Object(object)) => object.get(sub),
                // `emails` of plain strings.
                (Some(sub), _) if sub.eq_ignore_ascii_case("value") => Some(value),
                (Some(_), _) => None,
            };
            part.filter(|part| !part.is_list() && !part.is_object() && is_present(part))
        };
        found.into_iter().map(value).collect()
    }

    fn present(self, attribute: &AttributePath) -> Possible {
        let is = match &attribute.sub {
            None => locate(self.object, attribute).is_some_and(is_present),
            Some(_) => self.values(attribute).iter().any(Option::is_some),
        };
        if is { Possible::YES } else { self.unseen() }
    }

    /// What cannot be compared with what is wanted.
    fn odd(self) -> Possible {
        self.unseen()
    }

    fn compare(self, found: &Data, operator: Operator, wanted: &Data, path: &AttributePath) -> Possible {
        match (found.node(), wanted.node()) {
            (_, Node::Null) => Possible::certain(operator == Operator::NotEqual),
            (Node::Bool(_), _) | (_, Node::Bool(_)) => match (found.as_boolean(), wanted.as_boolean(), operator) {
                (Some(found), Some(wanted), Operator::Equal) => Possible::certain(found == wanted),
                (Some(found), Some(wanted), Operator::NotEqual) => Possible::certain(found != wanted),
                _ => self.odd(),
            },
            (Node::Number(found), Node::Number(wanted)) => self.number(found, operator, wanted),
            (Node::Text(text), Node::Number(wanted)) => match Number::parse(text.trim()) {
                Some(found) => self.number(&found, operator, wanted),
                None => self.odd(),
            },
            (Node::Number(found), Node::Text(wanted)) => {
                let same = Number::parse(wanted.trim()).is_some_and(|it| numbers(found, &it) == Some(Ordering::Equal));
                let text = self.text(&found.to_string(), operator, wanted, path);
                if same { text.or_else(Possible::BOTH) } else { text }
            }
            (Node::Text(found), Node::Text(wanted)) => self.dates(found, operator, wanted, path),
            _ => self.odd(),
        }
    }

    fn number(self, found: &Number, operator: Operator, wanted: &Number) -> Possible {
        let Some(order) = numbers(found, wanted) else { return self.odd() };
        // Beyond what a double tells apart.
        let rounded = order == Ordering::Equal && found != wanted && found.as_i64().is_none();
        if rounded { Possible::BOTH } else { ordered(order, operator).unwrap_or_else(|| self.odd()) }
    }

    /// Dates by value; those within one second may be kept more precisely than they are shown.
    fn dates(self, found: &str, operator: Operator, wanted: &str, path: &AttributePath) -> Possible {
        let order = match (instant(found), instant(wanted)) {
            (Some(found), Some(wanted)) => Some((found.0 == wanted.0, found.cmp(&wanted))),
            (None, None) => None,
            // A date without its time zone, or nothing but a date.
            _ if found != wanted => return self.odd(),
            _ => None,
        };
        match order {
            Some((close, order)) => match ordered(order, operator) {
                Some(found) if close && self.open => found.or_else(Possible::BOTH),
                Some(found) => found,
                None => self.text(found, operator, wanted, path),
            },
            None => self.text(found, operator, wanted, path),
        }
    }

    fn text(self, found: &str, operator: Operator, wanted: &str, path: &AttributePath) -> Possible {
        let test = |found: &str, wanted: &str| match operator {
            Operator::Equal | Operator::NotEqual => found == wanted,
            Operator::Contains => found.contains(wanted),
            Operator::StartsWith => found.starts_with(wanted),
            Operator::EndsWith => found.ends_with(wanted),
            _ => false,
        };
        match operator {
            // Which letters come before which is a matter of language.
            Operator::Greater | Operator::GreaterOrEqual | Operator::Less | Operator::LessOrEqual if self.open => {
                return Possible::BOTH;
            }
            Operator::Greater | Operator::GreaterOrEqual | Operator::Less | Operator::LessOrEqual => {
                return ordered(loosest(found).cmp(&loosest(wanted)), operator).unwrap_or(Possible::NO);
            }
            _ => {}
        }
        let name = path.sub.as_ref().unwrap_or(&path.name);
        let stored =
            self.stores && ["userName", "displayName", "display"].iter().any(|it| name.eq_ignore_ascii_case(it));
        let by_any_rule = || {
            test(&loosest(found), &loosest(wanted))
                || by_form(path, found, wanted, test)
                || (stored && (same_but_for_store(found, wanted, false) || by_store(found, wanted, test)))
        };
        let result = match () {
            () if test(found, wanted) => Possible::YES,
            () if by_any_rule() => Possible::BOTH,
            () => Possible::NO,
        };
        if operator == Operator::NotEqual { result.not() } else { result }
    }
}

/// The result of a comparison by order; none where it is no such comparison.
fn ordered(order: Ordering, operator: Operator) -> Option<Possible> {
    Some(Possible::certain(match operator {
        Operator::Equal => order.is_eq(),
        Operator::NotEqual => order.is_ne(),
        Operator::Greater => order.is_gt(),
        Operator::GreaterOrEqual => order.is_ge(),
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::Contains | Operator::StartsWith | Operator::EndsWith => return None,
    }))
}

/// Whether texts pass that say the same in one of several notations: telephone numbers (RFC 7643 section 4.1.2), languages.
fn by_form(path: &AttributePath, found: &str, wanted: &str, test: impl Fn(&str, &str) -> bool) -> bool {
    let is = |names: &[&str]| names.iter().any(|name| path.name.eq_ignore_ascii_case(name));
    if is(&["phoneNumbers"]) {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let (found, wanted) = (digits(found), digits(wanted));
        // With and without the country's code.
        return !wanted.is_empty() && (test(&found, &wanted) || found.ends_with(wanted.trim_start_matches('0')));
    }
    let plain = |text: &str| loosest(text).replace('_', "-");
    is(&["locale", "preferredLanguage"]) && test(&plain(found), &plain(wanted))
}

/// Whether texts pass when the name of a user store before either of them is left out.
fn by_store(found: &str, wanted: &str, test: impl Fn(&str, &str) -> bool) -> bool {
    let (found, wanted) = (loosest(found), loosest(wanted));
    let without = |text: &str| without_store(text).map(str::to_owned);
    let (bare, asked) = (without(&found), without(&wanted));
    bare.as_ref().is_some_and(|bare| test(bare, &wanted))
        // A name that is kept without its store is equal to the one with it, whichever store that is.
        || (bare.is_none() && asked.is_some_and(|asked| test(&found, &asked)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::resource::json;

    fn shown(filter: &str, resource: &Data, stores: bool) -> Shown {
        let filter = Filter::parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}"));
        filter.shown(resource.as_object().unwrap(), stores)
    }

    #[test]
    fn only_what_is_there_and_differs_by_every_rule_is_proved() {
        use Shown::{Differs, Matches, Unknown};
        let ada = json!({
            "id": "7", "userName": "ada", "externalId": "A7", "active": "False", "title": "", "age": 36, "employee": "007",
            "name": {"familyName": "Lov\u{e9}lace"}, "profileUrl": null, "locale": "en_US",
            "emails": [{"type": "work", "value": "ada@example.com"}, {"value": "lady@example.com"}],
            "phoneNumbers": [{"value": "tel:+1-201-555-0123"}],
            "groups": [{"value": "g1"}],
            "meta": {"created": "2026-11-30T08:00:00Z", "location": "https://scim.example/v2/Users/7"},
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "R and D"},
        });
        let rows = [
            // A filter that is ignored.
            ("userName eq \"zoe\"", Differs),
            ("userName eq \"ada\"", Matches),
            ("userName eq \"ADA\"", Matches),
            ("userName eq \" ada \"", Matches),
            ("id eq \"8\"", Differs),
            ("externalId eq \"a7\"", Matches),
            ("name.familyName eq \"love\u{301}lace\"", Matches),
            ("name.familyName eq \"lovelace\"", Differs),
            // `eq` read as "contains".
            ("userName eq \"ad\"", Differs),
            // Half of an `and`.
            ("userName eq \"ada\" and active eq true", Differs),
            ("userName eq \"zoe\" or active eq false", Matches),
            ("userName eq \"zoe\" or nickName eq \"ada\"", Unknown),
            ("userName eq \"zoe\" and nickName eq \"ada\"", Differs),
            // Operators.
            ("userName co \"d\"", Matches),
            ("userName co \"x\"", Differs),
            ("userName sw \"b\"", Differs),
            ("userName ew \"DA\"", Matches),
            ("userName ew \"b\"", Differs),
            ("userName ne \"ada\"", Differs),
            ("userName ne \"ADA\"", Matches),
            ("userName ne \"zoe\"", Matches),
            ("not (userName eq \"ada\")", Differs),
            ("not (userName eq \"zoe\")", Matches),
            ("userName pr", Matches),
            ("not (userName pr)", Differs),
            ("userName eq null", Differs),
            // What is not there may be there and not shown.
            ("nickName eq \"ada\"", Unknown),
            ("nickName pr", Unknown),
            ("not (nickName pr)", Matches),
            ("nickName ne \"x\"", Matches),
            ("title eq \"x\"", Unknown),
            ("profileUrl eq \"x\"", Unknown),
            ("profileUrl eq null", Matches),
            // Types as they come.
            ("active eq true", Differs),
            ("active eq \"false\"", Matches),
            ("active gt true", Unknown),
            ("userName eq true", Unknown),
            ("age gt 36", Differs),
            ("age ge 36.0", Matches),
            ("age eq \"36\"", Matches),
            ("age eq \"ada\"", Differs),
            ("employee eq 7", Unknown),
            ("userName eq 8", Unknown),
            ("name eq \"ada\"", Unknown),
            // Dates by value, and not closer than they are shown.
            ("meta.created gt \"2026-11-30T09:30:00+01:00\"", Differs),
            ("meta.created gt \"2026-11-30T08:00:00Z\"", Unknown),
            ("meta.created eq \"2026-11-30T09:00:00+01:00\"", Matches),
            ("meta.created eq \"2026-11-30T07:00:00Z\"", Differs),
            ("meta.created lt \"2026-11-30\"", Unknown),
            // Letters have no order of their own.
            ("userName gt \"zoe\"", Unknown),
            ("userName lt \"zoe\"", Matches),
            // Several values, and value paths.
            ("emails.value eq \"zoe@example.com\"", Differs),
            ("emails eq \"LADY@example.com\"", Matches),
            ("emails[type eq \"work\" and value sw \"ada\"]", Matches),
            ("emails[type eq \"work\" and value sw \"zoe\"]", Differs),
            ("emails[type eq \"work\" and value sw \"lady\"]", Unknown),
            ("emails.type eq \"home\"", Unknown),
            ("emails.value ne \"ada@example.com\"", Matches),
            ("roles.value eq \"admin\"", Unknown),
            ("phoneNumbers.value eq \"201-555-0123\"", Matches),
            ("phoneNumbers.value eq \"201-555-0199\"", Differs),
            ("locale eq \"en-us\"", Matches),
            // Not all of them need be shown.
            ("groups.value eq \"g2\"", Unknown),
            ("groups.value eq \"g1\"", Matches),
            ("meta.location eq \"/Users/7\"", Unknown),
            ("schemas eq \"urn:x:y\"", Unknown),
            ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq \"R\"", Differs),
            ("urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"zoe\"", Differs),
        ];
        for (filter, expected) in rows {
            assert_eq!(shown(filter, &ada, false), expected, "{filter}");
        }
    }

    #[test]
    fn a_user_store_before_a_name_is_no_difference_where_there_are_stores() {
        let kim = json!({"userName": "DEFAULT/kim", "title": "DEFAULT/kim"});
        for (filter, with, without) in [
            ("userName eq \"kim\"", Shown::Matches, Shown::Differs),
            ("userName sw \"Ki\"", Shown::Matches, Shown::Differs),
            ("userName eq \"OTHER/kim\"", Shown::Differs, Shown::Differs),
            ("title eq \"kim\"", Shown::Differs, Shown::Differs),
        ] {
            assert_eq!((shown(filter, &kim, true), shown(filter, &kim, false)), (with, without), "{filter}");
        }
        assert_eq!(shown("userName eq \"DEFAULT/kim\"", &json!({"userName": "kim"}), true), Shown::Matches);
    }

    #[test]
    fn nothing_is_proved_of_a_tree_too_deep() {
        let mut deep = Filter::present("title").unwrap();
        for _ in 0..200 {
            deep = deep.not();
        }
        assert_eq!(deep.shown(&Resource::new(), false), Shown::Matches);
    }
}
