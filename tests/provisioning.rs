//! Operations that lead to a state, against a provider in memory that fails at random, and against scripts: what is sent, how often,
//! and what is there in the end.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "script/mod.rs"]
mod script;

use proptest::prelude::*;
use scim_connector::catalog::invoke::invoke;
use scim_connector::failure::{Failure, Kind};
use scim_connector::http::platform::{Bounds, Platform, Reason, TransportError};
use scim_connector::http::{Method, Request, Response};
use scim_connector::operations::output::{Answer, Json};
use scim_connector::scim::filter::Filter;
use scim_connector::scim::patch::{AttributeTable, OPS, Operation, apply};
use scim_connector::scim::resource::{Data, Resource};
use script::{Outcome, Script, answer, bearer, lost, methods, sent, with, with_header};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};

/// What happens to a request besides what it asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    /// It is carried out, and the answer is lost.
    LostAfter,
    /// It is lost before it is carried out, and nobody can tell.
    LostBefore,
    /// It is carried out and answered with 500.
    ErrorAfter,
    /// It is answered with 500.
    ErrorBefore,
    /// It is turned away.
    Throttled,
    /// Somebody else changes the resource just before.
    Raced,
    /// It is carried out and answered without a body.
    NoBody,
    /// It is carried out and answered with a page that is no SCIM.
    Html,
    /// The connection is refused.
    Refused,
    /// The answer does not come in time, and it is carried out only after a further request or two.
    Late,
}

/// A provider in memory: unique userName whatever its case, versions, and faults in their order.
#[derive(Default)]
struct Provider {
    resources: RefCell<BTreeMap<String, Resource>>,
    faults: RefCell<VecDeque<Fault>>,
    next: Cell<u64>,
    clock: Cell<u64>,
    /// Filters tell the case of userName apart.
    exact_filters: bool,
    /// Filters are ignored.
    no_filters: bool,
    /// PATCH is answered with 501.
    no_patch: bool,
    /// Gives versions and keeps to If-Match.
    versions: bool,
    /// Two users may have the same userName.
    twice: bool,
    /// What is carried out late, and after how many requests.
    late: RefCell<Vec<(u8, Request)>>,
    writes: RefCell<Vec<String>>,
}

impl Provider {
    fn with(resources: &[Value], versions: bool) -> Provider {
        let provider = Provider { clock: Cell::new(1_700_000_000_000), versions, ..Provider::default() };
        resources.iter().for_each(|it| {
            provider.store(it.as_object().unwrap().into());
        });
        provider
    }

    fn store(&self, mut resource: Resource) -> Resource {
        self.next.set(self.next.get() + 1);
        let id = resource.text("id").unwrap_or_else(|| self.next.get().to_string());
        resource.insert("id", json!(id));
        resource.remove("password");
        resource.remove("schemas");
        if self.versions {
            resource.insert("meta", json!({"version": format!("W/\"{}\"", self.next.get())}));
        }
        self.resources.borrow_mut().insert(id, resource.clone());
        resource
    }

    fn call(&self, operation: &str, input: &Value) -> Result<Answer<Json>, Box<Failure>> {
        invoke(self, &bearer().to_string(), operation, input.to_string(), None)
    }

    fn all(&self) -> Vec<Resource> {
        self.resources.borrow().values().cloned().collect()
    }

    fn carry_out(&self, request: &Request) -> Response {
        let segments: Vec<&str> = request.url.path_segments().unwrap().collect();
        let id = segments.get(2).copied();
        let body = || -> Resource { serde_json::from_slice(request.body.as_deref().unwrap()).unwrap() };
        let found = id.and_then(|id| self.resources.borrow().get(id).cloned());
        if id.is_some() && found.is_none() {
            return response(404, &json!({}));
        }
        let condition = request.headers.iter().find(|it| it.0 == "If-Match").map(|it| it.1.clone());
        if let (Some(condition), Some(found)) = (&condition, &found)
            && found.get("meta").and_then(|meta| meta.as_object()?.text("version")).as_ref() != Some(condition)
        {
            return response(412, &json!({}));
        }
        let known = if segments[1] == "Users" { AttributeTable::USER } else { AttributeTable::GROUP };
        let taken = |resource: &Resource, id: Option<&str>| {
            let name = |it: &Resource| it.text("userName").map(|name| name.to_lowercase());
            !self.twice
                && name(resource).is_some()
                && self.all().iter().any(|it| it.text("id").as_deref() != id && name(it) == name(resource))
        };
        match request.method {
            Method::Get if id.is_some() => response(200, &json!(found)),
            Method::Get => {
                let query: BTreeMap<_, _> = request.url.query_pairs().into_owned().collect();
                let filter = query.get("filter").filter(|_| !self.no_filters).map(|it| it.parse::<Filter>().unwrap());
                let number = |name: &str, or| query.get(name).map_or(or, |it| it.parse::<usize>().unwrap());
                let exact = self.exact_filters;
                let hits: Vec<Resource> = self
                    .all()
                    .into_iter()
                    .filter(|it| {
                        filter.as_ref().is_none_or(|f| f.matches(it, &|path| exact || path.name == "externalId"))
                    })
                    .collect();
                let page: Vec<&Resource> =
                    hits.iter().skip(number("startIndex", 1) - 1).take(number("count", 5).min(5)).collect();
                response(200, &json!({"totalResults": hits.len(), "Resources": page}))
            }
            Method::Post => {
                let resource = body();
                if taken(&resource, None) {
                    return response(409, &json!({"scimType": "uniqueness"}));
                }
                response(201, &json!(self.store(resource)))
            }
            Method::Put => {
                let mut resource = body();
                resource.insert("id", json!(id));
                response(200, &json!(self.store(resource)))
            }
            Method::Patch if self.no_patch => response(501, &json!({})),
            Method::Patch => {
                let mut resource = found.unwrap();
                let operations: Vec<Operation> =
                    body().get("Operations").and_then(Data::as_list).unwrap().iter().map(operation).collect();
                apply(&mut resource, &operations, &known, "").unwrap();
                if taken(&resource, id) {
                    return response(409, &json!({"scimType": "uniqueness"}));
                }
                response(200, &json!(self.store(resource)))
            }
            Method::Delete => panic!("nothing here deletes"),
        }
    }

    /// Somebody else's change.
    fn race(&self) {
        let first = self.resources.borrow().values().next().cloned();
        if let Some(mut first) = first {
            first.insert("nickName", format!("raced {}", self.next.get()));
            self.store(first);
        }
    }
}

fn operation(item: &Data) -> Operation {
    let item = item.as_object().unwrap();
    let op = OPS.iter().find(|row| item.text("op").as_deref() == Some(row.0)).unwrap().1;
    Operation { op, path: item.text("path"), value: item.get("value").cloned() }
}

fn response(status: u16, body: &Value) -> Response {
    Response { status, headers: Vec::new(), body: body.to_string().into_bytes() }
}

impl Platform for Provider {
    fn send(&self, request: &Request, _: &Bounds) -> Outcome {
        self.clock.set(self.clock.get() + 10);
        let fault = self.faults.borrow_mut().pop_front().unwrap_or(Fault::None);
        let (due, later): (Vec<_>, Vec<_>) = self.late.take().into_iter().partition(|(requests, _)| *requests == 0);
        self.late.replace(later.into_iter().map(|(requests, request)| (requests - 1, request)).collect());
        due.iter().for_each(|(_, request)| drop(self.carry_out(request)));
        let gone = |maybe_sent| {
            Err(TransportError { reason: Reason::Closed, maybe_sent, detail: "fault".into(), headers: Vec::new() })
        };
        match fault {
            Fault::LostBefore => return gone(true),
            Fault::Refused => return gone(false),
            Fault::ErrorBefore => return answer(500, ""),
            Fault::Throttled => return answer(429, ""),
            Fault::Raced => self.race(),
            Fault::Late => {
                if request.method != Method::Get {
                    // A look for who was created may take two requests, and does not see it yet.
                    let requests = if request.method == Method::Post { 2 } else { 1 };
                    self.late.borrow_mut().push((requests, request.clone()));
                }
                return lost(Reason::Timeout, true);
            }
            _ => {}
        }
        if request.method != Method::Get {
            self.writes.borrow_mut().push(format!("{} {}", request.method.as_str(), request.url.path()));
        }
        let response = self.carry_out(request);
        match fault {
            Fault::LostAfter => gone(true),
            Fault::ErrorAfter => answer(500, ""),
            Fault::NoBody if response.is_success() && request.method != Method::Get => answer(204, ""),
            Fault::Html if response.is_success() => answer(200, "<html>"),
            _ => Ok(response),
        }
    }

    script::calm!();
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        4 => Just(Fault::None),
        1 => Just(Fault::LostAfter),
        1 => Just(Fault::LostBefore),
        1 => Just(Fault::ErrorAfter),
        1 => Just(Fault::ErrorBefore),
        1 => Just(Fault::Throttled),
        1 => Just(Fault::Raced),
        1 => Just(Fault::NoBody),
        1 => Just(Fault::Html),
        1 => Just(Fault::Refused),
        1 => Just(Fault::Late),
    ]
}

fn wanted() -> Value {
    json!({"externalId": "e-1", "userName": "Ada@example.com", "name": {"givenName": "Ada"}, "active": true,
        "emails": [{"value": "ada@example.com", "type": "work"}, {"value": "ada@home.example", "type": "home"}], "password": "hunter22"})
}

/// What there may be before: nothing, others, the user in several states.
fn before() -> Vec<Vec<Value>> {
    let others: Vec<Value> =
        (0..12).map(|n| json!({"userName": format!("other{n}"), "externalId": format!("o-{n}")})).collect();
    let with = |user: Value| others.iter().cloned().chain([user]).collect();
    vec![
        Vec::new(),
        others.clone(),
        with(json!({"userName": "ada@EXAMPLE.com"})),
        with(
            json!({"userName": "old", "externalId": "e-1", "active": false, "emails": [{"value": "ada@example.com", "type": "work"}]}),
        ),
        with(
            json!({"userName": "ada@example.com", "externalId": "e-1", "nickName": "keep", "name": {"givenName": "A", "familyName": "L"}}),
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever happens on the way: repeated until it succeeds, ensure leaves exactly one resource, and it is right. It fails
    /// only with what may be repeated, apart from answers that are no SCIM.
    #[test]
    fn ensure_neither_duplicates_nor_misses(
        faults in prop::collection::vec(fault(), 0..24),
        start in prop::sample::select(before()),
        exact_filters: bool,
        no_filters: bool,
        no_patch: bool,
        versions: bool,
        twice: bool,
    ) {
        // Who tells case apart when searching and lets names be there twice cannot be helped.
        let twice = twice && !exact_filters;
        let provider = Provider { exact_filters, no_filters, no_patch, twice, ..Provider::with(&start, versions) };
        provider.faults.borrow_mut().extend(faults);
        let mut calls = 0;
        let answer = loop {
            calls += 1;
            prop_assert!(calls < 30, "it does not come to an end");
            match provider.call("ensureUser", &json!({"payload": wanted()})) {
                Ok(answer) => break answer,
                Err(failure) => prop_assert!(
                    failure.transient || matches!(failure.kind, Kind::Protocol | Kind::Precondition),
                    "{failure:?}"
                ),
            }
        };
        let found: Vec<Resource> = provider
            .all()
            .into_iter()
            .filter(|it| it.text("userName").is_some_and(|name| name.eq_ignore_ascii_case("ada@example.com")))
            .collect();
        prop_assert_eq!(found.len(), 1, "{:?}", found);
        let expected = start.len().max(if start.last().is_some_and(|it| it["userName"].as_str().is_some_and(|name| !name.starts_with("other"))) { 0 } else { start.len() + 1 });
        prop_assert_eq!(provider.all().len(), expected, "others are left alone");
        let user = json!(found[0]);
        prop_assert_eq!(&user["externalId"], "e-1");
        prop_assert_eq!(&user["active"], true);
        prop_assert_eq!(&user["name"]["givenName"], "Ada");
        prop_assert_eq!(user["emails"].as_array().unwrap().len(), 2, "no value twice: {}", user);
        prop_assert_eq!(&answer.output.to_json()["user"]["id"], &user["id"]);

        // Once more: nothing is sent but reads.
        provider.faults.borrow_mut().clear();
        provider.writes.borrow_mut().clear();
        let again = provider.call("ensureUser", &json!({"payload": wanted()})).unwrap();
        prop_assert_eq!(&again.output.to_json()["outcome"], "unchanged");
        prop_assert!(provider.writes.borrow().is_empty());
    }

    /// Groups have no unique name: a lost creation must be found by looking.
    #[test]
    fn groups_and_their_members_come_out_right(faults in prop::collection::vec(fault(), 0..24), there: bool, no_patch: bool) {
        let group = json!({"displayName": "Eng", "members": [{"value": "a"}, {"value": "x"}]});
        let provider = Provider { no_patch, ..Provider::with(if there { std::slice::from_ref(&group) } else { &[] }, true) };
        provider.faults.borrow_mut().extend(faults);
        let input = json!({"payload": {"displayName": "Eng", "externalId": "g", "members": [{"value": "a"}, {"value": "b", "type": "User"}, {"value": "a"}]}});
        let mut calls = 0;
        while let Err(failure) = provider.call("ensureGroup", &input) {
            calls += 1;
            prop_assert!(calls < 30 && (failure.transient || matches!(failure.kind, Kind::Protocol | Kind::Precondition)), "{failure:?}");
        }
        let groups = provider.all();
        prop_assert_eq!(groups.len(), 1);
        let group = json!(groups[0]);
        let mut members: Vec<&str> = group["members"].as_array().unwrap().iter().map(|it| it["value"].as_str().unwrap()).collect();
        members.sort_unstable();
        prop_assert_eq!(members, ["a", "b"]);
        prop_assert_eq!(&group["externalId"], "g");
    }
}

/// The provider creates it after it was looked for in vain: the call ends there, and the next one finds it.
#[test]
fn what_is_created_late_is_not_created_twice() {
    for (operation, payload) in [
        ("ensureUser", json!({"userName": "ada", "externalId": "e"})),
        ("ensureGroup", json!({"displayName": "Eng", "externalId": "e"})),
    ] {
        let provider = Provider { twice: true, ..Provider::with(&[], false) };
        provider.faults.borrow_mut().extend([Fault::None, Fault::None, Fault::Late]);
        let input = json!({"payload": payload});
        let failure = provider.call(operation, &input).unwrap_err();
        assert_eq!((failure.kind, failure.transient, failure.maybe_applied), (Kind::Timeout, true, true), "{failure}");
        assert_eq!(provider.all().len(), 0);
        let answer = provider.call(operation, &input).unwrap();
        assert_eq!(
            (&answer.output.to_json()["outcome"], provider.all().len()),
            (&json!("unchanged"), 1),
            "{operation}"
        );
    }
}

#[test]
fn read_modify_write_changes_the_version_it_read() {
    let user = |version: &str| {
        with_header(answer(200, r#"{"id":"1","userName":"ada","title":"x","meta":{"version":"old"}}"#), "ETag", version)
    };
    let update = json!({"id": "1", "payload": {"userName": "ada", "active": true}, "readModifyWrite": true});
    let script = Script::new([user("W/\"1\""), answer(412, ""), user("W/\"2\""), answer(200, r#"{"id":"1"}"#)]);
    script.call(&bearer(), "updateUser", &update).unwrap();
    assert_eq!(methods(&script), ["GET", "PUT", "GET", "PUT"]);
    assert_eq!(
        (script.header(1, "if-match").as_deref(), script.header(3, "if-match").as_deref()),
        (Some("W/\"1\""), Some("W/\"2\""))
    );
    assert_eq!(sent(&script, 3)["title"], "x", "what is left out stays");
    assert_eq!(sent(&script, 3).get("meta"), None);

    let script = Script::new((1..=3).flat_map(|round| [user(&format!("\"{round}\"")), answer(412, "")]));
    assert_eq!(script.call(&bearer(), "updateUser", &update).unwrap_err().kind, Kind::Precondition);
    // A version that is refused and is still there is worth nothing.
    let script = Script::new([user("\"1\""), answer(412, ""), user("\"1\""), answer(200, r#"{"id":"1"}"#)]);
    let changed = script.call(&bearer(), "updateUser", &update).unwrap();
    assert_eq!((script.header(1, "if-match").as_deref(), script.header(3, "if-match")), (Some("\"1\""), None));
    assert!(changed.warnings[0].contains("overrides.etag"), "{:?}", changed.warnings);

    let patch =
        json!({"id": "1", "operations": [{"op": "replace", "path": "title", "value": "y"}], "readModifyWrite": true});
    let script = Script::new([answer(200, r#"{"id":"1","meta":{"version":"W/\"7\""}}"#), answer(204, "")]);
    script.call(&bearer(), "patchUser", &patch).unwrap();
    assert_eq!(script.header(1, "if-match").as_deref(), Some("W/\"7\""), "the version of meta");
    let script = Script::new([answer(200, r#"{"id":"1"}"#), answer(204, "")]);
    let without = script.call(&bearer(), "patchUser", &patch).unwrap();
    assert_eq!((script.header(1, "if-match"), without.warnings.len()), (None, 1));

    // Our own first attempt may be what changed the version: an addition is not made twice.
    let add = json!({"id": "1", "operations": [{"op": "add", "path": "emails", "value": [{"value": "x"}]}], "readModifyWrite": true});
    let script = Script::new([user("\"1\""), lost(Reason::Closed, true), answer(412, "")]);
    let failure = script.call(&with(json!({"etag": {"supported": true}})), "patchUser", &add).unwrap_err();
    assert_eq!((failure.kind, failure.maybe_applied, failure.transient), (Kind::Precondition, true, false));
}

#[test]
fn put_stands_in_for_patch_and_patch_for_put() {
    let user = || answer(200, r#"{"id":"1","userName":"ada","title":"x"}"#);
    let patch = json!({"id": "1", "operations": [{"op": "replace", "path": "title", "value": "y"}]});
    let script = Script::new([user(), answer(200, "{}")]);
    script.call(&with(json!({"patch": {"supported": false}})), "patchUser", &patch).unwrap();
    assert_eq!(methods(&script), ["GET", "PUT"]);
    assert_eq!((&sent(&script, 1)["title"], &sent(&script, 1)["userName"]), (&json!("y"), &json!("ada")));
    for status in [405, 501] {
        let script = Script::new([answer(status, ""), user(), answer(200, "{}")]);
        script.call(&bearer(), "patchUser", &patch).unwrap();
        assert_eq!(methods(&script), ["PATCH", "GET", "PUT"]);
    }
    let script = Script::new([user(), answer(204, "")]);
    let update = json!({"id": "1", "payload": {"userName": "ada", "title": "y"}});
    let answered = script.call(&with(json!({"put": false})), "updateUser", &update).unwrap();
    assert_eq!((methods(&script), answered.warnings.len()), (vec!["GET", "PATCH"], 1));
    assert_eq!(sent(&script, 1)["Operations"], json!([{"op": "replace", "path": "title", "value": "y"}]));
    let failure = Script::new([]).call(&with(json!({"patchAttributes": ["active"]})), "patchUser", &patch).unwrap_err();
    assert_eq!((failure.kind, failure.pointer.as_deref()), (Kind::Unsupported, Some("/operations/0/path")));
}

#[test]
fn activation_is_one_request() {
    let id = json!({"id": "1"});
    let script = Script::new([lost(Reason::Closed, true), answer(204, "")]);
    script.call(&bearer(), "deactivateUser", &id).unwrap();
    assert_eq!(methods(&script), ["PATCH", "PATCH"], "it may be repeated");
    assert_eq!(sent(&script, 0)["Operations"], json!([{"op": "replace", "path": "active", "value": false}]));
    let script = Script::new([
        answer(200, r#"{"id":"1","userName":"ada","active":"false","meta":{"version":"v"}}"#),
        answer(204, ""),
    ]);
    script.call(&with(json!({"updateWith": "put"})), "activateUser", &id).unwrap();
    assert_eq!((methods(&script), sent(&script, 1)["active"].clone()), (vec!["GET", "PUT"], json!(true)));
    assert_eq!(script.header(1, "if-match").as_deref(), Some("v"));
    let failure = Script::new((0..3).map(|_| answer(502, ""))).call(&bearer(), "activateUser", &id).unwrap_err();
    assert_eq!((failure.transient, failure.maybe_applied), (true, true));
    let script = Script::new([answer(204, "")]);
    let deleted = script.call(&with(json!({"deleteDeactivates": true})), "deleteUser", &id).unwrap();
    assert_eq!(deleted.warnings.len(), 1);
}

#[test]
fn members_go_in_the_providers_style() {
    let input = json!({"id": "1", "members": [{"value": "a", "type": "User", "display": "A"}, "b\"", "a"]});
    let added = json!([{"value": "a", "type": "User", "display": "A"}, {"value": "b\""}]);
    let removed = json!([{"value": "a"}, {"value": "b\""}]);
    let by_path = json!([{"op": "remove", "path": "members[value eq \"a\"]"}, {"op": "remove", "path": "members[value eq \"b\\\"\"]"}]);
    let rows = [
        ("path", json!([{"op": "add", "path": "members", "value": added}]), by_path.clone()),
        ("pathless", json!([{"op": "add", "value": {"members": added}}]), by_path),
        (
            "list",
            json!([{"op": "add", "path": "members", "value": added}]),
            json!([{"op": "remove", "path": "members", "value": removed}]),
        ),
        (
            "nested",
            json!([{"op": "add", "path": "members", "value": {"members": added}}]),
            json!([{"op": "remove", "path": "members", "value": {"members": removed}}]),
        ),
    ];
    for (style, add, remove) in rows {
        let connection = with(json!({"memberStyle": style}));
        for (operation, expected, counts) in [
            ("addGroupMembers", add, json!({"added": 2, "removed": 0, "unchanged": null, "verified": false})),
            ("removeGroupMembers", remove, json!({"added": 0, "removed": 2, "unchanged": null, "verified": false})),
        ] {
            let script = Script::new([answer(204, "")]);
            let answer = script.call(&connection, operation, &input).unwrap();
            assert_eq!(
                (&sent(&script, 0)["Operations"], answer.output.to_json()),
                (&expected, counts),
                "{style} {operation}"
            );
        }
    }
    let failure = Script::new([])
        .call(&bearer(), "addGroupMembers", &json!({"id": "1", "members": [{"value": ""}]}))
        .unwrap_err();
    assert_eq!((failure.kind, failure.pointer.as_deref()), (Kind::InvalidInput, Some("/members/0/value")));
}

#[test]
fn members_go_in_portions_and_without_reading() {
    let ids: Vec<String> = (0..100_000).map(|n| n.to_string()).collect();
    let script = Script::new((0..100).map(|_| answer(204, "")));
    let answer = script.call(&bearer(), "addGroupMembers", &json!({"id": "1", "members": ids})).unwrap();
    assert_eq!((answer.requests, &answer.output.to_json()["added"]), (100, &json!(100_000)));

    let (one, three) = (with(json!({"membersPerRequest": 1})), json!({"id": "1", "members": ["a", "b", "c"]}));
    let script = Script::new([self::answer(204, "")].into_iter().chain((0..3).map(|_| self::answer(503, ""))));
    let failure = script.call(&one, "addGroupMembers", &three).unwrap_err();
    assert_eq!((failure.transient, failure.maybe_applied), (true, true));
    assert!(failure.detail.starts_with("1 of 3 changes of members were made; then "), "{failure}");

    // Refused since one of them is not there: read once, go on with the others.
    let group = || self::answer(200, r#"{"id":"1","members":[{"value":"a"},{"value":"c"}]}"#);
    let script = Script::new([self::answer(400, r#"{"scimType":"noTarget"}"#), group(), self::answer(204, "")]);
    let answer = script.call(&bearer(), "removeGroupMembers", &three).unwrap();
    assert_eq!(answer.output.to_json(), json!({"added": 0, "removed": 2, "unchanged": 1, "verified": false}));
    // Refused for another reason.
    let script = Script::new([self::answer(400, ""), self::answer(200, r#"{"id":"1"}"#)]);
    assert_eq!(script.call(&bearer(), "addGroupMembers", &three).unwrap_err().kind, Kind::InvalidInput);
    // Members that are not shown: one by one.
    let hidden = with(json!({"membersReturned": false}));
    let script = Script::new([
        self::answer(404, ""),
        self::answer(204, ""),
        self::answer(404, ""),
        self::answer(200, "{}"),
        self::answer(204, ""),
    ]);
    let answer = script.call(&hidden, "removeGroupMembers", &three).unwrap();
    assert_eq!(answer.output.to_json(), json!({"added": 0, "removed": 2, "unchanged": 1, "verified": false}));
}

#[test]
fn members_are_set_by_difference() {
    let group = |members: Value| answer(200, json!({"id": "1", "displayName": "g", "members": members}).to_string());
    let wanted = json!({"id": "1", "members": ["a", "b"]});
    let script = Script::new([group(json!([{"value": "b"}, {"value": "c"}])), answer(204, ""), answer(204, "")]);
    let changed = script.call(&bearer(), "setGroupMembers", &wanted).unwrap();
    assert_eq!(changed.output.to_json(), json!({"added": 1, "removed": 1, "unchanged": 1, "verified": false}));
    assert_eq!(script.lines()[0], "GET https://scim.example/v2/Groups/1?attributes=members");
    let script = Script::new([group(json!(["a", "b"]))]);
    assert_eq!(script.call(&bearer(), "setGroupMembers", &wanted).unwrap().requests, 1);
    // A provider that shows no members is found out.
    let script = Script::new([group(json!([])), answer(204, ""), group(json!([]))]);
    let failure = script.call(&bearer(), "setGroupMembers", &wanted).unwrap_err();
    assert!(failure.detail.contains("overrides.membersReturned") && failure.maybe_applied, "{failure}");
    let script = Script::new([answer(204, "")]);
    script.call(&with(json!({"membersReturned": false})), "setGroupMembers", &wanted).unwrap();
    assert_eq!(sent(&script, 0)["Operations"][0]["op"], "replace");
    let few = with(json!({"membersReturned": false, "membersPerRequest": 1}));
    assert_eq!(Script::new([]).call(&few, "setGroupMembers", &wanted).unwrap_err().kind, Kind::Unsupported);
    // By PUT.
    let script = Script::new([
        group(json!([{"value": "b"}, {"value": "c"}])),
        group(json!([{"value": "b"}, {"value": "c"}])),
        answer(200, "{}"),
    ]);
    script.call(&with(json!({"patch": {"supported": false}})), "setGroupMembers", &wanted).unwrap();
    assert_eq!(sent(&script, 2)["members"], json!([{"value": "b"}, {"value": "a"}]));
    assert_eq!(sent(&script, 2)["displayName"], "g");
}
