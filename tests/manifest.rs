//! The manifest is what docs/manifest.schema.json says, and good enough that a canvas needs no knowledge of SCIM: each field of a form is
//! named, explained, ordered and has an example that its own schema takes; what a schema demands is what is demanded of a call.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod script;

use jsonschema::{Validator, validator_for};
use scim_connector::catalog::choices::choices;
use scim_connector::catalog::forms::schema;
use scim_connector::catalog::manifest::manifest;
use scim_connector::connection::Connection;
use scim_connector::contract::Operation;
use scim_connector::failure::Kind;
use script::{Script, answer, bearer};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The published schema of the manifest.
fn published() -> Validator {
    validator_for(&serde_json::from_str(include_str!("../docs/manifest.schema.json")).unwrap()).unwrap()
}

/// The forms of a manifest, each with its name.
fn forms(manifest: &Value) -> Vec<(String, &Value)> {
    let operations = manifest["operations"].as_array().unwrap();
    let inputs = operations.iter().map(|it| (it["name"].as_str().unwrap().to_owned(), &it["input"]));
    inputs.chain([("connection".to_owned(), &manifest["connection"])]).collect()
}

/// A change of a manifest, and what it is.
type Change<'a> = (&'a str, &'a dyn Fn(&mut Value));

/// Shows every form of fields in a schema, conditions left out: they say nothing of fields.
fn each_form<'a>(schema: &'a Value, at: &str, see: &mut dyn FnMut(&str, &'a Map<String, Value>)) {
    let Some(object) = schema.as_object() else { return };
    if let Some(properties) = object.get("properties").and_then(Value::as_object) {
        see(at, properties);
        properties.iter().for_each(|(name, field)| each_form(field, &format!("{at}/{name}"), see));
    }
    object.get("items").into_iter().for_each(|items| each_form(items, &format!("{at}/*"), see));
    for word in ["oneOf", "anyOf"] {
        object.get(word).and_then(Value::as_array).into_iter().flatten().for_each(|case| each_form(case, at, see));
    }
}

fn errors(validator: &Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn the_manifest_is_what_its_schema_says() {
    let (manifest, published) = (manifest(), published());
    assert_eq!(errors(&published, &manifest), Vec::<String>::new());
    // Each of these breaks it.
    let broken: [Change; 12] = [
        ("a member that is not described", &|it| it["more"] = json!(1)),
        ("another version", &|it| it["manifestVersion"] = json!(2)),
        ("a member of an operation", &|it| it["operations"][0]["more"] = json!(1)),
        ("no errors", &|it| it["operations"][0]["errors"] = json!([])),
        ("no paging", &|it| drop(it["operations"][2].as_object_mut().unwrap().remove("paging"))),
        ("paging of what has no pages", &|it| it["operations"][0]["paging"] = it["operations"][2]["paging"].clone()),
        ("a field without a title", &|it| drop(field(it).remove("title"))),
        ("a field without an example", &|it| drop(field(it).remove("examples"))),
        ("a field without a place", &|it| drop(field(it).remove("x-order"))),
        ("a word that is none of JSON Schema", &|it| drop(field(it).insert("x-hint".into(), json!("x")))),
        ("values without a type", &|it| {
            field(it).remove("type");
            field(it).insert("enum".into(), json!(["x"]));
        }),
        ("choices without labels", &|it| drop(field(it).insert("x-choices".into(), json!(["x"])))),
    ];
    for (what, break_it) in broken {
        let mut manifest = manifest.clone();
        break_it(&mut manifest);
        assert!(!published.is_valid(&manifest), "{what} is not noticed");
    }
}

/// A field in a payload.
fn field(manifest: &mut Value) -> &mut Map<String, Value> {
    let field = "/operations/0/input/properties/payload/properties/emails/items/properties/value";
    manifest.pointer_mut(field).unwrap().as_object_mut().unwrap()
}

/// Looks at every field of a form, and says how many there are.
fn told(name: &str, form: &Value) -> usize {
    let mut seen = 0;
    each_form(form, name, &mut |at, fields| {
        let orders: BTreeSet<u64> = fields.values().map(|field| field["x-order"].as_u64().unwrap()).collect();
        let wanted: BTreeSet<u64> = (1..=fields.len() as u64).collect();
        assert_eq!(orders, wanted, "{at}: places in the form");
        for (name, field) in fields {
            let at = format!("{at}/{name}");
            seen += 1;
            let text = |word: &str| field[word].as_str().unwrap_or_else(|| panic!("{at} has no {word}"));
            assert!(!text("title").ends_with('.') && text("description").ends_with('.'), "{at}: {field}");
            assert!(!text("description").contains('{') && !text("title").contains('{'), "{at}: {field}");
            assert_ne!(text("title"), text("description"), "{at}");
            let own = validator_for(field).unwrap();
            for example in field["examples"].as_array().unwrap() {
                assert_eq!(errors(&own, example), Vec::<String>::new(), "{at}: {example}");
            }
            if let Some(default) = field.get("default") {
                assert!(own.is_valid(default), "{at}: {default}");
            }
        }
    });
    seen
}

#[test]
fn every_field_is_told_to_a_person() {
    let manifest = manifest();
    let mut seen = 0;
    for (name, form) in forms(&manifest) {
        seen += told(&name, form);
    }
    assert!(seen > 750, "{seen} fields");
}

#[test]
fn a_providers_own_attributes_are_told_as_well() {
    let parts = json!([{"name": "value", "type": "integer"}, {"name": "seed", "returned": "never", "required": true}]);
    let user = json!({"id": "urn:ietf:params:scim:schemas:core:2.0:User", "attributes": [
        {"name": "badge", "type": "integer", "required": true, "description": "Number of the badge. Printed on it."},
        {"name": "userName", "required": true, "description": "An e-mail address at this provider."},
        {"name": "locale", "type": "complex", "subAttributes": parts},
        {"name": "level", "canonicalValues": ["low", "high"]}, {"name": "teams", "multiValued": true, "canonicalValues": ["a"]},
        {"name": "height", "type": "decimal"}, {"name": "left", "type": "boolean"}, {"name": "since", "type": "dateTime"},
        {"name": "seal", "type": "binary"}, {"name": "page", "type": "reference"}, {"name": "cards", "type": "complex", "multiValued": true, "subAttributes": parts},
    ]});
    let own = json!({"id": "urn:example:Own", "name": "Own", "attributes": [{"name": "floor"}]});
    let types = json!({"Resources": [{"name": "User", "endpoint": "/Users", "schema": user["id"], "schemaExtensions": [{"schema": "urn:example:Own", "required": false}]}]});
    let script = Script::new([answer(200, types.to_string()), answer(200, json!([user, own]).to_string())]);
    let form = schema(&script, &Connection::from_json(&bearer()).unwrap(), "createUser").unwrap();
    told("createUser", &form);
    let payload = &form["properties"]["payload"]["properties"];
    let texts = |name: &str| (payload[name]["title"].clone(), payload[name]["description"].clone());
    assert_eq!(texts("userName"), (json!("User name"), json!("An e-mail address at this provider.")));
    assert_eq!(texts("badge"), (json!("Number of the badge"), json!("Number of the badge. Printed on it.")));
    assert_eq!(texts("urn:example:Own"), (json!("Own"), json!("The attributes of the schema urn:example:Own.")));
    assert_eq!((&payload["userName"]["x-order"], &payload["badge"]["x-group"]), (&json!(1), &json!("primary")));
    assert_eq!(payload["teams"]["x-choices"], json!([{"value": "a", "label": "a"}]));
    assert_eq!(payload["level"]["x-choices"][1]["value"], "high");
    assert_eq!(
        form["properties"]["payload"]["examples"][0],
        json!({"userName": "ada@example.com", "badge": 1, "externalId": "701984"})
    );
}

#[test]
fn what_is_most_needed_comes_first() {
    let manifest = manifest();
    let ordered = |schema: &Value| -> Vec<(String, bool)> {
        let mut fields: Vec<_> = schema["properties"].as_object().unwrap().iter().collect();
        fields.sort_by_key(|(_, field)| field["x-order"].as_u64());
        fields.into_iter().map(|(name, field)| (name.clone(), field["x-group"] == "primary")).collect()
    };
    let input = |name: &str| {
        let operations = manifest["operations"].as_array().unwrap();
        operations.iter().find(|it| it["name"] == name).unwrap()["input"].clone()
    };
    let payload = ordered(&input("createUser")["properties"]["payload"]);
    let primary: Vec<&str> = payload.iter().filter(|it| it.1).map(|it| it.0.as_str()).collect();
    assert_eq!(primary, ["userName", "name", "displayName", "emails", "active", "password", "externalId"]);
    assert_eq!(payload[0].0, "userName");
    assert_eq!(ordered(&input("createGroup")["properties"]["payload"])[0].0, "displayName");
    assert_eq!(ordered(&input("patchUser"))[..2], [("id".to_owned(), true), ("operations".to_owned(), true)]);
    assert_eq!(
        ordered(&manifest["connection"])[..4].iter().map(|it| it.0.as_str()).collect::<Vec<_>>(),
        ["serviceUrl", "provider", "organization", "auth"]
    );
    // What must be there is never hidden.
    for (name, form) in forms(&manifest) {
        let mut look = vec![form];
        while let Some(schema) = look.pop() {
            let required: Vec<&str> =
                schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
                assert!(!required.contains(&field.as_str()) || schema["x-group"] == "primary", "{name}: {field}");
                look.push(schema);
            }
            look.extend(schema.get("items"));
            look.extend(["oneOf", "anyOf"].iter().filter_map(|word| schema[*word].as_array()).flatten());
        }
    }
}

#[test]
fn choices_are_there_wherever_values_are_known() {
    let manifest = manifest();
    let sources = manifest["sources"].as_object().unwrap();
    let mut named = BTreeMap::new();
    for (name, form) in forms(&manifest) {
        each_form(form, &name, &mut |at, fields| {
            for (field, schema) in fields {
                if let Some(source) = schema["x-choices"].as_str() {
                    let source_name = source.split(':').next().unwrap();
                    assert!(sources.contains_key(source_name), "{at}/{field}: {source}");
                    assert_eq!(
                        sources[source_name].get("of").is_some(),
                        source.contains(':'),
                        "{at}/{field}: {source}"
                    );
                }
                named.insert(format!("{at}/{field}"), schema["x-choices"].clone());
            }
        });
    }
    let of = |place: &str| named[place].clone();
    assert_eq!(of("createUser/payload/emails/*/type")[0], json!({"value": "work", "label": "Work"}));
    assert_eq!(of("createUser/payload/locale"), "locales");
    assert_eq!(of("updateMe/payload/timezone"), "timezones");
    assert_eq!(of("ensureUser/matchOn"), "keys:User");
    assert_eq!(of("patchGroup/operations/*/path"), "paths:Group");
    assert_eq!(of("patchResource/operations/*/path"), "paths:{resourceType}");
    assert_eq!(of("getResource/id"), "resources:{resourceType}");
    assert_eq!(of("getUser/id"), "users");
    assert_eq!(of("search/attributes"), Value::Null, "of which type is not known");
    assert_eq!(
        of("connection/provider")[0],
        json!({"value": "asgardeo", "label": "WSO2 Asgardeo and Identity Server"})
    );
    // What the manifest has is what is answered without a request, and what it says is asked for is asked for.
    let (script, connection) = (Script::new([]), Connection::from_json(&bearer()).unwrap());
    for (name, source) in sources.iter().filter(|(_, source)| source["network"] == false) {
        let answered = choices(&script, &connection, name).unwrap();
        let answered: Value = answered.iter().map(|(value, label)| json!({"value": value, "label": label})).collect();
        assert!(source.get("values").is_none_or(|values| *values == answered), "{name}");
    }
}

#[test]
fn operations_say_what_becomes_of_things() {
    let manifest = manifest();
    let kinds: Vec<&Value> = manifest["errors"].as_array().unwrap().iter().map(|error| &error["kind"]).collect();
    let resources: Vec<&Value> = manifest["resources"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    let mut destructive = Vec::new();
    for operation in manifest["operations"].as_array().unwrap() {
        let name = operation["name"].as_str().unwrap();
        assert!(resources.contains(&&operation["interface"]), "{name}");
        let title = operation["title"].as_str().unwrap().to_lowercase();
        let nouns = ["user", "group", "resource", "request", "config", "schema"];
        assert!(nouns.iter().any(|noun| title.contains(noun)) && !title.contains("the resource"), "{name}: {title}");
        assert!(operation["errors"].as_array().unwrap().iter().all(|kind| kinds.contains(&kind)), "{name}");
        if operation["destructive"] == true {
            assert_ne!(operation["effect"], "read", "{name}");
            destructive.push(name);
        }
        let has = |side: &str, pointer: &str| {
            let (first, schema) = (pointer.trim_start_matches('/'), &operation[side]);
            schema["properties"].get(first).is_some()
        };
        for (name, pointer) in operation["paging"].as_object().into_iter().flatten().filter(|it| it.0 != "about") {
            let side = if ["token", "size", "start", "cursor"].contains(&name.as_str()) { "input" } else { "output" };
            assert!(has(side, pointer.as_str().unwrap()), "{operation}: {name}");
        }
    }
    assert_eq!(
        destructive,
        [
            "updateUser",
            "deleteUser",
            "updateGroup",
            "deleteGroup",
            "setGroupMembers",
            "updateMe",
            "deleteMe",
            "updateResource",
            "deleteResource",
            "reconcile",
            "submitRequest",
            "bulk"
        ]
    );
    let of = |name: &str| manifest["operations"].as_array().unwrap().iter().find(|it| it["name"] == name).unwrap();
    assert_eq!(of("createUser")["secrets"], json!({"input": ["/payload/password"], "output": ["/password"]}));
    assert_eq!(of("listUsers")["secrets"], json!({"input": [], "output": ["/Resources/*/password"]}));
    let gives = |name: &str, kind: &str| of(name)["errors"].as_array().unwrap().contains(&json!(kind));
    for (operation, kind, does) in [
        ("getUser", "notModified", true),
        ("createUser", "notModified", false),
        ("createUser", "conflict", true),
        ("listUsers", "conflict", false),
        ("ensureUser", "ambiguous", true),
        ("patchUser", "precondition", true),
    ] {
        assert_eq!(gives(operation, kind), does, "{operation} {kind}");
    }
}

/// What schemas of one `x-type` are made of: names, types, what must be there.
fn shape(schema: &Value) -> Value {
    let members = schema["properties"].as_object().into_iter().flatten();
    let members: Map<String, Value> = members.map(|(name, field)| (name.clone(), shape(field))).collect();
    let items = schema.get("items").map(shape);
    json!({"type": schema["type"], "members": members, "items": items, "required": schema["required"], "x-type": schema["x-type"]})
}

#[test]
fn words_have_a_type() {
    fn look(schema: &Value, at: &str) {
        let Some(object) = schema.as_object() else { return };
        for word in ["enum", "const"] {
            assert!(!object.contains_key(word) || object.contains_key("type"), "{at}: {word}: {schema}");
        }
        // Conditions say nothing of what a value is.
        let inner = object.iter().filter(|(word, _)| ["items", "additionalProperties"].contains(&word.as_str()));
        inner.for_each(|(word, schema)| look(schema, &format!("{at}/{word}")));
        for (name, schema) in object.get("properties").and_then(Value::as_object).into_iter().flatten() {
            look(schema, &format!("{at}/{name}"));
        }
        for word in ["oneOf", "anyOf"] {
            object.get(word).and_then(Value::as_array).into_iter().flatten().for_each(|schema| look(schema, at));
        }
    }
    let manifest = manifest();
    forms(&manifest).into_iter().for_each(|(name, form)| look(form, &name));
    for operation in manifest["operations"].as_array().unwrap() {
        look(&operation["output"], operation["name"].as_str().unwrap());
    }
    manifest["knobs"].as_array().unwrap().iter().for_each(|knob| look(&knob["takes"], "knobs"));
}

#[test]
fn types_of_one_name_are_one_type() {
    fn look(value: &Value, found: &mut BTreeMap<String, Value>) {
        match value {
            Value::Object(object) => {
                if let Some(name) = object.get("x-type").and_then(Value::as_str) {
                    let first = found.entry(name.to_owned()).or_insert_with(|| shape(value));
                    assert_eq!(*first, shape(value), "{name}");
                }
                object.values().for_each(|value| look(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| look(value, found)),
            _ => {}
        }
    }
    let mut found = BTreeMap::new();
    look(&manifest()["operations"], &mut found);
    for name in
        ["User", "UserInput", "Group", "GroupInput", "UserPage", "EnsuredGroup", "MultiValued", "Ticket", "BulkReport"]
    {
        assert!(found.contains_key(name), "{name}");
    }
}

#[test]
fn what_a_form_demands_is_what_a_call_demands() {
    let manifest = manifest();
    let device = |more: Value| {
        let mut input = json!({"id": "1"});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let rows = [
        (json!({"resourceType": "Device"}), true),
        (json!({"endpoint": "/Devices"}), true),
        (json!({}), false),
        (json!({"resourceType": "Device", "endpoint": "/Devices"}), false),
    ];
    for operation in Operation::ALL {
        let entry =
            manifest["operations"].as_array().unwrap().iter().find(|it| it["name"] == operation.name()).unwrap();
        let form = validator_for(&entry["input"]).unwrap();
        assert_eq!(errors(&form, &entry["example"]), Vec::<String>::new(), "{operation:?}");
        if entry["input"]["properties"].get("resourceType").is_none() {
            continue;
        }
        for (choice, good) in &rows {
            let mut input = entry["example"].clone();
            input.as_object_mut().unwrap().remove("resourceType");
            input.as_object_mut().unwrap().extend(choice.as_object().unwrap().clone());
            assert_eq!(form.is_valid(&input), *good, "{operation:?}: {input}");
        }
    }
    let form = manifest["operations"].as_array().unwrap().iter().find(|it| it["name"] == "getResource").unwrap();
    let form = validator_for(&form["input"]).unwrap();
    for (choice, good) in rows.into_iter().filter(|row| !row.1) {
        let script = Script::new([]);
        let failure = script.call(&bearer(), "getResource", &device(choice.clone())).unwrap_err();
        assert_eq!((failure.kind, form.is_valid(&device(choice))), (Kind::InvalidInput, good));
    }
}

/// Connections, and whether they are good: for the schema as for who reads them.
#[test]
fn a_connections_schema_takes_what_is_read() {
    let form = validator_for(&manifest()["connection"]).unwrap();
    let token = json!({"type": "bearer", "token": "t"});
    let client = |more: Value| {
        let mut auth = json!({"type": "clientCredentials", "clientId": "c"});
        auth.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        auth
    };
    let secret = json!({"clientSecret": "s"});
    let whole = json!({"clientSecret": "s", "tokenUrl": "https://id.example/token"});
    let url = "https://scim.example/v2";
    let rows = [
        (json!({"serviceUrl": url, "auth": token}), true),
        (json!({"auth": token}), false),
        (json!({"serviceUrl": url}), false),
        (json!({"provider": "asgardeo", "organization": "myorg", "auth": client(secret.clone())}), true),
        (json!({"provider": "asgardeo", "auth": client(secret.clone())}), false),
        (json!({"provider": "asgardeo", "auth": token}), false),
        (json!({"provider": "asgardeo", "serviceUrl": url, "auth": token}), true),
        (json!({"provider": "slack", "auth": token}), true),
        (json!({"provider": "entra", "auth": token}), true),
        (json!({"provider": "entra", "auth": client(secret.clone())}), false),
        (json!({"provider": "entra", "organization": "o", "auth": client(secret.clone())}), true),
        (json!({"provider": "entra", "auth": client(whole.clone())}), true),
        (json!({"provider": "slack", "auth": client(secret.clone())}), false),
        (json!({"serviceUrl": url, "auth": client(secret)}), false),
        (json!({"serviceUrl": url, "auth": client(whole)}), true),
        (json!({"serviceUrl": url, "auth": client(json!({"tokenUrl": url}))}), false),
        (
            json!({"serviceUrl": url, "auth": client(json!({"tokenUrl": url, "clientSecret": "s", "method": "privateKeyJwt"}))}),
            false,
        ),
        (
            json!({"serviceUrl": url, "auth": client(json!({"tokenUrl": url, "privateKey": "k", "method": "basic"}))}),
            false,
        ),
        (json!({"serviceUrl": url, "organization": "o", "auth": token}), false),
        (json!({"serviceUrl": url, "auth": {"type": "none", "token": "t"}}), false),
        (json!({"serviceUrl": url, "auth": token, "profle": "okta"}), false),
    ];
    for (connection, good) in rows {
        assert_eq!(form.is_valid(&connection), good, "the schema: {connection}");
        assert_eq!(Connection::from_json(&connection).is_ok(), good, "who reads it: {connection}");
    }
    // Numbers end where reading them ends.
    let mut ends = 0;
    for group in ["timeouts", "retry", "limits"] {
        let manifest = manifest();
        for (name, schema) in manifest["connection"]["properties"][group]["properties"].as_object().unwrap() {
            for (end, beyond) in [("minimum", -1), ("maximum", 1)] {
                let Some(number) = schema[end].as_i64() else { continue };
                for (number, good) in [(number, true), (number + beyond, false)] {
                    let connection = json!({"serviceUrl": url, "auth": token, group: {name: number}});
                    assert_eq!(form.is_valid(&connection), good, "the schema: {connection}");
                    assert_eq!(Connection::from_json(&connection).is_ok(), good, "who reads it: {connection}");
                }
                ends += 1;
            }
        }
    }
    assert_eq!(ends, 19);
}
