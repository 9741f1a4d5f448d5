//! Bulk requests (RFC 7644 section 3.7).

use super::*;

const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

async fn bulk(server: &Server, operations: Value) -> Answer {
    server.post("/Bulk", json!({"schemas": [BULK], "Operations": operations})).await
}

fn statuses(answer: &Answer) -> Vec<&str> {
    assert_eq!(answer.body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:BulkResponse"]), "{answer:?}");
    answer.body["Operations"].as_array().unwrap().iter().map(|one| one["status"].as_str().unwrap()).collect()
}

fn group(name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
    json!({"schemas": [GROUP], "displayName": name, "members": members})
}

fn post(path: &str, bulk_id: &str, data: Value) -> Value {
    json!({"method": "POST", "path": path, "bulkId": bulk_id, "data": data})
}

#[tokio::test]
async fn every_operation_has_its_result() {
    let server = Server::new().await;
    let ada = server.post("/Users", user("ada")).await;
    let bob = server.user("bob").await;
    let base = server.sandbox.service_url();
    let patch = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "add", "path": "title", "value": "x"}]});
    let answer = bulk(
        &server,
        json!([
            post("/Users", "new", user("eve")),
            {"method": "patch", "path": format!("/Users/{}", ada.id()), "version": ada.header("etag"), "data": patch},
            {"method": "PUT", "path": format!("/Users/{}", ada.id()), "version": ada.header("etag"), "data": user("a")},
            {"method": "DELETE", "path": format!("/Users/{bob}")},
            {"method": "DELETE", "path": "/Users/nobody"},
            post("/Users", "twin", user("EVE")),
        ]),
    )
    .await;
    assert_eq!(statuses(&answer), ["201", "200", "412", "204", "404", "409"]);
    let results = answer.body["Operations"].as_array().unwrap();
    let eve = results[0]["location"].as_str().unwrap().rsplit('/').next().unwrap();
    let read = server.get(&format!("/Users/{eve}")).await;
    assert_eq!(
        results[0],
        json!({"method": "POST", "bulkId": "new", "status": "201", "location": read.header("location"),
            "version": read.header("etag")})
    );
    assert_eq!(results[1]["method"], "PATCH");
    assert_ne!(results[1]["version"], ada.header("etag"));
    assert_eq!(results[3]["location"], format!("{base}/Users/{bob}"));
    assert_eq!(results[5]["response"]["scimType"], "uniqueness");
    assert_eq!(results[5].get("location"), None);
    assert_eq!(server.get(&format!("/Users/{}", ada.id())).await.body["title"], "x");
    server.sandbox.stop().await;
}

#[tokio::test]
async fn references_are_resolved_whatever_their_order() {
    let server = Server::new().await;
    let own =
        json!({"schemas": [USER, ENTERPRISE], "userName": "own", ENTERPRISE: {"manager": {"value": "bulkId:own"}}});
    let patch = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "add", "path": "members", "value": [{"value": "bulkId:eve"}]}]});
    // backwards, forwards, and two groups and a user with themselves in a circle
    let answer = bulk(
        &server,
        json!([
            post("/Users", "ada", user("ada")),
            post("/Groups", "team", group("Team", &["bulkId:ada", "bulkId:bob"])),
            post("/Users", "bob", user("bob")),
            post("/Groups", "left", group("Left", &["bulkId:right", "bulkId:ada"])),
            post("/Groups", "right", group("Right", &["bulkId:left"])),
            post("/Users", "own", own),
            post("/Users", "eve", user("eve")),
            {"method": "PATCH", "path": "/Groups/bulkId:team", "data": patch},
        ]),
    )
    .await;
    assert_eq!(statuses(&answer), ["201", "201", "201", "201", "201", "201", "201", "200"], "{answer:?}");
    let read = async |index: usize| {
        let location = answer.body["Operations"][index]["location"].as_str().unwrap();
        let read = server.get(location.strip_prefix(&server.sandbox.service_url()).unwrap()).await;
        assert_eq!(read.status, 200);
        let version = &answer.body["Operations"][index]["version"];
        assert!(index == 1 || *version == read.header("etag"), "{version} {read:?}");
        read
    };
    let ids = |group: &Answer| -> Vec<String> {
        let members = group.body["members"].as_array().unwrap();
        members.iter().map(|member| member["value"].as_str().unwrap().to_owned()).collect()
    };
    let (ada, bob, eve) = (read(0).await.id(), read(2).await.id(), read(6).await.id());
    assert_eq!(ids(&read(1).await), [ada.as_str(), &bob, &eve]);
    let (left, right) = (read(3).await, read(4).await);
    assert_eq!((ids(&left), ids(&right)), (vec![right.id(), ada], vec![left.id()]));
    let own = read(5).await;
    assert_eq!(own.body[ENTERPRISE]["manager"]["value"], own.id());
    server.sandbox.stop().await;
}

#[tokio::test]
async fn errors_stop_a_request_only_where_asked() {
    let server = Server::start(Options { max_bulk_operations: 6, max_bulk_payload: 2000, ..Options::default() }).await;
    let bad = || {
        json!([
            {"method": "GET", "path": "/Users"},
            post("/Nowhere", "a", user("a")),
            {"method": "POST", "path": "/Users", "data": user("b")},
            post("/Groups", "b", group("g", &["bulkId:a"])),
            post("/Groups", "c", group("g", &["bulkId:unheard-of"])),
            post("/Users", "d", user("d")),
        ])
    };
    assert_eq!(statuses(&bulk(&server, bad()).await), ["400", "404", "400", "400", "400", "201"]);
    for (most, expected) in [(1, vec!["400"]), (3, vec!["400", "404", "400"])] {
        let body = json!({"schemas": [BULK], "failOnErrors": most, "Operations": bad()});
        assert_eq!(statuses(&server.post("/Bulk", body).await), expected);
    }
    // of a circle with a broken link nothing stays
    let circle = json!([
        post("/Groups", "x", group("x", &["bulkId:y"])),
        post("/Groups", "y", json!({"schemas": [GROUP], "members": [{"value": "bulkId:x"}]})),
    ]);
    assert_eq!(statuses(&bulk(&server, circle).await), ["409", "400"]);
    assert_eq!(server.get("/Groups").await.body["totalResults"], 0);

    let many: Vec<Value> = (0..7).map(|index| post("/Users", &index.to_string(), json!({}))).collect();
    let table = [
        (json!(many), "413"),
        (json!([post("/Users", "a", json!({"title": "x".repeat(2000)}))]), "413"),
        (json!([post("/Users", "a", json!({})), post("/Users", "a", json!({}))]), "400 invalidSyntax"),
        (json!({}), "400 invalidSyntax"),
        (json!([{"method": "POST", "path": "/Bulk", "bulkId": "a", "data": {}}]), "200"),
    ];
    for (operations, outcome) in table {
        assert_eq!(bulk(&server, operations).await.outcome(), outcome);
    }
    let config = server.get("/ServiceProviderConfig").await;
    assert_eq!(config.body["bulk"], json!({"supported": true, "maxOperations": 6, "maxPayloadSize": 2000}));
    server.sandbox.stop().await;
}
