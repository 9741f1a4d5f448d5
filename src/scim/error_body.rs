//! What an error's body says: SCIM's own form, also wrapped or as text within another, and the shapes that gateways and web frameworks
//! use. Knows no status.

use super::error::short;
use super::resource::{Data, Node, Resource};
use super::urn;

/// What a SCIM error body says, as far as it is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScimError {
    /// Detail error code: in the standard's spelling where it is one of the standard's, else verbatim.
    pub scim_type: Option<String>,
    /// The provider's words.
    pub detail: Option<String>,
}

/// Longest text of a provider's that is passed on, in characters.
const LONGEST: usize = 1000;
/// Deepest that an error is looked for within another.
const DEEPEST: u32 = 5;
/// Most reasons of a list that are passed on.
const REASONS: usize = 5;

/// Members that stand for the provider's words, the best first.
const WORDS: [&str; 5] = ["detail", "description", "error_description", "message", "errorSummary"];
/// Members that an error is wrapped in, as JSON or as text of JSON.
const WRAPPERS: [&str; 6] = ["Errors", "errors", "error", "response", "detail", "message"];

/// The detail error codes of RFC 7644 section 3.12 and of RFC 9865 section 2.
const CODES: [&str; 13] = [
    "invalidFilter",
    "tooMany",
    "uniqueness",
    "mutability",
    "invalidSyntax",
    "invalidPath",
    "noTarget",
    "invalidValue",
    "invalidVers",
    "sensitive",
    "invalidCursor",
    "expiredCursor",
    "invalidCount",
];

/// Reads an error body.
pub fn parse(body: &[u8]) -> ScimError {
    within(&Data::parse(body).unwrap_or_default(), 0)
}

fn within(value: &Data, level: u32) -> ScimError {
    match value.node() {
        _ if level > DEEPEST => ScimError::default(),
        Node::Object(object) => of_object(object, level),
        // A list of errors is read by its first; one of reasons as a whole.
        Node::List(items) => match items.first().map(|first| within(first, level + 1)) {
            Some(found) if found != ScimError::default() => found,
            _ => ScimError { detail: reasons(items), ..ScimError::default() },
        },
        Node::Text(text) => as_json(text).map(|inner| within(&inner, level + 1)).unwrap_or_default(),
        _ => ScimError::default(),
    }
}

fn of_object(object: &Resource, level: u32) -> ScimError {
    let own = ScimError {
        scim_type: object.text("scimType").map(|text| code(text.trim())).filter(|text| !text.is_empty()),
        detail: WORDS.iter().find_map(|name| words(object.get(name)?)),
    };
    // The last of equals is the greatest, hence backwards.
    let inner = WRAPPERS
        .iter()
        .rev()
        .filter_map(|name| object.get(name))
        .map(|value| (is_scim(value), within(value, level + 1)))
        .filter(|(_, found)| *found != ScimError::default())
        .max_by_key(|(scim, found)| (*scim, found.scim_type.is_some()));
    let Some((scim, inner)) = inner else { return own };
    // SCIM's own words say more than those of what they are wrapped in.
    let (first, second) =
        if scim && own.scim_type.is_none() && !names_error(object) { (inner, own) } else { (own, inner) };
    ScimError { scim_type: first.scim_type.or(second.scim_type), detail: first.detail.or(second.detail) }
}

/// Whether a value, or the JSON that a text is, says that it is a SCIM error.
fn is_scim(value: &Data) -> bool {
    match value.node() {
        Node::Object(object) => names_error(object) || object.get("scimType").is_some(),
        Node::List(items) => items.first().is_some_and(is_scim),
        Node::Text(text) => {
            as_json(text).is_some_and(|inner| !matches!(inner.node(), Node::Text(_)) && is_scim(&inner))
        }
        _ => false,
    }
}

/// Whether an object's `schemas` say that it is a SCIM error.
pub fn names_error(object: &Resource) -> bool {
    let schemas = object.get("schemas").and_then(Data::as_list).unwrap_or_default();
    schemas.iter().filter_map(Data::as_str).any(|name| name.eq_ignore_ascii_case(urn::ERROR))
}

/// The object or list that a text is.
pub fn as_json(text: &str) -> Option<Data> {
    let text = text.trim();
    text.starts_with(['{', '[']).then(|| Data::parse(text.as_bytes()).ok())?
}

/// A member as words; JSON in it is no words.
fn words(value: &Data) -> Option<String> {
    let text = value.to_text().filter(|text| !text.trim().is_empty() && as_json(text).is_none())?;
    Some(short(&text, LONGEST))
}

/// A code in the standard's spelling, where it is one of the standard's.
fn code(text: &str) -> String {
    let known = CODES.iter().find(|known| known.eq_ignore_ascii_case(text));
    known.map_or_else(|| short(text, 64), |known| (*known).to_owned())
}

/// Reasons as texts, or with the place each is about: `{"loc": ["body", "userName"], "msg": "field required"}`.
fn reasons(items: &[Data]) -> Option<String> {
    let reason = |item: &Data| {
        let Node::Object(object) = item.node() else { return item.as_str().and_then(|_| words(item)) };
        let message = words(object.get("msg")?)?;
        let place = object.get("loc").and_then(Data::as_list).unwrap_or_default();
        let place: Vec<String> = place.iter().filter_map(Data::to_text).collect();
        Some(if place.is_empty() { message } else { format!("{}: {message}", place.join(".")) })
    };
    let mut found: Vec<String> = items.iter().filter_map(reason).take(REASONS + 1).collect();
    if found.len() > REASONS {
        found.truncate(REASONS);
        found.push("…".to_owned());
    }
    (!found.is_empty()).then(|| short(&found.join("; "), LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_many_shapes() {
        const SCIM: &str = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"scimType":"Uniqueness","detail":"taken","status":"409"}"#;
        let quoted = Data::from(SCIM).to_string();
        let rows: [(&str, Option<&str>, Option<&str>); 28] = [
            (SCIM, Some("uniqueness"), Some("taken")),
            (r#"{"Detail":"Taken","SCIMTYPE":"x","status":409}"#, Some("x"), Some("Taken")),
            (r#"{"Errors":[{"description":"old style","code":"400"}]}"#, None, Some("old style")),
            (r#"{"error":{"message":"gateway"}}"#, None, Some("gateway")),
            (r#"{"error":"invalid_token","error_description":"expired"}"#, None, Some("expired")),
            (r#"{"detail":" ","message":"second choice"}"#, None, Some("second choice")),
            (r#"{"message":"two\nlines"}"#, None, Some("two lines")),
            ("<html>", None, None),
            ("", None, None),
            ("[1]", None, None),
            (r#"[{"message":"Session expired","errorCode":"INVALID_SESSION_ID"}]"#, None, Some("Session expired")),
            // Wrapped, as JSON and as text.
            (&format!(r#"{{"response":{SCIM}}}"#), Some("uniqueness"), Some("taken")),
            (&format!(r#"{{"message":"refused","response":{SCIM}}}"#), Some("uniqueness"), Some("taken")),
            (&format!(r#"{{"response":{quoted}}}"#), Some("uniqueness"), Some("taken")),
            (&format!(r#"{{"message":{quoted}}}"#), Some("uniqueness"), Some("taken")),
            (&format!(r#"{{"detail":{SCIM}}}"#), Some("uniqueness"), Some("taken")),
            (&format!(r#"{{"error":{{"message":{quoted}}}}}"#), Some("uniqueness"), Some("taken")),
            (&quoted, Some("uniqueness"), Some("taken")),
            (r#"{"message":"{not JSON"}"#, None, Some("{not JSON")),
            (r#"{"scimType":"INVALIDFILTER"}"#, Some("invalidFilter"), None),
            (r#"{"scimType":" noTarget "}"#, Some("noTarget"), None),
            (r#"{"scimType":""}"#, None, None),
            (
                r#"{"scimType":"mutability","detail":"own","errors":[{"scimType":"other","detail":"x"}]}"#,
                Some("mutability"),
                Some("own"),
            ),
            // A web framework's.
            (
                r#"{"detail":[{"loc":["body","userName"],"msg":"field required","type":"value_error.missing"},{"loc":["body","emails",0],"msg":"bad","input":"ada@example.com"}]}"#,
                None,
                Some("body.userName: field required; body.emails.0: bad"),
            ),
            (r#"{"detail":[{"msg":"no place"}]}"#, None, Some("no place")),
            (
                r#"{"errors":["userName is taken","emails is invalid"]}"#,
                None,
                Some("userName is taken; emails is invalid"),
            ),
            (r#"{"detail":[{"loc":["a"]}]}"#, None, None),
            (r#"{"errors":["1","2","3","4","5","6","7"]}"#, None, Some("1; 2; 3; 4; 5; …")),
        ];
        for (body, scim_type, detail) in rows {
            let found = parse(body.as_bytes());
            assert_eq!((found.scim_type.as_deref(), found.detail.as_deref()), (scim_type, detail), "{body}");
        }
    }

    #[test]
    fn wrappings_without_end_are_not_followed() {
        let deep = (0..100).fold(r#"{"detail":"x"}"#.to_owned(), |inner, _| format!(r#"{{"error":{inner}}}"#));
        assert_eq!(parse(deep.as_bytes()), ScimError::default());
    }
}
