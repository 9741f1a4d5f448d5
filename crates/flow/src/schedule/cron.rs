//! Times of a cron expression in a time zone, with clocks that go forward and back. It knows of no flow.
//!
//! Five fields: minute, hour, day of the month, month, day of the week, each `*`, a number, a range (`1-5`), a step (`*/15`,
//! `10-50/20`), or a list of these; months and days may be named (`JAN`, `mon`), 0 and 7 are both Sunday, and `FRI#3` is the
//! third Friday of a month. As in every cron, a day has to fit *one* of the two day fields where both are restricted, and both
//! where one begins with `*`. Not supported, and refused: seconds and years (a sixth field), `@daily` and its kin, `L` and `W`
//! (the parser finds the wrong days in December), `H`, `?`, and a time zone in the expression.
//!
//! When clocks change, there are two kinds of expressions, as in Vixie's cron:
//!
//! | hour field | clocks go forward | clocks go back |
//! |---|---|---|
//! | some hours (`30 2 * * *`, `0 */6 * * *`) | what would fall into the gap runs once, right after it | what exists twice runs once, the first time |
//! | every hour (`*/15 * * * *`, `30 * * * *`) | what would fall into the gap does not run | each minute that the clock shows runs, so the repeated ones run again |
//!
//! So "daily at 02:30" is once a day on every day, and "every 15 minutes" is every 15 minutes.

use cronexpr::{Crontab, FallbackTimezoneOption, ParseOptions};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// The fields, as errors call them.
const FIELDS: [&str; 5] = ["minute", "hour", "day of the month", "month", "day of the week"];

/// What other crons have and this one does not, and what to write instead.
const MACROS: [(&str, &str); 6] = [
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"),
    ("@yearly", "0 0 1 1 *"),
];

/// A cron expression that is understood, in a time zone.
#[derive(Debug, Clone)]
pub struct Cron {
    text: String,
    zone: TimeZone,
    /// Read as UTC, which has no gaps: what it finds are times on a wall clock.
    wall: Crontab,
    /// It fits in each hour of a day.
    every_hour: bool,
}

impl Cron {
    /// Reads an expression.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and what to do; also for one that never comes, such as the 30th of February.
    pub fn parse(text: &str, zone: TimeZone) -> Result<Self, String> {
        let text = cronexpr::normalize_crontab(text);
        if let Some((_, instead)) = MACROS.iter().find(|(name, _)| text.eq_ignore_ascii_case(name)) {
            return Err(format!("{text} is not supported; write \"{instead}\""));
        }
        let fields: Vec<&str> = text.split(' ').filter(|field| !field.is_empty()).collect();
        if fields.len() != FIELDS.len() {
            return Err(format!(
                "\"{text}\" has {} fields, but five are needed: {}; the time zone stands in document.metadata.automation.timezone",
                fields.len(),
                FIELDS.join(", ")
            ));
        }
        // No name of a month or a day is in the way: only the two day fields are looked at.
        let last = |field: usize, item: &&str| match field {
            2 => item.contains(['L', 'l', 'W', 'w']),
            _ => field == 4 && item.ends_with(['L', 'l']),
        };
        for (field, name) in FIELDS.iter().enumerate() {
            let mut items = fields.get(field).into_iter().flat_map(|items| items.split(','));
            if let Some(item) = items.find(|item| last(field, item)) {
                return Err(format!("\"{text}\": {item} is not supported in the {name}; write the days as numbers"));
            }
        }
        let mut options = ParseOptions::default();
        options.fallback_timezone_option = FallbackTimezoneOption::UTC;
        let parse = |text: &str| cronexpr::parse_crontab_with(text, options);
        let wall = parse(&text).map_err(|error| explained(&text, &error.to_string()))?;
        let hour = fields.get(1).copied().unwrap_or_default();
        let hours = parse(&format!("0 {hour} * * *")).map_err(|error| explained(&text, &error.to_string()))?;
        let shown = |hour: i64| Timestamp::from_second(hour * 3600).unwrap_or_default();
        let every_hour = (0..24).all(|hour| hours.matches(shown(hour)).unwrap_or(false));
        let cron = Self { text, zone, wall, every_hour };
        let some_day = DateTime::constant(2026, 1, 1, 0, 0, 0, 0);
        match cron.wall_after(some_day) {
            Some(_) => Ok(cron),
            None => Err(format!("\"{}\" never comes: there is no such day", cron.text)),
        }
    }

    /// The expression.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The time zone.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The first time after `after`; none where there is none within four years.
    #[must_use]
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        if self.every_hour { self.shown(after) } else { self.once(after) }
    }

    /// Each time on the wall clock once: what the clock skips comes right after the gap, what it shows twice the first time.
    fn once(&self, after: Timestamp) -> Option<Timestamp> {
        let mut wall = self.zone.to_datetime(after);
        loop {
            wall = self.wall_after(wall)?;
            let ambiguous = self.zone.to_ambiguous_timestamp(wall);
            let time = match ambiguous.offset() {
                // With the offset that holds after the gap it is an instant before it: the change is the next one.
                AmbiguousOffset::Gap { after, .. } => {
                    self.zone.following(after.to_timestamp(wall).ok()?).next()?.timestamp()
                }
                _ => ambiguous.earlier().ok()?,
            };
            if time > after {
                return Some(time);
            }
        }
    }

    /// Each time the clock shows. Between two changes of the clock it is as far from UTC, so one stretch after another is searched.
    fn shown(&self, after: Timestamp) -> Option<Timestamp> {
        let mut offset = self.zone.to_offset(after);
        let mut wall = offset.to_datetime(after);
        let mut changes = self.zone.following(after);
        loop {
            let time = offset.to_timestamp(self.wall_after(wall)?).ok()?;
            let Some(change) = changes.next().filter(|change| change.timestamp() <= time) else { return Some(time) };
            offset = change.offset();
            // The change itself may be such a time.
            wall = offset.to_datetime(change.timestamp().checked_sub(SignedDuration::from_nanos(1)).ok()?);
        }
    }

    fn wall_after(&self, wall: DateTime) -> Option<DateTime> {
        let after = Offset::UTC.to_timestamp(wall).ok()?;
        self.wall.find_next(after).ok().map(|found| found.datetime())
    }

    /// When it comes, for a person: `daily at 06:00 Europe/Berlin`; for an uncommon expression the expression itself.
    #[must_use]
    pub fn describe(&self) -> String {
        let zone = self.zone.iana_name().unwrap_or("UTC");
        let fields: Vec<&str> = self.text.split(' ').collect();
        let [minute, hour, day, month, weekday] = fields.as_slice() else { return self.text.clone() };
        let numbers = |field: &str| field.split(',').map(|item| item.parse().ok()).collect::<Option<Vec<u8>>>();
        let often = match (*minute, *hour) {
            ("*", "*") => Some("every minute".to_owned()),
            ("0", "*") => Some("hourly".to_owned()),
            (minute, "*") => match (minute.strip_prefix("*/").map(str::parse::<u8>), minute.parse::<u8>()) {
                (Some(Ok(1)), _) => Some("every minute".to_owned()),
                (Some(Ok(step)), _) if 60_u8.checked_rem(step) == Some(0) => Some(format!("every {step} minutes")),
                (_, Ok(minute)) => Some(format!("hourly at minute {minute}")),
                _ => None,
            },
            _ => None,
        };
        let at = || {
            let (minute, hours) = (minute.parse::<i8>().ok()?, numbers(hour)?);
            let times = hours.iter().map(|hour| format!("{hour:02}:{minute:02}")).collect();
            Some(format!("at {}", listed(times)))
        };
        let times = often.clone().or_else(at);
        let days = match (*day, *month, *weekday) {
            ("*", "*", "*") => Some(if often.is_some() { String::new() } else { "daily".to_owned() }),
            ("*", "*", weekday) => weekdays(weekday),
            (day, "*", "*") => numbers(day)
                .map(|days| format!("on day {} of each month", listed(days.iter().map(u8::to_string).collect()))),
            _ => None,
        };
        match (times, days) {
            (Some(times), Some(days)) if days.is_empty() => format!("{times} {zone}"),
            (Some(times), Some(days)) if often.is_some() => format!("{times} {days} {zone}"),
            (Some(times), Some(days)) => format!("{days} {times} {zone}"),
            _ => format!("cron {} {zone}", self.text),
        }
    }
}

/// `Mondays and Fridays`, `Monday to Friday`.
fn weekdays(field: &str) -> Option<String> {
    const NAMES: [(&str, &str); 7] = [
        ("SUN", "Sunday"),
        ("MON", "Monday"),
        ("TUE", "Tuesday"),
        ("WED", "Wednesday"),
        ("THU", "Thursday"),
        ("FRI", "Friday"),
        ("SAT", "Saturday"),
    ];
    let name = |day: &str| match day.parse::<usize>() {
        Ok(number) => NAMES.get(number % 7).map(|(_, name)| *name),
        Err(_) => NAMES.iter().find(|(short, _)| short.eq_ignore_ascii_case(day)).map(|(_, name)| *name),
    };
    if let Some((first, last)) = field.split_once('-') {
        return Some(format!("{} to {}", name(first)?, name(last)?));
    }
    let days: Option<Vec<String>> = field.split(',').map(|day| name(day).map(|name| format!("{name}s"))).collect();
    days.map(listed)
}

/// `a, b and c`.
fn listed(mut items: Vec<String>) -> String {
    match (items.pop(), items.is_empty()) {
        (Some(last), false) => format!("{} and {last}", items.join(", ")),
        (Some(last), true) => last,
        (None, _) => String::new(),
    }
}

/// The parser's error on one line: which field, and why.
fn explained(text: &str, error: &str) -> String {
    let (place, reason) =
        error.lines().last().and_then(|line| line.split_once("^ ")).unwrap_or(("", "it is malformed"));
    let field = text.get(..place.len()).map_or(0, |before| before.matches(' ').count());
    let reason = if reason == "malformed expression" { "it is malformed" } else { reason };
    format!("\"{text}\": in the {}: {reason}", FIELDS.get(field).copied().unwrap_or("day of the week"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz;

    fn cron(text: &str, zone: &str) -> Cron {
        Cron::parse(text, TimeZone::get(zone).unwrap()).unwrap()
    }

    /// The times between two wall clock times, with their distance from UTC.
    fn times(text: &str, zone: &str, from: &str, until: &str) -> Vec<String> {
        let cron = cron(text, zone);
        let at = |text: &str| text.parse::<DateTime>().unwrap().to_zoned(cron.zone().clone()).unwrap().timestamp();
        let (mut after, until) = (at(from), at(until));
        let mut found = Vec::new();
        while let Some(next) = cron.next(after).filter(|next| *next < until) {
            let offset = tz::Offset::to_string(&cron.zone().to_offset(next));
            found.push(format!("{}{offset}", cron.zone().to_datetime(next).strftime("%d %H:%M")));
            after = next;
        }
        found
    }

    #[test]
    fn clocks_go_forward_in_berlin() {
        // 02:00 becomes 03:00.
        let at = |text: &str| times(text, "Europe/Berlin", "2026-03-28T12:00", "2026-03-30T12:00");
        assert_eq!(at("30 2 * * *"), ["29 03:00+02", "30 02:30+02"], "right after the gap");
        assert_eq!(at("0 2 * * *"), ["29 03:00+02", "30 02:00+02"]);
        assert_eq!(at("0 3 * * *"), ["29 03:00+02", "30 03:00+02"]);
        assert_eq!(at("30 1 * * *"), ["29 01:30+01", "30 01:30+02"]);
        assert_eq!(at("15,45 2,3 29 3 *"), ["29 03:00+02", "29 03:15+02", "29 03:45+02"], "once for the whole gap");
        assert_eq!(at("0 */2 29 3 *").get(..3).unwrap(), ["29 00:00+01", "29 03:00+02", "29 04:00+02"]);
        let night = |text: &str| times(text, "Europe/Berlin", "2026-03-29T00:59", "2026-03-29T04:01");
        assert_eq!(night("0 * * * *"), ["29 01:00+01", "29 03:00+02", "29 04:00+02"], "an hour apart");
        assert_eq!(night("30 * * * *"), ["29 01:30+01", "29 03:30+02"], "an hour apart");
        assert_eq!(night("*/30 * * * *"), ["29 01:00+01", "29 01:30+01", "29 03:00+02", "29 03:30+02", "29 04:00+02"]);
    }

    #[test]
    fn clocks_go_back_in_berlin() {
        // 03:00 becomes 02:00.
        let at = |text: &str| times(text, "Europe/Berlin", "2026-10-24T12:00", "2026-10-26T12:00");
        assert_eq!(at("30 2 * * *"), ["25 02:30+02", "26 02:30+01"], "once, the first time");
        assert_eq!(at("0 2 * * *"), ["25 02:00+02", "26 02:00+01"]);
        assert_eq!(at("0 3 * * *"), ["25 03:00+01", "26 03:00+01"]);
        assert_eq!(at("*/30 2 25 10 *"), ["25 02:00+02", "25 02:30+02"]);
        let night = |text: &str| times(text, "Europe/Berlin", "2026-10-25T00:59", "2026-10-25T03:01");
        assert_eq!(night("0 * * * *"), ["25 01:00+02", "25 02:00+02", "25 02:00+01", "25 03:00+01"], "an hour apart");
        assert_eq!(night("30 * * * *"), ["25 01:30+02", "25 02:30+02", "25 02:30+01"], "an hour apart");
    }

    #[test]
    fn clocks_change_in_new_york() {
        let spring = |text: &str| times(text, "America/New_York", "2026-03-07T12:00", "2026-03-09T12:00");
        assert_eq!(spring("30 2 * * *"), ["08 03:00-04", "09 02:30-04"]);
        let autumn = |text: &str| times(text, "America/New_York", "2026-10-31T12:00", "2026-11-02T12:00");
        assert_eq!(autumn("30 1 * * *"), ["01 01:30-04", "02 01:30-05"]);
        assert_eq!(autumn("0 0 * * *"), ["01 00:00-04", "02 00:00-05"]);
    }

    #[test]
    fn clocks_change_by_half_an_hour_on_lord_howe() {
        // 02:00 becomes 02:30 in October, 02:00 becomes 01:30 in April.
        let spring = |text: &str| times(text, "Australia/Lord_Howe", "2026-10-03T12:00", "2026-10-05T02:30");
        assert_eq!(spring("15 2 * * *"), ["04 02:30+11", "05 02:15+11"]);
        assert_eq!(spring("30 2 * * *"), ["04 02:30+11"]);
        let night = |text: &str| times(text, "Australia/Lord_Howe", "2026-10-04T00:59", "2026-10-04T03:01");
        assert_eq!(night("0 * * * *"), ["04 01:00+10:30", "04 03:00+11"]);
        assert_eq!(night("*/30 * * * *"), ["04 01:00+10:30", "04 01:30+10:30", "04 02:30+11", "04 03:00+11"]);
        let autumn = |text: &str| times(text, "Australia/Lord_Howe", "2026-04-04T12:00", "2026-04-06T01:30");
        assert_eq!(autumn("45 1 * * *"), ["05 01:45+11"]);
        let night = |text: &str| times(text, "Australia/Lord_Howe", "2026-04-05T00:59", "2026-04-05T02:01");
        assert_eq!(night("45 * * * *"), ["05 01:45+11", "05 01:45+10:30"]);
        assert_eq!(night("0 * * * *"), ["05 01:00+11", "05 02:00+10:30"]);
    }

    #[test]
    fn asked_in_the_middle_of_a_change_nothing_comes_twice() {
        let cron = cron("30 2 * * *", "Europe/Berlin");
        let next = |after: &str| cron.next(after.parse().unwrap()).unwrap().to_string();
        // Between the two 02:30, and in the second hour.
        assert_eq!(next("2026-10-25T00:45:00Z"), "2026-10-26T01:30:00Z");
        assert_eq!(next("2026-10-25T01:15:00Z"), "2026-10-26T01:30:00Z");
        // At the change itself.
        assert_eq!(next("2026-03-29T00:59:59Z"), "2026-03-29T01:00:00Z");
        assert_eq!(next("2026-03-29T01:00:00Z"), "2026-03-30T00:30:00Z");
    }

    #[test]
    fn a_day_that_a_country_left_out() {
        // Samoa went from the 29th to the 31st of December 2011.
        let at = times("0 12 * * *", "Pacific/Apia", "2011-12-28T18:00", "2012-01-01T18:00");
        assert_eq!(at, ["29 12:00-10", "31 00:00+14", "31 12:00+14", "01 12:00+14"]);
    }

    #[test]
    fn every_day_once_for_years_in_each_zone() {
        for zone in
            ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Casablanca"]
        {
            let cron = cron("30 2 * * *", zone);
            let mut at: Timestamp = "2025-01-01T00:00:00Z".parse().unwrap();
            let mut day = cron.zone().to_datetime(cron.next(at).unwrap()).date();
            for _ in 0..1000 {
                at = cron.next(at).unwrap();
                assert_eq!(cron.zone().to_datetime(at).date(), day, "{zone}");
                day = day.tomorrow().unwrap();
            }
        }
    }

    #[test]
    fn forms_of_fields() {
        let at = |text: &str| times(text, "UTC", "2026-01-01T00:00", "2026-02-01T00:00");
        assert_eq!(at("0 6 * JAN mon").len(), 4);
        assert_eq!(at("0 6 * 1 1-5").len(), 22);
        assert_eq!(at("0 6 * * 0"), at("0 6 * * 7"));
        assert_eq!(at("10-50/20 6 2 * *"), ["02 06:10+00", "02 06:30+00", "02 06:50+00"]);
        assert_eq!(
            at("0 6 13 * FRI"),
            ["02 06:00+00", "09 06:00+00", "13 06:00+00", "16 06:00+00", "23 06:00+00", "30 06:00+00"]
        );
        assert_eq!(at("0 6 * * FRI#3"), ["16 06:00+00"]);
        assert!(cron("0 0 29 2 *", "UTC").next("2025-01-01T00:00:00Z".parse().unwrap()).is_some(), "leap years");
    }

    #[test]
    fn what_is_refused() {
        let rows = [
            ("61 * * * *", "\"61 * * * *\": in the minute: value must be in range 0..=59; found 61"),
            (
                "* * * * * *",
                "\"* * * * * *\" has 6 fields, but five are needed: minute, hour, day of the month, month, day of the week; the time zone stands in document.metadata.automation.timezone",
            ),
            ("0 6 * * Europe/Berlin", "\"0 6 * * Europe/Berlin\": in the day of the week: it is malformed"),
            (
                "",
                "\"\" has 0 fields, but five are needed: minute, hour, day of the month, month, day of the week; the time zone stands in document.metadata.automation.timezone",
            ),
            ("@daily", "@daily is not supported; write \"0 0 * * *\""),
            ("0 0 L * *", "\"0 0 L * *\": L is not supported in the day of the month; write the days as numbers"),
            (
                "0 0 1,15W * *",
                "\"0 0 1,15W * *\": 15W is not supported in the day of the month; write the days as numbers",
            ),
            ("0 0 * * 5L", "\"0 0 * * 5L\": 5L is not supported in the day of the week; write the days as numbers"),
            ("H 0 * * *", "\"H 0 * * *\": in the minute: it is malformed"),
            ("0 0 30 2 *", "\"0 0 30 2 *\" never comes: there is no such day"),
            ("0 5-1 * * *", "\"0 5-1 * * *\": in the hour: range must be in ascending order; found 5-1"),
            ("*/0 * * * *", "\"*/0 * * * *\": in the minute: step must be greater than 0"),
        ];
        for (text, expected) in rows {
            assert_eq!(Cron::parse(text, TimeZone::UTC).unwrap_err(), expected);
        }
    }

    #[test]
    fn in_words() {
        let rows = [
            ("0 6 * * *", "daily at 06:00 Europe/Berlin"),
            ("30 6,18 * * *", "daily at 06:30 and 18:30 Europe/Berlin"),
            ("0 6 * * 1-5", "Monday to Friday at 06:00 Europe/Berlin"),
            ("0 6 * * MON", "Mondays at 06:00 Europe/Berlin"),
            ("0 6 * * 1,3,0", "Mondays, Wednesdays and Sundays at 06:00 Europe/Berlin"),
            ("15 3 1,15 * *", "on day 1 and 15 of each month at 03:15 Europe/Berlin"),
            ("* * * * *", "every minute Europe/Berlin"),
            ("*/15 * * * *", "every 15 minutes Europe/Berlin"),
            ("0 * * * *", "hourly Europe/Berlin"),
            ("5 * * * *", "hourly at minute 5 Europe/Berlin"),
            ("*/7 * * * *", "cron */7 * * * * Europe/Berlin"),
            ("0 6 1 1 *", "cron 0 6 1 1 * Europe/Berlin"),
            ("*/15 * * * 1-5", "every 15 minutes Monday to Friday Europe/Berlin"),
        ];
        for (text, expected) in rows {
            assert_eq!(cron(text, "Europe/Berlin").describe(), expected);
        }
    }
}
