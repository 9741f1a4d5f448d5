//! Resource types and schemas that are known without asking: User, Group and EnterpriseUser from the tables of `schema`, the
//! devices of RFC 9944 from a data file. They are the standard's, not a provider's: whoever can should ask the provider.

use super::definition::{Attribute, Mutability, ResourceType, Returned, Schema, Type, Uniqueness};
use super::resource::{Data, Resource};
use super::schema::{self, Shape};
use super::urn;

/// RFC 9944, its tables rather than its appendix, which contradict each other. Where they disagree on what a client must send,
/// the looser rule stands; `applicationType`, required and read-only there, is written once, when the resource is created.
const DEVICE: &str = include_str!("device.json");

/// Resource types of the standard besides those of RFC 9944: name, endpoint, schema, extension.
const CORE: [(&str, &str, &str, Option<&str>); 2] =
    [("User", "/Users", urn::USER, Some(urn::ENTERPRISE_USER)), ("Group", "/Groups", urn::GROUP, None)];

fn device(member: &str) -> Vec<Resource> {
    let file = Data::parse(DEVICE.as_bytes()).unwrap_or_default();
    let items = file.as_object().and_then(|file| file.get(member)).and_then(Data::as_list);
    items.map(|items| items.iter().filter_map(Data::as_object).cloned().collect()).unwrap_or_default()
}

/// The resource types.
pub fn resource_types() -> Vec<ResourceType> {
    let core = CORE.iter().map(|(name, endpoint, schema, extension)| ResourceType {
        id: Some((*name).into()),
        name: (*name).into(),
        description: None,
        endpoint: (*endpoint).into(),
        schema: (*schema).into(),
        extensions: extension.iter().map(|urn| ((*urn).to_owned(), false)).collect(),
        document: Resource::new(),
    });
    core.chain(device("resourceTypes").iter().filter_map(ResourceType::read)).collect()
}

/// The schemas.
pub fn schemas() -> Vec<Schema> {
    let core = [
        (urn::USER, "User", schema::USER, "userName"),
        (urn::GROUP, "Group", schema::GROUP, "displayName"),
        (urn::ENTERPRISE_USER, "EnterpriseUser", schema::ENTERPRISE_USER, ""),
    ];
    let core = core.into_iter().map(|(id, name, table, required)| Schema {
        id: id.into(),
        name: Some(name.into()),
        description: None,
        attributes: table.iter().map(|it| attribute(it, required)).collect(),
        document: Resource::new(),
    });
    core.chain(device("schemas").iter().filter_map(Schema::read)).collect()
}

fn attribute(it: &schema::Attribute, required: &str) -> Attribute {
    let (kind, parts): (Type, &[schema::Attribute]) = match it.shape {
        Shape::Text if matches!(it.name, "$ref" | "profileUrl") => (Type::Reference, &[]),
        Shape::Text => (Type::String, &[]),
        Shape::Boolean => (Type::Boolean, &[]),
        Shape::Complex(parts) | Shape::Multiple(parts) => (Type::Complex, parts),
    };
    let secret = it.name == "password";
    Attribute {
        name: it.name.into(),
        kind,
        multi_valued: matches!(it.shape, Shape::Multiple(_)),
        description: None,
        required: it.name == required,
        canonical_values: Vec::new(),
        case_exact: false,
        mutability: match (it.read_only, secret) {
            (true, _) => Mutability::ReadOnly,
            (_, true) => Mutability::WriteOnly,
            _ => Mutability::ReadWrite,
        },
        returned: if secret { Returned::Never } else { Returned::Default },
        uniqueness: Uniqueness::None,
        reference_types: Vec::new(),
        parts: parts.iter().map(|part| attribute(part, "")).collect(),
    }
}

/// Takes out what only the provider sets of a device or an endpoint application (RFC 9944 sections 3, 6 and 7).
pub fn strip_device(resource: &mut Resource) {
    // All of the URNs end so; other resources need no look at these schemas.
    let is_device = |name: &str| name.ends_with(":Device") || name.ends_with(":EndpointApp");
    let named = resource.get("schemas").and_then(Data::as_list).unwrap_or_default();
    if !resource.keys().any(is_device) && !named.iter().filter_map(Data::as_str).any(is_device) {
        return;
    }
    for schema in device("schemas").iter().filter_map(Schema::read) {
        let read_only =
            |name: &str| schema.attributes.iter().any(|it| it.mutability == Mutability::ReadOnly && it.is(name));
        let named = resource.get("schemas").and_then(Data::as_list);
        if named.is_some_and(|named| named.iter().any(|it| it.as_str() == Some(schema.id.as_str()))) {
            resource.retain(|name, _| !read_only(name));
        }
        if let Some(extension) = resource.get_mut(&schema.id).and_then(Data::as_object_mut) {
            extension.retain(|name, _| !read_only(name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::resource::json;

    #[test]
    fn the_data_file_is_whole_and_what_it_names_is_there() {
        let (types, schemas) = (resource_types(), schemas());
        assert_eq!((types.len(), schemas.len()), (4, 15));
        for it in &types {
            let named = std::iter::once(&it.schema).chain(it.extensions.iter().map(|extension| &extension.0));
            for urn in named {
                assert!(schemas.iter().any(|schema| schema.id == *urn), "{}: {urn}", it.name);
            }
        }
        assert!(DEVICE.len() < 8000, "the data file grew to {} bytes", DEVICE.len());
    }

    #[test]
    fn what_only_the_provider_sets_of_a_device_is_not_sent() {
        let apps = "urn:ietf:params:scim:schemas:extension:endpointAppsExt:2.0:Device";
        let value = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Device", apps], "active": true, "Groups": [],
            apps: {"applications": [{"value": "1"}], "deviceControlEnterpriseEndpoint": "https://x"}});
        let mut device = value.as_object().unwrap().clone();
        strip_device(&mut device);
        assert!(!device.contains("Groups") && device.contains("active"));
        assert_eq!(device[apps], json!({"applications": [{"value": "1"}]}));
    }
}
