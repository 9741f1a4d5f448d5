//! What the manifest says is to be taken out of inputs and outputs is what is taken out. The manifest's rules are carried out
//! here from their description alone, as somebody would who has nothing else, and compared with what the connector and its host
//! do.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use scim_connector::catalog::manifest::manifest;
use scim_connector::contract::Operation;
use scim_connector_redaction::{ListedNames, copy, is_secret_name};
use serde_json::{Map, Value, json};

/// The manifest's `redact`.
struct Rules(Value);

impl Rules {
    fn list(&self, pointer: &str) -> Vec<&str> {
        self.0.pointer(pointer).unwrap().as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
    }

    fn is_one_of(&self, pointer: &str, name: &str) -> bool {
        self.list(pointer).iter().any(|word| word.eq_ignore_ascii_case(name))
    }

    fn secret_name(&self, name: &str) -> bool {
        let words = words(name);
        if self.list("/names/exceptions").contains(&words.concat().as_str()) {
            return false;
        }
        let joints =
            (1..words.len().saturating_sub(1)).filter(|at| self.list("/names/joints").contains(&words[*at].as_str()));
        joints.chain([words.len()]).any(|end| self.secret_words(words[..end].to_vec()))
    }

    fn secret_words(&self, mut words: Vec<String>) -> bool {
        loop {
            while let Some(last) = words.last_mut() {
                let length = last.trim_end_matches(|c: char| c.is_ascii_digit()).len();
                last.truncate(length);
                if length > 0 {
                    break;
                }
                words.pop();
            }
            let joined = words.concat();
            let last = (0..words.len()).map(|from| words[from..].concat());
            let ends = |word: &str| joined.ends_with(word);
            if self.list("/names/endings").into_iter().any(ends)
                || last.into_iter().any(|last| self.list("/names/words").contains(&last.as_str()))
            {
                return true;
            }
            let Some(qualifier) = self.list("/names/qualifiers").into_iter().find(|word| joined.ends_with(word)) else {
                return false;
            };
            let mut left = qualifier.len();
            while let Some(last) = words.last_mut().filter(|_| left > 0) {
                let taken = left.min(last.len());
                last.truncate(last.len() - taken);
                left -= taken;
                if last.is_empty() {
                    words.pop();
                }
            }
        }
    }

    fn secret_path(&self, path: &str) -> bool {
        let outside = match (path.find('['), path.rfind(']')) {
            (Some(open), Some(close)) if open < close => format!("{}.{}", &path[..open], &path[close + 1..]),
            _ => path.to_owned(),
        };
        let attributes = outside.rsplit(':').next().unwrap();
        attributes.split(['.', '/']).any(|name| self.secret_name(name.trim()))
    }

    fn header(&self, name: &str) -> bool {
        self.is_one_of("/headers/names", name) || name.split('-').any(|word| self.is_one_of("/headers/words", word))
    }

    fn applied(&self, value: &Value, headers: bool) -> Value {
        match value {
            Value::Array(items) => items.iter().map(|item| self.applied(item, headers)).collect(),
            Value::Object(object) => {
                let path = object.iter().find(|(name, _)| self.is_one_of("/paths/named", name));
                let leads = path.and_then(|(_, path)| path.as_str()).is_some_and(|path| self.secret_path(path));
                let member = |(name, value): (&String, &Value)| {
                    let secret = self.secret_name(name)
                        || leads && self.is_one_of("/paths/secret", name)
                        || headers && self.header(name);
                    let stays = value.is_null() || value.is_boolean();
                    let shown = match value {
                        _ if secret && !stays => self.0["replacement"].clone(),
                        Value::String(text) if self.is_one_of("/filters/in", name) => self.filter(text).into(),
                        Value::Object(_) => self.applied(value, self.is_one_of("/headers/in", name)),
                        value => self.applied(value, false),
                    };
                    (name.clone(), shown)
                };
                Value::Object(object.iter().map(member).collect::<Map<_, _>>())
            }
            other => other.clone(),
        }
    }

    /// Only what the examples here need: blanks between, no brackets but one pair.
    fn filter(&self, text: &str) -> String {
        let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        for index in 2..words.len() {
            let attribute = words[index - 2].rsplit(['[', '(']).next().unwrap().to_owned();
            if words[index - 1] == "eq" && self.secret_path(&attribute) {
                let quoted = words[index].starts_with('"');
                let end =
                    words[index].rfind('"').filter(|_| quoted).map_or("", |end| &words[index][end + 1..]).to_owned();
                let mark = self.0["replacement"].as_str().unwrap();
                words[index] = if quoted { format!("\"{mark}\"{end}") } else { mark.to_owned() };
            }
        }
        words.join(" ")
    }
}

/// The words of a name, in lower case.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    for (index, &letter) in letters.iter().enumerate() {
        if letter.is_ascii() && !letter.is_ascii_alphanumeric() {
            continue;
        }
        let before = index.checked_sub(1).map(|before| letters[before]).filter(|c| c.is_alphanumeric());
        let small_follows = letters.get(index + 1).is_some_and(char::is_ascii_lowercase);
        let begins = match before {
            None => true,
            Some(before) => {
                letter.is_ascii_uppercase() && (!before.is_ascii_uppercase() || small_follows)
                    || letter.is_ascii_digit() != before.is_ascii_digit()
            }
        };
        if begins {
            words.push(String::new());
        }
        words.last_mut().unwrap().push(letter.to_ascii_lowercase());
    }
    words
}

/// A value with secrets in every place that the operations know, for what an input or output has for one.
fn seeded(name: &str) -> Value {
    let extension = json!({"apiToken": "s", "secretAnswer": {"value": "s"}, "pin": 4711, "shipping": "x", "otpEnabled": true,
        "clientSecrets": ["s"], "backupCode2": "s", "passwordPolicy": "x", "token": null});
    let user = json!({"userName": "ada", "password": "s", "newPasswordConfirmation": "s", "urn:example:acme:2.0:User": extension,
        "emails": [{"value": "a@example.com", "type": "work"}]});
    let patch = json!([
        {"op": "replace", "path": "password", "value": "s"},
        {"op": "add", "path": "urn:example:acme:2.0:User:apiToken", "value": "s"},
        {"op": "replace", "path": "accounts[pin eq \"s\" and type eq \"x\"].passphrase", "value": {"a": "s"}},
        {"op": "replace", "path": "userName", "value": "ada"},
        {"op": "replace", "value": user},
    ]);
    let request = |data: &Value| json!({"method": "PATCH", "path": "/Users/token", "bulkId": "a", "data": data});
    match name {
        "payload" | "Resources" | "user" | "group" | "resource" | "response" => user,
        "operations" => json!([patch[0], patch[1], patch[2], patch[3], patch[4], request(&user), request(&patch)]),
        "changes" => patch,
        "results" => json!([{"index": 0, "method": "POST", "response": user}]),
        "request" | "ticket" | "desired" | "members" => request(&patch),
        "headers" => {
            json!({"Authorization": "s", "X-Auth-Token": "s", "x-api-key": "s", "Cookie": "s", "If-Match": "x"})
        }
        "filter" => json!("apiToken eq \"s\" and userName eq \"x\""),
        _ => json!("x"),
    }
}

#[test]
fn what_the_manifest_says_is_what_is_done_for_every_operation() {
    let manifest = manifest();
    let rules = Rules(manifest["redact"].clone());
    let operations = manifest["operations"].as_array().unwrap();
    assert_eq!(operations.len(), Operation::ALL.len());
    for operation in operations {
        let members = |schema: &Value| -> Vec<String> {
            let all = [schema].into_iter().chain(schema["oneOf"].as_array().into_iter().flatten());
            all.filter_map(|schema| schema["properties"].as_object()).flat_map(|it| it.keys().cloned()).collect()
        };
        for side in ["input", "output"] {
            let named: Map<String, Value> =
                members(&operation[side]).into_iter().map(|name| (name.clone(), seeded(&name))).collect();
            // A resource is the whole output of some.
            for value in [Value::Object(named), seeded("user"), json!([seeded("changes")])] {
                let done = copy(&value, &ListedNames, &|_| None);
                assert_eq!(done, rules.applied(&value, false), "{} {side}", operation["name"]);
                let told = done.to_string();
                assert!(!told.contains("\"s\"") && !told.contains("4711"), "{} {side}: {told}", operation["name"]);
            }
        }
    }
}

#[test]
fn the_manifests_names_are_the_list() {
    let manifest = manifest();
    let rules = Rules(manifest["redact"].clone());
    let names = "password Password1 apiToken API_TOKEN APIToken tokenUrl pin PINCode shippingCode shopPin x-pin pin2value \
        changePassword change_password clientSecrets secretName totp TOTPSeed mfaSeedNew otp2 newOtpOld 12 irk irks a1b2pin a1b2Pin";
    for name in names.split_whitespace() {
        assert_eq!(rules.secret_name(name), is_secret_name(name), "{name}");
    }
    // Those of the connection's own, and what its schemas mark.
    for pointer in manifest["secrets"].as_array().unwrap() {
        let name = pointer.as_str().unwrap().rsplit('/').next().unwrap();
        assert!(name == "value" || is_secret_name(name), "{name}: of `value` the kind of authentication says it");
    }
    let mut marked = Vec::new();
    each_marked(&manifest["operations"], "", &mut marked);
    assert!(marked.contains(&"password".to_owned()), "{marked:?}");
    assert!(marked.iter().all(|name| is_secret_name(name)), "{marked:?}");
}

/// The names of what schemas mark as secret, and whether all that is named like one is marked.
fn each_marked(value: &Value, name: &str, marked: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            if object.get("writeOnly") == Some(&json!(true)) {
                marked.push(name.to_owned());
            }
            for (name, schema) in object.get("properties").and_then(Value::as_object).into_iter().flatten() {
                let text = schema["type"] == "string";
                assert!(
                    !text || !is_secret_name(name) || schema["writeOnly"] == true,
                    "{name} is secret and not marked"
                );
            }
            object.iter().for_each(|(name, value)| each_marked(value, name, marked));
        }
        Value::Array(items) => items.iter().for_each(|item| each_marked(item, name, marked)),
        _ => {}
    }
}
