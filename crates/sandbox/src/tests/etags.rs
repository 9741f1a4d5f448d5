//! Versions and conditional requests (RFC 7644 section 3.14).

use super::*;

#[tokio::test]
async fn every_change_makes_a_new_version() {
    let server = Server::new().await;
    let created = server.post("/Users", user("ada")).await;
    let path = format!("/Users/{}", created.id());
    let version = |answer: &Answer| {
        assert_eq!(answer.body["meta"]["version"], answer.header("etag"), "{answer:?}");
        assert!(answer.header("etag").starts_with("W/\""), "{answer:?}");
        assert_eq!(answer.body["meta"]["location"], answer.header("location"));
        answer.header("etag").to_owned()
    };
    let first = version(&created);
    assert_eq!(version(&server.get(&path).await), first);
    let put = || server.call("PUT", &path, Some(with(user("ada"), json!({"title": "x"}))));
    let second = version(&put().await);
    assert_ne!(second, first);
    // nothing changes, neither does the version
    assert_eq!(version(&put().await), second);
    let third = version(&server.patch(&path, json!([{"op": "remove", "path": "title"}])).await);
    assert!(![first, second].contains(&third));
    // without meta in the body the header still tells
    let bare = server.get(&format!("{path}?attributes=userName")).await;
    assert_eq!((bare.header("etag"), bare.body.get("meta")), (third.as_str(), None));
    // leaving a group by being deleted changes the group
    let group = server.group("g", &[&created.id()]).await;
    let before = version(&server.get(&format!("/Groups/{group}")).await);
    assert_eq!(server.call("DELETE", &path, None).await.status, 204);
    assert_ne!(version(&server.get(&format!("/Groups/{group}")).await), before);
    server.sandbox.stop().await;
}

#[tokio::test]
async fn conditions_are_kept() {
    let server = Server::new().await;
    let created = server.post("/Users", user("ada")).await;
    let path = format!("/Users/{}", created.id());
    let now = created.header("etag").to_owned();
    let strong = now.trim_start_matches("W/").to_owned();
    let many = format!("\"x\", {now}");
    let change = || Some(user("ada"));
    let table: Vec<(&str, &str, &str, Option<Value>, &str)> = vec![
        ("GET", "if-none-match", &now, None, "304"),
        ("GET", "if-none-match", &many, None, "304"),
        ("GET", "if-none-match", "*", None, "304"),
        ("HEAD", "if-none-match", &now, None, "304"),
        ("GET", "if-none-match", "W/\"x\"", None, "200"),
        ("GET", "if-match", "W/\"x\"", None, "412"),
        ("PUT", "if-match", &now, change(), "200"),
        ("PUT", "if-match", &strong, change(), "200"),
        ("PUT", "if-match", "*", change(), "200"),
        ("PUT", "if-match", &many, change(), "200"),
        ("PUT", "if-match", "W/\"x\"", change(), "412"),
        ("PUT", "if-none-match", "*", change(), "412"),
        ("PATCH", "if-match", "W/\"x\"", Some(json!({})), "412"),
        ("DELETE", "if-match", "W/\"x\"", None, "412"),
        ("DELETE", "if-match", &now, None, "204"),
        ("DELETE", "if-match", "*", None, "404"),
    ];
    for (method, name, value, body, outcome) in table {
        let answer = server.call_with(method, &path, &[(name, value)], body).await;
        assert_eq!(answer.outcome(), outcome, "{method} {name}: {value}");
        if answer.status == 304 {
            assert_eq!((answer.header("etag"), &answer.body), (now.as_str(), &json!("")));
        }
    }
    assert_eq!(server.get("/ServiceProviderConfig").await.body["etag"], json!({"supported": true}));
    server.sandbox.stop().await;
}
