//! When a flow starts by itself: `schedule`, and what it says in words.

use super::Checker;
use cronexpr::{FallbackTimezoneOption, ParseOptions};
use serde_json::Value;

impl<'a> Checker<'a> {
    pub(super) fn cron(&mut self, pointer: &str, value: &'a Value) {
        let Some(text) = self.text(pointer, value) else { return };
        let fields = text.split_whitespace().count();
        if fields != 5 {
            let message = format!(
                "a cron expression has five fields, minute, hour, day of month, month, day of week; here are {fields}"
            );
            return self.problem(pointer, message);
        }
        let mut options = ParseOptions::default();
        options.fallback_timezone_option = FallbackTimezoneOption::UTC;
        if let Err(error) = cronexpr::parse_crontab_with(text, options) {
            let error = error.to_string();
            let reason = error.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
            self.problem(pointer, format!("`{text}` is no cron expression: {}", reason.trim_start_matches('^').trim()));
        }
    }
}

/// When a flow runs, in words; none without a schedule.
#[must_use]
pub fn words(flow: &Value) -> Option<String> {
    let schedule = flow.get("schedule")?;
    let zone = flow.pointer("/document/metadata/automation/timezone").and_then(Value::as_str).unwrap_or("UTC");
    let duration = |name: &str| super::super::retry::duration(schedule.get(name)?).ok();
    if let Some(cron) = schedule.get("cron").and_then(Value::as_str) {
        return Some(
            cron_words(cron).map_or_else(|| format!("by cron {cron} {zone}"), |words| format!("{words} {zone}")),
        );
    }
    if let Some(every) = duration("every") {
        return Some(format!("every {}", spoken(every)));
    }
    Some(format!("{} after its last run", spoken(duration("after")?)))
}

const DAYS: [&str; 7] = ["Sundays", "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays"];

/// The common forms.
fn cron_words(cron: &str) -> Option<String> {
    let fields: Vec<&str> = cron.split_whitespace().collect();
    let [minute, hour, "*", "*", day] = fields.as_slice() else { return None };
    let minute: u8 = minute.parse().ok()?;
    if *hour == "*" && *day == "*" {
        return Some(format!("hourly at minute {minute}"));
    }
    let hour: u8 = hour.parse().ok()?;
    let days = match *day {
        "*" => "daily".to_owned(),
        "1-5" | "MON-FRI" => "on weekdays".to_owned(),
        day => format!("on {}", DAYS.get(day.parse::<usize>().ok()? % 7)?),
    };
    Some(format!("{days} at {hour:02}:{minute:02}"))
}

fn spoken(duration: std::time::Duration) -> String {
    let units = [(86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute"), (1000, "second"), (1, "millisecond")];
    let mut rest = duration.as_millis();
    let mut parts = Vec::new();
    for (size, unit) in units {
        let number = rest / size;
        rest %= size;
        if number > 0 {
            parts.push(format!("{number} {unit}{}", if number == 1 { "" } else { "s" }));
        }
    }
    if parts.is_empty() { "0 seconds".into() } else { parts.join(" ") }
}
