//! Dates and times. There is one time zone, UTC: the sandbox knows no other.

use super::native::{Native, nullary, unary};
use crate::value::Value;
use jaq_core::{Error, ValR};
use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

pub(super) fn filters() -> Vec<Native> {
    vec![
        nullary!("gmtime", gmtime),
        nullary!("localtime", gmtime),
        nullary!("mktime", mktime),
        nullary!("fromdateiso8601", from_iso8601),
        unary!("strftime", strftime),
        unary!("strflocaltime", strftime),
        unary!("strptime", strptime),
    ]
}

fn out_of_range<E>(_: E) -> Error<Value> {
    Error::str("the time is out of range")
}

/// Seconds since 1970, with or without a fraction.
fn timestamp(value: &Value) -> Result<Timestamp, Error<Value>> {
    let number = value.as_number()?;
    #[allow(clippy::cast_possible_truncation, reason = "saturates, and is refused then")]
    let microseconds = match number.integer() {
        Some(seconds) => seconds.checked_mul(1_000_000).ok_or(()).map_err(out_of_range)?,
        None => (number.float() * 1e6).round() as i64,
    };
    Timestamp::from_microsecond(microseconds).map_err(out_of_range)
}

/// Year, month from 0, day, hours, minutes, seconds, day of the week from Sunday, day of the year from 0.
fn broken_down(time: DateTime) -> Value {
    let whole = |number: i64| Value::from(number);
    let second = if time.subsec_nanosecond() == 0 {
        whole(time.second().into())
    } else {
        Value::from(f64::from(time.second()) + f64::from(time.subsec_nanosecond() / 1000) / 1e6)
    };
    let parts = [
        whole(time.year().into()),
        whole(i64::from(time.month()) - 1),
        whole(time.day().into()),
        whole(time.hour().into()),
        whole(time.minute().into()),
        second,
        whole(time.weekday().to_sunday_zero_offset().into()),
        whole(i64::from(time.day_of_year()) - 1),
    ];
    parts.into_iter().collect()
}

fn gmtime(value: &Value) -> ValR<Value> {
    Ok(broken_down(timestamp(value)?.to_zoned(TimeZone::UTC).into()))
}

/// The time that numbers, at least six of them, say; hours, minutes and days that are too many carry over, as in jq.
fn put_together(value: &Value) -> Result<Timestamp, Error<Value>> {
    let numbers: Vec<f64> = match value {
        Value::Array(list) => {
            list.iter().map(|part| part.as_number().map(crate::number::Number::float)).collect::<Result<_, _>>()
        }
        _ => Err(Error::str("a time is a list of numbers, as gmtime gives it")),
    }?;
    let [year, month, day, hour, minute, second, ..] = numbers[..] else {
        return Err(Error::str("a time is a list of at least six numbers, as gmtime gives it"));
    };
    #[allow(clippy::cast_possible_truncation, reason = "saturates, and is refused then")]
    let (year, month) = (year as i64 + (month.floor() / 12.0).floor() as i64, month.rem_euclid(12.0) as i8 + 1);
    let first = Date::new(year.try_into().map_err(out_of_range)?, month, 1).map_err(out_of_range)?;
    let midnight = first.to_zoned(TimeZone::UTC).map_err(out_of_range)?.timestamp().as_second();
    #[allow(clippy::cast_precision_loss, reason = "seconds of years that four digits can say")]
    let seconds =
        midnight as f64 + ((day.floor() - 1.0) * 24.0 + hour.floor()) * 3600.0 + minute.floor() * 60.0 + second;
    timestamp(&Value::from(seconds))
}

fn mktime(value: &Value) -> ValR<Value> {
    let time = put_together(value)?;
    // Rounds down before 1970 as well.
    Ok(Value::from(time.as_microsecond().div_euclid(1_000_000)))
}

fn from_iso8601(value: &Value) -> ValR<Value> {
    let text = value.as_text()?;
    let time: Timestamp =
        text.parse().map_err(|_| Error::str("the text is no date and time as 2024-02-28T09:30:00Z"))?;
    #[allow(clippy::cast_precision_loss, reason = "jq has times as doubles")]
    Ok(match time.subsec_microsecond() {
        0 => Value::from(time.as_second()),
        _ => Value::from(time.as_microsecond() as f64 / 1e6),
    })
}

fn strftime(value: &Value, format: &Value) -> ValR<Value> {
    let time = match value {
        Value::Number(_) => timestamp(value)?,
        _ => put_together(value)?,
    };
    let zoned: Zoned = time.to_zoned(TimeZone::UTC);
    let text = strtime::format(format.as_text()?, &zoned);
    text.map(Value::from).map_err(|_| Error::str("the format of the time is not valid"))
}

fn strptime(value: &Value, format: &Value) -> ValR<Value> {
    let mismatch = "the text does not match the format of the time, or names a day that is not in the calendar";
    let read = strtime::BrokenDownTime::parse(format.as_text()?, value.as_text()?).map_err(|_| Error::str(mismatch))?;
    let date = match read.timestamp() {
        Some(timestamp) => return Ok(broken_down(timestamp.to_zoned(TimeZone::UTC).into())),
        None => read.to_date().map_err(|_| Error::str(mismatch))?,
    };
    let hour = read.hour().unwrap_or_default();
    let (minute, second) = (read.minute().unwrap_or_default(), read.second().unwrap_or_default());
    let time = date.at(hour, minute, second, read.subsec_nanosecond().unwrap_or_default());
    Ok(broken_down(time))
}
