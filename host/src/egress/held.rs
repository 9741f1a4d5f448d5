//! What a request means to the gate of its connection: the answer to one that is held back, and what the outcome of one
//! that was sent says about the provider.

use super::fault::Failed;
use crate::traffic::{Held, Traffic};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{Response, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::json;
use std::time::{Duration, SystemTime};
use wasmtime_wasi_http::{Error as Fault, WasiBody};

/// The answer to a request that is held back: a 429 (RFC 6585 section 4) in SCIM's form (RFC 7644 section 3.12). The
/// component knows that such a request was not carried out, and waits or gives up as its connection says.
pub fn answer(held: Held) -> Response<WasiBody> {
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": "429",
        "detail": held.reason(),
    });
    let body = Full::new(Bytes::from(body.to_string())).map_err(|never| match never {}).boxed_unsync();
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    // In whole seconds (RFC 9110 section 10.2.3), and not too early.
    let seconds = held.pause.as_millis().div_ceil(1000);
    let headers = response.headers_mut();
    headers.insert(RETRY_AFTER, u32::try_from(seconds).unwrap_or(u32::MAX).into());
    headers.insert(CONTENT_TYPE, http::HeaderValue::from_static("application/scim+json"));
    response
}

/// Tells the gate how an exchange ended. `service` says whether it was with the service itself: what the token endpoint
/// answers says nothing about the service, but a token endpoint that is down lets no call succeed either.
pub fn note<B>(traffic: &Traffic, service: bool, outcome: &Result<Response<B>, Failed>) {
    match outcome {
        Ok(response) => {
            let status = response.status();
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
        Err(Failed {
            code: Fault::HttpRequestDenied | Fault::DestinationIpProhibited | Fault::ConfigurationError,
            ..
        }) => {}
        Err(Failed { code, words }) => traffic.breaker.failed(|| words.clone().unwrap_or_else(|| code.to_string())),
    }
}

/// What `Retry-After` asks for (RFC 9110 section 10.2.3), where all requests are meant and not just this one.
fn pause<B>(response: &Response<B>) -> Option<Duration> {
    if !matches!(response.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        return None;
    }
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim();
    match text.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
        Err(_) => httpdate::parse_http_date(text).ok()?.duration_since(SystemTime::now()).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Breaker, Limits};
    use crate::traffic::breaker::BreakerState;

    fn traffic() -> Traffic {
        Traffic::new(&Limits { breaker: Breaker { failures: 1, pause_ms: 60_000 }, ..Limits::default() })
    }

    fn response(status: u16, retry_after: &str) -> Result<Response<()>, Failed> {
        Ok(Response::builder().status(status).header("retry-after", retry_after).body(()).unwrap())
    }

    #[test]
    fn what_opens_the_breaker() {
        let rows: [(bool, Result<Response<()>, Failed>, bool); 9] = [
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
        ];
        for (service, outcome, holds) in rows {
            let traffic = traffic();
            note(&traffic, service, &outcome);
            assert_eq!(traffic.held_for() > Duration::from_secs(50), holds, "{outcome:?}");
        }
    }

    #[tokio::test]
    async fn the_answer_is_scims() {
        let answer = answer(Held { pause: Duration::from_millis(1200), by_provider: false });
        assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (429, "2"));
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["status"], "429");
        assert_eq!(
            body["detail"],
            "not sent: requests of this connection are limited (host.limits.requestsPerSecond), and its turn comes in 1200 ms"
        );
    }
}
