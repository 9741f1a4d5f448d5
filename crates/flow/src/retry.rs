//! When a step that failed is tried again: the DSL's retry policy. Pure; [`super::run`] waits.

use super::expression::Expression;
use jiff::SpanRelativeTo;
use serde_json::Value;
use std::time::Duration;

/// How often a policy that does not say tries again.
const RETRIES: u32 = 3;

/// How long a policy that does not say waits.
const DELAY: Duration = Duration::from_secs(1);

/// The longest that is waited because a provider asks for it, where neither the policy nor the connection sets a bound.
const LONGEST: Duration = Duration::from_secs(3600);

/// The longest duration that a flow may name: a leap year.
pub const LONGEST_DURATION: Duration = Duration::from_secs(366 * 24 * 3600);

/// The longest pause between two tries, and the longest jitter: whoever waits for more than a day has a schedule.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 3600);

/// How long a provider asks to wait.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    /// So long at the least.
    pub pause: Duration,
    /// The longest that the connection allows (`retry.maxDelayMs`), where it says so.
    pub longest: Option<Duration>,
}

/// `retry` of a `catch`, or of `use.retries`.
#[derive(Clone)]
pub struct Policy {
    /// Only where this is true of the error.
    pub when: Option<Expression>,
    /// Not where this is true of the error.
    pub except_when: Option<Expression>,
    delay: Duration,
    backoff: Backoff,
    /// At least and at most so much more.
    jitter: (Duration, Duration),
    /// How many repetitions.
    retries: u32,
    /// How long one try may take.
    pub attempt_limit: Option<Duration>,
    /// How long all of them may take.
    limit: Option<Duration>,
}

#[derive(Clone, Copy)]
enum Backoff {
    Constant,
    Linear(Duration),
    Exponential,
}

impl Policy {
    /// Reads a policy; its expressions are the caller's.
    ///
    /// # Errors
    /// What is no duration.
    pub fn of(value: &Value) -> Result<Self, String> {
        let time = |pointer: &str| value.pointer(pointer).map(duration).transpose();
        let pause =
            |pointer: &str| value.pointer(pointer).map(|value| duration_within(value, LONGEST_PAUSE)).transpose();
        let delay = pause("/delay")?.unwrap_or(DELAY);
        let backoff = match value.get("backoff") {
            Some(backoff) if backoff.get("exponential").is_some() => Backoff::Exponential,
            Some(backoff) if backoff.get("linear").is_some() => {
                Backoff::Linear(pause("/backoff/linear/increment")?.unwrap_or(delay))
            }
            _ => Backoff::Constant,
        };
        let jitter = (pause("/jitter/from")?.unwrap_or_default(), pause("/jitter/to")?.unwrap_or_default());
        if jitter.0 > jitter.1 {
            return Err("`jitter` goes from the shorter time to the longer one".to_owned());
        }
        let count = value.pointer("/limit/attempt/count").and_then(Value::as_u64);
        Ok(Self {
            when: None,
            except_when: None,
            delay,
            backoff,
            jitter,
            retries: count.map_or(RETRIES, |count| u32::try_from(count).unwrap_or(u32::MAX)),
            attempt_limit: time("/limit/attempt/duration")?,
            limit: time("/limit/duration")?,
        })
    }

    /// How long to wait before the repetition `attempt`, counted from 1; none where there is none more. `spent` is what the
    /// tries and pauses so far took, `chance` is from 0 to 1.
    #[must_use]
    pub fn wait(&self, attempt: u32, spent: Duration, asked: Asked, chance: f64) -> Option<Duration> {
        let longest = asked.longest.or(self.limit).unwrap_or(LONGEST);
        if attempt > self.retries || asked.pause > longest {
            return None;
        }
        let before = attempt.saturating_sub(1);
        let own = match self.backoff {
            Backoff::Constant => self.delay,
            Backoff::Linear(increment) => self.delay.saturating_add(increment.saturating_mul(before)),
            Backoff::Exponential => self.delay.saturating_mul(1 << before.min(20)),
        };
        let (from, to) = self.jitter;
        let jitter = from.saturating_add(to.saturating_sub(from).mul_f64(chance.clamp(0.0, 1.0)));
        let wait = own.saturating_add(jitter).min(LONGEST_PAUSE);
        let wait = wait.max(asked.pause);
        self.limit.is_none_or(|limit| spent.saturating_add(wait) <= limit).then_some(wait)
    }
}

/// A duration of the DSL: an object of days to milliseconds, or ISO 8601. At most [`LONGEST_DURATION`].
///
/// # Errors
/// What it is instead.
pub fn duration(value: &Value) -> Result<Duration, String> {
    duration_within(value, LONGEST_DURATION)
}

/// A duration of `most` at most, which is a number of days.
///
/// # Errors
/// What it is instead.
pub fn duration_within(value: &Value, most: Duration) -> Result<Duration, String> {
    let duration = any_duration(value)?;
    if duration <= most {
        return Ok(duration);
    }
    let most = match most.as_secs() / (24 * 3600) {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    Err(format!("`{}` is too long: at most {most}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
}

fn any_duration(value: &Value) -> Result<Duration, String> {
    const UNITS: [(&str, u64); 5] =
        [("days", 86_400_000), ("hours", 3_600_000), ("minutes", 60_000), ("seconds", 1000), ("milliseconds", 1)];
    match value {
        Value::String(text) => {
            // A day of a duration has 24 hours; one that follows the calendar is `schedule.cron`.
            let span =
                text.parse::<jiff::Span>().and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()));
            let span = span.ok().filter(|_| text.starts_with('P'));
            let span = span.ok_or_else(|| format!("`{text}` is no ISO 8601 duration such as PT30S or P1D"))?;
            Duration::try_from(span).map_err(|_| format!("`{text}` is less than no time"))
        }
        Value::Object(members) if !members.is_empty() => {
            members.iter().try_fold(Duration::ZERO, |sum, (name, value)| {
                let unit = UNITS.iter().find(|(unit, _)| unit == name);
                let amount = value.as_u64().zip(unit).and_then(|(count, (_, unit))| count.checked_mul(*unit));
                let amount = amount.ok_or_else(|| {
                    format!("`{name}: {value}` is no part of a duration; write such as {{seconds: 30}}")
                })?;
                Ok(sum.saturating_add(Duration::from_millis(amount)))
            })
        }
        other => Err(format!("{other} is no duration; write {{seconds: 30}} or PT30S")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn pauses_grow_and_what_the_provider_asks_for_is_kept() {
        let policy = |value: Value| Policy::of(&value).unwrap();
        let waits = |policy: &Policy| {
            (1..=4)
                .map(|attempt| policy.wait(attempt, Duration::ZERO, Asked::default(), 0.5).map(|wait| wait.as_millis()))
                .collect::<Vec<_>>()
        };
        let four = json!({"attempt": {"count": 4}});
        assert_eq!(waits(&policy(json!({}))), [Some(1000), Some(1000), Some(1000), None]);
        assert_eq!(
            waits(&policy(json!({"delay": {"milliseconds": 100}, "backoff": {"exponential": {}}, "limit": four}))),
            [Some(100), Some(200), Some(400), Some(800)]
        );
        assert_eq!(
            waits(&policy(
                json!({"delay": "PT1S", "backoff": {"linear": {"increment": {"seconds": 2}}}, "limit": four})
            )),
            [Some(1000), Some(3000), Some(5000), Some(7000)]
        );
        let jittered =
            policy(json!({"delay": {"seconds": 1}, "jitter": {"from": {"seconds": 1}, "to": {"seconds": 3}}}));
        assert_eq!(jittered.wait(1, Duration::ZERO, Asked::default(), 0.5), Some(Duration::from_secs(3)));
        let limited = policy(json!({"limit": {"duration": {"seconds": 40}}}));
        let open = policy(json!({}));
        let seconds = Duration::from_secs;
        // The policy, what was spent, what the provider asks for, what the connection allows, what is waited.
        let rows = [
            (&limited, 0, 30, None, Some(30)),
            (&limited, 30, 30, None, None),
            (&open, 0, 60, None, Some(60)),
            (&open, 0, 60, Some(20), None),
            (&open, 0, 20, Some(20), Some(20)),
            (&open, 0, 3600, None, Some(3600)),
            (&open, 0, 1_000_000_000_000, None, None),
            (&policy(json!({"limit": {"duration": {"days": 1}}})), 0, 7200, None, Some(7200)),
        ];
        for (policy, spent, pause, longest, expected) in rows {
            let asked = Asked { pause: seconds(pause), longest: longest.map(seconds) };
            assert_eq!(policy.wait(1, seconds(spent), asked, 0.5), expected.map(seconds), "{pause} {longest:?}");
        }
    }

    #[test]
    fn nothing_is_waited_for_longer_than_is_sane() {
        let days = |days: u64| Duration::from_secs(days * 24 * 3600);
        assert_eq!(duration(&json!({"days": 366})), Ok(days(366)));
        for endless in [
            json!({"days": 367}),
            json!({"days": 366, "milliseconds": 1}),
            json!({"days": 213_503_982_334_u64}),
            json!({"days": 213_503_982_334_u64, "hours": 5_124_095_576_030_u64}),
            json!({"milliseconds": u64::MAX}),
            json!("P367D"),
            json!("PT175307616H"),
        ] {
            let error = duration(&endless).unwrap_err();
            assert!(error.ends_with("is too long: at most 366 days"), "{endless}: {error}");
        }
        assert!(duration(&json!({"days": u64::MAX})).is_err());
        assert_eq!(
            duration_within(&json!("P1DT1S"), LONGEST_PAUSE).unwrap_err(),
            "`P1DT1S` is too long: at most 1 day"
        );
        for policy in [
            json!({"delay": "P2D"}),
            json!({"jitter": {"from": "PT0S", "to": "P2D"}}),
            json!({"jitter": {"from": "PT2S", "to": "PT1S"}}),
            json!({"backoff": {"linear": {"increment": "P2D"}}}),
            json!({"limit": {"duration": "P2Y"}}),
            json!({"limit": {"attempt": {"duration": {"days": 400}}}}),
        ] {
            assert!(Policy::of(&policy).is_err(), "{policy}");
        }
        let growing = json!({"delay": "PT20H", "backoff": {"exponential": {}}, "jitter": {"from": "PT0S", "to": "P1D"}, "limit": {"attempt": {"count": 1000}}});
        let growing = Policy::of(&growing).unwrap();
        assert_eq!(growing.wait(900, Duration::ZERO, Asked::default(), 1.0), Some(LONGEST_PAUSE));
    }

    #[test]
    fn durations_are_objects_or_iso_8601() {
        assert_eq!(duration(&json!({"minutes": 1, "seconds": 30})), Ok(Duration::from_secs(90)));
        assert_eq!(duration(&json!("PT1M30S")), Ok(Duration::from_secs(90)));
        assert_eq!(duration(&json!("P1DT1H")), Ok(Duration::from_secs(25 * 3600)));
        assert_eq!(duration(&json!("soon")).unwrap_err(), "`soon` is no ISO 8601 duration such as PT30S or P1D");
        assert!(duration(&json!({"weeks": 1})).is_err());
        assert!(duration(&json!(30)).is_err());
        assert!(duration(&json!("-PT1S")).is_err());
    }
}
