//! The impersonated WSO2 engine: each thing it refuses, drops or reads in a way of its own.

use super::behaviours::{ERROR, SEARCH, add, group, like, person};
use super::*;

const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

#[tokio::test]
async fn names_have_the_store_before_them_and_blanks_are_cut_off() {
    let server = like("asgardeo").await;
    let none = server.get("/Users").await.body;
    assert_eq!((&none["totalResults"], none.get("Resources")), (&json!(0), None));
    let ada = server.post("/Users", with(person("DEFAULT/ada"), json!({"title": " Countess "}))).await;
    assert_eq!((&ada.body["userName"], &ada.body["emails"]), (&json!("DEFAULT/ada"), &json!(["DEFAULT/ada@x"])));
    assert_eq!(ada.body["title"], "Countess");
    let team = server.post("/Groups", group("Team", &[&ada.id()])).await;
    assert_eq!(team.body["displayName"], "DEFAULT/Team");
    assert_eq!(server.post("/Groups", group("DEFAULT/Sales", &[])).await.body["displayName"], "DEFAULT/Sales");
    for (path, filter) in [
        ("/Users", "userName eq \"ada\""),
        ("/Users", "userName eq \"DEFAULT/ada\""),
        ("/Groups", "displayName eq \"Team\""),
        ("/Groups", "displayName eq \"DEFAULT/Team\""),
    ] {
        assert_eq!(server.list(path, &[("filter", filter)]).await.body["totalResults"], 1, "{filter}");
        let body = json!({"schemas": [SEARCH], "filter": filter});
        assert_eq!(server.post(&format!("{path}/.search"), body).await.body["totalResults"], 1, "{filter}");
    }
    let path = format!("/Groups/{}", team.id());
    let renamed = server.patch(&path, json!([{"op": "replace", "path": "displayName", "value": "DEFAULT/Crew"}])).await;
    assert_eq!(renamed.body["displayName"], "DEFAULT/Crew");
    assert_eq!(server.get("/Users/nobody").await.body["schemas"], ERROR);
    server.sandbox.stop().await;
}

#[tokio::test]
async fn a_group_is_patched_in_name_and_members_and_added_members_bear_their_names() {
    let server = like("asgardeo").await;
    let (ada, bob) = (server.post("/Users", person("ada")).await.id(), server.post("/Users", person("bob")).await.id());
    let path = format!("/Groups/{}", server.post("/Groups", group("Team", &[])).await.id());
    let named = |id: &str, name: &str| json!([{"value": id, "display": name}]);
    let bare = json!([{"value": ada}]);
    let table = [
        (add(&bare), "400 invalidSyntax"),
        (json!({"op": "add", "value": {"members": bare}}), "400 invalidSyntax"),
        (add(&named(&ada, "bob")), "400 invalidValue"),
        (json!({"op": "replace", "path": "externalId", "value": "x"}), "400 invalidSyntax"),
        (json!({"op": "add", "value": {"externalId": "x"}}), "400 invalidSyntax"),
        (json!({"op": "remove", "path": "members[value eq \"1\" or value eq \"2\"]"}), "400 invalidSyntax"),
        (add(&named(&ada, "ada")), "200"),
        (json!({"op": "add", "value": {"members": named(&bob, "DEFAULT/bob")}}), "200"),
        (json!({"op": "remove", "path": format!("members[value eq \"{ada}\"]")}), "200"),
        (json!({"op": "replace", "path": "members", "value": [{"value": ada}]}), "200"),
    ];
    for (operation, outcome) in table {
        assert_eq!(server.patch(&path, json!([operation])).await.outcome(), outcome, "{operation}");
    }
    // With a name beside them, members of an operation without path are not looked at.
    let both = json!([{"op": "add", "value": {"displayName": "Crew", "members": named(&bob, "bob")}}]);
    let answer = server.patch(&path, both).await;
    assert_eq!((answer.status, &answer.body["displayName"]), (200, &json!("DEFAULT/Crew")));
    let members = answer.body["members"].as_array().unwrap();
    assert_eq!((members.len(), &members[0]["value"]), (1, &json!(ada)));
    server.sandbox.stop().await;
}

#[tokio::test]
async fn value_paths_need_what_is_there_and_active_is_shown_as_text() {
    let server = like("asgardeo").await;
    let ada = server.post("/Users", person("ada")).await.id();
    let path = format!("/Users/{ada}");
    let replace = |path: &str, value: Value| json!([{"op": "replace", "path": path, "value": value}]);
    let table = [
        (replace("emails[type eq \"work\"].value", json!("new@x")), "200"),
        (replace("emails[type eq \"work\"].display", json!("Ada")), "400 noTarget"),
        (replace("emails[type eq \"home\"].value", json!("new@x")), "400 noTarget"),
        (replace("emails[type sw \"wo\"].value", json!("new@x")), "501"),
    ];
    for (operations, outcome) in table {
        assert_eq!(server.patch(&path, operations.clone()).await.outcome(), outcome, "{operations}");
    }
    assert_eq!(server.patch(&path, replace("active", json!(false))).await.body["active"], "false");
    assert_eq!(server.get(&path).await.body["active"], false);
    let pathless = json!([{"op": "replace", "value": {"active": true}}]);
    assert_eq!(server.patch(&path, pathless).await.body["active"], true);
    server.sandbox.stop().await;
}

#[tokio::test]
async fn filters_are_split_at_words_and_lists_are_not_sorted() {
    let server = like("asgardeo").await;
    server.post("/Users", person("ada")).await;
    for name in ["R and D", "Do not disturb", "Team", "Team (EU)"] {
        server.post("/Groups", group(name, &[])).await;
    }
    let table = [
        ("/Groups", "filter", "displayName eq \"R and D\"", "400 InvalidFilter"),
        ("/Groups", "filter", "displayName eq \"This OR that\"", "400 InvalidFilter"),
        ("/Groups", "filter", "displayName eq \"Team\" and id pr", "501"),
        ("/Groups", "filter", "displayName pr", "400 InvalidFilter"),
        ("/Users", "filter", "emails[type eq \"work\"]", "400 InvalidFilter"),
        ("/Users", "filter", "userName eq \"ada\" and title eq \"x\"", "200"),
        ("/Users", "sortBy", "userName", "501"),
        ("/Groups", "sortOrder", "ascending", "501"),
    ];
    for (path, name, value, outcome) in table {
        assert_eq!(server.list(path, &[(name, value)]).await.outcome(), outcome, "GET {value}");
        let body = with(json!({"schemas": [SEARCH]}), json!({name: value}));
        assert_eq!(server.post(&format!("{path}/.search"), body).await.outcome(), outcome, "POST {value}");
    }
    let found = async |filter: &str| server.list("/Groups", &[("filter", filter)]).await.body["totalResults"].clone();
    assert_eq!(found("displayName sw \"R\"").await, 1);
    assert_eq!(found("displayName sw \"Team\"").await, 2);
    assert_eq!(found("displayName eq \"Team (EU)\"").await, 0, "the parenthesis is the filter's own");
    assert_eq!(found("displayName eq \"Do not disturb\"").await, 0, "what follows is not read");
    server.sandbox.stop().await;
}

#[tokio::test]
async fn a_view_knows_extensions_as_a_whole() {
    let server = like("asgardeo").await;
    let extended = with(person("ada"), json!({ENTERPRISE: {"department": "Engines", "division": "A"}}));
    let id = server.post("/Users", extended).await.id();
    let view = async |names: &str| {
        let whole = server.list(&format!("/Users/{id}"), &[("attributes", names)]).await.body;
        (whole.get(ENTERPRISE).cloned(), whole.get("title").is_some() || whole.get("emails").is_some())
    };
    let all = json!({"department": "Engines", "division": "A"});
    assert_eq!(view(ENTERPRISE).await, (Some(all), false));
    assert_eq!(view(&format!("{ENTERPRISE}:department")).await, (None, false));
    assert_eq!(view(&format!("emails,{ENTERPRISE}:department")).await, (None, true));
    let excluded = server.get(&format!("/Users/{id}?excludedAttributes={ENTERPRISE}:division")).await;
    assert_eq!(excluded.body[ENTERPRISE]["division"], "A");
    server.sandbox.stop().await;
}

#[tokio::test]
async fn bulk_goes_by_endpoint_and_resolves_members_only() {
    let server = like("asgardeo").await;
    let post = |path: &str, id: &str, data: Value| json!({"method": "POST", "path": path, "bulkId": id, "data": data});
    let boss = with(person("bob"), json!({ENTERPRISE: {"manager": {"value": "bulkId:a"}}}));
    let nested = json!({"schemas": [GROUP], "displayName": "Outer", "members": [{"value": "bulkId:g"}]});
    let operations = json!([
        post("/Groups", "g", json!({"schemas": [GROUP], "displayName": "Team", "members": [{"value": "bulkId:a"}]})),
        post("/Groups", "o", nested),
        post("/Users", "a", person("ada")),
        post("/Users", "b", boss),
        {"method": "DELETE", "path": "/Users/nobody"},
    ]);
    let answer = server.post("/Bulk", json!({"schemas": [BULK], "Operations": operations})).await;
    let results = answer.body["Operations"].as_array().unwrap();
    let told: Vec<(Value, Value, bool)> = results
        .iter()
        .map(|one| (one["bulkId"].clone(), one["status"]["code"].clone(), one.get("location").is_some()))
        .collect();
    let row = |id: &str, code: u16, located: bool| (json!(id), json!(code), located);
    let expected = [
        row("a", 201, true),
        row("b", 201, true),
        (json!(""), json!(404), false),
        row("g", 201, true),
        row("o", 400, false),
    ];
    assert_eq!(told, expected);
    let made: Value = serde_json::from_str(results[0]["response"].as_str().unwrap()).unwrap();
    assert_eq!(made["userName"], "DEFAULT/ada");
    let stored = |place: usize| results[place]["location"].as_str().unwrap().rsplit("/v2").next().unwrap().to_owned();
    assert_eq!(server.get(&stored(1)).await.body[ENTERPRISE]["manager"]["value"], "bulkId:a");
    assert_eq!(server.get(&stored(3)).await.body["members"][0]["value"], made["id"]);

    let deletions: Vec<Value> =
        (0..101).map(|index| json!({"method": "DELETE", "path": format!("/Users/{index}")})).collect();
    assert_eq!(server.post("/Bulk", json!({"schemas": [BULK], "Operations": deletions})).await.status, 413);
    server.sandbox.stop().await;
}
