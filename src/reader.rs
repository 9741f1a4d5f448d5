//! Reads a caller's JSON strictly: every member is known, of the right type, and named by its JSON pointer when it is not.
//!
//! [`Reader::only`] comes first: a misspelt name is reported as such, and not as the absence of the right one. It knows nothing
//! of what the members mean.

use crate::failure::{Failure, Kind, Result};
use crate::naming::{deeper, place, suggestion};
use crate::scim::resource::{Data, Node, Resource};

/// One JSON object being read.
pub struct Reader<'a> {
    object: &'a Resource,
    pointer: String,
    kind: Kind,
}

/// Parses JSON text given by a caller; `what` names it in the error.
pub fn parse(text: &str, what: &str, kind: Kind) -> Result<Data> {
    parse_text(text.into(), what, kind)
}

/// The same of a text that is not needed any more, without a copy of it.
pub fn parse_text(text: Box<str>, what: &str, kind: Kind) -> Result<Data> {
    Data::parse_text(text).map_err(|error| Failure::new(kind, format!("{what} is not valid JSON: {error}")))
}

impl<'a> Reader<'a> {
    /// Reads `value`, which stands at `pointer`, as an object; errors are of `kind`.
    pub fn new(value: &'a Data, pointer: &str, kind: Kind) -> Result<Self> {
        match value.as_object() {
            Some(object) => Ok(Reader::of(object, pointer, kind)),
            None => Err(wrong(kind, pointer, "an object", value)),
        }
    }

    /// Reads an object, which stands at `pointer`.
    pub fn of(object: &'a Resource, pointer: &str, kind: Kind) -> Self {
        Reader { object, pointer: pointer.to_owned(), kind }
    }

    /// Where this object stands.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// An error about a member.
    pub fn error(&self, name: &str, detail: impl Into<String>) -> Box<Failure> {
        Failure::new(self.kind, format!("{}: {}", place(&deeper(&self.pointer, name)), detail.into()))
            .at(deeper(&self.pointer, name))
    }

    /// A member, null counting as absent.
    pub fn value(&self, name: &'static str) -> Option<&'a Data> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    fn typed<T>(&self, name: &'static str, expected: &str, read: impl Fn(&'a Data) -> Option<T>) -> Result<Option<T>> {
        self.value(name)
            .map(|value| read(value).ok_or_else(|| wrong(self.kind, &deeper(&self.pointer, name), expected, value)))
            .transpose()
    }

    /// A member that is a string.
    pub fn string(&self, name: &'static str) -> Result<Option<String>> {
        self.typed(name, "a string", |value| value.as_str().map(str::to_owned))
    }

    /// A member that must be there and be a string with something in it.
    pub fn required(&self, name: &'static str) -> Result<String> {
        match self.string(name)? {
            Some(text) if !text.trim().is_empty() => Ok(text),
            Some(_) => Err(self.error(name, "must not be empty")),
            None => Err(self.error(name, "is required")),
        }
    }

    /// A member that must be there and be an identifier: a string, or a number, which some providers give and callers give back.
    pub fn identifier(&self, name: &'static str) -> Result<String> {
        match self.value(name).map(Data::node) {
            Some(Node::Number(number)) => Ok(number.to_string()),
            _ => self.required(name),
        }
    }

    /// A member that is a boolean.
    pub fn boolean(&self, name: &'static str) -> Result<Option<bool>> {
        self.typed(name, "a boolean", |value| match value.node() {
            Node::Bool(flag) => Some(flag),
            _ => None,
        })
    }

    /// A member that is a whole number, not negative.
    pub fn integer(&self, name: &'static str) -> Result<Option<u64>> {
        self.typed(name, "a whole number, 0 or more", Data::as_u64)
    }

    /// A member that is a whole number of at most 32 bits, not negative.
    pub fn small(&self, name: &'static str) -> Result<Option<u32>> {
        self.typed(name, "a whole number from 0 to 4294967295", |value| {
            value.as_u64().and_then(|number| number.try_into().ok())
        })
    }

    /// A member that is a list of strings; one string with commas, as in a URL (RFC 7644 section 3.9), counts as a list.
    pub fn strings(&self, name: &'static str) -> Result<Option<Vec<String>>> {
        self.typed(name, "a list of strings", |value| match value.node() {
            Node::Text(text) => {
                Some(text.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect())
            }
            Node::List(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
            _ => None,
        })
    }

    /// A member that is an object of strings, in order; or a list of pairs of them, which can name one twice.
    pub fn pairs(&self, name: &'static str) -> Result<Option<Vec<(String, String)>>> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let pointer = deeper(&self.pointer, name);
        let text = |at: String, value: &Data| match value.as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(wrong(self.kind, &at, "a string", value)),
        };
        let pair = |index: usize, pair: &Data| {
            let at = deeper(&pointer, index.to_string());
            match pair.as_list() {
                Some([name, value]) => Ok((text(deeper(&at, "0"), name)?, text(deeper(&at, "1"), value)?)),
                _ => Err(wrong(self.kind, &at, "a name and a string", pair)),
            }
        };
        let pairs = match value.node() {
            Node::Object(object) => {
                object.iter().map(|(key, value)| Ok((key.to_owned(), text(deeper(&pointer, key), value)?))).collect()
            }
            Node::List(items) => items.iter().enumerate().map(|(index, item)| pair(index, item)).collect(),
            _ => Err(wrong(self.kind, &pointer, "an object of strings", value)),
        };
        pairs.map(Some)
    }

    /// A member that is an object.
    pub fn object(&self, name: &'static str) -> Result<Option<&'a Resource>> {
        self.typed(name, "an object", Data::as_object)
    }

    /// A member that is an object, as a reader.
    pub fn child(&self, name: &'static str) -> Result<Option<Reader<'a>>> {
        self.value(name).map(|value| Reader::new(value, &deeper(&self.pointer, name), self.kind)).transpose()
    }

    /// A member that is a list.
    pub fn list(&self, name: &'static str) -> Result<Option<&'a [Data]>> {
        self.typed(name, "a list", Data::as_list)
    }

    /// A member that is one of a few names.
    pub fn choice<T: Copy>(&self, name: &'static str, choices: &[(&'static str, T)]) -> Result<Option<T>> {
        let Some(text) = self.string(name)? else { return Ok(None) };
        match choices.iter().find(|choice| choice.0 == text) {
            Some(choice) => Ok(Some(choice.1)),
            None => {
                let names: Vec<&str> = choices.iter().map(|choice| choice.0).collect();
                Err(self
                    .error(name, format!("{text:?} is not one of {}{}", names.join(", "), suggestion(&text, &names))))
            }
        }
    }

    /// Refuses every member but these, and suggests the nearest.
    pub fn only(&self, known: &[&str]) -> Result<()> {
        match self.object.keys().find(|key| !known.contains(key)) {
            None => Ok(()),
            Some(key) => {
                let hint = match suggestion(key, known) {
                    hint if hint.is_empty() && known.is_empty() => "; there are none here".to_owned(),
                    hint if hint.is_empty() => format!("; known here: {}", known.join(", ")),
                    hint => hint,
                };
                Err(self.error(key, format!("unknown field{hint}")))
            }
        }
    }
}

fn wrong(kind: Kind, pointer: &str, expected: &str, found: &Data) -> Box<Failure> {
    Failure::new(kind, format!("{}: expected {expected}, found {}", place(pointer), found.type_name())).at(pointer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::resource::json;

    #[test]
    fn pairs_are_an_object_or_a_list() {
        let read = |value: Data| {
            let reader = Reader::new(&value, "", Kind::InvalidInput).unwrap();
            reader.pairs("headers").map_err(|failure| failure.detail)
        };
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(read(json!({"headers": {"B": "2", "a": "1"}})), Ok(Some(vec![pair("B", "2"), pair("a", "1")])));
        assert_eq!(read(json!({"headers": [["a", "1"], ["a", "2"]]})), Ok(Some(vec![pair("a", "1"), pair("a", "2")])));
        assert_eq!(read(json!({"headers": null})), Ok(None));
        for (wrong, detail) in [
            (json!("x"), "headers: expected an object of strings, found a string"),
            (json!({"a": 1}), "headers.a: expected a string, found a number"),
            (json!(["a"]), "headers.0: expected a name and a string, found a string"),
            (json!([["a", "1", "2"]]), "headers.0: expected a name and a string, found an array"),
            (json!([["a", 1]]), "headers.0.1: expected a string, found a number"),
        ] {
            assert_eq!(read(json!({"headers": wrong})), Err(detail.to_owned()));
        }
    }
}
