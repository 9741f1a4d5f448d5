//! What SCIM's requests mean to the way out (RFC 7644).

use crate::egress::service::Protocol;
use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, Uri};
use serde_json::json;

/// SCIM over HTTP.
pub(super) struct Scim;

impl Protocol for Scim {
    /// A search by POST changes nothing (RFC 7644 section 3.4.3).
    fn is_write(&self, method: &Method, url: &Uri) -> bool {
        let searches = method == Method::POST && url.path().ends_with("/.search");
        !(method.is_safe() || searches)
    }

    /// Discovery needs no credentials at many services (RFC 7644 section 4).
    fn is_public(&self, url: &Uri) -> bool {
        url.path().ends_with("/ServiceProviderConfig")
    }

    /// RFC 7644 section 3.12.
    fn error_body(&self, status: StatusCode, detail: &str) -> (HeaderValue, Bytes) {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": status.as_str(),
            "detail": detail,
        });
        (HeaderValue::from_static("application/scim+json"), body.to_string().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searches_are_no_writes() {
        let is_write = |method, path: &str| Scim.is_write(&method, &path.parse().unwrap());
        assert!(!is_write(Method::POST, "https://a.test/Users/.search"));
        assert!(!is_write(Method::GET, "https://a.test/Users"));
        assert!(is_write(Method::POST, "https://a.test/Users"));
        assert!(is_write(Method::DELETE, "https://a.test/Users/.search"));
    }

    #[test]
    fn answers_of_the_hosts_are_scims() {
        let (kind, body) = Scim.error_body(StatusCode::TOO_MANY_REQUESTS, "later");
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            (kind.to_str().unwrap(), &body["status"], &body["detail"]),
            ("application/scim+json", &json!("429"), &json!("later"))
        );
    }
}
