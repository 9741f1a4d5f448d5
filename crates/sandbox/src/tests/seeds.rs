//! Made-up users: there without memory, and like any other once touched.

use super::super::Storage;
use super::*;

#[tokio::test]
async fn a_million_users_are_listed_page_by_page() {
    let server = Server::start(Options { seed_users: 1_000_000, ..Options::default() }).await;
    server.user("ada").await;
    let started = std::time::Instant::now();
    for (start, first, count) in
        [("1", "seed-0", 2), ("500001", "seed-500000", 2), ("1000000", "seed-999999", 2), ("1000001", "ada", 1)]
    {
        let page = server.list("/Users", &[("startIndex", start), ("count", "2")]).await;
        assert_eq!(page.body["totalResults"], 1_000_001);
        assert_eq!((page.listed("userName")[0].as_str(), page.listed("id").len()), (first, count));
    }
    // four pages take no time; looking at all users would
    assert!(started.elapsed() < std::time::Duration::from_secs(2), "{:?}", started.elapsed());
    server.sandbox.stop().await;
}

#[tokio::test]
async fn a_made_up_user_is_one_like_any_other() {
    let server = Server::start(Options { seed_users: 4, ..Options::default() }).await;
    let names = async || server.get("/Users").await.listed("userName").join(" ");
    let read = server.list("/Users", &[("filter", "userName eq \"SEED-2\"")]).await;
    let id = read.listed("id").remove(0);
    let path = format!("/Users/{id}");
    assert_eq!(server.get(&path).await.body, read.body["Resources"][0]);
    assert_eq!(server.post("/Users", user("seed-2")).await.outcome(), "409 uniqueness");
    let group = server.group("g", &[&id]).await;
    assert_eq!(server.get(&path).await.body["groups"][0]["value"], group);

    let renamed = json!([{"op": "replace", "path": "userName", "value": "ada"}]);
    assert_eq!(server.patch(&path, renamed).await.header("etag"), "W/\"2\"");
    server.user("seed-2").await;
    assert_eq!(names().await, "seed-0 seed-1 ada seed-3 seed-2");
    assert_eq!(server.call("DELETE", &path, None).await.status, 204);
    assert_eq!(server.get(&path).await.status, 404);
    assert_eq!(names().await, "seed-0 seed-1 seed-3 seed-2");
    let page = server.list("/Users", &[("startIndex", "3"), ("count", "1")]).await;
    assert_eq!((page.listed("userName"), &page.body["totalResults"]), (vec!["seed-3".to_owned()], &json!(4)));
    let named = server.list("/Users", &[("filter", "displayName ew \"1\"")]).await;
    assert_eq!(named.listed("userName"), ["seed-1"]);
    server.sandbox.stop().await;

    let folder = tempfile::tempdir().unwrap();
    let storage = Storage::Sqlite(folder.path().join("sandbox.db"));
    let error = Sandbox::start(Options { seed_users: 1, storage, ..Options::default() }).await.err().unwrap();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
}
