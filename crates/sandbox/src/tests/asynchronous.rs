//! Asynchronous requests (RFC 9967).

use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::time::Duration;

const EVENT: &str = "urn:ietf:params:scim:event:misc:asyncresp";
const ASYNC: (&str, &str) = ("prefer", "respond-async");

fn asynchronous_options() -> Options {
    Options { asynchronous: Some(Duration::from_millis(50)), ..Options::default() }
}

/// Asks for the result of an accepted request until it is there.
async fn result(server: &Server, accepted: &Answer) -> Answer {
    assert_eq!((accepted.status, &accepted.body), (202, &json!("")), "{accepted:?}");
    assert_eq!(accepted.header("preference-applied"), "respond-async");
    let location = accepted.header("location").strip_prefix(&server.sandbox.service_url()).unwrap().to_owned();
    loop {
        let answer = server.get(&location).await;
        if answer.status != 202 {
            assert_eq!(answer.status, 200);
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn claims(token: &Value) -> Value {
    let parts: Vec<&str> = token.as_str().unwrap().split('.').collect();
    assert_eq!((parts.len(), parts[2]), (3, ""));
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap()
}

#[tokio::test]
async fn a_request_is_accepted_and_done_later() {
    let server = Server::start(asynchronous_options()).await;
    let create = async || server.call_with("POST", "/Users", &[ASYNC], Some(user("ada"))).await;
    let accepted = create().await;
    assert_eq!(server.get("/Users").await.body["totalResults"], 0);
    let done = result(&server, &accepted).await;
    assert_eq!(done.header("content-type"), "application/secevent+jwt");
    let set = claims(&done.body);
    let ada = server.list("/Users", &[("filter", "userName eq \"ada\"")]).await;
    let id = ada.listed("id").remove(0);
    assert_eq!(set["txn"], accepted.header("set-txn"));
    assert_eq!(set["iss"], server.sandbox.service_url());
    assert_eq!(set["sub_id"], json!({"format": "scim", "uri": format!("/Users/{id}")}));
    let location = format!("{}/Users/{id}", server.sandbox.service_url());
    let event = json!({"method": "POST", "status": "201", "location": location, "version": "W/\"1\""});
    assert_eq!(set["events"], json!({EVENT: event}));

    // a failure is a result too
    let again = create().await;
    let failure = claims(&result(&server, &again).await.body)["events"][EVENT].clone();
    assert_eq!((&failure["status"], &failure["response"]["scimType"]), (&json!("409"), &json!("uniqueness")));
    let gone = server.call_with("DELETE", &format!("/Users/{id}"), &[ASYNC], None).await;
    assert_eq!(claims(&result(&server, &gone).await.body)["events"][EVENT]["status"], "204");
    assert_eq!(server.get("/Async/unheard-of").await.status, 404);
    let config = server.get("/ServiceProviderConfig").await;
    assert_eq!(config.body["securityEvents"], json!({"asyncRequest": "request", "eventUris": [EVENT]}));
    server.sandbox.stop().await;
}

#[tokio::test]
async fn only_what_may_wait_is_put_off() {
    let server = Server::start(asynchronous_options()).await;
    let create = |name: &str, prefer: &'static str| {
        let body = user(name);
        let server = &server;
        async move { server.call_with("POST", "/Users", &[("prefer", prefer)], Some(body)).await.status }
    };
    assert_eq!(create("a", "return=representation").await, 201);
    assert_eq!(create("b", "respond-async, wait=10").await, 201);
    assert_eq!(create("c", "wait=0, respond-async").await, 202);
    assert_eq!(server.call_with("GET", "/Users", &[ASYNC], None).await.status, 200);
    let search = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]});
    assert_eq!(server.call_with("POST", "/Users/.search", &[ASYNC], Some(search)).await.status, 200);
    server.sandbox.stop().await;
    // who is not asked to does not
    let server = Server::new().await;
    assert_eq!(server.call_with("POST", "/Users", &[ASYNC], Some(user("d"))).await.status, 201);
    assert_eq!(server.get("/ServiceProviderConfig").await.body.get("securityEvents"), None);
    server.sandbox.stop().await;
}

#[tokio::test]
async fn a_bulk_request_has_a_result_for_every_operation() {
    let server = Server::start(asynchronous_options()).await;
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [
        {"method": "POST", "path": "/Users", "bulkId": "a", "data": user("ada")},
        {"method": "DELETE", "path": "/Users/nobody"},
    ]});
    let accepted = server.call_with("POST", "/Bulk", &[ASYNC], Some(body)).await;
    let sets = result(&server, &accepted).await.body["sets"].clone();
    let mut found: Vec<(String, String)> = sets
        .as_object()
        .unwrap()
        .values()
        .map(claims)
        .map(|set| {
            (set["txn"].as_str().unwrap().to_owned(), set["events"][EVENT]["status"].as_str().unwrap().to_owned())
        })
        .collect();
    found.sort();
    let txn = accepted.header("set-txn");
    assert_eq!(found, [(format!("{txn}:0"), "201".to_owned()), (format!("{txn}:1"), "404".to_owned())]);
    server.sandbox.stop().await;
}
