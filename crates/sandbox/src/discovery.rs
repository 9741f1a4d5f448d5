//! What the server says of itself: /ServiceProviderConfig, /ResourceTypes and /Schemas (RFC 7644 section 4).
//!
//! Everything here is derived from the registry and the paging, so that it cannot claim what is not there.

use super::asynchronous;
use super::directory::{Directory, Settings};
use serde_json::{Value, json};

const CONFIG: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
const RESOURCE_TYPE: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";

/// The service provider configuration (RFC 7643 section 5).
pub(super) fn config(directory: &Directory) -> Value {
    let Settings { paging, bulk, asynchronous } = &directory.settings;
    let method = if paging.index { "index" } else { "cursor" };
    let mut value = json!({
        "schemas": [CONFIG],
        "patch": {"supported": true},
        "bulk": {"supported": true, "maxOperations": bulk.operations, "maxPayloadSize": bulk.payload},
        "filter": {"supported": true, "maxResults": paging.most},
        "changePassword": {"supported": true},
        "sort": {"supported": true},
        "etag": {"supported": true},
        // RFC 9865 section 4
        "pagination": {
            "cursor": paging.cursor,
            "index": paging.index,
            "defaultPaginationMethod": method,
            "defaultPageSize": paging.default,
            "maxPageSize": paging.most,
            "cursorTimeout": paging.lifetime.as_secs(),
        },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "OAuth 2.0 bearer token",
            "description": "A token from the sandbox's token endpoint (client credentials grant)",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }],
    });
    // RFC 9967 section 4
    if let (Some(_), Some(members)) = (asynchronous, value.as_object_mut()) {
        members.insert("securityEvents".into(), json!({"asyncRequest": "request", "eventUris": [asynchronous::EVENT]}));
    }
    with_meta(value, "ServiceProviderConfig", format!("{}/ServiceProviderConfig", directory.base))
}

/// The resource types (RFC 7643 section 6).
pub(super) fn resource_types(directory: &Directory) -> Vec<Value> {
    let types = directory.registry.types.iter().map(|kind| {
        let extensions: Vec<Value> = kind
            .extensions
            .iter()
            .filter(|_| kind.lists_extensions)
            .map(|urn| json!({"schema": urn, "required": false}))
            .collect();
        let value = json!({
            "schemas": [RESOURCE_TYPE],
            "id": kind.name,
            "name": kind.name,
            "endpoint": format!("/{}", kind.endpoint),
            "schema": kind.schema,
            "schemaExtensions": extensions,
        });
        with_meta(value, "ResourceType", format!("{}/ResourceTypes/{}", directory.base, kind.name))
    });
    types.collect()
}

/// The schemas (RFC 7643 section 7).
pub(super) fn schemas(directory: &Directory) -> Vec<Value> {
    let schemas = directory.registry.schemas();
    schemas.map(|(urn, json)| with_meta(json.clone(), "Schema", format!("{}/Schemas/{urn}", directory.base))).collect()
}

/// The entry with this id; URNs are case-insensitive.
pub(super) fn find(entries: Vec<Value>, id: &str) -> Option<Value> {
    entries
        .into_iter()
        .find(|entry| entry.get("id").and_then(Value::as_str).is_some_and(|entry| entry.eq_ignore_ascii_case(id)))
}

fn with_meta(mut value: Value, kind: &str, location: String) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.insert("meta".into(), json!({"resourceType": kind, "location": location}));
    }
    value
}
