//! `call: openapi`: from an OpenAPI 3 or Swagger 2 document and the name of an operation to the request it describes.

use super::http::{HttpCall, add_query, fields, filled};
use crate::fault::Fault;
use http::{HeaderMap, Method};
use serde_json::{Map, Value};
use url::Url;

/// The methods a path may have (OpenAPI 3.1, Path Item Object).
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The request for `operationId` with `parameters`. `at` is where the document came from.
pub(super) fn call(document: &Value, at: &Url, with: &Value) -> Result<HttpCall, Fault> {
    let name = with.get("operationId").and_then(Value::as_str).unwrap_or_default();
    let paths = document.get("paths").and_then(Value::as_object);
    let operations = paths.into_iter().flatten().flat_map(|(path, item)| {
        METHODS.iter().filter_map(move |method| Some((path, *method, item, item.get(*method)?)))
    });
    let mut operations =
        operations.filter(|(.., operation)| operation.get("operationId").and_then(Value::as_str) == Some(name));
    let Some((path, method, item, operation)) = operations.next() else {
        return Err(Fault::of_input(format!("the document at {at} has no operation `{name}`")));
    };
    let arguments = with.get("parameters").and_then(Value::as_object).cloned().unwrap_or_default();
    let described = [item, operation].into_iter().filter_map(|of| of.get("parameters")?.as_array()).flatten();
    let place = |name: &str| {
        let mut parameters = described.clone().map(|parameter| resolved(document, parameter));
        let found = parameters.rfind(|parameter| parameter.get("name").and_then(Value::as_str) == Some(name));
        found.and_then(|parameter| parameter.get("in")?.as_str()).map(str::to_owned)
    };
    let base = base(document, at)?;
    let path = filled(path, &|name| arguments.get(name).cloned())?;
    let mut url = Url::parse(&format!("{}{path}", base.as_str().trim_end_matches('/')))
        .map_err(|_| Fault::of_input("the operation's path makes no URL".into()))?;
    let (mut headers, mut body) = (HeaderMap::new(), None);
    for (name, value) in &arguments {
        match place(name).as_deref() {
            Some("path") => {}
            Some("query") => add_query(&mut url, name, value),
            Some("header") => {
                let one = Value::Object(Map::from_iter([(name.clone(), value.clone())]));
                fields(Some(&one), &mut headers)?;
            }
            Some("body") => body = Some(value.clone()),
            None if name == "body" && operation.get("requestBody").is_some() => body = Some(value.clone()),
            _ => return Err(Fault::of_input(format!("the operation takes no parameter `{name}`"))),
        }
    }
    let method = method.to_ascii_uppercase().parse().unwrap_or(Method::GET);
    Ok(HttpCall { method, url, headers, body })
}

/// A parameter, by its reference into the document where it is one.
fn resolved<'d>(document: &'d Value, parameter: &'d Value) -> &'d Value {
    let reference = parameter.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix('#'));
    reference.and_then(|pointer| document.pointer(pointer)).unwrap_or(parameter)
}

/// The URL that paths are appended to: of OpenAPI 3 the first server, of Swagger 2 `schemes`, `host` and `basePath`.
fn base(document: &Value, at: &Url) -> Result<Url, Fault> {
    let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str);
    let joined = match text("/servers/0/url") {
        Some(server) => at.join(server).ok(),
        None => {
            let schemes: Vec<&str> = document
                .get("schemes")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let scheme = if schemes.is_empty() || schemes.contains(&at.scheme()) { at.scheme() } else { "https" };
            let host = text("/host").map_or_else(
                || {
                    at.port().map_or_else(
                        || at.host_str().unwrap_or_default().to_owned(),
                        |port| format!("{}:{port}", at.host_str().unwrap_or_default()),
                    )
                },
                str::to_owned,
            );
            Url::parse(&format!("{scheme}://{host}{}", text("/basePath").unwrap_or_default())).ok()
        }
    };
    joined.ok_or_else(|| Fault::of_input(format!("the document at {at} names no server")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn made(document: &Value, with: &Value) -> Result<String, String> {
        let at = Url::parse("https://example.com/api/openapi.json").unwrap();
        let call = call(document, &at, with).map_err(|fault| fault.detail.unwrap_or_default())?;
        Ok(format!("{} {} {:?}", call.method, call.url, call.body))
    }

    #[test]
    fn an_operation_becomes_a_request() {
        let paths = json!({
            "/pets/{id}": {
                "parameters": [{"name": "id", "in": "path"}],
                "get": {"operationId": "getPet", "parameters": [{"$ref": "#/shared/full"}]},
                "put": {"operationId": "putPet", "requestBody": {}},
            },
        });
        let shared = json!({"full": {"name": "full", "in": "query"}});
        let third = json!({"servers": [{"url": "/v3/"}], "paths": paths, "shared": shared});
        let second = json!({"host": "pets.example", "basePath": "/v2", "schemes": ["http", "https"], "paths": paths, "shared": shared});
        let get = json!({"operationId": "getPet", "parameters": {"id": "a b/c", "full": true}});
        assert_eq!(made(&third, &get).unwrap(), "GET https://example.com/v3/pets/a%20b%2Fc?full=true None");
        assert_eq!(made(&second, &get).unwrap(), "GET https://pets.example/v2/pets/a%20b%2Fc?full=true None");
        let put = json!({"operationId": "putPet", "parameters": {"id": 1, "body": {"n": 1}}});
        assert_eq!(made(&third, &put).unwrap(), "PUT https://example.com/v3/pets/1 Some(Object {\"n\": Number(1)})");
        let wrong = json!({"operationId": "putPet", "parameters": {"id": 1, "ful": 1}});
        assert_eq!(made(&third, &wrong).unwrap_err(), "the operation takes no parameter `ful`");
        for folder in [".", "..", ""] {
            let wrong = json!({"operationId": "getPet", "parameters": {"id": folder}});
            assert!(
                made(&third, &wrong).unwrap_err().starts_with("`id` of the URL is empty, or names a folder"),
                "{folder}"
            );
        }
        let none = json!({"operationId": "x"});
        assert_eq!(
            made(&third, &none).unwrap_err(),
            "the document at https://example.com/api/openapi.json has no operation `x`"
        );
    }
}
