//! What a provider says of itself, going out: its configuration, resource types and schemas.

use super::resource;
use crate::bindings::scim::connector::types as wit;
use crate::scim::definition::{self, Attribute, Mutability, ResourceType, Returned, Schema, Type, Uniqueness};
use crate::scim::resource::Data;
use crate::scim::service_provider::{Capability, ServiceProvider, Source};

fn source(source: Source) -> wit::CapabilitySource {
    match source {
        Source::Discovered => wit::CapabilitySource::Discovered,
        Source::Overridden => wit::CapabilitySource::Overridden,
        Source::Assumed => wit::CapabilitySource::Assumed,
    }
}

fn capability(capability: &Capability) -> wit::Capability {
    wit::Capability { supported: capability.supported, source: source(capability.source) }
}

/// What the provider can do.
pub fn service_provider(provider: ServiceProvider) -> wit::ServiceProviderConfig {
    let [patch, bulk, filter, change_password, sort, etag] = &provider.features;
    let (section, paging_source) = &provider.pagination;
    let (cursor, index) = provider.paging();
    let limit = |name: &str| section.number(name).filter(|limit| *limit > 0);
    let schemes = provider.member("authenticationSchemes").and_then(Data::as_list).unwrap_or_default();
    wit::ServiceProviderConfig {
        documentation_uri: provider.document.as_ref().and_then(|document| document.text("documentationUri")),
        patch: capability(patch),
        bulk: wit::BulkCapability {
            supported: bulk.supported,
            source: source(bulk.source),
            max_operations: bulk.limit("maxOperations"),
            max_payload_size: bulk.limit("maxPayloadSize"),
        },
        filter: wit::FilterCapability {
            supported: filter.supported,
            source: source(filter.source),
            max_results: filter.limit("maxResults"),
        },
        change_password: capability(change_password),
        sort: capability(sort),
        etag: capability(etag),
        pagination: wit::PaginationCapability {
            cursor,
            index,
            source: source(*paging_source),
            default_pagination_method: section.text("defaultPaginationMethod"),
            default_page_size: limit("defaultPageSize"),
            max_page_size: limit("maxPageSize"),
            cursor_timeout: limit("cursorTimeout"),
        },
        security_events: provider.member("securityEvents").and_then(Data::as_object).map(|events| {
            wit::SecurityEvents {
                async_request: events.text("asyncRequest"),
                event_uris: events
                    .get("eventUris")
                    .and_then(Data::as_list)
                    .map(|uris| uris.iter().filter_map(Data::as_str).map(str::to_owned).collect()),
            }
        }),
        authentication_schemes: schemes
            .iter()
            .filter_map(Data::as_object)
            .map(|scheme| wit::AuthenticationScheme {
                type_: scheme.text("type").unwrap_or_default(),
                name: scheme.text("name"),
                description: scheme.text("description"),
                spec_uri: scheme.text("specUri"),
                documentation_uri: scheme.text("documentationUri"),
                primary: scheme.get("primary").and_then(Data::as_boolean),
            })
            .collect(),
        meta: provider.member("meta").and_then(resource::read_meta),
        document: provider.document.as_ref().map(|document| document.to_string()),
    }
}

/// The types of resources.
pub fn resource_types(types: Vec<ResourceType>) -> Vec<wit::ResourceType> {
    types.into_iter().map(resource_type).collect()
}

/// A type of resource.
pub fn resource_type(it: ResourceType) -> wit::ResourceType {
    let ResourceType { id, name, description, endpoint, schema, extensions, document } = it;
    let extensions =
        extensions.into_iter().map(|(schema, required)| wit::SchemaExtension { schema, required }).collect();
    let meta = document.get("meta").and_then(resource::read_meta);
    wit::ResourceType { id, name, description, endpoint, schema, schema_extensions: extensions, meta }
}

/// The schemas.
pub fn schemas(schemas: Vec<Schema>) -> Vec<wit::Schema> {
    schemas.into_iter().map(schema).collect()
}

/// A schema.
pub fn schema(schema: Schema) -> wit::Schema {
    let Schema { id, name, description, attributes, document } = schema;
    let meta = document.get("meta").and_then(resource::read_meta);
    let mut flat = Vec::new();
    flatten(attributes, None, &mut flat);
    wit::Schema { id, name, description, attributes: flat, meta }
}

/// Each attribute, followed by its sub-attributes.
fn flatten(attributes: Vec<Attribute>, parent: Option<&str>, flat: &mut Vec<wit::SchemaAttribute>) {
    for attribute in attributes {
        let definition::Attribute {
            name,
            kind,
            multi_valued,
            description,
            required,
            canonical_values,
            case_exact,
            mutability,
            returned,
            uniqueness,
            reference_types,
            parts,
        } = attribute;
        flat.push(wit::SchemaAttribute {
            parent: parent.map(str::to_owned),
            name: name.clone(),
            type_: match kind {
                Type::String => wit::AttributeType::String,
                Type::Boolean => wit::AttributeType::Boolean,
                Type::Decimal => wit::AttributeType::Decimal,
                Type::Integer => wit::AttributeType::Integer,
                Type::DateTime => wit::AttributeType::DateTime,
                Type::Binary => wit::AttributeType::Binary,
                Type::Reference => wit::AttributeType::Reference,
                Type::Complex => wit::AttributeType::Complex,
            },
            multi_valued,
            description,
            required,
            canonical_values: (!canonical_values.is_empty()).then_some(canonical_values),
            case_exact,
            mutability: match mutability {
                Mutability::ReadOnly => wit::Mutability::ReadOnly,
                Mutability::ReadWrite => wit::Mutability::ReadWrite,
                Mutability::Immutable => wit::Mutability::Immutable,
                Mutability::WriteOnly => wit::Mutability::WriteOnly,
            },
            returned: match returned {
                Returned::Always => wit::Returned::Always,
                Returned::Never => wit::Returned::Never,
                Returned::Default => wit::Returned::Default,
                Returned::Request => wit::Returned::Request,
            },
            uniqueness: match uniqueness {
                Uniqueness::None => wit::Uniqueness::None,
                Uniqueness::Server => wit::Uniqueness::Server,
                Uniqueness::Global => wit::Uniqueness::Global,
            },
            reference_types: (!reference_types.is_empty()).then_some(reference_types),
        });
        // Sub-attributes have none of their own (RFC 7643 section 2.3.8).
        flatten(parts, Some(parent.unwrap_or(&name)), flat);
    }
}
