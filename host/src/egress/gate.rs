//! The stage that keeps to the rate of a connection: holds requests back, and tells the connection's gate how those that were
//! sent ended.

use super::fault::{Fault, SendError};
use super::interceptor::{Intercepted, Interceptor, Next};
use super::message::{Request, Response, retry_after};
use super::service::{Protocol, Service};
use crate::traffic::{Throttled, Traffic};
use http::StatusCode;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The stage.
pub struct Gate {
    /// The connection's gate.
    pub traffic: Arc<Traffic>,
    /// Whom requests go to.
    pub service: Service,
    /// Requests let out so far.
    pub requests: Arc<AtomicU64>,
}

impl Interceptor for Gate {
    fn intercept<'a>(&'a self, request: Request, next: Next<'a>) -> Intercepted<'a> {
        Box::pin(self.pass(request, next))
    }
}

impl Gate {
    async fn pass(&self, request: Request, next: Next<'_>) -> Result<Response, SendError> {
        let recording = request.recording.clone();
        let fetches_token = self.service.fetches_token(&request);
        if fetches_token {
            self.traffic.count_request();
        } else if let Err(throttled) = self.traffic.before_request(&request.activity.prepaid, patience(&request)).await
        {
            let answer = answer(throttled, &*self.service.protocol);
            if let Some(recording) = recording {
                recording.unsent("held");
                recording.head(answer.status, answer.version, &answer.headers);
                recording.failed(Fault::HttpRequestDenied.name(), &throttled.reason());
            }
            return request.answer(answer).await;
        }
        self.requests.fetch_add(1, Ordering::Relaxed);
        request.activity.request_left();
        if let Some(recording) = &recording {
            recording.leaves(&request.headers, fetches_token);
        }
        let outcome = next.run(request).await;
        note(&self.traffic, !fetches_token, &outcome);
        if let (Some(recording), Ok(response)) = (&recording, &outcome) {
            recording.head(response.status, response.version, &response.headers);
        }
        outcome
    }
}

/// How long a request may be held back.
fn patience(request: &Request) -> Duration {
    let left = request.activity.end().map(|end| end.saturating_duration_since(Instant::now()));
    left.map_or(request.timeouts.connect, |left| left.min(request.timeouts.connect))
}

/// The answer to a request that is held back: a 429 (RFC 6585 section 4). The component knows that such a request was not
/// carried out, and waits or gives up as its connection says.
fn answer(throttled: Throttled, protocol: &dyn Protocol) -> Response {
    let status = StatusCode::TOO_MANY_REQUESTS;
    let (kind, body) = protocol.error_body(status, &throttled.reason());
    let mut response = Response::new(status, body);
    // In whole seconds (RFC 9110 section 10.2.3).
    response.headers.insert(RETRY_AFTER, throttled.seconds().into());
    response.headers.insert(CONTENT_TYPE, kind);
    response
}

/// Tells the gate how an exchange ended. `service` says whether it was with the service itself: what the token endpoint
/// answers says nothing about the service, but a token endpoint that is down lets no call succeed either.
fn note(traffic: &Traffic, service: bool, outcome: &Result<Response, SendError>) {
    match outcome {
        Ok(response) => {
            let status = response.status;
            if service && let Some(pause) = pause(response) {
                traffic.hold(pause);
            }
            if matches!(status.as_u16(), 500 | 502 | 503 | 504) {
                traffic.breaker.failed(|| format!("status {}", status.as_u16()));
            } else if service {
                traffic.breaker.succeeded();
            }
        }
        // The host's own word says nothing about the provider.
        Err(SendError {
            fault: Fault::HttpRequestDenied | Fault::DestinationIpProhibited | Fault::ConfigurationError,
            ..
        }) => {}
        Err(error) => traffic.breaker.failed(|| error.to_string()),
    }
}

/// How long a refusal asks to wait, where all requests are meant and not just this one.
fn pause(response: &Response) -> Option<Duration> {
    let all = matches!(response.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    retry_after(response.status, &response.headers).filter(|_| all)
}

#[cfg(test)]
mod tests {
    use super::super::service::PlainHttp;
    use super::*;
    use crate::settings::{Breaker, Limits};
    use crate::usage::BreakerState;
    use std::time::SystemTime;

    fn traffic() -> Traffic {
        Traffic::new(&Limits { breaker: Breaker { failures: 1, pause_ms: 60_000 }, ..Limits::default() })
    }

    fn response(status: u16, retry_after: &str) -> Result<Response, SendError> {
        let mut response = Response::new(StatusCode::from_u16(status).unwrap(), "");
        response.headers.insert(RETRY_AFTER, retry_after.parse().unwrap());
        Ok(response)
    }

    /// An answer without `Retry-After` that names the time at which its limit is lifted.
    fn limited(status: u16) -> Result<Response, SendError> {
        let mut response = Response::new(StatusCode::from_u16(status).unwrap(), "");
        let lifted = SystemTime::now() + Duration::from_secs(60);
        let lifted = lifted.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        response.headers.insert("x-rate-limit-reset", lifted.into());
        Ok(response)
    }

    #[test]
    fn what_opens_the_breaker() {
        let rows: [(bool, Result<Response, SendError>, bool); 9] = [
            (true, response(200, ""), false),
            (true, response(404, ""), false),
            (true, response(429, ""), false),
            (true, response(500, ""), true),
            (true, response(503, ""), true),
            (false, response(502, ""), true),
            (true, Err(Fault::ConnectionRefused.into()), true),
            (true, Err(Fault::HttpRequestDenied.into()), false),
            (true, Err(Fault::DestinationIpProhibited.into()), false),
        ];
        for (service, outcome, opens) in rows {
            let traffic = traffic();
            note(&traffic, service, &outcome);
            assert_eq!(traffic.breaker.now() == BreakerState::Open, opens, "{outcome:?}");
        }
    }

    #[test]
    fn a_token_does_not_close_the_breaker_and_the_service_does() {
        let traffic = traffic();
        note(&traffic, true, &response(500, ""));
        note(&traffic, false, &response(200, ""));
        assert_eq!(traffic.breaker.now(), BreakerState::Open);
        note(&traffic, true, &response(404, ""));
        assert_eq!(traffic.breaker.now(), BreakerState::Closed);
    }

    #[test]
    fn who_may_hold_a_connection_back() {
        let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(60));
        let rows = [
            (true, response(429, "60"), true),
            (true, response(429, "59.5"), true),
            (true, response(503, &date), true),
            (true, response(429, "0"), false),
            (true, response(429, "soon"), false),
            (true, response(429, "-1"), false),
            (true, response(200, "60"), false),
            (true, response(403, "60"), false),
            (false, response(429, "60"), false),
            (true, limited(429), true),
            (true, limited(503), false),
        ];
        for (service, outcome, holds) in rows {
            let traffic = traffic();
            note(&traffic, service, &outcome);
            assert_eq!(traffic.held_for() > Duration::from_secs(50), holds, "{outcome:?}");
        }
    }

    #[tokio::test]
    async fn the_answer_says_when_to_come_again() {
        let answer = answer(Throttled { pause: Duration::from_millis(1200), by_provider: false }, &PlainHttp);
        assert_eq!((answer.status.as_u16(), answer.headers[RETRY_AFTER].to_str().unwrap()), (429, "2"));
        assert_eq!(
            answer.body.bytes().await.unwrap(),
            "not sent: requests of this connection are limited (host.limits.requestsPerSecond), and its turn comes in 1200 ms"
        );
    }
}
