//! A request and its answer without the HTTP library, so that a bulk operation or an asynchronous request is a request
//! like any other. Also the conditions of a request (RFC 7644 section 3.14). Knows no resource and no endpoint.

use super::error::{Result, ScimError};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use serde_json::Value;

pub(super) const SCIM_JSON: &str = "application/scim+json";

/// A request below the service URL.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) method: Method,
    /// The path below the service URL, percent-encoded.
    pub(super) path: String,
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Call {
    /// The path's segments, decoded.
    pub(super) fn segments(&self) -> Vec<String> {
        let decode = |segment: &str| percent_encoding::percent_decode_str(segment).decode_utf8_lossy().into_owned();
        self.path.split('/').filter(|segment| !segment.is_empty()).map(decode).collect()
    }

    /// A header's value; nothing when it is missing or no text.
    pub(super) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body, which must be JSON and say so.
    pub(super) fn json(&self) -> Result<Value> {
        let content_type = self.header(&header::CONTENT_TYPE).unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        // RFC 7644 section 3.1
        if ![SCIM_JSON, "application/json"].contains(&media_type.as_str()) {
            return Err(ScimError::status(415, "Content-Type: must be application/scim+json"));
        }
        serde_json::from_slice(&self.body)
            .map_err(|error| ScimError::invalid_syntax(format!("the body is not JSON: {error}")))
    }

    pub(super) fn conditions(&self) -> Conditions {
        let tags = |name: HeaderName| {
            let lines: Vec<&str> =
                self.headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok()).collect();
            (!lines.is_empty()).then(|| {
                let tags = lines.iter().flat_map(|line| line.split(','));
                tags.map(|tag| opaque(tag.trim()).to_owned()).collect()
            })
        };
        Conditions { matches: tags(header::IF_MATCH), differs: tags(header::IF_NONE_MATCH) }
    }
}

/// What must hold of a resource's version for a request to be carried out.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    /// `If-Match`
    matches: Option<Vec<String>>,
    /// `If-None-Match`
    differs: Option<Vec<String>>,
}

impl Conditions {
    /// Whether `If-None-Match` names this version: the client has it already.
    pub(super) fn is_known(&self, version: &str) -> bool {
        self.differs.as_deref().is_some_and(|tags| lists(tags, version))
    }

    /// Fails when a write must not happen to this version.
    pub(super) fn allow_write(&self, version: &str) -> Result<()> {
        self.allow_read(version)?;
        if self.is_known(version) {
            return Err(ScimError::status(412, "If-None-Match: the resource has this version"));
        }
        Ok(())
    }

    /// Fails when `If-Match` names other versions only.
    pub(super) fn allow_read(&self, version: &str) -> Result<()> {
        match &self.matches {
            Some(tags) if !lists(tags, version) => {
                Err(ScimError::status(412, format!("If-Match: the resource has version {version}, read it again")))
            }
            _ => Ok(()),
        }
    }
}

/// All versions here are weak, so they are compared weakly; the RFC's own examples do that in `If-Match`.
fn lists(tags: &[String], version: &str) -> bool {
    tags.iter().any(|tag| tag == "*" || tag == opaque(version))
}

fn opaque(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

/// The body of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    Empty,
    Json(Value),
    Text(String),
}

/// An answer.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) content: Content,
}

impl Reply {
    pub(super) fn empty(status: u16) -> Self {
        Self { status, headers: HeaderMap::new(), content: Content::Empty }
    }

    pub(super) fn json(status: u16, body: Value) -> Self {
        Self { content: Content::Json(body), ..Self::empty(status) }.with(header::CONTENT_TYPE, SCIM_JSON)
    }

    pub(super) fn ok(body: Value) -> Self {
        Self::json(200, body)
    }

    /// Adds a header. Values come from the sandbox itself; one that is no header value is left out.
    pub(super) fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    pub(super) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl From<&ScimError> for Reply {
    fn from(error: &ScimError) -> Self {
        Self::json(error.status, error.body())
    }
}
