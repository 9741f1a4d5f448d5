//! What the way out must be told about the service at its end: where its tokens come from, and what its requests mean beyond
//! HTTP. Knows no stage.

use super::message::Request;
use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, Uri};
use std::sync::Arc;

/// The protocol that is spoken over HTTP.
pub trait Protocol: Send + Sync {
    /// Whether a request may change something at the service.
    fn is_write(&self, method: &Method, _url: &Uri) -> bool {
        !method.is_safe()
    }

    /// Whether the service answers at this URL whoever asks, so that a test of the connection may ask it without a token.
    fn is_public(&self, _url: &Uri) -> bool {
        false
    }

    /// The body, and its media type, of an answer that the host gives in the service's place.
    fn error_body(&self, _status: StatusCode, detail: &str) -> (HeaderValue, Bytes) {
        (HeaderValue::from_static("text/plain; charset=utf-8"), detail.to_owned().into())
    }
}

/// HTTP and nothing above it: every method that is not safe (RFC 9110 section 9.2.1) is a write.
pub struct PlainHttp;

impl Protocol for PlainHttp {}

/// The service at the end of a way out.
#[derive(Clone)]
pub struct Service {
    /// The token endpoint: a POST there changes nothing.
    pub token_url: Option<Uri>,
    /// What is spoken with the service itself.
    pub protocol: Arc<dyn Protocol>,
}

impl Service {
    /// Whether the request only fetches a token.
    pub fn fetches_token(&self, request: &Request) -> bool {
        let (url, token) = (&request.url, self.token_url.as_ref());
        token.is_some_and(|token| token.path() == url.path() && token.authority() == url.authority())
    }

    /// Whether the request may change something at the service.
    pub fn is_write(&self, request: &Request) -> bool {
        self.protocol.is_write(&request.method, &request.url) && !self.fetches_token(request)
    }
}
