//! The form of a flow's input: fields for the members its JSON Schema names, and back from what was typed to JSON. What the
//! schema does not describe by members is one field of JSON.

use super::exchange::Fields;
use scim_connector_redaction::{is_marked, is_secret_name, marked_places, without_marked};
use serde_json::{Map, Value, json};

/// The form was filled in (and not just a button pressed).
pub(super) const ASKED: &str = "asked";

/// Stands before the names of members, so that they are none of the form's own.
const MEMBER: &str = "input.";

/// A field of the form.
pub(super) struct Field {
    /// What it is called in the form.
    pub(super) id: String,
    /// What it is called on the page.
    pub(super) label: String,
    /// The schema's description.
    pub(super) hint: Option<String>,
    pub(super) kind: Kind,
    pub(super) required: bool,
    /// What stands in it.
    pub(super) value: String,
}

/// What is typed or chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// Not shown while it is typed (`writeOnly`, `format: password`, or a name that says so); a number, or text.
    Secret {
        number: bool,
    },
    Number,
    YesOrNo,
    /// One of these, as JSON.
    Choice(Vec<String>),
    Json,
}

/// The fields, with what was typed before, else what the flow is usually given.
pub(super) fn fields(schema: &Value, usual: &Value, typed: &Fields) -> Vec<Field> {
    let asked = typed.contains_key(ASKED);
    let Some(members) = members(schema) else {
        let value = typed.get(MEMBER).map_or_else(|| pretty(usual), |typed| shown_again(typed, schema, ""));
        let hint = schema.get("description").and_then(Value::as_str).map(str::to_owned);
        return vec![Field {
            id: MEMBER.into(),
            label: "Input (JSON)".into(),
            hint,
            kind: Kind::Json,
            required: true,
            value,
        }];
    };
    let required = schema.get("required").and_then(Value::as_array);
    let field = |(name, schema): (&String, &Value)| {
        let (id, kind) = (format!("{MEMBER}{name}"), kind(name, schema));
        let usual = usual.get(name).or_else(|| schema.get("default")).filter(|_| !matches!(kind, Kind::Secret { .. }));
        let value = match (typed.get(&id), usual) {
            (Some(typed), _) if kind == Kind::Json => shown_again(typed, schema, name),
            (Some(typed), _) => typed.clone(),
            (None, Some(usual)) if !asked => written(usual, &kind),
            _ => String::new(),
        };
        let word = |member: &str| schema.get(member).and_then(Value::as_str).map(str::to_owned);
        let label = label(name, schema).to_owned();
        let required = required.is_some_and(|names| names.iter().any(|required| required == name));
        Field { id, label, hint: word("description"), kind, required, value }
    };
    let mut fields: Vec<Field> = members.iter().map(field).collect();
    fields.sort_by_key(|field| !field.required);
    fields
}

/// What was typed, as the flow's input: laid over what it is usually given.
///
/// # Errors
/// What does not fit, a sentence each.
pub(super) fn read(schema: &Value, usual: &Value, typed: &Fields) -> Result<Value, Vec<String>> {
    let mut problems = Vec::new();
    let input = match members(schema) {
        None => match serde_json::from_str(typed.get(MEMBER).map_or("", String::as_str)) {
            Ok(input) => input,
            Err(error) => return Err(vec![format!("The input is not JSON: {error}.")]),
        },
        Some(members) => {
            let mut input = usual.as_object().cloned().unwrap_or_default();
            for (name, schema) in members {
                let typed = typed.get(&format!("{MEMBER}{name}")).map_or("", String::as_str);
                match value(&kind(name, schema), typed) {
                    Ok(Some(value)) => drop(input.insert(name.clone(), value)),
                    Ok(None) => drop(input.remove(name)),
                    Err(wanted) => problems.push(format!("{} must be {wanted}.", label(name, schema))),
                }
            }
            Value::Object(input)
        }
    };
    if problems.is_empty() {
        problems = complaints(schema, &input);
    }
    if problems.is_empty() { Ok(input) } else { Err(problems) }
}

fn members(schema: &Value) -> Option<&Map<String, Value>> {
    schema.get("properties").and_then(Value::as_object).filter(|members| !members.is_empty())
}

/// What a member is called on the page.
fn label<'a>(name: &'a str, schema: &'a Value) -> &'a str {
    schema.get("title").and_then(Value::as_str).unwrap_or(name)
}

fn kind(name: &str, schema: &Value) -> Kind {
    let is = |word: &str| {
        schema.get("type").is_some_and(|kind| {
            kind == word || kind.as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == word))
        })
    };
    let number = is("integer") || is("number");
    if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
        return Kind::Choice(choices.iter().map(Value::to_string).collect());
    }
    match () {
        () if (is("string") || number) && (is_marked(schema) || is_secret_name(name)) => {
            Kind::Secret { number: !is("string") }
        }
        () if is("string") => Kind::Text,
        () if number => Kind::Number,
        () if is("boolean") => Kind::YesOrNo,
        () => Kind::Json,
    }
}

/// A value as it stands in a field.
fn written(value: &Value, kind: &Kind) -> String {
    match (kind, value) {
        (Kind::Text | Kind::Secret { .. } | Kind::Number, Value::String(text)) => text.clone(),
        (Kind::YesOrNo, Value::Bool(false)) => String::new(),
        (Kind::Json, value) => pretty(value),
        (_, value) => value.to_string(),
    }
}

/// What was typed as a value, `None` for nothing.
fn value(kind: &Kind, typed: &str) -> Result<Option<Value>, &'static str> {
    let json = |wanted| serde_json::from_str(typed).map(Some).map_err(|_| wanted);
    match kind {
        Kind::YesOrNo => Ok(Some(Value::Bool(!typed.is_empty()))),
        _ if typed.trim().is_empty() => Ok(None),
        Kind::Text | Kind::Secret { number: false } => Ok(Some(Value::from(typed))),
        Kind::Number | Kind::Secret { number: true } => match json("a number")? {
            Some(Value::Number(number)) => Ok(Some(Value::Number(number))),
            _ => Err("a number"),
        },
        Kind::Choice(choices) if choices.iter().any(|choice| choice == typed) => json("one of its choices"),
        Kind::Choice(_) => Err("one of its choices"),
        Kind::Json => json("JSON"),
    }
}

/// What the schema has against a value. Where a secret stands in what is wrong, it is not quoted.
fn complaints(schema: &Value, input: &Value) -> Vec<String> {
    let secrets = marked_places(schema, input);
    let Ok(schema) = jsonschema::validator_for(schema) else { return Vec::new() };
    let sentence = |error: jsonschema::ValidationError<'_>| {
        let at = error.instance_path().to_string();
        let around = |one: &str, other: &str| {
            one.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let secret = secrets.iter().any(|secret| around(secret, &at) || around(&at, secret));
        let text = if secret { error.masked().to_string() } else { error.to_string() };
        match at.trim_start_matches('/') {
            "" => format!("{text}."),
            place => format!("{place}: {text}."),
        }
    };
    schema.iter_errors(input).map(sentence).collect()
}

/// JSON that was typed as it stands in the form once more: without secrets, and not at all where they cannot be told apart.
fn shown_again(typed: &str, schema: &Value, name: &str) -> String {
    let under = |value: Value| if name.is_empty() { value } else { json!({ name: value }) };
    let Ok(value) = serde_json::from_str::<Value>(typed) else {
        return if mentions_a_secret(schema) || is_secret_name(name) { String::new() } else { typed.to_owned() };
    };
    let described = if name.is_empty() { schema.clone() } else { json!({"properties": {name: schema}}) };
    let value = under(value);
    let places = marked_places(&described, &value);
    if places.is_empty() {
        return typed.to_owned();
    }
    let shown = without_marked(&value, &places);
    pretty(if name.is_empty() { &shown } else { shown.get(name).unwrap_or(&Value::Null) })
}

/// Whether something in a schema is secret.
fn mentions_a_secret(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => {
            is_marked(schema) || members.iter().any(|(name, value)| is_secret_name(name) || mentions_a_secret(value))
        }
        Value::Array(items) => items.iter().any(mentions_a_secret),
        _ => false,
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(pairs: &[(&str, &str)]) -> Fields {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_is_typed_becomes_the_input() {
        let schema = json!({"type": "object", "required": ["department"], "properties": {
            "department": {"type": "string", "minLength": 2},
            "limit": {"type": "integer"},
            "dryRun": {"type": "boolean"},
            "mode": {"enum": ["all", "new"]},
            "tags": {"type": "array"},
        }});
        let usual = json!({"department": "Sales", "limit": 5, "other": true});
        let full = typed(&[
            ("input.department", "R&D"),
            ("input.limit", "12345678901234567890"),
            ("input.dryRun", "on"),
            ("input.mode", "\"new\""),
            ("input.tags", "[\"a\"]"),
        ]);
        let expected = serde_json::from_str::<Value>(
            r#"{"department": "R&D", "limit": 12345678901234567890, "other": true, "dryRun": true, "mode": "new", "tags": ["a"]}"#,
        );
        assert_eq!(read(&schema, &usual, &full).unwrap(), expected.unwrap());
        let wrong =
            typed(&[("input.department", "R&D"), ("input.limit", "many"), ("input.mode", "none"), ("input.tags", "[")]);
        assert_eq!(
            read(&schema, &usual, &wrong).unwrap_err(),
            ["limit must be a number.", "mode must be one of its choices.", "tags must be JSON."]
        );
        let short = typed(&[("input.department", "x")]);
        assert_eq!(read(&schema, &usual, &short).unwrap_err(), ["department: \"x\" is shorter than 2 characters."]);
        assert_eq!(read(&schema, &usual, &typed(&[])).unwrap_err(), ["\"department\" is a required property."]);

        let fields = fields(&schema, &usual, &Fields::new());
        let shown: Vec<_> =
            fields.iter().map(|field| (field.id.as_str(), field.value.as_str(), field.required)).collect();
        assert!(
            shown.contains(&("input.department", "Sales", true)) && shown.contains(&("input.limit", "5", false)),
            "{shown:?}"
        );
    }

    #[test]
    fn a_schema_without_members_is_one_field_of_json() {
        let schema = json!({"type": "array", "minItems": 1});
        assert_eq!(fields(&schema, &json!([1]), &Fields::new()).len(), 1);
        assert_eq!(read(&schema, &json!([1]), &typed(&[("input.", "[2]")])).unwrap(), json!([2]));
        assert!(read(&schema, &json!([1]), &typed(&[("input.", "[]")])).unwrap_err()[0].contains("[]"));
        assert!(read(&schema, &json!([1]), &typed(&[])).unwrap_err()[0].starts_with("The input is not JSON"));
    }

    #[test]
    fn secrets_are_not_shown_again() {
        let schema = json!({"properties": {
            "key": {"type": "string", "writeOnly": true, "default": "hush"},
            "word": {"type": ["string", "null"], "format": "password"},
            "pin": {"type": "integer"},
        }});
        let asked = fields(&schema, &json!({"key": "hush", "pin": 4711}), &Fields::new());
        assert_eq!(asked.len(), 3);
        assert!(asked.iter().all(|field| matches!(field.kind, Kind::Secret { .. }) && field.value.is_empty()));
        let given =
            read(&schema, &json!({}), &typed(&[("input.key", "a"), ("input.word", "b"), ("input.pin", "4711")]));
        assert_eq!(given.unwrap(), json!({"key": "a", "word": "b", "pin": 4711}));
    }

    #[test]
    fn what_is_wrong_is_said_without_the_secret() {
        let schema = json!({"minProperties": 5, "properties": {
            "key": {"type": "string", "writeOnly": true, "minLength": 20},
            "more": {"properties": {"apiToken": {"pattern": "^x"}}},
            "who": {"type": "string", "minLength": 9},
        }});
        let more = r#"{"apiToken": "swordfish"}"#;
        let form = typed(&[("input.key", "swordfish"), ("input.more", more), ("input.who", "ada")]);
        let problems = read(&schema, &json!({}), &form).unwrap_err().join("\n");
        assert!(!problems.contains("swordfish"), "{problems}");
        assert!(
            problems.contains("key: ") && problems.contains("more/apiToken: ") && problems.contains("\"ada\""),
            "{problems}"
        );
        // Nor in the form once more.
        let asked = fields(&schema, &json!({}), &form);
        let more = asked.iter().find(|field| field.id == "input.more").unwrap();
        assert!(more.value.contains("[redacted]") && !more.value.contains("swordfish"), "{}", more.value);
        assert_eq!(shown_again("{\"apiToken\": \"sword", &json!({"properties": {"apiToken": {}}}), ""), "");
        assert_eq!(shown_again("{\"who\": \"sword", &json!({}), ""), "{\"who\": \"sword");
    }
}
