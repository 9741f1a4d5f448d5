//! The users that everybody sends and gets: of a usual size, made up from a number. Knows no HTTP.

use serde_json::{Value, json};

/// A user as a client sends it (RFC 7643 section 4.1), about 700 bytes.
pub fn user(number: u64) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "externalId": format!("e-{number}"),
        "userName": format!("user{number}@example.com"),
        "name": {"givenName": "Ada", "familyName": format!("Number {number}"), "formatted": format!("Ada Number {number}")},
        "displayName": format!("Ada Number {number}"),
        "title": "Engineer",
        "preferredLanguage": "en-GB",
        "timezone": "Europe/London",
        "active": true,
        "emails": [
            {"value": format!("user{number}@example.com"), "type": "work", "primary": true},
            {"value": format!("ada{number}@example.org"), "type": "home"},
        ],
        "phoneNumbers": [{"value": "+44 20 7946 0000", "type": "work"}],
        "addresses": [{
            "type": "work", "streetAddress": "1 Example Street", "locality": "London", "postalCode": "EC1A 1AA", "country": "GB",
        }],
    })
}

/// The `id` of a user.
pub fn id(number: u64) -> String {
    format!("{number:032x}")
}

/// What the provider adds to a resource: `id` and `meta` (RFC 7643 section 3.1).
pub fn stored(mut user: Value, number: u64, base: &str) -> Value {
    let id = id(number);
    if let Some(user) = user.as_object_mut() {
        let meta = json!({
            "resourceType": "User",
            "created": "2026-01-01T00:00:00Z",
            "lastModified": "2026-01-01T00:00:00Z",
            "location": format!("{base}/Users/{id}"),
            "version": "W/\"1\"",
        });
        user.extend([("id".to_owned(), id.into()), ("meta".to_owned(), meta)]);
    }
    user
}
