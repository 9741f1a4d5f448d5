//! What a provider says its resources are: resource types (RFC 7643 section 6) and schemas (section 7), read tolerantly.

use super::resource::{Data, Node, Resource};
use super::urn;

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

/// Deepest sub-attributes that are read; the standard has one level (RFC 7643 section 2.3.8).
const DEPTH: u32 = 4;

/// The types, by name; `bool` is what RFC 9944 appendix A.4 writes.
const TYPES: [(&str, Type); 9] = [
    ("string", Type::String),
    ("boolean", Type::Boolean),
    ("decimal", Type::Decimal),
    ("integer", Type::Integer),
    ("dateTime", Type::DateTime),
    ("binary", Type::Binary),
    ("reference", Type::Reference),
    ("complex", Type::Complex),
    ("bool", Type::Boolean),
];
const MUTABILITY: [(&str, Mutability); 4] = [
    ("readWrite", Mutability::ReadWrite),
    ("readOnly", Mutability::ReadOnly),
    ("immutable", Mutability::Immutable),
    ("writeOnly", Mutability::WriteOnly),
];
const RETURNED: [(&str, Returned); 4] = [
    ("default", Returned::Default),
    ("always", Returned::Always),
    ("never", Returned::Never),
    ("request", Returned::Request),
];
const UNIQUENESS: [(&str, Uniqueness); 3] =
    [("none", Uniqueness::None), ("server", Uniqueness::Server), ("global", Uniqueness::Global)];

/// What a member says, one of a few names in any case; none for what is absent or unheard of.
fn choice<T: Copy>(object: &Resource, name: &str, names: &[(&str, T)]) -> Option<T> {
    let text = object.text(name)?;
    names.iter().find(|row| row.0.eq_ignore_ascii_case(text.trim())).map(|row| row.1)
}

/// The name of a choice.
fn name_of<T: Copy + PartialEq>(choice: T, names: &[(&'static str, T)]) -> &'static str {
    names.iter().find(|row| row.1 == choice).map_or("", |row| row.0)
}

fn flag(object: &Resource, name: &str) -> bool {
    object.get(name).and_then(Data::as_boolean).unwrap_or_default()
}

/// Text with something in it.
fn words(object: &Resource, name: &str) -> Option<String> {
    object.text(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A list of strings, or the one string that stands for it.
fn strings(object: &Resource, name: &str) -> Vec<String> {
    match object.get(name).map(Data::node) {
        Some(Node::List(items)) => items.iter().filter_map(Data::as_str).map(str::to_owned).collect(),
        Some(Node::Text(text)) => vec![text.to_owned()],
        _ => Vec::new(),
    }
}

/// Puts members under their right names, in place of those in another case; absent ones go.
fn tidy(object: &mut Resource, members: impl IntoIterator<Item = (&'static str, Option<Data>)>) {
    for (name, value) in members {
        object.retain(|key, _| !key.eq_ignore_ascii_case(name));
        object.extend(value.map(|value| (name.to_owned(), value)));
    }
}

/// The documents in an answer: a ListResponse, a bare list, or one document where a list was expected.
pub fn documents(value: &Data) -> Vec<Resource> {
    match value.node() {
        Node::List(items) => items.iter().filter_map(Data::as_object).cloned().collect(),
        Node::Object(object) => match object.get("Resources").or_else(|| misnamed(object)) {
            Some(inner) if inner.is_list() => documents(inner),
            Some(inner) => inner.as_object().into_iter().cloned().collect(),
            None if object.get("totalResults").is_some() => Vec::new(),
            None => vec![object.clone()],
        },
        _ => Vec::new(),
    }
}

/// A list of documents under the name of what it lists, as some write it.
fn misnamed(object: &Resource) -> Option<&Data> {
    let names = ["resourceTypes", "resourceType", "resource_types", "resource_type", "schemas"];
    let listed = names.iter().filter_map(|name| object.get(name));
    listed.into_iter().find(|value| value.as_list().is_some_and(|items| items.iter().any(Data::is_object)))
}

/// Whether a document is a user or a group: some answer any path with one.
pub fn is_account(document: &Resource) -> bool {
    let says = |name: &str, schema: &str| {
        let kind = || document.get("meta")?.as_object()?.text("resourceType");
        strings(document, "schemas").iter().any(|it| it.eq_ignore_ascii_case(schema))
            || kind().is_some_and(|kind| kind.eq_ignore_ascii_case(name))
    };
    let has = |names: &[&str]| names.iter().any(|name| document.get(name).is_some());
    says("User", urn::USER)
        || says("Group", urn::GROUP)
        || (has(&["userName", "displayName", "members"])
            && !has(&["endpoint", "attributes", "patch", "bulk", "filter"]))
}

impl ResourceType {
    /// Reads a document; none where it names nothing. Members that are missing are empty.
    pub fn read(document: &Resource) -> Option<ResourceType> {
        let id = words(document, "id");
        let name = words(document, "name").or_else(|| id.clone())?;
        let extension = |item: &Data| match item.node() {
            Node::Text(schema) => Some((schema.to_owned(), false)),
            Node::Object(object) => Some((words(object, "schema")?, flag(object, "required"))),
            _ => None,
        };
        let extensions = document.get("schemaExtensions").map(|one| one.as_list().unwrap_or(std::slice::from_ref(one)));
        let extensions = extensions.unwrap_or_default().iter().filter_map(extension).collect();
        Some(ResourceType {
            id,
            name,
            description: words(document, "description"),
            endpoint: words(document, "endpoint").unwrap_or_default(),
            schema: words(document, "schema").unwrap_or_default(),
            extensions,
            document: document.clone(),
        })
    }

    /// Whether this is what a caller means by a name or an identifier.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name) || self.id.as_ref().is_some_and(|id| id.eq_ignore_ascii_case(name))
    }

    /// The JSON form: the document, the standard's members under the standard's names.
    pub fn to_json(&self) -> Data {
        let extension = |(schema, required): &(String, bool)| {
            Resource::from_iter([("schema", Data::from(schema)), ("required", Data::from(*required))])
        };
        let extensions: Vec<Resource> = self.extensions.iter().map(extension).collect();
        let mut document = self.document.clone();
        tidy(
            &mut document,
            [
                ("id", self.id.as_ref().map(Data::from)),
                ("name", Some(Data::from(&self.name))),
                ("description", self.description.as_ref().map(Data::from)),
                ("endpoint", Some(Data::from(&self.endpoint))),
                ("schema", Some(Data::from(&self.schema))),
                ("schemaExtensions", (!extensions.is_empty()).then_some(Data::from(extensions))),
            ],
        );
        Data::from(document)
    }
}

impl Schema {
    /// Reads a document; none where it has no identifier. The document that is kept has the attributes as they were understood,
    /// defaults filled in.
    pub fn read(document: &Resource) -> Option<Schema> {
        let id = words(document, "id")?;
        let (attributes, written) = attributes(document.get("attributes"), 0);
        let (name, description) = (words(document, "name"), words(document, "description"));
        let mut document = document.clone();
        tidy(
            &mut document,
            [
                ("id", Some(Data::from(&id))),
                ("name", name.as_ref().map(Data::from)),
                ("description", description.as_ref().map(Data::from)),
                ("attributes", Some(Data::from(written))),
            ],
        );
        Some(Schema { id, name, description, attributes, document })
    }

    /// Whether this is what a caller means by a URN or a name.
    pub fn is(&self, name: &str) -> bool {
        self.id.eq_ignore_ascii_case(name) || self.name.as_ref().is_some_and(|it| it.eq_ignore_ascii_case(name))
    }

    /// The JSON form.
    pub fn to_json(&self) -> Data {
        Data::from(self.document.clone())
    }
}

impl Attribute {
    /// Whether it has this name, in any case (RFC 7643 section 2.1).
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// Reads attributes, a list or the one that stands for it; beside each, its document with the defaults filled in.
fn attributes(value: Option<&Data>, depth: u32) -> (Vec<Attribute>, Vec<Data>) {
    let items = match value {
        Some(one) if depth < DEPTH => one.as_list().unwrap_or(std::slice::from_ref(one)),
        _ => &[],
    };
    items.iter().filter_map(|item| attribute(item.as_object()?, depth)).unzip()
}

/// Reads an attribute, with the defaults of RFC 7643 section 2.2.
fn attribute(document: &Resource, depth: u32) -> Option<(Attribute, Data)> {
    let name = words(document, "name")?;
    let (parts, written) = attributes(document.get("subAttributes"), depth + 1);
    let usual = if parts.is_empty() { Type::String } else { Type::Complex };
    let attribute = Attribute {
        name,
        kind: choice(document, "type", &TYPES).unwrap_or(usual),
        multi_valued: flag(document, "multiValued"),
        description: words(document, "description"),
        required: flag(document, "required"),
        canonical_values: strings(document, "canonicalValues"),
        case_exact: flag(document, "caseExact"),
        mutability: choice(document, "mutability", &MUTABILITY).unwrap_or(Mutability::ReadWrite),
        returned: choice(document, "returned", &RETURNED).unwrap_or(Returned::Default),
        uniqueness: choice(document, "uniqueness", &UNIQUENESS).unwrap_or(Uniqueness::None),
        reference_types: strings(document, "referenceTypes"),
        parts,
    };
    let list = |items: &[String]| (!items.is_empty()).then(|| Data::from(items));
    let mut document = document.clone();
    tidy(
        &mut document,
        [
            ("name", Some(Data::from(&attribute.name))),
            ("type", Some(Data::from(name_of(attribute.kind, &TYPES)))),
            ("multiValued", Some(Data::from(attribute.multi_valued))),
            ("description", attribute.description.as_ref().map(Data::from)),
            ("required", Some(Data::from(attribute.required))),
            ("canonicalValues", list(&attribute.canonical_values)),
            ("caseExact", Some(Data::from(attribute.case_exact))),
            ("mutability", Some(Data::from(name_of(attribute.mutability, &MUTABILITY)))),
            ("returned", Some(Data::from(name_of(attribute.returned, &RETURNED)))),
            ("uniqueness", Some(Data::from(name_of(attribute.uniqueness, &UNIQUENESS)))),
            ("referenceTypes", list(&attribute.reference_types)),
            ("subAttributes", (!written.is_empty()).then_some(Data::from(written))),
        ],
    );
    Some((attribute, Data::from(document)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::resource::json;

    #[test]
    fn documents_come_in_many_envelopes() {
        let one = json!({"id": "x"});
        let rows = [
            (json!({"Resources": [one], "totalResults": 1}), 1),
            (json!({"resources": [one, one, "odd"]}), 2),
            (json!({"RESOURCES": one}), 1),
            (json!([one, 3]), 1),
            (one, 1),
            (json!({"totalResults": 0}), 0),
            (json!({"Resources": null}), 0),
            (json!("text"), 0),
            (json!({"resource_types": [{"id": "x"}, {"id": "y"}]}), 2),
            (json!({"resourceType": [{"id": "x"}]}), 1),
            (json!({"Schemas": [{"id": "x"}]}), 1),
            (json!({"schemas": ["urn:x"], "id": "x"}), 1),
        ];
        for (value, count) in rows {
            assert_eq!(documents(&value).len(), count, "{value}");
        }
    }

    #[test]
    fn an_account_is_no_document_of_discovery() {
        for (document, account) in [
            (json!({"schemas": [urn::GROUP], "id": "1", "displayName": "Eng"}), true),
            (json!({"id": "1", "userName": "ada"}), true),
            (json!({"id": "1", "name": "Eng", "meta": {"resourceType": "Group"}}), true),
            (
                json!({"id": "User", "name": "User", "endpoint": "/Users", "schema": urn::USER, "meta": {"resourceType": "ResourceType"}}),
                false,
            ),
            (json!({"id": urn::USER, "name": "User", "attributes": []}), false),
            (json!({"patch": {"supported": true}, "meta": {"resourceType": "ServiceProviderConfig"}}), false),
            (json!({"documentationUri": "https://scim.example"}), false),
        ] {
            assert_eq!(is_account(document.as_object().unwrap()), account, "{document}");
        }
    }

    #[test]
    fn sloppy_documents_are_read_with_the_standards_defaults() {
        let document = json!({"ID": "urn:x", "Attributes": [
            {"Name": "a", "pattern": "^a"},
            {"name": "b", "type": "BOOL", "multivalued": "True", "required": "true", "uniqueness": "Manufacturer", "referenceTypes": "User", "mutability": "readonly"},
            {"name": "c", "subAttributes": {"name": "d", "type": "datetime", "returned": "NEVER", "canonicalValues": ["x", 1]}},
            {"type": "string"}, "odd", null,
        ]});
        let schema = Schema::read(document.as_object().unwrap()).unwrap();
        let [a, b, c] = schema.attributes.as_slice() else { panic!("{:?}", schema.attributes) };
        assert_eq!(
            (a.kind, a.multi_valued, a.required, a.case_exact, a.mutability, a.returned, a.uniqueness),
            (Type::String, false, false, false, Mutability::ReadWrite, Returned::Default, Uniqueness::None)
        );
        assert_eq!(
            (b.kind, b.multi_valued, b.required, b.mutability, b.uniqueness, b.reference_types.as_slice()),
            (Type::Boolean, true, true, Mutability::ReadOnly, Uniqueness::None, ["User".to_owned()].as_slice())
        );
        assert_eq!((c.kind, c.parts[0].kind, c.parts[0].returned), (Type::Complex, Type::DateTime, Returned::Never));
        assert_eq!(c.parts[0].canonical_values, ["x"]);
        let json = schema.to_json();
        assert_eq!((&json["id"], &json["attributes"][0]["pattern"]), (&json!("urn:x"), &json!("^a")));
        assert_eq!(json["attributes"][1]["mutability"], json!("readOnly"));
        assert!(!json["attributes"][1].as_object().unwrap().contains("multivalued"), "each member once");

        let document = json!({"NAME": "Thing", "EndPoint": "/Things", "schemaExtensions": {"Schema": "urn:e", "required": "TRUE"}, "more": 1});
        let it = ResourceType::read(document.as_object().unwrap()).unwrap();
        assert_eq!((it.name.as_str(), it.endpoint.as_str(), it.schema.as_str()), ("Thing", "/Things", ""));
        assert_eq!(it.extensions, [("urn:e".to_owned(), true)]);
        assert_eq!(
            it.to_json(),
            json!({"name": "Thing", "endpoint": "/Things", "schema": "", "schemaExtensions": [{"schema": "urn:e", "required": true}], "more": 1})
        );
        assert_eq!(ResourceType::read(json!({"endpoint": "/x"}).as_object().unwrap()), None);
        assert_eq!(Schema::read(json!({"attributes": []}).as_object().unwrap()), None);
    }

    #[test]
    fn depth_is_limited() {
        let mut value = json!({"name": "deepest"});
        for _ in 0..100 {
            value = json!({"name": "x", "subAttributes": [value]});
        }
        let schema = Schema::read(json!({"id": "urn:x", "attributes": [value]}).as_object().unwrap()).unwrap();
        let mut parts = &schema.attributes;
        let mut depth = 0;
        while let Some(first) = parts.first() {
            depth += 1;
            parts = &first.parts;
        }
        assert_eq!(depth, DEPTH);
    }
}
