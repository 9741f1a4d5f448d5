//! What editors check files by: the published schemas are what the command prints, they take the examples of the documentation, and refuse
//! what is misspelt in them.

use crate::harness::{Workplace, block_on, client, invoke, sandbox};
use crate::support::root;
use jsonschema::{Validator, validator_for};
use scim_connector_flow::Document;
use scim_connector_host::Config;
use scim_connector_sandbox::Options;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// What `describe --schema` prints of a file, which docs/ has too.
fn published(of: &str) -> Value {
    let printed = Workplace::with_config("").run(&["describe", "--schema", of]);
    assert_eq!((printed.code, printed.stderr.as_str()), (0, ""), "{printed:?}");
    let name = format!("docs/{of}.schema.json");
    let there: Value = serde_json::from_str(&fs::read_to_string(root().join(&name)).unwrap()).unwrap();
    let hint = format!("{name} is out of date: `scim-connector describe --schema {of} > {name}`");
    assert!(there == printed.json(), "{hint}");
    there
}

fn errors(schema: &Validator, value: &Value) -> Vec<String> {
    schema.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The blocks of a language in README.md and docs/.
fn blocks(language: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let fence = format!("```{language}\n");
    let docs = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    for path in docs.chain([root().join("README.md")]).filter(|path| path.extension().is_some_and(|it| it == "md")) {
        let text = fs::read_to_string(&path).unwrap();
        let blocks = text.split(&fence).skip(1).filter_map(|rest| rest.split("```").next());
        found.extend(blocks.map(|block| (path.display().to_string(), block.to_owned())));
    }
    found
}

fn to_json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(flag) => flag.into(),
        toml::Value::Datetime(time) => time.to_string().into(),
        toml::Value::Array(list) => list.into_iter().map(to_json).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(name, value)| (name, to_json(value))).collect())
        }
    }
}

fn configuration(text: &str) -> Value {
    to_json(toml::Value::Table(text.parse().unwrap()))
}

/// The value with one key misspelt, once for each key that is not of somebody's own choice.
fn misspelt(value: &Value, at: &str, see: &mut dyn FnMut(&str, Value)) {
    const OWN: [&str; 6] = ["/connections", "/secrets", "/headers", "/parameters", "/input", "/patch"];
    let Value::Object(members) = value else { return };
    let own = OWN.iter().any(|own| at.ends_with(own)) || at == "/connections/all/overrides/bulk";
    for (name, inner) in members {
        if !own {
            let mut wrong = members.clone();
            let moved = wrong.remove(name).unwrap();
            wrong.insert(format!("{name}s"), moved);
            see(&format!("{at}/{name}"), Value::Object(wrong));
        }
        misspelt(inner, &format!("{at}/{name}"), &mut |place, wrong| {
            let mut whole = members.clone();
            whole.insert(name.clone(), wrong);
            see(place, Value::Object(whole));
        });
    }
}

/// Everything a configuration can have.
const ALL: &str = r#"
default = "all"
[connections.all]
serviceUrl = { env = "SCIM_URL" }
provider = "asgardeo"
organization = "myorg"
profile = "aws"
headers = { "X-A" = "b", "X-C" = { file = "c.txt" } }
timeouts = { connectMs = 1, firstByteMs = 2, betweenBytesMs = 3, totalMs = 4 }
retry = { maxAttempts = 1, baseDelayMs = 2, maxDelayMs = 3 }
limits = { responseBytes = 1, jsonDepth = 2, redirects = 3 }
allowInsecureHttp = true
[connections.all.auth]
type = "clientCredentials"
tokenUrl = "https://example.com/token"
clientId = "c"
clientSecret = { keyring = { service = "scim", account = "a" } }
keyId = "k"
method = "post"
scopes = ["a", { env = "B" }]
audience = "x"
parameters = { resource = "y" }
[connections.all.overrides]
put = false
memberStyle = "list"
maxCount = 5
filterOperators = ["eq"]
patch = { supported = true }
[connections.all.host]
credentials = { type = "bearer", token = { env = "T" }, scheme = "SSWS" }
proxy = "none"
[connections.all.host.tls]
ca = [{ file = "ca.pem" }]
systemRoots = false
clientCertificate = { file = "c.pem" }
clientKey = { file = "k.pem" }
[connections.all.host.allow]
methods = ["GET"]
origins = ["https://example.com"]
addresses = ["loopback", "10.0.0.0/8"]
[connections.all.host.limits]
concurrency = 1
queue = 2
requestsPerSecond = 1.5
burst = 3
memoryBytes = 4
responseBytes = 5
breaker = { failures = 6, pauseMs = 7 }
[secrets]
initial = { keyring = "scim/initial" }
[flows]
files = ["people"]
[history]
file = "history.sqlite"
keepDays = 1
keepRuns = 2
[host]
maxInstances = 1
warmInstances = 2
idleMs = 3
memoryLimitBytes = 4
allowAddresses = ["private"]
codeCache = "cache"
"#;

#[test]
fn the_manifest_is_what_its_schema_says() {
    let schema = validator_for(&published("manifest")).unwrap();
    let manifest = Workplace::with_config("").run(&["describe", "--json"]).json();
    assert_eq!(errors(&schema, &manifest), Vec::<String>::new());
}

#[test]
fn configurations_fit_their_schema_and_misspelt_ones_do_not() {
    let schema = validator_for(&published("config")).unwrap();
    let examples = blocks("toml");
    assert!(examples.len() >= 3, "{examples:?}");
    for (at, text) in examples {
        assert_eq!(errors(&schema, &configuration(&text)), Vec::<String>::new(), "{at}:\n{text}");
    }
    let all = configuration(ALL);
    Config::parse(ALL, Path::new("Config.toml")).unwrap();
    assert_eq!(errors(&schema, &all), Vec::<String>::new());
    let mut keys = 0;
    misspelt(&all, "", &mut |at, wrong| {
        keys += 1;
        assert!(!schema.is_valid(&wrong), "{at} misspelt is not noticed");
    });
    assert!(keys > 75, "{keys}");
    // The keys of every kind of credentials, and of every form of a reference.
    for (auth, good) in [
        (json!({"type": "bearer", "token": {"file": "t"}}), true),
        (json!({"type": "bearer", "token": {"fiel": "t"}}), false),
        (json!({"type": "basic", "username": "u", "password": {"keyring": "a/b"}}), true),
        (json!({"type": "basic", "username": "u", "passwort": "p"}), false),
        (json!({"type": "header", "name": "X-Key", "value": {"env": "K"}}), true),
        (
            json!({"type": "clientCredentials", "clientId": "c", "tokenUrl": "https://example.com/t", "privateKey": {"file": "k.pem"}}),
            true,
        ),
        (json!({"type": "host"}), true),
        (json!({"type": "nobody"}), false),
    ] {
        let text = json!({"connections": {"a": {"serviceUrl": "https://example.com", "auth": auth}}});
        assert_eq!(schema.is_valid(&text), good, "{text}");
    }
}

#[test]
fn flows_fit_their_schema() {
    let schema = validator_for(&published("flow")).unwrap();
    let folders = ["tests/flows", "tests/page/flows"];
    let files = folders.iter().flat_map(|folder| fs::read_dir(root().join(folder)).unwrap());
    let files = files.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|it| it == "yaml"));
    let texts = files.map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap()));
    let mut seen = 0;
    for (at, text) in texts.chain(blocks("yaml")).filter(|(_, text)| text.contains("dsl:")) {
        let flow = Document::parse(&text, Path::new("flow.yaml")).unwrap().value;
        assert_eq!(errors(&schema, &flow), Vec::<String>::new(), "{at}");
        seen += 1;
        for (place, name) in [("", "do"), ("/document", "name"), ("/document", "namespace")] {
            let mut wrong = flow.clone();
            let object = wrong.pointer_mut(place).unwrap().as_object_mut().unwrap();
            let value = object.remove(name).unwrap();
            object.insert(format!("{name}s"), value);
            assert!(!schema.is_valid(&wrong), "{at}: {place}/{name} misspelt is not noticed");
        }
    }
    assert!(seen > 10, "{seen}");
    let call = |call: Value| {
        let document = json!({"dsl": "1.0.3", "namespace": "a", "name": "b", "version": "1.0.0"});
        schema.is_valid(&json!({"document": document, "do": [{"a": call}]}))
    };
    let rows = [
        (json!({"call": "createUser", "with": {"payload": {"userName": "${ .name }", "emails": "${ .mails }"}}}), true),
        (json!({"call": "createUser", "with": {"payload": {"urn:example:Own": {"a": 1}}, "connection": "work"}}), true),
        (json!({"call": "createUser", "with": {"payloads": {}}}), false),
        (
            json!({"call": "patchUser", "with": {"id": "1", "operations": [{"op": "replace", "paths": "active"}]}}),
            false,
        ),
        (json!({"call": "patchUser", "with": {"id": "1", "operations": [{"op": "set", "path": "active"}]}}), false),
        (json!({"call": "addGroupMembers", "with": {"id": "1", "members": ["${ .id }", {"value": "2"}]}}), true),
        (json!({"call": "listUsers", "with": {"all": true, "filter": "active eq true"}}), true),
        (json!({"call": "getUser", "with": {"id": "1", "all": true}}), false),
    ];
    for (task, good) in rows {
        assert_eq!(call(task.clone()), good, "{task}");
    }
}

#[test]
fn a_client_has_choices_and_forms() {
    let (_sandbox, connection) = sandbox(Options::default());
    let client = client(&connection);
    let user = invoke(&client, "createUser", json!({"payload": {"userName": "ada", "displayName": "Ada"}})).unwrap();
    let choices =
        |source: &str| block_on(client.choices(source)).map(|found| found.into_iter().map(|it| (it.value, it.label)));
    let id = user.output["id"].as_str().unwrap().to_owned();
    assert!(choices("users").unwrap().any(|choice| choice == (id.clone(), "Ada".to_owned())));
    assert!(choices("resources:User").unwrap().any(|choice| choice.0 == id));
    assert!(choices("paths:User").unwrap().any(|choice| choice.0 == "emails[type eq \"work\"].value"));
    assert_eq!(choices("keys:User").unwrap().next().map(|choice| choice.0).as_deref(), Some("userName"));
    let before = client.requests_made();
    assert!(choices("timezones").unwrap().any(|choice| choice.0 == "Europe/Berlin"));
    assert_eq!(client.requests_made(), before);
    assert!(choices("usrs").err().unwrap().to_string().contains("did you mean \"users\"?"));
    let form = block_on(client.form("createUser")).unwrap();
    assert_eq!(form["properties"]["payload"]["properties"]["userName"]["x-order"], 1);
    assert!(block_on(client.form("createUsr")).err().unwrap().to_string().contains("createUser"));
}
