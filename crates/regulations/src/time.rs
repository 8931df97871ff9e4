//! How long a step may take.
//!
//! Written as the step tables write it: `30s`, `1m30s`, `10s..15s`, `15d` (calendar days), `15wd` (working
//! days). Days are those of the civil time of Kazakhstan (X13: the zone Asia/Almaty, never an offset); which of
//! them are working days, and when a time is over, the calendar says.

use std::{fmt, str::FromStr, sync::LazyLock};

use jiff::{Span, Timestamp, Zoned, tz::TimeZone};
use serde::Deserialize;

/// A length of time in the unit of the regulation. Never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// Seconds of the clock.
    Seconds(u32),
    /// Calendar days.
    Days(u16),
    /// Working days.
    WorkingDays(u16),
}

/// The time a step is allowed: at most `max`; tables that print a range give its lower end too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Allowed {
    pub min: Option<Length>,
    pub max: Length,
}

/// Why a text is not a time allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLength {
    #[error(
        "`{0}` is not a length of time: write 30s, 1m30s, 2h, 15d (calendar days) or 15wd (working days)"
    )]
    Unreadable(String),
    #[error("the range `{0}` does not rise, or mixes clock time, days and working days")]
    Range(String),
}

/// The longest clock time that may be written: a day. Longer terms are days.
const SECONDS_MAX: u32 = 24 * 3600;

impl FromStr for Length {
    type Err = InvalidLength;

    fn from_str(text: &str) -> Result<Self, InvalidLength> {
        let days = |digits: &str| whole(digits).and_then(|n| u16::try_from(n).ok());
        let length = if let Some(digits) = text.strip_suffix("wd") {
            days(digits).map(Self::WorkingDays)
        } else if let Some(digits) = text.strip_suffix('d') {
            days(digits).map(Self::Days)
        } else {
            clock(text).map(Self::Seconds)
        };
        length.ok_or_else(|| InvalidLength::Unreadable(text.chars().take(40).collect()))
    }
}

/// A whole number above zero, digits only.
fn whole(digits: &str) -> Option<u32> {
    let plain = digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|n| plain && *n > 0)
}

/// Hours, minutes and seconds, in this order, each at most once.
fn clock(text: &str) -> Option<u32> {
    let mut rest = text;
    let mut seconds = 0_u32;
    for (unit, worth) in [('h', 3600), ('m', 60), ('s', 1)] {
        if let Some((digits, after)) = rest.split_once(unit) {
            seconds = whole(digits)?.checked_mul(worth)?.checked_add(seconds)?;
            rest = after;
        }
    }
    (rest.is_empty() && (1..=SECONDS_MAX).contains(&seconds)).then_some(seconds)
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Days(n) => write!(f, "{n}d"),
            Self::WorkingDays(n) => write!(f, "{n}wd"),
            Self::Seconds(n) => {
                for (amount, unit) in [(n / 3600, 'h'), (n / 60 % 60, 'm'), (n % 60, 's')] {
                    if amount > 0 {
                        write!(f, "{amount}{unit}")?;
                    }
                }
                Ok(())
            }
        }
    }
}

impl Length {
    /// Which is longer; `None` for lengths in different units, which no clock can compare.
    pub fn compare(self, other: Self) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Self::Seconds(a), Self::Seconds(b)) => Some(a.cmp(&b)),
            (Self::Days(a), Self::Days(b)) | (Self::WorkingDays(a), Self::WorkingDays(b)) => {
                Some(a.cmp(&b))
            }
            _ => None,
        }
    }
}

impl FromStr for Allowed {
    type Err = InvalidLength;

    fn from_str(text: &str) -> Result<Self, InvalidLength> {
        let Some((min, max)) = text.split_once("..") else {
            return Ok(Self {
                min: None,
                max: text.parse()?,
            });
        };
        let (min, max): (Length, Length) = (min.parse()?, max.parse()?);
        if min.compare(max) == Some(std::cmp::Ordering::Less) {
            Ok(Self {
                min: Some(min),
                max,
            })
        } else {
            Err(InvalidLength::Range(text.chars().take(40).collect()))
        }
    }
}

impl TryFrom<String> for Allowed {
    type Error = InvalidLength;
    fn try_from(text: String) -> Result<Self, InvalidLength> {
        text.parse()
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.min {
            Some(min) => write!(f, "{min}..{}", self.max),
            None => write!(f, "{}", self.max),
        }
    }
}

/// The civil time of Kazakhstan at `at`, as it was or will be in force then (X13).
pub fn local(at: Timestamp) -> Zoned {
    #[expect(clippy::expect_used, reason = "the zone data is part of the program")]
    static ALMATY: LazyLock<TimeZone> = LazyLock::new(|| {
        TimeZone::get("Asia/Almaty").expect("Asia/Almaty is in the bundled zones")
    });
    at.to_zoned(ALMATY.clone())
}

/// The same time of day, some civil days later.
pub(crate) fn days_after(start: &Zoned, days: u32) -> Timestamp {
    let span = Span::new().try_days(days).ok();
    let end = span.and_then(|span| start.checked_add(span).ok());
    end.map_or(Timestamp::MAX, |end| end.timestamp())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_are_read_as_the_tables_print_them() {
        for (text, length) in [
            ("20s", Length::Seconds(20)),
            ("1m30s", Length::Seconds(90)),
            ("2h", Length::Seconds(7200)),
            ("15d", Length::Days(15)),
            ("15wd", Length::WorkingDays(15)),
        ] {
            assert_eq!(text.parse(), Ok(length));
        }
        let range: Allowed = "10s..15s".parse().unwrap();
        assert_eq!(
            (range.min, range.max),
            (Some(Length::Seconds(10)), Length::Seconds(15))
        );
    }

    #[test]
    fn what_no_table_prints_is_refused() {
        for bad in [
            "", "15", "0s", "0d", "-1d", "+1d", "1s1m", "1.5m", "1d12h", "25h", "70000d", "d",
        ] {
            assert!(bad.parse::<Allowed>().is_err(), "{bad:?}");
        }
        for bad in [
            "15s..10s",
            "10s..10s",
            "1d..3wd",
            "10s..1d",
            "10s..",
            "..10s",
            "1s..2s..3s",
        ] {
            assert!(bad.parse::<Allowed>().is_err(), "{bad:?}");
        }
    }

    fn length() -> impl Strategy<Value = Length> {
        prop_oneof![
            (1..=SECONDS_MAX).prop_map(Length::Seconds),
            (1..=u16::MAX).prop_map(Length::Days),
            (1..=u16::MAX).prop_map(Length::WorkingDays),
        ]
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(length in length()) {
            prop_assert_eq!(length.to_string().parse(), Ok(length));
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text in ".{0,20}") {
            if let Ok(allowed) = text.parse::<Allowed>() {
                prop_assert_eq!(allowed.to_string().parse::<Allowed>(), Ok(allowed));
            }
        }
    }
}
