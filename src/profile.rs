//! What is known of providers ahead of any conversation with them: data, no code.
//!
//! A profile says how a provider differs from the standard; a provider shorthand says where it lives.

use crate::failure::{Failure, Kind, Result};
use crate::reader::suggestion;

/// How a provider differs from the standard.
#[derive(Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its name, as in a connection's `profile`.
    pub name: &'static str,
    /// Whether PATCH is assumed where the provider does not say.
    pub patch: bool,
    /// Whether bulk is assumed where the provider does not say.
    pub bulk: bool,
    /// Whether filters are assumed where the provider does not say.
    pub filter: bool,
    /// Whether changing a password is assumed where the provider does not say.
    pub change_password: bool,
    /// Whether sorting is assumed where the provider does not say.
    pub sort: bool,
    /// Whether entity tags are assumed where the provider does not say.
    pub etag: bool,
}

/// The profiles there are. `generic` assumes what nearly every provider has.
pub const PROFILES: [Profile; 2] = [
    Profile {
        name: "generic",
        patch: true,
        bulk: false,
        filter: true,
        change_password: false,
        sort: false,
        etag: false,
    },
    Profile {
        name: "asgardeo",
        patch: true,
        bulk: true,
        filter: true,
        change_password: true,
        sort: false,
        etag: false,
    },
];

impl Profile {
    /// The profile of a name.
    pub fn named(name: &str) -> Result<&'static Profile> {
        PROFILES.iter().find(|profile| profile.name == name).ok_or_else(|| {
            let names: Vec<&str> = PROFILES.iter().map(|profile| profile.name).collect();
            let hint = suggestion(name, &names);
            Failure::new(Kind::Configuration, format!("profile: {name:?} is not one of {}{hint}", names.join(", ")))
                .at("/profile")
        })
    }
}

/// A provider whose URLs follow from an organisation's name.
#[derive(Debug, PartialEq, Eq)]
pub struct Provider {
    /// Its name, as in a connection's `provider`; the profile has the same name.
    pub name: &'static str,
    /// Service URL with `{organization}`.
    pub service_url: &'static str,
    /// Token URL with `{organization}`.
    pub token_url: &'static str,
}

/// The providers there are.
pub const PROVIDERS: [Provider; 1] = [Provider {
    name: "asgardeo",
    service_url: "https://api.asgardeo.io/t/{organization}/scim2",
    token_url: "https://api.asgardeo.io/t/{organization}/oauth2/token",
}];
