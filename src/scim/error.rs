//! What an answer that is no success means (RFC 7644 section 3.12).

use super::error_body::{self, parse};
use super::resource::{Data, Resource};
use crate::failure::{Failure, Kind, Result};

/// Longest excerpt of an unexpected body, in characters.
const EXCERPT: usize = 300;

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
fn named(status: u16, error: &error_body::ScimError) -> Option<Kind> {
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

/// The failure of a creation: a conflict is one with what is there already, whatever else the answer says (RFC 7644 section 3.3).
pub fn of_creation(mut failure: Box<Failure>) -> Box<Failure> {
    const CODE: &str = "uniqueness";
    if failure.kind == Kind::Conflict
        && let Some(other) = failure.scim_type.replace(CODE.to_owned()).filter(|other| other != CODE)
    {
        failure.detail.push_str(&format!(" (scimType {other})"));
    }
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

/// The status that an error says which came with the status of a success, also wrapped; none for anything else.
pub fn in_success(object: &Resource) -> Option<u16> {
    let wrapped = || ["response", "error"].iter().find_map(|name| object.get(name)?.as_object());
    let error = Some(object).into_iter().chain(wrapped()).find(|object| error_body::names_error(object))?;
    let status = error.number("status").and_then(|status| u16::try_from(status).ok());
    Some(status.filter(|status| (400..600).contains(status)).unwrap_or(500))
}

/// Whether the body of an answer without success is a SCIM error (RFC 7644 section 3.12), as far as can be told.
pub fn is_scim(body: &[u8]) -> bool {
    let error = Data::parse(body).ok();
    let scim =
        |error: &Resource| ["schemas", "scimType"].iter().any(|name| error.get(name).is_some_and(|it| !it.is_null()));
    error.as_ref().and_then(Data::as_object).is_some_and(scim)
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
    // A byte order mark is not JSON, and there all the same.
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    Data::parse_within(text, depth).map_err(|error| match error {
        error if error.is_depth() => {
            let mut failure =
                not_scim(format!("the body nests deeper than {depth}; raise limits.jsonDepth if that is right"));
            failure.kind = Kind::TooLarge;
            failure
        }
        _ if looks_like_html(text) => not_scim("the body is HTML, not SCIM; check serviceUrl".to_owned()),
        error => not_scim(format!("the body is not JSON ({error}); check serviceUrl")),
    })
}

fn looks_like_html(body: &[u8]) -> bool {
    let start = body.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or_default();
    body.get(start) == Some(&b'<')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conflict_with_a_creation_is_about_uniqueness() {
        let rows = [
            (409, "", Kind::Conflict, Some("uniqueness")),
            (409, "<html>Conflict</html>", Kind::Conflict, Some("uniqueness")),
            (409, r#"{"scimType":"UNIQUENESS"}"#, Kind::Conflict, Some("uniqueness")),
            (409, r#"{"scimType":"invalidValue"}"#, Kind::Conflict, Some("uniqueness")),
            (400, r#"{"detail":"username_taken"}"#, Kind::Conflict, Some("uniqueness")),
            (409, r#"{"detail":"REQUIRED_FIELD_MISSING: x"}"#, Kind::InvalidInput, None),
            (400, r#"{"scimType":"invalidValue"}"#, Kind::InvalidInput, Some("invalidValue")),
            (412, "", Kind::Precondition, None),
        ];
        for (status, body, kind, code) in rows {
            let found = of_creation(failure(status, body.as_bytes(), "createUser"));
            assert_eq!((found.kind, found.scim_type.as_deref()), (kind, code), "{status} {body}");
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
