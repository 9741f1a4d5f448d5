//! One call's conversation with the service: credentials and headers around exchanges, and a new token after a 401.

use super::exchange::after;
pub use super::exchange::{Exchange, Exchanges, same_origin, shown};
use super::platform::Platform;
use super::{Method, Request, auth};
use crate::connection::{Auth, Connection};
use crate::failure::Result;
use std::cell::Cell;
use std::ops::Deref;

const USER_AGENT: &str = concat!("scim-connector/", env!("CARGO_PKG_VERSION"));

/// The conversation of one call. What needs no credentials is the exchanges' own.
pub struct Client<'a> {
    exchanges: Exchanges<'a>,
    conditional: Cell<bool>,
}

impl<'a> Deref for Client<'a> {
    type Target = Exchanges<'a>;

    fn deref(&self) -> &Exchanges<'a> {
        &self.exchanges
    }
}

impl<'a> Client<'a> {
    /// A conversation that may take `deadline` milliseconds, and never more than the connection allows.
    pub fn new(platform: &'a dyn Platform, connection: &'a Connection, deadline: Option<u32>) -> Self {
        Client { exchanges: Exchanges::new(platform, connection, deadline), conditional: Cell::new(false) }
    }

    /// Whether the last request sent had a condition that can fail (RFC 9110 section 13.1).
    pub fn was_conditional(&self) -> bool {
        self.conditional.get()
    }

    /// Sends a request to the service with the connection's credentials and headers.
    pub fn send(&self, request: &Request) -> Result<Exchange> {
        let condition = |name: &str| ["if-match", "if-none-match"].iter().any(|it| name.eq_ignore_ascii_case(it));
        self.conditional.set(request.headers.iter().any(|(name, _)| condition(name)));
        let first = self.authenticated(request, false)?;
        let is_token = matches!(self.connection().parts.auth, Auth::ClientCredentials(_));
        if first.response.status == 401 && is_token {
            // The token may have been revoked before its time: fetch one, once (RFC 6750 section 3.1).
            let second =
                self.authenticated(request, true).map_err(|failure| after(request, first.repeated, failure))?;
            return Ok(Exchange { repeated: first.repeated || second.repeated, ..second });
        }
        Ok(first)
    }

    /// Sends a request to the service without credentials.
    pub fn anonymous(&self, request: &Request) -> Result<Exchange> {
        self.attempts(&self.with_headers(request), true)
    }

    fn authenticated(&self, request: &Request, renew: bool) -> Result<Exchange> {
        let mut request = self.with_headers(request);
        request.headers.extend(auth::header(&self.exchanges, renew)?);
        self.attempts(&request, true)
    }

    /// The request with the headers that every request to the service has.
    fn with_headers(&self, request: &Request) -> Request {
        let mut request = request.clone();
        let headers = &mut request.headers;
        let knobs = &self.connection().profile.knobs;
        let accepts = headers.iter().any(|header| header.0.eq_ignore_ascii_case("accept"));
        if !accepts && (request.method != Method::Delete || knobs.accept_on_delete) {
            headers.push(("Accept".into(), knobs.accept.header().into()));
        }
        headers.extend(self.connection().parts.headers.iter().cloned());
        if !headers.iter().any(|header| header.0.eq_ignore_ascii_case("user-agent")) {
            headers.push(("User-Agent".into(), USER_AGENT.into()));
        }
        request
    }
}
