//! What the provider says about itself (RFC 7644 section 4).

use super::target::{self, Endpoint};
use super::wire::{body, request, url};
use super::{Input, Options, Output};
use crate::call::unavailable;
use crate::catalog::table::Operation;
use crate::failure::{Kind, Result};
use crate::http::client::Client;
use crate::http::{Effect, Method};
use crate::scim::service_provider::ServiceProvider;

/// The document's usual path, and one some providers have instead.
const PATHS: [&str; 2] = ["ServiceProviderConfig", "ServiceProviderConfigs"];

/// Reads a document of discovery, or a list of them.
pub fn run(client: &Client<'_>, operation: Operation, _: &Input) -> Result<Output> {
    match operation {
        Operation::GetServiceProviderConfig => {
            service_provider(client).map(|provider| Output::ServiceProvider(Box::new(provider)))
        }
        _ => Err(unavailable(operation.row().name)),
    }
}

/// The endpoint of a resource type, by its name.
pub fn endpoint(_: &Client<'_>, name: &str) -> Result<Endpoint> {
    target::at(name)
}

/// What the provider can do; a provider without the document gets its profile's assumptions and a warning.
pub fn service_provider(client: &Client<'_>) -> Result<ServiceProvider> {
    let connection = client.connection();
    let assumed = &connection.profile.document;
    for path in PATHS {
        let request = request(Method::Get, url(connection, [path])?, None, Effect::Read, &Options::default())?;
        match body(client, &client.send(&request)?, Effect::Read, "getServiceProviderConfig") {
            Ok(Some(document)) => {
                return Ok(ServiceProvider::new(Some(document), &connection.parts.overrides, assumed));
            }
            Ok(None) => {}
            Err(failure) if matches!(failure.kind, Kind::NotFound | Kind::Unsupported) => {}
            Err(failure) => return Err(failure),
        }
    }
    client.warn("the provider has no ServiceProviderConfig; its capabilities are assumed");
    Ok(ServiceProvider::new(None, &connection.parts.overrides, assumed))
}
