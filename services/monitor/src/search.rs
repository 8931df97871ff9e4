//! What can be searched for among the applications: read from what a person typed, checked here, and turned
//! into SQL in `store::search`. No I/O.
//!
//! Pages follow each other by key: the last row's moment and number, never an offset, so that a page costs the
//! same however far one has read. A personal number is masked by its type and never becomes part of an address.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use message::{Bin, Iin, Number, PersonalNumber};
use serde::Deserialize;

use crate::status::Status;

/// Rows of one page by default, and at most.
pub const ROWS: u16 = 50;
pub const ROWS_MAX: u16 = 200;

/// What was asked, as it was typed; an empty text is nothing.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Typed {
    /// Application number, with spaces or hyphens as one likes.
    pub number: String,
    /// IIN or BIN of the applicant.
    pub applicant: String,
    pub service: String,
    pub provider: String,
    pub status: String,
    /// Only applications with a step that is late.
    pub late: bool,
    /// First and last day of receipt, local time, `2026-11-22`.
    pub from: String,
    pub to: String,
    /// Where the page before ended.
    pub after: String,
    /// Rows of the page, 1 to 200; 0 means 50.
    pub limit: u16,
}

impl fmt::Debug for Typed {
    /// What was typed may be a personal number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(…)")
    }
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    pub number: Option<Number>,
    pub applicant: Option<PersonalNumber>,
    pub service: Option<String>,
    pub provider: Option<String>,
    pub status: Option<Status>,
    /// Only those with a step that is late when they are looked for.
    pub late: bool,
    /// Received at this moment or later.
    pub from: Option<Timestamp>,
    /// Received before this moment.
    pub before: Option<Timestamp>,
    pub after: Option<Key>,
    pub limit: u16,
}

/// The place of a row in the list: newest first, and by number within one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    pub received_at: Timestamp,
    pub number: Number,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.received_at.as_microsecond(), self.number)
    }
}

impl FromStr for Key {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "is not where a page ended";
        let (moment, number) = text.split_once('-').ok_or(wrong)?;
        let moment = moment.parse().map_err(|_| wrong)?;
        Ok(Self {
            received_at: Timestamp::from_microsecond(moment).map_err(|_| wrong)?,
            number: number.parse().map_err(|_| wrong)?,
        })
    }
}

/// A field that cannot be searched by, and why. Never repeats what was typed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct InvalidSearch {
    pub field: &'static str,
    pub problem: String,
}

impl TryFrom<&Typed> for Search {
    type Error = InvalidSearch;

    fn try_from(typed: &Typed) -> Result<Self, InvalidSearch> {
        let to = read("to", &typed.to, day)?;
        let limit = match typed.limit {
            0 => ROWS,
            1..=ROWS_MAX => typed.limit,
            _ => return Err(invalid("limit", format!("is not within 1 to {ROWS_MAX}"))),
        };
        Ok(Self {
            number: read("number", &typed.number, |text| {
                text.parse()
                    .map_err(|e: message::InvalidNumber| e.to_string())
            })?,
            applicant: read("applicant", &typed.applicant, person)?,
            service: read("service", &typed.service, word)?,
            provider: read("provider", &typed.provider, word)?,
            status: read("status", &typed.status, status)?,
            late: typed.late,
            from: read("from", &typed.from, day)?.map(start_of).transpose()?,
            before: to
                .map(|day| day.tomorrow().map_err(|e| invalid("to", e.to_string())))
                .transpose()?
                .map(start_of)
                .transpose()?,
            after: read("after", &typed.after, |text| {
                text.parse().map_err(str::to_owned)
            })?,
            limit,
        })
    }
}

fn invalid(field: &'static str, problem: impl Into<String>) -> InvalidSearch {
    InvalidSearch {
        field,
        problem: problem.into(),
    }
}

fn read<T>(
    field: &'static str,
    typed: &str,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<Option<T>, InvalidSearch> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let parsed = parse(typed).map_err(|problem| invalid(field, problem))?;
    Ok(Some(parsed))
}

/// An IIN or a BIN: their check digits are one, their fifth digits differ.
fn person(text: &str) -> Result<PersonalNumber, String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let iin = Iin::new(&digits).map(PersonalNumber::Iin);
    iin.or_else(|_| Bin::new(&digits).map(PersonalNumber::Bin))
        .map_err(|_| "is neither an IIN nor a BIN: 12 digits with a check digit".to_owned())
}

fn word(text: &str) -> Result<String, String> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if text.len() <= 64 && text.bytes().all(plain) {
        Ok(text.to_owned())
    } else {
        Err("is not a code: lower-case letters, digits and hyphens".to_owned())
    }
}

fn status(text: &str) -> Result<Status, String> {
    let known = Status::ALL.iter().find(|(_, name, _)| *name == text);
    let status = known.map(|(status, ..)| *status);
    status.ok_or_else(|| "is not a status".to_owned())
}

fn day(text: &str) -> Result<Date, String> {
    text.parse()
        .map_err(|_| "is not a day: write 2026-11-22".to_owned())
}

/// The first moment of a day in Kazakhstan (X13).
fn start_of(day: Date) -> Result<Timestamp, InvalidSearch> {
    let zone = regulations::local(Timestamp::UNIX_EPOCH)
        .time_zone()
        .clone();
    start_in(day, zone).map_err(|e| invalid("from", e.to_string()))
}

fn start_in(day: Date, zone: TimeZone) -> Result<Timestamp, jiff::Error> {
    Ok(day.to_zoned(zone)?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed() -> Typed {
        Typed::default()
    }

    fn field(typed: &Typed) -> &'static str {
        Search::try_from(typed).unwrap_err().field
    }

    #[test]
    fn nothing_typed_looks_for_everything() {
        let search = Search::try_from(&typed()).unwrap();
        assert_eq!(
            (search.limit, search.number, search.after),
            (ROWS, None, None)
        );
    }

    #[test]
    fn days_are_days_of_kazakhstan_and_the_last_one_counts_whole() {
        let search = Search::try_from(&Typed {
            from: "2026-11-22".to_owned(),
            to: "2026-11-22".to_owned(),
            ..typed()
        });
        let search = search.unwrap();
        let at = |text: &str| Some(text.parse().unwrap());
        assert_eq!(search.from, at("2026-11-22T00:00:00+05:00"));
        assert_eq!(search.before, at("2026-11-23T00:00:00+05:00"));
    }

    #[test]
    fn what_cannot_be_searched_by_is_named_and_not_repeated() {
        let one = |set: fn(&mut Typed)| {
            let mut typed = typed();
            set(&mut typed);
            field(&typed)
        };
        assert_eq!(one(|t| t.number = "17".to_owned()), "number");
        assert_eq!(
            one(|t| t.applicant = "123456789012".to_owned()),
            "applicant"
        );
        assert_eq!(one(|t| t.service = "a b".to_owned()), "service");
        assert_eq!(one(|t| t.status = "done".to_owned()), "status");
        assert_eq!(one(|t| t.from = "yesterday".to_owned()), "from");
        assert_eq!(one(|t| t.after = "1".to_owned()), "after");
        assert_eq!(one(|t| t.limit = 201), "limit");
        let mut wrong = typed();
        wrong.applicant = "900101300129".to_owned();
        let said = Search::try_from(&wrong).unwrap_err().to_string();
        assert!(!said.contains("9001"), "{said}");
        assert!(!format!("{wrong:?}").contains("9001"));
    }

    proptest::proptest! {
        #[test]
        fn a_key_is_read_back_as_it_was_written(micros in 0_i64..4_000_000_000_000_000, bits: u64) {
            let id = (u128::from(1_795_330_800_000_u64) << 80) | (7 << 76) | (2 << 62) | u128::from(bits >> 2);
            let number = Number::of(message::MessageId::from_uuid(uuid::Uuid::from_u128(id)));
            let received_at = Timestamp::from_microsecond(micros).unwrap();
            let key = Key { received_at, number };
            proptest::prop_assert_eq!(key.to_string().parse(), Ok(key));
        }
    }
}
