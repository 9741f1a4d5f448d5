//! An attribute to find a resource by: the value that is wanted, how it is asked for, and which resources have it.

use crate::contract::Subject;
use crate::failure::Result;
use crate::scim::filter::{Filter, Operator};
use crate::scim::path::AttributePath;
use crate::scim::resource::{Data, Node, Resource};
use crate::scim::text::{TextRules, canonical, decomposed, loosest, same_but_for_store, same_text, without_store};
use crate::scim::urn;
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;

/// An attribute to find a resource by.
pub struct Key {
    /// Which it is.
    pub attribute: AttributePath,
    /// The value that is wanted.
    pub value: Data,
    /// Whether the provider sees to it that no two resources have the same value.
    pub unique: bool,
    /// Whether it is told apart by case, as identifiers are; names and addresses are not (RFC 7643 sections 3.1, 4.1.1 and 7).
    pub exact: bool,
    /// Whether it is the name that every resource must have, before which a user store's may stand.
    pub name: bool,
}

/// How a resource has the value that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// As it is, but for what never tells values apart.
    Same,
    /// With the name of a user store before it.
    WithStore,
}

impl Key {
    /// The key of an attribute's name; none where the payload has no simple value of it.
    pub fn new(subject: Subject, name: &str, payload: &Resource) -> Result<Option<Key>> {
        let attribute = AttributePath::parse(name).map_err(|error| error.at("/matchOn"))?;
        let Some(mut value) = value(payload, &attribute) else { return Ok(None) };
        Filter::eq(name, value.clone()).map_err(|error| error.at("/matchOn"))?;
        let is = |own: &str| attribute.sub.is_none() && attribute.name.eq_ignore_ascii_case(own);
        let last = attribute.sub.as_deref().unwrap_or(&attribute.name);
        let exact = ["id", "externalId", "$ref"].iter().any(|exact| last.eq_ignore_ascii_case(exact));
        let unique = subject == Subject::User && is("userName");
        let name = unique || (subject == Subject::Group && is("displayName"));
        // An identifier that came as a number is text all the same, and only as text found by a filter (RFC 7643 section 3.1).
        if (exact || name)
            && let (Node::Number(_), Some(text)) = (value.node(), value.to_text())
        {
            value = Data::from(text);
        }
        Ok(Some(Key { attribute, value, unique, exact, name }))
    }

    /// Whether a resource does not show the attribute, so that it may have the value.
    pub fn is_hidden(&self, resource: &Resource) -> bool {
        values(resource, &self.attribute).is_empty()
    }

    /// How a resource has the value, if it does.
    pub fn likeness(&self, resource: &Resource, rules: TextRules) -> Option<Likeness> {
        let all = values(resource, &self.attribute);
        let same = |found: &&Data| match (found.node(), self.value.node()) {
            (Node::Text(found), Node::Text(wanted)) => {
                same_text(rules.as_stored(found), rules.as_stored(wanted), self.exact)
            }
            (Node::Bool(_), _) | (_, Node::Bool(_)) => found.as_boolean() == self.value.as_boolean(),
            _ => found.to_text() == self.value.to_text(),
        };
        if all.iter().any(same) {
            return Some(Likeness::Same);
        }
        let with_store = |found: &&Data| match (found.as_str(), self.value.as_str()) {
            (Some(found), Some(wanted)) => {
                same_but_for_store(rules.as_stored(found), rules.as_stored(wanted), self.exact)
            }
            _ => false,
        };
        (rules.store_prefix && self.name && all.iter().any(with_store)).then_some(Likeness::WithStore)
    }

    /// The filter that asks for the value; none where the provider understands none. `keywords` says whether strings in filters
    /// may have the words of the language of filters in them.
    pub(super) fn filter(&self, keywords: bool) -> Option<Asked> {
        match self.value.as_str() {
            Some(text) if !keywords && cut(text) < text.len() => {
                let start = text.get(..cut(text)).map(str::trim_end).filter(|start| !start.is_empty())?;
                let (attribute, value) = (self.attribute.clone(), Data::from(start));
                let filter = Filter::Compare { attribute, operator: Operator::StartsWith, value };
                Some(Asked { filter: filter.to_string(), brings_others: true })
            }
            _ => Some(self.equal(self.value.clone())),
        }
    }

    /// Filters for other spellings of the value, for a provider that finds nothing under the one that is wanted: the composed one
    /// of a text in another Unicode form; and where it is known to be there the decomposed one, and the one in lower case, since some
    /// tell these apart in a filter and not where values must be unique.
    pub(super) fn other_spellings(&self, thorough: bool, keywords: bool) -> Vec<Asked> {
        let Some(text) = self.value.as_str().filter(|text| keywords || cut(text) == text.len()) else {
            return Vec::new();
        };
        let mut spellings = Vec::new();
        if let Cow::Owned(composed) = canonical(text) {
            spellings.push(composed);
        }
        if thorough && let Cow::Owned(decomposed) = decomposed(text) {
            spellings.push(decomposed);
        }
        let lower = text.to_lowercase();
        if thorough && !self.exact && lower != text && !spellings.contains(&lower) {
            spellings.push(lower);
        }
        spellings.into_iter().map(|text| self.equal(Data::from(text))).collect()
    }

    fn equal(&self, value: Data) -> Asked {
        let filter = Filter::Compare { attribute: self.attribute.clone(), operator: Operator::Equal, value };
        Asked { filter: filter.to_string(), brings_others: false }
    }

    /// A digest that keys have in common which may find the same resource, at whatever provider.
    pub fn digest(&self) -> String {
        let text = loose(&self.value);
        let digest = Sha256::digest(format!("{}\n{text}", self.attribute.to_string().to_lowercase()));
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether a refusal is about the attribute: what is special in the value cannot be the reason.
    pub fn is_plain(&self) -> bool {
        let plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '@' | '.' | '-' | '_');
        self.value.as_str().is_none_or(|text| text.chars().all(plain))
    }
}

/// What all values have in common that may be the same one, at whatever provider.
pub fn loose(value: &Data) -> String {
    let text = value.to_text().unwrap_or_default();
    loosest(without_store(text.trim()).unwrap_or(&text))
}

/// A filter, and whether it brings resources besides those that are wanted.
pub(super) struct Asked {
    /// As it is sent.
    pub filter: String,
    /// Whether others are to be expected.
    pub brings_others: bool,
}

/// How much of a string some providers understand in a filter: they take a word in it for one of the filter's own, and a parenthesis
/// at a word's end likewise. The first word has the quotation mark before it, the last one has it behind it.
fn cut(text: &str) -> usize {
    let mut at = 0;
    let words: Vec<&str> = text.split(' ').collect();
    for (index, word) in words.iter().enumerate() {
        let (first, last) = (index == 0, index + 1 == words.len());
        let keyword = !first && !last && ["and", "or", "not"].iter().any(|it| word.eq_ignore_ascii_case(it));
        if keyword || (!first && word.starts_with('(')) || (!last && word.ends_with(')')) {
            return at;
        }
        at += word.len() + 1;
    }
    text.len()
}

/// The values of an attribute, those of a multi-valued one singly; of an object its `value`.
pub fn values<'a>(resource: &'a Resource, attribute: &AttributePath) -> Vec<&'a Data> {
    let found = match &attribute.schema {
        None => resource.get(&attribute.name),
        Some(schema) => match resource.get(schema).map(Data::node) {
            Some(Node::Object(extension)) => extension.get(&attribute.name),
            _ => resource
                .get(&format!("{schema}:{}", attribute.name))
                .or_else(|| resource.get(&attribute.name).filter(|_| urn::is_core(schema))),
        },
    };
    fn singly(value: &Data) -> &[Data] {
        value.as_list().unwrap_or(std::slice::from_ref(value))
    }
    let sub = attribute.sub.as_deref();
    let mut all = Vec::new();
    for item in found.into_iter().flat_map(singly) {
        match item.node() {
            Node::Object(object) => all.extend(object.get(sub.unwrap_or("value")).into_iter().flat_map(singly)),
            // `emails` of plain strings.
            _ if sub.is_none_or(|sub| sub.eq_ignore_ascii_case("value")) => all.push(item),
            _ => {}
        }
    }
    all.retain(|value| !value.is_null());
    all
}

/// The simple value of an attribute; none where it has none.
fn value(payload: &Resource, attribute: &AttributePath) -> Option<Data> {
    let container = match &attribute.schema {
        Some(schema) => payload.get(schema).and_then(Data::as_object).unwrap_or(payload),
        None => payload,
    };
    let found = container.get(&attribute.name)?;
    let simple = |value: &Data| match value.node() {
        Node::Text(text) => !text.trim().is_empty(),
        Node::Number(_) | Node::Bool(_) => true,
        _ => false,
    };
    let part = |item: &Data| match (&attribute.sub, item.node()) {
        (Some(sub), Node::Object(object)) => object.get(sub).cloned(),
        (None, Node::Object(object)) => object.get("value").cloned(),
        _ => Some(item.clone()),
    };
    let primary = |item: &&Data| {
        item.as_object().and_then(|object| object.get("primary")).and_then(Data::as_boolean) == Some(true)
    };
    // Of several values the preferred one stands for all.
    let one = match found.node() {
        Node::List(items) => items.iter().find(primary).or_else(|| items.first()).and_then(part),
        Node::Object(_) if attribute.sub.is_some() => part(found),
        _ if attribute.sub.is_none() => Some(found.clone()),
        _ => None,
    };
    one.filter(simple)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::resource::json;

    fn key(subject: Subject, name: &str, payload: Data) -> Key {
        Key::new(subject, name, payload.as_object().unwrap()).unwrap().unwrap()
    }

    #[test]
    fn strings_that_a_filter_is_split_in_are_asked_for_by_their_beginning() {
        let rows = [
            ("R and D", Some("displayName sw \"R\"")),
            ("Sales OR Support or more", Some("displayName sw \"Sales\"")),
            ("Sales (EMEA)", Some("displayName sw \"Sales\"")),
            ("Android and", Some("displayName eq \"Android and\"")),
            ("and more", Some("displayName eq \"and more\"")),
            ("Brandt or", Some("displayName eq \"Brandt or\"")),
            ("x) y", None),
        ];
        for (name, expected) in rows {
            let key = key(Subject::Group, "displayName", json!({"displayName": name}));
            assert_eq!(key.filter(false).map(|asked| asked.filter).as_deref(), expected, "{name}");
            let plain = key.filter(true).unwrap();
            assert!(!plain.brings_others && plain.filter.contains(" eq "), "{}", plain.filter);
        }
    }

    #[test]
    fn which_resources_have_the_value() {
        let (none, wso2) = (TextRules::default(), TextRules { store_prefix: true, trims: true });
        let user = |name: &str| json!({"userName": name});
        let kim = key(Subject::User, "userName", json!({"userName": "kim"}));
        let rows = [
            (user("KIM"), none, Some(Likeness::Same)),
            (user("DEFAULT/kim"), none, None),
            (user("DEFAULT/kim"), wso2, Some(Likeness::WithStore)),
            (user("kim "), none, None),
            (user("kim "), wso2, Some(Likeness::Same)),
            (user("kimo"), wso2, None),
            (json!({"id": "1"}), wso2, None),
        ];
        for (resource, rules, expected) in rows {
            assert_eq!(kim.likeness(resource.as_object().unwrap(), rules), expected, "{resource:?}");
        }
        let external = key(Subject::User, "externalId", json!({"externalId": 7}));
        for (found, expected) in [(json!({"externalId": "7"}), true), (json!({"externalId": "07"}), false)] {
            assert_eq!(external.likeness(found.as_object().unwrap(), none).is_some(), expected);
        }
        let mail = key(Subject::User, "emails.value", json!({"emails": [{"value": "kim@example.com"}]}));
        let found = json!({"emails": ["x@example.com", {"value": "Kim@Example.com"}]});
        assert_eq!(mail.likeness(found.as_object().unwrap(), none), Some(Likeness::Same));
        let unit = "urn:example:unit:code";
        let coded = key(Subject::Resource, unit, json!({"urn:example:unit": {"code": "a"}}));
        for found in [json!({"urn:example:unit": {"code": "A"}}), json!({"urn:example:unit:code": "a"})] {
            assert_eq!(coded.likeness(found.as_object().unwrap(), none), Some(Likeness::Same), "{found:?}");
        }
    }
}
