//! Resources from creation to deletion: metadata, uniqueness, membership, storage, start and stop.

use super::super::Storage;
use super::*;

#[tokio::test]
async fn a_user_lives() {
    let server = Server::new().await;
    let body = json!({
        "Schemas": [USER],
        "USERNAME": "ada",
        "id": "mine", "meta": {"resourceType": "Group"}, "groups": [{"value": "x"}],
        "displayName": null, "emails": [], "shoeSize": 9,
        "name": {"GIVENNAME": "Ada", "familyName": null, "shoeSize": 9},
        "password": "never-to-be-seen",
    });
    let created = server.post("/Users", body).await;
    assert_eq!(created.status, 201);
    let id = created.id();
    let location = format!("{}/Users/{id}", server.sandbox.service_url());
    assert_eq!(created.header("location"), location);
    let meta = created.body["meta"].clone();
    assert_eq!(meta["location"], location);
    assert_eq!(meta["resourceType"], "User");
    assert_eq!(meta["created"], meta["lastModified"]);
    let expected = json!({"schemas": [USER], "id": id, "userName": "ada", "name": {"givenName": "Ada"}, "meta": meta});
    assert_eq!(created.body, expected);
    let path = format!("/Users/{id}");
    assert_eq!(server.get(&path).await.body, expected);

    // PUT replaces; read-only values are ignored, what is not given goes
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    let new = with(user("Ada"), json!({"id": "other", "title": "Countess", ENTERPRISE: {"department": "E"}}));
    let replaced = server.call("PUT", &path, Some(new.clone())).await;
    assert_eq!(replaced.status, 200);
    assert_eq!(replaced.body["id"], id);
    assert_eq!(replaced.body["schemas"], json!([USER, ENTERPRISE]));
    assert!(replaced.body.get("name").is_none());
    assert_eq!(replaced.body["meta"]["created"], meta["created"]);
    assert!(replaced.body["meta"]["lastModified"].as_str() > meta["lastModified"].as_str());
    // the same once more changes nothing, not even lastModified
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    assert_eq!(server.call("PUT", &path, Some(new)).await.body, replaced.body);
    let same = json!([{"op": "replace", "path": "title", "value": "Countess"}]);
    assert_eq!(server.patch(&path, same).await.body, replaced.body);

    let deleted = server.call("DELETE", &path, None).await;
    assert_eq!((deleted.status, deleted.body), (204, json!("")));
    assert_eq!(server.get(&path).await.status, 404);
    assert_eq!(server.call("DELETE", &path, None).await.status, 404);
    server.sandbox.stop().await;
}

#[tokio::test]
async fn user_names_are_unique() {
    let server = Server::new().await;
    let ada = server.user("ada").await;
    let bob = server.user("bob").await;
    let again = server.post("/Users", user("ADA")).await;
    assert_eq!(again.outcome(), "409 uniqueness");
    assert_eq!(again.body["detail"], "userName: another resource already has this value");
    assert_eq!(server.call("PUT", &format!("/Users/{bob}"), Some(user("Ada"))).await.outcome(), "409 uniqueness");
    // its own name in another case is no conflict, and a freed name can be taken
    assert_eq!(server.call("PUT", &format!("/Users/{ada}"), Some(user("Ada"))).await.status, 200);
    assert_eq!(server.call("PUT", &format!("/Users/{ada}"), Some(user("eve"))).await.status, 200);
    assert_eq!(server.call("PUT", &format!("/Users/{bob}"), Some(user("Ada"))).await.status, 200);
    assert_eq!(server.call("DELETE", &format!("/Users/{bob}"), None).await.status, 204);
    server.user("ADA").await;
    // groups may share a name
    server.group("g", &[]).await;
    server.group("g", &[]).await;
    server.sandbox.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_at_once_one_gets_the_name() {
    let server = std::sync::Arc::new(Server::new().await);
    let mut attempts = tokio::task::JoinSet::new();
    for index in 0..64 {
        let server = server.clone();
        let name = if index % 2 == 0 { "race" } else { "RACE" };
        attempts.spawn(async move { server.post("/Users", user(name)).await.status });
    }
    let mut statuses = attempts.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses.first(), Some(&201));
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 63);
    std::sync::Arc::into_inner(server).unwrap().sandbox.stop().await;
}

#[tokio::test]
async fn membership_shows_on_both_sides() {
    let server = Server::new().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let team = server.group("Team", &[&ada, &ada, &bob]).await;
    let all = server.group("All", &[&team]).await;
    let base = server.sandbox.service_url();

    let read = server.get(&format!("/Groups/{team}")).await;
    let member = |id: &str| json!({"value": id, "type": "User", "$ref": format!("{base}/Users/{id}")});
    assert_eq!(read.body["members"], json!([member(&ada), member(&bob)]));
    let outer = server.get(&format!("/Groups/{all}")).await;
    assert_eq!(outer.body["members"][0]["type"], "Group");
    assert_eq!(outer.body["members"][0]["$ref"], format!("{base}/Groups/{team}"));

    let group = |id: &str, name: &str, kind: &str| json!({"value": id, "display": name, "type": kind, "$ref": format!("{base}/Groups/{id}")});
    let groups = |answer: Answer| answer.body["groups"].clone();
    let both = json!([group(&team, "Team", "direct"), group(&all, "All", "indirect")]);
    assert_eq!(groups(server.get(&format!("/Users/{ada}")).await), both);
    // groups that contain each other do not loop
    let cycle = json!([{"op": "add", "path": "members", "value": {"value": all}}]);
    assert_eq!(server.patch(&format!("/Groups/{team}"), cycle).await.status, 200);
    assert_eq!(groups(server.get(&format!("/Users/{ada}")).await), both);

    // a deleted member leaves its groups, a deleted group its members
    let before = server.get(&format!("/Groups/{team}")).await;
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    assert_eq!(server.call("DELETE", &format!("/Users/{bob}"), None).await.status, 204);
    let after = server.get(&format!("/Groups/{team}")).await;
    assert_eq!(after.body["members"].as_array().unwrap().len(), 2);
    assert!(after.body["meta"]["lastModified"].as_str() > before.body["meta"]["lastModified"].as_str());
    assert_eq!(server.call("DELETE", &format!("/Groups/{team}"), None).await.status, 204);
    assert_eq!(groups(server.get(&format!("/Users/{ada}")).await), Value::Null);
    assert_eq!(server.get(&format!("/Groups/{all}")).await.body.get("members"), None);

    let oneself = json!([{"op": "add", "path": "members", "value": {"value": all}}]);
    for (method, path, body) in [
        (
            "POST",
            "/Groups".to_owned(),
            json!({"schemas": [GROUP], "displayName": "g", "members": [{"value": "nobody"}]}),
        ),
        ("PUT", format!("/Groups/{all}"), json!({"schemas": [GROUP], "displayName": "g", "members": [{"value": bob}]})),
    ] {
        assert_eq!(server.call(method, &path, Some(body)).await.outcome(), "400 invalidValue");
    }
    assert_eq!(server.patch(&format!("/Groups/{all}"), oneself).await.outcome(), "400 invalidValue");
    server.sandbox.stop().await;
}

#[tokio::test]
async fn a_file_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sandbox.db");
    let options = || Options { storage: Storage::Sqlite(file.clone()), ..Options::default() };
    let server = Server::start(options()).await;
    let (ada, bob, eve) = (server.user("ada").await, server.user("bob").await, server.user("eve").await);
    let secret = json!([{"op": "add", "value": {"password": "never-to-be-seen", "title": "Countess"}}]);
    assert_eq!(server.patch(&format!("/Users/{ada}"), secret).await.status, 200);
    let team = server.group("Team", &[&bob, &eve, &ada]).await;
    assert_eq!(server.call("DELETE", &format!("/Users/{bob}"), None).await.status, 204);
    let strip = |answer: Answer, server: &Server| {
        let text = answer.body.to_string().replace(&server.sandbox.service_url(), "");
        serde_json::from_str::<Value>(&text).unwrap()
    };
    let before = strip(server.get("/").await, &server);
    let second = Sandbox::start(options()).await.err().expect("the file is in use");
    assert_eq!(second.kind(), std::io::ErrorKind::ResourceBusy, "{second}");
    server.sandbox.stop().await;

    let server = Server::start(options()).await;
    assert_eq!(strip(server.get("/").await, &server), before);
    assert_eq!(before["totalResults"], 3);
    // the indexes are back as well
    assert_eq!(server.post("/Users", user("ADA")).await.outcome(), "409 uniqueness");
    assert_eq!(server.get(&format!("/Users/{ada}")).await.body["groups"][0]["value"], team);
    server.user("bob").await;
    assert_eq!(server.get("/Users").await.listed("userName"), ["ada", "eve", "bob"]);
    server.sandbox.stop().await;

    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("never-to-be-seen"));
    }
    std::fs::write(&file, "not a database, but a text that is long enough to look like one").unwrap();
    assert!(Sandbox::start(options()).await.is_err());
}

#[tokio::test]
async fn it_starts_and_stops() {
    let server = Server::new().await;
    let url = server.sandbox.service_url();
    let port = url.strip_prefix("http://127.0.0.1:").and_then(|rest| rest.strip_suffix("/scim/v2")).unwrap();
    let port: u16 = port.parse().unwrap();
    assert_eq!(server.sandbox.token_url(), format!("http://127.0.0.1:{port}/oauth2/token"));
    assert_eq!(server.get("/Users").await.status, 200);
    let taken = Sandbox::start(Options { port, ..Options::default() }).await.err().expect("the port is taken");
    assert_eq!(taken.kind(), std::io::ErrorKind::AddrInUse);
    // the client still holds an idle connection
    server.sandbox.stop().await;
    let again = Sandbox::start(Options { port, ..Options::default() }).await.unwrap();
    again.stop().await;
}

#[tokio::test]
async fn many_users_are_no_problem() {
    let server = Server::new().await;
    let started = std::time::Instant::now();
    for index in 0..1000 {
        server.user(&format!("user{index}")).await;
        let filter = format!("userName eq \"USER{index}\"");
        let found = server.list("/Users", &[("filter", &filter), ("attributes", "userName")]).await;
        assert_eq!(found.listed("userName"), [format!("user{index}")]);
    }
    let page = server.list("/Users", &[("startIndex", "991"), ("count", "1000")]).await;
    assert_eq!((page.body["totalResults"].as_u64(), page.listed("id").len()), (Some(1000), 10));
    assert!(started.elapsed() < std::time::Duration::from_secs(60), "{:?}", started.elapsed());
    server.sandbox.stop().await;
}
