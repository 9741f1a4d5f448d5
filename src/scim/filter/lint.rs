//! What a provider's filters do not know, said before anything is sent.

use super::Filter;
use crate::scim::path::AttributePath;
use crate::scim::urn;

/// What a provider's filters know; whatever is none is without limit. Every part may stand in a constant table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Supported<'a> {
    /// Words: comparisons (`eq`), `pr`, `and`, `or`, `not`, `()` for grouping and `[]` for value paths.
    pub words: Option<&'a [&'a str]>,
    /// Attributes, `emails.value` or with all their sub-attributes `emails`; those of an extension with its URN.
    pub attributes: Option<&'a [&'a str]>,
    /// Most comparisons, `pr` among them.
    pub conditions: Option<usize>,
    /// Longest text, in characters.
    pub characters: Option<usize>,
}

impl Filter {
    /// Everything in this filter that the provider does not know, a sentence each; nothing where all is well.
    pub fn lint(&self, supported: &Supported<'_>) -> Vec<String> {
        let mut used = Usage::default();
        used.collect(self, None);
        let mut problems = Vec::new();
        if let Some(words) = supported.words {
            let unknown = used.words.iter().filter(|word| !words.contains(word));
            problems.extend(
                unknown.map(|word| {
                    format!("the provider's filters know {} only; {word:?} is not among them", listed(words))
                }),
            );
        }
        if let Some(attributes) = supported.attributes {
            let unknown = used.attributes.iter().filter(|used| !attributes.iter().any(|known| covers(known, used)));
            problems.extend(unknown.map(|attribute| {
                format!("the provider filters by {} only; \"{attribute}\" is not among them", listed(attributes))
            }));
        }
        let sizes = [
            (used.conditions, supported.conditions, "conditions"),
            (self.to_string().chars().count(), supported.characters, "characters"),
        ];
        problems.extend(sizes.into_iter().filter_map(|(size, limit, what)| {
            let limit = limit.filter(|limit| size > *limit)?;
            Some(format!("the provider's filters have {limit} {what} at most; this one has {size}"))
        }));
        problems
    }
}

impl Filter {
    /// The attributes it names, with sub-attributes.
    pub fn attributes(&self) -> Vec<String> {
        let mut used = Usage::default();
        used.collect(self, None);
        used.attributes.iter().map(AttributePath::to_string).collect()
    }
}

/// What a filter makes use of, each once.
#[derive(Default)]
struct Usage {
    words: Vec<&'static str>,
    attributes: Vec<AttributePath>,
    conditions: usize,
}

impl Usage {
    fn word(&mut self, word: &'static str) {
        if !self.words.contains(&word) {
            self.words.push(word);
        }
    }

    fn attribute(&mut self, attribute: &AttributePath, parent: Option<&AttributePath>) {
        let attribute = attribute.within(parent);
        if !self.attributes.contains(&attribute) {
            self.attributes.push(attribute);
        }
    }

    fn collect(&mut self, filter: &Filter, parent: Option<&AttributePath>) {
        match filter {
            Filter::Compare { attribute, operator, .. } => {
                self.conditions += 1;
                self.word(operator.name());
                self.attribute(attribute, parent);
            }
            Filter::Present(attribute) => {
                self.conditions += 1;
                self.word("pr");
                self.attribute(attribute, parent);
            }
            Filter::And(parts) => {
                self.word("and");
                if parts.iter().any(|part| matches!(part, Filter::Or(_))) {
                    self.word("()");
                }
                parts.iter().for_each(|part| self.collect(part, parent));
            }
            Filter::Or(parts) => {
                self.word("or");
                parts.iter().for_each(|part| self.collect(part, parent));
            }
            Filter::Not(inner) => {
                self.word("not");
                self.collect(inner, parent);
            }
            Filter::ValuePath { attribute, filter } => {
                self.word("[]");
                self.collect(filter, Some(attribute));
            }
        }
    }
}

/// Whether a known attribute is this one, or the one that this one is a part of.
fn covers(known: &str, used: &AttributePath) -> bool {
    let mut shown = used.clone();
    if shown.schema.as_ref().is_some_and(|schema| urn::is_core(schema)) {
        shown.schema = None;
    }
    let whole = shown.to_string();
    shown.sub = None;
    known.eq_ignore_ascii_case(&whole) || known.eq_ignore_ascii_case(&shown.to_string())
}

/// `a, b and c`.
fn listed(names: &[&str]) -> String {
    match names {
        [] => "nothing".to_owned(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
