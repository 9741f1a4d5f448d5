//! Equal ensures at the same time, in one process: a provider that allows equal names gets one resource.

use crate::harness::{block_on, client, invoke, sandbox};
use scim_connector_host::types::Group;
use serde_json::json;
use std::sync::Arc;
use tokio::task::JoinSet;

#[test]
fn eight_equal_ensures_make_one_group() {
    let (_sandbox, connection) = sandbox(scim_connector_sandbox::Options::default());
    // Two clients of one service, by name and typed, and the name in another case.
    let clients = [Arc::new(client(&connection)), Arc::new(client(&connection))];
    let outcomes = block_on(async {
        let mut calls = JoinSet::new();
        for number in 0..8 {
            let client = clients[number % 2].clone();
            calls.spawn(async move {
                let name = if number < 6 { "Eng" } else { "ENG" };
                if number % 4 < 2 {
                    let input = json!({"payload": {"displayName": name}});
                    client.invoke("ensureGroup", &input).await.unwrap().output["outcome"] == "created"
                } else {
                    let group = Group { display_name: Some(name.into()), ..Group::default() };
                    let ensured = client.ensure_group(&group, None, None).await.unwrap();
                    format!("{:?}", ensured.outcome).contains("Created")
                }
            });
        }
        calls.join_all().await
    });
    assert_eq!(outcomes.iter().filter(|created| **created).count(), 1, "{outcomes:?}");
    let groups = invoke(&clients[0], "listGroups", json!({})).unwrap().output;
    // Whichever came last wrote the name.
    let is_eng = |name: &str| name.eq_ignore_ascii_case("Eng");
    let named =
        groups["Resources"].as_array().unwrap().iter().filter(|it| it["displayName"].as_str().is_some_and(is_eng));
    assert_eq!(named.count(), 1, "{groups}");
}
