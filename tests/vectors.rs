//! The examples of RFC 7643 and RFC 7644, one file each in `tests/vectors`: every file must have a kind, and every kind proves
//! something. Nothing is skipped.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use scim_connector::http::Method;
use scim_connector::input::{Listing, View};
use scim_connector::operations::{self, query};
use scim_connector::scim::definition::{self, ResourceType, Schema};
use scim_connector::scim::filter::{Filter, SyntaxError};
use scim_connector::scim::patch::{self, OPS};
use scim_connector::scim::resource::Resource;
use scim_connector::scim::service_provider::{FEATURES, ServiceProvider, Source};
use scim_connector::scim::{self, bulk, error, list};
use serde_json::{Value, json};
use std::fmt::{Debug, Display};
use std::fs;
use std::path::Path;
use std::str::FromStr;

/// A kind: the words behind the section number its files begin with, and what they prove.
type Kind = (&'static str, fn(&str, &str, &Value));

/// The more particular kinds stand before those they begin like.
const KINDS: [Kind; 14] = [
    ("user", object),
    ("group", object),
    ("service-provider-config", service_provider),
    ("resource-types-bare-array", resource_types),
    ("resource-type", resource_types),
    ("schema", schema),
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

fn as_object(name: &str, value: &Value) -> Resource {
    value.as_object().unwrap_or_else(|| panic!("{name}: not an object")).into()
}

/// A resource of a type that is carried as it is.
fn object(name: &str, text: &str, value: &Value) {
    let read = error::object(200, text.as_bytes(), 64, name).unwrap();
    assert_eq!(Value::from(read), *value, "{name}");
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

/// Every resource type is read, and nothing of its document is lost.
fn resource_types(name: &str, _: &str, value: &Value) {
    let documents = definition::documents(&value.into());
    assert_eq!(documents.len(), value.as_array().map_or(1, Vec::len), "{name}");
    for document in documents {
        let it = ResourceType::read(&document).unwrap_or_else(|| panic!("{name}: no resource type"));
        assert_eq!(it.to_json(), document.into(), "{name}");
    }
}

/// A schema is read with every attribute, and its document says what it said, besides the defaults.
fn schema(name: &str, _: &str, value: &Value) {
    let schema = Schema::read(&as_object(name, value)).unwrap_or_else(|| panic!("{name}: no schema"));
    assert_eq!(schema.attributes.len(), value["attributes"].as_array().unwrap().len(), "{name}");
    includes(&schema.to_json().into(), value, name);
}

/// Whether a value has what another has; an empty list is as good as none (RFC 7643 section 2.5).
fn includes(value: &Value, expected: &Value, at: &str) {
    match (value, expected) {
        (Value::Object(object), Value::Object(members)) => {
            for (key, member) in members.iter().filter(|(_, member)| **member != Value::Array(Vec::new())) {
                includes(object.get(key).unwrap_or(&Value::Null), member, &format!("{at}/{key}"));
            }
        }
        (Value::Array(items), Value::Array(members)) => {
            assert_eq!(items.len(), members.len(), "{at}");
            items.iter().zip(members).for_each(|(item, member)| includes(item, member, at));
        }
        _ => assert_eq!(value, expected, "{at}"),
    }
}

fn service_provider(name: &str, _: &str, value: &Value) {
    let provider = ServiceProvider::new(Some(as_object(name, value)), &Resource::new(), &Resource::new());
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
    assert_eq!(Value::from(provider.to_json())["document"], *value, "{name}: the document is carried along");
}

fn list_response(name: &str, _: &str, value: &Value) {
    let page = list::parse(&as_object(name, value)).unwrap_or_else(|| panic!("{name}: no list"));
    let resources: Vec<Value> = page.resources.into_iter().map(Value::from).collect();
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
    let mut input = Listing {
        view: View { attributes: strings("attributes"), excluded: strings("excludedAttributes") },
        ..Listing::default()
    };
    input.query.filter = value["filter"].as_str().map(str::to_owned);
    input.query.start_index = value["startIndex"].as_u64();
    input.query.count = value["count"].as_u64().map(|count| count.try_into().unwrap());
    let connection = scim_connector::connection::Connection::from_json(
        &json!({"serviceUrl": "https://example.com/v2", "auth": {"type": "none"}}),
    )
    .unwrap();
    let endpoint = scim_connector::operations::target::Endpoint::of(scim_connector::operations::STANDARD_TYPES[0]);
    let request = query::build(
        &connection,
        Method::Post,
        &endpoint,
        &input,
        &list::Position::Index(input.query.start_index.unwrap_or(1)),
    )
    .unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&request.body.unwrap()).unwrap(), *value, "{name}");
    assert_eq!(request.url.as_str(), "https://example.com/v2/Users/.search");
}

/// The request is checked, written as the standard has it, and does what the standard says of it.
fn patch_request(name: &str, _: &str, value: &Value) {
    let operation = |item: &Value| {
        let op = OPS.iter().find(|row| row.0.eq_ignore_ascii_case(item["op"].as_str().unwrap())).unwrap().1;
        patch::Operation {
            op,
            path: item["path"].as_str().map(str::to_owned),
            value: item.get("value").map(Into::into),
        }
    };
    let read = |value: &Value| -> Vec<_> {
        let operations = value["Operations"].as_array().unwrap_or_else(|| panic!("{name}: no Operations"));
        operations.iter().map(operation).collect()
    };
    let operations = read(value);
    let (before, after) = patched(name, &value["Operations"]);
    let known = if before["members"].is_array() { &patch::AttributeTable::GROUP } else { &patch::AttributeTable::USER };
    // One example writes nickname; names go out as RFC 7643 section 4.1 spells them.
    let expected: Value = serde_json::from_str(&value.to_string().replace("\"nickname\"", "\"nickName\"")).unwrap();
    assert_eq!(Value::from(patch::body(&operations, known, "/operations").unwrap()), expected, "{name}");
    let mut resource = as_object(name, &before);
    assert!(patch::apply(&mut resource, &operations, known, "/operations").unwrap(), "{name}");
    assert_eq!(Value::from(resource.clone()), after, "{name}");
    // None of them changes anything the second time.
    let again = patch::apply(&mut resource, &operations, known, "/operations").unwrap();
    assert_eq!((again, Value::from(resource)), (false, after), "{name}: a second time");
}

/// A resource before an example of PATCH, and what the standard says it is afterwards.
fn patched(name: &str, operations: &Value) -> (Value, Value) {
    let members = |ids: &[&str]| Value::Array(ids.iter().map(|id| json!({"value": id})).collect());
    let group = |members: Value| json!({"displayName": "Tour Guides", "members": members});
    let last = operations.as_array().and_then(|operations| operations.last()).unwrap();
    let with = |mut list: Value, new: &Value| {
        list.as_array_mut().unwrap().extend(new.as_array().unwrap().iter().cloned());
        list
    };
    let work = json!({"value": "b@example.com", "type": "work"});
    let home = json!({"value": "b@example.com", "type": "home"});
    let address = json!({"type": "work", "streetAddress": "100 Universal City Plaza", "primary": true});
    let other = json!({"type": "home", "streetAddress": "456 Hollywood Blvd", "primary": true});
    let example = name.split_once("-patch-request-").map_or(name, |(_, example)| example);
    match example {
        "add-member" | "add-member-abridged" => (group(members(&["1"])), group(with(members(&["1"]), &last["value"]))),
        "add-without-path" => (
            json!({"userName": "b", "emails": [work]}),
            json!({"userName": "b", "nickName": "Babs", "emails": [work, {"value": "babs@jensen.org", "type": "home"}]}),
        ),
        "remove-one-member" => (group(members(&["1", "2819c223-7f76-...413861904646"])), group(members(&["1"]))),
        "remove-all-members" => (group(members(&["1", "2"])), json!({"displayName": "Tour Guides"})),
        "remove-filtered-emails" => (
            json!({"emails": [work, home, {"value": "b@other.org", "type": "work"}]}),
            json!({"emails": [home, {"value": "b@other.org", "type": "work"}]}),
        ),
        "remove-and-add-member" => {
            (group(members(&["1", "2819c223...919d-413861904646"])), group(with(members(&["1"]), &last["value"])))
        }
        "replace-all-members" | "replace-all-members-in-two-steps" => {
            (group(members(&["1", "2"])), group(last["value"].clone()))
        }
        "replace-work-address" => {
            let mut yields = other.clone();
            yields["primary"] = json!(false);
            (json!({"addresses": [other, address]}), json!({"addresses": [yields, last["value"]]}))
        }
        "replace-street-address" => {
            let mut moved = address.clone();
            moved["streetAddress"] = json!("1010 Broadway Ave");
            (json!({"addresses": [address]}), json!({"addresses": [moved]}))
        }
        "replace-without-path" => (
            json!({"userName": "b", "nickName": "B", "emails": [work]}),
            json!({"userName": "b", "nickName": "Babs", "emails": last["value"]["emails"]}),
        ),
        other => panic!("{other}: nothing says what this does"),
    }
}

/// The operations of a request, completed and planned as one request, are the standard's.
fn bulk_request(name: &str, text: &str, value: &Value) {
    object(name, text, value);
    let mut operations: Vec<bulk::Operation> = value["Operations"]
        .as_array()
        .unwrap_or_else(|| panic!("{name}: no Operations"))
        .iter()
        .map(|item| bulk::Operation {
            method: bulk::METHODS.iter().find(|row| Some(row.0) == item["method"].as_str()).unwrap().1,
            path: item["path"].as_str().unwrap().to_owned(),
            bulk_id: item["bulkId"].as_str().map(str::to_owned),
            version: item["version"].as_str().map(str::to_owned),
            data: item.get("data").map(Into::into),
        })
        .collect();
    let at = |index: usize| format!("/operations/{index}");
    let prepared =
        bulk::check::prepare(&mut operations, &[], bulk::check::Scope::Here, &at, &operations::bulk_body::complete)
            .unwrap();
    let limits = bulk::plan::Limits { operations: 100, bytes: 1_000_000, bulk: true, members_only: false };
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
    for (found, item) in bulk::answer::read(&as_object(name, value), &sent).0.into_iter().zip(items) {
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
    let status: u16 = as_object(name, value).number("status").unwrap().try_into().unwrap();
    let failure = error::failure(status, text.as_bytes(), "test");
    assert_eq!(failure.status, Some(status), "{name}");
    assert_eq!(failure.scim_type.as_deref(), value["scimType"].as_str(), "{name}");
    if let Some(detail) = value["detail"].as_str() {
        let words: Vec<&str> = detail.split_whitespace().collect();
        assert!(failure.detail.contains(&words.join(" ")), "{name}: {}", failure.detail);
    }
}
