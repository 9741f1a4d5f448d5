//! When an automation runs: what its flow says (`schedule`, `document.metadata.automation`), and the times that follow. Pure:
//! it knows neither what time it is nor what ran.

mod cron;

pub use cron::Cron;

use super::retry::{LONGEST_PAUSE, duration, duration_within};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// Where the settings stand in a flow.
const SETTINGS: &str = "/document/metadata/automation";

/// How many missed runs are made up for at most.
pub const MOST_MISSED: usize = 100;

/// The shortest period: the daemon looks at the clock twice a second.
const SHORTEST: Duration = Duration::from_secs(1);

/// Something wrong with a schedule or its settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidSchedule {
    /// Where: a JSON pointer into the flow.
    pub pointer: String,
    /// What is wrong, and what to do.
    pub message: String,
}

/// What a flow says about when it runs.
#[derive(Debug, Clone)]
pub struct Plan {
    /// When; a flow without is run by name or by another flow only.
    pub schedule: Option<Schedule>,
    /// How.
    pub settings: Settings,
}

/// When a flow runs by itself.
#[derive(Debug, Clone)]
pub enum Schedule {
    /// At times of day, of the month, of the week.
    Cron(Box<Cron>),
    /// So often, however long a run takes. A day is 24 hours.
    Every(Duration),
    /// So long after the end of the run before.
    After(Duration),
}

/// `document.metadata.automation`.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Of the cron expression.
    pub timezone: TimeZone,
    /// A run may begin while another of the same automation goes on.
    pub overlap: bool,
    /// What happens with runs that were due while nothing ran them.
    pub missed: Missed,
    /// A run begins up to so much later than it is due.
    pub jitter: Duration,
    /// What a scheduled run is given.
    pub input: Value,
    /// Whether the schedule counts at all.
    pub enabled: bool,
}

/// What happens with runs that were due while nothing ran them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missed {
    /// Nothing.
    Skip,
    /// One run makes up for all of them.
    Once,
    /// Each is made up for, one after another; of more than [`MOST_MISSED`] the latest.
    All,
}

impl Plan {
    /// Reads what a flow says.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn read(flow: &Value) -> Result<Self, Vec<InvalidSchedule>> {
        let mut wrong = Vec::new();
        let settings = Settings::read(flow, &mut wrong);
        let schedule = match flow.get("schedule") {
            None | Some(Value::Null) => None,
            Some(schedule) => Schedule::read(schedule, &settings.timezone).map_err(|error| wrong.push(error)).ok(),
        };
        if wrong.is_empty() { Ok(Self { schedule, settings }) } else { Err(wrong) }
    }
}

impl Schedule {
    fn read(value: &Value, zone: &TimeZone) -> Result<Self, InvalidSchedule> {
        let wrong = |message: &str| InvalidSchedule { pointer: "/schedule".into(), message: message.into() };
        let members = value.as_object().filter(|members| members.len() == 1);
        let (name, value) = members
            .and_then(|members| members.iter().next())
            .ok_or_else(|| wrong("a schedule has exactly one member: cron, every or after"))?;
        let pointer = format!("/schedule/{name}");
        let period = || match duration(value) {
            Ok(duration) if duration < SHORTEST => Err("must be at least a second".to_owned()),
            other => other,
        };
        let schedule = match name.as_str() {
            "cron" => value
                .as_str()
                .ok_or_else(|| "must be a cron expression, such as \"0 6 * * *\"".to_owned())
                .and_then(|text| Cron::parse(text, zone.clone()))
                .map(|cron| Self::Cron(Box::new(cron))),
            "every" => period().map(Self::Every),
            "after" => period().map(Self::After),
            "on" => Err("events are not supported; use cron, every or after".into()),
            other => {
                let hint = scim_connector_host::suggest::hint(other, ["cron", "every", "after"]);
                return Err(wrong(&format!("{other} is no schedule{hint}; use cron, every or after")));
            }
        };
        schedule.map_err(|message| InvalidSchedule { pointer, message })
    }

    /// The first due time after `after`. `anchor` is for [`Schedule::Every`] a time it is due or would have been, and for
    /// [`Schedule::After`] the end of the last run, or the time since which there is nothing to wait for; cron needs none.
    #[must_use]
    pub fn next(&self, after: Timestamp, anchor: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Cron(cron) => cron.next(after),
            Self::Every(period) => {
                let (period, past) = (nanoseconds(*period), after.as_nanosecond() - anchor.as_nanosecond());
                let due = anchor.as_nanosecond() + (past.div_euclid(period) + 1) * period;
                Timestamp::from_nanosecond(due).ok()
            }
            Self::After(pause) => anchor.checked_add(*pause).ok().filter(|due| *due > after),
        }
    }

    /// The due times after `since` and up to `until`, in order; of more than [`MOST_MISSED`] the latest.
    #[must_use]
    pub fn missed(&self, since: Timestamp, until: Timestamp, anchor: Timestamp) -> Vec<Timestamp> {
        // Backwards in stretches that grow, so that a year of minutes is not gone through.
        let mut stretch = SignedDuration::from_hours(1);
        loop {
            let from = until.checked_sub(stretch).map_or(since, |from| from.max(since));
            let mut due = Vec::new();
            let mut at = from;
            while let Some(next) = self.next(at, anchor).filter(|next| *next <= until) {
                due.push(next);
                at = next;
            }
            if from == since || due.len() >= MOST_MISSED {
                return due.split_off(due.len().saturating_sub(MOST_MISSED));
            }
            stretch = stretch.saturating_mul(2);
        }
    }

    /// In words: `daily at 06:00 Europe/Berlin`, `every 15 minutes`, `1 hour after each run`.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Cron(cron) => cron.describe(),
            Self::Every(period) => match spoken(*period).as_str() {
                one if one.starts_with("1 ") && !one.contains(", ") => {
                    format!("every {}", one.trim_start_matches("1 "))
                }
                many => format!("every {many}"),
            },
            Self::After(pause) => format!("{} after each run", spoken(*pause)),
        }
    }
}

impl PartialEq for Schedule {
    /// The same times.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Cron(one), Self::Cron(other)) => one.text() == other.text() && one.zone() == other.zone(),
            (Self::Every(one), Self::Every(other)) | (Self::After(one), Self::After(other)) => one == other,
            _ => false,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timezone: TimeZone::UTC,
            overlap: false,
            missed: Missed::Once,
            jitter: Duration::ZERO,
            input: Value::Object(Map::new()),
            enabled: true,
        }
    }
}

impl Settings {
    fn read(flow: &Value, wrong: &mut Vec<InvalidSchedule>) -> Self {
        let mut settings = Self::default();
        let Some(value) = flow.pointer(SETTINGS) else { return settings };
        let mut refuse = |member: &str, message: String| {
            wrong.push(InvalidSchedule { pointer: format!("{SETTINGS}{member}"), message });
        };
        let Some(members) = value.as_object() else {
            refuse("", "must be an object of settings".into());
            return settings;
        };
        for (name, value) in members {
            if let Err(message) = settings.set(name, value) {
                refuse(&format!("/{name}"), message);
            }
        }
        settings
    }

    fn set(&mut self, name: &str, value: &Value) -> Result<(), String> {
        let yes_or_no = || value.as_bool().ok_or_else(|| "must be true or false".to_owned());
        match name {
            "timezone" => self.timezone = read_timezone(value)?,
            "overlap" => self.overlap = yes_or_no()?,
            "enabled" => self.enabled = yes_or_no()?,
            "missed" => {
                self.missed = match value.as_str() {
                    Some("skip") => Missed::Skip,
                    Some("once") => Missed::Once,
                    Some("all") => Missed::All,
                    _ => return Err("must be skip, once or all".into()),
                }
            }
            "jitter" => self.jitter = duration_within(value, LONGEST_PAUSE)?,
            "input" if value.is_object() => self.input = value.clone(),
            "input" => return Err("must be an object".into()),
            other => {
                const NAMES: [&str; 6] = ["timezone", "overlap", "missed", "jitter", "input", "enabled"];
                let hint = scim_connector_host::suggest::hint(other, NAMES);
                return Err(format!("{other} is no setting of an automation{hint}; there are {}", NAMES.join(", ")));
            }
        }
        Ok(())
    }
}

fn read_timezone(value: &Value) -> Result<TimeZone, String> {
    let name = value.as_str().ok_or("must be a time zone, such as \"Europe/Berlin\"")?;
    TimeZone::get(name).map_err(|_| {
        format!("\"{name}\" is no time zone of the IANA database; write one such as \"Europe/Berlin\" or \"UTC\"")
    })
}

/// How much later than due a run begins: the same for the same automation and due time, less than `jitter`, and before the
/// next due time.
#[must_use]
pub fn delay(jitter: Duration, automation: &str, due: Timestamp, next: Option<Timestamp>) -> Duration {
    let room = next.and_then(|next| Duration::try_from(next.duration_since(due)).ok()).unwrap_or(Duration::MAX);
    let jitter = u64::try_from(jitter.min(room).as_millis()).unwrap_or(u64::MAX);
    let hash = Sha256::new().chain_update(automation).chain_update(due.as_nanosecond().to_be_bytes()).finalize();
    let number = hash.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    Duration::from_millis(number.checked_rem(jitter).unwrap_or(0))
}

/// When a flow runs by itself, in words; none where nothing says it.
#[must_use]
pub fn words(flow: &Value) -> Option<String> {
    Some(Plan::read(flow).ok()?.schedule?.describe())
}

fn nanoseconds(duration: Duration) -> i128 {
    i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX).max(1)
}

/// `1 hour, 30 minutes`.
fn spoken(duration: Duration) -> String {
    const UNITS: [(&str, u128); 5] =
        [("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000), ("second", 1000), ("millisecond", 1)];
    let mut rest = duration.as_millis();
    let mut parts = Vec::new();
    for (name, unit) in UNITS {
        let number = rest / unit;
        rest %= unit;
        if number > 0 {
            parts.push(format!("{number} {name}{}", if number == 1 { "" } else { "s" }));
        }
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn plan(schedule: Value, settings: Value) -> Result<Plan, Vec<InvalidSchedule>> {
        Plan::read(&json!({"document": {"metadata": {"automation": settings}}, "schedule": schedule}))
    }

    fn schedule(schedule: Value) -> Schedule {
        plan(schedule, json!({})).unwrap().schedule.unwrap()
    }

    #[test]
    fn settings_are_read_and_have_defaults() {
        let none = Plan::read(&json!({"document": {"name": "x"}})).unwrap();
        assert!(none.schedule.is_none());
        let settings = none.settings;
        assert_eq!((settings.overlap, settings.missed, settings.enabled), (false, Missed::Once, true));
        assert_eq!((settings.jitter, settings.input), (Duration::ZERO, json!({})));
        assert_eq!(settings.timezone, TimeZone::UTC);
        let all = json!({"timezone": "Asia/Kolkata", "overlap": true, "missed": "all", "jitter": {"minutes": 2}, "input": {"a": 1}, "enabled": false});
        let settings = plan(json!({"every": "PT1H"}), all).unwrap().settings;
        assert_eq!((settings.overlap, settings.missed, settings.enabled), (true, Missed::All, false));
        assert_eq!((settings.jitter, settings.input), (Duration::from_secs(120), json!({"a": 1})));
        assert_eq!(settings.timezone.iana_name(), Some("Asia/Kolkata"));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let rows = [
            (json!({}), json!({}), "/schedule: a schedule has exactly one member: cron, every or after"),
            (json!("daily"), json!({}), "/schedule: a schedule has exactly one member: cron, every or after"),
            (
                json!({"cron": "* * * * *", "every": "PT1H"}),
                json!({}),
                "/schedule: a schedule has exactly one member: cron, every or after",
            ),
            (
                json!({"crno": "x"}),
                json!({}),
                "/schedule: crno is no schedule; did you mean \"cron\"?; use cron, every or after",
            ),
            (json!({"on": {}}), json!({}), "/schedule/on: events are not supported; use cron, every or after"),
            (json!({"cron": 5}), json!({}), "/schedule/cron: must be a cron expression, such as \"0 6 * * *\""),
            (json!({"every": {"milliseconds": 10}}), json!({}), "/schedule/every: must be at least a second"),
            (
                json!({"after": "15 minutes"}),
                json!({}),
                "/schedule/after: `15 minutes` is no ISO 8601 duration such as PT30S or P1D",
            ),
            (json!({"every": "P1M"}), json!({}), "/schedule/every: `P1M` is no ISO 8601 duration such as PT30S or P1D"),
            (
                json!({"every": {"minuets": 1}}),
                json!({}),
                "/schedule/every: `minuets: 1` is no part of a duration; write such as {seconds: 30}",
            ),
            (
                json!({"every": {"minutes": -1}}),
                json!({}),
                "/schedule/every: `minutes: -1` is no part of a duration; write such as {seconds: 30}",
            ),
            (
                json!({"every": {"days": u64::MAX}}),
                json!({}),
                "/schedule/every: `days: 18446744073709551615` is no part of a duration; write such as {seconds: 30}",
            ),
            (
                json!({"every": "PT1H"}),
                json!({"timezone": "Berlin"}),
                "/document/metadata/automation/timezone: \"Berlin\" is no time zone of the IANA database; write one such as \"Europe/Berlin\" or \"UTC\"",
            ),
            (
                json!({"every": "PT1H"}),
                json!({"overlap": "no"}),
                "/document/metadata/automation/overlap: must be true or false",
            ),
            (
                json!({"every": "PT1H"}),
                json!({"missed": "never"}),
                "/document/metadata/automation/missed: must be skip, once or all",
            ),
            (json!({"every": "PT1H"}), json!({"input": []}), "/document/metadata/automation/input: must be an object"),
            (
                json!({"every": "PT1H"}),
                json!({"timezon": "UTC"}),
                "/document/metadata/automation/timezon: timezon is no setting of an automation; did you mean \"timezone\"?; there are timezone, overlap, missed, jitter, input, enabled",
            ),
            (json!({"every": "PT1H"}), json!(true), "/document/metadata/automation: must be an object of settings"),
        ];
        for (schedule, settings, expected) in rows {
            let wrong = plan(schedule, settings).unwrap_err();
            let said: Vec<String> = wrong.iter().map(|wrong| format!("{}: {}", wrong.pointer, wrong.message)).collect();
            assert_eq!(said, [expected]);
        }
        assert_eq!(plan(json!({"on": 1}), json!({"a": 1, "overlap": 2})).unwrap_err().len(), 3, "all at once");
    }

    #[test]
    fn durations_are_those_of_the_dsl() {
        let rows = [
            (json!({"days": 1, "hours": 2, "minutes": 3, "seconds": 4, "milliseconds": 5}), 93_784_005),
            (json!("PT15M"), 900_000),
            (json!("P1DT1H"), 90_000_000),
            (json!("PT0.5S"), 500),
        ];
        for (value, expected) in rows {
            assert_eq!(duration(&value).unwrap().as_millis(), expected, "{value}");
        }
        for value in [json!({}), json!("15m"), json!("P"), json!("-PT1S"), json!(5), json!("P1Y")] {
            assert!(duration(&value).is_err(), "{value}");
        }
    }

    #[test]
    fn every_keeps_to_its_grid_however_late_it_is_asked() {
        let every = schedule(json!({"every": {"minutes": 15}}));
        let anchor = time("2026-03-01T06:00:00Z");
        let rows = [
            ("2026-03-01T06:00:00Z", "2026-03-01T06:15:00Z"),
            ("2026-03-01T06:14:59.999Z", "2026-03-01T06:15:00Z"),
            ("2026-03-01T06:15:00Z", "2026-03-01T06:30:00Z"),
            ("2026-03-09T17:59:01Z", "2026-03-09T18:00:00Z"),
            ("2026-03-01T05:50:00Z", "2026-03-01T06:00:00Z"),
        ];
        for (after, expected) in rows {
            assert_eq!(every.next(time(after), anchor), Some(time(expected)), "{after}");
        }
    }

    #[test]
    fn after_counts_from_the_end_of_the_run_before() {
        let after = schedule(json!({"after": "PT10M"}));
        let end = time("2026-03-01T06:07:30Z");
        assert_eq!(after.next(end, end), Some(time("2026-03-01T06:17:30Z")));
        assert_eq!(after.next(time("2026-03-01T06:17:30Z"), end), None, "it comes once");
    }

    #[test]
    fn missed_times_are_bounded_and_the_latest() {
        let minutes = schedule(json!({"cron": "* * * * *"}));
        let (since, until) = (time("2016-01-01T00:00:00Z"), time("2026-01-01T00:00:30Z"));
        let missed = minutes.missed(since, until, since);
        assert_eq!(missed.len(), MOST_MISSED);
        assert_eq!(missed.last(), Some(&time("2026-01-01T00:00:00Z")));
        assert_eq!(missed.first(), Some(&time("2025-12-31T22:21:00Z")));
        let daily = schedule(json!({"cron": "0 6 * * *"}));
        let missed = daily.missed(time("2026-01-01T06:00:00Z"), time("2026-01-04T06:00:00Z"), since);
        assert_eq!(
            missed,
            [2, 3, 4].map(|day| time(&format!("2026-01-0{day}T06:00:00Z"))),
            "since is not one of them, until is"
        );
        let every = schedule(json!({"every": "PT1S"}));
        assert_eq!(every.missed(since, until, since).len(), MOST_MISSED);
        assert!(daily.missed(until, since, since).is_empty(), "a clock that went back missed nothing");
    }

    #[test]
    fn the_delay_is_the_same_each_time_and_before_the_next() {
        let due = time("2026-01-01T00:00:00Z");
        let minute = Duration::from_secs(60);
        let delays: Vec<Duration> =
            (0..500).map(|n| delay(minute, "nightly", due + SignedDuration::from_hours(n), None)).collect();
        assert!(delays.iter().all(|delay| *delay < minute));
        // Spread over the whole range, or it would be no use.
        assert!(delays.iter().any(|delay| *delay < minute / 10) && delays.iter().any(|delay| *delay > minute / 10 * 9));
        assert_eq!(delay(minute, "nightly", due, None), delays[0]);
        assert_ne!(delay(minute, "other", due, None), delays[0]);
        let hour = Duration::from_secs(3600);
        for n in 0..500 {
            let due = due + SignedDuration::from_mins(n);
            assert!(delay(hour, "x", due, Some(due + minute)) < minute);
        }
        assert_eq!(delay(Duration::ZERO, "x", due, None), Duration::ZERO);
    }

    #[test]
    fn schedules_in_words() {
        let rows = [
            (json!({"every": "PT15M"}), "every 15 minutes"),
            (json!({"every": "PT1H"}), "every hour"),
            (json!({"every": "PT90M"}), "every 1 hour, 30 minutes"),
            (json!({"every": {"days": 2}}), "every 2 days"),
            (json!({"after": "PT10M"}), "10 minutes after each run"),
        ];
        for (value, expected) in rows {
            assert_eq!(schedule(value).describe(), expected);
        }
    }
}
