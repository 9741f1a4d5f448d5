//! What a provider says its resources are: resource types (RFC 7643 section 6) and schemas (section 7), read tolerantly.

use super::resource::Resource;
use serde_json::Value;

/// A resource type (RFC 7643 section 6).
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceType {
    /// Its identifier.
    pub id: Option<String>,
    /// Its name, for example `User`.
    pub name: String,
    /// What it is.
    pub description: Option<String>,
    /// Where it is, below the service URL, for example `/Users`.
    pub endpoint: String,
    /// URN of its schema.
    pub schema: String,
    /// URNs of its extensions, and whether a resource must have them.
    pub extensions: Vec<(String, bool)>,
    /// The document as it came.
    pub document: Resource,
}

/// A schema (RFC 7643 section 7).
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// Its URN.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
    /// The document as it came.
    pub document: Resource,
}

/// Type of an attribute (RFC 7643 section 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Text.
    String,
    /// True or false.
    Boolean,
    /// A number with a fraction.
    Decimal,
    /// A whole number.
    Integer,
    /// A point in time.
    DateTime,
    /// Bytes, base64.
    Binary,
    /// A URI.
    Reference,
    /// Sub-attributes.
    Complex,
}

/// Whether an attribute may be changed (RFC 7643 section 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutability {
    /// Only by the provider.
    ReadOnly,
    /// At any time.
    ReadWrite,
    /// At creation only.
    Immutable,
    /// At any time, never read.
    WriteOnly,
}

/// When an attribute is returned (RFC 7643 section 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returned {
    /// Always.
    Always,
    /// Never.
    Never,
    /// Unless excluded.
    Default,
    /// When asked for.
    Request,
}

/// How far an attribute's values are unique (RFC 7643 section 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uniqueness {
    /// Not at all.
    None,
    /// Within the provider.
    Server,
    /// Everywhere.
    Global,
}

/// An attribute or sub-attribute (RFC 7643 section 7).
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: Type,
    /// Whether it has several values.
    pub multi_valued: bool,
    /// What it is.
    pub description: Option<String>,
    /// Whether it must have a value.
    pub required: bool,
    /// Values a client should choose from.
    pub canonical_values: Vec<String>,
    /// Whether case matters when values are compared.
    pub case_exact: bool,
    /// Whether it may be changed.
    pub mutability: Mutability,
    /// When it is returned.
    pub returned: Returned,
    /// How far its values are unique.
    pub uniqueness: Uniqueness,
    /// Resource types a reference may point to.
    pub reference_types: Vec<String>,
    /// Its sub-attributes.
    pub parts: Vec<Attribute>,
}

impl ResourceType {
    /// The JSON form.
    pub fn to_json(&self) -> Value {
        Value::Object(self.document.clone())
    }
}

impl Schema {
    /// The JSON form.
    pub fn to_json(&self) -> Value {
        Value::Object(self.document.clone())
    }
}
