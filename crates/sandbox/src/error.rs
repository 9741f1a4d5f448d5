//! The one error type of the sandbox and its JSON form (RFC 7644 section 3.12).
//!
//! Knows nothing of HTTP frameworks, storage or tokens; `server` turns it into an answer.

use serde_json::{Value, json};

/// The `schemas` value of an error body (RFC 7644 section 3.12).
const ERROR_URN: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// What a request failed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ScimError {
    /// HTTP status code.
    pub(super) status: u16,
    /// Detail error keyword, only for status 400 and 409 (RFC 7644, table 9; RFC 9865, table 3).
    pub(super) scim_type: Option<&'static str>,
    /// What went wrong, for a person.
    pub(super) detail: String,
}

/// Result of everything a request does.
pub(super) type Result<T> = std::result::Result<T, ScimError>;

/// Builds constructors for the errors of status 400 that carry a keyword of RFC 7644, table 9, or RFC 9865, table 3.
macro_rules! bad_request {
    ($($name:ident => $keyword:literal),* $(,)?) => {$(
        #[doc = concat!("Status 400 with `scimType` `", $keyword, "`.")]
        pub(super) fn $name(detail: impl Into<String>) -> Self {
            Self { status: 400, scim_type: Some($keyword), detail: detail.into() }
        }
    )*};
}

impl ScimError {
    bad_request! {
        expired_cursor => "expiredCursor",
        invalid_count => "invalidCount",
        invalid_cursor => "invalidCursor",
        invalid_filter => "invalidFilter",
        invalid_path => "invalidPath",
        invalid_syntax => "invalidSyntax",
        invalid_value => "invalidValue",
        mutability => "mutability",
        no_target => "noTarget",
    }

    /// An error without keyword.
    pub(super) fn status(status: u16, detail: impl Into<String>) -> Self {
        Self { status, scim_type: None, detail: detail.into() }
    }

    /// Status 404 for a resource.
    pub(super) fn not_found(kind: &str, id: &str) -> Self {
        Self::status(404, format!("no {kind} with id {id}"))
    }

    /// Status 409: another resource has the value (RFC 7644 section 3.3).
    pub(super) fn uniqueness(attribute: &str) -> Self {
        Self {
            status: 409,
            scim_type: Some("uniqueness"),
            detail: format!("{attribute}: another resource already has this value"),
        }
    }

    /// The body of the answer.
    pub(super) fn body(&self) -> Value {
        let mut body = json!({
            "schemas": [ERROR_URN],
            "status": self.status.to_string(),
            "detail": self.detail,
        });
        if let (Some(keyword), Some(map)) = (self.scim_type, body.as_object_mut()) {
            map.insert("scimType".into(), keyword.into());
        }
        body
    }
}
