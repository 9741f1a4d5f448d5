//! The attribute table: schema definitions (RFC 7643 section 7) read from `schemas/*.json`, and what follows from
//! them without looking at any single attribute: finding attributes by path, and checking values.
//!
//! A resource type is one complex [`Attribute`] whose sub-attributes are the common attributes, those of its core
//! schema, and one complex attribute per extension, named by its URN. So extensions need no code of their own.
//! Knows nothing of requests, storage or the membership rules.

use super::error::{Result, ScimError};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A JSON object: a resource or a complex value.
pub(super) type Object = Map<String, Value>;

/// Data type of an attribute (RFC 7643 section 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Kind {
    String,
    Boolean,
    Decimal,
    Integer,
    DateTime,
    Binary,
    Reference,
    Complex,
}

/// Who may change an attribute, and when (RFC 7643 section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Mutability {
    ReadOnly,
    ReadWrite,
    Immutable,
    WriteOnly,
}

/// When an attribute is part of an answer (RFC 7643 section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Returned {
    Always,
    Never,
    Default,
    Request,
}

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Attribute {
    /// The name as the schema writes it; for an extension its URN.
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    pub(super) multi_valued: bool,
    pub(super) required: bool,
    #[serde(default)]
    pub(super) case_exact: bool,
    pub(super) mutability: Mutability,
    pub(super) returned: Returned,
    #[serde(default)]
    uniqueness: String,
    /// Sub-attributes of a complex attribute.
    #[serde(default)]
    pub(super) sub_attributes: Vec<Attribute>,
}

impl Attribute {
    fn complex(name: &str, sub_attributes: Vec<Attribute>) -> Self {
        Self {
            name: name.to_owned(),
            kind: Kind::Complex,
            multi_valued: false,
            required: false,
            case_exact: false,
            mutability: Mutability::ReadWrite,
            returned: Returned::Default,
            uniqueness: String::new(),
            sub_attributes,
        }
    }

    /// The sub-attribute of this name; attribute names are case-insensitive (RFC 7643 section 2.1).
    pub(super) fn sub(&self, name: &str) -> Option<&Attribute> {
        self.sub_attributes.iter().find(|sub| sub.name.eq_ignore_ascii_case(name))
    }

    /// Whether no two resources of a type may share a value.
    pub(super) fn is_unique(&self) -> bool {
        self.uniqueness != "none" && !self.uniqueness.is_empty()
    }

    /// Whether resources are looked up by it: what is unique, and the client's own identifier (RFC 7643 section 3.1).
    pub(super) fn is_key(&self) -> bool {
        self.is_unique() || self.name == "externalId"
    }

    /// The form in which values are compared: lower case unless the attribute is case-exact.
    pub(super) fn fold(&self, text: &str) -> String {
        if self.case_exact { text.to_owned() } else { text.to_lowercase() }
    }

    /// What tells an element of this multi-valued attribute from the others. An element whose `value` is immutable is
    /// known by it (members of a group); any other by all it has.
    pub(super) fn identity(&self, element: &Value) -> String {
        match (self.sub("value"), element.get("value")) {
            (Some(sub), Some(value)) if sub.mutability == Mutability::Immutable => value.to_string(),
            _ => element.to_string(),
        }
    }
}

/// A schema as published under /Schemas.
struct Schema {
    urn: String,
    attributes: Vec<Attribute>,
    json: Value,
}

/// A resource type (RFC 7643 section 6).
#[derive(Debug, PartialEq)]
pub(super) struct ResourceType {
    /// Name and id, for instance `User`.
    pub(super) name: String,
    /// The path under the service URL, without slash.
    pub(super) endpoint: String,
    /// URN of the core schema.
    pub(super) schema: String,
    /// URNs of the extensions.
    pub(super) extensions: Vec<String>,
    /// Whether the published resource type names them.
    pub(super) lists_extensions: bool,
    /// The attribute tree; see the module's text.
    pub(super) root: Attribute,
}

impl ResourceType {
    /// Finds the attribute a path names: `[URN:]name[.sub]` (RFC 7644 section 3.10). The answer lists the attributes
    /// from the outermost to the one named; an extension's URN is the first of them.
    pub(super) fn resolve(&self, path: &str) -> Option<Vec<&Attribute>> {
        let path = strip_urn(path, &self.schema).unwrap_or(path);
        for urn in &self.extensions {
            let Some(extension) = self.root.sub(urn) else { continue };
            if path.eq_ignore_ascii_case(urn) {
                return Some(vec![extension]);
            }
            if let Some(rest) = strip_urn(path, urn) {
                let mut found = vec![extension];
                found.extend(resolve_names(extension, rest)?);
                return Some(found);
            }
        }
        resolve_names(&self.root, path)
    }

    /// The `schemas` of a resource: the core schema and the extensions it uses.
    fn schemas_of(&self, resource: &Object) -> Value {
        let used = self.extensions.iter().filter(|urn| resource.contains_key(*urn));
        std::iter::once(&self.schema).chain(used).map(String::as_str).collect()
    }

    /// Checks a whole resource as sent by POST or PUT and returns what is kept of it: known attributes under their
    /// canonical names, without read-only ones (RFC 7644 sections 3.3 and 3.5.1), nulls and empty arrays.
    pub(super) fn check(&self, body: &Value) -> Result<Object> {
        require_schema(body, &self.schema)?;
        let Some(Value::Object(mut resource)) = check(&self.root, body, "")? else {
            return Err(ScimError::invalid_value("the resource is empty"));
        };
        // Checked for its type above; what a resource really uses is computed.
        resource.insert("schemas".into(), self.schemas_of(&resource));
        check_required(&self.root, &resource, "", true)?;
        Ok(resource)
    }

    /// The last step of a change: `schemas` is set anew, and what must be there is there. What is never returned is
    /// not stored, so it cannot be missed.
    pub(super) fn finish(&self, mut resource: Object) -> Result<Object> {
        resource.insert("schemas".into(), self.schemas_of(&resource));
        check_required(&self.root, &resource, "", false)?;
        Ok(resource)
    }
}

fn strip_urn<'p>(path: &'p str, urn: &str) -> Option<&'p str> {
    let head = path.get(..urn.len())?;
    head.eq_ignore_ascii_case(urn).then(|| path.get(urn.len()..)?.strip_prefix(':')).flatten()
}

fn resolve_names<'a>(parent: &'a Attribute, path: &str) -> Option<Vec<&'a Attribute>> {
    let (name, sub_name) = match path.split_once('.') {
        Some((name, sub_name)) => (name, Some(sub_name)),
        None => (path, None),
    };
    let attribute = parent.sub(name)?;
    match sub_name {
        None => Some(vec![attribute]),
        Some(sub_name) => Some(vec![attribute, attribute.sub(sub_name)?]),
    }
}

/// A member of a JSON object by its case-insensitive name.
pub(super) fn member<'v>(body: &'v Value, name: &str) -> Option<&'v Value> {
    body.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// Fails unless the body's `schemas` names the URN: every SCIM message must (RFC 7643 section 3).
pub(super) fn require_schema(body: &Value, urn: &str) -> Result<()> {
    if !body.is_object() {
        return Err(ScimError::invalid_syntax("the body must be a JSON object"));
    }
    let listed = member(body, "schemas")
        .and_then(Value::as_array)
        .is_some_and(|schemas| schemas.iter().filter_map(Value::as_str).any(|schema| schema.eq_ignore_ascii_case(urn)));
    if listed { Ok(()) } else { Err(ScimError::invalid_syntax(format!("schemas: must contain {urn}"))) }
}

/// Checks the value of an attribute at `path` and returns it in canonical form; `None` when it amounts to no value
/// (RFC 7643 section 2.5: null and the empty array are the same as absent).
pub(super) fn check(attribute: &Attribute, value: &Value, path: &str) -> Result<Option<Value>> {
    if value.is_null() {
        return Ok(None);
    }
    if !attribute.multi_valued {
        return check_one(attribute, value, path);
    }
    let Value::Array(items) = value else {
        return Err(ScimError::invalid_value(format!("{path}: must be an array")));
    };
    let mut kept: Vec<Value> = Vec::with_capacity(items.len());
    for item in items.iter().filter(|item| !item.is_null()) {
        kept.extend(check_one(attribute, item, path)?);
    }
    // RFC 7643 section 2.4: "The primary attribute value 'true' MUST appear no more than once."
    if kept.iter().filter(|item| is_primary(item)).count() > 1 {
        return Err(ScimError::invalid_value(format!("{path}: more than one value is primary")));
    }
    Ok((!kept.is_empty()).then_some(Value::Array(kept)))
}

/// Whether an element of a multi-valued attribute is the primary one.
pub(super) fn is_primary(item: &Value) -> bool {
    item.get("primary") == Some(&Value::Bool(true))
}

/// Checks one value, an element if the attribute is multi-valued.
pub(super) fn check_one(attribute: &Attribute, value: &Value, path: &str) -> Result<Option<Value>> {
    let wanted = match (attribute.kind, value) {
        (Kind::Complex, Value::Object(object)) => return check_complex(attribute, object, path),
        (Kind::Complex, _) => "an object",
        (Kind::String | Kind::Reference, Value::String(_)) | (Kind::Boolean, Value::Bool(_)) => "",
        (Kind::Integer, Value::Number(number)) if number.is_i64() || number.is_u64() => "",
        (Kind::Decimal, Value::Number(_)) => "",
        (Kind::DateTime, Value::String(text)) if instant(text).is_some() => "",
        (Kind::Binary, Value::String(text)) if is_base64(text) => "",
        (Kind::String | Kind::Reference, _) => "a string",
        (Kind::Boolean, _) => "true or false",
        (Kind::Integer, _) => "an integer",
        (Kind::Decimal, _) => "a number",
        (Kind::DateTime, _) => "a date and time, for instance 2011-05-13T04:42:34Z",
        (Kind::Binary, _) => "a base64 string",
    };
    if !wanted.is_empty() {
        return Err(ScimError::invalid_value(format!("{path}: must be {wanted}")));
    }
    Ok(Some(value.clone()))
}

fn check_complex(attribute: &Attribute, object: &Object, path: &str) -> Result<Option<Value>> {
    let mut kept = Object::new();
    for (name, value) in object {
        // RFC 7644 sections 3.3 and 3.5.1: read-only values are ignored. So are attributes nobody knows.
        let Some(sub) = attribute.sub(name).filter(|sub| sub.mutability != Mutability::ReadOnly) else {
            continue;
        };
        let Some(value) = check(sub, value, &join(attribute, path, sub))? else {
            continue;
        };
        if kept.insert(sub.name.clone(), value).is_some() {
            let twice = join(attribute, path, sub);
            return Err(ScimError::invalid_syntax(format!("{twice}: given twice, in different case")));
        }
    }
    Ok((!kept.is_empty()).then_some(Value::Object(kept)))
}

/// Fails when a required attribute of the object, or of a complex value in it, has no value; `secrets` counts those
/// that are never returned.
fn check_required(attribute: &Attribute, object: &Object, path: &str, secrets: bool) -> Result<()> {
    for sub in &attribute.sub_attributes {
        let value = object.get(&sub.name);
        let here = || join(attribute, path, sub);
        let required = sub.required && (secrets || sub.returned != Returned::Never);
        if required && value.is_none_or(|value| value.as_str().is_some_and(|text| text.trim().is_empty())) {
            return Err(ScimError::invalid_value(format!("{}: required, give it a value", here())));
        }
        let objects = match value {
            Some(Value::Array(items)) => items.as_slice(),
            Some(single) => std::slice::from_ref(single),
            None => &[],
        };
        for object in objects.iter().filter_map(Value::as_object) {
            check_required(sub, object, &here(), secrets)?;
        }
    }
    Ok(())
}

/// The path of a sub-attribute for messages: `name.givenName`, `urn:...:User:department`.
pub(super) fn join(parent: &Attribute, path: &str, sub: &Attribute) -> String {
    match (path, parent.name.contains(':')) {
        ("", _) => sub.name.clone(),
        (_, true) => format!("{path}:{}", sub.name),
        (_, false) => format!("{path}.{}", sub.name),
    }
}

/// Reads an xsd:dateTime (RFC 7643 section 2.3.5); without an offset it is taken for UTC.
pub(super) fn instant(text: &str) -> Option<jiff::Timestamp> {
    text.parse().ok().or_else(|| {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        Some(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    })
}

/// RFC 7643 section 2.3.6: base64 or base64url.
fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    body.chars().all(|c| c.is_ascii_alphanumeric() || "+/-_".contains(c))
}

/// Everything the server knows about schemas and resource types.
pub(super) struct Registry {
    schemas: Vec<Schema>,
    /// The resource types, in the order they are published.
    pub(super) types: Vec<ResourceType>,
}

const COMMON: &str = include_str!("schemas/common.json");
/// The resource types.
const TYPES: &str = include_str!("schemas/types.json");
/// The schemas of RFC 9944.
const DEVICES: &str = include_str!("schemas/devices.json");
const PUBLISHED: [&str; 6] = [
    include_str!("schemas/user.json"),
    include_str!("schemas/enterprise_user.json"),
    include_str!("schemas/group.json"),
    include_str!("schemas/service_provider_config.json"),
    include_str!("schemas/resource_type.json"),
    include_str!("schemas/schema.json"),
];

impl Registry {
    /// Reads the built-in schemas and resource types. Fails only if one of the files in `schemas/` is broken.
    pub(super) fn load() -> serde_json::Result<Self> {
        let common = read(serde_json::from_str(COMMON)?)?.attributes;
        let mut all: Vec<Value> =
            PUBLISHED.iter().map(|text| serde_json::from_str(text)).collect::<serde_json::Result<_>>()?;
        all.extend(serde_json::from_str::<Vec<Value>>(DEVICES)?);
        let schemas = all.into_iter().map(read).collect::<serde_json::Result<Vec<_>>>()?;
        let attributes = |urn: &str| -> Vec<Attribute> {
            schemas.iter().find(|schema| schema.urn == urn).map(|schema| schema.attributes.clone()).unwrap_or_default()
        };
        let types = serde_json::from_str::<Vec<TypeRow>>(TYPES)?.into_iter().map(|row| {
            let mut all = common.clone();
            all.extend(attributes(&row.schema));
            all.extend(row.extensions.iter().map(|extension| extension.attribute(&attributes)));
            ResourceType {
                root: Attribute::complex(&row.name, all),
                name: row.name,
                endpoint: row.endpoint,
                schema: row.schema,
                lists_extensions: row.lists_extensions,
                extensions: row.extensions.into_iter().map(|extension| extension.schema).collect(),
            }
        });
        let types = types.collect();
        Ok(Self { schemas, types })
    }

    /// Forgets all resource types but these, and their schemas.
    pub(super) fn keep(&mut self, names: Option<&[String]>) {
        let Some(names) = names else { return };
        let (kept, gone): (Vec<_>, Vec<_>) = self.types.drain(..).partition(|kind| names.contains(&kind.name));
        self.schemas.retain(|schema| {
            !gone.iter().any(|kind| kind.schema == schema.urn || kind.extensions.contains(&schema.urn))
        });
        self.types = kept;
    }

    /// The published schemas with their URN.
    pub(super) fn schemas(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.schemas.iter().map(|schema| (schema.urn.as_str(), &schema.json))
    }
}

/// A resource type as written in `schemas/types.json`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TypeRow {
    name: String,
    endpoint: String,
    schema: String,
    #[serde(default)]
    extensions: Vec<Extension>,
    /// RFC 9944 appendix A.1 names no extensions: a client may send any that is registered.
    #[serde(default = "yes")]
    lists_extensions: bool,
}

fn yes() -> bool {
    true
}

/// An extension, which may have extensions of its own: the pairing methods of Bluetooth devices (RFC 9944
/// section 7.1.3).
#[derive(Deserialize)]
struct Extension {
    schema: String,
    #[serde(default)]
    nested: Vec<Extension>,
}

impl Extension {
    fn attribute(&self, attributes: &dyn Fn(&str) -> Vec<Attribute>) -> Attribute {
        let mut all = attributes(&self.schema);
        all.extend(self.nested.iter().map(|nested| nested.attribute(attributes)));
        Attribute::complex(&self.schema, all)
    }
}

fn read(json: Value) -> serde_json::Result<Schema> {
    #[derive(Deserialize)]
    struct Head {
        id: String,
        attributes: Vec<Attribute>,
    }
    let Head { id, attributes } = Head::deserialize(&json)?;
    Ok(Schema { urn: id, attributes, json })
}
