//! The examples of RFC 7643 and RFC 7644, one file each in `tests/vectors`: every file must have a kind, and every kind proves
//! something. Nothing is skipped.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use scim_connector::convert::resource as convert;
use scim_connector::operations;
use scim_connector::operations::{Input, Verb, View, query};
use scim_connector::scim::filter::{Filter, SyntaxError};
use scim_connector::scim::patch::{self, OPS};
use scim_connector::scim::resource::{self, Resource};
use scim_connector::scim::service_provider::{FEATURES, ServiceProvider, Source};
use scim_connector::scim::{self, bulk, error, list};
use serde_json::Value;
use std::fmt::{Debug, Display};
use std::fs;
use std::path::Path;
use std::str::FromStr;

/// A kind: the words behind the section number its files begin with, and what they prove.
type Kind = (&'static str, fn(&str, &str, &Value));

/// The more particular kinds stand before those they begin like.
const KINDS: [Kind; 14] = [
    ("user", user),
    ("group", object),
    ("service-provider-config", service_provider),
    ("resource-types-bare-array", array),
    ("resource-type", object),
    ("schema", object),
    ("list-response", list_response),
    ("search-request", search_request),
    ("patch-request", patch_request),
    ("bulk-request", bulk_request),
    ("bulk-response", bulk_response),
    ("error", scim_error),
    ("filters", filters),
    ("paths", paths),
];

#[test]
fn every_example_of_the_standard() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.ends_with("README.md"))
        .collect();
    files.sort();
    let mut counts = [0; KINDS.len()];
    for path in &files {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        assert_eq!(path.extension().unwrap(), "json", "{stem}: not a JSON file");
        let kind = stem.splitn(3, '-').nth(2).unwrap_or_else(|| panic!("{stem}: not RFC-SECTION-KIND"));
        let index = KINDS
            .iter()
            .position(|(name, _)| kind == *name || kind.starts_with(&format!("{name}-")))
            .unwrap_or_else(|| panic!("{stem}: no known kind"));
        let text = fs::read_to_string(path).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{stem}: {error}"));
        assert_eq!(serde_json::from_str::<Value>(&value.to_string()).unwrap(), value, "{stem}: lossless as JSON");
        KINDS[index].1(stem, &text, &value);
        counts[index] += 1;
    }
    assert!(files.len() >= 57, "vectors are missing: {}", files.len());
    assert!(counts.iter().all(|count| *count > 0), "a kind has no file: {counts:?}");
}

fn as_object<'a>(name: &str, value: &'a Value) -> &'a Resource {
    value.as_object().unwrap_or_else(|| panic!("{name}: not an object"))
}

/// A resource of a type that is carried as it is.
fn object(name: &str, text: &str, value: &Value) {
    let read = error::object(200, text.as_bytes(), 64, name).unwrap();
    assert_eq!(Value::Object(read), *value, "{name}");
}

/// Through the contract's record and back, nothing is lost.
fn user(name: &str, text: &str, value: &Value) {
    object(name, text, value);
    let typed = convert::user(as_object(name, value).clone());
    let back = convert::write_user(typed, "/payload").unwrap();
    assert_eq!(Value::Object(back), *value, "{name}: lossless through the contract's record");
}

fn array(name: &str, _: &str, value: &Value) {
    assert!(!value.as_array().unwrap_or_else(|| panic!("{name}: not an array")).is_empty(), "{name}");
}

/// Read, printed as it was, and read again.
fn written<T: FromStr<Err = SyntaxError> + Display + PartialEq + Debug>(
    name: &str,
    value: &Value,
    expected: &[(&str, &str)],
) {
    array(name, "", value);
    for item in value.as_array().unwrap() {
        let text = item.as_str().unwrap();
        let read: T = text.parse().unwrap_or_else(|error| panic!("{name}: {text}: {error}"));
        let expected = expected.iter().find(|row| row.0 == text).map_or(text, |row| row.1);
        assert_eq!(read.to_string(), expected, "{name}");
        assert_eq!(expected.parse::<T>().unwrap(), read, "{name}");
    }
}

fn filters(name: &str, _: &str, value: &Value) {
    // One of the standard's own filters has parentheses it does not need.
    let needless = r#"userType eq "Employee" and (emails.type eq "work")"#;
    written::<Filter>(name, value, &[(needless, r#"userType eq "Employee" and emails.type eq "work""#)]);
}

fn paths(name: &str, _: &str, value: &Value) {
    written::<scim::path::Path>(name, value, &[]);
}

fn service_provider(name: &str, _: &str, value: &Value) {
    let provider = ServiceProvider::new(Some(as_object(name, value).clone()), &Resource::new(), &Resource::new());
    for feature in FEATURES {
        let capability = provider.feature(feature).unwrap();
        assert_eq!(capability.source, Source::Discovered, "{name}: {feature}");
        assert_eq!(Value::Bool(capability.supported), value[feature]["supported"], "{name}: {feature}");
    }
    assert_eq!(
        provider.feature("bulk").unwrap().limit("maxOperations"),
        value["bulk"]["maxOperations"].as_u64(),
        "{name}"
    );
    assert_eq!(provider.to_json()["document"], *value, "{name}: the document is carried along");
}

fn list_response(name: &str, _: &str, value: &Value) {
    let page = list::parse(as_object(name, value)).unwrap_or_else(|| panic!("{name}: no list"));
    let resources: Vec<Value> = page.resources.into_iter().map(Value::Object).collect();
    assert_eq!(Value::Array(resources), value["Resources"], "{name}");
    let numbers = [page.total_results, page.start_index, page.items_per_page];
    assert_eq!(numbers, ["totalResults", "startIndex", "itemsPerPage"].map(|member| value[member].as_u64()), "{name}");
}

/// The request the connector builds for the same query is the standard's.
fn search_request(name: &str, _: &str, value: &Value) {
    let strings = |member: &str| {
        value[member]
            .as_array()
            .map(|items| items.iter().map(|item| item.as_str().unwrap().to_owned()).collect())
            .unwrap_or_default()
    };
    let mut input = Input {
        view: View { attributes: strings("attributes"), excluded: strings("excludedAttributes") },
        ..Input::default()
    };
    input.query.filter = value["filter"].as_str().map(str::to_owned);
    input.query.start_index = value["startIndex"].as_u64();
    input.query.count = value["count"].as_u64().map(|count| count.try_into().unwrap());
    let connection = scim_connector::connection::Connection::from_json(
        &serde_json::json!({"serviceUrl": "https://example.com/v2", "auth": {"type": "none"}}),
    )
    .unwrap();
    let endpoint = scim_connector::operations::target::Endpoint::of(scim_connector::operations::KNOWN[0]);
    let request = query::build(
        &connection,
        Verb::Search,
        &endpoint,
        &input,
        &list::Position::Index(input.query.start_index.unwrap_or(1)),
    )
    .unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&request.body.unwrap()).unwrap(), *value, "{name}");
    assert_eq!(request.url.as_str(), "https://example.com/v2/Users/.search");
}

fn patch_request(name: &str, _: &str, value: &Value) {
    let operation = |item: &Value| {
        let op = OPS.iter().find(|row| row.0.eq_ignore_ascii_case(item["op"].as_str().unwrap())).unwrap().1;
        patch::Operation { op, path: item["path"].as_str().map(str::to_owned), value: item.get("value").cloned() }
    };
    let operations: Vec<_> = value["Operations"]
        .as_array()
        .unwrap_or_else(|| panic!("{name}: no Operations"))
        .iter()
        .map(operation)
        .collect();
    assert_eq!(
        Value::Object(patch::body(&operations, &patch::Known::NOTHING, "/operations").unwrap()),
        *value,
        "{name}"
    );
}

/// The operations of a request, completed and planned as one request, are the standard's.
fn bulk_request(name: &str, text: &str, value: &Value) {
    object(name, text, value);
    let operations: Vec<bulk::Operation> = value["Operations"]
        .as_array()
        .unwrap_or_else(|| panic!("{name}: no Operations"))
        .iter()
        .map(|item| bulk::Operation {
            method: bulk::METHODS.iter().find(|row| Some(row.0) == item["method"].as_str()).unwrap().1,
            path: item["path"].as_str().unwrap().to_owned(),
            bulk_id: item["bulkId"].as_str().map(str::to_owned),
            version: item["version"].as_str().map(str::to_owned),
            data: item.get("data").cloned(),
        })
        .collect();
    let at = |index: usize| format!("/operations/{index}");
    let prepared = bulk::check::prepare(&operations, &[], &at, &operations::bulk::complete).unwrap();
    let limits = bulk::plan::Limits { operations: 100, bytes: 1_000_000, bulk: true };
    let fail_on_errors = value["failOnErrors"].as_u64().map(|errors| errors.try_into().unwrap());
    let mut work = bulk::plan::Work::new(prepared, limits, fail_on_errors);
    let batch = work.next_batch().unwrap();
    let mut body: Value = serde_json::from_slice(&batch.body).unwrap();
    let mut expected = value.clone();
    // The example names a schema that is none, and an id that only the provider sets.
    for body in [&mut body, &mut expected] {
        for operation in body["Operations"].as_array_mut().unwrap() {
            if let Some(data) = operation.get_mut("data").and_then(Value::as_object_mut) {
                data.retain(|member, _| member != "schemas" && member != "id");
            }
        }
    }
    assert_eq!(body, expected, "{name}");
    assert!(work.next_batch().is_none(), "{name}: one request");
}

/// Each result is found by an operation of its method, name and place, with its status.
fn bulk_response(name: &str, text: &str, value: &Value) {
    object(name, text, value);
    let items = value["Operations"].as_array().unwrap_or_else(|| panic!("{name}: no Operations"));
    let sent: Vec<bulk::Operation> = items
        .iter()
        .map(|item| bulk::Operation {
            method: bulk::METHODS.iter().find(|row| Some(row.0) == item["method"].as_str()).unwrap().1,
            path: item["location"]
                .as_str()
                .map_or("/Users", |uri| uri.trim_start_matches("https://example.com/v2"))
                .into(),
            bulk_id: item["bulkId"].as_str().map(str::to_owned),
            version: None,
            data: None,
        })
        .collect();
    for (found, item) in bulk::answer::read(as_object(name, value), &sent).into_iter().zip(items) {
        let found = found.unwrap_or_else(|| panic!("{name}: a result is left over"));
        let status = item["status"].as_str().or(item["status"]["code"].as_str()).unwrap();
        assert_eq!(found.status.map(|status| status.to_string()).as_deref(), Some(status), "{name}");
        assert_eq!(found.failure.is_none(), status.starts_with('2'), "{name}");
        assert_eq!(found.version.as_deref(), item["version"].as_str(), "{name}");
        assert_eq!(
            found.failure.map(|failure| failure.status),
            (!status.starts_with('2')).then(|| status.parse().ok()),
            "{name}"
        );
    }
}

fn scim_error(name: &str, text: &str, value: &Value) {
    let status: u16 = resource::number(as_object(name, value), "status").unwrap().try_into().unwrap();
    let failure = error::failure(status, text.as_bytes(), "test");
    assert_eq!(failure.status, Some(status), "{name}");
    assert_eq!(failure.scim_type.as_deref(), value["scimType"].as_str(), "{name}");
    if let Some(detail) = value["detail"].as_str() {
        let words: Vec<&str> = detail.split_whitespace().collect();
        assert!(failure.detail.contains(&words.join(" ")), "{name}: {}", failure.detail);
    }
}
