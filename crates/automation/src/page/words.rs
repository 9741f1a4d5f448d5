//! Times as a person says them. Pure.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// From now: `in 3 hours`, `2 minutes ago`, `now`.
pub(super) fn relative(at: Timestamp, now: Timestamp) -> String {
    let seconds = at.duration_since(now).as_secs();
    let spoken = match seconds.unsigned_abs() {
        0..2 => return "now".into(),
        some @ ..90 => count(some, "second"),
        some @ ..5400 => count((some + 30) / 60, "minute"),
        some @ ..129_600 => count((some + 1800) / 3600, "hour"),
        some => count((some + 43_200) / 86_400, "day"),
    };
    if seconds > 0 { format!("in {spoken}") } else { format!("{spoken} ago") }
}

/// `1 hour`, `3 hours`.
pub(super) fn count(number: u64, unit: &str) -> String {
    format!("{} {unit}{}", crate::report::grouped(number), if number == 1 { "" } else { "s" })
}

/// A date and time of day in a zone, and in UTC where that is another: `Mon 23 Nov 2026, 06:00 CET`, `05:00 UTC`.
pub(super) fn absolute(at: Timestamp, zone: &TimeZone) -> (String, Option<String>) {
    let (there, utc) = (at.to_zoned(zone.clone()), at.to_zoned(TimeZone::UTC));
    let text = there.strftime("%a %-d %b %Y, %H:%M").to_string();
    if there.offset().is_zero() {
        return (format!("{text} UTC"), None);
    }
    let utc = utc.strftime(if there.date() == utc.date() { "%H:%M UTC" } else { "%a %H:%M UTC" });
    (format!("{text} {}", there.strftime("%Z")), Some(utc.to_string()))
}

/// A time of day to the millisecond, of something in a run: `05:00:01.204`, in UTC.
pub(super) fn clock(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%H:%M:%S%.3f").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_words() {
        let now: Timestamp = "2026-11-22T09:00:00Z".parse().unwrap();
        for (at, words) in [
            ("2026-11-22T09:00:01Z", "now"),
            ("2026-11-22T09:00:05Z", "in 5 seconds"),
            ("2026-11-22T08:59:00Z", "60 seconds ago"),
            ("2026-11-22T08:58:00Z", "2 minutes ago"),
            ("2026-11-22T10:29:00Z", "in 89 minutes"),
            ("2026-11-22T12:00:00Z", "in 3 hours"),
            ("2026-11-25T08:00:00Z", "in 3 days"),
        ] {
            assert_eq!(relative(at.parse().unwrap(), now), words, "{at}");
        }
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let told = |at: Timestamp, zone: &TimeZone| (absolute(at, zone).0, absolute(at, zone).1.unwrap_or_default());
        assert_eq!(told(now, &berlin), ("Sun 22 Nov 2026, 10:00 CET".into(), "09:00 UTC".into()));
        assert_eq!(told(now, &TimeZone::UTC), ("Sun 22 Nov 2026, 09:00 UTC".into(), String::new()));
        let late = "2026-11-22T23:30:00Z".parse().unwrap();
        assert_eq!(told(late, &berlin), ("Mon 23 Nov 2026, 00:30 CET".into(), "Sun 23:30 UTC".into()));
        assert_eq!(clock("2026-11-22T05:00:01.2043Z".parse().unwrap()), "05:00:01.204");
    }
}
