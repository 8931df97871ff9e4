//! Who looked at whose data in which register, why, on whose consent, and what came back (X15, X16): read from
//! the projection, and said so that the person it is about understands it. Changes nothing.

mod said;

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use message::{PersonalNumber, RegisterName};
use uuid::Uuid;

use crate::questions::{Questions, Unanswered};

pub use said::{AccessPage, AccessSaid, CheckPage, CheckSaid, Failure, in_language};

/// A question that was put to a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Id of its `query-made`.
    pub id: Uuid,
    pub message: Uuid,
    /// Number of the application or query that it was made for.
    pub number: String,
    /// Whose data it is; none where nobody kept it.
    pub subject: Option<PersonalNumber>,
    pub register: String,
    pub asked_at: Timestamp,
    pub operator: String,
    pub participant: Option<String>,
    pub purpose: String,
    /// Empty where the applicant himself filed.
    pub consent: String,
    pub application: Option<String>,
    /// Of the message, where the journal has it.
    pub service: Option<String>,
    pub kind: Option<String>,
    pub answered_at: Option<Timestamp>,
    pub found: Option<bool>,
    pub fields: Vec<String>,
    pub cached: bool,
    pub source_at: Option<Timestamp>,
    /// The last try that failed.
    pub failed_at: Option<Timestamp>,
    pub failed_code: Option<String>,
}

/// A check of the purpose of an access (X15).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Id of its `check-opened`.
    pub id: Uuid,
    pub access: Uuid,
    pub register: String,
    pub opened_by: String,
    pub question: String,
    pub opened_at: Timestamp,
    pub due_at: Timestamp,
    pub answered_by: Option<String>,
    pub answer: Option<String>,
    pub answered_at: Option<Timestamp>,
    pub closed_by: Option<String>,
    pub outcome: Option<String>,
    pub note: Option<String>,
    pub closed_at: Option<Timestamp>,
}

/// Whose accesses are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Those to somebody's data.
    Of(PersonalNumber),
    /// Those to a register.
    In(RegisterName),
}

/// Which checks are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    pub register: Option<RegisterName>,
    /// Only those that are not closed.
    pub open: bool,
    /// Only those that nobody had answered in time at this moment.
    pub overdue_at: Option<Timestamp>,
    pub after: Option<Key>,
    pub limit: u16,
}

/// Where a page ended: newest first, and by id within one moment. It says nothing of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    pub at: Timestamp,
    pub id: Uuid,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.at.as_microsecond(), self.id.simple())
    }
}

impl FromStr for Key {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "is not where a page ended";
        let (moment, id) = text.split_once('-').ok_or(wrong)?;
        let moment = moment.parse().map_err(|_| wrong)?;
        Ok(Self {
            at: Timestamp::from_microsecond(moment).map_err(|_| wrong)?,
            id: Uuid::parse_str(id).map_err(|_| wrong)?,
        })
    }
}

/// Rows of one page by default, and at most.
pub const ROWS: u16 = 50;
pub const ROWS_MAX: u16 = 200;

/// Which page of a list, as it was asked for; an empty `after` is the first, a `limit` of 0 means 50.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PageTyped {
    pub after: String,
    pub limit: u32,
    /// `kk`, `ru` or `en`: texts in this language alone.
    pub lang: String,
}

impl PageTyped {
    fn read(&self) -> Result<(Option<Key>, u16), Unanswered> {
        let limit = match u16::try_from(self.limit) {
            Ok(0) => ROWS,
            Ok(limit @ 1..=ROWS_MAX) => limit,
            _ => return Err(malformed("limit", format!("is not within 1 to {ROWS_MAX}"))),
        };
        let after = self.after.trim();
        if after.is_empty() {
            return Ok((None, limit));
        }
        let after = after.parse().map_err(|why| malformed("after", why))?;
        Ok((Some(after), limit))
    }
}

pub(crate) fn malformed(field: &str, why: impl fmt::Display) -> Unanswered {
    Unanswered::Malformed(format!("{field}: {why}"))
}

/// An id of an access or a check, as it was typed.
pub(crate) fn read_id(field: &str, typed: &str) -> Result<Uuid, Unanswered> {
    Uuid::parse_str(typed.trim()).map_err(|_| malformed(field, "is not a UUID"))
}

impl Questions {
    /// Who looked at the data of a person or organisation, newest first. What was typed is never repeated.
    pub async fn accesses_of(
        &self,
        person: &str,
        typed: &PageTyped,
        now: Timestamp,
    ) -> Result<AccessPage, Unanswered> {
        let digits: String = person.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let person = PersonalNumber::new(&digits).map_err(|why| malformed("iin", why))?;
        self.access_page(&Place::Of(person), typed, now).await
    }

    /// What was asked of a register, newest first, for the body that owns it.
    pub async fn accesses_in(
        &self,
        register: &str,
        typed: &PageTyped,
        now: Timestamp,
    ) -> Result<AccessPage, Unanswered> {
        let register = RegisterName::new(register).map_err(|why| malformed("register", why))?;
        self.access_page(&Place::In(register), typed, now).await
    }

    async fn access_page(
        &self,
        place: &Place,
        typed: &PageTyped,
        now: Timestamp,
    ) -> Result<AccessPage, Unanswered> {
        let (after, limit) = typed.read()?;
        let found = self.store.accesses(place, after, limit).await?;
        let full = found.len() == usize::from(limit);
        let next_after = found.last().filter(|_| full).map(|last| Key {
            at: last.asked_at,
            id: last.id,
        });
        let ids: Vec<Uuid> = found.iter().map(|access| access.id).collect();
        let mut checks = self.store.checks_of(&ids).await?;
        let said = found.into_iter().map(|access| {
            let checks = checks.remove(&access.id).unwrap_or_default();
            self.said_access(access, checks, now)
        });
        Ok(AccessPage {
            accesses: said.collect(),
            next_after: next_after.map(|key| key.to_string()),
        })
    }

    /// One access: its purpose, operator, application and consent (X15).
    pub async fn access(&self, id: &str, now: Timestamp) -> Result<AccessSaid, Unanswered> {
        let id = read_id("access", id)?;
        let access = self.store.access(id).await?;
        let access = access.ok_or(Unanswered::NoAccess)?;
        let checks = self.store.checks_of(&[id]).await?.remove(&id);
        Ok(self.said_access(access, checks.unwrap_or_default(), now))
    }

    /// Checks, newest first.
    pub async fn checks(
        &self,
        wanted: &CheckTyped,
        now: Timestamp,
    ) -> Result<CheckPage, Unanswered> {
        let page = PageTyped {
            after: wanted.after.clone(),
            limit: wanted.limit,
            lang: String::new(),
        };
        let (after, limit) = page.read()?;
        let register = Some(wanted.register.trim()).filter(|text| !text.is_empty());
        let register = register.map(RegisterName::new).transpose();
        let wanted = Wanted {
            register: register.map_err(|why| malformed("register", why))?,
            open: wanted.open,
            overdue_at: wanted.overdue.then_some(now),
            after,
            limit,
        };
        let found = self.store.checks(&wanted).await?;
        let full = found.len() == usize::from(limit);
        let next_after = found.last().filter(|_| full).map(|last| Key {
            at: last.opened_at,
            id: last.id,
        });
        Ok(CheckPage {
            checks: found
                .into_iter()
                .map(|one| CheckSaid::new(one, now))
                .collect(),
            next_after: next_after.map(|key| key.to_string()),
        })
    }
}

/// Which checks are looked for, as it was typed.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CheckTyped {
    pub register: String,
    /// Only those that are not closed.
    pub open: bool,
    /// Only those that nobody has answered in time.
    pub overdue: bool,
    pub after: String,
    pub limit: u32,
    pub lang: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_key_is_read_back_as_it_was_written(micros in 0_i64..4_000_000_000_000_000, id: u128) {
            let at = Timestamp::from_microsecond(micros).unwrap();
            let key = Key { at, id: Uuid::from_u128(id) };
            proptest::prop_assert_eq!(key.to_string().parse(), Ok(key));
        }

        #[test]
        fn any_text_is_a_key_or_refused_without_panic(text: String) {
            if let Ok(key) = text.parse::<Key>() {
                proptest::prop_assert_eq!(key.to_string().parse(), Ok(key));
            }
        }
    }
}
