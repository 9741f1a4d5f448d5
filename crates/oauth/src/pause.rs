//! When a server says to come again, read alike by the component and by the host: `Retry-After`, else what an answer that refuses says
//! of its rate limit.

use std::time::UNIX_EPOCH;

/// The headers of a rate limit: what is left of it, and when it is lifted.
const LIMITS: [[&str; 2]; 3] = [
    // draft-ietf-httpapi-ratelimit-headers, before its seventh version
    ["ratelimit-remaining", "ratelimit-reset"],
    // GitHub and many others
    ["x-ratelimit-remaining", "x-ratelimit-reset"],
    // Okta
    ["x-rate-limit-remaining", "x-rate-limit-reset"],
];

/// Less than this is a number of seconds, and more a time: three years, or March 1973.
const SECONDS: f64 = 1e8;
/// Less than this is a time in seconds, and more one in milliseconds: the year 5138, or March 1973.
const UNIX_SECONDS: f64 = 1e11;

/// How long to wait before another attempt, in milliseconds. `header` gives the first header of a name in lower case, `now` is the Unix time
/// in milliseconds; a time is taken by the server's own clock where the answer has a `Date`.
pub fn retry_after<'a>(status: u16, header: impl Fn(&str) -> Option<&'a str>, now: u64) -> Option<u64> {
    let now = header("date").and_then(date).unwrap_or(now);
    let asked = header("retry-after").map(str::trim).and_then(|text| match number(text) {
        // In whole seconds by RFC 9110 section 10.2.3; some send parts.
        Some(seconds) => Some(milliseconds(seconds * 1000.0)),
        None => Some(date(text)?.saturating_sub(now)),
    });
    asked.or_else(|| match status {
        429 => limit(&header, now).filter(|limit| limit.left != Some(false)).map(|limit| limit.lifted),
        403 => limit(&header, now).filter(|limit| limit.left == Some(true)).map(|limit| limit.lifted),
        _ => None,
    })
}

/// Whether an answer says that a rate limit is used up: some say "forbidden" of too many requests.
pub fn limit_is_used_up<'a>(header: impl Fn(&str) -> Option<&'a str>) -> bool {
    limit(&header, 0).is_some_and(|limit| limit.left == Some(true))
}

/// A rate limit.
#[derive(Clone, Copy)]
struct Limit {
    /// Whether nothing is left of it, where that is said.
    left: Option<bool>,
    /// Milliseconds until it is lifted.
    lifted: u64,
}

/// The limit that stands in the way, or the first there is.
fn limit<'a>(header: &impl Fn(&str) -> Option<&'a str>, now: u64) -> Option<Limit> {
    let pairs = LIMITS.iter().filter_map(|[remaining, reset]| {
        let lifted = until(header(reset)?, now)?;
        Some(Limit { left: header(remaining).and_then(number).map(|left| left == 0.0), lifted })
    });
    let all: Vec<Limit> = header("ratelimit").map(structured).unwrap_or_default().into_iter().chain(pairs).collect();
    // Of several that are used up, the last to be lifted.
    let used_up = all.iter().filter(|limit| limit.left == Some(true)).max_by_key(|limit| limit.lifted);
    used_up.or(all.first()).copied()
}

/// `RateLimit` (draft-ietf-httpapi-ratelimit-headers): `"burst";r=0;t=5, "daily";r=9;t=3600`; of an older version
/// `limit=100, remaining=0, reset=5`.
fn structured(text: &str) -> Vec<Limit> {
    let mut old = (None, None);
    let mut found = Vec::new();
    for item in text.split(',') {
        let (mut left, mut lifted) = (None, None);
        for (name, value) in item.split(';').filter_map(|part| part.split_once('=')) {
            match name.trim() {
                "r" => left = number(value),
                "t" => lifted = number(value),
                "remaining" => old.0 = number(value),
                "reset" => old.1 = number(value),
                _ => {}
            }
        }
        found.push((left, lifted));
    }
    found.push(old);
    let limit = |(left, lifted): (Option<f64>, Option<f64>)| {
        Some(Limit { left: left.map(|left| left == 0.0), lifted: milliseconds(lifted? * 1000.0) })
    };
    found.into_iter().filter_map(limit).collect()
}

/// Milliseconds until a limit is lifted: told in seconds, or as a time in seconds, in milliseconds or as a date.
fn until(text: &str, now: u64) -> Option<u64> {
    Some(match number(text) {
        Some(seconds) if seconds < SECONDS => milliseconds(seconds * 1000.0),
        Some(time) if time < UNIX_SECONDS => milliseconds(time * 1000.0).saturating_sub(now),
        Some(time) => milliseconds(time).saturating_sub(now),
        None => date(text.trim())?.saturating_sub(now),
    })
}

/// A number that is not negative.
fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0)
}

/// As many as there are at the most, where it is more.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is not negative")]
fn milliseconds(number: f64) -> u64 {
    number as u64
}

/// A date of HTTP, in Unix milliseconds.
fn date(text: &str) -> Option<u64> {
    let since = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(since.as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sun, 06 Nov 1994 08:49:30 GMT.
    const NOW: u64 = 784_111_770_000;

    fn asked(status: u16, headers: &[(&str, &str)]) -> Option<u64> {
        retry_after(status, |name| headers.iter().find(|header| header.0 == name).map(|header| header.1), NOW)
    }

    #[test]
    fn retry_after_is_in_seconds_or_a_date() {
        let rows = [
            ("3", Some(3000)),
            ("0", Some(0)),
            ("1.5", Some(1500)),
            ("-1", None),
            ("soon", None),
            ("NaN", None),
            ("inf", None),
            ("1000000000000", Some(1_000_000_000_000_000)),
            ("99999999999999999999999999", Some(u64::MAX)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(7000)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", Some(0)),
        ];
        for (text, expected) in rows {
            assert_eq!(asked(503, &[("retry-after", text)]), expected, "{text}");
        }
        let clock = [("retry-after", "Sun, 06 Nov 1994 10:00:05 GMT"), ("date", "Sun, 06 Nov 1994 10:00:00 GMT")];
        assert_eq!(asked(429, &clock), Some(5000), "by the server's own clock");
    }

    #[test]
    fn a_limit_says_when_it_is_lifted() {
        let rows: [(&[(&str, &str)], Option<u64>); 19] = [
            (&[("x-rate-limit-remaining", "0"), ("x-rate-limit-reset", "784111800")], Some(30_000)),
            (&[("x-rate-limit-reset", "784111800")], Some(30_000)),
            (&[("x-rate-limit-reset", "784111800000")], Some(30_000)),
            (&[("x-rate-limit-reset", "30")], Some(30_000)),
            (&[("x-rate-limit-reset", "784111760")], Some(0)),
            (&[("x-rate-limit-reset", "784111835"), ("date", "Sun, 06 Nov 1994 08:50:30 GMT")], Some(5000)),
            (&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "784111773")], Some(3000)),
            (&[("x-ratelimit-reset", "Sun, 06 Nov 1994 08:49:37 GMT")], Some(7000)),
            (&[("x-ratelimit-remaining", "57"), ("x-ratelimit-reset", "784115000")], None),
            (&[("ratelimit-limit", "100"), ("ratelimit-remaining", "0"), ("ratelimit-reset", "5")], Some(5000)),
            (&[("ratelimit", "\"default\";r=0;t=30")], Some(30_000)),
            (&[("ratelimit", "\"a,b\"; r=0; t=5, \"daily\";r=0;t=60, \"x\";r=5;t=900")], Some(60_000)),
            (&[("ratelimit", "limit=100, remaining=0, reset=7")], Some(7000)),
            (&[("ratelimit", "\"default\";r=3;t=30")], None),
            (
                &[("ratelimit", "\"default\";r=3;t=30"), ("ratelimit-remaining", "0"), ("ratelimit-reset", "9")],
                Some(9000),
            ),
            (&[("ratelimit", "nonsense;t=;r,=")], None),
            (&[("x-ratelimit-reset", "1e300")], Some(u64::MAX - NOW)),
            (&[("x-ratelimit-reset", "soon")], None),
            (&[("retry-after", "soon"), ("x-ratelimit-reset", "2")], Some(2000)),
        ];
        for (headers, expected) in rows {
            assert_eq!(asked(429, headers), expected, "{headers:?}");
            assert_eq!(asked(200, headers), None, "{headers:?}");
        }
        let spent = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "784111773")];
        assert_eq!(asked(403, &spent), Some(3000));
        assert_eq!(asked(403, &spent[1..]), None, "a permission is missing");
        assert_eq!(asked(429, &[("retry-after", "1"), spent[0], spent[1]]), Some(1000), "Retry-After first");
    }
}
