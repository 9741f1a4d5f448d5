//! What a refusal says of scopes: those that the provider is known to want for the operation.

use crate::failure::{Failure, Kind};
use crate::profile::{self, Profile};

/// A refusal by 403 with the scopes that it may be for, where they are known.
pub fn named(mut failure: Box<Failure>, profile: &Profile, operation: &str) -> Box<Failure> {
    if matches!(failure.kind, Kind::Permission) && failure.status == Some(403) {
        let scopes = profile::scopes(profile.name, operation).join(" ");
        if !scopes.is_empty() {
            failure.detail = format!(
                "{}; {operation} needs {scopes} in auth.scopes of the connection, and granted to the application",
                failure.detail
            );
        }
    }
    failure
}
