//! Exchanges of one call with the outside: limits, redirects and retries around what the platform sends, the secrets that no
//! failure may quote, and the warnings. It knows no credentials.
//!
//! It turns what the transport says into failures, but leaves the meaning of a status to the operations: any complete answer
//! is `Ok`, except the redirects it follows.

use super::platform::{Bounds, Platform, Reason, TransportError};
use super::{Effect, Request, Response, retry};
use crate::connection::Connection;
use crate::failure::{Failure, Kind, Result, forms, scrub};
use std::cell::{Cell, RefCell};
use url::Url;

/// The exchanges of one call.
pub struct Exchanges<'a> {
    platform: &'a dyn Platform,
    connection: &'a Connection,
    started: u64,
    budget: u64,
    requests: Cell<u32>,
    secrets: RefCell<Vec<String>>,
    warnings: RefCell<Vec<String>>,
}

/// An answer, and whether an earlier attempt of the same request may have been carried out.
#[derive(Debug)]
pub struct Exchange {
    /// The answer.
    pub response: Response,
    /// Whether an earlier attempt got lost after it was sent.
    pub repeated: bool,
}

impl<'a> Exchanges<'a> {
    /// Exchanges that may take `deadline` milliseconds, and never more than the connection allows.
    pub fn new(platform: &'a dyn Platform, connection: &'a Connection, deadline: Option<u32>) -> Self {
        let total = u64::from(connection.parts.timeouts.total);
        Exchanges {
            platform,
            connection,
            started: platform.elapsed(),
            budget: deadline.map_or(total, |deadline| total.min(u64::from(deadline))),
            requests: Cell::new(0),
            secrets: RefCell::default(),
            warnings: RefCell::default(),
        }
    }

    /// The connection.
    pub fn connection(&self) -> &'a Connection {
        self.connection
    }

    /// The outside.
    pub fn platform(&self) -> &'a dyn Platform {
        self.platform
    }

    /// Requests made so far.
    pub fn requests(&self) -> u32 {
        self.requests.get()
    }

    /// Remembers a secret, so that no failure quotes it in any form.
    pub fn guard(&self, secret: &str) {
        let mut secrets = self.secrets.borrow_mut();
        if !secrets.iter().any(|known| known == secret) {
            secrets.push(secret.to_owned());
        }
    }

    /// Tells the caller something although the call succeeds.
    pub fn warn(&self, warning: impl Into<String>) {
        let (warning, mut warnings) = (warning.into(), self.warnings.borrow_mut());
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }

    /// What the caller is told besides the result.
    pub fn warnings(&self) -> Vec<String> {
        let warnings = self.warnings.take();
        // Only where there is something to look through: most calls warn of nothing.
        let secrets = if warnings.is_empty() { Vec::new() } else { self.forms() };
        warnings.iter().map(|warning| scrub(warning, &secrets)).collect()
    }

    /// A failure without the secrets of this conversation.
    pub fn clean(&self, mut failure: Box<Failure>) -> Box<Failure> {
        failure.scrub(&self.forms());
        failure
    }

    /// The secrets in every form they may be quoted in.
    fn forms(&self) -> Vec<String> {
        self.secrets.borrow().iter().flat_map(|secret| forms(secret)).collect()
    }

    /// Milliseconds left for this call.
    pub fn left(&self) -> u64 {
        self.budget.saturating_sub(self.platform.elapsed().saturating_sub(self.started))
    }

    /// Waits before an attempt that follows attempt number `attempt` of something larger than a request, as before a retry; false
    /// where no further one is allowed or no time is left for it.
    pub fn rest(&self, attempt: u32) -> bool {
        let settings = &self.connection.parts.retry;
        let pause = retry::pause(settings, attempt, self.platform.random(), None);
        let pause = pause.filter(|pause| attempt < settings.max_attempts && *pause < self.left());
        pause.inspect(|pause| self.platform.sleep(*pause)).is_some()
    }

    /// Sends a request as it is, with retries; `redirects` says whether the service may redirect it within its origin.
    pub fn attempts(&self, request: &Request, redirects: bool) -> Result<Exchange> {
        let settings = &self.connection.parts.retry;
        let mut repeated = false;
        let mut attempt = 1;
        loop {
            let outcome = match redirects {
                true => self.following(request).map_err(|failure| after(request, repeated, failure))?,
                false => self.once(request),
            };
            if attempt < settings.max_attempts && retry::may_repeat(request.effect, &outcome) {
                let hint = outcome.as_ref().ok().and_then(|response| retry::retry_after(response, self.platform.now()));
                let pause = retry::pause(settings, attempt, self.platform.random(), hint);
                if let Some(pause) = pause.filter(|pause| *pause < self.left()) {
                    repeated |= match &outcome {
                        Err(error) => error.maybe_sent,
                        Ok(response) => !retry::refused_unprocessed(response),
                    };
                    attempt += 1;
                    self.platform.sleep(pause);
                    continue;
                }
            }
            return match outcome {
                Ok(response) => Ok(Exchange { response, repeated }),
                // A change was made, whether or not its answer can be read.
                Err(TransportError {
                    reason: Reason::Oversized(status @ 200..300) | Reason::Unholdable(status @ 200..300),
                    headers,
                    ..
                }) if request.effect != Effect::Read => {
                    Ok(Exchange { response: Response::unread(status, headers), repeated })
                }
                Err(error) => Err(self.lost(request, &error, repeated)),
            };
        }
    }

    /// One exchange, redirects within the origin followed (RFC 9110 section 15.4).
    fn following(&self, request: &Request) -> Result<std::result::Result<Response, TransportError>> {
        let mut request = request.clone();
        for _ in 0..=self.connection.parts.limits.redirects {
            let response = match self.once(&request) {
                Ok(response) if matches!(response.status, 301 | 302 | 303 | 307 | 308) => response,
                other => return Ok(other),
            };
            let target = response.header("location").and_then(|location| request.url.join(location).ok());
            // A write is only sent again where the provider says that it changes nothing about the request.
            let keeps_method = matches!(response.status, 307 | 308) || request.effect == Effect::Read;
            match target {
                Some(target) if same_origin(&target, &self.connection.service_url) && keeps_method => {
                    request.url = target
                }
                Some(target) => {
                    let mut failure = Failure::new(
                        Kind::Protocol,
                        format!(
                            "the provider redirects {} to {}, which is not followed; correct serviceUrl",
                            request.method.as_str(),
                            shown(&target)
                        ),
                    );
                    failure.status = Some(response.status);
                    // 303 leads from what was carried out to its result (RFC 9110 section 15.4.4).
                    return Err(after(&request, response.status == 303, failure));
                }
                None => return Ok(Ok(response)),
            }
        }
        Err(Failure::new(
            Kind::Protocol,
            format!(
                "more than {} redirects; correct serviceUrl or raise limits.redirects",
                self.connection.parts.limits.redirects
            ),
        ))
    }

    fn once(&self, request: &Request) -> std::result::Result<Response, TransportError> {
        let left = self.left();
        if left == 0 {
            return Err(TransportError {
                reason: Reason::Timeout,
                maybe_sent: false,
                detail: format!("no time left of the {} ms of this call", self.budget),
                headers: Vec::new(),
            });
        }
        let parts = &self.connection.parts;
        let bounds = Bounds {
            connect: u64::from(parts.timeouts.connect).min(left),
            first_byte: u64::from(parts.timeouts.first_byte).min(left),
            between_bytes: u64::from(parts.timeouts.between_bytes).min(left),
            total: left,
            response_bytes: parts.limits.response_bytes,
        };
        self.requests.set(self.requests.get().saturating_add(1));
        self.platform.send(request, &bounds)
    }

    /// What an exchange without an answer means to the caller.
    fn lost(&self, request: &Request, error: &TransportError, repeated: bool) -> Box<Failure> {
        let origin = shown(&request.url);
        let (kind, worth_another, what) = match error.reason {
            Reason::Dns => (Kind::Unavailable, true, format!("the name of {origin} does not resolve: {error}")),
            Reason::Refused => (Kind::Unavailable, true, format!("{origin} cannot be reached: {error}")),
            Reason::Tls => (Kind::Configuration, false, format!("no secure connection to {origin}: {error}")),
            Reason::Denied => {
                (Kind::Configuration, false, format!("the host does not allow requests to {origin}: {error}"))
            }
            Reason::Timeout => (Kind::Timeout, true, format!("{origin} did not answer in time: {error}")),
            Reason::Closed => (Kind::Unavailable, true, format!("{origin} broke off: {error}")),
            Reason::TooLarge | Reason::Oversized(_) => (
                Kind::TooLarge,
                false,
                format!(
                    "the answer of {origin} is larger than {} bytes; ask for less or raise limits.responseBytes",
                    self.connection.parts.limits.response_bytes
                ),
            ),
            Reason::Unholdable(_) => (
                Kind::TooLarge,
                false,
                format!(
                    "the answer of {origin} does not fit into the memory of the connector ({error}); ask for less, or raise the host's limits.memoryBytes"
                ),
            ),
            Reason::Unsendable => (Kind::TooLarge, false, format!("not sent to {origin}: {error}")),
            Reason::Malformed => (Kind::Protocol, false, format!("the answer of {origin} is not HTTP: {error}")),
            Reason::Internal => (Kind::Internal, false, format!("the request to {origin} failed: {error}")),
        };
        let mut failure = Failure::new(kind, what);
        failure.transient = worth_another;
        if let Reason::Oversized(status) | Reason::Unholdable(status) = error.reason {
            failure.status = Some(status);
        }
        after(request, error.maybe_sent || repeated, failure)
    }
}

/// A failure of a request that, where `carried_out` says so, an earlier exchange may have carried out.
pub(super) fn after(request: &Request, carried_out: bool, failure: Box<Failure>) -> Box<Failure> {
    if carried_out && request.effect != Effect::Read { failure.maybe_applied() } else { failure }
}

/// Whether two URLs have scheme, host and port in common (RFC 6454 section 4).
pub fn same_origin(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.host() == other.host()
        && one.port_or_known_default() == other.port_or_known_default()
}

/// The origin of a URL, for a message: paths and queries may hold personal data.
pub fn shown(url: &Url) -> String {
    url.origin().ascii_serialization()
}
