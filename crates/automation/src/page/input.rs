//! The form of a flow's input: fields for the members its JSON Schema names, and back from what was typed to JSON. What the
//! schema does not describe by members is one field of JSON.

use super::exchange::Fields;
use scim_connector_flow::check::is_secret_name;
use serde_json::{Map, Value};

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
    /// Not shown while it is typed (`writeOnly`, or a name that says so).
    Secret,
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
        let value = typed.get(MEMBER).cloned().unwrap_or_else(|| pretty(usual));
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
        let usual = usual.get(name).or_else(|| schema.get("default")).filter(|_| kind != Kind::Secret);
        let value = match (typed.get(&id), usual) {
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
    let is = |word: &str| schema.get("type").is_some_and(|kind| kind == word);
    if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
        return Kind::Choice(choices.iter().map(Value::to_string).collect());
    }
    match () {
        () if is("string") && (schema.get("writeOnly") == Some(&Value::Bool(true)) || is_secret_name(name)) => {
            Kind::Secret
        }
        () if is("string") => Kind::Text,
        () if is("integer") || is("number") => Kind::Number,
        () if is("boolean") => Kind::YesOrNo,
        () => Kind::Json,
    }
}

/// A value as it stands in a field.
fn written(value: &Value, kind: &Kind) -> String {
    match (kind, value) {
        (Kind::Text | Kind::Secret | Kind::Number, Value::String(text)) => text.clone(),
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
        Kind::Text | Kind::Secret => Ok(Some(Value::from(typed))),
        Kind::Number => match json("a number")? {
            Some(Value::Number(number)) => Ok(Some(Value::Number(number))),
            _ => Err("a number"),
        },
        Kind::Choice(choices) if choices.iter().any(|choice| choice == typed) => json("one of its choices"),
        Kind::Choice(_) => Err("one of its choices"),
        Kind::Json => json("JSON"),
    }
}

/// What the schema has against a value.
fn complaints(schema: &Value, input: &Value) -> Vec<String> {
    let Ok(schema) = jsonschema::validator_for(schema) else { return Vec::new() };
    let sentence =
        |error: jsonschema::ValidationError<'_>| match error.instance_path().to_string().trim_start_matches('/') {
            "" => format!("{error}."),
            place => format!("{place}: {error}."),
        };
    schema.iter_errors(input).map(sentence).collect()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
        let schema = json!({"properties": {"key": {"type": "string", "writeOnly": true, "default": "hush"}}});
        let fields = fields(&schema, &json!({"key": "hush"}), &Fields::new());
        assert!(fields.iter().all(|field| field.kind == Kind::Secret && field.value.is_empty()));
    }
}
