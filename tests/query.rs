//! Queries against a scripted provider: what is refused before anything is sent, which way a query goes, how a listing begins and
//! ends, and what profiles change about requests and answers.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(dead_code, reason = "not every test uses all of the script")]

#[path = "script/mod.rs"]
mod script;

use scim_connector::catalog::invoke::invoke;
use scim_connector::failure::Kind;
use script::{Outcome, Script, answer, bearer, with_header};
use serde_json::{Value, json};

/// A connection with a profile and overrides.
fn connection(profile: &str, overrides: Value) -> Value {
    let mut connection = bearer();
    connection["profile"] = json!(profile);
    connection["overrides"] = overrides;
    connection
}

fn body(script: &Script, index: usize) -> Value {
    serde_json::from_slice(script.sent.borrow()[index].body.as_ref().unwrap()).unwrap()
}

const EMPTY: &str = r#"{"totalResults":0}"#;

#[test]
fn what_a_provider_is_known_not_to_do_is_refused_before_anything_is_sent() {
    let none = || json!({});
    let rows = [
        ("aws", none(), "listUsers", json!({"filter": "userName co \"a\" or emails.value eq \"b\""}), "/filter", 3),
        ("gitlab", none(), "listUsers", json!({"filter": "emails[type eq \"work\"].value pr"}), "/filter", 0),
        ("gitlab", none(), "listUsers", json!({"filter": "emails[type eq \"work\"]"}), "/filter", 2),
        ("google", none(), "listUsers", json!({}), "/filter", 1),
        ("google", none(), "listUsers", json!({"filter": "displayName eq \"a\""}), "/filter", 1),
        ("google", none(), "listGroups", json!({"filter": "userName eq \"a\""}), "/filter", 1),
        ("slack", none(), "listUsers", json!({"filter": "userName eq \"a\"", "sortBy": "userName"}), "/filter", 2),
        (
            "generic",
            json!({"filter": {"supported": false}, "unsupportedFilter": "refuse"}),
            "listUsers",
            json!({"filter": "a eq 1"}),
            "/filter",
            1,
        ),
        ("generic", json!({"sort": {"supported": false}}), "listUsers", json!({"sortBy": "userName"}), "/sortBy", 1),
        ("entra", none(), "listUsers", json!({"startIndex": 101}), "/startIndex", 0),
        ("google", none(), "listUsers", json!({"filter": "userName eq \"a\"", "startIndex": 2}), "/startIndex", 0),
        ("entra", none(), "searchUsers", json!({}), "", 0),
        ("entra", none(), "search", json!({}), "", 0),
        ("entra", json!({"privateQueries": true}), "listUsers", json!({"filter": "userName eq \"a\""}), "", 0),
        (
            "aws",
            none(),
            "createUser",
            json!({"payload": {"userName": "a", "emails": [{"value": "a"}, {"value": "b"}]}}),
            "/payload/emails/1",
            1,
        ),
        (
            "aws",
            none(),
            "patchUser",
            json!({"id": "1", "operations": [{"op": "replace", "value": {"title": "a", "active": false}}]}),
            "/operations/0/value",
            1,
        ),
        (
            "aws",
            none(),
            "patchGroup",
            json!({"id": "1", "operations": [{"op": "replace", "path": "urn:x:y:z", "value": 1}]}),
            "/operations/0/path",
            1,
        ),
        (
            "github",
            none(),
            "patchUser",
            json!({"id": "1", "operations": [{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "a"}]}),
            "/operations/0/path",
            1,
        ),
        (
            "gitlab",
            none(),
            "patchUser",
            json!({"id": "1", "operations": [{"op": "replace", "path": "title", "value": "a"}, {"op": "replace", "value": {"nickName": "b"}}]}),
            "/operations/0/path",
            2,
        ),
        (
            "generic",
            json!({"patchOperations": 1}),
            "patchUser",
            json!({"id": "1", "operations": [{"op": "remove", "path": "title"}, {"op": "remove", "path": "nickName"}]}),
            "/operations",
            1,
        ),
    ];
    for (profile, overrides, operation, input, pointer, problems) in rows {
        let failure = Script::new([]).call(&connection(profile, overrides), operation, &input).unwrap_err();
        let syntax = profile == "gitlab" && problems == 0;
        let kind = if syntax { Kind::InvalidInput } else { Kind::Unsupported };
        assert_eq!(failure.kind, kind, "{profile} {operation} {input}: {failure:?}");
        assert_eq!(failure.pointer.unwrap_or_default(), pointer, "{profile} {operation} {input}: {}", failure.detail);
        assert_eq!(failure.problems.len(), problems, "{profile} {operation} {input}: {:?}", failure.problems);
    }
}

#[test]
fn what_is_known_to_work_is_sent() {
    let rows = [
        ("aws", "listUsers", "externalId eq \"a\" and userName eq \"b\""),
        ("entra", "listUsers", "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User:mailNickname eq \"a\""),
        ("google", "listGroups", "externalId eq \"a\""),
        ("asgardeo", "listUsers", "userName sw \"a\" and name.familyName eq \"b\""),
        ("generic", "listUsers", "not (emails[type eq \"work\"]) or x pr"),
    ];
    for (profile, operation, filter) in rows {
        let script = Script::new([answer(200, EMPTY)]);
        script.call(&connection(profile, json!({})), operation, &json!({"filter": filter})).unwrap();
        assert_eq!(script.sent.borrow()[0].method.as_str(), "GET", "{profile}");
    }
}

#[test]
fn sorting_that_is_only_assumed_to_be_missing_is_asked_for_and_the_order_checked() {
    let page = |names: &[&str]| {
        let users: Vec<Value> = names.iter().map(|name| json!({"id": name, "userName": name})).collect();
        answer(200, json!({"totalResults": users.len(), "Resources": users}).to_string())
    };
    let sorts = answer(200, json!({"sort": {"supported": true}}).to_string());
    // What is known of the provider, the order asked for, what came, warnings.
    let rows = [
        (None, "ascending", &["ada", "Bob", "zoe"][..], 0),
        (None, "ascending", &["ada", "zoe", "bob"], 1),
        (None, "descending", &["zoe", "ada"], 0),
        (None, "descending", &["ada", "zoe"], 1),
        (None, "ascending", &[], 0),
        (Some(sorts), "ascending", &["ada", "zoe", "bob"], 0),
    ];
    for (document, order, names, warnings) in rows {
        let known = document.is_some();
        let script = Script::new(document.into_iter().chain([page(names)]));
        if known {
            invoke(&script, &bearer().to_string(), "getServiceProviderConfig", "{}", None).unwrap();
        }
        let input = json!({"sortBy": "userName", "sortOrder": order});
        let answer = script.call(&bearer(), "listUsers", &input).unwrap();
        assert_eq!((answer.requests, answer.warnings.len()), (1, warnings), "{order} {names:?}: {:?}", answer.warnings);
    }
    let failure = Script::new([]).call(&bearer(), "listUsers", &json!({"sortBy": "user name"})).unwrap_err();
    assert_eq!((failure.kind, failure.pointer.as_deref()), (Kind::InvalidInput, Some("/sortBy")));
}

/// A query's way: by GET, or by POST to `.search`; what is sent, in which order, and whether it succeeds.
#[test]
fn queries_that_are_long_or_private_go_by_post_where_they_can() {
    let long = format!("userName eq \"{}\"", "a".repeat(100));
    let short = "userName eq \"a\"";
    let sensitive = r#"{"scimType":"sensitive","status":"403","detail":"use POST"}"#;
    let ok = || answer(200, EMPTY);
    let none = || answer(404, "");
    let brief = json!({"queryLength": 50});
    let private = json!({"privateQueries": true});
    // What the provider is like, its overrides, the operation, the filter, its answers, what was sent, the failure.
    type Row<'a> = (&'a str, &'a Value, &'a str, &'a str, Vec<Outcome>, &'a str, Option<Kind>);
    let rows: Vec<Row<'_>> = vec![
        ("short", &brief, "listUsers", short, vec![ok()], "GET", None),
        ("long", &brief, "listUsers", &long, vec![ok()], "POST", None),
        ("long, no .search", &brief, "listUsers", &long, vec![none(), ok()], "POST GET", None),
        ("long, .search refuses", &brief, "listUsers", &long, vec![answer(403, "")], "POST", Some(Kind::Permission)),
        ("private", &private, "listUsers", short, vec![ok()], "POST", None),
        ("private, no .search", &private, "listUsers", short, vec![none()], "POST", Some(Kind::Unsupported)),
        ("sensitive", &brief, "listUsers", short, vec![answer(403, sensitive), ok()], "GET POST", None),
        ("too long", &brief, "listUsers", short, vec![answer(414, ""), ok()], "GET POST", None),
        (
            "sensitive, no .search",
            &brief,
            "listUsers",
            short,
            vec![answer(403, sensitive), none()],
            "GET POST",
            Some(Kind::Permission),
        ),
        ("search", &brief, "searchUsers", short, vec![ok()], "POST", None),
        ("no search", &brief, "searchUsers", short, vec![answer(405, "")], "POST", Some(Kind::Unsupported)),
        ("no root search", &brief, "search", short, vec![answer(501, "")], "POST", Some(Kind::Unsupported)),
    ];
    for (name, overrides, operation, filter, answers, sent, kind) in rows {
        let script = Script::new(answers);
        let outcome = script.call(&connection("generic", overrides.clone()), operation, &json!({"filter": filter}));
        let methods: Vec<&str> = script.sent.borrow().iter().map(|request| request.method.as_str()).collect();
        assert_eq!(methods.join(" "), sent, "{name}");
        assert_eq!(outcome.err().map(|failure| failure.kind), kind, "{name}");
        for (index, method) in methods.iter().enumerate().filter(|(_, method)| **method == "POST") {
            let request = body(&script, index);
            assert_eq!((request["filter"].as_str(), *method), (Some(filter), "POST"), "{name}");
            assert!(script.lines()[index].ends_with("/.search"), "{name}");
        }
    }
}

#[test]
fn a_listing_begins_with_a_cursor_where_the_provider_has_them() {
    let paging = |cursor: bool, index: bool, method: Option<&str>| json!({"pagination": {"cursor": cursor, "index": index, "defaultPaginationMethod": method}});
    let view = |parameter: &str, name: &str| json!({parameter: [format!("urn:x:y:{name}")]});
    const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
    let of_core = format!("?attributes={}%3Atitle%2Ctitle", USER.replace(':', "%3A"));
    let rows = [
        ("generic", json!({}), json!({}), ""),
        ("generic", json!({}), json!({"startIndex": 1, "count": 7}), "?startIndex=1&count=7"),
        ("generic", paging(true, true, None), json!({}), "?cursor="),
        ("generic", paging(true, true, Some("index")), json!({}), ""),
        ("generic", paging(true, true, None), json!({"startIndex": 1}), "?startIndex=1"),
        ("generic", paging(true, false, None), json!({"startIndex": 1}), "?cursor="),
        ("generic", json!({"defaultCount": 50, "maxCount": 20}), json!({}), "?count=20"),
        ("entra", json!({}), json!({"count": 500}), "?cursor=&count=500"),
        ("aws", json!({}), json!({"count": 500, "attributes": ["userName"]}), "?cursor=&count=100"),
        ("okta", json!({}), json!({}), "?count=100"),
        ("generic", json!({}), view("attributes", "division"), "?attributes=urn%3Ax%3Ay%3Adivision"),
        ("generic", json!({"views": false}), view("attributes", "division"), ""),
        ("asgardeo", json!({}), view("attributes", "division"), "?attributes=urn%3Ax%3Ay%3Adivision%2Curn%3Ax%3Ay"),
        ("asgardeo", json!({}), view("excludedAttributes", "division"), "?excludedAttributes=urn%3Ax%3Ay%3Adivision"),
        ("asgardeo", json!({}), json!({"attributes": [format!("{USER}:title")]}), &of_core),
    ];
    for (profile, overrides, input, query) in rows {
        let script = Script::new([answer(200, EMPTY)]);
        script.call(&connection(profile, overrides.clone()), "listUsers", &input).unwrap();
        assert_eq!(
            script.lines(),
            [format!("GET https://scim.example/v2/Users{query}")],
            "{profile} {overrides} {input}"
        );
    }
}

#[test]
fn a_provider_that_does_not_sort_is_not_one_without_search() {
    let refusal = || {
        answer(
            501,
            r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"detail":"Sorting is not supported","status":"501"}"#,
        )
    };
    for operation in ["listUsers", "searchUsers"] {
        let script = Script::new([refusal()]);
        let failure =
            script.call(&connection("generic", json!({})), operation, &json!({"sortBy": "userName"})).unwrap_err();
        assert_eq!((failure.kind, failure.status), (Kind::Unsupported, Some(501)), "{failure:?}");
        assert!(
            failure.detail.contains("Sorting is not supported") && !failure.detail.contains(".search"),
            "{failure:?}"
        );
    }
    let script = Script::new([refusal()]);
    let failure = script.call(&connection("generic", json!({})), "searchUsers", &json!({})).unwrap_err();
    assert!(failure.detail.contains("no .search"), "{failure:?}");
    // The profile knows, and nothing is sent.
    let script = Script::new([]);
    let failure =
        script.call(&connection("asgardeo", json!({})), "searchUsers", &json!({"sortBy": "userName"})).unwrap_err();
    assert_eq!((failure.kind, script.lines().len()), (Kind::Unsupported, 0));
}

#[test]
fn pages_by_cursor_keep_their_size_and_expire_with_advice() {
    let connection = connection("entra", json!({}));
    let page = |cursor: &str| answer(200, json!({"resources": [{"id": cursor}], "nextCursor": cursor}).to_string());
    let expired = answer(400, r#"{"scimType":"expiredCursor","status":"400","detail":"too late"}"#);
    let script = Script::new([page("a+/="), expired]);
    let first = invoke(&script, &connection.to_string(), "listUsers", r#"{"count":5}"#, None).unwrap();
    let next = first.output.next.as_deref().unwrap();
    let failure = script.call(&connection, "listUsers", &json!({"count": 9, "page": next})).unwrap_err();
    assert_eq!(script.lines()[1], "GET https://scim.example/v2/Users?cursor=a%2B%2F%3D&count=5");
    assert_eq!((failure.kind, failure.pointer.as_deref()), (Kind::InvalidInput, Some("/page")));
    assert!(failure.detail.ends_with("start the listing again from its first page"), "{}", failure.detail);
    let both = json!({"cursor": "a", "startIndex": 1});
    assert_eq!(
        Script::new([]).call(&bearer(), "listUsers", &both).unwrap_err().pointer.as_deref(),
        Some("/startIndex")
    );
}

#[test]
fn a_provider_without_paging_gives_what_it_gives() {
    let connection = connection("google", json!({}));
    let input = json!({"filter": "displayName eq \"a\""});
    for (total, complete) in [(json!(2), true), (json!(60), false), (Value::Null, true)] {
        let script = Script::new([answer(
            200,
            json!({"resources": [{"id": "1"}, {"id": "2"}], "totalResults": total}).to_string(),
        )]);
        let page = script.call(&connection, "listGroups", &input).unwrap().output.to_json();
        assert_eq!(
            (&page["complete"], page.get("next"), page["Resources"].as_array().unwrap().len()),
            (&json!(complete), None, 2),
            "{total}"
        );
    }
}

/// A correct provider of 25 users, by index or by cursor; the requests that it got.
struct Correct {
    by_cursor: bool,
    requests: std::cell::RefCell<Vec<String>>,
    clock: std::cell::Cell<u64>,
}

impl scim_connector::http::platform::Platform for Correct {
    fn send(&self, request: &scim_connector::http::Request, _: &scim_connector::http::platform::Bounds) -> Outcome {
        self.requests.borrow_mut().push(request.url.query().unwrap_or_default().to_owned());
        let query: std::collections::BTreeMap<String, String> = request.url.query_pairs().into_owned().collect();
        let number = |name: &str, or: usize| query.get(name).and_then(|text| text.parse().ok()).unwrap_or(or);
        let from = if self.by_cursor { number("cursor", 0) } else { number("startIndex", 1) - 1 };
        let wanted = query.get("filter").and_then(|filter| filter.split('"').nth(1));
        let users = (0..25).map(|id| json!({"id": id.to_string(), "userName": format!("user{id}")}));
        let found: Vec<Value> = users.filter(|user| wanted.is_none_or(|name| user["userName"] == name)).collect();
        let page: Vec<&Value> = found.iter().skip(from).take(number("count", 10).min(10)).collect();
        let end = from + page.len();
        let mut list = json!({"totalResults": found.len(), "startIndex": from + 1, "Resources": page});
        if self.by_cursor && end < found.len() {
            list["nextCursor"] = json!(end.to_string());
        }
        answer(200, list.to_string())
    }

    script::calm!();
}

/// What is asked of a provider that behaves is what the standard's paging needs, and nothing is warned of.
#[test]
fn a_correct_provider_is_asked_nothing_more() {
    let cursor = json!({"pagination": {"cursor": true, "index": false}});
    // Paging, input, users, requests.
    let rows: [(Option<&Value>, Value, usize, &[&str]); 7] = [
        (None, json!({}), 25, &["", "startIndex=11", "startIndex=21"]),
        (None, json!({"count": 9}), 25, &["count=9", "startIndex=10&count=9", "startIndex=19&count=9"]),
        (None, json!({"count": 5, "startIndex": 16}), 10, &["startIndex=16&count=5", "startIndex=21&count=5"]),
        (None, json!({"filter": "userName eq \"user7\""}), 1, &["filter=userName%20eq%20%22user7%22"]),
        (None, json!({"filter": "userName eq \"zoe\"", "count": 5}), 0, &["filter=userName%20eq%20%22zoe%22&count=5"]),
        (Some(&cursor), json!({}), 25, &["cursor=", "cursor=10", "cursor=20"]),
        (Some(&cursor), json!({"count": 10}), 25, &["cursor=&count=10", "cursor=10&count=10", "cursor=20&count=10"]),
    ];
    for (overrides, mut input, users, requests) in rows {
        let by_cursor = overrides.is_some();
        let provider = Correct { by_cursor, requests: Default::default(), clock: Default::default() };
        let connection = connection("generic", overrides.cloned().unwrap_or_else(|| json!({})));
        let mut came = 0;
        let complete = loop {
            let page = invoke(&provider, &connection.to_string(), "listUsers", input.to_string(), None).unwrap();
            assert_eq!(page.warnings, Vec::<String>::new(), "{input}");
            let output = page.output.to_json();
            came += output["Resources"].as_array().unwrap().len();
            match page.output.next {
                Some(next) => {
                    input.as_object_mut().unwrap().remove("startIndex");
                    input["page"] = json!(next);
                }
                None => break output["complete"] == true,
            }
        };
        assert_eq!((came, complete), (users, true), "{input}");
        assert_eq!(*provider.requests.borrow(), requests, "{input}");
    }
}

#[test]
fn resources_of_several_types_pass_a_root_search() {
    let found = json!({"totalResults": 3, "Resources": [{"id": "1", "userName": "a"}, {"id": "2", "displayName": "b"}, {"id": "3", "x": 1}]});
    let script = Script::new([answer(200, found.to_string())]);
    let page = script.call(&bearer(), "search", &json!({"filter": "id pr"})).unwrap().output.to_json();
    assert_eq!(page["Resources"], found["Resources"]);
    assert_eq!(script.lines(), ["POST https://scim.example/v2/.search"]);
}

#[test]
fn requests_are_dressed_as_the_provider_wants_them() {
    for (profile, read, delete) in [
        ("generic", Some("application/scim+json, application/json;q=0.9"), true),
        ("entra", Some("application/json"), false),
    ] {
        let script = Script::new([answer(200, r#"{"id":"1"}"#), answer(204, "")]);
        let connection = connection(profile, json!({}));
        invoke(&script, &connection.to_string(), "getUser", r#"{"id":"1"}"#, None).unwrap();
        script.call(&connection, "deleteUser", &json!({"id": "1"})).unwrap();
        assert_eq!(script.header(0, "accept").as_deref(), read, "{profile}");
        assert_eq!(script.header(1, "accept").is_some(), delete, "{profile}");
        assert!(script.header(1, "user-agent").is_some(), "{profile}");
    }
}

#[test]
fn answers_mean_what_the_provider_means() {
    let rename = json!({"id": "1", "operations": [{"op": "replace", "path": "displayName", "value": "a"}]});
    let create = json!({"payload": {"userName": "ada"}});
    let conditional = json!({"id": "1", "ifMatch": "\"1\"", "operations": rename["operations"]});
    let missing = r#"{"detail":"REQUIRED_FIELD_MISSING:user_must_have_one_entitlement;","status":409}"#;
    let rows = [
        ("412 without a condition", "patchUser", &rename, answer(412, r#"{"status":412}"#), Kind::InvalidInput),
        ("412 to a condition", "patchUser", &conditional, answer(412, r#"{"status":412}"#), Kind::Precondition),
        ("409 for a missing field", "createUser", &create, answer(409, missing), Kind::InvalidInput),
        ("409", "createUser", &create, answer(409, r#"{"detail":"there already"}"#), Kind::Conflict),
        ("403", "createUser", &create, answer(403, ""), Kind::Permission),
        (
            "403 at the limit",
            "createUser",
            &create,
            with_header(answer(403, ""), "retry-after", "900"),
            Kind::Throttled,
        ),
    ];
    for (name, operation, input, outcome, kind) in rows {
        let failure = Script::new([outcome]).call(&bearer(), operation, input).unwrap_err();
        assert_eq!((failure.kind, failure.transient), (kind, kind == Kind::Throttled), "{name}: {failure:?}");
    }
    let script = Script::new([answer(200, "{}"), answer(200, "{}")]);
    let changed = invoke(&script, &bearer().to_string(), "patchUser", rename.to_string(), None).unwrap();
    let deleted = script.call(&bearer(), "deleteUser", &json!({"id": "1"})).unwrap();
    assert_eq!((changed.output.to_json(), deleted.output.to_json()), (Value::Null, Value::Null));
    let script = Script::new([with_header(answer(202, ""), "location", "/v2/Users/7")]);
    let accepted = script.call(&bearer(), "createUser", &create).unwrap();
    assert_eq!((accepted.output.to_json().get("id"), accepted.warnings.len()), (None, 1));
}

#[test]
fn providers_live_where_their_profiles_say() {
    let expand = |value: Value| scim_connector::connection::Connection::from_json(&value).map(|it| it.to_json());
    let secret = json!({"type": "clientCredentials", "clientId": "a", "clientSecret": "b"});
    let token = json!({"type": "bearer", "token": "t"});
    let entra = expand(json!({"provider": "entra", "organization": "acme.example", "auth": secret})).unwrap();
    assert_eq!(entra["serviceUrl"], "https://graph.microsoft.com/rp/scim");
    assert_eq!(entra["auth"]["tokenUrl"], "https://login.microsoftonline.com/acme.example/oauth2/v2.0/token");
    assert_eq!(
        (&entra["auth"]["scopes"], &entra["profile"]),
        (&json!(["https://graph.microsoft.com/.default"]), &json!("entra"))
    );
    let slack = expand(json!({"provider": "slack", "auth": token})).unwrap();
    assert_eq!(slack["serviceUrl"], "https://api.slack.com/scim/v2");
    let rows = [
        (json!({"provider": "github", "auth": token}), "/organization"),
        (json!({"provider": "okta", "organization": "a", "auth": token}), "/provider"),
        (json!({"serviceUrl": "https://x", "organization": "a", "auth": token}), "/organization"),
        (json!({"provider": "slack", "auth": secret}), "/auth/tokenUrl"),
        (json!({"provider": "salesforce", "organization": "a/b", "auth": token}), "/serviceUrl"),
    ];
    for (connection, pointer) in rows {
        let failure = expand(connection.clone()).unwrap_err();
        assert_eq!((failure.kind, failure.pointer.as_deref()), (Kind::Configuration, Some(pointer)), "{connection}");
    }
}

#[test]
fn what_the_provider_said_of_itself_counts_for_later_queries() {
    let mut connection = bearer();
    connection["serviceUrl"] = json!("https://kept.example/v2");
    let document = r#"{"sort":{"supported":false},"pagination":{"cursor":true,"index":false}}"#;
    let script = Script::new([answer(200, document), answer(200, EMPTY)]);
    invoke(&script, &connection.to_string(), "getServiceProviderConfig", "{}", None).unwrap();
    let failure = invoke(&script, &connection.to_string(), "listUsers", r#"{"sortBy":"userName"}"#, None).unwrap_err();
    assert_eq!((failure.kind, failure.pointer.as_deref()), (Kind::Unsupported, Some("/sortBy")));
    assert!(failure.detail.contains("so says its ServiceProviderConfig"), "{}", failure.detail);
    script.call(&connection, "listUsers", &json!({})).unwrap();
    assert_eq!(script.lines()[1], "GET https://kept.example/v2/Users?cursor=");
}
