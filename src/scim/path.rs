//! Attribute paths: as filters, views and sorting name an attribute, and as PATCH does (RFC 7644 sections 3.5.2 and 3.10).

use super::filter::Filter;

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
