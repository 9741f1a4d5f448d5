//! What the provider says about itself (RFC 7644 section 4).

use super::{Options, body, request, url};
use crate::failure::{Kind, Result};
use crate::http::client::Client;
use crate::http::{Effect, Method};
use crate::scim::service_provider::ServiceProvider;

/// The document's usual path, and one some providers have instead.
const PATHS: [&str; 2] = ["ServiceProviderConfig", "ServiceProviderConfigs"];

/// What the provider can do; a provider without the document gets its profile's assumptions and a warning.
pub fn service_provider(client: &Client<'_>) -> Result<ServiceProvider> {
    let connection = client.connection();
    let profile = connection.profile;
    let assumed = [profile.patch, profile.bulk, profile.filter, profile.change_password, profile.sort, profile.etag];
    for path in PATHS {
        let request = request(Method::Get, url(connection, &[path])?, None, Effect::Read, &Options::default())?;
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
