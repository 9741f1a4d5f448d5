//! A resource as its JSON object, read without regard to the case of names (RFC 7643 section 2.1), written strictly.

use super::urn;
use serde_json::{Map, Value, json};

/// A resource: its JSON object, as it came or as it goes.
pub type Resource = Map<String, Value>;

/// A member by name, its case not mattering; the exact name wins.
pub fn get<'a>(object: &'a Resource, name: &str) -> Option<&'a Value> {
    object.get(name).or_else(|| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

/// A member that is text; numbers and booleans, which some servers send for text, are read as such.
pub fn text(object: &Resource, name: &str) -> Option<String> {
    match get(object, name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// A member that is a number, also as text.
pub fn number(object: &Resource, name: &str) -> Option<u64> {
    match get(object, name)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A value that is a boolean, also as text in any case.
pub fn as_boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// Names the schemas of a resource that is about to be sent: the core schema and every extension it uses, besides those the
/// caller named (RFC 7643 section 3).
pub fn name_schemas(resource: &mut Resource, core: Option<&str>) {
    let named = match get(resource, "schemas") {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let extensions = resource.iter().filter(|(key, value)| is_urn(key) && !value.is_null()).map(|(key, _)| key.clone());
    let mut schemas: Vec<String> = Vec::new();
    for schema in core.map(str::to_owned).into_iter().chain(named).chain(extensions) {
        if !schemas.iter().any(|known| known.eq_ignore_ascii_case(&schema)) {
            schemas.push(schema);
        }
    }
    resource.retain(|key, _| !key.eq_ignore_ascii_case("schemas"));
    if !schemas.is_empty() {
        resource.insert("schemas".into(), json!(schemas));
    }
}

/// Takes out what only the provider may set (RFC 7643 sections 3.1 and 4.1.2).
pub fn strip_read_only(resource: &mut Resource, core: Option<&str>) {
    let own: &[&str] = if core == Some(urn::USER) { &["id", "meta", "groups"] } else { &["id", "meta"] };
    resource.retain(|key, _| !own.iter().any(|name| key.eq_ignore_ascii_case(name)));
}

/// Tells the passwords in a value: a resource, PATCH operations, or, where `secret` says so, all of it.
pub fn passwords<'a>(value: &'a Value, secret: bool, tell: &mut dyn FnMut(&'a str)) {
    match value {
        Value::String(text) if secret => tell(text),
        Value::Array(items) => items.iter().for_each(|item| passwords(item, secret, tell)),
        Value::Object(object) => {
            let of_path = get(object, "path").and_then(Value::as_str).is_some_and(is_password);
            for (name, item) in object {
                let of_name = is_password(name) || (of_path && name.eq_ignore_ascii_case("value"));
                passwords(item, secret || of_name, tell);
            }
        }
        _ => {}
    }
}

/// Attributes whose values are secret: the password, and the keys of devices (RFC 9944 sections 6 and 7).
const SECRET: [&str; 5] = ["password", "clientToken", "irk", "bootstrapKey", "fdoVoucher"];

/// Whether an attribute's name or path, with or without its schema's URN, means the password.
pub fn is_password(path: &str) -> bool {
    let name = path.rsplit([':', '.']).next().unwrap_or_default().trim();
    SECRET.iter().any(|secret| name.eq_ignore_ascii_case(secret))
}

/// Whether a member's name is a schema's URN rather than an attribute's name.
pub fn is_urn(name: &str) -> bool {
    name.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("urn:"))
}

/// How deep JSON text nests, without reading it otherwise.
pub fn depth(bytes: &[u8]) -> u32 {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0u32, 0u32, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Value) -> Resource {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn names_are_found_in_any_case_and_the_exact_one_wins() {
        let resource = object(json!({"USERNAME": "a", "userName": "b", "Active": "False", "count": "7"}));
        assert_eq!(text(&resource, "userName").as_deref(), Some("b"));
        assert_eq!(get(&resource, "active").and_then(as_boolean), Some(false));
        assert_eq!(number(&resource, "COUNT"), Some(7));
        assert_eq!(get(&resource, "missing"), None);
    }

    #[test]
    fn schemas_are_named_once_each() {
        let enterprise = urn::ENTERPRISE_USER;
        let mut resource = object(
            json!({"Schemas": ["urn:x:y", urn::USER.to_lowercase()], enterprise: {"department": "d"}, "urn:gone": null}),
        );
        name_schemas(&mut resource, Some(urn::USER));
        assert_eq!(
            Value::Object(resource),
            json!({"schemas": [urn::USER, "urn:x:y", enterprise], enterprise: {"department": "d"}, "urn:gone": null})
        );
    }

    #[test]
    fn depth_counts_brackets_outside_strings() {
        let rows = [("{}", 1), ("[[[]]]", 3), (r#"{"a":"[[[\"[["}"#, 1), ("1", 0), ("]]]][", 1)];
        for (text, expected) in rows {
            assert_eq!(depth(text.as_bytes()), expected, "{text}");
        }
    }
}
