//! When a request is sent again, and after which pause. Pure: it is told what happened and answers.

use super::platform::{Reason, TransportError};
use super::{Effect, Response};
use crate::connection::Retry;
use scim_connector_oauth::limit_is_used_up;

/// Whether what happened can be mended by sending the request again, and does no harm.
pub fn may_repeat(effect: Effect, outcome: &Result<Response, TransportError>) -> bool {
    match outcome {
        Err(error) => match error.reason {
            Reason::Dns | Reason::Refused | Reason::Timeout | Reason::Closed => {
                !error.maybe_sent || effect != Effect::Write
            }
            Reason::Malformed => effect == Effect::Read,
            Reason::Tls
            | Reason::Denied
            | Reason::TooLarge
            | Reason::Oversized(_)
            | Reason::Unholdable(_)
            | Reason::Unsendable
            | Reason::Internal => false,
        },
        Ok(response) if refused_unprocessed(response) => true,
        Ok(response) => effect != Effect::Write && matches!(response.status, 500 | 502 | 503 | 504),
    }
}

/// Whether the answer says that the request was turned away before it was carried out: 429 (RFC 6585 section 4), 503 with
/// `Retry-After` (RFC 9110 section 15.6.4), and 403 and 500 with the words or headers of providers that mean 429 by them. An answer
/// with results of bulk operations (RFC 7644 section 3.7) says that some were carried out, whatever its status.
pub fn refused_unprocessed(response: &Response) -> bool {
    if !matches!(response.status, 403 | 429 | 500 | 503) {
        return false;
    }
    if [&b"BulkResponse"[..], b"\"Operations\""].iter().any(|words| contains(&response.body, words)) {
        return false;
    }
    let retry_after = response.header("retry-after").is_some();
    let over_the_limit = || contains(&response.body, b"REQUEST_LIMIT_EXCEEDED");
    match response.status {
        429 => true,
        503 => retry_after,
        403 => retry_after || over_the_limit() || limit_is_used_up(|name| response.header(name)),
        500 => over_the_limit(),
        _ => false,
    }
}

fn contains(body: &[u8], needle: &[u8]) -> bool {
    body.get(..body.len().min(4096)).is_some_and(|head| head.windows(needle.len()).any(|window| window == needle))
}

/// How long the answer asks to wait, in milliseconds; `now` is the Unix time in milliseconds.
pub fn retry_after(response: &Response, now: u64) -> Option<u64> {
    scim_connector_oauth::retry_after(response.status, |name| response.header(name), now)
}

/// The pause before the attempt after `attempt` (from 1): doubling, capped, with jitter down to a half, so that clients that
/// failed together do not come back together. What the provider asks for is a lower bound; none where that is longer than the connection
/// allows.
pub fn pause(retry: &Retry, attempt: u32, random: u64, asked: Option<u64>) -> Option<u64> {
    let most = retry.max_delay.map(u64::from);
    let full = u64::from(retry.base_delay)
        .saturating_mul(1u64 << attempt.saturating_sub(1).min(16))
        .min(most.unwrap_or(Retry::LONGEST_BACKOFF));
    let jittered = full - full / 2 + random % (full / 2 + 1);
    let asked = asked.unwrap_or(0);
    most.is_none_or(|most| asked <= most).then(|| jittered.max(asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Result<Response, TransportError> {
        let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Ok(Response { status, headers, body: body.into() })
    }

    fn broken(reason: Reason, maybe_sent: bool) -> Result<Response, TransportError> {
        Err(TransportError { reason, maybe_sent, detail: String::new(), headers: Vec::new() })
    }

    #[test]
    fn what_may_be_repeated() {
        use Effect::*;
        let rows = [
            ("200 is final", answer(200, &[], ""), [false, false, false]),
            ("400 is final", answer(400, &[], ""), [false, false, false]),
            ("429 was turned away", answer(429, &[], ""), [true, true, true]),
            (
                "429 with results of bulk operations",
                answer(429, &[], r#"{"Operations":[{"method":"POST","status":"201"}]}"#),
                [false, false, false],
            ),
            ("503 may hide a write", answer(503, &[], ""), [true, true, false]),
            ("503 with Retry-After was turned away", answer(503, &[("Retry-After", "1")], ""), [true, true, true]),
            ("500 may hide a write", answer(500, &[], ""), [true, true, false]),
            ("500 that means 429", answer(500, &[], "REQUEST_LIMIT_EXCEEDED"), [true, true, true]),
            (
                "403 is final",
                answer(403, &[("X-RateLimit-Remaining", "9"), ("X-RateLimit-Reset", "9")], ""),
                [false; 3],
            ),
            ("403 that means 429", answer(403, &[("Retry-After", "1")], ""), [true, true, true]),
            (
                "403 at the limit",
                answer(403, &[("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "9")], ""),
                [true, true, true],
            ),
            ("403 with the words", answer(403, &[], r#"[{"errorCode":"REQUEST_LIMIT_EXCEEDED"}]"#), [true, true, true]),
            ("501 is final", answer(501, &[], ""), [false, false, false]),
            ("refused was not sent", broken(Reason::Refused, false), [true, true, true]),
            ("timeout after sending", broken(Reason::Timeout, true), [true, true, false]),
            ("closed after sending", broken(Reason::Closed, true), [true, true, false]),
            ("denied stays denied", broken(Reason::Denied, false), [false, false, false]),
            ("a bad certificate stays bad", broken(Reason::Tls, false), [false, false, false]),
            ("too large stays too large", broken(Reason::TooLarge, true), [false, false, false]),
        ];
        for (name, outcome, expected) in rows {
            let found = [Read, IdempotentWrite, Write].map(|effect| may_repeat(effect, &outcome));
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn pauses_grow_are_capped_and_respect_retry_after() {
        let retry = Retry { max_attempts: 9, base_delay: 100, max_delay: Some(1000) };
        for (attempt, low, high) in [(1, 50, 100), (2, 100, 200), (3, 200, 400), (9, 500, 1000)] {
            for random in [0, 7, 49, u64::MAX] {
                let pause = pause(&retry, attempt, random, None).unwrap();
                assert!((low..=high).contains(&pause), "attempt {attempt}: {pause}");
            }
        }
        let open = Retry { max_delay: None, ..retry };
        let rows = [
            (&retry, 1000, Some(1000)),
            (&retry, 1001, None),
            (&open, 60_000, Some(60_000)),
            (&open, u64::MAX, Some(u64::MAX)),
        ];
        for (retry, asked, expected) in rows {
            assert_eq!(pause(retry, 1, 0, Some(asked)), expected, "{asked}");
        }
        assert!(pause(&open, 60, u64::MAX, None).unwrap() <= Retry::LONGEST_BACKOFF);
    }
}
