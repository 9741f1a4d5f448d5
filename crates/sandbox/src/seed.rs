//! Made-up users, of which a million take no memory: each is written anew whenever it is looked at.
//!
//! They come before all stored resources; their sequence number is all there is to know of them. One that was changed
//! is stored like any other resource, in its old place. Knows no storage.

use super::record::Record;
use super::schema::Object;
use serde_json::json;

/// The resource type of the made-up resources.
pub(super) const KIND: &str = "User";

const ID: &str = "5eed0000-0000-4000-8000-";
const NAME: &str = "seed-";

/// The user of a sequence number.
pub(super) fn user(seq: u64) -> Record {
    let (id, name) = (format!("{ID}{seq:012x}"), format!("{NAME}{seq}"));
    let resource: Object = [
        ("schemas", json!(["urn:ietf:params:scim:schemas:core:2.0:User"])),
        ("id", json!(id)),
        ("externalId", json!(name)),
        ("userName", json!(name)),
        ("displayName", json!(format!("Seed User {seq}"))),
        ("name", json!({"givenName": "Seed", "familyName": format!("User {seq}")})),
        ("active", json!(true)),
        ("emails", json!([{"value": format!("{name}@example.com"), "type": "work", "primary": true}])),
        (
            "meta",
            json!({
                "resourceType": KIND,
                "created": "2026-01-01T00:00:00.000Z",
                "lastModified": "2026-01-01T00:00:00.000Z",
                "version": "W/\"1\"",
            }),
        ),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    Record { seq, kind: KIND.to_owned(), id, resource }
}

/// The sequence number that an id stands for.
pub(super) fn by_id(id: &str) -> Option<u64> {
    u64::from_str_radix(id.strip_prefix(ID)?, 16).ok().filter(|seq| format!("{ID}{seq:012x}") == id)
}

/// The sequence number that a folded value of a key stands for.
pub(super) fn by_key(attribute: &str, value: &str) -> Option<u64> {
    let number = value.strip_prefix(NAME).filter(|_| ["userName", "externalId"].contains(&attribute))?;
    number.parse().ok().filter(|seq| format!("{NAME}{seq}") == value)
}
