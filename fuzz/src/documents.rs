//! What a provider says of itself, and what a person says of a provider: what was read is written so that it reads the same.

use crate::{json, line};
use scim_connector::connection::Connection;
use scim_connector::scim::definition::{ResourceType, Schema, documents};
use scim_connector::scim::resource::Resource;
use scim_connector::scim::service_provider::ServiceProvider;
use scim_connector::scim::validate;

/// Documents on the first line, a resource to judge by them behind it.
pub fn definition(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (definitions, resource) = line(text);
    let Some(definitions) = json(definitions) else { return };
    let documents = documents(&definitions);
    let types: Vec<ResourceType> = documents.iter().filter_map(ResourceType::read).collect();
    let schemas: Vec<Schema> = documents.iter().filter_map(Schema::read).collect();
    for one in &types {
        let written = one.to_json();
        let again = written.as_object().and_then(ResourceType::read).expect("a resource type is read again");
        assert_eq!(again.to_json(), written);
        assert_eq!(ResourceType { document: one.document.clone(), ..again }, *one);
    }
    for schema in &schemas {
        let again = schema.to_json().as_object().and_then(Schema::read);
        assert_eq!(again.as_ref(), Some(schema));
    }
    for document in documents.iter().take(4) {
        let none = Resource::new();
        let provider = ServiceProvider::new(Some(document.clone()), &none, &none);
        let written = provider.to_json().as_object().cloned().expect("an object");
        let again = ServiceProvider::new(Some(written), &none, &none);
        assert_eq!(again.features.map(|it| it.supported), provider.features.map(|it| it.supported));
    }
    let Some(resource) = json(resource).and_then(|value| value.into_object().ok()) else { return };
    for one in types.iter().take(4) {
        for problem in validate::check(&resource, one, &schemas, true, "/payload") {
            assert!(problem.pointer.starts_with("/payload"), "{problem:?}");
        }
    }
}

/// A connection's JSON form.
pub fn connection(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(value) = serde_json::from_str(text) else { return };
    match Connection::from_json(&value) {
        Ok(connection) => {
            let written = connection.to_json();
            let again = Connection::from_json(&written).expect("a connection is read again");
            assert_eq!(again.to_json(), written);
        }
        Err(failure) => {
            failure.to_json();
        }
    }
}
