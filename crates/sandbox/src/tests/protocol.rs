//! The shell around the resources: status codes, headers, methods, bodies, discovery.

use super::*;

#[tokio::test]
async fn wrong_requests_get_scim_errors() {
    let server = Server::new().await;
    let id = server.user("ada").await;
    let one = format!("/Users/{id}");
    let table: Vec<(&str, &str, Option<Value>, &str)> = vec![
        ("GET", "/Users/nobody", None, "404"),
        ("PUT", "/Users/nobody", Some(user("x")), "404"),
        ("DELETE", "/Users/nobody", None, "404"),
        ("GET", "/Printers", None, "404"),
        ("GET", "/users", None, "404"),
        ("GET", "/Users/a/b", None, "404"),
        ("GET", "/Schemas/urn:x", None, "404"),
        ("GET", "/ResourceTypes/Printer", None, "404"),
        ("PUT", "/Users", Some(user("x")), "405"),
        ("DELETE", "/Users", None, "405"),
        ("POST", &one, Some(user("x")), "405"),
        ("GET", "/Users/.search", None, "405"),
        ("GET", "/.search", None, "405"),
        ("POST", "/", Some(json!({})), "405"),
        ("POST", "/Schemas", Some(json!({})), "405"),
        ("DELETE", "/ServiceProviderConfig", None, "405"),
        ("GET", "/Me", None, "404"),
        ("GET", "/Me/x", None, "404"),
        ("POST", "/Bulk", Some(json!({})), "400 invalidSyntax"),
        ("GET", "/Bulk", None, "405"),
        ("GET", "/Schemas?filter=id%20pr", None, "403"),
        ("GET", "/ResourceTypes?filter=id%20pr", None, "403"),
        ("GET", "/ServiceProviderConfig?filter=id%20pr", None, "403"),
        ("POST", "/Users", None, "400 invalidSyntax"),
        ("POST", "/Users", Some(json!([])), "400 invalidSyntax"),
        ("POST", "/Users", Some(json!({"userName": "x"})), "400 invalidSyntax"),
        ("POST", "/Users", Some(json!({"schemas": [GROUP], "userName": "x"})), "400 invalidSyntax"),
        ("POST", "/Users", Some(with(user("x"), json!({"UserName": "y"}))), "400 invalidSyntax"),
        ("POST", "/Users", Some(json!({"schemas": [USER]})), "400 invalidValue"),
        ("POST", "/Users", Some(user("")), "400 invalidValue"),
        ("POST", "/Users", Some(json!({"schemas": [USER], "userName": null})), "400 invalidValue"),
        ("PUT", &one, Some(json!({"schemas": [USER]})), "400 invalidValue"),
        ("POST", "/Groups", Some(json!({"schemas": [GROUP]})), "400 invalidValue"),
    ];
    for (method, path, body, outcome) in table {
        let answer = server.call(method, path, body.clone()).await;
        assert_eq!(answer.outcome(), outcome, "{method} {path} {body:?}");
        assert_eq!(answer.header("content-type"), "application/scim+json");
        assert_eq!(answer.body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
        assert_eq!(answer.body["status"], answer.status.to_string());
        assert!(!answer.body["detail"].as_str().unwrap().is_empty());
        assert_eq!(answer.header("allow").is_empty(), answer.status != 405, "{method} {path}");
    }
    server.sandbox.stop().await;
}

#[tokio::test]
async fn values_of_the_wrong_type_are_refused() {
    let server = Server::new().await;
    let table = [
        (json!({"active": "true"}), "active: must be true or false"),
        (json!({"displayName": 5}), "displayName: must be a string"),
        (json!({"name": "Ada"}), "name: must be an object"),
        (json!({"name": {"givenName": ["Ada"]}}), "name.givenName: must be a string"),
        (json!({"emails": {"value": "a@x"}}), "emails: must be an array"),
        (json!({"emails": ["a@x"]}), "emails: must be an object"),
        (json!({"emails": [{"primary": "x"}]}), "emails.primary: must be true or false"),
        (json!({"emails": [{"primary": true}, {"primary": true}]}), "emails: more than one value is primary"),
        (json!({"profileUrl": 5}), "profileUrl: must be a string"),
        (json!({"x509Certificates": [{"value": "?"}]}), "x509Certificates.value: must be a base64 string"),
        (json!({"schemas": [USER, 5]}), "schemas: must be a string"),
        (json!({ENTERPRISE: []}), "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User: must be an object"),
        (
            json!({ENTERPRISE: {"manager": {"value": 5}}}),
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value: must be a string",
        ),
    ];
    for (more, detail) in table {
        let answer = server.post("/Users", with(user("ada"), more.clone())).await;
        assert_eq!(answer.outcome(), "400 invalidValue", "{more}");
        assert_eq!(answer.body["detail"], detail);
    }
    assert_eq!(server.get("/Users").await.body["totalResults"], 0);
    server.sandbox.stop().await;
}

#[tokio::test]
async fn bodies_are_limited_and_typed() {
    let server = Server::new().await;
    let send = |content_type: Option<&'static str>, body: String| {
        let mut request = Request::builder().method("POST").uri(format!("{}/Users", server.sandbox.service_url()));
        request = request.header("authorization", format!("Bearer {TOKEN}"));
        if let Some(value) = content_type {
            request = request.header("content-type", value);
        }
        server.send(request.body(Full::from(body)).unwrap())
    };
    let padded = |size: usize| {
        let body = with(user("padded"), json!({"title": ""})).to_string();
        body.replace(r#""title":"""#, &format!(r#""title":"{}""#, "x".repeat(size - body.len())))
    };
    let scim = Some("application/scim+json");
    let table = [
        (scim, user("a").to_string(), "201"),
        (Some("Application/JSON; charset=utf-8"), user("b").to_string(), "201"),
        (Some("text/plain"), user("c").to_string(), "415"),
        (None, user("c").to_string(), "415"),
        (scim, r#"{"userName":"#.into(), "400 invalidSyntax"),
        (scim, "[".repeat(100_000), "400 invalidSyntax"),
        (scim, padded(1024 * 1024), "201"),
        (scim, padded(1024 * 1024 + 1), "413"),
        (scim, "x".repeat(8 * 1024 * 1024), "413"),
    ];
    for (content_type, body, outcome) in table {
        let head: String = body.chars().take(40).collect();
        let answer = send(content_type, body).await;
        assert_eq!(answer.outcome(), outcome, "{content_type:?} {head}");
        assert_eq!(answer.header("content-type"), "application/scim+json");
    }
    server.sandbox.stop().await;
}

#[tokio::test]
async fn discovery_describes_the_server() {
    let server = Server::new().await;
    let config = server.get("/ServiceProviderConfig").await;
    assert_eq!(config.status, 200);
    let supported: Vec<&str> = ["patch", "bulk", "filter", "changePassword", "sort", "etag"]
        .into_iter()
        .filter(|feature| config.body[*feature]["supported"] == true)
        .collect();
    assert_eq!(supported, ["patch", "bulk", "filter", "changePassword", "sort", "etag"]);
    assert_eq!(config.body["filter"]["maxResults"], 1000);
    assert_eq!(config.body["meta"]["location"], format!("{}/ServiceProviderConfig", server.sandbox.service_url()));

    let types = server.get("/ResourceTypes").await;
    assert_eq!(types.listed("endpoint"), ["/Users", "/Groups", "/Devices", "/EndpointApps"]);
    let extensions = &types.body["Resources"][0]["schemaExtensions"];
    assert_eq!(*extensions, json!([{"schema": ENTERPRISE, "required": false}]));
    let schemas = server.get("/Schemas").await;
    assert_eq!(
        schemas.listed("name")[..8],
        [
            "User",
            "EnterpriseUser",
            "Group",
            "Service Provider Configuration",
            "ResourceType",
            "Schema",
            "Device",
            "EndpointApp"
        ]
    );
    for (path, list) in [("/ResourceTypes", types), ("/Schemas", schemas)] {
        for entry in list.body["Resources"].as_array().unwrap() {
            let id = entry["id"].as_str().unwrap();
            let one = server.get(&format!("{path}/{}", id.to_uppercase().replace(':', "%3A"))).await;
            assert_eq!(one.body, *entry, "{id}");
            assert_eq!(entry["meta"]["location"], format!("{}{path}/{id}", server.sandbox.service_url()));
        }
    }
    let head = server.call("HEAD", "/Users", None).await;
    assert_eq!((head.status, head.body), (200, json!("")));
    server.sandbox.stop().await;
}
