//! HTTP as the operations see it: build a [`Request`], get a [`Response`].
//!
//! `platform` is the seam to the outside (transport, clocks, randomness, environment); `outside` implements it in the
//! component; `exchange` adds limits, redirects and retries, `auth` credentials, which it may fetch by exchanges; `client` is
//! the two together. Each knows those before it only, and none knows what SCIM is.

mod auth;
pub mod client;
pub mod exchange;
#[cfg(target_family = "wasm")]
pub mod outside;
pub mod platform;
pub mod retry;

use url::Url;

/// The methods SCIM uses (RFC 7644 section 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Create, search, bulk.
    Post,
    /// Replace.
    Put,
    /// Change.
    Patch,
    /// Remove.
    Delete,
}

impl Method {
    /// As it stands on the request line.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

/// What a request does to the provider, and so when it may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Changes nothing: it may always be repeated.
    Read,
    /// Changes something, and twice is the same as once (RFC 9110 section 9.2.2).
    IdempotentWrite,
    /// Changes something each time: repeated only if it was surely not carried out.
    Write,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its method.
    pub method: Method,
    /// Its URL.
    pub url: Url,
    /// Its headers, besides those the client adds.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Option<Vec<u8>>,
    /// What it does.
    pub effect: Effect,
}

/// A header of our own for an answer whose body was not read.
const UNREAD: &str = "x-connector-unread";

/// An answer, with its whole body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers in the order they came.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of a name, without regard to case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|header| header.0.eq_ignore_ascii_case(name)).map(|header| header.1.as_str())
    }

    /// An answer whose body is too large to be read.
    pub fn unread(status: u16, mut headers: Vec<(String, String)>) -> Response {
        headers.push((UNREAD.to_owned(), String::new()));
        Response { status, headers, body: Vec::new() }
    }

    /// Whether the body is too large, and was not read.
    pub fn is_unread(&self) -> bool {
        self.header(UNREAD).is_some()
    }

    /// Whether the status is a success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The provider's identifier for this exchange, where it gives one.
    pub fn request_id(&self) -> Option<String> {
        ["x-request-id", "request-id", "x-correlation-id", "x-ms-request-id", "x-okta-request-id", "x-amzn-requestid"]
            .iter()
            .find_map(|name| self.header(name))
            .map(|id| id.chars().filter(|char| !char.is_control()).take(128).collect())
    }
}
