//! Impersonated providers: what each of them does that the plain sandbox does not.

use super::super::behaviours;
use super::*;

pub(super) const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
pub(super) const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

pub(super) async fn like(name: &str) -> Server {
    Server::start(Options { behaviour: Some(name.into()), ..Options::default() }).await
}

/// A user that every provider takes.
pub(super) fn person(name: &str) -> Value {
    with(
        user(name),
        json!({
            "displayName": name, "active": true, "password": "x", "externalId": name,
            "name": {"givenName": "G", "familyName": "F", "formatted": "G F"},
            "emails": [{"value": format!("{name}@x"), "type": "work", "primary": true}],
            "entitlements": [{"value": "00e", "primary": true}],
        }),
    )
}

pub(super) fn group(name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
    let entra = "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:Group";
    let google = "urn:ietf:params:scim:schemas:extension:google:2.0:CloudIdentityGroup";
    json!({"schemas": [GROUP], "displayName": name, "members": members, entra: {"mailEnabled": false}, google: {"groupKey": name}})
}

/// The values of so many members that do not exist.
fn many(count: usize) -> Value {
    (0..count).map(|index| json!({"value": index.to_string()})).collect()
}

pub(super) fn add(members: &Value) -> Value {
    json!({"op": "add", "path": "members", "value": members})
}

fn remove(id: &str) -> Value {
    json!({"op": "remove", "path": format!("members[value eq \"{id}\"]")})
}

#[tokio::test]
async fn every_name_is_known_and_no_other() {
    assert_eq!(behaviours().count(), 10);
    for name in behaviours() {
        let server = like(name).await;
        let config =
            server.call_with("GET", "/ServiceProviderConfig", &[("accept", "a/json"), ("user-agent", "t")], None);
        // no description leaves the plain configuration as it is
        let config = config.await;
        assert!(config.status == 404 || config.body["etag"]["supported"] == false, "{name} {config:?}");
        assert_eq!(
            server.get("/Devices").await.status,
            if name == "github" {
                403
            } else if name == "entra" {
                400
            } else {
                404
            }
        );
        server.sandbox.stop().await;
    }
    let options = Options { behaviour: Some("acme".into()), ..Options::default() };
    let error = Sandbox::start(options).await.err().expect("nobody is called acme");
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    assert!(error.to_string().contains("asgardeo, aws, databricks"), "{error}");
}

#[tokio::test]
async fn like_aws() {
    let server = like("aws").await;
    let person = |name: &str| with(person(name), json!({"password": null, "entitlements": null}));
    let ada = server.post("/Users", person("ada")).await;
    assert_eq!((ada.status, ada.header("content-type"), ada.header("etag")), (201, "application/json", ""));
    assert_eq!(
        ada.body["meta"].as_object().unwrap().keys().collect::<Vec<_>>(),
        ["created", "lastModified", "resourceType"]
    );
    let id = ada.id();
    let team = server.post("/Groups", group("Team", &[&id])).await;
    assert_eq!(team.body.get("members"), None);
    let path = format!("/Groups/{}", team.id());
    let two = with(person("bob"), json!({"emails": [{"value": "a@x"}, {"value": "b@x"}]}));
    let pathless = json!([{"op": "replace", "value": {"title": "x", "active": false}}]);
    let patch = |operations: Value| {
        Some(json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations}))
    };
    let table = [
        ("GET", "/Users?filter=userName%20co%20%22a%22".to_owned(), None, 400),
        ("GET", "/Users?filter=title%20eq%20%22a%22".to_owned(), None, 400),
        ("POST", "/Users".to_owned(), Some(two), 400),
        ("POST", "/Users".to_owned(), Some(user("bob")), 400),
        ("POST", "/Bulk".to_owned(), Some(json!({})), 404),
        ("GET", "/Me".to_owned(), None, 404),
        ("POST", "/Users/.search".to_owned(), Some(json!({"schemas": [SEARCH]})), 404),
        ("PUT", path.clone(), Some(group("Team", &[])), 405),
        ("PATCH", path.clone(), patch(json!([add(&many(101))])), 400),
        ("PATCH", path.clone(), patch(json!([{"op": "replace", "path": "members", "value": [{"value": id}]}])), 400),
        ("PATCH", format!("/Users/{id}"), patch(pathless), 400),
    ];
    for (method, path, body, status) in table {
        let answer = server.call(method, &path, body).await;
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(answer.body["schema"], json!([ERROR]));
        assert_eq!(answer.body.get("scimType"), None);
    }
    let removed = server.patch(&path, json!([{"op": "remove", "path": "members", "value": [{"value": id}]}])).await;
    assert_eq!((removed.status, removed.body), (204, json!("")));
    let patched =
        server.patch(&format!("/Users/{id}"), json!([{"op": "replace", "path": "title", "value": "x"}])).await;
    assert_eq!((patched.status, &patched.body["title"]), (200, &json!("x")));
    // startIndex does nothing, cursors work
    let all = server.list("/Users", &[("startIndex", "2"), ("filter", "userName eq \"ada\"")]).await;
    assert_eq!((all.listed("userName"), &all.body["startIndex"]), (vec!["ada".to_owned()], &json!(1)));
    assert_eq!(server.list("/Users", &[("cursor", "")]).await.body.get("startIndex"), None);
    server.sandbox.stop().await;
}

#[tokio::test]
async fn like_entra() {
    let server = like("entra").await;
    let accept = [("accept", "application/json")];
    let call =
        async |method: &str, path: &str, body: Option<Value>| server.call_with(method, path, &accept, body).await;
    let patch = async |path: &str, operations: Value| {
        let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
        call("PATCH", path, Some(body)).await
    };
    assert_eq!(server.get("/users").await.status, 400);
    assert_eq!(call("POST", "/users", Some(user("ada"))).await.status, 400);
    let (ada, bob) =
        (call("POST", "/users", Some(person("ada"))).await, call("POST", "/Users", Some(person("bob"))).await);
    assert_eq!(ada.body["meta"]["location"], format!("/Users/{}", ada.id()));
    let list = call("GET", "/users?count=1", None).await;
    assert_eq!((list.body["resources"].as_array().unwrap().len(), list.body.get("totalResults")), (1, None));
    assert!(list.body.get("Resources").is_none() && list.body["nextCursor"].is_string());
    assert_eq!(call("GET", "/users?startIndex=2", None).await.status, 400);
    assert_eq!(call("GET", "/users?filter=userName%20sw%20%22a%22", None).await.outcome(), "400 invalidFilter");

    let team = call("POST", "/groups", Some(group("Team", &[]))).await;
    let path = format!("/groups/{}", team.id());
    let both = json!([{"value": ada.id()}, {"value": bob.id()}]);
    let added = patch(&path, json!([add(&both)])).await;
    assert_eq!((added.status, added.body), (204, json!("")));
    assert_eq!(call("GET", &path, None).await.body.get("members"), None);
    let filter = format!("/users?filter=groups.value%20eq%20%22{}%22", team.id());
    assert_eq!(call("GET", &filter, None).await.body["resources"].as_array().unwrap().len(), 2);
    let rename = json!({"op": "replace", "path": "displayName", "value": "x"});
    for operations in [
        json!([add(&many(21))]),
        json!([remove(&ada.id()), remove(&bob.id())]),
        json!([remove(&ada.id()), add(&many(1))]),
        json!([remove(&ada.id()), rename]),
    ] {
        assert_eq!(patch(&path, operations.clone()).await.status, 400, "{operations}");
    }
    assert_eq!(patch(&path, json!([remove(&ada.id())])).await.status, 204);
    assert_eq!(patch(&path, json!([rename])).await.status, 204);
    assert_eq!(call("PUT", &path, Some(group("Team", &[]))).await.status, 405);
    assert_eq!(call("DELETE", &path, None).await.status, 400);
    assert_eq!(server.call("DELETE", &path, None).await.status, 204);
    let config = call("GET", "/serviceproviderconfig", None).await.body;
    assert_eq!((&config["pagination"]["index"], &config["bulk"]["supported"]), (&json!(false), &json!(false)));
    server.sandbox.stop().await;
}

#[tokio::test]
async fn like_okta_github_and_gitlab() {
    let server = like("okta").await;
    let none = server.list("/Users", &[("filter", "userName eq \"nobody\"")]).await;
    assert_eq!((none.status, &none.body["status"], &none.body["detail"]), (404, &json!(404), &json!("User not found")));
    assert_eq!(server.get("/Users").await.body["totalResults"], 0);
    server.sandbox.stop().await;

    let server = like("github").await;
    let agent = [("user-agent", "test")];
    let refused = server.get("/Users").await;
    assert_eq!((refused.status, refused.header("content-type")), (403, "text/plain"));
    let ada = server.call_with("POST", "/Users", &agent, Some(person("Ada"))).await;
    assert_eq!((ada.status, &ada.body["userName"]), (201, &json!("ada")));
    let path = format!("/Users/{}", ada.id());
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "x"}]});
    assert_eq!(server.call_with("PATCH", &path, &agent, Some(body)).await.outcome(), "400 invalidPath");
    assert_eq!(server.call_with("GET", "/ServiceProviderConfig", &agent, None).await.status, 404);
    server.sandbox.stop().await;

    let server = like("gitlab").await;
    let ada = server.post("/Users", person("ada")).await;
    assert_eq!((&ada.body["name.formatted"], ada.body.get("name")), (&json!("G F"), None));
    let path = format!("/Users/{}", ada.id());
    for (operation, active) in [
        (json!({"op": "Replace", "path": "displayName", "value": "x"}), true),
        (json!({"op": "replace", "value": {"displayName": "x", "active": false}}), false),
    ] {
        let patched = server.patch(&path, json!([operation])).await;
        assert_eq!((patched.status, patched.body), (204, json!("")));
        let read = server.get(&path).await.body;
        assert_eq!((&read["displayName"], &read["active"]), (&json!("ada"), &json!(active)));
    }
    assert_eq!(server.call("PUT", &path, Some(person("ada"))).await.status, 405);
    assert_eq!(server.get("/ServiceProviderConfig").await.status, 404);
    assert_eq!(server.get("/Groups").await.status, 404);
    server.sandbox.stop().await;
}

#[tokio::test]
async fn like_slack_and_databricks() {
    let server = like("slack").await;
    let ada = server.post("/Users", person("Ada")).await;
    assert_eq!((&ada.body["userName"], ada.body.get("title")), (&json!("ada"), Some(&Value::Null)));
    let path = format!("/Users/{}", ada.id());
    assert_eq!(server.call("DELETE", &path, None).await.status, 204);
    assert_eq!(server.get(&path).await.body["active"], false);
    assert_eq!(server.list("/Users", &[("filter", "userName eq \"nobody\"")]).await.body["totalResults"], 1);
    let missing = server.get("/Users/nobody").await;
    assert_eq!((&missing.body["status"], &missing.body["detail"]), (&json!(404), &json!("no_such_user")));
    // twenty writes at once, two of which were above
    let mut last = missing;
    for index in 3..=21 {
        assert_ne!(last.status, 429, "write {index}");
        last = server.post("/Users", person(&format!("u{index}"))).await;
    }
    assert_eq!((last.status, &last.body["detail"]), (429, &json!("too_many_requests")));
    let wait: u64 = last.header("retry-after").parse().unwrap();
    assert!((1..=7).contains(&wait), "{wait}");
    server.sandbox.stop().await;

    let server = like("databricks").await;
    let ada = server.post("/Users", person("ada")).await.id();
    server.post("/Groups", group("g", &[&ada])).await;
    let path = format!("/Users/{ada}");
    let changes = json!([{"op": "replace", "value": {"userName": "x", "displayName": "X"}}]);
    let patched = server.patch(&path, changes).await;
    assert_eq!((patched.status, patched.body), (200, json!({})));
    let read = server.get(&path).await.body;
    assert_eq!((&read["userName"], &read["displayName"]), (&json!("ada"), &json!("X")));
    assert!(server.get("/Groups").await.body["Resources"][0].get("members").is_none());
    let mut last = server.post("/Users", person("b")).await;
    while last.status == 201 {
        last = server.post("/Users", person(&last.id())).await;
    }
    assert_eq!(last.status, 500);
    assert!(last.body["detail"].as_str().unwrap().starts_with("REQUEST_LIMIT_EXCEEDED"));
    server.sandbox.stop().await;
}

#[tokio::test]
async fn like_salesforce_and_google() {
    let server = like("salesforce").await;
    assert_eq!(server.get("/ServiceProviderConfig").await.status, 404);
    assert_eq!(server.get("/ServiceProviderConfigs").await.body["filter"]["maxResults"], 200);
    let ada = server.post("/Users", person("ada")).await.id();
    let team = server.post("/Groups", group("g", &[])).await.id();
    let path = format!("/Groups/{team}");
    let value = json!([{"value": ada}]);
    assert_eq!(server.patch(&path, json!([add(&value)])).await.status, 400);
    let added = server.patch(&path, json!([add(&json!({"members": value}))])).await;
    assert_eq!((added.status, &added.body["members"][0]["value"]), (200, &json!(ada)));
    let removed = server.patch(&path, json!([{"op": "remove", "path": "members", "value": {"members": value}}])).await;
    assert_eq!((removed.status, removed.body.get("members")), (200, None));
    assert_eq!(server.call("DELETE", &format!("/Users/{ada}"), None).await.status, 204);
    assert_eq!(server.get(&format!("/Users/{ada}")).await.body["active"], false);
    server.sandbox.stop().await;

    let server = like("google").await;
    let ada = server.post("/Users", person("ada")).await.id();
    assert_eq!(server.get("/Users").await.outcome(), "400 tooMany");
    let found = server.list("/Users", &[("filter", "userName eq \"ada\"")]).await;
    assert_eq!((found.body["resources"][0]["id"].as_str(), found.body.get("startIndex")), (Some(ada.as_str()), None));
    let put = server.call("PUT", &format!("/Users/{ada}"), Some(person("ada"))).await;
    assert_eq!((put.status, put.header("content-type")), (404, "text/html; charset=UTF-8"));
    let team = server.post("/Groups", group("g", &[])).await.id();
    let path = format!("/Groups/{team}");
    assert_eq!(server.patch(&path, json!([add(&many(2))])).await.status, 400);
    let added = server.patch(&path, json!([add(&json!([{"value": ada}]))])).await;
    assert_eq!((added.status, added.body), (200, json!({})));
    assert_eq!(server.get(&path).await.body.get("members"), None);
    server.sandbox.stop().await;
}

/// What the vendors' documents say is refused or dropped, one request each.
#[tokio::test]
async fn what_the_documents_refuse_is_refused() {
    let headers = [("accept", "application/json"), ("user-agent", "test")];
    let without = |names: &[&str]| {
        let mut body = person("bob");
        names.iter().for_each(|name| body[*name] = Value::Null);
        body
    };
    let part_of_name = with(without(&["password", "entitlements"]), json!({"name": {"givenName": "G"}}));
    let bare = json!({"schemas": [GROUP], "displayName": "Bare"});
    let filter = |text: &str| format!("/Users?filter={}", text.replace(' ', "%20").replace('"', "%22"));
    let table = [
        ("aws", "POST", "/Users".to_owned(), Some(part_of_name), "400"),
        ("entra", "GET", filter("externalId eq \"a\" and active eq true"), None, "400 invalidFilter"),
        ("gitlab", "GET", filter("externalId eq \"a\""), None, "400 invalidFilter"),
        ("google", "POST", "/Groups".to_owned(), Some(bare), "400 invalidValue"),
        ("okta", "GET", filter("externalId eq \"a\""), None, "400 invalidFilter"),
        ("okta", "GET", "/Groups?filter=id%20eq%20%22a%22".to_owned(), None, "400 invalidFilter"),
        ("salesforce", "POST", "/Users".to_owned(), Some(without(&["entitlements"])), "409 uniqueness"),
    ];
    for (name, method, path, body, outcome) in table {
        let server = like(name).await;
        assert_eq!(server.call_with(method, &path, &headers, body).await.outcome(), outcome, "{name}: {method} {path}");
        server.sandbox.stop().await;
    }

    let server = like("okta").await;
    let path = format!("/Users/{}", server.post("/Users", person("ada")).await.id());
    let replace = |name: &str, value: Value| json!([{"op": "replace", "path": name, "value": value}]);
    assert_eq!(server.patch(&path, replace("title", json!("x"))).await.status, 501);
    assert_eq!(server.patch(&path, replace("active", json!(false))).await.status, 200);
    server.sandbox.stop().await;

    let server = like("github").await;
    let made = server.call_with("POST", "/Users", &headers, Some(with(person("ada"), json!({"title": "x"})))).await;
    assert_eq!((made.status, made.body.get("title"), &made.body["displayName"]), (201, None, &json!("ada")));
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": replace("title", json!("x"))});
    let patched = server.call_with("PATCH", &format!("/Users/{}", made.id()), &headers, Some(body)).await;
    assert_eq!((patched.status, patched.body.get("title")), (200, None));
    server.sandbox.stop().await;

    let server = like("slack").await;
    let emails: Vec<Value> = (0..3).map(|index| json!({"value": format!("{index}@x")})).collect();
    let made = server.post("/Users", with(person("ada"), json!({"emails": emails}))).await;
    assert_eq!(made.body["emails"].as_array().map(Vec::len), Some(2));
    server.sandbox.stop().await;
}
