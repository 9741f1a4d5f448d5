//! The life of a user on every provider: one list of steps, one column for each provider and way to sign in. The typed
//! functions and `invoke` go through the same life. It prints which operations passed where.

use crate::harness::{self, Server, block_on, invoke};
use scim_connector_host::types::{
    EnterpriseUser, MultiValued, Name, Options, PatchOp, PatchOperation, Query, ScimType, User, View,
};
use scim_connector_host::{Client, Error, Outcome};
use scim_connector_sandbox as sandbox;
use serde_json::{Value, json};
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";

/// A provider as one column of the table.
struct Column {
    name: &'static str,
    connection: Value,
    /// Whether a PATCH is answered with the user, or with 204.
    patch_answers: bool,
}

/// One user's way through one column.
struct Life {
    client: Client,
    /// Part of every userName, so that columns on one server do not meet.
    tag: String,
    patch_answers: bool,
    id: String,
    typed_id: String,
}

type Step = fn(&mut Life);

const STEPS: [(&str, Step); 24] = [
    ("testConnection", test_connection),
    ("getServiceProviderConfig", service_provider_config),
    ("createUser", create),
    ("createUser, taken", create_taken),
    ("getUser", get),
    ("getUser, unknown id", get_unknown),
    ("listUsers, filter", list_filtered),
    ("listUsers, 5 users by 2", list_paged),
    ("searchUsers", search),
    ("updateUser", update),
    ("patchUser", patch),
    ("patchUser, readBack", patch_read_back),
    ("deleteUser", delete),
    ("deleteUser, again", delete_again),
    ("deleteUser, goneIsDone", delete_gone_is_done),
    ("create-user (typed)", typed_create),
    ("create-user, taken (typed)", typed_create_taken),
    ("get-user (typed)", typed_get),
    ("list-users by 2 (typed)", typed_list),
    ("search-users (typed)", typed_search),
    ("update-user (typed)", typed_update),
    ("patch-user (typed)", typed_patch),
    ("delete-user (typed)", typed_delete),
    ("service-provider-config (typed)", typed_service_provider_config),
];

#[test]
fn the_life_of_a_user_on_every_server() {
    let scimmy = Server::scimmy();
    let guard = Server::shared_guard();
    let (sandbox, sandbox_connection) = harness::sandbox(sandbox::Options::default());
    let bearer = json!({"type": "bearer", "token": scimmy.ready["bearer"]});
    let post = json!({"method": "post", "clientId": guard.ready["clients"]["post"]["clientId"],
        "clientSecret": guard.ready["clients"]["post"]["clientSecret"]});
    let columns = [
        Column { name: "sandbox", connection: sandbox_connection, patch_answers: true },
        Column {
            name: "scimmy",
            connection: json!({"serviceUrl": scimmy.service_url(), "auth": bearer}),
            patch_answers: true,
        },
        Column { name: "scim2 basic", connection: guard.connection(json!({})), patch_answers: false },
        Column { name: "scim2 post", connection: guard.connection(post), patch_answers: false },
        Column { name: "scim2 ES256", connection: guard.connection_jwt("ES256"), patch_answers: false },
        Column { name: "scim2 RS256", connection: guard.connection_jwt("RS256"), patch_answers: false },
    ];
    let results: Vec<Vec<Result<(), String>>> = std::thread::scope(|scope| {
        let columns: Vec<_> = columns.iter().map(|column| scope.spawn(move || live(column))).collect();
        columns.into_iter().map(|column| column.join().expect("every step is caught")).collect()
    });
    block_on(sandbox.stop());

    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    let failures = print(&names, &results);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn live(column: &Column) -> Vec<Result<(), String>> {
    let client = harness::client(&column.connection);
    let tag = column.name.to_lowercase().replace(' ', "-");
    let patch_answers = column.patch_answers;
    let mut life = Life { client, tag, patch_answers, id: String::new(), typed_id: String::new() };
    let run = |(_, step): &(&str, Step)| {
        catch_unwind(AssertUnwindSafe(|| step(&mut life))).map_err(|panic| match panic.downcast::<String>() {
            Ok(text) => *text,
            Err(other) => other.downcast::<&str>().map_or_else(|_| "panicked".into(), |text| (*text).to_owned()),
        })
    };
    STEPS.iter().map(run).collect()
}

/// Prints the table on stdout, past the capture of the test runner, and gives the failures.
fn print(names: &[&str], results: &[Vec<Result<(), String>>]) -> Vec<String> {
    let mut failures = Vec::new();
    let mut text = format!("\n{:33}", "operation");
    names.iter().for_each(|name| text.push_str(&format!("{name:13}")));
    for (row, (step, _)) in STEPS.iter().enumerate() {
        text.push_str(&format!("\n{step:33}"));
        for (name, column) in names.iter().zip(results) {
            let mark = match &column[row] {
                Ok(()) => "pass",
                Err(reason) => {
                    failures.push(format!("{step} on {name}: {reason}"));
                    "FAIL"
                }
            };
            text.push_str(&format!("{mark:13}"));
        }
    }
    text.push('\n');
    failures.iter().for_each(|failure| text.push_str(&format!("{failure}\n")));
    std::io::stdout().write_all(text.as_bytes()).expect("stdout takes the table");
    failures
}

impl Life {
    fn call(&self, operation: &str, input: Value) -> Outcome {
        invoke(&self.client, operation, input).unwrap_or_else(|error| panic!("{}", error.to_json()))
    }

    /// Calls what must fail for good: kind and status of the failure.
    fn refused(&self, operation: &str, input: Value) -> Value {
        let error = match invoke(&self.client, operation, input) {
            Ok(outcome) => panic!("{operation} gave {}", outcome.output),
            Err(error) => error,
        };
        assert_eq!(error.exit_code(), 1, "{error:?}");
        error.to_json()
    }

    fn name(&self, what: &str) -> String {
        format!("{}-{what}@example.com", self.tag)
    }

    fn payload(&self) -> Value {
        json!({
            "userName": self.name("ada"), "externalId": "e-1", "displayName": "Ada", "active": true,
            "name": {"givenName": "Ada", "familyName": "O'Neill \"the first\" Ünal"},
            "emails": [{"value": "ada@example.com", "type": "work", "primary": true}],
            ENTERPRISE: {"department": "Engines"},
        })
    }
}

fn assert_member(object: &Value, name: &str, expected: &Value) {
    assert_eq!(object.get(name), Some(expected), "{name} of {object}");
}

fn assert_not_found(failure: &Value) {
    assert_eq!((&failure["kind"], &failure["status"]), (&json!("notFound"), &json!(404)), "{failure}");
}

fn test_connection(life: &mut Life) {
    let report = block_on(life.client.test()).expect("the test starts");
    let steps: Vec<String> = report.steps.iter().map(|step| format!("{} {:?}", step.name, step.status)).collect();
    let all = ["reachable", "authenticated", "capabilities", "users"].map(|name| format!("{name} StepStatus::Passed"));
    assert_eq!(steps, all, "{report:?}");
    assert!(report.ok && report.failure.is_none(), "{report:?}");
}

fn service_provider_config(life: &mut Life) {
    let output = life.call("getServiceProviderConfig", json!({})).output;
    for feature in ["patch", "filter"] {
        assert_member(&output[feature], "supported", &json!(true));
        assert_member(&output[feature], "source", &json!("discovered"));
    }
    for feature in ["bulk", "changePassword", "sort", "etag", "pagination"] {
        let source = output[feature]["source"].as_str().unwrap_or_default();
        assert!(["discovered", "assumed"].contains(&source), "{feature} of {output}");
    }
}

fn create(life: &mut Life) {
    let payload = life.payload();
    let outcome = life.call("createUser", json!({"payload": payload}));
    for name in ["userName", "externalId", "displayName", "active", "name", "emails", ENTERPRISE] {
        assert_member(&outcome.output, name, &payload[name]);
    }
    life.id = outcome.output["id"].as_str().expect("an id").to_owned();
    assert!(!life.id.is_empty() && outcome.warnings.is_empty(), "{outcome:?}");
}

fn create_taken(life: &mut Life) {
    let failure = life.refused("createUser", json!({"payload": life.payload()}));
    for (name, expected) in [("kind", json!("conflict")), ("status", json!(409)), ("scimType", json!("uniqueness"))] {
        assert_member(&failure, name, &expected);
    }
    assert_member(&failure, "maybeApplied", &json!(false));
}

fn get(life: &mut Life) {
    let user = life.call("getUser", json!({"id": life.id})).output;
    assert_member(&user, "id", &json!(life.id));
    assert_member(&user, "name", &life.payload()["name"]);
    let part = life.call("getUser", json!({"id": life.id, "attributes": ["userName"]})).output;
    assert_member(&part, "userName", &json!(life.name("ada")));
    assert_eq!(part.get("emails"), None, "only what was asked for: {part}");
}

fn get_unknown(life: &mut Life) {
    assert_not_found(&life.refused("getUser", json!({"id": UNKNOWN})));
    // It travels as one path segment.
    assert_not_found(&life.refused("getUser", json!({"id": "a/../b?c#d%"})));
}

fn list_filtered(life: &mut Life) {
    let page = life.call("listUsers", json!({"filter": format!("userName eq \"{}\"", life.name("ada"))})).output;
    assert_member(&page, "totalResults", &json!(1));
    assert_member(&page, "complete", &json!(true));
    assert_eq!(page["Resources"][0]["id"], json!(life.id), "{page}");
    let nobody = life.call("listUsers", json!({"filter": format!("userName eq \"{}\"", life.name("nobody"))})).output;
    assert_eq!((&nobody["Resources"], &nobody["complete"]), (&json!([]), &json!(true)), "{nobody}");
}

fn list_paged(life: &mut Life) {
    let names: Vec<String> = (1..=5).map(|number| life.name(&format!("page{number}"))).collect();
    for name in &names {
        life.call("createUser", json!({"payload": {"userName": name}}));
    }
    let prefix = format!("{}-page", life.tag);
    let mut input = json!({"filter": format!("userName sw \"{prefix}\""), "count": 2});
    let mut found = Vec::new();
    for page in 1.. {
        assert!(page <= 4, "more pages than 5 users have by 2");
        let outcome = life.call("listUsers", input.clone());
        let users = outcome.output["Resources"].as_array().expect("a list").clone();
        assert!(users.len() <= 2, "{}", outcome.output);
        found.extend(users.iter().map(|user| user["userName"].as_str().unwrap_or_default().to_owned()));
        assert_eq!(outcome.output.get("next").and_then(Value::as_str), outcome.next.as_deref());
        assert_member(&outcome.output, "complete", &json!(outcome.next.is_none()));
        let Some(next) = outcome.next else { break };
        input["page"] = json!(next);
    }
    found.sort();
    assert_eq!(found, names, "each exactly once");
}

fn search(life: &mut Life) {
    let query =
        json!({"filter": format!("userName eq \"{}\"", life.name("ada")), "attributes": ["userName"], "count": 5});
    let page = life.call("searchUsers", query).output;
    assert_eq!(page["Resources"][0]["userName"], json!(life.name("ada")), "{page}");
    assert_member(&page, "complete", &json!(true));
}

fn update(life: &mut Life) {
    let mut payload = life.call("getUser", json!({"id": life.id})).output;
    payload["displayName"] = json!("Ada the second");
    payload.as_object_mut().expect("a user").remove("externalId");
    let user = life.call("updateUser", json!({"id": life.id, "payload": payload, "readBack": true})).output;
    assert_member(&user, "displayName", &json!("Ada the second"));
    assert_member(&user, "id", &json!(life.id));
    assert_eq!(user.get("externalId").unwrap_or(&Value::Null), &Value::Null, "what is left out is removed: {user}");
    assert_not_found(&life.refused("updateUser", json!({"id": UNKNOWN, "payload": {"userName": life.name("none")}})));
}

fn patch(life: &mut Life) {
    let operations = json!([
        {"op": "replace", "path": "displayName", "value": "Ada the third"},
        {"op": "add", "path": "nickName", "value": "A"},
    ]);
    let output = life.call("patchUser", json!({"id": life.id, "operations": operations})).output;
    if life.patch_answers {
        assert_member(&output, "displayName", &json!("Ada the third"));
    } else {
        assert_eq!(output, Value::Null, "204 has no user");
    }
    let user = life.call("getUser", json!({"id": life.id})).output;
    assert_member(&user, "displayName", &json!("Ada the third"));
    assert_member(&user, "nickName", &json!("A"));
}

fn patch_read_back(life: &mut Life) {
    let operations = json!([{"op": "replace", "path": "active", "value": false}]);
    let input = json!({"id": life.id, "operations": operations, "readBack": true});
    assert_member(&life.call("patchUser", input).output, "active", &json!(false));
    assert_not_found(&life.refused("patchUser", json!({"id": UNKNOWN, "operations": operations})));
}

fn delete(life: &mut Life) {
    assert_eq!(life.call("deleteUser", json!({"id": life.id})).output, Value::Null);
    assert_not_found(&life.refused("getUser", json!({"id": life.id})));
}

fn delete_again(life: &mut Life) {
    assert_not_found(&life.refused("deleteUser", json!({"id": life.id})));
}

fn delete_gone_is_done(life: &mut Life) {
    assert_eq!(life.call("deleteUser", json!({"id": life.id, "goneIsDone": true})).output, Value::Null);
}

// ------------------------------------------------------------------------------------------------ typed functions

fn typed_user(name: String) -> User {
    let work = MultiValued {
        value: Some("grace@example.com".into()),
        display: None,
        type_: Some("work".into()),
        primary: Some(true),
        ref_: None,
        additional: None,
    };
    let full_name = Name {
        formatted: None,
        family_name: Some("Hopper".into()),
        given_name: Some("Grace".into()),
        middle_name: None,
        honorific_prefix: None,
        honorific_suffix: None,
        additional: None,
    };
    let enterprise = EnterpriseUser {
        employee_number: Some("701984".into()),
        cost_center: None,
        organization: None,
        division: None,
        department: Some("Compilers".into()),
        manager: None,
        additional: None,
    };
    User {
        user_name: Some(name),
        name: Some(full_name),
        emails: Some(vec![work]),
        enterprise: Some(enterprise),
        active: Some(true),
        ..empty_user()
    }
}

fn empty_user() -> User {
    User {
        id: None,
        external_id: None,
        meta: None,
        user_name: None,
        name: None,
        display_name: None,
        nick_name: None,
        profile_url: None,
        title: None,
        user_type: None,
        preferred_language: None,
        locale: None,
        timezone: None,
        active: None,
        password: None,
        emails: None,
        phone_numbers: None,
        ims: None,
        photos: None,
        addresses: None,
        groups: None,
        entitlements: None,
        roles: None,
        x509_certificates: None,
        enterprise: None,
        extensions: None,
        additional: None,
    }
}

fn expect_ok<T>(result: Result<T, Error>) -> T {
    result.unwrap_or_else(|error| panic!("{}", error.to_json()))
}

fn typed_create(life: &mut Life) {
    let wanted = typed_user(life.name("grace"));
    let user = expect_ok(block_on(life.client.create_user(&wanted, None, None)));
    assert_eq!((&user.user_name, &user.name, &user.emails), (&wanted.user_name, &wanted.name, &wanted.emails));
    assert_eq!((&user.enterprise, user.active), (&wanted.enterprise, Some(true)));
    assert!(user.meta.is_some(), "{user:?}");
    life.typed_id = user.id.expect("an id");
}

fn typed_create_taken(life: &mut Life) {
    let error =
        block_on(life.client.create_user(&typed_user(life.name("grace")), None, None)).expect_err("it is taken");
    let failure = error.failure().expect("a failure of the component");
    assert_eq!((failure.status, &failure.scim_type), (Some(409), &Some(ScimType::Uniqueness)), "{failure:?}");
    assert_eq!(error.class().kind, "conflict");
}

fn typed_get(life: &mut Life) {
    let view = View { attributes: Some(vec!["userName".into()]), excluded_attributes: None };
    let user = expect_ok(block_on(life.client.get_user(&life.typed_id, Some(&view), None)));
    assert_eq!((&user.id, &user.user_name), (&Some(life.typed_id.clone()), &Some(life.name("grace"))));
    assert_eq!(user.emails, None);
    let error = block_on(life.client.get_user(UNKNOWN, None, None)).expect_err("nobody has this id");
    assert_eq!(error.class().kind, "notFound");
}

fn query(filter: String) -> Query {
    Query {
        filter: Some(filter),
        attributes: None,
        excluded_attributes: None,
        sort_by: None,
        sort_order: None,
        start_index: None,
        count: None,
        cursor: None,
        page: None,
    }
}

fn typed_list(life: &mut Life) {
    let mut query = Query { count: Some(2), ..query(format!("userName sw \"{}-page\"", life.tag)) };
    let mut found = 0;
    for page in 1.. {
        assert!(page <= 4, "more pages than 5 users have by 2");
        let answer = expect_ok(block_on(life.client.list_users(Some(&query), None)));
        found += answer.resources.len();
        assert_eq!(answer.complete, answer.next.is_none());
        query.page = answer.next;
        if query.page.is_none() {
            break;
        }
    }
    assert_eq!(found, 5);
}

fn typed_search(life: &mut Life) {
    let query = query(format!("userName eq \"{}\"", life.name("grace")));
    let page = expect_ok(block_on(life.client.search_users(Some(&query), None)));
    assert_eq!(page.resources.first().and_then(|user| user.id.as_ref()), Some(&life.typed_id), "{page:?}");
}

fn typed_update(life: &mut Life) {
    let wanted = User { display_name: Some("Admiral".into()), ..typed_user(life.name("grace")) };
    let options = Options { read_back: Some(true), ..Options::default() };
    let user = expect_ok(block_on(life.client.update_user(&life.typed_id, &wanted, None, Some(&options))));
    assert_eq!(user.expect("the user").display_name.as_deref(), Some("Admiral"));
}

fn typed_patch(life: &mut Life) {
    let operation = PatchOperation { op: PatchOp::Replace, path: Some("active".into()), value: Some("false".into()) };
    let user =
        expect_ok(block_on(life.client.patch_user(&life.typed_id, std::slice::from_ref(&operation), None, None)));
    // scimmy answers 204 to a change that changes nothing, so the answer is looked at the first time only.
    assert_eq!(user.map(|user| user.active), life.patch_answers.then_some(Some(false)));
    let options = Options { read_back: Some(true), ..Options::default() };
    let user = expect_ok(block_on(life.client.patch_user(&life.typed_id, &[operation], None, Some(&options))));
    assert_eq!(user.expect("the user, read back").active, Some(false));
}

fn typed_delete(life: &mut Life) {
    expect_ok(block_on(life.client.delete_user(&life.typed_id, None)));
    let again = block_on(life.client.delete_user(&life.typed_id, None)).expect_err("it is gone");
    assert_eq!(again.class().kind, "notFound");
    let options = Options { gone_is_done: Some(true), ..Options::default() };
    expect_ok(block_on(life.client.delete_user(&life.typed_id, Some(&options))));
}

fn typed_service_provider_config(life: &mut Life) {
    let config = expect_ok(block_on(life.client.get_service_provider_config()));
    assert!(config.patch.supported && config.filter.supported, "{config:?}");
    assert!(format!("{:?}", config.patch.source).ends_with("Discovered"), "{config:?}");
    assert!(config.document.is_some());
}
