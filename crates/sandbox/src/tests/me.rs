//! The client's own user at /Me (RFC 7644 section 3.11).

use super::super::Storage;
use super::*;

#[tokio::test]
async fn the_client_has_a_user_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let options = || Options { storage: Storage::Sqlite(folder.path().join("sandbox.db")), ..Options::default() };
    let server = Server::start(options()).await;
    for method in ["GET", "PUT", "PATCH", "DELETE"] {
        assert_eq!(server.call(method, "/Me", Some(user("ada"))).await.outcome(), "404", "{method}");
    }
    let created = server.post("/Me", user("ada")).await;
    let path = format!("/Users/{}", created.id());
    let location = |server: &Server| format!("{}{path}", server.sandbox.service_url());
    assert_eq!((created.status, created.header("location")), (201, location(&server).as_str()));
    assert_eq!(server.post("/Me", user("other")).await.outcome(), "409 uniqueness");
    let read = server.get("/Me").await;
    assert_eq!((&read.body, read.header("etag")), (&created.body, created.header("etag")));
    assert_eq!(read.header("location"), location(&server));
    assert_eq!(server.get(&path).await.body, read.body);
    assert_eq!(server.call("PUT", "/Me", Some(with(user("ada"), json!({"title": "x"})))).await.body["title"], "x");
    let patched = server.patch("/Me?attributes=title", json!([{"op": "remove", "path": "title"}])).await;
    assert_eq!((patched.status, patched.body.get("title")), (200, None));
    server.sandbox.stop().await;

    // still so after a restart
    let server = Server::start(options()).await;
    assert_eq!(server.get("/Me").await.body["meta"]["location"], location(&server));
    assert_eq!(server.call("DELETE", "/Me", None).await.status, 204);
    assert_eq!([server.get("/Me").await.status, server.get(&path).await.status], [404, 404]);
    assert_eq!(server.post("/Me", user("ada")).await.status, 201);
    server.sandbox.stop().await;
}

#[tokio::test]
async fn a_refused_user_is_not_the_clients() {
    let server = Server::new().await;
    server.user("ada").await;
    assert_eq!(server.post("/Me", user("ada")).await.outcome(), "409 uniqueness");
    assert_eq!(server.get("/Me").await.status, 404);
    server.sandbox.stop().await;
}
