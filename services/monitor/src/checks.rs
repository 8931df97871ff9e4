//! Checks of the purpose of an access (X15): the body that owns the register opens one, the organisation that
//! asked answers in time, the owner closes it with what it found.
//!
//! In comes what a person typed; out goes a fact, stored before anything is answered. Each step of a check is
//! one fact, however often it is sent: the first word stands, and another one is refused.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use message::{About, CheckOutcome, Detail, Event, Fact, FactId, MessageId, RegisterName};
use serde::Deserialize;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::{
    accesses::{Access, Check, CheckSaid, malformed, read_id},
    clock::Teller,
    questions::Unanswered,
    store::Store,
};

/// How often the journal is looked at again until it holds what was told.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Days that an organisation has for its answer, at most.
pub const DAYS_MAX: u16 = 90;

/// Where checks are made.
#[derive(Clone)]
pub struct Checks {
    pub store: Store,
    pub teller: Arc<dyn Teller>,
    /// Days that the organisation has for its answer where the owner names none, 1 to 90.
    pub answer_days: u16,
    /// How long an answer waits until the journal holds what was told.
    pub patience: Duration,
}

/// A check as its owner opens it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// Who asks, for the body that owns the register: 1 to 200 characters.
    pub by: String,
    /// 1 to 2,000 characters.
    pub question: String,
    /// Days for the answer, 1 to 90; none or 0: as configured.
    #[serde(default)]
    pub days: u16,
}

/// What the organisation that asked says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answering {
    /// Who answers for it: 1 to 200 characters.
    pub by: String,
    /// 1 to 4,000 characters.
    pub answer: String,
}

/// What the owner found.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// 1 to 200 characters.
    pub by: String,
    /// `justified` or `unjustified`.
    pub outcome: String,
    /// At most 4,000 characters.
    #[serde(default)]
    pub note: String,
}

/// A text that a person wrote: not empty, not endless, without control characters.
fn plain(field: &str, text: &str, chars_max: usize) -> Result<String, Unanswered> {
    let text = text.trim();
    if text.is_empty() {
        return Err(malformed(field, "is empty"));
    }
    if text.chars().count() > chars_max {
        return Err(malformed(field, format!("may have {chars_max} characters")));
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(malformed(field, "has control characters"));
    }
    Ok(text.to_owned())
}

impl Checks {
    /// Opens a check of the access `id`. The same question by the same person is the same check.
    pub async fn open(
        &self,
        id: &str,
        opening: &Opening,
        now: Timestamp,
    ) -> Result<CheckSaid, Unanswered> {
        let by = plain("by", &opening.by, 200)?;
        let question = plain("question", &opening.question, 2000)?;
        let days = match opening.days {
            0 => self.answer_days,
            days @ 1..=DAYS_MAX => days,
            _ => return Err(malformed("days", format!("is not within 1 to {DAYS_MAX}"))),
        };
        let access = self.access(read_id("access", id)?).await?;
        let register = RegisterName::new(&access.register);
        let detail = Detail::CheckOpened {
            of: FactId::from_uuid(access.id),
            register: register.map_err(|_| Unanswered::NoAccess)?,
            by,
            question,
            due_at: now + SignedDuration::from_hours(24 * i64::from(days)),
        };
        let fact = Fact::new(about(&access)?, now, "monitor", detail);
        let opened = fact.id.as_uuid();
        if self.store.check(opened).await?.is_none() {
            self.tell(fact).await?;
        }
        let told = self.reached(opened, |_| true).await?;
        Ok(CheckSaid::new(told, now))
    }

    /// The organisation that asked answers the check `id`.
    pub async fn answer(
        &self,
        id: &str,
        answering: &Answering,
        now: Timestamp,
    ) -> Result<CheckSaid, Unanswered> {
        let by = plain("by", &answering.by, 200)?;
        let answer = plain("answer", &answering.answer, 4000)?;
        let check = self.check(read_id("check", id)?).await?;
        if check.answered_at.is_none() {
            if check.closed_at.is_some() {
                return Err(Unanswered::CheckSettled("it is closed".to_owned()));
            }
            let detail = Detail::CheckAnswered {
                check: FactId::from_uuid(check.id),
                by: by.clone(),
                answer: answer.clone(),
            };
            self.tell(self.step(&check, now, detail).await?).await?;
        }
        let told = self.reached(check.id, |check| check.answered_at.is_some());
        let told = told.await?;
        if told.answered_by.as_ref() == Some(&by) && told.answer.as_ref() == Some(&answer) {
            Ok(CheckSaid::new(told, now))
        } else {
            Err(Unanswered::CheckSettled("it was answered".to_owned()))
        }
    }

    /// The owner closes the check `id`, answered or not.
    pub async fn close(
        &self,
        id: &str,
        closing: &Closing,
        now: Timestamp,
    ) -> Result<CheckSaid, Unanswered> {
        let by = plain("by", &closing.by, 200)?;
        let outcome: CheckOutcome = closing
            .outcome
            .trim()
            .parse()
            .map_err(|_| malformed("outcome", "is neither justified nor unjustified"))?;
        let note = match closing.note.trim() {
            "" => String::new(),
            note => plain("note", note, 4000)?,
        };
        let check = self.check(read_id("check", id)?).await?;
        if check.closed_at.is_none() {
            let detail = Detail::CheckClosed {
                check: FactId::from_uuid(check.id),
                by: by.clone(),
                outcome,
                note: note.clone(),
            };
            self.tell(self.step(&check, now, detail).await?).await?;
        }
        let told = self.reached(check.id, |check| check.closed_at.is_some());
        let told = told.await?;
        let same = (told.closed_by.as_ref(), told.note.as_ref()) == (Some(&by), Some(&note));
        if same && told.outcome.as_deref() == Some(outcome.as_str()) {
            Ok(CheckSaid::new(told, now))
        } else {
            Err(Unanswered::CheckSettled("it was closed".to_owned()))
        }
    }

    async fn access(&self, id: Uuid) -> Result<Access, Unanswered> {
        self.store.access(id).await?.ok_or(Unanswered::NoAccess)
    }

    async fn check(&self, id: Uuid) -> Result<Check, Unanswered> {
        self.store.check(id).await?.ok_or(Unanswered::NoCheck)
    }

    /// The fact of a further step of `check`.
    async fn step(
        &self,
        check: &Check,
        now: Timestamp,
        detail: Detail,
    ) -> Result<Fact, Unanswered> {
        let access = self.access(check.access).await?;
        Ok(Fact::new(about(&access)?, now, "monitor", detail))
    }

    async fn tell(&self, fact: Fact) -> Result<(), Unanswered> {
        let event = Event {
            facts: vec![fact],
            message: None,
        };
        match self.teller.tell(vec![event]).await.as_slice() {
            [true] => Ok(()),
            _ => Err(Unanswered::Broker(anyhow::anyhow!("nothing was confirmed"))),
        }
    }

    /// The check `id` as the journal holds it, once it holds what is waited for.
    async fn reached(&self, id: Uuid, is_so: fn(&Check) -> bool) -> Result<Check, Unanswered> {
        let deadline = Instant::now() + self.patience;
        loop {
            if let Some(check) = self.store.check(id).await?.filter(is_so) {
                return Ok(check);
            }
            if Instant::now() >= deadline {
                return Err(Unanswered::Behind);
            }
            sleep(LOOK_AGAIN).await;
        }
    }
}

fn about(access: &Access) -> Result<About, Unanswered> {
    Ok(About::Message {
        id: MessageId::from_uuid(access.message),
        number: access.number.parse().map_err(|_| Unanswered::NoAccess)?,
    })
}
