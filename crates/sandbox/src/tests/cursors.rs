//! Paging by cursor (RFC 9865).

use super::*;
use std::time::Duration;

const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

type Parameters<'a> = [(&'a str, &'a str)];

async fn users(server: &Server, count: usize) {
    for index in 1..=count {
        server.user(&format!("u{index}")).await;
    }
}

/// The names on every page of a listing with these parameters.
async fn pages(server: &Server, parameters: &Parameters<'_>) -> Vec<String> {
    let (mut pages, mut cursor) = (Vec::new(), String::new());
    loop {
        let mut all = parameters.to_vec();
        all.push(("cursor", &cursor));
        let answer = server.list("/Users", &all).await;
        assert_eq!((answer.status, answer.body.get("startIndex")), (200, None), "{answer:?}");
        assert_eq!(answer.body["itemsPerPage"], answer.listed("id").len());
        pages.push(answer.listed("userName").join(" "));
        match answer.body.get("nextCursor") {
            Some(next) => cursor = next.as_str().unwrap().to_owned(),
            None => return pages,
        }
        assert!(cursor.chars().all(|c| c.is_ascii_alphanumeric() || "-._~".contains(c)), "{cursor}");
    }
}

#[tokio::test]
async fn a_cursor_leads_from_page_to_page() {
    let server = Server::start(Options { page_size: 4, ..Options::default() }).await;
    assert_eq!(pages(&server, &[]).await, [""]);
    users(&server, 7).await;
    let table: [(&Parameters, &[&str]); 6] = [
        (&[], &["u1 u2 u3 u4", "u5 u6 u7"]),
        (&[("count", "3")], &["u1 u2 u3", "u4 u5 u6", "u7"]),
        (&[("count", "7")], &["u1 u2 u3 u4 u5 u6 u7"]),
        (&[("count", "0")], &[""]),
        (&[("count", "3"), ("sortBy", "userName"), ("sortOrder", "descending")], &["u7 u6 u5", "u4 u3 u2", "u1"]),
        (&[("count", "2"), ("filter", "userName gt \"u4\"")], &["u5 u6", "u7"]),
    ];
    for (parameters, expected) in table {
        assert_eq!(pages(&server, parameters).await, expected, "{parameters:?}");
    }
    // without cursor it is the index, and a deletion between two pages loses nobody
    let index = server.list("/Users", &[("count", "2")]).await;
    assert_eq!((&index.body["startIndex"], index.body.get("nextCursor")), (&json!(1), None));
    let first = server.list("/Users", &[("count", "2"), ("cursor", "")]).await;
    let gone = first.body["Resources"][0]["id"].as_str().unwrap();
    assert_eq!(server.call("DELETE", &format!("/Users/{gone}"), None).await.status, 204);
    let next = first.body["nextCursor"].as_str().unwrap();
    let second = server.list("/Users", &[("count", "2"), ("cursor", next)]).await;
    assert_eq!(second.listed("userName"), ["u3", "u4"]);
    // .search takes the same parameters
    let search = |cursor: Value| json!({"schemas": [SEARCH], "count": 2, "cursor": cursor});
    let first = server.post("/Users/.search", search(json!(""))).await;
    let second = server.post("/Users/.search", search(first.body["nextCursor"].clone())).await;
    assert_eq!([first.listed("userName"), second.listed("userName")], [["u2", "u3"], ["u4", "u5"]]);
    server.sandbox.stop().await;
}

#[tokio::test]
async fn a_cursor_is_good_for_its_listing_only() {
    let server = Server::start(Options { max_page_size: 5, ..Options::default() }).await;
    users(&server, 3).await;
    let first = server.list("/Users", &[("count", "1"), ("cursor", "")]).await;
    let cursor = first.body["nextCursor"].as_str().unwrap();
    let forged = format!("{cursor}x");
    let table: [(&str, &Parameters, &str); 8] = [
        ("/Users", &[("count", "1"), ("cursor", cursor)], "200"),
        ("/Users", &[("count", "1"), ("cursor", "nonsense")], "400 invalidCursor"),
        ("/Users", &[("count", "1"), ("cursor", &forged)], "400 invalidCursor"),
        ("/Groups", &[("count", "1"), ("cursor", cursor)], "400 invalidCursor"),
        ("/Users", &[("count", "1"), ("cursor", cursor), ("sortBy", "id")], "400 invalidCursor"),
        ("/Users", &[("count", "2"), ("cursor", cursor)], "400 invalidCount"),
        ("/Users", &[("cursor", cursor)], "400 invalidCount"),
        ("/Users", &[("count", "6"), ("cursor", "")], "400 invalidCount"),
    ];
    for (path, parameters, outcome) in table {
        assert_eq!(server.list(path, parameters).await.outcome(), outcome, "{path} {parameters:?}");
    }
    server.sandbox.stop().await;

    let server = Server::start(Options { cursor_lifetime: Duration::ZERO, ..Options::default() }).await;
    users(&server, 2).await;
    let first = server.list("/Users", &[("count", "1"), ("cursor", "")]).await;
    let next = first.body["nextCursor"].as_str().unwrap();
    // A lifetime of nothing ends with the millisecond.
    let issued = std::time::Instant::now();
    while issued.elapsed() < Duration::from_millis(2) {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.list("/Users", &[("count", "1"), ("cursor", next)]).await.outcome(), "400 expiredCursor");
    server.sandbox.stop().await;
}

#[tokio::test]
async fn a_server_may_know_cursors_only() {
    let server = Server::start(Options { cursor_only: true, page_size: 2, ..Options::default() }).await;
    users(&server, 3).await;
    let first = server.get("/Users").await;
    assert_eq!(first.listed("userName"), ["u1", "u2"]);
    let next = first.body["nextCursor"].as_str().unwrap();
    assert_eq!(server.list("/Users", &[("cursor", next)]).await.listed("userName"), ["u3"]);
    assert_eq!(server.list("/Users", &[("startIndex", "3")]).await.outcome(), "400 invalidValue");
    let expected = json!({"cursor": true, "index": false, "defaultPaginationMethod": "cursor", "defaultPageSize": 2,
        "maxPageSize": 1000, "cursorTimeout": 3600});
    assert_eq!(server.get("/ServiceProviderConfig").await.body["pagination"], expected);
    server.sandbox.stop().await;
}
