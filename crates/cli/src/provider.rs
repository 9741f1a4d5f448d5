//! `describe --provider`: what a provider is in SCIM's two roles, and the scopes it wants. Some are servers that this connector writes to,
//! some are clients that write to others, and people look for the one and find the other.

use super::output;
use scim_connector_host::catalog::{Catalog, Profile};
use scim_connector_host::error::Result;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Providers that are SCIM clients too: what they are as a server, and how one is written to by them.
const CLIENTS: [Client; 2] = [
    Client {
        name: "entra",
        as_server: "Entra as a server is the directory's own SCIM API: this connector writes people and groups into the tenant. It is billed, and \
            is switched on for the tenant first. Its limits are below.",
        as_client: &[
            "Mostly the other direction is meant: Entra's provisioning service is a SCIM client that writes its people to an application. \
             Then the application is the server, and this connector, a client too, has no part in it.",
            "To be a target of Entra, an application serves /Users and /Groups (RFC 7644) over https with a bearer token, finds people by \
             userName eq and externalId eq, answers 200 with an empty list where there is nobody, takes PATCH (active, members, value \
             paths), and keeps a user who is deactivated readable.",
            "In the Entra admin centre: Enterprise applications, New application, Create your own; then Provisioning, Automatic, with the \
             Tenant URL https://YOUR-HOST/scim/v2 and the Secret Token. ?aadOptscim062020 behind the URL makes its PATCH follow the RFC.",
            "`scim-connector sandbox` shows how such a server answers; `scim-connector sandbox --behave-as entra` is Entra as a server.",
        ],
    },
    Client {
        name: "okta",
        as_server: "Okta has no SCIM server for its own directory: the profile is for applications that were made for Okta's SCIM client, which this \
            connector asks as Okta would.",
        as_client: &[
            "To be a target of Okta, an application serves /Users (RFC 7644) over https, finds people by userName eq, takes PUT, and PATCH of \
             active; Okta deactivates and does not delete. In Okta's admin console: Applications, Create App Integration, then Provisioning with \
             SCIM, the base URL, and userName as the unique identifier.",
        ],
    },
];

/// A provider that is a client as well.
struct Client {
    name: &'static str,
    as_server: &'static str,
    as_client: &'static [&'static str],
}

impl Client {
    fn of(profile: &Profile) -> Option<&'static Self> {
        CLIENTS.iter().find(|client| client.name == profile.name)
    }
}

/// The text of `describe --provider`; all are listed where `name` is empty.
pub(super) fn describe(catalog: &Catalog, name: &str, as_json: bool, width: Option<usize>) -> Result<String> {
    if name.is_empty() {
        let known: Vec<&Profile> = catalog.profiles.iter().filter(|profile| profile.name != "generic").collect();
        return Ok(match as_json {
            true => output::json(&json!(known.iter().map(|profile| json(profile)).collect::<Vec<_>>()), false),
            false => list(&known),
        });
    }
    let profile = catalog.profile(name)?;
    Ok(if as_json { output::json(&json(profile), false) } else { text(profile, width) })
}

fn json(profile: &Profile) -> Value {
    let client = Client::of(profile);
    json!({"name": profile.name, "title": profile.title, "notes": profile.notes, "provider": profile.provider,
        "asServer": client.map(|client| client.as_server), "asClient": client.map(|client| client.as_client)})
}

fn list(profiles: &[&Profile]) -> String {
    let width = profiles.iter().map(|profile| profile.name.len()).max().unwrap_or_default();
    let lines: String =
        profiles.iter().map(|profile| format!("  {:width$}  {}\n", profile.name, profile.title)).collect();
    format!(
        "Providers\n{lines}\n`scim-connector describe --provider NAME` says more, `scim-connector init --provider NAME` connects to one.\n"
    )
}

fn text(profile: &Profile, width: Option<usize>) -> String {
    let mut text = output::wrapped("", &format!("{}: {}", profile.name, profile.title), width);
    let client = Client::of(profile);
    let mut section = |title: &str, texts: &[&str]| {
        if !texts.is_empty() {
            writeln!(text, "\n{title}").ok();
        }
        texts.iter().for_each(|one| text.push_str(&output::wrapped("  ", one, width)));
    };
    if let Some(client) = client {
        section("As a server", &[client.as_server]);
        section("As a client", client.as_client);
    }
    let notes: Vec<&str> = profile.notes.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    section("What is known of it", &notes);
    let says = |name: &str| profile.provider.get(name).and_then(Value::as_str);
    let places = [("Service", says("serviceUrl")), ("Token", says("tokenUrl"))];
    let places: Vec<String> = places.iter().filter_map(|(what, url)| Some(format!("{what:9}{}", (*url)?))).collect();
    section("Where it is", &places.iter().map(String::as_str).collect::<Vec<_>>());
    let scopes = scopes(profile);
    section("Scopes that a token needs", &scopes.iter().map(String::as_str).collect::<Vec<_>>());
    let organization =
        if places.iter().any(|place| place.contains("{organization}")) { " --organization YOURS" } else { "" };
    let url = if places.is_empty() { " --service-url URL" } else { "" };
    section("To connect", &[&format!("scim-connector init --provider {}{organization}{url}", profile.name)]);
    section("How requests are made for it", &[&format!("scim-connector describe --profile {}", profile.name)]);
    text
}

/// The scopes, each with the operations that need it.
fn scopes(profile: &Profile) -> Vec<String> {
    let mut operations: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let all = profile.provider.get("operationScopes").and_then(Value::as_object);
    for (operation, scopes) in all.into_iter().flatten() {
        for scope in scopes.as_array().into_iter().flatten().filter_map(Value::as_str) {
            operations.entry(scope).or_default().push(operation);
        }
    }
    operations.iter().map(|(scope, operations)| format!("{scope}: {}", operations.join(", "))).collect()
}

/// What a provider wants for an operation, for a person.
pub(super) fn scopes_of(profile: &Profile, operation: &str) -> String {
    match profile.scopes(operation).as_slice() {
        [] => format!("which scopes {} wants for it is not known", profile.name),
        scopes => format!("at {} it needs the scopes {}", profile.name, scopes.join(" ")),
    }
}
