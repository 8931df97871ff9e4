//! From the text of an answer to a typed value.

use jiff::{Timestamp, civil, tz::TimeZone};
use serde::Deserialize;
use serde_json::Value;

/// The longest text that is taken, bytes.
const TEXT_BYTES_MAX: usize = 100_000;

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// As it stands, without white space around it.
    #[default]
    Text,
    /// A whole number; `1500.00` is one too.
    Integer,
    /// A number with a fraction, kept as text: nothing is rounded.
    Decimal,
    /// `true`, `false`, `1`, `0`.
    Boolean,
    /// `2001-02-03`, with or without a time or zone after it, or `03.02.2001`; given as `2001-02-03`. The day
    /// is the one that is written, whatever zone follows.
    Date,
    /// RFC 3339; without an offset in the time of Kazakhstan (X13). Given in UTC.
    DateTime,
}

impl Kind {
    /// The value of `text`, or what it should have been.
    pub(crate) fn value(self, text: &str) -> Result<Value, &'static str> {
        if text.len() > TEXT_BYTES_MAX {
            return Err("longer than 100000 bytes");
        }
        match self {
            Self::Text => Ok(Value::from(text)),
            Self::Integer => integer(text).map(Value::from).ok_or("not a whole number"),
            Self::Decimal => decimal(text).map(Value::from).ok_or("not a number"),
            Self::Boolean => match text {
                "true" | "1" => Ok(Value::Bool(true)),
                "false" | "0" => Ok(Value::Bool(false)),
                _ => Err("neither true nor false"),
            },
            Self::Date => date(text)
                .map(|d| Value::from(d.to_string()))
                .ok_or("not a date"),
            Self::DateTime => date_time(text)
                .map(|at| Value::from(at.to_string()))
                .ok_or("not a time"),
        }
    }
}

/// Whether two texts say the same; of numbers, `1500` and `1500.00` do.
pub(crate) fn same(one: &str, other: &str) -> bool {
    one == other || whole(one).is_some_and(|one| Some(one) == whole(other))
}

/// The digits of a whole number, leading zeros and sign kept: they belong to numbers of people.
fn whole(text: &str) -> Option<&str> {
    let whole = match text.split_once('.') {
        Some((whole, rest)) if !rest.is_empty() && rest.bytes().all(|b| b == b'0') => whole,
        Some(_) => return None,
        None => text,
    };
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then_some(whole)
}

fn integer(text: &str) -> Option<i64> {
    whole(text)?.parse().ok()
}

fn decimal(text: &str) -> Option<&str> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (all(whole) && all(rest) && text.len() <= 40).then_some(text)
}

fn date(text: &str) -> Option<civil::Date> {
    let mut parts = text.split('.');
    if let (Some(day), Some(month), Some(year), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    {
        let part = |text: &str, digits: usize| {
            let fits = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
            fits.then(|| text.parse::<i16>().ok()).flatten()
        };
        let day = i8::try_from(part(day, 2)?).ok()?;
        let month = i8::try_from(part(month, 2)?).ok()?;
        return civil::Date::new(part(year, 4)?, month, day).ok();
    }
    let (written, rest) = text.split_at_checked(10)?;
    let date = written.parse().ok()?;
    let is_zone = rest.is_empty() || rest == "Z" || is_offset(rest);
    (is_zone || (rest.starts_with('T') && date_time(text).is_some())).then_some(date)
}

fn is_offset(text: &str) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes, [b'+' | b'-', a, b, b':', c, d]
        if [a, b, c, d].iter().all(|digit| digit.is_ascii_digit()))
}

pub(crate) fn date_time(text: &str) -> Option<Timestamp> {
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    let local: civil::DateTime = text.parse().ok()?;
    let zone = TimeZone::get("Asia/Almaty").ok()?;
    local.to_zoned(zone).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_what_they_are_said_to_be() {
        let good = [
            (Kind::Text, "a b", Value::from("a b")),
            (Kind::Integer, "1500.00", Value::from(1_500)),
            (Kind::Integer, "-7", Value::from(-7)),
            (Kind::Decimal, "12.50", Value::from("12.50")),
            (Kind::Boolean, "1", Value::from(true)),
            (Kind::Boolean, "false", Value::from(false)),
            (Kind::Date, "2001-02-03", Value::from("2001-02-03")),
            (Kind::Date, "2001-02-03+06:00", Value::from("2001-02-03")),
            (Kind::Date, "2001-02-03Z", Value::from("2001-02-03")),
            (
                Kind::Date,
                "2001-02-03T00:00:00+06:00",
                Value::from("2001-02-03"),
            ),
            (Kind::Date, "03.02.2001", Value::from("2001-02-03")),
            (
                Kind::DateTime,
                "2026-11-22T12:00:00+05:00",
                Value::from("2026-11-22T07:00:00Z"),
            ),
            (
                Kind::DateTime,
                "2026-11-22T12:00:00",
                Value::from("2026-11-22T07:00:00Z"),
            ),
            // Before March 2024 the capital's offset was +06:00 (X13).
            (
                Kind::DateTime,
                "2023-11-22T12:00:00",
                Value::from("2023-11-22T06:00:00Z"),
            ),
        ];
        for (kind, text, value) in good {
            assert_eq!(kind.value(text), Ok(value), "{kind:?} {text}");
        }
    }

    #[test]
    fn what_they_are_not_is_said() {
        let bad = [
            (Kind::Integer, "1500.50"),
            (Kind::Integer, "99999999999999999999"),
            (Kind::Decimal, "1e9"),
            (Kind::Boolean, "yes"),
            (Kind::Date, "2001-02-30"),
            (Kind::Date, "2001-02-03x"),
            (Kind::Date, "30.02.2001"),
            (Kind::Date, "сегодня, утром"),
            (Kind::DateTime, "soon"),
        ];
        for (kind, text) in bad {
            assert!(kind.value(text).is_err(), "{kind:?} {text}");
        }
        assert!(Kind::Text.value(&"a".repeat(TEXT_BYTES_MAX + 1)).is_err());
    }

    #[test]
    fn amounts_are_compared_as_numbers_and_personal_numbers_to_the_digit() {
        assert!(same("1500", "1500.00") && same("a", "a"));
        assert!(!same("1500", "1500.01") && !same("012", "12") && !same("a", "b"));
    }
}
