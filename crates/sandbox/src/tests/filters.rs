//! Filters (RFC 7644 section 3.4.2.2): expression -> who matches, and what is refused.

use super::*;

async fn people() -> Server {
    let server = Server::new().await;
    let people = [
        json!({"userName": "ada", "name": {"givenName": "Ada", "familyName": "Lovelace"}, "title": "Countess",
            "active": true, "externalId": "Ext-1",
            "emails": [{"value": "ada@work.example", "type": "work", "primary": true}, {"value": "ada@home.example", "type": "home"}],
            ENTERPRISE: {"department": "Engines", "manager": {"value": "babbage"}}}),
        json!({"userName": "Bob", "name": {"givenName": "Bob", "familyName": "O'Neill"}, "active": false,
            "emails": [{"value": "bob@home.example", "type": "home"}], "nickName": "say \"hi\" \\o/ \u{e9}"}),
        json!({"userName": "carl", "title": "countess", "emails": [{"value": "carl@work.org", "type": "work"}],
            ENTERPRISE: {"department": "Sales"}}),
        json!({"userName": "dora", "displayName": ""}),
    ];
    for person in people {
        let created = server.post("/Users", with(person, json!({"schemas": [USER]}))).await;
        assert_eq!(created.status, 201, "{created:?}");
    }
    server
}

#[tokio::test]
async fn a_filter_selects() {
    let server = people().await;
    let table: &[(&str, &str)] = &[
        // every operator; userName is not case-exact, externalId is
        (r#"userName eq "ADA""#, "ada"),
        (r#"externalId eq "Ext-1""#, "ada"),
        (r#"externalId eq "ext-1""#, ""),
        (r#"userName ne "ada""#, "Bob carl dora"),
        (r#"userName co "A""#, "ada carl dora"),
        (r#"userName sw "B""#, "Bob"),
        (r#"userName ew "A""#, "ada dora"),
        (r#"userName gt "bob""#, "carl dora"),
        (r#"userName ge "bob""#, "Bob carl dora"),
        (r#"userName lt "bob""#, "ada"),
        (r#"userName le "bob""#, "ada Bob"),
        ("title pr", "ada carl"),
        ("displayName pr", ""),
        ("name pr", "ada Bob"),
        // operators, attribute names and white space are free in form
        (r#"USERNAME EQ "ada""#, "ada"),
        (r#"  userName   eq   "ada"  "#, "ada"),
        (r#"title Pr"#, "ada carl"),
        // null and booleans
        ("active eq true", "ada"),
        ("active eq false", "Bob"),
        ("active ne true", "Bob carl dora"),
        ("title eq null", "Bob dora"),
        ("title ne null", "ada carl"),
        (r#"title ne "Countess""#, "Bob dora"),
        // strings with quotes, backslashes and letters beyond ASCII
        (r#"nickName eq "say \"hi\" \\o/ é""#, "Bob"),
        (r#"nickName eq "SAY \"HI\" \\O/ \u00C9""#, "Bob"),
        (r#"name.familyName eq "O'Neill""#, "Bob"),
        (r#"nickName co "(""#, ""),
        // and binds stronger than or; not; groups
        (r#"userName eq "dora" or title pr and active eq true"#, "ada dora"),
        (r#"(userName eq "dora" or title pr) and active eq true"#, "ada"),
        ("not (title pr)", "Bob dora"),
        ("not(title pr)", "Bob dora"),
        ("NOT (title pr) and not (active eq false)", "dora"),
        ("(title pr)and(active pr)", "ada"),
        (r#"userName eq "ada" or userName eq "bob" or userName eq "carl""#, "ada Bob carl"),
        (r#"((userName eq "ada"))"#, "ada"),
        // multi-valued: one matching value is enough; `value` may be left out
        (r#"emails.type eq "home""#, "ada Bob"),
        (r#"emails.type ne "home""#, "ada carl dora"),
        (r#"emails co ".org""#, "carl"),
        (r#"emails.value ew "home.example""#, "ada Bob"),
        ("emails pr", "ada Bob carl"),
        (r#"emails.primary eq true"#, "ada"),
        // value paths: one value must match all of it
        (r#"emails[type eq "work" and value co "home"]"#, ""),
        (r#"emails.type eq "work" and emails.value co "home""#, "ada"),
        (r#"emails[type eq "work" and value ew ".example"]"#, "ada"),
        (r#"emails[not (type eq "work")]"#, "ada Bob"),
        (r#"emails[type eq "work"] or userName eq "dora""#, "ada carl dora"),
        (r#"not (emails[type eq "work"])"#, "Bob dora"),
        // names with URN
        (r#"urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ada""#, "ada"),
        (r#"urn:ietf:params:scim:schemas:core:2.0:user:name.givenName sw "b""#, "Bob"),
        (r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "sales""#, "carl"),
        (r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "babbage""#, "ada"),
        (r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User pr"#, "ada carl"),
        // common attributes
        (r#"meta.resourceType eq "User""#, "ada Bob carl dora"),
        (r#"meta.resourceType eq "user""#, ""),
        (r#"schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User""#, "ada carl"),
        (r#"meta.location co "/Users/""#, "ada Bob carl dora"),
        (r#"meta.lastModified gt "2020-01-01T00:00:00Z""#, "ada Bob carl dora"),
        (r#"meta.lastModified gt "2020-01-01T00:00:00""#, "ada Bob carl dora"),
        (r#"meta.created lt "2020-01-01T00:00:00.000+02:00""#, ""),
        // what is never returned is not there to be found
        ("password pr", ""),
        (r#"id eq "nobody""#, ""),
    ];
    for (filter, expected) in table {
        let answer = server.list("/Users", &[("filter", filter)]).await;
        assert_eq!(answer.status, 200, "{filter}: {answer:?}");
        assert_eq!(answer.listed("userName").join(" "), *expected, "{filter}");
        assert_eq!(answer.body["totalResults"], answer.listed("userName").len(), "{filter}");
    }
    server.sandbox.stop().await;
}

#[tokio::test]
async fn a_wrong_filter_is_refused() {
    let server = people().await;
    let deep = format!("{}title pr{}", "(".repeat(200), ")".repeat(200));
    let many = format!("{}title pr", "not (".repeat(30_000));
    let table = [
        ("", "400 invalidFilter", "cannot be read at its end"),
        ("userName", "400 invalidFilter", "cannot be read at its end"),
        ("userName eq", "400 invalidFilter", "cannot be read"),
        ("userName eq ada", "400 invalidFilter", "near \"ada\""),
        (r#"userName eq "ada"#, "400 invalidFilter", "cannot be read"),
        (r#"userName is "ada""#, "400 invalidFilter", "cannot be read"),
        (r#"userName eq "ada" and"#, "400 invalidFilter", "cannot be read"),
        (r#"userName eq "ada" userName eq "bob""#, "400 invalidFilter", "cannot be read"),
        (r#"(userName eq "ada""#, "400 invalidFilter", "cannot be read"),
        (r#"emails[type eq "work""#, "400 invalidFilter", "cannot be read"),
        (r#"userName eq "\x""#, "400 invalidFilter", "cannot be read"),
        (r#"username eq "ada")"#, "400 invalidFilter", "cannot be read"),
        (r#"usrName eq "ada""#, "400 invalidFilter", "no attribute usrName"),
        (r#"name.nickName eq "ada""#, "400 invalidFilter", "no attribute name.nickName"),
        (r#"emails[kind eq "x"]"#, "400 invalidFilter", "no attribute kind"),
        (r#"userName[value eq "x"]"#, "400 invalidFilter", "no sub-attributes"),
        (r#"name eq "x""#, "400 invalidFilter", "complex"),
        ("userName eq 5", "400 invalidFilter", "value of this type"),
        (r#"active eq "true""#, "400 invalidFilter", "value of this type"),
        ("active gt false", "400 invalidFilter", "gt, ge, lt and le"),
        ("active co true", "400 invalidFilter", "co, sw and ew"),
        (r#"x509Certificates.value gt "AA==""#, "400 invalidFilter", "gt, ge, lt and le"),
        (r#"meta.created gt "yesterday""#, "400 invalidFilter", "value of this type"),
        (r#"meta.created co "2020""#, "400 invalidFilter", "value of this type"),
        ("title gt null", "400 invalidFilter", "gt, ge, lt and le"),
        (&deep, "400 invalidFilter", "nested deeper"),
    ];
    for (filter, outcome, detail) in table {
        let answer = server.list("/Users", &[("filter", filter)]).await;
        assert_eq!(answer.outcome(), outcome, "{filter}");
        assert!(answer.body["detail"].as_str().unwrap().contains(detail), "{filter}: {answer:?}");
    }
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": many});
    assert_eq!(server.post("/Users/.search", body).await.outcome(), "400 invalidFilter");
    server.sandbox.stop().await;
}

#[tokio::test]
async fn groups_and_types_can_be_filtered() {
    let server = people().await;
    let ada = server.list("/Users", &[("filter", r#"userName eq "ada""#)]).await;
    let ada = ada.body["Resources"][0]["id"].as_str().unwrap().to_owned();
    let group = server.group("Engineers", &[&ada]).await;
    server.group("Empty", &[]).await;
    let table = [
        ("/Groups", format!(r#"members.value eq "{ada}""#), "displayName", "Engineers"),
        ("/Groups", format!(r#"members[value eq "{ada}" and type eq "User"]"#), "displayName", "Engineers"),
        ("/Groups", format!(r#"members.$ref ew "/Users/{ada}""#), "displayName", "Engineers"),
        ("/Groups", "not (members pr)".into(), "displayName", "Empty"),
        ("/Users", format!(r#"groups.value eq "{group}""#), "userName", "ada"),
        ("/Users", r#"groups.display eq "engineers""#.into(), "userName", "ada"),
        ("/Users", format!(r#"id eq "{ada}""#), "userName", "ada"),
        ("/Users", format!(r#"id eq "{ada}" and userName eq "bob""#), "userName", ""),
        ("/Users", format!(r#"userName eq "bob" and id eq "{ada}""#), "userName", ""),
        ("/Users", format!(r#"not (id eq "{ada}") and userName lt "c""#), "userName", "Bob"),
        // at the root names of any type are allowed; where a type lacks one, it has no value
        ("/", r#"userName eq "ada" or displayName eq "empty""#.into(), "id", "*2"),
        ("/", "not (displayName pr)".into(), "id", "*4"),
        ("/", r#"userName ne "ada""#.into(), "id", "*5"),
    ];
    for (path, filter, name, expected) in table {
        let answer = server.list(path, &[("filter", &filter)]).await;
        assert_eq!(answer.status, 200, "{filter}: {answer:?}");
        match expected.strip_prefix('*') {
            Some(count) => assert_eq!(answer.listed(name).len().to_string(), count, "{filter}"),
            None => assert_eq!(answer.listed(name).join(" "), expected, "{filter}"),
        }
    }
    assert_eq!(server.list("/", &[("filter", "shoeSize pr")]).await.outcome(), "400 invalidFilter");
    server.sandbox.stop().await;
}

#[tokio::test]
async fn what_is_looked_up_by_an_index_follows_every_change() {
    let server = Server::start(Options { seed_users: 3, ..Options::default() }).await;
    let found = async |external: &str, more: &str| {
        let filter = format!("externalId eq \"{external}\"{more}");
        server.list("/Users", &[("filter", &filter)]).await.listed("userName").join(" ")
    };
    let ada = server.post("/Users", with(user("ada"), json!({"externalId": "e1"}))).await.id();
    server.post("/Users", with(user("bob"), json!({"externalId": "e1"}))).await.id();
    assert_eq!(found("e1", "").await, "ada bob");
    assert_eq!(found("e1", " and userName eq \"BOB\"").await, "bob");
    // Made-up users are found likewise, and a stored one beside them in the order of creation.
    let seed = server.list("/Users", &[("filter", "externalId eq \"seed-1\"")]).await.listed("id").remove(0);
    assert_eq!(
        server
            .patch(&format!("/Users/{ada}"), json!([{"op": "replace", "path": "externalId", "value": "seed-2"}]))
            .await
            .status,
        200
    );
    assert_eq!(
        server
            .patch(&format!("/Users/{seed}"), json!([{"op": "replace", "path": "externalId", "value": "seed-2"}]))
            .await
            .status,
        200
    );
    assert_eq!(
        (found("e1", "").await, found("seed-1", "").await, found("seed-2", "").await),
        ("bob".into(), String::new(), "seed-1 seed-2 ada".into())
    );
    assert_eq!(server.call("DELETE", &format!("/Users/{ada}"), None).await.status, 204);
    assert_eq!(found("seed-2", "").await, "seed-1 seed-2");
    assert_eq!(found("SEED-2", "").await, "");
}
