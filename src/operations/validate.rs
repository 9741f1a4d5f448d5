//! `validate`: what the provider's own schemas say about what is to be sent, before it is sent.

use super::discovery::{or_none, resource_types, same, schemas, segments};
use super::target::Endpoint;
use crate::failure::{Failure, Kind, Result};
use crate::http::client::Client;
use crate::scim::definition::{ResourceType, Schema};
use crate::scim::patch::Operation;
use crate::scim::resource::{Resource, strip_read_only};
use crate::scim::{builtin, validate};

/// Checks a payload, to create a resource or to replace one; all problems at once.
pub fn payload(client: &Client<'_>, endpoint: &Endpoint, payload: &Resource, new: bool) -> Result<()> {
    let (it, schemas) = needed(client, endpoint)?;
    // What the writer takes out is not held against the caller.
    let mut resource = payload.clone();
    strip_read_only(&mut resource, Some(&it.schema));
    Failure::of_problems(validate::check(&resource, &it, &schemas, new, "/payload"))
}

/// Checks PATCH operations; all problems at once.
pub fn operations(client: &Client<'_>, endpoint: &Endpoint, operations: &[Operation]) -> Result<()> {
    let (it, schemas) = needed(client, endpoint)?;
    Failure::of_problems(validate::operations(operations, &it, &schemas, "/operations"))
}

/// [`described`], or the failure that there is nothing to check against.
fn needed(client: &Client<'_>, endpoint: &Endpoint) -> Result<(ResourceType, Vec<Schema>)> {
    described(client, endpoint)?.ok_or_else(|| {
        let path = endpoint.path.join("/");
        let detail = format!(
            "validate: the provider has no resource type at /{path}, so there is no schema to check against; leave out validate"
        );
        Failure::new(Kind::Unsupported, detail).at("/validate")
    })
}

/// The type of the resources at an endpoint and the schemas to read them with: the provider's, or with a warning the standard's.
/// None where neither knows the endpoint.
pub fn described(client: &Client<'_>, endpoint: &Endpoint) -> Result<Option<(ResourceType, Vec<Schema>)>> {
    Ok(describe(client, endpoint, or_none(resource_types(client))?, or_none(schemas(client))?))
}

/// [`described`], by the resource types and schemas that a provider has.
pub fn describe(
    client: &Client<'_>,
    endpoint: &Endpoint,
    types: Vec<ResourceType>,
    mut schemas: Vec<Schema>,
) -> Option<(ResourceType, Vec<Schema>)> {
    let here = |it: &ResourceType| match &endpoint.schema {
        Some(urn) => it.schema.eq_ignore_ascii_case(urn),
        None => {
            segments(&it.endpoint, &client.connection().service_url).is_some_and(|path| same(&path, &endpoint.path))
        }
    };
    let theirs = types.into_iter().find(here);
    let standard = builtin::resource_types().into_iter().find(here);
    let device = standard.as_ref().filter(|own| own.name == "Device").map(|own| own.extensions.clone());
    let mut it = theirs.or(standard)?;
    let has = |urn: &str| schemas.iter().any(|schema| schema.id.eq_ignore_ascii_case(urn));
    let needed = std::iter::once(&it.schema).chain(it.extensions.iter().map(|extension| &extension.0));
    let lacked: Vec<&str> = needed.map(String::as_str).filter(|urn| !has(urn)).collect();
    if !lacked.is_empty() {
        let lacked = lacked.join(", ");
        client.warn(format!("the provider publishes no schema {lacked}; the standard's is assumed where there is one"));
    }
    // A device may have any registered extension, listed or not (RFC 9944 section 7).
    let unlisted = |urn: &str| !it.extensions.iter().any(|listed| listed.0.eq_ignore_ascii_case(urn));
    let more: Vec<_> = device.into_iter().flatten().filter(|(urn, _)| unlisted(urn)).collect();
    it.extensions.extend(more);
    // All of them: those within a device's extensions are named by no resource type (RFC 9944 section 7.1.3).
    let standard: Vec<Schema> = builtin::schemas().into_iter().filter(|schema| !has(&schema.id)).collect();
    schemas.extend(standard);
    Some((it, schemas))
}
