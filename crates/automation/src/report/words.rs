//! The words of reports: changes, times, numbers, errors.

use crate::history::{Counts, Trigger, Warning};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use scim_connector_flow::event::Change;
use scim_connector_flow::fault::Fault;
use scim_connector_host::visible;
use std::fmt::Write as _;
use std::time::Duration;

/// What happened, in the order in which it is told.
pub const CHANGES: [(Change, &str); 11] = [
    (Change::Failed, "failed"),
    (Change::Unknown, "unknown"),
    (Change::Handled, "handled"),
    (Change::Planned, "would be changed"),
    (Change::Created, "created"),
    (Change::Updated, "updated"),
    (Change::Activated, "activated"),
    (Change::Deactivated, "deactivated"),
    (Change::Deleted, "deleted"),
    (Change::MembersChanged, "members changed"),
    (Change::Unchanged, "unchanged"),
];

/// What happened, as a person says it.
#[must_use]
pub fn change_word(change: Change) -> &'static str {
    CHANGES.iter().find(|(known, _)| *known == change).map_or("changed", |(_, word)| word)
}

/// What happened to somebody and why: `failed, uniqueness`.
#[must_use]
pub fn change_line(change: Change, reason: Option<&str>) -> String {
    let word = change_word(change);
    match (change, reason) {
        (Change::Planned, Some(reason)) => format!("would be {}", planned(reason)),
        (_, Some(reason)) => format!("{word}, {}", clean(reason)),
        (Change::Unknown, None) => format!("{word}, no answer came: it may have happened"),
        (_, None) => word.to_owned(),
    }
}

/// What would happen to somebody, in a dry run: the change's own word.
fn planned(reason: &str) -> String {
    match serde_json::from_value(reason.into()) {
        Ok(Change::MembersChanged) => "given other members".to_owned(),
        Ok(change) => change_word(change).to_owned(),
        Err(_) => clean(reason),
    }
}

/// A warning, and how often it came: `the filter is not understood (3 times)`.
pub(super) fn warning(warning: &Warning) -> String {
    let times = if warning.times > 1 { format!(" ({} times)", grouped(warning.times)) } else { String::new() };
    format!("{}{times}", clean(&warning.text))
}

/// What happened to whom: `eve@example.com: failed, uniqueness`.
#[must_use]
pub fn person_line(who: &str, change: Change, reason: Option<&str>) -> String {
    format!("{}: {}", clean(who), change_line(change, reason))
}

/// To how many what happened: `3 failed, 4,211 created`.
#[must_use]
pub fn counts_line(counts: &Counts) -> String {
    let words = CHANGES.iter().filter_map(|(change, word)| match counts.of(*change) {
        0 => None,
        number => Some(format!("{} {word}", grouped(number))),
    });
    words.collect::<Vec<_>>().join(", ")
}

/// A number with its thousands told apart: `4,211`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A duration: `8.3 ms`, `1.2 s`, `2 min 3 s`, `1 h 5 min`.
#[must_use]
pub fn duration(duration: Duration) -> String {
    let (seconds, milliseconds) = (duration.as_secs(), duration.as_secs_f64() * 1000.0);
    match seconds {
        0 if milliseconds < 10.0 => format!("{milliseconds:.1} ms"),
        0 => format!("{milliseconds:.0} ms"),
        1..60 => format!("{:.1} s", duration.as_secs_f64()),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// A time where this machine is: `2026-11-22 09:00:00 CET`.
#[must_use]
pub fn when(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
}

/// Why a run began, in a word or two.
#[must_use]
pub fn trigger(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Manual => "by hand",
        Trigger::Schedule => "by its schedule",
        Trigger::Missed => "late: it was due while nothing ran",
        Trigger::Request => "by request",
    }
}

/// Why something failed, on one line.
pub(super) fn fault(fault: &Fault) -> String {
    let mut text = match fault.detail.as_ref().or(fault.title.as_ref()) {
        Some(said) if fault.type_ == "interrupted" || fault.type_.is_empty() => said.clone(),
        Some(said) => format!("{}: {said}", fault.type_),
        None => fault.type_.clone(),
    };
    // Writing to a String cannot fail.
    let status = fault.status.map(|status| status.to_string()).filter(|status| !text.contains(status.as_str()));
    status.iter().for_each(|status| write!(text, " ({status})").unwrap_or_default());
    let pause = fault.retry_after_ms.map(|pause| duration(Duration::from_millis(pause)));
    pause.iter().for_each(|pause| write!(text, "; the provider asks to wait for {pause}").unwrap_or_default());
    if fault.maybe_applied && fault.type_ != "interrupted" {
        text.push_str("; the provider may have applied it");
    }
    clean(&text)
}

/// Text that may be anybody's, on one line and harmless.
pub(super) fn clean(text: &str) -> String {
    visible::line(text).into_owned()
}
