//! How the JSON door describes itself: OpenAPI 3.1, made of the manifest. Nothing in it is of a tenant.

use crate::door::{Door, is_read};
use scim_connector_host::catalog::Operation;
use serde_json::{Map, Value, json};

/// The document.
pub(crate) fn document(door: &Door) -> Value {
    let catalog = door.catalog();
    let paths: Map<String, Value> = door
        .served()
        .map(|operation| (format!("/v1/{}", operation.name), json!({"post": describe(operation)})))
        .collect();
    let mut tags: Vec<&str> = Vec::new();
    for operation in door.served() {
        if !tags.contains(&operation.group.as_str()) {
            tags.push(&operation.group);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": if catalog.title.is_empty() { &catalog.name } else { &catalog.title },
            "version": catalog.version,
            "description": catalog.description,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": tags.iter().map(|name| json!({"name": name})).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Failure": failure()},
            "responses": {"Failure": {
                "description": "Why there is no result, and whether the change may have been applied",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Failure"}}},
            }},
        },
    })
}

fn describe(operation: &Operation) -> Value {
    let result = json!({
        "type": "object",
        "properties": {
            "output": plain(&operation.output),
            "next": {"type": "string", "description": "Where the next page begins: page of the next call"},
            "warnings": {"type": "array", "items": {"type": "string"}},
            "requestsMade": {"type": "integer", "minimum": 0},
        },
        "required": ["output", "warnings", "requestsMade"],
    });
    json!({
        "operationId": operation.name,
        "summary": if operation.title.is_empty() { &operation.summary } else { &operation.title },
        "description": operation.summary,
        "tags": [operation.group],
        "x-effect": operation.effect,
        "x-read-only": is_read(operation),
        "x-destructive": operation.destructive,
        "x-idempotent": operation.idempotent,
        "requestBody": {"required": true, "content": {"application/json": {
            "schema": plain(&operation.input), "example": operation.example,
        }}},
        "responses": {
            "200": {"description": "The result", "content": {"application/json": {"schema": result}}},
            "default": {"$ref": "#/components/responses/Failure"},
        },
    })
}

/// A schema without what stands in the whole document already.
fn plain(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("$schema");
    }
    // `null` is no schema.
    if schema.is_null() { json!({}) } else { schema }
}

fn failure() -> Value {
    json!({
        "type": "object",
        "properties": {
            "error": {"enum": ["permanent", "transient"], "description": "Whether the call may be repeated unchanged"},
            "kind": {"type": "string"},
            "detail": {"type": "string"},
            "maybeApplied": {"type": "boolean", "description": "Whether the provider may have carried out the change"},
            "status": {"type": "integer", "description": "Of the provider's answer"},
            "scimType": {"type": "string"},
            "pointer": {"type": "string"},
            "problems": {"type": "array", "items": {"type": "object",
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}}}},
            "oauthError": {"type": "string"},
            "retryAfterMs": {"type": "integer"},
            "requestId": {"type": "string"},
            "excerpt": {"type": "string"},
            "at": {"type": "string"},
        },
        "required": ["error", "kind", "detail", "maybeApplied"],
    })
}
