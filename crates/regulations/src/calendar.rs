//! Which days are working days, and arithmetic with them (X13, X17): `deploy/calendar.toml`.
//!
//! A day is a civil day of Asia/Almaty, never a count of hours. The calendar covers whole years that follow
//! each other; past them nothing is guessed: what would need a day outside is refused.

mod check;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
    path::Path,
};

use jiff::{SignedDuration, Span, Timestamp, Zoned, civil::Date};
use serde::Deserialize;

use crate::{
    Length, Text,
    read::{Invalid, LoadError, parse, read},
    time::{days_after, local},
};

/// Working days of some years.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    version: u32,
    years: BTreeMap<i16, Published>,
    /// Weekdays that are not worked, and weekend days that are.
    off: BTreeSet<Date>,
    worked: BTreeSet<Date>,
}

/// The calendar would have to know a year that it does not cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the calendar covers {first} to {last}, not {year}: add the year to calendar.toml")]
pub struct OutsideCalendar {
    pub year: i16,
    pub first: i16,
    pub last: i16,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    years: Vec<Published>,
}

/// What the file says of a year.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Published {
    year: i16,
    /// Where the days are published.
    source: String,
    holidays: Vec<Holiday>,
    moved: Vec<Moved>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Holiday {
    date: Date,
    name: Text,
    /// The day off instead, where the holiday falls on one.
    day_off: Option<Date>,
    /// A day off that never moves: 7 January, Kurban Ait.
    #[serde(default)]
    religious: bool,
}

/// A weekend day that the Government has exchanged for a weekday.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Moved {
    from: Date,
    to: Date,
    decree: String,
}

fn is_weekend(date: Date) -> bool {
    date.weekday().to_monday_zero_offset() >= 5
}

impl Calendar {
    /// Reads `path`. Strict about shape only; [`Calendar::check`] finds what is wrong with the content.
    pub fn load(path: &Path) -> Result<Self, LoadError> {
        read(path, Self::parse)
    }

    /// Reads the text of `calendar.toml`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let file: File = parse(text)?;
        let mut calendar = Self {
            version: file.version,
            years: BTreeMap::new(),
            off: BTreeSet::new(),
            worked: BTreeSet::new(),
        };
        for year in file.years {
            for holiday in &year.holidays {
                calendar.off.insert(holiday.date);
                calendar.off.extend(holiday.day_off);
            }
            calendar.off.extend(year.moved.iter().map(|m| m.to));
            calendar.worked.extend(year.moved.iter().map(|m| m.from));
            if calendar.years.insert(year.year, year).is_some() {
                let problem = "has a year twice".to_owned();
                return Err(Invalid::new("years", problem));
            }
        }
        let years = calendar.covers();
        let whole = years.end() - years.start() + 1;
        if calendar.years.len() != usize::try_from(whole).unwrap_or(0) || calendar.years.is_empty()
        {
            let problem = "must be at least one, without gaps".to_owned();
            return Err(Invalid::new("years", problem));
        }
        Ok(calendar)
    }

    /// Raised with every change of the file.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The first and the last year it knows.
    pub fn covers(&self) -> RangeInclusive<i16> {
        let first = self.years.keys().next().copied().unwrap_or_default();
        let last = self.years.keys().next_back().copied().unwrap_or_default();
        first..=last
    }

    /// Whether `date` is a working day. Fails outside the years covered.
    pub fn is_working_day(&self, date: Date) -> Result<bool, OutsideCalendar> {
        let covered = self.covers();
        if !covered.contains(&date.year()) {
            return Err(OutsideCalendar {
                year: date.year(),
                first: *covered.start(),
                last: *covered.end(),
            });
        }
        Ok(self.worked.contains(&date) || !is_weekend(date) && !self.off.contains(&date))
    }

    /// When `length`, begun at `began`, is over: seconds by the clock; days at the time of day they began.
    /// Only working days can be outside the calendar.
    pub fn due(&self, began: Timestamp, length: Length) -> Result<Timestamp, OutsideCalendar> {
        match length {
            Length::Seconds(n) => Ok(after(began, SignedDuration::from_secs(n.into()))),
            Length::Days(n) => Ok(days_after(&local(began), n.into())),
            Length::WorkingDays(n) => {
                let start = local(began);
                let (mut left, mut ahead) = (n, 0);
                while left > 0 {
                    ahead += 1;
                    let day = local(days_after(&start, ahead)).date();
                    left -= u16::from(self.is_working_day(day)?);
                }
                Ok(days_after(&start, ahead))
            }
        }
    }

    /// How much of the time from `from` to `to` counts for a term of this `length`: all of it, or, for working
    /// days, what lies on them. Nothing where `to` comes before `from`.
    pub fn counted(
        &self,
        from: Timestamp,
        to: Timestamp,
        length: Length,
    ) -> Result<SignedDuration, OutsideCalendar> {
        if to <= from {
            return Ok(SignedDuration::ZERO);
        }
        if !matches!(length, Length::WorkingDays(_)) {
            return Ok(to.duration_since(from));
        }
        let mut sum = SignedDuration::ZERO;
        let mut at = from;
        while at < to {
            let (date, tomorrow) = day_of(at);
            let end = tomorrow.min(to);
            if self.is_working_day(date)? {
                sum += end.duration_since(at);
            }
            at = end;
        }
        Ok(sum)
    }

    /// The moment after `from` by which so much time has passed that counts for a term of this `length`.
    pub fn advance(
        &self,
        from: Timestamp,
        time: SignedDuration,
        length: Length,
    ) -> Result<Timestamp, OutsideCalendar> {
        if !matches!(length, Length::WorkingDays(_)) {
            return Ok(after(from, time));
        }
        let (mut at, mut left) = (from, time);
        while left > SignedDuration::ZERO {
            let (date, tomorrow) = day_of(at);
            if self.is_working_day(date)? {
                let rest = tomorrow.duration_since(at);
                if left <= rest {
                    return Ok(after(at, left));
                }
                left -= rest;
            }
            at = tomorrow;
        }
        Ok(at)
    }
}

fn after(at: Timestamp, time: SignedDuration) -> Timestamp {
    at.checked_add(time).unwrap_or(Timestamp::MAX)
}

/// The civil day of `at`, and the first moment of the next one, which is always later.
fn day_of(at: Timestamp) -> (Date, Timestamp) {
    let now: Zoned = local(at);
    let next = now
        .start_of_day()
        .and_then(|start| start.checked_add(Span::new().days(1)))
        .map_or(Timestamp::MAX, |next| next.timestamp());
    (
        now.date(),
        next.max(after(at, SignedDuration::from_nanos(1))),
    )
}
