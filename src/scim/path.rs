//! Attribute paths: as filters, views and sorting name an attribute, and as PATCH does (RFC 7644 sections 3.5.2 and 3.10).
//!
//! Knows the notation only, not which attributes there are.

use super::filter::{
    Filter, SyntaxError,
    parse::{self, Place, Read, fault, is_name_char},
};
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

/// An attribute's name, with its schema where that is said: `urn:…:User:name.familyName` (RFC 7644 section 3.10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributePath {
    /// URN of the schema.
    pub schema: Option<String>,
    /// Name of the attribute.
    pub name: String,
    /// Name of the sub-attribute.
    pub sub: Option<String>,
}

impl AttributePath {
    /// Reads an attribute path. The schema ends at the last colon: a URN has dots and numbers of its own. The URN of an
    /// extension alone therefore reads as its last part in the schema before that, and prints as it was.
    pub fn parse(text: &str) -> Result<AttributePath, SyntaxError> {
        parse::whole(text, "the end", &parse::attribute)
    }

    /// Reads a text that has no spaces, quotation marks, parentheses or brackets; the error is a sentence.
    pub(super) fn from_token(token: &str) -> Result<AttributePath, String> {
        let (schema, path) = token.rsplit_once(':').map_or((None, token), |(schema, path)| (Some(schema), path));
        let (name, sub) = path.split_once('.').map_or((path, None), |(name, sub)| (name, Some(sub)));
        if let Some(schema) = schema.filter(|schema| !is_uri(schema)) {
            return Err(format!("{} is no schema; a schema is named by its whole URN, urn:…", quoted(schema)));
        }
        if let Some(part) = [Some(name), sub].into_iter().flatten().find(|part| !is_name(part)) {
            let hint = if part.contains(['%', '+']) {
                "; give the text as it is, it is encoded when it is sent"
            } else if part.contains('.') {
                "; there are no sub-attributes of sub-attributes"
            } else {
                ": a letter, then letters, digits, - and _"
            };
            return Err(format!("{} is no name of an attribute{hint}", quoted(part)));
        }
        Ok(AttributePath { schema: schema.map(str::to_owned), name: name.to_owned(), sub: sub.map(str::to_owned) })
    }

    /// The whole path of an attribute that stands in a value path's brackets, which `parent` is before: `emails[type …]` is
    /// about `emails.type`. Without a parent it is the path itself.
    pub(super) fn within(&self, parent: Option<&AttributePath>) -> AttributePath {
        match parent {
            None => self.clone(),
            Some(parent) => AttributePath { sub: Some(self.name.clone()), ..parent.clone() },
        }
    }
}

/// A text for an error.
fn quoted(text: &str) -> String {
    format!("{:?}", super::error::short(text, 80))
}

/// Whether this is an attribute's name: a letter, or `$` and a letter (`$ref`), then what names consist of.
fn is_name(text: &str) -> bool {
    text.strip_prefix('$').unwrap_or(text).starts_with(|char: char| char.is_ascii_alphabetic())
        && text.chars().all(is_name_char)
}

/// Whether this can be a schema's URI (RFC 3986 appendix A), as far as it can stand in a filter.
fn is_uri(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| {
        scheme.starts_with(|char: char| char.is_ascii_alphabetic())
            && scheme.chars().all(|char| char.is_ascii_alphanumeric() || "+-.".contains(char))
            && !rest.is_empty()
            && rest.chars().all(|char| char.is_ascii_alphanumeric() || "-._:/?#@$*+%".contains(char))
    })
}

impl Display for AttributePath {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}:")?;
        }
        f.write_str(&self.name)?;
        self.sub.iter().try_for_each(|sub| write!(f, ".{sub}"))
    }
}

impl FromStr for AttributePath {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        AttributePath::parse(text)
    }
}

/// What a PATCH operation changes (RFC 7644 section 3.5.2, figure 7): `emails[type eq "work"].value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// The attribute; its `sub` is none where there is a filter.
    pub attribute: AttributePath,
    /// Which of its values.
    pub filter: Option<Filter>,
    /// The sub-attribute of those values.
    pub sub: Option<String>,
}

impl Path {
    /// Reads a path.
    pub fn parse(text: &str) -> Result<Path, SyntaxError> {
        parse::whole(text, "a sub-attribute behind a dot, or the end", &read)
    }
}

fn read(input: &mut &str) -> Read<Path> {
    let start = *input;
    let attribute = parse::attribute(input)?;
    if !input.starts_with('[') {
        return Ok(Path { attribute, filter: None, sub: None });
    }
    if attribute.sub.is_some() {
        return Err(fault(start, "the sub-attribute goes behind the brackets: emails[type eq \"work\"].value"));
    }
    let filter = Some(parse::value_path(input, Place::default())?);
    let Some(name) = input.strip_prefix('.') else { return Ok(Path { attribute, filter, sub: None }) };
    if !is_name(name) {
        return Err(fault(name, format!("{} is no name of a sub-attribute", quoted(name))));
    }
    *input = "";
    Ok(Path { attribute, filter, sub: Some(name.to_owned()) })
}

impl Display for Path {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.attribute)?;
        self.filter.iter().try_for_each(|filter| write!(f, "[{filter}]"))?;
        self.sub.iter().try_for_each(|sub| write!(f, ".{sub}"))
    }
}

impl FromStr for Path {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Path::parse(text)
    }
}
