//! What a connection test says where there is no SCIM service at `serviceUrl`: that this is so, and where the service is, as
//! far as that is known. It looks at a few usual places of the same origin, without credentials, and nowhere else.

use crate::connection::Connection;
use crate::failure::{Failure, Kind};
use crate::http::client::Client;
use crate::http::{Effect, Method, Request, Response};
use crate::profile;
use crate::scim::resource::Data;
use url::Url;

/// Most places that are looked at.
const MOST: usize = 3;

/// What people append to a service's URL, and what belongs behind it.
const ENDPOINTS: [&str; 7] = ["Users", "Groups", "Me", "Bulk", "Schemas", "ResourceTypes", "ServiceProviderConfig"];

/// Whether an answer says that there is nothing, or is the page of something else.
pub fn is_nothing(response: &Response) -> bool {
    matches!(response.status, 404 | 405 | 410) || response.is_success() && !is_object(&response.body)
}

/// Whether a failed listing says the same.
pub fn is_nowhere(failure: &Failure) -> bool {
    match failure.status {
        Some(404 | 405 | 410) => true,
        Some(200..=299) => failure.kind == Kind::Protocol,
        _ => false,
    }
}

/// The failure of a connection whose URL leads to no SCIM service. `status` was the answer's when the first document was asked
/// for, `failure` comes of the listing of users.
pub fn wrong_place(client: &Client<'_>, status: u16, failure: Failure) -> Box<Failure> {
    let connection = client.connection();
    let base = connection.service_url.as_str().trim_end_matches('/');
    let seen = |status: Option<u16>| match status {
        Some(status @ 200..=299) => format!("HTTP {status} without SCIM's JSON"),
        Some(status) => status.to_string(),
        None => "no answer".to_owned(),
    };
    let place = match (found(client), documented(connection)) {
        (Some(Found::Service(place)), _) => format!("the service is at {place}: set serviceUrl to that"),
        (_, Some(template)) => {
            format!("profile {} knows the service at {template}: correct serviceUrl", connection.profile.name)
        }
        (Some(Found::Guarded(place)), None) => {
            format!("the service may be at {place}, where credentials are asked for: try serviceUrl with that")
        }
        (None, None) => "correct serviceUrl: it ends where /Users begins, as in https://example.com/scim/v2".to_owned(),
    };
    let detail = format!(
        "there is no SCIM service at {base}: {} for /ServiceProviderConfig, {} for /Users; {place}",
        seen(Some(status)),
        seen(failure.status)
    );
    Box::new(Failure { kind: Kind::Configuration, detail, transient: false, ..failure }).at("/serviceUrl")
}

/// Where the provider's documentation says that the service is, unless that is where it was looked for.
fn documented(connection: &Connection) -> Option<String> {
    let provider = profile::provider(connection.profile.name).ok()??;
    let (before, after) = provider.service_url.split_once("{organization}").unwrap_or((&provider.service_url, ""));
    let base = connection.service_url.as_str().trim_end_matches('/');
    let there = base.strip_prefix(before).is_some_and(|rest| rest.ends_with(after));
    (!there).then_some(provider.service_url)
}

/// What was found at a usual place of the origin.
enum Found {
    /// A ServiceProviderConfig came from there.
    Service(String),
    /// Nobody is let in there without credentials, which are not sent where it is not known who gets them.
    Guarded(String),
}

fn found(client: &Client<'_>) -> Option<Found> {
    let service = &client.connection().service_url;
    let mut guarded = None;
    for path in usual_places(service.path()) {
        let mut url = service.clone();
        url.set_path(&format!("{path}/ServiceProviderConfig"));
        let request = Request { method: Method::Get, url, headers: Vec::new(), body: None, effect: Effect::Read };
        // One that cannot be asked will not answer elsewhere either.
        let response = client.anonymous(&request).ok()?.response;
        if response.is_success() && is_service_provider(&response.body) {
            return Some(Found::Service(at(service, &path)));
        }
        if response.status == 401 {
            guarded.get_or_insert_with(|| Found::Guarded(at(service, &path)));
        }
    }
    guarded
}

fn at(service: &Url, path: &str) -> String {
    let mut url = service.clone();
    url.set_path(path);
    url.as_str().trim_end_matches('/').to_owned()
}

/// Paths at which services are, most likely ones first, without the one that is there.
fn usual_places(path: &str) -> Vec<String> {
    let path = path.trim_end_matches('/');
    let (parent, last) = path.rsplit_once('/').unwrap_or(("", path));
    let is_version = last.len() > 1 && last.starts_with('v') && last.bytes().skip(1).all(|byte| byte.is_ascii_digit());
    let mut places = Vec::new();
    if ENDPOINTS.iter().any(|endpoint| endpoint.eq_ignore_ascii_case(last)) {
        places.push(parent.to_owned());
    } else if is_version {
        places.extend([format!("{parent}/v2"), parent.to_owned()]);
    } else if last.eq_ignore_ascii_case("scim") {
        places.push(format!("{path}/v2"));
    } else {
        places.extend([format!("{path}/scim/v2"), format!("{path}/v2")]);
    }
    places.extend(["/scim/v2".to_owned(), "/scim".to_owned(), String::new()]);
    let mut different: Vec<String> = Vec::new();
    for place in places {
        if place != path && !different.contains(&place) {
            different.push(place);
        }
    }
    different.truncate(MOST);
    different
}

fn is_object(body: &[u8]) -> bool {
    Data::parse(body).is_ok_and(|value| value.is_object())
}

/// Whether a body is a ServiceProviderConfig (RFC 7643 section 5), of whatever version: it names its schema, or has two of its
/// members.
fn is_service_provider(body: &[u8]) -> bool {
    let Some(document) = Data::parse(body).ok().and_then(|data| data.into_object().ok()) else { return false };
    let schemas = document.get("schemas").and_then(Data::as_list);
    let named = |schema: &Data| schema.as_str().is_some_and(|it| it.ends_with(":ServiceProviderConfig"));
    let has = |member: &str| document.get(member).is_some_and(Data::is_object);
    schemas.is_some_and(|schemas| schemas.iter().any(named)) || has("patch") && has("filter")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_places_are_looked_at() {
        let rows = [
            ("", ["/scim/v2", "/v2", "/scim"].as_slice()),
            ("/scim", &["/scim/v2", ""]),
            ("/scim/v1", &["/scim/v2", "/scim", ""]),
            ("/scim/v2", &["/scim", ""]),
            ("/api/scim/v2/Users", &["/api/scim/v2", "/scim/v2", "/scim"]),
            ("/tenant", &["/tenant/scim/v2", "/tenant/v2", "/scim/v2"]),
        ];
        for (path, expected) in rows {
            assert_eq!(usual_places(path), expected, "{path}");
        }
    }
}
