//! Listing: paging, sorting, searching by POST, and which attributes come back (RFC 7644 sections 3.4.2, 3.4.3, 3.9).

use super::*;

const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

#[tokio::test]
async fn pages_have_the_size_asked_for() {
    let options = Options { page_size: 3, max_page_size: 5, ..Options::default() };
    let server = Server::start(options).await;
    for index in 1..=8 {
        server.user(&format!("u{index}")).await;
    }
    // startIndex, count -> startIndex of the answer, users
    let table: [(&str, &str, u64, &str); 10] = [
        ("", "", 1, "u1 u2 u3"),
        ("1", "2", 1, "u1 u2"),
        ("3", "2", 3, "u3 u4"),
        ("8", "2", 8, "u8"),
        ("9", "2", 9, ""),
        ("0", "2", 1, "u1 u2"),
        ("-4", "2", 1, "u1 u2"),
        ("1", "0", 1, ""),
        ("1", "-1", 1, ""),
        ("2", "100", 2, "u2 u3 u4 u5 u6"),
    ];
    for (start, count, index, users) in table {
        let parameters = [("startIndex", start), ("count", count)];
        let given: Vec<_> = parameters.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let answer = server.list("/Users", &given).await;
        assert_eq!(answer.listed("userName").join(" "), users, "{given:?}");
        assert_eq!(answer.body["totalResults"], 8, "{given:?}");
        assert_eq!(answer.body["startIndex"], index, "{given:?}");
        assert_eq!(answer.body["itemsPerPage"], answer.listed("userName").len(), "{given:?}");
        assert_eq!(answer.body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"]));
    }
    for (name, value) in [("count", "x"), ("startIndex", "1.5"), ("sortOrder", "up"), ("sortBy", "shoeSize")] {
        assert_eq!(server.list("/Users", &[(name, value)]).await.outcome(), "400 invalidValue", "{name}");
    }
    let config = server.get("/ServiceProviderConfig").await;
    assert_eq!(config.body["filter"], json!({"supported": true, "maxResults": 5}));
    server.sandbox.stop().await;
}

#[tokio::test]
async fn results_are_sorted() {
    let server = Server::new().await;
    let people = [
        json!({"userName": "Zoe", "emails": [{"value": "b@x"}, {"value": "z@x"}]}),
        json!({"userName": "adam", "title": "X", "active": true, "name": {"familyName": "b"}}),
        json!({"userName": "Bea", "active": false, "name": {"familyName": "A"},
            "emails": [{"value": "z@x"}, {"value": "a@x", "primary": true}]}),
    ];
    for person in people {
        assert_eq!(server.post("/Users", with(person, json!({"schemas": [USER]}))).await.status, 201);
    }
    // Without a value: last when ascending, first when descending.
    let table = [
        ("userName", "ascending", "adam Bea Zoe"),
        ("USERNAME", "descending", "Zoe Bea adam"),
        ("name.familyName", "ascending", "Bea adam Zoe"),
        ("name.familyName", "descending", "Zoe adam Bea"),
        ("emails", "ascending", "Bea Zoe adam"),
        ("emails.value", "descending", "adam Zoe Bea"),
        ("active", "ascending", "Bea adam Zoe"),
        ("title", "ascending", "adam Zoe Bea"),
        ("meta.created", "ascending", "Zoe adam Bea"),
    ];
    for (by, order, expected) in table {
        let answer = server.list("/Users", &[("sortBy", by), ("sortOrder", order)]).await;
        assert_eq!(answer.listed("userName").join(" "), expected, "{by} {order}");
    }
    let page = server.list("/Users", &[("sortBy", "userName"), ("startIndex", "2"), ("count", "1")]).await;
    assert_eq!(page.listed("userName"), ["Bea"]);
    server.sandbox.stop().await;
}

#[tokio::test]
async fn searches_by_post() {
    let server = Server::new().await;
    let ada = server.user("ada").await;
    server.user("bob").await;
    server.group("ada's", &[&ada]).await;
    let search = |more: Value| with(json!({"schemas": [SEARCH]}), more);
    let filtered = json!({"filter": r#"userName eq "ada""#, "attributes": ["userName"]});
    let found = server.post("/Users/.search", search(filtered)).await;
    assert_eq!(found.body["Resources"], json!([{"schemas": [USER], "id": ada, "userName": "ada"}]));

    let paged = json!({"sortBy": "userName", "sortOrder": "descending", "startIndex": 1, "count": 1});
    assert_eq!(server.post("/Users/.search", search(paged)).await.listed("userName"), ["bob"]);
    let all = server.post("/.search", search(json!({"excludedAttributes": ["meta"], "filter": null}))).await;
    assert_eq!(all.body["totalResults"], 3);
    assert!(all.body["Resources"].as_array().unwrap().iter().all(|resource| resource.get("meta").is_none()));
    assert_eq!(server.get("").await.body["totalResults"], 3);
    assert_eq!(server.post("/Groups/.search", search(json!({}))).await.listed("displayName"), ["ada's"]);

    let wrong = [
        json!({}),
        search(json!({"count": "1"})),
        search(json!({"filter": 5})),
        search(json!({"attributes": "userName"})),
        search(json!({"attributes": [1]})),
        json!([]),
    ];
    for body in wrong {
        assert_eq!(server.post("/Users/.search", body.clone()).await.outcome(), "400 invalidSyntax", "{body}");
    }
    server.sandbox.stop().await;
}

#[tokio::test]
async fn answers_carry_the_attributes_asked_for() {
    let server = Server::new().await;
    let body = json!({
        "schemas": [USER, ENTERPRISE],
        "userName": "ada",
        "password": "never-to-be-seen",
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"value": "a@x", "type": "work"}],
        ENTERPRISE: {"department": "Engines", "manager": {"value": "b"}},
    });
    let created = server.post("/Users", body).await;
    let id = created.id();
    let full = server.get(&format!("/Users/{id}")).await.body;
    assert_eq!(created.body, full);
    assert!(full.get("password").is_none());
    // schemas and id are always there; names are free in case
    let base = json!({"schemas": [USER, ENTERPRISE], "id": id});
    let without = |gone: &[&str]| {
        let mut rest = full.clone();
        gone.iter().for_each(|name| drop(rest.as_object_mut().unwrap().remove(*name)));
        rest
    };
    let urn_department = format!("{ENTERPRISE}:department");
    let urn_name = format!("{USER}:userName");
    let table: Vec<(&str, &str, Value)> = vec![
        ("attributes", "userName", with(base.clone(), json!({"userName": "ada"}))),
        (
            "attributes",
            "USERNAME, name.givenName",
            with(base.clone(), json!({"userName": "ada", "name": {"givenName": "Ada"}})),
        ),
        ("attributes", &urn_name, with(base.clone(), json!({"userName": "ada"}))),
        ("attributes", "emails.value", with(base.clone(), json!({"emails": [{"value": "a@x"}]}))),
        ("attributes", "emails", with(base.clone(), json!({"emails": [{"value": "a@x", "type": "work"}]}))),
        ("attributes", &urn_department, with(base.clone(), json!({ENTERPRISE: {"department": "Engines"}}))),
        ("attributes", ENTERPRISE, with(base.clone(), json!({ENTERPRISE: full[ENTERPRISE]}))),
        ("attributes", "password", base.clone()),
        ("attributes", "shoeSize", base.clone()),
        ("attributes", "meta.resourceType", with(base.clone(), json!({"meta": {"resourceType": "User"}}))),
        ("excludedAttributes", "emails,meta", without(&["emails", "meta"])),
        ("excludedAttributes", "id,schemas", full.clone()),
        ("excludedAttributes", ENTERPRISE, without(&[ENTERPRISE])),
        ("excludedAttributes", "name.givenName", with(full.clone(), json!({"name": {"familyName": "Lovelace"}}))),
        ("excludedAttributes", "shoeSize", full.clone()),
    ];
    for (name, value, expected) in table {
        let one = server.list(&format!("/Users/{id}"), &[(name, value)]).await;
        assert_eq!(one.body, expected, "{name}={value}");
        let many = server.list("/Users", &[(name, value)]).await;
        assert_eq!(many.body["Resources"], json!([expected]), "{name}={value}");
    }
    // the same parameters shape the answers of writes
    let created = server.post("/Users?attributes=userName", user("bob")).await;
    assert_eq!(created.body, json!({"schemas": [USER], "id": created.id(), "userName": "bob"}));
    let path = format!("/Users/{id}?attributes=userName");
    let patched = server.patch(&path, json!([{"op": "add", "path": "title", "value": "x"}])).await;
    assert_eq!(patched.body, with(base, json!({"userName": "ada"})));
    server.sandbox.stop().await;
}
