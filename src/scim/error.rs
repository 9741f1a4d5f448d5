//! What an answer that is no success means (RFC 7644 section 3.12).

use super::resource::{self, Data, Node, Resource};
use super::urn;
use crate::failure::{Failure, Kind, Result};

/// What a SCIM error body says, as far as it is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScimError {
    /// Detail error code, verbatim.
    pub scim_type: Option<String>,
    /// The provider's words.
    pub detail: Option<String>,
}

/// Longest text of a provider's that is passed on, in characters.
const WORDS: usize = 1000;
/// Longest excerpt of an unexpected body, in characters.
const EXCERPT: usize = 300;

/// Reads an error body: SCIM, or the shapes that gateways in front of it use.
pub fn parse(body: &[u8]) -> ScimError {
    let body = Data::parse(body).unwrap_or_default();
    // A bare list of errors is read by its first.
    let first = body.as_list().map_or(Some(&body), |items| items.first());
    let Some(object) = first.and_then(Data::as_object) else { return ScimError::default() };
    // Some servers wrap the error, or send a list of them.
    let inner = ["Errors", "errors", "error"].iter().find_map(|name| match object.get(name)?.node() {
        Node::List(items) => items.first().and_then(Data::as_object),
        Node::Object(object) => Some(object),
        _ => None,
    });
    let read = |object: &Resource| ScimError {
        scim_type: object.text("scimType").filter(|text| !text.is_empty()).map(|text| short(&text, 64)),
        detail: ["detail", "description", "error_description", "message", "errorSummary"]
            .iter()
            .find_map(|name| object.text(name).filter(|text| !text.trim().is_empty()))
            .map(|text| short(&text, WORDS)),
    };
    let outer = read(object);
    let inner = inner.map(read).unwrap_or_default();
    ScimError { scim_type: outer.scim_type.or(inner.scim_type), detail: outer.detail.or(inner.detail) }
}

/// Text on one line, without control characters, cut to a length.
pub fn short(text: &str, longest: usize) -> String {
    let mut line = String::new();
    for word in text.split(|char: char| char.is_whitespace() || char.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > longest * 4 {
            break;
        }
    }
    match line.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// The beginning of a body, for a person.
pub fn excerpt(body: &[u8]) -> Option<String> {
    let head = body.get(..body.len().min(4 * EXCERPT)).unwrap_or_default();
    let mut text = short(&String::from_utf8_lossy(head), EXCERPT);
    // What follows white space that was left out is cut off as well.
    if head.len() < body.len() && !text.ends_with('…') {
        text.push('…');
    }
    Some(text).filter(|text| !text.is_empty())
}

/// Kind and transience of a status and a detail error code.
pub fn classify(status: u16, scim_type: Option<&str>) -> (Kind, bool) {
    match (status, scim_type) {
        (_, Some("uniqueness")) => (Kind::Conflict, false),
        (304, _) => (Kind::NotModified, false),
        (401, _) => (Kind::Authentication, false),
        (403, _) => (Kind::Permission, false),
        (404 | 410, _) => (Kind::NotFound, false),
        (405 | 501, _) => (Kind::Unsupported, false),
        (408, _) => (Kind::Timeout, true),
        (409, _) => (Kind::Conflict, false),
        (412 | 428, _) => (Kind::Precondition, false),
        (413 | 414 | 431, _) => (Kind::TooLarge, false),
        (415 | 406, _) => (Kind::Protocol, false),
        (425 | 429, _) => (Kind::Throttled, true),
        (400..=499, _) => (Kind::InvalidInput, false),
        (500..=599, _) => (Kind::Unavailable, true),
        _ => (Kind::Protocol, false),
    }
}

/// Words that providers begin their text with, or that are all of it, and what they mean although the status says otherwise.
const KNOWN_WORDS: [(&str, Kind); 5] = [
    ("REQUIRED_FIELD_MISSING", Kind::InvalidInput),
    ("DUPLICATE_USERNAME", Kind::Conflict),
    ("DUPLICATE_VALUE", Kind::Conflict),
    ("username_taken", Kind::Conflict),
    ("email_taken", Kind::Conflict),
];

/// The kind that the text of a refused request names.
fn named(status: u16, error: &ScimError) -> Option<Kind> {
    let detail = error.detail.as_deref().filter(|_| matches!(status, 400 | 409))?;
    let word = detail.split(':').next().unwrap_or_default().trim();
    KNOWN_WORDS.iter().find(|row| row.0 == word).map(|row| row.1)
}

/// The failure an answer stands for. `what` says what was asked, for example `createUser`.
pub fn failure(status: u16, body: &[u8], what: &str) -> Box<Failure> {
    let error = parse(body);
    let (kind, transient) = classify(status, error.scim_type.as_deref());
    let kind = named(status, &error).unwrap_or(kind);
    let reason = reason(status);
    let words = match &error.detail {
        Some(detail) => format!("the provider answered {what} with {status}{reason}: {detail}"),
        None => format!("the provider answered {what} with {status}{reason}"),
    };
    let mut failure = Failure::new(kind, words);
    failure.transient = transient;
    failure.status = Some(status);
    failure.excerpt = if error.detail.is_none() { excerpt(body) } else { None };
    failure.scim_type = error.scim_type;
    failure
}

fn reason(status: u16) -> &'static str {
    match status {
        304 => " Not Modified",
        400 => " Bad Request",
        401 => " Unauthorized",
        403 => " Forbidden",
        404 => " Not Found",
        405 => " Method Not Allowed",
        409 => " Conflict",
        412 => " Precondition Failed",
        413 => " Content Too Large",
        429 => " Too Many Requests",
        500 => " Internal Server Error",
        501 => " Not Implemented",
        502 => " Bad Gateway",
        503 => " Service Unavailable",
        504 => " Gateway Timeout",
        _ => "",
    }
}

/// Reads a success's body as a JSON object. `what` says what was asked.
pub fn object(status: u16, body: &[u8], depth: u32, what: &str) -> Result<Resource> {
    json(status, body, depth, what)?.into_object().map_err(|other| {
        let detail = format!("the body is {}, not a JSON object", other.type_name());
        not_scim(status, body, what, &detail)
    })
}

/// Reads the body of a change that succeeded: some write nothing as null.
pub fn object_or_null(status: u16, body: &[u8], depth: u32, what: &str) -> Result<Resource> {
    if body.trim_ascii() == b"null" { Ok(Resource::new()) } else { object(status, body, depth, what) }
}

/// The status that an error says which came with the status of a success; none for anything else.
pub fn in_success(object: &Resource) -> Option<u16> {
    let schemas = object.get("schemas")?.as_list()?;
    let named = schemas.iter().filter_map(Data::as_str).any(|name| name.eq_ignore_ascii_case(urn::ERROR));
    let status = object.number("status").and_then(|status| u16::try_from(status).ok());
    named.then(|| status.filter(|status| (400..600).contains(status)).unwrap_or(500))
}

/// The failure of a success whose body is not what it should be.
pub fn not_scim(status: u16, body: &[u8], what: &str, detail: &str) -> Box<Failure> {
    let mut failure = Failure::new(Kind::Protocol, format!("the provider answered {what} with {status}, but {detail}"));
    failure.status = Some(status);
    failure.excerpt = excerpt(body);
    failure
}

/// Reads a success's body as any JSON: documents of discovery come as bare lists, too.
pub fn json(status: u16, body: &[u8], depth: u32, what: &str) -> Result<Data> {
    let not_scim = |detail: String| not_scim(status, body, what, &detail);
    if resource::depth(body) > depth {
        let mut failure =
            not_scim(format!("the body nests deeper than {depth}; raise limits.jsonDepth if that is right"));
        failure.kind = Kind::TooLarge;
        return Err(failure);
    }
    // A byte order mark is not JSON, and there all the same.
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    match Data::parse(body) {
        Ok(value) => Ok(value),
        Err(_) if looks_like_html(body) => Err(not_scim("the body is HTML, not SCIM; check serviceUrl".to_owned())),
        Err(error) => Err(not_scim(format!("the body is not JSON ({error}); check serviceUrl"))),
    }
}

fn looks_like_html(body: &[u8]) -> bool {
    let start = body.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or_default();
    body.get(start) == Some(&b'<')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_many_shapes() {
        let rows: [(&str, Option<&str>, Option<&str>); 11] = [
            (
                r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"scimType":"uniqueness","detail":"taken","status":"409"}"#,
                Some("uniqueness"),
                Some("taken"),
            ),
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
        ];
        for (body, scim_type, detail) in rows {
            let found = parse(body.as_bytes());
            assert_eq!((found.scim_type.as_deref(), found.detail.as_deref()), (scim_type, detail), "{body}");
        }
    }

    #[test]
    fn words_say_what_a_status_does_not() {
        let rows = [
            (409, "taken", Kind::Conflict),
            (
                409,
                "REQUIRED_FIELD_MISSING:user_must_have_one_entitlement_which_must_be_a_profileid;",
                Kind::InvalidInput,
            ),
            (400, "REQUIRED_FIELD_MISSING: [x]", Kind::InvalidInput),
            (400, "DUPLICATE_USERNAME: Duplicate Username.", Kind::Conflict),
            (400, "username_taken", Kind::Conflict),
            (400, "username_taken is no attribute", Kind::InvalidInput),
            (403, "REQUIRED_FIELD_MISSING: x", Kind::Permission),
            (500, "username_taken", Kind::Unavailable),
        ];
        for (status, detail, kind) in rows {
            let body = crate::scim::resource::json!({"detail": detail, "status": status}).to_string();
            assert_eq!(failure(status, body.as_bytes(), "createUser").kind, kind, "{status} {detail}");
        }
    }

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(short("ä  b\r\n\u{7}c", 10), "ä b c");
        assert_eq!(short("äöüß", 2), "äö…");
    }
}
